/*
 * Bundles: one with everything in it is written, read and verified; refused after any byte of it is changed, also when its digest
 * is made anew; and every part that belongs to another record, key or ledger.
 */
#include "base/time.h"
#include "evidence/handed.h"
#include "evidence/proof.h"
#include "tap.h"

enum { RECORDS = 3, OTHERS = 2, DEED = RECORDS + OTHERS };

static struct arena *a, *scratch;
static struct why why;
static struct note_signer signer, witness;
static const struct seal_key subject_key = { { 1, 2, 3 } };
static struct record records[RECORDS];
static struct str texts[RECORDS];
static struct digest leaves[DEED + 1];
static uint8_t raw_salt[EVIDENCE_SALT_LEN];
static const char *const policies[] = { "{\"main\":\"a.policy\",\"files\":[]}", "{\"main\":\"b.policy\",\"files\":[]}" };
static const char *const mails[] = { "From: a@b.invalid\n\nraw\n", "From: c@d.invalid\n\nraw too\n" };

static void write_record(unsigned i)
{
	struct record *r = &records[i];
	struct digest d;
	struct str opening;
	*r = (struct record){ .id = str_format(a, "C-256.%u", i + 1) };
	record_put(r, "case", STR("C-256"));
	record_put(r, "kind", STR("finding"));
	record_put_u64(a, r, "seq", i + 1);
	digest_sha256(str_of(policies[i == 2]), &d);
	if (i)
		record_put(r, "policy.digest", digest_hex(a, &d));
	record_commitment(raw_salt, STR("raw"), str_of(mails[i == 2]), &d);
	if (i)
		record_put(r, "raw", digest_hex(a, &d));
	record_commit(r, "customer", STR("acme"));
	record_commit(r, "source", str_format(a, "192.0.2.%u", i));
	if (record_write(a, r, &subject_key, &texts[i], &opening, &why) != OK)
		OK_(false, why.text);
	merkle_leaf(texts[i], &leaves[i]);
}

static enum err get(void *arg, unsigned level, uint64_t index, struct digest *ret_hash)
{
	struct digest left, right;
	if (!level) {
		*ret_hash = leaves[index];
		return OK;
	}
	enum err e = get(arg, level - 1, 2 * index, &left);
	e = e ? e : get(arg, level - 1, 2 * index + 1, &right);
	merkle_node(&left, &right, ret_hash);
	return e;
}

static const struct merkle_source source = { get, NULL };

static struct str sign_size(uint64_t size)
{
	struct checkpoint c = { .origin = STR("test.invalid/aupd"), .size = size };
	struct str note = STR_NONE;
	OK_(merkle_root(&source, size, &c.root) == OK && checkpoint_sign(a, &c, &signer, &note, &why) == OK, "a checkpoint");
	return note;
}

static struct evidence_opening opening_of(unsigned i, const char *name, struct str value)
{
	struct evidence_opening o = { .name = str_of(name), .value = value };
	OK_(record_salt(a, &records[i], o.name, &subject_key, o.salt) == OK, "a salt");
	return o;
}

/* As an exporter gathers it: in no order. */
static struct evidence_bundle make(struct str checkpoint)
{
	struct evidence_bundle b = { .checkpoint = checkpoint, .entries = ARENA_ARRAY(a, struct evidence_entry, RECORDS), .entry_count = RECORDS,
		.policies = ARENA_ARRAY(a, struct str, 2), .policy_count = 2, .raws = ARENA_ARRAY(a, struct evidence_raw, 2), .raw_count = 2 };
	for (unsigned i = 0; i < RECORDS; i++) {
		struct merkle_proof *p = ARENA_NEW(a, struct merkle_proof);
		OK_(merkle_inclusion(&source, i, RECORDS + OTHERS, p) == OK, "a proof");
		b.entries[i] = (struct evidence_entry){ .record = texts[i], .index = i, .path = p->hashes, .path_count = p->count };
	}
	b.entries[1].openings = ARENA_ARRAY(a, struct evidence_opening, 2);
	b.entries[1].openings[0] = opening_of(1, "source", STR("192.0.2.1"));
	b.entries[1].openings[1] = opening_of(1, "customer", STR("acme"));
	b.entries[1].opening_count = 2;
	for (unsigned i = 0; i < 2; i++) {
		b.policies[i] = str_of(policies[i]);
		b.raws[i].bytes = str_of(mails[i]);
		memcpy(b.raws[i].salt, raw_salt, sizeof(raw_salt));
	}
	return b;
}

static struct str written(struct evidence_bundle *b)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	enum err e = evidence_bundle_write(a, b, &out, &why);
	struct str copy = e == OK ? str_copy(a, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return copy;
}

static enum err accept(struct str text, const struct checkpoint_witnesses *w)
{
	struct evidence_bundle b;
	struct evidence_verdict v;
	struct arena_mark mark = arena_mark(scratch);
	why = (struct why){ .line = 0 };
	enum err e = evidence_bundle_read(scratch, text, &b, &why);
	if (e == OK)
		e = evidence_bundle_verify(scratch, &b, &signer.verifier, w, &v, &why);
	arena_rewind(scratch, mark);
	return e;
}

/* With a last line that fits again: what a forger would do. */
static void make_digest(char *text, size_t len)
{
	struct digest d;
	size_t body = len - 2 * DIGEST_LEN - 8;
	digest_sha256((struct str){ text, body }, &d);
	memcpy(text + body + 7, digest_hex(scratch, &d).ptr, 2 * DIGEST_LEN);
}

static void test_whole(void)
{
	struct evidence_bundle b = make(sign_size(RECORDS + OTHERS)), back;
	struct evidence_verdict v;
	struct str text = written(&b);
	if (!OK_(text.len && evidence_bundle_read(a, text, &back, &why) == OK, "a bundle with everything in it is written and read"))
		return;
	OK_(back.entry_count == RECORDS && back.policy_count == 2 && back.raw_count == 2 && back.entries[1].opening_count == 2, "all of it");
	OK_(str_eq(back.entries[1].openings[0].name, STR("customer")) && str_eq(back.entries[1].openings[1].value, STR("192.0.2.1")), "openings by name");
	IS_STR(written(&back), text, "and written again octet for octet");
	OK_(evidence_bundle_verify(a, &b, &signer.verifier, NULL, &v, &why) == OK, "what was written is in order");
	struct str first = b.policies[0];
	b.policies[0] = b.policies[1];
	b.policies[1] = first;
	IS_INT(evidence_bundle_verify(a, &b, &signer.verifier, NULL, &v, &why), ERR_SYNTAX, "in another order it is refused");
	struct evidence_raw raw = back.raws[0];
	back.raws[0] = back.raws[1];
	back.raws[1] = raw;
	IS_INT(evidence_bundle_verify(a, &back, &signer.verifier, NULL, &v, &why), ERR_SYNTAX, "that of the raw items too");
	back.raws[1] = back.raws[0];
	back.raws[0] = raw;
	if (!OK_(evidence_bundle_verify(a, &back, &signer.verifier, NULL, &v, &why) == OK, "it verifies"))
		return;
	OK_(v.checkpoint.size == RECORDS + OTHERS && str_eq(v.checkpoint.origin, STR("test.invalid/aupd")), "under its checkpoint");
	OK_(!v.links[0].policy && v.links[1].policy && v.links[2].policy && !v.links[0].raw && v.links[1].raw &&
			str_eq(*v.links[2].policy, str_of(policies[1])) && v.links[2].raw && str_eq(v.links[2].raw->bytes, str_of(mails[1])), "each record with what it names");
}

static void test_every_byte(void)
{
	struct evidence_bundle b = make(sign_size(RECORDS + OTHERS));
	struct str text = written(&b);
	char *changed = arena_alloc(a, text.len + 1);
	static const uint8_t flips[] = { 0x01, 0x80 };
	unsigned taken = 0, forged = 0;
	memcpy(changed, text.ptr, text.len);
	for (size_t i = 0; i < text.len; i++)
		for (size_t k = 0; k < sizeof(flips); k++) {
			changed[i] ^= (char)flips[k];
			taken += accept((struct str){ changed, text.len }, NULL) == OK;
			changed[i] ^= (char)flips[k];
		}
	IS_INT(taken, 0, "no byte of it may be changed");
	for (size_t i = 0; i + 2 * DIGEST_LEN + 8 < text.len; i++)
		for (size_t k = 0; k < sizeof(flips); k++) {
			changed[i] ^= (char)flips[k];
			make_digest(changed, text.len);
			if (accept((struct str){ changed, text.len }, NULL) == OK) {
				forged++;
				printf("# byte %zu\n", i);
			}
			changed[i] ^= (char)flips[k];
		}
	IS_INT(forged, 0, "nor when its digest is made to fit: nothing in it is uncovered");
	for (size_t n = 0; n < text.len; n++)
		taken += accept((struct str){ text.ptr, n }, NULL) == OK;
	IS_INT(taken, 0, "nor may it be cut anywhere");
	IS_INT(accept(str_format(a, "%.*s\n", STR_ARG(text)), NULL), ERR_CORRUPT, "or go on");
}

/* What is whole in itself and does not belong here. */
static void test_foreign(void)
{
	struct str note = sign_size(RECORDS + OTHERS);
	struct evidence_bundle b = make(note);
	b.entries[1].openings[0] = opening_of(2, "source", STR("192.0.2.2"));
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "the opening of another record");
	OK_(str_find(str_of(why.text), STR("C-256.2")) != SIZE_MAX, "which is named");
	b = make(note);
	b.entries[1].openings[0].name = STR("customer");
	OK_(!written(&b).len, "two openings of one name are not even written");
	b = make(note);
	b.entries[1].openings[1].name = STR("nothing");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "an opening of what was not committed to");
	b = make(note);
	b.policies[0] = STR("{}");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "a policy that no record names");
	b = make(note);
	b.raws[0].bytes = STR("other");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "raw bytes that no record commits to");
	b = make(note);
	b.policies[0] = b.policies[1];
	IS_INT(accept(written(&b), NULL), ERR_SYNTAX, "one policy twice");
	b = make(note);
	b.entries[0].index = 1;
	b.entry_count = 1;
	b.policy_count = b.raw_count = 0;
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "a record at another's place");
	b = make(sign_size(RECORDS + 1));
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "proofs of a larger tree");
	b = make(note);
	b.entry_count = 0;
	OK_(!written(&b).len, "a bundle of no record");
	b = make(note);
	b.entries[2].index = b.entries[1].index;
	OK_(!written(&b).len, "two records at one place");
}

static void test_keys(void)
{
	struct str note = sign_size(RECORDS + OTHERS), line, bytes;
	struct note n;
	struct evidence_bundle b = make(note);
	struct evidence_verdict v;
	struct note_signer stranger;
	uint8_t seed[SIGN_SEED_LEN] = { 9 };
	OK_(note_signer_init(&stranger, signer.verifier.name, NOTE_ED25519, seed) == OK, "another key of the same name");
	IS_INT(evidence_bundle_verify(a, &b, &stranger.verifier, NULL, &v, &why), ERR_DENIED, "does not verify it");
	OK_(note_signer_init(&stranger, STR("other.invalid/aupd"), NOTE_ED25519, seed) == OK, "nor does one of another ledger");
	IS_INT(evidence_bundle_verify(a, &b, &stranger.verifier, NULL, &v, &why), ERR_DENIED, "with another name");
	OK_(note_read(a, note, &n, &why) == OK && checkpoint_cosign(a, &n, &witness, 1790000000, &line, &why) == OK &&
			note_read_signatures(a, line, &n, &why) == OK && note_write(a, &n, &bytes, &why) == OK, "a witness cosigns");
	b.checkpoint = bytes;
	struct checkpoint_witnesses w = { &witness.verifier, 1 };
	OK_(evidence_bundle_verify(a, &b, &signer.verifier, NULL, &v, &why) == OK && v.unchecked == 1, "a signature that no given key covers says nothing, and is counted");
	IS_INT(accept(written(&b), &w), OK, "is taken with the witness's key");
	OK_(evidence_bundle_verify(a, &b, &signer.verifier, &w, &v, &why) == OK && v.witnesses[0].signed_by_it && v.witnesses[0].unix_s == 1790000000, "with its time");
	IS_INT(v.unchecked, 0, "and then none is left out of account");
	b.checkpoint = note;
	OK_(evidence_bundle_verify(a, &b, &signer.verifier, &w, &v, &why) == OK && !v.witnesses[0].signed_by_it, "a witness that did not sign is not made one");
}

static void withhold(struct evidence_entry *e, const char *name, const char *reason, int64_t len)
{
	if (!e->withheld)
		e->withheld = ARENA_ARRAY(a, struct evidence_withheld, 4);
	e->withheld[e->withheld_count++] = (struct evidence_withheld){ str_of(name), str_of(reason), len };
}

/* The deed of what b is by now, as the last leaf of a ledger that is one longer. */
static void hand_over_as(struct evidence_bundle *b, const char *listed, const char *profile, const char *number)
{
	struct record deed = { .id = STR("deed.1") };
	struct evidence_opening *o = ARENA_NEW(a, struct evidence_opening);
	struct proof p = { .index = DEED };
	struct merkle_proof growth = { .count = 0 };
	struct digest list;
	struct str opening;
	OK_(evidence_bundle_order(a, b, &why) == OK && handed_write(a, b, str_of(listed), &b->redaction, &why) == OK, "what is withheld is listed");
	digest_sha256(b->redaction, &list);
	record_put(&deed, "kind", HANDED_KIND);
	record_put(&deed, "case", str_of(number));
	record_put(&deed, "profile", str_of(profile));
	record_put(&deed, "redaction", digest_hex(a, &list));
	record_commit(&deed, "actor", STR("alice"));
	OK_(record_write(a, &deed, &subject_key, &b->handed.record, &opening, &why) == OK, "a deed");
	o->name = STR("actor");
	o->value = STR("alice");
	OK_(record_salt(a, &deed, o->name, &subject_key, o->salt) == OK, "what opens it");
	b->handed.openings = o;
	b->handed.opening_count = 1;
	merkle_leaf(b->handed.record, &leaves[DEED]);
	p.checkpoint = sign_size(DEED + 1);
	OK_(merkle_inclusion(&source, DEED, DEED + 1, &p.path) == OK && merkle_consistency(&source, DEED, DEED + 1, &growth) == OK &&
		proof_write(a, &p, &b->handed_proof, &why) == OK, "its place");
	b->growth = STR("");
	for (unsigned i = 0; i < growth.count; i++)
		b->growth = str_format(a, "%.*s%.*s\n", STR_ARG(b->growth), STR_ARG(checkpoint_hash_write(a, &growth.hashes[i])));
}

static void hand_over(struct evidence_bundle *b, const char *profile, const char *number)
{
	hand_over_as(b, profile, profile, number);
}

/* Of the second record the address is shown in part, and its report is withheld with all of the first and third. */
static struct evidence_bundle make_pack(void)
{
	struct evidence_bundle b = make(sign_size(DEED));
	b.raw_count = 0;
	b.entries[1].opening_count = 1;
	b.entries[1].openings[0] = opening_of(1, "customer", STR("acme"));
	b.entries[1].masked = ARENA_ARRAY(a, struct evidence_masked, 1);
	b.entries[1].masked[0] = (struct evidence_masked){ STR("source"), STR("keep 4\n192.\nmask address\n"), 9 };
	b.entries[1].masked_count = 1;
	withhold(&b.entries[1], "raw", "raw", 25);
	withhold(&b.entries[0], "source", "customer", -1);
	withhold(&b.entries[0], "customer", "customer", -1);
	withhold(&b.entries[2], "source", "gone", -1);
	withhold(&b.entries[2], "customer", "gone", -1);
	withhold(&b.entries[2], "raw", "gone", -1);
	return b;
}

static void test_handed(void)
{
	struct evidence_bundle b = make_pack(), back;
	struct evidence_verdict v;
	hand_over(&b, "customer", "C-256");
	struct str text = written(&b);
	if (!OK_(text.len && evidence_bundle_read(a, text, &back, &why) == OK && evidence_bundle_verify(a, &back, &signer.verifier, NULL, &v, &why) == OK,
		"what was handed over under a profile verifies"))
		return;
	IS_STR(written(&back), text, "and is written again octet for octet");
	OK_(v.count.shown == 1 && v.count.withheld == 7 && v.count.masked == 1, "it is counted what of it is shown");
	IS_STR(record_value(&v.handed, STR("profile")), STR("customer"), "and by which profile");
	struct str list = handed_list(&back), reasons = STR("");
	while (list.len) {
		struct str reason = handed_next(&list);
		reasons = str_format(a, "%.*s %.*s", STR_ARG(reasons), STR_ARG(reason));
	}
	IS_STR(reasons, STR(" customer customer 9 raw gone gone gone"), "each with its reason, in the order of records and lines");
	char *changed = arena_alloc(a, text.len + 1);
	unsigned taken = 0;
	memcpy(changed, text.ptr, text.len);
	for (size_t i = 0; i + 2 * DIGEST_LEN + 8 < text.len; i++) {
		changed[i] ^= 1;
		make_digest(changed, text.len);
		taken += accept((struct str){ changed, text.len }, NULL) == OK;
		changed[i] ^= 1;
	}
	IS_INT(taken, 0, "no byte of it may be changed, whatever digest is made to fit");
	struct evidence_bundle full = make(sign_size(DEED));
	struct evidence_verdict all;
	unsigned revealed = 0;
	OK_(written(&full).len && evidence_bundle_verify(a, &full, &signer.verifier, NULL, &all, &why) == OK &&
		handed_reveal(&back, v.links, &full, all.links, &revealed, &why) == OK && revealed == 3, "another bundle reveals an address and two reports");
	IS_INT(handed_reveal(&back, v.links, &back, v.links, &revealed, &why), ERR_NOTFOUND, "the same one nothing");
	back.entries[1].masked[0].pieces = STR("keep 4\n193.\nmask address\n");
	IS_INT(handed_reveal(&back, v.links, &full, all.links, &revealed, &why), ERR_CORRUPT, "and what was shown in part must be a part of it");
}

/* What is signed and in the ledger, and yet is not the deed of this bundle. */
static void test_wrong_deed(void)
{
	struct evidence_bundle b = make_pack(), other;
	hand_over(&b, "customer", "C-257");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "the deed of another case");
	hand_over_as(&b, "customer", "body", "C-256");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "another profile in the deed than in the list");
	hand_over(&b, "nonsense", "C-256");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "a profile that is none");
	hand_over(&b, "customer", "C-256");
	b.entries[1].openings[0] = opening_of(1, "source", STR("192.0.2.1"));
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "something else is shown now, and the masked value too");
	b = make_pack();
	b.entries[2].withheld_count--;
	b.entries[2].withheld[1].name = STR("raw");
	OK_(handed_write(a, &b, STR("customer"), &b.redaction, &why) == ERR_CORRUPT, "a value that nobody spoke of is not handed over");
	b = make_pack();
	b.entries[1].withheld[0].reason = STR("nonsense");
	hand_over(&b, "customer", "C-256");
	IS_INT(accept(written(&b), NULL), ERR_CORRUPT, "a reason that is none");
	b = make_pack();
	hand_over(&b, "customer", "C-256");
	other = b;
	other.redaction = STR_NONE;
	IS_INT(accept(written(&other), NULL), ERR_CORRUPT, "a value in part without a deed");
	other = b;
	struct proof p;
	OK_(proof_read(a, b.handed_proof, &p, &why) == OK, "a proof");
	p.extra = STR("more");
	OK_(proof_write(a, &p, &other.handed_proof, &why) == OK, "with data that nothing covers");
	IS_INT(accept(written(&other), NULL), ERR_SYNTAX, "is refused");
	other = b;
	struct digest was = leaves[0];
	merkle_leaf(STR("of another history"), &leaves[0]);
	hand_over(&other, "customer", "C-256");
	leaves[0] = was;
	IS_INT(accept(written(&other), NULL), ERR_CORRUPT, "a deed in a ledger of another history");
}

static void test_form(void)
{
	static const char *const wrong[] = { "", "aupd-bundle/1\n", "checkpoint 1\nx\n", "checkpoint 01\nx\n", "checkpoint 5\nx\n", "checkpoint 99999999999999999999\nx\n",
		"checkpoint \nx\n", "record 1\nx\n", "checkpoint 1\nx\nrecord 1\nx\n", "checkpoint 1\nx\nrecord 1\nx\nproof 8\nindex 0\n\nmore 1\nx\n",
		"checkpoint 1\nx\nrecord 1\nx\nproof 9\nindex 00\n\n", "checkpoint 1\nx\nrecord 1\nx\nproof 7\nindex 0\n", "checkpoint 1\nx\nrecord 1\nx\nproof 10\nindex 0\nx\n\n" };
	struct evidence_bundle b;
	struct digest d;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct str body = str_format(a, "aupd-bundle/1\n%s", wrong[i]);
		digest_sha256(body, &d);
		why = (struct why){ .line = 0 };
		enum err e = evidence_bundle_read(a, str_format(a, "%.*ssha256 %.*s\n", STR_ARG(body), STR_ARG(digest_hex(a, &d))), &b, &why);
		OK_((e == ERR_SYNTAX || e == ERR_LIMIT) && why.text[0], str_c(a, str_printable(a, str_of(wrong[i]), 80)));
	}
	struct str body = STR("aupd-bundle/1\ncheckpoint 1\nx\nrecord 1\nx\nproof 8\nindex 0\n\n");
	digest_sha256(body, &d);
	OK_(evidence_bundle_read(a, str_format(a, "%.*ssha256 %.*s\n", STR_ARG(body), STR_ARG(digest_hex(a, &d))), &b, &why) == OK, "the least that has the form");
}

int main(void)
{
	uint8_t seed[SIGN_SEED_LEN] = { 7 };
	a = arena_new("test", 64 << 20);
	scratch = arena_new("scratch", 64 << 20);
	if (!a || !scratch || seal_start() != OK || note_signer_init(&signer, STR("test.invalid/aupd"), NOTE_ED25519, seed) != OK)
		return 1;
	seed[0] = 8;
	if (note_signer_init(&witness, STR("witness.invalid"), NOTE_COSIGNATURE, seed) != OK)
		return 1;
	memset(raw_salt, 0x5a, sizeof(raw_salt));
	for (unsigned i = 0; i < RECORDS; i++)
		write_record(i);
	for (unsigned i = RECORDS; i < RECORDS + OTHERS; i++)
		merkle_leaf(STR("of other cases"), &leaves[i]);
	test_whole();
	test_every_byte();
	test_foreign();
	test_keys();
	test_handed();
	test_wrong_deed();
	test_form();
	arena_free(scratch);
	arena_free(a);
	return tap_done();
}
