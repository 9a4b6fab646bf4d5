/*
 * What a made-up provider sends, on its way into the index. See trial_inside.h.
 */
#include <stdlib.h>

#include "simulate/trial_inside.h"

enum { ARENA_MAX = 4 << 20, LEASES_MAX = 512 << 20, OCTETS_MAX = 1 << 16 };

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
	return e ? e : binding_index_add(r->view.index, &one, why);
}

static enum err put_span(void *arg, const struct feed_span *s, struct why *why)
{
	struct run *r = arg;
	struct feed_span one = *s;
	one.recorded_at = r->now;
	enum err e = feed_span_normalise(&one, why);
	return e ? e : feed_health_add(r->health, &one);
}

static enum err name_user(void *arg, struct str user, struct binding_subject *ret_subject)
{
	struct run *r = arg;
	return binding_book_login(r->names, user, ret_subject);
}

static enum err hear(struct run *r, uint8_t feed, int64_t since_at, bool lost, struct why *why)
{
	struct feed_listener ear = { &r->heard[feed], feed, r->view.slack_us, r->health, put_span, r };
	return (lost ? feed_listen_lost : feed_listen_heard)(&ear, r->now, since_at, why);
}

static enum err take_accounting(struct run *r, const struct isp_message *m, struct why *why)
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
	e = hear(r, TRIAL_ACCOUNTING, m->since_at, false, why);
	return e ? e : session_take(r->book, TRIAL_ACCOUNTING, &message, &sink, why);
}

struct telling {
	struct run *r;
	struct nat_block_count count;
	struct why *why;
	enum err err;
};

static void tell_event(void *arg, const struct nat_event *e)
{
	struct telling *t = arg;
	if (t->err == OK)
		t->err = nat_block_take(t->r->view.index, TRIAL_NAT, e, put_binding, t->r, &t->count, t->why);
}

static enum err take_nat(struct run *r, const struct isp_message *m, struct why *why)
{
	static const uint8_t speeches[] = { [ISP_NAT_JUNOS] = NAT_JUNOS, [ISP_NAT_A10] = NAT_A10, [ISP_NAT_IPFIX] = NAT_IPFIX + NAT_RFC8158, [ISP_NAT_CISCO] = NAT_CISCO };
	struct telling t = { .r = r, .why = why };
	struct nat_read read;
	buf_clear(&r->octets);
	isp_nat_octets(m, r->t->isp.from_at, &r->octets);
	struct nat_datagram d = { TRIAL_NAT, speeches[m->form], m->arrives_at, isp_nat_source(m->server), ISP_NAT_FROM_PORT, buf_str(&r->octets) };
	nat_read(&r->ipfix, &d, tell_event, &t, &read);
	if (t.err)
		return t.err;
	if (r->octets.err || read.unread || read.others || (read.events != m->block_count && !read.lost))
		return why_set(why, ERR_SYNTAX, "a line of its own is none: %s", read.reason);
	return hear(r, TRIAL_NAT, m->since_at, read.lost, why);
}

static enum err take_line(struct run *r, struct str line, struct why *why)
{
	struct lease lease;
	struct binding b;
	struct str subject;
	arena_reset(r->arena);
	enum err e = lease_read(&r->reader, r->arena, line, &lease, why);
	if (e == OK)
		e = lease_book_take(&r->leases, &lease, r->now, &b, &subject, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	b.feed = TRIAL_LEASE;
	/* a device that no relay has spoken of is nobody in the register: the row is left out, as the daemon does */
	e = binding_book_key(r->names, subject, &b.subject);
	return e == ERR_NOTFOUND ? OK : e ? e : put_binding(r, &b, why);
}

/* As who follows the file reads it. */
static enum err take_lease(struct run *r, const struct isp_message *m, struct why *why)
{
	struct str rest, line;
	enum err e = OK;
	buf_clear(&r->octets);
	isp_lease_octets(m, r->t->isp.from_at, &r->octets);
	rest = buf_str(&r->octets);
	while (e == OK && str_next_line(&rest, &line))
		e = take_line(r, line, why);
	return e;
}

enum err trial_feed_take(struct run *r, const struct isp_message *m, struct why *why)
{
	r->now = m->arrives_at;
	r->sum->messages++;
	/* who follows a file says that it was heard, also when nothing is added to it */
	enum err e = r->leased ? hear(r, TRIAL_LEASE, m->since_at, false, why) : OK;
	if (e)
		return e;
	return m->by == ISP_NAT ? take_nat(r, m, why) : m->by == ISP_LEASE ? take_lease(r, m, why) : take_accounting(r, m, why);
}

enum err trial_feed_restart(struct run *r)
{
	session_book_free(r->book);
	r->book = session_book_new(TRIAL_SESSIONS_MAX, book_key);
	enum err e = r->book ? OK : ERR_NOMEM;
	for (size_t i = 0; e == OK && i < r->kept_count; i++)
		e = session_recall(r->book, &r->kept[i]);
	return e;
}

/* Customers and logins: who is named by a feed is known by these. */
static enum err fill_register(struct run *r, const struct isp_plan *plan, struct why *why)
{
	char customer[ISP_TEXT_MAX], login[ISP_TEXT_MAX];
	enum err e = OK;
	for (uint32_t i = 0; e == OK && i < plan->subscribers; i++) {
		isp_plan_customer(i, customer);
		isp_plan_login(i, login);
		struct entity one = { .type = ENTITY_CUSTOMER, .id = str_of(customer), .from_at = TIME_NONE, .until_at = TIME_NONE, .value = ENTITY_NO_VALUE };
		e = registry_add(r->registry, &one, why);
		one.type = ENTITY_LOGIN;
		one.id = one.resource = str_of(login);
		one.customer = str_of(customer);
		if (e == OK)
			e = registry_add(r->registry, &one, why);
	}
	return e ? e : registry_ready(r->registry, 1, NULL, why);
}

enum err trial_feed_begin(struct run *r, const struct isp_plan *plan, struct why *why)
{
	unsigned direct = 1, all = 1;
	r->leased = plan->first[ISP_LEASED] < plan->first[ISP_LEASED + 1];
	r->feeds[0] = TRIAL_ACCOUNTING;
	if (r->leased)
		r->feeds[direct++] = TRIAL_LEASE;
	all = direct;
	if (plan->first[ISP_NATTED] < plan->first[ISP_NATTED + 1])
		r->feeds[all++] = TRIAL_NAT;
	lease_reader_init(&r->reader, LEASE_KEA4);
	r->leases_arena = arena_new("leases", LEASES_MAX);
	buf_init(&r->octets, OCTETS_MAX);
	r->arena = arena_new("question", ARENA_MAX);
	r->registry = registry_new(NULL);
	r->book = session_book_new(TRIAL_SESSIONS_MAX, book_key);
	r->health = feed_health_new();
	r->view = (struct bindings){ .index = binding_index_new(TRIAL_BINDINGS_MAX), .health = r->health, .feeds = { r->feeds, all }, .direct = { r->feeds, direct },
		.slack_us = TRIAL_SLACK_S * SECOND_US };
	if (!r->arena || !r->registry || !r->book || !r->health || !r->view.index || !r->leases_arena || lease_book_init(&r->leases, r->leases_arena) != OK)
		return why_set(why, ERR_NOMEM, "no memory for a trial");
	enum err e = fill_register(r, plan, why);
	r->names = e ? NULL : binding_book_new(r->registry, secret);
	r->view.book = r->names;
	return e ? e : r->names ? OK : why_set(why, ERR_NOMEM, "no memory for a trial");
}

void trial_feed_done(struct run *r)
{
	binding_book_free(r->names);
	registry_free(r->registry);
	session_book_free(r->book);
	binding_index_free(r->view.index);
	feed_health_free(r->health);
	arena_free(r->arena);
	lease_book_done(&r->leases);
	arena_free(r->leases_arena);
	buf_done(&r->octets);
	free(r->kept);
}
