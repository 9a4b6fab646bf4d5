/*
 * The open sessions of a customer, by command. See judge_command.h.
 *
 * From the book of sessions: what accounting tells now, not what it told then. Who looks says why, and that is recorded.
 */
#include "attribution/session.h"
#include "aupd/judge_binding.h"
#include "aupd/judge_command.h"

enum { SESSIONS_TOLD_MAX = 200, LOGINS_MAX = 500 };

struct subjects {
	struct binding_subject list[LOGINS_MAX];
	struct str logins[LOGINS_MAX];  /* "" = the customer himself */
	unsigned count;
};

static void add(const struct judge *j, struct subjects *s, struct str key, struct str login)
{
	if (s->count < LOGINS_MAX && binding_book_key(j->bindings->book, key, &s->list[s->count]) == OK)
		s->logins[s->count++] = login;
}

static void gather(const struct judge *j, struct str customer, struct subjects *s)
{
	add(j, s, customer, STR_NONE);
	for (const struct entity *e = NULL; (e = registry_of(j->registry, ENTITY_LOGIN, customer, e));)
		if (entity_valid_at(e, j->fold.now))
			add(j, s, e->resource, e->resource);
}

static void put(struct commanding *c, const struct subjects *of, const struct session_open *s)
{
	struct arena *a = work_arena(c->j->fold.work);
	unsigned i = 0;
	while (i < of->count && !binding_subject_eq(&of->list[i], &s->subject))
		i++;
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "login", i < of->count ? of->logins[i] : STR_NONE);
	jsonw_str(c->w, "address", !s->held.bits ? STR_NONE : s->held.bits == 128 ? addr_str(a, &s->held.addr) : prefix_str(a, &s->held));
	jsonw_time(c->w, "since", binding_second_at(s->start_s));
	jsonw_time(c->w, "heard", binding_second_at(s->seen_s));
	jsonw_str(c->w, "server", str_format(a, "%06x", (unsigned)(s->ref >> 40)));
	jsonw_end(c->w, '}');
}

enum err customer_sessions_put(struct commanding *c, struct str customer, bool *ret_more)
{
	struct judge *j = c->j;
	struct arena *a = work_arena(j->fold.work);
	bool followed = j->bindings && j->bindings->sessions && j->bindings->book;
	struct subjects *of = ARENA_NEW(a, struct subjects);
	struct session_open *list = ARENA_ARRAY(a, struct session_open, SESSIONS_TOLD_MAX);
	if (!of || !list)
		return why_set(c->why, ERR_NOMEM, "no memory for sessions");
	if (followed)
		gather(j, customer, of);
	unsigned n = followed ? session_list(j->bindings->sessions, of->list, of->count, list, SESSIONS_TOLD_MAX) : 0;
	jsonw_bool(c->w, "followed", followed);
	jsonw_array(c->w, "sessions");
	for (unsigned i = 0; i < n && i < SESSIONS_TOLD_MAX; i++)
		put(c, of, &list[i]);
	jsonw_end(c->w, ']');
	*ret_more = n > SESSIONS_TOLD_MAX || of->count == LOGINS_MAX;
	return OK;
}

enum err cmd_customer_sessions(struct commanding *c)
{
	struct str customer = str_trim(command_arg(c, "customer")), because = str_trim(command_arg(c, "because"));
	bool more = false;
	if (!because.len)
		return why_set(c->why, ERR_DENIED, "say why you ask: --because TEXT");
	if (!customer.len || customer.len > ENTITY_ID_MAX)
		return why_set(c->why, ERR_SYNTAX, "whom? the id of a customer has 1 to %d octets", ENTITY_ID_MAX);
	if (!registry_customer(c->j->registry, customer, c->j->fold.now))
		return why_set(c->why, ERR_NOTFOUND, "the register has no customer of that id");
	enum err e = command_record_lookup(c, customer, because);
	jsonw_str(c->w, "customer", customer);
	if (e == OK)
		e = customer_sessions_put(c, customer, &more);
	jsonw_bool(c->w, "more", more);
	return e;
}
