/*
 * Mailbox files (RFC 4155 and its older relatives): one message after the other, each behind a line "From sender date".
 *
 * Pure. Such a line counts behind an empty line and with a time in it. Content-Length, which some of them have, is a
 * stranger's word and not believed: one message could swallow the next. ">From " is unquoted by one ">".
 */
#ifndef AUPD_FORMAT_MBOX_H
#define AUPD_FORMAT_MBOX_H

#include "base/arena.h"
#include "base/str.h"

bool mbox_looks_like(struct str text);
/*
 * The message at the beginning of text, without its "From " line; *ret_used bytes of text are done with. whole: text ends where
 * the file ends. False when more of the file is needed to tell, or nothing is left.
 */
bool mbox_next(struct str text, bool whole, struct str *ret_message, size_t *ret_used);
/* The message as it was before it was put into the file; STR_NONE when the arena is full. */
struct str mbox_unquote(struct arena *a, struct str message);

#endif
