/*
 * Feed health against a second by second reference, and the grades of answers: a table of holdings that each shows one rule, then
 * the promise that counts: never grade A for one subject while another one may have held it.
 */
#include "attribution/binding_grade.h"
#include "binding_world.h"

enum { SECONDS = 400, SPANS = 60, QUESTIONS = 20000, WORLDS = 40, BINDINGS = 60, FOUND_MAX = 256 };

/* The state of each second by what was recorded until then: -1 nothing, else enum feed_state. */
static void paint(const struct feed_span *spans, unsigned count, uint8_t feed, int64_t as_of, int state[SECONDS])
{
	for (unsigned t = 0; t < SECONDS; t++) {
		int64_t at = WORLD_AT + t * SECOND_US, newest = INT64_MIN;
		state[t] = -1;
		for (unsigned i = 0; i < count; i++)
			if ((spans[i].feed == feed || spans[i].feed == FEED_ALL) && spans[i].from_at <= at && at < spans[i].until_at && spans[i].recorded_at <= as_of &&
				spans[i].recorded_at >= newest) {
				newest = spans[i].recorded_at;
				state[t] = (int)spans[i].state;
			}
	}
}

static void feeds_against_paint(void)
{
	struct feed_span spans[SPANS], hole;
	int state[SECONDS];
	unsigned bad = 0, whole_count = 0, asked = 0;
	for (unsigned world = 0; world < WORLDS * 5; world++) {
		struct feed_health *h = feed_health_new();
		for (unsigned i = 0; i < SPANS; i++) {
			struct feed_span s = { (uint8_t)(1 + dice(2)), dice(3) ? FEED_HEARD : FEED_HOLE, FEED_REASON_NONE, 0, 0, WORLD_AT + dice(1000) * SECOND_US };
			if (s.state == FEED_HOLE) {
				s.reason = FEED_DROPPED;
				s.feed = dice(4) ? s.feed : FEED_ALL;
			}
			s.from_at = dice(20) || s.state == FEED_HEARD ? WORLD_AT + dice(SECONDS) * SECOND_US + dice(1000000) : TIME_NONE;
			s.until_at = dice(20) || s.state == FEED_HEARD ? WORLD_AT + (SECONDS / 4 + dice(SECONDS)) * SECOND_US + dice(1000000) : TIME_MAX;
			if (feed_span_normalise(&s, NULL) != OK) {
				i--;
				continue;
			}
			spans[i] = s;
			bad += feed_health_add(h, &s) != OK || !feed_health_has(h, &s);
		}
		for (unsigned i = 0; i < 100; i++, asked++) {
			unsigned from = dice(SECONDS), until = from + dice(SECONDS - from > 40 && dice(2) ? 40 : SECONDS - from);
			int64_t as_of = dice(2) ? TIME_MAX : WORLD_AT + dice(1000) * SECOND_US;
			uint8_t feed = (uint8_t)(1 + dice(2));
			bool want = true, got = feed_health_whole(h, feed, WORLD_AT + from * SECOND_US, WORLD_AT + until * SECOND_US, as_of, &hole);
			paint(spans, SPANS, feed, as_of, state);
			for (unsigned t = from; t <= until; t++)
				want &= state[t] == (int)FEED_HEARD;
			whole_count += want;
			bad += got != want;
			/* the hole that it names is one, from its first second on */
			if (!got) {
				int64_t t = (hole.from_at - WORLD_AT) / SECOND_US;
				bad += t < from || t > until || state[t] == (int)FEED_HEARD || (state[t] == (int)FEED_HOLE) != (hole.reason != FEED_REASON_NONE);
			}
		}
		feed_health_free(h);
	}
	printf("# %u questions, %u whole\n", asked, whole_count);
	OK_(!bad && whole_count > asked / 100, "a feed was heard throughout, or not, as each second says");
}

static void feeds_kept(void)
{
	struct feed_health *h = feed_health_new();
	struct feed_span s = { 3, FEED_HEARD, FEED_REASON_NONE, WORLD_AT + 1, WORLD_AT + 10 * SECOND_US + 5, WORLD_AT }, gap;
	OK_(!feed_health_gap(h, 3, WORLD_AT, FEED_WE_WERE_DOWN, &gap) && feed_health_last_at(h, 3) == TIME_NONE, "a feed that was never heard has no gap, it has nothing");
	OK_(feed_span_normalise(&s, NULL) == OK && s.from_at == WORLD_AT + SECOND_US && s.until_at == WORLD_AT + 10 * SECOND_US, "what was heard is rounded inwards");
	OK_(feed_health_add(h, &s) == OK && feed_health_add(h, &s) == OK && feed_health_count(h) == 1, "the same again is kept once");
	OK_(feed_health_gap(h, 3, WORLD_AT + 50 * SECOND_US, FEED_WE_WERE_DOWN, &gap) && gap.from_at == s.until_at && gap.state == FEED_HOLE, "after a restart: the gap");
	feed_health_purge(h, WORLD_AT + 5 * SECOND_US);
	OK_(feed_health_whole(h, 3, WORLD_AT + 5 * SECOND_US, WORLD_AT + 9 * SECOND_US, TIME_MAX, &gap) &&
			!feed_health_whole(h, 3, WORLD_AT + 4 * SECOND_US, WORLD_AT + 9 * SECOND_US, TIME_MAX, &gap),
		"what was heard before the time of a purge is not vouched for any more");
	feed_health_purge(h, WORLD_AT + 10 * SECOND_US);
	OK_(feed_health_count(h) == 0 && feed_health_last_at(h, 3) == s.until_at, "a purge forgets spans, not when it was heard last");
	OK_(feed_health_gap(h, 3, WORLD_AT + 50 * SECOND_US, FEED_WE_WERE_DOWN, &gap) && feed_health_told_at(h, 3) == s.until_at && feed_health_add(h, &gap) == OK &&
			feed_health_told_at(h, 3) == gap.until_at && feed_health_told_at(h, 4) == TIME_NONE && feed_health_last_at(h, 3) == s.until_at,
		"a hole is told of and not heard");
	s.until_at = s.from_at;
	OK_(feed_span_normalise(&s, NULL) == ERR_RANGE, "nothing was heard in no time");
	feed_health_free(h);
}

static const struct binding_feeds one_feed = { (const uint8_t[]){ 1 }, 1 };

struct row {
	uint8_t subject;
	int start, sure, seen, end;     /* seconds; -1: not known */
	enum binding_kind kind;
	uint8_t flags;
	const char *prefix;
	unsigned port_from, port_to;
};

static const struct scene {
	const char *name;
	struct row rows[3];
	int32_t port;
	int heard_from, heard_until;
	enum binding_verdict verdict;
	enum grade grade;
	unsigned reasons, subjects;
} scenes[] = {
#define R(r) (1u << (r))
	{ "both ends heard around the window", { { 1, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "confirmed on both sides", { { 1, 100, -1, 700, -1, BINDING_INTERIM, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "started, and not heard of since", { { 1, 100, -1, -1, -1, BINDING_START, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_END_UNKNOWN), 1 },
	{ "confirmed in the window only", { { 1, 100, -1, 550, -1, BINDING_INTERIM, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_END_UNKNOWN), 1 },
	{ "an inferred end", { { 1, 100, -1, 450, 900, BINDING_STOP, BINDING_END_GUESSED, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_END_INFERRED), 1 },
	{ "confirmed after the window, then an inferred end", { { 1, 100, -1, 700, 900, BINDING_STOP, BINDING_END_GUESSED, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_A,
		R(BINDING_SURE), 1 },
	{ "an unknown start", { { 1, -1, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_START_UNSURE), 1 },
	{ "a start that may lie in the window", { { 1, 100, 520, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_START_UNSURE), 1 },
	{ "a part of the window", { { 1, 500, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_PART), 1 },
	{ "one after the other, the same subject", { { 1, 100, -1, -1, 500, BINDING_STOP, 0, NULL, 0, 0 }, { 1, 500, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000,
		BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "the same with a second between", { { 1, 100, -1, -1, 500, BINDING_STOP, 0, NULL, 0, 0 }, { 1, 501, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD,
		GRADE_B, R(BINDING_PART), 1 },
	{ "one after the other, two subjects", { { 1, 100, -1, -1, 500, BINDING_STOP, 0, NULL, 0, 0 }, { 2, 500, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000,
		BINDING_HELD, GRADE_C, R(BINDING_SEVERAL), 2 },
	{ "two subjects at once", { { 1, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 }, { 2, 200, -1, -1, 800, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_C,
		R(BINDING_SEVERAL), 2 },
	{ "a lost stop, then another session", { { 1, 100, -1, 200, -1, BINDING_INTERIM, 0, NULL, 0, 0 }, { 2, 300, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000,
		BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "a lost stop, then another session that is over", { { 1, 100, -1, 200, -1, BINDING_INTERIM, 0, NULL, 0, 0 }, { 2, 300, -1, -1, 400, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0,
		2000, BINDING_NOBODY, GRADE_D, R(BINDING_NONE_HELD), 0 },
	{ "the first one heard of after the second began", { { 1, 100, -1, 310, -1, BINDING_INTERIM, 0, NULL, 0, 0 }, { 2, 300, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0,
		2000, BINDING_HELD, GRADE_C, R(BINDING_SEVERAL), 2 },
	{ "an assignment without an end, no feed heard", { { 1, 100, -1, -1, -1, BINDING_ASSIGNMENT, 0, NULL, 0, 0 } }, -1, 0, 1, BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "a hole in the window", { { 1, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 590, BINDING_HELD, GRADE_B, R(BINDING_FEED_HOLE), 1 },
	{ "a MAC address", { { 1, 100, -1, -1, 900, BINDING_STOP, BINDING_WEAK, NULL, 0, 0 } }, -1, 0, 2000, BINDING_HELD, GRADE_B, R(BINDING_WEAK_IDENTITY), 1 },
	{ "nobody, and the feed was heard", { { 1, 100, -1, -1, 200, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 0, 2000, BINDING_NOBODY, GRADE_D, R(BINDING_NONE_HELD), 0 },
	{ "nobody, and a hole", { { 1, 100, -1, -1, 200, BINDING_STOP, 0, NULL, 0, 0 } }, -1, 500, 2000, BINDING_CANNOT_TELL, GRADE_D, R(BINDING_FEED_HOLE), 0 },
	{ "a session inside another's assignment", { { 1, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 0, 0 }, { 2, 0, -1, -1, -1, BINDING_ASSIGNMENT, 0, "192.0.2.0/24", 0, 0 } }, -1, 0,
		2000, BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "the same, the session's end not heard", { { 1, 100, -1, -1, -1, BINDING_START, 0, NULL, 0, 0 }, { 2, 0, -1, -1, -1, BINDING_ASSIGNMENT, 0, "192.0.2.0/24", 0, 0 } }, -1, 0,
		2000, BINDING_HELD, GRADE_C, R(BINDING_SEVERAL), 2 },
	{ "a port block, with the port", { { 1, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 1024, 2047 }, { 2, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 2048, 3071 } }, 1500, 0, 2000,
		BINDING_HELD, GRADE_A, R(BINDING_SURE), 1 },
	{ "a port block, without the port", { { 1, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 1024, 2047 }, { 2, 100, -1, -1, 900, BINDING_STOP, 0, NULL, 2048, 3071 } }, -1, 0, 2000,
		BINDING_HELD, GRADE_E, R(BINDING_SEVERAL) | R(BINDING_SHARED), 2 },
	{ "a block that changed hands in the window", { { 1, 100, -1, -1, 500, BINDING_STOP, 0, NULL, 1024, 2047 }, { 2, 510, -1, -1, 900, BINDING_STOP, 0, NULL, 1024, 2047 } }, 1500, 0,
		2000, BINDING_HELD, GRADE_E, R(BINDING_SEVERAL) | R(BINDING_SHARED), 2 },
	{ "one that never was", { { 1, 100, -1, -1, 900, BINDING_CORRECTION, BINDING_WITHDRAWN, NULL, 0, 0 } }, -1, 0, 2000, BINDING_NOBODY, GRADE_D, R(BINDING_NONE_HELD), 0 },
};

static int64_t second(int s)
{
	return s < 0 ? TIME_NONE : WORLD_AT + s * SECOND_US;
}

static void play(const struct scene *s)
{
	struct binding_index *ix = binding_index_new(8);
	struct feed_health *h = feed_health_new();
	struct feed_span heard = { 1, FEED_HEARD, FEED_REASON_NONE, second(s->heard_from), second(s->heard_until), WORLD_AT };
	struct binding_holding found[FOUND_MAX];
	struct binding_grade g;
	struct binding_question q = { .port = s->port, .from_at = second(400), .until_at = second(600), .as_of = TIME_MAX };
	unsigned n = 0;
	bool good = feed_span_normalise(&heard, NULL) == OK && feed_health_add(h, &heard) == OK && addr_parse(STR("192.0.2.1"), &q.addr) == OK;
	for (unsigned i = 0; i < 3 && s->rows[i].subject; i++) {
		const struct row *r = &s->rows[i];
		struct binding b = { .port_from = (uint16_t)r->port_from, .port_to = (uint16_t)(r->port_to ? r->port_to : BINDING_PORT_LAST), .feed = 1, .kind = r->kind, .flags = r->flags,
			.subject = { { r->subject } }, .start_at = second(r->start), .start_sure_at = second(r->sure), .seen_at = second(r->seen), .end_at = second(r->end),
			.recorded_at = WORLD_AT };
		good &= prefix_parse(str_of(r->prefix ? r->prefix : "192.0.2.1"), &b.prefix) == OK && binding_normalise(&b, NULL) == OK && binding_index_add(ix, &b, NULL) == OK;
	}
	good &= binding_index_find(ix, &q, found, FOUND_MAX, &n) == OK;
	binding_grade(&q, found, n, false, &one_feed, h, &g);
	good &= g.verdict == s->verdict && g.grade == s->grade && g.reasons == s->reasons && g.subject_count == s->subjects;
	if (!OK_(good, s->name))
		printf("# verdict %d, grade %s, reasons %x, %u subjects\n", g.verdict, grade_words[g.grade], g.reasons, g.subject_count);
	binding_index_free(ix);
	feed_health_free(h);
}

static void no_feed(void)
{
	struct feed_health *h = feed_health_new();
	struct binding_question q = { .port = -1, .from_at = second(400), .until_at = second(600), .as_of = TIME_MAX };
	struct binding_feeds none = { NULL, 0 };
	struct binding_grade g;
	binding_grade(&q, NULL, 0, false, &none, h, &g);
	OK_(g.verdict == BINDING_CANNOT_TELL && g.grade == GRADE_D && g.reasons == R(BINDING_NO_FEED), "where no feed speaks, nothing can be told");
	binding_grade(&q, NULL, 0, true, &one_feed, h, &g);
	OK_(g.verdict == BINDING_HELD && g.grade == GRADE_C, "more holders than fit are never fewer");
	feed_health_free(h);
}

/*
 * For every second of the window, who may have held it by the nearest prefix? Grade A of one is a lie where another one's nearest
 * binding touches the window and is not over by the rule of the lost stop.
 */
static bool honest(const struct binding_question *q, const struct binding_holding *list, unsigned n, const struct binding_grade *g)
{
	if (g->grade != GRADE_A)
		return true;
	unsigned nearest = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct binding *b = &list[i].binding;
		bool over = (b->end_at == TIME_NONE || b->flags & BINDING_END_GUESSED) && !(b->flags & BINDING_STATIC) && list[i].next_at != TIME_NONE &&
			list[i].next_at <= q->from_at && b->seen_at <= list[i].next_at;
		if (over)
			continue;
		unsigned near = b->prefix.bits * 65536u + 65535u - (unsigned)(b->port_to - b->port_from);
		if (near > nearest)
			nearest = near;
		if (near == nearest && !binding_subject_eq(&b->subject, &g->subjects[0])) {
			/* only where a nearer one of the subject's own vouches for all of it */
			bool nearer = false;
			for (unsigned k = 0; k < n; k++)
				nearer |= list[k].binding.prefix.bits * 65536u + 65535u - (unsigned)(list[k].binding.port_to - list[k].binding.port_from) > near;
			if (!nearer)
				return false;
		}
	}
	return g->subject_count == 1;
}

static void never_a_wrong_name(void)
{
	unsigned bad = 0, grades[GRADE_E + 1] = { 0 };
	struct binding_holding found[FOUND_MAX];
	for (unsigned world = 0; world < WORLDS; world++) {
		struct world_shape w = { 4, 3, 6000, 100 };
		struct binding_index *ix = binding_index_new(BINDINGS);
		struct feed_health *h = feed_health_new();
		for (unsigned i = 0; i < BINDINGS; i++) {
			struct binding b = world_binding(&w);
			if (binding_normalise(&b, NULL) != OK || binding_index_add(ix, &b, NULL) != OK)
				bad++;
		}
		for (uint8_t feed = 1; feed <= 2; feed++) {
			struct feed_span s = { feed, FEED_HEARD, FEED_REASON_NONE, WORLD_AT - DAY_US, WORLD_AT + DAY_US, WORLD_AT };
			bad += feed_span_normalise(&s, NULL) != OK || feed_health_add(h, &s) != OK;
		}
		for (unsigned i = 0; i < QUESTIONS / WORLDS; i++) {
			struct binding_question q = world_question(&w);
			struct binding_grade g;
			unsigned n = 0;
			q.as_of = TIME_MAX;
			bad += binding_index_find(ix, &q, found, FOUND_MAX, &n) != OK;
			binding_grade(&q, found, n, false, &one_feed, h, &g);
			grades[g.grade]++;
			bad += !honest(&q, found, n, &g) || (g.grade == GRADE_D) != (g.subject_count == 0) || !g.reasons;
		}
		binding_index_free(ix);
		feed_health_free(h);
	}
	printf("# A %u, B %u, C %u, D %u, E %u\n", grades[GRADE_A], grades[GRADE_B], grades[GRADE_C], grades[GRADE_D], grades[GRADE_E]);
	OK_(!bad && grades[GRADE_A] && grades[GRADE_B] && grades[GRADE_C] && grades[GRADE_D] && grades[GRADE_E], "never grade A where another one may have held it");
}

int main(void)
{
	feeds_against_paint();
	feeds_kept();
	for (unsigned i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		play(&scenes[i]);
	no_feed();
	never_a_wrong_name();
	return tap_done();
}
