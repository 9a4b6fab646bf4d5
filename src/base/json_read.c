/*
 * The JSON reader. See json.h. One pass, no recursion: the open arrays and objects are a stack of nodes.
 *
 * Strings without escapes are borrowed from the text; eight bytes are looked at in one go, and UTF-8 is checked only where a
 * byte has its high bit set. Nodes come from the arena in small batches. Hostile input can at most make the arena say no.
 */
#include "base/json.h"

enum { NODE_BATCH = 16 };

struct level {
	struct json *node, *last;
};

struct parse {
	struct arena *a;
	const char *p, *start, *end;
	struct level stack[JSON_DEPTH_MAX];
	unsigned depth, nodes;
	struct json *spare;             /* zeroed nodes that nobody has yet */
	unsigned spare_count;
	struct why *why;
};

static enum err fail(struct parse *s, enum err e, const char *text)
{
	uint32_t line = 1, column = 1;
	for (const char *q = s->start; q < s->p; q++) {
		column = *q == '\n' ? 1 : column + 1;
		line += *q == '\n';
	}
	(void)why_set(s->why, e, "%s at byte %zu", text, (size_t)(s->p - s->start));
	why_at(s->why, "", line, column);
	return e;
}

static const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);

static uint64_t load(const char *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof(w));
	return w;
}

static void blanks(struct parse *s)
{
	while (s->p < s->end && (unsigned char)*s->p <= ' ') {
		if (*s->p != ' ' && *s->p != '\n' && *s->p != '\t' && *s->p != '\r')
			return;
		s->p++;
		while (s->end - s->p >= 8 && load(s->p) == ones * ' ')
			s->p += 8;
	}
}

/* 1: an ordinary byte of a string. */
static bool plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

/* The first byte that is not plain. *ret_seen gets the bits of all bytes passed, and perhaps of some behind them. */
static const char *scan_plain(const char *p, const char *end, uint64_t *ret_seen)
{
	while (end - p >= 8) {
		uint64_t w = load(p), quote = w ^ (ones * '"'), back = w ^ (ones * '\\');
		uint64_t hit = (((quote - ones) & ~quote) | ((back - ones) & ~back) | ((w - ones * 0x20) & ~w)) & high;
		*ret_seen |= w;
		/* the lowest hit is a true one; a borrow can only make false ones above it */
		if (hit && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
			return p + __builtin_ctzll(hit) / 8;
		if (hit)
			break;
		p += 8;
	}
	for (; p < end && plain((unsigned char)*p); p++)
		*ret_seen |= (unsigned char)*p;
	return p;
}

static int hex4(const char *p, const char *end)
{
	int v = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int n = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (n < 0)
			return -1;
		v = v << 4 | n;
	}
	return v;
}

static char *put_utf8(char *o, uint32_t c)
{
	if (c < 0x80) {
		*o++ = (char)c;
	} else if (c < 0x800) {
		*o++ = (char)(0xc0 | c >> 6);
		*o++ = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		*o++ = (char)(0xe0 | c >> 12);
		*o++ = (char)(0x80 | (c >> 6 & 63));
		*o++ = (char)(0x80 | (c & 63));
	} else {
		*o++ = (char)(0xf0 | c >> 18);
		*o++ = (char)(0x80 | (c >> 12 & 63));
		*o++ = (char)(0x80 | (c >> 6 & 63));
		*o++ = (char)(0x80 | (c & 63));
	}
	return o;
}

/* One escape at s->p (behind the backslash); NULL when it is none. */
static char *escape(struct parse *s, char *o)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (s->p == s->end)
		return NULL;
	char c = *s->p++;
	if (c != 'u') {
		const char *at = c ? strchr(from, c) : NULL;
		if (!at)
			return NULL;
		*o++ = to[at - from];
		return o;
	}
	int v = hex4(s->p, s->end);
	if (v < 0 || (v >= 0xdc00 && v <= 0xdfff))
		return NULL;
	s->p += 4;
	if (v < 0xd800 || v > 0xdbff)
		return put_utf8(o, (uint32_t)v);
	if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return NULL;
	int low = hex4(s->p + 2, s->end);
	if (low < 0xdc00 || low > 0xdfff)
		return NULL;
	s->p += 6;
	return put_utf8(o, 0x10000 + (((uint32_t)v - 0xd800) << 10) + ((uint32_t)low - 0xdc00));
}

/* The rest of a string whose first escape or bad byte is at s->p. */
static enum err string_with_escapes(struct parse *s, const char *from, struct str *ret)
{
	/* find the end first: the decoded string is never longer than the written one */
	const char *q = s->p;
	uint64_t seen = 0;
	while (q < s->end && *q != '"')
		q += *q == '\\' && q + 1 < s->end ? 2 : 1;
	if (q >= s->end) {
		s->p = s->end;
		return fail(s, ERR_SYNTAX, "unterminated string");
	}
	char *out = arena_alloc(s->a, (size_t)(q - from) + 1), *o = out;
	if (!out)
		return fail(s, ERR_NOMEM, "no memory for a string");
	memcpy(o, from, (size_t)(s->p - from));
	o += s->p - from;
	while (*s->p != '"') {
		if (*s->p == '\\') {
			s->p++;
			o = escape(s, o);
			if (!o)
				return fail(s, ERR_SYNTAX, "bad escape in a string");
			continue;
		}
		if (!plain((unsigned char)*s->p))
			return fail(s, ERR_SYNTAX, "control character in a string");
		const char *run = s->p;
		s->p = scan_plain(run, q, &seen);
		memcpy(o, run, (size_t)(s->p - run));
		o += s->p - run;
	}
	s->p++;
	*ret = (struct str){ out, (size_t)(o - out) };
	return str_utf8_valid(*ret) ? OK : fail(s, ERR_SYNTAX, "invalid UTF-8 in a string");
}

static enum err string(struct parse *s, struct str *ret)
{
	const char *from = ++s->p;
	uint64_t seen = 0;
	s->p = scan_plain(from, s->end, &seen);
	if (s->p == s->end || *s->p != '"')
		return string_with_escapes(s, from, ret);
	*ret = (struct str){ from, (size_t)(s->p++ - from) };
	return !(seen & high) || str_utf8_valid(*ret) ? OK : fail(s, ERR_SYNTAX, "invalid UTF-8 in a string");
}

static bool digit(const struct parse *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static enum err number(struct parse *s, struct json *n)
{
	const char *from = s->p;
	bool integer = true;
	if (*s->p == '-')
		s->p++;
	if (!digit(s))
		return fail(s, ERR_SYNTAX, "bad number");
	if (*s->p++ != '0')
		while (digit(s))
			s->p++;
	if (s->p < s->end && *s->p == '.') {
		integer = false;
		s->p++;
		if (!digit(s))
			return fail(s, ERR_SYNTAX, "bad number");
		while (digit(s))
			s->p++;
	}
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		integer = false;
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		if (!digit(s))
			return fail(s, ERR_SYNTAX, "bad number");
		while (digit(s))
			s->p++;
	}
	n->type = JSON_NUMBER;
	n->text = (struct str){ from, (size_t)(s->p - from) };
	n->is_integer = integer && str_to_i64(n->text, &n->integer) == OK;
	return OK;
}

static enum err word(struct parse *s, struct json *n)
{
	struct str rest = { s->p, (size_t)(s->end - s->p) };
	if (str_starts(rest, STR("true")))
		*n = (struct json){ .type = JSON_BOOL, .boolean = true, .key = n->key, .from = n->from };
	else if (str_starts(rest, STR("false")))
		*n = (struct json){ .type = JSON_BOOL, .key = n->key, .from = n->from };
	else if (str_starts(rest, STR("null")))
		n->type = JSON_NULL;
	else
		return fail(s, ERR_SYNTAX, "not a JSON value");
	s->p += n->type == JSON_BOOL && !n->boolean ? 5 : 4;
	return OK;
}

static enum err member_key(struct parse *s, const struct json *object, struct str *ret_key)
{
	if (s->p == s->end || *s->p != '"')
		return fail(s, ERR_SYNTAX, "a member's name is expected");
	enum err e = string(s, ret_key);
	if (e)
		return e;
	unsigned n = 0;
	for (const struct json *m = object->child; m; m = m->next, n++) {
		if (n == JSON_MEMBERS_MAX - 1)
			return fail(s, ERR_LIMIT, "an object with too many members");
		if (m->key.len == ret_key->len && str_eq(m->key, *ret_key))
			return fail(s, ERR_SYNTAX, "the same name twice in an object");
	}
	blanks(s);
	if (s->p == s->end || *s->p != ':')
		return fail(s, ERR_SYNTAX, "\":\" is expected");
	s->p++;
	blanks(s);
	return OK;
}

static struct json *node(struct parse *s)
{
	if (!s->spare_count) {
		s->spare_count = NODE_BATCH;
		s->spare = ARENA_ARRAY(s->a, struct json, NODE_BATCH);
		if (!s->spare) {
			s->spare_count = 1;
			s->spare = ARENA_NEW(s->a, struct json);
		}
		if (!s->spare)
			return NULL;
	}
	s->spare_count--;
	return s->spare++;
}

static void append(struct parse *s, struct json *n)
{
	if (!s->depth)
		return;
	struct level *l = &s->stack[s->depth - 1];
	if (l->last)
		l->last->next = n;
	else
		l->node->child = n;
	l->last = n;
}

/* Reads one value; opens a level for an array or object. */
static enum err value(struct parse *s, struct str key, struct json **ret_node)
{
	struct json *n = node(s);
	enum err e;
	if (!n || ++s->nodes > JSON_NODES_MAX)
		return fail(s, n ? ERR_LIMIT : ERR_NOMEM, n ? "too many values" : "no memory for a value");
	if (s->p == s->end)
		return fail(s, ERR_SYNTAX, "the text ends where a value is expected");
	n->key = key;
	n->from = (uint32_t)(s->p - s->start);
	append(s, n);
	*ret_node = n;
	switch (*s->p) {
	case '{':
	case '[':
		if (s->depth == JSON_DEPTH_MAX)
			return fail(s, ERR_LIMIT, "nested too deeply");
		n->type = *s->p++ == '{' ? JSON_OBJECT : JSON_ARRAY;
		s->stack[s->depth++] = (struct level){ n, NULL };
		return OK;
	case '"':
		n->type = JSON_STRING;
		e = string(s, &n->text);
		break;
	case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		e = number(s, n);
		break;
	default:
		e = word(s, n);
		break;
	}
	n->to = (uint32_t)(s->p - s->start);
	return e;
}

/* Closes every level that ends here. *ret_more: another element or member follows. */
static enum err close_levels(struct parse *s, bool opened, bool *ret_more)
{
	*ret_more = false;
	while (s->depth) {
		struct level *l = &s->stack[s->depth - 1];
		char closing = l->node->type == JSON_OBJECT ? '}' : ']';
		blanks(s);
		if (s->p == s->end)
			return fail(s, ERR_SYNTAX, "the text ends inside an array or object");
		if (*s->p == closing) {
			s->p++;
			l->node->to = (uint32_t)(s->p - s->start);
			s->depth--;
			opened = false;
			continue;
		}
		if (!opened) {
			if (*s->p != ',')
				return fail(s, ERR_SYNTAX, "\",\" is expected");
			s->p++;
			blanks(s);
		}
		*ret_more = true;
		return OK;
	}
	return OK;
}

enum err json_read(struct arena *a, struct str text, struct json **ret_root, struct why *why)
{
	struct parse s = { .a = a, .p = text.ptr, .start = text.ptr, .end = text.len ? text.ptr + text.len : text.ptr, .why = why };
	struct json *root = NULL, *n = NULL;
	bool more = true;
	if (!text.len)
		return why_set(why, ERR_SYNTAX, "the text is empty");
	if (text.len >= UINT32_MAX)
		return why_set(why, ERR_LIMIT, "the text is too long");
	blanks(&s);
	while (more) {
		struct str key = STR_NONE;
		enum err e = OK;
		if (s.depth && s.stack[s.depth - 1].node->type == JSON_OBJECT)
			e = member_key(&s, s.stack[s.depth - 1].node, &key);
		unsigned depth = s.depth;
		if (e == OK)
			e = value(&s, key, &n);
		if (e == OK)
			e = close_levels(&s, s.depth > depth, &more);
		if (e)
			return e;
		if (!root)
			root = n;
	}
	blanks(&s);
	if (s.p != s.end)
		return fail(&s, ERR_SYNTAX, "more text behind the value");
	*ret_root = root;
	return OK;
}

const struct json *json_get(const struct json *object, const char *key)
{
	if (!object || object->type != JSON_OBJECT)
		return NULL;
	struct str k = str_of(key);
	for (const struct json *m = object->child; m; m = m->next)
		if (m->key.len == k.len && str_eq(m->key, k))
			return m;
	return NULL;
}

const struct json *json_at(const struct json *root, const char *path)
{
	struct str rest = str_of(path), part;
	while (root && str_split(&rest, '.', &part)) {
		const struct json *m = root->type == JSON_OBJECT ? root->child : NULL;
		while (m && !str_eq(m->key, part))
			m = m->next;
		root = m;
	}
	return root;
}

struct str json_text(const struct json *object, const char *key)
{
	const struct json *m = json_get(object, key);
	return m && m->type == JSON_STRING ? m->text : STR_NONE;
}

int64_t json_int(const struct json *object, const char *key, int64_t absent)
{
	const struct json *m = json_get(object, key);
	return m && m->type == JSON_NUMBER && m->is_integer ? m->integer : absent;
}

bool json_flag(const struct json *object, const char *key, bool absent)
{
	const struct json *m = json_get(object, key);
	return m && m->type == JSON_BOOL ? m->boolean : absent;
}
