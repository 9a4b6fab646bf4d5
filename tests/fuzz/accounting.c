/*
 * Any bytes as messages about sessions, as an item of accounting, and as a packet: what is decoded encodes to the same octets, what a packet
 * becomes is read again, and a book of sessions that is told any of it holds together.
 */
#include "attribution/session.h"
#include "fuzz.h"
#include "intake/accounting.h"
#include "intake/accounting_read.h"

enum { MESSAGES_BYTES = 1 << 20, SESSIONS = 8 };

static enum err put(void *arg, const struct binding *b, struct why *why)
{
	struct binding one = *b;
	(void)arg;
	one.recorded_at = SECOND_US;
	MUST(b->session && b->feed);
	/* what cannot have been is left out */
	return binding_normalise(&one, why) == ERR_NOMEM ? ERR_NOMEM : OK;
}

static enum err name(void *arg, struct str user, struct binding_subject *ret_subject)
{
	(void)arg;
	ret_subject->octets[0] = (uint8_t)user.len;
	return user.len ? OK : ERR_NOTFOUND;
}

static void walk_messages(struct session_book *book, struct str bytes)
{
	struct session_sink sink = { .put = put, .name = name };
	struct accounting e;
	struct str rest, before;
	struct buf again;
	int64_t since_at;
	uint8_t feed;
	if (accounting_open(bytes, &since_at, &rest) != OK)
		return;
	buf_init(&again, MESSAGES_BYTES);
	for (before = rest; accounting_next(&rest, &feed, &e) == OK; before = rest) {
		struct why why = { 0 };
		buf_clear(&again);
		accounting_put(&again, feed, &e);
		MUST(str_eq(buf_str(&again), str_sub(before, 0, before.len - rest.len)));
		if (feed && e.status != ACCOUNTING_LOST)
			MUST(session_take(book, feed, &e, &sink, &why) == OK);
		MUST(session_count_open(book) <= SESSIONS);
	}
	buf_done(&again);
}

static void walk_packet(struct str octets)
{
	struct addr sender = { { 0 } };
	struct accounting_texts texts;
	struct accounting e, again;
	struct radius_packet p;
	struct str rest;
	struct buf body;
	uint8_t feed;
	if (radius_read(octets, &p) != OK || !accounting_read(&p, &sender, SECOND_US, &texts, &e))
		return;
	MUST(e.held_count <= ACCOUNTING_HELD_MAX && e.nas.len && e.nas.len <= ACCOUNTING_TEXT_MAX);
	buf_init(&body, MESSAGES_BYTES);
	accounting_put(&body, 1, &e);
	rest = buf_str(&body);
	MUST(accounting_next(&rest, &feed, &again) == OK && feed == 1 && !rest.len && str_eq(again.session, e.session) && again.held_count == e.held_count);
	buf_done(&body);
}

static void walk_item(struct str bytes)
{
	struct accounting_batch batch;
	struct accounting_packet x;
	struct str rest;
	if (accounting_item_open(bytes, &batch, &rest) != OK)
		return;
	while (accounting_item_next(&rest, &x) == OK)
		walk_packet(x.octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t key[SESSION_KEY_LEN];
	struct session_book *book = session_book_new(SESSIONS, key);
	MUST(book);
	walk_messages(book, FUZZ_TEXT(data, len));
	walk_item(FUZZ_TEXT(data, len));
	walk_packet(FUZZ_TEXT(data, len));
	session_book_free(book);
	return 0;
}
