/*
 * Kea's legal log. See lease.h.
 *
 * Read strictly from left to right: a client-id is repeated as text when it is printable, which the device chooses, so nothing is
 * searched for that it could have written there; how long that text is, the octets before it tell.
 */
#include "attribution/lease_line.h"

enum { ENTERPRISE_LEN = 4 };

static bool eat(struct str *rest, struct str word)
{
	if (!str_starts(*rest, word))
		return false;
	*rest = str_sub(*rest, word.len, SIZE_MAX);
	return true;
}

static struct str token(struct str *rest)
{
	size_t n = 0;
	while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != ',')
		n++;
	struct str t = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return t;
}

/* An id and, in brackets, its text. */
static enum err get_id(struct arena *a, struct str *rest, struct str *ret_octets)
{
	enum err e = lease_octets(a, token(rest), ret_octets);
	struct str after = *rest;
	if (e == OK && eat(&after, STR(" (")) && str_eq(str_sub(after, 0, ret_octets->len), *ret_octets)) {
		after = str_sub(after, ret_octets->len, SIZE_MAX);
		if (eat(&after, STR(")")))
			*rest = after;
	}
	return e;
}

/* "2018-01-06 01:02:03 CET ": the name of a zone means different times in different places, so it is not believed. */
static enum err get_time(const struct lease_reader *r, struct str *rest, struct lease *l, struct why *why)
{
	char text[20];
	int64_t zone = 0;
	if (rest->len < 21 || rest->ptr[10] != ' ' || rest->ptr[19] != ' ')
		return why_set(why, ERR_SYNTAX, "a line begins like 2026-03-01 10:00:00 UTC");
	memcpy(text, rest->ptr, 19);
	text[10] = 'T';
	text[19] = 'Z';
	if (time_parse((struct str){ text, sizeof(text) }, &l->at_at) != OK)
		return why_set(why, ERR_SYNTAX, "no such time");
	*rest = str_sub(*rest, 20, SIZE_MAX);
	struct str name = token(rest);
	if (time_zone_parse(name, &zone) != OK) {
		if (!r->zone_given) {
			enum err e = why_set(why, ERR_UNSUPPORTED, "a time zone by name, which may mean several");
			why_hint(why, "--zone +01:00 says which one");
			return e;
		}
		zone = r->zone_us;
	}
	l->at_at -= zone;
	if (!eat(rest, STR(" ")))
		return why_set(why, ERR_SYNTAX, "nothing follows the time");
	return OK;
}

static int64_t unit_of(struct str word)
{
	static const struct { const char *begin; int64_t us; } units[] = { { "day", DAY_US }, { "hr", HOUR_US }, { "hour", HOUR_US }, { "min", MINUTE_US },
		{ "sec", SECOND_US } };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_starts(word, str_of(units[i].begin)))
			return units[i].us;
	return 0;
}

/* " for 1 days 0 hrs 0 mins 0 secs", " for infinite duration". */
static enum err get_span(struct str *rest, struct lease *l, struct why *why)
{
	int64_t us = 0;
	l->until_at = TIME_NONE;
	if (!eat(rest, STR(" for ")))
		return OK;
	if (eat(rest, STR("infinite duration")) || eat(rest, STR("an infinite duration")))
		return OK;
	for (bool more = true; more;) {
		uint64_t n;
		if (str_to_u64(token(rest), UINT32_MAX, &n) != OK || !eat(rest, STR(" ")))
			return why_set(why, ERR_SYNTAX, "a lifetime reads like 1 hrs 52 min 15 secs");
		int64_t unit = unit_of(token(rest));
		us += (int64_t)n * unit;
		if (!unit || us > (int64_t)UINT32_MAX * SECOND_US)
			return why_set(why, ERR_SYNTAX, "a lifetime reads like 1 hrs 52 min 15 secs");
		more = rest->len > 1 && rest->ptr[0] == ' ' && rest->ptr[1] >= '0' && rest->ptr[1] <= '9';
		*rest = str_sub(*rest, more, SIZE_MAX);
	}
	l->until_at = l->at_at + us;
	return OK;
}

/* What the relays say, the one nearest to the device first; it alone is the operator's word on the line. */
static enum err get_relay(struct arena *a, struct str *rest, bool six, struct str ids[LEASE_ID_END])
{
	static const struct { const char *word; enum lease_id id; } keys[] = { { "circuit-id: ", LEASE_CIRCUIT }, { "interface-id: ", LEASE_CIRCUIT },
		{ "remote-id: ", LEASE_REMOTE }, { "subscriber-id: ", LEASE_ID_END } };
	static const char *const joints[] = { ", identified by ", " identified by ", ", connected at location ", " and ", ", " };
	enum err e = OK;
	if (!eat(rest, STR(" connected via relay at address: ")))
		return OK;
	(void)token(rest);
	if (eat(rest, STR(" for client on link address: ")))
		(void)token(rest);
	if (eat(rest, STR(", hop count: ")) || eat(rest, STR(", hops count: ")) || eat(rest, STR(", hops: ")))
		(void)token(rest);
	for (bool more = true; more && e == OK;) {
		more = false;
		for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]) && !more; i++)
			more = eat(rest, str_of(joints[i]));
		bool hit = false;
		for (size_t i = 0; more && i < sizeof(keys) / sizeof(keys[0]) && !hit && e == OK; i++) {
			struct str octets;
			hit = eat(rest, str_of(keys[i].word));
			if (hit)
				e = get_id(a, rest, &octets);
			/* of DHCPv6 with the enterprise number before it (RFC 4649) */
			if (hit && e == OK && six && keys[i].id == LEASE_REMOTE)
				octets = str_sub(octets, ENTERPRISE_LEN, SIZE_MAX);
			if (hit && e == OK && keys[i].id != LEASE_ID_END)
				ids[keys[i].id] = octets;
		}
		more &= hit;
	}
	return e;
}

static enum err get_hardware(struct arena *a, struct str *rest, struct str *ret_octets)
{
	(void)eat(rest, STR(" "));
	if (eat(rest, STR("hwtype="))) {
		(void)token(rest);
		(void)eat(rest, STR(" "));
	}
	return lease_octets(a, token(rest), ret_octets);
}

static enum err get_device(struct arena *a, struct str *rest, struct str ids[LEASE_ID_END])
{
	if (eat(rest, STR("hardware address:"))) {
		enum err e = get_hardware(a, rest, &ids[LEASE_HARDWARE]);
		return e == OK && eat(rest, STR(", client-id: ")) ? get_id(a, rest, &ids[LEASE_CLIENT]) : e;
	}
	if (!eat(rest, STR("DUID: ")))
		return ERR_SYNTAX;
	enum err e = get_id(a, rest, &ids[LEASE_CLIENT]);
	/* the second form is of what an administrator or an HA partner does */
	if (e || !(eat(rest, STR(" and hardware address:")) || eat(rest, STR(", hardware address:"))))
		return e;
	e = get_hardware(a, rest, &ids[LEASE_HARDWARE]);
	if (e == OK && eat(rest, STR(" (from "))) {
		size_t end = str_chr(*rest, ')');
		*rest = str_sub(*rest, end == SIZE_MAX ? rest->len : end + 1, SIZE_MAX);
	}
	return e;
}

/* What was done, and to which address; rest stands behind both. */
static enum err get_act(struct str *rest, struct lease *l, struct why *why)
{
	static const struct { const char *words; enum lease_what what; } acts[] = { { " has been assigned", LEASE_GIVEN }, { " has been renewed", LEASE_GIVEN },
		{ " has been rebound", LEASE_GIVEN }, { " has been released", LEASE_OVER }, { " has been declined", LEASE_OVER } };
	static const struct { const char *words; enum lease_what what; } orders[] = { { "added a lease of ", LEASE_GIVEN },
		{ "updated information on the lease of ", LEASE_GIVEN }, { "deleted the lease for ", LEASE_OVER } };
	bool by_order = eat(rest, STR("Administrator ")) || eat(rest, STR("HA partner ")), told = !by_order;
	for (size_t i = 0; by_order && i < sizeof(orders) / sizeof(orders[0]) && !told; i++) {
		told = eat(rest, str_of(orders[i].words));
		l->what = orders[i].what;
	}
	if (!told || !(eat(rest, STR("Address:")) || eat(rest, STR("Prefix:")) || eat(rest, STR("address:")) || eat(rest, STR("prefix:"))))
		return why_set(why, ERR_SYNTAX, "a line of no known form");
	(void)eat(rest, STR(" "));
	if (prefix_parse(token(rest), &l->prefix) != OK)
		return why_set(why, ERR_SYNTAX, "neither an address nor a prefix");
	if (by_order)
		return OK;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (eat(rest, str_of(acts[i].words))) {
			l->what = acts[i].what;
			return OK;
		}
	return why_set(why, ERR_SYNTAX, "neither assigned nor renewed nor released");
}

enum err lease_read_legal(const struct lease_reader *r, struct arena *a, struct str line, struct lease *l, struct why *why)
{
	struct str rest = line, ids[LEASE_ID_END] = { STR_NONE };
	enum err e = get_time(r, &rest, l, why);
	if (e == OK)
		e = get_act(&rest, l, why);
	if (e == OK)
		e = get_span(&rest, l, why);
	if (e)
		return e;
	if (eat(&rest, STR(" to a device with ")) || eat(&rest, STR(" from a device with "))) {
		if (get_device(a, &rest, ids) != OK || get_relay(a, &rest, !addr_is_v4(&l->prefix.addr), ids) != OK)
			return why_set(why, ERR_SYNTAX, "the device is named in no known form");
		/* an administrator's order has its span at the end */
		if (l->what == LEASE_GIVEN && l->until_at == TIME_NONE)
			e = get_span(&rest, l, why);
	}
	lease_name(r, a, ids, l);
	return e;
}
