/*
 * The export that a back-test replays: one JSON object a line, each with one member that says what it is.
 *
 *     {"head":{...}}      first: the time, the facts that were recorded
 *     {"policy":{...}}    a version in force in that time, as posted
 *     {"entity":{...}}    a customer, reseller or service of the sightings behind it; nothing personal
 *     {"sighting":{...}}  in the order in which they were judged
 *     {"end":{...}}       last: how many there were; without it the export is cut off
 *
 * Whoever, whatever and wherever is named by keyed digests. An export may come from anywhere: each line is bounded and checked,
 * and what is unknown in it is an error.
 */
#ifndef AUPD_ENGINE_EXPORT_H
#define AUPD_ENGINE_EXPORT_H

#include "model/entity.h"
#include "model/sighting.h"

enum { EXPORT_LINE_MAX = 16 << 20, EXPORT_FACTS_MAX = 256, EXPORT_VERSIONS_MAX = 64 };

enum export_type { EXPORT_HEAD, EXPORT_POLICY, EXPORT_ENTITY, EXPORT_SIGHTING, EXPORT_END };

struct export_head {
	int64_t from_at, until_at;
	struct str *facts;
	unsigned fact_count;
};

struct export_end {
	uint64_t sightings, erased;
};

extern const struct field export_head_fields[], export_end_fields[];

struct export_line {
	enum export_type type;
	struct export_head head;
	struct str policy;              /* the blob of a version (policy/load.h) */
	struct entity entity;
	struct sighting sighting;
	struct export_end end;
};

/* What a line is, without reading it whole; EXPORT_END when it is nothing that is known. */
enum export_type export_type_of(struct str line);
/* Texts live in a or point into line. ERR_SYNTAX, ERR_RANGE with a reason. */
enum err export_read(struct arena *a, struct str line, struct export_line *ret_line, struct why *why) MUST_CHECK;

#endif
