/*
 * Inline tests: from the block language to steps. See test.h.
 */
#include "policy/test.h"

#include "base/time.h"
#include "model/case.h"
#include "policy/rules.h"

static const char *const step_words[] = { "given", "report", "signal", "pass", "answer", "resolve", "approve", "retract", "expect", "uphold", "dismiss", "counter-notice", "counter-incomplete", "stay",
	"locked", "decision",	NULL };
static const char *const expect_words[] = { "nothing", "case", "notify", "advise", "ask", "task", "end", "limit", "suspend", "terminate", "approval", "closed", "forward", "role", "content", NULL };

static int index_of(struct str s, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (str_eq(s, str_of(words[i])))
			return i;
	return -1;
}

static enum err bad(const struct conf *at, unsigned i, struct why *why)
{
	return conf_fail(why, at, i, ERR_SYNTAX, "\"%.*s\" is not understood in a test", STR_ARG(at->args[i < at->arg_count ? i : at->arg_count - 1].text));
}

/* "10:00", "+36h" after midnight of the effective day, or "2d 10:00" as two words. */
static enum err when(struct str s, int64_t *ret_us)
{
	uint64_t h, m;
	size_t colon = str_chr(s, ':');
	if (s.len && s.ptr[0] == '+')
		return span_parse(str_sub(s, 1, s.len), ret_us);
	if (colon == SIZE_MAX || str_to_u64(str_sub(s, 0, colon), 23, &h) != OK || str_to_u64(str_sub(s, colon + 1, s.len), 59, &m) != OK)
		return ERR_SYNTAX;
	*ret_us = (int64_t)h * HOUR_US + (int64_t)m * MINUTE_US;
	return OK;
}

/* Pairs of a word and its value from i on. */
static enum err pairs(const struct conf *at, unsigned i, struct test_step *t, struct why *why)
{
	for (; i < at->arg_count; i += 2) {
		struct str word = at->args[i].text;
		if (str_eq(word, STR("verified"))) {
			t->verified = true;
			i--;
			continue;
		}
		if (i + 1 == at->arg_count)
			return bad(at, i, why);
		int rank = str_eq(word, STR("reputation")) ? index_of(at->args[i + 1].text, reputation_words) : -1;
		if (rank > 0) {
			t->reputation = (enum reputation)rank;
			continue;
		}
		struct str value = at->args[i + 1].text;
		struct { const char *name; struct str *into; } known[] = { { "customer", &t->customer }, { "reseller", &t->reseller }, { "class", &t->class_name },
			{ "holds", &t->holds }, { "from", &t->source }, { "by", &t->reporter } };
		size_t k = 0;
		while (k < 6 && !str_eq(word, str_of(known[k].name)))
			k++;
		if (k < 6) {
			*known[k].into = value;
		} else if (str_eq(word, STR("at"))) {
			if (when(value, &t->at_us) != OK)
				return conf_fail(why, at, i + 1, ERR_SYNTAX, "\"%.*s\" is no time of a test such as 10:00 or +36h", STR_ARG(value));
		} else if (str_eq(word, STR("notice")) && (str_eq(value, STR("complete")) || str_eq(value, STR("incomplete")))) {
			t->notice = value;
		} else if (str_eq(word, STR("service"))) {
			t->service_kind = value;
			if (i + 2 < at->arg_count && at->args[i + 2].quoted)
				t->service = at->args[++i + 1].text;
		} else {
			return bad(at, i, why);
		}
	}
	return OK;
}

static enum err expect_read(const struct conf *at, struct test_step *t, struct why *why)
{
	for (unsigned i = 1; i < at->arg_count; i++) {
		if (!at->args[i].quoted && str_eq(at->args[i].text, STR(",")))
			continue;
		int type = index_of(at->args[i].text, expect_words);
		if (type < 0 || t->expect_count == EXPECTATIONS_MAX)
			return bad(at, i, why);
		struct expectation *x = &t->expect[t->expect_count++];
		x->type = (enum expect_type)type;
		bool named = i + 1 < at->arg_count && (at->args[i + 1].quoted || !str_eq(at->args[i + 1].text, STR(",")));
		if (named)
			x->name = at->args[++i].text;
		enum part p = part_find(x->name);
		if (x->type == EXPECT_ROLE ? !part_is_role(p) : x->type == EXPECT_CONTENT && !part_is_content(p))
			return bad(at, i, why);
	}
	return t->expect_count ? OK : conf_fail(why, at, 0, ERR_SYNTAX, "expect what?");
}

static enum err unknown_kind(const struct conf *at, struct why *why)
{
	enum err e = conf_fail(why, at, 1, ERR_SYNTAX, "\"%.*s\" is no kind of report", STR_ARG(at->args[1].text));
	const char *near = conf_nearest(at->args[1].text, kind_words + 1);
	if (near)
		why_hint(why, "did you mean \"%s\"?", near);
	return e;
}

/* A report or a signal, behind its name. */
static enum err happening(const struct conf *at, struct test_step *t, struct why *why)
{
	enum err e = pairs(at, 2, t, why);
	return e || t->source.len ? e : conf_fail(why, at, 1, ERR_SYNTAX, "%.*s from where? from ADDRESS", STR_ARG(at->args[0].text));
}

static enum err step_read(const struct conf *at, struct test_step *t, struct why *why)
{
	int type = index_of(at->args[0].text, step_words);
	if (type < 0) {
		enum err e = bad(at, 0, why);
		const char *near = conf_nearest(at->args[0].text, step_words);
		if (near)
			why_hint(why, "did you mean \"%s\"?", near);
		return e;
	}
	*t = (struct test_step){ .type = (enum test_step_type)type, .line = at->args[0].line, .column = at->args[0].column };
	enum err e;
	switch (t->type) {
	case TEST_GIVEN:
		e = pairs(at, 1, t, why);
		return e || t->customer.len ? e : conf_fail(why, at, 0, ERR_SYNTAX, "given customer NAME ...");
	case TEST_REPORT:
		if (at->arg_count < 2)
			return conf_fail(why, at, 0, ERR_SYNTAX, "report what?");
		t->kind = kind_find(at->args[1].text);
		if (t->kind == KIND_UNCLASSIFIED && !str_eq(at->args[1].text, STR("unclassified")))
			return unknown_kind(at, why);
		return happening(at, t, why);
	case TEST_SIGNAL:
		if (at->arg_count < 2)
			return conf_fail(why, at, 0, ERR_SYNTAX, "signal what?");
		t->signal = at->args[1].text;
		return happening(at, t, why);
	case TEST_PASS:
		if (at->arg_count != 2 || span_parse(at->args[1].text, &t->at_us) != OK)
			return conf_fail(why, at, 0, ERR_SYNTAX, "pass takes a span such as 48h");
		return OK;
	case TEST_APPROVE: case TEST_RETRACT: case TEST_UPHOLD: case TEST_DISMISS: case TEST_COUNTER: case TEST_INCOMPLETE: case TEST_STAY: case TEST_LOCKED:
		if (at->arg_count > 1 && (at->arg_count != 3 || !str_eq(at->args[1].text, STR("by"))))
			return bad(at, 1, why);
		t->actor = at->arg_count > 2 ? at->args[2].text : STR_NONE;
		return OK;
	case TEST_DECISION:
		if (at->arg_count < 2 || !decision_find(at->args[1].text) || (at->arg_count > 2 && (at->arg_count != 4 || !str_eq(at->args[2].text, STR("by")))))
			return bad(at, 1, why);
		t->decision = at->args[1].text;
		t->actor = at->arg_count > 3 ? at->args[3].text : STR_NONE;
		return OK;
	case TEST_ANSWER: case TEST_RESOLVE:
		return at->arg_count > 1 ? bad(at, 1, why) : OK;
	case TEST_EXPECT:
		return expect_read(at, t, why);
	}
	return OK;
}

enum err test_read(struct arena *a, const struct conf *at, struct policy_test *ret_test, struct why *why)
{
	if (at->arg_count != 2 || !at->has_block)
		return conf_fail(why, at, 0, ERR_SYNTAX, "a test reads: test \"what it shows\" { ... }");
	*ret_test = (struct policy_test){ .name = at->args[1].text, .file = at->file, .line = at->args[0].line, .column = at->args[0].column };
	unsigned n = 0;
	for (const struct conf *s = at->child; s; s = s->next)
		n++;
	if (n > TEST_STEPS_MAX)
		return conf_fail(why, at, 0, ERR_LIMIT, "a test has at most %d steps", TEST_STEPS_MAX);
	ret_test->steps = ARENA_ARRAY(a, struct test_step, n + 1);
	if (!ret_test->steps)
		return ERR_NOMEM;
	for (const struct conf *s = at->child; s; s = s->next) {
		enum err e = step_read(s, &ret_test->steps[ret_test->step_count++], why);
		if (e)
			return e;
	}
	return OK;
}

const struct policy_test *policy_tests(const struct policy *p, unsigned *ret_count)
{
	*ret_count = p->rules->test_count;
	return p->rules->tests;
}
