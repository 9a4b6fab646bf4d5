/*
 * The header of a line of syslog: when it says that it was written, and where the message begins.
 *
 *   RFC 5424   <14>1 2026-07-06T14:05:37.123+02:00 host ...        a time with its zone
 *   RFC 3164   <14>Jul  6 14:05:37 host ...                        neither year nor zone nor fraction
 *   Cisco      <14>1 2026 Jul 6 14:05:37 host ...                  a year, and no zone
 *
 * and the same without "<14>" as files have them, where the time may be an RFC 3339 one. A line that begins otherwise has no time. Any octets
 * are a line. The message is all that stands behind the time: the name of the host, which comes first, is in it.
 */
#ifndef AUPD_FORMAT_SYSLOG_H
#define AUPD_FORMAT_SYSLOG_H

#include "base/time.h"

enum syslog_stamp { SYSLOG_NO_STAMP, SYSLOG_ZONED, SYSLOG_LOCAL };

struct syslog_line {
	enum syslog_stamp stamp;
	int64_t at;                     /* ZONED; LOCAL: the same as if it were UTC, in 1972 when no year is said (which has a 29th of February) */
	bool year;                      /* it is said */
	int64_t resolution_us;          /* it was written before at + this */
	struct str message;             /* borrowed */
};

enum { SYSLOG_NO_YEAR = 1972 };

void syslog_read(struct str line, struct syslog_line *ret_line);
/* "Jan" is 1; 0: it is no month. */
int syslog_month(struct str word);
bool syslog_is_day(const struct civil *c);

#endif
