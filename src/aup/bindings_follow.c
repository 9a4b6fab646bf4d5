/*
 * aup bindings follow: sends what is added to a file of bindings, and says that the feed was heard. See bindings.h.
 *
 * Whole rows only are sent, each time behind the file's own header. A file that was rotated away is read to its end before the new
 * one is begun. When the daemon cannot be reached the same is sent again; nothing was lost meanwhile, it is only late.
 */
#include "aup/bindings.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"

enum { CHUNK_BYTES = 8 << 20, LOOK_EVERY_MS = 200, BEAT_EVERY = 5 /* looks */ };

static volatile sig_atomic_t told_to_stop;

static void on_stop(int signum)
{
	(void)signum;
	told_to_stop = 1;
}

struct tail {
	const char *socket_path, *path, *feed;
	int fd;
	struct stat was;                /* of fd */
	off_t offset;                   /* of what was read */
	struct buf header, rows;        /* the header's line; what was read and not sent */
	bool quoted;                    /* what was scanned of rows ends within quotes */
	size_t scanned, whole;          /* octets of rows that were looked at; of those that end a row */
	uint64_t line;                  /* of the first of rows */
	int64_t since;                  /* of the daemon's: hearing stands recorded until then; 0: never */
	bool down;                      /* it was told that the daemon is */
	struct bindings_leases *leases; /* NULL: it is CSV */
	struct buf made;                /* with leases: rows that were made of the first made_of octets and not sent */
	size_t made_of;
};

static void begin_file(struct tail *t)
{
	if (t->fd >= 0)
		(void)close(t->fd);
	buf_clear(&t->header);
	buf_clear(&t->rows);
	buf_clear(&t->made);
	t->made_of = 0;
	t->offset = 0;
	t->scanned = t->whole = 0;
	t->quoted = false;
	t->line = 1;
	t->fd = open(t->path, O_RDONLY | O_CLOEXEC);
	if (t->fd >= 0 && fstat(t->fd, &t->was) != 0) {
		(void)close(t->fd);
		t->fd = -1;
	}
}

/* Where the last whole row ends: a line end between quotes of CSV ends none. */
static void scan(struct tail *t)
{
	for (; t->scanned < t->rows.len; t->scanned++) {
		char c = t->rows.ptr[t->scanned];
		t->quoted ^= !t->leases && c == '"';
		if (c == '\n' && !t->quoted)
			t->whole = t->scanned + 1;
	}
}

static void drop(struct tail *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		t->line += t->rows.ptr[i] == '\n';
	memmove(t->rows.ptr, t->rows.ptr + n, t->rows.len - n);
	t->rows.len -= n;
	t->scanned -= n;
	t->whole -= n;
}

/* False at what is the end for now. */
static bool read_more(struct tail *t)
{
	static char bytes[1 << 16];
	bool any = false;
	while (t->fd >= 0 && t->rows.len < CHUNK_BYTES) {
		ssize_t n = pread(t->fd, bytes, sizeof(bytes), t->offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_put(&t->rows, (struct str){ bytes, (size_t)n });
		t->offset += n;
		any = true;
	}
	scan(t);
	if (!t->leases && !t->header.len && t->whole) {
		size_t end = 0;
		while (t->rows.ptr[end] != '\n')
			end++;
		buf_put(&t->header, (struct str){ t->rows.ptr, end + 1 });
		drop(t, end + 1);
	}
	return any;
}

/* Another file has the name, or it became shorter. */
static bool was_rotated(const struct tail *t)
{
	struct stat now;
	if (stat(t->path, &now) != 0)
		return false;
	return t->fd < 0 || now.st_ino != t->was.st_ino || now.st_dev != t->was.st_dev || now.st_size < t->offset;
}

static bool told_already(const struct tail *t, uint64_t line)
{
	for (uint64_t i = 0; t->leases && i < t->leases->bad && i < BINDINGS_BAD_MAX; i++)
		if (t->leases->bad_lines[i] == line)
			return true;
	return false;
}

/* Once for rows that come again because the daemon was away: the book has them already. */
static enum err make_rows(struct tail *t, struct why *why)
{
	if (t->made_of)
		return OK;
	t->leases->bad = 0;
	t->made_of = t->whole;
	return bindings_leases_rows(t->leases, (struct str){ t->rows.ptr, t->whole }, t->line, true, &t->made, why);
}

static void tell_bad(const struct tail *t, const struct json *root)
{
	const struct json *list = json_get(root, "bad");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next)
		if (!told_already(t, (uint64_t)json_int(m, "line", 0)))
			(void)fprintf(stderr, "%s:%lld:%lld: %.*s; the row is left out\n", t->path, (long long)json_int(m, "line", 0), (long long)json_int(m, "column", 0),
			STR_ARG(json_text(m, "error")));
	if (json_int(root, "new", 0)) {
		(void)printf("%lld rows, %lld new, %lld corrections\n", (long long)json_int(root, "rows", 0), (long long)json_int(root, "new", 0),
			(long long)json_int(root, "corrections", 0));
		(void)fflush(stdout);
	}
}

/* False: it comes again. A refusal of the whole ends the following. */
static bool send_rows(struct tail *t, bool end, int *ret_status)
{
	struct arena *a = arena_new("follow", CLI_BYTES_MAX);
	struct command_text c;
	struct json *root = NULL;
	struct buf more;
	struct str text;
	buf_init(&more, 4 * CHUNK_BYTES);
	struct why why;
	if (t->whole && t->leases && make_rows(t, &why) != OK) {
		buf_done(&more);
		arena_free(a);
		*ret_status = cli_fail(&why);
		return false;
	}
	if (t->whole && t->leases) {
		buf_puts(&more, t->leases->head);
		buf_put(&more, buf_str(&t->made));
	} else if (t->whole) {
		buf_put(&more, buf_str(&t->header));
		buf_put(&more, (struct str){ t->rows.ptr, t->whole });
	}
	command_begin(&c, "bindings-follow");
	jsonw_str(&c.w, "file", str_of(t->path));
	jsonw_str(&c.w, "feed", str_of(t->feed));
	jsonw_int(&c.w, "line", (int64_t)t->line);
	jsonw_int(&c.w, "since", t->since);
	jsonw_bool(&c.w, "end", end);
	c.more = buf_str(&more);
	c.quiet = t->down;
	int status = a ? command_send(a, t->socket_path, &c, &root, &text) : EXIT_NO;
	/* not now is no refusal */
	if (status == EXIT_NO && root && json_int(root, "code", ERR_AGAIN) == ERR_AGAIN)
		status = EXIT_DOWN;
	t->down = status == EXIT_DOWN;
	if (status == EXIT_OK) {
		tell_bad(t, root);
		t->since = json_int(root, "heard", t->since);
		drop(t, t->leases ? t->made_of : t->whole);
		buf_clear(&t->made);
		t->made_of = 0;
	}
	buf_done(&more);
	arena_free(a);
	*ret_status = status;
	return status == EXIT_OK;
}

static void open_tail(struct tail *t, const char *path, struct bindings_leases *leases)
{
	t->path = path;
	t->fd = -1;
	t->leases = leases;
	buf_init(&t->header, CHUNK_BYTES);
	buf_init(&t->rows, 4 * CHUNK_BYTES);
	buf_init(&t->made, 4 * CHUNK_BYTES);
	if (leases)
		leases->path = path;
	begin_file(t);
}

static void close_tail(struct tail *t)
{
	if (t->fd >= 0)
		(void)close(t->fd);
	buf_done(&t->header);
	buf_done(&t->rows);
	buf_done(&t->made);
}

/* What is there now. False: nothing more, so all that was written until now was read. */
static bool take(struct tail *t)
{
	bool any = read_more(t);
	if (any || t->whole || !was_rotated(t))
		return any;
	/* a last row without its line end ends with its file */
	if (t->rows.len)
		t->whole = t->rows.len;
	else
		begin_file(t);
	return true;
}

static bool goes_on(int status)
{
	return !told_to_stop && status != EXIT_NO && status != EXIT_USAGE;
}

/* Of the same feed: that it was heard is said by both as one, or the one would close a hole that the other has told. */
static void send_events(struct tail *t, struct tail *hook, int *ret_status)
{
	hook->since = t->since;
	(void)send_rows(hook, false, ret_status);
	t->since = hook->since;
}

int bindings_follow(const char *socket_path, const char *path, const char *feed, struct bindings_leases *leases, const char *hook_path)
{
	static struct tail t, hook;
	struct sigaction stop = { .sa_handler = on_stop };
	const struct timespec pause = { 0, LOOK_EVERY_MS * 1000 * 1000 };
	struct bindings_leases *events = hook_path ? bindings_leases_hook(leases) : NULL;
	int status = EXIT_OK;
	if (hook_path && !events)
		return EXIT_NO;
	t.socket_path = hook.socket_path = socket_path;
	t.feed = hook.feed = feed ? feed : "";
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	open_tail(&t, path, leases);
	hook.fd = -1;
	if (events)
		open_tail(&hook, hook_path, events);
	for (unsigned look = 0; goes_on(status); look++) {
		/* Kea writes a lease before it tells of it: what the hook says is read first and sent last */
		bool any = events && take(&hook), more = take(&t);
		if (t.whole || look % BEAT_EVERY == 0)
			(void)send_rows(&t, false, &status);
		if (events && !more && !t.whole && hook.whole && goes_on(status))
			send_events(&t, &hook, &status);
		if (!any && !more)
			(void)nanosleep(&pause, NULL);
	}
	if (status == EXIT_OK && events && !t.whole && hook.whole)
		send_events(&t, &hook, &status);
	if (status == EXIT_OK || status == EXIT_DOWN)
		(void)send_rows(&t, true, &status);
	close_tail(&t);
	close_tail(&hook);
	return status;
}
