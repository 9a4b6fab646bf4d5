/*
 * aup case attach, attachments, attachment: files beside the story of a case.
 */
#ifndef AUPD_AUP_ATTACH_H
#define AUPD_AUP_ATTACH_H

#include <stdbool.h>

#include "base/arena.h"

/* argv[0] is the verb. */
int attach_put(struct arena *a, const char *socket_path, bool json, int argc, char **argv);
int attach_list(struct arena *a, const char *socket_path, bool json, int argc, char **argv);
int attach_get(struct arena *a, const char *socket_path, bool json, int argc, char **argv);

#endif
