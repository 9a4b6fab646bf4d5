/*
 * The figures of the roles: what each counts, in a page that it shares with the keeper and that the desk may read.
 *
 * Counters outlive a role, not the keeper. A page has one writer; a reader may see one figure newer than another. Label
 * values are words of the program: nothing that came from outside is a figure's name or label.
 */
#ifndef AUPD_AUPD_FIGURES_H
#define AUPD_AUPD_FIGURES_H

#include "aupd/role.h"
#include "base/ometric.h"

enum { FIGURES_MAX = 64 };              /* of a page */

enum { KEEPER_STARTS, KEEPER_READY, KEEPER_BROKEN };                    /* by role */
enum { EAR_ITEMS, EAR_FRAMES, EAR_UNPARSED, EAR_SEALED, EAR_IN_FLIGHT, EAR_SHED /* by class */, EAR_RADIUS /* by fate */, EAR_NAT /* by fate */, EAR_NAT_RECORDS /* by kind */,
	EAR_SPOOL_BYTES, EAR_SYNCS, EAR_SYNC_FAILURES };
enum { JUDGE_FOLDED, JUDGE_BATCHES, JUDGE_CONFLICTS, JUDGE_STUCK, JUDGE_LEAVES, JUDGE_SIGNED_LEAVES, JUDGE_HOOKS_REPEATED, JUDGE_DURATION /* by what */, JUDGE_METERING /* by kind of sign */,
	JUDGE_METERING_VERDICTS /* by verdict */, JUDGE_USAGE_READINGS, JUDGE_USAGE_WRAPPED, JUDGE_USAGE_UNKNOWN, JUDGE_USAGE_CROWDED, JUDGE_USAGE_ACCOUNTS };
enum { DURATION_WATCHED, DURATION_NO_TIMEOUT, DURATION_OVER };
enum { DESK_REQUESTS };
enum { HAND_RESULTS /* by result */, HAND_REPEATED, HAND_RUNNING, HAND_HOOKS /* by outcome */ };
enum { SIGNER_SIGNED, SIGNER_REFUSED };
enum { NFT_RUNS };
enum { FETCHER_TAKEN, FETCHER_REFUSED, FETCHER_ROUNDS, FETCHER_FAILURES, FETCHER_FAILING };

/* The keeper's: a fresh page, and a descriptor that can only read it. */
enum err figures_create(int *ret_fd, int *ret_reader_fd, struct why *why) MUST_CHECK;
/* One's own page. The name must outlive it. */
enum err figures_write_to(int fd, const char *role, struct ometrics *ret, struct why *why) MUST_CHECK;
/* The page of another one. */
enum err figures_read_from(int reader_fd, const char *role, struct ometrics *ret, struct why *why) MUST_CHECK;

#endif
