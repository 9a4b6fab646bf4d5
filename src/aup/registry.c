/*
 * aup registry: import, export, list, show, terms.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/table.h"
#include "base/file.h"

enum { REGISTRY_FILE_MAX = 250 << 20 };

/* A row that only the daemon could refuse, told with its place in the file. */
static int refused(struct arena *a, const struct table_file *t, const struct json *answer)
{
	struct why why = { .line = 0 };
	const char *column = str_c(a, json_text(answer, "place"));
	int64_t row = json_int(answer, "line", 0);
	(void)why_set(&why, ERR_DENIED, "%.*s", STR_ARG(json_text(answer, "error")));
	if (row > 0)
		table_place(a, t, (uint64_t)row, column, &why);
	return cli_fail(&why);
}

static int import(struct arena *a, const char *socket_path, const char *path, bool json)
{
	struct why why = { .line = 0 };
	struct str bytes, text;
	struct table_file t;
	struct json *root = NULL;
	struct command_text c;
	struct arena *rows = arena_new("rows", CLI_BYTES_MAX);
	bool tty = isatty(STDERR_FILENO);
	const char *file = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
	enum err e = rows ? file_read_all(a, AT_FDCWD, file, REGISTRY_FILE_MAX, &bytes, &why) : ERR_NOMEM;
	if (e)
		return cli_fail(&why);
	e = table_open(rows, path, bytes, tty ? cli_bar : NULL, &t, &why);
	int status = EXIT_NO;
	if (e) {
		status = cli_fail(&why);
	} else {
		if (tty && t.count)
			cli_bar("reading", 1, 1);
		command_begin(&c, "registry-import");
		c.more = buf_str(&t.lines);
		c.quiet = true;
		status = command_send(a, socket_path, &c, &root, &text);
		if (status == EXIT_OK && json)
			(void)printf("%.*s\n", STR_ARG(text));
		else if (status == EXIT_OK)
			(void)printf("%lld entities, %lld changed\n", (long long)json_int(root, "entities", 0), (long long)json_int(root, "changed", 0));
		else if (status == EXIT_NO && root)
			status = refused(a, &t, root);
	}
	table_close(&t);
	arena_free(rows);
	return status;
}

/* Page by page from the judge, who alone can open what is personal. */
static int export(struct arena *a, const char *socket_path, bool csv)
{
	struct buf out;
	struct str after = STR(""), record = STR("");
	int status = EXIT_OK;
	bool first = true;
	buf_init(&out, CLIENT_ANSWER_MAX);
	if (csv)
		table_csv(NULL, &out);
	else
		buf_putc(&out, '[');
	do {
		struct arena *page = arena_new("page", CLI_BYTES_MAX);
		struct command_text c;
		struct json *root = NULL;
		struct str text;
		struct jsonw w;
		command_begin(&c, "registry-export");
		jsonw_str(&c.w, "after", after);
		jsonw_str(&c.w, "export", record);
		status = page ? command_send(page, socket_path, &c, &root, &text) : EXIT_NO;
		const struct json *list = status == EXIT_OK ? json_get(root, "entities") : NULL;
		for (const struct json *m = list ? list->child : NULL; m; m = m->next, first = false) {
			if (csv) {
				table_csv(m, &out);
				continue;
			}
			buf_puts(&out, first ? "\n" : ",\n");
			jsonw_init(&w, &out);
			table_json(&w, m);
		}
		after = status == EXIT_OK ? str_copy(a, json_text(root, "after")) : STR_NONE;
		record = status == EXIT_OK ? str_copy(a, json_text(root, "export")) : STR_NONE;
		arena_free(page);
		if (status == EXIT_OK)
			(void)fwrite(out.ptr, 1, out.len, stdout);
		buf_clear(&out);
	} while (status == EXIT_OK && after.len);
	if (status == EXIT_OK && !csv)
		(void)printf("\n]\n");
	buf_done(&out);
	return status;
}

static void print_entity(const struct json *row)
{
	static const char *const told[] = { "customer", "reseller", "kind", "resource", "service", "document", "document_version" };
	const struct json *e = json_get(row, "body");
	(void)printf("%-12.*s %-20.*s", STR_ARG(json_text(e, "type")), STR_ARG(json_text(e, "id")));
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (json_text(e, told[i]).len)
			(void)printf(" %s %.*s", told[i], STR_ARG(json_text(e, told[i])));
	(void)printf("\n");
}

static int list(int argc, char **argv, struct arena *a, const char *socket_path, bool json)
{
	const char *type = cli_value(&argc, argv, "--type"), *customer = cli_value(&argc, argv, "--customer");
	struct buf path;
	if (!cli_no_more_options(argc, argv, "registry") || argc != 2)
		return cli_usage("registry");
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/registry");
	client_query(&path, "limit", "1000");
	client_query(&path, "owner", customer);
	client_query(&path, "prefix", type ? str_c(a, str_format(a, "%s/", type)) : NULL);
	int status = client_pages(a, socket_path, &path, "rows", json, print_entity);
	buf_done(&path);
	return status;
}

static int show(struct arena *a, const char *socket_path, const char *key)
{
	struct json *root;
	struct str text;
	struct buf out, path;
	struct jsonw w;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/registry/");
	buf_puts(&path, key);
	int status = client_get(a, socket_path, str_c(a, buf_str(&path)), &root, &text);
	buf_done(&path);
	if (status)
		return status;
	buf_init(&out, 1 << 20);
	jsonw_init(&w, &out);
	table_json(&w, json_get(root, "row"));
	(void)printf("%.*s\n", STR_ARG(buf_str(&out)));
	buf_done(&out);
	return EXIT_OK;
}

static void print_list(const struct json *root, const char *name, const char *one)
{
	static const char *const told[] = { "id", "kind", "value", "unit", "by", "document", "document_version", "affiliate", "user", "resource", "permitted_use",
		"target", "limit", "suspend", "lifeline", "protected", "depends", "from", "until" };
	const struct json *list = json_get(root, name);
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		(void)printf("%s:", one);
		for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
			const struct json *v = json_get(m, told[i]);
			if (!v || (v->type == JSON_ARRAY && !v->child))
				continue;
			(void)printf(" %s", told[i]);
			if (v->type != JSON_ARRAY)
				(void)printf(" %.*s", STR_ARG(v->type == JSON_BOOL ? STR("yes") : v->text));
			for (const struct json *d = v->type == JSON_ARRAY ? v->child : NULL; d; d = d->next)
				(void)printf(" %.*s", STR_ARG(d->text));
		}
		(void)printf("\n");
	}
}

static int terms(int argc, char **argv, struct arena *a, const char *socket_path, bool json)
{
	static const char *const lists[][2] = { { "agreements", "agreement" }, { "limits", "limit" }, { "services", "service" }, { "permissions", "permission" } };
	const char *at = cli_value(&argc, argv, "--at");
	struct command_text c;
	struct json *root;
	struct str text;
	if (!cli_no_more_options(argc, argv, "registry") || argc != 3)
		return cli_usage("registry");
	command_begin(&c, "registry-terms");
	jsonw_str(&c.w, "customer", str_of(argv[2]));
	jsonw_str(&c.w, "at", str_of(at));
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json) {
		(void)printf("%.*s\n", STR_ARG(text));
	} else if (status == EXIT_OK) {
		(void)printf("customer: %.*s at %.*s%s\n", STR_ARG(json_text(root, "customer")), STR_ARG(json_text(root, "at")),
			json_flag(root, "valid", true) ? "" : ", who was none then");
		const struct json *list = json_get(root, "resellers");
		for (const struct json *m = list ? list->child : NULL; m; m = m->next)
			(void)printf("reseller: %.*s\n", STR_ARG(m->text));
		for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
			print_list(root, lists[i][0], lists[i][1]);
	}
	return status;
}

int cmd_registry(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	bool json = cli_flag(&argc, argv, "--json"), csv = cli_flag(&argc, argv, "--csv");
	struct arena *a = arena_new("registry", CLI_BYTES_MAX);
	const char *verb = argc > 1 ? argv[1] : "";
	int status = EXIT_NO;
	if (a && strcmp(verb, "import") == 0 && argc == 3)
		status = import(a, socket_path, argv[2], json);
	else if (a && strcmp(verb, "export") == 0 && argc == 2)
		status = export(a, socket_path, csv);
	else if (a && strcmp(verb, "list") == 0)
		status = list(argc, argv, a, socket_path, json);
	else if (a && strcmp(verb, "show") == 0 && argc == 3)
		status = show(a, socket_path, argv[2]);
	else if (a && strcmp(verb, "terms") == 0)
		status = terms(argc, argv, a, socket_path, json);
	else if (a)
		status = cli_usage("registry");
	arena_free(a);
	return status;
}
