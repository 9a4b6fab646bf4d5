/*
 * What a report shows of what happened, as a digest: the reported message, or the lines of a log. Not who tells it, and not in which form:
 * two reports with one digest rest on the same evidence, whoever sent them. A report that only says so has none.
 *
 * Of a message that is its Message-ID, the Received fields that its header still has, and how its body begins. One message that two
 * servers took in is two pieces of evidence, as long as the servers' own Received fields are left in. White space and line ends do not
 * count; nor does a transfer coding. Rows of tables and notices are claims, and show nothing. Whoever changes what he shows has another digest: this finds copies, no forgeries.
 *
 * The digest is plain SHA-256 here; the fold puts a key into it before it is kept with a case (engine/fold.h).
 */
#ifndef AUPD_FORMAT_SHOWN_H
#define AUPD_FORMAT_SHOWN_H

#include "base/json.h"
#include "format/format.h"

enum { SHOWN_BYTES_MAX = 1024 /* of one piece, white space left out; what is behind does not count */, SHOWN_LINES_MAX = 64, SHOWN_PIECES_MAX = 16,
	SHOWN_BYTES_MIN = 32, SHOWN_DIGITS_MIN = 4 /* of a line: what is shorter, or has fewer digits, could be anybody's words */ };

/* Each adds one piece to what o shows. */
void shown_message(struct decode *d, struct observation *o, struct str header, struct str body);
void shown_line(struct decode *d, struct observation *o, struct str line);
/* The first SHOWN_LINES_MAX lines. */
void shown_text(struct decode *d, struct observation *o, struct str text);
/* The part at that index: a message that is attached, or a text. */
void shown_part(struct decode *d, struct observation *o, unsigned index);
/* The list of evidence of a XARF document of any version: objects with a type and a payload. */
void shown_list(struct decode *d, struct observation *o, const struct json *list);

#endif
