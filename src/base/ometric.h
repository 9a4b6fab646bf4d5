/*
 * Metrics in the OpenMetrics text format 1.0: counters, gauges and histograms declared in tables.
 *
 * A role counts in its own struct ometrics, whose slots are the caller's, such as a page that is shared; one writer prints
 * what several roles hold, merged by family and labelled by role. Label values are constants of the
 * program: nothing that a remote party said can become a label. Values are integers in the unit of the program; a family
 * with a divisor is printed divided (microseconds as seconds with divisor 1000000).
 */
#ifndef AUPD_BASE_OMETRIC_H
#define AUPD_BASE_OMETRIC_H

#include "base/str.h"

enum { OMETRIC_FAMILIES_MAX = 256, OMETRIC_LABELS_MAX = 64, OMETRIC_BOUNDS_MAX = 24 };

enum ometric_type { OMETRIC_COUNTER, OMETRIC_GAUGE, OMETRIC_HISTOGRAM };

/* A table ends with a NULL name. Its index is the id that the calls take. */
struct ometric {
	const char *name;               /* without _total */
	enum ometric_type type;
	const char *help;
	const char *label;              /* NULL = none */
	const char *const *label_values;/* NULL-terminated; index = the label argument */
	const int64_t *bounds;          /* histogram: ascending upper bounds */
	unsigned bound_count;
	int64_t divisor;                /* 0 = 1 */
};

struct ometrics {
	const char *role;
	const struct ometric *table;
	int64_t *slots;
	unsigned slot_count;
	unsigned first[OMETRIC_FAMILIES_MAX];
};

/* slots: room for that many, zero at first; role and table are borrowed. ERR_LIMIT when the table needs more. */
enum err ometrics_init(struct ometrics *m, const char *role, const struct ometric *table, int64_t *slots, unsigned room) MUST_CHECK;
void ometric_add(struct ometrics *m, unsigned id, unsigned label, int64_t n);           /* counter, gauge */
void ometric_set(struct ometrics *m, unsigned id, unsigned label, int64_t value);       /* gauge, or a counter kept elsewhere */
void ometric_observe(struct ometrics *m, unsigned id, int64_t value);                   /* histogram */
int64_t ometric_get(const struct ometrics *m, unsigned id, unsigned label);
/* The whole page with # EOF. Families of the same name must agree in type. */
void ometrics_write(const struct ometrics *const *roles, unsigned count, struct buf *out);

#define OMETRIC_CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

#endif
