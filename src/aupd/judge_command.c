/*
 * Commands of people: each checked, folded like everything else, and recorded. See judge.h.
 *
 * The operator's name comes from the credentials of the connection, never from the command. A look-up of a person leaves a
 * row with who, when and why.
 */
#include <stdio.h>

#include "aupd/drivers.h"
#include "aupd/judge.h"
#include "aupd/registry_row.h"
#include "base/clock.h"
#include "base/json.h"
#include "engine/runner.h"
#include "policy/check.h"

struct commanding {
	struct judge *j;
	const struct json *root;
	struct str who;
	struct jsonw *w;
	struct why *why;
};

static struct str arg(const struct commanding *c, const char *name)
{
	return json_text(c->root, name);
}

static enum err case_command(struct commanding *c, enum case_input_type type)
{
	struct fold_command cmd = { .type = type, .actor = c->who, .text = arg(c, "text"), .service = arg(c, "service"), .act = arg(c, "act"),
		.clause = arg(c, "clause"), .customer = arg(c, "customer"), .on = json_flag(c->root, "on", false), .flag = (uint32_t)json_int(c->root, "flag", 0) };
	uint64_t number = 0;
	char text[CASE_TEXT_MAX];
	if (type != INPUT_OPEN && case_parse(arg(c, "case"), &cmd.number) != OK)
		return why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	enum err e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	case_text(number, text);
	jsonw_str(c->w, "case", str_of(text));
	return OK;
}

static enum err cmd_open(struct commanding *c) { return case_command(c, INPUT_OPEN); }

/* What was held because aupd only observes is released by a person, one by one, after the switch. */
static enum err cmd_approve(struct commanding *c)
{
	struct act act = { 0 };
	struct row row;
	enum err e = work_load(c->j->fold.work, TABLE_ACT, arg(c, "act"), act_fields, &act, &row, c->why);
	if (e == OK && act.hold & HOLD_OBSERVE && !c->j->enforce) {
		e = why_set(c->why, ERR_DENIED, "enforcement is observe-only: %.*s would be held again", STR_ARG(act.key));
		why_hint(c->why, "aup enforcement on");
		return e;
	}
	return e == OK || e == ERR_NOTFOUND ? case_command(c, INPUT_APPROVE) : e;
}

static enum err cmd_resolve(struct commanding *c) { return case_command(c, INPUT_RESOLVE); }
static enum err cmd_reopen(struct commanding *c) { return case_command(c, INPUT_REOPEN); }
static enum err cmd_assign(struct commanding *c) { return case_command(c, INPUT_ASSIGN); }
static enum err cmd_note(struct commanding *c) { return case_command(c, INPUT_NOTE); }
static enum err cmd_merge(struct commanding *c) { return case_command(c, INPUT_MERGE); }
static enum err cmd_split(struct commanding *c) { return case_command(c, INPUT_SPLIT); }
static enum err cmd_undo(struct commanding *c) { return case_command(c, INPUT_UNDO); }
static enum err cmd_flag(struct commanding *c) { return case_command(c, INPUT_FLAG); }
static enum err cmd_emergency(struct commanding *c) { return case_command(c, INPUT_EMERGENCY); }
static enum err cmd_review(struct commanding *c) { return case_command(c, INPUT_REVIEWED); }
static enum err cmd_appeal(struct commanding *c) { return case_command(c, INPUT_APPEAL); }

/* All or nothing: the first wrong row refuses the whole import. */
static enum err cmd_registry_import(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	const struct json *list = json_get(c->root, "entities");
	int64_t n = 0, changed = 0;
	if (!list || list->type != JSON_ARRAY)
		return why_set(c->why, ERR_SYNTAX, "there are no entities");
	for (const struct json *m = list->child; m; m = m->next) {
		struct entity e = { 0 };
		struct row row, old;
		char text[WHY_TEXT_MAX];
		n++;
		enum err err = field_read(a, m, entity_fields, &e, c->why);
		if (err == OK)
			err = registry_normalise(a, &e, c->why);
		if (err == OK)
			err = registry_row_write(a, c->j->fold.keyring, &e, &row, c->why);
		if (err == OK)
			err = work_get(c->j->fold.work, TABLE_ENTITY, row.key, &old, c->why);
		if (err) {
			(void)snprintf(text, sizeof(text), "%.300s", c->why->text);
			return why_set(c->why, err, "entity %lld: %s", (long long)n, text);
		}
		if (old.version && str_eq(old.body, row.body))
			continue;
		changed++;
		err = work_put(c->j->fold.work, &row, c->why);
		if (err)
			return err;
	}
	c->j->registry_stale |= changed > 0;
	if (changed) {
		enum err err = judge_tables_change(c->j, c->why);
		if (err)
			return err;
	}
	jsonw_int(c->w, "entities", n);
	jsonw_int(c->w, "changed", changed);
	return OK;
}

static enum err read_bundle(struct commanding *c, struct bundle *b)
{
	struct arena *a = work_arena(c->j->fold.work);
	const struct json *policy = json_get(c->root, "policy");
	struct buf text;
	struct jsonw w;
	if (!policy)
		return why_set(c->why, ERR_SYNTAX, "there is no policy in the command");
	buf_init(&text, BUNDLE_BYTES_MAX);
	jsonw_init(&w, &text);
	jsonw_tree(&w, NULL, policy);
	struct str blob = str_copy(a, buf_str(&text));
	buf_done(&text);
	return bundle_decode(a, blob, b, c->why);
}

static enum err cmd_policy_post(struct commanding *c)
{
	struct judge *j = c->j;
	struct arena *a = work_arena(j->fold.work);
	struct bundle b;
	struct policy *p;
	struct row row;
	struct str blob;
	unsigned tests;
	enum err e = read_bundle(c, &b);
	if (e == OK)
		e = policy_load(a, &b, &p, c->why);
	if (e == OK)
		e = policy_check(p, driver_abilities, c->why);
	const struct policy_test *list = e == OK ? policy_tests(p, &tests) : NULL;
	for (unsigned i = 0; list && e == OK && i < tests; i++)
		e = runner_test(p, &list[i], c->why);
	if (e)
		return e;
	if (j->fold.policy_count && p->posted_at < j->fold.now - DAY_US)
		return why_set(c->why, ERR_RANGE, "posted lies before now: only the first version may be dated back");
	e = bundle_encode(a, &b, &blob);
	if (e == OK)
		e = work_get(j->fold.work, TABLE_POLICY, p->version, &row, c->why);
	if (e)
		return e;
	if (row.version && !str_eq(row.body, blob))
		return why_set(c->why, ERR_EXISTS, "version %.*s has been posted and does not change; give the new text a version of its own", STR_ARG(p->version));
	row.rank = p->effective_at;
	row.owner = c->who;
	row.body = blob;
	jsonw_str(c->w, "version", p->version);
	jsonw_str(c->w, "digest", digest_hex(a, &p->digest));
	if (row.version)
		return OK;
	j->policies_stale = true;
	e = judge_tables_change(j, c->why);
	return e ? e : work_put(j->fold.work, &row, c->why);
}

static void set_source(struct arena *a, struct observation *o, struct str text)
{
	struct prefix p;
	o->source.text = text;
	if (addr_parse(text, &o->source.addr) == OK) {
		o->source.type = SOURCE_ADDR;
		o->source.text = addr_str(a, &o->source.addr);
	} else if (prefix_parse(text, &p) == OK) {
		o->source.type = SOURCE_PREFIX;
	} else if (str_chr(text, '@') != SIZE_MAX) {
		o->source.type = SOURCE_EMAIL;
		o->source.domain = str_lower(a, str_sub(text, str_chr(text, '@') + 1, text.len));
	} else {
		o->source.type = str_chr(text, '.') == SIZE_MAX ? SOURCE_LOGIN : SOURCE_DOMAIN;
		o->source.domain = str_lower(a, text);
	}
}

/* Who, when, about what and why: one row a look-up; the thing asked about is committed to, not written. */
static enum err record_lookup(struct commanding *c, struct str source, struct str because)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct seal_key key;
	struct digest d;
	enum err e = keyring_get(c->j->fold.keyring, STR("look-ups"), &key, c->why);
	if (e)
		return e;
	digest_hmac((struct str){ (const char *)key.octets, SEAL_KEY_LEN }, source, &d);
	struct buf b;
	struct jsonw w;
	buf_init(&b, 1 << 16);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "operator", c->who);
	jsonw_str(&w, "because", because);
	jsonw_str(&w, "asked", digest_hex(a, &d));
	jsonw_end(&w, '}');
	struct row row = { .table = TABLE_ATTRIBUTION, .key = str_format(a, "look-up/%lld/%.*s", (long long)c->j->fold.now, STR_ARG(str_sub(digest_hex(a, &d), 0, 16))),
		.owner = c->who, .due_at = TIME_NONE, .rank = c->j->fold.now, .body = str_copy(a, buf_str(&b)) };
	buf_done(&b);
	return work_put(c->j->fold.work, &row, c->why);
}

static enum err cmd_who(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct observation o = { .event_at = c->j->fold.now, .first_at = TIME_NONE, .last_at = TIME_NONE, .zone_given = true, .received_at = c->j->fold.now };
	struct subject s;
	struct str because = arg(c, "because"), at = arg(c, "at");
	if (!because.len)
		return why_set(c->why, ERR_DENIED, "say why you ask: --because TEXT");
	if (at.len && time_parse(at, &o.event_at) != OK)
		return why_set(c->why, ERR_SYNTAX, "\"%.*s\" is no time such as 2026-03-01T10:00:00Z", STR_ARG(at));
	int64_t port = json_int(c->root, "port", 0);
	o.source.port = port > 0 && port < 65536 ? (uint16_t)port : 0;
	set_source(a, &o, arg(c, "source"));
	enum err e = attribute(a, c->j->registry, &o, &s, c->why);
	if (e == OK)
		e = record_lookup(c, o.source.text, because);
	if (e)
		return e;
	jsonw_object(c->w, "subject");
	field_write(c->w, subject_fields, &s);
	jsonw_end(c->w, '}');
	return OK;
}

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

static bool is_sealed(const struct item *i)
{
	for (unsigned n = 0; n < i->candidate_count; n++)
		if (kind_info(i->candidates[n].kind)->flags & KIND_SEALED)
			return true;
	return i->type == ITEM_SEALED;
}

/* Of the sealed class: what one person asks for is noted, and done when a second one asks for the same. */
static enum err second_person(struct commanding *c, struct str item, enum item_state state, bool *ret_second)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct row row;
	struct str wanted = str_format(a, "{\"wanted\":\"%s %d %lld\"}", item_state_words[state], (int)kind_find(arg(c, "class")),
		(long long)json_int(c->root, "candidate", 1));
	enum err e = work_get(c->j->fold.work, TABLE_APPROVAL, str_format(a, "item/%.*s", STR_ARG(item)), &row, c->why);
	bool same = e == OK && row.version && str_eq(row.body, wanted);
	if (same && str_eq(row.owner, c->who))
		return why_set(c->why, ERR_DENIED, "the item is sealed: %.*s has asked for this already; another person has to", STR_ARG(c->who));
	*ret_second = same;
	if (e || same)
		return e;
	row.owner = c->who;
	row.rank = c->j->fold.now;
	row.body = wanted;
	jsonw_str(c->w, "fate", STR("waits for a second person"));
	return work_put(c->j->fold.work, &row, c->why);
}

static enum err cmd_intake(struct commanding *c, enum item_state state)
{
	struct judge *j = c->j;
	struct item i = { 0 };
	struct row row;
	enum err e = work_load(j->fold.work, TABLE_ITEM, arg(c, "item"), item_fields, &i, &row, c->why);
	if (e == ERR_NOTFOUND)
		return why_set(c->why, e, "there is no item %.*s", STR_ARG(arg(c, "item")));
	if (e)
		return e;
	if (i.state != ITEM_WAITING)
		return why_set(c->why, ERR_CONFLICT, "item %.*s is %s already", STR_ARG(row.key), item_state_words[i.state]);
	bool second = true;
	if (is_sealed(&i))
		e = second_person(c, row.key, state, &second);
	if (e || !second)
		return e;
	uint64_t number = 0;
	if (state == ITEM_CONFIRMED) {
		int64_t n = json_int(c->root, "candidate", 1);
		enum kind kind = kind_find(arg(c, "class"));
		struct fold_result r;
		if (n < 1 || n > i.candidate_count)
			return why_set(c->why, ERR_RANGE, "the item has %u candidates", i.candidate_count);
		struct observation o = i.candidates[n - 1];
		if (kind != KIND_UNCLASSIFIED)
			o.kind = kind;
		if (o.kind == KIND_UNCLASSIFIED)
			return why_set(c->why, ERR_RANGE, "say which class it is: --class KIND");
		if (arg(c, "at").len && time_parse(arg(c, "at"), &o.event_at) != OK)
			return why_set(c->why, ERR_SYNTAX, "\"%.*s\" is no time", STR_ARG(arg(c, "at")));
		o.zone_given |= arg(c, "at").len > 0;
		o.first_at = o.last_at = o.event_at;
		o.witness = WITNESS_PERSON;
		o.report_id = str_format(work_arena(j->fold.work), "confirmed:%.*s", STR_ARG(row.key));
		e = fold_observation(&j->fold, &o, &r, c->why);
		if (e)
			return e;
		number = r.number;
		jsonw_str(c->w, "fate", str_of(fate_words[r.fate]));
	}
	i.state = state;
	i.reason = arg(c, "text").len ? arg(c, "text") : i.reason;
	row.state = str_of(item_state_words[state]);
	if (number) {
		char text[CASE_TEXT_MAX];
		case_text(number, text);
		jsonw_str(c->w, "case", str_of(text));
	}
	return work_store(j->fold.work, &row, item_fields, &i, c->why);
}

static enum err cmd_confirm(struct commanding *c) { return cmd_intake(c, ITEM_CONFIRMED); }
static enum err cmd_discard(struct commanding *c) { return cmd_intake(c, ITEM_DISCARDED); }

static enum err cmd_switch(struct commanding *c)
{
	struct row row;
	enum err e = work_get(c->j->fold.work, TABLE_SWITCH, STR("enforcement"), &row, c->why);
	if (e)
		return e;
	bool on = json_flag(c->root, "on", false);
	c->j->enforce = on;
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
	if (!name.len || str_chr(name, '/') != SIZE_MAX)
		return why_set(c->why, ERR_SYNTAX, "a backup is a file name in the data directory");
	jsonw_str(c->w, "file", name);
	return c->j->driver->backup(c->j->store, role_fd(c->j->role, "data"), str_c(work_arena(c->j->fold.work), name), c->why);
}

static const struct { const char *op; enum err (*run)(struct commanding *); } commands[] = {
	{ "case-open", cmd_open }, { "case-approve", cmd_approve }, { "case-resolve", cmd_resolve }, { "case-reopen", cmd_reopen }, { "case-assign", cmd_assign },
	{ "case-note", cmd_note }, { "case-merge", cmd_merge }, { "case-split", cmd_split }, { "case-undo", cmd_undo }, { "case-flag", cmd_flag },
	{ "case-emergency", cmd_emergency }, { "case-review", cmd_review }, { "case-appeal", cmd_appeal }, { "registry-import", cmd_registry_import },
	{ "policy-post", cmd_policy_post }, { "who", cmd_who }, { "clock", cmd_clock }, { "intake-confirm", cmd_confirm }, { "intake-discard", cmd_discard },
	{ "enforcement", cmd_switch }, { "backup", cmd_backup },
};

enum err judge_command(struct judge *j, const struct json *root, struct str operator_name, struct jsonw *w, struct why *why)
{
	struct commanding c = { j, root, operator_name, w, why };
	struct str op = json_text(root, "op");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (str_eq(op, str_of(commands[i].op)))
			return commands[i].run(&c);
	return why_set(why, ERR_UNSUPPORTED, "there is no command \"%.*s\"", STR_ARG(op));
}
