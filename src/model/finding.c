/*
 * Tables of the finding. See finding.h.
 */
#include "model/finding.h"

const char *const finding_weight_words[] = { "open", "advice", "person", "sealed", "ask", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }

const char *const term_answer_words[] = { "held", "cannot-tell", NULL };

const struct field term_fields[] = {
	F(term, text, FIELD_STR), F(term, fact, FIELD_STR), F(term, value, FIELD_STR),
	{ .name = "answer", .type = FIELD_ENUM, .offset = offsetof(struct term, answer), .words = term_answer_words }, F(term, rule, FIELD_STR), F(term, part, FIELD_STR),
	F(term, from, FIELD_U32), F(term, to, FIELD_U32), { .name = NULL },
};

const struct field finding_fields[] = {
	F(finding, policy, FIELD_STR), F(finding, clause, FIELD_STR), F(finding, group, FIELD_STR), F(finding, rule, FIELD_STR), F(finding, ladder, FIELD_STR),
	{ .name = "severity", .type = FIELD_ENUM, .offset = offsetof(struct finding, severity), .words = severity_words },
	{ .name = "weight", .type = FIELD_ENUM, .offset = offsetof(struct finding, weight), .words = finding_weight_words },
	F(finding, because, FIELD_STR), F(finding, appeal_us, FIELD_INT), F(finding, count, FIELD_INT), F(finding, first_at, FIELD_TIME),
	F(finding, last_at, FIELD_TIME), F(finding, conduct_at, FIELD_TIME),
	{ .name = "terms", .type = FIELD_LIST, .offset = offsetof(struct finding, terms), .fields = term_fields, .size = sizeof(struct term),
		.count_offset = offsetof(struct finding, term_count), .max = FINDING_TERMS_MAX },
	{ .name = NULL },
};
