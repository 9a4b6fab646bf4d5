/*
 * aup act preview: what an act would send, without sending it.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"

static void print_request(const struct json *r)
{
	struct str what = json_text(r, "what"), to = json_text(r, "to");
	(void)printf("\n%.*s to %.*s\n", STR_ARG(what), STR_ARG(to));
	for (const struct json *x = json_get(r, "lines") ? json_get(r, "lines")->child : NULL; x; x = x->next)
		(void)printf("    %.*s\n", STR_ARG(x->text));
}

static void print_preview(const struct json *root)
{
	struct str act = json_text(root, "act"), driver = json_text(root, "driver"), state = json_text(root, "state"), does = json_text(root, "does"), says = json_text(root, "says");
	(void)printf("%.*s by %.*s, %.*s; to %.*s it would be sent now, and is not:\n", STR_ARG(act), STR_ARG(driver), STR_ARG(state), STR_ARG(does));
	for (const struct json *r = json_get(root, "requests") ? json_get(root, "requests")->child : NULL; r; r = r->next)
		print_request(r);
	if (says.len)
		(void)printf("\n%.*s\n", STR_ARG(says));
}

int cmd_act(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *because = cli_value(&argc, argv, "--because");
	bool json = cli_flag(&argc, argv, "--json");
	struct command_text c;
	struct json *root;
	struct str text;
	if (!cli_no_more_options(argc, argv, "act") || argc != 3 || strcmp(argv[1], "preview") != 0)
		return cli_usage("act");
	struct arena *a = arena_new("act", CLI_BYTES_MAX);
	if (!a)
		return EXIT_NO;
	command_begin(&c, "act-preview");
	jsonw_str(&c.w, "act", str_of(argv[2]));
	jsonw_str(&c.w, "because", because ? str_of(because) : STR_NONE);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		print_preview(root);
	arena_free(a);
	return status;
}
