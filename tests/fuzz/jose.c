/*
 * Any bytes as a set of keys, and behind its first line as a token; and all of them as a token that must be of a key which is given. What is read
 * lies within its bounds, what is refused has a reason, and nothing is believed but what that key signed.
 */
#include "fuzz.h"
#include "wire/jose.h"

/* RFC 8037 A.2 */
#define KEYS STR("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}")

static void check_keys(const struct jose_keys *k)
{
	MUST(k->count <= JOSE_KEYS_MAX);
	for (unsigned i = 0; i < k->count; i++)
		MUST(k->list[i].alg < JOSE_ALGS && k->list[i].first.len >= 32 && (k->list[i].alg == JOSE_EDDSA) == !k->list[i].second.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct jose_keys keys;
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct why why = { .line = 0 };
	struct str all = FUZZ_TEXT(data, len), rest = all, set = STR_NONE;
	const struct json *payload = NULL;
	MUST(a != NULL);
	if (str_split(&rest, '\n', &set)) {
		enum err e = jose_keys_read(a, set, &keys, &why);
		MUST(e == OK || why.text[0]);
		if (e == OK) {
			check_keys(&keys);
			e = jose_token_read(a, rest, &keys, &payload, &why);
			MUST(e == OK ? payload && payload->type == JSON_OBJECT : why.text[0] != 0);
		}
	}
	payload = NULL;
	MUST(jose_keys_read(a, KEYS, &keys, &why) == OK && keys.count == 1);
	why.text[0] = 0;
	/* what is known to be signed with it is no object (A.4) */
	MUST(jose_token_read(a, all, &keys, &payload, &why) != OK && !payload && why.text[0]);
	arena_free(a);
	return 0;
}
