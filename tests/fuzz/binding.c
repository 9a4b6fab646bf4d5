/*
 * Binding segments: any octets as a day's file, as they are and with the checksums of all records made right, so that what lies behind
 * them is reached. The reader ends, tells of every record that it does not give, and what it gives encodes to the octets it came
 * from; a writer that opens after it goes on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attribution/binding_segment.h"
#include "base/digest.h"
#include "base/file.h"
#include "fuzz.h"

enum { DAY = 20000, BYTES_MAX = 1 << 16 };

static int dir_fd = -1;
static char dir_name[] = "/tmp/fuzz_binding.XXXXXX", file_name[BINDING_NAME_MAX];

static void at_exit(void)
{
	(void)unlinkat(dir_fd, file_name, 0);
	(void)rmdir(dir_name);
}

static void put(char *out, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (char)(v >> (24 - 8 * i));
}

static void mend(char *bytes, size_t len)
{
	for (uint32_t n = 0; (n + 1) * (size_t)BINDING_RECORD_LEN <= len; n++) {
		char *record = bytes + n * (size_t)BINDING_RECORD_LEN, place[8];
		put(place, DAY);
		put(place + 4, n);
		put(record + BINDING_RECORD_LEN - 4, crc32c(crc32c(0, (struct str){ place, 8 }), (struct str){ record, BINDING_RECORD_LEN - 4 }));
	}
}

static void read_all(const char *bytes, size_t len)
{
	struct binding_reader *r;
	struct binding_item item;
	struct binding_damage d;
	char again[BINDING_RECORD_LEN];
	uint32_t next = 1;
	enum err e;
	MUST(binding_reader_open(dir_fd, DAY, &r, NULL) == OK);
	while ((e = binding_reader_next(r, &item, &d, NULL)) != ERR_NOTFOUND) {
		MUST(e == OK || e == ERR_CORRUPT);
		if (e == ERR_CORRUPT) {
			MUST(d.day == DAY && (d.count ? d.first == next && d.until_at > d.from_at : next == 1));
			next += d.count;
			continue;
		}
		MUST(binding_reader_count(r) == next);
		binding_record_encode(&item, DAY, next, again);
		MUST(memcmp(again, bytes + next * (size_t)BINDING_RECORD_LEN, sizeof(again)) == 0);
		next++;
	}
	MUST(len <= BINDING_RECORD_LEN || next == (len + BINDING_RECORD_LEN - 1) / BINDING_RECORD_LEN);
	binding_reader_close(r);
}

static void write_on(void)
{
	struct binding_segment *s;
	struct binding_damage d;
	struct binding_item item = { .is_span = true, .span = { 1, FEED_HEARD, FEED_REASON_NONE, DAY * DAY_US, DAY * DAY_US + SECOND_US, DAY * DAY_US } };
	MUST(binding_segment_open(dir_fd, &s, &d, NULL) == OK && binding_segment_current(s) == DAY);
	MUST(binding_segment_append(s, &item, DAY * DAY_US, NULL) == OK && binding_segment_sync(s, NULL) == OK);
	binding_segment_close(s);
}

/* A disk that need not be waited for. */
static enum file_fate no_sync(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd;
	(void)path;
	(void)offset;
	(void)bytes;
	return change == FILE_SYNC || change == FILE_SYNC_DIR ? FILE_DROP : FILE_DO;
}

static void one(const char *bytes, size_t len)
{
	int fd;
	/* not emptied first: some file systems wait for the disk then */
	MUST(file_open(dir_fd, file_name, O_WRONLY | O_CREAT, 0600, &fd, NULL) == OK && file_write_at(fd, 0, (struct str){ bytes, len }, NULL) == OK);
	MUST(file_truncate(fd, len, NULL) == OK);
	file_close(fd);
	read_all(bytes, len);
	write_on();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (dir_fd < 0) {
		MUST(mkdtemp(dir_name) && file_open(AT_FDCWD, dir_name, O_RDONLY | O_DIRECTORY, 0, &dir_fd, NULL) == OK);
		binding_segment_name(DAY, file_name);
		(void)atexit(at_exit);
		file_fault = no_sync;
	}
	if (len > BYTES_MAX)
		return 0;
	char *bytes = malloc(len + 1);
	MUST(bytes);
	if (len)
		memcpy(bytes, data, len);
	one(bytes, len);
	mend(bytes, len);
	one(bytes, len);
	free(bytes);
	return 0;
}
