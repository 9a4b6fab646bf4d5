/*
 * A back-test. See backtest.h.
 */
#include "engine/backtest.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/map.h"

enum { NAMES_MAX = 4000000, DIGEST_BYTES_MAX = 1 << 30, RESELLERS_TOLD = 10 };

struct below {
	struct str reseller;
	uint64_t cases;
};

const char *const backtest_change_words[] = { "same", "gained", "lost", "changed", NULL };

static int order(const struct replay_case *x, const struct replay_case *y)
{
	int n = str_cmp(x->customer, y->customer);
	if (!n)
		n = str_cmp(x->group, y->group);
	return n ? n : x->which < y->which ? -1 : x->which > y->which;
}

static bool differs(const struct replay_case *x, const struct replay_case *y)
{
	return x->step != y->step || x->verb != y->verb || x->waits != y->waits || x->state != y->state || !str_eq(x->clause, y->clause);
}

static enum err count_names(struct backtest *b)
{
	struct map *customers = map_new(NAMES_MAX), *resellers = map_new(NAMES_MAX);
	enum err e = customers && resellers ? OK : ERR_NOMEM;
	for (size_t i = 0; e == OK && i < b->draft.case_count; i++) {
		const struct replay_case *c = &b->draft.cases[i];
		e = map_put(customers, c->customer, b);
		for (unsigned k = 0; e == OK && k < c->reseller_count; k++)
			e = map_put(resellers, c->resellers[k], b);
	}
	b->customers = e ? 0 : map_count(customers);
	b->resellers = e ? 0 : map_count(resellers);
	map_free(customers);
	map_free(resellers);
	return e;
}

enum err backtest_compare(struct arena *a, struct backtest *b)
{
	size_t i = 0, k = 0;
	b->pairs = ARENA_ARRAY(a, struct backtest_pair, b->base.case_count + b->draft.case_count + 1);
	if (!b->pairs)
		return ERR_NOMEM;
	while (i < b->base.case_count || k < b->draft.case_count) {
		const struct replay_case *x = i < b->base.case_count ? &b->base.cases[i] : NULL, *y = k < b->draft.case_count ? &b->draft.cases[k] : NULL;
		int n = !x ? 1 : !y ? -1 : order(x, y);
		struct backtest_pair p = { n > 0 ? BACKTEST_GAINED : n < 0 ? BACKTEST_LOST : differs(x, y) ? BACKTEST_CHANGED : BACKTEST_SAME,
			n <= 0 ? x : NULL, n >= 0 ? y : NULL };
		i += n <= 0;
		k += n >= 0;
		b->counts[p.change]++;
		b->pairs[b->pair_count++] = p;
	}
	return count_names(b);
}

/* What a day saw, to a hundredth, as text: no floating point in what is digested. */
static void put_per_day(const struct backtest *b, uint64_t n, struct buf *out)
{
	uint64_t days = b->until_at > b->from_at ? (uint64_t)((b->until_at - b->from_at + DAY_US - 1) / DAY_US) : 1;
	buf_printf(out, "%llu.%02llu", (unsigned long long)(n / days), (unsigned long long)(n % days * 100 / days));
}

static void put_at(const struct replay_case *c, struct buf *out)
{
	if (!c)
		buf_puts(out, "no case");
	else
		buf_printf(out, "%s%s, %u steps", c->verb ? verb_words[c->verb] : "nothing", c->waits ? " waits for a person" : "", c->step);
}

static void put_side(struct jsonw *w, const char *key, const struct replay_case *c)
{
	if (!c)
		return;
	jsonw_object(w, key);
	jsonw_str(w, "clause", c->clause);
	jsonw_str(w, "rule", c->rule);
	jsonw_str(w, "ladder", c->ladder);
	jsonw_str(w, "state", str_of(case_state_words[c->state]));
	jsonw_time(w, "opened", c->opened_at);
	jsonw_int(w, "reports", (int64_t)c->reports);
	jsonw_int(w, "incidents", (int64_t)c->incidents);
	jsonw_int(w, "strikes", (int64_t)c->strikes);
	jsonw_int(w, "step", c->step);
	jsonw_str(w, "act", str_of(c->verb ? verb_words[c->verb] : "none"));
	jsonw_bool(w, "waits", c->waits);
	jsonw_end(w, '}');
}

static void put_pair(struct jsonw *w, const struct backtest_pair *p)
{
	const struct replay_case *c = p->draft ? p->draft : p->base;
	jsonw_object(w, NULL);
	jsonw_str(w, "change", str_of(backtest_change_words[p->change]));
	jsonw_str(w, "customer", c->customer);
	jsonw_str(w, "group", c->group);
	jsonw_int(w, "which", c->which);
	jsonw_array(w, "resellers");
	for (unsigned i = 0; i < c->reseller_count; i++)
		jsonw_str(w, NULL, c->resellers[i]);
	jsonw_end(w, ']');
	put_side(w, "base", p->base);
	put_side(w, "draft", p->draft);
	jsonw_end(w, '}');
}

static void put_sum(const struct backtest *b, struct jsonw *w, const char *key, const struct replay_result *r)
{
	struct buf days;
	buf_init(&days, 64);
	put_per_day(b, r->letters, &days);
	jsonw_object(w, key);
	jsonw_int(w, "cases", (int64_t)r->case_count);
	jsonw_int(w, "hits", (int64_t)r->hits);
	jsonw_int(w, "reversed", (int64_t)r->reversed);
	jsonw_int(w, "unjudged", (int64_t)r->unjudged);
	jsonw_int(w, "persons", (int64_t)r->persons);
	jsonw_int(w, "letters", (int64_t)r->letters);
	jsonw_str(w, "letters_per_day", buf_str(&days));
	jsonw_int(w, "letters_most", (int64_t)r->letters_most);
	jsonw_end(w, '}');
	buf_done(&days);
}

static void put_all(const struct backtest *b, bool every, struct jsonw *w)
{
	jsonw_time(w, "from", b->from_at);
	jsonw_time(w, "to", b->until_at);
	jsonw_str(w, "version", b->draft_version);
	jsonw_str(w, "policy_digest", b->draft_digest);
	jsonw_array(w, "in_force");
	for (unsigned i = 0; i < b->base_count; i++)
		jsonw_str(w, NULL, b->base_versions[i]);
	jsonw_end(w, ']');
	jsonw_int(w, "observations", (int64_t)b->draft.sightings);
	jsonw_int(w, "erased", (int64_t)b->erased);
	jsonw_array(w, "facts_not_recorded");
	for (unsigned i = 0; i < b->unread_count; i++)
		jsonw_str(w, NULL, b->unread[i]);
	jsonw_end(w, ']');
	for (enum backtest_change c = BACKTEST_SAME; c <= BACKTEST_CHANGED; c++)
		jsonw_int(w, backtest_change_words[c], (int64_t)b->counts[c]);
	jsonw_int(w, "customers_hit", (int64_t)b->customers);
	jsonw_int(w, "resellers_hit", (int64_t)b->resellers);
	put_sum(b, w, "base", &b->base);
	put_sum(b, w, "draft", &b->draft);
	jsonw_array(w, "cases");
	for (size_t i = 0; i < b->pair_count; i++)
		if (every || b->pairs[i].change)
			put_pair(w, &b->pairs[i]);
	jsonw_end(w, ']');
}

/* Over every case, whatever of them is shown. */
static void digest_of(const struct backtest *b, struct digest *ret_digest, enum err *ret_err)
{
	struct buf all;
	struct jsonw w;
	buf_init(&all, DIGEST_BYTES_MAX);
	jsonw_init(&w, &all);
	jsonw_object(&w, NULL);
	put_all(b, true, &w);
	jsonw_end(&w, '}');
	digest_sha256(buf_str(&all), ret_digest);
	*ret_err = all.err;
	buf_done(&all);
}

static void put_digest(const struct backtest *b, char hex[2 * DIGEST_LEN + 1], struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	struct digest d;
	enum err e;
	digest_of(b, &d, &e);
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		hex[2 * i] = digits[d.octets[i] >> 4];
		hex[2 * i + 1] = digits[d.octets[i] & 15];
	}
	hex[2 * DIGEST_LEN] = '\0';
	out->err = out->err ? out->err : e;
}

static int by_count(const void *x, const void *y)
{
	const struct below *a = x, *b = y;
	return a->cases != b->cases ? (a->cases < b->cases ? 1 : -1) : str_cmp(a->reseller, b->reseller);
}

/* Below which resellers the draft makes most cases. Not in the digest: it follows from what is. */
static void put_resellers(const struct backtest *b, struct jsonw *w)
{
	struct below *list = calloc(b->pair_count + 1, sizeof(*list));
	struct map *at = map_new(b->pair_count + 1);
	size_t n = 0;
	for (size_t i = 0; list && at && i < b->pair_count; i++) {
		const struct replay_case *c = b->pairs[i].draft;
		if (!c || !c->reseller_count)
			continue;
		struct below *of = map_get(at, c->resellers[0]);
		if (!of && map_add(at, c->resellers[0], &list[n]) == OK) {
			of = &list[n++];
			of->reseller = c->resellers[0];
		}
		if (of)
			of->cases++;
	}
	if (list)
		qsort(list, n, sizeof(*list), by_count);
	jsonw_array(w, "resellers");
	for (size_t i = 0; list && i < n && i < RESELLERS_TOLD; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "reseller", list[i].reseller);
		jsonw_int(w, "cases", (int64_t)list[i].cases);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	map_free(at);
	free(list);
}

void backtest_json(const struct backtest *b, bool every, struct buf *out)
{
	char hex[2 * DIGEST_LEN + 1];
	struct jsonw w;
	put_digest(b, hex, out);
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	put_all(b, every, &w);
	put_resellers(b, &w);
	jsonw_str(&w, "digest", str_of(hex));
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
}

static void line(struct buf *out, const char *name, uint64_t draft, uint64_t base)
{
	buf_printf(out, "  %-28s %12llu %12llu\n", name, (unsigned long long)draft, (unsigned long long)base);
}

static void print_pair(const struct backtest_pair *p, struct buf *out)
{
	const struct replay_case *c = p->draft ? p->draft : p->base;
	buf_printf(out, "  %-8s %.*s %.*s: ", backtest_change_words[p->change], STR_ARG(c->customer), STR_ARG(c->clause));
	if (p->base && p->draft && !str_eq(p->base->clause, c->clause))
		buf_printf(out, "(was %.*s) ", STR_ARG(p->base->clause));
	if (p->change != BACKTEST_GAINED && p->change != BACKTEST_SAME)
		put_at(p->base, out);
	if (p->change == BACKTEST_CHANGED)
		buf_puts(out, " -> ");
	if (p->change != BACKTEST_LOST)
		put_at(p->draft, out);
	buf_printf(out, "; %llu reports\n", (unsigned long long)c->reports);
}

void backtest_print(const struct backtest *b, bool every, struct buf *out)
{
	char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX], hex[2 * DIGEST_LEN + 1];
	time_print(b->from_at, from);
	time_print(b->until_at, until);
	put_digest(b, hex, out);
	buf_printf(out, "version %.*s over %llu observations from %s to %s\n\n", STR_ARG(b->draft_version), (unsigned long long)b->draft.sightings, from, until);
	buf_printf(out, "  %-28s %12s %12s\n", "", "draft", "in force");
	line(out, "cases", b->draft.case_count, b->base.case_count);
	line(out, "observations that hit", b->draft.hits, b->base.hits);
	line(out, "  later reversed on appeal", b->draft.reversed, b->base.reversed);
	line(out, "  that cannot be judged", b->draft.unjudged, b->base.unjudged);
	line(out, "  for a person first", b->draft.persons, b->base.persons);
	line(out, "letters", b->draft.letters, b->base.letters);
	buf_printf(out, "  %-28s ", "letters per day");
	struct buf days;
	buf_init(&days, 64);
	put_per_day(b, b->draft.letters, &days);
	buf_printf(out, "%12.*s ", STR_ARG(buf_str(&days)));
	buf_clear(&days);
	put_per_day(b, b->base.letters, &days);
	buf_printf(out, "%12.*s\n", STR_ARG(buf_str(&days)));
	buf_done(&days);
	line(out, "  on the busiest day", b->draft.letters_most, b->base.letters_most);
	buf_printf(out, "\n%llu cases gained, %llu lost, %llu changed, %llu the same; %llu customers and %llu resellers hit\n",
		(unsigned long long)b->counts[BACKTEST_GAINED], (unsigned long long)b->counts[BACKTEST_LOST], (unsigned long long)b->counts[BACKTEST_CHANGED],
		(unsigned long long)b->counts[BACKTEST_SAME], (unsigned long long)b->customers, (unsigned long long)b->resellers);
	for (size_t i = 0; i < b->pair_count; i++)
		if (every || b->pairs[i].change)
			print_pair(&b->pairs[i], out);
	for (unsigned i = 0; i < b->unread_count; i++)
		buf_printf(out, "the draft reads the fact %.*s, which was not recorded: a rule that asks for it cannot tell\n", STR_ARG(b->unread[i]));
	if (b->erased)
		buf_printf(out, "%llu observations are of customers who were erased, and are left out\n", (unsigned long long)b->erased);
	buf_printf(out, "digest %s\n", hex);
}
