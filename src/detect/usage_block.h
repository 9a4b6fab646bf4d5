/*
 * Blocks: spans that will not change, in a file of the day on which they were written, one behind the other:
 *
 *   head, 64 octets: "aupusag1" | u32 serial | u32 accounts | u32 first second | u32 last second | u64 length of the data | zeros | CRC32C
 *   an entry of 20 octets for each account, by its key: u64 key | u32 offset in the data | CRC32C of the account's data | CRC32C of these
 *   the data: for each span, as numbers of 7 bits an octet, the lowest first: seconds from where the one before began, length, octets in,
 *   octets out; flags and feed as an octet each
 *
 * Integers in network order. What is damaged costs the account, or the block, and is told. Blocks are never changed, but for what is erased.
 */
#ifndef AUPD_DETECT_USAGE_BLOCK_H
#define AUPD_DETECT_USAGE_BLOCK_H

#include "detect/usage_meter.h"

enum { USAGE_BLOCK_HEAD_LEN = 64, USAGE_ENTRY_LEN = 20, USAGE_ACCOUNT_BYTES_MAX = 64 << 20 };

struct usage_block {
	uint64_t at;                    /* where it lies in its file */
	uint32_t serial, accounts;
	uint32_t first_s, last_s;       /* of its spans: [first, last) */
	uint64_t data_len;
};

/* The kept spans of the meter as a block at that place; not synced. *ret_end: behind it. No spans: nothing is written. */
enum err usage_block_write(int fd, uint64_t at, uint32_t serial, const struct usage_meter *m, uint64_t *ret_end, struct why *why) MUST_CHECK;
uint64_t usage_block_end(const struct usage_block *b);
/* ERR_NOTFOUND at the end of the file; ERR_CORRUPT: no head of a block, or more than the file has. */
enum err usage_block_open(int fd, uint64_t at, uint64_t file_len, struct usage_block *ret_block, struct why *why) MUST_CHECK;

typedef void usage_span_fn(void *arg, const struct usage_span *s);
/* Every span of the account. OK also when it has none. ERR_CORRUPT: nobody can tell. */
enum err usage_block_read(int fd, const struct usage_block *b, uint64_t key, usage_span_fn *fn, void *arg, struct why *why) MUST_CHECK;
/* Overwrites what there is of the account, and its key; not synced. *ret_found: there was something. */
enum err usage_block_erase(int fd, const struct usage_block *b, uint64_t key, bool *ret_found, struct why *why) MUST_CHECK;

#endif
