/*
 * The erasure of a subject, asked for and on its way: a customer or a reporter whose personal data goes from every row and file.
 *
 * One row of TABLE_ERASURE, keyed by a keyed digest of the subject. While it is under way it says in clear what has to be looked
 * for; with the last step it goes like everything else, before the files are looked through.
 */
#ifndef AUPD_MODEL_ERASURE_H
#define AUPD_MODEL_ERASURE_H

#include "base/time.h"
#include "model/field.h"

enum { ERASURE_ASKERS_MAX = 2, ERASURE_WORDS_MAX = 20000, ERASURE_RECORDS_MAX = 100000, ERASURE_TEXT_MAX = 2000 };

enum erasure_phase {
	ERASURE_ASKED,                  /* by one person; another has to ask for the same */
	ERASURE_CHECK,                  /* is anything of it held, or open? */
	ERASURE_SETTLE,                 /* until nothing waits for the hand any more */
	ERASURE_REGISTER,               /* out of the register */
	ERASURE_ROWS,                   /* table by table */
	ERASURE_KEY,
	ERASURE_SHRED,                  /* the files of the store */
};
extern const char *const erasure_phase_words[];

/* What the subject held, and when: its address in a report of that time is its own. */
struct holding {
	struct str resource;
	int64_t from_at, until_at;
	bool divided;                   /* others hold parts of it */
};

struct erasure {
	enum erasure_phase phase;
	bool reporter;                  /* a reporter; otherwise a customer */
	struct str id;                  /* the customer's, or the reporter as reports name him, in lower case */
	struct str subject;             /* whose key */
	struct str alias;               /* what stands in its place from now on */
	struct str basis, even_open;
	struct str *askers;
	unsigned asker_count;
	int64_t asked_at;
	struct str *words;              /* names, mail addresses, telephone numbers, logins: no text that holds one stays */
	unsigned word_count;
	struct holding *holdings;
	unsigned holding_count;
	uint32_t table;                 /* the walk: rows of this table behind `after` are next */
	struct str after;
	struct str *records;            /* ids of its records, "C-256.1-12" for many that follow each other */
	unsigned record_count;
	uint64_t rows, letters, openings;
};

extern const struct field erasure_fields[];

/* A hold: nothing of the subject, or of the case, is erased or purged until then. Key "subject/" digest, or "case/" number. */
struct hold {
	struct str what;                /* sealed under the subject's key, in base64: the id as it was given, and the reason */
	struct str subject;             /* whose key; of a case its customer's */
	struct str by;
	int64_t since_at, until_at;
};

extern const struct field hold_fields[];

#endif
