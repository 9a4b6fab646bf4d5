/*
 * aup case bulk: one command over many cases, with the list of what it does first. And the question before it, for macros too.
 */
#ifndef AUPD_AUP_BULK_H
#define AUPD_AUP_BULK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"

/* argv[0] is "bulk". */
int bulk_command(struct arena *a, const char *socket_path, bool json, int argc, char **argv);
/* Reads an answer from standard input; yes: nobody is asked. False, and told, when it is no. */
bool bulk_agreed(bool yes);
/* The sentences of one case, behind its name. */
void bulk_print_consequences(struct arena *a, const struct json *of);

#endif
