/*
 * The configuration as people may see it: each setting with its value, where it is said, and what it is unless said.
 */
#ifndef AUPD_MODEL_CONFIG_SETTINGS_H
#define AUPD_MODEL_CONFIG_SETTINGS_H

#include "base/conf.h"
#include "model/field.h"

enum { CONFIG_SETTINGS_MAX = 2000 };

struct setting {
	struct str block, name;         /* "hand", "nas north"; "" = of no block */
	struct str value, fallback, doc;
	uint32_t line;                  /* 0: it is not said, and the value is the default */
};

extern const struct field config_setting_fields[];

/* Of the statements by their table, in its order; what is a secret, or a list of keys, is not told. ERR_LIMIT beyond CONFIG_SETTINGS_MAX. */
enum err config_settings(struct arena *a, const struct conf *first, const struct conf_item *items, struct setting **ret_list, unsigned *ret_count) MUST_CHECK;

#endif
