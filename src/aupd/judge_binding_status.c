/*
 * What bindings there are, what each feed was heard of and where it has holes, for a person. See judge_command.h.
 */
#include "aupd/judge_binding.h"
#include "aupd/judge_command.h"

enum { HOLES_MAX = 64, SHOWN_DAYS = 30, LATE_S = 60 /* hearing is recorded so often */ };

struct window {
	int64_t from_at, until_at;
};

/* The holes of a feed in a time, in no order; each cuts what is left to be asked about in two. */
static unsigned find_holes(const struct feed_health *h, uint8_t feed, int64_t from_at, int64_t until_at, struct feed_span out[HOLES_MAX])
{
	struct window left[HOLES_MAX + 1] = { { from_at, until_at } };
	unsigned n = 1, found = 0;
	while (n && found < HOLES_MAX) {
		struct window w = left[--n];
		struct feed_span hole;
		if (w.from_at > w.until_at || feed_health_whole(h, feed, w.from_at, w.until_at, TIME_MAX, &hole))
			continue;
		out[found++] = hole;
		if (n < HOLES_MAX)
			left[n++] = (struct window){ w.from_at, hole.from_at - SECOND_US };
		if (n < HOLES_MAX)
			left[n++] = (struct window){ hole.until_at, w.until_at };
	}
	for (unsigned i = 1; i < found; i++)
		for (unsigned k = i; k && out[k].from_at < out[k - 1].from_at; k--) {
			struct feed_span x = out[k];
			out[k] = out[k - 1];
			out[k - 1] = x;
		}
	return found;
}

static void put_feed(struct commanding *c, const struct bindings *b, uint8_t feed)
{
	struct feed_span holes[HOLES_MAX];
	int64_t now = c->j->fold.now, last = feed_health_last_at(b->health, feed);
	unsigned n = find_holes(b->health, feed, now - SHOWN_DAYS * DAY_US, now, holes);
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "name", str_of(bindings_feed_name(b, feed)));
	jsonw_int(c->w, "number", feed);
	jsonw_time(c->w, "heard", last);
	jsonw_array(c->w, "holes");
	for (unsigned i = 0; i < n; i++) {
		/* what is heard just now and not recorded yet */
		if (holes[i].reason == FEED_REASON_NONE && holes[i].from_at > now - LATE_S * SECOND_US - b->slack_us - SECOND_US)
			continue;
		jsonw_object(c->w, NULL);
		jsonw_time(c->w, "from", holes[i].from_at);
		jsonw_time(c->w, "until", holes[i].until_at);
		jsonw_str(c->w, "reason", str_of(feed_reason_words[holes[i].reason]));
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	jsonw_end(c->w, '}');
}

enum err cmd_bindings_status(struct commanding *c)
{
	const struct judge_bindings *b = c->j->bindings;
	uint32_t *days = NULL;
	unsigned count = 0;
	if (!b)
		return why_set(c->why, ERR_UNSUPPORTED, "no bindings are kept: the configuration names no feed in bindings { }");
	if (!b->store)
		return why_set(c->why, ERR_AGAIN, "the store of bindings has failed and is opened anew; try again");
	enum err e = binding_segment_days(b->dir_fd, work_arena(c->j->fold.work), &days, &count, c->why);
	if (e)
		return e;
	jsonw_int(c->w, "bindings", (int64_t)binding_index_count(b->view.index));
	jsonw_int(c->w, "capacity", (int64_t)c->j->role->share.bindings_capacity);
	jsonw_int(c->w, "bytes", (int64_t)binding_index_bytes(b->view.index));
	jsonw_int(c->w, "days", count);
	jsonw_time(c->w, "oldest", count ? days[0] * DAY_US : TIME_NONE);
	jsonw_time(c->w, "newest", count ? days[count - 1] * DAY_US : TIME_NONE);
	jsonw_int(c->w, "bad_records", (int64_t)b->report.bad_records);
	jsonw_int(c->w, "damaged_days", b->report.damaged_days);
	jsonw_int(c->w, "cut_records", b->report.cut.count);
	jsonw_array(c->w, "feeds");
	for (unsigned i = 0; i < b->view.feeds.count; i++)
		put_feed(c, &b->view, b->feeds[i]);
	jsonw_end(c->w, ']');
	return OK;
}
