/*
 * A book of sessions with the index of bindings behind it, as the judge has them, and who held what by both.
 */
#ifndef AUPD_TESTS_SESSION_WORLD_H
#define AUPD_TESTS_SESSION_WORLD_H

#include "attribution/binding_grade.h"
#include "attribution/session.h"
#include "binding_world.h"

enum { WORLD_FOUND_MAX = 256, WORLD_FEED = 1 };

struct session_world {
	struct session_book *book;
	struct binding_index *ix;
	struct feed_health *health;
	int64_t now;
	struct binding *kept;           /* all that was put, as a store has it; NULL: it is not kept */
	size_t kept_count, kept_max;
	unsigned refused, noted;
	session_heard_fn *heard;        /* or NULL; its argument is the world */
};

static const uint8_t world_key[SESSION_KEY_LEN] = "sixteen octets.";

static inline enum err world_put(void *arg, const struct binding *b, struct why *why)
{
	struct session_world *w = arg;
	struct binding one = *b;
	one.recorded_at = w->now;
	if (binding_normalise(&one, why) != OK) {
		w->refused++;
		return OK;
	}
	if (w->kept && w->kept_count < w->kept_max)
		w->kept[w->kept_count++] = one;
	return binding_index_add(w->ix, &one, why);
}

static inline enum err world_note(void *arg, const struct binding *b, struct why *why)
{
	struct session_world *w = arg;
	struct binding one = *b;
	one.recorded_at = w->now;
	w->noted++;
	if (binding_normalise(&one, why) != OK)
		w->refused++;
	else
		binding_index_confirm(w->ix, &one);
	return OK;
}

/* A user's key is the number that his name ends with. */
static inline enum err world_name(void *arg, struct str user, struct binding_subject *ret_subject)
{
	(void)arg;
	uint32_t n = 0;
	for (size_t i = 0; i < user.len; i++)
		n = user.ptr[i] >= '0' && user.ptr[i] <= '9' ? n * 10 + (uint32_t)(user.ptr[i] - '0') : 0;
	*ret_subject = (struct binding_subject){ { 1, 0, 0, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
	return n ? OK : ERR_NOTFOUND;
}

static inline void session_world_begin(struct session_world *w, size_t sessions, size_t bindings)
{
	*w = (struct session_world){ .book = session_book_new(sessions, world_key), .ix = binding_index_new(bindings), .health = feed_health_new(), .now = WORLD_AT };
	struct feed_span heard = { WORLD_FEED, FEED_HEARD, FEED_REASON_NONE, WORLD_AT - 400 * DAY_US, WORLD_AT + 400 * DAY_US, WORLD_AT };
	BUG_ON(!w->book || !w->ix || !w->health || feed_span_normalise(&heard, NULL) != OK || feed_health_add(w->health, &heard) != OK);
}

static inline void session_world_end(struct session_world *w)
{
	session_book_free(w->book);
	binding_index_free(w->ix);
	feed_health_free(w->health);
	free(w->kept);
}

static inline void session_world_take(struct session_world *w, const struct accounting *e)
{
	struct session_sink sink = { .put = world_put, .name = world_name, .heard = w->heard, .note = world_note, .arg = w };
	struct why why = { 0 };
	w->now = e->received_at;
	if (session_take(w->book, WORLD_FEED, e, &sink, &why) != OK) {
		printf("# %s\n", why.text);
		w->refused++;
	}
}

static inline void session_world_ask(struct session_world *w, const struct addr *a, int32_t port, int64_t from_at, int64_t until_at, struct binding_grade *ret_grade)
{
	static const uint8_t feeds[] = { WORLD_FEED };
	static struct binding_holding found[WORLD_FOUND_MAX];
	struct binding_question q = { *a, port, from_at, until_at, TIME_MAX };
	unsigned n = 0;
	BUG_ON(binding_index_find(w->ix, &q, found, WORLD_FOUND_MAX, &n) != OK);
	binding_grade(&q, found, n, false, &(struct binding_feeds){ feeds, 1 }, w->health, ret_grade);
}

static inline uint32_t world_user(const struct binding_subject *s)
{
	return (uint32_t)s->octets[4] << 24 | (uint32_t)s->octets[5] << 16 | (uint32_t)s->octets[6] << 8 | s->octets[7];
}

#endif
