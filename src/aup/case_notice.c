/*
 * aup case notice: the letter of a case that goes next, as it will be sent, and what comes when nothing is done.
 */
#include <stdio.h>

#include "aup/aup.h"
#include "aup/case.h"

static void print_letter(const struct json *l)
{
	(void)printf("%.*s, %.*s\n", STR_ARG(json_text(l, "name")), STR_ARG(json_text(l, "state")));
	if (json_text(l, "blocked").len) {
		(void)printf("  cannot be sent: %.*s\n\n", STR_ARG(json_text(l, "blocked")));
		return;
	}
	(void)printf("To: %.*s (%.*s%s%.*s)\nReply-To: %.*s\nSubject: %.*s\n\n%.*s\n", STR_ARG(json_text(l, "to")), STR_ARG(json_text(l, "role")),
		json_text(l, "whose").len ? " " : "", STR_ARG(json_text(l, "whose")), STR_ARG(json_text(l, "reply_to")), STR_ARG(json_text(l, "subject")),
		STR_ARG(json_text(l, "body")));
}

static void print_step(const struct json *s)
{
	struct str unless = json_text(s, "unless");
	(void)printf("  %.*s  %.*s %.*s", STR_ARG(json_text(s, "at")), STR_ARG(json_text(s, "verb")), STR_ARG(json_text(s, "what")));
	if (unless.len && !str_eq(unless, STR("none")))
		(void)printf(" unless %.*s", STR_ARG(unless));
	if (json_int(s, "approvals", 0))
		(void)printf(", with approval of %lld", (long long)json_int(s, "approvals", 0));
	(void)printf("\n");
}

int case_notice(struct arena *a, const char *socket_path, const char *number, bool json)
{
	struct command_text t;
	struct json *root;
	struct str text;
	command_begin(&t, "case-notice");
	jsonw_str(&t.w, "case", str_of(number));
	int status = command_send(a, socket_path, &t, &root, &text);
	if (status || json) {
		if (!status)
			(void)printf("%.*s\n", STR_ARG(text));
		return status;
	}
	const struct json *letters = json_get(root, "letters"), *steps = json_get(root, "if_nothing");
	if (!letters || !letters->child)
		(void)printf("No letter is about to go: %.*s is %.*s.\n", STR_ARG(json_text(root, "case")), STR_ARG(json_text(root, "state")));
	for (const struct json *m = letters ? letters->child : NULL; m; m = m->next)
		print_letter(m);
	if (steps && steps->child)
		(void)printf("When nothing is done:\n");
	for (const struct json *m = steps ? steps->child : NULL; m; m = m->next)
		print_step(m);
	return EXIT_OK;
}
