/*
 * What people ask for, as steps of one case or of two at once. See fold.h.
 *
 * A command that fails half way leaves halves in the work: the caller takes them back (work_undo).
 */
#include "engine/fold_case.h"

enum { ANSWER_LOOK_BACK = 64 };

static const struct entity *holder(const struct fold *f, struct str id)
{
	const struct entity *who = registry_find(f->registry, ENTITY_CUSTOMER, id);
	return who ? who : registry_find(f->registry, ENTITY_RESELLER, id);
}

/* Room for a case in thread 0: a closed one makes it, an open one refuses. */
static enum err make_room(struct fold *f, struct str customer, struct str group, struct why *why)
{
	struct casefile old = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_CASE, case_key(work_arena(f->work), customer, group, 0), casefile_fields, &old, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (!case_is_closed(&old))
		return why_set(why, ERR_CONFLICT, "customer %.*s has case C-%llu in group %.*s already", STR_ARG(customer), (unsigned long long)old.number,
			STR_ARG(group));
	return case_aside(f, &old, &row, why);
}

static enum err open_by_person(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	const struct clause *cl = p ? policy_clause(p, cmd->clause) : NULL;
	struct casefile c;
	struct row row;
	if (!cl || cl->unused)
		return why_set(why, ERR_NOTFOUND, "there is no clause %.*s in the policy in force", STR_ARG(cmd->clause));
	if (!holder(f, cmd->customer))
		return why_set(why, ERR_NOTFOUND, "there is no customer %.*s", STR_ARG(cmd->customer));
	if (cmd->ladder.len && !policy_ladder(p, cmd->ladder))
		return why_set(why, ERR_NOTFOUND, "the policy in force has no ladder %.*s", STR_ARG(cmd->ladder));
	struct str group = cl->group.len ? cl->group : STR("conduct");
	enum err e = make_room(f, cmd->customer, group, why);
	if (e == OK)
		e = new_case(f, cmd->customer, group, 0, &c, &row, why);
	if (e)
		return e;
	struct subject s = { .ours = OURS_YES, .grade = GRADE_B, .customer = cmd->customer };
	e = registry_chain(f->registry, work_arena(f->work), s.customer, f->now, &s.resellers, &s.reseller_count);
	if (e)
		return why_set(why, e, "the resellers above the customer cannot be followed");
	s.tenant = registry_tenant(work_arena(f->work), s.resellers, s.reseller_count);
	struct finding found = { .policy = p->version, .clause = cl->id, .group = group, .rule = STR("person"), .ladder = cmd->ladder, .severity = SEVERITY_MEDIUM,
		.weight = cl->sealed ? WEIGHT_SEALED : WEIGHT_PERSON, .because = cmd->text, .appeal_us = 30 * DAY_US, .conduct_at = f->now };
	struct observation o = { .event_at = f->now, .received_at = f->now };
	struct case_input in = { .type = INPUT_OPEN, .finding = &found, .subject = &s, .observation = &o, .actor = cmd->actor, .text = cmd->text };
	*ret_number = c.number;
	return step_case(f, &row, &c, &in, why);
}

static enum err not_sealed(const struct casefile *c, struct why *why)
{
	return c->flags & CASE_SEALED_CLASS ? why_set(why, ERR_DENIED, "a case of the sealed class stays whole and by itself") : OK;
}

/* Both sides in one commit: what was counted moves, the acts of the first are lifted. */
static enum err merge_two(struct fold *f, const struct fold_command *cmd, struct casefile *from, struct row *from_row, struct casefile *into, struct row *into_row,
	struct why *why)
{
	if (from->number == into->number)
		return why_set(why, ERR_RANGE, "a case cannot be merged into itself");
	if (!str_eq(from->customer, into->customer))
		return why_set(why, ERR_DENIED, "the cases are of two customers");
	enum err e = not_sealed(from, why);
	if (e == OK)
		e = not_sealed(into, why);
	if (e)
		return e;
	/* each side is told of the other as it was before */
	struct casefile was_from = *from, was_into = *into;
	struct case_input absorb = { .type = INPUT_ABSORB, .actor = cmd->actor, .text = cmd->text, .other = &was_from };
	struct case_input merge = { .type = INPUT_MERGE, .actor = cmd->actor, .text = cmd->text, .other = &was_into };
	e = step_case(f, into_row, into, &absorb, why);
	return e ? e : step_case(f, from_row, from, &merge, why);
}

static enum err merge(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	struct casefile from, into;
	struct row from_row, into_row;
	enum err e = fold_find_case(f, cmd->number, &from, &from_row, why);
	if (e == OK)
		e = fold_find_case(f, cmd->other, &into, &into_row, why);
	if (e)
		return e;
	*ret_number = into.number;
	return merge_two(f, cmd, &from, &from_row, &into, &into_row, why);
}

/* Beside an open case of its group a reopened one merges into it; otherwise it takes thread 0 again. */
static enum err reopen(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	struct casefile c, first = { 0 };
	struct row row, first_row;
	enum err e = fold_find_case(f, cmd->number, &c, &row, why);
	if (e)
		return e;
	*ret_number = c.number;
	if (c.thread && c.state == CASE_RESOLVED) {
		e = work_load(f->work, TABLE_CASE, case_key(work_arena(f->work), c.customer, c.group, 0), casefile_fields, &first, &first_row, why);
		if (e == OK && !case_is_closed(&first) && !(c.flags & CASE_SEALED_CLASS)) {
			*ret_number = first.number;
			return merge_two(f, cmd, &c, &row, &first, &first_row, why);
		}
		if (e == OK && case_is_closed(&first))
			e = case_aside(f, &first, &first_row, why);
		if (e == OK || e == ERR_NOTFOUND)
			e = case_is_closed(&first) || first.state == CASE_NONE ? case_move(f, &c, &row, 0, why) : OK;
		if (e)
			return e;
	}
	struct case_input in = { .type = INPUT_REOPEN, .actor = cmd->actor, .text = cmd->text };
	return step_case(f, &row, &c, &in, why);
}

static enum err load_moved(struct fold *f, const struct fold_command *cmd, struct case_event *moved, struct why *why)
{
	struct arena *a = work_arena(f->work);
	for (unsigned i = 0; i < cmd->moved_count; i++) {
		struct row row;
		struct str key = str_format(a, "%llu/%08llu", (unsigned long long)cmd->number, (unsigned long long)cmd->moved[i]);
		moved[i] = (struct case_event){ 0 };
		enum err e = work_load(f->work, TABLE_CASE_EVENT, key, case_event_fields, &moved[i], &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e || (moved[i].type != EVENT_FINDING && moved[i].type != EVENT_WITNESS))
			return why_set(why, ERR_RANGE, "event %llu of C-%llu is no report", (unsigned long long)cmd->moved[i], (unsigned long long)cmd->number);
		for (unsigned k = 0; k < i; k++)
			if (cmd->moved[k] == cmd->moved[i])
				return why_set(why, ERR_RANGE, "event %llu is named twice", (unsigned long long)cmd->moved[i]);
	}
	return OK;
}

/* Two cases share an event when it was split off before: the marker of where it went stands in the old row. */
static enum err mark_moved(struct fold *f, const struct fold_command *cmd, const struct case_event *moved, uint64_t number, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < cmd->moved_count; i++) {
		struct case_event gone = moved[i];
		struct row row;
		char text[CASE_TEXT_MAX];
		case_text(number, text);
		gone.type = EVENT_SPLIT;
		gone.text = str_format(work_arena(f->work), "a report that left for %s", text);
		e = work_get(f->work, TABLE_CASE_EVENT, str_format(work_arena(f->work), "%llu/%08llu", (unsigned long long)cmd->number,
			(unsigned long long)cmd->moved[i]), &row, why);
		if (e == OK)
			e = work_store(f->work, &row, case_event_fields, &gone, why);
	}
	return e;
}

static enum err split(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	struct casefile c, off;
	struct row row, off_row;
	struct case_event *moved = ARENA_ARRAY(work_arena(f->work), struct case_event, CASE_MOVED_MAX);
	if (!moved)
		return why_set(why, ERR_NOMEM, "no memory to split a case");
	if (!cmd->moved_count)
		return why_set(why, ERR_RANGE, "which reports leave? their numbers stand in the story of the case");
	enum err e = fold_find_case(f, cmd->number, &c, &row, why);
	if (e == OK)
		e = not_sealed(&c, why);
	if (e == OK)
		e = load_moved(f, cmd, moved, why);
	if (e == OK)
		e = new_case(f, c.customer, c.group, 0, &off, &off_row, why);
	if (e)
		return e;
	off.thread = off.number;
	off_row.key = case_key(work_arena(f->work), c.customer, c.group, off.number);
	off_row.version = 0;
	struct row index = { .table = TABLE_COUNTER, .key = str_format(work_arena(f->work), "number/%llu", (unsigned long long)off.number), .due_at = TIME_NONE,
		.body = off_row.key };
	struct casefile was = c, will = off;
	struct case_input leave = { .type = INPUT_SPLIT, .actor = cmd->actor, .text = cmd->text, .other = &will, .moved = moved, .moved_count = cmd->moved_count };
	struct case_input arrive = { .type = INPUT_SPLIT_OFF, .actor = cmd->actor, .text = cmd->text, .other = &was, .moved = moved, .moved_count = cmd->moved_count };
	*ret_number = off.number;
	e = work_put(f->work, &index, why);
	if (e == OK)
		e = step_case(f, &row, &c, &leave, why);
	if (e == OK)
		e = step_case(f, &off_row, &off, &arrive, why);
	return e ? e : mark_moved(f, cmd, moved, off.number, why);
}

/* "s1.1/limit/mail" is enough of "C-256/s1.1/limit/mail". */
static enum err find_act(struct fold *f, const struct casefile *c, struct str text, struct act *ret_act, struct why *why)
{
	struct row row;
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	struct str key = str_starts(text, STR("C-")) ? text : str_format(work_arena(f->work), "%s/%.*s", number, STR_ARG(text));
	enum err e = work_load(f->work, TABLE_ACT, key, act_fields, ret_act, &row, why);
	if (e == ERR_NOTFOUND || (e == OK && ret_act->number != c->number))
		return why_set(why, ERR_NOTFOUND, "case %s has no act %.*s", number, STR_ARG(text));
	return e;
}

/* The last notice, when it was never sent. */
static enum err unsent_notice(struct fold *f, const struct casefile *c, struct act *ret_act, struct why *why)
{
	for (unsigned i = c->act_count; i-- > 0;) {
		struct row row;
		*ret_act = (struct act){ 0 };
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, ret_act, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e == OK && ret_act->verb == VERB_NOTIFY && ret_act->step && !ret_act->party)
			return ret_act->state == ACT_REFUSED && !ret_act->letter.len ? OK : why_set(why, ERR_CONFLICT, "the last notice was sent: there is none to write anew");
	}
	return why_set(why, ERR_CONFLICT, "there is no notice to write anew");
}

/* What the customer wrote last: the words of a counter-notice that came by mail. */
static enum err last_answer(struct fold *f, const struct casefile *c, struct str *ret_text, struct why *why)
{
	uint64_t least = c->event_count > ANSWER_LOOK_BACK ? c->event_count - ANSWER_LOOK_BACK : 0;
	for (uint64_t n = c->event_count; n > least; n--) {
		struct case_event x = { 0 };
		struct row row;
		enum err e = work_load(f->work, TABLE_CASE_EVENT, str_format(work_arena(f->work), "%llu/%08llu", (unsigned long long)c->number, (unsigned long long)n),
			case_event_fields, &x, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e == OK && x.type == EVENT_ANSWER && str_eq(x.actor, STR("customer"))) {
			*ret_text = x.text;
			return OK;
		}
	}
	return OK;
}

enum err fold_command(struct fold *f, const struct fold_command *cmd, uint64_t *ret_number, struct why *why)
{
	struct casefile c;
	struct row row;
	struct act act = { 0 };
	switch (cmd->type) {
	case INPUT_OPEN: return open_by_person(f, cmd, ret_number, why);
	case INPUT_MERGE: return merge(f, cmd, ret_number, why);
	case INPUT_UNMERGE: return fold_unmerge(f, cmd, ret_number, why);
	case INPUT_SPLIT: return split(f, cmd, ret_number, why);
	case INPUT_REOPEN: return reopen(f, cmd, ret_number, why);
	default: break;
	}
	enum err e = fold_find_case(f, cmd->number, &c, &row, why);
	if (e)
		return e;
	struct case_input in = { .type = cmd->type, .actor = cmd->actor, .text = cmd->text, .service = cmd->service, .flag = cmd->flag, .on = cmd->on,
		.raw = cmd->raw, .span_us = cmd->span_us, .part = cmd->part, .decision = cmd->decision };
	if (cmd->type == INPUT_APPROVE || cmd->type == INPUT_UNDO) {
		e = find_act(f, &c, cmd->act, &act, why);
		if (e)
			return e;
		in.act = &act;
	}
	if (cmd->type == INPUT_REVIEWED && cmd->on && cmd->anew) {
		e = unsent_notice(f, &c, &act, why);
		if (e)
			return e;
		in.act = &act;
	}
	if (cmd->type == INPUT_COUNTER && cmd->on && !in.text.len)
		e = last_answer(f, &c, &in.text, why);
	*ret_number = c.number;
	return e ? e : step_case(f, &row, &c, &in, why);
}
