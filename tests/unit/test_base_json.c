/*
 * JSON: exact spans and error places, what counts as an integer, the bounds on depth, names and memory, access by name and
 * path, and the writer's bytes.
 */
#include "base/json.h"
#include "base/time.h"
#include "tap.h"

static struct arena *a;

static struct json *reads(struct str text)
{
	struct json *root = NULL;
	struct why why;
	if (!OK_(json_read(a, text, &root, &why) == OK, "reads"))
		printf("# %s\n", why.text);
	return root;
}

static void test_spans(void)
{
	struct str text = STR(" {\"k\\u0065y\" :\t\"v\\n\" ,\"n\":-1.50e+3,\"l\":[ true,null ] } ");
	struct json *root = reads(text);
	OK_(root->from == 1 && root->to == text.len - 1, "the whole value without the blanks around it");
	const struct json *m = root->child;
	IS_STR(m->key, STR("key"), "a name is decoded");
	IS_STR(str_sub(text, m->from, m->to - m->from), STR("\"v\\n\""), "a string's span has its quotes");
	IS_STR(m->text, STR("v\n"), "its text has not");
	m = m->next;
	IS_STR(m->text, STR("-1.50e+3"), "a number keeps its text");
	OK_(m->text.ptr == text.ptr + m->from && m->key.ptr == text.ptr + 23, "what has no escapes is not copied");
	m = m->next;
	IS_STR(str_sub(text, m->from, m->to - m->from), STR("[ true,null ]"), "an array's span");
	IS_STR(str_sub(text, m->child->next->from, 4), STR("null"), "an element's span");
	OK_(!m->next && !m->child->next->next, "nothing behind the last");
}

static void test_integers(void)
{
	const struct json *n = reads(STR("[9223372036854775807, 9223372036854775808, -9223372036854775808, -9223372036854775809, -0, 1.0, 1e2]"))->child;
	OK_(n->is_integer && n->integer == INT64_MAX, "the greatest integer");
	OK_(!(n = n->next)->is_integer, "one more is a number only");
	OK_((n = n->next)->is_integer && n->integer == INT64_MIN, "the least integer");
	OK_(!(n = n->next)->is_integer, "one less is a number only");
	OK_((n = n->next)->is_integer && n->integer == 0, "minus zero");
	OK_(!(n = n->next)->is_integer && !n->next->is_integer, "a fraction or an exponent is no integer");
}

static void refused(struct str text, enum err e, uint32_t line, uint32_t column, const char *want)
{
	struct json *root = NULL;
	struct why why;
	bool good = json_read(a, text, &root, &why) == e && why.line == line && why.column == column && str_starts(str_of(why.text), str_of(want)) && !root;
	if (!OK_(good, want))
		printf("# %u:%u %s\n", why.line, why.column, why.text);
}

static void test_error_places(void)
{
	refused(STR("{\"a\":1,\n \"a\":2}"), ERR_SYNTAX, 2, 5, "the same name twice in an object at byte 12");
	refused(STR("{\"a\":1,\"\\u0061\":2}"), ERR_SYNTAX, 1, 16, "the same name twice");
	refused(STR("[1,\n2,\n]"), ERR_SYNTAX, 3, 1, "not a JSON value at byte 7");
	refused(STR("[1 2]"), ERR_SYNTAX, 1, 4, "\",\" is expected");
	refused(STR("{\"a\" 1}"), ERR_SYNTAX, 1, 6, "\":\" is expected");
	refused(STR("{1:2}"), ERR_SYNTAX, 1, 2, "a member's name is expected");
	refused(STR("{\"a\":1,}"), ERR_SYNTAX, 1, 8, "a member's name is expected");
	refused(STR("[[1]"), ERR_SYNTAX, 1, 5, "the text ends inside an array or object");
	refused(STR("{\"a\":"), ERR_SYNTAX, 1, 6, "the text ends where a value is expected");
	refused(STR(" "), ERR_SYNTAX, 1, 2, "the text ends where a value is expected");
	refused(STR("[1]\n]"), ERR_SYNTAX, 2, 1, "more text behind the value");
	refused(STR("[]\0"), ERR_SYNTAX, 1, 3, "more text behind the value");
	refused(STR("\"abc"), ERR_SYNTAX, 1, 5, "unterminated string");
	refused(STR("\"a\\\""), ERR_SYNTAX, 1, 5, "unterminated string");
	refused(STR("\"ab\ncd\""), ERR_SYNTAX, 1, 4, "control character in a string");
	refused(STR("01"), ERR_SYNTAX, 1, 2, "more text behind the value");
	refused(STR("-x"), ERR_SYNTAX, 1, 2, "bad number");
	refused(STR("\"\\ud800\\u0041\""), ERR_SYNTAX, 1, 8, "bad escape in a string");
	refused(STR("\"\\udc00\""), ERR_SYNTAX, 1, 4, "bad escape in a string");
	refused(STR("\"123456789 \xff\""), ERR_SYNTAX, 1, 14, "invalid UTF-8 in a string");
	refused(STR("{\"\xed\xa0\x80\":1}"), ERR_SYNTAX, 1, 7, "invalid UTF-8 in a string");
	refused(STR("\xef\xbb\xbf[]"), ERR_SYNTAX, 1, 1, "not a JSON value");
	struct why why;
	struct json *root = NULL;
	OK_(json_read(a, STR_NONE, &root, &why) == ERR_SYNTAX && strcmp(why.text, "the text is empty") == 0, "no text at all");
	OK_(json_read(a, STR("["), &root, NULL) == ERR_SYNTAX, "nobody needs to be told why");
}

static void test_bounds(void)
{
	struct buf b;
	struct json *root;
	struct why why;
	buf_init(&b, 1 << 20);
	for (int members = JSON_MEMBERS_MAX; members <= JSON_MEMBERS_MAX + 1; members++) {
		buf_clear(&b);
		for (int i = 0; i < members; i++)
			buf_printf(&b, "%s\"%d\":0", i ? "," : "{", i);
		buf_putc(&b, '}');
		IS_INT(json_read(a, buf_str(&b), &root, &why), members > JSON_MEMBERS_MAX ? ERR_LIMIT : OK, "names of one object");
	}
	for (int depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		buf_clear(&b);
		for (int i = 0; i < depth; i++)
			buf_puts(&b, i % 2 ? "{\"a\":" : "[");
		buf_putc(&b, '1');
		for (int i = depth; i-- > 0;)
			buf_putc(&b, i % 2 ? '}' : ']');
		IS_INT(json_read(a, buf_str(&b), &root, &why), depth > JSON_DEPTH_MAX ? ERR_LIMIT : OK, "arrays and objects in turn, depth");
	}
	buf_clear(&b);
	buf_puts(&b, "[0");
	for (int i = 0; i < 2000; i++)
		buf_puts(&b, ",\"\\n\"");
	buf_putc(&b, ']');
	struct arena *small = arena_new("small", 32 << 10);
	IS_INT(json_read(small, buf_str(&b), &root, &why), ERR_NOMEM, "a full arena says so");
	arena_free(small);
	IS_INT(json_read(a, buf_str(&b), &root, &why), OK, "and more room is enough");
	/* every length of a run before each byte that ends it: the reader looks at eight in one go */
	bool good = true;
	for (size_t i = 0; i < 40; i++)
		for (int end = 0; end < 4; end++) {
			buf_clear(&b);
			buf_putc(&b, '"');
			for (size_t k = 0; k < i; k++)
				buf_putc(&b, (char)('a' + k % 26));
			buf_puts(&b, end == 0 ? "" : end == 1 ? "\\t" : end == 2 ? "\xc3\xa9" : "\x1f");
			buf_putc(&b, '"');
			bool read = json_read(a, buf_str(&b), &root, &why) == OK;
			good = good && read == (end != 3) && (!read || root->text.len == i + (end == 0 ? 0 : end == 1 ? 1 : 2));
		}
	OK_(good, "runs of every length end where they end");
	buf_done(&b);
}

static void test_access(void)
{
	const struct json *root = reads(STR("{\"a\":{\"b\":[1,2],\"t\":\"x\"},\"n\":7,\"f\":1.5,\"y\":true,\"a.b\":3}"));
	OK_(json_get(root, "n") && !json_get(root, "N") && !json_get(NULL, "n") && !json_get(json_get(root, "n"), "n"), "by name");
	OK_(json_at(root, "a.b")->type == JSON_ARRAY && !json_at(root, "a.c.d") && !json_at(root, "n.x"), "by path");
	IS_STR(json_text(json_get(root, "a"), "t"), STR("x"), "a text");
	OK_(!json_text(root, "n").ptr && !json_text(root, "none").ptr, "what is no text is none");
	OK_(json_int(root, "n", -1) == 7 && json_int(root, "f", -1) == -1 && json_int(root, "none", -1) == -1, "an integer or what stands for absent");
	OK_(json_flag(root, "y", false) && json_flag(root, "n", true) && !json_flag(root, "none", false), "a flag or what stands for absent");
}

static void test_writer(void)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, 10000);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	jsonw_object(&w, NULL);
	jsonw_end(&w, '}');
	jsonw_object(&w, NULL);
	jsonw_null(&w, "n");
	jsonw_int(&w, "least", INT64_MIN);
	jsonw_time(&w, "t", 0);
	jsonw_time(&w, "never", TIME_NONE);
	jsonw_raw(&w, "raw", STR("[1]"));
	jsonw_str(&w, "k\"", STR("\b\f\r\t\x7f/\xe2\x82\xac\xe2\x82|\xed\xa0\x80"));
	jsonw_end(&w, '}');
	jsonw_str(&w, NULL, STR_NONE);
	jsonw_tree(&w, NULL, reads(STR("{\"b\" : [ 1.50, {}, [ ] , \"\\u00e9\\u0001\" ] , \"a\" : null}")));
	jsonw_end(&w, ']');
	IS_STR(buf_str(&b), STR("[{},{\"n\":null,\"least\":-9223372036854775808,\"t\":\"1970-01-01T00:00:00Z\",\"never\":null,\"raw\":[1],"
		"\"k\\\"\":\"\\u0008\\u000c\\u000d\\u0009\\u007f/\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"},\"\","
		"{\"b\":[1.50,{},[],\"\xc3\xa9\\u0001\"],\"a\":null}]"), "the same calls give these bytes");
	struct json *root;
	IS_INT(json_read(a, buf_str(&b), &root, NULL), OK, "which are JSON");
	buf_done(&b);
	buf_init(&b, 4);
	jsonw_init(&w, &b);
	jsonw_str(&w, NULL, STR("too long"));
	IS_INT(b.err, ERR_LIMIT, "a full buffer keeps its error");
	buf_done(&b);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	if (!a)
		return 1;
	test_spans();
	test_integers();
	test_error_places();
	test_bounds();
	test_access();
	test_writer();
	arena_free(a);
	return tap_done();
}
