/*
 * The subjects' keys, in a small file of their own: what is sealed or committed to for a subject is gone when its key is.
 *
 * One line-less record a key: length of the id, id, key, CRC32C. A new key is appended and synced before it is used for
 * the first time, so a commit never rests on a key that a crash could lose. A destroyed key is marked by one bit of its
 * record, synced, then overwritten with its id and synced again. Many new keys at once stand behind a mark, a record without id and key with a
 * bit of its own, that is closed when they are synced. Only judges open the file for writing; a lock orders those of several.
 *
 * Opening cuts off a torn last record and what stands behind a mark that was not closed, and ends a destruction that was
 * interrupted; every other damage is ERR_CORRUPT, because a key that is lost erases a person's evidence.
 */
#ifndef AUPD_EVIDENCE_KEYRING_H
#define AUPD_EVIDENCE_KEYRING_H

#include "base/seal.h"
#include "base/str.h"

enum { KEYRING_KEYS_MAX = 20000000, KEYRING_ID_MAX = 400 };

struct keyring;

enum err keyring_open(int dir_fd, const char *name, bool create, struct keyring **ret_keyring, struct why *why) MUST_CHECK;
/* For finding only: keyring_get makes none (ERR_DENIED), keyring_destroy neither. The file stays as it is. */
enum err keyring_open_read(int dir_fd, const char *name, struct keyring **ret_keyring, struct why *why) MUST_CHECK;
/* Keys derived from one secret, nothing kept: for tests and replays. */
struct keyring *keyring_fixed(const struct seal_key *secret);
void keyring_close(struct keyring *k);
/* Many new keys at once: from begin to end the file is locked, and they are synced together at the end; use none before that. */
enum err keyring_begin(struct keyring *k, struct why *why) MUST_CHECK;
enum err keyring_end(struct keyring *k, struct why *why) MUST_CHECK;
/* Reads the file anew: a key that another process destroyed is forgotten here too. */
enum err keyring_follow(struct keyring *k, struct why *why) MUST_CHECK;
/* The subject's key; made when there is none. Synced when it returns, unless within begin and end. */
enum err keyring_get(struct keyring *k, struct str subject, struct seal_key *ret_key, struct why *why) MUST_CHECK;
/* ERR_NOTFOUND: never made, or destroyed. */
enum err keyring_find(struct keyring *k, struct str subject, struct seal_key *ret_key) MUST_CHECK;
/* Key and id are gone from the file when it returns OK; again after an error. ERR_NOTFOUND: there is none. */
enum err keyring_destroy(struct keyring *k, struct str subject, struct why *why) MUST_CHECK;

#endif
