/*
 * One-time passwords by time (RFC 6238, SHA-1, 6 digits, 30 seconds: what authenticator apps take), and their secrets in base32 (RFC 4648 6).
 */
#ifndef AUPD_MODEL_TOTP_H
#define AUPD_MODEL_TOTP_H

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

enum { TOTP_SECRET_LEN = 20, TOTP_DIGITS = 6, TOTP_STEP_S = 30, TOTP_AROUND = 1 /* steps that a clock may be off, either way */ };

void totp_code(struct str secret, int64_t step, char ret_code[TOTP_DIGITS + 1]);
/*
 * Is it the code of a step around now that is later than after_step? *ret_step: which. A code counts once (RFC 6238 5.2): the caller keeps
 * the step, and gives it as after_step.
 */
bool totp_check(struct str secret, struct str code, int64_t now_at, int64_t after_step, int64_t *ret_step);
struct str totp_base32(struct arena *a, struct str secret);
/* What an app takes, as a QR code or by hand: otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=ISSUER */
struct str totp_uri(struct arena *a, struct str issuer, struct str account, struct str secret);

#endif
