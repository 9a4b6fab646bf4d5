/*
 * The one frame codec: what roles say to each other, and the whole of what they say.
 *
 *   magic "aup1" | u32 length of what follows | u16 type | u16 decoder version | u32 source | u64 incarnation
 *   | u64 segment | u64 offset | u32 index | u64 prev segment | u64 prev offset | u32 prev index
 *   | u8 lane | u8 partition | u16 flags | i64 now | u32 body length | body | u32 CRC32C over all before it
 *
 * Integers in network order. The body is JSON by a noun's field table (model/field.h), of a table its lines, of accounting
 * and of NATs their octets. A receiver that gets a frame that breaks this drops the link and reports; it never skips. Sequence = position in
 * the spool; prev is the sender's last frame of the same lane, so that the receiver sees a gap. Frames of no item carry zero
 * positions.
 */
#ifndef AUPD_MODEL_FRAME_H
#define AUPD_MODEL_FRAME_H

#include "model/ids.h"

enum { FRAME_BODY_MAX = 4 << 20, FRAME_HEAD_LEN = 80, FRAME_MAX = FRAME_HEAD_LEN + FRAME_BODY_MAX + 4 };

enum frame_type {
	FRAME_HELLO = 1,        /* either way: who I am, incarnation; judge -> ear: the marks of that source */
	FRAME_OBSERVATION,      /* ear -> judge: one observation */
	FRAME_ITEM,             /* ear -> judge: an item that is no observation: unparsed, prose, reply, bounce, question (struct item) */
	FRAME_SEALED,           /* ear -> judge: class, time, address, position; nothing else */
	FRAME_MARK,             /* judge -> ear: committed up to here in this lane; position in the head */
	FRAME_REWIND,           /* judge -> ear: a gap in this lane; go back to after the position in the head */
	FRAME_COMMAND,          /* desk -> judge: an operator's command; judge -> hand never */
	FRAME_REPLY,            /* judge -> desk: its answer, matched by `index` */
	FRAME_ACT,              /* judge -> hand: one act (model/act.h) */
	FRAME_RESULT,           /* hand -> judge: what became of it */
	FRAME_TABLE,            /* judge -> ear: the table of reporters' keys as lines (intake/report_keys.h) */
	FRAME_SIGN,             /* judge -> signer, and back */
	FRAME_CONTROL,          /* keeper <-> role: start, stop, reload, status, test clock moved */
	FRAME_EVENT,            /* judge -> desk: something changed, for `aup tail` */
	FRAME_ERRAND,           /* judge -> hand: what the ledger wants of a witness or a time-stamping authority; and back */
	FRAME_HOOK,             /* judge -> hand: one delivery to a webhook (model/webhook.h); and what became of it */
	FRAME_ACCOUNTING,       /* ear -> judge: messages about sessions (model/accounting.h), all of an item of the spool */
	FRAME_NAT,              /* ear -> judge: events of NATs (model/nat.h), all of an item of the spool */
	FRAME_OIDC,             /* judge -> hand: what is asked of the OpenID provider (aupd/oidc_send.h); and what it said */
	FRAME_TYPE_END
};

/* FRAME_FDS_MASK: how many descriptors ride along; a bus driver sets and clears it, nobody else. */
enum frame_flag { FRAME_LAST_OF_ITEM = 1, FRAME_FDS_SHIFT = 8, FRAME_FDS_MASK = 0xf00 };

struct frame {
	enum frame_type type;
	uint16_t decoder;
	uint32_t source;                /* which listener or role; numbered in the configuration's order, never reused */
	uint64_t incarnation;           /* fences old links only */
	struct position at, prev;
	uint8_t lane, partition;
	uint16_t flags;
	int64_t now;
	struct str body;                /* borrowed */
};

/* Appends one whole frame. ERR_LIMIT when the body is too long. */
enum err frame_encode(struct buf *out, const struct frame *f) MUST_CHECK;
/*
 * Decode the first frame of bytes. ERR_AGAIN: not whole yet. ERR_SYNTAX, ERR_LIMIT, ERR_CORRUPT: drop the link. The body
 * borrows bytes. *ret_len is the length of the frame.
 */
enum err frame_decode(struct str bytes, struct frame *ret_frame, size_t *ret_len) MUST_CHECK;
const char *frame_type_text(enum frame_type t);

#endif
