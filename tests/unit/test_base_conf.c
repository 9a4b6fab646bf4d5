/*
 * The block language: tokens and places, every error of the reader and of the tables with its exact text, the excerpt with
 * its caret, the nearest word, and that a dump reads back as itself.
 */
#include "base/conf.h"
#include "base/time.h"
#include "tap.h"

static struct arena *a;

static struct conf *reads(struct str text)
{
	struct conf *first = NULL;
	struct why why;
	char line[700];
	if (!OK_(conf_read(a, "t", text, &first, &why) == OK, "reads")) {
		why_print(&why, line, sizeof(line));
		printf("# %s\n", line);
	}
	return first;
}

/* The statement's words with "|" between, strings in <>. */
static struct str words(const struct conf *s)
{
	struct buf b;
	buf_init(&b, 2000);
	for (unsigned i = 0; s && i < s->arg_count; i++) {
		buf_puts(&b, i ? "|" : "");
		buf_puts(&b, s->args[i].quoted ? "<" : "");
		buf_put(&b, s->args[i].text);
		buf_puts(&b, s->args[i].quoted ? ">" : "");
	}
	struct str copy = str_copy(a, buf_str(&b));
	buf_done(&b);
	return copy;
}

static void test_statements(void)
{
	struct conf *s = reads(STR("when     report messaging.spam, grade A   # why\r\n"
		"count distinct reporters per customer >= 3 in 24h ; listen [::1]:25\n"
		"text \"a \\\"b\\\" \\\\ \\n\\t#{};\" x\n"
		"a \\\n  b\\\n c \\\r\n d\n"
		"enforce limit mail { driver nft set mail_limited }\nempty{}z"));
	IS_STR(words(s), STR("when|report|messaging.spam|,|grade|A"), "blanks align, the comma is a word of its own, a comment ends the line");
	s = s ? s->next : NULL;
	IS_STR(words(s), STR("count|distinct|reporters|per|customer|>=|3|in|24h"), "words hold what is not special");
	s = s ? s->next : NULL;
	IS_STR(words(s), STR("listen|[::1]:25"), "a semicolon ends a statement");
	OK_(s && s->args[1].line == 2 && s->args[1].column == 60, "places are exact");
	s = s ? s->next : NULL;
	IS_STR(words(s), STR("text|<a \"b\" \\ \n\t#{};>|x"), "strings hold everything");
	s = s ? s->next : NULL;
	IS_STR(words(s), STR("a|b|c|d"), "a backslash at the end of a line goes on, also behind a word");
	OK_(s && s->args[3].line == 7 && s->args[3].column == 2, "in the place where it stands");
	s = s ? s->next : NULL;
	OK_(s && s->has_block && !s->child->next && s->end_line == 8, "a block in one line");
	IS_STR(words(s ? s->child : NULL), STR("driver|nft|set|mail_limited"), "with its statement");
	s = s ? s->next : NULL;
	OK_(s && s->has_block && !s->child, "an empty block");
	IS_STR(words(s ? s->next : NULL), STR("z"), "a statement may follow a brace at once");
	OK_(!reads(STR("")) && !reads(STR("\n ;; # only\n")), "nothing is nothing");
	s = reads(STR("\"quoted word\" { \"a,b\" , c }"));
	IS_STR(words(s ? s->child : NULL), STR("<a,b>|,|c"), "a comma in a string is none");
}

static void refused(struct str text, enum err e, const char *want, const char *excerpt)
{
	struct conf *first = NULL;
	struct why why;
	char line[700];
	IS_INT(conf_read(a, "t", text, &first, &why), e, want);
	why_print(&why, line, sizeof(line));
	IS_STR(str_of(line), str_of(want), "says where and why");
	OK_(!first, "and gives nothing");
	if (excerpt)
		IS_STR(conf_excerpt(a, text, &why), str_of(excerpt), "and shows it");
}

static void test_reader_errors(void)
{
	refused(STR("a \"b\nc \"d\"\n"), ERR_SYNTAX, "t:1:3: this string is not closed in its line", "    a \"b\n      ^\n");
	refused(STR("a \"b\\"), ERR_SYNTAX, "t:1:3: this string is not closed in its line", NULL);
	refused(STR("\ta \"\\x\""), ERR_SYNTAX, "t:1:4: a string knows only \\\" \\\\ \\n and \\t", "    \ta \"\\x\"\n    \t  ^\n");
	refused(STR("a\nb {\n c {\n }\n"), ERR_SYNTAX, "t:2:3: this block is never closed", "    b {\n      ^\n");
	refused(STR("a }\n"), ERR_SYNTAX, "t:1:3: nothing is open that this brace could close", "    a }\n      ^\n");
	refused(STR("a\n {\n}"), ERR_SYNTAX, "t:2:2: a block needs a word before it", "     {\n     ^\n");
	refused(STR("a b\x01"), ERR_SYNTAX, "t:1:4: a byte that no word may hold", "    a b?\n       ^\n");
	refused(STR("a \"b\x1b\""), ERR_SYNTAX, "t:1:5: a control character in a string", "    a \"b?\"\n        ^\n");
	refused(STR("a\0b"), ERR_SYNTAX, "t:1:2: a byte that no word may hold", NULL);
	refused(STR("a b\xff"), ERR_SYNTAX, "t:1:3: this word is not UTF-8", "    a b?\n      ^\n");
	refused(STR("a \"\xc0\x80\""), ERR_SYNTAX, "t:1:3: this string is not UTF-8", NULL);
	refused(STR("\xc3\xbc\xe2\x82\xac { }}"), ERR_SYNTAX, "t:1:10: nothing is open that this brace could close", "    \xc3\xbc\xe2\x82\xac { }}\n          ^\n");
}

static void test_bounds(void)
{
	struct conf *first;
	struct why why;
	struct buf b;
	buf_init(&b, 100000);
	for (int i = 0; i < CONF_ARGS_MAX; i++)
		buf_puts(&b, "w ");
	IS_INT(conf_read(a, "t", buf_str(&b), &first, &why), OK, "the most words");
	buf_puts(&b, "w");
	OK_(conf_read(a, "t", buf_str(&b), &first, &why) == ERR_LIMIT && why.column == 2 * CONF_ARGS_MAX + 1, "one more");
	for (int depth = CONF_DEPTH_MAX - 1; depth <= CONF_DEPTH_MAX; depth++) {
		buf_clear(&b);
		for (int i = 0; i < depth; i++)
			buf_puts(&b, "b{");
		for (int i = 0; i < depth; i++)
			buf_puts(&b, "}");
		IS_INT(conf_read(a, "t", buf_str(&b), &first, &why), depth < CONF_DEPTH_MAX ? OK : ERR_LIMIT, "the depth");
	}
	buf_clear(&b);
	for (int i = 0; i < 500; i++)
		buf_puts(&b, "\xc3\xbcy");
	buf_puts(&b, " }");
	IS_INT(conf_read(a, "t", buf_str(&b), &first, &why), ERR_SYNTAX, "an error far out");
	struct str shown = conf_excerpt(a, buf_str(&b), &why), line;
	OK_(str_utf8_valid(shown) && shown.len < 1000 && str_next_line(&shown, &line), "a long line is cut to what is around the error");
	size_t characters = 0, brace = str_chr(line, '}');
	for (size_t i = 0; i < brace && i < line.len; i++)
		characters += ((unsigned char)line.ptr[i] & 0xc0) != 0x80;
	IS_INT(str_chr(shown, '^'), characters, "the caret stands below it all the same");
	buf_done(&b);
	char *big = calloc(1, CONF_BYTES_MAX + 1);
	if (!big)
		abort();
	memset(big, ' ', CONF_BYTES_MAX + 1);
	IS_INT(conf_read(a, "t", (struct str){ big, CONF_BYTES_MAX + 1 }, &first, &why), ERR_LIMIT, "a file that is too long");
	free(big);
	struct arena *small = arena_new("small", 100);
	IS_INT(conf_read(small, "t", STR("a { b { c { d } } }"), &first, &why), ERR_NOMEM, "a full arena says so");
	arena_free(small);
}

static const char *const levels[] = { "error", "info", "debug", NULL };
static const struct conf_item spool_items[] = {
	{ .name = "size", .type = CONF_SIZE, .fallback = "50M", .min = 1024, .max = INT64_C(1) << 40, .doc = "a size" },
	{ .name = "path", .type = CONF_PATH, .required = true, .doc = "where it lies" },
	{ .name = NULL },
};
static const struct conf_item items[] = {
	{ .name = "level", .type = CONF_ENUM, .words = levels, .fallback = "info", .doc = "a level" },
	{ .name = "workers", .type = CONF_INT, .fallback = "2", .min = 1, .max = 64, .doc = "a number" },
	{ .name = "wait", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "90s", .min = SECOND_US, .max = DAY_US, .doc = "a span" },
	{ .name = "since", .type = CONF_TIME, .doc = "a time" },
	{ .name = "observe", .type = CONF_YESNO, .fallback = "yes", .doc = "yes or no" },
	{ .name = "from", .type = CONF_ADDR, .doc = "an address" },
	{ .name = "ours", .type = CONF_PREFIX, .many = true, .doc = "a prefix" },
	{ .name = "listen", .type = CONF_LISTEN, .arguments = "ADDRESS:PORT [tls]", .many = true, .doc = "where to listen" },
	{ .name = "title", .type = CONF_STRING, .fallback = "a \"b\"", .doc = "a text" },
	{ .name = "spool", .type = CONF_BLOCK, .items = spool_items, .doc = "the spool" },
	{ .name = "store", .type = CONF_BLOCK, .named = true, .many = true, .doc = "a store, free inside" },
	{ .name = NULL },
};

static void fails(const char *text, enum err e, const char *want)
{
	struct conf *first = reads(str_of(text));
	struct why why = { 0 };
	char line[700] = "";
	IS_INT(conf_check(first, items, &why), e, e ? want : "no error");
	why_print(&why, line, sizeof(line));
	IS_STR(str_of(line), str_of(want), "and says so");
}

static void test_checks(void)
{
	fails("\n  levle info", ERR_SYNTAX, "t:2:3: \"levle\" is not known here (did you mean \"level\"?)");
	fails("zzzzzzzz 1", ERR_SYNTAX, "t:1:1: \"zzzzzzzz\" is not known here");
	fails("level inof", ERR_SYNTAX, "t:1:7: level: \"inof\" is not one of the words it knows (did you mean \"info\"?)");
	fails("level loudest", ERR_SYNTAX, "t:1:7: level: \"loudest\" is not one of the words it knows (it knows error, info, debug)");
	fails("level", ERR_SYNTAX, "t:1:1: level needs one of the words it knows");
	fails("level info debug", ERR_SYNTAX, "t:1:12: \"debug\" is too much here");
	fails("level info\nlevel debug", ERR_EXISTS, "t:2:1: level is given twice (first in line 1)");
	fails("workers 0", ERR_RANGE, "t:1:9: workers: \"0\" is out of its range (1 to 64)");
	fails("workers 65", ERR_RANGE, "t:1:9: workers: \"65\" is out of its range (1 to 64)");
	fails("workers two", ERR_SYNTAX, "t:1:9: workers: \"two\" is not a whole number");
	fails("workers 99999999999999999999", ERR_RANGE, "t:1:9: workers: \"99999999999999999999\" is out of its range (1 to 64)");
	fails("wait 90", ERR_SYNTAX, "t:1:6: wait: \"90\" is not a span such as 90s, 15m, 48h or 7d (wait SPAN)");
	fails("wait 2d", ERR_RANGE, "t:1:6: wait: \"2d\" is out of its range (wait SPAN)");
	fails("since today", ERR_SYNTAX, "t:1:7: since: \"today\" is not a time such as 2026-03-01T00:00:00Z");
	fails("observe maybe", ERR_SYNTAX, "t:1:9: observe: \"maybe\" is not yes or no");
	fails("from 192.0.2", ERR_SYNTAX, "t:1:6: from: \"192.0.2\" is not an address");
	fails("ours 192.0.2.0/33", ERR_SYNTAX, "t:1:6: ours: \"192.0.2.0/33\" is not a prefix such as 192.0.2.0/24");
	fails("ours 192.0.2.1/24", ERR_RANGE, "t:1:6: ours: \"192.0.2.1/24\" is out of its range");
	fails("listen 192.0.2.1", ERR_SYNTAX, "t:1:8: listen: \"192.0.2.1\" is not ADDRESS:PORT, [ADDRESS]:PORT or /PATH (listen ADDRESS:PORT [tls])");
	fails("level { }", ERR_SYNTAX, "t:1:1: level takes no block");
	fails("spool", ERR_SYNTAX, "t:1:1: spool needs a block { }");
	fails("spool { size 1M }", ERR_NOTFOUND, "t:1:9: path is missing: where it lies");
	fails("spool x { path /p }", ERR_SYNTAX, "t:1:7: \"x\" is too much here");
	fails("spool { path /p; size 1 }", ERR_RANGE, "t:1:23: size: \"1\" is out of its range (1024 to 1099511627776)");
	fails("store { }", ERR_SYNTAX, "t:1:1: store needs a name");
	fails("store a { anything goes }\nstore b { }\nlisten 127.0.0.1:25 tls\nlisten [::1]:25\nlisten /run/x", OK, "");
	static const char *const bad_listen[] = { "127.0.0.1:65536", "[127.0.0.1]:25", "::1:25", "[::1]", ":25", "localhost:25", "127.0.0.1:" };
	for (size_t i = 0; i < sizeof(bad_listen) / sizeof(bad_listen[0]); i++) {
		struct conf *first = reads(str_format(a, "listen %s", bad_listen[i]));
		IS_INT(conf_check(first, items, NULL), ERR_SYNTAX, bad_listen[i]);
	}
}

static void test_values(void)
{
	struct conf *first = reads(STR("level debug; wait 15m; observe no; since 2026-03-01T00:00:00Z; spool { path /p; size 3k }"));
	IS_INT(conf_check(first, items, NULL), OK, "good values");
	IS_INT(conf_number(first, items, "level"), 2, "a word's place in its list");
	IS_INT(conf_number(first, items, "wait"), 15 * MINUTE_US, "a span in microseconds");
	IS_INT(conf_number(first, items, "observe"), 0, "no");
	IS_INT(conf_number(first, items, "since"), INT64_C(1772323200) * SECOND_US, "a time");
	IS_INT(conf_number(first, items, "workers"), 2, "a default");
	IS_INT(conf_number(conf_find(first, "spool")->child, spool_items, "size"), 3072, "a size");
	IS_STR(conf_text(first, items, "title"), STR("a \"b\""), "a default text");
	OK_(!conf_text(first, items, "from").ptr && !conf_find(first, "from"), "neither given nor defaulted");
}

static void test_nearest(void)
{
	static const char *const list[] = { "suspend", "limit", "notify", "a", NULL };
	const char *near = conf_nearest(STR("supsend"), list);
	OK_(near && strcmp(near, "suspend") == 0, "two letters swapped");
	near = conf_nearest(STR("notfiy"), list);
	OK_(near && strcmp(near, "notify") == 0, "again");
	OK_(!conf_nearest(STR("terminate"), list) && !conf_nearest(STR("z"), list) && !conf_nearest(STR_NONE, list), "nothing near is not guessed");
}

static void test_dump(void)
{
	struct buf one, two;
	buf_init(&one, 10000);
	buf_init(&two, 10000);
	conf_dump(reads(STR("a   b,c ,d # x\nb\\x\\ ; c d\\ { e \"f\\n\\\"\\\\\\t\" }\n\"q q\" ,\n")), NULL, &one);
	IS_STR(buf_str(&one), STR("a b, c, d\nb\\x\\ ;\nc d\\ {\n    e \"f\\n\\\"\\\\\\t\"\n}\n\"q q\",\n"), "one spacing, no comments");
	conf_dump(reads(buf_str(&one)), NULL, &two);
	IS_STR(buf_str(&two), buf_str(&one), "a dump reads back as itself");
	buf_clear(&one);
	buf_clear(&two);
	conf_dump(reads(STR("spool { path /p }\nstore x { free form }")), items, &one);
	IS_STR(buf_str(&one), STR("spool {\n    path /p\n    size 50M\n}\nstore x {\n    free form\n}\nlevel info\nworkers 2\nwait 90s\nobserve yes\ntitle \"a \\\"b\\\"\"\n"),
		"defaults are written out");
	conf_dump(reads(buf_str(&one)), items, &two);
	IS_STR(buf_str(&two), buf_str(&one), "and then stay");
	buf_done(&one);
	buf_done(&two);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	if (!a)
		return 1;
	test_statements();
	test_reader_errors();
	test_bounds();
	test_checks();
	test_values();
	test_nearest();
	test_dump();
	arena_free(a);
	return tap_done();
}
