/*
 * aup who, status, test, enforcement, backup: the rest of the live commands.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/policy.h"
#include "base/file.h"
#include "base/time.h"

static const char *api(int *argc, char **argv)
{
	return client_socket(cli_value(argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
}

/* The interval of a binding of a feed; the register's validity is no time of holding. */
static void print_held(struct arena *a, const struct json *s)
{
	int64_t from = json_int(s, "from", TIME_NONE), until = json_int(s, "until", TIME_MAX);
	if (str_eq(json_text(s, "source"), STR("bindings")) && json_text(s, "binding").len)
		(void)printf("held: %.*s until %.*s\n", STR_ARG(from == TIME_NONE ? STR("an unknown start") : time_str(a, from)),
			STR_ARG(until == TIME_MAX ? STR("open") : time_str(a, until)));
}

int cmd_who(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv), *port = cli_value(&argc, argv, "--port"), *at = cli_value(&argc, argv, "--at"),
		   *because = cli_value(&argc, argv, "--because");
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("who", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	uint64_t n;
	int64_t when;
	if (!a || argc != 2 || !because || (port && (str_to_u64(str_of(port), 65535, &n) != OK || !n)) || (at && time_parse(str_of(at), &when) != OK)) {
		arena_free(a);
		return cli_usage("who");
	}
	command_begin(&c, "who");
	jsonw_str(&c.w, "source", str_of(argv[1]));
	jsonw_str(&c.w, "because", str_of(because));
	if (at)
		jsonw_str(&c.w, "at", str_of(at));
	if (port)
		jsonw_int(&c.w, "port", (int64_t)n);
	int status = command_send(a, socket_path, &c, &root, &text);
	const struct json *s = status == EXIT_OK ? json_get(root, "subject") : NULL;
	if (status == EXIT_OK && json) {
		(void)printf("%.*s\n", STR_ARG(text));
	} else if (s) {
		struct str ours = json_text(s, "ours");
		(void)printf("ours: %.*s\ngrade: %.*s\ncustomer: %.*s\nbinding: %.*s\n", STR_ARG(ours.len ? ours : STR("cannot-tell")), STR_ARG(json_text(s, "grade")),
			STR_ARG(json_text(s, "customer")), STR_ARG(json_text(s, "binding")));
		print_held(a, s);
		const struct json *list = json_get(s, "resellers");
		for (const struct json *m = list ? list->child : NULL; m; m = m->next)
			(void)printf("reseller: %.*s\n", STR_ARG(m->text));
		list = json_get(s, "candidates");
		for (const struct json *m = list && list->child && list->child->next ? list->child : NULL; m; m = m->next)
			(void)printf("candidate: %.*s\n", STR_ARG(m->text));
		list = json_get(s, "reasons");
		for (const struct json *m = list ? list->child : NULL; m; m = m->next)
			(void)printf("because: %.*s\n", STR_ARG(m->text));
	}
	arena_free(a);
	return status;
}

int cmd_lookups(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv), *by = cli_value(&argc, argv, "--operator"), *limit = cli_value(&argc, argv, "--limit");
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("lookups", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	uint64_t n = 50;
	if (!a || argc != 1 || (limit && str_to_u64(str_of(limit), 1000, &n) != OK)) {
		arena_free(a);
		return cli_usage("lookups");
	}
	command_begin(&c, "lookups");
	jsonw_str(&c.w, "operator", str_of(by));
	jsonw_int(&c.w, "limit", (int64_t)n);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	const struct json *list = status == EXIT_OK && !json ? json_get(root, "lookups") : NULL;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		(void)printf("%.*s  %.*s asked for %.*s: %.*s\n", STR_ARG(json_text(m, "time")), STR_ARG(json_text(m, "operator")),
			STR_ARG(str_printable(a, json_text(m, "asked"), 300)), STR_ARG(str_printable(a, json_text(m, "because"), 500)));
	arena_free(a);
	return status;
}

/* What operators did, the latest first. */
int cmd_audit(int argc, char **argv)
{
	static const char *const names[] = { "operator", "what", "about", "from", "until", "after" };
	const char *socket_path = api(&argc, argv), *values[6];
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("audit", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	static const char *const options[] = { "--operator", "--what", "--about", "--from", "--until", "--after" };
	for (size_t i = 0; i < 6; i++)
		values[i] = cli_value(&argc, argv, options[i]);
	if (!a || argc != 1) {
		arena_free(a);
		return cli_usage("audit");
	}
	command_begin(&c, "audit");
	for (size_t i = 0; i < 6; i++)
		jsonw_str(&c.w, names[i], str_of(values[i]));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	const struct json *list = status == EXIT_OK && !json ? json_get(root, "deeds") : NULL;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		struct str before = json_text(m, "before"), after = json_text(m, "after"), why = json_text(m, "why");
		(void)printf("%.*s  %.*s %.*s %.*s", STR_ARG(json_text(m, "time")), STR_ARG(json_text(m, "operator")), STR_ARG(json_text(m, "op")),
			STR_ARG(str_printable(a, json_text(m, "about"), 500)));
		if (after.len)
			(void)printf("  %.*s -> %.*s", STR_ARG(before), STR_ARG(after));
		(void)printf("  by %.*s%s%.*s\n", STR_ARG(json_text(m, "way")), why.len ? ": " : "", STR_ARG(str_printable(a, why, 500)));
	}
	if (list && json_text(root, "after").len)
		(void)fprintf(stderr, "there is more: --after \"%.*s\"\n", STR_ARG(json_text(root, "after")));
	arena_free(a);
	return status;
}

/* What happened since the daemon was started; nothing when all went well. */
static void print_told(struct arena *a, const struct json *told)
{
	for (const struct json *m = told ? told->child : NULL; m; m = m->next)
		(void)printf("  ! %.*s %.*s: %.*s: %lld\n", STR_ARG(json_text(m, "last")), STR_ARG(json_text(m, "role")), STR_ARG(str_printable(a, json_text(m, "text"), 300)),
			(long long)json_int(m, "count", 0));
}

int cmd_status(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv), *run = cli_value(&argc, argv, "--run");
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("status", CLI_BYTES_MAX);
	struct json *root;
	struct str text, state;
	struct why why = { .line = 0 };
	if (!a)
		return EXIT_NO;
	/* the keeper's state file tells even when the desk is down */
	const char *dir = client_socket(run, "AUPD_RUN", "/run/aupd");
	if (file_read_all(a, AT_FDCWD, str_c(a, str_format(a, "%s/state.json", dir)), 1 << 20, &state, &why) == OK) {
		if (json)
			(void)printf("%.*s", STR_ARG(state));
		else if (json_read(a, state, &root, &why) == OK) {
			(void)printf("aupd %.*s, enforcement %.*s\n", STR_ARG(json_text(root, "version")), STR_ARG(json_text(root, "enforcement")));
			const struct json *roles = json_get(root, "roles");
			for (const struct json *m = roles ? roles->child : NULL; m; m = m->next)
				(void)printf("  %-7.*s %-9.*s pid %lld, started %lld time(s)\n", STR_ARG(json_text(m, "role")), STR_ARG(json_text(m, "state")),
					(long long)json_int(m, "pid", 0), (long long)json_int(m, "starts", 0));
			print_told(a, json_get(root, "told"));
		}
	}
	int status = client_get(a, socket_path, "/v1/status", &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	for (const struct json *m = status == EXIT_OK && !json ? root->child : NULL; m; m = m->next)
		(void)printf("  %-14.*s %.*s\n", STR_ARG(m->key), STR_ARG(m->type == JSON_BOOL ? m->boolean ? STR("yes") : STR("no") : m->type == JSON_NULL ? STR("-") : m->text));
	arena_free(a);
	return status;
}

static int send_simple(struct arena *a, const char *socket_path, const char *op, const char *name, const char *value, bool on)
{
	struct command_text c;
	struct json *root;
	struct str text;
	command_begin(&c, op);
	if (name)
		jsonw_str(&c.w, name, str_of(value));
	jsonw_bool(&c.w, "on", on);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK)
		(void)printf("%.*s\n", STR_ARG(text));
	return status;
}

int cmd_enforcement(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv);
	struct arena *a = arena_new("enforcement", 1 << 20);
	int status = EXIT_USAGE;
	if (a && argc == 2 && (strcmp(argv[1], "on") == 0 || strcmp(argv[1], "observe") == 0))
		status = send_simple(a, socket_path, "enforcement", NULL, NULL, strcmp(argv[1], "on") == 0);
	else
		status = cli_usage("enforcement");
	arena_free(a);
	return status;
}

int cmd_backup(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv);
	struct arena *a = arena_new("backup", 1 << 20);
	int status = a && argc == 2 ? send_simple(a, socket_path, "backup", "file", argv[1], false) : cli_usage("backup");
	arena_free(a);
	return status;
}

/* Until the hand has nothing in flight and no row is due: what is left waits for a later time, or for a person. */
static int settle(struct arena *a, const char *socket_path)
{
	const struct timespec pause = { 0, 20 * 1000 * 1000 };
	for (int i = 0; i < 500; i++, arena_reset(a)) {
		struct json *root;
		struct str text;
		int status = client_get(a, socket_path, "/v1/status", &root, &text);
		if (status)
			return status;
		if (!json_int(root, "acts_sent", 0) && !json_int(root, "deliveries_sent", 0) && !json_flag(root, "due_now", false) && json_flag(root, "judge_linked", true))
			return EXIT_OK;
		(void)nanosleep(&pause, NULL);
	}
	return EXIT_NO;
}

int cmd_test(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv);
	struct arena *a = arena_new("test", 64 << 20);
	int64_t until = 0;
	if (!a || argc != 3 || strcmp(argv[1], "pass") != 0) {
		arena_free(a);
		return cli_usage("test");
	}
	int status = settle(a, socket_path);
	for (int i = 0; i < 10000 && status != EXIT_DOWN; i++) {
		struct command_text c;
		struct json *root;
		struct str text;
		command_begin(&c, "clock");
		if (until)
			jsonw_int(&c.w, "until", until);
		else
			jsonw_str(&c.w, "span", str_of(argv[2]));
		status = command_send(a, socket_path, &c, &root, &text);
		if (status)
			break;
		until = json_int(root, "until", 0);
		int64_t now = json_int(root, "now", 0);
		/* what stays unsettled waits for something later than now: go on */
		(void)settle(a, socket_path);
		if (now >= until)
			break;
	}
	arena_free(a);
	return status;
}
