/*
 * What a policy says of resellers: the ladder of their customers' cases, and when a scorecard is failing. Reading, checks, showing.
 */
#include "base/time.h"
#include "policy/checks.h"
#include "policy/show.h"

enum { MANY = 1000000 };

static const struct conf_item reseller_items[] = {
	{ .name = "ladder", .type = CONF_WORD, .required = true, .doc = "what happens with a case of a reseller's customer, whatever ladder its rule names" },
	{ .name = "window", .type = CONF_SPAN, .fallback = "30d", .min = DAY_US, .max = 365 * DAY_US, .doc = "what the scorecard counts lies no further back" },
	{ .name = "back-within", .type = CONF_SPAN, .fallback = "30d", .min = HOUR_US, .max = 365 * DAY_US, .doc = "what was said to be fixed and happens again within this time came back" },
	{ .name = "open", .type = CONF_INT, .fallback = "0", .max = MANY, .doc = "failing with so many complaints open at once; 0 = it does not matter" },
	{ .name = "late", .type = CONF_INT, .fallback = "0", .max = MANY, .doc = "failing with so many that had no answer in time" },
	{ .name = "repeated", .type = CONF_INT, .fallback = "0", .max = MANY, .doc = "failing with so many cases that were passed on again" },
	{ .name = "back", .type = CONF_INT, .fallback = "0", .max = MANY, .doc = "failing with so many that came back" },
	{ .name = "acknowledge-within", .type = CONF_SPAN, .fallback = "0s", .max = 90 * DAY_US,
		.doc = "each reseller acknowledges this version so long after it was posted; 0s = none is asked" },
	{ .name = NULL },
};

enum err resellers_read(struct policy *p, struct rules *r, const struct conf *at, struct why *why)
{
	enum err e = r->resellers_at ? conf_fail(why, at, 0, ERR_EXISTS, "a policy has one block of resellers") : conf_check(at->child, reseller_items, why);
	if (e)
		return e;
	r->resellers_at = at;
	p->resellers = (struct reseller_rules){ .ladder = conf_text(at->child, reseller_items, "ladder"), .window_us = conf_number(at->child, reseller_items, "window"),
		.back_us = conf_number(at->child, reseller_items, "back-within"),
		.acknowledge_us = conf_number(at->child, reseller_items, "acknowledge-within"), .open = (uint32_t)conf_number(at->child, reseller_items, "open"),
		.late = (uint32_t)conf_number(at->child, reseller_items, "late"), .repeated = (uint32_t)conf_number(at->child, reseller_items, "repeated"),
		.back = (uint32_t)conf_number(at->child, reseller_items, "back") };
	return OK;
}

/* A ladder that passes nothing on would leave the customer alone and the reseller in the dark; one that cuts would not wait for it. */
enum err check_resellers(struct checking *c)
{
	const struct ladder *l = policy_ladder(c->p, c->p->resellers.ladder);
	bool forwards = false;
	if (!c->r->resellers_at)
		return OK;
	const struct conf *at = conf_find(c->r->resellers_at->child, "ladder");
	if (!l)
		return conf_fail(c->why, at, 1, ERR_NOTFOUND, "there is no ladder %.*s", STR_ARG(c->p->resellers.ladder));
	for (unsigned i = 0; i < l->step_count; i++) {
		const struct step *s = &l->steps[i];
		forwards |= s->verb == VERB_FORWARD && wait_given(&s->fix);
		if (s->verb >= VERB_END)
			return conf_fail(c->why, at, 1, ERR_DENIED, "ladder %.*s goes on to %s: what follows a reseller's silence is its review, which people judge",
				STR_ARG(l->name), verb_words[s->verb]);
	}
	if (forwards)
		return OK;
	enum err e = conf_fail(c->why, at, 1, ERR_NOTFOUND, "ladder %.*s passes nothing on to the reseller", STR_ARG(l->name));
	why_hint(c->why, "write there: at once forward \"LETTER\" answer within 48h");
	return e;
}

static void number(struct buf *out, const char *name, uint32_t n)
{
	if (n)
		buf_printf(out, "    %s %u\n", name, n);
}

void show_resellers(const struct reseller_rules *r, struct buf *out)
{
	if (!r->ladder.len)
		return;
	buf_printf(out, "\nresellers {\n    ladder %.*s\n    window ", STR_ARG(r->ladder));
	show_span(r->window_us, out);
	buf_puts(out, "\n    back-within ");
	show_span(r->back_us, out);
	buf_puts(out, "\n");
	if (r->acknowledge_us) {
		buf_puts(out, "    acknowledge-within ");
		show_span(r->acknowledge_us, out);
		buf_puts(out, "\n");
	}
	number(out, "open", r->open);
	number(out, "late", r->late);
	number(out, "repeated", r->repeated);
	number(out, "back", r->back);
	buf_puts(out, "}\n");
}
