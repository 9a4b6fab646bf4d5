/*
 * Taking back what a person did to a case last: that it was closed or merged, who looks after it, a mark, that it was put away. See
 * judge_command.h.
 *
 * Only as long as nothing came after it that rests on it: it is still closed by that, the same one still looks after it, the mark still
 * stands. The story keeps both.
 */
#include "aupd/judge_command.h"
#include "aupd/judge_verb.h"

enum { LOOK_BACK = 64, STORY_MAX = 500, DAYS = 7 };

static enum err load_event(struct commanding *c, uint64_t number, uint64_t n, struct case_event *ret_event)
{
	struct row row;
	*ret_event = (struct case_event){ 0 };
	enum err e = work_load(c->j->fold.work, TABLE_CASE_EVENT, str_format(work_arena(c->j->fold.work), "%llu/%08llu", (unsigned long long)number, (unsigned long long)n),
		case_event_fields, ret_event, &row, c->why);
	return e == ERR_NOTFOUND ? OK : e;
}

/* Who looked after it before that event. */
static enum err looked_after(struct commanding *c, uint64_t number, uint64_t n, struct str *ret_who)
{
	uint64_t least = n > STORY_MAX ? n - STORY_MAX : 0;
	*ret_who = STR_NONE;
	while (--n > least) {
		struct case_event x;
		enum err e = load_event(c, number, n, &x);
		if (e)
			return e;
		if (x.type == EVENT_ASSIGNED) {
			*ret_who = str_eq(x.text, STR("nobody")) ? STR_NONE : x.text;
			return OK;
		}
	}
	return OK;
}

/* Until when it was put away before that event, as far as that has not come; 0: it was not. */
static enum err put_away_before(struct commanding *c, uint64_t number, uint64_t n, int64_t *ret_until_at)
{
	uint64_t least = n > STORY_MAX ? n - STORY_MAX : 0;
	*ret_until_at = 0;
	while (--n > least) {
		struct case_event x;
		enum err e = load_event(c, number, n, &x);
		if (e)
			return e;
		if (x.type == EVENT_SNOOZED && (!case_snoozed_until(x.text, ret_until_at) || *ret_until_at <= c->j->fold.now))
			*ret_until_at = 0;
		if (x.type == EVENT_SNOOZED || x.type == EVENT_WOKEN)
			return OK;
	}
	return OK;
}

/* As long as it is still put away until then, or still is not. */
static enum err back_of_snooze(struct commanding *c, const struct casefile *now, const struct case_event *x, struct fold_command *cmd, bool *ret_is)
{
	int64_t until_at = 0, before_at;
	bool away = case_is_snoozed(now, c->j->fold.now);
	enum err e = put_away_before(c, now->number, x->n, &before_at);
	cmd->type = before_at ? INPUT_SNOOZE : INPUT_WAKE;
	cmd->span_us = before_at - c->j->fold.now;
	if (x->type == EVENT_SNOOZED)
		*ret_is = away && case_snoozed_until(x->text, &until_at) && until_at == now->snoozed_until_at;
	else
		*ret_is = !away && before_at && !case_is_closed(now);
	return e;
}

/* On the page of the case that went, and on that of the one that took it in: "took in C-4711: why". */
static enum err back_of_merge(struct commanding *c, const struct casefile *now, const struct case_event *x, struct fold_command *cmd, bool *ret_is)
{
	struct str rest = x->text, word, number;
	struct casefile gone = *now;
	struct row row;
	cmd->type = INPUT_UNMERGE;
	cmd->text = STR("that it was merged is taken back");
	if (now->state != CASE_MERGED) {
		if (!str_starts(rest, STR("took in ")))
			return OK;
		rest = str_sub(rest, sizeof("took in ") - 1, rest.len);
		(void)str_split(&rest, ':', &word);
		number = str_trim(word);
		if (case_parse(number, &cmd->number) != OK)
			return OK;
		enum err e = fold_find_case(&c->j->fold, cmd->number, &gone, &row, c->why);
		if (e)
			return e == ERR_NOTFOUND ? OK : e;
	}
	*ret_is = gone.state == CASE_MERGED && gone.joined_count && gone.joined->at == x->at;
	return OK;
}

/* "sets counsel" */
static bool opposite_flag(const struct casefile *now, struct str text, struct fold_command *cmd)
{
	struct str word;
	if (!str_split(&text, ' ', &word))
		return false;
	cmd->flag = verb_flag(text);
	cmd->on = str_eq(word, STR("clears"));
	cmd->text = text;
	return cmd->flag && ((now->flags & cmd->flag) != 0) != cmd->on;
}

/* The way back from that event; false: it is none that has one, or not any more. */
static enum err way_back(struct commanding *c, const struct casefile *now, const struct case_event *x, struct fold_command *cmd, bool *ret_is)
{
	struct arena *a = work_arena(c->j->fold.work);
	*cmd = (struct fold_command){ .actor = c->who, .number = now->number };
	*ret_is = false;
	switch (x->type) {
	case EVENT_RESOLVED:
		cmd->type = INPUT_REOPEN;
		cmd->text = STR("that it was closed is taken back");
		*ret_is = now->state == CASE_RESOLVED && now->resolved_at == x->at;
		return OK;
	case EVENT_ASSIGNED:
		cmd->type = INPUT_ASSIGN;
		*ret_is = str_eq(now->assigned, str_eq(x->text, STR("nobody")) ? STR("") : x->text);
		return looked_after(c, now->number, x->n, &cmd->text);
	case EVENT_FLAG:
		cmd->type = INPUT_FLAG;
		*ret_is = opposite_flag(now, str_copy(a, x->text), cmd);
		return OK;
	case EVENT_MERGED: return back_of_merge(c, now, x, cmd, ret_is);
	case EVENT_SNOOZED: case EVENT_WOKEN: return back_of_snooze(c, now, x, cmd, ret_is);
	default: return OK;
	}
}

static bool by_person(const struct case_event *x)
{
	return !str_eq(x->actor, STR("clock")) && !str_eq(x->actor, STR("customer")) && !str_starts(x->actor, STR("rule ")) && !str_starts(x->actor, STR("driver "));
}

enum err cmd_case_back(struct commanding *c)
{
	struct casefile now = { 0 };
	struct row row;
	struct case_event x = { 0 };
	struct fold_command cmd = { 0 };
	uint64_t number = 0;
	bool is = false;
	enum err e = command_case(c, &number);
	if (e == OK)
		e = fold_find_case(&c->j->fold, number, &now, &row, c->why);
	uint64_t least = now.event_count > LOOK_BACK ? now.event_count - LOOK_BACK : 0;
	for (uint64_t n = now.event_count; e == OK && n > least && !is; n--) {
		e = load_event(c, now.number, n, &x);
		if (e == OK && by_person(&x))
			e = way_back(c, &now, &x, &cmd, &is);
	}
	if (e == OK && !is)
		e = why_set(c->why, ERR_NOTFOUND, "nothing that a person did last can be taken back: that it was closed or merged, who looks after it, a mark, that it was put away");
	if (e == OK && c->j->fold.now - x.at > DAYS * DAY_US)
		e = why_set(c->why, ERR_CONFLICT, "what was done last is more than %d days ago", DAYS);
	if (e == OK)
		e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	command_put_case(c, number);
	return OK;
}
