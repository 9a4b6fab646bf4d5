/*
 * The spool's reader over any bytes as a segment, as they are and with the checksums of all heads made right, so that what lies
 * behind them is reached. Positions only grow, the reader ends, and what it gives is there by its position too.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/seal.h"
#include "fuzz.h"
#include "spool/reader.h"
#include "spool/record.h"

enum { SEGMENT = 1, STEPS_MAX = 100000, BYTES_MAX = 1 << 20 };

static int dir_fd = -1, segment_fd;
static char dir_name[] = "/tmp/fuzz_spool.XXXXXX";
static struct seal_key key;

static void at_exit(void)
{
	char name[SPOOL_NAME_MAX];
	spool_segment_name(SEGMENT, name);
	(void)unlinkat(dir_fd, name, 0);
	spool_key_name(SEGMENT, name);
	(void)unlinkat(dir_fd, name, 0);
	(void)rmdir(dir_name);
}

/* A directory with one segment under a key of ones, once a process. */
static void start(void)
{
	char name[SPOOL_NAME_MAX], text[KEY_FILE_LEN];
	int fd;
	MUST(seal_start() == OK && mkdtemp(dir_name));
	MUST(file_open(AT_FDCWD, dir_name, O_RDONLY | O_DIRECTORY, 0, &dir_fd, NULL) == OK);
	memset(key.octets, 1, sizeof(key.octets));
	key_encode(&key, text);
	spool_key_name(SEGMENT, name);
	MUST(file_open(dir_fd, name, O_RDWR | O_CREAT, 0600, &fd, NULL) == OK && file_write_at(fd, 0, (struct str){ text, sizeof(text) }, NULL) == OK);
	file_close(fd);
	spool_segment_name(SEGMENT, name);
	MUST(file_open(dir_fd, name, O_RDWR | O_CREAT, 0600, &segment_fd, NULL) == OK);
	(void)atexit(at_exit);
}

/* Heads get their own place and a right checksum, wherever a magic stands. */
static void mend(char *bytes, size_t len)
{
	for (size_t at = 0; at + RECORD_HEAD_LEN <= len; at++) {
		if (memcmp(bytes + at, "aupr", 4) != 0)
			continue;
		for (unsigned i = 0; i < 8; i++) {
			bytes[at + 8 + i] = (char)((uint64_t)SEGMENT >> (8 * (7 - i)));
			bytes[at + 16 + i] = (char)((uint64_t)at >> (8 * (7 - i)));
		}
		uint32_t crc = crc32c(0, (struct str){ bytes + at, RECORD_HEAD_LEN - 4 });
		for (unsigned i = 0; i < 4; i++)
			bytes[at + RECORD_HEAD_LEN - 4 + i] = (char)(crc >> (8 * (3 - i)));
	}
}

static void read_all(size_t len)
{
	struct spool_reader *r;
	struct spool_record rec;
	struct position last = { 0 };
	struct arena *a = arena_new("fuzz", 4 << 20);
	unsigned steps = 0;
	MUST(a && spool_reader_open(dir_fd, &last, &r, NULL) == OK);
	for (;;) {
		struct why why = { 0 };
		struct position from, to;
		enum err e = spool_reader_next(r, a, &rec, &why);
		MUST(++steps < STEPS_MAX);
		if (e == ERR_NOTFOUND || e == ERR_NOMEM)
			break;
		MUST(e == OK || e == ERR_CORRUPT);
		if (e == OK) {
			from = rec.at;
			to = rec.next;
			struct spool_record again;
			MUST(spool_read(dir_fd, &rec.at, a, &again, NULL) != ERR_CORRUPT);
		} else {
			spool_reader_bad(r, &from, &to);
			MUST(why.text[0]);
		}
		MUST(position_cmp(&from, &last) >= 0 && position_cmp(&to, &from) > 0 && to.offset <= len);
		last = to;
		arena_reset(a);
	}
	spool_reader_close(r);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (dir_fd < 0)
		start();
	if (len > BYTES_MAX)
		return 0;
	char *bytes = malloc(len + 1);
	MUST(bytes && file_truncate(segment_fd, 0, NULL) == OK);
	if (len)
		memcpy(bytes, data, len);
	MUST(file_write_at(segment_fd, 0, (struct str){ bytes, len }, NULL) == OK);
	read_all(len);
	mend(bytes, len);
	MUST(file_write_at(segment_fd, 0, (struct str){ bytes, len }, NULL) == OK);
	read_all(len);
	free(bytes);
	return 0;
}
