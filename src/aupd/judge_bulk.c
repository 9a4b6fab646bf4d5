/*
 * One command over many cases, and taking it back. See judge_command.h.
 *
 * Each case is tried by itself first, and the trial taken back: so it is told what would happen to it, or why it is left out, by
 * the very checks that hold when it is done alone. Then all that are not left out are done in one commit. What has changed since a
 * person saw the list is left out. At most BULK_CASES_MAX cases; sealed ones never. Whoever asks names what else is left out: cases that are kept by
 * a mark, those of resellers' customers, those of customers whom nothing may touch.
 */
#include "aupd/judge_macro.h"
#include "engine/deed.h"
#include "engine/fold_case.h"
#include "model/bulk.h"

enum { LIST_MAX = 100, SUMS_MAX = 100, TYPED_ABOVE = 50, BACK_MAX = 8 };
#define MACRO STR("macro")

enum except { EXCEPT_KEPT = 1, EXCEPT_RESELLER = 2, EXCEPT_PROTECTED = 4 };

struct one {
	struct fold_command cmd;
	int64_t events;                 /* how many events the case had when the list was made; -1 = whoever asks saw none */
	struct str skipped;             /* why it is left out; "" = it is not */
	struct str *told;
	unsigned told_count;
	struct str clause, customer;
	uint64_t event_count;
	struct bulk_case kept;
	unsigned of;                    /* its place in the bulk that is taken back */
	struct fold_command more[BACK_MAX];     /* behind cmd: the way back from what did several things */
	unsigned more_count;
};

struct bulking {
	struct commanding *c;
	struct one *list;
	unsigned count, done;
	unsigned except;                /* set of enum except */
	const struct macro *macro;      /* is run on each; NULL: cmd is done */
};

static enum err skip(struct bulking *b, struct one *x, struct str text)
{
	x->skipped = str_copy(work_arena(b->c->j->fold.work), text);
	return OK;
}

static enum err check_except(const struct bulking *b, const struct casefile *c, struct why *why)
{
	const struct entity *e = registry_customer(b->c->j->fold.registry, c->customer, b->c->j->fold.now);
	if (b->except & EXCEPT_KEPT && c->flags & (CASE_HOLD | CASE_COUNSEL))
		return why_set(why, ERR_CONFLICT, "it is kept: it is marked %s", c->flags & CASE_HOLD ? "hold" : "counsel");
	if (b->except & EXCEPT_RESELLER && c->reseller_count)
		return why_set(why, ERR_CONFLICT, "it is of a customer of reseller %.*s", STR_ARG(c->resellers[c->reseller_count - 1]));
	if (b->except & EXCEPT_PROTECTED && e && e->protected_)
		return why_set(why, ERR_CONFLICT, "nothing may touch its customer");
	return OK;
}

static enum err run_macro(struct bulking *b, const struct casefile *of)
{
	struct macro own = *b->macro;
	struct macro_step *steps = ARENA_ARRAY(work_arena(b->c->j->fold.work), struct macro_step, own.step_count + 1);
	if (!steps)
		return why_set(b->c->why, ERR_NOMEM, "no memory for a macro");
	memcpy(steps, own.steps, own.step_count * sizeof(*steps));
	own.steps = steps;
	enum err e = macro_for(b->c, &own, of);
	return e ? e : macro_steps(b->c, &own, of->number);
}

static enum err keep_after(struct bulking *b, struct one *x, struct why *why)
{
	struct casefile now;
	struct row row;
	enum err e = fold_find_case(&b->c->j->fold, x->cmd.number, &now, &row, why);
	if (e)
		return e;
	x->kept.then_assigned = now.assigned;
	x->kept.then_flags = now.flags;
	x->kept.then_snoozed = now.snoozed_until_at;
	/* a note alone tells nothing else */
	if (!x->told_count && now.event_count > x->event_count) {
		x->told[0] = STR("it is noted in its story");
		x->told_count = 1;
	}
	return OK;
}

/* What a macro says of itself goes where whoever tries it is told. */
static enum err carry_out(struct bulking *b, struct one *x, const struct casefile *of, struct why *why)
{
	uint64_t number;
	enum err e = OK;
	if (b->macro) {
		struct why *kept = b->c->why;
		b->c->why = why;
		e = run_macro(b, of);
		b->c->why = kept;
	} else {
		e = fold_command(&b->c->j->fold, &x->cmd, &number, why);
	}
	for (unsigned i = 0; e == OK && i < x->more_count; i++)
		e = fold_command(&b->c->j->fold, &x->more[i], &number, why);
	return e;
}

static enum err do_one(struct bulking *b, struct one *x, struct why *why)
{
	struct fold *f = &b->c->j->fold;
	struct consequence look;
	struct casefile found;
	enum err e = verb_may(b->c, x->cmd.number, &found, why);
	x->event_count = e ? 0 : found.event_count;
	if (e == OK) {
		x->clause = found.clause;
		x->customer = found.customer;
		e = check_except(b, &found, why);
	}
	if (e == OK && x->events >= 0 && (uint64_t)x->events != found.event_count)
		e = why_set(why, ERR_CONFLICT, "something has happened in it since the list was made");
	if (e == OK && x->cmd.type == INPUT_APPROVE)
		e = verb_held(b->c, &found, x->cmd.text, &x->cmd.act, why);
	if (e == OK)
		e = consequence_look(f, x->cmd.number, &look, why);
	if (e)
		return e;
	x->kept = (struct bulk_case){ .number = x->cmd.number, .assigned = look.before.assigned, .flags = look.before.flags };
	e = carry_out(b, x, &found, why);
	if (e == OK)
		e = consequence_tell(f, &look, &x->told, &x->told_count, &x->kept.letter, why);
	if (e == OK && b->macro)
		e = keep_after(b, x, why);
	if (e == OK && !x->told_count)
		e = why_set(why, ERR_CONFLICT, "it is so already");
	return e;
}

static enum err try_all(struct bulking *b)
{
	struct work *w = b->c->j->fold.work;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < b->count; i++) {
		struct one *x = &b->list[i];
		struct why why = { .line = 0 };
		if (x->skipped.len)
			continue;
		work_begin(w);
		e = do_one(b, x, &why);
		work_undo(w);
		/* a conflict here is the case's: nothing is committed while it is tried */
		if (e && (!judge_passes(e) || e == ERR_CONFLICT))
			e = skip(b, x, str_of(why.text[0] ? why.text : err_text(e)));
		else if (e)
			*b->c->why = why;
	}
	return e;
}

/* All or nothing: whoever called takes back what was done when one of them fails. */
static enum err do_all(struct bulking *b)
{
	enum err e = OK;
	work_begin(b->c->j->fold.work);
	for (unsigned i = 0; e == OK && i < b->count; i++) {
		struct one *x = &b->list[i];
		if (x->skipped.len)
			continue;
		x->events = -1;
		e = do_one(b, x, b->c->why);
		b->done += e == OK;
	}
	return e;
}

/* What happens to how many cases of a clause. */
static void put_sums(struct bulking *b)
{
	struct jsonw *w = b->c->w;
	struct sum { struct str clause, what; int64_t cases; } *sums = ARENA_ARRAY(work_arena(b->c->j->fold.work), struct sum, SUMS_MAX);
	unsigned n = 0;
	for (unsigned i = 0; sums && i < b->count; i++)
		for (unsigned k = 0; !b->list[i].skipped.len && k < b->list[i].told_count; k++) {
			const struct one *x = &b->list[i];
			unsigned m = 0;
			while (m < n && !(str_eq(sums[m].clause, x->clause) && str_eq(sums[m].what, x->told[k])))
				m++;
			if (m == n && n < SUMS_MAX)
				sums[n++] = (struct sum){ x->clause, x->told[k], 0 };
			if (m < n)
				sums[m].cases++;
		}
	jsonw_array(w, "sums");
	for (unsigned i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "clause", sums[i].clause);
		jsonw_str(w, "what", sums[i].what);
		jsonw_int(w, "cases", sums[i].cases);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void put_rows(struct bulking *b)
{
	struct jsonw *w = b->c->w;
	unsigned skipped = 0;
	jsonw_array(w, "cases");
	for (unsigned i = 0; i < b->count; i++) {
		const struct one *x = &b->list[i];
		char number[CASE_TEXT_MAX];
		case_text(x->cmd.number, number);
		jsonw_object(w, NULL);
		jsonw_str(w, "case", str_of(number));
		jsonw_int(w, "events", (int64_t)x->event_count);
		jsonw_str(w, "clause", x->clause);
		jsonw_str(w, "customer", x->customer);
		if (x->skipped.len)
			jsonw_str(w, "skipped", x->skipped);
		else
			verb_put(w, x->told, x->told_count);
		jsonw_end(w, '}');
		skipped += x->skipped.len > 0;
	}
	jsonw_end(w, ']');
	jsonw_int(w, "changes", (int64_t)(b->count - skipped));
	jsonw_int(w, "skipped", (int64_t)skipped);
	jsonw_bool(w, "typed", b->count - skipped > TYPED_ABOVE);
	put_sums(b);
}

/* Who comes by a session types how many cases change, when they are many; and whoever says a number means it. */
static enum err check_typed(struct bulking *b)
{
	const struct json *typed = json_get(b->c->root, "count");
	unsigned changes = 0;
	for (unsigned i = 0; i < b->count; i++)
		changes += !b->list[i].skipped.len;
	if (!typed && (!b->c->p.session.len || changes <= TYPED_ABOVE))
		return OK;
	return typed && typed->is_integer && typed->integer == changes ? OK
		: why_set(b->c->why, ERR_CONFLICT, "%u cases would change: say that number, or look again", changes);
}

static enum err read_except(struct bulking *b)
{
	static const struct { const char *word; enum except is; } words[] = { { "kept", EXCEPT_KEPT }, { "reseller", EXCEPT_RESELLER }, { "protected", EXCEPT_PROTECTED } };
	const struct json *list = json_get(b->c->root, "except");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		size_t i = 0;
		while (i < sizeof(words) / sizeof(words[0]) && !str_eq(m->text, str_of(words[i].word)))
			i++;
		if (i == sizeof(words) / sizeof(words[0]))
			return why_set(b->c->why, ERR_RANGE, "what is left out is kept, reseller or protected");
		b->except |= words[i].is;
	}
	return OK;
}

static enum err put_record(struct bulking *b, const char *kind, struct str id, struct str what)
{
	struct fold *f = &b->c->j->fold;
	struct arena *a = work_arena(f->work);
	struct record r;
	struct str list = STR("");
	enum err e = deed_begin(f, kind, &r, b->c->why);
	for (unsigned i = 0; i < b->count; i++)
		if (!b->list[i].skipped.len) {
			char number[CASE_TEXT_MAX];
			case_text(b->list[i].cmd.number, number);
			list = str_format(a, "%.*s%s%s", STR_ARG(list), list.len ? "," : "", number);
		}
	record_put(&r, "bulk", id);
	record_put(&r, "what", what);
	record_put(&r, "cases", list);
	record_commit(&r, "actor", b->c->who);
	return e ? e : deed_write(f, &r, DEED_OFFICE, b->c->why);
}

static enum err put_bulk(struct bulking *b, struct bulk *kept, struct str *ret_id)
{
	struct fold *f = &b->c->j->fold;
	struct arena *a = work_arena(f->work);
	struct row row = { .table = TABLE_BULK, .owner = b->c->who, .state = STR("done"), .due_at = TIME_NONE, .rank = f->now };
	uint64_t n;
	kept->cases = ARENA_ARRAY(a, struct bulk_case, b->count + 1);
	if (!kept->cases)
		return why_set(b->c->why, ERR_NOMEM, "no memory for a command over many cases");
	for (unsigned i = 0; i < b->count; i++)
		if (!b->list[i].skipped.len)
			kept->cases[kept->case_count++] = b->list[i].kept;
	enum err e = count_up(f, STR("bulk"), &n, b->c->why);
	if (e)
		return e;
	row.key = str_format(a, "%08llu", (unsigned long long)n);
	*ret_id = str_format(a, "B-%llu", (unsigned long long)n);
	return work_store(f->work, &row, bulk_fields, kept, b->c->why);
}

static enum err read_case(struct bulking *b, const struct json *m, struct one *x)
{
	struct str name = m->type == JSON_STRING ? m->text : json_text(m, "case"), number;
	uint64_t events;
	/* a form says "C-4711:9" for the two */
	if (!str_split(&name, ':', &number) || case_parse(number, &x->cmd.number) != OK)
		return why_set(b->c->why, ERR_SYNTAX, "cases are named by numbers such as C-4711");
	x->events = json_int(m, "events", name.len && str_to_u64(name, INT64_MAX, &events) == OK ? (int64_t)events : -1);
	for (const struct one *y = b->list; y < x; y++)
		if (y->cmd.number == x->cmd.number)
			return why_set(b->c->why, ERR_RANGE, "case C-%llu is named twice", (unsigned long long)x->cmd.number);
	return OK;
}

/* As it was when the list was made: what has been changed since is another one. */
static enum err read_macro(struct bulking *b, struct str *ret_name)
{
	struct commanding *c = b->c;
	struct macro *m = ARENA_NEW(work_arena(c->j->fold.work), struct macro);
	struct row row;
	int64_t version = json_int(c->root, "version", -1);
	struct str asks[MACRO_ASKED_MAX];
	if (!m)
		return why_set(c->why, ERR_NOMEM, "no memory for a macro");
	*ret_name = command_arg(c, "macro");
	enum err e = macro_load(c, *ret_name, m, &row);
	if (e == OK && version >= 0 && (uint64_t)version != row.version)
		e = why_set(c->why, ERR_CONFLICT, "the macro has changed since it was shown");
	if (e)
		return e;
	b->macro = m;
	jsonw_str(c->w, "macro", m->name);
	jsonw_int(c->w, "version", (int64_t)row.version);
	jsonw_array(c->w, "asks");
	for (unsigned i = 0, n = macro_asks(m, asks); i < n; i++)
		jsonw_str(c->w, NULL, asks[i]);
	jsonw_end(c->w, ']');
	return OK;
}

static enum err read_bulk(struct bulking *b, struct bulk *kept)
{
	struct commanding *c = b->c;
	const struct json *list = json_get(c->root, "cases");
	struct fold_command cmd = { .actor = c->who, .text = command_arg(c, "text") };
	kept->what = command_arg(c, "do");
	enum err e = OK;
	if (str_eq(kept->what, MACRO))
		e = read_macro(b, &kept->to);
	else if (!verb_command(kept->what, VERB_IN_BULK, &cmd))
		e = why_set(c->why, ERR_UNSUPPORTED, "what is done to many cases is reply, assign, resolve, flag, unflag, snooze, merge, release or macro");
	else
		e = verb_text(&cmd, c->why);
	if (e == OK)
		e = read_except(b);
	if (e == OK && cmd.type == INPUT_MERGE && case_parse(command_arg(c, "into"), &cmd.other) != OK)
		e = why_set(c->why, ERR_SYNTAX, "into which case? a number such as C-4711 is needed");
	if (e)
		return e;
	kept->flag = cmd.flag;
	kept->on = cmd.on;
	/* words to a customer, and reasons, stand in the cases only */
	if (cmd.type == INPUT_MERGE)
		kept->to = command_arg(c, "into");
	else if (cmd.type == INPUT_ASSIGN || cmd.type == INPUT_FLAG || cmd.type == INPUT_APPROVE || cmd.type == INPUT_SNOOZE)
		kept->to = command_arg(c, "text");
	for (const struct json *m = list ? list->child : NULL; e == OK && m; m = m->next) {
		if (b->count == BULK_CASES_MAX)
			return why_set(c->why, ERR_LIMIT, "at most %d cases at once", BULK_CASES_MAX);
		b->list[b->count] = (struct one){ .cmd = cmd };
		e = read_case(b, m, &b->list[b->count++]);
	}
	return e || b->count ? e : why_set(c->why, ERR_RANGE, "which cases?");
}

static enum err begin(struct bulking *b, struct commanding *c)
{
	*b = (struct bulking){ .c = c, .list = ARENA_ARRAY(work_arena(c->j->fold.work), struct one, BULK_CASES_MAX + 1) };
	return b->list ? OK : why_set(c->why, ERR_NOMEM, "no memory for a command over many cases");
}

enum err cmd_case_bulk(struct commanding *c)
{
	struct bulking b;
	struct bulk kept = { .by = c->who, .at = c->j->fold.now, .undone_at = TIME_NONE };
	struct str id = STR_NONE;
	bool dry = json_flag(c->root, "dry", true);
	enum err e = begin(&b, c);
	if (e == OK)
		e = read_bulk(&b, &kept);
	if (e == OK)
		e = try_all(&b);
	if (e == OK && !dry)
		e = check_typed(&b);
	if (e == OK && !dry)
		e = do_all(&b);
	if (e == OK && b.done)
		e = put_bulk(&b, &kept, &id);
	if (e == OK && b.done)
		e = put_record(&b, "bulk", id, kept.what);
	if (e)
		return e;
	jsonw_str(c->w, "bulk", id);
	put_rows(&b);
	return OK;
}

static enum err load_bulk(struct commanding *c, struct bulk *kept, struct row *row)
{
	struct str text = command_arg(c, "bulk");
	uint64_t n;
	if (!str_starts_fold(text, STR("B-")) || str_to_u64(str_sub(text, 2, text.len), UINT32_MAX, &n) != OK)
		return why_set(c->why, ERR_SYNTAX, "which one? a number such as B-3 is needed");
	enum err e = work_load(c->j->fold.work, TABLE_BULK, str_format(work_arena(c->j->fold.work), "%08llu", (unsigned long long)n), bulk_fields, kept, row, c->why);
	return e == ERR_NOTFOUND ? why_set(c->why, e, "there is no %.*s", STR_ARG(text)) : e;
}

static struct fold_command *add_back(struct one *x, enum case_input_type type)
{
	struct fold_command *cmd = x->more_count || x->cmd.type ? &x->more[x->more_count++] : &x->cmd;
	*cmd = (struct fold_command){ .actor = x->cmd.actor, .number = x->cmd.number, .text = x->cmd.text, .type = type };
	return cmd;
}

/* Of all that a macro did what nobody has changed since: notes and letters that have left stay. */
static enum err back_of_macro(struct bulking *b, const struct bulk *kept, const struct bulk_case *was, const struct casefile *c, struct one *x)
{
	static const struct { uint32_t flag; const char *name; } marks[] = { { CASE_DO_NOT_TELL, "do-not-tell" }, { CASE_HOLD, "hold" }, { CASE_COUNSEL, "counsel" } };
	struct fold *f = &b->c->j->fold;
	struct act act = { 0 };
	struct row row;
	enum err e = was->letter.len ? work_load(f->work, TABLE_ACT, was->letter, act_fields, &act, &row, b->c->why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e == OK && act.desired && !act.in_hand && (act.state == ACT_QUEUED || act.state == ACT_HELD))
		add_back(x, INPUT_UNDO)->act = was->letter;
	if (c->state == CASE_RESOLVED && c->resolved_at == kept->at)
		(void)add_back(x, INPUT_REOPEN);
	if (!str_eq(was->assigned, was->then_assigned) && str_eq(c->assigned, was->then_assigned))
		add_back(x, INPUT_ASSIGN)->text = was->assigned;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		uint32_t flag = marks[i].flag;
		if (!((was->flags ^ was->then_flags) & flag) || (c->flags ^ was->then_flags) & flag)
			continue;
		struct fold_command *cmd = add_back(x, INPUT_FLAG);
		cmd->flag = flag;
		cmd->on = was->flags & flag;
		cmd->text = str_of(marks[i].name);
	}
	if (was->then_snoozed && c->snoozed_until_at == was->then_snoozed && case_is_snoozed(c, f->now))
		(void)add_back(x, INPUT_WAKE);
	return x->cmd.type ? OK : skip(b, x, STR("nothing of what the macro did can be taken back"));
}

/* The way back from what was done to that case, as far as nobody has changed it since. */
static enum err way_back(struct bulking *b, const struct bulk *kept, const struct bulk_case *was, struct str id, struct one *x)
{
	struct fold *f = &b->c->j->fold;
	struct casefile c;
	struct row row;
	struct act act = { 0 };
	struct fold_command forth = { .text = STR_NONE };
	int64_t span_us;
	enum err e = fold_find_case(f, was->number, &c, &row, b->c->why);
	x->cmd = (struct fold_command){ .actor = b->c->who, .number = was->number, .text = str_format(work_arena(f->work), "%.*s is taken back", STR_ARG(id)) };
	x->events = -1;
	if (e)
		return e == ERR_NOTFOUND ? skip(b, x, STR("it is gone")) : e;
	if (str_eq(kept->what, MACRO))
		return back_of_macro(b, kept, was, &c, x);
	(void)verb_command(kept->what, VERB_IN_BULK, &forth);
	switch (forth.type) {
	case INPUT_RESOLVE:
		x->cmd.type = INPUT_REOPEN;
		return c.state == CASE_RESOLVED && c.resolved_at == kept->at ? OK : skip(b, x, STR("it was opened again, or resolved anew"));
	case INPUT_ASSIGN:
		x->cmd.type = INPUT_ASSIGN;
		x->cmd.text = was->assigned;
		return str_eq(c.assigned, kept->to) ? OK : skip(b, x, STR("somebody else looks after it by now"));
	case INPUT_FLAG:
		x->cmd.type = INPUT_FLAG;
		x->cmd.text = kept->to;
		x->cmd.flag = kept->flag;
		x->cmd.on = !kept->on;
		return ((c.flags & kept->flag) != 0) == kept->on ? OK : skip(b, x, STR("its mark was changed since"));
	case INPUT_SNOOZE:
		x->cmd.type = INPUT_WAKE;
		return span_parse(str_trim(kept->to), &span_us) == OK && case_is_snoozed(&c, f->now) && c.snoozed_until_at == (kept->at + span_us) / SECOND_US * SECOND_US ? OK
			: skip(b, x, STR("it is back already, or put away until another time"));
	case INPUT_REPLY:
		x->cmd.type = INPUT_UNDO;
		x->cmd.act = was->letter;
		e = work_load(f->work, TABLE_ACT, was->letter, act_fields, &act, &row, b->c->why);
		if (e && e != ERR_NOTFOUND)
			return e;
		return e == OK && act.desired && !act.in_hand && (act.state == ACT_QUEUED || act.state == ACT_HELD) ? OK
			: skip(b, x, STR("the letter has left, and cannot be taken back"));
	case INPUT_APPROVE:
		return skip(b, x, STR("what was released has gone: aup case undo lifts it"));
	default: break;
	}
	return skip(b, x, STR("cases that were merged come out one by one, the latest first: aup case back"));
}

enum err cmd_case_bulk_undo(struct commanding *c)
{
	struct bulking b;
	struct bulk kept = { 0 };
	struct row row;
	bool dry = json_flag(c->root, "dry", true);
	struct str id = command_arg(c, "bulk");
	enum err e = begin(&b, c);
	if (e == OK)
		e = load_bulk(c, &kept, &row);
	if (e == OK && kept.undone_at != TIME_NONE)
		e = why_set(c->why, ERR_CONFLICT, "%.*s has taken it back already", STR_ARG(kept.undone_by));
	for (unsigned i = 0; e == OK && i < kept.case_count; i++) {
		struct one *x = &b.list[b.count++];
		*x = (struct one){ .of = i };
		e = way_back(&b, &kept, &kept.cases[i], id, x);
	}
	if (e == OK)
		e = try_all(&b);
	if (e == OK && !dry)
		e = do_all(&b);
	if (e == OK && b.done)
		e = put_record(&b, "bulk-undone", id, kept.what);
	if (e)
		return e;
	jsonw_str(c->w, "bulk", id);
	put_rows(&b);
	if (!b.done)
		return OK;
	for (unsigned i = 0; i < b.count; i++)
		kept.cases[b.list[i].of].undone = !b.list[i].skipped.len;
	kept.undone_by = c->who;
	kept.undone_at = c->j->fold.now;
	row.state = STR("undone");
	return work_store(c->j->fold.work, &row, bulk_fields, &kept, c->why);
}

/* The latest first. */
enum err cmd_case_bulks(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_BULK, .due_by = TIME_NONE, .descending = true, .limit = LIST_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	jsonw_array(c->w, "bulks");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct bulk kept = { 0 };
		uint64_t number = 0;
		e = field_decode(a, rows[i].body, bulk_fields, &kept, c->why);
		if (e == OK && str_to_u64(rows[i].key, UINT32_MAX, &number) != OK)
			e = why_set(c->why, ERR_CORRUPT, "a command over many cases has no number");
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "bulk", str_format(a, "B-%llu", (unsigned long long)number));
		jsonw_str(c->w, "do", kept.what);
		jsonw_str(c->w, "to", kept.to);
		jsonw_str(c->w, "by", kept.by);
		jsonw_time(c->w, "at", kept.at);
		jsonw_int(c->w, "cases", (int64_t)kept.case_count);
		jsonw_str(c->w, "undone_by", kept.undone_by);
		jsonw_time(c->w, "undone_at", kept.undone_at);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return e;
}
