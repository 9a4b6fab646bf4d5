/*
 * decode_mail_per_cpu_s: feedback reports and mails that carry XARF, 10 KB each, from bytes to observations.
 * decode_xarf_per_cpu_s: bare XARF documents, read and held against the rules of their type.
 * decode_json_scan_ratio: the time of the latter against scan_peer's, a tokenizer by a table of states that takes one byte at a time over
 * the same documents, and does no more than count tokens.
 * decode_bounce_per_cpu_s: notifications of RFC 3464, and every fourth in qmail's words, 10 KB each with the message that came back.
 * decode_acns_per_cpu_s: ACNS notices of version 1.2, read and held against its rules.
 * decode_acns_mail_per_cpu_s: the same in a clear-signed letter, as attachment once more, and both compared with the letter.
 * Inputs are made here and always the same; each has an address of its own. Every round decodes all of them; the best counts.
 *
 * Usage: bench_decode INPUT-DIRECTORY. The inputs are left there as mail-N.eml, bounce-N.eml, document-N.json,
 * notice-N.xml and letter-N.eml, for the peer to read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "bench.h"
#include "format/format.h"

enum { ROUNDS = 3, KINDS = 16, MAIL_BYTES = 10 << 10, MAILS = 20000, DOCUMENTS = 100000, NOTICES = 100000 };

static struct str document(struct arena *a, unsigned i, unsigned bytes)
{
	static const char *const types[][3] = { { "messaging", "spam", "\"protocol\":\"smtp\",\"smtp_from\":\"sender@example.net\",\"subject\":\"Win a prize\"" },
		{ "connection", "login_attack", "\"first_seen\":\"2026-03-01T09:58:00Z\",\"protocol\":\"tcp\",\"destination_ip\":\"203.0.113.9\",\"destination_port\":22" },
		{ "connection", "ddos", "\"first_seen\":\"2026-03-01T09:58:00Z\",\"protocol\":\"udp\",\"attack_vector\":\"dns_amplification\",\"peak_pps\":120000" },
		{ "content", "phishing", "\"url\":\"http://login.example.net/bank\",\"target_brand\":\"Example Bank\",\"lure_type\":\"account_suspension\"" } };
	const char *const *t = types[i % 4];
	char *p = arena_alloc(a, bytes + 1);
	for (unsigned k = 0; p && k < bytes; k++)
		p[k] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(k * 37 + i) % 64];
	return str_format(a,
		"{\n  \"xarf_version\": \"4.2.0\",\n  \"report_id\": \"550e8400-e29b-41d4-a716-4466554400%02u\",\n  \"timestamp\": \"2026-03-01T10:00:00Z\",\n"
		"  \"reporter\": {\"org\": \"Example Security\", \"contact\": \"abuse@reporter.example\", \"domain\": \"reporter.example\"},\n"
		"  \"sender\": {\"org\": \"Example Security\", \"contact\": \"abuse@reporter.example\", \"domain\": \"reporter.example\"},\n"
		"  \"source_identifier\": \"192.0.2.%u\",\n  \"source_port\": %u,\n  \"category\": \"%s\",\n  \"type\": \"%s\",\n"
		"  \"evidence_source\": \"honeypot\",\n  \"confidence\": 0.95,\n  \"tags\": [\"campaign:spring\", \"sensor:eu-1\"],\n"
		"  \"description\": \"Seen by three sensors within ten minutes; the first of them is quoted below.\",\n"
		"  \"evidence\": [{\"content_type\": \"text/plain\", \"description\": \"what the sensor saw\", \"hash\": "
		"\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"payload\": \"U2VlbiBhdCB0aGUgc2Vuc29y%s\"}],\n  %s\n}\n",
		i % 100, i % 250 + 1, 1024 + i, t[0], t[1], p ? p : "", t[2]);
}

static const char top[] = "Return-Path: <fbl@reporter.example>\r\nReceived: from out.reporter.example (out.reporter.example [198.51.100.7])\r\n"
	"\tby mx.isp.example (Postfix) with ESMTPS id 4XyZ12\r\n\tfor <abuse@isp.example>; Sun, 1 Mar 2026 10:00:05 +0000 (UTC)\r\n"
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=reporter.example; s=sel;\r\n\th=from:to:subject:date; bh=abc=; b=def=\r\n"
	"From: Feedback <fbl@reporter.example>\r\nTo: abuse@isp.example\r\nSubject: FW: Earn money\r\nDate: Sun, 1 Mar 2026 10:00:00 +0000\r\n"
	"Message-ID: <%u.fbl@reporter.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report;\r\n"
	"\tboundary=\"part1_13d.2e68ed54_boundary\"\r\n\r\n--part1_13d.2e68ed54_boundary\r\nContent-Type: text/plain; charset=\"US-ASCII\"\r\n"
	"Content-Transfer-Encoding: 7bit\r\n\r\nThis is an email abuse report for an email message received from IP\r\n192.0.2.%u on Sun, 1 Mar 2026 09:58:00 +0000.\r\n"
	"\r\n--part1_13d.2e68ed54_boundary\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: %s\r\nUser-Agent: SomeGenerator/1.0\r\n"
	"Version: 1\r\nOriginal-Mail-From: <somespammer@example.net>\r\nOriginal-Rcpt-To: <user@reporter.example>\r\n"
	"Arrival-Date: Sun, 1 Mar 2026 09:58:00 +0000\r\nReporting-MTA: dns; mail.reporter.example\r\nSource-IP: 192.0.2.%u\r\n"
	"Authentication-Results: mail.reporter.example; spf=fail smtp.mailfrom=somespammer@example.net\r\nReported-Domain: example.net\r\n"
	"Reported-Uri: http://example.net/earn_money.html\r\n\r\n--part1_13d.2e68ed54_boundary\r\n";

static void fill(struct buf *b)
{
	static const char *const lines[] = { "Dear friend, you have been chosen out of many thousands to earn money at home.\r\n",
		"Follow the link below, it costs nothing, and answer within the next three days.\r\n", "http://example.net/earn_money.html?id=20260301\r\n", "\r\n" };
	for (unsigned i = 0; b->len < MAIL_BYTES - 300; i++)
		buf_puts(b, lines[i % 4]);
}

static struct str arf_mail(struct arena *a, unsigned i)
{
	static const char *const types[] = { "abuse", "fraud", "virus", "other" };
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_puts(&b, str_c(a, str_format(a, top, i, i % 250 + 1, types[i / 2 % 4], i % 250 + 1)));
	buf_puts(&b, "Content-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\nReturn-Path: <somespammer@example.net>\r\n"
		"Received: from mailserver.example.net (mailserver.example.net [192.0.2.1])\r\n\tby mx.reporter.example with ESMTP id M63d4137594e46;\r\n"
		"\tSun, 1 Mar 2026 09:58:00 +0000\r\nFrom: <somespammer@example.net>\r\nTo: <undisclosed-recipients:;>\r\nSubject: Earn money\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain\r\nMessage-ID: <8787KJKJ3K4J3K4J3K4J3.mail@example.net>\r\nDate: Sun, 1 Mar 2026 09:57:00 +0000\r\n\r\n");
	fill(&b);
	buf_puts(&b, "\r\n--part1_13d.2e68ed54_boundary--\r\n");
	struct str mail = str_copy(a, buf_str(&b));
	buf_done(&b);
	return mail;
}

static struct str xarf_mail(struct arena *a, unsigned i)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_puts(&b, str_c(a, str_format(a, top, i, i % 250 + 1, "xarf", i % 250 + 1)));
	buf_puts(&b, "Content-Type: application/json; name=\"xarf.json\"\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	struct str coded = str_base64(a, document(a, i, 4600));
	for (size_t at = 0; at < coded.len; at += 76) {
		buf_put(&b, str_sub(coded, at, 76));
		buf_puts(&b, "\r\n");
	}
	buf_puts(&b, "\r\n--part1_13d.2e68ed54_boundary--\r\n");
	struct str mail = str_copy(a, buf_str(&b));
	buf_done(&b);
	return mail;
}

/* A message that 192.0.2.N sent came back, with all of it. */
static struct str bounce_mail(struct arena *a, unsigned i)
{
	static const char *const whys[] = { "550 5.1.1 <user@far.example>: Recipient address rejected: User unknown", "552 5.2.2 mailbox is full",
		"554 5.7.1 message refused, it looks like spam" };
	const char *why = whys[i % 3];
	bool qmail = i % 4 == 3;
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_puts(&b, str_c(a, str_format(a, "Return-Path: <>\r\nReceived: by mx.isp.example (Postfix) id 4XyZ%02u; Sun, 1 Mar 2026 10:00:05 +0000 (UTC)\r\n"
		"Date: Sun, 1 Mar 2026 10:00:05 +0000\r\nFrom: MAILER-DAEMON@mx.isp.example (Mail Delivery System)\r\nSubject: %s\r\n"
		"To: customer@example.net\r\nMessage-ID: <%u.back@mx.isp.example>\r\n", i, qmail ? "failure notice" : "Undelivered Mail Returned to Sender", i)));
	if (qmail)
		buf_puts(&b, str_c(a, str_format(a, "\r\nHi. This is the qmail-send program at mx.isp.example.\r\nI'm afraid I wasn't able to deliver your message to "
			"the following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<user@far.example>:\r\n"
			"203.0.113.9 failed after I sent the message.\r\nRemote host said: %s\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n", why)));
	else
		buf_puts(&b, str_c(a, str_format(a, "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"4XyZ.back/mx\"\r\n\r\n"
			"--4XyZ.back/mx\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
			"This is the mail system at host mx.isp.example.\r\n\r\n<user@far.example>: host mx.far.example[203.0.113.9] said: %s\r\n\r\n"
			"--4XyZ.back/mx\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n"
			"Reporting-MTA: dns; mx.isp.example\r\nX-Postfix-Queue-ID: 4XyZ%02u\r\nX-Postfix-Sender: rfc822; customer@example.net\r\n"
			"Arrival-Date: Sun, 1 Mar 2026 10:00:00 +0000 (UTC)\r\n\r\nFinal-Recipient: rfc822; user@far.example\r\n"
			"Original-Recipient: rfc822;user@far.example\r\nAction: failed\r\nStatus: %.5s\r\nRemote-MTA: dns; mx.far.example\r\n"
			"Diagnostic-Code: smtp; %s\r\n\r\n--4XyZ.back/mx\r\nContent-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\n",
			why, i, why + 4, why)));
	buf_puts(&b, str_c(a, str_format(a, "Return-Path: <customer@example.net>\r\nReceived: from pc.example.net (pc.example.net [192.0.2.%u])\r\n"
		"\tby mx.isp.example (Postfix) with ESMTP id 4XyZ%02u;\r\n\tSun, 1 Mar 2026 10:00:00 +0000 (UTC)\r\nFrom: <customer@example.net>\r\n"
		"To: <user@far.example>\r\nSubject: Earn money\r\nMessage-ID: <%u.mail@pc.example.net>\r\nDate: Sun, 1 Mar 2026 09:59:58 +0000\r\n\r\n",
		i % 250 + 1, i, i)));
	fill(&b);
	if (!qmail)
		buf_puts(&b, "\r\n--4XyZ.back/mx--\r\n");
	struct str mail = str_copy(a, buf_str(&b));
	buf_done(&b);
	return mail;
}

static struct str notice(struct arena *a, unsigned i)
{
	return str_format(a,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Infringement xmlns=\"http://www.acns.net/ACNS\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		"xsi:schemaLocation=\"http://www.acns.net/ACNS http://www.acns.net/v1.2/ACNS2v1_2.xsd\">\n <Case>\n  <ID>2026030%02u</ID>\n  <Status>Open</Status>\n"
		"  <Severity>Normal</Severity>\n </Case>\n <Complainant>\n  <Entity>Example Pictures</Entity>\n  <Contact>Example Compliance</Contact>\n"
		"  <Address>1 Example Street\n           Anytown</Address>\n  <Phone>+1 555 0100</Phone>\n  <Email>notices@rights.example</Email>\n </Complainant>\n"
		" <Service_Provider>\n  <Entity>Example Net</Entity>\n  <Email>abuse@isp.example</Email>\n </Service_Provider>\n <Source>\n"
		"  <TimeStamp>2026-03-01T09:58:00Z</TimeStamp>\n  <IP_Address>192.0.2.%u</IP_Address>\n  <Port>%u</Port>\n  <Type>BitTorrent</Type>\n"
		"  <SubType BaseType=\"P2P\" Protocol=\"BITTORRENT\"/>\n  <Number_Files>1</Number_Files>\n </Source>\n <Content>\n  <Item>\n"
		"   <TimeStamp>2026-03-01T09:58:00Z</TimeStamp>\n   <Title>A Film &amp; its Sequel</Title>\n   <FileName>A.Film.2026.1080p.x264</FileName>\n"
		"   <FileSize>4294967299</FileSize>\n   <Hash Type=\"SHA1\">fb3126d027fc9e7f88c350d2c695f1ef007e6ab3</Hash>\n  </Item>\n </Content>\n</Infringement>\n",
		i, i + 1, 40000 + i);
}

static struct str notice_mail(struct arena *a, unsigned i)
{
	struct str xml = notice(a, i);
	return str_format(a,
		"From: Compliance <notices@rights.example>\r\nTo: abuse@isp.example\r\nSubject: Notice of Claimed Infringement - Case ID 2026030%02u\r\n"
		"Date: Sun, 1 Mar 2026 10:00:00 +0000\r\nMessage-ID: <%u@rights.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n"
		"--b1\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nNotice ID: 2026030%02u\n\n"
		"Dear Sir or Madam:\n\nUnder penalty of perjury we assert that we are authorized to act for Example Pictures. We have a good faith belief that the\n"
		"use of the material described below is not authorized by its owner, its agent, or the law, and what is said here is accurate.\n\n"
		"Evidentiary Information:\nProtocol: BITTORRENT\nInfringed Work: A Film & its Sequel\nInfringer's IP Address: 192.0.2.%u\nInfringer's Port: %u\n"
		"Initial Infringement Timestamp: 2026-03-01T09:58:00Z\n\n- ---Start ACNS XML\n%.*s- ---End ACNS XML\n-----BEGIN PGP SIGNATURE-----\n\niQEcBAEB\n"
		"-----END PGP SIGNATURE-----\n\r\n--b1\r\nContent-Type: application/xml; charset=\"UTF-8\"\r\nContent-Disposition: attachment; filename=\"notice.xml\"\r\n\r\n"
		"%.*s\r\n--b1--\r\n", i, i, i, i + 1, 40000 + i, STR_ARG(xml), STR_ARG(xml));
}

static void leave(const char *dir, const char *name, unsigned i, const char *ending, struct str bytes)
{
	char path[4096];
	(void)snprintf(path, sizeof(path), "%s/%s-%u.%s", dir, name, i, ending);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(bytes.ptr, 1, bytes.len, f) != bytes.len || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

/* Best of the rounds; each decoding must find its one observation and no problem. */
static double measure(const struct str *inputs, unsigned count)
{
	struct arena *item = arena_new("item", 64 << 20);
	double best = 0;
	for (unsigned round = 0; item && round < ROUNDS; round++) {
		double start = bench_cpu_s();
		for (unsigned i = 0; i < count; i++, arena_reset(item)) {
			struct decode d = { .arena = item, .text = inputs[i % KINDS], .received_at = 1772359205000000 };
			if (format_decode(&d) != OK || d.count != 1 || d.problem_count || d.observations[0].source.type != SOURCE_ADDR) {
				fprintf(stderr, "input %u is not decoded: %s, %u observations, %.*s\n", i % KINDS, d.format, d.count,
					STR_ARG(d.problem_count ? d.problems[0].text : STR_NONE));
				exit(1);
			}
		}
		double rate = count / (bench_cpu_s() - start);
		best = rate > best ? rate : best;
	}
	arena_free(item);
	return best;
}

/* Between tokens, in a text, behind its backslash, in a number or a word. */
enum { BETWEEN, TEXT, ESCAPE, WORD, STATES };

/* Seconds for count documents. */
static double scan_peer_s(const struct str *inputs, unsigned count)
{
	static unsigned char next[STATES][256], begins[STATES][256];
	double best = 0;
	size_t tokens = 0;
	for (int s = 0; s < STATES; s++)
		for (int c = 0; c < 256; c++) {
			bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r', sign = c && strchr("{}[]:,", c);
			unsigned char outside = c == '"' ? TEXT : blank || sign ? BETWEEN : WORD;
			next[s][c] = s == TEXT ? c == '"' ? BETWEEN : c == '\\' ? ESCAPE : TEXT : s == ESCAPE ? TEXT : outside;
			begins[s][c] = s == BETWEEN ? !blank : s == WORD && (sign || c == '"');
		}
	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = bench_cpu_s();
		tokens = 0;
		for (unsigned i = 0; i < count; i++) {
			struct str text = inputs[i % KINDS];
			unsigned state = BETWEEN;
			for (size_t k = 0; k < text.len; k++) {
				unsigned char c = (unsigned char)text.ptr[k];
				tokens += begins[state][c];
				state = next[state][c];
			}
		}
		double took = bench_cpu_s() - start;
		best = !best || took < best ? took : best;
	}
	if (tokens / count < 60) {
		fprintf(stderr, "scan_peer counts %zu tokens\n", tokens);
		exit(1);
	}
	return best;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new("inputs", 16 << 20);
	struct str mails[KINDS], documents[KINDS], notices[KINDS], letters[KINDS], bounces[KINDS];
	if (argc != 2 || !a) {
		fprintf(stderr, "usage: bench_decode INPUT-DIRECTORY\n");
		return 2;
	}
	charset_start();
	for (unsigned i = 0; i < KINDS; i++) {
		mails[i] = i % 2 ? xarf_mail(a, i) : arf_mail(a, i);
		documents[i] = document(a, i, 0);
		notices[i] = notice(a, i);
		letters[i] = notice_mail(a, i);
		bounces[i] = bounce_mail(a, i);
		leave(argv[1], "mail", i, "eml", mails[i]);
		leave(argv[1], "bounce", i, "eml", bounces[i]);
		leave(argv[1], "notice", i, "xml", notices[i]);
		leave(argv[1], "letter", i, "eml", letters[i]);
		leave(argv[1], "document", i, "json", documents[i]);
	}
	bench_say("decode_mail_per_cpu_s", measure(mails, MAILS), "1/s");
	bench_say("decode_bounce_per_cpu_s", measure(bounces, MAILS), "1/s");
	double own = measure(documents, DOCUMENTS), peer = scan_peer_s(documents, DOCUMENTS), octets = 0;
	for (unsigned i = 0; i < DOCUMENTS; i++)
		octets += (double)documents[i % KINDS].len;
	bench_say("decode_xarf_per_cpu_s", own, "1/s");
	bench_say("decode_json_scan", DOCUMENTS / own * 1e9 / octets, "ns/octet");
	bench_say("decode_json_scan_peer", peer * 1e9 / octets, "ns/octet");
	bench_say("decode_json_scan_ratio", DOCUMENTS / own / peer, "x");
	bench_say("decode_acns_per_cpu_s", measure(notices, NOTICES), "1/s");
	bench_say("decode_acns_mail_per_cpu_s", measure(letters, NOTICES), "1/s");
	arena_free(a);
	return 0;
}
