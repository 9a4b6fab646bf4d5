/*
 * Erasures asked for, and holds that forbid them, by command. See judge_command.h.
 *
 * It takes two people to erase. Both what was refused and what was done leave a record; a hold and a refusal are sealed under the
 * subject's own key, so that they go with it.
 */
#include "aupd/judge_command.h"
#include "aupd/judge_erase.h"
#include "cases/case.h"
#include "engine/deed.h"
#include "engine/erase.h"
#include "engine/fold_case.h"

enum { ASKED_DAYS = 7, HOLDS_MAX = 1000, BACKUPS_MAX = 400 };

enum err erase_refused(struct fold *f, const struct erasure *x, struct str who, uint64_t number, struct why *why)
{
	struct record r;
	char text[CASE_TEXT_MAX];
	case_text(number, text);
	enum err e = deed_begin(f, "erasure-refused", &r, why);
	if (e)
		return e;
	record_put(&r, "case", number ? str_of(text) : STR_NONE);
	record_commit(&r, "actor", who);
	record_commit(&r, "subject", x->id);
	record_commit(&r, "basis", x->basis);
	return deed_write(f, &r, x->subject, why);
}

static enum err has_cases(struct commanding *c, struct str id, bool *ret_has)
{
	struct row *rows;
	size_t n = 0;
	struct query q = { .table = TABLE_CASE, .owner = id, .due_by = TIME_NONE, .limit = 1 };
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	*ret_has = n > 0;
	return e;
}

/* A customer by its id, known to the register or from cases; anything else with an "@" or a dot is a reporter. */
static enum err find_subject(struct commanding *c, struct str text, struct erasure *x)
{
	struct fold *f = &c->j->fold;
	bool known = registry_find(f->registry, ENTITY_CUSTOMER, text) || registry_find(f->registry, ENTITY_RESELLER, text);
	if (!text.len || text.len > ENTITY_TEXT_MAX)
		return why_set(c->why, ERR_SYNTAX, "whom? the id of a customer or the address of a reporter is needed");
	enum err e = known ? OK : has_cases(c, text, &known);
	if (e)
		return e;
	if (!known && str_chr(text, '@') == SIZE_MAX && str_chr(text, '.') == SIZE_MAX && !str_starts_fold(text, STR("api:")))
		return why_set(c->why, ERR_NOTFOUND, "there is no customer %.*s, and no reporter is called so", STR_ARG(text));
	x->reporter = !known;
	x->id = known ? text : str_lower(work_arena(f->work), text);
	x->subject = known ? text : deed_reporter(f, text);
	return OK;
}

/* Who serves others still stands in what is theirs. */
static enum err serves_nobody(struct commanding *c, const struct erasure *x)
{
	const struct entity *e;
	for (size_t i = 0; !x->reporter && (e = registry_next(c->j->registry, &i));)
		if (str_eq(e->reseller, x->id) && !str_eq(e->customer, x->id) && !str_eq(e->id, x->id))
			return why_set(c->why, ERR_DENIED, "%.*s serves others, such as %.*s: give them to another reseller first", STR_ARG(x->id),
				STR_ARG(e->customer.len ? e->customer : e->id));
	return OK;
}

/* The case that stands in the way: 0 none, *ret_hold: because of a hold, not because it is open. */
static enum err in_the_way(struct commanding *c, const struct erasure *x, uint64_t *ret_number, bool *ret_hold)
{
	struct fold *f = &c->j->fold;
	struct query q = { .table = TABLE_CASE, .owner = x->id, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	*ret_number = 0;
	enum err e = deed_held(f, x->subject, 0, ret_hold, c->why);
	if (e == OK && !*ret_hold && !x->reporter)
		e = c->j->driver->page(c->j->store, work_arena(f->work), &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct casefile file = { 0 };
		struct row row;
		bool held = false;
		e = work_load(f->work, TABLE_CASE, rows[i].key, casefile_fields, &file, &row, c->why);
		if (e == OK)
			e = deed_held(f, STR_NONE, file.number, &held, c->why);
		held |= e == OK && file.flags & CASE_HOLD;
		if (e == OK && (held || !case_is_closed(&file)))
			*ret_number = file.number;
		*ret_hold = held;
		if (held)
			break;
	}
	return e;
}

/* What was copied before still has all of it; the newest first. */
static enum err tell_backups(struct commanding *c)
{
	struct query q = { .table = TABLE_SWITCH, .key_prefix = STR("backup/"), .due_by = TIME_NONE, .descending = true, .limit = BACKUPS_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	jsonw_array(c->w, "backups");
	for (size_t i = 0; e == OK && i < n; i++) {
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "file", rows[i].body);
		jsonw_time(c->w, "time", rows[i].rank);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return e;
}

static enum err refused(struct commanding *c, const struct erasure *x, uint64_t number)
{
	char text[CASE_TEXT_MAX];
	case_text(number, text);
	/* no error, or the record of it would be taken back */
	jsonw_str(c->w, "refused", number ? str_format(work_arena(c->j->fold.work), "case %s is held", text) : STR("a hold on the subject is in force"));
	return erase_refused(&c->j->fold, x, c->who, number, c->why);
}

static enum err ask(struct commanding *c, struct erasure *x, struct row *row)
{
	struct fold *f = &c->j->fold;
	bool second = row->version && x->phase == ERASURE_ASKED;
	struct str *askers = ARENA_ARRAY(work_arena(f->work), struct str, ERASURE_ASKERS_MAX);
	if (!askers)
		return why_set(c->why, ERR_NOMEM, "no memory for an erasure");
	if (row->version && !second)
		return why_set(c->why, ERR_CONFLICT, "it is under way already");
	if (second && str_eq(x->askers[0], c->who))
		return why_set(c->why, ERR_DENIED, "%.*s has asked for this already; another person has to", STR_ARG(c->who));
	askers[0] = second ? x->askers[0] : c->who;
	askers[second] = c->who;
	x->askers = askers;
	x->asker_count = second ? 2 : 1;
	x->asked_at = second ? x->asked_at : f->now;
	enum err e = erase_prepare(f, x, c->why);
	if (e == OK && (erase_mentions(x, x->basis) || erase_mentions(x, x->even_open)))
		e = why_set(c->why, ERR_DENIED, "the reason names the subject, and would outlive it: say it without");
	if (e)
		return e;
	x->phase = second ? ERASURE_CHECK : ERASURE_ASKED;
	row->due_at = second ? f->now : f->now + ASKED_DAYS * DAY_US;
	if (!second)
		x->word_count = x->holding_count = 0;
	jsonw_bool(c->w, "waits", !second);
	e = work_store(f->work, row, erasure_fields, x, c->why);
	return e ? e : tell_backups(c);
}

/* Two people's word is the word of both: who did not see the other's ground has not agreed to it. */
static enum err asked_otherwise(struct commanding *c, const struct erasure *asked)
{
	enum err e = why_set(c->why, ERR_CONFLICT, "%.*s has asked for it otherwise: --basis \"%.*s\"%s%.*s%s", STR_ARG(asked->askers[0]), STR_ARG(asked->basis),
		asked->even_open.len ? " --even-open \"" : "", STR_ARG(asked->even_open), asked->even_open.len ? "\"" : "");
	why_hint(c->why, "say the same if you agree; a week after it was asked for, it is forgotten");
	return e;
}

enum err cmd_erase(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct erasure x = { 0 }, asked = { 0 };
	struct row row;
	uint64_t number = 0;
	bool hold = false;
	struct str basis = str_trim(command_arg(c, "basis")), even_open = str_trim(command_arg(c, "even-open"));
	enum err e = find_subject(c, str_trim(command_arg(c, "subject")), &x);
	if (e)
		return e;
	if (!basis.len || basis.len > ERASURE_TEXT_MAX || even_open.len > ERASURE_TEXT_MAX)
		return why_set(c->why, ERR_SYNTAX, "on what ground? --basis TEXT of at most %d octets", ERASURE_TEXT_MAX);
	e = work_load(f->work, TABLE_ERASURE, deed_digest(f, "erase", x.subject), erasure_fields, &asked, &row, c->why);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e == OK && asked.phase == ERASURE_ASKED && !str_eq(asked.askers[0], c->who) && !(str_eq(asked.basis, basis) && str_eq(asked.even_open, even_open)))
		return asked_otherwise(c, &asked);
	if (e == OK) {
		x = asked;
	} else {
		x.basis = basis;
		x.even_open = even_open;
	}
	e = serves_nobody(c, &x);
	if (e == OK)
		e = in_the_way(c, &x, &number, &hold);
	if (e)
		return e;
	if (hold)
		return refused(c, &x, number);
	if (number && !x.even_open.len) {
		char text[CASE_TEXT_MAX];
		case_text(number, text);
		e = why_set(c->why, ERR_CONFLICT, "case %s is open", text);
		why_hint(c->why, "end it, or say why it may end like this: --even-open TEXT");
		return e;
	}
	return ask(c, &x, &row);
}

/* What an erasure has begun to take away cannot be held any more: who wants to hold it has to know that. */
static enum err nothing_goes(struct commanding *c)
{
	struct query q = { .table = TABLE_ERASURE, .due_by = TIME_NONE, .limit = HOLDS_MAX };
	struct arena *a = work_arena(c->j->fold.work);
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct erasure x = { 0 };
		if (str_eq(rows[i].key, STR("purge")))
			continue;
		e = field_decode(a, rows[i].body, erasure_fields, &x, c->why);
		if (e == OK && x.phase >= ERASURE_REGISTER && x.phase <= ERASURE_KEY) {
			e = why_set(c->why, ERR_CONFLICT, "an erasure is going through the tables, and nothing can be held while it does");
			why_hint(c->why, "ask again in some minutes: what is not erased then can be held");
		}
	}
	return e;
}

/* What the hold is about, and how its row is called. */
static enum err hold_about(struct commanding *c, struct str text, struct str *ret_key, struct str *ret_subject, uint64_t *ret_number)
{
	struct fold *f = &c->j->fold;
	struct arena *a = work_arena(f->work);
	struct erasure x = { 0 };
	struct casefile file;
	struct row row;
	bool is_case = str_starts_fold(text, STR("C-")) && case_parse(text, ret_number) == OK;
	enum err e = is_case ? fold_find_case(f, *ret_number, &file, &row, c->why) : find_subject(c, text, &x);
	if (e)
		return e;
	*ret_number = is_case ? *ret_number : 0;
	*ret_subject = is_case ? file.customer : x.subject;
	*ret_key = is_case ? str_format(a, "case/%llu", (unsigned long long)*ret_number) : str_format(a, "subject/%.*s", STR_ARG(deed_digest(f, "subject", x.subject)));
	return OK;
}

static enum err hold_record(struct fold *f, const char *kind, struct str who, struct str because, uint64_t number, int64_t until_at, struct str subject, struct why *why)
{
	struct record r;
	char text[CASE_TEXT_MAX];
	case_text(number, text);
	enum err e = deed_begin(f, kind, &r, why);
	if (e)
		return e;
	record_put(&r, "case", number ? str_of(text) : STR_NONE);
	record_put_time(work_arena(f->work), &r, "until", until_at);
	record_commit(&r, "actor", who);
	record_commit(&r, "because", because);
	record_commit(&r, "subject", subject);
	return deed_write(f, &r, subject, why);
}

static enum err seal_what(struct fold *f, struct str row_key, struct str subject, struct str text, struct str *ret, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key key;
	struct str sealed;
	enum err e = keyring_get(f->keyring, subject, &key, why);
	if (e == OK)
		e = seal_derived(a, &key, row_key, text, &sealed);
	secret_wipe(&key, sizeof(key));
	if (e == OK)
		*ret = str_base64(a, sealed);
	return e;
}

static enum err read_until(struct commanding *c, int64_t *ret_until)
{
	struct str text = command_arg(c, "until");
	int64_t us;
	if (time_parse(text, ret_until) == OK && *ret_until > c->j->fold.now)
		return OK;
	if (span_parse(text, &us) == OK && us > 0) {
		*ret_until = c->j->fold.now + us;
		return OK;
	}
	return why_set(c->why, ERR_SYNTAX, "until when? a time to come such as 2027-03-01T00:00:00Z, or a span such as 90d");
}

enum err cmd_hold(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct hold h = { 0 };
	struct row row;
	struct str key, subject, because = str_trim(command_arg(c, "because"));
	uint64_t number = 0;
	bool off = json_flag(c->root, "off", false);
	struct str text = str_trim(command_arg(c, "subject"));
	enum err e = hold_about(c, text, &key, &subject, &number);
	if (e == OK && (!because.len || because.len > ERASURE_TEXT_MAX))
		e = why_set(c->why, ERR_SYNTAX, "say why: --because TEXT of at most %d octets", ERASURE_TEXT_MAX);
	if (e == OK)
		e = work_load(f->work, TABLE_HOLD, key, hold_fields, &h, &row, c->why);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (off && e == ERR_NOTFOUND)
		return why_set(c->why, e, "nothing holds it");
	jsonw_bool(c->w, "held", !off);
	if (off) {
		e = hold_record(f, "hold-lifted", c->who, because, number, TIME_NONE, subject, c->why);
		return e ? e : work_delete(f->work, TABLE_HOLD, key, c->why);
	}
	h = (struct hold){ .subject = subject, .by = c->who, .since_at = f->now };
	e = nothing_goes(c);
	if (e == OK)
		e = read_until(c, &h.until_at);
	if (e == OK)
		e = seal_what(f, key, subject, str_format(work_arena(f->work), "%.*s\n%.*s", STR_ARG(text), STR_ARG(because)), &h.what, c->why);
	if (e)
		return e;
	row.due_at = h.until_at;
	row.rank = f->now;
	jsonw_time(c->w, "until", h.until_at);
	e = hold_record(f, "hold", c->who, because, number, h.until_at, subject, c->why);
	return e ? e : work_store(f->work, &row, hold_fields, &h, c->why);
}

enum err hold_put(struct commanding *c, const struct row *row)
{
	struct fold *f = &c->j->fold;
	struct arena *a = work_arena(f->work);
	struct hold h = { 0 };
	struct seal_key key;
	struct str octets, what = STR_NONE, about;
	enum err e = field_decode(a, row->body, hold_fields, &h, c->why);
	if (e == OK && keyring_find(f->keyring, h.subject, &key) == OK && str_unbase64(a, h.what, &octets) == OK && unseal(a, &key, row->key, octets, &what) != OK)
		what = STR_NONE;
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "about", str_split(&what, '\n', &about) ? about : STR("(its key was destroyed)"));
	jsonw_str(c->w, "because", what);
	jsonw_str(c->w, "by", h.by);
	jsonw_time(c->w, "since", h.since_at);
	jsonw_time(c->w, "until", h.until_at);
	jsonw_end(c->w, '}');
	return e;
}

enum err cmd_holds(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_HOLD, .due_by = TIME_NONE, .limit = HOLDS_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "holds");
	for (size_t i = 0; e == OK && i < n; i++)
		e = hold_put(c, &rows[i]);
	jsonw_end(c->w, ']');
	return e;
}

enum err judge_hold_due(struct judge *j, const struct row *due, struct why *why)
{
	struct hold h = { 0 };
	struct row row;
	uint64_t number = 0;
	struct str rest = due->key, kind;
	enum err e = work_load(j->fold.work, TABLE_HOLD, due->key, hold_fields, &h, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (h.until_at > j->fold.now)
		return OK;
	if (str_split(&rest, '/', &kind) && str_eq(kind, STR("case")) && str_to_u64(rest, INT64_MAX, &number) != OK)
		return why_set(why, ERR_CORRUPT, "a hold on no case");
	e = hold_record(&j->fold, "hold-ended", STR("clock"), STR("its time has come"), number, h.until_at, h.subject, why);
	return e ? e : work_delete(j->fold.work, TABLE_HOLD, due->key, why);
}
