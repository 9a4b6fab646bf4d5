/*
 * Mailbox files: where a message ends, whatever its body says, and the same in pieces as in one.
 */
#include "format/mbox.h"
#include "tap.h"

#define FROM "From a@b.example Sun Mar  1 10:00:00 2026\n"

static struct arena *arena;

/* The messages of text, joined by "|", handed over in pieces of that many bytes. */
static struct str split(struct str text, size_t piece)
{
	static struct buf out;
	struct str message;
	size_t at = 0, used, seen = 0;
	buf_done(&out);
	buf_init(&out, 1 << 20);
	while (at < text.len) {
		bool whole = seen >= text.len;
		struct str rest = str_sub(text, at, (whole ? text.len : seen) - at);
		if (!mbox_next(rest, whole, &message, &used)) {
			if (whole)
				break;
			seen += piece;
			continue;
		}
		if (out.len)
			buf_putc(&out, '|');
		buf_put(&out, mbox_unquote(arena, message));
		at += used;
	}
	return buf_str(&out);
}

static void is_split(const char *text, const char *want, const char *name)
{
	bool same = true;
	IS_STR(split(str_of(text), SIZE_MAX / 2), str_of(want), name);
	for (size_t piece = 1; piece < 60; piece++)
		same &= str_eq(split(str_of(text), piece), str_of(want));
	OK_(same, "  in pieces of any size too");
}

int main(void)
{
	arena = arena_new("test", 1 << 20);
	OK_(mbox_looks_like(STR(FROM)) && !mbox_looks_like(STR("From: a@b\n")), "an mbox begins with its line, a message with a field");
	is_split(FROM "A: b\n\none\n\n" FROM "A: c\n\ntwo\n", "A: b\n\none\n|A: c\n\ntwo\n",
		"two messages, the empty line between them is the file's");
	is_split(FROM "A: b\r\n\r\none\r\n\r\n" FROM "A: c\r\n\r\ntwo\r\n\r\n", "A: b\r\n\r\none\r\n|A: c\r\n\r\ntwo\r\n", "with CRLF");
	is_split(FROM "A: b\n\none\n>From here\n>>From there\n> From\n", "A: b\n\none\nFrom here\n>From there\n> From\n",
		"quoting comes off by one mark");
	is_split(FROM "A: b\n\nFrom here on I was told\n\nFrom then on too\n", "A: b\n\nFrom here on I was told\n\nFrom then on too\n",
		"a sentence is no separator");
	is_split(FROM "A: b\n\none\n" FROM "x\n", "A: b\n\none\n" FROM "x\n", "nor is a line without an empty one before it");
	is_split(FROM "Content-Length: 50\n\nx\n\n" FROM "A: c\n\n" FROM "A: d\n\ntwo\n", "Content-Length: 50\n\nx\n|A: c\n|A: d\n\ntwo\n",
		"a Content-Length that reaches over the next message does not hide it");
	is_split(FROM "A: b\n\n" FROM, "A: b\n|", "a message without a body, and one without anything");
	is_split(FROM "A: b", "A: b", "cut off in the header");
	arena_free(arena);
	return tap_done();
}
