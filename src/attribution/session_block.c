/*
 * Blocks of ports of a session. See session_taking.h.
 *
 * A block is confirmed by its own messages alone: that the session goes on says nothing of it. Some servers list in each Interim-Update the
 * blocks that there are, others tell of each once when it is given and once when it is taken back; which of the two a message is it does
 * not say. What may have been taken back and given again unheard is not sure.
 */
#include "attribution/session_taking.h"

/* It never was, as it was told. */
static enum err withdraw(struct taking *t, const struct session_held *h)
{
	struct binding b = { .prefix = h->prefix, .port_from = h->port_from, .port_to = h->port_to, .feed = t->s->feed, .kind = BINDING_CORRECTION,
		.flags = BINDING_WITHDRAWN, .subject = t->s->subject, .start_at = binding_second_at(h->start_s), .start_sure_at = binding_second_at(h->sure_s),
		.seen_at = binding_second_at(h->start_s), .end_at = TIME_NONE, .recorded_at = TIME_NONE, .session = t->s->ref };
	t->b->count.bindings++;
	return t->sink->put(t->sink->arg, &b, t->why);
}

static bool lists_block(const struct accounting *e, const struct session_held *h)
{
	for (unsigned i = 0; i < e->held_count; i++)
		if (e->held[i].kind == HELD_PORTS && e->held[i].port_from == h->port_from && e->held[i].port_to == h->port_to && addr_eq(&e->held[i].prefix.addr, &h->prefix.addr))
			return true;
	return false;
}

/* Messages of the server of that session are lost. */
void session_block_lost(const struct taking *t)
{
	if (t->s != &t->lone)
		t->b->nas[t->s->nas].lost_s = t->b->now_s;
}

static bool is_lossy(const struct taking *t)
{
	uint32_t lost_s = t->s == &t->lone ? 0 : t->b->nas[t->s->nas].lost_s;
	return lost_s && t->b->now_s < lost_s + SESSION_LOSSY_S;
}

/* A block that is new to the session. It is told when it is given, or at the start. */
static enum err begin_block(struct taking *t, const struct accounting_held *x, uint32_t taken_back_s)
{
	struct session_held once = { .kind = HELD_PORTS, .prefix = x->prefix, .port_from = x->port_from, .port_to = x->port_to, .seen_s = t->first_s, .end_s = taken_back_s }, *h;
	if (!x->taken_back) {
		bool at_start = t->e->status == ACCOUNTING_START && t->s->start_s;
		once.start_s = t->fresh && t->s->start_s ? t->s->start_s : t->first_s;
		once.sure_s = at_start ? t->s->sure_s : t->last_s;
	}
	h = session_hold(t->b, t->s);
	for (uint32_t n = t->s->held; !h && n != SESSION_NOBODY; n = t->b->held[n].next)
		if (t->b->held[n].kind == HELD_PORTS && t->b->held[n].end_s) {
			session_drop(t->b, t->s, &t->b->held[n]);
			h = session_hold(t->b, t->s);
			break;
		}
	if (h) {
		once.next = h->next;
		*h = once;
	} else {
		t->b->count.crowded++;
	}
	if (x->taken_back)
		return OK;
	bool over = t->s->state != SESSION_OPEN || t->e->status == ACCOUNTING_STOP;
	return session_say(t, &once, BINDING_START, t->first_s, over ? (t->s->end_s > t->last_s ? t->s->end_s : t->last_s) : 0, over);
}

/* Taken back. Unless it was given once more since; when it is not known to be given, that is remembered until it is. */
static enum err give_back(struct taking *t, const struct accounting_held *x)
{
	enum err e = OK;
	bool any = false;
	for (uint32_t n = t->s->held; e == OK && n != SESSION_NOBODY; n = t->b->held[n].next) {
		struct session_held *h = &t->b->held[n];
		if (h->kind != HELD_PORTS || !addr_eq(&h->prefix.addr, &x->prefix.addr) || h->port_from < x->port_from || h->port_to > x->port_to)
			continue;
		any = true;
		if (h->end_s || t->last_s < h->start_s || t->last_s < h->seen_s)
			continue;
		h->end_s = t->last_s;
		/* that it was taken back and given again in between may be what was lost */
		bool sure = !h->doubted || !is_lossy(t);
		if (sure && t->first_s > h->seen_s)
			h->seen_s = t->first_s;
		e = session_say(t, h, BINDING_STOP, h->seen_s, h->end_s, !sure || t->first_s != t->last_s);
	}
	if (e || any)
		return e;
	if (!t->fresh)
		session_block_lost(t);
	return begin_block(t, x, t->last_s);
}

/*
 * Some servers list in each Interim-Update the blocks that there are, some tell of each once. A list leaves doubt about what it leaves out: when
 * that comes again it was given anew.
 */
void session_block_list(struct taking *t)
{
	unsigned given = 0, taken_back = 0;
	bool known = false;
	for (unsigned i = 0; i < t->e->held_count; i++) {
		const struct accounting_held *x = &t->e->held[i];
		const struct session_held *h = x->kind == HELD_PORTS ? session_find_held(t, x) : NULL;
		given += x->kind == HELD_PORTS && !x->taken_back;
		taken_back += x->taken_back;
		known |= h && !x->taken_back && !h->end_s && !h->doubted;
	}
	bool lists = given > 1 || known || (!given && !taken_back);
	for (uint32_t n = t->s->held; lists && n != SESSION_NOBODY; n = t->b->held[n].next) {
		struct session_held *h = &t->b->held[n];
		h->doubted |= h->kind == HELD_PORTS && !h->end_s && t->first_s > h->seen_s && !lists_block(t->e, h);
	}
}

/* Given, or there still: which of the two is not said. Messages overtake one another, so what was taken back later is not held again. */
enum err session_block_take(struct taking *t, const struct accounting_held *x)
{
	struct session_held *h = session_find_held(t, x);
	if (x->taken_back)
		return give_back(t, x);
	if (!h)
		return begin_block(t, x, 0);
	if (h->end_s && !h->start_s && t->first_s <= h->end_s) {
		h->start_s = t->first_s;
		h->sure_s = t->last_s;
		h->seen_s = h->seen_s > h->start_s ? h->seen_s : h->start_s;
		return session_say(t, h, BINDING_STOP, h->seen_s, h->end_s, h->seen_s != h->end_s);
	}
	if (h->end_s && t->first_s <= h->end_s)
		return OK;
	if (h->end_s) {
		session_drop(t->b, t->s, h);
		return begin_block(t, x, 0);
	}
	if (h->doubted && t->first_s > h->seen_s) {
		session_block_lost(t);
		enum err e = session_say(t, h, BINDING_INTERIM, h->seen_s, t->last_s, true);
		session_drop(t->b, t->s, h);
		return e ? e : begin_block(t, x, 0);
	}
	if (t->first_s < h->start_s) {
		/* heard of before it was heard to be given */
		enum err e = withdraw(t, h);
		h->start_s = t->first_s;
		h->sure_s = t->last_s;
		return e ? e : session_say(t, h, BINDING_INTERIM, h->seen_s, 0, false);
	}
	if (t->first_s < h->seen_s + SESSION_CONFIRM_S)
		return OK;
	h->seen_s = t->first_s;
	return session_say(t, h, BINDING_INTERIM, h->seen_s, 0, false);
}
