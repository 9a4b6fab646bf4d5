/*
 * aup case reasons: the statements of reasons of a case, checked against the rules of the transparency database before they
 * are shown. One that lacks something is told with what it lacks, and nothing is printed that could be filed by mistake.
 */
#include <stdio.h>

#include "aup/aup.h"
#include "aup/case.h"
#include "engine/reasons.h"

/* Says what is wrong with each; the number of statements. */
static unsigned check(struct arena *a, const struct json *list, bool *ret_good)
{
	struct str problems[REASONS_PROBLEMS_MAX];
	unsigned n = 0;
	*ret_good = true;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next, n++) {
		unsigned count = reasons_check(a, json_get(m, "statement"), problems);
		for (unsigned i = 0; i < count; i++)
			(void)fprintf(stderr, "aup: %.*s: %.*s\n", STR_ARG(json_text(m, "act")), STR_ARG(problems[i]));
		*ret_good &= !count;
	}
	if (n > REASONS_BATCH_MAX) {
		(void)fprintf(stderr, "aup: %u statements are more than the %d that the database takes at once: name an act\n", n, REASONS_BATCH_MAX);
		*ret_good = false;
	}
	return n;
}

static void print_json(const struct json *list, struct buf *out)
{
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	jsonw_array(&w, "statements");
	for (const struct json *m = list->child; m; m = m->next)
		jsonw_tree(&w, NULL, json_get(m, "statement"));
	jsonw_end(&w, ']');
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
}

static void print_words(const struct json *list, struct buf *out)
{
	for (const struct json *m = list->child; m; m = m->next) {
		struct str until = json_text(m, "appeal_until");
		buf_printf(out, "%sStatement of reasons for %.*s (%.*s)\n", m == list->child ? "" : "\n", STR_ARG(json_text(m, "act")), STR_ARG(json_text(m, "state")));
		reasons_words(json_get(m, "statement"), out);
		buf_printf(out, "  %-17s an appeal to the provider%s%.*s; a body for settlement out of court; a court\n", "Redress", until.len ? " until " : "", STR_ARG(until));
	}
}

int case_reasons(struct arena *a, const char *socket_path, const char *number, const char *act, bool json)
{
	struct command_text t;
	struct json *root;
	struct str text;
	struct buf out;
	bool good;
	command_begin(&t, "case-reasons");
	jsonw_str(&t.w, "case", str_of(number));
	if (act)
		jsonw_str(&t.w, "act", str_of(act));
	int status = command_send(a, socket_path, &t, &root, &text);
	if (status)
		return status;
	const struct json *list = json_get(root, "statements");
	long long waiting = (long long)json_int(root, "waiting", 0);
	unsigned n = check(a, list, &good);
	if (waiting)
		(void)fprintf(stderr, "aup: %lld act%s not in force: nothing is stated of %s\n", waiting, waiting == 1 ? " is" : "s are", waiting == 1 ? "it" : "them");
	if (!n)
		(void)fprintf(stderr, "aup: nothing restricts in %s\n", number);
	if (!n || !good)
		return EXIT_NO;
	buf_init(&out, 64 << 20);
	if (json)
		print_json(list, &out);
	else
		print_words(list, &out);
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	return EXIT_OK;
}
