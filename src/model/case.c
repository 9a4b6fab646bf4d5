/*
 * Tables of the case and its events. See case.h.
 */
#include "model/case.h"

const char *const case_state_words[] = { "none", "review", "open", "paused", "sealed", "resolved", "merged", "terminated", NULL };
const char *const case_event_words[] = { "none", "finding", "witness", "opened", "step", "held", "act-done", "act-refused", "act-unknown", "act-lifted", "letter",
	"answer", "auto-answer", "bounce", "paused", "resumed", "approval", "resolved", "reopened", "merged", "split", "note", "assigned", "flag", "emergency",
	"reviewed", "appeal", "task", "undone", "retracted", "corrected", "counter-notice", "stayed", "restored", "attached", "delivery", "fixed", "undertaking", "signed",
	"request", "unanswered", "part", "locked", "decided", "snoozed", "woken", NULL };

const char *const proceeding_words[] = { "none", "noticed", "locked", "decided", "stayed", "due", "ended", NULL };
const char *const decision_words[] = { "none", "transfer", "cancel", "suspend", "denied", "withdrawn", NULL };

enum decision decision_find(struct str word)
{
	for (int d = DECISION_TRANSFER; decision_words[d]; d++)
		if (str_eq(word, str_of(decision_words[d])))
			return (enum decision)d;
	return DECISION_NONE;
}

bool case_is_snoozed(const struct casefile *c, int64_t now)
{
	return c->snoozed_until_at > now;
}

const char *const dispute_words[] = { "none", "countered", "asked", "stayed", "restored", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }
#define E(s, member, list) { .name = #member, .type = FIELD_ENUM, .offset = offsetof(struct s, member), .words = (list) }
#define S(s, member, count, most) \
	{ .name = #member, .type = FIELD_STRS, .offset = offsetof(struct s, member), .count_offset = offsetof(struct s, count), .max = (most) }

const struct field exhibit_fields[] = { F(exhibit, shown, FIELD_STR), F(exhibit, reporter, FIELD_STR), { .name = NULL } };

const struct field incident_fields[] = {
	F(incident, key, FIELD_STR), F(incident, first_at, FIELD_TIME), F(incident, last_at, FIELD_TIME), F(incident, reports, FIELD_U32),
	S(incident, witnesses, witness_count, CASE_WITNESSES_MAX), S(incident, copies, copy_count, CASE_WITNESSES_MAX),
	{ .name = "exhibits", .type = FIELD_LIST, .offset = offsetof(struct incident, exhibits), .fields = exhibit_fields, .size = sizeof(struct exhibit),
		.count_offset = offsetof(struct incident, exhibit_count), .max = CASE_WITNESSES_MAX },
	{ .name = NULL },
};

const struct field rights_notice_fields[] = {
	F(rights_notice, report_id, FIELD_STR), F(rights_notice, reporter, FIELD_STR), F(rights_notice, reply_to, FIELD_STR), F(rights_notice, about, FIELD_STR),
	F(rights_notice, received_at, FIELD_TIME), F(rights_notice, retracted, FIELD_BOOL), { .name = NULL },
};

static const struct field joined_fields[] = {
	E(joined, state, case_state_words), F(joined, at, FIELD_TIME), F(joined, resolved_at, FIELD_TIME), F(joined, review_by_at, FIELD_TIME),
	S(joined, receipts, receipt_count, CASE_RECEIPTS_MAX), F(joined, event, FIELD_U64), F(joined, reports, FIELD_U64), F(joined, strikes, FIELD_U64),
	F(joined, flags, FIELD_U32), E(joined, grade, grade_words), E(joined, role, part_words), E(joined, content, part_words),
	F(joined, first_event_at, FIELD_TIME), F(joined, last_event_at, FIELD_TIME), F(joined, asked, FIELD_BOOL), { .name = NULL },
};

const struct field casefile_fields[] = {
	F(casefile, number, FIELD_U64), F(casefile, thread, FIELD_U64), F(casefile, customer, FIELD_STR), F(casefile, tenant, FIELD_STR),
	F(casefile, group, FIELD_STR), F(casefile, user, FIELD_STR), F(casefile, service, FIELD_STR),
	S(casefile, resellers, reseller_count, SUBJECT_CHAIN_MAX), E(casefile, state, case_state_words), F(casefile, flags, FIELD_U32),
	F(casefile, policy, FIELD_STR), F(casefile, clause, FIELD_STR), F(casefile, rule, FIELD_STR), F(casefile, ladder, FIELD_STR),
	E(casefile, severity, severity_words), E(casefile, grade, grade_words), F(casefile, assigned, FIELD_STR), F(casefile, opened_at, FIELD_TIME),
	F(casefile, changed_at, FIELD_TIME), F(casefile, resolved_at, FIELD_TIME), F(casefile, first_event_at, FIELD_TIME),
	F(casefile, last_event_at, FIELD_TIME), F(casefile, event_count, FIELD_U64), F(casefile, report_count, FIELD_U64),
	F(casefile, incident_count, FIELD_U64), F(casefile, strikes, FIELD_U64),
	{ .name = "recent", .type = FIELD_LIST, .offset = offsetof(struct casefile, recent), .fields = incident_fields, .size = sizeof(struct incident),
		.count_offset = offsetof(struct casefile, recent_count), .max = CASE_INCIDENTS_MAX },
	F(casefile, next_step, FIELD_U32), F(casefile, rounds, FIELD_U32), F(casefile, ladder_started_at, FIELD_TIME), F(casefile, paused_at, FIELD_TIME),
	F(casefile, next_due_at, FIELD_TIME),
	F(casefile, fix_by_at, FIELD_TIME), F(casefile, appeal_until_at, FIELD_TIME), F(casefile, review_by_at, FIELD_TIME),
	F(casefile, recheck_since_at, FIELD_TIME), F(casefile, recheck_until_at, FIELD_TIME), F(casefile, fixes, FIELD_U32),
	F(casefile, probation_us, FIELD_INT), F(casefile, probation_since_at, FIELD_TIME), F(casefile, probation_until_at, FIELD_TIME), F(casefile, probation_step, FIELD_U32),
	F(casefile, asked_at, FIELD_TIME), F(casefile, asked_until_at, FIELD_TIME), F(casefile, ask_act, FIELD_STR),
	F(casefile, snoozed_until_at, FIELD_INT),
	F(casefile, answered, FIELD_BOOL), F(casefile, noticed, FIELD_BOOL), F(casefile, letters, FIELD_U32), F(casefile, attachments, FIELD_U32),
	F(casefile, kind, FIELD_STR), F(casefile, port, FIELD_U32), E(casefile, role, part_words), E(casefile, content, part_words),
	F(casefile, role_by, FIELD_STR), F(casefile, content_by, FIELD_STR),
	F(casefile, because, FIELD_STR), F(casefile, source_text, FIELD_STR),
	F(casefile, merged_into, FIELD_STR), F(casefile, opened_by, FIELD_STR),
	{ .name = "joined", .type = FIELD_LIST, .offset = offsetof(struct casefile, joined), .fields = joined_fields, .size = sizeof(struct joined),
		.count_offset = offsetof(struct casefile, joined_count), .max = 1 },
	S(casefile, cutters, cutter_count, CASE_PEOPLE_MAX), S(casefile, deciders, decider_count, CASE_PEOPLE_MAX), F(casefile, next_what, FIELD_STR),
	F(casefile, wanted, FIELD_STR), F(casefile, wanted_by, FIELD_STR), F(casefile, resolution, FIELD_STR),
	{ .name = "notices", .type = FIELD_LIST, .offset = offsetof(struct casefile, notices), .fields = rights_notice_fields, .size = sizeof(struct rights_notice),
		.count_offset = offsetof(struct casefile, notice_count), .max = CASE_NOTICES_MAX },
	S(casefile, upstreams, upstream_count, CASE_UPSTREAMS_MAX), F(casefile, upstream_due_at, FIELD_INT),
	S(casefile, receipts, receipt_count, CASE_RECEIPTS_MAX), F(casefile, told, FIELD_U64), F(casefile, untold, FIELD_U64),
	E(casefile, dispute, dispute_words), F(casefile, counter_at, FIELD_TIME), F(casefile, restore_at, FIELD_TIME), F(casefile, restore_by_at, FIELD_TIME),
	E(casefile, proceeding, proceeding_words), E(casefile, decision, decision_words), F(casefile, disputed, FIELD_STR), F(casefile, lock_by_at, FIELD_TIME),
	F(casefile, implement_at, FIELD_TIME),
	{ .name = "verdict", .type = FIELD_ENUM, .offset = offsetof(struct casefile, verdict), .words = verdict_words },
	S(casefile, dead, dead_count, CASE_PEOPLE_MAX), S(casefile, acts, act_count, CASE_ACTS_MAX), { .name = NULL },
};

const char *const teller_words[] = { "none", "trusted", "feedback-loop", "ourselves", "other", "trusted-flagger", NULL };

const struct field case_event_fields[] = {
	F(case_event, number, FIELD_U64), F(case_event, n, FIELD_U64), E(case_event, type, case_event_words), F(case_event, at, FIELD_TIME),
	F(case_event, event_at, FIELD_TIME), F(case_event, actor, FIELD_STR), F(case_event, text, FIELD_STR), F(case_event, policy, FIELD_STR),
	F(case_event, clause, FIELD_STR), F(case_event, rule, FIELD_STR), F(case_event, source, FIELD_STR), F(case_event, act, FIELD_STR),
	F(case_event, record, FIELD_STR), F(case_event, reporter, FIELD_STR), E(case_event, grade, grade_words), F(case_event, binding, FIELD_STR),
	F(case_event, held_from_at, FIELD_INT), F(case_event, held_until_at, FIELD_INT),
	S(case_event, reasons, reason_count, SUBJECT_REASONS_MAX),
	{ .name = "terms", .type = FIELD_LIST, .offset = offsetof(struct case_event, terms), .fields = term_fields, .size = sizeof(struct term),
		.count_offset = offsetof(struct case_event, term_count), .max = FINDING_TERMS_MAX },
	{ .name = "item", .type = FIELD_STRUCT, .offset = offsetof(struct case_event, item), .fields = position_fields }, F(case_event, raw, FIELD_STR),
	F(case_event, incident, FIELD_STR), F(case_event, shown, FIELD_STR), F(case_event, copy, FIELD_BOOL), E(case_event, kind, kind_words), E(case_event, told, teller_words), { .name = NULL },
};

const struct field earlier_fields[] = {
	{ .name = "seen", .type = FIELD_STRUCT, .offset = offsetof(struct earlier, seen), .fields = observation_fields },
	{ .name = "whose", .type = FIELD_STRUCT, .offset = offsetof(struct earlier, whose), .fields = subject_fields },
	F(earlier, policy, FIELD_STR), F(earlier, clause, FIELD_STR), F(earlier, rule, FIELD_STR), F(earlier, key, FIELD_STR), F(earlier, until_at, FIELD_TIME),
	{ .name = NULL },
};
