/*
 * The block `duration` of the block `radius` of aupd.conf(5): which sessions may not last for ever. How long they may is the register's to
 * say, else DURATION_LIMIT_S (engine/duration.h).
 */
#ifndef AUPD_MODEL_CONFIG_DURATION_H
#define AUPD_MODEL_CONFIG_DURATION_H

#include "model/config.h"

enum { ACCESS_TYPES = 64 };             /* NAS-Port-Types that are told apart */
/* Dial-up: async, sync, and ISDN sync, V.120 and V.110 (RFC 2865 5.41). */
#define ACCESS_DIALUP ((uint64_t)0x1f)

extern const struct conf_item config_duration_items[];
/* By NAS-Port-Type; those without a word of their own have their number. */
extern const char *const access_words[];

/* block may be NULL: the defaults. */
enum err config_duration(struct config *c, const struct conf *block, struct why *why) MUST_CHECK;

#endif
