/*
 * The log of the meter. See usage_log.h. Its octets are hostile: a damaged disk wrote them.
 */
#include "detect/usage_log.h"

#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"

#define HEAD_MAGIC UINT64_C(0x6175706475736167)

enum { CRC_AT = USAGE_RECORD_LEN - 4, CHUNK_RECORDS = 16384, AHEAD = 16 };

/* Each reading is encoded: whole words, not octets. */
static char *put32(char *out, uint32_t v)
{
	v = htobe32(v);
	memcpy(out, &v, sizeof(v));
	return out + sizeof(v);
}

static char *put64(char *out, uint64_t v)
{
	v = htobe64(v);
	memcpy(out, &v, sizeof(v));
	return out + sizeof(v);
}

static uint32_t get32(const char *in)
{
	uint32_t v;
	memcpy(&v, in, sizeof(v));
	return be32toh(v);
}

static uint64_t get64(const char *in)
{
	uint64_t v;
	memcpy(&v, in, sizeof(v));
	return be64toh(v);
}

static uint32_t checksum(const char *record, uint32_t serial, uint32_t number)
{
	char place[8];
	(void)put32(put32(place, serial), number);
	return crc32c(crc32c(0, (struct str){ place, sizeof(place) }), (struct str){ record, CRC_AT });
}

void usage_record_encode(const struct usage_record *r, uint32_t serial, uint32_t number, char out[USAGE_RECORD_LEN])
{
	char *p = put32(out, (uint32_t)r->type << 24 | (uint32_t)r->flags << 16 | (uint32_t)r->feed << 8);
	for (unsigned i = 0; i < 3; i++)
		p = put32(p, r->small[i]);
	for (unsigned i = 0; i < 4; i++)
		p = put64(p, r->big[i]);
	(void)put32(p, checksum(out, serial, number));
}

enum err usage_record_decode(const char in[USAGE_RECORD_LEN], uint32_t serial, uint32_t number, struct usage_record *ret_record)
{
	uint32_t head = get32(in);
	struct usage_record x = { .type = head >> 24, .flags = head >> 16 & 255, .feed = head >> 8 & 255 };
	if (get32(in + CRC_AT) != checksum(in, serial, number) || head & 255 || x.type < USAGE_HEAD || x.type >= USAGE_RECORD_TYPE_END)
		return ERR_CORRUPT;
	for (unsigned i = 0; i < 3; i++)
		x.small[i] = get32(in + 4 + 4 * i);
	for (unsigned i = 0; i < 4; i++)
		x.big[i] = get64(in + 16 + 8 * i);
	*ret_record = x;
	return OK;
}

void usage_record_of_reading(const struct usage_reading *r, struct usage_record *ret_record)
{
	*ret_record = (struct usage_record){ USAGE_READING, r->flags, r->feed, { r->at_s, r->lasted_s }, { r->account, r->session, r->in, r->out } };
}

void usage_log_name(uint32_t serial, char out[USAGE_LOG_NAME_MAX])
{
	(void)snprintf(out, USAGE_LOG_NAME_MAX, "usage-log-%010u", serial);
}

uint32_t usage_log_serial(const char *name)
{
	uint64_t serial = 0;
	struct str s = str_of(name);
	return s.len == 20 && str_starts(s, STR("usage-log-")) && str_to_u64(str_sub(s, 10, 10), UINT32_MAX, &serial) == OK ? (uint32_t)serial : 0;
}

/* What a log begins with, chunk by chunk. */
struct writing {
	int fd;
	uint32_t serial, count;
	struct buf tail;
	enum err err;
	struct why *why;
};

static void flush(struct writing *w)
{
	uint64_t end = (uint64_t)w->count * USAGE_RECORD_LEN;
	if (!w->err && w->tail.len)
		w->err = file_write_at(w->fd, end - w->tail.len, buf_str(&w->tail), w->why);
	buf_clear(&w->tail);
}

static void put_record(struct writing *w, const struct usage_record *r)
{
	char *out = w->err ? NULL : buf_room(&w->tail, USAGE_RECORD_LEN);
	if (!out) {
		w->err = w->err ? w->err : why_set(w->why, ERR_NOMEM, "no memory for the log of use");
		return;
	}
	usage_record_encode(r, w->serial, w->count++, out);
	w->tail.len += USAGE_RECORD_LEN;
	if (w->tail.len >= (size_t)CHUNK_RECORDS * USAGE_RECORD_LEN)
		flush(w);
}

static void put_meter(struct writing *w, const struct usage_meter *m)
{
	for (uint32_t n = 0; n < 1u << USAGE_NAS_BITS; n += 8)
		for (unsigned i = 0; m->wide[n / 8] && i < 8; i++)
			if (m->wide[n / 8] >> i & 1)
				put_record(w, &(struct usage_record){ USAGE_NAS, 0, 0, { n + i }, { 0 } });
	for (uint32_t n = 0; n < m->account_count; n++)
		for (unsigned i = 0; i < 2; i++) {
			const struct usage_total *t = &m->accounts[n].total[i];
			if (t->month)
				put_record(w, &(struct usage_record){ USAGE_TOTAL, 0, 0, { t->month, t->unknown_s }, { m->accounts[n].key, t->in, t->out } });
		}
	for (uint32_t i = 0; i < m->session_room; i++) {
		const struct usage_session *s = &m->sessions[i], *ahead = i + AHEAD < m->session_room ? s + AHEAD : s;
		if (ahead->ref)
			__builtin_prefetch(&m->accounts[ahead->account]);
		if (s->ref)
			put_record(w, &(struct usage_record){ USAGE_SESSION, s->flags, s->feed, { s->at_s, s->start_s, s->lasted_s },
				{ m->accounts[s->account].key, s->ref, s->in, s->out } });
	}
	put_record(w, &(struct usage_record){ .type = USAGE_READY });
}

enum err usage_log_begin(int dir_fd, uint32_t serial, const struct usage_head *h, const struct usage_meter *m, int *ret_fd, uint32_t *ret_count, struct why *why)
{
	struct writing w = { .fd = -1, .serial = serial, .why = why };
	char name[USAGE_LOG_NAME_MAX];
	usage_log_name(serial, name);
	buf_init(&w.tail, (size_t)(CHUNK_RECORDS + 1) * USAGE_RECORD_LEN);
	w.err = file_open(dir_fd, USAGE_LOG_NEW, O_RDWR | O_CREAT | O_TRUNC, 0640, &w.fd, why);
	put_record(&w, &(struct usage_record){ USAGE_HEAD, 0, 0, { h->began_s, h->trust_s, h->block },
		{ HEAD_MAGIC, h->damage_from_s, h->damage_until_s } });
	put_meter(&w, m);
	flush(&w);
	enum err e = w.err;
	if (e == OK)
		e = file_sync(w.fd, why);
	if (e == OK)
		e = file_rename(dir_fd, USAGE_LOG_NEW, name, why);
	if (e == OK)
		e = file_sync_dir(dir_fd, why);
	buf_done(&w.tail);
	if (e) {
		if (w.fd >= 0)
			file_close(w.fd);
		return e;
	}
	*ret_fd = w.fd;
	*ret_count = w.count;
	return OK;
}

static enum err take(struct usage_meter *m, const struct usage_record *r)
{
	struct usage_total total = { r->big[1], r->big[2], r->small[1], r->small[0] };
	struct usage_session session = { r->big[1], r->big[2], r->big[3], r->small[0], r->small[1], r->small[2], 0, r->feed, r->flags };
	struct usage_reading reading = { r->big[0], r->big[1], r->big[2], r->big[3], r->small[0], r->small[1], r->feed, r->flags };
	bool took;
	switch (r->type) {
	case USAGE_NAS:
		if (r->small[0] < 1u << USAGE_NAS_BITS)
			m->wide[r->small[0] / 8] |= (uint8_t)(1 << r->small[0] % 8);
		return OK;
	case USAGE_TOTAL: return usage_meter_put_total(m, r->big[0], &total);
	case USAGE_SESSION: return session.ref ? usage_meter_put_session(m, r->big[0], &session) : OK;
	case USAGE_READING: return reading.session ? usage_meter_take(m, &reading, &took) : OK;
	default: return OK;
	}
}

static void take_head(const struct usage_record *r, struct usage_meter *m, struct usage_head *h)
{
	*h = (struct usage_head){ r->small[2], r->small[0], r->small[1], (uint32_t)r->big[1], (uint32_t)r->big[2] };
	m->trust_s = h->trust_s;
}

/* Records are numbered from 0, the head. */
static enum err read_chunk(struct str chunk, uint32_t serial, uint32_t *number, bool *ready, struct usage_meter *m, struct usage_log_found *f)
{
	enum err e = OK;
	for (; e == OK && chunk.len >= USAGE_RECORD_LEN; chunk = str_sub(chunk, USAGE_RECORD_LEN, chunk.len), ++*number) {
		struct usage_record r;
		bool good = usage_record_decode(chunk.ptr, serial, *number, &r) == OK;
		if (!*number && (!good || r.type != USAGE_HEAD || r.big[0] != HEAD_MAGIC))
			return ERR_CORRUPT;
		if (!good)
			continue;
		uint32_t lost = *number - f->count - 1;
		if (*number && lost) {
			f->bad += lost;
			f->bad_snapshot |= !*ready;
		}
		f->count = *number;
		f->readings += r.type == USAGE_READING;
		*ready |= r.type == USAGE_READY;
		if (r.type == USAGE_HEAD)
			take_head(&r, m, &f->head);
		e = take(m, &r);
	}
	return e;
}

enum err usage_log_read(int fd, uint32_t serial, struct usage_meter *m, struct usage_log_found *ret_found, struct why *why)
{
	struct usage_log_found f = { 0 };
	size_t room = (size_t)CHUNK_RECORDS * USAGE_RECORD_LEN, len = room;
	char *chunk = malloc(room);
	uint64_t at = 0;
	uint32_t number = 0;
	bool ready = false;
	enum err e = chunk ? OK : ERR_NOMEM;
	while (e == OK && len == room) {
		e = file_read_at(fd, at, chunk, room, &len, why);
		if (e == OK)
			e = at || len >= USAGE_RECORD_LEN ? read_chunk((struct str){ chunk, len }, serial, &number, &ready, m, &f) : ERR_CORRUPT;
		at += len;
	}
	free(chunk);
	if (e)
		return why_set(why, e, "the log of use cannot be read: %s", err_text(e));
	f.torn = at > (uint64_t)(f.count + 1) * USAGE_RECORD_LEN;
	f.bad_snapshot |= !ready;
	*ret_found = f;
	return OK;
}
