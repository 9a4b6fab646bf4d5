/*
 * Tiles. See tile.h; the sections named are those of C2SP tlog-tiles.
 */
#include "evidence/tile.h"

#include <stdio.h>

static uint64_t tile_hashes(unsigned level, uint64_t size) /* of that level, in all its tiles */
{
	return level < TILE_LEVELS ? size >> (TILE_HEIGHT * level) : 0;
}

void tile_path(const struct tile *t, char ret_path[TILE_PATH_MAX])
{
	int n = t->level == TILE_ENTRIES ? snprintf(ret_path, TILE_PATH_MAX, "tile/entries/") :
					   snprintf(ret_path, TILE_PATH_MAX, "tile/%u/", t->level);
	uint64_t unit = 1;
	BUG_ON(t->index > MERKLE_SIZE_MAX);
	while (t->index / unit >= 1000)
		unit *= 1000;
	for (; unit; unit /= 1000)
		n += snprintf(ret_path + n, (size_t)(TILE_PATH_MAX - n), unit > 1 ? "x%03u/" : "%03u", (unsigned)(t->index / unit % 1000));
	if (t->width < TILE_WIDTH)
		(void)snprintf(ret_path + n, (size_t)(TILE_PATH_MAX - n), ".p/%u", t->width);
}

static enum err take_level(struct str s, unsigned *ret_level)
{
	uint64_t v;
	if (str_eq(s, STR("entries"))) {
		*ret_level = TILE_ENTRIES;
		return OK;
	}
	enum err e = str_to_u64(s, TILE_LEVEL_MAX, &v);
	if (e == OK)
		*ret_level = (unsigned)v;
	return e;
}

enum err tile_path_read(struct str path, struct tile *ret_tile)
{
	struct tile t = { .width = TILE_WIDTH };
	struct str rest = path, part;
	uint64_t v = 0;
	char again[TILE_PATH_MAX];
	if (path.len >= TILE_PATH_MAX || !str_split(&rest, '/', &part) || !str_eq(part, STR("tile")) || !str_split(&rest, '/', &part) ||
		take_level(part, &t.level) != OK)
		return ERR_SYNTAX;
	while (str_split(&rest, '/', &part)) {
		bool more = str_starts(part, STR("x")), partial = str_ends_fold(part, STR(".p"));
		struct str digits = more ? str_sub(part, 1, part.len) : partial ? str_sub(part, 0, part.len - 2) : part;
		if (str_to_u64(digits, 999, &v) != OK || t.index > MERKLE_SIZE_MAX / 1000 - 1)
			return ERR_SYNTAX;
		t.index = t.index * 1000 + v;
		if (more)
			continue;
		if (partial && (!str_split(&rest, '/', &part) || str_to_u64(part, TILE_WIDTH - 1, &v) != OK || !v))
			return ERR_SYNTAX;
		t.width = partial ? (unsigned)v : TILE_WIDTH;
		break;
	}
	/* what is left out, too many or a zero too much shows in the one path that this tile has */
	tile_path(&t, again);
	if (!str_eq(path, str_of(again)))
		return ERR_SYNTAX;
	*ret_tile = t;
	return OK;
}

unsigned tile_width(unsigned level, uint64_t index, uint64_t size)
{
	uint64_t hashes = tile_hashes(level == TILE_ENTRIES ? 0 : level, size), full = hashes / TILE_WIDTH;
	return index < full ? TILE_WIDTH : index == full ? (unsigned)(hashes % TILE_WIDTH) : 0;
}

void tile_walk_init(struct tile_walk *w, uint64_t old, uint64_t now)
{
	*w = (struct tile_walk){ .old = old, .now = now, .index = old / TILE_WIDTH };
}

bool tile_walk_next(struct tile_walk *w, struct tile *ret_tile)
{
	while (w->level < TILE_LEVELS) {
		uint64_t had = tile_hashes(w->level, w->old), has = tile_hashes(w->level, w->now);
		if (had < has && w->index <= (has - 1) / TILE_WIDTH) {
			*ret_tile = (struct tile){ w->level, w->index, tile_width(w->level, w->index, w->now) };
			w->index++;
			return true;
		}
		w->level++;
		w->index = tile_hashes(w->level, w->old) / TILE_WIDTH;
	}
	return false;
}

void tile_source_init(struct tile_source *s, uint64_t size, tile_read *read, void *arg)
{
	*s = (struct tile_source){ .read = read, .arg = arg, .size = size };
}

/* Partial tiles may be gone once the full one is there ("Partial Tiles"). */
static enum err read_either(tile_read *read, void *arg, const struct tile *t, struct digest hashes[TILE_WIDTH])
{
	struct tile full = { t->level, t->index, TILE_WIDTH };
	enum err e = read(arg, t, hashes[0].octets);
	return e == ERR_NOTFOUND && t->width < TILE_WIDTH ? read(arg, &full, hashes[0].octets) : e;
}

enum err tile_get(void *source, unsigned level, uint64_t index, struct digest *ret_hash)
{
	struct tile_source *s = source;
	unsigned below = level % TILE_HEIGHT;
	struct digest nodes[TILE_WIDTH / 2];
	if (level >= MERKLE_LEVELS || s->size > MERKLE_SIZE_MAX || index >= s->size >> level)
		return ERR_RANGE;
	uint64_t first = index << below;
	struct tile t = { level / TILE_HEIGHT, first / TILE_WIDTH, tile_width(level / TILE_HEIGHT, first / TILE_WIDTH, s->size) };
	if (!s->have.width || t.level != s->have.level || t.index != s->have.index) {
		s->have.width = 0;
		enum err e = read_either(s->read, s->arg, &t, s->hashes);
		if (e)
			return e;
		s->have = t;
	}
	const struct digest *from = &s->hashes[first % TILE_WIDTH];
	for (unsigned n = (1u << below) / 2; n; n /= 2, from = nodes)
		for (unsigned i = 0; i < n; i++)
			merkle_node(&from[2 * i], &from[2 * i + 1], &nodes[i]);
	*ret_hash = *from;
	return OK;
}

void tile_builder_init(struct tile_builder *b, tile_write *write, void *arg)
{
	b->frontier.size = b->flushed = 0;
	b->write = write;
	b->arg = arg;
	b->err = OK;
}

enum err tile_builder_load(struct tile_builder *ret_builder, uint64_t size, tile_read *read, void *read_arg, tile_write *write, void *arg)
{
	struct tile_source tiles;
	struct merkle_source s = { tile_get, &tiles };
	tile_builder_init(ret_builder, write, arg);
	tile_source_init(&tiles, size, read, read_arg);
	enum err e = merkle_frontier_load(&ret_builder->frontier, size, &s);
	for (unsigned level = 0; e == OK && level < TILE_LEVELS; level++) {
		struct tile t = { level, tile_hashes(level, size) / TILE_WIDTH, (unsigned)(tile_hashes(level, size) % TILE_WIDTH) };
		if (t.width)
			e = read_either(read, read_arg, &t, ret_builder->edge[level]);
	}
	ret_builder->flushed = size;
	return e;
}

static void keep(void *builder, unsigned level, uint64_t index, const struct digest *hash)
{
	struct tile_builder *b = builder;
	if (level % TILE_HEIGHT)
		return;
	struct digest *edge = b->edge[level / TILE_HEIGHT];
	edge[index % TILE_WIDTH] = *hash;
	struct tile t = { level / TILE_HEIGHT, index / TILE_WIDTH, TILE_WIDTH };
	if (index % TILE_WIDTH == TILE_WIDTH - 1 && b->err == OK)
		b->err = b->write(b->arg, &t, edge[0].octets);
}

enum err tile_append(struct tile_builder *b, const struct digest *leaf)
{
	if (b->err == OK && b->frontier.size >= MERKLE_SIZE_MAX)
		return ERR_LIMIT;
	if (b->err == OK)
		merkle_append(&b->frontier, leaf, keep, b);
	return b->err;
}

enum err tile_flush(struct tile_builder *b)
{
	for (unsigned level = 0; b->err == OK && level < TILE_LEVELS; level++) {
		uint64_t had = tile_hashes(level, b->flushed), has = tile_hashes(level, b->frontier.size);
		struct tile t = { level, has / TILE_WIDTH, (unsigned)(has % TILE_WIDTH) };
		if (had != has && t.width)
			b->err = b->write(b->arg, &t, b->edge[level][0].octets);
	}
	if (b->err == OK)
		b->flushed = b->frontier.size;
	return b->err;
}

void tile_entry_put(struct buf *bundle, struct str entry)
{
	if (entry.len > TILE_ENTRY_MAX && bundle->err == OK)
		bundle->err = ERR_LIMIT;
	buf_u16(bundle, (uint16_t)entry.len);
	buf_put(bundle, entry);
}

enum err tile_bundle_read(struct str bundle, unsigned width, struct str ret_entries[TILE_WIDTH])
{
	struct str entries[TILE_WIDTH];
	struct reader r;
	reader_init(&r, bundle);
	if (!width || width > TILE_WIDTH)
		return ERR_RANGE;
	for (unsigned i = 0; i < width; i++)
		entries[i] = reader_take(&r, reader_u16(&r));
	enum err e = reader_end(&r);
	if (e == OK)
		memcpy(ret_entries, entries, width * sizeof(entries[0]));
	return e;
}
