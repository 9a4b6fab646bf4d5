/*
 * What of a row is a subject's, and what stays when the subject is erased: numbers, clauses, times and counts under an alias.
 *
 * A row is the subject's own (a customer's case, its events and acts, an item that speaks of it) or somebody else's that names
 * it. Of its own all that is free text, address or name goes; elsewhere only the texts that hold one of its words. Every step
 * may be done again: what was erased is not found a second time. Pure, like the fold.
 */
#ifndef AUPD_ENGINE_ERASE_H
#define AUPD_ENGINE_ERASE_H

#include "engine/fold.h"
#include "model/erasure.h"

/* What an alias begins with: it stands where the id of who was erased stood. */
#define ERASE_ALIAS "erased-"

enum { ERASE_WORD_MIN = 4 /* a shorter name is looked for as a whole text only */ };

struct eraser {
	struct fold *f;
	struct erasure *x;              /* its counts and list of records grow */
	/* Raw bytes that were kept under this reference go; called again when a step is. NULL: none were. */
	enum err (*wipe_raw)(void *arg, struct str reference, struct why *why);
	void *arg;
};

/* Tables that hold something of people, in the order in which they are walked; 0 closes the list. */
extern const enum table erase_tables[];

/* Fills words and holdings of a customer from the register, and the alias from its key, which is made when there is none. */
enum err erase_prepare(struct fold *f, struct erasure *x, struct why *why) MUST_CHECK;
/* What is left of that row is put; a row that says nothing of the subject stays as it is. */
enum err erase_row(struct eraser *r, const struct row *row, struct why *why) MUST_CHECK;

/* Does the text hold one of the subject's words? Whole words only, in any case of letters. */
bool erase_mentions(const struct erasure *x, struct str text);
/* Does the text hold an address that was the subject's then, and nobody else's (TIME_NONE: at any time)? */
bool erase_tells_address(const struct erasure *x, struct str text, int64_t at);
/* Is it what the subject held at that time (TIME_NONE: at any)? An address, prefix, domain, URL, mailbox or login. */
bool erase_holds(const struct erasure *x, struct str source, struct str domain, int64_t at);
/* Is it the subject's id, or the reporter's address? */
bool erase_is(const struct erasure *x, struct str text);

#endif
