/*
 * The spool: durability at every torn byte, order of the callbacks, shedding, rolling, trimming, damage in the middle.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/seal.h"
#include "spool/reader.h"
#include "spool/spool.h"
#include "tap.h"

enum { TOLD_MAX = 200000 };

static char dir_name[64];
static int dir_fd = -1;
static struct arena *a;
static struct { enum err e; struct position at; int tag; } told[TOLD_MAX];
static unsigned told_count;
static struct spool *again;

static void fresh_dir(void)
{
	(void)snprintf(dir_name, sizeof(dir_name), "/tmp/test_spool.XXXXXX");
	BUG_ON(!mkdtemp(dir_name));
	dir_fd = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	BUG_ON(dir_fd < 0);
	told_count = 0;
}

static void remove_name(void *arg, const char *name)
{
	(void)arg;
	(void)unlinkat(dir_fd, name, 0);
}

static void drop_dir(void)
{
	BUG_ON(file_list(dir_fd, remove_name, NULL, NULL) != OK);
	(void)close(dir_fd);
	(void)rmdir(dir_name);
}

static void done(void *arg, enum err e, const struct position *at)
{
	told[told_count].e = e;
	told[told_count].at = *at;
	told[told_count++].tag = (int)(intptr_t)arg;
}

static struct spool *open_spool(uint64_t max, uint64_t segment)
{
	struct spool_limits limits = { .max_bytes = max, .segment_bytes = segment, .payload_bytes = 50 << 20 };
	struct spool *s = NULL;
	struct why why = { 0 };
	if (spool_open(dir_fd, &limits, &s, &why))
		printf("# %s\n", why.text);
	BUG_ON(!s);
	return s;
}

static enum err put(struct spool *s, enum item_class c, struct str payload, int tag)
{
	struct sink_item item = { .item_class = c, .source = 7, .received_at = 1234, .meta = STR("{\"listener\":\"smtp\"}"), .payload = payload };
	return spool_put(s, &item, done, (void *)(intptr_t)tag);
}

static unsigned count_records(unsigned *ret_bad)
{
	struct spool_reader *r;
	struct spool_record rec;
	struct why why = { 0 };
	unsigned n = 0;
	enum err e;
	*ret_bad = 0;
	BUG_ON(spool_reader_open(dir_fd, &(struct position){ 0 }, &r, NULL) != OK);
	for (;;) {
		arena_reset(a);
		e = spool_reader_next(r, a, &rec, &why);
		if (e == ERR_NOTFOUND)
			break;
		if (e == OK)
			n++;
		else if (e == ERR_CORRUPT)
			++*ret_bad;
		else
			BUG_ON(e);
	}
	spool_reader_close(r);
	return n;
}

static void test_put_and_read(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	struct spool_record rec;
	OK_(put(s, CLASS_COMPLAINT, STR("first"), 1) == OK && put(s, CLASS_SIGNAL, STR(""), 2) == OK && put(s, CLASS_COMPLAINT, STR("third"), 3) == OK, "three are put");
	IS_INT(told_count, 0, "nobody is told before the sync");
	struct position end = spool_end(s);
	IS_INT(spool_sync(s, NULL), OK, "sync");
	OK_(told_count == 3 && told[0].tag == 1 && told[1].tag == 2 && told[2].tag == 3 && !told[0].e && !told[2].e, "the callbacks come in order");
	OK_(position_cmp(&told[0].at, &end) == 0, "the first stands where the synced records ended before");
	end = spool_end(s);
	OK_(position_cmp(&told[2].at, &end) < 0, "all lie before the end now");
	IS_INT(spool_read(dir_fd, &told[2].at, a, &rec, NULL), OK, "a record is read by its position");
	IS_STR(rec.payload, STR("third"), "its payload");
	IS_STR(rec.meta, STR("{\"listener\":\"smtp\"}"), "its metadata");
	OK_(rec.source == 7 && rec.received_at == 1234 && rec.item_class == CLASS_COMPLAINT, "its head");
	struct position inside = told[1].at;
	inside.offset++;
	OK_(spool_read(dir_fd, &inside, a, &rec, NULL) == ERR_CORRUPT, "a position inside a record is none");
	spool_close(s);
	drop_dir();
}

static void test_contents_sealed(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	char bytes[4096], name[SPOOL_NAME_MAX];
	size_t len;
	struct stat st;
	BUG_ON(put(s, CLASS_COMPLAINT, STR("the clear text of a complaint"), 1) || spool_sync(s, NULL));
	spool_segment_name(told[0].at.segment, name);
	int fd = openat(dir_fd, name, O_RDONLY);
	BUG_ON(file_read_at(fd, 0, bytes, sizeof(bytes), &len, NULL) != OK);
	struct str all = { bytes, len };
	OK_(str_find(all, STR("clear text")) == SIZE_MAX && str_find(all, STR("listener")) == SIZE_MAX, "neither payload nor metadata stands in the segment in clear");
	spool_key_name(told[0].at.segment, name);
	OK_(fstatat(dir_fd, name, &st, 0) == 0 && (st.st_mode & 0777) == 0600, "the key file is the owner's alone");
	(void)close(fd);
	spool_close(s);
	drop_dir();
}

/* Cut the segment at every byte of its last record: the ones before it stay, the torn one goes, the next open says so. */
static void test_torn_tail(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	char name[SPOOL_NAME_MAX], bytes[4096];
	size_t len;
	unsigned wrong = 0, bad, n;
	BUG_ON(put(s, CLASS_COMPLAINT, STR("one"), 1) || put(s, CLASS_COMPLAINT, STR("two"), 2) || put(s, CLASS_COMPLAINT, STR("three"), 3) || spool_sync(s, NULL));
	uint64_t end = spool_end(s).offset, last = told[2].at.offset, segment = told[2].at.segment;
	spool_close(s);
	spool_segment_name(segment, name);
	int fd = openat(dir_fd, name, O_RDWR);
	BUG_ON(file_read_at(fd, 0, bytes, sizeof(bytes), &len, NULL) || len != end);
	for (uint64_t cut = last; cut <= end; cut++) {
		BUG_ON(file_write_at(fd, 0, (struct str){ bytes, (size_t)end }, NULL) || file_truncate(fd, cut, NULL));
		s = open_spool(1 << 20, 1 << 18);
		struct spool_stats st;
		uint64_t size = 0;
		spool_stats(s, &st);
		n = count_records(&bad);
		BUG_ON(file_size(fd, &size, NULL));
		if (n != (cut == end ? 3 : 2) || bad || st.cut_bytes != (cut == end ? 0 : cut - last) || size != (cut == end ? end : last))
			wrong++;
		spool_close(s);
	}
	IS_INT(wrong, 0, "torn at every byte of the last record: two stay, the rest is cut");
	/* the same with the length there and the bytes not: what a power cut leaves */
	for (uint64_t from = last; from < end; from++) {
		char zero[4096] = { 0 };
		BUG_ON(file_write_at(fd, 0, (struct str){ bytes, (size_t)end }, NULL) || file_write_at(fd, from, (struct str){ zero, (size_t)(end - from) }, NULL));
		if (memcmp(bytes + from, zero, end - from) == 0)
			continue;
		s = open_spool(1 << 20, 1 << 18);
		n = count_records(&bad);
		if (n != 2 || bad)
			wrong++;
		spool_close(s);
	}
	IS_INT(wrong, 0, "zeros from every byte of the last record on: the same");
	(void)close(fd);
	drop_dir();
}

static void test_damage_inside(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	char name[SPOOL_NAME_MAX];
	unsigned bad, wrong = 0;
	for (int i = 0; i < 4; i++)
		BUG_ON(put(s, CLASS_COMPLAINT, STR("text"), i));
	BUG_ON(spool_sync(s, NULL));
	spool_close(s);
	spool_segment_name(told[0].at.segment, name);
	int fd = openat(dir_fd, name, O_RDWR);
	for (uint64_t at = told[1].at.offset; at < told[2].at.offset; at++) {
		char was, flipped;
		size_t len;
		BUG_ON(file_read_at(fd, at, &was, 1, &len, NULL));
		flipped = was ^ 0x20;
		BUG_ON(file_write_at(fd, at, (struct str){ &flipped, 1 }, NULL));
		s = open_spool(1 << 20, 1 << 18);
		if (count_records(&bad) != 3 || bad != 1)
			wrong++;
		spool_close(s);
		BUG_ON(file_write_at(fd, at, (struct str){ &was, 1 }, NULL));
	}
	IS_INT(wrong, 0, "any byte of a middle record damaged: it is reported, the other three are read, nothing is cut");
	struct spool_reader *r;
	struct spool_record rec;
	struct position from, to;
	BUG_ON(file_write_at(fd, told[1].at.offset, STR("XXXX"), NULL) || spool_reader_open(dir_fd, &told[1].at, &r, NULL));
	IS_INT(spool_reader_next(r, a, &rec, NULL), ERR_CORRUPT, "the damage is an error");
	spool_reader_bad(r, &from, &to);
	OK_(position_cmp(&from, &told[1].at) == 0 && position_cmp(&to, &told[2].at) == 0, "with its first and last position");
	OK_(spool_reader_next(r, a, &rec, NULL) == OK && position_cmp(&rec.at, &told[2].at) == 0, "and reading goes on behind it");
	spool_reader_close(r);
	(void)close(fd);
	drop_dir();
}

static void test_roll_and_trim(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1000);
	struct spool_stats st;
	unsigned bad;
	char key[SPOOL_NAME_MAX], seg[SPOOL_NAME_MAX];
	for (int i = 0; i < 20; i++)
		BUG_ON(put(s, CLASS_COMPLAINT, STR("0123456789"), i));
	BUG_ON(spool_sync(s, NULL));
	spool_stats(s, &st);
	OK_(st.segments > 3 && told[0].at.segment < told[19].at.segment, "segments roll");
	IS_INT(count_records(&bad), 20, "a reader goes through all of them");
	uint64_t first = told[0].at.segment, second = first + 1;
	unsigned in_first = 0;
	for (unsigned i = 0; i < 20; i++)
		in_first += told[i].at.segment == first;
	spool_key_name(first, key);
	spool_segment_name(first, seg);
	int key_fd = openat(dir_fd, key, O_RDONLY);
	char bytes[64];
	ssize_t n;
	BUG_ON(spool_trim(s, &told[in_first - 1].at, NULL));
	OK_(faccessat(dir_fd, key, F_OK, 0) == 0, "a segment with one record left stays");
	struct position below = { second, 0, 0 };
	IS_INT(spool_trim(s, &below, NULL), OK, "trim below the second segment");
	OK_(faccessat(dir_fd, key, F_OK, 0) != 0 && faccessat(dir_fd, seg, F_OK, 0) != 0, "both files of the first are gone");
	n = pread(key_fd, bytes, sizeof(bytes), 0);
	bool zero = n == 44;
	for (ssize_t i = 0; i < n; i++)
		zero = zero && !bytes[i];
	OK_(zero, "its key was overwritten before");
	(void)close(key_fd);
	IS_INT(count_records(&bad), 20 - in_first, "the others are read as before");
	OK_(spool_first(s).segment == second, "the spool begins with the second");
	struct position end = spool_end(s);
	BUG_ON(spool_roll(s, NULL));
	end = spool_end(s);
	IS_INT(spool_trim(s, &end, NULL), OK, "trim all");
	spool_stats(s, &st);
	OK_(st.segments == 0 && st.used_bytes == 0, "nothing is left");
	uint64_t last = told[19].at.segment;
	spool_close(s);
	s = open_spool(1 << 20, 1000);
	BUG_ON(put(s, CLASS_COMPLAINT, STR("x"), 99) || spool_sync(s, NULL));
	OK_(told[20].at.segment > last, "after a restart with an empty spool no number is used again");
	spool_close(s);
	drop_dir();
}

static enum file_fate fail_sync(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd, (void)path, (void)offset, (void)bytes;
	if (change != FILE_SYNC)
		return FILE_DO;
	errno = 5;
	return FILE_FAIL;
}

static enum file_fate fail_write(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd, (void)path, (void)offset, (void)bytes;
	if (change != FILE_WRITE)
		return FILE_DO;
	errno = 28;
	return FILE_FAIL;
}

static void test_disk_fails(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	unsigned bad;
	BUG_ON(put(s, CLASS_COMPLAINT, STR("kept"), 1) || spool_sync(s, NULL));
	BUG_ON(put(s, CLASS_COMPLAINT, STR("lost"), 2) || put(s, CLASS_COMPLAINT, STR("lost too"), 3));
	file_fault = fail_sync;
	IS_INT(spool_sync(s, NULL), ERR_IO, "a sync that fails is an error");
	file_fault = NULL;
	OK_(told_count == 3 && told[1].e == ERR_IO && told[2].e == ERR_IO, "and each caller hears it");
	BUG_ON(put(s, CLASS_COMPLAINT, STR("next"), 4));
	IS_INT(spool_sync(s, NULL), OK, "the next put goes to a new segment");
	OK_(told[3].e == OK && told[3].at.segment == told[0].at.segment + 1, "and is durable");
	IS_INT(count_records(&bad), 2, "what was not acknowledged is not there");
	file_fault = fail_write;
	BUG_ON(put(s, CLASS_COMPLAINT, STR("no room"), 5));
	IS_INT(spool_sync(s, NULL), ERR_FULL, "a full disk is ERR_FULL");
	IS_INT(told[4].e, ERR_FULL, "for the caller too");
	file_fault = NULL;
	struct spool_stats st;
	spool_stats(s, &st);
	OK_(st.disk_full, "and is remembered");
	OK_(!spool_refuses(s, CLASS_COMPLAINT) && !spool_refuses(s, CLASS_TELEMETRY), "until the disk has room");
	spool_close(s);
	drop_dir();
}

static void test_shed_order(void)
{
	fresh_dir();
	struct spool *s = open_spool(20000, 4000);
	static char big[500];
	int refused_at[ITEM_CLASS_COUNT];
	for (int c = 0; c < ITEM_CLASS_COUNT; c++)
		refused_at[c] = -1;
	for (int i = 0; i < 100; i++) {
		for (int c = 0; c < ITEM_CLASS_COUNT; c++) {
			if (refused_at[c] < 0 && spool_refuses(s, (enum item_class)c))
				refused_at[c] = i;
		}
		if (put(s, CLASS_COMPLAINT, (struct str){ big, sizeof(big) }, i) == ERR_FULL)
			break;
		BUG_ON(spool_sync(s, NULL));
	}
	OK_(refused_at[0] > 0 && refused_at[0] < refused_at[1] && refused_at[1] < refused_at[2], "telemetry is shed first, then signals, then accounting");
	OK_(refused_at[CLASS_COMPLAINT] < 0, "complaints are taken until the bound itself is reached");
	struct spool_stats st;
	spool_stats(s, &st);
	OK_(st.used_bytes <= 20000 && st.shed[CLASS_COMPLAINT] == 1, "the bound holds, and what was refused is counted");
	IS_INT(put(s, CLASS_TELEMETRY, STR("x"), 0), ERR_FULL, "a put of a shed class is refused");
	spool_close(s);
	drop_dir();
}

static void put_again(void *arg, enum err e, const struct position *at)
{
	done(arg, e, at);
	if (told_count < 4)
		BUG_ON(spool_put(again, &(struct sink_item){ .item_class = CLASS_COMPLAINT, .payload = STR("again") }, put_again, NULL) != OK);
}

static void test_callback_puts(void)
{
	fresh_dir();
	again = open_spool(1 << 20, 1 << 18);
	BUG_ON(spool_put(again, &(struct sink_item){ .item_class = CLASS_COMPLAINT, .payload = STR("first") }, put_again, NULL));
	BUG_ON(spool_sync(again, NULL));
	IS_INT(told_count, 1, "what a callback puts waits for the next sync");
	BUG_ON(spool_sync(again, NULL) || spool_sync(again, NULL));
	IS_INT(told_count, 3, "and is told then");
	spool_close(again);
	OK_(told_count == 4 && told[3].e == ERR_IO, "closing tells who still waits");
	drop_dir();
}

static void test_large_and_many(void)
{
	fresh_dir();
	struct spool *s = open_spool(UINT64_C(1) << 30, 8 << 20);
	size_t len = 20 << 20;
	char *large = calloc(1, len);
	struct spool_record rec;
	BUG_ON(!large);
	for (size_t i = 0; i < len; i += 4096)
		large[i] = (char)(i >> 12);
	IS_INT(put(s, CLASS_COMPLAINT, (struct str){ large, len }, 1), OK, "20 MB");
	IS_INT(put(s, CLASS_COMPLAINT, (struct str){ large, (50 << 20) + 1 }, 1), ERR_LIMIT, "above the maximum");
	BUG_ON(spool_sync(s, NULL));
	struct arena *big = arena_new("big", 64 << 20);
	OK_(spool_read(dir_fd, &told[0].at, big, &rec, NULL) == OK && rec.payload.len == len && memcmp(rec.payload.ptr, large, len) == 0, "come back whole");
	arena_free(big);
	free(large);
	unsigned bad, failed = 0;
	told_count = 0;
	for (int i = 0; i < 100000; i++) {
		failed += put(s, CLASS_SIGNAL, STR("a small record of some sixty bytes, as accounting has them...."), i) != OK;
		if (i % 1000 == 999)
			failed += spool_sync(s, NULL) != OK;
	}
	OK_(!failed && told_count == 100000, "a hundred thousand small ones");
	spool_close(s);
	s = open_spool(UINT64_C(1) << 30, 8 << 20);
	IS_INT(count_records(&bad), 100001, "are all there after a restart");
	IS_INT(bad, 0, "none is damaged");
	spool_close(s);
	drop_dir();
}

/* A record's bytes at another place, as a file system or a copy may leave them, are no record. */
static void test_misplaced(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	char name[SPOOL_NAME_MAX], bytes[4096];
	size_t len;
	unsigned bad;
	struct spool_stats st;
	BUG_ON(put(s, CLASS_COMPLAINT, STR("one"), 1) || put(s, CLASS_COMPLAINT, STR("two"), 2) || spool_sync(s, NULL));
	uint64_t first = told[0].at.offset, second = told[1].at.offset, end = spool_end(s).offset;
	spool_close(s);
	spool_segment_name(told[0].at.segment, name);
	int fd = openat(dir_fd, name, O_RDWR);
	BUG_ON(file_read_at(fd, first, bytes, (size_t)(second - first), &len, NULL) || file_write_at(fd, end, (struct str){ bytes, len }, NULL));
	s = open_spool(1 << 20, 1 << 18);
	spool_stats(s, &st);
	IS_INT(count_records(&bad), 2, "a record copied to another place is not given twice");
	IS_INT(st.cut_bytes, second - first, "but cut");
	spool_close(s);
	(void)close(fd);
	drop_dir();
}

/* --- a crash after every change that reaches the disk --- */

static unsigned changes_left;
static bool crashed;

static enum file_fate crash_later(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)path;
	if (!crashed && changes_left) {
		changes_left--;
		return FILE_DO;
	}
	/* the write that the crash meets is torn in the middle */
	if (!crashed && change == FILE_WRITE && pwrite(fd, bytes.ptr, bytes.len / 2, (off_t)offset) < 0)
		return FILE_FAIL;
	crashed = true;
	return FILE_DROP;
}

/* What was acknowledged before the crash and not given to a trim: tags and positions. */
static struct { struct position at; int tag; bool trimmed; } kept[100];
static unsigned kept_count;

static void keep(void *arg, enum err e, const struct position *at)
{
	if (e != OK || crashed)
		return;
	kept[kept_count].at = *at;
	kept[kept_count].trimmed = false;
	kept[kept_count++].tag = (int)(intptr_t)arg;
}

static void live_until_crash(struct spool *s)
{
	for (int i = 0; i < 24 && !crashed; i++) {
		char text[100];
		int n = snprintf(text, sizeof(text), "item %d", i);
		struct sink_item item = { .item_class = CLASS_COMPLAINT, .meta = STR("{}"), .payload = { text, (size_t)n } };
		if (spool_put(s, &item, keep, (void *)(intptr_t)i) != OK)
			continue;
		if (i % 2 == 0 && spool_sync(s, NULL) != OK)
			continue;
		if (i == 7) {
			struct position below = { kept[3].at.segment, 0, 0 };
			for (unsigned k = 0; k < kept_count; k++)
				kept[k].trimmed = position_cmp(&kept[k].at, &below) < 0;
			if (spool_trim(s, &below, NULL) != OK)
				continue;
		}
	}
}

static bool crash_at(unsigned n)
{
	struct spool_record rec;
	unsigned bad;
	char want[100];
	bool good = true, ended;
	fresh_dir();
	kept_count = 0;
	changes_left = n;
	crashed = false;
	file_fault = crash_later;
	struct spool_limits limits = { .max_bytes = 1 << 20, .segment_bytes = 600, .payload_bytes = 1000 };
	struct spool *s = NULL;
	if (spool_open(dir_fd, &limits, &s, NULL) == OK)
		live_until_crash(s);
	ended = !crashed;
	crashed = true;
	spool_close(s);
	file_fault = NULL;
	told_count = 0;
	s = open_spool(1 << 20, 600);
	for (unsigned k = 0; k < kept_count; k++) {
		if (kept[k].trimmed)
			continue;
		arena_reset(a);
		int len = snprintf(want, sizeof(want), "item %d", kept[k].tag);
		good = good && spool_read(dir_fd, &kept[k].at, a, &rec, NULL) == OK && str_eq(rec.payload, (struct str){ want, (size_t)len });
	}
	/* the next one gets a position of its own */
	good = good && put(s, CLASS_COMPLAINT, STR("after"), 1) == OK && spool_sync(s, NULL) == OK && told_count == 1 && !told[0].e;
	for (unsigned k = 0; k < kept_count && good; k++)
		good = position_cmp(&told[0].at, &kept[k].at) > 0;
	(void)count_records(&bad);
	if (!good || bad)
		printf("# crash after change %u: good %d, bad stretches %u, acknowledged %u\n", n, good, bad, kept_count);
	spool_close(s);
	drop_dir();
	if (!good || bad)
		OK_(false, "a crash loses nothing that was acknowledged");
	return !ended;
}

static void test_crash_everywhere(void)
{
	unsigned n = 0;
	while (n < 1000 && crash_at(n))
		n++;
	OK_(n > 40 && n < 1000, "a crash after every single change: what was acknowledged is there, no position is used twice, nothing is bad");
}

static void test_leftovers(size_t zeros)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	char name[SPOOL_NAME_MAX];
	unsigned bad;
	struct why why = { 0 };
	BUG_ON(put(s, CLASS_COMPLAINT, STR("one"), 1) || spool_sync(s, NULL) || spool_roll(s, NULL) || put(s, CLASS_COMPLAINT, STR("two"), 2) || spool_sync(s, NULL));
	spool_close(s);
	/* a trim that stopped after so many octets of the key were overwritten */
	spool_key_name(told[0].at.segment, name);
	static char zero[44];
	int fd = openat(dir_fd, name, O_RDWR);
	BUG_ON(file_write_at(fd, 0, (struct str){ zero, zeros }, NULL));
	(void)close(fd);
	/* a creation that stopped after the key */
	spool_key_name(told[1].at.segment + 1, name);
	fd = openat(dir_fd, name, O_RDWR | O_CREAT, 0600);
	(void)close(fd);
	s = open_spool(1 << 20, 1 << 18);
	spool_segment_name(told[0].at.segment, name);
	OK_(faccessat(dir_fd, name, F_OK, 0) != 0, "a trim that a crash cut short is finished");
	OK_(put(s, CLASS_COMPLAINT, STR("three"), 3) == OK && spool_sync(s, NULL) == OK, "a creation that a crash cut short is in nobody's way");
	IS_INT(count_records(&bad), 2, "the rest is there");
	spool_close(s);
	fd = openat(dir_fd, "mark", O_RDWR);
	BUG_ON(file_write_at(fd, 0, STR("aupd-spool 1 9"), NULL));
	(void)close(fd);
	struct spool_limits limits = { .max_bytes = 1000, .segment_bytes = 100, .payload_bytes = 10 };
	IS_INT(spool_open(dir_fd, &limits, &s, &why), ERR_CORRUPT, "a damaged mark stops the start");
	OK_(strstr(why.text, "mark") != NULL, "and the reason names it");
	drop_dir();
}

static void test_skip(void)
{
	fresh_dir();
	struct spool *s = open_spool(1 << 20, 1 << 18);
	struct position first;
	struct spool_record rec;
	unsigned bad;
	BUG_ON(put(s, CLASS_COMPLAINT, STR("one"), 1) || put(s, CLASS_SIGNAL, STR("two"), 2) || spool_sync(s, NULL));
	OK_(spool_skip(s, spool_end(s).segment, NULL) == OK && spool_first(s).segment == 1, "numbers that are ours already are not skipped");
	IS_INT(put(s, CLASS_COMPLAINT, STR("three"), 3), OK, "one is not synced yet");
	IS_INT(spool_skip(s, 500, NULL), OK, "skip the numbers of another spool");
	OK_(told_count == 3 && !told[2].e, "who waited was told");
	first = spool_first(s);
	OK_(first.segment == 501 && count_records(&bad) == 3 && !bad, "all that is held stands above them, once");
	OK_(spool_read(dir_fd, &first, a, &rec, NULL) == OK && str_eq(rec.payload, STR("one")) &&
		rec.source == 7 && rec.received_at == 1234 && rec.item_class == CLASS_COMPLAINT && rec.meta.len, "in order, as it was");
	spool_close(s);
	drop_dir();
}

int main(void)
{
	BUG_ON(seal_start() != OK);
	a = arena_new("test", 80 << 20);
	test_put_and_read();
	test_contents_sealed();
	test_skip();
	test_torn_tail();
	test_damage_inside();
	test_roll_and_trim();
	test_disk_fails();
	test_shed_order();
	test_callback_puts();
	test_large_and_many();
	test_misplaced();
	for (size_t zeros = 1; zeros <= 44; zeros++)
		test_leftovers(zeros);
	test_crash_everywhere();
	arena_free(a);
	return tap_done();
}
