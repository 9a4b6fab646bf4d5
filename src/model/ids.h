/*
 * Identifiers shared by all stops: spool positions, lanes and partitions, case numbers.
 *
 * A position names an item for good: it is the same after any restart. Lanes and partitions are hashes that are never
 * renumbered. A case number carries its partition and is derived, never stored beside it.
 */
#ifndef AUPD_MODEL_IDS_H
#define AUPD_MODEL_IDS_H

#include <stdint.h>

#include "base/addr.h"
#include "base/str.h"

enum { LANE_COUNT = 256, PARTITION_COUNT = 256, CASE_TEXT_MAX = 24, POSITION_TEXT_MAX = 64 };

/* Where an observation came from: segment and offset in the spool, index of the observation in the item. Ordered. */
struct position {
	uint64_t segment;
	uint64_t offset;
	uint32_t index;
};

int position_cmp(const struct position *a, const struct position *b);
void position_print(const struct position *p, char out[POSITION_TEXT_MAX]);     /* "segment.offset.index" */
enum err position_parse(struct str text, struct position *ret_position) MUST_CHECK;

/* Lane of a raw identifier: SHA-256(identifier)[0]. Addresses count by /32 or /64, domains by registrable name. */
uint8_t lane_of(struct str identifier);
uint8_t lane_of_addr(const struct addr *a);
uint8_t partition_of(struct str customer);      /* SHA-256("customer " + key)[0] */

/* Case n of a partition: number = n * 256 + partition, n from 1; its text is "C-<number>". */
uint64_t case_number(uint64_t n, uint8_t partition);
uint8_t case_partition(uint64_t number);
void case_text(uint64_t number, char out[CASE_TEXT_MAX]);
enum err case_parse(struct str text, uint64_t *ret_number) MUST_CHECK;          /* "C-4711", "c-4711" or "4711" */

#endif
