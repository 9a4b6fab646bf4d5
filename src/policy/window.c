/*
 * Sliding counts. See window.h.
 */
#include "policy/window.h"

#include "base/digest.h"
#include "base/time.h"
#include "policy/rules.h"

enum { NUMBER_MAX = 14 /* 64 bits in base 32, and a blank */, HEAD_NUMBERS = 6, TRIPLE = 3 };

static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
/* Without evidence, and with. */
static const uint64_t format_plain = 1, format_shown = 2;

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
	uint64_t format = take(&n);
	n.bad |= format != format_plain && format != format_shown;
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
	uint64_t shown = format == format_shown && !n.bad ? take(&n) : 0;
	if (shown > WINDOW_SHOWN_MAX)
		return ERR_CORRUPT;
	for (; w->shown_count < shown; w->shown_count++) {
		struct window_shown *x = &w->shown[w->shown_count];
		x->hash = take(&n);
		x->member = take(&n);
		x->last_at = before(w->last_at, take(&n));
	}
	return n.bad || n.at != n.end ? ERR_CORRUPT : OK;
}

enum err window_read(struct arena *a, struct str body, struct window *ret_window, struct why *why)
{
	struct window w = { .first_at = TIME_NONE, .last_at = TIME_NONE, .buckets = ARENA_ARRAY(a, struct window_bucket, WINDOW_BUCKETS + 1),
		.members = ARENA_ARRAY(a, struct window_member, WINDOW_MEMBERS_MAX), .shown = ARENA_ARRAY(a, struct window_shown, WINDOW_SHOWN_MAX) };
	if (!w.buckets || !w.members || !w.shown)
		return why_set(why, ERR_NOMEM, "no memory for a window");
	if (body.len && read_body(body, &w) != OK)
		return why_set(why, ERR_CORRUPT, "the row of a window is damaged");
	*ret_window = w;
	return OK;
}

enum err window_write(struct arena *a, const struct window *w, struct str *ret_body)
{
	char *start = arena_alloc(a, NUMBER_MAX * (HEAD_NUMBERS + TRIPLE * ((size_t)w->bucket_count + w->member_count + w->shown_count)));
	char *out = start;
	if (!start)
		return ERR_NOMEM;
	out = put(out, w->shown_count ? format_shown : format_plain);
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
	if (w->shown_count)
		out = put(out, w->shown_count);
	for (unsigned i = 0; i < w->shown_count; i++) {
		out = put(out, w->shown[i].hash);
		out = put(out, w->shown[i].member);
		out = put(out, (uint64_t)w->last_at - (uint64_t)w->shown[i].last_at);
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

/* Whose the evidence is: of who showed it first, and that is the member when nobody did. Only what is added is remembered. */
static uint64_t first_to_show(struct window *w, int64_t from_at, int64_t at, bool added, uint64_t member, struct str shown)
{
	uint64_t hash = member_hash(shown);
	unsigned kept = 0;
	bool known = false;
	for (unsigned i = 0; i < w->shown_count; i++) {
		struct window_shown x = w->shown[i];
		if (x.last_at <= from_at)
			continue;
		if (x.hash == hash) {
			known = true;
			member = x.member;
			x.last_at = added && x.last_at < at ? at : x.last_at;
		}
		w->shown[kept++] = x;
	}
	bool full = added && !known && kept == WINDOW_SHOWN_MAX;
	if (full)
		memmove(w->shown, w->shown + 1, --kept * sizeof(*w->shown));
	if (added && !known)
		w->shown[kept++] = (struct window_shown){ hash, member, at };
	w->shown_count = kept;
	return member;
}

/* count below 0 takes events of the member back; without any it is gone. */
static int64_t fold_member(struct window *w, int64_t from_at, int64_t at, int64_t count, struct str member, struct str shown)
{
	uint64_t hash = member_hash(member);
	if (shown.len)
		hash = first_to_show(w, from_at, at, count > 0, hash, shown);
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

static int64_t fold(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member, struct str shown)
{
	int64_t width = span_us / WINDOW_BUCKETS ? span_us / WINDOW_BUCKETS : 1;
	int64_t sum = fold_bucket(w, width, at, count);
	return member.ptr ? fold_member(w, w->last_at - span_us, at, count, member, shown) : sum;
}

static bool in_window(const struct window *w, int64_t span_us, int64_t at)
{
	return w->last_at == TIME_NONE || at > w->last_at - span_us;
}

int64_t window_add(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member, struct str shown)
{
	if (!in_window(w, span_us, at) || count < 1)
		return 0;
	if (w->last_at == TIME_NONE || at > w->last_at)
		w->last_at = at;
	return fold(w, span_us, at, count, member, shown);
}

int64_t window_take(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member, struct str shown)
{
	if (w->last_at == TIME_NONE)
		return 0;
	/* An event that is too old is in no bucket: nothing is taken, the rest is counted. */
	return fold(w, span_us, in_window(w, span_us, at) ? at : w->last_at, in_window(w, span_us, at) && count > 0 ? -count : 0, member, shown);
}
