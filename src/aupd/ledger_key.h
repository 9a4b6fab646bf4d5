/*
 * The ledger's key pair: made by the keeper at the first start, kept in a directory that is the keeper's alone, the private half told to the signer
 * alone. A lost key is not replaced while there is a checkpoint that it signed: whoever has one could not tell the new ledger
 * from a forged one.
 */
#ifndef AUPD_AUPD_LEDGER_KEY_H
#define AUPD_AUPD_LEDGER_KEY_H

#include "model/config.h"

/* Fills in the share's ledger_origin, ledger_key and signer_key; texts live in the configuration's arena. */
enum err ledger_key_open(struct config *c, int signer_fd, int data_fd, struct why *why) MUST_CHECK;

#endif
