/*
 * Answers of reporters: whatever the words, what is read of them is in its bounds, and the same words say the same.
 */
#include "format/said.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str text = FUZZ_TEXT(data, len);
	int64_t near = INT64_C(1800000000) * SECOND_US;
	MUST(a);
	const struct said *one = said_read(a, text, near), *two = said_read(a, text, near);
	MUST(!one == !two);
	if (one && two) {
		MUST(one->at != TIME_NONE || one->zoned || one->port || one->asks_status);
		MUST(one->asks_status == two->asks_status && one->says_more == two->says_more);
		MUST(one->east_s % 900 == 0 && one->east_s >= -15 * 3600 && one->east_s <= 15 * 3600);
		MUST(one->address_count <= SAID_ADDRESSES_MAX && !(one->unclear & ~(uint32_t)SAID_UNCLEAR));
		MUST(one->at == two->at && one->port == two->port && one->east_s == two->east_s && one->unclear == two->unclear && one->address_count == two->address_count);
	}
	arena_free(a);
	return 0;
}
