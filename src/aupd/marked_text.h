/*
 * A raw message as text for a page: its parts in order, what a decoder read out of them marked where it stands.
 *
 * Decoded by the decoders of the ear, with the maps of tables that are built in, again, in the role that shows it: hostile bytes are nothing that the judge looks into. What is no text is
 * told by its size. At most MARKED_TEXT_BYTES_MAX octets of text, MARKED_TEXT_MARKS_MAX marks and MARKED_TEXT_FACTS_MAX facts are shown.
 */
#ifndef AUPD_AUPD_MARKED_TEXT_H
#define AUPD_AUPD_MARKED_TEXT_H

#include "base/json.h"

enum { MARKED_TEXT_BYTES_MAX = 512 << 10, MARKED_TEXT_MARKS_MAX = 2000, MARKED_TEXT_FACTS_MAX = 1000 };

/*
 * Members of the object that w is in: `format`, `outcome`, `problems`; `pieces`, each with `part`, `what` ("header", "body"), `type`, `octets` and
 * `segments` of `text`, with the names of the facts that it is as `fact`; `facts`; `cut` when there is more. name: of the file that it lay in.
 */
void marked_text_write(struct str bytes, struct str name, struct jsonw *w);

#endif
