/*
 * Signed notes: keys, signing and verifying. See note.h. Sections named are those of C2SP signed-note and tlog-cosignature.
 */
#include <endian.h>

#include "base/digest.h"
#include "evidence/note.h"

#define PRIVATE STR("PRIVATE+KEY+")

enum { KEY_LEN = 1 + SIGN_PUBLIC_LEN, STAMP_LEN = 8 };

static struct str octets(const uint8_t *p, size_t n)
{
	return (struct str){ (const char *)p, n };
}

/* "Signatures": the key id. */
enum err note_verifier_init(
	struct note_verifier *ret_verifier, struct str name, enum note_type type, const uint8_t public_key[SIGN_PUBLIC_LEN])
{
	struct note_verifier v = { .name = name, .type = type };
	struct digest d;
	const uint8_t tag = (uint8_t)type;
	const struct str parts[] = { name, STR("\n"), octets(&tag, 1), octets(public_key, SIGN_PUBLIC_LEN) };
	if (!note_name_ok(name))
		return ERR_SYNTAX;
	if (type != NOTE_ED25519 && type != NOTE_COSIGNATURE)
		return ERR_UNSUPPORTED;
	digest_sha256_parts(parts, 4, &d);
	memcpy(v.key_id, d.octets, NOTE_KEY_ID_LEN);
	memcpy(v.public_key, public_key, SIGN_PUBLIC_LEN);
	*ret_verifier = v;
	return OK;
}

enum err note_signer_init(struct note_signer *ret_signer, struct str name, enum note_type type, const uint8_t seed[SIGN_SEED_LEN])
{
	struct note_signer s;
	uint8_t public_key[SIGN_PUBLIC_LEN];
	sign_seed_keypair(seed, public_key, s.secret_key);
	enum err e = note_verifier_init(&s.verifier, name, type, public_key);
	if (e == OK)
		*ret_signer = s;
	secret_wipe(s.secret_key, sizeof(s.secret_key));
	return e;
}

/* "name+id+base64(type || key)" cut into its parts. */
static enum err read_key(struct arena *a, struct str text, struct str *ret_name, struct str *ret_id, struct str *ret_key)
{
	struct str rest = text, key;
	if (text.len > NOTE_NAME_MAX + 2 * NOTE_KEY_ID_LEN + 2 + 4 * KEY_LEN || !str_split(&rest, '+', ret_name) ||
		!str_split(&rest, '+', ret_id) || !rest.ptr)
		return ERR_SYNTAX;
	enum err e = str_unbase64(a, rest, &key);
	if (e == OK && key.len && key.ptr[0] != NOTE_ED25519 && key.ptr[0] != NOTE_COSIGNATURE)
		e = ERR_UNSUPPORTED;
	if (e == OK && key.len != KEY_LEN)
		e = ERR_SYNTAX;
	if (e == OK)
		*ret_key = key;
	return e;
}

static struct str write_key(struct arena *a, const struct note_verifier *v, struct str prefix, const uint8_t *material)
{
	char key[KEY_LEN];
	key[0] = (char)v->type;
	memcpy(key + 1, material, KEY_LEN - 1);
	struct str text = str_base64(a, (struct str){ key, KEY_LEN });
	secret_wipe(key, sizeof(key));
	if (!text.ptr)
		return STR_NONE;
	return str_format(a, "%.*s%.*s+%02x%02x%02x%02x+%.*s", STR_ARG(prefix), STR_ARG(v->name), v->key_id[0], v->key_id[1], v->key_id[2],
		v->key_id[3], STR_ARG(text));
}

static bool id_is(struct str hex, const struct note_verifier *v)
{
	char text[2 * NOTE_KEY_ID_LEN];
	for (size_t i = 0; i < NOTE_KEY_ID_LEN; i++) {
		text[2 * i] = "0123456789abcdef"[v->key_id[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[v->key_id[i] & 15];
	}
	return str_eq(hex, (struct str){ text, sizeof(text) });
}

enum err note_verifier_read(struct arena *a, struct str text, struct note_verifier *ret_verifier, struct why *why)
{
	struct note_verifier v;
	struct str name, id, key;
	enum err e = read_key(a, text, &name, &id, &key);
	if (e == OK)
		e = note_verifier_init(&v, name, (enum note_type)key.ptr[0], (const uint8_t *)key.ptr + 1);
	if (e == OK && !id_is(id, &v))
		e = ERR_SYNTAX;
	if (e)
		return why_set(why, e,
			e == ERR_UNSUPPORTED ? "a verifier key of another kind than Ed25519" :
					       "this is no verifier key, \"name+id+base64\"");
	*ret_verifier = v;
	return OK;
}

struct str note_verifier_write(struct arena *a, const struct note_verifier *v)
{
	return write_key(a, v, STR(""), v->public_key);
}

enum err note_signer_read(struct arena *a, struct str text, struct note_signer *ret_signer, struct why *why)
{
	struct note_signer s = { .verifier = { .name = STR_NONE } };
	struct str name, id, key;
	enum err e = str_starts(text, PRIVATE) ? read_key(a, str_sub(text, PRIVATE.len, text.len), &name, &id, &key) : ERR_SYNTAX;
	if (e == OK)
		e = note_signer_init(&s, name, (enum note_type)key.ptr[0], (const uint8_t *)key.ptr + 1);
	if (e == OK && !id_is(id, &s.verifier))
		e = ERR_SYNTAX;
	if (e == OK)
		*ret_signer = s;
	secret_wipe(s.secret_key, sizeof(s.secret_key));
	return e ? why_set(why, e, "this is no signer key, \"PRIVATE+KEY+name+id+base64\"") : OK;
}

struct str note_signer_write(struct arena *a, const struct note_signer *s)
{
	return write_key(a, &s->verifier, PRIVATE, s->secret_key);
}

/* What is signed: the text, or for a cosignature the two lines of "Ed25519 signed message" before it. */
static struct str message(struct arena *a, enum note_type type, int64_t unix_s, struct str text)
{
	if (type == NOTE_ED25519)
		return text;
	return str_format(a, "cosignature/v1\ntime %llu\n%.*s", (unsigned long long)unix_s, STR_ARG(text));
}

enum err note_sign(struct arena *a, struct note *n, const struct note_signer *s, int64_t unix_s, struct why *why)
{
	bool stamped = s->verifier.type == NOTE_COSIGNATURE;
	size_t at = NOTE_KEY_ID_LEN, len = at + (stamped ? STAMP_LEN : 0) + SIGN_LEN;
	uint64_t stamp = htobe64((uint64_t)unix_s);
	if (unix_s < 0 || (!stamped && unix_s))
		return why_set(why, ERR_RANGE, "a signature cannot have that time");
	if (!note_text_ok(n->text) || n->text.len > NOTE_BYTES_MAX)
		return why_set(why, ERR_SYNTAX, "this text cannot be that of a note");
	if (n->count == NOTE_SIGNATURES_MAX)
		return why_set(why, ERR_LIMIT, "a note of more than %d signatures", NOTE_SIGNATURES_MAX);
	struct str m = message(a, s->verifier.type, unix_s, n->text);
	uint8_t *p = arena_alloc(a, len);
	if (!p || !m.ptr)
		return ERR_NOMEM;
	memcpy(p, s->verifier.key_id, NOTE_KEY_ID_LEN);
	if (stamped) {
		memcpy(p + at, &stamp, STAMP_LEN);
		at += STAMP_LEN;
	}
	sign(s->secret_key, m, p + at);
	n->signatures[n->count++] = (struct note_signature){ s->verifier.name, octets(p, len) };
	return OK;
}

static bool of_key(const struct note_signature *s, const struct note_verifier *v)
{
	return s->octets.len > NOTE_KEY_ID_LEN && str_eq(s->name, v->name) && memcmp(s->octets.ptr, v->key_id, NOTE_KEY_ID_LEN) == 0;
}

static enum err verify_one(
	struct arena *a, struct str text, const struct note_signature *s, const struct note_verifier *v, struct note_verdict *verdict)
{
	struct reader r;
	uint64_t stamp = 0;
	reader_init(&r, s->octets);
	reader_skip(&r, NOTE_KEY_ID_LEN);
	if (v->type == NOTE_COSIGNATURE)
		stamp = reader_u64(&r);
	struct str signature = reader_take(&r, SIGN_LEN);
	if (reader_end(&r) != OK || stamp > INT64_MAX)
		return ERR_DENIED;
	struct str m = message(a, v->type, (int64_t)stamp, text);
	if (!m.ptr)
		return ERR_NOMEM;
	if (!sign_verify(v->public_key, m, (const uint8_t *)signature.ptr))
		return ERR_DENIED;
	if (!verdict->signed_by_it || (int64_t)stamp > verdict->unix_s)
		verdict->unix_s = (int64_t)stamp;
	verdict->signed_by_it = true;
	return OK;
}

static enum err verifiers_differ(const struct note_verifier *verifiers, size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(verifiers[i].name, verifiers[k].name) &&
				memcmp(verifiers[i].key_id, verifiers[k].key_id, NOTE_KEY_ID_LEN) == 0)
				return why_set(why, ERR_CONFLICT, "two verifier keys of %.*s have the same id", STR_ARG(verifiers[i].name));
	return OK;
}

enum err note_verify(struct arena *a, const struct note *n, const struct note_verifier *verifiers, size_t count,
	struct note_verdict *ret_verdicts, struct why *why)
{
	struct note_verdict *verdicts = ARENA_ARRAY(a, struct note_verdict, count + 1);
	unsigned good = 0;
	if (!note_text_ok(n->text) || n->text.len > NOTE_BYTES_MAX)
		return why_set(why, ERR_SYNTAX, "this text cannot be that of a note");
	enum err e = verdicts ? verifiers_differ(verifiers, count, why) : ERR_NOMEM;
	for (size_t k = 0; e == OK && k < count; k++)
		for (unsigned i = 0; e == OK && i < n->count; i++) {
			if (!of_key(&n->signatures[i], &verifiers[k]))
				continue;
			e = verify_one(a, n->text, &n->signatures[i], &verifiers[k], &verdicts[k]);
			if (e == ERR_DENIED)
				return why_set(why, e, "the signature of %.*s does not verify", STR_ARG(verifiers[k].name));
			good++;
		}
	if (e)
		return e;
	if (!good)
		return why_set(why, ERR_NOTFOUND, "no signature by a known key");
	if (count)
		memcpy(ret_verdicts, verdicts, count * sizeof(verdicts[0]));
	return OK;
}
