/*
 * The spool: put, group sync, pressure, trimming. See spool.h.
 *
 * Memory is bounded: one item being sealed (twice its length), the unwritten tail (1 MB), SPOOL_PENDING_MAX callbacks. What
 * hostile input can do is fill the disk bound: then the lowest class is refused first and complaints last.
 */
#include "spool/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "base/point.h"
#include "spool/mark.h"
#include "spool/reader.h"
#include "spool/record.h"
#include "spool/segment.h"

enum { SEGMENTS_MAX = 1 << 20, SCRATCH_MAX = ITEM_PAYLOAD_MAX + ITEM_META_MAX + (4 << 20), RECOVER_LAST = 2 };

static const uint8_t shed_default[ITEM_CLASS_COUNT] = { 50, 65, 80, 100 };

struct known {
	uint64_t number, bytes;
};

struct pending {
	sink_done_fn *done;
	void *arg;
	struct position at;
};

struct spool {
	struct arena *own, *scratch;
	int dir_fd;
	struct spool_limits limits;
	struct spool_stats stats;
	struct segment current;
	uint64_t last;                  /* highest number ever given */
	struct buf known;               /* of struct known, ascending; the current segment is the last one */
	struct buf pending, telling;    /* of struct pending; the second one is being told */
	bool closing;
};

static struct known *known_at(const struct spool *s, size_t i)
{
	return (struct known *)(void *)s->known.ptr + i;
}

static size_t known_count(const struct spool *s)
{
	return s->known.len / sizeof(struct known);
}

static enum err known_put(struct spool *s, uint64_t number, uint64_t bytes)
{
	struct known k = { number, bytes };
	buf_put(&s->known, (struct str){ (const char *)&k, sizeof(k) });
	s->stats.used_bytes += s->known.err ? 0 : bytes;
	return s->known.err;
}

/* --- opening --- */

struct listing {
	struct buf segments, keys;      /* of uint64_t */
};

static bool parse_name(const char *name, const char *ending, uint64_t *ret_number)
{
	uint64_t v = 0;
	if (strlen(name) != 20 || strcmp(name + 16, ending) != 0)
		return false;
	for (unsigned i = 0; i < 16; i++) {
		const char *digits = "0123456789abcdef", *d = memchr(digits, name[i], 16);
		if (!d)
			return false;
		v = v << 4 | (uint64_t)(d - digits);
	}
	*ret_number = v;
	return true;
}

static void list_name(void *arg, const char *name)
{
	struct listing *l = arg;
	uint64_t number;
	if (parse_name(name, ".seg", &number))
		buf_put(&l->segments, (struct str){ (const char *)&number, sizeof(number) });
	else if (parse_name(name, ".key", &number))
		buf_put(&l->keys, (struct str){ (const char *)&number, sizeof(number) });
}

static int number_cmp(const void *a, const void *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static bool key_is_destroyed(int dir_fd, uint64_t number)
{
	char name[SPOOL_NAME_MAX];
	struct seal_key key;
	int fd;
	spool_key_name(number, name);
	if (file_open(dir_fd, name, O_RDONLY, 0, &fd, NULL))
		return false;
	enum err e = key_read(fd, &key);
	file_close(fd);
	secret_wipe(&key, sizeof(key));
	return e == ERR_NOTFOUND;
}

static enum err adopt(struct spool *s, uint64_t number, bool recover, struct why *why)
{
	char name[SPOOL_NAME_MAX];
	uint64_t bytes = 0, cut = 0;
	enum err e;
	if (key_is_destroyed(s->dir_fd, number))
		return segment_destroy(s->dir_fd, number, why);
	if (recover) {
		e = segment_recover(s->dir_fd, number, &bytes, &cut, why);
		s->stats.cut_bytes += e == OK ? cut : 0;
	} else {
		int fd;
		spool_segment_name(number, name);
		e = file_open(s->dir_fd, name, O_RDONLY, 0, &fd, why);
		if (e)
			return e;
		e = file_size(fd, &bytes, why);
		file_close(fd);
	}
	return e ? e : known_put(s, number, bytes);
}

static enum err adopt_all(struct spool *s, struct listing *l, struct why *why)
{
	uint64_t *segments = (uint64_t *)(void *)l->segments.ptr, *keys = (uint64_t *)(void *)l->keys.ptr;
	size_t segment_count = l->segments.len / sizeof(*segments), key_count = l->keys.len / sizeof(*keys);
	if (l->segments.err || l->keys.err)
		return why_set(why, ERR_LIMIT, "too many files in the spool directory");
	if (segment_count)
		qsort(segments, segment_count, sizeof(*segments), number_cmp);
	for (size_t i = 0; i < segment_count; i++) {
		enum err e = adopt(s, segments[i], i + RECOVER_LAST >= segment_count, why);
		if (e)
			return e;
		if (segments[i] > s->last)
			s->last = segments[i];
	}
	/* a key without its segment: a creation or a trim that a crash cut short */
	for (size_t i = 0; i < key_count; i++) {
		if (segment_count && bsearch(&keys[i], segments, segment_count, sizeof(*segments), number_cmp))
			continue;
		enum err e = segment_destroy(s->dir_fd, keys[i], why);
		if (e)
			return e;
	}
	return OK;
}

static enum err load(struct spool *s, struct why *why)
{
	struct listing l;
	enum err e = mark_load(s->dir_fd, &s->last, why);
	if (e)
		return e;
	buf_init(&l.segments, SEGMENTS_MAX * sizeof(uint64_t));
	buf_init(&l.keys, SEGMENTS_MAX * sizeof(uint64_t));
	e = file_list(s->dir_fd, list_name, &l, why);
	if (e == OK)
		e = adopt_all(s, &l, why);
	buf_done(&l.segments);
	buf_done(&l.keys);
	return e;
}

enum err spool_open(int dir_fd, const struct spool_limits *limits, struct spool **ret_spool, struct why *why)
{
	if (!limits->max_bytes || !limits->segment_bytes || limits->payload_bytes > ITEM_PAYLOAD_MAX)
		return why_set(why, ERR_RANGE, "the limits of the spool are out of range");
	struct arena *own = arena_new("spool", 64 << 10);
	struct spool *s = own ? ARENA_NEW(own, struct spool) : NULL;
	if (!s) {
		arena_free(own);
		return why_set(why, ERR_NOMEM, "no memory for the spool");
	}
	s->own = own;
	s->dir_fd = dir_fd;
	s->limits = *limits;
	for (unsigned i = 0; i < ITEM_CLASS_COUNT; i++)
		s->limits.shed_percent[i] = limits->shed_percent[i] ? limits->shed_percent[i] : shed_default[i];
	s->limits.key_mode = limits->key_mode ? limits->key_mode : 0600;
	segment_init(&s->current);
	buf_init(&s->known, SEGMENTS_MAX * sizeof(struct known));
	buf_init(&s->pending, SPOOL_PENDING_MAX * sizeof(struct pending));
	buf_init(&s->telling, SPOOL_PENDING_MAX * sizeof(struct pending));
	s->scratch = arena_new("spool-item", SCRATCH_MAX);
	enum err e = s->scratch ? load(s, why) : why_set(why, ERR_NOMEM, "no memory for the spool");
	if (e) {
		spool_close(s);
		return e;
	}
	*ret_spool = s;
	return OK;
}

/* --- putting and syncing --- */

/* Tell everyone who waits; records of the failed segment get e, when the spool closes all do. */
static void tell(struct spool *s, enum err e, uint64_t failed_segment)
{
	struct buf told = s->pending;
	s->pending = s->telling;
	s->telling = told;
	const struct pending *p = (const struct pending *)(const void *)told.ptr;
	for (size_t i = 0; i < told.len / sizeof(*p); i++)
		p[i].done(p[i].arg, s->closing || p[i].at.segment == failed_segment ? e : OK, &p[i].at);
	buf_clear(&s->telling);
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	s->closing = true;
	tell(s, ERR_IO, 0);
	segment_close(&s->current);
	buf_done(&s->known);
	buf_done(&s->pending);
	buf_done(&s->telling);
	arena_free(s->scratch);
	arena_free(s->own);
}

/* The last entry of `known` is the current segment's: keep its length right. */
static void count_current(struct spool *s)
{
	struct known *k = known_at(s, known_count(s) - 1);
	s->stats.used_bytes += s->current.end - k->bytes;
	k->bytes = s->current.end;
}

static void note_full(struct spool *s, enum err e)
{
	if (e == ERR_FULL)
		s->stats.disk_full = true;
}

static enum err begin_segment(struct spool *s, struct why *why)
{
	enum err e = segment_create(&s->current, s->dir_fd, s->last + 1, s->limits.key_mode, why);
	/* whatever became of it, its files may stand: the number is used up */
	s->last++;
	if (e == OK) {
		e = known_put(s, s->last, s->current.end);
		if (e)
			segment_close(&s->current);
	}
	note_full(s, e);
	return e;
}

bool spool_refuses(struct spool *s, enum item_class item_class)
{
	struct statvfs disk;
	if (s->stats.disk_full && fstatvfs(s->dir_fd, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize > s->limits.segment_bytes)
		s->stats.disk_full = false;
	/* complaints try the disk again each time */
	if (s->stats.disk_full && item_class != CLASS_COMPLAINT)
		return true;
	/* divided first: max_bytes may be near the end of its type */
	return s->stats.used_bytes >= s->limits.max_bytes / 100 * s->limits.shed_percent[item_class];
}

static enum err admit(struct spool *s, const struct sink_item *item)
{
	if ((unsigned)item->item_class >= ITEM_CLASS_COUNT)
		return ERR_RANGE;
	if (item->payload.len > s->limits.payload_bytes || item->meta.len > ITEM_META_MAX)
		return ERR_LIMIT;
	uint64_t need = (uint64_t)RECORD_HEAD_LEN + item->meta.len + item->payload.len + 2 * SEAL_EXTRA + SEGMENT_HEAD_LEN;
	if (spool_refuses(s, item->item_class) || need > s->limits.max_bytes || s->stats.used_bytes > s->limits.max_bytes - need ||
		s->pending.len + sizeof(struct pending) > s->pending.max_bytes) {
		s->stats.shed[item->item_class]++;
		return ERR_FULL;
	}
	return s->closing ? ERR_IO : s->current.failed;
}

enum err spool_put(struct spool *s, const struct sink_item *item, sink_done_fn *done, void *arg)
{
	struct pending p = { done, arg, { 0 } };
	enum err e = admit(s, item);
	if (e == OK && s->current.fd < 0)
		e = begin_segment(s, NULL);
	if (e)
		return e;
	size_t pending_len = s->pending.len;
	buf_put(&s->pending, (struct str){ (const char *)&p, sizeof(p) });
	if (s->pending.err) {
		e = s->pending.err;
		s->pending.err = OK;
		return e;
	}
	e = segment_append(&s->current, s->scratch, item, &p.at);
	arena_reset(s->scratch);
	count_current(s);
	if (e) {
		s->pending.len = pending_len;
		note_full(s, e);
		return e;
	}
	memcpy(s->pending.ptr + pending_len, &p, sizeof(p));
	s->stats.records++;
	/* a failure of the roll is the segment's: the callers hear of it at the sync */
	if (s->current.end >= s->limits.segment_bytes && segment_sync(&s->current, NULL) == OK)
		segment_close(&s->current);
	return OK;
}

enum err spool_sync(struct spool *s, struct why *why)
{
	enum err e = s->current.fd < 0 ? OK : segment_sync(&s->current, why);
	uint64_t failed = 0;
	if (e) {
		failed = s->current.number;
		s->stats.sync_failures++;
		note_full(s, e);
		s->current.end = s->current.synced;
		count_current(s);
		segment_abandon(&s->current);
	}
	POINT("spool.synced");
	if (s->pending.len)
		s->stats.syncs++;
	tell(s, e, failed);
	return e;
}

enum err spool_roll(struct spool *s, struct why *why)
{
	enum err e = spool_sync(s, why);
	if (e == OK)
		segment_close(&s->current);
	return e;
}

static void nobody(void *arg, enum err e, const struct position *at)
{
	(void)arg;
	(void)e;
	(void)at;
}

/* Every record below that segment, put once more. */
static enum err put_again(struct spool *s, uint64_t below, struct why *why)
{
	struct spool_reader *r = NULL;
	struct spool_record record;
	struct arena *a = arena_new("spool-again", SCRATCH_MAX);
	enum err e = a ? spool_reader_open(s->dir_fd, &(struct position){ 0, 0, 0 }, &r, why) : why_set(why, ERR_NOMEM, "no memory to read the spool");
	if (e == OK)
		spool_reader_limit(r, &(struct position){ below, 0, 0 });
	for (; e == OK; arena_reset(a)) {
		e = spool_reader_next(r, a, &record, why);
		struct sink_item item = { .item_class = record.item_class, .source = record.source, .received_at = record.received_at, .meta = record.meta, .payload = record.payload };
		if (e == OK && (e = spool_put(s, &item, nobody, NULL)) != OK)
			e = why_set(why, e, "the spool has no room to number anew what it holds");
		/* a bad stretch has no number */
		if (e == ERR_CORRUPT)
			e = OK;
	}
	spool_reader_close(r);
	arena_free(a);
	return e == ERR_NOTFOUND ? OK : e;
}

enum err spool_skip(struct spool *s, uint64_t beyond, struct why *why)
{
	uint64_t old = s->last;
	if (beyond <= old)
		return OK;
	enum err e = spool_roll(s, why);
	if (e)
		return e;
	s->last = beyond;
	e = put_again(s, old + 1, why);
	if (e == OK)
		e = spool_sync(s, why);
	return e ? e : spool_trim(s, &(struct position){ beyond, UINT64_MAX, 0 }, why);
}

/* --- trimming and looking --- */

enum err spool_trim(struct spool *s, const struct position *below, struct why *why)
{
	size_t gone = 0;
	enum err e = OK;
	for (; gone < known_count(s); gone++) {
		const struct known *k = known_at(s, gone);
		bool is_current = s->current.fd >= 0 && k->number == s->current.number;
		if (is_current || k->number > below->segment || (k->number == below->segment && k->bytes > below->offset))
			break;
		e = segment_destroy(s->dir_fd, k->number, why);
		if (e)
			break;
		s->stats.used_bytes -= k->bytes;
	}
	buf_cut_front(&s->known, gone * sizeof(struct known));
	return e;
}

struct position spool_first(const struct spool *s)
{
	return known_count(s) ? (struct position){ known_at(s, 0)->number, SEGMENT_HEAD_LEN, 0 } : spool_end(s);
}

struct position spool_end(const struct spool *s)
{
	if (s->current.fd >= 0)
		return (struct position){ s->current.number, s->current.synced, 0 };
	return (struct position){ s->last + 1, 0, 0 };
}

void spool_stats(const struct spool *s, struct spool_stats *ret_stats)
{
	*ret_stats = s->stats;
	ret_stats->segments = known_count(s);
}

static enum err sink_put(void *state, const struct sink_item *item, sink_done_fn *done, void *arg)
{
	return spool_put(state, item, done, arg);
}

static bool sink_refuses(void *state, enum item_class item_class)
{
	return spool_refuses(state, item_class);
}

struct sink spool_sink(struct spool *s)
{
	return (struct sink){ s, sink_put, sink_refuses };
}
