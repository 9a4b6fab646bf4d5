/*
 * Pages: no value changes what the template says, whatever it holds and wherever it stands; and what templates can do.
 */
#include "../tap.h"
#include "web/page.h"

static struct arena *a;

static struct str fill(const char *name, const char *data)
{
	struct json *root;
	struct buf b;
	BUG_ON(json_read(a, str_of(data), &root, NULL) != OK);
	buf_init(&b, PAGE_BYTES_MAX);
	page_write(page_find(str_of(name)), root, &b);
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

/* How often that octet is there. */
static unsigned count(struct str s, char c)
{
	unsigned n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == c;
	return n;
}

static void places(void)
{
	static const char *const hostile[] = {
		"<script>alert(1)</script>", "\\\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "</textarea><script>", "javascript:alert(1)",
		"//evil.example/", "/\\\\evil.example",
		"/\\u0009/evil.example", "&lt;b&gt;", "{{v}}", "{% if v %}", "\\u0000\\u0001\\u007f", "../../../admin",
		"a/b?c=d&e#f", "\xc3\xa4\xe2\x80\xae", "%3Cscript%3E", "data:text/html,<b>",
	};
	struct str plain = fill("places", "{\"v\":\"x\"}");
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct str page = fill("places", str_c(a, str_format(a, "{\"v\":\"%s\"}", hostile[i])));
		bool same = count(page, '<') == count(plain, '<') && count(page, '>') == count(plain, '>') && count(page, '"') == count(plain, '"') && count(page, '\'') == 0;
		OK_(same, hostile[i]);
		OK_(str_find(page, STR("=\"javascript")) == SIZE_MAX || str_find(page, STR("href=\"javascript")) == SIZE_MAX, "  no address of it runs");
		OK_(str_find(page, STR("href=\"//")) == SIZE_MAX && str_find(page, STR("href=\"/\\")) == SIZE_MAX && str_find(page, STR("href=\"data")) == SIZE_MAX, "  or leads elsewhere");
	}
	IS_STR(fill("places", "{\"v\":\"/a?b=c&d\"}"),
		STR("\n<p title=\"/a?b=c&amp;d\">/a?b=c&amp;d</p>\n<a href=\"/cases/%2Fa%3Fb%3Dc%26d?q=%2Fa%3Fb%3Dc%26d#%2Fa%3Fb%3Dc%26d\">part</a>\n"
		"<a href=\"/a?b=c&amp;d\">whole</a>\n<textarea>/a?b=c&amp;d</textarea>\n<input value=\"/a?b=c&amp;d\" checked>\n"), "a part stays a part, a whole address is one");
	IS_STR(fill("places", "{}"),
		STR("\n<p title=\"\"></p>\n<a href=\"/cases/?q=#\">part</a>\n<a href=\"#\">whole</a>\n<textarea></textarea>\n<input value=\"\">\n"), "what is not there is left out");
}

static void blocks(void)
{
	IS_STR(fill("blocks", "{\"foot\":{\"text\":\"end\"}}"), STR("<p>None</p><hr>end\n"), "an empty list");
	IS_STR(fill("blocks", "{\"rows\":[{\"id\":1,\"state\":\"open\",\"names\":[\"a\",\"b\"]},{\"id\":2,\"state\":\"shut\"},{\"id\":3}]}"),
		STR("<p>1 is open a b</p><p>2 is shut</p><p>3 is </p><hr>\n"), "lists, lists in them, and choices");
	IS_STR(fill("blocks", "{\"rows\":[[],[1],\"x\",null]}"), STR("<p> is </p><p> is </p><p> is </p><p> is </p><hr>\n"), "data of another shape breaks nothing");
	OK_(!page_find(STR("_foot")) && !page_find(STR("none")), "a part of pages is no page");
}

static void filters(void)
{
	IS_STR(fill("filters", "{\"t\":\"2026-03-01T13:04:05+01:00\",\"n\":1234567,\"small\":999,\"span\":183600,\"yes\":true,\"no\":false,\"none\":null,\"list\":[1]}"),
		STR("<i title=\"2026-03-01T13:04:05+01:00\"></i><time datetime=\"2026-03-01T12:04:05Z\"></time>"
			"2026-03-01 12:04 2026-03-01 1,234,567 999 1.2 MB 999 B 1.2 Mbit/s 2 d 3 h 9.99 99 yes no  \n"), "each filter");
	IS_STR(fill("filters", "{\"t\":\"<b>\",\"n\":\"<b>\",\"small\":-1234,\"span\":-61}"),
		STR("<i title=\"&lt;b&gt;\"></i><time datetime=\"&lt;b&gt;\"></time>&lt;b&gt; &lt;b&gt; &lt;b&gt; -1,234 &lt;b&gt; -1234 B &lt;b&gt; -1 min 1 s -1234 -123    \n"),
		"what a filter is not for goes as it is, escaped");
	IS_STR(fill("filters", "{\"n\":9223372036854775807,\"span\":-9223372036854775808}"),
		STR("<i title=\"\"></i><time datetime=\"\"></time>  9,223,372,036,854,775,807  9.2 EB  9.2 Ebit/s -106751991167300 d 15 h      \n"),
		"numbers as large as there are");
}

int main(void)
{
	a = arena_new("test", 16 << 20);
	places();
	blocks();
	filters();
	arena_free(a);
	return tap_done();
}
