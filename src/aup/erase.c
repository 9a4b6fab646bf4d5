/*
 * aup erase, hold, holds: personal data that goes, and what may not go yet.
 */
#include <stdio.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/time.h"

static const char *api(int *argc, char **argv)
{
	return client_socket(cli_value(argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
}

/* Copies that were made before hold all that is erased, and the key to it. */
static void print_backups(const struct json *root)
{
	const struct json *list = json_get(root, "backups");
	if (!list || !list->child)
		return;
	(void)printf("These backups still have everything; destroy them, and the copies of subjects.keys made with them:\n");
	for (const struct json *m = list->child; m; m = m->next)
		(void)printf("  %.*s  %.*s\n", STR_ARG(json_text(m, "time")), STR_ARG(json_text(m, "file")));
}

int cmd_erase(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv), *basis = cli_value(&argc, argv, "--basis"), *even_open = cli_value(&argc, argv, "--even-open");
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("erase", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	if (!a || argc != 2 || !basis || !cli_no_more_options(argc, argv, "erase")) {
		arena_free(a);
		return argc == 2 && basis ? EXIT_USAGE : cli_usage("erase");
	}
	command_begin(&c, "erase");
	jsonw_str(&c.w, "subject", str_of(argv[1]));
	jsonw_str(&c.w, "basis", str_of(basis));
	if (even_open)
		jsonw_str(&c.w, "even-open", str_of(even_open));
	int status = command_send(a, socket_path, &c, &root, &text);
	struct str refused = status == EXIT_OK ? json_text(root, "refused") : STR_NONE;
	if (status == EXIT_OK && json) {
		(void)printf("%.*s\n", STR_ARG(text));
	} else if (refused.len) {
		(void)fprintf(stderr, "aup: refused, and recorded: %.*s\n", STR_ARG(refused));
	} else if (status == EXIT_OK) {
		(void)printf(json_flag(root, "waits", false) ? "Asked for. It is done when another person asks for the same within a week.\n" : "It is under way.\n");
		print_backups(root);
	}
	arena_free(a);
	return refused.len ? EXIT_NO : status;
}

int cmd_hold(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv), *until = cli_value(&argc, argv, "--until"), *because = cli_value(&argc, argv, "--because");
	bool json = cli_flag(&argc, argv, "--json"), off = cli_flag(&argc, argv, "--off");
	struct arena *a = arena_new("hold", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	if (!a || argc != 2 || !because || !until == !off) {
		arena_free(a);
		return cli_usage("hold");
	}
	command_begin(&c, "hold");
	jsonw_str(&c.w, "subject", str_of(argv[1]));
	jsonw_str(&c.w, "because", str_of(because));
	jsonw_bool(&c.w, "off", off);
	if (until)
		jsonw_str(&c.w, "until", str_of(until));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK && off)
		(void)printf("It is no longer held.\n");
	else if (status == EXIT_OK)
		(void)printf("Held until %.*s.\n", STR_ARG(json_text(root, "until")));
	arena_free(a);
	return status;
}

int cmd_holds(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv);
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("holds", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	if (!a || argc != 1) {
		arena_free(a);
		return cli_usage("holds");
	}
	command_begin(&c, "holds");
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	const struct json *list = status == EXIT_OK && !json ? json_get(root, "holds") : NULL;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		(void)printf("until %.*s  %.*s, by %.*s: %.*s\n", STR_ARG(json_text(m, "until")), STR_ARG(str_printable(a, json_text(m, "about"), 300)),
			STR_ARG(json_text(m, "by")), STR_ARG(str_printable(a, json_text(m, "because"), 500)));
	arena_free(a);
	return status;
}
