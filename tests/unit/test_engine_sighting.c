/*
 * What is noted of judged observations, and its replay: whose it is, what is left out, what is taken back, and that one log under
 * one policy always gives the same cases.
 */
#include "engine/backtest.h"
#include "engine/export.h"
#include "folding.h"
#include "policy/reads.h"

static const char document[] = "# Policy\n\n### Spam {#email.unsolicited}\n\nNo spam.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z; languages en }\n"
	"enforce limit mail { driver null }\n"
	"ladder l { at once notify \"n\"; %safter 48h limit mail unless answered; forget after 180d }\n"
	"clause email.unsolicited \"Spam\" group spam {\n"
	"rule r { when report messaging.spam, grade A; count distinct reporters per customer >= %u in 24h; severity medium; ladder l; appeal 30d; because \"{count}\" }\n"
	"rule s { when report content.phishing, fact %s is red; count distinct campaign per customer >= 2 in 24h; severity medium; ladder l; appeal 30d; because \"x\" }\n}\n";

static struct policy *version_with(unsigned least, const char *step, const char *fact)
{
	struct bundle_file *files = ARENA_ARRAY(arena, struct bundle_file, 3);
	files[0] = (struct bundle_file){ STR("aup.md"), STR(document) };
	files[1] = (struct bundle_file){ STR("aup.policy"), str_format(arena, rules, step, least, fact) };
	files[2] = (struct bundle_file){ STR("letters/en/n.txt"), STR("Subject: s\n\nb\n") };
	return folding_policy(files, 3);
}

static struct policy *version(unsigned least)
{
	return version_with(least, "", "colour");
}

static void begin_with(const char *email)
{
	registry = registry_new(NULL);
	for (unsigned i = 0; i < 2; i++) {
		struct str id = str_format(arena, "acme-%u", i);
		give((struct entity){ .type = ENTITY_CUSTOMER, .id = id, .email = str_of(email) });
		give((struct entity){ .type = ENTITY_SERVICE, .id = str_format(arena, "s%u", i), .customer = id, .kind = STR("mail") });
		give((struct entity){ .type = ENTITY_PREFIX, .id = str_format(arena, "p%u", i), .customer = id, .resource = str_format(arena, "192.0.2.%u/32", i),
			.kind = STR("static") });
	}
	folding_begin(version(3));
	f.notes_sightings = true;
}

static void begin(void)
{
	begin_with("a@b.invalid");
}

/* What would be answered. */
static struct observation letter(const char *kind, const char *source, const char *by)
{
	struct observation o = report(kind, source, by);
	o.reply_to = STR("someone@reporter.example");
	o.subject_line = STR("Complaint");
	return o;
}

/* The rows that the batch leaves, and their sightings. */
static unsigned close_batch(struct sighting *list, unsigned *ret_count)
{
	struct effect *effects;
	size_t n = 0;
	unsigned rows = 0;
	struct seal_key key;
	*ret_count = 0;
	OK_(fold_close(&f, NULL) == OK && work_effects(f.work, &effects, &n) == OK, "the batch is closed");
	for (size_t i = 0; i < n; i++) {
		struct str packed, customer, sealed, clear;
		enum err e;
		if (effects[i].row.table != TABLE_SIGHTING)
			continue;
		rows++;
		IS_INT(effects[i].row.due_at, effects[i].row.rank + 90 * DAY_US, "it is forgotten after 90 days");
		OK_(str_find(effects[i].row.body, STR("acme")) == SIZE_MAX && str_find(effects[i].row.body, STR("messaging")) == SIZE_MAX, "nothing stands in it in clear");
		OK_(keyring_get(f.keyring, FOLD_SIGHTINGS, &key, NULL) == OK && unseal(arena, &key, effects[i].row.key, effects[i].row.body, &packed) == OK, "it opens");
		while (sighting_unpack(&packed, &customer, &sealed, &e)) {
			struct sighting s = { 0 };
			OK_(keyring_get(f.keyring, FOLD_SIGHTINGS, &key, NULL) == OK && unseal(arena, &key, STR("sighting"), sealed, &clear) != OK, "not by the key of the log");
			OK_(keyring_get(f.keyring, customer, &key, NULL) == OK && unseal(arena, &key, STR("sighting"), sealed, &clear) == OK, "by the key of its customer");
			OK_(str_find(clear, STR("someone")) == SIZE_MAX && str_find(clear, STR("Complaint")) == SIZE_MAX, "no text and no address to answer to is in it");
			OK_(field_decode(arena, clear, sighting_fields, &s, NULL) == OK && str_eq(s.whose.customer, customer), "and says what it is");
			list[(*ret_count)++] = s;
		}
		IS_INT(e, OK, "to its end");
	}
	OK_(store_null.commit(store, effects, n, NULL, 0, NULL) == OK, "and commits");
	work_reset(f.work);
	return rows;
}

static void test_noted(void)
{
	struct sighting list[16];
	unsigned n;
	begin();
	struct fact facts[] = { { .name = STR("colour"), .value = STR("red") }, { .name = STR("recipient"), .value = STR("eve@example.net") },
		{ .name = STR("campaign"), .value = str_format(arena, "%600d", 7) }, { .name = STR("use"), .value = STR("outside") } };
	struct observation a = letter("messaging.spam", "192.0.2.0", "a"), b = letter("content.phishing", "192.0.2.1", "b"), c = letter("messaging.spam", "198.18.0.1", "c"),
		sealed = letter("content.csam", "192.0.2.0", "d"), unknown = letter("messaging.spam", "192.0.2.0", "e");
	b.facts = facts;
	b.fact_count = 4;
	unknown.kind = KIND_UNCLASSIFIED;
	IS_INT(fold(&a).fate, FATE_COUNTED, "counted");
	IS_INT(fold(&a).fate, FATE_DUPLICATE, "a duplicate");
	(void)fold(&b);
	IS_INT(fold(&c).fate, FATE_NOT_OURS, "not ours");
	(void)fold(&sealed);
	IS_INT(fold(&unknown).fate, FATE_PERSON, "a class that nobody knows");
	work_begin(f.work);
	struct observation gone = letter("messaging.spam", "192.0.2.0", "f");
	(void)fold(&gone);
	work_undo(f.work);
	struct observation last = letter("messaging.spam", "192.0.2.1", "g");
	(void)fold(&last);
	IS_INT(close_batch(list, &n), 1, "a batch leaves one row");
	IS_INT(n, 3, "with what was judged about customers: no duplicate, nobody else's, nothing sealed, nothing taken back");
	OK_(n == 3 && str_eq(list[0].whose.customer, STR("acme-0")) && list[1].seen.kind == b.kind && str_eq(list[2].seen.source.text, STR("192.0.2.1")), "in their order");
	OK_(n == 3 && list[0].seen.reporter.len == 16 && list[0].seen.report_id.len == 16 && !str_eq(list[0].seen.reporter, list[1].seen.reporter), "reporters are told apart, not named");
	IS_INT(list[1].seen.fact_count, 1, "of the facts those that a rule reads, when they are not too long");
	OK_(str_eq(list[1].seen.facts[0].value, STR("red")), "whole");
	IS_INT(close_batch(list, &n), 0, "what was closed is not noted again");
	last.report_id = STR("again");
	(void)fold(&last);
	IS_INT(close_batch(list, &n), 1, "the same item judged once more in the same instant, by a person's word, has a row of its own");
	f.notes_sightings = false;
	struct observation quiet = letter("messaging.spam", "192.0.2.1", "h");
	(void)fold(&quiet);
	IS_INT(close_batch(list, &n), 0, "a fold that is not told to notes nothing");
	end();
}

/* What only a draft that is tried reads. */
static void test_shadow(void)
{
	struct sighting list[16];
	struct fact facts[] = { { .name = STR("colour"), .value = STR("red") }, { .name = STR("use"), .value = STR("outside") }, { .name = STR("more"), .value = STR("x") } };
	unsigned n;
	begin();
	f.shadow = version_with(3, "", "use");
	struct observation o = letter("content.phishing", "192.0.2.1", "a");
	o.facts = facts;
	o.fact_count = 3;
	(void)fold(&o);
	IS_INT(close_batch(list, &n), 1, "a row");
	IS_INT(list[0].seen.fact_count, 2, "the facts that a posted version reads, and those of the draft");
	OK_(str_eq(list[0].seen.facts[1].value, STR("outside")), "and no other");
	end();
}

static void test_reads(void)
{
	unsigned n;
	const struct policy *p = version(3);
	const struct read_fact *reads = reads_facts(p, &n);
	IS_INT(n, 2, "two facts are read");
	OK_(n == 2 && str_eq(reads[0].name, STR("campaign")) && !reads[0].compared, "one is only counted");
	OK_(reads_fact(p, STR("colour")) && reads_fact(p, STR("colour"))->compared, "one is compared");
	OK_(!reads_fact(p, STR("reporters")) && !reads_fact(p, STR("nothing")), "no other");
}

static struct sighting seen(unsigned i, unsigned customer, const char *by, int64_t at)
{
	return (struct sighting){ .at = at, .seen = { .kind = kind_find(STR("messaging.spam")), .source = { .type = SOURCE_ADDR, .text = str_format(arena, "s%u", i) },
		.event_at = at, .first_at = at, .last_at = at, .received_at = at, .incidents = 1, .reporter = str_of(by) },
		.whose = { .grade = GRADE_A, .customer = str_format(arena, "acme-%u", customer) }, .reversed = !customer };
}

static struct replay_result play(const struct policy *p, bool ever, int64_t at, int64_t until_at)
{
	static const char *const by[] = { "a", "b", "c", "d" };
	struct replay_result r = { 0 };
	struct replay *x = replay_new(&p, 1, ever, registry);
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < 7; i++) {
		struct sighting s = seen(i, i / 4, by[i % 4], at + i * MINUTE_US);
		e = replay_sighting(x, &s, NULL);
	}
	struct why why = { .line = 0 };
	OK_(e == OK && replay_end(x, until_at, arena, &r, &why) == OK, "a replay");
	replay_free(x);
	return r;
}

static struct str told(struct replay_result base, struct replay_result draft, int64_t until_at)
{
	struct backtest b = { .draft_version = STR("d"), .draft_digest = STR("x"), .from_at = start_at, .until_at = until_at, .base = base, .draft = draft };
	struct buf out;
	OK_(backtest_compare(arena, &b) == OK, "compared");
	buf_init(&out, 1 << 20);
	backtest_json(&b, false, &out);
	struct str s = str_copy(arena, buf_str(&out));
	buf_done(&out);
	return s;
}

static void test_replay(void)
{
	const int64_t at = start_at + 5 * DAY_US;
	const struct policy *three = version(3), *four = version(4);
	begin();
	struct replay_result a = play(three, false, at, at + HOUR_US), b = play(three, true, at, at + HOUR_US), c = play(four, true, at, at + HOUR_US);
	IS_INT(a.case_count, 2, "two customers are hit by the third reporter");
	IS_INT(a.hits, 3, "by three sightings");
	IS_INT(a.reversed, 2, "two of them were reversed in truth");
	IS_INT(a.letters, 2, "a letter each");
	IS_INT(a.cases[0].reports, 4, "the reports before it are of the case");
	IS_INT(a.cases[0].verb, VERB_NOTIFY, "and the notice is out");
	IS_STR(told(a, b, at), told(b, a, at), "always in force or posted then, it is the same");
	OK_(str_find(told(a, c, at), STR("\"gained\":0,\"lost\":1,\"changed\":0")) != SIZE_MAX, "a higher threshold loses a case");
	OK_(str_find(told(c, a, at), STR("\"gained\":1,\"lost\":0,\"changed\":0")) != SIZE_MAX, "a lower one gains it");
	struct replay_result later = play(three, true, at, at + 3 * DAY_US);
	IS_INT(later.cases[1].verb, VERB_LIMIT, "after two days without an answer mail is limited");
	OK_(str_find(told(a, later, at), STR("\"changed\":2")) != SIZE_MAX, "which is a change of both");
	IS_INT(play(three, false, start_at - 60 * DAY_US, start_at - 50 * DAY_US).persons, 7, "long before it a person would have had to look");
	IS_INT(play(three, true, start_at - 60 * DAY_US, start_at - 50 * DAY_US).case_count, 2, "a draft judges what was before it");
	end();
}

/* The last look at an act is part of a replay: who cannot be written to is not cut, though the act was due with the notice. */
static void test_untold(void)
{
	const int64_t at = start_at + 5 * DAY_US;
	const struct policy *hasty = version_with(3, "at once limit mail; ", "colour");
	begin();
	struct replay_result told_them = play(hasty, true, at, at + 6 * HOUR_US);
	OK_(told_them.case_count == 2 && told_them.cases[1].verb == VERB_LIMIT, "limited with the notice");
	end();
	begin_with("");
	struct replay_result r = play(hasty, true, at, at + 6 * HOUR_US);
	OK_(r.case_count == 2 && r.cases[1].verb == VERB_NONE && !r.letters, "no notice, no limit");
	end();
}

static void test_unpack(void)
{
	struct buf b;
	struct str rest, customer, sealed;
	enum err e;
	buf_init(&b, 1000);
	sighting_pack(&b, STR("acme"), STR("sealed"));
	for (size_t n = 1; n < b.len; n++) {
		rest = str_sub(buf_str(&b), 0, n);
		OK_(!sighting_unpack(&rest, &customer, &sealed, &e) && e == ERR_CORRUPT, "a row that is cut off is damaged");
	}
	rest = buf_str(&b);
	OK_(sighting_unpack(&rest, &customer, &sealed, &e) && str_eq(customer, STR("acme")) && str_eq(sealed, STR("sealed")), "whole it is read");
	OK_(!sighting_unpack(&rest, &customer, &sealed, &e) && e == OK, "to its end");
	buf_done(&b);
}

int main(void)
{
	arena = arena_new("test", 256 << 20);
	OK_(arena && seal_start() == OK, "ready");
	test_noted();
	test_shadow();
	test_reads();
	test_replay();
	test_untold();
	test_unpack();
	arena_free(arena);
	return tap_done();
}
