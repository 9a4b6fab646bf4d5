/*
 * What a server that hands out addresses writes down, line by line, as bindings: Kea's lease files and its legal log.
 *
 *   LEASE_KEA4    DHCPv4 lease file ("memfile")
 *   LEASE_KEA6    DHCPv6 lease file: addresses (IA_NA, IA_TA) and delegated prefixes (IA_PD)
 *   LEASE_LEGAL   legal ("forensic") log of either, in the form that Kea writes unless it is told another
 *   LEASE_HOOK    what conf/kea-lease-events writes, a script that Kea's hook "run_script" calls
 *
 * A line says that an address was given or confirmed at a time and until when, or that this is over. Until the next confirmation the
 * holding is not sure, because a lease may be given back early; so its end is inferred until its expiry or release is written. The
 * book remembers the last lease of each address, so that a confirmation is a version of the binding that it confirms.
 *
 * Who holds it, the line names by several things: what the operator's relay says of the line (circuit-id, remote-id; in DHCPv6
 * interface-id) goes before what the device says of itself (client-id or DUID), and that before its hardware address. An id that is
 * printable is the subject as it stands; else, like a hardware address, in hexadecimal with colons. Of a remote-id of DHCPv6 the
 * enterprise number before it (RFC 4649) is no part.
 *
 * A device that has an address renews it past the relay, and then no relay's word is on the line: the book knows that it is the same
 * device under the same lease, and whose that was.
 *
 * The decoders are pure. Nothing is ever taken from a host name, which the device chooses.
 */
#ifndef AUPD_ATTRIBUTION_LEASE_H
#define AUPD_ATTRIBUTION_LEASE_H

#include "attribution/binding.h"
#include "base/arena.h"
#include "base/map.h"

enum {
	LEASE_LINE_MAX = 64 << 10,      /* octets */
	LEASE_ID_MAX = 64,              /* octets of an id; RFC 8415 has DUIDs of up to 130, of which those longer than this name nobody */
	LEASE_SUBJECT_MAX = 200,
	LEASE_BOOK_MAX = 1 << 20,       /* addresses that are remembered */
	LEASE_COLUMNS = 9,
};

enum lease_format { LEASE_KEA4, LEASE_KEA6, LEASE_LEGAL, LEASE_HOOK, LEASE_FORMAT_END };
extern const char *const lease_format_words[];          /* "kea4", "kea6", "kea-legal", "kea-hook", NULL */

enum lease_id { LEASE_CIRCUIT, LEASE_REMOTE, LEASE_CLIENT, LEASE_HARDWARE, LEASE_ID_END };
extern const char *const lease_id_words[];              /* "circuit-id", "remote-id", "client-id", "hwaddr", NULL */

enum lease_what {
	LEASE_GIVEN,                    /* or confirmed: at_at, until_at */
	LEASE_OVER,                     /* at at_at, for sure */
	LEASE_GONE,                     /* at a time that is not known: after the last confirmation, before the line was read */
};

struct lease {
	enum lease_what what;
	struct prefix prefix;
	struct str subject;             /* in the arena of the call; empty: not said */
	bool weak;                      /* it is a hardware address, which can be copied */
	struct str device;              /* what the device is told from others by: octets, borrowed; empty: not said */
	bool direct;                    /* no relay has said anything on the line */
	int64_t at_at;
	int64_t until_at;               /* LEASE_GIVEN: TIME_NONE is for ever */
};

struct lease_reader {
	enum lease_format format;
	enum lease_id by;               /* this id alone; LEASE_ID_END: the first that there is */
	enum lease_format beside;       /* of LEASE_HOOK: what is read beside it, so that the other family's events are not; LEASE_FORMAT_END: both are */
	bool zone_given;                /* what the legal log's times are meant in, unless it names UTC */
	int64_t zone_us;                /* east of UTC */
	int columns[LEASE_COLUMNS];     /* of the header that was read last */
	unsigned width;
};

void lease_reader_init(struct lease_reader *r, enum lease_format format);
/*
 * One line, without its end. ERR_NOTFOUND: it says nothing of a lease (a header, a blank line). ERR_SYNTAX, ERR_RANGE, ERR_LIMIT with the
 * reason and a hint, ERR_UNSUPPORTED: a time whose zone is not known; then the line is a bad one and the next may be read.
 */
enum err lease_read(struct lease_reader *r, struct arena *a, struct str line, struct lease *ret_lease, struct why *why) MUST_CHECK;

/* The last lease of each address. */
struct lease_book {
	struct map *map;
	struct arena *arena;            /* the caller's */
	/*
	 * NULL, or the book of what Kea itself keeps, where this one is of its hook, which is told nothing of the relays of DHCPv6: who holds what a
	 * line does not say is taken from there. It has to be ahead of this one.
	 */
	const struct lease_book *beside;
};

/* ERR_NOMEM. arena stays borrowed and grows with the number of addresses. */
enum err lease_book_init(struct lease_book *b, struct arena *arena) MUST_CHECK;
void lease_book_done(struct lease_book *b);
/*
 * The binding that a lease is, but for feed and subject key; ret_subject is borrowed from the lease or the book. now: when the line was
 * read. ERR_NOTFOUND: it adds nothing, as the end of a lease that was never seen, or of another device's. ERR_FULL: too many addresses.
 */
enum err lease_book_take(struct lease_book *b, const struct lease *l, int64_t now, struct binding *ret_binding, struct str *ret_subject,
	struct why *why) MUST_CHECK;

#endif
