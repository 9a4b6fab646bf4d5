/*
 * The order of the stops for an observation: seen before?, whose, which rules, which cases. See fold.h.
 */
#include "engine/fold.h"

#include "engine/deed.h"
#include "engine/earlier.h"
#include "engine/fold_case.h"
#include "engine/forward.h"
#include "engine/queue.h"
#include "engine/receipt.h"
#include "engine/reporter.h"
#include "engine/upstream.h"

enum { PARK_FIRST_US_MINUTES = 15, PARK_GIVE_UP_DAYS = 7, SEEN_DAYS = 400, MERGES_MAX = 8, SHOWN_LEN = 16 };

const char *const fate_words[] = { "none", "duplicate", "counted", "case", "not-ours", "parked", "person", "retracted", "over-cap", "discarded", NULL };

const struct policy *fold_policy_at(const struct fold *f, int64_t at)
{
	const struct policy *found = NULL;
	for (unsigned i = 0; i < f->policy_count; i++)
		if (f->policies[i]->effective_at <= at)
			found = f->policies[i];
	return found;
}

const struct policy *fold_policy(const struct fold *f, struct str version)
{
	for (unsigned i = 0; i < f->policy_count; i++)
		if (str_eq(f->policies[i]->version, version))
			return f->policies[i];
	return NULL;
}

enum err fold_find_case(struct fold *f, uint64_t number, struct casefile *ret_case, struct row *ret_row, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct row index;
	enum err e = work_get(f->work, TABLE_COUNTER, str_format(a, "number/%llu", (unsigned long long)number), &index, why);
	if (e)
		return e;
	*ret_case = (struct casefile){ 0 };
	e = index.version ? work_load(f->work, TABLE_CASE, index.body, casefile_fields, ret_case, ret_row, why) : ERR_NOTFOUND;
	if (e == ERR_NOTFOUND)
		return why_set(why, e, "there is no case C-%llu", (unsigned long long)number);
	return e;
}

/* The same report again: same reporter, same id of the report, same thing at the same time. */
static enum err seen_before(struct fold *f, const struct observation *o, bool *ret_seen, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	struct row row;
	struct str text = str_format(a, "%.*s\n%.*s\n%.*s\n%s\n%u\n%lld", STR_ARG(o->reporter), STR_ARG(o->report_id), STR_ARG(o->source.text),
		kind_info(o->kind)->name, o->source.port, (long long)o->event_at);
	*ret_seen = false;
	/* a replay is told no second copies */
	if (!o->report_id.len || f->trial)
		return OK;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, text, &d);
	enum err e = work_get(f->work, TABLE_SEEN, digest_hex(a, &d), &row, why);
	if (e)
		return e;
	*ret_seen = row.version != 0;
	if (*ret_seen)
		return OK;
	row.due_at = f->now + SEEN_DAYS * DAY_US;
	row.body = STR("{}");
	return work_put(f->work, &row, why);
}

/* A decoder's digest would tell who has the same message; once it is keyed it stays as it is. */
static struct str keyed(struct fold *f, struct str shown)
{
	struct digest d;
	if (shown.len != 2 * DIGEST_LEN)
		return shown;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_format(work_arena(f->work), "shown/%.*s", STR_ARG(shown)), &d);
	return str_sub(digest_hex(work_arena(f->work), &d), 0, SHOWN_LEN);
}

struct str fold_parked_key(struct fold *f, const struct observation *o)
{
	char at[POSITION_TEXT_MAX];
	position_print(&o->at, at);
	return str_format(work_arena(f->work), "%u.%s", f->source, at);
}

/* The spool is trimmed while it waits, and what comes of it later has its evidence all the same. */
static enum err put_parked(struct fold *f, struct row *row, const struct observation *o, struct why *why)
{
	struct observation kept = *o;
	enum err e = OK;
	if (f->keep && !kept.raw.len && !kept.of_sealed && !(kind_info(o->kind)->flags & KIND_SEALED))
		e = f->keep(f->keep_arg, &o->at, FOLD_PARKED, &kept.raw, why);
	if (e == OK)
		e = queue_parked(f, row->key, o, str_eq(row->state, OVER_CAP_STATE), why);
	return e ? e : work_store(f->work, row, observation_fields, &kept, why);
}

enum err fold_unpark(struct fold *f, struct str key, const struct observation *o, enum fate fate, struct why *why)
{
	enum err e = OK;
	if (f->drop && o->raw.len && fate != FATE_CASE && fate != FATE_PERSON)
		e = f->drop(f->keep_arg, o->raw, why);
	return e ? e : work_delete(f->work, TABLE_PARKED, key, why);
}

/* reason: why it cannot be told now, for the queue of what waits; words of ours, about nobody. */
static enum err park(struct fold *f, const struct observation *o, struct str reason, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_PARKED, fold_parked_key(f, o), &row, why);
	if (e)
		return e;
	int64_t waited = row.version && !str_eq(row.state, OVER_CAP_STATE) ? row.rank : 0;
	int64_t wait = waited ? waited * 2 : PARK_FIRST_US_MINUTES * MINUTE_US;
	row.due_at = f->now + (wait < DAY_US ? wait : DAY_US);
	row.rank = wait < DAY_US ? wait : DAY_US;
	row.owner = STR("");
	row.state = reason;
	return put_parked(f, &row, o, why);
}

/* Over its reporter's cap: it is judged when there is room. */
static enum err park_over(struct fold *f, const struct observation *o, int64_t until, struct why *why)
{
	struct row row = { .table = TABLE_PARKED, .key = fold_parked_key(f, o), .owner = deed_reporter(f, o->reporter), .state = OVER_CAP_STATE, .due_at = until,
		.rank = o->received_at };
	return put_parked(f, &row, o, why);
}

static enum err park_or_ask(struct fold *f, const struct observation *o, struct fold_result *r, const char *reason, struct why *why)
{
	r->fate = f->now - o->received_at > PARK_GIVE_UP_DAYS * DAY_US ? FATE_PERSON : FATE_PARKED;
	struct str waits = r->subject.ours != OURS_CANNOT_TELL ? STR("the rules cannot be judged") : r->subject.reason_count ? r->subject.reasons[0]
		: STR("whose it was cannot be told");
	return r->fate == FATE_PARKED ? park(f, o, waits, why) : before_person(f, o, reason, why);
}

static enum err load_window(void *arg, struct str key, struct str *ret_body)
{
	struct fold *f = arg;
	struct row row;
	enum err e = work_get(f->work, TABLE_WINDOW, key, &row, NULL);
	if (e == OK)
		*ret_body = row.version ? row.body : STR_NONE;
	return e;
}

static enum err save_window(void *arg, struct str key, struct str body, int64_t due_at)
{
	struct fold *f = arg;
	/* no index of due times: a window moves with every event */
	struct row row = { .table = TABLE_WINDOW, .key = key, .due_at = TIME_NONE, .rank = due_at == TIME_NONE ? 0 : due_at, .body = body };
	return work_put(f->work, &row, NULL);
}

struct window_source fold_windows(struct fold *f)
{
	return (struct window_source){ load_window, save_window, f };
}

struct subject_facts fold_facts(const struct fold *f, const struct subject *s)
{
	const struct entity *c = registry_find(f->registry, ENTITY_CUSTOMER, s->customer), *service = registry_find(f->registry, ENTITY_SERVICE, s->service);
	return (struct subject_facts){ c ? c->class_name : STR_NONE, service ? service->kind : STR_NONE, service ? service->permitted_use : STR_NONE };
}

/* Two reports are of one incident when they say the same of the same thing; time is the case's to compare. */
struct str incident_key(struct fold *f, const struct observation *o)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	/* a meter's signal has a name of its own instead of a kind */
	struct str what = o->kind == KIND_UNCLASSIFIED ? o->kind_text : str_of(kind_info(o->kind)->name);
	struct str text = str_format(a, "%.*s\n%.*s\n%u", STR_ARG(what), STR_ARG(o->source.text), o->source.port);
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, text, &d);
	return str_sub(digest_hex(a, &d), 0, 16);
}

enum err follow_merged(struct fold *f, struct casefile *c, struct row *row, struct why *why)
{
	for (int i = 0; i < MERGES_MAX && c->state == CASE_MERGED; i++) {
		struct casefile into;
		struct row into_row;
		uint64_t number;
		if (case_parse(c->merged_into, &number) != OK)
			return OK;
		enum err e = fold_find_case(f, number, &into, &into_row, why);
		if (e)
			return e == ERR_NOTFOUND ? OK : e;
		*c = into;
		*row = into_row;
	}
	return OK;
}

/* The open case of the customer's group, one to reopen, or a new one when the last is forgotten. */
static enum err case_for(struct fold *f, const struct subject *s, struct str group, struct casefile *c, struct row *row, struct why *why)
{
	struct casefile first = { 0 };
	struct row first_row;
	enum err e = work_load(f->work, TABLE_CASE, case_key(work_arena(f->work), s->customer, group, 0), casefile_fields, &first, &first_row, why);
	if (e == ERR_NOTFOUND)
		return new_case(f, s->customer, group, 0, c, row, why);
	*c = first;
	*row = first_row;
	if (e == OK)
		e = follow_merged(f, c, row, why);
	if (e)
		return e;
	const struct policy *p = fold_policy_at(f, f->now);
	if (!case_is_forgotten(c, p ? policy_ladder(p, c->ladder) : NULL, f->now))
		return OK;
	e = case_aside(f, &first, &first_row, why);
	return e ? e : new_case(f, s->customer, group, 0, c, row, why);
}

static enum err into_case(struct fold *f, const struct observation *o, const struct subject *s, const struct finding *found, uint64_t *ret_number, struct why *why)
{
	struct casefile c;
	struct row row;
	enum err e = case_for(f, s, found->group, &c, &row, why);
	if (e)
		return e;
	struct finding taken = *found;
	e = forward_ladder(f, s, found, &taken.ladder, why);
	if (e)
		return e;
	struct case_input in = { .type = INPUT_FINDING, .finding = &taken, .observation = o, .subject = s, .incident_key = incident_key(f, o),
		.service = fold_facts(f, s).service_kind };
	*ret_number = c.number;
	bool open = found->weight != WEIGHT_SEALED && !(c.flags & CASE_SEALED_CLASS) && !(kind_info(o->kind)->flags & KIND_SEALED);
	if (open && o->raw.len)
		in.raw = o->raw;
	else if (o->raw.len && f->drop)
		e = f->drop(f->keep_arg, o->raw, why);
	else if (open && f->keep)
		e = f->keep(f->keep_arg, &o->at, s->customer, &in.raw, why);
	if (e == OK)
		e = earlier_take(f, s, found, &in, why);
	if (e == OK)
		e = step_case(f, &row, &c, &in, why);
	for (unsigned i = 0; e == OK && i < in.earlier_count; i++)
		e = receipt_join(f, in.earlier[i].seen.receipt, c.number, why);
	return e;
}

/* Of several findings in one group the gravest speaks; an earlier rule wins among equals. */
static bool outweighed(const struct judgement *j, unsigned i)
{
	for (unsigned k = 0; k < j->count; k++) {
		if (k == i || !str_eq(j->findings[k].group, j->findings[i].group))
			continue;
		if (j->findings[k].severity > j->findings[i].severity || (j->findings[k].severity == j->findings[i].severity && k < i))
			return true;
	}
	return false;
}

/* Counted, and nothing came of it yet: once a group in which no rule fired. */
static enum err remember(struct fold *f, const struct observation *o, const struct subject *s, const struct policy *p, const struct judgement *j, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < j->counted_count; i++) {
		const struct clause *cl = policy_clause(p, j->counted[i].clause);
		bool told = cl && cl->sealed;
		for (unsigned k = 0; k < j->count; k++)
			told |= str_eq(j->findings[k].group, j->counted[i].group);
		for (unsigned k = 0; k < i; k++)
			told |= str_eq(j->counted[k].group, j->counted[i].group);
		if (!told)
			e = earlier_remember(f, o, s, &j->counted[i], why);
	}
	return e;
}

/* No rule said yes, and one may once the register knows more: it is tried again, and never read as no. */
static bool cannot_tell_yet(const struct judgement *j)
{
	bool later = false;
	for (unsigned i = 0; i < j->cannot_count; i++)
		later |= j->cannot[i].later;
	return later && !j->count && !j->counted_count;
}

/* No case and no clock: what is missing is asked for, and what comes then is judged anew. */
static enum err ask_reporter(struct fold *f, const struct observation *o, const struct finding *found, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct reporter_answer x = { .letter = str_c(a, found->ladder), .to = o->reply_to, .name = o->reporter, .language = o->language, .receipt = o->receipt, .reference = o->report_id,
		.source = o->source.text, .reason = notice_missing(a, o), .received_at = o->received_at, .event_at = o->event_at };
	return o->reply_to.len ? fold_answer(f, &x, why) : before_person(f, o, "the notice is not complete, and its sender left no address", why);
}

static enum err judge_into(struct fold *f, const struct observation *o, const struct policy *p, struct judgement *j, struct fold_result *r, struct why *why)
{
	struct window_source windows = fold_windows(f);
	struct subject_facts facts = fold_facts(f, &r->subject);
	enum err e = judge(work_arena(f->work), p, o, &r->subject, &facts, &windows, j, why);
	if (e)
		return e;
	if (cannot_tell_yet(j))
		return park_or_ask(f, o, r, "no rule could be judged after a week of trying", why);
	r->fate = FATE_COUNTED;
	if (!(kind_info(o->kind)->flags & KIND_SEALED))
		e = remember(f, o, &r->subject, p, j, why);
	for (unsigned i = 0; e == OK && i < j->count; i++) {
		if (outweighed(j, i))
			continue;
		if (j->findings[i].weight == WEIGHT_ASK) {
			e = ask_reporter(f, o, &j->findings[i], why);
			r->asked = true;
			continue;
		}
		e = into_case(f, o, &r->subject, &j->findings[i], &r->number, why);
		r->fate = FATE_CASE;
	}
	return e;
}

static enum err judged(struct fold *f, const struct observation *o, const struct policy *p, struct fold_result *r, struct why *why)
{
	struct arena_mark mark = arena_mark(work_scratch(f->work));
	struct judgement *j = ARENA_NEW(work_scratch(f->work), struct judgement);
	enum err e = j ? judge_into(f, o, p, j, r, why) : why_set(why, ERR_NOMEM, "no memory to judge");
	arena_rewind(work_scratch(f->work), mark);
	return e;
}

enum err fold_known(struct fold *f, const struct observation *o, const struct subject *s, struct fold_result *ret_result, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	*ret_result = (struct fold_result){ .fate = FATE_NONE, .subject = *s };
	return p ? judged(f, o, p, ret_result, why) : OK;
}

enum err fold_attribute(struct fold *f, const struct observation *o, bool late, struct subject *ret_subject, struct why *why)
{
	if (f->told) {
		*ret_subject = *f->told;
		return OK;
	}
	return attribute_bound(work_arena(f->work), f->registry, f->bindings, f->now + (late ? SECOND_US : 0), o, ret_subject, why);
}

static enum err observe(struct fold *f, const struct observation *o, struct fold_result *ret_result, struct why *why)
{
	struct fold_result r = { .fate = FATE_NONE };
	bool seen;
	enum err e = seen_before(f, o, &seen, why);
	if (e == OK && !seen)
		e = fold_attribute(f, o, false, &r.subject, why);
	if (e)
		return e;
	int64_t conduct_at = o->event_at != TIME_NONE ? o->event_at : o->received_at;
	const struct policy *p = fold_policy_at(f, conduct_at);
	if (!p && f->policy_count && conduct_at > f->now - DAY_US * 30)
		p = fold_policy_at(f, f->now);
	bool sealed = kind_info(o->kind)->flags & KIND_SEALED;
	if (seen) {
		r.fate = FATE_DUPLICATE;
	} else if (r.subject.ours == OURS_NO && str_eq(r.subject.source, STR("bindings"))) {
		/* our own address, and known to have been nobody's: the report errs, or what happened is a matter of ours */
		r.fate = FATE_PERSON;
		e = before_person(f, o, "no customer held the address at that time, and every feed was heard", why);
	} else if (r.subject.ours == OURS_NO) {
		r.fate = FATE_NOT_OURS;
		if (sealed)
			e = before_person(f, o, "a sealed report about nobody of ours", why);
	} else if (!p) {
		r.fate = FATE_PERSON;
		e = before_person(f, o, "no policy was in force when it happened", why);
	} else if (p != fold_policy_at(f, o->last_at != TIME_NONE ? o->last_at : conduct_at) && o->last_at != TIME_NONE && fold_policy_at(f, o->last_at)) {
		r.fate = FATE_PERSON;
		e = before_person(f, o, "the event spans two versions of the policy", why);
	} else if (r.subject.ours == OURS_CANNOT_TELL) {
		e = park_or_ask(f, o, &r, "nobody can be named after a week of trying", why);
	} else if (o->kind == KIND_UNCLASSIFIED && o->witness != WITNESS_METER) {
		r.fate = FATE_PERSON;
		e = before_person(f, o, "the class of the report is not known", why);
	} else if (kind_info(o->kind)->flags & KIND_UNDO) {
		e = fold_retract(f, o, &r.subject, p, &r, why);
	} else if (o->witness == WITNESS_REPORT && observation_fact(o, "sign")) {
		r.fate = FATE_PERSON;
		e = before_person(f, o, str_c(work_arena(f->work), str_format(work_arena(f->work), "a sign that it is wrong or forged: %.*s",
			STR_ARG(observation_value(o, "sign")))), why);
	} else {
		e = judged(f, o, p, &r, why);
	}
	if (e == OK)
		*ret_result = r;
	return e;
}

/* What became of it is the reporter's too, where nobody has to decide that. */
static enum err credit(struct fold *f, const struct observation *o, enum fate fate, struct why *why)
{
	if (fate != FATE_NOT_OURS && fate != FATE_RETRACTED)
		return OK;
	return reporter_outcome(f, o, fate == FATE_NOT_OURS ? VERDICT_NOT_OURS : VERDICT_RETRACTED, why);
}

static enum err take(struct fold *f, const struct observation *seen, bool again, struct fold_result *ret_result, struct why *why)
{
	struct observation o = *seen;
	struct fold_result r = { .fate = FATE_NONE };
	o.shown = keyed(f, seen->shown);
	int64_t waits_until;
	bool distrusted;
	part_presume(&o);
	enum err e = reporter_know(f, &o, again, &waits_until, &distrusted, why);
	if (e)
		return e;
	if (waits_until != TIME_NONE) {
		r.fate = FATE_OVER_CAP;
		e = park_over(f, &o, waits_until, why);
	} else if (distrusted) {
		r.fate = FATE_PERSON;
		e = before_person(f, &o, "its reporter is distrusted", why);
	} else {
		e = observe(f, &o, &r, why);
		if (e == OK)
			e = sighting_note(f, &o, &r, why);
	}
	if (e == OK)
		e = credit(f, &o, r.fate, why);
	if (e == OK)
		e = o.upstream.len ? upstream_take(f, &o, &r, why) : fold_answer_report(f, &o, &r, again, why);
	if (e == OK)
		e = receipt_note(f, &o, &r, why);
	if (e == OK)
		*ret_result = r;
	return e;
}

enum err fold_observation(struct fold *f, const struct observation *o, struct fold_result *ret_result, struct why *why)
{
	return take(f, o, false, ret_result, why);
}

enum err fold_again(struct fold *f, const struct observation *o, struct fold_result *ret_result, struct why *why)
{
	/* it waits again with what is known of its reporter by now, or not at all */
	enum err e = queue_unparked(f, fold_parked_key(f, o), o, why);
	return e ? e : take(f, o, true, ret_result, why);
}
