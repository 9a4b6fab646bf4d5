/*
 * Maps of a carrier-grade NAT that assigns ports by rule (RFC 7422): no log says who had which ports, its configuration does, and from
 * when to when that was in force.
 *
 * A map is a CSV file whose first record names the columns, in any order, all of them needed:
 *
 *   inside     IPv4 prefix of the addresses behind it
 *   outside    IPv4 prefix of the shared addresses
 *   port_from  first and last port of a shared address that are given out:
 *   port_to    what is reserved or given out otherwise lies outside of them
 *   ports      how many each address behind it gets, in one block
 *   order      fill: a shared address is full before the next one is used; spread: each one gets its next block in turn
 *   from       when it was put in force, RFC 3339 with zone
 *   until      when it was put out of force; empty: it still is
 *
 * Every address of the inside prefix has a block, the first and last one too. Ports that were given out in addition are logged, and are
 * bindings of their own.
 */
#ifndef AUPD_ATTRIBUTION_CGNAT_MAP_H
#define AUPD_ATTRIBUTION_CGNAT_MAP_H

#include "attribution/binding.h"
#include "base/csv.h"

enum { CGNAT_MAP_COLUMNS = 8, CGNAT_MAP_INSIDE_MIN = 12 /* shortest inside prefix: a million addresses */, CGNAT_MAP_OUTSIDE_MIN = 16 };

struct cgnat_rule {
	struct prefix inside, outside;
	uint16_t port_from, port_to, ports;
	bool spread;
	int64_t from_at, until_at;      /* until_at: TIME_NONE, it is in force */
};

struct cgnat_map {
	struct csv csv;
	int columns[CGNAT_MAP_COLUMNS];
	unsigned width;
};

/* Reads the header; file and text stay borrowed. An error names line and column. */
enum err cgnat_map_open(struct cgnat_map *m, struct arena *a, const char *file, struct str text, struct why *why) MUST_CHECK;
/* The next rule, checked: its blocks are enough for all of its addresses. ERR_NOTFOUND at the end; any other error has the place. */
enum err cgnat_map_next(struct cgnat_map *m, struct arena *a, struct cgnat_rule *ret_rule, struct why *why) MUST_CHECK;

/* How many addresses it maps, and the block of one of them (from 0): an assignment without feed and recorded_at, its subject the address behind. */
uint32_t cgnat_rule_count(const struct cgnat_rule *r);
struct binding cgnat_rule_binding(const struct cgnat_rule *r, uint32_t n);
/* The address behind it with that number. */
struct addr cgnat_rule_inside(const struct cgnat_rule *r, uint32_t n);

#endif
