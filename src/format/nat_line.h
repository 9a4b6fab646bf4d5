/*
 * Lines of a NAT's log as events: who got which ports of a shared address, and gave them back.
 *
 *   syslog-cisco   IOS XR (ASR 9000 ISM and VSM, CRS): [UserbasedA ...], [UserbasedW ...]; of sessions [SessionbasedA...], [SessionbasedW...];
 *                  many records in one line
 *   syslog-a10     A10 Thunder: PortBatchV2Allocated, PortBatchV2Freed
 *   syslog-junos   MS-MPC, MS-MIC: ..._PORT_BLOCK_ALLOC, _RELEASE, _ACTIVE; MX-SPC3: RT_SRC_NAT_PBA_ALLOC, _RELEASE, _INTERIM; of sessions
 *                  MSVCS_LOG_SESSION_OPEN, _CLOSE and RT_FLOW_SESSION_CREATE, _CLOSE
 *   syslog-vyos    "Internal host: ..., external host: ...": all that it assigned, at each commit
 *   syslog-jool    "Mapped ... to ...", "Forgot ... to ..."
 *
 * The format is known from the configuration and never guessed from the line. Pure, without memory; what was translated to is read, whom it
 * was sent to is not.
 *
 * When it happened: a time with its zone is believed; one without is only believed in a file, by whoever says which zone it is in. What comes
 * over the network without a zone happened within the second before it was received. A zoned time that is more than NAT_CLOCK_S before it was
 * received, or NAT_AHEAD_MS after, is all the time between the two: it may be a delay or a clock that is off, and what such a clock said before is not known.
 */
#ifndef AUPD_FORMAT_NAT_LINE_H
#define AUPD_FORMAT_NAT_LINE_H

#include "model/nat.h"

enum {
	NAT_LINE_MAX = 8192,            /* octets */
	NAT_LINE_EVENTS_MAX = 96,       /* of one line: what fits a datagram */
	NAT_CLOCK_S = 2,                /* no more than clocks of feeds may be off unless told otherwise */
	NAT_AHEAD_MS = 500,             /* nothing comes before it was sent: this is what synchronous clocks are off */
};

enum nat_format { NAT_CISCO, NAT_A10, NAT_JUNOS, NAT_VYOS, NAT_JOOL, NAT_FORMAT_END };
extern const char *const nat_format_words[];            /* "syslog-cisco" and so on, NULL */

/* What is known of the time beside the line. */
struct nat_clock {
	int64_t received_at;            /* by the network; TIME_NONE: it is a file's */
	int64_t now;                    /* of a file: a time without a year is in the last year in which it is not a day after this */
	bool zone_given;                /* of a file: what times without a zone are in */
	int64_t zone_us;                /* east of UTC */
	int year;                       /* of a file whose times have none; 0: by now */
};

struct nat_line {
	struct nat_event list[NAT_LINE_EVENTS_MAX];
	unsigned count;
};

/* Was a clock right that said zoned_at, of something that was received then and may have been under way? */
bool nat_clock_is_right(int64_t received_at, int64_t zoned_at);
/* When something happened that came by the network, and is said to have happened at zoned_at (TIME_NONE: not said), or so much later. */
void nat_clock_network(int64_t received_at, int64_t zoned_at, int64_t resolution_us, int64_t *ret_first_at, int64_t *ret_last_at);

/*
 * ERR_NOTFOUND: a line of the format's that says nothing of who has which ports. ERR_UNSUPPORTED: a line of another kind, as a device
 * may send to the same place. ERR_SYNTAX, ERR_LIMIT, ERR_RANGE with a reason: it speaks of ports in a form that is not known here, or of
 * a time that is not known; what it said is lost. Nothing is given of a line that is not read whole.
 */
enum err nat_line_read(enum nat_format format, const struct nat_clock *clock, struct str line, struct nat_line *ret_line, struct why *why) MUST_CHECK;

#endif
