/*
 * What an act of aaa-sql is about: units of a profile, rows in whatever order, what stands upon what, and the text that the act keeps.
 */
#include "action/aaa_doc.h"
#include "tap.h"

static struct arena *arena;
static struct str slow_rows[] = { { "group 1 slow", 12 }, { "reply Rate := 1M/1M", 19 } }, blocked_rows[] = { { "group 0 two words", 17 } },
	twice_rows[] = { { "reply Route += a b", 18 }, { "check Auth-Type := Reject", 25 }, { "reply route += c", 16 } };
static const struct aaa_profile profiles[] = { { { "slow", 4 }, VERB_LIMIT, slow_rows, 2 }, { { "blocked", 7 }, VERB_SUSPEND, blocked_rows, 1 },
	{ { "twice", 5 }, VERB_SUSPEND, twice_rows, 3 } };

static struct str planned(const char *name, unsigned login_count)
{
	static const struct str logins[] = { { "alice", 5 }, { "bob@isp", 7 } };
	struct aaa_doc doc;
	struct str text = STR_NONE;
	struct why why;
	OK_(aaa_doc_plan(arena, aaa_profile_find(profiles, 3, str_of(name)), logins, login_count, &doc, &why) == OK && aaa_doc_write(arena, &doc, &text) == OK, name);
	return text;
}

static void plans(void)
{
	IS_STR(planned("blocked", 1), STR("{\"units\":[{\"login\":\"alice\",\"table\":\"group\",\"had\":[],\"set\":[[\"two words\",\"\",\"0\"]]}]}"), "a group, its priority as its value");
	IS_STR(planned("twice", 2), STR("{\"units\":[{\"login\":\"alice\",\"table\":\"reply\",\"attribute\":\"Route\",\"had\":[],\"set\":[[\"Route\",\"+=\",\"a b\"],[\"route\",\"+=\",\"c\"]]},"
		"{\"login\":\"alice\",\"table\":\"check\",\"attribute\":\"Auth-Type\",\"had\":[],\"set\":[[\"Auth-Type\",\":=\",\"Reject\"]]},"
		"{\"login\":\"bob@isp\",\"table\":\"reply\",\"attribute\":\"Route\",\"had\":[],\"set\":[[\"Route\",\"+=\",\"a b\"],[\"route\",\"+=\",\"c\"]]},"
		"{\"login\":\"bob@isp\",\"table\":\"check\",\"attribute\":\"Auth-Type\",\"had\":[],\"set\":[[\"Auth-Type\",\":=\",\"Reject\"]]}]}"),
		"one unit for an attribute, however it is written, and each login");
}

static void orders(void)
{
	const struct aaa_rows a = { { { STR("g"), STR(""), STR("1") }, { STR("h"), STR(""), STR("2") }, { STR("g"), STR(""), STR("1") } }, 3 };
	const struct aaa_rows b = { { { STR("h"), STR(""), STR("2") }, { STR("g"), STR(""), STR("1") }, { STR("g"), STR(""), STR("1") } }, 3 };
	const struct aaa_rows c = { { { STR("h"), STR(""), STR("2") }, { STR("h"), STR(""), STR("2") }, { STR("g"), STR(""), STR("1") } }, 3 };
	OK_(aaa_rows_eq(&a, &b) && !aaa_rows_eq(&a, &c) && !aaa_rows_eq(&c, &a), "rows are the same in whatever order, as often");
}

static void standing(void)
{
	const struct aaa_unit group = { .login = STR("alice"), .table = AAA_GROUP }, rate = { .login = STR("alice"), .table = AAA_REPLY, .attribute = STR("rate") };
	const struct aaa_rows blocked = { { { STR("two words"), STR(""), STR("0") } }, 1 }, slow = { { { STR("slow"), STR(""), STR("1") } }, 1 },
		gold = { { { STR("gold"), STR(""), STR("1") } }, 1 }, fast = { { { STR("Rate"), STR(":="), STR("1M/1M") } }, 1 }, none = { .count = 0 };
	OK_(aaa_doc_stands(profiles, 3, &group, &blocked) == VERB_SUSPEND && aaa_doc_stands(profiles, 3, &group, &slow) == VERB_LIMIT, "of which verb the rows are");
	OK_(aaa_doc_stands(profiles, 3, &group, &gold) == VERB_NONE && aaa_doc_stands(profiles, 3, &group, &none) == VERB_NONE, "those of others are of none, nor is nothing");
	OK_(aaa_doc_stands(profiles, 3, &rate, &fast) == VERB_LIMIT && aaa_doc_stands(profiles, 3, &rate, &none) == VERB_NONE, "the same of an attribute");
}

static void bad(const char *text, const char *name)
{
	struct aaa_doc doc;
	struct why why = { 0 };
	OK_(aaa_doc_read(arena, str_of(text), &doc, &why) != OK && why.text[0], name);
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	plans();
	orders();
	standing();
	bad("", "nothing is none");
	bad("{\"units\":{}}", "units are a list");
	bad("{\"units\":[{\"login\":\"a\",\"table\":\"groups\",\"had\":[],\"set\":[]}]}", "a table has a known name");
	bad("{\"units\":[{\"login\":\"a\",\"table\":\"check\",\"had\":[],\"set\":[]}]}", "a check has an attribute");
	bad("{\"units\":[{\"login\":\"a\",\"table\":\"group\",\"had\":[[\"a\",\"b\"]],\"set\":[]}]}", "a row has three parts");
	struct aaa_doc raw = { ARENA_NEW(arena, struct aaa_unit), 1 };
	struct str text;
	raw.units[0] = (struct aaa_unit){ .login = STR("a"), .table = AAA_GROUP, .had = { { { STR("\xff"), STR(""), STR("1") } }, 1 } };
	OK_(aaa_doc_write(arena, &raw, &text) == ERR_SYNTAX, "what is no text is not kept as something else");
	arena_free(arena);
	return tap_done();
}
