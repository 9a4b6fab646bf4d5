/*
 * Names and values of detail files. See detail_value.h.
 */
#include "wire/detail_value.h"

#include "wire/radius_acct.h"
#include "wire/radius_vendor.h"

enum { EXTENDED_1 = RADIUS_EXTENDED_FIRST, PORT_LIMIT = 5, PORT_RANGE = 6, PORT_MAP = 7, OCTAL_DIGITS = 3, DATE_WORDS = 5 };

#define PORTS_OF(prefix, infix, extended) \
	{ prefix infix "Type", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 1 }, { prefix infix "Limit", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 2 }, \
	{ prefix infix "Ext-IPv4-Addr", DETAIL_PORTS, DETAIL_ADDR4, 0, extended, 3 }, { prefix infix "Int-IPv4-Addr", DETAIL_PORTS, DETAIL_ADDR4, 0, extended, 4 }, \
	{ prefix infix "Int-IPv6-Addr", DETAIL_PORTS, DETAIL_ADDR6, 0, extended, 5 }, { prefix infix "Int-Port", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 6 }, \
	{ prefix infix "Ext-Port", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 7 }, { prefix infix "Alloc", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 8 }, \
	{ prefix infix "Range-Start", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 9 }, { prefix infix "Range-End", DETAIL_PORTS, DETAIL_NUMBER, 0, extended, 10 }, \
	{ prefix infix "Local-Id", DETAIL_PORTS, DETAIL_TEXT, 0, extended, 11 }

static const struct detail_name names[] = {
	{ "User-Name", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_USER_NAME, 0 },
	{ "NAS-IP-Address", DETAIL_PUT, DETAIL_ADDR4, 0, RADIUS_NAS_IP_ADDRESS, 0 },
	{ "NAS-Port", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_NAS_PORT, 0 },
	{ "Service-Type", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_SERVICE_TYPE, 0 },
	{ "Framed-IP-Address", DETAIL_PUT, DETAIL_ADDR4, 0, RADIUS_FRAMED_IP_ADDRESS, 0 },
	{ "Framed-IP-Netmask", DETAIL_PUT, DETAIL_ADDR4, 0, RADIUS_FRAMED_IP_NETMASK, 0 },
	{ "Filter-Id", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_FILTER_ID, 0 },
	{ "Framed-Route", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_FRAMED_ROUTE, 0 },
	{ "Class", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_CLASS, 0 },
	{ "Session-Timeout", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_SESSION_TIMEOUT, 0 },
	{ "Called-Station-Id", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_CALLED_STATION_ID, 0 },
	{ "Calling-Station-Id", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_CALLING_STATION_ID, 0 },
	{ "NAS-Identifier", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_NAS_IDENTIFIER, 0 },
	{ "Acct-Status-Type", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_STATUS_TYPE, 0 },
	{ "Acct-Delay-Time", DETAIL_DELAY, DETAIL_NUMBER, 0, RADIUS_ACCT_DELAY_TIME, 0 },
	{ "Acct-Input-Octets", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_INPUT_OCTETS, 0 },
	{ "Acct-Output-Octets", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_OUTPUT_OCTETS, 0 },
	{ "Acct-Session-Id", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_ACCT_SESSION_ID, 0 },
	{ "Acct-Session-Time", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_SESSION_TIME, 0 },
	{ "Acct-Input-Packets", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_INPUT_PACKETS, 0 },
	{ "Acct-Output-Packets", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_OUTPUT_PACKETS, 0 },
	{ "Acct-Terminate-Cause", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_TERMINATE_CAUSE, 0 },
	{ "Acct-Multi-Session-Id", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_ACCT_MULTI_SESSION_ID, 0 },
	{ "Acct-Input-Gigawords", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_INPUT_GIGAWORDS, 0 },
	{ "Acct-Output-Gigawords", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_ACCT_OUTPUT_GIGAWORDS, 0 },
	{ "Event-Timestamp", DETAIL_EVENT, DETAIL_DATE, 0, RADIUS_EVENT_TIMESTAMP, 0 },
	{ "NAS-Port-Type", DETAIL_PUT, DETAIL_NUMBER, 0, RADIUS_NAS_PORT_TYPE, 0 },
	{ "NAS-Port-Id", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_NAS_PORT_ID, 0 },
	{ "Chargeable-User-Identity", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_CHARGEABLE_USER_IDENTITY, 0 },
	{ "NAS-IPv6-Address", DETAIL_PUT, DETAIL_ADDR6, 0, RADIUS_NAS_IPV6_ADDRESS, 0 },
	{ "Framed-Interface-Id", DETAIL_PUT, DETAIL_INTERFACE_ID, 0, RADIUS_FRAMED_INTERFACE_ID, 0 },
	{ "Framed-IPv6-Prefix", DETAIL_PUT, DETAIL_PREFIX6, 0, RADIUS_FRAMED_IPV6_PREFIX, 0 },
	{ "Framed-IPv6-Route", DETAIL_PUT, DETAIL_TEXT, 0, RADIUS_FRAMED_IPV6_ROUTE, 0 },
	{ "Delegated-IPv6-Prefix", DETAIL_PUT, DETAIL_PREFIX6, 0, RADIUS_DELEGATED_IPV6_PREFIX, 0 },
	{ "Framed-IPv6-Address", DETAIL_PUT, DETAIL_ADDR6, 0, RADIUS_FRAMED_IPV6_ADDRESS, 0 },
	{ "ADSL-Agent-Circuit-Id", DETAIL_PUT, DETAIL_TEXT, RADIUS_VENDOR_ADSL_FORUM, 1, 0 },
	{ "ADSL-Agent-Remote-Id", DETAIL_PUT, DETAIL_TEXT, RADIUS_VENDOR_ADSL_FORUM, 2, 0 },
	PORTS_OF("IP-Port-", "", PORT_LIMIT), PORTS_OF("IP-Port-", "Range-", PORT_RANGE), PORTS_OF("IP-Port-", "Map-", PORT_MAP),
	{ "Timestamp", DETAIL_TAKEN, DETAIL_NUMBER, 0, 0, 0 },
	{ "Donestamp", DETAIL_TAKEN, DETAIL_NUMBER, 0, 0, 0 },                  /* the same, once a reader of FreeRADIUS has done with it */
	{ "Packet-Src-IP-Address", DETAIL_HEARD_FROM, DETAIL_ADDR4, 0, RADIUS_NAS_IP_ADDRESS, 0 },
	{ "Packet-Src-IPv6-Address", DETAIL_HEARD_FROM, DETAIL_ADDR6, 0, RADIUS_NAS_IPV6_ADDRESS, 0 },
	{ "Client-IP-Address", DETAIL_HEARD_FROM, DETAIL_ADDR4, 0, RADIUS_NAS_IP_ADDRESS, 0 },
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

struct word_value { uint8_t type; const char *word; uint8_t value; };

static const struct word_value words[] = {
	{ RADIUS_ACCT_STATUS_TYPE, "Start", 1 }, { RADIUS_ACCT_STATUS_TYPE, "Stop", 2 }, { RADIUS_ACCT_STATUS_TYPE, "Interim-Update", 3 },
	{ RADIUS_ACCT_STATUS_TYPE, "Alive", 3 }, { RADIUS_ACCT_STATUS_TYPE, "Accounting-On", 7 }, { RADIUS_ACCT_STATUS_TYPE, "Accounting-Off", 8 },
	{ RADIUS_SERVICE_TYPE, "Login-User", 1 }, { RADIUS_SERVICE_TYPE, "Framed-User", 2 }, { RADIUS_SERVICE_TYPE, "Callback-Login-User", 3 },
	{ RADIUS_SERVICE_TYPE, "Callback-Framed-User", 4 }, { RADIUS_SERVICE_TYPE, "Outbound-User", 5 }, { RADIUS_SERVICE_TYPE, "Administrative-User", 6 },
	{ RADIUS_SERVICE_TYPE, "NAS-Prompt-User", 7 }, { RADIUS_SERVICE_TYPE, "Authenticate-Only", 8 }, { RADIUS_SERVICE_TYPE, "Callback-NAS-Prompt", 9 },
	{ RADIUS_SERVICE_TYPE, "Call-Check", 10 }, { RADIUS_SERVICE_TYPE, "Callback-Administrative", 11 },
	{ RADIUS_NAS_PORT_TYPE, "Async", 0 }, { RADIUS_NAS_PORT_TYPE, "Sync", 1 }, { RADIUS_NAS_PORT_TYPE, "ISDN", 2 }, { RADIUS_NAS_PORT_TYPE, "ISDN-V120", 3 },
	{ RADIUS_NAS_PORT_TYPE, "ISDN-V110", 4 }, { RADIUS_NAS_PORT_TYPE, "Virtual", 5 }, { RADIUS_NAS_PORT_TYPE, "PIAFS", 6 },
	{ RADIUS_NAS_PORT_TYPE, "HDLC-Clear-Channel", 7 }, { RADIUS_NAS_PORT_TYPE, "X.25", 8 }, { RADIUS_NAS_PORT_TYPE, "X.75", 9 },
	{ RADIUS_NAS_PORT_TYPE, "G.3-Fax", 10 }, { RADIUS_NAS_PORT_TYPE, "SDSL", 11 }, { RADIUS_NAS_PORT_TYPE, "ADSL-CAP", 12 },
	{ RADIUS_NAS_PORT_TYPE, "ADSL-DMT", 13 }, { RADIUS_NAS_PORT_TYPE, "IDSL", 14 }, { RADIUS_NAS_PORT_TYPE, "Ethernet", 15 }, { RADIUS_NAS_PORT_TYPE, "xDSL", 16 },
	{ RADIUS_NAS_PORT_TYPE, "Cable", 17 }, { RADIUS_NAS_PORT_TYPE, "Wireless-Other", 18 }, { RADIUS_NAS_PORT_TYPE, "Wireless-802.11", 19 },
	{ RADIUS_NAS_PORT_TYPE, "Token-Ring", 20 }, { RADIUS_NAS_PORT_TYPE, "FDDI", 21 }, { RADIUS_NAS_PORT_TYPE, "Wireless-CDMA2000", 22 },
	{ RADIUS_NAS_PORT_TYPE, "Wireless-UMTS", 23 }, { RADIUS_NAS_PORT_TYPE, "Wireless-1X-EV", 24 }, { RADIUS_NAS_PORT_TYPE, "IAPP", 25 },
	{ RADIUS_NAS_PORT_TYPE, "FTTP", 26 }, { RADIUS_NAS_PORT_TYPE, "Wireless-802.16", 27 }, { RADIUS_NAS_PORT_TYPE, "Wireless-802.20", 28 },
	{ RADIUS_NAS_PORT_TYPE, "Wireless-802.22", 29 }, { RADIUS_NAS_PORT_TYPE, "PPPoA", 30 }, { RADIUS_NAS_PORT_TYPE, "PPPoEoA", 31 },
	{ RADIUS_NAS_PORT_TYPE, "PPPoEoE", 32 }, { RADIUS_NAS_PORT_TYPE, "PPPoEoVLAN", 33 }, { RADIUS_NAS_PORT_TYPE, "PPPoEoQinQ", 34 },
	{ RADIUS_NAS_PORT_TYPE, "xPON", 35 }, { RADIUS_NAS_PORT_TYPE, "Wireless-XGP", 36 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "User-Request", 1 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Lost-Carrier", 2 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Lost-Service", 3 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Idle-Timeout", 4 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Session-Timeout", 5 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Admin-Reset", 6 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Admin-Reboot", 7 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Port-Error", 8 }, { RADIUS_ACCT_TERMINATE_CAUSE, "NAS-Error", 9 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "NAS-Request", 10 }, { RADIUS_ACCT_TERMINATE_CAUSE, "NAS-Reboot", 11 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Port-Unneeded", 12 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Port-Preempted", 13 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Port-Suspended", 14 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Service-Unavailable", 15 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Callback", 16 }, { RADIUS_ACCT_TERMINATE_CAUSE, "User-Error", 17 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Host-Request", 18 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Supplicant-Restart", 19 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Reauthentication-Failure", 20 }, { RADIUS_ACCT_TERMINATE_CAUSE, "Port-Reinit", 21 },
	{ RADIUS_ACCT_TERMINATE_CAUSE, "Port-Disabled", 22 },
	{ PORT_LIMIT, "Reserved", 0 }, { PORT_LIMIT, "Allocation", 1 }, { PORT_LIMIT, "Deallocation", 2 },
	{ PORT_RANGE, "Reserved", 0 }, { PORT_RANGE, "Allocation", 1 }, { PORT_RANGE, "Deallocation", 2 },
	{ PORT_MAP, "Reserved", 0 }, { PORT_MAP, "Allocation", 1 }, { PORT_MAP, "Deallocation", 2 },
};

static bool numbers(struct str rest, char joint, uint64_t *ret_first, uint64_t *ret_second, struct str between)
{
	struct str first;
	return str_split(&rest, joint, &first) && str_to_u64(first, UINT32_MAX, ret_first) == OK && str_starts(rest, between) &&
		str_to_u64(str_sub(rest, between.len, SIZE_MAX), UINT8_MAX, ret_second) == OK;
}

/* How a server writes what its dictionary lacks. */
static bool by_number(struct str name, uint32_t *ret_vendor, uint8_t *ret_type)
{
	uint64_t vendor = 0, type = 0;
	bool hit = str_starts(name, STR("Attr-26.")) ? numbers(str_sub(name, 8, SIZE_MAX), '.', &vendor, &type, STR("")) :
		str_starts(name, STR("Attr-")) ? str_to_u64(str_sub(name, 5, SIZE_MAX), UINT8_MAX, &type) == OK :
		str_starts(name, STR("Vendor-")) && numbers(str_sub(name, 7, SIZE_MAX), '-', &vendor, &type, STR("Attr-"));
	*ret_vendor = (uint32_t)vendor;
	*ret_type = (uint8_t)type;
	return hit && type;
}

const struct detail_name *detail_name(struct str name)
{
	uint32_t vendor;
	uint8_t type;
	bool numbered = by_number(name, &vendor, &type);
	for (size_t i = 0; i < NAME_COUNT; i++) {
		const struct detail_name *n = &names[i];
		bool plain = n->use == DETAIL_PUT || n->use == DETAIL_DELAY || n->use == DETAIL_EVENT;
		if (numbered ? plain && n->vendor == vendor && n->type == type : str_eq(name, str_of(n->name)))
			return n;
	}
	return NULL;
}

static bool octal(struct str s, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < OCTAL_DIGITS; i++) {
		if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '7')
			return false;
		*ret = *ret * 8 + (unsigned)(s.ptr[i] - '0');
	}
	return *ret <= UINT8_MAX;
}

/* Behind a backslash; *at stands on what follows it, and afterwards on its last octet. */
static bool escaped(struct str s, size_t *at, char *ret)
{
	static const char letters[] = "\\\\\"\"''n\nr\rt\t";
	unsigned value;
	for (size_t i = 0; *at < s.len && i + 1 < sizeof(letters); i += 2)
		if (s.ptr[*at] == letters[i]) {
			*ret = letters[i + 1];
			return true;
		}
	if (!octal(str_sub(s, *at, OCTAL_DIGITS), &value))
		return false;
	*at += OCTAL_DIGITS - 1;
	*ret = (char)value;
	return true;
}

static enum err quoted(struct arena *a, struct str text, struct str *ret)
{
	char *out = arena_alloc(a, text.len);
	size_t n = 0, i = 1;
	if (!out)
		return ERR_NOMEM;
	for (; i + 1 < text.len && text.ptr[i] != '"'; i++) {
		char c = text.ptr[i];
		if (c == '\\') {
			i++;
			if (i + 1 >= text.len || !escaped(str_sub(text, 0, text.len - 1), &i, &c))
				return ERR_SYNTAX;
		}
		out[n++] = c;
	}
	*ret = (struct str){ out, n };
	return i + 1 == text.len && text.ptr[i] == '"' ? OK : ERR_SYNTAX;
}

static enum err hex(struct arena *a, struct str digits, struct str *ret)
{
	return str_unhex(a, str_lower(a, digits), ret);
}

static enum err text_octets(struct arena *a, struct str text, struct str *ret)
{
	if (str_starts(text, STR("\"")))
		return quoted(a, text, ret);
	if (str_starts(text, STR("0x")))
		return hex(a, str_sub(text, 2, SIZE_MAX), ret);
	*ret = text;
	return OK;
}

static enum err be32(struct arena *a, uint64_t v, struct str *ret)
{
	char *out = arena_alloc(a, 4);
	for (int i = 0; out && i < 4; i++)
		out[i] = (char)(v >> (24 - 8 * i));
	*ret = (struct str){ out, 4 };
	return out ? OK : ERR_NOMEM;
}

static enum err number_octets(struct arena *a, const struct detail_name *n, struct str text, struct str *ret)
{
	uint64_t v = 0;
	if (str_to_u64(text, UINT32_MAX, &v) == OK)
		return be32(a, v, ret);
	if (str_starts(text, STR("0x")))
		return hex(a, str_sub(text, 2, SIZE_MAX), ret) == OK && ret->len == 4 ? OK : ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].type == n->type && str_eq_fold(text, str_of(words[i].word)))
			return be32(a, words[i].value, ret);
	/* a word may be a value of a newer dictionary; digits are a number that does not fit */
	return text.len && ((text.ptr[0] | 0x20) >= 'a' && (text.ptr[0] | 0x20) <= 'z') ? ERR_NOTFOUND : ERR_SYNTAX;
}

static enum err addr_octets(struct arena *a, struct str text, bool four, struct str *ret)
{
	struct addr addr;
	if (str_starts(text, STR("0x")))
		return hex(a, str_sub(text, 2, SIZE_MAX), ret) == OK && ret->len == (four ? 4 : sizeof(addr.octets)) ? OK : ERR_SYNTAX;
	if (addr_parse(text, &addr) != OK || addr_is_v4(&addr) != four)
		return ERR_SYNTAX;
	*ret = str_copy(a, str_sub((struct str){ (const char *)addr.octets, sizeof(addr.octets) }, four ? 12 : 0, SIZE_MAX));
	return ret->ptr ? OK : ERR_NOMEM;
}

/* With its host bits, if it has some: whoever reads the packet counts them. */
static enum err prefix_octets(struct arena *a, struct str text, struct str *ret)
{
	struct str length = text, host;
	struct addr addr;
	uint64_t bits;
	if (str_starts(text, STR("0x")))
		return hex(a, str_sub(text, 2, SIZE_MAX), ret);
	if (!str_split(&length, '/', &host) || addr_parse(host, &addr) != OK || addr_is_v4(&addr) || str_to_u64(length, 128, &bits) != OK)
		return ERR_SYNTAX;
	char *out = arena_alloc(a, 2 + sizeof(addr.octets));
	if (!out)
		return ERR_NOMEM;
	out[1] = (char)bits;
	memcpy(out + 2, addr.octets, sizeof(addr.octets));
	*ret = (struct str){ out, 2 + (size_t)(bits + 7) / 8 };
	return OK;
}

static enum err interface_octets(struct arena *a, struct str text, struct str *ret)
{
	char *out = arena_alloc(a, RADIUS_INTERFACE_ID_LEN);
	struct str rest = text, part;
	unsigned n = 0;
	if (str_starts(text, STR("0x")))
		return hex(a, str_sub(text, 2, SIZE_MAX), ret);
	for (; out && str_split(&rest, ':', &part); n += 2) {
		unsigned v = 0;
		for (size_t i = 0; i < part.len; i++) {
			unsigned c = (unsigned char)part.ptr[i] | 0x20, d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
			if (d == 16)
				return ERR_SYNTAX;
			v = v * 16 + d;
		}
		if (!part.len || part.len > 4 || n == RADIUS_INTERFACE_ID_LEN)
			return ERR_SYNTAX;
		out[n] = (char)(v >> 8);
		out[n + 1] = (char)(v & 0xff);
	}
	*ret = (struct str){ out, n };
	return !out ? ERR_NOMEM : n == RADIUS_INTERFACE_ID_LEN ? OK : ERR_SYNTAX;
}

enum err detail_octets(struct arena *a, const struct detail_name *n, struct str text, struct str *ret)
{
	struct str octets = STR_NONE;
	enum err e = ERR_SYNTAX;
	switch (n->kind) {
	case DETAIL_TEXT: e = text_octets(a, text, &octets); break;
	case DETAIL_DATE:
	case DETAIL_NUMBER: e = number_octets(a, n, text, &octets); break;
	case DETAIL_ADDR4: e = addr_octets(a, text, true, &octets); break;
	case DETAIL_ADDR6: e = addr_octets(a, text, false, &octets); break;
	case DETAIL_PREFIX6: e = prefix_octets(a, text, &octets); break;
	case DETAIL_INTERFACE_ID: e = interface_octets(a, text, &octets); break;
	}
	if (e == OK && octets.len > RADIUS_VALUE_MAX)
		e = ERR_LIMIT;
	if (e == OK)
		*ret = octets;
	return e;
}

static unsigned split_words(struct str text, struct str list[DATE_WORDS])
{
	struct str word;
	unsigned n = 0;
	while (str_split(&text, ' ', &word))
		if (word.len) {
			if (n == DATE_WORDS)
				return 0;
			list[n++] = word;
		}
	return n;
}

/* "Nov", "27", "2026", "11:35:14" */
static enum err from_words(struct str month, struct str day, struct str year, struct str clock, int64_t *ret_at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	uint64_t y, d, part[3];
	struct civil c = { 0 }, back;
	struct str piece;
	for (int i = 0; i < 12; i++)
		if (str_eq_fold(month, (struct str){ months + 3 * i, 3 }))
			c.month = i + 1;
	if (!c.month || year.len != 4 || str_to_u64(year, 9999, &y) != OK || str_to_u64(day, 31, &d) != OK || y < 1970 || !d)
		return ERR_SYNTAX;
	for (int i = 0; i < 3; i++)
		if (!str_split(&clock, ':', &piece) || piece.len != 2 || str_to_u64(piece, i ? 59 : 23, &part[i]) != OK)
			return ERR_SYNTAX;
	c = (struct civil){ (int)y, c.month, (int)d, (int)part[0], (int)part[1], (int)part[2] };
	int64_t at = civil_to_time(&c);
	time_to_civil(at, &back);
	if (clock.len || back.day != c.day)
		return ERR_SYNTAX;
	*ret_at = at;
	return OK;
}

enum err detail_local(struct str text, int64_t *ret_at)
{
	struct str w[DATE_WORDS];
	return split_words(str_trim(text), w) == DATE_WORDS ? from_words(w[1], w[2], w[4], w[3], ret_at) : ERR_SYNTAX;
}

enum err detail_moment(struct str text, int64_t *ret_at)
{
	struct str w[DATE_WORDS];
	uint64_t s;
	int64_t at, zone = 0;
	if (str_to_u64(text, UINT32_MAX, &s) == OK) {
		*ret_at = (int64_t)s * SECOND_US;
		return OK;
	}
	if (text.len > 1 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
		text = str_sub(text, 1, text.len - 2);
	if (text.len > 10 && time_parse(text, ret_at) == OK)
		return OK;
	if (split_words(text, w) != DATE_WORDS || from_words(w[0], w[1], w[2], w[3], &at) != OK)
		return ERR_SYNTAX;
	bool known = time_zone_parse(w[4], &zone) == OK;
	*ret_at = at - zone;
	return known ? OK : ERR_UNSUPPORTED;
}
