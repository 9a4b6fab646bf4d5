/*
 * The layout of a log's files, C2SP tlog-tiles: Merkle tree hashes in tiles of 256, entries in bundles of 256.
 *
 *   tile/<L>/<N>[.p/<W>], tile/entries/<N>[.p/<W>]; N in groups of three digits, all but the last after "x": x001/x234/067
 *
 * Tile (L, N) holds the hashes of the complete subtrees of level 8L with the indexes 256N to 256N + 255; the last tile of a level
 * is partial, W hashes wide, and is never empty. A bundle is a sequence of entries, each after its length in 16 bits.
 *
 * Nothing here does I/O: tiles come and go through callbacks. What a tile says is believed; a proof made of wrong hashes fails
 * its check. Paths and bundles from outside may be anything; what is accepted has one form.
 */
#ifndef AUPD_EVIDENCE_TILE_H
#define AUPD_EVIDENCE_TILE_H

#include "evidence/merkle.h"

enum {
	TILE_HEIGHT = 8,
	TILE_WIDTH = 256,
	TILE_BYTES_MAX = TILE_WIDTH * DIGEST_LEN,
	TILE_LEVEL_MAX = 63,
	TILE_ENTRIES = 64 /* a level */,
	TILE_PATH_MAX = 64,
	TILE_LEVELS = 8 /* of a tree of MERKLE_SIZE_MAX leaves */,
	TILE_ENTRY_MAX = 65535
};

struct tile {
	unsigned level; /* or TILE_ENTRIES for a bundle */
	uint64_t index;
	unsigned width; /* 1 to 256 */
};

void tile_path(const struct tile *t, char ret_path[TILE_PATH_MAX]); /* index <= MERKLE_SIZE_MAX */
enum err tile_path_read(struct str path, struct tile *ret_tile) MUST_CHECK;
/* How wide (level, index) is in a tree of that size: 0 when it is not there. */
unsigned tile_width(unsigned level, uint64_t index, uint64_t size);

/* The tiles that a tree of size `now` has and one of size `old` had not, or narrower: from old 0, all. No bundles among them. */
struct tile_walk {
	uint64_t old, now, index;
	unsigned level;
};

void tile_walk_init(struct tile_walk *w, uint64_t old, uint64_t now);
bool tile_walk_next(struct tile_walk *w, struct tile *ret_tile);

/* Exactly t->width * 32 octets into `octets`. ERR_NOTFOUND for a partial tile makes the full one be asked for. */
typedef enum err tile_read(void *arg, const struct tile *t, uint8_t *octets);
typedef enum err tile_write(void *arg, const struct tile *t, const uint8_t *octets);

/* The tiles of one tree as a merkle_source, through the last tile read. */
struct tile_source {
	tile_read *read;
	void *arg;
	uint64_t size;
	struct tile have; /* width 0: none */
	struct digest hashes[TILE_WIDTH];
};

void tile_source_init(struct tile_source *s, uint64_t size, tile_read *read, void *arg);
enum err tile_get(void *source, unsigned level, uint64_t index, struct digest *ret_hash); /* a merkle_get */

/*
 * Makes tiles of leaves: each full tile is written as it fills, partial ones by tile_flush where they changed. 66 KB. After an
 * error of `write` the builder does nothing and gives that error: load it again.
 */
struct tile_builder {
	struct merkle_frontier frontier;
	uint64_t flushed; /* the size at the last flush or load */
	tile_write *write;
	void *arg;
	enum err err;
	struct digest edge[TILE_LEVELS][TILE_WIDTH];
};

void tile_builder_init(struct tile_builder *b, tile_write *write, void *arg);
/* As the tree of `size` left it, from its tiles. ret_builder is of no use after an error. */
enum err tile_builder_load(
	struct tile_builder *ret_builder, uint64_t size, tile_read *read, void *read_arg, tile_write *write, void *arg) MUST_CHECK;
enum err tile_append(struct tile_builder *b, const struct digest *leaf) MUST_CHECK; /* ERR_LIMIT at MERKLE_SIZE_MAX */
enum err tile_flush(struct tile_builder *b) MUST_CHECK;

void tile_entry_put(struct buf *bundle, struct str entry); /* ERR_LIMIT sticks in the buf beyond TILE_ENTRY_MAX */
/* `width` entries and nothing else; they borrow from the bundle. */
enum err tile_bundle_read(struct str bundle, unsigned width, struct str ret_entries[TILE_WIDTH]) MUST_CHECK;

#endif
