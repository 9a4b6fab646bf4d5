/*
 * Times as 64-bit microseconds since 1970-01-01T00:00:00Z (leap seconds ignored, as in POSIX) and their texts.
 *
 * Pure: nothing here reads a clock (base/clock.h does). Variables that hold such a wall time end in `_at`; spans end in
 * `_us`. TIME_NONE means not known and is never a valid time.
 */
#ifndef AUPD_BASE_TIME_H
#define AUPD_BASE_TIME_H

#include <stdint.h>

#include "base/str.h"

#define TIME_NONE INT64_MIN
#define TIME_MAX INT64_MAX                 /* "for ever" as the end of a validity */
#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

struct civil { int year, month, day, hour, minute, second; };

enum { TIME_TEXT_MAX = 32 };

/* RFC 3339 date-time with zone; a bare date is midnight UTC. Fractions beyond microseconds are cut. */
enum err time_parse(struct str text, int64_t *ret_at) MUST_CHECK;
/* RFC 5322 3.3 date-time with the obsolete zones of 4.3. ret_zone_given is false for "-0000" and unknown names. */
enum err time_parse_mail(struct str text, int64_t *ret_at, bool *ret_zone_given) MUST_CHECK;
/* "+01:00", "-0330", "Z", "UTC", "GMT": how far it is east of UTC. ERR_SYNTAX: another name, which may mean several. */
enum err time_zone_parse(struct str text, int64_t *ret_us) MUST_CHECK;
void time_print(int64_t at, char out[TIME_TEXT_MAX]);           /* RFC 3339 UTC, whole seconds unless there is a fraction */
void time_print_us(int64_t at, char out[TIME_TEXT_MAX]);        /* always six digits: the form of evidence records */
struct str time_str(struct arena *a, int64_t at);
struct str time_mail_str(struct arena *a, int64_t at);          /* RFC 5322, zone +0000 */
/* "90s", "15m", "48h", "7d", "4w" (and "immediately" nowhere: 0s). */
enum err span_parse(struct str text, int64_t *ret_us) MUST_CHECK;
struct str span_str(struct arena *a, int64_t us);
int64_t civil_to_time(const struct civil *c);                   /* UTC; fields must be in range */
void time_to_civil(int64_t at, struct civil *ret_civil);

#endif
