/*
 * Does a session keep to the rate of a profile?
 */
#include "action/radius_rate.h"
#include "tap.h"

static struct arena *arena;
static const uint64_t down_1000[RATE_WAYS] = { 0, 1000 };

static void profiles(void)
{
	struct str coa[] = { STR("slow set 0 11 736c6f77"), STR("slow rate down 1000"), STR("slow rate up 500"), STR("other rate up 7"), STR("bare set 0 11 78") };
	struct nas_at nas = { .coa = coa, .coa_count = 5 };
	uint64_t rate[RATE_WAYS];
	OK_(radius_rate_of(&nas, STR("slow"), rate) && rate[RATE_UP] == 500 && rate[RATE_DOWN] == 1000, "both directions of a profile");
	OK_(radius_rate_of(&nas, STR("other"), rate) && rate[RATE_UP] == 7 && !rate[RATE_DOWN], "one of another");
	OK_(!radius_rate_of(&nas, STR("bare"), rate) && !radius_rate_of(&nas, STR("none"), rate), "of one that says none there is none");
}

/* What became of a session that was that fast, down, before the question, and behind it. */
static enum radius_rate_verdict after(uint64_t before, const char *intervals, bool whole)
{
	const uint64_t was[RATE_WAYS] = { 0, before };
	struct radius_rate_seen s = { 0 };
	radius_rate_ask(&s, down_1000, was);
	struct str rest = str_of(intervals), word;
	while (str_split(&rest, ' ', &word)) {
		uint64_t bits[RATE_WAYS] = { 0 };
		BUG_ON(str_to_u64(word, UINT64_MAX, &bits[RATE_DOWN]) != OK);
		radius_rate_take(&s, down_1000, bits, whole);
		/* each of them by way of the row */
		struct str text = radius_rate_text(arena, &s);
		radius_rate_read(text, &s);
	}
	return radius_rate_verdict(&s);
}

static void verdicts(void)
{
	IS_INT(after(5000, "1000 900", true), RATE_FELL, "above before, twice at or below it since: it fell");
	IS_INT(after(5000, "1250 100", true), RATE_FELL, "bursts are let be, and a tenth is not idle");
	IS_INT(after(5000, "900", true), RATE_UNSEEN, "once is not enough");
	IS_INT(after(5000, "900 99 99 99 99", true), RATE_UNSEEN, "who is idle shows nothing");
	IS_INT(after(5000, "900 99 99 900", true), RATE_FELL, "nor does that take away what he showed");
	IS_INT(after(1250, "900 900 900", true), RATE_UNSEEN, "who never was above shows nothing");
	IS_INT(after(0, "900 900 900", true), RATE_UNSEEN, "nor of whom it is not known");
	IS_INT(after(5000, "900 1251 900 900", true), RATE_ABOVE, "once above is not held");
	IS_INT(after(0, "1251", false), RATE_ABOVE, "also when it may have been more, and whatever was before");
	IS_INT(after(5000, "900 900 900 900", false), RATE_UNSEEN, "what may have been more is not low");
	IS_INT(after(5000, "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", true), RATE_UNSEEN, "idle for long");
	IS_INT(after(5000, "9 900 900 900 900 900 900 900 900 900 900 900 900 900 900", true), RATE_FELL, "low for long");
}

static void again(void)
{
	const uint64_t both[RATE_WAYS] = { 500, 1000 }, fast[RATE_WAYS] = { 0, 9000 }, slow[RATE_WAYS] = { 400, 900 }, up[RATE_WAYS] = { 9000, 0 }, none[RATE_WAYS] = { 0, 0 };
	struct radius_rate_seen s = { 0 };
	radius_rate_ask(&s, both, none);
	radius_rate_take(&s, both, fast, true);
	OK_(radius_rate_verdict(&s) == RATE_ABOVE, "above");
	radius_rate_ask(&s, both, slow);
	OK_(radius_rate_verdict(&s) == RATE_UNSEEN, "asked again nothing is seen yet");
	radius_rate_take(&s, both, slow, true);
	radius_rate_take(&s, both, slow, true);
	OK_(radius_rate_verdict(&s) == RATE_FELL, "that it was above since the first question was before the second");
	radius_rate_ask_back(&s);
	OK_(radius_rate_verdict(&s) == RATE_UNSEEN, "taken back, it is open");
	radius_rate_take(&s, both, up, false);
	OK_(radius_rate_verdict(&s) == RATE_ABOVE, "until it is above, in either direction");
	s = (struct radius_rate_seen){ 0 };
	radius_rate_ask(&s, both, up);
	radius_rate_take(&s, both, (const uint64_t[RATE_WAYS]){ 0, 900 }, true);
	radius_rate_take(&s, both, (const uint64_t[RATE_WAYS]){ 0, 900 }, true);
	OK_(radius_rate_verdict(&s) == RATE_UNSEEN, "that one direction is low says nothing of the other");
}

static void texts(void)
{
	struct radius_rate_seen s = { .before = 3, .low = { 9, 2 }, .above = 2, .told = true }, got;
	struct str text = radius_rate_text(arena, &s);
	radius_rate_read(text, &got);
	OK_(got.before == 3 && got.low[0] == 9 && got.low[1] == 2 && got.above == 2 && got.told, "kept as text");
	radius_rate_read(STR_NONE, &got);
	OK_(got.told && !got.before && radius_rate_verdict(&got) == RATE_UNSEEN, "of an act that has none its server told");
	radius_rate_read(STR("1a000"), &got);
	OK_(got.told && !got.before, "what is no such text is none");
}

int main(void)
{
	arena = arena_new("test", 1 << 20);
	BUG_ON(!arena);
	profiles();
	verdicts();
	again();
	texts();
	arena_free(arena);
	return tap_done();
}
