/*
 * The story of a case. See explain.h. Words only: what is said here stands in the rows it is given.
 */
#include "cases/explain.h"

static void line(struct buf *out, const char *label, struct str text)
{
	if (text.len)
		buf_printf(out, "%-12s %.*s\n", label, STR_ARG(text));
}

static void head(struct arena *a, const struct casefile *c, struct buf *out)
{
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	buf_printf(out, "Case %s is %s.\n\n", number, case_state_words[c->state]);
	line(out, "customer", c->customer);
	for (unsigned i = 0; i < c->reseller_count; i++)
		line(out, "reseller", c->resellers[i]);
	line(out, "user", c->user);
	line(out, "service", c->service);
	line(out, "clause", str_format(a, "%.*s, policy version %.*s, rule %.*s", STR_ARG(c->clause), STR_ARG(c->policy), STR_ARG(c->rule)));
	line(out, "because", c->because);
	line(out, "reports", str_format(a, "%llu in %llu incident(s), first %.*s, last %.*s", (unsigned long long)c->report_count,
		(unsigned long long)c->incident_count, STR_ARG(time_str(a, c->first_event_at)), STR_ARG(time_str(a, c->last_event_at))));
	line(out, "strikes", str_format(a, "%llu", (unsigned long long)c->strikes));
	line(out, "grade", str_of(grade_words[c->grade]));
	line(out, "assigned", c->assigned);
	line(out, "resolution", c->resolution);
}

static void report(struct arena *a, const struct case_event *e, struct buf *out)
{
	buf_printf(out, "    about %.*s, reported by %.*s, happened %.*s\n", STR_ARG(e->source.len ? e->source : STR("(not shown)")),
		STR_ARG(e->reporter.len ? e->reporter : STR("(not shown)")), STR_ARG(time_str(a, e->event_at)));
	buf_printf(out, "    whose: %.*s, grade %s", STR_ARG(e->binding), grade_words[e->grade]);
	for (unsigned i = 0; i < e->reason_count; i++)
		buf_printf(out, "%s%.*s", i ? "; " : ": ", STR_ARG(e->reasons[i]));
	buf_puts(out, "\n");
	for (unsigned i = 0; i < e->term_count; i++)
		buf_printf(out, "    held: %.*s%s%.*s\n", STR_ARG(e->terms[i].text), e->terms[i].value.len ? " = " : "", STR_ARG(e->terms[i].value));
}

static void events(struct arena *a, const struct case_event *list, unsigned count, struct buf *out)
{
	buf_puts(out, "\nWhat happened\n");
	for (unsigned i = 0; i < count; i++) {
		const struct case_event *e = &list[i];
		buf_printf(out, "  %.*s  %s: %.*s (%.*s)\n", STR_ARG(time_str(a, e->at)), case_event_words[e->type], STR_ARG(e->text), STR_ARG(e->actor));
		if (e->type == EVENT_FINDING || e->type == EVENT_WITNESS)
			report(a, e, out);
	}
}

static void holds(const struct act *act, struct buf *out)
{
	static const struct { uint32_t flag; const char *text; } why[] = { { HOLD_APPROVAL, "waits for approvals" }, { HOLD_GRADE, "the attribution is not sure enough" },
		{ HOLD_BUDGET, "the budget is used up" }, { HOLD_OBSERVE, "enforcement is off (observe only)" }, { HOLD_PROTECTED, "protected" },
		{ HOLD_BREAKER, "the breaker is open" }, { HOLD_LIFELINE, "a lifeline service" } };
	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		if (act->hold & why[i].flag)
			buf_printf(out, ", %s", why[i].text);
}

static void next(struct arena *a, const struct casefile *c, const struct act *acts, unsigned count, struct buf *out)
{
	buf_puts(out, "\nActs\n");
	for (unsigned i = 0; i < count; i++) {
		const struct act *x = &acts[i];
		buf_printf(out, "  %.*s  %s %.*s by %.*s: %s", STR_ARG(x->key), verb_words[x->verb], STR_ARG(x->service), STR_ARG(x->driver), act_state_words[x->state]);
		holds(x, out);
		if (x->last_text.len)
			buf_printf(out, " (%.*s)", STR_ARG(x->last_text));
		buf_puts(out, "\n");
	}
	buf_puts(out, "\nWhat happens next\n");
	if (c->state == CASE_PAUSED)
		buf_puts(out, "  The ladder stands: an answer of the customer waits for a person.\n");
	else if (c->state == CASE_REVIEW)
		buf_puts(out, "  A person decides whether this goes on: aup case uphold or dismiss.\n");
	else if (c->flags & CASE_NOTICE_BOUNCED)
		buf_puts(out, "  The notice came back: a person finds another way to the customer.\n");
	else if (c->next_due_at != TIME_NONE)
		buf_printf(out, "  The next step of ladder %.*s is due %.*s, unless what it waits for has come.\n", STR_ARG(c->ladder), STR_ARG(time_str(a, c->next_due_at)));
	else
		buf_puts(out, "  Nothing by itself.\n");
	if (c->appeal_until_at != TIME_NONE)
		buf_printf(out, "  The customer can appeal until %.*s.\n", STR_ARG(time_str(a, c->appeal_until_at)));
}

void explain_case(struct arena *a, const struct casefile *c, const struct case_event *events_list, unsigned event_count, const struct act *acts, unsigned act_count,
	bool story, struct buf *out)
{
	head(a, c, out);
	if (story)
		events(a, events_list, event_count, out);
	next(a, c, acts, act_count, out);
}
