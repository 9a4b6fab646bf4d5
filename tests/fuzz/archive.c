/*
 * Archives: whatever the bytes, what comes out is within every bound, and with less room the first of the same members come.
 */
#include "base/archive.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 512 << 20);
	struct archive_member *one, *two;
	unsigned count, again;
	size_t total = 0, room = ARCHIVE_BYTES_MAX, less = 100;
	struct why why;
	MUST(a);
	struct str text = FUZZ_TEXT(data, len);
	enum err e = archive_unpack(a, text, &room, &one, &count, &why), f = archive_unpack(a, text, &less, &two, &again, &why);
	MUST((e == f || f == ERR_LIMIT) && again <= count && count <= ARCHIVE_MEMBERS_MAX);
	MUST(e == OK || e == ERR_LIMIT || e == ERR_DENIED || e == ERR_UNSUPPORTED || e == ERR_SYNTAX || e == ERR_NOMEM);
	for (unsigned i = 0; i < count; i++) {
		total += one[i].bytes.len;
		MUST((i >= again || str_eq(one[i].bytes, two[i].bytes)) && str_utf8_valid(one[i].name) && !archive_looks_like(one[i].bytes));
	}
	MUST(total <= ARCHIVE_BYTES_MAX - room);
	arena_free(a);
	return 0;
}
