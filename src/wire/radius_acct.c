/*
 * The meaning of accounting attributes. See radius_acct.h.
 */
#include "wire/radius_acct.h"

#include <stddef.h>

#include "base/time.h"
#include "wire/radius_vendor.h"

enum kind { NOTHING, TEXT, NUMBER, WIDE, SECONDS, ADDR4, ADDR6, FRAMED4, NETMASK, INTERFACE_ID, LIST_ADDR6, LIST_FRAMED_PREFIX6, LIST_DELEGATED_PREFIX6 };

struct spec {
	enum kind kind;
	enum radius_field field;
	size_t offset;
};

static const size_t sizes[] = {
	[TEXT] = sizeof(struct str), [NUMBER] = sizeof(uint32_t), [WIDE] = sizeof(uint64_t), [SECONDS] = sizeof(int64_t), [ADDR4] = sizeof(struct addr),
	[ADDR6] = sizeof(struct addr), [FRAMED4] = sizeof(struct addr), [NETMASK] = sizeof(uint8_t), [INTERFACE_ID] = RADIUS_INTERFACE_ID_LEN,
	[LIST_ADDR6] = 0, [LIST_FRAMED_PREFIX6] = 0, [LIST_DELEGATED_PREFIX6] = 0,
};

/* rows behind those of the types */
enum { CIRCUIT_ID = UINT8_MAX + 1, REMOTE_ID, SPEC_COUNT };

#define AT(member) offsetof(struct radius_acct, member)

/* by type */
static const struct spec specs[SPEC_COUNT] = {
	[RADIUS_USER_NAME] = { TEXT, RADIUS_F_USER_NAME, AT(user_name) },
	[RADIUS_NAS_IP_ADDRESS] = { ADDR4, RADIUS_F_NAS_ADDR4, AT(nas_addr4) },
	[RADIUS_NAS_PORT] = { NUMBER, RADIUS_F_NAS_PORT, AT(nas_port) },
	[RADIUS_SERVICE_TYPE] = { NUMBER, RADIUS_F_SERVICE_TYPE, AT(service_type) },
	[RADIUS_FRAMED_IP_ADDRESS] = { FRAMED4, RADIUS_F_FRAMED_ADDR4, AT(framed_addr4) },
	[RADIUS_FRAMED_IP_NETMASK] = { NETMASK, RADIUS_F_FRAMED_BITS4, AT(framed_bits4) },
	[RADIUS_SESSION_TIMEOUT] = { NUMBER, RADIUS_F_SESSION_TIMEOUT, AT(session_timeout_s) },
	[RADIUS_CALLED_STATION_ID] = { TEXT, RADIUS_F_CALLED_STATION, AT(called_station) },
	[RADIUS_CALLING_STATION_ID] = { TEXT, RADIUS_F_CALLING_STATION, AT(calling_station) },
	[RADIUS_NAS_IDENTIFIER] = { TEXT, RADIUS_F_NAS_IDENTIFIER, AT(nas_identifier) },
	[RADIUS_ACCT_STATUS_TYPE] = { NUMBER, RADIUS_F_STATUS, AT(status) },
	[RADIUS_ACCT_DELAY_TIME] = { NUMBER, RADIUS_F_DELAY, AT(delay_s) },
	[RADIUS_ACCT_INPUT_OCTETS] = { WIDE, RADIUS_F_IN_OCTETS, AT(in_octets) },
	[RADIUS_ACCT_OUTPUT_OCTETS] = { WIDE, RADIUS_F_OUT_OCTETS, AT(out_octets) },
	[RADIUS_ACCT_SESSION_ID] = { TEXT, RADIUS_F_SESSION_ID, AT(session_id) },
	[RADIUS_ACCT_SESSION_TIME] = { NUMBER, RADIUS_F_SESSION_TIME, AT(session_time_s) },
	[RADIUS_ACCT_INPUT_PACKETS] = { NUMBER, RADIUS_F_IN_PACKETS, AT(in_packets) },
	[RADIUS_ACCT_OUTPUT_PACKETS] = { NUMBER, RADIUS_F_OUT_PACKETS, AT(out_packets) },
	[RADIUS_ACCT_TERMINATE_CAUSE] = { NUMBER, RADIUS_F_TERMINATE_CAUSE, AT(terminate_cause) },
	[RADIUS_ACCT_MULTI_SESSION_ID] = { TEXT, RADIUS_F_MULTI_SESSION_ID, AT(multi_session_id) },
	[RADIUS_ACCT_INPUT_GIGAWORDS] = { NUMBER, RADIUS_F_IN_GIGAWORDS, AT(in_gigawords) },
	[RADIUS_ACCT_OUTPUT_GIGAWORDS] = { NUMBER, RADIUS_F_OUT_GIGAWORDS, AT(out_gigawords) },
	[RADIUS_EVENT_TIMESTAMP] = { SECONDS, RADIUS_F_EVENT_AT, AT(event_at) },
	[RADIUS_NAS_PORT_TYPE] = { NUMBER, RADIUS_F_NAS_PORT_TYPE, AT(nas_port_type) },
	[RADIUS_NAS_PORT_ID] = { TEXT, RADIUS_F_NAS_PORT_ID, AT(nas_port_id) },
	[RADIUS_CHARGEABLE_USER_IDENTITY] = { TEXT, RADIUS_F_CHARGEABLE_USER, AT(chargeable_user) },
	[RADIUS_NAS_IPV6_ADDRESS] = { ADDR6, RADIUS_F_NAS_ADDR6, AT(nas_addr6) },
	[RADIUS_FRAMED_INTERFACE_ID] = { INTERFACE_ID, RADIUS_F_INTERFACE_ID, AT(interface_id) },
	[RADIUS_FRAMED_IPV6_PREFIX] = { LIST_FRAMED_PREFIX6, RADIUS_F_FRAMED_PREFIX6, 0 },
	[RADIUS_ERROR_CAUSE] = { NUMBER, RADIUS_F_ERROR_CAUSE, AT(error_cause) },
	[RADIUS_DELEGATED_IPV6_PREFIX] = { LIST_DELEGATED_PREFIX6, RADIUS_F_DELEGATED_PREFIX6, 0 },
	[RADIUS_FRAMED_IPV6_ADDRESS] = { LIST_ADDR6, RADIUS_F_FRAMED_ADDR6, 0 },
	[CIRCUIT_ID] = { TEXT, RADIUS_F_CIRCUIT_ID, AT(circuit_id) },
	[REMOTE_ID] = { TEXT, RADIUS_F_REMOTE_ID, AT(remote_id) },
};

#define BIT(field) (UINT64_C(1) << (field))
#define LISTS (BIT(RADIUS_F_FRAMED_ADDR6) | BIT(RADIUS_F_FRAMED_PREFIX6) | BIT(RADIUS_F_DELEGATED_PREFIX6))

_Static_assert(RADIUS_F_COUNT <= 64, "fields are bits");

static bool number(struct str value, uint32_t *ret)
{
	struct reader r;
	reader_init(&r, value);
	*ret = reader_u32(&r);
	return reader_end(&r) == OK;
}

bool radius_addr4(struct str value, struct addr *ret)
{
	struct addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };
	if (value.len != 4)
		return false;
	memcpy(a.octets + 12, value.ptr, 4);
	*ret = a;
	return true;
}

bool radius_addr6(struct str value, struct addr *ret)
{
	struct addr a;
	if (value.len != sizeof(a.octets))
		return false;
	memcpy(a.octets, value.ptr, sizeof(a.octets));
	if (addr_is_v4(&a))
		return false;
	*ret = a;
	return true;
}

bool radius_prefix6(struct str value, struct prefix *ret, bool *ret_host_bits)
{
	struct addr stands = { { 0 } }, masked;
	if (value.len < 2 || value.len > 2 + sizeof(stands.octets))
		return false;
	struct str octets = str_sub(value, 2, value.len);
	uint8_t bits = (uint8_t)value.ptr[1];
	if (bits > 128 || octets.len < (bits + 7u) / 8)
		return false;
	if (octets.len)
		memcpy(stands.octets, octets.ptr, octets.len);
	masked = stands;
	for (unsigned i = 0; i < sizeof(masked.octets); i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
		if (kept < 8)
			masked.octets[i] &= (uint8_t)(0xff00u >> kept);
	}
	if (addr_is_v4(&masked))
		return false;
	*ret_host_bits = !addr_eq(&masked, &stands);
	*ret = (struct prefix){ masked, bits };
	return true;
}

static bool netmask(struct str value, uint8_t *ret_bits)
{
	uint32_t mask;
	uint8_t bits = 0;
	if (!number(value, &mask))
		return false;
	while (mask & UINT32_C(1) << 31) {
		mask <<= 1;
		bits++;
	}
	*ret_bits = bits;
	return mask == 0;
}

static bool framed4(struct str value, struct addr *ret)
{
	uint32_t n;
	return number(value, &n) && n != 0 && n < UINT32_C(0xfffffffe) && radius_addr4(value, ret);
}

static struct str *text_of(struct radius_acct *a, const struct spec *s)
{
	return (struct str *)(void *)((char *)a + s->offset);
}

static void set_text(struct radius_acct *a, const struct spec *s, struct str value)
{
	struct str *slot = text_of(a, s);
	if (!value.len) {
		a->bad |= BIT(s->field);
		return;
	}
	if (radius_has(a, s->field) && !str_eq(*slot, value))
		a->conflict |= BIT(s->field);
	*slot = value;
	a->has |= BIT(s->field);
}

static void set_value(struct radius_acct *a, const struct spec *s, const void *value)
{
	char *slot = (char *)a + s->offset;
	size_t size = sizes[s->kind];
	if (radius_has(a, s->field) && memcmp(slot, value, size) != 0)
		a->conflict |= BIT(s->field);
	memcpy(slot, value, size);
	a->has |= BIT(s->field);
}

static void add_addr6(struct radius_acct *a, struct str value)
{
	struct addr addr;
	if (!radius_addr6(value, &addr)) {
		a->bad |= BIT(RADIUS_F_FRAMED_ADDR6);
		return;
	}
	for (unsigned i = 0; i < a->framed_addr6_count; i++)
		if (addr_eq(&a->framed_addr6[i], &addr))
			return;
	if (a->framed_addr6_count == RADIUS_LIST_MAX)
		a->more |= BIT(RADIUS_F_FRAMED_ADDR6);
	else
		a->framed_addr6[a->framed_addr6_count++] = addr;
	a->has |= BIT(RADIUS_F_FRAMED_ADDR6);
}

static void add_prefix6(struct radius_acct *a, enum radius_field field, struct str value, struct prefix *list, uint8_t *count)
{
	struct prefix prefix;
	bool host_bits;
	if (!radius_prefix6(value, &prefix, &host_bits)) {
		a->bad |= BIT(field);
		return;
	}
	a->host_bits = (uint16_t)(a->host_bits + host_bits);
	for (unsigned i = 0; i < *count; i++)
		if (list[i].bits == prefix.bits && addr_eq(&list[i].addr, &prefix.addr))
			return;
	if (*count == RADIUS_LIST_MAX)
		a->more |= BIT(field);
	else
		list[(*count)++] = prefix;
	a->has |= BIT(field);
}

static void take(struct radius_acct *a, const struct radius_attr *attr)
{
	const struct spec *s = &specs[attr->type];
	struct addr addr = { { 0 } };
	uint32_t n = 0;
	uint64_t wide;
	int64_t at;
	uint8_t bits = 0;
	bool good = true;
	switch (s->kind) {
	case NOTHING: return;
	case TEXT: set_text(a, s, attr->value); return;
	case LIST_ADDR6: add_addr6(a, attr->value); return;
	case LIST_FRAMED_PREFIX6: add_prefix6(a, s->field, attr->value, a->framed_prefix6, &a->framed_prefix6_count); return;
	case LIST_DELEGATED_PREFIX6: add_prefix6(a, s->field, attr->value, a->delegated_prefix6, &a->delegated_prefix6_count); return;
	case NUMBER:
	case WIDE:
	case SECONDS:
		good = number(attr->value, &n);
		break;
	case ADDR4: good = radius_addr4(attr->value, &addr); break;
	case ADDR6: good = radius_addr6(attr->value, &addr); break;
	case FRAMED4: good = framed4(attr->value, &addr); break;
	case NETMASK: good = netmask(attr->value, &bits); break;
	case INTERFACE_ID: good = attr->value.len == RADIUS_INTERFACE_ID_LEN; break;
	}
	wide = n;
	at = (int64_t)n * SECOND_US;
	if (!good)
		a->bad |= BIT(s->field);
	else if (s->kind == INTERFACE_ID)
		set_value(a, s, attr->value.ptr);
	else if (s->kind == NETMASK)
		set_value(a, s, &bits);
	else if (s->kind == NUMBER)
		set_value(a, s, &n);
	else if (s->kind == WIDE)
		set_value(a, s, &wide);
	else if (s->kind == SECONDS)
		set_value(a, s, &at);
	else
		set_value(a, s, &addr);
}

static void take_vendors(struct radius_acct *a, const struct radius_packet *p)
{
	struct radius_vendor_walk walk = { 0 };
	struct radius_vendor v;
	while (radius_vendor_next(p, &walk, &v)) {
		if (v.vendor != RADIUS_VENDOR_ADSL_FORUM || v.opaque)
			continue;
		if (v.type == 1)
			set_text(a, &specs[CIRCUIT_ID], v.value);
		else if (v.type == 2)
			set_text(a, &specs[REMOTE_ID], v.value);
	}
}

static void join_gigawords(struct radius_acct *a, enum radius_field octets, enum radius_field upper, uint32_t gigawords, uint64_t *total)
{
	uint64_t unsure = (a->bad | a->conflict) & BIT(upper);
	if (!unsure && !radius_has(a, upper))
		return;
	if (unsure || !radius_has(a, octets))
		a->bad |= BIT(octets);
	else
		*total |= (uint64_t)gigawords << 32;
}

/* A field that cannot be told has no value that somebody might use all the same. */
static void forget(struct radius_acct *a, uint64_t fields)
{
	a->has &= ~fields;
	for (size_t i = 0; i < SPEC_COUNT; i++)
		if (fields & BIT(specs[i].field))
			memset((char *)a + specs[i].offset, 0, sizes[specs[i].kind]);
}

static void mark_not_utf8(struct radius_acct *a)
{
	for (size_t i = 0; i < SPEC_COUNT; i++)
		if (specs[i].kind == TEXT && radius_has(a, specs[i].field) && !str_utf8_valid(*text_of(a, &specs[i])))
			a->not_utf8 |= BIT(specs[i].field);
}

void radius_acct_read(const struct radius_packet *p, struct radius_acct *ret)
{
	struct radius_attr attr;
	memset(ret, 0, sizeof(*ret));
	for (size_t at = 0; radius_next(p, &at, &attr);)
		take(ret, &attr);
	take_vendors(ret, p);
	join_gigawords(ret, RADIUS_F_IN_OCTETS, RADIUS_F_IN_GIGAWORDS, ret->in_gigawords, &ret->in_octets);
	join_gigawords(ret, RADIUS_F_OUT_OCTETS, RADIUS_F_OUT_GIGAWORDS, ret->out_gigawords, &ret->out_octets);
	forget(ret, ret->conflict | (ret->bad & ~LISTS));
	mark_not_utf8(ret);
}

static const struct { uint32_t cause; const char *text; } errors[] = {
	{ 201, "residual session context removed" },
	{ 202, "invalid EAP packet" },
	{ 401, "unsupported attribute" },
	{ 402, "missing attribute" },
	{ 403, "NAS identification mismatch" },
	{ 404, "invalid request" },
	{ 405, "unsupported service" },
	{ 406, "unsupported extension" },
	{ 407, "invalid attribute value" },
	{ 501, "administratively prohibited" },
	{ 502, "request not routable" },
	{ 503, "session context not found" },
	{ 504, "session context not removable" },
	{ 505, "other proxy processing error" },
	{ 506, "resources unavailable" },
	{ 507, "request initiated" },
	{ 508, "selection of several sessions not supported" },
};

const char *radius_error_text(uint32_t error_cause)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].cause == error_cause)
			return errors[i].text;
	return NULL;
}
