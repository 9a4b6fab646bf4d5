/*
 * What was passed on to resellers, and by when. See forward.h.
 */
#include "engine/forward.h"

#include "engine/fold_case.h"
#include "engine/remedy.h"
#include "engine/scorecard.h"

static struct str key_of(struct fold *f, uint64_t number)
{
	return str_format(work_arena(f->work), "%llu", (unsigned long long)number);
}

static bool is_open(const struct forwarding *x)
{
	return x->state == FORWARD_SENT || x->state == FORWARD_ACKNOWLEDGED;
}

static enum err put(struct fold *f, struct row *row, const struct forwarding *x, struct why *why)
{
	row->owner = x->reseller;
	row->state = str_of(forward_state_words[x->state]);
	row->rank = x->sent_at;
	row->due_at = is_open(x) && !x->late ? x->due_at : TIME_NONE;
	return work_store(f->work, row, forwarding_fields, x, why);
}

enum err forward_ladder(struct fold *f, const struct subject *s, const struct finding *found, struct str *ret_ladder, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct ladder *own = p ? policy_ladder(p, found->ladder) : NULL;
	bool about_reseller = str_starts(found->clause, STR("reseller.")), failed = false;
	*ret_ladder = found->ladder;
	if (!p || !p->resellers.ladder.len || !s->reseller_count || about_reseller || found->weight == WEIGHT_ADVICE || found->weight == WEIGHT_SEALED || (own && own->emergency))
		return OK;
	enum err e = remedy_is_due(f, s->resellers[s->reseller_count - 1], &failed, why);
	if (e == OK && !failed)
		*ret_ladder = p->resellers.ladder;
	return e;
}

/* A new round: the same case was passed on before, and has been answered or closed since. */
static enum err begin(struct fold *f, struct forwarding *x, const struct casefile *c, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	enum score what[4] = { SCORE_SENT, SCORE_OPEN };
	unsigned n = 2;
	x->back = p && x->answer == ANSWER_FIXED && f->now - x->answered_at <= p->resellers.back_us;
	if (x->rounds)
		what[n++] = SCORE_REPEATED;
	if (x->back)
		what[n++] = SCORE_BACK;
	x->number = c->number;
	x->customer = c->customer;
	x->reseller = c->resellers[c->reseller_count - 1];
	x->state = FORWARD_SENT;
	x->answer = ANSWER_NONE;
	x->sent_at = f->now;
	x->due_at = c->fix_by_at;
	x->acknowledged_at = x->answered_at = TIME_NONE;
	x->late = false;
	x->answers = 0;
	x->rounds++;
	return scorecard_count(f, x->reseller, what, n, why);
}

enum err forward_sent(struct fold *f, const struct casefile *c, const struct act *act, struct why *why)
{
	struct forwarding x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_FORWARDING, key_of(f, c->number), forwarding_fields, &x, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (!is_open(&x)) {
		e = begin(f, &x, c, why);
		if (e)
			return e;
	}
	struct str *letters = ARENA_ARRAY(work_arena(f->work), struct str, FORWARD_LETTERS_MAX);
	if (!letters)
		return why_set(why, ERR_NOMEM, "no memory for a forwarding");
	unsigned drop = x.letter_count == FORWARD_LETTERS_MAX;
	for (unsigned i = drop; i < x.letter_count; i++)
		letters[i - drop] = x.letters[i];
	x.letter_count -= drop;
	letters[x.letter_count++] = act->letter;
	x.letters = letters;
	return put(f, &row, &x, why);
}

enum err forward_closed(struct fold *f, const struct casefile *c, struct why *why)
{
	struct forwarding x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_FORWARDING, key_of(f, c->number), forwarding_fields, &x, &row, why);
	if (e || !is_open(&x))
		return e == ERR_NOTFOUND ? OK : e;
	x.state = FORWARD_WITHDRAWN;
	e = put(f, &row, &x, why);
	return e ? e : scorecard_count(f, x.reseller, (enum score[]){ SCORE_SETTLED }, 1, why);
}

enum err forward_due(struct fold *f, struct str key, struct why *why)
{
	struct forwarding x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_FORWARDING, key, forwarding_fields, &x, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	bool late = is_open(&x) && !x.late && x.due_at != TIME_NONE && x.due_at <= f->now;
	x.late |= late;
	e = put(f, &row, &x, why);
	if (e == OK && late)
		e = scorecard_count(f, x.reseller, (enum score[]){ SCORE_LATE }, 1, why);
	return e || !late ? e : scorecard_signal(f, x.reseller, STR("reseller.unanswered"), why);
}

static bool is_of(struct str address, struct str sender)
{
	return address.len && str_eq_fold(address, sender);
}

bool forward_is_resellers(const struct fold *f, struct str reseller, struct str sender)
{
	const struct entity *own = registry_customer(f->registry, reseller, f->now);
	bool known = own && is_of(own->email, sender);
	for (const struct entity *e = NULL; (e = registry_of(f->registry, ENTITY_CONTACT, reseller, e));)
		known |= entity_valid_at(e, f->now) && is_of(e->email, sender);
	return known;
}

static enum err keep_for_person(struct fold *f, const struct item *i, const char *reason, struct why *why)
{
	struct item kept = *i;
	kept.reason = str_of(reason);
	return put_item(f, &kept, false, why);
}

static enum err done_with(struct fold *f, const struct item *i, struct why *why)
{
	struct item kept = *i;
	kept.state = ITEM_DONE;
	return put_item(f, &kept, false, why);
}

/* What a reseller says it fixed is settled, and counts against it when it comes back; all else a person reads. */
static enum err tell_case(struct fold *f, struct str actor, struct str text, const struct forwarding *x, struct casefile *c, struct row *row, struct why *why)
{
	struct case_input note = { .type = INPUT_NOTE, .actor = actor, .text = str_sub(text, 0, CASE_NOTE_MAX) };
	struct case_input answer = { .type = INPUT_ANSWER, .actor = actor, .text = text };
	struct case_input fixed = { .type = INPUT_RESOLVE, .actor = actor, .text = STR("fixed by the reseller") };
	bool settles = x->answer == ANSWER_FIXED && c->state == CASE_OPEN;
	if (x->state == FORWARD_ANSWERED && !settles)
		return step_case(f, row, c, &answer, why);
	enum err e = step_case(f, row, c, &note, why);
	return e || !settles ? e : step_case(f, row, c, &fixed, why);
}

/* However it came: the forwarding moves on, and the scorecard counts it. */
static enum err take(struct fold *f, struct forwarding *x, struct row *at, enum forward_state state, enum forward_answer answer, struct why *why)
{
	x->state = state;
	x->answer = state == FORWARD_ANSWERED ? answer : ANSWER_NONE;
	if (state == FORWARD_ACKNOWLEDGED && x->acknowledged_at == TIME_NONE)
		x->acknowledged_at = f->now;
	if (state == FORWARD_ANSWERED)
		x->answered_at = f->now;
	enum err e = put(f, at, x, why);
	if (e || state != FORWARD_ANSWERED)
		return e;
	return scorecard_count(f, x->reseller, (enum score[]){ SCORE_SETTLED, SCORE_ANSWERED, SCORE_FIXED }, answer == ANSWER_FIXED ? 3 : 2, why);
}

static bool has_letter(const struct forwarding *x, struct str message_id)
{
	for (unsigned i = 0; i < x->letter_count; i++)
		if (str_eq(x->letters[i], message_id))
			return true;
	return false;
}

enum err forward_answer(struct fold *f, const struct item *i, uint64_t number, struct str message_id, struct casefile *c, struct row *row, bool *ret_taken,
	struct why *why)
{
	struct forwarding x = { 0 };
	struct row at;
	enum forward_state state = FORWARD_ANSWERED;
	enum forward_answer answer = ANSWER_UNCLEAR;
	enum err e = work_load(f->work, TABLE_FORWARDING, key_of(f, number), forwarding_fields, &x, &at, why);
	*ret_taken = e == OK && has_letter(&x, message_id);
	if (e || !*ret_taken)
		return e == ERR_NOTFOUND ? OK : e;
	if (i->type == ITEM_AUTO_ANSWER && !(forward_is_status(i->text) && is_open(&x) && !case_is_closed(c) && forward_is_resellers(f, x.reseller, i->reporter))) {
		*ret_taken = false;
		return OK;
	}
	if (!forward_is_resellers(f, x.reseller, i->reporter))
		return keep_for_person(f, i, "it came to the address of a letter to a reseller, from somebody who is not known to speak for it", why);
	if (!is_open(&x) || case_is_closed(c))
		return keep_for_person(f, i, "a reseller wrote again about what has been answered or closed", why);
	if (++x.answers > FORWARD_ANSWERS_MAX)
		return keep_for_person(f, i, "more mails about one complaint than people write", why);
	if (!forward_word(i->text, &state, &answer))
		answer = ANSWER_UNCLEAR;
	e = take(f, &x, &at, state, answer, why);
	if (e == OK)
		e = done_with(f, i, why);
	return e ? e : tell_case(f, STR("reseller"), i->text, &x, c, row, why);
}

/* Said before: once acknowledged it stays so, also behind the answer; an answer is the same when it means the same. */
static bool is_known(const struct forwarding *x, enum forward_state state, enum forward_answer answer)
{
	if (state == FORWARD_ACKNOWLEDGED)
		return x->acknowledged_at != TIME_NONE || x->state == FORWARD_ANSWERED;
	return x->state == FORWARD_ANSWERED && x->answer == answer;
}

enum err forward_say(struct fold *f, uint64_t number, const struct forward_said *said, struct forwarding *ret_forwarding, struct why *why)
{
	struct forwarding x = { 0 };
	struct casefile c;
	struct row at, row;
	enum forward_state state = FORWARD_NONE;
	enum forward_answer answer = ANSWER_NONE;
	enum err e = work_load(f->work, TABLE_FORWARDING, key_of(f, number), forwarding_fields, &x, &at, why);
	if (e == ERR_NOTFOUND || (e == OK && !str_eq(x.reseller, said->reseller)))
		return why_set(why, ERR_NOTFOUND, "there is no case C-%llu", (unsigned long long)number);
	if (e)
		return e;
	if (!forward_word(said->word, &state, &answer) || state != said->state)
		return why_set(why, ERR_RANGE, "that is no word by which a complaint is %s", forward_state_words[said->state]);
	e = fold_find_case(f, number, &c, &row, why);
	if (e == OK)
		e = follow_merged(f, &c, &row, why);
	if (e == OK && !is_known(&x, state, answer)) {
		if (!is_open(&x) || case_is_closed(&c))
			return why_set(why, ERR_CONFLICT, "it has been answered or closed");
		if (++x.answers > FORWARD_ANSWERS_MAX)
			return why_set(why, ERR_LIMIT, "more answers to one complaint than people write");
		e = take(f, &x, &at, state, answer, why);
		if (e == OK)
			e = tell_case(f, said->actor, str_format(work_arena(f->work), "%.*s%s%.*s", STR_ARG(said->word), said->text.len ? "\n\n" : "", STR_ARG(said->text)),
				&x, &c, &row, why);
	}
	if (e == OK)
		*ret_forwarding = x;
	return e;
}
