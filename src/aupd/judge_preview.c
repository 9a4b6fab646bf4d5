/*
 * What an act would send now, without sending it: packets to access servers, statements to a database, calls of an AAA system. By command.
 *
 * It is made by what makes it for the hand, from the configuration without its secrets, and as the register, the sessions and the act stand
 * now. Nothing is noted of it but who looked: it names logins and sessions.
 */
#include "action/aaa_rest.h"
#include "action/aaa_statement.h"
#include "action/radius_packet.h"
#include "aupd/judge_aaa.h"
#include "aupd/judge_command.h"
#include "aupd/judge_session_act.h"
#include "base/time.h"
#include "wire/radius_vendor.h"

enum { VALUE_SHOWN_MAX = 256 };

struct preview {
	struct commanding *c;
	struct jsonw *w;
	struct arena *a;
	const struct act *act;
	struct str says;                /* why nothing, or not all of it, would be sent now */
};

static void begin(struct preview *p, struct str to, const char *what)
{
	jsonw_object(p->w, NULL);
	jsonw_str(p->w, "to", to);
	jsonw_str(p->w, "what", str_of(what));
	jsonw_array(p->w, "lines");
}

static void end(struct preview *p)
{
	jsonw_end(p->w, ']');
	jsonw_end(p->w, '}');
}

static struct str shown(struct arena *a, struct str octets)
{
	bool text = octets.len && str_utf8_valid(octets);
	for (size_t i = 0; i < octets.len; i++)
		text = text && (unsigned char)octets.ptr[i] >= ' ' && octets.ptr[i] != 0x7f;
	return text ? str_format(a, "\"%.*s\"", STR_ARG(str_printable(a, octets, VALUE_SHOWN_MAX))) : str_format(a, "0x%.*s", STR_ARG(str_hex(a, octets)));
}

/* NAS-Port, Service-Type, Session-Timeout, Acct-Terminate-Cause, Event-Timestamp, NAS-Port-Type, Error-Cause; addresses by their length. */
static struct str value_of(struct arena *a, const struct radius_attr *x)
{
	static const uint8_t numbers[] = { 5, 6, 27, 49, 55, 61, 101 }, addresses[] = { 4, 8, 95, 168 };
	struct addr addr = { { [10] = 0xff, [11] = 0xff } };
	const uint8_t *v = (const uint8_t *)x->value.ptr;
	if (x->value.len == 4 && memchr(numbers, x->type, sizeof(numbers)))
		return str_format(a, "%u", (unsigned)v[0] << 24 | (unsigned)v[1] << 16 | (unsigned)v[2] << 8 | v[3]);
	if ((x->value.len != 4 && x->value.len != sizeof(addr.octets)) || !memchr(addresses, x->type, sizeof(addresses)))
		return shown(a, x->value);
	memcpy(addr.octets + sizeof(addr.octets) - x->value.len, x->value.ptr, x->value.len);
	return addr_str(a, &addr);
}

static void put_attribute(struct preview *p, const struct radius_attr *x)
{
	const char *name = config_nas_attribute(x->type);
	const uint8_t *v = (const uint8_t *)x->value.ptr;
	struct str value = value_of(p->a, x);
	if (x->type == RADIUS_MESSAGE_AUTHENTICATOR)
		jsonw_str(p->w, NULL, STR("Message-Authenticator"));
	else if (x->type == RADIUS_EVENT_TIMESTAMP)
		jsonw_str(p->w, NULL, str_format(p->a, "Event-Timestamp = %.*s", STR_ARG(value)));
	else if (x->type == RADIUS_VENDOR_SPECIFIC && x->value.len > 6)
		jsonw_str(p->w, NULL, str_format(p->a, "vendor %u type %u = %.*s", (unsigned)v[0] << 24 | (unsigned)v[1] << 16 | (unsigned)v[2] << 8 | v[3], v[4],
			STR_ARG(shown(p->a, str_sub(x->value, 6, x->value.len)))));
	else if (name)
		jsonw_str(p->w, NULL, str_format(p->a, "%s = %.*s", name, STR_ARG(value)));
	else
		jsonw_str(p->w, NULL, str_format(p->a, "attribute %u = %.*s", x->type, STR_ARG(value)));
}

static void put_packet(struct preview *p, struct str identity, struct str saved, bool alone)
{
	static struct radius_writer w;
	const struct share *s = &p->c->j->role->share;
	const bool coa = str_eq(p->act->driver, STR("radius-coa"));
	const struct radius_question q = { .code = coa ? RADIUS_COA_REQUEST : RADIUS_DISCONNECT_REQUEST, .identity = identity, .alone = alone,
		.first = !p->act->asks,
		.profile = coa && p->act->param_count ? p->act->params[0] : STR_NONE, .restore = !p->act->desired, .saved = saved };
	const char *no = NULL;
	const struct nas_at *nas = radius_packet_nas(s->nas, s->nas_count, identity, &no);
	struct nas_at unsigned_nas = nas ? *nas : (struct nas_at){ 0 };
	struct radius_packet packet;
	struct radius_attr x;
	struct str octets;
	/* its secret is not known here, and what is signed with it is not shown */
	unsigned_nas.secret = STR("a secret that is not this one");
	if (!nas || radius_packet_make(&w, &unsigned_nas, &q, 0, (uint32_t)(p->c->j->fold.now / SECOND_US), &octets, &no) != OK || radius_read(octets, &packet) != OK) {
		p->says = str_of(no ? no : "the packet cannot be made");
		return;
	}
	begin(p, str_format(p->a, "%.*s at %.*s", STR_ARG(nas->name), STR_ARG(nas->address)), radius_packet_code(nas, &q) == RADIUS_COA_REQUEST ? "CoA-Request" : "Disconnect-Request");
	for (size_t at = 0; radius_next(&packet, &at, &x);)
		put_attribute(p, &x);
	end(p);
}

static enum err put_sessions(struct preview *p)
{
	struct str *names = NULL, *saved = NULL;
	unsigned n = 0;
	enum err e = judge_session_show(p->c->j, p->act, &names, &saved, &n, &p->says, p->c->why);
	for (unsigned i = 0; e == OK && i < n; i++)
		put_packet(p, names[i], saved[i], n == 1);
	return e;
}

static void put_statement(struct preview *p, const struct pq_statement *s)
{
	struct str line = str_of(s->sql);
	for (unsigned i = 0; i < s->param_count; i++)
		line = str_format(p->a, "%.*s%s$%u = %.*s", STR_ARG(line), i ? ", " : "   -- ", i + 1, STR_ARG(shown(p->a, str_sub(s->params[i], 0, VALUE_SHOWN_MAX))));
	jsonw_str(p->w, NULL, line);
}

/* What the conversation comes to when it finds the rows as they were saved, or for the first time. */
static void put_statements(struct preview *p, const struct aaa_sql *at, const struct aaa_doc *doc)
{
	struct pq_statement s;
	begin(p, str_format(p->a, "database %.*s at %.*s", STR_ARG(at->database), STR_ARG(at->address)), "statements");
	jsonw_str(p->w, NULL, STR("BEGIN"));
	for (unsigned i = 0; i < doc->count; i++) {
		aaa_ask_rows(p->a, at, &doc->units[i], true, &s);
		put_statement(p, &s);
	}
	for (unsigned i = 0; i < doc->count; i++) {
		const struct aaa_unit *u = &doc->units[i];
		const struct aaa_rows *rows = p->act->desired ? &u->set : &u->had;
		aaa_clear(p->a, at, u, &s);
		put_statement(p, &s);
		for (unsigned k = 0; k < rows->count; k++) {
			aaa_put(p->a, at, u, &rows->list[k], &s);
			put_statement(p, &s);
		}
	}
	jsonw_str(p->w, NULL, STR("COMMIT"));
	end(p);
}

static enum err put_sql(struct preview *p)
{
	struct judge *j = p->c->j;
	const struct aaa_sql *at = j->role->share.aaa_sql;
	const struct aaa_profile *profile = at ? aaa_profile_find(at->profiles, at->profile_count, p->act->param_count ? p->act->params[0] : STR_NONE) : NULL;
	struct str *logins = NULL;
	struct aaa_doc doc = { 0 };
	unsigned n = 0;
	enum err e = OK;
	if (!at)
		p->says = STR("no database of a RADIUS server is configured: aaa-sql { }");
	else if (p->act->saved.len)
		e = aaa_doc_read(p->a, p->act->saved, &doc, p->c->why);
	else if (!p->act->desired)
		p->says = STR("nothing was changed: there is nothing to put back");
	else if (!profile || (enum verb)profile->verb != p->act->verb)
		p->says = STR("aaa-sql has no profile of that name for this verb");
	else if (judge_aaa_show(j, p->act, &logins, &n) != OK || !n)
		p->says = n ? STR("the service has more logins than are changed at once") : STR("the register has no login of the customer");
	else
		e = aaa_doc_plan(p->a, profile, logins, n, &doc, p->c->why);
	if (e == OK && doc.count)
		put_statements(p, at, &doc);
	return e;
}

static enum err put_rest(struct preview *p)
{
	struct judge *j = p->c->j;
	const struct aaa_rest *at = j->role->share.aaa_rest;
	struct str *logins = NULL;
	unsigned n = 0;
	if (!at)
		p->says = STR("no AAA system is configured: aaa-rest { }");
	else if (judge_aaa_show(j, p->act, &logins, &n) != OK || (!n && p->act->desired))
		p->says = n ? STR("the service has more logins than are changed at once") : STR("the register has no login of the customer");
	if (p->says.len)
		return OK;
	struct str url = aaa_rest_url(p->a, at, p->act->key);
	begin(p, url, "PUT");
	jsonw_str(p->w, NULL, str_format(p->a, "Idempotency-Key: %.*s", STR_ARG(p->act->key)));
	jsonw_str(p->w, NULL, aaa_rest_body(p->a, p->act, p->act->desired ? ACT_DO : ACT_UNDO, logins, n));
	end(p);
	begin(p, url, "GET");
	end(p);
	return OK;
}

static enum err put_requests(struct preview *p)
{
	const struct act *act = p->act;
	if (act->state == ACT_UNDONE || act->state == ACT_EXPIRED)
		p->says = STR("it is over: nothing is sent any more");
	else if (judge_session_act(act))
		return put_sessions(p);
	else if (str_eq(act->driver, STR("aaa-sql")))
		return put_sql(p);
	else if (str_eq(act->driver, STR("aaa-rest")))
		return put_rest(p);
	else
		p->says = STR("of this driver nothing is shown");
	return OK;
}

enum err cmd_act_preview(struct commanding *c)
{
	struct act act = { 0 };
	struct casefile found = { 0 };
	struct row row;
	struct str key = str_trim(command_arg(c, "act")), because = str_trim(command_arg(c, "because"));
	if (!because.len)
		return why_set(c->why, ERR_DENIED, "say why you ask: --because TEXT");
	enum err e = work_load(c->j->fold.work, TABLE_ACT, key, act_fields, &act, &row, c->why);
	if (e == ERR_NOTFOUND || (e == OK && (!act.number || act.verb < VERB_END)))
		return why_set(c->why, ERR_NOTFOUND, "there is no such act that limits, suspends, ends or terminates");
	if (e == OK)
		e = fold_find_case(&c->j->fold, act.number, &found, &row, c->why);
	if (e == OK && found.flags & CASE_SEALED_CLASS)
		e = why_set(c->why, ERR_DENIED, "the case is sealed: nothing of it is shown");
	if (e == OK)
		e = command_record_lookup(c, str_format(work_arena(c->j->fold.work), "act %.*s", STR_ARG(key)), because);
	if (e)
		return e;
	struct preview p = { .c = c, .w = c->w, .a = work_arena(c->j->fold.work), .act = &act };
	jsonw_str(c->w, "act", act.key);
	jsonw_str(c->w, "driver", act.driver);
	jsonw_str(c->w, "state", str_of(act_state_words[act.state]));
	jsonw_str(c->w, "does", str_of(act_op_words[act.desired ? ACT_DO : ACT_UNDO]));
	jsonw_array(c->w, "requests");
	e = put_requests(&p);
	jsonw_end(c->w, ']');
	jsonw_str(c->w, "says", p.says);
	return e;
}
