/*
 * The clause ids: every obligation an acceptable-use policy asks of the product. clause.def is the only list.
 */
#ifndef AUPD_MODEL_CLAUSE_H
#define AUPD_MODEL_CLAUSE_H

#include <stdbool.h>

#include "base/str.h"

enum clause_duty {
	CLAUSE_RULES,           /* rules can judge it */
	CLAUSE_MANUAL,          /* only people may judge it: may be `manual` in a policy */
	CLAUSE_PRODUCT,         /* to be kept by the product itself (registry, versions, disclosure): no rule judges it */
};

struct clause_info {
	const char *id, *title;
	enum clause_duty duty;
	const char *does, *lacks;       /* of PRODUCT: what the product does for it today and what it does not do yet; "" = nothing */
};

extern const struct clause_info clause_table[];         /* closed by a NULL id */
const struct clause_info *clause_find(struct str id);   /* NULL when there is none */

#endif
