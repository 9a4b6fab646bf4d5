/*
 * Macros by command: added, removed, listed, and run on a case. See judge_command.h.
 *
 * A run is tried first and told; then all its steps are done in one commit, or none. Whatever holds when a step is done alone holds in
 * a macro: people who decided, protected services, do-not-tell.
 */
#include "aupd/judge_macro.h"

struct values {
	struct macro_value list[8];
	unsigned count;
};

static void put_value(struct values *v, const char *name, struct str value)
{
	v->list[v->count++] = (struct macro_value){ str_of(name), value };
}

/* What every macro may say of the case; c NULL: the names alone. */
static struct values known(struct commanding *cmd, const struct casefile *c)
{
	struct arena *a = work_arena(cmd->j->fold.work);
	struct values v = { .count = 0 };
	char number[CASE_TEXT_MAX] = "";
	if (c)
		case_text(c->number, number);
	put_value(&v, "case", str_copy(a, str_of(number)));
	put_value(&v, "customer", c ? c->customer : STR(""));
	put_value(&v, "clause", c ? c->clause : STR(""));
	put_value(&v, "group", c ? c->group : STR(""));
	put_value(&v, "operator", cmd->who);
	put_value(&v, "date", str_sub(time_str(a, cmd->j->fold.now - cmd->j->fold.now % SECOND_US), 0, 10));
	put_value(&v, "fix-by", c && c->fix_by_at != TIME_NONE ? time_str(a, c->fix_by_at - c->fix_by_at % SECOND_US) : STR(""));
	return v;
}

static enum err check_step(struct commanding *c, const struct macro_step *s, unsigned n)
{
	struct fold_command cmd = { .text = s->text };
	struct values v = known(c, NULL);
	struct why why = { .line = 0 };
	struct str text;
	enum err e = OK;
	if (!verb_command(s->verb, VERB_IN_MACRO, &cmd))
		e = why_set(&why, ERR_UNSUPPORTED, "a step is reply, note, assign, flag, unflag, snooze, uphold, dismiss or resolve");
	if (e == OK && !str_trim(s->text).len)
		e = why_set(&why, ERR_RANGE, "it says nothing");
	if (e == OK)
		e = macro_fill(work_arena(c->j->fold.work), s->text, v.list, v.count, NULL, 0, &text, &why);
	if (e == OK)
		e = verb_text(&cmd, &why);
	return e ? why_set(c->why, e, "step %u: %s", n, why.text) : OK;
}

enum err cmd_macro_add(struct commanding *c)
{
	struct work *w = c->j->fold.work;
	struct macro m = { .name = command_arg(c, "name"), .by = c->who, .at = c->j->fold.now, .steps = ARENA_ARRAY(work_arena(w), struct macro_step, MACRO_STEPS_MAX) };
	const struct json *list = json_get(c->root, "steps");
	struct row row;
	uint64_t n = 0;
	if (!m.steps)
		return why_set(c->why, ERR_NOMEM, "no memory for a macro");
	if (!macro_name_ok(m.name))
		return why_set(c->why, ERR_SYNTAX, "a macro has a name of small letters, digits and \"-\"");
	for (const struct json *s = list ? list->child : NULL; s; s = s->next) {
		if (m.step_count == MACRO_STEPS_MAX)
			return why_set(c->why, ERR_LIMIT, "a macro has at most %d steps", MACRO_STEPS_MAX);
		m.steps[m.step_count] = (struct macro_step){ json_text(s, "do"), json_text(s, "text") };
		enum err e = check_step(c, &m.steps[m.step_count], m.step_count + 1);
		if (e)
			return e;
		m.step_count++;
	}
	if (!m.step_count)
		return why_set(c->why, ERR_RANGE, "a macro without steps does nothing");
	enum err e = work_get(w, TABLE_MACRO, m.name, &row, c->why);
	if (e == OK && !row.version)
		e = c->j->driver->count(c->j->store, TABLE_MACRO, STR_NONE, UINT64_MAX, &n, c->why);
	if (e == OK && n >= MACROS_MAX)
		e = why_set(c->why, ERR_LIMIT, "there are %d macros already", MACROS_MAX);
	if (e)
		return e;
	row.owner = c->who;
	row.rank = c->j->fold.now;
	jsonw_str(c->w, "name", m.name);
	jsonw_bool(c->w, "replaced", row.version > 0);
	return work_store(w, &row, macro_fields, &m, c->why);
}

enum err macro_load(struct commanding *c, struct str name, struct macro *m, struct row *row)
{
	enum err e = work_load(c->j->fold.work, TABLE_MACRO, name, macro_fields, m, row, c->why);
	return e == ERR_NOTFOUND ? why_set(c->why, e, "there is no macro %.*s", STR_ARG(name)) : e;
}

enum err cmd_macro_remove(struct commanding *c)
{
	struct macro m = { 0 };
	struct row row;
	enum err e = macro_load(c, command_arg(c, "name"), &m, &row);
	if (e)
		return e;
	jsonw_str(c->w, "name", m.name);
	return work_delete(c->j->fold.work, TABLE_MACRO, row.key, c->why);
}

enum err cmd_macros(struct commanding *c)
{
	struct query q = { .table = TABLE_MACRO, .by_key = true, .due_by = TIME_NONE, .limit = MACROS_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
	jsonw_array(c->w, "macros");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct macro m = { 0 };
		struct str asks[MACRO_ASKED_MAX];
		e = field_decode(work_arena(c->j->fold.work), rows[i].body, macro_fields, &m, c->why);
		unsigned count = e ? 0 : macro_asks(&m, asks);
		jsonw_object(c->w, NULL);
		field_write(c->w, macro_fields, &m);
		jsonw_array(c->w, "asks");
		for (unsigned k = 0; k < count; k++)
			jsonw_str(c->w, NULL, asks[k]);
		jsonw_end(c->w, ']');
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return e;
}

static enum err read_asked(struct commanding *c, struct macro_value *list, unsigned *ret_count)
{
	const struct json *set = json_get(c->root, "set");
	*ret_count = 0;
	for (const struct json *m = set ? set->child : NULL; m; m = m->next) {
		if (*ret_count == MACRO_ASKED_MAX)
			return why_set(c->why, ERR_LIMIT, "at most %d texts are asked for", MACRO_ASKED_MAX);
		list[(*ret_count)++] = (struct macro_value){ m->key, m->text };
	}
	return OK;
}

/* Fills every text of the macro before anything is done; the steps are the command's own from then on. */
enum err macro_for(struct commanding *c, struct macro *m, const struct casefile *of)
{
	struct macro_value asked[MACRO_ASKED_MAX];
	struct values v = known(c, of);
	unsigned count;
	enum err e = read_asked(c, asked, &count);
	for (unsigned i = 0; e == OK && i < m->step_count; i++) {
		struct why why = { .line = 0 };
		e = macro_fill(work_arena(c->j->fold.work), m->steps[i].text, v.list, v.count, asked, count, &m->steps[i].text, &why);
		if (e)
			return why_set(c->why, e, "step %u: %s", i + 1, why.text);
	}
	return e;
}

enum err macro_steps(struct commanding *c, const struct macro *m, uint64_t number)
{
	for (unsigned i = 0; i < m->step_count; i++) {
		struct fold_command cmd = { .number = number, .actor = c->who, .text = m->steps[i].text };
		struct why why = { .line = 0 };
		uint64_t led_to;
		enum err e = verb_command(m->steps[i].verb, VERB_IN_MACRO, &cmd) ? verb_text(&cmd, &why) : why_set(&why, ERR_UNSUPPORTED, "it is no step");
		if (e == OK)
			e = fold_command(&c->j->fold, &cmd, &led_to, &why);
		if (e)
			return why_set(c->why, e, "step %u, %.*s: %s", i + 1, STR_ARG(m->steps[i].verb), why.text);
	}
	return OK;
}

static void put_run(struct commanding *c, const struct macro *m, const struct row *row, const struct consequence *look)
{
	char number[CASE_TEXT_MAX];
	case_text(look->before.number, number);
	jsonw_str(c->w, "name", m->name);
	jsonw_str(c->w, "case", str_of(number));
	jsonw_int(c->w, "events", (int64_t)look->before.event_count);
	jsonw_int(c->w, "version", (int64_t)row->version);
	jsonw_array(c->w, "steps");
	for (unsigned i = 0; i < m->step_count; i++) {
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "do", m->steps[i].verb);
		jsonw_str(c->w, "text", m->steps[i].text);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
}

enum err cmd_macro_run(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct macro m = { 0 };
	struct row row;
	struct casefile of;
	struct consequence look;
	struct str *told, letter;
	uint64_t number;
	unsigned count;
	int64_t events = json_int(c->root, "events", -1), version = json_int(c->root, "version", -1);
	enum err e = case_parse(command_arg(c, "case"), &number) == OK ? macro_load(c, command_arg(c, "name"), &m, &row)
		: why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	if (e == OK)
		e = verb_may(c, number, &of, c->why);
	if (e == OK && ((events >= 0 && (uint64_t)events != of.event_count) || (version >= 0 && (uint64_t)version != row.version)))
		e = why_set(c->why, ERR_CONFLICT, "the case or the macro has changed since it was shown");
	if (e == OK)
		e = macro_for(c, &m, &of);
	if (e == OK)
		e = consequence_look(f, number, &look, c->why);
	if (e)
		return e;
	work_begin(f->work);
	e = macro_steps(c, &m, number);
	if (e == OK)
		e = consequence_tell(f, &look, &told, &count, &letter, c->why);
	if (e == OK && json_flag(c->root, "dry", true))
		work_undo(f->work);
	if (e)
		return e;
	put_run(c, &m, &row, &look);
	verb_put(c->w, told, count);
	return OK;
}
