/*
 * Reporters' accounts: outcomes that fade, what they say, caps; and in the fold: who is trusted and who is not, what is over a cap,
 * whose reports a person upheld, refused and undid, what a rule may ask; what is asked of them, and how often they are written to.
 */
#include "engine/deed.h"
#include "engine/fold_case.h"
#include "engine/reporter.h"
#include "folding.h"

static const char document[] = "# Policy\n\n### Spam {#email.unsolicited}\n\nNo spam.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\n"
	"ladder l { at once ask \"x\"; after 48h ask \"y\"; forget after 180d }\n"
	"clause email.unsolicited \"Spam\" group spam {\n"
	"rule v { when report messaging.spam, reporter verified; severity medium; ladder l; appeal 30d; because \"verified\" }\n"
	"rule g { when report content.phishing, reporter reputation >= good; severity medium; ladder l; appeal 30d; because \"good\" }\n"
	"rule a { when report content.fraud; severity medium; ladder l; appeal 30d; because \"any\" }\n}\n";

static void begin(void)
{
	struct bundle_file files[] = { { STR("aup.md"), STR(document) }, { STR("aup.policy"), STR(rules) },
		{ STR("letters/en/reporter-need-more.txt"), STR("Subject: more\n\nmissing: {reason}.\n") },
		{ STR("letters/en/reporter-receipt.txt"), STR("Subject: receipt\n\n{receipt}\n") } };
	registry = registry_new(NULL);
	give((struct entity){ .type = ENTITY_CUSTOMER, .id = STR("acme") });
	give((struct entity){ .type = ENTITY_PREFIX, .id = STR("p"), .customer = STR("acme"), .resource = STR("192.0.2.0/24"), .kind = STR("static") });
	folding_begin(folding_policy(files, 4));
}

static struct observation report_by(const char *kind, const char *by, bool proven)
{
	struct observation o = report(kind, "192.0.2.7", by);
	o.reporter_verified = false;
	o.reporter_proven = proven;
	return o;
}

static enum fate fate(const char *kind, const char *by, bool proven)
{
	struct observation o = report_by(kind, by, proven);
	return fold(&o).fate;
}

static struct reporter_shown shown(const char *name)
{
	struct reporter_shown s = { .reputation = REPUTATION_POOR };
	OK_(reporter_load(&f, str_of(name), &s, NULL) == OK, "he is known");
	return s;
}

static void stand(const char *name, enum standing s)
{
	struct reporter_decision d = { .what = REPORTER_STAND, .standing = s, .name = str_of(name), .actor = STR("alice"), .because = STR("seen") };
	OK_(reporter_decide(&f, &d, NULL) == OK, "a person decides");
}

static void test_fading(void)
{
	struct reporter r = { 0 };
	int64_t now = start_at;
	IS_INT(reporter_reputation(&r, now), REPUTATION_CANNOT_TELL, "of a new one nothing can be told");
	reporter_verdict(&r, VERDICT_UPHELD, false, now);
	reporter_verdict(&r, VERDICT_UPHELD, false, now);
	IS_INT(reporter_reputation(&r, now), REPUTATION_CANNOT_TELL, "nor of one with two outcomes");
	reporter_verdict(&r, VERDICT_UPHELD, false, now);
	IS_INT(reporter_reputation(&r, now), REPUTATION_GOOD, "three upheld are good");
	IS_INT(reporter_reputation(&r, now + 7 * DAY_US), REPUTATION_GOOD, "  for a week too");
	IS_INT(reporter_reputation(&r, now + 90 * DAY_US), REPUTATION_CANNOT_TELL, "after a half life half is left, too little to tell");
	reporter_verdict(&r, VERDICT_REFUSED, false, now);
	IS_INT(reporter_reputation(&r, now), REPUTATION_FAIR, "three of four are fair");
	reporter_verdict(&r, VERDICT_UPHELD, false, now);
	IS_INT(reporter_reputation(&r, now), REPUTATION_GOOD, "four of five are good");
	for (int i = 0; i < 4; i++)
		reporter_verdict(&r, VERDICT_UNDONE, false, now);
	IS_INT(reporter_reputation(&r, now), REPUTATION_POOR, "four of nine are poor");
	struct reporter honest = { 0 };
	for (int i = 0; i < 3; i++)
		reporter_verdict(&honest, VERDICT_UPHELD, false, now);
	reporter_verdict(&honest, VERDICT_RETRACTED, false, now);
	IS_INT(reporter_reputation(&honest, now), REPUTATION_GOOD, "who takes one of four back is better than who has it refused");
	r = (struct reporter){ 0 };
	reporter_verdict(&r, VERDICT_UPHELD, false, now);
	reporter_fade(&r, now + 45 * DAY_US);
	IS_INT(r.upheld, REPORTER_UNIT * 3 / 4, "half a half life takes a quarter");
	reporter_fade(&r, now + 225 * DAY_US);
	IS_INT(r.upheld, REPORTER_UNIT * 3 / 16, "two more leave a quarter of that");
	reporter_fade(&r, now + 100000 * DAY_US);
	IS_INT(r.upheld, 0, "in the end nothing is left");
	reporter_verdict(&r, VERDICT_UPHELD, true, now);
	IS_INT(r.upheld, 0, "and what is taken back never falls below nothing");
}

static int64_t admit(struct reporter *r, struct position *at, int64_t received_at)
{
	at->offset++;
	return reporter_admit(r, at, received_at, reporter_cap(r, false));
}

static void test_admission(void)
{
	struct reporter r = { .cap_hour = 2, .cap_day = 3 };
	struct position at = { 1, 100, 0 }, row = { 1, 101, 7 };
	const int64_t hour_at = start_at / HOUR_US * HOUR_US;
	IS_INT(admit(&r, &at, start_at), TIME_NONE, "the first counts at once");
	IS_INT(reporter_admit(&r, &row, start_at, reporter_cap(&r, false)), TIME_NONE, "  with all its rows");
	IS_INT(r.reports, 1, "  counted once");
	IS_INT(admit(&r, &at, start_at), TIME_NONE, "the second");
	int64_t until = admit(&r, &at, start_at + MINUTE_US);
	row.offset = at.offset;
	IS_INT(until, hour_at + HOUR_US + 1, "the third waits for the next hour");
	IS_INT(reporter_admit(&r, &row, start_at + MINUTE_US, reporter_cap(&r, false)), until, "  with all its rows");
	const int64_t day_at = (start_at / DAY_US + 1) * DAY_US;
	IS_INT(admit(&r, &at, start_at + MINUTE_US), day_at + 1, "the day is full then: the fourth waits for the next one");
	IS_INT(admit(&r, &at, start_at + HOUR_US), day_at + 2, "what comes later waits behind it");
	IS_INT(admit(&r, &at, start_at + HOUR_US), day_at + HOUR_US + 1, "  hour by hour");
	IS_INT(admit(&r, &at, day_at + 3 * HOUR_US), day_at + DAY_US + 1, "  and takes no room from it");
	IS_INT(admit(&r, &at, day_at + 5 * DAY_US), TIME_NONE, "when nothing waits any more the next counts at once");
	IS_INT(r.reports, 8, "all are counted");
	IS_INT(r.over, 5, "and those over the cap");
}

static void test_bounds(void)
{
	struct reporter r = { 0 };
	struct position at = { 1, 0, 0 };
	struct reporter_cap cap = reporter_cap(&r, true);
	unsigned early = 0;
	for (at.offset = 1; at.offset <= REPORTER_HOUR_CAP; at.offset++)
		early += reporter_admit(&r, &at, start_at, cap) != TIME_NONE;
	IS_INT(early, 0, "who is proved has a wide bound");
	OK_(reporter_admit(&r, &at, start_at, cap) != TIME_NONE, "  and waits beyond it");
	r.standing = STANDING_TRUSTED;
	cap = reporter_cap(&r, true);
	IS_INT(cap.hour + cap.day, 0, "who is trusted has none");
	at.offset++;
	IS_INT(reporter_admit(&r, &at, start_at, cap), TIME_NONE, "  and waits for nobody");
	r.cap_day = 7;
	IS_INT(reporter_cap(&r, true).day, 7, "  unless one was decided");
	r = (struct reporter){ .capped = true };
	cap = reporter_cap(&r, true);
	IS_INT(cap.hour + cap.day, 0, "no bound can be decided too");
	cap = reporter_cap(&(struct reporter){ 0 }, false);
	IS_INT(cap.hour + cap.day, 0, "a name that anybody can claim has none, or anybody could use it up");
	r = (struct reporter){ .cap_hour = 5 };
	at.offset++;
	(void)reporter_admit(&r, &at, start_at + HOUR_US, reporter_cap(&r, true));
	at.offset++;
	IS_INT(reporter_admit(&r, &at, start_at, reporter_cap(&r, true)), TIME_NONE, "who came before the turn of an hour and is read after it is not over");
}

static void test_standing(void)
{
	begin();
	IS_INT(fate("messaging.spam", "mail:cert.example", true), FATE_COUNTED, "proved, and no rule takes that for known");
	stand("mail:cert.example", STANDING_TRUSTED);
	IS_INT(fate("messaging.spam", "mail:cert.example", true), FATE_CASE, "trusted, he is verified");
	IS_INT(fate("messaging.spam", "mail:cert.example", false), FATE_COUNTED, "who only says that he is trusted is not");
	IS_INT(fate("messaging.spam", "mail:other.example", true), FATE_COUNTED, "nor is another one");
	stand("mail:cert.example", STANDING_DISTRUSTED);
	IS_INT(fate("content.fraud", "mail:cert.example", true), FATE_PERSON, "distrusted, all of his goes before a person");
	stand("Liar@claims.example", STANDING_DISTRUSTED);
	IS_INT(fate("content.fraud", "liar@claims.example", false), FATE_PERSON, "in a name that is not proved too");
	IS_INT(fate("content.fraud", "other@claims.example", false), FATE_CASE, "which says nothing of others");
	stand("mail:cert.example", STANDING_NONE);
	IS_INT(fate("content.fraud", "mail:cert.example", true), FATE_CASE, "forgotten, he is as any other");
	struct reporter_shown s = shown("MAIL:cert.example");
	IS_STR(s.account.name, STR("mail:cert.example"), "his name can be read");
	IS_STR(s.account.because, STR("seen"), "and why it was so decided");
	OK_(reporter_load(&f, STR("mail:nobody.example"), &s, NULL) == ERR_NOTFOUND, "nobody else is known");
	end();
}

/* No row of the account shows the name. */
static void test_sealed(void)
{
	struct row row;
	size_t i = 0;
	unsigned n = 0;
	begin();
	(void)fate("content.fraud", "mail:cert.example", true);
	(void)fate("content.fraud", "anna@r.example", false);
	while (work_next_row(f.work, TABLE_REPORTER, &i, &row)) {
		n++;
		OK_(str_find(row.body, STR("cert.example")) == SIZE_MAX && str_find(row.key, STR("cert")) == SIZE_MAX, "the name is sealed");
		OK_(row.due_at > f.now + 2 * 365 * DAY_US, "and forgotten in its time");
	}
	IS_INT(n, 1, "only who is proved has an account");
	end();
}

static void test_cap(void)
{
	struct reporter_decision d = { .what = REPORTER_CAP, .cap_hour = 1, .name = STR("mail:flood.example"), .actor = STR("alice"), .because = STR("floods") };
	begin();
	OK_(reporter_decide(&f, &d, NULL) == OK, "one an hour");
	IS_INT(fate("content.fraud", "mail:flood.example", true), FATE_CASE, "the first counts");
	struct observation o = report_by("content.fraud", "mail:flood.example", true);
	o.receipt = STR("r");
	IS_INT(fold(&o).fate, FATE_OVER_CAP, "the second does not");
	struct row row, gone;
	char key[POSITION_TEXT_MAX];
	position_print(&o.at, key);
	OK_(work_get(f.work, TABLE_PARKED, str_format(arena, "1.%s", key), &row, NULL) == OK && row.version, "it waits");
	IS_STR(row.state, OVER_CAP_STATE, "  and says why");
	IS_INT(row.due_at, (f.now / HOUR_US + 1) * HOUR_US + 1, "  until the next hour");
	OK_(work_get(f.work, TABLE_RECEIPT, STR("r"), &gone, NULL) == OK && str_eq(gone.state, STR("over-cap")), "and its receipt says so");
	struct observation twice = o;
	twice.at.offset++;
	twice.receipt = STR("r2");
	IS_INT(fold(&twice).fate, FATE_OVER_CAP, "the same report again waits too");
	f.now = row.due_at;
	OK_(fold_due(&f, &row, NULL) == OK, "in the next hour it is judged");
	OK_(work_get(f.work, TABLE_RECEIPT, STR("r"), &gone, NULL) == OK && str_eq(gone.state, STR("case")), "  and its receipt follows");
	OK_(work_get(f.work, TABLE_PARKED, row.key, &gone, NULL) == OK && !gone.version, "  and nothing of it waits");
	position_print(&twice.at, key);
	OK_(work_get(f.work, TABLE_PARKED, str_format(arena, "1.%s", key), &row, NULL) == OK && fold_due(&f, &row, NULL) == OK, "the copy is judged too");
	OK_(work_get(f.work, TABLE_RECEIPT, STR("r2"), &gone, NULL) == OK && str_eq(gone.state, STR("duplicate")), "  and counts for nothing");
	IS_INT(shown("mail:flood.example").account.over, 2, "two were over");
	struct observation again = report_by("content.fraud", "mail:flood.example", true);
	struct fold_result r;
	OK_(fold_again(&f, &again, &r, NULL) == OK && r.fate == FATE_CASE, "what is tried once more is no new report");
	f.now += 3 * HOUR_US;
	IS_INT(fate("content.fraud", "mail:flood.example", true), FATE_CASE, "when nothing waits the hour counts again");
	end();
}

static void decide(uint64_t number, enum case_input_type type, bool on, const char *who)
{
	struct fold_command c = { .type = type, .number = number, .actor = str_of(who), .text = STR("x"), .on = on };
	struct why why = { .line = 0 };
	if (!OK_(fold_command(&f, &c, &number, &why) == OK, "a person decides about the case"))
		printf("# %s\n", why.text);
}

static void test_outcomes(void)
{
	begin();
	struct observation o = report_by("content.fraud", "mail:cert.example", true), p = report_by("content.fraud", "mail:second.example", true),
		q = report_by("content.fraud", "anna@r.example", false);
	uint64_t n = fold(&o).number;
	(void)fold(&p);
	(void)fold(&q);
	decide(n, INPUT_REVIEWED, true, "alice");
	decide(n, INPUT_REVIEWED, true, "alice");
	IS_INT(shown("mail:cert.example").account.upheld, REPORTER_UNIT, "upheld twice counts once");
	IS_INT(shown("mail:second.example").account.upheld, REPORTER_UNIT, "for the other witness too");
	struct reporter_shown none;
	OK_(reporter_load(&f, STR("anna@r.example"), &none, NULL) == ERR_NOTFOUND, "not for one whom nobody can prove");
	decide(n, INPUT_APPEAL, false, "customer");
	decide(n, INPUT_REVIEWED, false, "bob");
	IS_INT(shown("mail:cert.example").account.upheld, 0, "undone on appeal: it was not upheld");
	IS_INT(shown("mail:cert.example").account.undone, REPORTER_UNIT, "  but undone");
	struct observation away = report_by("content.fraud", "mail:cert.example", true), row;
	away.source.text = STR("203.0.113.9");
	OK_(addr_parse(away.source.text, &away.source.addr) == OK, "somebody else's address");
	row = away;
	row.at.index = 1;
	row.report_id = STR("other");
	IS_INT(fold(&away).fate, FATE_NOT_OURS, "nobody of ours");
	IS_INT(fold(&row).fate, FATE_NOT_OURS, "in two rows");
	IS_INT(shown("mail:cert.example").account.not_ours, REPORTER_UNIT, "counts once a mail");
	struct observation back = report_by("content.fraud", "mail:second.example", true);
	back.kind = KIND_RETRACTION;
	IS_INT(shown("mail:second.example").account.retracted, 0, "nothing was taken back");
	struct observation fresh = report_by("content.fraud", "mail:second.example", true);
	IS_INT(fold(&fresh).fate, FATE_CASE, "a report");
	IS_INT(fold(&back).fate, FATE_RETRACTED, "taken back");
	IS_INT(shown("mail:second.example").account.retracted, REPORTER_UNIT, "is his to answer for");
	end();
}

static void test_term(void)
{
	begin();
	IS_INT(fate("content.phishing", "mail:cert.example", true), FATE_COUNTED, "no rule can be told of a new reporter, and nothing waits for it");
	for (int i = 0; i < 3; i++) {
		struct observation o = report_by("content.fraud", "mail:cert.example", true);
		uint64_t n = fold(&o).number;
		decide(n, INPUT_REVIEWED, true, "alice");
		decide(n, INPUT_RESOLVE, true, "alice");
		f.now += 2 * DAY_US;
		struct casefile c;
		struct row row;
		OK_(fold_find_case(&f, n, &c, &row, NULL) == OK, "the case");
		/* each time a case of its own */
		OK_(case_aside(&f, &c, &row, NULL) == OK, "makes room");
	}
	IS_INT(shown("mail:cert.example").reputation, REPUTATION_GOOD, "three cases of his were upheld");
	IS_INT(fate("content.phishing", "mail:cert.example", true), FATE_CASE, "then a rule may trust him");
	IS_INT(fate("content.phishing", "cert.example", false), FATE_COUNTED, "and nobody in his name");
	end();
}

/* The one letter that was made; "" when there is none. */
static struct str the_letter(const char *to)
{
	struct row row;
	size_t i = 0;
	struct str name = deed_reporter(&f, str_of(to)), clear = STR("");
	struct seal_key key;
	while (work_next_row(f.work, TABLE_LETTER, &i, &row))
		if (!clear.len && keyring_find(f.keyring, name, &key) == OK && unseal(arena, &key, row.key, row.body, &clear) != OK)
			clear = STR("(sealed for another)");
	return clear;
}

static struct str asked(struct observation *o)
{
	begin();
	struct entity shared[] = { { .type = ENTITY_CUSTOMER, .id = STR("b") },
		{ .type = ENTITY_PREFIX, .id = STR("s1"), .customer = STR("acme"), .resource = STR("198.51.100.1/32"), .kind = STR("shared"), .ports = STR("1024-2047") },
		{ .type = ENTITY_PREFIX, .id = STR("s2"), .customer = STR("b"), .resource = STR("198.51.100.1/32"), .kind = STR("shared"), .ports = STR("2048-4095") } };
	for (size_t i = 0; i < 3; i++)
		give(shared[i]);
	OK_(registry_ready(registry, 2, NULL, NULL) == OK, "a register");
	o->source.text = STR("198.51.100.1");
	OK_(addr_parse(o->source.text, &o->source.addr) == OK, "its source");
	o->reply_to = STR("anna@r.example");
	o->receipt = STR("receipt");
	(void)fold(o);
	struct str letter = str_copy(arena, the_letter("anna@r.example"));
	end();
	return letter;
}

static void test_question(void)
{
	f.now = start_at + DAY_US;
	struct observation o = report_by("content.fraud", "anna@r.example", false);
	struct str letter = asked(&o);
	OK_(str_find(letter, STR("missing: the source port.")) != SIZE_MAX, "of a shared address the port alone is asked for, at once");
	if (str_find(letter, STR("missing: the source port.")) == SIZE_MAX)
		tap_dump("letter", letter);
	o = report_by("content.fraud", "anna@r.example", false);
	o.zone_given = false;
	OK_(str_find(asked(&o), STR("missing: the source port; the time zone of the time")) != SIZE_MAX, "and the zone where the report gives none");
	o = report_by("content.fraud", "anna@r.example", false);
	o.event_at = o.first_at = o.last_at = TIME_NONE;
	OK_(str_find(asked(&o), STR("missing: the source port; the exact time of the event")) != SIZE_MAX, "and the time where it gives none");
	o = report_by("content.fraud", "anna@r.example", false);
	o.source.port = 1500;
	OK_(str_find(asked(&o), STR("missing")) == SIZE_MAX, "nothing where all is told");
}

static void test_sign(void)
{
	struct fact sign = { .name = STR("sign"), .value = STR("x contradicts y"), .certainty = CERTAINTY_DERIVED };
	struct row row;
	struct item i = { 0 };
	char key[POSITION_TEXT_MAX];
	begin();
	struct observation o = report_by("content.fraud", "mail:cert.example", true);
	o.facts = &sign;
	o.fact_count = 1;
	IS_INT(fold(&o).fate, FATE_PERSON, "what contradicts itself is no finding, whoever reports it");
	position_print(&o.at, key);
	OK_(work_load(f.work, TABLE_ITEM, str_format(arena, "1.%s", key), item_fields, &i, &row, NULL) == OK && str_find(i.reason, sign.value) != SIZE_MAX,
		"a person is told why");
	IS_INT(shown("mail:cert.example").reputation, REPUTATION_CANNOT_TELL, "and nothing is held against the reporter");
	o.witness = WITNESS_PERSON;
	o.report_id = STR("confirmed");
	IS_INT(fold(&o).fate, FATE_CASE, "who confirms it makes it one");
	end();
}

static unsigned letters(void)
{
	struct row row;
	size_t i = 0;
	unsigned n = 0;
	while (work_next_row(f.work, TABLE_LETTER, &i, &row))
		n++;
	return n;
}

/* One more report whose sender is to be answered; how many letters there are then. */
static unsigned answer(const char *to)
{
	struct observation o = report_by("messaging.spam", to, false);
	o.reply_to = str_of(to);
	o.receipt = str_format(arena, "receipt-%u", reports);
	(void)fold(&o);
	return letters();
}

static void test_loop(void)
{
	begin();
	IS_INT(answer("desk@far.example"), 1, "a desk is answered");
	IS_INT(answer("Desk@FAR.example"), 1, "and its answer to that is not, that day");
	IS_INT(answer("abuse@test.invalid") + answer("ABUSE+token@Test.invalid"), 2, "we never write to ourselves");
	f.now += DAY_US;
	IS_INT(answer("desk@far.example"), 2, "the next day once more");
	for (unsigned i = 0; i < 600; i++)
		(void)answer(str_c(arena, str_format(arena, "victim-%u@far.example", i)));
	IS_INT(letters(), 501, "whoever forges our reporters' addresses gets 500 letters an hour out of us in all");
	f.now += HOUR_US;
	IS_INT(answer("late@far.example"), 502, "and the next hour has its own");
	end();
}

int main(void)
{
	void (*const tests[])(void) = { test_fading, test_admission, test_bounds, test_standing, test_sealed, test_cap, test_outcomes, test_term, test_question, test_sign, test_loop };
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
