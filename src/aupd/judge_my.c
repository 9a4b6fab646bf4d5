/*
 * What a customer or a reseller is told of one of his own cases, in words. See judge_command.h.
 *
 * Whoever does not see the case is told that it is not there.
 */
#include "aupd/judge_command.h"
#include "engine/fold_case.h"
#include "engine/tell.h"

enum { LANGUAGE_MAX = 8 };

enum err cmd_my_told(struct commanding *c)
{
	struct casefile found = { 0 };
	struct str language = command_arg(c, "language");
	struct row row;
	uint64_t number;
	if (language.len > LANGUAGE_MAX)
		return why_set(c->why, ERR_RANGE, "language: at most %d letters", LANGUAGE_MAX);
	enum err e = command_case(c, &number);
	if (e == OK)
		e = fold_find_case(&c->j->fold, number, &found, &row, c->why);
	return e ? e : tell_case(&c->j->fold, &found, c->p.scope, language, c->w, c->why);
}

enum err cmd_my_reasons(struct commanding *c)
{
	uint64_t number;
	enum err e = command_case(c, &number);
	return e ? e : cmd_reasons(c);
}
