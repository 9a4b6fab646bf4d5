/*
 * How much there is, in numbers: the status, and the figures for a collector of metrics. Nothing here is about anybody.
 */
#include "base/clock.h"
#include "web/call.h"

enum { METRICS_BYTES_MAX = 1 << 18 };

static const struct { const char *name; enum table table; const char *state; } counted[] = { { "cases", TABLE_CASE, NULL }, { "cases_open", TABLE_CASE, "open" },
	{ "cases_review", TABLE_CASE, "review" }, { "cases_paused", TABLE_CASE, "paused" }, { "items_waiting", TABLE_ITEM, "waiting" },
	{ "parked", TABLE_PARKED, NULL }, { "acts_held", TABLE_ACT, "held" }, { "acts_queued", TABLE_ACT, "queued" }, { "acts_sent", TABLE_ACT, "sent" },
	{ "acts_undoing", TABLE_ACT, "undoing" }, { "acts_unclear", TABLE_ACT, "unclear" }, { "entities", TABLE_ENTITY, NULL }, { "policies", TABLE_POLICY, NULL },
	{ "records", TABLE_RECORD, NULL }, { "webhooks", TABLE_WEBHOOK, "on" }, { "webhooks_disabled", TABLE_WEBHOOK, "disabled" },
	{ "deliveries_waiting", TABLE_DELIVERY, "waiting" }, { "deliveries_sent", TABLE_HOOK_LANE, "sent" } };

/* What the judge tells of bindings: numbers and times; NULL when it keeps none. */
static enum err bindings(const struct web_call *c, struct json **ret_root)
{
	struct row row;
	*ret_root = NULL;
	enum err e = view_switch(&c->view, STR("bindings"), &row, c->why);
	return e || !row.version ? e : json_read(c->arena, row.body, ret_root, c->why);
}

static enum err put_bindings(const struct web_call *c)
{
	struct json *root;
	enum err e = bindings(c, &root);
	for (const struct json *m = e == OK && root ? root->child : NULL; m; m = m->next)
		jsonw_tree(c->w, str_c(c->arena, m->key), m);
	return e;
}

/* What was switched last, the last backup, and since when the oldest item waits for a person. */
static enum err lately(const struct web_call *c)
{
	struct row enforcement, backup;
	enum err e = view_switch(&c->view, STR("enforcement"), &enforcement, c->why);
	if (e == OK)
		e = view_switch(&c->view, STR("backup"), &backup, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "switched", enforcement.version ? enforcement.body : STR("never"));
	jsonw_time(c->w, "last_backup", backup.version ? backup.rank : TIME_NONE);
	int64_t oldest = TIME_NONE;
	e = view_oldest(&c->view, TABLE_ITEM, STR("waiting"), &oldest, c->why);
	jsonw_time(c->w, "oldest_waiting", oldest);
	return e ? e : put_bindings(c);
}

static enum err count(const struct web_call *c, size_t i, uint64_t most, uint64_t *ret_count)
{
	return view_count(&c->view, counted[i].table, counted[i].state ? str_of(counted[i].state) : STR_NONE, most, ret_count, c->why);
}

/* Of what is counted no further than asked, "more" has the names of those that there are more of. */
static enum err put_counts(const struct web_call *c)
{
	struct str asked = call_value(c, "most");
	uint64_t most = UINT64_MAX, n[sizeof(counted) / sizeof(counted[0])];
	if (asked.len && str_to_u64(asked, UINT32_MAX, &most) != OK)
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		enum err e = count(c, i, asked.len ? most + 1 : most, &n[i]);
		if (e)
			return e;
		jsonw_int(c->w, counted[i].name, (int64_t)(n[i] < most ? n[i] : most));
	}
	if (!asked.len)
		return OK;
	jsonw_object(c->w, "more");
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (n[i] > most)
			jsonw_bool(c->w, counted[i].name, true);
	jsonw_end(c->w, '}');
	return OK;
}

enum err read_status(struct web_call *c)
{
	enum err e = put_counts(c);
	int64_t due = TIME_NONE;
	if (e == OK)
		e = view_next_due(&c->view, &due, c->why);
	jsonw_bool(c->w, "judge_linked", c->web->has_judge);
	jsonw_time(c->w, "next_due", due);
	jsonw_bool(c->w, "due_now", due != TIME_NONE && due <= clock_wall_at());
	return e ? e : lately(c);
}

enum err read_metrics(struct web_call *c)
{
	const struct ometrics *roles[WEB_FIGURES_MAX];
	struct buf b;
	enum err e = OK;
	buf_init(&b, METRICS_BYTES_MAX);
	for (size_t i = 0; e == OK && i < sizeof(counted) / sizeof(counted[0]); i++) {
		uint64_t n = 0;
		e = count(c, i, UINT64_MAX, &n);
		buf_printf(&b, "# TYPE aupd_%s gauge\naupd_%s %llu\n", counted[i].name, counted[i].name, (unsigned long long)n);
	}
	struct json *root = NULL;
	if (e == OK)
		e = bindings(c, &root);
	for (const struct json *m = root ? root->child : NULL; m; m = m->next)
		if (m->is_integer)
			buf_printf(&b, "# TYPE aupd_%.*s gauge\naupd_%.*s %lld\n", STR_ARG(m->key), STR_ARG(m->key), (long long)m->integer);
	for (unsigned i = 0; i < c->web->figure_count; i++)
		roles[i] = &c->web->figures[i];
	ometrics_write(roles, c->web->figure_count, &b);
	c->text = str_copy(c->arena, buf_str(&b));
	buf_done(&b);
	return e;
}
