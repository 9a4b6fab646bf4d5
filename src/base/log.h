/*
 * The log: a constant sentence plus key=value pairs, to stderr with journal priority prefixes, or as JSON lines.
 *
 * Called by roles and the command line only: base, wire, model and format never log. Personal data and secrets never
 * appear: subjects by internal id, addresses of customers not at all. What a remote party can cause goes through a
 * struct log_limit.
 */
#ifndef AUPD_BASE_LOG_H
#define AUPD_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_ERROR_, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_form { LOG_PLAIN, LOG_JSON };

void log_start(const char *role, enum log_level level, enum log_form form);
/* Pairs of (const char *key, const char *value) closed by NULL. Use log_u64 and log_err for numbers and errors. */
void log_write(enum log_level level, const char *sentence, ...) __attribute__((sentinel));
const char *log_u64(uint64_t v);        /* from a ring of 8 static texts: valid until the eighth next call */
const char *log_str(struct str s);      /* made printable, cut at 200 bytes; same ring */

#define log_error(...) log_write(LOG_ERROR_, __VA_ARGS__, (char *)NULL)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__, (char *)NULL)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__, (char *)NULL)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__, (char *)NULL)

/* Token bucket for lines a remote party can cause: `if (log_allow(&limit, now)) log_info(...)`. */
struct log_limit { int64_t refilled_us; uint32_t tokens, suppressed; uint32_t burst, per_minute; };
bool log_allow(struct log_limit *l, int64_t monotonic_us);      /* says "suppressed N" itself when it opens again */

#endif
