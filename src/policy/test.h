/*
 * Inline tests of a policy, as steps that the virtual-time runner plays (engine/runner.h). Times count from the effective day.
 */
#ifndef AUPD_POLICY_TEST_H
#define AUPD_POLICY_TEST_H

#include "model/observation.h"
#include "model/policy.h"

enum { TEST_STEPS_MAX = 200, TESTS_MAX = 2000 };

enum test_step_type { TEST_GIVEN, TEST_REPORT, TEST_SIGNAL, TEST_PASS, TEST_ANSWER, TEST_RESOLVE, TEST_APPROVE, TEST_RETRACT, TEST_EXPECT,
	TEST_UPHOLD, TEST_DISMISS, TEST_COUNTER, TEST_INCOMPLETE, TEST_STAY, TEST_LOCKED, TEST_DECISION /* a person has looked: it goes on, or it is closed */ };
enum expect_type { EXPECT_NOTHING, EXPECT_CASE, EXPECT_NOTIFY, EXPECT_ADVISE, EXPECT_ASK, EXPECT_TASK, EXPECT_END, EXPECT_LIMIT, EXPECT_SUSPEND, EXPECT_TERMINATE,
	EXPECT_APPROVAL, EXPECT_CLOSED, EXPECT_FORWARD, EXPECT_ROLE, EXPECT_CONTENT };

struct expectation {
	enum expect_type type;
	struct str name;        /* clause, letter, service or part; "" = any */
};

enum { EXPECTATIONS_MAX = 8 };

struct test_step {
	enum test_step_type type;
	struct str customer, reseller, class_name, service_kind, service, holds;        /* GIVEN */
	enum kind kind;                                                                 /* REPORT */
	struct str signal, source, reporter;
	bool verified;
	struct str notice;      /* REPORT: "complete", "incomplete"; "" = unclear */
	enum reputation reputation;
	int64_t at_us;          /* since midnight of the effective day; PASS: the span */
	struct str actor;
	struct str decision;    /* DECISION */
	struct expectation expect[EXPECTATIONS_MAX];
	unsigned expect_count;
	uint32_t line, column;
};

struct policy_test {
	struct str name;
	const char *file;
	uint32_t line, column;
	struct test_step *steps;
	unsigned step_count;
};

/* The tests of a loaded policy. */
const struct policy_test *policy_tests(const struct policy *p, unsigned *ret_count);

#endif
