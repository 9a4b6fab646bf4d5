/*
 * What the attributes of accounting say: packets that radclient 3.2.1 made, the values of FreeRADIUS' own tests, and each trap by itself;
 * vendors' attributes, extended ones and the ports of RFC 8045.
 */
#include "base/arena.h"
#include "base/time.h"
#include "tap.h"
#include "wire/radius_acct.h"
#include "wire/radius_ports.h"

static struct arena *a;
static struct radius_packet p;
static struct radius_acct acct;
static struct radius_join join;

#define BIT(field) (UINT64_C(1) << (field))

#define START "048800ee2abead3da7425018d72baea1f8cb3d0f0113616c696365406578616d706c652e6e65740406c00002012007626e672d310506000000113d060000000f" \
	"570e67652d302f302f313a3130302806000000012c0a303030303030326132056d2d310806cb0071076114004020010db8000100000000000000000000" \
	"7b14003820010db8010000000000000000000000600a0000000000000001a81220010db80001000000000000000000051f1330302d31342d32322d45392d35342d3545" \
	"1e0b626e672d313a313030190401021903032906000000023706695735a51a0a00000de901046337210331210332"
#define INTERIM "044b00b08760cd35cf2e48311760f264293961620113616c696365406578616d706c652e6e65745f1220010db8000000000000000000000001280600000003" \
	"2c0a30303030303032612a06000000053406000000012b06ffffffff3506000000022f06000000033006000000042e0600000e101b0600093a80" \
	"1a0f00003a8c080931304d2f31304d1a0b000000090105613d621a0b000000090105633d645012cfeb57f5d5802655c502da8cdee382bc"
#define PORTS "04560051e7cf978d388f3b38df36f2e7f78566f20105626f62200763676e2d312806000000032c046e31f127060306c63364010406644000090806000000010906" \
	"000004000a06000007ff0b0673756239"

static struct str unhex(const char *text)
{
	struct str s;
	if (str_unhex(a, str_of(text), &s) != OK)
		abort();
	return s;
}

static void read_whole(const char *hex)
{
	if (radius_read(unhex(hex), &p) != OK)
		abort();
	radius_acct_read(&p, &acct);
}

/* A packet of these attributes, and what they say. */
static void read_attrs(const char *attrs_hex)
{
	struct str attrs = unhex(attrs_hex);
	char *octets = arena_alloc(a, RADIUS_HEADER_LEN + attrs.len);
	if (!octets)
		abort();
	octets[0] = RADIUS_ACCOUNTING_REQUEST;
	octets[2] = (char)((RADIUS_HEADER_LEN + attrs.len) >> 8);
	octets[3] = (char)(RADIUS_HEADER_LEN + attrs.len);
	memcpy(octets + RADIUS_HEADER_LEN, attrs.ptr, attrs.len);
	if (radius_read((struct str){ octets, RADIUS_HEADER_LEN + attrs.len }, &p) != OK)
		abort();
	radius_acct_read(&p, &acct);
}

static struct str addr_text(const struct addr *addr)
{
	return addr_str(a, addr);
}

static bool only_bad(enum radius_field field)
{
	return acct.bad == BIT(field) && !radius_has(&acct, field) && !acct.conflict;
}

static bool is_zero(const void *slot, size_t len)
{
	static const char zero[64];
	return memcmp(slot, zero, len) == 0;
}

static void test_start(void)
{
	read_whole(START);
	OK_(!acct.bad && !acct.conflict && !acct.not_utf8 && !acct.more && !acct.host_bits, "a Start of radclient: each field can be told");
	IS_STR(acct.user_name, STR("alice@example.net"), "User-Name");
	IS_STR(addr_text(&acct.nas_addr4), STR("192.0.2.1"), "NAS-IP-Address");
	IS_STR(acct.nas_identifier, STR("bng-1"), "NAS-Identifier");
	OK_(radius_has(&acct, RADIUS_F_NAS_PORT) && acct.nas_port == 17 && acct.nas_port_type == 15, "NAS-Port and its type");
	IS_STR(acct.nas_port_id, STR("ge-0/0/1:100"), "NAS-Port-Id");
	IS_INT(acct.status, RADIUS_START, "Acct-Status-Type");
	IS_STR(acct.session_id, STR("0000002a"), "Acct-Session-Id");
	IS_STR(acct.multi_session_id, STR("m-1"), "Acct-Multi-Session-Id");
	IS_STR(addr_text(&acct.framed_addr4), STR("203.0.113.7"), "Framed-IP-Address");
	OK_(acct.framed_prefix6_count == 1 && str_eq(prefix_str(a, acct.framed_prefix6), STR("2001:db8:1::/64")), "Framed-IPv6-Prefix");
	OK_(acct.delegated_prefix6_count == 1 && str_eq(prefix_str(a, acct.delegated_prefix6), STR("2001:db8:100::/56")), "Delegated-IPv6-Prefix");
	OK_(acct.framed_addr6_count == 1 && str_eq(addr_text(acct.framed_addr6), STR("2001:db8:1::5")), "Framed-IPv6-Address");
	OK_(radius_has(&acct, RADIUS_F_INTERFACE_ID) && acct.interface_id[7] == 1 && acct.interface_id[0] == 0, "Framed-Interface-Id");
	IS_STR(acct.calling_station, STR("00-14-22-E9-54-5E"), "Calling-Station-Id");
	IS_STR(acct.called_station, STR("bng-1:100"), "Called-Station-Id");
	IS_STR(acct.circuit_id, STR("c7"), "the ADSL Forum's Agent-Circuit-Id");
	OK_(acct.delay_s == 2 && acct.event_at == INT64_C(1767323045) * SECOND_US, "Acct-Delay-Time in seconds, Event-Timestamp as a wall time");
	struct radius_attr attr;
	size_t walk = 0;
	OK_(radius_next_of(&p, RADIUS_CLASS, &walk, &attr) && str_eq(attr.value, unhex("0102")) && radius_next_of(&p, RADIUS_CLASS, &walk, &attr) &&
		str_eq(attr.value, STR("\3")) && !radius_next_of(&p, RADIUS_CLASS, &walk, &attr), "both Classes are walked");
	OK_(!radius_has(&acct, RADIUS_F_IN_OCTETS) && !radius_has(&acct, RADIUS_F_SESSION_TIME) && !radius_has(&acct, RADIUS_F_NAS_ADDR6), "what is not there is not said");
}

static void test_counters(void)
{
	read_whole(INTERIM);
	OK_(!acct.bad && !acct.conflict, "an Interim-Update of radclient");
	IS_INT(acct.in_octets, (INT64_C(1) << 32) + 5, "octets with Gigawords");
	IS_INT(acct.out_octets, (INT64_C(3) << 32) - 1, "  of the other direction");
	OK_(acct.in_packets == 3 && acct.out_packets == 4 && acct.session_time_s == 3600 && acct.session_timeout_s == 604800, "packets and times");
	IS_STR(addr_text(&acct.nas_addr6), STR("2001:db8::1"), "NAS-IPv6-Address");
	read_attrs("2a0600000005");
	OK_(acct.in_octets == 5 && radius_has(&acct, RADIUS_F_IN_OCTETS) && !radius_has(&acct, RADIUS_F_IN_GIGAWORDS), "octets without Gigawords are all that was said");
	read_attrs("340600000001");
	OK_(!radius_has(&acct, RADIUS_F_IN_OCTETS) && acct.bad == BIT(RADIUS_F_IN_OCTETS) && !acct.in_octets, "Gigawords alone are no count");
	read_attrs("2a0600000005" "3405000001");
	OK_(!radius_has(&acct, RADIUS_F_IN_OCTETS) && !acct.in_octets, "nor are octets whose Gigawords cannot be read");
	read_attrs("2a0600000005" "340600000001" "340600000002");
	OK_(!radius_has(&acct, RADIUS_F_IN_OCTETS) && !acct.in_octets && acct.conflict == BIT(RADIUS_F_IN_GIGAWORDS), "nor those whose Gigawords differ");
	read_attrs("340600000002" "2a0600000005");
	IS_INT(acct.in_octets, (INT64_C(2) << 32) + 5, "their order is no matter");
	read_attrs("2b06ffffffff" "3506ffffffff");
	OK_(acct.out_octets == UINT64_MAX && radius_has(&acct, RADIUS_F_OUT_OCTETS), "the largest count");
	read_attrs("2a050000052e07000000000137050000012905000001");
	OK_(acct.bad == (BIT(RADIUS_F_IN_OCTETS) | BIT(RADIUS_F_SESSION_TIME) | BIT(RADIUS_F_EVENT_AT) | BIT(RADIUS_F_DELAY)) && !acct.has, "numbers of three and five octets are none");
}

static void test_duplicates(void)
{
	read_attrs("2c03312c0331");
	OK_(radius_has(&acct, RADIUS_F_SESSION_ID) && !acct.conflict, "the same session id twice is one");
	read_attrs("2c03312c0332");
	OK_(!radius_has(&acct, RADIUS_F_SESSION_ID) && acct.conflict == BIT(RADIUS_F_SESSION_ID) && !acct.session_id.len, "two session ids are none");
	read_attrs("2c03312c03322c0331");
	OK_(!radius_has(&acct, RADIUS_F_SESSION_ID), "  also when the first is said again");
	read_attrs("0806cb0071070806cb007108");
	OK_(!radius_has(&acct, RADIUS_F_FRAMED_ADDR4) && acct.conflict == BIT(RADIUS_F_FRAMED_ADDR4) && is_zero(&acct.framed_addr4, 16), "two addresses are none");
	read_attrs("280600000001280600000002");
	OK_(!radius_has(&acct, RADIUS_F_STATUS) && !acct.status, "a Start that is a Stop is neither");
	read_attrs("0103610102");
	OK_(!radius_has(&acct, RADIUS_F_USER_NAME) && acct.bad == BIT(RADIUS_F_USER_NAME) && !acct.user_name.len, "a name and an empty one are none");
	read_attrs("1a0a00000de901046337" "1a0a00000de901046338");
	OK_(acct.conflict == BIT(RADIUS_F_CIRCUIT_ID) && !acct.circuit_id.len, "two circuits are none");
}

static void test_texts(void)
{
	char hex[2 * 255 + 1] = "01ff";
	read_attrs("0102");
	OK_(only_bad(RADIUS_F_USER_NAME), "an empty User-Name is no name");
	read_attrs("0104ff66" "2003c3");
	OK_(acct.not_utf8 == (BIT(RADIUS_F_USER_NAME) | BIT(RADIUS_F_NAS_IDENTIFIER)), "names that are not UTF-8 are told so");
	IS_STR(acct.user_name, STR("\xff" "f"), "  and kept octet for octet");
	read_attrs("0105610062");
	IS_STR(acct.user_name, ((struct str){ "a\0b", 3 }), "a zero octet does not end a name");
	for (int i = 0; i < 253; i++)
		memcpy(hex + 4 + 2 * i, "61", 2);
	hex[510] = 0;
	read_attrs(hex);
	OK_(acct.user_name.len == 253 && radius_has(&acct, RADIUS_F_USER_NAME), "a name of 253 octets");
}

static void test_addresses(void)
{
	static const char *const nobody[] = { "080600000000", "0806ffffffff", "0806fffffffe", "0805cb0071", "0807cb00710700" };
	for (size_t i = 0; i < sizeof(nobody) / sizeof(*nobody); i++) {
		read_attrs(nobody[i]);
		OK_(only_bad(RADIUS_F_FRAMED_ADDR4), "a Framed-IP-Address that is nobody's, or of another length");
	}
	read_attrs("a81200000000000000000000ffffcb007107");
	OK_(only_bad(RADIUS_F_FRAMED_ADDR6) && !acct.framed_addr6_count, "an IPv4 address in an IPv6 one's clothes");
	read_attrs("611400800000" "0000000000000000ffffcb007107");
	OK_(only_bad(RADIUS_F_FRAMED_PREFIX6), "  also as a prefix");
	read_attrs("0906ffffff00");
	OK_(acct.framed_bits4 == 24, "Framed-IP-Netmask as a length");
	read_attrs("0906ffffffff");
	IS_INT(acct.framed_bits4, 32, "  of one address");
	read_attrs("0906ff00ff00");
	OK_(only_bad(RADIUS_F_FRAMED_BITS4) && !acct.framed_bits4, "  with a gap it is none");
}

static void test_prefixes(void)
{
	static const struct { const char *hex, *text; unsigned host_bits; } good[] = {
		{ "61040000", "::/0", 0 },
		{ "610c004020010db80a0b12f0", "2001:db8:a0b:12f0::/64", 0 },
		{ "6114004020010db80a0b12f00000000000000000", "2001:db8:a0b:12f0::/64", 0 },
		{ "6114004020010db80a0b12f00000000000000001", "2001:db8:a0b:12f0::/64", 1 },
		{ "6114008020010db80a0b12f00000000000000001", "2001:db8:a0b:12f0::1/128", 0 },
		{ "610c003920010db80a0b12ff", "2001:db8:a0b:1280::/57", 1 },
		{ "61050003ff", "e000::/3", 1 },
	};
	static const char *const bad[] = { "6103" "00", "6102", "6115004020010db80a0b12f0000000000000000000", "6114008120010db80a0b12f00000000000000001",
		"611400ff20010db80a0b12f00000000000000001", "610b004020010db80a0b12", "61040001" };
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		read_attrs(good[i].hex);
		OK_(acct.framed_prefix6_count == 1 && !acct.bad, "a prefix of RFC 3162");
		IS_STR(prefix_str(a, acct.framed_prefix6), str_of(good[i].text), good[i].text);
		IS_INT(acct.host_bits, good[i].host_bits, "  and whether it had bits beyond its length");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		read_attrs(bad[i]);
		OK_(only_bad(RADIUS_F_FRAMED_PREFIX6) && !acct.framed_prefix6_count, bad[i]);
	}
	read_attrs("610c004020010db80a0b12f0" "6103" "00" "610c004020010db80a0b12f1" "6114004020010db80a0b12f10000000000000000");
	OK_(acct.framed_prefix6_count == 2 && radius_has(&acct, RADIUS_F_FRAMED_PREFIX6) && acct.bad == BIT(RADIUS_F_FRAMED_PREFIX6),
		"of a list what can be read is kept, once each, and that not all could is told");
	read_attrs("610400007b0c003020010db8000100007b0c003020010db8000200007b0c003020010db8000300007b0c003020010db8000400007b0c003020010db800050000"
		"7b0c003020010db8000600007b0c003020010db8000700007b0c003020010db800080000");
	OK_(acct.delegated_prefix6_count == RADIUS_LIST_MAX && !acct.more, "as many as there is room for");
	read_attrs("7b0c003020010db8000100007b0c003020010db8000200007b0c003020010db8000300007b0c003020010db8000400007b0c003020010db800050000"
		"7b0c003020010db8000600007b0c003020010db8000700007b0c003020010db8000800007b0c003020010db800090000");
	OK_(acct.delegated_prefix6_count == RADIUS_LIST_MAX && acct.more == BIT(RADIUS_F_DELEGATED_PREFIX6), "one more is told to be missing");
}

static bool vendor_is(struct radius_vendor_walk *walk, uint32_t vendor, uint8_t type, bool opaque, struct str value)
{
	struct radius_vendor v;
	return radius_vendor_next(&p, walk, &v) && v.vendor == vendor && v.type == type && v.opaque == opaque && str_eq(v.value, value);
}

static bool vendors_end(struct radius_vendor_walk *walk)
{
	struct radius_vendor v;
	return !radius_vendor_next(&p, walk, &v);
}

static void test_vendors(void)
{
	struct radius_vendor_walk walk = { 0 };
	read_whole(INTERIM);
	OK_(vendor_is(&walk, 14988, 8, false, STR("10M/10M")) && vendor_is(&walk, 9, 1, false, STR("a=b")) && vendor_is(&walk, 9, 1, false, STR("c=d")) &&
		vendors_end(&walk), "vendors' attributes of radclient, in order");
	walk = (struct radius_vendor_walk){ 0 };
	read_attrs("1a0c00000009010361020362");
	OK_(vendor_is(&walk, 9, 1, false, STR("a")) && vendor_is(&walk, 9, 2, false, STR("b")) && vendors_end(&walk), "two in one");
	walk = (struct radius_vendor_walk){ 0 };
	read_attrs("1a0c00000009010361020562" "1a0900000009010361");
	OK_(vendor_is(&walk, 9, 0, true, unhex("010361020562")) && vendor_is(&walk, 9, 1, false, STR("a")) && vendors_end(&walk), "one that overruns is opaque, all of it");
	walk = (struct radius_vendor_walk){ 0 };
	read_attrs("1a08000000090100" "1a0700000009" "01" "1a0600000009" "1a050000" "09");
	OK_(vendor_is(&walk, 9, 0, true, unhex("0100")) && vendor_is(&walk, 9, 0, true, STR("\1")) && vendor_is(&walk, 9, 0, true, STR_NONE) &&
		vendor_is(&walk, 0, 0, true, unhex("000009")) && vendors_end(&walk), "as is one of length 0, a lone octet, nothing, and one too short for a vendor");
}

static enum err extended_of(const char *hex, struct radius_extended *ret)
{
	size_t walk = 0;
	read_attrs(hex);
	return radius_extended_next(&p, &walk, &join, ret);
}

/* A long extended attribute (245.1) of 255 octets with More, its value all of one octet. */
static const char *full_fragment(const char *flags)
{
	struct buf b;
	buf_init(&b, 1024);
	buf_printf(&b, "f5ff01%s", flags);
	for (int i = 0; i < 251; i++)
		buf_puts(&b, "41");
	const char *text = str_c(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static void test_extended(void)
{
	struct radius_extended e;
	struct radius_vendor v;
	OK_(extended_of("f10405aa", &e) == OK && e.type == 241 && e.extended == 5 && str_eq(e.value, STR("\xaa")), "241.5");
	OK_(extended_of("f103" "05", &e) == ERR_SYNTAX && extended_of("f102", &e) == ERR_SYNTAX, "without a value it is none");
	OK_(extended_of("f5050100aa", &e) == OK && e.type == 245 && str_eq(e.value, STR("\xaa")), "245.1 in one piece");
	OK_(extended_of("f504" "0100", &e) == ERR_SYNTAX, "  without a value it is none");
	const char *more = full_fragment("80");
	IS_INT(extended_of(str_c(a, str_format(a, "%s%s%s", more, more, "f5060100" "4243")), &e), OK, "three fragments");
	OK_(e.value.len == 504 && e.value.ptr[501] == 'A' && e.value.ptr[502] == 'B' && e.value.ptr[503] == 'C', "  are joined");
	IS_INT(extended_of(more, &e), ERR_SYNTAX, "fragments that do not end");
	IS_INT(extended_of(str_c(a, str_format(a, "%s%s", more, "010361" "f5060100" "4243")), &e), ERR_SYNTAX, "another attribute between them");
	IS_INT(extended_of(str_c(a, str_format(a, "%s%s", more, "f5060200" "4243")), &e), ERR_SYNTAX, "another extended type between them");
	IS_INT(extended_of(str_c(a, str_format(a, "%s%s", more, "f6060100" "4243")), &e), ERR_SYNTAX, "the same extended type of another type");
	IS_INT(extended_of("f5050180aa" "f5060100" "4243", &e), ERR_SYNTAX, "a fragment that is not full");
	size_t walk = 0;
	OK_(radius_extended_next(&p, &walk, &join, &e) == ERR_SYNTAX && radius_extended_next(&p, &walk, &join, &e) == OK && str_eq(e.value, STR("BC")) &&
		radius_extended_next(&p, &walk, &join, &e) == ERR_NOTFOUND, "  and the walk goes on behind it");
	OK_(extended_of("f10a1a0000000907" "6162", &e) == OK && radius_extended_vendor(&e, &v) && v.vendor == 9 && v.type == 7 && str_eq(v.value, STR("ab")), "241.26.9.7");
	OK_(extended_of("f1071a00000009", &e) == OK && !radius_extended_vendor(&e, &v), "  without a type it is none");
}

static enum err ports_of(const char *hex, struct radius_ports *ret)
{
	size_t walk = 0;
	read_attrs(hex);
	return radius_ports_next(&p, &walk, &join, ret);
}

#define P_ALLOC "080600000001"
#define P_BACK "080600000002"
#define P_START "090600000400"
#define P_END "0a06000007ff"

static void test_ports(void)
{
	struct radius_ports ports;
	size_t walk = 0;
	read_whole(PORTS);
	OK_(radius_ports_next(&p, &walk, &join, &ports) == OK && ports.kind == RADIUS_PORTS_RANGE, "a block of ports of radclient");
	IS_STR(addr_text(&ports.external), STR("198.51.100.1"), "  its outer address");
	IS_STR(addr_text(&ports.internal), STR("100.64.0.9"), "  its inner one");
	OK_(ports.alloc == RADIUS_PORTS_GIVEN && ports.start == 1024 && ports.end == 2047 && str_eq(ports.local_id, STR("sub9")), "  given, from, to, and whose");
	OK_(radius_ports_next(&p, &walk, &join, &ports) == ERR_NOTFOUND, "  and no other");
	IS_INT(ports_of("f115" "06" P_ALLOC P_START P_END, &ports), OK, "the least of a block");
	IS_INT(ports_of("f10f" "06" P_ALLOC P_START, &ports), ERR_SYNTAX, "a block that is given without its end");
	OK_(ports_of("f10f" "06" P_BACK P_START, &ports) == OK && !(ports.has & 1u << RADIUS_PORTS_END), "one that is taken back may be open");
	IS_INT(ports_of("f10f" "06" P_START P_END, &ports), ERR_SYNTAX, "neither given nor taken back");
	IS_INT(ports_of("f115" "06" "080600000003" P_START P_END, &ports), ERR_SYNTAX, "a third thing that may be done");
	IS_INT(ports_of("f115" "06" P_ALLOC "0906000007ff" "0a0600000400", &ports), ERR_SYNTAX, "a block that ends before it starts");
	IS_INT(ports_of("f115" "06" P_ALLOC P_START "0a0600010000", &ports), ERR_SYNTAX, "a port above 65535");
	IS_INT(ports_of("f11b" "06" P_ALLOC P_START P_END P_END, &ports), ERR_SYNTAX, "a part given twice");
	IS_INT(ports_of("f114" "06" P_ALLOC P_START "0a060000" "07", &ports), ERR_SYNTAX, "a part that is cut off");
	IS_INT(ports_of("f117" "06" P_ALLOC P_START P_END "0b05", &ports), ERR_SYNTAX, "  behind all that is needed");
	IS_INT(ports_of("f118" "06" P_ALLOC P_START P_END "c80361", &ports), OK, "a part that is not known is passed over");
	IS_INT(ports_of("f12d" "06" P_ALLOC P_START P_END "040664400009" "051220010db8000000000000000000000001", &ports), ERR_SYNTAX, "two inner addresses");
	OK_(ports_of("f10f" "05" "010600000001" "020600000002", &ports) == OK && ports.kind == RADIUS_PORTS_LIMIT && ports.limit == 2 && ports.transport == 1,
		"a limit, as FreeRADIUS' tests write it");
	IS_INT(ports_of("f10f" "06" "010600000001" "020600000002", &ports), ERR_SYNTAX, "the same as a block says nothing");
	OK_(ports_of("f121" "07" "051220010db8000000000000000000000001" "060600000050" "070600001f90", &ports) == OK && ports.kind == RADIUS_PORTS_FORWARD &&
		ports.internal_port == 80 && ports.external_port == 8080 && str_eq(addr_text(&ports.internal), STR("2001:db8::1")), "a port that is forwarded");
	IS_INT(ports_of("f109" "07" "060600000050", &ports), ERR_SYNTAX, "  from nowhere");
}

static void test_error_cause(void)
{
	read_attrs("6506000001f7");
	OK_(acct.error_cause == 503 && str_eq(str_of(radius_error_text(503)), STR("session context not found")), "Error-Cause, and what it means");
	OK_(!radius_error_text(0) && !radius_error_text(600) && radius_error_text(201) && radius_error_text(508), "numbers that RFC 5176 does not have mean nothing");
}

int main(void)
{
	a = arena_new("test", 16 << 20);
	if (!a)
		return 1;
	test_start();
	test_counters();
	test_duplicates();
	test_texts();
	test_addresses();
	test_prefixes();
	test_vendors();
	test_extended();
	test_ports();
	test_error_cause();
	arena_free(a);
	return tap_done();
}
