/*
 * Incidents of a case: what several witnesses saw is one incident, counted once, with its witnesses.
 *
 * Two reports are of one incident when they say the same of the same thing (the key) within minutes. Constant time and
 * size whatever the length of the case: only the last CASE_INCIDENTS_MAX incidents are looked at, and of each the first
 * CASE_WITNESSES_MAX witnesses are known by name; what lies further back is a number.
 */
#include "cases/step.h"

static const int64_t same_incident_us = 5 * MINUTE_US;

static struct incident *find(struct casefile *c, struct str key, int64_t at)
{
	for (unsigned i = 0; i < c->recent_count; i++) {
		struct incident *x = &c->recent[i];
		if (str_eq(x->key, key) && at >= x->first_at - same_incident_us && at <= x->last_at + same_incident_us)
			return x;
	}
	return NULL;
}

static bool known_witness(const struct incident *x, struct str reporter)
{
	for (unsigned i = 0; i < x->witness_count; i++)
		if (str_eq(x->witnesses[i], reporter))
			return true;
	return false;
}

static bool add_witness(struct step_work *w, struct incident *x, struct str reporter)
{
	if (known_witness(x, reporter) || x->witness_count == CASE_WITNESSES_MAX)
		return false;
	struct str *list = ARENA_ARRAY(w->a, struct str, x->witness_count + 1);
	if (!list)
		return false;
	if (x->witness_count)
		memcpy(list, x->witnesses, x->witness_count * sizeof(*list));
	list[x->witness_count++] = reporter;
	x->witnesses = list;
	return true;
}

static struct incident *push(struct step_work *w, const struct incident *fresh)
{
	struct casefile *c = w->c;
	struct incident *list = ARENA_ARRAY(w->a, struct incident, c->recent_count + 1);
	if (!list)
		return NULL;
	unsigned skip = c->recent_count == CASE_INCIDENTS_MAX, kept = c->recent_count - skip;
	if (kept)
		memcpy(list, c->recent + skip, kept * sizeof(*list));
	list[kept] = *fresh;
	c->recent = list;
	c->recent_count = kept + 1;
	return &list[kept];
}

static void drop(struct casefile *c, struct incident *x)
{
	size_t i = (size_t)(x - c->recent);
	memmove(x, x + 1, (c->recent_count - i - 1) * sizeof(*x));
	c->recent_count--;
	if (c->incident_count)
		c->incident_count--;
}

static void widen(struct casefile *c, int64_t first_at, int64_t last_at)
{
	if (first_at != TIME_NONE && (c->first_event_at == TIME_NONE || first_at < c->first_event_at))
		c->first_event_at = first_at;
	if (last_at != TIME_NONE && (c->last_event_at == TIME_NONE || last_at > c->last_event_at))
		c->last_event_at = last_at;
}

enum err incident_count(struct step_work *w, struct str key, int64_t at, struct str reporter, bool *ret_fresh, bool *ret_new_witness)
{
	struct incident *x = find(w->c, key, at);
	*ret_fresh = !x;
	if (!x) {
		x = push(w, &(struct incident){ .key = key, .first_at = at, .last_at = at });
		w->c->incident_count++;
	}
	if (!x)
		return ERR_NOMEM;
	*ret_new_witness = add_witness(w, x, reporter);
	x->reports++;
	x->first_at = at < x->first_at ? at : x->first_at;
	x->last_at = at > x->last_at ? at : x->last_at;
	w->c->report_count++;
	widen(w->c, at, at);
	return OK;
}

bool case_has_witness(const struct casefile *c, struct str key, struct str reporter)
{
	for (unsigned i = 0; i < c->recent_count; i++)
		if (str_eq(c->recent[i].key, key) && known_witness(&c->recent[i], reporter))
			return true;
	return false;
}

static void forget_witness(struct incident *x, struct str reporter)
{
	unsigned n = 0;
	for (unsigned i = 0; i < x->witness_count; i++)
		if (!str_eq(x->witnesses[i], reporter))
			x->witnesses[n++] = x->witnesses[i];
	x->witness_count = n;
}

/* Whose only witness takes it back was none; otherwise one report less. */
unsigned incident_take_back(struct step_work *w, struct str key, struct str reporter)
{
	struct casefile *c = w->c;
	unsigned taken = 0;
	for (unsigned i = 0; i < c->recent_count;) {
		struct incident *x = &c->recent[i];
		if (!str_eq(x->key, key) || !known_witness(x, reporter)) {
			i++;
			continue;
		}
		forget_witness(x, reporter);
		uint64_t less = x->witness_count ? 1 : x->reports;
		c->report_count -= less < c->report_count ? less : c->report_count;
		x->reports -= x->reports > 1;
		taken++;
		if (x->witness_count)
			i++;
		else
			drop(c, x);
	}
	return taken;
}

void incident_release(struct step_work *w, const struct case_event *moved)
{
	struct casefile *c = w->c;
	struct incident *x = find(c, moved->incident, moved->event_at);
	if (c->report_count)
		c->report_count--;
	if (x && x->reports > 1)
		x->reports--;
	else if (x)
		drop(c, x);
	else if (moved->type == EVENT_FINDING && c->incident_count)
		c->incident_count--;
}

enum err incident_absorb(struct step_work *w, const struct casefile *other)
{
	struct casefile *c = w->c;
	c->report_count += other->report_count;
	c->incident_count += other->incident_count;
	widen(c, other->first_event_at, other->last_event_at);
	for (unsigned i = 0; i < other->recent_count; i++) {
		const struct incident *y = &other->recent[i];
		struct incident *x = find(c, y->key, y->first_at);
		if (!x && !push(w, y))
			return ERR_NOMEM;
		if (!x)
			continue;
		x->reports += y->reports;
		x->first_at = y->first_at < x->first_at ? y->first_at : x->first_at;
		x->last_at = y->last_at > x->last_at ? y->last_at : x->last_at;
		for (unsigned k = 0; k < y->witness_count; k++)
			(void)add_witness(w, x, y->witnesses[k]);
		c->incident_count--;
	}
	return OK;
}
