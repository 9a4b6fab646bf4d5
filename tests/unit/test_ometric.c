/*
 * Metrics: the page as a whole, merged by role, and the way of the values between roles.
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
	struct arena *a = arena_new("test", 1 << 20);
	struct ometrics e, j, again;
	struct buf out;
	buf_init(&out, 1 << 20);
	BUG_ON(ometrics_init(&e, a, "ear", ear) || ometrics_init(&j, a, "judge", judge) || ometrics_init(&again, a, "ear", ear));
	ometric_add(&e, M_ITEMS, 1, 41);
	ometric_add(&e, M_ITEMS, 1, 1);
	ometric_set(&e, M_OPEN, 0, -2);
	ometric_set(&j, 0, 0, 3);
	ometric_observe(&e, M_SYNC, 1000);
	ometric_observe(&e, M_SYNC, 1001);
	ometric_observe(&e, M_SYNC, 2500000);
	ometrics_encode(&e, &out);
	IS_STR(buf_str(&out), STR("0,42,-2,1,1,0,1,2502001"), "the values as text");
	IS_INT(ometrics_decode(&again, buf_str(&out)), OK, "and back");
	IS_INT(ometric_get(&again, M_ITEMS, 1), 42, "as they were");
	IS_INT(ometrics_decode(&again, STR("1,2,3")), ERR_SYNTAX, "too few values are refused");
	IS_INT(ometrics_decode(&again, STR("1,2,3,4,5,6,7,8,9")), ERR_SYNTAX, "too many are");
	IS_INT(ometric_get(&again, M_ITEMS, 0), 0, "and change nothing");
	buf_clear(&out);
	const struct ometrics *roles[] = { &again, &j };
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
	arena_free(a);
	return tap_done();
}
