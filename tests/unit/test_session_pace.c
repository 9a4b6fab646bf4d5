/*
 * How fast a session was between two messages.
 */
#include "attribution/session_pace.h"
#include "attribution/session_who.h"
#include "session_world.h"

static struct session_count_at at(int64_t lasted_s, uint64_t in, uint64_t out)
{
	return (struct session_count_at){ true, lasted_s * SECOND_US, in, out };
}

static uint32_t over(struct session_count_at before, struct session_count_at now)
{
	return session_pace_of(&before, &now, true).over_s;
}

static void intervals(void)
{
	struct session_count_at before = at(100, 1000, 5000), now = at(400, 76000, 5000), uncounted = at(400, 0, 0), unsaid = now;
	struct session_pace p = session_pace_of(&before, &now, true);
	OK_(p.over_s == 300 && p.in_bits == 2000 && p.out_bits == 0 && p.whole, "octets of 300 seconds, as bits a second");
	OK_(!session_pace_of(&before, &now, false).whole, "without upper halves it may have been more");
	uncounted.counted = false;
	unsaid.lasted_us = -1;
	OK_(!over(before, uncounted) && !over(uncounted, now) && !over(before, unsaid) && !over(unsaid, now), "what is not counted, or not for how long, tells nothing");
	OK_(!over(at(0, 9, 9), at(300, 8, 9)) && !over(at(0, 9, 9), at(300, 9, 8)), "nor do counters that fall");
	OK_(!over(at(300, 0, 0), at(0, 9, 9)) && !over(at(0, 0, 0), at(59, 9, 9)) && over(at(0, 0, 0), at(60, 9, 9)), "less than a minute is none");
	OK_(over(at(0, 0, 0), at(4000, 9, 9)) && !over(at(0, 0, 0), at(4001, 9, 9)), "nor is much more than an hour");
	OK_(over(at(0, 0, 0), at(60, UINT64_C(3000000000000), 0)) && !over(at(0, 0, 0), at(60, UINT64_C(3000000000001), 0)), "nor what no line carries");
	OK_(!over(at(0, 0, 0), at(60, UINT64_MAX, UINT64_MAX)), "however much it is");
}

static void packed(void)
{
	unsigned wrong = 0;
	for (uint64_t n = 0; n < SESSION_PACE_MAX; n += n / 37 + 1) {
		uint64_t got = session_pace_unpack(session_pace_pack(n));
		wrong += got > n || n - got > n / 1000;
	}
	OK_(!wrong, "a rate packed into 16 bits is no more, and hardly less");
	OK_(session_pace_unpack(session_pace_pack(UINT64_MAX)) == session_pace_unpack(session_pace_pack(SESSION_PACE_MAX)), "the most is the most");
}

static struct session_world w;
static struct session_heard last;

static enum err keep(void *arg, const struct session_heard *h, struct why *why)
{
	(void)arg, (void)why;
	last = *h;
	return OK;
}

/* octets 0: none are said */
static void say(int64_t at_s, uint64_t octets, bool wide)
{
	struct accounting e = { .nas = STR("nas"), .session = STR("S1"), .user = STR("u1"), .status = at_s ? ACCOUNTING_INTERIM : ACCOUNTING_START, .lasted_us = at_s * SECOND_US,
		.counted = octets > 0, .wide = wide, .in_octets = octets, .out_octets = 2 * octets, .event_at = WORLD_AT + at_s * SECOND_US, .received_at = WORLD_AT + at_s * SECOND_US };
	last = (struct session_heard){ 0 };
	session_world_take(&w, &e);
}

static void told(void)
{
	struct session_now now;
	session_world_begin(&w, 100, 100);
	w.heard = keep;
	say(0, 0, false);
	say(300, 1000, false);
	OK_(last.step == SESSION_WENT_ON && !last.pace.over_s, "the first count has none before it");
	say(600, 76000, false);
	OK_(last.pace.over_s == 300 && last.pace.in_bits == 2000 && last.pace.out_bits == 4000 && !last.pace.whole, "the second has; its server never sent upper halves");
	OK_(session_look(w.book, last.ref, &now) && now.in_bits == 2000 && now.out_bits == 4000, "it is known of the session");
	say(450, 40000, false);
	OK_(last.step == SESSION_LATE && !last.pace.over_s && session_look(w.book, last.ref, &now) && now.in_bits == 2000, "what comes late measures nothing");
	say(900, 0, false);
	OK_(!last.pace.over_s && session_look(w.book, last.ref, &now) && !now.in_bits, "without a count it is not known");
	say(1200, 226000, true);
	OK_(!last.pace.over_s, "a count behind one that is missing is of no interval");
	say(1500, 301000, false);
	OK_(last.pace.over_s == 300 && last.pace.whole, "a server that sent upper halves once sends them where there are any");
	session_world_end(&w);
}

int main(void)
{
	intervals();
	packed();
	told();
	return tap_done();
}
