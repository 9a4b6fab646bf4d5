/*
 * Times as people and their logs write them: ISO and RFC 3339, mail, Apache, ctime, syslog without a year, German, French,
 * English. Pure; what cannot be told (which of 03/04 is the month, the zone) is said and not made up.
 */
#ifndef AUPD_FORMAT_PROSE_TIME_H
#define AUPD_FORMAT_PROSE_TIME_H

#include "base/str.h"
#include "base/time.h"

enum { PROSE_TIME_MAX = 64 /* bytes that a time takes */ };

struct prose_time {
	size_t from, to; /* the bytes that say it */
	int64_t at;
	bool zone_given;
	bool day_month; /* "03/04/2026": read with the day first, and it may be the other way round */
};

/*
 * The time that begins at text[at], the first letter or digit of a word. near helps where no year is written: the time is the
 * last such day that is not later than a day after near; with TIME_NONE such times are not taken.
 */
bool prose_time_at(struct str text, size_t at, int64_t near, struct prose_time *ret_time);

/* "Local timezone is +0100", "times are in UTC", "(all times CET)": a zone that a text names once, for its times without one. */
struct prose_zone {
	bool known;
	int east; /* seconds */
	size_t from, to;
};

/* The zone that begins at text[at]: "CET", "UTC+1", "+0100". Its length in bytes; 0 when none does. */
size_t prose_zone_at(struct str text, size_t at, int *ret_east);

void prose_zone_find(struct str text, struct prose_zone *ret_zone);

#endif
