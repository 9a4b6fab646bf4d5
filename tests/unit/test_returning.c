/*
 * Customers who come back: what is kept when a contract is ended, whom it is compared with, what is told of it, and when it goes.
 */
#include "attribution/mark.h"
#include "engine/deed.h"
#include "engine/returning.h"
#include "store/store.h"
#include "tap.h"

static const char document[] = "# Policy\n\n### False data {#fraud.false-data}\n\nNo false data.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z; marks %s }\n"
	"ladder l { at once ask \"x\"; forget after 180d }\n"
	"clause fraud.false-data \"False data\" group account {\n"
	"rule sure { when signal order.returned; severity medium; ladder l; person; appeal 30d; because \"{marks}, {strong} strong, {weak} weak\" }\n"
	"rule perhaps { when signal order.perhaps-returned, fact weak >= 1; severity low; ladder l; person; appeal 30d; because \"perhaps: {marks}\" }\n}\n";
static const int64_t start_at = INT64_C(1772323200) * SECOND_US;        /* 2026-03-01 */

static struct arena *arena;
static struct store *store;
static struct registry *registry;
static struct fold f;

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	(void)arg;
	return store_null.load(store, a, keys, count, rows, why);
}

static void begin(const char *more)
{
	struct row_reader reader = { load_rows, NULL };
	struct seal_key fixed = { { 1 } };
	struct bundle_file files[] = { { STR("aup.md"), STR(document) }, { STR("aup.policy"), str_format(arena, rules, more) } };
	struct bundle b = { STR("aup.policy"), files, 2 };
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	if (policy_load(arena, &b, &p, &why) != OK)
		printf("# %s:%u: %s\n", why.file, why.line, why.text);
	registry = registry_new(NULL);
	OK_(store_null.open(-1, "", STORE_WRITE, &store, NULL) == OK, "a store");
	f = (struct fold){ .work = work_new(&reader), .registry = registry, .policies = { p }, .policy_count = 1, .keyring = keyring_fixed(&fixed),
		.token_key = fixed, .mail_domain = STR("test.invalid"), .mail_local = STR("abuse"), .now = start_at + DAY_US, .source = 1, .notes_sightings = true };
}

static void end(void)
{
	work_free(f.work);
	keyring_close(f.keyring);
	registry_free(registry);
	store_null.close(store);
}

static void customer(const char *id)
{
	struct entity e = { .type = ENTITY_CUSTOMER, .id = str_of(id), .from_at = TIME_NONE, .until_at = TIME_NONE };
	OK_(registry_add(registry, &e, NULL) == OK, id);
}

/* As an import does: read, hidden, asked about, in the register. */
static void gives(const char *whose, const char *kind, const char *text, int64_t until_at)
{
	static unsigned n;
	struct entity e = { .type = ENTITY_MARK, .id = str_format(arena, "m%u", ++n), .customer = str_of(whose), .kind = str_of(kind), .resource = str_of(text),
		.from_at = TIME_NONE, .until_at = until_at };
	returning_hide(&f, &e);
	OK_(mark_is_digest(e.resource) && str_find(e.resource, str_of(text)) == SIZE_MAX, "a digest is what is kept");
	OK_(returning_ask(&f, &e, NULL) == OK && registry_add(registry, &e, NULL) == OK, text);
}

static struct casefile ended(const char *whose, uint64_t number, uint32_t flags)
{
	return (struct casefile){ .number = number, .customer = str_of(whose), .clause = STR("email.unsolicited"), .state = CASE_TERMINATED, .flags = flags };
}

static void end_contract(const char *whose, uint64_t number, uint32_t flags)
{
	struct casefile c = ended(whose, number, flags);
	OK_(returning_step(&f, &c, CASE_OPEN, &(struct case_input){ .type = INPUT_RESULT }, &(struct case_output){ .events = NULL }, NULL) == OK, "a contract is ended");
}

static unsigned rows_of(enum table t, const char *prefix)
{
	struct row row;
	unsigned n = 0;
	for (size_t i = 0; work_next_row(f.work, t, &i, &row);)
		n += str_starts(row.key, str_of(prefix));
	return n;
}

/* All that is due by then, in order; acts are left to others. */
static void pass(int64_t until_at)
{
	struct row due;
	struct why why = { .line = 0 };
	enum err e = OK;
	for (int n = 0; e == OK && n < 1000 && work_next_due(f.work, until_at, &due); n++) {
		f.now = due.due_at > f.now ? due.due_at : f.now;
		struct row act = due;
		act.due_at = TIME_NONE;
		e = due.table == TABLE_ACT ? work_put(f.work, &act, &why) : fold_due(&f, &due, &why);
	}
	OK_(e == OK, "what is due");
	f.now = until_at;
}

static struct casefile case_of(const char *whose)
{
	struct casefile c = { 0 };
	struct row row;
	if (work_load(f.work, TABLE_CASE, case_key(work_arena(f.work), str_of(whose), STR("account"), 0), casefile_fields, &c, &row, NULL) != OK)
		c = (struct casefile){ .state = CASE_NONE };
	return c;
}

static void is_told(const char *whose, const char *because, const char *what)
{
	struct casefile c = case_of(whose);
	IS_INT(c.state, because ? CASE_REVIEW : CASE_NONE, what);
	IS_STR(c.because, str_of(because), "as the rule says");
}

static void test_known_again(void)
{
	begin("30d");
	customer("old"), customer("new"), customer("kin"), customer("two"), customer("else");
	gives("old", "mail", "Jane@Mail.example", TIME_NONE);
	gives("old", "phone", "+4930901820", TIME_NONE);
	gives("old", "name+postcode", "doe jane/10115", TIME_NONE);
	gives("old", "device", "001b44113ab7", TIME_NONE);
	gives("old", "payment", "gone", start_at);
	IS_INT(rows_of(TABLE_MARK, ""), 0, "as long as no contract was ended nothing is kept");
	end_contract("old", 512, 0);
	IS_INT(rows_of(TABLE_MARK, ""), 5, "a row a mark that he has then, and their list");
	gives("old", "mail", "Jane@Mail.example", TIME_NONE);
	IS_INT(rows_of(TABLE_MARK, "met/"), 0, "the same customer is nobody else");
	gives("new", "mail", "Jane@Mail.example", TIME_NONE);
	gives("new", "name+postcode", "doe jane/10115", TIME_NONE);
	gives("kin", "name+postcode", "doe jane/10115", TIME_NONE);
	gives("two", "name+postcode", "doe jane/10115", TIME_NONE);
	gives("two", "device", "001b44113ab7", TIME_NONE);
	gives("else", "mail", "001b44113ab7", TIME_NONE);
	gives("else", "phone", "+4930901821", TIME_NONE);
	gives("else", "payment", "gone", TIME_NONE);
	gives("else", "phone", "+4930901820", f.now);
	IS_INT(rows_of(TABLE_MARK, "met/"), 3, "who has one in common is looked at: not who has it as another kind, had it, or has another");
	is_told("new", NULL, "not before the register that has it is in force");
	pass(f.now);
	is_told("new", "mail name+postcode, 1 strong, 1 weak", "a strong mark: a person decides");
	is_told("two", "name+postcode device, 0 strong, 2 weak", "two weak ones of two kinds as well");
	is_told("kin", "perhaps: name+postcode", "a weak one alone tells nothing, and asks");
	is_told("else", NULL, "of who has nothing in common nothing is told");
	struct returning_case *list = NULL;
	unsigned n = 0;
	OK_(returning_find(&f, STR("new"), &list, &n, NULL) == OK && n == 1 && list[0].number == 512 && list[0].marks == 2 && returning_is_sure(&list[0]) &&
		str_eq(list[0].clause, STR("email.unsolicited")) && list[0].until_at == f.now + 30 * DAY_US, "what they have in common");
	OK_(returning_find(&f, STR("old"), &list, &n, NULL) == OK && n == 0, "he himself has nothing in common with another");
	unsigned noted = 0;
	for (const struct work_note *x = work_take_notes(f.work); x; x = x->next)
		noted++;
	IS_INT(noted, 3, "and each is noted for back-tests");
	end();
}

static void test_once(void)
{
	begin("30d");
	customer("old"), customer("new");
	gives("old", "phone", "+4930901820", TIME_NONE);
	gives("old", "name+postcode", "doe jane/10115", TIME_NONE);
	end_contract("old", 512, CASE_SEALED_CLASS);
	gives("new", "name+postcode", "doe jane/10115", TIME_NONE);
	pass(f.now);
	IS_INT(case_of("new").report_count, 1, "told once");
	gives("new", "name+postcode", "doe jane/10115", TIME_NONE);
	pass(f.now + HOUR_US);
	IS_INT(case_of("new").report_count, 1, "the same again tells nothing anew");
	gives("new", "phone", "+4930901820", TIME_NONE);
	pass(f.now);
	IS_INT(case_of("new").report_count, 2, "another mark does");
	IS_STR(case_of("new").because, STR("phone name+postcode, 1 strong, 1 weak"), "with all that is in common");
	struct returning_case *list = NULL;
	unsigned n = 0;
	OK_(returning_find(&f, STR("new"), &list, &n, NULL) == OK && n == 1 && !list[0].clause.len, "of a sealed case no clause is told");
	end();
}

static void test_taken_back(void)
{
	struct act lifted = { .verb = VERB_TERMINATE }, other = { .verb = VERB_SUSPEND };
	struct case_event reviewed = { .type = EVENT_REVIEWED }, undone = { .type = EVENT_UNDONE }, asked = { .type = EVENT_APPROVAL };
	const struct { struct case_input in; struct case_event *event; unsigned left; const char *what; } steps[] = {
		{ { .type = INPUT_REVIEWED, .on = true }, &reviewed, 3, "an appeal that is refused takes nothing away" },
		{ { .type = INPUT_REVIEWED }, &asked, 3, "nor what one person alone asks for in a sealed case" },
		{ { .type = INPUT_UNDO, .act = &other }, &undone, 3, "nor the lifting of something else" },
		{ { .type = INPUT_REVIEWED }, &reviewed, 1, "one that is granted takes those of that case" },
		{ { .type = INPUT_UNDO, .act = &lifted }, &undone, 1, "and so does the lifting of the end, whatever was before" },
	};
	begin("30d");
	customer("old"), customer("new");
	gives("old", "phone", "+4930901820", TIME_NONE);
	gives("old", "mail", "jane@mail.example", TIME_NONE);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct casefile c = ended("old", 512, 0);
		struct case_output out = { .events = steps[i].event, .event_count = 1 };
		if (i == 0 || i == 4)
			end_contract("old", 512, 0);
		if (i == 0 || i == 4)
			end_contract("old", 768, 0);
		OK_(returning_step(&f, &c, CASE_TERMINATED, &steps[i].in, &out, NULL) == OK, "a step of a case that ended a contract");
		uint32_t kinds = 0;
		int64_t until_at;
		OK_(returning_kept(&f, 512, &kinds, &until_at, NULL) == OK && (kinds == 0) == (steps[i].left == 1), steps[i].what);
	}
	OK_(rows_of(TABLE_MARK, "phone/") == 1 && rows_of(TABLE_MARK, "case/") == 1, "those of another case stay");
	end();
}

static void test_end(void)
{
	begin("30d");
	customer("old"), customer("new");
	gives("old", "phone", "+4930901820", TIME_NONE);
	end_contract("old", 512, 0);
	gives("new", "phone", "+4930901820", TIME_NONE);
	pass(f.now + 30 * DAY_US - 1);
	IS_INT(rows_of(TABLE_MARK, ""), 3, "kept until the day that the policy says");
	struct hold h = { .until_at = f.now + 10 * DAY_US };
	struct row row = { .table = TABLE_HOLD, .key = str_format(arena, "subject/%.*s", STR_ARG(deed_digest(&f, "subject", STR("old")))), .due_at = TIME_NONE };
	OK_(work_store(f.work, &row, hold_fields, &h, NULL) == OK, "a hold on him");
	pass(f.now + 9 * DAY_US);
	OK_(rows_of(TABLE_MARK, "phone/") == 1 && rows_of(TABLE_MARK, "case/") == 1, "longer while he is held");
	pass(f.now + 3 * DAY_US);
	IS_INT(rows_of(TABLE_MARK, "phone/") + rows_of(TABLE_MARK, "case/"), 0, "and then no longer");
	end();
	begin("0s");
	customer("old");
	gives("old", "phone", "+4930901820", TIME_NONE);
	end_contract("old", 512, 0);
	IS_INT(rows_of(TABLE_MARK, ""), 0, "a policy may keep none");
	end();
}

static void test_erased(void)
{
	for (int keeps = 0; keeps < 2; keeps++) {
		begin(keeps ? "30d; marks-outlive-erasure yes" : "30d");
		customer("old"), customer("new");
		gives("old", "phone", "+4930901820", TIME_NONE);
		end_contract("old", 512, 0);
		gives("new", "phone", "+4930901820", TIME_NONE);
		pass(f.now);
		struct erasure x = { .id = STR("old"), .alias = STR("erased-1") }, y = { .id = STR("new"), .alias = STR("erased-2") };
		struct row row;
		for (size_t i = 0; work_next_row(f.work, TABLE_MARK, &i, &row);)
			OK_(returning_erase(&f, &row, &x, NULL) == OK, "a row of an erasure");
		bool named = false;
		for (size_t i = 0; work_next_row(f.work, TABLE_MARK, &i, &row);)
			named |= str_find(row.body, STR("\"old\"")) != SIZE_MAX || str_eq(row.owner, STR("old"));
		OK_(!named, "nothing names him any more");
		OK_(rows_of(TABLE_MARK, "phone/") == (keeps ? 1 : 0) && rows_of(TABLE_MARK, "case/") == (keeps ? 1 : 0) && x.rows == 2, keeps ? "his marks stay under the alias"
			: "his marks go");
		for (size_t i = 0; work_next_row(f.work, TABLE_MARK, &i, &row);)
			OK_(returning_erase(&f, &row, &y, NULL) == OK, "a row of an erasure");
		IS_INT(rows_of(TABLE_MARK, "met/"), 0, "of who came back goes what was told of him");
		end();
	}
}

int main(void)
{
	arena = arena_new("test", 32 << 20);
	test_known_again();
	test_once();
	test_taken_back();
	test_end();
	test_erased();
	arena_free(arena);
	return tap_done();
}
