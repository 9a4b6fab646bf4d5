/*
 * JSON: what is read is written and read again as the same bytes; every span lies in its parent's and is the value itself.
 */
#include "base/json.h"
#include "fuzz.h"

static void check_spans(const struct json *n, struct str text)
{
	MUST(n->from < n->to && n->to <= text.len);
	char first = text.ptr[n->from];
	switch (n->type) {
	case JSON_STRING: MUST(first == '"' && text.ptr[n->to - 1] == '"' && n->text.len + 2 <= n->to - n->from && str_utf8_valid(n->text)); break;
	case JSON_NUMBER: MUST(str_eq(n->text, str_sub(text, n->from, n->to - n->from))); break;
	case JSON_ARRAY: MUST(first == '[' && text.ptr[n->to - 1] == ']'); break;
	case JSON_OBJECT: MUST(first == '{' && text.ptr[n->to - 1] == '}'); break;
	case JSON_BOOL: MUST(first == (n->boolean ? 't' : 'f')); break;
	case JSON_NULL: MUST(first == 'n'); break;
	}
	uint32_t at = n->from;
	for (const struct json *m = n->child; m; m = m->next) {
		MUST(m->from > at && m->to < n->to);
		at = m->to - 1;
		check_spans(m, text);
	}
}

static void write_tree(const struct json *root, struct buf *out)
{
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_tree(&w, NULL, root);
	MUST(out->err == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = FUZZ_TEXT(data, len);
	struct arena *a = arena_new("fuzz", 256 << 20);
	struct json *root = NULL, *again;
	struct why why;
	struct buf one, two;
	MUST(a);
	if (json_read(a, text, &root, &why) == OK) {
		check_spans(root, text);
		buf_init(&one, 8 * len + 16);
		buf_init(&two, 8 * len + 16);
		write_tree(root, &one);
		MUST(json_read(a, buf_str(&one), &again, &why) == OK);
		write_tree(again, &two);
		MUST(str_eq(buf_str(&one), buf_str(&two)));
		buf_done(&one);
		buf_done(&two);
	} else {
		MUST(!root && why.text[0]);
	}
	arena_free(a);
	return 0;
}
