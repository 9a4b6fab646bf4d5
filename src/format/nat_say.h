/*
 * What the forms of nat_line.h share: eating words, and times as an interval.
 */
#ifndef AUPD_FORMAT_NAT_SAY_H
#define AUPD_FORMAT_NAT_SAY_H

#include "format/nat_line.h"
#include "format/syslog.h"

struct nat_reading {
	const struct nat_clock *clock;
	struct syslog_line head;
	struct str rest;                /* what is not read yet of the message */
	struct nat_line *line;
	struct why *why;
};

/* What stands behind the first occurrence of the mark becomes the rest. False, and nothing is changed: it is not there. */
bool nat_say_find(struct nat_reading *r, struct str mark);
bool nat_say_eat(struct nat_reading *r, struct str word);
/* Up to a blank or one of the stops, which stay; blanks before it are passed over. */
struct str nat_say_word(struct nat_reading *r, const char *stops);
bool nat_say_addr(struct str text, struct addr *ret_addr);
bool nat_say_port(struct str text, uint16_t *ret_port);
/* "1024-2047" */
bool nat_say_ports(struct str text, struct nat_event *e);
/* "192.0.2.1:1024", with the separator of the form. */
bool nat_say_pair(struct str text, char separator, struct addr *ret_addr, uint16_t *ret_port);
/*
 * Adds the event with the time of the line, or with a better one that the message has: zoned_at, within a second (TIME_NONE: none).
 * ERR_RANGE, ERR_LIMIT, ERR_SYNTAX with a reason: no such event, too many, no time.
 */
enum err nat_say_event(struct nat_reading *r, const struct nat_event *e, int64_t zoned_at) MUST_CHECK;

enum err nat_say_junos(struct nat_reading *r) MUST_CHECK;

#endif
