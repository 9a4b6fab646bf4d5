/*
 * aup policy shadow: a draft that is tried beside what is in force, and what it would have made of all since then.
 *
 * The daemon holds the draft, and notes of each observation what the draft reads as well; what comes of it is replayed when it is asked
 * for. So a draft opens no case, sends no letter and cuts nobody, and is as right after a restart as before.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/policy.h"
#include "policy/load.h"

enum { SHADOW_ARENA_MAX = 256 << 20, TIME_ROOM = 64 };

static int off(const char *socket_path, bool json)
{
	struct arena *a = arena_new("shadow", SHADOW_ARENA_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	if (!a)
		return EXIT_NO;
	command_begin(&c, "policy-shadow");
	jsonw_bool(&c.w, "off", true);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK)
		(void)printf("%s\n", json ? "{}" : "no draft is tried");
	arena_free(a);
	return status;
}

/* path: files, unless a draft that is kept there is named. */
static int try_draft(const char *path, const char *draft, const char *socket_path, bool json)
{
	struct opened_policy o;
	struct command_text c;
	struct json *root;
	struct str text;
	int status = draft ? policy_open_draft(&o) : policy_open(path, json, &o);
	if (status != EXIT_OK)
		return status;
	command_begin(&c, "policy-shadow");
	policy_put(&o, draft, &c);
	status = command_send(o.arena, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("version %.*s, sha256 %.*s, is tried since %.*s\n", STR_ARG(json_text(root, "version")), STR_ARG(json_text(root, "digest")),
			STR_ARG(json_text(root, "since")));
	policy_close(&o);
	return status;
}

static int show(const char *socket_path, bool json, bool every)
{
	struct opened_policy o = { .arena = arena_new("shadow", SHADOW_ARENA_MAX) };
	struct command_text c;
	struct why why = { .line = 0 };
	struct json *root;
	struct str text;
	char since[TIME_ROOM];
	if (!o.arena)
		return EXIT_NO;
	command_begin(&c, "policy-shadow");
	jsonw_bool(&c.w, "show", true);
	int status = command_send(o.arena, socket_path, &c, &root, &text);
	const struct json *policy = status == EXIT_OK ? json_get(root, "policy") : NULL;
	enum err e = status != EXIT_OK || policy ? OK : why_set(&why, ERR_CORRUPT, "the daemon gave no draft");
	if (policy)
		e = bundle_decode(o.arena, str_sub(text, policy->from, policy->to - policy->from), &o.bundle, &why);
	if (policy && e == OK)
		e = policy_load(o.arena, &o.bundle, &o.policy, &why);
	if (e)
		status = cli_fail(&why);
	else if (status == EXIT_OK) {
		struct str at = json_text(root, "since");
		(void)snprintf(since, sizeof(since), "%.*s", STR_ARG(at));
		if (!json)
			(void)printf("proposed by %.*s, tried since %s\n", STR_ARG(json_text(root, "by")), since);
		(void)fflush(stdout);
		status = policy_backtest_since(&o, since, socket_path, json, every);
	}
	policy_close(&o);
	return status;
}

int policy_cmd_shadow(int argc, char **argv, bool json)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	const char *draft = cli_value(&argc, argv, "--draft");
	bool every = cli_flag(&argc, argv, "--all");
	if (draft)
		return argc != 1 || every ? EXIT_USAGE : try_draft(NULL, draft, socket_path, json);
	if (argc != 2 || argv[1][0] == '-' || (every && strcmp(argv[1], "show") != 0))
		return EXIT_USAGE;
	if (strcmp(argv[1], "off") == 0)
		return off(socket_path, json);
	return strcmp(argv[1], "show") == 0 ? show(socket_path, json, every) : try_draft(argv[1], NULL, socket_path, json);
}
