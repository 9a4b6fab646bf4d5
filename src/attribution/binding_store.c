/*
 * The binding store. See binding_store.h.
 */
#include "attribution/binding_store.h"

#include <stdlib.h>

#include "attribution/binding_batch.h"
#include "attribution/binding_recall.h"
#include "base/arena.h"

enum { DAMAGES_MAX = 1024 };

struct binding_store {
	int dir_fd;
	int64_t retention_us;
	struct binding_segment *segment;
	struct binding_index *index;
	struct feed_health *health;
	enum err failed;                /* memory is ahead of the disk: sticky */
};

void binding_store_close(struct binding_store *s)
{
	if (!s)
		return;
	binding_segment_close(s->segment);
	binding_index_free(s->index);
	feed_health_free(s->health);
	free(s);
}

struct binding_index *binding_store_index(struct binding_store *s)
{
	return s->index;
}

const struct feed_health *binding_store_health(const struct binding_store *s)
{
	return s->health;
}

static enum err remember(struct binding_store *s, const struct binding_item *item, struct why *why)
{
	if (!item->is_span)
		return binding_index_add(s->index, &item->binding, why);
	enum err e = feed_health_add(s->health, &item->span);
	return e ? why_set(why, e, "no room for what feeds were heard of") : OK;
}

enum err binding_store_put(struct binding_store *s, const struct binding_item *item, int64_t now, struct why *why)
{
	if (s->failed)
		return why_set(why, s->failed, "the binding store has failed before");
	enum err e = remember(s, item, why);
	return e ? e : (s->failed = binding_segment_append(s->segment, item, now, why));
}

enum err binding_store_sync(struct binding_store *s, struct why *why)
{
	return s->failed ? why_set(why, s->failed, "the binding store has failed before") : binding_segment_sync(s->segment, why);
}

/* What a load found, until it can be recorded. */
struct damages {
	struct binding_damage list[DAMAGES_MAX];
	unsigned count;
	struct binding_store_report *report;
	struct binding_batch *batch;
};

/* Beyond the bound the last one grows, so that no time in doubt is left out. */
static void note(struct damages *d, const struct binding_damage *damage)
{
	d->report->bad_records += damage->count;
	if (d->count < DAMAGES_MAX) {
		d->list[d->count++] = *damage;
		return;
	}
	struct binding_damage *last = &d->list[DAMAGES_MAX - 1];
	last->from_at = damage->from_at < last->from_at ? damage->from_at : last->from_at;
	last->until_at = damage->until_at > last->until_at ? damage->until_at : last->until_at;
}

/* The file before this one, as this one's head knew it when it was begun: is it there, and is it whole? */
static void check_previous(struct damages *d, const struct binding_head *head, uint32_t day_before, uint32_t count_before)
{
	if (!head->previous_day || !day_before)
		return;
	uint32_t there = day_before == head->previous_day ? count_before : 0;
	if (there >= head->previous_count && day_before == head->previous_day)
		return;
	struct binding_damage lost = { head->previous_day, there + 1, head->previous_count - there, head->previous_day * DAY_US, head->day * DAY_US };
	note(d, &lost);
}

static enum err load_day(struct binding_store *s, uint32_t day, uint32_t *day_before, uint32_t *count_before, struct damages *d, struct why *why)
{
	struct binding_reader *r;
	struct binding_item item;
	struct binding_damage damage;
	unsigned was = d->count;
	enum err e = binding_reader_open(s->dir_fd, day, &r, why);
	if (e)
		return e;
	check_previous(d, binding_reader_head(r), *day_before, *count_before);
	while ((e = binding_reader_next(r, &item, &damage, why)) == OK || e == ERR_CORRUPT) {
		if (e == ERR_CORRUPT) {
			note(d, &damage);
			continue;
		}
		e = item.is_span ? remember(s, &item, why) : binding_batch_add(d->batch, &item.binding, why);
		if (e)
			break;
		d->report->records++;
	}
	*day_before = day;
	*count_before = binding_reader_count(r);
	binding_reader_close(r);
	d->report->days++;
	d->report->damaged_days += d->count > was;
	return e == ERR_NOTFOUND ? OK : e;
}

/* Each damage becomes a hole in all feeds, once: the next load finds the damage and the hole. */
static enum err record_damages(struct binding_store *s, const struct damages *d, int64_t now, struct why *why)
{
	enum err e = OK;
	bool any = false;
	for (unsigned i = 0; i < d->count && e == OK; i++) {
		struct binding_item item = { .is_span = true,
			.span = { FEED_ALL, FEED_HOLE, FEED_RECORDS_LOST, d->list[i].from_at, d->list[i].until_at, now } };
		if (item.span.until_at > now && item.span.from_at < now)
			item.span.until_at = now;
		/* a head holds no facts */
		if (!d->list[i].count)
			continue;
		e = feed_span_normalise(&item.span, why);
		if (e || feed_health_has(s->health, &item.span))
			continue;
		e = binding_store_put(s, &item, now, why);
		any = true;
	}
	return e == OK && any ? binding_store_sync(s, why) : e;
}

static enum err load(struct binding_store *s, struct arena *a, struct damages *d, struct why *why)
{
	uint32_t *days, day_before = 0, count_before = 0;
	unsigned count = 0;
	enum err e = binding_segment_days(s->dir_fd, a, &days, &count, why);
	for (unsigned i = 0; i < count && e == OK; i++)
		e = load_day(s, days[i], &day_before, &count_before, d, why);
	return e ? e : binding_batch_flush(d->batch, why);
}

/* The watch is shown them meanwhile: neither waits for the other. */
static enum err load_all(struct binding_store *s, struct arena *a, struct damages *d, const struct binding_store_watch *watch, int64_t now, struct why *why)
{
	struct binding_recall *recall = NULL;
	struct why other = { .line = 0 };
	enum err e = watch ? binding_recall_start(s->dir_fd, watch, &recall, why) : OK;
	if (e == OK)
		e = load(s, a, d, why);
	enum err shown = binding_recall_end(recall, e == OK ? why : &other);
	if (e == OK)
		e = shown;
	if (e == OK && d->report->cut.count)
		note(d, &d->report->cut);
	if (e == OK)
		e = s->retention_us ? binding_index_purge(s->index, now - s->retention_us) : binding_index_settle(s->index);
	if (e == OK && s->retention_us)
		feed_health_purge(s->health, now - s->retention_us);
	return e ? e : record_damages(s, d, now, why);
}

enum err binding_store_open(int dir_fd, size_t capacity, int64_t retention_us, int64_t now, const struct binding_store_watch *watch, struct binding_store **ret_store,
	struct binding_store_report *ret_report, struct why *why)
{
	struct binding_store_report report = { 0 };
	struct binding_store *s = calloc(1, sizeof(*s));
	struct arena *a = arena_new("binding store", 1 << 20);
	struct damages *d = a ? ARENA_NEW(a, struct damages) : NULL;
	if (!s || !d) {
		free(s);
		arena_free(a);
		return why_set(why, ERR_NOMEM, "no memory for the binding store");
	}
	d->report = &report;
	s->dir_fd = dir_fd;
	s->retention_us = retention_us;
	s->index = binding_index_new(capacity);
	s->health = feed_health_new();
	d->batch = s->index ? binding_batch_new(s->index) : NULL;
	enum err e = d->batch && s->health ? binding_segment_open(dir_fd, &s->segment, &report.cut, why) : why_set(why, ERR_NOMEM, "no memory for the binding store");
	if (e == OK)
		e = load_all(s, a, d, watch, now, why);
	binding_batch_free(d->batch);
	arena_free(a);
	if (e) {
		binding_store_close(s);
		return e;
	}
	*ret_store = s;
	*ret_report = report;
	return OK;
}

/* Does it still say something of the time after the cut? The index has been purged to the same cut and knows. */
static bool still_holds(struct binding_store *s, const struct binding_item *item, int64_t cut_at)
{
	return item->is_span ? item->span.until_at > cut_at : binding_index_has(s->index, &item->binding);
}

static enum err carry(struct binding_store *s, uint32_t day, int64_t cut_at, int64_t now, uint64_t *carried, struct why *why)
{
	struct binding_reader *r;
	struct binding_item item;
	struct binding_damage damage;
	enum err e = binding_reader_open(s->dir_fd, day, &r, why);
	if (e)
		return e;
	/* what cannot be read was told when the store was opened; it goes with its day */
	while ((e = binding_reader_next(r, &item, &damage, NULL)) == OK || e == ERR_CORRUPT) {
		if (e == ERR_CORRUPT || !still_holds(s, &item, cut_at))
			continue;
		e = binding_segment_append(s->segment, &item, now, why);
		if (e)
			break;
		++*carried;
	}
	binding_reader_close(r);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err purge_days(struct binding_store *s, struct arena *a, int64_t cut_at, int64_t now, unsigned *gone, uint64_t *carried, struct why *why)
{
	uint32_t *days;
	unsigned count = 0;
	enum err e = binding_segment_days(s->dir_fd, a, &days, &count, why);
	for (unsigned i = 0; e == OK && i < count && (days[i] + INT64_C(1)) * DAY_US <= cut_at; i++) {
		/* the writer leaves an old file that nothing followed, so that it can go too */
		e = binding_segment_turn(s->segment, now, why);
		if (e == OK)
			e = carry(s, days[i], cut_at, now, carried, why);
		if (e == OK)
			e = binding_segment_sync(s->segment, why);
		if (e == OK)
			e = binding_segment_unlink(s->dir_fd, days[i], why);
		*gone += e == OK;
	}
	return e;
}

enum err binding_store_purge(struct binding_store *s, int64_t now, unsigned *ret_days, uint64_t *ret_carried, struct why *why)
{
	unsigned gone = 0;
	uint64_t carried = 0;
	int64_t cut_at = now - s->retention_us;
	struct arena *a = arena_new("purge", 1 << 20);
	enum err e = a ? OK : why_set(why, ERR_NOMEM, "no memory for a purge");
	if (e == OK && s->retention_us)
		e = binding_index_purge(s->index, cut_at);
	if (e == OK && s->retention_us) {
		feed_health_purge(s->health, cut_at);
		e = purge_days(s, a, cut_at, now, &gone, &carried, why);
	}
	arena_free(a);
	if (e == OK) {
		*ret_days = gone;
		*ret_carried = carried;
	}
	return e;
}
