/*
 * aaa-sql PROFILE: rows of the database that the operator's RADIUS server reads (FreeRADIUS' radusergroup, radcheck, radreply in PostgreSQL)
 * are set for the logins of a service, and put back.
 *
 * Set, never toggled: what a login has of the groups, or of an attribute, of the profile becomes exactly what the profile says. What stood
 * there is given to the act first, as an answer of its own ("saved"), and only an order that brings it back changes anything, in one
 * transaction that has locked those rows and found them as saved. Undone is what is still as it was set; where another profile of ours
 * stands on it that one is undone first; where somebody else wrote a person is asked. Done is what was read back behind the commit.
 *
 * A connection that is lost before the commit went out changed nothing; one lost behind it cannot tell, and a look comes first.
 */
#include <stdlib.h>

#include "action/aaa_statement.h"
#include "action/action.h"
#include "base/time.h"

enum { JOB_ARENA_MAX = 8 << 20, SERVER_TEXT_MAX = 200 };
static const int64_t talk_us = 20 * SECOND_US;

enum phase { PHASE_OPEN, PHASE_BEGIN, PHASE_KNOWN, PHASE_READ, PHASE_CLEAR, PHASE_PUT, PHASE_COMMIT, PHASE_PROVE };

struct sql {
	struct loop *loop;
	const struct aaa_sql *at;       /* NULL: none is configured */
	struct pq *pq;
};

struct job {
	struct sql *sql;
	struct arena *arena;
	action_done_fn *done;
	void *arg;
	enum act_op op;
	enum verb verb;
	bool desired, was_done;
	bool planned;                   /* the order brings what was saved */
	const struct str *logins;
	unsigned login_count;
	struct aaa_doc doc;
	struct aaa_rows *now;           /* of each unit */
	enum phase phase;
	unsigned unit, row, login;
	struct timer *soon;
	enum act_result result;
	struct str text;
};

static void finish(void *arg)
{
	struct job *j = arg;
	j->done(j->arg, j->result, j->text);
	timer_free(j->soon);
	arena_free(j->arena);
	free(j);
}

/* Told in a turn of its own. */
static bool end(struct job *j, enum act_result result, struct str text)
{
	j->result = result;
	j->text = text;
	timer_set(j->soon, 0, 0);
	return false;
}

/* --- what it means --- */

static const struct aaa_rows *rows_to_put(const struct job *j, const struct aaa_unit *u)
{
	return j->op == ACT_UNDO ? &u->had : &u->set;
}

struct standing { unsigned set, had, above, other; };

static struct standing stands(const struct job *j)
{
	struct standing n = { 0 };
	const struct aaa_sql *at = j->sql->at;
	for (unsigned i = 0; i < j->doc.count; i++) {
		const struct aaa_unit *u = &j->doc.units[i];
		const struct aaa_rows *now = &j->now[i];
		bool set = aaa_rows_eq(now, &u->set), had = j->planned && aaa_rows_eq(now, &u->had);
		n.set += set;
		n.had += had;
		n.above += !set && !had && aaa_doc_stands(at->profiles, at->profile_count, u, now) >= j->verb;
		n.other += !set && !had;
	}
	return n;
}

static bool save(struct job *j)
{
	struct str text;
	for (unsigned i = 0; i < j->doc.count; i++)
		j->doc.units[i].had = j->now[i];
	if (aaa_doc_write(j->arena, &j->doc, &text) != OK)
		return end(j, RESULT_REFUSED, STR("what stands in the database cannot be kept: it is too long, or no text"));
	return end(j, RESULT_SAVED, text);
}

/* Made anew by the profile as it is now. */
static bool plan(struct job *j, const struct aaa_profile *p, struct why *why)
{
	j->planned = false;
	return aaa_doc_plan(j->arena, p, j->logins, j->login_count, &j->doc, why) == OK;
}

#define ABOVE STR("another act stands above it in the database: that one is undone first")

static bool decide_do(struct job *j, struct pq_statement *s)
{
	const struct standing n = stands(j);
	if (n.above)
		return end(j, RESULT_RETRY, ABOVE);
	if (!j->planned)
		return save(j);
	if (n.set == j->doc.count)
		return end(j, RESULT_DONE, STR_NONE);
	if (n.other && j->was_done)
		return end(j, RESULT_REFUSED, STR("somebody else has changed in the database what was set"));
	/* changed since it was saved: it is saved once more */
	if (n.other)
		return save(j);
	j->phase = PHASE_CLEAR;
	j->unit = 0;
	aaa_clear(j->arena, j->sql->at, &j->doc.units[j->unit], s);
	return true;
}

static bool decide_undo(struct job *j, struct pq_statement *s)
{
	const struct standing n = stands(j);
	if (n.had == j->doc.count)
		return end(j, RESULT_DONE, STR_NONE);
	if (n.above)
		return end(j, RESULT_RETRY, ABOVE);
	if (n.other)
		return end(j, RESULT_REFUSED, STR("what stands in the database is not what was set: it is left as it is, and a person has to look"));
	j->phase = PHASE_CLEAR;
	j->unit = 0;
	aaa_clear(j->arena, j->sql->at, &j->doc.units[j->unit], s);
	return true;
}

static bool decide_check(struct job *j)
{
	const struct standing n = stands(j);
	if (n.set == j->doc.count && (j->desired || n.had < j->doc.count))
		return end(j, RESULT_DONE, STR_NONE);
	if (n.above)
		return end(j, RESULT_UNKNOWN, ABOVE);
	if (n.other && !j->desired)
		return end(j, RESULT_REFUSED, STR("what stands in the database is neither what was set nor what was there before: a person has to look"));
	return end(j, RESULT_RETRY, n.other ? STR("somebody else has changed in the database what was set") : STR("it is not set in the database"));
}

static bool decide_proof(struct job *j)
{
	bool good = true;
	for (unsigned i = 0; i < j->doc.count; i++)
		good = good && aaa_rows_eq(&j->now[i], rows_to_put(j, &j->doc.units[i]));
	return good ? end(j, RESULT_DONE, STR_NONE) : end(j, RESULT_UNKNOWN, STR("the database does not read back as it was written"));
}

/* --- the conversation --- */

static bool take_rows(struct job *j, const struct pq_answer *a)
{
	struct aaa_rows *now = &j->now[j->unit];
	now->count = 0;
	if (a->rows > AAA_UNIT_ROWS_MAX || (a->rows && a->columns != 3))
		return false;
	for (unsigned i = 0; i < a->rows; i++) {
		const struct str *v = a->values + (size_t)i * 3;
		now->list[now->count++] = (struct aaa_row){ str_copy(j->arena, v[0]), str_copy(j->arena, v[1]), str_copy(j->arena, v[2]) };
	}
	return true;
}

static bool decide(struct job *j, struct pq_statement *s)
{
	if (j->phase == PHASE_PROVE)
		return decide_proof(j);
	return j->op == ACT_CHECK ? decide_check(j) : j->op == ACT_UNDO ? decide_undo(j, s) : decide_do(j, s);
}

static bool read_from(struct job *j, enum phase phase, struct pq_statement *s)
{
	j->phase = phase;
	j->unit = 0;
	aaa_ask_rows(j->arena, j->sql->at, &j->doc.units[j->unit], j->phase == PHASE_READ && j->op != ACT_CHECK, s);
	return true;
}

static bool on_rows(struct job *j, const struct pq_answer *a, struct pq_statement *s)
{
	if (!take_rows(j, a))
		return end(j, j->phase == PHASE_PROVE || j->op == ACT_CHECK ? RESULT_UNKNOWN : RESULT_REFUSED, STR("the database has more rows of a login than are kept"));
	if (++j->unit == j->doc.count)
		return decide(j, s);
	aaa_ask_rows(j->arena, j->sql->at, &j->doc.units[j->unit], j->phase == PHASE_READ && j->op != ACT_CHECK, s);
	return true;
}

static bool on_written(struct job *j, struct pq_statement *s)
{
	j->row = j->phase == PHASE_CLEAR ? 0 : j->row + 1;
	if (j->row < rows_to_put(j, &j->doc.units[j->unit])->count) {
		j->phase = PHASE_PUT;
		aaa_put(j->arena, j->sql->at, &j->doc.units[j->unit], &rows_to_put(j, &j->doc.units[j->unit])->list[j->row], s);
	} else if (++j->unit < j->doc.count) {
		j->phase = PHASE_CLEAR;
		aaa_clear(j->arena, j->sql->at, &j->doc.units[j->unit], s);
	} else {
		j->phase = PHASE_COMMIT;
		s->sql = "COMMIT";
	}
	return true;
}

static bool on_known(struct job *j, const struct pq_answer *a, struct pq_statement *s)
{
	if (!a->rows)
		return end(j, RESULT_REFUSED, STR("the database does not know a login of the service"));
	if (++j->login == j->login_count)
		return read_from(j, PHASE_READ, s);
	aaa_ask_known(j->arena, j->sql->at, j->logins[j->login], s);
	return true;
}

static bool is_final(const struct pq_answer *a)
{
	static const char *const classes[] = { "0A", "22", "23", "42" };
	bool final = false;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		final |= memcmp(a->sqlstate, classes[i], 2) == 0;
	return final;
}

static bool on_failure(struct job *j, const struct pq_answer *a)
{
	struct str text = str_printable(j->arena, a->text, SERVER_TEXT_MAX);
	bool rolled_back = a->state == PQ_REFUSED && memcmp(a->sqlstate, "40", 2) == 0;
	if (j->op == ACT_CHECK || j->phase == PHASE_PROVE || (j->phase == PHASE_COMMIT && !rolled_back))
		return end(j, RESULT_UNKNOWN, text);
	return end(j, a->state == PQ_REFUSED && is_final(a) ? RESULT_REFUSED : RESULT_RETRY, text);
}

static bool on_answer(void *arg, const struct pq_answer *a, struct pq_statement *s)
{
	struct job *j = arg;
	if (a->state != PQ_READY && a->state != PQ_ANSWERED)
		return on_failure(j, a);
	switch (j->phase) {
	case PHASE_OPEN:
		if (j->op == ACT_CHECK)
			return read_from(j, PHASE_READ, s);
		j->phase = PHASE_BEGIN;
		s->sql = "BEGIN";
		return true;
	case PHASE_BEGIN:
		if (j->planned)
			return read_from(j, PHASE_READ, s);
		j->phase = PHASE_KNOWN;
		aaa_ask_known(j->arena, j->sql->at, j->logins[j->login], s);
		return true;
	case PHASE_KNOWN: return on_known(j, a, s);
	case PHASE_READ: case PHASE_PROVE: return on_rows(j, a, s);
	case PHASE_CLEAR: case PHASE_PUT: return on_written(j, s);
	case PHASE_COMMIT:
		/* the server rolls back what had failed, and calls it so */
		return str_eq(a->command, STR("COMMIT")) ? read_from(j, PHASE_PROVE, s) : end(j, RESULT_RETRY, STR("the database did not take the change"));
	}
	return false;
}

static bool refused(struct job *j, const char *text)
{
	return end(j, j->op == ACT_CHECK ? RESULT_UNKNOWN : RESULT_REFUSED, str_of(text));
}

/* False: its answer is known already. */
static bool prepare(struct job *j, const struct action_order *order)
{
	const struct act *act = order->act;
	const struct aaa_sql *at = j->sql->at;
	struct why why = { .line = 0 };
	if (!at)
		return refused(j, "no database of a RADIUS server is configured: aaa-sql { }");
	j->planned = act->saved.len > 0;
	if (j->planned && aaa_doc_read(j->arena, act->saved, &j->doc, &why) != OK)
		return refused(j, "what the act has saved cannot be read");
	/* what was never saved was never changed */
	if (!j->planned && j->op != ACT_DO)
		return end(j, j->op == ACT_UNDO ? RESULT_DONE : RESULT_RETRY, STR_NONE);
	const struct aaa_profile *p = aaa_profile_find(at->profiles, at->profile_count, act->param_count ? act->params[0] : STR_NONE);
	if (!j->planned && (!p || (enum verb)p->verb != act->verb))
		return refused(j, p ? "the profile of aaa-sql is one for another verb" : "aaa-sql has no profile of that name");
	if (!j->planned && !order->login_count)
		return refused(j, "the order names no login");
	if (!j->planned && !plan(j, p, &why))
		return refused(j, "more is to be changed than at once");
	j->now = ARENA_ARRAY(j->arena, struct aaa_rows, j->doc.count ? j->doc.count : 1);
	return j->now && j->doc.count ? true : refused(j, "nothing is to be changed");
}

static void sql_run(void *state, const struct action_order *order, action_done_fn *done, void *arg)
{
	struct job *j = calloc(1, sizeof(*j));
	BUG_ON(!j || !(j->arena = arena_new("aaa-sql", JOB_ARENA_MAX)));
	j->sql = state;
	BUG_ON(timer_new(j->sql->loop, finish, j, &j->soon) != OK);
	j->done = done;
	j->arg = arg;
	j->op = order->op;
	j->verb = order->act->verb;
	j->desired = order->act->desired;
	j->was_done = order->act->done_at != TIME_NONE;
	j->logins = order->logins;
	j->login_count = order->login_count;
	if (!prepare(j, order))
		return;
	if (pq_begin(j->sql->pq, on_answer, j) != OK)
		(void)end(j, j->op == ACT_CHECK ? RESULT_UNKNOWN : RESULT_RETRY, STR("the database is asked about too much else"));
}

static enum err sql_open(const struct action_options *o, void **ret_state, struct why *why)
{
	struct sql *s = calloc(1, sizeof(*s));
	if (!s)
		return why_set(why, ERR_NOMEM, "no memory for a driver");
	s->loop = o->loop;
	s->at = o->aaa_sql;
	const struct pq_options q = s->at ? (struct pq_options){ .address = s->at->address, .name = s->at->name, .ca = s->at->ca, .database = s->at->database,
		.user = s->at->user, .password = s->at->password, .timeout_us = talk_us } : (struct pq_options){ 0 };
	enum err e = s->at ? pq_open(o->loop, &q, &s->pq, why) : OK;
	if (e)
		free(s);
	else
		*ret_state = s;
	return e;
}

static void sql_close(void *state)
{
	struct sql *s = state;
	if (!s)
		return;
	pq_close(s->pq);
	free(s);
}

const struct action_driver action_aaa_sql = { "aaa-sql", "rows that a RADIUS server reads of a login", true, true, false, sql_open, sql_run, sql_close };
