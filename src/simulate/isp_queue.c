/*
 * What comes next: two heaps. See isp_inside.h.
 */
#include <stdlib.h>

#include "simulate/isp_inside.h"

void isp_queue_put(struct isp *s, uint32_t at_s, uint32_t who)
{
	size_t i = s->due_count++;
	uint64_t key = (uint64_t)at_s << 32 | who;
	for (; i && s->due[(i - 1) / 2] > key; i = (i - 1) / 2)
		s->due[i] = s->due[(i - 1) / 2];
	s->due[i] = key;
}

bool isp_queue_first(const struct isp *s, uint32_t *ret_at_s, uint32_t *ret_who)
{
	if (!s->due_count)
		return false;
	*ret_at_s = (uint32_t)(s->due[0] >> 32);
	*ret_who = (uint32_t)s->due[0];
	return true;
}

void isp_queue_pop(struct isp *s)
{
	uint64_t last = s->due[--s->due_count];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < s->due_count; i = child) {
		child += child + 1 < s->due_count && s->due[child + 1] < s->due[child];
		if (last <= s->due[child])
			break;
		s->due[i] = s->due[child];
	}
	s->due[i] = last;
}

static bool earlier(const struct pending *a, const struct pending *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static bool make_room(struct isp *s)
{
	if (s->pending_count < s->pending_room)
		return true;
	uint32_t room = s->pending_room ? s->pending_room * 2 : 1024;
	if (room > ISP_PENDING_MAX)
		return false;
	struct pending *pending = realloc(s->pending, room * sizeof(*pending));
	if (pending)
		s->pending = pending;
	struct isp_message *slots = realloc(s->slots, room * sizeof(*slots));
	if (slots)
		s->slots = slots;
	uint32_t *unused = realloc(s->slots_free, room * sizeof(*unused));
	if (unused)
		s->slots_free = unused;
	if (!pending || !slots || !unused)
		return false;
	s->pending_room = room;
	return true;
}

void isp_queue_send(struct isp *s, const struct isp_message *m)
{
	if (!make_room(s)) {
		s->err = ERR_NOMEM;
		return;
	}
	struct pending one = { m->arrives_at, s->order++, s->free_count ? s->slots_free[--s->free_count] : s->slots_used++ };
	uint32_t i = s->pending_count++;
	s->slots[one.slot] = *m;
	for (; i && earlier(&one, &s->pending[(i - 1) / 2]); i = (i - 1) / 2)
		s->pending[i] = s->pending[(i - 1) / 2];
	s->pending[i] = one;
}

bool isp_queue_arrived(const struct isp *s, int64_t until_at)
{
	return s->pending_count && s->pending[0].at <= until_at;
}

void isp_queue_receive(struct isp *s, struct isp_message *ret_message)
{
	struct pending last = s->pending[--s->pending_count];
	uint32_t i = 0, slot = s->pending[0].slot;
	*ret_message = s->slots[slot];
	s->slots_free[s->free_count++] = slot;
	for (uint32_t child; (child = 2 * i + 1) < s->pending_count; i = child) {
		child += child + 1 < s->pending_count && earlier(&s->pending[child + 1], &s->pending[child]);
		if (!earlier(&s->pending[child], &last))
			break;
		s->pending[i] = s->pending[child];
	}
	s->pending[i] = last;
}
