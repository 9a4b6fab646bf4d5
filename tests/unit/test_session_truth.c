/*
 * Sessions of a provider that is made up, with all that goes wrong on the way to us, against the truth: no wrong name at grade A, whatever
 * was lost, late, repeated, reused, restarted or misdated; and where nothing went wrong nearly all of what can be answered is A.
 *
 * Usage: test_session_truth [QUESTIONS]
 */
#include <stdio.h>
#include <stdlib.h>

#include "simulate/trial.h"
#include "tap.h"

enum { SEEDS = 5, QUESTIONS = 100000, TOLD_MAX = 30, ALL = (1 << FAULT_END) - 1 };

static void tell(void *arg, const char *text)
{
	(void)arg;
	static unsigned told;
	if (told++ < TOLD_MAX)
		printf("# wrong: %s\n", text);
}

static struct tally try_it(unsigned faults, uint64_t questions, unsigned restart_every, uint32_t subscribers, uint32_t days)
{
	struct tally sum = { .messages = 0 }, one;
	struct why why = { .line = 0 };
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct trial t = { .isp = { .seed = seed, .subscribers = subscribers, .seconds = days * 86400, .interim_s = 600, .from_at = 1767225600 * SECOND_US, .faults = faults },
			.questions = questions / SEEDS, .restart_every = restart_every, .wrong = tell };
		enum err e = trial_run(&t, &one, &why);
		if (e)
			printf("# %s\n", why.text);
		BUG_ON(e);
		tally_sum(&sum, &one);
	}
	struct buf table;
	buf_init(&table, 4096);
	tally_print(&sum, &table);
	struct str rest = buf_str(&table), line;
	while (str_next_line(&rest, &line))
		printf("# %.*s\n", STR_ARG(line));
	buf_done(&table);
	return sum;
}

int main(int argc, char **argv)
{
	uint64_t questions = argc > 1 ? strtoull(argv[1], NULL, 10) : QUESTIONS;
	struct tally t = try_it(ALL, questions, 0, 120, 3);
	OK_(!t.wrong[GRADE_A] && t.answerable[GRADE_A] > tally_asked(&t) / 20, "with everything going wrong no wrong name at grade A");
	t = try_it(ALL, questions / 2, 997, 120, 3);
	OK_(!t.wrong[GRADE_A] && t.answerable[GRADE_A] > tally_asked(&t) / 20, "nor when the book is made again from the store in between");
	t = try_it(0, questions, 0, 120, 3);
	OK_(!t.wrong[GRADE_A] && tally_permille(&t) >= 950, "when nothing goes wrong 95 of 100 that can be answered are");
	return tap_done();
}
