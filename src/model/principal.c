/*
 * Who asks, and what he may see. See principal.h.
 */
#include "model/principal.h"

#include "base/digest.h"
#include "base/seal.h"

enum { SECRET_LEN = 32 };

const char *const scope_words[] = { "nobody", "local", "operator", "reseller", "customer", "reporter", NULL };

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct api_key, member) }

const struct field api_key_fields[] = {
	{ .name = "scope", .type = FIELD_ENUM, .offset = offsetof(struct api_key, scope), .words = scope_words }, F(id, FIELD_STR), F(label, FIELD_STR),
	F(made_by, FIELD_STR), F(made_at, FIELD_TIME), F(expires_at, FIELD_TIME), F(revoked_at, FIELD_TIME), { .name = NULL },
};

struct str api_key_new(struct arena *a)
{
	char secret[SECRET_LEN];
	random_bytes(secret, sizeof(secret));
	struct str key = str_format(a, "aup_%.*s", STR_ARG(str_base64url(a, (struct str){ secret, sizeof(secret) })));
	secret_wipe(secret, sizeof(secret));
	return key;
}

struct str api_key_row(struct arena *a, struct str key)
{
	struct digest d;
	digest_sha256(key, &d);
	return digest_hex(a, &d);
}

bool api_key_valid(const struct api_key *k, int64_t now_at)
{
	return k->scope >= SCOPE_OPERATOR && k->id.len && k->revoked_at == TIME_NONE && (k->expires_at == TIME_NONE || k->expires_at > now_at);
}

enum err principal_of_key(struct arena *a, const struct row *row, int64_t now, struct principal *ret_principal, struct why *why)
{
	struct api_key k = { 0 };
	enum err e = row->version ? field_decode(a, row->body, api_key_fields, &k, why) : ERR_NOTFOUND;
	if (e && e != ERR_NOTFOUND)
		return e;
	if (e || !api_key_valid(&k, now))
		return why_set(why, ERR_DENIED, "the key is unknown, expired or revoked");
	*ret_principal = (struct principal){ .scope = k.scope, .id = k.id, .key = row->key };
	return OK;
}

bool operator_named(const struct str *list, unsigned count, struct str name)
{
	for (unsigned i = 0; i < count; i++) {
		struct str rest = list[i], word;
		if (str_split(&rest, ' ', &word) && str_eq(word, name))
			return true;
	}
	return false;
}

bool principal_fence(const struct principal *p, struct arena *a, struct query *q)
{
	if (p->scope == SCOPE_OPERATOR)
		return true;
	/* whoever comes by the page of one case is shown that one */
	if (!p->id.len || (p->only && q->table != TABLE_CASE))
		return false;
	if (q->table == TABLE_CASE && p->scope == SCOPE_CUSTOMER) {
		q->owner = p->id;
		return true;
	}
	if (q->table == TABLE_CASE && p->scope == SCOPE_RESELLER) {
		q->below = p->id;
		return true;
	}
	if (q->table == TABLE_FORWARDING && p->scope == SCOPE_RESELLER) {
		q->owner = p->id;
		return true;
	}
	if (q->table == TABLE_WEBHOOK || q->table == TABLE_DELIVERY) {
		q->owner = str_format(a, "%s/%.*s", scope_words[p->scope], STR_ARG(p->id));
		return q->owner.len > 0;
	}
	if (q->table == TABLE_RECEIPT && p->scope == SCOPE_REPORTER) {
		q->owner = str_format(a, "api:%.*s", STR_ARG(p->id));
		return q->owner.len > 0;
	}
	return false;
}

bool principal_sees(const struct principal *p, const struct casefile *c)
{
	bool within = p->scope == SCOPE_CUSTOMER && p->id.len && str_eq(c->customer, p->id);
	if (p->scope == SCOPE_OPERATOR)
		return true;
	if (p->only && p->only != c->number)
		return false;
	for (unsigned i = 0; p->scope == SCOPE_RESELLER && p->id.len && i < c->reseller_count; i++)
		within |= str_eq(c->resellers[i], p->id);
	return within && !(c->flags & (CASE_SEALED_CLASS | CASE_DO_NOT_TELL)) && c->state != CASE_REVIEW && c->state != CASE_SEALED && c->state != CASE_NONE;
}
