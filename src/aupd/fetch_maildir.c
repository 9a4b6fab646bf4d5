/*
 * A Maildir as a mailbox of the fetcher. See fetch.h.
 *
 * What lies in new/ is handed over in the order of its names and moved to cur/ as seen, or to the folder's; nothing is deleted, and
 * cur/ is never looked at. Whoever delivers into it can make us read files up to the longest message, and LIST_MAX names at a time; what
 * is no regular file is not opened for reading.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aupd/fetch.h"
#include "base/file.h"
#include "base/map.h"

enum { LIST_MAX = 256, LIST_BYTES = 1 << 20, SLACK_BYTES = 1 << 20, REFUSED_MAX = 1024, NAME_LEN_MAX = 255, MOVED_MAX = 2 * NAME_LEN_MAX + 16 };

struct maildir {
	struct fetch_box *box;
	struct arena *names, *text;
	struct map *refused;            /* names that stay where they are, until we are started again */
	struct str list[LIST_MAX];
	unsigned count, next;
	bool more;                      /* than the list holds */
	bool unmoved;                   /* list[next] was taken, and could not be moved */
};

static void keep_name(void *arg, const char *name)
{
	struct maildir *m = arg;
	struct str s = str_of(name);
	if (name[0] == '.' || s.len > NAME_LEN_MAX || map_get(m->refused, s))
		return;
	if (m->count < LIST_MAX && (m->list[m->count] = str_copy(m->names, s)).ptr)
		m->count++;
	else
		m->more = true;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void end(struct maildir *m, const char *reason, struct str detail)
{
	fetch_ended(m->box, reason, detail, !reason && m->more);
}

/* new/NAME -> cur/NAME:2,S, or that of the folder. */
static enum err move(struct maildir *m, struct str name, struct why *why)
{
	char from[MOVED_MAX], to[MOVED_MAX];
	struct str folder = fetch_from(m->box)->folder, plain = str_sub(name, 0, str_chr(name, ':'));
	(void)snprintf(from, sizeof(from), "new/%.*s", STR_ARG(name));
	(void)snprintf(to, sizeof(to), "%.*s%scur/%.*s:2,S", STR_ARG(folder), folder.len ? "/" : "", STR_ARG(plain));
	return file_rename(fetch_fd(m->box), from, to, why);
}

static void go_on(struct maildir *m);

static void refuse(struct maildir *m, const char *reason)
{
	fetch_refused(m->box, reason);
	if (map_put(m->refused, m->list[m->next++], m) != OK)
		end(m, "so many mails cannot be taken that it is left alone", STR_NONE);
	else
		go_on(m);
}

static void moved(struct maildir *m)
{
	struct why why;
	m->unmoved = move(m, m->list[m->next], &why) != OK;
	if (m->unmoved) {
		end(m, "a mail was taken and cannot be moved away", str_of(why.text));
		return;
	}
	fetch_marked(m->box);
	m->next++;
	go_on(m);
}

static void on_fate(void *arg, enum fetch_fate fate)
{
	struct maildir *m = arg;
	arena_reset(m->text);
	switch (fate) {
	case FETCH_TAKEN: moved(m); break;
	case FETCH_REFUSED: refuse(m, "a mail was refused and stays where it is"); break;
	case FETCH_LATER: end(m, "the ear took no mail", STR_NONE); break;
	}
}

/* Neither a link nor a pipe is followed or waited for: who delivers is not trusted. ERR_UNSUPPORTED: it is no file. */
static enum err read_mail(struct maildir *m, struct str name, struct str *ret_text, struct why *why)
{
	char path[MOVED_MAX];
	struct stat st;
	int fd;
	(void)snprintf(path, sizeof(path), "new/%.*s", STR_ARG(name));
	if (fstatat(fetch_fd(m->box), path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return why_errno(why, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return why_set(why, ERR_UNSUPPORTED, "no regular file");
	enum err e = file_open(fetch_fd(m->box), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, &fd, why);
	if (e)
		return e;
	if (fstat(fd, &st) != 0)
		e = why_errno(why, "cannot look at %s", path);
	else if ((uint64_t)st.st_size > fetch_message_bytes(m->box))
		e = why_set(why, ERR_LIMIT, "too long");
	size_t size = e ? 0 : (size_t)st.st_size, got = 0;
	char *text = arena_alloc(m->text, size + 1);
	if (e == OK)
		e = text ? file_read_at(fd, 0, text, size, &got, why) : ERR_NOMEM;
	file_close(fd);
	*ret_text = (struct str){ text, got };
	return e;
}

/* The next one of the list, or the end of the round. */
static void go_on(struct maildir *m)
{
	struct str text;
	struct why why = { .line = 0 };
	enum err e = ERR_NOTFOUND;
	/* somebody else may have taken one away meanwhile */
	for (; m->next < m->count; m->next++)
		if ((e = read_mail(m, m->list[m->next], &text, &why)) != ERR_NOTFOUND)
			break;
	if (m->next == m->count) {
		end(m, NULL, STR_NONE);
		return;
	}
	if (e == OK)
		e = fetch_hand_over(m->box, text, on_fate, m);
	if (e == OK)
		return;
	if (e == ERR_LIMIT)
		refuse(m, "a mail is longer than what is taken, and stays where it is");
	else if (e == ERR_UNSUPPORTED)
		refuse(m, "what lies there as a mail is no file, and stays where it is");
	else
		end(m, "a mail cannot be read", str_of(why.text));
}

/* Before anything is handed over: whether it can be moved afterwards. */
static const char *cannot_move(const struct maildir *m)
{
	char cur[NAME_LEN_MAX + 8];
	struct str folder = fetch_from(m->box)->folder;
	(void)snprintf(cur, sizeof(cur), "%.*s%scur", STR_ARG(folder), folder.len ? "/" : "");
	if (faccessat(fetch_fd(m->box), "new", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
		return "its directory new cannot be read and written";
	return faccessat(fetch_fd(m->box), cur, W_OK | X_OK, AT_EACCESS) != 0 ? "the directory that mail is moved to cannot be written" : NULL;
}

static void round_begin(void *state)
{
	struct maildir *m = state;
	struct why why;
	int fd;
	if (m->unmoved) {
		moved(m);
		return;
	}
	m->count = m->next = 0;
	m->more = false;
	arena_reset(m->names);
	if (fetch_fd(m->box) < 0) {
		end(m, "the Maildir cannot be opened", STR_NONE);
		return;
	}
	const char *no = cannot_move(m);
	if (no) {
		end(m, no, STR_NONE);
		return;
	}
	enum err e = file_open(fetch_fd(m->box), "new", O_RDONLY | O_DIRECTORY, 0, &fd, &why);
	if (e == OK) {
		e = file_list(fd, keep_name, m, &why);
		file_close(fd);
	}
	if (e) {
		end(m, "its directory new cannot be read", str_of(why.text));
		return;
	}
	qsort(m->list, m->count, sizeof(m->list[0]), by_name);
	go_on(m);
}

static void close_it(void *state)
{
	struct maildir *m = state;
	arena_free(m->names);
	arena_free(m->text);
	map_free(m->refused);
	free(m);
}

static enum err open_it(struct fetch_box *b, void **ret_state, struct why *why)
{
	struct maildir *m = calloc(1, sizeof(*m));
	if (!m)
		return why_set(why, ERR_NOMEM, "no memory");
	m->box = b;
	m->names = arena_new("names", LIST_BYTES);
	m->text = arena_new("mail", fetch_message_bytes(b) + SLACK_BYTES);
	m->refused = map_new(REFUSED_MAX);
	if (!m->names || !m->text || !m->refused) {
		close_it(m);
		return why_set(why, ERR_NOMEM, "no memory");
	}
	*ret_state = m;
	return OK;
}

const struct fetch_driver fetch_maildir = { open_it, round_begin, close_it };
