/*
 * Look-ups in a policy version. See policy.h.
 */
#include "model/policy.h"

const char *const verb_words[] = { "none", "advise", "task", "ask", "notify", "forward", "end", "limit", "suspend", "terminate", NULL };
const char *const step_unless_words[] = { "none", "answered", "resolved", NULL };
const char *const severity_words[] = { "none", "low", "medium", "high", "critical", NULL };

const struct clause *policy_clause(const struct policy *p, struct str id)
{
	for (unsigned i = 0; i < p->clause_count; i++)
		if (str_eq(p->clauses[i].id, id))
			return &p->clauses[i];
	return NULL;
}

bool policy_reworded(const struct policy *before, const struct policy *after)
{
	for (unsigned i = 0; i < after->clause_count; i++) {
		const struct clause *old = policy_clause(before, after->clauses[i].id);
		if (!old || !str_eq(old->text, after->clauses[i].text))
			return true;
	}
	/* no clause is there twice: each of the new ones has its own among the old ones */
	return before->clause_count != after->clause_count;
}

const struct ladder *policy_ladder(const struct policy *p, struct str name)
{
	for (unsigned i = 0; i < p->ladder_count; i++)
		if (str_eq(p->ladders[i].name, name))
			return &p->ladders[i];
	return NULL;
}

const struct enforcement *policy_enforcement(const struct policy *p, enum verb verb, struct str service)
{
	for (unsigned i = 0; i < p->enforcement_count; i++)
		if (p->enforcements[i].verb == verb && str_eq(p->enforcements[i].service, service))
			return &p->enforcements[i];
	return NULL;
}

const struct letter_template *policy_letter(const struct policy *p, struct str language, struct str name)
{
	const struct letter_template *fallback = NULL;
	for (unsigned i = 0; i < p->letter_count; i++) {
		const struct letter_template *l = &p->letters[i];
		if (!str_eq(l->name, name))
			continue;
		if (str_eq(l->language, language))
			return l;
		if (p->language_count && str_eq(l->language, p->languages[0]))
			fallback = l;
	}
	return fallback;
}

const struct calendar *policy_calendar(const struct policy *p, struct str name)
{
	for (unsigned i = 0; i < p->calendar_count; i++)
		if (str_eq(p->calendars[i].name, name))
			return &p->calendars[i];
	return NULL;
}

bool wait_given(const struct wait *w)
{
	return w->us || w->by;
}

int64_t wait_end(const struct wait *w, int64_t from_at)
{
	return w->by ? calendar_end(w->by, from_at, w->days) : from_at + w->us;
}
