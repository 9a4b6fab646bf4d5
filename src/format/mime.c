/*
 * The MIME scanner: structure. See mime.h. Decoding of bodies and words is in mime_body.c.
 *
 * Hostile nesting costs at most MIME_DEPTH_MAX passes over the bytes; a boundary that never closes ends with its parent.
 */
#include "base/charset.h"
#include "format/mime.h"

enum { MIME_PARTS_START = 8 /* a power of two */, MIME_FIELDS_START = 32 };

/* RFC 5322 3.6.8: ftext; as unsigned, one comparison for both ends. */
static bool is_ftext(char c)
{
	return (unsigned char)(c - 33) < 127 - 33 && c != ':';
}

static size_t line_end(struct str s, size_t from)
{
	const char *p = from < s.len ? memchr(s.ptr + from, '\n', s.len - from) : NULL;
	return p ? (size_t)(p - s.ptr) + 1 : s.len;
}

/* Length of the name, 0 when the line is no field; where the colon stands. */
static size_t field_name(struct str line, size_t *ret_colon)
{
	size_t n = 0;
	while (n < line.len && is_ftext(line.ptr[n]))
		n++;
	size_t name = n;
	/* RFC 5322 4.5.8: white space before the colon */
	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	*ret_colon = n;
	return name && n < line.len && line.ptr[n] == ':' ? name : 0;
}

static size_t field_name_len(struct str line)
{
	size_t colon;
	return field_name(line, &colon);
}

bool mime_looks_like(struct str text)
{
	struct str line = str_sub(text, 0, line_end(text, 0));
	/* `{"version":` and `<x:root` are field names by RFC 5322's grammar, and no mail begins so */
	if (str_starts(line, STR("{")) || str_starts(line, STR("[")) || str_starts(line, STR("<")))
		return false;
	/* an mbox line or a blank one may come before */
	if (str_starts(line, STR("From ")) || !str_trim(line).len)
		line = str_sub(text, line.len, line_end(text, line.len) - line.len);
	return field_name_len(line) > 0;
}

bool mime_next_field(struct str header, size_t *at, struct mime_field *ret_field)
{
	while (*at < header.len) {
		size_t from = *at, end = line_end(header, from);
		struct str line = str_sub(header, from, end - from);
		size_t colon, name = field_name(line, &colon);
		while (end < header.len && (header.ptr[end] == ' ' || header.ptr[end] == '\t'))
			end = line_end(header, end);
		*at = end;
		if (!name)
			continue;
		size_t value = from + colon + 1;
		while (end > value && (header.ptr[end - 1] == '\n' || header.ptr[end - 1] == '\r'))
			end--;
		while (value < end && (header.ptr[value] == ' ' || header.ptr[value] == '\t'))
			value++;
		*ret_field = (struct mime_field){ str_sub(header, from, name), str_sub(header, value, end - value), value };
		return true;
	}
	return false;
}

bool mime_find_field(struct str header, const char *name, struct mime_field *ret_field)
{
	struct str want = str_of(name);
	unsigned n = 0;
	for (size_t at = 0; n++ < MIME_HEADERS_MAX && mime_next_field(header, &at, ret_field);)
		if (ret_field->name.len == want.len && str_eq_fold(ret_field->name, want))
			return true;
	return false;
}

/* Header and body of an entity. A header ends at an empty line, or at the first line that can be no field. */
static void cut_header(struct str entity, struct str *ret_header, struct str *ret_body)
{
	size_t at = 0;
	while (at < entity.len && at < MIME_HEADER_BYTES_MAX) {
		size_t end = line_end(entity, at);
		struct str line = str_sub(entity, at, end - at);
		if (line.ptr[0] == '\n' || (line.len >= 2 && line.ptr[0] == '\r' && line.ptr[1] == '\n')) {
			*ret_header = str_sub(entity, 0, at);
			*ret_body = str_sub(entity, end, entity.len);
			return;
		}
		bool from_line = at == 0 && (str_starts(line, STR("From ")) || str_starts(line, STR(">From ")));
		if (!from_line && line.ptr[0] != ' ' && line.ptr[0] != '\t' && !field_name_len(line))
			break;
		at = end;
	}
	*ret_header = str_sub(entity, 0, at);
	*ret_body = str_sub(entity, at, entity.len);
}

/* The next "name=value" behind a ";" of a structured field; the value without its quotes. Parts of the key stay for the caller. */
static bool next_param(struct arena *a, struct str *rest, struct str *ret_key, struct str *ret_value)
{
	size_t n = 0;
	for (;; n = 0) {
		while (n < rest->len && (rest->ptr[n] == ';' || str_chr(STR(" \t\r\n"), rest->ptr[n]) != SIZE_MAX))
			n++;
		*rest = str_sub(*rest, n, rest->len);
		for (n = 0; n < rest->len && rest->ptr[n] != '=' && rest->ptr[n] != ';';)
			n++;
		if (n == rest->len)
			return false;
		*ret_key = str_trim(str_sub(*rest, 0, n));
		*rest = str_sub(*rest, n, rest->len);
		if (rest->ptr[0] == '=')
			break;
	}
	struct str value = str_sub(*rest, 1, rest->len);
	for (n = 0; n < value.len && (value.ptr[n] == ' ' || value.ptr[n] == '\t');)
		n++;
	value = str_sub(value, n, value.len);
	if (!value.len || value.ptr[0] != '"') {
		for (n = 0; n < value.len && str_chr(STR("; \t\r\n"), value.ptr[n]) == SIZE_MAX;)
			n++;
		*ret_value = str_sub(value, 0, n);
		*rest = str_sub(value, n, value.len);
		size_t next = str_chr(*rest, ';');
		*rest = next == SIZE_MAX ? STR_NONE : str_sub(*rest, next, rest->len);
		return true;
	}
	bool escaped = false;
	for (n = 1; n < value.len && value.ptr[n] != '"'; n++)
		if (value.ptr[n] == '\\' && n + 1 < value.len) {
			escaped = true;
			n++;
		}
	*ret_value = str_sub(value, 1, n - 1);
	*rest = str_sub(value, n + 1, value.len);
	size_t next = str_chr(*rest, ';');
	*rest = next == SIZE_MAX ? STR_NONE : str_sub(*rest, next, rest->len);
	char *out = escaped && ret_value->len <= MIME_PARAM_MAX ? arena_alloc(a, ret_value->len) : NULL;
	size_t to = 0;
	for (size_t i = 0; out && i < ret_value->len; i++) {
		if (ret_value->ptr[i] == '\\' && i + 1 < ret_value->len)
			i++;
		out[to++] = ret_value->ptr[i];
	}
	if (out)
		*ret_value = (struct str){ out, to };
	return true;
}

/* A parameter that is looked for; what continuations and extended values add up to. */
struct param {
	const char *name;
	struct str value, charset;
	bool found, extended;
};

static struct str joined(struct arena *a, struct str one, struct str two)
{
	if (!one.len)
		return two;
	char *p = one.len + two.len <= MIME_PARAM_MAX ? arena_alloc(a, one.len + two.len) : NULL;
	if (!p)
		return one;
	memcpy(p, one.ptr, one.len);
	memcpy(p + one.len, two.ptr, two.len);
	return (struct str){ p, one.len + two.len };
}

/* RFC 2231 3 and 4: name*, name*0, name*0*, name*1... in the order in which they stand. */
static void take_starred(struct arena *a, struct param *p, struct str marks, struct str value)
{
	bool extended = marks.len && marks.ptr[marks.len - 1] == '*', first = !p->extended && (extended || str_starts(marks, STR("*0")));
	/* the extended form wins over the plain one, which is there for old readers */
	if (first)
		p->value = STR_NONE;
	if (extended && first) {
		struct str rest = value, charset, language;
		if (str_split(&rest, '\'', &charset) && str_split(&rest, '\'', &language) && rest.ptr) {
			p->charset = charset;
			value = rest;
		}
	}
	p->extended = p->found = true;
	p->value = joined(a, p->value, extended ? mime_unpercent(a, value) : value);
}

static void read_params(struct arena *a, struct str value, struct param *list, size_t count)
{
	struct str key, v;
	size_t start = str_chr(value, ';');
	struct str rest = start == SIZE_MAX ? STR_NONE : str_sub(value, start, value.len);
	while (next_param(a, &rest, &key, &v)) {
		size_t star = str_chr(key, '*');
		struct str base = str_sub(key, 0, star);
		for (size_t i = 0; i < count; i++) {
			struct param *p = &list[i];
			if (v.len > MIME_PARAM_MAX || !str_eq_fold(base, str_of(p->name)))
				continue;
			if (star != SIZE_MAX)
				take_starred(a, p, str_sub(key, star, key.len), v);
			else if (!p->found) {
				p->value = v;
				p->found = true;
			}
		}
	}
	for (size_t i = 0; i < count; i++)
		if (list[i].charset.len && charset_to_utf8(a, list[i].charset, list[i].value, &list[i].value) == ERR_NOMEM)
			list[i].value = STR_NONE;
}

static void read_type(struct arena *a, struct mime_part *p, struct str value)
{
	struct str type = str_trim(str_sub(value, 0, str_chr(value, ';')));
	size_t slash = str_chr(type, '/');
	struct param params[] = { { .name = "boundary" }, { .name = "charset" }, { .name = "name" }, { .name = "report-type" } };
	p->type = slash == SIZE_MAX || slash == 0 ? STR("text/plain") : str_lower(a, type);
	read_params(a, value, params, sizeof(params) / sizeof(params[0]));
	p->boundary = params[0].value;
	p->charset = params[1].value;
	p->name = params[2].value;
	p->report_type = params[3].value;
	/* RFC 2046 5.1.1: no boundary ends with white space */
	while (p->boundary.len && p->boundary.ptr[p->boundary.len - 1] == ' ')
		p->boundary.len--;
	p->multipart = str_starts(p->type, STR("multipart/")) && p->boundary.len;
	p->message = str_eq(p->type, STR("message/rfc822")) || str_eq(p->type, STR("message/global"));
}

/* The first of each of the three fields that tell of the body. */
static void read_header(struct arena *a, struct mime_part *p)
{
	struct mime_field f;
	bool type = false, disposition = false, coding = false;
	unsigned n = 0;
	p->type = STR("text/plain");
	for (size_t at = 0; n++ < MIME_HEADERS_MAX && mime_next_field(p->header, &at, &f);) {
		if (f.name.len < STR("content-type").len || (f.name.ptr[0] | 0x20) != 'c')
			continue;
		if (!type && str_eq_fold(f.name, STR("content-type"))) {
			type = true;
			struct str name = p->name;
			read_type(a, p, mime_unfold(a, f.value));
			p->name = p->name.len ? p->name : name;
		} else if (!disposition && str_eq_fold(f.name, STR("content-disposition"))) {
			disposition = true;
			struct param name = { .name = "filename" };
			read_params(a, mime_unfold(a, f.value), &name, 1);
			p->name = p->name.len ? p->name : name.value;
		} else if (!coding && str_eq_fold(f.name, STR("content-transfer-encoding"))) {
			coding = true;
			struct str c = str_trim(f.value);
			p->coding = str_starts_fold(c, STR("base64")) ? CODING_BASE64 : str_starts_fold(c, STR("quoted-printable")) ? CODING_QUOTED : CODING_IDENTITY;
		}
	}
}

static struct str child_path(struct arena *a, struct str parent, unsigned n)
{
	char digits[12], *p = digits + sizeof(digits);
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	size_t count = (size_t)(digits + sizeof(digits) - p), dot = parent.len ? 1 : 0;
	char *out = arena_alloc(a, parent.len + dot + count);
	if (!out)
		return STR_NONE;
	if (parent.len) {
		memcpy(out, parent.ptr, parent.len);
		out[parent.len] = '.';
	}
	memcpy(out + parent.len + dot, p, count);
	return (struct str){ out, parent.len + dot + count };
}

static void entity(struct arena *a, struct mime *m, struct str bytes, struct str path, unsigned depth);

/* 0: no delimiter; 1: one; 2: the closing one. */
static int delimiter(struct str line, struct str boundary)
{
	if (line.len < boundary.len + 2 || line.ptr[0] != '-' || line.ptr[1] != '-' || !str_eq(str_sub(line, 2, boundary.len), boundary))
		return 0;
	struct str rest = str_sub(line, boundary.len + 2, line.len);
	if (str_starts(rest, STR("--")))
		return 2;
	return str_trim(rest).len ? 0 : 1;
}

static void multipart(struct arena *a, struct mime *m, struct mime_part p)
{
	size_t at = 0, from = SIZE_MAX;
	unsigned n = 0;
	while (at < p.body.len) {
		size_t end = line_end(p.body, at);
		int hit = delimiter(str_sub(p.body, at, end - at), p.boundary);
		if (hit && from != SIZE_MAX) {
			/* RFC 2046 5.1.1: the line end before the delimiter belongs to it */
			size_t last = at;
			if (last > from && p.body.ptr[last - 1] == '\n')
				last--;
			if (last > from && p.body.ptr[last - 1] == '\r')
				last--;
			entity(a, m, str_sub(p.body, from, last - from), child_path(a, p.path, ++n), p.depth + 1);
		}
		if (hit == 2)
			return;
		if (hit)
			from = end;
		at = end;
	}
	if (from != SIZE_MAX && from <= p.body.len)
		entity(a, m, str_sub(p.body, from, p.body.len), child_path(a, p.path, ++n), p.depth + 1);
}

/* The list doubles; the arena keeps the old halves until the item is done. */
static bool room(struct arena *a, struct mime *m)
{
	if (m->count < MIME_PARTS_START || (m->count & (m->count - 1)))
		return true;
	struct mime_part *list = ARENA_ARRAY(a, struct mime_part, 2 * m->count);
	if (!list)
		return false;
	memcpy(list, m->parts, m->count * sizeof(*list));
	m->parts = list;
	return true;
}

static void entity(struct arena *a, struct mime *m, struct str bytes, struct str path, unsigned depth)
{
	if (m->count == MIME_PARTS_MAX || depth > MIME_DEPTH_MAX || path.len > MIME_PATH_MAX || !room(a, m)) {
		m->cut = true;
		return;
	}
	struct mime_part p = { .path = path, .depth = depth };
	cut_header(bytes, &p.header, &p.body);
	read_header(a, &p);
	m->parts[m->count++] = p;
	if (p.multipart)
		multipart(a, m, p);
	else if (p.message)
		entity(a, m, p.coding == CODING_IDENTITY ? p.body : mime_body(a, &p), path.len ? path : STR("1"), depth + 1);
}

static enum err list_fields(struct arena *a, struct mime *m)
{
	struct mime_field f;
	unsigned room = 0;
	for (size_t at = 0; m->field_count < MIME_HEADERS_MAX && mime_next_field(m->parts[0].header, &at, &f);) {
		if (m->field_count == room) {
			room = room ? 2 * room : MIME_FIELDS_START;
			struct mime_field *list = ARENA_ARRAY(a, struct mime_field, room);
			if (!list)
				return ERR_NOMEM;
			if (m->field_count)
				memcpy(list, m->fields, m->field_count * sizeof(*list));
			m->fields = list;
		}
		m->fields[m->field_count++] = f;
	}
	return OK;
}

const struct mime_field *mime_top_field(const struct mime *m, const char *name)
{
	struct str want = str_of(name);
	for (unsigned i = 0; i < m->field_count; i++)
		if (m->fields[i].name.len == want.len && str_eq_fold(m->fields[i].name, want))
			return &m->fields[i];
	return NULL;
}

enum err mime_scan(struct arena *a, struct str text, struct mime *ret_mime)
{
	*ret_mime = (struct mime){ .text = text, .parts = ARENA_ARRAY(a, struct mime_part, MIME_PARTS_START) };
	if (!ret_mime->parts)
		return ERR_NOMEM;
	/* some gateways end their lines with CR alone; as LF, the offsets stay */
	if (str_chr(text, '\n') == SIZE_MAX && str_chr(text, '\r') != SIZE_MAX) {
		struct str copy = str_copy(a, text);
		char *p = (char *)(uintptr_t)copy.ptr;
		if (!p)
			return ERR_NOMEM;
		for (size_t i = 0; i < copy.len; i++)
			p[i] = p[i] == '\r' ? '\n' : p[i];
		ret_mime->text = text = copy;
	}
	while (text.len && (text.ptr[0] == '\n' || text.ptr[0] == '\r'))
		text = str_sub(text, 1, text.len);
	entity(a, ret_mime, text, STR(""), 0);
	if (list_fields(a, ret_mime) != OK)
		return ERR_NOMEM;
	/* a message of one part has its body in part 1 */
	if (!ret_mime->parts[0].multipart && !ret_mime->parts[0].message)
		ret_mime->parts[0].path = STR("1");
	return OK;
}

const struct mime_part *mime_find_part(const struct mime *m, const char *type, const struct mime_part *after)
{
	struct str want = str_of(type);
	for (unsigned i = after ? (unsigned)(after - m->parts) + 1 : 0; i < m->count; i++)
		if (str_eq(m->parts[i].type, want))
			return &m->parts[i];
	return NULL;
}
