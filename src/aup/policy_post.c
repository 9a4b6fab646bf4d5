/*
 * aup policy post: a version becomes an immutable row of the store; what conduct is judged by from its effective time on.
 */
#include <stdio.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/policy.h"

int policy_cmd_post(int argc, char **argv, bool json)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	bool minor = cli_flag(&argc, argv, "--minor");
	struct opened_policy o;
	struct command_text c;
	struct json *root;
	struct str text;
	const char *draft = cli_value(&argc, argv, "--draft");
	if (argc != (draft ? 1 : 2))
		return EXIT_USAGE;
	int status = draft ? policy_open_draft(&o) : policy_open(argv[1], json, &o);
	if (status)
		return status;
	command_begin(&c, "policy-post");
	jsonw_bool(&c.w, "minor", minor);
	policy_put(&o, draft, &c);
	status = command_send(o.arena, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK && json_flag(root, "again", false))
		(void)printf("version %.*s, sha256 %.*s, was posted before: nothing changes\n", STR_ARG(json_text(root, "version")), STR_ARG(json_text(root, "digest")));
	else if (status == EXIT_OK)
		(void)printf("posted version %.*s, sha256 %.*s%s\n", STR_ARG(json_text(root, "version")), STR_ARG(json_text(root, "digest")),
			json_flag(root, "told", false) ? "; customers are told of it" : "");
	policy_close(&o);
	return status;
}
