/*
 * Attachments of cases from the command line. See attach.h.
 */
#include "aup/attach.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/file.h"

enum { READ_BYTES_MAX = 8 << 20 /* the daemon says how much it takes */, STORY_PAGES_MAX = 40 };

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int attach_put(struct arena *a, const char *socket_path, bool json, int argc, char **argv)
{
	const char *name = cli_value(&argc, argv, "--name"), *text = cli_value(&argc, argv, "--text");
	struct command_text t;
	struct json *root;
	struct str bytes, answer;
	struct why why = { .line = 0 };
	if (argc != 3 || !cli_no_more_options(argc, argv, "case"))
		return cli_usage("case");
	const char *path = strcmp(argv[2], "-") == 0 ? "/dev/stdin" : argv[2];
	if (file_read_all(a, AT_FDCWD, path, READ_BYTES_MAX, &bytes, &why) != OK)
		return cli_fail(&why);
	command_begin(&t, "case-attach");
	jsonw_str(&t.w, "case", str_of(argv[1]));
	jsonw_str(&t.w, "name", str_of(name ? name : last_part(path)));
	jsonw_str(&t.w, "text", text ? str_of(text) : STR_NONE);
	t.more = str_base64(a, bytes);
	int status = command_send(a, socket_path, &t, &root, &answer);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(answer));
	else if (status == EXIT_OK)
		(void)printf("%s attach: done, as event %lld\n", argv[1], (long long)json_int(root, "event", 0));
	return status;
}

int attach_list(struct arena *a, const char *socket_path, bool json, int argc, char **argv)
{
	struct str after = STR("");
	bool first = true;
	if (argc != 2 || !cli_no_more_options(argc, argv, "case"))
		return cli_usage("case");
	if (json)
		(void)printf("{\"attachments\":[");
	for (int page = 0; after.ptr && page < STORY_PAGES_MAX; page++) {
		struct buf path;
		struct json *root;
		struct str text;
		buf_init(&path, CLIENT_PATH_MAX);
		buf_printf(&path, "/v1/cases/%s", argv[1]);
		client_query(&path, "after", after.len ? str_c(a, after) : NULL);
		int status = client_get(a, socket_path, str_c(a, buf_str(&path)), &root, &text);
		buf_done(&path);
		if (status)
			return status;
		const struct json *list = json_get(root, "events");
		for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
			if (!str_eq(json_text(m, "type"), STR("attached")))
				continue;
			if (json)
				(void)printf("%s%.*s", first ? "" : ",", (int)(m->to - m->from), text.ptr + m->from);
			else
				(void)printf("%4lld  %.*s (%.*s)\n", (long long)json_int(m, "n", 0), STR_ARG(str_printable(a, json_text(m, "text"), 300)),
					STR_ARG(json_text(m, "actor")));
			first = false;
		}
		after = json_text(root, "after");
	}
	if (json)
		(void)printf("]}\n");
	return EXIT_OK;
}

int attach_get(struct arena *a, const char *socket_path, bool json, int argc, char **argv)
{
	const char *out = cli_value(&argc, argv, "-o"), *because = cli_value(&argc, argv, "--because");
	struct command_text t;
	struct json *root;
	struct str answer, bytes;
	struct why why = { .line = 0 };
	uint64_t n;
	if (argc != 3 || !because || !cli_no_more_options(argc, argv, "case") || str_to_u64(str_of(argv[2]), INT64_MAX, &n) != OK)
		return cli_usage("case");
	command_begin(&t, "case-attachment");
	jsonw_str(&t.w, "case", str_of(argv[1]));
	jsonw_int(&t.w, "event", (int64_t)n);
	jsonw_str(&t.w, "because", str_of(because));
	int status = command_send(a, socket_path, &t, &root, &answer);
	if (status)
		return status;
	if (json) {
		(void)printf("%.*s\n", STR_ARG(answer));
		return EXIT_OK;
	}
	if (str_unbase64(a, json_text(root, "octets"), &bytes) != OK) {
		(void)fprintf(stderr, "aup: the daemon's answer is malformed\n");
		return EXIT_NO;
	}
	if (out)
		return file_replace(AT_FDCWD, out, bytes, 0600, &why) == OK ? EXIT_OK : cli_fail(&why);
	return fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len && fflush(stdout) == 0 ? EXIT_OK : EXIT_NO;
}
