/*
 * aup intake: what came in and waits for a person, the rules that hide some of it, and reading it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/time.h"
#include "model/item.h"

struct calling {
	struct arena *a;
	const char *socket_path;
	bool json;
};

static int list(int argc, char **argv, struct calling *c)
{
	const char *state = cli_value(&argc, argv, "--state");
	struct buf path;
	struct json *root;
	struct str text;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/intake");
	state = state ? state : "waiting";
	client_query(&path, "state", strcmp(state, "all") == 0 ? NULL : state);
	client_query(&path, "limit", cli_value(&argc, argv, "--limit"));
	client_query(&path, "after", cli_value(&argc, argv, "--after"));
	int status = argc == 2 && cli_no_more_options(argc, argv, "intake") ? client_get(c->a, c->socket_path, str_c(c->a, buf_str(&path)), &root, &text)
		: cli_usage("intake");
	buf_done(&path);
	if (status)
		return status;
	if (c->json) {
		(void)printf("%.*s\n", STR_ARG(text));
		return EXIT_OK;
	}
	const struct json *rows = json_get(root, "rows");
	for (const struct json *m = rows ? rows->child : NULL; m; m = m->next) {
		const struct json *body = json_get(m, "body");
		struct str subject = json_text(body, "subject_line"), reason = json_text(body, "reason");
		(void)printf("%-16.*s %-10.*s %.*s (%.*s, from %.*s)\n", STR_ARG(json_text(m, "key")), STR_ARG(json_text(body, "type")),
			STR_ARG(str_printable(c->a, subject.len ? subject : reason, 100)), STR_ARG(json_text(m, "state")),
			STR_ARG(str_printable(c->a, json_text(body, "reporter"), 60)));
	}
	if (json_text(root, "after").len)
		(void)printf("more: --after %.*s\n", STR_ARG(json_text(root, "after")));
	return EXIT_OK;
}

static void line(struct arena *a, const char *label, struct str text)
{
	if (text.len)
		(void)printf("%-12s %.*s\n", label, STR_ARG(str_printable(a, text, 2000)));
}

static void print_candidate(struct arena *a, unsigned n, const struct observation *o)
{
	struct str kind = o->kind ? str_of(kind_info(o->kind)->name) : STR("class not known");
	(void)printf("candidate %u: %.*s, %.*s", n, STR_ARG(str_printable(a, o->source.text, 200)), STR_ARG(kind));
	if (o->source.port)
		(void)printf(", port %u", o->source.port);
	if (o->event_at != TIME_NONE)
		(void)printf(", %.*s%s", STR_ARG(time_str(a, o->event_at)), o->zone_given ? "" : " in a zone that is not told");
	(void)printf("\n");
	for (unsigned i = 0; i < o->fact_count; i++)
		(void)printf("    %.*s (%s): %.*s\n", STR_ARG(o->facts[i].name), certainty_words[o->facts[i].certainty], STR_ARG(str_printable(a, o->facts[i].value, 200)));
}

static int show(struct calling *c, const char *item)
{
	struct json *root;
	struct str text;
	struct item i = { 0 };
	struct why why;
	int status = client_get(c->a, c->socket_path, str_c(c->a, str_format(c->a, "/v1/intake/%s", item)), &root, &text);
	if (status || c->json) {
		if (!status)
			(void)printf("%.*s\n", STR_ARG(text));
		return status;
	}
	if (field_read(c->a, json_get(root, "row"), item_fields, &i, &why) != OK)
		return cli_fail(&why);
	(void)printf("Item %s is %s, %s.\n\n", item, item_type_words[i.type], item_state_words[i.state]);
	line(c->a, "received", time_str(c->a, i.received_at));
	line(c->a, "by", i.listener);
	line(c->a, "from", i.reporter);
	line(c->a, "subject", i.subject_line);
	line(c->a, "format", i.format);
	line(c->a, "why", i.reason);
	line(c->a, "text", i.text);
	for (unsigned k = 0; k < i.problem_count; k++)
		line(c->a, "problem", i.problems[k]);
	for (unsigned k = 0; k < i.candidate_count; k++)
		print_candidate(c->a, k + 1, &i.candidates[k]);
	return EXIT_OK;
}

static int decide(int argc, char **argv, struct calling *c, const char *op)
{
	const char *kind = cli_value(&argc, argv, "--class"), *at = cli_value(&argc, argv, "--at"), *candidate = cli_value(&argc, argv, "--candidate"),
		   *because = cli_value(&argc, argv, "--because");
	struct command_text t;
	struct json *root;
	struct str text;
	uint64_t n = 1;
	if (argc != 3 || !cli_no_more_options(argc, argv, "intake") || (candidate && str_to_u64(str_of(candidate), 1000, &n) != OK))
		return cli_usage("intake");
	command_begin(&t, op);
	jsonw_str(&t.w, "item", str_of(argv[2]));
	jsonw_str(&t.w, "class", str_of(kind));
	jsonw_str(&t.w, "at", str_of(at));
	jsonw_str(&t.w, "text", str_of(because));
	jsonw_int(&t.w, "candidate", (int64_t)n);
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK && c->json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("%.*s%s%.*s\n", STR_ARG(json_text(root, "fate")), json_text(root, "case").len ? " " : "", STR_ARG(json_text(root, "case")));
	return status;
}

/* The bytes of an item, and the name of the file that they lay in. */
static int raw(struct calling *c, const char *item, struct str *ret_bytes, struct str *ret_name)
{
	struct command_text t;
	struct json *root;
	struct str text;
	command_begin(&t, "intake-raw");
	jsonw_str(&t.w, "item", str_of(item));
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK && str_unbase64(c->a, json_text(root, "raw"), ret_bytes) != OK)
		status = EXIT_NO;
	*ret_name = status == EXIT_OK ? json_text(root, "name") : STR_NONE;
	return status;
}

/* Its bytes go the way of a new report, through the decoders as they are now; the old item is closed when that is durable. */
static int reparse(struct calling *c, const char *item, const char *ingest)
{
	struct str bytes, name, text;
	struct json *root;
	struct why why = { .line = 0 };
	unsigned code = 0;
	struct command_text t;
	int status = raw(c, item, &bytes, &name);
	if (status)
		return status;
	const char *header = name.len ? str_c(c->a, str_format(c->a, "X-Name: %.*s\r\n", STR_ARG(str_printable(c->a, name, 200)))) : "";
	if (client_call(c->a, ingest, "POST", "/v1/reports", header, bytes, &code, &text, &why) != OK) {
		(void)cli_fail(&why);
		return EXIT_DOWN;
	}
	if (code != 202 || json_read(c->a, text, &root, NULL) != OK) {
		(void)fprintf(stderr, "aup: it was not taken again: %.*s\n", STR_ARG(text));
		return EXIT_NO;
	}
	struct str id = json_text(root, "id");
	command_begin(&t, "intake-discard");
	jsonw_str(&t.w, "item", str_of(item));
	jsonw_str(&t.w, "text", str_format(c->a, "read again as %.*s", STR_ARG(id)));
	status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK && c->json)
		(void)printf("{\"item\":\"%s\",\"id\":\"%.*s\"}\n", item, STR_ARG(id));
	else if (status == EXIT_OK)
		(void)printf("%.*s\n", STR_ARG(id));
	return status;
}

static int show_raw(struct calling *c, const char *item)
{
	struct str bytes, name;
	int status = raw(c, item, &bytes, &name);
	if (status == EXIT_OK)
		(void)fwrite(bytes.ptr, 1, bytes.len, stdout);
	return status;
}

static int ignore(int argc, char **argv, struct calling *c)
{
	const char *from = cli_value(&argc, argv, "--from"), *subject = cli_value(&argc, argv, "--subject"), *because = cli_value(&argc, argv, "--because");
	bool off = cli_flag(&argc, argv, "--off");
	struct command_text t;
	struct json *root;
	struct str text;
	if (argc != 3 || (!off && !from && !subject))
		return cli_usage("intake");
	command_begin(&t, "intake-ignore");
	jsonw_str(&t.w, "name", str_of(argv[2]));
	jsonw_str(&t.w, "from", str_of(from));
	jsonw_str(&t.w, "subject", str_of(subject));
	jsonw_str(&t.w, "text", str_of(because));
	jsonw_bool(&t.w, "remove", off);
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK && c->json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK && off)
		(void)printf("%s: gone; what it hid stays hidden, see aup intake list --state ignored\n", argv[2]);
	else if (status == EXIT_OK)
		(void)printf("%s: %lld hidden that waited\n", argv[2], (long long)json_int(root, "hidden", 0));
	return status;
}

static int ignores(struct calling *c)
{
	struct json *root;
	struct str text;
	int status = client_get(c->a, c->socket_path, "/v1/ignores", &root, &text);
	if (status == EXIT_OK && c->json)
		(void)printf("%.*s\n", STR_ARG(text));
	const struct json *rules = status == EXIT_OK && !c->json ? json_at(root, "row.rules") : NULL;
	for (const struct json *m = rules ? rules->child : NULL; m; m = m->next)
		(void)printf("%-16.*s from \"%.*s\" subject \"%.*s\" by %.*s: %.*s\n", STR_ARG(json_text(m, "name")), STR_ARG(json_text(m, "reporter")),
			STR_ARG(json_text(m, "subject")), STR_ARG(json_text(m, "by")), STR_ARG(json_text(m, "because")));
	return status;
}

int cmd_intake(int argc, char **argv)
{
	struct calling c = { .json = cli_flag(&argc, argv, "--json") };
	c.socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	c.a = arena_new("intake", CLI_BYTES_MAX);
	const char *verb = argc > 1 ? argv[1] : "";
	int status = EXIT_NO;
	if (!c.a)
		return status;
	bool bytes = strcmp(verb, "show") == 0 && cli_flag(&argc, argv, "--raw");
	if (strcmp(verb, "list") == 0)
		status = list(argc, argv, &c);
	else if (strcmp(verb, "show") == 0 && argc == 3)
		status = bytes ? show_raw(&c, argv[2]) : show(&c, argv[2]);
	else if (strcmp(verb, "confirm") == 0)
		status = decide(argc, argv, &c, "intake-confirm");
	else if (strcmp(verb, "discard") == 0)
		status = decide(argc, argv, &c, "intake-discard");
	else if (strcmp(verb, "answer") == 0)
		status = decide(argc, argv, &c, "intake-answer");
	else if (strcmp(verb, "reparse") == 0 && argc == 3)
		status = reparse(&c, argv[2], client_socket(NULL, "AUPD_INGEST", "/run/aupd/ingest.sock"));
	else if (strcmp(verb, "ignore") == 0)
		status = ignore(argc, argv, &c);
	else if (strcmp(verb, "ignores") == 0 && argc == 2)
		status = ignores(&c);
	else
		status = cli_usage("intake");
	arena_free(c.a);
	return status;
}
