/*
 * Calls to systems of the operator. See hook.h.
 */
#include "action/hook.h"

#include "base/json.h"
#include "model/ids.h"

enum { ALLOW_MAX = 64 };

enum err hook_transfers(const struct action_options *o, struct transfers **ret_transfers, struct why *why)
{
	struct prefix allowed[ALLOW_MAX];
	struct transfer_options t = { .allowed = allowed };
	for (unsigned i = 0; i < o->webhook_allow_count && t.allowed_count < ALLOW_MAX; i++)
		if (prefix_parse(o->webhook_allow[i], &allowed[t.allowed_count]) == OK)
			t.allowed_count++;
	return transfers_new(o->loop, &t, ret_transfers) == OK ? OK : why_set(why, ERR_NOMEM, "hooks cannot be called");
}

void hook_put_act(struct jsonw *w, const struct act *act, bool with_target)
{
	char number[CASE_TEXT_MAX];
	case_text(act->number, number);
	jsonw_str(w, "key", act->key);
	jsonw_str(w, "verb", str_of(verb_words[act->verb]));
	jsonw_str(w, "service", act->service);
	if (with_target)
		jsonw_str(w, "target", act->target);
	jsonw_str(w, "instance", act->instance);
	jsonw_str(w, "case", str_of(number));
	jsonw_time(w, "expires", act->expires_at);
}
