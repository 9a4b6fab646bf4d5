/*
 * The rules of sessions. See session.h.
 *
 * Hostile here is what servers say of times and ids; the worst that it can do is to end a session of its own server too early, which is
 * then said to be inferred.
 */
#include "attribution/session.h"

#include "attribution/session_taking.h"
#include "base/digest.h"

enum { START_LATE_S = 60 };      /* a Start that has not come by then is lost */

static uint32_t ceil_s(int64_t at)
{
	return binding_floor(at + SECOND_US - 1);
}

/* Fields with their lengths, so that no two run into one. */
static session_ref ref_of(const struct session_book *b, uint8_t feed, const struct accounting *e)
{
	char text[4 * (2 + ACCOUNTING_TEXT_MAX) + 1], *p = text;
	const struct str parts[] = { e->nas, e->session, e->user, e->port };
	uint64_t nas = 0;
	*p++ = (char)feed;
	for (unsigned i = 0; i < 4; i++) {
		size_t len = parts[i].len < ACCOUNTING_TEXT_MAX ? parts[i].len : ACCOUNTING_TEXT_MAX;
		*p++ = (char)len;
		if (len)
			memcpy(p, parts[i].ptr, len);
		p += len;
		if (!i)
			nas = siphash(b->key, (struct str){ text, (size_t)(p - text) });
	}
	uint64_t all = siphash(b->key, (struct str){ text, (size_t)(p - text) });
	return nas >> 40 << 40 | (all >> 24 ? all >> 24 : 1);
}

static struct binding version(const struct taking *t, const struct session_held *h, enum binding_kind kind, uint32_t seen_s, uint32_t end_s, bool inferred)
{
	bool unsure_start = !h->start_s;
	return (struct binding){ .prefix = h->prefix, .port_from = h->port_from, .port_to = h->port_to, .feed = t->s->feed, .kind = kind,
		.flags = inferred ? BINDING_END_GUESSED : 0, .subject = t->s->subject, .start_at = binding_second_at(h->start_s),
		.start_sure_at = unsure_start ? TIME_NONE : binding_second_at(h->sure_s), .seen_at = binding_second_at(seen_s), .end_at = binding_second_at(end_s),
		.recorded_at = TIME_NONE, .session = t->s->ref };
}

enum err session_say(struct taking *t, const struct session_held *h, enum binding_kind kind, uint32_t seen_s, uint32_t end_s, bool inferred)
{
	struct binding b = version(t, h, kind, seen_s, end_s, inferred);
	t->b->count.bindings++;
	return t->sink->put(t->sink->arg, &b, t->why);
}

static enum err tell(struct taking *t, const struct session *s, enum session_step step, const struct accounting *message)
{
	if (!t->sink->heard)
		return OK;
	struct session_heard h = { .step = step, .ref = s->ref, .feed = s->feed, .subject = &s->subject, .message = message, .held = session_address(t->b, s),
		.start_s = s->start_s, .start_sure_s = s->sure_s, .first_s = t->first_s, .last_s = t->last_s, .before_s = t->fresh ? 0 : t->seen_before_s,
		.lasted_before_us = t->lasted_before_us, .displaced_s = t->displaced_s, .counted_before = t->counted_before, .in_before = t->in_before, .out_before = t->out_before, .pace = t->pace };
	if (step == SESSION_LOST) {
		h.first_s = s->seen_s;
		h.last_s = s->end_s;
		h.before_s = s->seen_s;
		h.counted_before = s->counted;
		h.pace = (struct session_pace){ 0 };
		h.lasted_before_us = s->lasted_us;
		h.displaced_s = t->e->status == ACCOUNTING_ON || t->e->status == ACCOUNTING_OFF ? 0 : s->seen_s;
		h.in_before = s->in_octets;
		h.out_before = s->out_octets;
	}
	return t->sink->heard(t->sink->arg, &h, t->why);
}

/* That the session goes on, or is over. Of a block it says no more than that it is over with the session, if it was not before. */
static enum err say_all(struct taking *t, enum binding_kind kind, uint32_t seen_s, uint32_t end_s, bool inferred)
{
	enum err e = OK;
	for (uint32_t n = t->s->held; e == OK && n != SESSION_NOBODY; n = t->b->held[n].next) {
		const struct session_held *h = &t->b->held[n];
		if (h->kind != HELD_PORTS)
			e = session_say(t, h, kind, seen_s, end_s, inferred);
		else if (end_s && !h->end_s)
			e = session_say(t, h, BINDING_INTERIM, h->seen_s, end_s > h->seen_s ? end_s : h->seen_s, true);
	}
	return e;
}

/* It was over some time after it was last heard of, and before that second. */
static enum err infer_end(struct taking *t, struct session *s, uint32_t by_s)
{
	struct session *in_hand = t->s;
	if (s->recalling)
		session_recalled(t->b, s);
	t->s = s;
	s->end_s = by_s > s->seen_s ? by_s : s->seen_s;
	enum err e = say_all(t, BINDING_INTERIM, s->seen_s, s->end_s, true);
	session_set_state(t->b, s, SESSION_INFERRED);
	t->s = in_hand;
	return e ? e : tell(t, s, SESSION_LOST, NULL);
}

static uint32_t between(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

static uint32_t apart_allowed(const struct accounting *e)
{
	int64_t part = e->lasted_us > 0 ? e->lasted_us / SECOND_US / 100 : 0;
	return part > SESSION_APART_S ? (uint32_t)part : SESSION_APART_S;
}

/* The same message once more, whatever its own time says: as from a server that sends no time. */
static bool is_repeated(const struct taking *t, const struct session *s)
{
	const struct accounting *e = t->e;
	return e->lasted_us > 0 && e->lasted_us == s->lasted_us && e->status == s->status && t->said == s->said && (!e->counted || (e->in_octets == s->in_octets && e->out_octets == s->out_octets));
}

/* Is it of this session, or of another one under the same id? */
static bool is_of(const struct taking *t, const struct session *s)
{
	bool ended = s->state == SESSION_STOPPED && t->first_s >= s->end_s;
	if (ended && t->e->status == ACCOUNTING_START)
		return false;
	if (!t->began_told || !s->start_s)
		return s->state != SESSION_STOPPED || t->first_s <= s->end_s + SESSION_SAME_S;
	uint32_t unsure = t->began_last_s - t->began_s, allowed = apart_allowed(t->e) + unsure;
	/*
	 * Its own clock tells its sessions apart, right or wrong; when it was set in between, their arrival does. If both fail one is taken for two,
	 * which takes nothing away. A clock that was set back may come again to when another one began: that one's Stop was heard.
	 */
	if (t->own_s && s->own_s) {
		bool goes_past_stop = s->state == SESSION_STOPPED && t->e->status != ACCOUNTING_STOP && t->first_s > s->end_s + SESSION_SAME_S;
		return between(t->came_s, s->came_s) <= apart_allowed(t->e) || (between(t->own_s, s->own_s) <= apart_allowed(t->e) && !goes_past_stop);
	}
	/* behind a start of ours a message that waited for us is all that tells of the end */
	if (unsure > NAS_CLOCK_SPAN_S + 1 && !s->recalled)
		return false;
	/* what a store remembers of it may begin with a later address */
	return between(t->began_s, s->start_s) <= allowed || (s->recalled && t->began_s < s->start_s);
}

/* Of one that was before the one in the book: it stands for itself. */
static bool is_older(const struct taking *t, const struct session *s)
{
	return t->began_told && s->start_s && t->began_last_s < s->start_s;
}

static bool begins_open(const struct taking *t)
{
	return t->e->status != ACCOUNTING_STOP;
}

static bool said(const struct taking *t, enum accounting_held_kind k)
{
	return t->e->said >> k & 1 && !(t->e->unclear >> k & 1);
}

static bool holds_any(const struct taking *t, enum accounting_held_kind k)
{
	for (uint32_t n = t->s->held; n != SESSION_NOBODY; n = t->b->held[n].next)
		if (t->b->held[n].kind == k)
			return true;
	return false;
}

struct session_held *session_find_held(const struct taking *t, const struct accounting_held *x)
{
	for (uint32_t n = t->s->held; n != SESSION_NOBODY; n = t->b->held[n].next) {
		struct session_held *h = &t->b->held[n];
		if (h->prefix.bits == x->prefix.bits && addr_eq(&h->prefix.addr, &x->prefix.addr) && h->port_from == x->port_from && h->port_to == x->port_to)
			return h;
	}
	return NULL;
}

/*
 * When something that is new to the session began. With the session, when that was not in the book; it is sure for as long as it is heard of. Else
 * between the message before and this one.
 */
static void begin_held(const struct taking *t, struct session_held *h)
{
	bool at_start = t->e->status == ACCOUNTING_START || (t->e->lasted_us >= 0 && t->e->lasted_us <= SESSION_SAME_S * SECOND_US);
	if (t->fresh || t->late) {
		h->start_s = t->s->start_s;
		h->sure_s = at_start && t->s->start_s ? t->s->sure_s : t->last_s;
	} else {
		h->start_s = t->seen_before_s < t->first_s ? t->seen_before_s : t->first_s;
		h->sure_s = t->last_s;
	}
	if (h->sure_s < h->start_s)
		h->sure_s = h->start_s;
}

static enum err hold(struct taking *t, const struct accounting_held *x)
{
	struct session_held once = { .kind = (uint8_t)x->kind, .prefix = x->prefix, .port_from = x->port_from, .port_to = x->port_to }, *h;
	begin_held(t, &once);
	h = session_hold(t->b, t->s);
	if (h) {
		once.next = h->next;
		*h = once;
	} else {
		t->b->count.crowded++;
	}
	if (t->s->state == SESSION_STOPPED)
		return session_say(t, &once, BINDING_STOP, t->s->end_s, t->s->end_s, false);
	/* its end comes with the others' */
	if (h && !begins_open(t))
		return OK;
	return session_say(t, &once, begins_open(t) ? BINDING_START : BINDING_STOP, t->first_s, begins_open(t) ? 0 : t->last_s, t->first_s != t->last_s);
}

static bool is_listed(const struct accounting *e, const struct session_held *h)
{
	for (unsigned i = 0; i < e->held_count; i++)
		if (e->held[i].prefix.bits == h->prefix.bits && addr_eq(&e->held[i].prefix.addr, &h->prefix.addr))
			return true;
	return false;
}

/* What the message no longer lists, of the kinds that it speaks of. */
static enum err let_go(struct taking *t)
{
	enum err e = OK;
	for (uint32_t n = t->s->held, next; e == OK && n != SESSION_NOBODY; n = next) {
		struct session_held *h = &t->b->held[n];
		next = h->next;
		if (h->kind == HELD_PORTS || !said(t, h->kind) || is_listed(t->e, h))
			continue;
		e = session_say(t, h, BINDING_INTERIM, t->seen_before_s, t->last_s, true);
		session_drop(t->b, t->s, h);
	}
	return e;
}

static enum err take_held(struct taking *t)
{
	unsigned kinds = 0;
	for (enum accounting_held_kind k = 0; k < HELD_KIND_END; k++)
		kinds |= said(t, k) && !(t->late && holds_any(t, k)) ? 1U << k : 0;
	enum err e = t->late ? OK : let_go(t);
	if (t->e->status == ACCOUNTING_INTERIM)
		session_block_list(t);
	for (unsigned i = 0; e == OK && i < t->e->held_count; i++) {
		const struct accounting_held *x = &t->e->held[i];
		if (x->kind == HELD_PORTS && said(t, HELD_PORTS))
			e = session_block_take(t, x);
		else if (kinds >> x->kind & 1 && !session_find_held(t, x))
			e = hold(t, x);
	}
	return e;
}

static void pace(struct taking *t)
{
	struct session *s = t->s;
	struct session_nas *nas = &t->b->nas[s->nas];
	const struct session_count_at before = { s->counted_last, s->lasted_us, s->in_octets, s->out_octets };
	const struct session_count_at now = { t->e->counted, t->e->lasted_us, t->e->in_octets, t->e->out_octets };
	nas->wide |= t->e->wide;
	t->pace = session_pace_of(&before, &now, nas->wide);
	s->in_pace = session_pace_pack(t->pace.in_bits);
	s->out_pace = session_pace_pack(t->pace.out_bits);
}

static void remember(struct session *s, const struct accounting *e, uint32_t held)
{
	s->said = held;
	s->status = (uint8_t)e->status;
	s->lasted_us = e->lasted_us;
	s->counted_last = e->counted;
	if (!e->counted)
		return;
	s->counted = true;
	s->in_octets = e->in_octets;
	s->out_octets = e->out_octets;
}

static enum err stop(struct taking *t)
{
	struct session *s = t->s;
	/* heard of later than its Stop says: it is over then, and no earlier */
	s->end_s = t->last_s > s->seen_s ? t->last_s : s->seen_s;
	enum err e = say_all(t, BINDING_STOP, s->seen_s, s->end_s, t->first_s != t->last_s);
	session_set_state(t->b, s, SESSION_STOPPED);
	return e ? e : tell(t, s, SESSION_ENDED, t->e);
}

static uint32_t confirm_every_s(const struct session_book *b)
{
	size_t every = b->open / SESSION_CONFIRMS;
	return every > SESSION_CONFIRM_S ? (uint32_t)every : SESSION_CONFIRM_S;
}

/* Of a block that says nothing. */
static enum err note(struct taking *t)
{
	enum err e = OK;
	for (uint32_t n = t->s->held; t->sink->note && e == OK && n != SESSION_NOBODY; n = t->b->held[n].next) {
		struct binding b = version(t, &t->b->held[n], BINDING_INTERIM, t->s->seen_s, 0, false);
		if (t->b->held[n].kind != HELD_PORTS)
			e = t->sink->note(t->sink->arg, &b, t->why);
	}
	return e;
}

static enum err confirm(struct taking *t)
{
	struct session *s = t->s;
	if (!t->again && s->seen_s < s->told_s + confirm_every_s(t->b))
		return s->seen_s > t->seen_before_s ? note(t) : OK;
	s->told_s = s->seen_s;
	return say_all(t, BINDING_INTERIM, s->seen_s, 0, false);
}

/*
 * It has ended, and this happened before: a copy, or what tells of an address that the Stop did not. The Stop once more is told: after a crash
 * it may have reached the store of bindings and nobody else.
 */
static enum err after_stop(struct taking *t)
{
	t->late = true;
	t->b->count.repeated++;
	return t->e->status == ACCOUNTING_STOP ? tell(t, t->s, SESSION_LATE, t->e) : take_held(t);
}

/* Ended, but it is heard of: it was not over. Before the end that was inferred nothing is new. */
static bool reopens(struct taking *t)
{
	struct session *s = t->s;
	if (s->state == SESSION_INFERRED && t->first_s <= s->seen_s)
		return false;
	t->again = true;
	session_set_state(t->b, s, SESSION_OPEN);
	s->end_s = 0;
	return true;
}

/* A message of the session in the book. */
static enum err go_on(struct taking *t)
{
	struct session *s = t->s;
	bool stops = t->e->status == ACCOUNTING_STOP;
	t->seen_before_s = s->seen_s;
	t->counted_before = s->counted;
	t->in_before = s->in_octets;
	if (!t->displaced_s)
		t->lasted_before_us = s->lasted_us;
	t->out_before = s->out_octets;
	if (s->state == SESSION_STOPPED && (stops || t->first_s <= s->end_s + SESSION_SAME_S))
		return after_stop(t);
	if (s->state != SESSION_OPEN && !stops && !reopens(t)) {
		t->b->count.repeated++;
		return OK;
	}
	if (!t->fresh) {
		s->came_s = !s->own_s || t->came_s < s->came_s ? t->came_s : s->came_s;
		s->own_s = t->own_s ? t->own_s : s->own_s;
	}
	t->late = !t->fresh && !stops && t->first_s < s->seen_s;
	if (t->began_told && s->recalled && t->began_s <= s->start_s) {
		s->start_s = t->began_s;
		s->sure_s = t->began_last_s;
		s->recalled = false;
	}
	if (t->began_told && t->began_last_s < s->sure_s && t->began_last_s >= s->start_s)
		s->sure_s = t->began_last_s;
	enum err e = take_held(t);
	if (t->first_s > s->seen_s)
		s->seen_s = t->first_s;
	if (!t->late) {
		pace(t);
		remember(s, t->e, t->said);
	}
	if (e == OK)
		e = stops ? stop(t) : confirm(t);
	return e || stops ? e : tell(t, s, t->fresh ? SESSION_BEGAN : t->late ? SESSION_LATE : SESSION_WENT_ON, t->e);
}

static enum err begin(struct taking *t, session_ref ref, const struct binding_subject *subject)
{
	uint32_t n = session_add(t->b, ref);
	if (n == SESSION_NOBODY && session_make_room(t->b))
		n = session_add(t->b, ref);
	if (n == SESSION_NOBODY)
		return why_set(t->why, ERR_FULL, "more sessions are open than there is room for");
	t->s = &t->b->list[n];
	session_set_subject(t->b, t->s, subject);
	t->s->feed = t->feed;
	t->s->own_s = t->own_s;
	t->s->came_s = t->came_s;
	t->s->start_s = t->began_told ? t->began_s : 0;
	t->s->sure_s = t->began_told ? t->began_last_s : 0;
	t->s->seen_s = t->s->told_s = t->first_s;
	t->fresh = true;
	const struct session_nas *nas = &t->b->nas[t->s->nas];
	if (t->began_told && t->e->status != ACCOUNTING_START && t->e->lasted_us >= START_LATE_S * SECOND_US && nas->heard_s && t->began_s > nas->heard_s)
		session_block_lost(t);
	return go_on(t);
}

/* What is not remembered is told as far as it goes. over_s: by then it was over; 0 = not known. */
static enum err alone(struct taking *t, session_ref ref, const struct binding_subject *subject, uint32_t over_s)
{
	enum err e = OK;
	t->lone = (struct session){ .ref = ref, .subject = *subject, .feed = t->feed, .held = SESSION_NOBODY, .start_s = t->began_told ? t->began_s : 0,
		.sure_s = t->began_told ? t->began_last_s : 0 };
	t->s = &t->lone;
	t->fresh = true;
	for (unsigned i = 0; e == OK && i < t->e->held_count; i++) {
		const struct accounting_held *x = &t->e->held[i];
		struct session_held h = { .kind = (uint8_t)x->kind, .prefix = x->prefix, .port_from = x->port_from, .port_to = x->port_to };
		begin_held(t, &h);
		bool stopped = t->e->status == ACCOUNTING_STOP || x->taken_back;
		if (said(t, x->kind))
			e = session_say(t, &h, stopped ? BINDING_STOP : BINDING_INTERIM, t->first_s, stopped ? t->last_s : over_s, stopped ? t->first_s != t->last_s : over_s > 0);
	}
	return e;
}

/* A server that has started or goes down has no session any more that began before. */
static enum err all_over(struct taking *t, struct session_nas *nas)
{
	enum err e = OK;
	for (uint32_t n = nas ? nas->first : SESSION_NOBODY; e == OK && n != SESSION_NOBODY; n = t->b->list[n].next) {
		struct session *s = &t->b->list[n];
		if (s->state == SESSION_OPEN && s->feed == t->feed && s->seen_s <= t->last_s && s->start_s < t->first_s)
			e = infer_end(t, s, t->last_s);
	}
	return e;
}

static enum err one_session(struct taking *t, session_ref ref)
{
	struct binding_subject subject = { 0 };
	uint32_t n = session_find(t->b, ref);
	struct session *s = n == SESSION_NOBODY ? NULL : &t->b->list[n];
	if (s && s->recalling)
		session_recalled(t->b, s);
	if (s && is_repeated(t, s)) {
		t->b->count.repeated++;
		return OK;
	}
	if (s && is_of(t, s)) {
		t->s = s;
		return go_on(t);
	}
	if (t->sink->name(t->sink->arg, t->e->user, &subject) != OK)
		t->b->count.unnamed++;
	if (s && is_older(t, s)) {
		t->b->count.odd++;
		return alone(t, ref, &subject, t->first_s > s->start_s ? t->first_s : s->start_s);
	}
	bool was_open = s && s->state == SESSION_OPEN;
	enum err e = was_open ? infer_end(t, s, t->began_told ? t->began_last_s : t->last_s) : OK;
	if (s && s->seen_s && e == OK && was_open) {
		t->displaced_s = s->seen_s;
		t->lasted_before_us = s->lasted_us;
	}
	if (s)
		session_remove(t->b, n);
	if (e == OK)
		e = begin(t, ref, &subject);
	if (e == ERR_FULL && !t->s) {
		t->b->count.crowded++;
		e = alone(t, ref, &subject, 0);
	}
	return e;
}

static uint32_t sum_of(const struct accounting *e)
{
	uint32_t sum = crc32c(0, (struct str){ (const char *)&e->said, sizeof(e->said) });
	for (unsigned i = 0; i < e->held_count; i++) {
		const struct accounting_held *x = &e->held[i];
		const uint16_t rest[] = { x->port_from, x->port_to, (uint16_t)(x->kind << 1 | x->taken_back) };
		sum = crc32c(sum, (struct str){ (const char *)x->prefix.addr.octets, sizeof(x->prefix.addr.octets) });
		sum = crc32c(sum, (struct str){ (const char *)rest, sizeof(rest) });
	}
	return sum;
}

static void read_times(struct taking *t, struct session_nas *nas)
{
	struct nas_clock unknown = { 0 };
	const struct accounting *e = t->e;
	t->at = nas_clock_take(nas ? &nas->clock : &unknown, e);
	t->b->count.behind += nas && nas_clock_behind_us(&nas->clock, e->received_at) != 0;
	t->first_s = binding_floor(t->at.first_at);
	t->last_s = ceil_s(t->at.last_at);
	t->began_told = e->lasted_us >= 0 || e->status == ACCOUNTING_START;
	int64_t lasted = e->lasted_us > 0 ? e->lasted_us : 0;
	t->began_s = binding_floor(t->at.first_at - lasted);
	t->began_last_s = ceil_s(t->at.last_at - lasted);
	if (!t->began_s)
		t->began_told = false;
	t->came_s = binding_floor(e->received_at - e->delay_us - lasted);
	t->own_s = t->began_told && e->event_at != TIME_NONE ? binding_floor(e->event_at - lasted) : 0;
}

enum err session_take(struct session_book *b, uint8_t feed, const struct accounting *e, const struct session_sink *sink, struct why *why)
{
	struct taking t = { .b = b, .e = e, .sink = sink, .why = why, .feed = feed, .said = sum_of(e) };
	session_ref ref = ref_of(b, feed, e);
	struct session_nas *nas = session_nas_of(b, (uint32_t)(ref >> 40));
	b->count.messages++;
	b->count.unclear += e->unclear != 0;
	session_forget(b, binding_floor(e->received_at));
	read_times(&t, nas);
	if (nas && !nas->heard_s)
		nas->heard_s = b->now_s;
	if (e->status == ACCOUNTING_ON || e->status == ACCOUNTING_OFF)
		return all_over(&t, nas);
	return one_session(&t, ref);
}
