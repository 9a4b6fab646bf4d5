/*
 * Any bytes as what an IMAP server says: each response lies within them and grows the place, what is read of it lies within it.
 */
#include "base/imap.h"

#include "fuzz.h"

enum { LITERAL_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str rest = FUZZ_TEXT(data, len);
	size_t n;
	uint32_t number;
	while (imap_response_len(rest, LITERAL_MAX, &n) == OK) {
		struct str response = str_sub(rest, 0, n), list = response;
		struct imap_fetch f;
		MUST(n && n <= rest.len && response.ptr[n - 1] == '\n');
		if (imap_fetch_read(response, &f) == OK && f.has_body)
			MUST(f.body.ptr >= response.ptr && f.body.ptr + f.body.len <= response.ptr + n);
		for (size_t left = n; imap_search_next(&list, &number); left = list.len)
			MUST(number && list.len < left);
		MUST(!imap_code_number(response, STR("UIDNEXT"), &number) || number);
		rest = str_sub(rest, n, rest.len);
	}
	return 0;
}
