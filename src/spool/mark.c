/*
 * The spool's mark. See mark.h. One line of text: "aupd-spool 1 LAST CRC32C", the checksum in hex over what stands before it.
 */
#include "spool/mark.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/file.h"

enum { MARK_MAX = 80 };

static size_t print(uint64_t last, char out[MARK_MAX])
{
	int n = snprintf(out, MARK_MAX, "aupd-spool 1 %" PRIu64 " ", last);
	uint32_t crc = crc32c(0, (struct str){ out, (size_t)n });
	return (size_t)(n + snprintf(out + n, MARK_MAX - (size_t)n, "%08" PRIx32 "\n", crc));
}

enum err mark_load(int dir_fd, uint64_t *ret_last, struct why *why)
{
	char text[MARK_MAX], again[MARK_MAX];
	size_t len;
	int fd;
	enum err e = file_open(dir_fd, "mark", O_RDONLY, 0, &fd, why);
	if (e == ERR_NOTFOUND) {
		*ret_last = 0;
		return OK;
	}
	if (e)
		return e;
	e = file_read_at(fd, 0, text, sizeof(text), &len, why);
	file_close(fd);
	if (e)
		return e;
	struct str rest = { text, len }, word;
	uint64_t last;
	for (unsigned i = 0; i < 3; i++) {
		if (!str_split(&rest, ' ', &word))
			word = STR_NONE;
	}
	if (str_to_u64(word, UINT64_MAX - 1, &last) || !str_eq((struct str){ again, print(last, again) }, (struct str){ text, len })) {
		e = why_set(why, ERR_CORRUPT, "the spool's file mark is damaged");
		why_hint(why, "positions must never be used twice: restore it, or start with an empty spool directory and a new source number");
		return e;
	}
	*ret_last = last;
	return OK;
}

enum err mark_save(int dir_fd, uint64_t last, struct why *why)
{
	char text[MARK_MAX];
	return file_replace(dir_fd, "mark", (struct str){ text, print(last, text) }, 0640, why);
}
