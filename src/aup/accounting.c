/*
 * aup accounting follow: reads what a RADIUS server writes into detail files, and sends it to the daemon's listener.
 *
 * There is one way in, the listener: what it answers is on the daemon's disk, and only then the place in the file moves. A record that
 * cannot be read is put aside with the reason, and that is on disk before its place moves, too. A kill repeats at most what was under
 * way; the daemon knows a message that comes again.
 */
#include "aup/accounting.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "aup/aup.h"
#include "base/clock.h"
#include "base/file.h"
#include "model/config_radius.h"

enum { LOOK_EVERY_MS = 500, SAVE_EVERY_MS = 200, TURN_MS = 20, ITEM_BYTES_MAX = 8 << 20, ALL_BYTES_MAX = 64 << 20, PATH_BYTES = 4096 };

static volatile sig_atomic_t told_to_stop;

static void on_stop(int signum)
{
	(void)signum;
	told_to_stop = 1;
}

struct following {
	struct followed files;
	struct pending_list pending;
	struct arena *all, *item;
	const char *to, *secret_file, *state, *zone;
	int64_t zone_us;
	bool delete_done;
	char aside_path[PATH_BYTES];
	int aside_fd;
	uint64_t aside;                 /* records that were put there */
};

static enum err read_secret(struct following *g, struct str *ret_secret, struct why *why)
{
	struct str text, line = STR_NONE;
	enum err e = file_read_all(g->all, AT_FDCWD, g->secret_file, CONFIG_PASSWORD_MAX, &text, why);
	if (e)
		return e;
	if (!str_next_line(&text, &line) || line.len < CONFIG_SECRET_MIN)
		return why_set(why, ERR_SYNTAX, "%s: its first line is a secret of %d characters or more", g->secret_file, CONFIG_SECRET_MIN);
	*ret_secret = line;
	return OK;
}

/* It is locked for as long as this runs, so that no two have the same state. */
static enum err open_aside(struct following *g, struct why *why)
{
	int n = snprintf(g->aside_path, sizeof(g->aside_path), "%s.aside", g->state);
	if (n < 0 || (size_t)n >= sizeof(g->aside_path))
		return why_set(why, ERR_LIMIT, "the path of the state is too long");
	enum err e = file_open(AT_FDCWD, g->aside_path, O_WRONLY | O_APPEND | O_CREAT, 0600, &g->aside_fd, why);
	if (e == OK && flock(g->aside_fd, LOCK_EX | LOCK_NB) != 0)
		return why_set(why, ERR_EXISTS, "%s is in use by another aup accounting follow", g->state);
	return e;
}

static enum err put_aside(struct following *g, struct str record, const struct followed_place *place, const struct why *reason, struct why *why)
{
	const char *path = g->files.files[place->file].path;
	struct buf out;
	buf_init(&out, 2 * DETAIL_RECORD_MAX);
	buf_printf(&out, "# %s, octet %llu: %s\n", path, (unsigned long long)place->from, reason->text);
	buf_put(&out, record);
	buf_puts(&out, record.len && record.ptr[record.len - 1] == '\n' ? "\n" : "\n\n");
	enum err e = out.err ? why_set(why, out.err, "a record is too long") : file_append(g->aside_fd, buf_str(&out), why);
	buf_done(&out);
	if (e == OK)
		e = file_sync(g->aside_fd, why);
	if (e)
		return e;
	g->aside++;
	(void)fprintf(stderr, "%s, octet %llu: %s; the record is put aside in %s\n", path, (unsigned long long)place->from, reason->text, g->aside_path);
	return OK;
}

static enum err take_record(struct following *g, struct str record, const struct followed_place *place, struct why *why)
{
	struct detail_record r;
	struct why reason = { .line = 0 };
	arena_reset(g->item);
	enum err e = detail_read(g->item, record, g->zone ? &g->zone_us : NULL, &r, &reason);
	if (e == OK)
		e = pending_send(&g->pending, &r, place, &reason);
	if (e == OK)
		return OK;
	if (e == ERR_NOMEM) {
		*why = reason;
		return e;
	}
	e = e == ERR_NOTFOUND ? OK : put_aside(g, record, place, &reason, why);
	if (e == OK)
		pending_skip(&g->pending, place);
	return e;
}

static enum err one_turn(struct following *g, bool look, struct why *why)
{
	int64_t now_s = clock_wall_at() / SECOND_US;
	struct followed_place place;
	struct str record;
	enum err e = OK;
	/* a look is due: what is under way comes first */
	if (look && !g->pending.count)
		followed_look(&g->files, now_s);
	while (e == OK && !(look && g->pending.count) && !pending_is_full(&g->pending) && followed_next(&g->files, now_s, &record, &place))
		e = take_record(g, record, &place, why);
	pending_turn(&g->pending, &g->files);
	return e;
}

static enum err follow(struct following *g, struct why *why)
{
	struct pollfd in = { .fd = g->pending.fd, .events = POLLIN };
	int64_t look_us = 0, saved_us = 0;
	enum err e = OK;
	while (!told_to_stop && e == OK) {
		int64_t now = clock_monotonic_us();
		bool look = now >= look_us;
		if (look && !g->pending.count)
			look_us = now + LOOK_EVERY_MS * 1000;
		e = one_turn(g, look, why);
		if (e == OK && (!g->pending.count || now >= saved_us + SAVE_EVERY_MS * 1000)) {
			e = followed_save(&g->files, why);
			saved_us = now;
		}
		(void)poll(&in, 1, g->pending.count ? TURN_MS : LOOK_EVERY_MS / 2);
	}
	pending_turn(&g->pending, &g->files);
	enum err saved = followed_save(&g->files, e ? NULL : why);
	return e ? e : saved;
}

static enum err open_all(struct following *g, int argc, char **argv, struct why *why)
{
	struct str secret = STR_NONE;
	g->all = arena_new("accounting", ALL_BYTES_MAX);
	g->item = arena_new("record", ITEM_BYTES_MAX);
	g->pending.fd = g->aside_fd = -1;
	if (!g->all || !g->item)
		return why_set(why, ERR_NOMEM, "no memory");
	enum err e = read_secret(g, &secret, why);
	if (e == OK)
		e = open_aside(g, why);
	if (e == OK)
		e = followed_open(&g->files, argv, argc, g->state, g->delete_done, g->all, why);
	return e ? e : pending_open(&g->pending, g->to, secret, g->all, why);
}

static void close_all(struct following *g)
{
	followed_close(&g->files);
	pending_close(&g->pending);
	file_close(g->aside_fd);
	arena_free(g->item);
	arena_free(g->all);
}

int cmd_accounting(int argc, char **argv)
{
	static struct following g;
	struct sigaction stop = { .sa_handler = on_stop };
	struct why why = { .line = 0 };
	g.to = cli_value(&argc, argv, "--to");
	g.secret_file = cli_value(&argc, argv, "--secret-file");
	g.state = cli_value(&argc, argv, "--state");
	g.zone = cli_value(&argc, argv, "--zone");
	g.delete_done = cli_flag(&argc, argv, "--delete-done");
	if (!cli_no_more_options(argc, argv, "accounting") || argc < 3 || strcmp(argv[1], "follow") != 0 || !g.to || !g.secret_file || !g.state ||
		(g.zone && time_zone_parse(str_of(g.zone), &g.zone_us) != OK))
		return cli_usage("accounting");
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	enum err e = open_all(&g, argc - 2, argv + 2, &why);
	if (e == OK)
		e = follow(&g, &why);
	if (e == OK)
		(void)printf("%llu records taken, %llu put aside\n", (unsigned long long)g.pending.answered, (unsigned long long)g.aside);
	close_all(&g);
	return e ? cli_fail(&why) : EXIT_OK;
}
