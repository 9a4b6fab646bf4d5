/*
 * A reseller's failed review. See remedy.h.
 */
#include "engine/remedy.h"

#include "engine/fold_case.h"
#include "engine/plan.h"
#include "engine/scorecard.h"

/* The first one's word, when no second one followed it in time. */
static bool word_is_over(const struct conduct *c, int64_t now)
{
	return c->fail_asked_by.len && !c->failed_by.len && c->fail_asked_at != TIME_NONE && c->fail_asked_at + REVIEW_WORD_DAYS * DAY_US <= now;
}

static void forget_words(struct conduct *c)
{
	c->fail_asked_by = c->failed_by = c->because = STR_NONE;
	c->fail_asked_at = c->failed_at = TIME_NONE;
}

static enum err store(struct fold *f, struct row *row, const struct conduct *c, struct why *why)
{
	row->due_at = conduct_due_at(c);
	return work_store(f->work, row, conduct_fields, c, why);
}

static enum err load(struct fold *f, struct str reseller, struct conduct *c, struct row *row, struct why *why)
{
	*c = (struct conduct){ .failing_at = TIME_NONE };
	enum err e = work_load(f->work, TABLE_CONDUCT, reseller, conduct_fields, c, row, why);
	if (e == ERR_NOTFOUND)
		row->rank = f->now;
	c->reseller = reseller;
	if (word_is_over(c, f->now))
		forget_words(c);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err note(struct fold *f, struct casefile *c, struct row *row, struct str who, struct str text, struct why *why)
{
	struct case_input in = { .type = INPUT_NOTE, .actor = who, .text = text };
	return step_case(f, row, c, &in, why);
}

enum err remedy_fail(struct fold *f, struct str reseller, struct str who, struct str because, bool *ret_waits, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct conduct c;
	struct casefile own;
	struct row row, own_row;
	enum err e = load(f, reseller, &c, &row, why);
	if (e == OK && c.failed_by.len)
		return why_set(why, ERR_CONFLICT, "the review of %.*s has failed already", STR_ARG(reseller));
	if (e == OK && str_eq(c.fail_asked_by, who))
		return why_set(why, ERR_DENIED, "%.*s has said so already; another person has to", STR_ARG(who));
	if (e)
		return e;
	e = scorecard_case(f, reseller, STR("reseller.review"), &own, &own_row, why);
	if (e == ERR_NOTFOUND || (e == OK && (case_is_closed(&own) || !own.noticed)))
		return why_set(why, ERR_CONFLICT, "%.*s has not been invited to a review in a case that is open: that comes first", STR_ARG(reseller));
	if (e)
		return e;
	bool first = !c.fail_asked_by.len;
	struct str text = str_format(a, first ? "says that the review has failed: %.*s. A second person has to say so within %d days before anything follows" :
		"says so too: %.*s. The review has failed; what is reported about its customers from now on goes by the ladder of its rule", STR_ARG(because), REVIEW_WORD_DAYS);
	if (first) {
		c.fail_asked_by = who;
		c.because = because;
		c.fail_asked_at = f->now;
	} else {
		c.failed_by = who;
		c.failed_at = f->now;
	}
	*ret_waits = first;
	e = store(f, &row, &c, why);
	return e ? e : note(f, &own, &own_row, who, text, why);
}

enum err remedy_pass(struct fold *f, struct str reseller, struct str who, struct str because, struct why *why)
{
	struct conduct c;
	struct casefile own;
	struct row row, own_row;
	enum err e = load(f, reseller, &c, &row, why);
	if (e == OK && !c.fail_asked_by.len)
		return plan_pass(f, reseller, who, because, why);
	if (e)
		return e;
	forget_words(&c);
	e = store(f, &row, &c, why);
	if (e == OK)
		e = scorecard_case(f, reseller, STR("reseller.review"), &own, &own_row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	return note(f, &own, &own_row, who, str_format(work_arena(f->work), "says that the review has not failed: %.*s. Complaints are passed on as before", STR_ARG(because)), why);
}

enum err remedy_is_due(struct fold *f, struct str reseller, bool *ret_failed, struct why *why)
{
	struct conduct c;
	struct row row;
	enum err e = load(f, reseller, &c, &row, why);
	*ret_failed = e == OK && c.failed_by.len;
	return e;
}

enum err remedy_word_due(struct fold *f, struct str reseller, struct why *why)
{
	struct conduct c = { .failing_at = TIME_NONE };
	struct casefile own;
	struct row row, own_row;
	enum err e = work_load(f->work, TABLE_CONDUCT, reseller, conduct_fields, &c, &row, why);
	if (e || !word_is_over(&c, f->now))
		return e == ERR_NOTFOUND ? OK : e;
	struct str who = c.fail_asked_by;
	forget_words(&c);
	e = store(f, &row, &c, why);
	if (e == OK)
		e = scorecard_case(f, reseller, STR("reseller.review"), &own, &own_row, why);
	if (e || case_is_closed(&own))
		return e == ERR_NOTFOUND ? OK : e;
	return note(f, &own, &own_row, STR("clock"), str_format(work_arena(f->work), "no second person said within %d days what %.*s said: the review has not failed",
		REVIEW_WORD_DAYS, STR_ARG(who)), why);
}
