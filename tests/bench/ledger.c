/*
 * ledger_append_per_cpu_s: records of 256 octets, from their lines to canonical text, leaf hash, place in the tree and tiles, without
 * a store; as the fold makes them once the commitments are there. ledger_verify_per_cpu_s: the texts again to leaf hashes and to the
 * root. proof_ms, proof_bytes: one record among ten million, out of tiles in memory and checked; its hashes, and proof_text_bytes the
 * whole .tlog-proof with the log's signature. CPU time, the best of three; the proofs' time is the mean of a thousand.
 */
#include <stdlib.h>

#include "bench.h"
#include "evidence/proof.h"
#include "evidence/record.h"
#include "evidence/tile.h"

enum { ROUNDS = 3, RECORDS = 200000, RECORD_LEN = 256, LARGE = 10000000, PROOFS = 1000 };

static const struct seal_key key = { "a key of the bench" };
static char texts[RECORDS][RECORD_LEN];

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* The record of a finding, its numbers always as wide. */
static struct str encode(struct arena *a, unsigned i)
{
	struct record r = { .id = str_format(a, "C-4711.%06u", i) };
	struct str text, opening;
	record_put(&r, "case", STR("C-2026-000017"));
	record_put(&r, "clause", STR("email.unsolicited"));
	record_put(&r, "com.customer", STR("99e3fef1673afef055a0fd7876d6f7178847b1020f60d3ec4bb7aa957fbd96f9"));
	record_put(&r, "kind", STR("decision"));
	record_put(&r, "policy", STR("2026-03-01"));
	record_put(&r, "rule", STR("spam.trap.by-sender"));
	record_put(&r, "time", STR("2026-03-02T10:00:00.000000Z"));
	record_put(&r, "verdict", STR("warn"));
	must(record_write(a, &r, &key, &text, &opening, NULL) == OK, "encode");
	return text;
}

static enum err write_nowhere(void *arg, const struct tile *t, const uint8_t *octets)
{
	(void)arg;
	(void)t;
	(void)octets;
	return OK;
}

static double append_all(struct arena *a, struct digest *ret_root)
{
	static struct tile_builder b;
	struct digest leaf;
	tile_builder_init(&b, write_nowhere, NULL);
	double from = bench_cpu_s();
	for (unsigned i = 0; i < RECORDS; i++) {
		arena_reset(a);
		struct str text = encode(a, i);
		merkle_leaf(text, &leaf);
		must(tile_append(&b, &leaf) == OK && text.len == RECORD_LEN, "append");
		memcpy(texts[i], text.ptr, RECORD_LEN);
	}
	must(tile_flush(&b) == OK, "flush");
	merkle_frontier_root(&b.frontier, ret_root);
	return bench_cpu_s() - from;
}

static double verify_all(const struct digest *root)
{
	struct merkle_frontier f = { .size = 0 };
	struct digest leaf, again;
	double from = bench_cpu_s();
	for (unsigned i = 0; i < RECORDS; i++) {
		merkle_leaf((struct str){ texts[i], RECORD_LEN }, &leaf);
		merkle_append(&f, &leaf, NULL, NULL);
	}
	merkle_frontier_root(&f, &again);
	must(digest_eq(&again, root), "the root is another");
	return bench_cpu_s() - from;
}

/* The tiles of the large log, by level; those of level 0 are all leaves one after the other, and so on. */
static struct digest *large[TILE_LEVELS];

static enum err write_large(void *arg, const struct tile *t, const uint8_t *octets)
{
	(void)arg;
	memcpy(large[t->level] + t->index * TILE_WIDTH, octets, (size_t)t->width * DIGEST_LEN);
	return OK;
}

static enum err read_large(void *arg, const struct tile *t, uint8_t *octets)
{
	(void)arg;
	memcpy(octets, large[t->level] + t->index * TILE_WIDTH, (size_t)t->width * DIGEST_LEN);
	return OK;
}

static void leaf_of(uint64_t i, struct digest *ret_leaf)
{
	merkle_leaf((struct str){ (const char *)&i, sizeof(i) }, ret_leaf);
}

static void grow_large(struct digest *ret_root)
{
	static struct tile_builder b;
	struct digest leaf;
	for (unsigned level = 0; level < TILE_LEVELS; level++)
		must((large[level] = calloc(((size_t)LARGE >> (TILE_HEIGHT * level)) + TILE_WIDTH, DIGEST_LEN)) != NULL, "memory");
	tile_builder_init(&b, write_large, NULL);
	for (uint64_t i = 0; i < LARGE; i++) {
		leaf_of(i, &leaf);
		must(tile_append(&b, &leaf) == OK, "append");
	}
	must(tile_flush(&b) == OK, "flush");
	merkle_frontier_root(&b.frontier, ret_root);
}

static size_t proof_text_bytes(struct arena *a, const struct merkle_proof *path, const struct digest *root)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 1 };
	struct checkpoint c = { .origin = STR("log.example.net/aupd"), .size = LARGE, .root = *root };
	struct proof p = { .index = LARGE / 2, .path = *path };
	struct note_signer log;
	struct str text;
	must(note_signer_init(&log, c.origin, NOTE_ED25519, seed) == OK && checkpoint_sign(a, &c, &log, &p.checkpoint, NULL) == OK, "sign");
	must(proof_write(a, &p, &text, NULL) == OK, "proof");
	return text.len;
}

static void prove(struct arena *a)
{
	static struct tile_source s;
	struct merkle_source source = { tile_get, &s };
	struct merkle_proof p = { .count = 0 }, longest = { .count = 0 };
	struct digest root, leaf;
	grow_large(&root);
	double best = 1e9;
	for (unsigned round = 0; round < ROUNDS; round++) {
		double from = bench_cpu_s();
		for (uint64_t i = 0; i < PROOFS; i++) {
			uint64_t index = (i * 2654435761u + round) % LARGE;
			tile_source_init(&s, LARGE, read_large, NULL);
			leaf_of(index, &leaf);
			must(merkle_inclusion(&source, index, LARGE, &p) == OK, "proof");
			must(merkle_inclusion_check(&leaf, index, LARGE, p.hashes, p.count, &root) == OK, "check");
			longest = p.count > longest.count ? p : longest;
		}
		double took = bench_cpu_s() - from;
		best = took < best ? took : best;
	}
	bench_say("proof_ms", 1e3 * best / PROOFS, "ms");
	bench_say("proof_bytes", longest.count * DIGEST_LEN, "B");
	bench_say("proof_text_bytes", (double)proof_text_bytes(a, &longest, &root), "B");
}

int main(void)
{
	struct arena *a = arena_new("bench", 1 << 20);
	struct digest root;
	double best_append = 1e9, best_verify = 1e9;
	must(a && seal_start() == OK, "start");
	for (unsigned round = 0; round < ROUNDS; round++) {
		double append = append_all(a, &root), verify = verify_all(&root);
		best_append = append < best_append ? append : best_append;
		best_verify = verify < best_verify ? verify : best_verify;
	}
	bench_say("ledger_append_per_cpu_s", RECORDS / best_append, "1/s");
	bench_say("ledger_verify_per_cpu_s", RECORDS / best_verify, "1/s");
	prove(a);
	arena_free(a);
	return 0;
}
