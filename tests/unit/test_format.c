/*
 * Reports read: what prose tells and where, which rules of ARF and of the older XARF strict decoding calls broken, and shapes
 * that others stumbled over. XARF 4 is held against its schemas by tests/conformance/xarf4.t.
 */
#include <stdio.h>

#include "base/charset.h"
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

static struct decode read_text(struct str text)
{
	arena_reset(arena);
	struct decode d = { .arena = arena, .text = text, .received_at = INT64_C(1772366400) * SECOND_US /* 2026-03-01T12:00:00Z */ };
	if (format_decode(&d) != OK)
		d.format = "no memory";
	return d;
}

#define HEAD "From: r@reporter.example\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nSubject: hello\r\n\r\n"

static struct str mail(const char *body)
{
	static char text[8192];
	(void)snprintf(text, sizeof(text), "%s%s\r\n", HEAD, body);
	return str_of(text);
}

/* "source port time zone" of each candidate, in their order; and each fact's span holds what it says. */
static void is_prose(const char *body, const char *want, const char *name)
{
	char got[1000] = "", when[TIME_TEXT_MAX];
	size_t n = 0;
	bool spans = true;
	struct str text = mail(body), part = str_sub(text, strlen(HEAD), text.len);
	struct decode d = read_text(text);
	for (unsigned i = 0; i < d.count && n < sizeof(got); i++) {
		const struct observation *o = &d.observations[i];
		time_print(o->event_at, when);
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s %u %s %s", i ? ", " : "", STR_ARG(o->source.text), o->source.port,
			o->event_at == TIME_NONE ? "-" : when, o->zone_given ? "zone" : "-");
		for (unsigned k = 0; k < o->fact_count; k++) {
			const struct fact *f = &o->facts[k];
			struct str at = str_sub(part, f->span.from, f->span.to - f->span.from);
			struct addr x, y;
			bool same = str_eq(at, f->value) ||
				(addr_parse(at, &x) == OK && addr_parse(f->value, &y) == OK && addr_eq(&x, &y)) ||
				str_find(at, STR("[.]")) != SIZE_MAX || str_find(at, STR("(.)")) != SIZE_MAX ||
				str_find(at, STR("[dot]")) != SIZE_MAX;
			if (!same || f->certainty != CERTAINTY_GUESSED)
				spans = false;
		}
	}
	IS_STR(str_of(got), str_of(want), name);
	OK_(spans, "  and each span holds its fact, a guess");
}

static void prose_addresses(void)
{
	is_prose("Your host 203.0.113.5 is scanning.", "203.0.113.5 0 - -", "an address");
	is_prose("IP:203.0.113.5, see", "203.0.113.5 0 - -", "a word and a colon before it");
	is_prose("<td>203.0.113.5</td> |203.0.113.6| '203.0.113.7' \xc2\xbb"
		 "203.0.113.8\xc2\xab",
		"203.0.113.5 0 - -, 203.0.113.6 0 - -, 203.0.113.7 0 - -, 203.0.113.8 0 - -", "in a table, in quotes of any kind");
	is_prose("203[.]0[.]113[.]5 and 203(.)0(.)113(.)6 and 203.0.113[.]7, 203[dot]0[dot]113[dot]8",
		"203.0.113.5 0 - -, 203.0.113.6 0 - -, 203.0.113.7 0 - -, 203.0.113.8 0 - -", "disguised");
	is_prose("203.0.113.5:4711 and 203.0.113.6 port 4712 and [2001:db8::2]:443",
		"203.0.113.5 4711 - -, 203.0.113.6 4712 - -, 2001:db8::2 443 - -", "with its port");
	is_prose("2001:DB8:0::1, 2001:db8::2. 2001:db8::3: out", "2001:db8::1 0 - -, 2001:db8::2 0 - -, 2001:db8::3 0 - -",
		"IPv6, before punctuation");
	is_prose("198.51.100.0/24, 2001:db8::/32 and 2001:db8::7/64", "198.51.100.0/24 0 - -, 2001:db8::/32 0 - -, 2001:db8::7 0 - -",
		"a network, and an address with the length of its network");
	is_prose("version 1.2.3.4.5, std::vector, 00:11:22:33:44:55, 1.2.3.4.example, 256.1.1.1, 127.0.0.1, a:b", "",
		"what only looks like one");
	is_prose("see hxxps://evil[.]example/a?b. Now", "https://evil.example/a?b 0 - -",
		"a link that was made harmless, without the full stop");
}

static void prose_times(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "2026-02-28 10:00:00 +0100", "2026-02-28T09:00:00Z zone" },
		{ "2026-02-28T10:00:00Z", "2026-02-28T10:00:00Z zone" },
		{ "2026-02-28T10:00:00.123+02:00", "2026-02-28T08:00:00Z zone" },
		{ "2026/02/28 10:00 UTC", "2026-02-28T10:00:00Z zone" },
		{ "2026-02-28 10:00:00", "2026-02-28T10:00:00Z -" },
		{ "Sat, 28 Feb 2026 10:00:00 -0500 (EST)", "2026-02-28T15:00:00Z zone" },
		{ "28.02.2026 um 10:00 Uhr MEZ", "2026-02-28T09:00:00Z zone" },
		{ "28. Februar 2026, 10:00:01 Uhr", "2026-02-28T10:00:01Z -" },
		{ "am 1. M\xc3\xa4rz 2026 gegen 10:00 (CET)", "2026-03-01T09:00:00Z zone" },
		{ "le 28 f\xc3\xa9vrier 2026 \xc3\xa0 10h00", "2026-02-28T10:00:00Z -" },
		{ "le 1er mars 2026 vers 10h05", "2026-03-01T10:05:00Z -" },
		{ "28/02/2026 10:00:00 CEST", "2026-02-28T08:00:00Z zone" },
		{ "02/28/2026 10:00 PM", "2026-02-28T22:00:00Z -" },
		{ "February 28th, 2026 at 12:05 AM GMT", "2026-02-28T00:05:00Z zone" },
		{ "[28/Feb/2026:10:00:00 +0100]", "2026-02-28T09:00:00Z zone" },
		{ "Feb 28 10:00:00 host sshd[1]:", "2026-02-28T10:00:00Z -" },
		{ "Dec 31 23:00:00 host sshd[1]:", "2025-12-31T23:00:00Z -" },
		{ "Sat Feb 28 10:00:00 UTC 2026", "2026-02-28T10:00:00Z zone" },
		{ "Sat Feb 28 10:00:00 2026", "2026-02-28T10:00:00Z -" },
		{ "2026-02-28 10:00:00 UTC+1", "2026-02-28T09:00:00Z zone" },
	};
	char body[400], want[400];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(body, sizeof(body), "%s 198.51.100.7 did it", cases[i].text);
		(void)snprintf(want, sizeof(want), "198.51.100.7 0 %s", cases[i].want);
		is_prose(body, want, cases[i].text);
	}
	is_prose("on 2026-13-41 25:61:00 198.51.100.7 came, at 10:00, 31.02.20 10:00", "198.51.100.7 0 - -", "what is no time is none");
	is_prose("10.0.0.1 at 2026-02-28 10:00:00\r\n10.0.0.2 at 2026-02-28 11:00:00\r\n10.0.0.3",
		"10.0.0.1 0 2026-02-28T10:00:00Z -, 10.0.0.2 0 2026-02-28T11:00:00Z -, 10.0.0.3 0 2026-02-28T10:00:00Z -",
		"an address has the time of its own line, or the first of the text");
	is_prose("Feb 28 10:00:00 h sshd[1]: Failed password for root from 10.0.0.1 port 4711 ssh2\r\nLocal timezone is +0100",
		"10.0.0.1 4711 2026-02-28T09:00:00Z zone", "the zone that is named once is the zone of times without one");
	is_prose("Feb 28 10:00:00 fw kernel: IN=eth0 SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP SPT=4711 DPT=22",
		"10.0.0.1 4711 2026-02-28T10:00:00Z -, 10.0.0.2 0 2026-02-28T10:00:00Z -", "the source port is the source's");
	is_prose("Lines containing failures of 10.0.0.1 and 10.0.0.2\r\nFeb 28 10:00:00 h sshd[1]: Invalid user a from 10.0.0.1 port 4711\r\n"
		 "Feb 28 11:00:00 h sshd[1]: Invalid user b from 10.0.0.2 port 4712",
		"10.0.0.1 4711 2026-02-28T10:00:00Z -, 10.0.0.2 4712 2026-02-28T11:00:00Z -", "an address that was named before has the port and the time of its line");
	struct decode d = read_text(mail("198.51.100.7 on 03/04/2026 10:00"));
	OK_(d.problem_count == 1 && str_find(d.problems[0].text, STR("month first")) != SIZE_MAX,
		"a date that may be read in two ways is said to be one");
}

static void prose_around(void)
{
	struct decode d = read_text(STR("From: a@b.example\r\nSubject: abuse from 198.51.100.7\r\n\r\nsee there\r\n"));
	OK_(d.count == 1 && d.outcome == OUTCOME_PROSE, "an address in the subject is a candidate");
	const struct fact *f = d.count ? observation_fact(&d.observations[0], "address") : NULL;
	OK_(f && str_eq(f->span.part, STR("0")) && str_eq(str_sub(d.text, f->span.from, f->span.to - f->span.from), STR("198.51.100.7")),
		"with its place in the header");
	d = read_text(
		STR("From: a@b.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nI got this\r\n--B\r\nContent-Type: "
		    "message/rfc822\r\n\r\n"
		    "Received: from x (x [198.51.100.7]) by y; Sat, 28 Feb 2026 10:00:00 +0000\r\nSubject: win\r\n\r\nmoney\r\n--B--\r\n"));
	OK_(d.count == 1 && d.outcome == OUTCOME_PROSE && str_eq(d.observations[0].source.text, STR("198.51.100.7")) &&
			d.observations[0].source.certainty == CERTAINTY_DERIVED && d.observations[0].event_at != TIME_NONE,
		"a message handed on whole tells where and when it came from");
}

#define PARTS(report, third) \
	"From: r@reporter.example\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n" \
	"Content-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n--B\r\n\r\nwords\r\n--B\r\nContent-Type: " \
	"message/feedback-report\r\n\r\n" report "\r\n--B\r\n" third "--B--\r\n"
#define REPORT "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
#define THIRD "Content-Type: message/rfc822\r\n\r\nReceived: from x [192.0.2.1] by y; Sun, 1 Mar 2026 10:00:00 +0000\r\n\r\nhi\r\n"
#define FAILURE "Feedback-Type: auth-failure\r\nUser-Agent: x/1\r\nVersion: 1\r\nAuthentication-Results: y; dkim=fail\r\n"

static bool breaks(const struct decode *d, const char *what)
{
	for (unsigned i = 0; i < d->problem_count; i++)
		if (!what || str_find(d->problems[i].text, str_of(what)) != SIZE_MAX)
			return true;
	return false;
}

static void arf_rules(void)
{
	static const struct {
		const char *name, *text, *problem;
	} cases[] = {
		{ "the least report conforms", PARTS(REPORT, THIRD), NULL },
		{ "comments stand around values",
			PARTS("Feedback-Type: (x) abuse\r\nUser-Agent: x/1\r\nVersion: 1 (one)\r\nSource-IP: (\\) it) "
			      "192.0.2.1\r\nIncidents: 3 (3)\r\n",
				THIRD),
			NULL },
		{ "every field in its form conforms",
			PARTS(REPORT "Source-IP: 2001:db8::1\r\nOriginal-Mail-From: <a@b.example>\r\nOriginal-Rcpt-To: <@x:c@d.example>\r\n"
				     "Original-Rcpt-To: <e@f.example>\r\nArrival-Date: Sun, 1 Mar 2026 10:00:00 +0000\r\nReporting-MTA: "
				     "dns; mx.example\r\nReported-Domain: a.example\r\n"
				     "Reported-URI: http://a.example/\r\nIncidents: 2\r\nX-Own: 1\r\n",
				THIRD),
			NULL },
		{ "names in any case, values folded", PARTS("FEEDBACK-TYPE: abuse\r\nuser-agent: x/1\r\nversion:\r\n 1\r\n", THIRD), NULL },
		{ "no Feedback-Type", PARTS("User-Agent: x/1\r\nVersion: 1\r\n", THIRD), "feedback-type is missing" },
		{ "no User-Agent", PARTS("Feedback-Type: abuse\r\nVersion: 1\r\n", THIRD), "user-agent is missing" },
		{ "no Version", PARTS("Feedback-Type: abuse\r\nUser-Agent: x/1\r\n", THIRD), "version is missing" },
		{ "an empty Version", PARTS("Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion:\r\n", THIRD),
			"version does not have the form" },
		{ "a draft's Version", PARTS("Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 0.1\r\n", THIRD), "Version is" },
		{ "a field twice", PARTS(REPORT "Source-IP: 192.0.2.1\r\nSource-IP: 192.0.2.2\r\n", THIRD), "source-ip is there 2 times" },
		{ "an unknown type", PARTS("Feedback-Type: anger\r\nUser-Agent: x/1\r\nVersion: 1\r\n", THIRD), "Feedback-Type" },
		{ "Source-IP is a name", PARTS(REPORT "Source-IP: a.example\r\n", THIRD), "Source-IP is no address" },
		{ "an address without brackets", PARTS(REPORT "Original-Mail-From: a@b.example\r\n", THIRD),
			"original-mail-from does not" },
		{ "no date", PARTS(REPORT "Arrival-Date: yesterday\r\n", THIRD), "arrival-date does not" },
		{ "no number of incidents", PARTS(REPORT "Incidents: many\r\n", THIRD), "incidents does not" },
		{ "no MTA", PARTS(REPORT "Reporting-MTA: mx.example\r\n", THIRD), "reporting-mta does not" },
		{ "no URI", PARTS(REPORT "Reported-URI: a.example/x\r\n", THIRD), "reported-uri does not" },
		{ "no domain", PARTS(REPORT "Reported-Domain: a b\r\n", THIRD), "reported-domain does not" },
		{ "a line that is no field", PARTS(REPORT "\r\nthis is none\r\n", THIRD), "lines that are no fields" },
		{ "bytes beyond ASCII", PARTS(REPORT "X-Y: \xc3\xbc\r\n", THIRD), "not in ASCII" },
		{ "no third part", PARTS(REPORT, "Content-Type: text/html\r\n\r\nx\r\n"), "missing as part 3" },
		{ "a fourth part", PARTS(REPORT, THIRD "--B\r\n\r\nmore\r\n"), "more than three parts" },
		{ "an auth-failure",
			PARTS(FAILURE
				"Auth-Failure: signature\r\nDKIM-Domain: a.example\r\nDKIM-Identity: @a.example\r\nDKIM-Selector: s\r\n",
				THIRD),
			NULL },
		{ "an auth-failure without its kind", PARTS(FAILURE, THIRD), "auth-failure is missing" },
		{ "a kind of failure that nobody knows", PARTS(FAILURE "Auth-Failure: bad\r\n", THIRD), "auth-failure does not" },
		{ "a DKIM failure without selector",
			PARTS(FAILURE "Auth-Failure: bodyhash\r\nDKIM-Domain: a.example\r\nDKIM-Identity: @a\r\n", THIRD),
			"dkim-selector is missing" },
		{ "an SPF failure without its record", PARTS(FAILURE "Auth-Failure: spf\r\n", THIRD), "spf-dns is missing" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decode d = read_text(str_of(cases[i].text));
		bool good = strcmp(d.format, "arf") == 0 && d.count == 1 && breaks(&d, cases[i].problem) == (cases[i].problem != NULL);
		OK_(good, cases[i].name);
		for (unsigned k = 0; !good && k < d.problem_count; k++)
			tap_dump("problem", d.problems[k].text);
	}
	OK_(breaks((struct decode[]){ read_text(
			   STR("From: a@b\r\nContent-Type: multipart/report; boundary=B\r\n\r\n--B\r\n\r\nw\r\n--B\r\n"
			       "Content-Type: message/feedback-report\r\n\r\n" REPORT "\r\n--B\r\n" THIRD "--B--\r\n")) },
		    "report-type is not"),
		"another report-type");
	OK_(breaks((struct decode[]){ read_text(
			   STR("From: a@b\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n--B\r\n"
			       "Content-Type: message/feedback-report\r\n\r\n" REPORT "\r\n--B\r\n" THIRD "--B--\r\n")) },
		    "part 1, not part 2"),
		"the words left out");
}

static void arf_shapes(void)
{
	static char text[64 << 10];
	struct decode d = read_text(STR(PARTS(REPORT "Source-IP: 192.0.2.9\r\n",
		"Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\n"
		"Content-Type: multipart/report; report-type=feedback-report; boundary=C\r\n\r\n--C\r\n\r\nw\r\n--C\r\nContent-Type: "
		"message/feedback-report\r\n\r\n" REPORT "Source-IP: 192.0.2.7\r\n\r\n--C\r\n" THIRD "--C--\r\n")));
	OK_(d.count == 1 && str_eq(d.observations[0].source.text, STR("192.0.2.9")),
		"a report of a report is one observation, the outer one");
	size_t n = (size_t)snprintf(text, sizeof(text), "From: a@b\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n");
	for (int i = 1; i <= 2; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "--M\r\nContent-Type: message/rfc822\r\n\r\n%s%d%s\r\n",
			"From: r@x.example\r\n"
			"Content-Type: multipart/report; report-type=feedback-report; "
			"boundary=B\r\n\r\n--B\r\n\r\nw\r\n--B\r\nContent-Type: message/feedback-report\r\n\r\n" REPORT
			"Source-IP: 192.0.2.",
			i, "\r\n\r\n--B\r\n" THIRD "--B--\r\n");
	(void)snprintf(text + n, sizeof(text) - n, "--M--\r\n");
	d = read_text(str_of(text));
	OK_(d.count == 2 && str_eq(d.observations[0].source.text, STR("192.0.2.1")) &&
			str_eq(d.observations[1].source.text, STR("192.0.2.2")),
		"two reports in one mail are two observations");
	n = (size_t)snprintf(text, sizeof(text), "%s",
		"From: a@b\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n--B\r\n\r\nw\r\n--B\r\n"
		"Content-Type: message/feedback-report\r\n\r\n" REPORT);
	for (int i = 0; i < 400; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "Original-Rcpt-To: <r%d@x.example>\r\n", i);
	(void)snprintf(text + n, sizeof(text) - n, "Source-IP: 192.0.2.5\r\n\r\n--B\r\n" THIRD "--B--\r\n");
	d = read_text(str_of(text));
	OK_(d.count == 1 && str_eq(d.observations[0].source.text, STR("192.0.2.5")),
		"four hundred recipients leave room for the Source-IP");
	struct str whole = STR(PARTS(REPORT "Source-IP: 192.0.2.9\r\n", THIRD));
	size_t m = 0;
	for (size_t i = 0; i < whole.len; i++)
		if (whole.ptr[i] != '\n')
			text[m++] = whole.ptr[i];
	d = read_text((struct str){ text, m });
	OK_(strcmp(d.format, "arf") == 0 && d.count == 1 && str_eq(d.observations[0].source.text, STR("192.0.2.9")),
		"lines may end with CR alone");
	for (size_t i = 0; i < whole.len; i++)
		d = read_text(str_sub(whole, 0, i));
	OK_(d.format != NULL, "cut off at every byte there is an answer");
}

#define OLD(version, report) \
	"{\"ReporterInfo\":{\"ReporterOrg\":\"Org\",\"ReporterOrgDomain\":\"a.example\",\"ReporterOrgEmail\":\"a@a.example\"}," \
	"\"Disclosure\":true,\"Version\":\"" version "\",\"Report\":{\"Date\":\"2026-03-01T10:00:00Z\"," report "}}"
#define EXPLOIT "\"ReportClass\":\"Activity\",\"ReportType\":\"Exploit\",\"SourceIp\":\"192.0.2.1\""
#define COPY \
	"\"ReportClass\":\"Content\",\"ReportType\":\"Copyright\",\"SourceIp\":\"192.0.2.1\",\"InfringedMaterial\":\"x\",\"FileName\":" \
	"\"y\""
#define CVSS3 "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

static void xarf_old_rules(void)
{
	static const struct {
		const char *name, *text;
		bool good;
	} cases[] = {
		{ "an exploit", OLD("3", EXPLOIT), true },
		{ "with a CVE and a vector",
			OLD("3",
				EXPLOIT ",\"CVE\":\"CVE-2024-1234\",\"CVSS\":{\"Version\":\"3.1\",\"Vector\":\"" CVSS3 "\",\"Score\":9.8}"),
			true },
		{ "a CVE with eight digits", OLD("3", EXPLOIT ",\"CVE\":\"CVE-2024-12345678\""), false },
		{ "a vector left out", OLD("3", EXPLOIT ",\"CVSS\":{\"Version\":\"3.1\"}"), false },
		{ "a vector with a value that is none",
			OLD("3", EXPLOIT ",\"CVSS\":{\"Version\":\"3.1\",\"Vector\":\"CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}"),
			false },
		{ "a score in words", OLD("3", EXPLOIT ",\"CVSS\":{\"Version\":\"3.1\",\"Vector\":\"" CVSS3 "\",\"Score\":\"high\"}"),
			false },
		{ "a hash as version 3 writes it", OLD("3", COPY ",\"FileHash\":{\"HashValue\":\"00\",\"HashAlgorithm\":\"md5\"}"), true },
		{ "and in version 1", OLD("1", COPY ",\"FileHash\":{\"HashValue\":\"00\",\"HashAlgorithm\":\"md5\"}"), false },
		{ "a hash as version 1 writes it", OLD("1", COPY ",\"FileHash\":\"00\""), true },
		{ "and in version 3", OLD("3", COPY ",\"FileHash\":\"00\""), false },
		{ "a date without its T", OLD("3", "\"FirstSeen\":\"2026-03-01 10:00:00Z\"," EXPLOIT), false },
		{ "a host that ends with a hyphen",
			"{\"ReporterInfo\":{\"ReporterOrg\":\"Org\",\"ReporterOrgDomain\":\"a-.example\",\"ReporterOrgEmail\":\"a@a."
			"example\"},"
			"\"Disclosure\":true,\"Version\":\"3\",\"Report\":{\"Date\":\"2026-03-01T10:00:00Z\"," EXPLOIT "}}",
			false },
		{ "a member that ReporterInfo does not have",
			"{\"ReporterInfo\":{\"ReporterOrg\":\"Org\",\"ReporterOrgDomain\":\"a.example\",\"ReporterOrgEmail\":\"a@a."
			"example\","
			"\"ReporterShoe\":\"9\"},\"Disclosure\":true,\"Version\":\"3\",\"Report\":{\"Date\":\"2026-03-01T10:00:"
			"00Z\"," EXPLOIT "}}",
			false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decode d = read_text(str_of(cases[i].text));
		bool good = d.count == 1 && breaks(&d, NULL) != cases[i].good;
		OK_(good, cases[i].name);
		for (unsigned k = 0; !good && k < d.problem_count; k++)
			tap_dump("problem", d.problems[k].text);
	}
}

static void known_by_shape(void)
{
	struct decode d = read_text(STR("{\"report_id\":\"1\",\"category\":\"messaging\",\"type\":\"spam\",\"timestamp\":\"2026-03-01T10:"
					"00:00Z\",\"source_identifier\":\"192.0.2.1\"}"));
	OK_(strcmp(d.format, "xarf-4") == 0 && d.count == 1 && breaks(&d, "xarf_version is missing"),
		"XARF 4 without its version is known by the rest");
	d = read_text(STR("{\"category\":\"a\",\"type\":\"b\"}"));
	OK_(strcmp(d.format, "unknown") == 0 && !d.count, "any JSON is not");
	d = read_text(STR("{\"xarf_version\":\"4.2.0\",\"first_seen\":\"soon\",\"timestamp\":\"2026-03-01T10:00:00Z\",\"source_"
			  "identifier\":\"192.0.2.1\"}"));
	OK_(d.count == 1 && d.observations[0].event_at != TIME_NONE, "a first_seen that cannot be read gives way to the timestamp");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	charset_start();
	prose_addresses();
	prose_times();
	prose_around();
	arf_rules();
	arf_shapes();
	xarf_old_rules();
	known_by_shape();
	arena_free(arena);
	return tap_done();
}
