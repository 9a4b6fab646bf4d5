/*
 * The published table of reporters' keys: taken whole or not at all, keys that end, and what a reporter has used of his minute.
 */
#include "base/time.h"
#include "intake/report_keys.h"
#include "tap.h"

enum { DIGITS = 64 };

static struct report_keys *keys;

static struct str digest(unsigned n)
{
	static char text[DIGITS + 1];
	(void)snprintf(text, sizeof(text), "%064x", n);
	return (struct str){ text, DIGITS };
}

static enum err take(const char *text)
{
	return report_keys_take(keys, str_of(text));
}

static const struct report_key *find(unsigned n, int64_t now_at)
{
	return report_keys_find(keys, digest(n), now_at);
}

static void test_whole(void)
{
	struct buf b;
	OK_(!report_keys_known(keys) && !find(1, 0), "before the first table nothing is known");
	buf_init(&b, REPORT_KEYS_BYTES_MAX);
	report_keys_put(&b, digest(1), TIME_NONE, STR("a desk"));
	report_keys_put(&b, digest(2), 100, STR("a desk"));
	report_keys_put(&b, digest(3), 200, STR("another"));
	OK_(report_keys_take(keys, buf_str(&b)) == OK && report_keys_known(keys), "what the judge writes is taken");
	buf_done(&b);
	OK_(find(1, INT64_MAX) && find(2, 99) && !find(2, 100), "a key ends when it says so, or never");
	OK_(find(1, 0)->client == find(2, 0)->client && find(3, 0)->client != find(1, 0)->client, "the keys of one reporter are of one account");
	IS_STR(find(1, 0)->client->name, STR("a desk"), "a name may have a blank");
	OK_(!find(4, 0) && !report_keys_find(keys, STR("1"), 0), "no other key opens");
}

static void test_kept(void)
{
	char line[3][128];
	for (unsigned i = 0; i < 3; i++)
		(void)snprintf(line[i], sizeof(line[i]), "%064x %s\n", 7 + i, i == 0 ? "- new" : i == 1 ? "soon new" : "-");
	const char *bad[] = { line[1], line[2], "xyz - new\n", "\n", "no table at all" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char both[300];
		(void)snprintf(both, sizeof(both), "%s%s", line[0], bad[i]);
		OK_(take(both) == ERR_SYNTAX && find(1, 0) && !find(7, 0), "of a table with a bad line nothing is taken, and the one before stays");
	}
	find(1, 0)->client->in_window = 5;
	find(1, 0)->client->window_us = 9;
	char next[300];
	(void)snprintf(next, sizeof(next), "%s%064x - a desk\n", line[0], 8);
	OK_(take(next) == OK && find(7, 0) && !find(1, 0), "the next good one takes its place");
	OK_(find(8, 0)->client->in_window == 5 && find(8, 0)->client->window_us == 9, "a reporter who is in both has used as much of his minute");
	OK_(find(7, 0)->client->in_window == 0, "and a new one nothing");
	OK_(take("") == OK && report_keys_known(keys) && !find(7, 0), "a table may be empty");
}

static void test_bound(void)
{
	struct buf b;
	char name[32];
	buf_init(&b, REPORT_KEYS_BYTES_MAX);
	for (unsigned i = 0; i < REPORT_KEYS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "reporter-%u", i);
		report_keys_put(&b, digest(i), TIME_NONE, str_of(name));
	}
	OK_(b.err == OK && report_keys_take(keys, buf_str(&b)) == OK && find(REPORT_KEYS_MAX - 1, 0), "as many as there may be are taken");
	report_keys_put(&b, digest(REPORT_KEYS_MAX), TIME_NONE, STR("one"));
	OK_(report_keys_take(keys, buf_str(&b)) == ERR_LIMIT && !find(REPORT_KEYS_MAX, 0) && find(0, 0), "one more is too many, and those stay");
	buf_done(&b);
}

int main(void)
{
	keys = report_keys_new();
	if (!keys)
		return 1;
	test_whole();
	test_kept();
	test_bound();
	report_keys_free(keys);
	report_keys_free(NULL);
	return tap_done();
}
