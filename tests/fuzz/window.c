/*
 * Rows of windows: what is read is written as the same numbers, and adding to it stays within its bounds.
 */
#include "base/time.h"
#include "fuzz.h"
#include "policy/window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct window w, again;
	struct str body, twice;
	MUST(a);
	if (window_read(a, FUZZ_TEXT(data, len), &w, NULL) == OK) {
		MUST(window_write(a, &w, &body) == OK && window_read(a, body, &again, NULL) == OK && window_write(a, &again, &twice) == OK);
		MUST(str_eq(body, twice));
		MUST(window_add(&w, DAY_US, INT64_C(1772323200) * SECOND_US, INT64_MAX, STR("x"), STR("e")) <= WINDOW_MEMBERS_MAX);
		MUST(window_add(&again, DAY_US, INT64_C(1772323200) * SECOND_US, 1, STR_NONE, STR_NONE) >= 0);
		MUST(window_take(&again, DAY_US, INT64_C(1772323200) * SECOND_US, 1, STR_NONE, STR_NONE) >= 0);
	}
	arena_free(a);
	return 0;
}
