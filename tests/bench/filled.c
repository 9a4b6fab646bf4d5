/* See filled.h. */
#include "filled.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "model/case.h"

enum { BATCH = 10000, EVENTS = 5 };

void bench_must(enum err e, const struct why *why, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, err_text(e), why ? why->text : "");
	exit(1);
}

/* A case as the fold leaves it: its row, the way from its number, and its first events. */
static size_t put_case(struct arena *a, unsigned i, int64_t from_at, struct effect *out)
{
	struct str above[1] = { str_format(a, "r%u", i % BENCH_RESELLERS) };
	struct casefile c = { .number = i + 1, .customer = str_format(a, "c%u", i % BENCH_CUSTOMERS), .tenant = str_format(a, "/r%u/", i % BENCH_RESELLERS),
		.group = str_format(a, "g%u", i / BENCH_CUSTOMERS),
		.resellers = above, .reseller_count = 1, .state = CASE_OPEN, .clause = STR("email.unsolicited"), .rule = STR("trap-hits"), .ladder = STR("spam"), .policy = STR("3"),
		.severity = SEVERITY_MEDIUM, .opened_at = from_at + i, .changed_at = from_at + i, .resolved_at = TIME_NONE, .first_event_at = from_at, .last_event_at = from_at + i,
		.event_count = EVENTS, .report_count = 3, .incident_count = 3, .strikes = 1, .ladder_started_at = from_at + i, .paused_at = TIME_NONE, .next_due_at = from_at + i + DAY_US,
		.fix_by_at = from_at + i + 2 * DAY_US, .appeal_until_at = from_at + i + 30 * DAY_US, .review_by_at = TIME_NONE, .opened_by = STR("rule"),
		.because = STR("3 independent reports of bulk mail from one address between then and now") };
	struct row row = { .table = TABLE_CASE, .key = str_format(a, "%.*s/%.*s/0", STR_ARG(c.customer), STR_ARG(c.group)), .owner = c.customer, .tenant = c.tenant,
		.state = STR("open"), .due_at = c.next_due_at, .rank = c.opened_at };
	struct why why = { 0 };
	size_t n = 0;
	bench_must(field_encode(a, casefile_fields, &c, &row.body), &why, "case");
	out[n++] = (struct effect){ EFFECT_PUT, row };
	out[n++] = (struct effect){ EFFECT_PUT, { .table = TABLE_COUNTER, .key = str_format(a, "number/%u", i + 1), .due_at = TIME_NONE, .body = row.key } };
	for (unsigned k = 0; k < EVENTS; k++) {
		struct case_event event = { .number = i + 1, .n = k + 1, .type = k ? EVENT_WITNESS : EVENT_OPENED, .at = from_at + i, .event_at = from_at, .actor = STR("rule trap-hits"),
			.text = STR("a report"), .clause = c.clause, .policy = c.policy };
		struct row one = { .table = TABLE_CASE_EVENT, .key = str_format(a, "%u/%08u", i + 1, k + 1), .due_at = TIME_NONE, .rank = from_at + i };
		bench_must(field_encode(a, case_event_fields, &event, &one.body), &why, "event");
		out[n++] = (struct effect){ EFFECT_PUT, one };
	}
	return n;
}

void bench_fill(struct store *s, unsigned cases, int64_t from_at)
{
	struct arena *a = arena_new("fill", 256 << 20);
	struct effect *effects = calloc((size_t)BATCH * (2 + EVENTS), sizeof(*effects));
	struct why why = { 0 };
	for (unsigned i = 0; i < cases; i += BATCH) {
		size_t n = 0;
		for (unsigned k = i; k < i + BATCH && k < cases; k++)
			n += put_case(a, k, from_at, &effects[n]);
		bench_must(store_sqlite.commit(s, effects, n, NULL, 0, &why), &why, "commit");
		arena_reset(a);
	}
	free(effects);
	arena_free(a);
}
