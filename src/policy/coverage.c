/*
 * Coverage of the clauses by live inputs. See coverage.h. Pure.
 */
#include "policy/coverage.h"

#include "model/clause.h"
#include "policy/rules.h"

const char *const coverage_words[] = { "nothing yet", "people", "complaints that people read", "complaints", "meters", "complaints and meters", "product",
	"product in part", "unused", NULL };

const char *const coverage_state_words[] = { "off", "blind", "partial", "covered", NULL };

enum { INPUTS_MAX = KIND_COUNT + 256, USAGE_METERS = 2 };

/* What accounting tells by itself; the last USAGE_METERS where use is metered. */
static const struct str accounting_meters[] = { { "session.over-limit", 18 }, { "meter.discrepancy", 17 }, { "account.many-devices", 20 }, { "usage.over-limit", 16 },
	{ "usage.near-limit", 16 } };

struct coverage_sources coverage_configured(bool complaints, bool people, bool accounting, bool usage)
{
	return (struct coverage_sources){ .complaints = complaints, .people = people, .meters = accounting_meters,
		.meter_count = accounting ? sizeof(accounting_meters) / sizeof(accounting_meters[0]) - (usage ? 0 : USAGE_METERS) : 0 };
}

static bool meter_live(const struct coverage_sources *s, struct str name)
{
	/* told by the complaints that were passed on */
	if (s->complaints && s->forwards && (str_eq(name, STR("reseller.unanswered")) || str_eq(name, STR("reseller.scorecard"))))
		return true;
	/* made by the product itself, when a person's request stays without an answer */
	if (s->people && str_eq(name, STR("request.unanswered")))
		return true;
	/* and when the register gives a customer the marks of one whose contract people ended */
	if (s->people && (str_eq(name, STR("order.returned")) || str_eq(name, STR("order.perhaps-returned"))))
		return true;
	for (unsigned i = 0; i < s->meter_count; i++) {
		struct str m = s->meters[i];
		bool family = m.len > 1 && str_eq(str_sub(m, m.len - 2, 2), STR(".*"));
		if (family ? str_starts(name, str_sub(m, 0, m.len - 1)) : str_eq(m, name))
			return true;
	}
	return false;
}

static void wait_for(struct buf *out, const char *what, struct str name)
{
	buf_printf(out, "%s%s%s%.*s", out->len ? ", " : "", what, name.len ? " " : "", STR_ARG(name));
}

/* What a rule has: a report or a signal that reaches it, or what it waits for. */
struct inputs {
	bool complaints, read, meters, blind;
	struct buf missing;
	struct coverage_input *list;
	unsigned count;
};

static void add_input(struct inputs *in, const char *type, struct str name, enum coverage_state state)
{
	if (in->count < INPUTS_MAX)
		in->list[in->count++] = (struct coverage_input){ type, name, state };
}

/* One signal of several joined by "or" is enough; those without a meter are still named. */
static void signals(const struct cond *c, const struct coverage_sources *s, struct inputs *in)
{
	for (unsigned i = 0; i < c->word_count; i++) {
		bool live = meter_live(s, c->words[i]);
		add_input(in, "signal", c->words[i], live ? COVERAGE_COVERED : COVERAGE_BLIND);
		if (live)
			in->meters = true;
		else
			wait_for(&in->missing, "signal", c->words[i]);
	}
}

static void kinds(const struct cond *c, const struct coverage_sources *s, struct inputs *in)
{
	for (int k = 1; k < KIND_COUNT; k++) {
		if (!(c->kinds[k / 64] >> k % 64 & 1))
			continue;
		bool read = kind_info((enum kind)k)->flags & KIND_READ;
		add_input(in, "complaint", str_of(kind_words[k]), !s->complaints || (read && !s->people) ? COVERAGE_BLIND : read ? COVERAGE_PARTIAL : COVERAGE_COVERED);
	}
}

/* Some of the kinds are stated by a format; those that are not need people who read. */
static bool stated(const struct cond *c)
{
	for (int k = 1; k < KIND_COUNT; k++)
		if (c->kinds[k / 64] >> k % 64 & 1 && !(kind_info((enum kind)k)->flags & KIND_READ))
			return true;
	return false;
}

static void cond_inputs(const struct cond *c, const struct coverage_sources *s, struct inputs *in)
{
	if (c->negate)
		return;
	if (c->type == COND_REPORT) {
		kinds(c, s, in);
		bool by_format = stated(c);
		in->complaints = s->complaints && by_format;
		in->read = s->complaints && s->people && !by_format;
		if (!s->complaints)
			wait_for(&in->missing, "complaints", STR_NONE);
		else if (!by_format && !s->people)
			wait_for(&in->missing, "people who read complaints", STR_NONE);
	} else if (c->type == COND_SIGNAL) {
		signals(c, s, in);
	} else if (c->type == COND_OUTSIDE && !meter_live(s, STR("use.outside"))) {
		/* No report says by itself what a service is permitted for: something must compare use with the contract. */
		in->blind = true;
		add_input(in, "comparison", STR("use with what is permitted"), COVERAGE_BLIND);
		wait_for(&in->missing, "a comparison of use with what is permitted", STR_NONE);
	}
}

static enum err rule_coverage(struct arena *a, const struct rule *r, const struct coverage_sources *s, struct coverage_rule *ret)
{
	struct inputs in = { .list = ARENA_ARRAY(a, struct coverage_input, INPUTS_MAX) };
	if (!in.list)
		return ERR_NOMEM;
	buf_init(&in.missing, 1 << 16);
	for (unsigned i = 0; i < r->cond_count; i++)
		cond_inputs(&r->conds[i], s, &in);
	*ret = (struct coverage_rule){ .name = r->name, .waits_for = str_copy(a, buf_str(&in.missing)), .inputs = in.list, .input_count = in.count,
		.by = in.blind ? COVERAGE_NOTHING : in.meters ? COVERAGE_METERS : in.complaints ? COVERAGE_COMPLAINTS : in.read ? COVERAGE_READ : COVERAGE_NOTHING };
	enum err e = in.missing.err;
	buf_done(&in.missing);
	return e;
}

static enum coverage_by join(enum coverage_by x, enum coverage_by y)
{
	bool meters = x >= COVERAGE_METERS || y >= COVERAGE_METERS;
	enum coverage_by low = x < y ? x : y, high = x < y ? y : x;
	return meters && low != COVERAGE_NOTHING && low != COVERAGE_METERS ? COVERAGE_BOTH : high;
}

/* A ladder that begins with a question or a task leaves the decision to people. */
static bool asks_first(const struct policy *p, struct str ladder)
{
	const struct ladder *l = policy_ladder(p, ladder);
	return l && l->step_count && (l->steps[0].verb == VERB_ASK || l->steps[0].verb == VERB_TASK);
}

static enum err clause_rules(struct arena *a, const struct policy *p, const struct clause *c, const struct coverage_sources *s, struct coverage_clause *out)
{
	unsigned n = 0, asked = 0;
	for (unsigned i = 0; i < p->rules->count; i++)
		n += p->rules->list[i].clause == c;
	out->rules = ARENA_ARRAY(a, struct coverage_rule, n + 1);
	if (!out->rules)
		return ERR_NOMEM;
	for (unsigned i = 0; i < p->rules->count; i++) {
		const struct rule *r = &p->rules->list[i];
		if (r->clause != c)
			continue;
		struct coverage_rule *to = &out->rules[out->rule_count++];
		enum err e = rule_coverage(a, r, s, to);
		if (e)
			return e;
		out->by = join(out->by, to->by);
		asked += r->person || asks_first(p, r->ladder);
	}
	out->people_decide = c->manual || (n && asked == n);
	return OK;
}

static enum coverage_state state_of(const struct coverage_clause *k)
{
	if (k->by == COVERAGE_UNUSED)
		return COVERAGE_OFF;
	if (k->by == COVERAGE_NOTHING)
		return COVERAGE_BLIND;
	bool partly = k->by == COVERAGE_PARTLY || k->by == COVERAGE_PEOPLE || k->by == COVERAGE_READ;
	for (unsigned i = 0; i < k->rule_count; i++)
		partly |= k->rules[i].waits_for.len > 0;
	return partly ? COVERAGE_PARTIAL : COVERAGE_COVERED;
}

static enum err clause_coverage(struct arena *a, const struct policy *p, const struct clause_info *info, const struct coverage_sources *s,
	struct coverage_clause *out)
{
	const struct clause *c = policy_clause(p, str_of(info->id));
	*out = (struct coverage_clause){ .id = str_of(info->id), .title = str_of(info->title), .by = COVERAGE_NOTHING };
	if (!c) {
		out->note = STR("the policy does not name this clause");
		return OK;
	}
	if (c->title.len)
		out->title = c->title;
	if (c->product) {
		out->does = str_of(info->does);
		out->lacks = str_of(info->lacks);
		out->by = !out->does.len ? COVERAGE_NOTHING : out->lacks.len ? COVERAGE_PARTLY : COVERAGE_PRODUCT;
		return OK;
	}
	out->note = c->manual ? c->task : c->reason;
	if (c->unused) {
		out->by = COVERAGE_UNUSED;
		return OK;
	}
	enum err e = clause_rules(a, p, c, s, out);
	if (e == OK && out->by == COVERAGE_NOTHING && c->manual && s->people)
		out->by = COVERAGE_PEOPLE;
	return e;
}

enum err coverage_make(struct arena *a, const struct policy *p, const struct coverage_sources *sources, struct coverage *ret_coverage)
{
	struct coverage_sources with = *sources;
	with.forwards = p->resellers.ladder.len > 0;
	sources = &with;
	struct coverage c = { .clauses = ARENA_ARRAY(a, struct coverage_clause, POLICY_CLAUSES_MAX) };
	if (!c.clauses)
		return ERR_NOMEM;
	for (const struct clause_info *info = clause_table; info->id && c.clause_count < POLICY_CLAUSES_MAX; info++) {
		struct coverage_clause *to = &c.clauses[c.clause_count++];
		enum err e = clause_coverage(a, p, info, sources, to);
		if (e)
			return e;
		const struct clause *k = policy_clause(p, to->id);
		to->state = state_of(to);
		to->justified = !k || k->text.len;
		c.totals[to->by]++;
		c.all_rules += to->rule_count;
		for (unsigned i = 0; i < to->rule_count; i++)
			c.live_rules += to->rules[i].by != COVERAGE_NOTHING;
	}
	*ret_coverage = c;
	return OK;
}

void coverage_print(const struct coverage *c, struct buf *out)
{
	for (unsigned i = 0; i < c->clause_count; i++) {
		const struct coverage_clause *k = &c->clauses[i];
		buf_printf(out, "%-28.*s %s%s\n", STR_ARG(k->id), coverage_words[k->by],
			k->people_decide && k->by != COVERAGE_PEOPLE && k->by != COVERAGE_NOTHING ? ", people decide" : "");
		for (unsigned j = 0; j < k->rule_count; j++) {
			const struct coverage_rule *r = &k->rules[j];
			buf_printf(out, "    %-32.*s %s", STR_ARG(r->name), r->by == COVERAGE_NOTHING ? "waits" : coverage_words[r->by]);
			if (r->waits_for.len)
				buf_printf(out, "%s %.*s", r->by == COVERAGE_NOTHING ? " for" : "; without", STR_ARG(r->waits_for));
			buf_putc(out, '\n');
		}
		if (!k->rule_count && k->note.len)
			buf_printf(out, "    %.*s\n", STR_ARG(k->note));
		if (k->does.len)
			buf_printf(out, "    %.*s\n", STR_ARG(k->does));
		if (k->lacks.len)
			buf_printf(out, "    not yet: %.*s\n", STR_ARG(k->lacks));
	}
	buf_printf(out, "\n%u clauses: %u by complaints and meters, %u by meters, %u by complaints, %u by complaints that people read, %u by people, %u by nothing yet; "
		"%u kept by the product, %u by it in part, %u unused\n", c->clause_count, c->totals[COVERAGE_BOTH], c->totals[COVERAGE_METERS],
		c->totals[COVERAGE_COMPLAINTS], c->totals[COVERAGE_READ], c->totals[COVERAGE_PEOPLE], c->totals[COVERAGE_NOTHING], c->totals[COVERAGE_PRODUCT],
		c->totals[COVERAGE_PARTLY], c->totals[COVERAGE_UNUSED]);
	buf_printf(out, "%u of %u rules have a live input\n", c->live_rules, c->all_rules);
}

static void told(const struct coverage_count *count, struct jsonw *w, struct str clause, struct str rule, struct str input)
{
	if (count)
		count->put(count->arg, w, clause, rule, input);
}

static void rule_put(struct jsonw *w, const struct coverage_clause *k, const struct coverage_rule *r, const struct coverage_count *count)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "rule", r->name);
	jsonw_bool(w, "live", r->by != COVERAGE_NOTHING);
	jsonw_str(w, "by", str_of(coverage_words[r->by]));
	if (r->waits_for.len)
		jsonw_str(w, "waits_for", r->waits_for);
	told(count, w, k->id, r->name, STR_NONE);
	jsonw_array(w, "inputs");
	for (unsigned i = 0; i < r->input_count; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "type", str_of(r->inputs[i].type));
		jsonw_str(w, "name", r->inputs[i].name);
		jsonw_str(w, "state", str_of(coverage_state_words[r->inputs[i].state]));
		told(count, w, k->id, r->name, r->inputs[i].name);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	jsonw_end(w, '}');
}

static void clause_put(struct jsonw *w, const struct coverage_clause *k, const struct coverage_count *count)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "clause", k->id);
	jsonw_str(w, "title", k->title);
	jsonw_str(w, "by", str_of(coverage_words[k->by]));
	jsonw_str(w, "state", str_of(coverage_state_words[k->state]));
	jsonw_bool(w, "justified", k->justified);
	jsonw_bool(w, "people_decide", k->people_decide);
	if (k->note.len)
		jsonw_str(w, "note", k->note);
	if (k->does.len)
		jsonw_str(w, "does", k->does);
	if (k->lacks.len)
		jsonw_str(w, "not_yet", k->lacks);
	told(count, w, k->id, STR_NONE, STR_NONE);
	jsonw_array(w, "rules");
	for (unsigned j = 0; j < k->rule_count; j++)
		rule_put(w, k, &k->rules[j], count);
	jsonw_end(w, ']');
	jsonw_end(w, '}');
}

void coverage_put(const struct coverage *c, const struct coverage_count *count, struct jsonw *w)
{
	jsonw_array(w, "clauses");
	for (unsigned i = 0; i < c->clause_count; i++)
		clause_put(w, &c->clauses[i], count);
	jsonw_end(w, ']');
	jsonw_object(w, "totals");
	for (unsigned i = 0; i < COVERAGE_COUNT; i++)
		jsonw_int(w, coverage_words[i], c->totals[i]);
	jsonw_end(w, '}');
	jsonw_int(w, "rules", c->all_rules);
	jsonw_int(w, "live_rules", c->live_rules);
}

void coverage_json(const struct coverage *c, struct buf *out)
{
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	coverage_put(c, NULL, &w);
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
}
