/*
 * A replay: recorded sightings through the fold under given versions of a policy, in virtual time, and which cases come of it.
 *
 * Every act that is released succeeds at once, nobody answers and nobody decides: what is shown is what follows when people
 * keep silent. Whose a sighting is was found when it was judged; classes, services and resellers are those of the registry
 * that is given. Nothing is proved, rendered or sent. The same sightings, registry and versions give the same cases.
 */
#ifndef AUPD_ENGINE_REPLAY_H
#define AUPD_ENGINE_REPLAY_H

#include "attribution/registry.h"
#include "model/case.h"
#include "model/policy.h"
#include "model/sighting.h"

struct replay;

/* A case as it stands at the end. */
struct replay_case {
	struct str customer, group;     /* with which (1-based, by number) they are the case's name in two replays */
	unsigned which;
	uint64_t number;
	struct str clause, rule, ladder;
	struct str *resellers;
	unsigned reseller_count;
	enum case_state state;
	int64_t opened_at;
	uint64_t reports, incidents, strikes;
	unsigned step;                  /* how many steps of its ladder were taken */
	enum verb verb;                 /* the gravest act that is in force or waits for a person */
	bool waits;                     /* that act waits */
};

struct replay_result {
	struct replay_case *cases;      /* by customer, group, which */
	size_t case_count;
	uint64_t sightings;
	uint64_t hits;                  /* sightings that went into a case */
	uint64_t reversed;              /* of them: their case was, in truth, not upheld on appeal */
	uint64_t unjudged;              /* sightings that no rule could be held against: it cannot tell */
	uint64_t persons;               /* sightings that would have been laid before a person */
	uint64_t letters;               /* to customers and resellers */
	uint64_t letters_most;          /* of one day */
};

/*
 * versions rise by their effective time; as_ever: the only one, and it binds whatever happened. Policies and registry must
 * live as long. NULL without memory.
 */
struct replay *replay_new(const struct policy *const *versions, unsigned count, bool as_ever, const struct registry *registry);
void replay_free(struct replay *r);
/* They come in the order of the log. Texts need not outlive the call. */
enum err replay_sighting(struct replay *r, const struct sighting *s, struct why *why) MUST_CHECK;
/* What is due until then happens too; nothing can be added afterwards. Texts live in a. */
enum err replay_end(struct replay *r, int64_t until_at, struct arena *a, struct replay_result *ret_result, struct why *why) MUST_CHECK;

#endif
