/*
 * Notices of rights holders in XML: ACNS of every version and in every place, bent and contradicting ones, and Google's lists
 * of links. Every input is written here.
 */
#include <stdio.h>

#include "base/charset.h"
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

enum { INPUT_MAX = 1 << 16 };

static struct decode read_text(struct str text)
{
	arena_reset(arena);
	struct decode d = { .arena = arena, .text = text, .received_at = INT64_C(1772366400) * SECOND_US /* 2026-03-01T12:00:00Z */ };
	if (format_decode(&d) != OK)
		d.format = "no memory";
	return d;
}

#define V12 " xmlns=\"http://www.acns.net/ACNS\""
#define HEAD "From: r@rights.example\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nSubject: notice\r\nMIME-Version: 1.0\r\n"
#define PLAIN HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n"
#define PARTY "<Entity>Rights</Entity><Email>n@rights.example</Email>"
#define SOURCE(at, ip, port) "<Source><TimeStamp>" at "</TimeStamp><IP_Address>" ip "</IP_Address><Port>" port "</Port><Type>BitTorrent</Type></Source>"
#define ITEM(at, title) "<Item><TimeStamp>" at "</TimeStamp><Title>" title "</Title><FileName>f.mkv</FileName><FileSize>4294967299</FileSize></Item>"
#define NOTICE(ns, id, source, items) \
	"<Infringement" ns ">\n<Case><ID>" id "</ID></Case>\n<Complainant>" PARTY "</Complainant>\n<Service_Provider>" PARTY "</Service_Provider>\n" source \
	"\n<Content>" items "</Content>\n</Infringement>"
#define T "2026-02-28T10:00:00Z"
#define ONE NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "A Film"))
#define LABELS(ip, port, at) "Infringer's IP Address: " ip "\nInfringer's Port: " port "\nInitial Infringement Timestamp: " at "\n\n"

/* "format outcome: kind source port time zone id, ..." */
static void print_all(const struct decode *d, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s %s:", d->format, outcome_words[d->outcome]);
	char when[TIME_TEXT_MAX];
	for (unsigned i = 0; i < d->count && i < 8 && n < size; i++) {
		const struct observation *o = &d->observations[i];
		time_print(o->event_at, when);
		n += (size_t)snprintf(out + n, size - n, "%s %s %.*s %u %s %s %.*s", i ? "," : "", kind_info(o->kind)->name, STR_ARG(o->source.text), o->source.port,
			o->event_at == TIME_NONE ? "-" : when, o->zone_given ? "zone" : "-", STR_ARG(o->report_id));
	}
}

static bool has_problem(const struct decode *d, const char *text)
{
	for (unsigned i = 0; i < d->problem_count; i++)
		if (str_find(d->problems[i].text, str_of(text)) != SIZE_MAX)
			return true;
	return false;
}

/* A fact whose span holds its value, letter for letter; not asked of what had to be decoded, or is an attribute's. */
static bool span_holds(const struct fact *f, struct str bytes)
{
	struct str at = str_sub(bytes, f->span.from, f->span.to - f->span.from);
	bool decoded = false;
	for (size_t i = 0; i < at.len; i++)
		decoded |= strchr("<&=\n\x07", at.ptr[i]) || (unsigned char)at.ptr[i] >= 0x80;
	return f->certainty == CERTAINTY_DERIVED || str_eq(at, f->value) || (decoded && at.len);
}

static void is_notice(const char *text, const char *want, const char *problem, const char *name)
{
	char got[2000];
	struct str input = str_of(text), bytes = input;
	struct decode d = read_text(input);
	bool spans = true;
	print_all(&d, got, sizeof(got));
	IS_STR(str_of(got), str_of(want), name);
	if (problem)
		OK_(has_problem(&d, problem), problem);
	else
		IS_INT(d.problem_count, 0, "  without a problem");
	if (d.mime.count == 1)
		bytes = mime_text(arena, &d.mime.parts[0], NULL);
	for (unsigned i = 0; d.mime.count < 2 && d.outcome == OUTCOME_REPORT && i < d.count; i++)
		for (unsigned k = 0; k < d.observations[i].fact_count; k++)
			spans &= span_holds(&d.observations[i].facts[k], bytes);
	OK_(spans, "  and each span holds its fact");
}

#define WANT(what) "acns " what ": copyright.p2p 192.0.2.7 4711 2026-02-28T10:00:00Z zone c1"

/* Answers in the same system: no observation, and a person is told what they say. */
static void replies(void)
{
	is_notice("<?xml version=\"1.0\"?><NoticeAck" V12 " Accepted=\"false\" RejectReason=\"IP_OUT_OF_RANGE\"><Case><ID>c1</ID></Case></NoticeAck>", "acns-reply prose:",
		"an acknowledgement of notice \"c1\": accepted \"false\", reason \"IP_OUT_OF_RANGE\"", "an acknowledgement");
	is_notice(PLAIN "See below.\r\n\r\n<NoticeStatus" V12 ">\r\n<Case><ID>c1</ID></Case><CaseStatus><Disposition><Type>CLOSED</Type></Disposition></CaseStatus>\r\n</NoticeStatus>\r\n",
		"acns-reply prose:", "the status of notice \"c1\": \"CLOSED\"", "a status in a text");
	is_notice("<CounterNotice" V12 " TimeStamp=\"" T "\"><Case><ID>c1</ID></Case><RejectReason>IOWN</RejectReason><ProperlySigned>true</ProperlySigned><Consent>true</Consent>"
		"</CounterNotice>", "acns-reply prose:", "a counter-notice to notice \"c1\": reason \"IOWN\", signed \"true\", consent \"true\"", "a counter-notice");
	is_notice(PLAIN "<NoticeAck><Case></NoticeAck>\r\n", "acns-reply prose:", "a NoticeAck cannot be read", "one that is broken is still one");
	is_notice(PLAIN "<NoticeAckNot></NoticeAckNot>\r\n", "unknown unknown:", NULL, "a longer name is another");
	is_notice(ONE "<NoticeAck/>", "acns report: copyright.p2p 192.0.2.7 4711 2026-02-28T10:00:00Z zone c1", NULL, "a notice beside it is a notice");
}

static void versions(void)
{
	is_notice(ONE, WANT("report"), NULL, "1.2, the document itself");
	is_notice("\n  <?xml version=\"1.0\"?>\n" ONE, WANT("report"), NULL, "blanks before its declaration");
	is_notice(NOTICE("", "c1", SOURCE(T, "192.0.2.7", "4711"), "<Item><FileName>f</FileName></Item>"), WANT("report"), NULL, "0.7: no namespace, a work without a time");
	is_notice(NOTICE(" xmlns=\"http://www.movielabs.com/ACNS\"", "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "x")), WANT("report"), NULL, "1.1");
	is_notice(NOTICE(" xmlns=\"http://other.example/ACNS\"", "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "x")), WANT("report"), "namespace is none",
		"an unknown namespace is read, and said");
	is_notice("<a:Infringement xmlns:a=\"http://www.acns.net/ACNS\"><a:Case><a:ID>c1</a:ID></a:Case><a:Source><a:TimeStamp>" T "</a:TimeStamp>"
		  "<a:IP_Address>192.0.2.7</a:IP_Address><a:Port>4711</a:Port><a:SubType BaseType=\"P2P\"/></a:Source></a:Infringement>",
		WANT("report"), "Content is missing", "with a prefix, and without Content");
	is_notice("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "Am\xe9lie")), WANT("report"), NULL,
		"in the encoding that it declares");
}

static void places(void)
{
	is_notice(PLAIN "Evidence:\n- ------------- Infringement Details -------------\n" ONE "\n- --------------\n", WANT("report"), NULL, "in the text");
	is_notice(PLAIN LABELS("192.0.2.7", "4711", T) "- - ---Start ACNS XML\n<?xml version=\"1.0\" encoding=\"UTF-8\">\n" ONE "\n- - ---End ACNS XML\n", WANT("report"), NULL,
		"between marks, below a declaration that is none");
	is_notice(PLAIN "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n" NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "x"
		"\n- -rw-r--r-- list")) "\n-----BEGIN PGP SIGNATURE-----\n", WANT("report"), NULL, "clear-signed, with escaped dashes");
	struct decode d = read_text(STR(PLAIN "-----BEGIN PGP SIGNED MESSAGE-----\n\n" NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "x\n- -rw list"))));
	IS_STR(observation_value(&d.observations[0], "title"), STR("x\n-rw list"), "  an escaped dash is a dash");
	d = read_text(STR(PLAIN "> <Infringement>\n> <Case><ID>c&1</ID></Case>\n> <Source><IP_Address>192.0.2.7</IP_Address></Source></Infringement>\n"));
	const struct fact *f = observation_fact(&d.observations[0], "source-ip");
	OK_(f && str_eq(str_sub(mime_text(arena, &d.mime.parts[0], NULL), f->span.from, f->span.to - f->span.from), STR("192.0.2.7")), "  and a span leads back through what was mended");
	is_notice(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee there\r\n--b\r\nContent-Type: application/xml; name=n.xml\r\n\r\n" ONE "\r\n--b--\r\n",
		WANT("report"), NULL, "attached");
	is_notice(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" ONE "\r\n--b\r\nContent-Type: application/xml; name=n.xml\r\n\r\n" ONE "\r\n--b--\r\n",
		WANT("report"), NULL, "in the text and attached: one");
	is_notice(PLAIN "<Infringement" V12 ">=\n<Case><ID>c1</ID></Case><Complainant>" PARTY "</Complainant><Service_Provider>" PARTY "</Service_Provider>"
		"<Source Note=3D\"x\"><TimeStamp>" T "</TimeStamp><IP_Address>192.0.=\n2.7</IP_Address><Port>4711</Port><Type>BitTorrent</Type></Source><Content>"
		ITEM(T, "x") "</Content></Infringement>", WANT("report"), "quoted-printable", "coded, and nothing says so");
	is_notice(PLAIN "Please look.\n> <Infringement" V12 ">\n> <Case><ID>c1</ID></Case>\n> <Source>\n> <TimeStamp>" T "</TimeStamp>\n>\n"
		"> <IP_Address>192.0.2.7</IP_Address><Port>4711</Port>\n> <Type>BitTorrent</Type></Source>\n> </Infringement>\n", WANT("report"), "Complainant is missing",
		"quoted by whoever sent it on");
	is_notice("In-Reply-To: <x@example.net>\r\n" PLAIN "We did nothing.\n> <Infringement" V12 ">\n> <Case><ID>c1</ID></Case>\n> <Source><TimeStamp>" T "</TimeStamp>\n"
		"> <IP_Address>192.0.2.7</IP_Address><Port>4711</Port><Type>BitTorrent</Type></Source>\n> </Infringement>\n", WANT("prose"), "quoted in an answer",
		"quoted in an answer: a person decides");
}

static void bent(void)
{
	is_notice(NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "Tom & Jerry")), WANT("report"), "ampersand", "an ampersand as people write it");
	is_notice(NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "bell\x07")), WANT("report"), "control characters", "a control character");
	is_notice(NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "Am\xe9lie")), WANT("report"), "not in the encoding", "octets that are no UTF-8");
	is_notice(NOTICE(V12, "c1", SOURCE("2026-02-28T10-00-00UTC", "192.0.2.7", "4711"), ITEM("2026-02-28T10-00-00UTC", "x")), WANT("report"), "form of its type",
		"hours and minutes parted by dashes");
	is_notice(NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "70000"), ITEM(T, "x")), "acns report: copyright.p2p 192.0.2.7 0 2026-02-28T10:00:00Z zone c1", "Port is no port",
		"a port that is none is not made up");
	is_notice(NOTICE(V12, "c1", SOURCE("2026-02-28T10:00:00", "192.0.2.7", "4711"), "<Item><FileName>x</FileName></Item>"),
		"acns report: copyright.p2p 192.0.2.7 4711 2026-02-28T10:00:00Z - c1", "without a zone", "a time without its zone says so");
	is_notice(NOTICE(V12, "c1", SOURCE("yesterday", "192.0.2.7", "4711"), "<Item><FileName>x</FileName></Item>"), "acns report: copyright.p2p 192.0.2.7 4711 - - c1",
		"cannot be read", "a time that is none");
	is_notice(NOTICE(V12, "c1", SOURCE(T, "unknown", "4711"), ITEM(T, "x")), "acns prose: copyright.p2p  4711 2026-02-28T10:00:00Z zone c1", "names no address",
		"without an address a person looks");
	is_notice(NOTICE(V12, "c1", SOURCE("2026-04-01T10:00:00Z", "192.0.2.7", "4711"), ITEM("2026-04-01T10:00:00Z", "x")),
		"acns prose: copyright.p2p 192.0.2.7 4711 2026-04-01T10:00:00Z zone c1", "still to come", "a time that is still to come: a person looks");
	is_notice(NOTICE(V12, "c1", "<Source><TimeStamp>" T "</TimeStamp><IP_Address>192.0.2.7</IP_Address><Type>carrier pigeon</Type></Source>", ITEM(T, "x")),
		"acns report: unclassified 192.0.2.7 0 2026-02-28T10:00:00Z zone c1", "how the work was offered", "a type that nobody knows is no class");
	is_notice("<Infringement" V12 "><Case><ID>c1</ID></Case><Case><ID>c2</ID></Case>" SOURCE(T, "192.0.2.7", "4711") "<Complainant>" PARTY
		  "</Complainant><Extra/></Infringement>", WANT("report"), "out of its order", "elements out of order, twice and unknown");
}

static void contradictions(void)
{
	is_notice(PLAIN LABELS("192.0.2.8", "4711", T) ONE, WANT("prose"), "another address", "the letter names another address");
	is_notice(PLAIN LABELS("192.0.2.7", "4712", T) ONE, WANT("prose"), "another port", "another port");
	is_notice(PLAIN LABELS("192.0.2.7", "4711", "2026-02-28 10:00:00 CET") ONE, WANT("prose"), "another time", "the same clock in another zone");
	is_notice(PLAIN LABELS("192.0.2.7", "4711", "28 Feb 2026 11:00:20 +0100") ONE, WANT("report"), NULL, "another zone, and the same time");
	is_notice(PLAIN LABELS("192.0.2.7", "4711", "2026-02-28 03:00:00") ONE, WANT("report"), NULL, "no zone: it may be the same time");
	is_notice(PLAIN "> IP Address: 203.0.113.9\nhe wrote, and we say:\n" ONE, WANT("report"), NULL, "an address in a quotation is somebody else's");
	is_notice(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" ONE "\r\n--b\r\nContent-Type: application/xml; name=n.xml\r\n\r\n"
		NOTICE(V12, "c1", SOURCE(T, "192.0.2.9", "4711"), ITEM(T, "A Film")) "\r\n--b--\r\n",
		WANT("prose") ", copyright.p2p 192.0.2.9 4711 2026-02-28T10:00:00Z zone c1", "copies differ", "two copies that differ");
	is_notice(PLAIN ONE "\n<Infringement" V12 "><Case><ID>c2</ID></Infringement>", WANT("prose"), "not all can be read", "a good one beside a broken one: nothing is lost");
	is_notice(PLAIN ONE "\n<Infringement" V12 "><Case>", WANT("prose"), "does not end", "one that does not end");
}

static void refused(void)
{
	is_notice("<!DOCTYPE Infringement [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n"
		  "<Infringement" V12 "><Case><ID>&b;</ID></Case>" SOURCE(T, "192.0.2.7", "4711") "</Infringement>",
		"acns prose: copyright.p2p 192.0.2.7 4711 2026-02-28T10:00:00Z zone &b;", "document type declaration", "a bomb of entities is neither opened nor lost");
	is_notice("<!DOCTYPE Infringement SYSTEM \"file:///etc/passwd\">\n" ONE, WANT("prose"), "document type declaration", "nor is a document type from elsewhere fetched");
	struct decode d = read_text(STR("<Infringement/>"));
	OK_(d.outcome != OUTCOME_REPORT, "an empty notice is no report");
	d = read_text(STR(PLAIN "the word Infringement, </Infringement> and <Infringements>"));
	OK_(strcmp(d.format, "acns") != 0, "the word alone is no notice");
}

static void kinds(void)
{
	static const struct {
		const char *inside, *kind;
	} cases[] = { { "<SubType BaseType=\"SERVER\" Protocol=\"FTP\"/>", "copyright.copyright" }, { "<SubType BaseType=\"OTHER\" Protocol=\"EDONKEY\"/>", "copyright.p2p" },
		{ "<Type>HTTP</Type>", "copyright.copyright" }, { "<Type>Usenet</Type>", "copyright.usenet" }, { "<SubType BaseType=\"LINK\"/>", "copyright.link_site" },
		{ "<URL_Base>http://files.example/</URL_Base>", "copyright.copyright" }, { "", "unclassified" } };
	char text[2000];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "<Infringement" V12 "><Case><ID>c</ID></Case><Source><IP_Address>192.0.2.7</IP_Address>%s</Source></Infringement>", cases[i].inside);
		struct decode d = read_text(str_of(text));
		IS_STR(str_of(kind_info(d.observations[0].kind)->name), str_of(cases[i].kind), cases[i].inside);
	}
	struct decode d = read_text(STR("<Infringement" V12 "><Case><ID>c1</ID></Case>" SOURCE(T, "192.0.2.7", "4711") "<Type Retraction=\"true\">INFO</Type></Infringement>"));
	OK_(d.observations[0].kind == KIND_RETRACTION, "a retraction is one, whatever it retracts");
	d = read_text(STR("<Infringement" V12 "><Case><ID>c1</ID></Case>" SOURCE(T, "192.0.2.7", "4711") "<Type>PRELIT</Type></Infringement>"));
	OK_(kind_info(d.observations[0].kind)->flags & KIND_COUNSEL, "what comes before a lawsuit is for counsel");
	d = read_text(STR("<Infringement" V12 "><Case><ID>c</ID></Case><Source><TimeStamp>" T "</TimeStamp><Type>FTP</Type><Login Username=\"u\" Password=\"hunter2\"/></Source>"
			  "<Content><Item><FileName>f</FileName><URL>http://files.example/f</URL></Item></Content></Infringement>"));
	OK_(d.observations[0].source.type == SOURCE_URL, "a link stands for a missing address");
	for (unsigned k = 0; k < d.observations[0].fact_count; k++)
		if (str_find(d.observations[0].facts[k].value, STR("hunter2")) != SIZE_MAX)
			OK_(false, "a password is no fact");
	d = read_text(STR(NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "child porn"))));
	OK_(d.outcome == OUTCOME_SEALED && !d.observations[0].fact_count, "what may be of the sealed class is sealed, by its title");
	d = read_text(STR(HEAD "Content-Type: application/xml; name=n.xml\r\n\r\n" NOTICE(V12, "c1", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "child porn"))));
	OK_(d.outcome == OUTCOME_SEALED, "in an attachment too");
}

/* Works at the same time are one observation, others are others; and many of them cost what many bytes cost. */
static void many(void)
{
	struct buf b;
	buf_init(&b, 16 << 20);
	buf_puts(&b, "<Infringement" V12 "><Case><ID>c1</ID></Case>" SOURCE(T, "192.0.2.7", "4711") "<Content>");
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(&b, "<Item><TimeStamp>2026-02-%02uT%02u:%02u:%02uZ</TimeStamp><Title>t%u</Title><FileName>f%u</FileName></Item>", 1 + i / 3600 / 2, i / 3600, i / 60 % 60, i % 60, i, i);
	buf_puts(&b, "</Content></Infringement>");
	struct decode d = read_text(buf_str(&b));
	IS_INT(d.count, 10000, "10,000 works at 10,000 times");
	IS_STR(observation_value(&d.observations[9999], "title"), STR("t9999"), "  the last one among them");
	IS_STR(observation_value(&d.observations[5000], "complainant-email"), STR_NONE, "  of whom nobody said who complains");
	buf_clear(&b);
	buf_puts(&b, "<Infringement" V12 "><Case><ID>c1</ID></Case>" SOURCE(T, "192.0.2.7", "4711") "<Content>");
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(&b, "<Item><TimeStamp>" T "</TimeStamp><Title>t%u</Title><FileName>f%u</FileName></Item>", i, i);
	buf_puts(&b, "</Content></Infringement>");
	d = read_text(buf_str(&b));
	IS_INT(d.count, 1, "10,000 works at one time are one observation");
	OK_(has_problem(&d, "10000 works at 1 times"), "  and it says that it tells few of them");
	OK_(d.observations[0].fact_count < OBSERVATION_FACTS_MAX, "  within the bound of its facts");
	buf_clear(&b);
	for (unsigned i = 0; i < 65; i++)
		buf_printf(&b, NOTICE(V12, "c%u", SOURCE(T, "192.0.2.7", "4711"), ITEM(T, "x")) "\n", i);
	buf_puts(&b, "<Infringement><Case>");
	d = read_text(buf_str(&b));
	OK_(d.outcome == OUTCOME_PROSE && d.count == 65 && has_problem(&d, "the first 64 of 65"), "a person who is not shown all is told so");
	buf_clear(&b);
	for (unsigned i = 0; i < 3000; i++)
		buf_puts(&b, "<Infringement ");
	d = read_text(buf_str(&b));
	OK_(d.outcome != OUTCOME_REPORT, "3,000 beginnings without an end");
	buf_done(&b);
}

static void safe_browsing(void)
{
	is_notice(HEAD "\r\n<notification_message asn=\"64512\" date=\"2026-02-27\">\n<list type=\"0\">\n<url_info url=\"http://a.example/\" ip=\"192.0.2.7\" />\n"
		"<url_info url=\"http://a.example/x?a=1&b=2\" ip=\"192.0.2.7\"/>\n</list><list type=\"1\"><url_info url=\"http://192.0.2.8:81/y\"/>"
		"<url_info url=\"http://b.example/z\"/></list><list type=\"9\"><url_info ip=\"192.0.2.7\"/><url_info/></list>\n</notification_message>\n",
		"safe-browsing report: content.remote_compromise 192.0.2.7 0 2026-02-27T00:00:00Z - , content.phishing 192.0.2.8 0 2026-02-27T00:00:00Z - , "
		"content.phishing http://b.example/z 0 2026-02-27T00:00:00Z - , unclassified 192.0.2.7 0 2026-02-27T00:00:00Z - ", "\"9\" is not known",
		"links of an address and type together, an unescaped ampersand, a type that nobody knows");
	struct decode d = read_text(STR("<notification_message date=\"x\"><list type=\"2\"><url_info url=\"http://2001:db8:0:0:0:0:0:7:81/\"/></list></notification_message>"));
	IS_STR(d.observations[0].source.text, STR("2001:db8::7"), "an address that lost its brackets");
	OK_(d.observations[0].source.certainty == CERTAINTY_DERIVED && d.observations[0].event_at == TIME_NONE, "  is derived, and a day that is none is none");
	d = read_text(STR("<notification_message date=\"2026-02-27\"><list type=\"0\"><url_info url=\"http://a.example/\"></list></notification_message>"));
	OK_(d.outcome == OUTCOME_PROSE && strcmp(d.format, "safe-browsing") == 0 && d.count, "what cannot be read goes before a person, with its link");
}

/* Notices of dispute providers: which class, which names, which number; and what only speaks of such proceedings is none. */
static void disputes(void)
{
#define AT " 0 2026-03-01T12:00:00Z zone "
	is_notice(PLAIN "Request for Registrar Verification, Case No. D2026-0001\n\nUnder the UDRP we ask you to lock:\n\nDisputed domain name(s):\n  <acme-shop.example>\n"
		"  acme.example\n\nRegards, panel@provider.example, www.provider.example\n",
		"dispute prose: legal.udrp acme-shop.example" AT ", legal.udrp acme.example" AT, NULL, "a request for verification under the UDRP");
	is_notice(PLAIN "URS Notice of Complaint. Uniform Rapid Suspension, Claim Number: FA2601002\nThe domain name name-shop.example. Lock it within 24 hours.\n",
		"dispute prose: legal.urs name-shop.example" AT, NULL, "a notice of complaint under the URS");
	is_notice(PLAIN "If you do not answer, our attorneys start a proceeding under the UDRP about the domain name a.example\n",
		"legal prose: legal.threat  0 - - ", NULL, "a threat to begin one is a threat");
	is_notice(PLAIN "Administrative proceeding under the UDRP. Domain name: info@a.example, http://b.example/x, 1.2, -.example, a..b, " "c.example-\n",
		"dispute prose: legal.udrp http://b.example/x 0 - - , legal.udrp c.example" AT, NULL, "what is no name is not taken for one");
	struct decode d = read_text(STR(PLAIN "Verification request, UDRP, case no. D2026-0001.\nDomain name: a.example\n"));
	IS_STR(d.count ? observation_value(&d.observations[0], "proceeding") : STR_NONE, STR("D2026-0001"), "the number is kept");
	char many[8000];
	size_t n = (size_t)snprintf(many, sizeof(many), PLAIN "Verification request, UDRP. Domain names:\n");
	for (int i = 0; i < 300 && n < sizeof(many); i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "n%d.example\n", i);
	d = read_text((struct str){ many, n });
	IS_INT(d.count, 50, "more names than there can be are not kept");
#undef AT
}

int main(void)
{
	charset_start();
	arena = arena_new("test", 512 << 20);
	versions();
	replies();
	places();
	bent();
	contradictions();
	refused();
	kinds();
	many();
	safe_browsing();
	disputes();
	arena_free(arena);
	return tap_done();
}
