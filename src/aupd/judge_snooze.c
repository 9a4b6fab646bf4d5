/*
 * Cases put away until a time, and taken back, by command. See judge_command.h.
 *
 * A sealed case is dealt with by two people and is not put away.
 */
#include "aupd/judge_verb.h"

enum err snooze_span(struct str text, int64_t now, int64_t *ret_us, struct why *why)
{
	int64_t until_at;
	text = str_trim(text);
	if (span_parse(text, ret_us) == OK)
		return OK;
	if (time_parse(text, &until_at) != OK || until_at <= now)
		return why_set(why, ERR_SYNTAX, "until when? a span such as 3d, or a time to come such as 2027-03-01T09:00:00Z");
	*ret_us = until_at - now;
	return OK;
}

static enum err run(struct commanding *c, enum case_input_type type)
{
	struct fold_command cmd = { .type = type, .actor = c->who, .text = str_trim(command_arg(c, "text")) };
	struct casefile found;
	uint64_t number;
	enum err e = command_case(c, &cmd.number);
	if (e == OK && type == INPUT_SNOOZE)
		e = snooze_span(command_arg(c, "until"), c->j->fold.now, &cmd.span_us, c->why);
	if (e == OK)
		e = verb_may(c, cmd.number, &found, c->why);
	if (e == OK)
		e = fold_command(&c->j->fold, &cmd, &number, c->why);
	if (e)
		return e;
	command_put_case(c, number);
	return OK;
}

enum err cmd_case_snooze(struct commanding *c)
{
	return run(c, INPUT_SNOOZE);
}

enum err cmd_case_wake(struct commanding *c)
{
	return run(c, INPUT_WAKE);
}
