/*
 * Statements of reasons out of a case and its acts. See reasons.h.
 */
#include "engine/reasons.h"

#include "base/time.h"

bool reasons_needed(const struct act *act)
{
	return act->verb >= VERB_LIMIT;
}

static void day(struct jsonw *w, struct arena *a, const char *key, int64_t at)
{
	if (at != TIME_NONE)
		jsonw_str(w, key, str_sub(time_str(a, at), 0, 10));
}

static void list(struct jsonw *w, struct arena *a, const char *key, const char *prefix, const struct str *words, unsigned count)
{
	if (!count)
		return;
	jsonw_array(w, key);
	for (unsigned i = 0; i < count; i++)
		jsonw_str(w, NULL, str_format(a, "%s%.*s", prefix, STR_ARG(words[i])));
	jsonw_end(w, ']');
}

static const struct clause *clause_of(const struct reasons *r)
{
	return policy_clause(r->policy, r->c->clause);
}

/* What is restricted and until when. An end that nobody has set stays null: until it is lifted. */
static void restriction(struct arena *a, const struct reasons *r, const struct statement *st, struct jsonw *w)
{
	const struct act *act = r->act;
	bool whole = str_eq(act->service, STR("all")), seen = act->verb == VERB_LIMIT && st->visibility.len && str_eq(st->limited, act->service);
	const char *end = seen ? "end_date_visibility_restriction" : "end_date_service_restriction";
	if (seen)
		list(w, a, "decision_visibility", "DECISION_VISIBILITY_", &st->visibility, 1);
	else if (act->verb == VERB_TERMINATE)
		jsonw_str(w, "decision_provision", whole ? STR("DECISION_PROVISION_TOTAL_TERMINATION") : STR("DECISION_PROVISION_PARTIAL_TERMINATION"));
	else
		jsonw_str(w, "decision_provision", whole && act->verb == VERB_SUSPEND ? STR("DECISION_PROVISION_TOTAL_SUSPENSION")
			: STR("DECISION_PROVISION_PARTIAL_SUSPENSION"));
	if (act->expires_at == TIME_NONE)
		jsonw_null(w, end);
	else
		day(w, a, end, act->expires_at);
}

static void ground(struct arena *a, const struct reasons *r, const struct statement *st, struct jsonw *w)
{
	const struct clause *c = clause_of(r);
	if (st->law.len) {
		jsonw_str(w, "decision_ground", STR("DECISION_GROUND_ILLEGAL_CONTENT"));
		jsonw_str(w, "illegal_content_legal_ground", st->law);
		jsonw_str(w, "illegal_content_explanation", st->explains);
	} else {
		jsonw_str(w, "decision_ground", STR("DECISION_GROUND_INCOMPATIBLE_CONTENT"));
		jsonw_str(w, "incompatible_content_ground", str_format(a, "Acceptable use policy, version %.*s, clause %.*s \"%.*s\"", STR_ARG(r->policy->version),
			STR_ARG(c->id), STR_ARG(c->title)));
		/* without words of its own the clause explains itself by its paragraph; without either the check says so */
		struct str why = st->explains.len ? st->explains : c->text;
		if (why.len)
			jsonw_str(w, "incompatible_content_explanation", why);
	}
	if (st->reference.len)
		jsonw_str(w, "decision_ground_reference_url", st->reference);
}

static struct str counted(struct arena *a, uint64_t n, const char *one, const char *many)
{
	return str_format(a, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

static struct str second(struct arena *a, int64_t at)
{
	return time_str(a, at - at % SECOND_US);
}

static bool by_rule(const struct casefile *c)
{
	return str_eq(c->opened_by, STR("rule"));
}

static const char *const parts[] = { [PART_UNTOLD] = "", [PART_HELPER] = "others acted, and what the customer offers helped them",
	[PART_ACTOR] = "the customer acted himself", [PART_STORED] = "the content is stored with the customer", [PART_SENT] = "the customer sent the content",
	[PART_SHOWN] = "the customer shows the content" };

static struct str part_said(struct arena *a, enum part p, struct str by)
{
	return p ? str_format(a, " %s, %s.", by.len ? "As one of the provider's people found" : "By the reports", parts[p]) : STR("");
}

static struct str facts(struct arena *a, const struct reasons *r)
{
	const struct casefile *c = r->c;
	struct str s = by_rule(c) ? str_format(a, "Rule %.*s of clause %.*s held.", STR_ARG(c->rule), STR_ARG(c->clause))
		: str_format(a, "One of the provider's people opened the case under clause %.*s.", STR_ARG(c->clause));
	if (c->report_count)
		s = str_format(a, "%.*s It rests on %.*s of %.*s", STR_ARG(s), STR_ARG(counted(a, c->report_count, "report", "reports")),
			STR_ARG(counted(a, c->incident_count, "incident", "incidents")));
	if (c->report_count && c->first_event_at != TIME_NONE)
		s = str_format(a, "%.*s, the first at %.*s, the last at %.*s", STR_ARG(s), STR_ARG(second(a, c->first_event_at)), STR_ARG(second(a, c->last_event_at)));
	s = str_format(a, "%.*s%s%.*s%.*s", STR_ARG(s), c->report_count ? "." : "", STR_ARG(part_said(a, c->role, c->role_by)),
		STR_ARG(part_said(a, c->content, c->content_by)));
	return str_format(a, "%.*s Measure: %s, service %.*s.", STR_ARG(s), verb_words[r->act->verb], STR_ARG(r->act->service));
}

struct str reasons_source(const struct casefile *c, const struct statement *st)
{
	return st->source.len ? st->source : by_rule(c) && c->report_count ? STR("TYPE_OTHER_NOTIFICATION") : STR("VOLUNTARY");
}

enum reasons_decided reasons_decided(const struct casefile *c, const struct act *act)
{
	if (act && !act->automatic)
		return DECIDED_BY_PERSON;
	return (act && act->approver_count) || c->decider_count || !by_rule(c) ? DECIDED_BY_BOTH : DECIDED_BY_RULE;
}

static const char *const decided[] = { [DECIDED_BY_RULE] = "AUTOMATED_DECISION_FULLY", [DECIDED_BY_BOTH] = "AUTOMATED_DECISION_PARTIALLY",
	[DECIDED_BY_PERSON] = "AUTOMATED_DECISION_NOT_AUTOMATED" };

void reasons_write(struct arena *a, const struct reasons *r, struct jsonw *w)
{
	const struct statement *st = &clause_of(r)->statement;
	jsonw_object(w, NULL);
	restriction(a, r, st, w);
	ground(a, r, st, w);
	jsonw_str(w, "category", str_format(a, "STATEMENT_CATEGORY_%.*s", STR_ARG(st->category)));
	list(w, a, "category_specification", "KEYWORD_", st->keywords, st->keyword_count);
	list(w, a, "content_type", "CONTENT_TYPE_", st->contents, st->content_count);
	if (st->content_other.len)
		jsonw_str(w, "content_type_other", st->content_other);
	list(w, a, "territorial_scope", "", st->territories, st->territory_count);
	day(w, a, "content_date", r->c->first_event_at);
	day(w, a, "application_date", r->applied_at);
	jsonw_str(w, "decision_facts", facts(a, r));
	jsonw_str(w, "source_type", str_format(a, "SOURCE_%.*s", STR_ARG(reasons_source(r->c, st))));
	jsonw_str(w, "automated_detection", st->detected ? STR("Yes") : STR("No"));
	jsonw_str(w, "automated_decision", str_of(decided[reasons_decided(r->c, r->act)]));
	jsonw_str(w, "puid", r->id);
	jsonw_end(w, '}');
}
