/*
 * Receipts. See receipt.h.
 */
#include "engine/receipt.h"

#include "engine/hook.h"
#include "engine/reporter_status.h"

const char *const receipt_state_words[] = { "received", "ours", "not-ours", "forwarded", "acted", "refused", NULL };
const char *const receipt_reason_words[] = { "none", "not-ours", "need-more", "duplicate", "not-a-breach", "cannot-tell", "taken-back", "over-cap", NULL };

const struct field receipt_fields[] = {
	{ .name = "fate", .type = FIELD_ENUM, .offset = offsetof(struct receipt, fate), .words = fate_words },
	{ .name = "number", .type = FIELD_U64, .offset = offsetof(struct receipt, number) },
	{ .name = "sealed", .type = FIELD_BOOL, .offset = offsetof(struct receipt, sealed) },
	{ .name = "lacking", .type = FIELD_BOOL, .offset = offsetof(struct receipt, lacking) },
	{ .name = "whose", .type = FIELD_STR, .offset = offsetof(struct receipt, whose) }, { .name = "to", .type = FIELD_STR, .offset = offsetof(struct receipt, to) },
	{ .name = "ended", .type = FIELD_BOOL, .offset = offsetof(struct receipt, ended) },
	{ .name = "asked_at", .type = FIELD_INT, .offset = offsetof(struct receipt, asked_at) }, { .name = NULL },
};

static struct receipt_told told(enum receipt_state state, enum receipt_reason reason)
{
	return (struct receipt_told){ state, reason };
}

/* A case that nobody can see any more, or that is still being written, says that the report was ours and no more. */
static struct receipt_told of_case(const struct casefile *c, const struct forwarding *x)
{
	if (!c)
		return told(RECEIPT_OURS, RECEIPT_NO_REASON);
	if (c->flags & (CASE_SEALED_CLASS | CASE_DO_NOT_TELL) || c->state == CASE_SEALED)
		return told(RECEIPT_RECEIVED, RECEIPT_NO_REASON);
	if (str_eq(c->resolution, STR("retracted")))
		return told(RECEIPT_REFUSED, RECEIPT_TAKEN_BACK);
	if (c->verdict == VERDICT_REFUSED || c->verdict == VERDICT_UNDONE)
		return told(RECEIPT_REFUSED, RECEIPT_NOT_A_BREACH);
	if (c->noticed || c->state == CASE_TERMINATED)
		return told(RECEIPT_ACTED, RECEIPT_NO_REASON);
	if (x && x->rounds)
		return told(c->state == CASE_RESOLVED ? RECEIPT_ACTED : RECEIPT_FORWARDED, RECEIPT_NO_REASON);
	/* settled before anybody was told: not for the report to say why */
	return told(RECEIPT_OURS, RECEIPT_NO_REASON);
}

struct receipt_told receipt_tell(const struct receipt *r, const struct casefile *c, const struct forwarding *x)
{
	if (r->sealed)
		return told(RECEIPT_RECEIVED, RECEIPT_NO_REASON);
	switch (r->fate) {
	case FATE_DUPLICATE: return told(RECEIPT_REFUSED, RECEIPT_DUPLICATE);
	case FATE_COUNTED: return told(RECEIPT_OURS, RECEIPT_NO_REASON);
	case FATE_CASE: return of_case(c, x);
	case FATE_NOT_OURS: return told(RECEIPT_NOT_OURS, RECEIPT_IS_NOT_OURS);
	case FATE_RETRACTED: return told(RECEIPT_REFUSED, RECEIPT_TAKEN_BACK);
	case FATE_DISCARDED: return told(RECEIPT_REFUSED, r->lacking ? RECEIPT_CANNOT_TELL : RECEIPT_NOT_A_BREACH);
	case FATE_OVER_CAP: return told(RECEIPT_RECEIVED, RECEIPT_OVER_CAP);
	case FATE_PARKED: case FATE_PERSON: return told(RECEIPT_RECEIVED, r->lacking ? RECEIPT_NEED_MORE : RECEIPT_NO_REASON);
	case FATE_NONE: break;
	}
	return told(RECEIPT_RECEIVED, RECEIPT_NO_REASON);
}

static bool is_waiting(struct str state)
{
	return str_eq(state, str_of(fate_words[FATE_PARKED])) || str_eq(state, str_of(fate_words[FATE_PERSON])) || str_eq(state, str_of(fate_words[FATE_OVER_CAP]));
}

/*
 * An item of many observations keeps the fate of the first one, or the last one that led to a case; parked or over a cap is no fate to keep,
 * and what a person takes up waits no more.
 */
enum err receipt_note(struct fold *f, const struct observation *o, const struct fold_result *result, struct why *why)
{
	bool sealed = o->of_sealed || kind_info(o->kind)->flags & KIND_SEALED;
	struct receipt r = { 0 };
	struct row row;
	enum err e = o->receipt.len ? work_load(f->work, TABLE_RECEIPT, o->receipt, receipt_fields, &r, &row, why) : OK;
	if ((e && e != ERR_NOTFOUND) || !o->receipt.len)
		return e;
	sealed |= r.sealed;
	bool settled = o->witness == WITNESS_PERSON ? !is_waiting(row.state)
		: !str_eq(row.state, str_of(fate_words[FATE_PARKED])) && !str_eq(row.state, str_of(fate_words[FATE_OVER_CAP]));
	if (row.version && result->fate != FATE_CASE && settled)
		return OK;
	const struct receipt before = r;
	r.fate = result->fate;
	r.number = result->fate == FATE_CASE ? result->number : 0;
	r.sealed = sealed;
	r.lacking = result->subject.missing && (result->fate == FATE_PARKED || result->fate == FATE_PERSON);
	e = result->receipted ? reporter_status_keep(f, o, &r, why) : OK;
	if (e)
		return e;
	row.state = str_of(fate_words[result->fate]);
	row.rank = o->received_at;
	row.due_at = f->keep_receipts_us ? o->received_at + f->keep_receipts_us : TIME_NONE;
	/* who reported with a key of his own may ask for all of his */
	row.owner = o->reporter_verified && str_starts(o->reporter, STR("api:")) ? o->reporter : STR("");
	e = work_store(f->work, &row, receipt_fields, &r, why);
	if (e == OK)
		e = reporter_status_join(f, o->receipt, &r, why);
	return e ? e : hook_receipt(f, row.key, row.owner, row.version ? &before : NULL, &r, why);
}

enum err receipt_wait(struct fold *f, struct str id, int64_t received_at, bool sealed, struct why *why)
{
	const struct receipt r = { .fate = FATE_PERSON, .sealed = sealed };
	struct row row;
	enum err e = id.len ? work_get(f->work, TABLE_RECEIPT, id, &row, why) : OK;
	if (e || !id.len || row.version)
		return e;
	row.owner = STR("");
	row.state = str_of(fate_words[FATE_PERSON]);
	row.rank = received_at;
	row.due_at = f->keep_receipts_us ? received_at + f->keep_receipts_us : TIME_NONE;
	return work_store(f->work, &row, receipt_fields, &r, why);
}

enum err receipt_join(struct fold *f, struct str id, uint64_t number, struct why *why)
{
	struct receipt r = { 0 };
	struct row row;
	enum err e = id.len ? work_load(f->work, TABLE_RECEIPT, id, receipt_fields, &r, &row, why) : OK;
	if (e || !id.len || r.fate != FATE_COUNTED)
		return e == ERR_NOTFOUND ? OK : e;
	const struct receipt before = r;
	r.fate = FATE_CASE;
	r.number = number;
	row.state = str_of(fate_words[FATE_CASE]);
	e = work_store(f->work, &row, receipt_fields, &r, why);
	if (e == OK)
		e = reporter_status_join(f, id, &r, why);
	return e ? e : hook_receipt(f, row.key, row.owner, &before, &r, why);
}

enum err receipt_discard(struct fold *f, struct str id, struct why *why)
{
	struct receipt r = { 0 };
	struct row row;
	enum err e = id.len ? work_load(f->work, TABLE_RECEIPT, id, receipt_fields, &r, &row, why) : OK;
	if (e || !id.len || !is_waiting(row.state))
		return e == ERR_NOTFOUND ? OK : e;
	const struct receipt before = r;
	r.fate = FATE_DISCARDED;
	row.state = str_of(fate_words[FATE_DISCARDED]);
	e = work_store(f->work, &row, receipt_fields, &r, why);
	if (e == OK)
		e = reporter_status_discarded(f, id, why);
	return e ? e : hook_receipt(f, row.key, row.owner, &before, &r, why);
}
