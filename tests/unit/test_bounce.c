/*
 * Bounces: delivery status notifications as their specification has them and as gateways bend them, servers' own words, which of
 * them belong to a letter of ours, and what only looks like one. Real ones are held against tests/conformance/bounce.expected.
 */
#include <stdio.h>

#include "base/charset.h"
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

static struct decode read_to(struct str text, const char *recipient, bool null_sender)
{
	arena_reset(arena);
	struct decode d = { .arena = arena,
		.text = text,
		.received_at = INT64_C(1772366400) * SECOND_US /* 2026-03-01T12:00:00Z */,
		.recipient = str_of(recipient),
		.null_sender = null_sender };
	if (format_decode(&d) != OK)
		d.format = "no memory";
	return d;
}

#define TOP "From: MAILER-DAEMON@mx.example\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nSubject: Undelivered\r\n"
#define REPORT(status, third) \
	TOP "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; " \
	    "boundary=B\r\n\r\n--B\r\n\r\nwords\r\n--B\r\n" \
	    "Content-Type: message/delivery-status\r\n\r\n" status "\r\n--B\r\n" third "--B--\r\n"
#define RETURNED(id) \
	"Content-Type: message/rfc822\r\n\r\nReceived: from x (x [198.51.100.7]) by mx.example; Sun, 1 Mar 2026 10:00:00 +0000\r\n" \
	"Message-ID: " id "\r\nFrom: forged@innocent.example\r\nTo: nobody@far.example\r\n\r\nhi\r\n"
#define THEIRS RETURNED("<1@customer.example>")
#define FIELDS "Reporting-MTA: dns; mx.example\r\nArrival-Date: Sun, 1 Mar 2026 09:59:58 +0000\r\n\r\n"
#define ONE \
	"Final-Recipient: rfc822; nobody@far.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such " \
	"user\r\n"
#define OURS "<0123456789abcdef0123456789abcdef@example.net>"

static struct str fact(const struct decode *d, unsigned i, const char *name)
{
	return i < d->count ? observation_value(&d->observations[i], name) : STR_NONE;
}

/* Each fact stands where it says, in the decoded part. */
static bool spans_hold(struct decode *d)
{
	for (unsigned i = 0; i < d->count; i++)
		for (unsigned k = 0; k < d->observations[i].fact_count; k++) {
			const struct fact *f = &d->observations[i].facts[k];
			struct str at = STR_NONE;
			if (f->span.from == f->span.to)
				continue;
			for (unsigned p = 0; p < d->mime.count; p++) {
				const struct mime_part *m = &d->mime.parts[p];
				if (str_eq(m->path, f->span.part))
					at = str_sub(m->multipart || m->message ? m->body : mime_text(arena, m, NULL), f->span.from,
						f->span.to - f->span.from);
				if (str_eq(f->span.part, str_format(arena, "%.*s.0", STR_ARG(m->path))) ||
					(!p && str_eq(f->span.part, STR("0"))))
					at = str_sub(m->header, f->span.from, f->span.to - f->span.from);
			}
			/* a value may have lost its folds, and nothing else */
			struct str first = str_sub(f->value, 0, 8), begin = str_sub(at, 0, first.len);
			if (!at.len || !str_eq(first, begin)) {
				tap_dump("fact", f->name);
				tap_dump("at", at);
				return false;
			}
		}
	return true;
}

static void notification(void)
{
	struct decode d = read_to(STR(REPORT(FIELDS ONE, THEIRS)), "abuse@example.net", true);
	OK_(d.outcome == OUTCOME_REPORT && strcmp(d.format, "dsn") == 0 && d.count == 1,
		"a notification about somebody's mail is an observation");
	OK_(d.count == 1 && d.observations[0].kind == KIND_BOUNCE && !d.observations[0].reply_to.len,
		"of a kind of its own, and nothing is answered to it");
	IS_STR(d.observations[0].source.text, STR("198.51.100.7"), "its source is where the returned mail had come from");
	OK_(d.observations[0].source.certainty == CERTAINTY_DERIVED && d.observations[0].event_at == (INT64_C(1772359198)) * SECOND_US,
		"which is derived; its time that of the arrival");
	IS_STR(fact(&d, 0, "final-recipient"), STR("rfc822; nobody@far.example"), "the recipient is a fact, and no more");
	IS_STR(fact(&d, 0, "reporting-mta"), STR("dns; mx.example"), "so is who says it");
	IS_STR(fact(&d, 0, "smtp-reply"), STR("550"), "and the reply");
	IS_STR(fact(&d, 0, "reported-message-id"), STR("<1@customer.example>"), "and the Message-ID of what came back");
	IS_STR(fact(&d, 0, "reported-from"), STR("forged@innocent.example"), "and its From");
	OK_(spans_hold(&d), "each where it stands");
	OK_(!d.problem_count, "nothing is wrong with it");
	d = read_to(STR(REPORT("Reporting-MTA: dns; mx.example\r\n\r\n" ONE
			       "\r\nFinal-Recipient: rfc822; b@far.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
			       "\r\nFinal-Recipient: rfc822; c@far.example\r\nAction: failed\r\nStatus: 5.7.1 (policy)\r\n",
			    THEIRS)),
		"abuse@example.net", true);
	OK_(d.count == 2 && str_eq(fact(&d, 1, "status"), STR("5.7.1 (policy)")) &&
			str_eq(fact(&d, 1, "reporting-mta"), STR("dns; mx.example")),
		"of three recipients the two that were given up, each with what is said of all");
	d = read_to(
		STR(REPORT("Reporting-MTA: dns; mx.example\r\nFinal-Recipient: rfc822; a@far.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
			   "Final-Recipient: rfc822; b@far.example\r\nAction: failed\r\nStatus: 5.2.2\r\n",
			THEIRS)),
		"abuse@example.net", true);
	OK_(d.count == 2 && str_eq(fact(&d, 1, "status"), STR("5.2.2")), "recipients without an empty line between them");
	d = read_to(STR(REPORT(FIELDS "Final-Recipient: rfc822; a@far.example\r\nAction: relayed\r\nStatus: 2.1.9\r\n", THEIRS)),
		"abuse@example.net", true);
	OK_(d.outcome == OUTCOME_AUTO, "what was handed on is told to nobody");
	d = read_to(STR(REPORT(FIELDS ONE, "Content-Type: text/plain\r\n\r\nnothing\r\n")), "abuse@example.net", true);
	OK_(d.outcome == OUTCOME_BOUNCE && d.count == 1 && d.observations[0].source.type == SOURCE_NONE,
		"a failure that tells no origin is for a person");
	d = read_to(STR(REPORT(FIELDS ONE,
			    "Content-Type: message/rfc822\r\n\r\nReceived: from a [10.0.0.1] by b; Sun, 1 Mar 2026 10:00:00 +0000\r\n"
			    "Received: from c [198.51.100.9] by a; Sun, 1 Mar 2026 09:00:00 +0000\r\n\r\nx\r\n")),
		"abuse@example.net", true);
	IS_STR(d.observations[0].source.text, STR("198.51.100.9"), "an address of a private network is passed over");
}

static void rules(void)
{
	static const struct {
		const char *name, *text, *problem;
	} cases[] = {
		{ "no Reporting-MTA", REPORT(ONE, THEIRS), "reporting-mta is missing" },
		{ "no Final-Recipient", REPORT(FIELDS "Action: failed\r\nStatus: 5.0.0\r\n", THEIRS), "final-recipient is missing" },
		{ "no Action", REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nStatus: 5.0.0\r\n", THEIRS), "action is missing" },
		{ "no Status", REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nAction: failed\r\n", THEIRS), "status is missing" },
		{ "an Action that is none", REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nAction: gone\r\nStatus: 5.0.0\r\n", THEIRS),
			"none of five words" },
		{ "a Status that is none", REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 550\r\n", THEIRS),
			"no status code" },
		{ "a Status with four numbers",
			REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1.1\r\n", THEIRS), "no status code" },
		{ "a Status with two numbers", REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1\r\n", THEIRS),
			"no status code" },
		{ "a recipient of no type", REPORT(FIELDS "Final-Recipient: a@b\r\nAction: failed\r\nStatus: 5.0.0\r\n", THEIRS),
			"of which type" },
		{ "a date that is none", REPORT("Reporting-MTA: dns; a\r\nArrival-Date: today\r\n\r\n" ONE, THEIRS), "is no date" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decode d = read_to(str_of(cases[i].text), "abuse@example.net", true);
		bool found = false;
		for (unsigned k = 0; k < d.problem_count; k++)
			found |= d.problems[k].strict && str_find(d.problems[k].text, str_of(cases[i].problem)) != SIZE_MAX;
		OK_(found && d.count == 1, cases[i].name);
	}
}

static void whose(void)
{
	struct decode d = read_to(STR(REPORT(FIELDS ONE, THEIRS)), "abuse+token@example.net", true);
	OK_(d.outcome == OUTCOME_BOUNCE && str_eq(d.about, STR("<1@customer.example>")),
		"what comes to the address of a letter is about that letter");
	d = read_to(STR(REPORT(FIELDS "Final-Recipient: rfc822; a@b\r\nAction: delayed\r\nStatus: 4.0.0\r\n", THEIRS)),
		"abuse+token@example.net", true);
	OK_(d.outcome == OUTCOME_AUTO, "that it is late is no bounce");
	d = read_to(STR(REPORT(FIELDS ONE, RETURNED(OURS))), "abuse@example.net", true);
	OK_(d.outcome == OUTCOME_BOUNCE && str_eq(d.about, STR(OURS)),
		"a Message-ID of our letters' form, sent to the From, is about a letter too");
	d = read_to(STR(REPORT(FIELDS ONE, RETURNED(OURS))), "abuse@other.example", true);
	OK_(d.outcome == OUTCOME_REPORT, "under another domain it is not");
	d = read_to(STR(REPORT(FIELDS ONE, RETURNED("<0123456789abcdef0123456789abcdeg@example.net>"))), "abuse@example.net", true);
	OK_(d.outcome == OUTCOME_REPORT, "nor is one of another form");
	d = read_to(STR(REPORT(FIELDS ONE, RETURNED("<0123456789abcdef0123456789abcdef01234567@example.net>"))), "abuse@example.net", true);
	OK_(d.outcome == OUTCOME_REPORT, "or longer");
#define ATTACHED(kind) \
	"From: Eve <eve@customer.example>\r\nSubject: look\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; " \
	"boundary=M\r\n\r\n--M\r\n\r\nI get these.\r\n--M\r\n" \
	"Content-Type: message/rfc822\r\n\r\n" kind "--M--\r\n"
	d = read_to(STR(ATTACHED(REPORT(FIELDS ONE, THEIRS))), "abuse+token@example.net", false);
	OK_(d.outcome == OUTCOME_ANSWER && str_find(d.answer, STR("I get these.")) != SIZE_MAX,
		"a person who attaches a bounce to his answer has answered");
	d = read_to(STR(ATTACHED(REPORT(FIELDS ONE, THEIRS))), "abuse@example.net", false);
	OK_(d.outcome == OUTCOME_PROSE, "one who complains of it is heard by a person");
	d = read_to(STR(ATTACHED(ATTACHED(REPORT(FIELDS ONE, THEIRS)))), "abuse@example.net", false);
	OK_(d.outcome == OUTCOME_PROSE, "and when it was handed on twice");
}

#define SERVER \
	"Return-Path: <>\r\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 " \
	"12:00:00 +0000\r\n"
#define COPY \
	"\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\nReceived: from x [198.51.100.7]\r\n\tby " \
	"mx.example; Sun, 1 Mar 2026 10:00:00 " \
	"+0000\r\nMessage-Id: <2@customer.example>\r\nFrom: a@b.example\r\n\r\nReceived: from y [198.51.100.8] by z; Sun, 1 Mar 2026 " \
	"10:00:00 +0000\r\n"

static void in_words(void)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "exim",
			SERVER
			"Subject: Mail delivery failed: returning message to sender\r\nX-Failed-Recipients: one@far.example, "
			"two@far.example\r\n\r\n"
			"This message was created automatically by mail delivery software.\r\nThe following address(es) failed:\r\n\r\n  "
			"one@far.example\r\n"
			"    host mx.far.example [192.0.2.1]\r\n    SMTP error from remote mail server after RCPT TO:<one@far.example>:\r\n"
			"    550 5.1.1 <one@far.example>: no such user\r\n  two@far.example\r\n    retry timeout exceeded\r\n" COPY,
			"one@far.example failed 550 5.1.1, two@far.example failed - -" },
		{ "qmail",
			SERVER "Subject: failure notice\r\n\r\nHi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't "
			       "able to deliver your message to the "
			       "following addresses.\r\n\r\n<one@far.example>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- "
			       "Below this line is a copy of the message.\r\n"
			       "\r\nReturn-Path: <a@b.example>\r\nReceived: from x [198.51.100.7] by mx.example; Sun, 1 Mar 2026 10:00:00 "
			       "+0000\r\n\r\nhi\r\n",
			"one@far.example failed - 5.1.1" },
		{ "Postfix' text",
			SERVER "Subject: Undelivered Mail Returned to Sender\r\n\r\nThis is the mail system at host mx.example.\r\n\r\nI'm "
			       "sorry to have to inform you that "
			       "your message could not\r\nbe delivered to one or more recipients.\r\n\r\n                   The mail "
			       "system\r\n\r\n<one@far.example>: host "
			       "mx.far.example[192.0.2.1] said:\r\n    554 5.7.1 refused (in reply to end of DATA command)\r\n" COPY,
			"one@far.example failed 554 5.7.1" },
		{ "Exchange",
			SERVER "Subject: Undeliverable: hello\r\n\r\nYour message\r\n\r\n  To:      other@far.example\r\n  Subject: "
			       "hello\r\n\r\ndid not reach the following "
			       "recipient(s):\r\n\r\none@far.example on Sun, 1 Mar 2026 11:00:00 +0000\r\n    The recipient name is not "
			       "recognized\r\n" COPY,
			"one@far.example failed - -" },
		{ "a delay",
			SERVER "Subject: Warning: message 1a delayed 24 hours\r\n\r\nThe address to which the message has not yet been "
			       "delivered is:\r\n\r\n  one@far.example\r\n"
			       "    450 4.2.0 greylisted\r\n" COPY,
			"one@far.example delayed 450 4.2.0" },
		{ "the header alone", SERVER "Subject: x\r\nX-Failed-Recipients: one@far.example\r\n\r\nwords nobody knows" COPY,
			"one@far.example failed - -" },
		{ "no numbers of something else",
			SERVER "Subject: Undeliverable\r\n\r\nwas not delivered to:\r\n one@far.example\r\n 192.0.2.5.1.1 SIZE=550 4500 "
			       "port:450 5.1 v5.1.1b 2026-03-01\r\n" COPY,
			"one@far.example failed - -" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[400] = "";
		size_t n = 0;
		struct decode d = read_to(str_of(cases[i].text), "abuse@example.net", true);
		for (unsigned k = 0; k < d.count && n < sizeof(got); k++) {
			struct str reply = fact(&d, k, "smtp-reply"), status = fact(&d, k, "diagnostic-status");
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s %.*s %.*s %.*s", k ? ", " : "",
				STR_ARG(fact(&d, k, "final-recipient")), STR_ARG(fact(&d, k, "action")),
				STR_ARG(reply.len ? reply : STR("-")), STR_ARG(status.len ? status : STR("-")));
		}
		IS_STR(str_of(got), str_of(cases[i].want), cases[i].name);
		OK_(d.count && str_eq(d.observations[0].source.text, STR("198.51.100.7")) && spans_hold(&d),
			"  and where the mail had come from, each fact where it stands");
		OK_(d.outcome == (strcmp(cases[i].name, "a delay") == 0 ? OUTCOME_AUTO : OUTCOME_REPORT), "  and what becomes of it");
	}
}

static void not_one(void)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "a person who quotes a bounce",
			"From: eve@customer.example\r\nSubject: Fwd: failure notice\r\n\r\nWhy? See\r\n> I wasn't able to deliver your "
			"message to the following "
			"addresses.\r\n> <one@far.example>:\r\n> from 198.51.100.7\r\n" },
		{ "a postmaster who complains",
			"From: postmaster@far.example\r\nSubject: spam\r\n\r\nWe got spam from the following "
			"address:\r\n\r\nspammer@customer.example\r\n\r\n"
			"It came from 198.51.100.7.\r\n" },
		{ "an absence",
			SERVER "Subject: Away\r\n\r\nI am away; write to the following address:\r\nother@far.example\r\nwho sits at "
			       "198.51.100.7\r\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decode d = read_to(str_of(cases[i].text), "abuse@example.net", false);
		OK_(d.outcome == OUTCOME_PROSE, cases[i].name);
	}
}

#define SNS "From: SES <no-reply@sns.example>\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\n\r\n"
#define SES_MAIL "\"mail\":{\"messageId\":\"0101-ab\",\"sourceIp\":\"198.51.100.7\",\"headers\":[{\"name\":\"Mess!\r\n age-ID\"," \
	"\"value\":\"<1@customer.example>\"}]}}"
#define SES_BOUNCE "{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"one@far.example\"," \
	"\"action\":\"failed\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 no such user\"}]," \
	"\"timestamp\":\"2026-03-01T11:00:00.5Z\",\"reportingMTA\":\"dsn; a.ses.example\"}," SES_MAIL

static void ses(void)
{
	struct decode d = read_to(STR(SNS SES_BOUNCE "\r\n\r\n--\r\nIf you wish to stop {this\r\n"), "abuse@example.net", false);
	OK_(d.outcome == OUTCOME_REPORT && d.count == 1 && d.observations[0].kind == KIND_BOUNCE, "SES tells a bounce in JSON, words behind it");
	IS_STR(d.count ? d.observations[0].source.text : STR_NONE, STR("198.51.100.7"), "and from where the message was handed in");
	OK_(d.count && d.observations[0].event_at == INT64_C(1772362800500000) && d.observations[0].zone_given, "and when it came back");
	IS_STR(d.about, STR("<1@customer.example>"), "a field's name that a mailer broke in two is one");
	IS_STR(fact(&d, 0, "smtp-reply"), STR("550"), "the server's code is read out of its answer");
	OK_(spans_hold(&d), "each fact where it stands, behind a break too");
	d = read_to(STR(SNS "{ \"Type\" : \"Notification\", \"Message\" : \"{\\\"notificationType\\\":\\\"Bounce\\\",\\\"bounce\\\":"
			"{\\\"bouncedRecipients\\\":[{\\\"emailAddress\\\":\\\"one@far.example\\\"}]},\\\"mail\\\":{}}\" }"),
		"abuse@example.net", false);
	OK_(d.outcome == OUTCOME_BOUNCE && str_eq(fact(&d, 0, "final-recipient"), STR("one@far.example")),
		"in an envelope too; without an origin it is for a person");
	d = read_to(STR(SNS "{\"notificationType\":\"Complaint\",\"complaint\":{\"complainedRecipients\":[{\"emailAddress\":\"one@far.example\"}],"
			"\"complaintFeedbackType\":\"fraud\"}," SES_MAIL), "abuse@example.net", false);
	OK_(d.outcome == OUTCOME_REPORT && d.count == 1 && d.observations[0].kind == KIND_PHISHING, "a complaint is a report of its own kind");
	d = read_to(STR(SNS "{\"notificationType\":\"Delivery\",\"delivery\":{\"recipients\":[\"one@far.example\"]}," SES_MAIL), "abuse@example.net", false);
	OK_(d.outcome == OUTCOME_AUTO && d.arrival == ARRIVAL_DELIVERED && str_eq(d.about, STR("<1@customer.example>")),
		"what was delivered is told to nobody, and known");
	d = read_to(STR(SNS "{\"notificationType\":\"Bounce\",\"mail\":{}}"), "abuse@example.net", false);
	OK_(d.count == 0 && d.outcome != OUTCOME_BOUNCE, "one without a recipient is none");
	struct str whole = STR(SNS SES_BOUNCE);
	for (size_t i = 0; i < whole.len; i++)
		d = read_to(str_sub(whole, 0, i), "abuse@example.net", false);
	OK_(d.outcome != OUTCOME_REPORT, "cut off anywhere it is none");
	static char text[200 << 10];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", SNS "{\"a\":\"");
	while (n + 10 < sizeof(text) - 2000)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "!\r\n x");
	(void)snprintf(text + n, sizeof(text) - n, "\"," "%s", SES_BOUNCE + 1);
	d = read_to(str_of(text), "abuse@example.net", false);
	OK_(strcmp(d.format, "bounce") != 0, "one broken in thousands of pieces neither");
}

static void lists(void)
{
#define FML "From: x-admin@list.example\r\nTo: y@list.example\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nReferences: <1@customer.example>\r\n"
#define ML "X-MLServer: fml [fml 4.0.3 release]\r\n\r\n"
	struct decode d = read_to(STR(FML ML "You are not a member of this mailing list <x@list.example>.\r\n"), "abuse@example.net", false);
	OK_(d.outcome == OUTCOME_BOUNCE && str_eq(fact(&d, 0, "final-recipient"), STR("x@list.example")) && spans_hold(&d),
		"a list that refuses a stranger was not reached");
	IS_STR(d.about, STR("<1@customer.example>"), "by the message that it names");
	d = read_to(STR(FML ML "Duplicated Message-ID in <x@list.example>.\r\n\r\nOriginal mail as follows:\r\n\r\n   From a Sun\r\n"
			"   Received: from b ([198.51.100.7])\r\n     by c; Sun, 1 Mar 2026 10:00:00 +0000\r\n   Message-ID: <2@customer.example>\r\n\r\n   hi\r\n"),
		"abuse@example.net", false);
	OK_(d.outcome == OUTCOME_REPORT && d.count == 1, "with the message that came back it is an observation");
	IS_STR(d.count ? d.observations[0].source.text : STR_NONE, STR("198.51.100.7"), "of where that had come from");
	IS_STR(d.about, STR("<2@customer.example>"), "and of its own Message-ID");
	OK_(spans_hold(&d), "each fact where it stands, behind the indent");
	d = read_to(STR(FML "\r\nYou are not a member of this mailing list <x@list.example>.\r\n"), "abuse@example.net", false);
	OK_(d.outcome != OUTCOME_BOUNCE && d.outcome != OUTCOME_REPORT, "a person who quotes the sentence is no list");
	d = read_to(STR(FML ML "Welcome to our list <x@list.example>\r\n"), "abuse@example.net", false);
	OK_(d.outcome != OUTCOME_BOUNCE && d.outcome != OUTCOME_REPORT, "nor is a list's other word a refusal");
}

static void hostile(void)
{
	static char text[512 << 10];
	struct str whole = STR(REPORT(FIELDS ONE, THEIRS));
	struct decode d;
	for (size_t i = 0; i < whole.len; i++)
		d = read_to(str_sub(whole, 0, i), "abuse@example.net", true);
	OK_(d.format != NULL, "cut off at every byte there is an answer");
	size_t n = (size_t)snprintf(text, sizeof(text), "%s",
		TOP "Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n" FIELDS);
	while (n + 100 < sizeof(text) - 1000)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "Final-Recipient: rfc822; a@b\r\nAction: failed\r\n\r\n");
	(void)snprintf(text + n, sizeof(text) - n, "--B\r\n" THEIRS "--B--\r\n");
	d = read_to(str_of(text), "abuse@example.net", true);
	OK_(d.count == 1000 && d.outcome == OUTCOME_REPORT, "of ten thousand recipients the first thousand");
	n = (size_t)snprintf(text, sizeof(text), "%s", SERVER "Subject: failure notice\r\n\r\nto the following addresses\r\n");
	for (int i = 0; n + 100 < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "<r%d@far.example>:\r\nno\r\n", i);
	d = read_to(str_of(text), "abuse@example.net", true);
	OK_(d.count == 100, "and of those in words the first hundred");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	charset_start();
	notification();
	rules();
	whose();
	in_words();
	not_one();
	ses();
	lists();
	hostile();
	arena_free(arena);
	return tap_done();
}
