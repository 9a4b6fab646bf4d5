/*
 * The letter of a notify act: to whom, in which language, with which words. See fold_case.h.
 *
 * Rendered by the fold so that a replay gives the same text. The letter is sealed under the customer's key; the row names
 * the case alone. The reply address carries a keyed token that nobody can guess.
 */
#include "engine/fold_case.h"

#include "base/digest.h"

enum { LETTER_BYTES_MAX = 256 << 10, TOKEN_BYTES = 15 };

struct words {
	struct fold *f;
	const struct casefile *c;
	const struct policy *p;
	const struct act *act;
	struct str reply_to;
};

static const struct entity *contact_of(const struct fold *f, struct str customer)
{
	const struct entity *best = NULL;
	for (const struct entity *e = NULL; (e = registry_of(f->registry, ENTITY_CONTACT, customer, e));)
		if (entity_valid_at(e, f->now) && (!best || str_eq(e->kind, STR("abuse"))))
			best = e;
	if (!best)
		best = registry_find(f->registry, ENTITY_CUSTOMER, customer);
	return best ? best : registry_find(f->registry, ENTITY_RESELLER, customer);
}

/* The next step of the ladder behind the one that this letter is. */
static const struct step *next_step(const struct words *w, int64_t *ret_at)
{
	const struct ladder *l = policy_ladder(w->p, w->c->ladder);
	/* a letter of no step tells of the step that the case has not yet taken */
	for (unsigned i = w->act->step ? w->act->step : w->c->next_step; l && i < l->step_count; i++)
		if (l->steps[i].verb >= VERB_LIMIT) {
			*ret_at = w->c->ladder_started_at + l->steps[i].after_us;
			return &l->steps[i];
		}
	return NULL;
}

/* Whole seconds: nobody answers to the microsecond. */
static struct str moment(struct arena *a, int64_t at)
{
	return at == TIME_NONE ? STR("-") : time_str(a, at - at % SECOND_US);
}

static struct str field(const struct words *w, struct str name)
{
	struct arena *a = work_arena(w->f->work);
	const struct casefile *c = w->c;
	const struct clause *cl = policy_clause(w->p, c->clause);
	int64_t next_at = TIME_NONE;
	const struct step *next = next_step(w, &next_at);
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	struct { const char *name; struct str value; } known[] = { { "case", str_of(number) }, { "customer", c->customer }, { "clause", c->clause },
		{ "clause_title", cl ? cl->title : STR_NONE }, { "clause_text", cl ? cl->text : STR_NONE }, { "policy_version", c->policy }, { "because", c->because },
		{ "evidence", str_format(a, "  %llu report(s) of %llu incident(s), first %.*s, last %.*s", (unsigned long long)c->report_count,
			(unsigned long long)c->incident_count, STR_ARG(moment(a, c->first_event_at)), STR_ARG(moment(a, c->last_event_at))) },
		{ "first", moment(a, c->first_event_at) }, { "last", moment(a, c->last_event_at) },
		{ "count", str_format(a, "%llu", (unsigned long long)c->report_count) }, { "source", c->source_text },
		{ "next_step", next ? str_format(a, "%s %.*s", verb_words[next->verb], STR_ARG(next->service)) : STR("none") }, { "next_at", moment(a, next_at) },
		{ "deadline", moment(a, c->fix_by_at) }, { "how_to_answer", STR("reply to this letter") }, { "appeal_until", moment(a, c->appeal_until_at) },
		{ "provider", w->f->provider }, { "contact", w->f->contact }, { "reply_address", w->reply_to },
		{ "service", c->service.len ? c->service : STR("-") },
		{ "fix_within", c->fix_by_at != TIME_NONE ? span_str(a, c->fix_by_at - w->f->now) : STR("-") },
		{ "reseller", c->reseller_count ? c->resellers[c->reseller_count - 1] : STR("-") }, { "reason", c->resolution }, { "status", str_of(case_state_words[c->state]) } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(name, str_of(known[i].name)))
			return str_copy(a, known[i].value);
	return STR("-");
}

static struct str fill(const struct words *w, struct str template, bool one_line)
{
	struct buf out;
	buf_init(&out, LETTER_BYTES_MAX);
	for (size_t i = 0; i < template.len; i++) {
		size_t close = template.ptr[i] == '{' ? str_chr(str_sub(template, i, template.len), '}') : SIZE_MAX;
		if (close == SIZE_MAX) {
			buf_putc(&out, template.ptr[i]);
			continue;
		}
		struct str v = field(w, str_sub(template, i + 1, close - 1));
		/* a value never begins a new line of a header */
		for (size_t k = 0; k < v.len; k++)
			buf_putc(&out, one_line && (unsigned char)v.ptr[k] < ' ' ? ' ' : v.ptr[k]);
		i += close;
	}
	struct str text = out.err ? STR_NONE : str_copy(work_arena(w->f->work), buf_str(&out));
	buf_done(&out);
	return text;
}

/* 24 letters and digits of HMAC(token key, act): valid in a local part, in any case. */
static struct str token(struct fold *f, struct str act_key)
{
	static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
	struct digest d;
	char out[TOKEN_BYTES * 8 / 5];
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, act_key, &d);
	for (size_t i = 0; i < sizeof(out); i++) {
		unsigned bit = (unsigned)i * 5, two = (unsigned)d.octets[bit / 8] << 8 | d.octets[bit / 8 + 1];
		out[i] = alphabet[two >> (11 - bit % 8) & 31];
	}
	return str_copy(work_arena(f->work), (struct str){ out, sizeof(out) });
}

static enum err store_letter(struct fold *f, const struct letter *l, struct str token_text, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key key;
	struct str clear, sealed;
	enum err e = keyring_get(f->keyring, l->customer, &key, why);
	if (e == OK)
		e = field_encode(a, letter_fields, l, &clear);
	if (e == OK)
		e = seal_derived(a, &key, l->message_id, clear, &sealed);
	if (e)
		return e;
	struct row row = { .table = TABLE_LETTER, .key = l->message_id, .owner = l->customer, .state = str_format(a, "%llu", (unsigned long long)l->number),
		.due_at = TIME_NONE, .rank = l->made_at, .body = sealed };
	e = work_put(f->work, &row, why);
	struct row back = { .table = TABLE_TOKEN, .key = token_text, .due_at = TIME_NONE, .body = l->message_id };
	return e ? e : work_put(f->work, &back, why);
}

enum err make_letter(struct fold *f, const struct casefile *c, struct act *act, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct policy *p = fold_policy_at(f, f->now);
	const struct entity *to = contact_of(f, c->customer);
	struct digest d;
	struct str tok = token(f, act->key);
	struct words w = { f, c, p, act, str_format(a, "%.*s+%.*s@%.*s", STR_ARG(f->mail_local), STR_ARG(tok), STR_ARG(f->mail_domain)) };
	const struct letter_template *t = p ? policy_letter(p, to && to->language.len ? to->language : STR("en"), act->service) : NULL;
	if (!t || !to || !to->email.len) {
		/* nobody to write to: a person finds the way */
		act->driver = STR("task");
		act->params[0] = t ? STR("write to the customer: the register names no address") : STR("write to the customer: the policy has no such letter");
		act->param_count = 1;
		return OK;
	}
	digest_sha256(act->key, &d);
	struct letter l = { .number = c->number, .customer = c->customer, .to = to->email, .reply_to = w.reply_to, .language = t->language, .name = t->name,
		.subject = fill(&w, t->subject, true), .body = fill(&w, t->body, false), .policy = p->version, .made_at = f->now, .automatic = true,
		.from = str_format(a, "%.*s@%.*s", STR_ARG(f->mail_local), STR_ARG(f->mail_domain)),
		.message_id = str_format(a, "<%.*s@%.*s>", STR_ARG(str_sub(digest_hex(a, &d), 0, 32)), STR_ARG(f->mail_domain)) };
	if (!l.body.ptr || !l.subject.ptr)
		return why_set(why, ERR_LIMIT, "letter %.*s is too long", STR_ARG(t->name));
	act->letter = l.message_id;
	return store_letter(f, &l, tok, why);
}
