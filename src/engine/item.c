/*
 * Items that wait for a person, and the rules that hide some of them. See fold_case.h.
 *
 * Hidden is not gone: an ignored item stands in its table with the name of the rule, and can be taken up again. What may be
 * of the sealed class is never hidden.
 */
#include "engine/fold_case.h"
#include "engine/queue.h"
#include "engine/receipt.h"
#include "engine/reporter.h"

static bool reporter_fits(struct str rule, struct str reporter)
{
	if (!rule.len)
		return true;
	return str_starts(rule, STR("@")) ? str_ends_fold(reporter, rule) : str_eq_fold(rule, reporter);
}

bool ignore_fits(const struct ignore_rule *r, const struct item *i)
{
	if (i->type != ITEM_PROSE && i->type != ITEM_UNPARSED)
		return false;
	return reporter_fits(r->reporter, i->reporter) && (!r->subject.len || str_find_fold(i->subject_line, r->subject) != SIZE_MAX);
}

static enum err ignore(struct fold *f, struct item *i, struct why *why)
{
	struct ignore_rules rules = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_IGNORE, STR("rules"), ignore_rules_fields, &rules, &row, why);
	for (unsigned k = 0; e == OK && k < rules.count; k++) {
		if (!ignore_fits(&rules.list[k], i))
			continue;
		i->state = ITEM_IGNORED;
		i->reason = str_format(work_arena(f->work), "ignored by rule %.*s", STR_ARG(rules.list[k].name));
		break;
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* By the gravest of what it may be, and by who reported it: of its sender the candidates alone have the name that is proved. */
static enum err urge(struct fold *f, struct item *i, struct why *why)
{
	bool flagger = false;
	enum err e = i->candidate_count ? reporter_is_flagger(f, i->candidates[0].reporter, &flagger, why) : OK;
	i->urgency = i->type == ITEM_SEALED ? URGENCY_URGENT : flagger ? URGENCY_FLAGGER : URGENCY_NONE;
	for (unsigned k = 0; k < i->candidate_count; k++)
		if (observation_urgency(&i->candidates[k]) > i->urgency)
			i->urgency = observation_urgency(&i->candidates[k]);
	return e;
}

enum err put_item(struct fold *f, struct item *i, bool hide, struct why *why)
{
	char key[POSITION_TEXT_MAX];
	enum err e = hide && i->state == ITEM_WAITING ? ignore(f, i, why) : OK;
	if (e)
		return e;
	/* an answer too: what the customer attached is evidence, except of the sealed class */
	bool kept = i->type == ITEM_PROSE || i->type == ITEM_UNPARSED || (i->type == ITEM_ANSWER && !i->candidate_count);
	/* what came with the line of a NAT's log is about everybody, and its text is here */
	kept = kept && !str_eq(i->listener, STR("nat")) && !(i->candidate_count && i->candidates[0].of_sealed);
	if (f->keep && kept && !i->raw.len)
		e = f->keep(f->keep_arg, &i->at, FOLD_TRIAGE, &i->raw, why);
	if (e)
		return e;
	if (str_eq(i->listener, STR("form")) && i->state == ITEM_WAITING)
		e = receipt_wait(f, i->receipt, i->received_at, i->type == ITEM_SEALED, why);
	if (e)
		return e;
	position_print(&i->at, key);
	struct row row = { .table = TABLE_ITEM, .key = str_format(work_arena(f->work), "%u.%s", f->source, key), .owner = i->reporter,
		.state = str_of(item_state_words[i->state]), .due_at = TIME_NONE, .rank = i->received_at };
	enum urgency before = i->urgency;
	e = urge(f, i, why);
	if (e == OK)
		e = queue_item(f, row.key, i, before, why);
	return e ? e : work_store(f->work, &row, item_fields, i, why);
}

enum err before_person(struct fold *f, const struct observation *o, const char *reason, struct why *why)
{
	bool sealed = kind_info(o->kind)->flags & KIND_SEALED;
	struct observation copy = *o;
	struct item i = { .type = sealed ? ITEM_SEALED : ITEM_PROSE, .state = ITEM_WAITING, .at = o->at, .received_at = o->received_at, .listener = o->meta, .reason = str_of(reason),
		.reporter = o->reporter, .reply_to = o->reply_to, .subject_line = o->subject_line, .candidates = &copy, .candidate_count = 1,
		.raw = o->raw, .raw_digest = o->raw_digest, .raw_len = o->raw_len, .receipt = o->receipt };
	return put_item(f, &i, !sealed, why);
}
