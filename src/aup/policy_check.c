/*
 * aup policy check and test: is this policy good, and does it do what its tests say? See policy.h.
 *
 * The tests are played in virtual time through the very code that the daemon runs.
 */
#include <stdio.h>
#include <string.h>

#include "aup/aup.h"
#include "aup/policy.h"
#include "base/json.h"
#include "engine/runner.h"
#include "policy/rules.h"

struct played {
	unsigned passed, failed;
	struct why first;               /* the first failure */
	const struct policy_test *first_test;
};

typedef void report_test(const struct policy_test *t, enum err e, const struct why *why, void *arg);

/* Plays all tests, or the one of that name. */
static struct played play(const struct policy *p, const char *name, report_test *report, void *arg)
{
	struct played played = { .passed = 0 };
	unsigned count;
	const struct policy_test *tests = policy_tests(p, &count);
	for (unsigned i = 0; i < count; i++) {
		struct why why = { .line = 0 };
		if (name && !str_eq(tests[i].name, str_of(name)))
			continue;
		enum err e = runner_test(p, &tests[i], &why);
		if (e && !why.line)
			why_at(&why, tests[i].file, tests[i].line, 0);
		if (e && !played.failed++) {
			played.first = why;
			played.first_test = &tests[i];
		}
		played.passed += e == OK;
		if (report)
			report(&tests[i], e, &why, arg);
	}
	return played;
}

static void summary_json(const struct opened_policy *o, const struct played *t, struct buf *out)
{
	const struct policy *p = o->policy;
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	jsonw_bool(&w, "ok", !t->failed);
	jsonw_str(&w, "name", p->name);
	jsonw_str(&w, "version", p->version);
	jsonw_time(&w, "posted", p->posted_at);
	jsonw_time(&w, "effective", p->effective_at);
	jsonw_str(&w, "digest", digest_hex(o->arena, &p->digest));
	jsonw_int(&w, "clauses", p->clause_count);
	jsonw_int(&w, "rules", p->rules->count);
	jsonw_int(&w, "ladders", p->ladder_count);
	jsonw_int(&w, "letters", p->letter_count);
	jsonw_int(&w, "tests", p->rules->test_count);
	jsonw_int(&w, "tests_failed", t->failed);
	if (t->failed) {
		jsonw_str(&w, "file", str_of(t->first.file));
		jsonw_int(&w, "line", t->first.line);
		jsonw_str(&w, "text", str_of(t->first.text));
	}
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
}

static void summary(const struct opened_policy *o, const struct played *t, struct buf *out)
{
	const struct policy *p = o->policy;
	buf_printf(out, "policy \"%.*s\", version %.*s: %u clauses, %u rules, %u ladders, %u letters, %u tests: ", STR_ARG(p->name), STR_ARG(p->version),
		p->clause_count, p->rules->count, p->ladder_count, p->letter_count, p->rules->test_count);
	if (t->failed)
		buf_printf(out, "%u tests failed\n", t->failed);
	else
		buf_puts(out, "good\n");
}

int policy_cmd_check(int argc, char **argv, bool json)
{
	struct opened_policy o;
	struct buf out;
	if (argc != 2 || argv[1][0] == '-')
		return EXIT_USAGE;
	int status = policy_open(argv[1], json, &o);
	if (status)
		return status;
	struct played t = play(o.policy, NULL, NULL, NULL);
	buf_init(&out, SHOW_BYTES_MAX);
	(json ? summary_json : summary)(&o, &t, &out);
	if (t.failed && !json) {
		(void)cli_fail(&t.first);
		(void)fprintf(stderr, "    in test \"%.*s\"\n", STR_ARG(t.first_test->name));
	}
	policy_close(&o);
	status = policy_print(&out);
	return t.failed ? EXIT_NO : status;
}

static void tell_text(const struct policy_test *t, enum err e, const struct why *why, void *arg)
{
	struct buf *out = arg;
	buf_printf(out, "%s  %.*s\n", e ? "FAIL" : "ok  ", STR_ARG(t->name));
	if (e)
		buf_printf(out, "      %s:%u: %s\n", why->file, why->line, why->text);
}

static void tell_json(const struct policy_test *t, enum err e, const struct why *why, void *arg)
{
	struct jsonw *w = arg;
	jsonw_object(w, NULL);
	jsonw_str(w, "test", t->name);
	jsonw_bool(w, "ok", e == OK);
	jsonw_str(w, "file", str_of(t->file));
	jsonw_int(w, "line", e ? why->line : t->line);
	if (e)
		jsonw_str(w, "text", str_of(why->text));
	jsonw_end(w, '}');
}

int policy_cmd_test(int argc, char **argv, bool json)
{
	struct opened_policy o;
	struct buf out;
	struct jsonw w;
	if (argc < 2 || argc > 3 || argv[1][0] == '-')
		return EXIT_USAGE;
	const char *name = argc == 3 ? argv[2] : NULL;
	int status = policy_open(argv[1], json, &o);
	if (status)
		return status;
	buf_init(&out, SHOW_BYTES_MAX);
	jsonw_init(&w, &out);
	if (json) {
		jsonw_object(&w, NULL);
		jsonw_array(&w, "tests");
	}
	struct played t = play(o.policy, name, json ? tell_json : tell_text, json ? (void *)&w : (void *)&out);
	if (json) {
		jsonw_end(&w, ']');
		jsonw_int(&w, "passed", t.passed);
		jsonw_int(&w, "failed", t.failed);
		jsonw_end(&w, '}');
		buf_putc(&out, '\n');
	} else {
		buf_printf(&out, "%u passed, %u failed\n", t.passed, t.failed);
	}
	if (name && !t.passed && !t.failed)
		(void)fprintf(stderr, "aup: the policy has no test \"%s\"\n", name);
	bool good = !t.failed && (!name || t.passed);
	policy_close(&o);
	status = policy_print(&out);
	return good ? status : EXIT_NO;
}
