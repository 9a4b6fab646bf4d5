/*
 * The block `webhooks` of aupd.conf(5): whoever subscribes to events over the API, and what his URLs may be.
 */
#ifndef AUPD_MODEL_CONFIG_WEBHOOKS_H
#define AUPD_MODEL_CONFIG_WEBHOOKS_H

#include "model/config.h"

extern const struct conf_item config_webhooks_items[];

/* Fills the members hooks_... of c->all. Errors have the place. */
enum err config_webhooks(struct config *c, struct why *why) MUST_CHECK;

#endif
