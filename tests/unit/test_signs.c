/*
 * Signs that a report is forged or wrong, in mails: the reported message came from elsewhere by the reporter's own server, times that
 * cannot be. And that a report without any, or of which nobody can tell, has none.
 */
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

/* The first sign; "" = none. */
static struct str sign(const char *from, const char *arrival, const char *reported)
{
	arena_reset(arena);
	struct decode d = { .arena = arena, .received_at = INT64_C(1772366400) * SECOND_US /* 2026-03-01T12:00:00Z */ };
	d.text = str_format(arena, "From: %s\r\nTo: abuse@example.net\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nspam\r\n--b\r\n"
		"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: t/1\r\nVersion: 1\r\nSource-IP: 203.0.113.17\r\nArrival-Date: %s\r\n"
		"%s\r\n--b--\r\n", from, arrival, reported);
	if (format_decode(&d) != OK || d.outcome != OUTCOME_REPORT || d.count != 1)
		return STR("(no report)");
	struct str found = observation_value(&d.observations[0], "sign");
	return found.ptr ? found : STR("");
}

#define NOW "Sun, 1 Mar 2026 11:00:00 +0000"
#define PART(type) "\r\n--b\r\nContent-Type: " type "\r\n\r\n"
#define HEADERS PART("text/rfc822-headers")
#define END "From: offers@shop.invalid\r\nSubject: Buy\r\n"
#define CHAIN STR("the reported message did not come from the reported address by the reporter's own Received field")
#define HOP(host, literal) "Received: from relay ([" literal "]) by " host " with ESMTP id 7; Sun, 1 Mar 2026 11:00:00 +0000\r\n"

static void chain(void)
{
	static const char by[] = "<fbl@reporter.example>";
	IS_STR(sign(by, NOW, HEADERS HOP("mx.reporter.example", "198.51.100.5") END), CHAIN, "the reporter's server had it from another address");
	IS_STR(sign(by, NOW, PART("message/rfc822") HOP("mx.reporter.example", "198.51.100.5") END "\r\nBuy\r\n"), CHAIN, "  in a whole message too");
	IS_STR(sign(by, NOW, HEADERS HOP("mx.reporter.example", "IPv6:2001:db8::5") END), CHAIN, "  and of the other family");
	IS_STR(sign(by, NOW, HEADERS HOP("mx.reporter.example", "203.0.113.17") END), STR(""), "from the reported one");
	IS_STR(sign(by, NOW, HEADERS HOP("store.reporter.example", "10.0.0.1") HOP("mx.reporter.example", "203.0.113.17") END), STR(""), "  by a hop of the reporter's own");
	IS_STR(sign(by, NOW, HEADERS HOP("mx.reporter.example", "198.51.100.5") "X-Originating-IP: [203.0.113.17]\r\n" END), STR(""), "  or by another field that names it");
	IS_STR(sign(by, NOW, HEADERS HOP("mx.far.example", "198.51.100.5") END), STR(""), "a server that is not the reporter's says nothing of the report");
	IS_STR(sign(by, NOW, HEADERS HOP("mx.far.example", "198.51.100.5") HOP("mx.reporter.example", "198.51.100.6") END), STR(""),
		"nor does a line below it, which the sender may have written");
	IS_STR(sign(by, NOW, "Reporting-MTA: dns; mx.far.example\r\n" HEADERS HOP("mx.far.example", "198.51.100.5") END), CHAIN, "unless the report names it as its own");
	IS_STR(sign(by, NOW, HEADERS "Received: by mx.reporter.example with LMTP; x\r\n" END), STR(""), "a line that names nobody contradicts nothing");
	IS_STR(sign(by, NOW, HEADERS END), STR(""), "nor does a message without any");
	IS_STR(sign(by, NOW, HEADERS HOP("evilreporter.example", "198.51.100.5") END), STR(""), "a name that ends like the reporter's is another one");
}

static void times(void)
{
	static const char by[] = "<fbl@reporter.example>";
	IS_STR(sign(by, "Wed, 4 Mar 2026 11:00:00 +0000", ""), STR("by its own words it happens in the future"), "three days ahead");
	IS_STR(sign(by, "Mon, 2 Mar 2026 11:00:00 +0000", ""), STR(""), "less than the zones of the earth are apart may be a clock");
	IS_STR(sign(by, "Tue, 1 Mar 2016 11:00:00 +0000", ""), STR(""), "the past is no contradiction");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	if (!arena)
		return 1;
	chain();
	times();
	arena_free(arena);
	return tap_done();
}
