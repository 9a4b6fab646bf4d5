/*
 * Webhooks by command, of whoever has a scope for his own, and of operators for all. See judge_command.h.
 *
 * A secret is told once, to whoever registered the webhook or renewed its secret; kept is what only the judge can open, under a key
 * of its own, which goes with the webhook.
 */
#include "aupd/judge_hook.h"
#include "base/seal.h"
#include "engine/queue.h"

enum { ID_OCTETS = 9 };

static enum err seal_secret(struct commanding *c, struct str hook, struct str *ret_sealed)
{
	struct arena *a = work_arena(c->j->fold.work);
	char secret[WEBHOOK_SECRET_LEN];
	struct seal_key key;
	enum err e = keyring_get(c->j->fold.keyring, judge_hook_subject(a, hook), &key, c->why);
	if (e)
		return e;
	random_bytes(secret, sizeof(secret));
	e = seal(a, &key, hook, (struct str){ secret, sizeof(secret) }, ret_sealed);
	struct str text = str_format(a, "%s%.*s", WEBHOOK_SECRET_PREFIX, STR_ARG(str_base64(a, (struct str){ secret, sizeof(secret) })));
	jsonw_str(c->w, "secret", text);
	secret_wipe(&key, sizeof(key));
	secret_wipe(secret, sizeof(secret));
	return e || !text.len ? why_set(c->why, ERR_NOMEM, "no memory for a secret") : OK;
}

/* An operator may register one for somebody else, like a key. */
static enum err whose(const struct commanding *c, struct webhook *w)
{
	const struct registry *reg = c->j->fold.registry;
	struct str scope = command_arg(c, "scope"), id = command_arg(c, "id");
	bool known = true;
	w->scope = c->p.scope;
	w->owner = c->p.id;
	if (!scope.len && !id.len)
		return OK;
	if (c->p.scope != SCOPE_OPERATOR)
		return why_set(c->why, ERR_DENIED, "a webhook is registered for oneself alone");
	w->scope = SCOPE_RESELLER;
	while (w->scope < SCOPE_END && !str_eq(scope, str_of(scope_words[w->scope])))
		w->scope++;
	if (w->scope == SCOPE_END || !id.len || id.len > ENTITY_ID_MAX || str_chr(id, '/') != SIZE_MAX)
		return why_set(c->why, ERR_SYNTAX, "scope and id: of a reseller, a customer or a reporter");
	if (w->scope != SCOPE_REPORTER)
		known = registry_find(reg, ENTITY_RESELLER, id) || (w->scope == SCOPE_CUSTOMER && registry_find(reg, ENTITY_CUSTOMER, id));
	w->owner = id;
	return known ? OK : why_set(c->why, ERR_NOTFOUND, "there is no %s %.*s", scope_words[w->scope], STR_ARG(id));
}

static enum err check_room(const struct commanding *c, const struct webhook *w)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_WEBHOOK, .owner = webhook_owner(a, w->scope, w->owner), .due_by = TIME_NONE, .limit = WEBHOOKS_OF_ONE_MAX };
	struct row *rows;
	size_t n = 0;
	uint64_t all = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	if (e == OK)
		e = c->j->driver->count(c->j->store, TABLE_WEBHOOK, STR_NONE, UINT64_MAX, &all, c->why);
	if (e == OK && (n == WEBHOOKS_OF_ONE_MAX || all >= WEBHOOKS_MAX))
		e = why_set(c->why, ERR_LIMIT, "there are %d webhooks of one, or %d in all, already; remove some", WEBHOOKS_OF_ONE_MAX, WEBHOOKS_MAX);
	return e;
}

static enum err set_events(struct commanding *c, struct webhook *w)
{
	uint32_t kinds = 0;
	enum err e = hook_kinds_read(command_arg(c, "events"), w->scope, &kinds, c->why);
	w->events = ARENA_ARRAY(work_arena(c->j->fold.work), struct str, HOOK_KINDS);
	w->event_count = 0;
	if (e || !w->events)
		return e ? e : ERR_NOMEM;
	for (int k = 0; k < HOOK_KINDS; k++)
		if (kinds & 1u << k)
			w->events[w->event_count++] = str_of(hook_kind_words[k]);
	return OK;
}

enum err cmd_webhook_add(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	const struct share *share = &c->j->role->share;
	struct webhook w = { .url = command_arg(c, "url"), .made_by = c->who, .key = c->p.key, .made_at = c->j->fold.now, .disabled_at = TIME_NONE, .old_until_at = TIME_NONE,
		.failing_since_at = TIME_NONE, .paused_until_at = TIME_NONE };
	char octets[ID_OCTETS];
	struct row row;
	enum err e = whose(c, &w);
	if (e == OK)
		e = webhook_url_check(w.url, share->hooks_http, share->hooks_http_count, c->why);
	if (e == OK)
		e = set_events(c, &w);
	if (e == OK)
		e = check_room(c, &w);
	if (e)
		return e;
	random_bytes(octets, sizeof(octets));
	struct str id = str_format(a, "wh_%.*s", STR_ARG(str_hex(a, (struct str){ octets, sizeof(octets) })));
	e = work_get(c->j->fold.work, TABLE_WEBHOOK, id, &row, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "webhook", id);
	e = seal_secret(c, id, &w.secret);
	if (e == OK)
		e = hook_store(&c->j->fold, &row, &w, c->why);
	return e ? e : judge_hooks_change(c->j, c->why);
}

/* Of somebody else is none. */
static enum err find(struct commanding *c, struct webhook *w, struct row *row)
{
	struct str id = command_arg(c, "webhook");
	enum err e = id.len && id.len <= WEBHOOK_ID_MAX ? work_load(c->j->fold.work, TABLE_WEBHOOK, id, webhook_fields, w, row, c->why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	bool his = e == OK && w->state != HOOK_REMOVED && (c->p.scope == SCOPE_OPERATOR || (c->p.scope == w->scope && str_eq(c->p.id, w->owner)));
	if (!his)
		return why_set(c->why, ERR_NOTFOUND, "there is no webhook %.*s", STR_ARG(str_sub(id, 0, WEBHOOK_ID_MAX)));
	jsonw_str(c->w, "webhook", row->key);
	return OK;
}

enum err cmd_webhook_remove(struct commanding *c)
{
	struct webhook w = { 0 };
	struct row row;
	enum err e = find(c, &w, &row);
	if (e)
		return e;
	w.state = HOOK_REMOVED;
	row.due_at = c->j->fold.now;
	e = hook_store(&c->j->fold, &row, &w, c->why);
	if (e == OK)
		e = queue_webhook(&c->j->fold, row.key, false, c->why);
	return e ? e : judge_hooks_change(c->j, c->why);
}

/* Both sign for a day, so that whoever checks them can be told the new one. */
enum err cmd_webhook_rotate(struct commanding *c)
{
	struct webhook w = { 0 };
	struct row row;
	enum err e = find(c, &w, &row);
	if (e)
		return e;
	w.old_secret = w.secret;
	w.old_until_at = c->j->fold.now + WEBHOOK_OVERLAP_HOURS * HOUR_US;
	e = seal_secret(c, row.key, &w.secret);
	jsonw_time(c->w, "until", w.old_until_at);
	return e ? e : hook_store(&c->j->fold, &row, &w, c->why);
}

/* What failed meanwhile may be asked for again, one by one. The key of whoever enables it vouches for it from then on. */
enum err cmd_webhook_enable(struct commanding *c)
{
	struct webhook w = { 0 };
	struct row row;
	enum err e = find(c, &w, &row);
	if (e)
		return e;
	w.state = HOOK_ON;
	w.because = HOOK_NOT_ENDED;
	w.key = c->p.key;
	w.failures = 0;
	w.disabled_at = w.failing_since_at = w.paused_until_at = TIME_NONE;
	e = hook_store(&c->j->fold, &row, &w, c->why);
	if (e == OK)
		e = queue_webhook(&c->j->fold, row.key, false, c->why);
	return e ? e : judge_hooks_change(c->j, c->why);
}

enum err cmd_webhook_test(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct webhook w = { 0 };
	struct row row;
	char octets[ID_OCTETS];
	struct str id = STR_NONE;
	enum err e = find(c, &w, &row);
	if (e)
		return e;
	random_bytes(octets, sizeof(octets));
	e = hook_test(&c->j->fold, row.key, row.owner, str_hex(a, (struct str){ octets, sizeof(octets) }), &id, c->why);
	jsonw_str(c->w, "delivery", id);
	return e;
}

enum err cmd_webhook_redeliver(struct commanding *c)
{
	struct webhook w = { 0 };
	struct row row;
	enum err e = find(c, &w, &row);
	if (e)
		return e;
	if (w.state != HOOK_ON)
		return why_set(c->why, ERR_CONFLICT, "the webhook is disabled");
	jsonw_str(c->w, "delivery", command_arg(c, "delivery"));
	return hook_again(&c->j->fold, row.key, row.owner, command_arg(c, "delivery"), c->why);
}
