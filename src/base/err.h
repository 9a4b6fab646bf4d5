/*
 * Errors: one enum for the whole program, one text table, errno mapped once.
 *
 * Every fallible function returns `enum err` (0 ok, negative otherwise) and is warn_unused_result. A caller that must
 * tell a person why also takes a `struct why *`, which names place and reason; it may be NULL where nobody reads it.
 * Nothing here logs.
 */
#ifndef AUPD_BASE_ERR_H
#define AUPD_BASE_ERR_H

#include <stdint.h>

enum err {
	OK = 0,
	ERR_NOMEM = -1,       /* an arena or a bounded map is full, or the system has no memory */
	ERR_IO = -2,          /* the system refused; see why */
	ERR_SYNTAX = -3,      /* bytes that break their own format */
	ERR_RANGE = -4,       /* a value outside its bounds */
	ERR_LIMIT = -5,       /* a named maximum was reached */
	ERR_NOTFOUND = -6,
	ERR_EXISTS = -7,
	ERR_CONFLICT = -8,    /* a row changed since it was read: reload and fold again */
	ERR_AGAIN = -9,       /* not now; try later (the caller decides when) */
	ERR_DENIED = -10,     /* not permitted to this caller */
	ERR_UNKNOWN = -11,    /* cannot tell: never to be read as yes or no */
	ERR_CORRUPT = -12,    /* our own bytes fail their checksum */
	ERR_UNSUPPORTED = -13,
	ERR_PEER = -14,       /* the other side broke the protocol or went away */
	ERR_TIMEOUT = -15,
	ERR_FULL = -16,       /* disk or queue bound reached: shed or tempfail */
};

#ifndef MUST_CHECK /* static analysis that cannot read the attribute defines it empty */
#define MUST_CHECK __attribute__((warn_unused_result))
#endif
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum { WHY_TEXT_MAX = 400, WHY_FILE_MAX = 160 };

/* Where and why, for a person. line and column count from 1; 0 = not known. */
struct why {
	char file[WHY_FILE_MAX];
	uint32_t line, column;
	char text[WHY_TEXT_MAX];
	char hint[WHY_TEXT_MAX];
};

const char *err_text(enum err e);
enum err err_from_errno(int sys_errno);

/* Fill *why (which may be NULL) and return e, so that a failing line reads `return why_set(why, ERR_RANGE, "...")`. */
enum err why_set(struct why *why, enum err e, const char *format, ...) PRINTF_LIKE(3, 4);
/* As why_set, with the text of errno appended. */
enum err why_errno(struct why *why, const char *format, ...) PRINTF_LIKE(2, 3);
void why_at(struct why *why, const char *file, uint32_t line, uint32_t column);
void why_hint(struct why *why, const char *format, ...) PRINTF_LIKE(2, 3);
/* "file:line:column: text (hint)" into out, always terminated. */
void why_print(const struct why *why, char *out, unsigned long out_len);

/* A bug of ours: says where and aborts the role, which the keeper restarts. */
_Noreturn void bug(const char *file, int line, const char *text);
#define BUG_ON(cond) do { if (cond) bug(__FILE__, __LINE__, #cond); } while (0)

#endif
