/*
 * Checkpoints: what is read is written again octet for octet, and a text that the log signed verifies only as it was signed.
 */
#include "evidence/checkpoint.h"
#include "fuzz.h"

static void sign_and_verify(struct arena *a, const struct checkpoint *c)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 1 };
	struct note_signer log;
	struct checkpoint back;
	struct str note;
	MUST(note_signer_init(&log, STR("log"), NOTE_ED25519, seed) == OK);
	MUST(checkpoint_sign(a, c, &log, &note, NULL) == OK);
	MUST(checkpoint_verify(a, note, c->origin, &log.verifier, NULL, &back, NULL, NULL) == OK && back.size == c->size);
	MUST(checkpoint_verify(a, note, STR("another log"), &log.verifier, NULL, &back, NULL, NULL) != OK ||
		str_eq(c->origin, STR("another log")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str text = FUZZ_TEXT(data, len), again;
	struct checkpoint c;
	struct why why = { 0 };
	MUST(a && seal_start() == OK);
	if (checkpoint_read(a, text, &c, &why) == OK) {
		MUST(c.size <= MERKLE_SIZE_MAX && c.origin.len);
		MUST(checkpoint_write(a, &c, &again, &why) == OK && str_eq(again, text));
		sign_and_verify(a, &c);
	} else {
		MUST(why.text[0]);
	}
	arena_free(a);
	return 0;
}
