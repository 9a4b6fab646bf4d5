/*
 * aup bindings: import, status; follow is in bindings_follow.c, files that are no CSV in bindings_leases.c.
 *
 * A file is read here before it is sent, so that what is wrong with its form is told at once; whom a row speaks of only the daemon
 * knows.
 */
#include "aup/bindings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attribution/binding_csv.h"
#include "aup/aup.h"
#include "aup/client.h"
#include "base/file.h"

enum { ROW_BYTES_MAX = 4 << 20, TELL_EVERY = 4096 };

static enum err any_subject(void *arg, struct str text, struct binding_subject *ret_subject)
{
	(void)arg;
	(void)text;
	*ret_subject = (struct binding_subject){ { 0 } };
	return OK;
}

static enum err any_feed(void *arg, struct str text, uint8_t *ret_feed)
{
	(void)arg;
	(void)text;
	*ret_feed = 1;
	return OK;
}

/* now: rows are dated by the daemon; any moment does for the check of their form. */
static enum err check_form(const char *path, struct str bytes, bool tty, struct why *why)
{
	static const struct binding_names anybody = { NULL, any_subject, any_feed };
	struct arena *a = arena_new("rows", ROW_BYTES_MAX);
	struct binding_csv csv;
	struct binding b;
	uint64_t n = 0;
	enum err e = a ? binding_csv_open(&csv, a, path, bytes, &anybody, DAY_US, why) : ERR_NOMEM;
	while (e == OK) {
		arena_reset(a);
		e = binding_csv_next(&csv, a, &b, why);
		if (tty && ++n % TELL_EVERY == 0)
			cli_bar("reading", csv.csv.at, bytes.len);
	}
	if (tty && e == ERR_NOTFOUND)
		cli_bar("reading", bytes.len, bytes.len);
	arena_free(a);
	return e == ERR_NOTFOUND ? OK : e;
}

/* head: lines that were put before the file's own. */
static int refused(struct arena *a, const struct json *answer, int64_t head)
{
	struct why why = { .line = 0 };
	struct str hint = json_text(answer, "hint");
	(void)why_set(&why, ERR_DENIED, "%.*s", STR_ARG(json_text(answer, "error")));
	why_hint(&why, "%.*s", STR_ARG(hint));
	if (json_int(answer, "line", 0) > 0)
		why_at(&why, str_c(a, json_text(answer, "place")), (uint32_t)(json_int(answer, "line", 0) - head),
			head ? 1 : (uint32_t)json_int(answer, "column", 0));
	return cli_fail(&why);
}

/* The file as CSV. */
static enum err as_rows(struct bindings_leases *leases, const char *path, struct str bytes, struct buf *ret_rows, struct why *why)
{
	leases->path = path;
	buf_puts(ret_rows, leases->head);
	/* the head is a line more: the place that the daemon tells is one too far */
	return bindings_leases_rows(leases, bytes, 1, false, ret_rows, why);
}

static int import(int argc, char **argv, struct arena *a, const char *socket_path, const char *feed, struct bindings_leases *leases, bool json)
{
	const char *from = cli_value(&argc, argv, "--from"), *until = cli_value(&argc, argv, "--until");
	struct why why = { .line = 0 };
	struct command_text c;
	struct json *root = NULL;
	struct str bytes, text;
	struct buf rows;
	if (!cli_no_more_options(argc, argv, "bindings") || argc != 3 || !from != !until)
		return cli_usage("bindings");
	const char *file = strcmp(argv[2], "-") == 0 ? "/dev/stdin" : argv[2];
	bool tty = isatty(STDERR_FILENO);
	enum err e = file_read_all(a, AT_FDCWD, file, BINDINGS_FILE_MAX, &bytes, &why);
	buf_init(&rows, BINDINGS_FILE_MAX);
	if (e == OK && leases) {
		e = as_rows(leases, argv[2], bytes, &rows, &why);
		bytes = buf_str(&rows);
	}
	if (e == OK)
		e = check_form(argv[2], bytes, tty, &why);
	if (e) {
		buf_done(&rows);
		return cli_fail(&why);
	}
	command_begin(&c, "bindings-import");
	jsonw_str(&c.w, "file", str_of(argv[2]));
	jsonw_str(&c.w, "feed", str_of(feed));
	jsonw_str(&c.w, "from", str_of(from));
	jsonw_str(&c.w, "until", str_of(until));
	c.more = bytes;
	c.quiet = true;
	if (tty)
		(void)fprintf(stderr, "the daemon takes them in\n");
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		(void)printf("%lld rows, %lld new, %lld corrections\n", (long long)json_int(root, "rows", 0), (long long)json_int(root, "new", 0),
			(long long)json_int(root, "corrections", 0));
	if (status == EXIT_OK && leases && leases->others)
		(void)fprintf(stderr, "%s: %llu lines are of no form of that log, and were passed over\n", argv[2], (unsigned long long)leases->others);
	if (status == EXIT_NO && root)
		status = refused(a, root, leases ? 1 : 0);
	buf_done(&rows);
	return status;
}

static void print_feed(const struct json *f)
{
	struct str heard = json_text(f, "heard");
	(void)printf("feed %.*s (number %lld): heard last %.*s\n", STR_ARG(json_text(f, "name")), (long long)json_int(f, "number", 0),
		STR_ARG(heard.len ? heard : STR("never")));
	const struct json *list = json_get(f, "holes");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		(void)printf("  hole: %.*s until %.*s: %.*s\n", STR_ARG(json_text(m, "from")), STR_ARG(json_text(m, "until")), STR_ARG(json_text(m, "reason")));
}

static int show(int argc, char **argv, struct arena *a, const char *socket_path, bool json)
{
	struct command_text c;
	struct json *root;
	struct str text;
	if (!cli_no_more_options(argc, argv, "bindings") || argc != 2)
		return cli_usage("bindings");
	command_begin(&c, "bindings-status");
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json) {
		(void)printf("%.*s\n", STR_ARG(text));
	} else if (status == EXIT_OK) {
		(void)printf("%lld bindings of at most %lld, %lld bytes in memory, %lld days on disk\n", (long long)json_int(root, "bindings", 0),
			(long long)json_int(root, "capacity", 0), (long long)json_int(root, "bytes", 0), (long long)json_int(root, "days", 0));
		if (json_int(root, "days", 0))
			(void)printf("oldest day %.*s, newest %.*s\n", STR_ARG(str_sub(json_text(root, "oldest"), 0, 10)), STR_ARG(str_sub(json_text(root, "newest"), 0, 10)));
		if (json_int(root, "bad_records", 0))
			(void)printf("damage: %lld records on %lld days cannot be read\n", (long long)json_int(root, "bad_records", 0),
				(long long)json_int(root, "damaged_days", 0));
		const struct json *list = json_get(root, "feeds");
		for (const struct json *m = list ? list->child : NULL; m; m = m->next)
			print_feed(m);
	}
	return status;
}

int cmd_bindings(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	const char *feed = cli_value(&argc, argv, "--feed");
	bool json = cli_flag(&argc, argv, "--json");
	const char *hook = cli_value(&argc, argv, "--hook");
	struct bindings_leases *leases;
	if (!bindings_leases_open(&argc, argv, &leases))
		return EXIT_USAGE;
	struct arena *a = arena_new("bindings", CLI_BYTES_MAX);
	const char *verb = argc > 1 ? argv[1] : "";
	int status = EXIT_NO;
	bool hooked = leases && !leases->nat && (leases->reader.format == LEASE_KEA4 || leases->reader.format == LEASE_KEA6);
	if (hook && (strcmp(verb, "follow") != 0 || !hooked))
		verb = "";
	if (a && strcmp(verb, "import") == 0)
		status = import(argc, argv, a, socket_path, feed, leases, json);
	else if (a && strcmp(verb, "follow") == 0 && argc == 3)
		status = bindings_follow(socket_path, argv[2], feed, leases, hook);
	else if (a && strcmp(verb, "map") == 0 && argc == 3)
		status = bindings_map(argv[2]);
	else if (a && strcmp(verb, "status") == 0)
		status = show(argc, argv, a, socket_path, json);
	else if (a)
		status = cli_usage("bindings");
	arena_free(a);
	bindings_leases_close(leases);
	return status;
}
