/*
 * A customer whose contract was ended and who comes back under another name, known again by identity marks (attribution/mark.h).
 *
 * A mark is a keyed digest from the moment that it is read, here and in the register. When a case ends a contract, the marks that the
 * customer has then are kept in TABLE_MARK: for as long as the policy in force says, longer while he or the case is held; gone at once
 * when the decision is taken back. A customer who is given an equal mark later is looked at when the register that has it is in force: a
 * row that is due asks for it, written with the register, so that nothing between the two loses it. What is found is a signal about him,
 * judged by the rules and noted for back-tests like any other. Nothing here decides anything, and the same id is nobody else.
 */
#ifndef AUPD_ENGINE_RETURNING_H
#define AUPD_ENGINE_RETURNING_H

#include "engine/fold.h"
#include "model/erasure.h"

enum { RETURNING_MARKS_MAX = 64 /* of a customer, kept */, RETURNING_ENDED_MAX = 64 /* of one mark: the oldest goes */, RETURNING_CASES_MAX = 16,
	RETURNING_TOLD_MAX = 1024 };
#define RETURNING_SURE STR("order.returned")
#define RETURNING_PERHAPS STR("order.perhaps-returned")

/* A case that ended another customer's contract, and what this one has in common with it. */
struct returning_case {
	uint64_t number;
	struct str clause;              /* "" of the sealed class */
	int64_t ended_at, until_at;
	unsigned marks;                 /* how many agree */
	uint32_t kinds;                 /* of which kinds: a set of 1 << enum mark_kind */
};

/* Of a mark as it was read its digest remains. */
void returning_hide(struct fold *f, struct entity *mark);
/* A mark is new to its customer, or changed: he is to be looked at when an ended contract had it. */
enum err returning_ask(struct fold *f, const struct entity *mark, struct why *why) MUST_CHECK;
/* Behind a step of a case that was in that state: did it end the contract, or take that back? */
enum err returning_step(struct fold *f, const struct casefile *c, enum case_state was, const struct case_input *in, const struct case_output *out,
	struct why *why) MUST_CHECK;
/* A row of TABLE_MARK whose time has come. */
enum err returning_due(struct fold *f, struct str key, struct why *why) MUST_CHECK;
/* What is the subject's in a row of TABLE_MARK goes, or stays under his alias as the policy in force says. */
enum err returning_erase(struct fold *f, const struct row *row, struct erasure *x, struct why *why) MUST_CHECK;

/* A strong mark, or weak ones of two kinds: one weak one alone tells nothing. */
bool returning_is_sure(const struct returning_case *x);
/* "mail phone" */
struct str returning_words(struct arena *a, uint32_t kinds);
/* With whose ended contracts the customer has marks in common; at most RETURNING_CASES_MAX, those with the most first. */
enum err returning_find(struct fold *f, struct str customer, struct returning_case **ret_list, unsigned *ret_count, struct why *why) MUST_CHECK;
/* What is kept of the customer whose contract that case ended; kinds 0 when nothing is. */
enum err returning_kept(struct fold *f, uint64_t number, uint32_t *ret_kinds, int64_t *ret_until_at, struct why *why) MUST_CHECK;

#endif
