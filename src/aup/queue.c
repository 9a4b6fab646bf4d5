/*
 * aup queue: what waits for people at the desk, how long, and who may act on it.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/time.h"

enum { TEXT_SHOWN = 120 };

static void print_queue(struct arena *a, const struct json *q)
{
	struct str oldest = json_text(q, "oldest");
	const struct json *reasons = json_get(q, "reasons");
	int64_t count = json_int(q, "count", 0), yours = json_int(q, "yours", 0);
	struct str number = str_format(a, "%lld%s", (long long)count, json_flag(q, "more", false) ? "+" : "");
	(void)printf("%-14.*s %6.*s  %-27.*s  %.*s", STR_ARG(json_text(q, "name")), STR_ARG(number), STR_ARG(oldest.len ? oldest : STR("-")), STR_ARG(json_text(q, "doc")));
	if (json_int(q, "first", 0))
		(void)printf(" (%lld of them first)", (long long)json_int(q, "first", 0));
	if (yours < count)
		(void)printf(" (%lld of them for somebody else)", (long long)(count - yours));
	(void)printf("\n");
	for (const struct json *m = reasons ? reasons->child : NULL; m; m = m->next)
		(void)printf("%14s %6lld  %.*s\n", "", (long long)json_int(m, "count", 0), STR_ARG(str_printable(a, json_text(m, "reason"), TEXT_SHOWN)));
}

static void print_row(struct arena *a, const struct json *m)
{
	struct str name = json_text(m, "case"), key = json_text(m, "key"), what = json_text(m, "what"), needs = json_text(m, "needs"), due = json_text(m, "due"),
		reason = json_text(m, "reason");
	(void)printf("%-20.*s %-10.*s since %.*s", STR_ARG(name.len ? name : key), STR_ARG(json_text(m, "state")), STR_ARG(json_text(m, "since")));
	if (due.len)
		(void)printf("  due %.*s", STR_ARG(due));
	if (json_flag(m, "sealed", false))
		(void)printf("  (sealed)");
	if (json_text(m, "customer").len)
		(void)printf("  %.*s under %.*s", STR_ARG(json_text(m, "customer")), STR_ARG(json_text(m, "clause")));
	if (what.len)
		(void)printf("  %.*s", STR_ARG(str_printable(a, what, TEXT_SHOWN)));
	if (reason.len)
		(void)printf(": %.*s", STR_ARG(str_printable(a, reason, TEXT_SHOWN)));
	if (name.len && key.len)
		(void)printf("  [%.*s]", STR_ARG(key));
	if (json_text(m, "first").len)
		(void)printf("  FIRST: %s", str_eq(json_text(m, "first"), STR("urgent")) ? "its kind is urgent" : "a trusted flagger reported it");
	if (!json_flag(m, "yours", false))
		(void)printf("  NOT YOURS: %.*s", STR_ARG(str_printable(a, needs, TEXT_SHOWN)));
	(void)printf("\n");
}

static void print_answer(struct arena *a, const struct json *root)
{
	const struct json *queues = json_get(root, "queues"), *rows = json_get(root, "rows");
	if (queues)
		(void)printf("%-14s %6s  %-27s\n", "queue", "count", "oldest, or next due");
	for (const struct json *m = queues ? queues->child : NULL; m; m = m->next)
		print_queue(a, m);
	for (const struct json *m = rows ? rows->child : NULL; m; m = m->next)
		print_row(a, m);
	if (json_text(root, "after").len)
		(void)printf("more: --after %.*s\n", STR_ARG(json_text(root, "after")));
	else if (json_flag(root, "more", false))
		(void)printf("more: --limit N shows them\n");
}

static void print_groups(struct arena *a, const struct json *root)
{
	const struct json *groups = json_get(root, "groups");
	(void)printf("%6s %6s %8s  %-28s %s\n", "count", "told", "not ours", "where", "why, and who reported it");
	for (const struct json *m = groups ? groups->child : NULL; m; m = m->next)
		(void)printf("%6lld %6lld %8lld  %-28.*s %.*s; %.*s\n", (long long)json_int(m, "count", 0), (long long)json_int(m, "resolved", 0), (long long)json_int(m, "not_ours", 0),
			STR_ARG(str_printable(a, json_text(m, "place"), TEXT_SHOWN)), STR_ARG(str_printable(a, json_text(m, "reason"), TEXT_SHOWN)),
			STR_ARG(str_printable(a, json_text(m, "reporter"), TEXT_SHOWN)));
	(void)printf("with that, %lld of %lld would be told, %lld are not ours; nothing has been changed\n", (long long)json_int(root, "resolved", 0),
		(long long)json_int(root, "count", 0), (long long)json_int(root, "not_ours", 0));
}

/* What would become of all that cannot be attributed, were its times moved. */
static int try_shift(struct arena *a, const char *socket_path, const char *shift, bool json)
{
	struct command_text c;
	struct json *root;
	struct str text;
	command_begin(&c, "unattributed");
	jsonw_str(&c.w, "shift", str_of(shift));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		print_groups(a, root);
	return status;
}

int cmd_queue(int argc, char **argv)
{
	const char *within = cli_value(&argc, argv, "--within"), *limit = cli_value(&argc, argv, "--limit"), *after = cli_value(&argc, argv, "--after"),
		   *shift = cli_value(&argc, argv, "--shift"), *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	bool json = cli_flag(&argc, argv, "--json");
	struct command_text c;
	struct json *root;
	struct str text;
	uint64_t n = 0;
	if (argc > 2 || !cli_no_more_options(argc, argv, "queue") || (limit && str_to_u64(str_of(limit), UINT32_MAX, &n) != OK))
		return cli_usage("queue");
	if (shift && (argc != 2 || strcmp(argv[1], "unattributed") != 0 || within || limit || after))
		return cli_usage("queue");
	struct arena *a = arena_new("queue", CLI_BYTES_MAX);
	if (!a)
		return EXIT_NO;
	if (shift) {
		int done = try_shift(a, socket_path, shift, json);
		arena_free(a);
		return done;
	}
	command_begin(&c, "queue");
	jsonw_str(&c.w, "queue", argc == 2 ? str_of(argv[1]) : STR_NONE);
	jsonw_str(&c.w, "within", within ? str_of(within) : STR_NONE);
	jsonw_str(&c.w, "after", after ? str_of(after) : STR_NONE);
	if (limit)
		jsonw_int(&c.w, "limit", (int64_t)n);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		print_answer(a, root);
	arena_free(a);
	return status;
}
