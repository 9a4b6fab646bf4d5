/*
 * Sessions that may not last for ever. See judge_duration.h.
 *
 * Watched are those of the kinds of access that the configuration names, by the NAS-Port-Type of the message, and those of its classes of
 * customers. A server that says no kind is of none.
 */
#include "aupd/judge_duration.h"

#include "aupd/figures.h"
#include "aupd/judge_binding.h"
#include "engine/duration.h"
#include "model/config_duration.h"

static const struct entity *whose_is(const struct judge *j, const struct binding_subject *s)
{
	return j->bindings && j->bindings->book ? binding_book_find(j->bindings->book, s) : NULL;
}

static bool of_a_class(const struct judge *j, const struct entity *whose)
{
	const struct share *c = &j->role->share;
	struct str id = !whose ? STR_NONE : whose->type == ENTITY_LOGIN ? whose->customer : whose->id;
	const struct entity *customer = id.len ? registry_customer(j->registry, id, j->fold.now) : NULL;
	for (unsigned i = 0; customer && i < c->duration_class_count; i++)
		if (str_eq(customer->class_name, c->duration_classes[i]))
			return true;
	return false;
}

static bool of_an_access(const struct judge *j, const struct accounting *e)
{
	return e->port_type < ACCESS_TYPES && j->role->share.duration_access >> e->port_type & 1;
}

static bool is_watched(const struct judge *j, const struct session_heard *h)
{
	return of_an_access(j, h->message) || (j->role->share.duration_class_count && of_a_class(j, whose_is(j, h->subject)));
}

/* Sessions of other kinds end all the time: only where one may have a clock it is looked for. */
static bool may_have_clock(const struct judge *j, const struct accounting *e)
{
	return j->has_clocks && (!e || e->port_type == ACCOUNTING_UNSAID || of_an_access(j, e) || j->role->share.duration_class_count);
}

enum err judge_duration_open(struct judge *j, struct why *why)
{
	struct query q = { .table = TABLE_DURATION, .due_by = TIME_NONE, .limit = 1, .by_key = true };
	struct row *rows;
	size_t n = 0;
	enum err e = j->driver->page(j->store, work_arena(j->fold.work), &q, &rows, &n, why);
	j->has_clocks = n;
	return e;
}

static struct str subject_text(struct arena *a, const struct binding_subject *s)
{
	static const struct binding_subject nobody;
	return binding_subject_eq(s, &nobody) ? STR_NONE : str_hex(a, (struct str){ (const char *)s->octets, BINDING_SUBJECT_LEN });
}

static struct str held_text(struct arena *a, const struct prefix *p)
{
	return !p->bits ? STR_NONE : p->bits == 128 ? addr_str(a, &p->addr) : prefix_str(a, p);
}

static struct duration_session session_of(const struct judge *j, const struct session_heard *h)
{
	struct arena *a = work_arena(j->fold.work);
	const struct accounting *e = h->message;
	uint32_t type = e->port_type, words = 0;
	while (access_words[words])
		words++;
	return (struct duration_session){ .ref = h->ref, .subject = subject_text(a, h->subject), .whose = whose_is(j, h->subject), .held = held_text(a, &h->held),
		.access = type == ACCOUNTING_UNSAID ? STR_NONE : type < words ? str_of(access_words[type]) : str_format(a, "%u", type), .timeout_s = e->timeout_s,
		.began_at = binding_second_at(h->start_sure_s), .heard_at = binding_second_at(h->first_s) };
}

static void count(struct judge *j, unsigned what)
{
	ometric_add(&j->role->figures, JUDGE_DURATION, what, 1);
}

static enum err begins(struct judge *j, const struct session_heard *h, struct why *why)
{
	struct duration_session s = session_of(j, h);
	struct str customer = !s.whose ? STR_NONE : s.whose->type == ENTITY_LOGIN ? s.whose->customer : s.whose->id;
	int64_t limit = duration_limit_us(j->fold.registry, customer, j->fold.now);
	count(j, DURATION_WATCHED);
	j->has_clocks = true;
	if (limit && (s.timeout_s == ACCOUNTING_UNSAID || s.timeout_s * SECOND_US > limit))
		count(j, DURATION_NO_TIMEOUT);
	return duration_begin(&j->fold, &s, (int64_t)j->role->share.duration_joined_us, why);
}

static enum err goes_on(struct judge *j, const struct session_heard *h, struct why *why)
{
	bool told = false;
	if (!j->least_limit_us || j->limits_version != registry_version(j->registry)) {
		j->least_limit_us = duration_least_us(j->registry);
		j->limits_version = registry_version(j->registry);
	}
	if (!h->start_sure_s || ((int64_t)h->first_s - h->start_sure_s) * SECOND_US <= j->least_limit_us || !is_watched(j, h))
		return OK;
	struct duration_session s = session_of(j, h);
	j->has_clocks = true;
	enum err e = duration_go_on(&j->fold, &s, &told, why);
	if (told)
		count(j, DURATION_OVER);
	return e;
}

static enum err ends(struct judge *j, const struct session_heard *h, struct why *why)
{
	if (!may_have_clock(j, h->message))
		return OK;
	return duration_end(&j->fold, h->ref, h->step == SESSION_LOST, (int64_t)j->role->share.duration_joined_us, binding_second_at(h->last_s), why);
}

enum err judge_duration_heard(struct judge *j, const struct session_heard *h, struct why *why)
{
	switch (h->step) {
	case SESSION_BEGAN: return h->start_sure_s && is_watched(j, h) ? begins(j, h, why) : OK;
	case SESSION_WENT_ON:
		if (!of_an_access(j, h->message) && !j->role->share.duration_class_count)
			return OK;
		/* the store of bindings may have kept what the crash took from us: then a Start is no beginning to the book, nor a Stop an end */
		return h->message->status == ACCOUNTING_START && h->start_sure_s && is_watched(j, h) ? begins(j, h, why) : goes_on(j, h, why);
	case SESSION_LATE: return h->message->status == ACCOUNTING_STOP ? ends(j, h, why) : OK;
	case SESSION_ENDED: case SESSION_LOST: return ends(j, h, why);
	}
	return OK;
}

enum err judge_duration_due(struct judge *j, const struct row *due, struct why *why)
{
	struct duration_session s = { .ref = duration_ref(due->key) };
	struct binding_subject subject;
	struct str hex = STR_NONE, octets;
	bool told = false;
	enum err e = duration_subject(&j->fold, due->key, &hex, why);
	if (e == OK && str_unhex(work_arena(j->fold.work), hex, &octets) == OK && octets.len == BINDING_SUBJECT_LEN) {
		memcpy(subject.octets, octets.ptr, BINDING_SUBJECT_LEN);
		s.whose = whose_is(j, &subject);
	}
	if (j->bindings && j->bindings->sessions)
		s.heard_at = binding_second_at(session_seen(j->bindings->sessions, s.ref));
	if (e == OK)
		e = duration_due(&j->fold, due->key, &s, &told, why);
	if (told)
		count(j, DURATION_OVER);
	return e;
}
