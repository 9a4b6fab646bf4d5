/*
 * Masks and pieces: what is masked is pieces that fit the text, and leaves nothing with an "@"; what is read as pieces or as a list of what is
 * withheld ends; and a list is held against a record of which a value is shown, one in part, and one not at all.
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

/* What a deed commits to is read only where the deed fits: so it is made to. */
static void check_list(struct arena *a, struct str text)
{
	struct evidence_opening o = { .name = STR("actor") };
	struct evidence_masked m = { .name = STR("text") };
	struct evidence_entry e = { .record = STR("aupd-record/1\ncase C-256\ncom.actor 0\ncom.source 0\ncom.text 0\nid C-256.1\nraw 0\n"), .openings = &o, .opening_count = 1,
		.masked = &m, .masked_count = 1 };
	struct evidence_bundle b = { .redaction = text, .entries = &e, .entry_count = 1 };
	struct evidence_link link = { 0 };
	struct record deed = { 0 };
	struct why why = { 0 };
	struct digest d;
	digest_sha256(text, &d);
	record_put(&deed, "kind", HANDED_KIND);
	record_put(&deed, "case", STR("C-256"));
	record_put(&deed, "profile", STR("customer"));
	record_put(&deed, "redaction", digest_hex(a, &d));
	enum err e2 = handed_check(a, &b, &link, &deed, &why);
	MUST(e2 == OK || why.text[0]);
	MUST(e2 || (str_find(text, STR("withheld C-256.1 source ")) != SIZE_MAX && str_find(text, STR("masked C-256.1 text ")) != SIZE_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct str text = FUZZ_TEXT(data, len), rest;
	struct evidence_bundle b = { .redaction = text };
	MUST(a);
	mask(a, text);
	check_list(a, text);
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
