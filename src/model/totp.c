/*
 * See totp.h.
 */
#include "model/totp.h"

#include <stdio.h>

#include "base/digest.h"

void totp_code(struct str secret, int64_t step, char ret_code[TOTP_DIGITS + 1])
{
	uint8_t mac[DIGEST_SHA1_LEN], counter[8];
	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	digest_hmac_sha1(secret, (struct str){ (const char *)counter, sizeof(counter) }, mac);
	unsigned at = mac[DIGEST_SHA1_LEN - 1] & 15U;
	uint32_t n = ((uint32_t)mac[at] << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3]) & 0x7fffffffU;
	(void)snprintf(ret_code, TOTP_DIGITS + 1, "%0*u", TOTP_DIGITS, n % 1000000U);
}

bool totp_check(struct str secret, struct str code, int64_t now_at, int64_t after_step, int64_t *ret_step)
{
	int64_t now = now_at / (TOTP_STEP_S * SECOND_US);
	bool found = false;
	char want[TOTP_DIGITS + 1];
	for (int64_t step = now - TOTP_AROUND; step <= now + TOTP_AROUND; step++) {
		totp_code(secret, step, want);
		/* all are compared, so that the time tells nothing of which one it was */
		if (str_eq_secret(code, (struct str){ want, TOTP_DIGITS }) && step > after_step && !found) {
			*ret_step = step;
			found = true;
		}
	}
	return found;
}

struct str totp_base32(struct arena *a, struct str secret)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t len = (secret.len * 8 + 4) / 5, bits = 0, at = 0;
	char *out = arena_alloc(a, len + 1);
	uint32_t held = 0;
	for (size_t i = 0; out && i < secret.len; i++) {
		held = held << 8 | (uint8_t)secret.ptr[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[at++] = letters[held >> (bits - 5) & 31U];
	}
	if (!out)
		return STR_NONE;
	if (bits)
		out[at++] = letters[held << (5 - bits) & 31U];
	return (struct str){ out, at };
}

struct str totp_uri(struct arena *a, struct str issuer, struct str account, struct str secret)
{
	struct buf b;
	buf_init(&b, 4096);
	buf_puts(&b, "otpauth://totp/");
	buf_put_percent(&b, issuer);
	buf_putc(&b, ':');
	buf_put_percent(&b, account);
	buf_puts(&b, "?secret=");
	buf_put(&b, totp_base32(a, secret));
	buf_puts(&b, "&issuer=");
	buf_put_percent(&b, issuer);
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}
