/*
 * What a policy version says, as everything but its loader sees it: clauses, ladders and their steps, enforcements.
 *
 * Made by src/policy from the block language, kept for as long as any case cites the version, read by cases and engine.
 * All memory is the policy's own arena. Rules and their predicates are private to src/policy.
 */
#ifndef AUPD_MODEL_POLICY_H
#define AUPD_MODEL_POLICY_H

#include "base/calendar.h"
#include "base/digest.h"
#include "model/field.h"
#include "model/quiet.h"
#include "model/statement.h"

enum { LADDER_STEPS_MAX = 32, POLICY_CLAUSES_MAX = 256, POLICY_ENFORCEMENTS_MAX = 64, POLICY_CALENDARS_MAX = 32, ENFORCE_PARAMS_MAX = 8 };

/*
 * Rising; a ladder never falls. Task, advise, ask and forward stand beside the order. From END on the customer feels it; from LIMIT on it
 * lasts until it is lifted. END is over when it is done: what runs is ended, and may begin anew.
 */
enum verb { VERB_NONE, VERB_ADVISE, VERB_TASK, VERB_ASK, VERB_NOTIFY, VERB_FORWARD, VERB_END, VERB_LIMIT, VERB_SUSPEND, VERB_TERMINATE };
extern const char *const verb_words[];

enum step_unless { UNLESS_NONE, UNLESS_ANSWERED, UNLESS_RESOLVED };
extern const char *const step_unless_words[];

enum severity { SEVERITY_NONE, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
extern const char *const severity_words[];

/* A span; or, when by is set, business days by that calendar (base/calendar.h). */
struct wait {
	int64_t us;
	unsigned days;
	const struct calendar *by;
};

struct step {
	struct wait after;              /* from the opening of the case; nothing = at once */
	enum verb verb;
	struct str service;             /* END, LIMIT, SUSPEND: kind of service, "offending", "all"; NOTIFY, ADVISE, FORWARD: name of the letter; TASK, ASK: the text */
	struct wait fix;                /* NOTIFY, FORWARD: the deadline the letter sets; nothing = none */
	enum step_unless unless;
	unsigned approvals;             /* people who must approve before it is done; TERMINATE: at least 2 */
	int64_t review_within_us;       /* an emergency step: a person looks within this span; 0 = none */
	bool may_wait;                  /* NOTIFY: the letter may wait for the digest of the account; ADVISE: always */
	bool quiet;                     /* TASK, and what is done: in the quiet hours of the policy */
	int64_t for_us;                 /* the act lapses by itself after this; 0 = until lifted */
};

/* What follows a counter-notice of the customer; letters may be "". */
struct counter {
	bool given;
	struct wait restore, latest;    /* from its receipt: put back; a person is called when it could not be put back by then */
	struct str incomplete, forward, restored, stayed;
};

/* What follows the notice of a pending proceeding over a domain name; stayed may be "". */
struct proceeding_rules {
	bool given;
	struct wait lock;               /* from the receipt of the notice */
	struct wait implement;          /* from the decision; nothing = at once */
	struct wait release;            /* from the notice that it ended without one, or with one for the customer */
	struct str locked, decided, stayed, released;
};

struct ladder {
	struct str name;
	struct step *steps;
	unsigned step_count;
	int64_t forget_us;              /* a resolved case no longer counts after this */
	bool emergency;
	struct counter counter;
	struct proceeding_rules proceeding;
};

/* What carries out a verb on a kind of service: a driver with its words, or a task for a person. */
struct enforcement {
	enum verb verb;                 /* END, LIMIT, SUSPEND or TERMINATE */
	struct str service;             /* kind of service: "mail", "access", "web"... */
	struct str driver;              /* "nft", "webhook", "null", "task" */
	struct str params[ENFORCE_PARAMS_MAX];  /* as written behind the driver's name */
	unsigned param_count;
	struct str then;                /* LIMIT, SUSPEND, TERMINATE: the driver that ends what runs once the act is in force; or nothing */
};

struct clause {
	struct str id, title, group;
	struct str text;                /* its paragraph of the posted document */
	struct digest text_digest;
	bool manual, product, sealed, unused;
	struct str reason;              /* of manual and unused: the review; of product: how it is kept */
	struct str task;                /* of manual: what a person is asked to do */
	struct statement statement;
};

/* How cases of resellers' customers are dealt with, and what is expected of the resellers. */
struct reseller_rules {
	struct str ladder;              /* takes the place of a rule's own ladder; "" = resellers are not treated apart */
	int64_t window_us;              /* what the scorecard counts lies no further back */
	int64_t back_us;                /* what was said to be fixed and happens again within this time came back */
	int64_t acknowledge_us;         /* each acknowledges a version so long after it was posted; 0 = nobody is asked */
	uint32_t open, late, repeated, back;    /* with so many the scorecard is failing; 0 = it does not matter */
};

struct letter_template {
	struct str language, name;      /* "en", "spam-first" */
	struct str subject, body;
};

struct policy {
	struct str name, version;
	int64_t posted_at, effective_at;
	bool significant;               /* against the version before it: those whom it binds are told */
	bool significance_said;         /* yes or no stands there */
	bool tells_reporters;           /* who wrote by mail is told what became of his report: by itself at its end, and when he asks */
	struct digest text_digest;      /* of the posted document */
	struct digest digest;           /* of everything: document, rules, letters */
	struct clause *clauses;
	unsigned clause_count;
	struct ladder *ladders;
	unsigned ladder_count;
	struct enforcement *enforcements;
	unsigned enforcement_count;
	struct calendar *calendars;
	unsigned calendar_count;
	struct letter_template *letters;
	unsigned letter_count;
	int64_t proof_us;               /* a letter that has not come back for so long after it was handed over has arrived */
	int zone_minutes;               /* how far the provider's day is ahead of UTC: the hours of digests */
	struct quiet_hours quiet;       /* of that day */
	int64_t recheck_us;             /* what is said to be mended must keep quiet for so long */
	int64_t marks_us;               /* the marks of a customer whose contract was ended are kept for so long; 0 = not at all */
	bool marks_outlive;             /* they stay when he is erased, until then */
	struct str *languages;          /* the first is the fallback */
	unsigned language_count;
	struct reseller_rules resellers;
	struct rules *rules;            /* src/policy's own */
};

bool wait_given(const struct wait *w);
/* When it is over that began at from_at. */
int64_t wait_end(const struct wait *w, int64_t from_at);

const struct calendar *policy_calendar(const struct policy *p, struct str name);
const struct clause *policy_clause(const struct policy *p, struct str id);
/* A clause is new or gone, or its paragraph says something else. */
bool policy_reworded(const struct policy *before, const struct policy *after);
const struct ladder *policy_ladder(const struct policy *p, struct str name);
const struct enforcement *policy_enforcement(const struct policy *p, enum verb verb, struct str service);
/* In the language, else in the fallback language; NULL when there is none of that name. */
const struct letter_template *policy_letter(const struct policy *p, struct str language, struct str name);

/* The letter that a significant version is told of with. */
#define POLICY_CHANGED_LETTER STR("policy-changed")
#define POLICY_ACKNOWLEDGE_LETTER STR("reseller-acknowledge")
#define POLICY_PLAN_LETTER STR("review-plan")
#define POLICY_STATUS_LETTER STR("reporter-status")

#endif
