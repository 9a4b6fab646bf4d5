/*
 * Evidence records. See record.h.
 */
#include "evidence/record.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/time.h"

#define HEAD STR("aupd-record/1\n")

void record_put(struct record *r, const char *key, struct str value)
{
	BUG_ON(r->count == RECORD_LINES_MAX);
	if (value.len)
		r->lines[r->count++] = (struct record_line){ str_of(key), value };
}

void record_put_time(struct arena *a, struct record *r, const char *key, int64_t at)
{
	char text[TIME_TEXT_MAX];
	if (at == TIME_NONE)
		return;
	time_print_us(at, text);
	record_put(r, key, str_copy(a, str_of(text)));
}

void record_put_u64(struct arena *a, struct record *r, const char *key, uint64_t v)
{
	record_put(r, key, str_format(a, "%llu", (unsigned long long)v));
}

void record_commit(struct record *r, const char *name, struct str value)
{
	BUG_ON(r->secret_count == RECORD_LINES_MAX);
	if (value.len)
		r->secrets[r->secret_count++] = (struct record_line){ str_of(name), value };
}

void record_commitment(const uint8_t salt[32], struct str name, struct str value, struct digest *ret_digest)
{
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_put(&b, STR("aupd-commit/1"));
	buf_putc(&b, 0);
	buf_put(&b, name);
	buf_putc(&b, 0);
	buf_put(&b, value);
	BUG_ON(b.err);
	digest_hmac((struct str){ (const char *)salt, 32 }, buf_str(&b), ret_digest);
	buf_done(&b);
}

void record_leaf(struct str text, struct digest *ret_digest)
{
	struct buf b;
	buf_init(&b, RECORD_BYTES_MAX + 1);
	buf_putc(&b, 0);
	buf_put(&b, text);
	digest_sha256(buf_str(&b), ret_digest);
	buf_done(&b);
}

static enum err salt_of(struct arena *a, const struct record *r, struct str name, const struct seal_key *key, uint8_t salt[32])
{
	struct str info = str_format(a, "aupd-salt/1 %.*s %.*s", STR_ARG(r->id), STR_ARG(name));
	if (!info.ptr || info.len > 256)
		return ERR_LIMIT;
	digest_hkdf((struct str){ (const char *)key->octets, SEAL_KEY_LEN }, info, salt, 32);
	return OK;
}

static int by_key(const void *x, const void *y)
{
	return str_cmp(((const struct record_line *)x)->key, ((const struct record_line *)y)->key);
}

static void put_value(struct buf *b, struct str v)
{
	for (size_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.ptr[i];
		if (c < 0x21 || c == '%' || c == 0x7f)
			buf_printf(b, "%%%02X", c);
		else
			buf_putc(b, (char)c);
	}
}

static bool key_ok(struct str k)
{
	for (size_t i = 0; i < k.len; i++)
		if (!((k.ptr[i] >= 'a' && k.ptr[i] <= 'z') || (k.ptr[i] >= '0' && k.ptr[i] <= '9') || k.ptr[i] == '.' || k.ptr[i] == '-'))
			return false;
	return k.len && k.len <= RECORD_KEY_MAX;
}

static enum err write_lines(struct record *r, struct buf *b, struct why *why)
{
	qsort(r->lines, r->count, sizeof(r->lines[0]), by_key);
	buf_put(b, HEAD);
	for (unsigned i = 0; i < r->count; i++) {
		if (!key_ok(r->lines[i].key) || (i && str_eq(r->lines[i].key, r->lines[i - 1].key)))
			return why_set(why, ERR_SYNTAX, "a record cannot have the key \"%.*s\" there", STR_ARG(r->lines[i].key));
		buf_put(b, r->lines[i].key);
		buf_putc(b, ' ');
		put_value(b, r->lines[i].value);
		buf_putc(b, '\n');
	}
	return b->err ? why_set(why, b->err, "a record of more than %d bytes", RECORD_BYTES_MAX) : OK;
}

enum err record_write(struct arena *a, struct record *r, const struct seal_key *subject_key, struct str *ret_text, struct str *ret_opening, struct why *why)
{
	struct buf text, opening;
	struct jsonw w;
	uint8_t salt[32];
	struct digest d;
	enum err e = OK;
	buf_init(&text, RECORD_BYTES_MAX);
	buf_init(&opening, 4 * RECORD_BYTES_MAX);
	jsonw_init(&w, &opening);
	jsonw_array(&w, NULL);
	for (unsigned i = 0; e == OK && i < r->secret_count; i++) {
		const struct record_line *s = &r->secrets[i];
		e = salt_of(a, r, s->key, subject_key, salt);
		record_commitment(salt, s->key, s->value, &d);
		record_put(r, str_c(a, str_format(a, "com.%.*s", STR_ARG(s->key))), digest_hex(a, &d));
		jsonw_object(&w, NULL);
		jsonw_str(&w, "name", s->key);
		jsonw_str(&w, "salt", str_hex(a, (struct str){ (const char *)salt, 32 }));
		jsonw_str(&w, "value", str_base64(a, s->value));
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	record_put(r, "id", r->id);
	if (e == OK)
		e = write_lines(r, &text, why);
	if (e == OK && opening.err)
		e = why_set(why, opening.err, "too much to commit to in one record");
	*ret_opening = STR_NONE;
	if (e == OK && r->secret_count)
		e = seal_derived(a, subject_key, r->id, buf_str(&opening), ret_opening);
	if (e == OK)
		*ret_text = str_copy(a, buf_str(&text));
	buf_done(&text);
	buf_done(&opening);
	return e;
}

static int hex_upper(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum err take_value(struct arena *a, struct str v, struct str *ret)
{
	char *out = arena_alloc(a, v.len + 1);
	size_t n = 0;
	if (!out)
		return ERR_NOMEM;
	for (size_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.ptr[i];
		if (c < 0x21 || c == 0x7f)
			return ERR_SYNTAX;
		if (c != '%') {
			out[n++] = (char)c;
			continue;
		}
		int hi = i + 2 < v.len ? hex_upper(v.ptr[i + 1]) : -1, lo = hi < 0 ? -1 : hex_upper(v.ptr[i + 2]), value = lo < 0 ? -1 : hi << 4 | lo;
		/* one text only for each value: what needs no escape must not have one */
		if (value < 0 || !(value < 0x21 || value == '%' || value == 0x7f))
			return ERR_SYNTAX;
		out[n++] = (char)value;
		i += 2;
	}
	*ret = (struct str){ out, n };
	return OK;
}

enum err record_read(struct arena *a, struct str text, struct record *ret_record, struct why *why)
{
	struct record r = { 0 };
	if (text.len > RECORD_BYTES_MAX || !str_starts(text, HEAD) || text.ptr[text.len - 1] != '\n')
		return why_set(why, ERR_SYNTAX, "this is no aupd-record/1");
	struct str rest = str_sub(text, HEAD.len, text.len), line;
	while (rest.len) {
		size_t end = str_chr(rest, '\n');
		line = str_sub(rest, 0, end);
		rest = str_sub(rest, end + 1, rest.len);
		size_t space = str_chr(line, ' ');
		if (space == SIZE_MAX || r.count == RECORD_LINES_MAX)
			return why_set(why, ERR_SYNTAX, "line %u of the record is malformed", r.count + 2);
		struct record_line l = { .key = str_sub(line, 0, space) };
		if (!key_ok(l.key) || (r.count && str_cmp(r.lines[r.count - 1].key, l.key) >= 0) || space + 1 == line.len ||
		    take_value(a, str_sub(line, space + 1, line.len), &l.value) != OK)
			return why_set(why, ERR_SYNTAX, "line %u of the record is malformed", r.count + 2);
		if (str_eq(l.key, STR("id")))
			r.id = l.value;
		r.lines[r.count++] = l;
	}
	*ret_record = r;
	return OK;
}

static struct str find_line(const struct record *r, struct str key)
{
	for (unsigned i = 0; i < r->count; i++)
		if (str_eq(r->lines[i].key, key))
			return r->lines[i].value;
	return STR_NONE;
}

enum err record_open(struct arena *a, const struct record *r, struct str opening, const struct seal_key *subject_key, struct record_line **ret_values,
	unsigned *ret_count, struct why *why)
{
	struct str clear, salt, value;
	struct json *root;
	struct digest d;
	unsigned n = 0;
	enum err e = unseal(a, subject_key, r->id, opening, &clear);
	if (e)
		return why_set(why, e, "the opening of record %.*s does not open under this key", STR_ARG(r->id));
	e = json_read(a, clear, &root, why);
	if (e)
		return e;
	struct record_line *list = ARENA_ARRAY(a, struct record_line, RECORD_LINES_MAX);
	if (!list)
		return ERR_NOMEM;
	for (const struct json *m = root->child; m && n < RECORD_LINES_MAX; m = m->next) {
		struct str name = json_text(m, "name");
		if (str_unhex(a, json_text(m, "salt"), &salt) != OK || salt.len != 32 || str_unbase64(a, json_text(m, "value"), &value) != OK)
			return why_set(why, ERR_CORRUPT, "the opening of record %.*s is malformed", STR_ARG(r->id));
		record_commitment((const uint8_t *)salt.ptr, name, value, &d);
		if (!str_eq(find_line(r, str_format(a, "com.%.*s", STR_ARG(name))), digest_hex(a, &d)))
			return why_set(why, ERR_CORRUPT, "record %.*s: the value of %.*s is not the one committed to", STR_ARG(r->id), STR_ARG(name));
		list[n++] = (struct record_line){ name, value };
	}
	*ret_values = list;
	*ret_count = n;
	return OK;
}
