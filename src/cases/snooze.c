/*
 * Put away by a person: until a time the case stands in no queue of cases. Nothing of it waits for that: deadlines, letters and the ladder go on,
 * and whatever happens in it that is new brings it back.
 *
 * That the time is over takes no step: whoever reads compares it with now.
 */
#include "cases/step.h"

#include "base/time.h"

/* What people do to a case that lies there, and what becomes of its letters, is nothing new. */
static bool stays_away(enum case_input_type t)
{
	switch (t) {
	case INPUT_SNOOZE: case INPUT_NOTE: case INPUT_ASSIGN: case INPUT_FLAG: case INPUT_ATTACH: case INPUT_PART: case INPUT_REPLY: case INPUT_REQUEST:
	case INPUT_UNDERTAKING: case INPUT_APPROVE: case INPUT_UNDO: case INPUT_AUTO_ANSWER: case INPUT_DELAYED: case INPUT_DELIVERED: case INPUT_DIGEST:
	case INPUT_RESULT: case INPUT_HOLD:
		return true;
	default:
		return false;
	}
}

static struct str with_reason(const struct step_work *w, struct str what)
{
	return w->in->text.len ? str_format(w->a, "%.*s: %.*s", STR_ARG(what), STR_ARG(w->in->text)) : what;
}

static enum err put_away(struct step_work *w)
{
	struct casefile *c = w->c;
	if (case_is_closed(c))
		return why_set(w->why, ERR_CONFLICT, "not with a case that is %s", case_state_words[c->state]);
	if (c->flags & CASE_EMERGENCY)
		return why_set(w->why, ERR_CONFLICT, "something was cut at once: a person looks at it before it is put away");
	if (w->in->span_us <= 0 || w->in->span_us > CASE_SNOOZE_DAYS_MAX * DAY_US)
		return why_set(w->why, ERR_RANGE, "a case is put away for at most %d days", CASE_SNOOZE_DAYS_MAX);
	if (w->in->text.len > CASE_NOTE_MAX)
		return why_set(w->why, ERR_RANGE, "a reason has at most %d octets", CASE_NOTE_MAX);
	int64_t until_at = w->in->now + w->in->span_us;
	c->snoozed_until_at = until_at - until_at % SECOND_US;
	return step_event(w, EVENT_SNOOZED, w->in->actor, with_reason(w, str_format(w->a, SNOOZED_UNTIL "%.*s", STR_ARG(time_str(w->a, c->snoozed_until_at))))) ? OK : ERR_LIMIT;
}

enum err snooze_step(struct step_work *w)
{
	if (w->in->type == INPUT_SNOOZE)
		return put_away(w);
	if (!case_is_snoozed(w->c, w->in->now))
		return why_set(w->why, ERR_CONFLICT, "the case is not put away");
	w->c->snoozed_until_at = 0;
	return step_event(w, EVENT_WOKEN, w->in->actor, with_reason(w, STR("it is back"))) ? OK : ERR_LIMIT;
}

enum err snooze_disturbed(struct step_work *w)
{
	bool away = case_is_snoozed(w->c, w->in->now);
	if (away && stays_away(w->in->type))
		return OK;
	w->c->snoozed_until_at = 0;
	return !away || case_is_closed(w->c) || step_event(w, EVENT_WOKEN, STR("rule"), STR("something new has happened: it is back before its time")) ? OK : ERR_LIMIT;
}

bool case_snoozed_until(struct str text, int64_t *ret_until_at)
{
	struct str prefix = STR(SNOOZED_UNTIL);
	if (!str_starts(text, prefix))
		return false;
	text = str_sub(text, prefix.len, text.len);
	size_t end = str_find(text, STR(": "));
	return time_parse(str_sub(text, 0, end == SIZE_MAX ? text.len : end), ret_until_at) == OK;
}
