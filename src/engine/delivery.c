/*
 * Ways and proofs of delivery. See delivery.h.
 *
 * A mail server that accepts a letter may still return it: most do at once, some after hours. So a letter counts as told once its
 * server says so, or the customer answers, or nothing came back for as long as the policy says (`proof after`). What comes back
 * later still counts.
 */
#include "engine/delivery.h"

#include "engine/deed.h"
#include "engine/fold_case.h"

enum { OWN_TURN = 3, LAST_TURN = 5 };

/* Who pays or sues is asked only when there is nobody else. */
static int turn_of(const struct entity *e)
{
	static const char *const kinds[LAST_TURN + 1] = { "abuse", "technical", "", NULL, "billing", "legal" };
	for (int i = 0; i <= LAST_TURN; i++)
		if (kinds[i] && str_eq(e->kind, str_of(kinds[i])))
			return i;
	return LAST_TURN;
}

struct str delivery_way(struct fold *f, struct str email)
{
	return str_sub(deed_digest(f, "way", str_lower(work_arena(f->work), email)), 0, 16);
}

static bool usable(struct fold *f, const struct casefile *c, const struct act *lost, const struct entity *e)
{
	if (!e->email.len || !entity_valid_at(e, f->now))
		return false;
	struct str way = delivery_way(f, e->email);
	for (unsigned i = 0; i < c->dead_count; i++)
		if (str_eq(c->dead[i], way))
			return false;
	return !lost || !str_eq(lost->way, way);
}

static const struct entity *way_of(struct fold *f, const struct casefile *c, const struct act *lost, struct str holder)
{
	const struct entity *own = registry_customer(f->registry, holder, f->now);
	for (int turn = 0; turn <= LAST_TURN; turn++) {
		if (turn == OWN_TURN && own && usable(f, c, lost, own))
			return own;
		for (const struct entity *e = NULL; (e = registry_of(f->registry, ENTITY_CONTACT, holder, e));)
			if (turn_of(e) == turn && usable(f, c, lost, e))
				return e;
	}
	return NULL;
}

static const struct entity *next_way(struct fold *f, const struct casefile *c, const struct act *lost)
{
	const struct entity *e = way_of(f, c, lost, c->customer);
	/* the reseller is not the first to be asked: only who cannot be reached himself is reached through another */
	bool customer_known = e || c->dead_count || lost;
	for (unsigned i = c->reseller_count; !e && customer_known && i-- > 0;)
		e = way_of(f, c, lost, c->resellers[i]);
	return e;
}

const struct entity *delivery_contact(struct fold *f, const struct casefile *c)
{
	return next_way(f, c, NULL);
}

const struct entity *delivery_contact_of(struct fold *f, const struct casefile *c, struct str holder)
{
	return way_of(f, c, NULL, holder);
}

/* Were a person's own words in it? They are not kept to be said again; of a request the case sees to that itself. */
static bool had_words(const struct fold *f, const struct act *act)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct letter_template *t = p ? policy_letter(p, p->languages[0], act->service) : NULL;
	if (str_eq(act->service, STR(CASE_REQUEST_LETTER)))
		return false;
	return str_eq(act->service, STR("reply")) || (t && str_find(t->body, STR("{text}")) != SIZE_MAX);
}

bool delivery_another(struct fold *f, const struct casefile *c, const struct act *lost)
{
	return lost->verb == VERB_NOTIFY && !lost->party && !had_words(f, lost) && next_way(f, c, lost);
}

enum err delivery_about(struct fold *f, const struct casefile *c, struct str message_id, struct case_input *in, struct why *why)
{
	struct act *act = ARENA_NEW(work_arena(f->work), struct act);
	struct row row;
	if (!act)
		return why_set(why, ERR_NOMEM, "no memory for an act");
	for (unsigned i = c->act_count; !in->act && i-- > 0;) {
		*act = (struct act){ 0 };
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, act, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e == OK && str_eq(act->letter, message_id))
			in->act = act;
	}
	in->on = in->act && delivery_another(f, c, act);
	return OK;
}

int64_t delivery_proven_at(const struct policy *p, const struct casefile *c, const struct act *notice)
{
	if (notice->proven || c->answered)
		return notice->done_at;
	return notice->doubt_until_at != TIME_NONE ? notice->doubt_until_at : notice->done_at + p->proof_us;
}
