/*
 * Events for webhooks. See hook.h; what becomes of a delivery is in hook_result.c.
 */
#include "engine/hook.h"

#include "base/digest.h"
#include "engine/fold_case.h"

enum { ID_OCTETS = 16 };

struct str hook_delivery_key(struct fold *f, struct str hook, struct str id)
{
	return str_format(work_arena(f->work), "%.*s/%.*s", STR_ARG(hook), STR_ARG(id));
}

/* Nobody can guess it, and a replay gives the same. */
static struct str id_of(struct fold *f, struct str lane_key, enum hook_kind kind, struct str mark)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	struct str key = { (const char *)f->token_key.octets, SEAL_KEY_LEN };
	digest_hmac(key, str_format(a, "webhook\n%.*s\n%s\n%.*s", STR_ARG(lane_key), hook_kind_words[kind], STR_ARG(mark)), &d);
	return str_format(a, "evt_%.*s", STR_ARG(str_base64url(a, (struct str){ (const char *)d.octets, ID_OCTETS })));
}

/* Behind what waits in its lane. */
static enum err queue_up(struct fold *f, struct str hook, struct str owner, struct str lane_key, struct str id, struct why *why)
{
	struct hook_lane lane = { .first_at = TIME_NONE };
	struct hook_delivery last = { 0 };
	struct row at, tail;
	enum err e = work_load(f->work, TABLE_HOOK_LANE, lane_key, hook_lane_fields, &lane, &at, why);
	if (e == ERR_NOTFOUND) {
		at.owner = owner;
		at.rank = f->now;
		lane = (struct hook_lane){ .head = id, .tail = id, .first_at = TIME_NONE };
		return hook_lane_store(f, &at, &lane, f->now, why);
	}
	if (e == OK)
		e = work_load(f->work, TABLE_DELIVERY, hook_delivery_key(f, hook, lane.tail), hook_delivery_fields, &last, &tail, why);
	if (e)
		return e == ERR_NOTFOUND ? why_set(why, ERR_CORRUPT, "a lane of a webhook ends in nothing") : e;
	last.next = id;
	e = work_store(f->work, &tail, hook_delivery_fields, &last, why);
	lane.tail = id;
	return e ? e : hook_lane_store(f, &at, &lane, at.due_at, why);
}

static enum err put(struct fold *f, struct str hook, struct str owner, enum hook_kind kind, struct str about, struct str mark, struct str *ret_id, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct str lane = kind == HOOK_TEST ? STR("test") : about, lane_key = str_format(a, "%.*s/%.*s", STR_ARG(hook), STR_ARG(lane));
	struct str id = id_of(f, lane_key, kind, mark);
	struct hook_delivery d = { .kind = kind, .about = str_copy(a, about), .lane = lane, .at = f->now, .tried_at = TIME_NONE, .done_at = TIME_NONE };
	struct row row;
	if (!id.len || !lane_key.len)
		return why_set(why, ERR_NOMEM, "no memory for a delivery");
	enum err e = work_get(f->work, TABLE_DELIVERY, hook_delivery_key(f, hook, id), &row, why);
	if (e || row.version)
		return e;
	row.owner = owner;
	row.state = str_of(delivery_state_words[d.state]);
	row.rank = f->now;
	e = work_store(f->work, &row, hook_delivery_fields, &d, why);
	if (e == OK && ret_id)
		*ret_id = id;
	return e ? e : queue_up(f, hook, owner, lane_key, id, why);
}

static bool wants(const struct hook *h, enum hook_kind kind)
{
	return h->kinds & 1u << kind && hook_kinds[kind].scopes & SCOPES(h->who.scope);
}

static bool anybody(const struct fold *f, enum hook_kind kind)
{
	return f->hooks && !f->trial && f->hooks->kinds & 1u << kind;
}

static struct str number_key(struct fold *f, uint64_t number)
{
	return str_format(work_arena(f->work), "%llu", (unsigned long long)number);
}

/* to: of resellers that one alone; STR_NONE: all that see the case. */
static enum err tell_case(struct fold *f, const struct casefile *c, enum hook_kind kind, struct str to, struct str mark, struct why *why)
{
	char name[CASE_TEXT_MAX];
	enum err e = OK;
	case_text(c->number, name);
	for (unsigned i = 0; e == OK && anybody(f, kind) && i < f->hooks->count; i++) {
		const struct hook *h = &f->hooks->list[i];
		bool other = h->who.scope == SCOPE_RESELLER && to.len && !str_eq(h->who.id, to);
		if (wants(h, kind) && !other && principal_sees(&h->who, c))
			e = put(f, h->id, webhook_owner(work_arena(f->work), h->who.scope, h->who.id), kind, str_of(name), mark, NULL, why);
	}
	return e;
}

enum err hook_case(struct fold *f, const struct casefile *c, const struct case_event *e, struct why *why)
{
	enum hook_kind kind = hook_kind_of(e->type);
	if (kind == HOOK_TEST || !anybody(f, kind))
		return OK;
	return tell_case(f, c, kind, STR_NONE, str_format(work_arena(f->work), "%llu", (unsigned long long)e->n), why);
}

enum err hook_forwarded(struct fold *f, const struct casefile *c, const struct act *acts, unsigned count, struct why *why)
{
	struct forwarding x = { 0 };
	struct row row;
	enum err e = OK;
	for (unsigned i = 0; e == OK && anybody(f, HOOK_FORWARDED) && i < count; i++) {
		if (acts[i].verb != VERB_FORWARD || !acts[i].letter.len || acts[i].created_at != f->now)
			continue;
		e = work_load(f->work, TABLE_FORWARDING, number_key(f, c->number), forwarding_fields, &x, &row, why);
		if (e == OK)
			e = tell_case(f, c, HOOK_FORWARDED, x.reseller, acts[i].key, why);
		e = e == ERR_NOTFOUND ? OK : e;
	}
	return e;
}

enum err hook_test(struct fold *f, struct str hook, struct str owner, struct str mark, struct str *ret_id, struct why *why)
{
	return put(f, hook, owner, HOOK_TEST, STR("test"), mark, ret_id, why);
}

enum err hook_again(struct fold *f, struct str hook, struct str owner, struct str id, struct why *why)
{
	struct hook_delivery d = { 0 };
	struct row row;
	enum err e = id.len <= ROW_KEY_MAX / 2 ? work_load(f->work, TABLE_DELIVERY, hook_delivery_key(f, hook, id), hook_delivery_fields, &d, &row, why) : ERR_NOTFOUND;
	if (e)
		return e == ERR_NOTFOUND ? why_set(why, e, "there is no delivery %.*s", STR_ARG(str_sub(id, 0, WEBHOOK_ID_MAX))) : e;
	if (d.state == DELIVERY_WAITING)
		return why_set(why, ERR_CONFLICT, "it waits to be delivered");
	d.state = DELIVERY_WAITING;
	d.failure = HOOK_NO_FAILURE;
	d.next = STR_NONE;
	d.done_at = TIME_NONE;
	row.state = str_of(delivery_state_words[d.state]);
	row.due_at = TIME_NONE;
	e = work_store(f->work, &row, hook_delivery_fields, &d, why);
	return e ? e : queue_up(f, hook, owner, str_format(work_arena(f->work), "%.*s/%.*s", STR_ARG(hook), STR_ARG(d.lane)), id, why);
}

/* --- the state of reports --- */

static uint32_t told_of(const struct receipt *r, const struct casefile *c, const struct forwarding *x)
{
	struct receipt_told t = receipt_tell(r, c, x);
	return (uint32_t)t.state << 8 | (uint32_t)t.reason;
}

/* What the receipts of a case tell now. */
static enum err case_tells(struct fold *f, const struct casefile *c, uint32_t *ret_told, struct why *why)
{
	const struct receipt r = { .fate = FATE_CASE, .number = c->number };
	struct forwarding x = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_FORWARDING, number_key(f, c->number), forwarding_fields, &x, &row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	*ret_told = told_of(&r, c, e == OK ? &x : NULL);
	return OK;
}

/* owner: "api:" and the client. mark: what tells this change from others of the same receipt. */
static enum err tell_reporter(struct fold *f, struct str receipt, struct str owner, struct str mark, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && str_starts(owner, STR("api:")) && i < f->hooks->count; i++) {
		const struct hook *h = &f->hooks->list[i];
		if (wants(h, HOOK_REPORT_STATE) && str_eq(h->who.id, str_sub(owner, 4, owner.len)))
			e = put(f, h->id, webhook_owner(work_arena(f->work), h->who.scope, h->who.id), HOOK_REPORT_STATE, receipt, mark, NULL, why);
	}
	return e;
}

static bool is_watched(const struct hook_reports *x, struct str receipt)
{
	for (unsigned i = 0; i < x->count; i++)
		if (str_eq(x->list[i].receipt, receipt))
			return true;
	return false;
}

/* More than so many of one case are told what became of them when they came, and no further. */
static enum err watch(struct fold *f, struct hook_reports *x, const struct hook_report *more, unsigned count, struct why *why)
{
	struct hook_report *list = ARENA_ARRAY(work_arena(f->work), struct hook_report, WEBHOOK_REPORTS_MAX);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for the reports of a case");
	for (unsigned i = 0; i < x->count; i++)
		list[i] = x->list[i];
	x->list = list;
	for (unsigned i = 0; i < count && x->count < WEBHOOK_REPORTS_MAX; i++)
		if (!is_watched(x, more[i].receipt))
			list[x->count++] = more[i];
	return OK;
}

/* *ret_told: what the reporters of that case know. A case that is only being opened tells no more than that there is one. */
static enum err watch_case(struct fold *f, uint64_t number, const struct hook_report *more, unsigned count, uint32_t *ret_told, struct why *why)
{
	const struct receipt r = { .fate = FATE_CASE, .number = number };
	struct hook_reports x = { .told = told_of(&r, NULL, NULL) };
	struct casefile c;
	struct row row, of;
	enum err e = work_load(f->work, TABLE_HOOK_REPORTS, number_key(f, number), hook_reports_fields, &x, &row, why);
	if (e == ERR_NOTFOUND) {
		e = fold_find_case(f, number, &c, &of, why);
		if (e == OK)
			e = case_tells(f, &c, &x.told, why);
	}
	if (e == OK || e == ERR_NOTFOUND)
		e = watch(f, &x, more, count, why);
	if (e == OK)
		*ret_told = x.told;
	return e ? e : work_store(f->work, &row, hook_reports_fields, &x, why);
}

enum err hook_receipt(struct fold *f, struct str receipt, struct str owner, const struct receipt *before, const struct receipt *r, struct why *why)
{
	const struct hook_report one = { receipt, owner };
	enum err e = OK;
	if (!anybody(f, HOOK_REPORT_STATE) || !owner.len)
		return OK;
	uint32_t told = told_of(r, NULL, NULL);
	if (r->fate == FATE_CASE && !r->sealed)
		e = watch_case(f, r->number, &one, 1, &told, why);
	if (e || (before && told_of(before, NULL, NULL) == told))
		return e;
	return tell_reporter(f, receipt, owner, str_format(work_arena(f->work), "%s %llu %d", fate_words[r->fate], (unsigned long long)r->number, r->lacking), why);
}

enum err hook_reports(struct fold *f, const struct casefile *c, struct why *why)
{
	struct hook_reports x = { 0 };
	struct row row;
	uint64_t into = 0;
	uint32_t told = 0;
	if (!anybody(f, HOOK_REPORT_STATE) || c->flags & (CASE_SEALED_CLASS | CASE_DO_NOT_TELL))
		return OK;
	enum err e = work_load(f->work, TABLE_HOOK_REPORTS, number_key(f, c->number), hook_reports_fields, &x, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	/* their receipts follow the case that it went into */
	if (c->state == CASE_MERGED && case_parse(c->merged_into, &into) == OK) {
		e = work_delete(f->work, TABLE_HOOK_REPORTS, row.key, why);
		return e ? e : watch_case(f, into, x.list, x.count, &told, why);
	}
	e = case_tells(f, c, &told, why);
	if (e || told == x.told)
		return e;
	x.told = told;
	for (unsigned i = 0; e == OK && i < x.count; i++)
		e = tell_reporter(f, x.list[i].receipt, x.list[i].reporter, str_format(work_arena(f->work), "case %llu %llu", (unsigned long long)c->number,
			(unsigned long long)c->event_count), why);
	return e ? e : work_store(f->work, &row, hook_reports_fields, &x, why);
}

/* Does that receipt lead to the case? */
static enum err leads_to(struct fold *f, struct str receipt, uint64_t number, bool *ret_is, struct why *why)
{
	struct receipt r = { 0 };
	struct casefile c;
	struct row row;
	enum err e = work_load(f->work, TABLE_RECEIPT, receipt, receipt_fields, &r, &row, why);
	*ret_is = false;
	if (e == OK)
		e = r.fate == FATE_CASE ? fold_find_case(f, r.number, &c, &row, why) : ERR_NOTFOUND;
	if (e == OK)
		e = follow_merged(f, &c, &row, why);
	*ret_is = e == OK && c.number == number;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err hook_unmerged(struct fold *f, uint64_t into, uint64_t gone, struct why *why)
{
	struct hook_reports x = { 0 };
	struct row row;
	uint32_t told;
	unsigned kept = 0, moved = 0;
	enum err e = work_load(f->work, TABLE_HOOK_REPORTS, number_key(f, into), hook_reports_fields, &x, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	struct hook_report *back = ARENA_ARRAY(work_arena(f->work), struct hook_report, x.count + 1);
	if (!back)
		return why_set(why, ERR_NOMEM, "no memory for the reports of a case");
	for (unsigned i = 0; e == OK && i < x.count; i++) {
		bool is;
		e = leads_to(f, x.list[i].receipt, gone, &is, why);
		if (is)
			back[moved++] = x.list[i];
		else
			x.list[kept++] = x.list[i];
	}
	x.count = kept;
	if (e || !moved)
		return e;
	e = work_store(f->work, &row, hook_reports_fields, &x, why);
	return e ? e : watch_case(f, gone, back, moved, &told, why);
}
