/*
 * aup case and aup intake: what waits for people, and what they decide.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/time.h"
#include "cases/explain.h"
#include "model/item.h"

static const char *api(int *argc, char **argv)
{
	return client_socket(cli_value(argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
}

static void print_case_line(struct arena *a, const struct json *row)
{
	const struct json *body = json_get(row, "body");
	struct str due = json_text(row, "due");
	(void)a;
	(void)printf("%-10.*s %-9.*s %-22.*s %-16.*s strikes %lld  reports %lld  next %.*s\n", STR_ARG(json_text(row, "case")), STR_ARG(json_text(row, "state")),
		STR_ARG(body ? json_text(body, "clause") : STR("(sealed)")), STR_ARG(body ? json_text(body, "customer") : STR("-")),
		(long long)json_int(body, "strikes", 0), (long long)json_int(body, "report_count", 0), STR_ARG(due.len ? due : STR("-")));
}

static int case_list(int argc, char **argv, struct arena *a, const char *socket_path, bool json)
{
	const char *state = cli_value(&argc, argv, "--state"), *customer = cli_value(&argc, argv, "--customer"), *limit = cli_value(&argc, argv, "--limit");
	struct json *root;
	struct str text;
	struct str path = str_format(a, "/v1/cases?limit=%s%s%s%s%s", limit ? limit : "50", state ? "&state=" : "", state ? state : "", customer ? "&owner=" : "",
		customer ? customer : "");
	int status = client_get(a, socket_path, str_c(a, path), &root, &text);
	if (status)
		return status;
	if (json) {
		(void)printf("%.*s\n", STR_ARG(text));
		return EXIT_OK;
	}
	const struct json *rows = json_get(root, "rows");
	for (const struct json *m = rows ? rows->child : NULL; m; m = m->next)
		print_case_line(a, m);
	return EXIT_OK;
}

static int case_show(struct arena *a, const char *socket_path, const char *number, bool story, bool json)
{
	struct json *root;
	struct str text;
	int status = client_get(a, socket_path, str_c(a, str_format(a, "/v1/cases/%s", number)), &root, &text);
	if (status)
		return status;
	if (json) {
		(void)printf("%.*s\n", STR_ARG(text));
		return EXIT_OK;
	}
	struct casefile c = { 0 };
	struct why why;
	const struct json *body = json_get(root, "body"), *events = json_get(root, "events"), *acts = json_get(root, "acts");
	if (!body) {
		(void)printf("case %s is sealed: two officers open it\n", number);
		return EXIT_OK;
	}
	if (field_read(a, body, casefile_fields, &c, &why) != OK)
		return cli_fail(&why);
	unsigned n = 0, m = 0;
	for (const struct json *e = events ? events->child : NULL; e; e = e->next)
		n++;
	for (const struct json *e = acts ? acts->child : NULL; e; e = e->next)
		m++;
	struct case_event *list = ARENA_ARRAY(a, struct case_event, n + 1);
	struct act *act_list = ARENA_ARRAY(a, struct act, m + 1);
	n = m = 0;
	for (const struct json *e = events ? events->child : NULL; list && e; e = e->next)
		if (field_read(a, e, case_event_fields, &list[n++], &why) != OK)
			return cli_fail(&why);
	for (const struct json *e = acts ? acts->child : NULL; act_list && e; e = e->next)
		if (field_read(a, e, act_fields, &act_list[m++], &why) != OK)
			return cli_fail(&why);
	struct buf out;
	buf_init(&out, 16 << 20);
	explain_case(a, &c, list, n, act_list, m, story, &out);
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	return EXIT_OK;
}

static const struct { const char *verb, *op, *usage; bool text, act, off; } verbs[] = {
	{ "note", "case-note", "C-N TEXT", true, false, false }, { "reply", "case-reply", "C-N TEXT", true, false, false },
	{ "assign", "case-assign", "C-N OPERATOR", true, false, false },
	{ "approve", "case-approve", "C-N ACT", false, true, false }, { "resolve", "case-resolve", "C-N REASON", true, false, false },
	{ "reopen", "case-reopen", "C-N REASON", true, false, false }, { "merge", "case-merge", "C-N INTO", true, false, false },
	{ "split", "case-split", "C-N REASON", true, false, false }, { "undo", "case-undo", "C-N ACT", false, true, false },
	{ "uphold", "case-review", "C-N REASON", true, false, false }, { "dismiss", "case-review", "C-N REASON", true, false, true },
	{ "appeal", "case-appeal", "C-N REASON", true, false, false }, { "emergency", "case-emergency", "C-N SERVICE --because TEXT", false, false, false },
	{ NULL, NULL, NULL, false, false, false } };

static int case_verb(int argc, char **argv, struct arena *a, const char *socket_path, bool json, size_t v)
{
	const char *because = cli_value(&argc, argv, "--because");
	struct command_text c;
	struct json *root;
	struct str text;
	if (argc != 4 || (strcmp(verbs[v].verb, "emergency") == 0 && !because)) {
		(void)fprintf(stderr, "usage: aup case %s %s\n", verbs[v].verb, verbs[v].usage);
		return EXIT_USAGE;
	}
	command_begin(&c, verbs[v].op);
	jsonw_str(&c.w, "case", str_of(argv[2]));
	jsonw_str(&c.w, verbs[v].act ? "act" : verbs[v].text ? "text" : "service", str_of(argv[3]));
	if (because)
		jsonw_str(&c.w, "text", str_of(because));
	jsonw_bool(&c.w, "on", !verbs[v].off);
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("%s %s: done\n", argv[2], verbs[v].verb);
	return status;
}

static int case_open(int argc, char **argv, struct arena *a, const char *socket_path, bool json)
{
	const char *customer = cli_value(&argc, argv, "--customer"), *clause = cli_value(&argc, argv, "--clause"), *because = cli_value(&argc, argv, "--because");
	struct command_text c;
	struct json *root;
	struct str text;
	if (!customer || !because) {
		(void)fprintf(stderr, "usage: aup case open --customer ID [--clause ID] --because TEXT\n");
		return EXIT_USAGE;
	}
	command_begin(&c, "case-open");
	jsonw_str(&c.w, "customer", str_of(customer));
	jsonw_str(&c.w, "clause", str_of(clause ? clause : "other.discretion"));
	jsonw_str(&c.w, "text", str_of(because));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK)
		(void)printf("%.*s\n", STR_ARG(json ? text : json_text(root, "case")));
	return status;
}

static int case_flag(int argc, char **argv, struct arena *a, const char *socket_path)
{
	static const struct { const char *name; uint32_t flag; } flags[] = { { "do-not-tell", CASE_DO_NOT_TELL }, { "hold", CASE_HOLD }, { "counsel", CASE_COUNSEL } };
	bool off = cli_flag(&argc, argv, "--off");
	struct command_text c;
	struct json *root;
	struct str text;
	for (size_t i = 0; argc == 4 && i < 3; i++) {
		if (strcmp(argv[3], flags[i].name) != 0)
			continue;
		command_begin(&c, "case-flag");
		jsonw_str(&c.w, "case", str_of(argv[2]));
		jsonw_str(&c.w, "text", str_of(flags[i].name));
		jsonw_int(&c.w, "flag", flags[i].flag);
		jsonw_bool(&c.w, "on", !off);
		return command_send(a, socket_path, &c, &root, &text);
	}
	(void)fprintf(stderr, "usage: aup case flag [--off] C-N do-not-tell|hold|counsel\n");
	return EXIT_USAGE;
}

int cmd_case(int argc, char **argv)
{
	bool json = cli_flag(&argc, argv, "--json");
	const char *socket_path = api(&argc, argv);
	struct arena *a = arena_new("case", CLI_BYTES_MAX);
	int status = EXIT_USAGE;
	const char *verb = argc > 1 ? argv[1] : "";
	if (!a)
		return EXIT_NO;
	if (strcmp(verb, "list") == 0)
		status = case_list(argc, argv, a, socket_path, json);
	else if (strcmp(verb, "open") == 0)
		status = case_open(argc, argv, a, socket_path, json);
	else if (strcmp(verb, "flag") == 0)
		status = case_flag(argc, argv, a, socket_path);
	else if (argc == 3 && (strcmp(verb, "show") == 0 || strcmp(verb, "explain") == 0))
		status = case_show(a, socket_path, argv[2], strcmp(verb, "explain") == 0, json);
	else {
		size_t v = 0;
		while (verbs[v].verb && strcmp(verb, verbs[v].verb) != 0)
			v++;
		status = verbs[v].verb ? case_verb(argc, argv, a, socket_path, json, v) : cli_usage("case");
	}
	arena_free(a);
	return status;
}

int cmd_intake(int argc, char **argv)
{
	bool json = cli_flag(&argc, argv, "--json");
	const char *socket_path = api(&argc, argv), *kind = cli_value(&argc, argv, "--class"), *at = cli_value(&argc, argv, "--at"),
		   *candidate = cli_value(&argc, argv, "--candidate"), *because = cli_value(&argc, argv, "--because");
	struct arena *a = arena_new("intake", CLI_BYTES_MAX);
	struct json *root;
	struct str text;
	struct command_text c;
	const char *verb = argc > 1 ? argv[1] : "";
	int status = EXIT_USAGE;
	if (!a)
		return EXIT_NO;
	if (strcmp(verb, "list") == 0) {
		status = client_get(a, socket_path, "/v1/intake?limit=200&state=waiting", &root, &text);
		const struct json *rows = status == EXIT_OK ? json_get(root, "rows") : NULL;
		if (status == EXIT_OK && json)
			(void)printf("%.*s\n", STR_ARG(text));
		for (const struct json *m = rows && !json ? rows->child : NULL; m; m = m->next)
			(void)printf("%-16.*s %-10.*s %.*s\n", STR_ARG(json_text(m, "key")), STR_ARG(json_text(json_get(m, "body"), "type")),
				STR_ARG(str_printable(a, json_text(json_get(m, "body"), "subject_line"), 100)));
	} else if (strcmp(verb, "show") == 0 && argc == 3) {
		status = client_get(a, socket_path, str_c(a, str_format(a, "/v1/intake/%s", argv[2])), &root, &text);
		if (status == EXIT_OK)
			(void)printf("%.*s\n", STR_ARG(text));
	} else if ((strcmp(verb, "confirm") == 0 || strcmp(verb, "discard") == 0 || strcmp(verb, "answer") == 0) && argc == 3) {
		command_begin(&c, str_c(a, str_format(a, "intake-%s", verb)));
		jsonw_str(&c.w, "item", str_of(argv[2]));
		if (kind)
			jsonw_str(&c.w, "class", str_of(kind));
		if (at)
			jsonw_str(&c.w, "at", str_of(at));
		if (because)
			jsonw_str(&c.w, "text", str_of(because));
		uint64_t n;
		if (candidate && str_to_u64(str_of(candidate), 1000, &n) == OK)
			jsonw_int(&c.w, "candidate", (int64_t)n);
		status = command_send(a, socket_path, &c, &root, &text);
		if (status == EXIT_OK)
			(void)printf("%.*s\n", STR_ARG(json ? text : json_text(root, "fate").len ? json_text(root, "fate") : STR("discarded")));
	} else {
		status = cli_usage("intake");
	}
	arena_free(a);
	return status;
}
