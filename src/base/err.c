/*
 * The error texts, the mapping of errno, and the filling of struct why. Never logs, never allocates.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
	[0] = "ok",
	[-ERR_NOMEM] = "out of memory",
	[-ERR_IO] = "input or output failed",
	[-ERR_SYNTAX] = "malformed",
	[-ERR_RANGE] = "out of range",
	[-ERR_LIMIT] = "limit reached",
	[-ERR_NOTFOUND] = "not found",
	[-ERR_EXISTS] = "exists already",
	[-ERR_CONFLICT] = "changed meanwhile",
	[-ERR_AGAIN] = "not now",
	[-ERR_DENIED] = "not permitted",
	[-ERR_UNKNOWN] = "cannot tell",
	[-ERR_CORRUPT] = "corrupt",
	[-ERR_UNSUPPORTED] = "not supported",
	[-ERR_PEER] = "the other side broke off",
	[-ERR_TIMEOUT] = "timed out",
	[-ERR_FULL] = "full",
};

const char *err_text(enum err e)
{
	unsigned i = (unsigned)-(int)e;
	return i < sizeof(texts) / sizeof(texts[0]) && texts[i] ? texts[i] : "unknown error";
}

enum err err_from_errno(int sys_errno)
{
	switch (sys_errno) {
	case 0: return OK;
	case ENOMEM: return ERR_NOMEM;
	case ENOENT: return ERR_NOTFOUND;
	case EEXIST: return ERR_EXISTS;
	case EACCES:
	case EPERM: return ERR_DENIED;
	case EAGAIN:
	case EINTR:
	case EBUSY: return ERR_AGAIN;
	case ENOSPC:
	case EDQUOT: return ERR_FULL;
	case EPIPE:
	case ECONNRESET:
	case ECONNREFUSED: return ERR_PEER;
	case ETIMEDOUT: return ERR_TIMEOUT;
	case ERANGE:
	case EINVAL: return ERR_RANGE;
	default: return ERR_IO;
	}
}

static void fill(struct why *why, const char *format, va_list ap)
{
	memset(why, 0, sizeof(*why));
	(void)vsnprintf(why->text, sizeof(why->text), format, ap);
}

enum err why_set(struct why *why, enum err e, const char *format, ...)
{
	va_list ap;
	if (!why)
		return e;
	va_start(ap, format);
	fill(why, format, ap);
	va_end(ap);
	return e;
}

enum err why_errno(struct why *why, const char *format, ...)
{
	int saved = errno;
	va_list ap;
	if (why) {
		va_start(ap, format);
		fill(why, format, ap);
		va_end(ap);
		size_t len = strlen(why->text);
		(void)snprintf(why->text + len, sizeof(why->text) - len, ": %s", strerror(saved));
	}
	enum err e = err_from_errno(saved);
	return e == OK ? ERR_IO : e;
}

void why_at(struct why *why, const char *file, uint32_t line, uint32_t column)
{
	if (!why)
		return;
	(void)snprintf(why->file, sizeof(why->file), "%s", file ? file : "");
	why->line = line;
	why->column = column;
}

void why_hint(struct why *why, const char *format, ...)
{
	va_list ap;
	if (!why)
		return;
	va_start(ap, format);
	(void)vsnprintf(why->hint, sizeof(why->hint), format, ap);
	va_end(ap);
}

void why_print(const struct why *why, char *out, unsigned long out_len)
{
	int n = 0;
	if (!out_len)
		return;
	out[0] = 0;
	if (why->file[0] && why->line)
		n = snprintf(out, out_len, "%s:%u:%u: ", why->file, why->line, why->column);
	else if (why->file[0])
		n = snprintf(out, out_len, "%s: ", why->file);
	if (n < 0 || (unsigned long)n >= out_len)
		return;
	if (why->hint[0])
		(void)snprintf(out + n, out_len - (unsigned long)n, "%s (%s)", why->text, why->hint);
	else
		(void)snprintf(out + n, out_len - (unsigned long)n, "%s", why->text);
}

void bug(const char *file, int line, const char *text)
{
	(void)fprintf(stderr, "<2>bug file=%s line=%d: %s\n", file, line, text);
	abort();
}
