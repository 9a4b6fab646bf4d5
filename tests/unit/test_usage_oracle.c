/*
 * A month of 8,928 cells, its sums and its 95th percentiles, against another reckoning, octet for octet: sessions beside one another, wrapped
 * counters, readings lost, late and repeated, through the log and the blocks, with a restart now and then. Skipped where there is no python3.
 */
#include "oracle.h"
#include "tap.h"
#include "usage_world.h"

enum { OUTPUT_BYTES_MAX = 64 << 20, SESSIONS = 400, RESTART_EVERY = 3000 };

static struct usage_series series;
static struct usage_store *store;

static void reopen(uint32_t at_s)
{
	struct usage_report report;
	struct why why = { .line = 0 };
	usage_close(store);
	if (usage_open(usage_dir, &(struct usage_bounds){ 1000, 1000 }, at_s * SECOND_US, &store, &report, &why) != OK) {
		printf("Bail out! %s\n", why.text);
		exit(1);
	}
}

static void print_all(struct buf *out)
{
	struct usage_percentile p[USAGE_DIRECTION_END];
	struct usage_volume in, sent;
	for (unsigned i = 0; i < series.count; i++)
		buf_printf(out, "%llu %llu\n", (unsigned long long)series.cells[i].in, (unsigned long long)series.cells[i].out);
	for (unsigned d = 0; d < USAGE_DIRECTION_END; d++) {
		usage_percentile(&series, d, &p[d]);
		buf_printf(out, "%s%s %llu", d ? " " : "", usage_direction_words[d], (unsigned long long)p[d].octets);
	}
	usage_volume(&series, USAGE_IN, &in);
	usage_volume(&series, USAGE_OUT, &sent);
	buf_printf(out, "\nvolume %llu %llu\n", (unsigned long long)in.octets, (unsigned long long)sent.octets);
}

int main(void)
{
	struct buf out, ours;
	struct str rest, line;
	unsigned readings = 0;
	uint32_t last_s = USAGE_WORLD_S;
	buf_init(&out, OUTPUT_BYTES_MAX);
	buf_init(&ours, OUTPUT_BYTES_MAX);
	if (!oracle_ask(USAGE_ORACLE, "95", SESSIONS, &out)) {
		tap_skip("use as another reckons it", "python3 does not run here");
		return tap_done();
	}
	usage_world_clear();
	file_fault = usage_no_wait;
	reopen(last_s);
	rest = buf_str(&out);
	while (str_next_line(&rest, &line) && !str_eq(line, STR("="))) {
		struct usage_reading r = usage_world_reading(line, 0);
		last_s = r.at_s > last_s ? r.at_s : last_s;
		BUG_ON(usage_take(store, &r, NULL) != OK);
		if (++readings % 10 == 0)
			BUG_ON(usage_sync(store, last_s * SECOND_US, NULL) != OK);
		if (readings % RESTART_EVERY == 0)
			reopen(last_s);
	}
	BUG_ON(usage_sync(store, last_s * SECOND_US, NULL) != OK);
	usage_series_init(&series, usage_month_of(USAGE_WORLD_S));
	IS_INT(usage_read(store, USAGE_WORLD_ACCOUNT, (last_s + 100000) * SECOND_US, &series, NULL), OK, "the series is read");
	IS_INT(series.count, 8928, "  of a month of 31 days");
	print_all(&ours);
	OK_(readings > 10000, "  from many readings");
	OK_(usage_meter_of(store)->count.readings > 0 && str_find(rest, STR("in 0 ")) == SIZE_MAX, "  that are not all nothing");
	OK_(str_eq(buf_str(&ours), rest), "each cell, the percentiles and the sums are those of the other reckoning, octet for octet");
	if (!str_eq(buf_str(&ours), rest))
		for (struct str a = buf_str(&ours), b = rest, x, y; str_next_line(&a, &x) && str_next_line(&b, &y);)
			if (!str_eq(x, y)) {
				tap_dump("ours", x);
				tap_dump("theirs", y);
				break;
			}
	struct usage_total t = usage_account_total(usage_meter_account(usage_meter_of(store), USAGE_WORLD_ACCOUNT), usage_month_of(USAGE_WORLD_S));
	struct usage_volume v;
	usage_volume(&series, USAGE_SUM, &v);
	OK_(t.in + t.out == v.octets, "the sum that is kept of the month is that of its cells");
	printf("# %u readings\n", readings);
	usage_close(store);
	buf_done(&out);
	buf_done(&ours);
	usage_world_end();
	return tap_done();
}
