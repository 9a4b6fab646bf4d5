/*
 * aup report transparency: what was reported, done and appealed against in a period, as CSV or JSON.
 *
 * Counted over the events of cases, page by page, so that memory does not grow with the period but with its acts and appeals,
 * which are bounded. What is of the sealed class is counted without a word of what it was. Nothing is about anybody.
 */
#include <stdio.h>
#include <stdlib.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/map.h"
#include "base/time.h"
#include "policy/directory.h"
#include "policy/load.h"

enum { ACTS_MAX = 1000000, COUNTS_MAX = 20000, VERSIONS_MAX = 1000, PAGE_BYTES_MAX = 64 << 20, KEPT_BYTES_MAX = 1 << 30, PLACE_MAX = 600 };

struct counting {
	struct arena *kept, *page;
	const char *socket_path;
	bool json;
	int64_t from_at, to_at;
	struct map *counts;             /* line of the table up to its value -> uint64_t */
	struct map *acts;               /* key -> anything: the first time counts */
	struct map *appeals;            /* case -> struct appeal */
	struct map *versions;           /* -> struct policy */
	int64_t *spans;                 /* from the opening of the case to the act */
	size_t span_count;
	struct why why;
};

enum outcome { OUTCOME_OPEN, OUTCOME_KEPT, OUTCOME_REVERSED };
static const char *const outcomes[] = { "appeals_open", "appeals_kept", "appeals_reversed" };

struct appeal {
	enum outcome outcome;
	struct str at;                  /* when it was decided */
	struct str clause, category;
};

static enum err count(struct counting *k, struct str line)
{
	uint64_t *n = map_get(k->counts, line);
	if (!n) {
		n = ARENA_NEW(k->kept, uint64_t);
		if (!n || map_add(k->counts, line, n) != OK)
			return why_set(&k->why, ERR_LIMIT, "more than %d lines: take a shorter period", COUNTS_MAX);
	}
	++*n;
	return OK;
}

/* The version that an event names, asked for once. NULL when it is not to be had: then its words are not known. */
static enum err version(struct counting *k, struct str name, const struct policy **ret_policy)
{
	static const struct policy unknown;
	const struct policy *p = map_get(k->versions, name);
	if (!p) {
		struct json *root;
		struct str text;
		struct bundle b;
		struct policy *fresh = NULL;
		struct why why;
		const char *path = str_c(k->kept, str_format(k->kept, "/v1/policies/%.*s", STR_ARG(name)));
		int status = client_get(k->kept, k->socket_path, path, &root, &text);
		const struct json *row = status == EXIT_OK ? json_get(root, "row") : NULL;
		if (row && bundle_decode(k->kept, str_sub(text, row->from, row->to - row->from), &b, &why) == OK && policy_load(k->kept, &b, &fresh, &why) == OK)
			p = fresh;
		else
			p = &unknown;
		if (map_add(k->versions, str_copy(k->kept, name), (void *)(uintptr_t)p) != OK)
			return why_set(&k->why, ERR_LIMIT, "more than %d versions of the policy: take a shorter period", VERSIONS_MAX);
	}
	*ret_policy = p;
	return OK;
}

/* The words of its clause; of a sealed event none. */
static enum err words_of(struct counting *k, const struct json *event, struct statement *ret_words)
{
	struct str clause = json_text(event, "clause");
	const struct policy *p = NULL;
	statement_default(clause, ret_words);
	enum err e = json_text(event, "policy").len ? version(k, json_text(event, "policy"), &p) : OK;
	const struct clause *c = p ? policy_clause(p, clause) : NULL;
	if (c)
		*ret_words = c->statement;
	return e;
}

static struct str source_of(const struct statement *st, struct str told)
{
	if (str_eq(told, STR("trusted-flagger")))
		return STR("TRUSTED_FLAGGER");
	return st->source.len ? st->source : STR("TYPE_OTHER_NOTIFICATION");
}

static enum err take_notice(struct counting *k, const struct json *event)
{
	struct statement st;
	struct str clause = json_text(event, "clause");
	if (!clause.len)
		return count(k, STR("notices,sealed,,,,,,,"));
	struct str told = json_text(event, "told");
	enum err e = words_of(k, event, &st);
	if (e == OK && told.len)
		e = count(k, str_format(k->page, "reports,,,,,,,%.*s,%.*s", STR_ARG(json_text(event, "kind")), STR_ARG(told)));
	return e ? e : count(k, str_format(k->page, "notices,%.*s,%.*s,%.*s,,,%s,,", STR_ARG(clause), STR_ARG(st.category), STR_ARG(source_of(&st, told)),
		st.detected ? "found-by-machine" : ""));
}

static enum err take_act(struct counting *k, const struct json *event)
{
	struct statement st;
	struct str key = json_text(event, "act"), measure = json_text(event, "measure");
	int64_t opened, at;
	if (!measure.len || map_get(k->acts, key))
		return OK;
	if (map_add(k->acts, key, k) != OK)
		return why_set(&k->why, ERR_LIMIT, "more than %d acts: take a shorter period", ACTS_MAX);
	if (time_parse(json_text(event, "opened"), &opened) == OK && time_parse(json_text(event, "at"), &at) == OK)
		k->spans[k->span_count++] = at - opened;
	enum err e = words_of(k, event, &st);
	return e ? e : count(k, str_format(k->page, "actions,%.*s,%.*s,,%.*s,%s,%.*s,,", STR_ARG(json_text(event, "clause")), STR_ARG(st.category), STR_ARG(measure),
		st.law.len ? "law" : "contract", STR_ARG(json_text(event, "decided"))));
}

static enum err take_appeal(struct counting *k, const struct json *event)
{
	struct statement st;
	struct appeal *p = map_get(k->appeals, json_text(event, "case"));
	if (!json_text(event, "clause").len || (p && p->outcome == OUTCOME_OPEN))
		return OK;
	enum err e = words_of(k, event, &st);
	/* another one in the same case: what became of the first is counted now */
	if (e == OK && p)
		e = count(k, str_format(k->page, "%s,%.*s,%.*s,,,,,,", outcomes[p->outcome], STR_ARG(p->clause), STR_ARG(p->category)));
	struct str clause = str_copy(k->kept, json_text(event, "clause")), category = str_copy(k->kept, st.category);
	if (e == OK && !p && (!(p = ARENA_NEW(k->kept, struct appeal)) || map_add(k->appeals, json_text(event, "case"), p) != OK))
		e = why_set(&k->why, ERR_LIMIT, "more than %d appeals: take a shorter period", ACTS_MAX);
	if (e)
		return e;
	*p = (struct appeal){ .clause = clause, .category = category };
	return count(k, str_format(k->page, "appeals,%.*s,%.*s,,,,,,", STR_ARG(clause), STR_ARG(category)));
}

/* A look decides; a case that is closed with it was not upheld. */
static enum err take_look(struct counting *k, const struct json *event, bool closed)
{
	struct appeal *p = map_get(k->appeals, json_text(event, "case"));
	if (p && !closed && p->outcome == OUTCOME_OPEN) {
		p->outcome = OUTCOME_KEPT;
		p->at = str_copy(k->kept, json_text(event, "at"));
	} else if (p && closed && p->outcome == OUTCOME_KEPT && str_eq(p->at, json_text(event, "at"))) {
		p->outcome = OUTCOME_REVERSED;
	}
	return OK;
}

static enum err take(struct counting *k, const struct json *event)
{
	struct str type = json_text(event, "type");
	if (str_eq(type, STR("finding")) || str_eq(type, STR("witness")))
		return take_notice(k, event);
	if (str_eq(type, STR("act-done")) || str_eq(type, STR("task")))
		return take_act(k, event);
	if (str_eq(type, STR("appeal")))
		return take_appeal(k, event);
	return str_eq(type, STR("reviewed")) || str_eq(type, STR("resolved")) ? take_look(k, event, str_eq(type, STR("resolved"))) : OK;
}

/* One page behind *place, which goes on; *ret_more is false at the end of the period. */
static int page(struct counting *k, char place[PLACE_MAX], bool *ret_more)
{
	struct buf path;
	struct json *root;
	struct str text;
	arena_reset(k->page);
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/events");
	client_query(&path, "after", place);
	client_query(&path, "limit", "1000");
	int status = client_get(k->page, k->socket_path, str_c(k->page, buf_str(&path)), &root, &text);
	buf_done(&path);
	*ret_more = false;
	const struct json *list = status == EXIT_OK ? json_get(root, "events") : NULL;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		struct str next = json_text(m, "place");
		int64_t at;
		if (time_parse(json_text(m, "at"), &at) != OK || next.len >= PLACE_MAX)
			return cli_fail(&(struct why){ .text = "the daemon tells no time of an event" });
		*ret_more = at < k->to_at;
		if (!*ret_more)
			break;
		if (take(k, m) != OK)
			return cli_fail(&k->why);
		(void)snprintf(place, PLACE_MAX, "%.*s", STR_ARG(next));
	}
	return status;
}

static int by_size(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

static int by_text(const void *x, const void *y)
{
	const struct str *a = x, *b = y;
	int d = memcmp(a->ptr, b->ptr, a->len < b->len ? a->len : b->len);
	return d ? d : a->len < b->len ? -1 : a->len > b->len;
}

static const char columns[] = "indicator,clause,category,source,measure,ground,automated,kind,told";

/* No value has a comma in it. */
static int print_json(struct counting *k, const struct str *lines, size_t n, int64_t median)
{
	struct buf out;
	struct jsonw w;
	buf_init(&out, KEPT_BYTES_MAX);
	jsonw_init(&w, &out);
	jsonw_object(&w, NULL);
	jsonw_time(&w, "from", k->from_at);
	jsonw_time(&w, "to", k->to_at);
	jsonw_array(&w, "counts");
	for (size_t i = 0; i < n; i++) {
		struct str names = str_of(columns), values = lines[i], name, value;
		jsonw_object(&w, NULL);
		while (str_split(&names, ',', &name) && str_split(&values, ',', &value))
			if (value.len)
				jsonw_str(&w, str_c(k->kept, name), value);
		jsonw_int(&w, "value", (int64_t)*(const uint64_t *)map_get(k->counts, lines[i]));
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	if (median >= 0)
		jsonw_int(&w, "median_seconds_to_act", median);
	jsonw_end(&w, '}');
	(void)printf("%.*s\n", STR_ARG(buf_str(&out)));
	int status = out.err ? EXIT_NO : EXIT_OK;
	buf_done(&out);
	return status;
}

static int print(struct counting *k)
{
	struct str key;
	void *value;
	size_t n = 0;
	for (size_t i = 0; map_next(k->appeals, &i, &key, &value);) {
		const struct appeal *p = value;
		arena_reset(k->page);
		if (count(k, str_format(k->page, "%s,%.*s,%.*s,,,,,,", outcomes[p->outcome], STR_ARG(p->clause), STR_ARG(p->category))) != OK)
			return cli_fail(&k->why);
	}
	struct str *lines = ARENA_ARRAY(k->kept, struct str, map_count(k->counts) + 1);
	if (!lines)
		return EXIT_NO;
	for (size_t i = 0; map_next(k->counts, &i, &key, &value);)
		lines[n++] = key;
	qsort(lines, n, sizeof(*lines), by_text);
	qsort(k->spans, k->span_count, sizeof(*k->spans), by_size);
	int64_t median = k->span_count ? k->spans[(k->span_count - 1) / 2] / SECOND_US : -1;
	if (k->json)
		return print_json(k, lines, n, median);
	(void)printf("%s,value\r\n", columns);
	for (size_t i = 0; i < n; i++)
		(void)printf("%.*s,%llu\r\n", STR_ARG(lines[i]), (unsigned long long)*(const uint64_t *)map_get(k->counts, lines[i]));
	if (median >= 0)
		(void)printf("median_seconds_to_act,,,,,,,,,%lld\r\n", (long long)median);
	return EXIT_OK;
}

static int count_period(struct counting *k)
{
	char place[PLACE_MAX];
	bool more = true;
	int status = EXIT_OK;
	(void)snprintf(place, sizeof(place), "%lld,", (long long)k->from_at);
	while (status == EXIT_OK && more)
		status = page(k, place, &more);
	return status == EXIT_OK ? print(k) : status;
}

int cmd_report(int argc, char **argv)
{
	struct counting k = { .why = { .line = 0 } };
	const char *from = cli_value(&argc, argv, "--from"), *to = cli_value(&argc, argv, "--to");
	int status = EXIT_USAGE;
	k.json = cli_flag(&argc, argv, "--json");
	k.socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	if (argc != 2 || !str_eq(str_of(argv[1]), STR("transparency")) || !from || !to)
		return cli_usage("report");
	if (time_parse(str_of(from), &k.from_at) != OK || time_parse(str_of(to), &k.to_at) != OK || k.from_at >= k.to_at) {
		(void)fprintf(stderr, "aup: a period reads --from 2026-01-01 --to 2026-07-01: from the first day to the day after the last\n");
		return EXIT_USAGE;
	}
	k.kept = arena_new("report", KEPT_BYTES_MAX);
	k.page = arena_new("report page", PAGE_BYTES_MAX);
	k.counts = map_new(COUNTS_MAX);
	k.acts = map_new(ACTS_MAX);
	k.appeals = map_new(ACTS_MAX);
	k.versions = map_new(VERSIONS_MAX);
	k.spans = k.kept ? ARENA_ARRAY(k.kept, int64_t, ACTS_MAX) : NULL;
	bool whole = k.page && k.counts && k.acts && k.appeals && k.versions && k.spans;
	status = whole ? count_period(&k) : EXIT_NO;
	map_free(k.counts);
	map_free(k.acts);
	map_free(k.appeals);
	map_free(k.versions);
	arena_free(k.page);
	arena_free(k.kept);
	return status;
}
