/*
 * Text that mail bent on its way, made readable again, with the way back to the bytes it came from.
 *
 * Undone are: a quotation ("> "), the dash-escape of clear-signed text (RFC 9580 7.2), a transfer coding that nobody
 * declared (RFC 2045 6.7), and what no XML parser takes: an ampersand that begins no reference, control characters, octets
 * that are no UTF-8 (taken for ISO 8859-1). Each is done only where it is needed, and said. One pass; the result lies in
 * the arena and is at most five times as long.
 */
#ifndef AUPD_FORMAT_MEND_H
#define AUPD_FORMAT_MEND_H

#include "base/arena.h"
#include "base/str.h"

enum mend { MEND_QUOTES = 1, MEND_DASHES = 2, MEND_CODED = 4, MEND_AMPERSANDS = 8, MEND_CONTROLS = 16, MEND_OCTETS = 32 };
enum { MEND_BYTES_MAX = 16 << 20, MEND_LEVELS_MAX = 8 };

struct mended {
	struct str text;
	unsigned done;                  /* enum mend: what there was to mend */
	struct mend_piece *pieces;      /* where runs of bytes came from, in order; none when nothing was mended */
	unsigned piece_count;
};

/*
 * levels: how many times the text was quoted, 0 when it was not; signed_text: it lies in a clear-signed one. ERR_LIMIT when
 * it is too long. What needs no mending comes out as it is.
 */
enum err mend(struct arena *a, struct str text, unsigned levels, bool signed_text, struct mended *ret_mended) MUST_CHECK;
/* The offset in the text that was given, for one in the mended text. */
size_t mend_origin(const struct mended *m, size_t offset);
/* How deep the line that at lies in is quoted: the ">" in front of it, with blanks between. 0 when other text stands there. */
unsigned mend_levels(struct str text, size_t at);

#endif
