/*
 * XML: the tree and its spans, text in pieces, encodings; document types and everything behind them refused; the bounds.
 */
#include "base/xml.h"
#include "tap.h"

static struct arena *a;

static void test_tree(void)
{
	struct str text = STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- no --><n:Report xmlns:n=\"urn:x\" n:id='a&amp;b' lang=\"de\">\n"
		" <Source><IP> 192.0.2.7 </IP><IP>192.0.2.8</IP><Empty/></Source>\n"
		" <Text>gr\xc3\xbc\xc3\x9f &lt;b&gt; <![CDATA[<&]]>&#x20AC;<b>in</b> end</Text>\n</n:Report>\n");
	struct xml *root = NULL;
	struct why why;
	if (!OK_(xml_read(a, text, &root, &why) == OK, "a document")) {
		printf("# %s\n", why.text);
		return;
	}
	IS_STR(root->name, STR("Report"), "the local name");
	IS_STR(root->prefix, STR("n"), "its prefix");
	IS_STR(xml_attribute(root, "id"), STR("a&b"), "an attribute, decoded");
	OK_(str_eq(xml_attribute(root, "lang"), STR("de")) && !xml_attribute(root, "none").ptr && !xml_attribute(NULL, "x").ptr, "attributes by name");
	const struct xml *ip = xml_at(root, "Source.IP");
	IS_STR(ip ? ip->text : STR_NONE, STR(" 192.0.2.7 "), "text as it stands");
	IS_STR(xml_text(xml_child(root, "Source"), "IP"), STR("192.0.2.7"), "or without the blanks around it");
	IS_STR(str_sub(text, ip->from, ip->to - ip->from), STR("<IP> 192.0.2.7 </IP>"), "its bytes in the document");
	const struct xml *second = xml_next(ip);
	OK_(second && str_eq(second->text, STR("192.0.2.8")) && !xml_next(second), "the next of the same name");
	const struct xml *empty = xml_at(root, "Source.Empty");
	IS_STR(str_sub(text, empty->from, empty->to - empty->from), STR("<Empty/>"), "an empty element's bytes");
	IS_STR(xml_text(root, "Text"), STR("gr\xc3\xbc\xc3\x9f <b> <&\xe2\x82\xac end"), "entities, CDATA and text around children, joined");
	OK_(!xml_text(root, "None").ptr && !xml_at(root, "Source.None.X") && !xml_child(NULL, "x"), "what is not there");
	OK_(xml_read(a, STR("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xfc</a>"), &root, &why) == OK && str_eq(root->text, STR("\xc3\xbc")), "Latin-1 comes out as UTF-8");
}

static void refused(struct str text, enum err e, uint32_t line, uint32_t column, const char *name)
{
	struct xml *root = NULL;
	struct why why;
	bool good = xml_read(a, text, &root, &why) == e && !root && why.line == line && why.column == column;
	if (!OK_(good, name))
		printf("# %u:%u: %s\n", why.line, why.column, why.text);
}

static void test_refused(void)
{
	refused(STR("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), ERR_UNSUPPORTED, 1, 13, "a document type with an entity");
	refused(STR("<?xml version='1.0'?>\n <!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), ERR_UNSUPPORTED, 2, 41, "a document type of elsewhere");
	refused(STR("<a>&x;</a>"), ERR_SYNTAX, 1, 4, "an entity that nobody declared");
	refused(STR("<a>\n<b></a>"), ERR_SYNTAX, 2, 6, "tags that do not match");
	refused(STR("<a x='1' x='2'/>"), ERR_SYNTAX, 1, 10, "an attribute twice");
	refused(STR("<a/><b/>"), ERR_SYNTAX, 1, 5, "two roots");
	refused(STR("<a>\xff</a>"), ERR_SYNTAX, 1, 4, "no UTF-8");
	refused(STR("<a>\0</a>"), ERR_SYNTAX, 1, 4, "a NUL");
	refused(STR(""), ERR_SYNTAX, 1, 1, "nothing");
	refused(STR("<?xml version='1.0' encoding='KOI8-R'?><a/>"), ERR_SYNTAX, 1, 31, "an encoding that is not read");
	refused(STR("<a"), ERR_SYNTAX, 1, 1, "cut");
}

static void test_bounds(void)
{
	struct buf b;
	struct xml *root;
	struct why why;
	buf_init(&b, 8 << 20);
	for (int depth = XML_DEPTH_MAX; depth <= XML_DEPTH_MAX + 1; depth++) {
		buf_clear(&b);
		for (int i = 0; i < depth; i++)
			buf_puts(&b, "<a>");
		for (int i = 0; i < depth; i++)
			buf_puts(&b, "</a>");
		IS_INT(xml_read(a, buf_str(&b), &root, &why), depth > XML_DEPTH_MAX ? ERR_LIMIT : OK, "the depth");
	}
	for (int n = XML_ATTRIBUTES_MAX; n <= XML_ATTRIBUTES_MAX + 1; n++) {
		buf_clear(&b);
		buf_puts(&b, "<a");
		for (int i = 0; i < n; i++)
			buf_printf(&b, " x%d=''", i);
		buf_puts(&b, "/>");
		IS_INT(xml_read(a, buf_str(&b), &root, &why), n > XML_ATTRIBUTES_MAX ? ERR_LIMIT : OK, "attributes of one element");
	}
	for (int n = XML_NODES_MAX; n <= XML_NODES_MAX + 1; n++) {
		buf_clear(&b);
		buf_puts(&b, "<a>");
		for (int i = 1; i < n; i++)
			buf_puts(&b, "<b/>");
		buf_puts(&b, "</a>");
		IS_INT(xml_read(a, buf_str(&b), &root, &why), n > XML_NODES_MAX ? ERR_LIMIT : OK, "the number of elements");
		arena_reset(a);
	}
	buf_clear(&b);
	buf_puts(&b, "<a>");
	for (int i = 0; i < 100000; i++)
		buf_puts(&b, "x&amp;\n");
	buf_puts(&b, "</a>");
	OK_(xml_read(a, buf_str(&b), &root, &why) == OK && root->text.len == 300000 && arena_used_bytes(a) < 2000000, "text in many pieces costs no more than its bytes, about");
	struct arena *small = arena_new("small", 16 << 10);
	IS_INT(xml_read(small, buf_str(&b), &root, &why), ERR_NOMEM, "a full arena says so");
	arena_free(small);
	buf_done(&b);
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	if (!a)
		return 1;
	test_tree();
	test_refused();
	test_bounds();
	arena_free(a);
	return tap_done();
}
