/*
 * Why reports stand together. See grouped.h.
 *
 * A report comes into a case by one of four ways: a rule put it there because customer and clause group are the same, it saw an
 * incident that the case knows already, or a person split it off from another case or merged the case it was in. What was erased
 * is told by what is left.
 */
#include "cases/grouped.h"

#include "cases/step.h"

static bool is_report(const struct case_event *e)
{
	return e->type == EVENT_FINDING || e->type == EVENT_WITNESS;
}

/* The event by which a person split this case off, when the report came with it; NULL: the report came by a rule. */
static const struct case_event *split_off_by(const struct case_event *list, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (list[i].type == EVENT_OPENED && str_starts(list[i].text, STR(SPLIT_OFF_FROM)) && list[i].at == list[at].at)
			return &list[i];
	return NULL;
}

/* The report that told of the incident first; NULL: the case does not say. */
static const struct case_event *first_of(const struct case_event *list, unsigned at)
{
	for (unsigned i = at; list[at].incident.len && i > 0; i--)
		if (list[i - 1].type == EVENT_FINDING && str_eq(list[i - 1].incident, list[at].incident))
			return &list[i - 1];
	return NULL;
}

/* The report that showed the same first, of another name; NULL: the case does not say. */
static const struct case_event *shown_before(const struct case_event *list, unsigned at)
{
	const struct case_event *e = &list[at];
	for (unsigned i = 0; e->copy && e->shown.len && i < at; i++)
		if (is_report(&list[i]) && str_eq(list[i].shown, e->shown) && str_eq(list[i].incident, e->incident) && !str_eq(list[i].reporter, e->reporter))
			return &list[i];
	return NULL;
}

static bool any_before(const struct case_event *list, unsigned at)
{
	while (at > 0 && !is_report(&list[at - 1]))
		at--;
	return at > 0;
}

struct str grouped_report(struct arena *a, const struct casefile *c, const struct case_event *list, unsigned count, unsigned at)
{
	if (at >= count || !is_report(&list[at]))
		return STR("");
	const struct case_event *e = &list[at], *by = split_off_by(list, at), *first = e->type == EVENT_WITNESS ? first_of(list, at) : NULL;
	const struct case_event *same = shown_before(list, at);
	if (same && !by)
		return str_format(a, "the same evidence as report %llu, under another name: it counts as the same witness", (unsigned long long)same->n);
	if (by)
		return str_format(a, "%.*s moved it: %.*s", STR_ARG(by->actor), STR_ARG(by->text));
	if (first)
		return str_format(a, "the same incident as report %llu: the same kind of thing, address and port within minutes", (unsigned long long)first->n);
	if (e->type == EVENT_WITNESS)
		return STR("the same incident as a report before: the same kind of thing, address and port within minutes");
	return str_format(a, "%s of customer %.*s under clause group %.*s, by rule %.*s", any_before(list, at) ? "another incident" : "the first incident",
		STR_ARG(c->customer), STR_ARG(c->group), STR_ARG(e->rule.len ? e->rule : STR("(not told)")));
}

static void together(struct arena *a, const struct casefile *c, struct buf *out)
{
	struct str whose = str_format(a, "customer %.*s, clause group %.*s", STR_ARG(c->customer), STR_ARG(c->group));
	if (c->state == CASE_MERGED)
		buf_printf(out, "  Of %.*s; what comes in new goes to %.*s.\n", STR_ARG(whose), STR_ARG(c->merged_into));
	else if (c->thread)
		buf_printf(out, "  Of %.*s; it stands by itself, what comes in new goes to another case.\n", STR_ARG(whose));
	else
		buf_printf(out, "  Of %.*s; what comes in new of these goes here.\n", STR_ARG(whose));
}

void grouped_case(struct arena *a, const struct casefile *c, const struct case_event *list, unsigned count, bool each, struct buf *out)
{
	unsigned shown = 0, left = 0;
	buf_puts(out, "\nWhy this is one case\n");
	together(a, c, out);
	for (unsigned i = 0; i < count; i++) {
		const struct case_event *e = &list[i];
		bool moved = e->type == EVENT_MERGED || e->type == EVENT_SPLIT || (e->type == EVENT_OPENED && str_starts(e->text, STR(SPLIT_OFF_FROM)));
		if (moved)
			buf_printf(out, "  %3llu  %.*s: %.*s\n", (unsigned long long)e->n, STR_ARG(e->actor), STR_ARG(e->text));
		else if (each && is_report(e) && shown++ < GROUPED_REPORTS_MAX)
			buf_printf(out, "  %3llu  %.*s\n", (unsigned long long)e->n, STR_ARG(grouped_report(a, c, list, count, i)));
		else
			left += each && is_report(e);
	}
	if (left)
		buf_printf(out, "  and %u reports more: aup case explain tells of each\n", left);
}
