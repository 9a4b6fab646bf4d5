/*
 * Random bindings that meet often, and what a plain scan of all of them says: the reference for the index. It knows no order but that
 * of arrival, no hash and no tree.
 */
#ifndef AUPD_TESTS_BINDING_WORLD_H
#define AUPD_TESTS_BINDING_WORLD_H

#include <stdlib.h>

#include "attribution/binding_index.h"
#include "tap.h"

static uint64_t dice_state = 88172645463325252ULL;

static inline uint32_t dice(uint32_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (uint32_t)(dice_state >> 24) % sides;
}

static const int64_t WORLD_AT = 1767225600 * SECOND_US;

/* How crowded a world is. */
struct world_shape {
	uint32_t addresses, subjects, seconds, recordings;
};

static inline struct addr world_addr(const struct world_shape *w, bool six)
{
	struct addr a = { { 0 } };
	uint32_t n = dice(w->addresses);
	if (six) {
		const uint8_t head[6] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0 };
		memcpy(a.octets, head, sizeof(head));
		a.octets[6] = (uint8_t)(n >> 8);
		a.octets[7] = (uint8_t)n;
		a.octets[15] = (uint8_t)dice(3);
		return a;
	}
	a.octets[10] = a.octets[11] = 0xff;
	a.octets[12] = 10;
	for (unsigned i = 0; i < 3; i++)
		a.octets[15 - i] = (uint8_t)(n >> (8 * i));
	return a;
}

static inline int64_t world_time(uint32_t span)
{
	return WORLD_AT + dice(span) * SECOND_US + (dice(4) ? 0 : dice(1000000));
}

/* A session's word that it goes on comes after what it goes on from: test_binding_chain has those. */
static inline void world_no_word(struct binding *b)
{
	if (b->kind == BINDING_INTERIM && b->end_at == TIME_NONE)
		b->kind = BINDING_CORRECTION;
}

static inline struct binding world_binding(const struct world_shape *w)
{
	static const uint8_t lengths6[] = { 128, 128, 64, 60, 56, 48 }, lengths4[] = { 32, 32, 32, 32, 32, 30, 24 };
	bool six = dice(3) == 0;
	struct addr a = world_addr(w, six);
	struct binding b = { .prefix = prefix_of(&a, six ? lengths6[dice(6)] : lengths4[dice(7)]), .port_to = BINDING_PORT_LAST, .feed = (uint8_t)(1 + dice(2)),
		.kind = (enum binding_kind)dice(BINDING_KIND_END), .flags = (uint8_t)(dice(4) ? 0 : dice(BINDING_FLAGS_ALL + 1)), .start_sure_at = TIME_NONE,
		.seen_at = TIME_NONE, .end_at = TIME_NONE, .recorded_at = world_time(w->recordings) };
	if (!six && b.prefix.bits == 128 && dice(3) == 0) {
		/* blocks, beside each other or anywhere, and single ports */
		uint32_t size = dice(2) ? 1u << (6 + dice(3) * 3) : 1 + dice(dice(2) ? 2000 : 40000), block = dice(65536 / size);
		b.port_from = (uint16_t)(block * size + (dice(2) ? 0 : dice(65537 - (block + 1) * size)));
		b.port_to = (uint16_t)(b.port_from + size - 1);
	}
	b.subject.octets[7] = (uint8_t)dice(w->subjects);
	b.start_at = dice(12) ? world_time(w->seconds) : TIME_NONE;
	if (dice(4))
		b.end_at = (b.start_at == TIME_NONE ? WORLD_AT : b.start_at) + dice(dice(4) ? w->seconds / 20 + 1 : w->seconds) * SECOND_US;
	if (b.start_at != TIME_NONE && !dice(3))
		b.start_sure_at = b.start_at + dice(dice(5) ? 100 : 200000) * SECOND_US;
	if (b.start_at != TIME_NONE && !dice(3))
		b.seen_at = b.start_at + dice(500) * SECOND_US;
	world_no_word(&b);
	return b;
}

/* A later word on one that is there: another end, another sight of it, or that it never was. */
static inline struct binding world_version(const struct world_shape *w, const struct binding *of)
{
	struct binding b = *of, other = world_binding(w);
	b.recorded_at = other.recorded_at;
	b.kind = other.kind == BINDING_ASSIGNMENT ? BINDING_CORRECTION : other.kind;
	b.flags = other.flags;
	b.seen_at = TIME_NONE;
	b.end_at = other.end_at != TIME_NONE && b.start_at != TIME_NONE && other.end_at > b.start_at ? other.end_at : dice(2) ? TIME_NONE : of->end_at;
	world_no_word(&b);
	return b;
}

static inline struct binding_question world_question(const struct world_shape *w)
{
	int64_t at = world_time(w->seconds), slack = dice(3) ? dice(100) * SECOND_US : dice(w->seconds) * SECOND_US;
	return (struct binding_question){ .addr = world_addr(w, dice(3) == 0), .port = dice(3) ? (int32_t)dice(65536) : BINDING_PORT_NONE, .from_at = at - slack,
		.until_at = at + slack, .as_of = dice(2) ? TIME_MAX : world_time(w->recordings) };
}

static inline bool world_known(const struct binding *b, int64_t as_of)
{
	return b->recorded_at <= as_of;
}

/* Does another version, known too, come after all[i]? */
static inline bool world_followed(const struct binding *all, unsigned count, unsigned i, int64_t as_of)
{
	for (unsigned k = 0; k < count; k++)
		if (k != i && world_known(&all[k], as_of) && binding_same(&all[k], &all[i]) &&
			(all[k].recorded_at > all[i].recorded_at || (all[k].recorded_at == all[i].recorded_at && k > i)))
			return true;
	return false;
}

static inline int64_t world_next(const struct binding *all, unsigned count, unsigned i, int64_t as_of)
{
	int64_t next = TIME_NONE;
	for (unsigned k = 0; k < count; k++) {
		const struct binding *b = &all[k];
		bool same = b->prefix.bits == all[i].prefix.bits && addr_eq(&b->prefix.addr, &all[i].prefix.addr) && b->port_from == all[i].port_from &&
			b->port_to == all[i].port_to && b->feed == all[i].feed;
		if (same && world_known(b, as_of) && b->start_at > all[i].start_at && (next == TIME_NONE || b->start_at < next) && !(b->flags & BINDING_WITHDRAWN) &&
			!world_followed(all, count, k, as_of))
			next = b->start_at;
	}
	return next;
}

static inline int world_order(const void *x, const void *y)
{
	const struct binding *a = &((const struct binding_holding *)x)->binding, *b = &((const struct binding_holding *)y)->binding;
	if (a->prefix.bits != b->prefix.bits)
		return a->prefix.bits > b->prefix.bits ? -1 : 1;
	if (a->port_from != b->port_from)
		return a->port_from < b->port_from ? -1 : 1;
	if (a->port_to != b->port_to)
		return a->port_to > b->port_to ? -1 : 1;
	if (a->start_at != b->start_at)
		return a->start_at < b->start_at ? -1 : 1;
	int c = memcmp(a->subject.octets, b->subject.octets, BINDING_SUBJECT_LEN);
	return c ? c : a->feed < b->feed ? -1 : a->feed > b->feed;
}

/* all: normalised, in order of arrival, each version there once; near: room for as many. */
static inline unsigned world_scan(const struct binding *all, unsigned count, const struct binding_question *q, struct binding *near, struct binding_holding *out,
	unsigned max)
{
	unsigned n = 0, k = 0;
	for (unsigned i = 0; i < count; i++)
		if (prefix_has(&all[i].prefix, &q->addr) && addr_is_v4(&all[i].prefix.addr) == addr_is_v4(&q->addr))
			near[k++] = all[i];
	all = near;
	count = k;
	for (unsigned i = 0; i < count; i++) {
		const struct binding *b = &all[i];
		bool port = q->port == BINDING_PORT_NONE || (b->port_from <= q->port && q->port <= b->port_to);
		if (!port || b->start_at > q->until_at || (b->end_at != TIME_NONE && b->end_at <= q->from_at / SECOND_US * SECOND_US) || b->flags & BINDING_WITHDRAWN)
			continue;
		if (!world_known(b, q->as_of) || world_followed(all, count, i, q->as_of))
			continue;
		if (n < max)
			out[n++] = (struct binding_holding){ *b, world_next(all, count, i, q->as_of) };
	}
	qsort(out, n, sizeof(*out), world_order);
	return n;
}

static inline bool world_alike(const struct binding_holding *a, unsigned a_count, const struct binding_holding *b, unsigned b_count)
{
	for (unsigned i = 0; i < a_count && a_count == b_count; i++)
		if (!binding_eq(&a[i].binding, &b[i].binding) || a[i].next_at != b[i].next_at)
			return false;
	return a_count == b_count;
}

static inline bool world_has(const struct binding *all, unsigned count, const struct binding *b)
{
	for (unsigned i = 0; i < count; i++)
		if (binding_eq(&all[i], b))
			return true;
	return false;
}

#endif
