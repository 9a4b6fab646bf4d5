/*
 * What comes without an observation: deadlines, answers to letters, results of acts, people's commands. See fold.h.
 */
#include "engine/fold_case.h"

enum { UNKNOWN_RETRY_US_SECONDS = 30, RETRY_FIRST_US_SECONDS = 10, RETRY_MAX_HOURS = 4 };

static enum err due_case(struct fold *f, const struct row *due, struct why *why)
{
	struct casefile c = { 0 };
	struct row row;
	struct case_input in = { .type = INPUT_DUE };
	enum err e = work_load(f->work, TABLE_CASE, due->key, casefile_fields, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (c.next_due_at == TIME_NONE || c.next_due_at > f->now)
		return OK;
	const struct entity *service = registry_find(f->registry, ENTITY_SERVICE, c.service);
	in.service = service ? service->kind : STR_NONE;
	return step_case(f, &row, &c, &in, why);
}

static enum err due_parked(struct fold *f, const struct row *due, struct why *why)
{
	struct observation o = { 0 };
	struct fold_result r;
	struct row row;
	enum err e = work_load(f->work, TABLE_PARKED, due->key, observation_fields, &o, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	/* its own content is known from the first try: it must not count as the second copy */
	o.report_id = STR_NONE;
	e = fold_observation(f, &o, &r, why);
	if (e || r.fate == FATE_PARKED)
		return e;
	return work_delete(f->work, TABLE_PARKED, due->key, why);
}

enum err fold_due(struct fold *f, const struct row *row, struct why *why)
{
	switch (row->table) {
	case TABLE_CASE: return due_case(f, row, why);
	case TABLE_PARKED: return due_parked(f, row, why);
	case TABLE_SEEN: case TABLE_RECEIPT: case TABLE_SESSION: return work_delete(f->work, row->table, row->key, why);
	default: return OK;
	}
}

static int64_t backoff(uint32_t attempts)
{
	int64_t us = RETRY_FIRST_US_SECONDS * SECOND_US;
	while (attempts-- > 1 && us < RETRY_MAX_HOURS * HOUR_US)
		us *= 2;
	return us;
}

/* The act's next state from what the hand reports. */
static void take_report(struct fold *f, struct act *act, const struct act_report *r)
{
	act->last_result = r->result;
	act->last_text = r->text;
	switch (r->result) {
	case RESULT_DONE:
		act->state = act->desired ? ACT_DONE_ : ACT_UNDONE;
		act->done_at = f->now;
		act->attempts = 0;
		break;
	case RESULT_REFUSED:
		act->state = ACT_REFUSED;
		break;
	case RESULT_UNKNOWN:
		act->state = ACT_UNCLEAR;
		act->next_at = f->now + UNKNOWN_RETRY_US_SECONDS * SECOND_US;
		break;
	case RESULT_RETRY: case RESULT_NONE:
		act->state = act->desired ? ACT_QUEUED : ACT_UNDOING;
		act->next_at = r->retry_at != TIME_NONE ? r->retry_at : f->now + backoff(act->attempts);
		break;
	}
}

enum err fold_report(struct fold *f, const struct act_report *r, struct why *why)
{
	struct act act = { 0 };
	struct casefile c;
	struct row row;
	enum err e = work_load(f->work, TABLE_ACT, r->key, act_fields, &act, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	/* the answer to an older order than the one that stands */
	if ((r->op == ACT_DO) != act.desired && r->op != ACT_CHECK)
		return OK;
	if (act.state != ACT_SENT && act.state != ACT_UNDOING && act.state != ACT_QUEUED && act.state != ACT_UNCLEAR)
		return OK;
	take_report(f, &act, r);
	e = put_act(f, &act, why);
	if (e || !act.number)
		return e;
	e = fold_find_case(f, act.number, &c, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	struct case_input in = { .type = INPUT_RESULT, .act = &act, .result = r->result, .text = r->text };
	return step_case(f, &row, &c, &in, why);
}

static enum err put_item(struct fold *f, const struct item *i, struct why *why)
{
	char key[POSITION_TEXT_MAX];
	position_print(&i->at, key);
	struct row row = { .table = TABLE_ITEM, .key = str_format(work_arena(f->work), "%u.%s", f->source, key), .state = str_of(item_state_words[i->state]),
		.due_at = TIME_NONE, .rank = i->received_at };
	return work_store(f->work, &row, item_fields, i, why);
}

/* The case a reply token or a bounced Message-ID belongs to; 0 when there is none. */
static enum err case_of_item(struct fold *f, const struct item *i, uint64_t *ret_number, struct why *why)
{
	struct row row;
	*ret_number = 0;
	struct str key = i->type == ITEM_BOUNCE ? i->about : STR_NONE;
	if (i->token.len) {
		enum err e = work_get(f->work, TABLE_TOKEN, i->token, &row, why);
		if (e)
			return e;
		key = row.version ? row.body : key;
	}
	if (!key.len)
		return OK;
	enum err e = work_get(f->work, TABLE_LETTER, key, &row, why);
	if (e || !row.version)
		return e;
	/* the number of the case stands in clear beside the sealed letter */
	return str_to_u64(row.state, INT64_MAX, ret_number) == OK ? OK : why_set(why, ERR_CORRUPT, "letter of no case");
}

enum err fold_item(struct fold *f, const struct item *i, struct why *why)
{
	struct item kept = *i;
	struct casefile c;
	struct row row;
	uint64_t number;
	enum err e = case_of_item(f, i, &number, why);
	if (e)
		return e;
	if (!number || (i->type != ITEM_ANSWER && i->type != ITEM_AUTO_ANSWER && i->type != ITEM_BOUNCE)) {
		if (i->type == ITEM_AUTO_ANSWER)
			kept.state = ITEM_DONE;
		return put_item(f, &kept, why);
	}
	e = fold_find_case(f, number, &c, &row, why);
	if (e)
		return e;
	struct case_input in = { .type = i->type == ITEM_ANSWER ? INPUT_ANSWER : i->type == ITEM_BOUNCE ? INPUT_BOUNCE : INPUT_AUTO_ANSWER, .text = i->text };
	kept.state = ITEM_DONE;
	e = put_item(f, &kept, why);
	return e ? e : step_case(f, &row, &c, &in, why);
}

static enum err open_by_person(struct fold *f, const struct fold_command *cmd, struct casefile *c, struct row *row, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct clause *cl = p ? policy_clause(p, cmd->clause) : NULL;
	const struct entity *who = registry_find(f->registry, ENTITY_CUSTOMER, cmd->customer);
	if (!cl)
		return why_set(why, ERR_NOTFOUND, "there is no clause %.*s in the policy in force", STR_ARG(cmd->clause));
	if (!who && !registry_find(f->registry, ENTITY_RESELLER, cmd->customer))
		return why_set(why, ERR_NOTFOUND, "there is no customer %.*s", STR_ARG(cmd->customer));
	struct str group = cl->group.len ? cl->group : STR("conduct");
	*c = (struct casefile){ 0 };
	enum err e = work_load(f->work, TABLE_CASE, case_key(work_arena(f->work), cmd->customer, group, 0), casefile_fields, c, row, why);
	if (e == OK)
		return why_set(why, ERR_CONFLICT, "customer %.*s has case C-%llu in group %.*s already", STR_ARG(cmd->customer), (unsigned long long)c->number,
			STR_ARG(group));
	if (e != ERR_NOTFOUND)
		return e;
	e = new_case(f, cmd->customer, group, 0, c, row, why);
	if (e)
		return e;
	struct subject *s = ARENA_NEW(work_arena(f->work), struct subject);
	struct finding *found = ARENA_NEW(work_arena(f->work), struct finding);
	struct observation *o = ARENA_NEW(work_arena(f->work), struct observation);
	if (!s || !found || !o)
		return why_set(why, ERR_NOMEM, "no memory");
	*s = (struct subject){ .ours = OURS_YES, .grade = GRADE_B, .customer = cmd->customer, .tenant = STR("/") };
	*found = (struct finding){ .policy = p->version, .clause = cl->id, .group = group, .rule = STR("person"), .severity = SEVERITY_MEDIUM, .weight = WEIGHT_PERSON,
		.because = cmd->text, .appeal_us = 30 * DAY_US, .conduct_at = f->now };
	*o = (struct observation){ .event_at = f->now, .received_at = f->now };
	struct case_input in = { .type = INPUT_OPEN, .finding = found, .subject = s, .observation = o, .actor = cmd->actor, .text = cmd->text };
	return step_case(f, row, c, &in, why);
}

enum err fold_command(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	struct casefile c;
	struct row row;
	struct act act = { 0 };
	enum err e;
	if (cmd->type == INPUT_OPEN) {
		e = open_by_person(f, cmd, &c, &row, why);
		*ret_number = c.number;
		return e;
	}
	e = fold_find_case(f, cmd->number, &c, &row, why);
	if (e)
		return e;
	struct case_input in = { .type = cmd->type, .actor = cmd->actor, .text = cmd->text, .service = cmd->service, .flag = cmd->flag, .on = cmd->on };
	if (cmd->type == INPUT_APPROVE || cmd->type == INPUT_UNDO) {
		struct row act_row;
		e = work_load(f->work, TABLE_ACT, cmd->act, act_fields, &act, &act_row, why);
		if (e == ERR_NOTFOUND || (e == OK && act.number != c.number))
			return why_set(why, ERR_NOTFOUND, "case C-%llu has no act %.*s", (unsigned long long)c.number, STR_ARG(cmd->act));
		if (e)
			return e;
		in.act = &act;
	}
	*ret_number = c.number;
	return step_case(f, &row, &c, &in, why);
}
