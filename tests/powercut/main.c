/*
 * The power cut harness: runs a scripted day once, then cuts the power at its changes of the disk, one after the other and in every
 * way that disk.h knows, lets the daemon recover and finish the day, and holds what it finds against check.h. A part of the days
 * that recover is cut once more.
 *
 * AUPD_CUTS=all takes every change in every way (`make torture`), a number takes so many of them; AUPD_SEED sets which and how, and
 * AUPD_FROM and AUPD_UNTIL keep it to some changes, so that several processes share them.
 * Then it breaks the build in the ways of `faults` and must find each. With arguments "CHANGE WAY SEED [SECOND]" it does one cut.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/seal.h"
#include "check.h"
#include "day.h"
#include "disk.h"
#include "plant.h"
#include "tap.h"
#include "torn.h"
#include "world.h"

enum { WORKERS_MAX = 16, CHILD_SECONDS = 120, TEXT_MAX = 600, SHOWN_MAX = 20, BAR_WIDTH = 40, FAULT_ATTEMPTS = 3 };
#ifdef __SANITIZE_ADDRESS__
enum { SLICE = 60 };
#else
enum { SLICE = 300 };
#endif

/*
 * Builds that are broken on purpose, and the way of a cut that shows it. What some of them lose is made again from elsewhere, so
 * that nothing is missing until that has gone too: gone says which removals are that.
 */
static const struct {
	struct disk_fault fault;
	enum cut_mode mode;
	const char *gone;
} faults[] = {
	{ { "the spool is not synced before a mail is acknowledged", FILE_SYNC, ".seg", false, false }, CUT_DROP, NULL },
	{ { "the names in the spool are not synced", FILE_SYNC_DIR, "spool", false, false }, CUT_DROP, NULL },
	{ { "the store's commits are not synced", FILE_SYNC, "aupd.db-wal", false, false }, CUT_DROP, NULL },
	{ { "the ledger is signed before its order is synced", FILE_SYNC, "aupd.db-wal", true, false }, CUT_DROP, NULL },
	{ { "the last checkpoint is not synced", FILE_SYNC, "ledger/checkpoint", false, false }, CUT_NAMES, NULL },
	{ { "subjects' keys are not synced before what they seal", FILE_SYNC, "subjects.keys", false, false }, CUT_DROP, NULL },
	{ { "raw evidence is not synced before the commit that names it", FILE_SYNC, "evidence/", false, false }, CUT_DROP, NULL },
	{ { "the directory of raw evidence is not synced", FILE_SYNC_DIR, "evidence", false, false }, CUT_DROP, NULL },
	{ { "the hand's journal is not synced before an act", FILE_SYNC, "hand/journal", false, false }, CUT_DROP, NULL },
	{ { "the spool's mark is not synced", FILE_SYNC, "spool/mark", false, false }, CUT_NAMES, NULL },
	{ { "the signer's key is not synced", FILE_SYNC, "signer/key", false, false }, CUT_NAMES, NULL },
	{ { "the key of reply tokens is not synced", FILE_SYNC, "token.key", false, false }, CUT_NAMES, NULL },
	{ { "the officer's box is not synced", FILE_SYNC, "sealed/", false, false }, CUT_NAMES, ".seg" /* of the spool, which holds the report */ },
	{ { "bindings are not synced before their import is confirmed", FILE_SYNC, "bindings/", false, false }, CUT_DROP, NULL },
	{ { "the directory of bindings is not synced", FILE_SYNC_DIR, "bindings", false, false }, CUT_DROP, NULL },
	{ { "a backup is not synced", FILE_SYNC, "backup.db", false, false }, CUT_NAMES, NULL },
};

/* Builds that take for damaged what is not; a power cut that tears the spool shows it. */
static const struct {
	const char *name;
	enum plant plant;
} plants[] = {
	{ "a mail that is whole is called damaged besides", PLANT_WHOLE },
	{ "a torn stretch of the spool is told of too long", PLANT_LONGER },
	{ "a torn stretch of the spool is told of twice", PLANT_TWICE },
};

struct cut {
	size_t change;
	enum cut_mode mode;
	uint64_t seed;
	bool twice;
};

struct worker {
	pid_t pid;
	int fd;                         /* its verdict: nothing, or what is wrong */
	struct cut cut;
};

static struct {
	char base[64];
	struct worker workers[WORKERS_MAX];
	unsigned worker_count, running, failures, shown;
	struct buf outcome;
	const char *planted;            /* the build is broken on purpose, and failures are wanted */
	bool bar;                       /* a terminal is there, and shows one */
} run;

/* Before anything else is printed. */
static void clear_bar(void)
{
	if (run.bar)
		(void)fprintf(stderr, "\r\033[K");
}

static void show_bar(size_t done, size_t total)
{
	char cells[BAR_WIDTH + 1];
	size_t full = done * BAR_WIDTH / total;
	if (!run.bar)
		return;
	for (size_t i = 0; i < BAR_WIDTH; i++)
		cells[i] = i < full ? '=' : ' ';
	cells[BAR_WIDTH] = '\0';
	(void)fprintf(stderr, "\r[%s] change %zu of %zu, %u not mended", cells, done, total, run.failures);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* The disk and the world outside as a cut leaves them; the clock goes on. */
static int64_t cut(const char *root, const struct cut *c, size_t events_before)
{
	BUG_ON(mkdir(root, 0700) != 0);
	disk_to(c->change);
	disk_cut(root, c->mode, c->seed, torn_see);
	for (size_t i = events_before; i < outside.count; i++)
		if (outside.list[i].change > c->change) {
			outside.count = i;
			break;
		}
	world_tell(TOLD_CUT, "");
	return disk_time(c->change);
}

static enum err recover(const char *root, int64_t now, struct why *why)
{
	struct why inner = { .line = 0 };
	enum err e = check_found(root, why);
	if (e)
		return e;
	e = day_run(root, now, &inner);
	if (e)
		return why_set(why, e, "the day cannot go on: %s", inner.text);
	return check_day(buf_str(&run.outcome), why);
}

/* One cut, and another one while the daemon recovers from it or later. */
static enum err cut_and_recover(const char *dir, const struct cut *c, struct why *why)
{
	char root[128];
	(void)snprintf(root, sizeof(root), "%s/first", dir);
	int64_t now = cut(root, c, 0);
	size_t events = outside.count;
	if (c->twice)
		disk_begin(root);
	else
		disk_end();
	enum err e = recover(root, now, why);
	if (e || !c->twice || !disk_count())
		return e;
	/* half of the second cuts fall into the recovery itself */
	size_t within = mix(c->seed) & 1 && disk_count() > 64 ? 64 : disk_count();
	struct cut second = { mix(c->seed + 1) % within, mix(c->seed + 2) % CUT_MODES, mix(c->seed + 3), false };
	(void)snprintf(root, sizeof(root), "%s/second", dir);
	now = cut(root, &second, events);
	disk_end();
	e = recover(root, now, why);
	if (e) {
		char text[TEXT_MAX / 2], what[200];
		disk_say(second.change, what, sizeof(what));
		(void)snprintf(text, sizeof(text), "%.250s", why->text);
		(void)why_set(why, e, "after a second cut (%s) at %zu, %.150s: %s", cut_words[second.mode], second.change, what, text);
	}
	return e;
}

static void child(const struct cut *c, int fd)
{
	char dir[96], log[128];
	struct why why = { .line = 0 };
	(void)alarm(CHILD_SECONDS);
	(void)snprintf(dir, sizeof(dir), "%s/%ld", run.base, (long)getpid());
	(void)snprintf(log, sizeof(log), "%s/log", dir);
	BUG_ON(mkdir(dir, 0700) != 0);
	int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	BUG_ON(log_fd < 0 || dup2(log_fd, STDERR_FILENO) < 0);
	log_start("aupd", LOG_INFO, LOG_PLAIN);
	enum err e = cut_and_recover(dir, c, &why);
	if (e && write(fd, why.text, strlen(why.text)) < 0)
		_exit(2);
	_exit(e != OK);
}

static void show_log(const char *dir)
{
	char path[128], line[400];
	(void)snprintf(path, sizeof(path), "%s/log", dir);
	FILE *f = fopen(path, "re");
	for (unsigned n = 0; f && n < 40 && fgets(line, sizeof(line), f); n++)
		printf("#   %s", line);
	if (f)
		(void)fclose(f);
}

static void reap(void)
{
	char text[TEXT_MAX] = "", what[TEXT_MAX], dir[96];
	int status;
	pid_t pid = wait(&status);
	unsigned i = 0;
	while (i < run.worker_count && run.workers[i].pid != pid)
		i++;
	BUG_ON(pid < 0 || i == run.worker_count);
	struct worker *w = &run.workers[i];
	ssize_t n = read(w->fd, text, sizeof(text) - 1);
	(void)close(w->fd);
	w->pid = 0;
	run.running--;
	(void)snprintf(dir, sizeof(dir), "%s/%ld", run.base, (long)pid);
	bool bad = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	run.failures += bad;
	disk_say(w->cut.change, what, sizeof(what));
	if (bad && run.planted && run.failures == 1)
		printf("# planted: %s; seen at cut %zu, %s: %s\n", run.planted, w->cut.change, what, n > 0 ? text : "it ended badly");
	if (bad && !run.planted && run.shown++ < SHOWN_MAX) {
		clear_bar();
		printf("# cut %zu %s %llu%s, %s: %s\n", w->cut.change, cut_words[w->cut.mode], (unsigned long long)w->cut.seed, w->cut.twice ? " twice" : "", what,
			n > 0 ? text : "it ended badly");
		show_log(dir);
		(void)fflush(stdout);
	}
	remove_tree(dir);
}

static void begin(const struct cut *c)
{
	int fds[2];
	unsigned i = 0;
	if (run.running == run.worker_count)
		reap();
	while (run.workers[i].pid)
		i++;
	disk_to(c->change);
	(void)fflush(stdout);
	BUG_ON(pipe2(fds, O_CLOEXEC) != 0);
	run.workers[i] = (struct worker){ .pid = fork(), .fd = fds[0], .cut = *c };
	BUG_ON(run.workers[i].pid < 0);
	if (!run.workers[i].pid) {
		run.workers[i].pid = getpid();
		child(c, fds[1]);
	}
	(void)close(fds[1]);
	run.running++;
}

static void end_all(void)
{
	while (run.running)
		reap();
}

/* Every change of [from, until) in every way and once twice, or about `wanted` of those of the day. */
static unsigned long cut_many(size_t from, size_t until, unsigned long wanted, uint64_t seed)
{
	unsigned long done = 0, all = (unsigned long)disk_count() * (CUT_MODES + 1);
	for (size_t n = from; n < until && n < disk_count(); n++) {
		show_bar(n, disk_count());
		for (unsigned mode = 0; mode <= CUT_MODES; mode++) {
			uint64_t s = mix(seed * 1000003 + n * (CUT_MODES + 1) + mode);
			if (wanted && s % all >= wanted)
				continue;
			struct cut c = { n, mode < CUT_MODES ? mode : mix(s) % CUT_MODES, s, mode == CUT_MODES };
			begin(&c);
			done++;
		}
	}
	end_all();
	clear_bar();
	return done;
}

/* Where to cut to see a fault whose sync at n did nothing: shortly afterwards, or when what makes it good again goes. */
static size_t place_of_cut(size_t f, size_t n, unsigned attempt)
{
	static const size_t afters[FAULT_ATTEMPTS] = { 1, 60, 600 };
	if (!faults[f].gone)
		return n + afters[attempt];
	for (unsigned i = 0; i <= attempt; i++)
		n = disk_next(n + 1, FILE_UNLINK, faults[f].gone);
	return n;
}

/* Does the harness see the fault? */
static bool find_fault(size_t f, uint64_t seed)
{
	disk_break(&faults[f].fault);
	run.failures = 0;
	run.planted = faults[f].fault.name;
	for (unsigned i = 0; i < FAULT_ATTEMPTS && !run.failures; i++) {
		disk_rewind();
		for (size_t n = disk_next_broken(0); n < disk_count() && !run.failures; n = disk_next_broken(n + 1)) {
			struct cut c = { place_of_cut(f, n, i), faults[f].mode, mix(seed + n), false };
			if (c.change >= disk_count())
				continue;
			begin(&c);
		}
		end_all();
	}
	run.planted = NULL;
	disk_break(NULL);
	return run.failures > 0;
}

/* As find_fault; cuts come into the syncs of the spool, and into each more than once: not each cut tears. */
static bool find_plant(size_t p, uint64_t seed)
{
	static const struct disk_fault where = { "", FILE_SYNC, ".seg", false, true };
	enum { CUTS_EACH = 8 };
	disk_break(&where);
	disk_rewind();
	plant_set(plants[p].plant);
	run.failures = 0;
	run.planted = plants[p].name;
	for (size_t n = disk_next_broken(0); n < disk_count() && !run.failures; n = disk_next_broken(n + 1))
		for (unsigned i = 0; i < CUTS_EACH; i++) {
			struct cut c = { n, CUT_SECTORS, mix(seed + n * CUTS_EACH + i), false };
			begin(&c);
		}
	end_all();
	plant_set(PLANT_NONE);
	run.planted = NULL;
	disk_break(NULL);
	return run.failures > 0;
}

/* The day without a cut. */
static bool whole_day(void)
{
	struct why why = { .line = 0 };
	char root[96];
	(void)snprintf(root, sizeof(root), "%s/day", run.base);
	BUG_ON(mkdir(root, 0700) != 0);
	disk_begin(root);
	enum err e = day_run(root, day_begins_at, &why);
	disk_end();
	check_outcome(&run.outcome);
	if (e == OK)
		e = check_day(buf_str(&run.outcome), &why);
	if (e) {
		printf("# %s\n", why.text);
		tap_dump("outcome", buf_str(&run.outcome));
	}
	world_stop();
	return OK_(e == OK, "the day ends well when nothing is cut");
}

static int one(char **argv)
{
	struct cut c = { strtoul(argv[1], NULL, 10), CUT_DROP, strtoull(argv[3], NULL, 10), argv[4] != NULL };
	while (c.mode < CUT_MODES && strcmp(cut_words[c.mode], argv[2]) != 0)
		c.mode++;
	BUG_ON(c.mode == CUT_MODES || c.change >= disk_count());
	begin(&c);
	end_all();
	OK_(run.failures == 0, "the day ends well after this cut");
	return tap_done();
}

/* Roles end with their process and give little back: nobody has to look for what they hold. */
static _Noreturn void leave(int status)
{
	remove_tree(run.base);
	(void)fflush(stdout);
	_exit(status);
}

int main(int argc, char **argv)
{
	const char *cuts = getenv("AUPD_CUTS"), *seed_text = getenv("AUPD_SEED"), *from = getenv("AUPD_FROM"), *until = getenv("AUPD_UNTIL");
	uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 1;
	bool all = cuts && strcmp(cuts, "all") == 0;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	(void)snprintf(run.base, sizeof(run.base), "%s/aupd-powercut.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	BUG_ON(seal_start() != OK || !mkdtemp(run.base));
	log_start("aupd", LOG_ERROR_, LOG_PLAIN);
	run.bar = isatty(STDERR_FILENO) == 1;
	time_t began = time(NULL);
	run.worker_count = cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (unsigned)cores;
	buf_init(&run.outcome, 1 << 20);
	world_begin();
	bool good = whole_day();
	if (!good || argc >= 4) {
		leave(good ? one(argv) : tap_done());
	}
	printf("# seed %llu, %zu changes of the disk\n", (unsigned long long)seed, disk_count());
	unsigned long done = cut_many(from ? strtoul(from, NULL, 10) : 0, until ? strtoul(until, NULL, 10) : disk_count(),
		all ? 0 : cuts ? strtoul(cuts, NULL, 10) : SLICE, seed);
	printf("# %lu cuts, %u of them not mended, %lld s\n", done, run.failures, (long long)(time(NULL) - began));
	OK_(done && !run.failures, "nothing is lost, done twice or contradicted, wherever the power is cut");
	for (size_t f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
		OK_(find_fault(f, seed), faults[f].fault.name);
	}
	for (size_t p = 0; p < sizeof(plants) / sizeof(plants[0]); p++) {
		OK_(find_plant(p, seed), plants[p].name);
	}
	leave(tap_done());
}
