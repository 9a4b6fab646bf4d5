/*
 * Lines of NAT logs in each format, in the forms that vendors' documents and the programs of others show, and when they happened.
 */
#include "format/nat_line.h"
#include "format/syslog.h"
#include "tap.h"

#define RECEIVED INT64_C(1782841467500000)      /* 2026-06-30T17:44:27.5Z */

static struct nat_line line;
static struct why why;

static const struct nat_clock network = { .received_at = RECEIVED, .now = RECEIVED }, in_file = { .received_at = TIME_NONE, .now = RECEIVED, .zone_given = true, .zone_us = 5 * HOUR_US },
	no_zone = { .received_at = TIME_NONE, .now = RECEIVED };

static enum err read_line(enum nat_format f, const struct nat_clock *clock, const char *text)
{
	why = (struct why){ 0 };
	return nat_line_read(f, clock, str_of(text), &line, &why);
}

static int64_t at(const char *text)
{
	int64_t t = TIME_NONE;
	BUG_ON(time_parse(str_of(text), &t) != OK);
	return t;
}

static bool is(unsigned i, enum nat_what what, bool mapping, const char *inside, const char *outside, unsigned from, unsigned to)
{
	struct addr a, b;
	const struct nat_event *e = &line.list[i];
	BUG_ON(addr_parse(str_of(inside), &a) != OK || addr_parse(str_of(outside), &b) != OK);
	return i < line.count && e->what == what && e->mapping == mapping && addr_eq(&e->inside, &a) && addr_eq(&e->outside, &b) && e->port_from == from && e->port_to == to;
}

static bool between(unsigned i, int64_t first, int64_t last)
{
	return i < line.count && line.list[i].first_at == first && line.list[i].last_at == last;
}

static void cisco(void)
{
	static const char text[] = "<10>1 2011 May 31 10:30:45 192.168.2.3 - - NAT44 - [UserbasedA - 10.1.32.45 INVRFA - 100.1.1.28 - 12544 12671 - -]"
		"[UserbasedW - 10.1.32.46 INVRFA - 100.1.1.28 - 12672 12799 - -]";
	OK_(read_line(NAT_CISCO, &network, text) == OK && line.count == 2, "two records in one line");
	OK_(is(0, NAT_GIVEN, false, "10.1.32.45", "100.1.1.28", 12544, 12671), "UserbasedA gives a block");
	OK_(is(1, NAT_BACK, false, "10.1.32.46", "100.1.1.28", 12672, 12799), "UserbasedW takes it back");
	OK_(between(0, RECEIVED - SECOND_US, RECEIVED), "its time has no zone: it was in the second before it came");
	OK_(read_line(NAT_CISCO, &in_file, text) == OK && between(0, at("2011-05-31T05:30:45Z"), at("2011-05-31T05:30:46Z")), "in a file whoever reads it says the zone");
	OK_(read_line(NAT_CISCO, &network, "- - NAT44 - [SessionbasedAD 6 10.1.32.45 V - 100.1.1.28 4000 12545 - 198.51.100.9 443]") == OK &&
		is(0, NAT_GIVEN, true, "10.1.32.45", "100.1.1.28", 12545, 12545), "a session is a mapping of one port");
	OK_(read_line(NAT_CISCO, &network, "- - NAT44 - [UserbasedA - - V 2001:db8::1 100.1.1.28 - 1024 2047 - -]") == OK && is(0, NAT_GIVEN, false, "2001:db8::1", "100.1.1.28", 1024, 2047),
		"by DS-Lite: the address of the tunnel");
	OK_(read_line(NAT_CISCO, &network, "- - NAT44 - [Portblockrunout - 10.1.32.45 V - - - - - - -]") == ERR_NOTFOUND, "that ports ran out says nothing of who has them");
	OK_(read_line(NAT_CISCO, &network, "- - NAT44 - [UserbasedA - 10.1.32.45 V - 100.1.1.28 - 12544 - -]") == ERR_SYNTAX && !line.count, "a record with a field less is none");
	OK_(read_line(NAT_CISCO, &network, "- - NAT44 - [UserbasedA - 10.1.32.45 V - 100.1.1.28 - 1 2 - -][UserbasedA - 10.1.32.45") == ERR_SYNTAX && !line.count,
		"of a line cut short nothing is taken");
	OK_(read_line(NAT_CISCO, &network, "- - NAT44 - [UserbasedX - 10.1.32.45 V - 100.1.1.28 - 1 2 - -]") == ERR_SYNTAX, "nor is an event of another name guessed at");
	OK_(read_line(NAT_CISCO, &network, "%PKT_INFRA-LINK-3-UPDOWN : Interface changed state to Down") == ERR_UNSUPPORTED, "another message of the device is another matter");
}

static void a10(void)
{
	static const char text[] = "Jul  6 14:05:36 host NAT:20260706140537 3e2d PortBatchV2Allocated: [100.104.128.32 62.45.100.176 11777 12288]";
	OK_(read_line(NAT_A10, &network, text) == OK && is(0, NAT_GIVEN, false, "100.104.128.32", "62.45.100.176", 11777, 12288), "a batch is given");
	OK_(read_line(NAT_A10, &network, "<134>Jul  6 14:05:36 host NAT:20260706140537 3e2d PortBatchV2Freed: [100.75.192.4 62.45.100.58 17409 17920]\n") == OK &&
		is(0, NAT_BACK, false, "100.75.192.4", "62.45.100.58", 17409, 17920), "and freed");
	OK_(read_line(NAT_A10, &in_file, text) == OK && between(0, at("2025-07-06T09:05:36Z"), at("2025-07-06T09:05:37Z")), "a time without a year is in the last one that is past");
	OK_(read_line(NAT_A10, &in_file, text + 21) == OK && between(0, at("2026-07-06T09:05:37Z"), at("2026-07-06T09:05:38Z")), "without a header the stamp of the NAT counts");
	OK_(read_line(NAT_A10, &no_zone, text) == ERR_SYNTAX && why.hint[0], "in a file a time without a zone is none");
	OK_(read_line(NAT_A10, &network, "PortBatchV2Allocated: [100.75.192.4 62.45.100.58 17920 17409]") == ERR_RANGE, "ports that end before they begin");
	OK_(read_line(NAT_A10, &network, "PortBatchV2InterimUpdate: [100.75.192.4 62.45.100.58 1 2]") == ERR_SYNTAX, "a word that was not seen in a document");
}

static void junos(void)
{
	OK_(read_line(NAT_JUNOS, &network, "<14>Jun 30 22:44:25 bng RT_NAT: RT_SRC_NAT_PBA_ALLOC: Subscriber 100.64.60.74 used/maximum [10/15] blocks, allocates port block [24064-24191] from "
		"203.0.113.100 in source pool P lsys_id: 0 epoch 0x6a44007a") == OK && is(0, NAT_GIVEN, false, "100.64.60.74", "203.0.113.100", 24064, 24191), "MX-SPC3 gives a block");
	OK_(between(0, at("2026-06-30T17:44:26Z"), at("2026-06-30T17:44:27Z")), "at the time that its epoch tells, whose zone is known");
	OK_(read_line(NAT_JUNOS, &network, "Jun 30 22:50:25 bng RT_NAT: RT_SRC_NAT_PBA_RELEASE: Subscriber 100.64.60.74 used/maximum [9/15] blocks, releases port block [24064-24191] from "
		"203.0.113.100 in source pool P epoch 0x6a43f000") == OK && is(0, NAT_BACK, false, "100.64.60.74", "203.0.113.100", 24064, 24191) &&
		between(0, RECEIVED - SECOND_US, RECEIVED) && line.list[0].since_at == INT64_C(0x6a43f000) * SECOND_US, "a release is when it came, and tells since when it was held");
	OK_(read_line(NAT_JUNOS, &network,
		"Oct 30 21:48:35  graphite (FPC Slot 2, PIC Slot 0) 2011-10-31 04:48:34 [FWNAT]:ASP_NAT_PORT_BLOCK_RELEASE: 3002:0:0:0:0:0:0:1 -> 33.33.0.3:1050-1099") == OK &&
		is(0, NAT_BACK, false, "3002::1", "33.33.0.3", 1050, 1099) && line.list[0].since_at == TIME_NONE, "an older form, of an IPv6 address, without an epoch");
	OK_(read_line(NAT_JUNOS, &network, "{s}[jservices-nat]: JSERVICES_NAT_PORT_BLOCK_ACTIVE: 30.30.30.2 -> 40.0.0.1:1024-1279 0x4f446af6") == OK &&
		is(0, NAT_HELD, false, "30.30.30.2", "40.0.0.1", 1024, 1279) && line.list[0].since_at == INT64_C(0x4f446af6) * SECOND_US, "a block that is active still");
	OK_(read_line(NAT_JUNOS, &network, "JSERVICES_NAT_PORT_BLOCK_RELEASE: 30.30.30.2 -> 40.0.0.1:1024-1279 0x6a44007b") == OK && line.list[0].since_at == TIME_NONE,
		"an epoch that is now says nothing of since when");
	OK_(read_line(NAT_JUNOS, &network, "<14>1 2026-06-30T16:44:26Z b RT_NAT - RT_SRC_NAT_PBA_RELEASE: Subscriber 100.64.60.74 used/maximum [9/15] blocks, releases port block [24064-24191] from "
		"100.1.1.28 in source pool p lsys_id: 0 epoch 0x6a43e000") == OK && line.list[0].since_at == TIME_NONE, "nor does one of a clock that is an hour off");
	OK_(read_line(NAT_JUNOS, &network, "<14>1 2026-06-30T17:44:26Z b RT_NAT - RT_SRC_NAT_PBA_RELEASE: Subscriber 100.64.60.74 used/maximum [9/15] blocks, releases port block [24064-24191] from "
		"100.1.1.28 in source pool p lsys_id: 0 epoch 0x6a43e000") == OK && line.list[0].since_at == INT64_C(0x6a43e000) * SECOND_US, "but of one that is right");
	OK_(read_line(NAT_JUNOS, &network, "{service_set_3}MSVCS_LOG_SESSION_OPEN: App:none, xe-3/1/1.0#012 24.0.0.2:18575 [198.51.100.17:1048] -> 23.0.0.2:63 (UDP)") == OK &&
		is(0, NAT_GIVEN, true, "24.0.0.2", "198.51.100.17", 1048, 1048), "a session opens");
	OK_(read_line(NAT_JUNOS, &network, "{service_set_3}MSVCS_LOG_SESSION_CLOSE: App:none, xe-3/1/1.0#012 24.0.0.2:18575 [198.51.100.17:1048] -> 23.0.0.2:63 (UDP)") == OK &&
		is(0, NAT_BACK, true, "24.0.0.2", "198.51.100.17", 1048, 1048), "and closes");
	OK_(read_line(NAT_JUNOS, &network, "{s}MSVCS_LOG_SESSION_OPEN: App:none, xe-3/1/1.0#012 24.0.0.2:18575 -> 23.0.0.2:63 (UDP)") == ERR_NOTFOUND, "one that is not translated says nothing");
	OK_(read_line(NAT_JUNOS, &network,
		"<14>1 2026-06-30T10:44:26.269-07:00 booklet RT_FLOW - RT_FLOW_SESSION_CREATE_USF [junos@2636.1.1.1.2.25 prefix=\"P\" source-address=\"50.0.0.10\" source-port=\"1\" "
		"nat-source-address=\"100.0.0.1\" nat-source-port=\"1024\" nat-destination-address=\"60.0.0.10\"]") == OK && is(0, NAT_GIVEN, true, "50.0.0.10", "100.0.0.1", 1024, 1024) &&
		between(0, at("2026-06-30T17:44:26.269Z"), at("2026-06-30T17:44:26.270Z")), "a session in fields, with a time of RFC 5424 that has its zone");
	OK_(read_line(NAT_JUNOS, &network, "{s}[jservices-nat]: JSERVICES_NAT_RULE_MATCH: proto 17(UDP) app: any, xe-3/1/1.0#012 192.0.2.2/18575 -> 23.0.0.2/63,Match NAT") == ERR_NOTFOUND,
		"that a rule was met says nothing of ports");
	OK_(read_line(NAT_JUNOS, &network, "JSERVICES_NAT_PORT_BLOCK_ALLOC: 30.30.30.2 -> 40.0.0.1:-1-1279") == ERR_SYNTAX, "a port that is none");
}

static void others(void)
{
	OK_(read_line(NAT_VYOS, &network, "Jun 10 14:10:03 r4 cgnat[9059]: Internal host: 100.64.0.0, external host: 192.168.122.222, Port range: 1024-3023") == OK &&
		is(0, NAT_TOLD, false, "100.64.0.0", "192.168.122.222", 1024, 3023), "VyOS tells what it assigns, each time anew");
	OK_(read_line(NAT_VYOS, &network, "cgnat[9059]: Internal host: 100.64.0.0, external host: 192.168.122.222, Port range: 1024-3023 and more") == ERR_SYNTAX,
		"something behind it is another form");
	OK_(read_line(NAT_JOOL, &no_zone, "[  312.493235] alpha 2015/4/8 16:13:2 (GMT) - Mapped 2001:db8::5#19945 to 192.0.2.2#8208 (UDP)") == OK &&
		is(0, NAT_GIVEN, true, "2001:db8::5", "192.0.2.2", 8208, 8208) && between(0, at("2015-04-08T16:13:02Z"), at("2015-04-08T16:13:03Z")), "Jool's time is in GMT");
	OK_(read_line(NAT_JOOL, &network, "alpha 2026/6/30 17:44:20 (GMT) - Forgot 2001:db8::5#19945 to 192.0.2.2#8208 (UDP)") == OK && is(0, NAT_BACK, true, "2001:db8::5", "192.0.2.2", 8208, 8208) &&
		between(0, at("2026-06-30T17:44:20Z"), RECEIVED), "a time seven seconds away from when it came may be a delay or a clock: it is all between");
	OK_(read_line(NAT_JOOL, &network, "alpha 2015/4/8 17:1:47 (GMT) - Added session 1::5#47073|64:ff9b::c000:205#80|192.0.2.2#63527|192.0.2.5#80|TCP") == ERR_NOTFOUND,
		"a session is not its mapping");
	OK_(read_line(NAT_JOOL, &network, "alpha 2026/6/30 17:44:30 (GMT) - Forgot 2001:db8::5#19945 to 192.0.2.2#8208 (UDP)") == OK &&
		between(0, RECEIVED - SECOND_US, at("2026-06-30T17:44:31Z")), "a time three seconds after it came is of a clock that is off");
	OK_(read_line(NAT_JOOL, &network, "alpha 2026/6/30 17:44:24 (GMT) - Forgot 2001:db8::5#19945 to 192.0.2.2#8208 (UDP)") == OK &&
		between(0, at("2026-06-30T17:44:24Z"), RECEIVED), "and one three seconds before may be: feeds' clocks are trusted to two");
	OK_(read_line(NAT_JOOL, &network, "alpha 2015/2/30 17:1:47 (GMT) - Mapped 1::5#1 to 192.0.2.2#2 (TCP)") == ERR_SYNTAX, "the 30th of February");
	OK_(read_line(NAT_JOOL, &network, "  \r\n") == ERR_NOTFOUND, "a blank line");
}

static void headers(void)
{
	struct syslog_line l;
	syslog_read(STR("<14>Feb 29 23:59:59 host text"), &l);
	OK_(l.stamp == SYSLOG_LOCAL && !l.year && l.at == at("1972-02-29T23:59:59Z") && l.resolution_us == SECOND_US && str_eq(l.message, STR(" host text")), "RFC 3164: no year, no zone");
	syslog_read(STR("<192>Feb 29 23:59:59 host text"), &l);
	OK_(l.stamp == SYSLOG_NO_STAMP, "a priority beyond 191 is none");
	syslog_read(STR("2026-06-30T17:44:27.12+02:00 host text"), &l);
	OK_(l.stamp == SYSLOG_ZONED && l.at == at("2026-06-30T15:44:27.12Z") && l.resolution_us == SECOND_US / 100, "a file's time of RFC 3339, to its digits");
	syslog_read(STR("<14>1 - host text"), &l);
	OK_(l.stamp == SYSLOG_NO_STAMP, "RFC 5424 without a time");
	syslog_read(STR("Feb 30 10:00:00 host"), &l);
	OK_(l.stamp == SYSLOG_NO_STAMP, "no such day");
	struct nat_clock leap = in_file;
	leap.now = at("2027-03-01T00:00:00Z");
	OK_(read_line(NAT_A10, &leap, "Feb 29 10:00:00 h PortBatchV2Freed: [100.75.192.4 62.45.100.58 1 2]") == OK && between(0, at("2024-02-29T05:00:00Z"), at("2024-02-29T05:00:01Z")),
		"the last 29th of February");
	leap.year = 2023;
	OK_(read_line(NAT_A10, &leap, "Feb 29 10:00:00 h PortBatchV2Freed: [100.75.192.4 62.45.100.58 1 2]") == ERR_RANGE, "which the year that is said has not");
	OK_(read_line(NAT_A10, &leap, "Mar  1 10:00:00 h PortBatchV2Freed: [100.75.192.4 62.45.100.58 1 2]") == OK && between(0, at("2023-03-01T05:00:00Z"), at("2023-03-01T05:00:01Z")),
		"a year that is said");
}

int main(void)
{
	cisco();
	a10();
	junos();
	others();
	headers();
	return tap_done();
}
