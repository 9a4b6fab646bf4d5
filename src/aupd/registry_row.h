/*
 * Entities as rows: names, mail addresses and telephone numbers sealed under the subject's key.
 */
#ifndef AUPD_AUPD_REGISTRY_ROW_H
#define AUPD_AUPD_REGISTRY_ROW_H

#include "evidence/keyring.h"
#include "model/entity.h"
#include "model/row.h"

/* Fills key, owner and body; texts in a. */
enum err registry_row_write(struct arena *a, struct keyring *k, const struct entity *e, struct row *ret_row, struct why *why) MUST_CHECK;
/* With the personal members in clear; they stay empty when the key was destroyed. */
enum err registry_row_read(struct arena *a, struct keyring *k, const struct row *row, struct entity *ret_entity, struct why *why) MUST_CHECK;

#endif
