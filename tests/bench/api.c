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
#include "filled.h"
#include "web/web.h"

enum { CASES = 1000000, CALLS = 400, PERCENT = 95 };
static const int64_t FROM_AT = 1790000000000000;

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
	struct principal who = { .scope = x->scope, .id = str_format(a, "%s%u", x->id, x->scope == SCOPE_RESELLER ? i % BENCH_RESELLERS : i % BENCH_CUSTOMERS) };
	struct web_answer answer;
	size_t cut = str_chr(path, '?');
	r.path = str_sub(path, 0, cut);
	query = cut == SIZE_MAX ? STR_NONE : str_sub(path, cut, path.len);
	r.query = pairs;
	r.query_count = query.len ? 2 : 0;
	double from = bench_wall_s();
	web_take_as(web, &r, &who, &answer);
	double ms = 1000 * (bench_wall_s() - from);
	bench_must(answer.status == 200 && answer.body.len > 100 ? OK : ERR_CORRUPT, NULL, answer.body.ptr);
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
	bench_must(store_sqlite.open(dir, "api.db", STORE_WRITE, &s, &why), &why, "store");
	bench_fill(s, (unsigned)cases, FROM_AT);
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
