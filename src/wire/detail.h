/*
 * Records of a `detail` file, in which FreeRADIUS and servers like it write the accounting that they take: a line of their own, then a
 * line "<tab>Name = value" for each attribute, and an empty line. A record becomes an Accounting-Request again.
 *
 * What a name means stands in detail_value.h. A name that is not there says nothing here and is passed over, like what the server added
 * for itself. A value that is not one of its name's kind makes the whole record a bad one: it is better put before a person than taken in part.
 *
 * Pure; texts borrow from the record or lie in the arena. What is hostile is each value: a server writes what access servers sent. Limits:
 * a record has DETAIL_RECORD_MAX octets and as many attributes as a packet.
 */
#ifndef AUPD_WIRE_DETAIL_H
#define AUPD_WIRE_DETAIL_H

#include "base/arena.h"
#include "base/time.h"
#include "wire/radius_write.h"

enum { DETAIL_RECORD_MAX = 64 << 10 };

struct detail_attr {
	uint32_t vendor;                /* 0: none */
	uint8_t type;                   /* the vendor's, when there is one */
	struct str value;               /* the octets of a packet, 1 to 253 */
};

struct detail_record {
	int64_t taken_at;               /* Timestamp: when the server took it, by its own clock */
	uint32_t delay_s;               /* Acct-Delay-Time as it was then */
	unsigned passed_over;           /* so many lines say nothing here */
	bool no_zone;                   /* its Event-Timestamp is in a zone that is not known: it is left out */
	const struct detail_attr *attrs;        /* without Acct-Delay-Time */
	unsigned count;
};

/*
 * How many octets the first record has, with what goes before and behind it; 0: its end is not there yet. all: there is no more to
 * come, so what is there is a record. More than DETAIL_RECORD_MAX octets without an end are one, too, which is then bad. ret_record may be
 * of blank lines only.
 */
size_t detail_cut(struct str bytes, bool all, struct str *ret_record);
/*
 * zone_us: how far east of UTC the times are that name another zone; NULL: not known. Then it is found out where the record's first line
 * has the local time of its Timestamp, and the event was within half an hour of it, so that no change to summer time lies between.
 * ERR_NOTFOUND: blank. ERR_SYNTAX, ERR_LIMIT, with reason and line, which repeat nothing of a value.
 */
enum err detail_read(struct arena *a, struct str record, const int64_t *zone_us, struct detail_record *ret_record, struct why *why) MUST_CHECK;
/* The request, but for its end. A server that did not say its address has that from which the record says that it was heard. */
void detail_write(const struct detail_record *r, uint8_t id, uint32_t delay_s, struct radius_writer *w);

#endif
