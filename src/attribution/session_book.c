/*
 * Memory of the book of sessions. See session_book.h. Rows are numbers into arrays that are reserved once, so that a session costs what
 * it is, and pages that nobody used cost nothing.
 */
#include "attribution/session_book.h"
#include "attribution/session_who.h"
#include "base/pages.h"

#include <stdlib.h>

enum { HELD_EACH = 2, CAPACITY_MAX = 1 << 27, SILENT_LOOKS = 64, FORGET_AHEAD = 16 };

struct session_book *session_book_new(size_t capacity, const uint8_t key[SESSION_KEY_LEN])
{
	struct session_book *b = calloc(1, sizeof(*b));
	if (!b || !capacity || capacity > CAPACITY_MAX) {
		free(b);
		return NULL;
	}
	b->capacity = (uint32_t)capacity;
	b->list = pages_alloc_large(capacity * sizeof(*b->list));
	b->held = pages_alloc_large(capacity * HELD_EACH * sizeof(*b->held));
	b->ended = calloc(capacity, sizeof(*b->ended));
	b->nas = calloc(SESSION_NAS_MAX, sizeof(*b->nas));
	b->nas_refs = map_new(SESSION_NAS_MAX);
	b->spare = b->held_spare = SESSION_NOBODY;
	memcpy(b->key, key, SESSION_KEY_LEN);
	if (b->list && b->held && b->ended && b->nas && b->nas_refs && session_refs_init(&b->refs, b->list) == OK)
		return b;
	session_book_free(b);
	return NULL;
}

void session_book_free(struct session_book *b)
{
	if (!b)
		return;
	session_refs_done(&b->refs);
	map_free(b->nas_refs);
	pages_free(b->list, (size_t)b->capacity * sizeof(*b->list));
	pages_free(b->held, (size_t)b->capacity * HELD_EACH * sizeof(*b->held));
	free(b->ended);
	free(b->subjects);
	free(b->nas);
	free(b);
}

const struct session_count *session_counts(const struct session_book *b)
{
	return &b->count;
}

size_t session_count_open(const struct session_book *b)
{
	return b->open;
}

static uint32_t number_of(void *value)
{
	return value ? (uint32_t)((uintptr_t)value - 1) : SESSION_NOBODY;
}

uint32_t session_find(const struct session_book *b, session_ref ref)
{
	return session_refs_find(&b->refs, ref);
}

uint32_t session_seen(const struct session_book *b, session_ref ref)
{
	uint32_t n = session_find(b, ref);
	return n == SESSION_NOBODY || b->list[n].state != SESSION_OPEN ? 0 : b->list[n].seen_s;
}

struct session_nas *session_nas_of(struct session_book *b, uint32_t ref)
{
	struct str key = { (const char *)&ref, sizeof(ref) };
	uint32_t n = number_of(map_get(b->nas_refs, key));
	if (n != SESSION_NOBODY)
		return &b->nas[n];
	if (b->nas_count == SESSION_NAS_MAX || map_add(b->nas_refs, key, (void *)(uintptr_t)(b->nas_count + 1)) != OK)
		return NULL;
	b->nas[b->nas_count] = (struct session_nas){ .first = SESSION_NOBODY, .ref = ref };
	return &b->nas[b->nas_count++];
}

unsigned session_peers(const struct session_book *b, uint32_t nas, uint32_t since_s)
{
	uint32_t row = number_of(map_get(b->nas_refs, (struct str){ (const char *)&nas, sizeof(nas) }));
	unsigned all = 0;
	for (uint32_t n = row == SESSION_NOBODY ? SESSION_NOBODY : b->nas[row].first; n != SESSION_NOBODY; n = b->list[n].next) {
		const struct session *s = &b->list[n];
		all += s->state == SESSION_OPEN && s->seen_s >= since_s;
	}
	return all;
}

struct prefix session_address(const struct session_book *b, const struct session *s)
{
	for (uint32_t n = s->held; n != SESSION_NOBODY; n = b->held[n].next)
		if (b->held[n].kind != HELD_PORTS)
			return b->held[n].prefix;
	return (struct prefix){ .bits = 0 };
}

static bool is_one_of(const struct binding_subject *s, const struct binding_subject *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (binding_subject_eq(s, &list[i]))
			return true;
	return false;
}

unsigned session_list(const struct session_book *b, const struct binding_subject *subjects, unsigned subject_count, struct session_open *ret_list, unsigned max)
{
	unsigned count = 0;
	for (uint32_t i = 0; i < b->used; i++) {
		const struct session *s = &b->list[i];
		if (!s->ref || s->state != SESSION_OPEN || !is_one_of(&s->subject, subjects, subject_count))
			continue;
		if (count < max)
			ret_list[count] = (struct session_open){ s->ref, s->subject, session_address(b, s), s->start_s, s->sure_s, s->seen_s };
		count++;
	}
	return count;
}

static uint32_t take_row(struct session_book *b)
{
	uint32_t n = b->spare;
	if (n != SESSION_NOBODY) {
		b->spare = b->list[n].next;
		return n;
	}
	return b->used < b->capacity ? b->used++ : SESSION_NOBODY;
}

static void give_row(struct session_book *b, uint32_t n)
{
	b->list[n] = (struct session){ .next = b->spare };
	b->spare = n;
}

uint32_t session_add(struct session_book *b, session_ref ref)
{
	struct session_nas *nas = session_nas_of(b, (uint32_t)(ref >> 40));
	uint32_t n = nas ? take_row(b) : SESSION_NOBODY;
	if (n == SESSION_NOBODY)
		return n;
	if (session_refs_add(&b->refs, ref, n) != OK) {
		give_row(b, n);
		return SESSION_NOBODY;
	}
	b->list[n] = (struct session){ .ref = ref, .nas = (uint32_t)(nas - b->nas), .next = nas->first, .before = SESSION_NOBODY, .held = SESSION_NOBODY,
		.same = SESSION_NOBODY, .same_before = SESSION_NOBODY, .lasted_us = -1 };
	if (nas->first != SESSION_NOBODY)
		b->list[nas->first].before = n;
	nas->first = n;
	b->open++;
	return n;
}

/* A key is the beginning of a keyed digest. */
static uint32_t *list_of(const struct session_book *b, const struct binding_subject *subject)
{
	uint64_t n;
	memcpy(&n, subject->octets, sizeof(n));
	return &b->subjects[n % b->capacity];
}

/* Nobody's sessions stand in no list. */
static bool is_somebody(const struct binding_subject *subject)
{
	static const struct binding_subject nobody;
	return !binding_subject_eq(subject, &nobody);
}

static void enlist(struct session_book *b, struct session *s)
{
	uint32_t *first = list_of(b, &s->subject), number = (uint32_t)(s - b->list);
	if (!is_somebody(&s->subject))
		return;
	s->same_before = SESSION_NOBODY;
	s->same = *first - 1;
	if (s->same != SESSION_NOBODY)
		b->list[s->same].same_before = number;
	*first = number + 1;
}

enum err session_index_subjects(struct session_book *b)
{
	if (b->subjects)
		return OK;
	b->subjects = calloc(b->capacity, sizeof(*b->subjects));
	if (!b->subjects)
		return ERR_NOMEM;
	for (uint32_t n = 0; n < b->used; n++)
		if (b->list[n].ref)
			enlist(b, &b->list[n]);
	return OK;
}

uint32_t session_first_of(const struct session_book *b, const struct binding_subject *subject)
{
	return b->subjects && is_somebody(subject) ? *list_of(b, subject) - 1 : SESSION_NOBODY;
}

void session_set_subject(struct session_book *b, struct session *s, const struct binding_subject *subject)
{
	s->subject = *subject;
	if (b->subjects)
		enlist(b, s);
}

static void leave_subject(struct session_book *b, const struct session *s)
{
	if (!b->subjects || !is_somebody(&s->subject))
		return;
	if (s->same != SESSION_NOBODY)
		b->list[s->same].same_before = s->same_before;
	if (s->same_before != SESSION_NOBODY)
		b->list[s->same_before].same = s->same;
	else
		*list_of(b, &s->subject) = s->same + 1;
}

static void give_held(struct session_book *b, uint32_t n)
{
	b->held[n].next = b->held_spare;
	b->held_spare = n;
}

void session_remove(struct session_book *b, uint32_t number)
{
	struct session *s = &b->list[number];
	for (uint32_t h = s->held, next; h != SESSION_NOBODY; h = next) {
		next = b->held[h].next;
		give_held(b, h);
	}
	if (s->next != SESSION_NOBODY)
		b->list[s->next].before = s->before;
	if (s->before != SESSION_NOBODY)
		b->list[s->before].next = s->next;
	else
		b->nas[s->nas].first = s->next;
	leave_subject(b, s);
	session_refs_remove(&b->refs, s->ref, number);
	b->open -= s->state == SESSION_OPEN;
	give_row(b, number);
}

struct session_held *session_hold(struct session_book *b, struct session *s)
{
	uint32_t n = b->held_spare;
	if (s->held_count == SESSION_HELD_MAX || (n == SESSION_NOBODY && b->held_used == b->capacity * HELD_EACH))
		return NULL;
	if (n != SESSION_NOBODY)
		b->held_spare = b->held[n].next;
	else
		n = b->held_used++;
	b->held[n] = (struct session_held){ .next = s->held };
	s->held = n;
	s->held_count++;
	return &b->held[n];
}

void session_drop(struct session_book *b, struct session *s, struct session_held *h)
{
	uint32_t n = (uint32_t)(h - b->held), *at = &s->held;
	while (*at != n)
		at = &b->held[*at].next;
	*at = h->next;
	s->held_count--;
	give_held(b, n);
}

/* Those that will be forgotten soon come from memory meanwhile. */
static void fetch_ended(const struct session_book *b)
{
	if (b->ended_count <= FORGET_AHEAD)
		return;
	const struct session_ended *far = &b->ended[(b->ended_from + FORGET_AHEAD) % b->capacity], *near = &b->ended[(b->ended_from + FORGET_AHEAD / 2) % b->capacity];
	session_fetch(b, far->number);
	session_refs_fetch(&b->refs, far->ref);
	if (b->list[near->number].held < b->held_used)
		__builtin_prefetch(&b->held[b->list[near->number].held]);
}

/* Entries of sessions that were heard of again since, or went, are passed over, and one that is in hand is. */
static bool forget_first(struct session_book *b, const struct session *in_hand)
{
	fetch_ended(b);
	struct session_ended x = b->ended[b->ended_from];
	b->ended_from = (b->ended_from + 1) % b->capacity;
	b->ended_count--;
	const struct session *s = &b->list[x.number];
	if (s == in_hand || s->ref != x.ref || s->state == SESSION_OPEN || s->end_s != x.end_s)
		return false;
	session_remove(b, x.number);
	return true;
}

void session_set_state(struct session_book *b, struct session *s, enum session_state state)
{
	b->open = b->open + (state == SESSION_OPEN) - (s->state == SESSION_OPEN);
	s->state = (uint8_t)state;
	if (state == SESSION_OPEN)
		return;
	/* a full ring forgets its oldest early */
	while (b->ended_count == b->capacity)
		(void)forget_first(b, s);
	b->ended[(b->ended_from + b->ended_count++) % b->capacity] = (struct session_ended){ (uint32_t)(s - b->list), s->end_s, s->ref };
}

void session_forget(struct session_book *b, uint32_t now_s)
{
	b->now_s = now_s;
	while (b->ended_count && (uint64_t)b->ended[b->ended_from].end_s + SESSION_KEPT_S < now_s)
		(void)forget_first(b, NULL);
}

bool session_make_room(struct session_book *b)
{
	bool any = false;
	while (b->ended_count)
		if (forget_first(b, NULL))
			return true;
	for (unsigned i = 0; i < SILENT_LOOKS && b->used; i++) {
		const struct session *s = &b->list[b->hand];
		if (s->ref && (uint64_t)s->seen_s + SESSION_SILENT_S < b->now_s) {
			session_remove(b, b->hand);
			any = true;
		}
		b->hand = (b->hand + 1) % b->used;
	}
	return any;
}
