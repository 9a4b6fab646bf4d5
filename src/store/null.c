/*
 * The null store: rows in memory with the semantics of store.h. It shows the contract, and is what policy tests and
 * back-tests run on. Bounded by NULL_ROWS_MAX; deterministic.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/time.h"
#include "store/store.h"

enum { NULL_ROWS_MAX = 1000000, NULL_MARKS_MAX = 4096, MEMORY_MAX = 1 << 30 };

struct cell {
	struct row row;         /* version 0: deleted */
	struct buf texts;       /* key, owner, state, tenant, body, one behind the other */
};

struct store {
	struct map *cells;      /* table octet and key */
	struct mark marks[NULL_MARKS_MAX];
	size_t mark_count;
};

static void close_store(struct store *s)
{
	size_t i = 0;
	void *v;
	if (!s)
		return;
	while (map_next(s->cells, &i, NULL, &v)) {
		buf_done(&((struct cell *)v)->texts);
		free(v);
	}
	map_free(s->cells);
	free(s);
}

static enum err open_store(int dir_fd, const char *name, enum store_mode mode, struct store **ret_store, struct why *why)
{
	(void)dir_fd;
	(void)name;
	(void)mode;
	struct store *s = calloc(1, sizeof(*s));
	if (s)
		s->cells = map_new(NULL_ROWS_MAX);
	if (!s || !s->cells) {
		free(s);
		return why_set(why, ERR_NOMEM, "no memory for the store");
	}
	*ret_store = s;
	return OK;
}

static struct cell *find(struct store *s, enum table t, struct str key)
{
	char k[ROW_KEY_MAX + 1];
	k[0] = (char)t;
	if (key.len > ROW_KEY_MAX)
		return NULL;
	if (key.len)
		memcpy(k + 1, key.ptr, key.len);
	return map_get(s->cells, (struct str){ k, key.len + 1 });
}

static struct row copy_row(struct arena *a, const struct row *r)
{
	struct row c = *r;
	c.key = str_copy(a, r->key);
	c.owner = str_copy(a, r->owner);
	c.state = str_copy(a, r->state);
	c.tenant = str_copy(a, r->tenant);
	c.body = str_copy(a, r->body);
	return c;
}

static enum err load(struct store *s, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		struct cell *c = find(s, keys[i].table, keys[i].key);
		rows[i] = c && c->row.version ? copy_row(a, &c->row) : (struct row){ .table = keys[i].table, .key = keys[i].key, .due_at = TIME_NONE };
		if (rows[i].version && !rows[i].body.ptr)
			return why_set(why, ERR_NOMEM, "no memory for a row");
	}
	return OK;
}

static enum err check(struct store *s, const struct effect *f, struct why *why)
{
	struct cell *c = find(s, f->row.table, f->row.key);
	if (f->row.key.len > ROW_KEY_MAX || f->row.body.len > ROW_BODY_MAX)
		return why_set(why, ERR_LIMIT, "a row of table %s is too long", table_text(f->row.table));
	if ((c ? c->row.version : 0) != f->row.version || (f->op == EFFECT_DELETE && !f->row.version))
		return why_set(why, ERR_CONFLICT, "a row of table %s changed meanwhile", table_text(f->row.table));
	return OK;
}

static struct str put_text(struct buf *b, struct str s)
{
	size_t from = b->len;
	buf_put(b, s);
	return (struct str){ (const char *)from, s.len };
}

static enum err apply(struct store *s, const struct effect *f)
{
	struct cell *c = find(s, f->row.table, f->row.key);
	if (!c) {
		char k[ROW_KEY_MAX + 1];
		c = calloc(1, sizeof(*c));
		if (!c)
			return ERR_NOMEM;
		buf_init(&c->texts, ROW_BODY_MAX + 8 * ROW_KEY_MAX);
		k[0] = (char)f->row.table;
		memcpy(k + 1, f->row.key.ptr, f->row.key.len);
		if (map_put(s->cells, (struct str){ k, f->row.key.len + 1 }, c) != OK) {
			free(c);
			return ERR_FULL;
		}
	}
	if (f->op == EFFECT_DELETE) {
		c->row.version = 0;
		buf_clear(&c->texts);
		return OK;
	}
	struct buf fresh;
	buf_init(&fresh, ROW_BODY_MAX + 8 * ROW_KEY_MAX);
	struct row r = f->row;
	struct str *texts[] = { &r.key, &r.owner, &r.state, &r.tenant, &r.body };
	for (size_t i = 0; i < 5; i++)
		*texts[i] = put_text(&fresh, *texts[i]);
	buf_putc(&fresh, 0);
	if (fresh.err)
		return fresh.err;
	for (size_t i = 0; i < 5; i++)
		texts[i]->ptr = fresh.ptr + (size_t)texts[i]->ptr;
	r.version = f->row.version + 1;
	buf_done(&c->texts);
	c->texts = fresh;
	c->row = r;
	return OK;
}

static enum err commit(struct store *s, const struct effect *effects, size_t count, const struct mark *marks, size_t mark_count, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		enum err e = check(s, &effects[i], why);
		if (e)
			return e;
	}
	for (size_t i = 0; i < count; i++)
		if (apply(s, &effects[i]) != OK)
			bug(__FILE__, __LINE__, "the null store is out of memory");
	for (size_t i = 0; i < mark_count; i++) {
		size_t k = 0;
		while (k < s->mark_count && (s->marks[k].source != marks[i].source || s->marks[k].hop != marks[i].hop || s->marks[k].lane != marks[i].lane))
			k++;
		BUG_ON(k == NULL_MARKS_MAX);
		if (k == s->mark_count)
			s->mark_count++;
		s->marks[k] = marks[i];
	}
	return OK;
}

static bool starts(struct str s, struct str prefix)
{
	return !prefix.len || str_starts(s, prefix);
}

/* Does the path "/r1/r2/" go through that one? */
static bool below(struct str path, struct str step)
{
	struct str part;
	while (step.len && str_split(&path, '/', &part))
		if (str_eq(part, step))
			return true;
	return false;
}

static int order(const struct row *a, int64_t rank, struct str key)
{
	return a->rank != rank ? (a->rank < rank ? -1 : 1) : str_cmp(a->key, key);
}

static bool wanted(const struct row *r, const struct query *q)
{
	if (!r->version || (q->table && r->table != q->table) || (q->owner.ptr && !str_eq(r->owner, q->owner)) || (q->state.ptr && !str_eq(r->state, q->state)))
		return false;
	if (q->below.ptr && !below(r->tenant, q->below))
		return false;
	if (!starts(r->tenant, q->tenant) || !starts(r->key, q->key_prefix))
		return false;
	if (q->due_by != TIME_NONE && (r->due_at == TIME_NONE || r->due_at > q->due_by))
		return false;
	int c = !q->has_after ? 0 : q->by_key ? str_cmp(r->key, q->after_key) : order(r, q->after_rank, q->after_key);
	return !q->has_after || (q->descending ? c < 0 : c > 0);
}

static int by_rank(const void *a, const void *b)
{
	const struct row *y = *(const struct row *const *)b;
	return order(*(const struct row *const *)a, y->rank, y->key);
}

static int by_rank_down(const void *a, const void *b)
{
	return by_rank(b, a);
}

static int by_key(const void *a, const void *b)
{
	return str_cmp((*(const struct row *const *)a)->key, (*(const struct row *const *)b)->key);
}

static int by_due(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
	return x->due_at != y->due_at ? (x->due_at < y->due_at ? -1 : 1) : str_cmp(x->key, y->key);
}

static enum err page(struct store *s, struct arena *a, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why)
{
	size_t limit = q->limit && q->limit < QUERY_LIMIT_MAX ? q->limit : QUERY_LIMIT_MAX, n = 0, i = 0;
	const struct row **hits = ARENA_ARRAY(a, const struct row *, map_count(s->cells) + 1);
	struct row *rows = ARENA_ARRAY(a, struct row, limit);
	void *v;
	if (!hits || !rows)
		return why_set(why, ERR_NOMEM, "no memory for a page");
	while (map_next(s->cells, &i, NULL, &v))
		if (wanted(&((struct cell *)v)->row, q))
			hits[n++] = &((struct cell *)v)->row;
	qsort(hits, n, sizeof(*hits), q->due_by != TIME_NONE ? by_due : q->by_key ? by_key : q->descending ? by_rank_down : by_rank);
	if (n > limit)
		n = limit;
	for (i = 0; i < n; i++)
		rows[i] = copy_row(a, hits[i]);
	*ret_rows = rows;
	*ret_count = n;
	return OK;
}

static enum err marks(struct store *s, struct arena *a, uint32_t source, struct mark **ret_marks, size_t *ret_count, struct why *why)
{
	struct mark *list = ARENA_ARRAY(a, struct mark, s->mark_count + 1);
	size_t n = 0;
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for marks");
	for (size_t i = 0; i < s->mark_count; i++)
		if (s->marks[i].source == source)
			list[n++] = s->marks[i];
	*ret_marks = list;
	*ret_count = n;
	return OK;
}

static enum err next_due(struct store *s, int64_t *ret_due_at, struct why *why)
{
	(void)why;
	size_t i = 0;
	void *v;
	int64_t earliest = TIME_NONE;
	while (map_next(s->cells, &i, NULL, &v)) {
		const struct row *r = &((struct cell *)v)->row;
		if (r->version && r->due_at != TIME_NONE && (earliest == TIME_NONE || r->due_at < earliest))
			earliest = r->due_at;
	}
	*ret_due_at = earliest;
	return OK;
}

static enum err count(struct store *s, enum table t, struct str state, uint64_t most, uint64_t *ret_count, struct why *why)
{
	(void)why;
	size_t i = 0;
	void *v;
	uint64_t n = 0;
	while (map_next(s->cells, &i, NULL, &v)) {
		const struct row *r = &((struct cell *)v)->row;
		n += r->version && r->table == t && (!state.ptr || str_eq(r->state, state));
	}
	*ret_count = n < most ? n : most;
	return OK;
}

static enum err backup(struct store *s, int dir_fd, const char *name, struct why *why)
{
	(void)s;
	(void)dir_fd;
	return why_set(why, ERR_UNSUPPORTED, "the null store keeps nothing that %s could hold", name);
}

/* Cells hold nothing but what is there. */
static enum err shred(struct store *s, struct why *why)
{
	(void)s;
	(void)why;
	return OK;
}

const struct store_driver store_null = { .name = "null", .doc = "rows in memory, gone at the end", .open = open_store, .load = load, .commit = commit,
	.page = page, .marks = marks, .next_due = next_due, .count = count, .backup = backup, .shred = shred, .close = close_store };
