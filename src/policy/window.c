/*
 * Sliding counts. See window.h.
 */
#include "policy/window.h"

#include "base/digest.h"
#include "base/time.h"
#include "policy/rules.h"

enum { NUMBER_MAX = 14 /* 64 bits in base 32, and a blank */, HEAD_NUMBERS = 5, TRIPLE = 3 };

static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
static const uint64_t format = 1;

/* The body is numbers in base 32 with a blank behind each: a row is folded for every event, so it has to be read fast. */
struct numbers {
	const char *at, *end;
	bool bad;
};

static uint64_t take(struct numbers *n)
{
	uint64_t v = 0;
	unsigned length = 0;
	for (; n->at < n->end && *n->at != ' '; n->at++, length++) {
		char c = *n->at;
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'v' ? (unsigned)(c - 'a') + 10 : 32;
		n->bad |= digit == 32 || length == NUMBER_MAX - 1;
		v = v << 5 | (digit & 31);
	}
	n->bad |= n->at == n->end || !length;
	n->at += n->at < n->end;
	return v;
}

static char *put(char *out, uint64_t v)
{
	char text[NUMBER_MAX];
	unsigned n = 0;
	do
		text[n++] = digits[v & 31];
	while (v >>= 5);
	while (n)
		*out++ = text[--n];
	*out++ = ' ';
	return out;
}

/* Times are kept as how long they lie before the latest. */
static int64_t before(int64_t at, uint64_t ago)
{
	return (int64_t)((uint64_t)at - ago);
}

static enum err read_body(struct str body, struct window *w)
{
	struct numbers n = { body.ptr, body.ptr + body.len, false };
	n.bad = take(&n) != format;
	w->last_at = (int64_t)take(&n);
	w->saturated = take(&n) != 0;
	uint64_t buckets = take(&n), members = take(&n);
	if (n.bad || buckets > WINDOW_BUCKETS + 1 || members > WINDOW_MEMBERS_MAX)
		return ERR_CORRUPT;
	w->first_at = w->last_at;
	for (; w->bucket_count < buckets; w->bucket_count++) {
		struct window_bucket *b = &w->buckets[w->bucket_count];
		b->slot = (int64_t)take(&n);
		b->count = (int64_t)take(&n);
		b->first_at = before(w->last_at, take(&n));
		if (b->first_at < w->first_at)
			w->first_at = b->first_at;
	}
	for (; w->member_count < members; w->member_count++) {
		struct window_member *m = &w->members[w->member_count];
		m->hash = take(&n);
		m->last_at = before(w->last_at, take(&n));
		m->count = (int64_t)take(&n);
	}
	return n.bad || n.at != n.end ? ERR_CORRUPT : OK;
}

enum err window_read(struct arena *a, struct str body, struct window *ret_window, struct why *why)
{
	struct window w = { .first_at = TIME_NONE, .last_at = TIME_NONE, .buckets = ARENA_ARRAY(a, struct window_bucket, WINDOW_BUCKETS + 1),
		.members = ARENA_ARRAY(a, struct window_member, WINDOW_MEMBERS_MAX) };
	if (!w.buckets || !w.members)
		return why_set(why, ERR_NOMEM, "no memory for a window");
	if (body.len && read_body(body, &w) != OK)
		return why_set(why, ERR_CORRUPT, "the row of a window is damaged");
	*ret_window = w;
	return OK;
}

enum err window_write(struct arena *a, const struct window *w, struct str *ret_body)
{
	char *start = arena_alloc(a, NUMBER_MAX * (HEAD_NUMBERS + TRIPLE * ((size_t)w->bucket_count + w->member_count)));
	char *out = start;
	if (!start)
		return ERR_NOMEM;
	out = put(out, format);
	out = put(out, (uint64_t)w->last_at);
	out = put(out, w->saturated);
	out = put(out, w->bucket_count);
	out = put(out, w->member_count);
	for (unsigned i = 0; i < w->bucket_count; i++) {
		out = put(out, (uint64_t)w->buckets[i].slot);
		out = put(out, (uint64_t)w->buckets[i].count);
		out = put(out, (uint64_t)w->last_at - (uint64_t)w->buckets[i].first_at);
	}
	for (unsigned i = 0; i < w->member_count; i++) {
		out = put(out, w->members[i].hash);
		out = put(out, (uint64_t)w->last_at - (uint64_t)w->members[i].last_at);
		out = put(out, (uint64_t)w->members[i].count);
	}
	*ret_body = (struct str){ start, (size_t)(out - start) };
	return OK;
}

static int64_t saturating(int64_t x, int64_t y)
{
	int64_t sum;
	return __builtin_add_overflow(x, y, &sum) ? (y < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static uint64_t member_hash(struct str member)
{
	struct digest d;
	uint64_t hash = 0;
	digest_sha256(member, &d);
	for (int i = 0; i < 8; i++)
		hash = hash << 8 | d.octets[i];
	return hash >> 1;       /* stored as a signed number */
}

/* count below 0 takes events of the member back; without any it is gone. */
static int64_t fold_member(struct window *w, int64_t from_at, int64_t at, int64_t count, struct str member)
{
	uint64_t hash = member_hash(member);
	unsigned kept = 0;
	bool known = false;
	for (unsigned i = 0; i < w->member_count; i++) {
		struct window_member m = w->members[i];
		if (m.hash == hash) {
			known = true;
			m.count = saturating(m.count, count);
			if (count > 0 && m.last_at < at)
				m.last_at = at;
		}
		if (m.last_at > from_at && m.count > 0)
			w->members[kept++] = m;
	}
	if (!known && count > 0 && kept < WINDOW_MEMBERS_MAX)
		w->members[kept++] = (struct window_member){ hash, at, count };
	else if (!known && count > 0)
		w->saturated = true;
	w->member_count = kept;
	return kept;
}

static int64_t fold_bucket(struct window *w, int64_t width, int64_t at, int64_t count)
{
	int64_t slot = at / width, oldest = w->last_at / width - WINDOW_BUCKETS, sum = 0;
	unsigned kept = 0;
	bool known = false;
	for (unsigned i = 0; i < w->bucket_count; i++) {
		struct window_bucket b = w->buckets[i];
		if (b.slot == slot) {
			known = true;
			b.count = saturating(b.count, count);
			if (count > 0 && at < b.first_at)
				b.first_at = at;
		}
		if (b.slot > oldest && b.count > 0) {
			sum = saturating(sum, b.count);
			w->buckets[kept++] = b;
		}
	}
	if (!known && count > 0 && kept <= WINDOW_BUCKETS) {
		w->buckets[kept++] = (struct window_bucket){ slot, count, at };
		sum = saturating(sum, count);
	}
	w->bucket_count = kept;
	w->first_at = w->last_at;
	for (unsigned i = 0; i < kept; i++)
		if (w->buckets[i].first_at < w->first_at)
			w->first_at = w->buckets[i].first_at;
	return sum;
}

static int64_t fold(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member)
{
	int64_t width = span_us / WINDOW_BUCKETS ? span_us / WINDOW_BUCKETS : 1;
	int64_t sum = fold_bucket(w, width, at, count);
	return member.ptr ? fold_member(w, w->last_at - span_us, at, count, member) : sum;
}

static bool in_window(const struct window *w, int64_t span_us, int64_t at)
{
	return w->last_at == TIME_NONE || at > w->last_at - span_us;
}

int64_t window_add(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member)
{
	if (!in_window(w, span_us, at) || count < 1)
		return 0;
	if (w->last_at == TIME_NONE || at > w->last_at)
		w->last_at = at;
	return fold(w, span_us, at, count, member);
}

int64_t window_take(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member)
{
	if (w->last_at == TIME_NONE)
		return 0;
	/* An event that is too old is in no bucket: nothing is taken, the rest is counted. */
	return fold(w, span_us, in_window(w, span_us, at) ? at : w->last_at, in_window(w, span_us, at) && count > 0 ? -count : 0, member);
}
