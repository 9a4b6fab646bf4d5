/*
 * Rendering and keeping letters. See letter.h.
 *
 * Templates have no logic: a name in braces is replaced by its value, once, so that a value cannot bring fields of its own.
 * In a subject every control character of a value is a blank: a value never begins a header of its own.
 */
#include "engine/letter.h"

#include "base/digest.h"

enum { TOKEN_BYTES = 15, ID_LEN = 32, REFERENCE_MAX = 120 };

struct str letter_time(struct arena *a, int64_t at)
{
	return at == TIME_NONE ? STR("-") : time_str(a, at - at % SECOND_US);
}

static struct str value_of(struct str name, const struct letter_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, str_of(fields[i].name)))
			return fields[i].value.len ? fields[i].value : STR("-");
	return STR("-");
}

/*
 * How many octets at i are no text: controls, and what makes the rest of a line read otherwise than it stands (U+0080 to
 * U+009F, U+2028 to U+202E, U+2066 to U+2069). Those that lay out a text may stand in a body.
 */
static size_t unfit(struct str v, size_t i, bool one_line)
{
	unsigned char c = (unsigned char)v.ptr[i], d = i + 1 < v.len ? (unsigned char)v.ptr[i + 1] : 0, e = i + 2 < v.len ? (unsigned char)v.ptr[i + 2] : 0;
	if (c == 0x7f || (c < ' ' && (one_line || (c != '\n' && c != '\t'))))
		return 1;
	if (c == 0xc2 && d >= 0x80 && d <= 0x9f)
		return 2;
	return c == 0xe2 && ((d == 0x80 && e >= 0xa8 && e <= 0xae) || (d == 0x81 && e >= 0xa6 && e <= 0xa9)) ? 3 : 0;
}

/* A value, what is unfit in it blanks. */
static void put_value(struct buf *out, struct str v, bool one_line)
{
	size_t from = out->len;
	buf_put(out, v);
	for (size_t i = from, n; i < out->len; i += n ? n : 1) {
		n = unfit(buf_str(out), i, one_line);
		if (n)
			memset(out->ptr + i, ' ', n);
	}
}

struct str letter_fill(struct arena *a, struct str template, const struct letter_field *fields, size_t count, bool one_line)
{
	struct buf out;
	struct str rest = template;
	size_t open, close;
	buf_init(&out, LETTER_BYTES_MAX);
	while ((open = str_chr(rest, '{')) != SIZE_MAX && (close = str_chr(str_sub(rest, open, rest.len), '}')) != SIZE_MAX) {
		buf_put(&out, str_sub(rest, 0, open));
		put_value(&out, value_of(str_sub(rest, open + 1, close - 1), fields, count), one_line);
		rest = str_sub(rest, open + close + 1, rest.len);
	}
	buf_put(&out, rest);
	struct str text = out.err ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return text;
}

struct str letter_token(struct fold *f, struct str name)
{
	static const char alphabet[] = "abcdefghijkmnopqrstuvwxyz23456789";
	struct digest d;
	char out[TOKEN_BYTES * 8 / 5];
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, name, &d);
	for (size_t i = 0; i < sizeof(out); i++) {
		unsigned bit = (unsigned)i * 5, two = (unsigned)d.octets[bit / 8] << 8 | d.octets[bit / 8 + 1];
		out[i] = alphabet[two >> (11 - bit % 8) & 31];
	}
	return str_copy(work_arena(f->work), (struct str){ out, sizeof(out) });
}

struct str letter_reply_address(struct fold *f, struct str act_key)
{
	return str_format(work_arena(f->work), "%.*s+%.*s@%.*s", STR_ARG(f->mail_local), STR_ARG(letter_token(f, act_key)), STR_ARG(f->mail_domain));
}

struct str letter_message_id(struct fold *f, struct str act_key)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	/* keyed, so that nobody can name the letter of a case that is not his and say that it came back */
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_format(a, "message-id/%.*s", STR_ARG(act_key)), &d);
	return str_format(a, "<%.*s@%.*s>", STR_ARG(str_sub(digest_hex(a, &d), 0, ID_LEN)), STR_ARG(f->mail_domain));
}

/* The reporter's own id, when it is nothing but an id. */
struct str letter_reference(struct str id)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@-_=+<>";
	for (size_t i = 0; i < id.len; i++)
		if (!id.ptr[i] || !strchr(good, id.ptr[i]))
			return STR_NONE;
	return id.len <= REFERENCE_MAX ? id : STR_NONE;
}

static enum err store(struct fold *f, const struct letter *l, struct str token, int64_t due_at, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key key;
	struct str clear, sealed;
	enum err e = keyring_get(f->keyring, l->customer, &key, why);
	if (e == OK)
		e = field_encode(a, letter_fields, l, &clear);
	if (e == OK)
		e = seal_derived(a, &key, l->message_id, clear, &sealed);
	if (e)
		return e;
	struct row row = { .table = TABLE_LETTER, .key = l->message_id, .owner = l->customer, .state = str_format(a, "%llu", (unsigned long long)l->number),
		.due_at = due_at, .rank = l->made_at, .body = sealed };
	e = work_put(f->work, &row, why);
	struct row back = { .table = TABLE_TOKEN, .key = token, .due_at = due_at, .body = l->message_id };
	return e ? e : work_put(f->work, &back, why);
}

enum err letter_open(struct fold *f, struct str message_id, struct letter *ret_letter, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key key;
	struct row row;
	struct str clear;
	enum err e = work_get(f->work, TABLE_LETTER, message_id, &row, why);
	if (e == OK && !row.version)
		e = why_set(why, ERR_NOTFOUND, "the letter is gone");
	if (e == OK && keyring_find(f->keyring, row.owner, &key) != OK)
		e = why_set(why, ERR_NOTFOUND, "the key of the letter is gone");
	if (e == OK)
		e = unseal(a, &key, message_id, row.body, &clear);
	return e ? e : field_decode(a, clear, letter_fields, ret_letter, why);
}

enum err letter_post(struct fold *f, struct letter *l, const struct letter_template *t, const struct letter_field *fields, size_t field_count,
	struct act *act, int64_t kept_us, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct policy *p = fold_policy_at(f, f->now);
	l->language = t->language;
	l->name = t->name;
	l->policy = p ? p->version : STR_NONE;
	l->made_at = f->now;
	l->from = str_format(a, "%.*s@%.*s", STR_ARG(f->mail_local), STR_ARG(f->mail_domain));
	l->message_id = letter_message_id(f, act->key);
	l->subject = letter_fill(a, t->subject, fields, field_count, true);
	l->body = letter_fill(a, t->body, fields, field_count, false);
	if (!l->subject.ptr || !l->body.ptr)
		return why_set(why, ERR_LIMIT, "letter %.*s is too long", STR_ARG(t->name));
	act->letter = l->message_id;
	return store(f, l, letter_token(f, act->key), kept_us ? f->now + kept_us : TIME_NONE, why);
}
