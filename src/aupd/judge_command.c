/*
 * Commands of people: each checked, folded like everything else, and recorded. See judge.h.
 *
 * The operator's name comes from the credentials of the connection, never from the command. A look-up of a person leaves a
 * row with who, when and why.
 */
#include "aupd/judge_command.h"
#include "base/clock.h"

struct str command_arg(const struct commanding *c, const char *name)
{
	return json_text(c->root, name);
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
		if (!m->is_integer || m->integer < 1)
			return why_set(c->why, ERR_SYNTAX, "events are named by their numbers");
		if (cmd->moved_count == CASE_MOVED_MAX)
			return why_set(c->why, ERR_LIMIT, "at most %d reports leave at once", CASE_MOVED_MAX);
		cmd->moved[cmd->moved_count++] = (uint64_t)m->integer;
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
		bool fits = type == INPUT_APPROVE ? act.state == ACT_HELD : act.desired && act.verb >= VERB_LIMIT;
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
		.clause = arg(c, "clause"), .customer = arg(c, "customer"), .ladder = arg(c, "ladder"), .on = json_flag(c->root, "on", false), .flag = (uint32_t)json_int(c->root, "flag", 0) };
	uint64_t number = 0;
	char text[CASE_TEXT_MAX];
	if (type != INPUT_OPEN && case_parse(arg(c, "case"), &cmd.number) != OK)
		return why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	if (type == INPUT_MERGE && case_parse(arg(c, "into"), &cmd.other) != OK)
		return why_set(c->why, ERR_SYNTAX, "into which case? a number such as C-4711 is needed");
	if (type == INPUT_UNDERTAKING && span_parse(arg(c, "probation"), &cmd.span_us) != OK)
		return why_set(c->why, ERR_SYNTAX, "how long is the probation? a span such as 90d is needed");
	enum err e = read_moved(c, &cmd);
	if (e == OK && (type == INPUT_APPROVE || type == INPUT_UNDO) && !cmd.act.len)
		e = only_act(c, type, &cmd);
	if (e == OK && type == INPUT_APPROVE)
		e = check_observe(c, &cmd);
	if (e)
		return e;
	e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	case_text(number, text);
	jsonw_str(c->w, "case", str_of(text));
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

static enum err cmd_switch(struct commanding *c)
{
	struct row row;
	enum err e = work_get(c->j->fold.work, TABLE_SWITCH, STR("enforcement"), &row, c->why);
	if (e)
		return e;
	bool on = json_flag(c->root, "on", false);
	/* acts that observe-only held stay held: each may be let go by a person, none goes off by surprise */
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

static const struct { const char *op; enum err (*run)(struct commanding *); } commands[] = {
	{ "case-open", cmd_open }, { "case-approve", cmd_approve }, { "case-resolve", cmd_resolve }, { "case-reopen", cmd_reopen }, { "case-reply", cmd_reply },
	{ "case-assign", cmd_assign }, { "case-note", cmd_note }, { "case-merge", cmd_merge }, { "case-split", cmd_split }, { "case-undo", cmd_undo },
	{ "case-flag", cmd_flag }, { "case-emergency", cmd_emergency }, { "case-review", cmd_review }, { "case-appeal", cmd_appeal },
	{ "case-counter", cmd_counter }, { "case-stay", cmd_stay }, { "case-reasons", cmd_reasons },
	{ "case-fixed", cmd_fixed }, { "case-undertaking", cmd_undertaking }, { "case-signed", cmd_signed },
	{ "registry-import", cmd_registry_import }, { "registry-export", cmd_registry_export }, { "registry-terms", cmd_registry_terms },
	{ "policy-post", cmd_policy_post }, { "policy-shadow", cmd_policy_shadow }, { "who", cmd_who },
	{ "bindings-import", cmd_bindings_import }, { "bindings-follow", cmd_bindings_follow }, { "bindings-status", cmd_bindings_status },
	{ "lookups", cmd_lookups }, { "clock", cmd_clock }, { "intake-confirm", cmd_confirm }, { "intake-discard", cmd_discard },
	{ "intake-answer", cmd_answer }, { "intake-raw", cmd_reparse }, { "intake-ignore", cmd_ignore }, { "enforcement", cmd_switch }, { "backup", cmd_backup },
	{ "evidence-status", cmd_evidence_status }, { "evidence-consistency", cmd_evidence_consistency }, { "evidence-proof", cmd_evidence_proof },
	{ "evidence-export", cmd_evidence_export }, { "evidence-policy", cmd_evidence_policy }, { "evidence-raw", cmd_evidence_raw },
	{ "reporter-decide", cmd_reporter_decide }, { "reporter-show", cmd_reporter_show }, { "reporters", cmd_reporters },
	{ "erase", cmd_erase }, { "hold", cmd_hold }, { "holds", cmd_holds },
	{ "sightings", cmd_sightings },
	{ "queue", cmd_queue }, { "search", cmd_search },
	{ "case-bulk", cmd_case_bulk }, { "case-bulk-undo", cmd_case_bulk_undo }, { "case-bulks", cmd_case_bulks },
	{ "case-attach", cmd_case_attach }, { "case-attachment", cmd_case_attachment },
	{ "macro-add", cmd_macro_add }, { "macro-remove", cmd_macro_remove }, { "macros", cmd_macros }, { "macro-run", cmd_macro_run },
};

static enum err judge_command(struct judge *j, const struct json *root, struct str more, struct str operator_name, struct jsonw *w, struct why *why)
{
	struct commanding c = { j, root, more, operator_name, w, why };
	struct str op = json_text(root, "op");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (str_eq(op, str_of(commands[i].op)))
			return commands[i].run(&c);
	return why_set(why, ERR_UNSUPPORTED, "there is no command \"%.*s\"", STR_ARG(op));
}

void judge_answer(struct judge *j, const struct held_frame *h)
{
	struct buf b;
	struct jsonw w;
	struct json *root = NULL;
	struct why why = { .line = 0 };
	struct str who = role_operator(j->role, h->fd);
	struct arena *a = work_arena(j->fold.work);
	buf_init(&b, FRAME_BODY_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	/* the command stands in the first line; entities of an import in lines of their own behind it */
	struct str more = h->frame.body, head = STR_NONE;
	enum err e = str_next_line(&more, &head) ? json_read(a, str_copy(a, head), &root, &why) : ERR_SYNTAX;
	if (e && more.len) {
		more = STR_NONE;
		e = json_read(a, str_copy(a, h->frame.body), &root, &why);
	}
	if (e == OK && !who.len)
		e = why_set(&why, ERR_DENIED, "you are no operator: the configuration names none with your user id");
	work_begin(j->fold.work);
	if (e == OK)
		e = judge_command(j, root, more, who, &w, &why);
	if (e) {
		/* all or nothing, also when the batch goes on with others */
		work_undo(j->fold.work);
		buf_clear(&b);
		jsonw_init(&w, &b);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "error", str_of(why.text[0] ? why.text : err_text(e)));
		jsonw_str(&w, "hint", str_of(why.hint));
		jsonw_str(&w, "place", str_of(why.file));
		jsonw_int(&w, "line", why.line);
		jsonw_int(&w, "column", why.column);
	}
	jsonw_int(&w, "code", e);
	jsonw_end(&w, '}');
	struct frame reply = { .type = FRAME_REPLY, .at = h->frame.at, .now = j->fold.now, .body = buf_str(&b) };
	if (b.err || frame_encode(&j->replies, &reply) != OK)
		log_error("an answer to the desk is too long");
	buf_done(&b);
}
