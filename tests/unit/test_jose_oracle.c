/*
 * Signed tokens against another reader: thousands of sets of keys and tokens, most of them changed, must be believed and refused as PyJWT, and what
 * it leaves open, do. The keys are new each time, what is done with them is always the same. Skipped where there is no PyJWT.
 */
#include "base/seal.h"
#include "oracle.h"
#include "tap.h"
#include "wire/jose.h"

enum { CASES = 3000, OUTPUT_BYTES_MAX = 64 << 20 };

static struct jose_keys keys;

static struct str told(struct arena *a, struct str set, struct str token)
{
	const struct json *payload;
	struct why why = { .line = 0 };
	if (jose_keys_read(a, set, &keys, &why) != OK || jose_token_read(a, token, &keys, &payload, &why) != OK || !str_eq(json_text(payload, "sub"), STR("joe")))
		return STR("bad");
	return STR("good joe");
}

int main(void)
{
	struct arena *a = arena_new("test", 64 << 20);
	struct buf out;
	struct reader r;
	unsigned cases = 0, good = 0, different = 0;
	BUG_ON(seal_start() != OK);
	buf_init(&out, OUTPUT_BYTES_MAX);
	if (!oracle_ask(JOSE_ORACLE, "-", CASES, &out)) {
		tap_skip("tokens as another reader reads them", "python3 with PyJWT does not run here");
		return tap_done();
	}
	reader_init(&r, buf_str(&out));
	while (reader_left(&r)) {
		struct str set = reader_take(&r, reader_u32(&r)), token = reader_take(&r, reader_u32(&r)), theirs = reader_take(&r, reader_u32(&r));
		struct str ours = told(a, set, token);
		cases++;
		good += str_eq(theirs, STR("good joe"));
		if (!str_eq(ours, theirs) && different++ < 5) {
			tap_dump("set", set);
			tap_dump("token", token);
			tap_dump("ours", ours);
			tap_dump("theirs", theirs);
		}
		arena_reset(a);
	}
	IS_INT(reader_end(&r), OK, "the oracle's output is whole");
	OK_(cases == CASES && good > cases / 8 && good < cases / 2, "many tokens, of which enough are good and enough are not");
	IS_INT(different, 0, "each is believed or refused alike");
	printf("# %u tokens, %u good\n", cases, good);
	buf_done(&out);
	arena_free(a);
	return tap_done();
}
