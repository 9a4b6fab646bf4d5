/*
 * Properties of a case over seeded random sequences of findings, answers, commands and time: what must hold whatever happens,
 * in whatever order. Each sequence is played twice and must give the same bytes.
 */
#include "base/digest.h"
#include "cases/case.h"
#include "tap.h"

enum { SEEDS = 100, STEPS = 120, ACTS_MAX = 2000 };

static struct step spam_steps[] = {
	{ .verb = VERB_NOTIFY, .service = { "spam-first", 10 }, .fix = { .us = 48 * HOUR_US } },
	{ .after = { .us = 48 * HOUR_US }, .verb = VERB_LIMIT, .service = { "mail", 4 }, .unless = UNLESS_ANSWERED },
	{ .after = { .us = 7 * DAY_US }, .verb = VERB_SUSPEND, .service = { "mail", 4 }, .unless = UNLESS_RESOLVED },
	{ .after = { .us = 30 * DAY_US }, .verb = VERB_TERMINATE, .service = { "all", 3 } },       /* no approvals written: two all the same */
};
static struct step fraud_steps[] = {
	{ .verb = VERB_TASK, .service = { "look at it", 10 } },
	{ .verb = VERB_LIMIT, .service = { "all", 3 } },
	{ .after = { .us = DAY_US }, .verb = VERB_SUSPEND, .service = { "offending", 9 }, .review_within_us = 4 * HOUR_US },
	{ .after = { .us = 9 * DAY_US }, .verb = VERB_TERMINATE, .service = { "access", 6 }, .approvals = 3 },
};
static struct ladder ladders[] = {
	{ .name = { "spam", 4 }, .steps = spam_steps, .step_count = 4, .forget_us = 180 * DAY_US },
	{ .name = { "fraud", 5 }, .steps = fraud_steps, .step_count = 4, .forget_us = 180 * DAY_US },
};
static struct enforcement enforcements[] = {
	{ VERB_LIMIT, { "mail", 4 }, { "nft", 3 }, { { NULL, 0 } }, 0, { NULL, 0 } }, { VERB_LIMIT, { "access", 6 }, { "nft", 3 }, { { NULL, 0 } }, 0, { NULL, 0 } },
	{ VERB_SUSPEND, { "mail", 4 }, { "nft", 3 }, { { NULL, 0 } }, 0, { NULL, 0 } }, { VERB_SUSPEND, { "access", 6 }, { "null", 4 }, { { NULL, 0 } }, 0, { NULL, 0 } },
	{ VERB_TERMINATE, { "access", 6 }, { "task", 4 }, { { NULL, 0 } }, 0, { NULL, 0 } },
};
static struct letter_template letters[] = { { .language = { "en", 2 }, .name = { CASE_REQUEST_LETTER, sizeof(CASE_REQUEST_LETTER) - 1 } } };
static const struct policy policy = { .version = { "v1", 2 }, .letters = letters, .letter_count = 1, .ladders = ladders, .ladder_count = 2, .enforcements = enforcements, .enforcement_count = 5,
	.proof_us = 4 * HOUR_US, .recheck_us = 3 * DAY_US };

struct world {
	struct arena *a;
	uint64_t random;
	int64_t now;
	struct casefile c;
	struct act acts[ACTS_MAX];
	unsigned act_count;
	uint64_t events;
	struct digest digest;           /* of everything so far */
	const char *broken;
	unsigned done[64], refused;
};

static uint32_t dice(struct world *w, uint32_t sides)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)(w->random >> 20) % sides;
}

static void breaks(struct world *w, const char *what)
{
	if (!w->broken)
		w->broken = what;
}

static struct act *find_act(struct world *w, struct str key)
{
	for (unsigned i = 0; i < w->act_count; i++)
		if (str_eq(w->acts[i].key, key))
			return &w->acts[i];
	return NULL;
}

/* What is kept between two steps is what the row keeps. */
static void store(struct world *w, const struct casefile *c)
{
	struct str text, both;
	struct casefile back = { 0 };
	char hex[2 * DIGEST_LEN];
	if (field_encode(w->a, casefile_fields, c, &text) != OK || field_decode(w->a, text, casefile_fields, &back, NULL) != OK) {
		breaks(w, "a case does not survive its own row");
		return;
	}
	if (text.len > 200000)
		breaks(w, "the row of a case grows without bound");
	struct str old = digest_hex(w->a, &w->digest);
	memcpy(hex, old.ptr, sizeof(hex));
	both = str_format(w->a, "%.*s%.*s", (int)sizeof(hex), hex, STR_ARG(text));
	digest_sha256(both, &w->digest);
	w->c = back;
}

static unsigned distinct(const struct act *act)
{
	unsigned n = 0;
	for (unsigned i = 0; i < act->approver_count; i++) {
		bool again = false;
		for (unsigned k = 0; k < i; k++)
			again |= str_eq(act->approvers[i], act->approvers[k]);
		n += !again;
	}
	return n;
}

static void check_act(struct world *w, const struct casefile *before, const struct case_input *in, const struct act *act)
{
	bool fresh = !find_act(w, act->key);
	if (act->verb == VERB_TERMINATE && act->desired && act->state != ACT_HELD && distinct(act) < 2)
		breaks(w, "a contract ends without two people");
	if (distinct(act) != act->approver_count)
		breaks(w, "one person approves twice");
	if (act->verb >= VERB_LIMIT && act->grade != GRADE_A && act->automatic && act->state != ACT_HELD && act->desired)
		breaks(w, "an act without a person on less than grade A");
	if (fresh && act->verb == VERB_NOTIFY && before->flags & CASE_DO_NOT_TELL)
		breaks(w, "a letter from a case marked do-not-tell");
	if (fresh && before->flags & CASE_SEALED_CLASS && act->verb != VERB_TASK && act->verb != VERB_ASK)
		breaks(w, "a sealed case acts");
	if (fresh && before->state == CASE_PAUSED && in->type == INPUT_DUE)
		breaks(w, "a paused case acts by time");
}

static void check_time(struct world *w, const struct casefile *before, const struct casefile *c, const struct case_output *out)
{
	bool lapses = before->review_by_at != TIME_NONE && before->review_by_at <= w->now;
	if (c->next_step < before->next_step || c->rounds != before->rounds || c->severity < before->severity)
		breaks(w, "a ladder falls by time alone");
	/* what was said to be mended kept quiet, and nothing was in force */
	bool mended = before->recheck_until_at != TIME_NONE && before->recheck_until_at <= w->now && c->state == CASE_RESOLVED;
	if (out->lift && !lapses && !mended)
		breaks(w, "time alone lifts");
	if (before->state == CASE_PAUSED && c->state != CASE_PAUSED && !lapses && !mended)
		breaks(w, "time alone ends a pause");
}

static void check_case(struct world *w, const struct casefile *c, const struct case_output *out)
{
	if (c->next_due_at != TIME_NONE && c->next_due_at <= w->now)
		breaks(w, "a deadline is left standing in the past");
	if (case_is_closed(c) && c->next_due_at != TIME_NONE)
		breaks(w, "a closed case has a deadline");
	int64_t waits_until = c->review_by_at;
	if (c->recheck_until_at != TIME_NONE && (waits_until == TIME_NONE || c->recheck_until_at < waits_until))
		waits_until = c->recheck_until_at;
	if (c->asked_until_at != TIME_NONE && (waits_until == TIME_NONE || c->asked_until_at < waits_until))
		waits_until = c->asked_until_at;
	if (c->asked_until_at != TIME_NONE && (case_is_closed(c) || c->flags & CASE_SEALED_CLASS))
		breaks(w, "a case that is closed or sealed still waits for an answer");
	if (c->state == CASE_PAUSED && c->next_due_at != waits_until)
		breaks(w, "a paused case has a deadline");
	if (c->recheck_until_at != TIME_NONE && c->state != CASE_PAUSED)
		breaks(w, "what goes on is waited for as mended");
	if ((c->state == CASE_PAUSED) != (c->paused_at != TIME_NONE) && !(c->flags & CASE_NOTICE_BOUNCED) && c->state != CASE_REVIEW)
		breaks(w, c->state == CASE_PAUSED ? "a pause without a beginning" : "a pause that never ended");
	if (c->flags & CASE_EMERGENCY && c->review_by_at == TIME_NONE)
		breaks(w, "an emergency without a review");
	if (c->flags & CASE_EMERGENCY && c->review_by_at > w->now + 24 * HOUR_US)
		breaks(w, "an emergency is reviewed later than within a day");
	if (c->flags & CASE_SEALED_CLASS && c->state != CASE_SEALED && !case_is_closed(c))
		breaks(w, "a sealed case comes open");
	if (c->flags & CASE_SEALED_CLASS && (c->because.len || c->source_text.len))
		breaks(w, "a sealed case tells");
	if (c->recent_count > CASE_INCIDENTS_MAX || c->incident_count < c->recent_count || c->report_count < c->incident_count)
		breaks(w, "the counts of a case contradict each other");
	for (unsigned i = 0; i < out->event_count; i++)
		if (out->events[i].n != ++w->events)
			breaks(w, "the events of a case are not in one row");
	if (c->event_count != w->events)
		breaks(w, "events are lost");
}

static void apply(struct world *w, const struct case_output *out)
{
	for (unsigned i = 0; i < out->act_count && w->act_count < ACTS_MAX; i++) {
		struct act *known = find_act(w, out->acts[i].key);
		*(known ? known : &w->acts[w->act_count++]) = out->acts[i];
	}
	for (unsigned i = 0; i < w->act_count; i++) {
		struct act *act = &w->acts[i];
		bool letter = act->verb == VERB_NOTIFY, waits = act->state == ACT_HELD || act->state == ACT_QUEUED;
		if (act->desired && ((out->lift == LIFT_ALL && (act->verb >= VERB_LIMIT || waits)) || (out->lift == LIFT_LETTERS && letter && waits))) {
			act->desired = false;
			act->state = ACT_UNDONE;
		}
	}
}

static enum err step(struct world *w, struct case_input *in)
{
	struct casefile next = w->c;
	struct case_output out;
	struct casefile before = w->c;
	uint64_t events = w->events;
	in->now = w->now;
	in->policy = &policy;
	enum err e = case_step(w->a, w->a, &next, in, &out, NULL);
	if (e) {
		w->refused++;
		if (e != ERR_DENIED && e != ERR_CONFLICT && e != ERR_RANGE && e != ERR_NOTFOUND && !(e == ERR_LIMIT && w->c.act_count > 200))
			breaks(w, err_text(e));
		return e;
	}
	for (unsigned i = 0; i < out.act_count; i++)
		check_act(w, &before, in, &out.acts[i]);
	if (in->type == INPUT_DUE)
		check_time(w, &before, &next, &out);
	check_case(w, &next, &out);
	if ((in->type == INPUT_RESOLVE || in->type == INPUT_MERGE) && case_is_closed(&next) && out.lift != LIFT_ALL)
		breaks(w, "a closed case frees nobody");
	if ((in->type == INPUT_SNOOZE || in->type == INPUT_WAKE) && (next.next_due_at != before.next_due_at || next.state != before.state || out.act_count))
		breaks(w, "to put a case away moves something else");
	if (case_is_snoozed(&next, w->now) && (in->type == INPUT_FINDING || in->type == INPUT_ANSWER || in->type == INPUT_DUE || case_is_closed(&next)))
		breaks(w, "what is new leaves a case away");
	(void)events;
	w->done[in->type]++;
	apply(w, &out);
	store(w, &next);
	return OK;
}

static struct str name(struct world *w, const char *what, uint32_t of)
{
	return str_format(w->a, "%s%u", what, dice(w, of));
}

static enum err random_finding(struct world *w)
{
	static const enum finding_weight weights[] = { WEIGHT_OPEN, WEIGHT_OPEN, WEIGHT_OPEN, WEIGHT_OPEN, WEIGHT_OPEN, WEIGHT_ADVICE, WEIGHT_PERSON };
	bool fraud = !dice(w, 6);
	struct observation o = { .kind = KIND_SPAM, .event_at = w->now - dice(w, 1000) * SECOND_US, .received_at = w->now, .reporter = name(w, "r", 50),
		.source = { .type = SOURCE_ADDR, .text = STR("192.0.2.7") } };
	o.first_at = o.last_at = o.event_at;
	struct subject s = { .ours = OURS_YES, .grade = dice(w, 8) ? GRADE_A : (enum grade)(1 + dice(w, 5)), .customer = STR("acme"), .tenant = STR("/") };
	struct finding f = { .policy = STR("v1"), .clause = STR("email.unsolicited"), .group = STR("spam"), .rule = STR("r"), .ladder = fraud ? STR("fraud") : STR("spam"),
		.severity = fraud ? SEVERITY_HIGH : SEVERITY_MEDIUM, .weight = dice(w, 400) ? weights[dice(w, 7)] : WEIGHT_SEALED, .because = STR("so"),
		.appeal_us = 30 * DAY_US, .last_at = w->now, .first_at = w->now };
	struct earlier before[3];
	struct case_input in = { .type = INPUT_FINDING, .finding = &f, .observation = &o, .subject = &s, .incident_key = name(w, "k", 30), .service = STR("mail"),
		.earlier = before, .earlier_count = dice(w, 4) ? 0 : dice(w, 4), .earlier_more = dice(w, 20) ? 0 : 2 };
	if (f.weight == WEIGHT_SEALED)
		o.reporter = STR("");
	for (unsigned i = 0; i < 3; i++)
		before[i] = (struct earlier){ .seen = o, .whose = s, .policy = f.policy, .clause = f.clause, .rule = f.rule, .key = name(w, "k", 30) };
	return step(w, &in);
}

static enum err random_command(struct world *w)
{
	static const enum case_input_type types[] = { INPUT_ANSWER, INPUT_AUTO_ANSWER, INPUT_BOUNCE, INPUT_DELAYED, INPUT_DELIVERED, INPUT_APPROVE, INPUT_APPROVE, INPUT_APPROVE, INPUT_RESOLVE,
		INPUT_REOPEN, INPUT_ASSIGN, INPUT_NOTE, INPUT_REPLY, INPUT_UNDO, INPUT_FLAG, INPUT_EMERGENCY, INPUT_REVIEWED, INPUT_REVIEWED, INPUT_APPEAL, INPUT_FIXED,
		INPUT_UNDERTAKING, INPUT_SIGNED, INPUT_REQUEST, INPUT_REQUEST, INPUT_REOPEN,
		INPUT_RETRACT, INPUT_PART, INPUT_SNOOZE, INPUT_SNOOZE, INPUT_WAKE, INPUT_WAKE };
	static const uint32_t flags[] = { CASE_DO_NOT_TELL, CASE_HOLD, CASE_COUNSEL };
	static const char *const people[] = { "alice", "bob", "carol" }, *const services[] = { "mail", "access", "phone" };
	struct case_input in = { .type = types[dice(w, sizeof(types) / sizeof(types[0]))], .text = STR("words"), .on = dice(w, 3), .flag = flags[dice(w, 3)], .span_us = dice(w, 90) * DAY_US,
		.part = (enum part)dice(w, 7),
		.service = str_of(services[dice(w, 3)]), .incident_key = name(w, "k", 30), .reporter = name(w, "r", 50) };
	bool mail = in.type == INPUT_BOUNCE || in.type == INPUT_DELAYED || in.type == INPUT_DELIVERED;
	if (in.type != INPUT_ANSWER && in.type != INPUT_AUTO_ANSWER && !mail)
		in.actor = str_of(people[dice(w, 3)]);
	for (unsigned i = dice(w, 8); mail && !in.act && i < w->act_count; i++)
		in.act = w->acts[i].verb == VERB_NOTIFY ? &w->acts[i] : NULL;
	if (in.type == INPUT_APPROVE || in.type == INPUT_UNDO) {
		if (!w->act_count)
			return OK;
		in.act = &w->acts[w->act_count - 1 - dice(w, w->act_count < 6 ? w->act_count : 6)];
	}
	return step(w, &in);
}

static void random_result(struct world *w)
{
	for (unsigned i = 0; i < w->act_count; i++) {
		struct act *act = &w->acts[i];
		if (act->state != ACT_QUEUED || dice(w, 2))
			continue;
		struct case_input digest = { .type = INPUT_DIGEST, .act = act, .on = dice(w, 2) };
		if (act->verb == VERB_NOTIFY && act->step && dice(w, 2))
			(void)step(w, &digest);
		act->state = ACT_DONE_;
		struct case_input in = { .type = INPUT_RESULT, .act = act, .result = RESULT_DONE };
		(void)step(w, &in);
	}
}

static void pass(struct world *w)
{
	int64_t until = w->now + (int64_t)dice(w, 96) * HOUR_US / 4;
	for (int i = 0; i < 100 && !w->broken && !case_is_closed(&w->c) && w->c.next_due_at != TIME_NONE && w->c.next_due_at <= until; i++) {
		struct case_input in = { .type = INPUT_DUE, .service = STR("mail"), .free = dice(w, 2), .on = dice(w, 2) };
		w->now = w->c.next_due_at;
		(void)step(w, &in);
	}
	w->now = until > w->now ? until : w->now;
}

static void start(struct world *w, uint64_t seed)
{
	int64_t *times[] = { &w->c.opened_at, &w->c.changed_at, &w->c.resolved_at, &w->c.first_event_at, &w->c.last_event_at, &w->c.ladder_started_at, &w->c.paused_at,
		&w->c.next_due_at, &w->c.fix_by_at, &w->c.appeal_until_at, &w->c.review_by_at, &w->c.asked_at, &w->c.asked_until_at };
	struct arena *a = w->a;
	arena_reset(a);
	*w = (struct world){ .a = a, .random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .now = 1000 * DAY_US };
	w->c = (struct casefile){ .number = 256 };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = TIME_NONE;
}

static void play(struct world *w, uint64_t seed)
{
	start(w, seed);
	(void)random_finding(w);
	for (int i = 0; i < STEPS && !w->broken && w->c.state != CASE_TERMINATED; i++) {
		switch (dice(w, 8)) {
		case 0: case 1: case 2: (void)random_finding(w); break;
		case 3: case 4: (void)random_command(w); break;
		case 5: random_result(w); break;
		default: pass(w); break;
		}
	}
}

static void test_sequences(void)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned done[64] = { 0 }, same = 0, good = 0;
	if (!w)
		return;
	w->a = arena_new("test", 256 << 20);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		play(w, seed);
		struct digest first = w->digest;
		good += !w->broken;
		if (w->broken)
			printf("# seed %llu: %s\n", (unsigned long long)seed, w->broken);
		for (int i = 0; i < 64; i++)
			done[i] += w->done[i];
		play(w, seed);
		same += memcmp(&first, &w->digest, sizeof(first)) == 0;
	}
	IS_INT(good, SEEDS, "nothing that must hold is ever broken");
	IS_INT(same, SEEDS, "the same input gives the same bytes");
	for (int t = INPUT_FINDING; t <= INPUT_RETRACT; t++)
		if (t != INPUT_MERGE && t != INPUT_ABSORB && t != INPUT_SPLIT && t != INPUT_SPLIT_OFF)
			OK_(done[t] > 10, str_c(w->a, str_format(w->a, "input %d was really played: %u times", t, done[t])));
	OK_(done[INPUT_SNOOZE] > 10 && done[INPUT_WAKE] > 10, "cases were put away, and taken back");
	arena_free(w->a);
	free(w);
}

/* Whoever tells of himself is helped; it neither counts against him nor for him. */
static void test_self_report(void)
{
	struct world *w = calloc(1, sizeof(*w));
	if (!w)
		return;
	static const struct { enum kind kind; bool resolve; } story[] = { { KIND_SELF_REPORT, true }, { KIND_SPAM, true }, { KIND_SELF_REPORT, false } };
	w->a = arena_new("test", 8 << 20);
	start(w, 1);
	for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++) {
		struct observation o = { .kind = story[i].kind, .event_at = w->now, .first_at = w->now, .last_at = w->now, .received_at = w->now, .reporter = STR("acme") };
		struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = STR("acme"), .tenant = STR("/") };
		struct finding f = { .policy = STR("v1"), .clause = STR("c"), .group = STR("g"), .rule = STR("r"), .ladder = STR("spam"), .severity = SEVERITY_LOW };
		struct case_input in = { .type = INPUT_FINDING, .finding = &f, .observation = &o, .subject = &s, .incident_key = name(w, "k", 1000), .service = STR("mail") };
		struct case_input done = { .type = INPUT_RESOLVE, .actor = STR("alice"), .text = STR("clean") };
		OK_(step(w, &in) == OK, "a report");
		IS_INT(w->c.strikes, i ? 1 : 0, i == 0 ? "of himself: no strike" : i == 1 ? "of somebody else: a strike" : "of himself once more: it stays");
		if (story[i].resolve)
			OK_(step(w, &done) == OK, "mended");
		w->now += DAY_US;
	}
	arena_free(w->a);
	free(w);
}

/* An answer to a request comes before the steps of that hour: none is taken on the way. */
static void test_answer_first(void)
{
	struct world *w = calloc(1, sizeof(*w));
	if (!w)
		return;
	w->a = arena_new("test", 8 << 20);
	start(w, 1);
	struct observation o = { .kind = KIND_SPAM, .event_at = w->now, .first_at = w->now, .last_at = w->now, .received_at = w->now, .reporter = STR("r") };
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = STR("acme"), .tenant = STR("/") };
	struct finding f = { .policy = STR("v1"), .clause = STR("c"), .group = STR("g"), .rule = STR("r"), .ladder = STR("spam"), .severity = SEVERITY_LOW };
	struct case_input in = { .type = INPUT_FINDING, .finding = &f, .observation = &o, .subject = &s, .incident_key = STR("k"), .service = STR("mail") };
	struct case_input ask = { .type = INPUT_REQUEST, .actor = STR("alice"), .text = STR("who?"), .span_us = 30 * DAY_US };
	struct case_input answer = { .type = INPUT_ANSWER, .text = STR("we") };
	OK_(step(w, &in) == OK && step(w, &ask) == OK, "asked");
	unsigned before = w->act_count;
	w->now += 8 * DAY_US;
	OK_(step(w, &answer) == OK, "answered, with two steps behind their time");
	IS_INT(w->act_count, before, "neither is taken");
	IS_INT(w->c.state, CASE_PAUSED, "the case stands");
	OK_(w->c.asked_until_at == TIME_NONE && w->c.next_due_at == TIME_NONE, "and waits for nothing but a person");
	arena_free(w->a);
	free(w);
}

/* The gravest that reports presume, until a person says what it was; a case that happened again begins anew; of a sealed one nothing. */
static void test_part(void)
{
	struct world *w = calloc(1, sizeof(*w));
	if (!w)
		return;
	static const struct { enum part role, content, want_role, want_content; } story[] = { { PART_UNTOLD, PART_STORED, PART_UNTOLD, PART_STORED },
		{ PART_HELPER, PART_UNTOLD, PART_HELPER, PART_STORED }, { PART_ACTOR, PART_SHOWN, PART_ACTOR, PART_SHOWN }, { PART_HELPER, PART_SENT, PART_ACTOR, PART_SHOWN } };
	w->a = arena_new("test", 8 << 20);
	start(w, 1);
	struct observation o = { .kind = KIND_OFFENSIVE, .event_at = w->now, .first_at = w->now, .last_at = w->now, .received_at = w->now, .reporter = STR("r") };
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = STR("acme"), .tenant = STR("/") };
	struct finding f = { .policy = STR("v1"), .clause = STR("c"), .group = STR("g"), .rule = STR("r"), .ladder = STR("spam"), .severity = SEVERITY_LOW };
	struct case_input in = { .type = INPUT_FINDING, .finding = &f, .observation = &o, .subject = &s, .incident_key = STR("k"), .service = STR("mail") };
	for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++) {
		o.role = story[i].role;
		o.content = story[i].content;
		OK_(step(w, &in) == OK && w->c.role == story[i].want_role && w->c.content == story[i].want_content, "the graver presumption stands");
	}
	struct case_input say = { .type = INPUT_PART, .actor = STR("alice"), .part = PART_HELPER, .text = STR("his tenant did it") };
	struct case_input none = { .type = INPUT_PART, .actor = STR("alice"), .part = PART_HELPER }, what = { .type = INPUT_PART, .actor = STR("alice"), .text = STR("x") };
	OK_(step(w, &none) == ERR_RANGE && step(w, &what) == ERR_RANGE, "a part takes a word and a reason");
	OK_(step(w, &say) == OK && w->c.role == PART_HELPER && w->c.content == PART_SHOWN, "a person sets one right, the other stays");
	IS_STR(w->c.role_by, STR("alice"), "and is named");
	o.role = PART_ACTOR;
	OK_(step(w, &in) == OK && w->c.role == PART_HELPER, "what a person said stands against further reports");
	struct case_input done = { .type = INPUT_RESOLVE, .actor = STR("alice"), .text = STR("clean") };
	o.content = PART_STORED;
	OK_(step(w, &done) == OK && step(w, &in) == OK && w->c.role == PART_ACTOR && w->c.content == PART_STORED && !w->c.role_by.len, "when it happens again it is told anew");
	f.weight = WEIGHT_SEALED;
	OK_(step(w, &in) == OK && !w->c.role && !w->c.content, "of a case that is sealed nothing is kept");
	OK_(step(w, &say) == ERR_DENIED, "nor said");
	arena_free(w->a);
	free(w);
}

/* A proceeding in a case whose ladder knows none calls a person; one about another name does, too; and no case goes into another meanwhile. */
static void test_proceeding(void)
{
	struct world *w = calloc(1, sizeof(*w));
	if (!w)
		return;
	w->a = arena_new("test", 8 << 20);
	start(w, 1);
	struct observation o = { .kind = KIND_UDRP, .source = { .type = SOURCE_DOMAIN, .text = STR("a.example") }, .event_at = w->now, .received_at = w->now, .reporter = STR("r") };
	struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = STR("acme"), .tenant = STR("/") };
	struct finding f = { .policy = STR("v1"), .clause = STR("c"), .group = STR("g"), .rule = STR("r"), .ladder = STR("spam"), .severity = SEVERITY_LOW };
	struct case_input in = { .type = INPUT_FINDING, .finding = &f, .observation = &o, .subject = &s, .incident_key = STR("k"), .service = STR("mail") };
	unsigned before = w->act_count;
	OK_(step(w, &in) == OK && !w->c.proceeding, "without a way nothing is waited for");
	bool called = false;
	for (unsigned i = before; i < w->act_count; i++)
		called |= w->acts[i].verb == VERB_TASK;
	OK_(called, "but a person is called");
	w->c.proceeding = PROCEEDING_LOCKED;
	struct casefile other = { .number = 512 };
	struct case_input merge = { .type = INPUT_MERGE, .actor = STR("alice"), .other = &other };
	OK_(step(w, &merge) == ERR_CONFLICT, "a case with a proceeding is not merged into another");
	arena_free(w->a);
	free(w);
}

/* A hot customer: the row and the time of a step do not grow with the number of reports. */
static void test_constant(void)
{
	struct world *w = calloc(1, sizeof(*w));
	if (!w)
		return;
	/* two by turns: the row of the last step lives while the next one is made */
	struct arena *turns[2] = { arena_new("even", 64 << 20), arena_new("odd", 64 << 20) };
	size_t lens[2] = { 0 };
	w->a = turns[0];
	start(w, 7);
	for (int i = 0; i < 6000; i++) {
		w->a = turns[i % 2];
		arena_reset(w->a);
		struct casefile next = w->c;
		struct case_output out;
		struct str text;
		struct observation o = { .kind = KIND_SPAM, .event_at = w->now, .received_at = w->now, .reporter = name(w, "reporter-", 1000) };
		struct subject s = { .ours = OURS_YES, .grade = GRADE_A, .customer = STR("acme"), .tenant = STR("/") };
		struct finding f = { .policy = STR("v1"), .clause = STR("c"), .group = STR("spam"), .rule = STR("r"), .ladder = STR("spam"), .severity = SEVERITY_LOW };
		struct case_input in = { .type = INPUT_FINDING, .now = w->now, .policy = &policy, .finding = &f, .observation = &o, .subject = &s,
			.incident_key = name(w, "incident-", 1000), .service = STR("mail") };
		if (case_step(w->a, w->a, &next, &in, &out, NULL) != OK || field_encode(w->a, casefile_fields, &next, &text) != OK)
			break;
		lens[i >= 3000] = text.len > lens[i >= 3000] ? text.len : lens[i >= 3000];
		store(w, &next);
	}
	IS_INT(w->c.report_count, 6000, "all counted");
	OK_(lens[1] < lens[0] + lens[0] / 2 && lens[1] < 200000, "the row is of constant size");
	IS_INT(w->c.recent_count, CASE_INCIDENTS_MAX, "and remembers the last incidents only");
	arena_free(turns[0]);
	arena_free(turns[1]);
	free(w);
}

int main(void)
{
	test_sequences();
	test_self_report();
	test_part();
	test_proceeding();
	test_answer_first();
	test_constant();
	return tap_done();
}
