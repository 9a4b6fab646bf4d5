/*
 * Checks whether a rule can fire at all: what its conditions leave together, and whether its count can be reached.
 *
 * Of the kinds, grades, sources, names and numbers that the conditions speak of, it is worked out what is left when all hold;
 * nothing left means never. Facts are free texts: two conditions about one fact are held against each other. What cannot be
 * shown to be impossible is let through.
 */
#include "policy/checks.h"
#include "policy/window.h"

enum { KIND_WORDS = (KIND_COUNT + 63) / 64 };

static const uint32_t portless = 1u << SOURCE_DOMAIN | 1u << SOURCE_EMAIL | 1u << SOURCE_LOGIN | 1u << SOURCE_PREFIX;

bool check_waits_for(const struct rule *r, enum cond_type type)
{
	for (unsigned i = 0; i < r->cond_count; i++)
		if (r->conds[i].type == type && !r->conds[i].negate)
			return true;
	return false;
}

static bool lets_through(const struct cond *c, enum kind k)
{
	bool is = c->type == COND_REPORT ? c->kinds[k / 64] >> k % 64 & 1 : (kind_info(k)->flags & KIND_HOSTED) != 0;
	return is != c->negate;
}

static bool admits(const struct rule *r, unsigned count, enum kind k)
{
	for (unsigned i = 0; i < count; i++)
		if ((r->conds[i].type == COND_REPORT || r->conds[i].type == COND_HOSTED) && !lets_through(&r->conds[i], k))
			return false;
	return true;
}

enum kind check_kind(const struct rule *r, unsigned flags)
{
	for (int k = 1; check_waits_for(r, COND_REPORT) && k < KIND_COUNT; k++)
		if (kind_info((enum kind)k)->flags & flags && admits(r, r->cond_count, (enum kind)k))
			return (enum kind)k;
	return KIND_UNCLASSIFIED;
}

static bool kind_left(const struct rule *r, unsigned count)
{
	for (int k = 1; k < KIND_COUNT; k++)
		if (admits(r, count, (enum kind)k))
			return true;
	return false;
}

/* Of the grades or the sources: bits 1 to last. */
static uint32_t set_left(const struct rule *r, unsigned count, enum cond_type type, unsigned last)
{
	uint32_t left = (2u << last) - 2;
	for (unsigned i = 0; i < count; i++)
		if (r->conds[i].type == type)
			left &= r->conds[i].negate ? ~r->conds[i].set : r->conds[i].set;
	return left;
}

static bool has_word(const struct cond *c, struct str word)
{
	for (unsigned i = 0; i < c->word_count; i++)
		if (str_eq(c->words[i], word))
			return true;
	return false;
}

static bool word_fits(const struct rule *r, unsigned count, enum cond_type type, struct str word)
{
	for (unsigned i = 0; i < count; i++)
		if (r->conds[i].type == type && has_word(&r->conds[i], word) == r->conds[i].negate)
			return false;
	return true;
}

/* There is no end of names: without a list of them some name is always left. */
static bool word_left(const struct rule *r, unsigned count, enum cond_type type)
{
	const struct cond *list = NULL;
	for (unsigned i = 0; i < count && !list; i++)
		if (r->conds[i].type == type && !r->conds[i].negate)
			list = &r->conds[i];
	for (unsigned i = 0; list && i < list->word_count; i++)
		if (word_fits(r, count, type, list->words[i]))
			return true;
	return !list;
}

/* A number's bounds, as far as the condition sets any. */
static void bounds(const struct cond *c, int64_t *low, int64_t *high)
{
	bool least = c->op == OP_LEAST;
	*low = INT64_MIN;
	*high = INT64_MAX;
	if (c->op < OP_LEAST)
		return;
	if (least != c->negate)
		*low = c->negate ? (c->number == INT64_MAX ? INT64_MAX : c->number + 1) : c->number;
	else
		*high = c->negate ? (c->number == INT64_MIN ? INT64_MIN : c->number - 1) : c->number;
}

/* Whether a text that is v, or holds it, can be what c says. */
static bool text_against(const struct cond *v, const struct cond *c)
{
	int64_t n, low, high;
	if (v->op == OP_IS && c->op >= OP_LEAST) {
		bounds(c, &low, &high);
		return str_to_i64(v->value, &n) != OK || n < low || n > high;
	}
	if (c->op == OP_IS)
		return v->op == OP_IS && str_eq_fold(v->value, c->value) == c->negate;
	if (c->op != OP_CONTAINS)
		return false;
	bool holds = str_find_fold(v->value, c->value) != SIZE_MAX;
	return c->negate ? holds : v->op == OP_IS && !holds;
}

static bool facts_against(const struct cond *a, const struct cond *b)
{
	int64_t low_a, high_a, low_b, high_b;
	if (a->type != COND_FACT || b->type != COND_FACT || !str_eq(a->words[0], b->words[0]))
		return false;
	bounds(a, &low_a, &high_a);
	bounds(b, &low_b, &high_b);
	if (low_a > high_b || low_b > high_a)
		return true;
	return (!a->negate && a->op < OP_LEAST && text_against(a, b)) || (!b->negate && b->op < OP_LEAST && text_against(b, a));
}

/* A port belongs to an address: a domain, a mail address or a login has none. A meter is no reporter, and sees nobody's part. */
static bool pair_against(const struct rule *r, const struct cond *a, const struct cond *b, unsigned count)
{
	if (a->type == COND_PORT && b->type == COND_SOURCE)
		return !(set_left(r, count, COND_SOURCE, SOURCE_LOGIN) & ~portless);
	if (a->type == COND_SIGNAL && !a->negate && (b->type == COND_ROLE || b->type == COND_CONTENT))
		return true;
	if (a->type == COND_SIGNAL && !a->negate && !b->negate)
		return b->type == COND_REPORT || b->type == COND_VERIFIED || b->type == COND_REPUTATION;
	return false;
}

static bool against(const struct rule *r, unsigned x, unsigned y)
{
	const struct cond *a = &r->conds[x], *b = &r->conds[y];
	if (facts_against(a, b) || pair_against(r, a, b, x + 1) || pair_against(r, b, a, x + 1))
		return true;
	bool reports = (a->type == COND_REPORT || a->type == COND_HOSTED) && (b->type == COND_REPORT || b->type == COND_HOSTED);
	if (reports)
		return !kind_left(r, x + 1);
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case COND_GRADE: return !set_left(r, x + 1, COND_GRADE, GRADE_E);
	case COND_SOURCE: return !set_left(r, x + 1, COND_SOURCE, SOURCE_LOGIN);
	case COND_NOTICE: return !set_left(r, x + 1, COND_NOTICE, NOTICE_UNCLEAR);
	case COND_ROLE: return !(set_left(r, x + 1, COND_ROLE, PART_SHOWN) & (1u << PART_HELPER | 1u << PART_ACTOR));
	case COND_CONTENT: return !(set_left(r, x + 1, COND_CONTENT, PART_SHOWN) & (1u << PART_STORED | 1u << PART_SENT | 1u << PART_SHOWN));
	case COND_SIGNAL: case COND_CLASS: case COND_SERVICE: case COND_PORT: return !word_left(r, x + 1, a->type);
	case COND_VERIFIED: case COND_OUTSIDE: case COND_ZONE: return a->negate != b->negate;
	default: return false;
	}
}

enum err check_can_fire(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		for (unsigned x = 1; x < r->cond_count; x++)
			for (unsigned y = 0; y < x; y++)
				if (against(r, x, y))
					return conf_fail(c->why, r->conds[x].at, r->conds[x].arg, ERR_RANGE, "rule %.*s can never fire: \"%.*s\" against \"%.*s\"",
						STR_ARG(r->name), STR_ARG(r->conds[y].text), STR_ARG(r->conds[x].text));
	}
	return OK;
}

/* A fact that a condition holds to one value has no second one. */
static bool held_to_one(const struct rule *r)
{
	for (unsigned i = 0; i < r->cond_count; i++)
		if (r->conds[i].type == COND_FACT && r->conds[i].op == OP_IS && !r->conds[i].negate && str_eq(r->conds[i].words[0], r->distinct))
			return true;
	return false;
}

enum err check_can_count(struct checking *c)
{
	for (unsigned i = 0; i < c->r->count; i++) {
		const struct rule *r = &c->r->list[i];
		bool addresses = str_eq(r->distinct, STR("addresses")) || str_eq(r->distinct, STR("sources"));
		const char *why = NULL;
		if (!r->counted || !r->distinct.len || r->least < 2)
			continue;
		if (r->least > WINDOW_MEMBERS_MAX)
			return conf_fail(c->why, check_part(r, "count"), 0, ERR_RANGE, "rule %.*s can never fire: a distinct count goes to %d", STR_ARG(r->name),
				WINDOW_MEMBERS_MAX);
		if (str_eq(r->distinct, STR("reporters")) && check_waits_for(r, COND_SIGNAL))
			why = "a signal has no reporter";
		else if (addresses && r->per == PER_ADDRESS)
			why = "one address is one";
		else if (held_to_one(r))
			why = "a condition holds it to one value";
		if (why)
			return conf_fail(c->why, check_part(r, "count"), 2, ERR_RANGE, "rule %.*s can never fire: it counts distinct %.*s, and %s", STR_ARG(r->name),
				STR_ARG(r->distinct), why);
	}
	return OK;
}
