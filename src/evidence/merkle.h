/*
 * Merkle tree hashing as of RFC 6962 section 2.1 and RFC 9162 section 2.1, over SHA-256.
 *
 * A leaf is SHA-256(00 || entry), a node SHA-256(01 || left || right), the root of no leaves SHA-256(""). The complete subtree
 * (level, index) covers the leaves index * 2^level to (index + 1) * 2^level - 1. Nothing here allocates or does I/O: what is
 * stored is asked of a `struct merkle_source`, whose errors are handed on.
 *
 * Sizes end at MERKLE_SIZE_MAX, so that a consistency proof has at most the 63 hashes that a witness takes. A size, index or
 * proof from outside may be anything: the checks read no more than `count` hashes, and accept one number of them only.
 */
#ifndef AUPD_EVIDENCE_MERKLE_H
#define AUPD_EVIDENCE_MERKLE_H

#include "base/digest.h"

enum { MERKLE_LEVELS = 63, MERKLE_PROOF_MAX = 63 };
#define MERKLE_SIZE_MAX (UINT64_C(1) << 62)

void merkle_leaf(struct str entry, struct digest *ret_hash);
void merkle_node(const struct digest *left, const struct digest *right, struct digest *ret_hash);
void merkle_empty(struct digest *ret_root);

/* The hash of a complete subtree that lies within the size of the tree. */
typedef enum err merkle_get(void *arg, unsigned level, uint64_t index, struct digest *ret_hash);

struct merkle_source {
	merkle_get *get;
	void *arg;
};

/* The right edge of a growing tree; all zero is the empty tree. */
struct merkle_frontier {
	uint64_t size;
	struct digest edge[MERKLE_LEVELS]; /* edge[n] counts where bit n of size is set */
};

/* Told of each complete subtree that an append finishes, the leaf first. */
typedef void merkle_done(void *arg, unsigned level, uint64_t index, const struct digest *hash);

/* size < MERKLE_SIZE_MAX. `done` may be NULL. */
void merkle_append(struct merkle_frontier *f, const struct digest *leaf, merkle_done *done, void *arg);
void merkle_frontier_root(const struct merkle_frontier *f, struct digest *ret_root);
enum err merkle_frontier_load(struct merkle_frontier *ret_frontier, uint64_t size, const struct merkle_source *s) MUST_CHECK;

/*
 * The hash of the leaves from <= n < to, which must be a node of some tree: `from` a multiple of the smallest power of two
 * that is not less than to - from. ERR_RANGE otherwise.
 */
enum err merkle_range(const struct merkle_source *s, uint64_t from, uint64_t to, struct digest *ret_hash) MUST_CHECK;
enum err merkle_root(const struct merkle_source *s, uint64_t size, struct digest *ret_root) MUST_CHECK;

struct merkle_proof {
	struct digest hashes[MERKLE_PROOF_MAX];
	unsigned count;
};

/* That the leaf `index` stands in the tree of `size`; from its sibling up. ERR_RANGE unless index < size. */
enum err merkle_inclusion(const struct merkle_source *s, uint64_t index, uint64_t size, struct merkle_proof *ret_proof) MUST_CHECK;
/* That the tree of `size` begins with the one of `old`. ERR_RANGE unless 0 < old <= size: of the empty tree nothing is proved. */
enum err merkle_consistency(const struct merkle_source *s, uint64_t old, uint64_t size, struct merkle_proof *ret_proof) MUST_CHECK;

/* OK, ERR_RANGE as above, ERR_SYNTAX when the number of hashes is another, ERR_CORRUPT when they do not give the root(s). */
enum err merkle_inclusion_check(const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *hashes, size_t count,
	const struct digest *root) MUST_CHECK;
enum err merkle_consistency_check(uint64_t old, const struct digest *old_root, uint64_t size, const struct digest *root,
	const struct digest *hashes, size_t count) MUST_CHECK;

#endif
