/*
 * aup user: accounts of the console.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"

static int send(struct arena *a, const char *socket_path, struct command_text *c, bool json, struct json **ret_root)
{
	struct str text;
	int status = command_send(a, socket_path, c, ret_root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	return status;
}

static int invited(int status, bool json, const struct json *root)
{
	if (status == EXIT_OK && !json && !json_text(root, "invitation").len)
		(void)printf("It is bound to that identity, and needs no invitation.\n");
	else if (status == EXIT_OK && !json)
		(void)printf("%.*s\nThis invitation is shown once; it opens /welcome for %.*s until %.*s.\n", STR_ARG(json_text(root, "invitation")),
			STR_ARG(json_text(root, "name")), STR_ARG(json_text(root, "until")));
	return status;
}

static int list(struct arena *a, const char *socket_path, bool json)
{
	struct command_text c;
	struct json *root = NULL;
	command_begin(&c, "users");
	int status = send(a, socket_path, &c, json, &root);
	const struct json *users = status == EXIT_OK && !json ? json_get(root, "users") : NULL;
	for (const struct json *u = users ? users->child : NULL; u; u = u->next) {
		struct str role = json_text(u, "role"), seen = json_text(u, "seen");
		(void)printf("%-20.*s %-9.*s ", STR_ARG(json_text(u, "name")), STR_ARG(json_text(u, "state")));
		if (role.len)
			(void)printf("%.*s", STR_ARG(role));
		else
			(void)printf("%.*s %.*s", STR_ARG(json_text(u, "scope")), STR_ARG(json_text(u, "id")));
		(void)printf("  by %.*s  seen %.*s", STR_ARG(json_text(u, "made_by")), STR_ARG(seen.len ? seen : STR("never")));
		if (json_text(u, "oidc").len)
			(void)printf("  comes in by %.*s", STR_ARG(json_text(u, "oidc")));
		(void)printf("\n");
	}
	return status;
}

int cmd_user(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *role = cli_value(&argc, argv, "--role"),
		   *reseller = cli_value(&argc, argv, "--reseller"), *customer = cli_value(&argc, argv, "--customer"), *oidc = cli_value(&argc, argv, "--oidc");
	bool json = cli_flag(&argc, argv, "--json"), none = cli_flag(&argc, argv, "--none");
	struct arena *a = arena_new("user", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root = NULL;
	int status = EXIT_USAGE;
	const char *verb = argc >= 2 ? argv[1] : "";
	if (!a || !cli_no_more_options(argc, argv, "user")) {
		arena_free(a);
		return EXIT_USAGE;
	}
	if (argc == 2 && strcmp(verb, "list") == 0) {
		status = list(a, socket_path, json);
	} else if (argc == 3 && (strcmp(verb, "add") == 0 || strcmp(verb, "reset") == 0)) {
		command_begin(&c, strcmp(verb, "add") == 0 ? "user-add" : "user-reset");
		jsonw_str(&c.w, "name", str_of(argv[2]));
		jsonw_str(&c.w, "role", str_of(role));
		jsonw_str(&c.w, "reseller", str_of(reseller));
		jsonw_str(&c.w, "customer", str_of(customer));
		jsonw_str(&c.w, "oidc", str_of(oidc));
		status = send(a, socket_path, &c, json, &root);
		status = invited(status, json, root);
	} else if ((argc == 4 && strcmp(verb, "role") == 0) || (argc == 3 && strcmp(verb, "disable") == 0)) {
		command_begin(&c, argc == 4 ? "user-role" : "user-disable");
		jsonw_str(&c.w, "name", str_of(argv[2]));
		jsonw_str(&c.w, "role", str_of(argc == 4 ? argv[3] : NULL));
		status = send(a, socket_path, &c, json, &root);
		if (status == EXIT_OK && !json)
			(void)printf("Its sessions are over.\n");
	} else if (strcmp(verb, "oidc") == 0 && argc == (none ? 3 : 4)) {
		command_begin(&c, "user-oidc");
		jsonw_str(&c.w, "name", str_of(argv[2]));
		jsonw_str(&c.w, "subject", str_of(none ? NULL : argv[3]));
		status = send(a, socket_path, &c, json, &root);
		if (status == EXIT_OK && !json)
			(void)printf("Its sessions are over.\n");
	} else {
		status = cli_usage("user");
	}
	arena_free(a);
	return status;
}
