/*
 * The form of a one-time link's page: what is read of it is text, within its bound, and no longer than what was sent.
 */
#include "fuzz.h"
#include "model/case.h"
#include "web/onetime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 1 << 20);
	struct str text = STR_NONE;
	MUST(a);
	if (onetime_form(a, FUZZ_TEXT(data, len), STR("text"), &text) == OK)
		MUST(text.len && text.len <= CASE_NOTE_MAX && text.len <= len && str_utf8_valid(text) && str_chr(text, '\0') == SIZE_MAX);
	arena_free(a);
	return 0;
}
