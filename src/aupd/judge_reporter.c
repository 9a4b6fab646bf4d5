/*
 * Reporters, by command: who is believed, how much of his may count, what became of it. See judge_command.h.
 *
 * Names are sealed, so the judge alone can tell them; that a person was shown one reporter is recorded as a look-up is.
 */
#include "aupd/judge_command.h"
#include "engine/deed.h"
#include "engine/reporter.h"

static enum err check_name(struct commanding *c, struct str *ret_name)
{
	struct str name = str_lower(work_arena(c->j->fold.work), command_arg(c, "name"));
	if (!name.len || name.len > ENTITY_TEXT_MAX || str_chr(name, ' ') != SIZE_MAX)
		return why_set(c->why, ERR_SYNTAX, "which reporter? api:CLIENT, mail:DOMAIN, or an address or domain as reports name it");
	*ret_name = name;
	return OK;
}

static void weight(struct commanding *c, enum verdict v, int64_t w)
{
	/* in hundredths of a report */
	jsonw_int(c->w, verdict_words[v], (w + REPORTER_UNIT / 200) / (REPORTER_UNIT / 100));
}

static void tell(struct commanding *c, const struct reporter_shown *s)
{
	const struct reporter *r = &s->account;
	jsonw_str(c->w, "name", r->name.len ? r->name : STR("(erased)"));
	jsonw_str(c->w, "standing", str_of(standing_words[r->standing]));
	jsonw_str(c->w, "reputation", str_of(reputation_words[s->reputation]));
	jsonw_int(c->w, "reports", (int64_t)r->reports);
	jsonw_int(c->w, "over", (int64_t)r->over);
	jsonw_int(c->w, "copies", (int64_t)r->copies);
	jsonw_int(c->w, "cap_hour", (int64_t)s->cap.hour);
	jsonw_int(c->w, "cap_day", (int64_t)s->cap.day);
	weight(c, VERDICT_UPHELD, r->upheld);
	weight(c, VERDICT_REFUSED, r->refused);
	weight(c, VERDICT_UNDONE, r->undone);
	weight(c, VERDICT_RETRACTED, r->retracted);
	weight(c, VERDICT_NOT_OURS, r->not_ours);
	jsonw_bool(c->w, "letters", !r->silent);
	jsonw_str(c->w, "language", r->language);
	jsonw_time(c->w, "bounced", r->bounced_at ? r->bounced_at : TIME_NONE);
	jsonw_time(c->w, "seen", r->seen_at ? r->seen_at : TIME_NONE);
	jsonw_str(c->w, "by", r->decided_by);
	jsonw_time(c->w, "decided", r->decided_at ? r->decided_at : TIME_NONE);
	jsonw_str(c->w, "because", r->because);
}

/* Whether he is written to, in which language; what is not said stays. */
static enum err read_wish(struct commanding *c, struct reporter_decision *d)
{
	struct str letters = command_arg(c, "letters"), language = command_arg(c, "language");
	struct reporter_shown s = { .account = { .silent = false } };
	enum err e = reporter_load(&c->j->fold, d->name, &s, c->why);
	if (e && e != ERR_NOTFOUND)
		return e;
	d->what = REPORTER_WRITE;
	d->silent = letters.len ? str_eq(letters, STR("no")) : s.account.silent;
	d->language = language.len ? str_lower(work_arena(c->j->fold.work), language) : s.account.language;
	if (letters.len && !d->silent && !str_eq(letters, STR("yes")))
		return why_set(c->why, ERR_SYNTAX, "letters go to him, yes or no");
	if (str_eq(d->language, STR("none")))
		d->language = STR("");
	else if (language.len && d->language.len != 2 && d->language.len != 3)
		return why_set(c->why, ERR_SYNTAX, "a language is a code such as \"de\", or none");
	return OK;
}

static enum err read_decision(struct commanding *c, struct reporter_decision *d)
{
	struct str what = command_arg(c, "standing");
	*d = (struct reporter_decision){ .actor = c->who, .because = command_arg(c, "because") };
	enum err e = check_name(c, &d->name);
	if (e)
		return e;
	if (!d->because.len || d->because.len > REPORTER_TEXT_MAX)
		return why_set(c->why, ERR_SYNTAX, "say why, in at most %d octets: --because TEXT", REPORTER_TEXT_MAX);
	if (command_arg(c, "letters").len || command_arg(c, "language").len)
		return read_wish(c, d);
	if (!what.len) {
		int64_t hour = json_int(c->root, "hour", -1), day = json_int(c->root, "day", -1);
		if (hour < 0 || day < 0 || hour > REPORTER_CAP_MAX || day > REPORTER_CAP_MAX)
			return why_set(c->why, ERR_RANGE, "a cap is two numbers, reports an hour and a day, from 0 (none) to %d", REPORTER_CAP_MAX);
		d->what = REPORTER_CAP;
		d->cap_hour = (uint64_t)hour;
		d->cap_day = (uint64_t)day;
		return OK;
	}
	for (int i = 0; standing_words[i]; i++)
		if (str_eq(what, str_of(standing_words[i]))) {
			d->standing = (enum standing)i;
			/* a name that anybody can claim would be trusted in anybody */
			if ((d->standing == STANDING_TRUSTED || d->standing == STANDING_FLAGGER) && !str_starts(d->name, STR("mail:")) && !str_starts(d->name, STR("api:")))
				return why_set(c->why, ERR_DENIED, "%.*s cannot be trusted: only a name that is proved can, mail:DOMAIN or api:CLIENT", STR_ARG(d->name));
			return OK;
		}
	return why_set(c->why, ERR_SYNTAX, "a reporter is trusted, trusted-flagger, distrusted or none of them");
}

/* Who has no bound any more has nothing that waits for one: it is judged at once, in the order in which it came. */
static enum err release(struct commanding *c, struct str name)
{
	struct fold *f = &c->j->fold;
	struct query q = { .table = TABLE_PARKED, .owner = deed_reporter(f, name), .state = OVER_CAP_STATE, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(f->work), &q, &rows, &n, c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct row row;
		e = work_get(f->work, TABLE_PARKED, rows[i].key, &row, c->why);
		row.due_at = f->now - (int64_t)(n - i);
		if (e == OK && row.version)
			e = work_put(f->work, &row, c->why);
	}
	jsonw_int(c->w, "released", (int64_t)n);
	return e;
}

enum err cmd_reporter_decide(struct commanding *c)
{
	struct reporter_decision d;
	struct reporter_shown s;
	enum err e = read_decision(c, &d);
	if (e == OK)
		e = reporter_decide(&c->j->fold, &d, c->why);
	if (e == OK)
		e = reporter_load(&c->j->fold, d.name, &s, c->why);
	if (e == OK)
		tell(c, &s);
	return e || d.what == REPORTER_WRITE || s.cap.hour || s.cap.day ? e : release(c, d.name);
}

enum err cmd_reporter_show(struct commanding *c)
{
	struct reporter_shown s;
	struct str name;
	enum err e = check_name(c, &name);
	if (e == OK)
		e = reporter_load(&c->j->fold, name, &s, c->why);
	if (e == OK)
		e = command_record_lookup(c, str_format(work_arena(c->j->fold.work), "reporter %.*s", STR_ARG(name)), STR("what is known of him"));
	if (e == OK)
		tell(c, &s);
	return e;
}

enum err cmd_reporters(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct str after = command_arg(c, "after");
	struct query q = { .table = TABLE_REPORTER, .key_prefix = REPORTER_PREFIX, .due_by = TIME_NONE, .by_key = true, .has_after = after.len > 0, .after_key = after,
		.limit = QUERY_LIMIT_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(f->work), &q, &rows, &n, c->why);
	if (e == OK)
		e = command_record_lookup(c, STR("reporters"), STR("the list of reporters"));
	jsonw_array(c->w, "reporters");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct reporter_shown s;
		e = reporter_open(f, &rows[i], &s, c->why);
		jsonw_object(c->w, NULL);
		if (e == OK)
			tell(c, &s);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	if (e == OK && n == q.limit)
		jsonw_str(c->w, "after", rows[n - 1].key);
	return e;
}
