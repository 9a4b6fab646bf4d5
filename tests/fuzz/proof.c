/*
 * Proofs: the text is written again octet for octet; and the octets as an index, a size and hashes, of which at most one number
 * is taken, and of any two different lists at most one.
 */
#include "evidence/proof.h"
#include "fuzz.h"

static void read_text(struct arena *a, struct str text)
{
	struct proof p;
	struct str again;
	struct why why = { 0 };
	if (proof_read(a, text, &p, &why) == OK) {
		MUST(p.path.count <= MERKLE_PROOF_MAX && p.index < MERKLE_SIZE_MAX);
		MUST(proof_write(a, &p, &again, &why) == OK && str_eq(again, text));
	} else {
		MUST(why.text[0]);
	}
}

static void check_hashes(struct arena *a, struct str octets)
{
	struct reader r;
	struct digest leaf = { { 1 } }, root = { { 2 } };
	reader_init(&r, octets);
	uint64_t first = reader_u64(&r), size = reader_u64(&r);
	size_t count = reader_left(&r) / DIGEST_LEN;
	struct digest *hashes = ARENA_ARRAY(a, struct digest, count + 1);
	MUST(hashes);
	if (count)
		memcpy(hashes, reader_take(&r, count * DIGEST_LEN).ptr, count * DIGEST_LEN);
	unsigned fit = 0;
	for (size_t n = 0; n <= count; n++) {
		enum err e = merkle_inclusion_check(&leaf, first, size, hashes, n, &root);
		MUST(e == ERR_SYNTAX || e == ERR_CORRUPT || (e == ERR_RANGE && (first >= size || size > MERKLE_SIZE_MAX)));
		fit += e == ERR_CORRUPT;
	}
	MUST(fit <= 1);
	fit = 0;
	for (size_t n = 0; n <= count; n++) {
		enum err e = merkle_consistency_check(first, &leaf, size, &root, hashes, n);
		MUST(e == ERR_SYNTAX || e == ERR_CORRUPT || (e == ERR_RANGE && (!first || first > size || size > MERKLE_SIZE_MAX)));
		fit += e == ERR_CORRUPT;
	}
	MUST(fit <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	MUST(a && seal_start() == OK);
	read_text(a, FUZZ_TEXT(data, len));
	check_hashes(a, FUZZ_TEXT(data, len));
	arena_free(a);
	return 0;
}
