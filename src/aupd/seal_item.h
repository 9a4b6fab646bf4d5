/*
 * The sealed path of the ear: the bytes of a report that may concern the abuse of children, encrypted to the officer.
 */
#ifndef AUPD_AUPD_SEAL_ITEM_H
#define AUPD_AUPD_SEAL_ITEM_H

#include "base/arena.h"
#include "model/ids.h"

/* Writes sealed/POSITION.box, synced. Idempotent. ERR_NOTFOUND when no officer's key is configured: the bytes stay in the spool. */
enum err seal_item(struct arena *a, int sealed_fd, struct str officer_key_hex, struct position at, struct str bytes, struct why *why) MUST_CHECK;

#endif
