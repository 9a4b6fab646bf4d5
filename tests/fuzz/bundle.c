/*
 * Bundles: whatever is read is written again octet for octet, and verifying it ends. As mutations never hit the digest, the octets
 * are also taken as what stands before it.
 */
#include "evidence/evidence_bundle.h"
#include "fuzz.h"

static void read_text(struct arena *a, struct str text)
{
	struct evidence_bundle b;
	struct evidence_verdict v;
	struct note_verifier log;
	struct buf out;
	struct why why = { 0 };
	uint8_t key[SIGN_PUBLIC_LEN] = { 1 };
	if (evidence_bundle_read(a, text, &b, &why) != OK) {
		MUST(why.text[0]);
		return;
	}
	MUST(b.entry_count && b.entry_count <= EVIDENCE_BUNDLE_RECORDS_MAX && b.policy_count <= EVIDENCE_BUNDLE_POLICIES_MAX);
	MUST(note_verifier_init(&log, STR("fuzz.invalid"), NOTE_ED25519, key) == OK);
	/* the key is nobody's */
	MUST(evidence_bundle_verify(a, &b, &log, NULL, &v, &why) != OK && why.text[0]);
	buf_init(&out, 16 << 20);
	if (b.policy_count < 2 && b.raw_count < 2)
		MUST(evidence_bundle_write(a, &b, &out, &why) == OK && str_eq(buf_str(&out), text));
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct buf whole;
	struct digest d;
	MUST(a && seal_start() == OK);
	read_text(a, FUZZ_TEXT(data, len));
	buf_init(&whole, 16 << 20);
	buf_puts(&whole, "aupd-bundle/1\n");
	buf_put(&whole, FUZZ_TEXT(data, len));
	digest_sha256(buf_str(&whole), &d);
	buf_printf(&whole, "sha256 %.*s\n", STR_ARG(digest_hex(a, &d)));
	if (!whole.err)
		read_text(a, buf_str(&whole));
	buf_done(&whole);
	arena_free(a);
	return 0;
}
