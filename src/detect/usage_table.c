/*
 * Memory of the meter. See usage_table.h.
 */
#include "detect/usage_table.h"

#include <stdlib.h>

#include "base/pages.h"

enum { ROOM_MIN = 1024 };

enum err usage_meter_init(struct usage_meter *m, uint32_t accounts, uint32_t sessions)
{
	*m = (struct usage_meter){ .account_max = accounts, .session_max = sessions, .slot_count = ROOM_MIN, .session_room = ROOM_MIN };
	m->slots = pages_alloc_large(m->slot_count * sizeof(*m->slots));
	m->sessions = pages_alloc_large(m->session_room * sizeof(*m->sessions));
	m->wide = calloc((size_t)1 << (USAGE_NAS_BITS - 3), 1);
	if (m->slots && m->sessions && m->wide)
		return OK;
	usage_meter_done(m);
	return ERR_NOMEM;
}

void usage_meter_done(struct usage_meter *m)
{
	pages_free(m->accounts, m->account_room * sizeof(*m->accounts));
	pages_free(m->sessions, m->session_room * sizeof(*m->sessions));
	pages_free(m->slots, m->slot_count * sizeof(*m->slots));
	free(m->kept);
	free(m->wide);
	*m = (struct usage_meter){ 0 };
}

static uint32_t place(uint64_t hash, uint32_t room)
{
	return (uint32_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (room - 1);
}

static uint32_t slot_of(const struct usage_session *list, uint32_t room, uint64_t ref)
{
	uint32_t i = place(ref, room);
	while (list[i].ref && list[i].ref != ref)
		i = (i + 1) & (room - 1);
	return i;
}

struct usage_session *usage_table_find(const struct usage_meter *m, uint64_t ref)
{
	struct usage_session *s = &m->sessions[slot_of(m->sessions, m->session_room, ref)];
	return s->ref ? s : NULL;
}

/* Into a table of that room, of those that stay. */
static enum err rehash(struct usage_meter *m, uint32_t room, bool (*stays)(const struct usage_session *s, const void *arg), const void *arg)
{
	struct usage_session *list = pages_alloc_large(room * sizeof(*list));
	if (!list)
		return ERR_NOMEM;
	m->session_count = 0;
	for (uint32_t i = 0; i < m->session_room; i++) {
		const struct usage_session *s = &m->sessions[i];
		if (!s->ref || (stays && !stays(s, arg)))
			continue;
		list[slot_of(list, room, s->ref)] = *s;
		m->session_count++;
	}
	pages_free(m->sessions, m->session_room * sizeof(*list));
	m->sessions = list;
	m->session_room = room;
	return OK;
}

enum err usage_table_session(struct usage_meter *m, uint64_t ref, struct usage_session **ret_session)
{
	if (m->session_count >= m->session_max)
		return ERR_FULL;
	if (m->session_count >= m->session_room / 4 * 3) {
		enum err e = rehash(m, m->session_room * 2, NULL, NULL);
		if (e)
			return e;
	}
	struct usage_session *s = &m->sessions[slot_of(m->sessions, m->session_room, ref)];
	*s = (struct usage_session){ .ref = ref };
	m->session_count++;
	*ret_session = s;
	return OK;
}

void usage_table_drop(struct usage_meter *m, struct usage_session *s)
{
	uint32_t mask = m->session_room - 1, hole = (uint32_t)(s - m->sessions);
	m->session_count--;
	for (uint32_t i = (hole + 1) & mask; m->sessions[i].ref; i = (i + 1) & mask) {
		uint32_t home = place(m->sessions[i].ref, m->session_room);
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		m->sessions[hole] = m->sessions[i];
		hole = i;
	}
	m->sessions[hole].ref = 0;
}

static uint32_t account_slot(const struct usage_meter *m, uint64_t key)
{
	uint32_t i = place(key, m->slot_count);
	while (m->slots[i] && m->accounts[m->slots[i] - 1].key != key)
		i = (i + 1) & (m->slot_count - 1);
	return i;
}

uint32_t usage_table_number(const struct usage_meter *m, uint64_t key)
{
	uint32_t n = m->slots[account_slot(m, key)];
	return n ? n - 1 : UINT32_MAX;
}

static enum err index_accounts(struct usage_meter *m, uint32_t slot_count)
{
	uint32_t *slots = pages_alloc_large(slot_count * sizeof(*slots));
	if (!slots)
		return ERR_NOMEM;
	pages_free(m->slots, m->slot_count * sizeof(*slots));
	m->slots = slots;
	m->slot_count = slot_count;
	for (uint32_t n = 0; n < m->account_count; n++)
		m->slots[account_slot(m, m->accounts[n].key)] = n + 1;
	return OK;
}

enum err usage_table_account(struct usage_meter *m, uint64_t key, uint32_t *ret_number)
{
	uint32_t n = usage_table_number(m, key);
	if (n != UINT32_MAX) {
		*ret_number = n;
		return OK;
	}
	if (m->account_count >= m->account_max)
		return ERR_FULL;
	if (m->account_count == m->account_room) {
		uint32_t room = m->account_room ? m->account_room * 2 : ROOM_MIN;
		size_t bytes = room * sizeof(*m->accounts);
		struct usage_account *list = m->accounts ? pages_resize(m->accounts, m->account_room * sizeof(*list), bytes) : pages_alloc_large(bytes);
		if (!list)
			return ERR_NOMEM;
		m->accounts = list;
		m->account_room = room;
	}
	if (m->account_count >= m->slot_count / 2) {
		enum err e = index_accounts(m, m->slot_count * 2);
		if (e)
			return e;
	}
	m->accounts[m->account_count] = (struct usage_account){ .key = key };
	m->slots[account_slot(m, key)] = m->account_count + 1;
	*ret_number = m->account_count++;
	return OK;
}

struct usage_kept *usage_table_keep(struct usage_meter *m)
{
	if (m->kept_count == m->kept_room) {
		uint32_t room = m->kept_room ? m->kept_room * 2 : ROOM_MIN;
		struct usage_kept *list = realloc(m->kept, (size_t)room * sizeof(*list));
		if (!list)
			return NULL;
		m->kept = list;
		m->kept_room = room;
	}
	return &m->kept[m->kept_count++];
}

static bool is_heard(const struct usage_session *s, const void *arg)
{
	uint64_t now_s = *(const uint32_t *)arg;
	return (uint64_t)s->at_s + (s->flags & USAGE_SESSION_ENDED ? USAGE_ENDED_KEPT_S : USAGE_SILENT_KEPT_S) >= now_s;
}

/* Those accounts stay that have a session, or a month that is not long over. */
static enum err forget_accounts(struct usage_meter *m, uint32_t month)
{
	uint32_t *numbers = calloc((size_t)m->account_count + 1, sizeof(*numbers)), count = 0;
	if (!numbers)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < m->session_room; i++)
		if (m->sessions[i].ref)
			numbers[m->sessions[i].account] = 1;
	for (uint32_t n = 0; n < m->account_count; n++) {
		struct usage_account *a = &m->accounts[n];
		bool stays = numbers[n] || a->total[0].month + 1 >= month || a->total[1].month + 1 >= month;
		numbers[n] = count;
		if (stays)
			m->accounts[count++] = *a;
	}
	m->account_count = count;
	for (uint32_t i = 0; i < m->session_room; i++)
		m->sessions[i].account = m->sessions[i].ref ? numbers[m->sessions[i].account] : 0;
	free(numbers);
	return index_accounts(m, m->slot_count);
}

void usage_meter_clear(struct usage_meter *m)
{
	m->kept_count = 0;
	for (uint32_t n = 0; n < m->account_count; n++)
		m->accounts[n].last_span = 0;
}

enum err usage_meter_sweep(struct usage_meter *m, uint32_t now_s)
{
	usage_meter_clear(m);
	enum err e = rehash(m, m->session_room, is_heard, &now_s);
	return e ? e : forget_accounts(m, usage_month_of(now_s));
}

static bool is_anothers(const struct usage_session *s, const void *arg)
{
	return s->account != *(const uint32_t *)arg;
}

enum err usage_meter_forget(struct usage_meter *m, uint64_t key, uint32_t now_s)
{
	uint32_t n = usage_table_number(m, key);
	if (n == UINT32_MAX)
		return OK;
	enum err e = rehash(m, m->session_room, is_anothers, &n);
	m->accounts[n].total[0] = m->accounts[n].total[1] = (struct usage_total){ 0 };
	return e ? e : usage_meter_sweep(m, now_s);
}

enum err usage_meter_put_total(struct usage_meter *m, uint64_t key, const struct usage_total *t)
{
	uint32_t n;
	enum err e = usage_table_account(m, key, &n);
	if (e == OK)
		m->accounts[n].total[t->month & 1] = *t;
	return e;
}

enum err usage_meter_put_session(struct usage_meter *m, uint64_t key, const struct usage_session *s)
{
	struct usage_session *at;
	uint32_t n;
	enum err e = usage_table_account(m, key, &n);
	if (e == OK)
		e = usage_table_session(m, s->ref, &at);
	if (e)
		return e;
	*at = *s;
	at->account = n;
	m->feeds[s->feed / 8] |= (uint8_t)(1 << s->feed % 8);
	return OK;
}
