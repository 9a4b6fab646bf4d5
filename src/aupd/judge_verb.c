/*
 * Words for what people do to a case. See judge_verb.h.
 */
#include "aupd/judge_verb.h"

static const struct {
	const char *word;
	enum case_input_type type;
	bool on;
	unsigned use;
} verbs[] = { { "reply", INPUT_REPLY, true, VERB_IN_BULK | VERB_IN_MACRO }, { "note", INPUT_NOTE, true, VERB_IN_MACRO },
	{ "assign", INPUT_ASSIGN, true, VERB_IN_BULK | VERB_IN_MACRO }, { "resolve", INPUT_RESOLVE, true, VERB_IN_BULK | VERB_IN_MACRO },
	{ "flag", INPUT_FLAG, true, VERB_IN_BULK | VERB_IN_MACRO }, { "unflag", INPUT_FLAG, false, VERB_IN_BULK | VERB_IN_MACRO },
	{ "snooze", INPUT_SNOOZE, true, VERB_IN_BULK | VERB_IN_MACRO }, { "merge", INPUT_MERGE, true, VERB_IN_BULK }, { "release", INPUT_APPROVE, true, VERB_IN_BULK },
	{ "uphold", INPUT_REVIEWED, true, VERB_IN_MACRO }, { "dismiss", INPUT_REVIEWED, false, VERB_IN_MACRO } };

bool verb_command(struct str word, unsigned use, struct fold_command *cmd)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (verbs[i].use & use && str_eq(word, str_of(verbs[i].word))) {
			cmd->type = verbs[i].type;
			cmd->on = verbs[i].on;
			return true;
		}
	return false;
}

uint32_t verb_flag(struct str name)
{
	static const struct { const char *name; uint32_t flag; } flags[] = { { "do-not-tell", CASE_DO_NOT_TELL }, { "hold", CASE_HOLD }, { "counsel", CASE_COUNSEL } };
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (str_eq(name, str_of(flags[i].name)))
			return flags[i].flag;
	return 0;
}

enum err verb_text(struct fold_command *cmd, struct why *why)
{
	if (cmd->type == INPUT_SNOOZE) {
		struct str span = cmd->text;
		cmd->text = STR_NONE;
		return span_parse(str_trim(span), &cmd->span_us) == OK ? OK : why_set(why, ERR_SYNTAX, "for how long? a span such as 3d is needed");
	}
	if (cmd->type != INPUT_FLAG)
		return OK;
	cmd->flag = verb_flag(cmd->text);
	return cmd->flag ? OK : why_set(why, ERR_RANGE, "the flags that people set are do-not-tell, hold and counsel");
}

enum err verb_may(struct commanding *c, uint64_t number, struct casefile *ret_case, struct why *why)
{
	struct row row;
	enum err e = fold_find_case(&c->j->fold, number, ret_case, &row, why);
	if (e == OK && ret_case->flags & CASE_SEALED_CLASS)
		e = why_set(why, ERR_DENIED, "it is sealed: it is dealt with by itself, and by two people");
	return e;
}

enum err verb_held(struct commanding *c, const struct casefile *of, struct str verb, struct str *ret_act, struct why *why)
{
	*ret_act = STR_NONE;
	for (unsigned i = 0; i < of->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		enum err e = work_load(c->j->fold.work, TABLE_ACT, of->acts[i], act_fields, &act, &row, why);
		if (e || act.state != ACT_HELD || !str_eq(verb, str_of(verb_words[act.verb]))) {
			if (e && e != ERR_NOTFOUND)
				return e;
			continue;
		}
		if (ret_act->len)
			return why_set(why, ERR_CONFLICT, "several of its acts could be meant");
		if (act.hold & ~(uint32_t)(HOLD_BUDGET | HOLD_BREAKER))
			return why_set(why, ERR_DENIED, "its %.*s waits for an approval of its own", STR_ARG(verb));
		*ret_act = act.key;
	}
	return ret_act->len ? OK : why_set(why, ERR_CONFLICT, "no %.*s of it is held by a budget or a breaker", STR_ARG(verb));
}

void verb_put(struct jsonw *w, const struct str *list, unsigned count)
{
	jsonw_array(w, "consequences");
	for (unsigned i = 0; i < count; i++)
		jsonw_str(w, NULL, list[i]);
	jsonw_end(w, ']');
}
