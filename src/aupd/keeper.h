/*
 * The keeper: reads the configuration, opens sockets and directories, starts and restarts the roles, tells systemd.
 */
#ifndef AUPD_AUPD_KEEPER_H
#define AUPD_AUPD_KEEPER_H

#include "model/config.h"

/* Runs until told to stop; the exit status of the daemon. self is the path of this very program. In service no test clock is taken. */
int keeper_main(const char *config_path, const char *self, bool in_service);

/* The configuration with the maps that it names, all checked before any of it is used. */
enum err keeper_config(const char *path, bool in_service, struct config **ret_config, struct why *why) MUST_CHECK;

#endif
