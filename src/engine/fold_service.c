/*
 * What the register says now of the services that a step of a case could cut. See fold_case.h.
 *
 * A service stops with everything that depends on it, however far down and whosever it is: a lifeline or something protected
 * among that counts as its own. More than BELOW_MAX services below one are as good as a lifeline: nobody has looked at all.
 */
#include "engine/fold_case.h"

enum { BELOW_MAX = 256, BELOW_TOLD_MAX = 16 };

/* Everything that stops with a service, itself first. */
struct below {
	const struct entity *list[BELOW_MAX];
	unsigned count;
	bool cut;
};

static void find_below(const struct fold *f, const struct entity *service, struct below *b)
{
	*b = (struct below){ .list = { service }, .count = 1 };
	for (unsigned at = 0; at < b->count; at++) {
		for (unsigned i = 0; i < b->list[at]->depend_count; i++) {
			const struct entity *e = registry_find(f->registry, ENTITY_SERVICE, b->list[at]->depends[i]);
			bool known = !e || !entity_valid_at(e, f->now);
			for (unsigned k = 0; !known && k < b->count; k++)
				known = b->list[k] == e;
			if (!known && b->count == BELOW_MAX)
				b->cut = true;
			else if (!known)
				b->list[b->count++] = e;
		}
	}
}

static struct case_service service_of(const struct fold *f, const struct entity *e)
{
	struct case_service s = { .kind = e->kind, .id = e->id, .target = e->target };
	struct below b;
	find_below(f, e, &b);
	s.lifeline = b.cut;
	for (unsigned i = 0; i < b.count; i++) {
		s.lifeline |= b.list[i]->lifeline;
		s.protected_ |= b.list[i]->protected_;
	}
	return s;
}

/* Bounded: an event has room for a sentence. */
static struct str below_text(const struct fold *f, const struct entity *e)
{
	struct arena *a = work_scratch(f->work);
	struct str text = STR_NONE;
	struct below b;
	find_below(f, e, &b);
	for (unsigned i = 1; i < b.count && i <= BELOW_TOLD_MAX; i++)
		text = str_format(a, "%.*s%s%.*s", STR_ARG(text), i > 1 ? ", " : "", STR_ARG(b.list[i]->id));
	return b.count > BELOW_TOLD_MAX + 1 ? str_format(a, "%.*s and more", STR_ARG(text)) : text;
}

static enum err protected_source(struct fold *f, struct str source, bool *ret_protected)
{
	struct addr a;
	struct holders h;
	*ret_protected = false;
	if (!source.len || addr_parse(source, &a) != OK)
		return OK;
	enum err e = holders_init(work_scratch(f->work), f->now, f->now, &h);
	if (e)
		return e;
	struct prefix p = prefix_of(&a, addr_is_v4(&a) ? 32 : 128);
	registry_by_prefix(f->registry, &p, &h);
	/* what cannot be weighed is not cut */
	*ret_protected = h.cut;
	for (unsigned i = 0; i < h.count; i++)
		*ret_protected |= h.list[i].e->protected_;
	return OK;
}

/* Of more services than a step looks at: the offending one, then those that must not be cut, then the others. */
static unsigned turn_of(const struct casefile *c, const struct case_service *s)
{
	return str_eq(s->id, c->service) ? 0 : s->lifeline || s->protected_ ? 1 : 2;
}

enum err find_services(struct fold *f, const struct casefile *c, struct case_input *in, struct why *why)
{
	const struct entity *who = registry_customer(f->registry, c->customer, f->now);
	struct case_service *list = ARENA_ARRAY(work_scratch(f->work), struct case_service, CASE_SERVICES_MAX);
	bool of_source;
	unsigned all = 0;
	enum err err = list ? protected_source(f, c->source_text, &of_source) : ERR_NOMEM;
	if (err)
		return why_set(why, err, "no memory for the services of a customer");
	in->services = list;
	in->protected_ = (who && who->protected_) || of_source;
	for (const struct entity *e = NULL; (e = registry_of(f->registry, ENTITY_SERVICE, c->customer, e));)
		all += entity_valid_at(e, f->now);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (const struct entity *e = NULL; in->service_count < CASE_SERVICES_MAX && (e = registry_of(f->registry, ENTITY_SERVICE, c->customer, e));) {
			if (!entity_valid_at(e, f->now))
				continue;
			struct case_service s = service_of(f, e);
			if (all > CASE_SERVICES_MAX && turn_of(c, &s) != turn)
				continue;
			s.below = e->depend_count ? below_text(f, e) : STR_NONE;
			list[in->service_count++] = s;
		}
		if (all <= CASE_SERVICES_MAX)
			break;
	}
	return OK;
}
