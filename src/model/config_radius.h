/*
 * The block `radius` of aupd.conf(5): where accounting comes in, and from whom.
 *
 * Secrets are read here, in the keeper: their texts go to the ear alone, which does not see the files.
 */
#ifndef AUPD_MODEL_CONFIG_RADIUS_H
#define AUPD_MODEL_CONFIG_RADIUS_H

#include "model/config.h"

enum { CONFIG_RADIUS_LISTEN_MAX = 8, CONFIG_RADIUS_CLIENTS_MAX = 1024, CONFIG_SECRET_MIN = 16 };

struct radius_client {
	struct str prefix;              /* "192.0.2.1" or "192.0.2.0/24" */
	uint32_t feed;
	bool authenticator;             /* each request must have a Message-Authenticator */
	struct str secret;
};

extern const struct conf_item config_radius_items[];
extern const struct field config_radius_client_fields[];

/* The number of a feed of bindings { }; 0: there is none. */
uint32_t config_feed(const struct config *c, struct str name);
/* Fills radius_listens and radius_clients of c->all, whose feeds are known and checked. Errors have the place. */
enum err config_radius(struct config *c, struct why *why) MUST_CHECK;

#endif
