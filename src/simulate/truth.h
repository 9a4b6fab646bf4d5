/*
 * Who held what in a made-up provider: what an answer is held against. In memory, and as a file of CSV:
 *
 *   resource,port_from,port_to,from,until,customer,login,resellers
 *
 * with times of RFC 3339, ports of blocks alone, and resellers the topmost first with "/" between. Each row is one holding, from the second that it
 * began to the one in which it was over. It knows nothing of messages, bindings and grades.
 */
#ifndef AUPD_SIMULATE_TRUTH_H
#define AUPD_SIMULATE_TRUTH_H

#include "base/time.h"
#include "simulate/dice.h"
#include "simulate/isp_plan.h"

enum { TRUTH_HOLDINGS_MAX = 200000000 };
#define TRUTH_NOBODY UINT32_MAX
#define TRUTH_SEVERAL (UINT32_MAX - 1)

struct truth;

struct truth *truth_new(void);                                  /* NULL without memory */
void truth_free(struct truth *t);                               /* accepts NULL */
/* As struct isp tells it; ERR_NOMEM sticks in truth_err. A holding is open until its end comes. */
void truth_begin(void *truth, struct isp_resource what, uint32_t subscriber, uint32_t from_s);
void truth_end(void *truth, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s);
enum err truth_err(const struct truth *t) MUST_CHECK;
uint32_t truth_count(const struct truth *t);
/* One that was begun at some place in the order of beginnings. */
void truth_at(const struct truth *t, uint32_t place, struct isp_resource *ret_what, uint32_t *ret_from_s, uint32_t *ret_until_s);
/* Who held it in these seconds, both included: one subscriber, TRUTH_NOBODY or TRUTH_SEVERAL. *ret_whole: one did over all of them. */
uint32_t truth_who(const struct truth *t, struct isp_resource what, uint32_t from_s, uint32_t until_s, bool *ret_whole);
/* Did that one hold it in one of these seconds? */
bool truth_held(const struct truth *t, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s);

void truth_head(struct buf *out);
void truth_row(const struct isp_plan *p, int64_t from_at, struct isp_resource what, uint32_t subscriber, uint32_t from_s, uint32_t until_s, struct buf *out);

#endif
