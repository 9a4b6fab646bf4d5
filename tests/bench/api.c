/*
 * api_list_p95_ms, api_show_p95_ms: how long the desk takes for a page of 50 cases, and for one case, among a million open ones on
 * disk: for an operator by state, for a customer and for a reseller their own; without the socket. api_rss_mb: what it takes of memory.
 *
 * Usage: bench_api SCRATCH-DIRECTORY [CASES]
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench.h"
#include "base/time.h"
#include "model/case.h"
#include "store/store.h"
#include "web/web.h"

enum { CASES = 1000000, BATCH = 10000, CALLS = 400, RESELLERS = 500, CUSTOMERS = 100000, EVENTS = 5, PERCENT = 95 };
static const int64_t FROM_AT = 1790000000000000;

static void must(enum err e, const struct why *why, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, err_text(e), why ? why->text : "");
	exit(1);
}

/* A case as the fold leaves it: its row, the way from its number, and its first events. */
static size_t put_case(struct arena *a, unsigned i, struct effect *out)
{
	struct str above[1] = { str_format(a, "r%u", i % RESELLERS) };
	struct casefile c = { .number = i + 1, .customer = str_format(a, "c%u", i % CUSTOMERS), .tenant = str_format(a, "/r%u/", i % RESELLERS), .group = str_format(a, "g%u", i / CUSTOMERS),
		.resellers = above, .reseller_count = 1, .state = CASE_OPEN, .clause = STR("email.unsolicited"), .rule = STR("trap-hits"), .ladder = STR("spam"), .policy = STR("3"),
		.severity = SEVERITY_MEDIUM, .opened_at = FROM_AT + i, .changed_at = FROM_AT + i, .resolved_at = TIME_NONE, .first_event_at = FROM_AT, .last_event_at = FROM_AT + i,
		.event_count = EVENTS, .report_count = 3, .incident_count = 3, .strikes = 1, .ladder_started_at = FROM_AT + i, .paused_at = TIME_NONE, .next_due_at = FROM_AT + i + DAY_US,
		.fix_by_at = FROM_AT + i + 2 * DAY_US, .appeal_until_at = FROM_AT + i + 30 * DAY_US, .review_by_at = TIME_NONE, .opened_by = STR("rule"),
		.because = STR("3 independent reports of bulk mail from one address between then and now") };
	struct row row = { .table = TABLE_CASE, .key = str_format(a, "%.*s/%.*s/0", STR_ARG(c.customer), STR_ARG(c.group)), .owner = c.customer, .tenant = c.tenant,
		.state = STR("open"), .due_at = c.next_due_at, .rank = c.opened_at };
	struct why why = { 0 };
	size_t n = 0;
	must(field_encode(a, casefile_fields, &c, &row.body), &why, "case");
	out[n++] = (struct effect){ EFFECT_PUT, row };
	out[n++] = (struct effect){ EFFECT_PUT, { .table = TABLE_COUNTER, .key = str_format(a, "number/%u", i + 1), .due_at = TIME_NONE, .body = row.key } };
	for (unsigned k = 0; k < EVENTS; k++) {
		struct case_event event = { .number = i + 1, .n = k + 1, .type = k ? EVENT_WITNESS : EVENT_OPENED, .at = FROM_AT + i, .event_at = FROM_AT, .actor = STR("rule trap-hits"),
			.text = STR("a report"), .clause = c.clause, .policy = c.policy };
		struct row one = { .table = TABLE_CASE_EVENT, .key = str_format(a, "%u/%08u", i + 1, k + 1), .due_at = TIME_NONE, .rank = FROM_AT + i };
		must(field_encode(a, case_event_fields, &event, &one.body), &why, "event");
		out[n++] = (struct effect){ EFFECT_PUT, one };
	}
	return n;
}

static void fill(struct store *s, unsigned cases)
{
	struct arena *a = arena_new("fill", 256 << 20);
	struct effect *effects = calloc((size_t)BATCH * (2 + EVENTS), sizeof(*effects));
	struct why why = { 0 };
	for (unsigned i = 0; i < cases; i += BATCH) {
		size_t n = 0;
		for (unsigned k = i; k < i + BATCH && k < cases; k++)
			n += put_case(a, k, &effects[n]);
		must(store_sqlite.commit(s, effects, n, NULL, 0, &why), &why, "commit");
		arena_reset(a);
	}
	free(effects);
	arena_free(a);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

struct asker { const char *name, *path; enum scope scope; const char *id; };

/* Milliseconds of one call; of a path that ends in "C-" it is another case, of a scope another one who asks. */
static double ask(struct web *web, const struct asker *x, unsigned n, unsigned cases)
{
	struct arena *a = arena_new("call", 64 << 20);
	unsigned i = (unsigned)((uint64_t)n * 7919 % cases);
	struct str path = str_ends_fold(str_of(x->path), STR("C-")) ? str_format(a, "%s%u", x->path, i + 1) : str_of(x->path), query;
	struct http_request r = { .method = STR("GET"), .arena = a };
	struct http_pair pairs[2] = { { STR("state"), STR("open") }, { STR("limit"), STR("50") } };
	struct principal who = { .scope = x->scope, .id = str_format(a, "%s%u", x->id, x->scope == SCOPE_RESELLER ? i % RESELLERS : i % CUSTOMERS) };
	struct web_answer answer;
	size_t cut = str_chr(path, '?');
	r.path = str_sub(path, 0, cut);
	query = cut == SIZE_MAX ? STR_NONE : str_sub(path, cut, path.len);
	r.query = pairs;
	r.query_count = query.len ? 2 : 0;
	double from = bench_wall_s();
	web_take_as(web, &r, &who, &answer);
	double ms = 1000 * (bench_wall_s() - from);
	must(answer.status == 200 && answer.body.len > 100 ? OK : ERR_CORRUPT, NULL, answer.body.ptr);
	arena_free(a);
	return ms;
}

static double p95(struct web *web, const struct asker *x, unsigned cases)
{
	static double ms[CALLS];
	for (unsigned i = 0; i < CALLS; i++)
		ms[i] = ask(web, x, i, cases);
	qsort(ms, CALLS, sizeof(ms[0]), by_size);
	bench_say(x->name, ms[CALLS * PERCENT / 100], "ms");
	return ms[CALLS * PERCENT / 100];
}

int main(int argc, char **argv)
{
	static const struct asker lists[] = { { "api_list_operator_p95_ms", "/v1/cases?", SCOPE_OPERATOR, "o" }, { "api_list_customer_p95_ms", "/v1/my/cases?", SCOPE_CUSTOMER, "c" },
		{ "api_list_reseller_p95_ms", "/v1/my/cases?", SCOPE_RESELLER, "r" } };
	static const struct asker shows[] = { { "api_show_operator_p95_ms", "/v1/cases/C-", SCOPE_OPERATOR, "o" }, { "api_show_customer_p95_ms", "/v1/my/cases/C-", SCOPE_CUSTOMER, "c" } };
	static struct web web;
	struct store *s;
	struct why why = { 0 };
	struct rusage usage;
	uint64_t cases = CASES;
	double list = 0, show = 0;
	if (argc < 2 || (argc > 2 && (str_to_u64(str_of(argv[2]), CASES, &cases) != OK || !cases)))
		return 2;
	int dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(store_sqlite.open(dir, "api.db", STORE_WRITE, &s, &why), &why, "store");
	fill(s, (unsigned)cases);
	store_sqlite.close(s);
	web.source = (struct view_source){ .driver = &store_sqlite, .data_fd = dir, .name = "api.db" };
	for (size_t i = 0; i < 3; i++) {
		double ms = p95(&web, &lists[i], (unsigned)cases);
		list = ms > list ? ms : list;
	}
	for (size_t i = 0; i < 2; i++) {
		double ms = p95(&web, &shows[i], (unsigned)cases);
		show = ms > show ? ms : show;
	}
	bench_say("api_list_p95_ms", list, "ms");
	bench_say("api_show_p95_ms", show, "ms");
	(void)getrusage(RUSAGE_SELF, &usage);
	bench_say("api_rss_mb", (double)usage.ru_maxrss / 1024, "MB");
	view_close(&web.source);
	return 0;
}
