/*
 * Chains of versions in one entry. See binding_chain.h.
 */
#include "attribution/binding_chain.h"

_Static_assert((int)CHAIN_KIND_END <= 1 << (8 - BINDING_KIND_SHIFT), "a kind and its flags share an octet");

enum { UNUSUAL = BINDING_STATIC | BINDING_END_GUESSED | BINDING_WITHDRAWN };

static uint32_t earlier(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static unsigned flags_of(const struct leaf_entry *e)
{
	return e->kind_flags & BINDING_FLAGS_ALL;
}

static void set_kind(struct leaf_entry *e, unsigned kind)
{
	e->kind_flags = (uint8_t)(kind << BINDING_KIND_SHIFT | flags_of(e));
}

static bool is_open(const struct leaf_entry *e)
{
	return e->end == UINT32_MAX && (chain_kind_of(e) == BINDING_START || chain_kind_of(e) == BINDING_INTERIM);
}

static bool confirms(const struct leaf_entry *e)
{
	return chain_kind_of(e) == BINDING_INTERIM && e->end == UINT32_MAX;
}

static bool ends(const struct leaf_entry *e)
{
	return chain_kind_of(e) == BINDING_STOP && e->end != UINT32_MAX && e->seen == e->end;
}

static bool opens_at_start(const struct leaf_entry *e)
{
	return chain_kind_of(e) == BINDING_START && e->end == UINT32_MAX && e->start && e->seen == e->start;
}

static bool alike(const struct leaf_entry *a, const struct leaf_entry *b)
{
	return a->unsure == b->unsure && flags_of(a) == flags_of(b);
}

bool chain_follows(const struct leaf_entry *e)
{
	return !(e->kind_flags & UNUSUAL) && (confirms(e) || ends(e));
}

bool chain_confirms(const struct leaf_entry *e)
{
	return !(e->kind_flags & UNUSUAL) && confirms(e);
}

static bool take_end(struct leaf_entry *newest, bool alone, const struct leaf_entry *e)
{
	bool goes_on = chain_kind_of(newest) == CHAIN_GOES_ON;
	/* an end before what was confirmed contradicts it */
	if (goes_on ? e->end < newest->seen : !alone || !opens_at_start(newest))
		return false;
	newest->seen = goes_on ? newest->end : newest->recorded;
	newest->end = e->end;
	newest->recorded = e->recorded;
	set_kind(newest, goes_on ? CHAIN_ENDED_LATE : CHAIN_ENDED);
	return true;
}

bool chain_take(struct leaf_entry *newest, bool alone, const struct leaf_entry *e)
{
	bool goes_on = chain_kind_of(newest) == CHAIN_GOES_ON;
	if (!chain_follows(e) || !alike(newest, e))
		return false;
	if (ends(e))
		return e->recorded >= newest->recorded && take_end(newest, alone, e);
	if (!goes_on && !is_open(newest))
		return false;
	newest->end = earlier(goes_on ? newest->end : newest->recorded, e->recorded);
	newest->seen = later(newest->seen, e->seen);
	newest->recorded = later(newest->recorded, e->recorded);
	set_kind(newest, CHAIN_GOES_ON);
	return true;
}

bool chain_said(const struct leaf_entry *there, const struct leaf_entry *e)
{
	if (!alike(there, e))
		return false;
	switch (chain_kind_of(there)) {
	case CHAIN_ENDED:
		return opens_at_start(e) || (ends(e) && e->end == there->end);
	case CHAIN_ENDED_LATE:
		return (is_open(e) && e->seen <= there->end) || (ends(e) && e->end == there->end);
	case CHAIN_GOES_ON:
		return is_open(e) && e->seen <= there->seen;
	default:
		return chain_kind_of(e) == chain_kind_of(there) && e->end == there->end && e->seen == there->seen;
	}
}

bool chain_has(const struct leaf_entry *there, const struct leaf_entry *e)
{
	if (!chain_said(there, e))
		return false;
	switch (chain_kind_of(there)) {
	case CHAIN_ENDED:
	case CHAIN_ENDED_LATE:
		return e->recorded == (ends(e) ? there->recorded : there->seen);
	case CHAIN_GOES_ON:
		return e->recorded == there->end || (confirms(e) && e->recorded == there->recorded && e->seen == there->seen);
	default:
		return e->recorded == there->recorded;
	}
}

/* Confirmed until then, but for no longer than that, and as far as that was known. */
static struct chain_version open_until(const struct leaf_entry *there, uint32_t seen, uint32_t known)
{
	uint32_t until = earlier(seen, known);
	return (struct chain_version){ UINT32_MAX, later(until, there->start), known, BINDING_INTERIM };
}

bool chain_at(const struct leaf_entry *there, uint32_t known, struct chain_version *ret_version, bool *ret_first)
{
	unsigned kind = chain_kind_of(there);
	*ret_first = kind >= CHAIN_ENDED && there->recorded > known;
	if (!*ret_first) {
		*ret_version = (struct chain_version){ there->end, there->seen, there->recorded, (enum binding_kind)kind };
		if (kind == CHAIN_GOES_ON)
			*ret_version = (struct chain_version){ UINT32_MAX, there->seen, there->recorded, BINDING_INTERIM };
		else if (kind >= CHAIN_ENDED)
			*ret_version = (struct chain_version){ there->end, there->end, there->recorded, BINDING_STOP };
		return there->recorded <= known;
	}
	if (kind == CHAIN_ENDED)
		*ret_version = (struct chain_version){ UINT32_MAX, there->start, there->seen, BINDING_START };
	else if (kind == CHAIN_ENDED_LATE)
		*ret_version = open_until(there, there->end, known);
	else
		*ret_version = open_until(there, there->seen, known);
	return (kind == CHAIN_GOES_ON ? there->end : there->seen) <= known;
}

void chain_forget(struct leaf_entry *there, uint32_t before)
{
	unsigned kind = chain_kind_of(there);
	if (kind == CHAIN_GOES_ON && there->end < before)
		there->end = earlier(before, there->recorded);
	if (kind == CHAIN_ENDED_LATE && there->seen < before)
		there->seen = earlier(before, there->recorded);
	if (kind == CHAIN_ENDED && there->seen < before) {
		there->seen = there->end;
		set_kind(there, BINDING_STOP);
	}
}
