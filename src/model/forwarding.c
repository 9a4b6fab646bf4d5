/*
 * Tables of the forwarding and of a reseller's conduct. See forwarding.h.
 */
#include "model/forwarding.h"

const char *const forward_state_words[] = { "none", "sent", "acknowledged", "answered", "withdrawn", NULL };
const char *const forward_answer_words[] = { "none", "fixed", "not-ours", "disputed", "needs-more", "unclear", NULL };

const char *const review_state_words[] = { "finding", "planned", "kept", "missed", "withdrawn", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }

const struct field forwarding_fields[] = {
	F(forwarding, number, FIELD_U64), F(forwarding, reseller, FIELD_STR), F(forwarding, customer, FIELD_STR),
	{ .name = "state", .type = FIELD_ENUM, .offset = offsetof(struct forwarding, state), .words = forward_state_words },
	{ .name = "answer", .type = FIELD_ENUM, .offset = offsetof(struct forwarding, answer), .words = forward_answer_words },
	F(forwarding, sent_at, FIELD_TIME), F(forwarding, due_at, FIELD_TIME), F(forwarding, acknowledged_at, FIELD_TIME), F(forwarding, answered_at, FIELD_TIME),
	F(forwarding, rounds, FIELD_U32), F(forwarding, answers, FIELD_U32), F(forwarding, late, FIELD_BOOL), F(forwarding, back, FIELD_BOOL),
	{ .name = "letters", .type = FIELD_STRS, .offset = offsetof(struct forwarding, letters), .count_offset = offsetof(struct forwarding, letter_count),
		.max = FORWARD_LETTERS_MAX },
	{ .name = NULL },
};

static const struct field reseller_day_fields[] = {
	F(reseller_day, day, FIELD_INT), F(reseller_day, sent, FIELD_U32), F(reseller_day, repeated, FIELD_U32), F(reseller_day, answered, FIELD_U32),
	F(reseller_day, fixed, FIELD_U32), F(reseller_day, late, FIELD_U32), F(reseller_day, back, FIELD_U32), { .name = NULL },
};

static const struct field acknowledgement_fields[] = {
	F(acknowledgement, version, FIELD_STR), F(acknowledgement, letter, FIELD_STR), F(acknowledgement, asked_at, FIELD_TIME), F(acknowledgement, due_at, FIELD_TIME),
	F(acknowledgement, at, FIELD_TIME), F(acknowledgement, told_at, FIELD_TIME), F(acknowledgement, by, FIELD_STR), F(acknowledgement, proven_by, FIELD_STR),
	F(acknowledgement, text, FIELD_STR), F(acknowledgement, sha256, FIELD_STR), F(acknowledgement, overdue, FIELD_BOOL), { .name = NULL },
};

static const struct field review_entry_fields[] = {
	F(review_entry, n, FIELD_U32), F(review_entry, number, FIELD_U64),
	{ .name = "state", .type = FIELD_ENUM, .offset = offsetof(struct review_entry, state), .words = review_state_words },
	F(review_entry, text, FIELD_STR), F(review_entry, by, FIELD_STR), F(review_entry, at, FIELD_TIME), F(review_entry, due_at, FIELD_TIME),
	F(review_entry, reminded_at, FIELD_TIME), F(review_entry, kept_at, FIELD_TIME), F(review_entry, kept_by, FIELD_STR), { .name = NULL },
};

const struct field conduct_fields[] = {
	F(conduct, reseller, FIELD_STR), F(conduct, open, FIELD_U32),
	{ .name = "days", .type = FIELD_LIST, .offset = offsetof(struct conduct, days), .fields = reseller_day_fields, .size = sizeof(struct reseller_day),
		.count_offset = offsetof(struct conduct, day_count), .max = RESELLER_DAYS_MAX },
	F(conduct, failing_at, FIELD_TIME),
	{ .name = "acknowledgements", .type = FIELD_LIST, .offset = offsetof(struct conduct, acks), .fields = acknowledgement_fields, .size = sizeof(struct acknowledgement),
		.count_offset = offsetof(struct conduct, ack_count), .max = ACKNOWLEDGEMENTS_MAX },
	F(conduct, fail_asked_by, FIELD_STR), F(conduct, failed_by, FIELD_STR), F(conduct, because, FIELD_STR), F(conduct, failed_at, FIELD_TIME),
	F(conduct, fail_asked_at, FIELD_TIME),
	{ .name = "review", .type = FIELD_LIST, .offset = offsetof(struct conduct, review), .fields = review_entry_fields, .size = sizeof(struct review_entry),
		.count_offset = offsetof(struct conduct, review_count), .max = REVIEW_ENTRIES_MAX },
	{ .name = NULL },
};

static int64_t earlier(int64_t a, int64_t b)
{
	return a == TIME_NONE || (b != TIME_NONE && b < a) ? b : a;
}

int64_t conduct_due_at(const struct conduct *c)
{
	int64_t due = TIME_NONE;
	for (unsigned i = 0; i < c->ack_count; i++)
		if (c->acks[i].at == TIME_NONE && !c->acks[i].overdue)
			due = earlier(due, c->acks[i].due_at);
	for (unsigned i = 0; i < c->review_count; i++) {
		const struct review_entry *x = &c->review[i];
		if (x->state == REVIEW_PLANNED)
			due = earlier(due, x->reminded_at == TIME_NONE ? x->due_at - REVIEW_REMIND_DAYS * DAY_US : x->due_at);
	}
	if (c->fail_asked_by.len && !c->failed_by.len && c->fail_asked_at != TIME_NONE)
		due = earlier(due, c->fail_asked_at + REVIEW_WORD_DAYS * DAY_US);
	return due;
}
