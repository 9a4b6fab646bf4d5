/*
 * What is the subject's, and what only looks like it: words, addresses and holdings of an erasure.
 */
#include "engine/erase.h"
#include "tap.h"

enum { YEAR = 365 };

static struct str words[] = { { "Acme Widgets", 12 }, { "it@acme.example", 15 }, { "Li", 2 } };
static struct holding holdings[] = {
	{ { "203.0.113.16/28", 15 }, TIME_NONE, TIME_NONE, false },
	{ { "198.51.100.0/24", 15 }, TIME_NONE, TIME_NONE, true },
	{ { "192.0.2.7", 9 }, TIME_NONE, YEAR * DAY_US, false },
	{ { "acme.example", 12 }, TIME_NONE, TIME_NONE, false },
};
static const struct erasure customer = { .id = { "acme", 4 }, .subject = { "acme", 4 }, .words = words, .word_count = 3, .holdings = holdings, .holding_count = 4 };
static const struct erasure reporter = { .reporter = true, .id = { "anna@r.example", 14 }, .words = words, .word_count = 0 };

static void test_words(void)
{
	OK_(erase_mentions(&customer, STR("written by IT@ACME.example, they say")), "a word in any case of letters");
	OK_(erase_mentions(&customer, STR("acme widgets")), "one of several words");
	OK_(!erase_mentions(&customer, STR("bit@acme.example")) && !erase_mentions(&customer, STR("it@acme.examples")), "not within a longer one");
	OK_(erase_mentions(&customer, STR(" li ")) && !erase_mentions(&customer, STR("Li and others")), "a short one only where it stands alone");
	OK_(erase_is(&customer, STR("acme")) && !erase_is(&customer, STR("ACME")) && erase_is(&reporter, STR("Anna@R.example")), "ids as they are, reporters in any case of letters");
}

static void test_addresses(void)
{
	OK_(erase_tells_address(&customer, STR("see 203.0.113.17."), 0), "an address in running text");
	OK_(!erase_tells_address(&customer, STR("see 203.0.113.170 and 1203.0.113.17"), 0), "not one that only begins or ends so");
	OK_(!erase_tells_address(&customer, STR("see 198.51.100.9"), 0), "not where others hold a part");
	OK_(erase_tells_address(&customer, STR("(192.0.2.7)"), 0) && !erase_tells_address(&customer, STR("(192.0.2.7)"), YEAR * DAY_US), "only while it was the subject's");
	OK_(erase_tells_address(&customer, STR("(192.0.2.7)"), TIME_NONE), "at any time when none is known");
	OK_(!erase_tells_address(&reporter, STR("203.0.113.17"), 0), "a reporter holds none");
}

static void test_holdings(void)
{
	OK_(erase_holds(&customer, STR("198.51.100.9"), STR_NONE, 0) && !erase_holds(&customer, STR("203.0.113.32"), STR_NONE, 0), "an address of a report");
	OK_(erase_holds(&customer, STR("203.0.113.16/30"), STR_NONE, 0) && erase_holds(&customer, STR("203.0.113.0/24"), STR_NONE, 0), "a prefix within, or around");
	OK_(!erase_holds(&customer, STR("192.0.2.7"), STR_NONE, YEAR * DAY_US), "not later");
	OK_(erase_holds(&customer, STR("https://192.0.2.7/x"), STR_NONE, 0) && !erase_holds(&customer, STR("https://192.0.2.7/x"), STR_NONE, YEAR * DAY_US), "an address in a URL, then");
	OK_(erase_holds(&customer, STR("https://x/"), STR("www.acme.example"), 0) && erase_holds(&customer, STR("joe@acme.example"), STR_NONE, 0), "what is below a domain");
	OK_(!erase_holds(&customer, STR("notacme.example"), STR_NONE, 0) && !erase_holds(&customer, STR_NONE, STR_NONE, 0), "nothing else");
}

int main(void)
{
	test_words();
	test_addresses();
	test_holdings();
	return tap_done();
}
