/*
 * Reports that are mails of a fixed text: X-ARF, lists of addresses, SpamCop, fail2ban, JMRP, loops by signing domain; the traps in each
 * (addresses of others, ports of others, times in several zones or in the future, reports that somebody quotes or attaches), and the
 * machines of other desks. Real ones are held against tests/conformance/decode.expected.
 */
#include <stdio.h>

#include "base/charset.h"
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

static struct decode read_text(struct str text)
{
	arena_reset(arena);
	struct decode d = { .arena = arena,
		.text = text,
		.received_at = INT64_C(1772366400) * SECOND_US /* 2026-03-01T12:00:00Z */,
		.recipient = STR("abuse@example.net") };
	if (format_decode(&d) != OK)
		d.format = "no memory";
	return d;
}

/* "format: class source port first..last zone incidents" of each observation */
static void is_report(const char *text, const char *want, const char *name)
{
	char got[2000], first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
	struct decode d = read_text(str_of(text));
	size_t n = (size_t)snprintf(got, sizeof(got), "%s:", d.format);
	bool spans = true;
	for (unsigned i = 0; i < d.count && n < sizeof(got); i++) {
		const struct observation *o = &d.observations[i];
		time_print(o->first_at, first);
		time_print(o->last_at, last);
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s %s %.*s %u %s%s%s%s x%u", i ? "," : "", kind_info(o->kind)->name,
			STR_ARG(o->source.text), o->source.port, o->event_at == TIME_NONE ? "-" : first,
			o->last_at == o->first_at ? "" : "..", o->last_at == o->first_at ? "" : last, o->zone_given ? "" : " no zone",
			o->incidents);
		for (unsigned k = 0; k < o->fact_count; k++) {
			const struct fact *f = &o->facts[k];
			for (unsigned p = 0; p < d.mime.count && f->span.to > f->span.from; p++) {
				const struct mime_part *m = &d.mime.parts[p];
				if (!str_eq(m->path, f->span.part) || m->multipart || m->message)
					continue;
				struct str part = str_starts(m->type, STR("text/")) ? mime_text(arena, m, NULL) : mime_body(arena, m);
				struct str at = str_sub(part, f->span.from, f->span.to - f->span.from);
				/* a value may have lost its folds */
				if (!str_eq(str_sub(at, 0, 10), str_sub(f->value, 0, 10))) {
					spans = false;
					tap_dump("fact", f->name);
					tap_dump("at", at);
				}
			}
		}
	}
	bool good = str_eq(str_of(got), str_of(want));
	IS_STR(str_of(got), str_of(want), name);
	for (unsigned i = 0; !good && i < d.problem_count; i++)
		tap_dump("problem", d.problems[i].text);
	OK_(spans, "  and each fact stands where it says");
	OK_(strchr(want, ',') == NULL || d.outcome == OUTCOME_REPORT, "  and it is a report");
}

static bool tells(const char *text, const char *problem)
{
	struct decode d = read_text(str_of(text));
	for (unsigned i = 0; i < d.problem_count; i++)
		if (str_find(d.problems[i].text, str_of(problem)) != SIZE_MAX)
			return true;
	return false;
}

#define HEAD \
	"From: r@reporter.example\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nMessage-ID: " \
	"<m@reporter.example>\r\nMIME-Version: 1.0\r\n"
#define MIXED \
	HEAD "Subject: report\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nA host did bad " \
	     "things, see http://x.example/ and 192.0.2.99\r\n"
#define PART "--B\r\nContent-Type: text/plain; name=report.txt\r\n\r\n"
#define LOG "--B\r\nContent-Type: text/plain; name=logfile.log\r\n\r\nMar  1 10:59:00 h sshd[1]: Failed from 192.0.2.98\r\n--B--\r\n"
#define KEYS \
	"---\r\nReported-From: abuse@reporter.example\r\nCategory: abuse\r\nReport-Type: login-attack\r\nService: ssh\r\nVersion: " \
	"0.2\r\nUser-Agent: x\r\n" \
	"Source-Type: ip-address\r\nSource: 198.51.100.7\r\nPort: 22\r\nReport-ID: 1@reporter.example\r\n"

static void xarf(void)
{
	is_report(MIXED PART KEYS "Date: Sun, 01 Mar 2026 12:00:00 +0100\r\n" LOG,
		"x-arf: connection.login_attack 198.51.100.7 0 2026-03-01T11:00:00Z x1",
		"X-ARF: the reported address alone, and not the port of the service");
	is_report(MIXED PART "Reported-From:  a@b.example\r\nCategory : abuse\r\nReport-Type: 'web-attack'\r\nService: \"http\"\r\nDate: "
			     "'2026-02-28 17:03:11-07:00'\r\n"
			     "Source: !!python/unicode '198.51.100.7'\r\nSource-Port: 4711\r\nOccurances: 5\r\n" LOG,
		"x-arf: connection.vulnerability_scan 198.51.100.7 4711 2026-03-01T00:03:11Z x5",
		"in quotes, behind a tag, with stray blanks, counted");
	is_report(MIXED PART KEYS "Date: (invalid)\r\n" LOG, "x-arf: connection.login_attack 198.51.100.7 0 2026-03-01T12:00:00Z x1",
		"without a date that of the mail");
	is_report(MIXED PART KEYS "Date: Sun, 01 Mar 2026 10:00:00 +0000\r\n" PART KEYS "Date: Sun, 01 Mar 2026 11:00:00 +0000\r\n" LOG,
		"x-arf: connection.login_attack 198.51.100.7 0 2026-03-01T10:00:00Z x1, connection.login_attack 198.51.100.7 0 "
		"2026-03-01T11:00:00Z x1",
		"two reports in one mail");
	is_report(MIXED "--B\r\nContent-Type: application/octet-stream; name=r.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n"
			"Q2F0ZWdvcnk6IGFidXNlClJlcG9ydC1UeXBlOiBzc2gKUmVwb3J0ZWQtRnJvbTogYUBiLmV4YW1wbGUK\r\nU291cmNlOiAyMDAxOmRiODo6NwpEYX"
			"RlOiAnMjAyNi0wMy0wMSAxMDowMDowMFonCg==\r\n--B--\r\n",
		"x-arf: connection.login_attack 2001:db8::7 0 2026-03-01T10:00:00Z x1", "in base64");
	is_report(MIXED PART "---\r\nuri: http://bad.example/x\r\nasn: AS1\r\ndomain: bad.example\r\nip: 198.51.100.7\r\nfirst_seen: "
			     "2026-03-01 08:00:00 +0200\r\n"
			     "signature: X.MALWARE.URL\r\nlast_seen: 2026-03-01 10:00:00 +0200\r\n...\r\n--B--\r\n",
		"x-arf: content.malware 198.51.100.7 0 2026-03-01T06:00:00Z..2026-03-01T08:00:00Z x1",
		"with keys of its own: seen from when to when");
	struct decode sealed =
		read_text(STR(MIXED "--B\r\nContent-Type: application/octet-stream; name=r.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n"
				    "UmVwb3J0ZWQtRnJvbTogYUBiCkNhdGVnb3J5OiBhYnVzZQpSZXBvcnQtVHlwZTogc3NoClNvdXJjZTog\r\n"
				    "MTk4LjUxLjEwMC43ClNlcnZpY2U6IHNlbGxzIGNoaWxkIHBvcm5vZ3JhcGh5Cg==\r\n--B--\r\n"));
	OK_(sealed.outcome == OUTCOME_SEALED && sealed.count == 1 && !sealed.observations[0].fact_count,
		"what may be of the sealed class is sealed, also in a part of no type");
	OK_(tells(MIXED PART KEYS "Date: Sun, 01 Mar 2037 12:00:00 +0000\r\n" LOG, "after it was written"), "a time in the future is told");
	OK_(tells(MIXED PART "Category: abuse\r\nReport-Type: dancing\r\nReported-From: a@b\r\nSource: 198.51.100.7\r\nService: x\r\n" LOG,
		    "\"dancing\" is not known"),
		"a class that nobody knows is told, and the report goes before a person");
	struct decode d = read_text(STR(HEAD "Subject: Re: report\r\n\r\nYour report says\r\n> Reported-From: a@b.example\r\n> Category: "
					     "abuse\r\n> Report-Type: ssh\r\n> Source: 198.51.100.7\r\n"
					     "> Date: 2026-03-01\r\n> Service: ssh\r\nand that is wrong.\r\n"));
	OK_(d.outcome == OUTCOME_PROSE, "a report that somebody quotes is no report");
	d = read_text(STR(HEAD "Subject: x\r\n\r\nReport-Type: ssh\r\nSource: 198.51.100.7\r\nDate: 2026-03-01 10:00:00Z\r\n"));
	OK_(d.outcome == OUTCOME_PROSE, "three keys are not enough");
	d = read_text(STR(HEAD "Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\n\r\nWhat is "
			       "this?\r\n--M\r\nContent-Type: message/rfc822\r\n\r\n" MIXED PART KEYS LOG "--M--\r\n"));
	OK_(d.outcome == OUTCOME_PROSE, "nor is one that somebody attaches and asks about");
	d = read_text(STR(HEAD "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>Category: abuse<br>Report-Type: ssh<br>Source: "
			       "198.51.100.7<br>Date: 2026-03-01 10:00:00Z</p>\r\n"));
	OK_(d.outcome == OUTCOME_PROSE && d.count == 1, "HTML alone is for a person");
}

static void lists(void)
{
	is_report(HEAD "Subject: Monitor Report\r\n\r\nReport Date Range: 02/20/2026 - 02/28/2026\r\nMalicious IPs : 2\r\n\r\nIPs Engaged "
		       "In Harvesting On Your Network:\r\n\r\n198.51.100.7\r\n"
		       "2001:db8::7\r\n\r\nIPs Engaged In Email Spamming On Your Network:\r\n\r\nnone\r\n\r\nOther Potentially Suspicious "
		       "IPs On Your Network:\r\n\r\nnone\r\n"
		       "--\r\nwe sit at\r\nhttp://x.example/\r\n",
		"honeypot: connection.scraping 198.51.100.7 0 2026-02-20T00:00:00Z..2026-02-28T23:59:59Z no zone x1, "
		"connection.scraping 2001:db8::7 0 2026-02-20T00:00:00Z..2026-02-28T23:59:59Z no zone x1",
		"Project Honey Pot: of times the range of dates, the month first");
	is_report(HEAD "Subject: Monitor Report\r\n\r\nIPs Engaged In Email Spamming On Your Network:\r\n\r\n198.51.100.7 (S)\r\n  - Sat, "
		       "28 Feb 2026 10:00AM PST\r\n    - Subject: win 192.0.2.1\r\n"
		       "  - Sat, 28 Feb 2026 06:12AM PST\r\n\r\nIPs Engaged In Harvesting On Your Network:\r\n\r\n198.51.100.7 (H)\r\n  - "
		       "Sat, 28 Feb 2026 11:00AM PST\r\n",
		"honeypot: messaging.spam 198.51.100.7 0 2026-02-28T14:12:00Z..2026-02-28T18:00:00Z x2, connection.scraping 198.51.100.7 0 "
		"2026-02-28T19:00:00Z x1",
		"an address in two sections is two observations, each with its window");
	is_report(HEAD "Subject: sites\r\n\r\nhave a look on these perhaps offending phishing sites(3) so far.\r\n\r\n|date |id |virusname "
		       "|ip |domain |Url|\r\n+-----\r\n"
		       "|2026-02-28 10:00:00 CET |11 |x |198.51.100.7 |a.example |http://a.example/|\r\n|2026-02-28 10:00:00 CET |12 |x "
		       "|unknown |b.example |none|\r\n|too short |13|\r\n"
		       "|2026-02-28 11:00:00 CET |14 |x |198.51.100.8 |c.example |http://c.example/\r\n+-----\r\n",
		"clean-mx: content.phishing 198.51.100.7 0 2026-02-28T09:00:00Z x1, content.phishing 198.51.100.8 0 2026-02-28T10:00:00Z "
		"x1",
		"CleanMX: a bad row takes no good one with it");
	is_report(HEAD "Subject: batch\r\n\r\nOffending/Source IP:  198.51.100.7\r\n   - Issue: brute force login\r\n   - Time: 2026-02-28 "
		       "22:14:33-07:00\r\n   - Port: 80\r\n"
		       "   - Targeted Range: 192.0.2.0/24\r\n\r\n   - Issue: a scan\r\n   - Time: 2026-02-28 23:14:33-07:00\r\n",
		"webiron: connection.login_attack 198.51.100.7 0 2026-03-01T05:14:33Z x1, connection.vulnerability_scan 198.51.100.7 0 "
		"2026-03-01T06:14:33Z x1",
		"Webiron: an observation an issue, nothing of who was attacked");
}

#define ARF(report, third) \
	HEAD "Subject: r\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n--B\r\n\r\n[ SpamCop V5 " \
	     "]\r\nEmail from 198.51.100.7 / Sat, 28 Feb 2026 " \
	     "10:00:00 -0500\r\n--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: " \
	     "1\r\n" report "--B\r\n" third "--B--\r\n"

static void spamcop(void)
{
	is_report(HEAD "Subject: [SpamCop (198.51.100.7) id:1]win\r\n\r\n[ SpamCop V1.3.4 ]\r\nThis message is brief.\r\n\r\nEmail from "
		       "198.51.100.7 /  Sat, 28 Feb 2026 10:00:00 -0500\r\n"
		       "http://x.example/w3m?i=z1\r\n\r\n[ Offending message ]\r\nReceived: from y [192.0.2.77] by z; Sat, 28 Feb 2026 "
		       "10:00:05 -0500\r\nMessage-ID: <s@y>\r\nSubject: win\r\n\r\nmoney\r\n",
		"spamcop: messaging.spam 198.51.100.7 0 2026-02-28T15:00:00Z x1", "SpamCop: its own word on the source, not the relay's");
	is_report(HEAD "Subject: [SpamCop (http://bad.example/) id:1]win\r\n\r\n[ SpamCop V1.3.4 ]\r\n\r\nSpamvertised web site: "
		       "http://bad.example/x\r\nhttp://x.example/w3m?i=z1\r\n"
		       "http://bad.example/x is 198.51.100.7; Sat, 28 Feb 2026 10:00:00 GMT\r\n\r\n[ Offending message ]\r\nReceived: from "
		       "y [192.0.2.77] by z; Sat, 28 Feb 2026 09:00:00 GMT\r\n\r\nx\r\n",
		"spamcop: content.spamvertised http://bad.example/x 0 2026-02-28T10:00:00Z x1",
		"a site that spam promotes: about the site, not about the sender");
	is_report(HEAD "Subject: [SpamCop] summary report\r\n\r\nIP Address Start/Length Trap User Mole Simp\r\n               "
		       "RDNS\r\n198.51.100.7 Feb 27 12h/0 2 1 0 4\r\n2001:db8::7   Feb 25 09h/2 0 0 0 0\r\n"
		       "not a row 1 2 3 4\r\n198.51.100.9 Feb 30 99h/2 1 1 1 1\r\n",
		"spamcop: messaging.spam 198.51.100.7 0 2026-02-27T12:00:00Z..2026-02-27T13:00:00Z no zone x7, "
		"messaging.spam 2001:db8::7 0 2026-02-25T09:00:00Z..2026-02-27T10:00:00Z no zone x1",
		"a summary: an observation a row, counted");
	is_report(HEAD "Subject: [SpamCop] Alert\r\n\r\nTrap hits from\r\n\r\n198.51.100.7\r\n198.51.100.8\r\n192.0.2.5 is "
		       "ours\r\n\r\nWrite to 192.0.2.1 port\r\n",
		"spamcop: messaging.spam 198.51.100.7 0 2026-03-01T12:00:00Z x1, messaging.spam 198.51.100.8 0 2026-03-01T12:00:00Z x1",
		"an alert: bare addresses");
	is_report(ARF("\r\n",
			  "Content-Type: message/rfc822\r\n\r\nReceived: from y [192.0.2.77] by z; Sat, 28 Feb 2026 10:00:05 "
			  "-0500\r\n\r\nx\r\n"),
		"arf: messaging.spam 198.51.100.7 0 2026-02-28T15:00:00Z x1", "a feedback report whose source stands in its words alone");
	is_report(ARF("Source-IP: 198.51.100.8\r\nArrival-Date: Sat, 28 Feb 2026 11:00:00 +0000\r\n\r\n",
			  "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nx\r\n"),
		"arf: messaging.spam 198.51.100.8 0 2026-02-28T11:00:00Z x1", "and one that states it: the field counts");
}

static void fail2ban(void)
{
	is_report(HEAD "Subject: Abuse from 198.51.100.7\r\n\r\nDear Sir/Madam,\r\n\r\nWe have detected abuse from the IP address "
		       "198.51.100.7, which according to a whois lookup is on your "
		       "network.\r\n\r\nLog lines are given below, but please ask.\r\n\r\nNote: Local timezone is +0100 (CET)\r\nFeb 28 "
		       "10:00:00 h sshd[1]: Failed password for root from 198.51.100.7 "
		       "port 4711 ssh2\r\nFeb 28 10:05:00 h sshd[1]: Failed password for root from 198.51.100.7 port 4712 ssh2\r\nFeb 28 "
		       "11:00:00 h sshd[1]: from 198.51.100.77\r\n",
		"fail2ban: connection.login_attack 198.51.100.7 4711 2026-02-28T09:00:00Z..2026-02-28T09:05:00Z x1",
		"complain: lines of that address, in the zone that the mail names");
	is_report(HEAD "Subject: [Fail2Ban] sshd: banned 198.51.100.7 from h\r\n\r\nHi,\r\n\r\nThe IP 198.51.100.7 has just been banned by "
		       "Fail2Ban after\r\n5 attempts against sshd.\r\n\r\n\r\n"
		       "Here is more information about 198.51.100.7 :\r\n\r\ninetnum: 198.51.100.0 - 198.51.100.255\r\nremarks: 2020-01-01 "
		       "10:00:00 192.0.2.1\r\n\r\n"
		       "Lines containing failures of 198.51.100.7 (max 1000)\r\nFeb 28 10:00:00 h sshd[1]: Failed from "
		       "198.51.100.7\r\n\r\n\r\nRegards,\r\n\r\nFail2Ban\r\n",
		"fail2ban: connection.login_attack 198.51.100.7 0 2026-02-28T10:00:00Z no zone x5",
		"whois-lines: counted, nothing of what whois said");
	is_report(HEAD "Subject: [Fail2Ban] postfix-sasl: banned 2001:db8::7\r\n\r\nHi,\r\n\r\nThe IP 2001:db8::7 has just been banned by "
		       "Fail2Ban after\r\n3 attempts against postfix-sasl.\r\n\r\n"
		       "Regards,\r\n\r\nFail2Ban\r\n",
		"fail2ban: connection.login_attack 2001:db8::7 0 2026-03-01T12:00:00Z x3", "without lines the time of the mail");
#define ZONES \
	HEAD "Subject: x\r\n\r\nThe IP 198.51.100.7 has just been banned by Fail2Ban after\r\n2 attempts against " \
	     "nginx-botsearch.\r\n\r\nLines containing IP:198.51.100.7 in /x\r\n\r\n" \
	     "198.51.100.7 - - [28/Feb/2026:10:00:00 +0100] \"GET /\"\r\n2026-02-28 10:00:00 198.51.100.7 " \
	     "again\r\n\r\nRegards,\r\n\r\nFail2Ban\r\n"
	is_report(ZONES, "fail2ban: connection.vulnerability_scan 198.51.100.7 0 2026-02-27T19:00:00Z..2026-02-28T22:00:00Z x2",
		"times with a zone and without one: the window holds whatever they may mean");
	OK_(tells(ZONES, "in several zones"), "and it is told");
	struct decode d = read_text(
		STR(HEAD "Subject: x\r\n\r\nSomebody wrote: The IP 198.51.100.7 has just been admired by Fail2Ban.\r\n"));
	OK_(d.outcome == OUTCOME_PROSE, "another sentence is prose");
}

static void loops(void)
{
	is_report(HEAD "Subject: complaint about message from 198.51.100.7\r\nContent-Type: multipart/mixed; "
		       "boundary=B\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"
		       "X-HmXmrOriginalRecipient: <u@hotmail.example>\r\nX-Originating-IP: [198.51.100.7]\r\nReceived: from relay "
		       "[192.0.2.5] by h; Sat, 28 Feb 2026 10:00:00 -0800\r\n"
		       "Message-ID: <n@l.example>\r\n\r\nnews\r\n--B--\r\n",
		"jmrp: messaging.spam 198.51.100.7 0 2026-02-28T18:00:00Z x1", "JMRP's older form: the message alone");
	struct decode d = read_text(
		STR(HEAD "Subject: look\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"
			 "Received: from relay [192.0.2.5] by h; Sat, 28 Feb 2026 10:00:00 -0800\r\n\r\nnews\r\n--B--\r\n"));
	OK_(d.outcome == OUTCOME_PROSE, "an attached message without its mark is for a person");
#define SIGNED \
	"Content-Type: message/rfc822\r\n\r\nReceived: from relay [192.0.2.5] by mx.yahoo.example; Sat, 28 Feb 2026 10:00:00 +0000\r\n" \
	"DKIM-Signature: v=1; a=rsa-sha256; d=news.example; s=k1;\r\n\tbh=x; b=y\r\nSubject: n\r\n\r\nx\r\n"
#define LOOP(domain) \
	HEAD "Subject: FW\r\nContent-Type: multipart/report; report-type=feedback-report; " \
	     "boundary=B\r\n\r\n--B\r\n\r\nw\r\n--B\r\nContent-Type: message/feedback-report\r\n\r\n" \
	     "Feedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\nReported-Domain: " domain "\r\n\r\n--B\r\n" SIGNED "--B--\r\n"
	is_report(LOOP("news.example"), "arf: messaging.spam news.example 0 2026-02-28T10:00:00Z x1",
		"a loop by signing domain: about who signed, not about his relay");
	is_report(LOOP("other.example"), "arf: messaging.spam 192.0.2.5 0 2026-02-28T10:00:00Z x1", "another domain is not who signed");
	d = read_text(STR(LOOP("news.example")));
	IS_STR(observation_value(&d.observations[0], "dkim-selector"), STR("k1"), "the selector is a fact");
}

static void desks(void)
{
#define TICKET "Subject: [Ticket#1] Re: your report\r\nIn-Reply-To: <x@example.net>\r\n"
	static const struct {
		const char *name, *text;
		enum outcome outcome;
	} cases[] = {
		{ "a ticket number with our words quoted",
			HEAD TICKET "Auto-Submitted: auto-replied\r\n\r\nThank you. You wrote:\r\nThe IP 198.51.100.7 has just been banned "
				    "by Fail2Ban after\r\n"
				    "5 attempts against sshd.\r\n",
			OUTCOME_AUTO },
		{ "one that names nothing that it answers",
			HEAD "Subject: received\r\nAuto-Submitted: auto-replied\r\n\r\nAbout 198.51.100.7\r\n", OUTCOME_AUTO },
		{ "one that calls itself generated", HEAD TICKET "Auto-Submitted: auto-generated\r\n\r\nWe got: 198.51.100.7 scans\r\n",
			OUTCOME_AUTO },
		{ "one with our report attached",
			HEAD TICKET "Auto-Submitted: auto-replied\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\n\r\nThank "
				    "you.\r\n--M\r\nContent-Type: "
				    "message/rfc822\r\n\r\n" ARF("Source-IP: 198.51.100.8\r\n\r\n",
					    "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nx\r\n") "--M--\r\n",
			OUTCOME_AUTO },
		{ "a report that a machine wrote of itself", MIXED PART KEYS LOG, OUTCOME_REPORT },
		{ "a report by a machine that marks all it sends",
			"Auto-Submitted: auto-replied\r\n" ARF(
				"Source-IP: 198.51.100.8\r\n\r\n", "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nx\r\n"),
			OUTCOME_REPORT },
		{ "a person who answers", HEAD TICKET "\r\n198.51.100.7 still scans.\r\n", OUTCOME_PROSE },
		{ "a complaint that a machine generated",
			HEAD "Auto-Submitted: auto-generated\r\nSubject: scan\r\n\r\n198.51.100.7 scans\r\n", OUTCOME_PROSE },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		IS_STR(str_of(outcome_words[read_text(str_of(cases[i].text)).outcome]), str_of(outcome_words[cases[i].outcome]),
			cases[i].name);
}

static void cut(void)
{
	static const char *const all[] = { MIXED PART KEYS "Date: Sun, 01 Mar 2026 12:00:00 +0100\r\n" LOG, ZONES, LOOP("news.example"),
		HEAD "Subject: x\r\n\r\n[ SpamCop V1 ]\r\nSpamvertised web site: http://b.example/\r\nx\r\nb.example is 198.51.100.7; Sat, "
		     "28 Feb 2026 10:00:00 GMT\r\n[ Offending message ]\r\nA: b\r\n\r\n" };
	struct decode d = { 0 };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t n = 0; n < strlen(all[i]); n++)
			d = read_text((struct str){ all[i], n });
	OK_(d.format != NULL, "cut off at every byte there is an answer");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	charset_start();
	xarf();
	lists();
	spamcop();
	fail2ban();
	loops();
	desks();
	cut();
	arena_free(arena);
	return tap_done();
}
