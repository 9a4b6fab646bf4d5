/*
 * Text that is made readable, and what is looked for in letters: each offset leads back into the text and runs forwards; text
 * that was mended of everything has nothing left to mend; labels and phrases lie in the text that they were found in.
 */
#include "format/label.h"
#include "format/legal.h"
#include "format/mend.h"
#include "fuzz.h"

static void check_mended(struct arena *a, struct str text, unsigned levels, bool signed_text)
{
	struct mended m, again;
	if (mend(a, text, levels, signed_text, &m) != OK)
		return;
	size_t last = 0;
	MUST(m.text.len <= 5 * text.len && (m.done || str_eq(m.text, text)));
	for (size_t i = 0; i <= m.text.len; i++) {
		size_t at = mend_origin(&m, i);
		MUST(at >= last || m.done & (MEND_AMPERSANDS | MEND_OCTETS));
		MUST(at <= text.len + 5);
		last = at;
	}
	if (!(m.done & MEND_CODED) && mend(a, m.text, 0, false, &again) == OK)
		MUST(!(again.done & (MEND_AMPERSANDS | MEND_CONTROLS | MEND_OCTETS)) && str_utf8_valid(m.text));
}

static void check_found(struct str text)
{
	struct legal_found f;
	struct label l;
	size_t at = 0, before = 0;
	while (label_next(text, &at, &l)) {
		MUST(at > before && at <= text.len && l.name.ptr >= text.ptr && l.value.ptr + l.value.len <= text.ptr + text.len);
		before = at;
	}
	legal_scan(text, &f);
	for (unsigned i = 0; i < LEGAL_COUNT; i++)
		MUST(f.at[i].from <= f.at[i].to && f.at[i].to <= text.len);
	MUST(legal_kind(&f) < KIND_COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct str text = FUZZ_TEXT(data, len);
	MUST(a);
	check_mended(a, text, 0, false);
	check_mended(a, text, mend_levels(text, len), true);
	check_found(text);
	arena_free(a);
	return 0;
}
