/*
 * Merkle trees: every root and proof of small trees and some of larger ones against the recursive definition of RFC 6962, figures
 * that Python's hashlib gave, proofs with anything changed, and the vectors of transparency-dev where they are.
 */
#include <dirent.h>

#include "base/arena.h"
#include "base/json.h"
#include "evidence/merkle.h"
#include "tap.h"

enum { SMALL = 300, LARGE = 70000, LEVELS = 17, RANDOM_PROOFS = 30 };

static struct arena *a;
static struct digest *levels[LEVELS]; /* what a log has stored: every complete subtree */

static enum err get(void *arg, unsigned level, uint64_t index, struct digest *ret_hash)
{
	(void)arg;
	if (level >= LEVELS || (index + 1) << level > LARGE)
		return ERR_NOTFOUND;
	*ret_hash = levels[level][index];
	return OK;
}

static const struct merkle_source source = { get, NULL };

static void entry(uint64_t i, struct digest *ret_leaf)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "entry %llu", (unsigned long long)i);
	merkle_leaf(str_of(text), ret_leaf);
}

static void keep(void *arg, unsigned level, uint64_t index, const struct digest *hash)
{
	(void)arg;
	levels[level][index] = *hash;
}

/* MTH of RFC 6962 section 2.1, word for word. Small ranges are remembered. */
static void mth(uint64_t from, uint64_t to, struct digest *ret)
{
	static struct digest known[SMALL + 1][SMALL + 1];
	static bool is_known[SMALL + 1][SMALL + 1];
	struct digest left, right;
	uint64_t k = 1;
	if (to <= SMALL && is_known[from][to]) {
		*ret = known[from][to];
		return;
	}
	while (k * 2 < to - from)
		k *= 2;
	if (from == to) {
		digest_sha256(STR_NONE, ret);
	} else if (to - from == 1) {
		*ret = levels[0][from];
	} else {
		mth(from, from + k, &left);
		mth(from + k, to, &right);
		merkle_node(&left, &right, ret);
	}
	if (to <= SMALL) {
		known[from][to] = *ret;
		is_known[from][to] = true;
	}
}

static void plain_path(uint64_t m, uint64_t from, uint64_t to, struct merkle_proof *p)
{
	uint64_t k = 1;
	if (to - from == 1)
		return;
	while (k * 2 < to - from)
		k *= 2;
	if (m < from + k) {
		plain_path(m, from, from + k, p);
		mth(from + k, to, &p->hashes[p->count++]);
	} else {
		plain_path(m, from + k, to, p);
		mth(from, from + k, &p->hashes[p->count++]);
	}
}

static void plain_subproof(uint64_t m, uint64_t from, uint64_t to, bool whole, struct merkle_proof *p)
{
	uint64_t k = 1;
	if (m == to) {
		if (!whole)
			mth(from, to, &p->hashes[p->count++]);
		return;
	}
	while (k * 2 < to - from)
		k *= 2;
	if (m <= from + k) {
		plain_subproof(m, from, from + k, whole, p);
		mth(from + k, to, &p->hashes[p->count++]);
	} else {
		plain_subproof(m, from + k, to, false, p);
		mth(from, from + k, &p->hashes[p->count++]);
	}
}

static bool same(const struct merkle_proof *x, const struct merkle_proof *y)
{
	return x->count == y->count && (!x->count || memcmp(x->hashes, y->hashes, x->count * sizeof(x->hashes[0])) == 0);
}

static bool inclusion_right(uint64_t m, uint64_t n, const struct digest *root)
{
	struct merkle_proof plain = { .count = 0 }, got;
	plain_path(m, 0, n, &plain);
	return merkle_inclusion(&source, m, n, &got) == OK && same(&plain, &got) &&
		merkle_inclusion_check(&levels[0][m], m, n, got.hashes, got.count, root) == OK;
}

static bool consistency_right(uint64_t m, uint64_t n, const struct digest *root)
{
	struct merkle_proof plain = { .count = 0 }, got;
	struct digest old_root;
	plain_subproof(m, 0, n, true, &plain);
	mth(0, m, &old_root);
	return merkle_consistency(&source, m, n, &got) == OK && same(&plain, &got) &&
		merkle_consistency_check(m, &old_root, n, root, got.hashes, got.count) == OK;
}

static struct digest roots[LARGE + 1];

static void grow(void)
{
	static struct merkle_frontier f;
	struct digest leaf;
	for (unsigned i = 0; i < LEVELS; i++)
		levels[i] = ARENA_ARRAY(a, struct digest, ((size_t)LARGE >> i) + 1);
	merkle_frontier_root(&f, &roots[0]);
	for (uint64_t i = 0; i < LARGE; i++) {
		entry(i, &leaf);
		merkle_append(&f, &leaf, keep, NULL);
		merkle_frontier_root(&f, &roots[i + 1]);
	}
}

static void test_against_definition(void)
{
	unsigned bad_roots = 0, bad_inclusion = 0, bad_consistency = 0, bad_loads = 0;
	struct digest want, got;
	for (uint64_t n = 0; n <= SMALL; n++) {
		struct merkle_frontier f;
		mth(0, n, &want);
		bad_roots += !digest_eq(&want, &roots[n]) || merkle_root(&source, n, &got) != OK || !digest_eq(&want, &got);
		bad_loads += merkle_frontier_load(&f, n, &source) != OK;
		merkle_frontier_root(&f, &got);
		bad_loads += f.size != n || !digest_eq(&want, &got);
		for (uint64_t m = 0; m < n; m++) {
			bad_inclusion += !inclusion_right(m, n, &want);
			bad_consistency += !consistency_right(m + 1, n, &want);
		}
	}
	IS_INT(bad_roots, 0, "the roots of 0 to 300 leaves");
	IS_INT(bad_loads, 0, "the frontier as it is loaded from what is stored");
	IS_INT(bad_inclusion, 0, "every inclusion proof of them");
	IS_INT(bad_consistency, 0, "every consistency proof of them");
	uint64_t x = 1;
	bad_inclusion = bad_consistency = 0;
	for (unsigned i = 0; i < RANDOM_PROOFS; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
		uint64_t n = 1 + (x >> 33) % LARGE, m = (x >> 20) % n;
		bad_inclusion += !inclusion_right(m, n, &roots[n]);
		bad_consistency += !consistency_right(m + 1, n, &roots[n]);
	}
	OK_(!bad_inclusion && !bad_consistency, "some of larger trees");
}

static void is_hex(const struct digest *d, const char *want, const char *name)
{
	IS_STR(digest_hex(a, d), str_of(want), name);
}

static void feed(struct sha256 *h, const struct merkle_proof *p)
{
	sha256_update(h, (struct str){ (const char *)p->hashes[0].octets, p->count * DIGEST_LEN });
}

/* Made with Python's hashlib and the recursive definition; the leaves are "entry 0", "entry 1"... */
static void test_figures(void)
{
	struct merkle_proof p;
	struct digest d;
	struct sha256 *h = sha256_new();
	if (!OK_(h != NULL, "memory"))
		return;
	is_hex(&roots[0], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "the root of nothing");
	is_hex(&roots[1], "773885a613489e24ce2cf76199d6a423f042e4bbf12d7eecee912ef276c65701", "of 1");
	is_hex(&roots[7], "98c97f0ba3175cd08b031dd084b9dc4e649b64d1a28e6ea694646503173ab587", "of 7");
	is_hex(&roots[256], "da6596d95369f5fef322ab8e4e0da3b0b50236aa9c8a3b1d246f7411c9e2e32e", "of 256");
	is_hex(&roots[1000], "346c6b9cb89c4b76fac9dcb20cda86e3a01c0a57417c139028eacd4538fde95b", "of 1000");
	is_hex(&roots[LARGE], "a3920fba7f239a071a9bd10721f1341addefbaededb41c7e24437a9d16bdf00a", "of 70000");
	for (uint64_t n = 1; n <= 64; n++) {
		for (uint64_t m = 0; m < n; m++)
			if (merkle_inclusion(&source, m, n, &p) == OK)
				feed(h, &p);
		for (uint64_t m = 1; m <= n; m++)
			if (merkle_consistency(&source, m, n, &p) == OK)
				feed(h, &p);
	}
	sha256_final(h, &d);
	is_hex(&d, "1ff7ef1575abc53df362c8136fbea81476f34461162671fb337f0a91b33e9d08", "all proofs of 1 to 64 leaves");
	OK_(merkle_inclusion(&source, 12345, LARGE, &p) == OK && p.count == 17, "a proof of 17 hashes");
	feed(h, &p);
	sha256_final(h, &d);
	is_hex(&d, "c2c267fa58479cfddaafb588b128dd83de6fe1b84c1979b8e5651fe0318cd8e6", "these");
	OK_(merkle_consistency(&source, 12345, LARGE, &p) == OK && p.count == 18, "and one of 18");
	feed(h, &p);
	sha256_final(h, &d);
	is_hex(&d, "a8165ff4a3cf533aa17164051d6f4f4de307dedc55564f1e5f62ba5d70383336", "these");
	sha256_free(h);
}

/* Any hash changed, left out, added or swapped; the leaf, index, root changed. */
static void test_changed(void)
{
	unsigned taken = 0, wrong_error = 0;
	struct merkle_proof p;
	for (uint64_t n = 1; n <= 40; n++)
		for (uint64_t m = 0; m < n; m++) {
			if (merkle_inclusion(&source, m, n, &p) != OK)
				taken += 1000;
			const struct digest *leaf = &levels[0][m], *root = &roots[n];
			for (unsigned i = 0; i < p.count; i++) {
				p.hashes[i].octets[i] ^= 0x10;
				wrong_error += merkle_inclusion_check(leaf, m, n, p.hashes, p.count, root) != ERR_CORRUPT;
				p.hashes[i].octets[i] ^= 0x10;
				wrong_error += merkle_inclusion_check(leaf, m, n, p.hashes, i, root) != ERR_SYNTAX;
			}
			wrong_error += merkle_inclusion_check(leaf, m, n, p.hashes, p.count + 1, root) != ERR_SYNTAX;
			wrong_error += merkle_inclusion_check(root, m, n, p.hashes, p.count, leaf) != ERR_CORRUPT && n > 1;
			for (uint64_t other = 0; other < n; other++)
				taken += other != m && merkle_inclusion_check(leaf, other, n, p.hashes, p.count, root) == OK;
			if (merkle_consistency(&source, m + 1, n, &p) != OK)
				taken += 1000;
			for (unsigned i = 0; i < p.count; i++) {
				p.hashes[i].octets[31 - i] ^= 1;
				wrong_error += merkle_consistency_check(m + 1, &roots[m + 1], n, root, p.hashes, p.count) != ERR_CORRUPT;
				p.hashes[i].octets[31 - i] ^= 1;
				wrong_error += merkle_consistency_check(m + 1, &roots[m + 1], n, root, p.hashes, i) != ERR_SYNTAX;
			}
			wrong_error += merkle_consistency_check(m + 1, &roots[m + 1], n, root, p.hashes, p.count + 1) != ERR_SYNTAX;
			taken += merkle_consistency_check(m + 1, &roots[m], n, root, p.hashes, p.count) == OK;
			taken += merkle_consistency_check(m + 1, &roots[m + 1], n, &roots[n - 1], p.hashes, p.count) == OK;
		}
	IS_INT(taken, 0, "no changed proof is taken");
	IS_INT(wrong_error, 0, "a changed hash is told from a wrong number of them");
}

static enum err far_get(void *arg, unsigned level, uint64_t index, struct digest *ret_hash)
{
	*ret_hash = *(const struct digest *)arg;
	ret_hash->octets[0] = (uint8_t)level;
	ret_hash->octets[1] = (uint8_t)index;
	return OK;
}

static void test_bounds(void)
{
	struct digest d = { { 7 } }, e;
	struct merkle_source far = { far_get, &d };
	struct merkle_proof p = { .count = 99 };
	struct merkle_frontier f = { .size = 99 };
	IS_INT(merkle_inclusion(&source, 0, 0, &p), ERR_RANGE, "nothing is in the empty tree");
	IS_INT(merkle_inclusion(&source, 5, 5, &p), ERR_RANGE, "no index beyond the last");
	IS_INT(merkle_inclusion(&far, 0, MERKLE_SIZE_MAX + 1, &p), ERR_RANGE, "no size beyond the maximum");
	IS_INT(merkle_consistency(&source, 0, 5, &p), ERR_RANGE, "nothing is proved of size 0");
	IS_INT(merkle_consistency(&source, 6, 5, &p), ERR_RANGE, "nor of a tree that shrinks");
	IS_INT(merkle_inclusion(&source, 0, LARGE + 1, &p), ERR_NOTFOUND, "the error of the source is handed on");
	IS_INT(merkle_frontier_load(&f, LARGE + 1, &source), ERR_NOTFOUND, "by the frontier too");
	OK_(p.count == 99 && f.size == 99, "and nothing is touched");
	IS_INT(merkle_inclusion_check(&d, 0, 0, NULL, 0, &d), ERR_RANGE, "check: index 0 of 0");
	IS_INT(merkle_inclusion_check(&d, 0, 1, NULL, 0, &d), OK, "check: one leaf is its root");
	IS_INT(merkle_inclusion_check(&d, UINT64_MAX, UINT64_MAX, NULL, 0, &d), ERR_RANGE, "check: the largest numbers");
	IS_INT(merkle_inclusion_check(&d, 0, MERKLE_SIZE_MAX + 1, NULL, 0, &d), ERR_RANGE, "check: a tree too large");
	IS_INT(merkle_inclusion_check(&d, 0, MERKLE_SIZE_MAX, NULL, 0, &d), ERR_SYNTAX, "check: the largest tree");
	IS_INT(merkle_consistency_check(0, &d, 0, &d, NULL, 0), ERR_RANGE, "check: from size 0");
	IS_INT(merkle_consistency_check(1, &d, 1, &d, NULL, 0), OK, "check: from a size to itself");
	IS_INT(merkle_consistency_check(1, &d, 1, &roots[1], NULL, 0), ERR_CORRUPT, "check: with another root");
	IS_INT(merkle_consistency_check(1, &d, 1, &d, &d, 1), ERR_SYNTAX, "check: with a hash too many");
	IS_INT(merkle_consistency_check(UINT64_MAX, &d, UINT64_MAX, &d, NULL, 0), ERR_RANGE, "check: the largest numbers");
	OK_(merkle_root(&far, MERKLE_SIZE_MAX, &e) == OK && merkle_inclusion(&far, 1, MERKLE_SIZE_MAX, &p) == OK && p.count == 62 &&
			merkle_inclusion_check(&d, 1, MERKLE_SIZE_MAX, p.hashes, p.count, &e) == ERR_CORRUPT,
		"the longest inclusion proof has 62 hashes");
	OK_(merkle_consistency(&far, MERKLE_SIZE_MAX - 1, MERKLE_SIZE_MAX, &p) == OK && p.count == MERKLE_PROOF_MAX,
		"the longest consistency proof 63");
	OK_(merkle_range(&source, 4, 4, &e) == ERR_RANGE && merkle_range(&source, 1, 3, &e) == ERR_RANGE &&
			merkle_range(&source, 4, 9, &e) == ERR_RANGE,
		"a range that is no node of a tree");
	mth(8, 13, &e);
	OK_(merkle_range(&source, 8, 13, &d) == OK && digest_eq(&d, &e), "one that is");
}

static uint64_t number(const struct json *o, const char *key)
{
	const struct json *n = json_get(o, key);
	uint64_t v = UINT64_MAX;
	return n && str_to_u64(n->text, UINT64_MAX, &v) == OK ? v : UINT64_MAX;
}

static enum err read_hash(struct str text, struct digest *ret_hash)
{
	struct str octets;
	if (str_unbase64(a, text, &octets) != OK || octets.len != DIGEST_LEN)
		return ERR_SYNTAX;
	memcpy(ret_hash->octets, octets.ptr, DIGEST_LEN);
	return OK;
}

/* OK when the vector's proof is taken. Hashes of another length than 32 are refused where they are read. */
static enum err try_vector(const struct json *o)
{
	struct digest hashes[64], leaf, root, old_root;
	size_t count = 0;
	const struct json *list = json_get(o, "proof");
	for (const struct json *h = list ? list->child : NULL; h && count < 64; h = h->next)
		if (read_hash(h->text, &hashes[count++]) != OK)
			return ERR_SYNTAX;
	if (json_get(o, "leafIdx"))
		return read_hash(json_text(o, "leafHash"), &leaf) != OK || read_hash(json_text(o, "root"), &root) != OK ?
			ERR_SYNTAX :
			merkle_inclusion_check(&leaf, number(o, "leafIdx"), number(o, "treeSize"), hashes, count, &root);
	return read_hash(json_text(o, "root1"), &old_root) != OK || read_hash(json_text(o, "root2"), &root) != OK ?
		ERR_SYNTAX :
		merkle_consistency_check(number(o, "size1"), &old_root, number(o, "size2"), &root, hashes, count);
}

static unsigned try_directory(const char *path, unsigned *wrong)
{
	static char text[1 << 16];
	char file[2048];
	unsigned seen = 0;
	DIR *d = opendir(path);
	const struct dirent *entry_of;
	while (d && (entry_of = readdir(d))) {
		struct json *o;
		if (entry_of->d_name[0] == '.' || snprintf(file, sizeof(file), "%s/%s", path, entry_of->d_name) >= (int)sizeof(file))
			continue;
		FILE *f = fopen(file, "rb");
		size_t n = f ? fread(text, 1, sizeof(text), f) : 0;
		if (f)
			(void)fclose(f);
		bool read = json_read(a, str_copy(a, (struct str){ text, n }), &o, NULL) == OK;
		if (!read || (try_vector(o) == OK) == json_flag(o, "wantErr", false)) {
			printf("# %s\n", file);
			(*wrong)++;
		}
		seen++;
	}
	if (d)
		(void)closedir(d);
	return seen;
}

static void test_vectors(void)
{
	const char *shared = getenv("AUPD_SHARED");
	unsigned seen = 0, wrong = 0;
	char path[1024];
	for (unsigned i = 0; shared && i < 6; i++)
		if (snprintf(path, sizeof(path), "%s/samples/merkle/testdata/%s/%u", shared, i < 3 ? "inclusion" : "consistency", i % 3) <
			(int)sizeof(path))
			seen += try_directory(path, &wrong);
	if (!seen) {
		tap_skip("the vectors of transparency-dev", "no samples here");
		return;
	}
	IS_INT(wrong, 0, "the vectors of transparency-dev");
	IS_INT(seen, 92, "all of them");
}

int main(void)
{
	a = arena_new("test", 256 << 20);
	if (!a)
		return 1;
	grow();
	test_against_definition();
	test_figures();
	test_changed();
	test_bounds();
	test_vectors();
	arena_free(a);
	return tap_done();
}
