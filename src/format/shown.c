/*
 * What a report shows. See shown.h. A piece costs what is read of it, at most a few times SHOWN_BYTES_MAX.
 */
#include "format/shown.h"

enum { CODED_MAX = 4 * SHOWN_BYTES_MAX /* of a piece behind a transfer coding: more than what is read of it; whole groups of four */, TEXT_MAX = 256 << 10 };

/* One piece as it is hashed: words with one blank between them. */
struct piece {
	char text[SHOWN_BYTES_MAX];
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void put(struct piece *p, struct str s)
{
	for (size_t i = 0; i < s.len && p->n < sizeof(p->text); i++) {
		if (!is_blank(s.ptr[i]))
			p->text[p->n++] = s.ptr[i];
		else if (p->n && p->text[p->n - 1] != ' ' && p->text[p->n - 1] != '\n')
			p->text[p->n++] = ' ';
	}
	while (p->n && p->text[p->n - 1] == ' ')
		p->n--;
}

/* What came before stands before it. */
static void add(struct decode *d, struct observation *o, struct str piece)
{
	const struct str parts[] = { o->shown, STR("\n"), piece };
	struct digest whole;
	bool first = !o->shown.len;
	digest_sha256_parts(first ? parts + 2 : parts, first ? 1 : 3, &whole);
	struct str hex = digest_hex(d->arena, &whole);
	o->shown = hex.ptr ? hex : STR_NONE;
}

/* A line that stands apart from what is put behind it, however that begins. */
static void end_line(struct piece *p)
{
	if (p->n < sizeof(p->text))
		p->text[p->n++] = '\n';
}

void shown_message(struct decode *d, struct observation *o, struct str header, struct str body)
{
	struct piece head = { .n = 0 }, text = { .n = 0 };
	struct str id = STR_NONE;
	struct mime_field f;
	/* the last Message-ID is the reported one: relays may add theirs above */
	for (size_t at = 0; mime_next_field(header, &at, &f);) {
		if (str_eq_fold(f.name, STR("message-id"))) {
			id = f.value;
		} else if (str_eq_fold(f.name, STR("received"))) {
			put(&head, f.value);
			end_line(&head);
		}
	}
	put(&text, id);
	bool named = text.n > 0;
	end_line(&text);
	put(&text, body);
	if (!named && head.n + text.n < SHOWN_BYTES_MIN)
		return;
	const struct str parts[] = { { head.text, head.n }, { text.text, text.n } };
	struct digest both;
	digest_sha256_parts(parts, 2, &both);
	add(d, o, (struct str){ (const char *)both.octets, DIGEST_LEN });
}

/* A line of a log names a time or an address: words alone could be those of a tool that many use. */
static bool tells_something(const struct piece *p)
{
	unsigned digits = 0;
	for (size_t i = 0; i < p->n; i++)
		digits += p->text[i] >= '0' && p->text[i] <= '9';
	return p->n >= SHOWN_BYTES_MIN && digits >= SHOWN_DIGITS_MIN;
}

void shown_line(struct decode *d, struct observation *o, struct str line)
{
	struct piece p = { .n = 0 };
	put(&p, line);
	if (tells_something(&p))
		add(d, o, (struct str){ p.text, p.n });
}

void shown_text(struct decode *d, struct observation *o, struct str text)
{
	struct str rest = text, line;
	for (unsigned n = 0; n < SHOWN_LINES_MAX && str_next_line(&rest, &line); n++)
		shown_line(d, o, line);
}

/* A message in one text: its header ends at the first empty line. */
static void whole_message(struct decode *d, struct observation *o, struct str text)
{
	size_t lf = str_find(text, STR("\n\n")), crlf = str_find(text, STR("\r\n\r\n")), end = lf < crlf ? lf : crlf;
	shown_message(d, o, str_sub(text, 0, end), end == SIZE_MAX ? STR_NONE : str_sub(text, end, text.len));
}

void shown_part(struct decode *d, struct observation *o, unsigned index)
{
	const struct mime_part *p = &d->mime.parts[index], *inner = index + 1 < d->mime.count && p[1].depth == p->depth + 1 ? p + 1 : NULL;
	struct mime_part begun = p->message && inner ? *inner : *p;
	begun.body = str_sub(begun.body, 0, p->message ? CODED_MAX : TEXT_MAX);
	if (p->message && inner)
		shown_message(d, o, inner->header, inner->multipart ? begun.body : mime_body(d->arena, &begun));
	else if (str_starts(p->type, STR("text/rfc822-header")))
		shown_message(d, o, mime_body(d->arena, p), STR_NONE);
	else if (!p->multipart && str_starts(p->type, STR("text/")))
		shown_text(d, o, mime_text(d->arena, &begun, NULL));
}

static struct str member(const struct json *object, const char *name, const char *old_name)
{
	struct str v = json_text(object, name);
	return v.len ? v : json_text(object, old_name);
}

void shown_list(struct decode *d, struct observation *o, const struct json *list)
{
	const struct json *m = list && list->type == JSON_ARRAY ? list->child : NULL;
	for (unsigned n = 0; m && n < SHOWN_PIECES_MAX; m = m->next, n++) {
		struct str type = member(m, "content_type", "ContentType"), payload = str_sub(member(m, "payload", "Payload"), 0, CODED_MAX), octets;
		const struct json *coded = json_get(m, "Base64Encoded");
		/* version 4 knows nothing but base64; a text that is none is taken as it stands */
		if ((!coded || coded->boolean) && str_unbase64(d->arena, payload, &octets) == OK)
			payload = octets;
		if (str_starts_fold(type, STR("message/")))
			whole_message(d, o, payload);
		else if (str_starts_fold(type, STR("text/")))
			shown_text(d, o, payload);
		else
			shown_line(d, o, payload);
	}
}
