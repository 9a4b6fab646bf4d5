/*
 * Where the console is reached from outside, and by whose word people come in to it: `web-url` and the block `oidc` of aupd.conf(5).
 *
 * The client's secret is read here, in the keeper: its text goes to the hand alone.
 */
#ifndef AUPD_MODEL_CONFIG_WEB_H
#define AUPD_MODEL_CONFIG_WEB_H

#include "model/config.h"

enum { CONFIG_ISSUER_MAX = 512, CONFIG_CLIENT_MAX = 255, CONFIG_ACR_MAX = 8 };
#define CONFIG_OIDC_PATH "/login/oidc"

/* An OpenID provider. */
struct oidc_at {
	struct str issuer;              /* octet for octet as it names itself */
	struct str client, secret;      /* "" = a public client */
	struct str name;                /* for people */
	struct str back;                /* where it sends people back to: a page of the console, below web-url */
	struct str ca;                  /* PEM; "" = the system's */
	struct str *allow;              /* prefixes that it may live in although they are not public */
	unsigned allow_count;
	struct str *acr;                /* people must have proved themselves there in one of these ways, if there are any */
	unsigned acr_count;
};

extern const struct conf_item config_oidc_items[];
extern const struct field config_oidc_fields[];

/* Fills web_url and oidc of c->all, whose listeners are known. Errors have the place. */
enum err config_web(struct config *c, struct why *why) MUST_CHECK;

#endif
