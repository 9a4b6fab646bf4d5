/*
 * Blocks of ports: what each event makes known. See nat_block.h.
 */
#include "attribution/nat_block.h"

enum { SAME_S = 2 /* the same word again, as a network may repeat a datagram */, LOOK_BACK_DAYS = 30,
	EXACT_S = 2 /* as exact as logs are: the slack of feeds is for that */ };

struct blocking {
	struct binding_index *ix;
	const struct nat_event *e;
	nat_block_put *put;
	void *arg;
	struct nat_block_count *count;
	struct why *why;
	uint8_t feed;
	int64_t first_at, last_at;      /* whole seconds, outwards */
	struct binding b;               /* what the event says of its own block, as far as that is the same for all */
	struct binding_holding list[NAT_BLOCK_HELD_MAX];
	unsigned held;
};

static int64_t up(int64_t at)
{
	return (at + SECOND_US - 1) / SECOND_US * SECOND_US;
}

static enum err say(struct blocking *x, const struct binding *b)
{
	x->count->bindings++;
	return x->put(x->arg, b, x->why);
}

static bool listed(const struct blocking *x, const struct binding *b)
{
	for (unsigned i = 0; i < x->held; i++)
		if (binding_same(&x->list[i].binding, b))
			return true;
	return false;
}

/* Whoever has one of its ports by this feed; whose blocks lie within this one without its first or last port is not looked for. */
static enum err look(struct blocking *x)
{
	struct binding_holding found[NAT_BLOCK_HELD_MAX];
	struct binding_question q = { .addr = x->e->outside, .from_at = x->first_at - SECOND_US, .until_at = x->last_at, .as_of = TIME_MAX };
	const int32_t ports[] = { x->e->port_from, x->e->port_to };
	for (unsigned i = 0; i < 2 && (!i || ports[1] != ports[0]); i++) {
		unsigned n = 0;
		q.port = ports[i];
		enum err e = binding_index_find(x->ix, &q, found, NAT_BLOCK_HELD_MAX, &n);
		if (e && e != ERR_LIMIT)
			return why_set(x->why, e, "no memory to look for who has a block");
		for (unsigned k = 0; k < n && x->held < NAT_BLOCK_HELD_MAX; k++)
			if (found[k].binding.feed == x->feed && found[k].binding.prefix.bits == 128 && !(found[k].binding.flags & BINDING_STATIC) && !listed(x, &found[k].binding))
				x->list[x->held++] = found[k];
	}
	return OK;
}

static bool is_exact(const struct blocking *x, const struct binding *b)
{
	return b->port_from == x->b.port_from && b->port_to == x->b.port_to && binding_subject_eq(&b->subject, &x->b.subject) && b->flags & BINDING_INSIDE &&
		binding_is_mapping(b) == x->e->mapping;
}

static bool is_open(const struct binding *b)
{
	return b->end_at == TIME_NONE;
}

/* The NAT says that it was given later: then what is known is of a time before, and its end is not. */
static bool is_earlier(const struct blocking *x, const struct binding *b)
{
	int64_t sure = b->start_sure_at == TIME_MAX || b->start_sure_at < b->start_at ? b->start_at : b->start_sure_at;
	return x->e->since_at != TIME_NONE && b->start_at != TIME_NONE && x->e->since_at > sure + SAME_S * SECOND_US;
}

/* The holding that the event is about, open when there is one. */
static const struct binding *own(const struct blocking *x, bool open)
{
	const struct binding *last = NULL;
	for (unsigned i = 0; i < x->held; i++) {
		const struct binding *b = &x->list[i].binding;
		if (is_exact(x, b) && is_open(b) == open && !(open && is_earlier(x, b)) && (b->start_at == TIME_NONE || b->start_at <= x->last_at) && (!last || b->start_at > last->start_at))
			last = b;
	}
	return last;
}

/* It was over by now, and nobody said so. */
static enum err infer_end(struct blocking *x, const struct binding *b)
{
	struct binding end = *b;
	end.kind = BINDING_STOP;
	end.end_at = x->last_at;
	end.flags |= BINDING_END_GUESSED;
	x->count->lost++;
	return say(x, &end);
}

/* Did it begin before the event? Of one that may have been at any time within minutes it is not known, and what came later counts. */
static bool is_before(const struct blocking *x, const struct binding *b, bool counts)
{
	bool wide = counts && x->last_at - x->first_at > EXACT_S * SECOND_US;
	return b->start_at == TIME_NONE || b->start_at < (wide ? x->last_at : x->first_at);
}

/* Others who have it still, by what was told, and had it before. except: the own one, which goes on. */
static enum err end_others(struct blocking *x, const struct binding *except)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && !x->e->mapping && i < x->held; i++) {
		const struct binding *b = &x->list[i].binding;
		if (b != except && is_open(b) && !binding_is_mapping(b) && is_before(x, b, x->e->what != NAT_BACK) && b->seen_at <= x->last_at)
			e = infer_end(x, b);
	}
	return e;
}

static bool is_repeated(const struct blocking *x)
{
	for (unsigned i = 0; i < x->held; i++) {
		const struct binding *b = &x->list[i].binding;
		int64_t apart = b->start_at == TIME_NONE ? TIME_MAX : b->start_at > x->first_at ? b->start_at - x->first_at : x->first_at - b->start_at;
		if (is_exact(x, b) && (!apart || (is_open(b) && apart <= SAME_S * SECOND_US)))
			return true;
	}
	return false;
}

static enum err repeated(struct blocking *x)
{
	x->count->repeated++;
	return OK;
}

static enum err given(struct blocking *x)
{
	struct binding b = x->b;
	if (is_repeated(x))
		return repeated(x);
	enum err e = end_others(x, NULL);
	b.kind = BINDING_START;
	b.start_at = x->first_at;
	b.start_sure_at = x->last_at;
	return e ? e : say(x, &b);
}

static enum err confirm(struct blocking *x, const struct binding *known)
{
	struct binding b = *known;
	if (b.seen_at >= x->first_at)
		return repeated(x);
	b.kind = BINDING_INTERIM;
	b.seen_at = x->first_at;
	return say(x, &b);
}

static enum err told(struct blocking *x)
{
	const struct binding *known = own(x, true);
	enum err e = known ? end_others(x, known) : OK;
	return e ? e : known ? confirm(x, known) : given(x);
}

/* Until when somebody is known to have had its first port before; TIME_NONE: nobody is. */
static int64_t until_before(const struct blocking *x)
{
	static const int64_t spans[] = { HOUR_US, DAY_US, LOOK_BACK_DAYS * DAY_US };
	struct binding_holding found[NAT_BLOCK_HELD_MAX];
	int64_t last = TIME_NONE;
	for (unsigned i = 0; i < sizeof(spans) / sizeof(spans[0]) && last == TIME_NONE; i++) {
		struct binding_question q = { .addr = x->e->outside, .port = x->e->port_from, .from_at = x->first_at - spans[i], .until_at = x->first_at, .as_of = TIME_MAX };
		unsigned n = 0;
		enum err e = binding_index_find(x->ix, &q, found, NAT_BLOCK_HELD_MAX, &n);
		for (unsigned k = 0; (e == OK || e == ERR_LIMIT) && k < n; k++) {
			const struct binding *b = &found[k].binding;
			int64_t until = is_open(b) || b->flags & BINDING_END_GUESSED ? b->seen_at : b->end_at;
			if (b->feed == x->feed && !(b->flags & BINDING_STATIC) && until <= x->first_at && until > last)
				last = until;
		}
	}
	/* a second earlier, so that the other one is not taken to be over by then (binding_grade.h) */
	return last == TIME_NONE ? last : last - SECOND_US;
}

/* When it began nobody saw: the NAT may say, and it was not while another one is known to have had it. It is sure from when at the latest it was said. */
static void begin_before(const struct blocking *x, struct binding *b)
{
	bool said = x->e->since_at != TIME_NONE;
	b->start_at = said ? x->e->since_at : until_before(x);
	b->start_sure_at = said ? x->e->since_at + SECOND_US : b->start_at == TIME_NONE ? TIME_NONE : x->last_at;
	b->seen_at = x->first_at;
}

static enum err held(struct blocking *x)
{
	const struct binding *known = own(x, true);
	struct binding b = x->b;
	enum err e = end_others(x, known);
	if (e || known)
		return e ? e : confirm(x, known);
	b.kind = BINDING_INTERIM;
	begin_before(x, &b);
	x->count->lost++;
	return say(x, &b);
}

static enum err end_own(struct blocking *x, const struct binding *known)
{
	struct binding b = *known;
	b.kind = BINDING_STOP;
	b.end_at = x->last_at;
	b.seen_at = x->first_at;
	if (x->last_at - x->first_at > EXACT_S * SECOND_US)
		b.flags |= BINDING_END_GUESSED;
	if (b.start_at != TIME_NONE && b.end_at < b.start_at)
		b.end_at = b.start_at;
	return say(x, &b);
}

static enum err back(struct blocking *x)
{
	const struct binding *known = own(x, true), *ended = own(x, false);
	struct binding b = x->b;
	if (!known && ended && ended->end_at + SAME_S * SECOND_US >= x->last_at)
		return repeated(x);
	enum err e = end_others(x, known);
	if (e || known)
		return e ? e : end_own(x, known);
	begin_before(x, &b);
	x->count->lost++;
	return end_own(x, &b);
}

static enum err unverified(struct blocking *x)
{
	x->count->unverified++;
	x->b.subject = (struct binding_subject){ { 0 } };
	x->b.flags = 0;
	for (unsigned i = 0; i < x->held; i++)
		if (binding_subject_eq(&x->list[i].binding.subject, &x->b.subject) && is_open(&x->list[i].binding))
			return repeated(x);
	struct binding b = x->b;
	b.kind = BINDING_START;
	b.start_at = x->first_at;
	b.start_sure_at = x->last_at;
	return say(x, &b);
}

enum err nat_block_take(struct binding_index *ix, uint8_t feed, const struct nat_event *e, nat_block_put *put, void *arg, struct nat_block_count *count, struct why *why)
{
	struct blocking x = { .ix = ix, .e = e, .put = put, .arg = arg, .count = count, .why = why, .feed = feed, .first_at = e->first_at / SECOND_US * SECOND_US,
		.last_at = up(e->last_at), .b = { .prefix = prefix_of(&e->outside, 32), .port_from = e->port_from, .port_to = e->port_to, .feed = feed,
			.flags = BINDING_INSIDE | (e->mapping ? BINDING_WEAK : 0),
			.start_at = TIME_NONE, .start_sure_at = TIME_NONE, .seen_at = TIME_NONE, .end_at = TIME_NONE, .recorded_at = TIME_NONE } };
	count->events++;
	binding_inside(&e->inside, &x.b.subject);
	enum err err = look(&x);
	if (err)
		return err;
	switch (e->what) {
	case NAT_GIVEN: return given(&x);
	case NAT_TOLD: return told(&x);
	case NAT_HELD: return held(&x);
	case NAT_BACK: return back(&x);
	case NAT_UNVERIFIED: return unverified(&x);
	case NAT_HEARD:
	case NAT_LOST:
	case NAT_WHAT_END: break;
	}
	return OK;
}
