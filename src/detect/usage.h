/*
 * Use of accounts, by what access servers count: the nouns, and what is reckoned from a series of cells.
 *
 * A cell is five minutes of UTC, numbered since 1970. What a session counted between two readings is a span; its octets are spread evenly over
 * it: up to any time within, of all octets the same part as of the time, rounded down. So cells are whole octets, their sum is the span's,
 * and the same readings give the same cells. An account is an opaque key; several sessions at a time, and several accounts of one
 * customer, add up cell by cell, before anything is reckoned from them.
 *
 * What was not counted is not known, which is never zero.
 */
#ifndef AUPD_DETECT_USAGE_H
#define AUPD_DETECT_USAGE_H

#include <stdbool.h>

#include "base/time.h"

enum {
	USAGE_CELL_S = 300,
	USAGE_CELLS_MAX = 31 * 288,             /* of a month */
	USAGE_FEEDS_MAX = 256,
	USAGE_FORECAST_CELLS_MIN = 3 * 288,     /* less of a month foretells nothing */
	USAGE_DISCARD_PERCENT = 5,
};

enum usage_flag {
	USAGE_INFERRED = 1,             /* a wrapped counter; a session that had begun before it was heard of */
	USAGE_UNKNOWN = 2,              /* something of it was not counted, or not heard */
	USAGE_AHEAD = 4,                /* of a cell: it has not passed, or its readings have not come yet */
};

struct usage_span {
	uint32_t from_s, until_s;       /* from < until */
	uint64_t in, out;               /* in: from the customer */
	uint8_t feed, flags;
};

struct usage_cell {
	uint64_t in, out;
	uint8_t flags;
};

/* The cells of a month, and which readings made them. */
struct usage_series {
	uint32_t first_cell;
	unsigned count;                 /* <= USAGE_CELLS_MAX */
	struct usage_cell cells[USAGE_CELLS_MAX];
	uint8_t feeds[USAGE_FEEDS_MAX / 8];     /* a bit each */
};

/* Sums stay at UINT64_MAX rather than to begin again. */
uint64_t usage_add(uint64_t a, uint64_t b);

/*
 * Months begin so many minutes before those of UTC, in quarters of an hour; said once, before anything is counted. A zone whose distance from UTC
 * changes within the year is not meant: a month of five-minute cells is to have as many as its days say. A contract may say minutes of its own: _in.
 */
enum { USAGE_OFFSET_MINUTES_MAX = 14 * 60 };
void usage_months_begin(int minutes);
int usage_months_offset(void);
/* "UTC", "UTC+01:00" */
enum { USAGE_ZONE_TEXT = 12 };
void usage_zone_print(int minutes, char out[USAGE_ZONE_TEXT]);
/* Months since January 1970, as far as they begin behind it. */
uint32_t usage_month_of(uint32_t at_s);
uint32_t usage_month_start_s(uint32_t month);
uint32_t usage_month_in(uint32_t at_s, int minutes);
uint32_t usage_month_start_in_s(uint32_t month, int minutes);
/* "2026-03" and back; ERR_SYNTAX. */
enum { USAGE_MONTH_TEXT = 16 };
void usage_month_print(uint32_t month, char out[USAGE_MONTH_TEXT]);
enum err usage_month_parse(struct str text, uint32_t *ret_month) MUST_CHECK;

/* Octets of the span's `octets` that fall before a time: 0 before it, all behind it. */
uint64_t usage_share(const struct usage_span *s, uint64_t octets, uint32_t before_s);
/* An empty series of that month. */
void usage_series_init(struct usage_series *u, uint32_t month);
void usage_series_init_in(struct usage_series *u, uint32_t month, int minutes);
/* An empty one of the same cells. */
void usage_series_init_like(struct usage_series *u, const struct usage_series *of);
/* What of the span lies in the series. */
void usage_series_add(struct usage_series *u, const struct usage_span *s);
/* Marks the cells that touch [from, until). */
void usage_series_mark(struct usage_series *u, uint32_t from_s, uint32_t until_s, uint8_t flags);

/* As a contract says it. MAX: of the figures of both directions the greater one. */
enum usage_direction { USAGE_IN, USAGE_OUT, USAGE_SUM, USAGE_MAX, USAGE_DIRECTION_END };
extern const char *const usage_direction_words[];

struct usage_volume {
	uint64_t octets;                /* counted: at least so many were used */
	uint64_t sure;                  /* of them, those of cells in which nothing is inferred */
	uint64_t forecast;              /* of the whole month, by the mean of the cells that are known; 0 = too early */
	unsigned passed, unknown, inferred;     /* cells */
};
void usage_volume(const struct usage_series *u, enum usage_direction d, struct usage_volume *ret_volume);

/*
 * The 95th percentile of a month, in octets of a cell: of its cells by size the twentieth part, rounded down, is discarded from the top; it is the
 * greatest that is left (of 8,928 the 447th). A cell that is not known may have been anything.
 */
struct usage_percentile {
	uint64_t octets;                /* of the cells that are known and have passed: of a whole month the percentile, else its forecast */
	uint64_t least;                 /* of the whole month, whatever comes and whatever is not known */
	uint64_t sure;                  /* the same, of the cells that are known as they were read: the others count as zero */
	uint64_t most;                  /* the same; of a month that has passed; UINT64_MAX = no bound */
	unsigned cells;                 /* that octets is made of; 0 = none */
};
void usage_percentile(const struct usage_series *u, enum usage_direction d, struct usage_percentile *ret_percentile);
/* Octets of a cell as a rate. */
uint64_t usage_bits_per_s(uint64_t octets);

#endif
