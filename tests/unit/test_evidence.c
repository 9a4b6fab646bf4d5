/*
 * Evidence: the record's canonical text against the published vector and every kind of text that is not canonical,
 * commitments and their openings.
 */
#include "base/time.h"
#include "evidence/merkle.h"
#include "evidence/record.h"
#include "tap.h"

static struct arena *a;
static struct why why;

#define VECTOR \
	"aupd-record/1\n" \
	"case C-2026-000017\n" \
	"clause 4.2\n" \
	"com.customer.id 99e3fef1673afef055a0fd7876d6f7178847b1020f60d3ec4bb7aa957fbd96f9\n" \
	"kind decision\n" \
	"policy 2026-03-01\n" \
	"rule spam.trap\n" \
	"seq 0\n" \
	"time 2026-03-02T10:00:00.000000Z\n" \
	"verdict warn\n"

static const struct seal_key key = { { 1, 2, 3 } };

static void test_vector(void)
{
	uint8_t salt[32];
	struct digest d;
	for (uint8_t i = 0; i < sizeof(salt); i++)
		salt[i] = i;
	record_commitment(salt, STR("customer.id"), STR("cust-0042"), &d);
	IS_STR(digest_hex(a, &d), STR("99e3fef1673afef055a0fd7876d6f7178847b1020f60d3ec4bb7aa957fbd96f9"), "the commitment of the vector");
	IS_INT(STR(VECTOR).len, 224, "the length of the vector");
	merkle_leaf(STR(VECTOR), &d);
	IS_STR(digest_hex(a, &d), STR("2040fd4d8d495e23550df1d64f8d4b569ed90e9bd6d70b79f483092f8ff86356"), "the leaf of the vector");
	struct record r;
	OK_(record_read(a, STR(VECTOR), &r, &why) == OK && r.count == 9, "the vector is read");
	struct record again = { 0 };
	struct str text, opening;
	int64_t at;
	for (unsigned i = r.count; i-- > 0;)
		if (!str_eq(r.lines[i].key, STR("time")) && !str_eq(r.lines[i].key, STR("seq")))
			record_put(&again, str_c(a, r.lines[i].key), r.lines[i].value);
	record_put_u64(a, &again, "seq", 0);
	OK_(time_parse(STR("2026-03-02T10:00:00Z"), &at) == OK, "time");
	record_put_time(a, &again, "time", at);
	IS_INT(record_write(a, &again, &key, &text, &opening, &why), OK, "encode");
	IS_STR(text, STR(VECTOR), "and written again, whatever the order of the calls");
	OK_(!opening.len, "without commitments there is no opening");
}

static void test_escapes(void)
{
	struct record r = { .id = STR("C-1.1") }, back;
	struct str text, opening;
	record_put(&r, "b", STR("100% \t\x7f\n\xc3\xa4"));
	record_put(&r, "a", STR_NONE);
	IS_INT(record_write(a, &r, &key, &text, &opening, &why), OK, "encode");
	IS_STR(text, STR("aupd-record/1\nb 100%25%20%09%7F%0A\xc3\xa4\nid C-1.1\n"), "what is not printable is escaped, the rest kept, the empty left out");
	OK_(record_read(a, text, &back, &why) == OK && str_eq(back.lines[0].value, r.lines[0].value) && str_eq(back.id, r.id), "and read back");
	struct arena *full = arena_new("full", 8);
	r = (struct record){ .id = STR("C-1.1") };
	IS_INT(record_write(full, &r, &key, &text, &opening, &why), ERR_NOMEM, "a full arena is told");
	arena_free(full);
	struct record twice = { .id = STR("x") };
	record_put(&twice, "k", STR("1"));
	record_put(&twice, "k", STR("2"));
	OK_(record_write(a, &twice, &key, &text, &opening, &why) == ERR_SYNTAX, "a key stands once");
	struct record upper = { .id = STR("x") };
	record_put(&upper, "K", STR("1"));
	OK_(record_write(a, &upper, &key, &text, &opening, &why) == ERR_SYNTAX, "in small letters");
	struct record dup = { .id = STR("x") };
	record_put(&dup, "id", STR("y"));
	OK_(record_write(a, &dup, &key, &text, &opening, &why) == ERR_SYNTAX, "the id too");
}

static void test_strict(void)
{
	static const char *const wrong[] = { "", "aupd-record/1", "aupd-record/2\na b\n", "aupd-record/1\r\na b\n", "aupd-record/1\na b", "aupd-record/1\na b\n\n",
		"aupd-record/1\nb 1\na 1\n", "aupd-record/1\na 1\na 1\n", "aupd-record/1\nA 1\n", "aupd-record/1\na_b 1\n", "aupd-record/1\na  1\n", "aupd-record/1\na \n",
		"aupd-record/1\na\n", "aupd-record/1\n 1\n", "aupd-record/1\na %41\n", "aupd-record/1\na %0a\n", "aupd-record/1\na %2\n", "aupd-record/1\na %\n",
		"aupd-record/1\na %%25\n", "aupd-record/1\na x\ty\n", "aupd-record/1\na x\x7f\n", "aupd-record/1\na %C3\n", " aupd-record/1\na b\n" };
	struct record r;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!OK_(record_read(a, str_of(wrong[i]), &r, &why) == ERR_SYNTAX, "refused"))
			tap_dump("text", str_of(wrong[i]));
	unsigned taken = 0;
	for (size_t n = 0; n < STR(VECTOR).len; n++)
		taken += record_read(a, str_sub(STR(VECTOR), 0, n), &r, &why) == OK;
	IS_INT(taken, 9, "cut short it is read at the ends of lines only");
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_puts(&b, "aupd-record/1\n");
	for (unsigned i = 0; i <= RECORD_LINES_MAX; i++)
		buf_printf(&b, "k%03u 1\n", i);
	OK_(record_read(a, buf_str(&b), &r, &why) == ERR_SYNTAX, "too many lines");
	buf_clear(&b);
	buf_puts(&b, "aupd-record/1\na ");
	while (b.len < RECORD_BYTES_MAX)
		buf_putc(&b, 'x');
	buf_putc(&b, '\n');
	OK_(record_read(a, buf_str(&b), &r, &why) == ERR_SYNTAX, "too long");
	buf_done(&b);
}

static void test_opening(void)
{
	struct record r = { .id = STR("C-258.7") }, other = { .id = STR("C-258.8") }, back;
	struct str text, opening, text2, opening2;
	struct record_line *values;
	unsigned count;
	struct seal_key wrong = { { 9 } };
	record_put(&r, "kind", STR("finding"));
	record_commit(&r, "customer", STR("cust-0042"));
	record_commit(&r, "source", STR("192.0.2.7"));
	record_commit(&r, "text", STR_NONE);
	struct record same = r;
	IS_INT(record_write(a, &r, &key, &text, &opening, &why), OK, "encode with commitments");
	OK_(record_write(a, &same, &key, &text2, &opening2, &why) == OK && str_eq(text, text2) && str_eq(opening, opening2), "again gives the same octets");
	OK_(str_find(text, STR("192.0.2.7")) == SIZE_MAX && str_find(opening, STR("192.0.2.7")) == SIZE_MAX, "no value stands in clear");
	record_commit(&other, "customer", STR("cust-0042"));
	OK_(record_write(a, &other, &key, &text2, &opening2, &why) == OK, "another record of the same customer");
	struct record one, two;
	OK_(record_read(a, text, &one, &why) == OK && record_read(a, text2, &two, &why) == OK && !str_eq(one.lines[0].value, two.lines[0].value),
		"does not link to it");
	OK_(record_read(a, text, &back, &why) == OK && record_open(a, &back, opening, &key, &values, &count, &why) == OK && count == 2, "the key opens it");
	OK_(str_eq(values[0].key, STR("customer")) && str_eq(values[1].value, STR("192.0.2.7")), "the values are there");
	IS_INT(record_open(a, &back, opening, &wrong, &values, &count, &why), ERR_CORRUPT, "another key opens nothing");
	IS_INT(record_open(a, &two, opening, &key, &values, &count, &why), ERR_CORRUPT, "an opening opens its own record only");
	back.lines[1].value = back.lines[0].value;
	IS_INT(record_open(a, &back, opening, &key, &values, &count, &why), ERR_CORRUPT, "a changed commitment is found");
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	if (!a || seal_start() != OK)
		return 1;
	test_vector();
	test_escapes();
	test_strict();
	test_opening();
	arena_free(a);
	return tap_done();
}
