/*
 * Reading the spool. See reader.h. Writes nothing, so that it runs with read-only descriptors.
 */
#include "spool/reader.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "spool/record.h"

struct spool_reader {
	struct arena *own;
	int dir_fd, fd;                 /* fd: the segment in hand, -1 before the first */
	struct position at;             /* where the next record is looked for */
	struct position limit;
	bool limited, has_key;
	struct seal_key key;
	struct position bad_from, bad_to;
};

void spool_segment_name(uint64_t segment, char out[SPOOL_NAME_MAX])
{
	(void)snprintf(out, SPOOL_NAME_MAX, "%016" PRIx64 ".seg", segment);
}

void spool_key_name(uint64_t segment, char out[SPOOL_NAME_MAX])
{
	(void)snprintf(out, SPOOL_NAME_MAX, "%016" PRIx64 ".key", segment);
}

enum err spool_reader_open(int dir_fd, const struct position *from, struct spool_reader **ret_reader, struct why *why)
{
	struct arena *own = arena_new("spool-reader", 4096);
	struct spool_reader *r = own ? ARENA_NEW(own, struct spool_reader) : NULL;
	if (!r) {
		arena_free(own);
		return why_set(why, ERR_NOMEM, "no memory to read the spool");
	}
	r->own = own;
	r->dir_fd = dir_fd;
	r->fd = -1;
	r->at = *from;
	r->at.index = 0;
	*ret_reader = r;
	return OK;
}

static void close_segment(struct spool_reader *r)
{
	file_close(r->fd);
	secret_wipe(&r->key, sizeof(r->key));
	r->fd = -1;
	r->has_key = false;
}

void spool_reader_close(struct spool_reader *r)
{
	if (!r)
		return;
	close_segment(r);
	arena_free(r->own);
}

void spool_reader_limit(struct spool_reader *r, const struct position *limit)
{
	r->limit = *limit;
	r->limited = true;
}

struct search {
	uint64_t from, found;           /* the lowest number >= from */
};

static void search_name(void *arg, const char *name)
{
	struct search *s = arg;
	char again[SPOOL_NAME_MAX], *end;
	uint64_t v = strtoull(name, &end, 16);
	spool_segment_name(v, again); /* the same name again, or it is no segment's */
	if (strcmp(again, name) == 0 && v >= s->from && v < s->found)
		s->found = v;
}

/* The lowest segment at or above `from`; ERR_NOTFOUND when there is none. */
static enum err next_segment(int dir_fd, uint64_t from, uint64_t *ret_number, struct why *why)
{
	struct search s = { from, UINT64_MAX };
	enum err e = file_list(dir_fd, search_name, &s, why);
	if (e)
		return e;
	if (s.found == UINT64_MAX)
		return ERR_NOTFOUND;
	*ret_number = s.found;
	return OK;
}

static enum err load_key(int dir_fd, uint64_t number, struct seal_key *ret_key)
{
	char name[SPOOL_NAME_MAX];
	int fd;
	spool_key_name(number, name);
	enum err e = file_open(dir_fd, name, O_RDONLY, 0, &fd, NULL);
	if (e)
		return e;
	e = key_read(fd, ret_key);
	file_close(fd);
	return e;
}

static enum err enter_segment(struct spool_reader *r, struct why *why)
{
	char name[SPOOL_NAME_MAX];
	uint64_t number;
	enum err e = next_segment(r->dir_fd, r->at.segment, &number, why);
	if (e)
		return e;
	spool_segment_name(number, name);
	e = file_open(r->dir_fd, name, O_RDONLY, 0, &r->fd, why);
	if (e)
		return e;
	if (number != r->at.segment)
		r->at = (struct position){ number, 0, 0 };
	if (r->at.offset < SEGMENT_HEAD_LEN)
		r->at.offset = SEGMENT_HEAD_LEN;
	r->has_key = load_key(r->dir_fd, number, &r->key) == OK;
	return OK;
}

static enum err report_bad(struct spool_reader *r, uint64_t to, struct why *why)
{
	char from_text[POSITION_TEXT_MAX];
	r->bad_from = r->at;
	r->at.offset = to;
	r->bad_to = r->at;
	position_print(&r->bad_from, from_text);
	return why_set(why, ERR_CORRUPT, "the spool is damaged at %s: %" PRIu64 " bytes are no record", from_text, to - r->bad_from.offset);
}

/* The record at r->at, or how the segment goes on from there. ERR_NOTFOUND: no more in this segment now. */
static enum err find_here(struct spool_reader *r, uint64_t size, bool is_last, struct record_head *ret_head, struct why *why)
{
	struct record_head h;
	enum err e = record_head_at(r->fd, size, r->at.segment, r->at.offset, &h);
	if (e == OK)
		e = record_check_body(r->fd, &h);
	if (e == OK) {
		*ret_head = h;
		return OK;
	}
	if (e != ERR_CORRUPT && e != ERR_NOTFOUND)
		return why_set(why, e, "cannot read the spool");
	e = r->at.offset < size ? record_find(r->fd, size, r->at.segment, r->at.offset + 1, &h) : ERR_NOTFOUND;
	if (e == OK)
		return report_bad(r, h.at.offset, why);
	if (e == ERR_NOTFOUND && !is_last && r->at.offset < size)
		return report_bad(r, size, why);
	return e;
}

static enum err give(struct spool_reader *r, const struct record_head *h, struct arena *a, struct spool_record *ret_record, struct why *why)
{
	struct spool_record out = { .at = h->at, .next = { h->at.segment, h->at.offset + record_len(h), 0 }, .item_class = h->item_class, .source = h->source,
		.received_at = h->received_at, .digest = h->digest };
	enum err e = r->has_key ? record_body(r->fd, h, &r->key, a, &out.meta, &out.payload) : ERR_CORRUPT;
	if (e == ERR_CORRUPT)
		return report_bad(r, out.next.offset, why);
	if (e)
		return why_set(why, e, "cannot read a record of the spool");
	r->at = out.next;
	*ret_record = out;
	return OK;
}

/* As find_here, with the bytes that are there at this moment. */
static enum err find_now(struct spool_reader *r, bool is_last, struct record_head *ret_head, struct why *why)
{
	uint64_t size = 0;
	enum err e = file_size(r->fd, &size, why);
	if (e)
		return e;
	if (r->limited && r->limit.segment == r->at.segment && r->limit.offset < size)
		size = r->limit.offset;
	return find_here(r, size, is_last, ret_head, why);
}

enum err spool_reader_next(struct spool_reader *r, struct arena *a, struct spool_record *ret_record, struct why *why)
{
	for (;;) {
		struct record_head h;
		uint64_t later;
		enum err e = r->fd < 0 ? enter_segment(r, why) : OK;
		if (e)
			return e;
		if (r->limited && position_cmp(&r->at, &r->limit) >= 0)
			return ERR_NOTFOUND;
		/* a segment below that of the limit has been closed */
		e = find_now(r, !(r->limited && r->limit.segment > r->at.segment), &h, why);
		if (e == ERR_NOTFOUND) {
			e = next_segment(r->dir_fd, r->at.segment + 1, &later, why);
			/* looked at again: the writer ends a segment before it begins the next */
			if (e == OK)
				e = find_now(r, false, &h, why);
			else
				return e;
		}
		if (e == OK)
			return give(r, &h, a, ret_record, why);
		if (e != ERR_NOTFOUND)
			return e;
		close_segment(r);
		r->at = (struct position){ later, 0, 0 };
	}
}

void spool_reader_bad(const struct spool_reader *r, struct position *ret_from, struct position *ret_to)
{
	*ret_from = r->bad_from;
	*ret_to = r->bad_to;
}

enum err spool_read_fds(int segment_fd, int key_fd, const struct position *at, struct arena *a, struct spool_record *ret_record, struct why *why)
{
	struct spool_reader r = { .fd = segment_fd, .at = { at->segment, at->offset, 0 }, .has_key = true };
	struct record_head h;
	uint64_t size = 0;
	char text[POSITION_TEXT_MAX];
	position_print(at, text);
	enum err e = key_read(key_fd, &r.key);
	if (e)
		return why_set(why, e, "the key of the spool segment of %s is not to be had", text);
	e = file_size(segment_fd, &size, why);
	if (e == OK)
		e = record_head_at(segment_fd, size, at->segment, at->offset, &h);
	if (e == OK)
		e = give(&r, &h, a, ret_record, why);
	else
		e = why_set(why, e, "there is no record at %s", text);
	secret_wipe(&r.key, sizeof(r.key));
	return e;
}

enum err spool_read(int dir_fd, const struct position *at, struct arena *a, struct spool_record *ret_record, struct why *why)
{
	char name[SPOOL_NAME_MAX];
	int segment_fd, key_fd;
	spool_segment_name(at->segment, name);
	enum err e = file_open(dir_fd, name, O_RDONLY, 0, &segment_fd, why);
	if (e)
		return e;
	spool_key_name(at->segment, name);
	e = file_open(dir_fd, name, O_RDONLY, 0, &key_fd, why);
	if (e == OK) {
		e = spool_read_fds(segment_fd, key_fd, at, a, ret_record, why);
		file_close(key_fd);
	}
	file_close(segment_fd);
	return e;
}
