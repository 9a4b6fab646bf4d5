/*
 * The state of aup accounting follow: a line "device inode done size head-length head-checksum path" for each file. See accounting.h.
 */
#include "aup/accounting.h"

#include <stdlib.h>

static const char magic[] = "aupd accounting 1\n";

static bool next_number(struct str *rest, uint64_t max, uint64_t *ret)
{
	struct str word;
	return str_split(rest, ' ', &word) && str_to_u64(word, max, ret) == OK;
}

static bool read_line(struct str line, struct followed_file *x)
{
	uint64_t dev, ino, done, size, head_len, crc;
	if (!next_number(&line, UINT64_MAX, &dev) || !next_number(&line, UINT64_MAX, &ino) || !next_number(&line, INT64_MAX, &done) ||
		!next_number(&line, INT64_MAX, &size) || !next_number(&line, FOLLOWED_HEAD, &head_len) || !next_number(&line, UINT32_MAX, &crc) ||
		!line.len || line.len >= FOLLOWED_PATH_MAX)
		return false;
	*x = (struct followed_file){ .dev = (dev_t)dev, .ino = (ino_t)ino, .done = done, .taken = done, .size = size, .head_len = (uint32_t)head_len,
		.head_crc = (uint32_t)crc, .fd = -1, .known = true };
	memcpy(x->path, line.ptr, line.len);
	return true;
}

enum err followed_read_state(struct followed *f, struct str text, struct why *why)
{
	struct str line;
	uint32_t number = 1;
	if (!str_starts(text, STR(magic)))
		return why_set(why, ERR_SYNTAX, "%s is no state of aup accounting follow", f->state);
	text = str_sub(text, sizeof(magic) - 1, SIZE_MAX);
	while (str_next_line(&text, &line)) {
		number++;
		if (f->count == FOLLOWED_MAX || !read_line(line, &f->files[f->count])) {
			enum err e = why_set(why, ERR_SYNTAX, "a line of the state that cannot be read");
			why_at(why, f->state, number, 1);
			return e;
		}
		f->count++;
	}
	return OK;
}

void followed_write_state(const struct followed *f, struct buf *out)
{
	buf_puts(out, magic);
	for (unsigned i = 0; i < f->count; i++) {
		const struct followed_file *x = &f->files[i];
		buf_printf(out, "%llu %llu %llu %llu %u %u %s\n", (unsigned long long)x->dev, (unsigned long long)x->ino, (unsigned long long)x->done,
			(unsigned long long)x->size, x->head_len, x->head_crc, x->path);
	}
}
