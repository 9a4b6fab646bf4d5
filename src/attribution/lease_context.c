/*
 * What the relays said of a lease, as Kea keeps it beside the lease. See lease_line.h.
 *
 * Of DHCPv4 it is the relay's option, in older versions as the value itself. Of DHCPv6 it is a list, one entry a relay, which older versions
 * call by another name: of each id the one nearest to the device counts, as in Kea's legal log.
 */
#include "attribution/lease_line.h"
#include "base/json.h"

enum { OPTION4_CIRCUIT = 1, OPTION4_REMOTE = 2, OPTION6_INTERFACE = 18, OPTION6_REMOTE = 37, ENTERPRISE_LEN = 4, HOPS_MAX = 32 /* RFC 8415 7.6 has 8 */ };

struct str lease_hex(struct arena *a, struct str text)
{
	struct str octets;
	if (str_starts_fold(text, STR("0x")))
		text = str_sub(text, 2, SIZE_MAX);
	return text.len && lease_octets(a, text, &octets) == OK ? octets : STR_NONE;
}

/* RFC 3046 2.0: the sub-options of the relay's option. */
static void read_relay4(struct str bytes, struct str ids[LEASE_ID_END])
{
	struct reader r;
	reader_init(&r, bytes);
	while (!r.err && reader_left(&r)) {
		uint8_t code = reader_u8(&r), len = reader_u8(&r);
		struct str value = reader_take(&r, len);
		if (!r.err && (code == OPTION4_CIRCUIT || code == OPTION4_REMOTE))
			ids[code == OPTION4_CIRCUIT ? LEASE_CIRCUIT : LEASE_REMOTE] = value;
	}
}

/* The enterprise number says who made up the rest (RFC 4649). */
static void set_remote6(struct str value, struct str ids[LEASE_ID_END])
{
	if (value.len > ENTERPRISE_LEN && !ids[LEASE_REMOTE].len)
		ids[LEASE_REMOTE] = str_sub(value, ENTERPRISE_LEN, SIZE_MAX);
}

/* RFC 8415 21.1 */
static void read_options6(struct str bytes, struct str ids[LEASE_ID_END])
{
	struct reader r;
	reader_init(&r, bytes);
	while (!r.err && reader_left(&r)) {
		uint16_t code = reader_u16(&r), len = reader_u16(&r);
		struct str value = reader_take(&r, len);
		if (!r.err && code == OPTION6_INTERFACE && !ids[LEASE_CIRCUIT].len)
			ids[LEASE_CIRCUIT] = value;
		if (!r.err && code == OPTION6_REMOTE)
			set_remote6(value, ids);
	}
}

static void read_relays6(struct arena *a, const struct json *list, struct str ids[LEASE_ID_END])
{
	for (int64_t hop = 0; hop < HOPS_MAX; hop++)
		for (const struct json *m = list->child; m; m = m->next) {
			if (json_int(m, "hop", 0) != hop)
				continue;
			read_options6(lease_hex(a, json_text(m, "options")), ids);
			set_remote6(lease_hex(a, json_text(m, "remote-id")), ids);
		}
}

void lease_read_context(struct arena *a, struct str text, struct str ids[LEASE_ID_END])
{
	struct json *root;
	if (!text.len || json_read(a, text, &root, NULL) != OK)
		return;
	const struct json *four = json_at(root, "ISC.relay-agent-info"), *six = json_at(root, "ISC.relay-info");
	if (four)
		read_relay4(lease_hex(a, four->type == JSON_STRING ? four->text : json_text(four, "sub-options")), ids);
	if (!six)
		six = json_at(root, "ISC.relays");
	if (six && six->type == JSON_ARRAY)
		read_relays6(a, six, ids);
}
