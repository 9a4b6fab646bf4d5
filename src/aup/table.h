/*
 * Registry files: CSV with a header line, or JSON (a list, or {"entities": [...]}), to the members of an import command.
 */
#ifndef AUPD_AUP_TABLE_H
#define AUPD_AUP_TABLE_H

#include "base/json.h"

/* Writes "entities": [...]. Errors name file and line. Times are RFC 3339 in files; a column that nobody knows is an error. */
enum err table_entities(struct arena *a, const char *file, struct str bytes, struct jsonw *w, struct why *why) MUST_CHECK;

#endif
