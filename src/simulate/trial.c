/*
 * Trials. See trial.h.
 */
#include "simulate/trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "attribution/binding_grade.h"
#include "attribution/feed_listen.h"
#include "attribution/session.h"
#include "intake/accounting_read.h"
#include "simulate/isp_packet.h"

enum { FEED = 1, FOUND_MAX = 256, ASK_EVERY = 64, LIVE_S = 3600, EDGE_S = 60, KINDS_ASKED = 4, WINDOWS = 4, PROGRESS_EVERY = 65536 };

struct run {
	const struct trial *t;
	struct isp *isp;
	struct truth *truth;
	struct session_book *book;
	struct binding_index *index;
	struct feed_health *health;
	struct feed_listen heard;
	struct dice dice;
	struct radius_writer writer;
	struct accounting_texts texts;
	struct binding *kept;           /* all of them, for restarts */
	size_t kept_count, kept_room;
	int64_t now;
	uint64_t asked;
	struct tally *sum;
};

static const uint8_t book_key[SESSION_KEY_LEN] = "sixteen octets.";
static const struct str secret = { "not a secret at all", 19 };

static enum err keep(struct run *r, const struct binding *b)
{
	if (!r->t->restart_every)
		return OK;
	if (r->kept_count == r->kept_room) {
		size_t room = r->kept_room ? r->kept_room * 2 : 4096;
		struct binding *kept = realloc(r->kept, room * sizeof(*kept));
		if (!kept)
			return ERR_NOMEM;
		r->kept = kept;
		r->kept_room = room;
	}
	r->kept[r->kept_count++] = *b;
	return OK;
}

static enum err put_binding(void *arg, const struct binding *b, struct why *why)
{
	struct run *r = arg;
	struct binding one = *b;
	one.recorded_at = r->now;
	/* what cannot have been is left out, as the daemon does */
	if (binding_normalise(&one, NULL) != OK)
		return OK;
	enum err e = keep(r, &one);
	return e ? e : binding_index_add(r->index, &one, why);
}

static enum err put_span(void *arg, const struct feed_span *s, struct why *why)
{
	struct run *r = arg;
	struct feed_span one = *s;
	one.recorded_at = r->now;
	enum err e = feed_span_normalise(&one, why);
	return e ? e : feed_health_add(r->health, &one);
}

/* A subject's key is its number. */
static enum err name_user(void *arg, struct str user, struct binding_subject *ret_subject)
{
	uint32_t n;
	(void)arg;
	if (!isp_plan_who(user, &n))
		return ERR_NOTFOUND;
	*ret_subject = (struct binding_subject){ { 1, 0, 0, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
	return OK;
}

static uint32_t subscriber_of(const struct binding_subject *s)
{
	return (uint32_t)s->octets[4] << 24 | (uint32_t)s->octets[5] << 16 | (uint32_t)s->octets[6] << 8 | s->octets[7];
}

static enum err take(struct run *r, const struct isp_message *m, struct why *why)
{
	struct session_sink sink = { .put = put_binding, .name = name_user, .arg = r };
	struct addr sender = isp_packet_source(m->server);
	struct radius_packet p;
	struct accounting message;
	struct str octets;
	enum err e = isp_packet(m, (uint8_t)r->sum->messages, false, secret, &r->writer, &octets);
	if (e == OK)
		e = radius_read(octets, &p);
	if (e == OK)
		e = radius_check_request(&p, secret, false);
	if (e || !accounting_read(&p, &sender, m->arrives_at, &r->texts, &message))
		return why_set(why, e ? e : ERR_SYNTAX, "a packet of its own is none");
	r->now = m->arrives_at;
	r->sum->messages++;
	struct feed_listener ear = { &r->heard, FEED, TRIAL_SLACK_S * SECOND_US, r->health, put_span, r };
	e = feed_listen_heard(&ear, r->now, m->since_at, why);
	return e ? e : session_take(r->book, FEED, &message, &sink, why);
}

static enum err restart(struct run *r)
{
	session_book_free(r->book);
	r->book = session_book_new(TRIAL_SESSIONS_MAX, book_key);
	enum err e = r->book ? OK : ERR_NOMEM;
	for (size_t i = 0; e == OK && i < r->kept_count; i++)
		e = session_recall(r->book, &r->kept[i]);
	return e;
}

struct question {
	struct isp_resource what;
	struct binding_question q;
	uint32_t at_s, spread_s;
};

/* About something that was held once, mostly about that time, often about its edges. now_s: nothing later; live: nothing much earlier. */
static bool choose(struct run *r, bool live, uint32_t now_s, struct question *ret)
{
	static const uint32_t spreads[WINDOWS] = { 0, 1, 10, 120 };
	uint32_t count = truth_count(r->truth), from = 0, until = 0, recent = live && count > 4096 ? 4096 : count;
	uint16_t port_from, port_to;
	if (!count || now_s < 2)
		return false;
	truth_at(r->truth, count - 1 - dice(&r->dice, recent), &ret->what, &from, &until);
	/* what is assigned for good is the register's to tell */
	if (ret->what.kind == ISP_STATIC4 || from >= now_s)
		return false;
	until = until < now_s ? until : now_s;
	uint32_t edge = dice(&r->dice, 2) ? from : until;
	uint32_t at = dice(&r->dice, 4) == 0 ? edge + dice(&r->dice, 2 * EDGE_S) : from + EDGE_S + dice(&r->dice, until - from + 1);
	at = at > EDGE_S ? at - EDGE_S : 1;
	if (live)
		at = now_s - dice(&r->dice, now_s < LIVE_S ? now_s : LIVE_S);
	ret->at_s = at < now_s ? at : now_s - 1;
	ret->spread_s = spreads[dice(&r->dice, WINDOWS)];
	struct prefix p = isp_plan_prefix(ret->what, &port_from, &port_to);
	int64_t middle = r->t->isp.from_at + ret->at_s * SECOND_US, wide = (ret->spread_s + TRIAL_SLACK_S) * SECOND_US;
	ret->q = (struct binding_question){ p.addr, BINDING_PORT_NONE, middle - wide, middle + wide, TIME_MAX };
	if (ret->what.kind == ISP_DELEGATED6)
		ret->q.addr.octets[15] = (uint8_t)dice(&r->dice, 256);
	if (ret->what.kind == ISP_PORTS && dice(&r->dice, 8))
		ret->q.port = (int32_t)(port_from + dice(&r->dice, ISP_BLOCK_PORTS));
	return true;
}

static void tell_wrong(const struct run *r, const struct question *x, const struct tally_answer *a)
{
	char line[200], address[ADDR_TEXT_MAX], at[TIME_TEXT_MAX];
	bool whole;
	uint32_t who = truth_who(r->truth, x->what, x->at_s - x->spread_s, x->at_s + x->spread_s, &whole);
	addr_print(&x->q.addr, address);
	time_print(r->t->isp.from_at + x->at_s * SECOND_US, at);
	(void)snprintf(line, sizeof(line), "seed %llu: %s port %d at %s (second %u, +-%u): said subscriber %u, was %d", (unsigned long long)r->t->isp.seed, address, x->q.port, at,
		x->at_s, x->spread_s, a->count ? a->named[0] : 0, (int)who);
	if (r->t->wrong)
		r->t->wrong(r->t->arg, line);
}

/* Could whoever confirms it have done so by now? Some servers tell of a block of ports once more only, when it is taken back. */
static bool is_told(const struct run *r, const struct question *x, uint32_t who, uint32_t until_s, uint32_t now_s)
{
	bool whole, once = x->what.kind == ISP_PORTS && !isp_repeats_blocks(isp_plan_server(isp_plan(r->isp), who));
	if (once && truth_who(r->truth, x->what, until_s, now_s - 1, &whole) == who && whole)
		return false;
	return until_s + r->t->isp.interim_s + TRIAL_SLACK_S < now_s;
}

static void ask(struct run *r, bool live, uint32_t now_s)
{
	static const uint8_t feeds[] = { FEED };
	struct binding_holding found[FOUND_MAX];
	struct binding_grade g;
	struct question x;
	unsigned n = 0;
	if (!choose(r, live, now_s, &x))
		return;
	enum err e = binding_index_find(r->index, &x.q, found, FOUND_MAX, &n);
	binding_grade(&x.q, found, n, e == ERR_LIMIT, &(struct binding_feeds){ feeds, 1 }, r->health, &g);
	struct tally_answer a = { .grade = g.grade, .nobody = g.verdict == BINDING_NOBODY, .count = g.subject_count };
	for (unsigned i = 0; i < g.subject_count; i++)
		a.named[i] = subscriber_of(&g.subjects[i]);
	uint32_t from = x.at_s > x.spread_s ? x.at_s - x.spread_s : 0, until = x.at_s + x.spread_s, slack = TRIAL_SLACK_S;
	bool whole;
	uint32_t who = truth_who(r->truth, x.what, from > slack ? from - slack : 0, until + slack, &whole);
	bool can = whole && (!live || is_told(r, &x, who, until + slack, now_s)) && (x.what.kind != ISP_PORTS || x.q.port != BINDING_PORT_NONE);
	bool wrong = tally_add(r->sum, r->truth, x.what, from, until, can, &a);
	if (wrong && a.grade == GRADE_A)
		tell_wrong(r, &x, &a);
	if (++r->asked % PROGRESS_EVERY == 0 && r->t->progress)
		r->t->progress(r->t->arg, r->asked, r->t->questions);
}

/* So many of them are asked by now as of the time has gone. */
static void ask_live(struct run *r, uint32_t now_s)
{
	uint64_t due = r->t->questions / 2 * (now_s < r->t->isp.seconds ? now_s : r->t->isp.seconds) / r->t->isp.seconds;
	for (uint64_t tries = 2 * (due > r->asked ? due - r->asked : 0); tries && r->asked < due; tries--)
		ask(r, true, now_s);
}

static enum err play(struct run *r, struct why *why)
{
	struct isp_message m;
	enum err e;
	while ((e = isp_next(r->isp, &m)) == OK) {
		uint32_t now_s = (uint32_t)((m.arrives_at - r->t->isp.from_at) / SECOND_US);
		e = take(r, &m, why);
		if (e == OK && r->t->restart_every && r->sum->messages % r->t->restart_every == 0)
			e = restart(r);
		if (e)
			return e;
		if (r->sum->messages % ASK_EVERY == 0)
			ask_live(r, now_s);
	}
	if (e != ERR_NOTFOUND)
		return why_set(why, e, "no memory for what is under way");
	for (uint64_t tries = 2 * r->t->questions; tries && r->asked < r->t->questions; tries--)
		ask(r, false, r->t->isp.seconds);
	return truth_err(r->truth);
}

enum err trial_run(const struct trial *t, struct tally *ret_sum, struct why *why)
{
	struct tally sum = { .messages = 0 };
	struct isp_options o = t->isp;
	struct run *r = calloc(1, sizeof(*r));
	if (!r)
		return why_set(why, ERR_NOMEM, "no memory for a trial");
	r->t = t;
	r->sum = &sum;
	r->dice.state = ~t->isp.seed;
	r->truth = truth_new();
	r->book = session_book_new(TRIAL_SESSIONS_MAX, book_key);
	r->index = binding_index_new(TRIAL_BINDINGS_MAX);
	r->health = feed_health_new();
	o.begin = truth_begin;
	o.end = truth_end;
	o.arg = r->truth;
	enum err e = r->truth && r->book && r->index && r->health ? isp_new(&o, &r->isp, why) : why_set(why, ERR_NOMEM, "no memory for a trial");
	if (e == OK)
		e = play(r, why);
	if (e == OK)
		*ret_sum = sum;
	isp_free(r->isp);
	truth_free(r->truth);
	session_book_free(r->book);
	binding_index_free(r->index);
	feed_health_free(r->health);
	free(r->kept);
	free(r);
	return e;
}
