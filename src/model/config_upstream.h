/*
 * The blocks `upstream` of aupd.conf(5): the providers whose reseller we are.
 */
#ifndef AUPD_MODEL_CONFIG_UPSTREAM_H
#define AUPD_MODEL_CONFIG_UPSTREAM_H

#include "model/config.h"

extern const struct conf_item config_upstream_items[];

/* Fills upstreams of c->all, whose authserv-ids are known: without one nobody is believed. Errors have the place. */
enum err config_upstreams(struct config *c, struct why *why) MUST_CHECK;

#endif
