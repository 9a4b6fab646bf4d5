/*
 * aup policy list and draft: what versions the daemon has, and drafts that it keeps until they are tried and posted.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/policy.h"

enum { DRAFT_ARENA_MAX = 256 << 20 };

int policy_open_draft(struct opened_policy *ret_opened)
{
	*ret_opened = (struct opened_policy){ .arena = arena_new("draft", DRAFT_ARENA_MAX) };
	return ret_opened->arena ? EXIT_OK : EXIT_NO;
}

int policy_open_kept(const char *version, const char *socket_path, struct opened_policy *ret_opened)
{
	struct opened_policy o = { .arena = arena_new("draft", DRAFT_ARENA_MAX) };
	struct why why = { .line = 0 };
	struct json *root = NULL;
	struct buf path;
	struct str text;
	if (!o.arena)
		return EXIT_NO;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/policy/");
	buf_put_percent(&path, str_of(version));
	buf_puts(&path, "/files");
	int status = client_get(o.arena, socket_path, str_c(o.arena, buf_str(&path)), &root, &text);
	buf_done(&path);
	const struct json *policy = status == EXIT_OK ? json_get(root, "policy") : NULL;
	enum err e = status != EXIT_OK || policy ? OK : why_set(&why, ERR_CORRUPT, "the daemon gave no draft");
	if (e == OK && policy)
		e = bundle_decode(o.arena, str_sub(text, policy->from, policy->to - policy->from), &o.bundle, &why);
	if (e == OK && policy)
		e = policy_load(o.arena, &o.bundle, &o.policy, &why);
	if (e)
		status = cli_fail(&why);
	if (status == EXIT_OK)
		*ret_opened = o;
	else
		arena_free(o.arena);
	return status;
}

void policy_put(const struct opened_policy *o, const char *draft, struct command_text *c)
{
	struct str blob;
	if (draft)
		jsonw_str(&c->w, "draft", str_of(draft));
	else if (bundle_encode(o->arena, &o->bundle, &blob) == OK)
		jsonw_raw(&c->w, "policy", blob);
}

static void print_rows(const struct json *root, const char *list, const char *state)
{
	const struct json *rows = json_get(root, list);
	for (const struct json *v = rows ? rows->child : NULL; v; v = v->next) {
		(void)printf("%-20.*s %-9.*s from %.*s  sha256 %.*s", STR_ARG(json_text(v, "version")), STR_ARG(json_text(v, state)), STR_ARG(json_text(v, "effective")),
			STR_ARG(json_text(v, "digest")));
		if (json_text(v, "by").len)
			(void)printf("  by %.*s", STR_ARG(json_text(v, "by")));
		(void)printf("\n");
	}
}

int policy_cmd_list(int argc, char **argv, bool json)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	struct arena *a = arena_new("versions", DRAFT_ARENA_MAX);
	struct json *root = NULL;
	struct str text;
	int status = EXIT_USAGE;
	(void)argv;
	if (a && argc == 1)
		status = client_get(a, socket_path, "/v1/policy", &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK) {
		print_rows(root, "versions", "state");
		print_rows(root, "drafts", "stage");
	}
	arena_free(a);
	return status;
}

static int send_draft(struct opened_policy *o, struct command_text *c, const char *socket_path, bool json, const char *done)
{
	struct json *root;
	struct str text;
	int status = command_send(o->arena, socket_path, c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("draft %.*s %s\n", STR_ARG(json_text(root, "version")), done);
	policy_close(o);
	return status;
}

int policy_cmd_draft(int argc, char **argv, bool json)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	bool removes = argc == 3 && strcmp(argv[1], "remove") == 0;
	struct opened_policy o;
	struct command_text c;
	if (!removes && (argc != 2 || argv[1][0] == '-'))
		return EXIT_USAGE;
	int status = removes ? policy_open_draft(&o) : policy_open(argv[1], json, &o);
	if (status)
		return status;
	command_begin(&c, "policy-draft");
	if (removes)
		jsonw_bool(&c.w, "remove", true);
	policy_put(&o, removes ? argv[2] : NULL, &c);
	return send_draft(&o, &c, socket_path, json, removes ? "is gone" : "is kept; it binds nobody");
}
