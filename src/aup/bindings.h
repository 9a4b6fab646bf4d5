/*
 * What the commands of bindings share.
 */
#ifndef AUPD_AUP_BINDINGS_H
#define AUPD_AUP_BINDINGS_H

#include "base/arena.h"
#include "base/str.h"

enum { BINDINGS_FILE_MAX = 250 << 20 };

/*
 * Sends what is added to the file until it is told to stop (SIGTERM, SIGINT). It survives a rotation, a truncation and the daemon's
 * restarts: what was sent before is no news. The exit status.
 */
int bindings_follow(const char *socket_path, const char *path, const char *feed);

#endif
