/*
 * Bundles as text. See evidence_bundle.h.
 */
#include "evidence/evidence_bundle.h"

#include <stdlib.h>

#include "evidence/handed.h"
#include "evidence/proof.h"
#include "evidence/redaction.h"

#define HEAD STR("aupd-bundle/1\n")
#define TAIL STR("sha256 ")
enum { TAIL_LEN = 7 + 2 * DIGEST_LEN + 1, HEX_SALT_LEN = 2 * EVIDENCE_SALT_LEN, PROOF_TEXT_MAX = 8192 };

/* The sections that are left. */
struct sections {
	struct arena *a;
	struct str rest;
	struct why *why;
	enum err err;
};

static bool bad(struct sections *s, enum err e, const char *text)
{
	if (!s->err)
		s->err = why_set(s->why, e, "%s", text);
	return false;
}

/* Of that name, when it is the next one. */
static bool take(struct sections *s, const char *name, size_t max, struct str *ret_octets)
{
	struct str head = str_of(name), number;
	uint64_t len;
	if (s->err || !str_starts(s->rest, head) || s->rest.len == head.len || s->rest.ptr[head.len] != ' ')
		return false;
	struct str rest = str_sub(s->rest, head.len + 1, s->rest.len);
	size_t end = str_chr(str_sub(rest, 0, 20), '\n');
	if (end == SIZE_MAX)
		return bad(s, ERR_SYNTAX, "a section of the bundle has no length");
	number = str_sub(rest, 0, end);
	rest = str_sub(rest, end + 1, rest.len);
	if (!number.len || (number.len > 1 && number.ptr[0] == '0') || str_to_u64(number, EVIDENCE_BUNDLE_BYTES_MAX, &len) != OK)
		return bad(s, ERR_SYNTAX, "the length of a section of the bundle is malformed");
	if (len > max)
		return bad(s, ERR_LIMIT, "a section of the bundle is longer than it may be");
	if (len >= rest.len || rest.ptr[len] != '\n')
		return bad(s, ERR_SYNTAX, "a section of the bundle does not end where it says");
	*ret_octets = str_sub(rest, 0, (size_t)len);
	s->rest = str_sub(rest, (size_t)len + 1, rest.len);
	return true;
}

/* "hex LF" at the front of *octets. */
static bool take_salt(struct sections *s, struct str *octets, uint8_t ret_salt[EVIDENCE_SALT_LEN])
{
	struct str salt;
	if (octets->len <= HEX_SALT_LEN || octets->ptr[HEX_SALT_LEN] != '\n' || str_unhex(s->a, str_sub(*octets, 0, HEX_SALT_LEN), &salt) != OK)
		return bad(s, ERR_SYNTAX, "a salt in the bundle is malformed");
	memcpy(ret_salt, salt.ptr, EVIDENCE_SALT_LEN);
	*octets = str_sub(*octets, HEX_SALT_LEN + 1, octets->len);
	return true;
}

static bool take_proof(struct sections *s, struct evidence_entry *e)
{
	struct str text, line;
	struct digest hashes[MERKLE_PROOF_MAX];
	if (!take(s, "proof", PROOF_TEXT_MAX, &text))
		return bad(s, ERR_SYNTAX, "a record of the bundle has no proof");
	if (!text.len || text.ptr[text.len - 1] != '\n' || !str_split(&text, '\n', &line) || !str_starts(line, STR("index ")))
		return bad(s, ERR_SYNTAX, "a proof of the bundle is malformed");
	line = str_sub(line, 6, line.len);
	if ((line.len > 1 && line.ptr[0] == '0') || str_to_u64(line, MERKLE_SIZE_MAX - 1, &e->index) != OK)
		return bad(s, ERR_SYNTAX, "the index of a proof of the bundle is malformed");
	for (; text.len && str_split(&text, '\n', &line); e->path_count++)
		if (e->path_count == MERKLE_PROOF_MAX || checkpoint_hash_read(s->a, line, &hashes[e->path_count]) != OK)
			return bad(s, ERR_SYNTAX, "a hash of a proof of the bundle is malformed");
	struct digest *path = ARENA_ARRAY(s->a, struct digest, e->path_count + 1);
	if (!path)
		return bad(s, ERR_NOMEM, "no memory for a bundle");
	memcpy(path, hashes, e->path_count * sizeof(hashes[0]));
	e->path = path;
	return true;
}

static void take_openings(struct sections *s, struct evidence_entry *e)
{
	struct evidence_opening list[RECORD_LINES_MAX];
	struct str text;
	while (take(s, "opening", RECORD_BYTES_MAX + RECORD_KEY_MAX + HEX_SALT_LEN + 2, &text)) {
		struct evidence_opening *o = &list[e->opening_count];
		size_t space = str_chr(text, ' ');
		if (e->opening_count == RECORD_LINES_MAX || !record_key_ok(str_sub(text, 0, space))) {
			(void)bad(s, ERR_SYNTAX, "an opening of the bundle is malformed, or one too many");
			return;
		}
		o->name = str_sub(text, 0, space);
		text = str_sub(text, space + 1, text.len);
		if (!take_salt(s, &text, o->salt))
			return;
		o->value = text;
		if (e->opening_count && str_cmp(list[e->opening_count - 1].name, o->name) >= 0) {
			(void)bad(s, ERR_SYNTAX, "the openings of a record of the bundle are not in order");
			return;
		}
		e->opening_count++;
	}
	e->openings = ARENA_ARRAY(s->a, struct evidence_opening, e->opening_count + 1);
	if (!e->openings)
		(void)bad(s, ERR_NOMEM, "no memory for a bundle");
	else
		memcpy(e->openings, list, e->opening_count * sizeof(list[0]));
}

static void take_masked(struct sections *s, struct evidence_entry *e)
{
	struct evidence_masked list[RECORD_LINES_MAX];
	struct str text;
	while (take(s, "masked", 2 * RECORD_BYTES_MAX, &text)) {
		size_t end = str_chr(text, '\n');
		struct evidence_masked m = { .name = str_sub(text, 0, end), .pieces = end == SIZE_MAX ? STR_NONE : str_sub(text, end + 1, text.len), .len = -1 };
		if (e->masked_count == RECORD_LINES_MAX || !record_key_ok(m.name) || !redaction_pieces_ok(m.pieces) ||
			(e->masked_count && str_cmp(list[e->masked_count - 1].name, m.name) >= 0)) {
			(void)bad(s, ERR_SYNTAX, "a masked value of the bundle is malformed, out of order, or one too many");
			return;
		}
		list[e->masked_count++] = m;
	}
	e->masked = ARENA_ARRAY(s->a, struct evidence_masked, e->masked_count + 1);
	if (!e->masked)
		(void)bad(s, ERR_NOMEM, "no memory for a bundle");
	else
		memcpy(e->masked, list, e->masked_count * sizeof(list[0]));
}

/* Room for one more in a list that doubles; what it grows out of stays in the arena. */
static void *grown(struct arena *a, void *list, unsigned count, size_t size)
{
	void *more = list;
	if (!count || (count >= 8 && (count & (count - 1)) == 0)) {
		more = arena_array(a, count ? (size_t)count * 2 : 8, size);
		if (more && count)
			memcpy(more, list, count * size);
	}
	return more;
}

static void take_records(struct sections *s, struct evidence_bundle *b)
{
	struct str text;
	while (take(s, "record", RECORD_BYTES_MAX, &text)) {
		b->entries = grown(s->a, b->entries, b->entry_count, sizeof(*b->entries));
		if (b->entry_count == EVIDENCE_BUNDLE_RECORDS_MAX || !b->entries) {
			(void)bad(s, ERR_LIMIT, "the bundle has more records than it may have");
			return;
		}
		struct evidence_entry *e = &b->entries[b->entry_count];
		*e = (struct evidence_entry){ .record = text };
		if (!take_proof(s, e))
			return;
		take_openings(s, e);
		take_masked(s, e);
		if (b->entry_count && e->index <= e[-1].index)
			(void)bad(s, ERR_SYNTAX, "the records of the bundle are not in order");
		b->entry_count++;
	}
}

static void take_handed(struct sections *s, struct evidence_bundle *b)
{
	if (!take(s, "redaction", HANDED_BYTES_MAX, &b->redaction))
		return;
	if (!take(s, "handed", RECORD_BYTES_MAX, &b->handed.record))
		(void)bad(s, ERR_SYNTAX, "the bundle has a redaction, and no record of its handing over");
	take_openings(s, &b->handed);
	if (!take(s, "handed-proof", PROOF_BYTES_MAX, &b->handed_proof) || !take(s, "growth", PROOF_TEXT_MAX, &b->growth))
		(void)bad(s, ERR_SYNTAX, "the record of the handing over of the bundle has no proof");
}

static void take_rest(struct sections *s, struct evidence_bundle *b)
{
	struct str text;
	while (take(s, "policy", EVIDENCE_BUNDLE_POLICY_MAX, &text)) {
		b->policies = grown(s->a, b->policies, b->policy_count, sizeof(*b->policies));
		if (b->policy_count == EVIDENCE_BUNDLE_POLICIES_MAX || !b->policies)
			(void)bad(s, ERR_LIMIT, "the bundle has more policies than it may have");
		else
			b->policies[b->policy_count++] = text;
	}
	while (take(s, "raw", EVIDENCE_BUNDLE_RAW_MAX + HEX_SALT_LEN + 1, &text)) {
		b->raws = grown(s->a, b->raws, b->raw_count, sizeof(*b->raws));
		if (b->raw_count == EVIDENCE_BUNDLE_RAWS_MAX || !b->raws) {
			(void)bad(s, ERR_LIMIT, "the bundle has more raw items than it may have");
		} else if (take_salt(s, &text, b->raws[b->raw_count].salt)) {
			b->raws[b->raw_count++].bytes = text;
		}
	}
	take_handed(s, b);
	if (s->rest.len)
		(void)bad(s, ERR_SYNTAX, "a section of the bundle has no known name, or stands where it should not");
}

enum err evidence_bundle_read(struct arena *a, struct str bytes, struct evidence_bundle *ret_bundle, struct why *why)
{
	struct evidence_bundle b = { .entry_count = 0 };
	struct digest d;
	if (bytes.len > EVIDENCE_BUNDLE_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a bundle of more than %d octets", EVIDENCE_BUNDLE_BYTES_MAX);
	if (!str_starts(bytes, HEAD) || bytes.len < HEAD.len + TAIL_LEN)
		return why_set(why, ERR_SYNTAX, "this is no aupd-bundle/1");
	struct str tail = str_sub(bytes, bytes.len - TAIL_LEN, TAIL_LEN);
	bytes = str_sub(bytes, 0, bytes.len - TAIL_LEN);
	digest_sha256(bytes, &d);
	if (!str_starts(tail, TAIL) || tail.ptr[TAIL_LEN - 1] != '\n' || !str_eq(str_sub(tail, TAIL.len, tail.len - TAIL.len - 1), digest_hex(a, &d)))
		return why_set(why, ERR_CORRUPT, "the bundle is not as it was written: its last line is not the digest of what stands before it");
	struct sections s = { a, str_sub(bytes, HEAD.len, bytes.len), why, OK };
	if (!take(&s, "checkpoint", NOTE_BYTES_MAX, &b.checkpoint))
		(void)bad(&s, ERR_SYNTAX, "the bundle has no checkpoint");
	if (!take(&s, "stamp", STAMPED_BYTES_MAX, &b.stamp))
		b.stamp = STR_NONE;
	take_records(&s, &b);
	if (!b.entry_count)
		(void)bad(&s, ERR_SYNTAX, "the bundle has no record");
	take_rest(&s, &b);
	if (!s.err)
		*ret_bundle = b;
	return s.err;
}

static void put(struct buf *out, const char *name, struct str head, struct str octets)
{
	buf_printf(out, "%s %zu\n", name, head.len + octets.len);
	buf_put(out, head);
	buf_put(out, octets);
	buf_putc(out, '\n');
}

static struct str salt_line(struct arena *a, const uint8_t salt[EVIDENCE_SALT_LEN])
{
	return str_format(a, "%.*s\n", STR_ARG(str_hex(a, (struct str){ (const char *)salt, EVIDENCE_SALT_LEN })));
}

static void put_openings(struct arena *a, const struct evidence_entry *e, struct buf *out)
{
	for (unsigned i = 0; i < e->opening_count; i++) {
		const struct evidence_opening *o = &e->openings[i];
		put(out, "opening", str_format(a, "%.*s %.*s", STR_ARG(o->name), STR_ARG(salt_line(a, o->salt))), o->value);
	}
}

static void put_masked(struct arena *a, const struct evidence_entry *e, struct buf *out)
{
	for (unsigned i = 0; i < e->masked_count; i++)
		put(out, "masked", str_format(a, "%.*s\n", STR_ARG(e->masked[i].name)), e->masked[i].pieces);
}

static void put_entry(struct arena *a, const struct evidence_entry *e, struct buf *out)
{
	struct buf proof;
	put(out, "record", STR_NONE, e->record);
	buf_init(&proof, PROOF_TEXT_MAX);
	buf_printf(&proof, "index %llu\n", (unsigned long long)e->index);
	for (unsigned i = 0; i < e->path_count; i++) {
		buf_put(&proof, checkpoint_hash_write(a, &e->path[i]));
		buf_putc(&proof, '\n');
	}
	put(out, "proof", STR_NONE, buf_str(&proof));
	buf_done(&proof);
	put_openings(a, e, out);
	put_masked(a, e, out);
}

static void put_handed(struct arena *a, const struct evidence_bundle *b, struct buf *out)
{
	put(out, "redaction", STR_NONE, b->redaction);
	put(out, "handed", STR_NONE, b->handed.record);
	put_openings(a, &b->handed, out);
	put(out, "handed-proof", STR_NONE, b->handed_proof);
	put(out, "growth", STR_NONE, b->growth);
}

static int by_name(const void *x, const void *y)
{
	return str_cmp(((const struct evidence_opening *)x)->name, ((const struct evidence_opening *)y)->name);
}

static int masked_by_name(const void *x, const void *y)
{
	return str_cmp(((const struct evidence_masked *)x)->name, ((const struct evidence_masked *)y)->name);
}

static void sort_entry(struct evidence_entry *e)
{
	if (e->opening_count)
		qsort(e->openings, e->opening_count, sizeof(*e->openings), by_name);
	if (e->masked_count)
		qsort(e->masked, e->masked_count, sizeof(*e->masked), masked_by_name);
}

static int by_index(const void *x, const void *y)
{
	const struct evidence_entry *a = x, *b = y;
	return (a->index > b->index) - (a->index < b->index);
}

/* What a policy or a raw item is found by. */
struct keyed {
	struct digest digest;
	unsigned which;
};

static int by_digest(const void *x, const void *y)
{
	return memcmp(((const struct keyed *)x)->digest.octets, ((const struct keyed *)y)->digest.octets, DIGEST_LEN);
}

static struct keyed *key_policies(struct arena *a, const struct evidence_bundle *b)
{
	struct keyed *keys = ARENA_ARRAY(a, struct keyed, b->policy_count + 1);
	for (unsigned i = 0; keys && i < b->policy_count; i++) {
		digest_sha256(b->policies[i], &keys[i].digest);
		keys[i].which = i;
	}
	return keys;
}

static struct keyed *key_raws(struct arena *a, const struct evidence_bundle *b)
{
	struct keyed *keys = ARENA_ARRAY(a, struct keyed, b->raw_count + 1);
	for (unsigned i = 0; keys && i < b->raw_count; i++) {
		record_commitment(b->raws[i].salt, STR("raw"), b->raws[i].bytes, &keys[i].digest);
		keys[i].which = i;
	}
	return keys;
}

static bool put_in_order(struct arena *a, struct evidence_bundle *b)
{
	struct keyed *policies = key_policies(a, b), *raws = key_raws(a, b);
	struct str *sorted_policies = ARENA_ARRAY(a, struct str, b->policy_count + 1);
	struct evidence_raw *sorted_raws = ARENA_ARRAY(a, struct evidence_raw, b->raw_count + 1);
	if (!policies || !raws || !sorted_policies || !sorted_raws)
		return false;
	qsort(policies, b->policy_count, sizeof(*policies), by_digest);
	qsort(raws, b->raw_count, sizeof(*raws), by_digest);
	for (unsigned i = 0; i < b->policy_count; i++)
		sorted_policies[i] = b->policies[policies[i].which];
	for (unsigned i = 0; i < b->raw_count; i++)
		sorted_raws[i] = b->raws[raws[i].which];
	b->policies = sorted_policies;
	b->raws = sorted_raws;
	if (b->entry_count)
		qsort(b->entries, b->entry_count, sizeof(*b->entries), by_index);
	for (unsigned i = 0; i < b->entry_count; i++)
		sort_entry(&b->entries[i]);
	return true;
}

enum err evidence_bundle_order(struct arena *a, struct evidence_bundle *b, struct why *why)
{
	return put_in_order(a, b) ? OK : why_set(why, ERR_NOMEM, "no memory for a bundle");
}

void evidence_bundle_content(struct arena *a, const struct evidence_bundle *b, struct digest *ret_digest)
{
	struct sha256 *h = sha256_new();
	struct buf part;
	buf_init(&part, EVIDENCE_BUNDLE_BYTES_MAX);
	for (unsigned i = 0; i < b->entry_count + b->policy_count + b->raw_count; i++) {
		unsigned policy = i - b->entry_count, raw = policy - b->policy_count;
		if (i < b->entry_count) {
			put(&part, "record", STR_NONE, b->entries[i].record);
			put_openings(a, &b->entries[i], &part);
			put_masked(a, &b->entries[i], &part);
		} else if (policy < b->policy_count) {
			put(&part, "policy", STR_NONE, b->policies[policy]);
		} else {
			put(&part, "raw", salt_line(a, b->raws[raw].salt), b->raws[raw].bytes);
		}
		BUG_ON(part.err);
		sha256_update(h, buf_str(&part));
		buf_clear(&part);
	}
	sha256_final(h, ret_digest);
	sha256_free(h);
	buf_done(&part);
}

enum err evidence_bundle_write(struct arena *a, struct evidence_bundle *b, struct buf *out, struct why *why)
{
	struct evidence_bundle again;
	struct digest d;
	enum err e = evidence_bundle_order(a, b, why);
	if (e)
		return e;
	buf_put(out, HEAD);
	put(out, "checkpoint", STR_NONE, b->checkpoint);
	if (b->stamp.len)
		put(out, "stamp", STR_NONE, b->stamp);
	for (unsigned i = 0; i < b->entry_count; i++)
		put_entry(a, &b->entries[i], out);
	for (unsigned i = 0; i < b->policy_count; i++)
		put(out, "policy", STR_NONE, b->policies[i]);
	for (unsigned i = 0; i < b->raw_count; i++)
		put(out, "raw", salt_line(a, b->raws[i].salt), b->raws[i].bytes);
	if (b->redaction.len)
		put_handed(a, b, out);
	digest_sha256(buf_str(out), &d);
	buf_put(out, TAIL);
	buf_put(out, digest_hex(a, &d));
	buf_putc(out, '\n');
	return out->err ? why_set(why, out->err, "the bundle is too long") : evidence_bundle_read(a, buf_str(out), &again, why);
}

/* A signature line that no given key covers could say anything: it is left out of account, and counted (C2SP signed-note). */
static enum err count_unchecked(struct arena *a, struct str text, const struct note_verifier *log, const struct checkpoint_witnesses *witnesses,
	struct evidence_verdict *v, struct why *why)
{
	struct note note;
	enum err e = note_read(a, text, &note, why);
	for (unsigned i = 0; e == OK && i < note.count; i++) {
		const struct note_signature *s = &note.signatures[i];
		bool known = false;
		for (unsigned k = 0; !known && k <= (witnesses ? witnesses->count : 0); k++) {
			const struct note_verifier *key = k ? &witnesses->verifiers[k - 1] : log;
			known = str_eq(s->name, key->name) && str_eq(str_sub(s->octets, 0, NOTE_KEY_ID_LEN), (struct str){ (const char *)key->key_id, NOTE_KEY_ID_LEN });
		}
		v->unchecked += !known;
	}
	return e;
}

static enum err verify_note(struct arena *a, struct str text, const struct note_verifier *log, const struct checkpoint_witnesses *witnesses,
	struct evidence_verdict *v, struct why *why)
{
	enum err e = count_unchecked(a, text, log, witnesses, v, why);
	if (e == OK)
		e = checkpoint_verify(a, text, log->name, log, witnesses, &v->checkpoint, v->witnesses, why);
	return e == ERR_NOTFOUND ? why_set(why, ERR_DENIED, "the key that was given has not signed the checkpoint") : e;
}

/* Values and raw bytes that the record commits to; a value is not both opened and masked, and what is masked is committed to. */
static enum err count_entry(const struct evidence_entry *e, const struct record *r, bool raw, struct evidence_count *count, struct why *why)
{
	unsigned total = record_value(r, STR("raw")).len > 0, found = 0;
	for (unsigned i = 0, k = 0; i < r->count; i++) {
		struct str name = str_sub(r->lines[i].key, 4, r->lines[i].key.len);
		if (!str_starts(r->lines[i].key, STR("com.")))
			continue;
		total++;
		while (k < e->opening_count && str_cmp(e->openings[k].name, name) < 0)
			k++;
		for (unsigned m = 0; m < e->masked_count; m++)
			found += str_eq(e->masked[m].name, name) && !(k < e->opening_count && str_eq(e->openings[k].name, name));
	}
	if (found != e->masked_count)
		return why_set(why, ERR_CORRUPT, "record %.*s: it does not commit to what is shown of it in part, or the whole is opened too", STR_ARG(r->id));
	count->shown += e->opening_count + raw;
	count->withheld += total - e->opening_count - raw;
	count->masked += e->masked_count;
	return OK;
}

static enum err verify_openings(struct arena *a, const struct evidence_entry *e, const struct record *r, struct why *why)
{
	struct digest d;
	for (unsigned i = 0; i < e->opening_count; i++) {
		const struct evidence_opening *o = &e->openings[i];
		record_commitment(o->salt, o->name, o->value, &d);
		if (!str_eq(record_value(r, str_format(a, "com.%.*s", STR_ARG(o->name))), digest_hex(a, &d)))
			return why_set(why, ERR_CORRUPT, "record %.*s: the opening of \"%.*s\" is not what it commits to", STR_ARG(r->id),
				STR_ARG(str_printable(a, o->name, RECORD_KEY_MAX)));
	}
	return OK;
}

/* In order, each once. */
static enum err in_order(const struct keyed *keys, unsigned count, const char *what, struct why *why)
{
	for (unsigned i = 1; i < count; i++)
		if (by_digest(&keys[i - 1], &keys[i]) >= 0)
			return why_set(why, ERR_SYNTAX, "the %s of the bundle are not in order", what);
	return OK;
}

/* The one whose digest a line of the record names in hex; count when there is none. */
static unsigned find(struct arena *a, const struct keyed *keys, unsigned count, struct str hex)
{
	struct keyed wanted, *found;
	struct str octets;
	if (!count || hex.len != 2 * DIGEST_LEN || str_unhex(a, hex, &octets) != OK)
		return count;
	memcpy(wanted.digest.octets, octets.ptr, DIGEST_LEN);
	found = bsearch(&wanted, keys, count, sizeof(*keys), by_digest);
	return found ? found->which : count;
}

/* What a bundle offers, and what of it a record has named: policies first, then raw items, then what is not there. */
struct offers {
	struct keyed *policies, *raws;
	bool *used;
};

static enum err verify_entry(struct arena *a, const struct evidence_bundle *b, const struct evidence_entry *x, const struct offers *o,
	struct evidence_verdict *v, struct evidence_link *ret_link, struct why *why)
{
	const struct checkpoint *c = &v->checkpoint;
	struct record r;
	struct digest leaf;
	enum err e = record_read(a, x->record, &r, why);
	if (e)
		return e;
	merkle_leaf(x->record, &leaf);
	e = merkle_inclusion_check(&leaf, x->index, c->size, x->path, x->path_count, &c->root);
	if (e)
		return why_set(why, ERR_CORRUPT, "the ledger does not have this record %.*s as leaf %llu", STR_ARG(str_printable(a, r.id, 100)),
			(unsigned long long)x->index);
	unsigned policy = find(a, o->policies, b->policy_count, record_value(&r, STR("policy.digest")));
	unsigned raw = find(a, o->raws, b->raw_count, record_value(&r, STR("raw"))), none = b->policy_count + b->raw_count;
	*ret_link = (struct evidence_link){ policy < b->policy_count ? &b->policies[policy] : NULL, raw < b->raw_count ? &b->raws[raw] : NULL };
	o->used[policy < b->policy_count ? policy : none] = true;
	o->used[raw < b->raw_count ? b->policy_count + raw : none] = true;
	e = verify_openings(a, x, &r, why);
	return e ? e : count_entry(x, &r, ret_link->raw != NULL, &v->count, why);
}

/* The deed is in the ledger, the ledger is the one of the bundle, grown; and the deed is the handing over of this bundle. */
static enum err verify_handed(struct arena *a, const struct evidence_bundle *b, const struct note_verifier *log, const struct checkpoint_witnesses *witnesses,
	struct evidence_verdict *v, struct why *why)
{
	struct str checkpoint = STR_NONE;
	struct record r;
	enum err e = record_read(a, b->handed.record, &r, why);
	if (e == OK)
		e = handed_place(a, b, &v->checkpoint, log, witnesses, &checkpoint, why);
	if (e == OK)
		e = count_unchecked(a, checkpoint, log, witnesses, v, why);
	if (e == OK)
		e = verify_openings(a, &b->handed, &r, why);
	if (e == OK)
		e = handed_check(a, b, v->links, &r, why);
	if (e == OK)
		v->handed = r;
	return e;
}

enum err evidence_bundle_verify(struct arena *a, const struct evidence_bundle *b, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct evidence_verdict *ret_verdict, struct why *why)
{
	struct evidence_verdict v = { .links = ARENA_ARRAY(a, struct evidence_link, b->entry_count + 1) };
	struct offers o = { key_policies(a, b), key_raws(a, b), ARENA_ARRAY(a, bool, (size_t)b->policy_count + b->raw_count + 1) };
	if (!v.links || !o.policies || !o.raws || !o.used)
		return why_set(why, ERR_NOMEM, "no memory for a bundle");
	enum err e = verify_note(a, b->checkpoint, log, witnesses, &v, why);
	if (e == OK && b->stamp.ptr)
		e = stamped_read(a, b->stamp, &v.stamp, why);
	if (e == OK && b->stamp.ptr)
		e = stamped_fits(&v.stamp, &v.checkpoint, why);
	if (e == OK)
		e = in_order(o.policies, b->policy_count, "policies", why);
	if (e == OK)
		e = in_order(o.raws, b->raw_count, "raw items", why);
	for (unsigned i = 0; e == OK && i < b->entry_count; i++)
		e = verify_entry(a, b, &b->entries[i], &o, &v, &v.links[i], why);
	for (unsigned i = 0; e == OK && i < b->policy_count + b->raw_count; i++)
		if (!o.used[i])
			e = why_set(why, ERR_CORRUPT, "the bundle has %s", i < b->policy_count ? "a policy that no record names" : "raw bytes that no record commits to");
	if (e == OK && b->redaction.len)
		e = verify_handed(a, b, log, witnesses, &v, why);
	else if (e == OK && v.count.masked)
		e = why_set(why, ERR_CORRUPT, "the bundle shows a value in part, and no record of a handing over says so");
	if (e == OK)
		*ret_verdict = v;
	return e;
}
