/*
 * The hand's journal. See journal.h.
 */
#include "aupd/journal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"

#define ASK "ask"

enum { JOURNAL_BYTES_MAX = 16 << 20, JOURNAL_FULL_BYTES = 4 << 20, SUM_LEN = 9, SUM_MAX = 16 };

struct suspension {
	int64_t at;
	uint64_t key;
	uint64_t rule, customer;        /* digests; 0: a person wanted it, or it is not known */
};

struct journal {
	int dir_fd, fd;
	uint64_t bytes;
	struct suspension list[JOURNAL_SUSPENSIONS_MAX], endings[JOURNAL_SUSPENSIONS_MAX];
	struct suspension asks[JOURNAL_SUSPENSIONS_MAX];        /* key: of an access server; 0: any of them, for all that is known */
	unsigned count, ending_count, ask_count, damaged;
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

/* " 0badf00d" */
static size_t print_sum(struct str line, char out[SUM_MAX])
{
	return (size_t)snprintf(out, SUM_MAX, " %08" PRIx32, crc32c(0, line));
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
		if (j->list[i].at > now - DAY_US)
			j->list[kept++] = j->list[i];
	j->count = kept;
}

unsigned journal_suspensions(struct journal *j, const struct act *act, int64_t now, int64_t since_at)
{
	uint64_t own = short_key(act->key);
	unsigned n = 0;
	forget_old(j, now);
	for (unsigned i = 0; i < j->count; i++)
		n += j->list[i].at > since_at && j->list[i].key != own;
	return n;
}

unsigned journal_of_rule(struct journal *j, const struct act *act, int64_t now, int64_t since_at)
{
	uint64_t rule = short_key(act->rule), customer = short_key(act->customer);
	unsigned n = 0;
	forget_old(j, now);
	for (unsigned i = 0; i < j->count; i++) {
		const struct suspension *s = &j->list[i];
		bool known = s->at <= since_at || s->rule != rule || s->customer == customer;
		for (unsigned k = 0; k < i && !known; k++)
			known = j->list[k].at > since_at && j->list[k].rule == rule && j->list[k].customer == s->customer;
		n += !known;
	}
	return n;
}

static void count_suspension(struct journal *j, struct str key, int64_t at, uint64_t rule, uint64_t customer)
{
	uint64_t k = short_key(key);
	struct suspension *known = find(j, k);
	if (!known && j->count < JOURNAL_SUSPENSIONS_MAX)
		known = &j->list[j->count++];
	if (known)
		*known = (struct suspension){ at, k, rule, customer };
}

static void forget_endings(struct journal *j, int64_t now)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < j->ending_count; i++)
		if (j->endings[i].at > now - HOUR_US)
			j->endings[kept++] = j->endings[i];
	j->ending_count = kept;
}

unsigned journal_endings(struct journal *j, const struct act *act, int64_t now)
{
	uint64_t own = short_key(act->key);
	unsigned n = 0;
	forget_endings(j, now);
	for (unsigned i = 0; i < j->ending_count; i++)
		n += j->endings[i].key != own;
	return n;
}

static void count_ending(struct journal *j, struct str key, int64_t at)
{
	uint64_t k = short_key(key);
	unsigned i = 0;
	while (i < j->ending_count && j->endings[i].key != k)
		i++;
	if (i == JOURNAL_SUSPENSIONS_MAX)
		return;
	j->ending_count += i == j->ending_count;
	j->endings[i] = (struct suspension){ .at = at, .key = k };
}

static void forget_asks(struct journal *j, int64_t now)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < j->ask_count; i++)
		if (j->asks[i].at > now - HOUR_US)
			j->asks[kept++] = j->asks[i];
	j->ask_count = kept;
}

unsigned journal_asks(struct journal *j, struct str nas, int64_t now)
{
	uint64_t key = short_key(nas);
	unsigned n = 0;
	forget_asks(j, now);
	/* full, nobody knows how many there were */
	if (j->ask_count == JOURNAL_SUSPENSIONS_MAX)
		return JOURNAL_SUSPENSIONS_MAX;
	for (unsigned i = 0; i < j->ask_count; i++)
		n += j->asks[i].key == key || !j->asks[i].key;
	return n;
}

static void count_ask(struct journal *j, uint64_t key, int64_t at)
{
	if (j->ask_count < JOURNAL_SUSPENSIONS_MAX)
		j->asks[j->ask_count++] = (struct suspension){ .at = at, .key = key };
}

struct line {
	struct str word, verb, key;
	int64_t at;
	uint64_t rule, customer;
};

static bool read_hex(struct str text, uint64_t *ret_n)
{
	static const char digits[] = "0123456789abcdef";
	*ret_n = 0;
	for (size_t i = 0; i < text.len; i++) {
		size_t digit = str_chr(str_of(digits), text.ptr[i]);
		if (digit == SIZE_MAX)
			return false;
		*ret_n = *ret_n << 4 | digit;
	}
	return text.len == 16;
}

/* "do 1795485852325561 suspend C-1/s2.1/suspend/mail 00112233aabbccdd 44556677eeff0011 0badf00d" */
static bool parse_line(struct str text, struct line *l)
{
	char sum[SUM_MAX];
	struct str rest, when;
	if (text.len < SUM_LEN)
		return false;
	rest = str_sub(text, 0, text.len - SUM_LEN);
	if (!str_eq((struct str){ sum, print_sum(rest, sum) }, str_sub(text, rest.len, SUM_LEN)))
		return false;
	if (!str_split(&rest, ' ', &l->word) || !str_split(&rest, ' ', &when) || !str_split(&rest, ' ', &l->verb) || !rest.len)
		return false;
	l->rule = l->customer = 0;
	if (str_chr(rest, ' ') != SIZE_MAX) {
		struct str rule;
		(void)str_split(&rest, ' ', &l->key);
		if (!str_split(&rest, ' ', &rule) || !read_hex(rule, &l->rule) || !read_hex(rest, &l->customer))
			return false;
	} else {
		l->key = rest;
	}
	return str_to_i64(when, &l->at) == OK;
}

static bool is_of_cut(const struct line *l)
{
	return str_eq(l->verb, str_of(verb_words[VERB_SUSPEND])) || str_eq(l->verb, str_of(verb_words[VERB_TERMINATE]));
}

static void take_line(struct journal *j, const struct line *l)
{
	uint64_t nas;
	if (str_eq(l->word, STR(ASK))) {
		count_ask(j, read_hex(l->key, &nas) ? nas : 0, l->at);
		return;
	}
	if (str_eq(l->word, STR("do")) && is_of_cut(l))
		count_suspension(j, l->key, l->at, l->rule, l->customer);
	if (str_eq(l->word, STR("do")) && str_eq(l->verb, str_of(verb_words[VERB_END])))
		count_ending(j, l->key, l->at);
	if (str_eq(l->word, STR("end")))
		(void)map_remove(j->unsure, l->key);
	else if (map_count(j->unsure) < JOURNAL_UNSURE_MAX && map_put(j->unsure, l->key, j) != OK)
		return;
}

/* The last line may be torn: what it told of had not begun. */
static void take_all(struct journal *j, struct str text, int64_t now)
{
	struct str line;
	struct line l;
	while (str_next_line(&text, &line)) {
		if (parse_line(line, &l)) {
			take_line(j, &l);
		} else if (text.len) {
			j->damaged++;
			count_suspension(j, line, now, 0, 0);
			count_ending(j, line, now);
			count_ask(j, 0, now);
		}
	}
}

/* Lines that still say something: of the last hour, of a suspension, its end too, the last day, or of what has no end. */
static enum err rewrite(struct journal *j, struct str text, int64_t now, struct why *why)
{
	struct buf out;
	struct str line;
	struct line l;
	enum err e;
	buf_init(&out, JOURNAL_BYTES_MAX);
	while (str_next_line(&text, &line)) {
		if (!parse_line(line, &l) || (l.at <= now - (is_of_cut(&l) ? DAY_US : HOUR_US) && !map_get(j->unsure, l.key)))
			continue;
		buf_put(&out, line);
		buf_putc(&out, '\n');
	}
	e = out.err ? out.err : file_replace(j->dir_fd, "journal", buf_str(&out), 0600, why);
	if (e == OK)
		j->bytes = out.len;
	buf_done(&out);
	if (e)
		return e;
	file_close(j->fd);
	j->fd = -1;
	return file_open(j->dir_fd, "journal", O_WRONLY | O_CREAT, 0600, &j->fd, why);
}

static enum err renew(struct journal *j, int64_t now, bool first, struct why *why)
{
	struct arena *a = arena_new("journal", 2 * JOURNAL_BYTES_MAX);
	struct str text = STR_NONE;
	if (!a)
		return why_set(why, ERR_NOMEM, "no memory for the journal");
	enum err e = file_read_all(a, j->dir_fd, "journal", JOURNAL_BYTES_MAX, &text, why);
	if (e == ERR_NOTFOUND)
		e = OK;
	if (e == OK && first)
		take_all(j, text, now);
	forget_old(j, now);
	forget_endings(j, now);
	forget_asks(j, now);
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
	char sum[SUM_MAX];
	buf_init(&line, 1024);
	buf_printf(&line, "%s %lld %s %.*s", word, (long long)now, verb_words[act->verb], STR_ARG(act->key));
	if (act->automatic && act->verb >= VERB_SUSPEND && str_eq(str_of(word), str_of(act_op_words[ACT_DO])))
		buf_printf(&line, " %016" PRIx64 " %016" PRIx64, short_key(act->rule), short_key(act->customer));
	buf_put(&line, (struct str){ sum, print_sum(buf_str(&line), sum) });
	buf_putc(&line, '\n');
	enum err e = line.err ? line.err : file_write_at(j->fd, j->bytes, buf_str(&line), why);
	/* half a line would stand before the next one */
	if (e == OK)
		j->bytes += line.len;
	buf_done(&line);
	return e;
}

enum err journal_ask(struct journal *j, struct str nas, int64_t now, struct why *why)
{
	struct buf line;
	char sum[SUM_MAX];
	enum err e = j->bytes > JOURNAL_FULL_BYTES ? renew(j, now, false, why) : OK;
	if (e)
		return e;
	buf_init(&line, 1024);
	buf_printf(&line, ASK " %lld %s %016" PRIx64, (long long)now, verb_words[VERB_END], short_key(nas));
	buf_put(&line, (struct str){ sum, print_sum(buf_str(&line), sum) });
	buf_putc(&line, '\n');
	e = line.err ? line.err : file_write_at(j->fd, j->bytes, buf_str(&line), why);
	if (e == OK)
		j->bytes += line.len;
	buf_done(&line);
	if (e == OK)
		e = file_sync(j->fd, why);
	if (e == OK)
		count_ask(j, short_key(nas), now);
	return e;
}

unsigned journal_damaged(const struct journal *j)
{
	return j->damaged;
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
		count_suspension(j, act->key, now, act->automatic ? short_key(act->rule) : 0, act->automatic ? short_key(act->customer) : 0);
	if (op == ACT_DO && act->verb == VERB_END)
		count_ending(j, act->key, now);
	*ret_again = map_get(j->unsure, act->key) != NULL;
	return OK;
}

enum err journal_end(struct journal *j, const struct act *act, int64_t now, struct why *why)
{
	(void)map_remove(j->unsure, act->key);
	return put(j, "end", act, now, why);
}
