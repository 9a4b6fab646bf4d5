/*
 * aup reseller: what was passed on to resellers, and what their scorecards say.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/digest.h"
#include "base/file.h"

enum { DOCUMENT_BYTES_MAX = 32 << 20 };

static long long number(const struct json *m, const char *name)
{
	return (long long)json_int(m, name, 0);
}

static void print_line(const struct json *m)
{
	(void)printf("%-20.*s open %lld, late %lld, repeated %lld, back %lld, of %lld passed on%s\n", STR_ARG(json_text(m, "reseller")), number(m, "open"), number(m, "late"),
		number(m, "repeated"), number(m, "back"), number(m, "sent"), json_flag(m, "failing", false) ? ": failing" : "");
}

static void print_card(const struct json *m)
{
	static const struct { const char *name, *doc; } lines[] = { { "open", "now without an answer" }, { "sent", "passed on" }, { "answered", "answered" },
		{ "fixed", "said to be fixed" }, { "repeated", "passed on again" }, { "late", "had no answer in time" }, { "back", "came back after they were said to be fixed" } };
	struct str window = json_text(m, "window");
	(void)printf("%.*s, within %.*s\n", STR_ARG(json_text(m, "reseller")), STR_ARG(window.len ? window : STR("no window: the policy says nothing of resellers")));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		(void)printf("  %-9s %6lld  %s\n", lines[i].name, number(m, lines[i].name), lines[i].doc);
	(void)printf("The scorecard is %s.\n", json_flag(m, "failing", false) ? "failing" : "good");
}

static void print_forwarding(const struct json *m)
{
	struct str answer = json_text(m, "answer"), due = json_text(m, "due");
	(void)printf("%-10.*s %-20.*s %-12.*s %s%.*s%s%s, due %.*s\n", STR_ARG(json_text(m, "case")), STR_ARG(json_text(m, "customer")), STR_ARG(json_text(m, "state")),
		str_eq(answer, STR("none")) ? "" : "answer ", STR_ARG(str_eq(answer, STR("none")) ? STR("-") : answer), json_flag(m, "late", false) ? ", late" : "",
		json_flag(m, "back", false) ? ", came back" : "", STR_ARG(due));
}

static void print_acknowledgements(const struct json *root)
{
	const struct json *list = json_get(root, "acknowledgements");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		struct str at = json_text(m, "acknowledged"), told = json_text(m, "told");
		(void)printf("version %.*s: ", STR_ARG(json_text(m, "version")));
		if (at.len)
			(void)printf("acknowledged %.*s by %.*s", STR_ARG(at), STR_ARG(json_text(m, "by")));
		else
			(void)printf("owed by %.*s%s", STR_ARG(json_text(m, "due")), json_flag(m, "overdue", false) ? ", overdue" : "");
		struct str sha256 = json_text(m, "sha256");
		if (told.len)
			(void)printf(", customers told %.*s: %.*s%s%.*s\n", STR_ARG(told), STR_ARG(json_text(m, "document")), sha256.len ? ", SHA-256 " : "", STR_ARG(sha256));
		else
			(void)printf(", no proof that customers were told\n");
	}
}

static void print_review(const struct json *root)
{
	struct str first = json_text(root, "fail_asked_by"), second = json_text(root, "failed_by");
	if (second.len)
		(void)printf("Its review has failed, say %.*s and %.*s, %.*s: the provider's own ladders run.\n", STR_ARG(first), STR_ARG(second),
			STR_ARG(json_text(root, "failed")));
	else if (first.len)
		(void)printf("Its review has failed, says %.*s; a second person has to.\n", STR_ARG(first));
	if (first.len)
		(void)printf("  %.*s\n", STR_ARG(json_text(root, "because")));
}

/* Of the file alone the digest is sent. */
static enum err put_digest(struct arena *a, struct command_text *c, const char *path, struct why *why)
{
	struct str bytes;
	struct digest d;
	enum err e = file_read_all(a, AT_FDCWD, path, DOCUMENT_BYTES_MAX, &bytes, why);
	if (e)
		return e;
	digest_sha256(bytes, &d);
	jsonw_str(&c->w, "sha256", digest_hex(a, &d));
	return OK;
}

int cmd_reseller(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	bool json = cli_flag(&argc, argv, "--json");
	const char *told = cli_value(&argc, argv, "--told"), *document = cli_value(&argc, argv, "--document"),
		*file = cli_value(&argc, argv, "--file"), *because = cli_value(&argc, argv, "--because");
	struct arena *a = arena_new("reseller", CLI_BYTES_MAX + DOCUMENT_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	bool list = argc == 2 && strcmp(argv[1], "list") == 0, show = argc == 3 && strcmp(argv[1], "show") == 0, card = argc == 3 && strcmp(argv[1], "scorecard") == 0,
		ack = argc == 4 && strcmp(argv[1], "ack") == 0, fail = argc == 3 && strcmp(argv[1], "fail") == 0, pass = argc == 3 && strcmp(argv[1], "pass") == 0;
	if (!a || !(list || show || card || ack || fail || pass) || (!ack && (told || document || file)) || (fail || pass) != (because != NULL) || !cli_no_more_options(argc, argv, "reseller")) {
		arena_free(a);
		return cli_usage("reseller");
	}
	command_begin(&c, list ? "reseller-list" : show ? "reseller-show" : ack ? "reseller-ack" : fail ? "reseller-fail" : pass ? "reseller-pass" : "reseller-scorecard");
	if (!list)
		jsonw_str(&c.w, "reseller", str_of(argv[2]));
	if (because)
		jsonw_str(&c.w, "because", str_of(because));
	if (ack)
		jsonw_str(&c.w, "version", str_of(argv[3]));
	if (told)
		jsonw_str(&c.w, "told", str_of(told));
	if (document)
		jsonw_str(&c.w, "document", str_of(document));
	struct why why = { .line = 0 };
	if (file && put_digest(a, &c, file, &why) != OK) {
		arena_free(a);
		return cli_fail(&why);
	}
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json) {
		(void)printf("%.*s\n", STR_ARG(text));
	} else if (status == EXIT_OK && fail) {
		(void)printf("The review of %s has failed%s.\n", argv[2], json_flag(root, "waits", false) ? ", you say: nothing follows before a second person says so too" : "");
	} else if (status == EXIT_OK && (list || show || card)) {
		const struct json *rows = json_get(root, list ? "resellers" : "forwardings");
		if (!list)
			print_card(root);
		if (!list) {
			print_acknowledgements(root);
			print_review(root);
		}
		for (const struct json *m = rows ? rows->child : NULL; m; m = m->next)
			(list ? print_line : print_forwarding)(m);
	}
	arena_free(a);
	return status;
}
