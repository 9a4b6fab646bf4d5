/*
 * Evidence records: a text that is read is the only text of its record, and openings of strangers open nothing.
 */
#include "evidence/record.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct seal_key key = { "a key" };
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str text = FUZZ_TEXT(data, len), again, opening;
	struct record r, copy = { 0 };
	struct record_line *values;
	unsigned count;
	struct why why = { 0 };
	MUST(a);
	if (record_read(a, text, &r, &why) == OK) {
		copy.id = r.id;
		for (unsigned i = 0; i < r.count; i++)
			copy.lines[copy.count++] = r.lines[i];
		MUST(record_write(a, &copy, &key, &again, &opening, &why) != OK || str_eq(again, text));
		MUST(record_open(a, &r, text, &key, &values, &count, &why) != OK);
	} else {
		MUST(why.text[0]);
	}
	arena_free(a);
	return 0;
}
