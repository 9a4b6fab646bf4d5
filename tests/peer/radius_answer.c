/*
 * Says what the codec makes of datagrams that a test received, and answers them. Each line of stdin: the secret, the code to answer with, the datagram
 * in hex. For each two lines: its form (tests/radius_form.h), and the answer in hex, or - when none may be given.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "radius_form.h"
#include "wire/radius_write.h"

enum { LINE_MAX_BYTES = 16384 };

static struct str word_of(struct str *rest)
{
	struct str word = STR_NONE;
	(void)str_split(rest, ' ', &word);
	return word;
}

static void answer(struct arena *a, struct str line, struct buf *out)
{
	static struct radius_writer w;
	struct str secret = word_of(&line), code_text = word_of(&line), datagram, reply;
	struct radius_packet p;
	uint64_t code;
	if (str_to_u64(code_text, UINT8_MAX, &code) != OK || str_unhex(a, str_trim(line), &datagram) != OK)
		abort();
	radius_form(out, datagram, secret);
	buf_putc(out, '\n');
	if (radius_read(datagram, &p) == OK && radius_check_request(&p, secret, false) == OK) {
		radius_write_reply(&w, (uint8_t)code, &p, true);
		if (code == RADIUS_DISCONNECT_NAK || code == RADIUS_COA_NAK)
			radius_put_u32(&w, RADIUS_ERROR_CAUSE, 503);
		if (radius_end_reply(&w, &p, secret, &reply) != OK)
			abort();
		radius_form_hex(out, reply.ptr, reply.len);
	} else {
		buf_putc(out, '-');
	}
	buf_putc(out, '\n');
}

int main(void)
{
	static char line[LINE_MAX_BYTES];
	struct arena *a = arena_new("answer", 1 << 20);
	struct buf out;
	buf_init(&out, 1 << 20);
	if (!a)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		buf_clear(&out);
		answer(a, str_of(line), &out);
		if (fwrite(out.ptr, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
			return 1;
		arena_reset(a);
	}
	buf_done(&out);
	arena_free(a);
	return 0;
}
