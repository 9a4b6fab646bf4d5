/*
 * aup reporter: who reports, who is believed, what counts, and what became of it.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"

static void print_weight(const struct json *r, const char *name)
{
	long long n = (long long)json_int(r, name, 0);
	(void)printf("%-12s %lld.%02lld\n", name, n / 100, n % 100);
}

static void print_one(const struct json *r)
{
	long long hour = (long long)json_int(r, "cap_hour", 0), day = (long long)json_int(r, "cap_day", 0);
	(void)printf("%-12s %.*s\n%-12s %.*s\n%-12s %.*s\n", "reporter", STR_ARG(json_text(r, "name")), "standing", STR_ARG(json_text(r, "standing")),
		"reputation", STR_ARG(json_text(r, "reputation")));
	(void)printf("%-12s %lld, %lld of them over the cap, last %.*s\n", "reports", (long long)json_int(r, "reports", 0), (long long)json_int(r, "over", 0),
		STR_ARG(json_text(r, "seen").len ? json_text(r, "seen") : STR("never")));
	if (json_int(r, "copies", 0))
		(void)printf("%-12s %lld that showed what another name had shown before\n", "copies", (long long)json_int(r, "copies", 0));
	if (hour || day)
		(void)printf("%-12s %lld an hour, %lld a day (0: no bound)\n", "cap", hour, day);
	if (json_get(r, "released"))
		(void)printf("%-12s %lld that waited for room under it\n", "released", (long long)json_int(r, "released", 0));
	print_weight(r, "upheld");
	print_weight(r, "refused");
	print_weight(r, "undone");
	print_weight(r, "retracted");
	print_weight(r, "not-ours");
	if (!json_flag(r, "letters", true))
		(void)printf("%-12s none by itself\n", "letters");
	if (json_text(r, "language").len)
		(void)printf("%-12s %.*s\n", "language", STR_ARG(json_text(r, "language")));
	if (json_text(r, "bounced").len)
		(void)printf("%-12s one came back, %.*s\n", "letters", STR_ARG(json_text(r, "bounced")));
	if (json_text(r, "by").len)
		(void)printf("%-12s by %.*s, %.*s: %.*s\n", "decided", STR_ARG(json_text(r, "by")), STR_ARG(json_text(r, "decided")), STR_ARG(json_text(r, "because")));
}

static void print_list(const struct json *root)
{
	const struct json *list = json_get(root, "reporters");
	for (const struct json *r = list ? list->child : NULL; r; r = r->next)
		(void)printf("%-40.*s %-15.*s %-11.*s %8lld %8lld\n", STR_ARG(json_text(r, "name")), STR_ARG(json_text(r, "standing")), STR_ARG(json_text(r, "reputation")),
			(long long)json_int(r, "reports", 0), (long long)json_int(r, "over", 0));
	if (json_text(root, "after").len)
		(void)printf("There are more: aup reporter list --after %.*s\n", STR_ARG(json_text(root, "after")));
}

/* Words behind options. */
struct said {
	const char *because, *after, *letters, *language;
};

static bool make_wish(struct command_text *t, int argc, char **argv, const struct said *s)
{
	if (argc != 3 || strcmp(argv[1], "set") != 0 || !s->because)
		return false;
	command_begin(t, "reporter-decide");
	jsonw_str(&t->w, "name", str_of(argv[2]));
	jsonw_str(&t->w, "because", str_of(s->because));
	if (s->letters)
		jsonw_str(&t->w, "letters", str_of(s->letters));
	if (s->language)
		jsonw_str(&t->w, "language", str_of(s->language));
	return true;
}

/* False when it is no such command. */
static bool make(struct command_text *t, int argc, char **argv, const struct said *s)
{
	static const struct { const char *verb, *standing; } words[] = { { "trust", "trusted" }, { "flagger", "trusted-flagger" }, { "distrust", "distrusted" }, { "forget", "none" } };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	const char *verb = argc > 1 ? argv[1] : "", *because = s->because;
	uint64_t hour, day;
	if (s->letters || s->language)
		return make_wish(t, argc, argv, s);
	if (strcmp(verb, "list") == 0 && argc == 2) {
		command_begin(t, "reporters");
		jsonw_str(&t->w, "after", str_of(s->after));
		return true;
	}
	if (strcmp(verb, "show") == 0 && argc == 3) {
		command_begin(t, "reporter-show");
		jsonw_str(&t->w, "name", str_of(argv[2]));
		return true;
	}
	bool cap = strcmp(verb, "cap") == 0 && argc == 5 && str_to_u64(str_of(argv[3]), INT32_MAX, &hour) == OK && str_to_u64(str_of(argv[4]), INT32_MAX, &day) == OK;
	size_t i = 0;
	while (i < WORDS && strcmp(verb, words[i].verb) != 0)
		i++;
	if (!because || (!cap && (i == WORDS || argc != 3)))
		return false;
	command_begin(t, "reporter-decide");
	jsonw_str(&t->w, "name", str_of(argv[2]));
	jsonw_str(&t->w, "because", str_of(because));
	if (cap) {
		jsonw_int(&t->w, "hour", (int64_t)hour);
		jsonw_int(&t->w, "day", (int64_t)day);
	} else {
		jsonw_str(&t->w, "standing", str_of(words[i].standing));
	}
	return true;
}

int cmd_reporter(int argc, char **argv)
{
	const char *socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	const struct said said = { .because = cli_value(&argc, argv, "--because"), .after = cli_value(&argc, argv, "--after"),
		.letters = cli_value(&argc, argv, "--letters"), .language = cli_value(&argc, argv, "--language") };
	bool json = cli_flag(&argc, argv, "--json");
	struct arena *a = arena_new("reporter", CLI_BYTES_MAX);
	struct command_text t;
	struct json *root;
	struct str text;
	if (!a || !make(&t, argc, argv, &said)) {
		arena_free(a);
		return cli_usage("reporter");
	}
	int status = command_send(a, socket_path, &t, &root, &text);
	if (status == EXIT_OK && json)
		(void)printf("%.*s\n", STR_ARG(text));
	else if (status == EXIT_OK && strcmp(argv[1], "list") == 0)
		print_list(root);
	else if (status == EXIT_OK)
		print_one(root);
	arena_free(a);
	return status;
}
