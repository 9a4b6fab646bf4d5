/*
 * XML: every element lies in its parent and behind the one before it, and all text comes out as UTF-8.
 */
#include "base/xml.h"
#include "fuzz.h"

static void check(const struct xml *x, size_t from, size_t to)
{
	MUST(x->from >= from && x->from < x->to && x->to <= to && x->name.len && str_utf8_valid(x->name) && str_utf8_valid(x->text));
	for (const struct xml_attribute *t = x->attributes; t; t = t->next)
		MUST(str_utf8_valid(t->name) && str_utf8_valid(t->value));
	size_t at = x->from + 1;
	for (const struct xml *c = x->child; c; c = c->next) {
		check(c, at, x->to);
		at = c->to;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct xml *root = NULL;
	struct why why;
	MUST(a);
	if (xml_read(a, FUZZ_TEXT(data, len), &root, &why) == OK)
		check(root, 0, len);
	else
		MUST(!root && why.text[0]);
	arena_free(a);
	return 0;
}
