/*
 * aup case bulk: one command over many cases. See bulk.h.
 *
 * The daemon is asked twice: what would happen, and, once a person agreed, to do it to the cases as they were then.
 */
#include "aup/bulk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "model/bulk.h"
#include "model/macro.h"

enum { TEXT_SHOWN = 200 };

struct asking {
	struct arena *a;
	const char *socket_path;
	bool json, yes;
	const char *op, *verb, *text, *into, *id;
	const char *set[MACRO_ASKED_MAX];       /* NAME=TEXT, for a macro */
	unsigned set_count;
};

bool bulk_agreed(bool yes)
{
	char line[16] = "";
	if (yes)
		return true;
	(void)fprintf(stderr, "Do it? [y/N] ");
	if (fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y'))
		return true;
	(void)fprintf(stderr, "aup: nothing was done\n");
	return false;
}

void bulk_print_consequences(struct arena *a, const struct json *of)
{
	const struct json *list = json_get(of, "consequences");
	struct str skipped = json_text(of, "skipped");
	if (skipped.len)
		(void)printf("  left out: %.*s\n", STR_ARG(str_printable(a, skipped, TEXT_SHOWN)));
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		(void)printf("  %.*s\n", STR_ARG(str_printable(a, m->text, TEXT_SHOWN)));
}

static void print_cases(struct asking *q, const struct json *root)
{
	const struct json *list = json_get(root, "cases");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		(void)printf("%.*s\n", STR_ARG(json_text(m, "case")));
		bulk_print_consequences(q->a, m);
	}
}

/* The cases by name; the second time with how many events each had. */
static void put_cases(struct command_text *t, const struct json *list)
{
	jsonw_array(&t->w, "cases");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		if (json_text(m, "skipped").len)
			continue;
		jsonw_object(&t->w, NULL);
		jsonw_str(&t->w, "case", json_text(m, "case"));
		jsonw_int(&t->w, "events", json_int(m, "events", -1));
		jsonw_end(&t->w, '}');
	}
	jsonw_end(&t->w, ']');
}

static void put_macro(const struct asking *q, struct command_text *t)
{
	jsonw_str(&t->w, "macro", str_of(q->text));
	jsonw_object(&t->w, "set");
	for (unsigned i = 0; i < q->set_count; i++) {
		struct str text = str_of(q->set[i]), name;
		if (str_split(&text, '=', &name))
			jsonw_str(&t->w, str_c(q->a, name), text);
	}
	jsonw_end(&t->w, '}');
}

static int ask(struct asking *q, const struct json *cases, bool dry, struct json **ret_root, struct str *ret_text)
{
	struct command_text t;
	command_begin(&t, q->op);
	if (q->id)
		jsonw_str(&t.w, "bulk", str_of(q->id));
	else
		put_cases(&t, cases);
	jsonw_str(&t.w, "do", q->verb ? str_of(q->verb) : STR_NONE);
	jsonw_str(&t.w, "text", q->text ? str_of(q->text) : STR_NONE);
	jsonw_str(&t.w, "into", q->into ? str_of(q->into) : STR_NONE);
	if (q->verb && strcmp(q->verb, "macro") == 0)
		put_macro(q, &t);
	jsonw_bool(&t.w, "dry", dry);
	return command_send(q->a, q->socket_path, &t, ret_root, ret_text);
}

static bool was_left_out(const struct json *list, struct str number)
{
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		if (str_eq(json_text(m, "case"), number) && json_text(m, "skipped").len)
			return true;
	return false;
}

/* First the list, then the question, then it is done. */
static int run(struct asking *q, const struct json *cases)
{
	struct json *listed, *root;
	struct str text, listed_text;
	int status = ask(q, cases, true, &listed, &listed_text);
	if (status)
		return status;
	int64_t changes = json_int(listed, "changes", 0);
	if (!q->json || !q->yes) {
		print_cases(q, listed);
		(void)printf("%lld of the cases change, %lld are left out\n", (long long)changes, (long long)json_int(listed, "skipped", 0));
	} else if (!changes) {
		(void)printf("{\"listed\":%.*s}\n", STR_ARG(listed_text));
	}
	(void)fflush(stdout);
	if (!changes)
		return EXIT_NO;
	if (!bulk_agreed(q->yes))
		return EXIT_NO;
	status = ask(q, json_get(listed, "cases"), false, &root, &text);
	if (status)
		return status;
	if (q->json) {
		(void)printf("{\"listed\":%.*s,\"done\":%.*s}\n", STR_ARG(listed_text), STR_ARG(text));
		return json_int(root, "changes", 0) ? EXIT_OK : EXIT_NO;
	}
	const struct json *list = json_get(root, "cases");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		if (json_text(m, "skipped").len && !was_left_out(json_get(listed, "cases"), json_text(m, "case")))
			(void)printf("%.*s left out after all: %.*s\n", STR_ARG(json_text(m, "case")), STR_ARG(str_printable(q->a, json_text(m, "skipped"), TEXT_SHOWN)));
	(void)printf("%.*s%s: %lld cases\n", STR_ARG(json_text(root, "bulk")), q->id ? " taken back" : "", (long long)json_int(root, "changes", 0));
	return json_int(root, "changes", 0) ? EXIT_OK : EXIT_NO;
}

/* "--where NAME=VALUE", as often as one likes: the filters of aup case list. */
static int where(struct asking *q, int *argc, char **argv, struct buf *path, bool *ret_any)
{
	static const char *const names[][2] = { { "state", "state" }, { "customer", "owner" }, { "clause", "clause" }, { "assigned", "assigned" }, { "flag", "flag" },
		{ "reseller", "reseller" } };
	const char *one;
	*ret_any = false;
	while ((one = cli_value(argc, argv, "--where"))) {
		struct str rest = str_of(one), name;
		size_t i = 0, count = sizeof(names) / sizeof(names[0]);
		bool split = str_split(&rest, '=', &name);
		while (i < count && !str_eq(name, str_of(names[i][0])))
			i++;
		if (!split || i == count || !rest.len) {
			(void)fprintf(stderr, "aup: --where takes state=, customer=, clause=, assigned=, flag= or reseller=\n");
			return EXIT_USAGE;
		}
		client_query(path, names[i][1], str_c(q->a, rest));
		*ret_any = true;
	}
	return EXIT_OK;
}

static int find_cases(struct asking *q, const struct buf *path, const struct json **ret_list)
{
	struct json *root;
	struct str text;
	int status = client_get(q->a, q->socket_path, str_c(q->a, buf_str(path)), &root, &text);
	if (status)
		return status;
	if (json_text(root, "after").len)
		(void)fprintf(stderr, "aup: more cases fit than %d: these are the latest, the others are for another time\n", BULK_CASES_MAX);
	*ret_list = json_get(root, "rows");
	if (*ret_list && (*ret_list)->child)
		return EXIT_OK;
	(void)fprintf(stderr, "aup: no case fits\n");
	return EXIT_NO;
}

/* Cases that were named one by one, in the shape that a list of them has. */
static int name_cases(struct asking *q, int argc, char **argv, const struct json **ret_list)
{
	struct buf b;
	struct jsonw w;
	struct json *root = NULL;
	struct why why;
	buf_init(&b, CLI_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	for (int i = 0; i < argc; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "case", str_of(argv[i]));
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, ']');
	struct str text = str_copy(q->a, buf_str(&b));
	buf_done(&b);
	if (json_read(q->a, text, &root, &why) != OK)
		return cli_fail(&why);
	*ret_list = root;
	return EXIT_OK;
}

static int over_cases(struct asking *q, int argc, char **argv)
{
	struct buf path;
	const struct json *list = NULL;
	bool any = false;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_printf(&path, "/v1/cases?limit=%d", BULK_CASES_MAX);
	int status = where(q, &argc, argv, &path, &any);
	if (status == EXIT_OK && (argc < 3 || (argc > 3) == any || !cli_no_more_options(argc, argv, "case")))
		status = cli_usage("case");
	if (status == EXIT_OK && strcmp(q->verb, "merge") == 0)
		q->into = argv[2];
	else if (status == EXIT_OK)
		q->text = argv[2];
	if (status == EXIT_OK)
		status = any ? find_cases(q, &path, &list) : name_cases(q, argc - 3, argv + 3, &list);
	buf_done(&path);
	return status ? status : run(q, list);
}

static int list_bulks(struct asking *q)
{
	struct command_text t;
	struct json *root;
	struct str text;
	command_begin(&t, "case-bulks");
	int status = command_send(q->a, q->socket_path, &t, &root, &text);
	if (status || q->json) {
		if (!status)
			(void)printf("%.*s\n", STR_ARG(text));
		return status;
	}
	const struct json *list = json_get(root, "bulks");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		struct str by = json_text(m, "undone_by"), to = json_text(m, "to");
		(void)printf("%-8.*s %.*s  %.*s %.*s: %lld cases, by %.*s%s%.*s\n", STR_ARG(json_text(m, "bulk")), STR_ARG(json_text(m, "at")), STR_ARG(json_text(m, "do")),
			STR_ARG(to.len ? to : STR("-")), (long long)json_int(m, "cases", 0), STR_ARG(json_text(m, "by")), by.len ? ", taken back by " : "", STR_ARG(by));
	}
	return EXIT_OK;
}

int bulk_command(struct arena *a, const char *socket_path, bool json, int argc, char **argv)
{
	static const char *const verbs[] = { "reply", "assign", "resolve", "flag", "merge", "release", "snooze", "macro", NULL };
	struct asking q = { .a = a, .socket_path = socket_path, .json = json, .yes = cli_flag(&argc, argv, "--yes"), .op = "case-bulk" };
	bool off = cli_flag(&argc, argv, "--off");
	const char *set;
	while (q.set_count < MACRO_ASKED_MAX && (set = cli_value(&argc, argv, "--set")))
		q.set[q.set_count++] = set;
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list_bulks(&q);
	if (argc == 3 && strcmp(argv[1], "undo") == 0) {
		q.op = "case-bulk-undo";
		q.id = argv[2];
		return run(&q, NULL);
	}
	for (size_t i = 0; argc > 1 && verbs[i]; i++)
		if (strcmp(argv[1], verbs[i]) == 0) {
			q.verb = off && strcmp(argv[1], "flag") == 0 ? "unflag" : verbs[i];
			return over_cases(&q, argc, argv);
		}
	return cli_usage("case");
}
