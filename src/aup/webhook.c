/*
 * aup webhook: who is told of what by webhook, and what became of it.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"

static void print_webhook(const struct json *r)
{
	const struct json *events = json_get(r, "events");
	(void)printf("%.*s  %.*s %.*s  %.*s  %.*s", STR_ARG(json_text(r, "webhook")), STR_ARG(json_text(r, "scope")), STR_ARG(json_text(r, "owner")),
		STR_ARG(json_text(r, "state")), STR_ARG(json_text(r, "url")));
	if (!str_eq(json_text(r, "because"), STR("none")))
		(void)printf("  (%.*s)", STR_ARG(json_text(r, "because")));
	if (json_text(r, "failing_since").len)
		(void)printf("  failing since %.*s", STR_ARG(json_text(r, "failing_since")));
	(void)printf("\n   ");
	for (const struct json *m = events ? events->child : NULL; m; m = m->next)
		(void)printf(" %.*s", STR_ARG(m->text));
	(void)printf("\n");
}

static void print_delivery(const struct json *r)
{
	long long status = (long long)json_int(r, "status", 0), repeated = (long long)json_int(r, "repeated", 0);
	(void)printf("%.*s  %.*s  %-9.*s  %.*s %.*s  tried %lld times", STR_ARG(json_text(r, "at")), STR_ARG(json_text(r, "delivery")), STR_ARG(json_text(r, "state")),
		STR_ARG(json_text(r, "type")), STR_ARG(json_text(r, "about")), (long long)json_int(r, "attempts", 0));
	if (repeated)
		(void)printf(", %lld more", repeated);
	if (!str_eq(json_text(r, "failure"), STR("none")))
		(void)printf("  %.*s", STR_ARG(json_text(r, "failure")));
	if (status)
		(void)printf("  HTTP %lld", status);
	(void)printf("\n");
}

static int list(struct arena *a, const char *socket_path, const char *path, const char *what, bool json, void (*print)(const struct json *row))
{
	struct buf b;
	buf_init(&b, CLIENT_PATH_MAX);
	buf_puts(&b, path);
	int status = client_pages(a, socket_path, &b, what, json, print);
	buf_done(&b);
	return status;
}

static int send(struct arena *a, const char *socket_path, struct command_text *c, bool json)
{
	struct json *root;
	struct str text;
	int status = command_send(a, socket_path, c, &root, &text);
	if (status != EXIT_OK)
		return status;
	if (json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (json_text(root, "secret").len)
		(void)printf("%.*s\n%.*s\nThis is the only time that the secret is shown.\n", STR_ARG(json_text(root, "webhook")), STR_ARG(json_text(root, "secret")));
	else
		(void)printf("%.*s\n", STR_ARG(json_text(root, json_text(root, "delivery").len ? "delivery" : "webhook")));
	return EXIT_OK;
}

/* Of whom, when of somebody else: one of the options. */
static const char *scope_of(int *argc, char **argv, const char **ret_id)
{
	static const char *const options[] = { "--reseller", "--customer", "--reporter" };
	const char *scope = NULL;
	for (int i = 0; i < 3; i++) {
		const char *id = cli_value(argc, argv, options[i]);
		if (id) {
			*ret_id = id;
			scope = options[i] + 2;
		}
	}
	return scope;
}

static int add(struct arena *a, const char *socket_path, const char *url, const char *events, const char *scope, const char *id, bool json)
{
	struct command_text c;
	command_begin(&c, "webhook-add");
	jsonw_str(&c.w, "url", str_of(url));
	jsonw_str(&c.w, "events", str_of(events));
	if (scope) {
		jsonw_str(&c.w, "scope", str_of(scope));
		jsonw_str(&c.w, "id", str_of(id));
	}
	return send(a, socket_path, &c, json);
}

/* One of the verbs about one webhook. */
static int about(struct arena *a, const char *socket_path, const char *op, const char *webhook, const char *delivery, bool json)
{
	struct command_text c;
	command_begin(&c, op);
	jsonw_str(&c.w, "webhook", str_of(webhook));
	if (delivery)
		jsonw_str(&c.w, "delivery", str_of(delivery));
	return send(a, socket_path, &c, json);
}

static int deliveries(struct arena *a, const char *socket_path, const char *webhook, const char *state, bool json)
{
	struct buf b;
	buf_init(&b, CLIENT_PATH_MAX);
	buf_printf(&b, "/v1/webhooks/%s/deliveries", webhook);
	client_query(&b, "state", state);
	int status = b.err || strpbrk(webhook, "/?#% ") ? cli_usage("webhook") : list(a, socket_path, str_c(a, buf_str(&b)), "deliveries", json, print_delivery);
	buf_done(&b);
	return status;
}

static int verb(struct arena *a, const char *socket_path, int argc, char **argv, bool json)
{
	static const struct { const char *verb, *op; } verbs[] = { { "remove", "webhook-remove" }, { "enable", "webhook-enable" }, { "rotate", "webhook-rotate" },
		{ "test", "webhook-test" } };
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (argc == 3 && strcmp(argv[1], verbs[i].verb) == 0)
			return about(a, socket_path, verbs[i].op, argv[2], NULL, json);
	if (argc == 4 && strcmp(argv[1], "redeliver") == 0)
		return about(a, socket_path, "webhook-redeliver", argv[2], argv[3], json);
	return cli_usage("webhook");
}

int cmd_webhook(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *id = NULL;
	const char *events = cli_value(&argc, argv, "--events"), *state = cli_value(&argc, argv, "--state"), *scope = scope_of(&argc, argv, &id);
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("webhook", CLI_BYTES_MAX);
	int status = EXIT_USAGE;
	if (!a || !cli_no_more_options(argc, argv, "webhook"))
		status = EXIT_USAGE;
	else if (argc == 3 && strcmp(argv[1], "add") == 0 && events)
		status = add(a, socket_path, argv[2], events, scope, id, json);
	else if (argc == 2 && strcmp(argv[1], "list") == 0)
		status = list(a, socket_path, "/v1/webhooks", "webhooks", json, print_webhook);
	else if (argc == 3 && strcmp(argv[1], "deliveries") == 0)
		status = deliveries(a, socket_path, argv[2], state, json);
	else
		status = verb(a, socket_path, argc, argv, json);
	arena_free(a);
	return status;
}
