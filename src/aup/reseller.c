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

enum { DOCUMENT_BYTES_MAX = 32 << 20, TEXT_SHOWN = 1000 };

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

static void print_plan(struct arena *a, const struct json *root)
{
	static const char *const names[] = { "findings", "plan" };
	for (int i = 0; i < 2; i++) {
		const struct json *list = json_get(root, names[i]);
		if (list && list->child)
			(void)printf("%s\n", i ? "Its plan:" : "Its review found:");
		for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
			struct str kept = json_text(m, "kept");
			(void)printf("  %lld  ", number(m, "n"));
			if (i)
				(void)printf("by %.*s, %.*s%s%.*s: ", STR_ARG(json_text(m, "due")), STR_ARG(json_text(m, "state")), kept.len ? " " : "", STR_ARG(kept));
			(void)printf("%.*s\n", STR_ARG(str_printable(a, json_text(m, "text"), TEXT_SHOWN)));
		}
	}
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

/* Which options a subcommand needs and may have, one letter each, and how many arguments. */
static const struct sub { const char *name, *op, *needs, *may; int argc; } subs[] = {
	{ "list", "reseller-list", "", "", 2 }, { "show", "reseller-show", "", "", 3 }, { "scorecard", "reseller-scorecard", "", "", 3 },
	{ "tree", "reseller-tree", "", "", 2 }, { "tree", "reseller-tree", "", "", 3 },
	{ "ack", "reseller-ack", "", "odf", 4 }, { "fail", "reseller-fail", "b", "b", 3 }, { "pass", "reseller-pass", "b", "b", 3 },
	{ "finding", "reseller-finding", "t", "t", 3 }, { "plan", "reseller-plan", "tw", "tw", 3 }, { "kept", "reseller-kept", "", "", 4 } };

enum { OPTION_TOLD, OPTION_DOCUMENT, OPTION_BECAUSE, OPTION_TEXT, OPTION_DATE, OPTION_FILE, OPTIONS };
static const struct { const char *flag, *member, *letter; } options[OPTIONS] = { { "--told", "told", "o" }, { "--document", "document", "d" },
	{ "--because", "because", "b" }, { "--text", "text", "t" }, { "--date", "date", "w" }, { "--file", NULL, "f" } };

static void print_sums(const struct json *m, const char *name, int len)
{
	struct str per = json_text(m, "per_1000"), repeat = json_text(m, "repeat_percent");
	(void)printf("%.*s: %lld customers, %lld cases, %lld open", len, name, number(m, "customers"), number(m, "cases"), number(m, "open"));
	if (per.len)
		(void)printf(", %.*s per 1,000", STR_ARG(per));
	if (json_get(m, "median_fix_s"))
		(void)printf(", median %lld h", (number(m, "median_fix_s") + 1800) / 3600);
	if (repeat.len)
		(void)printf(", %.*s %% of customers with cases again", STR_ARG(repeat));
	(void)printf("\n");
}

static void print_tree(const struct json *root)
{
	struct str name = json_text(root, "reseller");
	const struct json *list = json_get(root, "children");
	name = name.len ? name : STR("all");
	print_sums(json_get(root, "sum"), name.ptr, (int)name.len);
	print_sums(json_get(root, "direct"), "  served directly", 17);
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		(void)printf("  ");
		print_sums(m, json_text(m, "reseller").ptr, (int)json_text(m, "reseller").len);
	}
	if (json_flag(root, "more", false))
		(void)printf("There are more cases or resellers than were counted: the figures are of the latest.\n");
}

static const struct sub *find_sub(int argc, char **argv, const char *const values[])
{
	const struct sub *s = NULL;
	for (size_t i = 0; argc > 1 && i < sizeof(subs) / sizeof(subs[0]); i++)
		if (strcmp(argv[1], subs[i].name) == 0 && argc == subs[i].argc)
			s = &subs[i];
	for (int i = 0; s && i < OPTIONS; i++)
		if (strstr(values[i] ? s->may : s->needs, options[i].letter) ? !values[i] : values[i] != NULL)
			s = NULL;
	return s;
}

static void print_answer(struct arena *a, const struct sub *s, const char *id, const struct json *root)
{
	bool list = strcmp(s->name, "list") == 0;
	const struct json *rows = json_get(root, list ? "resellers" : "forwardings");
	if (strcmp(s->name, "fail") == 0) {
		(void)printf("The review of %s has failed%s.\n", id, json_flag(root, "waits", false) ? ", you say: nothing follows before a second person says so too" : "");
	} else if (strcmp(s->name, "tree") == 0) {
		print_tree(root);
	} else if (*s->needs == 't') {
		(void)printf("Entry %lld.\n", number(root, "n"));
	} else if (list || strcmp(s->name, "show") == 0 || strcmp(s->name, "scorecard") == 0) {
		if (!list) {
			print_card(root);
			print_acknowledgements(root);
			print_review(root);
			print_plan(a, root);
		}
		for (const struct json *m = rows ? rows->child : NULL; m; m = m->next)
			(list ? print_line : print_forwarding)(m);
	}
}

int cmd_reseller(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock"), *values[OPTIONS];
	bool json = cli_flag(&argc, argv, "--json");
	uint64_t n = 0;
	for (int i = 0; i < OPTIONS; i++)
		values[i] = cli_value(&argc, argv, options[i].flag);
	const struct sub *s = find_sub(argc, argv, values);
	bool kept = s && strcmp(s->name, "kept") == 0;
	if (!s || (kept && str_to_u64(str_of(argv[3]), UINT32_MAX, &n) != OK) || !cli_no_more_options(argc, argv, "reseller"))
		return cli_usage("reseller");
	struct arena *a = arena_new("reseller", CLI_BYTES_MAX + DOCUMENT_BYTES_MAX);
	struct command_text c;
	struct json *root;
	struct str text;
	struct why why = { .line = 0 };
	if (!a)
		return EXIT_NO;
	command_begin(&c, s->op);
	if (s->argc > 2)
		jsonw_str(&c.w, "reseller", str_of(argv[2]));
	if (kept)
		jsonw_int(&c.w, "n", (int64_t)n);
	else if (s->argc == 4)
		jsonw_str(&c.w, "version", str_of(argv[3]));
	for (int i = 0; i < OPTION_FILE; i++)
		if (values[i])
			jsonw_str(&c.w, options[i].member, str_of(values[i]));
	if (values[OPTION_FILE] && put_digest(a, &c, values[OPTION_FILE], &why) != OK) {
		arena_free(a);
		return cli_fail(&why);
	}
	int status = command_send(a, socket_path, &c, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK)
		print_answer(a, s, argc > 2 ? argv[2] : "", root);
	arena_free(a);
	return status;
}
