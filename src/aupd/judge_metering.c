/*
 * Signs of accounting. See judge_metering.h.
 *
 * What is known of devices lies in memory alone, as digests: after a start it is learned again. How many sessions are open the book of sessions tells,
 * which is not lost. A folded frame that is folded again after a conflict counts a device twice.
 */
#include "aupd/judge_metering.h"

#include <stdlib.h>

#include "aupd/figures.h"
#include "aupd/judge_binding.h"
#include "aupd/judge_session_count.h"
#include "base/digest.h"
#include "base/log.h"
#include "detect/session_account.h"
#include "detect/session_check.h"
#include "engine/metering.h"

enum { HEARD_LATELY_S = 7200, FULL_PLACES = 1024 };

struct judge_metering {
	struct session_accounts *accounts;
	/* Which server, kind of sign and day need no more signs, by a part of the first two: a restart of a server tells fifty thousand. */
	uint64_t full[FULL_PLACES];
};

enum err judge_metering_open(struct judge *j, struct why *why)
{
	if (!j->role->share.radius_sessions || j->role->share.number)
		return OK;
	j->metering = calloc(1, sizeof(*j->metering));
	if (j->metering)
		j->metering->accounts = session_accounts_new((size_t)j->role->share.radius_sessions);
	return j->metering && j->metering->accounts ? OK : why_set(why, ERR_NOMEM, "no memory for the accounts of sessions");
}

void judge_metering_close(struct judge *j)
{
	if (j->metering)
		session_accounts_free(j->metering->accounts);
	free(j->metering);
	j->metering = NULL;
}

static uint64_t account_of(const struct session_heard *h)
{
	uint64_t key;
	memcpy(&key, h->subject->octets, sizeof(key));
	return key;
}

/* Only letters and digits: the same device is written in several ways. 0: it says none. */
static uint64_t device_of(const struct judge *j, struct str station)
{
	char text[ACCOUNTING_TEXT_MAX];
	size_t n = 0;
	for (size_t i = 0; i < station.len && n < sizeof(text); i++) {
		char c = station.ptr[i];
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
			text[n++] = c;
		else if (c >= 'A' && c <= 'Z')
			text[n++] = (char)(c - 'A' + 'a');
	}
	return n ? siphash(j->fold.token_key.octets, (struct str){ text, n }) : 0;
}

static enum err note(struct judge *j, const struct session_heard *h, enum metering_sign_kind kind, uint64_t told, uint64_t known, struct why *why)
{
	struct metering_sign s = { .kind = kind, .server = (uint32_t)(h->ref >> 40), .at = binding_second_at(h->last_s), .told = told, .known = known,
		.subject = str_hex(work_arena(j->fold.work), (struct str){ (const char *)h->subject->octets, BINDING_SUBJECT_LEN }) };
	uint64_t *full = &j->metering->full[(s.server ^ (unsigned)kind * 131u) % FULL_PLACES], mine = (uint64_t)(j->fold.now / DAY_US) << 32 | (uint64_t)kind << 24 | s.server;
	bool more = true;
	ometric_add(&j->role->figures, JUDGE_METERING, kind, 1);
	enum err e = *full == mine ? OK : metering_note(&j->fold, &s, &more, why);
	if (e == OK && more)
		*full = mine;
	return e;
}

static struct str customer_of(const struct judge *j, const struct session_heard *h)
{
	return metering_customer(j->bindings->book ? binding_book_find(j->bindings->book, h->subject) : NULL);
}

static enum err interval(struct judge *j, const struct session_heard *h, struct why *why)
{
	const struct accounting *e = h->message;
	struct session_interval x = { .from_s = h->before_s ? h->before_s : h->displaced_s, .until_s = h->first_s, .unsure_s = (int64_t)h->last_s - h->first_s,
		.lasted_before_s = h->lasted_before_us < 0 ? -1 : h->lasted_before_us / SECOND_US, .lasted_s = e->lasted_us < 0 ? -1 : e->lasted_us / SECOND_US,
		.counted = h->before_s && h->counted_before && e->counted, .wide = e->wide, .in_before = h->in_before, .in = e->in_octets, .out_before = h->out_before,
		.out = e->out_octets };
	enum err err = OK;
	if (!x.from_s)
		return OK;
	if (session_check_clock(&x))
		err = note(j, h, METERING_CLOCK, (uint64_t)(x.lasted_s > x.lasted_before_s ? x.lasted_s - x.lasted_before_s : 0), (uint64_t)(x.until_s - x.from_s), why);
	if (err == OK && session_check_counter(&x))
		err = note(j, h, METERING_COUNTER, x.in < x.in_before ? x.in : x.out, x.in < x.in_before ? x.in_before : x.out_before, why);
	return err;
}

/* An id that came again is no session whose time runs wrong: that began while the other one was heard of. */
static bool displaces(const struct session_heard *h)
{
	return h->displaced_s && h->start_s && h->start_s < h->displaced_s && h->message->lasted_us > h->lasted_before_us;
}

static enum err begins(struct judge *j, const struct session_heard *h, struct why *why)
{
	uint64_t account = account_of(h), device = device_of(j, h->message->station);
	unsigned devices = 0;
	/* who has sessions is not pushed out by a flood of names */
	(void)session_accounts_begin(j->metering->accounts, account, h->first_s);
	struct str customer = customer_of(j, h);
	enum err e = displaces(h) ? interval(j, h, why) : h->displaced_s ? note(j, h, METERING_NO_STOP, 0, 1, why) : OK;
	if (e || !customer.len)
		return e;
	uint64_t allowed = metering_allowed(j->registry, METERING_SESSIONS, customer, j->fold.now), open = allowed ? judge_session_count(j, customer).open : 0;
	if (open > allowed)
		e = note(j, h, METERING_SESSIONS, open, allowed, why);
	if (e || !device)
		return e;
	uint64_t before = session_accounts_device(j->metering->accounts, account, device, h->first_s, &devices);
	if (before)
		e = note(j, h, METERING_DEVICE, 2, 1, why);
	allowed = metering_allowed(j->registry, METERING_DEVICES, customer, j->fold.now);
	return e == OK && allowed && devices > allowed ? note(j, h, METERING_DEVICES, devices, allowed, why) : e;
}

enum err judge_metering_heard(struct judge *j, const struct session_heard *h, struct why *why)
{
	static const struct binding_subject nobody;
	if (!j->metering || binding_subject_eq(h->subject, &nobody))
		return OK;
	switch (h->step) {
	case SESSION_BEGAN: return begins(j, h, why);
	case SESSION_WENT_ON: return interval(j, h, why);
	case SESSION_ENDED:
		session_accounts_end(j->metering->accounts, account_of(h));
		return interval(j, h, why);
	case SESSION_LOST:
		session_accounts_end(j->metering->accounts, account_of(h));
		/* what its id began anew tells which it was */
		return h->displaced_s ? OK : note(j, h, METERING_NO_STOP, 0, 1, why);
	case SESSION_LATE: break;
	}
	return OK;
}

static void look_up_sessions(struct judge *j, struct metering_account *x)
{
	struct session_count_now now = judge_session_count(j, metering_customer(x->whose));
	x->open = now.open;
	x->sure = now.sure;
	x->servers = now.servers;
}

/* Whose they are, and who is there, by the book of sessions. */
static void look_up(struct judge *j, struct metering_day *day)
{
	struct binding_subject subject;
	struct str octets;
	if (!j->bindings || !j->bindings->sessions || !j->bindings->book)
		return;
	for (unsigned i = 0; i < day->count; i++) {
		if (str_unhex(work_arena(j->fold.work), day->list[i].subject, &octets) != OK || octets.len != BINDING_SUBJECT_LEN)
			continue;
		memcpy(subject.octets, octets.ptr, BINDING_SUBJECT_LEN);
		day->list[i].whose = binding_book_find(j->bindings->book, &subject);
		if (day->kind == METERING_SESSIONS && day->list[i].whose)
			look_up_sessions(j, &day->list[i]);
	}
	day->peers = session_peers(j->bindings->sessions, day->server, binding_floor(j->fold.now - HEARD_LATELY_S * SECOND_US));
}

enum err judge_metering_due(struct judge *j, const struct row *due, struct why *why)
{
	struct metering_day *day = ARENA_NEW(work_arena(j->fold.work), struct metering_day);
	enum metering_verdict verdict = METERING_NOBODY;
	enum err e = day ? metering_accounts(&j->fold, due->key, day, why) : why_set(why, ERR_NOMEM, "no memory for signs");
	if (e)
		return e;
	look_up(j, day);
	e = metering_due(&j->fold, due->key, day, &verdict, why);
	if (verdict != METERING_NOBODY)
		ometric_add(&j->role->figures, JUDGE_METERING_VERDICTS, verdict - METERING_TOLD, 1);
	if (e == OK && verdict == METERING_SERVERS)
		log_warn("what an access server counts does not fit, for many of its sessions: look at the server", "sign", log_str(due->key));
	return e;
}
