/*
 * A one-time link: a page of ours that opens one act of a customer, or of the reseller that a case was passed on to, once, to whoever
 * has the letter. The page of a case is one that is not used up: it shows that case and takes what the customer says to it.
 *
 * The link has 128 bits that nobody can guess; the store has their SHA-256 alone, as the key of a row in TABLE_ONETIME. The row goes
 * when the link expires. It holds nothing of a person but whose it is.
 */
#ifndef AUPD_MODEL_ONETIME_H
#define AUPD_MODEL_ONETIME_H

#include "model/field.h"
#include "model/principal.h"
#include "model/row.h"

enum { ONETIME_LEN = 22, ONETIME_DAYS = 30 };
#define ONETIME_PATH "/l/"
#define ONETIME_PAGE_PATH "/p/"

/* ACKNOWLEDGE and RESULT are the reseller's, and open nothing when the case is over. */
enum onetime_purpose { ONETIME_ANSWER, ONETIME_FIXED, ONETIME_APPEAL, ONETIME_ACKNOWLEDGE, ONETIME_RESULT, ONETIME_PAGE, ONETIME_PURPOSES };
#define ONETIME_CUSTOMERS (1u << ONETIME_ANSWER | 1u << ONETIME_FIXED | 1u << ONETIME_APPEAL | 1u << ONETIME_PAGE)
#define ONETIME_RESELLERS (1u << ONETIME_ACKNOWLEDGE | 1u << ONETIME_RESULT)
extern const char *const onetime_purpose_words[];

struct onetime {
	enum onetime_purpose purpose;
	uint64_t number;        /* case */
	struct str customer;    /* or reseller: whose it is */
	struct str language;    /* of the letter */
	int64_t expires_at, used_at;    /* TIME_NONE: not yet */
};

extern const struct field onetime_fields[];

/* The key of its row; STR_NONE when the text cannot be a token. */
struct str onetime_row(struct arena *a, struct str token);
bool onetime_is_resellers(const struct onetime *o);
/* Who it is that comes by it. */
struct principal onetime_principal(const struct onetime *o);
/* Does it still open anything? A page and what is done once are two things, each behind its own address. */
bool onetime_is_open(const struct onetime *o, bool page, int64_t now);

#endif
