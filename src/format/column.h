/*
 * Column maps: which column of a table is the source, the port, the time, the class. See aupd-maps(5).
 */
#ifndef AUPD_FORMAT_COLUMN_H
#define AUPD_FORMAT_COLUMN_H

#include "format/class.h"
#include "format/pattern.h"

enum { COLUMN_NEEDS_MAX = 16, COLUMN_CLASSES_MAX = 8 };

/* Names of columns; a column may have any one of them. */
struct column_names {
	struct str *list;
	unsigned count;
};

struct column_class {
	struct column_names columns;
	const struct class_map *map;
};

struct column_map {
	struct str name, version, stamp;        /* stamp: "name version", for the fact column-map */
	const char *format;                     /* what a decoding says it is */
	bool json;
	char separator;                         /* CSV */
	const char *rows;                       /* JSON: path of the list, "" = the document itself, or one object a line */
	struct column_names reports;            /* words at the front of the file's name; none = any file */
	struct column_names header;             /* of a file that has no header of its own */
	struct column_names needs[COLUMN_NEEDS_MAX];
	unsigned need_count;
	struct str only;                        /* a column that holds one of these words in the first row */
	struct column_names only_words;
	struct column_names source, port, id, count;
	bool addresses;                         /* a source is an address or a prefix, or the row is wrong */
	bool daily;                             /* a row stands for a day: rows of a type and day are one incident of a host */
	struct str first, last;                 /* a range of addresses, instead of a source */
	struct column_names time, until;        /* two columns: date and time of day */
	struct pattern pattern;
	bool zone_given;
	int32_t zone_minutes;                   /* east of UTC */
	enum kind kind;                         /* of all rows, unless a class says more */
	const struct class_map *by_report;      /* class by the report's type, out of the file's name */
	struct column_class classes[COLUMN_CLASSES_MAX];
	unsigned class_count;
};

/* For maps_read: one "columns NAME { ... }". The class maps that it names must be there. */
enum err column_map_read(struct arena *a, const struct maps *maps, const struct conf *block, struct column_map *ret_map, struct why *why) MUST_CHECK;

#endif
