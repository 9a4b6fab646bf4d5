/*
 * Feed health. See feed_health.h. Spans lie in the order in which they were recorded; for each block of them the outermost times
 * are kept, so that a question about one minute passes over years.
 */
#include "attribution/feed_health.h"

#include <stdlib.h>

#include "attribution/binding.h"

enum { BLOCK = 64, ROOM_MIN = 1024, PARTS_MAX = 64 };

const char *const feed_reason_words[] = { "nothing is known of the feed", "the feed was down", "aupd was down", "the feed lost messages",
	"records of the feed were damaged", "the feed's clock stepped", NULL };

struct span {
	uint32_t from, until, recorded;
	uint8_t feed, state, reason;
};

struct reach {
	uint32_t from, until;
};

struct feed_health {
	struct span *spans;
	struct reach *blocks;
	uint32_t count, room;
	uint32_t last[256], told[256];  /* until when it was heard, and until when something was said */
};

struct feed_health *feed_health_new(void)
{
	return calloc(1, sizeof(struct feed_health));
}

void feed_health_free(struct feed_health *h)
{
	if (!h)
		return;
	free(h->spans);
	free(h->blocks);
	free(h);
}

size_t feed_health_count(const struct feed_health *h)
{
	return h->count;
}

/* Outwards for a hole, inwards for what was heard. */
static int64_t rounded(int64_t at, bool up)
{
	if (at == TIME_NONE || at == TIME_MAX)
		return at;
	return binding_second_at(binding_floor(up ? at + SECOND_US - 1 : at));
}

enum err feed_span_normalise(struct feed_span *s, struct why *why)
{
	bool hole = s->state == FEED_HOLE;
	if (!s->feed || (s->feed > BINDING_FEED_MAX && (s->feed != FEED_ALL || !hole)))
		return why_set(why, ERR_RANGE, "a span needs a feed from 1 to %d", BINDING_FEED_MAX);
	if (s->state >= FEED_STATE_END || s->reason >= FEED_REASON_END || (s->reason != FEED_REASON_NONE) != hole)
		return why_set(why, ERR_RANGE, "a hole has a reason, and nothing else has one");
	if (s->recorded_at < SECOND_US || s->recorded_at / SECOND_US >= UINT32_MAX - 1)
		return why_set(why, ERR_RANGE, "a span needs the time at which it became known");
	if (!hole && (s->from_at == TIME_NONE || s->until_at == TIME_MAX))
		return why_set(why, ERR_RANGE, "what was heard has a beginning and an end");
	s->from_at = rounded(s->from_at, !hole);
	s->until_at = rounded(s->until_at, hole);
	s->recorded_at = rounded(s->recorded_at, true);
	return s->from_at < s->until_at ? OK : why_set(why, ERR_RANGE, "a span that ends before it begins");
}

static void reach_from(struct feed_health *h, uint32_t i)
{
	for (uint32_t b = i / BLOCK; b * BLOCK < h->count; b++) {
		struct reach r = { UINT32_MAX, 0 };
		for (uint32_t k = b * BLOCK; k < h->count && k < (b + 1) * BLOCK; k++) {
			r.from = h->spans[k].from < r.from ? h->spans[k].from : r.from;
			r.until = h->spans[k].until > r.until ? h->spans[k].until : r.until;
		}
		h->blocks[b] = r;
	}
}

static enum err make_room(struct feed_health *h)
{
	if (h->count < h->room)
		return OK;
	if (h->count >= FEED_SPANS_MAX)
		return ERR_FULL;
	uint32_t room = h->room ? h->room * 2 : ROOM_MIN;
	struct span *spans = realloc(h->spans, room * sizeof(*spans));
	if (!spans)
		return ERR_NOMEM;
	h->spans = spans;
	struct reach *blocks = realloc(h->blocks, room / BLOCK * sizeof(*blocks));
	if (!blocks)
		return ERR_NOMEM;
	h->blocks = blocks;
	h->room = room;
	return OK;
}

static struct span packed(const struct feed_span *s)
{
	return (struct span){ binding_second(s->from_at), binding_second(s->until_at), binding_second(s->recorded_at), s->feed, (uint8_t)s->state, (uint8_t)s->reason };
}

static bool span_eq(const struct span *a, const struct span *b)
{
	return a->from == b->from && a->until == b->until && a->feed == b->feed && a->state == b->state && a->reason == b->reason;
}

enum err feed_health_add(struct feed_health *h, const struct feed_span *s)
{
	struct span n = packed(s);
	uint32_t i = h->count;
	while (i && h->spans[i - 1].recorded > n.recorded)
		i--;
	for (uint32_t k = i; k && h->spans[k - 1].recorded == n.recorded; k--)
		if (span_eq(&h->spans[k - 1], &n))
			return OK;
	enum err e = make_room(h);
	if (e)
		return e;
	memmove(h->spans + i + 1, h->spans + i, (h->count - i) * sizeof(*h->spans));
	h->spans[i] = n;
	h->count++;
	reach_from(h, i);
	if (n.state == FEED_HEARD && n.until > h->last[n.feed])
		h->last[n.feed] = n.until;
	if (n.until != UINT32_MAX && n.until > h->told[n.feed])
		h->told[n.feed] = n.until;
	return OK;
}

bool feed_health_has(const struct feed_health *h, const struct feed_span *s)
{
	struct span n = packed(s);
	for (uint32_t i = 0; i < h->count; i++)
		if (span_eq(&h->spans[i], &n))
			return true;
	return false;
}

/* The newest span before i that says something of the feed in [from, until); UINT32_MAX when none does. */
static uint32_t newest(const struct feed_health *h, uint32_t i, uint8_t feed, uint32_t from, uint32_t until)
{
	while (i) {
		const struct reach *r = &h->blocks[(i - 1) / BLOCK];
		if (r->from >= until || r->until <= from) {
			i = (i - 1) / BLOCK * BLOCK;
			continue;
		}
		const struct span *s = &h->spans[--i];
		if ((s->feed == feed || s->feed == FEED_ALL) && s->from < until && s->until > from)
			return i;
	}
	return UINT32_MAX;
}

/* A part of the window that spans before `before` must account for. */
struct part {
	uint32_t from, until, before;
};

bool feed_health_whole(const struct feed_health *h, uint8_t feed, int64_t from_at, int64_t until_at, int64_t as_of, struct feed_span *ret_hole)
{
	uint32_t known = binding_floor(as_of), last = binding_floor(until_at);
	struct part parts[PARTS_MAX] = { { binding_floor(from_at), last < UINT32_MAX ? last + 1 : last, h->count } };
	unsigned n = 1;
	while (parts[0].before && h->spans[parts[0].before - 1].recorded > known)
		parts[0].before--;
	while (n) {
		struct part p = parts[--n];
		uint32_t i = newest(h, p.before, feed, p.from, p.until);
		const struct span *s = i == UINT32_MAX ? NULL : &h->spans[i];
		/* a window in more pieces than these is one that cannot be vouched for */
		if (!s || s->state == FEED_HOLE || n + 2 > PARTS_MAX) {
			bool hole = s && s->state == FEED_HOLE;
			uint32_t from = hole && s->from > p.from ? s->from : p.from, until = hole && s->until < p.until ? s->until : p.until;
			if (ret_hole)
				*ret_hole = (struct feed_span){ feed, FEED_HOLE, hole ? s->reason : FEED_REASON_NONE, binding_second_at(from), binding_second_at(until),
					hole ? binding_second_at(s->recorded) : TIME_NONE };
			return false;
		}
		if (s->from > p.from)
			parts[n++] = (struct part){ p.from, s->from, i };
		if (s->until < p.until)
			parts[n++] = (struct part){ s->until, p.until, i };
	}
	return true;
}

int64_t feed_health_last_at(const struct feed_health *h, uint8_t feed)
{
	return binding_second_at(h->last[feed]);
}

int64_t feed_health_told_at(const struct feed_health *h, uint8_t feed)
{
	return binding_second_at(h->told[feed] > h->told[FEED_ALL] ? h->told[feed] : h->told[FEED_ALL]);
}

bool feed_health_gap(const struct feed_health *h, uint8_t feed, int64_t now, enum feed_reason reason, struct feed_span *ret_hole)
{
	struct feed_span s = { feed, FEED_HOLE, reason, feed_health_last_at(h, feed), now, now };
	if (s.from_at == TIME_NONE || s.from_at >= now || feed_span_normalise(&s, NULL) != OK)
		return false;
	*ret_hole = s;
	return true;
}

void feed_health_purge(struct feed_health *h, int64_t before_at)
{
	uint32_t n = 0, before = binding_floor(before_at);
	for (uint32_t i = 0; i < h->count; i++) {
		struct span s = h->spans[i];
		if (s.state == FEED_HEARD && s.from < before)
			s.from = before;
		if (s.until > before)
			h->spans[n++] = s;
	}
	h->count = n;
	reach_from(h, 0);
}
