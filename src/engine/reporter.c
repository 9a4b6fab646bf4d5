/*
 * Reporters' accounts. See reporter.h.
 */
#include "engine/reporter.h"

#include "engine/deed.h"
#include "engine/letter.h"

enum { DECIDED_MAX = 512, ROUND_DAYS = 30 };

static bool is_proved(struct str name)
{
	return str_starts(name, STR("api:")) || str_starts(name, STR("mail:"));
}

enum err reporter_seal(struct fold *f, struct str key, const char *what, struct str text, struct str *ret_sealed, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key secret;
	struct str octets;
	enum err e = keyring_get(f->keyring, key, &secret, why);
	if (e == OK)
		e = seal_derived(a, &secret, str_format(a, "%.*s/%s", STR_ARG(key), what), text, &octets);
	secret_wipe(&secret, sizeof(secret));
	if (e == OK)
		*ret_sealed = str_base64(a, octets);
	return e;
}

struct str reporter_unseal(struct fold *f, struct str key, const char *what, struct str sealed)
{
	struct arena *a = work_arena(f->work);
	struct seal_key secret;
	struct str octets, text = STR_NONE;
	if (!sealed.len || keyring_find(f->keyring, key, &secret) != OK)
		return STR_NONE;
	if (str_unbase64(a, sealed, &octets) != OK || unseal(a, &secret, str_format(a, "%.*s/%s", STR_ARG(key), what), octets, &text) != OK)
		text = STR_NONE;
	secret_wipe(&secret, sizeof(secret));
	return text;
}

static enum err load(struct fold *f, struct str name, struct reporter *r, struct row *row, struct why *why)
{
	*r = (struct reporter){ 0 };
	enum err e = work_load(f->work, TABLE_REPORTER, deed_reporter(f, name), reporter_fields, r, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

/* What nobody decided about is forgotten when it says nothing any more; in steps, or each report would move an index. */
static enum err store(struct fold *f, struct row *row, struct reporter *r, struct str name, struct why *why)
{
	const int64_t step_us = ROUND_DAYS * DAY_US;
	bool decided = r->standing || r->capped || r->cap_hour || r->cap_day || r->silent || r->language.len;
	enum err e = r->name.len ? OK : reporter_seal(f, row->key, "name", name, &r->name, why);
	row->due_at = decided ? TIME_NONE : (f->now / step_us + 1) * step_us + REPORTER_KEPT_DAYS * DAY_US;
	return e ? e : work_store(f->work, row, reporter_fields, r, why);
}

enum err reporter_know(struct fold *f, struct observation *o, bool again, int64_t *ret_waits_until, bool *ret_distrusted, struct why *why)
{
	struct reporter r;
	struct row row;
	*ret_waits_until = TIME_NONE;
	*ret_distrusted = false;
	/* of what is replayed it was known when it came */
	if (f->told || !o->reporter.len || o->witness != WITNESS_REPORT || kind_info(o->kind)->flags & KIND_SEALED)
		return OK;
	enum err e = load(f, o->reporter, &r, &row, why);
	if (e || (!row.version && !o->reporter_proven))
		return e;
	o->reporter_verified |= o->reporter_proven && reporter_is_trusted(&r);
	o->flagger = o->reporter_proven && r.standing == STANDING_FLAGGER;
	o->reporter_verified &= r.standing != STANDING_DISTRUSTED;
	o->reputation = o->reporter_proven ? reporter_reputation(&r, f->now) : REPUTATION_CANNOT_TELL;
	*ret_distrusted = r.standing == STANDING_DISTRUSTED;
	if (again)
		return OK;
	*ret_waits_until = reporter_admit(&r, &o->at, o->received_at, reporter_cap(&r, o->reporter_proven));
	return store(f, &row, &r, o->reporter, why);
}

static enum err count(struct fold *f, struct str name, enum verdict v, enum verdict instead_of, const struct position *at, struct why *why)
{
	struct reporter r;
	struct row row;
	enum err e = load(f, name, &r, &row, why);
	if (e)
		return e;
	struct position item = at ? (struct position){ at->segment, at->offset, 0 } : (struct position){ 0 };
	if (v == VERDICT_NOT_OURS && position_cmp(&item, &r.last_not_ours) <= 0)
		return OK;
	if (v == VERDICT_NOT_OURS)
		r.last_not_ours = item;
	if (instead_of)
		reporter_verdict(&r, instead_of, true, f->now);
	reporter_verdict(&r, v, false, f->now);
	return store(f, &row, &r, name, why);
}

enum err reporter_outcome(struct fold *f, const struct observation *o, enum verdict v, struct why *why)
{
	if (f->told || !o->reporter_proven || o->witness != WITNESS_REPORT)
		return OK;
	return count(f, o->reporter, v, VERDICT_NONE, &o->at, why);
}

enum err reporter_is_flagger(struct fold *f, struct str name, bool *ret_is, struct why *why)
{
	struct reporter r = { 0 };
	struct row row;
	enum err e = is_proved(name) ? load(f, name, &r, &row, why) : OK;
	*ret_is = e == OK && r.standing == STANDING_FLAGGER;
	return e;
}

enum err reporter_copied(struct fold *f, struct str name, struct why *why)
{
	struct reporter r;
	struct row row;
	if (f->trial || !is_proved(name))
		return OK;
	enum err e = load(f, name, &r, &row, why);
	r.copies += e == OK;
	return e ? e : store(f, &row, &r, name, why);
}

static bool told_before(const struct casefile *c, unsigned incident, unsigned witness)
{
	struct str name = c->recent[incident].witnesses[witness];
	for (unsigned i = 0; i <= incident; i++)
		for (unsigned k = 0; k < (i == incident ? witness : c->recent[i].witness_count); k++)
			if (str_eq(c->recent[i].witnesses[k], name))
				return true;
	return false;
}

enum err reporter_decided(struct fold *f, struct casefile *c, enum verdict v, struct why *why)
{
	enum err e = OK;
	unsigned told = 0;
	if (c->verdict == v || c->flags & CASE_SEALED_CLASS)
		return OK;
	for (unsigned i = 0; e == OK && i < c->recent_count; i++)
		for (unsigned k = 0; e == OK && k < c->recent[i].witness_count && told < DECIDED_MAX; k++) {
			if (!is_proved(c->recent[i].witnesses[k]) || told_before(c, i, k))
				continue;
			told++;
			e = count(f, c->recent[i].witnesses[k], v, c->verdict, NULL, why);
		}
	c->verdict = v;
	return e;
}

enum err reporter_open(struct fold *f, const struct row *row, struct reporter_shown *ret_shown, struct why *why)
{
	struct reporter r = { 0 };
	enum err e = field_decode(work_arena(f->work), row->body, reporter_fields, &r, why);
	if (e)
		return e;
	reporter_fade(&r, f->now);
	r.name = reporter_unseal(f, row->key, "name", r.name);
	r.because = reporter_unseal(f, row->key, "because", r.because);
	bool proved = is_proved(r.name);
	*ret_shown = (struct reporter_shown){ r, proved ? reporter_reputation(&r, f->now) : REPUTATION_CANNOT_TELL, reporter_cap(&r, proved) };
	return OK;
}

enum err reporter_load(struct fold *f, struct str name, struct reporter_shown *ret_shown, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_REPORTER, deed_reporter(f, name), &row, why);
	if (e)
		return e;
	return row.version ? reporter_open(f, &row, ret_shown, why) : why_set(why, ERR_NOTFOUND, "no reporter is known by that name");
}

enum err reporter_wish(struct fold *f, struct str address, struct str name, struct reporter_wish *ret_wish, struct why *why)
{
	const struct str names[] = { name, address };
	struct reporter_wish w = { .silent = false };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct reporter r;
		struct row row;
		enum err e = names[i].len ? load(f, names[i], &r, &row, why) : OK;
		if (e)
			return e;
		if (!names[i].len || !row.version)
			continue;
		w.silent |= r.silent;
		w.bounced |= r.bounced_at != 0;
		w.language = r.language.len ? r.language : w.language;
	}
	*ret_wish = w;
	return OK;
}

enum err reporter_bounced(struct fold *f, struct str message_id, struct why *why)
{
	struct letter l = { 0 };
	struct reporter r;
	struct row row;
	enum err e = letter_open(f, message_id, &l, why);
	if (e || !str_starts(l.customer, STR(DEED_REPORTER)))
		return e == ERR_NOTFOUND ? OK : e;
	e = load(f, l.to, &r, &row, why);
	r.bounced_at = f->now;
	return e ? e : store(f, &row, &r, l.to, why);
}

static enum err write_record(struct fold *f, const struct reporter_decision *d, struct str whose, struct why *why)
{
	struct record r;
	struct arena *a = work_arena(f->work);
	static const char *const kinds[] = { [REPORTER_STAND] = "reporter-standing", [REPORTER_CAP] = "reporter-cap", [REPORTER_WRITE] = "reporter-letters" };
	enum err e = deed_begin(f, kinds[d->what], &r, why);
	if (e)
		return e;
	if (d->what == REPORTER_STAND) {
		record_put(&r, "standing", str_of(standing_words[d->standing]));
	} else if (d->what == REPORTER_WRITE) {
		record_put(&r, "letters", d->silent ? STR("no") : STR("yes"));
		record_put(&r, "language", d->language);
	} else {
		record_put_u64(a, &r, "hour", d->cap_hour);
		record_put_u64(a, &r, "day", d->cap_day);
	}
	record_commit(&r, "actor", d->actor);
	record_commit(&r, "reporter", d->name);
	record_commit(&r, "basis", d->because);
	return deed_write(f, &r, whose, why);
}

enum err reporter_decide(struct fold *f, const struct reporter_decision *d, struct why *why)
{
	struct reporter r;
	struct row row;
	enum err e = load(f, d->name, &r, &row, why);
	if (e)
		return e;
	if (d->what == REPORTER_STAND) {
		r.standing = d->standing;
	} else if (d->what == REPORTER_WRITE) {
		r.silent = d->silent;
		r.language = d->language;
		r.bounced_at = 0;
	} else {
		r.capped = true;
		r.cap_hour = d->cap_hour;
		r.cap_day = d->cap_day;
	}
	/* hours that were taken ahead under the old cap bind nobody who comes from now on */
	if (r.last_over && r.hour > (uint64_t)(f->now / HOUR_US))
		r.hour = r.in_hour = r.day = r.in_day = 0;
	r.decided_by = d->actor;
	r.decided_at = f->now;
	e = reporter_seal(f, row.key, "because", d->because, &r.because, why);
	if (e == OK)
		e = store(f, &row, &r, d->name, why);
	return e ? e : write_record(f, d, row.key, why);
}
