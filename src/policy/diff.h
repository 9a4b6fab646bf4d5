/*
 * What changed between two policy versions, in words for people: document, clauses, rules, ladders, enforcements, letters.
 *
 * Texts are compared as they bind (the paragraph of a clause, the body of a letter), rules and ladders as they act, so that
 * a reordered or reformatted file has no difference. Of a text the sentences are told that are gone or new; of what is new as
 * a whole, what it says.
 */
#ifndef AUPD_POLICY_DIFF_H
#define AUPD_POLICY_DIFF_H

#include "base/json.h"
#include "model/policy.h"

enum { CHANGES_MAX = 10000 };

enum change_type { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_CHANGED };
extern const char *const change_words[];

struct change {
	enum change_type type;
	const char *what;               /* "policy", "clause", "rule", "ladder", "enforcement", "letter" */
	struct str name;                /* "email.unsolicited", "email.unsolicited/several-reporters", "spam", "limit mail", "en/spam-first" */
	struct str part;                /* what of it: "effective", "text", "title", "when", "count"...; "" when all of it */
	struct str before, after;       /* both "" where detail tells it, or it is new or gone as a whole */
	struct str means;               /* of a threshold or a step: what it means, in sentences; "" when it is said already */
	struct str detail;              /* lines that begin with "- " or "+ ", one a sentence or line; "" when there are none, or too many */
};

struct changes {
	struct change *list;
	unsigned count;
	bool unsaid;                    /* clauses say something else, and the new version not whether that is significant */
};

enum diff_unit { DIFF_SENTENCES, DIFF_LINES };
/* diff_text.c: the units of two texts that the other one has not, in order; "" when they are too long for it. */
struct str diff_text(struct arena *a, struct str before, struct str after, enum diff_unit unit);

/* Two texts side by side: what stands in the place of what; one of the two is "" where nothing does. */
struct diff_row {
	struct str before, after;
	bool same;
};

/* diff_text.c: false when they are too long for it, or memory is out. */
bool diff_rows(struct arena *a, struct str before, struct str after, enum diff_unit unit, struct diff_row **ret_rows, unsigned *ret_count) MUST_CHECK;

/* diff_means.c; steps may be NULL: there is none. */
struct rule;
struct str diff_means_count(struct arena *a, const struct rule *before, const struct rule *after);
struct str diff_means_step(struct arena *a, const struct step *before, const struct step *after);

enum err diff_make(struct arena *a, const struct policy *before, const struct policy *after, struct changes *ret_changes) MUST_CHECK;
void diff_print(const struct changes *c, struct buf *out);
/* The changes, and diff_sides.c: each clause and ladder that is not the same, whole, side by side. As members of an object. */
void diff_put(const struct changes *c, struct jsonw *w);
void diff_sides(struct arena *a, const struct policy *before, const struct policy *after, struct jsonw *w);

#endif
