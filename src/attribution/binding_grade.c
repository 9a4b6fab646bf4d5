/*
 * Grades of binding answers. See binding_grade.h.
 */
#include "attribution/binding_grade.h"

const char *const binding_reason_words[] = {
	"one holder over the whole window, confirmed before and after",
	"several customers held it within the time that is possible",
	"more holders than can be listed",
	"the customer held it for a part only of the time that is possible",
	"when the customer's holding began is not known for sure",
	"no end of the holding was heard, and nothing confirmed it after the window",
	"the end of the holding was inferred",
	"the feed knows the customer by something that can be copied",
	"a feed has a hole in the window",
	"no feed speaks of this address",
	"the address is shared: port and exact time are needed",
	"the port is told for one transport protocol only; in another one it may have been another's",
	"nobody held it",
	NULL,
};

struct grading {
	const struct binding_question *q;
	const struct binding_holding *list;
	unsigned count;
	uint32_t from, until;           /* whole seconds, both included */
	struct binding_grade *g;
};

static void reason(struct grading *x, enum binding_reason r)
{
	x->g->reasons |= UINT32_C(1) << r;
}

/* The lower, the nearer. */
static uint32_t distance(const struct binding *b)
{
	return (uint32_t)(128 - b->prefix.bits) << 16 | (uint32_t)(b->port_to - b->port_from);
}

static bool narrow(const struct binding *b)
{
	return b->port_to - b->port_from < BINDING_PORT_LAST;
}

/* Over before the window, because another session began and this one was not heard of again. */
static bool displaced(const struct grading *x, const struct binding_holding *h)
{
	bool open = h->binding.end_at == TIME_NONE || h->binding.flags & BINDING_END_GUESSED;
	return open && !(h->binding.flags & BINDING_STATIC) && !binding_is_mapping(&h->binding) &&
		h->next_at != TIME_NONE && binding_floor(h->next_at) <= x->from && h->binding.seen_at <= h->next_at;
}

static void add_subject(struct grading *x, const struct binding_subject *s)
{
	for (unsigned i = 0; i < x->g->subject_count; i++)
		if (binding_subject_eq(&x->g->subjects[i], s))
			return;
	if (x->g->subject_count < SUBJECT_CANDIDATES_MAX)
		x->g->subjects[x->g->subject_count++] = *s;
	else
		reason(x, BINDING_MANY);
}

/* The second until which holdings as near as that vouch without a gap, from the window's first on. */
static uint32_t sure_until(const struct grading *x, uint32_t far)
{
	uint32_t t = x->from;
	for (bool more = true; more && t <= x->until;) {
		more = false;
		for (unsigned i = 0; i < x->count; i++) {
			const struct binding *b = &x->list[i].binding;
			uint32_t from = binding_second(b->start_sure_at), until = binding_second(b->seen_at);
			if (distance(b) <= far && !displaced(x, &x->list[i]) && from <= t && until > t) {
				t = until;
				more = true;
			}
		}
	}
	return t;
}

/* Takes in holdings from near to far until the window is filled or two subjects are possible. Gives the distance reached. */
static uint32_t take_in(struct grading *x, bool *ret_filled)
{
	uint32_t far = 0;
	*ret_filled = false;
	for (uint32_t next = 0; next != UINT32_MAX;) {
		uint32_t nearest = UINT32_MAX;
		for (unsigned i = 0; i < x->count; i++) {
			uint32_t d = distance(&x->list[i].binding);
			if (d >= next && d < nearest && !displaced(x, &x->list[i]))
				nearest = d;
		}
		if (nearest == UINT32_MAX)
			break;
		for (unsigned i = x->count; i--;) {
			if (distance(&x->list[i].binding) != nearest || displaced(x, &x->list[i]))
				continue;
			if (!x->g->subject_count || !next)
				x->g->cited = i;
			add_subject(x, &x->list[i].binding.subject);
		}
		far = nearest;
		next = nearest + 1;
		*ret_filled = sure_until(x, far) > x->until;
		if (*ret_filled || x->g->subject_count > 1)
			break;
	}
	return far;
}

/* Is a feed that matters deaf in the window? The feeds of the holdings matter as well as those that the caller names. */
static bool has_hole(struct grading *x, uint32_t far, const struct binding_feeds *feeds, const struct feed_health *health)
{
	bool asked[BINDING_FEED_MAX + 1] = { false }, only_static = x->g->subject_count > 0;
	for (unsigned i = 0; i < feeds->count; i++)
		asked[feeds->list[i] <= BINDING_FEED_MAX ? feeds->list[i] : 0] = true;
	for (unsigned i = 0; x->g->subject_count && i < x->count; i++) {
		const struct binding *b = &x->list[i].binding;
		if (distance(b) > far || displaced(x, &x->list[i]) || b->flags & BINDING_STATIC)
			continue;
		asked[b->feed] = true;
		only_static = false;
	}
	for (unsigned feed = 1; !only_static && feed <= BINDING_FEED_MAX; feed++)
		if (asked[feed] && !feed_health_whole(health, (uint8_t)feed, x->q->from_at, x->q->until_at, x->q->as_of, &x->g->hole))
			return true;
	return false;
}

/* Why the window is not filled by the one subject. */
static void why_open(struct grading *x, uint32_t far)
{
	bool told = false;
	for (unsigned i = 0; i < x->count; i++) {
		const struct binding *b = &x->list[i].binding;
		if (distance(b) > far || displaced(x, &x->list[i]))
			continue;
		bool start = binding_second(b->start_sure_at) > x->from && binding_second(b->start_at) <= x->from;
		bool end = binding_second(b->seen_at) <= x->until && !(b->flags & BINDING_STATIC);
		bool guessed = end && b->end_at != TIME_NONE && b->flags & BINDING_END_GUESSED;
		if (start)
			reason(x, BINDING_START_UNSURE);
		if (end && b->end_at == TIME_NONE)
			reason(x, BINDING_END_UNKNOWN);
		if (guessed)
			reason(x, BINDING_END_INFERRED);
		told |= start || guessed || (end && b->end_at == TIME_NONE);
	}
	if (!told)
		reason(x, BINDING_PART);
}

static void one_subject(struct grading *x, uint32_t far, bool filled, bool hole)
{
	if (!filled)
		why_open(x, far);
	for (unsigned i = 0; i < x->count; i++)
		if (distance(&x->list[i].binding) <= far && !displaced(x, &x->list[i]) && x->list[i].binding.flags & BINDING_WEAK)
			reason(x, binding_is_mapping(&x->list[i].binding) ? BINDING_PROTOCOL : BINDING_WEAK_IDENTITY);
	if (hole)
		reason(x, BINDING_FEED_HOLE);
	x->g->grade = x->g->reasons ? GRADE_B : GRADE_A;
	if (!x->g->reasons)
		reason(x, BINDING_SURE);
}

static void nobody(struct grading *x, bool hole, bool any_feed)
{
	x->g->verdict = hole || !any_feed ? BINDING_CANNOT_TELL : BINDING_NOBODY;
	x->g->grade = GRADE_D;
	reason(x, hole ? BINDING_FEED_HOLE : any_feed ? BINDING_NONE_HELD : BINDING_NO_FEED);
}

void binding_grade(const struct binding_question *q, const struct binding_holding *holdings, unsigned count, bool more, const struct binding_feeds *feeds,
	const struct feed_health *health, struct binding_grade *ret_grade)
{
	struct grading x = { q, holdings, count, binding_floor(q->from_at), binding_floor(q->until_at), ret_grade };
	bool filled, shared = false, all_narrow = true;
	*ret_grade = (struct binding_grade){ .verdict = BINDING_HELD };
	uint32_t far = take_in(&x, &filled);
	bool hole = has_hole(&x, far, feeds, health);
	if (!ret_grade->subject_count && !more) {
		nobody(&x, hole, feeds->count > 0);
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		if (displaced(&x, &holdings[i]))
			continue;
		shared |= narrow(&holdings[i].binding);
		all_narrow &= narrow(&holdings[i].binding) || distance(&holdings[i].binding) > far;
	}
	bool several = ret_grade->subject_count > 1 || more;
	if (several)
		reason(&x, BINDING_SEVERAL);
	if (more)
		reason(&x, BINDING_MANY);
	if (hole && several)
		reason(&x, BINDING_FEED_HOLE);
	if (shared && (q->port == BINDING_PORT_NONE || (several && all_narrow))) {
		reason(&x, BINDING_SHARED);
		ret_grade->grade = GRADE_E;
	} else if (several) {
		ret_grade->grade = GRADE_C;
	} else {
		one_subject(&x, far, filled, hole);
	}
}
