/*
 * JSON against another reader: the corpus of the fuzz target and thousands of mutations of it must be accepted, refused and
 * understood as Python's reader does. Skipped where there is no python3.
 */
#include "base/json.h"
#include "oracle.h"
#include "tap.h"

enum { MUTATIONS = 20000, OUTPUT_BYTES_MAX = 64 << 20 };

static void put_hex(struct buf *out, struct str s)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++)
		buf_printf(out, "%02x", (unsigned char)s.ptr[i]);
	buf_putc(out, '"');
}

static void form(const struct json *n, struct buf *out)
{
	switch (n->type) {
	case JSON_NULL: buf_putc(out, 'n'); return;
	case JSON_BOOL: buf_putc(out, n->boolean ? 't' : 'f'); return;
	case JSON_STRING: put_hex(out, n->text); return;
	case JSON_NUMBER:
		buf_putc(out, '#');
		buf_put(out, n->text);
		buf_putc(out, ';');
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	buf_putc(out, n->type == JSON_OBJECT ? '{' : '[');
	for (const struct json *m = n->child; m; m = m->next) {
		if (n->type == JSON_OBJECT)
			put_hex(out, m->key);
		form(m, out);
	}
	buf_putc(out, n->type == JSON_OBJECT ? '}' : ']');
}

int main(void)
{
	struct arena *a = arena_new("test", 64 << 20);
	struct buf out, ours;
	struct reader r;
	unsigned texts = 0, accepted = 0, different = 0;
	buf_init(&out, OUTPUT_BYTES_MAX);
	buf_init(&ours, 1 << 20);
	if (!a)
		return 1;
	if (!oracle_ask(JSON_ORACLE, JSON_CORPUS, MUTATIONS, &out)) {
		tap_skip("JSON as another reader reads it", "python3 does not run here");
		return tap_done();
	}
	reader_init(&r, buf_str(&out));
	while (reader_left(&r)) {
		struct str text = reader_take(&r, reader_u32(&r)), theirs = reader_take(&r, reader_u32(&r));
		struct json *root;
		buf_clear(&ours);
		if (json_read(a, text, &root, NULL) == OK) {
			form(root, &ours);
			accepted++;
		}
		texts++;
		if (!str_eq(buf_str(&ours), theirs) && different++ < 5) {
			tap_dump("text", text);
			tap_dump("ours", buf_str(&ours));
			tap_dump("theirs", theirs);
		}
		arena_reset(a);
	}
	IS_INT(reader_end(&r), OK, "the oracle's output is whole");
	OK_(texts > MUTATIONS && accepted > texts / 20, "many texts, of which enough are JSON");
	IS_INT(different, 0, "each accepted, refused and understood alike");
	printf("# %u texts, %u accepted\n", texts, accepted);
	buf_done(&out);
	buf_done(&ours);
	arena_free(a);
	return tap_done();
}
