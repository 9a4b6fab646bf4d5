/*
 * Profiles: the whole table, value by value; masks, and every way in which it cannot be told whether they found all; pieces of a text
 * against the text.
 */
#include "evidence/redaction.h"
#include "tap.h"

#define TOKEN "Zx9_kQ-4tVbW1mNp7rYs2u"

static struct arena *a;

/* One letter a profile from full on: Shown, Masked, Withheld. */
static void profiles(const char *kind, const char *actor, const char *name, const char *value, bool own, const char *want)
{
	char got[REDACTION_PROFILES] = "";
	for (unsigned p = REDACTION_FULL; p < REDACTION_PROFILES; p++) {
		struct redaction_about about = { (enum redaction_profile)p, str_of(kind), str_of(actor), own };
		struct redaction_verdict v = { .how = REDACTION_SHOWN };
		if (redaction_judge(a, &about, str_of(name), str_of(value), &v) != OK)
			OK_(false, "it is judged");
		got[p - 1] = v.how == REDACTION_SHOWN ? 'S' : v.how == REDACTION_MASKED ? 'M' : 'W';
		if (v.how == REDACTION_WITHHELD && (!v.reason || (v.says_length && !str_eq(str_of(name), STR("text")) && !str_eq(str_of(name), STR("raw")))))
			OK_(false, "it has a reason, and no length that tells who it is");
	}
	IS_STR(str_of(got), str_of(want), str_c(a, str_format(a, "%s of %s by %s", name, kind, actor)));
}

static void test_table(void)
{
	const char *rule = "rule spam/trap", *words = "It was mended", *linked = "See /l/" TOKEN;
	/*                                                                 full, customer, reporter, reseller, body */
	profiles("finding", rule, "actor", rule, false, "SSSSS");
	profiles("note", "alice", "actor", "alice", false, "SWWWW");
	profiles("answer", "customer", "actor", "customer", false, "SSSSS");
	profiles("answer", "customer acme", "actor", "customer acme", false, "SSWSS");
	profiles("answer", "reseller big", "actor", "reseller big", false, "SWWWW");
	profiles("finding", rule, "customer", "acme", false, "SSWSS");
	profiles("finding", rule, "source", "192.0.2.1", false, "SSWSS");
	profiles("finding", rule, "source", "192.0.2.1", true, "SSSSS");
	profiles("finding", rule, "binding", "prefix 192.0.2.0/24", true, "SSWWS");
	profiles("finding", rule, "reporter", "desk", false, "SWWWW");
	profiles("finding", rule, "reporter", "desk", true, "SWSWW");
	profiles("corrected", "late fact", "source", "192.0.2.1", true, "SWWWW");
	profiles("corrected", "late fact", "binding", "x", false, "SWWWW");
	profiles("corrected", "late fact", "text", words, false, "SWWWW");
	profiles("finding", rule, "text", words, true, "SSWSS");
	profiles("finding", rule, "text", linked, false, "SMWMM");
	profiles("resolved", "clock", "text", words, false, "SSWSS");
	profiles("resolved", "alice", "text", words, false, "SWWWW");
	profiles("answer", "customer acme", "text", words, false, "SSWWS");
	profiles("answer", "customer", "text", linked, false, "SMWWM");
	profiles("answer", "rights holder", "text", words, false, "SWWWW");
	profiles("answer", "customers", "text", words, false, "SWWWW");
	profiles("letter", "alice", "text", words, false, "SSWWS");
	profiles("letter", "driver notify", "text", words, false, "SSWSS");
	profiles("note", "alice", "text", words, false, "SWWWW");
	profiles("task", "clock", "text", words, false, "SWWWW");
	profiles("act-refused", "driver nft", "text", words, false, "SWWWW");
	profiles("something new", rule, "text", words, false, "SWWWW");
	profiles("finding", rule, "something new", words, false, "SWWWW");
	profiles("finding", rule, "raw", "octets", true, "SWWWW");
	profiles("attached", "alice", "raw", "octets", true, "SWWWW");
	for (unsigned i = 1; case_event_words[i]; i++) {
		struct redaction_about about = { REDACTION_REPORTER, str_of(case_event_words[i]), STR("clock"), true };
		struct redaction_verdict v;
		OK_(redaction_judge(a, &about, STR("text"), str_of(words), &v) == OK && v.how == REDACTION_WITHHELD,
			str_c(a, str_format(a, "a reporter reads no text of %s", case_event_words[i])));
	}
}

static void masks(const char *text, const char *want)
{
	struct str pieces = STR_NONE;
	unsigned count = 0;
	struct str s = str_of(text);
	bool good = redaction_mask(a, s, &pieces, &count) == OK && (want ? count > 0 : !count && !pieces.len);
	if (want) {
		IS_STR(pieces, str_of(want), str_c(a, str_printable(a, s, 90)));
		OK_(redaction_pieces_ok(pieces) && redaction_fits(pieces, s), "which fits");
		OK_(!redaction_fits(pieces, str_format(a, "%sx", text)) || !str_eq(str_sub(pieces, 0, 5), STR("keep ")), "and not another text");
	} else {
		OK_(good, str_c(a, str_printable(a, s, 90)));
	}
}

static void test_masks(void)
{
	masks("nothing to see", NULL);
	masks("", NULL);
	masks("see https://x.example/l/" TOKEN " now", "keep 21\nsee https://x.example\nmask link\nkeep 4\n now\n");
	masks("/l/" TOKEN, "mask link\n");
	masks("abuse+52dkpo42kkhd8mu4gdnjyq7c@example.net", "mask address\n");
	masks("<o'brien@x.example>, b@y.example\n", "keep 1\n<\nmask address\nkeep 3\n>, \nmask address\nkeep 1\n\n\n");
	masks("\xc3\xa4rger@b\xc3\xbc" "cher.example!", "mask address\n");
	masks("a@b@c", "mask address\n");
	masks("x@y.example/l/" TOKEN, "mask address\nmask link\n");
	masks("1 + 1, +49 30 1", NULL);
}

static void unsure(const char *text, size_t len)
{
	struct str pieces;
	unsigned count;
	IS_INT(redaction_mask(a, (struct str){ text, len }, &pieces, &count), ERR_UNKNOWN, str_c(a, str_format(a, "it cannot be told of %.*s",
		STR_ARG(str_printable(a, (struct str){ text, len < 90 ? len : 90 }, 90)))));
}

static void test_unsure(void)
{
	static const char *const texts[] = {
		"see " TOKEN, "/l/" TOKEN "x", "/l/Zx9_kQ-4tVbW1mNp7rY", "/l/Zx9_kQ-4tVb=\nW1mNp7rYs2u", "> /l\n> /Zx9_kQ-4tVb", "/ l /",
		"%2Fl%2FZx9_kQ-4tVb", "jane (at) x.example", "jane[AT]x.example", "jane%40x.example", "jane=40x.example",
		"jane&#64;x.example", "jane\xef\xbc\xa0x.example", "x dot example", "abuse+52dkpo42\nkkhd8mu4gdnjyq7c@example.net",
		"abuse+52dk=\npo42@example.net", "jane=\ndoe@x.example", "jane=\r\ndoe@x.example", "\"jane doe\"@x.example",
		"jane@[192.0.2.1]", "jane @ x", "@", "a\xff" "b", "Datenschutzgrundverordnung", "a+b" };
	char *huge = arena_alloc(a, 70000);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		unsure(texts[i], strlen(texts[i]));
	unsure("a\0b", 3);
	memset(huge, ' ', 70000);
	unsure(huge, 70000);
}

static void fits(const char *pieces, const char *text, bool want)
{
	OK_(redaction_pieces_ok(str_of(pieces)) && redaction_fits(str_of(pieces), str_of(text)) == want,
		str_c(a, str_format(a, "%s %s %s", str_c(a, str_printable(a, str_of(pieces), 60)), want ? "fits" : "does not fit", text)));
}

static void test_pieces(void)
{
	static const char *const wrong[] = { "", "keep 3\nabc\n", "mask other\n", "mask gone\n", "mask link", "keep 0\n\nmask link\n",
		"keep 03\nabc\nmask link\n", "keep 4\nabc\nmask link\n",
		"keep 2\nabc\nmask link\n", "mask link\nkeep 1\na\nkeep 1\nb\n", "mask link\nkeep 9999999\nabc\n", "keep 18446744073709551615\nabc\n", "mask link\nnothing\n" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		OK_(!redaction_pieces_ok(str_of(wrong[i])), str_c(a, str_format(a, "no pieces: %s", str_c(a, str_printable(a, str_of(wrong[i]), 60)))));
	fits("mask link\n", "x", true);
	fits("mask link\n", "", false);
	fits("keep 1\na\nmask link\n", "ab", true);
	fits("keep 1\na\nmask link\n", "a", false);
	fits("keep 1\na\nmask link\n", "bb", false);
	fits("mask link\nkeep 1\na\n", "xa", true);
	fits("mask link\nkeep 1\na\n", "a", false);
	fits("mask link\nkeep 1\na\n", "ab", false);
	fits("mask link\nkeep 1\na\n", "axa", true);
	fits("mask link\nmask address\nkeep 1\na\n", "xa", false);
	fits("mask link\nmask address\nkeep 1\na\n", "xya", true);
	fits("keep 1\na\nmask link\nkeep 1\nb\nmask link\nkeep 1\nc\n", "axbyc", true);
	fits("keep 1\na\nmask link\nkeep 1\nb\nmask link\nkeep 1\nc\n", "abyc", false);
	fits("keep 1\na\nmask link\nkeep 1\nb\nmask link\nkeep 1\nc\n", "axbc", false);
}

int main(void)
{
	a = arena_new("test", 16 << 20);
	if (!a)
		return 1;
	test_table();
	test_masks();
	test_unsure();
	test_pieces();
	OK_(redaction_profile_find(STR("body")) == REDACTION_BODY && !redaction_profile_find(STR("none")) && !redaction_profile_find(STR_NONE), "profiles by their names");
	arena_free(a);
	return tap_done();
}
