/*
 * The rows of a batch. See work.h.
 */
#include "engine/work.h"

#include <stdlib.h>

#include <stdlib.h>

#include "base/map.h"
#include "base/time.h"

enum { WORK_BYTES_MAX = 1 << 30, SCRATCH_BYTES_MAX = 16 << 20, SCRATCH_BYTES = 256 << 10 /* what one step takes */ };

struct cell {
	struct row row;
	uint64_t read_version;
	bool changed, exists;
	uint64_t saved;                 /* the beginning that it was last saved for */
};

struct saved {
	struct cell *cell, was;
	struct saved *next;
};

struct work {
	struct row_reader reader;
	struct arena *arena, *scratch;
	struct map *cells;              /* table octet and key */
	size_t changes;
	uint64_t beginning;             /* counts work_begin; 0 = none */
	struct saved *saved;
	struct work_note *first_note, *last_note, *saved_note;
};

struct work *work_new(const struct row_reader *reader)
{
	struct work *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->reader = *reader;
	w->arena = arena_new("work", WORK_BYTES_MAX);
	w->scratch = arena_new("scratch", SCRATCH_BYTES_MAX);
	w->cells = map_new(WORK_ROWS_MAX);
	if (!w->arena || !w->scratch || !w->cells || !arena_alloc(w->scratch, SCRATCH_BYTES)) {
		work_free(w);
		return NULL;
	}
	/* keeps its block, so that a step need not ask the system for one */
	arena_reset(w->scratch);
	return w;
}

void work_free(struct work *w)
{
	if (!w)
		return;
	map_free(w->cells);
	arena_free(w->arena);
	arena_free(w->scratch);
	free(w);
}

void work_reset(struct work *w)
{
	map_clear(w->cells);
	arena_reset(w->arena);
	w->changes = 0;
	w->beginning = 0;
	w->saved = NULL;
	w->first_note = w->last_note = w->saved_note = NULL;
}

void work_begin(struct work *w)
{
	w->beginning++;
	w->saved = NULL;
	w->saved_note = w->last_note;
}

/* Before a cell changes for the first time since the beginning. */
static enum err save(struct work *w, struct cell *c)
{
	if (!w->beginning || c->saved == w->beginning)
		return OK;
	struct saved *s = ARENA_NEW(w->arena, struct saved);
	if (!s)
		return ERR_NOMEM;
	*s = (struct saved){ c, *c, w->saved };
	w->saved = s;
	c->saved = w->beginning;
	return OK;
}

void work_undo(struct work *w)
{
	for (struct saved *s = w->saved; s; s = s->next) {
		w->changes -= s->cell->changed && !s->was.changed;
		*s->cell = s->was;
	}
	w->saved = NULL;
	w->beginning++;
	w->last_note = w->saved_note;
	if (w->last_note)
		w->last_note->next = NULL;
	else
		w->first_note = NULL;
}

enum err work_note(struct work *w, int64_t at, struct str key, struct str bytes)
{
	struct work_note *n = ARENA_NEW(w->arena, struct work_note);
	if (!n)
		return ERR_NOMEM;
	*n = (struct work_note){ at, key, bytes, NULL };
	if (w->last_note)
		w->last_note->next = n;
	else
		w->first_note = n;
	w->last_note = n;
	return OK;
}

const struct work_note *work_take_notes(struct work *w)
{
	const struct work_note *first = w->first_note;
	w->first_note = w->last_note = w->saved_note = NULL;
	return first;
}

struct arena *work_arena(struct work *w)
{
	return w->arena;
}

struct arena *work_scratch(struct work *w)
{
	return w->scratch;
}

size_t work_changes(const struct work *w)
{
	return w->changes;
}

static enum err cell_of(struct work *w, enum table t, struct str key, bool is_new, struct cell **ret_cell, struct why *why)
{
	char k[ROW_KEY_MAX + 1];
	if (key.len > ROW_KEY_MAX)
		return why_set(why, ERR_LIMIT, "a key of table %s is too long", table_text(t));
	k[0] = (char)t;
	if (key.len)
		memcpy(k + 1, key.ptr, key.len);
	struct str whole = { k, key.len + 1 };
	struct cell *c = map_get(w->cells, whole);
	if (c) {
		*ret_cell = c;
		return OK;
	}
	c = ARENA_NEW(w->arena, struct cell);
	if (!c)
		return why_set(why, ERR_NOMEM, "no memory for the rows of a batch");
	struct row_key one = { t, str_copy(w->arena, key) };
	c->row = (struct row){ .table = t, .due_at = TIME_NONE };
	enum err e = is_new ? OK : w->reader.load(w->reader.arg, w->arena, &one, 1, &c->row, why);
	if (e == OK && map_add(w->cells, whole, c) != OK)
		e = why_set(why, ERR_LIMIT, "a batch holds at most %d rows", WORK_ROWS_MAX);
	if (e)
		return e;
	c->row.key = one.key;
	c->read_version = c->row.version;
	c->exists = c->row.version != 0;
	*ret_cell = c;
	return OK;
}

enum err work_get(struct work *w, enum table t, struct str key, struct row *ret_row, struct why *why)
{
	struct cell *c;
	enum err e = cell_of(w, t, key, false, &c, why);
	if (e)
		return e;
	*ret_row = c->exists ? c->row : (struct row){ .table = t, .key = c->row.key, .due_at = TIME_NONE };
	/* a row that this batch made has no version yet, and is there all the same */
	ret_row->version = c->exists ? (c->read_version ? c->read_version : 1) : 0;
	return OK;
}

/* take_body: it lies in the work's arena already. */
static enum err put(struct work *w, const struct row *row, bool is_new, bool take_body, struct why *why)
{
	struct cell *c;
	enum err e = cell_of(w, row->table, row->key, is_new, &c, why);
	if (e == OK && save(w, c) != OK)
		e = why_set(why, ERR_NOMEM, "no memory for the rows of a batch");
	if (e)
		return e;
	c->row.owner = str_copy(w->arena, row->owner);
	c->row.state = str_copy(w->arena, row->state);
	c->row.tenant = str_copy(w->arena, row->tenant);
	c->row.body = take_body ? row->body : str_copy(w->arena, row->body);
	c->row.due_at = row->due_at;
	c->row.rank = row->rank;
	if (!c->row.body.ptr)
		return why_set(why, ERR_NOMEM, "no memory for the rows of a batch");
	w->changes += !c->changed;
	c->exists = c->changed = true;
	return OK;
}

enum err work_put(struct work *w, const struct row *row, struct why *why)
{
	return put(w, row, false, false, why);
}

enum err work_add(struct work *w, const struct row *row, struct why *why)
{
	return put(w, row, true, false, why);
}

enum err work_delete(struct work *w, enum table t, struct str key, struct why *why)
{
	struct cell *c;
	enum err e = cell_of(w, t, key, false, &c, why);
	if (e == OK && save(w, c) != OK)
		e = why_set(why, ERR_NOMEM, "no memory for the rows of a batch");
	if (e)
		return e;
	w->changes += !c->changed;
	c->changed = true;
	c->exists = false;
	return OK;
}

static int by_key(const void *a, const void *b)
{
	const struct row *x = &(*(struct cell *const *)a)->row, *y = &(*(struct cell *const *)b)->row;
	return x->table != y->table ? (x->table < y->table ? -1 : 1) : str_cmp(x->key, y->key);
}

enum err work_effects(struct work *w, struct effect **ret_effects, size_t *ret_count)
{
	struct cell **cells = ARENA_ARRAY(w->arena, struct cell *, map_count(w->cells) + 1);
	size_t i = 0, n = 0;
	void *v;
	if (!cells)
		return ERR_NOMEM;
	while (map_next(w->cells, &i, NULL, &v)) {
		struct cell *c = v;
		if (c->changed && (c->exists || c->read_version))
			cells[n++] = c;
	}
	struct effect *list = ARENA_ARRAY(w->arena, struct effect, n + 1);
	if (!list)
		return ERR_NOMEM;
	qsort(cells, n, sizeof(struct cell *), by_key);
	for (i = 0; i < n; i++) {
		list[i] = (struct effect){ cells[i]->exists ? EFFECT_PUT : EFFECT_DELETE, cells[i]->row };
		list[i].row.version = cells[i]->read_version;
	}
	*ret_effects = list;
	*ret_count = n;
	return OK;
}

bool work_next_due(struct work *w, int64_t by_at, struct row *ret_row)
{
	const struct cell *best = NULL;
	size_t i = 0;
	void *v;
	while (map_next(w->cells, &i, NULL, &v)) {
		const struct cell *c = v;
		if (c->exists && c->row.due_at != TIME_NONE && c->row.due_at <= by_at && (!best || c->row.due_at < best->row.due_at))
			best = c;
	}
	if (best)
		*ret_row = best->row;
	return best;
}

bool work_next_row(struct work *w, enum table t, size_t *i, struct row *ret_row)
{
	void *v;
	while (map_next(w->cells, i, NULL, &v)) {
		const struct cell *c = v;
		if (c->exists && c->row.table == t) {
			*ret_row = c->row;
			return true;
		}
	}
	return false;
}

enum err work_load(struct work *w, enum table t, struct str key, const struct field *fields, void *noun, struct row *ret_row, struct why *why)
{
	enum err e = work_get(w, t, key, ret_row, why);
	if (e)
		return e;
	if (!ret_row->version)
		return ERR_NOTFOUND;
	return field_decode(w->arena, ret_row->body, fields, noun, why);
}

static enum err store(struct work *w, struct row *row, const struct field *fields, const void *noun, bool is_new, struct why *why)
{
	enum err e = field_encode(w->arena, fields, noun, &row->body);
	return e ? why_set(why, e, "a row of table %s cannot be written", table_text(row->table)) : put(w, row, is_new, true, why);
}

enum err work_store(struct work *w, struct row *row, const struct field *fields, const void *noun, struct why *why)
{
	return store(w, row, fields, noun, false, why);
}

enum err work_store_new(struct work *w, struct row *row, const struct field *fields, const void *noun, struct why *why)
{
	return store(w, row, fields, noun, true, why);
}
