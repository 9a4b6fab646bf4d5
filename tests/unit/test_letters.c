/*
 * Letters about rights and law: which elements a copyright notice and a counter-notice have, and before whom each sort of letter
 * goes. Every input is written here.
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

#define HEAD "From: r@reporter.example\r\nTo: abuse@example.net\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
#define NOTICE(text) HEAD "Subject: DMCA notice\r\n\r\n" text "\r\n"
#define FULL \
	"I write under 17 U.S.C. 512(c)(3).\r\nCopyrighted work: \"A Song\" by A. Singer\r\nInfringing URL: http://site.example/song.mp3\r\n" \
	"I have a good faith\r\nbelief that this use is not authorized by the copyright owner, its agent, or the law.\r\n" \
	"The information in this notice is accurate and, under penalty of\r\nperjury, I am authorized to act for the owner.\r\n" \
	"Phone: +1 555 0100\r\n\r\nSincerely,\r\n/s/ Jane Doe\r\n"

/* The values of facts that begin so, in their order, as "p", "a", "u"; each span of a present one is not empty and lies in the text. */
static void elements(const char *text, const char *prefix, const char *want, const char *name)
{
	char got[16] = "";
	size_t n = 0;
	struct decode d = read_text(str_of(text));
	bool spans = true;
	for (unsigned k = 0; d.count && k < d.observations[0].fact_count && n + 1 < sizeof(got); k++) {
		const struct fact *f = &d.observations[0].facts[k];
		bool counter = str_starts(f->name, STR("dmca-counter-"));
		if (!str_starts(f->name, str_of(prefix)) || counter != (strcmp(prefix, "dmca-counter-") == 0))
			continue;
		got[n++] = f->value.ptr[0];
		got[n] = '\0';
		spans &= (f->value.ptr[0] == 'a') == (f->span.from == f->span.to) && f->span.to <= strlen(text);
	}
	IS_STR(str_of(got), str_of(want), name);
	OK_(spans, "  each with its span");
}

static void copyright_notices(void)
{
	struct decode d = read_text(STR(NOTICE(FULL)));
	OK_(d.outcome == OUTCOME_PROSE && strcmp(d.format, "dmca") == 0 && d.observations[0].kind == KIND_COPYRIGHT && d.doubt, "a notice in words goes before a person");
	const struct fact *f = observation_fact(&d.observations[0], "dmca-accuracy");
	struct str body = mime_text(arena, &d.mime.parts[0], NULL);
	OK_(f && str_find(str_sub(body, f->span.from, f->span.to - f->span.from), STR("is accurate")) != SIZE_MAX, "a span is what shows the element");
	/* signature, work, material, contact, good faith, accuracy */
	elements(NOTICE(FULL), "dmca-", "pppppp", "all six elements");
	elements(NOTICE("Your user infringes: this is a DMCA takedown."), "dmca-", "aaaaaa", "none of them");
	elements(NOTICE("DMCA: infringing. Good faith. http://x.example/ is accurate. Mail me: a@b.example\r\nRegards,\r\nJane Doe\r\n"), "dmca-", "uauuuu",
		"what may be an element or not is unclear");
	elements(NOTICE("DMCA notice of infringement\r\nI have a good faith belief.\r\nUnder penalty of perjury.\r\nSignature: \r\nCopyrighted work:\r\nInfringing URL: see there\r\n"), "dmca-",
		"auuauu", "an empty label is no element, and half a statement is none");
	elements(NOTICE("Look what we got, is this DMCA mail about infringement real?\r\n> /s/ Jane Doe\r\n> Copyrighted work: A Song\r\n> Infringing URL: http://x.example/\r\n> Phone: 1234\r\n"
			"> I have a good faith belief that it is not authorized by anybody.\r\n> It is accurate under penalty of perjury, on behalf of the owner.\r\n"), "dmca-", "uuuuuu",
		"what stands in a quotation is nobody's statement");
}

static void counter_notices(void)
{
	static const char text[] = HEAD "Subject: counter notice\r\n\r\nThis is my counter notification under 512(g)(3).\r\nThe removed material was available at http://site.example/song.mp3\r\n"
		"Under penalty of perjury I have a good faith belief that it was removed by mistake or\r\nmisidentification.\r\nName: J. Doe\r\nAddress: 1 Road, Town\r\nPhone: 1\r\n"
		"I consent to the jurisdiction of the Federal District Court and will accept service of process.\r\nSignature: J. Doe\r\n";
	struct decode d = read_text(str_of(text));
	OK_(d.observations[0].kind == KIND_COUNTER_NOTICE && strcmp(d.format, "counter-notice") == 0 && d.outcome == OUTCOME_PROSE, "a counter-notice is known as one");
	/* signature, material, mistake, contact, consent */
	elements(text, "dmca-counter-", "ppppp", "with its elements");
	elements(HEAD "Subject: x\r\n\r\nThis is a counter-notice. I consent to the jurisdiction of the court.\r\n", "dmca-counter-", "aaaau", "and with those that it lacks");
}

static void letters_of_law(void)
{
	static const struct {
		const char *text, *kind, *format;
		bool counsel;
	} cases[] = {
		{ "We hereby withdraw our notice of infringement of 1 March about http://x.example/", "report.retraction", "retraction", false },
		{ "It is hereby ORDERED that the provider disable http://x.example/ . DMCA infringement", "legal.court_order", "legal", true },
		{ "Attached you find a court order about 192.0.2.7", "legal.court_order", "legal", true },
		{ "This is a preservation request under 18 U.S.C. 2703(f) for 192.0.2.7", "legal.request", "legal", true },
		{ "You are served with this subpoena about 192.0.2.7", "legal.request", "legal", true },
		{ "The site http://x.example/ infringes our patent EP 1234567", "legal.patent", "legal", true },
		{ "http://x.example/ publishes trade\r\nsecrets of our company", "legal.trade_secret", "legal", true },
		{ "http://x.example/ shows our registered trademark, which is trademark infringement", "content.trademark", "legal", false },
		{ "Cease and desist from using our trademark at http://x.example/", "legal.claim", "legal", true },
		{ "Stop 192.0.2.7 or we take legal action", "legal.threat", "legal", true },
		{ "Your host 192.0.2.7 scans ports; our DMCA policy is on the web", "connection.port_scan", "prose", false },
		{ "192.0.2.7 sends spam. We act in good faith. No court ordered this", "messaging.spam", "prose", false },
	};
	char text[1000];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), HEAD "Subject: hello\r\n\r\n%s\r\n", cases[i].text);
		struct decode d = read_text(str_of(text));
		const struct kind_info *kind = kind_info(d.observations[0].kind);
		IS_STR(str_of(kind->name), str_of(cases[i].kind), cases[i].text);
		OK_(strcmp(d.format, cases[i].format) == 0 && d.outcome == OUTCOME_PROSE && !!(kind->flags & KIND_COUNSEL) == cases[i].counsel, "  named, before a person, and whose");
	}
}

int main(void)
{
	charset_start();
	arena = arena_new("test", 64 << 20);
	copyright_notices();
	counter_notices();
	letters_of_law();
	arena_free(arena);
	return tap_done();
}
