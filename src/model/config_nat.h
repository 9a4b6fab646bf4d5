/*
 * The block `nat` of aupd.conf(5): where the logs of NATs come in, from whom, and how each of them speaks.
 */
#ifndef AUPD_MODEL_CONFIG_NAT_H
#define AUPD_MODEL_CONFIG_NAT_H

#include "model/config.h"

enum { CONFIG_NAT_LISTEN_MAX = 8, CONFIG_NAT_EXPORTERS_MAX = 256 };

struct nat_from {
	struct str prefix;              /* "192.0.2.1" or "192.0.2.0/24" */
	uint32_t feed;
	uint32_t format;                /* a word of config_nat_formats */
	uint32_t dialect;               /* of ipfix: a word of config_nat_dialects; 0 = not said */
};

enum { CONFIG_NAT_IPFIX = 5 };         /* in config_nat_formats */
/* In the order of enum nat_format of format/nat_line.h, and "ipfix"; "", and in the order of enum nat_dialect of intake/nat_ipfix.h. */
extern const char *const config_nat_formats[], *const config_nat_dialects[];
extern const struct conf_item config_nat_items[];
extern const struct field config_nat_from_fields[];

/* Fills nat_listens and nat_exporters of c->all, whose feeds are known and checked. Errors have the place. */
enum err config_nat(struct config *c, struct why *why) MUST_CHECK;

#endif
