/*
 * The fold over a store: what was counted before a rule fires, retractions, a commit that another judge beats, what cannot be
 * told yet, changes taken back, cases joined and taken apart.
 */
#include "evidence/raw.h"
#include "folding.h"

static const char document[] = "# Policy\n\n### Spam {#email.unsolicited}\n\nNo spam.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\n"
	"ladder l { at once ask \"x\"; after 48h ask \"y\"; forget after 180d }\n"
	"clause email.unsolicited \"Spam\" group spam {\n"
	"rule r { when report messaging.spam, grade A; count distinct reporters per customer >= 3 in 24h; severity medium; ladder l; appeal 30d; because \"{count}\" }\n"
	"rule s { when report content.phishing, service web; severity medium; ladder l; appeal 30d; because \"web\" }\n}\n";

static enum err commit(struct work *w)
{
	struct effect *effects;
	size_t n;
	enum err e = work_effects(w, &effects, &n);
	if (e == OK)
		e = store_null.commit(store, effects, n, NULL, 0, NULL);
	work_reset(w);
	return e;
}

static void begin(bool with_service)
{
	struct bundle_file files[] = { { STR("aup.md"), STR(document) }, { STR("aup.policy"), STR(rules) } };
	registry = registry_new(NULL);
	give((struct entity){ .type = ENTITY_CUSTOMER, .id = STR("acme") });
	if (with_service)
		give((struct entity){ .type = ENTITY_SERVICE, .id = STR("w"), .customer = STR("acme"), .kind = STR("web") });
	give((struct entity){ .type = ENTITY_PREFIX, .id = STR("p"), .customer = STR("acme"), .resource = STR("192.0.2.0/24"), .kind = STR("static"),
		.service = with_service ? STR("w") : STR_NONE });
	give((struct entity){ .type = ENTITY_PREFIX, .id = STR("own"), .resource = STR("198.51.100.0/24") });
	folding_begin(folding_policy(files, 2));
}

static struct casefile the_case(uint64_t number)
{
	struct casefile c = { 0 };
	struct row row;
	OK_(fold_find_case(&f, number, &c, &row, NULL) == OK, "the case is there");
	return c;
}

static uint64_t open_case(void)
{
	struct fold_result r = { 0 };
	for (int i = 0; i < 3; i++) {
		struct observation o = report("messaging.spam", "192.0.2.7", i == 0 ? "a" : i == 1 ? "b" : "c");
		r = fold(&o);
	}
	return r.number;
}

static void test_counted(void)
{
	begin(false);
	struct observation a = report("messaging.spam", "192.0.2.7", "a"), b = report("messaging.spam", "192.0.2.7", "b"), c = report("messaging.spam", "192.0.2.8", "c");
	IS_INT(fold(&a).fate, FATE_COUNTED, "the first is counted");
	IS_INT(fold(&a).fate, FATE_DUPLICATE, "and known when it comes again");
	OK_(commit(f.work) == OK, "committed");
	IS_INT(fold(&b).fate, FATE_COUNTED, "the second is counted");
	struct fold_result r = fold(&c);
	IS_INT(r.fate, FATE_CASE, "the third opens a case");
	struct casefile k = the_case(r.number);
	IS_INT(k.report_count, 3, "all three are its reports");
	IS_INT(k.incident_count, 2, "of two incidents: two saw the same");
	IS_INT(k.recent[0].witness_count, 2, "which has two witnesses");
	IS_INT(k.event_count, 5, "three reports, the opening, the first step");
	f.now += 40 * DAY_US;
	struct observation late = report("messaging.spam", "192.0.2.7", "a");
	IS_INT(fold(&late).fate, FATE_COUNTED, "a month later it is counted anew");
	IS_INT(the_case(r.number).report_count, 3, "and is no report of the case yet");
	end();
}

static struct observation showing(const char *source, const char *by, const char *shown)
{
	struct observation o = report("messaging.spam", source, by);
	o.shown = str_of(shown);
	return o;
}

/* One witness under several names; what is shown decides, not who tells. */
static void test_copies(void)
{
	begin(false);
	const char *one = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", *two = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
	struct fold_result r = { 0 };
	for (unsigned i = 0; i < 5; i++) {
		struct observation o = showing("192.0.2.7", str_c(arena, str_format(arena, "name-%u", i)), one);
		r = fold(&o);
		IS_INT(r.fate, FATE_COUNTED, "the same evidence under another name is no witness more");
	}
	struct observation again = showing("192.0.2.7", "name-0", two), other = showing("192.0.2.7", "other", two), plain = report("messaging.spam", "192.0.2.7", "plain"),
		own = showing("192.0.2.7", "name-4", "a of its own");
	IS_INT(fold(&again).fate, FATE_COUNTED, "more evidence of one witness makes no second one");
	IS_INT(fold(&other).fate, FATE_COUNTED, "nor does who copies that");
	IS_INT(fold(&plain).fate, FATE_COUNTED, "who shows nothing counts by his name");
	r = fold(&own);
	IS_INT(r.fate, FATE_CASE, "and so does who shows something of his own at last");
	struct casefile k = the_case(r.number);
	IS_INT(k.report_count, 9, "all are its reports");
	IS_INT(k.incident_count, 1, "of one incident");
	IS_INT(k.recent[0].witness_count, 3, "with three witnesses");
	OK_(str_eq(k.recent[0].witnesses[0], STR("name-0")) && str_eq(k.recent[0].witnesses[1], STR("plain")) && str_eq(k.recent[0].witnesses[2], STR("name-4")), "by name");
	IS_INT(k.recent[0].copy_count, 4, "and four who showed what another had shown");
	OK_(k.recent[0].exhibit_count == 3 && k.recent[0].exhibits[0].shown.len == 16 && str_find(str_of(one), k.recent[0].exhibits[0].shown) == SIZE_MAX, "what is kept of the evidence is keyed");
	struct observation back = report("messaging.not_spam", "192.0.2.7", "name-1");
	IS_INT(fold(&back).fate, FATE_RETRACTED, "who only copied may take it back");
	k = the_case(r.number);
	OK_(k.report_count == 8 && k.recent[0].witness_count == 3 && k.recent[0].copy_count == 3, "which takes no witness away");
	end();
}

/* Who took in the same message himself has another copy of it; when the first takes his back, the next stands for it. */
static void test_heir(void)
{
	begin(false);
	uint64_t n = open_case();
	struct observation a = showing("192.0.2.9", "first", "e"), b = showing("192.0.2.9", "second", "e");
	OK_(fold(&a).fate == FATE_CASE && fold(&b).fate == FATE_CASE, "two reports of one more incident");
	struct casefile k = the_case(n);
	IS_INT(k.recent[1].witness_count, 1, "of one witness");
	struct observation back = report("messaging.not_spam", "192.0.2.9", "first");
	IS_INT(fold(&back).fate, FATE_RETRACTED, "he takes it back");
	k = the_case(n);
	OK_(k.recent_count == 2 && k.recent[1].witness_count == 1 && str_eq(k.recent[1].witnesses[0], STR("second")) && !k.recent[1].copy_count, "and the other one stands for it");
	back = report("messaging.not_spam", "192.0.2.9", "second");
	IS_INT(fold(&back).fate, FATE_RETRACTED, "until he takes it back too");
	IS_INT(the_case(n).recent_count, 1, "which is the end of that incident");
	end();
}

static void test_retract(void)
{
	begin(false);
	uint64_t n = open_case();
	struct observation back = report("messaging.not_spam", "192.0.2.7", "b");
	back.reporter_verified = false;
	IS_INT(fold(&back).fate, FATE_PERSON, "who is not verified only asks: a person decides");
	IS_INT(the_case(n).report_count, 3, "and nothing is taken back");
	back = report("messaging.not_spam", "192.0.2.7", "b");
	IS_INT(fold(&back).fate, FATE_RETRACTED, "a verified reporter takes his report back");
	IS_INT(the_case(n).report_count, 2, "and the case loses it");
	back = report("messaging.not_spam", "192.0.2.7", "stranger");
	IS_INT(fold(&back).fate, FATE_COUNTED, "who reported nothing takes nothing back");
	struct observation x = report("messaging.not_spam", "192.0.2.7", "a"), y = report("messaging.not_spam", "192.0.2.7", "c");
	(void)fold(&x);
	(void)fold(&y);
	IS_INT(the_case(n).state, CASE_RESOLVED, "when nobody is left the case is closed");
	end();
	begin(false);
	struct observation a = report("messaging.spam", "192.0.2.7", "a"), b = report("messaging.spam", "192.0.2.7", "b");
	(void)fold(&a);
	(void)fold(&b);
	back = report("messaging.not_spam", "192.0.2.7", "a");
	IS_INT(fold(&back).fate, FATE_RETRACTED, "also before a rule fires");
	struct observation c = report("messaging.spam", "192.0.2.7", "c");
	IS_INT(fold(&c).fate, FATE_COUNTED, "then the third is the second");
	end();
}

/* Another judge is quicker: the commit is refused whole, and the same batch folded from fresh rows is right. */
static void test_conflict(void)
{
	begin(false);
	struct row_reader reader = { folding_load, NULL };
	struct work *mine = f.work, *other = work_new(&reader);
	struct observation a = report("messaging.spam", "192.0.2.7", "a"), b = report("messaging.spam", "192.0.2.7", "b"), c = report("messaging.spam", "192.0.2.7", "c");
	(void)fold(&a);
	OK_(commit(mine) == OK, "one is there");
	(void)fold(&b);
	f.work = other;
	(void)fold(&c);
	OK_(commit(other) == OK, "the other judge commits first");
	f.work = mine;
	IS_INT(commit(mine), ERR_CONFLICT, "then this one is refused whole");
	struct fold_result r = fold(&b);
	IS_INT(r.fate, FATE_CASE, "folded again it sees what the other did: three reporters");
	OK_(commit(mine) == OK, "and is committed");
	IS_INT(the_case(r.number).report_count, 3, "each counted once");
	work_free(other);
	end();
}

/* A key that should be nobody's is not read before; what stands there all the same is never written over. */
static void test_added(void)
{
	begin(false);
	struct row row = { .table = TABLE_RECORD, .key = STR("C-1.1"), .due_at = TIME_NONE, .body = STR("first") };
	OK_(work_add(f.work, &row, NULL) == OK && work_get(f.work, TABLE_RECORD, row.key, &row, NULL) == OK && row.version, "what is added is there for the batch");
	OK_(commit(f.work) == OK, "and committed");
	row = (struct row){ .table = TABLE_RECORD, .key = STR("C-1.1"), .due_at = TIME_NONE, .body = STR("second") };
	OK_(work_add(f.work, &row, NULL) == OK, "the same key once more");
	IS_INT(commit(f.work), ERR_CONFLICT, "is a conflict");
	OK_(work_get(f.work, TABLE_RECORD, row.key, &row, NULL) == OK && str_eq(row.body, STR("first")), "and the first stays");
	end();
}

static struct raw_reference kept = { { 1, 2 }, { { 0xab, 0xcd } } };
static unsigned keeps;

static enum err keep(void *arg, const struct position *at, struct str subject, struct str *ret_text, struct why *why)
{
	(void)arg;
	(void)at;
	(void)why;
	keeps += str_eq(subject, STR("acme"));
	*ret_text = raw_text_write(arena, 7, &kept);
	return OK;
}

static struct str record_of(uint64_t number, unsigned n)
{
	char text[CASE_TEXT_MAX];
	struct row row = { .body = STR_NONE };
	case_text(number, text);
	OK_(work_get(f.work, TABLE_RECORD, str_format(arena, "%s.%u", text, n), &row, NULL) == OK && row.version, "a record");
	return row.body;
}

/* The record of a report whose bytes were kept commits to them. */
static void test_raw(void)
{
	begin(false);
	f.keep = keep;
	uint64_t n = open_case();
	struct str line = str_format(arena, "\nraw %.*s\n", STR_ARG(digest_hex(arena, &kept.commitment)));
	IS_INT(keeps, 1, "the report that opened the case is kept for its customer");
	OK_(str_find(record_of(n, 3), line) != SIZE_MAX, "and its record names it");
	OK_(str_find(record_of(n, 1), STR("\nraw ")) == SIZE_MAX, "that of a report counted before names none");
	OK_(str_find(record_of(n, 4), STR("\nraw ")) == SIZE_MAX, "nor does that of the opening");
	end();
}

static void due(int64_t until)
{
	struct arena *page = arena_new("page", 16 << 20);
	struct row *rows;
	size_t n;
	OK_(page && commit(f.work) == OK, "committed before the clock moves");
	for (int i = 0; page && i < 200; i++) {
		struct query q = { .due_by = until, .limit = 10 };
		arena_reset(page);
		if (store_null.page(store, page, &q, &rows, &n, NULL) != OK || !n)
			break;
		f.now = rows[0].due_at > f.now ? rows[0].due_at : f.now;
		if (rows[0].table == TABLE_ACT || fold_due(&f, &rows[0], NULL) != OK || commit(f.work) != OK)
			break;
	}
	f.now = until;
	arena_free(page);
}

static struct str receipt(const char *id)
{
	struct row row;
	OK_(work_get(f.work, TABLE_RECEIPT, str_of(id), &row, NULL) == OK, "a receipt");
	return row.state;
}

static void test_parked(void)
{
	uint64_t parked = 9, items = 9;
	begin(false);
	struct observation o = report("messaging.spam", "198.51.100.7", "a");
	o.receipt = STR("r");
	IS_INT(fold(&o).fate, FATE_PARKED, "our own space that nobody holds: cannot tell, kept for later");
	IS_STR(receipt("r"), STR("parked"), "and its reporter may know");
	struct observation p = report("content.phishing", "192.0.2.7", "a");
	IS_INT(fold(&p).fate, FATE_PARKED, "no rule could be judged, the register names no service: kept for later too");
	due(f.now + 8 * DAY_US);
	OK_(store_null.count(store, TABLE_PARKED, STR_NONE, UINT64_MAX, &parked, NULL) == OK && store_null.count(store, TABLE_ITEM, STR("waiting"), UINT64_MAX, &items, NULL) == OK, "counted");
	IS_INT(parked, 0, "it is not tried for ever");
	IS_INT(items, 2, "after a week a person decides");
	IS_STR(receipt("r"), STR("person"), "which stands in the receipt then");
	end();
	arena_reset(arena);
	begin(true);
	p = report("content.phishing", "192.0.2.7", "a");
	IS_INT(fold(&p).fate, FATE_CASE, "when the register names it the rule is judged");
	end();
}

static void test_undo(void)
{
	begin(false);
	uint64_t n = open_case(), number;
	size_t changes = work_changes(f.work);
	uint64_t events = the_case(n).event_count;
	work_begin(f.work);
	struct fold_command note = { .type = INPUT_NOTE, .number = n, .actor = STR("alice"), .text = STR("x") };
	OK_(fold_command(&f, &note, &number, NULL) == OK && the_case(n).event_count == events + 1, "a note is written");
	work_undo(f.work);
	IS_INT(the_case(n).event_count, events, "taken back it was never there");
	IS_INT(work_changes(f.work), changes, "and is no change");
	OK_(fold_command(&f, &note, &number, NULL) == OK && commit(f.work) == OK, "what comes after it is committed");
	end();
}

/* Whatever is split, merged, resolved and reopened: no report is lost or counted twice, and at most one case is in thread 0. */
static void test_threads(void)
{
	begin(false);
	uint64_t n = open_case(), off = 0, number = 0;
	struct why why = { .line = 0 };
	struct fold_command split = { .type = INPUT_SPLIT, .number = n, .actor = STR("alice"), .moved = { 1 }, .moved_count = 1 };
	OK_(fold_command(&f, &split, &off, &why) == OK, "a report leaves");
	IS_INT(the_case(n).report_count + the_case(off).report_count, 3, "and is counted in one of them");
	IS_INT(the_case(off).thread, off, "the new case stands in a thread of its own");
	struct fold_command gone = { .type = INPUT_SPLIT, .number = n, .actor = STR("alice"), .moved = { 1 }, .moved_count = 1 };
	work_begin(f.work);
	OK_(fold_command(&f, &gone, &number, &why) == ERR_RANGE, "it cannot leave twice");
	work_undo(f.work);
	struct fold_command resolve = { .type = INPUT_RESOLVE, .number = off, .actor = STR("alice"), .text = STR("x") };
	OK_(fold_command(&f, &resolve, &number, &why) == OK, "the part is resolved");
	struct fold_command reopen = { .type = INPUT_REOPEN, .number = off, .actor = STR("alice"), .text = STR("y") };
	OK_(fold_command(&f, &reopen, &number, &why) == OK && number == n, "reopened beside the open case it merges into that one");
	IS_INT(the_case(n).report_count, 3, "with its report");
	IS_INT(the_case(off).state, CASE_MERGED, "and is over itself");
	struct observation o = report("messaging.spam", "192.0.2.9", "d");
	IS_INT(fold(&o).number, n, "a new finding goes to the one that is open");
	resolve.number = n;
	OK_(fold_command(&f, &resolve, &number, &why) == OK, "all is resolved");
	f.now += 200 * DAY_US;
	uint64_t second = open_case();
	OK_(second && second != n, "long after, it is forgotten: a new case");
	IS_INT(the_case(n).thread, n, "for which the old one made room");
	reopen.number = n;
	OK_(fold_command(&f, &reopen, &number, &why) == OK && number == second, "and into which it merges when somebody reopens it");
	OK_(commit(f.work) == OK, "all of it in one commit");
	end();
}

static void test_order(void)
{
	const struct row_key keys[] = { { TABLE_COUNTER, STR("b") }, { TABLE_CASE, STR("z") }, { TABLE_COUNTER, STR("a") }, { TABLE_CASE, STR("m") } };
	static const unsigned order[] = { 3, 1, 2, 0 };
	struct effect *effects = NULL;
	size_t n = 0;
	begin(false);
	for (size_t i = 0; i < 4; i++) {
		struct row row = { .table = keys[i].table, .key = keys[i].key, .due_at = TIME_NONE, .body = STR("x") };
		OK_(work_put(f.work, &row, NULL) == OK, "a row");
	}
	OK_(work_effects(f.work, &effects, &n) == OK && n == 4, "each is an effect");
	for (size_t i = 0; i < n; i++)
		OK_(effects[i].row.table == keys[order[i]].table && str_eq(effects[i].row.key, keys[order[i]].key), "by table and key");
	end();
}

int main(void)
{
	void (*const tests[])(void) = { test_counted, test_copies, test_heir, test_retract, test_conflict, test_added, test_raw, test_parked, test_undo, test_threads, test_order };
	arena = arena_new("test", 64 << 20);
	if (seal_start() != OK)
		return 1;
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		arena_reset(arena);
		tests[i]();
	}
	arena_free(arena);
	return tap_done();
}
