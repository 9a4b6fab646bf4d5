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

/* What is asked about. */
enum tally_kind {
	TALLY_ACCOUNTING,               /* addresses and blocks of ports that access servers tell of */
	TALLY_NAT,                      /* ports of addresses that NATs with a log share */
	TALLY_LEASE,                    /* addresses that a DHCP server leases */
	TALLY_NO_PORT,                  /* a shared address without a port: never to be answered at grade A */
	TALLY_KIND_END
};
extern const char *const tally_kind_words[];    /* "accounting" and so on, NULL */

struct tally_rows {
	uint64_t answerable[GRADE_E + 1], other[GRADE_E + 1], wrong[GRADE_E + 1];
};

struct tally {
	uint64_t answerable[GRADE_E + 1], other[GRADE_E + 1], wrong[GRADE_E + 1];       /* of all kinds */
	struct tally_rows kinds[TALLY_KIND_END];
	uint64_t messages;
};

enum tally_kind tally_kind(enum isp_kind kind, bool no_port);

/* What is asked: who had it between these seconds. can: see above. True: it was answered wrong. */
bool tally_add(struct tally *sum, const struct truth *t, enum tally_kind kind, struct isp_resource what, uint32_t from_s, uint32_t until_s, bool can, const struct tally_answer *a);
void tally_sum(struct tally *sum, const struct tally *one);
uint64_t tally_asked(const struct tally *t);
/* Of a thousand that can be answered, so many were at grade A; 1000 when there were none. The same of one kind. */
unsigned tally_permille(const struct tally *t);
unsigned tally_kind_permille(const struct tally *t, enum tally_kind kind);
void tally_print(const struct tally *t, struct buf *out);
void tally_json(const struct tally *t, struct jsonw *w, const char *name);

#endif
