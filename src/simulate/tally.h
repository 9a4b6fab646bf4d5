/*
 * Answers held against the truth, and the table of grades.
 *
 * A question can be answered when one subscriber held the resource over the whole window and whoever could confirm it has had the time
 * to. An answer is wrong: of grade A or B when it names one who did not hold it in any second asked about, of A also when somebody else did
 * too; C when none of those it lists did; D, "nobody, as far as is known", when one held it over the whole window.
 */
#ifndef AUPD_SIMULATE_TALLY_H
#define AUPD_SIMULATE_TALLY_H

#include "base/json.h"
#include "model/subject.h"
#include "simulate/truth.h"

/* One answer. nobody: D because it is known, not because it cannot be told. */
struct tally_answer {
	enum grade grade;
	bool nobody;
	uint32_t named[SUBJECT_CANDIDATES_MAX];
	unsigned count;
};

struct tally {
	uint64_t answerable[GRADE_E + 1], other[GRADE_E + 1], wrong[GRADE_E + 1];
	uint64_t messages;
};

/* What is asked: who had it between these seconds. can: see above. True: it was answered wrong. */
bool tally_add(struct tally *sum, const struct truth *t, struct isp_resource what, uint32_t from_s, uint32_t until_s, bool can, const struct tally_answer *a);
void tally_sum(struct tally *sum, const struct tally *one);
uint64_t tally_asked(const struct tally *t);
/* Of a thousand that can be answered, so many were at grade A; 1000 when there were none. */
unsigned tally_permille(const struct tally *t);
void tally_print(const struct tally *t, struct buf *out);
void tally_json(const struct tally *t, struct jsonw *w, const char *name);

#endif
