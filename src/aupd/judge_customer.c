/*
 * One customer on a page, by command. See judge_command.h.
 *
 * What the register says, then cases with what follows from them, holds, marks in common with ended contracts, and an erasure under way:
 * every row by its key or along the index of its owner, each list cut off at its bound and the answer at ANSWER_MAX, and then it says
 * `more`. Who is asked about is a person: why is said, and a look-up is left. Of a sealed case there are number and state, and nothing
 * else here counts it.
 */
#include "aupd/judge_command.h"
#include "aupd/registry_row.h"
#include "cases/case.h"
#include "engine/asked.h"
#include "engine/deed.h"
#include "engine/returning.h"
#include "model/erasure.h"

enum { CASES_MAX = 500, ENTITIES_MAX = 1000, ACTS_MAX = 4000, ANSWER_MAX = FRAME_BODY_MAX / 2 };

struct account {
	struct commanding *c;
	struct str id;
	struct casefile *cases;
	unsigned case_count;
	struct act *acts;               /* of the cases that are shown */
	unsigned act_count;
	bool known, more;
	bool masked;                    /* of names and addresses of people their first letter alone is shown */
};

static bool is_full(struct account *s)
{
	s->more |= s->c->w->out->len > ANSWER_MAX;
	return s->c->w->out->len > ANSWER_MAX;
}

static bool is_sealed(const struct casefile *c)
{
	return c->flags & CASE_SEALED_CLASS || c->state == CASE_SEALED;
}

static enum err page(struct account *s, enum table t, bool latest_first, unsigned limit, struct row **ret_rows, size_t *ret_count)
{
	struct commanding *c = s->c;
	struct query q = { .table = t, .owner = s->id, .descending = latest_first, .due_by = TIME_NONE, .limit = limit };
	enum err e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, ret_rows, ret_count, c->why);
	s->more |= e == OK && *ret_count == limit;
	s->known |= e == OK && *ret_count > 0;
	return e;
}

/* The first letter of it (RFC 3629), so that it can be told whether there is one, and two from each other. */
static struct str mask(struct arena *a, struct str text)
{
	size_t n = text.len > 0;
	while (n && n < text.len && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
		n++;
	return n ? str_format(a, "%.*s\xe2\x80\xa6", (int)n, text.ptr) : text;
}

static void mask_entity(struct arena *a, struct entity *x)
{
	x->name = mask(a, x->name);
	x->email = mask(a, x->email);
	x->phone = mask(a, x->phone);
	if (x->type == ENTITY_MAILBOX)
		x->resource = mask(a, x->resource);
}

static enum err put_register(struct account *s)
{
	struct commanding *c = s->c;
	struct row *rows;
	size_t n = 0;
	enum err e = page(s, TABLE_ENTITY, false, ENTITIES_MAX, &rows, &n);
	jsonw_array(c->w, "register");
	for (size_t i = 0; e == OK && i < n && !is_full(s); i++) {
		struct entity entity = { 0 };
		e = registry_row_read(work_arena(c->j->fold.work), c->j->fold.keyring, &rows[i], &entity, c->why);
		if (s->masked)
			mask_entity(work_arena(c->j->fold.work), &entity);
		jsonw_object(c->w, NULL);
		field_write(c->w, entity_fields, &entity);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return e;
}

static enum err put_resellers(struct account *s)
{
	struct commanding *c = s->c;
	struct str *chain = NULL;
	unsigned count = 0;
	enum err e = registry_chain(c->j->registry, work_arena(c->j->fold.work), s->id, c->j->fold.now, &chain, &count);
	if (e)
		return why_set(c->why, e, "the resellers above the customer cannot be followed");
	jsonw_array(c->w, "resellers");
	for (unsigned i = 0; i < count; i++)
		jsonw_str(c->w, NULL, chain[i]);
	jsonw_end(c->w, ']');
	return OK;
}

static void put_undertaking(struct account *s, const struct casefile *c)
{
	struct jsonw *w = s->c->w;
	if (!c->probation_us)
		return;
	jsonw_object(w, "undertaking");
	jsonw_str(w, "probation", span_str(work_arena(s->c->j->fold.work), c->probation_us));
	jsonw_time(w, "signed", c->probation_since_at);
	jsonw_time(w, "until", c->probation_until_at);
	jsonw_end(w, '}');
}

static void put_case(struct account *s, const struct casefile *c)
{
	struct jsonw *w = s->c->w;
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	int64_t by_at;
	enum asked asked = asked_of(c, &by_at);
	jsonw_object(w, NULL);
	jsonw_str(w, "case", str_of(number));
	jsonw_str(w, "state", str_of(case_state_words[c->state]));
	if (!is_sealed(c)) {
		jsonw_str(w, "clause", c->clause);
		jsonw_str(w, "severity", str_of(severity_words[c->severity]));
		jsonw_str(w, "source", c->source_text);
		jsonw_str(w, "into", c->merged_into);
		jsonw_int(w, "step", c->next_step);
		jsonw_int(w, "strikes", (int64_t)c->strikes);
		jsonw_int(w, "reports", (int64_t)c->report_count);
		jsonw_time(w, "opened", c->opened_at);
		jsonw_time(w, "resolved", c->resolved_at);
		jsonw_str(w, "resolution", c->resolution);
		jsonw_time(w, "due", c->next_due_at);
		jsonw_str(w, "next", c->next_what);
		jsonw_str(w, "asked", str_of(asked_words[asked]));
		jsonw_time(w, "asked_by", by_at);
		jsonw_time(w, "appeal_until", c->appeal_until_at);
		jsonw_bool(w, "appealed", c->flags & CASE_APPEALED);
		jsonw_bool(w, "corrected", c->flags & CASE_CORRECTED);
		put_undertaking(s, c);
	}
	jsonw_end(w, '}');
}

static enum err find_acts(struct account *s, const struct casefile *c)
{
	struct fold *f = &s->c->j->fold;
	for (unsigned i = 0; !is_sealed(c) && i < c->act_count; i++) {
		struct row row;
		if (s->act_count == ACTS_MAX) {
			s->more = true;
			return OK;
		}
		struct act *act = &s->acts[s->act_count];
		*act = (struct act){ 0 };
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, act, &row, s->c->why);
		if (e && e != ERR_NOTFOUND)
			return e;
		s->act_count += e == OK;
	}
	return OK;
}

/* Strikes of cases that are over weigh nothing until one of them is taken up again. */
static void put_totals(const struct account *s, const uint64_t *by_state, uint64_t strikes)
{
	struct jsonw *w = s->c->w;
	jsonw_int(w, "strikes", (int64_t)strikes);
	jsonw_object(w, "states");
	for (unsigned i = 0; i <= CASE_TERMINATED; i++)
		if (by_state[i])
			jsonw_int(w, case_state_words[i], (int64_t)by_state[i]);
	jsonw_end(w, '}');
}

static enum err put_cases(struct account *s)
{
	struct arena *a = work_arena(s->c->j->fold.work);
	uint64_t by_state[CASE_TERMINATED + 1] = { 0 }, strikes = 0;
	struct row *rows;
	size_t n = 0;
	enum err e = page(s, TABLE_CASE, true, CASES_MAX, &rows, &n);
	s->cases = ARENA_ARRAY(a, struct casefile, CASES_MAX);
	s->acts = ARENA_ARRAY(a, struct act, ACTS_MAX);
	if (e == OK && (!s->cases || !s->acts))
		e = why_set(s->c->why, ERR_NOMEM, "no memory for the cases of a customer");
	jsonw_array(s->c->w, "cases");
	for (size_t i = 0; e == OK && i < n && !is_full(s); i++) {
		struct casefile *c = &s->cases[s->case_count];
		*c = (struct casefile){ 0 };
		e = field_decode(a, rows[i].body, casefile_fields, c, s->c->why);
		if (e)
			break;
		s->case_count++;
		by_state[c->state]++;
		strikes += is_sealed(c) || case_is_closed(c) ? 0 : c->strikes;
		put_case(s, c);
		e = find_acts(s, c);
	}
	jsonw_end(s->c->w, ']');
	put_totals(s, by_state, strikes);
	return e;
}

static void begin_act(struct account *s, const struct act *act)
{
	char number[CASE_TEXT_MAX];
	case_text(act->number, number);
	jsonw_object(s->c->w, NULL);
	jsonw_str(s->c->w, "case", str_of(number));
	jsonw_str(s->c->w, "act", act->key);
}

/* As long as it cannot be told that it is not. */
static bool may_be_in_force(const struct act *act)
{
	bool open = act->in_hand || act->state == ACT_SENT || act->state == ACT_UNCLEAR || act->state == ACT_UNDOING;
	return act->verb >= VERB_LIMIT && (open || (act->state == ACT_DONE_ && act->desired));
}

static void put_in_force(struct account *s)
{
	struct jsonw *w = s->c->w;
	jsonw_array(w, "in_force");
	for (unsigned i = 0; i < s->act_count && !is_full(s); i++) {
		const struct act *act = &s->acts[i];
		if (!may_be_in_force(act))
			continue;
		begin_act(s, act);
		jsonw_str(w, "verb", str_of(verb_words[act->verb]));
		jsonw_str(w, "state", str_of(act->in_hand ? "sent" : act_state_words[act->state]));
		jsonw_str(w, "service", act->service);
		jsonw_str(w, "target", act->target);
		jsonw_time(w, "since", act->done_at);
		jsonw_time(w, "expires", act->expires_at);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

/* Each that was ever in force, or is to be: since when it was asked for, and until when it was. */
static void put_measures(struct account *s, int64_t from_at, int64_t until_at)
{
	struct jsonw *w = s->c->w;
	jsonw_array(w, "measures");
	for (unsigned i = 0; i < s->act_count && !is_full(s); i++) {
		const struct act *act = &s->acts[i];
		if (act->verb < VERB_LIMIT || act->created_at >= until_at || (act->state == ACT_UNDONE && act->done_at < from_at))
			continue;
		begin_act(s, act);
		jsonw_str(w, "verb", str_of(verb_words[act->verb]));
		jsonw_str(w, "state", str_of(act->in_hand ? "sent" : act_state_words[act->state]));
		jsonw_str(w, "service", act->service);
		jsonw_time(w, "asked", act->created_at);
		jsonw_time(w, "since", act->state == ACT_DONE_ ? act->done_at : TIME_NONE);
		jsonw_time(w, "lifted", act->state == ACT_UNDONE ? act->done_at : TIME_NONE);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

enum err customer_measures_put(struct commanding *c, struct str customer, int64_t from_at, int64_t until_at)
{
	struct account s = { .c = c, .id = customer };
	struct arena *a = work_arena(c->j->fold.work);
	struct row *rows;
	size_t n = 0;
	enum err e = page(&s, TABLE_CASE, true, CASES_MAX, &rows, &n);
	s.acts = ARENA_ARRAY(a, struct act, ACTS_MAX);
	if (e == OK && !s.acts)
		e = why_set(c->why, ERR_NOMEM, "no memory for the acts of a customer");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct casefile one = { 0 };
		e = field_decode(a, rows[i].body, casefile_fields, &one, c->why);
		if (e == OK)
			e = find_acts(&s, &one);
	}
	if (e == OK)
		put_measures(&s, from_at, until_at);
	return e;
}

static const char *fate(const struct account *s, const struct act *act)
{
	for (unsigned i = 0; !act->proven && act->way.len && i < s->case_count; i++)
		for (unsigned n = 0; s->cases[i].number == act->number && n < s->cases[i].dead_count; n++)
			if (str_eq(s->cases[i].dead[n], act->way))
				return "bounced";
	if (act->in_digest && act->state == ACT_QUEUED)
		return "waits for the digest";
	return act->proven ? "delivered" : act->state == ACT_DONE_ ? "sent" : act_state_words[act->state];
}

static void put_letters(struct account *s)
{
	struct jsonw *w = s->c->w;
	jsonw_array(w, "letters");
	for (unsigned i = 0; i < s->act_count && !is_full(s); i++) {
		const struct act *act = &s->acts[i];
		/* those to a rights holder or a reseller are not the customer's */
		if (act->verb != VERB_NOTIFY || act->party)
			continue;
		begin_act(s, act);
		jsonw_str(w, "letter", act->service);
		jsonw_time(w, "time", act->done_at == TIME_NONE ? act->created_at : act->done_at);
		jsonw_str(w, "fate", str_of(fate(s, act)));
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static enum err put_hold(struct account *s, struct str key)
{
	struct row row;
	enum err e = work_get(s->c->j->fold.work, TABLE_HOLD, key, &row, s->c->why);
	return e == OK && row.version ? hold_put(s->c, &row) : e;
}

static enum err put_holds(struct account *s)
{
	struct fold *f = &s->c->j->fold;
	struct arena *a = work_arena(f->work);
	jsonw_array(s->c->w, "holds");
	enum err e = put_hold(s, str_format(a, "subject/%.*s", STR_ARG(deed_digest(f, "subject", s->id))));
	for (unsigned i = 0; e == OK && i < s->case_count && !is_full(s); i++)
		if (!is_sealed(&s->cases[i]))
			e = put_hold(s, str_format(a, "case/%llu", (unsigned long long)s->cases[i].number));
	jsonw_end(s->c->w, ']');
	return e;
}

/* A look-up that is left behind the walk of an erasure would outlive it. */
static enum err put_erasure(struct account *s)
{
	struct commanding *c = s->c;
	struct fold *f = &c->j->fold;
	struct erasure x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_ERASURE, deed_digest(f, "erase", s->id), erasure_fields, &x, &row, c->why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (x.phase >= ERASURE_REGISTER)
		return why_set(c->why, ERR_CONFLICT, "the customer's erasure is going through the tables: nothing is shown any more");
	jsonw_object(c->w, "erasure");
	jsonw_str(c->w, "phase", str_of(erasure_phase_words[x.phase]));
	jsonw_time(c->w, "asked", x.asked_at);
	jsonw_str(c->w, "basis", x.basis);
	jsonw_array(c->w, "by");
	for (unsigned i = 0; i < x.asker_count; i++)
		jsonw_str(c->w, NULL, x.askers[i]);
	jsonw_end(c->w, ']');
	jsonw_end(c->w, '}');
	return OK;
}

/* With whose ended contract he has marks in common: the case, and of a sealed one its number alone. */
static enum err put_returned(struct account *s)
{
	struct jsonw *w = s->c->w;
	struct arena *a = work_arena(s->c->j->fold.work);
	struct returning_case *list = NULL;
	unsigned n = 0;
	char number[CASE_TEXT_MAX];
	enum err e = returning_find(&s->c->j->fold, s->id, &list, &n, s->c->why);
	jsonw_array(w, "returned");
	for (unsigned i = 0; e == OK && i < n && !is_full(s); i++) {
		case_text(list[i].number, number);
		jsonw_object(w, NULL);
		jsonw_str(w, "case", str_of(number));
		jsonw_str(w, "clause", list[i].clause);
		if (list[i].clause.len)
			jsonw_time(w, "ended", list[i].ended_at);
		jsonw_str(w, "marks", returning_words(a, list[i].kinds));
		jsonw_int(w, "equal", list[i].marks);
		jsonw_bool(w, "sure", returning_is_sure(&list[i]));
		jsonw_time(w, "until", list[i].until_at);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	return e;
}

/* What is kept of him since a case ended his own contract. */
static enum err put_kept(struct account *s)
{
	struct jsonw *w = s->c->w;
	char number[CASE_TEXT_MAX];
	enum err e = OK;
	jsonw_array(w, "kept");
	for (unsigned i = 0; e == OK && i < s->case_count && !is_full(s); i++) {
		uint32_t kinds = 0;
		int64_t until_at = TIME_NONE;
		if (s->cases[i].state == CASE_TERMINATED && !is_sealed(&s->cases[i]))
			e = returning_kept(&s->c->j->fold, s->cases[i].number, &kinds, &until_at, s->c->why);
		if (e || !kinds)
			continue;
		case_text(s->cases[i].number, number);
		jsonw_object(w, NULL);
		jsonw_str(w, "case", str_of(number));
		jsonw_str(w, "marks", returning_words(work_arena(s->c->j->fold.work), kinds));
		jsonw_time(w, "until", until_at);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	return e;
}

static enum err put_all(struct account *s)
{
	enum err e = put_erasure(s);
	if (e == OK)
		e = put_resellers(s);
	if (e == OK)
		e = put_register(s);
	if (e == OK)
		e = put_cases(s);
	if (e == OK && !s->known)
		e = why_set(s->c->why, ERR_NOTFOUND, "there is no customer %.*s", STR_ARG(s->id));
	if (e)
		return e;
	put_in_force(s);
	put_measures(s, INT64_MIN, INT64_MAX);
	put_letters(s);
	bool more = false;
	e = customer_sessions_put(s->c, s->id, &more);
	s->more |= more;
	if (e == OK)
		e = put_holds(s);
	if (e == OK)
		e = put_returned(s);
	if (e == OK)
		e = put_kept(s);
	jsonw_bool(s->c->w, "more", s->more);
	return e;
}

enum err cmd_customer_show(struct commanding *c)
{
	bool clear = str_eq(command_arg(c, "clear"), STR("yes"));
	struct account s = { .c = c, .id = str_trim(command_arg(c, "customer")), .masked = !clear };
	struct str because = str_trim(command_arg(c, "because"));
	if (!because.len)
		return why_set(c->why, ERR_DENIED, "say why you ask: --because TEXT");
	if (!s.id.len || s.id.len > ENTITY_ID_MAX)
		return why_set(c->why, ERR_SYNTAX, "whom? the id of a customer has 1 to %d octets", ENTITY_ID_MAX);
	if (clear && !command_sees_people(c))
		return why_set(c->why, ERR_DENIED, "names and addresses in clear are not for your role");
	jsonw_str(c->w, "customer", s.id);
	jsonw_bool(c->w, "masked", s.masked);
	jsonw_bool(c->w, "may_clear", command_sees_people(c));
	enum err e = command_record_lookup(c, clear ? s.id : str_format(work_arena(c->j->fold.work), "%.*s, names masked", STR_ARG(s.id)), because);
	return e ? e : put_all(&s);
}
