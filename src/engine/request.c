/*
 * From a request without an answer to the rules. See request.h.
 */
#include "engine/request.h"

enum err request_is_silence(struct fold *f, const struct casefile *c, bool *ret_silent, struct why *why)
{
	struct act act = { 0 };
	struct row row;
	*ret_silent = false;
	if (c->asked_until_at == TIME_NONE || c->asked_until_at > f->now || c->flags & (CASE_DO_NOT_TELL | CASE_NOTICE_BOUNCED))
		return OK;
	enum err e = work_load(f->work, TABLE_ACT, c->ask_act, act_fields, &act, &row, why);
	bool doubt = act.doubt_until_at != TIME_NONE && act.doubt_until_at > f->now;
	*ret_silent = e == OK && act.state == ACT_DONE_ && !doubt;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err request_signal(struct fold *f, const struct casefile *c, struct why *why)
{
	struct arena *a = work_arena(f->work);
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	/* whom we asked is known, whoever was behind what we asked about */
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = c->customer, .binding = STR("the register"), .source = STR("registry") };
	struct observation o = { .kind_text = STR("request.unanswered"), .witness = WITNESS_METER, .event_at = c->asked_at, .first_at = c->asked_at, .last_at = f->now,
		.zone_given = true, .received_at = f->now, .incidents = 1, .reporter = STR("aupd"), .source = { .text = str_copy(a, str_of(number)) } };
	struct fold_result r;
	enum err e = registry_chain(f->registry, a, c->customer, f->now, &s.resellers, &s.reseller_count);
	if (e)
		return why_set(why, e, "the resellers above the customer cannot be followed");
	s.tenant = registry_tenant(a, s.resellers, s.reseller_count);
	return fold_known(f, &o, &s, &r, why);
}
