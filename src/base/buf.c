/*
 * The growing buffer with a maximum. See str.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){ .max_bytes = max_bytes };
}

void buf_done(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){ .max_bytes = b->max_bytes };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->err = OK;
}

/* And for a NUL behind them. */
char *buf_room(struct buf *b, size_t n)
{
	if (b->err)
		return NULL;
	if (n > b->max_bytes || b->len > b->max_bytes - n) {
		b->err = ERR_LIMIT;
		return NULL;
	}
	if (b->len + n + 1 > b->room) {
		size_t room = b->room ? b->room * 2 : 256;
		if (room < b->len + n + 1)
			room = b->len + n + 1;
		char *p = realloc(b->ptr, room);
		if (!p) {
			b->err = ERR_NOMEM;
			return NULL;
		}
		b->ptr = p;
		b->room = room;
	}
	return b->ptr + b->len;
}

void buf_put(struct buf *b, struct str s)
{
	char *p = buf_room(b, s.len);
	if (!p)
		return;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	b->len += s.len;
	b->ptr[b->len] = 0;
}

void buf_putc(struct buf *b, char c)
{
	char *p = buf_room(b, 1);
	if (!p)
		return;
	p[0] = c;
	p[1] = 0;
	b->len++;
}

void buf_puts(struct buf *b, const char *text)
{
	buf_put(b, str_of(text));
}

void buf_put_percent(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
		if (plain)
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	/* most texts fit into the room that is there */
	size_t room = !b->err && b->room > b->len ? b->room - b->len : 0;
	int n = vsnprintf(room ? b->ptr + b->len : NULL, room, format, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : buf_room(b, (size_t)n);
	if (p) {
		if ((size_t)n >= room)
			(void)vsnprintf(p, (size_t)n + 1, format, again);
		b->len += (size_t)n;
	} else if (room) {
		b->ptr[b->len] = 0;
	}
	va_end(again);
}

static void number(struct buf *b, uint64_t v, unsigned len)
{
	char *p = buf_room(b, len);
	if (!p)
		return;
	*str_put_number(p, v, len) = 0;
	b->len += len;
}

void buf_u8(struct buf *b, uint8_t v)
{
	number(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
	number(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
	number(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	number(b, v, 8);
}

void buf_cut_front(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->ptr, b->ptr + n, b->len - n);
	b->len -= n;
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->ptr, b->len };
}
