/*
 * Signed notes: what is read is written again octet for octet, the same for keys, and nothing is signed by a key that is none's.
 */
#include "evidence/note.h"
#include "fuzz.h"

static void read_note(struct arena *a, struct str bytes, const struct note_verifier *keys, size_t count)
{
	struct note_verdict verdicts[2];
	struct note n;
	struct str again;
	struct why why = { 0 };
	if (note_read(a, bytes, &n, &why) != OK) {
		MUST(why.text[0]);
		return;
	}
	MUST(n.count && n.count <= NOTE_SIGNATURES_MAX && note_text_ok(n.text) && n.text.len < bytes.len);
	for (unsigned i = 0; i < n.count; i++)
		MUST(note_name_ok(n.signatures[i].name) && n.signatures[i].octets.len > NOTE_KEY_ID_LEN);
	MUST(note_write(a, &n, &again, &why) == OK && str_eq(again, bytes));
	why.text[0] = 0;
	MUST(note_verify(a, &n, keys, count, verdicts, &why) == OK || why.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str text = FUZZ_TEXT(data, len);
	struct note_verifier v = { .name = STR_NONE }, keys[2];
	struct note_signer s;
	struct why why = { 0 };
	size_t count = 0;
	MUST(a && seal_start() == OK);
	if (note_verifier_read(a, text, &v, &why) == OK)
		MUST(str_eq(note_verifier_write(a, &v), text));
	if (note_signer_read(a, text, &s, &why) == OK)
		MUST(str_eq(note_signer_write(a, &s), text));
	/* the keys of the seeds */
	MUST(note_verifier_read(
		     a, STR("log.example.net/aupd+b326d0dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"), &keys[count++], &why) == OK);
	MUST(note_verifier_read(
		     a, STR("witness.example.org/1+79a7bab1+BNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"), &keys[count++], &why) == OK);
	read_note(a, text, keys, count);
	arena_free(a);
	return 0;
}
