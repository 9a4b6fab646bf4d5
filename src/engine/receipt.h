/*
 * What a reporter is told of his report: a state and, of what goes no further, a reason out of closed lists (aupd-api(7)).
 *
 * A receipt keeps what became of the report and the number of the case that it led to; the state follows the case, and is computed
 * when somebody asks. It names nobody in clear. Of the sealed class, and of cases that are marked do-not-tell, nothing is told but that the
 * report was received.
 */
#ifndef AUPD_ENGINE_RECEIPT_H
#define AUPD_ENGINE_RECEIPT_H

#include "engine/fold.h"
#include "model/forwarding.h"

enum receipt_state { RECEIPT_RECEIVED, RECEIPT_OURS, RECEIPT_NOT_OURS, RECEIPT_FORWARDED, RECEIPT_ACTED, RECEIPT_REFUSED };
extern const char *const receipt_state_words[];

enum receipt_reason {
	RECEIPT_NO_REASON,
	RECEIPT_IS_NOT_OURS,            /* nothing of ours was there at that time */
	RECEIPT_NEED_MORE,              /* it waits for what the reporter was asked for */
	RECEIPT_DUPLICATE,
	RECEIPT_NOT_A_BREACH,           /* a person found that no clause was broken */
	RECEIPT_CANNOT_TELL,            /* whose it was, or what it is, cannot be told */
	RECEIPT_TAKEN_BACK,             /* by the reporter */
	RECEIPT_OVER_CAP,               /* more of his than may count at once: it waits for its turn */
};
extern const char *const receipt_reason_words[];

/* The body of a row of TABLE_RECEIPT. */
struct receipt {
	enum fate fate;
	uint64_t number;                /* FATE_CASE */
	bool sealed;                    /* the report was of the sealed class */
	bool lacking;                   /* it does not say what would tell whose it was */
	struct str whose;               /* of a person who got it by mail and is told the end: his id */
	struct str to;                  /* and his address, sealed for him (engine/reporter_status.c) */
	bool ended;                     /* he was told */
	int64_t asked_at;               /* when he asked last and was answered; 0 = never */
};

extern const struct field receipt_fields[];

struct receipt_told {
	enum receipt_state state;
	enum receipt_reason reason;
};

/* c: the case of r->number, or the one it was merged into; NULL: there is none, or it cannot be seen. x: as it was passed on, or NULL. */
struct receipt_told receipt_tell(const struct receipt *r, const struct casefile *c, const struct forwarding *x);

/* What became of the observation, in its receipt; nothing when it has none. */
enum err receipt_note(struct fold *f, const struct observation *o, const struct fold_result *result, struct why *why) MUST_CHECK;
/* What came by the public form waits for a person: so much its reporter is told. Nothing when it has a receipt already. */
enum err receipt_wait(struct fold *f, struct str id, int64_t received_at, bool sealed, struct why *why) MUST_CHECK;
/* A report that was only counted became part of that case. */
enum err receipt_join(struct fold *f, struct str id, uint64_t number, struct why *why) MUST_CHECK;
/* A person discarded what waited under that receipt. */
enum err receipt_discard(struct fold *f, struct str id, struct why *why) MUST_CHECK;

#endif
