/*
 * The blocks `nas` of aupd.conf(5): access servers that can be asked to end or to change a session (RFC 5176), and how each wants to be
 * asked. What one maker's server wants is data here.
 *
 * Secrets are read here, in the keeper: their texts go to the hand alone.
 */
#ifndef AUPD_MODEL_CONFIG_NAS_H
#define AUPD_MODEL_CONFIG_NAS_H

#include "model/config.h"

enum { CONFIG_NAS_MAX = 4096, NAS_NAMES_MAX = 16, NAS_ATTRIBUTES_MAX = 32, NAS_COA_MAX = 128, NAS_VALUE_MAX = 247, NAS_PORT = 3799 };
/* Bits a second. */
#define NAS_RATE_MAX UINT64_C(400000000000)

/* What the session had before. */
#define NAS_SAVED "saved"

struct nas_at {
	struct str name;
	struct str *identifiers;        /* NAS-Identifier of its sessions; one of these or of addresses fits */
	unsigned identifier_count;
	struct str *addresses;          /* NAS-IP-Address or NAS-IPv6-Address of its sessions, as text in its one form */
	unsigned address_count;
	struct str address;             /* where it is asked: "192.0.2.1:3799" */
	struct str secret;
	bool authenticator;             /* requests have a Message-Authenticator */
	bool without_session_id;        /* it does not want Acct-Session-Id: User-Name names the session, when there is but one */
	uint32_t per_second, per_hour;  /* requests to it */
	uint32_t session_timeout_s;     /* a session that is to end is first given so long, by CoA; 0 = it is disconnected at once */
	struct str *send, *omit;        /* numbers of attributes that are sent or not, other than what is usual */
	unsigned send_count, omit_count;
	struct str *add;                /* "VENDOR TYPE HEX", vendor 0 = none: the same in each request */
	unsigned add_count;
	/*
	 * "PROFILE set|restore VENDOR TYPE HEX": what a change of authorization sets, and what takes it back; HEX may be NAS_SAVED there.
	 * "PROFILE rate up|down BITS": to how many a second a session is held then
	 */
	struct str *coa;
	unsigned coa_count;
};

extern const struct conf_item config_nas_items[];
extern const struct field config_nas_fields[];

/* Fills the list nas of c->all. Errors have the place. */
enum err config_nas(struct config *c, struct why *why) MUST_CHECK;

/* The name of an attribute; NULL: none that is known here. */
const char *config_nas_attribute(uint8_t type);

#endif
