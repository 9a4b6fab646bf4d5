/*
 * A bundle from the files of a directory: what `aup policy check` reads and `aup policy post` sends.
 *
 * Taken are *.policy and *.md of the directory and every *.txt two levels below it (letters/LANG/NAME.txt). Links are not
 * followed out of it, nothing is written. All texts live in the arena.
 */
#ifndef AUPD_POLICY_DIRECTORY_H
#define AUPD_POLICY_DIRECTORY_H

#include "policy/load.h"

/* path: the directory, or its main file. Of a directory the main file is the one that holds the block `policy`. */
enum err directory_read(struct arena *a, const char *path, struct bundle *ret_bundle, struct why *why) MUST_CHECK;

#endif
