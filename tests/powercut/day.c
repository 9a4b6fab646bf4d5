/*
 * The scripted day. See day.h.
 */
#include "day.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>

#include "attribution/attribute.h"
#include "base/json.h"
#include "disk.h"
#include "store/sqlite/sqlite.h"
#include "world.h"

enum { CHECKPOINT_PAGES = 60 /* so that the store's own checkpoints fall into the day, often */,
	KEPT_HOURS = 24 /* bindings, from when they were recorded on */ };

const int64_t day_begins_at = INT64_C(1772438400) * SECOND_US;  /* 2026-03-02T08:00:00Z */

static const char document[] = "# Policy\n\n### Spam {#email.unsolicited}\n\nNo spam.\n\n### Fraud {#fraud.misleading}\n\nNo fraud.\n";
static const char rules[] = "policy \"t\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z; letters \"letters\" }\n"
	"enforce limit web { driver webhook \"https://hook.invalid/\" }\n"
	"enforce suspend web { driver webhook \"https://hook.invalid/\" }\n"
	"enforce limit mail { driver webhook \"https://hook.invalid/\" }\n"
	"ladder spam { at once notify \"first\" fix within 48h; after 48h limit mail unless answered; forget after 180d }\n"
	"ladder fraud { at once notify \"first\" fix within 24h; after 24h limit web unless answered; after 48h suspend web unless resolved; forget after 180d }\n"
	"clause email.unsolicited \"Spam\" group spam {\n"
	"rule r { when report messaging.spam, grade A; count distinct reporters per customer >= 3 in 24h; severity medium; ladder spam; appeal 30d;"
	" because \"{count} reports\" }\n}\n"
	"clause fraud.misleading \"Fraud\" group fraud {\n"
	"rule s { when report content.phishing; severity high; ladder fraud; appeal 30d; because \"a page that deceives\" }\n}\n";
static const char first_letter[] = "Subject: [{case}] Please act by {deadline}\n\nDear {customer},\n\n{because}\n\nClause {clause}. Answer to {reply_address}.\n";
static const char receipt_letter[] = "Subject: Your report\n\nWe have your report {reporter_reference}.\n";
static const char by_mail[] = "{\"listener\":\"smtp\",\"from\":\"desk@reporter.example\",\"to\":[\"abuse@example.net\"]}";

const char *const day_erased[] = { "c2@customers.example", "Customer 2", "192.0.2.2", "c2/spam", "" };
struct seal_key day_erased_key;

struct day {
	struct arena *a;
	const char *root;
	struct why *why;
	enum err err;
};

/* --- mails and reports --- */

static struct str date_of(struct arena *a, int64_t at)
{
	time_t t = (time_t)(at / SECOND_US);
	struct tm tm;
	char text[64];
	(void)gmtime_r(&t, &tm);
	(void)strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return str_copy(a, str_of(text));
}

static void hear(struct day *d, const char *id, const char *meta, struct str bytes)
{
	(void)d;
	if (!world_told(TOLD_ACK, id))
		world_hear(id, meta, bytes);
}

/* One reporter's complaint about mail of a customer, dated by the script and not by when it is sent again. */
static void spam(struct day *d, unsigned customer, unsigned reporter, unsigned hour)
{
	struct str date = date_of(d->a, day_begins_at + hour * HOUR_US);
	char id[32];
	(void)snprintf(id, sizeof(id), "spam-%u-%u", customer, reporter);
	hear(d, id, by_mail,
		str_format(d->a,
			"From: <desk@r%u.example>\r\nTo: <abuse@example.net>\r\nSubject: Abuse report\r\nMessage-ID: <%s@r%u.example>\r\nDate: %.*s\r\n"
			"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\r\n\r\n--b\r\n"
			"Content-Type: text/plain\r\n\r\nMail from your network was reported as abuse.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n"
			"Feedback-Type: abuse\r\nUser-Agent: test/1\r\nVersion: 1\r\nSource-IP: 192.0.2.%u\r\nArrival-Date: %.*s\r\n\r\n--b\r\n"
			"Content-Type: text/rfc822-headers\r\n\r\nFrom: offers@shop.invalid\r\nSubject: Buy now\r\nMessage-ID: <%s@shop.invalid>\r\n--b--\r\n",
			reporter, id, reporter, STR_ARG(date), customer, STR_ARG(date), id));
}

/* A report by the API, which has a receipt; of an address that is the customer's own, or was when a binding says so. */
static void phishing(struct day *d, unsigned customer, const char *net, unsigned hour)
{
	char id[32], meta[128];
	(void)snprintf(id, sizeof(id), "fraud-%u", customer);
	(void)snprintf(meta, sizeof(meta), "{\"listener\":\"api\",\"client\":\"desk\",\"receipt\":\"%s\"}", id);
	hear(d, id, meta,
		str_format(d->a,
			"{\"xarf_version\":\"4.2.0\",\"report_id\":\"02eb480f-8172-431a-9276-%012u\",\"timestamp\":\"%.*s\",\"reporter\":{\"org\":\"Desk\","
			"\"contact\":\"desk@r.example\",\"domain\":\"r.example\"},\"sender\":{\"org\":\"Desk\",\"contact\":\"desk@r.example\",\"domain\":\"r.example\"},"
			"\"source_identifier\":\"%s.%u\",\"source_port\":443,\"category\":\"content\",\"type\":\"phishing\",\"url\":\"https://%s.%u/login\"}",
			customer, STR_ARG(time_str(d->a, day_begins_at + hour * HOUR_US)), net, customer, net, customer));
}

static void prose(struct day *d, const char *id, const char *from, const char *to, const char *subject, const char *text)
{
	struct str meta = str_format(d->a, "{\"listener\":\"smtp\",\"from\":\"%s\",\"to\":[\"%s\"]}", from, to);
	hear(d, id, str_c(d->a, meta),
		str_format(d->a, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%s@mail.example>\r\nDate: %.*s\r\n\r\n%s\r\n", from, to, subject, id,
			STR_ARG(date_of(d->a, day_begins_at)), text));
}

/* --- people --- */

static void fail(struct day *d, enum err e, const char *what, struct str text)
{
	if (d->err == OK)
		d->err = why_set(d->why, e, "%s: %.*s", what, STR_ARG(text));
}

/* What was asked for and not answered is asked for again; "done already" is an answer then. */
static void ask(struct day *d, const char *id, const char *who, struct str line)
{
	struct str answer = STR("");
	char asked[64];
	(void)snprintf(asked, sizeof(asked), "asked %s", id);
	if (d->err || world_told(TOLD_ANSWER, id))
		return;
	bool again = world_told(TOLD_ANSWER, asked);
	world_tell(TOLD_ANSWER, asked);
	enum err e = world_command(id, who, line, &answer);
	if (e == OK)
		return;
	if (!again)
		fail(d, e, id, answer);
	world_tell(TOLD_ANSWER, id);
}

static struct str case_of(struct day *d, unsigned customer, const char *group)
{
	struct judge *j = world_judge();
	struct row_key key = { TABLE_CASE, str_format(d->a, "c%u/%s/0", customer, group) };
	struct casefile c = { 0 };
	struct row row;
	char text[CASE_TEXT_MAX];
	if (j->driver->load(j->store, d->a, &key, 1, &row, d->why) != OK || !row.version ||
		field_decode(d->a, row.body, casefile_fields, &c, d->why) != OK) {
		fail(d, ERR_NOTFOUND, "no case", key.key);
		return STR("C-0");
	}
	case_text(c.number, text);
	return str_copy(d->a, str_of(text));
}

static struct str item_of(struct day *d, const char *subject)
{
	struct judge *j = world_judge();
	struct query q = { .table = TABLE_ITEM, .due_by = TIME_NONE, .state = STR("waiting"), .limit = 100 };
	struct row *rows;
	size_t n = 0;
	if (j->driver->page(j->store, d->a, &q, &rows, &n, d->why) != OK)
		fail(d, ERR_IO, "items", STR_NONE);
	for (size_t i = 0; i < n; i++) {
		struct item item = { 0 };
		if (field_decode(d->a, rows[i].body, item_fields, &item, d->why) == OK && str_eq(item.subject_line, str_of(subject)))
			return rows[i].key;
	}
	return STR("-");
}

static struct str entities(struct day *d, unsigned from, unsigned to)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_puts(&b, "{\"op\":\"registry-import\"}\n");
	for (unsigned i = from; i <= to; i++) {
		const char *kind = i >= 5 ? "web" : "mail", *since = "\"from\":1767225600000000";
		buf_printf(&b, "{\"type\":\"customer\",\"id\":\"c%u\",\"class\":\"business\",\"language\":\"en\",\"name\":\"Customer %u\",\"email\":\"c%u@customers.example\",%s}\n",
			i, i, i, since);
		buf_printf(&b, "{\"type\":\"service\",\"id\":\"s%u\",\"customer\":\"c%u\",\"kind\":\"%s\",%s}\n", i, i, kind, since);
		buf_printf(&b, "{\"type\":\"prefix\",\"id\":\"p%u\",\"customer\":\"c%u\",\"kind\":\"static\",\"resource\":\"192.0.2.%u/32\",\"service\":\"s%u\",%s}\n", i, i, i, i,
			since);
		buf_printf(&b, "{\"type\":\"login\",\"id\":\"l%u\",\"customer\":\"c%u\",\"resource\":\"c%u@dsl\",\"service\":\"s%u\",%s}\n", i, i, i, i, since);
	}
	buf_printf(&b, "{\"type\":\"prefix\",\"id\":\"pool\",\"kind\":\"dynamic\",\"resource\":\"198.51.100.0/24\",\"from\":1767225600000000}\n");
	struct str text = str_copy(d->a, buf_str(&b));
	buf_done(&b);
	return text;
}

/* --- bindings --- */

static struct str hour_text(struct day *d, int hour)
{
	return time_str(d->a, day_begins_at + hour * HOUR_US);
}

/* A customer held the address of his number; end: an hour, or TIME_NONE. */
static struct str held(struct day *d, unsigned customer, int from, int64_t end, const char *kind)
{
	return str_format(d->a, "198.51.100.%u,c%u@dsl,%.*s,%.*s,%s\n", customer, customer, STR_ARG(hour_text(d, from)),
		STR_ARG(end == TIME_NONE ? STR("") : hour_text(d, (int)end)), kind);
}

/* whole: an hour; the feed told all from the first one until then. 0: it is not said. */
static void bind(struct day *d, const char *id, int whole, struct str one, struct str two, struct str three)
{
	struct str span = whole ? str_format(d->a, ",\"from\":\"%.*s\",\"until\":\"%.*s\"", STR_ARG(hour_text(d, 0)), STR_ARG(hour_text(d, whole))) : STR("");
	ask(d, id, "alice",
		str_format(d->a, "{\"op\":\"bindings-import\",\"file\":\"b.csv\"%.*s}\naddress,subject,start,end,kind\n%.*s%.*s%.*s", STR_ARG(span), STR_ARG(one),
			STR_ARG(two), STR_ARG(three)));
}

/* Who held the address of that number then? Not by how sure that is: a hole, which a torn end of a segment leaves, makes it less sure. */
static void ask_holder(struct day *d, unsigned number, int hour)
{
	struct judge *j = world_judge();
	int64_t at = day_begins_at + hour * HOUR_US;
	struct observation o = { .source = { .type = SOURCE_ADDR, .text = str_format(d->a, "198.51.100.%u", number) }, .event_at = at, .first_at = TIME_NONE,
		.last_at = TIME_NONE, .zone_given = true, .received_at = world_now() };
	struct subject s = { 0 };
	char text[WORLD_TEXT_MAX];
	BUG_ON(addr_parse(o.source.text, &o.source.addr) != OK);
	if (d->err)
		return;
	enum err e = attribute_bound(d->a, j->registry, j->fold.bindings, TIME_MAX, &o, &s, d->why);
	if (e)
		fail(d, e, "who held", o.source.text);
	(void)snprintf(text, sizeof(text), "%.*s at hour %d: %s %.*s", STR_ARG(o.source.text), hour, ours_words[s.ours], STR_ARG(s.customer));
	if (!world_told(TOLD_HOLDER, text))
		world_tell(TOLD_HOLDER, text);
}

/* Asked again after each cut, as long as it is kept: from the first file to the second day, and then of what came on that. */
static void ask_holders(struct day *d)
{
	if (world_now() >= day_begins_at + KEPT_HOURS * HOUR_US)
		return;
	ask_holder(d, 1, -2);
	ask_holder(d, 5, -2);
	ask_holder(d, 6, 5);
}

static void ask_holders_next(struct day *d)
{
	if (world_now() < day_begins_at + (32 + KEPT_HOURS) * HOUR_US)
		ask_holder(d, 7, 31);
}

/* What still holds was carried forward; of what does not it cannot be told any more who it was, nor that it was nobody. */
static void ask_holders_purged(struct day *d)
{
	ask_holder(d, 3, 2);
	ask_holder(d, 4, 31);
	ask_holder(d, 6, 31);
}

/* --- the script --- */

static void start(struct day *d, int64_t now)
{
	enum err e = world_start(d->root, now, d->why);
	if (e) {
		fail(d, e, "a role cannot start", str_copy(d->a, str_of(d->why->text)));
		return;
	}
	BUG_ON(sqlite3_wal_autocheckpoint(world_judge()->store->db, CHECKPOINT_PAGES) != SQLITE_OK);
}

/* As the command does it, but for the checks: this policy is one of few clauses. */
static void post_policy(struct day *d)
{
	struct bundle_file files[] = { { STR("aup.md"), STR(document) }, { STR("aup.policy"), STR(rules) }, { STR("letters/en/first.txt"), STR(first_letter) },
		{ STR("letters/en/reporter-receipt.txt"), STR(receipt_letter) } };
	struct bundle b = { STR("aup.policy"), files, sizeof(files) / sizeof(files[0]) };
	struct judge *j = world_judge();
	struct row_key key = { TABLE_POLICY, STR("2026-03-01") };
	struct effect effect = { .op = EFFECT_PUT };
	struct policy *p;
	if (d->err || world_told(TOLD_ANSWER, "policy"))
		return;
	enum err e = policy_load(d->a, &b, &p, d->why);
	if (e == OK)
		e = j->driver->load(j->store, d->a, &key, 1, &effect.row, d->why);
	effect.row.due_at = TIME_NONE;
	if (e == OK)
		effect.row.rank = p->effective_at;
	if (e == OK && !effect.row.version)
		e = bundle_encode(d->a, &b, &effect.row.body);
	if (e == OK)
		e = j->driver->commit(j->store, &effect, 1, NULL, 0, d->why);
	if (e == OK)
		world_tell(TOLD_ANSWER, "policy");
	if (e == OK)
		e = judge_load_policies(j, d->why);
	if (e)
		fail(d, e, "the policy", str_copy(d->a, str_of(d->why->text)));
}

static void go_on(struct day *d, unsigned hour)
{
	world_turn();
	world_tick();
	if (!d->err && world_now() < day_begins_at + hour * HOUR_US)
		world_pass(day_begins_at + hour * HOUR_US);
	world_tick();
}

/* The customer answers the letter about mail. */
static void answer(struct day *d)
{
	for (size_t i = 0; i < outside.count; i++) {
		const struct event *e = &outside.list[i];
		if (e->told == TOLD_LETTER && strncmp(e->text, "c1@", 3) == 0) {
			prose(d, "answer-1", "c1@customers.example", e->more, "Re: Please act", "We have found the cause and changed the passwords.");
			return;
		}
	}
	fail(d, ERR_NOTFOUND, "no letter to", STR("c1"));
}

static void morning(struct day *d)
{
	post_policy(d);
	ask(d, "import", "alice", entities(d, 1, DAY_CUSTOMERS - 1));
	bind(d, "bindings", 0, held(d, 1, -3, -1, ""), held(d, 5, -3, -1, ""), held(d, 6, -1, TIME_NONE, "assignment"));
	for (unsigned reporter = 1; reporter <= 3; reporter++)
		spam(d, 1, reporter, 0);
	spam(d, 2, 1, 0);
	spam(d, 2, 2, 0);
	go_on(d, 1);
	phishing(d, 5, "192.0.2", 1);
	prose(d, "prose-1", "anna@mail.example", "abuse@example.net", "A question", "Somebody at 192.0.2.3 is scanning ports of ours since Monday.");
	go_on(d, 2);
	ask(d, "note", "alice", str_format(d->a, "{\"op\":\"case-note\",\"case\":\"%.*s\",\"text\":\"called them\"}\n", STR_ARG(case_of(d, 1, "spam"))));
	spam(d, 2, 3, 2);
	prose(d, "prose-2", "bert@mail.example", "abuse@example.net", "Another question", "Your 192.0.2.4 tries passwords of our ssh server.");
	go_on(d, 3);
	answer(d);
	prose(d, "sealed-1", "carl@mail.example", "abuse@example.net", "csam", "There is child sexual abuse material at 192.0.2.4.");
	go_on(d, 4);
	ask(d, "backup", "alice", STR("{\"op\":\"backup\",\"file\":\"backup.db\"}\n"));
	go_on(d, 5);
}

/* Both people ask; who asks again after a cut may hear that it is done, or under way. */
static void erase(struct day *d)
{
	struct query q = { .table = TABLE_ERASURE, .due_by = TIME_NONE, .limit = 10 };
	struct judge *j = world_judge();
	struct row *rows;
	size_t n = 0;
	static const char *const people[] = { "alice", "bob" };
	struct seal_key key;
	if (d->err || world_told(TOLD_ANSWER, "erased"))
		return;
	if (keyring_find(j->fold.keyring, STR("c2"), &key) == OK)
		day_erased_key = key;
	for (unsigned i = 0; i < 2; i++)
		ask(d, people[i], people[i], STR("{\"op\":\"erase\",\"subject\":\"c2\",\"basis\":\"asked for\",\"even-open\":\"left\"}\n"));
	go_on(d, 8);
	if (j->driver->page(j->store, d->a, &q, &rows, &n, d->why) != OK || n != 1 || !str_eq(rows[0].key, STR("purge")))
		fail(d, ERR_CONFLICT, "an erasure", STR("is not complete"));
	else
		world_tell(TOLD_ANSWER, "erased");
}

static void afternoon(struct day *d)
{
	for (unsigned reporter = 1; reporter <= 3; reporter++) {
		spam(d, 3, reporter, 5);
		spam(d, 4, reporter, 5);
		world_turn();
	}
	bind(d, "bindings-2", 4, held(d, 3, 1, 4, ""), held(d, 4, 1, TIME_NONE, "assignment"), STR(""));
	phishing(d, 6, "198.51.100", 5);
	go_on(d, 6);
	ask_holders(d);
	ask(d, "discard", "alice", str_format(d->a, "{\"op\":\"intake-discard\",\"item\":\"%.*s\"}\n", STR_ARG(item_of(d, "Another question"))));
	ask(d, "resolve", "bob",
		str_format(d->a, "{\"op\":\"case-resolve\",\"case\":\"%.*s\",\"text\":\"fixed\"}\n", STR_ARG(case_of(d, 1, "spam"))));
	go_on(d, 7);
	erase(d);
}

/* Limits fall due, are taken back, and suspensions follow. */
static void next_days(struct day *d)
{
	go_on(d, 32);
	ask(d, "resolve-5", "bob",
		str_format(d->a, "{\"op\":\"case-resolve\",\"case\":\"%.*s\",\"text\":\"fixed\"}\n", STR_ARG(case_of(d, 5, "fraud"))));
	ask(d, "import-2", "alice", entities(d, DAY_CUSTOMERS, DAY_CUSTOMERS));
	bind(d, "bindings-3", 32, held(d, 7, 30, 32, ""), STR(""), STR(""));
	phishing(d, DAY_CUSTOMERS, "192.0.2", 32);
	go_on(d, 33);
	ask_holders_next(d);
	go_on(d, 58);
	ask(d, "backup-2", "alice", STR("{\"op\":\"backup\",\"file\":\"backup.db\"}\n"));
	go_on(d, 60);
	ask_holders_purged(d);
}

enum err day_run(const char *root, int64_t now, struct why *why)
{
	struct day d = { .a = arena_new("day", 64 << 20), .root = root, .why = why };
	start(&d, now);
	if (d.err == OK)
		morning(&d);
	if (d.err == OK)
		afternoon(&d);
	/* it is stopped and started in good order */
	if (d.err == OK && !world_told(TOLD_ANSWER, "restart")) {
		world_stop();
		start(&d, world_now());
		world_tell(TOLD_ANSWER, "restart");
	}
	if (d.err == OK)
		next_days(&d);
	arena_free(d.a);
	return d.err;
}
