/*
 * Raw evidence. See raw.h.
 *
 * Body of a record: version u8, id, count of subjects u8, their ids (in byte order) and key marks u64, commitment, sealed item, then for each
 * subject its spans and their sealed bytes. Texts have a length in front: u16 for ids, u32 for sealed bytes.
 */
#include "evidence/raw.h"

#include <stdlib.h>

#include "evidence/record.h"

enum { VERSION = 1 };

struct item {
	struct str id, sealed;
	struct digest commitment;
	struct raw_subject subjects[RAW_SUBJECTS_MAX];
	struct str shares[RAW_SUBJECTS_MAX];            /* the subject's bytes, sealed */
	uint64_t marks[RAW_SUBJECTS_MAX];               /* of the key used: a subject that got a new key after an erasure has another */
	unsigned count;
};

static int by_id(const void *x, const void *y)
{
	return str_cmp(((const struct raw_subject *)x)->id, ((const struct raw_subject *)y)->id);
}

static uint64_t mark_of(const struct seal_key *key)
{
	uint8_t mark[8];
	struct reader r;
	digest_hkdf((struct str){ (const char *)key->octets, SEAL_KEY_LEN }, STR("aupd-mark/1"), mark, sizeof(mark));
	reader_init(&r, (struct str){ (const char *)mark, sizeof(mark) });
	return reader_u64(&r);
}

/* The key that subject n had when the item was written. */
static enum err find_key(struct keyring *keys, const struct item *i, unsigned n, struct seal_key *ret_key, struct why *why)
{
	enum err e = keyring_find(keys, i->subjects[n].id, ret_key);
	if (e == OK && mark_of(ret_key) != i->marks[n])
		e = ERR_NOTFOUND;
	return e ? why_set(why, e, "a key that opens this item was destroyed") : OK;
}

/* make: a subject without a key gets one, and the marks are set. */
static enum err item_key(struct keyring *keys, struct arena *a, struct item *i, bool make, struct seal_key *ret_key, struct why *why)
{
	struct seal_key all[RAW_SUBJECTS_MAX];
	struct str info = str_format(a, "aupd-item/1 %.*s", STR_ARG(i->id));
	enum err e = info.ptr ? OK : ERR_NOMEM;
	for (unsigned n = 0; e == OK && n < i->count; n++) {
		e = make ? keyring_get(keys, i->subjects[n].id, &all[n], why) : find_key(keys, i, n, &all[n], why);
		if (e == OK && make)
			i->marks[n] = mark_of(&all[n]);
	}
	if (e == OK)
		digest_hkdf((struct str){ (const char *)all[0].octets, (size_t)i->count * SEAL_KEY_LEN }, info, ret_key->octets, SEAL_KEY_LEN);
	secret_wipe(all, sizeof(all));
	return e;
}

static void commitment_of(const struct seal_key *key, struct str bytes, uint8_t ret_salt[32], struct digest *ret)
{
	digest_hkdf((struct str){ (const char *)key->octets, SEAL_KEY_LEN }, STR("aupd-salt/1 raw"), ret_salt, 32);
	record_commitment(ret_salt, STR("raw"), bytes, ret);
}

static struct str share_name(struct arena *a, const struct item *i, struct str subject)
{
	return str_format(a, "aupd-share/1 %.*s %.*s", STR_ARG(i->id), STR_ARG(subject));
}

static enum err seal_share(struct keyring *keys, struct arena *a, const struct item *i, struct str bytes, const struct raw_subject *s, struct str *ret, struct why *why)
{
	struct seal_key key;
	struct buf b;
	enum err e = keyring_find(keys, s->id, &key);
	if (e)
		return why_set(why, e, "a subject of the item has no key");
	buf_init(&b, (size_t)RAW_BYTES_MAX * 2);
	for (unsigned n = 0; n < s->span_count; n++)
		buf_put(&b, str_sub(bytes, s->spans[n].offset, s->spans[n].len));
	e = b.err ? why_set(why, b.err, "the spans of a subject overlap too often") : seal_derived(a, &key, share_name(a, i, s->id), buf_str(&b), ret);
	if (b.ptr)
		secret_wipe(b.ptr, b.len);
	buf_done(&b);
	secret_wipe(&key, sizeof(key));
	return e;
}

static enum err check(const struct item *i, struct str bytes, struct why *why)
{
	if (!i->id.len || i->id.len > RAW_ID_MAX || bytes.len > RAW_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "an item of evidence has an id and at most %d octets", RAW_BYTES_MAX);
	for (unsigned n = 0; n < i->count; n++) {
		const struct raw_subject *s = &i->subjects[n];
		if (s->id.len > KEYRING_ID_MAX || s->span_count > RAW_SPANS_MAX || (n && str_eq(s->id, s[-1].id)))
			return why_set(why, ERR_RANGE, "a subject of an item of evidence is malformed");
		for (unsigned k = 0; k < s->span_count; k++)
			if (s->spans[k].offset > bytes.len || s->spans[k].len > bytes.len - s->spans[k].offset)
				return why_set(why, ERR_RANGE, "a span lies beyond the end of its item");
	}
	return OK;
}

static void put_id(struct buf *b, struct str s)
{
	buf_u16(b, (uint16_t)s.len);
	buf_put(b, s);
}

static void put_sealed(struct buf *b, struct str s)
{
	buf_u32(b, (uint32_t)s.len);
	buf_put(b, s);
}

static void encode(struct buf *b, const struct item *i)
{
	buf_u8(b, VERSION);
	put_id(b, i->id);
	buf_u8(b, (uint8_t)i->count);
	for (unsigned n = 0; n < i->count; n++) {
		put_id(b, i->subjects[n].id);
		buf_u64(b, i->marks[n]);
	}
	buf_put(b, (struct str){ (const char *)i->commitment.octets, DIGEST_LEN });
	put_sealed(b, i->sealed);
	for (unsigned n = 0; n < i->count; n++) {
		const struct raw_subject *s = &i->subjects[n];
		bool shared = i->shares[n].len > 0;
		buf_u16(b, shared ? (uint16_t)s->span_count : 0);
		for (unsigned k = 0; shared && k < s->span_count; k++) {
			buf_u32(b, s->spans[k].offset);
			buf_u32(b, s->spans[k].len);
		}
		put_sealed(b, i->shares[n]);
	}
}

enum err raw_put(struct chest *c, struct keyring *keys, struct arena *a, struct str id, struct str bytes, const struct raw_subject *subjects, unsigned count,
	struct raw_reference *ret_reference, struct why *why)
{
	struct item *i = ARENA_NEW(a, struct item);
	struct raw_reference ref;
	struct seal_key key;
	uint8_t salt[32];
	struct buf body;
	if (!i)
		return why_set(why, ERR_NOMEM, "no memory for evidence");
	if (!count || count > RAW_SUBJECTS_MAX)
		return why_set(why, ERR_LIMIT, "an item of evidence has 1 to %d subjects", RAW_SUBJECTS_MAX);
	i->id = id;
	i->count = count;
	memcpy(i->subjects, subjects, count * sizeof(*subjects));
	qsort(i->subjects, count, sizeof(i->subjects[0]), by_id);
	enum err e = check(i, bytes, why);
	if (e == OK)
		e = item_key(keys, a, i, true, &key, why);
	if (e)
		return e;
	commitment_of(&key, bytes, salt, &i->commitment);
	secret_wipe(salt, sizeof(salt));
	e = seal_derived(a, &key, id, bytes, &i->sealed);
	secret_wipe(&key, sizeof(key));
	for (unsigned n = 0; e == OK && count > 1 && n < count; n++)
		if (i->subjects[n].span_count)
			e = seal_share(keys, a, i, bytes, &i->subjects[n], &i->shares[n], why);
	if (e)
		return e;
	buf_init(&body, CHEST_BODY_MAX);
	encode(&body, i);
	e = body.err ? why_set(why, body.err, "the shares of an item of evidence are too long") : chest_append(c, buf_str(&body), &ref.place, why);
	buf_done(&body);
	ref.commitment = i->commitment;
	if (e == OK)
		*ret_reference = ref;
	return e;
}

static enum err take_shares(struct reader *r, struct arena *a, struct item *i)
{
	for (unsigned n = 0; n < i->count && !r->err; n++) {
		unsigned spans = reader_u16(r);
		struct raw_span *list = spans <= RAW_SPANS_MAX ? ARENA_ARRAY(a, struct raw_span, spans + 1) : NULL;
		if (!list)
			return ERR_LIMIT;
		for (unsigned k = 0; k < spans; k++) {
			list[k].offset = reader_u32(r);
			list[k].len = reader_u32(r);
		}
		i->subjects[n].spans = list;
		i->subjects[n].span_count = spans;
		i->shares[n] = reader_take(r, reader_u32(r));
	}
	return reader_end(r);
}

static enum err load(struct chest *c, struct arena *a, const struct raw_reference *ref, struct item **ret_item, struct why *why)
{
	struct item *i = ARENA_NEW(a, struct item);
	struct reader r;
	struct str body;
	enum err e = i ? chest_read(c, a, ref->place, &body, why) : ERR_NOMEM;
	if (e)
		return e;
	reader_init(&r, body);
	if (reader_u8(&r) != VERSION)
		return why_set(why, ERR_UNSUPPORTED, "the evidence was written by another aupd");
	i->id = reader_take(&r, reader_u16(&r));
	i->count = reader_u8(&r);
	if (r.err || !i->count || i->count > RAW_SUBJECTS_MAX)
		return why_set(why, ERR_CORRUPT, "an item of evidence is malformed");
	for (unsigned n = 0; n < i->count; n++) {
		i->subjects[n].id = reader_take(&r, reader_u16(&r));
		i->marks[n] = reader_u64(&r);
	}
	struct str commitment = reader_take(&r, DIGEST_LEN);
	i->sealed = reader_take(&r, reader_u32(&r));
	if (take_shares(&r, a, i) != OK)
		return why_set(why, ERR_CORRUPT, "an item of evidence is malformed");
	memcpy(i->commitment.octets, commitment.ptr, DIGEST_LEN);
	if (!digest_eq(&i->commitment, &ref->commitment))
		return why_set(why, ERR_CORRUPT, "another item of evidence stands where this one should");
	*ret_item = i;
	return OK;
}

enum err raw_get(struct chest *c, struct keyring *keys, struct arena *a, const struct raw_reference *ref, struct str *ret_bytes, uint8_t ret_salt[32],
	struct why *why)
{
	struct item *i;
	struct seal_key key;
	struct digest seen;
	struct str bytes;
	uint8_t salt[32];
	enum err e = load(c, a, ref, &i, why);
	if (e == OK)
		e = item_key(keys, a, i, false, &key, why);
	if (e)
		return e;
	e = unseal(a, &key, i->id, i->sealed, &bytes);
	if (e == OK)
		commitment_of(&key, bytes, salt, &seen);
	secret_wipe(&key, sizeof(key));
	if (e)
		return why_set(why, e, "an item of evidence does not open under its subjects' keys");
	if (!digest_eq(&seen, &ref->commitment))
		return why_set(why, ERR_CORRUPT, "an item of evidence is not the one committed to");
	if (ret_salt)
		memcpy(ret_salt, salt, sizeof(salt));
	*ret_bytes = bytes;
	return OK;
}

/* With one subject there is no second copy: its spans are cut out of the item. */
static enum err share_bytes(struct chest *c, struct keyring *keys, struct arena *a, const struct raw_reference *ref, const struct item *i, unsigned n,
	struct str *ret_bytes, struct why *why)
{
	struct seal_key key;
	if (i->count == 1)
		return raw_get(c, keys, a, ref, ret_bytes, NULL, why);
	enum err e = find_key(keys, i, n, &key, why);
	if (e)
		return e;
	e = unseal(a, &key, share_name(a, i, i->subjects[n].id), i->shares[n], ret_bytes);
	secret_wipe(&key, sizeof(key));
	return e ? why_set(why, e, "a share of an item of evidence does not open") : OK;
}

enum err raw_get_subject(struct chest *c, struct keyring *keys, struct arena *a, const struct raw_reference *ref, struct str subject, struct raw_piece **ret_pieces,
	unsigned *ret_count, struct why *why)
{
	struct item *i;
	struct str bytes;
	unsigned n = 0;
	enum err e = load(c, a, ref, &i, why);
	if (e)
		return e;
	while (n < i->count && !str_eq(i->subjects[n].id, subject))
		n++;
	if (n == i->count || (i->count > 1 && !i->shares[n].len))
		return why_set(why, ERR_NOTFOUND, "no part of this item belongs to the subject");
	e = share_bytes(c, keys, a, ref, i, n, &bytes, why);
	if (e)
		return e;
	const struct raw_subject *s = &i->subjects[n];
	unsigned count = i->count == 1 ? 1 : s->span_count;
	struct raw_piece *list = ARENA_ARRAY(a, struct raw_piece, count + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for evidence");
	if (i->count == 1)
		list[0] = (struct raw_piece){ 0, bytes };
	for (size_t k = 0, at = 0; i->count > 1 && k < count; at += s->spans[k++].len)
		list[k] = (struct raw_piece){ s->spans[k].offset, str_sub(bytes, at, s->spans[k].len) };
	*ret_pieces = list;
	*ret_count = count;
	return OK;
}

struct str raw_reference_encode(struct arena *a, const struct raw_reference *ref)
{
	struct buf b;
	buf_init(&b, RAW_REFERENCE_LEN);
	buf_u32(&b, ref->place.segment);
	buf_u64(&b, ref->place.offset);
	buf_put(&b, (struct str){ (const char *)ref->commitment.octets, DIGEST_LEN });
	struct str copy = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return copy;
}

enum err raw_reference_decode(struct str bytes, struct raw_reference *ret_reference)
{
	struct reader r;
	struct raw_reference ref = { 0 };
	reader_init(&r, bytes);
	ref.place.segment = reader_u32(&r);
	ref.place.offset = reader_u64(&r);
	struct str commitment = reader_take(&r, DIGEST_LEN);
	if (reader_end(&r) != OK)
		return ERR_SYNTAX;
	memcpy(ref.commitment.octets, commitment.ptr, DIGEST_LEN);
	*ret_reference = ref;
	return OK;
}

struct str raw_text_write(struct arena *a, unsigned judge, const struct raw_reference *ref)
{
	return str_format(a, "%u:%.*s", judge, STR_ARG(str_base64(a, raw_reference_encode(a, ref))));
}

enum err raw_text_read(struct arena *a, struct str text, unsigned *ret_judge, struct raw_reference *ret_reference)
{
	struct raw_reference ref;
	struct str octets, number;
	uint64_t n;
	if (!str_split(&text, ':', &number) || str_to_u64(number, 255, &n) != OK || str_unbase64(a, text, &octets) != OK || raw_reference_decode(octets, &ref) != OK)
		return ERR_SYNTAX;
	*ret_judge = (unsigned)n;
	*ret_reference = ref;
	return OK;
}
