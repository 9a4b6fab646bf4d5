/*
 * Tables of the act and of the hand's answer. See act.h.
 */
#include "model/act.h"

const char *const act_op_words[] = { "do", "check", "undo", NULL };
const char *const act_result_words[] = { "none", "done", "refused", "unknown", "retry", "saved", NULL };
const char *const act_state_words[] = { "none", "held", "queued", "sent", "done", "refused", "unclear", "undoing", "undone", "expired", NULL };

bool act_waits(const struct act *act)
{
	bool held = act->state == ACT_HELD || act->state == ACT_QUEUED;
	return held || (act->verb == VERB_END && (act->state == ACT_REFUSED || act->state == ACT_UNCLEAR));
}

enum act_state act_lifted(const struct act *act)
{
	return act_waits(act) || (act->state == ACT_REFUSED && act->done_at == TIME_NONE) ? ACT_UNDONE : ACT_UNDOING;
}

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }
#define E(s, member, list) { .name = #member, .type = FIELD_ENUM, .offset = offsetof(struct s, member), .words = (list) }
#define P(i) { .name = "p" #i, .type = FIELD_STR, .offset = offsetof(struct act, params) + (i) * sizeof(struct str) }

const struct field act_fields[] = {
	F(act, key, FIELD_STR), F(act, number, FIELD_U64), F(act, customer, FIELD_STR), E(act, verb, verb_words), F(act, service, FIELD_STR),
	F(act, instance, FIELD_STR), F(act, driver, FIELD_STR), P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7),
	{ .name = "params", .type = FIELD_U32, .offset = offsetof(struct act, param_count) }, F(act, target, FIELD_STR), F(act, desired, FIELD_BOOL),
	E(act, state, act_state_words), F(act, hold, FIELD_U32), { .name = "needs", .type = FIELD_U32, .offset = offsetof(struct act, approvals_needed) },
	{ .name = "approvers", .type = FIELD_STRS, .offset = offsetof(struct act, approvers), .count_offset = offsetof(struct act, approver_count),
		.max = ACT_APPROVERS_MAX },
	E(act, grade, grade_words), F(act, clause, FIELD_STR), F(act, rule, FIELD_STR), F(act, policy, FIELD_STR), F(act, created_at, FIELD_TIME),
	F(act, next_at, FIELD_TIME), F(act, expires_at, FIELD_TIME), F(act, done_at, FIELD_TIME), F(act, undo_until_at, FIELD_TIME), F(act, attempts, FIELD_U32),
	E(act, last_result, act_result_words), F(act, last_text, FIELD_STR), F(act, letter, FIELD_STR), F(act, ledger, FIELD_STR),
	F(act, way, FIELD_STR), F(act, proven, FIELD_BOOL), F(act, doubt_until_at, FIELD_TIME), F(act, automatic, FIELD_BOOL),
	F(act, in_hand, FIELD_BOOL), F(act, step, FIELD_U32), F(act, party, FIELD_U32), E(act, urgency, urgency_words),
	F(act, quiet, FIELD_BOOL), F(act, in_digest, FIELD_BOOL),
	{ .name = "sessions", .type = FIELD_STRS, .offset = offsetof(struct act, sessions), .count_offset = offsetof(struct act, session_count), .max = ACT_SESSIONS_MAX },
	{ .name = "rates", .type = FIELD_STRS, .offset = offsetof(struct act, rates), .count_offset = offsetof(struct act, rate_count), .max = ACT_SESSIONS_MAX },
	F(act, issued_at, FIELD_TIME), F(act, asks, FIELD_U32), F(act, saved, FIELD_STR),
	F(act, then, FIELD_STR), F(act, after, FIELD_STR), { .name = NULL },
};

const struct field act_report_fields[] = {
	F(act_report, key, FIELD_STR), E(act_report, op, act_op_words), E(act_report, result, act_result_words), F(act_report, text, FIELD_STR),
	F(act_report, retry_at, FIELD_TIME), { .name = NULL },
};
