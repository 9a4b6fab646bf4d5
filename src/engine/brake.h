/*
 * Brakes over all cases: how many customers a machine may cut off before a person looks, and when it may cut off none.
 *
 * They are asked when an automatic suspension or termination is about to be handed over. What is beyond a budget is held for a person,
 * never dropped, and no later hour lets it go by itself. A breaker, once open, holds all that it is about until enforcement is switched
 * on anew: of a rule that hits too many customers within BRAKE_RULE_MINUTES, of everything when too many results are bad. While a feed
 * that is heard has a hole, nobody is cut off by itself either. What a person approved passes, and is not counted here.
 *
 * Counted in rows that go by themselves after a day; customers and reporters stand there as keyed digests. The hand counts again, for itself.
 */
#ifndef AUPD_ENGINE_BRAKE_H
#define AUPD_ENGINE_BRAKE_H

#include "engine/fold.h"

enum { BRAKE_RULE_MINUTES = 10, BRAKE_RESULTS = 20, BRAKE_BAD_PERCENT = 20, BRAKE_FEED_MINUTES = 15, BRAKE_LIST_MAX = 10000 };
/* Keys of TABLE_SWITCH: an open breaker, "all" or the name of a rule behind it. */
#define BRAKE_OPEN "breaker/"

struct brakes {
	uint64_t per_hour, per_day;             /* of all */
	uint64_t per_rule;                      /* customers of one rule within BRAKE_RULE_MINUTES: one more opens its breaker */
	uint64_t per_reseller, per_reporter;    /* a day; of a reporter on whom alone a case rests */
	unsigned opened, held;                  /* how often, since whoever owns this looked last */
};

/* HOLD_BUDGET or HOLD_BREAKER in the act, with why in last_text, and GATE_HOLD; or it is counted and goes. */
enum err brake_gate(struct fold *f, const struct casefile *c, struct act *act, enum gate *ret_gate, struct why *why) MUST_CHECK;
/* What became of a limit, suspension or termination that was tried. */
enum err brake_result(struct fold *f, const struct act *act, enum act_op op, enum act_result result, struct why *why) MUST_CHECK;

#endif
