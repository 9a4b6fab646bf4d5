/*
 * aup evidence: how the ledger stands, its key, and proofs from it. The export of a case is in evidence_export.c, what checks one
 * without a daemon in verify.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aup/evidence.h"
#include "base/file.h"

enum { ASK_TIMES = 50, KEY_FILE_MAX = 4096 };

int evidence_ask(struct evidence_call *c, void (*put)(struct command_text *t, void *arg), void *arg, const char *op, struct json **ret_root, struct str *ret_text)
{
	const struct timespec pause = { 0, 200 * 1000 * 1000 };
	for (int i = 0;; i++) {
		struct command_text t;
		command_begin(&t, op);
		t.quiet = i + 1 < ASK_TIMES;
		put(&t, arg);
		*ret_root = NULL;
		int status = command_send(c->a, c->socket_path, &t, ret_root, ret_text);
		if (status != EXIT_NO || !t.quiet)
			return status;
		/* what is new is signed within a moment */
		if (json_int(*ret_root, "code", 0) != ERR_AGAIN)
			return client_refused(*ret_root);
		(void)nanosleep(&pause, NULL);
	}
}

static void put_nothing(struct command_text *t, void *arg)
{
	(void)t;
	(void)arg;
}

int evidence_out(const char *path, struct str bytes)
{
	struct why why = { .line = 0 };
	if (!path || strcmp(path, "-") == 0)
		return fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len && fflush(stdout) == 0 ? EXIT_OK : EXIT_NO;
	int fd;
	enum err e = file_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd, &why);
	if (e)
		return cli_fail(&why);
	e = file_write_at(fd, 0, bytes, &why);
	if (e == OK)
		e = file_sync(fd, &why);
	file_close(fd);
	return e ? cli_fail(&why) : EXIT_OK;
}

enum err evidence_key(struct arena *a, const char *text, struct note_verifier *ret_key, struct why *why)
{
	struct str bytes = str_of(text);
	/* a key has a "+" on both sides of its id: a file's name that looks so is given as ./NAME */
	if (note_verifier_read(a, bytes, ret_key, why) == OK)
		return OK;
	enum err e = file_read_all(a, AT_FDCWD, text, KEY_FILE_MAX, &bytes, why);
	return e ? e : note_verifier_read(a, str_trim(bytes), ret_key, why);
}

/* Exit status 1 when one contradicts the ledger. */
static bool print_witnesses(struct arena *a, const struct json *root)
{
	const struct json *list = json_get(root, "witnesses");
	bool contradicted = false;
	if (list && list->child)
		(void)printf("witnessed  %lld, by %lld of them or more\n", (long long)json_int(root, "witnessed", 0), (long long)json_int(root, "required", 0));
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		bool contradicts = json_flag(m, "contradicts", false), signs = json_flag(m, "signs", false);
		contradicted |= contradicts;
		(void)printf("witness %.*s\n", STR_ARG(json_text(m, "key")));
		if (json_int(m, "cosigned", 0))
			(void)printf("  signed %lld at %.*s\n", (long long)json_int(m, "cosigned", 0), STR_ARG(json_text(m, "cosigned_at")));
		else
			(void)printf("  has signed nothing yet\n");
		if (json_text(m, "trouble").len)
			(void)printf("  %s%.*s: %.*s (it knows %lld)\n", contradicts ? "IT CONTRADICTS THE LEDGER since " : signs ? "before that, " : "since ",
				STR_ARG(json_text(m, "trouble_at")), STR_ARG(str_printable(a, json_text(m, "trouble"), 300)), (long long)json_int(m, "knows", 0));
	}
	return contradicted;
}

static void print_stamped(struct arena *a, const struct json *root)
{
	struct str trouble = json_text(root, "stamp_trouble");
	if (json_int(root, "stamped", 0))
		(void)printf("stamped  %lld at %.*s\n", (long long)json_int(root, "stamped", 0), STR_ARG(json_text(root, "stamped_at")));
	else if (json_flag(root, "stamps", false))
		(void)printf("stamped  nothing yet\n");
	if (trouble.len)
		(void)printf("  the last attempt failed: %.*s\n", STR_ARG(str_printable(a, trouble, 300)));
}

static int status(int argc, char **argv, struct evidence_call *c)
{
	struct json *root;
	struct str text;
	if (argc != 2 || !cli_no_more_options(argc, argv, "evidence"))
		return cli_usage("evidence");
	int rc = evidence_ask(c, put_nothing, NULL, "evidence-status", &root, &text);
	if (rc)
		return rc;
	bool still = json_flag(root, "stands_still", false);
	if (c->json) {
		(void)printf("%.*s\n", STR_ARG(text));
		return still ? EXIT_NO : EXIT_OK;
	}
	(void)printf("origin  %.*s\nkey     %.*s\n", STR_ARG(json_text(root, "origin")), STR_ARG(json_text(root, "key")));
	if (still)
		(void)printf("It stands still: %.*s\n", STR_ARG(json_text(root, "because")));
	else
		(void)printf("leaves  %lld\nsigned  %lld\nroot    %.*s\n", (long long)json_int(root, "leaves", 0), (long long)json_int(root, "signed", 0),
			STR_ARG(json_text(root, "root").len ? json_text(root, "root") : STR("nothing is signed yet")));
	print_stamped(c->a, root);
	return print_witnesses(c->a, root) || still ? EXIT_NO : EXIT_OK;
}

static int key(int argc, char **argv, struct evidence_call *c)
{
	struct json *root;
	struct str text;
	if (argc != 2 || !cli_no_more_options(argc, argv, "evidence"))
		return cli_usage("evidence");
	int rc = evidence_ask(c, put_nothing, NULL, "evidence-status", &root, &text);
	if (rc == EXIT_OK)
		(void)printf("%.*s\n", STR_ARG(c->json ? text : json_text(root, "key")));
	return rc;
}

static void put_record_id(struct command_text *t, void *arg)
{
	jsonw_str(&t->w, "record", str_of(arg));
}

static int proof(int argc, char **argv, struct evidence_call *c)
{
	const char *path = cli_value(&argc, argv, "-o");
	struct json *root;
	struct str text;
	if (argc != 3 || !cli_no_more_options(argc, argv, "evidence"))
		return cli_usage("evidence");
	int rc = evidence_ask(c, put_record_id, argv[2], "evidence-proof", &root, &text);
	return rc ? rc : c->json ? evidence_out(path, str_format(c->a, "%.*s\n", STR_ARG(text))) : evidence_out(path, json_text(root, "proof"));
}

int cmd_evidence(int argc, char **argv)
{
	static const struct { const char *name; int (*run)(int, char **, struct evidence_call *); } verbs[] = { { "status", status }, { "key", key },
		{ "proof", proof }, { "consistency", evidence_consistency }, { "export", evidence_export } };
	struct evidence_call c = { .json = cli_flag(&argc, argv, "--json") };
	c.socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	c.a = arena_new("evidence", CLI_BYTES_MAX);
	for (size_t i = 0; c.a && argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0) {
			int rc = verbs[i].run(argc, argv, &c);
			arena_free(c.a);
			return rc;
		}
	arena_free(c.a);
	return cli_usage("evidence");
}
