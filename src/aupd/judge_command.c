/*
 * Commands of people: each checked, folded like everything else, and recorded. See judge.h.
 *
 * Who asks comes from the proof (judge_proof.c), never from the command. A look-up of a person leaves a
 * row with who, when and why.
 */
#include "aupd/judge_command.h"
#include "base/clock.h"

struct str command_arg(const struct commanding *c, const char *name)
{
	return json_text(c->root, name);
}

void command_put_case(struct commanding *c, uint64_t number)
{
	char text[CASE_TEXT_MAX];
	case_text(number, text);
	jsonw_str(c->w, "case", str_of(text));
}

uint64_t command_limit(const struct commanding *c)
{
	const struct json *n = json_get(c->root, "limit");
	return n && n->is_integer && n->integer > 0 ? (uint64_t)n->integer : UINT64_MAX;
}

static struct str arg(const struct commanding *c, const char *name)
{
	return command_arg(c, name);
}

/* The numbers of the events that a split takes along. */
static enum err read_moved(struct commanding *c, struct fold_command *cmd)
{
	const struct json *list = json_get(c->root, "events");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		uint64_t n = m->is_integer && m->integer > 0 ? (uint64_t)m->integer : 0;
		/* a form has texts alone */
		if (!n && (m->type != JSON_STRING || str_to_u64(m->text, INT64_MAX, &n) != OK || !n))
			return why_set(c->why, ERR_SYNTAX, "events are named by their numbers");
		if (cmd->moved_count == CASE_MOVED_MAX)
			return why_set(c->why, ERR_LIMIT, "at most %d reports leave at once", CASE_MOVED_MAX);
		cmd->moved[cmd->moved_count++] = n;
	}
	return OK;
}

/* What was held because aupd only observes is released by a person, one by one, after the switch. */
static enum err check_observe(struct commanding *c, struct fold_command *cmd)
{
	struct act act = { 0 };
	struct row row;
	char number[CASE_TEXT_MAX];
	case_text(cmd->number, number);
	if (!str_starts(cmd->act, STR("C-")))
		cmd->act = str_format(work_arena(c->j->fold.work), "%s/%.*s", number, STR_ARG(cmd->act));
	enum err e = work_load(c->j->fold.work, TABLE_ACT, cmd->act, act_fields, &act, &row, c->why);
	bool on = true;
	if (e == OK && act.hold & HOLD_OBSERVE)
		e = judge_enforces(c->j, &on, c->why);
	if (!on) {
		e = why_set(c->why, ERR_DENIED, "enforcement is observe-only: %.*s would be held again", STR_ARG(act.key));
		why_hint(c->why, "aup enforcement on");
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* An act that need not be named because there is only one: held for an approval, wanted for an undo. */
static enum err only_act(struct commanding *c, enum case_input_type type, struct fold_command *cmd)
{
	struct casefile found = { 0 };
	struct row row;
	enum err e = fold_find_case(&c->j->fold, cmd->number, &found, &row, c->why);
	for (unsigned i = 0; e == OK && i < found.act_count; i++) {
		struct act act = { 0 };
		e = work_load(c->j->fold.work, TABLE_ACT, found.acts[i], act_fields, &act, &row, c->why);
		bool thinks = act.state == ACT_QUEUED && !act.in_hand && act.undo_until_at > c->j->fold.now;
		bool fits = type == INPUT_APPROVE ? act.state == ACT_HELD : act.desired && (thinks || act.verb >= VERB_LIMIT || (act.verb == VERB_END && act_waits(&act)));
		if (e || !fits)
			continue;
		if (cmd->act.len)
			return why_set(c->why, ERR_RANGE, "several acts could be meant: name one, such as %.*s", STR_ARG(act.key));
		cmd->act = act.key;
	}
	return e == OK && !cmd->act.len ? why_set(c->why, ERR_NOTFOUND, type == INPUT_APPROVE ? "nothing waits for an approval" : "nothing is in force") : e;
}

/* Of a sealed case: asked for, and not done before a second person asks. */
static enum err tell_waiting(struct commanding *c, uint64_t number)
{
	struct casefile after;
	struct row row;
	enum err e = fold_find_case(&c->j->fold, number, &after, &row, c->why);
	if (e == OK && after.wanted_by.len)
		jsonw_bool(c->w, "waits", true);
	return e;
}

static enum err case_command(struct commanding *c, enum case_input_type type)
{
	struct fold_command cmd = { .type = type, .actor = c->who, .text = arg(c, "text"), .service = arg(c, "service"), .act = arg(c, "act"),
		.clause = arg(c, "clause"), .customer = arg(c, "customer"), .ladder = arg(c, "ladder"), .part = part_find(arg(c, "part")), .decision = decision_find(arg(c, "decision")),
		.on = json_flag(c->root, "on", false), .anew = json_flag(c->root, "anew", false), .flag = (uint32_t)json_int(c->root, "flag", 0) };
	uint64_t number = 0;
	enum err e = type == INPUT_OPEN ? OK : command_case(c, &cmd.number);
	if (e)
		return e;
	if (type == INPUT_MERGE && case_parse(arg(c, "into"), &cmd.other) != OK)
		return why_set(c->why, ERR_SYNTAX, "into which case? a number such as C-4711 is needed");
	if (type == INPUT_UNDERTAKING && span_parse(arg(c, "probation"), &cmd.span_us) != OK)
		return why_set(c->why, ERR_SYNTAX, "how long is the probation? a span such as 90d is needed");
	if (type == INPUT_REQUEST && span_parse(arg(c, "within"), &cmd.span_us) != OK)
		return why_set(c->why, ERR_SYNTAX, "how long has the customer to answer? a span such as 5d is needed");
	e = read_moved(c, &cmd);
	if (e == OK && (type == INPUT_APPROVE || type == INPUT_UNDO) && !cmd.act.len)
		e = only_act(c, type, &cmd);
	if (e == OK && type == INPUT_APPROVE)
		e = check_observe(c, &cmd);
	if (e)
		return e;
	e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	command_put_case(c, number);
	return tell_waiting(c, number);
}

static enum err cmd_open(struct commanding *c) { return case_command(c, INPUT_OPEN); }

static enum err cmd_approve(struct commanding *c) { return case_command(c, INPUT_APPROVE); }
static enum err cmd_resolve(struct commanding *c) { return case_command(c, INPUT_RESOLVE); }
static enum err cmd_reopen(struct commanding *c) { return case_command(c, INPUT_REOPEN); }
static enum err cmd_reply(struct commanding *c) { return case_command(c, INPUT_REPLY); }
static enum err cmd_assign(struct commanding *c) { return case_command(c, INPUT_ASSIGN); }
static enum err cmd_note(struct commanding *c) { return case_command(c, INPUT_NOTE); }
static enum err cmd_merge(struct commanding *c) { return case_command(c, INPUT_MERGE); }
static enum err cmd_split(struct commanding *c) { return case_command(c, INPUT_SPLIT); }
static enum err cmd_undo(struct commanding *c) { return case_command(c, INPUT_UNDO); }
static enum err cmd_flag(struct commanding *c) { return case_command(c, INPUT_FLAG); }
static enum err cmd_emergency(struct commanding *c) { return case_command(c, INPUT_EMERGENCY); }
static enum err cmd_review(struct commanding *c) { return case_command(c, INPUT_REVIEWED); }
static enum err cmd_counter(struct commanding *c) { return case_command(c, INPUT_COUNTER); }
static enum err cmd_stay(struct commanding *c) { return case_command(c, INPUT_STAY); }
static enum err cmd_undertaking(struct commanding *c) { return case_command(c, INPUT_UNDERTAKING); }
static enum err cmd_request(struct commanding *c) { return case_command(c, INPUT_REQUEST); }
static enum err cmd_part(struct commanding *c) { return case_command(c, INPUT_PART); }
static enum err cmd_locked(struct commanding *c) { return case_command(c, INPUT_LOCKED); }
static enum err cmd_decided(struct commanding *c) { return case_command(c, INPUT_DECIDED); }
static enum err cmd_signed(struct commanding *c) { return case_command(c, INPUT_SIGNED); }
static enum err cmd_fixed(struct commanding *c) { return case_command(c, INPUT_FIXED); }
static enum err cmd_appeal(struct commanding *c) { return case_command(c, INPUT_APPEAL); }

/* One step of the test clock: to the next due row, or to the end of the span. */
static enum err cmd_clock(struct commanding *c)
{
	int64_t until = json_int(c->root, "until", 0), due = TIME_NONE;
	struct judge *j = c->j;
	if (!clock_is_test())
		return why_set(c->why, ERR_DENIED, "there is no test clock: the configuration does not say testing yes");
	if (!until) {
		int64_t us;
		if (span_parse(arg(c, "span"), &us) != OK)
			return why_set(c->why, ERR_SYNTAX, "a span such as 48h is needed");
		until = clock_wall_at() + us;
	}
	enum err e = j->driver->next_due(j->store, &due, c->why);
	if (e)
		return e;
	int64_t to = due != TIME_NONE && due > clock_wall_at() && due < until ? due : until;
	/* what is due now is done first, with the time as it stands */
	if (due != TIME_NONE && due <= clock_wall_at())
		to = clock_wall_at();
	e = clock_test_set(to);
	if (e)
		return why_set(c->why, e, "the test clock cannot go there");
	jsonw_int(c->w, "until", until);
	jsonw_int(c->w, "now", to);
	jsonw_time(c->w, "time", to);
	role_send(j->role, "clock");
	return OK;
}

/* Whoever switches enforcement on, also when it is on, has looked: what the breakers held stays held, and they begin anew. */
static enum err close_breakers(struct commanding *c)
{
	struct query q = { .table = TABLE_SWITCH, .key_prefix = STR(BRAKE_OPEN), .due_by = TIME_NONE, .by_key = true, .limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++)
		e = work_delete(c->j->fold.work, TABLE_SWITCH, rows[i].key, c->why);
	return e;
}

static enum err cmd_switch(struct commanding *c)
{
	struct row row;
	bool on = json_flag(c->root, "on", false);
	enum err e = on ? close_breakers(c) : OK;
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_SWITCH, STR("enforcement"), &row, c->why);
	if (e)
		return e;
	/* acts that observe-only held stay held: each may be let go by a person, none goes off by surprise */
	command_changes(c, row.version ? row.body : STR("never switched"), on ? STR("on") : STR("observe"));
	row.owner = c->who;
	row.rank = c->j->fold.now;
	row.body = on ? STR("on") : STR("observe");
	jsonw_str(c->w, "enforcement", row.body);
	role_send(c->j->role, on ? "enforce" : "observe");
	return work_put(c->j->fold.work, &row, c->why);
}

static enum err cmd_backup(struct commanding *c)
{
	struct str name = arg(c, "file");
	/* nothing else in the directory ends so, and the store itself is not written over */
	if (!str_ends_fold(name, STR(".db")) || str_chr(name, '/') != SIZE_MAX || str_eq(name, c->j->role->share.store))
		return why_set(c->why, ERR_SYNTAX, "a backup is a file name in the data directory that ends in .db, and not the store");
	struct row row;
	enum err e = c->j->driver->backup(c->j->store, role_fd(c->j->role, "data"), str_c(work_arena(c->j->fold.work), name), c->why);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_SWITCH, STR("backup"), &row, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "file", name);
	row.owner = c->who;
	row.rank = c->j->fold.now;
	row.body = name;
	e = work_put(c->j->fold.work, &row, c->why);
	/* an erasure tells of every copy that still has what it erases */
	struct row copy = { .table = TABLE_SWITCH, .key = str_format(work_arena(c->j->fold.work), "backup/%lld", (long long)c->j->fold.now), .owner = c->who,
		.due_at = TIME_NONE, .rank = c->j->fold.now, .body = name };
	return e ? e : work_put(c->j->fold.work, &copy, c->why);
}

/* What only tells changes nothing but the record of the look-up, and answers a GET. What changes is kept for a replay, unless its answer tells a secret. */
enum use { TELLS, KEPT, UNKEPT };

#define WITH_KEYS (SCOPES(SCOPE_OPERATOR) | SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) | SCOPES(SCOPE_REPORTER))

#define WITH_ACCOUNTS (SCOPES(SCOPE_OPERATOR) | SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER))

/* scopes: whose it is when it is not an operator's. */
static const struct { const char *op; enum err (*run)(struct commanding *); enum use use; unsigned scopes; } commands[] = {
	{ "case-open", cmd_open, KEPT, 0 }, { "case-approve", cmd_approve, KEPT, 0 }, { "case-resolve", cmd_resolve, KEPT, 0 }, { "case-reopen", cmd_reopen, KEPT, 0 },
	{ "case-reply", cmd_reply, KEPT, 0 }, { "case-assign", cmd_assign, KEPT, 0 }, { "case-note", cmd_note, KEPT, 0 }, { "case-merge", cmd_merge, KEPT, 0 },
	{ "case-split", cmd_split, KEPT, 0 }, { "case-undo", cmd_undo, KEPT, 0 }, { "case-flag", cmd_flag, KEPT, 0 }, { "case-emergency", cmd_emergency, KEPT, 0 },
	{ "case-review", cmd_review, KEPT, 0 }, { "case-next", cmd_case_next, KEPT, 0 }, { "case-back", cmd_case_back, KEPT, 0 }, { "case-appeal", cmd_appeal, KEPT, 0 },
	{ "case-counter", cmd_counter, KEPT, 0 }, { "case-stay", cmd_stay, KEPT, 0 }, { "case-reasons", cmd_reasons, TELLS, 0 }, { "case-fixed", cmd_fixed, KEPT, 0 },
	{ "case-undertaking", cmd_undertaking, KEPT, 0 }, { "case-signed", cmd_signed, KEPT, 0 }, { "case-ask", cmd_request, KEPT, 0 }, { "case-part", cmd_part, KEPT, 0 },
	{ "case-explain", cmd_case_explain, TELLS, 0 }, { "case-raw", cmd_case_raw, TELLS, 0 }, { "case-notice", cmd_case_notice, TELLS, 0 },
	{ "appeals", cmd_appeals, TELLS, 0 }, { "today", cmd_today, TELLS, 0 }, { "unattributed", cmd_unattributed, TELLS, 0 },
	{ "case-locked", cmd_locked, KEPT, 0 }, { "case-decision", cmd_decided, KEPT, 0 },
	{ "case-bulk", cmd_case_bulk, KEPT, 0 }, { "case-bulk-undo", cmd_case_bulk_undo, KEPT, 0 }, { "case-bulks", cmd_case_bulks, TELLS, 0 },
	{ "case-snooze", cmd_case_snooze, KEPT, 0 }, { "case-wake", cmd_case_wake, KEPT, 0 },
	{ "case-attach", cmd_case_attach, KEPT, 0 }, { "case-attachment", cmd_case_attachment, TELLS, 0 }, { "macro-add", cmd_macro_add, KEPT, 0 },
	{ "macro-remove", cmd_macro_remove, KEPT, 0 }, { "macros", cmd_macros, TELLS, 0 }, { "macro-run", cmd_macro_run, KEPT, 0 },
	{ "queue", cmd_queue, TELLS, 0 }, { "search", cmd_search, TELLS, 0 }, { "reporter-decide", cmd_reporter_decide, KEPT, 0 },
	{ "reporter-show", cmd_reporter_show, TELLS, 0 }, { "reporters", cmd_reporters, TELLS, 0 },
	{ "reseller-ack", cmd_reseller_ack, KEPT, 0 },
	{ "reseller-fail", cmd_reseller_fail, KEPT, 0 }, { "reseller-pass", cmd_reseller_pass, KEPT, 0 },
	{ "reseller-finding", cmd_reseller_finding, KEPT, 0 }, { "reseller-plan", cmd_reseller_plan, KEPT, 0 }, { "reseller-kept", cmd_reseller_kept, KEPT, 0 },
	{ "reseller-list", cmd_reseller_list, TELLS, 0 }, { "reseller-scorecard", cmd_reseller_scorecard, TELLS, 0 }, { "reseller-show", cmd_reseller_show, TELLS, 0 },
	{ "reseller-tree", cmd_reseller_tree, TELLS, 0 },
	{ "registry-import", cmd_registry_import, KEPT, 0 }, { "registry-export", cmd_registry_export, TELLS, 0 }, { "registry-terms", cmd_registry_terms, TELLS, 0 },
	{ "policy-post", cmd_policy_post, KEPT, 0 }, { "policy-shadow", cmd_policy_shadow, KEPT, 0 }, { "who", cmd_who, TELLS, 0 },
	{ "policy-draft", cmd_policy_draft, KEPT, 0 }, { "policy-versions", cmd_policy_versions, TELLS, 0 }, { "policy-version", cmd_policy_version, TELLS, 0 },
	{ "audit", cmd_audit, TELLS, 0 }, { "policy-letters", cmd_policy_letters, TELLS, 0 }, { "sessions", cmd_sessions, TELLS, WITH_ACCOUNTS },
	{ "session-end", cmd_session_end, UNKEPT, WITH_ACCOUNTS },
	{ "keys-set", cmd_keys_set, KEPT, 0 }, { "password", cmd_password, UNKEPT, WITH_ACCOUNTS }, { "recovery", cmd_recovery, UNKEPT, WITH_ACCOUNTS },
	{ "policy-tested", cmd_policy_tested, KEPT, 0 }, { "policy-backtest", cmd_policy_backtest, TELLS, 0 }, { "policy-bundle", cmd_policy_bundle, TELLS, 0 },
	{ "policy-file", cmd_policy_file, TELLS, 0 }, { "policy-changes", cmd_policy_changes, TELLS, 0 },
	{ "bindings-import", cmd_bindings_import, KEPT, 0 }, { "bindings-follow", cmd_bindings_follow, KEPT, 0 }, { "bindings-status", cmd_bindings_status, TELLS, 0 },
	{ "act-preview", cmd_act_preview, TELLS, 0 },
	{ "customer-show", cmd_customer_show, TELLS, 0 }, { "customer-sessions", cmd_customer_sessions, TELLS, 0 },
	{ "usage", cmd_usage, TELLS, SCOPES(SCOPE_OPERATOR) | SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "lookups", cmd_lookups, TELLS, 0 }, { "clock", cmd_clock, UNKEPT, 0 }, { "intake-confirm", cmd_confirm, KEPT, 0 }, { "intake-discard", cmd_discard, KEPT, 0 },
	{ "intake-answer", cmd_answer, KEPT, 0 }, { "intake-raw", cmd_reparse, TELLS, 0 }, { "intake-ignore", cmd_ignore, KEPT, 0 }, { "enforcement", cmd_switch, KEPT, 0 },
	{ "backup", cmd_backup, KEPT, 0 }, { "evidence-status", cmd_evidence_status, TELLS, 0 }, { "evidence-consistency", cmd_evidence_consistency, TELLS, 0 },
	{ "evidence-proof", cmd_evidence_proof, TELLS, 0 }, { "evidence-export", cmd_evidence_export, TELLS, 0 }, { "evidence-policy", cmd_evidence_policy, TELLS, 0 },
	{ "evidence-raw", cmd_evidence_raw, TELLS, 0 }, { "evidence-seal", cmd_evidence_seal, UNKEPT, 0 },
	{ "erase", cmd_erase, UNKEPT, 0 }, { "hold", cmd_hold, UNKEPT, 0 }, { "holds", cmd_holds, TELLS, 0 },
	{ "sightings", cmd_sightings, TELLS, 0 }, { "key-add", cmd_key_add, UNKEPT, 0 }, { "key-revoke", cmd_key_revoke, KEPT, 0 },
	{ "onetime", cmd_onetime, UNKEPT, SCOPES(SCOPE_NOBODY) },
	{ "user-add", cmd_user_add, UNKEPT, 0 }, { "user-role", cmd_user_role, KEPT, 0 }, { "user-reset", cmd_user_reset, UNKEPT, 0 },
	{ "user-disable", cmd_user_disable, KEPT, 0 }, { "users", cmd_users, TELLS, 0 },
	{ "user-oidc", cmd_user_oidc, KEPT, 0 }, { "login-oidc", cmd_login_oidc, UNKEPT, SCOPES(SCOPE_NOBODY) },
	{ "prove-oidc", cmd_prove_oidc, UNKEPT, WITH_ACCOUNTS }, { "bind-oidc", cmd_bind_oidc, UNKEPT, WITH_ACCOUNTS },
	{ "oidc-back", cmd_oidc_back, UNKEPT, WITH_ACCOUNTS | SCOPES(SCOPE_NOBODY) },
	{ "login", cmd_login, UNKEPT, SCOPES(SCOPE_NOBODY) }, { "welcome", cmd_welcome, UNKEPT, SCOPES(SCOPE_NOBODY) },
	{ "welcome-code", cmd_welcome_code, UNKEPT, WITH_ACCOUNTS }, { "prove", cmd_prove, UNKEPT, WITH_ACCOUNTS },
	{ "session-seen", cmd_session_seen, UNKEPT, WITH_ACCOUNTS }, { "logout", cmd_logout, UNKEPT, WITH_ACCOUNTS },
	{ "webhook-add", cmd_webhook_add, UNKEPT, WITH_KEYS }, { "webhook-remove", cmd_webhook_remove, KEPT, WITH_KEYS },
	{ "webhook-rotate", cmd_webhook_rotate, UNKEPT, WITH_KEYS }, { "webhook-enable", cmd_webhook_enable, KEPT, WITH_KEYS },
	{ "webhook-test", cmd_webhook_test, KEPT, WITH_KEYS }, { "webhook-redeliver", cmd_webhook_redeliver, KEPT, WITH_KEYS },
	{ "my-answer", cmd_my_answer, KEPT, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-evidence", cmd_my_evidence, KEPT, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-pack", cmd_my_pack, TELLS, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "blocked", cmd_blocked, TELLS, SCOPES(SCOPE_NOBODY) },
	{ "my-scorecard", cmd_my_scorecard, TELLS, SCOPES(SCOPE_RESELLER) },
	{ "my-terms", cmd_my_terms, TELLS, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-keys", cmd_my_keys, TELLS, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-key-add", cmd_my_key_add, UNKEPT, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-key-revoke", cmd_my_key_revoke, KEPT, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-told", cmd_my_told, TELLS, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-reasons", cmd_my_reasons, TELLS, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
	{ "my-acknowledge", cmd_my_acknowledge, KEPT, SCOPES(SCOPE_RESELLER) }, { "my-result", cmd_my_result, KEPT, SCOPES(SCOPE_RESELLER) },
	{ "my-policy-acknowledge", cmd_my_policy_acknowledge, KEPT, SCOPES(SCOPE_RESELLER) },
	{ "my-fixed", cmd_my_fixed, KEPT, SCOPES(SCOPE_CUSTOMER) },
	{ "my-appeal", cmd_my_appeal, KEPT, SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER) },
};

/* Of the session's own: it comes and goes by these, whatever it may else. */
static bool is_of_session(struct str op)
{
	static const char *const ops[] = { "welcome-code", "prove", "session-seen", "logout", "session-end", "keys-set", "password", "recovery", "prove-oidc", "bind-oidc",
		"oidc-back" };
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (str_eq(op, str_of(ops[i])))
			return true;
	return false;
}

/* Does it stand in the audit? What is tried alone, or goes on in a session as it was, does not; nor what outsiders do, which their cases tell. */
static bool is_deed(const struct commanding *c, struct str op)
{
	static const char *const none[] = { "clock", "session-seen", "keys-set", "logout", "prove", "welcome-code", "prove-oidc", "bind-oidc", "oidc-back" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (str_eq(op, str_of(none[i])))
			return false;
	bool tried = (str_starts(op, STR("case-bulk")) || str_eq(op, STR("macro-run"))) && json_flag(c->root, "dry", true);
	return c->p.scope == SCOPE_OPERATOR && !tried && !json_flag(c->root, "show", false);
}

bool command_sees_people(const struct commanding *c)
{
	return c->p.scope == SCOPE_OPERATOR && (!c->p.session.len || role_sees_people(c->session.role));
}

/* What a session may, beyond its scope: by its role, and by how long ago its owner proved who he is. */
static enum err check_session(const struct commanding *c, struct str op, bool tells)
{
	if (!c->p.session.len || is_of_session(op))
		return OK;
	if (c->session.enrols)
		return why_set(c->why, ERR_DENIED, "the account is not active yet");
	if (c->p.scope == SCOPE_OPERATOR && !role_may(c->session.role, op, tells))
		return why_set(c->why, ERR_DENIED, "this is not for the role %s", role_of_words[c->session.role]);
	/* to stop everything must be quick, and harms least; a trial changes nothing */
	bool stops = str_eq(op, STR("enforcement")) && !json_flag(c->root, "on", false), tries = str_starts(op, STR("case-bulk")) && json_flag(c->root, "dry", true);
	if (!tells && !stops && !tries && command_is_heavy(op) && (c->session.proved_at == TIME_NONE || c->j->fold.now - c->session.proved_at > SESSION_PROVED_MINUTES * MINUTE_US))
		return why_set(c->why, ERR_DENIED, "this is a heavy step: prove again who you are");
	return OK;
}

/* reads: it was asked for by a GET. *ret_keeps: its answer may be kept. */
static enum err judge_command(struct commanding *c, bool reads, bool *ret_keeps)
{
	struct str op = command_arg(c, "op");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		unsigned scopes = commands[i].scopes ? commands[i].scopes : SCOPES(SCOPE_OPERATOR);
		if (!str_eq(op, str_of(commands[i].op)))
			continue;
		if (!(scopes & SCOPES(c->p.scope)))
			return why_set(c->why, ERR_DENIED, "this is not for a %s", scope_words[c->p.scope]);
		/* by the page of one case: what is said to it, and what it shows; each of these looks which case it is */
		if (c->p.only && (!str_starts(op, STR("my-")) || str_starts(op, STR("my-key")) || str_eq(op, STR("my-terms"))))
			return why_set(c->why, ERR_DENIED, "a link is for one case alone");
		if (reads && commands[i].use != TELLS)
			return why_set(c->why, ERR_DENIED, "this does more than tell: it takes a POST");
		*ret_keeps = commands[i].use == KEPT;
		enum err e = check_session(c, op, commands[i].use == TELLS);
		if (e == OK)
			e = commands[i].run(c);
		return e || commands[i].use == TELLS || !is_deed(c, op) ? e : command_record_deed(c, op);
	}
	return why_set(c->why, ERR_UNSUPPORTED, "there is no command \"%.*s\"", STR_ARG(op));
}

static void put_refusal(struct jsonw *w, enum err e, const struct why *why)
{
	jsonw_str(w, "error", str_of(why->text[0] ? why->text : err_text(e)));
	jsonw_str(w, "hint", str_of(why->hint));
	jsonw_str(w, "place", str_of(why->file));
	jsonw_int(w, "line", why->line);
	jsonw_int(w, "column", why->column);
}

/* The command stands in the first line; entities of an import in lines of their own behind it. */
static enum err read_command(struct arena *a, struct str text, struct json **ret_root, struct str *ret_more, struct why *why)
{
	struct str more = text, head = STR_NONE;
	enum err e = str_next_line(&more, &head) ? json_read(a, str_copy(a, head), ret_root, why) : ERR_SYNTAX;
	*ret_more = e ? STR_NONE : more;
	return e && more.len ? json_read(a, str_copy(a, text), ret_root, why) : e;
}

/* What it wrote is in the work, and its answer, with `code`, in b. */
static enum err run(struct commanding *c, const struct json *proof, struct str command, struct buf *b)
{
	bool keeps = false;
	struct str kept = STR_NONE;
	enum err e = command_replay(c, proof, command, &kept);
	c->replayed = e == ERR_EXISTS;
	if (e == OK && kept.len) {
		buf_clear(b);
		buf_put(b, kept);
		return OK;
	}
	if (e == OK)
		e = judge_command(c, json_flag(proof, "reads", false), &keeps);
	if (e)
		return e;
	jsonw_int(c->w, "code", OK);
	jsonw_end(c->w, '}');
	return keeps && !b->err ? command_keep(c, proof, command, buf_str(b)) : OK;
}

void judge_answer(struct judge *j, const struct held_frame *h)
{
	struct buf b;
	struct jsonw w;
	struct json *root = NULL, *proof = NULL;
	struct why why = { .line = 0 };
	struct commanding c = { .j = j, .w = &w, .why = &why, .connection = h->fd, .from = h };
	struct arena *a = work_arena(j->fold.work);
	struct str command = h->frame.body, line = STR_NONE;
	buf_init(&b, FRAME_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	enum err e = str_next_line(&command, &line) ? json_read(a, str_copy(a, line), &proof, &why) : ERR_SYNTAX;
	if (e == OK)
		e = read_command(a, command, &root, &c.more, &why);
	c.root = root;
	if (e == OK)
		e = command_prove(j, proof, h->fd, &c);
	work_begin(j->fold.work);
	/* what others order by key or link is the daemon's to do, and who came that way has no page on which to take it back */
	j->fold.undo_us = c.p.scope == SCOPE_OPERATOR ? j->role->share.undo_us : 0;
	if (e == OK)
		e = run(&c, proof, command, &b);
	j->fold.undo_us = 0;
	if (c.later) {
		work_undo(j->fold.work);
		buf_done(&b);
		return;
	}
	if (e) {
		/* all or nothing, also when the batch goes on with others */
		work_undo(j->fold.work);
		buf_clear(&b);
		jsonw_init(&w, &b);
		jsonw_object(&w, NULL);
		put_refusal(&w, e, &why);
		if (c.replayed)
			jsonw_bool(&w, "replayed", true);
		jsonw_int(&w, "code", e);
		jsonw_end(&w, '}');
	}
	struct frame reply = { .type = FRAME_REPLY, .at = h->frame.at, .now = j->fold.now, .body = buf_str(&b) };
	if (b.err || frame_encode(&j->replies, &reply) != OK)
		log_error("an answer to the desk is too long");
	buf_done(&b);
}
