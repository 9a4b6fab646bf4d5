/*
 * The invariants. See check.h. Nothing is compared with times or with keys made by chance.
 */
#include "check.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "aupd/registry_row.h"
#include "base/file.h"
#include "day.h"
#include "engine/deed.h"
#include "evidence/record.h"
#include "store/sqlite/sqlite.h"
#include "torn.h"
#include "world.h"

enum { FILE_MAX = 64 << 20, ROWS_MAX = 1000, LINES_MAX = 2000 };

static enum err wrong(struct why *why, const char *what, struct str which)
{
	return why_set(why, ERR_CORRUPT, "%s: %.*s", what, STR_ARG(which));
}

/* --- the disk as found --- */

/* Was it told when nothing was in hand any more, before the last cut? */
static bool is_settled(size_t i)
{
	for (; i < outside.count; i++)
		if (outside.list[i].told == TOLD_SETTLED)
			return true;
	return false;
}

/* What the hand did last, and each suspension of the last hour, stands in its journal. */
static enum err check_journal(struct arena *a, int root_fd, struct why *why)
{
	struct str text = STR("");
	enum err e = file_read_all(a, root_fd, "hand/journal", FILE_MAX, &text, NULL);
	for (size_t i = 0; i < outside.count; i++) {
		const struct event *x = &outside.list[i];
		bool counts = strcmp(x->text, "suspend") == 0 && x->at > outside.list[outside.count - 1].at - HOUR_US;
		if ((x->told != TOLD_DO && x->told != TOLD_UNDO) || (is_settled(i) && !counts))
			continue;
		struct str end = str_format(a, " %.*s\n", STR_ARG(str_of(x->id))), rest = text, line;
		bool found = false;
		while (!found && str_next_line(&rest, &line))
			found = str_starts(line, x->told == TOLD_DO ? STR("do ") : STR("undo ")) && str_find(line, str_sub(end, 0, end.len - 1)) != SIZE_MAX;
		if (e || !found)
			return wrong(why, "the hand's journal does not tell of", str_of(x->id));
	}
	return OK;
}

static int count_rows(void *arg, int n, char **values, char **names)
{
	(void)names;
	if (n)
		*(int *)arg += strcmp(values[0], "ok") == 0 ? 1 : 1000;
	return 0;
}

/* Whole, without anything beside it. */
static enum err check_backup(struct arena *a, int root_fd, struct why *why)
{
	char path[] = "/tmp/aupd-backup.XXXXXX";
	struct str bytes;
	sqlite3 *db = NULL;
	int rows = 0, fd;
	if (!world_told(TOLD_ANSWER, "backup"))
		return OK;
	if (file_read_all(a, root_fd, "backup.db", FILE_MAX, &bytes, NULL) != OK)
		return wrong(why, "the backup", STR("is not there"));
	fd = mkstemp(path);
	BUG_ON(fd < 0 || write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len);
	(void)close(fd);
	int r = sqlite3_open_v2(str_c(a, str_format(a, "file:%s?immutable=1", path)), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_exec(db, "PRAGMA integrity_check; SELECT 'ok' FROM t1 WHERE owner=CAST('c1' AS BLOB)", count_rows, &rows, NULL);
	(void)sqlite3_close_v2(db);
	(void)unlink(path);
	return r == SQLITE_OK && rows == 2 ? OK : wrong(why, "the backup", STR("is damaged"));
}

static char found_in[WORLD_TEXT_MAX];

/* Is it there, but as the end of an alias, whose hexadecimal digits may be those of a customer by chance? */
static bool holds(struct str bytes, struct str sought)
{
	static const size_t before = sizeof("erased-0123456789abcdef") - 1 - (sizeof("c2") - 1);
	for (size_t at = str_find(bytes, sought); at != SIZE_MAX;) {
		if (at < before || !str_starts(str_sub(bytes, at - before, at), STR("erased-")))
			return true;
		size_t next = str_find(str_sub(bytes, at + 1, bytes.len), sought);
		at = next == SIZE_MAX ? SIZE_MAX : at + 1 + next;
	}
	return false;
}

/* A backup has what it had when it was made. */
static int search_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct arena *a = arena_new("searched", 2 * FILE_MAX);
	struct str bytes = STR(""), key = { (const char *)day_erased_key.octets, SEAL_KEY_LEN };
	bool found = false;
	if (type == FTW_F && st->st_size && strcmp(path + ftw->base, "backup.db") != 0)
		BUG_ON(file_read_all(a, AT_FDCWD, path, FILE_MAX, &bytes, NULL) != OK);
	for (int i = 0; day_erased[i][0]; i++)
		found |= holds(bytes, str_of(day_erased[i]));
	if (found || str_find(bytes, key) != SIZE_MAX)
		(void)snprintf(found_in, sizeof(found_in), "%s", path + ftw->base);
	arena_free(a);
	return found_in[0] != 0;
}

/* Whoever was told that somebody is erased can rely on it, whatever the disk lost since. */
static enum err check_erased(const char *root, struct why *why)
{
	found_in[0] = 0;
	if (!world_told(TOLD_ANSWER, "erased"))
		return OK;
	return nftw(root, search_file, 16, FTW_PHYS) == 0 ? OK : wrong(why, "what was erased is there again in", str_of(found_in));
}

enum err check_found(const char *root, struct why *why)
{
	struct arena *a = arena_new("found", 2 * FILE_MAX);
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	BUG_ON(fd < 0);
	enum err e = outside.count ? check_journal(a, fd, why) : OK;
	if (e == OK)
		e = check_backup(a, fd, why);
	if (e == OK)
		e = check_erased(root, why);
	file_close(fd);
	arena_free(a);
	return e;
}

/* --- rows --- */

static struct row *rows_of(struct arena *a, enum table t, size_t *ret_count)
{
	struct judge *j = world_judge();
	struct query q = { .table = t, .due_by = TIME_NONE, .limit = ROWS_MAX };
	struct row *rows;
	struct why why;
	BUG_ON(j->driver->page(j->store, a, &q, &rows, ret_count, &why) != OK || *ret_count == ROWS_MAX);
	return rows;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

struct lines {
	char *list[LINES_MAX];
	size_t count;
};

static void line_put(struct lines *l, struct arena *a, struct str text)
{
	BUG_ON(l->count == LINES_MAX || !text.ptr);
	l->list[l->count++] = (char *)(uintptr_t)str_c(a, text);
}

static void lines_of_cases(struct lines *l, struct arena *a)
{
	size_t n;
	struct row *rows = rows_of(a, TABLE_CASE, &n);
	for (size_t i = 0; i < n; i++) {
		struct casefile c = { 0 };
		BUG_ON(field_decode(a, rows[i].body, casefile_fields, &c, NULL) != OK);
		/* the alias is another one for each key */
		struct str key = rows[i].key;
		key = str_starts(key, STR("erased-")) ? str_sub(key, str_chr(key, '/'), key.len) : key;
		line_put(l, a,
			str_format(a, "case %.*s %s reports %llu incidents %llu strikes %llu step %u acts %u", STR_ARG(key), case_state_words[c.state],
				(unsigned long long)c.report_count, (unsigned long long)c.incident_count, (unsigned long long)c.strikes, c.next_step, c.act_count));
	}
	rows = rows_of(a, TABLE_ACT, &n);
	for (size_t i = 0; i < n; i++) {
		struct act act = { 0 };
		BUG_ON(field_decode(a, rows[i].body, act_fields, &act, NULL) != OK);
		if (act.number)
			line_put(l, a, str_format(a, "act %.*s %s %s", STR_ARG(act.key), act.desired ? "desired" : "not desired", act_state_words[act.state]));
	}
}

static void lines_of_others(struct lines *l, struct arena *a)
{
	size_t n;
	struct row *rows = rows_of(a, TABLE_ITEM, &n);
	torn_begin();
	for (size_t i = 0; i < n; i++) {
		struct item item = { 0 };
		BUG_ON(field_decode(a, rows[i].body, item_fields, &item, NULL) != OK);
		if (torn_takes(&item))
			continue;
		line_put(l, a, str_format(a, "item %s %.*s", item_type_words[item.type], STR_ARG(item.subject_line)));
		if (item.state == ITEM_DISCARDED)
			line_put(l, a, str_format(a, "discarded %.*s", STR_ARG(item.subject_line)));
	}
	rows = rows_of(a, TABLE_RECEIPT, &n);
	for (size_t i = 0; i < n; i++)
		if (str_starts(rows[i].key, STR("fraud-")))
			line_put(l, a, str_format(a, "receipt %.*s %.*s", STR_ARG(rows[i].key), STR_ARG(rows[i].state)));
	rows = rows_of(a, TABLE_ENTITY, &n);
	for (size_t i = 0; i < n; i++)
		line_put(l, a, str_format(a, "entity %.*s", STR_ARG(rows[i].key)));
	for (size_t i = 0; i < outside.count; i++) {
		const struct event *e = &outside.list[i];
		if (e->told == TOLD_LETTER)
			line_put(l, a, str_format(a, "letter %s", e->text));
		if (e->told == TOLD_DO || e->told == TOLD_UNDO)
			line_put(l, a, str_format(a, "%s %s", e->told == TOLD_DO ? "did" : "undid", e->id));
		if (e->told == TOLD_HOLDER)
			line_put(l, a, str_format(a, "holder %s", e->id));
		if (e->told == TOLD_ACK)
			line_put(l, a, str_format(a, "acknowledged %s", e->id));
	}
}

void check_outcome(struct buf *out)
{
	struct lines *l = calloc(1, sizeof(*l));
	struct arena *a = arena_new("outcome", 64 << 20);
	BUG_ON(!l);
	lines_of_cases(l, a);
	lines_of_others(l, a);
	qsort(l->list, l->count, sizeof(l->list[0]), by_text);
	for (size_t i = 0; i < l->count; i++)
		/* what came twice because its acknowledgement was lost is one thing */
		if (!i || strcmp(l->list[i], l->list[i - 1]) != 0)
			buf_printf(out, "%s\n", l->list[i]);
	arena_free(a);
	free(l);
}

static enum err check_same(struct str want, struct why *why)
{
	struct buf b;
	struct str rest, other = want, x = STR("(the end)"), y = STR("(the end)");
	buf_init(&b, 1 << 20);
	check_outcome(&b);
	rest = buf_str(&b);
	enum err e = str_eq(rest, want) ? OK : ERR_CORRUPT;
	while (e && str_next_line(&rest, &x) && str_next_line(&other, &y) && str_eq(x, y))
		;
	if (e)
		e = why_set(why, e, "the day ended otherwise: \"%.*s\" instead of \"%.*s\"", STR_ARG(x), STR_ARG(y));
	buf_done(&b);
	return e;
}

/* --- what was sealed opens --- */

static enum err check_letters(struct arena *a, struct keyring *k, struct why *why)
{
	struct seal_key key;
	struct str clear;
	size_t n;
	struct row *rows = rows_of(a, TABLE_LETTER, &n);
	for (size_t i = 0; i < n; i++)
		if (keyring_find(k, rows[i].owner, &key) != OK || unseal(a, &key, rows[i].key, rows[i].body, &clear) != OK)
			return wrong(why, "a letter does not open", rows[i].key);
	rows = rows_of(a, TABLE_ENTITY, &n);
	for (size_t i = 0; i < n; i++) {
		struct entity entity = { 0 };
		if (registry_row_read(a, k, &rows[i], &entity, why) != OK || (entity.type == ENTITY_CUSTOMER && !entity.email.len))
			return wrong(why, "an entity does not open", rows[i].key);
	}
	rows = rows_of(a, TABLE_ITEM, &n);
	for (size_t i = 0; i < n; i++) {
		struct item item = { 0 };
		BUG_ON(field_decode(a, rows[i].body, item_fields, &item, NULL) != OK);
		if (item.state == ITEM_WAITING && item.type == ITEM_PROSE && judge_raw_read(world_judge(), a, item.raw, &clear, NULL, why) != OK)
			return wrong(why, "the raw bytes of an item", item.subject_line);
	}
	return OK;
}

/* The customer of the case that a record is of, or whose key is that of what was done to the data. */
static struct str subject_of(struct arena *a, const struct row *cases, size_t count, struct str record)
{
	uint64_t number;
	if (str_starts(record, STR("deed.")))
		return DEED_OFFICE;
	for (size_t i = 0; i < count; i++) {
		struct casefile c = { 0 };
		BUG_ON(field_decode(a, cases[i].body, casefile_fields, &c, NULL) != OK);
		if (case_parse(str_sub(record, 0, str_chr(record, '.')), &number) == OK && c.number == number)
			return c.customer;
	}
	return STR_NONE;
}

static enum err check_records(struct arena *a, struct judge *j, struct why *why)
{
	uint64_t orders[LANE_COUNT] = { 0 };
	size_t n, opened = 0, openings, case_count;
	struct row *rows = rows_of(a, TABLE_RECORD, &n), *sealed = rows_of(a, TABLE_OPENING, &openings), *cases = rows_of(a, TABLE_CASE, &case_count);
	for (size_t i = 0; i < n; i++) {
		unsigned partition = (unsigned)((uint64_t)rows[i].rank >> 48);
		uint64_t order = (uint64_t)rows[i].rank & ((UINT64_C(1) << 48) - 1), leaf;
		struct merkle_proof proof;
		struct digest d;
		struct record r;
		if (order != ++orders[partition])
			return wrong(why, "there is a gap before record", rows[i].key);
		if (record_read(a, rows[i].body, &r, why) != OK)
			return wrong(why, "a record is damaged", rows[i].key);
		merkle_leaf(rows[i].body, &d);
		if (judge_ledger_leaf(j, a, (uint8_t)partition, order, &leaf, why) != OK ||
			ledger_prove(j->ledger, &d, leaf, ledger_size(j->ledger), &proof, why) != OK)
			return wrong(why, "a record cannot be proved", rows[i].key);
		for (size_t k = 0; k < openings; k++) {
			struct seal_key key;
			struct record_line *values;
			unsigned count;
			if (!str_eq(sealed[k].key, rows[i].key))
				continue;
			if (keyring_find(j->fold.keyring, subject_of(a, cases, case_count, rows[i].key), &key) != OK ||
				record_open(a, &r, sealed[k].body, &key, &values, &count, why) != OK)
				return wrong(why, "the opening of a record", rows[i].key);
			opened++;
		}
	}
	if (n != ledger_size(j->ledger) || opened != openings || !n)
		return why_set(why, ERR_CORRUPT, "%zu records, %llu leaves, %zu openings of which %zu open", n, (unsigned long long)ledger_size(j->ledger), openings, opened);
	return OK;
}

/* Every checkpoint that was ever given away is one of this ledger. */
static enum err check_checkpoints(struct judge *j, struct why *why)
{
	uint64_t last = 0;
	if (!j->ledger)
		return wrong(why, "the ledger stands still", str_of(j->ledger_broken.text));
	for (size_t i = 0; i < outside.count; i++) {
		const struct event *e = &outside.list[i];
		struct digest root;
		if (e->told == TOLD_REFUSED)
			return wrong(why, "the signer refuses", str_of(e->id));
		if (e->told != TOLD_SIGNED)
			continue;
		if (ledger_root_at(j->ledger, e->size, &root, why) != OK || !digest_eq(&root, &e->root))
			return why_set(why, ERR_CORRUPT, "the checkpoint of %llu records that was given away is of another ledger", (unsigned long long)e->size);
		last = e->size > last ? e->size : last;
	}
	return last == ledger_size(j->ledger) && last == ledger_checkpoint_size(j->ledger) ? OK : wrong(why, "the end of the ledger", STR("is not signed"));
}

/* --- what the world was told --- */

/* Was the power cut between them, while the first was in hand? */
static bool was_in_hand(size_t first, size_t second)
{
	for (size_t i = first + 1; i < second; i++) {
		if (outside.list[i].told == TOLD_SETTLED)
			return false;
		if (outside.list[i].told == TOLD_CUT)
			return true;
	}
	return false;
}

static enum err check_told(struct why *why)
{
	for (size_t i = 0; i < outside.count; i++) {
		const struct event *x = &outside.list[i];
		for (size_t k = i + 1; k < outside.count; k++) {
			const struct event *y = &outside.list[k];
			bool same = x->told == y->told && strcmp(x->id, y->id) == 0;
			bool acts = x->told == TOLD_LETTER || x->told == TOLD_DO || x->told == TOLD_UNDO;
			if (acts && same && !was_in_hand(i, k))
				return wrong(why, "an act was repeated that was not in hand at a cut", str_of(x->id));
			if (x->told == TOLD_LETTER && y->told == TOLD_LETTER && !same && strcmp(x->text, y->text) == 0)
				return wrong(why, "a letter went out twice under two Message-IDs", str_of(x->text));
			/* who cannot tell looks first */
			if (x->told == TOLD_DO && same)
				return wrong(why, "an effect was ordered again and not looked at", str_of(x->id));
			if (x->told == TOLD_ACK && y->told == TOLD_ACK && position_cmp(&x->position, &y->position) == 0)
				return wrong(why, "one place in the spool was given to two", str_of(y->id));
		}
	}
	return OK;
}

static enum err check_boxes(struct arena *a, struct why *why)
{
	(void)a;
	return world_boxes() ? OK : wrong(why, "the sealed report", STR("is not in the officer's box"));
}

enum err check_day(struct str outcome, struct why *why)
{
	struct judge *j = world_judge();
	struct arena *a = arena_new("check", 256 << 20);
	int rows = 0;
	enum err e = j->stuck ? wrong(why, "the judge", STR("is stuck")) : check_same(outcome, why);
	if (e == OK)
		e = check_told(why);
	if (e == OK)
		e = check_checkpoints(j, why);
	if (e == OK)
		e = check_records(a, j, why);
	if (e == OK)
		e = check_letters(a, j->fold.keyring, why);
	if (e == OK)
		e = check_boxes(a, why);
	if (e == OK && (sqlite3_exec(j->store->db, "PRAGMA integrity_check", count_rows, &rows, NULL) != SQLITE_OK || rows != 1))
		e = wrong(why, "the store", STR("is damaged"));
	arena_free(a);
	return e;
}
