/*
 * Merkle trees. See merkle.h.
 */
#include "evidence/merkle.h"

static const char leaf_tag[1] = { 0 };

static unsigned top_bit(uint64_t v) /* v > 0 */
{
	return 63u - (unsigned)__builtin_clzll(v);
}

void merkle_leaf(struct str entry, struct digest *ret_hash)
{
	const struct str parts[] = { { leaf_tag, 1 }, entry };
	digest_sha256_parts(parts, 2, ret_hash);
}

void merkle_node(const struct digest *left, const struct digest *right, struct digest *ret_hash)
{
	char text[1 + 2 * DIGEST_LEN];
	text[0] = 1;
	memcpy(text + 1, left->octets, DIGEST_LEN);
	memcpy(text + 1 + DIGEST_LEN, right->octets, DIGEST_LEN);
	digest_sha256((struct str){ text, sizeof(text) }, ret_hash);
}

void merkle_empty(struct digest *ret_root)
{
	digest_sha256(STR_NONE, ret_root);
}

void merkle_append(struct merkle_frontier *f, const struct digest *leaf, merkle_done *done, void *arg)
{
	struct digest h = *leaf;
	unsigned level = 0;
	BUG_ON(f->size >= MERKLE_SIZE_MAX);
	if (done)
		done(arg, 0, f->size, &h);
	for (; f->size >> level & 1; level++) {
		merkle_node(&f->edge[level], &h, &h);
		if (done)
			done(arg, level + 1, f->size >> (level + 1), &h);
	}
	f->edge[level] = h;
	f->size++;
}

void merkle_frontier_root(const struct merkle_frontier *f, struct digest *ret_root)
{
	uint64_t left = f->size;
	struct digest h;
	if (!left) {
		merkle_empty(ret_root);
		return;
	}
	h = f->edge[__builtin_ctzll(left)];
	for (left &= left - 1; left; left &= left - 1)
		merkle_node(&f->edge[__builtin_ctzll(left)], &h, &h);
	*ret_root = h;
}

enum err merkle_frontier_load(struct merkle_frontier *ret_frontier, uint64_t size, const struct merkle_source *s)
{
	struct merkle_frontier f = { .size = size };
	if (size > MERKLE_SIZE_MAX)
		return ERR_RANGE;
	for (uint64_t left = size; left; left &= left - 1) {
		unsigned level = (unsigned)__builtin_ctzll(left);
		enum err e = s->get(s->arg, level, (size >> level) - 1, &f.edge[level]);
		if (e)
			return e;
	}
	*ret_frontier = f;
	return OK;
}

enum err merkle_range(const struct merkle_source *s, uint64_t from, uint64_t to, struct digest *ret_hash)
{
	struct digest h, left;
	if (to > MERKLE_SIZE_MAX || from >= to || (to - from > 1 && from & ((UINT64_C(2) << top_bit(to - from - 1)) - 1)))
		return ERR_RANGE;
	/* complete subtrees by falling size from the left; they are joined from the right */
	uint64_t rest = to - from;
	unsigned level = (unsigned)__builtin_ctzll(rest);
	enum err e = s->get(s->arg, level, (to >> level) - 1, &h);
	for (rest &= rest - 1; e == OK && rest; rest &= rest - 1) {
		level = (unsigned)__builtin_ctzll(rest);
		e = s->get(s->arg, level, ((from + rest) >> level) - 1, &left);
		if (e == OK)
			merkle_node(&left, &h, &h);
	}
	if (e == OK)
		*ret_hash = h;
	return e;
}

enum err merkle_root(const struct merkle_source *s, uint64_t size, struct digest *ret_root)
{
	if (size)
		return merkle_range(s, 0, size, ret_root);
	merkle_empty(ret_root);
	return OK;
}

static void reverse(struct merkle_proof *p)
{
	for (unsigned i = 0, k = p->count; i + 1 < k; i++) {
		struct digest d = p->hashes[i];
		p->hashes[i] = p->hashes[--k];
		p->hashes[k] = d;
	}
}

/* RFC 6962 section 2.1.1, walked from the root. */
enum err merkle_inclusion(const struct merkle_source *s, uint64_t index, uint64_t size, struct merkle_proof *ret_proof)
{
	struct merkle_proof p = { .count = 0 };
	uint64_t from = 0, to = size;
	enum err e = OK;
	if (size > MERKLE_SIZE_MAX || index >= size)
		return ERR_RANGE;
	while (e == OK && to - from > 1) {
		uint64_t middle = from + (UINT64_C(1) << top_bit(to - from - 1));
		struct digest *h = &p.hashes[p.count++];
		if (index < middle) {
			e = merkle_range(s, middle, to, h);
			to = middle;
		} else {
			e = merkle_range(s, from, middle, h);
			from = middle;
		}
	}
	reverse(&p);
	if (e == OK)
		*ret_proof = p;
	return e;
}

/* RFC 6962 section 2.1.2, walked from the root: the last hash is left out while the old tree is the whole left edge. */
enum err merkle_consistency(const struct merkle_source *s, uint64_t old, uint64_t size, struct merkle_proof *ret_proof)
{
	struct merkle_proof p = { .count = 0 };
	uint64_t from = 0, to = size;
	enum err e = OK;
	if (size > MERKLE_SIZE_MAX || !old || old > size)
		return ERR_RANGE;
	while (e == OK && old != to) {
		uint64_t middle = from + (UINT64_C(1) << top_bit(to - from - 1));
		struct digest *h = &p.hashes[p.count++];
		if (old <= middle) {
			e = merkle_range(s, middle, to, h);
			to = middle;
		} else {
			e = merkle_range(s, from, middle, h);
			from = middle;
		}
	}
	if (e == OK && from)
		e = merkle_range(s, from, to, &p.hashes[p.count++]);
	reverse(&p);
	if (e == OK)
		*ret_proof = p;
	return e;
}

/*
 * Up from the node (level, index) of a tree whose last leaf is `last`, where the path of the node and that of the last leaf
 * part at `inner` levels: below, each level has a sibling; above, only where the path goes right.
 */
static unsigned path_len(uint64_t index, uint64_t last, unsigned *ret_inner)
{
	*ret_inner = index == last ? 0 : top_bit(index ^ last) + 1;
	return *ret_inner + (unsigned)__builtin_popcountll(index >> *ret_inner);
}

enum err merkle_inclusion_check(
	const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *hashes, size_t count, const struct digest *root)
{
	struct digest h = *leaf;
	unsigned inner, i = 0;
	if (size > MERKLE_SIZE_MAX || index >= size)
		return ERR_RANGE;
	if (count != path_len(index, size - 1, &inner))
		return ERR_SYNTAX;
	for (; i < inner; i++)
		if (index >> i & 1)
			merkle_node(&hashes[i], &h, &h);
		else
			merkle_node(&h, &hashes[i], &h);
	for (; i < count; i++)
		merkle_node(&hashes[i], &h, &h);
	return digest_eq(&h, root) ? OK : ERR_CORRUPT;
}

/*
 * The proof goes up from the largest complete subtree that ends the old tree. What joins it from the left is in both trees,
 * what joins from the right in the new one only. RFC 9162 section 2.1.4.2.
 */
enum err merkle_consistency_check(
	uint64_t old, const struct digest *old_root, uint64_t size, const struct digest *root, const struct digest *hashes, size_t count)
{
	if (size > MERKLE_SIZE_MAX || !old || old > size)
		return ERR_RANGE;
	if (old == size)
		return count ? ERR_SYNTAX : digest_eq(old_root, root) ? OK : ERR_CORRUPT;
	unsigned shift = (unsigned)__builtin_ctzll(old), inner, start = old & (old - 1) ? 1 : 0;
	uint64_t index = (old - 1) >> shift;
	if (count != start + path_len(index, (size - 1) >> shift, &inner))
		return ERR_SYNTAX;
	/* a complete old tree is a node of the new one, and its root need not be told */
	struct digest was = start ? hashes[0] : *old_root, is = was;
	for (unsigned i = 0; i < count - start; i++) {
		const struct digest *h = &hashes[start + i];
		if (i < inner && !(index >> i & 1)) {
			merkle_node(&is, h, &is);
			continue;
		}
		merkle_node(h, &was, &was);
		merkle_node(h, &is, &is);
	}
	return digest_eq(&was, old_root) && digest_eq(&is, root) ? OK : ERR_CORRUPT;
}
