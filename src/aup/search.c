/*
 * aup search: cases by what stands in them.
 */
#include <stdio.h>

#include "aup/aup.h"
#include "aup/client.h"

int cmd_search(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *because = cli_value(&argc, argv, "--because");
	bool json = cli_flag(&argc, argv, "--json");
	struct command_text t;
	struct json *root;
	struct str text;
	if (argc != 2 || !cli_no_more_options(argc, argv, "search"))
		return cli_usage("search");
	struct arena *a = arena_new("search", CLI_BYTES_MAX);
	if (!a)
		return EXIT_NO;
	command_begin(&t, "search");
	jsonw_str(&t.w, "text", str_of(argv[1]));
	jsonw_str(&t.w, "because", because ? str_of(because) : STR_NONE);
	int status = command_send(a, socket_path, &t, &root, &text);
	const struct json *list = status == EXIT_OK ? json_get(root, "cases") : NULL;
	bool found = list && (list->child || json_text(root, "receipt").len);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	for (const struct json *m = list && !json ? list->child : NULL; m; m = m->next) {
		struct str into = json_text(m, "into");
		(void)printf("%-10.*s %-10.*s %-22.*s %-16.*s %.*s%s%.*s\n", STR_ARG(json_text(m, "case")), STR_ARG(json_text(m, "state")), STR_ARG(json_text(m, "clause")),
			STR_ARG(json_text(m, "customer")), STR_ARG(json_text(m, "because")), into.len ? ", now " : "", STR_ARG(into));
	}
	if (found && !json && json_text(root, "receipt").len)
		(void)printf("receipt: %.*s\n", STR_ARG(json_text(root, "receipt")));
	if (found && !json && json_flag(root, "more", false))
		(void)printf("more cases than these: search for less\n");
	if (status == EXIT_OK && !found && !json)
		(void)fprintf(stderr, "aup: nothing is found\n");
	arena_free(a);
	return status ? status : found ? EXIT_OK : EXIT_NO;
}
