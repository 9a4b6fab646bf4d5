/*
 * Who counts is told each step of a session once.
 */
#include "session_world.h"

static struct session_world w;
static char told[4096];

/* "began 1 0+7", of user 1, with so many octets before and now; "-" where none were said */
static enum err note_heard(void *arg, const struct session_heard *h, struct why *why)
{
	static const char *const steps[] = { "began", "went-on", "ended", "late", "lost" };
	size_t at = strlen(told);
	(void)arg, (void)why;
	(void)snprintf(told + at, sizeof(told) - at, "%s%s %u %lld", at ? ", " : "", steps[h->step], world_user(h->subject), h->counted_before ? (long long)h->in_before : -1);
	at = strlen(told);
	if (h->message)
		(void)snprintf(told + at, sizeof(told) - at, "+%lld", h->message->counted ? (long long)h->message->in_octets : -1);
	BUG_ON(h->first_s > h->last_s || (h->step == SESSION_LOST) != !h->message || (h->step == SESSION_BEGAN && h->before_s));
	return OK;
}

static int64_t clock_set_s;     /* by so much the server's clock was set */

static void count(enum accounting_status status, const char *session, int64_t at_s, int64_t octets)
{
	struct accounting e = { .nas = STR("nas"), .session = str_of(session), .user = STR("u1"), .status = status, .lasted_us = at_s * SECOND_US,
		.counted = octets >= 0, .in_octets = octets < 0 ? 0 : (uint64_t)octets, .port_type = ACCOUNTING_UNSAID, .timeout_s = ACCOUNTING_UNSAID };
	e.received_at = WORLD_AT + (status == ACCOUNTING_ON ? 9000 : at_s) * SECOND_US;
	e.event_at = e.received_at + clock_set_s * SECOND_US;
	session_world_take(&w, &e);
}

static void heard(void)
{
	session_world_begin(&w, 100, 100);
	w.heard = note_heard;
	count(ACCOUNTING_START, "S1", 0, -1);
	count(ACCOUNTING_INTERIM, "S1", 300, 7);
	count(ACCOUNTING_INTERIM, "S1", 900, 20);
	count(ACCOUNTING_INTERIM, "S1", 900, 20);
	count(ACCOUNTING_INTERIM, "S1", 600, 12);
	count(ACCOUNTING_STOP, "S1", 1000, 25);
	count(ACCOUNTING_STOP, "S1", 1000, 25);
	count(ACCOUNTING_STOP, "S1", 1000, 26);
	count(ACCOUNTING_STOP, "S2", 500, 3);
	count(ACCOUNTING_INTERIM, "S3", 700, 4);
	count(ACCOUNTING_ON, "", 0, -1);
	IS_STR(str_of(told), STR("began 1 -1+-1, went-on 1 -1+7, went-on 1 7+20, late 1 20+12, ended 1 20+25, late 1 25+26, ended 1 -1+3, began 1 -1+4, lost 1 4"),
		"who counts hears each step of a session once, with what was counted before");
	session_world_end(&w);
	session_world_begin(&w, 100, 100);
	w.heard = note_heard;
	told[0] = '\0';
	count(ACCOUNTING_START, "S1", 0, -1);
	count(ACCOUNTING_INTERIM, "S1", 600, 7);
	clock_set_s = -3600;
	count(ACCOUNTING_INTERIM, "S1", 1200, 9);
	count(ACCOUNTING_STOP, "S1", 1300, 12);
	clock_set_s = 0;
	IS_STR(str_of(told), STR("began 1 -1+-1, went-on 1 -1+7, late 1 7+9, ended 1 7+12"), "a session goes on when the clock of its server is set");
	session_world_end(&w);
}

static struct session_heard steps[8];
static unsigned step_count;

static enum err keep_heard(void *arg, const struct session_heard *h, struct why *why)
{
	(void)arg, (void)why;
	BUG_ON(step_count == sizeof(steps) / sizeof(steps[0]));
	steps[step_count++] = *h;
	return OK;
}

static void say(const char *session, const char *user, int64_t at_s, int64_t lasted_s)
{
	struct accounting e = { .nas = STR("nas"), .session = str_of(session), .user = str_of(user), .status = ACCOUNTING_INTERIM, .lasted_us = lasted_s * SECOND_US,
		.event_at = WORLD_AT + at_s * SECOND_US, .received_at = WORLD_AT + at_s * SECOND_US };
	session_world_take(&w, &e);
}

static void measured(void)
{
	const uint32_t zero_s = binding_floor(WORLD_AT);
	session_world_begin(&w, 100, 100);
	w.heard = keep_heard;
	say("S1", "u1", 300, 300);
	say("S1", "u1", 600, 600);
	OK_(steps[0].lasted_before_us <= 0 && steps[1].lasted_before_us == 300 * SECOND_US && !steps[1].displaced_s, "how long it had lasted is told with how long it has");
	/* a server whose time runs slow says that it began later */
	say("S1", "u1", 1200, 900);
	OK_(step_count == 4 && steps[2].step == SESSION_LOST && steps[2].displaced_s == zero_s + 600, "one that another one under its id takes the place of");
	OK_(steps[3].step == SESSION_BEGAN && steps[3].displaced_s == zero_s + 600 && steps[3].lasted_before_us == 600 * SECOND_US && !steps[3].before_s, "and of that one, what was before");
	say("S2", "u1", 1200, 10);
	say("S3", "u2", 100, 10);
	uint32_t nas = (uint32_t)(steps[0].ref >> 40);
	OK_(session_peers(w.book, nas, zero_s + 1000) == 2 && session_peers(w.book, nas, zero_s) == 3, "sessions of a server that were heard of since then");
	OK_(session_peers(w.book, nas ^ 1, 0) == 0, "of another one there are none");
	OK_(session_seen(w.book, steps[3].ref) == zero_s + 1200 && !session_seen(w.book, 1), "when one was heard of last");
	session_world_end(&w);
}

int main(void)
{
	heard();
	measured();
	return tap_done();
}
