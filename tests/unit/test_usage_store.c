/*
 * The store of use on a disk that fails: ended at every change of it, the log cut at every octet, every bit of log and block changed. What was
 * synced is there once, whatever comes again; what was lost is told and not known. Days are purged, accounts erased.
 */
#include <errno.h>

#include "tap.h"
#include "usage_world.h"

enum { FILE_MAX = 1 << 16, CHANGES_MAX = 500, STEPS = 40, ACCOUNTS = 3 };

static struct usage_store *store;
static struct usage_report report;
static struct usage_series got, want;
static int changes_left;

static enum err open_at(uint32_t at_s)
{
	struct why why = { .line = 0 };
	usage_close(store);
	store = NULL;
	return usage_open(usage_dir, &(struct usage_bounds){ 100, 100 }, at_s * SECOND_US, &store, &report, &why);
}

/* The n-th reading of a life of some hours, of three accounts in turn; the last ones end their sessions. */
static struct usage_reading nth(unsigned n)
{
	uint32_t step = n / ACCOUNTS + 1;
	struct usage_reading r = { .account = (n % ACCOUNTS + 1) * 100, .session = 1000 + n % ACCOUNTS, .in = step * 1000u, .out = step * 70u,
		.at_s = USAGE_WORLD_S + step * 500, .lasted_s = step * 500,
		.feed = 1, .flags = USAGE_READ_COUNTED | USAGE_READ_WIDE };
	if (n < ACCOUNTS)
		r.flags |= USAGE_READ_FRESH;
	if (n >= STEPS - ACCOUNTS)
		r.flags |= USAGE_READ_STOP;
	return r;
}

/* From that reading on; a sync behind each third. Gives the first that is not durable: it will come again. */
static unsigned live(unsigned from)
{
	unsigned durable = from;
	for (unsigned n = from; n < STEPS; n++) {
		struct usage_reading r = nth(n);
		if (usage_take(store, &r, NULL) != OK)
			return durable;
		if (n % 3 != 2 && n + 1 < STEPS)
			continue;
		if (usage_sync(store, r.at_s * SECOND_US, NULL) != OK)
			return durable;
		durable = n + 1;
	}
	return durable;
}

static bool is_whole(void)
{
	bool good = true;
	for (unsigned a = 0; a < ACCOUNTS; a++) {
		usage_series_init(&got, usage_month_of(USAGE_WORLD_S));
		usage_series_init(&want, usage_month_of(USAGE_WORLD_S));
		good &= usage_read(store, (a + 1) * 100, (USAGE_WORLD_S + 86400) * SECOND_US, &got, NULL) == OK;
		uint32_t last = 0;
		for (unsigned n = a; n < STEPS; n += ACCOUNTS) {
			struct usage_reading r = nth(n);
			usage_series_add(&want, &(struct usage_span){ USAGE_WORLD_S + last, r.at_s, 1000, 70, 1, n < ACCOUNTS ? USAGE_INFERRED : 0 });
			last = r.at_s - USAGE_WORLD_S;
		}
		usage_series_mark(&want, USAGE_WORLD_S + 86400, USAGE_WORLD_S + 31 * 86400, USAGE_AHEAD);
		good &= memcmp(got.cells, want.cells, sizeof(got.cells)) == 0;
		struct usage_total t = usage_account_total(usage_meter_account(usage_meter_of(store), (a + 1) * 100), usage_month_of(USAGE_WORLD_S));
		struct usage_volume v;
		usage_volume(&got, USAGE_SUM, &v);
		good &= t.in + t.out == v.octets;
	}
	return good;
}

/* The power goes: no change is made from some one on. With `torn`, half of what it would have written is. */
static bool torn;

static enum file_fate power(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	(void)path;
	if (changes_left-- > 0)
		return change == FILE_SYNC || change == FILE_SYNC_DIR ? FILE_DROP : FILE_DO;
	if (changes_left == -1 && torn && change == FILE_WRITE)
		(void)!pwrite(fd, bytes.ptr, bytes.len / 2, (off_t)offset);
	errno = EIO;
	return FILE_FAIL;
}

static void power_cuts(void)
{
	unsigned bad = 0, cuts = 0;
	for (unsigned at = 0; at < CHANGES_MAX && !bad; at++) {
		torn = at % 2;
		usage_world_clear();
		changes_left = (int)at / 2;
		file_fault = power;
		unsigned durable = open_at(USAGE_WORLD_S) == OK ? live(0) : 0;
		bool cut = changes_left < 0;
		changes_left = 1 << 20;
		torn = false;
		if (open_at(USAGE_WORLD_S + 3600) != OK || live(durable) != STEPS || !is_whole() || report.bad_records) {
			printf("# cut at change %u, %u readings were durable\n", at / 2, durable);
			bad++;
		}
		/* and once more from the disk */
		bad += open_at(USAGE_WORLD_S + 90000) != OK || !is_whole();
		cuts += cut;
		if (!cut)
			break;
	}
	file_fault = usage_no_wait;
	OK_(!bad && cuts > 60, "a cut at every change: what was synced is there once, and what comes again is not counted twice");
	printf("# %u cuts\n", cuts);
}

static size_t read_file(const char *name, char *out)
{
	size_t len = 0;
	int fd;
	BUG_ON(file_open(usage_dir, name, O_RDONLY, 0, &fd, NULL) != OK || file_read_at(fd, 0, out, FILE_MAX, &len, NULL) != OK);
	file_close(fd);
	return len;
}

static void write_file(const char *name, const char *bytes, size_t len)
{
	int fd;
	BUG_ON(file_open(usage_dir, name, O_WRONLY | O_CREAT, 0600, &fd, NULL) != OK || file_write_at(fd, 0, (struct str){ bytes, len }, NULL) != OK ||
		file_truncate(fd, len, NULL) != OK);
	file_close(fd);
}

static char log_name[64];

static void note_log(void *arg, const char *name)
{
	(void)arg;
	if (usage_log_serial(name))
		(void)snprintf(log_name, sizeof(log_name), "%s", name);
}

/* One life without a block: all is in the log. */
static size_t small_log(char *bytes)
{
	usage_world_clear();
	BUG_ON(open_at(USAGE_WORLD_S + 86000) != OK || live(0) != STEPS);
	usage_close(store);
	store = NULL;
	BUG_ON(file_list(usage_dir, note_log, NULL, NULL) != OK);
	return read_file(log_name, bytes);
}

static void torn_logs(void)
{
	static char bytes[FILE_MAX];
	size_t len = small_log(bytes);
	unsigned bad = 0;
	IS_INT(len, (2 + STEPS) * USAGE_RECORD_LEN, "a log of records of one length");
	for (size_t cut = 2 * USAGE_RECORD_LEN; cut < len && !bad; cut++) {
		usage_world_clear();
		write_file(log_name, bytes, cut);
		bad += open_at(USAGE_WORLD_S + 86000) != OK || report.bad_records || report.cut != (cut % USAGE_RECORD_LEN != 0);
		bad += !bad && (live(0) != STEPS || !is_whole());
		if (bad)
			printf("# cut at %zu\n", cut);
	}
	OK_(!bad, "cut at every octet: the rest comes again");
}

static void flipped_logs(void)
{
	static char bytes[FILE_MAX];
	size_t len = small_log(bytes);
	unsigned bad = 0;
	for (size_t at = 0; at < len && !bad; at++) {
		bytes[at] = (char)(bytes[at] ^ 1 << at % 8);
		usage_world_clear();
		write_file(log_name, bytes, len);
		size_t record = at / USAGE_RECORD_LEN;
		uint32_t from_s, until_s;
		bad += open_at(USAGE_WORLD_S + 86000) != OK;
		/* the last one cannot be told from one that was never whole */
		bool told = report.bad_records > 0 && usage_damage(store, &from_s, &until_s);
		bad += record + 1 < 2 + STEPS ? !told : told || !report.cut;
		bad += open_at(USAGE_WORLD_S + 86010) != OK || (record + 1 < 2 + STEPS && !usage_damage(store, &from_s, &until_s));
		bytes[at] = (char)(bytes[at] ^ 1 << at % 8);
		if (bad)
			printf("# octet %zu of record %zu\n", at, record);
	}
	OK_(!bad, "every octet changed: what is lost is told, and stays told");
	/* nothing is counted twice that was counted before the damage */
	bytes[USAGE_RECORD_LEN + 3] ^= 1;
	usage_world_clear();
	write_file(log_name, bytes, len);
	BUG_ON(open_at(USAGE_WORLD_S + 86000) != OK);
	usage_series_init(&got, usage_month_of(USAGE_WORLD_S));
	BUG_ON(usage_read(store, 100, (USAGE_WORLD_S + 86400) * SECOND_US, &got, NULL) != OK);
	OK_(got.cells[3].flags & USAGE_UNKNOWN, "of a time of which something was lost nothing is known");
}

static const char day_file[] = "usage-2026-03-01";

static void flipped_blocks(void)
{
	static char bytes[FILE_MAX];
	unsigned bad = 0, unknown = 0;
	usage_world_clear();
	BUG_ON(open_at(USAGE_WORLD_S) != OK || live(0) != STEPS || usage_roll(store, (USAGE_WORLD_S + 9000) * SECOND_US, NULL) != OK);
	OK_(is_whole(), "what is in blocks is whole");
	size_t len = read_file(day_file, bytes);
	for (size_t at = 0; at < len && !bad; at++) {
		bytes[at] = (char)(bytes[at] ^ 1 << at % 8);
		write_file(day_file, bytes, len);
		for (unsigned a = 0; a < ACCOUNTS; a++) {
			struct usage_volume v;
			usage_series_init(&got, usage_month_of(USAGE_WORLD_S));
			bad += usage_read(store, (a + 1) * 100, (USAGE_WORLD_S + 86400) * SECOND_US, &got, NULL) != OK;
			usage_volume(&got, USAGE_IN, &v);
			uint64_t all = STEPS / ACCOUNTS * 1000u + (a < STEPS % ACCOUNTS ? 1000u : 0);
			bad += v.octets > all || (v.octets < all && !v.unknown);
			unknown += v.unknown > 0;
		}
		bytes[at] = (char)(bytes[at] ^ 1 << at % 8);
		if (bad)
			printf("# octet %zu of %zu\n", at, len);
	}
	write_file(day_file, bytes, len);
	OK_(!bad && unknown > len / 2, "every octet of a day changed: what cannot be read is not known, never less, never more");
	OK_(open_at(USAGE_WORLD_S + 9000) == OK && is_whole(), "and whole again it is as it was");
}

static bool day_has(const char *bytes, size_t len, uint64_t key)
{
	char text[8];
	for (unsigned i = 0; i < 8; i++)
		text[i] = (char)(key >> (8 * (7 - i)));
	return str_find((struct str){ bytes, len }, (struct str){ text, 8 }) != SIZE_MAX;
}

static void erasing(void)
{
	static char bytes[FILE_MAX], log[FILE_MAX];
	usage_world_clear();
	BUG_ON(open_at(USAGE_WORLD_S) != OK || live(0) != STEPS);
	OK_(usage_erase(store, 200, (USAGE_WORLD_S + 9000) * SECOND_US, NULL) == OK, "an account is erased");
	size_t len = read_file(day_file, bytes);
	BUG_ON(file_list(usage_dir, note_log, NULL, NULL) != OK);
	size_t log_len = read_file(log_name, log);
	OK_(!day_has(bytes, len, 200) && day_has(bytes, len, 100) && !day_has(log, log_len, 200) && day_has(log, log_len, 300), "  and no file names it any more");
	for (unsigned round = 0; round < 2; round++) {
		usage_series_init(&got, usage_month_of(USAGE_WORLD_S));
		struct usage_volume v;
		BUG_ON(usage_read(store, 200, (USAGE_WORLD_S + 86400) * SECOND_US, &got, NULL) != OK);
		usage_volume(&got, USAGE_SUM, &v);
		OK_(v.octets == 0 && v.unknown == 0 && !usage_meter_account(usage_meter_of(store), 200), "  nor has anything of it");
		usage_series_init(&got, usage_month_of(USAGE_WORLD_S));
		BUG_ON(usage_read(store, 100, (USAGE_WORLD_S + 86400) * SECOND_US, &got, NULL) != OK);
		usage_volume(&got, USAGE_IN, &v);
		IS_INT(v.octets, 14000, "  others have what they had");
		BUG_ON(open_at(USAGE_WORLD_S + 9000) != OK);
	}
	OK_(usage_erase(store, 200, (USAGE_WORLD_S + 9100) * SECOND_US, NULL) == OK, "  once more is the same");
}

static void purging(void)
{
	unsigned days = 0;
	usage_world_clear();
	BUG_ON(open_at(USAGE_WORLD_S) != OK);
	for (unsigned day = 0; day < 5; day++) {
		struct usage_reading r = { .account = 100, .session = 1000, .in = day * 1000u, .at_s = USAGE_WORLD_S + 3600 + day * 86400, .lasted_s = day * 86400, .feed = 1,
			.flags = USAGE_READ_COUNTED | (day ? 0 : USAGE_READ_START | USAGE_READ_FRESH) };
		BUG_ON(usage_take(store, &r, NULL) != OK || usage_sync(store, r.at_s * SECOND_US, NULL) != OK || usage_roll(store, r.at_s * SECOND_US, NULL) != OK);
	}
	OK_(usage_purge(store, (USAGE_WORLD_S + 3 * 86400 + 100) * SECOND_US, &days, NULL) == OK && days == 2, "days that lie wholly before are unlinked");
	OK_(faccessat(usage_dir, "usage-2026-03-03", F_OK, 0) != 0 && faccessat(usage_dir, "usage-2026-03-04", F_OK, 0) == 0, "  and no other");
	OK_(open_at(USAGE_WORLD_S + 5 * 86400) == OK && !report.bad_records && report.days == 2, "  which is no damage");
	struct usage_total t = usage_account_total(usage_meter_account(usage_meter_of(store), 100), usage_month_of(USAGE_WORLD_S));
	IS_INT(t.in, 4000, "  the sum of the month stays");
	usage_world_remove(NULL, "usage-2026-03-05");
	BUG_ON(file_list(usage_dir, note_log, NULL, NULL) != OK);
	usage_world_remove(NULL, log_name);
	uint32_t from_s, until_s;
	OK_(open_at(USAGE_WORLD_S + 5 * 86400) == OK && report.bad_records && usage_damage(store, &from_s, &until_s) && from_s < USAGE_WORLD_S && until_s == USAGE_WORLD_S + 5 * 86400 + 1,
		"a log that is gone is told");
}

int main(void)
{
	usage_world_clear();
	file_fault = usage_no_wait;
	power_cuts();
	torn_logs();
	flipped_logs();
	flipped_blocks();
	erasing();
	purging();
	usage_close(store);
	usage_world_end();
	return tap_done();
}
