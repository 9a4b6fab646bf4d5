/*
 * Tables of erasures and holds. See erasure.h.
 */
#include "model/erasure.h"

const char *const erasure_phase_words[] = { "asked", "check", "settle", "register", "rows", "key", "shred", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }
#define S(s, member, count, most) \
	{ .name = #member, .type = FIELD_STRS, .offset = offsetof(struct s, member), .count_offset = offsetof(struct s, count), .max = (most) }

static const struct field holding_fields[] = {
	F(holding, resource, FIELD_STR), F(holding, from_at, FIELD_TIME), F(holding, until_at, FIELD_TIME), F(holding, divided, FIELD_BOOL), { .name = NULL },
};

const struct field erasure_fields[] = {
	{ .name = "phase", .type = FIELD_ENUM, .offset = offsetof(struct erasure, phase), .words = erasure_phase_words }, F(erasure, reporter, FIELD_BOOL),
	F(erasure, id, FIELD_STR), F(erasure, subject, FIELD_STR), F(erasure, alias, FIELD_STR), F(erasure, basis, FIELD_STR), F(erasure, even_open, FIELD_STR),
	S(erasure, askers, asker_count, ERASURE_ASKERS_MAX), F(erasure, asked_at, FIELD_TIME), S(erasure, words, word_count, ERASURE_WORDS_MAX),
	{ .name = "holdings", .type = FIELD_LIST, .offset = offsetof(struct erasure, holdings), .fields = holding_fields, .size = sizeof(struct holding),
		.count_offset = offsetof(struct erasure, holding_count), .max = ERASURE_WORDS_MAX },
	F(erasure, table, FIELD_U32), F(erasure, after, FIELD_BYTES), S(erasure, records, record_count, ERASURE_RECORDS_MAX), F(erasure, rows, FIELD_U64),
	F(erasure, letters, FIELD_U64), F(erasure, openings, FIELD_U64), { .name = NULL },
};

const struct field hold_fields[] = {
	F(hold, what, FIELD_STR), F(hold, subject, FIELD_STR), F(hold, by, FIELD_STR), F(hold, since_at, FIELD_TIME), F(hold, until_at, FIELD_TIME), { .name = NULL },
};
