/*
 * The store of use. See usage_store.h.
 */
#include "detect/usage_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "detect/usage_block.h"

enum { TAIL_BYTES_MAX = 1 << 20, NAME_MAX_LEN = 32, LOGS_MAX = 16 };
#define SWEEP_US (6 * HOUR_US)

struct usage_store {
	int dir_fd, log_fd;
	uint32_t serial, count;         /* of the log; records, those in the tail included */
	struct buf tail;
	bool dirty;
	enum err failed;
	struct usage_meter meter;
	struct usage_head head;
	int64_t rolled_at, sweep_due_at;
	uint32_t *days;
	unsigned day_count;
};

struct names {
	uint32_t *days, logs[LOGS_MAX];
	unsigned day_count, log_count;
};

static void day_name(uint32_t day, char out[NAME_MAX_LEN])
{
	char text[TIME_TEXT_MAX];
	time_print(day * DAY_US, text);
	(void)snprintf(out, NAME_MAX_LEN, "usage-%.10s", text);
}

static uint32_t day_of(const char *name)
{
	char again[NAME_MAX_LEN];
	int64_t at;
	struct str s = str_of(name);
	if (!str_starts(s, STR("usage-")) || time_parse(str_sub(s, 6, s.len), &at) != OK || at <= 0 || at / DAY_US > UINT16_MAX)
		return 0;
	day_name((uint32_t)(at / DAY_US), again);
	return strcmp(name, again) == 0 ? (uint32_t)(at / DAY_US) : 0;
}

static void note_name(void *arg, const char *name)
{
	struct names *n = arg;
	uint32_t day = day_of(name), log = usage_log_serial(name);
	if (day && n->day_count < USAGE_DAYS_MAX)
		n->days[n->day_count++] = day;
	if (log && n->log_count < LOGS_MAX)
		n->logs[n->log_count++] = log;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static uint32_t second_of(int64_t at)
{
	return at < 0 ? 0 : at / SECOND_US < UINT32_MAX ? (uint32_t)(at / SECOND_US) : UINT32_MAX;
}

/* Of that time nothing is known any more; what was before stays so. */
static void damage(struct usage_head *h, uint32_t from_s, uint32_t until_s)
{
	bool any = h->damage_from_s < h->damage_until_s;
	h->damage_from_s = any && h->damage_from_s < from_s ? h->damage_from_s : from_s;
	h->damage_until_s = any && h->damage_until_s > until_s ? h->damage_until_s : until_s;
}

static enum err begin_log(struct usage_store *s, uint32_t serial, int64_t now, struct why *why)
{
	int fd = -1;
	s->head.began_s = second_of(now);
	s->head.trust_s = s->meter.trust_s;
	enum err e = usage_log_begin(s->dir_fd, serial, &s->head, &s->meter, &fd, &s->count, why);
	if (e)
		return e;
	if (s->log_fd >= 0)
		file_close(s->log_fd);
	s->log_fd = fd;
	s->serial = serial;
	s->rolled_at = now;
	return OK;
}

/* What was lost is gone for good: totals of this month and the one before are too low, and what goes on counts from its next reading on. */
static void lose(struct usage_store *s, uint32_t now_s)
{
	damage(&s->head, usage_month_start_s(usage_month_of(now_s) - 1), now_s + 1);
	s->meter.trust_s = now_s;
}

static enum err read_log(struct usage_store *s, uint32_t serial, uint32_t now_s, struct usage_report *report, struct why *why)
{
	struct usage_log_found found = { 0 };
	char name[USAGE_LOG_NAME_MAX];
	usage_log_name(serial, name);
	enum err e = file_open(s->dir_fd, name, O_RDWR, 0, &s->log_fd, why);
	if (e == OK)
		e = usage_log_read(s->log_fd, serial, &s->meter, &found, why);
	if (e)
		return e;
	s->serial = serial;
	s->count = found.count + 1;
	s->head = found.head;
	s->rolled_at = found.head.began_s * SECOND_US;
	report->readings = found.readings;
	report->bad_records = found.bad;
	report->cut |= found.torn;
	if (found.bad_snapshot)
		lose(s, now_s);
	else if (found.bad)
		damage(&s->head, found.head.began_s, now_s + 1);
	if (!found.torn)
		return OK;
	e = file_truncate(s->log_fd, (uint64_t)s->count * USAGE_RECORD_LEN, why);
	return e ? e : file_sync(s->log_fd, why);
}

/* The newest log; one whose head is damaged is none. Nothing was lost where there is nothing. */
static enum err find_log(struct usage_store *s, const struct names *n, int64_t now, const struct usage_bounds *b, struct usage_report *report, struct why *why)
{
	enum err e = ERR_CORRUPT;
	for (unsigned i = n->log_count; i-- && e == ERR_CORRUPT;) {
		e = read_log(s, n->logs[i], second_of(now), report, why);
		if (e != ERR_CORRUPT)
			break;
		file_close(s->log_fd);
		s->log_fd = -1;
		usage_meter_done(&s->meter);
		if (usage_meter_init(&s->meter, b->accounts, b->sessions) != OK)
			return why_set(why, ERR_NOMEM, "no memory for the meter of use");
	}
	if (e != ERR_CORRUPT)
		return e;
	if (n->log_count || n->day_count) {
		report->bad_records++;
		lose(s, second_of(now));
	}
	return OK;
}

static enum err open_day(struct usage_store *s, uint32_t day, int flags, int *ret_fd, uint64_t *ret_len, struct why *why)
{
	char name[NAME_MAX_LEN];
	day_name(day, name);
	enum err e = file_open(s->dir_fd, name, flags, 0640, ret_fd, why);
	if (e)
		return e;
	e = file_size(*ret_fd, ret_len, why);
	if (e)
		file_close(*ret_fd);
	return e;
}

/* A block that the log does not know of is written again: the newest day ends before it. Without a log, serials go on. */
static enum err end_of_day(struct usage_store *s, uint32_t day, bool cut, uint64_t *ret_end, struct usage_report *report, struct why *why)
{
	struct usage_block b;
	uint64_t len = 0, at = 0;
	int fd;
	enum err e = open_day(s, day, O_RDWR, &fd, &len, why);
	if (e)
		return e;
	while ((e = usage_block_open(fd, at, len, &b, why)) == OK && (!cut || b.serial < s->head.block)) {
		at = usage_block_end(&b);
		if (!cut && b.serial >= s->head.block)
			s->head.block = b.serial + 1;
	}
	e = e == ERR_CORRUPT || e == ERR_NOTFOUND ? OK : e;
	if (e == OK && at < len) {
		report->cut = true;
		e = file_truncate(fd, at, why);
		if (e == OK)
			e = file_sync(fd, why);
	}
	*ret_end = at;
	file_close(fd);
	return e;
}

static enum err open_all(struct usage_store *s, const struct usage_bounds *b, int64_t now, struct usage_report *report, struct why *why)
{
	struct names n = { .days = s->days };
	char name[USAGE_LOG_NAME_MAX];
	uint64_t end;
	enum err e = file_list(s->dir_fd, note_name, &n, why);
	if (e)
		return e;
	qsort(n.days, n.day_count, sizeof(n.days[0]), ascending);
	qsort(n.logs, n.log_count, sizeof(n.logs[0]), ascending);
	s->day_count = report->days = n.day_count;
	e = find_log(s, &n, now, b, report, why);
	bool fresh = s->log_fd < 0;
	if (e == OK && n.day_count)
		e = end_of_day(s, n.days[n.day_count - 1], !fresh, &end, report, why);
	/* damage must not be forgotten with the log that shows it */
	if (e == OK && (fresh || report->bad_records))
		e = usage_roll(s, now, why);
	for (unsigned i = 0; e == OK && i < n.log_count; i++) {
		usage_log_name(n.logs[i], name);
		if (n.logs[i] != s->serial && (e = file_unlink(s->dir_fd, name, why)) == ERR_NOTFOUND)
			e = OK;
	}
	report->accounts = s->meter.account_count;
	report->sessions = s->meter.session_count;
	return e;
}

enum err usage_open(int dir_fd, const struct usage_bounds *b, int64_t now, struct usage_store **ret_store, struct usage_report *ret_report, struct why *why)
{
	struct usage_report report = { 0 };
	struct usage_store *s = calloc(1, sizeof(*s));
	enum err e = s && (s->days = calloc(USAGE_DAYS_MAX, sizeof(*s->days))) ? usage_meter_init(&s->meter, b->accounts, b->sessions) : ERR_NOMEM;
	if (e) {
		usage_close(s);
		return why_set(why, e, "no memory for the meter of use");
	}
	s->dir_fd = dir_fd;
	s->log_fd = -1;
	buf_init(&s->tail, TAIL_BYTES_MAX);
	e = open_all(s, b, now, &report, why);
	if (e) {
		usage_close(s);
		return e;
	}
	*ret_store = s;
	*ret_report = report;
	return OK;
}

void usage_close(struct usage_store *s)
{
	if (!s)
		return;
	if (s->log_fd >= 0)
		file_close(s->log_fd);
	buf_done(&s->tail);
	usage_meter_done(&s->meter);
	free(s->days);
	free(s);
}

static enum err flush(struct usage_store *s, struct why *why)
{
	if (!s->tail.len)
		return OK;
	uint64_t end = (uint64_t)s->count * USAGE_RECORD_LEN;
	enum err e = file_write_at(s->log_fd, end - s->tail.len, buf_str(&s->tail), why);
	buf_clear(&s->tail);
	s->dirty = true;
	return e;
}

enum err usage_take(struct usage_store *s, const struct usage_reading *r, struct why *why)
{
	struct usage_record record;
	bool took;
	if (s->failed)
		return why_set(why, s->failed, "the store of use has failed before");
	enum err e = usage_meter_take(&s->meter, r, &took);
	if (e == OK && took && s->tail.len + USAGE_RECORD_LEN > TAIL_BYTES_MAX)
		e = flush(s, why);
	char *out = e || !took ? NULL : buf_room(&s->tail, USAGE_RECORD_LEN);
	if (e == OK && took && !out)
		e = why_set(why, ERR_NOMEM, "no memory for readings");
	if (e || !took)
		return s->failed = e;
	usage_record_of_reading(r, &record);
	usage_record_encode(&record, s->serial, s->count++, out);
	s->tail.len += USAGE_RECORD_LEN;
	return OK;
}

/* The day whose file is written: a clock that goes back begins none. */
static uint32_t day_now(const struct usage_store *s, int64_t now)
{
	uint32_t day = (uint32_t)(now / DAY_US), last = s->day_count ? s->days[s->day_count - 1] : 0;
	return day > last ? day : last;
}

static enum err write_block(struct usage_store *s, int64_t now, struct why *why)
{
	uint32_t day = day_now(s, now);
	uint64_t len = 0, end;
	int fd;
	bool fresh = !s->day_count || s->days[s->day_count - 1] != day;
	if (!s->meter.kept_count)
		return OK;
	if (fresh && s->day_count == USAGE_DAYS_MAX)
		return why_set(why, ERR_LIMIT, "more than %d days of use", USAGE_DAYS_MAX);
	enum err e = open_day(s, day, O_RDWR | O_CREAT, &fd, &len, why);
	if (e)
		return e;
	e = usage_block_write(fd, len, s->head.block, &s->meter, &end, why);
	if (e == OK)
		e = file_sync(fd, why);
	if (e == OK && fresh)
		e = file_sync_dir(s->dir_fd, why);
	file_close(fd);
	if (e)
		return e;
	if (fresh)
		s->days[s->day_count++] = day;
	s->head.block++;
	return OK;
}

enum err usage_roll(struct usage_store *s, int64_t now, struct why *why)
{
	char name[USAGE_LOG_NAME_MAX];
	uint32_t old = s->serial;
	if (s->failed)
		return why_set(why, s->failed, "the store of use has failed before");
	/* what the block has is in no log any more: that which waits needs not be written */
	s->count -= (uint32_t)(s->tail.len / USAGE_RECORD_LEN);
	buf_clear(&s->tail);
	enum err e = write_block(s, now, why);
	bool due = now >= s->sweep_due_at;
	if (e == OK && due)
		e = usage_meter_sweep(&s->meter, second_of(now));
	else if (e == OK)
		usage_meter_clear(&s->meter);
	if (e == OK && due)
		s->sweep_due_at = now + SWEEP_US;
	if (e == OK)
		e = begin_log(s, old + 1, now, why);
	usage_log_name(old, name);
	if (e == OK && old && (e = file_unlink(s->dir_fd, name, why)) == ERR_NOTFOUND)
		e = OK;
	s->dirty = false;
	return s->failed = e;
}

enum err usage_sync(struct usage_store *s, int64_t now, struct why *why)
{
	if (s->failed)
		return why_set(why, s->failed, "the store of use has failed before");
	enum err e = flush(s, why);
	if (e == OK && s->dirty)
		e = file_sync(s->log_fd, why);
	if (e)
		return s->failed = e;
	s->dirty = false;
	bool due = s->meter.kept_count >= USAGE_ROLL_SPANS || (s->meter.kept_count && now - s->rolled_at >= USAGE_ROLL_US);
	return due ? usage_roll(s, now, why) : OK;
}

enum err usage_purge(struct usage_store *s, int64_t before_at, unsigned *ret_days, struct why *why)
{
	char name[NAME_MAX_LEN];
	unsigned n = 0;
	enum err e = OK;
	while (e == OK && n < s->day_count && (s->days[n] + 1) * DAY_US <= before_at) {
		day_name(s->days[n], name);
		e = file_unlink(s->dir_fd, name, why);
		if (e == ERR_NOTFOUND)
			e = OK;
		n += e == OK;
	}
	if (e == OK && n)
		e = file_sync_dir(s->dir_fd, why);
	memmove(s->days, s->days + n, (s->day_count - n) * sizeof(s->days[0]));
	s->day_count -= n;
	*ret_days = n;
	return e;
}

static enum err erase_day(struct usage_store *s, uint32_t day, uint64_t key, struct why *why)
{
	struct usage_block b;
	uint64_t len = 0;
	bool found, any = false;
	int fd;
	enum err e = open_day(s, day, O_RDWR, &fd, &len, why), last = OK;
	if (e)
		return e;
	for (uint64_t at = 0; last == OK && (e = usage_block_open(fd, at, len, &b, why)) == OK; at = usage_block_end(&b)) {
		last = usage_block_erase(fd, &b, key, &found, why);
		any |= found;
	}
	if (last == OK && e != ERR_NOTFOUND)
		last = why_set(why, e, "a block of use is damaged: what it has of the account cannot be found");
	if (last == OK && any)
		last = file_sync(fd, why);
	file_close(fd);
	return last;
}

enum err usage_erase(struct usage_store *s, uint64_t key, int64_t now, struct why *why)
{
	/* spans first, so that none is left in a log */
	enum err e = usage_roll(s, now, why);
	if (e == OK)
		e = usage_meter_forget(&s->meter, key, second_of(now));
	if (e == OK)
		e = usage_roll(s, now, why);
	for (unsigned i = 0; e == OK && i < s->day_count; i++)
		e = erase_day(s, s->days[i], key, why);
	return e;
}

static void add(void *arg, const struct usage_span *span)
{
	usage_series_add(arg, span);
}

/* What is damaged: the time that it speaks of, or when its head is, all that the day may speak of. */
static enum err read_day(struct usage_store *s, uint32_t day, uint64_t key, struct usage_series *u, struct why *why)
{
	uint32_t from_s = u->first_cell * USAGE_CELL_S, until_s = from_s + u->count * USAGE_CELL_S;
	struct usage_block b;
	uint64_t len = 0;
	int fd;
	enum err e = open_day(s, day, O_RDONLY, &fd, &len, why), last = OK;
	if (e)
		return e;
	for (uint64_t at = 0; last == OK && (e = usage_block_open(fd, at, len, &b, why)) == OK; at = usage_block_end(&b)) {
		if (b.last_s <= from_s || b.first_s >= until_s)
			continue;
		last = usage_block_read(fd, &b, key, add, u, why);
		if (last == ERR_CORRUPT) {
			usage_series_mark(u, b.first_s, b.last_s, USAGE_UNKNOWN);
			last = OK;
		}
	}
	if (last == OK && e == ERR_CORRUPT)
		usage_series_mark(u, from_s, (day + 1) * 86400, USAGE_UNKNOWN);
	else if (last == OK && e != ERR_NOTFOUND)
		last = e;
	file_close(fd);
	return last;
}

/* Of sessions that go on nothing is known yet behind their last reading; of one that is silent for long, nothing will be. */
static void mark_open(const struct usage_meter *m, uint32_t number, uint32_t now_s, struct usage_series *u)
{
	for (uint32_t i = 0; i < m->session_room; i++) {
		const struct usage_session *x = &m->sessions[i];
		if (!x->ref || x->account != number || x->flags & USAGE_SESSION_ENDED)
			continue;
		bool silent = now_s > x->at_s && now_s - x->at_s > USAGE_UNKNOWN_MAX_S;
		usage_series_mark(u, x->at_s, silent ? x->at_s + USAGE_UNKNOWN_MAX_S : now_s, silent ? USAGE_UNKNOWN : USAGE_AHEAD);
	}
}

enum err usage_read(struct usage_store *s, uint64_t key, int64_t now, struct usage_series *u, struct why *why)
{
	uint32_t now_s = second_of(now), from_s = u->first_cell * USAGE_CELL_S, until_s = from_s + u->count * USAGE_CELL_S;
	const struct usage_account *a = usage_meter_account(&s->meter, key);
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < s->day_count; i++)
		if ((s->days[i] + 1) * UINT64_C(86400) > from_s)
			e = read_day(s, s->days[i], key, u, why);
	for (uint32_t n = a ? a->last_span : 0; e == OK && n; n = s->meter.kept[n - 1].before)
		usage_series_add(u, &s->meter.kept[n - 1].span);
	if (a)
		mark_open(&s->meter, (uint32_t)(a - s->meter.accounts), now_s, u);
	usage_series_mark(u, now_s, until_s, USAGE_AHEAD);
	usage_series_mark(u, s->head.damage_from_s, s->head.damage_until_s, USAGE_UNKNOWN);
	return e;
}

const struct usage_meter *usage_meter_of(const struct usage_store *s)
{
	return &s->meter;
}

bool usage_damage(const struct usage_store *s, uint32_t *ret_from_s, uint32_t *ret_until_s)
{
	*ret_from_s = s->head.damage_from_s;
	*ret_until_s = s->head.damage_until_s;
	return s->head.damage_from_s < s->head.damage_until_s;
}
