/*
 * aup simulate ask: asks a daemon who held what at times that the seed picks, as aup who does, and holds the answers against the file of truth.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/simulate.h"
#include "base/csv.h"
#include "base/file.h"
#include "simulate/dice.h"
#include "simulate/tally.h"

enum { COLUMNS = 8, TRUTH_BYTES_MAX = FILE_READ_MAX, SLACK_S = 2, UNSURE_S = 120 /* of a report that says its time, as the daemon has it */, CONFIRMED_S = 1300, WRONG_MAX = 100, EDGE_S = 60 };

static const char *const columns[COLUMNS] = { "resource", "port_from", "port_to", "from", "until", "customer", "login", "resellers" };

struct asker {
	struct arena *a;
	const char *socket_path, *because;
	struct truth *truth;
	struct str *paths;              /* of each subscriber the resellers above him */
	uint32_t path_room;
	int64_t from_at, until_at;      /* of what the file tells */
	uint64_t wrong_paths, told;
	struct dice dice;
	struct tally sum;
};

static bool read_row(struct asker *x, const struct csv_row *row, const int at[COLUMNS], bool first, struct why *why)
{
	struct isp_resource what;
	int64_t from, until;
	uint32_t who;
	struct prefix p;
	uint64_t port = 0;
	struct str port_text = csv_text(row, at[1]);
	if (prefix_parse(csv_text(row, at[0]), &p) != OK || (port_text.len && str_to_u64(port_text, UINT16_MAX, &port) != OK) || !isp_plan_resource(&p, (uint16_t)port, &what) ||
		time_parse(csv_text(row, at[3]), &from) != OK || time_parse(csv_text(row, at[4]), &until) != OK || !isp_plan_who(csv_text(row, at[5]), &who)) {
		(void)why_set(why, ERR_SYNTAX, "line %u of truth.csv is not one of a made-up provider", row->line);
		return false;
	}
	if (first) {
		x->from_at = x->from_at == TIME_NONE || from < x->from_at ? from : x->from_at;
		x->until_at = until > x->until_at ? until : x->until_at;
		return true;
	}
	uint32_t from_s = (uint32_t)((from - x->from_at) / SECOND_US);
	truth_begin(x->truth, what, who, from_s);
	truth_end(x->truth, what, who, from_s, (uint32_t)((until - x->from_at) / SECOND_US));
	while (who >= x->path_room) {
		uint32_t room = x->path_room * 2 + 1024;
		struct str *paths = realloc(x->paths, room * sizeof(*paths));
		if (!paths)
			return false;
		memset(paths + x->path_room, 0, (room - x->path_room) * sizeof(*paths));
		x->paths = paths;
		x->path_room = room;
	}
	x->paths[who] = csv_text(row, at[7]);
	return true;
}

/* Twice: holdings count from when the first one began. */
static bool read_truth(struct asker *x, struct str text, bool first, struct why *why)
{
	struct csv_field fields[CSV_FIELDS_MAX];
	struct csv csv;
	struct csv_row row;
	int at[COLUMNS];
	enum err e;
	csv_init(&csv, "truth.csv", text, ',');
	if (csv_next_into(&csv, x->a, fields, &row, why) != OK)
		return false;
	for (unsigned i = 0; i < COLUMNS; i++)
		if ((at[i] = csv_column(&row, columns[i])) < 0) {
			(void)why_set(why, ERR_SYNTAX, "truth.csv has no column %s", columns[i]);
			return false;
		}
	while ((e = csv_next_into(&csv, x->a, fields, &row, why)) == OK)
		if (!read_row(x, &row, at, first, why))
			return false;
	return e == ERR_NOTFOUND;
}

static uint32_t who_of(struct str customer)
{
	uint32_t who = TRUTH_NOBODY;
	return isp_plan_who(customer, &who) ? who : TRUTH_NOBODY;
}

static void read_answer(const struct json *s, struct tally_answer *a, struct str *ret_path, struct arena *arena)
{
	struct str grade = json_text(s, "grade");
	struct buf path;
	const struct json *list = json_get(s, "candidates");
	*a = (struct tally_answer){ .grade = grade.len == 1 && grade.ptr[0] >= 'A' && grade.ptr[0] <= 'E' ? (enum grade)(GRADE_A + grade.ptr[0] - 'A') : GRADE_D };
	a->nobody = str_eq(json_text(s, "ours"), STR("no"));
	if (json_text(s, "customer").len)
		a->named[a->count++] = who_of(json_text(s, "customer"));
	for (const struct json *m = list && !a->count ? list->child : NULL; m && a->count < SUBJECT_CANDIDATES_MAX; m = m->next)
		a->named[a->count++] = who_of(m->text);
	buf_init(&path, 4096);
	list = json_get(s, "resellers");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		buf_printf(&path, "%s%.*s", path.len ? "/" : "", STR_ARG(m->text));
	*ret_path = str_copy(arena, buf_str(&path));
	buf_done(&path);
}

/* What is asked: something that was held, mostly while it was, often about the edges of that. */
static uint32_t choose(struct asker *x, uint32_t now_s, struct isp_resource *ret_what)
{
	uint32_t from, until;
	truth_at(x->truth, dice(&x->dice, truth_count(x->truth)), ret_what, &from, &until);
	uint32_t edge = dice(&x->dice, 2) ? from : until;
	uint32_t at = dice(&x->dice, 4) == 0 ? edge + dice(&x->dice, 2 * EDGE_S) : from + EDGE_S + dice(&x->dice, until - from + 1);
	at = at > EDGE_S ? at - EDGE_S : 0;
	return at < now_s ? at : now_s - 1;
}

static int ask(struct asker *x, uint32_t now_s)
{
	struct arena *a = arena_new("answer", CLI_BYTES_MAX);
	struct isp_resource what;
	struct command_text c;
	struct json *root = NULL;
	struct str text, path;
	struct tally_answer answer;
	char address[ADDR_TEXT_MAX];
	uint16_t port_from, port_to;
	uint32_t at_s = choose(x, now_s, &what);
	bool shared = isp_plan_is_shared(what.kind), with_port = shared && dice(&x->dice, 8), whole;
	struct prefix p = isp_plan_prefix(what, &port_from, &port_to);
	addr_print(&p.addr, address);
	command_begin(&c, "who");
	jsonw_str(&c.w, "source", str_of(address));
	jsonw_str(&c.w, "because", str_of(x->because));
	jsonw_time(&c.w, "at", x->from_at + at_s * SECOND_US);
	if (with_port)
		jsonw_int(&c.w, "port", port_from + dice(&x->dice, isp_plan_ports_each(what.kind)));
	int status = a ? command_send(a, x->socket_path, &c, &root, &text) : EXIT_NO;
	const struct json *s = status == EXIT_OK ? json_get(root, "subject") : NULL;
	if (s) {
		read_answer(s, &answer, &path, a);
		uint32_t from_s = at_s > UNSURE_S ? at_s - UNSURE_S : 0, until_s = at_s + UNSURE_S;
		(void)truth_who(x->truth, what, from_s > SLACK_S ? from_s - SLACK_S : 0, until_s + SLACK_S, &whole);
		bool can = whole && at_s + CONFIRMED_S < now_s && shared == with_port;
		bool wrong = tally_add(&x->sum, x->truth, tally_kind(what.kind, shared && !with_port), what, from_s, until_s, can, &answer) && answer.grade == GRADE_A;
		bool astray = answer.grade == GRADE_A && !wrong && answer.named[0] < x->path_room && !str_eq(path, x->paths[answer.named[0]]);
		x->wrong_paths += astray;
		if ((wrong || astray) && x->told++ < WRONG_MAX)
			(void)fprintf(stderr, "wrong at grade A: %s port %d, second %u: %.*s\n", address, with_port, at_s, STR_ARG(text));
	}
	arena_free(a);
	return status;
}

static int ask_all(struct asker *x, uint64_t questions, int64_t until_at, bool json)
{
	int64_t last = until_at == TIME_NONE || until_at > x->until_at ? x->until_at : until_at;
	uint32_t now_s = last > x->from_at ? (uint32_t)((last - x->from_at) / SECOND_US) : 0;
	struct buf out;
	int status = now_s && truth_count(x->truth) ? EXIT_OK : EXIT_NO;
	for (uint64_t i = 0; status == EXIT_OK && i < questions; i++)
		status = ask(x, now_s);
	if (status)
		return status;
	buf_init(&out, 64 << 10);
	if (json) {
		struct jsonw w;
		jsonw_init(&w, &out);
		jsonw_object(&w, NULL);
		tally_json(&x->sum, &w, "grades");
		jsonw_int(&w, "wrong_paths", (int64_t)x->wrong_paths);
		jsonw_end(&w, '}');
		buf_putc(&out, '\n');
	} else {
		tally_print(&x->sum, &out);
		if (x->wrong_paths)
			buf_printf(&out, "%llu of them with other resellers above the customer\n", (unsigned long long)x->wrong_paths);
	}
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	return x->sum.wrong[GRADE_A] || x->wrong_paths ? EXIT_NO : EXIT_OK;
}

int simulate_ask(struct arena *a, const char *directory, const struct simulate_asking *o)
{
	struct asker x = { .a = a, .socket_path = o->socket_path, .because = o->because, .from_at = TIME_NONE, .until_at = 0, .truth = truth_new(), .dice = { ~o->seed } };
	struct why why = { .line = 0 };
	struct str text = STR_NONE;
	int status = EXIT_NO;
	enum err e = x.truth ? file_read_all(a, AT_FDCWD, str_c(a, str_format(a, "%s/truth.csv", directory)), TRUTH_BYTES_MAX, &text, &why) : ERR_NOMEM;
	if (e || !read_truth(&x, text, true, &why) || !read_truth(&x, text, false, &why))
		(void)cli_fail(&why);
	else
		status = ask_all(&x, o->questions, o->until_at, o->json);
	truth_free(x.truth);
	free(x.paths);
	return status;
}
