/*
 * Metrics: the page as a whole, merged by role.
 */
#include "base/ometric.h"
#include "tap.h"

enum { M_ITEMS, M_OPEN, M_SYNC };

int main(void)
{
	static const char *const classes[] = { "signal", "complaint", NULL };
	static const int64_t bounds[] = { 1000, 250000, 1000000 };
	static const struct ometric ear[] = {
		{ "aupd_items", OMETRIC_COUNTER, "Items heard.", "class", classes, NULL, 0, 0 },
		{ "aupd_links_open", OMETRIC_GAUGE, "Open \"links\".", NULL, NULL, NULL, 0, 0 },
		{ "aupd_sync_seconds", OMETRIC_HISTOGRAM, "Time of a sync.", NULL, NULL, bounds, 3, 1000000 },
		{ 0 },
	};
	static const struct ometric judge[] = { { "aupd_links_open", OMETRIC_GAUGE, "Open \"links\".", NULL, NULL, NULL, 0, 0 }, { 0 } };
	int64_t slots[2][16] = { { 0 } };
	struct ometrics e, j;
	struct buf out;
	buf_init(&out, 1 << 20);
	BUG_ON(ometrics_init(&e, "ear", ear, slots[0], 16) || ometrics_init(&j, "judge", judge, slots[1], 1));
	IS_INT(ometrics_init(&j, "ear", ear, slots[1], 7), ERR_LIMIT, "a table wants room for all its slots");
	ometric_add(&e, M_ITEMS, 1, 41);
	ometric_add(&e, M_ITEMS, 1, 1);
	ometric_set(&e, M_OPEN, 0, -2);
	ometric_set(&j, 0, 0, 3);
	ometric_observe(&e, M_SYNC, 1000);
	ometric_observe(&e, M_SYNC, 1001);
	ometric_observe(&e, M_SYNC, 2500000);
	IS_INT(ometric_get(&e, M_ITEMS, 1), 42, "counts add up");
	const struct ometrics *roles[] = { &e, &j };
	ometrics_write(roles, 2, &out);
	IS_STR(buf_str(&out),
		STR("# TYPE aupd_items counter\n# HELP aupd_items Items heard.\n"
			"aupd_items_total{role=\"ear\",class=\"signal\"} 0\naupd_items_total{role=\"ear\",class=\"complaint\"} 42\n"
			"# TYPE aupd_links_open gauge\n# HELP aupd_links_open Open \\\"links\\\".\n"
			"aupd_links_open{role=\"ear\"} -2\naupd_links_open{role=\"judge\"} 3\n"
			"# TYPE aupd_sync_seconds histogram\n# HELP aupd_sync_seconds Time of a sync.\n"
			"aupd_sync_seconds_bucket{role=\"ear\",le=\"0.001\"} 1\naupd_sync_seconds_bucket{role=\"ear\",le=\"0.25\"} 2\n"
			"aupd_sync_seconds_bucket{role=\"ear\",le=\"1\"} 2\naupd_sync_seconds_bucket{role=\"ear\",le=\"+Inf\"} 3\n"
			"aupd_sync_seconds_count{role=\"ear\"} 3\naupd_sync_seconds_sum{role=\"ear\"} 2.502001\n# EOF\n"),
		"the page, families merged over the roles");
	buf_done(&out);
	return tap_done();
}
