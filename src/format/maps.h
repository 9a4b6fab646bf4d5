/*
 * Maps: what the columns of a table mean, and what a format's own class words mean, as versioned data files, aupd-maps(5).
 *
 * The files of conf/maps are built in. Whoever runs the daemon may add files; a map of the same name takes the place of the built-in
 * one, whole. Reading checks all of it: an error names file, line and column. Afterwards nothing changes and nothing is allocated.
 */
#ifndef AUPD_FORMAT_MAPS_H
#define AUPD_FORMAT_MAPS_H

#include "format/class.h"
#include "format/column.h"
#include "model/map_file.h"

enum { MAPS_MAX = 128 /* of each sort */ };

struct maps {
	struct class_map *classes;
	unsigned class_count;
	struct column_map *columns;     /* in the order in which they are asked: added ones first */
	unsigned column_count;
};

/* Built-in maps, and the files given. All lives in the arena, or borrows from files. */
enum err maps_read(struct arena *a, const struct map_file *files, unsigned count, const struct maps **ret_maps, struct why *why) MUST_CHECK;
/* What is built in, read once for the process. */
const struct maps *maps_builtin(void);
/* Those of a decoding, or the built-in ones. */
const struct maps *maps_of(const struct decode *d);

extern const struct map_file maps_texts[];      /* closed by an empty name */

#endif
