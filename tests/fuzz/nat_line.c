/*
 * Lines of NAT logs: the first octet picks the format, and whether it is a file. Every line comes to its end, what is not taken has a reason or is another
 * matter, and what is taken is an event that a frame holds and that makes bindings of their one form.
 */
#include "attribution/nat_block.h"
#include "format/nat_line.h"
#include "fuzz.h"

#define NOW (1790000000 * SECOND_US)

static enum err put(void *arg, const struct binding *b, struct why *why)
{
	struct binding one = *b;
	one.recorded_at = NOW;
	MUST(binding_normalise(&one, why) == OK && one.prefix.bits == 128 && (one.flags & BINDING_INSIDE || one.subject.octets[0] == 0));
	return binding_index_add(arg, &one, why);
}

static void one_event(struct binding_index *ix, const struct nat_event *e)
{
	struct nat_block_count count = { 0 };
	struct nat_event again;
	struct nat_batch batch = { NOW, 0 };
	struct str rest;
	struct buf out;
	uint8_t feed;
	int64_t received_at;
	MUST(e->first_at <= e->last_at && e->port_from <= e->port_to && addr_is_v4(&e->outside));
	buf_init(&out, 1 << 12);
	nat_begin(&out, &batch);
	nat_put(&out, 7, NOW, e);
	MUST(nat_open(buf_str(&out), &batch, &rest) == OK && nat_next(&rest, &feed, &received_at, &again) == OK && feed == 7);
	MUST(again.what == e->what && again.mapping == e->mapping && again.first_at == e->first_at && again.last_at == e->last_at && again.since_at == e->since_at &&
		addr_eq(&again.inside, &e->inside) && addr_eq(&again.outside, &e->outside) && again.port_from == e->port_from && again.port_to == e->port_to);
	MUST(nat_next(&rest, &feed, &received_at, &again) == ERR_NOTFOUND);
	buf_done(&out);
	MUST(nat_block_take(ix, 7, e, put, ix, &count, NULL) == OK);
	uint64_t made = count.bindings;
	MUST(made || count.repeated);
	/* the same word again is no news */
	if (e->what == NAT_GIVEN)
		MUST(nat_block_take(ix, 7, e, put, ix, &count, NULL) == OK && count.bindings == made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct binding_index *ix = binding_index_new(1 << 16);
	struct str rest = FUZZ_TEXT(data, len), line;
	struct nat_clock clock = { .received_at = NOW, .now = NOW };
	MUST(ix);
	if (len) {
		enum nat_format format = (enum nat_format)(data[0] % NAT_FORMAT_END);
		if (data[0] & 64)
			clock = (struct nat_clock){ .received_at = TIME_NONE, .now = NOW, .zone_given = data[0] & 32, .zone_us = HOUR_US };
		rest = str_sub(rest, 1, len);
		while (str_next_line(&rest, &line)) {
			static struct nat_line l;
			struct why why = { 0 };
			enum err e = nat_line_read(format, &clock, line, &l, &why);
			MUST(e == OK || e == ERR_NOTFOUND || e == ERR_UNSUPPORTED || why.text[0]);
			MUST((e == OK) == (l.count > 0) && l.count <= NAT_LINE_EVENTS_MAX);
			for (unsigned i = 0; i < l.count; i++)
				one_event(ix, &l.list[i]);
		}
	}
	binding_index_free(ix);
	return 0;
}
