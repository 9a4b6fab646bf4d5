/*
 * The notice of a case before it is sent: the very letter that the fold makes, by taking the next step and taking it back. See judge_command.h.
 *
 * What waits to be sent is shown as it stands. Of a case that a person decides about the letter is that of an upheld one, of any other that of the
 * next deadline, made at that time; and so is what the customer's own page would say then. Only what the release adds lacks: the line of the ledger, which names its root of that moment. That a letter
 * was looked at is recorded.
 */
#include "aupd/judge_command.h"
#include "engine/consequence.h"
#include "engine/delivery.h"
#include "engine/letter.h"
#include "engine/tell.h"

enum { LETTERS_MAX = 8, LINES_MAX = 400, STEPS_TOLD_MAX = LADDER_STEPS_MAX, PORTAL_BYTES_MAX = 512 << 10 };

struct noticing {
	struct commanding *c;
	struct arena *a;
	struct casefile found;
	struct row row;
	struct letter last;             /* that was sent last; no message_id: none was */
	unsigned shown;
	struct buf portal;              /* an object, of the customer's page; empty: there is none */
};

/* --- what changed --- */

static unsigned lines_of(struct str text, struct str *list)
{
	unsigned n = 0;
	while (n < LINES_MAX && str_next_line(&text, &list[n]))
		n++;
	return n;
}

static void put_line(struct jsonw *w, const char *what, struct str text)
{
	jsonw_object(w, NULL);
	jsonw_str(w, what, text.len ? text : STR(" "));
	jsonw_end(w, '}');
}

/* By the longest common subsequence of their lines; lines beyond LINES_MAX are not compared. */
static enum err put_changes(struct noticing *x, const struct letter *l)
{
	struct jsonw *w = x->c->w;
	struct str *was = ARENA_ARRAY(x->a, struct str, LINES_MAX), *is = ARENA_ARRAY(x->a, struct str, LINES_MAX);
	uint16_t (*best)[LINES_MAX + 1] = arena_array(x->a, LINES_MAX + 1, sizeof(*best));
	if (!was || !is || !best)
		return why_set(x->c->why, ERR_NOMEM, "no memory to compare letters");
	unsigned n = lines_of(x->last.body, was), m = lines_of(l->body, is);
	for (unsigned i = n; i-- > 0;)
		for (unsigned k = m; k-- > 0;) {
			uint16_t skip = best[i + 1][k] > best[i][k + 1] ? best[i + 1][k] : best[i][k + 1];
			best[i][k] = str_eq(was[i], is[k]) ? (uint16_t)(best[i + 1][k + 1] + 1) : skip;
		}
	jsonw_array(w, "changes");
	for (unsigned i = 0, k = 0; x->last.message_id.len && (i < n || k < m);) {
		if (i < n && k < m && str_eq(was[i], is[k])) {
			put_line(w, "same", is[k]);
			i++, k++;
		} else if (k < m && (i == n || best[i][k + 1] >= best[i + 1][k])) {
			put_line(w, "added", is[k++]);
		} else {
			put_line(w, "gone", was[i++]);
		}
	}
	jsonw_end(w, ']');
	return OK;
}

/* --- the letter --- */

/* Whose that address is: the customer's, or that of a reseller above him when he cannot be reached himself or his case is passed on. */
static void put_whose(struct noticing *x, const struct act *act, struct str to)
{
	const struct casefile *c = &x->found;
	struct str whose = c->customer;
	const struct entity *e = act->verb == VERB_FORWARD ? NULL : delivery_contact(&x->c->j->fold, c);
	if (act->verb == VERB_FORWARD && c->reseller_count)
		whose = c->resellers[c->reseller_count - 1];
	else if (e && str_eq(e->email, to))
		whose = e->type == ENTITY_CONTACT ? e->customer : e->id;
	jsonw_str(x->c->w, "whose", act->party ? STR_NONE : whose);
	jsonw_str(x->c->w, "role", act->party ? STR("rights holder") : str_eq(whose, c->customer) ? STR("customer") : STR("reseller"));
}

static enum err put_letter(struct noticing *x, const char *state, const struct act *act)
{
	struct jsonw *w = x->c->w;
	struct letter l = { 0 };
	enum err e = act->letter.len ? letter_open(&x->c->j->fold, act->letter, &l, x->c->why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	x->shown++;
	jsonw_object(w, NULL);
	jsonw_str(w, "state", str_of(state));
	jsonw_str(w, "act", act->key);
	jsonw_str(w, "name", act->service);
	jsonw_time(w, "at", act->next_at);
	if (e) {
		jsonw_str(w, "blocked", act->last_text.len ? act->last_text : STR("the letter is gone"));
		jsonw_end(w, '}');
		return OK;
	}
	jsonw_str(w, "language", l.language);
	jsonw_str(w, "to", l.to);
	put_whose(x, act, l.to);
	jsonw_str(w, "reply_to", l.reply_to);
	jsonw_str(w, "subject", l.subject);
	jsonw_str(w, "body", l.body);
	jsonw_bool(w, "attached", l.attached.len);
	jsonw_bool(w, "digest", act->in_digest);
	e = put_changes(x, &l);
	jsonw_end(w, '}');
	return e;
}

static bool is_letter(const struct act *act)
{
	return act->verb == VERB_NOTIFY || act->verb == VERB_FORWARD;
}

/* The acts of `then` that are letters to be sent; those that there were before are left to the first call. */
static enum err put_letters(struct noticing *x, const char *state, const struct casefile *then, bool fresh)
{
	enum err e = OK;
	for (unsigned i = fresh ? x->found.act_count : 0; e == OK && i < then->act_count && x->shown < LETTERS_MAX; i++) {
		struct act act = { 0 };
		struct row row;
		e = work_load(x->c->j->fold.work, TABLE_ACT, then->acts[i], act_fields, &act, &row, x->c->why);
		if (e == ERR_NOTFOUND)
			e = OK;
		else if (e == OK && is_letter(&act) && (act.state == ACT_QUEUED || act.state == ACT_HELD))
			e = put_letter(x, state, &act);
		else if (e == OK && is_letter(&act) && act.state == ACT_REFUSED && (fresh || (then->flags & CASE_NOTICE_BOUNCED && !act.letter.len)))
			e = put_letter(x, fresh ? state : "not sent", &act);
	}
	return e;
}

static enum err find_last(struct noticing *x)
{
	enum err e = OK;
	for (unsigned i = x->found.act_count; e == OK && i-- > 0 && !x->last.message_id.len;) {
		struct act act = { 0 };
		struct row row;
		e = work_load(x->c->j->fold.work, TABLE_ACT, x->found.acts[i], act_fields, &act, &row, x->c->why);
		if (e == OK && act.verb == VERB_NOTIFY && !act.party && act.state == ACT_DONE_ && act.letter.len)
			e = letter_open(&x->c->j->fold, act.letter, &x->last, x->c->why);
		if (e == ERR_NOTFOUND)
			e = OK;
	}
	return e;
}

/* --- what comes --- */

/* The step is taken in the work and taken back by the caller. */
static enum err take_step(struct noticing *x, const char **ret_state, int64_t *ret_at, struct casefile *ret_then)
{
	struct fold *f = &x->c->j->fold;
	struct fold_command uphold = { .type = INPUT_REVIEWED, .number = x->found.number, .actor = STR("whoever upholds it"), .on = true };
	struct row row = x->row;
	uint64_t number;
	enum err e;
	if (x->found.state == CASE_REVIEW) {
		*ret_state = "when it is upheld";
		*ret_at = f->now;
		e = fold_command(f, &uphold, &number, x->c->why);
	} else {
		*ret_state = "at the next deadline";
		*ret_at = x->found.next_due_at > f->now ? x->found.next_due_at : f->now;
		f->now = *ret_at;
		e = fold_due(f, &row, x->c->why);
	}
	return e ? e : fold_find_case(f, x->found.number, ret_then, &row, x->c->why);
}

/* What the customer's page says of the case as it is then; nothing, where he is not told of it. */
static enum err make_portal(struct noticing *x, const struct casefile *then)
{
	struct jsonw w;
	if (then->flags & (CASE_DO_NOT_TELL | CASE_SEALED_CLASS))
		return OK;
	buf_done(&x->portal);
	buf_init(&x->portal, PORTAL_BYTES_MAX);
	jsonw_init(&w, &x->portal);
	jsonw_object(&w, NULL);
	enum err e = tell_case(&x->c->j->fold, then, SCOPE_CUSTOMER, STR_NONE, &w, x->c->why);
	jsonw_end(&w, '}');
	return e ? e : x->portal.err;
}

static enum err put_next(struct noticing *x)
{
	struct fold *f = &x->c->j->fold;
	struct casefile then = x->found;
	struct why why = *x->c->why;
	const char *state = "";
	int64_t now = f->now, at = TIME_NONE;
	if (x->found.state != CASE_REVIEW && (x->found.next_due_at == TIME_NONE || x->found.state != CASE_OPEN))
		return OK;
	work_begin(f->work);
	enum err e = take_step(x, &state, &at, &then);
	if (e == OK)
		e = put_letters(x, state, &then, true);
	if (e == OK)
		e = make_portal(x, &then);
	work_undo(f->work);
	f->now = now;
	/* that the step cannot be taken is told when it is due */
	if (e == ERR_CONFLICT || e == ERR_DENIED || e == ERR_RANGE || e == ERR_NOTFOUND) {
		*x->c->why = why;
		return OK;
	}
	return e;
}

/* The rest of the ladder as it stands, when nobody does anything. */
static void put_ladder(struct noticing *x)
{
	struct jsonw *w = x->c->w;
	const struct casefile *c = &x->found;
	const struct policy *p = fold_policy_at(&x->c->j->fold, x->c->j->fold.now);
	const struct ladder *l = p ? policy_ladder(p, c->ladder) : NULL;
	jsonw_array(w, "if_nothing");
	for (unsigned i = c->next_step; l && c->state == CASE_OPEN && i < l->step_count; i++) {
		const struct step *s = &l->steps[i];
		jsonw_object(w, NULL);
		jsonw_time(w, "at", wait_end(&s->after, c->ladder_started_at));
		jsonw_str(w, "verb", str_of(verb_words[s->verb]));
		jsonw_str(w, "what", s->service);
		jsonw_str(w, "unless", str_of(step_unless_words[s->unless]));
		jsonw_int(w, "approvals", s->approvals);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	jsonw_array(w, "resellers");
	for (unsigned i = 0; i < c->reseller_count; i++)
		jsonw_str(w, NULL, c->resellers[i]);
	jsonw_end(w, ']');
}

enum err cmd_case_notice(struct commanding *c)
{
	struct noticing x = { .c = c, .a = work_arena(c->j->fold.work) };
	char text[CASE_TEXT_MAX];
	uint64_t number;
	enum err e = command_case(c, &number);
	if (e == OK)
		e = fold_find_case(&c->j->fold, number, &x.found, &x.row, c->why);
	if (e == OK && x.found.flags & CASE_SEALED_CLASS)
		e = why_set(c->why, ERR_DENIED, "the case is sealed: there are no letters about it");
	if (e == OK)
		e = find_last(&x);
	if (e)
		return e;
	case_text(number, text);
	jsonw_str(c->w, "case", str_of(text));
	jsonw_str(c->w, "state", str_of(case_state_words[x.found.state]));
	jsonw_bool(c->w, "do_not_tell", x.found.flags & CASE_DO_NOT_TELL);
	jsonw_str(c->w, "last", x.last.name);
	jsonw_time(c->w, "last_at", x.last.message_id.len ? x.last.made_at : TIME_NONE);
	jsonw_array(c->w, "letters");
	buf_init(&x.portal, PORTAL_BYTES_MAX);
	e = put_letters(&x, "waiting", &x.found, false);
	if (e == OK)
		e = make_portal(&x, &x.found);
	if (e == OK)
		e = put_next(&x);
	jsonw_end(c->w, ']');
	if (e == OK && x.portal.len)
		jsonw_raw(c->w, "portal", buf_str(&x.portal));
	buf_done(&x.portal);
	put_ladder(&x);
	return e ? e : command_record_lookup(c, str_format(x.a, "case %s notice", text), STR("the letter that goes next"));
}
