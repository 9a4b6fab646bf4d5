/*
 * Rows for search: which words of a step get one, which keys begin alike, and what leads nowhere.
 */
#include "engine/find.h"
#include "store/store.h"
#include "tap.h"

static struct fold f;

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	return store_null.load(arg, a, keys, count, rows, why);
}

static unsigned rows_now(void)
{
	struct row row;
	unsigned n = 0;
	for (size_t i = 0; work_next_row(f.work, TABLE_FIND, &i, &row);)
		n++;
	return n;
}

static bool leads(struct str prefix, uint64_t number)
{
	struct row row;
	uint64_t got = 0;
	for (size_t i = 0; work_next_row(f.work, TABLE_FIND, &i, &row);)
		if (str_starts(row.key, prefix) && find_number(row.key, &got) == OK && got == number)
			return true;
	return false;
}

static struct str around(const char *text)
{
	struct prefix p;
	return prefix_parse(str_of(text), &p) == OK ? find_prefix_addr(&f, &p) : STR("(no prefix)");
}

/* One report of a step: of a new incident, or of one that is known. */
static enum err report(const struct casefile *c, enum case_event_type type, const char *source, const char *reporter, const char *id)
{
	struct observation o = { .reporter = str_of(reporter), .report_id = str_of(id) };
	struct case_event e = { .type = type, .source = str_of(source), .reporter = str_of(reporter) };
	struct case_output out = { .events = &e, .event_count = 1 };
	struct case_input in = { .type = INPUT_FINDING, .observation = &o };
	return find_note(&f, c, &in, &out, NULL);
}

static void test_words(void)
{
	struct casefile c = { .number = 512, .clause = STR("email.unsolicited"), .report_count = 1 };
	struct case_event opened = { .type = EVENT_OPENED };
	struct case_output out = { .events = &opened, .event_count = 1 };
	struct case_input in = { .type = INPUT_OPEN };
	OK_(find_note(&f, &c, &in, &out, NULL) == OK && leads(find_prefix(&f, FIND_CLAUSE, c.clause), 512), "a case that is opened is found by its clause");
	OK_(report(&c, EVENT_FINDING, "192.0.2.7", "Anna@r.example", "id-1") == OK, "a report");
	OK_(leads(around("192.0.2.7"), 512) && leads(around("192.0.2.0/24"), 512) && leads(around("192.0.0.0/16"), 512), "is found by its address and what is around it");
	OK_(!leads(around("192.0.2.8"), 512) && !leads(around("192.0.3.0/24"), 512), "and by no other");
	OK_(!around("192.0.2.0/25").len && !around("2001:db8::/48").len && around("2001:db8::/64").len, "other lengths have no key of their own");
	OK_(leads(find_prefix(&f, FIND_REPORTER, STR("anna@R.example")), 512) && leads(find_prefix(&f, FIND_ID, STR("id-1")), 512), "by its reporter and its id");
	OK_(report(&c, EVENT_FINDING, "https://Shop.example:8443/x?y", "b", "") == OK && leads(find_prefix(&f, FIND_DOMAIN, STR("shop.example")), 512), "by the host of a URL");
	OK_(report(&c, EVENT_FINDING, "http://192.0.2.99/x", "b", "") == OK && leads(around("192.0.2.99"), 512), "by an address in a URL");
	OK_(report(&c, EVENT_FINDING, "joe@mail.example", "b", "") == OK && leads(find_prefix(&f, FIND_DOMAIN, STR("mail.example")), 512), "by the domain of a mailbox");
	unsigned n = rows_now();
	OK_(report(&c, EVENT_FINDING, "192.0.2.7", "anna@r.example", "id-1") == OK && rows_now() == n, "what stands there already is not there twice");
}

static void test_nowhere(void)
{
	struct casefile c = { .number = 768, .report_count = 1, .flags = CASE_SEALED_CLASS };
	unsigned n = rows_now();
	uint64_t number;
	OK_(report(&c, EVENT_FINDING, "192.0.2.50", "c", "id-2") == OK && rows_now() == n, "of the sealed class nothing leads anywhere");
	c.flags = 0;
	f.searchable = false;
	OK_(report(&c, EVENT_FINDING, "192.0.2.50", "c", "id-2") == OK && rows_now() == n, "nor where nobody searches");
	f.searchable = true;
	c.report_count = FIND_REPORTS_MAX + 1;
	OK_(report(&c, EVENT_WITNESS, "192.0.2.50", "late", "late-id") == OK && rows_now() == n, "beyond the bound reporters and ids lead nowhere");
	OK_(report(&c, EVENT_FINDING, "192.0.2.51", "late", "late-id") == OK && rows_now() == n + 1 && leads(around("192.0.2.51"), 768), "but what is new about it does");
	OK_(find_number(STR("k/x/short"), &number) == ERR_CORRUPT && find_number(STR("k/x/fffffffffffffdFF"), &number) == ERR_CORRUPT, "a key that is none is no case");
}

int main(void)
{
	struct why why;
	struct store *store;
	if (store_null.open(-1, "find", STORE_WRITE, &store, &why) != OK)
		return 1;
	struct row_reader reader = { load_rows, store };
	f = (struct fold){ .work = work_new(&reader), .searchable = true, .token_key = { { 7 } } };
	test_words();
	test_nowhere();
	work_free(f.work);
	store_null.close(store);
	return tap_done();
}
