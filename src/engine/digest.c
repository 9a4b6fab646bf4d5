/*
 * What waits for the digest of an account, and what becomes of what went in one. See digest.h.
 *
 * The key of a digest's act is made of the first letter in it, which is in no other one: a replay gives the same. Answers to one of its
 * letters come to an address of that letter's own; what comes to the digest's own address names its case, or is read by a person.
 */
#include "engine/digest.h"

#include "engine/deed.h"
#include "engine/delivery.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "engine/onetime.h"

enum { TEXT_MAX = 200 << 10 };

#define ACT_PREFIX "digest/"

static struct str key_of(struct fold *f, const char *prefix, struct str name)
{
	return str_format(work_arena(f->work), "%s%.*s", prefix, STR_ARG(name));
}

/* Somebody else than the customer himself, a reseller that stands in for him, gets each letter alone. */
static const struct entity *own_contact(struct fold *f, const struct casefile *c)
{
	const struct entity *to = delivery_contact(f, c);
	return to && str_eq(to->type == ENTITY_CONTACT ? to->customer : to->id, c->customer) ? to : NULL;
}

static bool has_digest(struct fold *f, const struct policy *p, const struct casefile *c, struct digest_time *t)
{
	const struct entity *own = registry_customer(f->registry, c->customer, f->now), *to = own ? own_contact(f, c) : NULL;
	return to && digest_time_parse(own->digest, t) == OK && t->cadence && policy_letter(p, to->language, STR(DIGEST_LETTER));
}

static bool may_wait(const struct fold *f, const struct policy *p, const struct casefile *c, const struct act *act, const struct digest_time *t, int64_t until_at)
{
	const struct ladder *l = policy_ladder(p, c->ladder);
	const struct step *s = l && act->step && act->step <= l->step_count ? &l->steps[act->step - 1] : NULL;
	if (!s || act->target.len || l->emergency || l->counter.given || c->state != CASE_OPEN || c->flags & CASE_EMERGENCY || case_urgency(c))
		return false;
	if (s->verb != VERB_ADVISE && !s->may_wait)
		return false;
	if (wait_given(&s->fix) && c->fix_by_at - f->now < digest_time_span(t))
		return false;
	return act->step == l->step_count || wait_end(&l->steps[act->step].after, c->ladder_started_at) > until_at;
}

static enum err put_waiting(struct fold *f, struct str customer, struct str act, int64_t due_at, struct why *why)
{
	struct account_digest x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_DIGEST, key_of(f, DIGEST_WAITS, customer), account_digest_fields, &x, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	struct str *acts = ARENA_ARRAY(work_arena(f->work), struct str, x.act_count + 1);
	if (!acts)
		return why_set(why, ERR_NOMEM, "no memory for a digest");
	if (x.act_count)
		memcpy(acts, x.acts, x.act_count * sizeof(*acts));
	acts[x.act_count++] = act;
	x.acts = acts;
	row.owner = customer;
	if (row.due_at == TIME_NONE || due_at < row.due_at)
		row.due_at = due_at;
	if (x.act_count == DIGEST_ACTS_MAX)
		row.due_at = f->now;
	return work_store(f->work, &row, account_digest_fields, &x, why);
}

/* Full, and what makes room for more has not been done yet. */
static enum err is_full(struct fold *f, struct str customer, bool *ret_full, struct why *why)
{
	struct account_digest x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_DIGEST, key_of(f, DIGEST_WAITS, customer), account_digest_fields, &x, &row, why);
	*ret_full = e == OK && x.act_count >= DIGEST_ACTS_MAX;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err digest_take(struct fold *f, const struct casefile *c, struct act *act, bool *ret_taken, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const bool again = act->in_digest;
	struct digest_time t;
	bool full = false;
	*ret_taken = act->in_digest = false;
	if (!p || act->verb != VERB_NOTIFY || act->party || act->state != ACT_QUEUED || c->flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS) || !has_digest(f, p, c, &t))
		return OK;
	int64_t at = again ? f->now : digest_time_next(&t, p->zone_minutes, f->now);
	if (!again && !may_wait(f, p, c, act, &t, at))
		return OK;
	enum err e = is_full(f, c->customer, &full, why);
	if (e || full)
		return e;
	act->in_digest = *ret_taken = true;
	act->next_at = TIME_NONE;
	return put_waiting(f, c->customer, act->key, at, why);
}

/* One that waited, with its case as it is now. */
struct waiting {
	struct act act;
	struct casefile c;
	struct row row;
	bool goes;                      /* in the digest; else alone */
};

static enum err load_one(struct fold *f, struct str key, struct waiting *ret, bool *ret_found, struct why *why)
{
	struct row row;
	*ret = (struct waiting){ .goes = false };
	*ret_found = false;
	enum err e = work_load(f->work, TABLE_ACT, key, act_fields, &ret->act, &row, why);
	if (e == OK)
		e = fold_find_case(f, ret->act.number, &ret->c, &ret->row, why);
	if (e == OK)
		e = follow_merged(f, &ret->c, &ret->row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	*ret_found = true;
	return OK;
}

/* All that still wait. They go to the address of the first; what would go to another one, because it came back from there, goes alone. */
static enum err gather(struct fold *f, const struct account_digest *x, struct waiting *list, unsigned *ret_count, const struct entity **ret_to, struct why *why)
{
	enum err e = OK;
	*ret_count = 0;
	*ret_to = NULL;
	for (unsigned i = 0; e == OK && i < x->act_count; i++) {
		struct waiting *w = &list[*ret_count];
		bool found;
		e = load_one(f, x->acts[i], w, &found, why);
		if (e || !found || !w->act.in_digest || w->act.state != ACT_QUEUED || !w->act.desired)
			continue;
		const struct entity *to = w->c.flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS) ? NULL : own_contact(f, &w->c);
		if (to && !*ret_to)
			*ret_to = to;
		w->goes = to && str_eq_fold(to->email, (*ret_to)->email);
		++*ret_count;
	}
	return e;
}

static bool is_advice(const struct fold *f, const struct waiting *w)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct ladder *l = p ? policy_ladder(p, w->c.ladder) : NULL;
	return w->c.flags & CASE_ADVICE || (l && w->act.step && w->act.step <= l->step_count && l->steps[w->act.step - 1].verb == VERB_ADVISE);
}

/* Its own address: who answers there answers about that case. */
static enum err put_token(struct fold *f, const struct act *act, struct str message_id, struct why *why)
{
	struct row back = { .table = TABLE_TOKEN, .key = letter_token(f, act->key), .state = str_format(work_arena(f->work), "%llu", (unsigned long long)act->number),
		.due_at = f->now + DIGEST_KEPT_DAYS * DAY_US, .body = message_id };
	return work_put(f->work, &back, why);
}

static enum err put_entry(struct fold *f, const struct waiting *w, struct str language, struct buf *out, struct why *why)
{
	const struct policy *of = fold_policy(f, w->c.policy), *p = fold_policy_at(f, f->now);
	const struct clause *cl = policy_clause(of ? of : p, w->c.clause);
	struct digest_entry x = { .c = &w->c, .title = cl ? cl->title : STR_NONE, .reply_address = letter_reply_address(f, w->act.key), .advice = is_advice(f, w) };
	enum err e = f->web_url.len ? onetime_link(f, &w->c, &w->act, language, ONETIME_ANSWER, &x.link, why) : OK;
	if (e == OK)
		e = put_token(f, &w->act, w->act.letter, why);
	if (e == OK)
		digest_text_entry(out, work_arena(f->work), language, &x);
	return e;
}

static enum err render(struct fold *f, struct act *digest, struct str customer, const struct entity *to, const struct waiting *list, unsigned count,
	const struct digest_open *open, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct policy *p = fold_policy_at(f, f->now);
	const struct letter_template *t = policy_letter(p, to->language, STR(DIGEST_LETTER));
	uint64_t listed[DIGEST_ACTS_MAX];
	unsigned n = 0;
	struct buf fresh;
	enum err e = t ? OK : why_set(why, ERR_NOTFOUND, "the policy has no letter %s", DIGEST_LETTER);
	buf_init(&fresh, TEXT_MAX);
	for (unsigned i = 0; e == OK && i < count; i++)
		if (list[i].goes) {
			listed[n++] = list[i].c.number;
			e = put_entry(f, &list[i], t->language, &fresh, why);
		}
	struct str text = e || fresh.err ? STR_NONE : str_copy(a, str_sub(buf_str(&fresh), 0, fresh.len - 1));
	buf_done(&fresh);
	if (e || !text.ptr)
		return e ? e : why_set(why, ERR_LIMIT, "a digest is too long");
	struct letter l = { .customer = customer, .to = to->email, .reply_to = letter_reply_address(f, digest->key), .automatic = true };
	const struct letter_field fields[] = { { "customer", customer }, { "count", str_format(a, "%u", n) }, { "new", text },
		{ "open", digest_text_open(a, t->language, p, customer, open, listed, n) }, { "reply_address", l.reply_to }, { "provider", f->provider },
		{ "contact", f->contact } };
	return letter_post(f, &l, t, fields, sizeof(fields) / sizeof(fields[0]), digest, DIGEST_KEPT_DAYS * DAY_US, why);
}

/* Before the text is written: each case gives back the time that its letter waited, and names its deadline by that. */
static enum err tell_cases(struct fold *f, struct str message_id, struct str way, struct waiting *list, unsigned count, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < count; i++) {
		struct waiting *w = &list[i];
		struct case_input in = { .type = INPUT_DIGEST, .act = &w->act, .on = w->goes };
		/* another letter of the same case may have changed it since it was read */
		e = work_load(f->work, TABLE_CASE, w->row.key, casefile_fields, memset(&w->c, 0, sizeof(w->c)), &w->row, why);
		w->act.letter = w->goes ? message_id : STR_NONE;
		w->act.way = w->goes ? way : STR_NONE;
		if (e == OK)
			e = step_case(f, &w->row, &w->c, &in, why);
	}
	return e;
}

/* Which went, for what is said of the digest later. */
static enum err put_sent(struct fold *f, struct str customer, struct str message_id, const struct waiting *list, unsigned count, struct why *why)
{
	struct account_digest x = { .acts = ARENA_ARRAY(work_arena(f->work), struct str, DIGEST_ACTS_MAX) };
	struct row row = { .table = TABLE_DIGEST, .key = key_of(f, DIGEST_SENT, message_id), .owner = customer, .due_at = f->now + DIGEST_KEPT_DAYS * DAY_US };
	if (!x.acts)
		return why_set(why, ERR_NOMEM, "no memory for a digest");
	for (unsigned i = 0; i < count; i++)
		if (list[i].goes)
			x.acts[x.act_count++] = list[i].act.key;
	return work_store(f->work, &row, account_digest_fields, &x, why);
}

static enum err post(struct fold *f, struct str customer, const struct entity *to, struct waiting *list, unsigned count, const struct digest_open *open,
	struct why *why)
{
	unsigned first = 0;
	while (first < count && !list[first].goes)
		first++;
	if (first == count)
		return tell_cases(f, STR_NONE, STR_NONE, list, count, why);
	struct act act = { .key = key_of(f, ACT_PREFIX, deed_digest(f, DIGEST_LETTER, list[first].act.key)), .verb = VERB_NOTIFY, .service = STR(DIGEST_LETTER),
		.driver = STR("notify"), .desired = true, .state = ACT_QUEUED, .created_at = f->now, .next_at = f->now, .expires_at = TIME_NONE, .done_at = TIME_NONE,
		.doubt_until_at = TIME_NONE, .automatic = true, .way = delivery_way(f, to->email) };
	act.letter = f->trial ? act.key : letter_message_id(f, act.key);
	enum err e = tell_cases(f, act.letter, act.way, list, count, why);
	if (e == OK && !f->trial)
		e = render(f, &act, customer, to, list, count, open, why);
	if (e == OK)
		e = put_sent(f, customer, act.letter, list, count, why);
	return e ? e : put_act(f, &act, why);
}

enum err digest_due(struct fold *f, struct str key, const struct digest_open *open, struct why *why)
{
	struct account_digest x = { 0 };
	struct row row;
	struct waiting *list = ARENA_ARRAY(work_arena(f->work), struct waiting, DIGEST_ACTS_MAX);
	const struct entity *to = NULL;
	unsigned count = 0;
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for a digest");
	enum err e = work_load(f->work, TABLE_DIGEST, key, account_digest_fields, &x, &row, why);
	if (e || row.due_at == TIME_NONE || row.due_at > f->now)
		return e == ERR_NOTFOUND ? OK : e;
	/* first of all: what comes back at once begins another one */
	e = work_delete(f->work, TABLE_DIGEST, key, why);
	if (e || str_starts(key, STR(DIGEST_SENT)))
		return e;
	e = gather(f, &x, list, &count, &to, why);
	return e ? e : post(f, row.owner, to, list, count, open, why);
}

static enum err load_sent(struct fold *f, struct str message_id, struct account_digest *x, struct why *why)
{
	struct row row;
	*x = (struct account_digest){ 0 };
	return work_load(f->work, TABLE_DIGEST, key_of(f, DIGEST_SENT, message_id), account_digest_fields, x, &row, why);
}

static enum err report_one(struct fold *f, struct waiting *w, const struct act_report *r, struct why *why)
{
	struct case_input in = { .type = INPUT_RESULT, .act = &w->act, .result = r->result, .text = r->text };
	w->act.state = r->result == RESULT_DONE ? ACT_DONE_ : ACT_REFUSED;
	w->act.done_at = r->result == RESULT_DONE ? f->now : TIME_NONE;
	w->act.last_result = r->result;
	w->act.last_text = r->text;
	enum err e = put_act(f, &w->act, why);
	in.on = r->result == RESULT_REFUSED && delivery_another(f, &w->c, &w->act);
	return e ? e : step_case(f, &w->row, &w->c, &in, why);
}

enum err digest_report(struct fold *f, const struct act *digest, const struct act_report *r, struct why *why)
{
	struct account_digest x;
	enum err e = str_starts(digest->key, STR(ACT_PREFIX)) ? load_sent(f, digest->letter, &x, why) : ERR_NOTFOUND;
	for (unsigned i = 0; e == OK && i < x.act_count; i++) {
		struct waiting w;
		bool found;
		e = load_one(f, x.acts[i], &w, &found, why);
		if (e == OK && found && w.act.state == ACT_SENT)
			e = report_one(f, &w, r, why);
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* The one case that it names outside of what it quotes; 0 when it names none, or several. A digest of one case is about that. */
static enum err about(struct fold *f, const struct account_digest *x, struct str text, uint64_t *ret_number, struct why *why)
{
	struct str rest = text, line;
	uint64_t only = 0;
	bool one = true, several = false;
	enum err e = OK;
	*ret_number = 0;
	for (unsigned i = 0; e == OK && i < x->act_count; i++) {
		struct waiting w;
		bool found;
		e = load_one(f, x->acts[i], &w, &found, why);
		if (e || !found)
			continue;
		one &= !only || only == w.act.number;
		only = w.act.number;
		char name[CASE_TEXT_MAX];
		case_text(w.act.number, name);
		for (rest = text; str_next_line(&rest, &line);) {
			size_t at = str_starts(line, STR(">")) ? SIZE_MAX : str_find(line, str_of(name));
			struct str behind = at == SIZE_MAX ? STR_NONE : str_sub(line, at + strlen(name), at + strlen(name) + 1);
			if (at == SIZE_MAX || (behind.len && behind.ptr[0] >= '0' && behind.ptr[0] <= '9'))
				continue;
			several |= *ret_number && *ret_number != w.act.number;
			*ret_number = w.act.number;
		}
	}
	if (several)
		*ret_number = 0;
	else if (one && !*ret_number)
		*ret_number = only;
	return e;
}

static enum err answered(struct fold *f, const struct item *i, const struct account_digest *x, uint64_t *ret_number, bool *ret_taken, struct why *why)
{
	struct item kept = *i;
	enum err e = about(f, x, i->text, ret_number, why);
	if (e || *ret_number)
		return e;
	*ret_taken = true;
	kept.reason = STR("an answer to a letter about several cases, and it does not say about which");
	return put_item(f, &kept, false, why);
}

enum err digest_item(struct fold *f, const struct item *i, struct str message_id, uint64_t *ret_number, bool *ret_taken, struct why *why)
{
	static const enum case_input_type inputs[] = { [ITEM_BOUNCE] = INPUT_BOUNCE, [ITEM_DELAYED] = INPUT_DELAYED, [ITEM_DELIVERED] = INPUT_DELIVERED };
	struct account_digest x;
	struct item kept = *i;
	enum err e = load_sent(f, message_id, &x, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (i->type == ITEM_ANSWER)
		return answered(f, i, &x, ret_number, ret_taken, why);
	if (i->type != ITEM_BOUNCE && i->type != ITEM_DELAYED && i->type != ITEM_DELIVERED)
		return OK;
	*ret_taken = true;
	for (unsigned n = 0; e == OK && n < x.act_count; n++) {
		struct waiting w;
		bool found;
		e = load_one(f, x.acts[n], &w, &found, why);
		if (e || !found)
			continue;
		struct case_input in = { .type = inputs[i->type], .text = i->text, .act = &w.act, .on = delivery_another(f, &w.c, &w.act) };
		e = step_case(f, &w.row, &w.c, &in, why);
	}
	kept.state = ITEM_DONE;
	return e ? e : put_item(f, &kept, false, why);
}
