/*
 * The normal form loads again as itself; coverage counts what is there; a diff says what changed and nothing else.
 */
#include "policy/coverage.h"
#include "policy/diff.h"
#include "policy/load.h"
#include "policy/show.h"
#include "tap.h"

static struct arena *arena;

static const char document[] = "### Bulk mail {#email.unsolicited}\n\nNo spam.\n\n### Hosts {#access.intrusion}\n\nNo scans.\n";
static const char policy_text[] =
	"policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z; retention 90d }\n"
	"enforce limit mail { driver nft set a }\n"
	"ladder l { at once notify \"l\" fix within 48h; after 48h limit mail for 3d unless answered }\n"
	"ladder j { at once ask \"look\" }\n"
	"clause email.unsolicited \"Bulk mail\" group spam {\n"
	" rule many { when report messaging.spam, grade A or B; count distinct reporters per customer >= 3 in 24h; severity low; ladder l; because \"x\"; appeal 30d }\n"
	" rule meter { when signal mail.burst or mail.campaign; severity low; ladder l; because \"x\"; appeal 30d }\n"
	"}\n"
	"clause access.intrusion \"Hosts\" group attack {\n"
	" rule meter { when signal flow.scan; severity high; ladder j; because \"say \\\"no\\\"\"; appeal 30d }\n"
	"}\n"
	"clause other.discretion \"Other\" group g manual { task \"judge\"; reviewed \"because\" }\n"
	"clause privacy.data product \"kept\"\n"
	"clause policy.parties product \"kept\"\n"
	"clause investigation.disclosure product \"bound to a legal basis\"\n"
	"clause access.routing \"Routes\" group routing {\n"
	" rule said { when report routing.hijack; severity high; ladder j; because \"x\"; appeal 30d }\n"
	"}\n"
	"clause config.headers unused because \"no mail\"\n";

static struct policy *load(struct str text, const char *doc)
{
	struct bundle_file *files = ARENA_ARRAY(arena, struct bundle_file, 3);
	files[0] = (struct bundle_file){ STR("aup.md"), str_of(doc) };
	files[1] = (struct bundle_file){ STR("aup.policy"), text };
	files[2] = (struct bundle_file){ STR("letters/en/l.txt"), STR("Subject: x\n\nbody\n") };
	struct bundle b = { STR("aup.policy"), files, 3 };
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	if (policy_load(arena, &b, &p, &why) != OK)
		printf("# %s:%u: %s\n", why.file, why.line, why.text);
	return p;
}

static struct str shown(const struct policy *p)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	show_policy(p, &b);
	struct str s = str_copy(arena, buf_str(&b));
	buf_done(&b);
	return s;
}

/* text with the first of one replaced. */
static struct str changed(const char *one, const char *other)
{
	struct str text = str_of(policy_text);
	size_t at = str_find(text, str_of(one));
	BUG_ON(at == SIZE_MAX);
	return str_format(arena, "%.*s%s%s", STR_ARG(str_sub(text, 0, at)), other, policy_text + at + strlen(one));
}

static void test_show(void)
{
	struct str first = shown(load(str_of(policy_text), document));
	IS_STR(shown(load(first, document)), first, "what is shown loads again and shows the same");
	OK_(str_find(first, STR("        when report messaging.spam, grade A or B\n        count distinct reporters per customer >= 3 in 24h\n")) != SIZE_MAX,
		"a rule in its normal form");
	OK_(str_find(first, STR("    after 48h limit mail for 3d unless answered\n    forget after 180d\n")) != SIZE_MAX, "a ladder with its default written out");
	OK_(str_find(first, STR("significant")) == SIZE_MAX, "what was not said is not said");
	struct str said = changed("retention 90d", "retention 90d; significant no");
	OK_(str_find(shown(load(said, document)), STR("    significant no\n")) != SIZE_MAX, "that a version is not significant is, for posting asks for the word");
	OK_(str_find(first, STR("because \"say \\\"no\\\"\"")) != SIZE_MAX, "quotes are kept");
}

static const struct coverage_clause *covered(const struct coverage *c, const char *id)
{
	for (unsigned i = 0; i < c->clause_count; i++)
		if (str_eq(c->clauses[i].id, str_of(id)))
			return &c->clauses[i];
	return NULL;
}

static void test_coverage(void)
{
	const struct policy *p = load(str_of(policy_text), document);
	struct str meters[] = { STR("mail.*") };
	struct coverage_sources sources = { .complaints = true, .people = true };
	struct coverage c;
	OK_(coverage_make(arena, p, &sources, &c) == OK, "complaints and people");
	IS_INT(covered(&c, "email.unsolicited")->by, COVERAGE_COMPLAINTS, "complaints reach the rule about reports");
	IS_STR(covered(&c, "email.unsolicited")->rules[1].waits_for, STR("signal mail.burst, signal mail.campaign"), "the other waits for meters");
	IS_INT(covered(&c, "access.intrusion")->by, COVERAGE_NOTHING, "a clause that only waits has nothing yet");
	IS_INT(covered(&c, "other.discretion")->by, COVERAGE_PEOPLE, "people");
	IS_INT(covered(&c, "privacy.data")->by, COVERAGE_PARTLY, "the product, in part");
	OK_(covered(&c, "privacy.data")->does.len && str_find(covered(&c, "privacy.data")->lacks, STR("export")) != SIZE_MAX, "what it does, and what not yet");
	OK_(str_find(covered(&c, "privacy.data")->note, STR("kept")) == SIZE_MAX, "and not what the policy says of it");
	IS_INT(covered(&c, "policy.parties")->by, COVERAGE_PRODUCT, "the product");
	IS_INT(covered(&c, "investigation.disclosure")->by, COVERAGE_NOTHING, "what the product does not do it does not keep, whoever says so");
	IS_INT(covered(&c, "access.routing")->by, COVERAGE_READ, "a kind that no format states is read by people");
	IS_INT(covered(&c, "config.headers")->by, COVERAGE_UNUSED, "unused is not covered");
	IS_INT(covered(&c, "contact")->by, COVERAGE_NOTHING, "a clause that is not named has nothing");
	unsigned sum = 0;
	for (unsigned i = 0; i < COVERAGE_COUNT; i++)
		sum += c.totals[i];
	IS_INT(sum, c.clause_count, "every clause is counted once");
	IS_INT(c.live_rules, 2, "two rules are live");
	sources = (struct coverage_sources){ .complaints = true, .meters = meters, .meter_count = 1 };
	OK_(coverage_make(arena, p, &sources, &c) == OK, "complaints and a family of meters");
	IS_INT(covered(&c, "email.unsolicited")->by, COVERAGE_BOTH, "both");
	IS_INT(covered(&c, "other.discretion")->by, COVERAGE_NOTHING, "nobody is there");
	IS_INT(covered(&c, "access.routing")->by, COVERAGE_NOTHING, "and nobody reads");
	IS_STR(covered(&c, "access.routing")->rules[0].waits_for, STR("people who read complaints"), "says so");
	sources = (struct coverage_sources){ .people = true };
	OK_(coverage_make(arena, p, &sources, &c) == OK, "people alone");
	IS_INT(covered(&c, "email.unsolicited")->by, COVERAGE_NOTHING, "without an intake no complaint arrives");
}

static struct changes compare(struct str after, const char *doc)
{
	struct changes c = { .count = 0 };
	OK_(diff_make(arena, load(str_of(policy_text), document), load(after, doc), &c) == OK, "compared");
	return c;
}

static struct str words(const struct changes *c)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	diff_print(c, &b);
	struct str s = str_copy(arena, buf_str(&b));
	buf_done(&b);
	return s;
}

static void test_diff(void)
{
	struct changes c = compare(str_of(policy_text), document);
	IS_STR(words(&c), STR("the two versions say the same\n"), "the same");
	c = compare(changed(">= 3 in 24h", ">= 2 in 48h"), document);
	IS_STR(words(&c), STR("rule email.unsolicited/many: count changed\n    from  distinct reporters per customer >= 3 in 24h\n"
		"    to    distinct reporters per customer >= 2 in 48h\n    It fires sooner: from 2 on, not from 3. It counts over a longer time: 2d, not 1d.\n"), "a threshold");
	c = compare(changed("after 48h limit", "after 72h limit"), document);
	IS_STR(words(&c), STR("ladder l: step 2 changed\n    from  after 48h limit mail for 3d unless answered\n    to    after 3d limit mail for 3d unless answered\n    It comes 1d later.\n"),
		"a step");
	c = compare(changed("count distinct reporters per customer >= 3 in 24h;", ""), document);
	OK_(c.count == 1 && str_eq(c.list[0].means, STR("It fires at once now, no longer from 3 on.")), "a threshold that is gone");
	c = compare(changed("limit mail for 3d unless answered", "suspend mail for 3d unless resolved"), document);
	OK_(c.count && str_find(c.list[0].means, STR("It is graver: suspend, not limit. Only when it is settled it does not come.")) != SIZE_MAX, "a graver step");
	c = compare(changed("rule many", "rule several"), document);
	IS_STR(words(&c), STR("rule email.unsolicited/several is new\n    + rule several {\n    + when report messaging.spam, grade A or B\n"
		"    + count distinct reporters per customer >= 3 in 24h\n    + severity low\n    + ladder l\n    + because \"x\"\n    + appeal 30d\n    + }\n"
		"rule email.unsolicited/many is gone\n"), "a rule of another name, with what it says");
	c = compare(changed("driver nft set a", "task \"by hand\""), document);
	IS_STR(words(&c), STR("enforcement limit mail: by changed\n    from  nft set a\n    to    task by hand\n"), "an enforcement");
	c = compare(str_of(policy_text), "### Bulk mail {#email.unsolicited}\n\nNo spam at all.\n\n### Hosts {#access.intrusion}\n\nNo scans.\n");
	IS_INT(c.count, 2, "a text");
	IS_STR(c.list[0].part, STR("document"), "the document is another");
	OK_(str_eq(c.list[1].name, STR("email.unsolicited")) && str_eq(c.list[1].part, STR("text")) && !c.list[1].before.len, "and its paragraph");
	IS_STR(c.list[1].detail, STR("- No spam.\n+ No spam at all.\n"), "with the sentence that is gone and the one that is new");
	c = compare(str_of(policy_text), "### Bulk mail {#email.unsolicited}\n\nNo\nspam.\n\n### Hosts {#access.intrusion}\n\nNo scans.\n");
	IS_STR(c.list[1].detail, STR("= only its spacing and line breaks\n"), "a text set anew");
}

static void test_diff_text(void)
{
	IS_STR(diff_text(arena, STR("One. Two! Three: 3.1 four?"), STR("Two! One.\nThree: 3.1 five?"), DIFF_SENTENCES), STR("- One.\n+ One.\n- 3.1 four?\n+ 3.1 five?\n"),
		"sentences that moved and changed");
	IS_STR(diff_text(arena, STR("a. b\nc"), STR("a. b\n\nc"), DIFF_LINES), STR("= only its spacing and line breaks\n"), "lines are not sentences");
	IS_STR(diff_text(arena, STR_NONE, STR("x"), DIFF_LINES), STR("+ x\n"), "all is new");
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 1001; i++)
		buf_puts(&b, "x.\n");
	IS_STR(diff_text(arena, STR("x."), buf_str(&b), DIFF_LINES), STR_NONE, "a text that is too long has no detail");
	buf_done(&b);
}

int main(void)
{
	arena = arena_new("test", 512 << 20);
	test_show();
	test_coverage();
	test_diff();
	test_diff_text();
	arena_free(arena);
	return tap_done();
}
