/*
 * The files that aup accounting follow reads. See accounting.h.
 *
 * A file is its inode: renamed, it goes on under its new name; cut off, it begins anew; another one under its name is another one. One
 * that no pattern finds any more is read to its end for as long as it was open here. It is only read, and unlinked when that is asked
 * for: when all of it was answered, nobody has written to it for a while, and a newer one is there.
 */
#include "aup/accounting.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aup/aup.h"
#include "base/digest.h"
#include "base/file.h"

enum { STATE_BYTES_MAX = 4 << 20 };

static void close_file(struct followed *f, struct followed_file *x)
{
	if (x->fd < 0)
		return;
	(void)close(x->fd);
	x->fd = -1;
	f->open--;
}

static void begin_anew(struct followed *f, struct followed_file *x)
{
	x->done = x->taken = 0;
	x->head_len = 0;
	f->dirty = true;
}

static void forget_bytes(struct followed *f)
{
	buf_clear(&f->bytes);
	f->used = 0;
}

/* Is it the one that it was? An inode may be given anew. */
static bool begins_alike(const struct followed_file *x)
{
	char head[FOLLOWED_HEAD];
	ssize_t n = x->head_len ? pread(x->fd, head, x->head_len, 0) : 0;
	return n == (ssize_t)x->head_len && crc32c(0, (struct str){ head, x->head_len }) == x->head_crc;
}

static bool open_file(struct followed *f, struct followed_file *x)
{
	struct stat st;
	if (x->fd >= 0)
		return true;
	x->fd = open(x->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (x->fd < 0) {
		if (!x->told && x->seen)
			(void)fprintf(stderr, "%s: it cannot be read, and waits: %s\n", x->path, strerror(errno));
		x->told = true;
		return false;
	}
	f->open++;
	if (fstat(x->fd, &st) != 0 || st.st_dev != x->dev || st.st_ino != x->ino) {
		close_file(f, x);
		return false;
	}
	if (!begins_alike(x))
		begin_anew(f, x);
	x->known = false;
	return true;
}

static bool is_settled(const struct followed_file *x, int64_t now_s)
{
	return x->changed_s < now_s - FOLLOWED_SETTLED_S;
}

static struct followed_file *find(struct followed *f, const struct stat *st)
{
	for (unsigned i = 0; i < f->count; i++) {
		unsigned n = (f->hint + i) % f->count;
		if (f->files[n].ino == st->st_ino && f->files[n].dev == st->st_dev) {
			f->hint = n + 1;
			return &f->files[n];
		}
	}
	return NULL;
}

static struct str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return str_of(slash ? slash + 1 : path);
}

/* Neither what is packed nor what is written here. */
static bool is_followed(const struct followed *f, const char *path)
{
	static const char *const packed[] = { ".gz", ".xz", ".bz2", ".zst", ".lz4" };
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (str_ends_fold(str_of(path), str_of(packed[i])))
			return false;
	return !str_starts(base_name(path), base_name(f->state));
}

static void found(struct followed *f, const char *path)
{
	struct stat st;
	if (!is_followed(f, path) || strlen(path) >= FOLLOWED_PATH_MAX || strchr(path, '\n') || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	struct followed_file *x = find(f, &st);
	if (!x && f->count == FOLLOWED_MAX) {
		if (!f->crowded)
			(void)fprintf(stderr, "more than %d files: the others wait until some are gone\n", FOLLOWED_MAX);
		f->crowded = true;
		return;
	}
	if (!x) {
		x = &f->files[f->count++];
		*x = (struct followed_file){ .dev = st.st_dev, .ino = st.st_ino, .fd = -1 };
		f->dirty = true;
	}
	x->seen = true;
	x->size = (uint64_t)st.st_size;
	x->changed_s = st.st_mtim.tv_sec;
	memcpy(x->path, path, strlen(path) + 1);
}

static int by_change(const void *a, const void *b, void *arg)
{
	const struct followed *f = arg;
	const struct followed_file *x = &f->files[*(const unsigned *)a], *y = &f->files[*(const unsigned *)b];
	return x->changed_s != y->changed_s ? x->changed_s < y->changed_s ? -1 : 1 : strcmp(x->path, y->path);
}

static void put_in_order(struct followed *f)
{
	for (unsigned i = 0; i < f->count; i++)
		f->order[i] = i;
	qsort_r(f->order, f->count, sizeof(f->order[0]), by_change, f);
	f->at = 0;
	forget_bytes(f);
}

static bool is_newest(const struct followed *f, const struct followed_file *x)
{
	return x->changed_s >= f->newest_s;
}

/* Its place is on disk first, so that a file that then has its inode is not taken for it. */
static bool unlinked(struct followed *f, struct followed_file *x, int64_t now_s)
{
	struct stat st;
	struct why why;
	if (!f->delete_done || !x->seen || x->done != x->size || !is_settled(x, now_s) || is_newest(f, x))
		return false;
	if (followed_save(f, &why) != OK || stat(x->path, &st) != 0 || st.st_ino != x->ino || (uint64_t)st.st_size != x->done)
		return false;
	return unlink(x->path) == 0;
}

/* Gone, and nothing of it is left to be read here. */
static bool is_over(struct followed_file *x, int64_t now_s)
{
	struct stat st;
	if (x->seen)
		return false;
	if (x->fd >= 0 && fstat(x->fd, &st) == 0) {
		x->size = (uint64_t)st.st_size;
		x->changed_s = st.st_mtim.tv_sec;
		return x->done >= x->size && is_settled(x, now_s);
	}
	if (x->done < x->size)
		(void)fprintf(stderr, "%s: it is gone, and its octets from %llu to %llu were not read\n", x->path, (unsigned long long)x->done, (unsigned long long)x->size);
	return true;
}

static void take_out(struct followed *f, unsigned i)
{
	close_file(f, &f->files[i]);
	memmove(&f->files[i], &f->files[i + 1], (f->count - i - 1) * sizeof(f->files[0]));
	f->count--;
	f->dirty = true;
}

static void sweep(struct followed *f, int64_t now_s)
{
	for (unsigned i = 0; i < f->count;) {
		struct followed_file *x = &f->files[i];
		if (x->seen && (x->size < x->done || (x->fd >= 0 && !begins_alike(x))))
			begin_anew(f, x);
		if (is_over(x, now_s) || unlinked(f, x, now_s)) {
			take_out(f, i);
			continue;
		}
		if (x->seen && x->done == x->size && (is_settled(x, now_s) || f->open > FOLLOWED_OPEN_MAX))
			close_file(f, x);
		i++;
	}
}

void followed_look(struct followed *f, int64_t now_s)
{
	for (unsigned i = 0; i < f->count; i++)
		f->files[i].seen = false;
	for (int i = 0; i < f->pattern_count; i++) {
		glob_t g = { 0 };
		if (glob(f->patterns[i], GLOB_NOSORT, NULL, &g) == 0)
			for (size_t n = 0; n < g.gl_pathc; n++)
				found(f, g.gl_pathv[n]);
		globfree(&g);
	}
	f->newest_s = 0;
	for (unsigned i = 0; i < f->count; i++)
		if (f->files[i].seen && f->files[i].changed_s > f->newest_s)
			f->newest_s = f->files[i].changed_s;
	sweep(f, now_s);
	put_in_order(f);
}

static struct str unread(const struct followed *f)
{
	return str_sub(buf_str(&f->bytes), f->used, SIZE_MAX);
}

static bool read_more(struct followed *f, struct followed_file *x)
{
	size_t have = f->bytes.len - f->used;
	if (have > FOLLOWED_CHUNK || !open_file(f, x))
		return false;
	buf_cut_front(&f->bytes, f->used);
	f->used = 0;
	char *room = buf_room(&f->bytes, FOLLOWED_CHUNK);
	ssize_t n = room ? pread(x->fd, room, FOLLOWED_CHUNK, (off_t)(x->taken + have)) : -1;
	if (n <= 0)
		return false;
	if (!x->taken && !have) {
		x->head_len = n < FOLLOWED_HEAD ? (uint32_t)n : FOLLOWED_HEAD;
		x->head_crc = crc32c(0, (struct str){ room, x->head_len });
	}
	f->bytes.len += (size_t)n;
	return true;
}

/* A last one that is torn waits for its rest for as long as somebody may write it. */
static bool is_all(const struct followed *f, const struct followed_file *x, int64_t now_s)
{
	return is_settled(x, now_s) && (!x->seen || !is_newest(f, x));
}

bool followed_next(struct followed *f, int64_t now_s, struct str *ret_record, struct followed_place *ret_place)
{
	for (; f->at < f->count; f->at++, forget_bytes(f)) {
		unsigned number = f->order[f->at];
		struct followed_file *x = &f->files[number];
		if (x->taken >= x->size && x->fd < 0 && !x->known)
			continue;
		size_t n = detail_cut(unread(f), false, ret_record);
		while (!n && read_more(f, x))
			n = detail_cut(unread(f), false, ret_record);
		if (!n && unread(f).len && is_all(f, x, now_s))
			n = detail_cut(unread(f), true, ret_record);
		if (!n)
			continue;
		*ret_place = (struct followed_place){ number, x->taken, x->taken + n };
		x->taken += n;
		f->used += n;
		return true;
	}
	return false;
}

void followed_done(struct followed *f, const struct followed_place *place)
{
	struct followed_file *x = &f->files[place->file];
	x->done = place->to;
	if (x->size < x->done)
		x->size = x->done;
	f->dirty = true;
}

enum err followed_save(struct followed *f, struct why *why)
{
	struct buf out;
	if (!f->dirty)
		return OK;
	buf_init(&out, STATE_BYTES_MAX);
	followed_write_state(f, &out);
	enum err e = out.err ? why_set(why, out.err, "the state is too long") : file_replace(AT_FDCWD, f->state, buf_str(&out), 0600, why);
	buf_done(&out);
	if (e == OK)
		f->dirty = false;
	return e;
}

enum err followed_open(struct followed *f, char **patterns, int pattern_count, const char *state, bool delete_done, struct arena *a, struct why *why)
{
	struct str text;
	struct why none;
	*f = (struct followed){ .patterns = patterns, .pattern_count = pattern_count, .state = state, .delete_done = delete_done,
		.files = ARENA_ARRAY(a, struct followed_file, FOLLOWED_MAX) };
	buf_init(&f->bytes, 4 * FOLLOWED_CHUNK);
	if (!f->files)
		return why_set(why, ERR_NOMEM, "no memory for the files");
	enum err e = file_read_all(a, AT_FDCWD, state, STATE_BYTES_MAX, &text, &none);
	if (e == ERR_NOTFOUND)
		return OK;
	if (e) {
		*why = none;
		return e;
	}
	return followed_read_state(f, text, why);
}

void followed_close(struct followed *f)
{
	for (unsigned i = 0; i < f->count; i++)
		close_file(f, &f->files[i]);
	buf_done(&f->bytes);
}
