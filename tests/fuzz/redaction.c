/*
 * Masks and pieces: what is masked is pieces that fit the text, and leaves nothing with an "@"; what is read as pieces or as a list of what is
 * withheld ends.
 */
#include "evidence/handed.h"
#include "evidence/redaction.h"
#include "fuzz.h"

static void mask(struct arena *a, struct str text)
{
	struct str pieces, kept;
	enum redaction_reason reason;
	unsigned masks = 0;
	enum err e = redaction_mask(a, text, &pieces, &masks);
	MUST(e == OK || e == ERR_UNKNOWN);
	if (e || !masks) {
		MUST(e || (str_chr(text, '@') == SIZE_MAX && str_find(text, STR("/l/")) == SIZE_MAX));
		return;
	}
	MUST(redaction_pieces_ok(pieces) && redaction_fits(pieces, text));
	while (pieces.len) {
		MUST(redaction_piece(&pieces, &kept, &reason) == OK);
		MUST(str_chr(kept, '@') == SIZE_MAX && str_find(kept, STR("/l/")) == SIZE_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct str text = FUZZ_TEXT(data, len), rest;
	struct evidence_bundle b = { .redaction = text };
	MUST(a);
	mask(a, text);
	if (redaction_pieces_ok(text))
		(void)redaction_fits(text, text);
	rest = handed_list(&b);
	while (rest.len) {
		size_t before = rest.len;
		(void)handed_next(&rest);
		if (rest.len == before)
			break;
	}
	arena_free(a);
	return 0;
}
