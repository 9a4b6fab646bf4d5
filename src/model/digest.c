/*
 * When the digest of an account goes. See digest.h.
 */
#include "model/digest.h"

#include "base/time.h"

enum { WEEK_DAYS = 7, MONDAY_BEHIND_DAYS = 3 /* 1970-01-01 was a Thursday */ };

const char *const cadence_words[] = { "each", "daily", "weekly", NULL };

const struct field account_digest_fields[] = {
	{ .name = "acts", .type = FIELD_STRS, .offset = offsetof(struct account_digest, acts), .count_offset = offsetof(struct account_digest, act_count),
		.max = DIGEST_ACTS_MAX },
	{ .name = NULL },
};

enum err digest_time_parse(struct str text, struct digest_time *ret_time)
{
	struct str rest = text, word;
	struct digest_time t = { .hour = DIGEST_HOUR };
	uint64_t hour = DIGEST_HOUR;
	(void)str_split(&rest, ' ', &word);
	if (text.len && !str_eq(word, STR("each"))) {
		for (t.cadence = CADENCE_DAILY; cadence_words[t.cadence] && !str_eq(word, str_of(cadence_words[t.cadence])); t.cadence++)
			;
		if (!cadence_words[t.cadence])
			return ERR_SYNTAX;
	}
	if (rest.ptr && (!t.cadence || str_to_u64(rest, 23, &hour) != OK))
		return ERR_SYNTAX;
	t.hour = (unsigned)hour;
	*ret_time = t;
	return OK;
}

int64_t digest_time_next(const struct digest_time *t, int zone_minutes, int64_t now)
{
	const int64_t zone = zone_minutes * MINUTE_US;
	int64_t day = (now + zone) / DAY_US;
	day += day * DAY_US + t->hour * HOUR_US <= now + zone;
	while (t->cadence == CADENCE_WEEKLY && (day + MONDAY_BEHIND_DAYS) % WEEK_DAYS)
		day++;
	return day * DAY_US + t->hour * HOUR_US - zone;
}

int64_t digest_time_span(const struct digest_time *t)
{
	return t->cadence == CADENCE_WEEKLY ? WEEK_DAYS * DAY_US : t->cadence == CADENCE_DAILY ? DAY_US : 0;
}
