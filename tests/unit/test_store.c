/*
 * The conformance suite of stores: every driver passes it; the embedded one also with two processes on one file, with a
 * process killed between and inside its commits, and with a disk that refuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/seal.h"
#include "base/time.h"
#include "store/store.h"
#include "tap.h"

static struct arena *a;
static struct why why;

static struct row make(enum table t, const char *key, const char *body)
{
	return (struct row){ .table = t, .key = str_of(key), .due_at = TIME_NONE, .body = str_of(body) };
}

static enum err put(const struct store_driver *d, struct store *s, struct row r)
{
	struct effect e = { EFFECT_PUT, r };
	return d->commit(s, &e, 1, NULL, 0, &why);
}

static struct row get(const struct store_driver *d, struct store *s, enum table t, const char *key)
{
	struct row_key k = { t, str_of(key) };
	struct row r = { 0 };
	OK_(d->load(s, a, &k, 1, &r, &why) == OK, "load");
	return r;
}

static void test_versions(const struct store_driver *d, struct store *s)
{
	struct row r = make(TABLE_CASE, "acme/spam/0", "{}");
	OK_(get(d, s, TABLE_CASE, "acme/spam/0").version == 0, "a row that is not there has version 0");
	IS_INT(put(d, s, r), OK, "insert");
	IS_INT(put(d, s, r), ERR_CONFLICT, "the key is taken");
	r.version = 1;
	r.body = STR("{\"a\":1}");
	IS_INT(put(d, s, r), OK, "update from the version that was read");
	IS_INT(put(d, s, r), ERR_CONFLICT, "the same version again is a conflict");
	r = get(d, s, TABLE_CASE, "acme/spam/0");
	OK_(r.version == 2 && str_eq(r.body, STR("{\"a\":1}")), "the row has its new body");
	struct effect both[] = { { EFFECT_PUT, make(TABLE_CASE, "b/spam/0", "1") }, { EFFECT_PUT, make(TABLE_CASE, "acme/spam/0", "2") } };
	struct mark m = { 1, HOP_LANE, 7, { 1, 2, 3 } };
	IS_INT(d->commit(s, both, 2, &m, 1, &why), ERR_CONFLICT, "one conflict refuses the whole commit");
	OK_(get(d, s, TABLE_CASE, "b/spam/0").version == 0, "nothing of it was written");
	struct mark *marks;
	size_t n;
	OK_(d->marks(s, a, 1, &marks, &n, &why) == OK && n == 0, "the mark neither");
	IS_INT(d->commit(s, both, 1, &m, 1, &why), OK, "effects and marks together");
	m.at.offset = 9;
	IS_INT(d->commit(s, NULL, 0, &m, 1, &why), OK, "a mark moves");
	OK_(d->marks(s, a, 1, &marks, &n, &why) == OK && n == 1 && marks[0].at.offset == 9 && marks[0].lane == 7, "and is read back");
	struct effect gone = { EFFECT_DELETE, get(d, s, TABLE_CASE, "b/spam/0") };
	IS_INT(d->commit(s, &gone, 1, NULL, 0, &why), OK, "delete");
	IS_INT(d->commit(s, &gone, 1, NULL, 0, &why), ERR_CONFLICT, "and not twice");
}

static void test_pages(const struct store_driver *d, struct store *s)
{
	char key[32];
	struct row *rows;
	size_t n, seen = 0;
	for (int i = 0; i < 25; i++) {
		struct row r = { .table = TABLE_ACT, .owner = i % 2 ? STR("odd") : STR("even"), .state = i < 20 ? STR("queued") : STR("done"),
			.tenant = i < 5 ? STR("/r1/r2/") : STR("/"), .due_at = i % 5 ? TIME_NONE : 1000 - i, .rank = i / 2, .body = STR("x") };
		(void)snprintf(key, sizeof(key), "a%02d", i);
		r.key = str_of(key);
		if (put(d, s, r) != OK)
			OK_(false, "put");
	}
	struct query q = { .table = TABLE_ACT, .due_by = TIME_NONE, .limit = 10 };
	while (d->page(s, a, &q, &rows, &n, &why) == OK && n) {
		seen += n;
		q.has_after = true;
		q.after_rank = rows[n - 1].rank;
		q.after_key = rows[n - 1].key;
	}
	IS_INT(seen, 25, "pages give every row once");
	IS_STR(q.after_key, STR("a24"), "in the order of rank and key");
	q = (struct query){ .table = TABLE_ACT, .due_by = TIME_NONE, .limit = 3, .descending = true };
	OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 3 && str_eq(rows[0].key, STR("a24")) && str_eq(rows[2].key, STR("a22")), "descending");
	q = (struct query){ .table = TABLE_ACT, .due_by = TIME_NONE, .owner = STR("odd"), .state = STR("queued"), .limit = 100 };
	OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 10, "by owner and state");
	q = (struct query){ .table = TABLE_ACT, .due_by = TIME_NONE, .tenant = STR("/r1/"), .limit = 100 };
	OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 5, "by tenant's tree");
	q = (struct query){ .table = TABLE_ACT, .due_by = TIME_NONE, .below = STR("r2"), .limit = 100 };
	OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 5, "below a reseller at any depth");
	static const char *const strangers[] = { "r", "2", "r1/r2", "/", "" };
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		q.below = str_of(strangers[i]);
		OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 0, "not below what is no whole step of the path");
	}
	q = (struct query){ .table = TABLE_ACT, .due_by = TIME_NONE, .key_prefix = STR("a1"), .limit = 100 };
	OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 10, "by prefix of the key");
	q = (struct query){ .due_by = 995, .limit = 100 };
	OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 4 && str_eq(rows[0].key, STR("a20")), "due rows of all tables, the earliest first");
	int64_t due;
	OK_(d->next_due(s, &due, &why) == OK && due == 980, "the earliest due time");
	uint64_t count;
	OK_(d->count(s, TABLE_ACT, STR("done"), UINT64_MAX, &count, &why) == OK && count == 5 && d->count(s, TABLE_ACT, STR_NONE, UINT64_MAX, &count, &why) == OK && count == 25, "counts");
	OK_(d->count(s, TABLE_ACT, STR_NONE, 7, &count, &why) == OK && count == 7 && d->count(s, TABLE_ACT, STR("done"), 7, &count, &why) == OK && count == 5, "and no further than is asked");
}

/* Pages of what is below a reseller, over several paths, are those of a walk through everything. */
static void test_below(const struct store_driver *d, struct store *s)
{
	static const char *const paths[] = { "/", "/r1/", "/r1/r2/", "/r2/", "/r3/r1/", "/r3/", "/r11/", "/r3/r1/r4/" };
	char key[32];
	for (int i = 0; i < 80; i++) {
		struct row r = { .table = TABLE_CASE, .tenant = str_of(paths[i * 5 % 8]), .state = i % 3 ? STR("open") : STR("resolved"), .due_at = TIME_NONE, .rank = i / 3, .body = STR("x") };
		(void)snprintf(key, sizeof(key), "below%02d", i * 37 % 80);
		r.key = str_of(key);
		if (put(d, s, r) != OK)
			OK_(false, "put");
	}
	for (int k = 0; k < 4; k++) {
		struct query q = { .table = TABLE_CASE, .due_by = TIME_NONE, .key_prefix = STR("below"), .limit = 7, .descending = k & 1, .below = STR("r1"),
			.state = k & 2 ? STR("open") : STR_NONE };
		struct query whole = q;
		struct row *rows, *all;
		size_t n, total, at = 0;
		whole.below = STR_NONE;
		whole.limit = 1000;
		OK_(d->page(s, a, &whole, &all, &total, &why) == OK, "all rows");
		bool same = true;
		while (d->page(s, a, &q, &rows, &n, &why) == OK && n) {
			for (size_t i = 0; i < n; i++) {
				while (at < total && str_find(all[at].tenant, STR("/r1/")) == SIZE_MAX)
					at++;
				same &= at < total && str_eq(all[at++].key, rows[i].key);
			}
			q.has_after = true;
			q.after_rank = rows[n - 1].rank;
			q.after_key = rows[n - 1].key;
		}
		while (at < total && str_find(all[at].tenant, STR("/r1/")) == SIZE_MAX)
			at++;
		OK_(same && at == total && total > 40, "below a reseller, page by page");
	}
}

/* Every table of which something may fall due or be let go: none is passed over when it is asked what is due. */
static void test_due_tables(const struct store_driver *d, struct store *s)
{
	static const enum table tables[] = { TABLE_CASE, TABLE_PARKED, TABLE_ACT, TABLE_SEEN, TABLE_RECEIPT, TABLE_SESSION, TABLE_REPORTER, TABLE_LETTER, TABLE_TOKEN,
		TABLE_SWITCH, TABLE_BINDING_USE, TABLE_REPLAY };
	struct query q = { .due_by = 7, .limit = 100 };
	struct row *rows;
	size_t n;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct row r = { .table = tables[i], .key = STR("falls due"), .due_at = 7, .body = STR("x") };
		int64_t due = TIME_NONE;
		OK_(put(d, s, r) == OK && d->next_due(s, &due, &why) == OK && due == 7, table_text(tables[i]));
		if (!OK_(d->page(s, a, &q, &rows, &n, &why) == OK && n == 1 && rows[0].table == tables[i], "and is given when it is due"))
			continue;
		struct effect gone = { EFFECT_DELETE, rows[0] };
		OK_(d->commit(s, &gone, 1, NULL, 0, &why) == OK, "and let go");
	}
}

/* Adds to a counter until told to stop; each acknowledged commit is one octet on the pipe. */
static void worker(int dir, int pipe_fd, int times)
{
	struct store *s;
	struct arena *w = arena_new("worker", 64 << 20);
	if (store_sqlite.open(dir, "two.db", STORE_WRITE, &s, &why) != OK)
		_exit(3);
	for (int i = 0; i < times; arena_reset(w)) {
		struct row_key k = { TABLE_COUNTER, STR("n") };
		struct row r;
		uint64_t v = 0;
		if (store_sqlite.load(s, w, &k, 1, &r, &why) != OK)
			_exit(4);
		if (r.version && str_to_u64(r.body, UINT64_MAX, &v) != OK)
			_exit(5);
		r.body = str_format(w, "%llu", (unsigned long long)v + 1);
		struct effect e = { EFFECT_PUT, r };
		enum err err = store_sqlite.commit(s, &e, 1, NULL, 0, &why);
		if (err == ERR_CONFLICT || err == ERR_AGAIN)
			continue;
		if (err || write(pipe_fd, "x", 1) != 1)
			_exit(6);
		i++;
	}
	_exit(0);
}

/* Ends the snapshot that loads share. */
static void look_anew(struct store *s)
{
	int64_t due;
	IS_INT(store_sqlite.next_due(s, &due, &why), OK, "another question ends the loads' snapshot");
}

static void test_processes(int dir)
{
	int fds[2], status;
	struct store *s;
	char drain[4096];
	if (pipe(fds) != 0)
		return;
	pid_t one = fork();
	if (!one)
		worker(dir, fds[1], 200);
	pid_t two = fork();
	if (!two)
		worker(dir, fds[1], 200);
	OK_(waitpid(one, &status, 0) == one && status == 0 && waitpid(two, &status, 0) == two && status == 0, "two processes on one store");
	OK_(store_sqlite.open(dir, "two.db", STORE_WRITE, &s, &why) == OK, "open");
	IS_STR(get(&store_sqlite, s, TABLE_COUNTER, "n").body, STR("400"), "no increment was lost or done twice");
	ssize_t acknowledged = read(fds[0], drain, sizeof(drain));
	pid_t three = fork();
	if (!three)
		worker(dir, fds[1], 1000000);
	for (ssize_t n = 0; n < 30;)
		n += read(fds[0], drain, 1);
	OK_(kill(three, SIGKILL) == 0 && waitpid(three, &status, 0) == three, "killed amid its commits");
	acknowledged += 30;
	(void)close(fds[1]);
	for (ssize_t n; (n = read(fds[0], drain, sizeof(drain))) > 0;)
		acknowledged += n;
	uint64_t v = 0;
	look_anew(s);
	OK_(str_to_u64(get(&store_sqlite, s, TABLE_COUNTER, "n").body, UINT64_MAX, &v) == OK, "the store opens again");
	/* a commit may be durable before its octet was written, never the other way round */
	OK_(v == (uint64_t)acknowledged || v == (uint64_t)acknowledged + 1, "every acknowledged commit is there");
	store_sqlite.close(s);
}

static bool sql(const char *dir, const char *name, const char *text)
{
	sqlite3 *db = NULL;
	char path[64];
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	bool good = sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK;
	(void)sqlite3_close(db);
	return good;
}

/* The version before holds and erasures. */
static void test_schema_4(const char *dir, int fd)
{
	struct store *s;
	OK_(store_sqlite.open(fd, "four.db", STORE_WRITE, &s, &why) == OK && put(&store_sqlite, s, make(TABLE_CASE, "k", "body")) == OK, "a store");
	store_sqlite.close(s);
	OK_(sql(dir, "four.db", "DROP TABLE t25; DROP TABLE t26; PRAGMA user_version=4"), "made one of schema 4");
	OK_(store_sqlite.open(fd, "four.db", STORE_WRITE, &s, &why) == OK && put(&store_sqlite, s, make(TABLE_HOLD, "h", "1")) == OK &&
		put(&store_sqlite, s, make(TABLE_ERASURE, "e", "2")) == OK, "is brought forward to holds and erasures");
	IS_STR(get(&store_sqlite, s, TABLE_CASE, "k").body, STR("body"), "and keeps its rows");
	store_sqlite.close(s);
	OK_(sql(dir, "four.db", "SELECT 1 FROM t25 INDEXED BY t25_due WHERE due IS NOT NULL; SELECT 1 FROM t26 INDEXED BY t26_due WHERE due IS NOT NULL"), "with what finds the due ones");
}

/* The version before keys of the API. */
static void test_schema_6(const char *dir, int fd)
{
	struct store *s;
	OK_(store_sqlite.open(fd, "six.db", STORE_WRITE, &s, &why) == OK, "a store");
	store_sqlite.close(s);
	OK_(sql(dir, "six.db", "DROP TABLE t28; DROP TABLE t29; DROP INDEX t11_owner; DROP INDEX t1_tenant; PRAGMA user_version=6"), "made one of schema 6");
	OK_(store_sqlite.open(fd, "six.db", STORE_WRITE, &s, &why) == OK && put(&store_sqlite, s, make(TABLE_API_KEY, "k", "1")) == OK &&
		put(&store_sqlite, s, make(TABLE_REPLAY, "r", "2")) == OK, "is brought forward to keys and replays");
	store_sqlite.close(s);
	OK_(sql(dir, "six.db", "SELECT 1 FROM t1 INDEXED BY t1_tenant WHERE tenant=x''"), "with what finds the cases below a reseller");
	OK_(sql(dir, "six.db", "SELECT 1 FROM t11 INDEXED BY t11_owner WHERE owner=x''"), "with what finds a reporter's receipts");
}

static size_t below(struct store *s, struct str reseller)
{
	const struct query q = { .table = TABLE_CASE, .due_by = TIME_NONE, .below = reseller, .limit = 10 };
	struct row *rows;
	size_t n = 0;
	OK_(store_sqlite.page(s, a, &q, &rows, &n, &why) == OK, "below a reseller");
	return n;
}

/* The version before paths: those of the rows that are there are found; afterwards they come and go with the rows. */
static void test_schema_15(const char *dir, int fd)
{
	struct store *s;
	struct row r = make(TABLE_CASE, "one", "x"), two = make(TABLE_CASE, "two", "x");
	r.tenant = STR("/r1/r2/");
	two.tenant = STR("/");
	OK_(store_sqlite.open(fd, "fifteen.db", STORE_WRITE, &s, &why) == OK && put(&store_sqlite, s, r) == OK && put(&store_sqlite, s, two) == OK, "a store");
	store_sqlite.close(s);
	OK_(sql(dir, "fifteen.db", "DROP TABLE t1_path; PRAGMA user_version=15"), "made one of schema 15");
	OK_(store_sqlite.open(fd, "fifteen.db", STORE_WRITE, &s, &why) == OK, "is brought forward");
	OK_(below(s, STR("r1")) == 1 && below(s, STR("r2")) == 1 && !below(s, STR("r3")), "what is below a reseller is found");
	r = get(&store_sqlite, s, TABLE_CASE, "one");
	r.tenant = STR("/r3/");
	OK_(put(&store_sqlite, s, r) == OK && below(s, STR("r3")) == 1 && !below(s, STR("r2")), "also when it has moved");
	OK_(sql(dir, "fifteen.db", "SELECT CASE count(*) WHEN 3 THEN 1 ELSE abs(-9223372036854775808) END FROM t1_path"), "three paths have been");
	OK_(store_sqlite.shred(s, &why) == OK && below(s, STR("r3")) == 1, "a shred");
	store_sqlite.close(s);
	OK_(sql(dir, "fifteen.db", "SELECT CASE count(*) WHEN 2 THEN 1 ELSE abs(-9223372036854775808) END FROM t1_path"), "leaves those that are");
}

/* The version before a reporter's parked reports were found by his name. */
static void test_schema_22(const char *dir, int fd)
{
	struct store *s;
	OK_(store_sqlite.open(fd, "twentytwo.db", STORE_WRITE, &s, &why) == OK && put(&store_sqlite, s, make(TABLE_PARKED, "k", "body")) == OK, "a store");
	store_sqlite.close(s);
	OK_(sql(dir, "twentytwo.db", "DROP INDEX t5_owner; DROP INDEX t5_state; PRAGMA user_version=22"), "made one of schema 22");
	OK_(store_sqlite.open(fd, "twentytwo.db", STORE_WRITE, &s, &why) == OK, "is brought forward");
	IS_STR(get(&store_sqlite, s, TABLE_PARKED, "k").body, STR("body"), "and keeps its rows");
	store_sqlite.close(s);
	OK_(sql(dir, "twentytwo.db", "SELECT 1 FROM t5 INDEXED BY t5_owner WHERE owner=x''; SELECT 1 FROM t5 INDEXED BY t5_state WHERE state=x''"),
		"with what finds those of a reporter, and those of a state");
}

/* Stores of an aupd before and after this one. */
static void test_schema(const char *dir, int fd)
{
	struct store *s;
	OK_(store_sqlite.open(fd, "old.db", STORE_WRITE, &s, &why) == OK && put(&store_sqlite, s, make(TABLE_CASE, "k", "body")) == OK, "a store");
	store_sqlite.close(s);
	/* an older one lacks a table and an index */
	OK_(sql(dir, "old.db", "PRAGMA user_version=0; DROP TABLE t22; DROP INDEX t1_due"), "made older");
	IS_INT(store_sqlite.open(fd, "old.db", STORE_READ, &s, &why), ERR_NOTFOUND, "a reader waits until a writer has brought it forward");
	OK_(store_sqlite.open(fd, "old.db", STORE_WRITE, &s, &why) == OK, "an older store is brought forward");
	IS_STR(get(&store_sqlite, s, TABLE_CASE, "k").body, STR("body"), "its rows are kept");
	OK_(put(&store_sqlite, s, make(TABLE_OPERATOR, "n", "1")) == OK && sql(dir, "old.db", "SELECT 1 FROM t1 INDEXED BY t1_due WHERE due IS NOT NULL"), "and what it lacked is there");
	store_sqlite.close(s);
	OK_(sql(dir, "old.db", "PRAGMA user_version=99"), "made newer");
	OK_(store_sqlite.open(fd, "old.db", STORE_WRITE, &s, &why) == ERR_UNSUPPORTED && strstr(why.text, "schema 99") && why.hint[0], "a newer store is refused, with the reason");
	IS_INT(store_sqlite.open(fd, "old.db", STORE_READ, &s, &why), ERR_UNSUPPORTED, "to a reader too");
	OK_(sql(dir, "old.db", "PRAGMA user_version=99; SELECT * FROM t22"), "and left as it is");
}

static enum file_change refused;
static int refused_errno;
static char seen[4096];

/* A letter a change of the store's WAL: that SQLite asks base/file.h first. */
static enum file_fate on_change(enum file_change change, int fd, const char *path, uint64_t offset, struct str bytes)
{
	size_t n = strlen(seen);
	(void)offset;
	(void)bytes;
	if (fd == AT_FDCWD && path && str_ends_fold(str_of(path), STR("two.db-wal")) && n < sizeof(seen) - 1)
		(void)snprintf(seen + n, sizeof(seen) - n, "%c", "owsdtumk"[change]);
	errno = refused_errno;
	return refused_errno && change == refused ? FILE_FAIL : FILE_DO;
}

static void test_refusing_disk(int dir)
{
	static const struct { enum file_change change; int number; enum err want; const char *name; } refusals[] = { { FILE_WRITE, ENOSPC, ERR_FULL, "a full disk" },
		{ FILE_WRITE, EIO, ERR_IO, "a write that fails" }, { FILE_SYNC, EIO, ERR_IO, "a sync that fails" } };
	struct store *s;
	OK_(store_sqlite.open(dir, "two.db", STORE_WRITE, &s, &why) == OK, "open");
	struct row r = make(TABLE_COUNTER, "x", "0");
	file_fault = on_change;
	OK_(put(&store_sqlite, s, r) == OK && strlen(seen) > 2 && strspn(seen, "ws") == strlen(seen) && seen[strlen(seen) - 1] == 's',
		"a commit writes the WAL, and syncs it last");
	r.version = 1;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		refused = refusals[i].change;
		refused_errno = refusals[i].number;
		IS_INT(put(&store_sqlite, s, r), refusals[i].want, refusals[i].name);
		refused_errno = 0;
		OK_(get(&store_sqlite, s, TABLE_COUNTER, "x").version == 1, "leaves the row as it was");
	}
	OK_(put(&store_sqlite, s, r) == OK && get(&store_sqlite, s, TABLE_COUNTER, "x").version == 2, "and commits go on when the disk does");
	seen[0] = 0;
	size_t n = store_sqlite.shred(s, &why) == OK ? strlen(seen) : 0;
	OK_(n > 2 && strcmp(seen + n - 2, "ts") == 0, "a shred cuts the WAL off, and syncs that: no power cut brings back what was in it");
	struct store *copied;
	r.body = STR("1");
	r.version = 2;
	OK_(store_sqlite.backup(s, dir, "copy.db", &why) == OK && put(&store_sqlite, s, r) == OK, "a backup, and a change after it");
	refused = FILE_RENAME;
	refused_errno = EIO;
	OK_(store_sqlite.backup(s, dir, "copy.db", &why) == ERR_IO, "one that cannot be ended");
	refused_errno = 0;
	OK_(store_sqlite.open(dir, "copy.db", STORE_WRITE, &copied, &why) == OK && get(&store_sqlite, copied, TABLE_COUNTER, "x").version == 2,
		"leaves the one before as it was");
	store_sqlite.close(copied);
	OK_(faccessat(dir, "copy.db.new", F_OK, 0) != 0, "and nothing of its own");
	file_fault = NULL;
	store_sqlite.close(s);
}

/* A name that stands nowhere else, in rows that come, grow, move between pages and go. */
static void test_shred(const struct store_driver *d, struct store *s, int dir)
{
	static char whole[64 << 20], name[64], key[96], body[6000];
	for (int i = 0; i < 4000; i++) {
		int who = i * 7919 % 4000;
		(void)snprintf(name, sizeof(name), "anna%04d@reporter.example", who);
		(void)snprintf(key, sizeof(key), "%s/%d", name, who);
		size_t len = (size_t)(i * 31 % 40 + 1) * 64, n = 0;
		while (n < len)
			n += (size_t)snprintf(body + n, sizeof(body) - n, "%s ", name);
		struct row r = make(TABLE_ITEM, key, body);
		if (put(d, s, r) != OK)
			OK_(false, "put");
	}
	struct str words[4000];
	for (int i = 0; i < 4000; i++) {
		words[i] = str_format(a, "anna%04d@", i);
		struct query q = { .table = TABLE_ITEM, .due_by = TIME_NONE, .limit = 1, .key_prefix = words[i] };
		struct row *rows;
		size_t n;
		if (i % 7 == 0 || d->page(s, a, &q, &rows, &n, &why) != OK || n != 1)
			continue;
		struct effect gone = { EFFECT_DELETE, rows[0] };
		if (d->commit(s, &gone, 1, NULL, 0, &why) != OK)
			OK_(false, "delete");
		words[i / 7 * 6 + i % 7 - 1] = words[i];
	}
	size_t gone = 4000 - (4000 + 6) / 7, traces = 0;
	IS_INT(d->shred(s, &why), OK, "shred");
	for (int log = 0; log < 2; log++) {
		int fd = openat(dir, log ? "test.db-wal" : "test.db", O_RDONLY);
		ssize_t n = fd >= 0 ? read(fd, whole, sizeof(whole)) : 0;
		for (size_t i = 0; n > 0 && i < gone; i++)
			traces += str_find((struct str){ whole, (size_t)n }, words[i]) != SIZE_MAX;
		(void)close(fd);
	}
	IS_INT(traces, 0, "what was deleted is in no file");
	struct query q = { .table = TABLE_ITEM, .due_by = TIME_NONE, .limit = 300, .by_key = true };
	struct row *rows;
	size_t n, left = 0;
	while (d->page(s, a, &q, &rows, &n, &why) == OK && n) {
		left += n;
		q.has_after = true;
		q.after_key = rows[n - 1].key;
	}
	IS_INT(left, 4000 - gone, "and what stays is all there, in the order of its keys");
	IS_INT(put(d, s, make(TABLE_ITEM, "after", "1")), OK, "and it goes on");
}

static void test_driver(const struct store_driver *d, int dir)
{
	struct store *s;
	printf("# store %s\n", d->name);
	OK_(d->open(dir, "test.db", STORE_WRITE, &s, &why) == OK, "open");
	test_versions(d, s);
	test_pages(d, s);
	test_below(d, s);
	test_due_tables(d, s);
	test_shred(d, s, dir);
	d->close(s);
}

int main(void)
{
	char dir[] = "/tmp/aupd-store.XXXXXX";
	a = arena_new("test", 256 << 20);
	if (!a || seal_start() != OK || !mkdtemp(dir))
		return 1;
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	test_driver(&store_null, fd);
	test_driver(&store_sqlite, fd);
	struct store *s, *r;
	OK_(store_sqlite.open(fd, "test.db", STORE_WRITE, &s, &why) == OK && get(&store_sqlite, s, TABLE_CASE, "acme/spam/0").version == 2, "a store opened again has its rows");
	OK_(store_sqlite.open(fd, "test.db", STORE_READ, &r, &why) == OK && put(&store_sqlite, r, make(TABLE_CASE, "x", "y")) == ERR_DENIED, "a reader cannot write");
	store_sqlite.close(r);
	OK_(store_sqlite.backup(s, fd, "copy.db", &why) == OK && store_sqlite.backup(s, fd, "copy.db", &why) == OK && store_sqlite.open(fd, "copy.db", STORE_WRITE, &r, &why) == OK, "a backup");
	OK_(get(&store_sqlite, r, TABLE_CASE, "acme/spam/0").version == 2, "has the rows");
	store_sqlite.close(r);
	store_sqlite.close(s);
	int junk = openat(fd, "junk.db", O_WRONLY | O_CREAT, 0600);
	for (int i = 0; i < 100; i++)
		if (write(junk, "this is not a database, whatever its name says. ", 48) != 48)
			return 1;
	(void)close(junk);
	IS_INT(store_sqlite.open(fd, "junk.db", STORE_WRITE, &s, &why), ERR_CORRUPT, "a file that is no store is refused");
	test_processes(fd);
	test_schema(dir, fd);
	test_schema_4(dir, fd);
	test_schema_6(dir, fd);
	test_schema_15(dir, fd);
	test_schema_22(dir, fd);
	test_refusing_disk(fd);
	static const char *const names[] = { "test.db", "copy.db", "junk.db", "two.db", "old.db", "old.db-wal", "old.db-shm", "test.db-wal", "test.db-shm",
		"two.db-wal", "two.db-shm", "copy.db-wal", "copy.db-shm" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlinkat(fd, names[i], 0);
	(void)rmdir(dir);
	arena_free(a);
	return tap_done();
}
