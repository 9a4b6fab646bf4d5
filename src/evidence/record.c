/*
 * Evidence records. See record.h.
 */
#include "evidence/record.h"

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

static void prk_of(const struct seal_key *subject_key, struct digest *ret_prk)
{
	digest_hkdf_extract((struct str){ (const char *)subject_key->octets, SEAL_KEY_LEN }, ret_prk);
}

static enum err salt_of(struct arena *a, const struct record *r, struct str name, const struct digest *prk, uint8_t salt[32])
{
	struct str info = str_format(a, "aupd-salt/1 %.*s %.*s", STR_ARG(r->id), STR_ARG(name));
	if (!info.ptr || info.len > 256)
		return ERR_LIMIT;
	digest_hkdf_expand(prk, info, salt, 32);
	return OK;
}

enum err record_salt(struct arena *a, const struct record *r, struct str name, const struct seal_key *subject_key, uint8_t ret_salt[32])
{
	struct digest prk;
	prk_of(subject_key, &prk);
	enum err e = salt_of(a, r, name, &prk, ret_salt);
	secret_wipe(&prk, sizeof(prk));
	return e;
}

/* By insertion: callers put most lines in order, and there are few. */
static void sort_lines(struct record *r)
{
	for (unsigned i = 1; i < r->count; i++) {
		struct record_line l = r->lines[i];
		unsigned k = i;
		for (; k && str_cmp(r->lines[k - 1].key, l.key) > 0; k--)
			r->lines[k] = r->lines[k - 1];
		r->lines[k] = l;
	}
}

static void put_value(struct buf *b, struct str v)
{
	size_t from = 0;
	for (size_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.ptr[i];
		if (c >= 0x21 && c != '%' && c != 0x7f)
			continue;
		buf_put(b, str_sub(v, from, i - from));
		buf_printf(b, "%%%02X", c);
		from = i + 1;
	}
	buf_put(b, str_sub(v, from, v.len));
}

static void put_line(struct buf *b, const struct record_line *l)
{
	buf_put(b, l->key);
	buf_putc(b, ' ');
	put_value(b, l->value);
	buf_putc(b, '\n');
}

bool record_key_ok(struct str k)
{
	for (size_t i = 0; i < k.len; i++)
		if (!((k.ptr[i] >= 'a' && k.ptr[i] <= 'z') || (k.ptr[i] >= '0' && k.ptr[i] <= '9') || k.ptr[i] == '.' || k.ptr[i] == '-'))
			return false;
	return k.len && k.len <= RECORD_KEY_MAX;
}

static enum err write_lines(struct record *r, struct buf *b, struct why *why)
{
	sort_lines(r);
	buf_put(b, HEAD);
	for (unsigned i = 0; i < r->count; i++) {
		if (!record_key_ok(r->lines[i].key) || (i && str_eq(r->lines[i].key, r->lines[i - 1].key)))
			return why_set(why, ERR_SYNTAX, "a record cannot have the key \"%.*s\" there", STR_ARG(r->lines[i].key));
		put_line(b, &r->lines[i]);
	}
	return b->err ? why_set(why, b->err, "a record of more than %d bytes", RECORD_BYTES_MAX) : OK;
}

/* Puts the commitments, and gives what opens them. */
static enum err commit_secrets(struct arena *a, struct record *r, const struct seal_key *subject_key, struct str *ret_opening, struct why *why)
{
	struct buf opening;
	uint8_t salt[32];
	struct digest prk, d;
	enum err e = OK;
	prk_of(subject_key, &prk);
	buf_init(&opening, RECORD_BYTES_MAX);
	for (unsigned i = 0; e == OK && i < r->secret_count; i++) {
		const struct record_line *s = &r->secrets[i];
		e = salt_of(a, r, s->key, &prk, salt);
		record_commitment(salt, s->key, s->value, &d);
		record_put(r, str_c(a, str_format(a, "com.%.*s", STR_ARG(s->key))), digest_hex(a, &d));
		put_line(&opening, s);
	}
	secret_wipe(&prk, sizeof(prk));
	if (e == OK && opening.err)
		e = why_set(why, opening.err, "too much to commit to in one record");
	if (e == OK)
		e = seal_derived(a, subject_key, r->id, buf_str(&opening), ret_opening);
	buf_done(&opening);
	return e;
}

enum err record_write(struct arena *a, struct record *r, const struct seal_key *subject_key, struct str *ret_text, struct str *ret_opening,
	struct why *why)
{
	struct buf text;
	struct str opening = STR_NONE;
	enum err e = r->secret_count ? commit_secrets(a, r, subject_key, &opening, why) : OK;
	if (e)
		return e;
	record_put(r, "id", r->id);
	buf_init(&text, RECORD_BYTES_MAX);
	e = write_lines(r, &text, why);
	struct str copy = e == OK ? str_copy(a, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	if (e)
		return e;
	if (!copy.ptr)
		return ERR_NOMEM;
	*ret_text = copy;
	*ret_opening = opening;
	return OK;
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

/* The next line of *rest; keys come in any order. */
static enum err take_line(struct arena *a, struct str *rest, struct record_line *ret_line)
{
	size_t end = str_chr(*rest, '\n');
	struct str line = str_sub(*rest, 0, end);
	size_t space = str_chr(line, ' ');
	if (end == SIZE_MAX || space == SIZE_MAX || space + 1 == line.len)
		return ERR_SYNTAX;
	*rest = str_sub(*rest, end + 1, rest->len);
	ret_line->key = str_sub(line, 0, space);
	return record_key_ok(ret_line->key) ? take_value(a, str_sub(line, space + 1, line.len), &ret_line->value) : ERR_SYNTAX;
}

enum err record_read(struct arena *a, struct str text, struct record *ret_record, struct why *why)
{
	struct record r = { 0 };
	if (text.len > RECORD_BYTES_MAX || !str_starts(text, HEAD))
		return why_set(why, ERR_SYNTAX, "this is no aupd-record/1");
	struct str rest = str_sub(text, HEAD.len, text.len);
	while (rest.len) {
		struct record_line l;
		if (r.count == RECORD_LINES_MAX || take_line(a, &rest, &l) != OK || (r.count && str_cmp(r.lines[r.count - 1].key, l.key) >= 0))
			return why_set(why, ERR_SYNTAX, "line %u of the record is malformed", r.count + 2);
		if (str_eq(l.key, STR("id")))
			r.id = l.value;
		r.lines[r.count++] = l;
	}
	*ret_record = r;
	return OK;
}

struct str record_value(const struct record *r, struct str key)
{
	for (unsigned i = 0; i < r->count; i++)
		if (str_eq(r->lines[i].key, key))
			return r->lines[i].value;
	return STR_NONE;
}

enum err record_open(struct arena *a, const struct record *r, struct str opening, const struct seal_key *subject_key, struct record_line **ret_values,
	unsigned *ret_count, struct why *why)
{
	struct str clear;
	struct digest prk, d;
	uint8_t salt[32];
	unsigned n = 0;
	enum err e = unseal(a, subject_key, r->id, opening, &clear);
	if (e)
		return why_set(why, e, "the opening of record %.*s does not open under this key", STR_ARG(r->id));
	struct record_line *list = ARENA_ARRAY(a, struct record_line, RECORD_LINES_MAX);
	if (!list)
		return ERR_NOMEM;
	prk_of(subject_key, &prk);
	for (; e == OK && clear.len && n < RECORD_LINES_MAX; n++) {
		if (take_line(a, &clear, &list[n]) != OK || salt_of(a, r, list[n].key, &prk, salt) != OK) {
			e = why_set(why, ERR_CORRUPT, "the opening of record %.*s is malformed", STR_ARG(r->id));
			break;
		}
		record_commitment(salt, list[n].key, list[n].value, &d);
		if (!str_eq(record_value(r, str_format(a, "com.%.*s", STR_ARG(list[n].key))), digest_hex(a, &d)))
			e = why_set(why, ERR_CORRUPT, "record %.*s: the value of %.*s is not the one committed to", STR_ARG(r->id), STR_ARG(list[n].key));
	}
	secret_wipe(&prk, sizeof(prk));
	if (e)
		return e;
	*ret_values = list;
	*ret_count = n;
	return OK;
}

enum err record_reopen(struct arena *a, struct str id, struct str opening, const struct seal_key *subject_key, bool (*keep)(void *arg, const struct record_line *value),
	void *arg, struct str *ret_opening, unsigned *ret_dropped, struct why *why)
{
	struct str clear;
	struct buf left;
	unsigned dropped = 0;
	enum err e = unseal(a, subject_key, id, opening, &clear);
	if (e)
		return why_set(why, e, "the opening of record %.*s does not open under this key", STR_ARG(id));
	buf_init(&left, RECORD_BYTES_MAX);
	while (e == OK && clear.len) {
		struct record_line l;
		e = take_line(a, &clear, &l);
		if (e == OK && keep(arg, &l))
			put_line(&left, &l);
		else
			dropped += e == OK;
	}
	if (e == OK && left.err)
		e = left.err;
	e = e ? why_set(why, e, "the opening of record %.*s is malformed", STR_ARG(id)) : seal_derived(a, subject_key, id, buf_str(&left), ret_opening);
	if (e == OK)
		*ret_dropped = dropped;
	buf_done(&left);
	return e;
}
