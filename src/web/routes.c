/*
 * The routes. See route.h; aupd-api(7) has each of them.
 */
#include "engine/acknowledge.h"
#include "engine/forward.h"
#include "engine/receipt.h"
#include "model/act.h"
#include "model/entity.h"
#include "model/item.h"
#include "model/subject.h"
#include "model/webhook.h"
#include "web/call.h"

enum { KEY_MOST = ROW_KEY_MAX };

#define ALL (SCOPES(SCOPE_NOBODY) | SCOPES(SCOPE_LOCAL) | OPERATOR | OUTSIDE)
#define OPERATOR SCOPES(SCOPE_OPERATOR)
#define LOOKERS (OPERATOR | SCOPES(SCOPE_LOCAL))
#define HOLDERS (SCOPES(SCOPE_RESELLER) | SCOPES(SCOPE_CUSTOMER))
#define REPORTER SCOPES(SCOPE_REPORTER)
#define OUTSIDE (HOLDERS | REPORTER)

/* --- what is asked --- */

#define LIMIT { .name = "limit", .in = IN_QUERY, .value = VALUE_NUMBER, .most = QUERY_LIMIT_MAX, .doc = "most rows of the page, 50 unless told" }
#define MOST { .name = "limit", .in = IN_QUERY, .value = VALUE_NUMBER, .most = QUERY_LIMIT_MAX, .doc = "most lines, all unless told" }
#define AFTER { .name = "after", .in = IN_QUERY, .value = VALUE_TEXT, .most = KEY_MOST, .doc = "what the page before gave as after" }
#define AFTER_CASE { .name = "after", .in = IN_QUERY, .value = VALUE_CASE, .doc = "what the page before gave as after" }
#define FILTER(n, text) { .name = (n), .in = IN_QUERY, .value = VALUE_TEXT, .most = KEY_MOST, .doc = (text) }
#define STEP(n, text) { .name = (n), .in = IN_PATH, .value = VALUE_TEXT, .needed = true, .most = KEY_MOST, .doc = (text) }
#define REST(n, text) { .name = (n), .in = IN_PATH, .value = VALUE_REST, .needed = true, .most = KEY_MOST, .doc = (text) }
#define CASE_STEP { .name = "case", .in = IN_PATH, .value = VALUE_CASE, .needed = true, .doc = "number of the case" }
#define WORDS_OF(n, text) { .name = (n), .in = IN_BODY, .value = VALUE_TEXT, .needed = true, .most = CASE_NOTE_MAX, .doc = (text) }
#define MAY_BE(n, octets, text) { .name = (n), .in = IN_BODY, .value = VALUE_TEXT, .most = (octets), .doc = (text) }
#define WORDS_MAY_BE(n, text) MAY_BE(n, CASE_NOTE_MAX, text)
#define ASKED(n, text) { .name = (n), .in = IN_QUERY, .value = VALUE_TEXT, .needed = true, .most = CASE_NOTE_MAX, .doc = (text) }
#define NUMBERED(n, top, text) { .name = (n), .in = IN_QUERY, .value = VALUE_NUMBER, .most = (top), .doc = (text) }
#define BECAUSE ASKED("because", "why it is asked; it is recorded")
#define PARAMS(...) ((const struct param[]){ __VA_ARGS__, { .name = NULL } })

#define ROWS_OF LIMIT, AFTER, FILTER("state", "in that state"), FILTER("owner", "of that owner"), FILTER("tenant", "whose path of resellers begins so"), \
	FILTER("prefix", "whose key begins so")

/* --- what is answered --- */

#define MEMBERS(...) ((const struct member[]){ __VA_ARGS__, { .name = NULL } })
#define TEXT(n) { .name = (n), .shape = SHAPE_TEXT }
#define NUMBER(n) { .name = (n), .shape = SHAPE_NUMBER }
#define FLAG(n) { .name = (n), .shape = SHAPE_FLAG }
#define TIME(n) { .name = (n), .shape = SHAPE_TIME }
#define TEXTS(n) { .name = (n), .shape = SHAPE_TEXTS }
#define ANY(n) { .name = (n), .shape = SHAPE_ANY }
#define NOUN(n, word, table) { .name = (n), .shape = SHAPE_NOUN, .noun = (word), .fields = (table) }
#define NOUNS(n, word, table) { .name = (n), .shape = SHAPE_LIST, .noun = (word), .fields = (table) }
#define LIST(n, ...) { .name = (n), .shape = SHAPE_LIST, .members = MEMBERS(__VA_ARGS__) }

#define ROWS(word, table) MEMBERS(LIST("rows", TEXT("key"), TEXT("state"), TIME("due"), NOUN("body", word, table)), TEXT("after"))
#define DONE_TO_CASE MEMBERS(TEXT("case"), FLAG("waits"), NUMBER("code"))
#define MY_CASE TEXT("case"), TEXT("customer"), TEXT("service"), TEXT("state"), TEXT("clause"), TEXT("severity"), TEXT("role"), TEXT("content"), NUMBER("reports"), TIME("opened"), \
	TIME("last_event"), TEXT("asked"), TIME("asked_by"), TIME("fix_by"), TIME("appeal_until"), TIME("resolved"), FLAG("answered"), FLAG("appealed")
#define MY_FORWARDING TEXT("case"), TEXT("customer"), TEXT("state"), TEXT("answer"), TIME("sent"), TIME("due"), TIME("acknowledged"), TIME("answered"), \
	NUMBER("rounds"), FLAG("late"), FLAG("back")
#define BLOCK TEXT("head"), TEXT("text"), TEXTS("items")
#define SAID_TO_FORWARDING MEMBERS(TEXT("case"), TEXT("state"), TEXT("answer"), NUMBER("code"))
/* What the judge answers says that it is done, too. */
#define TOLD(...) MEMBERS(__VA_ARGS__, NUMBER("code"))
#define QUEUES LIST("queues", TEXT("name"), TEXT("doc"), NUMBER("count"), FLAG("more"), NUMBER("first"), NUMBER("yours"), TIME("oldest"), \
	LIST("reasons", TEXT("reason"), NUMBER("count")))
#define QUEUE_ROWS LIST("rows", TEXT("case"), FLAG("sealed"), TEXT("first"), TEXT("state"), TIME("since"), TIME("due"), TEXT("key"), TEXT("customer"), TEXT("clause"), \
	TEXT("what"), TEXT("reason"), TEXT("by"), FLAG("act"), FLAG("yours"), TEXT("needs"))
#define SCORECARD TEXT("reseller"), TEXT("window"), NUMBER("open"), NUMBER("sent"), NUMBER("repeated"), NUMBER("answered"), NUMBER("fixed"), NUMBER("late"), \
	NUMBER("back"), FLAG("failing"), LIST("acknowledgements", TEXT("version"), TIME("asked"), TIME("due"), TIME("acknowledged"), TEXT("by"), TIME("told"), \
	TEXT("document"), TEXT("sha256"), TEXT("proven_by"), FLAG("overdue")), TEXT("fail_asked_by"), TEXT("failed_by"), TEXT("because"), TIME("failed"), \
	LIST("findings", NUMBER("n"), TEXT("text"), TEXT("by"), TIME("at")), \
	LIST("plan", NUMBER("n"), TEXT("text"), TEXT("by"), TIME("at"), TIME("due"), TEXT("state"), TIME("reminded"), TIME("kept"), TEXT("kept_by"))
#define TREE_LINE NUMBER("customers"), NUMBER("cases"), NUMBER("open"), NUMBER("over"), NUMBER("affected"), NUMBER("repeated"), TEXT("per_1000"), TEXT("repeat_percent"), \
	NUMBER("median_fix_s")
#define TREE TEXT("reseller"), TEXTS("above"), TIME("since"), ANY("sum"), ANY("direct"), ANY("others"), LIST("children", TEXT("reseller"), TREE_LINE), \
	LIST("outliers", TEXT("customer"), TEXT("path"), NUMBER("cases")), FLAG("more")
#define REPORTER_SHOWN TEXT("name"), TEXT("standing"), TEXT("reputation"), NUMBER("reports"), NUMBER("over"), NUMBER("copies"), NUMBER("cap_hour"), NUMBER("cap_day"), \
	NUMBER("upheld"), NUMBER("refused"), NUMBER("undone"), NUMBER("retracted"), NUMBER("not-ours"), FLAG("letters"), TEXT("language"), TIME("bounced"), TIME("seen"), \
	TEXT("by"), TIME("decided"), TEXT("because")
#define MEASURE_SHOWN TEXT("case"), TEXT("act"), TEXT("verb"), TEXT("state"), TEXT("service"), TIME("asked"), TIME("since"), TIME("lifted")
#define SESSION_SHOWN TEXT("login"), TEXT("address"), TIME("since"), TIME("heard"), TEXT("server")
#define HOLD_SHOWN TEXT("about"), TEXT("because"), TEXT("by"), TIME("since"), TIME("until")
#define POLICY_HEAD TEXT("version"), TEXT("name"), TEXT("digest"), TEXT("document"), TIME("posted"), TIME("effective"), TEXT("significant"), NUMBER("clause_count"), \
	NUMBER("rule_count")
#define SIDES LIST("rows", TEXT("before"), TEXT("after"), FLAG("same"))
#define CASE_SHOWN TEXT("case"), TEXT("state"), TEXT("clause"), TEXT("severity"), TEXT("source"), TEXT("into"), NUMBER("step"), \
	NUMBER("strikes"), NUMBER("reports"), TIME("opened"), TIME("resolved"), TEXT("resolution"), TIME("due"), TEXT("next"), TEXT("asked"), \
	TIME("asked_by"), TIME("appeal_until"), FLAG("appealed"), FLAG("corrected"), ANY("undertaking")
#define FIGURES ANY("reports"), ANY("opened"), ANY("noticed"), ANY("prompt"), ANY("resolved"), ANY("reopened"), ANY("reviewed"), ANY("refused"), ANY("appeals"), \
	ANY("reversed"), ANY("by_rule"), ANY("by_both"), ANY("by_person"), ANY("mean_notice_seconds"), ANY("mean_fix_seconds"), ANY("prompt_percent"), \
	ANY("automated_percent"), ANY("reversed_percent")
#define COVERED NUMBER("cases"), NUMBER("reports"), NUMBER("decided"), NUMBER("upheld"), NUMBER("precision"), TIME("last")
#define WEBHOOK TEXT("webhook"), TEXT("scope"), TEXT("owner"), TEXT("url"), TEXTS("events"), TEXT("state"), TEXT("because"), TIME("made"), TIME("disabled"), \
	TIME("failing_since"), TIME("paused_until"), NUMBER("failures"), TIME("old_secret_until")
#define DELIVERY TEXT("delivery"), TEXT("type"), TEXT("about"), TIME("at"), TEXT("state"), NUMBER("attempts"), NUMBER("repeated"), NUMBER("status"), TEXT("failure"), \
	TIME("tried"), TIME("over")
#define WEBHOOK_STEP STEP("webhook", "its id")
#define MY_REPORT TEXT("receipt"), TEXT("state"), TEXT("reason"), TIME("received")

const struct route routes[] = {
	{ "GET", "/v1/cases", "listCases", OPERATOR, "cases, the latest first", PARAMS(LIMIT, AFTER_CASE, FILTER("state", "in that state"),
		FILTER("owner", "of that customer"), FILTER("tenant", "whose path of resellers begins so"), FILTER("prefix", "whose key begins so"),
		FILTER("clause", "of that clause"), FILTER("group", "of that group of clauses"), FILTER("assigned", "of that operator"),
		FILTER("reseller", "below that reseller"), FILTER("flag", "with that flag"), FILTER("severity", "of that severity"),
		FILTER("since", "opened at that time or later"), FILTER("sort", "due: what falls due first, one page of it")), read_cases, NULL, false,
		MEMBERS(LIST("rows", TEXT("key"), TEXT("case"), TEXT("state"), TIME("opened"), TIME("due"), NUMBER("used"), NUMBER("left"),
			NUMBER("late"), TIME("snoozed"), TEXTS("viewing"), NUMBER("reporters"), NOUN("body", "Case", casefile_fields)), FLAG("more"), TEXT("after")), NULL },
	{ "GET", "/v1/cases/{case}", "getCase", OPERATOR, "one case with its story and its acts", PARAMS(CASE_STEP, AFTER), read_case, NULL, false,
		MEMBERS(TEXT("case"), TEXT("state"), TIME("due"), NUMBER("used"), NUMBER("left"), NUMBER("late"), TIME("snoozed"), TEXTS("viewing"), NOUN("body", "Case", casefile_fields),
			NOUNS("events", "CaseEvent", case_event_fields),
			NOUNS("acts", "Act", act_fields), TEXT("after")), NULL },
	{ "GET", "/v1/events", "listEvents", OPERATOR, "what happened in cases: the latest, or what came behind a place", PARAMS(LIMIT, AFTER), read_events, NULL, false,
		MEMBERS(LIST("events", TEXT("key"), TEXT("place"), TEXT("case"), TIME("at"), TEXT("type"), TEXT("actor"), TEXT("text"), TEXT("clause"),
			TEXT("policy"), TIME("opened"), TEXT("kind"), TEXT("told"), TEXT("act"), TEXT("measure"), TEXT("decided"))), NULL },
	{ "GET", "/v1/intake", "listIntake", OPERATOR, "what came in and is before a person", PARAMS(ROWS_OF), read_intake, NULL, false, ROWS("Item", item_fields), NULL },
	{ "GET", "/v1/intake/{item}", "getItem", OPERATOR, "one of them", PARAMS(REST("item", "its key")), read_item, NULL, false,
		MEMBERS(TEXT("key"), NOUN("row", "Item", item_fields)), NULL },
	{ "GET", "/v1/acts", "listActs", OPERATOR, "the outbox", PARAMS(ROWS_OF), read_acts, NULL, false,
		MEMBERS(LIST("rows", TEXT("key"), TEXT("case"), TEXT("state"), TIME("due"), TIME("expires"), FLAG("drift"), NOUN("body", "Act", act_fields)), TEXT("after")), NULL },
	{ "GET", "/v1/registry", "listRegistry", OPERATOR, "the entities; what is personal is sealed and not shown", PARAMS(ROWS_OF), read_registry, NULL, false,
		ROWS("Entity", entity_fields), NULL },
	{ "GET", "/v1/registry/{type}/{id}", "getEntity", OPERATOR, "one of them", PARAMS(STEP("type", "its type"), REST("id", "its id")), read_entity, NULL, false,
		MEMBERS(NOUN("row", "Entity", entity_fields)), NULL },
	{ "GET", "/v1/ignores", "listIgnores", OPERATOR, "the rules that hide items", NULL, read_ignores, NULL, false,
		MEMBERS(NOUN("row", "IgnoreRules", ignore_rules_fields)), NULL },
	{ "GET", "/v1/records", "listRecords", OPERATOR, "the evidence records, in their canonical text", PARAMS(ROWS_OF), read_records, NULL, false,
		MEMBERS(LIST("rows", TEXT("key"), TEXT("state"), TIME("due"), TEXT("body")), TEXT("after")), NULL },
	{ "GET", "/v1/parked", "listParked", OPERATOR, "what could not be judged yet and is tried again", PARAMS(ROWS_OF), read_parked, NULL, false,
		ROWS("Observation", observation_fields), NULL },
	{ "GET", "/v1/receipts", "listReceipts", OPERATOR, "what became of reports, the latest first", PARAMS(LIMIT, AFTER, FILTER("owner", "of that reporter, such as api:desk")),
		read_receipts, NULL, false, MEMBERS(LIST("reports", MY_REPORT, TEXT("case")), TEXT("after")), NULL },
	{ "GET", "/v1/receipts/{receipt}", "getReceipt", OPERATOR, "what became of a report", PARAMS(STEP("receipt", "its receipt")), read_receipt, NULL, false,
		MEMBERS(NOUN("row", "Receipt", receipt_fields), TEXT("state"), TEXT("reason")), NULL },
	{ "GET", "/v1/policies", "listPolicies", OPERATOR, "the versions that were posted, the one that binds last first", PARAMS(ROWS_OF), read_policies, NULL, false,
		MEMBERS(LIST("rows", TEXT("key"), TEXT("state"), TIME("due"), ANY("body")), TEXT("after")), NULL },
	{ "GET", "/v1/policies/{version}", "getPolicy", OPERATOR, "a posted version, all its files", PARAMS(REST("version", "its version")), read_policy, NULL, false,
		MEMBERS(ANY("row")), NULL },
	{ "GET", "/v1/policy", "listVersions", OPERATOR, "the versions of the policy, the one that binds last first, and the drafts", NULL, NULL, "policy-versions", false,
		TOLD(LIST("versions", POLICY_HEAD, TEXT("state"), TEXT("before"), FLAG("as_posted")), FLAG("by_two"),
			LIST("drafts", POLICY_HEAD, TEXT("fault"), TEXT("stage"), TEXT("by"), TIME("at"), TEXT("proposed_by"), TIME("since"), TEXT("before"))), NULL },
	{ "GET", "/v1/policy/{version}", "getVersion", OPERATOR, "what a version says, posted or a draft: its clauses with their text and their rules, its ladders",
		PARAMS(STEP("version", "its version")), NULL, "policy-version", false,
		TOLD(POLICY_HEAD, TEXT("state"), TEXT("by"), TEXT("before"), LIST("clauses", TEXT("clause"), TEXT("title"), TEXT("text"), TEXT("kept_by"), TEXT("note"),
			LIST("rules", TEXT("rule"), TEXT("text"))), LIST("ladders", TEXT("ladder"), TEXT("text"))), NULL },
	{ "GET", "/v1/policy/{version}/file", "getVersionFile", OPERATOR, "one of its files, the main one unless told", PARAMS(STEP("version", "its version"), FILTER("file", "its name")),
		NULL, "policy-file", false, TOLD(TEXT("version"), FLAG("draft"), TEXT("file"), TEXT("text"), TEXTS("files")), NULL },
	{ "GET", "/v1/policy/{from}/changes/{to}", "compareVersions", OPERATOR, "what a version says that another one does not, clause by clause, side by side",
		PARAMS(STEP("from", "the one before"), STEP("to", "the one after")), NULL, "policy-changes", false,
		TOLD(TEXT("from"), TEXT("to"), TIME("from_effective"), TIME("to_effective"), LIST("changes", TEXT("change"), TEXT("what"), TEXT("name"), TEXT("part"), TEXT("before"),
			TEXT("after"), TEXT("means"), TEXT("detail")), FLAG("unsaid"),
			LIST("clauses", TEXT("clause"), TEXT("title"), TEXT("change"), FLAG("reworded"), LIST("text", FLAG("too_long"), SIDES),
				LIST("rules", TEXT("rule"), TEXT("change"), TEXT("means"), FLAG("too_long"), SIDES)),
			LIST("ladders", TEXT("ladder"), TEXT("change"), FLAG("too_long"), SIDES)), NULL },
	{ "GET", "/v1/policy/{version}/files", "getVersionFiles", OPERATOR, "all of its files", PARAMS(STEP("version", "its version")), NULL, "policy-bundle", false,
		TOLD(TEXT("version"), ANY("policy")), NULL },
	{ "GET", "/v1/policy/{version}/backtest", "getBacktest", OPERATOR, "the back-test that was kept of it: what it would have done", PARAMS(STEP("version", "its version")),
		NULL, "policy-backtest", false, TOLD(TEXT("version"), FLAG("draft"), FLAG("of_this"), TEXT("by"), TIME("at"), ANY("result")), NULL },
	{ "GET", "/v1/coverage", "getCoverage", OPERATOR, "for each clause what could tell that it is broken, and what did: by the version in force and what is heard", NULL, read_coverage,
		NULL, false, MEMBERS(TEXT("version"), TEXT("name"), TEXT("document"), LIST("clauses", TEXT("clause"), TEXT("title"), TEXT("by"), TEXT("state"), FLAG("justified"),
			FLAG("people_decide"), TEXT("note"), TEXT("does"), TEXT("not_yet"), COVERED, LIST("rules", TEXT("rule"), FLAG("live"), TEXT("by"), TEXT("waits_for"), COVERED,
				LIST("inputs", TEXT("type"), TEXT("name"), TEXT("state"), NUMBER("reports"), TIME("last")))), ANY("totals"), NUMBER("rules"), NUMBER("live_rules"),
			TEXTS("unenforced"), LIST("unjustified", TEXT("clause"), TEXT("rule")), TIME("counted_until"), FLAG("counting")), NULL },
	{ "GET", "/v1/detectors/{detector}", "getDetector", OPERATOR, "one kind of report or signal: which rules wait for it, what came of it, and that by week",
		PARAMS(STEP("detector", "its name")), read_detector, NULL, false, MEMBERS(TEXT("detector"), TEXT("version"), LIST("rules", TEXT("clause"), TEXT("title"), TEXT("rule"),
			FLAG("live"), TEXT("waits_for"), NUMBER("by_it"), COVERED), TEXT("type"), TEXT("state"), COVERED, LIST("weeks", TIME("week"), COVERED),
			TIME("counted_until"), FLAG("counting")), NULL },
	{ "GET", "/v1/figures", "getFigures", OPERATOR, "what was reported, decided, done and appealed against in a period, by clause, and how long it took",
		PARAMS(FILTER("from", "its first day; the first of this month unless told"), FILTER("until", "the day after its last one"),
			{ .name = "form", .in = IN_QUERY, .value = VALUE_WORD, .words = (const char *const[]){ "public", NULL }, .doc = "public: numbers below 5 are told as few" }),
		read_figures, NULL, false, MEMBERS(TIME("from"), TIME("until"), TEXT("form"), LIST("rows", TEXT("clause"), FIGURES), ANY("total"), TEXTS("at_least"),
			TIME("counted_until"), FLAG("counting")), NULL },
	{ "GET", "/v1/audit", "listDeeds", OPERATOR, "what operators did, the latest first", PARAMS(NUMBERED("limit", 200, "most rows of the page, 200 unless told"), AFTER,
		FILTER("operator", "by that operator"), FILTER("what", "whose op begins so"), FILTER("about", "about that"), FILTER("from", "from that time on"),
		FILTER("until", "before that time")), NULL, "audit", false,
		TOLD(LIST("deeds", TIME("time"), TEXT("operator"), TEXT("op"), TEXT("about"), TEXT("before"), TEXT("after"), TEXT("why"), TEXT("way")), TEXT("after")), NULL },
	{ "GET", "/v1/users", "listUsers", OPERATOR, "the accounts of the console", PARAMS(AFTER), NULL, "users", false,
		TOLD(LIST("users", TEXT("name"), TEXT("scope"), TEXT("id"), TEXT("role"), TEXT("state"), TEXT("oidc"), TEXT("made_by"), TIME("made"), TIME("seen")), TEXT("after")), NULL },
	{ "GET", "/v1/sessions", "listSessions", OPERATOR | HOLDERS, "one's own sessions of the console", NULL, NULL, "sessions", false,
		TOLD(TEXT("account"), TEXT("oidc"), LIST("sessions", TEXT("session"), FLAG("this"), TEXT("from"), TEXT("agent"), TIME("made"), TIME("seen"), TIME("until")),
			LIST("keys", TEXT("name"), TEXT("usual"), TEXT("own"), TEXT("what"))), NULL },
	{ "GET", "/v1/letters", "listLetters", OPERATOR, "the templates of letters, and what they become for a case that is made up",
		PARAMS(FILTER("version", "of that version; the one in force unless told"), FILTER("name", "of that name")), NULL, "policy-letters", false,
		TOLD(TEXT("version"), LIST("letters", TEXT("language"), TEXT("name"), TEXT("subject"), TEXT("body"), TEXT("preview_subject"), TEXT("preview_body"))), NULL },
	{ "GET", "/v1/settings", "listSettings", OPERATOR, "the configuration of the daemon that runs, without what is secret", NULL, read_settings, NULL, false,
		MEMBERS(TEXT("file"), LIST("settings", TEXT("block"), TEXT("name"), TEXT("value"), TEXT("fallback"), NUMBER("line"), TEXT("doc"))), NULL },
	{ "GET", "/v1/keys", "listKeys", OPERATOR, "the keys of the API: whose, until when; of the key itself its SHA-256", PARAMS(ROWS_OF), read_keys, NULL, false,
		ROWS("ApiKey", api_key_fields), NULL },
	{ "GET", "/v1/cases/{case}/reasons", "getReasons", OPERATOR, "the statements of reasons of what is in force in a case",
		PARAMS(CASE_STEP, FILTER("act", "of that act alone")), NULL, "case-reasons", false,
		TOLD(LIST("statements", TEXT("act"), TEXT("state"), TIME("appeal_until"), ANY("statement")), NUMBER("waiting")), NULL },
	{ "GET", "/v1/cases/{case}/explained", "explainCase", OPERATOR, "what its clause says, which terms held, why its reports stand together, and what may be done now",
		PARAMS(CASE_STEP), NULL, "case-explain", false, TOLD(TEXT("case"), ANY("clause"), TEXTS("grouped"), LIST("reports", FLAG("begins"), NUMBER("n"), TIME("at"), TIME("event"),
			TEXT("kind"), TEXT("source"), TEXT("reporter"), TEXT("told"), TEXT("clause"), TEXT("rule"), TEXT("grade"), TEXT("binding"), TIME("held_from"),
			TIME("held_until"), TEXTS("reasons"), TEXT("why"), FLAG("raw")), FLAG("more"), LIST("terms", TEXT("rule"), TEXT("text"), NUMBER("held"),
			NUMBER("cannot"), LIST("of", NUMBER("n"), TEXT("answer"), TEXT("value"), FLAG("marked")), NUMBER("more")), ANY("may"), ANY("flags"),
			LIST("acts", TEXT("key"), TEXT("verb"), TEXT("service"), TEXT("state"), FLAG("approve"), TEXT("needs"), NUMBER("approvers"), NUMBER("approvals"),
			FLAG("undo")), LIST("others", TEXT("case"), TEXT("state"), TEXT("clause"), TIME("opened"), TEXT("resolution")), FLAG("more_others"),
			LIST("attachments", NUMBER("n"), TEXT("name"), NUMBER("octets"), TEXT("text"), TEXT("commitment"), TEXT("by"), TIME("at"), FLAG("gone"))), NULL },
	{ "GET", "/v1/cases/{case}/notice", "getNotice", OPERATOR, "the letter of a case that goes next, before it goes; that it was read is recorded",
		PARAMS(CASE_STEP), NULL, "case-notice", false, TOLD(TEXT("case"), TEXT("state"), FLAG("do_not_tell"), TEXT("last"), TIME("last_at"),
			LIST("letters", TEXT("state"), TEXT("act"), TEXT("name"), TIME("at"), TEXT("blocked"), TEXT("language"), TEXT("to"), TEXT("whose"), TEXT("role"), TEXT("reply_to"),
				TEXT("subject"), TEXT("body"), FLAG("attached"), FLAG("digest"), LIST("changes", TEXT("same"), TEXT("added"), TEXT("gone"))),
			LIST("if_nothing", TIME("at"), TEXT("verb"), TEXT("what"), TEXT("unless"), NUMBER("approvals")), TEXTS("resellers"), ANY("portal")), NULL },
	{ "GET", "/v1/cases/{case}/reports/{report}", "getReport", OPERATOR, "the raw bytes of a report of a case; that they were read is recorded",
		PARAMS(CASE_STEP, { .name = "report", .in = IN_PATH, .value = VALUE_NUMBER, .needed = true, .most = INT32_MAX, .doc = "its number in the story" }), NULL,
		"case-raw", false, TOLD(TEXT("case"), NUMBER("report"), TIME("at"), TEXT("source"), TEXT("reporter"), ANY("terms"), TEXT("name"), TEXT("raw")), NULL },
	{ "GET", "/v1/cases/{case}/attachments/{event}", "getAttachment", OPERATOR, "the bytes of an attachment of a case; that they were read is recorded",
		PARAMS(CASE_STEP, { .name = "event", .in = IN_PATH, .value = VALUE_NUMBER, .needed = true, .most = INT32_MAX, .doc = "its number in the story" }, BECAUSE), NULL,
		"case-attachment", false, TOLD(TEXT("case"), TEXT("text"), TEXT("name"), TEXT("octets")), NULL },
	{ "GET", "/v1/raw/{item}", "getRaw", OPERATOR, "the raw bytes of what came in; that they were read is recorded", PARAMS(REST("item", "its key")), NULL,
		"intake-raw", false, TOLD(TEXT("item"), TEXT("listener"), TEXT("name"), TEXT("raw")), NULL },
	{ "GET", "/v1/queues", "listQueues", OPERATOR, "what waits for people: how much, and since when", PARAMS(FILTER("within", "of what falls due: in that span, 24h unless told")),
		NULL, "queue", false, TOLD(QUEUES), NULL },
	{ "GET", "/v1/queues/{queue}", "getQueue", OPERATOR, "one of these queues, row by row", PARAMS(STEP("queue", "its name"), LIMIT, AFTER,
		FILTER("within", "of what falls due: in that span, 24h unless told")), NULL, "queue", false,
		TOLD(TEXT("queue"), QUEUE_ROWS, FLAG("more"), TEXT("after")), NULL },
	{ "GET", "/v1/appeals", "listAppeals", OPERATOR, "the appeals that wait, each with the decision, the customer's words and who may decide", NULL, NULL, "appeals", false,
		TOLD(LIST("appeals", TEXT("case"), FLAG("sealed"), TEXT("state"), TEXT("customer"), TEXT("clause"), TEXT("policy"), TEXT("because"), TEXT("opened_by"),
			TEXTS("deciders"), TEXT("words"), TIME("asked"), NUMBER("waits"), NUMBER("reports"), NUMBER("since"), NUMBER("strikes"), TEXTS("in_force"),
			FLAG("yours"), TEXT("needs")), FLAG("more")), NULL },
	{ "GET", "/v1/unattributed", "groupUnattributed", OPERATOR, "what cannot be attributed or judged yet, by reason, place and reporter",
		PARAMS(FILTER("shift", "tell how many would be, were their times moved by that span, such as 2h or -2h")), NULL, "unattributed", false,
		TOLD(LIST("groups", TEXT("reason"), TEXT("place"), TEXT("reporter"), NUMBER("count"), TIME("oldest"), TIME("next"), NUMBER("resolved"), NUMBER("not_ours")),
			NUMBER("count"), NUMBER("over_cap"), NUMBER("beyond"), FLAG("more"), FLAG("tried"), NUMBER("resolved"), NUMBER("not_ours"), NUMBER("no_time")), NULL },
	{ "GET", "/v1/week", "getWeek", OPERATOR, "how many customers were written to within a day in the last seven days, and what is new since one's last session", NULL, read_week, NULL, false,
		MEMBERS(TIME("from"), TIME("until"), NUMBER("noticed"), NUMBER("prompt"), NUMBER("prompt_percent"), FLAG("counting"), TIME("since"), NUMBER("new"), FLAG("more")), NULL },
	{ "GET", "/v1/today", "getToday", OPERATOR, "what falls due when, by clause; what ends soon; which feeds are silent; which version of the policy comes", NULL, NULL,
		"today", false, TOLD(ANY("due"), LIST("clauses", TEXT("clause"), NUMBER("overdue"), NUMBER("hour"), NUMBER("today")),
			LIST("ending", TEXT("case"), TEXT("what"), TIME("at")),
			NUMBER("ending_count"), LIST("silent", TEXT("feed"), TIME("heard"), NUMBER("for")), FLAG("follows"), FLAG("enforces"),
			LIST("coming", TEXT("version"), TIME("effective"))), NULL },
	{ "GET", "/v1/search", "search", OPERATOR, "cases by what stands in them; who looks for a mail address says why", PARAMS(ASKED("text", "what is looked for"),
		FILTER("because", "why a person is looked for; it is recorded")), NULL, "search", false,
		TOLD(LIST("cases", TEXT("case"), TEXT("state"), TEXT("into"), TEXT("customer"), TEXT("clause"), TIME("opened"), TEXT("because")), FLAG("more"), TEXT("receipt")), NULL },
	{ "GET", "/v1/who", "who", OPERATOR, "who held a source at a time", PARAMS(ASKED("source", "an address, domain or login"), NUMBERED("port", UINT16_MAX, "its port"),
		FILTER("at", "when; now unless told"), BECAUSE), NULL, "who", false, TOLD(NOUN("subject", "Subject", subject_fields), TEXTS("bindings"), FLAG("more")), NULL },
	{ "GET", "/v1/lookups", "listLookups", OPERATOR, "who looked whom up, the latest first", PARAMS(LIMIT, FILTER("operator", "by that operator")), NULL, "lookups", false,
		TOLD(LIST("lookups", TEXT("operator"), TEXT("time"), TEXT("asked"), TEXT("because"))), NULL },
	{ "GET", "/v1/customers/{customer}", "getCustomer", OPERATOR, "one customer whole: its entry in the register, cases, what is in force, letters, holds",
		PARAMS(STEP("customer", "its id"), BECAUSE, FILTER("clear", "yes: names and addresses of people in clear")), NULL, "customer-show", false,
		TOLD(TEXT("customer"), FLAG("masked"), FLAG("may_clear"), NOUNS("register", "Entity", entity_fields), TEXTS("resellers"), LIST("cases", CASE_SHOWN), NUMBER("strikes"), ANY("states"),
			LIST("in_force", TEXT("case"), TEXT("act"), TEXT("verb"), TEXT("state"), TEXT("service"), TEXT("target"), TIME("since"), TIME("expires")),
			LIST("measures", MEASURE_SHOWN),
			LIST("letters", TEXT("case"), TEXT("act"), TEXT("letter"), TIME("time"), TEXT("fate")),
			FLAG("followed"), LIST("sessions", SESSION_SHOWN), LIST("holds", HOLD_SHOWN),
			LIST("returned", TEXT("case"), TEXT("clause"), TIME("ended"), TEXT("marks"), NUMBER("equal"), FLAG("sure"), TIME("until")),
			LIST("kept", TEXT("case"), TEXT("marks"), TIME("until")), ANY("erasure"), FLAG("more")), NULL },
	{ "GET", "/v1/customers/{customer}/sessions", "getSessions", OPERATOR, "the open sessions of a customer, as accounting tells of them", PARAMS(STEP("customer", "its id"), BECAUSE),
		NULL, "customer-sessions", false,
		TOLD(TEXT("customer"), FLAG("followed"), LIST("sessions", SESSION_SHOWN), FLAG("more")), NULL },
	{ "GET", "/v1/customers/{customer}/terms", "getTerms", OPERATOR, "what binds a customer: agreements, limits, services, permissions",
		PARAMS(STEP("customer", "its id"), FILTER("at", "when; now unless told")), NULL, "registry-terms", false,
		TOLD(TEXT("customer"), TIME("at"), FLAG("valid"), TEXTS("resellers"), ANY("agreements"), ANY("limits"), ANY("services"), ANY("permissions")), NULL },
	{ "GET", "/v1/customers/{customer}/usage", "getUsage", OPERATOR | HOLDERS, "what a customer used in a month, by its accounting; holders ask of themselves and of who is below them",
		PARAMS(STEP("customer", "its id"), FILTER("month", "such as 2026-03; the present one unless told"), FILTER("series", "yes: its cells too"), BECAUSE), NULL, "usage", false,
		TOLD(TEXT("customer"), TEXT("month"), TIME("from"), TIME("until"), TEXT("zone"), NUMBER("offset"),
			FLAG("metered"), NUMBER("logins"), NUMBER("cells"), NUMBER("passed"), NUMBER("not_known"), NUMBER("inferred"),
			ANY("volume"), ANY("forecast"), ANY("p95"),
			LIST("limits", TEXT("kind"), NUMBER("value"), TEXT("unit"), NUMBER("amount"), FLAG("rate"), TEXT("by"), NUMBER("used"), NUMBER("forecast"), TEXT("state")),
			LIST("days", TEXT("date"), TIME("day"), NUMBER("in"), NUMBER("out"), NUMBER("top_in"), NUMBER("top_out"), NUMBER("passed"), NUMBER("not_known"), FLAG("known")),
			LIST("measures", MEASURE_SHOWN), ANY("in"), ANY("out"), TEXT("state")), NULL },
	{ "GET", "/v1/resellers", "listResellers", OPERATOR, "the scorecards of resellers", PARAMS(MOST, AFTER), NULL, "reseller-list", false,
		TOLD(LIST("resellers", SCORECARD), TEXT("after")), NULL },
	{ "GET", "/v1/resellers/{reseller}", "getReseller", OPERATOR, "the scorecard of one, and what was passed on to it last", PARAMS(STEP("reseller", "its id")), NULL,
		"reseller-show", false, TOLD(SCORECARD, FLAG("more"), LIST("forwardings", MY_FORWARDING)), NULL },
	{ "GET", "/v1/resellers/{reseller}/scorecard", "getScorecard", OPERATOR, "the scorecard alone", PARAMS(STEP("reseller", "its id")), NULL, "reseller-scorecard", false,
		TOLD(SCORECARD), NULL },
	{ "GET", "/v1/resellers/{reseller}/tree", "getResellerTree", OPERATOR, "the resellers below one, with sums over what is below each", PARAMS(STEP("reseller", "its id"), MOST), NULL,
		"reseller-tree", false, TOLD(TREE), NULL },
	{ "GET", "/v1/tree", "getTree", OPERATOR, "the resellers that we serve ourselves, with sums over what is below each", PARAMS(MOST), NULL, "reseller-tree", false, TOLD(TREE), NULL },
	{ "GET", "/v1/reporters", "listReporters", OPERATOR, "the reporters that are known, and what became of their reports", PARAMS(AFTER), NULL, "reporters", false,
		TOLD(LIST("reporters", REPORTER_SHOWN), TEXT("after")), NULL },
	{ "GET", "/v1/reporters/{name}", "getReporter", OPERATOR, "one of them", PARAMS(REST("name", "its name")), NULL, "reporter-show", false, TOLD(REPORTER_SHOWN), NULL },
	{ "GET", "/v1/holds", "listHolds", OPERATOR, "what is kept from erasure and purge, and why", NULL, NULL, "holds", false, TOLD(LIST("holds", HOLD_SHOWN)), NULL },
	{ "GET", "/v1/macros", "listMacros", OPERATOR, "the macros", NULL, NULL, "macros", false, TOLD(ANY("macros")), NULL },
	{ "GET", "/v1/bulks", "listBulks", OPERATOR, "the commands over many cases, the latest first", NULL, NULL, "case-bulks", false,
		TOLD(LIST("bulks", TEXT("bulk"), TEXT("do"), TEXT("to"), TEXT("by"), TIME("at"), NUMBER("cases"), TEXT("undone_by"), TIME("undone_at"))), NULL },
	{ "GET", "/v1/bindings", "getBindings", OPERATOR, "how many bindings are held, and how far each feed was heard", NULL, NULL, "bindings-status", false,
		TOLD(NUMBER("bindings"), NUMBER("capacity"), NUMBER("bytes"), NUMBER("days"), TIME("oldest"), TIME("newest"), NUMBER("bad_records"), NUMBER("damaged_days"),
			NUMBER("cut_records"), LIST("feeds", TEXT("name"), NUMBER("number"), TIME("heard"), LIST("holes", TIME("from"), TIME("until"), TEXT("reason")))), NULL },
	{ "GET", "/v1/evidence", "getEvidence", OPERATOR, "the ledger: its size, what of it is signed, witnessed and stamped", NULL, NULL, "evidence-status", false,
		TOLD(TEXT("origin"), TEXT("key"), FLAG("stands_still"), TEXT("because"), NUMBER("leaves"), NUMBER("signed"), TEXT("checkpoint"), NUMBER("witnessed"),
			NUMBER("required"), ANY("witnesses"), FLAG("stamps"), NUMBER("stamped"), TIME("stamped_at"), TEXT("stamp_trouble"), TEXT("root")), NULL },
	{ "POST", "/v1/command", "command", OPERATOR, "a command of the judge, by its op", NULL, NULL, NULL, true, NULL, NULL },
	{ "GET", "/v1/my", "whoAmI", OPERATOR | OUTSIDE, "who the key is of", NULL, read_my, NULL, false, MEMBERS(TEXT("scope"), TEXT("id")), NULL },
	{ "GET", "/v1/my/cases", "listMyCases", HOLDERS, "own cases, or those of the customers below a reseller; the latest first",
		PARAMS(LIMIT, AFTER_CASE, FILTER("state", "in that state")), read_my_cases, NULL, false, MEMBERS(LIST("cases", MY_CASE), TEXT("after")), NULL },
	{ "GET", "/v1/my/cases/{case}", "getMyCase", HOLDERS, "one of them: what happened, and what is in force", PARAMS(CASE_STEP), read_my_case, NULL, false,
		MEMBERS(MY_CASE, LIST("events", TIME("at"), TEXT("type")), LIST("in_force", TEXT("verb"), TEXT("service"), TIME("until"))), NULL },
	{ "GET", "/v1/my/cases/{case}/told", "tellMyCase", HOLDERS, "of one of them what a letter would say now: what happened, which rule, what comes next, how to mend it",
		PARAMS(CASE_STEP, FILTER("language", "such as de; that of the register unless told")), NULL, "my-told", false,
		TOLD(TEXT("case"), TEXT("language"), TEXT("status"), TEXT("because"), TEXT("source"), TIME("first"), TIME("last"), TEXT("clause"), TEXT("clause_title"),
			LIST("clause_text", BLOCK), TEXT("policy"), TEXTS("evidence"), TEXT("part"), TEXTS("reasons"), TEXT("next_step"), TIME("next_at"), TIME("fix_by"), TIME("look_until"),
			TIME("answer_by"), TIME("appeal_until"), FLAG("may_answer"), FLAG("may_fix"), FLAG("may_appeal"), TEXT("help_title"), LIST("help", BLOCK), TEXT("provider"),
			TEXT("contact")), NULL },
	{ "GET", "/v1/my/cases/{case}/reasons", "getMyReasons", HOLDERS, "the statements of reasons of what is in force in one of them", PARAMS(CASE_STEP),
		NULL, "my-reasons", false, TOLD(LIST("statements", TEXT("act"), TEXT("state"), TIME("appeal_until"), ANY("statement")), NUMBER("waiting")), NULL },
	{ "POST", "/v1/my/cases/{case}/answer", "answerMyCase", HOLDERS, "an answer: the ladder stands until a person has read it",
		PARAMS(CASE_STEP, WORDS_OF("text", "what is said")), NULL, "my-answer", false, DONE_TO_CASE, NULL },
	{ "POST", "/v1/my/cases/{case}/appeal", "appealMyCase", HOLDERS, "an appeal: another person decides about it",
		PARAMS(CASE_STEP, WORDS_OF("text", "why")), NULL, "my-appeal", false, DONE_TO_CASE, NULL },
	{ "POST", "/v1/my/cases/{case}/fixed", "fixMyCase", SCOPES(SCOPE_CUSTOMER), "it is mended: the ladder stands while it is looked whether anything new happens",
		PARAMS(CASE_STEP, WORDS_OF("text", "what was done")), NULL, "my-fixed", false, DONE_TO_CASE, NULL },
	{ "POST", "/v1/my/cases/{case}/evidence", "packMyCase", HOLDERS, "a pack for a dispute is put together, with what whoever asks may see; it is recorded in the ledger",
		PARAMS(CASE_STEP, WORDS_OF("because", "what it is for")), NULL, "my-evidence", false, MEMBERS(TEXT("case"), TEXT("pack"), NUMBER("code")), NULL },
	{ "GET", "/v1/my/cases/{case}/evidence/{pack}", "getMyPack", HOLDERS, "such a pack, once its record is signed; before that 503",
		PARAMS(CASE_STEP, STEP("pack", "its name")), NULL, "my-pack", false, MEMBERS(TEXT("case"), TEXT("pack"), TEXT("evidence"), NUMBER("code")), NULL },
	{ "GET", "/v1/my/scorecard", "getMyScorecard", SCOPES(SCOPE_RESELLER), "one's own figures, and which versions of the policy are to be acknowledged", NULL, NULL, "my-scorecard", false,
		TOLD(TEXT("reseller"), NUMBER("open"), NUMBER("sent"), NUMBER("repeated"), NUMBER("answered"), NUMBER("fixed"), NUMBER("late"), NUMBER("back"), FLAG("failing"),
			LIST("acknowledgements", TEXT("version"), TIME("asked"), TIME("due"), TIME("acknowledged"), TIME("told"), FLAG("overdue"))), NULL },
	{ "GET", "/v1/my/terms", "getMyTerms", HOLDERS, "what binds oneself: agreements, limits, services, permissions", NULL, NULL, "my-terms", false,
		TOLD(TEXT("customer"), TIME("at"), FLAG("valid"), ANY("agreements"), ANY("limits"), ANY("services"), ANY("permissions")), NULL },
	{ "GET", "/v1/my/keys", "listMyKeys", HOLDERS, "one's own keys of the API, the latest first; of a key the beginning of its SHA-256", NULL, NULL, "my-keys", false,
		TOLD(LIST("keys", TEXT("name"), TEXT("label"), FLAG("valid"), TIME("made"), TIME("expires"), TIME("revoked")), FLAG("more")), NULL },
	{ "POST", "/v1/my/keys", "addMyKey", HOLDERS, "another key for oneself, by an account of the console that has just proved who it is; the key is in this answer and in no other",
		PARAMS(MAY_BE("label", API_KEY_LABEL_MAX, "what it is for"), MAY_BE("expires", 64, "a time, or a span such as 90d; never unless told")), NULL, "my-key-add", false,
		TOLD(TEXT("key"), TEXT("name")), NULL },
	{ "POST", "/v1/my/keys/{name}/revoke", "revokeMyKey", HOLDERS, "it opens nothing any more", PARAMS(STEP("name", "its name")), NULL, "my-key-revoke", false, TOLD(TEXT("name")), NULL },
	{ "GET", "/v1/my/forwarded/{case}", "getMyForwarding", SCOPES(SCOPE_RESELLER), "the one of that case", PARAMS(CASE_STEP), read_my_forwarding, NULL, false,
		MEMBERS(MY_FORWARDING), NULL },
	{ "GET", "/v1/my/forwarded", "listMyForwarded", SCOPES(SCOPE_RESELLER), "the complaints that were passed on to the reseller, the latest first",
		PARAMS(LIMIT, AFTER, FILTER("state", "in that state")), read_my_forwarded, NULL, false, MEMBERS(LIST("forwarded", MY_FORWARDING), TEXT("after")), NULL },
	{ "POST", "/v1/my/forwarded/{case}/acknowledge", "acknowledgeMyForwarded", SCOPES(SCOPE_RESELLER), "it has arrived and is looked at; the deadline stays",
		PARAMS(CASE_STEP, WORDS_MAY_BE("text", "what is said of it")), NULL, "my-acknowledge", false, SAID_TO_FORWARDING, NULL },
	{ "POST", "/v1/my/forwarded/{case}/result", "answerMyForwarded", SCOPES(SCOPE_RESELLER), "what came of it, by a word that a mail would begin with",
		PARAMS(CASE_STEP, { .name = "result", .in = IN_BODY, .value = VALUE_WORD, .needed = true, .words = forward_result_words, .doc = "what came of it" },
			WORDS_MAY_BE("text", "what is said of it")), NULL, "my-result", false, SAID_TO_FORWARDING, NULL },
	{ "POST", "/v1/my/policies/{version}/acknowledge", "acknowledgePolicy", SCOPES(SCOPE_RESELLER),
		"the reseller acknowledges a posted version, and proves that its customers were told", PARAMS(STEP("version", "its version"),
			MAY_BE("told", 64, "when its customers were told"), MAY_BE("document", ACKNOWLEDGE_PROOF_MAX, "what proves it"),
			MAY_BE("sha256", 64, "of a document that proves it, in hex")), NULL, "my-policy-acknowledge", false, MEMBERS(TEXT("version"), NUMBER("code")), NULL },
	{ "GET", "/v1/my/reports", "listMyReports", REPORTER, "what became of one's own reports, the latest first", PARAMS(LIMIT, AFTER),
		read_my_reports, NULL, false, MEMBERS(LIST("reports", MY_REPORT), TEXT("after")), NULL },
	{ "GET", "/v1/my/reports/{receipt}", "getMyReport", REPORTER, "of one of them", PARAMS(STEP("receipt", "its receipt")), read_my_report, NULL, false,
		MEMBERS(MY_REPORT), NULL },
	{ "GET", "/v1/form/reports/{receipt}", "getFormReport", SCOPES(SCOPE_NOBODY), "what became of a report by the public form, to whoever has its receipt",
		PARAMS(STEP("receipt", "its receipt")), read_form_report, NULL, false, MEMBERS(MY_REPORT), NULL },
	{ "GET", "/v1/webhooks", "listWebhooks", OPERATOR | OUTSIDE, "one's own webhooks, and to operators those of all; the latest first",
		PARAMS(LIMIT, AFTER, FILTER("state", "in that state")), read_webhooks, NULL, false, MEMBERS(LIST("webhooks", WEBHOOK), TEXT("after")), NULL },
	{ "POST", "/v1/webhooks", "addWebhook", OPERATOR | OUTSIDE, "a URL that is told of events; its secret is in this answer and in no other",
		PARAMS({ .name = "url", .in = IN_BODY, .value = VALUE_TEXT, .needed = true, .most = WEBHOOK_URL_MAX, .doc = "where, by https" },
			{ .name = "events", .in = IN_BODY, .value = VALUE_TEXT, .needed = true, .most = 1000, .doc = "kinds of events with commas between them, or all" },
			MAY_BE("scope", 20, "of whom, when an operator registers it for somebody else"), MAY_BE("id", 200, "who that is")), NULL, "webhook-add", false,
		MEMBERS(TEXT("webhook"), TEXT("secret"), NUMBER("code")), NULL },
	{ "GET", "/v1/webhooks/{webhook}", "getWebhook", OPERATOR | OUTSIDE, "one of them", PARAMS(WEBHOOK_STEP), read_webhook, NULL, false, MEMBERS(WEBHOOK), NULL },
	{ "POST", "/v1/webhooks/{webhook}/remove", "removeWebhook", OPERATOR | OUTSIDE, "it is told nothing more, and what it was told is forgotten", PARAMS(WEBHOOK_STEP),
		NULL, "webhook-remove", false, TOLD(TEXT("webhook")), NULL },
	{ "POST", "/v1/webhooks/{webhook}/enable", "enableWebhook", OPERATOR | OUTSIDE, "it is told again, after it was disabled", PARAMS(WEBHOOK_STEP),
		NULL, "webhook-enable", false, TOLD(TEXT("webhook")), NULL },
	{ "POST", "/v1/webhooks/{webhook}/rotate", "rotateWebhook", OPERATOR | OUTSIDE, "another secret; for a day both sign", PARAMS(WEBHOOK_STEP),
		NULL, "webhook-rotate", false, TOLD(TEXT("webhook"), TEXT("secret"), TIME("until")), NULL },
	{ "POST", "/v1/webhooks/{webhook}/test", "testWebhook", OPERATOR | OUTSIDE, "an event of the kind webhook.test, tried once", PARAMS(WEBHOOK_STEP),
		NULL, "webhook-test", false, TOLD(TEXT("webhook"), TEXT("delivery")), NULL },
	{ "GET", "/v1/webhooks/{webhook}/deliveries", "listDeliveries", OPERATOR | OUTSIDE, "what it was told, and what became of it; the latest first",
		PARAMS(WEBHOOK_STEP, LIMIT, AFTER, FILTER("state", "in that state")), read_deliveries, NULL, false, MEMBERS(LIST("deliveries", DELIVERY), TEXT("after")), NULL },
	{ "POST", "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver", "redeliver", OPERATOR | OUTSIDE, "one that is over goes out again, under its id",
		PARAMS(WEBHOOK_STEP, STEP("delivery", "its id")), NULL, "webhook-redeliver", false, TOLD(TEXT("webhook"), TEXT("delivery")), NULL },
	{ "GET", "/v1/status", "getStatus", LOOKERS, "how many rows are in which state",
		PARAMS(NUMBERED("most", UINT32_MAX, "to be counted no further; what there is more of stands in more")), read_status, NULL, false, NULL, NULL },
	{ "GET", "/v1/cluster", "getCluster", OPERATOR, "the roles of the machine, and what they count", NULL, read_cluster, NULL, false,
		MEMBERS(LIST("roles", TEXT("role"), NUMBER("ready"), FLAG("broken"), NUMBER("starts")),
			LIST("figures", TEXT("role"), TEXT("name"), TEXT("of"), NUMBER("value"), TEXT("what"))), NULL },
	{ "GET", "/metrics", "getMetrics", LOOKERS, "the same, and what the roles count", NULL, read_metrics, NULL, false, NULL,
		"application/openmetrics-text; version=1.0.0; charset=utf-8" },
	{ "GET", "/v1/openapi.json", "getOpenapi", ALL, "this document", NULL, read_openapi, NULL, false, NULL, NULL },
	{ .path = NULL },
};
