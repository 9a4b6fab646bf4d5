/*
 * Sessions of a provider that is made up, with all that goes wrong on the way to us, against the truth: no wrong name at grade A, whatever
 * was lost, late, repeated, reused, restarted or misdated; and where nothing went wrong nearly all of what can be answered is A. The same behind NATs
 * that keep a log of their own, and of leases.
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

static struct tally try_mixed(struct isp_mix mix, unsigned faults, uint64_t questions, unsigned restart_every, uint32_t subscribers, uint32_t days)
{
	struct tally sum = { .messages = 0 }, one;
	struct why why = { .line = 0 };
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct trial t = { .isp = { .seed = seed, .subscribers = subscribers, .seconds = days * 86400, .interim_s = 600, .from_at = 1767225600 * SECOND_US, .mix = mix, .faults = faults },
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

static struct tally try_it(unsigned faults, uint64_t questions, unsigned restart_every, uint32_t subscribers, uint32_t days)
{
	return try_mixed((struct isp_mix){ 0 }, faults, questions, restart_every, subscribers, days);
}

/* Two steps: from a shared address and a port to an address behind it, and from that to a subscriber. */
static void nats(uint64_t questions)
{
	struct isp_mix mix = { .natted = 60 };
	struct tally t = try_mixed(mix, ALL, questions, 0, 120, 3);
	const struct tally_rows *log = &t.kinds[TALLY_NAT];
	OK_(!t.wrong[GRADE_A] && log->answerable[GRADE_A] > tally_asked(&t) / 20, "behind NATs whose logs have holes, clocks and restarts no wrong name at grade A");
	t = try_mixed(mix, 0, questions, 0, 120, 3);
	OK_(!t.wrong[GRADE_A] && tally_kind_permille(&t, TALLY_NAT) >= 950, "when nothing goes wrong 95 of 100 that can be answered are");
	OK_(!log->wrong[GRADE_A] && t.kinds[TALLY_NO_PORT].other[GRADE_E] > 1000 && !t.kinds[TALLY_NO_PORT].other[GRADE_A], "a shared address without a port is nobody's for sure");
}

static void leases(uint64_t questions)
{
	struct isp_mix mix = { .leased = 60 };
	struct tally t = try_mixed(mix, ALL, questions, 0, 120, 3);
	OK_(!t.wrong[GRADE_A] && t.kinds[TALLY_LEASE].answerable[GRADE_A] > tally_asked(&t) / 10, "of leases whose file loses lines and is cleaned up no wrong name at grade A");
	t = try_mixed(mix, 0, questions / 2, 0, 120, 3);
	OK_(!t.wrong[GRADE_A] && tally_kind_permille(&t, TALLY_LEASE) >= 950, "when nothing goes wrong 95 of 100 that can be answered are");
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
	nats(questions);
	leases(questions);
	return tap_done();
}
