/*
 * What a report shows: one digest for one piece of evidence in whatever form it comes, another one for anything else, and none for words alone.
 */
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

static struct decode decoded(struct str text)
{
	struct decode d = { .arena = arena, .text = text, .received_at = INT64_C(1772445600) * SECOND_US };
	OK_(format_decode(&d) == OK, "decoded");
	return d;
}

/* Of the first observation. */
static struct str shown(struct str text)
{
	struct decode d = decoded(text);
	return d.count ? d.observations[0].shown : STR("(no observation)");
}

static struct str changed(struct str s, struct str from, struct str to)
{
	size_t at = str_find(s, from);
	struct str rest = at == SIZE_MAX ? STR_NONE : str_sub(s, at + from.len, s.len);
	OK_(at != SIZE_MAX, "there is something to change");
	return str_format(arena, "%.*s%.*s%.*s", STR_ARG(str_sub(s, 0, at)), STR_ARG(to), STR_ARG(rest));
}

static struct str arf(const char *from, const char *type, const char *message)
{
	return str_format(arena,
		"From: <%s>\r\nTo: abuse@example.net\r\nSubject: r\r\nMessage-ID: <x@%s>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nBy %s.\r\n"
		"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: %s\r\nVersion: 1\r\nSource-IP: 192.0.2.1\r\n"
		"Arrival-Date: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\n--b\r\nContent-Type: %s\r\n\r\n%s\r\n--b--\r\n",
		from, from, from, from, type, message);
}

static const char head[] = "Received: from a ([192.0.2.1]) by mx.one.example with ESMTP id 7; Mon, 2 Mar 2026 10:00:00 +0000\r\nFrom: a@b.example\r\n"
	"Message-ID: <one@b.example>\r\n";

static void messages(void)
{
	struct str whole = str_format(arena, "%s\r\nBuy now, it is cheap.\r\n", head), one = shown(arf("a@one.example", "message/rfc822", str_c(arena, whole)));
	IS_INT(one.len, 64, "a reported message is evidence");
	IS_STR(shown(arf("b@two.example", "message/rfc822", str_c(arena, whole))), one, "the same from another reporter is the same");
	IS_STR(shown(arf("b@two.example", "message/rfc822", str_c(arena, str_format(arena, "%s\r\nBuy now,   it\r\nis cheap.\r\n\r\n", head)))), one, "however its lines are broken");
	IS_STR(shown(arf("b@two.example", "message/rfc822", str_c(arena, str_format(arena, "%sContent-Transfer-Encoding: quoted-printable\r\n\r\nBuy now, it =\r\nis cheap=2E\r\n", head)))),
		one, "and coded");
	OK_(!str_eq(shown(arf("a@one.example", "message/rfc822", str_c(arena, str_format(arena, "%s\r\nBuy it later.\r\n", head)))), one), "another body is another piece");
	struct str other = changed(whole, STR("mx.one.example"), STR("mx.two.example"));
	OK_(!str_eq(shown(arf("b@two.example", "message/rfc822", str_c(arena, other))), one), "and so is one message that another server took in");
	struct str names = shown(arf("a@one.example", "text/rfc822-headers", "From: a@b.example\r\nMessage-ID: <one@b.example>\r\n"));
	OK_(names.len == 64 && !str_eq(names, one), "a header alone shows that message");
	IS_STR(shown(arf("b@two.example", "text/rfc822-headers", "Message-ID:  <one@b.example>\r\nFrom: somebody else\r\n")), names, "by its Message-ID");
	IS_STR(shown(arf("a@one.example", "text/rfc822-headers", "From: a@b.example\r\n")), STR(""), "one that tells nothing of it shows nothing");
	struct str many = str_format(arena, "%s\r\nBegin %01024d", head, 1), more = str_format(arena, "%s\r\nBegin %01024d and what else", head, 1);
	IS_STR(shown(arf("a@one.example", "message/rfc822", str_c(arena, many))), shown(arf("b@two.example", "message/rfc822", str_c(arena, more))), "of a long body the beginning counts");
}

static struct str xarf(const char *who, const char *type, struct str payload)
{
	return str_format(arena,
		"{\"xarf_version\":\"4.2.0\",\"report_id\":\"02eb480f-8172-431a-9276-c28ba90f694a\",\"timestamp\":\"2026-03-02T10:00:00Z\",\"reporter\":{\"org\":\"%s\","
		"\"contact\":\"a@%s\",\"domain\":\"%s\"},\"sender\":{\"org\":\"o\",\"contact\":\"a@%s\",\"domain\":\"%s\"},\"source_identifier\":\"192.0.2.1\",\"source_port\":4711,"
		"\"category\":\"connection\",\"type\":\"login_attack\",\"protocol\":\"tcp\",\"first_seen\":\"2026-03-02T10:00:00Z\",\"evidence\":[{\"content_type\":\"%s\",\"payload\":\"%.*s\"}]}",
		who, who, who, who, who, type, STR_ARG(payload));
}

static const char first[] = "Mar  2 10:00:01 host sshd[123]: Failed password for root from 192.0.2.1 port 4711 ssh2";
static const char second[] = "Mar  2 10:00:05 host sshd[124]: Failed password for admin from 192.0.2.1 port 4712 ssh2";

static struct str fail2ban(const char *from, struct str log)
{
	return str_format(arena, "From: <%s>\r\nTo: abuse@example.net\r\nSubject: Abuse from 192.0.2.1\r\nMessage-ID: <x@%s>\r\nDate: Mon, 2 Mar 2026 10:05:00 +0000\r\n\r\n"
		"Dear Sir/Madam,\r\n\r\nWe have detected abuse from the IP address 192.0.2.1, which according to a whois lookup is on your network. Log lines are given below.\r\n\r\n%.*s\r\n",
		from, from, STR_ARG(log));
}

static void logs(void)
{
	struct str log = str_format(arena, "%s\r\n%s\r\n", first, second), one = shown(fail2ban("a@one.example", log));
	IS_INT(one.len, 64, "lines of a log are evidence");
	IS_STR(shown(fail2ban("b@two.example", str_format(arena, "  %s\r\n\r\n  %s", first, second))), one, "the same however they are indented");
	OK_(!str_eq(shown(fail2ban("b@two.example", str_of(first))), one), "one of them is not both");
	IS_STR(shown(xarf("two.example", "text/plain", str_base64(arena, log))), one, "nor does it count in which format they come");
	IS_STR(shown(xarf("three.example", "text/plain", str_base64(arena, STR("Our sensors saw an attack on one of our customers.")))), STR(""), "words alone are none");
	IS_STR(shown(xarf("three.example", "text/plain", STR_NONE)), STR(""), "nothing is nothing");
	struct str prose = shown(str_format(arena,
		"From: <c@three.example>\r\nTo: abuse@example.net\r\nSubject: help\r\nMessage-ID: <x@c>\r\n\r\nLook at this of yours:\r\n%s\r\n%s\r\nBye\r\n", first, second));
	IS_STR(prose, one, "nor whether a person wrote around them");
	IS_STR(shown(STR(
		"From: <c@three.example>\r\nTo: abuse@example.net\r\nSubject: help\r\nMessage-ID: <x@c>\r\n\r\nI was attacked by your customer at 192.0.2.1 again and again\r\n")), STR(""),
		"who only says so shows nothing");
	struct str mail = str_format(arena, "%s\r\nBuy now, it is cheap.\r\n", head);
	IS_STR(shown(xarf("two.example", "message/rfc822", str_base64(arena, mail))), shown(arf("a@one.example", "message/rfc822", str_c(arena, mail))), "a message is the same in both");
}

static void plain_xarf(void)
{
	struct str one = shown(str_format(arena, "From: <%s>\r\nTo: abuse@example.net\r\nSubject: abuse report about 192.0.2.1\r\nMessage-ID: <x@y>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n--b\r\nContent-Type: text/plain; name=\"report.txt\"\r\n\r\n"
		"---\r\nReported-From: %s\r\nCategory: abuse\r\nReport-Type: login-attack\r\nService: ssh\r\nUser-Agent: t\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n"
		"Source-Type: ip-address\r\nSource: 192.0.2.1\r\nReport-ID: 1@%s\r\nSchema-URL: http://x/y.json\r\nAttachment: text/plain\r\n"
		"--b\r\nContent-Type: text/plain; name=\"logfile.txt\"\r\n\r\n%s\r\n%s\r\n--b--\r\n",
		"a@one.example", "a@one.example", "one.example", first, second));
	IS_STR(one, shown(fail2ban("b@two.example", str_format(arena, "%s\r\n%s", first, second))), "the log beside a document shows what a log shows");
}

static void claims(void)
{
	struct decode d = decoded(STR("timestamp,ip,port,type\n2026-03-02 10:00:00,192.0.2.1,22,scan\n"));
	OK_(!d.count || !d.observations[0].shown.len, "a row of a table is a claim");
	d = decoded(changed(xarf("one.example", "text/plain", str_base64(arena, str_of(first))), STR("\"category\":\"connection\",\"type\":\"login_attack\""),
		STR("\"category\":\"content\",\"type\":\"csam\"")));
	OK_(d.outcome == OUTCOME_SEALED && d.count == 1 && !d.observations[0].shown.len, "of the sealed class nothing is kept of it");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	if (!arena)
		return 1;
	messages();
	logs();
	plain_xarf();
	claims();
	arena_free(arena);
	return tap_done();
}
