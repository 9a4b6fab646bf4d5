/*
 * aup case: the cases, their stories, and what people decide in them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aup/attach.h"
#include "aup/aup.h"
#include "aup/bulk.h"
#include "aup/case.h"
#include "base/time.h"
#include "cases/explain.h"

enum { STORY_PAGES_MAX = 40, STORY_EVENTS_MAX = 20000, TEXT_MAX = 8192 };

struct calling {
	struct arena *a;
	const char *socket_path;
	bool json;
};

static void print_case(const struct json *row)
{
	const struct json *body = json_get(row, "body");
	struct str due = json_text(row, "due"), who = json_text(body, "assigned");
	(void)printf("%-10.*s %-10.*s %-22.*s %-16.*s strikes %lld  reports %lld  next %.*s%s%.*s\n", STR_ARG(json_text(row, "case")),
		STR_ARG(json_text(row, "state")), STR_ARG(body ? json_text(body, "clause") : STR("(sealed)")), STR_ARG(body ? json_text(body, "customer") : STR("-")),
		(long long)json_int(body, "strikes", 0), (long long)json_int(body, "report_count", 0), STR_ARG(due.len ? due : STR("-")), who.len ? "  with " : "",
		STR_ARG(who));
}

/* One page; "after" on the last line says how to get the next. */
static int case_list(int argc, char **argv, struct calling *c)
{
	static const char *const filters[][2] = { { "--state", "state" }, { "--customer", "owner" }, { "--clause", "clause" }, { "--assigned", "assigned" },
		{ "--flag", "flag" }, { "--reseller", "reseller" }, { "--limit", "limit" }, { "--after", "after" } };
	struct buf path;
	struct json *root;
	struct str text;
	buf_init(&path, CLIENT_PATH_MAX);
	buf_puts(&path, "/v1/cases");
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		client_query(&path, filters[i][1], cli_value(&argc, argv, filters[i][0]));
	int status = argc == 2 && cli_no_more_options(argc, argv, "case") ? client_get(c->a, c->socket_path, str_c(c->a, buf_str(&path)), &root, &text)
		: cli_usage("case");
	buf_done(&path);
	if (status)
		return status;
	if (c->json) {
		(void)printf("%.*s\n", STR_ARG(text));
		return EXIT_OK;
	}
	const struct json *rows = json_get(root, "rows");
	for (const struct json *m = rows ? rows->child : NULL; m; m = m->next)
		print_case(m);
	if (json_text(root, "after").len)
		(void)printf("more: --after %.*s\n", STR_ARG(json_text(root, "after")));
	return EXIT_OK;
}

struct story {
	struct casefile c;
	struct case_event *events;
	struct act *acts;
	unsigned event_count, act_count;
};

static int by_order(const void *x, const void *y)
{
	const struct case_event *a = x, *b = y;
	return a->n < b->n ? -1 : a->n > b->n;
}

static enum err read_acts(struct calling *c, const struct json *list, struct story *s, struct why *why)
{
	unsigned n = 0;
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		n++;
	s->acts = ARENA_ARRAY(c->a, struct act, n + 1);
	enum err e = s->acts ? OK : ERR_NOMEM;
	for (const struct json *m = list ? list->child : NULL; e == OK && m; m = m->next)
		e = field_read(c->a, m, act_fields, &s->acts[s->act_count++], why);
	return e;
}

static enum err read_events(struct calling *c, const struct json *list, struct story *s, struct why *why)
{
	enum err e = OK;
	for (const struct json *m = list ? list->child : NULL; e == OK && m && s->event_count < STORY_EVENTS_MAX; m = m->next)
		e = field_read(c->a, m, case_event_fields, &s->events[s->event_count++], why);
	return e;
}

static int bad_number(const char *number)
{
	uint64_t n;
	if (case_parse(str_of(number), &n) == OK)
		return 0;
	(void)fprintf(stderr, "aup: \"%s\" is no case; a number such as C-4711 is needed\n", number);
	return EXIT_USAGE;
}

/* Page by page; gives the first answer's text for --json when it was the only one. */
static int case_show(struct calling *c, const char *number, bool story)
{
	struct story s = { .events = ARENA_ARRAY(c->a, struct case_event, STORY_EVENTS_MAX) };
	struct str after = STR("");
	struct why why = { .line = 0 };
	int status = bad_number(number);
	for (int page = 0; !status && after.ptr && page < (story ? STORY_PAGES_MAX : 1); page++) {
		struct buf path;
		struct json *root;
		struct str text;
		buf_init(&path, CLIENT_PATH_MAX);
		buf_printf(&path, "/v1/cases/%s", number);
		client_query(&path, "after", after.len ? str_c(c->a, after) : NULL);
		status = client_get(c->a, c->socket_path, str_c(c->a, buf_str(&path)), &root, &text);
		buf_done(&path);
		if (status)
			return status;
		const struct json *body = json_get(root, "body");
		if (c->json) {
			(void)printf("%.*s\n", STR_ARG(text));
			return EXIT_OK;
		}
		if (!body) {
			(void)printf("Case %.*s is %.*s, of the sealed class: nothing of it is shown.\n", STR_ARG(json_text(root, "case")), STR_ARG(json_text(root, "state")));
			return EXIT_OK;
		}
		enum err e = page ? OK : field_read(c->a, body, casefile_fields, &s.c, &why);
		if (e == OK && !page)
			e = read_acts(c, json_get(root, "acts"), &s, &why);
		if (e == OK)
			e = read_events(c, json_get(root, "events"), &s, &why);
		if (e)
			return cli_fail(&why);
		after = json_text(root, "after");
	}
	if (status)
		return status;
	struct buf out;
	buf_init(&out, 64 << 20);
	qsort(s.events, s.event_count, sizeof(*s.events), by_order);
	explain_case(c->a, &s.c, s.events, s.event_count, s.acts, s.act_count, story, &out);
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	return EXIT_OK;
}

static int tell(struct calling *c, struct command_text *t, const char *number, const char *verb)
{
	struct json *root;
	struct str text;
	int status = command_send(c->a, c->socket_path, t, &root, &text);
	if (status)
		return status;
	if (c->json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (json_flag(root, "waits", false))
		(void)printf("%s %s: asked for; the case is sealed, and it is done when a second person asks for the same\n", number, verb);
	else if (json_text(root, "case").len && !str_eq(json_text(root, "case"), str_of(number)))
		(void)printf("%s %s: done, see %.*s\n", number, verb, STR_ARG(json_text(root, "case")));
	else
		(void)printf("%s %s: done\n", number, verb);
	return EXIT_OK;
}

enum last { LAST_NOTHING, LAST_TEXT, LAST_TEXT_MAYBE, LAST_ACT, LAST_SERVICE, LAST_INTO, LAST_EVENTS, LAST_PART, LAST_DECISION, LAST_UNTIL };

static const struct case_verb {
	const char *name, *op;
	enum last last;                 /* what follows the number */
	bool off;
} verbs[] = {
	{ "reply", "case-reply", LAST_TEXT, false }, { "note", "case-note", LAST_TEXT, false }, { "assign", "case-assign", LAST_TEXT, false },
	{ "approve", "case-approve", LAST_ACT, false }, { "undo", "case-undo", LAST_ACT, false }, { "resolve", "case-resolve", LAST_TEXT, false },
	{ "reopen", "case-reopen", LAST_TEXT, false }, { "back", "case-back", LAST_NOTHING, false }, { "snooze", "case-snooze", LAST_UNTIL, false }, { "wake", "case-wake", LAST_NOTHING, false },
	 { "merge", "case-merge", LAST_INTO, false }, { "split", "case-split", LAST_EVENTS, false },
	{ "uphold", "case-review", LAST_TEXT, false }, { "notify", "case-review", LAST_TEXT, false },
	{ "dismiss", "case-review", LAST_TEXT, true }, { "appeal", "case-appeal", LAST_TEXT, false },
	{ "fixed", "case-fixed", LAST_TEXT, false }, { "signed", "case-signed", LAST_TEXT, false },
	{ "undertaking", "case-undertaking", LAST_TEXT, false }, { "ask", "case-ask", LAST_TEXT, false },
	{ "counter-notice", "case-counter", LAST_TEXT_MAYBE, false }, { "counter-incomplete", "case-counter", LAST_TEXT, true },
	{ "stay", "case-stay", LAST_TEXT, false }, { "emergency", "case-emergency", LAST_SERVICE, false },
	{ "part", "case-part", LAST_PART, false },
	{ "locked", "case-locked", LAST_TEXT_MAYBE, false }, { "decision", "case-decision", LAST_DECISION, false }, { NULL, NULL, LAST_TEXT, false } };

/* "-": the text is what standard input says. */
static struct str text_of(struct arena *a, const char *arg)
{
	char bytes[TEXT_MAX];
	size_t n = 0;
	ssize_t got;
	if (strcmp(arg, "-") != 0)
		return str_of(arg);
	while (n < sizeof(bytes) && (got = read(STDIN_FILENO, bytes + n, sizeof(bytes) - n)) > 0)
		n += (size_t)got;
	return str_copy(a, str_trim((struct str){ bytes, n }));
}

static bool put_last(struct calling *c, struct command_text *t, const struct case_verb *v, int argc, char **argv, const char *because)
{
	uint64_t n;
	switch (v->last) {
	case LAST_NOTHING:
		return argc == 3;
	case LAST_ACT:
		if (argc == 4)
			jsonw_str(&t->w, "act", str_of(argv[3]));
		return argc == 3 || argc == 4;
	case LAST_SERVICE: case LAST_INTO: case LAST_UNTIL:
		if (argc == 4)
			jsonw_str(&t->w, v->last == LAST_INTO ? "into" : v->last == LAST_UNTIL ? "until" : "service", str_of(argv[3]));
		return argc == 4 && (because || v->last != LAST_SERVICE);
	case LAST_PART: case LAST_DECISION:
		if (argc != 5)
			return false;
		jsonw_str(&t->w, v->last == LAST_PART ? "part" : "decision", str_of(argv[3]));
		jsonw_str(&t->w, "text", text_of(c->a, argv[4]));
		return true;
	case LAST_EVENTS:
		jsonw_array(&t->w, "events");
		for (int i = 3; i < argc; i++) {
			if (str_to_u64(str_of(argv[i]), INT64_MAX, &n) != OK)
				return false;
			jsonw_int(&t->w, NULL, (int64_t)n);
		}
		jsonw_end(&t->w, ']');
		return argc > 3;
	case LAST_TEXT: case LAST_TEXT_MAYBE:
		if (argc == 4)
			jsonw_str(&t->w, "text", text_of(c->a, argv[3]));
		return argc == 4 || (argc == 3 && v->last == LAST_TEXT_MAYBE);
	}
	return false;
}

static int run_verb(int argc, char **argv, struct calling *c, const struct case_verb *v)
{
	const char *because = cli_value(&argc, argv, "--because"), *probation = cli_value(&argc, argv, "--probation"),
		   *within = cli_value(&argc, argv, "--within");
	struct command_text t;
	bool promise = strcmp(v->name, "undertaking") == 0, asks = strcmp(v->name, "ask") == 0;
	if (argc < 3 || promise != (probation != NULL) || asks != (within != NULL) || !cli_no_more_options(argc, argv, "case"))
		return cli_usage("case");
	int status = bad_number(argv[2]);
	if (status)
		return status;
	command_begin(&t, v->op);
	jsonw_str(&t.w, "case", str_of(argv[2]));
	if (!put_last(c, &t, v, argc, argv, because)) {
		buf_done(&t.body);
		return cli_usage("case");
	}
	if (strcmp(v->name, "notify") == 0)
		jsonw_bool(&t.w, "anew", true);
	if (because)
		jsonw_str(&t.w, "text", str_of(because));
	if (probation)
		jsonw_str(&t.w, "probation", str_of(probation));
	if (within)
		jsonw_str(&t.w, "within", str_of(within));
	jsonw_bool(&t.w, "on", !v->off);
	return tell(c, &t, argv[2], v->name);
}

static int case_open(int argc, char **argv, struct calling *c)
{
	const char *customer = cli_value(&argc, argv, "--customer"), *clause = cli_value(&argc, argv, "--clause"), *ladder = cli_value(&argc, argv, "--ladder"),
		   *because = cli_value(&argc, argv, "--because");
	struct command_text t;
	struct json *root;
	struct str text;
	if (argc != 2 || !customer || !because)
		return cli_usage("case");
	command_begin(&t, "case-open");
	jsonw_str(&t.w, "customer", str_of(customer));
	jsonw_str(&t.w, "clause", str_of(clause ? clause : "other.discretion"));
	jsonw_str(&t.w, "ladder", str_of(ladder));
	jsonw_str(&t.w, "text", str_of(because));
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK)
		(void)printf("%.*s\n", STR_ARG(c->json ? text : json_text(root, "case")));
	return status;
}

static int case_next(struct calling *c)
{
	struct command_text t;
	struct json *root;
	struct str text;
	command_begin(&t, "case-next");
	int status = command_send(c->a, c->socket_path, &t, &root, &text);
	if (status == EXIT_OK)
		(void)printf("%.*s\n", STR_ARG(c->json ? text : json_text(root, "case")));
	return status;
}

static int case_flag(int argc, char **argv, struct calling *c)
{
	static const struct { const char *name; uint32_t flag; } flags[] = { { "do-not-tell", CASE_DO_NOT_TELL }, { "hold", CASE_HOLD }, { "counsel", CASE_COUNSEL } };
	bool off = cli_flag(&argc, argv, "--off");
	struct command_text t;
	for (size_t i = 0; argc == 4 && i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(argv[3], flags[i].name) != 0)
			continue;
		int status = bad_number(argv[2]);
		if (status)
			return status;
		command_begin(&t, "case-flag");
		jsonw_str(&t.w, "case", str_of(argv[2]));
		jsonw_str(&t.w, "text", str_of(flags[i].name));
		jsonw_int(&t.w, "flag", flags[i].flag);
		jsonw_bool(&t.w, "on", !off);
		return tell(c, &t, argv[2], "flag");
	}
	return cli_usage("case");
}

int cmd_case(int argc, char **argv)
{
	struct calling c = { .json = cli_flag(&argc, argv, "--json") };
	c.socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	c.a = arena_new("case", CLI_BYTES_MAX);
	const char *verb = argc > 1 ? argv[1] : "";
	const struct case_verb *v = verbs;
	int status = EXIT_NO;
	while (v->name && strcmp(verb, v->name) != 0)
		v++;
	if (!c.a)
		return EXIT_NO;
	if (strcmp(verb, "list") == 0)
		status = case_list(argc, argv, &c);
	else if (strcmp(verb, "open") == 0)
		status = case_open(argc, argv, &c);
	else if (argc == 2 && strcmp(verb, "next") == 0)
		status = case_next(&c);
	else if (strcmp(verb, "attach") == 0)
		status = attach_put(c.a, c.socket_path, c.json, argc - 1, argv + 1);
	else if (strcmp(verb, "attachments") == 0)
		status = attach_list(c.a, c.socket_path, c.json, argc - 1, argv + 1);
	else if (strcmp(verb, "attachment") == 0)
		status = attach_get(c.a, c.socket_path, c.json, argc - 1, argv + 1);
	else if (strcmp(verb, "bulk") == 0)
		status = bulk_command(c.a, c.socket_path, c.json, argc - 1, argv + 1);
	else if (strcmp(verb, "flag") == 0)
		status = case_flag(argc, argv, &c);
	else if ((argc == 3 || argc == 4) && strcmp(verb, "reasons") == 0)
		status = bad_number(argv[2]) ? EXIT_USAGE : case_reasons(c.a, c.socket_path, argv[2], argc == 4 ? argv[3] : NULL, c.json);
	else if (argc == 3 && strcmp(verb, "notice") == 0)
		status = bad_number(argv[2]) ? EXIT_USAGE : case_notice(c.a, c.socket_path, argv[2], c.json);
	else if (argc == 3 && (strcmp(verb, "show") == 0 || strcmp(verb, "explain") == 0))
		status = case_show(&c, argv[2], strcmp(verb, "explain") == 0);
	else
		status = v->name ? run_verb(argc, argv, &c, v) : cli_usage("case");
	arena_free(c.a);
	return status;
}
