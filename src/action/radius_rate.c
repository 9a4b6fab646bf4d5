/*
 * Rates that profiles give. See radius_rate.h.
 */
#include "action/radius_rate.h"

enum { LOW_MOST = 9 /* more say no more */ };

bool radius_rate_of(const struct nas_at *nas, struct str profile, uint64_t ret_rate[RATE_WAYS])
{
	static const struct str ways[RATE_WAYS] = { { "up", 2 }, { "down", 4 } };
	uint64_t rate[RATE_WAYS] = { 0 };
	struct str name, word, way;
	for (unsigned i = 0; i < nas->coa_count; i++) {
		struct str text = nas->coa[i];
		if (!str_split(&text, ' ', &name) || !str_split(&text, ' ', &word) || !str_eq(name, profile) || !str_eq(word, STR("rate")) || !str_split(&text, ' ', &way))
			continue;
		for (unsigned k = 0; k < RATE_WAYS; k++)
			if (str_eq(way, ways[k]) && str_to_u64(text, NAS_RATE_MAX, &rate[k]) != OK)
				rate[k] = 0;
	}
	ret_rate[RATE_UP] = rate[RATE_UP];
	ret_rate[RATE_DOWN] = rate[RATE_DOWN];
	return rate[RATE_UP] || rate[RATE_DOWN];
}

static bool is_above(uint64_t rate, uint64_t bits)
{
	return rate && bits > rate * RATE_OVER_PERCENT / 100;
}

/* "BEFORE LOW-UP LOW-DOWN ABOVE TOLD", a digit each. */
void radius_rate_read(struct str text, struct radius_rate_seen *ret_seen)
{
	*ret_seen = (struct radius_rate_seen){ .told = true };
	unsigned n[5];
	if (text.len != sizeof(n) / sizeof(n[0]))
		return;
	for (size_t i = 0; i < text.len; i++) {
		n[i] = (unsigned)(text.ptr[i] - '0');
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return;
	}
	*ret_seen = (struct radius_rate_seen){ .before = n[0], .low = { n[1], n[2] }, .above = n[3], .told = n[4] != 0 };
}

struct str radius_rate_text(struct arena *a, const struct radius_rate_seen *s)
{
	return str_format(a, "%u%u%u%u%d", s->before, s->low[RATE_UP], s->low[RATE_DOWN], s->above, s->told);
}

void radius_rate_ask_back(struct radius_rate_seen *s)
{
	for (unsigned i = 0; i < RATE_WAYS; i++)
		s->low[i] = 0;
	s->above = 0;
}

void radius_rate_ask(struct radius_rate_seen *s, const uint64_t rate[RATE_WAYS], const uint64_t bits[RATE_WAYS])
{
	s->before |= s->above;
	for (unsigned i = 0; i < RATE_WAYS; i++)
		s->before |= is_above(rate[i], bits[i]) ? 1U << i : 0;
	radius_rate_ask_back(s);
	s->told = false;
}

void radius_rate_take(struct radius_rate_seen *s, const uint64_t rate[RATE_WAYS], const uint64_t bits[RATE_WAYS], bool whole)
{
	for (unsigned i = 0; i < RATE_WAYS; i++) {
		bool above = is_above(rate[i], bits[i]), idle = bits[i] < rate[i] * RATE_IDLE_PERCENT / 100;
		s->above |= above ? 1U << i : 0;
		s->low[i] += rate[i] && whole && !above && !idle && s->low[i] < LOW_MOST;
	}
}

enum radius_rate_verdict radius_rate_verdict(const struct radius_rate_seen *s)
{
	if (s->above)
		return RATE_ABOVE;
	for (unsigned i = 0; i < RATE_WAYS; i++)
		if (s->before >> i & 1 && s->low[i] >= RATE_LOW_LEAST)
			return RATE_FELL;
	return RATE_UNSEEN;
}
