/*
 * Logs of NATs in the ear: listeners whose datagrams are spooled, and items of the spool as events for the judge. See ear.h.
 *
 * All of it is one lane, because order matters. An item is decoded once, also when there is no room for its frames at first: templates and
 * sequences have gone on with it. A line that cannot be read is shown to a person, one a day and feed; all are counted, and are a hole.
 */
#include <stdio.h>
#include <stdlib.h>

#include "aupd/ear.h"
#include "model/config_nat.h"
#include "model/item.h"

enum { NOTE_TEXT_MAX = 400, EVENTS_BYTES_MAX = FRAME_BODY_MAX - (32 << 10) };

struct ear_nat {
	struct nat_listener *listeners[CONFIG_NAT_LISTEN_MAX];
	struct nat_exporter exporters[CONFIG_NAT_EXPORTERS_MAX];
	unsigned exporter_count;
	struct ipfix_book book;
	struct buf events;              /* of the item that was decoded last, on their way to the judge */
	struct position made_at;
	bool made, noted;               /* noted: it has a line that a person is to see */
	char note[NOTE_TEXT_MAX], reason[2 * NOTE_TEXT_MAX];
	size_t note_len;
	int64_t noted_at[UINT8_MAX + 1];        /* of each feed, the last one that was shown */
	uint64_t records[5];            /* as in figures.c */
};

enum { RECORD_EVENT, RECORD_SILENT, RECORD_OTHER, RECORD_UNREAD, RECORD_LOST };

_Static_assert((int)CONFIG_NAT_IPFIX == (int)NAT_IPFIX, "the formats of the configuration are those of the decoder");

static struct str lane_key(void)
{
	return STR("nat");
}

static enum err read_exporters(struct ear *e, struct ear_nat *n, struct why *why)
{
	const struct share *s = &e->role->share;
	for (unsigned i = 0; i < s->nat_exporter_count; i++) {
		const struct nat_from *from = &s->nat_exporters[i];
		struct nat_exporter *x = &n->exporters[n->exporter_count++];
		*x = (struct nat_exporter){ .feed = (uint8_t)from->feed, .speech = (uint8_t)(from->format == CONFIG_NAT_IPFIX ? from->format + from->dialect - 1 : from->format) };
		if (prefix_parse(from->prefix, &x->prefix) != OK || x->speech >= NAT_SPEECH_END)
			return why_set(why, ERR_SYNTAX, "an exporter of the configuration has no address");
	}
	return OK;
}

/* Also without a listener: what the spool has of an earlier configuration. */
static struct ear_nat *get(struct ear *e)
{
	if (!e->nat && (e->nat = calloc(1, sizeof(*e->nat))))
		buf_init(&e->nat->events, FRAME_BODY_MAX);
	return e->nat;
}

enum err ear_nat_listen(struct ear *e, struct sink door, struct why *why)
{
	const struct share *s = &e->role->share;
	struct ear_nat *n = s->nat_listen_count ? get(e) : NULL;
	if (!s->nat_listen_count)
		return OK;
	enum err err = n ? read_exporters(e, n, why) : why_set(why, ERR_NOMEM, "no memory for exporters");
	for (unsigned i = 0; err == OK && i < s->nat_listen_count; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "nat.%u", i);
		struct nat_options o = { .fd = role_fd(e->role, name), .source = 1, .exporters = n->exporters, .exporter_count = n->exporter_count, .sink = door };
		err = nat_listen(e->role->loop, &o, &n->listeners[i], why);
	}
	return err;
}

void ear_nat_figures(struct ear *e)
{
	struct ometrics *f = &e->role->figures;
	struct nat_stats sum = { 0 };
	for (unsigned i = 0; e->nat && i < CONFIG_NAT_LISTEN_MAX && e->nat->listeners[i]; i++) {
		const struct nat_stats *s = nat_stats(e->nat->listeners[i]);
		sum.taken += s->taken;
		sum.unknown += s->unknown;
		sum.refused += s->refused;
		sum.cut += s->cut;
		sum.dropped += s->dropped;
	}
	const uint64_t by_fate[] = { sum.taken, sum.unknown, sum.refused, sum.cut, sum.dropped };
	for (unsigned i = 0; i < sizeof(by_fate) / sizeof(by_fate[0]); i++)
		ometric_set(f, EAR_NAT, i, (int64_t)by_fate[i]);
	for (unsigned i = 0; e->nat && i < sizeof(e->nat->records) / sizeof(e->nat->records[0]); i++)
		ometric_set(f, EAR_NAT_RECORDS, i, (int64_t)e->nat->records[i]);
}

struct telling {
	struct ear_nat *n;
	const struct nat_datagram *d;
	unsigned beyond;                /* events for which a frame has no room */
};

static void tell(void *arg, const struct nat_event *event)
{
	struct telling *t = arg;
	if (buf_str(&t->n->events).len + NAT_EVENT_BYTES > EVENTS_BYTES_MAX)
		t->beyond++;
	else
		nat_put(&t->n->events, t->d->feed, t->d->received_at, event);
}

static void tell_feed(struct ear_nat *n, uint8_t feed, int64_t received_at, enum nat_what what)
{
	struct nat_event e = { .what = what };
	nat_put(&n->events, feed, received_at, &e);
}

/* The first of a feed's within a day. */
static void keep_note(struct ear *e, const struct nat_datagram *d, const struct nat_read *x)
{
	struct ear_nat *n = e->nat;
	if (n->noted || !x->reason[0] || (n->noted_at[d->feed] && d->received_at - n->noted_at[d->feed] < DAY_US))
		return;
	struct str text = str_printable(e->arena, str_sub(x->first, 0, NOTE_TEXT_MAX / 4), NOTE_TEXT_MAX);
	n->note_len = text.len < NOTE_TEXT_MAX ? text.len : NOTE_TEXT_MAX;
	if (n->note_len)
		memcpy(n->note, text.ptr, n->note_len);
	(void)snprintf(n->reason, sizeof(n->reason), "the log of a NAT, feed %u: %s", d->feed, x->reason);
	n->noted = true;
	n->noted_at[d->feed] = d->received_at;
}

static void decode(struct ear *e, const struct nat_datagram *d)
{
	struct ear_nat *n = e->nat;
	struct telling t = { n, d, 0 };
	struct nat_read x;
	nat_read(&n->book, d, tell, &t, &x);
	n->records[RECORD_EVENT] += x.events;
	n->records[RECORD_SILENT] += x.silent;
	n->records[RECORD_OTHER] += x.others;
	n->records[RECORD_UNREAD] += x.unread;
	n->records[RECORD_LOST] += x.lost + t.beyond;
	bool lost = x.lost || x.unread || x.unverified || t.beyond;
	/* the frame keeps room for one of these a datagram beyond its events */
	tell_feed(n, d->feed, d->received_at, lost ? NAT_LOST : NAT_HEARD);
	keep_note(e, d, &x);
}

/* What a listener lost may have been any exporter's. */
static void all_lost(struct ear *e, int64_t received_at)
{
	for (unsigned i = 0; i < e->role->share.nat_exporter_count; i++)
		tell_feed(e->nat, (uint8_t)e->role->share.nat_exporters[i].feed, received_at, NAT_LOST);
}

static void make(struct ear *e, const struct spool_record *r)
{
	struct ear_nat *n = e->nat;
	struct nat_batch batch = { .since_at = r->received_at, .lost = 1 };
	struct nat_datagram d;
	struct str rest = STR_NONE;
	n->noted = false;
	if (!attempt_begin(e->attempt, &r->at) || nat_item_open(r->payload, &batch, &rest) != OK)
		log_error("an item of a NAT's log ended its decoder twice or is none, and is skipped");
	buf_clear(&n->events);
	nat_begin(&n->events, &batch);
	if (batch.lost)
		all_lost(e, r->received_at);
	while (nat_item_next(&rest, &d) == OK)
		decode(e, &d);
	n->made = true;
	n->made_at = r->at;
}

static bool send_note(struct ear *e, const struct spool_record *r)
{
	char key[POSITION_TEXT_MAX];
	struct ear_nat *n = e->nat;
	struct item i = { .type = ITEM_UNPARSED, .at = { r->at.segment, r->at.offset, 1 }, .received_at = r->received_at, .listener = STR("nat"), .format = STR("nat"),
		.reason = str_of(n->reason), .text = { n->note, n->note_len } };
	struct str body;
	position_print(&i.at, key);
	uint8_t lane = lane_of(str_of(key));
	enum send_state state = ear_may_send(e, &i.at, lane);
	if (state != SEND_NOW)
		return state == SEND_DONE;
	ear_count(e, EAR_UNPARSED);
	return field_encode(e->arena, item_fields, &i, &body) == OK && ear_put(e, FRAME_ITEM, &i.at, lane, true, body);
}

bool ear_send_nat(struct ear *e, const struct spool_record *r)
{
	struct position at = { r->at.segment, r->at.offset, 0 };
	uint8_t lane = lane_of(lane_key());
	struct ear_nat *n = get(e);
	if (!n) {
		log_error("no memory for the log of a NAT");
		return false;
	}
	if (!n->made || position_cmp(&n->made_at, &r->at) != 0)
		make(e, r);
	if (n->events.err) {
		log_error("events of a NAT are too long for a frame");
		n->made = false;
		return false;
	}
	enum send_state state = ear_may_send(e, &at, lane);
	if (state == SEND_FULL || (state == SEND_NOW && !ear_put(e, FRAME_NAT, &at, lane, !n->noted, buf_str(&n->events))))
		return false;
	return !n->noted || send_note(e, r);
}
