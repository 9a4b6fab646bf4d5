/*
 * A bounded MIME scanner that keeps byte offsets (RFC 5322, 2045, 2046, 2047, 2231).
 *
 * One pass gives a flat list of parts in their order; a part knows its raw header and body, and its body is decoded on
 * demand. Paths count from 1 ("2", "3.1"); the header of the message is "0", that of an attached message in part 3 is
 * "3.0". Limits: MIME_DEPTH_MAX, MIME_PARTS_MAX, MIME_HEADERS_MAX; beyond them the rest is left as bytes and said so.
 */
#ifndef AUPD_FORMAT_MIME_H
#define AUPD_FORMAT_MIME_H

#include "base/arena.h"
#include "base/str.h"

enum { MIME_DEPTH_MAX = 16, MIME_PARTS_MAX = 1000, MIME_HEADERS_MAX = 2000, MIME_HEADER_BYTES_MAX = 1 << 20, MIME_PATH_MAX = 80, MIME_PARAM_MAX = 1024 };

enum mime_coding { CODING_IDENTITY, CODING_BASE64, CODING_QUOTED };

struct mime_part {
	struct str path;
	struct str header, body;        /* raw, in the message */
	struct str type;                /* "text/plain", lower case; text/plain when absent or broken */
	struct str boundary, charset, name, report_type;
	enum mime_coding coding;
	unsigned depth;
	bool multipart, message;        /* it has parts of its own, in the list behind it */
};

struct mime_field {
	struct str name, value;         /* value: raw, folds and all, without the last line end */
	size_t from;                    /* offset of the value in the header's bytes */
};

struct mime {
	struct str text;                /* the message */
	struct mime_part *parts;        /* parts[0] is the message itself, path "" and header path "0" */
	unsigned count;
	struct mime_field *fields;      /* of the message's own header, in order: it is asked for many */
	unsigned field_count;
	bool cut;                       /* a limit was reached */
};

/* False when the bytes cannot be a message: no header field in the first line. */
bool mime_looks_like(struct str text);
enum err mime_scan(struct arena *a, struct str text, struct mime *ret_mime) MUST_CHECK;
/* Fields in order: for (size_t at = 0; mime_next_field(header, &at, &field);). Lines that are no field are skipped. */
bool mime_next_field(struct str header, size_t *at, struct mime_field *ret_field);
bool mime_find_field(struct str header, const char *name, struct mime_field *ret_field);
/* The first field of that name in the message's own header; its value unfolded, RFC 2047 words decoded, trimmed, in UTF-8. */
const struct mime_field *mime_top_field(const struct mime *m, const char *name);
struct str mime_top_value(struct arena *a, const struct mime *m, const char *name);
struct str mime_words(struct arena *a, struct str value);
struct str mime_unfold(struct arena *a, struct str value);
struct str mime_unpercent(struct arena *a, struct str value);   /* RFC 2231 4: %41 */
/* The body behind its transfer coding; then, for text, in UTF-8. */
struct str mime_body(struct arena *a, const struct mime_part *p);
struct str mime_text(struct arena *a, const struct mime_part *p, bool *ret_clean);
const struct mime_part *mime_find_part(const struct mime *m, const char *type, const struct mime_part *after);
/* The addr-spec of the first mailbox in a field such as From; lower-case domain. STR_NONE when there is none. */
struct str mime_addr_spec(struct arena *a, struct str value);

#endif
