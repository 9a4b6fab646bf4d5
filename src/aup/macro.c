/*
 * aup macro: named sequences of what people do to a case, in files of the block language; shown before they are run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/bulk.h"
#include "aup/client.h"
#include "base/conf.h"
#include "base/file.h"
#include "model/macro.h"

enum { FILE_BYTES_MAX = 1 << 20, TEXT_SHOWN = 2000 };

static const struct conf_item items[] = {
	{ .name = "macro", .type = CONF_BLOCK, .many = true, .named = true, .doc = "a named sequence of steps" }, { .name = NULL },
};

struct calling {
	struct arena *a;
	const char *socket_path;
	bool json, yes;
};

static enum err put_steps(struct command_text *t, const struct conf *block, struct why *why)
{
	jsonw_array(&t->w, "steps");
	for (const struct conf *s = block->child; s; s = s->next) {
		if (s->arg_count != 2 || s->has_block)
			return conf_fail(why, s, 0, ERR_SYNTAX, "a step is a word and one text, such as: note \"rang them\"");
		jsonw_object(&t->w, NULL);
		jsonw_str(&t->w, "do", s->args[0].text);
		jsonw_str(&t->w, "text", s->args[1].text);
		jsonw_end(&t->w, '}');
	}
	jsonw_end(&t->w, ']');
	return OK;
}

static int add_one(struct calling *c, const struct conf *block)
{
	struct command_text t;
	struct json *root;
	struct str text;
	struct why why = { .line = 0 };
	command_begin(&t, "macro-add");
	jsonw_str(&t.w, "name", block->args[1].text);
	enum err e = put_steps(&t, block, &why);
	if (e) {
		buf_done(&t.body);
		return cli_fail(&why);
	}
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK && c->json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("%.*s: %s\n", STR_ARG(block->args[1].text), json_flag(root, "replaced", false) ? "replaced" : "added");
	return status;
}

static int add(struct calling *c, const char *file)
{
	struct str bytes;
	struct conf *first;
	struct why why = { .line = 0 };
	const char *path = strcmp(file, "-") == 0 ? "/dev/stdin" : file;
	enum err e = file_read_all(c->a, AT_FDCWD, path, FILE_BYTES_MAX, &bytes, &why);
	if (e == OK)
		e = conf_read(c->a, file, bytes, &first, &why);
	if (e == OK)
		e = conf_check(first, items, &why);
	if (e)
		return cli_fail(&why);
	int status = EXIT_OK;
	for (const struct conf *m = first; m && status == EXIT_OK; m = m->next)
		status = add_one(c, m);
	return status;
}

/* As a file has it, so that what is shown can be changed and added again. */
static void print_text(struct str text)
{
	(void)putchar('"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			(void)printf("\\n");
		else if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			(void)printf("\\%c", text.ptr[i]);
		else
			(void)putchar(text.ptr[i]);
	}
	(void)putchar('"');
}

static void print_macro(const struct json *m)
{
	const struct json *steps = json_get(m, "steps");
	(void)printf("macro \"%.*s\" {\t# by %.*s\n", STR_ARG(json_text(m, "name")), STR_ARG(json_text(m, "by")));
	for (const struct json *s = steps ? steps->child : NULL; s; s = s->next) {
		(void)printf("    %-8.*s ", STR_ARG(json_text(s, "verb")));
		print_text(json_text(s, "text"));
		(void)printf("\n");
	}
	(void)printf("}\n");
}

/* name NULL: all of them by name. */
static int list(struct calling *c, const char *name)
{
	struct command_text t;
	struct json *root;
	struct str text;
	command_begin(&t, "macros");
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	bool found = !name;
	if (status)
		return status;
	if (c->json && !name) {
		(void)printf("%.*s\n", STR_ARG(text));
		return EXIT_OK;
	}
	const struct json *all = json_get(root, "macros");
	for (const struct json *m = all ? all->child : NULL; m; m = m->next) {
		const struct json *steps = json_get(m, "steps");
		if (name && str_eq(json_text(m, "name"), str_of(name))) {
			found = true;
			if (c->json)
				(void)printf("%.*s\n", (int)(m->to - m->from), text.ptr + m->from);
			else
				print_macro(m);
		}
		if (name)
			continue;
		(void)printf("%-20.*s", STR_ARG(json_text(m, "name")));
		for (const struct json *s = steps ? steps->child : NULL; s; s = s->next)
			(void)printf(" %.*s", STR_ARG(json_text(s, "verb")));
		(void)printf("\n");
	}
	if (!found)
		(void)fprintf(stderr, "aup: there is no macro %s\n", name);
	return found ? EXIT_OK : EXIT_NO;
}

static int drop(struct calling *c, const char *name)
{
	struct command_text t;
	struct json *root;
	struct str text;
	command_begin(&t, "macro-remove");
	jsonw_str(&t.w, "name", str_of(name));
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK)
		(void)printf(c->json ? "%.*s\n" : "%.*s: removed\n", STR_ARG(c->json ? text : str_of(name)));
	return status;
}

struct running {
	const char *name, *number;
	struct macro_value set[MACRO_ASKED_MAX];
	unsigned set_count;
};

static int ask(struct calling *c, const struct running *r, const struct json *shown, struct json **ret_root, struct str *ret_text)
{
	struct command_text t;
	command_begin(&t, "macro-run");
	jsonw_str(&t.w, "name", str_of(r->name));
	jsonw_str(&t.w, "case", str_of(r->number));
	jsonw_object(&t.w, "set");
	for (unsigned i = 0; i < r->set_count; i++)
		jsonw_str(&t.w, str_c(c->a, r->set[i].name), r->set[i].value);
	jsonw_end(&t.w, '}');
	jsonw_bool(&t.w, "dry", !shown);
	if (shown) {
		jsonw_int(&t.w, "events", json_int(shown, "events", -1));
		jsonw_int(&t.w, "version", json_int(shown, "version", -1));
	}
	return command_send(c->a, c->socket_path, &t, ret_root, ret_text);
}

static void print_run(struct calling *c, const struct json *root)
{
	const struct json *steps = json_get(root, "steps");
	for (const struct json *s = steps ? steps->child : NULL; s; s = s->next)
		(void)printf("%.*s: %.*s\n", STR_ARG(json_text(s, "do")), STR_ARG(str_printable(c->a, json_text(s, "text"), TEXT_SHOWN)));
	(void)printf("does to %.*s:\n", STR_ARG(json_text(root, "case")));
	bulk_print_consequences(c->a, root);
	(void)fflush(stdout);
}

static int run(struct calling *c, int argc, char **argv, struct running *r)
{
	const char *one;
	struct json *shown, *root;
	struct str text;
	while ((one = cli_value(&argc, argv, "--set"))) {
		struct str rest = str_of(one), name;
		if (r->set_count == MACRO_ASKED_MAX || !str_split(&rest, '=', &name) || !macro_name_ok(name))
			return cli_usage("macro");
		r->set[r->set_count++] = (struct macro_value){ name, rest.ptr ? rest : STR("") };
	}
	if (argc != 4 || !cli_no_more_options(argc, argv, "macro"))
		return cli_usage("macro");
	r->name = argv[2];
	r->number = argv[3];
	int status = ask(c, r, NULL, &shown, &text);
	if (status)
		return status;
	if (!c->json || !c->yes)
		print_run(c, shown);
	if (!bulk_agreed(c->yes))
		return EXIT_NO;
	status = ask(c, r, shown, &root, &text);
	if (status == EXIT_OK)
		(void)printf(c->json ? "%.*s\n" : "%.*s: done\n", STR_ARG(c->json ? text : str_of(r->number)));
	return status;
}

int cmd_macro(int argc, char **argv)
{
	struct calling c = { .json = cli_flag(&argc, argv, "--json"), .yes = cli_flag(&argc, argv, "--yes") };
	struct running r = { .set_count = 0 };
	c.socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	c.a = arena_new("macro", CLI_BYTES_MAX);
	const char *verb = argc > 1 ? argv[1] : "";
	int status = EXIT_NO;
	if (!c.a)
		return EXIT_NO;
	if (strcmp(verb, "run") == 0)
		status = run(&c, argc, argv, &r);
	else if (argc == 3 && strcmp(verb, "add") == 0)
		status = add(&c, argv[2]);
	else if (argc == 2 && strcmp(verb, "list") == 0)
		status = list(&c, NULL);
	else if (argc == 3 && strcmp(verb, "show") == 0)
		status = list(&c, argv[2]);
	else if (argc == 3 && strcmp(verb, "remove") == 0)
		status = drop(&c, argv[2]);
	else
		status = cli_usage("macro");
	arena_free(c.a);
	return status;
}
