/*
 * The letter of a notify act of a case: to whom, in which language, with which words. See fold_case.h.
 *
 * Rendered by the fold so that a replay gives the same text. A case of the sealed class and one that is marked do-not-tell
 * have no letters, whoever asks for them. A notice that lacks what it owes the customer is not made: it goes before a person, and nothing is
 * cut for it (fold_gate.c).
 */
#include "engine/deed.h"
#include "engine/delivery.h"
#include "engine/fold_case.h"
#include "engine/forward.h"
#include "engine/letter.h"
#include "engine/onetime.h"
#include "engine/reporter.h"
#include "policy/owed.h"

const struct step *letter_next(const struct casefile *c, const struct policy *p, unsigned from, int64_t *ret_at)
{
	const struct ladder *l = policy_ladder(p, c->ladder);
	if (case_is_closed(c) || c->state == CASE_REVIEW)
		return NULL;
	for (unsigned i = from; l && i < l->step_count; i++)
		if (l->steps[i].verb >= VERB_END) {
			*ret_at = wait_end(&l->steps[i].after, c->ladder_started_at);
			return &l->steps[i];
		}
	return NULL;
}

/* The notices that stand, a line each: the reporter's own number when it is nothing but one, what it is about, when it came. */
static struct str notices_of(struct arena *a, const struct casefile *c, uint32_t party)
{
	struct str s = STR_NONE;
	for (unsigned i = 0; i < c->notice_count; i++) {
		const struct rights_notice *n = &c->notices[i];
		if (n->retracted || (party && !str_eq(n->reply_to, c->notices[party - 1].reply_to)))
			continue;
		s = str_format(a, "%.*s%s  %.*s  %.*s", STR_ARG(s), s.len ? "\n" : "", STR_ARG(letter_time(a, n->received_at)), STR_ARG(n->about));
	}
	return s;
}

/* Whom a letter that speaks to a reseller speaks to: of a case about a reseller itself, that one. */
static struct str reseller_of(const struct fold *f, const struct casefile *c)
{
	const struct entity *own = registry_customer(f->registry, c->customer, f->now);
	if (own && own->type == ENTITY_RESELLER && str_starts(c->clause, STR("reseller.")))
		return c->customer;
	return c->reseller_count ? c->resellers[c->reseller_count - 1] : STR_NONE;
}

/* The act that a letter tells of: the restriction of the same step, whose keys begin alike. */
static enum err told_act(struct fold *f, const struct casefile *c, const struct act *letter, struct act *act, bool *ret_found, struct why *why)
{
	struct str step = str_sub(letter->key, 0, str_find(letter->key, STR("/notify/")) + 1);
	struct row row;
	enum err e = OK;
	*ret_found = false;
	for (unsigned i = 0; e == OK && letter->target.len && i < c->act_count; i++) {
		if (!str_starts(c->acts[i], step))
			continue;
		struct act other = { 0 };
		e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &other, &row, why);
		if (e == OK && other.verb >= VERB_END) {
			*act = other;
			*ret_found = true;
			break;
		}
		e = e == ERR_NOTFOUND ? OK : e;
	}
	return e;
}

struct values {
	const struct letter_field *fields;
	size_t count;
};

static bool has_value(const void *of, const char *field)
{
	const struct values *v = of;
	for (size_t i = 0; i < v->count; i++)
		if (!strcmp(v->fields[i].name, field))
			return v->fields[i].value.len;
	return false;
}

/* A set of enum owed, by the step of the version now in force. A reseller's and a rights holder's letters, and a person's own words, are no notices. */
static unsigned owed_of(const struct policy *p, const struct casefile *c, const struct act *act, const struct letter_template *t)
{
	const struct ladder *l = policy_ladder(p, c->ladder);
	bool notice = act->verb == VERB_NOTIFY && !act->party && act->step && l && act->step <= l->step_count;
	const struct step *s = notice ? &l->steps[act->step - 1] : NULL;
	return s && (owed_tells(t->name) || str_eq(s->service, t->name)) ? owed_by(s) : 0;
}

static enum err post(struct fold *f, const struct casefile *c, struct act *act, const struct policy *p, struct str to, const struct letter_template *t,
	struct str text, const struct observation *seen, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct str language = t->language;
	/* the text cited is the one that the conduct is judged by; the letter around it is of the version now in force */
	const struct policy *of = fold_policy(f, c->policy);
	const struct clause *cl = policy_clause(of ? of : p, c->clause);
	int64_t next_at = TIME_NONE;
	/* a letter of no step tells of the step that the case has not yet taken */
	const struct step *next = letter_next(c, p, act->step ? act->step : c->next_step, &next_at);
	char number[CASE_TEXT_MAX];
	struct statement st;
	struct act about;
	bool restricts;
	enum err e = told_act(f, c, act, &about, &restricts, why);
	if (e)
		return e;
	statement_default(c->clause, &st);
	case_text(c->number, number);
	if (!act->party)
		act->way = delivery_way(f, to);
	struct str link[ONETIME_PURPOSES] = { STR_NONE };
	struct letter_template written = *t;
	written.body = onetime_without(a, t->body, onetime_of(f, act));
	e = onetime_links(f, c, act, t, link, why);
	if (e)
		return e;
	struct letter l = { .number = c->number, .customer = act->party ? deed_reporter(f, to) : c->customer, .to = to, .reply_to = letter_reply_address(f, act->key),
		.automatic = act->automatic, .attached = act->verb == VERB_FORWARD ? forward_xarf(f, c, act->key, seen) : STR_NONE };
	const struct letter_field fields[] = { { "case", str_of(number) }, { "customer", c->customer }, { "clause", c->clause },
		{ "clause_title", cl ? cl->title : STR_NONE }, { "clause_text", cl ? cl->text : STR_NONE }, { "policy_version", c->policy }, { "because", c->because },
		{ "evidence", letter_evidence(a, language, c) },
		{ "first", letter_time(a, c->first_event_at) }, { "last", letter_time(a, c->last_event_at) },
		{ "part", letter_part(a, language, c) }, { "count", str_format(a, "%llu", (unsigned long long)c->report_count) }, { "source", c->source_text },
		{ "next_step", letter_step(a, language, next) },
		{ "next_at", letter_time(a, c->state == CASE_PAUSED ? TIME_NONE : next_at) },
		{ "deadline", letter_time(a, str_eq(act->service, STR(CASE_REQUEST_LETTER)) ? c->asked_until_at : c->fix_by_at) },
		{ "how_to_answer", letter_how(language) },
		{ "recheck_until", letter_time(a, c->recheck_until_at) }, { "probation", c->probation_us ? span_str(a, c->probation_us) : STR_NONE },
		{ "appeal_until", letter_time(a, c->appeal_until_at) }, { "provider", f->provider }, { "contact", f->contact }, { "reply_address", l.reply_to },
		{ "service", act->target.len ? letter_service(language, act->target) : c->service }, { "fix_within", c->fix_by_at != TIME_NONE ? span_str(a, c->fix_by_at - f->now) : STR_NONE },
		{ "reseller", reseller_of(f, c) }, { "reason", c->resolution },
		{ "status", letter_state(language, c->state) }, { "text", text },
		{ "notice", notices_of(a, c, act->party) }, { "restore_at", letter_time(a, c->restore_at) }, { "restore_by", letter_time(a, c->restore_by_at) },
		{ "implement_at", letter_time(a, c->implement_at) }, { "decision", letter_decision(language, c->decision) },
		{ "reasons", letter_reasons(a, language, c, cl ? &cl->statement : &st, restricts ? &about : NULL) },
		{ "link", link[ONETIME_ANSWER] }, { "link_fixed", link[ONETIME_FIXED] }, { "link_appeal", link[ONETIME_APPEAL] },
		{ "link_acknowledge", link[ONETIME_ACKNOWLEDGE] }, { "link_result", link[ONETIME_RESULT] }, { "link_case", link[ONETIME_PAGE] },
		{ "reporter_reference", act->party ? letter_reference(c->notices[act->party - 1].report_id) : STR_NONE } };
	const struct values values = { fields, sizeof(fields) / sizeof(fields[0]) };
	unsigned lacks = owed_lacks(t, owed_of(p, c, act, t), has_value, &values);
	if (lacks) {
		char words[OWED_TEXT_MAX];
		act->state = ACT_REFUSED;
		/* the address is none the worse for it */
		act->way = STR_NONE;
		act->last_text = str_format(a, "the notice is not complete, it lacks %s", owed_text(lacks, words));
		return OK;
	}
	return letter_post(f, &l, &written, fields, values.count, act, 0, why);
}

/* To a rights holder, in the language that somebody decided for him, or else ours. */
static enum err to_party(struct fold *f, const struct casefile *c, struct act *act, struct str text, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct rights_notice *n = act->party <= c->notice_count ? &c->notices[act->party - 1] : NULL;
	struct reporter_wish wish = { .silent = false };
	enum err e = n ? reporter_wish(f, n->reply_to, n->reporter, &wish, why) : OK;
	const struct letter_template *t = p ? policy_letter(p, wish.language, act->service) : NULL;
	if (e || (t && n && n->reply_to.len))
		return e ? e : post(f, c, act, p, n->reply_to, t, text, NULL, why);
	act->state = ACT_REFUSED;
	act->last_text = t ? STR("the rights holder left no address") : STR("the policy has no such letter");
	return OK;
}

enum err make_letter(struct fold *f, const struct casefile *c, struct act *act, struct str text, const struct observation *seen, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	bool forward = act->verb == VERB_FORWARD && c->reseller_count;
	const struct entity *to = forward ? delivery_contact_of(f, c, c->resellers[c->reseller_count - 1]) : delivery_contact(f, c);
	const struct letter_template *t = p ? policy_letter(p, to ? to->language : STR_NONE, act->service) : NULL;
	if (c->flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS)) {
		act->desired = false;
		act->state = ACT_UNDONE;
		act->last_text = STR("the case is marked do-not-tell");
		return OK;
	}
	if (act->party)
		return to_party(f, c, act, text, why);
	/* a person's own words need none of ours around them */
	const struct letter_template own = { .name = act->service, .subject = STR("[{case}] {provider}"), .body = STR("{text}\n\n{provider}\n{contact}\n") };
	if (!t && p && text.len)
		t = &own;
	if (t && to && to->email.len && f->trial) {
		act->letter = act->key;
		return OK;
	}
	if (t && to && to->email.len)
		return post(f, c, act, p, to->email, t, text, seen, why);
	const char *no = t ? forward ? "the register names no address of the reseller" : "the register names no address of the customer" : "the policy has no such letter";
	if (text.len)
		return why_set(why, ERR_NOTFOUND, "%s", no);
	/* nobody to write to is a letter that came back before it went: the case stands until a person finds another way */
	act->state = ACT_REFUSED;
	act->last_text = str_of(no);
	return OK;
}
