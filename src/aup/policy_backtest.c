/*
 * aup policy backtest: what a draft would have made of what was reported, beside the versions in force.
 *
 * Live it asks the daemon for the export of a time and replays that; --export replays a file, without a daemon. This process is
 * the worker: the daemon only opens and pseudonymises, page by page. Exit codes: 0 the draft makes the same cases, 1 it makes
 * others or something is wrong, 2 wrong usage, 3 the daemon cannot be reached.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "aup/export.h"
#include "aup/policy.h"
#include "base/file.h"
#include "engine/backtest.h"
#include "policy/reads.h"

enum { BACKTEST_ARENA_MAX = 1 << 30, LINE_ARENA_MAX = 128 << 20, BAR_EVERY = 4096 };

struct testing {
	struct arena *a, *line;
	struct opened_policy draft;
	struct export_file file;
	const struct policy *versions[EXPORT_VERSIONS_MAX];
	unsigned version_count;
	struct registry *registry;
	struct replay *base, *now;
	struct backtest result;
	struct export_end end;
	bool ended, bar;
	struct why why;
};

static enum err at_line(struct testing *t, enum err e)
{
	struct why inner = t->why;
	if (e && t->file.line)
		return why_set(&t->why, e, "line %llu of the export: %s", (unsigned long long)t->file.line, inner.text[0] ? inner.text : err_text(e));
	return e;
}

/* Versions rise by the time from which they bind. */
static enum err add_version(struct testing *t, struct str blob)
{
	struct bundle b;
	struct policy *p;
	struct str text = str_copy(t->a, blob);
	unsigned at = t->version_count;
	if (at == EXPORT_VERSIONS_MAX)
		return why_set(&t->why, ERR_LIMIT, "more than %d versions of the policy", EXPORT_VERSIONS_MAX);
	enum err e = bundle_decode(t->a, text, &b, &t->why);
	if (e == OK)
		e = policy_load(t->a, &b, &p, &t->why);
	if (e)
		return e;
	for (; at && t->versions[at - 1]->effective_at > p->effective_at; at--)
		t->versions[at] = t->versions[at - 1];
	t->versions[at] = p;
	t->version_count++;
	return OK;
}

static enum err add_entity(struct testing *t, const struct entity *e)
{
	return registry_find(t->registry, e->type, e->id) ? OK : registry_add(t->registry, e, &t->why);
}

/* The first time through: everything but the sightings. */
static enum err read_frame(struct testing *t)
{
	struct str text;
	struct export_line x;
	enum err e;
	while ((e = export_file_next(&t->file, &text, &t->why)) == OK) {
		if (t->ended)
			return at_line(t, why_set(&t->why, ERR_SYNTAX, "it goes on behind its end"));
		if (export_type_of(text) == EXPORT_SIGHTING && t->file.line > 1)
			continue;
		arena_reset(t->line);
		e = export_read(t->file.line == 1 ? t->a : t->line, t->file.line == 1 ? str_copy(t->a, text) : text, &x, &t->why);
		if (e == OK && (x.type == EXPORT_HEAD) != (t->file.line == 1))
			e = why_set(&t->why, ERR_SYNTAX, "an export begins with its head, and has one");
		if (e)
			return at_line(t, e);
		switch (x.type) {
		case EXPORT_HEAD:
			t->result.from_at = x.head.from_at;
			t->result.until_at = x.head.until_at;
			t->result.unread = x.head.facts;        /* until they are known to be read or not */
			t->result.unread_count = x.head.fact_count;
			break;
		case EXPORT_POLICY: e = add_version(t, x.policy); break;
		case EXPORT_ENTITY: e = add_entity(t, &x.entity); break;
		case EXPORT_END:
			t->end = x.end;
			t->ended = true;
			break;
		case EXPORT_SIGHTING: break;
		}
		if (e)
			return at_line(t, e);
	}
	if (e != ERR_NOTFOUND)
		return e;
	if (!t->ended)
		return why_set(&t->why, ERR_CORRUPT, "the export has no end: it was cut off");
	if (!t->version_count)
		return why_set(&t->why, ERR_NOTFOUND, "the export holds no version of the policy");
	return registry_ready(t->registry, 1, NULL, &t->why);
}

/* Which facts the draft asks for in vain. */
static enum err find_unread(struct testing *t)
{
	unsigned n, count = 0;
	const struct read_fact *reads = reads_facts(t->draft.policy, &n);
	struct str *unread = ARENA_ARRAY(t->a, struct str, n ? n : 1);
	if (!unread)
		return why_set(&t->why, ERR_NOMEM, "no memory");
	for (unsigned i = 0; i < n; i++) {
		bool held = false;
		for (unsigned k = 0; k < t->result.unread_count; k++)
			held |= str_eq(reads[i].name, t->result.unread[k]);
		if (!held)
			unread[count++] = reads[i].name;
	}
	t->result.unread = unread;
	t->result.unread_count = count;
	return OK;
}

static enum err replay_file(struct testing *t)
{
	struct str text;
	struct export_line x;
	uint64_t seen = 0;
	enum err e = export_file_rewind(&t->file);
	while (e == OK && (e = export_file_next(&t->file, &text, &t->why)) == OK) {
		if (export_type_of(text) != EXPORT_SIGHTING)
			continue;
		arena_reset(t->line);
		e = export_read(t->line, text, &x, &t->why);
		if (e == OK)
			e = replay_sighting(t->base, &x.sighting, &t->why);
		if (e == OK)
			e = replay_sighting(t->now, &x.sighting, &t->why);
		if (e)
			return at_line(t, e);
		if (t->bar && ++seen % BAR_EVERY == 0)
			cli_bar("replay", t->file.at, t->file.size);
	}
	if (t->bar)
		cli_bar("replay", 1, 1);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err run(struct testing *t)
{
	struct backtest *b = &t->result;
	enum err e = read_frame(t);
	if (e == OK)
		e = find_unread(t);
	if (e)
		return e;
	const struct policy *draft = t->draft.policy;
	t->base = replay_new(t->versions, t->version_count, false, t->registry);
	t->now = replay_new(&draft, 1, true, t->registry);
	e = t->base && t->now ? replay_file(t) : why_set(&t->why, ERR_NOMEM, "no memory for a replay");
	if (e == OK)
		e = replay_end(t->base, b->until_at, t->a, &b->base, &t->why);
	if (e == OK)
		e = replay_end(t->now, b->until_at, t->a, &b->draft, &t->why);
	if (e)
		return e;
	if (b->draft.sightings != t->end.sightings)
		return why_set(&t->why, ERR_CORRUPT, "the export says that it holds %llu observations, and holds %llu", (unsigned long long)t->end.sightings,
			(unsigned long long)b->draft.sightings);
	b->erased = t->end.erased;
	b->draft_version = draft->version;
	b->draft_digest = digest_hex(t->a, &draft->digest);
	b->base_versions = ARENA_ARRAY(t->a, struct str, t->version_count);
	for (unsigned i = 0; b->base_versions && i < t->version_count; i++)
		b->base_versions[b->base_count++] = t->versions[i]->version;
	e = b->base_versions ? backtest_compare(t->a, b) : ERR_NOMEM;
	return e ? why_set(&t->why, e, "no memory to compare") : OK;
}

/* A file of its own that nobody sees; or the one that is asked for, which must be new. */
static enum err make_file(struct arena *a, const char *save, int *ret_fd, struct why *why)
{
	const char *dir = "/var/tmp";
	struct str hidden = str_format(a, "%s/aup-backtest.%ld", dir, (long)getpid());
	const char *path = save ? save : str_c(a, hidden);
	enum err e = file_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, 0600, ret_fd, why);
	if (e == OK && !save)
		e = file_unlink(AT_FDCWD, path, why);
	return e;
}

struct wanted {
	const char *export_path, *save, *from, *to, *socket;
	bool json, every, keep;
};

static enum err read_times(const struct wanted *w, struct export_wish *wish, struct why *why)
{
	wish->from_at = wish->until_at = TIME_NONE;
	if (w->to && time_parse(str_of(w->to), &wish->until_at) != OK)
		return why_set(why, ERR_SYNTAX, "\"%s\" is no time such as 2026-03-01T10:00:00Z", w->to);
	if (w->from && time_parse(str_of(w->from), &wish->from_at) != OK)
		return why_set(why, ERR_SYNTAX, "\"%s\" is no time such as 2026-03-01T10:00:00Z", w->from);
	return OK;
}

static int open_export(struct testing *t, const struct wanted *w)
{
	struct export_wish wish = { .socket_path = w->socket, .draft = t->draft.policy, .bar = t->bar };
	int fd = -1;
	enum err e = w->export_path ? file_open(AT_FDCWD, w->export_path, O_RDONLY, 0, &fd, &t->why) : read_times(w, &wish, &t->why);
	if (e == OK && !w->export_path)
		e = make_file(t->a, w->save, &fd, &t->why);
	if (e)
		return cli_fail(&t->why);
	int status = w->export_path ? EXIT_OK : export_fetch(&wish, fd);
	if (status == EXIT_OK && export_file_open(fd, &t->file, &t->why) == OK)
		return EXIT_OK;
	/* half an export is none */
	if (status != EXIT_OK && w->save && file_unlink(AT_FDCWD, w->save, &t->why) != OK)
		(void)cli_fail(&t->why);
	file_close(fd);
	return status != EXIT_OK ? status : cli_fail(&t->why);
}

/* The daemon keeps it beside the draft of that name. */
static int keep_result(struct testing *t, const struct wanted *w)
{
	struct command_text c;
	struct json *root;
	struct str text;
	struct buf out;
	buf_init(&out, BACKTEST_ARENA_MAX);
	backtest_json(&t->result, false, &out);
	struct str result = out.err ? STR_NONE : str_copy(t->a, str_trim(buf_str(&out)));
	buf_done(&out);
	command_begin(&c, "policy-tested");
	jsonw_raw(&c.w, "result", result.len ? result : STR("{}"));
	return command_send(t->a, w->socket, &c, &root, &text);
}

static int tell(struct testing *t, const struct wanted *w)
{
	struct buf out;
	buf_init(&out, BACKTEST_ARENA_MAX);
	if (w->json)
		backtest_json(&t->result, w->every, &out);
	else
		backtest_print(&t->result, w->every, &out);
	const uint64_t *n = t->result.counts;
	int status = policy_print(&out);
	if (status == EXIT_OK && w->keep)
		status = keep_result(t, w);
	return status == EXIT_OK && n[BACKTEST_GAINED] + n[BACKTEST_LOST] + n[BACKTEST_CHANGED] ? EXIT_NO : status;
}

static int backtest(struct testing *t, const struct wanted *w)
{
	int status = open_export(t, w);
	if (status != EXIT_OK)
		return status;
	status = run(t) == OK ? tell(t, w) : cli_fail(&t->why);
	replay_free(t->base);
	replay_free(t->now);
	export_file_close(&t->file);
	return status;
}

static int backtest_draft(const struct opened_policy *draft, const struct wanted *w)
{
	struct testing t = { .a = arena_new("back-test", BACKTEST_ARENA_MAX), .line = arena_new("line", LINE_ARENA_MAX), .registry = registry_new(NULL),
		.draft = *draft, .bar = isatty(STDERR_FILENO) };
	int status = t.a && t.line && t.registry ? backtest(&t, w) : EXIT_NO;
	registry_free(t.registry);
	arena_free(t.line);
	arena_free(t.a);
	return status;
}

int policy_backtest_since(const struct opened_policy *draft, const char *from, const char *socket_path, bool json, bool every)
{
	struct wanted w = { .json = json, .every = every, .from = from, .socket = socket_path };
	return backtest_draft(draft, &w);
}

int policy_cmd_backtest(int argc, char **argv, bool json)
{
	struct wanted w = { .json = json, .every = cli_flag(&argc, argv, "--all"), .export_path = cli_value(&argc, argv, "--export"),
		.save = cli_value(&argc, argv, "--save"), .from = cli_value(&argc, argv, "--from"), .to = cli_value(&argc, argv, "--to") };
	w.socket = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_SOCKET", "/run/aupd/api.sock");
	const char *kept = cli_value(&argc, argv, "--draft");
	w.keep = cli_flag(&argc, argv, "--keep");
	if (argc != (kept ? 1 : 2) || (!kept && argv[1][0] == '-') || (w.export_path && (w.save || w.from || w.to || w.keep || kept)))
		return EXIT_USAGE;
	struct opened_policy draft;
	int status = kept ? policy_open_kept(kept, w.socket, &draft) : policy_open(argv[1], json, &draft);
	if (status != EXIT_OK)
		return status;
	status = backtest_draft(&draft, &w);
	policy_close(&draft);
	return status;
}
