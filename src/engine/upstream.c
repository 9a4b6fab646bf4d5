/*
 * What an upstream passed on to us. See upstream.h.
 */
#include "engine/upstream.h"

#include "engine/fold_case.h"
#include "engine/forward.h"
#include "engine/letter.h"

static struct str key_of(struct fold *f, const struct observation *o)
{
	return str_format(work_arena(f->work), "%.*s/%.*s", STR_ARG(o->upstream), STR_ARG(o->upstream_case));
}

static enum err put(struct fold *f, struct row *row, const struct upstream_case *x, struct why *why)
{
	int64_t from = x->state == UPSTREAM_ANSWERED ? x->answered_at : x->due_at != TIME_NONE ? x->due_at : x->received_at;
	bool waits = x->state == UPSTREAM_RECEIVED && x->due_at != TIME_NONE;
	row->owner = x->upstream;
	row->state = str_of(upstream_state_words[x->state]);
	row->rank = x->received_at;
	row->due_at = waits ? x->due_at : from + UPSTREAM_KEPT_DAYS * DAY_US;
	return work_store(f->work, row, upstream_case_fields, x, why);
}

/* A policy from before there was the letter says nothing: what it owes becomes overdue. */
static const struct letter_template *template(const struct fold *f)
{
	const struct policy *p = fold_policy_at(f, f->now);
	return p ? policy_letter(p, STR("en"), STR("upstream-answer")) : NULL;
}

/* A word of forward_answer.c behind "Status: ", by which a machine is known to mean it. */
static enum err say(struct fold *f, const struct upstream_case *x, const char *what, struct str word, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct letter_template *t = template(f);
	char number[CASE_TEXT_MAX] = "";
	if (x->number)
		case_text(x->number, number);
	if (!t)
		return OK;
	struct act act = { .key = str_format(a, "upstream/%.*s/%.*s/%u/%s", STR_ARG(x->upstream), STR_ARG(x->reference), x->rounds, what), .verb = VERB_NOTIFY,
		.service = t->name, .driver = STR("notify"), .desired = true, .state = ACT_QUEUED, .policy = fold_policy_at(f, f->now)->version, .created_at = f->now, .next_at = f->now,
		.expires_at = TIME_NONE, .done_at = TIME_NONE, .automatic = true };
	struct letter l = { .customer = str_format(a, "upstream/%.*s", STR_ARG(x->upstream)), .to = x->reply_to, .reply_to = letter_reply_address(f, act.key),
		.automatic = true };
	const struct letter_field fields[] = { { "status", word }, { "reporter_reference", x->reference }, { "case", str_of(number) },
		{ "deadline", letter_time(a, x->due_at) }, { "provider", f->provider }, { "contact", f->contact } };
	enum err e = letter_post(f, &l, t, fields, sizeof(fields) / sizeof(fields[0]), &act, LETTER_KEPT_DAYS * DAY_US, why);
	return e ? e : put_act(f, &act, why);
}

static enum err tell_result(struct fold *f, struct row *row, struct upstream_case *x, struct str word, struct why *why)
{
	if (!template(f))
		return put(f, row, x, why);
	x->state = UPSTREAM_ANSWERED;
	x->result = word;
	x->answered_at = f->now;
	enum err e = put(f, row, x, why);
	return e ? e : say(f, x, "result", word, why);
}

/* It takes back what it passed on: whatever goes on here is for others, and what was answered stays so. */
static enum err taken_back(struct fold *f, const struct observation *o, struct why *why)
{
	struct upstream_case x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_UPSTREAM, key_of(f, o), upstream_case_fields, &x, &row, why);
	if (e || x.state == UPSTREAM_ANSWERED)
		return e == ERR_NOTFOUND ? OK : e;
	return tell_result(f, &row, &x, STR("disputed"), why);
}

/* Passed on anew behind our result, it is acknowledged anew. */
static bool begin(const struct fold *f, struct upstream_case *x, const struct observation *o)
{
	bool fresh = x->state == UPSTREAM_NONE || x->state == UPSTREAM_ANSWERED;
	x->upstream = o->upstream;
	x->reference = o->upstream_case;
	x->reply_to = o->upstream_to;
	if (fresh) {
		x->state = UPSTREAM_RECEIVED;
		x->received_at = f->now;
		x->answered_at = TIME_NONE;
		x->due_at = TIME_NONE;
		x->result = STR_NONE;
		x->rounds++;
	}
	/* a reminder may give more time, and one without a deadline takes none away */
	if (o->upstream_due_at)
		x->due_at = o->upstream_due_at;
	if (x->state == UPSTREAM_OVERDUE && x->due_at > f->now)
		x->state = UPSTREAM_RECEIVED;
	return fresh;
}

enum err upstream_take(struct fold *f, const struct observation *o, const struct fold_result *result, struct why *why)
{
	struct upstream_case x = { .received_at = TIME_NONE, .due_at = TIME_NONE, .answered_at = TIME_NONE };
	struct row row;
	/* the same mail again says nothing new */
	if (!o->upstream.len || f->trial || result->fate == FATE_DUPLICATE || result->fate == FATE_NONE)
		return OK;
	if (kind_info(o->kind)->flags & KIND_UNDO)
		return result->fate == FATE_PERSON ? OK : taken_back(f, o, why);
	enum err e = work_load(f->work, TABLE_UPSTREAM, key_of(f, o), upstream_case_fields, &x, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	bool fresh = begin(f, &x, o);
	if (result->fate == FATE_CASE)
		x.number = result->number;
	if (result->fate == FATE_NOT_OURS)
		return tell_result(f, &row, &x, STR("not-ours"), why);
	e = put(f, &row, &x, why);
	/* the upstream waits for a result, and of what is only counted there would be none */
	if (e == OK && result->fate == FATE_COUNTED && o->witness == WITNESS_REPORT)
		e = before_person(f, o, "an upstream passed it on, and no rule makes a case of it", why);
	return e || !fresh ? e : say(f, &x, "ack", STR("acknowledged"), why);
}

static enum err join(struct fold *f, struct casefile *c, struct str key, int64_t due_at, struct why *why)
{
	struct upstream_case x = { 0 };
	struct row row;
	bool known = false;
	for (unsigned i = 0; i < c->upstream_count; i++)
		known |= str_eq(c->upstreams[i], key);
	if (due_at && (!c->upstream_due_at || due_at < c->upstream_due_at))
		c->upstream_due_at = due_at;
	/* what finds no room here becomes overdue, and a person sees it */
	if (!known && c->upstream_count < CASE_UPSTREAMS_MAX) {
		struct str *list = ARENA_ARRAY(work_arena(f->work), struct str, CASE_UPSTREAMS_MAX);
		if (!list)
			return why_set(why, ERR_NOMEM, "no memory for a case");
		for (unsigned i = 0; i < c->upstream_count; i++)
			list[i] = c->upstreams[i];
		list[c->upstream_count++] = key;
		c->upstreams = list;
	}
	/* of the report in hand there is no row yet */
	enum err e = work_load(f->work, TABLE_UPSTREAM, key, upstream_case_fields, &x, &row, why);
	if (e || x.state == UPSTREAM_ANSWERED)
		return e == ERR_NOTFOUND ? OK : e;
	x.number = c->number;
	return put(f, &row, &x, why);
}

/* The case that brought them has them again. */
static enum err part(struct fold *f, struct casefile *c, const struct casefile *gone, struct why *why)
{
	struct str *list = ARENA_ARRAY(work_arena(f->work), struct str, CASE_UPSTREAMS_MAX);
	unsigned n = 0;
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for a case");
	c->upstream_due_at = 0;
	for (unsigned i = 0; i < c->upstream_count; i++) {
		struct upstream_case x = { 0 };
		struct row row;
		bool theirs = false;
		for (unsigned k = 0; k < gone->upstream_count; k++)
			theirs |= str_eq(gone->upstreams[k], c->upstreams[i]);
		if (theirs)
			continue;
		enum err e = work_load(f->work, TABLE_UPSTREAM, c->upstreams[i], upstream_case_fields, &x, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e == OK && x.due_at != TIME_NONE && (!c->upstream_due_at || x.due_at < c->upstream_due_at))
			c->upstream_due_at = x.due_at;
		list[n++] = c->upstreams[i];
	}
	c->upstreams = list;
	c->upstream_count = n;
	return OK;
}

enum err upstream_join(struct fold *f, struct casefile *c, const struct case_input *in, struct why *why)
{
	enum err e = OK;
	bool report = in->type == INPUT_FINDING && !f->trial;
	for (unsigned i = 0; report && e == OK && i < in->earlier_count; i++)
		if (in->earlier[i].seen.upstream.len)
			e = join(f, c, key_of(f, &in->earlier[i].seen), in->earlier[i].seen.upstream_due_at, why);
	if (report && e == OK && in->observation && in->observation->upstream.len)
		e = join(f, c, key_of(f, in->observation), in->observation->upstream_due_at, why);
	for (unsigned i = 0; in->type == INPUT_ABSORB && in->other && e == OK && i < in->other->upstream_count; i++)
		e = join(f, c, in->other->upstreams[i], in->other->upstream_due_at, why);
	for (unsigned i = 0; in->type == INPUT_UNMERGE && e == OK && i < c->upstream_count; i++)
		e = join(f, c, c->upstreams[i], c->upstream_due_at, why);
	if (in->type == INPUT_RELEASE && in->other && e == OK && in->other->upstream_count)
		e = part(f, c, in->other, why);
	return e;
}

void upstream_bound(const struct fold *f, struct casefile *c)
{
	int64_t by = c->upstream_due_at - UPSTREAM_MARGIN_HOURS * HOUR_US;
	if (!c->upstream_due_at || c->fix_by_at == TIME_NONE)
		return;
	/* nobody is given a time that is over: then what is left of the upstream's, and behind that our own */
	if (by <= f->now)
		by = c->upstream_due_at;
	if (by > f->now && c->fix_by_at > by)
		c->fix_by_at = by;
}

/* What a person said when he closed it, where it is one of the words; what nobody was told of is not called mended. */
static struct str result_of(const struct casefile *c)
{
	enum forward_state state;
	enum forward_answer answer;
	if (str_eq(c->resolution, STR("retracted")) || c->verdict == VERDICT_REFUSED || c->verdict == VERDICT_UNDONE)
		return STR("disputed");
	if (forward_word(c->resolution, &state, &answer) && state == FORWARD_ANSWERED)
		return str_of(forward_answer_words[answer]);
	return c->noticed || c->state == CASE_TERMINATED ? STR("fixed") : STR("closed");
}

enum err upstream_closed(struct fold *f, struct casefile *c, struct why *why)
{
	enum err e = OK;
	/* a case that was merged is answered for by the other one */
	if (c->state == CASE_MERGED || c->flags & (CASE_SEALED_CLASS | CASE_DO_NOT_TELL) || f->trial)
		return OK;
	for (unsigned i = 0; e == OK && i < c->upstream_count; i++) {
		struct upstream_case x = { 0 };
		struct row row;
		e = work_load(f->work, TABLE_UPSTREAM, c->upstreams[i], upstream_case_fields, &x, &row, why);
		if (e == OK && x.state != UPSTREAM_ANSWERED)
			e = tell_result(f, &row, &x, result_of(c), why);
		e = e == ERR_NOTFOUND ? OK : e;
	}
	c->upstream_count = 0;
	c->upstream_due_at = 0;
	return e;
}

enum err upstream_discard(struct fold *f, const struct observation *o, struct why *why)
{
	struct upstream_case x = { 0 };
	struct row row;
	enum err e = o->upstream.len ? work_load(f->work, TABLE_UPSTREAM, key_of(f, o), upstream_case_fields, &x, &row, why) : OK;
	if (e || !o->upstream.len || x.number || x.state == UPSTREAM_ANSWERED)
		return e == ERR_NOTFOUND ? OK : e;
	return tell_result(f, &row, &x, STR("disputed"), why);
}

enum err upstream_due(struct fold *f, struct str key, struct why *why)
{
	struct upstream_case x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_UPSTREAM, key, upstream_case_fields, &x, &row, why);
	if (e || row.due_at > f->now)
		return e == ERR_NOTFOUND ? OK : e;
	if (x.state != UPSTREAM_RECEIVED || x.due_at == TIME_NONE || x.due_at + UPSTREAM_KEPT_DAYS * DAY_US <= f->now)
		return work_delete(f->work, TABLE_UPSTREAM, key, why);
	x.state = UPSTREAM_OVERDUE;
	return put(f, &row, &x, why);
}
