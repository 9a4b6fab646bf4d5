/*
 * Reports that are mails of a fixed text: what their recognisers share. A text part is gone through line by line; every value is a slice
 * of it, so that its span is where it lies.
 */
#ifndef AUPD_FORMAT_FORM_H
#define AUPD_FORMAT_FORM_H

#include "format/format.h"

enum { FORM_BYTES_MAX = 4 << 20, FORM_LINE_MAX = 4000, FORM_TIMES_MAX = 40 /* kept as facts; all are read */ };

struct form {
	struct decode *d;
	struct str path, text;
	int64_t near;    /* about when it was written */
	struct str zone; /* that of the last time which named one */
	bool mixed;      /* times in several zones, or some without one */
};

/* Part i as a text, in UTF-8; false when it is none, or none of the mail's own. i is moved on to the next own part before. */
bool form_part(struct decode *d, unsigned *i, struct form *ret_form);
/* The first own text/plain part. */
bool form_first(struct decode *d, struct form *ret_form);
/* The next line, trimmed; false at the end. */
bool form_line(const struct form *f, size_t *at, struct str *ret_line);
/* "Name: value", name in any case and with marks of a list before it; the value trimmed, perhaps empty. */
bool form_field(struct str line, const char *name, struct str *ret_value);
bool form_any_field(struct str line, struct str *ret_name, struct str *ret_value);
/* The address that is the whole of s, or begins it before a blank; STR_NONE when there is none. */
struct str form_address(struct str s);

/* A name as facts have it: "Report ID" is "report-id". */
const char *form_name(struct form *f, struct str name);
struct observation *form_add(struct form *f);
void form_fact(struct form *f, struct observation *o, const char *name, struct str value, enum certainty certainty);
/*
 * The first time in value. The first call for o gives its time, each further one widens the window that it lies in. east is the zone
 * of times that name none, when zoned says so. False when there is none.
 */
bool form_seen(struct form *f, struct observation *o, struct str value, bool zoned, int east);
/* At last: the mail's date where no time was told, and what is wrong with those that were. */
void form_finish(struct form *f, struct observation *o);

#endif
