/*
 * The use of one customer in a month, by command. See judge_command.h. It is about a person: why is said, and a look-up is left.
 *
 * An operator asks of anybody, a reseller of who is below it now, a customer of itself: of everybody else as of nobody.
 */
#include "aupd/judge_command.h"
#include "aupd/judge_usage.h"

enum { DAY_CELLS = 86400 / USAGE_CELL_S };

static int64_t number(uint64_t v)
{
	return v < INT64_MAX ? (int64_t)v : INT64_MAX;
}

static enum err may_see(struct commanding *c, struct str customer)
{
	struct str *chain = NULL;
	unsigned count = 0;
	const struct entity *who = customer.len ? registry_customer(c->j->registry, customer, c->j->fold.now) : NULL;
	bool sees = who && (c->p.scope == SCOPE_OPERATOR || (c->p.scope != SCOPE_RESELLER && str_eq(c->p.id, customer)));
	enum err e = who && c->p.scope == SCOPE_RESELLER ? registry_chain(c->j->registry, work_arena(c->j->fold.work), customer, c->j->fold.now, &chain, &count) : OK;
	for (unsigned i = 0; i < count; i++)
		sees |= str_eq(chain[i], c->p.id);
	if (e)
		return why_set(c->why, e, "the resellers above the customer cannot be followed");
	return sees ? OK : why_set(c->why, ERR_NOTFOUND, "there is no customer %.*s", STR_ARG(customer));
}

static void put_volumes(struct jsonw *w, const struct usage_series *u)
{
	struct usage_volume v[USAGE_MAX];
	for (unsigned d = 0; d < USAGE_MAX; d++)
		usage_volume(u, d, &v[d]);
	jsonw_int(w, "passed", v[0].passed);
	jsonw_int(w, "not_known", v[0].unknown);
	jsonw_int(w, "inferred", v[0].inferred);
	jsonw_object(w, "volume");
	for (unsigned d = 0; d < USAGE_MAX; d++)
		jsonw_int(w, usage_direction_words[d], number(v[d].octets));
	jsonw_end(w, '}');
	jsonw_object(w, "forecast");
	for (unsigned d = 0; v[0].forecast + v[1].forecast && d < USAGE_MAX; d++)
		jsonw_int(w, usage_direction_words[d], number(v[d].forecast));
	jsonw_end(w, '}');
}

static void put_percentiles(struct jsonw *w, const struct usage_series *u)
{
	jsonw_object(w, "p95");
	for (unsigned d = 0; d < USAGE_DIRECTION_END; d++) {
		struct usage_percentile p;
		usage_percentile(u, d, &p);
		jsonw_object(w, usage_direction_words[d]);
		if (p.cells) {
			jsonw_int(w, "octets", number(p.octets));
			jsonw_int(w, "bits_per_s", number(usage_bits_per_s(p.octets)));
		}
		jsonw_int(w, "cells", p.cells);
		jsonw_int(w, "least", number(p.least));
		jsonw_int(w, "least_bits_per_s", number(usage_bits_per_s(p.least)));
		if (p.most != UINT64_MAX)
			jsonw_int(w, "most", number(p.most));
		jsonw_end(w, '}');
	}
	jsonw_end(w, '}');
}

static void put_cells(struct jsonw *w, const struct usage_series *u)
{
	char state[USAGE_CELLS_MAX];
	jsonw_array(w, "in");
	for (unsigned i = 0; i < u->count; i++)
		jsonw_int(w, NULL, number(u->cells[i].in));
	jsonw_end(w, ']');
	jsonw_array(w, "out");
	for (unsigned i = 0; i < u->count; i++)
		jsonw_int(w, NULL, number(u->cells[i].out));
	jsonw_end(w, ']');
	for (unsigned i = 0; i < u->count; i++) {
		uint8_t flags = u->cells[i].flags;
		state[i] = flags & USAGE_AHEAD ? '-' : flags & USAGE_UNKNOWN ? '?' : flags & USAGE_INFERRED ? 'i' : '.';
	}
	jsonw_str(w, "state", (struct str){ state, u->count });
}

/* Of what the days have that are not all ahead. */
static void put_days(struct jsonw *w, const struct usage_series *u, int offset)
{
	char date[TIME_TEXT_MAX];
	jsonw_array(w, "days");
	for (unsigned from = 0; from < u->count && !(u->cells[from].flags & USAGE_AHEAD); from += DAY_CELLS) {
		struct usage_cell sum = { .in = 0 }, top = { .in = 0 };
		unsigned passed = 0, unknown = 0;
		for (unsigned i = from; i < from + DAY_CELLS && i < u->count; i++) {
			const struct usage_cell *x = &u->cells[i];
			sum.in = usage_add(sum.in, x->in);
			sum.out = usage_add(sum.out, x->out);
			top.in = x->in > top.in ? x->in : top.in;
			top.out = x->out > top.out ? x->out : top.out;
			passed += !(x->flags & USAGE_AHEAD);
			unknown += !(x->flags & USAGE_AHEAD) && x->flags & USAGE_UNKNOWN;
		}
		jsonw_object(w, NULL);
		time_print((int64_t)(u->first_cell + from) * USAGE_CELL_S * SECOND_US + offset * MINUTE_US, date);
		jsonw_str(w, "date", (struct str){ date, 10 });
		jsonw_time(w, "day", (int64_t)(u->first_cell + from) * USAGE_CELL_S * SECOND_US);
		jsonw_int(w, "in", number(sum.in));
		jsonw_int(w, "out", number(sum.out));
		jsonw_int(w, "top_in", number(usage_bits_per_s(top.in)));
		jsonw_int(w, "top_out", number(usage_bits_per_s(top.out)));
		jsonw_int(w, "passed", passed);
		jsonw_int(w, "not_known", unknown);
		/* what was not counted is not zero */
		jsonw_bool(w, "known", passed > unknown || sum.in || sum.out);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void put_limits(struct commanding *c, struct str customer, const struct usage_series *u)
{
	static const char *const states[] = { "within", "near", "over" };
	const struct str whose[] = { customer, STR("") };
	jsonw_array(c->w, "limits");
	for (unsigned i = 0; i < 2; i++)
		for (const struct entity *e = NULL; (e = registry_of(c->j->registry, ENTITY_LIMIT, whose[i], e));) {
			struct usage_limit l;
			struct usage_verdict v;
			if (!usage_limit_is(e) || registry_limit(c->j->registry, customer, e->kind, c->j->fold.now) != e || usage_limit_read(e, &l, NULL) != OK)
				continue;
			usage_compare(u, &l, &v);
			jsonw_object(c->w, NULL);
			jsonw_str(c->w, "kind", e->kind);
			jsonw_int(c->w, "value", e->value);
			jsonw_str(c->w, "unit", e->unit);
			jsonw_int(c->w, "amount", number(l.amount));
			jsonw_bool(c->w, "rate", l.is_rate);
			jsonw_str(c->w, "by", e->customer.len ? STR("order") : e->class_name.len ? STR("class") : STR("default"));
			jsonw_int(c->w, "used", number(v.used));
			if (v.forecast)
				jsonw_int(c->w, "forecast", number(v.forecast));
			jsonw_str(c->w, "state", str_of(states[v.state]));
			jsonw_end(c->w, '}');
		}
	jsonw_end(c->w, ']');
}

static enum err put_month(struct commanding *c, struct str customer, uint32_t month, int offset)
{
	struct usage_series *u = arena_alloc(work_arena(c->j->fold.work), sizeof(*u));
	unsigned logins = 0;
	enum err e = u ? judge_usage_series(c->j, customer, month, u, &logins, c->why) : why_set(c->why, ERR_NOMEM, "no memory for a series of use");
	if (e)
		return e;
	jsonw_int(c->w, "logins", logins);
	jsonw_int(c->w, "cells", u->count);
	put_volumes(c->w, u);
	put_percentiles(c->w, u);
	put_limits(c, customer, u);
	if (!str_eq(command_arg(c, "series"), STR("yes")))
		return OK;
	put_days(c->w, u, offset);
	put_cells(c->w, u);
	return c->p.scope == SCOPE_OPERATOR ? customer_measures_put(c, customer, usage_month_start_in_s(month, offset) * SECOND_US,
		usage_month_start_in_s(month + 1, offset) * SECOND_US) : OK;
}

enum err cmd_usage(struct commanding *c)
{
	struct str customer = str_trim(command_arg(c, "customer")), because = str_trim(command_arg(c, "because")), month_text = command_arg(c, "month");
	uint32_t month = judge_usage_month(c->j, customer);
	char name[USAGE_MONTH_TEXT], zone[USAGE_ZONE_TEXT];
	if (!because.len)
		return why_set(c->why, ERR_DENIED, "say why you ask: --because TEXT");
	if (month_text.len && usage_month_parse(month_text, &month) != OK)
		return why_set(c->why, ERR_SYNTAX, "\"%.*s\" is no month such as 2026-03", STR_ARG(month_text));
	enum err e = may_see(c, customer);
	usage_month_print(month, name);
	if (e == OK)
		e = command_record_lookup(c, str_format(work_arena(c->j->fold.work), "use of %.*s in %s", STR_ARG(customer), name), because);
	if (e)
		return e;
	if (c->j->role->share.usage_accounts && !c->j->usage)
		return why_set(c->why, ERR_AGAIN, "the store of use has failed and is opened anew; try again");
	jsonw_str(c->w, "customer", customer);
	jsonw_str(c->w, "month", str_of(name));
	const int offset = judge_usage_offset(c->j, customer, month);
	jsonw_time(c->w, "from", usage_month_start_in_s(month, offset) * SECOND_US);
	jsonw_time(c->w, "until", usage_month_start_in_s(month + 1, offset) * SECOND_US);
	usage_zone_print(offset, zone);
	jsonw_str(c->w, "zone", str_of(zone));
	jsonw_int(c->w, "offset", offset);
	jsonw_bool(c->w, "metered", c->j->usage != NULL);
	return c->j->usage ? put_month(c, customer, month, offset) : OK;
}
