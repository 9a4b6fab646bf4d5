/*
 * See desk_events.h.
 */
#include "aupd/desk_events.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/presence.h"

enum { CHANGED_MAX = 256, SCRATCH_BYTES = 64 << 20, SAID_BYTES_MAX = HTTPD_STREAM_BYTES_MAX };

struct stream {
	struct desk_events *of;
	struct http_request *r;         /* NULL: this place is free */
	struct web_door door;
	struct principal who;           /* in the arena of r */
	struct viewer viewer;           /* like who */
	unsigned at;
};

struct desk_events {
	struct web *web;
	struct timer *look, *beat;
	struct arena *scratch;
	struct feed_place place;        /* how far all of them were told */
	bool placed;
	unsigned count;
	struct presence presence;
	uint64_t changed[CHANGED_MAX];  /* cases that somebody opened or left since the last look */
	unsigned changed_count;
	struct stream streams[DESK_STREAMS_MAX];
};

static bool same(const struct principal *a, const struct principal *b)
{
	return a->scope == b->scope && str_eq(a->id, b->id);
}

/* HTML 9.2.6: one event. */
static void put_event(struct buf *b, struct str place, const char *type, struct str data)
{
	if (place.len)
		buf_printf(b, "id: %.*s\n", STR_ARG(place));
	buf_printf(b, "event: %s\ndata: %.*s\n\n", type, STR_ARG(data));
}

static void put_beat(struct desk_events *e, struct buf *b)
{
	char now[TIME_TEXT_MAX];
	time_print(clock_wall_at(), now);
	put_event(b, feed_text(e->scratch, &e->place), "beat", str_of(now));
}

static void put_news(struct desk_events *e, struct buf *b, const struct feed_news *news, size_t count, const struct principal *who)
{
	for (size_t i = 0; i < count; i++)
		if (feed_is_for(&news[i], who))
			put_event(b, feed_text(e->scratch, &news[i].after), news[i].type, news[i].id);
}

static void put_anew(struct desk_events *e, struct buf *b)
{
	put_event(b, feed_text(e->scratch, &e->place), "anew", STR("all"));
}

static void send_kept(const struct stream *s, struct buf *b)
{
	if (b->err)
		httpd_stream_end(s->r);
	else if (b->len)
		httpd_stream_put(s->r, buf_str(b));
	buf_clear(b);
}

/* What came since: to all. False: the store cannot be read now. */
static bool look(struct desk_events *e)
{
	struct why why = { .line = 0 };
	struct feed_news *news = NULL;
	size_t count = 0;
	bool more = false;
	struct buf b;
	enum err r = e->placed ? feed_read(&e->web->source, e->scratch, &e->place, &news, &count, &more, &why) : OK;
	if (r == OK && (more || !e->placed))
		r = feed_end(&e->web->source, e->scratch, &e->place, &why);
	if (r) {
		log_debug("what changed cannot be read now", "why", why.text);
		return false;
	}
	if (!more && count)
		e->place = news[count - 1].after;
	e->placed = true;
	buf_init(&b, SAID_BYTES_MAX);
	for (unsigned i = 0; (count || more) && i < DESK_STREAMS_MAX; i++) {
		struct stream *s = &e->streams[i];
		if (!s->r)
			continue;
		if (more)
			put_anew(e, &b);
		else
			put_news(e, &b, news, count, &s->who);
		send_kept(s, &b);
	}
	buf_done(&b);
	return true;
}

/* What is too much to be told is found at the next look at the page. */
static void note_changed(struct desk_events *e, const struct viewer *v)
{
	for (unsigned i = 0; i < v->count; i++) {
		unsigned k = 0;
		while (k < e->changed_count && e->changed[k] != v->cases[i])
			k++;
		if (k == e->changed_count && k < CHANGED_MAX)
			e->changed[e->changed_count++] = v->cases[i];
	}
}

/* Whoever has a case open hears that somebody else opened or left it. */
static void tell_changed(struct desk_events *e)
{
	struct buf b;
	buf_init(&b, SAID_BYTES_MAX);
	for (unsigned i = 0; e->changed_count && i < DESK_STREAMS_MAX; i++) {
		struct stream *s = &e->streams[i];
		for (unsigned k = 0; s->r && k < e->changed_count; k++)
			if (presence_views(&s->viewer, e->changed[k])) {
				char number[CASE_TEXT_MAX];
				case_text(e->changed[k], number);
				put_event(&b, STR_NONE, "view", str_of(number));
			}
		if (s->r)
			send_kept(s, &b);
	}
	e->changed_count = 0;
	buf_done(&b);
}

static void on_look(void *arg)
{
	struct desk_events *e = arg;
	(void)look(e);
	tell_changed(e);
	arena_reset(e->scratch);
}

/* Is it still he who came, and may he still be told? What cannot be looked up is asked again at the next beat. */
static bool goes_on(struct desk_events *e, const struct stream *s)
{
	struct why why = { .line = 0 };
	struct principal now;
	enum err r = events_who(e->web, s->r, &s->door, e->scratch, &now, &why);
	return r == OK ? same(&now, &s->who) : r != ERR_DENIED;
}

static void on_beat(void *arg)
{
	struct desk_events *e = arg;
	bool read = look(e);
	struct buf b;
	buf_init(&b, SAID_BYTES_MAX);
	for (unsigned i = 0; i < DESK_STREAMS_MAX; i++) {
		struct stream *s = &e->streams[i];
		if (!s->r)
			continue;
		if (!goes_on(e, s)) {
			httpd_stream_end(s->r);
			continue;
		}
		if (read)
			put_beat(e, &b);
		send_kept(s, &b);
	}
	buf_done(&b);
	arena_reset(e->scratch);
}

void desk_events_look(struct desk_events *e)
{
	if (e->count)
		on_beat(e);
}

static void on_gone(void *arg)
{
	struct stream *s = arg;
	struct desk_events *e = s->of;
	s->r = NULL;
	presence_remove(&e->presence, &s->viewer);
	note_changed(e, &s->viewer);
	if (--e->count)
		return;
	timer_set(e->look, -1, 0);
	timer_set(e->beat, -1, 0);
	/* nobody is there to be told: whoever comes begins where the store is then */
	e->placed = false;
	e->changed_count = 0;
}

/* What he missed, or that he must look at all anew. */
static void catch_up(struct desk_events *e, const struct stream *s, const struct feed_place *from, struct buf *b)
{
	struct why why = { .line = 0 };
	struct feed_news *news = NULL;
	size_t count = 0;
	bool more = false, knows = false;
	enum err r = feed_knows(&e->web->source, e->scratch, from, &knows, &why);
	if (r == OK && knows)
		r = feed_read(&e->web->source, e->scratch, from, &news, &count, &more, &why);
	if (r || !knows || more)
		put_anew(e, b);
	else
		put_news(e, b, news, count, &s->who);
}

bool desk_events_room(const struct desk_events *e, const struct principal *who)
{
	unsigned of_one = 0;
	for (unsigned i = 0; i < DESK_STREAMS_MAX; i++)
		of_one += e->streams[i].r && same(&e->streams[i].who, who);
	return e->count < DESK_STREAMS_MAX && of_one < DESK_STREAMS_OF_ONE;
}

void desk_events_begin(struct desk_events *e, struct http_request *r, const struct web_door *door, const struct web_answer *x, const struct http_pair *headers, unsigned header_count)
{
	unsigned i = 0;
	while (e->streams[i].r)
		i++;
	struct stream *s = &e->streams[i];
	struct buf b;
	/* those who are there are told first, so that all stand at one place */
	bool read = look(e);
	*s = (struct stream){ .of = e, .r = r, .door = *door, .who = x->who, .viewer = *x->viewer };
	presence_add(&e->presence, &s->viewer);
	note_changed(e, &s->viewer);
	if (!e->count++) {
		timer_set(e->look, DESK_LOOK_MS * 1000, DESK_LOOK_MS * 1000);
		timer_set(e->beat, DESK_BEAT_S * SECOND_US, DESK_BEAT_S * SECOND_US);
	}
	httpd_stream(r, 200, headers, header_count, on_gone, s);
	buf_init(&b, SAID_BYTES_MAX);
	if (read && x->from->at[0] >= 0)
		catch_up(e, s, x->from, &b);
	if (read)
		put_beat(e, &b);
	send_kept(s, &b);
	buf_done(&b);
	arena_reset(e->scratch);
}

struct desk_events *desk_events_new(struct loop *l, struct web *web)
{
	struct desk_events *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->web = web;
	web->presence = &e->presence;
	e->scratch = arena_new("events", SCRATCH_BYTES);
	if (e->scratch && timer_new(l, on_look, e, &e->look) == OK && timer_new(l, on_beat, e, &e->beat) == OK)
		return e;
	arena_free(e->scratch);
	free(e);
	return NULL;
}
