/*
 * Tables of items and letters. See item.h and letter.h.
 */
#include "model/item.h"

#include "model/letter.h"

const char *const item_type_words[] = { "none", "unparsed", "prose", "answer", "auto-answer", "bounce", "report", "sealed", "delayed", "delivered", NULL };
const char *const item_state_words[] = { "waiting", "confirmed", "discarded", "ignored", "done", NULL };

const char *const letter_field_names[] = { "case", "customer", "clause", "clause_title", "clause_text", "policy_version", "because", "evidence", "first", "last",
	"count", "source", "next_step", "next_at", "deadline", "how_to_answer", "appeal_until", "provider", "contact", "reply_address", "service",
	"reporter_reference", "receipt", "status", "reason", "report_time", "reseller", "fix_within", "recheck_until", "probation", "text", "notice", "restore_at", "restore_by", "reasons",
	"part", "implement_at", "decision", "link", "link_fixed", "link_appeal", "link_acknowledge", "link_result", "link_case", "new", "open", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }
#define E(s, member, list) { .name = #member, .type = FIELD_ENUM, .offset = offsetof(struct s, member), .words = (list) }

static const struct field said_fields[] = {
	F(said, at, FIELD_TIME), F(said, at_zoned, FIELD_BOOL), F(said, zoned, FIELD_BOOL), F(said, east_s, FIELD_INT), F(said, port, FIELD_U16),
	F(said, unclear, FIELD_U32), F(said, asks_status, FIELD_BOOL), F(said, says_more, FIELD_BOOL),
	{ .name = "addresses", .type = FIELD_STRS, .offset = offsetof(struct said, addresses), .count_offset = offsetof(struct said, address_count), .max = SAID_ADDRESSES_MAX },
	{ .name = NULL },
};

const struct field item_fields[] = {
	E(item, type, item_type_words), E(item, state, item_state_words),
	{ .name = "at", .type = FIELD_STRUCT, .offset = offsetof(struct item, at), .fields = position_fields }, F(item, received_at, FIELD_TIME),
	F(item, listener, FIELD_STR), F(item, name, FIELD_STR), F(item, format, FIELD_STR), F(item, reason, FIELD_STR), F(item, token, FIELD_STR), F(item, message_id, FIELD_STR),
	F(item, in_reply_to, FIELD_STR), F(item, reply_to, FIELD_STR), F(item, reporter, FIELD_STR), F(item, subject_line, FIELD_STR), F(item, text, FIELD_STR),
	F(item, about, FIELD_STR),
	{ .name = "said", .type = FIELD_LIST, .offset = offsetof(struct item, said), .fields = said_fields, .size = sizeof(struct said),
		.count_offset = offsetof(struct item, said_count), .max = 1 },
	{ .name = "candidates", .type = FIELD_LIST, .offset = offsetof(struct item, candidates), .fields = observation_fields, .size = sizeof(struct observation),
		.count_offset = offsetof(struct item, candidate_count), .max = 256 },
	F(item, raw_digest, FIELD_DIGEST), F(item, raw_len, FIELD_U64), F(item, raw, FIELD_STR), F(item, raw_in_case, FIELD_BOOL), F(item, receipt, FIELD_STR),
	{ .name = "problems", .type = FIELD_STRS, .offset = offsetof(struct item, problems), .count_offset = offsetof(struct item, problem_count), .max = 256 },
	E(item, urgency, urgency_words), { .name = NULL },
};

const struct field letter_fields[] = {
	F(letter, message_id, FIELD_STR), F(letter, number, FIELD_U64), F(letter, customer, FIELD_STR), F(letter, to, FIELD_STR), F(letter, from, FIELD_STR),
	F(letter, reply_to, FIELD_STR), F(letter, language, FIELD_STR), F(letter, name, FIELD_STR), F(letter, subject, FIELD_STR), F(letter, body, FIELD_STR),
	F(letter, attached, FIELD_STR), F(letter, acns, FIELD_STR), F(letter, receipt, FIELD_STR), F(letter, parked, FIELD_STR), F(letter, in_reply_to, FIELD_STR), F(letter, policy, FIELD_STR),
	F(letter, made_at, FIELD_TIME), F(letter, automatic, FIELD_BOOL), { .name = NULL },
};

static const struct field ignore_rule_fields[] = {
	F(ignore_rule, name, FIELD_STR), F(ignore_rule, reporter, FIELD_STR), F(ignore_rule, subject, FIELD_STR), F(ignore_rule, by, FIELD_STR),
	F(ignore_rule, because, FIELD_STR), { .name = "since", .type = FIELD_TIME, .offset = offsetof(struct ignore_rule, since_at) }, { .name = NULL },
};

const struct field ignore_rules_fields[] = {
	{ .name = "rules", .type = FIELD_LIST, .offset = offsetof(struct ignore_rules, list), .fields = ignore_rule_fields, .size = sizeof(struct ignore_rule),
		.count_offset = offsetof(struct ignore_rules, count), .max = IGNORE_RULES_MAX }, { .name = NULL },
};
