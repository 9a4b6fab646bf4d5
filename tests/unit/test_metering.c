/*
 * Signs of a day: only who differs from the others of his access server is told about, and what was agreed in writing is respected.
 */
#include "engine/fold_case.h"
#include "engine/metering.h"
#include "store/store.h"
#include "tap.h"

static const char document[] = "# Policy\n\n### Meters {#other.metering}\n\nNone.\n\n### Resale {#other.resale}\n\nNone.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\n"
	"ladder l { at once task \"x\"; forget after 180d }\n"
	"clause other.metering \"Meters\" group meters {\n"
	"rule m { when signal meter.discrepancy, grade A; severity low; ladder l; person; appeal 30d; because \"x\" }\n}\n"
	"clause other.resale \"Resale\" group resale {\n"
	"rule d { when signal account.many-devices, grade A; severity low; ladder l; person; appeal 30d; because \"x\" }\n}\n";
static const int64_t start_at = INT64_C(1772323200) * SECOND_US;        /* 2026-03-01 */

enum { PEOPLE = 70 };
static struct arena *arena;
static struct store *store;
static struct registry *registry;
static struct fold f;
static struct entity logins[PEOPLE];

static enum err load_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	(void)arg;
	return store_null.load(store, a, keys, count, rows, why);
}

static void add(struct entity e)
{
	e.from_at = e.until_at = TIME_NONE;
	if (registry_add(registry, &e, NULL) != OK)
		OK_(false, "an entity");
}

static void begin(void)
{
	struct row_reader reader = { load_rows, NULL };
	struct seal_key fixed = { { 1 } };
	struct bundle_file files[] = { { STR("aup.md"), STR(document) }, { STR("aup.policy"), STR(rules) } };
	struct bundle b = { STR("aup.policy"), files, 2 };
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	if (policy_load(arena, &b, &p, &why) != OK)
		printf("# %s:%u: %s\n", why.file, why.line, why.text);
	registry = registry_new(NULL);
	OK_(store_null.open(-1, "", STORE_WRITE, &store, NULL) == OK, "a store");
	f = (struct fold){ .work = work_new(&reader), .registry = registry, .policies = { p }, .policy_count = 1, .keyring = keyring_fixed(&fixed),
		.token_key = fixed, .mail_domain = STR("test.invalid"), .mail_local = STR("abuse"), .now = start_at + DAY_US, .source = 1, .notes_sightings = true };
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct str id = str_format(arena, "c%u", i);
		add((struct entity){ .type = ENTITY_CUSTOMER, .id = id });
		logins[i] = (struct entity){ .type = ENTITY_LOGIN, .id = str_format(arena, "l%u", i), .customer = id, .resource = id };
		add(logins[i]);
	}
	add((struct entity){ .type = ENTITY_LIMIT, .id = STR("two"), .kind = STR("sessions"), .value = 2 });
	add((struct entity){ .type = ENTITY_LIMIT, .id = STR("many"), .customer = STR("c2"), .kind = STR("devices"), .value = 60 });
	add((struct entity){ .type = ENTITY_PERMISSION, .id = STR("p"), .customer = STR("c3"), .kind = STR("resale"), .resource = STR("a paper") });
	OK_(registry_ready(registry, 1, NULL, NULL) == OK, "a register");
}

static void end(void)
{
	work_free(f.work);
	keyring_close(f.keyring);
	registry_free(registry);
	store_null.close(store);
}

static bool signs_at(uint32_t server, enum metering_sign_kind kind, unsigned who, unsigned times, uint64_t told)
{
	struct metering_sign s = { .kind = kind, .server = server, .subject = str_format(arena, "%016u", who), .at = f.now, .told = told, .known = 1 };
	bool full = false;
	for (unsigned i = 0; i < times; i++)
		if (metering_note(&f, &s, &full, NULL) != OK)
			OK_(false, "a sign");
	return full;
}

static bool signs(enum metering_sign_kind kind, unsigned who, unsigned times, uint64_t told)
{
	return signs_at(0xab12, kind, who, times, told);
}

static unsigned sure;

static enum metering_verdict next_day(unsigned peers, unsigned open)
{
	static const struct metering_day none;
	enum metering_verdict verdict = METERING_NOBODY, one;
	struct row due;
	f.now = (f.now / DAY_US + 1) * DAY_US + METERING_BEHIND_S * SECOND_US;
	while (work_next_due(f.work, f.now, &due)) {
		struct metering_day day = none;
		if (due.table != TABLE_METERING) {
			due.due_at = TIME_NONE;
			OK_(work_put(f.work, &due, NULL) == OK, "another row");
			continue;
		}
		OK_(metering_accounts(&f, due.key, &day, NULL) == OK && (day.server | 1) == 0xab13, "who showed it, and where");
		day.peers = peers;
		for (unsigned i = 0; i < day.count; i++) {
			uint64_t n = 0;
			OK_(str_to_u64(day.list[i].subject, PEOPLE - 1, &n) == OK, "somebody");
			day.list[i].whose = &logins[n];
			day.list[i].open = open;
			day.list[i].sure = sure;
			day.list[i].servers = 2;
		}
		OK_(metering_due(&f, due.key, &day, &one, NULL) == OK, "a row is due");
		verdict = one ? one : verdict;
	}
	return verdict;
}

static unsigned cases(const char *group)
{
	unsigned n = 0;
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct casefile c = { 0 };
		struct row row;
		n += work_load(f.work, TABLE_CASE, case_key(arena, str_format(arena, "c%u", i), str_of(group), 0), casefile_fields, &c, &row, NULL) == OK;
	}
	return n;
}

/* What the rules have seen of a customer's case. */
static uint64_t counted(unsigned who)
{
	struct casefile c = { 0 };
	struct row row;
	return work_load(f.work, TABLE_CASE, case_key(arena, str_format(arena, "c%u", who), STR("resale"), 0), casefile_fields, &c, &row, NULL) == OK ? c.report_count : 0;
}

static void test_differs(void)
{
	begin();
	signs(METERING_CLOCK, 0, 3, 5);
	signs(METERING_CLOCK, 1, 2, 5);
	IS_INT(next_day(100, 1), METERING_TOLD, "two of a hundred show it, one of them three times");
	IS_INT(cases("meters"), 1, "he is told about");
	IS_INT(next_day(100, 1), METERING_NOBODY, "once");
	signs(METERING_CLOCK, 0, 3, 5);
	IS_INT(next_day(9, 1), METERING_CANNOT_TELL, "with few peers nobody can tell");
	signs(METERING_COUNTER, 5, 3, 5);
	signs(METERING_NO_STOP, 6, 3, 5);
	IS_INT(next_day(100, 1), METERING_TOLD, "each kind stands for itself");
	IS_INT(cases("meters"), 3, "and is told of");
	end();
}

static void test_server(void)
{
	begin();
	for (unsigned i = 0; i < 7; i++)
		signs(METERING_COUNTER, i, 3, 5);
	IS_INT(next_day(100, 1), METERING_SERVERS, "seven of a hundred: it is the server");
	for (unsigned i = 0; i < METERING_ACCOUNTS_MAX; i++)
		OK_(!signs(METERING_NO_STOP, i, 1, 0), "a storm");
	OK_(signs(METERING_NO_STOP, 0, 1, 0) && signs(METERING_NO_STOP, 65, 1, 0), "of which no more need be known");
	IS_INT(next_day(60000, 1), METERING_SERVERS, "is the server's, too");
	IS_INT(cases("meters"), 0, "no customer is told about");
	end();
}

static void test_resale(void)
{
	begin();
	IS_INT(metering_allowed(registry, METERING_SESSIONS, STR("c0"), f.now), 2, "sessions at once, by default");
	IS_INT(metering_allowed(registry, METERING_DEVICES, STR("c0"), f.now), METERING_DEVICES_MOST, "devices, where nothing is said");
	IS_INT(metering_allowed(registry, METERING_DEVICES, STR("c2"), f.now), 60, "where something is");
	IS_INT(metering_allowed(registry, METERING_DEVICES, STR("c3"), f.now) + metering_allowed(registry, METERING_SESSIONS, STR("c3"), f.now), 0, "who may resell has no limit");
	signs(METERING_DEVICES, 0, 1, 50);
	signs(METERING_DEVICES, 2, 1, 50);
	signs(METERING_DEVICES, 3, 1, 50);
	IS_INT(next_day(100, 1), METERING_TOLD, "many devices behind one account");
	IS_INT(cases("resale"), 1, "are a matter of resale, unless that was agreed");
	signs(METERING_SESSIONS, 1, 5, 3);
	IS_INT(next_day(100, 2), METERING_NOBODY, "sessions that are there no more are none");
	signs(METERING_SESSIONS, 1, 1, 3);
	sure = 2;
	IS_INT(next_day(100, 3), METERING_TOLD, "three at once are");
	IS_INT(cases("resale"), 1, "more than two; but a rule of grade A does not take what is not sure");
	signs(METERING_SESSIONS, 1, 1, 3);
	sure = 3;
	IS_INT(next_day(100, 3), METERING_TOLD, "when they are sure to be there");
	IS_INT(cases("resale"), 2, "it does");
	const uint64_t before = counted(1);
	for (uint32_t server = 0xab12; server < 0xab14; server++)
		signs_at(server, METERING_SESSIONS, 1, 1, 3);
	IS_INT(next_day(100, 3), METERING_TOLD, "shown on two servers");
	IS_INT(counted(1), before + 1, "he is told about once a day");
	IS_INT(cases("meters"), 0, "and nobody has tampered");
	end();
}

int main(void)
{
	arena = arena_new("test", 64 << 20);
	test_differs();
	test_server();
	test_resale();
	arena_free(arena);
	return tap_done();
}
