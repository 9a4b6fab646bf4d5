/*
 * The block `fetch` of aupd.conf(5): the mailboxes that mail is picked up from.
 *
 * Passwords and authorities are read here, in the keeper: their texts go to the fetcher alone, which does not see the files.
 */
#ifndef AUPD_MODEL_CONFIG_FETCH_H
#define AUPD_MODEL_CONFIG_FETCH_H

#include "model/config.h"

extern const struct conf_item config_fetch_items[];
extern const struct field config_fetch_fields[];        /* of a struct fetch_from */

/* Fills fetches and lmtp of c->all, whose listeners are known. Errors have the place. */
enum err config_fetches(struct config *c, struct why *why) MUST_CHECK;
/* The file that a statement names, which must hold certificates in PEM. ERR_NOTFOUND with the place. */
enum err config_ca(struct config *c, const struct conf *s, struct str *ret_pem, struct why *why) MUST_CHECK;
/* The first line of the file that a statement names, not empty. ERR_NOTFOUND with the place. */
enum err config_secret(struct config *c, const struct conf *s, struct str *ret_secret, struct why *why) MUST_CHECK;

#endif
