/*
 * The meter of use in the judge. See judge_usage.h.
 */
#include "aupd/judge_usage.h"

#include <fcntl.h>
#include <stdlib.h>

#include "aupd/figures.h"
#include "aupd/judge_binding.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/point.h"

enum { ON_TIME_S = 5, SILENCE_S = 1000 /* a feed that was heard so long ago may be heard again */ };

static void tell_opened(const struct usage_report *r, int64_t took_us)
{
	log_info("use loaded", "accounts", log_u64(r->accounts), "sessions", log_u64(r->sessions), "readings", log_u64(r->readings), "days", log_u64(r->days), "ms",
		log_u64((uint64_t)(took_us / 1000)));
	if (r->bad_records)
		log_error("records of use are damaged or missing: of that time nothing is said to be known; see doc/operations.md", "records", log_u64(r->bad_records));
	if (r->cut)
		log_warn("what was written last of use did not end whole and was cut");
}

enum err judge_usage_open(struct judge *j, struct why *why)
{
	const struct share *s = &j->role->share;
	int64_t began = clock_monotonic_us();
	uint64_t sessions = 2 * s->radius_sessions;
	judge_usage_close(j);
	usage_months_begin((int)s->usage_offset_minutes);
	if (!s->usage_accounts)
		return OK;
	struct judge_usage *u = calloc(1, sizeof(*u));
	if (!u)
		return why_set(why, ERR_NOMEM, "no memory for the meter of use");
	u->dir_fd = -1;
	j->usage = u;
	struct usage_bounds bounds = { (uint32_t)s->usage_accounts, sessions < UINT32_MAX / 4 ? (uint32_t)sessions : UINT32_MAX / 4 };
	enum err e = file_open_dir(role_fd(j->role, "data"), "usage", 0700, &u->dir_fd, why);
	if (e == OK)
		e = usage_open(u->dir_fd, &bounds, clock_wall_at(), &u->store, &u->report, why);
	if (e == ERR_FULL)
		why_hint(why, "usage { accounts } is less than what data/usage holds");
	if (e) {
		judge_usage_close(j);
		return e;
	}
	/* what its log told of was told before */
	u->told = usage_meter_of(u->store)->count;
	tell_opened(&u->report, clock_monotonic_us() - began);
	return OK;
}

void judge_usage_close(struct judge *j)
{
	struct judge_usage *u = j->usage;
	if (!u)
		return;
	usage_close(u->store);
	if (u->dir_fd >= 0)
		file_close(u->dir_fd);
	free(u);
	j->usage = NULL;
}

bool judge_usage_is_broken(const struct judge *j)
{
	return j->usage && j->usage->broken;
}

uint64_t judge_usage_key(const struct binding_subject *s)
{
	uint64_t key = 0;
	for (unsigned i = 0; i < BINDING_SUBJECT_LEN; i++)
		key = key << 8 | s->octets[i];
	return key;
}

struct binding_subject judge_usage_subject(uint64_t key)
{
	struct binding_subject s;
	for (unsigned i = BINDING_SUBJECT_LEN; i--; key >>= 8)
		s.octets[i] = (uint8_t)key;
	return s;
}

static uint8_t flags_of(const struct session_heard *h)
{
	const struct accounting *m = h->message;
	uint8_t flags = h->step == SESSION_LOST ? USAGE_READ_LOST : 0;
	if (h->step == SESSION_ENDED || (m && m->status == ACCOUNTING_STOP))
		flags |= USAGE_READ_STOP;
	if (m && m->status == ACCOUNTING_START)
		flags |= USAGE_READ_START;
	if (m && m->counted)
		flags |= USAGE_READ_COUNTED;
	if (m && m->wide)
		flags |= USAGE_READ_WIDE;
	if (!h->before_s)
		flags |= USAGE_READ_FRESH;
	return flags;
}

enum err judge_usage_heard(struct judge *j, const struct session_heard *h, struct why *why)
{
	struct judge_usage *u = j->usage;
	uint64_t account = judge_usage_key(h->subject);
	if (!u || !account)
		return OK;
	const struct accounting *m = h->message;
	int64_t lasted_s = m && m->lasted_us >= 0 ? m->lasted_us / SECOND_US : USAGE_LASTED_UNSAID;
	/* what may have happened at any time between two is put in the middle */
	uint32_t apart_s = h->last_s - h->first_s, at_s = h->step == SESSION_LOST || apart_s <= ON_TIME_S ? h->last_s : h->first_s + apart_s / 2;
	struct usage_reading r = { .account = account, .session = h->ref, .in = m ? m->in_octets : 0, .out = m ? m->out_octets : 0, .at_s = at_s,
		.lasted_s = lasted_s < USAGE_LASTED_UNSAID ? (uint32_t)lasted_s : USAGE_LASTED_UNSAID, .feed = h->feed, .flags = flags_of(h) };
	u->dirty = true;
	enum err e = usage_take(u->store, &r, why);
	u->broken |= e != OK;
	return e ? ERR_IO : OK;
}

static int64_t grown(uint64_t now, uint64_t told)
{
	return (int64_t)(now - told);
}

static void tell_figures(struct judge *j)
{
	struct judge_usage *u = j->usage;
	const struct usage_meter *m = usage_meter_of(u->store);
	struct ometrics *f = &j->role->figures;
	ometric_add(f, JUDGE_USAGE_READINGS, 0, grown(m->count.readings, u->told.readings));
	ometric_add(f, JUDGE_USAGE_WRAPPED, 0, grown(m->count.wrapped, u->told.wrapped));
	ometric_add(f, JUDGE_USAGE_UNKNOWN, 0, grown(m->count.fell + m->count.implausible, u->told.fell + u->told.implausible));
	ometric_add(f, JUDGE_USAGE_CROWDED, 0, grown(m->count.crowded, u->told.crowded));
	ometric_set(f, JUDGE_USAGE_ACCOUNTS, 0, m->account_count);
	u->told = m->count;
}

enum err judge_usage_sync(struct judge *j, struct why *why)
{
	struct judge_usage *u = j->usage;
	if (!u || !u->dirty)
		return OK;
	enum err e = usage_sync(u->store, j->fold.now, why);
	u->broken |= e != OK;
	if (e)
		return e;
	tell_figures(j);
	u->dirty = false;
	POINT("judge.metered");
	return OK;
}

enum err judge_usage_purge(struct judge *j, struct why *why)
{
	unsigned days = 0;
	if (!j->usage)
		return OK;
	enum err e = usage_purge(j->usage->store, j->fold.now - j->role->share.usage_retention_us, &days, why);
	if (e == OK && days)
		log_info("series of use beyond the retention are gone", "days", log_u64(days));
	return e;
}

/* Has it been another one's, whenever? */
static enum err is_shared(struct judge *j, struct str login, struct str customer, bool *ret_shared, struct why *why)
{
	struct holders h;
	enum err e = holders_init(work_arena(j->fold.work), INT64_MIN, INT64_MAX, &h);
	if (e)
		return why_set(why, e, "no memory to look for who had a login");
	registry_by_text(j->registry, ENTITY_LOGIN, login, &h);
	*ret_shared = h.cut;
	for (unsigned i = 0; i < h.count; i++)
		*ret_shared |= !str_eq(h.list[i].e->customer, customer);
	return OK;
}

enum err judge_usage_erase(struct judge *j, struct str customer, struct why *why)
{
	struct binding_subject subject;
	enum err e = OK;
	for (const struct entity *login = NULL; e == OK && j->usage && (login = registry_of(j->registry, ENTITY_LOGIN, customer, login));) {
		bool shared = false;
		if (binding_book_login(j->bindings->book, login->resource, &subject) != OK)
			continue;
		e = is_shared(j, login->resource, customer, &shared, why);
		if (e == OK && !shared)
			e = usage_erase(j->usage->store, judge_usage_key(&subject), j->fold.now, why);
		j->usage->broken |= e != OK;
	}
	return e;
}

/* Of what lies between two times, where the feed was not heard. */
static void mark_holes(const struct feed_health *health, uint8_t feed, uint32_t from_s, uint32_t until_s, struct usage_series *u)
{
	if (from_s >= until_s || feed_health_whole(health, feed, from_s * SECOND_US, until_s * SECOND_US - SECOND_US, TIME_MAX, NULL))
		return;
	uint32_t cells = (until_s - from_s + USAGE_CELL_S - 1) / USAGE_CELL_S;
	if (cells <= 1) {
		usage_series_mark(u, from_s, until_s, USAGE_UNKNOWN);
		return;
	}
	mark_holes(health, feed, from_s, from_s + cells / 2 * USAGE_CELL_S, u);
	mark_holes(health, feed, from_s + cells / 2 * USAGE_CELL_S, until_s, u);
}

/* What a feed told last may not stand recorded yet; of what is longer ago it was not heard. */
static void mark_feed(const struct judge *j, uint8_t feed, uint32_t from_s, uint32_t now_s, struct usage_series *u)
{
	const struct feed_health *health = j->bindings->view.health;
	int64_t last_at = feed_health_last_at(health, feed);
	uint32_t last_s = binding_floor(last_at == TIME_NONE ? 0 : last_at);
	if (last_s < now_s && now_s - last_s <= SILENCE_S) {
		usage_series_mark(u, last_s, now_s, USAGE_AHEAD);
		now_s = last_s;
	}
	mark_holes(health, feed, from_s, now_s, u);
}

/* Of an account that was never online all feeds would have told; where there are none, nobody can tell. */
static void mark_feeds(const struct judge *j, struct usage_series *u)
{
	uint32_t from_s = u->first_cell * USAGE_CELL_S, until_s = from_s + u->count * USAGE_CELL_S, now_s = binding_floor(j->fold.now);
	const uint8_t *feeds = u->feeds;
	bool any = false, told = false;
	until_s = until_s < now_s ? until_s : now_s;
	for (unsigned i = 0; i < sizeof(u->feeds); i++)
		any |= u->feeds[i] != 0;
	if (!any)
		feeds = usage_meter_of(j->usage->store)->feeds;
	for (unsigned feed = 1; feed <= BINDING_FEED_MAX; feed++) {
		if (!(feeds[feed / 8] >> feed % 8 & 1))
			continue;
		told = true;
		mark_feed(j, (uint8_t)feed, from_s, until_s, u);
	}
	if (!told)
		usage_series_mark(u, from_s, until_s, USAGE_UNKNOWN);
}

/* The cells in which one of the rows of that login was valid; false: an earlier row has done so. */
static bool valid_cells(const struct judge *j, const struct entity *row, const struct usage_series *u, uint8_t valid[USAGE_CELLS_MAX])
{
	bool first = true;
	memset(valid, 0, USAGE_CELLS_MAX);
	for (const struct entity *e = NULL; (e = registry_of(j->registry, ENTITY_LOGIN, row->customer, e));) {
		if (!str_eq_fold(e->resource, row->resource))
			continue;
		if (e == row && !first)
			return false;
		first = false;
		for (unsigned i = 0; i < u->count; i++)
			valid[i] |= entity_valid_at(e, (int64_t)(u->first_cell + i) * USAGE_CELL_S * SECOND_US);
	}
	return true;
}

static enum err add_login(struct judge *j, const struct entity *row, struct usage_series *one, uint8_t *valid, struct usage_series *sum, struct why *why)
{
	struct binding_subject subject;
	if (!valid_cells(j, row, sum, valid) || binding_book_login(j->bindings->book, row->resource, &subject) != OK)
		return OK;
	usage_series_init_like(one, sum);
	enum err e = usage_read(j->usage->store, judge_usage_key(&subject), j->fold.now, one, why);
	if (e)
		return e;
	mark_feeds(j, one);
	for (unsigned i = 0; i < sum->count; i++) {
		if (!valid[i])
			continue;
		sum->cells[i].in = usage_add(sum->cells[i].in, one->cells[i].in);
		sum->cells[i].out = usage_add(sum->cells[i].out, one->cells[i].out);
		sum->cells[i].flags |= one->cells[i].flags;
	}
	return OK;
}

static int offset_at(const struct judge *j, struct str customer, int64_t at)
{
	const struct entity *e = registry_limit(j->registry, customer, USAGE_OFFSET_KIND, at);
	int minutes;
	return e && usage_offset_read(e, &minutes, NULL) == OK ? minutes : usage_months_offset();
}

int judge_usage_offset(const struct judge *j, struct str customer, uint32_t month)
{
	int64_t end_at = (int64_t)usage_month_start_s(month + 1) * SECOND_US - 1;
	return offset_at(j, customer, end_at < j->fold.now ? end_at : j->fold.now);
}

uint32_t judge_usage_month(const struct judge *j, struct str customer)
{
	return usage_month_in(binding_floor(j->fold.now), offset_at(j, customer, j->fold.now));
}

enum err judge_usage_series(struct judge *j, struct str customer, uint32_t month, struct usage_series *ret_series, unsigned *ret_logins, struct why *why)
{
	struct arena *a = work_arena(j->fold.work);
	struct usage_series *one = arena_alloc(a, sizeof(*one));
	uint8_t *valid = arena_alloc(a, USAGE_CELLS_MAX);
	uint32_t end_s;
	enum err e = one && valid ? OK : why_set(why, ERR_NOMEM, "no memory for a series of use");
	usage_series_init_in(ret_series, month, judge_usage_offset(j, customer, month));
	*ret_logins = 0;
	for (const struct entity *login = NULL; e == OK && (login = registry_of(j->registry, ENTITY_LOGIN, customer, login));) {
		if (++*ret_logins > USAGE_LOGINS_MAX)
			return why_set(why, ERR_LIMIT, "more than %d logins of one customer", USAGE_LOGINS_MAX);
		e = add_login(j, login, one, valid, ret_series, why);
	}
	end_s = (ret_series->first_cell + ret_series->count) * USAGE_CELL_S;
	usage_series_mark(ret_series, binding_floor(j->fold.now), end_s, USAGE_AHEAD);
	return e;
}
