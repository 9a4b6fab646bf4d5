/*
 * One-time links. See onetime.h.
 */
#include "model/onetime.h"

#include "base/digest.h"
#include "base/time.h"

const char *const onetime_purpose_words[] = { "answer", "fixed", "appeal", "acknowledge", "result", "page", NULL };

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct onetime, member) }

const struct field onetime_fields[] = {
	{ .name = "purpose", .type = FIELD_ENUM, .offset = offsetof(struct onetime, purpose), .words = onetime_purpose_words }, F(number, FIELD_U64),
	F(customer, FIELD_STR), F(language, FIELD_STR), F(expires_at, FIELD_TIME), F(used_at, FIELD_TIME), { .name = NULL },
};

struct str onetime_row(struct arena *a, struct str token)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct digest d;
	for (size_t i = 0; i < token.len; i++)
		if (str_chr(STR(good), token.ptr[i]) == SIZE_MAX)
			return STR_NONE;
	if (token.len != ONETIME_LEN)
		return STR_NONE;
	digest_sha256(token, &d);
	return digest_hex(a, &d);
}

bool onetime_is_resellers(const struct onetime *o)
{
	return 1u << o->purpose & ONETIME_RESELLERS;
}

struct principal onetime_principal(const struct onetime *o)
{
	return (struct principal){ .scope = onetime_is_resellers(o) ? SCOPE_RESELLER : SCOPE_CUSTOMER, .id = o->customer,
		.only = o->purpose == ONETIME_PAGE ? o->number : 0 };
}

bool onetime_is_open(const struct onetime *o, bool page, int64_t now)
{
	return (o->purpose == ONETIME_PAGE) == page && o->used_at == TIME_NONE && o->expires_at != TIME_NONE && now < o->expires_at;
}
