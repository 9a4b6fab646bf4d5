/*
 * Segment files of sealed bytes. See chest.h.
 */
#include "evidence/chest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"

#define MAGIC STR("aupc")
#define WIPED STR("aupx")

enum { HEAD_LEN = 8, ZEROS_LEN = 4096, NAME_MAX_BYTES = CHEST_PREFIX_MAX + 16 };

struct chest {
	int dir_fd, fd;                 /* fd: the segment that is written */
	char prefix[CHEST_PREFIX_MAX + 1];
	enum chest_mode mode;
	uint64_t segment_bytes, size, named; /* named: the bytes of this segment that a commit may name */
	uint32_t segment;
	bool unsynced, broken;
};

static void name_of(const struct chest *c, uint32_t segment, char out[NAME_MAX_BYTES])
{
	(void)snprintf(out, NAME_MAX_BYTES, "%s-%08lx", c->prefix, (unsigned long)segment);
}

static void take_name(void *arg, const char *name)
{
	struct chest *c = arg;
	struct str rest = str_of(name), prefix = str_of(c->prefix);
	uint32_t n = 0;
	if (!str_starts(rest, prefix) || rest.len != prefix.len + 9 || rest.ptr[prefix.len] != '-')
		return;
	for (size_t i = prefix.len + 1; i < rest.len; i++) {
		char ch = rest.ptr[i];
		int digit = ch >= '0' && ch <= '9' ? ch - '0' : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
		if (digit < 0)
			return;
		n = n << 4 | (uint32_t)digit;
	}
	if (n > c->segment)
		c->segment = n;
}

static enum err open_segment(struct chest *c, uint32_t segment, struct why *why)
{
	char name[NAME_MAX_BYTES];
	int fd = -1;
	uint64_t size = 0;
	name_of(c, segment, name);
	enum err e = file_open(c->dir_fd, name, O_RDWR | O_CREAT, 0600, &fd, why);
	if (e == OK)
		e = file_size(fd, &size, why);
	if (e == OK)
		e = file_sync_dir(c->dir_fd, why);
	if (e) {
		file_close(fd);
		return e;
	}
	file_close(c->fd);
	c->fd = fd;
	c->segment = segment;
	c->size = c->named = size;
	return OK;
}

enum err chest_open(int dir_fd, const char *prefix, enum chest_mode mode, uint64_t segment_bytes, struct chest **ret_chest, struct why *why)
{
	struct chest *c = calloc(1, sizeof(*c));
	if (!c)
		return why_set(why, ERR_NOMEM, "no memory for evidence segments");
	BUG_ON(strlen(prefix) > CHEST_PREFIX_MAX);
	memcpy(c->prefix, prefix, strlen(prefix));
	c->dir_fd = dir_fd;
	c->fd = -1;
	c->mode = mode;
	c->segment_bytes = segment_bytes ? segment_bytes : CHEST_SEGMENT_BYTES;
	enum err e = file_list(dir_fd, take_name, c, why);
	if (e == OK && mode == CHEST_WRITE)
		e = open_segment(c, c->segment ? c->segment : 1, why);
	if (e) {
		chest_close(c);
		return e;
	}
	*ret_chest = c;
	return OK;
}

void chest_close(struct chest *c)
{
	if (!c)
		return;
	file_close(c->fd);
	free(c);
}

enum err chest_sync(struct chest *c, struct why *why)
{
	if (c->broken)
		return why_set(why, ERR_IO, "evidence could not be synced before");
	if (!c->unsynced)
		return OK;
	enum err e = file_sync(c->fd, why);
	/* what the system dropped after a failed sync cannot be told: a second sync proves nothing */
	if (e)
		c->broken = true;
	else
		c->unsynced = false;
	return e;
}

void chest_named(struct chest *c)
{
	c->named = c->size;
}

enum err chest_rewind(struct chest *c, struct why *why)
{
	enum err e = c->size > c->named || c->unsynced || c->broken ? file_truncate(c->fd, c->named, why) : OK;
	if (e == OK) {
		c->size = c->named;
		c->unsynced = c->broken = false;
	}
	return e;
}

static enum err roll(struct chest *c, struct why *why)
{
	enum err e = chest_sync(c, why);
	return e ? e : open_segment(c, c->segment + 1, why);
}

enum err chest_append(struct chest *c, struct str body, struct chest_place *ret_place, struct why *why)
{
	struct buf b;
	if (c->mode != CHEST_WRITE)
		return why_set(why, ERR_DENIED, "evidence segments are open for reading only");
	if (c->broken)
		return why_set(why, ERR_IO, "evidence could not be synced before");
	if (body.len > CHEST_BODY_MAX)
		return why_set(why, ERR_LIMIT, "evidence of more than %d octets", CHEST_BODY_MAX);
	enum err e = c->size >= c->segment_bytes ? roll(c, why) : OK;
	if (e)
		return e;
	buf_init(&b, (size_t)CHEST_BODY_MAX + HEAD_LEN + 4);
	buf_put(&b, MAGIC);
	buf_u32(&b, (uint32_t)body.len);
	buf_put(&b, body);
	buf_u32(&b, crc32c(0, buf_str(&b)));
	/* a write that fails may have left a part of it */
	c->unsynced = true;
	e = b.err ? why_set(why, b.err, "no memory for evidence") : file_write_at(c->fd, c->size, buf_str(&b), why);
	if (e == OK) {
		*ret_place = (struct chest_place){ c->segment, c->size };
		c->size += b.len;
	}
	buf_done(&b);
	return e;
}

static enum err read_record(int fd, struct arena *a, struct chest_place at, struct str *ret_body, struct why *why)
{
	char head[HEAD_LEN];
	struct reader r;
	size_t got = 0;
	enum err e = file_read_at(fd, at.offset, head, sizeof(head), &got, why);
	if (e)
		return e;
	reader_init(&r, (struct str){ head, got });
	struct str magic = reader_take(&r, MAGIC.len);
	size_t len = reader_u32(&r);
	if (!r.err && str_eq(magic, WIPED))
		return why_set(why, ERR_NOTFOUND, "this evidence was erased");
	if (r.err || !str_eq(magic, MAGIC) || len > CHEST_BODY_MAX)
		return why_set(why, ERR_CORRUPT, "no evidence stands at octet %llu of segment %u", (unsigned long long)at.offset, at.segment);
	char *whole = arena_alloc(a, HEAD_LEN + len + 4);
	if (!whole)
		return why_set(why, ERR_NOMEM, "no memory for evidence");
	e = file_read_at(fd, at.offset, whole, HEAD_LEN + len + 4, &got, why);
	if (e)
		return e;
	reader_init(&r, str_sub((struct str){ whole, got }, HEAD_LEN + len, 4));
	uint32_t crc = reader_u32(&r);
	if (r.err || crc != crc32c(0, (struct str){ whole, HEAD_LEN + len }))
		return why_set(why, ERR_CORRUPT, "the evidence at octet %llu of segment %u is damaged", (unsigned long long)at.offset, at.segment);
	*ret_body = (struct str){ whole + HEAD_LEN, len };
	return OK;
}

enum err chest_read(struct chest *c, struct arena *a, struct chest_place at, struct str *ret_body, struct why *why)
{
	char name[NAME_MAX_BYTES];
	int fd = -1;
	name_of(c, at.segment, name);
	enum err e = file_open(c->dir_fd, name, O_RDONLY, 0, &fd, why);
	if (e == OK)
		e = read_record(fd, a, at, ret_body, why);
	file_close(fd);
	return e;
}

/* The mark first: what is half overwritten says so. */
static enum err wipe(int fd, struct chest_place at, struct why *why)
{
	static const char zeros[ZEROS_LEN];
	char head[HEAD_LEN];
	struct reader r;
	size_t got = 0;
	enum err e = file_read_at(fd, at.offset, head, sizeof(head), &got, why);
	if (e)
		return e;
	reader_init(&r, (struct str){ head, got });
	struct str magic = reader_take(&r, MAGIC.len);
	size_t left = (size_t)reader_u32(&r) + 4;
	if (r.err || !(str_eq(magic, MAGIC) || str_eq(magic, WIPED)) || left > CHEST_BODY_MAX)
		return why_set(why, ERR_CORRUPT, "no evidence stands at octet %llu of segment %u", (unsigned long long)at.offset, at.segment);
	e = file_write_at(fd, at.offset, WIPED, why);
	for (uint64_t to = at.offset + HEAD_LEN; e == OK && left;) {
		size_t n = left < ZEROS_LEN ? left : ZEROS_LEN;
		e = file_write_at(fd, to, (struct str){ zeros, n }, why);
		to += n;
		left -= n;
	}
	return e ? e : file_sync(fd, why);
}

enum err chest_wipe(struct chest *c, struct chest_place at, struct why *why)
{
	char name[NAME_MAX_BYTES];
	int fd = -1;
	name_of(c, at.segment, name);
	enum err e = file_open(c->dir_fd, name, O_RDWR, 0, &fd, why);
	if (e == OK)
		e = wipe(fd, at, why);
	file_close(fd);
	return e == ERR_NOTFOUND ? OK : e;
}
