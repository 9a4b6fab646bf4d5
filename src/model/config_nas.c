/*
 * The blocks `nas`. See config_nas.h.
 */
#include "model/config_nas.h"

#include "base/addr.h"
#include "base/time.h"
#include "model/config_fetch.h"
#include "model/config_radius.h"

static const struct conf_item coa_items[] = {
	{ .name = "set", .type = CONF_WORD, .arguments = "ATTRIBUTE|vendor NUMBER TYPE text|number|address|hex VALUE", .required = true, .many = true,
		.doc = "an attribute that is given to a session" },
	{ .name = "restore", .type = CONF_WORD, .arguments = "ATTRIBUTE|vendor NUMBER TYPE text|number|address|hex VALUE|saved", .required = true, .many = true,
		.doc = "an attribute that takes it back" },
	{ .name = "rate", .type = CONF_WORD, .arguments = "up|down NUMBER bit/s|kbit/s|Mbit/s|Gbit/s", .many = true,
		.doc = "the rate that a session is held to then, from or to the customer; what its server counts shows whether it is" },
	{ .name = NULL },
};

const struct conf_item config_nas_items[] = {
	{ .name = "match", .type = CONF_WORD, .arguments = "identifier|address VALUE", .required = true, .many = true, .doc = "the NAS-Identifier or address that its sessions name" },
	{ .name = "address", .type = CONF_WORD, .arguments = "ADDRESS[:PORT]", .required = true, .doc = "where it is asked, by UDP; the port is 3799 unless said" },
	{ .name = "secret-file", .type = CONF_PATH, .arguments = "FILE", .required = true, .doc = "the first line of it is the secret that is shared with it" },
	{ .name = "sign", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "yes", .doc = "whether a request has a Message-Authenticator" },
	{ .name = "without-session-id", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "no", .doc = "whether one that has a single session may be asked by name alone" },
	{ .name = "per-second", .type = CONF_INT, .arguments = "NUMBER", .fallback = "5", .min = 1, .max = 1000, .doc = "most requests a second" },
	{ .name = "per-hour", .type = CONF_INT, .arguments = "NUMBER", .fallback = "600", .min = 0, .max = 10000, .doc = "most requests an hour; more wait" },
	{ .name = "session-timeout", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "0s", .min = 0, .max = HOUR_US,
		.doc = "a session that is to end is first given so long, as Session-Timeout by CoA; 0s: it is disconnected at once" },
	{ .name = "send", .type = CONF_WORD, .arguments = "ATTRIBUTE ...", .many = true, .doc = "attributes of the session that it wants beside the usual ones" },
	{ .name = "omit", .type = CONF_WORD, .arguments = "ATTRIBUTE ...", .many = true, .doc = "usual attributes that it does not want" },
	{ .name = "add", .type = CONF_WORD, .arguments = "ATTRIBUTE|vendor NUMBER TYPE text|number|address|hex VALUE", .many = true, .doc = "an attribute of each request" },
	{ .name = "coa", .type = CONF_BLOCK, .items = coa_items, .named = true, .many = true, .arguments = "PROFILE { }", .doc = "what radius-coa changes of a session" },
	{ .name = NULL },
};

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct nas_at, member) }
#define S(member, count, most) { .name = #member, .type = FIELD_STRS, .offset = offsetof(struct nas_at, member), .count_offset = offsetof(struct nas_at, count), .max = (most) }

const struct field config_nas_fields[] = {
	F(name, FIELD_STR), S(identifiers, identifier_count, NAS_NAMES_MAX), S(addresses, address_count, NAS_NAMES_MAX), F(address, FIELD_STR), F(secret, FIELD_STR),
	F(authenticator, FIELD_BOOL), F(without_session_id, FIELD_BOOL), F(per_second, FIELD_U32), F(per_hour, FIELD_U32), F(session_timeout_s, FIELD_U32), S(send, send_count, NAS_ATTRIBUTES_MAX),
	S(omit, omit_count, NAS_ATTRIBUTES_MAX), S(add, add_count, NAS_ATTRIBUTES_MAX),
	S(coa, coa_count, NAS_COA_MAX), { .name = NULL },
};

/* What RFC 5176 3 has in a request that a session can be named by, and what servers want beside it. */
static const struct {
	const char *name;
	uint8_t type;
} attributes[] = {
	{ "User-Name", 1 }, { "NAS-IP-Address", 4 }, { "NAS-Port", 5 }, { "Service-Type", 6 }, { "Framed-IP-Address", 8 }, { "Filter-Id", 11 }, { "Class", 25 },
	{ "Session-Timeout", 27 }, { "Called-Station-Id", 30 }, { "Calling-Station-Id", 31 }, { "NAS-Identifier", 32 }, { "Acct-Session-Id", 44 },
	{ "Acct-Multi-Session-Id", 50 }, { "Acct-Terminate-Cause", 49 }, { "NAS-Port-Type", 61 }, { "NAS-Port-Id", 87 }, { "Chargeable-User-Identity", 89 },
	{ "NAS-IPv6-Address", 95 }, { "Framed-Interface-Id", 96 }, { "Framed-IPv6-Prefix", 97 }, { "Error-Cause", 101 }, { "Delegated-IPv6-Prefix", 123 },
	{ "Framed-IPv6-Address", 168 },
};

static unsigned type_of(struct str word)
{
	uint64_t n;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (str_eq_fold(word, str_of(attributes[i].name)))
			return attributes[i].type;
	return str_to_u64(word, 255, &n) == OK ? (unsigned)n : 0;
}

const char *config_nas_attribute(uint8_t type)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (attributes[i].type == type)
			return attributes[i].name;
	return NULL;
}

static enum err read_match(struct config *c, const struct conf *s, struct nas_at *n, struct why *why)
{
	struct addr a;
	bool by_name = str_eq(s->args[1].text, STR("identifier")), by_address = str_eq(s->args[1].text, STR("address"));
	if (s->arg_count != 3 || (!by_name && !by_address))
		return conf_fail(why, s, 1, ERR_SYNTAX, "match reads: match identifier NAME, or: match address ADDRESS");
	if (by_address && addr_parse(s->args[2].text, &a) != OK)
		return conf_fail(why, s, 2, ERR_SYNTAX, "match: \"%.*s\" is no address", STR_ARG(s->args[2].text));
	if ((by_name ? n->identifier_count : n->address_count) == NAS_NAMES_MAX)
		return conf_fail(why, s, 0, ERR_LIMIT, "match: at most %d of a kind", NAS_NAMES_MAX);
	if (by_name) {
		n->identifiers[n->identifier_count++] = s->args[2].text;
		return OK;
	}
	char text[ADDR_TEXT_MAX];
	addr_print(&a, text);
	n->addresses[n->address_count++] = str_copy(c->arena, str_of(text));
	return OK;
}

static enum err read_list(struct config *c, const struct conf *s, struct str *list, unsigned *count, struct why *why)
{
	for (unsigned i = 1; i < s->arg_count; i++) {
		unsigned type = type_of(s->args[i].text);
		if (!type)
			return conf_fail(why, s, i, ERR_NOTFOUND, "\"%.*s\" is no attribute that is known here; its number will do", STR_ARG(s->args[i].text));
		if (*count == NAS_ATTRIBUTES_MAX)
			return conf_fail(why, s, i, ERR_LIMIT, "at most %d attributes", NAS_ATTRIBUTES_MAX);
		list[(*count)++] = str_format(c->arena, "%u", type);
	}
	return OK;
}

static enum err value_of(struct config *c, const struct conf *s, unsigned i, struct str *ret_hex, struct why *why)
{
	struct str kind = s->args[i].text, text = s->args[i + 1].text, octets = text;
	struct addr a;
	uint64_t n;
	char four[4];
	bool good = true;
	if (str_eq(kind, STR("number"))) {
		good = str_to_u64(text, UINT32_MAX, &n) == OK;
		for (unsigned k = 0; good && k < 4; k++)
			four[k] = (char)(n >> (24 - 8 * k));
		octets = (struct str){ four, sizeof(four) };
	} else if (str_eq(kind, STR("address"))) {
		good = addr_parse(text, &a) == OK;
		octets = addr_is_v4(&a) ? (struct str){ (const char *)a.octets + 12, 4 } : (struct str){ (const char *)a.octets, 16 };
	} else if (str_eq(kind, STR("hex"))) {
		good = str_unhex(c->arena, text, &octets) == OK;
	} else if (!str_eq(kind, STR("text"))) {
		return conf_fail(why, s, i, ERR_SYNTAX, "a value is text, number, address or hex");
	}
	if (!good || !octets.len || octets.len > NAS_VALUE_MAX)
		return conf_fail(why, s, i + 1, ERR_SYNTAX, "\"%.*s\" is no such value, or it is too long", STR_ARG(text));
	*ret_hex = str_hex(c->arena, octets);
	return OK;
}

/* "VENDOR TYPE HEX" */
static enum err read_attribute(struct config *c, const struct conf *s, struct str *ret_text, struct why *why)
{
	bool vendor = str_eq(s->args[1].text, STR("vendor"));
	unsigned at = vendor ? 4 : 2;
	uint64_t number = 0, type = 0;
	struct str hex, word = s->args[0].text;
	const bool saved = str_eq(word, STR("restore")) && s->arg_count == at + 1 && str_eq(s->args[at].text, STR("saved"));
	if (s->arg_count != at + 2 && !saved)
		return conf_fail(why, s, 0, ERR_SYNTAX, "%.*s reads: %.*s ATTRIBUTE text VALUE, or: %.*s vendor NUMBER TYPE text VALUE", STR_ARG(word), STR_ARG(word), STR_ARG(word));
	if (vendor && (str_to_u64(s->args[2].text, UINT32_MAX, &number) != OK || !number || str_to_u64(s->args[3].text, 255, &type) != OK || !type))
		return conf_fail(why, s, 2, ERR_SYNTAX, "%.*s: a vendor has a number, and a type from 1 to 255", STR_ARG(word));
	if (!vendor && !(type = type_of(s->args[1].text)))
		return conf_fail(why, s, 1, ERR_NOTFOUND, "\"%.*s\" is no attribute that is known here; its number will do", STR_ARG(s->args[1].text));
	hex = STR(NAS_SAVED);
	enum err e = saved ? OK : value_of(c, s, at, &hex, why);
	if (e == OK)
		*ret_text = str_format(c->arena, "%llu %llu %.*s", (unsigned long long)number, (unsigned long long)type, STR_ARG(hex));
	return e;
}

static enum err read_add(struct config *c, const struct conf *s, struct nas_at *n, struct why *why)
{
	if (n->add_count == NAS_ATTRIBUTES_MAX)
		return conf_fail(why, s, 0, ERR_LIMIT, "add: at most %d attributes", NAS_ATTRIBUTES_MAX);
	enum err e = read_attribute(c, s, &n->add[n->add_count], why);
	n->add_count += e == OK;
	return e;
}

/* "rate up BITS" */
static enum err read_rate(struct config *c, const struct conf *s, struct str *ret_text, struct why *why)
{
	static const struct { const char *name; uint64_t bits; } units[] = { { "bit/s", 1 }, { "kbit/s", 1000 }, { "Mbit/s", 1000000 }, { "Gbit/s", 1000000000 } };
	uint64_t n = 0, bits = 0;
	const bool whole = s->arg_count == 4 && (str_eq(s->args[1].text, STR("up")) || str_eq(s->args[1].text, STR("down")));
	for (unsigned i = 0; whole && i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eq(s->args[3].text, str_of(units[i].name)) && str_to_u64(s->args[2].text, NAS_RATE_MAX / units[i].bits, &n) == OK)
			bits = n * units[i].bits;
	if (!bits)
		return conf_fail(why, s, 0, ERR_SYNTAX, "rate reads: rate up NUMBER kbit/s, or: rate down NUMBER Mbit/s, up to 400 Gbit/s");
	*ret_text = str_format(c->arena, "rate %.*s %llu", STR_ARG(s->args[1].text), (unsigned long long)bits);
	return OK;
}

/* A second one of a direction would contradict the first. */
static bool has_rate(const struct conf *first, const struct conf *s)
{
	for (const struct conf *x = first; x != s; x = x->next)
		if (str_eq(x->args[0].text, STR("rate")) && str_eq(x->args[1].text, s->args[1].text))
			return true;
	return false;
}

static enum err read_coa(struct config *c, const struct conf *s, struct nas_at *n, struct why *why)
{
	struct str text;
	enum err e = OK;
	for (const struct conf *x = s->child; e == OK && x; x = x->next) {
		if (n->coa_count == NAS_COA_MAX)
			return conf_fail(why, x, 0, ERR_LIMIT, "coa: at most %d attributes in all", NAS_COA_MAX);
		bool rate = str_eq(x->args[0].text, STR("rate"));
		e = rate ? read_rate(c, x, &text, why) : read_attribute(c, x, &text, why);
		if (e == OK && rate && has_rate(s->child, x))
			return conf_fail(why, x, 1, ERR_EXISTS, "rate: the profile says one for that direction already");
		if (e == OK && !rate)
			text = str_format(c->arena, "%.*s %.*s", STR_ARG(x->args[0].text), STR_ARG(text));
		if (e == OK)
			n->coa[n->coa_count++] = str_format(c->arena, "%.*s %.*s", STR_ARG(s->args[1].text), STR_ARG(text));
	}
	return e;
}

/* With its port, in the form that a socket takes. */
static enum err read_address(struct config *c, const struct conf *s, struct nas_at *n, struct why *why)
{
	struct str text = s->args[1].text;
	struct addr a;
	struct str host = text, port = STR_NONE;
	size_t colon = text.len;
	if (addr_parse(text, &a) == OK) {
		n->address = addr_is_v4(&a) ? str_format(c->arena, "%.*s:%d", STR_ARG(text), NAS_PORT) : str_format(c->arena, "[%.*s]:%d", STR_ARG(text), NAS_PORT);
		return OK;
	}
	while (colon && text.ptr[colon - 1] != ':')
		colon--;
	if (colon) {
		host = str_sub(text, 0, colon - 1);
		port = str_sub(text, colon, text.len);
	}
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = str_sub(host, 1, host.len - 2);
	uint64_t number;
	n->address = text;
	if (addr_parse(host, &a) != OK || str_to_u64(port, UINT16_MAX, &number) != OK || !number)
		return conf_fail(why, s, 1, ERR_SYNTAX, "address: \"%.*s\" is no address with a port", STR_ARG(text));
	return OK;
}

/* Two servers of one name could each be asked for the other's session. */
static enum err check_names(const struct config *c, const struct conf *s, const struct nas_at *n, struct why *why)
{
	for (unsigned i = 0; i < c->all.nas_count; i++) {
		const struct nas_at *x = &c->all.nas[i];
		if (str_eq(x->name, n->name))
			return conf_fail(why, s, 1, ERR_EXISTS, "nas: %.*s is named already", STR_ARG(n->name));
		for (unsigned k = 0; k < n->identifier_count; k++)
			for (unsigned m = 0; m < x->identifier_count; m++)
				if (str_eq(n->identifiers[k], x->identifiers[m]))
					return conf_fail(why, s, 1, ERR_EXISTS, "match: identifier \"%.*s\" is that of %.*s", STR_ARG(n->identifiers[k]), STR_ARG(x->name));
		for (unsigned k = 0; k < n->address_count; k++)
			for (unsigned m = 0; m < x->address_count; m++)
				if (str_eq(n->addresses[k], x->addresses[m]))
					return conf_fail(why, s, 1, ERR_EXISTS, "match: address %.*s is that of %.*s", STR_ARG(n->addresses[k]), STR_ARG(x->name));
	}
	return OK;
}

static enum err read_nas(struct config *c, const struct conf *s, struct nas_at *n, struct why *why)
{
	*n = (struct nas_at){ .name = s->args[1].text, .identifiers = ARENA_ARRAY(c->arena, struct str, NAS_NAMES_MAX), .addresses = ARENA_ARRAY(c->arena, struct str, NAS_NAMES_MAX),
		.send = ARENA_ARRAY(c->arena, struct str, NAS_ATTRIBUTES_MAX), .omit = ARENA_ARRAY(c->arena, struct str, NAS_ATTRIBUTES_MAX),
		.add = ARENA_ARRAY(c->arena, struct str, NAS_ATTRIBUTES_MAX), .coa = ARENA_ARRAY(c->arena, struct str, NAS_COA_MAX),
		.authenticator = conf_number(s->child, config_nas_items, "sign") != 0,
		.without_session_id = conf_number(s->child, config_nas_items, "without-session-id") != 0,
		.per_second = (uint32_t)conf_number(s->child, config_nas_items, "per-second"), .per_hour = (uint32_t)conf_number(s->child, config_nas_items, "per-hour"),
		.session_timeout_s = (uint32_t)(conf_number(s->child, config_nas_items, "session-timeout") / SECOND_US) };
	if (!n->identifiers || !n->addresses || !n->send || !n->omit || !n->add || !n->coa)
		return ERR_NOMEM;
	const struct conf *secret = conf_find(s->child, "secret-file");
	enum err e = config_secret(c, secret, &n->secret, why);
	if (e == OK && n->secret.len < CONFIG_SECRET_MIN)
		return conf_fail(why, secret, 1, ERR_SYNTAX, "secret-file: a secret of less than %d characters is found by trying", CONFIG_SECRET_MIN);
	for (const struct conf *x = s->child; e == OK && x; x = x->next) {
		struct str word = x->args[0].text;
		if (str_eq(word, STR("match")))
			e = read_match(c, x, n, why);
		else if (str_eq(word, STR("address")))
			e = read_address(c, x, n, why);
		else if (str_eq(word, STR("send")))
			e = read_list(c, x, n->send, &n->send_count, why);
		else if (str_eq(word, STR("omit")))
			e = read_list(c, x, n->omit, &n->omit_count, why);
		else if (str_eq(word, STR("add")))
			e = read_add(c, x, n, why);
		else if (str_eq(word, STR("coa")))
			e = read_coa(c, x, n, why);
	}
	return e ? e : check_names(c, s, n, why);
}

enum err config_nas(struct config *c, struct why *why)
{
	struct share *a = &c->all;
	unsigned count = 0;
	for (const struct conf *s = c->first; s; s = s->next)
		count += str_eq(s->args[0].text, STR("nas"));
	if (!count)
		return OK;
	a->nas = ARENA_ARRAY(c->arena, struct nas_at, count);
	c->nas_shown = ARENA_ARRAY(c->arena, struct nas_at, count);
	enum err e = a->nas && c->nas_shown ? OK : ERR_NOMEM;
	for (const struct conf *s = c->first; e == OK && s; s = s->next) {
		if (!str_eq(s->args[0].text, STR("nas")))
			continue;
		if (a->nas_count == CONFIG_NAS_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "nas: at most %d", CONFIG_NAS_MAX);
		if (!a->radius_client_count)
			return conf_fail(why, s, 0, ERR_NOTFOUND, "nas: whether a session ended is told by accounting, and radius { } hears of none");
		e = read_nas(c, s, &a->nas[a->nas_count], why);
		if (e == OK) {
			c->nas_shown[a->nas_count] = a->nas[a->nas_count];
			c->nas_shown[a->nas_count++].secret = STR_NONE;
		}
	}
	return e;
}
