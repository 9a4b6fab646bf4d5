/*
 * Word to the operators when a case needs a person. See fold_case.h.
 *
 * By mail, to the address that the configuration names, and bounded in number: what a flood of cases has to say stands in the
 * list of cases. The letter says which case and why, and nothing of a person; of a sealed case not even its clause.
 */
#include "engine/fold_case.h"
#include "engine/letter.h"

enum { WORDS_AN_HOUR = 60, AT_ONCE = 9 };

/* How much an event needs a person: the most urgent of a step is told. */
static int urgency(const struct casefile *c, const struct case_event *e)
{
	switch (e->type) {
	case EVENT_EMERGENCY: return AT_ONCE;
	case EVENT_CORRECTED: return 8;
	case EVENT_OPENED: return c->state == CASE_SEALED || c->state == CASE_REVIEW ? 8 : 0;
	case EVENT_BOUNCE: return c->flags & CASE_NOTICE_BOUNCED ? 7 : 0;
	case EVENT_ACT_REFUSED: return case_is_closed(c) ? 0 : 7;
	case EVENT_APPEAL: case EVENT_ANSWER: return 6;
	case EVENT_SIGNED: return case_is_closed(c) ? 0 : 6;
	case EVENT_FIXED: return c->state == CASE_PAUSED && c->recheck_until_at == TIME_NONE ? 6 : 0;
	case EVENT_TASK: case EVENT_UNANSWERED: return 5;
	case EVENT_HELD: return 4;
	case EVENT_ACT_LIFTED: return c->state == CASE_REVIEW ? 8 : 0;
	default: return 0;
	}
}

/* The customer's own words stay in the case. */
static struct str task_of(const struct casefile *c, const struct case_event *e)
{
	if (c->flags & CASE_SEALED_CLASS)
		return STR("two officers look at it");
	switch (e->type) {
	case EVENT_CORRECTED: return STR("decide whether the case goes on: a late fact changed whose it was");
	case EVENT_ANSWER: return STR("read the customer's answer");
	case EVENT_APPEAL: return STR("decide about the appeal");
	case EVENT_SIGNED: return STR("the undertaking is signed; decide what the case still waits for");
	case EVENT_UNANSWERED: return STR("the customer has not answered the request for information; decide what the case still waits for");
	case EVENT_FIXED: return STR("look whether it is mended, as the customer says");
	case EVENT_EMERGENCY: return STR("review what was cut at once");
	case EVENT_OPENED: return STR("take the second look at the case");
	case EVENT_HELD: return STR("approve what is held, or lift it");
	case EVENT_BOUNCE: return STR("find another way to reach the customer");
	default: return e->type == EVENT_TASK ? e->text : STR("see what became of the act");
	}
}

/* An emergency has a number of its own: a flood of other words must not drown it. */
static enum err within_hour(struct fold *f, bool at_once, bool *ret_within, struct why *why)
{
	struct row row;
	struct str key = str_format(work_arena(f->work), "words%s/%lld", at_once ? "-at-once" : "", (long long)(f->now / HOUR_US));
	enum err e = work_get(f->work, TABLE_REPORTER, key, &row, why);
	*ret_within = !row.version || row.rank < WORDS_AN_HOUR;
	if (e || !*ret_within)
		return e;
	row.rank = row.version ? row.rank + 1 : 1;
	row.due_at = f->now + 2 * HOUR_US;
	row.body = STR("{}");
	return work_put(f->work, &row, why);
}

enum err fold_word(struct fold *f, const struct casefile *c, const struct case_event *events, unsigned event_count, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct policy *p = fold_policy_at(f, f->now);
	const struct letter_template *t = p ? policy_letter(p, STR("en"), STR("operator-task")) : NULL;
	const struct case_event *most = NULL;
	bool within = false;
	for (unsigned i = 0; i < event_count; i++)
		if (urgency(c, &events[i]) > (most ? urgency(c, most) : 0))
			most = &events[i];
	enum err e = most && t && f->word_to.len ? within_hour(f, urgency(c, most) == AT_ONCE, &within, why) : OK;
	if (e || !within)
		return e;
	char number[CASE_TEXT_MAX];
	bool sealed = c->flags & CASE_SEALED_CLASS;
	const struct clause *cl = sealed ? NULL : policy_clause(p, c->clause);
	case_text(c->number, number);
	struct act act = { .key = str_format(a, "word/%s/%llu", number, (unsigned long long)most->n), .verb = VERB_NOTIFY, .service = t->name, .driver = STR("notify"),
		.desired = true, .state = ACT_QUEUED, .policy = p->version, .created_at = f->now, .next_at = f->now, .expires_at = TIME_NONE, .done_at = TIME_NONE,
		.automatic = true };
	struct letter l = { .customer = STR("operators"), .to = f->word_to, .reply_to = letter_reply_address(f, act.key), .automatic = true };
	const struct letter_field fields[] = { { "case", str_of(number) }, { "clause", sealed ? STR_NONE : c->clause },
		{ "clause_title", cl ? cl->title : STR("a sealed case") }, { "policy_version", c->policy }, { "next_step", task_of(c, most) },
		{ "deadline", letter_time(a, c->next_due_at) }, { "reason", str_of(case_event_words[most->type]) }, { "provider", f->provider },
		{ "contact", f->contact } };
	e = letter_post(f, &l, t, fields, sizeof(fields) / sizeof(fields[0]), &act, LETTER_KEPT_DAYS * DAY_US, why);
	return e ? e : put_act(f, &act, why);
}
