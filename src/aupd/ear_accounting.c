/*
 * Accounting in the ear: listeners whose packets are spooled, and items of the spool as messages about sessions for the judge. See ear.h.
 *
 * All of it is one lane: order matters between the sessions of one access server, and the judge that keeps bindings is one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "aupd/ear.h"
#include "base/clock.h"
#include "intake/accounting_read.h"

static struct str lane_key(void)
{
	return STR("accounting");
}

static enum err read_clients(struct ear *e, struct why *why)
{
	const struct share *s = &e->role->share;
	e->accounting_clients = ARENA_ARRAY(e->role->arena, struct accounting_client, s->radius_client_count ? s->radius_client_count : 1);
	if (!e->accounting_clients)
		return why_set(why, ERR_NOMEM, "no memory for clients");
	for (unsigned i = 0; i < s->radius_client_count; i++) {
		struct accounting_client *c = &e->accounting_clients[i];
		const struct radius_client *from = &s->radius_clients[i];
		*c = (struct accounting_client){ .feed = (uint8_t)from->feed, .need_authenticator = from->authenticator, .secret = from->secret };
		enum err err = prefix_parse(from->prefix, &c->prefix);
		if (err)
			return why_set(why, err, "a client of the configuration has no address");
	}
	return OK;
}

enum err ear_accounting_listen(struct ear *e, struct sink door, struct why *why)
{
	const struct share *s = &e->role->share;
	enum err err = s->radius_listen_count ? read_clients(e, why) : OK;
	for (unsigned i = 0; err == OK && i < s->radius_listen_count; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "radius.%u", i);
		struct accounting_options o = { .fd = role_fd(e->role, name), .source = 1, .clients = e->accounting_clients, .client_count = s->radius_client_count, .sink = door };
		err = accounting_listen(e->role->loop, &o, &e->accounting[i], why);
	}
	return err;
}

void ear_accounting_figures(struct ear *e)
{
	struct ometrics *f = &e->role->figures;
	struct accounting_stats sum = { 0 };
	for (unsigned i = 0; i < CONFIG_RADIUS_LISTEN_MAX && e->accounting[i]; i++) {
		const struct accounting_stats *s = accounting_stats(e->accounting[i]);
		sum.taken += s->taken;
		sum.repeated += s->repeated;
		sum.unknown += s->unknown;
		sum.denied += s->denied;
		sum.malformed += s->malformed;
		sum.refused += s->refused;
		sum.lost += s->lost;
	}
	const uint64_t by_fate[] = { sum.taken, sum.repeated, sum.unknown, sum.denied, sum.malformed, sum.refused, sum.lost };
	for (unsigned i = 0; i < sizeof(by_fate) / sizeof(by_fate[0]); i++)
		ometric_set(f, EAR_RADIUS, i, (int64_t)by_fate[i]);
}

/* Nobody knows of which feed it was: each has lost something. */
static void put_lost(struct ear *e, int64_t at)
{
	const struct share *s = &e->role->share;
	bool told[UINT8_MAX + 1] = { false };
	for (unsigned i = 0; i < s->radius_client_count; i++) {
		uint8_t feed = (uint8_t)s->radius_clients[i].feed;
		if (!told[feed])
			accounting_put_lost(&e->messages, feed, at);
		told[feed] = true;
	}
}

/* What tells of no session is passed over; a packet was checked before it was kept. */
static void put_message(struct ear *e, const struct accounting_packet *x)
{
	struct radius_packet p;
	struct accounting message;
	struct accounting_texts texts;
	if (radius_read(x->octets, &p) != OK)
		accounting_put_lost(&e->messages, x->feed, x->received_at);
	else if (accounting_read(&p, &x->sender, x->received_at, &texts, &message))
		accounting_put(&e->messages, x->feed, &message);
}

bool ear_send_accounting(struct ear *e, const struct spool_record *r)
{
	struct position at = { r->at.segment, r->at.offset, 0 };
	uint8_t lane = lane_of(lane_key());
	enum send_state state = ear_may_send(e, &at, lane);
	struct accounting_batch batch;
	struct accounting_packet x;
	struct str rest;
	if (state != SEND_NOW)
		return state == SEND_DONE;
	bool takes = attempt_begin(e->attempt, &at);
#ifdef AUPD_TESTING
	if (takes && str_find(r->payload, STR("X-Aupd-Test-Crash: yes")) != SIZE_MAX)
		abort();
#endif
	if (!takes || accounting_item_open(r->payload, &batch, &rest) != OK) {
		log_error("an item of accounting ended its decoder twice or is none, and is skipped: its feeds have a hole");
		role_tell(e->role, "items of accounting could not be read and were skipped: their feeds have a hole", 1);
		batch = (struct accounting_batch){ .since_at = r->received_at, .lost = 1 };
		rest = STR_NONE;
	}
	buf_clear(&e->messages);
	accounting_begin(&e->messages, batch.since_at);
	if (batch.lost)
		put_lost(e, r->received_at);
	enum err err;
	while ((err = accounting_item_next(&rest, &x)) == OK)
		put_message(e, &x);
	if (err != ERR_NOTFOUND)
		put_lost(e, r->received_at);
	if (e->messages.err) {
		log_error("messages of accounting are too long for a frame");
		return false;
	}
	return ear_put(e, FRAME_ACCOUNTING, &at, lane, true, buf_str(&e->messages));
}

bool ear_lose_accounting(struct ear *e, const struct position *from)
{
	/* its first frame is the one that goes before a person */
	struct position at = { from->segment, from->offset, 1 };
	int64_t now = clock_wall_at();
	uint8_t lane = lane_of(lane_key());
	enum send_state state = e->role->share.radius_client_count ? ear_may_send(e, &at, lane) : SEND_DONE;
	if (state != SEND_NOW)
		return state == SEND_DONE;
	buf_clear(&e->messages);
	accounting_begin(&e->messages, now);
	put_lost(e, now);
	return ear_put(e, FRAME_ACCOUNTING, &at, lane, true, buf_str(&e->messages));
}
