/*
 * One record of a binding segment: a binding or a feed's span, in 64 octets with a checksum of its own.
 *
 *   0 type   1 kind or state   2 flags or reason   3 feed   4 prefix length   5 zero   6 port from   8 port to   10 unsure seconds
 *  12 address (16)   28 subject (8)   36 start   40 seen   44 end   48 recorded   52 session (8)   60 CRC32C
 *
 * Integers in network order, times in seconds (binding_second), IPv4 as mapped addresses with lengths of the 128-bit form. The
 * checksum covers day and number of the record before its octets: a record that stands in another place than it was written to is
 * a bad one. Fields that a type has not are zero. Every octet string decodes to one item or to ERR_CORRUPT, and an item that was
 * decoded encodes to the same octets.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_RECORD_H
#define AUPD_ATTRIBUTION_BINDING_RECORD_H

#include "attribution/binding.h"
#include "attribution/feed_health.h"

enum { BINDING_RECORD_LEN = 64, BINDING_NAME_MAX = 32 };

struct binding_item {
	bool is_span;
	struct binding binding;         /* of these two the one that it is */
	struct feed_span span;
};

/* The head of a segment; it is a record's length. The segment before it, so that records cut off that one's end are missed. */
struct binding_head {
	uint32_t day;                   /* since 1970-01-01 */
	uint32_t previous_day;          /* 0: none */
	uint32_t previous_count;        /* records in it when it was left */
};

/* The item must be normalised. number counts from 1. */
void binding_record_encode(const struct binding_item *item, uint32_t day, uint32_t number, char out[BINDING_RECORD_LEN]);
enum err binding_record_decode(const char in[BINDING_RECORD_LEN], uint32_t day, uint32_t number, struct binding_item *ret_item) MUST_CHECK;
void binding_head_encode(const struct binding_head *h, char out[BINDING_RECORD_LEN]);
enum err binding_head_decode(const char in[BINDING_RECORD_LEN], uint32_t day, struct binding_head *ret_head) MUST_CHECK;

/* "bindings-2026-11-26", and the day of such a name; 0: it is none. */
void binding_segment_name(uint32_t day, char out[BINDING_NAME_MAX]);
uint32_t binding_segment_day(const char *name);

#endif
