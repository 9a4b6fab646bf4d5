/*
 * Segments. See segment.h.
 */
#include "spool/segment.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/point.h"
#include "spool/mark.h"
#include "spool/reader.h"
#include "spool/record.h"

enum { TAIL_MAX = 1 << 20 };

void segment_init(struct segment *g)
{
	*g = (struct segment){ .fd = -1 };
	buf_init(&g->tail, TAIL_MAX);
}

void segment_close(struct segment *g)
{
	file_close(g->fd);
	secret_wipe(&g->key, sizeof(g->key));
	buf_done(&g->tail);
	segment_init(g);
}

static enum err create_key(int dir_fd, uint64_t number, unsigned mode, const struct seal_key *key, struct why *why)
{
	char name[SPOOL_NAME_MAX], text[KEY_FILE_LEN];
	int fd;
	spool_key_name(number, name);
	enum err e = file_open(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, mode, &fd, why);
	if (e)
		return e;
	key_encode(key, text);
	e = file_write_at(fd, 0, (struct str){ text, sizeof(text) }, why);
	secret_wipe(text, sizeof(text));
	if (e == OK)
		e = file_sync(fd, why);
	file_close(fd);
	return e;
}

enum err segment_create(struct segment *g, int dir_fd, uint64_t number, unsigned key_mode, struct why *why)
{
	char name[SPOOL_NAME_MAX], head[SEGMENT_HEAD_LEN];
	random_bytes(g->key.octets, sizeof(g->key.octets));
	enum err e = create_key(dir_fd, number, key_mode, &g->key, why);
	spool_segment_name(number, name);
	if (e == OK)
		e = file_open(dir_fd, name, O_RDWR | O_CREAT | O_EXCL, 0640, &g->fd, why);
	segment_head_encode(number, head);
	if (e == OK)
		e = file_write_at(g->fd, 0, (struct str){ head, sizeof(head) }, why);
	if (e == OK)
		e = mark_save(dir_fd, number, why);
	if (e) {
		segment_close(g);
		return e;
	}
	g->number = number;
	g->end = g->synced = SEGMENT_HEAD_LEN;
	return OK;
}

static enum err flush(struct segment *g, struct why *why)
{
	if (g->failed || !g->tail.len)
		return g->failed;
	g->failed = file_write_at(g->fd, g->end - g->tail.len, buf_str(&g->tail), why);
	buf_clear(&g->tail);
	return g->failed;
}

enum err segment_append(struct segment *g, struct arena *scratch, const struct sink_item *item, struct position *ret_at)
{
	char head[RECORD_HEAD_LEN];
	struct str parts[3] = { { head, sizeof(head) }, STR_NONE, STR_NONE };
	struct position at = { g->number, g->end, 0 };
	enum err e = g->failed ? g->failed : record_encode(scratch, &g->key, &at, item, head, &parts[1], &parts[2]);
	if (e)
		return e;
	uint64_t len = (uint64_t)parts[0].len + parts[1].len + parts[2].len;
	if (g->tail.len + len > TAIL_MAX)
		e = flush(g, NULL);
	for (unsigned i = 0; i < 3 && e == OK; i++) {
		if (len <= TAIL_MAX) {
			buf_put(&g->tail, parts[i]);
			e = g->failed = g->tail.err;
		} else {
			e = g->failed = file_write_at(g->fd, g->end, parts[i], NULL);
		}
		g->end += parts[i].len;
	}
	if (e == OK)
		*ret_at = at;
	return e;
}

enum err segment_sync(struct segment *g, struct why *why)
{
	enum err e = flush(g, why);
	if (e == OK && g->synced != g->end)
		e = g->failed = file_sync(g->fd, why);
	if (e == OK)
		g->synced = g->end;
	return e;
}

void segment_abandon(struct segment *g)
{
	/* the callers hear the first error; a second one changes nothing for them, and recovery cuts what is not whole */
	if (file_truncate(g->fd, g->synced, NULL) == OK && file_sync(g->fd, NULL) != OK)
		g->failed = ERR_IO;
	segment_close(g);
}

/* Walk from record to record, searching where one is bad. */
static enum err find_end(int fd, uint64_t number, uint64_t size, uint64_t *ret_end)
{
	struct record_head h;
	uint64_t end = SEGMENT_HEAD_LEN;
	enum err e;
	while ((e = record_find(fd, size, number, end, &h)) == OK)
		end = h.at.offset + record_len(&h);
	/* of its full length and not what was written: that is no torn end, and it stays for the reader to tell of */
	while (e == ERR_NOTFOUND && record_head_at(fd, size, number, end, &h) == OK)
		end += record_len(&h);
	if (e == ERR_NOTFOUND) {
		*ret_end = end;
		e = OK;
	}
	return e;
}

enum err segment_recover(int dir_fd, uint64_t number, uint64_t *ret_end, uint64_t *ret_cut, struct why *why)
{
	char name[SPOOL_NAME_MAX];
	int fd;
	uint64_t size = 0, end = 0;
	spool_segment_name(number, name);
	enum err e = file_open(dir_fd, name, O_RDWR, 0, &fd, why);
	if (e)
		return e;
	e = file_size(fd, &size, why);
	if (e == OK)
		e = find_end(fd, number, size, &end);
	if (e == OK && end < size) {
		e = file_truncate(fd, end, why);
		if (e == OK)
			e = file_sync(fd, why);
	}
	file_close(fd);
	if (e == OK) {
		*ret_end = end < size ? end : size;
		*ret_cut = end < size ? size - end : 0;
	}
	return e;
}

static enum err overwrite_key(int dir_fd, const char *name, struct why *why)
{
	static const char zero[KEY_FILE_LEN];
	int fd;
	enum err e = file_open(dir_fd, name, O_WRONLY, 0, &fd, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	e = file_write_at(fd, 0, (struct str){ zero, sizeof(zero) }, why);
	if (e == OK)
		e = file_sync(fd, why);
	file_close(fd);
	return e;
}

static enum err remove_if_there(int dir_fd, const char *name, struct why *why)
{
	enum err e = file_unlink(dir_fd, name, why);
	return e == ERR_NOTFOUND ? OK : e;
}

enum err segment_destroy(int dir_fd, uint64_t number, struct why *why)
{
	char segment[SPOOL_NAME_MAX], key[SPOOL_NAME_MAX];
	spool_segment_name(number, segment);
	spool_key_name(number, key);
	enum err e = overwrite_key(dir_fd, key, why);
	if (e == OK)
		e = remove_if_there(dir_fd, segment, why);
	POINT("spool.trimming");
	/* a segment without a key file is a loss, not a trim in progress: so the key's name goes last */
	if (e == OK)
		e = file_sync_dir(dir_fd, why);
	if (e == OK)
		e = remove_if_there(dir_fd, key, why);
	if (e == OK)
		e = file_sync_dir(dir_fd, why);
	return e;
}
