/*
 * Reading a binding segment. See binding_segment.h. A file may grow while it is read: its size is taken once, at opening.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "attribution/binding_segment.h"
#include "base/file.h"

enum { WINDOW_RECORDS = 1024 };

struct binding_reader {
	int fd;
	uint32_t day;
	uint64_t size;
	struct binding_head head;
	bool head_bad, torn;
	uint32_t number;                /* of the next record */
	uint32_t good;                  /* number of the last good one */
	uint32_t in_window, window_first;
	bool pending;                   /* next is a good item behind a run of bad ones that was told */
	struct binding_item next, last;
	char window[WINDOW_RECORDS * BINDING_RECORD_LEN];
};

enum err binding_reader_open(int dir_fd, uint32_t day, struct binding_reader **ret_reader, struct why *why)
{
	char name[BINDING_NAME_MAX], head[BINDING_RECORD_LEN];
	size_t len = 0;
	struct binding_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return why_set(why, ERR_NOMEM, "no memory for a reader of bindings");
	binding_segment_name(day, name);
	*r = (struct binding_reader){ .fd = -1, .day = day, .number = 1 };
	enum err e = file_open(dir_fd, name, O_RDONLY, 0, &r->fd, why);
	if (e == OK)
		e = file_size(r->fd, &r->size, why);
	if (e == OK && r->size > (uint64_t)(BINDING_SEGMENT_RECORDS_MAX + 1) * BINDING_RECORD_LEN)
		e = why_set(why, ERR_LIMIT, "%s has more than %d records", name, BINDING_SEGMENT_RECORDS_MAX);
	if (e == OK)
		e = file_read_at(r->fd, 0, head, sizeof(head), &len, why);
	if (e) {
		binding_reader_close(r);
		return e;
	}
	r->head_bad = len < sizeof(head) || binding_head_decode(head, day, &r->head) != OK;
	*ret_reader = r;
	return OK;
}

void binding_reader_close(struct binding_reader *r)
{
	if (!r)
		return;
	file_close(r->fd);
	free(r);
}

const struct binding_head *binding_reader_head(const struct binding_reader *r)
{
	return &r->head;
}

bool binding_reader_torn(const struct binding_reader *r)
{
	return r->torn;
}

uint32_t binding_reader_count(const struct binding_reader *r)
{
	return r->good;
}

/* The octets of the next record; NULL at the end, also when only a part of one is left. */
static enum err next_record(struct binding_reader *r, const char **ret_record, struct why *why)
{
	uint64_t offset = (uint64_t)r->number * BINDING_RECORD_LEN;
	*ret_record = NULL;
	if (offset + BINDING_RECORD_LEN > r->size)
		return OK;
	if (r->number - r->window_first >= r->in_window) {
		size_t len;
		enum err e = file_read_at(r->fd, offset, r->window, sizeof(r->window), &len, why);
		if (e)
			return e;
		r->window_first = r->number;
		r->in_window = (uint32_t)(len / BINDING_RECORD_LEN);
		if (!r->in_window)
			return why_set(why, ERR_IO, "a segment of bindings became shorter while it was read");
	}
	*ret_record = r->window + (size_t)(r->number - r->window_first) * BINDING_RECORD_LEN;
	return OK;
}

static int64_t begins_at(const struct binding_item *item)
{
	return item->is_span ? item->span.from_at : item->binding.start_at;
}

static int64_t recorded_at(const struct binding_item *item)
{
	return item->is_span ? item->span.recorded_at : item->binding.recorded_at;
}

static void set_doubt(const struct binding_reader *r, const struct binding_item *before, const struct binding_item *after, struct binding_damage *d)
{
	const int64_t day_at = r->day * DAY_US;
	d->from_at = before && !after ? recorded_at(before) : day_at;
	d->until_at = after ? recorded_at(after) : day_at + DAY_US;
	if (after && begins_at(after) < d->from_at)
		d->from_at = begins_at(after);
	if (before && after && begins_at(before) < d->from_at)
		d->from_at = begins_at(before);
	if (before && after && recorded_at(before) > d->until_at)
		d->until_at = recorded_at(before);
	if (d->until_at <= d->from_at)
		d->until_at = d->from_at + SECOND_US;
}

/* Over records that are bad, from number on, to the next good one, which is kept for the next call. */
static enum err skip_bad(struct binding_reader *r, struct binding_damage *ret_damage, struct why *why)
{
	struct binding_damage d = { .day = r->day, .first = r->number - 1 };
	const char *record;
	enum err e;
	while ((e = next_record(r, &record, why)) == OK && record) {
		r->number++;
		if (binding_record_decode(record, r->day, r->number - 1, &r->next) == OK) {
			r->pending = true;
			break;
		}
	}
	if (e)
		return e;
	r->torn = !r->pending;
	d.count = r->number - d.first - r->pending + (r->torn && r->size % BINDING_RECORD_LEN != 0);
	set_doubt(r, r->good ? &r->last : NULL, r->pending ? &r->next : NULL, &d);
	*ret_damage = d;
	if (r->torn)
		r->size = 0;
	return why_set(why, ERR_CORRUPT, "%u records from number %u on cannot be read", d.count, d.first);
}

enum err binding_reader_next(struct binding_reader *r, struct binding_item *ret_item, struct binding_damage *ret_damage, struct why *why)
{
	const char *record;
	if (r->head_bad) {
		r->head_bad = false;
		*ret_damage = (struct binding_damage){ .day = r->day, .from_at = r->day * DAY_US, .until_at = r->day * DAY_US };
		return why_set(why, ERR_CORRUPT, "the head of a segment cannot be read");
	}
	if (!r->pending) {
		enum err e = next_record(r, &record, why);
		if (e)
			return e;
		bool part = !record && r->size > (uint64_t)r->number * BINDING_RECORD_LEN;
		if (!record && !part)
			return ERR_NOTFOUND;
		r->number += !part;
		if (part) {
			*ret_damage = (struct binding_damage){ .day = r->day, .first = r->number, .count = 1 };
			set_doubt(r, r->good ? &r->last : NULL, NULL, ret_damage);
			r->torn = true;
			r->size = 0;
			return why_set(why, ERR_CORRUPT, "a part of a record at the end");
		}
		if (binding_record_decode(record, r->day, r->number - 1, &r->next) != OK)
			return skip_bad(r, ret_damage, why);
	}
	r->pending = false;
	r->good = r->number - 1;
	r->last = r->next;
	*ret_item = r->next;
	return OK;
}
