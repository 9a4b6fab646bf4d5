/*
 * aup ingest: hand reports to the daemon, from files of one message, mailbox files, Maildirs and standard input. Each message
 * is durable when its id is printed. A mailbox may be of any size: one message at a time is in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aup/aup.h"
#include "aup/client.h"
#include "base/file.h"
#include "format/mbox.h"

enum { INGEST_BYTES_MAX = 100 << 20, PIECE_BYTES = 1 << 20, NAMES_MAX = 1000000, NAME_MAX_BYTES = 200 };

struct ingest {
	struct arena *a; /* of one message */
	const char *socket_path, *headers;
	bool json;
	unsigned taken;
	int status;
};

/* The header that tells the name of the file: of a table it tells what the report is. What would not fit a header is left out. */
static const char *with_name(struct ingest *g, const char *name)
{
	const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	for (const char *c = base; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			return g->headers;
	if (!*base || strcmp(base, "-") == 0 || strlen(base) > NAME_MAX_BYTES)
		return g->headers;
	return str_c(g->a, str_format(g->a, "%sX-Name: %s\r\n", g->headers, base));
}

static void hand_in(struct ingest *g, const char *name, struct str bytes)
{
	struct why why = { .line = 0 };
	struct json *root;
	struct str text;
	unsigned code = 0;
	enum err e = client_call(g->a, g->socket_path, "POST", "/v1/reports", with_name(g, name), bytes, &code, &text, &why);
	if (e) {
		(void)cli_fail(&why);
		g->status = EXIT_DOWN;
	} else if (code != 202 || json_read(g->a, text, &root, NULL) != OK) {
		(void)fprintf(stderr, "aup: %s was not taken: %.*s\n", name, STR_ARG(text));
		g->status = EXIT_NO;
	} else {
		(void)printf("%.*s\n", STR_ARG(g->json ? text : json_text(root, "id")));
		(void)fflush(stdout);
		g->taken++;
	}
	arena_reset(g->a);
}

struct mailbox {
	const char *name;
	int fd;
	struct buf b;
	size_t at; /* what lies before is done with */
	bool end;
};

static int fail(struct ingest *g, enum err e, const char *name, const char *text)
{
	struct why why = { .line = 0 };
	(void)why_set(&why, e, "%s %s", name, text);
	return g->status = cli_fail(&why);
}

/* As much again as is there: what is looked at once more doubles. False when it cannot be read, or a message is longer than any. */
static bool more(struct ingest *g, struct mailbox *m)
{
	static char piece[PIECE_BYTES];
	buf_cut_front(&m->b, m->at);
	m->at = 0;
	size_t want = 2 * m->b.len + 1;
	while (m->b.len < want && !m->end) {
		ssize_t n = read(m->fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)fail(g, err_from_errno(errno), m->name, "cannot be read");
			return false;
		}
		m->end = n == 0;
		buf_put(&m->b, (struct str){ piece, (size_t)n });
		if (m->b.err || m->b.len > INGEST_BYTES_MAX) {
			(void)fail(g, ERR_LIMIT, m->name, "holds more than 100 megabytes in one message");
			return false;
		}
	}
	return true;
}

static void take_mbox(struct ingest *g, struct mailbox *m)
{
	while (g->status != EXIT_DOWN) {
		struct str rest = str_sub(buf_str(&m->b), m->at, m->b.len), message;
		size_t used;
		if (!mbox_next(rest, m->end, &message, &used)) {
			if (m->end || !more(g, m))
				return;
			continue;
		}
		m->at += used;
		if (message.len)
			hand_in(g, m->name, mbox_unquote(g->a, message));
	}
}

static void take_fd(struct ingest *g, const char *name, int fd)
{
	struct mailbox m = { .name = name, .fd = fd };
	buf_init(&m.b, (size_t)INGEST_BYTES_MAX + 2 * PIECE_BYTES);
	bool good = true;
	while (good && !m.end && m.b.len < strlen("From "))
		good = more(g, &m);
	if (good && mbox_looks_like(buf_str(&m.b))) {
		take_mbox(g, &m);
	} else {
		while (good && !m.end)
			good = more(g, &m);
		if (good)
			hand_in(g, name, buf_str(&m.b));
	}
	buf_done(&m.b);
}

static void take_file(struct ingest *g, const char *path)
{
	int fd;
	struct why why;
	if (strcmp(path, "-") == 0) {
		take_fd(g, "-", STDIN_FILENO);
		return;
	}
	if (file_open(AT_FDCWD, path, O_RDONLY, 0, &fd, &why) != OK) {
		g->status = cli_fail(&why);
		return;
	}
	take_fd(g, path, fd);
	file_close(fd);
}

struct names {
	char **list;
	size_t count;
	bool full;
};

static void add_name(void *arg, const char *name)
{
	struct names *n = arg;
	char **list = name[0] == '.' || n->count == NAMES_MAX ? NULL : realloc(n->list, (n->count + 1) * sizeof(*list));
	n->full |= !list && name[0] != '.';
	if (!list)
		return;
	n->list = list;
	if ((n->list[n->count] = strdup(name)))
		n->count++;
	else
		n->full = true;
}

static int by_name(const void *one, const void *two)
{
	return strcmp(*(char *const *)one, *(char *const *)two);
}

/* The messages of one folder of a Maildir in the order of their names, which begin with the time. False when there is no such folder. */
static bool take_folder(struct ingest *g, const char *path, const char *folder)
{
	struct names n = { 0 };
	struct why why;
	int fd;
	char *where, *file;
	if (asprintf(&where, "%s/%s", path, folder) < 0)
		return false;
	if (file_open(AT_FDCWD, where, O_RDONLY | O_DIRECTORY, 0, &fd, &why) != OK) {
		free(where);
		return false;
	}
	enum err e = file_list(fd, add_name, &n, &why);
	file_close(fd);
	if (e)
		g->status = cli_fail(&why);
	else if (n.full)
		(void)fail(g, ERR_LIMIT, where, "holds more messages than can be sorted");
	qsort(n.list, n.count, sizeof(*n.list), by_name);
	for (size_t i = 0; i < n.count; i++) {
		if (e == OK && g->status != EXIT_DOWN && asprintf(&file, "%s/%s", where, n.list[i]) >= 0) {
			take_file(g, file);
			free(file);
		}
		free(n.list[i]);
	}
	free(n.list);
	free(where);
	return true;
}

static void take(struct ingest *g, const char *path)
{
	struct stat st;
	if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		take_file(g, path);
		return;
	}
	/* what is in tmp is not there yet */
	bool cur = take_folder(g, path, "cur"), new = take_folder(g, path, "new");
	if (!cur && !new)
		(void)fail(g, ERR_NOTFOUND, path, "is a directory without cur and new: no Maildir");
}

int cmd_ingest(int argc, char **argv)
{
	const char *to = NULL;
	struct ingest g = { .socket_path = client_socket(cli_value(&argc, argv, "--socket"), "AUPD_INGEST", "/run/aupd/ingest.sock"),
		.headers = "" };
	char *headers = NULL;
	to = cli_value(&argc, argv, "--to");
	g.json = cli_flag(&argc, argv, "--json");
	if (argc < 2)
		return cli_usage("ingest");
	g.a = arena_new("ingest", CLI_BYTES_MAX);
	if (!g.a || (to && asprintf(&headers, "X-Recipient: %s\r\n", to) < 0))
		return EXIT_NO;
	g.headers = headers ? headers : "";
	/* whoever reads the ids may go: the reports still arrive */
	(void)signal(SIGPIPE, SIG_IGN);
	for (int i = 1; i < argc && g.status != EXIT_DOWN; i++)
		take(&g, argv[i]);
	if (g.status == EXIT_DOWN)
		(void)fprintf(stderr, "aup: %u taken before, the rest is to be handed in again\n", g.taken);
	free(headers);
	arena_free(g.a);
	return g.status;
}
