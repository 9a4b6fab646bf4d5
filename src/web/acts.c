/*
 * The outbox for operators: each act with its case, and whether what is so differs from what is wanted.
 */
#include "model/act.h"
#include "web/call.h"

/* Wanted and not done, or no more wanted and not gone. */
static bool drifts(const struct act *act)
{
	return act->desired ? act->state != ACT_DONE_ : act->state != ACT_UNDONE && act->state != ACT_EXPIRED && act->state != ACT_REFUSED;
}

static enum err put(struct web_call *c, const struct row *row, bool *ret_shown)
{
	struct act act = { 0 };
	char number[CASE_TEXT_MAX];
	enum err e = field_decode(c->arena, row->body, act_fields, &act, c->why);
	if (e)
		return e;
	case_text(act.number, number);
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "key", row->key);
	jsonw_str(c->w, "case", act.number ? str_of(number) : STR_NONE);
	jsonw_str(c->w, "state", row->state);
	jsonw_time(c->w, "due", row->due_at);
	jsonw_time(c->w, "expires", act.expires_at);
	jsonw_bool(c->w, "drift", drifts(&act));
	jsonw_raw(c->w, "body", row->body);
	jsonw_end(c->w, '}');
	*ret_shown = true;
	return OK;
}

enum err read_acts(struct web_call *c)
{
	struct query q = call_query(c, TABLE_ACT);
	struct row last;
	enum err e = call_list_seen(c, "rows", &q, put, &last);
	if (e == OK && last.key.len)
		call_after(c, &last);
	return e;
}
