/*
 * aup customer: one customer on a page. aup sessions: the sessions of one.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"

/* "name value" of the members that are there and say something. */
static void print_members(const struct json *m, const char *const *names)
{
	for (; *names; names++) {
		const struct json *v = json_get(m, *names);
		if (!v || v->type == JSON_NULL || v->type == JSON_ARRAY || (v->type == JSON_STRING && !v->text.len) || (v->type == JSON_BOOL && !json_flag(m, *names, false)))
			continue;
		(void)printf(" %s %.*s", *names, STR_ARG(v->type == JSON_BOOL ? STR("yes") : v->text));
	}
}

static void print_list(const struct json *root, const char *list, const char *one, const char *const *names)
{
	const struct json *rows = json_get(root, list);
	for (const struct json *m = rows ? rows->child : NULL; m; m = m->next) {
		const struct json *undertaking = json_get(m, "undertaking");
		(void)printf("%s:", one);
		print_members(m, names);
		if (undertaking) {
			(void)printf(" undertaking:");
			print_members(undertaking, (const char *const[]){ "probation", "signed", "until", NULL });
		}
		(void)printf("\n");
	}
}

static void print_account(const struct json *root)
{
	static const char *const entity[] = { "type", "id", "class", "kind", "reseller", "resource", "ports", "service", "target", "permitted_use", "lifeline", "protected",
		"document", "document_version", "value", "unit", "language", "digest", "name", "email", "phone", "from", "until", NULL };
	static const char *const file[] = { "case", "state", "clause", "into", "step", "strikes", "reports", "opened", "resolved", "resolution", "due", "next",
		"asked", "asked_by", "corrected", NULL };
	static const char *const act[] = { "act", "verb", "state", "service", "target", "since", "expires", NULL }, *const letter[] = { "case", "letter", "time", "fate", NULL };
	static const char *const measure[] = { "act", "verb", "state", "service", "asked", "since", "lifted", NULL }, *const session[] = { "login", "address", "since", "heard", NULL };
	static const char *const returned[] = { "case", "clause", "ended", "marks", "equal", "sure", "until", NULL }, *const kept[] = { "case", "marks", "until", NULL };
	static const char *const hold[] = { "about", "by", "since", "until", "because", NULL }, *const erasure[] = { "phase", "asked", "basis", NULL };
	const struct json *list = json_get(root, "resellers"), *states = json_get(root, "states");
	(void)printf("customer: %.*s\n", STR_ARG(json_text(root, "customer")));
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		(void)printf("reseller: %.*s\n", STR_ARG(m->text));
	print_list(root, "register", "register", entity);
	print_list(root, "cases", "case", file);
	(void)printf("strikes: %lld\n", (long long)json_int(root, "strikes", 0));
	for (const struct json *m = states ? states->child : NULL; m; m = m->next)
		(void)printf("%.*s: %.*s\n", STR_ARG(m->key), STR_ARG(m->text));
	print_list(root, "in_force", "in force", act);
	print_list(root, "measures", "measure", measure);
	print_list(root, "letters", "letter", letter);
	print_list(root, "sessions", "session", session);
	print_list(root, "holds", "hold", hold);
	print_list(root, "returned", "in common with an ended contract", returned);
	print_list(root, "kept", "marks kept", kept);
	if (json_get(root, "erasure")) {
		(void)printf("erasure:");
		print_members(json_get(root, "erasure"), erasure);
		(void)printf("\n");
	}
	if (json_flag(root, "more", false))
		(void)printf("there may be more than is shown\n");
}

int cmd_sessions(int argc, char **argv)
{
	static const char *const session[] = { "login", "address", "since", "heard", "server", NULL };
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *because = cli_value(&argc, argv, "--because");
	bool json = cli_flag(&argc, argv, "--json");
	struct command_text c;
	struct json *root;
	struct str text;
	if (!cli_no_more_options(argc, argv, "sessions") || argc != 2)
		return cli_usage("sessions");
	struct arena *a = arena_new("sessions", CLI_BYTES_MAX);
	if (!a)
		return EXIT_NO;
	command_begin(&c, "customer-sessions");
	jsonw_str(&c.w, "customer", str_of(argv[1]));
	jsonw_str(&c.w, "because", because ? str_of(because) : STR_NONE);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		print_list(root, "sessions", "session", session);
	if (status == EXIT_OK && !json && !json_flag(root, "followed", false))
		(void)printf("no sessions are followed: the configuration names nobody who tells of them\n");
	if (status == EXIT_OK && !json && json_flag(root, "more", false))
		(void)printf("there are more than are shown\n");
	arena_free(a);
	return status;
}

int cmd_customer(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *because = cli_value(&argc, argv, "--because");
	bool json = cli_flag(&argc, argv, "--json"), masked = cli_flag(&argc, argv, "--masked");
	struct command_text c;
	struct json *root;
	struct str text;
	if (!cli_no_more_options(argc, argv, "customer") || argc != 3 || strcmp(argv[1], "show") != 0)
		return cli_usage("customer");
	struct arena *a = arena_new("customer", CLI_BYTES_MAX);
	if (!a)
		return EXIT_NO;
	command_begin(&c, "customer-show");
	jsonw_str(&c.w, "customer", str_of(argv[2]));
	jsonw_str(&c.w, "because", because ? str_of(because) : STR_NONE);
	if (!masked)
		jsonw_str(&c.w, "clear", STR("yes"));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		print_account(root);
	arena_free(a);
	return status;
}
