/*
 * Blocks of spans. See usage_block.h. Their octets are hostile: a damaged disk wrote them.
 */
#include "detect/usage_block.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"

#define MAGIC STR("aupusag1")

enum { HEAD_CRC_AT = USAGE_BLOCK_HEAD_LEN - 4, ENTRY_CRC_AT = USAGE_ENTRY_LEN - 4, NUMBER_MAX = 10, SPAN_MAX = 4 * NUMBER_MAX + 2, PLACE_BITS = 18,
	AHEAD = 8, STEPS = 5 };
#define BLOCK_BYTES_MAX ((size_t)2 << 30)

struct by_key {
	uint64_t key;
	uint32_t number;
};

struct entry {
	uint64_t key;
	uint32_t offset, crc;
};

static char *put_number(char *p, uint64_t v)
{
	for (; v > 127; v >>= 7)
		*p++ = (char)(v | 128);
	*p++ = (char)v;
	return p;
}

static uint64_t fold_sign(int64_t v)
{
	return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unfold_sign(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

static void put_spans(struct buf *data, const struct usage_meter *m, const struct usage_account *a, struct usage_block *b)
{
	int64_t from_s = 0;
	for (uint32_t n = a->last_span; n; n = m->kept[n - 1].before) {
		const struct usage_span *s = &m->kept[n - 1].span;
		char *start = buf_room(data, SPAN_MAX), *p = start;
		if (!p)
			return;
		p = put_number(p, fold_sign((int64_t)s->from_s - from_s));
		p = put_number(put_number(put_number(p, s->until_s - s->from_s), s->in), s->out);
		*p++ = (char)s->flags;
		*p++ = (char)s->feed;
		data->len += (size_t)(p - start);
		from_s = s->from_s;
		b->first_s = s->from_s < b->first_s ? s->from_s : b->first_s;
		b->last_s = s->until_s > b->last_s ? s->until_s : b->last_s;
	}
}

/* What the accounts that follow have comes from memory meanwhile: themselves, then span after span. */
static void come_near(const struct usage_meter *m, const struct by_key *list, uint32_t count, uint32_t i)
{
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t at = i + (STEPS - step) * AHEAD;
		if (at >= count)
			continue;
		const struct usage_account *a = &m->accounts[list[at].number];
		if (!step) {
			__builtin_prefetch(a);
			continue;
		}
		uint32_t n = a->last_span;
		for (uint32_t k = 1; n && k < step; k++)
			n = m->kept[n - 1].before;
		if (n)
			__builtin_prefetch(&m->kept[n - 1]);
	}
}

static void put_entry(struct buf *out, const struct entry *e)
{
	size_t at = out->len;
	buf_u64(out, e->key);
	buf_u32(out, e->offset);
	buf_u32(out, e->crc);
	if (!out->err)
		buf_u32(out, crc32c(0, str_sub(buf_str(out), at, ENTRY_CRC_AT)));
}

static void put_head(struct buf *out, const struct usage_block *b)
{
	buf_clear(out);
	buf_put(out, MAGIC);
	buf_u32(out, b->serial);
	buf_u32(out, b->accounts);
	buf_u32(out, b->first_s);
	buf_u32(out, b->last_s);
	buf_u64(out, b->data_len);
	while (!out->err && out->len < HEAD_CRC_AT)
		buf_u8(out, 0);
	if (!out->err)
		buf_u32(out, crc32c(0, buf_str(out)));
}

/* Keys are digests, so their upper bits put them nearly in order. */
static struct by_key *sorted(const struct usage_meter *m, uint32_t *ret_count)
{
	struct by_key *list = calloc((size_t)m->account_count + 1, sizeof(*list));
	uint32_t *ends = calloc(1 << PLACE_BITS, sizeof(*ends)), count = 0;
	for (uint32_t n = 0; list && ends && n < m->account_count; n++)
		ends[m->accounts[n].key >> (64 - PLACE_BITS)] += m->accounts[n].last_span != 0;
	for (uint32_t i = 0; list && ends && i < 1 << PLACE_BITS; i++)
		ends[i] = count += ends[i];
	for (uint32_t n = 0; list && ends && n < m->account_count; n++)
		if (m->accounts[n].last_span)
			list[--ends[m->accounts[n].key >> (64 - PLACE_BITS)]] = (struct by_key){ m->accounts[n].key, n };
	for (uint32_t i = 1; list && ends && i < count; i++) {
		struct by_key moved = list[i];
		uint32_t at = i;
		for (; at && list[at - 1].key > moved.key; at--)
			list[at] = list[at - 1];
		list[at] = moved;
	}
	*ret_count = count;
	if (!ends) {
		free(list);
		return NULL;
	}
	free(ends);
	return list;
}

enum err usage_block_write(int fd, uint64_t at, uint32_t serial, const struct usage_meter *m, uint64_t *ret_end, struct why *why)
{
	struct usage_block b = { .at = at, .serial = serial, .first_s = UINT32_MAX };
	struct buf index, data, head;
	struct by_key *list = sorted(m, &b.accounts);
	buf_init(&index, BLOCK_BYTES_MAX);
	buf_init(&data, UINT32_MAX);
	buf_init(&head, USAGE_BLOCK_HEAD_LEN);
	for (uint32_t i = 0; list && i < b.accounts; i++) {
		struct entry e = { .key = list[i].key, .offset = (uint32_t)data.len };
		come_near(m, list, b.accounts, i);
		put_spans(&data, m, &m->accounts[list[i].number], &b);
		e.crc = crc32c(0, str_sub(buf_str(&data), e.offset, data.len));
		put_entry(&index, &e);
	}
	b.data_len = data.len;
	put_head(&head, &b);
	enum err e = list ? index.err ? index.err : data.err ? data.err : head.err : ERR_NOMEM;
	if (e)
		(void)why_set(why, e, "no memory for a block of use");
	if (e == OK && b.accounts) {
		e = file_write_at(fd, at + USAGE_BLOCK_HEAD_LEN, buf_str(&index), why);
		if (e == OK)
			e = file_write_at(fd, at + USAGE_BLOCK_HEAD_LEN + index.len, buf_str(&data), why);
		if (e == OK)
			e = file_write_at(fd, at, buf_str(&head), why);
	}
	if (e == OK)
		*ret_end = b.accounts ? usage_block_end(&b) : at;
	buf_done(&index);
	buf_done(&data);
	buf_done(&head);
	free(list);
	return e;
}

static uint64_t data_at(const struct usage_block *b)
{
	return b->at + USAGE_BLOCK_HEAD_LEN + (uint64_t)b->accounts * USAGE_ENTRY_LEN;
}

uint64_t usage_block_end(const struct usage_block *b)
{
	return data_at(b) + b->data_len;
}

enum err usage_block_open(int fd, uint64_t at, uint64_t file_len, struct usage_block *ret_block, struct why *why)
{
	char head[USAGE_BLOCK_HEAD_LEN];
	struct usage_block b = { .at = at };
	struct reader r;
	size_t len = 0;
	if (at >= file_len)
		return ERR_NOTFOUND;
	enum err e = file_read_at(fd, at, head, sizeof(head), &len, why);
	if (e)
		return e;
	if (len < sizeof(head) || !str_starts((struct str){ head, len }, MAGIC))
		return ERR_CORRUPT;
	reader_init(&r, (struct str){ head + MAGIC.len, sizeof(head) - MAGIC.len });
	b.serial = reader_u32(&r);
	b.accounts = reader_u32(&r);
	b.first_s = reader_u32(&r);
	b.last_s = reader_u32(&r);
	b.data_len = reader_u64(&r);
	reader_init(&r, (struct str){ head + HEAD_CRC_AT, 4 });
	if (reader_u32(&r) != crc32c(0, (struct str){ head, HEAD_CRC_AT }) || b.data_len > UINT32_MAX || usage_block_end(&b) > file_len)
		return ERR_CORRUPT;
	*ret_block = b;
	return OK;
}

static enum err read_entry(int fd, const struct usage_block *b, uint32_t i, struct entry *ret_entry, struct why *why)
{
	char bytes[USAGE_ENTRY_LEN];
	struct reader r;
	size_t len = 0;
	enum err e = file_read_at(fd, b->at + USAGE_BLOCK_HEAD_LEN + (uint64_t)i * USAGE_ENTRY_LEN, bytes, sizeof(bytes), &len, why);
	if (e)
		return e;
	reader_init(&r, (struct str){ bytes, len });
	ret_entry->key = reader_u64(&r);
	ret_entry->offset = reader_u32(&r);
	ret_entry->crc = reader_u32(&r);
	uint32_t crc = reader_u32(&r);
	if (reader_end(&r) != OK || crc != crc32c(0, (struct str){ bytes, ENTRY_CRC_AT }) || ret_entry->offset > b->data_len)
		return why_set(why, ERR_CORRUPT, "a block of use is damaged");
	return OK;
}

/* ERR_NOTFOUND: it has nothing of it. */
static enum err find(int fd, const struct usage_block *b, uint64_t key, uint32_t *ret_number, struct entry *ret_entry, struct why *why)
{
	uint32_t from = 0, until = b->accounts;
	while (from < until) {
		uint32_t mid = from + (until - from) / 2;
		enum err e = read_entry(fd, b, mid, ret_entry, why);
		if (e)
			return e;
		*ret_number = mid;
		if (ret_entry->key == key)
			return OK;
		if (ret_entry->key < key)
			from = mid + 1;
		else
			until = mid;
	}
	return ERR_NOTFOUND;
}

/* Where the account's data ends. */
static enum err end_of(int fd, const struct usage_block *b, uint32_t number, uint32_t *ret_end, struct why *why)
{
	struct entry next;
	if (number + 1 == b->accounts) {
		*ret_end = (uint32_t)b->data_len;
		return OK;
	}
	enum err e = read_entry(fd, b, number + 1, &next, why);
	*ret_end = e ? 0 : next.offset;
	return e;
}

static uint64_t number(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < NUMBER_MAX; i++) {
		uint8_t octet = reader_u8(r);
		v |= (uint64_t)(octet & 127) << (7 * i);
		if (octet < 128)
			return v;
	}
	r->err = r->err ? r->err : ERR_SYNTAX;
	return 0;
}

static enum err read_spans(struct str data, usage_span_fn *fn, void *arg)
{
	struct reader r;
	int64_t from_s = 0;
	reader_init(&r, data);
	while (reader_left(&r)) {
		from_s += unfold_sign(number(&r));
		uint64_t length = number(&r);
		struct usage_span s = { .from_s = (uint32_t)from_s, .until_s = (uint32_t)(from_s + (int64_t)length) };
		s.in = number(&r);
		s.out = number(&r);
		s.flags = reader_u8(&r);
		s.feed = reader_u8(&r);
		if (r.err || from_s < 0 || from_s > UINT32_MAX || !length || length > UINT32_MAX - (uint64_t)from_s)
			return ERR_CORRUPT;
		fn(arg, &s);
	}
	return reader_end(&r);
}

enum err usage_block_read(int fd, const struct usage_block *b, uint64_t key, usage_span_fn *fn, void *arg, struct why *why)
{
	struct entry entry;
	uint32_t at = 0, end = 0;
	size_t len = 0;
	enum err e = find(fd, b, key, &at, &entry, why);
	if (e == ERR_NOTFOUND)
		return OK;
	if (e == OK)
		e = end_of(fd, b, at, &end, why);
	if (e == OK && (end < entry.offset || end - entry.offset > USAGE_ACCOUNT_BYTES_MAX))
		e = why_set(why, ERR_CORRUPT, "a block of use is damaged");
	char *bytes = e ? NULL : malloc((size_t)(end - entry.offset) + 1);
	if (e == OK && !bytes)
		e = why_set(why, ERR_NOMEM, "no memory to read use");
	if (e == OK)
		e = file_read_at(fd, data_at(b) + entry.offset, bytes, end - entry.offset, &len, why);
	if (e == OK && (len != end - entry.offset || crc32c(0, (struct str){ bytes, len }) != entry.crc || read_spans((struct str){ bytes, len }, fn, arg) != OK))
		e = why_set(why, ERR_CORRUPT, "a block of use is damaged");
	free(bytes);
	return e;
}

static enum err wipe(int fd, uint64_t from, uint64_t until, struct why *why)
{
	static const char zeros[4096];
	enum err e = OK;
	for (; e == OK && from < until; from += sizeof(zeros))
		e = file_write_at(fd, from, (struct str){ zeros, until - from < sizeof(zeros) ? (size_t)(until - from) : sizeof(zeros) }, why);
	return e;
}

enum err usage_block_erase(int fd, const struct usage_block *b, uint64_t key, bool *ret_found, struct why *why)
{
	struct entry entry, before = { .key = UINT64_MAX };
	struct buf out;
	uint32_t at = 0, end = 0;
	enum err e = find(fd, b, key, &at, &entry, why);
	*ret_found = e == OK;
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	e = end_of(fd, b, at, &end, why);
	if (e == OK && at)
		e = read_entry(fd, b, at - 1, &before, why);
	if (e == OK)
		e = wipe(fd, data_at(b) + entry.offset, data_at(b) + end, why);
	/* a key that is nobody's, and keeps the order */
	entry.key = before.key + 1;
	entry.crc = 0;
	buf_init(&out, USAGE_ENTRY_LEN);
	put_entry(&out, &entry);
	if (e == OK)
		e = out.err ? out.err : file_write_at(fd, b->at + USAGE_BLOCK_HEAD_LEN + (uint64_t)at * USAGE_ENTRY_LEN, buf_str(&out), why);
	buf_done(&out);
	return e;
}
