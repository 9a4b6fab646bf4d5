/*
 * What aaa-rest puts: the address of an act and its body, for the driver and for whoever shows what would be sent.
 */
#ifndef AUPD_ACTION_AAA_REST_H
#define AUPD_ACTION_AAA_REST_H

#include "base/arena.h"
#include "model/act.h"
#include "model/config_aaa.h"

struct str aaa_rest_url(struct arena *a, const struct aaa_rest *at, struct str key);
struct str aaa_rest_body(struct arena *a, const struct act *act, enum act_op op, const struct str *logins, unsigned login_count);

#endif
