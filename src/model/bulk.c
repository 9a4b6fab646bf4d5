/*
 * Tables of a command over many cases. See bulk.h.
 */
#include "model/bulk.h"

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }

static const struct field bulk_case_fields[] = {
	F(bulk_case, number, FIELD_U64), F(bulk_case, assigned, FIELD_STR), F(bulk_case, flags, FIELD_U32), F(bulk_case, letter, FIELD_STR),
	F(bulk_case, then_assigned, FIELD_STR), F(bulk_case, then_flags, FIELD_U32), F(bulk_case, then_snoozed, FIELD_INT),
	F(bulk_case, undone, FIELD_BOOL), { .name = NULL },
};

const struct field bulk_fields[] = {
	F(bulk, what, FIELD_STR), F(bulk, to, FIELD_STR), F(bulk, flag, FIELD_U32), F(bulk, on, FIELD_BOOL), F(bulk, by, FIELD_STR),
	F(bulk, undone_by, FIELD_STR), F(bulk, at, FIELD_TIME), F(bulk, undone_at, FIELD_TIME),
	{ .name = "cases", .type = FIELD_LIST, .offset = offsetof(struct bulk, cases), .fields = bulk_case_fields, .size = sizeof(struct bulk_case),
		.count_offset = offsetof(struct bulk, case_count), .max = BULK_CASES_MAX },
	{ .name = NULL },
};
