/*
 * Signs that a report is forged or wrong: what in it contradicts itself. Each is a fact named "sign" of the observation, in words for
 * a person; none says that the reporter lies, and nothing is ever done on a sign but to let a person look first.
 */
#ifndef AUPD_FORMAT_SIGNS_H
#define AUPD_FORMAT_SIGNS_H

#include "format/format.h"

/* The zones of the earth lie 26 hours apart: what is later than that by its report has not happened. */
enum { SIGNS_AHEAD_HOURS = 26, SIGNS_HOPS_MAX = 100 };

/*
 * The header of a reported message, in which the reporter's own server says (RFC 5321 4.4) that another address than the stated one
 * handed it over, and no line names the stated one. Only a server below the domain of the report's sender, or the one that it names as
 * its Reporting-MTA, is the reporter's own; without a line of such a server nothing is said.
 */
void signs_chain(struct decode *d, struct observation *o, struct str header, struct str path, size_t base);
/* After all shapes: times that cannot be. */
void signs_times(struct decode *d);

#endif
