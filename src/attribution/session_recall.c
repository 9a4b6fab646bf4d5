/*
 * A book of sessions made again from the store of bindings. See session.h.
 *
 * A store tells of each binding, not of sessions: one that has ended was let go if others of its session went on, and else ended with it.
 */
#include "attribution/session_book.h"

static struct session *new_session(struct session_book *b, const struct binding *one)
{
	uint32_t n = session_add(b, one->session);
	if (n == SESSION_NOBODY && session_make_room(b))
		n = session_add(b, one->session);
	if (n == SESSION_NOBODY)
		return NULL;
	struct session *s = &b->list[n];
	session_set_subject(b, s, &one->subject);
	s->feed = one->feed;
	s->start_s = s->sure_s = binding_second(one->start_at);
	s->recalled = true;
	return s;
}

/* An id that came again: what was over makes room. */
static struct session *session_of(struct session_book *b, const struct binding *one)
{
	uint32_t n = session_find(b, one->session);
	struct session *s = n == SESSION_NOBODY ? NULL : &b->list[n];
	bool other = s && (!binding_subject_eq(&s->subject, &one->subject) || (s->state == SESSION_STOPPED && binding_second(one->start_at) >= s->end_s));
	if (other)
		session_remove(b, n);
	return s && !other ? s : new_session(b, one);
}

static enum accounting_held_kind kind_of(const struct binding *one)
{
	if (one->port_from || one->port_to != BINDING_PORT_LAST)
		return HELD_PORTS;
	if (addr_is_v4(&one->prefix.addr))
		return one->prefix.bits == 128 ? HELD_ADDR4 : HELD_ROUTE4;
	return one->prefix.bits == 128 ? HELD_ADDR6 : one->prefix.bits == 64 ? HELD_FRAMED6 : HELD_DELEGATED6;
}

static struct session_held *find(struct session_book *b, const struct session *s, const struct binding *one)
{
	for (uint32_t n = s->held; n != SESSION_NOBODY; n = b->held[n].next) {
		struct session_held *h = &b->held[n];
		if (h->prefix.bits == one->prefix.bits && addr_eq(&h->prefix.addr, &one->prefix.addr) && h->port_from == one->port_from && h->port_to == one->port_to)
			return h;
	}
	return NULL;
}

/* Open while anything of it is. */
static void set_state(struct session_book *b, struct session *s, const struct binding *one)
{
	uint32_t end_s = 0;
	for (uint32_t n = s->held; n != SESSION_NOBODY; n = b->held[n].next) {
		if (!b->held[n].end_s) {
			session_set_state(b, s, SESSION_OPEN);
			s->end_s = 0;
			return;
		}
		end_s = b->held[n].end_s > end_s ? b->held[n].end_s : end_s;
	}
	s->end_s = end_s;
	session_set_state(b, s, one->kind == BINDING_STOP ? SESSION_STOPPED : SESSION_INFERRED);
}

void session_recall_near(const struct session_book *b, const struct binding *one, unsigned step)
{
	if (!one->session)
		return;
	if (!step) {
		session_refs_fetch(&b->refs, one->session);
		return;
	}
	uint32_t n = session_refs_guess(&b->refs, one->session);
	if (n == SESSION_NOBODY)
		return;
	if (step == 1)
		session_fetch(b, n);
	else if (b->list[n].held != SESSION_NOBODY)
		__builtin_prefetch(&b->held[b->list[n].held]);
}

enum err session_recall(struct session_book *b, const struct binding *one)
{
	struct session *s = one->session ? session_of(b, one) : NULL;
	/* without room its messages begin it anew */
	if (!s)
		return OK;
	struct session_held *h = find(b, s, one);
	if (h && (h->start_s != binding_second(one->start_at) || one->flags & BINDING_WITHDRAWN)) {
		session_drop(b, s, h);
		h = NULL;
	}
	if (!h && !(one->flags & BINDING_WITHDRAWN) && (h = session_hold(b, s))) {
		uint32_t next = h->next;
		*h = (struct session_held){ .prefix = one->prefix, .kind = (uint8_t)kind_of(one), .port_from = one->port_from, .port_to = one->port_to,
			.start_s = binding_second(one->start_at), .sure_s = binding_second(one->start_sure_at), .next = next, .doubted = true };
	}
	if (h) {
		h->seen_s = one->seen_at == TIME_NONE || one->seen_at == TIME_MAX ? h->start_s : binding_second(one->seen_at);
		h->end_s = one->end_at == TIME_NONE ? 0 : binding_second(one->end_at);
	}
	if (one->start_at != TIME_NONE && (!s->start_s || binding_second(one->start_at) < s->start_s))
		s->start_s = s->sure_s = binding_second(one->start_at);
	/* what was lost before is not known any more */
	b->nas[s->nas].lost_s = binding_floor(one->recorded_at);
	uint32_t seen_s = binding_second(one->seen_at);
	if (seen_s != UINT32_MAX && seen_s > s->seen_s)
		s->seen_s = s->told_s = seen_s;
	s->recalling = true;
	set_state(b, s, one);
	return OK;
}

void session_recalled(struct session_book *b, struct session *s)
{
	for (uint32_t n = s->held, next; n != SESSION_NOBODY; n = next) {
		struct session_held *h = &b->held[n];
		next = h->next;
		if (h->kind != HELD_PORTS && h->end_s != s->end_s)
			session_drop(b, s, h);
	}
	s->recalling = false;
}
