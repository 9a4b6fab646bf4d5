/*
 * The table of routes, the checks that are made from it, the fence between tenants, the rate of keys; and how large pages get: the longest
 * lists of the desk stay below 60 kB, with numbers of a million cases and names as long as they are in earnest.
 */
#include "base/seal.h"
#include "base/time.h"
#include "store/store.h"
#include "web/call.h"
#include "web/page.h"
#include "tap.h"

static struct arena *a;
static struct why why;

/* --- the table --- */

static bool has_step(const char *path, const char *name)
{
	return str_find(str_of(path), str_format(a, "{%s}", name)) != SIZE_MAX;
}

static void test_table(void)
{
	for (const struct route *t = routes; t->path; t++) {
		bool reads = strcmp(t->method, "GET") == 0;
		size_t n = 0, steps = 0;
		for (const char *p = t->path; *p; p++)
			steps += *p == '{';
		for (; t->params && t->params[n].name; n++) {
			const struct param *p = &t->params[n];
			steps -= p->in == IN_PATH;
			if (has_step(t->path, p->name) != (p->in == IN_PATH) || (p->in == IN_BODY && reads) || (p->value == VALUE_WORD) != (p->words != NULL) ||
			    ((p->value == VALUE_TEXT || p->value == VALUE_REST || p->value == VALUE_NUMBER) && !p->most))
				OK_(false, p->name);
		}
		OK_(n < ROUTE_PARAMS_MAX && !steps && t->scopes && t->name && t->doc && (t->read != NULL) + (t->op != NULL) + t->passes == 1, t->path);
		OK_(reads == route_reads(t) && (reads ? !t->passes : !t->read), "a GET is read, or told by the judge");
		for (const struct route *other = t + 1; other->path; other++)
			if (strcmp(other->name, t->name) == 0 || (strcmp(other->path, t->path) == 0 && strcmp(other->method, t->method) == 0))
				OK_(false, "two of one name, or of one path and method");
	}
}

static void test_find(void)
{
	struct values v;
	bool known;
	const struct route *t = route_find(STR("GET"), STR("/v1/my/cases/C-1"), &v, &known);
	OK_(t && strcmp(t->name, "getMyCase") == 0 && str_eq(route_value(t, &v, "case"), STR("C-1")), "a path with a step");
	t = route_find(STR("POST"), STR("/v1/my/cases/C-1/answer"), &v, &known);
	OK_(t && strcmp(t->name, "answerMyCase") == 0, "a longer one");
	t = route_find(STR("GET"), STR("/v1/registry/customer/a/b"), &v, &known);
	OK_(t && str_eq(route_value(t, &v, "type"), STR("customer")) && str_eq(route_value(t, &v, "id"), STR("a/b")), "the rest of a path");
	OK_(!route_find(STR("GET"), STR("/v1/my/cases/C-1/answer"), &v, &known) && known, "by another method");
	static const char *const none[] = { "/", "/v1", "/v1/", "/v1/my/cases/", "/v1/my/cases/C-1/", "/v1/my//C-1", "/v1/my/cases/C-1/answer/x", "/v1/registry/customer/", "//v1/my",
		"/v1/cases/{case}/x" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		OK_(!route_find(STR("GET"), str_of(none[i]), &v, &known) && !known, none[i]);
}

static enum err ask(const char *method, const char *path, const struct http_pair *query, unsigned n, const char *body)
{
	struct http_request r = { .arena = a, .query = query, .query_count = n, .body = str_of(body) };
	struct values v;
	bool known;
	const struct route *t = route_find(str_of(method), str_of(path), &v, &known);
	return t ? route_check(t, &r, &v, &why) : ERR_NOTFOUND;
}

static void test_check(void)
{
	const struct http_pair good[] = { { STR("limit"), STR("1000") }, { STR("state"), STR("open") }, { STR("after"), STR("C-7") } }, many = { STR("limit"), STR("1001") },
		zero = { STR("limit"), STR("0") }, other = { STR("owner"), STR("acme") }, place = { STR("after"), STR("x") }, empty = { STR("after"), STR("") },
		twice[] = { { STR("state"), STR("a") }, { STR("state"), STR("b") } }, step = { STR("case"), STR("C-2") };
	IS_INT(ask("GET", "/v1/my/cases", good, 3, NULL), OK, "a list with its parameters");
	IS_INT(ask("GET", "/v1/my/cases", &empty, 1, NULL), OK, "an empty one asks for nothing");
	IS_INT(ask("GET", "/v1/my/cases", &many, 1, NULL), ERR_RANGE, "too many");
	IS_INT(ask("GET", "/v1/my/cases", &zero, 1, NULL), ERR_RANGE, "none at all");
	IS_INT(ask("GET", "/v1/my/cases", &other, 1, NULL), ERR_SYNTAX, "what is not in the table");
	IS_INT(ask("GET", "/v1/my/cases", &place, 1, NULL), ERR_SYNTAX, "no number of a case");
	IS_INT(ask("GET", "/v1/my/cases", twice, 2, NULL), ERR_SYNTAX, "one given twice");
	IS_INT(ask("GET", "/v1/my/cases/C-1", &step, 1, NULL), ERR_SYNTAX, "a step of the path as a parameter beside it");
	IS_INT(ask("GET", "/v1/my/cases/none", NULL, 0, NULL), ERR_SYNTAX, "a step that is no case");
	IS_INT(ask("POST", "/v1/my/cases/C-1/answer", NULL, 0, "{\"text\":\"x\"}"), OK, "a body");
	static const char *const bad[] = { "", "{}", "[]", "{\"text\":\"\"}", "{\"text\":1}", "{\"text\":\"x\",\"case\":\"C-2\"}", "{\"text\":\"x\",\"op\":\"clock\"}", "{\"text\":\"x\"} x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(ask("POST", "/v1/my/cases/C-1/answer", NULL, 0, bad[i]), ERR_SYNTAX, bad[i]);
}

/* --- the fence --- */

static struct store *fill(void)
{
	struct store *s;
	OK_(store_null.open(-1, "", STORE_WRITE, &s, &why) == OK, "a store");
	/* of every table a row of acme's below r1, and one of nobody's; what was passed on is of r2, to which it was */
	for (int t = 1; t < TABLE_END; t++)
		for (int k = 0; k < 2; k++) {
			struct str owner = t == TABLE_FORWARDING ? STR("r2") : STR("acme");
			struct row r = { .table = (enum table)t, .key = k ? STR("k") : STR("key"), .owner = k ? owner : STR(""), .tenant = k ? STR("/r1/r2/") : STR("/"),
				.due_at = TIME_NONE, .body = STR("{}") };
			struct effect e = { EFFECT_PUT, r };
			OK_(store_null.commit(s, &e, 1, NULL, 0, &why) == OK, table_text((enum table)t));
		}
	return s;
}

static size_t seen(struct store *s, enum scope scope, const char *id, enum table t)
{
	struct view_source source = { .driver = &store_null, .store = s };
	const struct principal who = { .scope = scope, .id = str_of(id) };
	const struct view v = { &source, &who, a };
	const struct query q = { .table = t, .due_by = TIME_NONE };
	struct row *rows, row;
	size_t n = 0, one = 0;
	OK_(view_page(&v, &q, &rows, &n, &why) == OK, "a page");
	one += view_load(&v, t, STR("k"), &row, &why) == OK;
	one += view_load(&v, t, STR("key"), &row, &why) == OK;
	one += view_load(&v, t, STR("mine"), &row, &why) == OK;
	OK_(one == n, "what is in the list is found by its key, and nothing else");
	return n;
}

static void test_fence(void)
{
	static const struct { enum scope scope; const char *id; } strangers[] = { { SCOPE_NOBODY, "" }, { SCOPE_LOCAL, "" }, { SCOPE_CUSTOMER, "bakery" }, { SCOPE_CUSTOMER, "" },
		{ SCOPE_CUSTOMER, "r2" }, { SCOPE_RESELLER, "r" }, { SCOPE_RESELLER, "r11" }, { SCOPE_RESELLER, "" }, { SCOPE_RESELLER, "acme" },
		{ SCOPE_REPORTER, "acme" }, { SCOPE_REPORTER, "" } };
	struct store *s = fill();
	for (int t = 1; t < TABLE_END; t++) {
		IS_INT(seen(s, SCOPE_OPERATOR, "o", (enum table)t), 2, table_text((enum table)t));
		for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
			IS_INT(seen(s, strangers[i].scope, strangers[i].id, (enum table)t), 0, "not for a stranger");
		/* whatever is not a case is nobody's but the operators', until a fence for it is built */
		IS_INT(seen(s, SCOPE_CUSTOMER, "acme", (enum table)t), t == TABLE_CASE, "a customer's own");
		IS_INT(seen(s, SCOPE_RESELLER, "r1", (enum table)t), t == TABLE_CASE, "a reseller's tree");
		IS_INT(seen(s, SCOPE_RESELLER, "r2", (enum table)t), t == TABLE_CASE || t == TABLE_FORWARDING, "at any depth; and what was passed on to it itself");
	}
	struct row mine = { .table = TABLE_RECEIPT, .key = STR("mine"), .owner = STR("api:acme"), .due_at = TIME_NONE, .body = STR("{}") };
	struct effect e = { EFFECT_PUT, mine };
	OK_(store_null.commit(s, &e, 1, NULL, 0, &why) == OK, "a receipt");
	IS_INT(seen(s, SCOPE_REPORTER, "acme", TABLE_RECEIPT), 1, "a reporter's own");
	store_null.close(s);
}

static void test_sees(void)
{
	struct str above[] = { STR("r1"), STR("r2") };
	struct casefile c = { .customer = STR("acme"), .resellers = above, .reseller_count = 2, .state = CASE_OPEN };
	const struct principal own = { .scope = SCOPE_CUSTOMER, .id = STR("acme") }, reseller = { .scope = SCOPE_RESELLER, .id = STR("r2") },
		other = { .scope = SCOPE_CUSTOMER, .id = STR("r2") }, same = { .scope = SCOPE_RESELLER, .id = STR("acme") }, o = { .scope = SCOPE_OPERATOR, .id = STR("acme") },
		reporter = { .scope = SCOPE_REPORTER, .id = STR("acme") };
	OK_(principal_sees(&own, &c) && principal_sees(&reseller, &c) && principal_sees(&o, &c), "its own case");
	OK_(!principal_sees(&other, &c) && !principal_sees(&same, &c) && !principal_sees(&reporter, &c), "not by an id of another kind");
	static const uint32_t flags[] = { CASE_SEALED_CLASS, CASE_DO_NOT_TELL };
	for (size_t i = 0; i < 2; i++) {
		c.flags = flags[i];
		OK_(!principal_sees(&own, &c) && !principal_sees(&reseller, &c) && principal_sees(&o, &c), "nobody outside is told of it");
	}
	c.flags = 0;
	c.state = CASE_REVIEW;
	OK_(!principal_sees(&own, &c) && principal_sees(&o, &c), "nor while nobody has looked");
}

/* --- keys --- */

static void test_keys(void)
{
	struct api_key k = { .scope = SCOPE_CUSTOMER, .id = STR("acme"), .made_at = 1, .expires_at = 100, .revoked_at = TIME_NONE };
	struct str key = api_key_new(a);
	struct principal p;
	struct row row = { .table = TABLE_API_KEY, .key = api_key_row(a, key), .version = 1 };
	OK_(key.len == API_KEY_LEN && !str_eq(key, api_key_new(a)) && str_starts(key, STR("aup_")), "a key of chance");
	OK_(row.key.len == 64 && !str_eq(row.key, key), "and its row");
	OK_(field_encode(a, api_key_fields, &k, &row.body) == OK && principal_of_key(a, &row, 99, &p, &why) == OK && p.scope == SCOPE_CUSTOMER && str_eq(p.id, STR("acme")), "is whose it is");
	IS_INT(principal_of_key(a, &row, 100, &p, &why), ERR_DENIED, "until it is over");
	k.revoked_at = 5;
	OK_(field_encode(a, api_key_fields, &k, &row.body) == OK && principal_of_key(a, &row, 6, &p, &why) == ERR_DENIED, "or revoked");
	k = (struct api_key){ .scope = SCOPE_LOCAL, .id = STR("x"), .expires_at = TIME_NONE, .revoked_at = TIME_NONE };
	OK_(field_encode(a, api_key_fields, &k, &row.body) == OK && principal_of_key(a, &row, 6, &p, &why) == ERR_DENIED, "of no scope that has one");
	row.version = 0;
	IS_INT(principal_of_key(a, &row, 6, &p, &why), ERR_DENIED, "no such row");
}

static void test_limit(void)
{
	static struct limits l = { .per_minute = 2 };
	OK_(!limit_take(&l, STR("a"), 0) && !limit_take(&l, STR("a"), SECOND_US), "two calls");
	IS_INT(limit_take(&l, STR("a"), 2 * SECOND_US), 58, "a third one waits for the end of the minute");
	IS_INT(limit_take(&l, STR("b"), 2 * SECOND_US), 0, "another key has its own");
	IS_INT(limit_take(&l, STR("a"), MINUTE_US), 0, "the next minute");
	for (int i = 0; i < 2 * LIMIT_KEYS_MAX; i++)
		(void)limit_take(&l, str_format(a, "k%d", i), 2 * MINUTE_US + i);
	IS_INT(limit_take(&l, str_format(a, "k%d", 2 * LIMIT_KEYS_MAX - 1), 2 * MINUTE_US + SECOND_US), 0, "of more keys than there is room for the last are known");
	OK_(limit_take(&l, str_format(a, "k%d", 2 * LIMIT_KEYS_MAX - 1), 2 * MINUTE_US + SECOND_US) > 0, "and counted");
}

/* --- how large pages get --- */

enum { ROWS = 200, PAGE_SENT_MAX = 60000 };

/* one row of each list; %u: its number */
static const char case_row[] = "{\"case\":\"C-2560%03u\",\"state\":\"open\",\"due\":\"2026-03-01T12:00:00Z\",\"used\":74,\"left\":1026000,\"late\":%u,\"reporters\":12,"
	"\"body\":{\"severity\":\"critical\",\"customer\":\"customer-104%03u\",\"resellers\":[\"hostland\"],\"clause\":\"security.compromised-host\",\"report_count\":123,"
	"\"next_what\":\"suspend mail\",\"assigned\":\"alexandra\"}}";
static const char queue_row[] = "{\"case\":\"C-2560%03u\",\"customer\":\"customer-104%03u\",\"clause\":\"security.compromised-host\",\"what\":\"suspend mail\","
	"\"reason\":\"the step is due\",\"since\":\"2026-03-01T12:00:00Z\",\"due\":\"2026-03-02T12:00:00Z\"}";

static size_t filled(const char *page, struct str rows)
{
	struct json *root;
	struct buf b;
	BUG_ON(json_read(a, str_format(a, "{\"title\":\"Cases\",\"page\":\"%s\",\"who\":\"alexandra\",\"scope\":\"operator\",\"session\":true,\"token\":\"0123456789abcdef0123456789abcdef\","
		"\"now\":\"2026-03-01T12:00:00Z\",\"can\":{\"bulk\":true,\"case\":true},\"css\":\"/a/0123456789ab/console.css\",\"script\":\"/a/0123456789ab/app.js\","
		"\"icon\":\"/a/0123456789ab/icon.svg\",\"csv\":\"/cases?format=csv\",\"json\":\"/cases?format=json\",\"list\":{\"queue\":\"due\",\"after\":\"C-2560000\",\"rows\":[%.*s]}}",
		page, STR_ARG(rows)), &root, NULL) != OK);
	buf_init(&b, PAGE_BYTES_MAX);
	page_write(page_find(str_of(page)), root, &b);
	size_t n = b.err ? SIZE_MAX : buf_str(&b).len;
	buf_done(&b);
	return n;
}

static void list(const char *page, struct str (*row)(unsigned n, unsigned late), unsigned late, const char *what)
{
	struct str rows = row(0, late);
	for (unsigned i = 1; i < ROWS; i++) {
		struct str one = row(i, late);
		rows = str_format(a, "%.*s,%.*s", STR_ARG(rows), STR_ARG(one));
	}
	size_t n = filled(page, rows), none = filled(page, STR(""));
	if (!OK_(n <= PAGE_SENT_MAX && n - none > ROWS * 100, what))
		printf("# %zu octets, %zu without rows\n", n, none);
}

static struct str row_of_cases(unsigned n, unsigned late)
{
	return str_format(a, case_row, n, late, n);
}

static struct str row_of_queue(unsigned n, unsigned late)
{
	(void)late;
	return str_format(a, queue_row, n, n);
}

static void test_sizes(void)
{
	list("cases", row_of_cases, 0, "200 cases, all with a deadline, fit into 60 kB");
	list("cases", row_of_cases, 1026000, "200 cases that are late do, too");
	list("queue", row_of_queue, 0, "200 rows of a queue");
}

int main(void)
{
	a = arena_new("test", 64 << 20);
	OK_(a && seal_start() == OK, "begin");
	test_table();
	test_find();
	test_check();
	test_fence();
	test_sees();
	test_keys();
	test_limit();
	test_sizes();
	arena_free(a);
	return tap_done();
}
