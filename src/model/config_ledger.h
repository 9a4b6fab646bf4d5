/*
 * The block `ledger` of aupd.conf(5): who else signs the ledger's checkpoints, and who stamps them with a time.
 *
 * A witness reads `witness KEY URL`: its C2SP verifier key, "name+id+base64" of kind 04, and the prefix that add-checkpoint is
 * behind. A URL is https; http is let through to a loopback address alone, written as one. Where a name leads, and whether that
 * is a public address, is looked at when the connection is made.
 */
#ifndef AUPD_MODEL_CONFIG_LEDGER_H
#define AUPD_MODEL_CONFIG_LEDGER_H

#include "model/config.h"

enum { CONFIG_WITNESSES_MAX = 31, CONFIG_URL_MAX = 1024, CONFIG_CA_MAX = 256 << 10 };

/* The statements of the block, which may be NULL. Errors have the place. */
enum err config_ledger_check(struct arena *a, const struct conf *block, uint64_t required, struct why *why) MUST_CHECK;

#endif
