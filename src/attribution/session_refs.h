/*
 * From references of sessions to numbers, for session_book.c alone: a reference is a keyed hash already, so eight octets a place do.
 *
 * Two references whose places and 32 bits agree are told apart by the caller's rows: `refs` is the array that a number leads into.
 */
#ifndef AUPD_ATTRIBUTION_SESSION_REFS_H
#define AUPD_ATTRIBUTION_SESSION_REFS_H

#include <stddef.h>

#include "attribution/session.h"

#define SESSION_NOBODY UINT32_MAX       /* the end of a list of numbers, or none */

struct session;

struct session_refs {
	uint64_t *places;               /* upper half: of the reference's hash, which says too where its place is; lower half: number + 1; 0 = free */
	unsigned bits;                  /* 1 << bits places; at most 32 */
	size_t count;
	const struct session *list;     /* borrowed */
};

enum err session_refs_init(struct session_refs *r, const struct session *list) MUST_CHECK;
void session_refs_done(struct session_refs *r);
uint32_t session_refs_find(const struct session_refs *r, session_ref ref);      /* SESSION_NOBODY: it is not there */
/* One that is not there; the caller writes the reference into the row. ERR_NOMEM. */
enum err session_refs_add(struct session_refs *r, session_ref ref, uint32_t number) MUST_CHECK;
void session_refs_remove(struct session_refs *r, session_ref ref, uint32_t number);
/* Brings the place near to the processor; and by that, which number it will most likely be. */
void session_refs_fetch(const struct session_refs *r, session_ref ref);
uint32_t session_refs_guess(const struct session_refs *r, session_ref ref);

#endif
