/*
 * Writing binding segments. See binding_segment.h.
 */
#include "attribution/binding_segment.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"

enum { TAIL_BYTES_MAX = 1 << 20 };

struct binding_segment {
	int dir_fd, fd;
	uint32_t day, count;            /* count: records, those in the buffer included */
	struct buf tail;                /* appended and not written yet */
	bool dirty;                     /* written and not synced */
	enum err failed;
};

struct day_list {
	uint32_t *days;
	unsigned count, room;
};

static void note_day(void *arg, const char *name)
{
	struct day_list *l = arg;
	uint32_t day = binding_segment_day(name);
	if (day && l->count < l->room)
		l->days[l->count] = day;
	l->count += day != 0;
}

static int by_day(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

enum err binding_segment_days(int dir_fd, struct arena *a, uint32_t **ret_days, unsigned *ret_count, struct why *why)
{
	struct day_list l = { ARENA_ARRAY(a, uint32_t, BINDING_DAYS_MAX), 0, BINDING_DAYS_MAX };
	if (!l.days)
		return why_set(why, ERR_NOMEM, "no memory for the list of segments");
	enum err e = file_list(dir_fd, note_day, &l, why);
	if (e)
		return e;
	if (l.count > l.room)
		return why_set(why, ERR_LIMIT, "more than %d segments of bindings", BINDING_DAYS_MAX);
	qsort(l.days, l.count, sizeof(*l.days), by_day);
	*ret_days = l.days;
	*ret_count = l.count;
	return OK;
}

/* Behind the last good record of the newest file, whatever is bad before it. */
static enum err find_end(int dir_fd, uint32_t day, uint32_t *ret_count, struct binding_damage *ret_cut, struct why *why)
{
	struct binding_reader *r;
	struct binding_item item;
	struct binding_damage d;
	enum err e = binding_reader_open(dir_fd, day, &r, why);
	if (e)
		return e;
	while ((e = binding_reader_next(r, &item, &d, NULL)) == OK || e == ERR_CORRUPT)
		if (e == ERR_CORRUPT && binding_reader_torn(r))
			*ret_cut = d;
	*ret_count = binding_reader_count(r);
	binding_reader_close(r);
	return e == ERR_NOTFOUND ? OK : why_set(why, e, "cannot read the newest segment of bindings");
}

static enum err write_head(struct binding_segment *s, uint32_t previous_day, uint32_t previous_count, struct why *why)
{
	char head[BINDING_RECORD_LEN];
	struct binding_head h = { s->day, previous_day, previous_count };
	binding_head_encode(&h, head);
	enum err e = file_write_at(s->fd, 0, (struct str){ head, sizeof(head) }, why);
	if (e == OK)
		e = file_sync(s->fd, why);
	if (e == OK)
		e = file_sync_dir(s->dir_fd, why);
	return e;
}

static enum err recover(struct binding_segment *s, struct binding_damage *ret_cut, struct why *why)
{
	char name[BINDING_NAME_MAX];
	uint64_t size = 0, end;
	enum err e = find_end(s->dir_fd, s->day, &s->count, ret_cut, why);
	binding_segment_name(s->day, name);
	if (e == OK)
		e = file_open(s->dir_fd, name, O_RDWR, 0, &s->fd, why);
	if (e == OK)
		e = file_size(s->fd, &size, why);
	end = (uint64_t)(s->count + 1) * BINDING_RECORD_LEN;
	/* a crash between the making of a file and its head leaves less than a head: it is written anew */
	if (e == OK && size < BINDING_RECORD_LEN)
		e = write_head(s, 0, 0, why);
	else if (e == OK && size > end)
		e = file_truncate(s->fd, end, why);
	if (e == OK && size > end)
		e = file_sync(s->fd, why);
	return e;
}

enum err binding_segment_open(int dir_fd, struct binding_segment **ret_segment, struct binding_damage *ret_cut, struct why *why)
{
	struct binding_damage cut = { 0 };
	uint32_t *days;
	unsigned count = 0;
	struct arena *a = arena_new("segments", 1 << 20);
	struct binding_segment *s = calloc(1, sizeof(*s));
	enum err e = a && s ? binding_segment_days(dir_fd, a, &days, &count, why) : why_set(why, ERR_NOMEM, "no memory for the segments of bindings");
	if (s) {
		s->dir_fd = dir_fd;
		s->fd = -1;
		buf_init(&s->tail, TAIL_BYTES_MAX);
	}
	if (e == OK && count) {
		s->day = days[count - 1];
		e = recover(s, &cut, why);
	}
	arena_free(a);
	if (e) {
		binding_segment_close(s);
		return e;
	}
	*ret_segment = s;
	*ret_cut = cut;
	return OK;
}

void binding_segment_close(struct binding_segment *s)
{
	if (!s)
		return;
	file_close(s->fd);
	buf_done(&s->tail);
	free(s);
}

uint32_t binding_segment_current(const struct binding_segment *s)
{
	return s->day;
}

static enum err flush(struct binding_segment *s, struct why *why)
{
	if (!s->tail.len)
		return OK;
	uint64_t end = (uint64_t)(s->count + 1) * BINDING_RECORD_LEN;
	enum err e = file_write_at(s->fd, end - s->tail.len, buf_str(&s->tail), why);
	buf_clear(&s->tail);
	s->dirty = true;
	return e;
}

static enum err sync_all(struct binding_segment *s, struct why *why)
{
	enum err e = flush(s, why);
	if (e == OK && s->dirty)
		e = file_sync(s->fd, why);
	if (e == OK)
		s->dirty = false;
	return e;
}

static enum err begin_day(struct binding_segment *s, uint32_t day, struct why *why)
{
	char name[BINDING_NAME_MAX];
	uint32_t previous_day = s->day, previous_count = s->count;
	enum err e = s->day ? sync_all(s, why) : OK;
	if (e)
		return e;
	file_close(s->fd);
	s->fd = -1;
	binding_segment_name(day, name);
	e = file_open(s->dir_fd, name, O_RDWR | O_CREAT | O_EXCL, 0640, &s->fd, why);
	if (e)
		return e;
	s->day = day;
	s->count = 0;
	return write_head(s, previous_day, previous_count, why);
}

enum err binding_segment_turn(struct binding_segment *s, int64_t now, struct why *why)
{
	if (s->failed)
		return why_set(why, s->failed, "the segment of bindings has failed before");
	if (now < DAY_US || now / DAY_US > UINT16_MAX)
		return why_set(why, ERR_RANGE, "the clock lies outside 1970 to 2149");
	return (uint32_t)(now / DAY_US) > s->day ? (s->failed = begin_day(s, (uint32_t)(now / DAY_US), why)) : OK;
}

enum err binding_segment_append(struct binding_segment *s, const struct binding_item *item, int64_t now, struct why *why)
{
	char record[BINDING_RECORD_LEN];
	enum err e = binding_segment_turn(s, now, why);
	if (e == OK && s->count >= BINDING_SEGMENT_RECORDS_MAX)
		return why_set(why, ERR_LIMIT, "more than %d records of bindings in one day", BINDING_SEGMENT_RECORDS_MAX);
	if (e == OK && s->tail.len + sizeof(record) > TAIL_BYTES_MAX)
		e = s->failed = flush(s, why);
	if (e)
		return e;
	binding_record_encode(item, s->day, s->count + 1, record);
	buf_put(&s->tail, (struct str){ record, sizeof(record) });
	if (s->tail.err)
		return s->failed = why_set(why, s->tail.err, "no memory for records of bindings");
	s->count++;
	return OK;
}

enum err binding_segment_sync(struct binding_segment *s, struct why *why)
{
	if (s->failed)
		return why_set(why, s->failed, "the segment of bindings has failed before");
	return s->failed = sync_all(s, why);
}

enum err binding_segment_unlink(int dir_fd, uint32_t day, struct why *why)
{
	char name[BINDING_NAME_MAX];
	binding_segment_name(day, name);
	enum err e = file_unlink(dir_fd, name, why);
	if (e == ERR_NOTFOUND)
		e = OK;
	return e ? e : file_sync_dir(dir_fd, why);
}
