/*
 * Sessions by subject. See session_who.h; the lists are kept by session_book.c.
 */
#include "attribution/session_who.h"

#include "attribution/session_book.h"

static struct session_now now_of(const struct session_book *b, const struct session *s)
{
	struct session_now now = { .ref = s->ref, .number = (uint32_t)(s - b->list), .feed = s->feed, .open = s->state == SESSION_OPEN, .inferred = s->state == SESSION_INFERRED,
		.interim = s->status == ACCOUNTING_INTERIM, .start_s = s->start_s, .seen_s = s->seen_s, .end_s = s->end_s, .sure_s = s->sure_s, .in_bits = session_pace_unpack(s->in_pace),
		.out_bits = session_pace_unpack(s->out_pace) };
	for (uint32_t n = s->held; n != SESSION_NOBODY && !now.held.bits; n = b->held[n].next)
		if (b->held[n].kind != HELD_PORTS)
			now.held = b->held[n].prefix;
	return now;
}

size_t session_of_subject(const struct session_book *b, const struct binding_subject *subject, struct session_now *list, size_t max)
{
	size_t count = 0;
	for (uint32_t n = session_first_of(b, subject); n != SESSION_NOBODY; n = b->list[n].same) {
		const struct session *s = &b->list[n];
		if (s->state != SESSION_OPEN || !binding_subject_eq(&s->subject, subject))
			continue;
		if (count < max)
			list[count] = now_of(b, s);
		count++;
	}
	return count;
}

bool session_look(const struct session_book *b, session_ref ref, struct session_now *ret_now)
{
	uint32_t n = session_find(b, ref);
	if (n == SESSION_NOBODY)
		return false;
	*ret_now = now_of(b, &b->list[n]);
	return true;
}

unsigned session_at_once(const struct session_now *list, size_t n, uint32_t least_s)
{
	unsigned most = 0;
	/* the most begin with one of them */
	for (size_t i = 0; i < n; i++) {
		unsigned count = 0;
		for (size_t k = 0; list[i].sure_s && k < n; k++)
			count += list[k].sure_s && list[k].sure_s <= list[i].sure_s && list[k].seen_s >= list[i].sure_s && list[k].seen_s - list[i].sure_s >= least_s;
		most = count > most ? count : most;
	}
	return most;
}
