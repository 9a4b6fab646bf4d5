/*
 * Consequences of a command. See consequence.h.
 */
#include "engine/consequence.h"

enum { TOLD_MAX = CASE_ACTS_MAX + 8 };

struct telling {
	struct arena *a;
	struct str *list;
	unsigned count;
};

static void tell(struct telling *t, struct str text)
{
	if (t->count < TOLD_MAX)
		t->list[t->count++] = text;
}

static enum err load_acts(struct fold *f, const struct casefile *c, struct act **ret_acts, unsigned *ret_count, struct why *why)
{
	struct act *acts = ARENA_ARRAY(work_arena(f->work), struct act, c->act_count + 1);
	unsigned n = 0;
	if (!acts)
		return why_set(why, ERR_NOMEM, "no memory to look at a case");
	for (unsigned i = 0; i < c->act_count; i++) {
		struct row row;
		acts[n] = (struct act){ 0 };
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &acts[n], &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		n += e == OK;
	}
	*ret_acts = acts;
	*ret_count = n;
	return OK;
}

enum err consequence_look(struct fold *f, uint64_t number, struct consequence *ret_look, struct why *why)
{
	struct row row;
	enum err e = fold_find_case(f, number, &ret_look->before, &row, why);
	return e ? e : load_acts(f, &ret_look->before, &ret_look->acts, &ret_look->act_count, why);
}

static const struct act *find(const struct consequence *look, struct str key)
{
	for (unsigned i = 0; i < look->act_count; i++)
		if (str_eq(look->acts[i].key, key))
			return &look->acts[i];
	return NULL;
}

static bool is_letter(const struct act *act)
{
	return act->verb == VERB_NOTIFY || act->verb == VERB_ADVISE;
}

static void tell_new(struct telling *t, const struct act *act)
{
	const char *held = act->state == ACT_HELD ? ", and is held for a person" : "";
	if (act->state == ACT_REFUSED)
		tell(t, str_format(t->a, "the letter \"%.*s\" cannot be sent: %.*s", STR_ARG(act->service), STR_ARG(act->last_text)));
	else if (is_letter(act))
		tell(t, str_format(t->a, "the letter \"%.*s\" goes to the customer%s", STR_ARG(act->service), held));
	else if (act->verb >= VERB_END)
		tell(t, str_format(t->a, "%s of %.*s begins%s", verb_words[act->verb], STR_ARG(act->service), held));
	else
		tell(t, str_format(t->a, "a person is asked: %.*s", STR_ARG(act->param_count ? act->params[0] : act->service)));
}

static void tell_act(struct telling *t, const struct act *was, const struct act *act)
{
	if (!was)
		tell_new(t, act);
	else if (was->desired && !act->desired && is_letter(act))
		tell(t, str_format(t->a, "the letter \"%.*s\", which has not left, does not go", STR_ARG(act->service)));
	else if (was->desired && !act->desired)
		tell(t, str_format(t->a, "%s of %.*s is %s", verb_words[act->verb], STR_ARG(act->service), was->state == ACT_HELD || was->state == ACT_QUEUED
			? "dropped before it began" : "lifted"));
	else if (was->state == ACT_HELD && act->state == ACT_QUEUED)
		tell(t, str_format(t->a, "%s of %.*s begins", verb_words[act->verb], STR_ARG(act->service)));
}

static void tell_case(struct telling *t, const struct casefile *was, const struct casefile *is)
{
	static const struct { uint32_t flag; const char *name; } flags[] = { { CASE_DO_NOT_TELL, "do-not-tell" }, { CASE_HOLD, "hold" }, { CASE_COUNSEL, "counsel" },
		{ CASE_APPEALED, "appealed" }, { CASE_NOTICE_BOUNCED, "bounced" }, { CASE_CORRECTED, "corrected" }, { CASE_EMERGENCY, "emergency" } };
	if (was->state != is->state)
		tell(t, str_format(t->a, "%s becomes %s%s%.*s", case_state_words[was->state], case_state_words[is->state], is->merged_into.len ? " into " : "",
			STR_ARG(is->merged_into)));
	if (!str_eq(was->assigned, is->assigned))
		tell(t, str_format(t->a, "%.*s looks after it instead of %.*s", STR_ARG(is->assigned.len ? is->assigned : STR("nobody")),
			STR_ARG(was->assigned.len ? was->assigned : STR("nobody"))));
	if (was->snoozed_until_at != is->snoozed_until_at)
		tell(t, is->snoozed_until_at ? str_format(t->a, "it is put away until %.*s", STR_ARG(time_str(t->a, is->snoozed_until_at))) : STR("it is not put away any more"));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if ((was->flags ^ is->flags) & flags[i].flag)
			tell(t, str_format(t->a, "the mark %s is %s", flags[i].name, is->flags & flags[i].flag ? "set" : "cleared"));
	if (was->next_due_at != TIME_NONE && is->next_due_at == TIME_NONE)
		tell(t, STR("nothing is due any more"));
	else if (was->next_due_at != is->next_due_at)
		tell(t, str_format(t->a, "due %.*s: %.*s", STR_ARG(time_str(t->a, is->next_due_at - is->next_due_at % SECOND_US)), STR_ARG(is->next_what)));
}

enum err consequence_tell(struct fold *f, const struct consequence *look, struct str **ret_list, unsigned *ret_count, struct str *ret_letter, struct why *why)
{
	struct telling t = { work_arena(f->work), ARENA_ARRAY(work_arena(f->work), struct str, TOLD_MAX), 0 };
	struct consequence now;
	if (!t.list)
		return why_set(why, ERR_NOMEM, "no memory to tell what a command does");
	enum err e = consequence_look(f, look->before.number, &now, why);
	if (e)
		return e;
	*ret_letter = STR("");
	tell_case(&t, &look->before, &now.before);
	for (unsigned i = 0; i < now.act_count; i++) {
		const struct act *was = find(look, now.acts[i].key);
		tell_act(&t, was, &now.acts[i]);
		if (!was && is_letter(&now.acts[i]))
			*ret_letter = now.acts[i].key;
	}
	*ret_list = t.list;
	*ret_count = t.count;
	return OK;
}
