/*
 * Class maps: from a format's own class word to our kind, which carries clause, XARF and RSIT (model/kind.def).
 *
 * A word is looked up without case, white space off both ends: as it is; else by the pattern ("*" is any run of bytes) that fits
 * with the most letters of its own. What no entry fits is unclassified and goes before a person.
 */
#ifndef AUPD_FORMAT_CLASS_H
#define AUPD_FORMAT_CLASS_H

#include "base/conf.h"
#include "model/kind.h"

enum { CLASS_ENTRIES_MAX = 2000, CLASS_WORD_MAX = 120 };

struct decode;
struct maps;
struct observation;

struct class_entry {
	struct str word;                /* lower case */
	enum kind kind;
	bool nothing;                   /* says nothing against anybody: no observation is made */
};

struct class_map {
	struct str name, version;
	struct str stamp;               /* "name version", for the fact class-map */
	struct class_entry *words;      /* sorted by word */
	unsigned word_count;
	struct class_entry *patterns;   /* those with "*", the one with the most letters first */
	unsigned pattern_count;
};

/* For maps_read: one "classes NAME { ... }". */
enum err class_map_read(struct arena *a, const struct conf *block, struct class_map *ret_map, struct why *why) MUST_CHECK;
const struct class_map *class_map_find(const struct maps *maps, struct str name);
const struct class_entry *class_find(const struct class_map *map, struct str word);     /* NULL when nothing fits */

/* For recognisers. Of a map that is not there every word is unclassified. */
enum kind class_kind(const struct decode *d, const char *format, struct str word);
/* The same, kept with the observation: its kind, the reporter's word, and which version of which map decided as the fact "class-map". */
void class_take(struct decode *d, struct observation *o, const char *format, struct str word);

#endif
