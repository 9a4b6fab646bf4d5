/*
 * What conf/kea-lease-events writes: a line for each lease of an event of Kea. See lease.h.
 *
 *   1795780971 lease4_release address=198.51.100.7 cltt=1795780969 lifetime=1800 hwaddr=02:00:00:00:00:0a client-id=ff:01:02 ...
 *
 * First when the script ran, then the event, then what Kea's environment says, in no order; what is not known here is passed over. No
 * value has a blank: ids are hexadecimal, and no name that a device chooses is among them. Kea starts a script an event and waits for
 * none, so lines may be out of order within moments.
 */
#include "attribution/lease_line.h"

#define LIFETIME_EVER UINT64_C(0xffffffff)

struct said {
	uint64_t at_s, cltt_s, lifetime_s, bits;
	bool timed, lasting;            /* cltt, lifetime are there */
	bool prefix;                    /* it is a delegated one */
	struct str event, address, state;
	struct str ids[LEASE_ID_END];
};

static enum err take_number(struct str text, uint64_t max, uint64_t *ret, bool *ret_there)
{
	*ret_there = true;
	return str_to_u64(text, max, ret);
}

static enum err take(struct said *s, struct arena *a, struct str name, struct str value)
{
	static const struct { const char *name; enum lease_id id; } ids[] = { { "circuit-id", LEASE_CIRCUIT }, { "remote-id", LEASE_REMOTE }, { "client-id", LEASE_CLIENT },
		{ "hwaddr", LEASE_HARDWARE } };
	bool there;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (str_eq(name, str_of(ids[i].name))) {
			s->ids[ids[i].id] = lease_hex(a, value);
			return value.len && !s->ids[ids[i].id].len ? ERR_SYNTAX : OK;
		}
	if (str_eq(name, STR("cltt")))
		return take_number(value, UINT32_MAX, &s->cltt_s, &s->timed);
	if (str_eq(name, STR("lifetime")))
		return take_number(value, UINT32_MAX, &s->lifetime_s, &s->lasting);
	if (str_eq(name, STR("prefix-len")) && value.len)
		return take_number(value, 128, &s->bits, &there);
	if (str_eq(name, STR("address")))
		s->address = value;
	else if (str_eq(name, STR("type")))
		s->prefix = str_eq(value, STR("IA_PD"));
	else if (str_eq(name, STR("state")))
		s->state = value;
	return OK;
}

static enum err split(struct said *s, struct arena *a, struct str line, struct why *why)
{
	struct str word, name;
	if (!str_split(&line, ' ', &word) || str_to_u64(word, UINT32_MAX, &s->at_s) != OK || !s->at_s || !str_split(&line, ' ', &s->event))
		return why_set(why, ERR_SYNTAX, "a line begins with seconds since 1970 and an event");
	while (str_split(&line, ' ', &word)) {
		struct str value = word;
		if (!word.len)
			continue;
		if (!str_split(&value, '=', &name) || name.len == word.len || take(s, a, name, value) != OK)
			return why_set(why, ERR_SYNTAX, "what follows the event reads not like name=value");
	}
	return OK;
}

static enum err get_prefix(const struct said *s, struct prefix *ret, struct why *why)
{
	struct addr addr;
	if (addr_parse(s->address, &addr) != OK || (s->prefix && (addr_is_v4(&addr) || !s->bits)))
		return why_set(why, ERR_SYNTAX, "neither an address nor a prefix");
	unsigned whole = addr_is_v4(&addr) ? 32 : 128;
	*ret = prefix_of(&addr, s->prefix ? (unsigned)s->bits : whole);
	return addr_eq(&ret->addr, &addr) ? OK : why_set(why, ERR_SYNTAX, "a prefix with bits beyond its length");
}

enum err lease_read_hook(const struct lease_reader *r, struct arena *a, struct str line, struct lease *l, struct why *why)
{
	static const struct { const char *ending; enum lease_what what; bool by_time; } events[] = { { "_committed", LEASE_GIVEN, false }, { "_deleted", LEASE_OVER, false },
		{ "_release", LEASE_OVER, false }, { "_decline", LEASE_OVER, false }, { "_expire", LEASE_OVER, true } };
	struct said s = { 0 };
	enum err e = split(&s, a, line, why);
	if (e == OK)
		e = get_prefix(&s, &l->prefix, why);
	if (e)
		return e;
	if (r->beside != LEASE_FORMAT_END && (r->beside == LEASE_KEA4) != addr_is_v4(&l->prefix.addr))
		return ERR_NOTFOUND;
	size_t i = 0;
	while (i < sizeof(events) / sizeof(events[0]) && !str_ends_fold(s.event, str_of(events[i].ending)))
		i++;
	/* a declined lease is nobody's; when it is committed as such was told */
	if (i == sizeof(events) / sizeof(events[0]) || (events[i].what == LEASE_GIVEN && s.state.len && !str_eq(s.state, STR("default")) && !str_eq(s.state, STR("0"))))
		return ERR_NOTFOUND;
	if ((events[i].what == LEASE_GIVEN || events[i].by_time) && (!s.timed || !s.lasting || !s.cltt_s))
		return why_set(why, ERR_SYNTAX, "when it was given, and for how long, is missing");
	bool ever = s.lifetime_s == LIFETIME_EVER;
	int64_t until_at = ever ? TIME_NONE : (int64_t)(s.cltt_s + s.lifetime_s) * SECOND_US;
	l->what = events[i].what;
	l->at_at = (int64_t)(l->what == LEASE_GIVEN ? s.cltt_s : s.at_s) * SECOND_US;
	l->until_at = l->what == LEASE_GIVEN ? until_at : TIME_NONE;
	if (events[i].by_time && !ever)
		l->at_at = until_at;
	lease_name(r, a, s.ids, l);
	/* an end is of whoever holds it */
	if (l->what != LEASE_GIVEN)
		l->subject = STR_NONE;
	return OK;
}
