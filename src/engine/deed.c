/*
 * Records of deeds. See deed.h.
 */
#include "engine/deed.h"

#include "base/digest.h"
#include "engine/fold_case.h"
#include "model/erasure.h"

enum { DIGITS = 32 };

struct str deed_digest(struct fold *f, const char *what, struct str text)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_format(a, "%s/%.*s", what, STR_ARG(text)), &d);
	return str_sub(digest_hex(a, &d), 0, DIGITS);
}

struct str deed_reporter(struct fold *f, struct str address)
{
	struct arena *a = work_arena(f->work);
	return str_format(a, DEED_REPORTER "%.*s", STR_ARG(deed_digest(f, "reporter", str_lower(a, address))));
}

enum err deed_begin(struct fold *f, const char *kind, struct record *ret_record, struct why *why)
{
	uint64_t n;
	enum err e = count_up(f, STR("deed"), &n, why);
	if (e)
		return e;
	*ret_record = (struct record){ .id = str_format(work_arena(f->work), "deed.%llu", (unsigned long long)n) };
	record_put(ret_record, "kind", str_of(kind));
	record_put_time(work_arena(f->work), ret_record, "time", f->now);
	return OK;
}

enum err deed_write(struct fold *f, struct record *r, struct str whose, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key key;
	struct str text, opening;
	uint64_t order;
	enum err e = keyring_get(f->keyring, whose, &key, why);
	if (e == OK)
		e = record_write(a, r, &key, &text, &opening, why);
	secret_wipe(&key, sizeof(key));
	if (e == OK)
		e = count_up(f, STR("record/0"), &order, why);
	if (e)
		return e;
	struct row row = { .table = TABLE_RECORD, .key = r->id, .due_at = TIME_NONE, .rank = RECORD_RANK(0, order), .body = text };
	struct row sealed = { .table = TABLE_OPENING, .key = r->id, .due_at = TIME_NONE, .rank = row.rank, .body = opening };
	e = work_add(f->work, &row, why);
	return e || !opening.len ? e : work_add(f->work, &sealed, why);
}

static enum err in_force(struct fold *f, struct str key, bool *ret_held, struct why *why)
{
	struct hold h = { 0 };
	struct row row;
	enum err e = work_load(f->work, TABLE_HOLD, key, hold_fields, &h, &row, why);
	*ret_held |= e == OK && h.until_at > f->now;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err deed_held(struct fold *f, struct str subject, uint64_t number, bool *ret_held, struct why *why)
{
	struct arena *a = work_arena(f->work);
	bool held = false;
	enum err e = subject.len ? in_force(f, str_format(a, "subject/%.*s", STR_ARG(deed_digest(f, "subject", subject))), &held, why) : OK;
	if (e == OK && number)
		e = in_force(f, str_format(a, "case/%llu", (unsigned long long)number), &held, why);
	if (e == OK)
		*ret_held = held;
	return e;
}
