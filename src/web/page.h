/*
 * Pages of the console: templates that tools/pages has compiled, filled with data that is JSON.
 *
 * The data is what the API answers, so a page can show nothing that its reader may not ask for. Each value is escaped for the place where it
 * stands, which the compiler has found; what is no text, number or truth value is left out. Nothing else writes HTML, but drawings
 * their SVG (web/plot.h).
 *
 *   {{path}}         text; in a quoted attribute; in an address, percent-encoded (RFC 3986 2.3) so that it stays one part of it
 *   {{path|local}}   a whole address, of this site: what is none becomes "#"
 *   |time |day       RFC 3339, or microseconds, in UTC as "2026-03-01 12:00", "2026-03-01"
 *   |count           1,234
 *   |octets |rate    1.2 MB, by thousands; 1.2 Mbit/s
 *   |hundredths      1.25
 *   |tenths          0 to 10 of a percentage, for the name of a class
 *   |span            seconds as "2 d 3 h"
 */
#ifndef AUPD_WEB_PAGE_H
#define AUPD_WEB_PAGE_H

#include "base/json.h"

enum { PAGE_BYTES_MAX = 4 << 20, PAGE_DEPTH_MAX = 8 /* lists within lists */ };

enum page_does {
	PAGE_LITERAL,           /* text */
	PAGE_TEXT, PAGE_ATTR, PAGE_PART, PAGE_LOCAL,
	PAGE_IF, PAGE_UNLESS,   /* else go to `to` */
	PAGE_IS,                /* the value is `word`; else go to `to` */
	PAGE_ELSE,              /* go to `to` */
	PAGE_EACH,              /* of the list, under the name `word`; go to `to` when there is none */
	PAGE_NEXT,              /* of the list that `to` began */
	PAGE_DRAW,              /* the drawing `word` of the value */
	PAGE_END,
};

enum page_filter { FILTER_NONE, FILTER_TIME, FILTER_DAY, FILTER_COUNT, FILTER_OCTETS, FILTER_LOCAL, FILTER_SPAN, FILTER_RATE, FILTER_MACHINE, FILTER_HUNDREDTHS, FILTER_TENTHS };

struct page_op {
	enum page_does does;
	enum page_filter filter;
	unsigned to;
	struct str text;        /* markup, or a path of names with dots */
	struct str word;
};

struct page_template {
	const char *name;
	const struct page_op *ops;
};

extern const struct page_template page_templates[];     /* closed by a NULL name */

const struct page_template *page_find(struct str name); /* NULL: there is none */
/* Appends to out, whose error is sticky. */
void page_write(const struct page_template *t, const struct json *data, struct buf *out);

/* The only ways in which text becomes HTML. */
void page_put_text(struct buf *out, struct str s);      /* in text, and in an attribute's double quotes */
void page_put_local(struct buf *out, struct str s);
void page_put_scaled(struct buf *out, int64_t n, const char *unit);     /* "1.2 MB", by thousands */
struct str page_part(struct arena *a, struct str s);     /* a part of an address */
/* Is it an address of this site, whatever a browser makes of it? */
bool page_is_local(struct str s);

#endif
