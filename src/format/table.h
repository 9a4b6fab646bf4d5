/*
 * Reports that come as tables, between the files that read them: table.c finds them and reads CSV, table_json.c JSON, and table_row.c
 * makes observations of rows by a column map.
 *
 * One row never decides over another: what cannot be read is a problem that names its line, and is counted in decode.rows_lost.
 */
#ifndef AUPD_FORMAT_TABLE_H
#define AUPD_FORMAT_TABLE_H

#include "base/csv.h"
#include "format/column.h"
#include "format/format.h"

enum { TABLE_ROLE_MAX = 16, TABLE_TYPE_MAX = 100, TABLE_NAME_MAX = 200, TABLE_PROBLEMS_MAX = 200 /* named one by one */ };

/* Where the columns of a role are, in the order of the map. */
struct table_role {
	unsigned count;
	int at[TABLE_ROLE_MAX];
};

/* The report that one file of an item is. */
struct table_file {
	struct str text;
	struct str name;                /* of the file, "" = unknown */
	struct str part;                /* for spans */
};

struct table {
	struct decode *d;
	const struct column_map *map;
	const struct table_file *file;
	const char *unit;               /* what a problem counts: "line", "row" */
	struct str type;                /* of report, as the name of the file tells; "" = unknown */
	const struct class_entry *type_class;
	const struct str *names;        /* of the columns, lower case, never empty */
	unsigned width;
	struct table_role source, port, id, count, time, until, range, classes[COLUMN_CLASSES_MAX];
	int last_mapped;                /* the right-most column that has a role */
	unsigned lost, nothing, unclassified, unsure;
	struct str unknown_class;       /* the first word that no map knows */
	/* of the row before, because rows repeat themselves */
	struct str time_text, id_text;
	int64_t time_at, id_day;
	bool time_zone;
};

/* The map's columns in the names; false when one that is needed is not there. */
bool table_resolve(struct table *t);
/* Ready for rows of a map, by a file's name. */
void table_begin(struct table *t, struct decode *d, const struct column_map *map, const struct table_file *file, const char *unit);
/* False when there is no room for more. */
bool table_row(struct table *t, const struct csv_row *row);
void table_lose(struct table *t, uint32_t line, const char *text, const char *column);
/* What is said of the table as a whole. */
void table_end(struct table *t);
/* JSON by the maps that know its columns; false when none does. */
bool table_json_read(struct decode *d, const struct table_file *file);
/* A column's name as facts have it. */
struct str table_name(struct decode *d, struct str name, unsigned number);
/* Whether a map is for files of this type of report. */
bool table_for(const struct column_map *map, struct str type);

#endif
