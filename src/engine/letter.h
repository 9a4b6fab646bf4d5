/*
 * Letters of every kind: filled from a template, sealed, stored, and the way back from their reply address.
 */
#ifndef AUPD_ENGINE_LETTER_H
#define AUPD_ENGINE_LETTER_H

#include "engine/fold.h"

enum { LETTER_BYTES_MAX = 256 << 10, LETTER_KEPT_DAYS = 90 };

struct letter_field {
	const char *name;       /* one of letter_field_names */
	struct str value;
};

/* 24 letters and digits of HMAC(token key, name): nobody can guess them, and case does not matter. */
struct str letter_token(struct fold *f, struct str name);
/* The Message-ID of the letter that this act is: the same for every try. */
struct str letter_message_id(struct fold *f, struct str act_key);
/* abuse+TOKEN@domain of the letter that this act is. */
struct str letter_reply_address(struct fold *f, struct str act_key);

/* The names in braces replaced by their values; control characters, and those that turn the direction of what follows, are blanks. */
struct str letter_fill(struct arena *a, struct str template, const struct letter_field *fields, size_t count, bool one_line);

/* The first step from that one on that is felt, and when it comes; NULL: none comes. */
const struct step *letter_next(const struct casefile *c, const struct policy *p, unsigned from, int64_t *ret_at);

/* Words in the letter's language: the step that comes, NULL = none; what the case rests on, without a word of any reporter. */
struct str letter_step(struct arena *a, struct str language, const struct step *s);
struct str letter_service(struct str language, struct str service);
struct str letter_evidence(struct arena *a, struct str language, const struct casefile *c);
struct str letter_state(struct str language, enum case_state state);
struct str letter_how(struct str language);
/* The customer's part, and whether that is what reports presume. */
struct str letter_decision(struct str language, enum decision d);
struct str letter_part(struct arena *a, struct str language, const struct casefile *c);
/* What a decision is owed by Article 17(3): duration (of the act that restricts; NULL = of none), place, ground, who told, machines. */
struct str letter_reasons(struct arena *a, struct str language, const struct casefile *c, const struct statement *st, const struct act *about);

/* A reporter's own number, when it is nothing but one; else STR_NONE. */
struct str letter_reference(struct str id);

/* Whole seconds: nobody answers to the microsecond. */
struct str letter_time(struct arena *a, int64_t at);

/* The letter with that Message-ID. ERR_NOTFOUND: it is gone, or its key is. */
enum err letter_open(struct fold *f, struct str message_id, struct letter *ret_letter, struct why *why) MUST_CHECK;

/*
 * Fills subject and body, seals the letter under the key of l->customer, stores it with its token, and points the act at it.
 * The caller sets number, customer, to, reply_to, in_reply_to and automatic. kept_us: how long, 0 = as long as the case.
 * ERR_LIMIT: longer than LETTER_BYTES_MAX.
 */
enum err letter_post(struct fold *f, struct letter *l, const struct letter_template *t, const struct letter_field *fields, size_t field_count,
	struct act *act, int64_t kept_us, struct why *why) MUST_CHECK;

#endif
