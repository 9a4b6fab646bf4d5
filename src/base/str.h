/*
 * Bytes with a length (`struct str`), the growing buffer with a maximum (`struct buf`) and the bounded reader with a
 * sticky error (`struct reader`).
 *
 * A `struct str` borrows: it owns nothing and need not end in NUL. A `struct buf` owns its memory and cannot be made
 * without a maximum. A `struct reader` never reads past its end: after the first failure each call is a no-op that
 * gives zero, so decoders check `reader_err` once at the end.
 */
#ifndef AUPD_BASE_STR_H
#define AUPD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct arena;

struct str {
	const char *ptr;
	size_t len;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* For printf("%.*s"). */
#define STR_ARG(s) (int)(s).len, ((s).len ? (s).ptr : "")

/* The five that decoders live on are inline: most of their arguments are constants. */
static inline struct str str_of(const char *text)               /* a C string, which may be NULL */
{
	return (struct str){ text, text ? strlen(text) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline struct str str_sub(struct str s, size_t from, size_t len) /* clipped to s */
{
	if (from >= s.len)
		return (struct str){ s.len ? s.ptr + s.len : s.ptr, 0 };
	return (struct str){ s.ptr + from, len < s.len - from ? len : s.len - from };
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

static inline size_t str_chr(struct str s, char c)              /* offset or SIZE_MAX */
{
	const char *p = s.len ? (const char *)memchr(s.ptr, c, s.len) : NULL;
	return p ? (size_t)(p - s.ptr) : SIZE_MAX;
}

bool str_eq_fold(struct str a, struct str b);                   /* ASCII case folded */
int str_cmp(struct str a, struct str b);                        /* bytes, then length */
bool str_starts_fold(struct str s, struct str prefix);
bool str_ends_fold(struct str s, struct str suffix);
struct str str_trim(struct str s);                              /* ASCII white space off both ends */
size_t str_find(struct str s, struct str needle);               /* offset or SIZE_MAX */
size_t str_find_fold(struct str s, struct str needle);
/* Cut the part before the first c off *rest; false when *rest was exhausted. */
bool str_split(struct str *rest, char c, struct str *ret_part);
bool str_next_line(struct str *rest, struct str *ret_line);     /* CRLF or LF, taken off the line */
struct str str_copy(struct arena *a, struct str s);             /* NUL-terminated beyond len; STR_NONE when the arena is full */
struct str str_lower(struct arena *a, struct str s);
struct str str_format(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);
const char *str_c(struct arena *a, struct str s);               /* NUL-terminated copy; "" when the arena is full */
char *str_put_number(char *out, uint64_t v, unsigned len);       /* len octets in network order; gives the place behind them */
enum err str_to_u64(struct str s, uint64_t max, uint64_t *ret_value) MUST_CHECK; /* decimal digits only */
enum err str_to_i64(struct str s, int64_t *ret_value) MUST_CHECK;
bool str_utf8_valid(struct str s);
/* Hex and base64 (RFC 4648; url = the URL-safe alphabet without padding). Decoders refuse what encoders would not write. */
struct str str_hex(struct arena *a, struct str s);
enum err str_unhex(struct arena *a, struct str s, struct str *ret_bytes) MUST_CHECK;
struct str str_base64(struct arena *a, struct str s);
struct str str_base64url(struct arena *a, struct str s);
enum err str_unbase64(struct arena *a, struct str s, struct str *ret_bytes) MUST_CHECK;
enum err str_unbase64url(struct arena *a, struct str s, struct str *ret_bytes) MUST_CHECK;
/* Percent decoding (RFC 3986 2.1): any octet may come out. form: "+" is a blank. ERR_SYNTAX: a "%" without two hex digits behind it. */
enum err str_unpercent(struct arena *a, struct str s, bool form, struct str *ret_text) MUST_CHECK;
/* Bytes as printable text: control and non-UTF-8 bytes become \xNN; for errors and terminals. */
struct str str_printable(struct arena *a, struct str s, size_t max);

/* A buffer that grows to max_bytes and no further. The first failure sticks in .err; appends after it do nothing. */
struct buf {
	char *ptr;
	size_t len, room, max_bytes;
	enum err err;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_done(struct buf *b);
void buf_clear(struct buf *b);                                  /* keeps the memory, forgets the error */
/* Room for n bytes at its end, for the caller to fill and add to len; NULL and the error set when there is none. */
char *buf_room(struct buf *b, size_t n);
void buf_put(struct buf *b, struct str s);
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* As one part of an address: all but the unreserved (RFC 3986 2.3) as "%" and two hex digits. */
void buf_put_percent(struct buf *b, struct str s);
void buf_u8(struct buf *b, uint8_t v);                          /* integers in network order */
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_cut_front(struct buf *b, size_t n);                    /* drop the first n bytes */
struct str buf_str(const struct buf *b);                        /* borrowed until the next append */

struct reader {
	const uint8_t *ptr;
	size_t len, pos;
	enum err err;
};

void reader_init(struct reader *r, struct str bytes);
size_t reader_left(const struct reader *r);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
struct str reader_take(struct reader *r, size_t n);
void reader_skip(struct reader *r, size_t n);
enum err reader_end(struct reader *r) MUST_CHECK;               /* the sticky error, or ERR_SYNTAX when bytes are left */

#endif
