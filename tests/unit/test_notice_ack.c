/*
 * Acknowledgements of copyright notices: which fates have one, what they say, what of the notice they repeat, and that our own
 * reader reads them.
 */
#include <stdio.h>

#include "engine/notice_ack.h"
#include "format/format.h"
#include "tap.h"

static struct arena *arena;

#define V12 " xmlns=\"http://www.acns.net/ACNS\""
#define V1 " xmlns=\"http://www.movielabs.com/ACNS\""

/* A notice through the decoder, as it is when its fate is known. */
static struct observation *notice(const char *ns, const char *id, const char *name, const char *address, const char *type)
{
	struct str text = str_format(arena, "<Infringement%s><Case><ID>%s</ID></Case><Complainant><Entity>%s</Entity><Email>n@rights.example</Email></Complainant>"
		"<Service_Provider><Entity>P</Entity><Email>p@example.net</Email></Service_Provider><Source><TimeStamp>2026-02-28T10:00:00Z</TimeStamp>%s"
		"<Port>4711</Port><SubType BaseType=\"P2P\"/></Source><Content><Item><TimeStamp>2026-02-28T10:00:00Z</TimeStamp><FileName>f</FileName>"
		"<URL>http://host.example/f</URL></Item></Content>%s</Infringement>", ns, id, name, address, type);
	struct decode d = { .arena = arena, .text = text, .received_at = INT64_C(1772366400) * SECOND_US };
	BUG_ON(format_decode(&d) != OK || d.count != 1);
	return &d.observations[0];
}

#define IP "<IP_Address>192.0.2.7</IP_Address>"

static struct str answer(const struct observation *o, const struct fold_result *r)
{
	return notice_ack(arena, o, r, STR("Example & <Net>"), STR("abuse@example.net"));
}

/* What our own reader tells a person of it. */
static void is_read(struct str document, const char *want, const char *what)
{
	struct decode d = { .arena = arena, .text = document, .received_at = INT64_C(1772366400) * SECOND_US };
	OK_(format_decode(&d) == OK && d.outcome == OUTCOME_PROSE && !d.count && d.problem_count, what);
	IS_STR(str_of(d.format), STR("acns-reply"), "  as an answer");
	bool found = false;
	for (unsigned i = 0; i < d.problem_count; i++)
		found |= str_eq(d.problems[i].text, str_of(want));
	OK_(found, want);
}

static void fates(void)
{
	static const struct {
		struct fold_result r;
		const char *want, *what;
	} table[] = {
		{ { .fate = FATE_CASE, .number = 1 }, "accepted \"true\", reason \"\"", "a case" },
		{ { .fate = FATE_COUNTED }, "accepted \"true\", reason \"\"", "one that was counted" },
		{ { .fate = FATE_NOT_OURS }, "accepted \"false\", reason \"IP_OUT_OF_RANGE\"", "nobody of ours" },
		{ { .fate = FATE_COUNTED, .asked = true }, NULL, "more was asked for" },
		{ { .fate = FATE_CASE, .subject.missing = MISSING_PORT }, NULL, "who it was hangs on what is missing" },
		{ { .fate = FATE_PARKED }, NULL, "it waits" },
		{ { .fate = FATE_PERSON }, NULL, "a person has it" },
		{ { .fate = FATE_OVER_CAP }, NULL, "one too many" },
		{ { .fate = FATE_DUPLICATE }, NULL, "a second copy" },
		{ { .fate = FATE_NONE }, NULL, "nothing became of it" },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		arena_reset(arena);
		struct str got = answer(notice(V12, "c1", "Rights", IP, ""), &table[i].r);
		if (table[i].want)
			is_read(got, str_c(arena, str_format(arena, "an acknowledgement of notice \"c1\": %s", table[i].want)), table[i].what);
		else
			OK_(!got.len, table[i].what);
	}
	arena_reset(arena);
	const struct observation *link = notice(V12, "c1", "Rights", "", "");
	is_read(answer(link, &(struct fold_result){ .fate = FATE_NOT_OURS }), "an acknowledgement of notice \"c1\": accepted \"false\", reason \"OTHER\"", "a link is no address");
	const struct observation *undo = notice(V12, "c1", "Rights", IP, "<Type Retraction=\"true\">INFO</Type>");
	is_read(answer(undo, &(struct fold_result){ .fate = FATE_RETRACTED }), "an acknowledgement of notice \"c1\": accepted \"true\", reason \"\"", "what was taken back");
	OK_(!answer(undo, &(struct fold_result){ .fate = FATE_COUNTED }).len, "a retraction that found nothing");
}

static void whole(void)
{
	const struct fold_result r = { .fate = FATE_NOT_OURS };
	arena_reset(arena);
	IS_STR(answer(notice(V12, "a&lt;1>", "Rights &amp; Sons", IP, ""), &r), STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<NoticeAck xmlns=\"http://www.acns.net/ACNS\" Accepted=\"false\" RejectReason=\"IP_OUT_OF_RANGE\">\n  <Case>\n    <ID>a&lt;1&gt;</ID>\n  </Case>\n"
		"  <Complianant>\n    <Entity>Rights &amp; Sons</Entity>\n    <Email>n@rights.example</Email>\n  </Complianant>\n"
		"  <Service_Provider>\n    <Entity>Example &amp; &lt;Net&gt;</Entity>\n    <Email>abuse@example.net</Email>\n  </Service_Provider>\n</NoticeAck>\n"),
		"the whole, everything in it escaped");
}

static void told(void)
{
	const struct fold_result r = { .fate = FATE_CASE };
	arena_reset(arena);
	OK_(str_find(answer(notice(V1, "c1", "Rights", IP, ""), &r), STR("<NoticeAck xmlns=\"http://www.movielabs.com/ACNS\" ")) != SIZE_MAX, "1.0 and 1.1 in their namespace");
	OK_(!answer(notice("", "c1", "Rights", IP, ""), &r).len, "0.6 and 0.7 have no answers");
	OK_(!answer(notice(V12, "", "Rights", IP, ""), &r).len, "nothing about a notice without a number");
	OK_(!answer(notice(V12, "Buy now at http://shop.example/", "Rights", IP, ""), &r).len, "nor about one whose number is a message");
	struct str got = answer(notice(V12, "c1", "Call 0190 555 now", IP, ""), &r);
	OK_(str_find(got, STR("0190")) == SIZE_MAX && str_find(got, STR("<Entity>n@rights.example</Entity>")) != SIZE_MAX, "a name that may be a message is not repeated");
	struct observation *o = notice(V12, "c1", "Rights", IP, "");
	for (unsigned i = 0; i < o->fact_count; i++)
		if (str_eq(o->facts[i].name, STR("acns-version")))
			o->facts[i].certainty = CERTAINTY_STATED;
	OK_(!answer(o, &r).len, "what only says that it were such a notice is none");
	o = notice(V12, "c1", "Rights", IP, "");
	o->kind = KIND_CSAM;
	OK_(!answer(o, &r).len, "nothing about the sealed class");
}

/* The receipt's word, in the words of the system. */
static void statuses(void)
{
	static const struct {
		struct receipt_told told;
		bool ended;
		const char *want, *what;
	} table[] = {
		{ { RECEIPT_ACTED, RECEIPT_NO_REASON }, true, "CLOSED", "acted upon, and over" }, { { RECEIPT_OURS, RECEIPT_NO_REASON }, true, "CLOSED", "settled before anybody was told" },
		{ { RECEIPT_REFUSED, RECEIPT_NOT_A_BREACH }, true, "REJECTED", "no breach" }, { { RECEIPT_NOT_OURS, RECEIPT_IS_NOT_OURS }, false, "REJECTED", "not ours" },
		{ { RECEIPT_ACTED, RECEIPT_NO_REASON }, false, "OPEN", "acted upon, and not over" }, { { RECEIPT_RECEIVED, RECEIPT_NO_REASON }, false, "OPEN", "received" },
	};
	struct str version = STR_NONE, id = STR_NONE;
	arena_reset(arena);
	OK_(notice_names(notice(V12, "c1", "Rights", IP, ""), &version, &id), "a notice that has a status");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		is_read(notice_status(arena, version, id, table[i].told, table[i].ended), str_c(arena, str_format(arena, "the status of notice \"c1\": \"%s\"", table[i].want)), table[i].what);
	OK_(str_find(notice_status(arena, version, STR("a<b"), table[0].told, true), STR("<ID>a&lt;b</ID>")) != SIZE_MAX, "its number is escaped");
	OK_(notice_names(notice(V1, "c1", "Rights", IP, ""), &version, &id), "one of 1.0 or 1.1");
	OK_(str_find(notice_status(arena, version, id, table[0].told, true), STR("<NoticeStatus xmlns=\"http://www.movielabs.com/ACNS\">")) != SIZE_MAX, "  in its namespace");
	OK_(!notice_names(notice("", "c1", "Rights", IP, ""), &version, &id), "none of 0.6 and 0.7");
	OK_(!notice_names(notice(V12, "Buy now at http://shop.example/", "Rights", IP, ""), &version, &id), "none whose number is a message");
	struct observation *o = notice(V12, "c1", "Rights", IP, "");
	o->kind = KIND_CSAM;
	OK_(!notice_names(o, &version, &id), "nothing about the sealed class");
	OK_(!notice_status(arena, STR_NONE, STR("c1"), table[0].told, true).len, "no status of what is no notice");
}

int main(void)
{
	arena = arena_new("test", 16 << 20);
	fates();
	whole();
	told();
	statuses();
	arena_free(arena);
	return tap_done();
}
