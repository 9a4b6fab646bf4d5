/*
 * aup key, api: keys of the API, and its OpenAPI document.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/time.h"
#include "web/openapi.h"

enum { NAME_LEN = 16 };

static const char *api(int *argc, char **argv)
{
	return client_socket(cli_value(argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
}

static int add(struct arena *a, const char *socket_path, char **argv, const char *label, const char *expires, bool json)
{
	struct command_text c;
	struct json *root;
	struct str text;
	command_begin(&c, "key-add");
	jsonw_str(&c.w, "scope", str_of(argv[2]));
	jsonw_str(&c.w, "id", str_of(argv[3]));
	jsonw_str(&c.w, "label", str_of(label));
	jsonw_str(&c.w, "expires", str_of(expires));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("%.*s\nThis is the only time that it is shown. Its name is %.*s.\n", STR_ARG(json_text(root, "key")), STR_ARG(json_text(root, "name")));
	return status;
}

static int revoke(struct arena *a, const char *socket_path, const char *name, bool json)
{
	struct command_text c;
	struct json *root;
	struct str text;
	command_begin(&c, "key-revoke");
	jsonw_str(&c.w, "name", str_of(name));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("Nobody can use it any more.\n");
	return status;
}

static void print_time(const char *word, int64_t at)
{
	char text[TIME_TEXT_MAX];
	if (at == TIME_NONE)
		return;
	time_print(at, text);
	(void)printf("  %s %s", word, text);
}

static void print_key(const struct json *row)
{
	const struct json *body = json_get(row, "body");
	struct str label = json_text(body, "label");
	(void)printf("%.*s  %.*s %.*s", STR_ARG(str_sub(json_text(row, "key"), 0, NAME_LEN)), STR_ARG(json_text(body, "scope")), STR_ARG(json_text(body, "id")));
	if (label.len)
		(void)printf("  \"%.*s\"", STR_ARG(label));
	(void)printf("  by %.*s", STR_ARG(json_text(body, "made_by")));
	print_time("made", json_int(body, "made_at", TIME_NONE));
	print_time("until", json_int(body, "expires_at", TIME_NONE));
	print_time("revoked", json_int(body, "revoked_at", TIME_NONE));
	(void)printf("\n");
}

static int list(struct arena *a, const char *socket_path, bool json)
{
	struct buf path;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/keys");
	int status = client_pages(a, socket_path, &path, "rows", json, print_key);
	buf_done(&path);
	return status;
}

int cmd_key(int argc, char **argv)
{
	const char *socket_path = api(&argc, argv), *label = cli_value(&argc, argv, "--label"), *expires = cli_value(&argc, argv, "--expires");
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("key", CLI_BYTES_MAX);
	int status = EXIT_USAGE;
	if (!a || !cli_no_more_options(argc, argv, "key"))
		status = EXIT_USAGE;
	else if (argc == 4 && strcmp(argv[1], "add") == 0)
		status = add(a, socket_path, argv, label, expires, json);
	else if (argc == 2 && strcmp(argv[1], "list") == 0)
		status = list(a, socket_path, json);
	else if (argc == 3 && strcmp(argv[1], "revoke") == 0)
		status = revoke(a, socket_path, argv[2], json);
	else
		status = cli_usage("key");
	arena_free(a);
	return status;
}

int cmd_api(int argc, char **argv)
{
	struct buf b;
	if (argc != 2 || strcmp(argv[1], "openapi") != 0)
		return cli_usage("api");
	buf_init(&b, OPENAPI_BYTES_MAX);
	web_openapi(&b);
	(void)printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_done(&b);
	return EXIT_OK;
}
