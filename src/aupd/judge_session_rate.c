/*
 * Rates of sessions that were to be changed. See judge_session_rate.h.
 *
 * Only intervals that begin well behind the question count, by the times that the server gives. The act is looked at at once when they have shown
 * what there is to see.
 */
#include "aupd/judge_session_rate.h"

#include <stdlib.h>

#include "action/radius_packet.h"
#include "aupd/judge_binding.h"
#include "engine/fold_case.h"

struct judge_rates {
	session_ref refs[SESSION_RATES_MAX];
	struct { char text[ROW_KEY_MAX]; size_t len; } keys[SESSION_RATES_MAX];        /* of their acts */
	unsigned count;
};

struct judge_rates *judge_rates_new(void)
{
	return calloc(1, sizeof(struct judge_rates));
}

void judge_rates_free(struct judge_rates *r)
{
	free(r);
}

bool judge_rates_split(struct str text, uint64_t *ret_ref, uint64_t *ret_start_s, struct str *ret_hex)
{
	struct str ref, start;
	*ret_ref = *ret_start_s = 0;
	bool good = str_split(&text, ' ', &ref) && str_split(&text, ' ', &start);
	*ret_hex = good ? text : STR_NONE;
	return good && str_to_u64(ref, UINT64_MAX, ret_ref) == OK && str_to_u64(start, UINT32_MAX, ret_start_s) == OK;
}

/* The profile of an act at the server of a session, which its identity names; false: it says no rate, or nobody knows. */
static bool profile_rate(const struct judge *j, const struct act *act, struct str identity, uint64_t ret_rate[RATE_WAYS])
{
	const char *no;
	const struct nas_at *nas = radius_packet_nas(j->role->share.nas, j->role->share.nas_count, identity, &no);
	return nas && act->param_count && radius_rate_of(nas, act->params[0], ret_rate);
}

struct str judge_rates_ask(struct judge *j, const struct act *act, const struct session_now *s, struct str identity, struct str before)
{
	const uint64_t bits[RATE_WAYS] = { s->in_bits, s->out_bits };
	uint64_t rate[RATE_WAYS] = { 0 };
	struct radius_rate_seen seen = { 0 };
	if (before.len)
		radius_rate_read(before, &seen);
	(void)profile_rate(j, act, identity, rate);
	radius_rate_ask(&seen, rate, bits);
	return radius_rate_text(work_arena(j->fold.work), &seen);
}

static struct str key_of(const struct judge_rates *r, unsigned i)
{
	return (struct str){ r->keys[i].text, r->keys[i].len };
}

void judge_rates_watch(struct judge *j, const struct act *act, session_ref ref)
{
	struct judge_rates *r = j->bindings->rates;
	for (unsigned i = 0; r && i < r->count; i++)
		if (r->refs[i] == ref && str_eq(key_of(r, i), act->key))
			return;
	if (!r || r->count == SESSION_RATES_MAX || act->key.len > ROW_KEY_MAX)
		return;
	r->refs[r->count] = ref;
	memcpy(r->keys[r->count].text, act->key.ptr, act->key.len);
	r->keys[r->count++].len = act->key.len;
}

static void forget(struct judge_rates *r, unsigned i)
{
	r->refs[i] = r->refs[--r->count];
	r->keys[i] = r->keys[r->count];
}

static bool is_waiting(const struct act *act)
{
	return act->state == ACT_UNCLEAR || act->state == ACT_SENT || (act->state == ACT_UNDOING && act->in_hand);
}

static struct str *rate_of(struct act *act, session_ref ref)
{
	uint64_t number, start_s;
	struct str hex;
	for (unsigned i = 0; i < act->session_count && i < act->rate_count; i++)
		if (judge_rates_split(act->sessions[i], &number, &start_s, &hex) && number == ref)
			return &act->rates[i];
	return NULL;
}

static enum err take(struct judge *j, const struct session_heard *h, unsigned i, struct why *why)
{
	const uint64_t bits[RATE_WAYS] = { h->pace.in_bits, h->pace.out_bits };
	uint64_t rate[RATE_WAYS];
	struct act act = { 0 };
	struct row row;
	struct radius_rate_seen seen;
	enum err e = work_load(j->fold.work, TABLE_ACT, key_of(j->bindings->rates, i), act_fields, &act, &row, why);
	struct str *kept = e == OK && is_waiting(&act) ? rate_of(&act, h->ref) : NULL;
	if (!kept) {
		if (e == OK || e == ERR_NOTFOUND)
			forget(j->bindings->rates, i);
		return e == ERR_NOTFOUND ? OK : e;
	}
	if (h->before_s < act.issued_at / SECOND_US + RATE_GRACE_S || !profile_rate(j, &act, h->message->identity, rate))
		return OK;
	radius_rate_read(*kept, &seen);
	radius_rate_take(&seen, rate, bits, h->pace.whole);
	struct str text = radius_rate_text(work_arena(j->fold.work), &seen);
	if (str_eq(text, *kept))
		return OK;
	*kept = text;
	if (act.state == ACT_UNCLEAR && radius_rate_verdict(&seen) != RATE_UNSEEN)
		act.next_at = j->fold.now;
	return put_act(&j->fold, &act, why);
}

enum err judge_rates_heard(struct judge *j, const struct session_heard *h, struct why *why)
{
	const struct judge_rates *r = j->bindings->rates;
	enum err e = OK;
	if (!r || h->step != SESSION_WENT_ON || !h->pace.over_s)
		return OK;
	for (unsigned i = r->count; e == OK && i-- > 0;)
		if (r->refs[i] == h->ref)
			e = take(j, h, i, why);
	return e;
}
