/*
 * The MIME scanner: structure. See mime.h. Decoding of bodies and words is in mime_body.c.
 *
 * Hostile nesting costs at most MIME_DEPTH_MAX passes over the bytes; a boundary that never closes ends with its parent.
 */
#include "format/mime.h"

static bool is_ftext(char c)
{
	return c > 32 && c < 127 && c != ':';
}

static size_t line_end(struct str s, size_t from)
{
	size_t n = str_chr(str_sub(s, from, s.len), '\n');
	return n == SIZE_MAX ? s.len : from + n + 1;
}

static size_t field_name_len(struct str line)
{
	size_t n = 0;
	while (n < line.len && is_ftext(line.ptr[n]))
		n++;
	size_t name = n;
	/* RFC 5322 4.5.8: white space before the colon */
	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return name && n < line.len && line.ptr[n] == ':' ? name : 0;
}

bool mime_looks_like(struct str text)
{
	struct str line = str_sub(text, 0, line_end(text, 0));
	/* `{"version":` is a field name by RFC 5322's grammar, and no mail begins so */
	if (str_starts(line, STR("{")) || str_starts(line, STR("[")))
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
		size_t name = field_name_len(line);
		while (end < header.len && (header.ptr[end] == ' ' || header.ptr[end] == '\t'))
			end = line_end(header, end);
		*at = end;
		if (!name)
			continue;
		size_t value = from + name + str_chr(str_sub(line, name, line.len), ':') + 1;
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
		if (str_eq_fold(ret_field->name, want))
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

/* One "; name=value" of a structured field; RFC 2231 continuations and charset marks are undone by the caller's needs only. */
static struct str param(struct arena *a, struct str value, const char *name)
{
	struct buf out;
	struct str want = str_of(name), result = STR_NONE;
	size_t at = str_chr(value, ';');
	buf_init(&out, MIME_PARAM_MAX);
	while (at != SIZE_MAX && at < value.len) {
		struct str rest = str_trim(str_sub(value, at + 1, value.len));
		size_t eq = str_chr(rest, '=');
		if (eq == SIZE_MAX)
			break;
		struct str key = str_trim(str_sub(rest, 0, eq));
		rest = str_trim(str_sub(rest, eq + 1, rest.len));
		size_t n = 0;
		bool quoted = rest.len && rest.ptr[0] == '"';
		size_t star = str_chr(key, '*');
		bool mine = str_eq_fold(str_sub(key, 0, star), want);
		if (quoted)
			for (n = 1; n < rest.len && rest.ptr[n] != '"'; n++) {
				if (rest.ptr[n] == '\\' && n + 1 < rest.len)
					n++;
				if (mine)
					buf_putc(&out, rest.ptr[n]);
			}
		else
			for (; n < rest.len && rest.ptr[n] != ';' && rest.ptr[n] != ' ' && rest.ptr[n] != '\t' && rest.ptr[n] != '\r' && rest.ptr[n] != '\n'; n++)
				if (mine)
					buf_putc(&out, rest.ptr[n]);
		if (mine && star == SIZE_MAX)
			break;
		size_t next = str_chr(str_sub(rest, n, rest.len), ';');
		if (next == SIZE_MAX)
			break;
		value = str_sub(rest, n + next, rest.len);
		at = 0;
	}
	if (!out.err && out.len)
		result = str_copy(a, buf_str(&out));
	buf_done(&out);
	return result;
}

static void read_type(struct arena *a, struct mime_part *p)
{
	struct mime_field f;
	struct str value = STR_NONE;
	if (mime_find_field(p->header, "content-type", &f))
		value = mime_unfold(a, f.value);
	struct str type = str_trim(str_sub(value, 0, str_chr(value, ';')));
	size_t slash = str_chr(type, '/');
	p->type = slash == SIZE_MAX || slash == 0 ? STR("text/plain") : str_lower(a, type);
	p->boundary = param(a, value, "boundary");
	p->charset = param(a, value, "charset");
	p->name = param(a, value, "name");
	p->report_type = param(a, value, "report-type");
	p->multipart = str_starts(p->type, STR("multipart/")) && p->boundary.len;
	p->message = str_eq(p->type, STR("message/rfc822")) || str_eq(p->type, STR("message/global"));
	if (mime_find_field(p->header, "content-disposition", &f) && !p->name.len)
		p->name = param(a, mime_unfold(a, f.value), "filename");
	if (!mime_find_field(p->header, "content-transfer-encoding", &f))
		return;
	struct str coding = str_trim(f.value);
	if (str_starts_fold(coding, STR("base64")))
		p->coding = CODING_BASE64;
	else if (str_starts_fold(coding, STR("quoted-printable")))
		p->coding = CODING_QUOTED;
}

static struct str child_path(struct arena *a, struct str parent, unsigned n)
{
	return parent.len ? str_format(a, "%.*s.%u", STR_ARG(parent), n) : str_format(a, "%u", n);
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

static void entity(struct arena *a, struct mime *m, struct str bytes, struct str path, unsigned depth)
{
	if (m->count == MIME_PARTS_MAX || depth > MIME_DEPTH_MAX || path.len > MIME_PATH_MAX) {
		m->cut = true;
		return;
	}
	struct mime_part *p = &m->parts[m->count++];
	p->path = path;
	p->depth = depth;
	cut_header(bytes, &p->header, &p->body);
	read_type(a, p);
	if (p->multipart)
		multipart(a, m, *p);
	else if (p->message)
		entity(a, m, p->coding == CODING_IDENTITY ? p->body : mime_body(a, p), path, depth + 1);
}

enum err mime_scan(struct arena *a, struct str text, struct mime *ret_mime)
{
	*ret_mime = (struct mime){ .text = text, .parts = ARENA_ARRAY(a, struct mime_part, MIME_PARTS_MAX) };
	if (!ret_mime->parts)
		return ERR_NOMEM;
	while (text.len && (text.ptr[0] == '\n' || text.ptr[0] == '\r'))
		text = str_sub(text, 1, text.len);
	entity(a, ret_mime, text, STR(""), 0);
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
