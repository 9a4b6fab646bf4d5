/*
 * Advice is help: it is no strike, however often it is repeated, and whatever the case was before.
 */
#include "cases/case.h"
#include "tap.h"

static struct step help[] = { { .verb = VERB_ADVISE, .service = { "advice", 6 } } };
static struct step hard[] = { { .verb = VERB_NOTIFY, .service = { "first", 5 } } };
static struct ladder ladders[] = { { .name = { "help", 4 }, .steps = help, .step_count = 1 }, { .name = { "hard", 4 }, .steps = hard, .step_count = 1 } };
static const struct policy policy = { .version = { "v1", 2 }, .ladders = ladders, .ladder_count = 2 };

static struct arena *arena;
static struct casefile c;
static int64_t now;
static unsigned reports;

static enum err input(struct case_input *in)
{
	struct case_output out;
	in->now = now += DAY_US;
	in->policy = &policy;
	return case_step(arena, arena, &c, in, &out, NULL);
}

static void found(enum finding_weight weight)
{
	struct observation o = { .kind = weight == WEIGHT_ADVICE ? KIND_CVE : KIND_SPAM, .event_at = now, .received_at = now,
		.reporter = str_format(arena, "r%u", ++reports), .source = { .type = SOURCE_ADDR, .text = STR("192.0.2.7") } };
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = STR("acme"), .tenant = STR("/") };
	struct finding f = { .policy = STR("v1"), .clause = STR("access.basic-security"), .group = STR("advice"), .rule = STR("r"), .weight = weight,
		.ladder = weight == WEIGHT_ADVICE ? STR("help") : STR("hard"), .severity = SEVERITY_LOW, .because = STR("so"), .first_at = now, .last_at = now };
	struct case_input in = { .type = INPUT_FINDING, .finding = &f, .observation = &o, .subject = &s, .incident_key = str_format(arena, "k%u", reports) };
	OK_(input(&in) == OK, weight == WEIGHT_ADVICE ? "advice is taken" : "a deed is taken");
}

static void resolve(void)
{
	struct case_input in = { .type = INPUT_RESOLVE, .actor = STR("alice"), .text = STR("settled") };
	OK_(input(&in) == OK && c.state == CASE_RESOLVED, "it is settled");
}

static void start(void)
{
	c = (struct casefile){ .number = 256 };
	now = 1000 * DAY_US;
}

int main(void)
{
	arena = arena_new("test", 16 << 20);
	start();
	for (int i = 0; i < 12; i++)
		found(WEIGHT_ADVICE);
	OK_(c.strikes == 0 && c.report_count == 12 && c.flags & CASE_ADVICE, "a dozen times: no strike");
	resolve();
	found(WEIGHT_ADVICE);
	OK_(c.strikes == 0 && c.state == CASE_OPEN, "and again when it had been settled: none");
	found(WEIGHT_OPEN);
	IS_INT(c.strikes, 1, "a deed in such a case is one");
	OK_(!(c.flags & CASE_ADVICE), "and the case is no advice any more");
	found(WEIGHT_ADVICE);
	IS_INT(c.strikes, 1, "advice in a case of deeds adds none");
	resolve();
	found(WEIGHT_ADVICE);
	OK_(c.strikes == 1 && c.state == CASE_OPEN, "nor does it when it opens the settled case again");
	found(WEIGHT_OPEN);
	IS_INT(c.strikes, 2, "in which a new deed counts as one");
	arena_free(arena);
	return tap_done();
}
