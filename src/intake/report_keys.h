/*
 * The table of reporters' keys as the judge has published it: which keys of the API open POST of reports, whose they are, until when.
 *
 * Of a key its SHA-256 stands here and nothing else. A table is taken whole or not at all; the last one that was taken holds, for
 * however long nobody publishes another. Lines: digest in hex, when it expires in microseconds ("-" = never), the reporter's id.
 */
#ifndef AUPD_INTAKE_REPORT_KEYS_H
#define AUPD_INTAKE_REPORT_KEYS_H

#include "base/arena.h"
#include "base/str.h"

enum { REPORT_KEYS_MAX = 16384, REPORT_KEYS_BYTES_MAX = REPORT_KEYS_MAX * 256 };

/* A reporter, and how many reports he handed in in the minute that began at window_us of the monotonic clock. */
struct report_client {
	struct str name;
	int64_t window_us;
	uint64_t in_window;
};

struct report_key {
	struct str digest;
	int64_t expires_at;             /* TIME_NONE = never */
	struct report_client *client;   /* one for all keys of a reporter */
};

struct report_keys;

struct report_keys *report_keys_new(void);      /* NULL: no memory */
void report_keys_free(struct report_keys *k);   /* accepts NULL */
/* The judge's side: one line. The id has no line end in it. */
void report_keys_put(struct buf *b, struct str digest, int64_t expires_at, struct str id);
/* A table in place of the one before; what its reporters handed in this minute is known on. ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM: that one stays. */
enum err report_keys_take(struct report_keys *k, struct str table) MUST_CHECK;
/* Was there ever a table? Before, nobody can tell whether a key is one. */
bool report_keys_known(const struct report_keys *k);
/* NULL: there is no such key, or not any more. Holds until the next take. */
const struct report_key *report_keys_find(const struct report_keys *k, struct str digest, int64_t now_at);

#endif
