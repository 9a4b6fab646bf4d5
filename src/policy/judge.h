/*
 * Holding an observation and its subject against the rules of one policy version.
 *
 * Pure: the windows that rules count over come from and go to the caller. Each condition answers yes, no or cannot tell; a
 * rule fires only when all say yes, and one that could not be judged is named, never read as no.
 *
 * Cannot tell: every condition and every rule while attribution cannot tell; `customer class` and `service` without an entry
 * in the registry; `fact`, `port`, `role` and `content` when the report does not say; `reporter reputation` of a new reporter. A fired rule fires again with every further event of its
 * window. Who shows what another reporter showed before counts as that one. The time of an event is never later than its receipt. A reporter who is not verified counts as one event a report,
 * however many incidents he claims.
 */
#ifndef AUPD_POLICY_JUDGE_H
#define AUPD_POLICY_JUDGE_H

#include "model/finding.h"
#include "policy/load.h"

/* The windows: bodies of TABLE_WINDOW rows. load gives STR_NONE when there is none. */
struct window_source {
	enum err (*load)(void *arg, struct str key, struct str *ret_body);
	enum err (*save)(void *arg, struct str key, struct str body, int64_t due_at);
	void *arg;
};

struct judgement {
	struct finding findings[FINDINGS_MAX];
	unsigned count;
	struct finding counted[FINDINGS_MAX];   /* rules that counted the event and have not fired: no sentence, no terms */
	unsigned counted_count;
	struct cannot_tell cannot[FINDINGS_MAX];
	unsigned cannot_count;
};

/* What the registry says about the subject that rules may ask for. */
struct subject_facts {
	struct str customer_class, service_kind, permitted_use;
};

enum err judge(struct arena *a, const struct policy *p, const struct observation *o, const struct subject *s, const struct subject_facts *facts,
	const struct window_source *windows, struct judgement *ret_judgement, struct why *why) MUST_CHECK;
/* Takes an observation that was judged before back out of the windows it counted in: its report has been withdrawn. */
enum err judge_take_back(struct arena *a, const struct policy *p, const struct observation *o, const struct subject *s, const struct subject_facts *facts,
	const struct window_source *windows, struct why *why) MUST_CHECK;

#endif
