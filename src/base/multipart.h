/*
 * The parts of a form with files (multipart/form-data, RFC 7578), one after another: name, name of the file, octets.
 *
 * Slices of what was sent, nothing is decoded: a part's octets are what stands between its head and the next boundary. How many parts and
 * octets are taken is the caller's to bound. Hostile is all of it: a boundary that is none, parts without end, names of files that are paths or headers.
 */
#ifndef AUPD_BASE_MULTIPART_H
#define AUPD_BASE_MULTIPART_H

#include "base/arena.h"
#include "base/str.h"

struct multipart {
	struct str mark;                /* what stands before each boundary, and the boundary */
	struct str rest;
};

struct multipart_part {
	struct str name;
	struct str file;                /* the name that the sender gave it, as it is; STR_NONE: it is no file */
	struct str bytes;
};

/* Is that Content-Type one of such a form? */
bool multipart_is(struct str type);
/* ERR_SYNTAX: it is none. */
enum err multipart_begin(struct arena *a, struct str type, struct str body, struct multipart *ret_parts) MUST_CHECK;
/* The next part; ERR_NOTFOUND: that was the last one. ERR_SYNTAX: it ends before its end, or a part has no head. */
enum err multipart_next(struct multipart *m, struct multipart_part *ret_part) MUST_CHECK;
/* The last part of a path, at most `most` octets, of letters that are harmless in a header and on a disk; "file" when nothing is left. */
struct str multipart_plain_name(struct arena *a, struct str name, size_t most);

#endif
