/*
 * Records of detail files: what FreeRADIUS writes, read as the packet that it was, where one ends and the next begins, and what is no record.
 */
#include "tap.h"
#include "wire/detail.h"
#include "wire/radius_acct.h"
#include "wire/radius_ports.h"

#define SECRET STR("a secret of twenty-two")
#define LINE(name, value) "\t" name " = " value "\n"
#define HEAD "Fri Nov 27 11:35:14 2026\n"
#define LEAST LINE("Acct-Status-Type", "Start") LINE("Acct-Session-Id", "\"S1\"") LINE("NAS-IP-Address", "192.0.2.1")
#define TAKEN LINE("Timestamp", "1795779314")

static struct arena *arena;

struct world {
	struct detail_record r;
	struct radius_writer w;
	struct radius_packet p;
	struct radius_acct a;
	struct why why;
	enum err err;
};

static void read_zone(struct world *w, const char *text, const int64_t *zone)
{
	struct str octets;
	memset(w, 0, sizeof(*w));
	arena_reset(arena);
	w->err = detail_read(arena, str_of(text), zone, &w->r, &w->why);
	if (w->err)
		return;
	detail_write(&w->r, 9, w->r.delay_s + 60, &w->w);
	w->err = radius_end_request(&w->w, SECRET, STR_NONE, &octets);
	if (w->err == OK && radius_read(octets, &w->p) == OK && radius_check_request(&w->p, SECRET, true) == OK)
		radius_acct_read(&w->p, &w->a);
}

static void read_one(struct world *w, const char *text)
{
	read_zone(w, text, NULL);
}

static bool is_addr(const struct addr *a, const char *text)
{
	char out[ADDR_TEXT_MAX];
	addr_print(a, out);
	return strcmp(out, text) == 0;
}

static bool is_bad(const char *lines, const char *reason)
{
	struct world w;
	read_one(&w, lines);
	bool hit = w.err && str_find(str_of(w.why.text), str_of(reason)) != SIZE_MAX;
	if (!hit)
		printf("# %d %s\n", w.err, w.why.text);
	return hit;
}

static void whole(void)
{
	struct world w;
	read_one(&w, HEAD LINE("Packet-Type", "Accounting-Request") LEAST LINE("User-Name", "\"al\\\"i\\\\c\\303\\251\"") LINE("NAS-Port-Type", "PPPoEoVLAN")
		LINE("NAS-Port", "7") LINE("Framed-IP-Address", "198.51.100.7") LINE("Framed-IP-Netmask", "255.255.255.248") LINE("Framed-IPv6-Prefix", "2001:db8:1::/64")
		LINE("Delegated-IPv6-Prefix", "2001:db8:100::/56") LINE("Delegated-IPv6-Prefix", "2001:db8:200::/56") LINE("Framed-IPv6-Address", "2001:db8::7")
		LINE("Framed-Interface-Id", "0:0:abcd:1") LINE("Class", "0x00ff") LINE("Calling-Station-Id", "\"02:00:00:00:00:01\"") LINE("ADSL-Agent-Circuit-Id", "0x6c696e65")
		LINE("Acct-Input-Octets", "5") LINE("Acct-Input-Gigawords", "1") LINE("Acct-Output-Octets", "4294967295") LINE("Acct-Session-Time", "86400")
		LINE("Acct-Terminate-Cause", "User-Request") LINE("Event-Timestamp", "\"Nov 27 2026 11:35:13 UTC\"") LINE("Acct-Delay-Time", "3") LINE("Tmp-String-9", "\"ai:\"")
		LINE("Cisco-AVPair", "\"x=y\"") LINE("Proxy-State", "0x3137") TAKEN);
	OK_(w.err == OK && w.a.status == RADIUS_START && str_eq(w.a.session_id, STR("S1")) && str_eq(w.a.user_name, STR("al\"i\\c\303\251")), "status, session and a name with what is escaped");
	OK_(is_addr(&w.a.framed_addr4, "198.51.100.7") && w.a.framed_bits4 == 29 && is_addr(&w.a.nas_addr4, "192.0.2.1"), "addresses of IPv4");
	OK_(w.a.framed_prefix6_count == 1 && w.a.framed_prefix6[0].bits == 64 && w.a.delegated_prefix6_count == 2 && w.a.delegated_prefix6[1].bits == 56 &&
		is_addr(&w.a.framed_addr6[0], "2001:db8::7") && w.a.interface_id[4] == 0xab && w.a.interface_id[7] == 1, "of IPv6, one of them twice");
	OK_(w.a.in_octets == (UINT64_C(1) << 32) + 5 && w.a.out_octets == UINT32_MAX && w.a.session_time_s == 86400 && w.a.terminate_cause == 1 && w.a.nas_port_type == 33 &&
		w.a.nas_port == 7, "numbers, and those that have a name");
	OK_(w.a.event_at == INT64_C(1795779313) * SECOND_US && w.a.delay_s == 63 && w.r.delay_s == 3 && w.r.taken_at == INT64_C(1795779314) * SECOND_US,
		"times: of the event, when it was taken, and how late it is now");
	struct radius_attr attr;
	size_t at = 0;
	OK_(radius_next_of(&w.p, RADIUS_CLASS, &at, &attr) && str_eq(attr.value, (struct str){ "\0\377", 2 }) && str_eq(w.a.circuit_id, STR("line")), "octets in hexadecimal, a vendor's attribute");
	at = 0;
	OK_(!w.a.bad && !w.a.conflict && w.r.passed_over == 4 && !radius_next_of(&w.p, RADIUS_PROXY_STATE, &at, &attr), "what says nothing here is passed over: four lines, Proxy-State among them");
}

static void heard_from(void)
{
	struct world w;
	read_one(&w, HEAD LINE("Packet-Src-IP-Address", "192.0.2.5") LINE("Acct-Status-Type", "Stop") LINE("Acct-Session-Id", "S1") TAKEN);
	OK_(w.err == OK && is_addr(&w.a.nas_addr4, "192.0.2.5") && str_eq(w.a.session_id, STR("S1")), "a server that does not name itself is where it was heard from; a text without quotes");
	read_one(&w, HEAD LINE("Client-IP-Address", "192.0.2.5") LEAST TAKEN);
	OK_(w.err == OK && is_addr(&w.a.nas_addr4, "192.0.2.1"), "one that does is not");
	read_one(&w, HEAD LINE("Attr-40", "0x00000003") LINE("Attr-168", "0x20010db8000000000000000000000001") LINE("Attr-26.3561.1", "\"l\"")
		LINE("Vendor-3561-Attr-2", "0x72") LINE("Attr-44", "0x5331") LINE("Donestamp", "1795779314"));
	OK_(w.err == OK && w.a.status == RADIUS_INTERIM && is_addr(&w.a.framed_addr6[0], "2001:db8::1") && str_eq(w.a.circuit_id, STR("l")) && str_eq(w.a.remote_id, STR("r")) &&
		str_eq(w.a.session_id, STR("S1")), "attributes by their numbers, as a server without a dictionary of them writes");
	read_one(&w, HEAD LEAST LINE("User-Name", "\"\"") LINE("Service-Type", "Of-Next-Year") TAKEN);
	OK_(w.err == OK && !w.a.bad && !w.a.user_name.len && w.r.passed_over == 1, "an empty value and a number's name that is not known say nothing");
}

static void events(void)
{
	static const struct { const char *head, *value; int64_t zone, want; const char *name; } cases[] = {
		{ HEAD, "1795779313", 0, 1795779313, "seconds since 1970" },
		{ HEAD, "\"2026-11-27T12:35:13+01:00\"", 0, 1795779313, "RFC 3339" },
		{ HEAD, "\"Nov  7 2026 11:35:13 GMT\"", 0, 1794051313, "a day of one digit" },
		{ "Fri Nov 27 12:35:14 2026\n", "\"Nov 27 2026 12:35:13 CET\"", 0, 1795779313, "a zone by name, told by the line that the server wrote at the same moment" },
		{ HEAD, "\"Nov 27 2026 12:35:13 CET\"", 0, 0, "an hour off from it: another zone than it wrote in, as at a change to summer time; left out" },
		{ "any line\n", "\"Nov 27 2026 12:35:13 CET\"", 0, 0, "a zone by name that nothing tells: left out" },
		{ "any line\n", "\"Nov 27 2026 12:35:13 CET\"", 3600, 1795779313, "unless it is said which" },
		{ "Fri Nov 27 12:35:19 2026\n", "\"Nov 27 2026 12:35:13 CET\"", 0, 0, "a line of another moment tells no zone" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];
		int64_t zone = cases[i].zone * SECOND_US;
		struct world w;
		(void)snprintf(text, sizeof(text), "%s" LEAST "\tEvent-Timestamp = %s\n" TAKEN, cases[i].head, cases[i].value);
		read_zone(&w, text, zone ? &zone : NULL);
		bool has = radius_has(&w.a, RADIUS_F_EVENT_AT);
		OK_(w.err == OK && has == (cases[i].want != 0) && w.a.event_at == cases[i].want * SECOND_US && w.r.no_zone == !has, cases[i].name);
	}
}

#define RANGE(ext, from, to, alloc) LINE("IP-Port-Range-Ext-IPv4-Addr", ext) LINE("IP-Port-Range-Range-Start", from) LINE("IP-Port-Range-Range-End", to) LINE("IP-Port-Range-Alloc", alloc)

static void ports(void)
{
	struct world w;
	struct radius_ports x[3];
	struct radius_join join;
	unsigned n = 0;
	read_one(&w, HEAD LEAST RANGE("192.0.2.9", "1024", "2047", "Allocation") RANGE("192.0.2.8", "2048", "3071", "Deallocation") TAKEN);
	for (size_t at = 0; n < 3 && radius_ports_next(&w.p, &at, &join, &x[n]) == OK;)
		n++;
	OK_(n == 2 && x[0].start == 1024 && x[0].end == 2047 && x[0].alloc == RADIUS_PORTS_GIVEN && is_addr(&x[0].external, "192.0.2.9"), "a range of ports");
	OK_(n == 2 && x[1].start == 2048 && x[1].alloc == RADIUS_PORTS_TAKEN_BACK && is_addr(&x[1].external, "192.0.2.8"), "and the next one, each with its own address");
	OK_(is_bad(HEAD LEAST LINE("IP-Port-Range-Range-Start", "1024") LINE("IP-Port-Range-Range-End", "2047") RANGE("192.0.2.8", "2048", "3071", "Allocation") TAKEN,
		"cannot be told from each other"), "two ranges of which one has no address: whose it is cannot be told");
}

static void broken(void)
{
	static const char *const values[] = { LINE("Framed-IP-Address", "198.51.100.700"), LINE("Framed-IP-Address", "2001:db8::1"), LINE("NAS-Port", "4294967296"), LINE("NAS-Port", "-1"),
		LINE("User-Name", "\"torn"), LINE("User-Name", "\"a\" b"), LINE("User-Name", "\"\\x\""), LINE("Class", "0x1"), LINE("Delegated-IPv6-Prefix", "2001:db8::/129"),
		LINE("Framed-Interface-Id", "0:0:1"), LINE("Event-Timestamp", "\"Feb 30 2026 11:35:13 UTC\""), LINE("Event-Timestamp", "\"yesterday\"") };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[1024];
		(void)snprintf(text, sizeof(text), HEAD LEAST "%s" TAKEN, values[i]);
		OK_(is_bad(text, "no value of that kind"), values[i]);
	}
	OK_(is_bad(HEAD LEAST "\tFramed-IP-Address\n" TAKEN, "Name = value") && is_bad(HEAD LEAST "\tUser-Name =\n" TAKEN, "Name = value"), "a line without a value");
	OK_(is_bad(HEAD LEAST, "no Timestamp"), "a record without its end is torn");
	OK_(is_bad(HEAD LINE("User-Name", "\"a\"") TAKEN, "no accounting"), "one without a status is of something else");
	OK_(is_bad(HEAD LINE("Acct-Status-Type", "Tunnel-Start") TAKEN, "no accounting"), "so is a status that there is not here");
	struct world w;
	read_one(&w, "\n \n");
	OK_(w.err == ERR_NOTFOUND, "blank lines are none");
}

static void cuts(void)
{
	static const char two[] = "\n" HEAD LEAST TAKEN "\n" HEAD LEAST TAKEN "\n";
	static char big[DETAIL_RECORD_MAX + 2];
	struct str r, rest = STR(two);
	size_t first = detail_cut(rest, false, &r);
	OK_(first && detail_cut(str_sub(rest, first, SIZE_MAX), false, &r) == sizeof(two) - 1 - first, "a record ends at its blank line");
	OK_(detail_cut(str_sub(rest, 0, sizeof(two) - 2), false, &r) == first && detail_cut(str_sub(rest, first, sizeof(two) - 2 - first), false, &r) == 0, "until that is there, it may go on");
	OK_(detail_cut(STR(HEAD LEAST TAKEN), true, &r) == sizeof(HEAD LEAST TAKEN) - 1, "unless nothing more comes");
	OK_(detail_cut(STR(HEAD LEAST HEAD LEAST TAKEN "\n"), false, &r) == sizeof(HEAD LEAST) - 1, "a server that died within one begins the next: the torn one costs itself alone");
	memset(big, 'x', sizeof(big));
	OK_(detail_cut((struct str){ big, sizeof(big) }, false, &r) == DETAIL_RECORD_MAX && detail_read(arena, r, NULL, &(struct detail_record){ 0 }, &(struct why){ 0 }) == ERR_LIMIT,
		"what never ends is bad");
}

int main(void)
{
	arena = arena_new("detail", 16 << 20);
	whole();
	heard_from();
	events();
	ports();
	broken();
	cuts();
	arena_free(arena);
	return tap_done();
}
