/*
 * Which service a step is about: the offending one, one of several, all; whatever led to the step.
 */
#include "cases/case.h"
#include "tap.h"

static struct step steps[] = { { .verb = VERB_SUSPEND, .service = { "offending", 9 } } };
static struct ladder ladders[] = { { .name = { "hard", 4 }, .steps = steps, .step_count = 1 } };
static struct enforcement enforcements[] = {
	{ VERB_SUSPEND, { "mail", 4 }, { "null", 4 }, { { NULL, 0 } }, 0, { NULL, 0 } }, { VERB_SUSPEND, { "access", 6 }, { "null", 4 }, { { NULL, 0 } }, 0, { NULL, 0 } },
};
static const struct policy policy = { .version = { "v1", 2 }, .ladders = ladders, .ladder_count = 1, .enforcements = enforcements, .enforcement_count = 2 };

/* The one act of a case of service `offending` that a person upholds, with those services in the register. */
static struct act upheld(struct arena *a, const char *offending, const struct case_service *services, unsigned count)
{
	struct casefile c = { .number = 256, .customer = STR("acme"), .group = STR("spam"), .service = str_of(offending), .state = CASE_REVIEW, .ladder = STR("hard"),
		.grade = GRADE_A, .opened_by = STR("rule"), .source_text = STR("192.0.2.7"), .paused_at = TIME_NONE, .review_by_at = TIME_NONE, .fix_by_at = TIME_NONE };
	struct case_input in = { .type = INPUT_REVIEWED, .now = 1000 * DAY_US, .actor = STR("alice"), .on = true, .policy = &policy, .services = services,
		.service_count = count };
	struct case_output out;
	enum err e = case_step(a, a, &c, &in, &out, NULL);
	if (e || out.act_count != 1)
		return (struct act){ .service = STR("(not one act)") };
	return out.acts[0];
}

int main(void)
{
	struct arena *a = arena_new("test", 4 << 20);
	const struct case_service two[] = { { STR("access"), STR("line"), STR("port-1"), false, false, STR("") }, { STR("mail"), STR("box"), STR("mailbox-1"), false, false, STR("") } };
	const struct case_service alike[] = { { STR("mail"), STR("one"), STR("mailbox-1"), false, false, STR("") }, { STR("mail"), STR("two"), STR("mailbox-2"), false, false, STR("") },
		{ STR("mail"), STR("three"), STR("mailbox-3"), true, false, STR("") } };
	struct act act = upheld(a, "box", two, 2);
	IS_STR(act.service, STR("mail"), "a step on the offending service is about its kind, also when a person's word led to it");
	IS_STR(act.target, STR("mailbox-1"), "and about nothing else of the customer's");
	act = upheld(a, "", two, 2);
	IS_STR(act.service, STR("access"), "where none is named it is the access");
	IS_STR(act.target, STR("port-1"), "the only one of its kind");
	act = upheld(a, "two", alike, 3);
	IS_STR(act.target, STR("mailbox-2"), "of several alike the offending one");
	OK_(act.state == ACT_QUEUED, "which is no lifeline");
	act = upheld(a, "three", alike, 3);
	OK_(act.state == ACT_HELD && act.hold & HOLD_LIFELINE, "a lifeline is held for a person");
	arena_free(a);
	return tap_done();
}
