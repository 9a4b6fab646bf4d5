/*
 * Raw bytes as text for a page: whatever the bytes, it is JSON within its bounds; what is marked was read as a fact; a text without any octet
 * that UTF-8 forbids is shown to its last octet, no more and no less.
 */
#include "aupd/marked_text.h"
#include "base/charset.h"
#include "fuzz.h"

enum { OUT_BYTES_MAX = 16 << 20 };

static void check_piece(const struct json *piece)
{
	const struct json *list = json_get(piece, "segments");
	size_t shown = 0;
	bool replaced = false;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		struct str text = json_text(m, "text"), fact = json_text(m, "fact");
		MUST(text.len && (!json_get(m, "fact") || fact.len));
		shown += text.len;
		replaced |= str_find(text, STR("\xef\xbf\xbd")) != SIZE_MAX;
	}
	MUST(!list || replaced || (int64_t)shown == json_int(piece, "octets", -1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct json *root = NULL;
	struct jsonw w;
	struct buf b;
	charset_start();
	MUST(a);
	buf_init(&b, OUT_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	marked_text_write(FUZZ_TEXT(data, len), STR("report.eml"), &w);
	jsonw_end(&w, '}');
	if (!b.err && len <= MARKED_TEXT_BYTES_MAX) {
		MUST(json_read(a, buf_str(&b), &root, NULL) == OK && json_text(root, "format").len);
		const struct json *pieces = json_get(root, "pieces");
		for (const struct json *m = pieces ? pieces->child : NULL; m && !json_flag(root, "cut", false); m = m->next)
			check_piece(m);
	}
	buf_done(&b);
	arena_free(a);
	return 0;
}
