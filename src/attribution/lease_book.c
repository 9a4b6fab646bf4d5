/*
 * The last lease of each address, and what a line makes of it. See lease.h.
 */
#include "attribution/lease.h"
#include "base/digest.h"

struct held {
	int64_t start_at, seen_at, until_at;
	int64_t end_at;                 /* over: it was over then, at the latest */
	uint32_t device;                /* its checksum: there is one at a time, so it is told from the one before alone. 0: not said */
	uint8_t subject_len;            /* 0: of an end that came before its beginning */
	bool over, weak;
	char subject[LEASE_SUBJECT_MAX];
};

enum err lease_book_init(struct lease_book *b, struct arena *arena)
{
	*b = (struct lease_book){ map_new(LEASE_BOOK_MAX), arena, NULL };
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

static uint32_t device_of(const struct lease *l)
{
	uint32_t sum = l->device.len ? crc32c(0, l->device) : 0;
	return l->device.len && !sum ? 1 : sum;
}

/* Another device's word says nothing of this one's lease; a line without any is about whoever it is. */
static bool is_others(const struct held *h, const struct lease *l)
{
	uint32_t device = device_of(l);
	return device && h->device && device != h->device;
}

static bool is_within(const struct held *h, int64_t at)
{
	return at >= h->start_at && (h->over ? at <= h->seen_at : h->until_at == TIME_NONE || at <= h->until_at);
}

/* Who holds it, when no relay says so: the same device under the same lease, by what was said of that here or beside. */
static const struct held *named_before(const struct lease_book *b, const struct lease *l, struct str key, const struct held *h)
{
	const struct held *beside = b->beside ? map_get(b->beside->map, key) : NULL;
	const struct held *const known[] = { h && !h->over ? h : NULL, beside };
	for (size_t i = 0; l->direct && i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] && known[i]->subject_len && known[i]->device && known[i]->device == device_of(l) && is_within(known[i], l->at_at))
			return known[i];
	return NULL;
}

static void remember(struct held *h, const struct lease *l, int64_t start_at, struct str subject, bool weak)
{
	h->start_at = start_at;
	h->seen_at = l->at_at;
	h->until_at = l->until_at;
	h->over = false;
	h->weak = weak;
	h->device = device_of(l);
	h->subject_len = (uint8_t)subject.len;
	memmove(h->subject, subject.ptr, subject.len);
}

static struct held *hold(struct lease_book *b, struct str key)
{
	struct held *h = ARENA_NEW(b->arena, struct held);
	if (!h || map_add(b->map, key, h) != OK)
		return NULL;
	h->over = true;
	return h;
}

/* Lines of a hook that waits for nobody come in any order: what this one begins has ended already. */
static bool has_ended(const struct held *h, const struct lease *l)
{
	return h && h->over && h->device && h->device == device_of(l) && l->at_at < h->end_at && (!h->subject_len || l->at_at >= h->start_at);
}

static void remember_end(struct lease_book *b, const struct lease *l, struct held *h, struct str key)
{
	uint32_t device = device_of(l);
	if (!device || (h && (!h->over || l->at_at <= h->end_at)))
		return;
	h = h ? h : hold(b, key);
	if (!h)
		return;
	h->device = device;
	h->end_at = l->at_at;
	h->subject_len = 0;
}

static enum err given(struct lease_book *b, const struct lease *l, struct held *h, struct str key, struct binding *ret_binding, struct str *ret_subject,
	struct why *why)
{
	const struct held *before = named_before(b, l, key, h);
	struct str subject = before ? subject_of(before) : l->subject;
	bool weak = before ? before->weak : l->weak;
	/* of DHCPv6 the relay's word is beside, or it is not known whether there was one */
	if (!before && b->beside && l->direct && !addr_is_v4(&l->prefix.addr))
		return ERR_NOTFOUND;
	h = h ? h : hold(b, key);
	if (!h)
		return why_set(why, ERR_FULL, "more than %d addresses", LEASE_BOOK_MAX);
	if (has_ended(h, l)) {
		bool fresh = !h->subject_len;
		*ret_binding = binding_of(l, l->at_at, l->at_at, h->end_at, false, weak);
		if (fresh)
			remember(h, l, l->at_at, subject, weak);
		h->over = true;
		*ret_subject = subject;
		return fresh ? OK : ERR_NOTFOUND;
	}
	/* a line that comes late, as from an older file, takes nothing back */
	bool late = !h->over && l->at_at < h->seen_at, same = !h->over && is_within(h, l->at_at) && str_eq(subject_of(h), subject);
	if (same && late)
		return ERR_NOTFOUND;
	int64_t start_at = same ? h->start_at : l->at_at;
	if (!late)
		remember(h, l, start_at, subject, weak);
	*ret_binding = binding_of(l, start_at, l->at_at, l->until_at, l->until_at != TIME_NONE, weak);
	*ret_subject = late || before ? subject : subject_of(h);
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
		return given(b, l, h, key, ret_binding, ret_subject, why);
	if (h && !h->over && is_others(h, l))
		return ERR_NOTFOUND;
	bool known = h && !h->over && (!l->subject.len || str_eq(subject_of(h), l->subject));
	if (!known) {
		if (l->what == LEASE_OVER)
			remember_end(b, l, h, key);
		/* it began before what was read: that it was held at its end is known, and that it was not afterwards */
		*ret_binding = binding_of(l, l->at_at, l->at_at, l->at_at, false, l->weak);
		return l->what == LEASE_OVER && l->subject.len ? OK : ERR_NOTFOUND;
	}
	*ret_subject = subject_of(h);
	if (l->what == LEASE_OVER && l->at_at < h->start_at)
		return ERR_NOTFOUND;
	int64_t end_at = l->what == LEASE_OVER ? l->at_at : earlier(h->until_at, now > h->seen_at ? now : h->seen_at);
	/* beyond its lease it was confirmed by lines that were lost, or it was over and given again, to whomever */
	bool guessed = l->what == LEASE_GONE || (h->until_at != TIME_NONE && l->at_at > h->until_at);
	*ret_binding = binding_of(l, h->start_at, earlier(h->seen_at, end_at), end_at, guessed, h->weak);
	h->over = true;
	h->end_at = l->what == LEASE_OVER ? l->at_at : h->seen_at;
	return OK;
}
