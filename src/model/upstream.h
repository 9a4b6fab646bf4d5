/*
 * A complaint that an upstream provider passed on to us, of whom we are a reseller: under which number it knows it, by when it wants the
 * result, and what we said. Kept by UPSTREAM "/" REFERENCE; it says neither what was complained about nor about whom.
 */
#ifndef AUPD_MODEL_UPSTREAM_H
#define AUPD_MODEL_UPSTREAM_H

#include "base/time.h"
#include "model/field.h"

/* KEPT_DAYS: after the deadline, or after our result. MARGIN_HOURS: what is left of the upstream's time when the customer's is over. */
enum { UPSTREAM_REFERENCE_MAX = 80, UPSTREAM_KEPT_DAYS = 400, UPSTREAM_MARGIN_HOURS = 4 };

enum upstream_state { UPSTREAM_NONE, UPSTREAM_RECEIVED, UPSTREAM_OVERDUE, UPSTREAM_ANSWERED };
extern const char *const upstream_state_words[];

struct upstream_case {
	struct str upstream;            /* as the configuration names it */
	struct str reference;           /* the upstream's number of it */
	struct str reply_to;            /* where it hears us; of the last mail */
	enum upstream_state state;
	struct str result;              /* the word that was told; "" = none yet */
	uint64_t number;                /* of the case here; 0 = of none yet */
	int64_t received_at, due_at, answered_at;       /* due_at: TIME_NONE = it names none */
	uint32_t rounds;                /* how often it was passed on anew after a result */
};

extern const struct field upstream_case_fields[];

#endif
