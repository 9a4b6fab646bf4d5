/*
 * Questions to access servers. See radius_ask.h.
 */
#include "action/radius_packet.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/datagram.h"
#include "base/net.h"
#include "base/seal.h"
#include "base/time.h"
#include "wire/radius_acct.h"

enum { IDS = 256, IDENTITY_MAX = 1024 };

/* One question: in the queue of its server, then under its id. */
struct asking {
	struct asked_nas *nas;
	struct radius_question q;
	char identity[IDENTITY_MAX];
	struct radius_writer w;
	struct str octets;              /* the packet, once it is made */
	uint8_t id;
	unsigned tries;
	struct timer *timer;            /* the next try; before that: to tell what needs no sending */
	radius_asked_fn *fn;
	void *arg;
	enum radius_asked outcome;
	const char *text;
	struct asking *next;
};

struct asked_nas {
	struct radius_asks *asks;
	const struct nas_at *at;
	struct datagram to;
	int fd;                         /* -1: not yet */
	struct watch *watch;
	struct timer *gap;              /* between two requests */
	bool waits;                     /* the gap is not over */
	struct asking *queue, *sent[IDS];
	unsigned queued;
	uint8_t last_id;
};

struct radius_asks {
	struct loop *loop;
	struct datagram_box *box;
	struct asked_nas *list;
	const struct nas_at *config;
	unsigned count;
	bool (*may_ask)(void *arg, const struct nas_at *nas);
	void *may_ask_arg;
};

/* A quarter more or less, so that many do not come in step. */
static int64_t jitter(int64_t us)
{
	uint32_t r;
	random_bytes(&r, sizeof(r));
	return us - us / 4 + (int64_t)(r % (uint32_t)(us / 2 + 1));
}

static void end(struct asking *x, enum radius_asked outcome, uint32_t cause, const char *text)
{
	if (x->nas && x->octets.len)
		x->nas->sent[x->id] = NULL;
	timer_free(x->timer);
	x->fn(x->arg, outcome, cause, text);
	free(x);
}

static void put(const struct asking *x)
{
	struct datagram d = x->nas->to;
	d.octets = x->octets;
	/* what cannot be sent now is like what was lost on its way */
	(void)datagram_send(x->nas->fd, &d, 1);
}

static void on_wait(void *arg)
{
	struct asking *x = arg;
	if (!x->octets.len) {
		end(x, x->outcome, 0, x->text);
	} else if (x->tries == RADIUS_ASK_TRIES) {
		end(x, RADIUS_ASKED_SILENT, 0, "the access server did not answer");
	} else {
		put(x);
		timer_set(x->timer, jitter((int64_t)RADIUS_ASK_FIRST_SECONDS * SECOND_US << x->tries), 0);
		x->tries++;
	}
}

/* Told in the next turn. */
static void not_sent(struct asking *x, enum radius_asked outcome, const char *text)
{
	x->octets = STR_NONE;
	x->outcome = outcome;
	x->text = text;
	timer_set(x->timer, 0, 0);
}

static struct asking *find(const struct asked_nas *n, const struct datagram *d, struct radius_packet *ret_reply)
{
	struct radius_packet request;
	if (d->port != n->to.port || !addr_eq(&d->addr, &n->to.addr) || radius_read(d->octets, ret_reply) != OK)
		return NULL;
	struct asking *x = n->sent[ret_reply->id];
	if (!x || radius_read(x->octets, &request) != OK || radius_check_reply(ret_reply, &request, n->at->secret, false) != OK)
		return NULL;
	return x;
}

static void enqueue(struct asked_nas *n, struct asking *x)
{
	struct asking **at = &n->queue;
	while (*at)
		at = &(*at)->next;
	*at = x;
	n->queued++;
	if (!n->waits)
		timer_set(n->gap, 0, 0);
	n->waits = true;
}

/* Another question may do better (RFC 5176 3.5): neither is the session gone, nor is it another server's, or one of several. */
static bool will_not_time(const struct asking *x, const struct radius_packet *reply, uint32_t cause)
{
	const bool asked = x->q.code == RADIUS_DISCONNECT_REQUEST && reply->code == RADIUS_COA_NAK;
	return asked && cause != 201 && cause != 403 && cause != 503 && (cause < 505 || cause > 508);
}

/* It is asked anew, behind those that wait. */
static void disconnect(struct asked_nas *n, struct asking *x)
{
	n->sent[x->id] = NULL;
	timer_set(x->timer, -1, 0);
	x->q.first = false;
	x->octets = STR_NONE;
	x->tries = 0;
	x->next = NULL;
	enqueue(n, x);
}

static void take(struct asked_nas *n, const struct datagram *d)
{
	struct radius_packet reply;
	struct radius_acct said;
	struct asking *x = find(n, d, &reply);
	if (!x)
		return;
	radius_acct_read(&reply, &said);
	bool ack = reply.code == RADIUS_DISCONNECT_ACK || reply.code == RADIUS_COA_ACK;
	uint32_t cause = radius_has(&said, RADIUS_F_ERROR_CAUSE) ? said.error_cause : 0;
	const char *text = cause ? radius_error_text(cause) : NULL;
	if (will_not_time(x, &reply, cause)) {
		disconnect(n, x);
		return;
	}
	end(x, ack ? RADIUS_ASKED_TAKEN : RADIUS_ASKED_DENIED, cause, text ? text : ack ? "the access server acknowledged it" : "the access server refused it and gave no reason");
}

static void on_readable(void *arg, int fd, unsigned events)
{
	struct asked_nas *n = arg;
	struct datagram list[DATAGRAM_SLOTS];
	unsigned count = 0;
	uint32_t lost;
	(void)events;
	/* an error is that of a datagram before: nobody listens there, and its silence will tell */
	if (datagram_receive(n->asks->box, fd, list, &count, &lost) != OK)
		return;
	for (unsigned i = 0; i < count; i++)
		take(n, &list[i]);
}

static bool ready(struct asked_nas *n)
{
	struct net_peer peer;
	struct why why;
	if (n->fd >= 0)
		return true;
	if (net_parse(n->at->address, &peer, &why) != OK || net_bind_udp(addr_is_v4(&peer.addr) ? STR("0.0.0.0:0") : STR("[::]:0"), &n->fd, &why) != OK)
		return false;
	n->to = (struct datagram){ .addr = peer.addr, .port = peer.port };
	if (watch_new(n->asks->loop, n->fd, LOOP_READ, on_readable, n, &n->watch) == OK)
		return true;
	net_close(n->fd);
	n->fd = -1;
	return false;
}

static bool free_id(struct asked_nas *n, uint8_t *ret_id)
{
	for (unsigned i = 1; i <= IDS; i++) {
		uint8_t id = (uint8_t)(n->last_id + i);
		if (!n->sent[id]) {
			*ret_id = n->last_id = id;
			return true;
		}
	}
	return false;
}

static void send_first(struct asked_nas *n, struct asking *x)
{
	const char *why = NULL;
	uint8_t id;
	if (x->q.good_until < clock_wall_at()) {
		not_sent(x, RADIUS_ASKED_LATER, "the access server is asked no more a second than it bears: later");
	} else if (n->asks->may_ask && !n->asks->may_ask(n->asks->may_ask_arg, n->at)) {
		not_sent(x, RADIUS_ASKED_LATER, "the access server's budget of this hour is used up");
	} else if (!ready(n) || !free_id(n, &id)) {
		not_sent(x, RADIUS_ASKED_LATER, "the access server cannot be asked now");
	} else if (radius_packet_make(&x->w, n->at, &x->q, id, (uint32_t)(clock_wall_at() / SECOND_US), &x->octets, &why) != OK) {
		not_sent(x, RADIUS_ASKED_NOT, why);
	} else {
		x->id = id;
		n->sent[id] = x;
		on_wait(x);
	}
}

static void send_next(void *arg)
{
	struct asked_nas *n = arg;
	struct asking *x = n->queue;
	n->waits = false;
	if (!x)
		return;
	n->queue = x->next;
	n->queued--;
	n->waits = true;
	timer_set(n->gap, jitter(SECOND_US / n->at->per_second), 0);
	send_first(n, x);
}

static bool is_asked(const struct asked_nas *n, struct str identity)
{
	for (const struct asking *x = n->queue; x; x = x->next)
		if (str_eq(x->q.identity, identity))
			return true;
	for (unsigned i = 0; i < IDS; i++)
		if (n->sent[i] && str_eq(n->sent[i]->q.identity, identity))
			return true;
	return false;
}

enum err radius_ask(struct radius_asks *a, const struct radius_question *q, radius_asked_fn *fn, void *arg)
{
	struct asking *x = q->identity.len <= IDENTITY_MAX ? calloc(1, sizeof(*x)) : NULL;
	const char *why = NULL;
	if (!x || timer_new(a->loop, on_wait, x, &x->timer) != OK) {
		free(x);
		return ERR_NOMEM;
	}
	x->q = *q;
	x->fn = fn;
	x->arg = arg;
	if (q->identity.len)
		memcpy(x->identity, q->identity.ptr, q->identity.len);
	x->q.identity = (struct str){ x->identity, q->identity.len };
	const struct nas_at *at = radius_packet_nas(a->config, a->count, x->q.identity, &why);
	x->nas = at ? &a->list[at - a->config] : NULL;
	if (!at)
		not_sent(x, RADIUS_ASKED_NOT, why);
	else if (is_asked(x->nas, x->q.identity))
		not_sent(x, RADIUS_ASKED_LATER, "the access server is being asked about this session");
	else if (x->nas->queued == RADIUS_ASK_QUEUE_MAX)
		not_sent(x, RADIUS_ASKED_LATER, "too many questions wait for the access server");
	else
		enqueue(x->nas, x);
	return OK;
}

enum err radius_asks_open(const struct action_options *o, struct radius_asks **ret_asks, struct why *why)
{
	struct loop *loop = o->loop;
	const struct nas_at *list = o->nas;
	const unsigned count = o->nas_count;
	struct radius_asks *a = calloc(1, sizeof(*a));
	bool good = a && (a->box = datagram_box_new()) && (a->list = calloc(count ? count : 1, sizeof(*a->list)));
	for (unsigned i = 0; good && i < count; i++) {
		a->list[i] = (struct asked_nas){ .asks = a, .at = &list[i], .fd = -1 };
		good = timer_new(loop, send_next, &a->list[i], &a->list[i].gap) == OK;
		a->count += good;
	}
	if (!good) {
		radius_asks_close(a);
		return why_set(why, ERR_NOMEM, "no memory to ask access servers");
	}
	a->loop = loop;
	a->config = list;
	a->may_ask = o->may_ask;
	a->may_ask_arg = o->may_ask_arg;
	*ret_asks = a;
	return OK;
}

static void forget(struct asking *x)
{
	if (!x)
		return;
	timer_free(x->timer);
	free(x);
}

void radius_asks_close(struct radius_asks *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < a->count; i++) {
		struct asked_nas *n = &a->list[i];
		for (struct asking *x = n->queue, *then; x; x = then) {
			then = x->next;
			forget(x);
		}
		for (unsigned k = 0; k < IDS; k++)
			forget(n->sent[k]);
		timer_free(n->gap);
		watch_free(n->watch);
		if (n->fd >= 0)
			net_close(n->fd);
	}
	datagram_box_free(a->box);
	free(a->list);
	free(a);
}
