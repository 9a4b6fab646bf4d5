/*
 * Windows, judging and taking back, on small policies of their own.
 */
#include "policy/judge.h"
#include "policy/window.h"
#include "tap.h"

static struct arena *arena;

static const char document[] = "# Policy\n\n### Spam {#email.unsolicited}\n\nNo spam.\n";

static struct policy *load(const char *rules)
{
	struct bundle_file files[] = { { STR("aup.md"), STR(document) },
		{ STR("aup.policy"), str_format(arena, "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\nladder l { at once ask \"x\" }\n"
			"clause email.unsolicited \"Spam\" group spam {\n%s\n}\n", rules) } };
	struct bundle b = { STR("aup.policy"), files, 2 };
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	if (policy_load(arena, &b, &p, &why) != OK)
		printf("# %s:%u: %s\n", why.file, why.line, why.text);
	return p;
}

static const char rule_head[] = "rule r { ladder l; severity low; appeal 1d; because \"{count} {first} {last} {source} {color}\"; ";

static struct policy *with(const char *rest)
{
	return load(str_c(arena, str_format(arena, "%s%s }", rule_head, rest)));
}

/* One window is all that these policies use. */
static struct str window_body;

static enum err window_load(void *arg, struct str key, struct str *ret_body)
{
	(void)arg;
	(void)key;
	*ret_body = window_body;
	return OK;
}

static enum err window_save(void *arg, struct str key, struct str body, int64_t due_at)
{
	(void)arg;
	(void)key;
	(void)due_at;
	window_body = body;
	return OK;
}

static const struct window_source windows = { window_load, window_save, NULL };
static const int64_t start_at = INT64_C(1772323200) * SECOND_US;        /* 2026-03-01 */

static struct observation report(int64_t at, const char *by)
{
	struct observation o = { .kind = kind_find(STR("messaging.spam")), .event_at = start_at + at, .received_at = start_at + at, .incidents = 1,
		.reporter = str_of(by), .source = { .type = SOURCE_ADDR, .text = STR("192.0.2.7") } };
	return o;
}

static struct subject subject = { .ours = OURS_YES, .grade = GRADE_A, .customer = { "acme", 4 } };
static const struct subject_facts no_facts;
static struct judgement judged;

static unsigned fires(const struct policy *p, const struct observation *o)
{
	struct why why = { .line = 0 };
	enum err e = judge(arena, p, o, &subject, &no_facts, &windows, &judged, &why);
	if (e != OK)
		printf("# judge: %s\n", err_text(e));
	return judged.count;
}

/* Whatever ladder its rule names: a weakness is never a strike. */
static void test_weakness(void)
{
	struct observation o = report(0, "a");
	o.kind = kind_find(STR("vulnerability.cve"));
	IS_INT(fires(with("when report vulnerability.*"), &o), 1, "a rule for a weakness fires");
	IS_INT(judged.findings[0].weight, WEIGHT_ADVICE, "and is advice, although its ladder asks");
	o.kind = kind_find(STR("vulnerability.open_relay"));
	IS_INT(fires(with("when report vulnerability.*"), &o), 1, "so does one for a relay that is open");
	IS_INT(judged.findings[0].weight, WEIGHT_OPEN, "and that is a deed");
}

/* What a report presumes of the customer's part; and a report that does not say is no answer. */
static void test_part(void)
{
	static const struct { const char *kind; enum source_type source; const char *fact; enum part role, content; } cases[] = {
		{ "messaging.spam", SOURCE_ADDR, NULL, PART_ACTOR, PART_SENT }, { "connection.ddos", SOURCE_ADDR, NULL, PART_ACTOR, PART_UNTOLD },
		{ "content.facilitation", SOURCE_URL, NULL, PART_HELPER, PART_SHOWN }, { "content.facilitation", SOURCE_ADDR, NULL, PART_HELPER, PART_UNTOLD },
		{ "content.spamvertised", SOURCE_DOMAIN, NULL, PART_HELPER, PART_SHOWN }, { "content.offensive", SOURCE_EMAIL, NULL, PART_ACTOR, PART_SENT },
		{ "content.offensive", SOURCE_ADDR, "url", PART_ACTOR, PART_SHOWN }, { "content.offensive", SOURCE_DOMAIN, NULL, PART_ACTOR, PART_UNTOLD },
		{ "copyright.cyberlocker", SOURCE_URL, NULL, PART_HELPER, PART_STORED }, { "infrastructure.botnet", SOURCE_ADDR, NULL, PART_UNTOLD, PART_UNTOLD },
		{ "content.csam", SOURCE_URL, "url", PART_UNTOLD, PART_UNTOLD } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fact url = { .name = STR("url"), .value = STR("http://a.example/") };
		struct observation o = { .kind = kind_find(str_of(cases[i].kind)), .source = { .type = cases[i].source }, .facts = &url, .fact_count = cases[i].fact != NULL };
		part_presume(&o);
		OK_(o.role == cases[i].role && o.content == cases[i].content, cases[i].kind);
	}
	struct observation seen = { .kind = KIND_SPAM, .witness = WITNESS_METER }, said = { .kind = KIND_OFFENSIVE, .content = PART_STORED };
	part_presume(&seen);
	part_presume(&said);
	OK_(!seen.role && !seen.content, "a meter presumes nothing");
	IS_INT(said.content, PART_STORED, "what is said already stays");
	struct observation o = report(0, "a");
	IS_INT(fires(with("when report messaging.spam, role actor"), &o), 0, "who is not known to have acted has not");
	IS_INT(judged.cannot_count, 1, "nor has he not: it cannot be told");
	IS_INT(fires(with("when report messaging.spam, not role actor"), &o), 0, "also when the rule asks the other way");
	o.role = PART_HELPER;
	o.content = PART_SHOWN;
	IS_INT(fires(with("when report messaging.spam, role actor"), &o), 0, "a helper is no actor");
	IS_INT(fires(with("when report messaging.spam, role helper, content sent or shown"), &o), 1, "the terms hold");
	IS_INT(fires(with("when report messaging.spam, content stored"), &o), 0, "what is shown is not only stored");
}

static void test_window(void)
{
	struct window w;
	struct str body, again;
	OK_(window_read(arena, STR_NONE, &w, NULL) == OK, "an empty window");
	IS_INT(window_add(&w, 24 * HOUR_US, start_at, 1, STR_NONE, STR_NONE), 1, "the first event");
	IS_INT(window_add(&w, 24 * HOUR_US, start_at + 10 * HOUR_US, 2, STR_NONE, STR_NONE), 3, "two at once");
	IS_INT(window_add(&w, 24 * HOUR_US, start_at + 30 * HOUR_US, 1, STR_NONE, STR_NONE), 3, "the first has left");
	IS_INT(w.first_at, start_at + 10 * HOUR_US, "first is the first that still counts");
	IS_INT(window_add(&w, 24 * HOUR_US, start_at + 20 * HOUR_US, 1, STR_NONE, STR_NONE), 4, "a late event folds in");
	IS_INT(window_add(&w, 24 * HOUR_US, start_at + HOUR_US, 1, STR_NONE, STR_NONE), 0, "one that is too old counts nothing");
	OK_(window_write(arena, &w, &body) == OK && window_read(arena, body, &w, NULL) == OK && window_write(arena, &w, &again) == OK, "written and read");
	IS_STR(again, body, "the same bytes again");
	IS_INT(window_take(&w, 24 * HOUR_US, start_at + 20 * HOUR_US, 1, STR_NONE, STR_NONE), 3, "taken back");
	IS_INT(window_take(&w, 24 * HOUR_US, start_at, 1, STR_NONE, STR_NONE), 3, "nothing to take back");
	IS_INT(window_add(&w, 24 * HOUR_US, start_at + 31 * HOUR_US, INT64_MAX, STR_NONE, STR_NONE), INT64_MAX, "counts saturate");
	OK_(window_read(arena, STR("{\"buckets\":7}"), &w, NULL) == ERR_CORRUPT, "a foreign body is refused");
	OK_(window_read(arena, str_sub(body, 0, body.len - 2), &w, NULL) == ERR_CORRUPT, "a body that is cut off is refused");
	OK_(window_read(arena, STR("1 0 0 zz 0 "), &w, NULL) == ERR_CORRUPT, "a digit that is none is refused");
	OK_(window_read(arena, STR("1 0 0 vv 0 "), &w, NULL) == ERR_CORRUPT, "more buckets than there are, too");
}

static void test_distinct(void)
{
	struct window w;
	int64_t n = 0;
	OK_(window_read(arena, STR_NONE, &w, NULL) == OK, "an empty window");
	IS_INT(window_add(&w, DAY_US, start_at, 5, STR("a"), STR_NONE), 1, "one member however many events");
	IS_INT(window_add(&w, DAY_US, start_at + HOUR_US, 1, STR("b"), STR_NONE), 2, "another");
	IS_INT(window_add(&w, DAY_US, start_at + 2 * HOUR_US, 1, STR("a"), STR_NONE), 2, "known already");
	IS_INT(window_add(&w, DAY_US, start_at + 25 * HOUR_US + MINUTE_US, 1, STR("c"), STR_NONE), 2, "b has left, a was seen again");
	IS_INT(window_take(&w, DAY_US, start_at + 25 * HOUR_US + MINUTE_US, 1, STR("c"), STR_NONE), 1, "c takes it back");
	IS_INT(window_take(&w, DAY_US, start_at + 2 * HOUR_US, 1, STR("a"), STR_NONE), 1, "a has said it more than once");
	OK_(window_read(arena, STR_NONE, &w, NULL) == OK, "an empty window");
	for (unsigned i = 0; i < 300; i++)
		n = window_add(&w, DAY_US, start_at, 1, str_format(arena, "%u", i), STR_NONE);
	IS_INT(n, WINDOW_MEMBERS_MAX, "distinct counts saturate");
	OK_(w.saturated, "and say so");
}

static void test_shown(void)
{
	struct window w;
	struct str body, twice;
	int64_t n = 0;
	OK_(window_read(arena, STR_NONE, &w, NULL) == OK, "an empty window");
	IS_INT(window_add(&w, DAY_US, start_at, 1, STR("a"), STR("e")), 1, "one shows it");
	IS_INT(window_add(&w, DAY_US, start_at, 1, STR("b"), STR("e")), 1, "another shows the same: they are one");
	IS_INT(window_add(&w, DAY_US, start_at + HOUR_US, 1, STR("c"), STR("f")), 2, "a third shows something else");
	IS_INT(window_add(&w, DAY_US, start_at + HOUR_US, 1, STR("c"), STR("e")), 2, "and then the same as the first");
	OK_(window_write(arena, &w, &body) == OK && window_read(arena, body, &w, NULL) == OK && window_write(arena, &w, &twice) == OK && str_eq(body, twice), "written and read");
	IS_INT(window_add(&w, DAY_US, start_at + HOUR_US, 1, STR("d"), STR("f")), 2, "what was shown is known after that");
	IS_INT(window_add(&w, DAY_US, start_at + HOUR_US, 1, STR("b"), STR_NONE), 3, "who shows nothing counts by his name");
	IS_INT(window_take(&w, DAY_US, start_at + HOUR_US, 1, STR("b"), STR_NONE), 2, "and takes it back");
	IS_INT(window_take(&w, DAY_US, start_at, 1, STR("a"), STR("e")), 2, "the first takes his back: two who showed the same are left");
	OK_(window_take(&w, DAY_US, start_at, 1, STR("b"), STR("e")) == 2 && window_take(&w, DAY_US, start_at, 1, STR("c"), STR("e")) == 1, "until they do");
	IS_INT(window_add(&w, DAY_US, start_at + 26 * HOUR_US, 1, STR("b"), STR("e")), 1, "what has left the window is new again");
	OK_(window_read(arena, STR_NONE, &w, NULL) == OK, "an empty window");
	for (unsigned i = 0; i < 2 * WINDOW_SHOWN_MAX; i++)
		n = window_add(&w, DAY_US, start_at, 1, STR("a"), str_format(arena, "%u", i));
	OK_(n == 1 && w.shown_count == WINDOW_SHOWN_MAX, "of one who shows much the last is remembered");
	IS_INT(window_add(&w, DAY_US, start_at, 1, STR("b"), str_format(arena, "%u", 2 * WINDOW_SHOWN_MAX - 1)), 1, "which is still his");
	OK_(window_write(arena, &w, &body) == OK && window_read(arena, str_sub(body, 0, body.len - 4), &w, NULL) == ERR_CORRUPT, "cut off it is refused");
}

static void test_threshold(void)
{
	const struct policy *p = with("when report messaging.spam, grade A; count distinct reporters per customer >= 3 in 24h");
	struct observation a = report(0, "a"), b = report(HOUR_US, "b"), c = report(2 * HOUR_US + 902542, "c"), d = report(3 * HOUR_US, "d");
	window_body = STR_NONE;
	IS_INT(fires(p, &a), 0, "one reporter");
	IS_INT(fires(p, &b), 0, "two");
	IS_INT(fires(p, &c), 1, "three");
	IS_STR(judged.findings[0].because, STR("3 2026-03-01T00:00:00Z 2026-03-01T02:00:00Z 192.0.2.7 (not told)"), "the sentence is filled in, with times to the second");
	IS_INT(judged.findings[0].term_count, 3, "two conditions and the count are its terms");
	IS_INT(fires(p, &d), 1, "it keeps firing");
	OK_(judge_take_back(arena, p, &d, &subject, &no_facts, &windows, NULL) == OK && judge_take_back(arena, p, &c, &subject, &no_facts, &windows, NULL) == OK,
		"two take it back");
	IS_INT(fires(p, &b), 0, "and two are too few again");
}

static void test_hostile_times(void)
{
	const struct policy *p = with("when report messaging.spam; count distinct reporters per customer >= 2 in 24h");
	struct observation a = report(0, "a"), liar = report(0, "liar"), b = report(HOUR_US, "b");
	liar.event_at = start_at + 365 * DAY_US;
	window_body = STR_NONE;
	(void)fires(p, &a);
	IS_INT(fires(p, &liar), 1, "a report from the future counts when it came");
	IS_INT(judged.findings[0].conduct_at, start_at, "and is judged by that time");
	IS_INT(fires(p, &b), 1, "it pushes nothing out");
	liar.event_at = start_at - 300 * DAY_US;
	IS_INT(fires(p, &liar), 0, "one from long ago finds nothing today");
}

static void test_incidents(void)
{
	const struct policy *p = with("when report messaging.spam; count reports per customer >= 10 in 24h");
	struct observation o = report(0, "a");
	o.incidents = 1000;
	window_body = STR_NONE;
	IS_INT(fires(p, &o), 0, "who is not verified is one report");
	o.reporter_verified = true;
	IS_INT(fires(p, &o), 1, "who is verified may count for us");
	p = with("when report messaging.spam; count distinct incidents per customer >= 2 in 24h");
	window_body = STR_NONE;
	o.report_id = STR("x@y");
	IS_INT(fires(p, &o), 0, "one incident");
	IS_INT(fires(p, &o), 0, "the same once more");
	o.report_id = STR("z@y");
	IS_INT(fires(p, &o), 1, "another");
}

static void test_three_answers(void)
{
	struct observation o = report(0, "a");
	const struct policy *p = with("when report messaging.spam");
	window_body = STR_NONE;
	subject.ours = OURS_CANNOT_TELL;
	IS_INT(fires(p, &o), 0, "nobody is judged while attribution cannot tell");
	IS_INT(judged.cannot_count, 1, "the rule says that it cannot tell");
	OK_(judged.cannot[0].later, "and that it may later");
	subject.ours = OURS_NO;
	IS_INT(fires(p, &o), 0, "what is not ours is not judged");
	IS_INT(judged.cannot_count, 0, "and is no open question");
	subject.ours = OURS_YES;
	p = with("when report messaging.spam, fact color is \"red\"");
	IS_INT(fires(p, &o), 0, "a fact that is not told");
	OK_(judged.cannot_count == 1 && !judged.cannot[0].later, "cannot be told, now or later");
	struct fact red = { .name = STR("color"), .value = STR("RED") };
	o.facts = &red;
	o.fact_count = 1;
	IS_INT(fires(p, &o), 1, "a fact that is");
	red.value = STR("blue");
	IS_INT(fires(p, &o), 0, "a fact that is another");
	IS_INT(judged.cannot_count, 0, "is a no");
	p = with("when report messaging.spam, not fact color is \"red\"");
	IS_INT(fires(p, &o), 1, "not");
	p = with("when report messaging.spam, customer class \"home\"");
	IS_INT(fires(p, &o), 0, "no class in the registry");
	OK_(judged.cannot_count == 1 && judged.cannot[0].later, "may be told later");
	p = with("when report messaging.spam, grade B or C, fact colour is \"red\"");
	IS_INT(fires(p, &o), 0, "a no beside a cannot tell");
	IS_INT(judged.cannot_count, 0, "is a no");
	p = with("when report messaging.spam, port 25 or 587");
	(void)fires(p, &o);
	OK_(judged.count == 0 && judged.cannot_count == 1, "a port that is not told is no other port");
	o.source.port = 587;
	IS_INT(fires(p, &o), 1, "one of two ports");
	p = with("when report messaging.spam, reporter reputation >= fair");
	(void)fires(p, &o);
	OK_(judged.count == 0 && judged.cannot_count == 1 && !judged.cannot[0].later, "a reporter of whom nothing is known is neither good nor bad, and nothing waits");
	p = with("when report messaging.spam, not reporter reputation >= good");
	(void)fires(p, &o);
	OK_(judged.count == 0 && judged.cannot_count == 1, "nor is he not good");
	o.reputation = REPUTATION_POOR;
	IS_INT(fires(p, &o), 1, "one who is poor is not");
	o.reputation = REPUTATION_GOOD;
	IS_INT(fires(with("when report messaging.spam, reporter reputation >= fair"), &o), 1, "who is good is fair too");
}

static void test_others(void)
{
	struct observation o = report(0, "a");
	struct { const char *when; unsigned fires; } cases[] = {
		{ "when report messaging.*", 1 }, { "when report connection.*", 0 }, { "when source address", 1 }, { "when source domain or url", 0 },
		{ "when reporter verified", 0 }, { "when not reporter verified", 1 }, { "when hosted", 0 }, { "when zone given", 0 },
		{ "when signal mail.burst", 0 }, { "when report content.phishing or messaging.spam", 1 }, { "when not report messaging.spam", 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		IS_INT(fires(with(cases[i].when), &o), cases[i].fires, cases[i].when);
	o.witness = WITNESS_METER;
	o.kind_text = STR("mail.burst");
	IS_INT(fires(with("when signal mail.burst"), &o), 1, "a signal is a meter's");
	IS_INT(fires(with("when report messaging.spam"), &o), 0, "and no report");
}

int main(void)
{
	arena = arena_new("test", 512 << 20);
	test_weakness();
	test_part();
	test_window();
	test_distinct();
	test_shown();
	test_threshold();
	test_hostile_times();
	test_incidents();
	test_three_answers();
	test_others();
	arena_free(arena);
	return tap_done();
}
