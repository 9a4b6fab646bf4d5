/*
 * Keys that are none or too weak, and signatures of a wrong length; what another library signed is in test_jose.c.
 */
#include "base/arena.h"
#include "base/verify.h"
#include "tap.h"

static struct str filled(struct arena *a, size_t len, unsigned char first, unsigned char last)
{
	char *p = arena_alloc(a, len);
	BUG_ON(!p);
	memset(p, 0x55, len);
	p[0] = (char)first;
	p[len - 1] = (char)last;
	return (struct str){ p, len };
}

int main(void)
{
	struct arena *a = arena_new("test", 1 << 20);
	const struct str e = STR("\1\0\1"), text = STR("text"), sig = filled(a, 256, 1, 1), n = filled(a, 256, 0xff, 0xff);
	IS_INT(verify_rsa_sha256(n, e, text, sig), ERR_DENIED, "a signature that is none");
	IS_INT(verify_rsa_sha256(n, e, text, str_sub(sig, 0, 255)), ERR_DENIED, "one that is shorter than the modulus");
	IS_INT(verify_rsa_sha256(n, e, text, STR_NONE), ERR_DENIED, "and none at all");
	IS_INT(verify_rsa_sha256(filled(a, 255, 0xff, 0xff), e, text, filled(a, 255, 1, 1)), ERR_RANGE, "a modulus of 2040 bits");
	IS_INT(verify_rsa_sha256(filled(a, 256, 0x7f, 0xff), e, text, sig), ERR_RANGE, "one of 2047");
	IS_INT(verify_rsa_sha256(filled(a, 256, 0xff, 0xfe), e, text, sig), ERR_RANGE, "an even one");
	IS_INT(verify_rsa_sha256(filled(a, 1025, 0xff, 0xff), e, text, filled(a, 1025, 1, 1)), ERR_RANGE, "a modulus of more than 8192 bits");
	IS_INT(verify_rsa_sha256(n, STR("\1"), text, sig), ERR_RANGE, "the exponent 1, with which everybody signs");
	IS_INT(verify_rsa_sha256(n, STR("\2"), text, sig), ERR_RANGE, "an even exponent");
	IS_INT(verify_rsa_sha256(n, STR_NONE, text, sig), ERR_RANGE, "none");
	const struct str x = filled(a, 32, 1, 1), rs = filled(a, 64, 1, 1);
	IS_INT(verify_p256_sha256(x, x, text, rs), ERR_RANGE, "a point that is not on the curve");
	IS_INT(verify_p256_sha256(str_sub(x, 0, 31), x, text, rs), ERR_RANGE, "a number that is too short");
	IS_INT(verify_p256_sha256(x, x, text, str_sub(rs, 0, 63)), ERR_DENIED, "a signature that is too short");
	arena_free(a);
	return tap_done();
}
