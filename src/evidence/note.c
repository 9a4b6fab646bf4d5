/*
 * Signed notes: their form. See note.h; keys and signatures are in note_key.c.
 */
#include "evidence/note.h"

#define DASH STR("\xe2\x80\x94 ") /* U+2014 and a space */

/* Unicode's White_Space, as UTF-8, beyond ASCII. */
static bool has_wide_space(struct str s)
{
	static const char *const spaces[] = { "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe3\x80\x80" };
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (str_find(s, str_of(spaces[i])) != SIZE_MAX)
			return true;
	/* U+2000 to U+200A */
	for (size_t i = 0; i + 2 < s.len; i++)
		if (memcmp(s.ptr + i, "\xe2\x80", 2) == 0 && (unsigned char)s.ptr[i + 2] >= 0x80 && (unsigned char)s.ptr[i + 2] <= 0x8a)
			return true;
	return false;
}

bool note_name_ok(struct str name)
{
	if (!name.len || name.len > NOTE_NAME_MAX || !str_utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == '+')
			return false;
	return !has_wide_space(name);
}

static bool characters_ok(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\n')
			return false;
	return str_utf8_valid(s);
}

bool note_text_ok(struct str text)
{
	return text.len && text.ptr[text.len - 1] == '\n' && characters_ok(text);
}

static enum err read_line(struct arena *a, struct str line, struct note_signature *ret)
{
	struct note_signature s;
	if (!str_starts(line, DASH))
		return ERR_SYNTAX;
	line = str_sub(line, DASH.len, line.len);
	size_t space = str_chr(line, ' ');
	if (space == SIZE_MAX || !note_name_ok(str_sub(line, 0, space)))
		return ERR_SYNTAX;
	s.name = str_sub(line, 0, space);
	line = str_sub(line, space + 1, line.len);
	if (line.len > NOTE_SIGNATURE_MAX)
		return ERR_LIMIT;
	enum err e = str_unbase64(a, line, &s.octets);
	if (e == OK && s.octets.len <= NOTE_KEY_ID_LEN)
		e = ERR_SYNTAX;
	if (e == OK)
		*ret = s;
	return e;
}

enum err note_read_signatures(struct arena *a, struct str lines, struct note *n, struct why *why)
{
	unsigned count = n->count;
	struct str line;
	if (!note_text_ok(lines))
		return why_set(why, ERR_SYNTAX, "the signatures of a note are no whole lines of text");
	for (unsigned number = 1; lines.len && str_split(&lines, '\n', &line); number++) {
		if (count == NOTE_SIGNATURES_MAX)
			return why_set(why, ERR_LIMIT, "a note of more than %d signatures", NOTE_SIGNATURES_MAX);
		enum err e = read_line(a, line, &n->signatures[count]);
		if (e)
			return why_set(why, e, "signature line %u of a note is malformed", number);
		count++;
	}
	n->count = count;
	return OK;
}

/* The offset of the last empty line: the LF that ends the line before it. */
static size_t last_empty_line(struct str s)
{
	for (size_t i = s.len; i-- > 1;)
		if (s.ptr[i] == '\n' && s.ptr[i - 1] == '\n')
			return i - 1;
	return SIZE_MAX;
}

enum err note_read(struct arena *a, struct str bytes, struct note *ret_note, struct why *why)
{
	struct note n = { .count = 0 };
	if (bytes.len > NOTE_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a note of more than %d bytes", NOTE_BYTES_MAX);
	if (!note_text_ok(bytes))
		return why_set(why, ERR_SYNTAX, "a note has characters that it must not have, or does not end in a newline");
	size_t split = last_empty_line(bytes);
	if (split == SIZE_MAX)
		return why_set(why, ERR_SYNTAX, "a note has no empty line between text and signatures");
	n.text = str_sub(bytes, 0, split + 1);
	enum err e = note_read_signatures(a, str_sub(bytes, split + 2, bytes.len), &n, why);
	if (e == OK)
		*ret_note = n;
	return e;
}

enum err note_write(struct arena *a, const struct note *n, struct str *ret_bytes, struct why *why)
{
	struct buf b;
	struct note again;
	struct str bytes;
	buf_init(&b, NOTE_BYTES_MAX);
	buf_put(&b, n->text);
	buf_putc(&b, '\n');
	for (unsigned i = 0; i < n->count; i++) {
		buf_put(&b, DASH);
		buf_put(&b, n->signatures[i].name);
		buf_putc(&b, ' ');
		buf_put(&b, str_base64(a, n->signatures[i].octets));
		buf_putc(&b, '\n');
	}
	enum err e = b.err ? why_set(why, b.err, "a note of more than %d bytes", NOTE_BYTES_MAX) : OK;
	bytes = str_copy(a, buf_str(&b));
	buf_done(&b);
	if (e == OK && !bytes.ptr)
		e = ERR_NOMEM;
	/* names or texts that are none would make another note of it */
	if (e == OK)
		e = note_read(a, bytes, &again, why);
	if (e == OK && (again.count != n->count || !str_eq(again.text, n->text)))
		e = why_set(why, ERR_SYNTAX, "a note cannot be written of such a text or name");
	if (e == OK)
		*ret_bytes = bytes;
	return e;
}
