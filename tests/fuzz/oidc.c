/*
 * Any bytes as what an OpenID provider says: its first octet picks whether they are what it offers, what it gives for a code, or what a token
 * says. What is taken has its bounds, what is refused has a reason.
 */
#include "base/time.h"
#include "fuzz.h"
#include "wire/oidc.h"

static void as_offer(struct arena *a, struct str text)
{
	struct oidc_offer o;
	struct why why = { .line = 0 };
	enum err e = oidc_offer_read(a, text, STR("https://id.example"), &o, &why);
	MUST(e == OK ? oidc_url_is(o.authorize, false) && oidc_url_is(o.token, false) && oidc_url_is(o.keys, false) : why.text[0] != 0);
}

static void as_answer(struct arena *a, struct str text)
{
	struct str token = STR_NONE;
	struct why why = { .line = 0 };
	enum err e = oidc_answer_read(a, text, &token, &why);
	MUST(e == OK ? token.len != 0 : why.text[0] != 0);
}

static void as_claims(struct arena *a, struct str text)
{
	static const struct str acr[] = { { "high", 4 } };
	const int64_t now = INT64_C(1750000000) * SECOND_US;
	struct oidc_expected x = { .issuer = STR("https://id.example"), .client = STR("aupd"), .nonce = STR("n-0S6"), .now_at = now, .begun_at = now - MINUTE_US };
	struct str subject = STR_NONE;
	struct why why = { .line = 0 };
	struct json *root;
	if (json_read(a, text, &root, NULL) != OK)
		return;
	enum err e = oidc_claims_check(root, &x, &subject, &why);
	MUST(e == OK ? subject.len && subject.len <= OIDC_SUBJECT_MAX : e == ERR_DENIED && why.text[0]);
	/* what is asked for more is believed less */
	x.fresh = true;
	x.acr = acr;
	x.acr_count = 1;
	enum err strict = oidc_claims_check(root, &x, &subject, &why);
	MUST(e == OK || strict != OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct str text = len ? FUZZ_TEXT(data + 1, len - 1) : STR_NONE;
	MUST(a != NULL);
	(void)oidc_url_is(text, len && data[0] & 1);
	if (!len || data[0] % 3 == 0)
		as_offer(a, text);
	else if (data[0] % 3 == 1)
		as_answer(a, text);
	else
		as_claims(a, text);
	arena_free(a);
	return 0;
}
