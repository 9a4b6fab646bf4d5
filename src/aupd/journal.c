/*
 * The hand's journal. See journal.h. A line that was torn by a crash is skipped: what it told of had not begun.
 */
#include "aupd/journal.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"

enum { JOURNAL_BYTES_MAX = 16 << 20, JOURNAL_FULL_BYTES = 4 << 20 };

struct suspension {
	int64_t at;
	uint64_t key;
};

struct journal {
	int dir_fd, fd;
	uint64_t bytes;
	struct suspension list[JOURNAL_SUSPENSIONS_MAX];
	unsigned count;
	struct map *unsure;             /* key -> itself: begun, no end */
};

static uint64_t short_key(struct str key)
{
	struct digest d;
	uint64_t n;
	digest_sha256(key, &d);
	memcpy(&n, d.octets, sizeof(n));
	return n;
}

static struct suspension *find(struct journal *j, uint64_t key)
{
	for (unsigned i = 0; i < j->count; i++)
		if (j->list[i].key == key)
			return &j->list[i];
	return NULL;
}

static void forget_old(struct journal *j, int64_t now)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < j->count; i++)
		if (j->list[i].at > now - HOUR_US)
			j->list[kept++] = j->list[i];
	j->count = kept;
}

unsigned journal_suspensions(struct journal *j, const struct act *act, int64_t now)
{
	forget_old(j, now);
	return j->count - (find(j, short_key(act->key)) != NULL);
}

static void count_suspension(struct journal *j, struct str key, int64_t at)
{
	uint64_t k = short_key(key);
	struct suspension *known = find(j, k);
	if (known)
		known->at = at;
	else if (j->count < JOURNAL_SUSPENSIONS_MAX)
		j->list[j->count++] = (struct suspension){ at, k };
}

/* "do 1795485852325561 suspend C-1/s2.1/suspend/mail" */
static void take_line(struct journal *j, struct str line)
{
	struct str rest = line, word, when, verb;
	int64_t at;
	if (!str_split(&rest, ' ', &word) || !str_split(&rest, ' ', &when) || !str_split(&rest, ' ', &verb) || !rest.len || str_to_i64(when, &at) != OK)
		return;
	if (str_eq(word, STR("do")) && (str_eq(verb, str_of(verb_words[VERB_SUSPEND])) || str_eq(verb, str_of(verb_words[VERB_TERMINATE]))))
		count_suspension(j, rest, at);
	if (str_eq(word, STR("end")))
		(void)map_remove(j->unsure, rest);
	else if (map_count(j->unsure) < JOURNAL_UNSURE_MAX && map_put(j->unsure, rest, j) != OK)
		return;
}

/* Lines that still say something: of the last hour, or of what has no end. */
static enum err rewrite(struct journal *j, struct str text, int64_t now, struct why *why)
{
	struct buf out;
	struct str line;
	enum err e;
	buf_init(&out, JOURNAL_BYTES_MAX);
	while (str_next_line(&text, &line)) {
		struct str rest = line, word, when, verb;
		int64_t at;
		if (!str_split(&rest, ' ', &word) || !str_split(&rest, ' ', &when) || !str_split(&rest, ' ', &verb) || str_to_i64(when, &at) != OK)
			continue;
		if (at <= now - HOUR_US && !map_get(j->unsure, rest))
			continue;
		buf_put(&out, line);
		buf_putc(&out, '\n');
	}
	e = out.err ? out.err : file_replace(j->dir_fd, "journal", buf_str(&out), 0600, why);
	j->bytes = out.len;
	buf_done(&out);
	file_close(j->fd);
	j->fd = -1;
	return e ? e : file_open(j->dir_fd, "journal", O_WRONLY | O_CREAT | O_APPEND, 0600, &j->fd, why);
}

static enum err renew(struct journal *j, int64_t now, bool first, struct why *why)
{
	struct arena *a = arena_new("journal", 2 * JOURNAL_BYTES_MAX);
	struct str text = STR_NONE, rest, line;
	if (!a)
		return why_set(why, ERR_NOMEM, "no memory for the journal");
	enum err e = file_read_all(a, j->dir_fd, "journal", JOURNAL_BYTES_MAX, &text, why);
	if (e == ERR_NOTFOUND)
		e = OK;
	rest = text;
	while (e == OK && first && str_next_line(&rest, &line))
		take_line(j, line);
	forget_old(j, now);
	if (e == OK)
		e = rewrite(j, text, now, why);
	arena_free(a);
	return e;
}

enum err journal_open(int dir_fd, int64_t now, struct journal **ret_journal, struct why *why)
{
	struct journal *j = calloc(1, sizeof(*j));
	if (!j || !(j->unsure = map_new(JOURNAL_UNSURE_MAX))) {
		free(j);
		return why_set(why, ERR_NOMEM, "no memory for the journal");
	}
	j->dir_fd = dir_fd;
	j->fd = -1;
	enum err e = renew(j, now, true, why);
	if (e)
		journal_close(j);
	else
		*ret_journal = j;
	return e;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	file_close(j->fd);
	map_free(j->unsure);
	free(j);
}

static enum err put(struct journal *j, const char *word, const struct act *act, int64_t now, struct why *why)
{
	struct buf line;
	buf_init(&line, 1024);
	buf_printf(&line, "%s %lld %s %.*s\n", word, (long long)now, verb_words[act->verb], STR_ARG(act->key));
	enum err e = line.err ? line.err : file_append(j->fd, buf_str(&line), why);
	j->bytes += line.len;
	buf_done(&line);
	return e;
}

enum err journal_begin(struct journal *j, enum act_op op, const struct act *act, int64_t now, bool *ret_again, struct why *why)
{
	enum err e = j->bytes > JOURNAL_FULL_BYTES ? renew(j, now, false, why) : OK;
	if (e == OK)
		e = put(j, act_op_words[op], act, now, why);
	if (e == OK)
		e = file_sync(j->fd, why);
	if (e)
		return e;
	if (op == ACT_DO && act->verb >= VERB_SUSPEND)
		count_suspension(j, act->key, now);
	*ret_again = map_get(j->unsure, act->key) != NULL;
	return OK;
}

enum err journal_end(struct journal *j, const struct act *act, int64_t now, struct why *why)
{
	(void)map_remove(j->unsure, act->key);
	return put(j, "end", act, now, why);
}
