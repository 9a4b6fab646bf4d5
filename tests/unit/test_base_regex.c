/*
 * Regular expressions: spans, names, flags, text that is not UTF-8, and the limits that make a search give up.
 */
#include "base/regex.h"
#include "tap.h"

static struct regex *make(const char *pattern, unsigned flags)
{
	struct regex *r = NULL;
	struct why why;
	if (!OK_(regex_new(str_of(pattern), flags, &r, &why) == OK, pattern))
		printf("# %s\n", why.text);
	return r;
}

static void test_search(void)
{
	struct str text = STR("on 2026-03-01 and 2026-04-02 at mx");
	struct regex_match m;
	struct regex *r = make("(?<year>[0-9]{4})-(\\d\\d)-(\\d\\d)( never)?", 0);
	OK_(regex_search(r, text, 0, &m) == OK && m.group[0].from == 3 && m.group[0].to == 13, "the first match and its span");
	IS_STR(regex_text(&m, 2, text), STR("03"), "a group's text");
	OK_(!m.group[4].set && !regex_text(&m, 4, text).ptr && !regex_text(&m, 99, text).ptr, "a group that took no part");
	IS_INT(regex_group_number(r, "year"), 1, "a group by its name");
	IS_INT(regex_group_number(r, "month"), -1, "a name that it has not");
	OK_(regex_search(r, text, m.group[0].to, &m) == OK && m.group[0].from == 18, "the next match");
	IS_INT(regex_search(r, text, m.group[0].to, &m), ERR_NOTFOUND, "and no more");
	IS_INT(regex_search(r, text, text.len + 1, &m), ERR_NOTFOUND, "from beyond the end");
	IS_INT(regex_search(r, STR_NONE, 0, &m), ERR_NOTFOUND, "in nothing");
	regex_free(r);
	regex_free(NULL);
}

static void test_flags(void)
{
	struct regex_match m;
	struct regex *r = make("^gr\xc3\x9c\xc3\x9f$", REGEX_FOLD | REGEX_LINES);
	OK_(regex_search(r, STR("a\nGr\xc3\xbc\xc3\x9f\nb"), 0, &m) == OK && m.group[0].from == 2, "case folded beyond ASCII, at each line");
	IS_INT(regex_search(r, STR("xgr\xc3\xbc\xc3\x9f"), 0, &m), ERR_NOTFOUND, "only at a line's beginning");
	regex_free(r);
	r = make("a.b(", REGEX_LITERAL);
	OK_(regex_search(r, STR("axb( a.b("), 0, &m) == OK && m.group[0].from == 5, "literal text has no syntax");
	regex_free(r);
	r = make("b+", 0);
	OK_(regex_search(r, STR("\xff\xfe\xc3" "bb\xff"), 0, &m) == OK && m.group[0].from == 3 && m.group[0].to == 5, "bytes that are not UTF-8 are passed over");
	regex_free(r);
}

static void test_errors(void)
{
	struct regex *r = NULL;
	struct why why;
	OK_(regex_new(STR("a(b"), 0, &r, &why) == ERR_SYNTAX && why.column == 4 && !r, "an open group, and where");
	IS_INT(regex_new(STR("\\C"), 0, &r, &why), ERR_SYNTAX, "no single bytes out of characters");
	IS_INT(regex_new(STR("\xff"), 0, &r, &why), ERR_SYNTAX, "a pattern is UTF-8");
	IS_INT(regex_new(STR("()()()()()()()()()()()()()()()()"), 0, &r, &why), ERR_LIMIT, "too many groups");
	char deep[201];
	memset(deep, '(', 100);
	memset(deep + 100, ')', 100);
	IS_INT(regex_new((struct str){ deep, 200 }, 0, &r, &why), ERR_SYNTAX, "nested too deeply");
	char *big = malloc(REGEX_PATTERN_MAX + 1);
	if (!big)
		abort();
	memset(big, 'a', REGEX_PATTERN_MAX + 1);
	IS_INT(regex_new((struct str){ big, REGEX_PATTERN_MAX + 1 }, 0, &r, &why), ERR_LIMIT, "too long");
	free(big);
}

static void test_limits(void)
{
	struct regex_match m;
	char text[4000];
	memset(text, 'a', sizeof(text));
	struct regex *r = make("^(a+)+$", 0);
	text[60] = '!';
	IS_INT(regex_search(r, (struct str){ text, 61 }, 0, &m), ERR_LIMIT, "a search that would take for ever gives up: cannot tell");
	text[60] = 'a';
	IS_INT(regex_search(r, (struct str){ text, 60 }, 0, &m), OK, "the next search is not harmed");
	regex_free(r);
	r = make("^(?:(a)|b)*c", 0);
	enum err e = regex_search(r, (struct str){ text, sizeof(text) }, 0, &m);
	OK_(e == ERR_LIMIT || e == ERR_NOTFOUND, "deep backtracking ends");
	regex_free(r);
	r = make("(?R)?a", 0);
	e = regex_search(r, (struct str){ text, sizeof(text) }, 0, &m);
	OK_(e == ERR_LIMIT || e == OK, "recursion ends");
	regex_free(r);
}

int main(void)
{
	test_search();
	test_flags();
	test_errors();
	test_limits();
	return tap_done();
}
