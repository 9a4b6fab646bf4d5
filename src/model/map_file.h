/*
 * The files of maps as texts, on their way from a directory to the ear, which opens no file. What they mean: format/maps.h.
 */
#ifndef AUPD_MODEL_MAP_FILE_H
#define AUPD_MODEL_MAP_FILE_H

#include "base/arena.h"
#include "base/str.h"

enum { MAP_FILES_MAX = 64, MAP_FILES_BYTES_MAX = 512 << 10 /* together: they go in one frame, escaped */ };

struct map_file {
	struct str name;        /* its path, for errors */
	struct str text;
};

/* Every file of the directory that ends in ".map", in the order of their names. */
enum err map_files_read(struct arena *a, const char *dir, struct map_file **ret_files, unsigned *ret_count, struct why *why) MUST_CHECK;

#endif
