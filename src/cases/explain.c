/*
 * The story of a case. See explain.h. Words only: what is said here stands in the rows it is given.
 */
#include "cases/explain.h"

#include "cases/case.h"
#include "cases/grouped.h"

static void line(struct buf *out, const char *label, struct str text)
{
	if (text.len)
		buf_printf(out, "%-12s %.*s\n", label, STR_ARG(text));
}

static struct str counted(struct arena *a, uint64_t n, const char *one, const char *many)
{
	return str_format(a, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

static struct str second(struct arena *a, int64_t at)
{
	return at == TIME_NONE ? STR("(not known)") : time_str(a, at - at % SECOND_US);
}

/* What a grade permits, for whoever did not read the manual. */
static const char *const grades[] = { [GRADE_NONE] = "nobody has said whose it was", [GRADE_A] = "A: it was this customer's, surely; steps may be taken without a person",
	[GRADE_B] = "B: it was this customer's, so far as the register tells; a person approves what is felt",
	[GRADE_C] = "C: it may have been another's; nothing is done and nobody is written to without a person",
	[GRADE_D] = "D: it cannot be told whose it was; nothing is done without a person", [GRADE_E] = "E: more must be known, such as the port; nothing is done without a person" };

static void part_line(struct arena *a, struct buf *out, const char *label, enum part p, struct str by)
{
	if (p)
		line(out, label, by.len ? str_format(a, "%s, as %.*s says", part_words[p], STR_ARG(by)) : str_format(a, "%s, as its reports presume", part_words[p]));
}

static void head(struct arena *a, const struct casefile *c, struct buf *out)
{
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	buf_printf(out, "Case %s is %s%s%.*s.\n\n", number, case_state_words[c->state], c->merged_into.len ? " into " : "", STR_ARG(c->merged_into));
	line(out, "customer", c->customer);
	for (unsigned i = 0; i < c->reseller_count; i++)
		line(out, "reseller", c->resellers[i]);
	line(out, "user", c->user);
	line(out, "service", c->service);
	line(out, "clause", str_format(a, "%.*s, policy version %.*s, rule %.*s", STR_ARG(c->clause), STR_ARG(c->policy), STR_ARG(c->rule)));
	part_line(a, out, "role", c->role, c->role_by);
	if (c->proceeding) {
		line(out, "proceeding", str_format(a, "%s, about %.*s", proceeding_words[c->proceeding], STR_ARG(c->disputed)));
		line(out, "decision", c->decision ? str_of(decision_words[c->decision]) : STR_NONE);
	}
	part_line(a, out, "content", c->content, c->content_by);
	line(out, "because", c->because);
	if (c->report_count)
		line(out, "reports", str_format(a, "%.*s of %.*s, first %.*s, last %.*s", STR_ARG(counted(a, c->report_count, "report", "reports")),
			STR_ARG(counted(a, c->incident_count, "incident", "incidents")), STR_ARG(second(a, c->first_event_at)), STR_ARG(second(a, c->last_event_at))));
	line(out, "strikes", str_format(a, "%llu%s", (unsigned long long)c->strikes, c->flags & CASE_ADVICE ? " (advice only: it counts none)" : ""));
	line(out, "grade", str_of(grades[c->grade]));
	if (!case_is_closed(c) && case_urgency(c))
		line(out, "first", case_urgency(c) == URGENCY_URGENT ? STR("its kind is urgent") : STR("a trusted flagger reported it"));
	line(out, "assigned", c->assigned);
	line(out, "put away", c->snoozed_until_at ? str_format(a, "until %.*s", STR_ARG(time_str(a, c->snoozed_until_at))) : STR_NONE);
	line(out, "resolution", c->resolution);
	if (c->told || c->untold)
		line(out, "told", str_format(a, "%.*s of its end%.*s", STR_ARG(counted(a, c->told, "reporter", "reporters")),
			STR_ARG(c->untold ? str_format(a, "; not told, since they were more than are told of one case: %llu", (unsigned long long)c->untold) : STR(""))));
	line(out, "opened", str_format(a, "%.*s by %.*s", STR_ARG(second(a, c->opened_at)), STR_ARG(str_eq(c->opened_by, STR("rule")) ? STR("a rule") : c->opened_by)));
}

static void whose(const struct case_event *e, struct buf *out)
{
	struct str none = e->type == EVENT_CORRECTED ? STR("nobody can be named") : STR("no entry of the register");
	buf_printf(out, "      whose: %.*s, grade %s", STR_ARG(e->binding.len ? e->binding : none), grade_words[e->grade]);
	for (unsigned i = 0; i < e->reason_count; i++)
		buf_printf(out, "%s%.*s", i ? "; " : ": ", STR_ARG(e->reasons[i]));
	buf_puts(out, "\n");
}

static void report(struct arena *a, const struct case_event *e, struct buf *out)
{
	buf_printf(out, "      about %.*s, reported by %.*s, happened %.*s\n", STR_ARG(e->source.len ? e->source : STR("(not shown)")),
		STR_ARG(e->reporter.len ? e->reporter : STR("(not shown)")), STR_ARG(second(a, e->event_at)));
	whose(e, out);
	for (unsigned i = 0; i < e->term_count; i++) {
		const struct term *t = &e->terms[i];
		if (t->answer == TERM_CANNOT_TELL)
			buf_printf(out, "      cannot tell: %.*s, of rule %.*s\n", STR_ARG(t->text), STR_ARG(t->rule));
		else
			buf_printf(out, "      held: %.*s%s%.*s%s\n", STR_ARG(t->text), t->value.len ? " (it was " : "", STR_ARG(t->value), t->value.len ? ")" : "");
	}
}

static void events(struct arena *a, const struct casefile *c, const struct case_event *list, unsigned count, struct buf *out)
{
	buf_puts(out, "\nWhat happened\n");
	for (unsigned i = 0; i < count; i++) {
		const struct case_event *e = &list[i];
		buf_printf(out, "  %3llu  %.*s  %s: %.*s (%.*s)\n", (unsigned long long)e->n, STR_ARG(second(a, e->at)), case_event_words[e->type], STR_ARG(e->text),
			STR_ARG(e->actor));
		struct str why = grouped_report(a, c, list, count, i);
		if (why.len)
			buf_printf(out, "      here because: %.*s\n", STR_ARG(why));
		if (e->type == EVENT_FINDING || e->type == EVENT_WITNESS)
			report(a, e, out);
		else if (e->type == EVENT_CORRECTED)
			whose(e, out);
	}
}

static void holds(const struct act *act, struct buf *out)
{
	static const struct { uint32_t flag; const char *text; } why[] = { { HOLD_UNTOLD, "no notice has reached the customer" }, { HOLD_GRADE, "the attribution is not sure enough" },
		{ HOLD_BUDGET, "the budget is used up" }, { HOLD_OBSERVE, "enforcement is off (observe only)" }, { HOLD_PROTECTED, "protected" },
		{ HOLD_BREAKER, "the breaker is open" }, { HOLD_LIFELINE, "a lifeline service" } };
	if (act->state == ACT_HELD && act->hold & ~(uint32_t)(HOLD_OBSERVE | HOLD_PROTECTED))
		buf_printf(out, ", waits for approvals (%u of %u given)", act->approver_count, act->approvals_needed);
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
	if (c->flags & CASE_CORRECTED)
		buf_puts(out, "  A late fact changed whose it was: a person decides whether this goes on (aup case uphold, dismiss).\n");
	else if (c->state == CASE_MERGED)
		buf_printf(out, "  Nothing here: it goes on as case %.*s.\n", STR_ARG(c->merged_into));
	else if (c->state == CASE_PAUSED && c->flags & CASE_APPEALED)
		buf_puts(out, "  The ladder stands: the customer appeals, and a person who took no part in the decision looks at it (aup case uphold, dismiss).\n");
	else if (c->state == CASE_PAUSED)
		buf_puts(out, "  The ladder stands: an answer of the customer waits for a person (aup case uphold, dismiss, resolve).\n");
	else if (c->state == CASE_REVIEW)
		buf_puts(out, "  A person decides whether this goes on: aup case uphold or dismiss.\n");
	else if (c->flags & CASE_NOTICE_BOUNCED)
		buf_puts(out, "  The ladder stands: a letter did not reach the customer, and a person finds another way (then aup case notify, or uphold).\n");
	else if (c->next_due_at == TIME_NONE)
		buf_puts(out, "  Nothing by itself.\n");
	if (c->next_due_at != TIME_NONE)
		buf_printf(out, "  Due %.*s by ladder %.*s: %.*s.\n", STR_ARG(second(a, c->next_due_at)), STR_ARG(c->ladder), STR_ARG(c->next_what));
	if (!case_is_closed(c) && c->fix_by_at != TIME_NONE)
		buf_printf(out, "  The customer was asked to mend it by %.*s.\n", STR_ARG(second(a, c->fix_by_at)));
	if (!case_is_closed(c) && c->asked_until_at != TIME_NONE)
		buf_printf(out, "  The customer was asked for information by %.*s.\n", STR_ARG(second(a, c->asked_until_at)));
	if (c->appeal_until_at != TIME_NONE && c->state != CASE_MERGED)
		buf_printf(out, "  The customer can appeal until %.*s.\n", STR_ARG(second(a, c->appeal_until_at)));
	if (c->flags & CASE_DO_NOT_TELL)
		buf_puts(out, "  No letter goes to the customer: the case is marked do-not-tell.\n");
	if (c->flags & CASE_COUNSEL)
		buf_puts(out, "  It lies in the lawyers' queue.\n");
	if (c->flags & CASE_HOLD)
		buf_puts(out, "  Nothing of it may be purged.\n");
}

void explain_case(struct arena *a, const struct casefile *c, const struct case_event *events_list, unsigned event_count, const struct act *acts, unsigned act_count,
	bool story, struct buf *out)
{
	head(a, c, out);
	if (story)
		events(a, c, events_list, event_count, out);
	grouped_case(a, c, events_list, event_count, !story, out);
	next(a, c, acts, act_count, out);
}
