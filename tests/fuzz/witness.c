/*
 * What a witness answers: whatever is taken into a note verifies with it, what is not leaves it as it was, and sizes have one form.
 */
#include "evidence/witness.h"
#include "fuzz.h"

#define TEXT "log.example.net/aupd\n70000\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n"
#define LINE "\xe2\x80\x94 log.example.net/aupd sybQ3ba9fbR8GOLwrX0dP6ChdnaFaPUukrxNjbhO9GMRqWi0CViT/a8RnK5z1Zcgis7GMVK1J7VweQEIMiYNGIglpwU=\n"
enum { NOW = 0x6ab13b80 };

static void read_size(struct arena *a, struct str text)
{
	uint64_t size;
	if (witness_size_read(text, &size) == OK)
		MUST(size <= MERKLE_SIZE_MAX && str_eq(str_format(a, "%llu\n", (unsigned long long)size), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str text = FUZZ_TEXT(data, len), whole;
	struct note *n = ARENA_NEW(a, struct note);
	struct note_verifier key = { .name = STR_NONE };
	struct note_verdict v;
	struct why why = { 0 };
	int64_t at = 0;
	MUST(a && n && seal_start() == OK);
	read_size(a, text);
	MUST(note_read(a, STR(TEXT "\n" LINE), n, &why) == OK);
	/* the key of the seeds */
	MUST(note_verifier_read(a, STR("witness.example.org/1+79a7bab1+BNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"), &key, &why) == OK);
	why.text[0] = 0;
	if (witness_cosignature_take(a, text, &key, NOW, n, &at, &why) != OK) {
		MUST(why.text[0] && n->count == 1);
	} else {
		MUST(n->count == 2 && at > 0 && note_write(a, n, &whole, &why) == OK);
		MUST(note_verify(a, n, &key, 1, &v, &why) == OK && v.signed_by_it && v.unix_s == at);
	}
	arena_free(a);
	return 0;
}
