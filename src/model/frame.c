/*
 * The frame codec. See frame.h for the layout.
 */
#include "model/frame.h"

#include "base/digest.h"

#define MAGIC STR("aup1")

static void put_position(struct buf *b, const struct position *p)
{
	buf_u64(b, p->segment);
	buf_u64(b, p->offset);
	buf_u32(b, p->index);
}

static struct position take_position(struct reader *r)
{
	uint64_t segment = reader_u64(r), offset = reader_u64(r);
	return (struct position){ segment, offset, reader_u32(r) };
}

enum err frame_encode(struct buf *out, const struct frame *f)
{
	size_t from = out->len;
	if (f->body.len > FRAME_BODY_MAX)
		return ERR_LIMIT;
	buf_put(out, MAGIC);
	buf_u32(out, (uint32_t)(FRAME_HEAD_LEN - 8 + f->body.len + 4));
	buf_u16(out, (uint16_t)f->type);
	buf_u16(out, f->decoder);
	buf_u32(out, f->source);
	buf_u64(out, f->incarnation);
	put_position(out, &f->at);
	put_position(out, &f->prev);
	buf_u8(out, f->lane);
	buf_u8(out, f->partition);
	buf_u16(out, f->flags);
	buf_u64(out, (uint64_t)f->now);
	buf_u32(out, (uint32_t)f->body.len);
	BUG_ON(!out->err && out->len - from != FRAME_HEAD_LEN);
	buf_put(out, f->body);
	if (!out->err)
		buf_u32(out, crc32c(0, str_sub(buf_str(out), from, out->len - from)));
	return out->err;
}

enum err frame_decode(struct str bytes, struct frame *ret_frame, size_t *ret_len)
{
	struct reader r;
	size_t seen = bytes.len < 4 ? bytes.len : 4;
	if (!str_eq(str_sub(bytes, 0, seen), str_sub(MAGIC, 0, seen)))
		return ERR_SYNTAX;
	if (bytes.len < 8)
		return ERR_AGAIN;
	reader_init(&r, str_sub(bytes, 4, 4));
	size_t len = (size_t)reader_u32(&r) + 8;
	if (len > FRAME_MAX)
		return ERR_LIMIT;
	if (len < FRAME_HEAD_LEN + 4)
		return ERR_SYNTAX;
	if (bytes.len < len)
		return ERR_AGAIN;
	reader_init(&r, str_sub(bytes, len - 4, 4));
	if (reader_u32(&r) != crc32c(0, str_sub(bytes, 0, len - 4)))
		return ERR_CORRUPT;
	reader_init(&r, str_sub(bytes, 8, len - 12));
	struct frame f = { .type = (enum frame_type)reader_u16(&r) };
	f.decoder = reader_u16(&r);
	f.source = reader_u32(&r);
	f.incarnation = reader_u64(&r);
	f.at = take_position(&r);
	f.prev = take_position(&r);
	f.lane = reader_u8(&r);
	f.partition = reader_u8(&r);
	f.flags = reader_u16(&r);
	f.now = (int64_t)reader_u64(&r);
	f.body = reader_take(&r, reader_u32(&r));
	if (reader_end(&r) != OK || f.type < FRAME_HELLO || f.type >= FRAME_TYPE_END)
		return ERR_SYNTAX;
	*ret_frame = f;
	*ret_len = len;
	return OK;
}

const char *frame_type_text(enum frame_type t)
{
	static const char *const names[FRAME_TYPE_END] = { "none", "hello", "observation", "item", "sealed", "mark", "rewind", "command", "reply", "act", "result",
		"table", "sign", "control", "event", "errand", "hook", "accounting", "nat", "oidc" };
	return t > 0 && t < FRAME_TYPE_END ? names[t] : "unknown";
}
