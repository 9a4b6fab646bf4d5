/*
 * Judging. See judge.h.
 */
#include "policy/judge.h"

#include <stdio.h>

#include "policy/match.h"
#include "policy/rules.h"
#include "policy/window.h"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_CANNOT };
enum { BECAUSE_MAX = 4096, KEY_MAX = 400 };

struct judging {
	struct arena *a;
	const struct policy *p;
	const struct observation *o;
	const struct subject *s;
	const struct subject_facts *facts;
	const struct window_source *windows;
	struct judgement *out;
	struct why *why;
};

static enum answer yes_if(bool b)
{
	return b ? ANSWER_YES : ANSWER_NO;
}

static bool one_of(struct str s, const struct cond *c)
{
	for (unsigned i = 0; i < c->word_count; i++)
		if (str_eq(s, c->words[i]))
			return true;
	return false;
}

static enum answer fact_answer(const struct judging *j, const struct cond *c)
{
	struct str v = observation_value(j->o, str_c(j->a, c->words[0]));
	int64_t n;
	if (!v.ptr)
		return ANSWER_CANNOT;
	switch (c->op) {
	case OP_IS: return yes_if(str_eq_fold(v, c->value));
	case OP_CONTAINS: return yes_if(str_find_fold(v, c->value) != SIZE_MAX);
	case OP_LEAST: case OP_MOST:
		if (str_to_i64(v, &n) != OK)
			return ANSWER_CANNOT;
		return yes_if(c->op == OP_LEAST ? n >= c->number : n <= c->number);
	}
	return ANSWER_CANNOT;
}

static enum answer cond_answer(const struct judging *j, const struct cond *c)
{
	const struct observation *o = j->o;
	uint64_t port;
	switch (c->type) {
	case COND_REPORT:
		return yes_if(o->witness != WITNESS_METER && c->kinds[o->kind / 64] >> o->kind % 64 & 1);
	case COND_SIGNAL:
		return yes_if(o->witness == WITNESS_METER && one_of(o->kind_text, c));
	case COND_GRADE:
		return j->s->ours == OURS_CANNOT_TELL ? ANSWER_CANNOT : yes_if(c->set >> j->s->grade & 1);
	case COND_VERIFIED:
		return yes_if(o->reporter_verified);
	case COND_REPUTATION:
		return o->reputation == REPUTATION_CANNOT_TELL ? ANSWER_CANNOT : yes_if(o->reputation >= (enum reputation)c->number);
	case COND_SOURCE:
		return yes_if(c->set >> o->source.type & 1);
	case COND_FACT:
		return fact_answer(j, c);
	case COND_CLASS:
		return j->facts->customer_class.len ? yes_if(one_of(j->facts->customer_class, c)) : ANSWER_CANNOT;
	case COND_SERVICE:
		return j->facts->service_kind.len ? yes_if(one_of(j->facts->service_kind, c)) : ANSWER_CANNOT;
	case COND_OUTSIDE:
		return j->facts->permitted_use.len ? yes_if(str_find_fold(j->facts->permitted_use, str_of(kind_info(o->kind)->name)) == SIZE_MAX &&
			str_eq(observation_value(o, "use"), STR("outside"))) : ANSWER_CANNOT;
	case COND_PORT:
		for (unsigned i = 0; i < c->word_count; i++)
			if (str_to_u64(c->words[i], 65535, &port) == OK && port == o->source.port)
				return ANSWER_YES;
		return o->source.port ? ANSWER_NO : ANSWER_CANNOT;
	case COND_ZONE:
		return yes_if(o->zone_given);
	case COND_NOTICE:
		return yes_if(c->set >> notice_state(o) & 1);
	case COND_ROLE:
		return o->role ? yes_if(c->set >> o->role & 1) : ANSWER_CANNOT;
	case COND_CONTENT:
		return o->content ? yes_if(c->set >> o->content & 1) : ANSWER_CANNOT;
	case COND_HOSTED:
		return yes_if(kind_info(o->kind)->flags & KIND_HOSTED);
	}
	return ANSWER_CANNOT;
}

static enum answer rule_answer(struct judging *j, const struct rule *r)
{
	enum answer all = ANSWER_YES;
	const struct cond *unknown = NULL;
	for (unsigned i = 0; i < r->cond_count; i++) {
		enum answer x = cond_answer(j, &r->conds[i]);
		if (r->conds[i].negate && x != ANSWER_CANNOT)
			x = x == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
		if (x == ANSWER_NO)
			return ANSWER_NO;
		if (x == ANSWER_CANNOT) {
			all = ANSWER_CANNOT;
			unknown = &r->conds[i];
		}
	}
	if (all == ANSWER_YES && j->s->ours == OURS_CANNOT_TELL)
		all = ANSWER_CANNOT;
	if (all == ANSWER_CANNOT && j->out && j->out->cannot_count < FINDINGS_MAX)
		j->out->cannot[j->out->cannot_count++] = (struct cannot_tell){ r->clause->id, r->name, unknown ? unknown->text : STR("who was behind it"),
			!unknown || (unknown->type != COND_FACT && unknown->type != COND_PORT && unknown->type != COND_REPUTATION &&
				unknown->type != COND_ROLE && unknown->type != COND_CONTENT) };
	return all;
}

static struct str window_subject(const struct judging *j, enum per per)
{
	switch (per) {
	case PER_USER: return j->s->user.len ? j->s->user : j->s->customer;
	case PER_ADDRESS: return j->o->source.text;
	case PER_RESELLER: return j->s->reseller_count ? j->s->resellers[j->s->reseller_count - 1] : j->s->customer;
	case PER_SERVICE: return j->s->service.len ? j->s->service : j->s->customer;
	case PER_CUSTOMER: break;
	}
	return j->s->customer;
}

/* A reporter's clock does not reach into our future: one such event would push all others out of a window. */
static int64_t event_time(const struct observation *o)
{
	bool known = o->event_at != TIME_NONE && o->event_at != 0;
	bool bounded = o->received_at != TIME_NONE && o->received_at != 0;
	if (!known || (bounded && o->event_at > o->received_at))
		return o->received_at;
	return o->event_at;
}

static int64_t events_of(const struct judging *j)
{
	return j->o->incidents > 1 && (j->o->reporter_verified || j->o->witness == WITNESS_METER) ? j->o->incidents : 1;
}

/* What is counted once however often it comes; nameless reporters are one. */
static struct str distinct_member(const struct judging *j, const struct rule *r)
{
	const struct observation *o = j->o;
	struct str v = STR_NONE;
	if (!r->distinct.len)
		return STR_NONE;
	if (str_eq(r->distinct, STR("reporters")))
		v = o->reporter;
	else if (str_eq(r->distinct, STR("addresses")) || str_eq(r->distinct, STR("sources")))
		v = o->source.text;
	else if (str_eq(r->distinct, STR("incidents")))
		v = o->report_id.len ? o->report_id : str_format(j->a, "%.*s %u %lld", STR_ARG(o->source.text), o->source.port, (long long)event_time(o));
	else
		v = observation_value(o, str_c(j->a, r->distinct));
	return v.ptr ? v : STR("");
}

/* Puts the event into the rule's window or takes it out; *ret_count is what the window holds then. */
static enum err fold_window(struct judging *j, const struct rule *r, bool out, struct window *ret_window, int64_t *ret_count)
{
	struct window w;
	struct str body = STR_NONE, subject = window_subject(j, r->per), member = distinct_member(j, r);
	struct str shown = str_eq(r->distinct, STR("reporters")) ? j->o->shown : STR_NONE;
	struct str key = str_format(j->a, "%.*s/%.*s/%.*s/%.*s", STR_ARG(j->p->version), STR_ARG(r->clause->id), STR_ARG(r->name),
		STR_ARG(str_sub(subject, 0, KEY_MAX)));
	enum err e = j->windows->load(j->windows->arg, key, &body);
	if (e == OK)
		e = window_read(j->a, body, &w, j->why);
	if (e)
		return e;
	*ret_count = (out ? window_take : window_add)(&w, r->in_us, event_time(j->o), events_of(j), member, shown);
	*ret_window = w;
	e = window_write(j->a, &w, &body);
	return e ? e : j->windows->save(j->windows->arg, key, body, w.last_at == TIME_NONE ? TIME_NONE : w.last_at + 2 * r->in_us);
}

/* Counts the event in the rule's window; *ret_fires when the threshold is reached. */
static enum err count_window(struct judging *j, const struct rule *r, struct finding *f, bool *ret_fires)
{
	struct window w;
	enum err e = fold_window(j, r, false, &w, &f->count);
	if (e)
		return e;
	f->first_at = w.first_at;
	f->last_at = w.last_at;
	*ret_fires = f->count >= r->least;
	return OK;
}

static void fill_field(struct judging *j, const struct finding *f, struct str name, struct buf *out)
{
	char text[TIME_TEXT_MAX];
	if (str_eq(name, STR("count"))) {
		buf_printf(out, "%lld", (long long)f->count);
	} else if (str_eq(name, STR("first")) || str_eq(name, STR("last"))) {
		int64_t at = str_eq(name, STR("first")) ? f->first_at : f->last_at;
		/* people read it: what is counted stands with the finding */
		time_print(at == TIME_NONE ? at : at - (at % SECOND_US + SECOND_US) % SECOND_US, text);
		buf_puts(out, text);
	} else if (str_eq(name, STR("source")) || str_eq(name, STR("ip"))) {
		buf_put(out, j->o->source.text);
	} else if (str_eq(name, STR("kind"))) {
		buf_puts(out, kind_info(j->o->kind)->name);
	} else if (str_eq(name, STR("port"))) {
		buf_printf(out, "%u", j->o->source.port);
	} else if (str_eq(name, STR("customer"))) {
		buf_put(out, j->s->customer);
	} else {
		struct str v = observation_value(j->o, str_c(j->a, name));
		buf_put(out, v.ptr ? v : STR("(not told)"));
	}
}

static struct str fill_because(struct judging *j, const struct finding *f, struct str text)
{
	struct buf out;
	buf_init(&out, BECAUSE_MAX);
	for (size_t i = 0; i < text.len; i++) {
		size_t close = text.ptr[i] == '{' ? str_chr(str_sub(text, i, text.len), '}') : SIZE_MAX;
		if (close == SIZE_MAX) {
			buf_putc(&out, text.ptr[i]);
			continue;
		}
		fill_field(j, f, str_sub(text, i + 1, close - 1), &out);
		i += close;
	}
	struct str filled = str_copy(j->a, buf_str(&out));
	buf_done(&out);
	return filled;
}

static enum err fill_terms(struct judging *j, const struct rule *r, struct finding *f)
{
	f->terms = ARENA_ARRAY(j->a, struct term, FINDING_TERMS_MAX);
	if (!f->terms)
		return ERR_NOMEM;
	for (unsigned i = 0; i < r->cond_count; i++) {
		struct term t = { .text = r->conds[i].text };
		if (r->conds[i].type == COND_FACT) {
			t.fact = r->conds[i].words[0];
			const struct fact *fact = observation_fact(j->o, str_c(j->a, t.fact));
			if (fact) {
				t.value = fact->value;
				t.part = fact->span.part;
				t.from = fact->span.from;
				t.to = fact->span.to;
			}
		} else if (r->conds[i].type == COND_REPORT) {
			t.value = str_of(kind_info(j->o->kind)->name);
		}
		f->terms[f->term_count++] = t;
	}
	if (r->counted)
		f->terms[f->term_count++] = (struct term){ .text = str_format(j->a, "count %s%.*s >= %lld", r->distinct.len ? "distinct " : "",
			STR_ARG(r->distinct.len ? r->distinct : STR("reports")), (long long)r->least), .value = str_format(j->a, "%lld", (long long)f->count) };
	return OK;
}

static enum finding_weight weight_of(const struct judging *j, const struct rule *r)
{
	const struct ladder *l = policy_ladder(j->p, r->ladder);
	unsigned flags = kind_info(j->o->kind)->flags;
	if (r->asks.len)
		return WEIGHT_ASK;
	if (r->clause->sealed || flags & KIND_SEALED)
		return WEIGHT_SEALED;
	if (r->advice || flags & KIND_ADVICE || (l && l->step_count && l->steps[0].verb == VERB_ADVISE))
		return WEIGHT_ADVICE;
	if (r->person || r->clause->manual)
		return WEIGHT_PERSON;
	return WEIGHT_OPEN;
}

static enum err judge_rule(struct judging *j, const struct rule *r)
{
	struct finding f = { .policy = j->p->version, .clause = r->clause->id, .group = r->clause->group, .rule = r->name, .ladder = r->asks.len ? r->asks : r->ladder,
		.severity = r->severity, .appeal_us = r->appeal_us, .count = 1, .first_at = event_time(j->o), .last_at = event_time(j->o),
		.conduct_at = event_time(j->o), .in_us = r->counted ? r->in_us : 0 };
	bool fires = true;
	enum err e = OK;
	if (rule_answer(j, r) != ANSWER_YES)
		return OK;
	if (r->counted)
		e = count_window(j, r, &f, &fires);
	if (e)
		return e;
	if (!fires) {
		if (j->out->counted_count < FINDINGS_MAX)
			j->out->counted[j->out->counted_count++] = f;
		return OK;
	}
	if (j->out->count == FINDINGS_MAX)
		return why_set(j->why, ERR_LIMIT, "more than %d rules fire at once", FINDINGS_MAX);
	f.weight = weight_of(j, r);
	f.because = fill_because(j, &f, r->because);
	e = fill_terms(j, r, &f);
	j->out->findings[j->out->count++] = f;
	return e;
}

/* Of the clause's other rules: what could not be told, so that nobody takes it for no. */
static void add_cannot(struct judgement *out)
{
	for (unsigned i = 0; i < out->count; i++)
		for (unsigned k = 0; k < out->cannot_count && out->findings[i].term_count < FINDING_TERMS_MAX; k++) {
			struct finding *f = &out->findings[i];
			const struct cannot_tell *x = &out->cannot[k];
			if (str_eq(x->clause, f->clause))
				f->terms[f->term_count++] = (struct term){ .text = x->text, .answer = TERM_CANNOT_TELL, .rule = x->rule };
		}
}

enum err judge(struct arena *a, const struct policy *p, const struct observation *o, const struct subject *s, const struct subject_facts *facts,
	const struct window_source *windows, struct judgement *ret_judgement, struct why *why)
{
	struct judging j = { a, p, o, s, facts, windows, ret_judgement, why };
	ret_judgement->count = ret_judgement->counted_count = ret_judgement->cannot_count = 0;
	if (s->ours == OURS_NO)
		return OK;
	enum err e = OK;
	for (const struct rule *const *r = match_rules(p, o); e == OK && *r; r++)
		e = judge_rule(&j, *r);
	if (e == OK)
		add_cannot(ret_judgement);
	return e;
}

enum err judge_take_back(struct arena *a, const struct policy *p, const struct observation *o, const struct subject *s, const struct subject_facts *facts,
	const struct window_source *windows, struct why *why)
{
	struct judging j = { a, p, o, s, facts, windows, NULL, why };
	struct window w;
	int64_t left;
	enum err e = OK;
	if (s->ours != OURS_YES)
		return OK;
	for (const struct rule *const *r = match_rules(p, o); e == OK && *r; r++)
		if ((*r)->counted && rule_answer(&j, *r) == ANSWER_YES)
			e = fold_window(&j, *r, true, &w, &left);
	return e;
}
