/*
 * The walk through old rows: in slices of any length it leaves the same rows for search and queues, and none of what nobody is to find.
 */
#include "engine/backfill.h"

#include "engine/erase.h"
#include "engine/find.h"
#include "engine/receipt.h"
#include "store/store.h"
#include "tap.h"

enum { CASES = 40, ROWS_MAX = 400 };

#define PRINT(...) str_c(work_arena(f.work), str_format(work_arena(f.work), __VA_ARGS__))

static struct fold f;
static struct store *store;

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	return store_null.load(arg, a, keys, count, rows, why);
}

static void commit(void)
{
	struct effect *effects;
	size_t count;
	struct why why;
	BUG_ON(work_effects(f.work, &effects, &count) != OK || store_null.commit(store, effects, count, NULL, 0, &why) != OK);
	work_reset(f.work);
}

static void put(enum table t, const char *key, const struct field *fields, const void *noun, const char *owner)
{
	struct row row;
	BUG_ON(work_get(f.work, t, str_of(key), &row, NULL) != OK);
	row.owner = str_of(owner);
	BUG_ON(work_store(f.work, &row, fields, noun, NULL) != OK);
}

static void put_event(const struct casefile *c, unsigned n, enum case_event_type type, const char *source, const char *reporter)
{
	struct case_event e = { .number = c->number, .n = n, .type = type, .source = str_of(source), .reporter = str_of(reporter) };
	put(TABLE_CASE_EVENT, PRINT("%llu/%08u", (unsigned long long)c->number, n), case_event_fields, &e, "");
}

static void put_case(unsigned n, const char *customer, uint32_t flags, enum case_state state)
{
	struct casefile c = { .number = 256 * (n + 1), .customer = str_of(customer), .clause = STR("email.unsolicited"), .state = state, .flags = flags, .changed_at = 7,
		.opened_at = 5 };
	const char *key = PRINT("case-%u", n);
	struct row index = { .table = TABLE_COUNTER, .key = str_format(work_arena(f.work), "number/%llu", (unsigned long long)c.number), .due_at = TIME_NONE, .body = str_of(key) };
	BUG_ON(work_put(f.work, &index, NULL) != OK);
	put(TABLE_CASE, key, casefile_fields, &c, customer);
	put_event(&c, 1, EVENT_FINDING, PRINT("192.0.2.%u", n), PRINT("anna@r%u.example", n));
	put_event(&c, 2, EVENT_WITNESS, PRINT("192.0.2.%u", n), "bert@all.example");
	put_event(&c, 3, EVENT_OPENED, "", "");
	struct act act = { .key = str_of(PRINT("C-%u/s/suspend/web", n)), .number = c.number, .verb = VERB_SUSPEND, .desired = true, .state = n % 2 ? ACT_REFUSED : ACT_DONE_, .created_at = 6 };
	put(TABLE_ACT, PRINT("C-%u/s/suspend/web", n), act_fields, &act, "");
	struct receipt r = { .fate = FATE_CASE, .number = c.number, .sealed = flags & CASE_SEALED_CLASS };
	put(TABLE_RECEIPT, PRINT("receipt-%u", n), receipt_fields, &r, "api:desk");
}

/* Cases 0 to CASES - 1, three of which are not like the others, and a row that cannot be read. */
static void make(void)
{
	for (unsigned n = 0; n < CASES; n++)
		put_case(n, n == 3 ? ERASE_ALIAS "0123" : "acme", n == 1 ? CASE_SEALED_CLASS : n == 2 ? CASE_THINNED : n == 5 ? CASE_APPEALED | CASE_COUNSEL : 0, CASE_OPEN);
	const struct observation threat = { .kind = KIND_THREAT, .received_at = 9 }, spam = { .kind = KIND_SPAM, .received_at = 9 };
	put(TABLE_PARKED, "1.2.3.0", observation_fields, &threat, "");
	put(TABLE_PARKED, "1.2.4.0", observation_fields, &spam, "");
	struct row bad = { .table = TABLE_CASE_EVENT, .key = STR("1/00000001"), .due_at = TIME_NONE, .body = STR("{\"type\":7}") };
	BUG_ON(work_put(f.work, &bad, NULL) != OK);
	commit();
}

/* From its beginning to its end, a commit a slice, the marker through its own codec; how many rows could not be read. */
static unsigned walk(unsigned slice)
{
	struct backfill b = { .level = BACKFILL_LEVEL };
	struct arena *a = arena_new("walk", 16 << 20);
	struct query q;
	unsigned bad = 0;
	while (backfill_query(&b, &q)) {
		struct row *rows;
		struct why why;
		struct str text;
		size_t n = 0;
		q.limit = slice;
		BUG_ON(store_null.page(store, a, &q, &rows, &n, &why) != OK);
		for (size_t i = 0; i < n; i++)
			bad += backfill_row(&f, &b, &rows[i], &why) != OK;
		b.after = n == slice ? rows[n - 1].key : STR_NONE;
		b.stage += n < slice;
		BUG_ON(field_encode(a, backfill_fields, &b, &text) != OK);
		b = (struct backfill){ 0 };
		BUG_ON(field_decode(a, text, backfill_fields, &b, &why) != OK);
		commit();
	}
	arena_free(a);
	return bad;
}

static unsigned read_all(struct arena *a, enum table t, struct row **ret_rows)
{
	struct query q = { .table = t, .by_key = true, .due_by = TIME_NONE, .limit = ROWS_MAX };
	size_t n = 0;
	BUG_ON(store_null.page(store, a, &q, ret_rows, &n, NULL) != OK || n == ROWS_MAX);
	return (unsigned)n;
}

static void drop(enum table t)
{
	struct arena *a = arena_new("drop", 4 << 20);
	struct row *rows;
	unsigned n = read_all(a, t, &rows);
	for (unsigned i = 0; i < n; i++)
		BUG_ON(work_delete(f.work, t, rows[i].key, NULL) != OK);
	commit();
	arena_free(a);
}

static bool leads(struct arena *a, struct str prefix, unsigned n)
{
	struct row *rows;
	uint64_t number = 0;
	unsigned count = read_all(a, TABLE_FIND, &rows);
	for (unsigned i = 0; i < count; i++)
		if (str_starts(rows[i].key, prefix) && find_number(rows[i].key, &number) == OK && number == 256 * (n + 1))
			return true;
	return false;
}

static bool leads_by(struct arena *a, enum find_word kind, const char *text, unsigned n)
{
	return leads(a, find_prefix(&f, kind, str_of(text)), n);
}

static bool leads_by_address(struct arena *a, unsigned n)
{
	struct prefix p;
	return prefix_parse(str_of(PRINT("192.0.2.%u", n)), &p) == OK && leads(a, find_prefix_addr(&f, &p), n);
}

static void test_found(struct arena *a)
{
	OK_(leads_by(a, FIND_CLAUSE, "email.unsolicited", 0) && leads_by_address(a, 0), "an old case is found by its clause and its address");
	OK_(leads_by(a, FIND_REPORTER, "anna@r0.example", 0) && leads_by(a, FIND_REPORTER, "bert@all.example", 0), "by those who reported");
	OK_(leads_by(a, FIND_ID, "receipt-0", 0), "and by a receipt");
	OK_(leads_by_address(a, CASES - 1) && leads_by(a, FIND_ID, PRINT("receipt-%u", CASES - 1), CASES - 1), "so is the last one");
	OK_(!leads_by_address(a, 1) && !leads_by(a, FIND_CLAUSE, "email.unsolicited", 1) && !leads_by(a, FIND_ID, "receipt-1", 1), "one of the sealed class by nothing");
	OK_(!leads_by_address(a, 2) && !leads_by(a, FIND_ID, "receipt-2", 2) && leads_by(a, FIND_CLAUSE, "email.unsolicited", 2), "one that was thinned out by its clause alone");
	OK_(!leads_by_address(a, 3) && !leads_by(a, FIND_REPORTER, "bert@all.example", 3) && !leads_by(a, FIND_CLAUSE, "email.unsolicited", 3), "that of somebody who was erased by nothing");
}

static const struct row *queued(const struct row *rows, unsigned count, const char *key)
{
	for (unsigned i = 0; i < count; i++)
		if (str_eq(rows[i].key, str_of(key)))
			return &rows[i];
	return NULL;
}

static void test_queues(struct arena *a)
{
	struct row *rows;
	unsigned n = read_all(a, TABLE_QUEUE, &rows);
	const struct row *appeal = queued(rows, n, "appeals/1536"), *refused = queued(rows, n, "refused/C-1/s/suspend/web");
	OK_(appeal && appeal->rank == 7 && str_eq(appeal->state, STR("appeals")) && queued(rows, n, "counsel/1536"), "what a case waits for stands in its queues, since it last changed");
	OK_(refused && refused->rank == 6 && str_eq(refused->state, STR("refused")), "so does an act that was refused");
	const struct row *threat = queued(rows, n, "unattributed.urgent/1.2.3.0");
	OK_(threat && threat->rank == 9 && str_eq(threat->state, STR("unattributed.urgent")), "and a report of a threat that waits to be attributed, first");
	IS_INT(n, 3 + CASES / 2, "and nothing else");
}

static void test_slices(void)
{
	struct arena *a = arena_new("test", 64 << 20);
	struct row *whole[2], *rows;
	const enum table tables[] = { TABLE_FIND, TABLE_QUEUE };
	unsigned counts[2];
	IS_INT(walk(ROWS_MAX), 1, "a row that cannot be read is told of");
	test_found(a);
	test_queues(a);
	for (int t = 0; t < 2; t++)
		counts[t] = read_all(a, tables[t], &whole[t]);
	IS_INT(walk(7), 1, "the walk again");
	for (int t = 0; t < 2; t++)
		IS_INT(read_all(a, tables[t], &rows), counts[t], "writes nothing twice");
	drop(TABLE_FIND);
	drop(TABLE_QUEUE);
	walk(1);
	for (int t = 0; t < 2; t++) {
		unsigned n = read_all(a, tables[t], &rows), same = 0;
		for (unsigned i = 0; i < n && i < counts[t]; i++)
			same += str_eq(rows[i].key, whole[t][i].key) && str_eq(rows[i].owner, whole[t][i].owner);
		IS_INT(n, counts[t], "slices of one row write as many");
		IS_INT(same, counts[t], "and the same ones");
	}
	arena_free(a);
}

/* Whoever changes the case meanwhile, and the walk, cannot both commit. */
static void test_race(void)
{
	struct backfill b = { .level = BACKFILL_LEVEL };
	struct row index = { .table = TABLE_COUNTER, .key = STR("number/1536") };
	struct effect *effects;
	size_t count, touched = 0;
	drop(TABLE_QUEUE);
	BUG_ON(backfill_row(&f, &b, &index, NULL) != OK || work_effects(f.work, &effects, &count) != OK);
	for (size_t i = 0; i < count; i++)
		touched += effects[i].row.table == TABLE_CASE;
	IS_INT(touched, 1, "the case that a row of a queue is read from is written with it");
	work_reset(f.work);
}

int main(void)
{
	struct why why;
	if (store_null.open(-1, "backfill", STORE_WRITE, &store, &why) != OK)
		return 1;
	struct row_reader reader = { load_rows, store };
	f = (struct fold){ .work = work_new(&reader), .searchable = true, .token_key = { { 7 } } };
	make();
	test_slices();
	test_race();
	work_free(f.work);
	store_null.close(store);
	return tap_done();
}
