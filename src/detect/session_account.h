/*
 * Accounts and the devices that they dial in from: how many sessions of an account are open, how many devices it was seen with, and whose
 * a device was before.
 *
 * Everything is a keyed digest, made by the caller: neither a login nor the address of a device can be read here, and none is stored.
 * Devices of an account are counted in 64 bits, which is exact for few and says 100 at most: two such counts are joined by "or". A device that was
 * not seen for SESSION_DEVICE_KEPT_S is anybody's. Bounded: what finds no room within a few places takes the place of what was seen least
 * lately, so that a flood of false names costs memory nothing and makes the book forget.
 */
#ifndef AUPD_DETECT_SESSION_ACCOUNT_H
#define AUPD_DETECT_SESSION_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SESSION_DEVICE_KEPT_S = 30 * 86400, SESSION_DEVICES_KEPT_S = 7 * 86400, SESSION_ACCOUNT_OPEN_MAX = UINT16_MAX };

struct session_accounts;

/* capacity: accounts, and as many devices; 48 octets for both. NULL without memory. */
struct session_accounts *session_accounts_new(size_t capacity);
void session_accounts_free(struct session_accounts *a);                 /* accepts NULL */
/* A session of it begins; how many are open with it. */
unsigned session_accounts_begin(struct session_accounts *a, uint64_t account, uint32_t now_s);
void session_accounts_end(struct session_accounts *a, uint64_t account);
/*
 * A device dials in to the account. *ret_devices: about how many were seen with it within SESSION_DEVICES_KEPT_S or twice that.
 * The account that it was seen with before, when that is another one; 0.
 */
uint64_t session_accounts_device(struct session_accounts *a, uint64_t account, uint64_t device, uint32_t now_s, unsigned *ret_devices);
/* How many distinct ones so many of 64 bits stand for. */
unsigned session_accounts_estimate(uint64_t bits);

#endif
