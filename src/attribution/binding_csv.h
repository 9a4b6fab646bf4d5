/*
 * Bindings from CSV. The first record names the columns, in any order:
 *
 *   address    address or prefix                                  needed
 *   subject    login or customer id, or "inside:" and an address  needed
 *   start      RFC 3339 with zone; empty: not known               needed
 *   end        the same; empty: open, or not known                needed
 *   port_from  first and last port of the subject's range;
 *   port_to    empty: the whole address
 *   seen       last time at which the holding was confirmed
 *   recorded   when it became known; empty: now
 *   feed       name of the feed; empty: that of the import
 *   kind       session (what is left out), assignment: holds until its end without being confirmed, or withdrawn: the binding of
 *              that address, ports, subject, start and feed never was. Or what a NAT told of its ports, which is no binding yet: given, told,
 *              held or back (model/nat.h), of a mapping with "-mapping" behind it; start and end are the times between which it happened
 *   since      of those: when the ports were given
 *   unsure     "end": the end was inferred, it was held for sure until seen; "subject": it is known by something that can be copied;
 *              or both, with a blank between
 *
 * Any other column is an error, since what it says would be lost. Who a subject or a feed is, the caller knows.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_CSV_H
#define AUPD_ATTRIBUTION_BINDING_CSV_H

#include "attribution/binding.h"
#include "base/csv.h"
#include "model/nat.h"

enum { BINDING_CSV_COLUMNS = 12, BINDING_CSV_TEXT_MAX = 256 };

/*
 * Gives the key of a login or customer, the number of a feed; ERR_NOTFOUND: there is none, which makes the row a bad one. So do
 * ERR_EXISTS: the text is the one of one customer and the other of another; ERR_CONFLICT: two subjects have that key.
 */
struct binding_names {
	void *arg;
	enum err (*subject)(void *arg, struct str text, struct binding_subject *ret_subject);
	enum err (*feed)(void *arg, struct str text, uint8_t *ret_feed);        /* "" is the import's own */
};

struct binding_csv {
	struct csv csv;
	const struct binding_names *names;
	int64_t now;
	int columns[BINDING_CSV_COLUMNS];       /* -1: not there */
	unsigned width;
	bool is_event;                  /* the last row was what a NAT told: */
	struct nat_event event;
	struct addr inside;             /* of the row in hand */
};

/* Reads the header. file, text and names stay borrowed. An error names line and column; nothing can be read then. */
enum err binding_csv_open(struct binding_csv *c, struct arena *a, const char *file, struct str text, const struct binding_names *names, int64_t now,
	struct why *why) MUST_CHECK;
/*
 * The next binding, normalised, or an event, of which only feed and recorded_at are in it; the arena holds the row while it is read and may be reset between calls. ERR_NOTFOUND at the end.
 * Any other error is one bad row, with file, line and column of the field: the next call goes on behind it.
 */
enum err binding_csv_next(struct binding_csv *c, struct arena *a, struct binding *ret_binding, struct why *why) MUST_CHECK;

#endif
