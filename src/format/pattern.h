/*
 * How a column writes its times: a word for a known form, or a pattern of letters.
 *
 *   rfc3339   mail (RFC 5322)   unix   unix-ms
 *   YYYY MM DD hh mm ss   of that many digits        M D h   one digit or two        MON   Jan to Dec        AM   AM or PM
 *   Z    a zone: Z, +hhmm or +hh:mm                   all else stands for itself; a fraction of a second may follow the end
 */
#ifndef AUPD_FORMAT_PATTERN_H
#define AUPD_FORMAT_PATTERN_H

#include "base/time.h"

enum { PATTERN_MAX = 60 };
enum pattern_form { PATTERN_RFC3339, PATTERN_MAIL, PATTERN_UNIX, PATTERN_UNIX_MS, PATTERN_LETTERS };

struct pattern {
	enum pattern_form form;
	uint8_t steps[PATTERN_MAX];     /* a group of letters by its number, all else by itself */
	unsigned count;
};

/* ERR_SYNTAX when it cannot give a day; of a zone alone that is no demand. */
enum err pattern_read(struct str text, struct pattern *ret_pattern) MUST_CHECK;
/* As if in UTC; *ret_zone: the text itself named its zone, which then is reckoned in. ERR_SYNTAX or ERR_RANGE for what is no such time. */
enum err pattern_time(const struct pattern *p, struct str text, int64_t *ret_at, bool *ret_zone) MUST_CHECK;

#endif
