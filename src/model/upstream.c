/*
 * The table of what an upstream passed on. See upstream.h.
 */
#include "model/upstream.h"

const char *const upstream_state_words[] = { "none", "received", "overdue", "answered", NULL };

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct upstream_case, member) }

const struct field upstream_case_fields[] = {
	F(upstream, FIELD_STR), F(reference, FIELD_STR), F(reply_to, FIELD_STR),
	{ .name = "state", .type = FIELD_ENUM, .offset = offsetof(struct upstream_case, state), .words = upstream_state_words },
	F(result, FIELD_STR), F(number, FIELD_U64), F(received_at, FIELD_TIME), F(due_at, FIELD_TIME), F(answered_at, FIELD_TIME), F(rounds, FIELD_U32),
	{ .name = NULL },
};
