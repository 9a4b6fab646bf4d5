/*
 * Statements of reasons: what is written passes the check, and the check sees each thing that a database would refuse.
 */
#include "base/time.h"
#include "engine/letter.h"
#include "engine/reasons.h"
#include "tap.h"

static struct arena *arena;
static struct clause clause = { .id = { "email.unsolicited", 17 }, .title = { "Unsolicited bulk mail", 21 }, .text = { "Nobody sends bulk mail unasked.", 31 } };
static struct policy policy = { .version = { "2026-03-01", 10 }, .clauses = &clause, .clause_count = 1 };
static struct casefile file;
static struct act act;

static int64_t at(const char *text)
{
	int64_t t = TIME_NONE;
	return time_parse(str_of(text), &t) == OK ? t : TIME_NONE;
}

static void usual(void)
{
	statement_default(clause.id, &clause.statement);
	file = (struct casefile){ .clause = clause.id, .rule = STR("trap-hits"), .policy = policy.version, .opened_by = STR("rule"), .report_count = 3, .incident_count = 1,
		.first_event_at = at("2026-03-02T10:00:00.5Z"), .last_event_at = at("2026-03-02T12:00:00Z"), .opened_at = at("2026-03-02T12:01:00Z"),
		.customer = STR("acme"), .because = STR("3 reports of bulk mail from 192.0.2.7"), .service = STR("mail-acme"), .source_text = STR("192.0.2.7") };
	act = (struct act){ .key = STR("C-1/s2.1/limit/mail"), .verb = VERB_LIMIT, .service = STR("mail"), .instance = STR("mail-acme"), .automatic = true,
		.expires_at = TIME_NONE, .customer = STR("acme"), .target = STR("192.0.2.7") };
}

static struct str written(int64_t applied_at)
{
	struct reasons r = { &file, &policy, &act, applied_at, STR("0123456789abcdef") };
	struct buf out;
	struct jsonw w;
	buf_init(&out, 1 << 20);
	jsonw_init(&w, &out);
	reasons_write(arena, &r, &w);
	struct str s = str_copy(arena, buf_str(&out));
	buf_done(&out);
	return s;
}

static struct str checked(struct str text)
{
	struct str problems[REASONS_PROBLEMS_MAX], all = STR("");
	struct json *root;
	if (json_read(arena, text, &root, NULL) != OK)
		return STR("no JSON");
	unsigned n = reasons_check(arena, root, problems);
	for (unsigned i = 0; i < n; i++)
		all = str_format(arena, "%.*s%s%.*s", STR_ARG(all), i ? "; " : "", STR_ARG(problems[i]));
	return all;
}

static struct str day(void)
{
	return written(at("2026-03-04T12:01:00Z"));
}

static bool has(struct str s, const char *what)
{
	return str_find(s, str_of(what)) != SIZE_MAX;
}

/* The statement with a piece of its text in another form. */
static struct str changed(struct str s, const char *from, const char *to)
{
	size_t i = str_find(s, str_of(from));
	if (i == SIZE_MAX)
		return STR("the piece is not there");
	return str_format(arena, "%.*s%s%.*s", STR_ARG(str_sub(s, 0, i)), to, STR_ARG(str_sub(s, i + strlen(from), s.len)));
}

static void whole(void)
{
	usual();
	struct str s = day();
	IS_STR(checked(s), STR(""), "what is written passes");
	OK_(has(s, "\"decision_provision\":\"DECISION_PROVISION_PARTIAL_SUSPENSION\"") && has(s, "\"end_date_service_restriction\":null"), "a limit is a partial suspension until it is lifted");
	OK_(has(s, "\"content_date\":\"2026-03-02\"") && has(s, "\"application_date\":\"2026-03-04\""), "dates are days");
	OK_(has(s, "SOURCE_TYPE_OTHER_NOTIFICATION") && has(s, "AUTOMATED_DECISION_FULLY") && has(s, "\"automated_detection\":\"No\""), "reports of others, and nobody had a part in it");
	OK_(!has(s, "acme") && !has(s, "192.0.2"), "no word of the customer, nor of what it came from");
}

static void kinds(void)
{
	usual();
	act.verb = VERB_SUSPEND;
	act.service = STR("all");
	OK_(has(day(), "DECISION_PROVISION_TOTAL_SUSPENSION"), "a suspension of all is total");
	act.verb = VERB_TERMINATE;
	OK_(has(day(), "DECISION_PROVISION_TOTAL_TERMINATION"), "so is a termination of all");
	act.service = STR("mail");
	OK_(has(day(), "DECISION_PROVISION_PARTIAL_TERMINATION"), "of one it is partial");
	act.verb = VERB_LIMIT;
	act.expires_at = at("2026-03-11T12:01:00Z");
	OK_(has(day(), "\"end_date_service_restriction\":\"2026-03-11\""), "an end that is set is told");
	clause.statement.limited = STR("mail");
	clause.statement.visibility = STR("CONTENT_DISABLED");
	OK_(has(day(), "\"decision_visibility\":[\"DECISION_VISIBILITY_CONTENT_DISABLED\"]") && has(day(), "\"end_date_visibility_restriction\":\"2026-03-11\"") &&
		!has(day(), "decision_provision"), "what the policy calls a restriction of content is one");
	IS_STR(checked(day()), STR(""), "and passes");
	act.verb = VERB_SUSPEND;
	OK_(has(day(), "DECISION_PROVISION_PARTIAL_SUSPENSION"), "a suspension of that service stays one");
	OK_(reasons_needed(&act), "a suspension needs a statement");
	act.verb = VERB_NOTIFY;
	OK_(!reasons_needed(&act), "a letter does not");
}

static void people(void)
{
	usual();
	act.automatic = false;
	OK_(has(day(), "AUTOMATED_DECISION_NOT_AUTOMATED"), "who cuts by hand decides");
	act.automatic = true;
	act.approver_count = 1;
	OK_(has(day(), "AUTOMATED_DECISION_PARTIALLY"), "who approves has a part in it");
	act.approver_count = 0;
	file.decider_count = 1;
	OK_(has(day(), "AUTOMATED_DECISION_PARTIALLY"), "so has who upheld the case");
	file.opened_by = STR("alice");
	OK_(has(day(), "SOURCE_VOLUNTARY") && has(day(), "AUTOMATED_DECISION_PARTIALLY"), "a case that a person opened is of own initiative");
	OK_(!has(day(), "alice"), "and the person is not named");
	clause.statement.source = STR("TRUSTED_FLAGGER");
	clause.statement.detected = true;
	OK_(has(day(), "SOURCE_TRUSTED_FLAGGER") && has(day(), "\"automated_detection\":\"Yes\""), "the policy's words go before");
}

static void grounds(void)
{
	usual();
	clause.statement.law = STR("Section 7 of an Act");
	clause.statement.explains = STR("it forbids this");
	struct str s = day();
	OK_(has(s, "DECISION_GROUND_ILLEGAL_CONTENT") && has(s, "\"illegal_content_legal_ground\":\"Section 7 of an Act\"") && !has(s, "incompatible"), "a legal ground");
	IS_STR(checked(s), STR(""), "passes");
	IS_STR(checked(changed(s, "\"illegal_content_explanation\":\"it forbids this\",", "")), STR("illegal_content_explanation is missing"), "without explanation it does not");
	IS_STR(checked(changed(s, "\"illegal_content_legal_ground\":\"Section 7 of an Act\",", "")), STR("illegal_content_legal_ground is missing"), "nor without the law");
	usual();
	clause.text = STR("");
	IS_STR(checked(day()), STR("incompatible_content_explanation is missing"), "a clause without paragraph explains nothing, and none is made up");
	clause.text = STR("Nobody sends bulk mail unasked.");
}

/* Each field that must be there, and each that another one asks for. */
static void lacking(void)
{
	static const struct { const char *from, *to, *want; } list[] = {
		{ "\"category\":\"STATEMENT_CATEGORY_OTHER_VIOLATION_TC\",", "", "category is missing" },
		{ "\"content_type\":[\"CONTENT_TYPE_TEXT\"],", "", "content_type is missing" },
		{ "\"content_date\":\"2026-03-02\",", "", "content_date is missing" },
		{ "\"application_date\":\"2026-03-04\",", "", "application_date is missing" },
		{ "\"source_type\":\"SOURCE_TYPE_OTHER_NOTIFICATION\",", "", "source_type is missing" },
		{ "\"automated_detection\":\"No\",", "", "automated_detection is missing" },
		{ "\"automated_decision\":\"AUTOMATED_DECISION_FULLY\",", "", "automated_decision is missing" },
		{ ",\"puid\":\"0123456789abcdef\"", "", "puid is missing" },
		{ "\"decision_ground\":\"DECISION_GROUND_INCOMPATIBLE_CONTENT\",", "", "decision_ground is missing" },
		{ "\"decision_provision\":\"DECISION_PROVISION_PARTIAL_SUSPENSION\",", "", "decision_visibility, decision_monetary, decision_provision or decision_account is missing" },
		{ "\"decision_provision\":\"DECISION_PROVISION_PARTIAL_SUSPENSION\"", "\"decision_account\":\"DECISION_ACCOUNT_SUSPENDED\"", "" },
		{ "\"decision_provision\":\"DECISION_PROVISION_PARTIAL_SUSPENSION\"", "\"decision_monetary\":\"DECISION_MONETARY_OTHER\"", "decision_monetary_other is missing" },
		{ "\"decision_provision\":\"DECISION_PROVISION_PARTIAL_SUSPENSION\"", "\"decision_visibility\":[\"DECISION_VISIBILITY_OTHER\"]", "decision_visibility_other is missing" },
		{ "CONTENT_TYPE_TEXT", "CONTENT_TYPE_OTHER", "content_type_other is missing" },
		{ "[\"CONTENT_TYPE_TEXT\"]", "\"CONTENT_TYPE_TEXT\"", "content_type is no list of words" },
		{ "[\"CONTENT_TYPE_TEXT\"]", "[]", "content_type is no list of words" },
		{ "[\"CONTENT_TYPE_TEXT\"]", "[\"TEXT\"]", "content_type holds what is none of the database's words" },
		{ "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "STATEMENT_CATEGORY_SPAM", "category is none of the database's words" },
		{ "2026-03-04", "2026-03-32", "application_date is no day, YYYY-MM-DD" },
		{ "2026-03-04", "2026-03-04T00:00:00Z", "application_date is no day, YYYY-MM-DD" },
		{ "\"content_date\":\"2026-03-02\"", "\"content_date\":null", "content_date is no day, YYYY-MM-DD" },
		{ "\"end_date_service_restriction\":null", "\"end_date_service_restriction\":\"2026-03-03\"", "end_date_service_restriction lies before application_date" },
		{ "0123456789abcdef", "C-1/s2.1", "puid holds more than letters, digits, - and _" },
		{ "\"Nobody sends bulk mail unasked.\"", "\" \"", "incompatible_content_explanation says nothing" },
		{ "\"puid\"", "\"customer\":\"acme\",\"puid\"", "customer is no field that a statement of ours has" },
		{ "\"automated_detection\":\"No\"", "\"automated_detection\":false", "automated_detection is none of the database's words" },
	};
	usual();
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		IS_STR(checked(changed(day(), list[i].from, list[i].to)), str_of(list[i].want), list[i].want[0] ? list[i].want : "an account is one of the four");
	IS_STR(checked(written(TIME_NONE)), STR("application_date is missing"), "a time that is not known is not made up");
	file.first_event_at = TIME_NONE;
	IS_STR(checked(day()), STR("content_date is missing"), "nor when it was");
	IS_STR(checked(STR("[]")), STR("a statement is an object"), "a list is none");
}

/* Characters are counted, not octets. */
static void lengths(void)
{
	char text[2 * STATEMENT_LONG_MAX + 8];
	usual();
	for (size_t i = 0; i < STATEMENT_LONG_MAX + 1; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 2);
	clause.statement.explains = (struct str){ text, (size_t)2 * STATEMENT_LONG_MAX };
	IS_STR(checked(day()), STR(""), "2000 characters of two octets");
	clause.statement.explains.len += 2;
	IS_STR(checked(day()), STR("incompatible_content_explanation is longer than 2000 characters"), "and one more");
}

/* The same in a letter: each of its lines, and German. */
static void letters(void)
{
	usual();
	struct statement *st = &clause.statement;
	IS_STR(letter_reasons(arena, STR("en"), &file, st, &act), STR("  Until:         it is lifted\n  Where:         wherever the service is used\n"
		"  Ground:        the contract, by the clause named here\n  Brought up by: notices of others\n  Found by:      people, or machines of others\n"
		"  Decided by:    a machine, by a rule that people wrote"), "a letter tells it");
	st->law = STR("Section 7");
	st->explains = STR("it forbids this");
	st->territories[0] = STR("DE");
	st->territories[1] = STR("AT");
	st->territory_count = 2;
	st->detected = true;
	act.automatic = false;
	act.expires_at = at("2026-03-11T12:01:00Z");
	file.report_count = 0;
	IS_STR(letter_reasons(arena, STR("de"), &file, st, &act), STR("  Dauer:         2026-03-11T12:01:00Z\n  Gebiet:        DE, AT\n  Grundlage:     Section 7: it forbids this\n"
		"  Anlass:        unsere eigene Feststellung\n  Erkannt von:   unseren Maschinen\n  Entschieden:   durch einen von uns"), "also in German");
	act.verb = VERB_TERMINATE;
	OK_(has(letter_reasons(arena, STR("fr"), &file, st, &act), "  Until:         for good\n"), "what ends is over for good; other languages have English");
	OK_(!has(letter_reasons(arena, STR("en"), &file, st, NULL), "Until:"), "without an act no duration");
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	whole();
	kinds();
	people();
	grounds();
	lacking();
	lengths();
	letters();
	arena_free(arena);
	return tap_done();
}
