/*
 * The journal of the hand: what it counts from its own file, whatever anybody else has counted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aupd/journal.h"
#include "base/time.h"
#include "tap.h"

enum { FIRST_AT = 1795000000 };

static int dir_fd;
static struct journal *journal;
static unsigned begun_before;

static int64_t at(int minutes)
{
	return (FIRST_AT + minutes * 60) * SECOND_US;
}

static void reopen(int minutes)
{
	struct why why = { .line = 0 };
	journal_close(journal);
	if (journal_open(dir_fd, at(minutes), &journal, &why) != OK)
		exit(1);
}

static struct act cut(unsigned customer, const char *rule, bool automatic)
{
	static char keys[64][32], customers[64][16];
	(void)snprintf(keys[customer], sizeof(keys[0]), "C-%u/s1.1/suspend/access", customer);
	(void)snprintf(customers[customer], sizeof(customers[0]), "c%u", customer);
	return (struct act){ .key = str_of(keys[customer]), .customer = str_of(customers[customer]), .rule = str_of(rule), .verb = VERB_SUSPEND, .automatic = automatic };
}

static void done(struct act act, int minutes)
{
	struct why why = { .line = 0 };
	bool again;
	if (journal_begin(journal, ACT_DO, &act, at(minutes), &again, &why) != OK || journal_end(journal, &act, at(minutes), &why) != OK)
		exit(1);
	begun_before += again;
}

static unsigned of_rule(struct act act, int minutes)
{
	return journal_of_rule(journal, &act, at(minutes), at(minutes - 10));
}

static unsigned since(struct act act, int minutes, int span)
{
	return journal_suspensions(journal, &act, at(minutes), at(minutes - span));
}

static void counts(void)
{
	for (unsigned i = 0; i < 5; i++)
		done(cut(i, "broken", true), (int)i);
	done(cut(5, "other", true), 5);
	done(cut(6, "broken", false), 5);
	done(cut(0, "broken", true), 6);
	struct act next = cut(7, "broken", true);
	OK_(of_rule(next, 6) == 5, "a rule is counted by its customers, and what a person wanted is not");
	OK_(of_rule(cut(0, "broken", true), 6) == 4, "  the customer himself is none of the others");
	OK_(of_rule(cut(7, "other", true), 6) == 1, "  each rule by itself");
	OK_(of_rule(next, 12) == 3, "  for ten minutes");
	OK_(since(next, 6, 60) == 7 && since(cut(0, "broken", true), 6, 60) == 6, "all are counted, this one aside");
	reopen(6);
	OK_(of_rule(next, 6) == 5 && since(next, 6, 60) == 7, "who begins anew counts the same from the file");
	reopen(300);
	OK_(since(next, 300, 60) == 0 && since(next, 300, 24 * 60) == 7, "those of a day ago are kept when the file is made anew");
	reopen(301);
	done(cut(0, "broken", true), 301);
	OK_(begun_before == 0 && since(next, 301, 24 * 60) == 7 && since(next, 301, 60) == 1, "  and again, with their ends: none of them is in hand");
	reopen(30 * 60);
	OK_(since(next, 30 * 60, 24 * 60) == 0, "and no longer");
}

static void damage(void)
{
	done(cut(8, "broken", true), 30 * 60);
	done(cut(9, "broken", true), 30 * 60);
	int fd = openat(dir_fd, "journal", O_WRONLY);
	OK_(fd >= 0 && pwrite(fd, "X", 1, 30) == 1 && close(fd) == 0, "an octet of a line is another one");
	reopen(30 * 60 + 1);
	OK_(journal_damaged(journal) == 1 && since(cut(10, "broken", true), 30 * 60 + 1, 60) == 2, "a line that cannot be read counts as a suspension");
}

static unsigned asked(const char *nas, int minutes)
{
	return journal_asks(journal, str_of(nas), at(minutes));
}

static void asks(void)
{
	const int first = 40 * 60;
	struct why why = { .line = 0 };
	bool good = true;
	for (int i = 0; i < 4; i++)
		good = good && journal_ask(journal, i ? STR("bras one") : STR("bras-2"), at(first + i), &why) == OK;
	OK_(good && asked("bras one", first + 4) == 3 && asked("bras-2", first + 4) == 1 && asked("bras", first + 4) == 0, "questions are counted for each access server");
	reopen(first + 5);
	OK_(asked("bras one", first + 5) == 3 && asked("bras-2", first + 5) == 1, "  from the file too");
	OK_(asked("bras-2", first + 60) == 0 && asked("bras one", first + 61) == 2, "  for an hour");
	int fd = openat(dir_fd, "journal", O_WRONLY);
	OK_(fd >= 0 && pwrite(fd, "X", 1, 30) == 1 && close(fd) == 0, "an octet of a line is another one");
	reopen(first + 6);
	OK_(asked("bras one", first + 6) + asked("bras-2", first + 6) >= 4 && asked("another", first + 6) == 1, "  it may have been a question to any of them");
}

int main(void)
{
	char path[] = "/tmp/aupd-journal.XXXXXX";
	if (!mkdtemp(path) || (dir_fd = open(path, O_RDONLY | O_DIRECTORY)) < 0)
		return 1;
	reopen(0);
	counts();
	damage();
	asks();
	journal_close(journal);
	(void)unlinkat(dir_fd, "journal", 0);
	(void)close(dir_fd);
	(void)rmdir(path);
	return tap_done();
}
