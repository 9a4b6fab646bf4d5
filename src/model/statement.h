/*
 * The words of a statement of reasons (Regulation (EU) 2022/2065, Article 17), as the Commission's transparency database
 * spells them; and what of it only a policy knows, with defaults by clause.
 *
 * Words are kept without the prefix of their kind: "SCAMS_AND_FRAUD", not "STATEMENT_CATEGORY_SCAMS_AND_FRAUD". Lengths are
 * counted in characters.
 */
#ifndef AUPD_MODEL_STATEMENT_H
#define AUPD_MODEL_STATEMENT_H

#include <stdbool.h>

#include "base/str.h"

enum { STATEMENT_SHORT_MAX = 500, STATEMENT_LONG_MAX = 2000, STATEMENT_FACTS_MAX = 5000, STATEMENT_LIST_MAX = 32 };

/* NULL-terminated. Of the database's keywords those that a network provider may need. */
extern const char *const statement_categories[], *const statement_keywords[], *const statement_contents[], *const statement_territories[],
	*const statement_visibilities[], *const statement_sources[];

/* The block "statement" of a clause. "" = not said. */
struct statement {
	bool given;                     /* the clause has such a block */
	struct str law;                 /* the legal ground; without one the clause is the ground */
	struct str explains;            /* why it applies; without it the clause's paragraph */
	struct str category;
	struct str keywords[STATEMENT_LIST_MAX], contents[STATEMENT_LIST_MAX], territories[STATEMENT_LIST_MAX];
	unsigned keyword_count, content_count, territory_count;
	struct str content_other;       /* which, when the contents name OTHER */
	struct str limited, visibility; /* a limit of this kind of service restricts what is seen of content, in this way */
	struct str reference;           /* a page that states the ground */
	struct str source;              /* who told; without it reports are notices of others, and a case that a person opened is of own initiative */
	bool detected;                  /* what it rests on was found by automated means of the provider */
};

/* What holds for a clause that says nothing else. */
void statement_default(struct str clause, struct statement *ret_statement);
size_t statement_length(struct str text);
bool statement_has(const char *const *list, struct str word);

#endif
