/*
 * Tiles: their paths, which of them a tree has and which it changed, proofs out of them, the log rebuilt from its entries at once
 * and in steps, and figures that Python's hashlib gave.
 */
#include "base/arena.h"
#include "evidence/tile.h"
#include "tap.h"

enum { SIZE = 70000, TILES_MAX = 2000 };

static struct arena *a;

/* The tiles of a log in memory, newest last. */
static struct stored {
	struct tile tile;
	struct digest hashes[TILE_WIDTH];
} * stored;
static unsigned stored_count, reads, writes_left = TILES_MAX;

static struct stored *find(const struct tile *t)
{
	for (unsigned i = 0; i < stored_count; i++)
		if (stored[i].tile.level == t->level && stored[i].tile.index == t->index && stored[i].tile.width == t->width)
			return &stored[i];
	return NULL;
}

static enum err read_tile(void *arg, const struct tile *t, uint8_t *octets)
{
	(void)arg;
	const struct stored *s = find(t);
	reads++;
	if (s)
		memcpy(octets, s->hashes, t->width * DIGEST_LEN);
	return s ? OK : ERR_NOTFOUND;
}

static enum err write_tile(void *arg, const struct tile *t, const uint8_t *octets)
{
	(void)arg;
	if (!writes_left)
		return ERR_FULL;
	writes_left--;
	struct stored *s = find(t);
	BUG_ON(stored_count == TILES_MAX);
	s = s ? s : &stored[stored_count++];
	s->tile = *t;
	memcpy(s->hashes, octets, t->width * DIGEST_LEN);
	return OK;
}

static void leaf_of(uint64_t i, struct digest *ret_leaf)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "entry %llu", (unsigned long long)i);
	merkle_leaf(str_of(text), ret_leaf);
}

static enum err append_to(struct tile_builder *b, uint64_t size)
{
	enum err e = OK;
	struct digest leaf;
	while (e == OK && b->frontier.size < size) {
		leaf_of(b->frontier.size, &leaf);
		e = tile_append(b, &leaf);
	}
	return e;
}

static void test_paths(void)
{
	static const struct {
		struct tile tile;
		const char *path;
	} list[] = { { { 0, 0, 256 }, "tile/0/000" }, { { 0, 1234067, 256 }, "tile/0/x001/x234/067" }, { { 1, 17, 17 }, "tile/1/017.p/17" },
		{ { 63, 999, 255 }, "tile/63/999.p/255" }, { { 2, 1000, 1 }, "tile/2/x001/000.p/1" },
		{ { TILE_ENTRIES, 273, 112 }, "tile/entries/273.p/112" },
		{ { TILE_ENTRIES, UINT64_C(1) << 54, 256 }, "tile/entries/x018/x014/x398/x509/x481/984" } };
	static const char *const wrong[] = { "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/00/000",
		"tile/64/000", "tile/-1/000", "tile/0/x000/001", "tile/0/x001", "tile/0/x001/", "tile/0/001/002", "tile/0/x01/002",
		"tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/",
		"tile/0/000.P/1", "tile/0/000.p/1/2", "/tile/0/000", "tile//000", "tile/0/000/", "tile/entrie/000", "tile/0/x000",
		"tile/0/x001.p/1", "tile/0/+00", "tile/0/x9 9/001", "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/999" };
	struct tile t;
	char path[TILE_PATH_MAX];
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		tile_path(&list[i].tile, path);
		IS_STR(str_of(path), str_of(list[i].path), "a path");
		OK_(tile_path_read(str_of(path), &t) == OK && t.level == list[i].tile.level && t.index == list[i].tile.index &&
				t.width == list[i].tile.width,
			"is read back");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!OK_(tile_path_read(str_of(wrong[i]), &t) == ERR_SYNTAX, "what is no path"))
			tap_dump("path", str_of(wrong[i]));
}

/* "Partial Tiles": the example of 70,000. */
static void test_widths(void)
{
	OK_(tile_width(0, 272, SIZE) == 256 && tile_width(0, 273, SIZE) == 112 && tile_width(0, 274, SIZE) == 0, "level 0 of 70,000");
	OK_(tile_width(1, 0, SIZE) == 256 && tile_width(1, 1, SIZE) == 17 && tile_width(2, 0, SIZE) == 1 && tile_width(3, 0, SIZE) == 0,
		"the others");
	OK_(tile_width(0, 0, 256) == 256 && tile_width(0, 1, 256) == 0 && tile_width(1, 0, 256) == 1, "of 256");
	OK_(tile_width(TILE_ENTRIES, 273, SIZE) == 112 && tile_width(9, 0, UINT64_MAX) == 0 && tile_width(63, 0, UINT64_MAX) == 0,
		"bundles, and no levels beyond");
	struct tile_walk w;
	struct tile t;
	unsigned n = 0;
	tile_walk_init(&w, 0, SIZE);
	while (tile_walk_next(&w, &t))
		n += t.width == tile_width(t.level, t.index, SIZE);
	IS_INT(n, 277, "a walk over all its tiles");
	tile_walk_init(&w, 70000, 70001);
	OK_(tile_walk_next(&w, &t) && t.level == 0 && t.index == 273 && t.width == 113 && !tile_walk_next(&w, &t),
		"one leaf more widens one tile");
	tile_walk_init(&w, 5, 5);
	OK_(!tile_walk_next(&w, &t), "none without growth");
	tile_walk_init(&w, 65535, 65536);
	OK_(tile_walk_next(&w, &t) && t.level == 0 && t.index == 255 && t.width == 256 && tile_walk_next(&w, &t) && t.level == 1 &&
			t.index == 0 && t.width == 256 && tile_walk_next(&w, &t) && t.level == 2 && t.width == 1 && !tile_walk_next(&w, &t),
		"the leaf that fills tiles of two levels");
}

static bool all_told(uint64_t old, uint64_t now, unsigned from)
{
	struct tile_walk w;
	struct tile t;
	unsigned n = 0;
	tile_walk_init(&w, old, now);
	for (; tile_walk_next(&w, &t); n++)
		if (!find(&t) || find(&t) < stored + from)
			return false;
	return n == stored_count - from;
}

static void test_building(void)
{
	static struct tile_builder b, c;
	struct sha256 *h = sha256_new();
	struct tile_walk w;
	struct tile t;
	struct digest d, root;
	char path[TILE_PATH_MAX];
	tile_builder_init(&b, write_tile, NULL);
	OK_(append_to(&b, SIZE) == OK && tile_flush(&b) == OK && all_told(0, SIZE, 0), "all tiles of 70,000 leaves, each once");
	tile_walk_init(&w, 0, SIZE);
	while (h && tile_walk_next(&w, &t)) {
		tile_path(&t, path);
		sha256_update(h, str_of(path));
		sha256_update(h, STR("\n"));
		sha256_update(h, (struct str){ (const char *)find(&t)->hashes, t.width * DIGEST_LEN });
	}
	sha256_final(h, &d);
	IS_STR(digest_hex(a, &d), STR("75cb3eb83d417cdfcd6fa1490e857e0aa43ed0f946db08cc5c210b9ab89e497f"),
		"paths and hashes as hashlib gives them");
	sha256_free(h);
	merkle_frontier_root(&b.frontier, &root);
	unsigned whole = stored_count, wrong = 0;
	stored_count = 0;
	/* in steps, with a restart from the tiles before each */
	static const uint64_t steps[] = { 0, 1, 2, 255, 256, 257, 300, 511, 512, 1000, 65535, 65536, 65537, 65793, SIZE };
	for (size_t i = 1; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned from = stored_count;
		memset(&c, 0xff, sizeof(c));
		wrong += tile_builder_load(&c, steps[i - 1], read_tile, NULL, write_tile, NULL) != OK || append_to(&c, steps[i]) != OK ||
			tile_flush(&c) != OK || !all_told(steps[i - 1], steps[i], from);
		unsigned left = writes_left;
		wrong += tile_flush(&c) != OK || writes_left != left;
	}
	IS_INT(wrong, 0, "growing in steps writes what changed, each time");
	merkle_frontier_root(&c.frontier, &d);
	for (unsigned level = 0; level < 3; level++)
		wrong += memcmp(c.edge[level], b.edge[level],
				 ((size_t)SIZE >> (TILE_HEIGHT * level)) % TILE_WIDTH * sizeof(c.edge[0][0])) != 0;
	OK_(digest_eq(&d, &root) && stored_count > whole && !wrong, "and comes to the same tree");
}

static void test_proofs(void)
{
	static struct tile_source s;
	struct merkle_source m = { tile_get, &s };
	struct merkle_proof p;
	struct digest leaf, root, old_root;
	unsigned wrong = 0;
	tile_source_init(&s, SIZE, read_tile, NULL);
	OK_(merkle_root(&m, SIZE, &root) == OK, "the root out of the tiles");
	IS_STR(digest_hex(a, &root), STR("a3920fba7f239a071a9bd10721f1341addefbaededb41c7e24437a9d16bdf00a"), "is the root");
	for (uint64_t i = 0; i < SIZE; i += 997) {
		leaf_of(i, &leaf);
		wrong += merkle_inclusion(&m, i, SIZE, &p) != OK || merkle_inclusion_check(&leaf, i, SIZE, p.hashes, p.count, &root) != OK;
		wrong += merkle_root(&m, i + 1, &old_root) != OK || merkle_consistency(&m, i + 1, SIZE, &p) != OK ||
			merkle_consistency_check(i + 1, &old_root, SIZE, &root, p.hashes, p.count) != OK;
	}
	IS_INT(wrong, 0, "proofs out of the tiles");
	s.have.width = 0;
	reads = 0;
	OK_(merkle_inclusion(&m, 12345, SIZE, &p) == OK && reads <= 6, "a proof reads a tile once a level");
	IS_INT(tile_get(&s, 0, SIZE, &leaf), ERR_RANGE, "no leaf beyond the size");
	IS_INT(tile_get(&s, 8, 273, &leaf), ERR_RANGE, "no subtree that is not complete");
	IS_INT(tile_get(&s, 63, 0, &leaf), ERR_RANGE, "no level beyond the last");
	/* a partial tile may go when the full one is there */
	static struct tile_source small;
	struct merkle_source of_small = { tile_get, &small };
	struct tile first = { 0, 0, 255 };
	struct stored *gone = find(&first);
	if (gone)
		gone->tile.width = 0;
	tile_source_init(&small, 255, read_tile, NULL);
	OK_(gone && merkle_root(&of_small, 255, &root) == OK, "the full tile stands in for a partial one");
	IS_STR(digest_hex(a, &root), STR("cf66793e6329dff242eb3cee0a6f36ad3e3a196dcc573a1ec775e102be863f1c"), "with its root");
	tile_source_init(&small, SIZE + 300, read_tile, NULL);
	IS_INT(merkle_root(&of_small, SIZE + 300, &root), ERR_NOTFOUND, "a tile that is missing is told");
}

static void test_write_fails(void)
{
	static struct tile_builder b;
	struct digest leaf;
	stored_count = 0;
	writes_left = 3;
	tile_builder_init(&b, write_tile, NULL);
	OK_(append_to(&b, 2000) == ERR_FULL && b.frontier.size == 1024, "the fourth tile cannot be written");
	writes_left = TILES_MAX;
	leaf_of(0, &leaf);
	OK_(tile_append(&b, &leaf) == ERR_FULL && b.frontier.size == 1024 && tile_flush(&b) == ERR_FULL && stored_count == 3,
		"and nothing more happens");
	OK_(tile_builder_load(&b, 768, read_tile, NULL, write_tile, NULL) == ERR_NOTFOUND, "what was not flushed cannot be loaded");
	b.frontier.size = MERKLE_SIZE_MAX;
	b.err = OK;
	IS_INT(tile_append(&b, &leaf), ERR_LIMIT, "a full log takes nothing");
}

static void test_bundles(void)
{
	struct str entries[TILE_WIDTH];
	struct buf b;
	static char big[TILE_ENTRY_MAX + 1];
	buf_init(&b, 1 << 20);
	tile_entry_put(&b, STR("one"));
	tile_entry_put(&b, STR_NONE);
	tile_entry_put(&b, (struct str){ big, TILE_ENTRY_MAX });
	OK_(b.err == OK && b.len == 5 + 2 + 2 + TILE_ENTRY_MAX && memcmp(b.ptr, "\0\3one\0\0\xff\xff", 9) == 0, "a bundle");
	OK_(tile_bundle_read(buf_str(&b), 3, entries) == OK && str_eq(entries[0], STR("one")) && !entries[1].len &&
			entries[2].len == TILE_ENTRY_MAX,
		"is read back");
	OK_(tile_bundle_read(buf_str(&b), 2, entries) == ERR_SYNTAX && tile_bundle_read(buf_str(&b), 4, entries) != OK,
		"with that many entries only");
	OK_(tile_bundle_read(str_sub(buf_str(&b), 0, b.len - 1), 3, entries) != OK &&
			tile_bundle_read(str_sub(buf_str(&b), 0, 1), 1, entries) != OK,
		"and whole");
	OK_(tile_bundle_read(buf_str(&b), 0, entries) == ERR_RANGE && tile_bundle_read(buf_str(&b), 257, entries) == ERR_RANGE,
		"no such widths");
	tile_entry_put(&b, (struct str){ big, TILE_ENTRY_MAX + 1 });
	IS_INT(b.err, ERR_LIMIT, "no longer entry");
	buf_done(&b);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	stored = calloc(TILES_MAX, sizeof(*stored));
	if (!a || !stored)
		return 1;
	test_paths();
	test_widths();
	test_building();
	test_proofs();
	test_write_fails();
	test_bundles();
	free(stored);
	arena_free(a);
	return tap_done();
}
