/*
 * Resellers: their scorecards, and what was passed on to them. See judge_command.h.
 */
#include <stdlib.h>

#include "aupd/judge_command.h"
#include "engine/acknowledge.h"
#include "engine/forward.h"
#include "engine/remedy.h"
#include "engine/scorecard.h"

static void put_card(struct commanding *c, const struct scorecard *s)
{
	jsonw_int(c->w, "open", s->open);
	jsonw_int(c->w, "sent", s->sent);
	jsonw_int(c->w, "repeated", s->repeated);
	jsonw_int(c->w, "answered", s->answered);
	jsonw_int(c->w, "fixed", s->fixed);
	jsonw_int(c->w, "late", s->late);
	jsonw_int(c->w, "back", s->back);
	jsonw_bool(c->w, "failing", s->failing);
}

static void put_acknowledgements(struct commanding *c, const struct conduct *conduct)
{
	jsonw_array(c->w, "acknowledgements");
	for (unsigned i = 0; i < conduct->ack_count; i++) {
		const struct acknowledgement *a = &conduct->acks[i];
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "version", a->version);
		jsonw_time(c->w, "asked", a->asked_at);
		jsonw_time(c->w, "due", a->due_at);
		jsonw_time(c->w, "acknowledged", a->at);
		jsonw_str(c->w, "by", a->by);
		jsonw_time(c->w, "told", a->told_at);
		jsonw_str(c->w, "document", a->text);
		jsonw_str(c->w, "sha256", a->sha256);
		jsonw_str(c->w, "proven_by", a->proven_by);
		jsonw_bool(c->w, "overdue", a->overdue);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
}

static enum err put_reseller(struct commanding *c, struct str id)
{
	struct fold *f = &c->j->fold;
	const struct policy *p = fold_policy_at(f, f->now);
	struct conduct conduct = { .failing_at = TIME_NONE };
	struct row row;
	enum err e = work_load(f->work, TABLE_CONDUCT, id, conduct_fields, &conduct, &row, c->why);
	if (e && e != ERR_NOTFOUND)
		return e;
	struct scorecard card = scorecard_of(&conduct, p, f->now);
	jsonw_str(c->w, "reseller", id);
	if (p && p->resellers.ladder.len)
		jsonw_str(c->w, "window", span_str(work_arena(f->work), p->resellers.window_us));
	put_card(c, &card);
	put_acknowledgements(c, &conduct);
	jsonw_str(c->w, "fail_asked_by", conduct.fail_asked_by);
	jsonw_str(c->w, "failed_by", conduct.failed_by);
	jsonw_str(c->w, "because", conduct.because);
	jsonw_time(c->w, "failed", conduct.failed_by.len ? conduct.failed_at : TIME_NONE);
	plan_put(c, &conduct);
	return OK;
}

/* Beyond a page the oldest are left out, and it is said. */
static enum err put_forwardings(struct commanding *c, struct str id)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_FORWARDING, .owner = id, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX, .descending = true };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	jsonw_bool(c->w, "more", n == QUERY_LIMIT_MAX);
	jsonw_array(c->w, "forwardings");
	for (size_t i = 0; e == OK && i < n; i++) {
		struct forwarding x = { 0 };
		char number[CASE_TEXT_MAX];
		e = field_decode(a, rows[i].body, forwarding_fields, &x, c->why);
		case_text(x.number, number);
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "case", str_of(number));
		jsonw_str(c->w, "customer", x.customer);
		jsonw_str(c->w, "state", str_of(forward_state_words[x.state]));
		jsonw_str(c->w, "answer", str_of(forward_answer_words[x.answer]));
		jsonw_time(c->w, "sent", x.sent_at);
		jsonw_time(c->w, "due", x.due_at);
		jsonw_time(c->w, "acknowledged", x.acknowledged_at);
		jsonw_time(c->w, "answered", x.answered_at);
		jsonw_int(c->w, "rounds", x.rounds);
		jsonw_bool(c->w, "late", x.late);
		jsonw_bool(c->w, "back", x.back);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return e;
}

static enum err known(struct commanding *c, struct str id)
{
	return registry_find(c->j->registry, ENTITY_RESELLER, id) ? OK : why_set(c->why, ERR_NOTFOUND, "there is no reseller %.*s", STR_ARG(id));
}

static int by_id(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* By their ids, after one of them; all of them unless a number is asked for. */
enum err cmd_reseller_list(struct commanding *c)
{
	struct str after = command_arg(c, "after");
	const uint64_t limit = command_limit(c);
	size_t n = 0, room = 0, shown = 0;
	for (const struct entity *x = NULL; (x = registry_all(c->j->registry, ENTITY_RESELLER, x));)
		room++;
	struct str *ids = ARENA_ARRAY(work_arena(c->j->fold.work), struct str, room + 1);
	enum err e = ids ? OK : ERR_NOMEM;
	for (const struct entity *x = NULL; ids && (x = registry_all(c->j->registry, ENTITY_RESELLER, x));)
		if (!after.len || str_cmp(x->id, after) > 0)
			ids[n++] = x->id;
	if (n)
		qsort(ids, n, sizeof(*ids), by_id);
	jsonw_array(c->w, "resellers");
	for (; e == OK && shown < n && shown < limit; shown++) {
		jsonw_object(c->w, NULL);
		e = put_reseller(c, ids[shown]);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	if (shown < n && shown)
		jsonw_str(c->w, "after", ids[shown - 1]);
	return e;
}

enum err cmd_reseller_scorecard(struct commanding *c)
{
	struct str id = command_arg(c, "reseller");
	enum err e = known(c, id);
	return e ? e : put_reseller(c, id);
}

/* To itself: its figures, what it is to acknowledge, and its plan; which of our people said what is ours. */
enum err cmd_my_scorecard(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	const struct policy *p = fold_policy_at(f, f->now);
	struct conduct conduct = { .failing_at = TIME_NONE };
	struct row row;
	enum err e = known(c, c->p.id);
	if (e == OK)
		e = work_load(f->work, TABLE_CONDUCT, c->p.id, conduct_fields, &conduct, &row, c->why);
	if (e && e != ERR_NOTFOUND)
		return e;
	struct scorecard card = scorecard_of(&conduct, p, f->now);
	jsonw_str(c->w, "reseller", c->p.id);
	put_card(c, &card);
	jsonw_array(c->w, "acknowledgements");
	for (unsigned i = 0; i < conduct.ack_count; i++) {
		const struct acknowledgement *a = &conduct.acks[i];
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "version", a->version);
		jsonw_time(c->w, "asked", a->asked_at);
		jsonw_time(c->w, "due", a->due_at);
		jsonw_time(c->w, "acknowledged", a->at);
		jsonw_time(c->w, "told", a->told_at);
		jsonw_bool(c->w, "overdue", a->overdue);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
	return OK;
}

enum err cmd_reseller_show(struct commanding *c)
{
	struct str id = command_arg(c, "reseller");
	enum err e = known(c, id);
	if (e == OK)
		e = put_reseller(c, id);
	return e ? e : put_forwardings(c, id);
}

static bool is_sha256(struct str text)
{
	bool good = text.len == 2 * DIGEST_LEN;
	for (size_t i = 0; good && i < text.len; i++)
		good = (text.ptr[i] >= '0' && text.ptr[i] <= '9') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f');
	return good;
}

/* What its customers were told, as of the command. */
static enum err read_proof(struct commanding *c, struct acknowledge_proof *proof)
{
	struct str told = command_arg(c, "told");
	proof->told_at = TIME_NONE;
	proof->text = str_trim(command_arg(c, "document"));
	proof->sha256 = command_arg(c, "sha256");
	if (!told.len != !proof->text.len)
		return why_set(c->why, ERR_SYNTAX, "when its customers were told, and what proves it, are said together");
	if (proof->sha256.len && (!told.len || !is_sha256(proof->sha256)))
		return why_set(c->why, ERR_SYNTAX, "sha256 is of a document that proves it: 64 hex digits in small letters, beside told and document");
	if (told.len && time_parse(told, &proof->told_at) != OK)
		return why_set(c->why, ERR_SYNTAX, "told is not a time such as 2026-01-31T12:00:00Z");
	if (told.len && proof->told_at > c->j->fold.now)
		return why_set(c->why, ERR_RANGE, "what is still to come proves nothing");
	return proof->text.len > ACKNOWLEDGE_PROOF_MAX ? why_set(c->why, ERR_LIMIT, "what proves it is longer than %d bytes", ACKNOWLEDGE_PROOF_MAX) : OK;
}

static enum err acknowledge(struct commanding *c, struct str id, struct str by)
{
	struct acknowledge_proof proof = { .by = by };
	struct str version = command_arg(c, "version");
	if (!fold_policy(&c->j->fold, version))
		return why_set(c->why, ERR_NOTFOUND, "no version %.*s has been posted", STR_ARG(version));
	enum err e = read_proof(c, &proof);
	return e ? e : acknowledge_enter(&c->j->fold, id, version, &proof, c->why);
}

enum err cmd_reseller_ack(struct commanding *c)
{
	struct str id = command_arg(c, "reseller");
	enum err e = known(c, id);
	return e ? e : acknowledge(c, id, c->who);
}

enum err cmd_my_policy_acknowledge(struct commanding *c)
{
	enum err e = known(c, c->p.id);
	if (e == OK)
		e = acknowledge(c, c->p.id, STR("reseller"));
	jsonw_str(c->w, "version", command_arg(c, "version"));
	return e;
}

static enum err read_judgement(struct commanding *c, struct str *ret_because)
{
	enum err e = known(c, command_arg(c, "reseller"));
	*ret_because = str_trim(command_arg(c, "because"));
	if (e)
		return e;
	return ret_because->len && ret_because->len <= REMEDY_BECAUSE_MAX ? OK : why_set(c->why, ERR_RANGE, "say why, in 1 to %d octets: --because TEXT", REMEDY_BECAUSE_MAX);
}

enum err cmd_reseller_fail(struct commanding *c)
{
	struct str because;
	bool waits = false;
	enum err e = read_judgement(c, &because);
	if (e == OK)
		e = remedy_fail(&c->j->fold, command_arg(c, "reseller"), c->who, because, &waits, c->why);
	if (waits)
		jsonw_bool(c->w, "waits", true);
	return e;
}

enum err cmd_reseller_pass(struct commanding *c)
{
	struct str because;
	enum err e = read_judgement(c, &because);
	return e ? e : remedy_pass(&c->j->fold, command_arg(c, "reseller"), c->who, because, c->why);
}

enum err command_of_reseller(struct commanding *c, uint64_t number, enum forward_state state, struct str word)
{
	struct forward_said said = { .reseller = c->p.id, .actor = c->who, .state = state, .word = word, .text = command_arg(c, "text") };
	struct forwarding x;
	if (said.text.len > CASE_NOTE_MAX)
		return why_set(c->why, ERR_RANGE, "text: at most %d octets", CASE_NOTE_MAX);
	enum err e = forward_say(&c->j->fold, number, &said, &x, c->why);
	if (e)
		return e;
	command_put_case(c, number);
	jsonw_str(c->w, "state", str_of(forward_state_words[x.state]));
	jsonw_str(c->w, "answer", str_of(forward_answer_words[x.answer]));
	return OK;
}

static enum err say(struct commanding *c, enum forward_state state, struct str word)
{
	uint64_t number;
	enum err e = command_case(c, &number);
	return e ? e : command_of_reseller(c, number, state, word);
}

enum err cmd_my_acknowledge(struct commanding *c) { return say(c, FORWARD_ACKNOWLEDGED, STR("acknowledged")); }
enum err cmd_my_result(struct commanding *c) { return say(c, FORWARD_ANSWERED, command_arg(c, "result")); }
