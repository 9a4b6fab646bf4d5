/*
 * Sliding counts. See window.h.
 */
#include "policy/window.h"

#include "base/digest.h"
#include "base/time.h"
#include "policy/rules.h"

#define F(s, name_, member, kind) { .name = (name_), .type = (kind), .offset = offsetof(struct s, member) }

static const struct field bucket_fields[] = { F(window_bucket, "s", slot, FIELD_INT), F(window_bucket, "n", count, FIELD_INT), { .name = NULL } };
static const struct field member_fields[] = { F(window_member, "h", hash, FIELD_U64), F(window_member, "t", last_at, FIELD_INT), { .name = NULL } };
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

static int64_t add_member(struct window *w, int64_t from_at, int64_t at, struct str member)
{
	struct digest d;
	uint64_t hash = 0;
	unsigned kept = 0;
	bool known = false;
	digest_sha256(member, &d);
	for (int i = 0; i < 8; i++)
		hash = hash << 8 | d.octets[i];
	hash >>= 1;
	for (unsigned i = 0; i < w->member_count; i++) {
		struct window_member m = w->members[i];
		if (m.hash == hash) {
			known = true;
			m.last_at = m.last_at > at ? m.last_at : at;
		}
		if (m.last_at > from_at)
			w->members[kept++] = m;
	}
	w->member_count = kept;
	if (!known && at > from_at) {
		if (kept < WINDOW_MEMBERS_MAX)
			w->members[w->member_count++] = (struct window_member){ hash, at };
		else
			w->saturated = true;
	}
	return w->member_count;
}

static int64_t add_bucket(struct window *w, int64_t width, int64_t at, int64_t count)
{
	int64_t slot = at / width, oldest = w->last_at / width - WINDOW_BUCKETS, sum = 0;
	unsigned kept = 0;
	bool known = false;
	for (unsigned i = 0; i < w->bucket_count; i++) {
		struct window_bucket b = w->buckets[i];
		if (b.slot <= oldest)
			continue;
		if (b.slot == slot) {
			known = true;
			b.count += count;
		}
		sum += b.count;
		w->buckets[kept++] = b;
	}
	if (!known && slot > oldest && kept <= WINDOW_BUCKETS) {
		w->buckets[kept++] = (struct window_bucket){ slot, count };
		sum += count;
	}
	w->bucket_count = kept;
	return sum;
}

int64_t window_add(struct window *w, int64_t span_us, int64_t at, int64_t count, struct str member)
{
	int64_t width = span_us / WINDOW_BUCKETS;
	if (w->last_at == TIME_NONE || at > w->last_at)
		w->last_at = at;
	if (w->first_at == TIME_NONE || w->first_at <= w->last_at - span_us || (at < w->first_at && at > w->last_at - span_us))
		w->first_at = at;
	return member.ptr ? add_member(w, w->last_at - span_us, at, member) : add_bucket(w, width ? width : 1, at, count);
}
