/*
 * Findings and plan of a reseller's review. See plan.h.
 */
#include "engine/plan.h"

#include "cases/case.h"
#include "engine/delivery.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "engine/onetime.h"
#include "engine/queue.h"
#include "engine/scorecard.h"

/* A reseller's conduct and the case of its review. */
struct plan {
	struct str reseller;
	struct conduct c;
	struct row row;
	struct casefile own;
	struct row own_row;
	bool open;                      /* the case is, and the reseller was invited in it */
};

static enum err load(struct fold *f, struct str reseller, struct plan *p, struct why *why)
{
	*p = (struct plan){ .reseller = reseller, .c.failing_at = TIME_NONE };
	enum err e = work_load(f->work, TABLE_CONDUCT, reseller, conduct_fields, &p->c, &p->row, why);
	if (e == ERR_NOTFOUND)
		p->row.rank = f->now;
	p->c.reseller = reseller;
	if (e == OK || e == ERR_NOTFOUND)
		e = scorecard_case(f, reseller, STR("reseller.review"), &p->own, &p->own_row, why);
	p->open = e == OK && !case_is_closed(&p->own) && p->own.noticed;
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err need_open(const struct plan *p, struct why *why)
{
	return p->open ? OK : why_set(why, ERR_CONFLICT, "%.*s has not been invited to a review in a case that is open: that comes first", STR_ARG(p->reseller));
}

static bool is_of(const struct plan *p, const struct review_entry *x)
{
	return x->number == p->own.number;
}

static enum err store(struct fold *f, struct plan *p, struct why *why)
{
	p->row.due_at = conduct_due_at(&p->c);
	return work_store(f->work, &p->row, conduct_fields, &p->c, why);
}

static enum err note(struct fold *f, struct plan *p, struct str who, struct str text, struct why *why)
{
	struct case_input in = { .type = INPUT_NOTE, .actor = who, .text = text };
	return step_case(f, &p->own_row, &p->own, &in, why);
}

static enum err queue(struct fold *f, const struct plan *p, struct why *why)
{
	bool missed = false;
	for (unsigned i = 0; i < p->c.review_count; i++)
		missed |= is_of(p, &p->c.review[i]) && p->c.review[i].state == REVIEW_MISSED;
	return queue_plan(f, p->own.number, missed && p->open, why);
}

static enum err room(struct fold *f, struct plan *p, struct review_entry **ret_entry, struct why *why)
{
	struct review_entry *list = ARENA_ARRAY(work_arena(f->work), struct review_entry, p->c.review_count + 1);
	unsigned n = 0;
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for an entry of a review");
	for (unsigned i = 0; i < p->c.review_count; i++)
		if (is_of(p, &p->c.review[i]))
			list[n++] = p->c.review[i];
	if (n == REVIEW_ENTRIES_MAX)
		return why_set(why, ERR_LIMIT, "a review has at most %d findings and dates", REVIEW_ENTRIES_MAX);
	list[n] = (struct review_entry){ .n = n + 1, .number = p->own.number, .at = f->now, .due_at = TIME_NONE, .reminded_at = TIME_NONE, .kept_at = TIME_NONE };
	p->c.review = list;
	p->c.review_count = n + 1;
	*ret_entry = &list[n];
	return OK;
}

enum err plan_add(struct fold *f, struct str reseller, struct str who, struct str text, int64_t due_at, uint32_t *ret_n, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct review_entry *x = NULL;
	struct plan p;
	enum err e = load(f, reseller, &p, why);
	if (e == OK)
		e = need_open(&p, why);
	if (e == OK)
		e = room(f, &p, &x, why);
	if (e || !x)
		return e;
	x->state = due_at == TIME_NONE ? REVIEW_FINDING : REVIEW_PLANNED;
	x->text = text;
	x->by = who;
	x->due_at = due_at;
	*ret_n = x->n;
	e = store(f, &p, why);
	if (e)
		return e;
	if (due_at == TIME_NONE)
		return note(f, &p, who, str_format(a, "the review found (%u): %.*s", x->n, STR_ARG(text)), why);
	return note(f, &p, who, str_format(a, "the plan (%u), by %.*s: %.*s", x->n, STR_ARG(letter_time(a, due_at)), STR_ARG(text)), why);
}

enum err plan_kept(struct fold *f, struct str reseller, struct str who, uint32_t n, struct why *why)
{
	struct review_entry *x = NULL;
	struct plan p;
	enum err e = load(f, reseller, &p, why);
	if (e == OK)
		e = need_open(&p, why);
	if (e)
		return e;
	for (unsigned i = 0; i < p.c.review_count; i++)
		if (is_of(&p, &p.c.review[i]) && p.c.review[i].n == n && p.c.review[i].state != REVIEW_FINDING)
			x = &p.c.review[i];
	if (!x)
		return why_set(why, ERR_NOTFOUND, "the plan of %.*s has no entry %u", STR_ARG(reseller), n);
	if (x->state == REVIEW_KEPT)
		return OK;
	bool late = x->state == REVIEW_MISSED;
	x->state = REVIEW_KEPT;
	x->kept_at = f->now;
	x->kept_by = who;
	e = store(f, &p, why);
	if (e == OK)
		e = queue(f, &p, why);
	return e ? e : note(f, &p, who, str_format(work_arena(f->work), "entry %u of the plan has been kept%s", n, late ? ", after its date" : ""), why);
}

enum err plan_pass(struct fold *f, struct str reseller, struct str who, struct str because, struct why *why)
{
	unsigned planned = 0;
	struct plan p;
	enum err e = load(f, reseller, &p, why);
	for (unsigned i = 0; e == OK && p.open && i < p.c.review_count; i++) {
		const struct review_entry *x = &p.c.review[i];
		if (!is_of(&p, x) || x->state == REVIEW_FINDING)
			continue;
		planned++;
		if (x->state != REVIEW_KEPT)
			e = why_set(why, ERR_CONFLICT, "entry %u of the plan of %.*s is not kept", x->n, STR_ARG(reseller));
	}
	if (e == OK && !planned)
		e = why_set(why, ERR_CONFLICT, "nobody says that the review of %.*s has failed, and there is no plan that it kept", STR_ARG(reseller));
	if (e == OK)
		e = note(f, &p, who, str_format(work_arena(f->work), "says that the review is passed: %.*s", STR_ARG(because)), why);
	struct case_input in = { .type = INPUT_RESOLVE, .actor = who, .text = STR("review passed") };
	return e ? e : step_case(f, &p.own_row, &p.own, &in, why);
}

/* The case knows the letter as one of its own; the note that follows stores it. */
static enum err name_act(struct fold *f, struct casefile *c, struct str key, struct why *why)
{
	struct str *list = ARENA_ARRAY(work_arena(f->work), struct str, c->act_count + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for the acts of a case");
	if (c->act_count == CASE_ACTS_MAX)
		return why_set(why, ERR_LIMIT, "a case has at most %d acts", CASE_ACTS_MAX);
	if (c->act_count)
		memcpy(list, c->acts, c->act_count * sizeof(*list));
	list[c->act_count++] = key;
	c->acts = list;
	c->letters++;
	return OK;
}

/* *ret_sent: there was somebody to write to, and the case is not one that nobody is told of. */
static enum err remind(struct fold *f, struct plan *p, const struct review_entry *x, bool *ret_sent, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct policy *now = fold_policy_at(f, f->now);
	const struct entity *to = delivery_contact_of(f, &(struct casefile){ .customer = p->reseller }, p->reseller);
	const struct letter_template *t = now && to && to->email.len ? policy_letter(now, to->language, POLICY_PLAN_LETTER) : NULL;
	const struct policy *of = fold_policy(f, p->own.policy);
	const struct clause *cl = policy_clause(of ? of : now, p->own.clause);
	char number[CASE_TEXT_MAX];
	*ret_sent = t && !(p->own.flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS));
	if (!*ret_sent || f->trial)
		return OK;
	case_text(p->own.number, number);
	struct act act = { .key = str_format(a, "%s/plan/%u", number, x->n), .number = p->own.number, .verb = VERB_NOTIFY, .service = t->name, .driver = STR("notify"),
		.desired = true, .state = ACT_QUEUED, .policy = now->version, .created_at = f->now, .next_at = f->now, .expires_at = TIME_NONE, .done_at = TIME_NONE,
		.automatic = true, .way = delivery_way(f, to->email) };
	struct letter l = { .number = p->own.number, .customer = p->own.customer, .to = to->email, .reply_to = letter_reply_address(f, act.key), .automatic = true };
	struct letter_template written = *t;
	struct str link[ONETIME_PURPOSES];
	written.body = onetime_without(a, t->body, onetime_of(f, &act));
	enum err e = onetime_links(f, &p->own, &act, t, link, why);
	const struct letter_field fields[] = { { "case", str_of(number) }, { "customer", p->own.customer }, { "reseller", p->reseller }, { "clause", p->own.clause },
		{ "clause_title", cl ? cl->title : STR_NONE }, { "policy_version", p->own.policy }, { "text", x->text }, { "deadline", letter_time(a, x->due_at) },
		{ "reply_address", l.reply_to }, { "provider", f->provider }, { "contact", f->contact }, { "link", link[ONETIME_ANSWER] },
		{ "link_appeal", link[ONETIME_APPEAL] }, { "link_case", link[ONETIME_PAGE] } };
	if (e == OK)
		e = letter_post(f, &l, &written, fields, sizeof(fields) / sizeof(fields[0]), &act, 0, why);
	if (e == OK)
		e = name_act(f, &p->own, act.key, why);
	return e ? e : put_act(f, &act, why);
}

/* What became of one entry by now, in words for the story; "" = nothing. */
static enum err entry_due(struct fold *f, struct plan *p, struct review_entry *x, struct str *ret_text, struct why *why)
{
	struct arena *a = work_arena(f->work);
	bool sent = false;
	enum err e = OK;
	*ret_text = STR_NONE;
	if (x->state != REVIEW_PLANNED)
		return OK;
	if (!p->open || !is_of(p, x)) {
		x->state = x->due_at <= f->now ? REVIEW_WITHDRAWN : REVIEW_PLANNED;
		x->reminded_at = f->now;
	} else if (x->due_at <= f->now) {
		x->state = REVIEW_MISSED;
		*ret_text = str_format(a, "entry %u of the plan was due by %.*s, and nobody says that it was kept: a person decides what follows", x->n,
			STR_ARG(letter_time(a, x->due_at)));
	} else if (x->reminded_at == TIME_NONE && x->due_at - REVIEW_REMIND_DAYS * DAY_US <= f->now) {
		e = remind(f, p, x, &sent, why);
		x->reminded_at = f->now;
		*ret_text = str_format(a, sent ? "the reseller is reminded of entry %u of the plan" : "entry %u of the plan is near, and no letter can go to the reseller", x->n);
	}
	return e;
}

enum err plan_due(struct fold *f, struct str reseller, struct why *why)
{
	struct plan p;
	struct str text;
	enum err e = load(f, reseller, &p, why);
	if (e || !p.row.version)
		return e;
	for (unsigned i = 0; e == OK && i < p.c.review_count; i++) {
		e = entry_due(f, &p, &p.c.review[i], &text, why);
		if (e == OK && text.len)
			e = note(f, &p, STR("clock"), text, why);
	}
	if (e == OK && p.own.number)
		e = queue(f, &p, why);
	return e ? e : store(f, &p, why);
}

enum err plan_forget(struct fold *f, struct str reseller, uint64_t number, struct why *why)
{
	struct conduct c = { .failing_at = TIME_NONE };
	struct row row;
	unsigned n = 0;
	enum err e = work_load(f->work, TABLE_CONDUCT, reseller, conduct_fields, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	for (unsigned i = 0; i < c.review_count; i++)
		if (c.review[i].number != number)
			c.review[n++] = c.review[i];
	if (n == c.review_count)
		return OK;
	c.review_count = n;
	row.due_at = conduct_due_at(&c);
	return work_store(f->work, &row, conduct_fields, &c, why);
}
