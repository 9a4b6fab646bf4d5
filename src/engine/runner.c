/*
 * The virtual-time runner. See runner.h. Every act that is released succeeds; time jumps from due row to due row.
 */
#include "engine/runner.h"

#include "base/map.h"
#include "engine/fold.h"

enum { RUN_BYTES_MAX = 64 << 20, RUN_DUE_MAX = 10000, TEST_PREFIX_MAX = 1000 };

struct run {
	struct arena *a;
	struct fold f;
	struct registry *registry;
	const struct policy_test *test;
	int64_t start_at;
	struct map *known;              /* acts and cases that an earlier expectation has seen */
	uint32_t reports;
	uint64_t last_case;
	struct str sent;                /* the last letter of no case since the last expectation: its act is gone when it is done */
	struct observation last;
	struct why *why;
};

static enum err no_rows(void *arg, struct arena *a, const struct row_key *keys, size_t count, struct row *rows, struct why *why)
{
	(void)arg;
	(void)a;
	(void)why;
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct row){ .table = keys[i].table, .key = keys[i].key, .due_at = TIME_NONE };
	return OK;
}

static enum err fail(struct run *r, const struct test_step *s, const char *text, struct str name)
{
	(void)why_set(r->why, ERR_NOTFOUND, "test \"%.*s\": %s%.*s", STR_ARG(r->test->name), text, STR_ARG(name));
	why_at(r->why, r->test->file, s->line, 5);
	return ERR_NOTFOUND;
}

static enum err add(struct run *r, struct entity e)
{
	e.from_at = e.until_at = TIME_NONE;
	e.value = ENTITY_NO_VALUE;
	return registry_add(r->registry, &e, r->why);
}

static enum err given(struct run *r, const struct test_step *s)
{
	struct prefix p;
	enum err e = OK;
	if (s->reseller.len && !registry_find(r->registry, ENTITY_RESELLER, s->reseller))
		e = add(r, (struct entity){ .type = ENTITY_RESELLER, .id = s->reseller, .email = STR("reseller@test.invalid") });
	if (e == OK && !registry_find(r->registry, ENTITY_CUSTOMER, s->customer))
		e = add(r, (struct entity){ .type = ENTITY_CUSTOMER, .id = s->customer, .reseller = s->reseller, .class_name = s->class_name,
			.email = STR("customer@test.invalid") });
	if (e == OK && s->service_kind.len)
		e = add(r, (struct entity){ .type = ENTITY_SERVICE, .id = s->service.len ? s->service : s->service_kind, .customer = s->customer, .kind = s->service_kind });
	if (e || !s->holds.len)
		return e;
	bool prefix = prefix_parse(s->holds, &p) == OK, mailbox = str_chr(s->holds, '@') != SIZE_MAX, domain = str_chr(s->holds, '.') != SIZE_MAX;
	return add(r, (struct entity){ .type = prefix ? ENTITY_PREFIX : mailbox ? ENTITY_MAILBOX : domain ? ENTITY_DOMAIN : ENTITY_LOGIN,
		.id = str_format(r->a, "r%zu", registry_count(r->registry)), .customer = s->customer, .resource = s->holds,
		.service = s->service.len ? s->service : s->service_kind });
}

static void set_source(struct run *r, struct observation *o, struct str text)
{
	struct source *s = &o->source;
	size_t scheme = str_find(text, STR("://")), at = str_chr(text, '@');
	s->text = text;
	if (addr_parse(text, &s->addr) == OK) {
		s->type = SOURCE_ADDR;
	} else if (scheme != SIZE_MAX) {
		struct str host = str_sub(text, scheme + 3, text.len);
		s->type = SOURCE_URL;
		s->domain = str_lower(r->a, str_sub(host, 0, str_chr(host, '/')));
	} else if (at != SIZE_MAX) {
		s->type = SOURCE_EMAIL;
		s->domain = str_sub(text, at + 1, text.len);
	} else {
		s->type = str_chr(text, '.') == SIZE_MAX ? SOURCE_LOGIN : SOURCE_DOMAIN;
		s->domain = s->type == SOURCE_DOMAIN ? text : STR_NONE;
	}
}

static enum err release(struct run *r, const struct row *row)
{
	struct act act = { 0 };
	enum err e = field_decode(r->a, row->body, act_fields, &act, r->why);
	if (e)
		return e;
	if (act.state == ACT_DONE_ && act.desired) {
		struct fold_command lift = { .type = INPUT_UNDO, .number = act.number, .act = act.key, .actor = STR("clock") };
		return fold_command(&r->f, &lift, &(uint64_t){ 0 }, r->why);
	}
	if (!act.number && act.verb == VERB_NOTIFY)
		r->sent = str_copy(r->a, act.service);
	struct act_report done = { .key = act.key, .op = act.desired ? ACT_DO : ACT_UNDO, .result = RESULT_DONE, .retry_at = TIME_NONE };
	return fold_report(&r->f, &done, r->why);
}

static enum err settle(struct run *r, int64_t until_at)
{
	struct row due;
	for (unsigned n = 0; work_next_due(r->f.work, until_at, &due); n++) {
		if (n == RUN_DUE_MAX)
			return why_set(r->why, ERR_LIMIT, "test \"%.*s\" does not come to rest", STR_ARG(r->test->name));
		if (due.due_at > r->f.now)
			r->f.now = due.due_at;
		enum err e = due.table == TABLE_ACT ? release(r, &due) : fold_due(&r->f, &due, r->why);
		if (e)
			return e;
	}
	if (until_at > r->f.now)
		r->f.now = until_at;
	return OK;
}

static enum err report(struct run *r, const struct test_step *s)
{
	int64_t at = r->start_at + s->at_us;
	/* a time of day that has passed means the next such time */
	while (at < r->f.now)
		at += DAY_US;
	enum err e = settle(r, at);
	struct observation o = { .kind = s->kind, .witness = s->type == TEST_SIGNAL ? WITNESS_METER : WITNESS_REPORT,
		.kind_text = s->type == TEST_SIGNAL ? s->signal : str_of(kind_info(s->kind)->name), .event_at = at, .first_at = at, .last_at = at, .zone_given = true,
		.received_at = at, .incidents = 1, .reporter = s->reporter, .reporter_verified = s->verified, .reputation = s->reputation,
		.report_id = str_format(r->a, "test-%u", ++r->reports), .at = { 1, r->reports, 0 } };
	struct fact elements[] = { { .name = STR("dmca-signature"), .value = STR("present") }, { .name = STR("dmca-work"), .value = STR("present") },
		{ .name = STR("dmca-material"), .value = STR("present") }, { .name = STR("dmca-contact"), .value = STR("present") },
		{ .name = STR("dmca-good-faith"), .value = STR("present") }, { .name = STR("dmca-accuracy"), .value = STR("present") } };
	struct fold_result result;
	o.facts = elements;
	o.fact_count = s->notice.len ? sizeof(elements) / sizeof(elements[0]) : 0;
	if (str_eq(s->notice, STR("incomplete")))
		elements[0].value = STR("absent");
	if (s->type == TEST_REPORT && s->reporter.len)
		o.reply_to = str_format(r->a, "%.*s@reporter.invalid", STR_ARG(s->reporter));
	set_source(r, &o, s->source);
	if (e == OK)
		e = fold_observation(&r->f, &o, &result, r->why);
	if (e)
		return e;
	if (result.number)
		r->last_case = result.number;
	return settle(r, at);
}

static bool news(struct run *r, struct str key)
{
	return !map_get(r->known, key);
}

/* What is done in quiet hours happens then, and not when its step is taken. */
static bool is_quiet(struct run *r, const struct row *row)
{
	struct act act = { 0 };
	return str_eq(row->state, str_of(act_state_words[ACT_QUEUED])) && row->due_at > r->f.now && field_decode(r->a, row->body, act_fields, &act, r->why) == OK && act.quiet;
}

/* An act that waits and the same act released are two things to see. */
static struct str act_mark(struct run *r, const struct row *row)
{
	bool held = str_eq(row->state, str_of(act_state_words[ACT_HELD]));
	return held || is_quiet(r, row) ? str_format(r->a, "%.*s held", STR_ARG(row->key)) : row->key;
}

static struct str case_mark(struct run *r, uint64_t number)
{
	return str_format(r->a, "case %llu", (unsigned long long)number);
}

static bool verb_fits(const struct act *act, const struct expectation *x)
{
	static const enum verb verbs[] = { [EXPECT_NOTIFY] = VERB_NOTIFY, [EXPECT_ADVISE] = VERB_NOTIFY, [EXPECT_ASK] = VERB_ASK, [EXPECT_TASK] = VERB_TASK,
		[EXPECT_END] = VERB_END, [EXPECT_LIMIT] = VERB_LIMIT, [EXPECT_SUSPEND] = VERB_SUSPEND, [EXPECT_TERMINATE] = VERB_TERMINATE, [EXPECT_FORWARD] = VERB_FORWARD };
	if (x->type == EXPECT_APPROVAL)
		return act->state == ACT_HELD;
	if (act->state == ACT_HELD || act->verb != verbs[x->type])
		return false;
	return !x->name.len || x->type == EXPECT_ASK || x->type == EXPECT_TASK || str_eq(act->service, x->name);
}

/* Letters that follow what was done or lifted by themselves: they may be expected, and are no surprise. */
static bool follows(const struct act *act)
{
	static const char *const names[] = { "end-notice", "limit-notice", "suspend-notice", "terminated", "lifted", "recheck", "recheck-good", "recheck-bad", "appeal-received", "appeal-granted",
		"appeal-refused", "probation" };
	for (size_t i = 0; act->verb == VERB_NOTIFY && i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(act->service, str_of(names[i])))
			return true;
	return false;
}

/* What the last case says of the customer's part. */
static bool part_fits(const struct casefile *c, const struct expectation *x)
{
	return str_eq(x->name, str_of(part_words[x->type == EXPECT_ROLE ? c->role : c->content]));
}

static enum err each_expectation(struct run *r, const struct test_step *s, const struct expectation *x)
{
	size_t i = 0;
	struct row row;
	bool any = r->sent.len, found = any && x->type == EXPECT_NOTIFY && str_eq(r->sent, x->name);
	while (work_next_row(r->f.work, TABLE_ACT, &i, &row)) {
		struct act act = { 0 };
		if (!news(r, act_mark(r, &row)) || is_quiet(r, &row))
			continue;
		bool read = field_decode(r->a, row.body, act_fields, &act, r->why) == OK;
		any |= !read || !follows(&act);
		if (read && ((x->type > EXPECT_CASE && x->type < EXPECT_CLOSED) || x->type == EXPECT_FORWARD))
			found |= verb_fits(&act, x);
	}
	i = 0;
	bool open = false;
	while (work_next_row(r->f.work, TABLE_CASE, &i, &row)) {
		struct casefile c = { 0 };
		if (field_decode(r->a, row.body, casefile_fields, &c, r->why) != OK)
			return ERR_CORRUPT;
		struct str key = case_mark(r, c.number);
		open |= !case_is_closed(&c);
		if ((x->type == EXPECT_ROLE || x->type == EXPECT_CONTENT) && c.number == r->last_case)
			found |= part_fits(&c, x);
		if (!news(r, key))
			continue;
		any = true;
		found |= x->type == EXPECT_CASE && (!x->name.len || str_eq(c.clause, x->name));
	}
	if (x->type == EXPECT_NOTHING)
		return any ? fail(r, s, "nothing was expected, yet something happened", STR_NONE) : OK;
	if (x->type == EXPECT_CLOSED)
		return open ? fail(r, s, "a case is still open", STR_NONE) : OK;
	static const char *const words[] = { "nothing ", "case ", "notify ", "advise ", "ask ", "task ", "end ", "limit ", "suspend ", "terminate ",
		"approval ", "closed ", "forward ", "role ", "content " };
	return found ? OK : fail(r, s, str_c(r->a, str_format(r->a, "expected %s", words[x->type])), x->name);
}

static enum err expect(struct run *r, const struct test_step *s)
{
	struct row row;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < s->expect_count; i++)
		e = each_expectation(r, s, &s->expect[i]);
	size_t i = 0;
	r->sent = STR_NONE;
	while (e == OK && work_next_row(r->f.work, TABLE_ACT, &i, &row))
		e = map_put(r->known, act_mark(r, &row), r);
	i = 0;
	while (e == OK && work_next_row(r->f.work, TABLE_CASE, &i, &row)) {
		struct casefile c = { 0 };
		e = field_decode(r->a, row.body, casefile_fields, &c, r->why);
		if (e == OK)
			e = map_put(r->known, case_mark(r, c.number), r);
	}
	return e;
}

static enum err command(struct run *r, const struct test_step *s)
{
	static const enum case_input_type inputs[] = { [TEST_ANSWER] = INPUT_ANSWER, [TEST_RESOLVE] = INPUT_RESOLVE, [TEST_APPROVE] = INPUT_APPROVE,
		[TEST_UPHOLD] = INPUT_REVIEWED, [TEST_DISMISS] = INPUT_REVIEWED, [TEST_COUNTER] = INPUT_COUNTER, [TEST_INCOMPLETE] = INPUT_COUNTER, [TEST_STAY] = INPUT_STAY,
		[TEST_LOCKED] = INPUT_LOCKED, [TEST_DECISION] = INPUT_DECIDED };
	struct fold_command c = { .type = inputs[s->type], .number = r->last_case, .on = s->type == TEST_UPHOLD || s->type == TEST_COUNTER,
		.decision = decision_find(s->decision),
		.actor = s->type == TEST_ANSWER ? STR("customer") : s->actor.len ? s->actor : STR("operator"), .text = STR("test") };
	size_t i = 0;
	struct row row;
	uint64_t number;
	if (!r->last_case)
		return fail(r, s, "there is no case for this step", STR_NONE);
	if (s->type != TEST_APPROVE) {
		enum err e = fold_command(&r->f, &c, &number, r->why);
		return e ? e : settle(r, r->f.now);
	}
	while (work_next_row(r->f.work, TABLE_ACT, &i, &row))
		if (str_eq(row.state, str_of(act_state_words[ACT_HELD])))
			c.act = row.key;
	if (!c.act.len)
		return fail(r, s, "nothing waits for an approval", STR_NONE);
	enum err e = fold_command(&r->f, &c, &number, r->why);
	return e ? e : settle(r, r->f.now);
}

static enum err play(struct run *r, const struct test_step *s)
{
	struct test_step back;
	switch (s->type) {
	case TEST_GIVEN: return OK;
	case TEST_REPORT: case TEST_SIGNAL: return report(r, s);
	case TEST_PASS: return settle(r, r->f.now + s->at_us);
	case TEST_ANSWER: case TEST_RESOLVE: case TEST_APPROVE: case TEST_UPHOLD: case TEST_DISMISS:
	case TEST_COUNTER: case TEST_INCOMPLETE: case TEST_STAY: case TEST_LOCKED: case TEST_DECISION: return command(r, s);
	case TEST_RETRACT:
		back = *s;
		back.type = TEST_REPORT;
		back.kind = KIND_RETRACTION;
		back.reporter = s->actor;
		for (unsigned i = 0; i < r->test->step_count && &r->test->steps[i] != s; i++)
			if (r->test->steps[i].type == TEST_REPORT) {
				back.source = r->test->steps[i].source;
				back.verified |= r->test->steps[i].verified && str_eq(r->test->steps[i].reporter, s->actor);
			}
		return report(r, &back);
	case TEST_EXPECT: return expect(r, s);
	}
	return OK;
}

static enum err run(struct run *r)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < r->test->step_count; i++)
		if (r->test->steps[i].type == TEST_GIVEN)
			e = given(r, &r->test->steps[i]);
	if (e == OK)
		e = registry_ready(r->registry, 1, NULL, r->why);
	for (unsigned i = 0; e == OK && i < r->test->step_count; i++)
		e = play(r, &r->test->steps[i]);
	return e;
}

enum err runner_test(const struct policy *p, const struct policy_test *t, struct why *why)
{
	struct row_reader reader = { no_rows, NULL };
	struct seal_key fixed = { { 1 } };
	struct run r = { .a = arena_new("run", RUN_BYTES_MAX), .registry = registry_new(NULL), .known = map_new(TEST_PREFIX_MAX * 10), .test = t, .why = why,
		.start_at = p->effective_at - p->effective_at % DAY_US };
	r.f = (struct fold){ .work = work_new(&reader), .registry = r.registry, .policies = { p }, .policy_count = 1, .keyring = keyring_fixed(&fixed),
		.token_key = fixed, .provider = STR("Test"), .mail_domain = STR("test.invalid"), .mail_local = STR("abuse"), .contact = STR("abuse@test.invalid"),
		.now = p->effective_at };
	enum err e = ERR_NOMEM;
	if (r.a && r.registry && r.known && r.f.work && r.f.keyring)
		e = run(&r);
	work_free(r.f.work);
	keyring_close(r.f.keyring);
	map_free(r.known);
	registry_free(r.registry);
	arena_free(r.a);
	return e;
}
