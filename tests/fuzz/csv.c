/*
 * CSV: records come in order, their fields lie in them, and every text comes to its end.
 */
#include "base/csv.h"
#include "fuzz.h"

static void read_all(struct arena *a, struct str text, char separator)
{
	struct csv c;
	struct csv_row row;
	struct why why;
	size_t at = 0;
	uint32_t line = 1;
	enum err e;
	csv_init(&c, "fuzz", text, separator);
	while ((e = csv_next(&c, a, &row, &why)) != ERR_NOTFOUND) {
		MUST(c.at > at || c.at == text.len);
		if (e == OK) {
			MUST(row.count >= 1 && row.from >= at && row.from <= row.to && row.to <= c.at && row.line >= line);
			for (unsigned i = 0; i < row.count; i++) {
				const struct csv_field *f = &row.fields[i];
				MUST(f->from >= row.from && f->from <= f->to && f->to <= row.to && f->text.len <= f->to - f->from);
			}
		} else {
			MUST(why.line >= line && why.column && why.line <= c.line);
		}
		at = c.at;
		line = c.line;
		arena_reset(a);
	}
	MUST(c.at == text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	MUST(a);
	read_all(a, FUZZ_TEXT(data, len), ',');
	read_all(a, FUZZ_TEXT(data, len), '\t');
	arena_free(a);
	return 0;
}
