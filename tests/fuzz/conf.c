/*
 * The block language: a dump reads back as itself; an error has its place and an excerpt that is fit for a terminal.
 */
#include "base/conf.h"
#include "fuzz.h"

static void dump(const struct conf *first, struct buf *out, size_t len)
{
	buf_init(out, 100 * len + 100);
	conf_dump(first, NULL, out);
	MUST(out->err == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = FUZZ_TEXT(data, len);
	struct arena *a = arena_new("fuzz", 256 << 20);
	struct conf *first = NULL, *again;
	struct why why;
	struct buf one, two;
	MUST(a);
	if (conf_read(a, "fuzz", text, &first, &why) == OK) {
		dump(first, &one, len);
		MUST(conf_read(a, "dump", buf_str(&one), &again, &why) == OK);
		dump(again, &two, len);
		MUST(str_eq(buf_str(&one), buf_str(&two)));
		buf_done(&one);
		buf_done(&two);
	} else {
		MUST(!first && why.line && why.column);
		struct str shown = conf_excerpt(a, text, &why);
		MUST(str_utf8_valid(shown));
	}
	arena_free(a);
	return 0;
}
