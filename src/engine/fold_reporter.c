/*
 * Answers to reporters: a receipt, "not ours", "we need more", an answer to a question. See fold_case.h.
 *
 * Never to a machine, never about the sealed class, one letter of a kind for each address a day, and not more than a bounded
 * number an hour in all: whoever forges our reporters' addresses cannot make us flood them. What may wait has an hourly number of its
 * own, and waits for an hour with room. The address was cleared by the ear
 * when the mail was automatic or its sender could not stand by it. Of the report only what cannot carry a message is repeated.
 */
#include "engine/deed.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "engine/notice_ack.h"
#include "engine/reporter.h"

#include "base/digest.h"

enum { ANSWERS_AN_HOUR = 500, TURNS_AN_HOUR = 200, TURN_HOURS_MAX = 72, TIMES_LEN = 32 };

struct str fold_receipt(struct fold *f, const struct position *at)
{
	/* all that one item says has one receipt */
	return letter_token(f, str_format(work_arena(f->work), "receipt/%u.%llu.%llu", f->source, (unsigned long long)at->segment, (unsigned long long)at->offset));
}

/* Counts up to a bound until the counter's row falls due; false when the bound is reached. */
static enum err count_within(struct fold *f, struct str key, uint64_t most, int64_t for_us, bool *ret_within, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_REPORTER, key, &row, why);
	if (e)
		return e;
	uint64_t n = row.version ? (uint64_t)row.rank : 0;
	*ret_within = n < most;
	if (!*ret_within)
		return OK;
	row.rank = (int64_t)n + 1;
	row.due_at = f->now + for_us;
	row.body = STR("{}");
	return work_put(f->work, &row, why);
}

static enum err may_write(struct fold *f, struct str to, struct str name, bool *ret_may, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	*ret_may = false;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_lower(a, to), &d);
	struct str hour = str_format(a, "hour/%lld", (long long)(f->now / HOUR_US));
	struct str who = str_format(a, "%.*s/%.*s/%lld", STR_ARG(str_sub(digest_hex(a, &d), 0, TIMES_LEN)), STR_ARG(name), (long long)(f->now / DAY_US));
	enum err e = count_within(f, who, 1, 2 * DAY_US, ret_may, why);
	return e || !*ret_may ? e : count_within(f, hour, ANSWERS_AN_HOUR, 2 * HOUR_US, ret_may, why);
}

/* Our own address, with or without a token: what is sent there comes in again. */
static bool is_ours(const struct fold *f, struct str to)
{
	size_t at = str_chr(to, '@');
	struct str local = str_sub(to, 0, at), domain = str_sub(to, at == SIZE_MAX ? to.len : at + 1, to.len);
	local = str_sub(local, 0, str_chr(local, '+'));
	return str_eq_fold(local, f->mail_local) && str_eq_fold(domain, f->mail_domain);
}

/* In his own language, as somebody decided or as his mail has it, or else ours. NULL: nobody is written to. */
static enum err template_of(struct fold *f, const struct reporter_answer *x, const struct letter_template **ret_template, struct why *why)
{
	const struct policy *p = fold_policy_at(f, f->now);
	struct reporter_wish w = { .silent = false };
	*ret_template = NULL;
	if (!p || !x->to.len || is_ours(f, x->to))
		return OK;
	enum err e = reporter_wish(f, x->to, x->name, &w, why);
	if (e == OK && (x->asked || !w.silent))
		*ret_template = policy_letter(p, w.language.len ? w.language : x->language, str_of(x->letter));
	return e;
}

static enum err post(struct fold *f, const struct reporter_answer *x, const struct letter_template *t, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct str reference = letter_reference(x->reference);
	struct act act = { .key = x->key.len ? x->key : str_format(a, "%s/%.*s", x->letter, STR_ARG(x->receipt)), .verb = VERB_NOTIFY, .service = str_of(x->letter),
		.driver = STR("notify"), .desired = true, .state = ACT_QUEUED, .policy = fold_policy_at(f, f->now)->version, .created_at = f->now,
		.next_at = x->send_at ? x->send_at : f->now, .expires_at = TIME_NONE, .done_at = TIME_NONE, .automatic = true };
	struct letter l = { .customer = deed_reporter(f, x->to), .to = x->to, .reply_to = letter_reply_address(f, act.key), .automatic = true, .acns = x->acns,
		.receipt = x->receipt, .parked = x->parked, .in_reply_to = str_starts(reference, STR("<")) ? reference : STR_NONE };
	const struct letter_field fields[] = { { "receipt", x->receipt }, { "reporter_reference", reference }, { "report_time", letter_time(a, x->received_at) },
		{ "source", x->source }, { "first", letter_time(a, x->event_at) }, { "reason", x->reason }, { "status", x->status }, { "reply_address", l.reply_to },
		{ "provider", f->provider }, { "contact", f->contact } };
	enum err e = letter_post(f, &l, t, fields, sizeof(fields) / sizeof(fields[0]), &act, LETTER_KEPT_DAYS * DAY_US, why);
	return e ? e : put_act(f, &act, why);
}

static enum err answer(struct fold *f, const struct reporter_answer *x, bool *ret_sent, struct why *why)
{
	const struct letter_template *t;
	enum err e = template_of(f, x, &t, why);
	*ret_sent = false;
	if (e == OK && t)
		e = may_write(f, x->to, str_of(x->letter), ret_sent, why);
	return e || !*ret_sent ? e : post(f, x, t, why);
}

enum err fold_answer(struct fold *f, const struct reporter_answer *x, struct why *why)
{
	bool sent;
	return answer(f, x, &sent, why);
}

enum err fold_answer_apart(struct fold *f, const struct reporter_answer *x, bool *ret_sent, struct why *why)
{
	const struct letter_template *t;
	enum err e = template_of(f, x, &t, why);
	*ret_sent = t;
	return e || !t ? e : post(f, x, t, why);
}

enum err fold_answer_turn(struct fold *f, int64_t *ret_at, struct why *why)
{
	*ret_at = TIME_NONE;
	for (int64_t hour = f->now / HOUR_US; hour < f->now / HOUR_US + TURN_HOURS_MAX; hour++) {
		bool within;
		int64_t at = hour * HOUR_US > f->now ? hour * HOUR_US : f->now;
		struct str key = str_format(work_arena(f->work), "turn/%lld", (long long)hour);
		enum err e = count_within(f, key, TURNS_AN_HOUR, at - f->now + 2 * HOUR_US, &within, why);
		if (e)
			return e;
		if (within) {
			*ret_at = at;
			return OK;
		}
	}
	return OK;
}

static bool addressable(const struct source *s)
{
	return s->type == SOURCE_ADDR || s->type == SOURCE_PREFIX || s->type == SOURCE_DOMAIN;
}

/* Exactly what the report would have to say, for a person or a program to send it. */
struct str reporter_question(struct arena *a, uint32_t missing)
{
	const char *port = missing & MISSING_PORT ? "the source port" : "", *time = "";
	if (missing & MISSING_TIME)
		time = "the exact time of the event, with its seconds and its time zone";
	else if (missing & MISSING_ZONE)
		time = "the time zone of the time that the report gives, or its offset from UTC";
	return str_format(a, "%s%s%s", port, *port && *time ? "; " : "", time);
}

enum err fold_answer_report(struct fold *f, const struct observation *o, struct fold_result *r, bool again, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct reporter_answer x = { .to = o->reply_to, .name = o->reporter, .language = o->language, .receipt = o->receipt, .reference = o->report_id,
		.received_at = o->received_at, .event_at = o->event_at,
		.source = addressable(&o->source) ? o->source.text : STR_NONE, .letter = "reporter-receipt" };
	if (kind_info(o->kind)->flags & KIND_SEALED || o->at.index || !o->receipt.len || r->fate == FATE_DUPLICATE || r->fate == FATE_NONE)
		return OK;
	if (r->fate == FATE_NOT_OURS)
		x.letter = "reporter-not-ours";
	else if (again)
		return OK;
	else if (r->subject.missing && r->fate != FATE_RETRACTED && r->fate != FATE_OVER_CAP)
		/* at once, whatever a rule made of it: a week later he would not know any more either */
		x.letter = "reporter-need-more";
	if (r->fate == FATE_PARKED)
		x.parked = fold_parked_key(f, o);
	x.reason = reporter_question(a, r->subject.missing);
	if (!str_eq(str_of(x.letter), STR("reporter-need-more")))
		x.acns = notice_ack(a, o, r, f->provider, str_format(a, "%.*s@%.*s", STR_ARG(f->mail_local), STR_ARG(f->mail_domain)));
	bool sent;
	enum err e = answer(f, &x, &sent, why);
	r->receipted = sent && r->fate != FATE_NOT_OURS;
	return e;
}
