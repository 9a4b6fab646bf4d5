/*
 * Bindings: their one form. See binding.h.
 */
#include "attribution/binding.h"

const char *const binding_kind_words[] = { "start", "interim", "stop", "assignment", "correction", NULL };

#define LAST_SECOND (INT64_C(0xfffffffd))

uint32_t binding_second(int64_t at)
{
	return at == TIME_NONE ? 0 : at == TIME_MAX ? UINT32_MAX : (uint32_t)(at / SECOND_US);
}

int64_t binding_second_at(uint32_t second)
{
	return !second ? TIME_NONE : second == UINT32_MAX ? TIME_MAX : second * SECOND_US;
}

uint32_t binding_floor(int64_t at)
{
	return at <= 0 ? 0 : at / SECOND_US > UINT32_MAX ? UINT32_MAX : (uint32_t)(at / SECOND_US);
}

/* To a whole second, up or down. False when it lies outside what 32 bits hold. */
static bool whole_second(int64_t *at, bool up)
{
	if (*at < SECOND_US || *at > LAST_SECOND * SECOND_US)
		return false;
	*at = (*at + (up ? SECOND_US - 1 : 0)) / SECOND_US * SECOND_US;
	return true;
}

static enum err check_resource(const struct binding *b, struct why *why)
{
	bool whole = b->port_from == 0 && b->port_to == BINDING_PORT_LAST;
	struct addr a = b->prefix.addr;
	for (unsigned bit = b->prefix.bits; bit < 128; bit++)
		if (a.octets[bit / 8] >> (7 - bit % 8) & 1)
			return why_set(why, ERR_RANGE, "a prefix with bits beyond its length");
	if (b->prefix.bits > 128 || (addr_is_v4(&a) && b->prefix.bits < 96))
		return why_set(why, ERR_RANGE, "a prefix of no such length");
	if (b->port_from > b->port_to)
		return why_set(why, ERR_RANGE, "the last port is lower than the first");
	if (!whole && (b->prefix.bits != 128 || !addr_is_v4(&a)))
		return why_set(why, ERR_RANGE, "ports may be given with one IPv4 address only");
	return OK;
}

static enum err round_times(struct binding *b, struct why *why)
{
	const struct { const char *what; int64_t *at; bool up; } times[] = { { "start", &b->start_at, false }, { "sure start", &b->start_sure_at, true },
		{ "last seen", &b->seen_at, false }, { "end", &b->end_at, true }, { "recorded", &b->recorded_at, true } };
	for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		bool forever = *times[i].at == TIME_MAX && (times[i].at == &b->seen_at || times[i].at == &b->start_sure_at);
		if (*times[i].at != TIME_NONE && !forever && !whole_second(times[i].at, times[i].up))
			return why_set(why, ERR_RANGE, "the time %s lies outside 1970 to 2106", times[i].what);
	}
	return OK;
}

/* The inner interval, in which it was held for sure, from what kind, flags and ends say. */
static void set_sure(struct binding *b)
{
	if (b->start_sure_at == TIME_NONE || b->start_sure_at < b->start_at)
		b->start_sure_at = b->start_at;
	if (b->start_at == TIME_NONE || b->start_sure_at - b->start_at > BINDING_UNSURE_MAX_S * SECOND_US)
		b->start_sure_at = TIME_MAX;
	if (b->flags & BINDING_STATIC || (b->end_at != TIME_NONE && !(b->flags & BINDING_END_GUESSED)))
		b->seen_at = b->end_at == TIME_NONE ? TIME_MAX : b->end_at;
	else if (b->seen_at == TIME_NONE || b->seen_at < b->start_at)
		b->seen_at = b->start_at;
	if (b->end_at != TIME_NONE && b->seen_at > b->end_at)
		b->seen_at = b->end_at;
}

enum err binding_normalise(struct binding *b, struct why *why)
{
	enum err e = check_resource(b, why);
	if (e)
		return e;
	if (!b->feed || b->feed > BINDING_FEED_MAX)
		return why_set(why, ERR_RANGE, "a binding needs a feed from 1 to %d", BINDING_FEED_MAX);
	if (b->kind >= BINDING_KIND_END || b->flags & ~BINDING_FLAGS_ALL)
		return why_set(why, ERR_RANGE, "a binding of no known kind");
	if (b->recorded_at == TIME_NONE)
		return why_set(why, ERR_RANGE, "a binding needs the time at which it became known");
	if (b->end_at == TIME_MAX)
		b->end_at = TIME_NONE;
	if (b->start_at != TIME_NONE && b->end_at != TIME_NONE && b->end_at < b->start_at)
		return why_set(why, ERR_RANGE, "it ends before it begins");
	if (b->kind == BINDING_ASSIGNMENT)
		b->flags |= BINDING_STATIC;
	e = round_times(b, why);
	if (e)
		return e;
	if (b->end_at == b->start_at && b->end_at != TIME_NONE)
		b->end_at += SECOND_US;
	set_sure(b);
	return OK;
}

bool binding_subject_eq(const struct binding_subject *a, const struct binding_subject *b)
{
	return memcmp(a->octets, b->octets, BINDING_SUBJECT_LEN) == 0;
}

bool binding_same(const struct binding *a, const struct binding *b)
{
	return a->prefix.bits == b->prefix.bits && addr_eq(&a->prefix.addr, &b->prefix.addr) && a->port_from == b->port_from && a->port_to == b->port_to &&
		a->start_at == b->start_at && a->feed == b->feed && binding_subject_eq(&a->subject, &b->subject);
}

bool binding_eq(const struct binding *a, const struct binding *b)
{
	return binding_same(a, b) && a->start_sure_at == b->start_sure_at && a->seen_at == b->seen_at && a->end_at == b->end_at && a->recorded_at == b->recorded_at &&
		a->kind == b->kind && a->flags == b->flags && a->session == b->session;
}

void binding_inside(const struct addr *a, struct binding_subject *ret_subject)
{
	*ret_subject = (struct binding_subject){ { 0 } };
	if (addr_is_v4(a))
		memcpy(ret_subject->octets + 4, a->octets + 12, 4);
	else
		memcpy(ret_subject->octets, a->octets, BINDING_SUBJECT_LEN);
}

struct addr binding_inside_addr(const struct binding_subject *s)
{
	static const uint8_t none[4];
	struct addr a = { { [10] = 0xff, [11] = 0xff } };
	if (memcmp(s->octets, none, sizeof(none)) == 0) {
		memcpy(a.octets + 12, s->octets + 4, 4);
		return a;
	}
	a = (struct addr){ { 0 } };
	memcpy(a.octets, s->octets, BINDING_SUBJECT_LEN);
	return a;
}
