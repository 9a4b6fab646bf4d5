/*
 * What was passed on to a reseller: which case, in which state, by when an answer is due.
 *
 * The fence gives it the forwardings to itself; each is held against its case, too, so that a case that has become hidden since is
 * not told of by the complaint that was passed on before.
 */
#include "model/forwarding.h"
#include "web/call.h"

static void put_members(const struct web_call *call, const struct forwarding *x, struct str name)
{
	struct jsonw *w = call->w;
	jsonw_str(w, "case", name);
	jsonw_str(w, "customer", x->customer);
	jsonw_str(w, "state", str_of(forward_state_words[x->state]));
	jsonw_str(w, "answer", str_of(forward_answer_words[x->answer]));
	jsonw_time(w, "sent", x->sent_at);
	jsonw_time(w, "due", x->due_at);
	jsonw_time(w, "acknowledged", x->acknowledged_at);
	jsonw_time(w, "answered", x->answered_at);
	jsonw_int(w, "rounds", x->rounds);
	jsonw_bool(w, "late", x->late);
	jsonw_bool(w, "back", x->back);
}

/* *ret_shown: its case is one that he sees now. */
static enum err put_if_seen(struct web_call *call, const struct row *row, bool *ret_shown)
{
	struct forwarding x = { 0 };
	struct casefile c;
	struct row of;
	char name[CASE_TEXT_MAX];
	enum err e = field_decode(call->arena, row->body, forwarding_fields, &x, call->why);
	if (e)
		return e;
	case_text(x.number, name);
	e = view_case(&call->view, str_of(name), &of, &c, call->why);
	*ret_shown = e == OK;
	if (e == OK) {
		jsonw_object(call->w, NULL);
		put_members(call, &x, str_of(name));
		jsonw_end(call->w, '}');
	}
	return e == ERR_NOTFOUND ? OK : e;
}

enum err read_my_forwarded(struct web_call *call)
{
	struct query q = call_query(call, TABLE_FORWARDING);
	struct row last;
	enum err e = call_list_seen(call, "forwarded", &q, put_if_seen, &last);
	if (e == OK && last.key.len)
		call_after(call, &last);
	return e;
}

/* The one of that case; also of a case that is not on its way to him, it is not there. */
enum err read_my_forwarding(struct web_call *call)
{
	struct forwarding x = { 0 };
	struct casefile c;
	struct row of, row;
	char name[CASE_TEXT_MAX];
	enum err e = view_case(&call->view, call_value(call, "case"), &of, &c, call->why);
	if (e)
		return e;
	case_text(c.number, name);
	e = view_load(&call->view, TABLE_FORWARDING, str_format(call->arena, "%llu", (unsigned long long)c.number), &row, call->why);
	if (e == OK)
		e = field_decode(call->arena, row.body, forwarding_fields, &x, call->why);
	if (e == ERR_NOTFOUND)
		return why_set(call->why, e, "there is no case %s", name);
	if (e == OK)
		put_members(call, &x, str_of(name));
	return e;
}
