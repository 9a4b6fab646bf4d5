/*
 * The meter by script: how octets are spread, what a counter that falls means, sessions beside one another and under the same name, readings
 * that come again or late, ends of months; and what volume and percentile say of cells that are not known.
 */
#include "detect/usage_compare.h"
#include "detect/usage_meter.h"
#include "tap.h"
#include "usage_world.h"

static struct usage_meter m;
static struct usage_series u;

/* Lines end with a semicolon; seconds count from the first of March 2026. */
static void play(const char *script)
{
	struct str rest = str_of(script), line;
	bool took;
	usage_meter_done(&m);
	BUG_ON(usage_meter_init(&m, 10, 10) != OK);
	while (str_split(&rest, ';', &line) && line.len) {
		struct usage_reading r = usage_world_reading(line, USAGE_WORLD_S);
		BUG_ON(usage_meter_take(&m, &r, &took) != OK);
	}
	usage_series_init(&u, usage_month_of(USAGE_WORLD_S));
	for (uint32_t i = 0; i < m.kept_count; i++)
		usage_series_add(&u, &m.kept[i].span);
}

/* "CELL:IN,OUT[flags]" of each cell that has something. */
static const char *cells(void)
{
	static char text[2000];
	int len = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < u.count; i++) {
		const struct usage_cell *c = &u.cells[i];
		if (!c->in && !c->out && !c->flags)
			continue;
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%u:%llu,%llu%s%s", len ? " " : "", i, (unsigned long long)c->in, (unsigned long long)c->out,
			c->flags & USAGE_INFERRED ? "i" : "", c->flags & USAGE_UNKNOWN ? "?" : "");
	}
	return text;
}

#define CELLS(script, want, name) (play(script), IS_STR(str_of(cells()), STR(want), name))

static void spreading(void)
{
	CELLS("1 sf 0 - 0 0;1 cw 300 300 1000 7;", "0:1000,7", "what was counted in one cell is of it");
	CELLS("1 sf 150 - 0 0;1 cw 750 600 1000 7;", "0:250,1 1:500,4 2:250,2", "it is spread over the cells that it overlaps, in whole octets");
	CELLS("1 sf 0 - 0 0;1 cw 900 900 10 0;", "0:3,0 1:3,0 2:4,0", "what does not divide comes later, and none is lost");
	CELLS("1 sf 0 - 0 0;1 cw 299 299 5 5;1 cw 299 300 6 6;", "0:6,6", "two readings of one second");
	CELLS("1 sf 0 - 0 0;2 sf 100 - 0 0;1 cw 300 300 10 0;2 cw 300 200 7 0;", "0:17,0", "sessions at the same time add up");
	CELLS("1 sf 0 - 0 0;1 c 300 300 10 0;1 c 600 600 10 0;1 c 900 900 12 0;", "0:10,0 2:2,0", "a session that uses nothing uses nothing");
}

static void beginnings(void)
{
	CELLS("1 cwf 600 600 100 0;1 cw 900 900 150 0;", "0:50,0i 1:50,0i 2:50,0", "a session that was not heard to begin counts from its beginning, inferred");
	CELLS("1 cwf 600 - 100 0;1 cw 900 - 150 0;", "2:50,0", "one that does not say when that was counts from its first reading on");
	CELLS("1 cwef 600 600 100 0;", "0:50,0i 1:50,0i", "one of which only the Stop is heard");
	CELLS("1 f 600 600 0 0;1 cw 900 900 90 0;", "0:30,0i 1:30,0i 2:30,0i", "a message that counts nothing says nothing");
	usage_meter_done(&m);
	BUG_ON(usage_meter_init(&m, 10, 10) != OK);
	m.trust_s = USAGE_WORLD_S + 300;
	bool took;
	struct usage_reading r = usage_world_reading(STR("1 cw 600 600 100 0"), USAGE_WORLD_S);
	BUG_ON(usage_meter_take(&m, &r, &took) != OK);
	IS_INT(m.kept_count, 0, "what may have been counted before something was lost is not counted twice");
	r = usage_world_reading(STR("1 cw 900 900 150 0"), USAGE_WORLD_S);
	BUG_ON(usage_meter_take(&m, &r, &took) != OK || m.kept_count != 1);
	IS_INT(m.kept[0].span.in, 50, "  and what follows is");
}

static void falling(void)
{
	CELLS("1 sf 0 - 0 0;1 c 300 300 4294967290 0;1 c 600 600 10 0;", "0:4294967290,0 1:16,0i", "a counter of 32 bits wraps once");
	CELLS("1 sf 0 - 0 0;1 cw 300 300 4294967290 0;1 cw 600 600 10 0;1 cw 900 900 30 0;", "0:4294967290,0 1:0,0? 2:20,0",
		"one with Gigawords does not: what it counted is not known, and it goes on from there");
	CELLS("1099511627777 sf 0 - 0 0;1099511627777 cw 300 300 0 0;1099511627778 sf 0 - 0 0;1099511627778 c 300 300 100 0;1099511627778 c 600 600 10 0;", "0:100,0 1:0,0?",
		"nor one of a server that ever said them");
	CELLS("1 sf 0 - 0 0;1 c 300 300 100 50;1 ce 600 600 0 0;", "0:100,50 1:0,0?", "a Stop of zeros keeps the last reading, and what came after it is not known");
	CELLS("1 sf 0 - 0 0;1 c 300 300 100 50;1 e 600 600 0 0;", "0:100,50 1:0,0?", "so does one that counts nothing");
	CELLS("1 sf 0 - 0 0;1 cw 300 300 18446744073709551615 0;1 cw 600 600 18446744073709551615 9;", "0:0,0? 1:0,9", "more than any line carries is not known");
	CELLS("1 sf 0 - 0 0;1 cw 300 300 100 0;1 l 900 - 0 0;", "0:100,0 1:0,0? 2:0,0?", "a session that was lost may have gone on");
	CELLS("1 sf 0 - 0 0;1 cw 300 300 100 0;1 l 900 - 0 0;1 cw 1200 1200 400 0;", "0:100,0 1:100,0? 2:100,0? 3:100,0", "and when it did, that is counted");
}

static void repeating(void)
{
	CELLS("1 sf 0 - 0 0;1 c 300 300 100 0;1 c 600 600 150 0;1 c 300 300 100 0;1 sf 0 - 0 0;1 c 600 600 150 0;", "0:100,0 1:50,0", "readings that come again say nothing new");
	CELLS("1 sf 0 - 0 0;1 c 300 300 100 0;1 ce 600 600 150 0;1 ce 600 600 150 0;1 cef 603 600 150 0;", "0:100,0 1:50,0", "nor a Stop, even of a session that nobody else remembers");
	CELLS("1 sf 0 - 0 0;1 cf 302 300 100 0;1 cf 600 600 150 0;1 cf 301 300 100 0;", "0:99,0 1:51,0", "nor a clock that is a little off");
	CELLS("1 sf 0 - 0 0;1 c 600 - 150 0;1 c 300 - 100 0;", "0:75,0 1:75,0", "a late one that does not say how long it has lasted is known by its time");
	CELLS("1 sf 0 - 0 0;1 c 300 300 100 0;1 sf 400 - 0 0;1 c 600 200 150 0;", "0:100,0 1:150,0", "a session that has the name of another one begins from nothing");
	CELLS("1 sf 0 - 0 0;1 ce 300 300 100 0;1 cf 900 300 30 0;", "0:100,0 2:30,0i", "also when its Start was not heard");
}

static void months(void)
{
	play("1 sf 2678300 - 0 0;1 cw 2678500 200 1001 2;1 ce 2678600 300 1101 2;");
	const struct usage_account *a = usage_meter_account(&m, USAGE_WORLD_ACCOUNT);
	struct usage_total march = usage_account_total(a, usage_month_of(USAGE_WORLD_S)), april = usage_account_total(a, usage_month_of(USAGE_WORLD_S) + 1);
	IS_INT(march.in, 500, "a span over the end of a month is of both");
	IS_INT(april.in, 601, "  and none of it is lost");
	IS_INT(march.out + april.out, 2, "  in either direction");
	char text[USAGE_MONTH_TEXT];
	uint32_t month = 0;
	usage_month_print(usage_month_of(USAGE_WORLD_S), text);
	IS_STR(str_of(text), STR("2026-03"), "a month is named");
	OK_(usage_month_parse(STR("2024-02"), &month) == OK && (usage_month_start_s(month + 1) - usage_month_start_s(month)) / 86400 == 29, "  and read: February of a leap year");
	OK_(usage_month_parse(STR("2026-13"), &month) != OK && usage_month_parse(STR("2026-00"), &month) != OK && usage_month_parse(STR("2026-1"), &month) != OK &&
		usage_month_parse(STR("2026/01"), &month) != OK, "  and nothing else is one");
}

static void rooms(void)
{
	bool took;
	usage_meter_done(&m);
	BUG_ON(usage_meter_init(&m, 2, 3) != OK);
	for (unsigned i = 1; i <= 5; i++) {
		struct usage_reading r = { .account = i > 2 ? 3 : i, .session = i, .flags = USAGE_READ_START | USAGE_READ_FRESH, .at_s = USAGE_WORLD_S, .lasted_s = USAGE_LASTED_UNSAID };
		BUG_ON(usage_meter_take(&m, &r, &took) != OK);
	}
	IS_INT(m.count.crowded, 3, "what finds no room is counted");
	IS_INT(m.session_count, 2, "  and leaves nothing behind");
	BUG_ON(usage_meter_sweep(&m, USAGE_WORLD_S + USAGE_SILENT_KEPT_S + 1) != OK);
	IS_INT(m.session_count + m.account_count, 0, "what is silent for long is forgotten, and so are its accounts");
	usage_meter_done(&m);
	BUG_ON(usage_meter_init(&m, 100000, 100000) != OK);
	unsigned bad = 0;
	for (unsigned i = 1; i <= 50000; i++) {
		struct usage_reading r = { .account = i % 1000 + 1, .session = i * UINT64_C(7919), .flags = USAGE_READ_START | USAGE_READ_FRESH,
			.at_s = USAGE_WORLD_S + i, .lasted_s = USAGE_LASTED_UNSAID };
		bad += usage_meter_take(&m, &r, &took) != OK || !took;
	}
	for (unsigned i = 1; i <= 50000; i++) {
		struct usage_reading r = { .account = i % 1000 + 1, .session = i * UINT64_C(7919), .flags = USAGE_READ_COUNTED | USAGE_READ_STOP,
			.in = i, .at_s = USAGE_WORLD_S + 60000 + i, .lasted_s = 60000 };
		bad += usage_meter_take(&m, &r, &took) != OK || !took;
	}
	uint64_t sum = 0;
	for (uint32_t n = 0; n < m.account_count; n++)
		sum += usage_account_total(&m.accounts[n], usage_month_of(USAGE_WORLD_S)).in;
	OK_(!bad && m.account_count == 1000 && m.session_count == 50000 && sum == UINT64_C(50000) * 50001 / 2, "tables grow and lose nothing");
	BUG_ON(usage_meter_forget(&m, 7, USAGE_WORLD_S + 60000) != OK);
	OK_(!usage_meter_account(&m, 7) && m.account_count == 999 && m.session_count == 49950, "an account is forgotten with its sessions, and no other");
	OK_(usage_meter_account(&m, 8) && usage_meter_account(&m, 8)->key == 8, "  which are found as before");
	usage_meter_done(&m);
}

static void reckoning(void)
{
	struct usage_percentile p;
	struct usage_volume v;
	usage_series_init(&u, usage_month_of(USAGE_WORLD_S));
	for (unsigned i = 0; i < u.count; i++)
		u.cells[i] = (struct usage_cell){ u.count - i, 2 * i, 0 };
	usage_percentile(&u, USAGE_IN, &p);
	OK_(p.octets == 8928 - 446 && p.least == p.octets && p.most == p.octets && p.cells == 8928, "of 8,928 cells it is the 447th largest");
	usage_percentile(&u, USAGE_MAX, &p);
	IS_INT(p.octets, 2 * (8927 - 446), "of both directions the greater one");
	usage_series_mark(&u, USAGE_WORLD_S + 300 * 8000, USAGE_WORLD_S + 300 * 8100, USAGE_UNKNOWN);
	usage_percentile(&u, USAGE_IN, &p);
	OK_(p.cells == 8828 && p.octets == 8928 - 441, "cells that are not known are none of it");
	OK_(p.least == 8928 - 446 && p.most == 8928 - 346, "  and it lies between what it is if they were nothing, or anything");
	usage_series_mark(&u, USAGE_WORLD_S + 300 * 8100, USAGE_WORLD_S + 300 * 8500, USAGE_UNKNOWN);
	usage_percentile(&u, USAGE_IN, &p);
	OK_(p.most == UINT64_MAX, "  or nobody can tell how much it was");
	usage_volume(&u, USAGE_SUM, &v);
	IS_INT(v.unknown, 500, "a volume says how many cells are not known");
	usage_series_init(&u, usage_month_of(USAGE_WORLD_S));
	for (unsigned i = 0; i < 1000; i++)
		u.cells[i].in = 30;
	usage_series_mark(&u, USAGE_WORLD_S + 300 * 1000, USAGE_WORLD_S + 300 * 8928, USAGE_AHEAD);
	usage_percentile(&u, USAGE_IN, &p);
	OK_(p.octets == 30 && p.least == 30 && p.most == UINT64_MAX && p.cells == 1000, "a month that goes on: its percentile so far, and the least that it can become");
	usage_volume(&u, USAGE_IN, &v);
	OK_(v.octets == 30000 && v.forecast == 30 * 8928 && v.passed == 1000, "its volume is foretold by the mean");
	usage_series_mark(&u, USAGE_WORLD_S + 300 * 800, USAGE_WORLD_S + 300 * 1000, USAGE_AHEAD);
	usage_volume(&u, USAGE_IN, &v);
	IS_INT(v.forecast, 0, "  not before three days");
	IS_INT(usage_bits_per_s(3000), 80, "octets of a cell as a rate");
	struct usage_span huge = { USAGE_WORLD_S, USAGE_WORLD_S + 3, UINT64_MAX, UINT64_MAX, 1, 0 };
	usage_series_add(&u, &huge);
	usage_series_add(&u, &huge);
	OK_(u.cells[0].in == UINT64_MAX, "sums do not begin again");
}

static enum usage_state state(bool is_rate, enum usage_limit_way way, uint64_t amount)
{
	struct usage_verdict v;
	usage_compare(&u, &(struct usage_limit){ is_rate, way, amount }, &v);
	return v.state;
}

static bool sure(bool is_rate, enum usage_limit_way way, uint64_t amount)
{
	struct usage_verdict v;
	usage_compare(&u, &(struct usage_limit){ is_rate, way, amount }, &v);
	return v.sure;
}

static void comparing(void)
{
	uint32_t end_s = USAGE_WORLD_S + 31 * 86400;
	usage_series_init(&u, usage_month_of(USAGE_WORLD_S));
	for (unsigned i = 0; i < 1000; i++)
		u.cells[i] = (struct usage_cell){ 3000, 6000, 0 };
	usage_series_mark(&u, USAGE_WORLD_S + 1000 * USAGE_CELL_S, end_s, USAGE_AHEAD);
	OK_(state(false, USAGE_LIMIT_IN, 3000000) == USAGE_NEAR && state(false, USAGE_LIMIT_IN, 2999999) == USAGE_OVER, "what is agreed may be used, and not an octet more");
	OK_(state(false, USAGE_LIMIT_SUM, 9000 * 8928) == USAGE_WITHIN && state(false, USAGE_LIMIT_SUM, 9000 * 8928 - 1) == USAGE_NEAR,
		"a forecast that does not go beyond a limit is within it");
	OK_(state(true, USAGE_LIMIT_IN, 80) == USAGE_WITHIN && state(true, USAGE_LIMIT_IN, 79) == USAGE_OVER, "the percentile of a month is beyond, once no cell to come can bring it back");
	OK_(state(true, USAGE_LIMIT_MAX, 160) == USAGE_WITHIN && state(true, USAGE_LIMIT_MAX, 159) == USAGE_OVER &&
		state(true, USAGE_LIMIT_SUM, 239) == USAGE_OVER, "  in the direction that is agreed");
	for (unsigned i = 446; i < 1000; i++)
		u.cells[i].in = 0;
	IS_INT(state(true, USAGE_LIMIT_IN, 79), USAGE_NEAR, "446 cells are discarded, whatever comes: it is only foretold");
	u.cells[446].in = 3000;
	IS_INT(state(true, USAGE_LIMIT_IN, 79), USAGE_OVER, "  447 are not");
	OK_(sure(true, USAGE_LIMIT_IN, 79) && sure(false, USAGE_LIMIT_IN, 1) && sure(false, USAGE_LIMIT_OUT, 7500000), "where all is known all is sure");
	usage_series_mark(&u, USAGE_WORLD_S, USAGE_WORLD_S + 200 * USAGE_CELL_S, USAGE_UNKNOWN);
	OK_(!sure(true, USAGE_LIMIT_IN, 79) && sure(true, USAGE_LIMIT_OUT, 159), "a percentile is sure by 447 cells that are known, whatever the others were");
	OK_(sure(false, USAGE_LIMIT_OUT, 5999999) && !sure(false, USAGE_LIMIT_OUT, 7500000), "a volume by what was counted, and not where it only comes near");
	usage_series_mark(&u, USAGE_WORLD_S, USAGE_WORLD_S + 100 * USAGE_CELL_S, USAGE_INFERRED);
	OK_(sure(false, USAGE_LIMIT_OUT, 5399999) && !sure(false, USAGE_LIMIT_OUT, 5400000), "  and without what is inferred");
	IS_INT(state(true, USAGE_LIMIT_IN, 79), USAGE_OVER, "what was counted in a cell that is not known was used all the same");
	usage_series_mark(&u, USAGE_WORLD_S + 800 * USAGE_CELL_S, end_s, USAGE_AHEAD);
	OK_(state(false, USAGE_LIMIT_OUT, 7500000) == USAGE_NEAR && state(false, USAGE_LIMIT_OUT, 7500001) == USAGE_WITHIN,
		"four fifths of a volume are near it, before there is a forecast");
}

/* 2026-02-28T23:00:00Z is midnight of March an hour east. */
static void borders(void)
{
	uint32_t march_s = usage_month_start_s((2026 - 1970) * 12 + 2), march = usage_month_of(march_s);
	char zone[USAGE_ZONE_TEXT];
	usage_months_begin(60);
	usage_zone_print(usage_months_offset(), zone);
	IS_STR(str_of(zone), STR("UTC+01:00"), "months an hour east of UTC");
	OK_(usage_month_of(march_s - 3600) == march && usage_month_of(march_s - 3601) == march - 1, "begin an hour before those of UTC");
	IS_INT(usage_month_start_s(march), march_s - 3600, "  and are told to");
	play("1 sf 0 - 0 0;1 cw 300 300 1000 7;");
	OK_(u.count == 31 * 288 && u.cells[12].in == 1000, "  with as many cells as their days say");
	OK_(usage_account_total(usage_meter_account(&m, USAGE_WORLD_ACCOUNT), march).in == 1000, "  of which the meter has the volume");
	usage_months_begin(-330);
	usage_zone_print(usage_months_offset(), zone);
	IS_STR(str_of(zone), STR("UTC-05:30"), "west of UTC");
	OK_(usage_month_of(march_s + 330 * 60 - 1) == march - 1 && usage_month_start_s(march) == march_s + 330 * 60, "they begin behind them");
	usage_months_begin(840);
	OK_(usage_month_start_s(0) == 0 && usage_month_of(0) == 0, "before 1970 there is none");
	usage_months_begin(0);
	usage_zone_print(usage_months_offset(), zone);
	IS_STR(str_of(zone), STR("UTC"), "or as UTC has them");
}

int main(void)
{
	comparing();
	spreading();
	beginnings();
	falling();
	repeating();
	months();
	borders();
	rooms();
	reckoning();
	return tap_done();
}
