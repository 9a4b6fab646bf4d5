/*
 * When a digest goes, in the provider's day; and its lists: what is long is cut, what is too much is counted, and nothing brings lines of its own.
 */
#include "base/time.h"
#include "engine/digest.h"
#include "tap.h"

static int64_t at(const char *text)
{
	int64_t t = 0;
	return time_parse(str_of(text), &t) == OK ? t : 0;
}

static bool next(const char *when, int zone_minutes, const char *now, const char *want)
{
	struct digest_time t;
	return digest_time_parse(str_of(when), &t) == OK && digest_time_next(&t, zone_minutes, at(now)) == at(want);
}

static void times(void)
{
	struct digest_time t;
	OK_(digest_time_parse(STR(""), &t) == OK && !digest_time_span(&t), "an empty word is no digest");
	OK_(digest_time_parse(STR("each"), &t) == OK && !digest_time_span(&t), "each is none");
	OK_(next("daily", 0, "2026-03-04T06:59:59Z", "2026-03-04T07:00:00Z"), "a day's at seven");
	OK_(next("daily", 0, "2026-03-04T07:00:00Z", "2026-03-05T07:00:00Z"), "at the hour itself the next one is a day later");
	OK_(next("daily 0", 60, "2026-03-04T22:59:00Z", "2026-03-04T23:00:00Z"), "midnight of a zone that is ahead");
	OK_(next("daily 23", -300, "2026-03-04T23:30:00Z", "2026-03-05T04:00:00Z"), "and of one that is behind");
	OK_(next("weekly 8", 0, "2026-03-04T06:00:00Z", "2026-03-09T08:00:00Z"), "a week's on Monday");
	OK_(next("weekly 8", 0, "2026-03-09T07:00:00Z", "2026-03-09T08:00:00Z"), "on that Monday");
	OK_(next("weekly 8", 0, "2026-03-09T08:00:00Z", "2026-03-16T08:00:00Z"), "and after it on the next one");
	OK_(next("weekly 0", 600, "2026-03-08T13:00:00Z", "2026-03-08T14:00:00Z"), "a Monday that has begun in that zone alone");
	static const char *const bad[] = { "hourly", "daily 24", "daily x", "daily ", "daily 7 8", "each 7", "Daily", "dailyx" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK_(digest_time_parse(str_of(bad[i]), &t) == ERR_SYNTAX, bad[i]);
}

static void lists(struct arena *a)
{
	static struct casefile c[2];
	static char wide[1200];
	struct clause clause = { .id = STR("net.scan"), .title = STR("Scanning {new}") };
	struct policy p = { .clauses = &clause, .clause_count = 1 };
	struct buf out;
	for (size_t i = 0; i + 1 < sizeof(wide); i += 2)
		memcpy(wide + i, "\xc3\xa4", 2);
	c[0] = (struct casefile){ .number = 513, .customer = STR("acme"), .clause = STR("net.scan"), .state = CASE_OPEN, .opened_at = at("2026-03-04T06:00:00Z"),
		.fix_by_at = TIME_NONE, .last_event_at = TIME_NONE, .because = { wide, sizeof(wide) }, .source_text = STR("192.0.2.1\nNew\n---\n{link}") };
	c[1] = c[0];
	c[1].number = 769;
	c[1].customer = STR("bakery");
	c[1].source_text = STR("192.0.2.99");
	struct digest_open open = { c, 2, 7, false };
	buf_init(&out, 65536);
	digest_text_entry(&out, a, STR("en"), &(struct digest_entry){ .c = &c[0], .title = clause.title, .reply_address = STR("abuse+x@example.net") });
	OK_(str_find(buf_str(&out), STR("192.0.2.1 New --- {link}\n")) != SIZE_MAX, "what a reporter wrote stays one line");
	OK_(str_find(buf_str(&out), STR("Scanning {new}\n")) != SIZE_MAX, "and brings no field");
	OK_(out.len < 900 && str_utf8_valid(buf_str(&out)) && str_find(buf_str(&out), STR("\xc3\xa4...")) != SIZE_MAX, "what is long is cut between two letters");
	OK_(str_find(buf_str(&out), STR("We ask")) == SIZE_MAX && str_find(buf_str(&out), STR("On a page")) == SIZE_MAX, "no deadline and no link: no such line");
	struct str text = digest_text_open(a, STR("de"), &p, STR("acme"), &open, NULL, 0);
	OK_(str_find(text, STR("C-513")) != SIZE_MAX && str_find(text, STR("C-769")) != SIZE_MAX && str_find(text, STR("und 7 weitere")) != SIZE_MAX, "what is more is counted");
	OK_(str_find(text, STR("192.0.2.1 ")) != SIZE_MAX && str_find(text, STR("192.0.2.99")) == SIZE_MAX && str_find(text, STR("bakery")) == SIZE_MAX,
		"of somebody else's customer there are the number, the clause and times");
	open.many = true;
	text = digest_text_open(a, STR("en"), &p, STR("acme"), &open, (const uint64_t[]){ 513 }, 1);
	OK_(str_find(text, STR("C-513")) == SIZE_MAX && str_find(text, STR("and more than 7 others")) != SIZE_MAX, "what is listed as new is not listed again");
	IS_STR(digest_text_open(a, STR("fr"), &p, STR("acme"), NULL, NULL, 0), STR("  nothing"), "nothing is open: it says so, in English where there are no other words");
	buf_done(&out);
}

int main(void)
{
	struct arena *a = arena_new("test", 1 << 20);
	times();
	lists(a);
	arena_free(a);
	return tap_done();
}
