/*
 * Acknowledgements of resellers. See acknowledge.h.
 */
#include "engine/acknowledge.h"

#include "engine/deed.h"
#include "engine/delivery.h"
#include "engine/fold_case.h"
#include "engine/forward.h"
#include "engine/letter.h"
#include "engine/scorecard.h"

static enum err load(struct fold *f, struct str reseller, struct conduct *c, struct row *row, struct why *why)
{
	*c = (struct conduct){ .failing_at = TIME_NONE };
	enum err e = work_load(f->work, TABLE_CONDUCT, reseller, conduct_fields, c, row, why);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e == ERR_NOTFOUND)
		row->rank = f->now;
	c->reseller = reseller;
	return OK;
}

static bool is_owed(const struct acknowledgement *a)
{
	return a->at == TIME_NONE && a->due_at != TIME_NONE;
}

static enum err store(struct fold *f, struct row *row, const struct conduct *c, struct why *why)
{
	row->due_at = conduct_due_at(c);
	return work_store(f->work, row, conduct_fields, c, why);
}

static struct acknowledgement *of_version(const struct conduct *c, struct str version)
{
	for (unsigned i = 0; i < c->ack_count; i++)
		if (str_eq(c->acks[i].version, version))
			return &c->acks[i];
	return NULL;
}

/* As many as there can be versions: none has to go for it. */
static enum err add(struct fold *f, struct conduct *c, struct str version, struct acknowledgement **ret_ack, struct why *why)
{
	if (c->ack_count == ACKNOWLEDGEMENTS_MAX)
		return why_set(why, ERR_LIMIT, "more versions than a reseller can acknowledge");
	struct acknowledgement *list = ARENA_ARRAY(work_arena(f->work), struct acknowledgement, c->ack_count + 1);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for an acknowledgement");
	if (c->ack_count)
		memcpy(list, c->acks, c->ack_count * sizeof(*list));
	c->acks = list;
	*ret_ack = &list[c->ack_count++];
	**ret_ack = (struct acknowledgement){ .version = version, .asked_at = TIME_NONE, .due_at = TIME_NONE, .at = TIME_NONE, .told_at = TIME_NONE };
	return OK;
}

static enum err send(struct fold *f, const struct policy *p, struct str reseller, struct acknowledgement *ack, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct entity *to = delivery_contact_of(f, &(struct casefile){ .customer = reseller }, reseller);
	const struct letter_template *t = to && to->email.len ? policy_letter(p, to->language, POLICY_ACKNOWLEDGE_LETTER) : NULL;
	if (!t)
		return OK;
	struct act act = { .key = str_format(a, "acknowledge/%.*s/%.*s", STR_ARG(p->version), STR_ARG(deed_digest(f, "policy-letter", reseller))), .verb = VERB_NOTIFY,
		.service = t->name, .driver = STR("notify"), .desired = true, .state = ACT_QUEUED, .policy = p->version, .created_at = f->now, .next_at = f->now,
		.expires_at = TIME_NONE, .done_at = TIME_NONE, .automatic = true };
	struct letter l = { .customer = reseller, .to = to->email, .reply_to = letter_reply_address(f, act.key), .automatic = true };
	const struct letter_field fields[] = { { "reseller", reseller }, { "policy_version", p->version }, { "first", letter_time(a, p->effective_at) },
		{ "deadline", letter_time(a, ack->due_at) }, { "reply_address", l.reply_to }, { "provider", f->provider }, { "contact", f->contact } };
	enum err e = letter_post(f, &l, t, fields, sizeof(fields) / sizeof(fields[0]), &act, LETTER_KEPT_DAYS * DAY_US, why);
	ack->letter = act.letter;
	return e ? e : put_act(f, &act, why);
}

enum err acknowledge_ask(struct fold *f, const struct policy *p, struct str reseller, struct why *why)
{
	const struct entity *own = registry_find(f->registry, ENTITY_RESELLER, reseller);
	struct acknowledgement *ack;
	struct conduct c;
	struct row row;
	if (!own || !entity_valid_at(own, f->now))
		return OK;
	enum err e = load(f, reseller, &c, &row, why);
	if (e || of_version(&c, p->version))
		return e;
	e = add(f, &c, p->version, &ack, why);
	if (e)
		return e;
	ack->asked_at = f->now;
	ack->due_at = f->now + p->resellers.acknowledge_us;
	e = send(f, p, reseller, ack, why);
	return e ? e : store(f, &row, &c, why);
}

static enum err keep(struct fold *f, const struct item *i, const char *reason, struct why *why)
{
	struct item kept = *i;
	if (reason)
		kept.reason = str_of(reason);
	else
		kept.state = ITEM_DONE;
	return put_item(f, &kept, false, why);
}

/* Whether anything stands below the first line that says something, and is no quotation. */
static bool says_more(struct str text)
{
	struct str rest = text, line;
	unsigned lines = 0;
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		lines += line.len && line.ptr[0] != '>';
	}
	return lines > 1;
}

/*
 * An overdue one came after all: the reminders stop, and a person sees whether anything else is open in the case. The case may be about
 * more than this, so it is not closed.
 */
static enum err tell_late(struct fold *f, struct str reseller, struct str version, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct casefile c;
	struct row row;
	enum err e = scorecard_case(f, reseller, STR("reseller.inform"), &c, &row, why);
	if (e || case_is_closed(&c))
		return e == ERR_NOTFOUND ? OK : e;
	struct case_input in = { .type = INPUT_ANSWER, .actor = STR("reseller"), .text = str_format(a, "version %.*s has been acknowledged", STR_ARG(version)) };
	return step_case(f, &row, &c, &in, why);
}

enum err acknowledge_answer(struct fold *f, const struct item *i, struct str message_id, struct str owner, bool *ret_taken, struct why *why)
{
	enum forward_state state = FORWARD_NONE;
	enum forward_answer answer;
	struct acknowledgement *ack = NULL;
	struct conduct c;
	struct row row;
	enum err e = load(f, owner, &c, &row, why);
	if (e)
		return e;
	for (unsigned k = 0; k < c.ack_count; k++)
		if (str_eq(c.acks[k].letter, message_id))
			ack = &c.acks[k];
	*ret_taken = ack && message_id.len;
	if (!*ret_taken)
		return OK;
	if (!forward_is_resellers(f, owner, i->reporter))
		return keep(f, i, "it came to the address of a letter to a reseller, from somebody who is not known to speak for it", why);
	if (!forward_word(i->text, &state, &answer) || state != FORWARD_ACKNOWLEDGED)
		return keep(f, i, "a reseller was asked to acknowledge the policy, and wrote something else", why);
	if (ack->at == TIME_NONE)
		e = acknowledge_enter(f, owner, ack->version, &(struct acknowledge_proof){ .by = STR("reseller"), .told_at = TIME_NONE }, why);
	if (e)
		return e;
	return keep(f, i, says_more(i->text) ? "a reseller acknowledged the policy and wrote more: it may prove that its customers were told" : NULL, why);
}

static bool is_proven_so(const struct acknowledgement *ack, const struct acknowledge_proof *proof)
{
	return ack->told_at == proof->told_at && str_eq(ack->text, proof->text) && str_eq(ack->sha256, proof->sha256);
}

enum err acknowledge_enter(struct fold *f, struct str reseller, struct str version, const struct acknowledge_proof *proof, struct why *why)
{
	struct conduct c;
	struct row row;
	enum err e = load(f, reseller, &c, &row, why);
	if (e)
		return e;
	struct acknowledgement *ack = of_version(&c, version);
	if (!ack)
		e = add(f, &c, version, &ack, why);
	else if (proof->told_at != TIME_NONE && ack->told_at != TIME_NONE && !is_proven_so(ack, proof))
		e = why_set(why, ERR_EXISTS, "%.*s has proven already that its customers were told of version %.*s", STR_ARG(reseller), STR_ARG(version));
	if (e || !ack)
		return e;
	bool late = ack->at == TIME_NONE && ack->overdue;
	if (ack->at == TIME_NONE) {
		ack->at = f->now;
		ack->by = proof->by;
	}
	if (proof->told_at != TIME_NONE && ack->told_at == TIME_NONE) {
		ack->told_at = proof->told_at;
		ack->text = proof->text;
		ack->sha256 = proof->sha256;
		ack->proven_by = proof->by;
	}
	e = store(f, &row, &c, why);
	return e == OK && late ? tell_late(f, reseller, version, why) : e;
}

enum err acknowledge_due(struct fold *f, struct str reseller, struct why *why)
{
	struct conduct c;
	struct row row;
	unsigned late = 0;
	enum err e = load(f, reseller, &c, &row, why);
	if (e || !row.version)
		return e;
	for (unsigned i = 0; i < c.ack_count; i++)
		if (is_owed(&c.acks[i]) && !c.acks[i].overdue && c.acks[i].due_at <= f->now) {
			c.acks[i].overdue = true;
			late++;
		}
	/* who has left the register owes nothing more */
	const struct entity *own = registry_find(f->registry, ENTITY_RESELLER, reseller);
	late = own && entity_valid_at(own, f->now) ? late : 0;
	e = store(f, &row, &c, why);
	for (; e == OK && late; late--)
		e = scorecard_signal(f, reseller, STR("reseller.not-acknowledged"), why);
	return e;
}
