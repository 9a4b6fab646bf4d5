/*
 * Findings and plan of a reseller's review, by command. See judge_command.h.
 */
#include "aupd/judge_command.h"
#include "engine/plan.h"

static void put_entry(struct commanding *c, const struct review_entry *x)
{
	jsonw_object(c->w, NULL);
	jsonw_int(c->w, "n", x->n);
	jsonw_str(c->w, "text", x->text);
	jsonw_str(c->w, "by", x->by);
	jsonw_time(c->w, "at", x->at);
	if (x->state != REVIEW_FINDING) {
		jsonw_time(c->w, "due", x->due_at);
		jsonw_str(c->w, "state", str_of(review_state_words[x->state]));
		jsonw_time(c->w, "reminded", x->reminded_at);
		jsonw_time(c->w, "kept", x->kept_at);
		jsonw_str(c->w, "kept_by", x->kept_by);
	}
	jsonw_end(c->w, '}');
}

void plan_put(struct commanding *c, const struct conduct *conduct)
{
	for (int plan = 0; plan <= 1; plan++) {
		jsonw_array(c->w, plan ? "plan" : "findings");
		for (unsigned i = 0; i < conduct->review_count; i++)
			if ((conduct->review[i].state != REVIEW_FINDING) == plan)
				put_entry(c, &conduct->review[i]);
		jsonw_end(c->w, ']');
	}
}

static enum err known(struct commanding *c, struct str *ret_id)
{
	*ret_id = command_arg(c, "reseller");
	return registry_find(c->j->registry, ENTITY_RESELLER, *ret_id) ? OK : why_set(c->why, ERR_NOTFOUND, "there is no reseller %.*s", STR_ARG(*ret_id));
}

static enum err add(struct commanding *c, int64_t due_at)
{
	struct str id, text = str_trim(command_arg(c, "text"));
	uint32_t n = 0;
	enum err e = known(c, &id);
	if (e == OK && (!text.len || text.len > PLAN_TEXT_MAX))
		e = why_set(c->why, ERR_RANGE, "say what, in 1 to %d octets: --text TEXT", PLAN_TEXT_MAX);
	if (e == OK)
		e = plan_add(&c->j->fold, id, c->who, text, due_at, &n, c->why);
	if (e == OK)
		jsonw_int(c->w, "n", n);
	return e;
}

enum err cmd_reseller_finding(struct commanding *c)
{
	return add(c, TIME_NONE);
}

enum err cmd_reseller_plan(struct commanding *c)
{
	int64_t due_at, now = c->j->fold.now;
	if (time_parse(command_arg(c, "date"), &due_at) != OK)
		return why_set(c->why, ERR_SYNTAX, "date is not a time such as 2026-01-31T12:00:00Z");
	if (due_at <= now || due_at > now + PLAN_DAYS_MAX * DAY_US)
		return why_set(c->why, ERR_RANGE, "the date of a plan lies ahead, by %d days at most", PLAN_DAYS_MAX);
	return add(c, due_at);
}

enum err cmd_reseller_kept(struct commanding *c)
{
	struct str id;
	int64_t n = json_int(c->root, "n", 0);
	enum err e = known(c, &id);
	if (e == OK && (n < 1 || n > REVIEW_ENTRIES_MAX))
		e = why_set(c->why, ERR_RANGE, "n is the number of an entry, 1 to %d", REVIEW_ENTRIES_MAX);
	return e ? e : plan_kept(&c->j->fold, id, c->who, (uint32_t)n, c->why);
}
