/*
 * Time stamps: whatever is found good tells the same again, and what is kept has one form.
 */
#include "evidence/stamped.h"
#include "fuzz.h"

/* of the seeds */
static const char pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBMzCB5qADAgECAhQ12vjvcsBQ5anie7JC7ToJaACSbzAFBgMrZXAwGDEWMBQG\n"
	"A1UEAwwNYSBDQSBvZiB0ZXN0czAeFw0yNjExMjYyMzI4NTRaFw0yNjExMjcyMzI4\n"
	"NTRaMBgxFjAUBgNVBAMMDWEgQ0Egb2YgdGVzdHMwKjAFBgMrZXADIQDEeX7ikdeI\n"
	"9v1gkBTWkdjJarYjDDyU2CkL/wl3jYKOFqNCMEAwDwYDVR0TAQH/BAUwAwEB/zAO\n"
	"BgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFI/lQJFlgsCyhV7El7pwjoA23iEWMAUG\n"
	"AytlcANBAAxRhIg2UBPO03M4yz+EbcsXzh0UEG06neUjNdgcZQOES+SMN49dXy2b\n"
	"XD231LoXc/t4ZFbwgY/E42guFm2E5Qo=\n"
	"-----END CERTIFICATE-----\n";
#define TEXT "log.example.net/aupd\n70000\no5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=\n"

static void read_kept(struct arena *a, struct str bytes)
{
	struct stamped s;
	struct str again;
	struct why why = { 0 };
	if (stamped_read(a, bytes, &s, &why) != OK) {
		MUST(why.text[0]);
		return;
	}
	MUST(s.unix_s >= 0 && s.growth.count <= MERKLE_PROOF_MAX && s.der.len <= STAMP_BYTES_MAX);
	MUST(stamped_write(a, &s, &again, &why) == OK && str_eq(again, bytes));
	why.text[0] = 0;
	MUST(stamped_check(a, &s, STR(pem), &why) == OK || why.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 16 << 20);
	struct str bytes = FUZZ_TEXT(data, len);
	struct digest d;
	struct why why = { 0 };
	int64_t at = -1, again;
	MUST(a != NULL);
	digest_sha256(STR(TEXT), &d);
	if (stamp_check(a, bytes, STR(pem), &d, NULL, &at, &why) == OK)
		MUST(at > 0 && stamp_check(a, bytes, STR(pem), &d, NULL, &again, &why) == OK && again == at);
	else
		MUST(why.text[0] && at == -1);
	read_kept(a, bytes);
	arena_free(a);
	return 0;
}
