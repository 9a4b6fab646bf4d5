/*
 * Sliding counts. See window.h.
 */
#include "policy/window.h"

#include "base/digest.h"
#include "base/time.h"
#include "policy/rules.h"

#define F(s, name_, member, kind) { .name = (name_), .type = (kind), .offset = offsetof(struct s, member) }

static const struct field bucket_fields[] = { F(window_bucket, "s", slot, FIELD_INT), F(window_bucket, "n", count, FIELD_INT),
	F(window_bucket, "f", first_at, FIELD_INT), { .name = NULL } };
static const struct field member_fields[] = { F(window_member, "h", hash, FIELD_U64), F(window_member, "t", last_at, FIELD_INT),
	F(window_member, "n", count, FIELD_INT), { .name = NULL } };
static const struct field window_fields[] = {
	F(window, "first", first_at, FIELD_TIME), F(window, "last", last_at, FIELD_TIME),
	{ .name = "buckets", .type = FIELD_LIST, .offset = offsetof(struct window, buckets), .fields = bucket_fields, .size = sizeof(struct window_bucket),
		.count_offset = offsetof(struct window, bucket_count), .max = WINDOW_BUCKETS + 1 },
	{ .name = "members", .type = FIELD_LIST, .offset = offsetof(struct window, members), .fields = member_fields, .size = sizeof(struct window_member),
		.count_offset = offsetof(struct window, member_count), .max = WINDOW_MEMBERS_MAX },
	F(window, "full", saturated, FIELD_BOOL), { .name = NULL },
};

enum err window_read(struct arena *a, struct str body, struct window *ret_window, struct why *why)
{
	struct window w = { .first_at = TIME_NONE, .last_at = TIME_NONE }, room = { .buckets = ARENA_ARRAY(a, struct window_bucket, WINDOW_BUCKETS + 1),
		.members = ARENA_ARRAY(a, struct window_member, WINDOW_MEMBERS_MAX) };
	if (!room.buckets || !room.members)
		return why_set(why, ERR_NOMEM, "no memory for a window");
	enum err e = body.len ? field_decode(a, body, window_fields, &w, why) : OK;
	if (e)
		return e;
	if (w.bucket_count)
		memcpy(room.buckets, w.buckets, w.bucket_count * sizeof(*w.buckets));
	if (w.member_count)
		memcpy(room.members, w.members, w.member_count * sizeof(*w.members));
	w.buckets = room.buckets;
	w.members = room.members;
	*ret_window = w;
	return OK;
}

enum err window_write(struct arena *a, const struct window *w, struct str *ret_body)
{
	return field_encode(a, window_fields, w, ret_body);
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
