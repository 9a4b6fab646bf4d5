/*
 * The subjects' keys, in a small file of their own: what is sealed or committed to for a subject is gone when its key is.
 *
 * One line-less record a key: length of the id, id, key, CRC32C. A new key is appended and synced before it is used for
 * the first time, so a commit never rests on a key that a crash could lose. Only the judge opens it for writing.
 */
#ifndef AUPD_EVIDENCE_KEYRING_H
#define AUPD_EVIDENCE_KEYRING_H

#include "base/seal.h"
#include "base/str.h"

enum { KEYRING_KEYS_MAX = 4000000, KEYRING_ID_MAX = 400 };

struct keyring;

enum err keyring_open(int dir_fd, const char *name, bool create, struct keyring **ret_keyring, struct why *why) MUST_CHECK;
/* Keys derived from one secret, nothing kept: for tests and replays. */
struct keyring *keyring_fixed(const struct seal_key *secret);
void keyring_close(struct keyring *k);
/* The subject's key; made when there is none. Synced when it returns. */
enum err keyring_get(struct keyring *k, struct str subject, struct seal_key *ret_key, struct why *why) MUST_CHECK;
/* ERR_NOTFOUND: never made, or destroyed. */
enum err keyring_find(struct keyring *k, struct str subject, struct seal_key *ret_key) MUST_CHECK;

#endif
