/*
 * Letters at the end of a report. See reporter_status.h.
 *
 * Each has its act by its receipt, and the receipt notes that it went: a case that is opened and closed again tells only of what was
 * reported since. How many there are is bounded three times: of one case, in an hour (they wait for one that has room), and by the
 * receipts themselves, of which an address gets one a day.
 */
#include "engine/reporter_status.h"

#include "engine/deed.h"
#include "engine/fold_case.h"
#include "engine/letter.h"
#include "engine/notice_ack.h"
#include "engine/reporter.h"

#define STATUS_LETTER "reporter-status"

/* What is sealed in the receipt. */
struct correspondent {
	struct str to, name, language, reference;
	struct str notice_version, notice_id;   /* of a copyright notice that is answered in its own system */
};

#define F(member) { .name = #member, .type = FIELD_STR, .offset = offsetof(struct correspondent, member) }

static const struct field correspondent_fields[] = { F(to), F(name), F(language), F(reference), F(notice_version), F(notice_id),
	{ .name = NULL } };

static const struct words {
	const char *language;
	const char *states[RECEIPT_REFUSED + 1], *reasons[RECEIPT_OVER_CAP + 1];
} words[] = {
	{ .language = "en", .states = { [RECEIPT_RECEIVED] = "received", [RECEIPT_OURS] = "about a customer of ours", [RECEIPT_NOT_OURS] = "not ours",
		[RECEIPT_FORWARDED] = "passed on", [RECEIPT_ACTED] = "acted upon", [RECEIPT_REFUSED] = "refused" },
		.reasons = { [RECEIPT_IS_NOT_OURS] = "nothing of ours was there at that time", [RECEIPT_NEED_MORE] = "we need more from you to tell whom it concerns",
			[RECEIPT_DUPLICATE] = "we had the same report before", [RECEIPT_NOT_A_BREACH] = "it shows no breach of our policy",
			[RECEIPT_CANNOT_TELL] = "we cannot tell whom it concerns", [RECEIPT_TAKEN_BACK] = "it was withdrawn",
			[RECEIPT_OVER_CAP] = "you report more than we can take at once: it waits for its turn" } },
	{ .language = "de", .states = { [RECEIPT_RECEIVED] = "eingegangen", [RECEIPT_OURS] = "betrifft einen unserer Kunden", [RECEIPT_NOT_OURS] = "nicht unser Netz",
		[RECEIPT_FORWARDED] = "weitergeleitet", [RECEIPT_ACTED] = "bearbeitet", [RECEIPT_REFUSED] = "abgelehnt" },
		.reasons = { [RECEIPT_IS_NOT_OURS] = "zu dieser Zeit war dort nichts von uns", [RECEIPT_NEED_MORE] = "uns fehlen Angaben, um zu erkennen, wen es betrifft",
			[RECEIPT_DUPLICATE] = "dieselbe Meldung lag uns schon vor", [RECEIPT_NOT_A_BREACH] = "sie zeigt keinen Verstoß gegen unsere Nutzungsordnung",
			[RECEIPT_CANNOT_TELL] = "wir können nicht erkennen, wen sie betrifft", [RECEIPT_TAKEN_BACK] = "sie wurde zurückgezogen",
			[RECEIPT_OVER_CAP] = "Sie melden mehr, als wir auf einmal annehmen können: sie wartet, bis sie an der Reihe ist" } },
};

static const struct words *words_of(struct str language)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(language, str_of(words[i].language)))
			return &words[i];
	return &words[0];
}

/* "no-reply", "do.not_reply": read without what stands between. */
static bool is_unread(struct arena *a, struct str address)
{
	static const char *const names[] = { "noreply", "donotreply", "dontreply", "nichtantworten", "mailerdaemon", "bounce", NULL };
	struct str local = str_lower(a, str_sub(address, 0, str_chr(address, '@')));
	char name[64];
	size_t n = 0;
	for (size_t i = 0; i < local.len && n < sizeof(name); i++)
		if (str_chr(STR("-_."), local.ptr[i]) == SIZE_MAX)
			name[n++] = local.ptr[i];
	for (const char *const *s = names; *s; s++)
		if (str_find((struct str){ name, n }, str_of(*s)) != SIZE_MAX)
			return true;
	return false;
}

static bool tells(const struct fold *f)
{
	const struct policy *p = fold_policy_at(f, f->now);
	return p && p->tells_reporters && !f->trial;
}

enum err reporter_status_keep(struct fold *f, const struct observation *o, struct receipt *r, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct correspondent c = { .to = o->reply_to, .name = o->reporter, .language = o->language, .reference = o->report_id };
	struct str text;
	bool person = o->reply_to.len && !o->complaint && !str_starts(o->reporter, STR("api:")) && !is_unread(a, o->reply_to);
	if (!tells(f) || !person || r->whose.len || r->sealed)
		return OK;
	r->whose = deed_reporter(f, o->reply_to);
	(void)notice_names(o, &c.notice_version, &c.notice_id);
	enum err e = field_encode(a, correspondent_fields, &c, &text);
	return e ? why_set(why, e, "a receipt cannot be written") : reporter_seal(f, r->whose, str_c(a, str_format(a, "receipt/%.*s", STR_ARG(o->receipt))), text, &r->to, why);
}

/* False when he cannot be written to: he was erased, or never was to be. */
static bool open_receipt(struct fold *f, struct str id, const struct receipt *r, struct correspondent *ret_c)
{
	struct arena *a = work_arena(f->work);
	struct str text = r->whose.len ? reporter_unseal(f, r->whose, str_c(a, str_format(a, "receipt/%.*s", STR_ARG(id))), r->to) : STR_NONE;
	*ret_c = (struct correspondent){ 0 };
	return text.len && field_decode(a, text, correspondent_fields, ret_c, NULL) == OK && ret_c->to.len;
}

static enum err remember(struct fold *f, struct casefile *c, struct str id, struct why *why)
{
	for (unsigned i = 0; i < c->receipt_count; i++)
		if (str_eq(c->receipts[i], id))
			return OK;
	if (c->receipt_count == CASE_RECEIPTS_MAX) {
		c->untold++;
		return OK;
	}
	struct str *list = ARENA_ARRAY(work_arena(f->work), struct str, CASE_RECEIPTS_MAX);
	if (!list)
		return why_set(why, ERR_NOMEM, "no memory for a case");
	for (unsigned i = 0; i < c->receipt_count; i++)
		list[i] = c->receipts[i];
	list[c->receipt_count++] = id;
	c->receipts = list;
	return OK;
}

enum err reporter_status_join(struct fold *f, struct str id, const struct receipt *r, struct why *why)
{
	struct casefile c;
	struct row row;
	if (r->fate != FATE_CASE || !r->to.len || r->ended || r->sealed)
		return OK;
	enum err e = fold_find_case(f, r->number, &c, &row, why);
	if (e || case_is_closed(&c) || c.flags & CASE_SEALED_CLASS)
		return e == ERR_NOTFOUND ? OK : e;
	e = remember(f, &c, id, why);
	return e ? e : work_store(f->work, &row, casefile_fields, &c, why);
}

static enum err told_of(struct fold *f, const struct receipt *r, const struct casefile *c, struct receipt_told *ret_told, struct why *why)
{
	struct forwarding x = { 0 };
	struct row row;
	enum err e = c ? work_load(f->work, TABLE_FORWARDING, str_format(work_arena(f->work), "%llu", (unsigned long long)c->number), forwarding_fields, &x, &row, why) : OK;
	*ret_told = receipt_tell(r, c, e == OK && c ? &x : NULL);
	return e == ERR_NOTFOUND ? OK : e;
}

enum end { END_NOBODY, END_TOLD, END_NO_ROOM };

/* In the words of the letter's own language. */
static void put_told(const struct fold *f, struct reporter_answer *x, struct str language, struct receipt_told told)
{
	const struct letter_template *t = policy_letter(fold_policy_at(f, f->now), language, POLICY_STATUS_LETTER);
	const struct words *w = words_of(t ? t->language : STR_NONE);
	x->status = str_of(w->states[told.state]);
	x->reason = w->reasons[told.reason] ? str_of(w->reasons[told.reason]) : STR_NONE;
}

/* The letter, when there is to be one. c: the case that the report led to, or NULL. */
static enum err tell(struct fold *f, struct str id, struct receipt *r, const struct row *row, const struct casefile *c, enum end *ret_end, struct why *why)
{
	struct correspondent who;
	struct reporter_wish wish;
	struct receipt_told told;
	bool sent = false;
	*ret_end = END_NOBODY;
	if (!tells(f) || r->ended || !open_receipt(f, id, r, &who))
		return OK;
	struct reporter_answer x = { .letter = STATUS_LETTER, .receipt = id, .to = who.to, .name = who.name, .language = who.language, .reference = who.reference,
		.received_at = row->rank, .event_at = TIME_NONE };
	enum err e = told_of(f, r, c, &told, why);
	if (e == OK)
		e = reporter_wish(f, who.to, who.name, &wish, why);
	if (e || told.state == RECEIPT_RECEIVED || wish.silent || wish.bounced)
		return e;
	e = fold_answer_turn(f, &x.send_at, why);
	if (e || x.send_at == TIME_NONE) {
		*ret_end = END_NO_ROOM;
		return e;
	}
	put_told(f, &x, wish.language.len ? wish.language : who.language, told);
	x.acns = notice_status(work_arena(f->work), who.notice_version, who.notice_id, told, true);
	e = fold_answer_apart(f, &x, &sent, why);
	r->ended = sent;
	*ret_end = sent ? END_TOLD : END_NOBODY;
	return e;
}

static enum err tell_receipt(struct fold *f, struct str id, const struct casefile *c, enum end *ret_end, struct why *why)
{
	struct receipt r = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_RECEIPT, id, receipt_fields, &r, &row, why);
	*ret_end = END_NOBODY;
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	e = tell(f, id, &r, &row, c, ret_end, why);
	return e || *ret_end != END_TOLD ? e : work_store(f->work, &row, receipt_fields, &r, why);
}

/* Another finding of the same mail may have taken the receipt to another case since: that one tells. */
static enum err leads_to(struct fold *f, struct str id, const struct casefile *c, bool *ret_so, struct why *why)
{
	struct receipt r = { 0 };
	struct casefile of;
	struct row row;
	enum err e = work_load(f->work, TABLE_RECEIPT, id, receipt_fields, &r, &row, why);
	*ret_so = e == OK && r.fate == FATE_CASE && r.number == c->number;
	if (e || *ret_so || r.fate != FATE_CASE)
		return e == ERR_NOTFOUND ? OK : e;
	e = fold_find_case(f, r.number, &of, &row, why);
	if (e == OK)
		e = follow_merged(f, &of, &row, why);
	*ret_so = e == OK && of.number == c->number;
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err tell_all(struct fold *f, struct casefile *c, struct why *why)
{
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < c->receipt_count; i++) {
		enum end end = END_NOBODY;
		bool so;
		e = leads_to(f, c->receipts[i], c, &so, why);
		if (e == OK && so)
			e = tell_receipt(f, c->receipts[i], c, &end, why);
		c->told += end == END_TOLD;
		c->untold += end == END_NO_ROOM;
	}
	return e;
}

enum err reporter_status_step(struct fold *f, struct casefile *c, const struct case_input *in, struct why *why)
{
	enum err e = OK;
	bool absorbs = in->type == INPUT_ABSORB && in->other;
	for (unsigned i = 0; absorbs && e == OK && i < in->other->receipt_count; i++)
		e = remember(f, c, in->other->receipts[i], why);
	if (absorbs)
		c->untold += in->other->untold;
	if (e || !case_is_closed(c) || !c->receipt_count)
		return e;
	/* what was merged is told of by the other one, when that ends */
	if (c->state != CASE_MERGED)
		e = tell_all(f, c, why);
	c->receipt_count = 0;
	return e;
}

enum err reporter_status_discarded(struct fold *f, struct str id, struct why *why)
{
	enum end end;
	return tell_receipt(f, id, NULL, &end, why);
}

/* The case that a receipt leads to now; *ret_found: there is one. */
static enum err case_of(struct fold *f, const struct receipt *r, struct casefile *c, bool *ret_found, struct why *why)
{
	struct row row;
	enum err e = r->fate == FATE_CASE ? fold_find_case(f, r->number, c, &row, why) : ERR_NOTFOUND;
	if (e == OK)
		e = follow_merged(f, c, &row, why);
	*ret_found = e == OK;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err reporter_status_gate(struct fold *f, struct act *act, enum gate *ret_gate, struct why *why)
{
	struct str id = str_sub(act->key, sizeof(STATUS_LETTER), act->key.len);
	struct receipt r = { 0 };
	struct receipt_told told;
	struct casefile c;
	struct row row;
	bool found;
	if (!str_starts(act->key, STR(STATUS_LETTER "/")))
		return OK;
	/* what retention took since cannot be asked any more, and what he asked for is answered at once */
	enum err e = work_load(f->work, TABLE_RECEIPT, id, receipt_fields, &r, &row, why);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	e = case_of(f, &r, &c, &found, why);
	if (e == OK)
		e = told_of(f, &r, found ? &c : NULL, &told, why);
	if (e == OK && told.state == RECEIPT_RECEIVED) {
		act->desired = false;
		act->state = ACT_UNDONE;
		*ret_gate = GATE_DROP;
	}
	return e;
}

/* It goes where the letter went that he answers, whatever his mail says of itself. */
static enum err answer(struct fold *f, const struct letter *l, const struct receipt *r, const struct row *row, bool *ret_sent, struct why *why)
{
	struct correspondent who;
	struct reporter_wish wish;
	struct receipt_told told;
	struct casefile c;
	bool found;
	enum err e = case_of(f, r, &c, &found, why);
	if (e == OK)
		e = told_of(f, r, found ? &c : NULL, &told, why);
	if (e == OK)
		e = reporter_wish(f, l->to, STR_NONE, &wish, why);
	if (e)
		return e;
	(void)open_receipt(f, row->key, r, &who);
	struct reporter_answer x = { .letter = STATUS_LETTER, .asked = true, .receipt = row->key, .to = l->to, .language = l->language, .reference = who.reference,
		.key = str_format(work_arena(f->work), STATUS_LETTER "/%.*s/%lld", STR_ARG(row->key), (long long)(f->now / SECOND_US)),
		.received_at = row->rank, .event_at = TIME_NONE };
	put_told(f, &x, wish.language.len ? wish.language : l->language, told);
	x.acns = notice_status(work_arena(f->work), who.notice_version, who.notice_id, told,
		found && case_is_closed(&c) && told.state != RECEIPT_RECEIVED);
	e = fold_answer_turn(f, &x.send_at, why);
	if (e || x.send_at != f->now)
		return e;
	return fold_answer_apart(f, &x, ret_sent, why);
}

enum err reporter_status_asked(struct fold *f, const struct item *i, struct str message_id, struct str owner, bool *ret_taken, struct why *why)
{
	struct letter l = { 0 };
	struct receipt r = { 0 };
	struct row row;
	bool asks = i->said_count && i->said->asks_status && str_starts(owner, STR(DEED_REPORTER)) && str_eq(deed_reporter(f, i->reporter), owner);
	*ret_taken = false;
	if (!asks || !tells(f))
		return OK;
	enum err e = letter_open(f, message_id, &l, why);
	if (e == OK)
		e = l.receipt.len ? work_load(f->work, TABLE_RECEIPT, l.receipt, receipt_fields, &r, &row, why) : ERR_NOTFOUND;
	if (e || (r.asked_at && f->now - r.asked_at < DAY_US))
		return e == ERR_NOTFOUND ? OK : e;
	e = answer(f, &l, &r, &row, ret_taken, why);
	if (e || !*ret_taken)
		return e;
	r.asked_at = f->now;
	e = work_store(f->work, &row, receipt_fields, &r, why);
	struct item kept = *i;
	kept.said_count = 0;
	kept.state = i->said->says_more ? ITEM_WAITING : ITEM_DONE;
	kept.reason = i->said->says_more ? STR("he asked what became of his report and was told; he says more") : STR("he asked what became of his report, and was told");
	return e ? e : put_item(f, &kept, false, why);
}
