/*
 * What a customer or a reseller asks for by a one-time link. See judge_command.h.
 *
 * The link is the proof, and it is looked up here: the desk, which passed it on, is believed nothing. Whoever has it may do the one
 * thing that it was made for, in the one case, once; it is used up in the transaction of what it did. All that opens nothing is
 * answered alike.
 */
#include "aupd/judge_command.h"
#include "engine/fold_case.h"
#include "model/onetime.h"

static enum err find(struct commanding *c, struct onetime *o, struct row *row)
{
	struct work *w = c->j->fold.work;
	struct str key = onetime_row(work_arena(w), command_arg(c, "token"));
	enum err e = key.len ? work_load(w, TABLE_ONETIME, key, onetime_fields, o, row, c->why) : ERR_NOTFOUND;
	return e == OK && !onetime_is_open(o, false, c->j->fold.now) ? ERR_NOTFOUND : e;
}

enum err command_prove_page(struct judge *j, struct str token, struct commanding *c)
{
	struct work *w = j->fold.work;
	struct str key = onetime_row(work_arena(w), token);
	struct onetime o = { 0 };
	struct casefile found = { 0 };
	struct row row;
	enum err e = key.len ? work_load(w, TABLE_ONETIME, key, onetime_fields, &o, &row, c->why) : ERR_NOTFOUND;
	if (e == OK)
		e = onetime_is_open(&o, true, j->fold.now) ? fold_find_case(&j->fold, o.number, &found, &row, c->why) : ERR_NOTFOUND;
	if (e == OK)
		e = follow_merged(&j->fold, &found, &row, c->why);
	if (e)
		return e == ERR_NOTFOUND ? why_set(c->why, e, "the link opens nothing") : e;
	c->p = onetime_principal(&o);
	c->p.only = found.number;
	c->p.link = token;
	c->who = str_format(work_arena(w), "%s %.*s", scope_words[c->p.scope], STR_ARG(o.customer));
	return OK;
}

/* A case that was merged is the one that it went into. */
static enum err case_of(struct commanding *c, const struct onetime *o, uint64_t *ret_number)
{
	struct casefile found = { 0 };
	struct row row;
	enum err e = fold_find_case(&c->j->fold, o->number, &found, &row, c->why);
	if (e == OK)
		e = follow_merged(&c->j->fold, &found, &row, c->why);
	if (e == OK && !principal_sees(&c->p, &found))
		e = ERR_NOTFOUND;
	if (e == OK)
		*ret_number = found.number;
	return e;
}

/* A complaint is passed on under its own number, whatever case it went into since. */
static enum err use(struct commanding *c, const struct onetime *o, uint64_t number)
{
	static const enum case_input_type types[] = { [ONETIME_ANSWER] = INPUT_ANSWER, [ONETIME_FIXED] = INPUT_FIXED, [ONETIME_APPEAL] = INPUT_APPEAL };
	switch (o->purpose) {
	case ONETIME_ACKNOWLEDGE: return command_of_reseller(c, o->number, FORWARD_ACKNOWLEDGED, STR("acknowledged"));
	case ONETIME_RESULT: return command_of_reseller(c, o->number, FORWARD_ANSWERED, command_arg(c, "result"));
	default: return command_of_holder(c, types[o->purpose], number);
	}
}

enum err cmd_onetime(struct commanding *c)
{
	struct onetime o = { 0 };
	struct row row;
	uint64_t number = 0;
	enum err e = find(c, &o, &row);
	if (e == OK) {
		c->p = onetime_principal(&o);
		c->who = str_format(work_arena(c->j->fold.work), "%s %.*s", scope_words[c->p.scope], STR_ARG(o.customer));
		e = case_of(c, &o, &number);
	}
	if (e)
		return e == ERR_NOTFOUND ? why_set(c->why, e, "the link opens nothing") : e;
	e = use(c, &o, number);
	if (e)
		return e;
	o.used_at = c->j->fold.now;
	return work_store(c->j->fold.work, &row, onetime_fields, &o, c->why);
}
