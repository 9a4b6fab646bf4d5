/*
 * Webhooks and what they were told: to whoever registered them, and to operators. See model/webhook.h.
 *
 * The fence gives everybody his own. Secrets, sealed or not, are in no answer.
 */
#include "model/webhook.h"
#include "web/call.h"

static void put_webhook(const struct web_call *call, struct str id, const struct webhook *w)
{
	struct jsonw *to = call->w;
	jsonw_str(to, "webhook", id);
	jsonw_str(to, "scope", str_of(scope_words[w->scope]));
	jsonw_str(to, "owner", w->owner);
	jsonw_str(to, "url", w->url);
	jsonw_array(to, "events");
	for (unsigned i = 0; i < w->event_count; i++)
		jsonw_str(to, NULL, w->events[i]);
	jsonw_end(to, ']');
	jsonw_str(to, "state", str_of(hook_state_words[w->state]));
	jsonw_str(to, "because", str_of(hook_end_words[w->because]));
	jsonw_time(to, "made", w->made_at);
	jsonw_time(to, "disabled", w->disabled_at);
	jsonw_time(to, "failing_since", w->failing_since_at);
	jsonw_time(to, "paused_until", w->paused_until_at);
	jsonw_int(to, "failures", w->failures);
	jsonw_time(to, "old_secret_until", w->old_until_at);
}

static enum err find(const struct web_call *call, struct webhook *w, struct row *row)
{
	struct str id = call_value(call, "webhook");
	enum err e = view_load(&call->view, TABLE_WEBHOOK, id, row, call->why);
	*w = (struct webhook){ 0 };
	if (e == OK)
		e = field_decode(call->arena, row->body, webhook_fields, w, call->why);
	if (e == ERR_NOTFOUND || (e == OK && w->state == HOOK_REMOVED))
		return why_set(call->why, ERR_NOTFOUND, "there is no webhook %.*s", STR_ARG(str_sub(id, 0, WEBHOOK_ID_MAX)));
	return e;
}

enum err read_webhooks(struct web_call *call)
{
	struct query q = call_query(call, TABLE_WEBHOOK);
	struct row *rows;
	size_t n = 0;
	enum err e = view_page(&call->view, &q, &rows, &n, call->why);
	jsonw_array(call->w, "webhooks");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct webhook w = { 0 };
		e = field_decode(call->arena, rows[i].body, webhook_fields, &w, call->why);
		if (e || w.state == HOOK_REMOVED)
			continue;
		jsonw_object(call->w, NULL);
		put_webhook(call, rows[i].key, &w);
		jsonw_end(call->w, '}');
	}
	jsonw_end(call->w, ']');
	if (e == OK && n && n == q.limit)
		call_after(call, &rows[n - 1]);
	return e;
}

enum err read_webhook(struct web_call *call)
{
	struct webhook w;
	struct row row;
	enum err e = find(call, &w, &row);
	if (e == OK)
		put_webhook(call, row.key, &w);
	return e;
}

static enum err put_delivery(const struct web_call *call, const struct row *row)
{
	struct hook_delivery d = { 0 };
	struct jsonw *w = call->w;
	enum err e = field_decode(call->arena, row->body, hook_delivery_fields, &d, call->why);
	jsonw_object(w, NULL);
	jsonw_str(w, "delivery", str_sub(row->key, str_chr(row->key, '/') + 1, row->key.len));
	jsonw_str(w, "type", str_of(hook_kind_words[d.kind]));
	jsonw_str(w, "about", d.kind == HOOK_TEST ? STR("") : d.about);
	jsonw_time(w, "at", d.at);
	jsonw_str(w, "state", str_of(delivery_state_words[d.state]));
	jsonw_int(w, "attempts", d.attempts);
	jsonw_int(w, "repeated", d.repeated);
	jsonw_int(w, "status", d.status);
	jsonw_str(w, "failure", str_of(hook_failure_words[d.failure]));
	jsonw_time(w, "tried", d.tried_at);
	jsonw_time(w, "over", d.done_at);
	jsonw_end(w, '}');
	return e;
}

enum err read_deliveries(struct web_call *call)
{
	struct webhook w;
	struct row hook, *rows;
	size_t n = 0;
	struct query q = call_query(call, TABLE_DELIVERY);
	enum err e = find(call, &w, &hook);
	if (e == OK) {
		q.owner = hook.owner;
		q.key_prefix = str_format(call->arena, "%.*s/", STR_ARG(hook.key));
		e = view_page(&call->view, &q, &rows, &n, call->why);
	}
	if (e)
		return e;
	jsonw_array(call->w, "deliveries");
	for (size_t i = 0; e == OK && i < n; i++)
		e = put_delivery(call, &rows[i]);
	jsonw_end(call->w, ']');
	if (e == OK && n && n == q.limit)
		call_after(call, &rows[n - 1]);
	return e;
}
