/*
 * What goes wrong in a made-up provider on the way from an access server to us, each to be switched on by its name.
 */
#ifndef AUPD_SIMULATE_FAULT_H
#define AUPD_SIMULATE_FAULT_H

#include "base/str.h"

enum fault {
	FAULT_LOST_START,       /* Starts are lost */
	FAULT_LOST_STOP,        /* Stops are */
	FAULT_LOST_INTERIM,     /* Interim-Updates are */
	FAULT_LOG_LOSS,         /* messages that a block of ports was given or taken back are, lines of logs and of lease files */
	FAULT_LATE,             /* messages come up to two hours late, Stops more often */
	FAULT_REORDER,          /* messages overtake one another */
	FAULT_DUPLICATE,        /* messages come twice, with another Acct-Delay-Time or the same octets */
	FAULT_REUSE,            /* ids of sessions come again: after a reboot, within seconds, or one for each line for ever */
	FAULT_SKEW,             /* clocks of servers are off: by seconds, by half an hour, by an hour of a wrong zone */
	FAULT_STEP,             /* clocks of servers are set, forward and back, by up to an hour */
	FAULT_NO_TIME,          /* a server sends no Event-Timestamp; that its messages are under way for longer than seconds it says itself */
	FAULT_REBOOT,           /* servers start again: no Stop for anybody, and an Accounting-On from every other one only */
	FAULT_OUTAGE,           /* nothing of any server arrives for a while */
	FAULT_MOVE,             /* an address changes within a session, at a server that says addresses in each message */
	FAULT_BARE,             /* a server says addresses at the Start and in Stops only */
	FAULT_WRAP,             /* a server sends no Gigawords: its octets wrap at 4 GiB */
	FAULT_ROTATE,           /* a lease file is cleaned up and read anew */
	FAULT_END
};

extern const char *const fault_words[];                 /* closed by NULL */
extern const char *const fault_texts[];                 /* what each is, in a line */

/* "none", "all", or names set apart by commas, as a set of 1 << enum fault. ERR_SYNTAX names the one that is none. */
enum err fault_parse(struct str list, unsigned *ret_faults, struct why *why) MUST_CHECK;

#endif
