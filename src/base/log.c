/*
 * The log. See log.h.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/time.h"

enum { LINE_MAX_BYTES = 8192, RING = 8, RING_TEXT = 848 };

static const char *log_role = "aup";
static enum log_level log_max = LOG_INFO;
static enum log_form log_style = LOG_PLAIN;

void log_start(const char *role, enum log_level level, enum log_form form)
{
	log_role = role;
	log_max = level;
	log_style = form;
}

static void plain_value(struct buf *b, struct str v)
{
	bool quote = !v.len;
	for (size_t i = 0; i < v.len && !quote; i++)
		quote = v.ptr[i] <= ' ' || v.ptr[i] == '"' || v.ptr[i] == '=';
	if (!quote) {
		buf_put(b, v);
		return;
	}
	struct jsonw w;
	jsonw_init(&w, b);
	jsonw_str(&w, NULL, v);
}

void log_write(enum log_level level, const char *sentence, ...)
{
	static const char *const priority[] = { "<3>", "<4>", "<6>", "<7>" };
	static const char *const word[] = { "error", "warning", "info", "debug" };
	struct buf b;
	struct jsonw w;
	va_list ap;
	const char *key;
	if (level > log_max)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	if (log_style == LOG_JSON) {
		jsonw_init(&w, &b);
		jsonw_object(&w, NULL);
		jsonw_time(&w, "time", clock_wall_at());
		jsonw_str(&w, "level", str_of(word[level]));
		jsonw_str(&w, "role", str_of(log_role));
		jsonw_str(&w, "message", str_of(sentence));
	} else {
		buf_printf(&b, "%s%s: %s", priority[level], log_role, sentence);
	}
	va_start(ap, sentence);
	while ((key = va_arg(ap, const char *))) {
		const char *v = va_arg(ap, const char *);
		if (log_style == LOG_JSON) {
			jsonw_str(&w, key, str_of(v));
			continue;
		}
		buf_printf(&b, " %s=", key);
		plain_value(&b, str_of(v));
	}
	va_end(ap);
	buf_puts(&b, log_style == LOG_JSON ? "}\n" : "\n");
	/* one write a line, so that lines of several roles do not mix; a log that cannot be written has nobody to tell */
	if (b.len && write(STDERR_FILENO, b.ptr, b.len) < 0) {
	}
	buf_done(&b);
}

static char *ring(void)
{
	static char texts[RING][RING_TEXT];
	static unsigned next;
	return texts[next++ % RING];
}

const char *log_u64(uint64_t v)
{
	char *t = ring();
	(void)snprintf(t, RING_TEXT, "%llu", (unsigned long long)v);
	return t;
}

const char *log_str(struct str s)
{
	char *t = ring();
	size_t n = 0;
	for (size_t i = 0; i < s.len && i < 200; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		n += (size_t)snprintf(t + n, RING_TEXT - n, c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
	}
	t[n] = 0;
	return t;
}

bool log_allow(struct log_limit *l, int64_t monotonic_us)
{
	uint32_t burst = l->burst ? l->burst : 10, rate = l->per_minute ? l->per_minute : 20;
	if (!l->refilled_us) {
		l->refilled_us = monotonic_us;
		l->tokens = burst;
	}
	int64_t due = (monotonic_us - l->refilled_us) * rate / MINUTE_US;
	if (due > 0) {
		l->tokens = l->tokens + (uint64_t)due > burst ? burst : l->tokens + (uint32_t)due;
		l->refilled_us = monotonic_us;
	}
	if (!l->tokens) {
		l->suppressed++;
		return false;
	}
	l->tokens--;
	if (l->suppressed) {
		log_info("lines suppressed", "count", log_u64(l->suppressed));
		l->suppressed = 0;
	}
	return true;
}
