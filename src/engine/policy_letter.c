/*
 * The letter that tells a customer of a version of the policy that changes much. See fold.h.
 *
 * It names the clauses whose text is new, other or gone, and from when that binds; the words themselves stand in the posted document.
 * One letter a customer and version: its act is named by both, the customer by a keyed digest.
 */
#include "engine/deed.h"
#include "engine/delivery.h"
#include "engine/fold_case.h"
#include "engine/letter.h"

enum { LIST_MAX = 64 << 10 };

/* What bound before that version. */
static const struct policy *version_before(const struct fold *f, const struct policy *p)
{
	const struct policy *before = NULL;
	for (unsigned i = 0; i < f->policy_count && f->policies[i]->effective_at < p->effective_at; i++)
		before = f->policies[i];
	return before;
}

static void put_clause(struct buf *out, const struct clause *c, const char *what)
{
	buf_printf(out, "%s  %.*s (%.*s)%s", out->len ? "\n" : "", STR_ARG(c->title), STR_ARG(c->id), what);
}

static struct str changed_clauses(struct fold *f, const struct policy *p)
{
	const struct policy *before = version_before(f, p);
	struct buf out;
	buf_init(&out, LIST_MAX);
	for (unsigned i = 0; before && i < p->clause_count; i++) {
		const struct clause *c = &p->clauses[i], *old = policy_clause(before, c->id);
		if (!old || !str_eq(old->text, c->text))
			put_clause(&out, c, old ? "" : " +");
	}
	for (unsigned i = 0; before && i < before->clause_count; i++)
		if (!policy_clause(p, before->clauses[i].id))
			put_clause(&out, &before->clauses[i], " -");
	struct str list = out.len ? str_copy(work_arena(f->work), buf_str(&out)) : STR("  -");
	buf_done(&out);
	return list;
}

enum err fold_tell_policy(struct fold *f, const struct policy *p, struct str customer, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct entity *own = registry_find(f->registry, ENTITY_CUSTOMER, customer), *to = delivery_contact(f, &(struct casefile){ .customer = customer });
	const struct letter_template *t = to ? policy_letter(p, to->language, POLICY_CHANGED_LETTER) : NULL;
	struct row row;
	if (!t || !own || !entity_valid_at(own, f->now) || own->reseller.len || !to->email.len)
		return OK;
	struct act act = { .key = str_format(a, "policy/%.*s/%.*s", STR_ARG(p->version), STR_ARG(deed_digest(f, "policy-letter", customer))), .verb = VERB_NOTIFY,
		.service = t->name, .driver = STR("notify"), .desired = true, .state = ACT_QUEUED, .policy = p->version, .created_at = f->now, .next_at = f->now,
		.expires_at = TIME_NONE, .done_at = TIME_NONE, .automatic = true };
	enum err e = work_get(f->work, TABLE_ACT, act.key, &row, why);
	if (e || row.version)
		return e;
	struct letter l = { .customer = customer, .to = to->email, .reply_to = letter_reply_address(f, act.key), .automatic = true };
	const struct letter_field fields[] = { { "customer", customer }, { "policy_version", p->version }, { "first", letter_time(a, p->effective_at) },
		{ "text", changed_clauses(f, p) }, { "reply_address", l.reply_to }, { "provider", f->provider }, { "contact", f->contact } };
	e = letter_post(f, &l, t, fields, sizeof(fields) / sizeof(fields[0]), &act, LETTER_KEPT_DAYS * DAY_US, why);
	return e ? e : put_act(f, &act, why);
}
