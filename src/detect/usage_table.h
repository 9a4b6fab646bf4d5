/*
 * The tables of the meter, for usage_meter.c (the rules) and usage_table.c (memory): see usage_meter.h.
 *
 * Keys and names of sessions are digests with a key, so they are their own hashes.
 */
#ifndef AUPD_DETECT_USAGE_TABLE_H
#define AUPD_DETECT_USAGE_TABLE_H

#include "detect/usage_meter.h"

struct usage_session *usage_table_find(const struct usage_meter *m, uint64_t ref);      /* NULL: none */
/* A new one, with its ref alone; it moves the others. ERR_FULL, ERR_NOMEM. */
enum err usage_table_session(struct usage_meter *m, uint64_t ref, struct usage_session **ret_session) MUST_CHECK;
/* Takes one out again; others move. */
void usage_table_drop(struct usage_meter *m, struct usage_session *s);
/* The number of an account, which is made when it is not there. ERR_FULL, ERR_NOMEM. */
enum err usage_table_account(struct usage_meter *m, uint64_t key, uint32_t *ret_number) MUST_CHECK;
uint32_t usage_table_number(const struct usage_meter *m, uint64_t key);                 /* UINT32_MAX: none */
/* The next span, to be filled. NULL without memory. */
struct usage_kept *usage_table_keep(struct usage_meter *m);

#endif
