/*
 * Reports that come as tables: what rows say, what one bad row does to the others, and what is refused.
 */
#include "base/charset.h"
#include "format/format.h"
#include "format/maps.h"
#include "tap.h"

static struct arena *arena;

static const char *const head = "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\",\"region\"\n";

static struct decode decode_with(const struct maps *maps, const char *name, struct str text)
{
	struct decode d = { .arena = arena, .text = text, .name = str_of(name), .maps = maps, .received_at = INT64_C(1772500000) * SECOND_US };
	arena_reset(arena);
	OK_(format_decode(&d) == OK, name);
	return d;
}

static struct decode decode(const char *name, const char *text)
{
	return decode_with(NULL, name, str_of(text));
}

/* "kind source port time zone incidents", one line an observation, then the problems. */
static struct str told(const struct decode *d)
{
	static struct buf b;
	char when[TIME_TEXT_MAX];
	buf_done(&b);
	buf_init(&b, 1 << 20);
	buf_printf(&b, "%s %s\n", d->format, outcome_words[d->outcome]);
	for (unsigned i = 0; i < d->count; i++) {
		const struct observation *o = &d->observations[i];
		time_print(o->event_at, when);
		buf_printf(&b, "%s %.*s %u %s%s %u\n", kind_info(o->kind)->name, STR_ARG(o->source.text), o->source.port, when, o->zone_given ? "" : "?", o->incidents);
	}
	for (unsigned i = 0; i < d->problem_count; i++)
		buf_printf(&b, "problem: %.*s\n", STR_ARG(d->problems[i].text));
	return buf_str(&b);
}

#define IS_TOLD(d, want, name) IS_STR(told(&(d)), STR(want), name)

static struct str joined(const char *row)
{
	static char text[4096];
	(void)snprintf(text, sizeof(text), "%s%s", head, row);
	return str_of(text);
}

static struct decode rows(const char *text)
{
	return decode_with(NULL, "2026-03-01-scan_adb-example-asn.csv", joined(text));
}

static void test_rows(void)
{
	struct decode d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.7\",\"tcp\",5555,\"a.example\",\"adb\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:02\",\"low\",\"2001:DB8::7\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\"x \"\"y\"\", z\"\r\n");
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.7 5555 2026-03-01T10:00:01Z 1\n"
		"vulnerability.open_service 2001:db8::7 5555 2026-03-01T10:00:02Z 1\n", "two rows");
	const struct observation *o = &d.observations[0];
	const struct fact *f = observation_fact(o, "severity");
	OK_(f && str_eq(f->value, STR("high")) && str_eq(str_sub(d.text, f->span.from, f->span.to - f->span.from), STR("high")), "a fact and its bytes");
	OK_(f && f->certainty == CERTAINTY_STATED, "stated");
	IS_STR(observation_value(o, "report-type"), STR("scan_adb"), "the type out of the file's name");
	OK_(str_starts(observation_value(o, "column-map"), STR("shadowserver 20")) && str_starts(observation_value(o, "class-map"), STR("shadowserver 20")), "the maps that decided");
	OK_(!observation_fact(o, "region") && !observation_fact(&d.observations[1], "hostname"), "an empty field is no fact");
	IS_STR(observation_value(&d.observations[1], "region"), STR("x \"y\", z"), "quotes are undone");
	IS_STR(o->report_id, STR("shadowserver scan_adb 2026-03-01"), "rows of a day have one id");
	d = decode("2026-03-01-scan_adb-example-asn.csv", "");
	IS_TOLD(d, "unknown unknown\n", "no bytes are no table");
	d = rows("");
	IS_TOLD(d, "shadowserver report\n", "a report without rows is read");
	d = decode_with(NULL, "x.csv", joined("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.7\",\"tcp\",23,,\"telnet;iot\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:01\",\"high\",\"192.0.2.8\",\"tcp\",23,,\"unheard-of\",64500,\"ZZ\",\n"));
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.7 23 2026-03-01T10:00:01Z 1\nunclassified 192.0.2.8 23 2026-03-01T10:00:01Z 1\n"
		"problem: the type of report \"x\" is not known: its rows are classed one by one\nproblem: the class \"unheard-of\" is not known (rows without a class: 1)\n",
		"a type never seen: by what the row says");
	IS_STR(d.observations[1].kind_text, STR("unheard-of"), "the reporter's word is kept");
}

static void test_directions(void)
{
	struct decode d = decode("2026-03-01-event4_honeypot_ddos_target-x.csv", "timestamp,protocol,dst_ip,dst_port,dst_asn,src_ip,src_port,src_asn,infection\n"
		"2026-03-01 10:00:00,tcp,192.0.2.7,80,64500,203.0.113.9,666,64501,mirai\n");
	IS_TOLD(d, "shadowserver report\n", "who was attacked is not accused");
	IS_INT(d.rows_nothing, 1, "and it is counted");
	d = decode("event4_honeypot_ddos_amp.csv", "timestamp,src_ip,src_asn,dst_port\n2026-03-01 10:00:00,192.0.2.7,64500,123\n");
	IS_TOLD(d, "shadowserver report\n", "nor whose address was forged");
	d = decode("event6_sinkhole_http_referer.csv", "timestamp,http_referer_ip,http_referer_port,http_referer_asn,dst_ip,dst_port\n2026-03-01 10:00:00,192.0.2.7,,64500,198.51.100.1,80\n");
	IS_TOLD(d, "shadowserver report\ninfrastructure.compromised_server 192.0.2.7 0 2026-03-01T10:00:00Z 1\n", "the page that led there, not the sinkhole");
	d = decode("event4_sinkhole_new.csv", "src_asn,infection,src_port,src_ip,timestamp\n64500,worm,1025,192.0.2.7,2026-03-01 10:00:00\n");
	IS_TOLD(d, "shadowserver report\ninfrastructure.botnet 192.0.2.7 1025 2026-03-01T10:00:00Z 1\n", "columns stand in any order");
}

static void test_bad_rows(void)
{
	struct decode d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:01\",\"192.0.2.2\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",,\n"
		"\"2026-03-01 10:00:01\",\"high\",\"192.0.2.3\",\"tcp\",99999,,\"adb\",64500,\"ZZ\",\n"
		"\"01.03.2026 10:00\",\"high\",\"192.0.2.4\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:01\",\"high\",,\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:01\",\"high\",\"192.0.2.5\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n");
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.1 5555 2026-03-01T10:00:01Z 1\nvulnerability.open_service 192.0.2.5 5555 2026-03-01T10:00:01Z 1\n"
		"problem: line 3: ip holds no address\nproblem: line 4: port holds no such number\nproblem: line 5: timestamp holds no time of the map's pattern\n"
		"problem: line 6: ip is empty: nobody is named\n", "bad rows with their lines, and the good ones");
	IS_INT(d.rows_lost, 4, "four are lost");
	d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\",\"tcp\",5555,\"adb\",64500,\"ZZ\",\"r\"\n");
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.1 5555 2026-03-01T10:00:01Z 1\n"
		"problem: line 2: 9 fields instead of 10: what stands behind port is unsure\n", "a field is missing behind what counts");
	OK_(observation_fact(&d.observations[0], "hostname")->certainty == CERTAINTY_GUESSED && observation_fact(&d.observations[0], "port")->certainty == CERTAINTY_STATED,
		"what follows is a guess, what stands before is not");
	d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\",\"tcp\",5555,\"a\",\"adb\",64500,\"ZZ\",\"r\",,\n");
	IS_INT(d.problem_count, 0, "empty fields too many are commas at the end of the line");
	d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\",\"tcp\",5555,\"realm=\\\"\\\"x\\\"\\\"\",\"adb\",64500,\"ZZ\",\"r\"\n");
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.1 5555 2026-03-01T10:00:01Z 1\n"
		"problem: line 2: its quotes break the rules: what stands behind port is unsure\n", "quotes as nobody may write them");
	d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\n");
	IS_TOLD(d, "shadowserver unknown\nproblem: line 2: ip holds no address\n", "a file that is cut off: nothing can be read, a person looks");
	d = rows("\"2026-03-01 10:00:01\",\"h\xe9las\",\"192.0.2.1\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n");
	IS_STR(observation_value(&d.observations[0], "severity"), STR("h\\xe9las"), "bytes of no charset are shown as such");
	char nul[600];
	struct str text = joined("\"2026-03-01 10:00:01\",\"h\x01\",\"192.0.2.1\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:01\",\"\",\"192.0.2.2\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n");
	memcpy(nul, text.ptr, text.len);
	*(char *)memchr(nul, 1, text.len) = 0;
	d = decode_with(NULL, "scan_adb.csv", (struct str){ nul, text.len });
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.2 5555 2026-03-01T10:00:01Z 1\nproblem: line 2: a NUL byte\n", "a NUL byte costs its row");
	(void)snprintf(nul, sizeof(nul), "\xef\xbb\xbf%s%s", head, "\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\r\n\r\n");
	d = decode("scan_adb.csv", nul);
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.1 5555 2026-03-01T10:00:01Z 1\n", "a byte order mark, CRLF and an empty line");
}

static void test_many(void)
{
	struct buf b;
	buf_init(&b, 64 << 20);
	buf_puts(&b, head);
	for (int i = 0; i < 300; i++)
		buf_puts(&b, "\"2026-03-01 10:00:01\",\"high\",\"nobody\",\"tcp\",5555,,\"adb\",64500,\"ZZ\",\n");
	struct decode d = decode_with(NULL, "scan_adb.csv", buf_str(&b));
	IS_INT(d.rows_lost, 300, "every lost row is counted");
	IS_STR(d.problems[d.problem_count - 1].text, STR("100 more rows cannot be read"), "and not all are told one by one");
	buf_clear(&b);
	buf_puts(&b, head);
	for (int i = 0; i < OBSERVATIONS_PER_ITEM_MAX + 10; i++)
		buf_puts(&b, "\"2026-03-01 10:00:01\",,\"192.0.2.1\",\"tcp\",5,,,64500,,\n");
	d = decode_with(NULL, "scan_adb.csv", buf_str(&b));
	IS_INT(d.count, OBSERVATIONS_PER_ITEM_MAX, "as many rows as an item may have");
	IS_STR(d.problems[0].text, STR("line 100002: no more rows than these are read of one item"), "and that there are more is told");
	buf_done(&b);
}

static void test_other_formats(void)
{
	struct decode d = decode("abusehubcsv-2026.csv", "report_type,src_ip,src_port,event_date,event_time,malware\n"
		"Shadowserver Botnet Drone,192.0.2.7,1025,2026-03-01,10:00:00,worm\nShadowserver Compromised Website,192.0.2.8,,2026-03-01,10:00:00,\n");
	IS_TOLD(d, "abusehub report\ninfrastructure.botnet 192.0.2.7 1025 2026-03-01T10:00:00Z 1\ninfrastructure.compromised_server 192.0.2.8 0 2026-03-01T10:00:00Z 1\n", "AbuseHUB");
	d = decode("", "192.0.2.0,192.0.2.255,Yes,Blocked due to user complaints or other evidence of spamming\n198.51.100.9,198.51.100.9,Yes,Junked\n"
		"203.0.113.5,203.0.113.8,No,\n203.0.113.5,203.0.113.8,Yes,\n");
	IS_TOLD(d, "snds-status report\nreputation.blocklist 192.0.2.0/24 0 -? 1\nreputation.blocklist 198.51.100.9 0 -? 1\nreputation.blocklist 203.0.113.5 0 -? 1\n"
		"reputation.blocklist 203.0.113.6/31 0 -? 1\nreputation.blocklist 203.0.113.8 0 -? 1\n", "SNDS: a range is a range, and no address is guessed");
	IS_STR(observation_value(&d.observations[3], "last_ip"), STR("203.0.113.8"), "each part has the whole range as facts");
	d = decode("", "192.0.2.9,192.0.2.1,Yes,x\n192.0.2.1,192.0.2.1,Yes,\n");
	IS_TOLD(d, "snds-status report\nreputation.blocklist 192.0.2.1 0 -? 1\nproblem: line 1: the range ends before it begins\n", "a range that ends before it begins");
	d = decode("", "192.0.2.7,3/1/2026 1:00:00 AM,3/1/2026 11:30:00 PM,100,90,100,RED,> 0.1%,,,3,mx.example,a@b.example,\n"
		"192.0.2.8,3/1/2026 1:00:00 AM,3/1/2026 2:00:00 AM,100,90,100,GREEN,< 0.1%,,,0,,,\n");
	IS_TOLD(d, "snds-data report\nmessaging.spam 192.0.2.7 0 2026-03-01T01:00:00Z? 1\n", "SNDS: the day of an address, its zone not known");
	OK_(d.count == 1 && d.observations[0].last_at - d.observations[0].first_at == 22 * HOUR_US + 30 * MINUTE_US, "it lasted");
	d = decode("", "192.0.2.7,192.0.2.8,Maybe,x\n");
	OK_(d.tables == 0, "four fields of which two are addresses are not SNDS yet");
	d = decode("notes.csv", "name,ip\nalice,192.0.2.7\n");
	OK_(d.tables == 0, "columns that no map knows");
}

static void test_own_maps(void)
{
	struct map_file file = { STR("own.map"), STR("classes partner { version 7; class \"ssh *\" connection.login_attack; class statistics nothing }\n"
		"columns partner { version 7; separator \";\"; needs host; needs seen; source host url; port port; time seen clock; pattern \"DD.MM.YYYY hh:mm\"; zone +01:00\n"
		" class what by partner; kind messaging.spam; id ticket; count hits }\n"
		"columns lines { version 1; form json; needs src.ip; address src.ip; port src.port; time at; pattern unix; kind connection.port_scan; only type scan }\n"
		"columns nested { version 1; form json; rows data.events; needs ip; address ip; time when; kind messaging.spam }\n") };
	struct arena *a = arena_new("maps", 16 << 20);
	const struct maps *maps = NULL;
	struct why why = { .line = 0 };
	if (!OK_(maps_read(a, &file, 1, &maps, &why) == OK, why.text))
		return;
	struct decode d = decode_with(maps, "p.csv", STR("HOST;what;Seen;clock;port;ticket;hits\nbad.example;;01.03.2026;11:00;;T-1;4\n192.0.2.7;SSH brute;01.03.2026;11:00;22;T-2;\n"
		"https://x.example/p;statistics;01.03.2026;11:00;;T-3;\n192.0.2.8;odd;01.03.2026;11:00;;T-4;0\n"));
	IS_TOLD(d, "partner report\nmessaging.spam bad.example 0 2026-03-01T10:00:00Z 4\nconnection.login_attack 192.0.2.7 22 2026-03-01T10:00:00Z 1\n"
		"messaging.spam 192.0.2.8 0 2026-03-01T10:00:00Z 1\n", "an operator's own CSV: date and time of day, a zone, a count, a class, a kind for the rest");
	IS_STR(d.observations[1].report_id, STR("T-2"), "with the reporter's id");
	IS_STR(observation_value(&d.observations[1], "class-map"), STR("partner 7"), "and the map of its class");
	d = decode_with(maps, "p.json", STR("{\"type\":\"scan\",\"src\":{\"ip\":\"192.0.2.7\",\"port\":4},\"at\":1772359200}\nnonsense\n\n"
		"{\"type\":\"scan\",\"src\":{\"ip\":\"192.0.2.8\"},\"at\":1772359200}\n"
		"{\"type\":\"scan\"}\n"));
	IS_TOLD(d, "lines report\nconnection.port_scan 192.0.2.7 4 2026-03-01T10:00:00Z 1\nconnection.port_scan 192.0.2.8 0 2026-03-01T10:00:00Z 1\nproblem: line 2: is no JSON\n"
		"problem: line 5: lacks a column that the map needs\n", "one object a line");
	const struct fact *f = observation_fact(&d.observations[1], "src.ip");
	OK_(f && str_eq(str_sub(d.text, f->span.from, f->span.to - f->span.from), STR("192.0.2.8")), "a fact and its bytes, in a later line");
	d = decode_with(maps, "p.json", STR("[{\"type\":\"other\",\"src\":{\"ip\":\"192.0.2.7\"},\"at\":1772359200}]"));
	OK_(d.tables == 0, "a first row that is something else");
	d = decode_with(maps, "p.json", STR("{\"data\":{\"events\":[{\"ip\":\"192.0.2.7\",\"when\":\"2026-03-01T10:00:00Z\"},7,{\"ip\":\"x\"}]}}"));
	IS_TOLD(d, "nested report\nmessaging.spam 192.0.2.7 0 2026-03-01T10:00:00Z 1\nproblem: row 2: is no object\nproblem: row 3: ip holds no address\n", "a list within a document");
	arena_free(a);
}

static void test_mail(void)
{
	struct decode d = decode("", "From: a@reports.example\nTo: abuse@isp.example\nSubject: report\nMessage-ID: <1@reports.example>\nPrecedence: bulk\nMIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nThe report is attached.\n--x\nContent-Type: text/csv; name=\"2026-03-01-scan_ntp-x.csv\"\n"
		"Content-Transfer-Encoding: base64\n\ndGltZXN0YW1wLGlwLHBvcnQsYXNuCjIwMjYtMDMtMDEgMTA6MDA6MDAsMTkyLjAuMi43LDEyMyw2NDUwMAo=\n--x--\n");
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.7 123 2026-03-01T10:00:00Z 1\n", "a mail that carries it");
	IS_STR(observation_fact(&d.observations[0], "ip")->span.part, STR("2"), "facts stand in its part");
	IS_STR(d.observations[0].reporter, STR("a@reports.example"), "its sender is the reporter");
	d = decode("", "From: a@reports.example\nSubject: report\nMIME-Version: 1.0\nContent-Type: text/plain\n\ntimestamp,ip,port,asn\n2026-03-01 10:00:00,192.0.2.7,123,64500\n");
	OK_(d.tables == 1 && d.count == 1 && d.observations[0].kind == KIND_UNCLASSIFIED, "the mail's own text, of no type that its name would tell");
}

/* The row of test_mail, packed: alone as gzip, beside a text as zip, and that with the flags that say it is encrypted. */
static const char as_gzip[] =
	"1f8b08000000000002032bc9cc4d2d2e49cc2dd0c92cd029c82f2ad1492ccee332323032d33530d63530543034b03200211d434b233d033d233d731d4323631d33135303032e"
	"0082626dca3e000000";
static const char as_zip[] =
	"504b03041400000000000000615c82626dca3e0000003e00000019000000323032362d30332d30312d7363616e5f6e74702d782e63737674696d657374616d702c69702c706f"
	"72742c61736e0a323032362d30332d30312031303a30303a30302c3139322e302e322e372c3132332c36343530300a504b03041400000000000000615c93d9c1310c0000000c"
	"0000000a000000726561646d652e7478746e6f7468696e672068657265504b010214031400000000000000615c82626dca3e0000003e00000019000000000000000000000080"
	"0100000000323032362d30332d30312d7363616e5f6e74702d782e637376504b010214031400000000000000615c93d9c1310c0000000c0000000a0000000000000000000000"
	"800175000000726561646d652e747874504b050600000000020002007f000000a90000000000";
static const char encrypted[] =
	"504b03041400010000000000615c82626dca3e0000003e00000019000000323032362d30332d30312d7363616e5f6e74702d782e63737674696d657374616d702c69702c706f"
	"72742c61736e0a323032362d30332d30312031303a30303a30302c3139322e302e322e372c3132332c36343530300a504b03041400000000000000615c93d9c1310c0000000c"
	"0000000a000000726561646d652e7478746e6f7468696e672068657265504b010214031400010000000000615c82626dca3e0000003e00000019000000000000000000000080"
	"0100000000323032362d30332d30312d7363616e5f6e74702d782e637376504b010214031400000000000000615c93d9c1310c0000000c0000000a0000000000000000000000"
	"800175000000726561646d652e747874504b050600000000020002007f000000a90000000000";

static struct decode unpacked(const char *name, const char *hex)
{
	static char bytes[2048];
	struct str s;
	arena_reset(arena);
	OK_(str_unhex(arena, str_of(hex), &s) == OK && s.len < sizeof(bytes), name);
	memcpy(bytes, s.ptr, s.len);
	return decode_with(NULL, name, (struct str){ bytes, s.len });
}

static void test_archives(void)
{
	struct decode d = unpacked("2026-03-01-scan_ntp-x.csv.gz", as_gzip);
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.7 123 2026-03-01T10:00:00Z 1\n", "gzip, of the type that its own name tells");
	d = unpacked("report.zip", as_zip);
	IS_TOLD(d, "shadowserver report\nvulnerability.open_service 192.0.2.7 123 2026-03-01T10:00:00Z 1\n", "zip, of the type that the member's name tells");
	IS_STR(observation_fact(&d.observations[0], "ip")->span.part, STR("/2026-03-01-scan_ntp-x.csv"), "facts stand in the member");
	d = unpacked("report.zip", encrypted);
	OK_(d.outcome == OUTCOME_UNKNOWN && d.rows_lost == 1, "an encrypted one is nothing that is known");
	IS_STR(d.problem_count ? d.problems[0].text : STR_NONE, STR("the archive is encrypted"), "and why is told");
}

static void test_sealed(void)
{
	struct decode d = rows("\"2026-03-01 10:00:01\",\"high\",\"192.0.2.1\",\"tcp\",5555,\"child-porn.example\",\"adb\",64500,\"ZZ\",\n"
		"\"2026-03-01 10:00:01\",\"high\",\"192.0.2.2\",\"tcp\",5555,\"b.example\",\"adb\",64500,\"ZZ\",\n");
	IS_TOLD(d, "shadowserver report\ncontent.csam 192.0.2.1 5555 2026-03-01T10:00:01Z 1\nvulnerability.open_service 192.0.2.2 5555 2026-03-01T10:00:01Z 1\n"
		"problem: rows of the sealed class: 1\n", "a row of the sealed class, and one that it cannot hide");
	OK_(!d.observations[0].fact_count && d.observations[1].fact_count && d.observations[1].of_sealed, "the one tells nothing, of the other the raw bytes are not kept");
}

int main(void)
{
	arena = arena_new("test", 512 << 20);
	charset_start();
	test_rows();
	test_directions();
	test_bad_rows();
	test_many();
	test_other_formats();
	test_own_maps();
	test_mail();
	test_archives();
	test_sealed();
	arena_free(arena);
	return tap_done();
}
