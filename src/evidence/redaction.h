/*
 * Who is given what of a case: the profiles of a pack for a dispute, as one table over what records commit to, aup-evidence(5).
 *
 * A value is shown, shown in part with marks in the place of what is masked, or withheld; the commitment of its record stands for it
 * in each case, so that it can be revealed later. Only what is known to be harmless is shown: a kind of event, an actor or a name that
 * the table does not know is withheld, and so is a text of which it cannot be told whether masks found all they must. Raw bytes are
 * never masked: a mail hides an address in more ways than can be looked through.
 *
 * Prose names persons in words that no machine finds. Such texts go to nobody but to who wrote them, to whom they were written, and to
 * the body that decides between the two.
 */
#ifndef AUPD_EVIDENCE_REDACTION_H
#define AUPD_EVIDENCE_REDACTION_H

#include "base/arena.h"
#include "model/case.h"

/* NONE: chosen by hand, value by value. */
enum redaction_profile { REDACTION_NONE, REDACTION_FULL, REDACTION_CUSTOMER, REDACTION_REPORTER, REDACTION_RESELLER, REDACTION_BODY, REDACTION_PROFILES };
extern const char *const redaction_profile_words[];

/* Of what is withheld, and of each mask. */
enum redaction_reason {
	REASON_NONE,
	REASON_STAFF,           /* a person of the provider */
	REASON_CUSTOMER, REASON_REPORTER,       /* who it is, or his words */
	REASON_INTERNAL,        /* said among people of the provider, or by devices */
	REASON_RAW,             /* bytes that cannot be masked safely */
	REASON_CANNOT_TELL,
	REASON_GONE,            /* erased, or its time was over */
	REASON_LINK, REASON_ADDRESS,            /* of masks: a one-time link, a mail address */
	REASONS
};
extern const char *const redaction_reason_words[];

/* The record that a value is of. */
struct redaction_about {
	enum redaction_profile profile;
	struct str kind, actor;         /* as the record and its opening have them */
	bool own;                       /* REDACTION_REPORTER: the report is that reporter's */
};

enum redaction_how { REDACTION_SHOWN, REDACTION_MASKED, REDACTION_WITHHELD };

struct redaction_verdict {
	enum redaction_how how;
	enum redaction_reason reason;   /* WITHHELD */
	struct str pieces;              /* MASKED, see redaction_piece */
	bool says_length;               /* who it is could be guessed from the length of a name */
};

/* The value `name` of a record, "raw" for the bytes it commits to. ERR_NOMEM alone. */
enum err redaction_judge(struct arena *a, const struct redaction_about *about, struct str name, struct str value, struct redaction_verdict *ret_verdict) MUST_CHECK;

/*
 * A text in pieces: "keep LENGTH LF octets LF" and "mask REASON LF", at least one mask, no two of a sort beside each other but masks.
 * redaction_mask: *ret_masks 0: there is nothing to be masked, and no pieces. ERR_UNKNOWN: it cannot be told.
 */
enum err redaction_mask(struct arena *a, struct str text, struct str *ret_pieces, unsigned *ret_masks) MUST_CHECK;
/* The next piece. ERR_SYNTAX: it is none. ret_reason: REASON_NONE of what is kept. */
enum err redaction_piece(struct str *rest, struct str *ret_kept, enum redaction_reason *ret_reason) MUST_CHECK;
bool redaction_pieces_ok(struct str pieces);
/* Is it the text with its masks taken off? Every piece that is kept stands in it in order, the first and the last at its ends, and something where a mask is. */
bool redaction_fits(struct str pieces, struct str text);

enum redaction_reason redaction_reason_find(struct str word);   /* REASON_NONE: none of them */
enum redaction_profile redaction_profile_find(struct str word); /* REDACTION_NONE: none of them */

#endif
