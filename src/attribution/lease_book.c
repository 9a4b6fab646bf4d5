/*
 * The last lease of each address, and what a line makes of it. See lease.h.
 */
#include "attribution/lease.h"

struct held {
	int64_t start_at, seen_at, until_at;
	uint8_t subject_len;
	bool over, weak;
	char subject[LEASE_SUBJECT_MAX];
};

enum err lease_book_init(struct lease_book *b, struct arena *arena)
{
	*b = (struct lease_book){ map_new(LEASE_BOOK_MAX), arena };
	return b->map ? OK : ERR_NOMEM;
}

void lease_book_done(struct lease_book *b)
{
	map_free(b->map);
	b->map = NULL;
}

static struct str subject_of(const struct held *h)
{
	return (struct str){ h->subject, h->subject_len };
}

static struct binding binding_of(const struct lease *l, int64_t start_at, int64_t seen_at, int64_t end_at, bool guessed, bool weak)
{
	return (struct binding){ .prefix = l->prefix, .port_to = BINDING_PORT_LAST, .kind = guessed || end_at == TIME_NONE ? BINDING_INTERIM : BINDING_STOP,
		.flags = (uint8_t)((guessed ? BINDING_END_GUESSED : 0) | (weak ? BINDING_WEAK : 0)), .start_at = start_at, .start_sure_at = TIME_NONE,
		.seen_at = seen_at, .end_at = end_at, .recorded_at = TIME_NONE };
}

static enum err given(struct lease_book *b, const struct lease *l, struct held *h, struct str key, struct binding *ret_binding, struct why *why)
{
	if (!h) {
		h = ARENA_NEW(b->arena, struct held);
		if (!h || map_add(b->map, key, h) != OK)
			return why_set(why, ERR_FULL, "more than %d addresses", LEASE_BOOK_MAX);
		h->over = true;
	}
	/* a line that comes late, as from an older file, takes nothing back */
	bool late = !h->over && l->at_at < h->seen_at;
	bool same = !h->over && !late && str_eq(subject_of(h), l->subject) && (h->until_at == TIME_NONE || l->at_at <= h->until_at);
	int64_t start_at = same ? h->start_at : l->at_at;
	if (!late) {
		h->start_at = start_at;
		h->seen_at = l->at_at;
		h->until_at = l->until_at;
		h->over = false;
		h->weak = l->weak;
		h->subject_len = (uint8_t)l->subject.len;
		memcpy(h->subject, l->subject.ptr, l->subject.len);
	}
	*ret_binding = binding_of(l, start_at, l->at_at, l->until_at, l->until_at != TIME_NONE, l->weak);
	return OK;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == TIME_NONE || (b != TIME_NONE && b < a) ? b : a;
}

enum err lease_book_take(struct lease_book *b, const struct lease *l, int64_t now, struct binding *ret_binding, struct str *ret_subject, struct why *why)
{
	char octets[sizeof(l->prefix.addr.octets) + 1];
	memcpy(octets, l->prefix.addr.octets, sizeof(octets) - 1);
	octets[sizeof(octets) - 1] = (char)l->prefix.bits;
	struct str key = { octets, sizeof(octets) };
	struct held *h = map_get(b->map, key);
	*ret_subject = l->subject;
	if (l->what == LEASE_GIVEN && (!l->subject.len || l->subject.len > LEASE_SUBJECT_MAX))
		return why_set(why, ERR_SYNTAX, "a lease that names nobody");
	if (l->what == LEASE_GIVEN)
		return given(b, l, h, key, ret_binding, why);
	bool known = h && !h->over && (!l->subject.len || str_eq(subject_of(h), l->subject));
	if (!known) {
		/* it began before what was read: that it was held at its end is known, and that it was not afterwards */
		*ret_binding = binding_of(l, l->at_at, l->at_at, l->at_at, false, l->weak);
		return l->what == LEASE_OVER && l->subject.len ? OK : ERR_NOTFOUND;
	}
	*ret_subject = subject_of(h);
	if (l->what == LEASE_OVER && l->at_at < h->start_at)
		return ERR_NOTFOUND;
	int64_t end_at = l->what == LEASE_OVER ? l->at_at : earlier(h->until_at, now > h->seen_at ? now : h->seen_at);
	*ret_binding = binding_of(l, h->start_at, earlier(h->seen_at, end_at), end_at, l->what == LEASE_GONE, h->weak);
	h->over = true;
	return OK;
}
