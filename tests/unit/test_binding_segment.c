/*
 * Binding segments and the store over them: what was put comes back after any restart; a file cut at every octet and with every
 * octet changed loses nothing that it does not tell; days turn, are purged with what holds carried forward, and the index made
 * anew says what the living one said.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "attribution/binding_store.h"
#include "base/file.h"
#include "binding_world.h"

enum { RECORDS = 12, WORLD = 400, FOUND_MAX = 512, QUESTIONS = 2000, FILE_MAX = 64 * (RECORDS + 1) };

static char dir_name[] = "/tmp/test_binding.XXXXXX";
static int dir_fd;
static struct binding_item items[WORLD];
static struct binding_holding got[FOUND_MAX], want[FOUND_MAX];

static void remove_name(void *arg, const char *name)
{
	(void)arg;
	(void)unlinkat(dir_fd, name, 0);
}

static void clear(void)
{
	if (file_list(dir_fd, remove_name, NULL, NULL) != OK)
		abort();
}

static struct binding_item random_item(const struct world_shape *w)
{
	struct binding_item item = { .is_span = dice(8) == 0 };
	if (item.is_span) {
		item.span = (struct feed_span){ (uint8_t)(1 + dice(2)), dice(3) ? FEED_HEARD : FEED_HOLE, FEED_REASON_NONE, world_time(w->seconds), 0, world_time(w->recordings) };
		item.span.until_at = item.span.from_at + (10 + dice(3000)) * SECOND_US;
		item.span.reason = item.span.state == FEED_HOLE ? FEED_DOWN : FEED_REASON_NONE;
		if (feed_span_normalise(&item.span, NULL) != OK)
			abort();
		return item;
	}
	do
		item.binding = world_binding(w);
	while (binding_normalise(&item.binding, NULL) != OK);
	return item;
}

static bool item_eq(const struct binding_item *a, const struct binding_item *b)
{
	char x[BINDING_RECORD_LEN], y[BINDING_RECORD_LEN];
	binding_record_encode(a, 1, 1, x);
	binding_record_encode(b, 1, 1, y);
	return memcmp(x, y, sizeof(x)) == 0;
}

/* Some records in one day, synced; the octets of the file. */
static size_t small_file(char *out, uint32_t *ret_day)
{
	struct world_shape w = { 3, 4, 20000, 20000 };
	struct binding_segment *s;
	struct binding_damage cut;
	char name[BINDING_NAME_MAX];
	size_t len = 0;
	int fd;
	clear();
	if (binding_segment_open(dir_fd, &s, &cut, NULL) != OK)
		abort();
	for (unsigned i = 0; i < RECORDS; i++) {
		items[i] = random_item(&w);
		if (binding_segment_append(s, &items[i], WORLD_AT, NULL) != OK)
			abort();
	}
	if (binding_segment_sync(s, NULL) != OK)
		abort();
	*ret_day = binding_segment_current(s);
	binding_segment_close(s);
	binding_segment_name(*ret_day, name);
	if (file_open(dir_fd, name, O_RDONLY, 0, &fd, NULL) != OK || file_read_at(fd, 0, out, FILE_MAX + 1, &len, NULL) != OK)
		abort();
	file_close(fd);
	return len;
}

static void write_file(uint32_t day, const char *bytes, size_t len)
{
	char name[BINDING_NAME_MAX];
	int fd;
	binding_segment_name(day, name);
	/* not emptied first: some file systems wait for the disk then */
	if (file_open(dir_fd, name, O_WRONLY | O_CREAT, 0600, &fd, NULL) != OK || file_write_at(fd, 0, (struct str){ bytes, len }, NULL) != OK ||
		file_truncate(fd, len, NULL) != OK)
		abort();
	file_close(fd);
}

static enum file_fate refuse(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd;
	(void)path;
	(void)offset;
	(void)bytes;
	return change == FILE_SYNC ? FILE_FAIL : FILE_DO;
}

/* Where what counts is what is written, not when. */
static enum file_fate no_wait(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)fd;
	(void)path;
	(void)offset;
	(void)bytes;
	return change == FILE_SYNC || change == FILE_SYNC_DIR ? FILE_DROP : FILE_DO;
}

/* What a reader gives: items that were written, in their order, and records told as bad. */
struct seen {
	unsigned items, bad, runs, heads;
	bool foreign, torn, doubtful;
};

static struct seen read_day(uint32_t day)
{
	struct seen seen = { 0 };
	struct binding_reader *r;
	struct binding_item item;
	struct binding_damage d;
	unsigned next = 0;
	enum err e;
	if (binding_reader_open(dir_fd, day, &r, NULL) != OK)
		abort();
	while ((e = binding_reader_next(r, &item, &d, NULL)) != ERR_NOTFOUND) {
		if (e == ERR_CORRUPT) {
			seen.bad += d.count;
			seen.runs += d.count > 0;
			seen.heads += d.count == 0;
			seen.doubtful |= d.count && d.until_at <= d.from_at;
			continue;
		}
		while (e == OK && next < RECORDS && !item_eq(&items[next], &item))
			next++;
		seen.foreign |= e != OK || next++ == RECORDS;
		seen.items++;
	}
	seen.torn = binding_reader_torn(r);
	binding_reader_close(r);
	return seen;
}

static void torn_everywhere(void)
{
	char bytes[FILE_MAX + 1];
	uint32_t day;
	size_t len = small_file(bytes, &day);
	struct world_shape w = { 3, 4, 20000, 20000 };
	unsigned bad = 0;
	IS_INT(len, (RECORDS + 1) * BINDING_RECORD_LEN, "records of one length behind a head");
	file_fault = no_wait;
	for (size_t cut = 0; cut < len; cut++) {
		struct binding_segment *s;
		struct binding_damage d;
		unsigned whole = cut < BINDING_RECORD_LEN ? 0 : (unsigned)(cut / BINDING_RECORD_LEN) - 1;
		write_file(day, bytes, cut);
		bad += binding_segment_open(dir_fd, &s, &d, NULL) != OK;
		/* a part of a record is told; the end of a whole one is where a file may end */
		bad += cut > BINDING_RECORD_LEN && (d.count == 1) != (cut % BINDING_RECORD_LEN != 0);
		struct binding_item more = random_item(&w);
		struct binding_item was = items[whole];
		bad += binding_segment_append(s, &more, WORLD_AT, NULL) != OK || binding_segment_sync(s, NULL) != OK;
		binding_segment_close(s);
		items[whole] = more;
		struct seen seen = read_day(day);
		items[whole] = was;
		bad += seen.items != whole + 1 || seen.bad || seen.heads || seen.foreign;
		if (bad) {
			printf("# cut at %zu: %u items, %u bad\n", cut, seen.items, seen.bad);
			break;
		}
	}
	file_fault = NULL;
	OK_(!bad, "cut at every octet: whole records stay, a torn one is cut and told, and writing goes on");
}

static void flipped_everywhere(void)
{
	char bytes[FILE_MAX + 1];
	uint32_t day;
	size_t len = small_file(bytes, &day);
	unsigned bad = 0;
	for (size_t at = 0; at < len && !bad; at++)
		for (unsigned bit = 0; bit < 8 && !bad; bit++) {
			bytes[at] = (char)(bytes[at] ^ 1 << bit);
			write_file(day, bytes, len);
			struct seen seen = read_day(day);
			bool head = at < BINDING_RECORD_LEN, last = at >= len - BINDING_RECORD_LEN;
			bad += seen.items != (head ? RECORDS : RECORDS - 1u) || seen.bad != !head || seen.runs != !head || seen.heads != head || seen.foreign || seen.torn != last || seen.doubtful;
			bytes[at] = (char)(bytes[at] ^ 1 << bit);
			if (bad)
				printf("# octet %zu bit %u: %u items, %u bad in %u runs, %u heads\n", at, bit, seen.items, seen.bad, seen.runs, seen.heads);
		}
	OK_(!bad, "every bit flipped: one record is lost and told, every other one is there");
	/* a record where it was not written: two change places */
	char other[BINDING_RECORD_LEN];
	memcpy(other, bytes + 64, 64);
	memcpy(bytes + 64, bytes + 128, 64);
	memcpy(bytes + 128, other, 64);
	write_file(day, bytes, len);
	struct seen seen = read_day(day);
	OK_(seen.bad == 2 && seen.runs == 1 && seen.items == RECORDS - 2, "records that changed places are bad ones");
}

static struct binding_store *open_store(int64_t now, int64_t retention_us, struct binding_store_report *ret_report)
{
	struct binding_store *s;
	struct why why = { 0 };
	enum err e = binding_store_open(dir_fd, 100000, retention_us, now, NULL, &s, ret_report, &why);
	if (e == OK)
		return s;
	printf("Bail out! %s\n", why.text);
	exit(1);
}

/* Do both answer alike, also about their feeds? */
static bool same_answers(struct binding_store *a, struct binding_store *b, const struct world_shape *w)
{
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct binding_question q = world_question(w);
		unsigned n = 0, m = 0;
		if (binding_index_find(binding_store_index(a), &q, got, FOUND_MAX, &n) != OK || binding_index_find(binding_store_index(b), &q, want, FOUND_MAX, &m) != OK ||
			!world_alike(got, n, want, m))
			return false;
		if (feed_health_whole(binding_store_health(a), 1, q.from_at, q.until_at, q.as_of, NULL) !=
			feed_health_whole(binding_store_health(b), 1, q.from_at, q.until_at, q.as_of, NULL))
			return false;
	}
	return feed_health_count(binding_store_health(a)) == feed_health_count(binding_store_health(b)) &&
		binding_index_settle(binding_store_index(a)) == OK && binding_index_settle(binding_store_index(b)) == OK &&
		binding_index_count(binding_store_index(a)) == binding_index_count(binding_store_index(b));
}

static unsigned files(void)
{
	struct arena *a = arena_new("days", 1 << 20);
	uint32_t *days;
	unsigned count = 0;
	if (!a || binding_segment_days(dir_fd, a, &days, &count, NULL) != OK)
		abort();
	arena_free(a);
	return count;
}

static void days_and_purge(void)
{
	struct world_shape w = { 6, 6, 10 * 86400, 10 * 86400 };
	struct binding_store_report report;
	unsigned gone = 0;
	uint64_t carried = 0;
	int64_t retention = 5 * DAY_US, now = WORLD_AT;
	clear();
	struct binding_store *s = open_store(now, retention, &report), *again;
	OK_(!report.days && !report.bad_records, "an empty directory is an empty store");
	bool good = true;
	for (unsigned i = 0; i < WORLD && good; i++, now = WORLD_AT + i * (10 * DAY_US / WORLD)) {
		items[i] = random_item(&w);
		/* most is recorded when it is written; some comes with a time of recording of its own */
		if (!items[i].is_span && dice(5)) {
			items[i].binding.recorded_at = now;
			good &= binding_normalise(&items[i].binding, NULL) == OK;
		}
		good &= binding_store_put(s, &items[i], now, NULL) == OK;
	}
	OK_(good && binding_store_sync(s, NULL) == OK, "ten days of facts");
	IS_INT(files(), 10, "a file for each day");
	again = open_store(now, 0, &report);
	OK_(report.records == WORLD && report.days == 10 && !report.bad_records && same_answers(s, again, &w), "the index made anew says what the living one says");
	binding_store_close(again);
	OK_(binding_store_purge(s, now, &gone, &carried, NULL) == OK && gone == 5 && carried > 0, "a purge unlinks the days that are over");
	IS_INT(files(), 6, "and leaves the others, and what it carried forward");
	again = open_store(now, retention, &report);
	OK_(same_answers(s, again, &w), "then too both say the same");
	binding_store_close(again);
	/* much later, with nothing written since: the writer's own file goes too */
	now += 400 * DAY_US;
	OK_(binding_store_purge(s, now, &gone, &carried, NULL) == OK && gone == 6 && files() == 1, "an old file goes though nothing followed it");
	again = open_store(now, retention, &report);
	OK_(same_answers(s, again, &w) && report.records == carried, "only what still holds is in any file");
	binding_store_close(again);
	binding_store_close(s);
}

static void damage_is_told(void)
{
	char bytes[FILE_MAX + 1], name[BINDING_NAME_MAX];
	uint32_t day;
	size_t len = small_file(bytes, &day);
	struct binding_store_report report;
	struct feed_span heard = { 1, FEED_HEARD, FEED_REASON_NONE, day * DAY_US - 100 * DAY_US, day * DAY_US + 100 * DAY_US, day * DAY_US }, hole;
	struct binding_item item = { .is_span = true, .span = heard };
	bytes[5 * BINDING_RECORD_LEN + 30] ^= 4;
	write_file(day, bytes, len);
	struct binding_store *s = open_store(WORLD_AT + DAY_US, 0, &report);
	OK_(report.records == RECORDS - 1 && report.bad_records == 1 && report.damaged_days == 1, "a flipped bit is told when the store opens");
	size_t spans = feed_health_count(binding_store_health(s));
	OK_(!feed_health_whole(binding_store_health(s), 1, WORLD_AT, WORLD_AT + 1000 * SECOND_US, TIME_MAX, &hole) && hole.reason == FEED_RECORDS_LOST,
		"and is a hole in every feed");
	OK_(feed_health_whole(binding_store_health(s), 1, WORLD_AT, WORLD_AT, WORLD_AT - DAY_US, NULL) == false, "which nothing known before denies");
	OK_(binding_store_put(s, &item, WORLD_AT + 2 * DAY_US, NULL) == OK && binding_store_sync(s, NULL) == OK, "the writer goes on in a new day");
	binding_store_close(s);
	s = open_store(WORLD_AT + 3 * DAY_US, 0, &report);
	OK_(report.bad_records == 1 && feed_health_count(binding_store_health(s)) == spans + 1, "the next time it is told again, and recorded no more");
	binding_store_close(s);
	/* whole records cut off a file that others follow are missed; so is the last day's torn one */
	write_file(day, bytes, len - 2 * BINDING_RECORD_LEN);
	s = open_store(WORLD_AT + 3 * DAY_US, 0, &report);
	OK_(report.bad_records == 3 && !report.cut.count, "records that are missing at the end of an older file are told");
	binding_store_close(s);
	binding_segment_name((uint32_t)(WORLD_AT / DAY_US) + 3, name);
	int fd;
	OK_(file_open(dir_fd, name, O_WRONLY | O_APPEND, 0, &fd, NULL) == OK && file_append(fd, STR("torn"), NULL) == OK, "an append is torn");
	file_close(fd);
	s = open_store(WORLD_AT + 3 * DAY_US, 0, &report);
	OK_(report.cut.count == 1 && report.bad_records == 4, "it is cut and told");
	binding_store_close(s);
}

static void failing_disk(void)
{
	struct world_shape w = { 3, 4, 20000, 20000 };
	struct binding_store_report report;
	struct why why = { 0 };
	struct binding_item item = random_item(&w);
	clear();
	struct binding_store *s = open_store(WORLD_AT, 0, &report);
	OK_(binding_store_put(s, &item, WORLD_AT, NULL) == OK, "an item is put");
	file_fault = refuse;
	OK_(binding_store_sync(s, &why) != OK && why.text[0], "a sync that fails is told");
	file_fault = NULL;
	OK_(binding_store_sync(s, &why) != OK && binding_store_put(s, &item, WORLD_AT, &why) != OK, "and nothing goes well after it");
	binding_store_close(s);
}

int main(void)
{
	if (!mkdtemp(dir_name) || file_open(AT_FDCWD, dir_name, O_RDONLY | O_DIRECTORY, 0, &dir_fd, NULL) != OK)
		return 1;
	torn_everywhere();
	flipped_everywhere();
	days_and_purge();
	damage_is_told();
	failing_disk();
	clear();
	(void)rmdir(dir_name);
	return tap_done();
}
