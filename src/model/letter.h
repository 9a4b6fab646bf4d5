/*
 * A letter: rendered by the fold, so that a replay gives the same text; Date and Message-ID are fixed with the step, the
 * ledger footer is added when it is released and recorded with it.
 */
#ifndef AUPD_MODEL_LETTER_H
#define AUPD_MODEL_LETTER_H

#include "model/field.h"

struct letter {
	struct str message_id;          /* "<key-digest@domain>": the same for every try */
	uint64_t number;                /* case; 0 for receipts */
	struct str customer;            /* whose key seals it; the reporter's id for receipts */
	struct str to, from, reply_to;  /* addr-spec */
	struct str language, name;      /* template */
	struct str subject, body;       /* UTF-8 */
	struct str attached;            /* a XARF document (JSON) that goes with it; "" = none */
	struct str acns;                /* an answer of that system (XML) that goes with it; "" = none */
	struct str receipt;             /* of an answer to a reporter: the receipt of the report that it is about */
	struct str parked;              /* of a question to a reporter: key of the report that waits for the answer (TABLE_PARKED) */
	struct str in_reply_to;         /* Message-ID of what it answers */
	struct str policy;
	int64_t made_at;
	bool automatic;                 /* carries Auto-Submitted: auto-replied or auto-generated */
};

extern const struct field letter_fields[];

/* The fields that a letter's template may use, closed by NULL. */
extern const char *const letter_field_names[];

#endif
