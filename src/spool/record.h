/*
 * The record codec and the reading of records from a segment file. Pure but for pread.
 *
 *   segment: "aupspool" | u16 version 1 | u16 0 | u64 number | u32 CRC32C over all before it
 *   record:  "aupr" | u8 version 1 | u8 class | u16 0 | u64 segment | u64 offset | u32 source | i64 received_at
 *            | u32 sealed meta length | u32 sealed payload length | SHA-256 of the clear payload
 *            | u32 CRC32C of the body | u32 CRC32C over all before it | sealed meta | sealed payload
 *
 * Integers in network order. A head names its own place, so that bytes inside a body cannot pose as a record. The seals
 * authenticate the head up to the body's checksum.
 */
#ifndef AUPD_SPOOL_RECORD_H
#define AUPD_SPOOL_RECORD_H

#include "base/digest.h"
#include "base/seal.h"
#include "model/sink.h"

enum { SEGMENT_HEAD_LEN = 24, RECORD_HEAD_LEN = 84, KEY_FILE_LEN = 8 + SEAL_KEY_LEN + 4 };

struct record_head {
	enum item_class item_class;
	uint32_t source;
	int64_t received_at;
	struct position at;
	uint32_t meta_len, payload_len; /* sealed */
	struct digest digest;
	uint32_t body_crc;
};

void segment_head_encode(uint64_t number, char out[SEGMENT_HEAD_LEN]);

void key_encode(const struct seal_key *key, char out[KEY_FILE_LEN]);
/* ERR_NOTFOUND: destroyed (zero from its first octet on). ERR_CORRUPT: no key file of ours. */
enum err key_read(int fd, struct seal_key *ret_key) MUST_CHECK;

/*
 * Seal one item: the head with its checksums in out, the two sealed parts in the arena. key and at are given.
 */
enum err record_encode(struct arena *a, const struct seal_key *key, const struct position *at, const struct sink_item *item, char out[RECORD_HEAD_LEN],
	struct str *ret_meta, struct str *ret_payload) MUST_CHECK;
/* Length of the whole record. */
uint64_t record_len(const struct record_head *h);
/* ERR_CORRUPT: no head of that place. */
enum err record_head_decode(const char in[RECORD_HEAD_LEN], uint64_t segment, uint64_t offset, struct record_head *ret_head) MUST_CHECK;
/* The head at offset: ERR_NOTFOUND when the bytes end before the record does, ERR_CORRUPT when there is none. Body not read. */
enum err record_head_at(int fd, uint64_t size, uint64_t segment, uint64_t offset, struct record_head *ret_head) MUST_CHECK;
/* The first whole record, checksums right, at or after offset. ERR_NOTFOUND: none up to size. */
enum err record_find(int fd, uint64_t size, uint64_t segment, uint64_t offset, struct record_head *ret_head) MUST_CHECK;
/* Checksum of the body without the key. */
enum err record_check_body(int fd, const struct record_head *h) MUST_CHECK;
/* Read, check, unseal into the arena. */
enum err record_body(int fd, const struct record_head *h, const struct seal_key *key, struct arena *a, struct str *ret_meta, struct str *ret_payload) MUST_CHECK;

#endif
