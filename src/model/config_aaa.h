/*
 * The blocks `aaa-sql` and `aaa-rest` of aupd.conf(5): the database that an operator's RADIUS server reads who may log in from, and what is
 * written there for which verb; or the system that keeps it, and is told. What a profile means is data, and the operator's.
 *
 * Secrets are read here, in the keeper: their texts go to the hand alone.
 */
#ifndef AUPD_MODEL_CONFIG_AAA_H
#define AUPD_MODEL_CONFIG_AAA_H

#include "model/config.h"

enum { CONFIG_AAA_PROFILES_MAX = 32, AAA_PROFILE_ROWS_MAX = 16, AAA_TEXT_MAX = 253 };

/* Which table a row is of. */
enum aaa_table { AAA_GROUP, AAA_CHECK, AAA_REPLY, AAA_TABLES };
extern const char *const aaa_table_words[];

struct aaa_profile {
	struct str name;
	uint32_t verb;                  /* enum verb: limit, suspend or terminate */
	struct str *rows;               /* "group PRIORITY NAME", "check ATTRIBUTE OP VALUE", "reply ATTRIBUTE OP VALUE" */
	unsigned row_count;
};

struct aaa_sql {
	struct str address;             /* "192.0.2.1:5432" or a directory */
	struct str name, ca;            /* of its certificate; "" = no TLS */
	struct str database, user, password;
	struct str tables[AAA_TABLES];/* names that need no quotes */
	struct aaa_profile *profiles;
	unsigned profile_count;
};

struct aaa_rest {
	struct str url;                 /* without a slash at its end */
	struct str token;
};

extern const struct conf_item config_aaa_sql_items[], config_aaa_rest_items[];
extern const struct field config_aaa_sql_fields[], config_aaa_rest_fields[];

/* Fills aaa_sql of c->all, where the block is there. Errors have the place. */
enum err config_aaa_sql(struct config *c, struct why *why) MUST_CHECK;
enum err config_aaa_rest(struct config *c, struct why *why) MUST_CHECK;

/* Cut off the front of a row, as above; the value is the rest. Of a group op is nothing and attribute its name, value its priority. */
struct aaa_wanted { enum aaa_table table; struct str attribute, op, value; };
bool aaa_profile_row(struct str row, struct aaa_wanted *ret_row);

const struct aaa_profile *aaa_profile_find(const struct aaa_profile *list, unsigned count, struct str name);

#endif
