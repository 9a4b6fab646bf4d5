/*
 * What the page of the walled garden shows: whose line it comes from, and what of ours is in force on it. See judge_command.h.
 *
 * Whose it is tells the connection itself, which the desk passes on: its far end is read here, and nothing that was sent. Only a line that is
 * surely one customer's at this moment (grade A) is told anything, and then no more than whoever holds the line may know: what is in force
 * and since when, under which clause, whether it is the access itself that is held back, and what is asked for; no name, no address, no reporter. Each look is recorded.
 */
#include "attribution/attribute.h"
#include "aupd/judge_command.h"
#include "base/net.h"
#include "cases/case.h"
#include "engine/asked.h"
#include "engine/delivery.h"
#include "engine/letter.h"
#include "model/act.h"

enum { CASES_MAX = 100 };

/* ret_customer: STR_NONE when it cannot be told. */
static enum err whose_line(struct commanding *c, struct str *ret_customer)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct observation o = { .event_at = c->j->fold.now, .first_at = TIME_NONE, .last_at = TIME_NONE, .zone_given = true, .received_at = c->j->fold.now };
	struct subject s;
	struct net_peer peer;
	*ret_customer = STR_NONE;
	if (c->connection < 0 || net_remote(c->connection, &peer) != OK || peer.is_unix)
		return OK;
	o.source = (struct source){ .type = SOURCE_ADDR, .addr = peer.addr, .text = addr_str(a, &peer.addr), .port = peer.port };
	enum err e = attribute_bound(a, c->j->registry, c->j->fold.bindings, TIME_MAX, &o, &s, c->why);
	if (e || s.ours != OURS_YES || s.grade != GRADE_A || !s.customer.len)
		return e;
	*ret_customer = s.customer;
	return command_record_lookup(c, o.source.text, STR("the page of the walled garden was opened from it"));
}

/* The gravest of what is in force; of two alike the one that began first. *captive is set when some of it is on the access. */
static enum err gravest(struct commanding *c, const struct casefile *of, struct act *worst, bool *ret_found, bool *captive)
{
	struct row row;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < of->act_count; i++) {
		struct act act = { 0 };
		e = work_load(c->j->fold.work, TABLE_ACT, of->acts[i], act_fields, &act, &row, c->why);
		bool holds = e == OK && act.verb >= VERB_LIMIT && act.desired && act.state == ACT_DONE_;
		*captive |= holds && str_eq(act.service, STR("access"));
		if (holds && (!*ret_found || act.verb > worst->verb || (act.verb == worst->verb && act.done_at < worst->done_at))) {
			*worst = act;
			*ret_found = true;
		}
		e = e == ERR_NOTFOUND ? OK : e;
	}
	return e;
}

static enum err find(struct commanding *c, struct str customer, struct casefile *ret_case, struct act *ret_act, bool *ret_found, bool *ret_captive)
{
	struct arena *a = work_arena(c->j->fold.work);
	const struct principal who = { .scope = SCOPE_CUSTOMER, .id = customer };
	struct query q = { .table = TABLE_CASE, .owner = customer, .descending = true, .due_by = TIME_NONE, .limit = CASES_MAX };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	*ret_found = *ret_captive = false;
	for (size_t i = 0; e == OK && i < n; i++) {
		struct casefile x = { 0 };
		struct act act = { 0 };
		bool found = false;
		e = field_decode(a, rows[i].body, casefile_fields, &x, c->why);
		if (e == OK && principal_sees(&who, &x))
			e = gravest(c, &x, &act, &found, ret_captive);
		if (e == OK && found && (!*ret_found || act.verb > ret_act->verb)) {
			*ret_case = x;
			*ret_act = act;
			*ret_found = true;
		}
	}
	return e;
}

enum err cmd_blocked(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct casefile of = { 0 };
	struct act act = { 0 };
	struct str customer;
	char number[CASE_TEXT_MAX];
	bool found = false, captive = false;
	int64_t by_at;
	enum err e = whose_line(c, &customer);
	if (e == OK && customer.len)
		e = find(c, customer, &of, &act, &found, &captive);
	jsonw_str(c->w, "provider", f->provider);
	jsonw_str(c->w, "contact", f->contact);
	jsonw_str(c->w, "web", f->web_url);
	jsonw_bool(c->w, "known", customer.len);
	jsonw_bool(c->w, "in_force", found);
	jsonw_bool(c->w, "captive", captive);
	if (e || !found)
		return e;
	const struct policy *p = fold_policy(f, of.policy);
	const struct clause *cl = p ? policy_clause(p, of.clause) : NULL;
	const struct entity *to = delivery_contact(f, &of);
	struct str language = to ? to->language : STR_NONE;
	enum asked asked = asked_of(&of, &by_at);
	case_text(of.number, number);
	jsonw_str(c->w, "language", language);
	jsonw_str(c->w, "case", str_of(number));
	jsonw_str(c->w, "verb", str_of(verb_words[act.verb]));
	jsonw_str(c->w, "service", letter_service(language, act.service));
	jsonw_time(c->w, "since", act.done_at);
	jsonw_time(c->w, "until", act.expires_at);
	jsonw_str(c->w, "clause", of.clause);
	jsonw_str(c->w, "clause_title", cl ? cl->title : STR_NONE);
	jsonw_str(c->w, "asked", str_of(asked_words[asked]));
	jsonw_time(c->w, "asked_by", by_at);
	return OK;
}
