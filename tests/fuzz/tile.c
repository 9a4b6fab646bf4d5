/*
 * Tiles: a path that is read is written again as it was, a bundle too, and hashes come out of the octets of tiles whatever they
 * are and however wide.
 */
#include "evidence/tile.h"
#include "fuzz.h"

static void read_bundle(struct str text)
{
	struct str entries[TILE_WIDTH];
	struct buf again;
	for (unsigned width = 1; width < TILE_WIDTH; width = 2 * width + 1) {
		if (tile_bundle_read(text, width, entries) != OK)
			continue;
		buf_init(&again, text.len);
		for (unsigned i = 0; i < width; i++)
			tile_entry_put(&again, entries[i]);
		MUST(again.err == OK && str_eq(buf_str(&again), text));
		buf_done(&again);
	}
}

/* The octets are all tiles, again and again. */
static enum err read_tile(void *arg, const struct tile *t, uint8_t *octets)
{
	const struct str *text = arg;
	for (size_t i = 0; i < t->width * (size_t)DIGEST_LEN; i++)
		octets[i] = (uint8_t)text->ptr[i % text->len];
	return OK;
}

static void read_hashes(struct str text)
{
	static struct tile_source s;
	struct merkle_source m = { tile_get, &s };
	struct merkle_proof p;
	struct digest root, leaf;
	struct reader r;
	reader_init(&r, text);
	uint64_t size = reader_u64(&r), index = reader_u64(&r);
	tile_source_init(&s, size, read_tile, &text);
	if (merkle_inclusion(&m, index, size, &p) != OK) {
		MUST(index >= size || size > MERKLE_SIZE_MAX);
		return;
	}
	MUST(merkle_root(&m, size, &root) == OK && tile_get(&s, 0, index, &leaf) == OK);
	/* within one tile the hashes fit together, whatever they are; those of two levels do only in a log */
	MUST(size >= TILE_WIDTH || merkle_inclusion_check(&leaf, index, size, p.hashes, p.count, &root) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = FUZZ_TEXT(data, len);
	struct tile t;
	char path[TILE_PATH_MAX];
	if (tile_path_read(text, &t) == OK) {
		tile_path(&t, path);
		MUST(str_eq(str_of(path), text));
		MUST(t.width >= 1 && t.width <= TILE_WIDTH && t.level <= TILE_ENTRIES);
	}
	read_bundle(text);
	if (len)
		read_hashes(text);
	return 0;
}
