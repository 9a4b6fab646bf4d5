/*
 * The rows of a replay. See replay_rows.h.
 *
 * Bodies lie in an arena of their own; when most of it is of rows as they were before, those that live move into a new one.
 * Due rows stand in a heap; an entry that its row has outrun is passed over when it comes up.
 */
#include "engine/replay_rows.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/time.h"

enum { MOVE_BYTES_MIN = 64 << 20, HEAP_FIRST = 1024 };

struct kept {
	struct row row;                 /* version 0: there is none now */
	uint64_t turn;                  /* of its entry in the heap; 0 = it has none */
};

struct due {
	int64_t at;
	uint64_t turn;
	struct kept *kept;
};

struct replay_rows {
	struct map *map;                /* table octet and key, as in a work */
	struct arena *lasting, *bodies;
	size_t live_bytes;
	struct due *heap;
	size_t heap_count, heap_room;
	uint64_t turns;
};

struct replay_rows *replay_rows_new(void)
{
	struct replay_rows *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->map = map_new(REPLAY_ROWS_MAX);
	r->lasting = arena_new("replay", REPLAY_BYTES_MAX);
	r->bodies = arena_new("replay rows", REPLAY_BYTES_MAX);
	if (r->map && r->lasting && r->bodies)
		return r;
	replay_rows_free(r);
	return NULL;
}

void replay_rows_free(struct replay_rows *r)
{
	if (!r)
		return;
	map_free(r->map);
	arena_free(r->lasting);
	arena_free(r->bodies);
	free(r);
}

static struct str whole_key(char k[ROW_KEY_MAX + 1], enum table t, struct str key)
{
	k[0] = (char)t;
	if (key.len)
		memcpy(k + 1, key.ptr, key.len);
	return (struct str){ k, key.len + 1 };
}

static enum err load(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	struct replay_rows *r = arg;
	char k[ROW_KEY_MAX + 1];
	(void)a;
	(void)why;
	for (size_t i = 0; i < count; i++) {
		const struct kept *found = keys[i].key.len <= ROW_KEY_MAX ? map_get(r->map, whole_key(k, keys[i].table, keys[i].key)) : NULL;
		rows[i] = found && found->row.version ? found->row : (struct row){ .table = keys[i].table, .key = keys[i].key, .due_at = TIME_NONE };
	}
	return OK;
}

struct row_reader replay_rows_reader(struct replay_rows *r)
{
	return (struct row_reader){ load, r };
}

static bool before(const struct due *x, const struct due *y)
{
	return x->at != y->at ? x->at < y->at : x->turn < y->turn;
}

static void swap(struct due *x, struct due *y)
{
	struct due z = *x;
	*x = *y;
	*y = z;
}

static enum err heap_push(struct replay_rows *r, struct kept *k)
{
	if (r->heap_count == r->heap_room) {
		size_t room = r->heap_room ? r->heap_room * 2 : HEAP_FIRST;
		struct due *more = ARENA_ARRAY(r->lasting, struct due, room);
		if (!more)
			return ERR_LIMIT;
		if (r->heap_count)
			memcpy(more, r->heap, r->heap_count * sizeof(*more));
		r->heap = more;
		r->heap_room = room;
	}
	k->turn = ++r->turns;
	size_t i = r->heap_count++;
	r->heap[i] = (struct due){ k->row.due_at, k->turn, k };
	for (; i && before(&r->heap[i], &r->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&r->heap[i], &r->heap[(i - 1) / 2]);
	return OK;
}

static void heap_pop(struct replay_rows *r)
{
	r->heap[0] = r->heap[--r->heap_count];
	for (size_t i = 0, least;; i = least) {
		least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < r->heap_count; child++)
			if (before(&r->heap[child], &r->heap[least]))
				least = child;
		if (least == i)
			return;
		swap(&r->heap[i], &r->heap[least]);
	}
}

static bool is_read_again(enum table t)
{
	switch (t) {
	case TABLE_CASE: case TABLE_WINDOW: case TABLE_ACT: case TABLE_COUNTER: case TABLE_SWITCH:
	case TABLE_FORWARDING: case TABLE_CONDUCT: case TABLE_DIGEST: return true;
	default: return false;
	}
}

static size_t bytes_of(const struct row *row)
{
	return row->owner.len + row->state.len + row->tenant.len + row->body.len;
}

static enum err copy_texts(struct arena *a, struct row *row)
{
	struct str *texts[] = { &row->owner, &row->state, &row->tenant, &row->body };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str copy = texts[i]->len ? str_copy(a, *texts[i]) : STR_NONE;
		if (texts[i]->len && !copy.ptr)
			return ERR_LIMIT;
		*texts[i] = copy;
	}
	return OK;
}

static enum err take_one(struct replay_rows *r, const struct effect *x)
{
	char k[ROW_KEY_MAX + 1];
	struct str key = whole_key(k, x->row.table, x->row.key);
	struct kept *kept = map_get(r->map, key);
	if (!kept && x->op == EFFECT_DELETE)
		return OK;
	if (!kept) {
		kept = ARENA_NEW(r->lasting, struct kept);
		if (!kept || map_add(r->map, key, kept) != OK)
			return ERR_LIMIT;
		kept->row.table = x->row.table;
		kept->row.key = str_copy(r->lasting, x->row.key);
		kept->row.due_at = TIME_NONE;
		if (!kept->row.key.ptr)
			return ERR_LIMIT;
	}
	r->live_bytes -= bytes_of(&kept->row);
	struct row row = x->row;
	row.key = kept->row.key;
	row.version = x->op == EFFECT_DELETE ? 0 : x->row.version + 1;
	if (x->op == EFFECT_DELETE)
		row.owner = row.state = row.tenant = row.body = STR_NONE;
	if (row.version == 0)
		row.due_at = TIME_NONE;
	enum err e = copy_texts(r->bodies, &row);
	if (e)
		return e;
	r->live_bytes += bytes_of(&row);
	kept->row = row;
	kept->turn = 0;
	return row.due_at == TIME_NONE ? OK : heap_push(r, kept);
}

/* The rows that live, into a new arena. */
static enum err move_bodies(struct replay_rows *r)
{
	struct arena *fresh = arena_new("replay rows", REPLAY_BYTES_MAX);
	size_t i = 0;
	void *v;
	enum err e = fresh ? OK : ERR_NOMEM;
	while (e == OK && map_next(r->map, &i, NULL, &v))
		e = copy_texts(fresh, &((struct kept *)v)->row);
	arena_free(e ? fresh : r->bodies);
	if (e == OK)
		r->bodies = fresh;
	return e;
}

enum err replay_rows_take(struct replay_rows *r, struct work *w, struct why *why)
{
	struct effect *effects;
	size_t count;
	enum err e = work_effects(w, &effects, &count);
	for (size_t i = 0; e == OK && i < count; i++)
		if (is_read_again(effects[i].row.table))
			e = take_one(r, &effects[i]);
	work_reset(w);
	if (e == OK && arena_used_bytes(r->bodies) > MOVE_BYTES_MIN && arena_used_bytes(r->bodies) / 4 > r->live_bytes)
		e = move_bodies(r);
	return e ? why_set(why, ERR_LIMIT, "the cases of this replay need more memory than it may take: choose a shorter time") : OK;
}

bool replay_rows_due(struct replay_rows *r, int64_t by_at, struct row *ret_row)
{
	while (r->heap_count && r->heap[0].at <= by_at) {
		const struct due top = r->heap[0];
		if (top.kept->turn == top.turn) {
			*ret_row = top.kept->row;
			return true;
		}
		heap_pop(r);
	}
	return false;
}

void replay_rows_pass(struct replay_rows *r, const struct row *row)
{
	char k[ROW_KEY_MAX + 1];
	struct kept *kept = map_get(r->map, whole_key(k, row->table, row->key));
	if (kept)
		kept->turn = 0;
}

bool replay_rows_next(struct replay_rows *r, enum table t, size_t *i, struct row *ret_row)
{
	void *v;
	while (map_next(r->map, i, NULL, &v)) {
		const struct kept *k = v;
		if (k->row.version && k->row.table == t) {
			*ret_row = k->row;
			return true;
		}
	}
	return false;
}
