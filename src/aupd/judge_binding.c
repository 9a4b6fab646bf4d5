/*
 * The binding store in the judge. See judge_binding.h.
 */
#include "aupd/judge_binding.h"
#include "aupd/judge_session_act.h"
#include "aupd/judge_session_rate.h"
#include "aupd/judge_usage.h"

#include <fcntl.h>
#include <stdlib.h>

#include "attribution/session_identity.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/point.h"
#include "model/config_nat.h"

enum { PAGE = 500, HEX_MAX = 33, HOLDINGS_MAX = 64, ZONES_HOURS = 27 /* a report without a zone is asked about that far around its time */, TOLD_BYTES_MAX = 8192 };

static const struct row_key own_row = { TABLE_SWITCH, { "bindings", 8 } };

static bool is_of_nat(const struct share *s, uint32_t feed)
{
	for (unsigned i = 0; i < s->nat_exporter_count; i++)
		if (s->nat_exporters[i].feed == feed)
			return true;
	return false;
}

/* Which numbers the configuration has, and their names, which live in the role's arena. */
static void read_feeds(struct judge *j, struct judge_bindings *b)
{
	const struct share *s = &j->role->share;
	for (unsigned i = 0; i < s->feed_count && i < BINDING_FEED_MAX; i++) {
		struct str rest = s->feeds[i], name;
		uint64_t number;
		if (!str_split(&rest, ' ', &name) || str_to_u64(rest, BINDING_FEED_MAX, &number) != OK || !number)
			continue;
		b->feeds[b->view.feeds.count++] = (uint8_t)number;
		if (!is_of_nat(s, (uint32_t)number))
			b->direct[b->view.direct.count++] = (uint8_t)number;
		b->view.feed_names[number] = str_c(j->role->arena, name);
	}
	b->view.feeds.list = b->feeds;
	b->view.direct.list = b->direct;
}

static void tell_opened(const struct binding_store_report *r, int64_t took_us)
{
	log_info("bindings loaded", "records", log_u64(r->records), "days", log_u64(r->days), "ms", log_u64((uint64_t)(took_us / 1000)));
	if (r->bad_records)
		log_error("records of bindings are damaged or missing: answers about their time are graded down; see doc/operations.md", "records",
			log_u64(r->bad_records), "days", log_u64(r->damaged_days));
	if (r->cut.count)
		log_warn("the newest segment of bindings did not end whole and was cut", "records", log_u64(r->cut.count));
}

static enum err recall(void *arg, const struct binding *b)
{
	return session_recall(arg, b);
}

static void recall_near(const void *arg, const struct binding *b, unsigned step)
{
	session_recall_near(arg, b, step);
}

static enum err open_store(struct judge *j, struct judge_bindings *b, struct why *why)
{
	const struct share *s = &j->role->share;
	int64_t began = clock_monotonic_us();
	session_book_free(b->sessions);
	b->sessions = NULL;
	if (s->radius_sessions && !(b->sessions = session_book_new((size_t)s->radius_sessions, j->fold.token_key.octets)))
		return why_set(why, ERR_NOMEM, "no memory for sessions");
	enum err e = judge_session_names(j, why);
	if (e)
		return e;
	const struct binding_store_watch watch = { recall, recall_near, b->sessions };
	e = binding_store_open(b->dir_fd, (size_t)s->bindings_capacity, s->bindings_retention_us, clock_wall_at(), b->sessions ? &watch : NULL, &b->store,
		&b->report, why);
	if (e == ERR_FULL)
		why_hint(why, "bindings { capacity } is less than what data/bindings holds");
	if (e == OK)
		e = judge_usage_open(j, why);
	if (e)
		return e;
	tell_opened(&b->report, clock_monotonic_us() - began);
	b->dirty = false;
	b->view.index = binding_store_index(b->store);
	b->view.health = binding_store_health(b->store);
	j->fold.bindings = &b->view;
	return OK;
}

enum err judge_bindings_open(struct judge *j, struct why *why)
{
	int data_fd = role_fd(j->role, "data");
	if (!j->role->share.bindings || j->role->share.number)
		return OK;
	struct judge_bindings *b = calloc(1, sizeof(*b));
	if (!b)
		return why_set(why, ERR_NOMEM, "no memory for bindings");
	b->dir_fd = -1;
	b->view.slack_us = j->role->share.bindings_slack_us;
	b->view.retention_us = j->role->share.bindings_retention_us;
	read_feeds(j, b);
	j->bindings = b;
	enum err e = file_mkdir(data_fd, "bindings", 0700, why);
	if (e == OK)
		e = file_open(data_fd, "bindings", O_RDONLY | O_DIRECTORY, 0, &b->dir_fd, why);
	if (e == OK)
		e = judge_bindings_book(j, why);
	return e ? e : open_store(j, b, why);
}

static void put_down(struct judge *j)
{
	struct judge_bindings *b = j->bindings;
	j->fold.bindings = NULL;
	judge_usage_close(j);
	binding_store_close(b->store);
	/* what was put and not synced is gone: the batch that put it must not be committed */
	b->store = NULL;
}

void judge_bindings_close(struct judge *j)
{
	if (!j->bindings)
		return;
	put_down(j);
	binding_book_free(j->bindings->book);
	session_identities_close(j->bindings->identities);
	judge_rates_free(j->bindings->rates);
	session_book_free(j->bindings->sessions);
	if (j->bindings->dir_fd >= 0)
		file_close(j->bindings->dir_fd);
	free(j->bindings);
	j->bindings = NULL;
}

enum err judge_bindings_book(struct judge *j, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	if (!b)
		return OK;
	binding_book_free(b->book);
	b->book = binding_book_new(j->registry, (struct str){ (const char *)j->fold.token_key.octets, SEAL_KEY_LEN });
	b->view.book = b->book;
	return b->book ? OK : why_set(why, ERR_NOMEM, "no memory for the subjects of bindings");
}

enum err judge_bindings_follow(struct judge *j, struct why *why)
{
	enum err e = OK;
	if (!j->bindings || !j->bindings->book)
		return OK;
	for (size_t i = 0; e == OK && i < registry_puts(j->registry); i++) {
		const struct entity *before, *now = registry_put_at(j->registry, i, &before);
		/* the book finds by names, and forgets none */
		if (before && !str_eq(before->resource, now->resource))
			return judge_bindings_book(j, why);
		e = before ? OK : binding_book_add(j->bindings->book, now);
	}
	return e ? why_set(why, e, "no memory for the subjects of bindings") : OK;
}

enum err judge_bindings_mend(struct judge *j, struct why *why)
{
	if (judge_usage_is_broken(j))
		put_down(j);
	if (!j->bindings || j->bindings->store)
		return OK;
	enum err e = open_store(j, j->bindings, why);
	/* whatever is wrong with it, nothing is decided without it */
	return e ? ERR_AGAIN : OK;
}

static enum err broke(struct judge *j, enum err e, struct why *why)
{
	log_error("the store of bindings has failed and is opened anew", "why", why->text);
	put_down(j);
	return e == ERR_FULL ? e : ERR_IO;
}

enum err judge_bindings_sync(struct judge *j, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	enum err e = judge_usage_sync(j, why);
	if (e)
		return broke(j, e, why);
	if (!b || !b->dirty)
		return OK;
	e = b->store ? binding_store_sync(b->store, why) : why_set(why, ERR_AGAIN, "the store of bindings has failed");
	if (e)
		return b->store ? broke(j, e, why) : e;
	POINT("judge.bound");
	b->dirty = b->put = false;
	return OK;
}

static enum err put(struct judge *j, const struct binding_item *item, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	if (!b->store)
		return why_set(why, ERR_AGAIN, "the store of bindings has failed and is opened anew; try again");
	b->put = true;
	b->put_at = j->fold.now;
	if (item->is_span && feed_health_count(b->view.health) >= FEED_SPANS_MAX)
		return why_set(why, ERR_LIMIT, "there is no room for what feeds were heard of");
	b->dirty = true;
	enum err e = binding_store_put(b->store, item, j->fold.now, why);
	return e && e != ERR_NOMEM ? broke(j, e, why) : e;
}

enum err judge_bindings_put(struct judge *j, const struct binding *one, uint64_t *count, struct why *why)
{
	struct binding_item item = { .binding = *one };
	if (j->bindings->store && binding_index_said(j->bindings->view.index, one))
		return OK;
	enum err e = put(j, &item, why);
	*count += e == OK;
	return e;
}

enum err judge_bindings_add(struct judge *j, const struct binding *one, struct why *why)
{
	struct binding_item item = { .binding = *one };
	return put(j, &item, why);
}

enum err judge_bindings_span(struct judge *j, const struct feed_span *s, struct why *why)
{
	struct binding_item item = { .is_span = true, .span = *s };
	enum err e = feed_span_normalise(&item.span, why);
	if (e)
		return e;
	if (j->bindings->store && s->state == FEED_HEARD &&
		feed_health_whole(j->bindings->view.health, s->feed, item.span.from_at, item.span.until_at - SECOND_US, TIME_MAX, NULL))
		return OK;
	return put(j, &item, why);
}

static const char hex_digits[] = "0123456789abcdef";

/* The hexadecimal digits that every address of the prefix begins with. */
static struct str digits(const struct prefix *p, char out[HEX_MAX])
{
	unsigned n = p->bits / 4;
	for (unsigned i = 0; i < n; i++)
		out[i] = hex_digits[p->addr.octets[i / 2] >> (i % 2 ? 0 : 4) & 15];
	return (struct str){ out, n };
}

/* The other way round, of all thirty-two at the beginning of a row's key. */
static bool addr_of_digits(struct str key, struct addr *ret_addr)
{
	for (unsigned i = 0; i < 2 * sizeof(ret_addr->octets); i++) {
		const char *found = i < key.len && key.ptr[i] ? strchr(hex_digits, key.ptr[i]) : NULL;
		if (!found)
			return false;
		unsigned value = (unsigned)(found - hex_digits);
		ret_addr->octets[i / 2] = (uint8_t)(i % 2 ? ret_addr->octets[i / 2] | value : value << 4);
	}
	return true;
}

enum err judge_bindings_review(struct judge *j, const struct prefix *p, int64_t from_at, int64_t until_at, struct str fact, uint64_t *others, struct why *why)
{
	char hex[HEX_MAX];
	struct arena *a = arena_new("review", 64 << 20);
	struct query q = { .table = TABLE_BINDING_USE, .due_by = TIME_NONE, .limit = PAGE, .has_after = from_at != TIME_NONE,
		.after_rank = from_at == TIME_NONE ? 0 : from_at - ZONES_HOURS * HOUR_US, .after_key = STR("") };
	struct row *rows;
	size_t n = PAGE;
	enum err e = a ? OK : why_set(why, ERR_NOMEM, "no memory to look at what rests on bindings");
	if (p)
		q.key_prefix = digits(p, hex);
	int64_t last = until_at == TIME_NONE || until_at == TIME_MAX ? TIME_MAX : until_at + ZONES_HOURS * HOUR_US;
	while (e == OK && n == PAGE) {
		e = j->driver->page(j->store, a, &q, &rows, &n, why);
		for (size_t i = 0; e == OK && i < n && rows[i].rank <= last; i++) {
			bool other = false;
			e = fold_review(&j->fold, rows[i].key, fact, &other, why);
			*others += other;
		}
		if (e || !n || rows[n - 1].rank > last)
			break;
		q.has_after = true;
		q.after_rank = rows[n - 1].rank;
		q.after_key = rows[n - 1].key;
	}
	arena_free(a);
	return e;
}

enum err judge_bindings_uses(struct judge *j, struct binding_uses *ret_uses, struct why *why)
{
	struct query q = { .table = TABLE_BINDING_USE, .due_by = TIME_NONE, .limit = 1 };
	struct row *rows;
	size_t n = 0;
	*ret_uses = (struct binding_uses){ TIME_NONE, TIME_NONE };
	enum err e = j->driver->page(j->store, work_arena(j->fold.work), &q, &rows, &n, why);
	if (e || !n)
		return e;
	ret_uses->first_at = rows[0].rank;
	q.descending = true;
	e = j->driver->page(j->store, work_arena(j->fold.work), &q, &rows, &n, why);
	ret_uses->last_at = e == OK && n ? rows[0].rank : ret_uses->first_at;
	return e;
}

/* A day on both sides covers a report without a zone. */
static bool may_matter(const struct binding_uses *uses, const struct binding *b)
{
	return uses->first_at != TIME_NONE && (b->start_at == TIME_NONE || b->start_at - 2 * DAY_US <= uses->last_at) &&
		(b->end_at == TIME_NONE || b->end_at + 2 * DAY_US >= uses->first_at);
}

enum err judge_bindings_changed(struct judge *j, const struct binding_uses *uses, const struct binding *b, uint64_t *others, struct why *why)
{
	if (!may_matter(uses, b))
		return OK;
	struct arena *a = work_arena(j->fold.work);
	struct str text = bindings_text(&j->bindings->view, a, b);
	/* others may hold a shared address in front of one that is not of the public Internet */
	const struct prefix *p = addr_is_special(&b->prefix.addr) ? NULL : &b->prefix;
	return judge_bindings_review(j, p, b->start_at, b->end_at, b->flags & BINDING_WITHDRAWN ? str_format(a, "%.*s, withdrawn", STR_ARG(text)) : text, others, why);
}

static bool is_confirmed(const struct binding *b)
{
	return b->kind == BINDING_INTERIM && b->end_at == TIME_NONE && !(b->flags & BINDING_STATIC);
}

/* How far the holders of an address are confirmed about that time; inside: a shared address may stand before it. */
static enum err keep_confirmed(struct judge *j, const struct addr *addr, int64_t at, bool inside, struct why *why)
{
	struct binding_holding *list = ARENA_ARRAY(work_arena(j->fold.work), struct binding_holding, HOLDINGS_MAX);
	struct binding_question q = { *addr, BINDING_PORT_NONE, at - ZONES_HOURS * HOUR_US, at + ZONES_HOURS * HOUR_US, TIME_MAX };
	unsigned count = 0;
	enum err e = list ? binding_index_find(j->bindings->view.index, &q, list, HOLDINGS_MAX, &count) : why_set(why, ERR_NOMEM, "no memory for holders");
	if (e == ERR_LIMIT)
		e = OK;
	for (unsigned i = 0; e == OK && i < count; i++) {
		struct binding one = list[i].binding;
		if (one.flags & BINDING_INSIDE && !inside) {
			struct addr behind = binding_inside_addr(&one.subject);
			e = keep_confirmed(j, &behind, at, true, why);
		}
		one.recorded_at = j->fold.now;
		if (e == OK && is_confirmed(&one))
			e = binding_normalise(&one, why);
		if (e == OK && is_confirmed(&one))
			e = judge_bindings_add(j, &one, why);
	}
	return e;
}

static enum err keep_used(struct judge *j, struct why *why)
{
	struct row row;
	enum err e = OK;
	for (size_t i = 0; e == OK && work_next_row(j->fold.work, TABLE_BINDING_USE, &i, &row);) {
		struct addr a;
		if (addr_of_digits(row.key, &a))
			e = keep_confirmed(j, &a, row.rank, false, why);
	}
	return e;
}

enum err judge_bindings_late(struct judge *j, struct why *why)
{
	const struct judge_bindings *b = j->bindings;
	struct row row;
	if (!b || !b->store)
		return OK;
	bool other_answers = b->put || b->put_at / SECOND_US == j->fold.now / SECOND_US;
	enum err e = b->sessions ? keep_used(j, why) : OK;
	if (!other_answers)
		return e;
	for (size_t i = 0; e == OK && work_next_row(j->fold.work, TABLE_BINDING_USE, &i, &row);) {
		bool other;
		e = fold_review(&j->fold, row.key, STR("facts that came at the same time"), &other, why);
	}
	return e;
}

static enum err tell_row(struct judge *j, struct row *row, struct why *why)
{
	struct judge_bindings *b = j->bindings;
	const struct binding_store_report *r = &b->report;
	struct arena *a = work_arena(j->fold.work);
	uint32_t *days = NULL;
	unsigned count = 0;
	struct buf text;
	struct jsonw w;
	enum err e = binding_segment_days(b->dir_fd, a, &days, &count, why);
	if (e)
		return e;
	buf_init(&text, TOLD_BYTES_MAX);
	jsonw_init(&w, &text);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "bindings", (int64_t)binding_index_count(b->view.index));
	jsonw_int(&w, "bindings_bytes", (int64_t)binding_index_bytes(b->view.index));
	jsonw_int(&w, "bindings_spans", (int64_t)feed_health_count(b->view.health));
	jsonw_int(&w, "bindings_days", count);
	jsonw_int(&w, "bindings_bad_records", (int64_t)r->bad_records);
	jsonw_int(&w, "bindings_damaged_days", r->damaged_days);
	if (count) {
		jsonw_time(&w, "bindings_oldest", days[0] * DAY_US);
		jsonw_time(&w, "bindings_newest", days[count - 1] * DAY_US);
	}
	jsonw_end(&w, '}');
	row->body = str_copy(a, buf_str(&text));
	e = text.err;
	buf_done(&text);
	return e;
}

enum err judge_bindings_tell(struct judge *j, struct why *why)
{
	struct row row;
	if (!j->bindings || !j->bindings->store)
		return OK;
	enum err e = work_get(j->fold.work, own_row.table, own_row.key, &row, why);
	if (e == OK)
		e = tell_row(j, &row, why);
	if (e)
		return e;
	if (row.due_at == TIME_NONE || row.due_at <= j->fold.now)
		row.due_at = (j->fold.now / DAY_US + 1) * DAY_US;
	row.rank = j->fold.now;
	return work_put(j->fold.work, &row, why);
}

bool judge_bindings_is_daily(const struct row *row)
{
	return row->table == own_row.table && str_eq(row->key, own_row.key);
}

enum err judge_bindings_daily(struct judge *j, struct why *why)
{
	struct row row;
	unsigned days = 0;
	uint64_t carried = 0;
	/* a row that an earlier configuration left */
	if (!j->bindings) {
		enum err e = work_get(j->fold.work, own_row.table, own_row.key, &row, why);
		return e ? e : work_delete(j->fold.work, own_row.table, own_row.key, why);
	}
	enum err e = judge_bindings_mend(j, why);
	if (e)
		return e;
	e = binding_store_purge(j->bindings->store, j->fold.now, &days, &carried, why);
	if (e)
		return broke(j, e, why);
	if (days)
		log_info("bindings beyond the retention are gone", "days", log_u64(days), "carried_forward", log_u64(carried));
	e = judge_usage_purge(j, why);
	return e ? broke(j, e, why) : judge_bindings_tell(j, why);
}

void judge_bindings_run(struct judge *j)
{
	struct why why = { .line = 0 };
	uint64_t others = 0;
	if (!j->bindings)
		return;
	j->fold.now = clock_wall_at();
	enum err e = judge_bindings_tell(j, &why);
	if (e == OK)
		e = judge_usage_begin(j, &why);
	if (e == OK)
		e = judge_bindings_review(j, NULL, TIME_NONE, TIME_NONE, STR("facts that came before the last start"), &others, &why);
	if (e == OK)
		e = judge_commit(j, &why);
	if (e)
		log_error("what rests on bindings could not be looked at", "why", why.text);
	work_reset(j->fold.work);
}
