/*
 * The explicit arrays of drivers: what ships, in one place.
 */
#ifndef AUPD_AUPD_DRIVERS_H
#define AUPD_AUPD_DRIVERS_H

#include "action/action.h"
#include "policy/check.h"

extern const struct action_driver *const action_drivers[];     /* closed by NULL */
extern const struct driver_ability driver_abilities[];          /* the same for policy checks */

#endif
