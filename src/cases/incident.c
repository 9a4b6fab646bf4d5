/*
 * Incidents of a case: what several witnesses saw is one incident, counted once, with its witnesses.
 *
 * Two reports are of one incident when they say the same of the same thing (the key) within minutes. Who shows only what another witness
 * showed before is no witness more, whatever his name; neither is he held to have done wrong: a true log is shared honestly too. Who
 * shows anything of his own, or shows nothing and only says so, is a witness. Constant time and
 * size whatever the length of the case: only the last CASE_INCIDENTS_MAX incidents are looked at, and of each the first
 * CASE_WITNESSES_MAX witnesses are known by name, and the last as many pieces of evidence; what lies further back is a number.
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

static bool is_named(const struct str *names, unsigned count, struct str reporter)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(names[i], reporter))
			return true;
	return false;
}

static bool known_witness(const struct incident *x, struct str reporter)
{
	return is_named(x->witnesses, x->witness_count, reporter);
}

static bool known_copy(const struct incident *x, struct str reporter)
{
	return is_named(x->copies, x->copy_count, reporter);
}

static bool add_name(struct step_work *w, struct str **names, unsigned *count, struct str reporter)
{
	if (is_named(*names, *count, reporter) || *count == CASE_WITNESSES_MAX)
		return false;
	struct str *list = ARENA_ARRAY(w->a, struct str, *count + 1);
	if (!list)
		return false;
	if (*count)
		memcpy(list, *names, *count * sizeof(*list));
	list[(*count)++] = reporter;
	*names = list;
	return true;
}

static void forget_name(struct str *names, unsigned *count, struct str reporter)
{
	unsigned n = 0;
	for (unsigned i = 0; i < *count; i++)
		if (!str_eq(names[i], reporter))
			names[n++] = names[i];
	*count = n;
}

static const struct exhibit *find_exhibit(const struct incident *x, struct str shown)
{
	for (unsigned i = 0; shown.len && i < x->exhibit_count; i++)
		if (str_eq(x->exhibits[i].shown, shown))
			return &x->exhibits[i];
	return NULL;
}

static void add_exhibit(struct step_work *w, struct incident *x, struct str shown, struct str reporter)
{
	unsigned skip = x->exhibit_count == CASE_WITNESSES_MAX, kept = x->exhibit_count - skip;
	struct exhibit *list = ARENA_ARRAY(w->a, struct exhibit, kept + 1);
	if (!list)
		return;
	if (kept)
		memcpy(list, x->exhibits + skip, kept * sizeof(*list));
	list[kept] = (struct exhibit){ shown, reporter };
	x->exhibits = list;
	x->exhibit_count = kept + 1;
}

static enum telling tell(struct step_work *w, struct incident *x, struct str reporter, struct str shown)
{
	const struct exhibit *before = find_exhibit(x, shown);
	if (before && !str_eq(before->reporter, reporter)) {
		if (!known_witness(x, reporter))
			(void)add_name(w, &x->copies, &x->copy_count, reporter);
		return TELLING_COPY;
	}
	if (shown.len && !before)
		add_exhibit(w, x, shown, reporter);
	forget_name(x->copies, &x->copy_count, reporter);
	return add_name(w, &x->witnesses, &x->witness_count, reporter) ? TELLING_WITNESS : TELLING_AGAIN;
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

enum err incident_count(struct step_work *w, const struct told *t, enum telling *ret_telling)
{
	struct str key = t->key;
	int64_t at = t->at;
	struct incident *x = find(w->c, key, at);
	bool fresh = !x;
	if (!x) {
		x = push(w, &(struct incident){ .key = key, .first_at = at, .last_at = at });
		w->c->incident_count++;
	}
	if (!x)
		return ERR_NOMEM;
	*ret_telling = tell(w, x, t->reporter, t->shown);
	*ret_telling = fresh ? TELLING_FRESH : *ret_telling;
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
		if (str_eq(c->recent[i].key, key) && (known_witness(&c->recent[i], reporter) || known_copy(&c->recent[i], reporter)))
			return true;
	return false;
}

/* What he showed goes with him; when nobody else is left, whoever showed the same stands for it now. */
static void forget_witness(struct incident *x, struct str reporter)
{
	unsigned n = 0;
	bool last = x->witness_count == 1 && x->copy_count;
	struct str heir = last ? x->copies[0] : STR_NONE;
	forget_name(x->witnesses, &x->witness_count, reporter);
	if (last) {
		x->witnesses[x->witness_count++] = heir;
		forget_name(x->copies, &x->copy_count, heir);
	}
	for (unsigned i = 0; i < x->exhibit_count; i++) {
		struct exhibit e = x->exhibits[i];
		if (last && str_eq(e.reporter, reporter))
			e.reporter = heir;
		if (!str_eq(e.reporter, reporter))
			x->exhibits[n++] = e;
	}
	x->exhibit_count = n;
}

/* Whose only witness takes it back was none; otherwise one report less. */
unsigned incident_take_back(struct step_work *w, struct str key, struct str reporter)
{
	struct casefile *c = w->c;
	unsigned taken = 0;
	for (unsigned i = 0; i < c->recent_count;) {
		struct incident *x = &c->recent[i];
		bool witness = known_witness(x, reporter);
		if (!str_eq(x->key, key) || (!witness && !known_copy(x, reporter))) {
			i++;
			continue;
		}
		if (witness)
			forget_witness(x, reporter);
		else
			forget_name(x->copies, &x->copy_count, reporter);
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

static bool is_of(const struct incident *x, const struct case_event *e)
{
	return str_eq(e->incident, x->key) && e->event_at >= x->first_at - same_incident_us && e->event_at <= x->last_at + same_incident_us;
}

/* Who saw it, by the reports of the case alone; when none of them is known any more the names stay. */
static void tell_anew(struct step_work *w, struct incident *x, const struct case_event *own, unsigned own_count)
{
	struct incident fresh = *x;
	bool any = false;
	fresh.witness_count = fresh.copy_count = fresh.exhibit_count = 0;
	for (unsigned i = 0; i < own_count; i++)
		if (is_of(x, &own[i])) {
			(void)tell(w, &fresh, own[i].reporter, own[i].shown);
			any = true;
		}
	if (any)
		*x = fresh;
}

void incident_part(struct step_work *w, const struct casefile *other, const struct case_event *own, unsigned own_count)
{
	struct casefile *c = w->c;
	c->report_count -= other->report_count < c->report_count ? other->report_count : c->report_count;
	c->incident_count -= other->incident_count < c->incident_count ? other->incident_count : c->incident_count;
	for (unsigned i = 0; i < other->recent_count; i++) {
		const struct incident *y = &other->recent[i];
		struct incident *x = find(c, y->key, y->first_at);
		if (!x)
			continue;
		/* what both know stays one of this case's */
		c->incident_count++;
		if (x->reports <= y->reports) {
			drop(c, x);
			continue;
		}
		x->reports -= y->reports;
		tell_anew(w, x, own, own_count);
	}
}

/* As if what is known of y had been told after x. */
static void join(struct step_work *w, struct incident *x, const struct incident *y)
{
	for (unsigned k = 0; k < y->exhibit_count; k++)
		(void)tell(w, x, y->exhibits[k].reporter, y->exhibits[k].shown);
	for (unsigned k = 0; k < y->witness_count; k++)
		if (!known_copy(x, y->witnesses[k]))
			(void)tell(w, x, y->witnesses[k], STR_NONE);
	for (unsigned k = 0; k < y->copy_count; k++)
		if (!known_witness(x, y->copies[k]))
			(void)add_name(w, &x->copies, &x->copy_count, y->copies[k]);
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
		join(w, x, y);
		c->incident_count--;
	}
	return OK;
}
