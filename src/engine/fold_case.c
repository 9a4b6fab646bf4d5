/*
 * One step of one case as rows. See fold_case.h.
 */
#include "engine/fold_case.h"
#include "engine/forward.h"

#include "engine/digest.h"
#include "engine/find.h"
#include "engine/hook.h"
#include "engine/queue.h"
#include "engine/reporter.h"
#include "engine/reporter_status.h"
#include "engine/returning.h"
#include "engine/upstream.h"
#include "evidence/raw.h"
#include "evidence/record.h"

enum err count_up(struct fold *f, struct str name, uint64_t *ret_n, struct why *why)
{
	struct row row;
	uint64_t n = 0;
	enum err e = work_get(f->work, TABLE_COUNTER, name, &row, why);
	if (e == OK && row.version && str_to_u64(row.body, INT64_MAX - 1, &n) != OK)
		e = why_set(why, ERR_CORRUPT, "counter %.*s is no number", STR_ARG(name));
	if (e)
		return e;
	row.body = str_format(work_arena(f->work), "%llu", (unsigned long long)++n);
	*ret_n = n;
	return work_put(f->work, &row, why);
}

static enum err put_case(struct fold *f, struct row *row, const struct casefile *c, struct why *why)
{
	row->owner = c->customer;
	row->state = str_of(case_state_words[c->state]);
	row->tenant = c->tenant.len ? c->tenant : STR("/");
	row->due_at = case_is_closed(c) ? TIME_NONE : c->next_due_at;
	row->rank = c->opened_at;
	return work_store(f->work, row, casefile_fields, c, why);
}

enum err new_case(struct fold *f, struct str customer, struct str group, uint64_t thread, struct casefile *ret_case, struct row *ret_row, struct why *why)
{
	struct arena *a = work_arena(f->work);
	uint8_t partition = partition_of(customer);
	uint64_t n;
	enum err e = count_up(f, str_format(a, "case/%u", partition), &n, why);
	if (e == OK)
		e = work_get(f->work, TABLE_CASE, case_key(a, customer, group, thread), ret_row, why);
	if (e)
		return e;
	*ret_case = (struct casefile){ .number = case_number(n, partition), .thread = thread, .customer = customer, .group = group };
	int64_t *times[] = { &ret_case->opened_at, &ret_case->changed_at, &ret_case->resolved_at, &ret_case->first_event_at, &ret_case->last_event_at,
		&ret_case->ladder_started_at, &ret_case->paused_at, &ret_case->next_due_at, &ret_case->fix_by_at, &ret_case->appeal_until_at, &ret_case->review_by_at,
		&ret_case->counter_at, &ret_case->restore_at, &ret_case->restore_by_at, &ret_case->lock_by_at, &ret_case->implement_at,
		&ret_case->recheck_since_at, &ret_case->recheck_until_at, &ret_case->probation_since_at, &ret_case->probation_until_at,
		&ret_case->asked_at, &ret_case->asked_until_at };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = TIME_NONE;
	/* the way from a number to its row */
	struct row index = { .table = TABLE_COUNTER, .key = str_format(a, "number/%llu", (unsigned long long)ret_case->number), .due_at = TIME_NONE,
		.body = ret_row->key };
	return work_add(f->work, &index, why);
}

enum err case_move(struct fold *f, struct casefile *c, struct row *row, uint64_t thread, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct row to;
	enum err e = work_get(f->work, TABLE_CASE, case_key(a, c->customer, c->group, thread), &to, why);
	if (e)
		return e;
	if (to.version)
		return why_set(why, ERR_CONFLICT, "another case of the customer stands there");
	struct row index = { .table = TABLE_COUNTER, .key = str_format(a, "number/%llu", (unsigned long long)c->number), .due_at = TIME_NONE, .body = to.key };
	e = work_delete(f->work, TABLE_CASE, row->key, why);
	if (e == OK)
		e = work_put(f->work, &index, why);
	c->thread = thread;
	*row = to;
	return e;
}

enum err case_aside(struct fold *f, struct casefile *c, const struct row *row, struct why *why)
{
	struct row moved = *row;
	enum err e = case_move(f, c, &moved, c->number, why);
	return e ? e : put_case(f, &moved, c, why);
}

enum err put_act(struct fold *f, const struct act *act, struct why *why)
{
	char number[CASE_TEXT_MAX];
	case_text(act->number, number);
	bool waits = act->state == ACT_QUEUED || act->state == ACT_UNDOING || act->state == ACT_UNCLEAR || act->state == ACT_SENT;
	struct row row = { .table = TABLE_ACT, .key = act->key, .owner = act->number ? str_of(number) : STR(""), .state = act->in_hand ? STR("sent") : str_of(act_state_words[act->state]),
		.due_at = waits ? act->next_at : act->state == ACT_DONE_ && act->desired ? act->expires_at : TIME_NONE, .rank = act->created_at };
	enum err e = work_store(f->work, &row, act_fields, act, why);
	return e ? e : queue_act(f, act, why);
}

static enum err put_record(struct fold *f, const struct casefile *c, struct case_event *e, struct why *why)
{
	struct arena *a = work_arena(f->work);
	char number[CASE_TEXT_MAX];
	struct record r = { 0 };
	struct seal_key key;
	struct str text, opening;
	struct raw_reference raw;
	unsigned judge;
	uint64_t order;
	if (f->trial)
		return OK;
	case_text(c->number, number);
	r.id = str_format(a, "%s.%llu", number, (unsigned long long)e->n);
	record_put(&r, "kind", str_of(case_event_words[e->type]));
	record_put(&r, "case", str_of(number));
	record_put_u64(a, &r, "seq", e->n);
	record_put_time(a, &r, "time", e->at);
	record_put_time(a, &r, "conduct", e->event_at);
	record_put(&r, "policy", e->policy);
	record_put(&r, "clause", e->clause);
	record_put(&r, "rule", e->rule);
	record_put(&r, "state", str_of(case_state_words[c->state]));
	record_put(&r, "act", e->act);
	if (c->role)
		record_put(&r, "role", str_of(part_words[c->role]));
	if (c->content)
		record_put(&r, "content", str_of(part_words[c->content]));
	if (e->grade)
		record_put(&r, "grade", str_of(grade_words[e->grade]));
	const struct policy *p = fold_policy(f, e->policy);
	if (p)
		record_put(&r, "policy.digest", digest_hex(a, &p->digest));
	if (e->raw.len && raw_text_read(a, e->raw, &judge, &raw) == OK)
		record_put(&r, "raw", digest_hex(a, &raw.commitment));
	record_commit(&r, "actor", e->actor);
	record_commit(&r, "customer", c->customer);
	record_commit(&r, "source", e->source);
	record_commit(&r, "reporter", e->reporter);
	record_commit(&r, "binding", e->binding);
	record_commit(&r, "text", e->text);
	enum err err = keyring_get(f->keyring, c->customer, &key, why);
	if (err == OK)
		err = record_write(a, &r, &key, &text, &opening, why);
	if (err == OK)
		err = count_up(f, str_format(a, "record/%u", case_partition(c->number)), &order, why);
	if (err)
		return err;
	e->record = r.id;
	struct row row = { .table = TABLE_RECORD, .key = r.id, .due_at = TIME_NONE, .rank = RECORD_RANK(case_partition(c->number), order), .body = text };
	err = work_add(f->work, &row, why);
	struct row sealed = { .table = TABLE_OPENING, .key = r.id, .due_at = TIME_NONE, .rank = row.rank, .body = opening };
	return err ? err : work_add(f->work, &sealed, why);
}

static enum err put_event(struct fold *f, const struct case_event *e, struct why *why)
{
	struct row row = { .table = TABLE_CASE_EVENT, .key = str_format(work_arena(f->work), "%llu/%08llu", (unsigned long long)e->number, (unsigned long long)e->n),
		.due_at = TIME_NONE, .rank = e->at };
	return work_store_new(f->work, &row, case_event_fields, e, why);
}

/* Which acts a lift means. What was done by a letter or a task stays done. */
static bool to_lift(const struct act *act, enum case_lift lift)
{
	struct str label = act->key;
	label = str_sub(label, str_chr(label, '/') + 1, label.len);
	if (!act->desired || (act->verb < VERB_LIMIT && !act_waits(act)))
		return false;
	if (lift == LIFT_LETTERS)
		return act->verb == VERB_NOTIFY || act->verb == VERB_ADVISE || act->verb == VERB_FORWARD;
	/* a resolved case still answers its customer, and tells how an appeal or a re-check ended */
	if (lift == LIFT_ALL && label.len && str_chr(STR("rak"), label.ptr[0]) != SIZE_MAX)
		return false;
	return lift == LIFT_ALL || str_starts(label, STR("e"));
}

/* Desired state off for all that is in force or waits. */
static enum err lift_acts(struct fold *f, const struct casefile *c, enum case_lift lift, struct why *why)
{
	for (unsigned i = 0; i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &act, &row, why);
		if (e == ERR_NOTFOUND || (e == OK && !to_lift(&act, lift)))
			continue;
		if (e)
			return e;
		act.desired = false;
		act.state = act_lifted(&act);
		act.next_at = f->now;
		act.attempts = 0;
		e = put_act(f, &act, why);
		if (e)
			return e;
	}
	return OK;
}

/* A case names the acts that may still have to be lifted; when many stand there, those that are over leave the list. */
static enum err prune_acts(struct fold *f, struct casefile *c, struct why *why)
{
	unsigned n = 0;
	if (c->act_count + CASE_CHANGES_MAX <= CASE_ACTS_MAX)
		return OK;
	for (unsigned i = 0; i < c->act_count; i++) {
		struct act act = { 0 };
		struct row row;
		enum err e = work_load(f->work, TABLE_ACT, c->acts[i], act_fields, &act, &row, why);
		if (e && e != ERR_NOTFOUND)
			return e;
		bool over = e == ERR_NOTFOUND || act.state == ACT_UNDONE || act.state == ACT_EXPIRED || (act.verb < VERB_LIMIT && act.state == ACT_DONE_);
		if (!over)
			c->acts[n++] = c->acts[i];
	}
	c->act_count = n;
	return OK;
}

/* Letters that there was nobody to send to: the case hears of each as of one that was refused. */
static enum err tell_unsent(struct fold *f, struct row *row, struct casefile *c, const struct case_output *out, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < out->act_count; i++) {
		struct case_input in = { .type = INPUT_RESULT, .act = &out->acts[i], .result = RESULT_REFUSED, .text = out->acts[i].last_text };
		if (str_eq(out->acts[i].driver, STR("notify")) && out->acts[i].state == ACT_REFUSED && out->acts[i].created_at == f->now && !out->acts[i].letter.len)
			e = step_case(f, row, c, &in, why);
	}
	return e;
}

static bool is_report(const struct case_event *e)
{
	return e->type == EVENT_FINDING || e->type == EVENT_WITNESS;
}

/* Reports come out in the order in which they went in: those from before the rule fired, then the one that made it fire. */
static enum err note_report(struct fold *f, const struct casefile *c, const struct case_input *in, const struct case_event *e, unsigned n, struct why *why)
{
	const struct earlier *x = n < in->earlier_count ? &in->earlier[n] : NULL;
	return correction_note(f, c, e, x ? &x->seen : in->observation, x ? &x->whose : in->subject, why);
}

/* A person's words that go into the letters of the step. */
static bool has_words(const struct case_input *in)
{
	return in->type == INPUT_REPLY || in->type == INPUT_COUNTER || in->type == INPUT_STAY || in->type == INPUT_UNDERTAKING || in->type == INPUT_REQUEST ||
		in->type == INPUT_DECIDED;
}

/* Did a person say whether the reports were right? Not in a sealed case before the second one has. */
static enum verdict verdict_of(const struct case_input *in, const struct case_output *out, bool appealed)
{
	bool reviewed = false;
	for (unsigned i = 0; i < out->event_count; i++)
		reviewed |= out->events[i].type == EVENT_REVIEWED;
	if (in->type != INPUT_REVIEWED || !reviewed)
		return VERDICT_NONE;
	return in->on ? VERDICT_UPHELD : appealed ? VERDICT_UNDONE : VERDICT_REFUSED;
}

static enum err write_letter(struct fold *f, const struct casefile *c, const struct case_input *in, struct act *act, struct why *why)
{
	bool waits = false;
	enum err e = in->type != INPUT_DIGEST && !has_words(in) ? digest_take(f, c, act, &waits, why) : OK;
	if (e || waits)
		return e;
	return make_letter(f, c, act, has_words(in) ? in->text : STR_NONE, in->type == INPUT_FINDING ? in->observation : NULL, why);
}

/* What a person has ordered, or let go, is not begun at once: until then it can be taken back as if it had never been. */
static void let_think_again(const struct fold *f, struct act *act)
{
	bool begins = act->state == ACT_QUEUED && act->desired && !act->in_hand && act->undo_until_at <= 0;
	if (!f->undo_us || !begins || str_eq(act->driver, STR("task")) || act->next_at == TIME_NONE || act->next_at > f->now + f->undo_us)
		return;
	act->next_at = act->undo_until_at = f->now + f->undo_us;
}

static enum err step(struct fold *f, struct row *row, struct casefile *c, struct case_input *in, struct why *why)
{
	struct case_output out;
	struct queue_standing queues = queue_of(c);
	enum case_state was = c->state;
	bool appealed = c->flags & CASE_APPEALED;
	in->now = f->now;
	if (!in->policy)
		in->policy = fold_policy_at(f, f->now);
	enum err e = find_services(f, c, in, why);
	if (e == OK)
		e = prune_acts(f, c, why);
	if (e == OK)
		e = upstream_join(f, c, in, why);
	if (e == OK)
		e = case_step(work_arena(f->work), work_scratch(f->work), c, in, &out, why);
	if (e == OK)
		upstream_bound(f, c);
	for (unsigned i = 0; e == OK && i < out.act_count; i++) {
		/* what it stands with by now it gets with all others of the case, below */
		out.acts[i].urgency = queues.urgency;
		if (out.acts[i].driver.len && str_eq(out.acts[i].driver, STR("notify")) && !out.acts[i].letter.len)
			e = write_letter(f, c, in, &out.acts[i], why);
		if (e == OK && out.acts[i].verb == VERB_FORWARD && out.acts[i].letter.len)
			e = forward_sent(f, c, &out.acts[i], why);
		let_think_again(f, &out.acts[i]);
		if (e == OK)
			e = put_act(f, &out.acts[i], why);
	}
	if (e == OK && out.lift)
		e = lift_acts(f, c, out.lift, why);
	for (unsigned i = 0, reports = 0; e == OK && i < out.event_count; i++) {
		e = put_record(f, c, &out.events[i], why);
		if (e == OK)
			e = put_event(f, &out.events[i], why);
		if (e == OK)
			e = hook_case(f, c, &out.events[i], why);
		if (e == OK && in->type == INPUT_FINDING && is_report(&out.events[i]))
			e = note_report(f, c, in, &out.events[i], reports++, why);
		if (e == OK && in->type == INPUT_FINDING && out.events[i].copy)
			e = reporter_copied(f, out.events[i].reporter, why);
	}
	if (e == OK)
		e = hook_forwarded(f, c, out.acts, out.act_count, why);
	enum verdict verdict = e == OK ? verdict_of(in, &out, appealed) : VERDICT_NONE;
	if (verdict)
		e = reporter_decided(f, c, verdict, why);
	if (e == OK)
		e = fold_word(f, c, out.events, out.event_count, why);
	if (e == OK && c->reseller_count && case_is_closed(c))
		e = forward_closed(f, c, why);
	if (e == OK && c->upstream_count && case_is_closed(c))
		e = upstream_closed(f, c, why);
	if (e == OK)
		e = reporter_status_step(f, c, in, why);
	if (e == OK)
		e = hook_reports(f, c, why);
	if (e == OK)
		e = find_note(f, c, in, &out, why);
	if (e == OK)
		e = returning_step(f, c, was, in, &out, why);
	if (e == OK)
		e = queue_follow(f, c, &queues, why);
	if (e == OK)
		e = put_case(f, row, c, why);
	return e ? e : tell_unsent(f, row, c, &out, why);
}

enum err step_case(struct fold *f, struct row *row, struct casefile *c, struct case_input *in, struct why *why)
{
	struct arena_mark mark = arena_mark(work_scratch(f->work));
	enum err e = step(f, row, c, in, why);
	arena_rewind(work_scratch(f->work), mark);
	in->services = NULL;
	in->service_count = 0;
	return e;
}
