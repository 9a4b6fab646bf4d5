/*
 * aup tail: what happens in cases, as it happens.
 *
 * Asks again and again from a little before the last event it has seen, because several judges write and one may be late by a
 * moment; what was printed once is not printed again.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/map.h"
#include "base/time.h"

enum { ASK_EVERY_MS = 250, OVERLAP_SECONDS = 5, SEEN_MAX = 200000, FIRST_EVENTS = 10, KEY_BYTES = 64 };

struct following {
	const char *socket_path;
	bool json;
	struct map *seen;
	int64_t from;                   /* rank of the last event */
	uint64_t left;                  /* how many more are printed */
};

static void print_event(const struct following *f, const struct json *m, struct str text)
{
	if (f->json)
		(void)printf("%.*s\n", (int)(m->to - m->from), text.ptr + m->from);
	else
		(void)printf("%.*s  %-10.*s %-12.*s %.*s%s%.*s%s\n", STR_ARG(json_text(m, "at")), STR_ARG(json_text(m, "case")), STR_ARG(json_text(m, "type")),
			STR_ARG(json_text(m, "text")), json_text(m, "actor").len ? " (" : "", STR_ARG(json_text(m, "actor")), json_text(m, "actor").len ? ")" : "");
	(void)fflush(stdout);
}

static int ask(struct following *f, bool first)
{
	struct arena *a = arena_new("tail", CLI_BYTES_MAX);
	struct json *root;
	struct str text;
	char after[KEY_BYTES];
	struct buf path;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/events");
	(void)snprintf(after, sizeof(after), "%lld,", (long long)(f->from - OVERLAP_SECONDS * SECOND_US));
	client_query(&path, "after", first ? NULL : after);
	client_query(&path, "limit", first ? "10" : "1000");
	int status = a ? client_get(a, f->socket_path, str_c(a, buf_str(&path)), &root, &text) : EXIT_NO;
	buf_done(&path);
	const struct json *list = status == EXIT_OK ? json_get(root, "events") : NULL;
	for (const struct json *m = list ? list->child : NULL; m && f->left; m = m->next) {
		struct str key = json_text(m, "key"), rank, place = json_text(m, "place");
		if (map_get(f->seen, key))
			continue;
		if (map_count(f->seen) == SEEN_MAX)
			map_clear(f->seen);
		if (map_put(f->seen, key, f) != OK || !str_split(&place, ',', &rank) || str_to_i64(rank, &f->from) != OK)
			status = EXIT_NO;
		print_event(f, m, text);
		f->left--;
	}
	arena_free(a);
	return status;
}

int cmd_tail(int argc, char **argv)
{
	struct following f = { .json = cli_flag(&argc, argv, "--json"), .left = UINT64_MAX, .seen = map_new(SEEN_MAX) };
	const char *count = cli_value(&argc, argv, "--count");
	const struct timespec pause = { 0, ASK_EVERY_MS * 1000 * 1000 };
	f.socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	if (!f.seen || argc != 1 || (count && str_to_u64(str_of(count), UINT64_MAX, &f.left) != OK)) {
		map_free(f.seen);
		return cli_usage("tail");
	}
	int status = ask(&f, true);
	while (status == EXIT_OK && f.left) {
		(void)nanosleep(&pause, NULL);
		status = ask(&f, false);
	}
	map_free(f.seen);
	return status;
}
