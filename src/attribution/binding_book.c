/*
 * The book of subjects. See binding_book.h.
 */
#include "attribution/binding_book.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/map.h"

enum { SECRET_MAX = 64, TEXT_MAX = 512 };

struct binding_book {
	struct map *entities;           /* by key */
	char secret[SECRET_MAX];
	size_t secret_len;
};

/* Stands where two subjects have one key. */
static const struct entity nobody;

static bool is_login(const struct entity *e)
{
	return e->type == ENTITY_LOGIN;
}

static struct str name_of(const struct entity *e)
{
	return is_login(e) ? e->resource : e->id;
}

static bool same(const struct entity *a, const struct entity *b)
{
	return is_login(a) == is_login(b) && str_eq(name_of(a), name_of(b));
}

/* Customers and resellers are one kind: who became the one from the other stays who he was. */
static bool key_of(const struct binding_book *b, bool login, struct str text, struct binding_subject *ret_subject)
{
	char whole[TEXT_MAX + 1];
	struct digest d;
	if (!text.len || text.len > TEXT_MAX)
		return false;
	whole[0] = login ? 'l' : 'c';
	memcpy(whole + 1, text.ptr, text.len);
	digest_hmac((struct str){ b->secret, b->secret_len }, (struct str){ whole, text.len + 1 }, &d);
	memcpy(ret_subject->octets, d.octets, BINDING_SUBJECT_LEN);
	return true;
}

static const struct entity *get(const struct binding_book *b, const struct binding_subject *s)
{
	return map_get(b->entities, (struct str){ (const char *)s->octets, BINDING_SUBJECT_LEN });
}

enum err binding_book_add(struct binding_book *b, const struct entity *e)
{
	struct binding_subject s;
	if ((!is_login(e) && e->type != ENTITY_CUSTOMER && e->type != ENTITY_RESELLER) || !key_of(b, is_login(e), name_of(e), &s))
		return OK;
	const struct entity *there = get(b, &s);
	if (there && (there == &nobody || same(there, e)))
		return OK;
	return map_put(b->entities, (struct str){ (const char *)s.octets, BINDING_SUBJECT_LEN }, (void *)(uintptr_t)(there ? &nobody : e));
}

struct binding_book *binding_book_new(const struct registry *r, struct str secret)
{
	struct binding_book *b = calloc(1, sizeof(*b));
	const struct entity *e;
	if (!b || secret.len > SECRET_MAX || !(b->entities = map_new(REGISTRY_ENTITIES_MAX))) {
		binding_book_free(b);
		return NULL;
	}
	memcpy(b->secret, secret.ptr, secret.len);
	b->secret_len = secret.len;
	for (size_t i = 0; (e = registry_next(r, &i));)
		if (binding_book_add(b, e) != OK) {
			binding_book_free(b);
			return NULL;
		}
	return b;
}

void binding_book_free(struct binding_book *b)
{
	if (b)
		map_free(b->entities);
	free(b);
}

/* OK also without an entity: *ret_entity is NULL then. */
static enum err look(const struct binding_book *b, bool login, struct str text, struct binding_subject *ret_subject, const struct entity **ret_entity)
{
	*ret_entity = NULL;
	if (!key_of(b, login, text, ret_subject))
		return OK;
	const struct entity *e = get(b, ret_subject);
	if (e == &nobody)
		return ERR_CONFLICT;
	if (e && is_login(e) == login && str_eq(name_of(e), text))
		*ret_entity = e;
	return OK;
}

static bool lower_of(struct str text, char lower[TEXT_MAX])
{
	if (!text.len || text.len > TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		lower[i] = (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 : text.ptr[i]);
	return true;
}

enum err binding_book_login(const struct binding_book *b, struct str text, struct binding_subject *ret_subject)
{
	char lower[TEXT_MAX];
	text = str_trim(text);
	return lower_of(text, lower) && key_of(b, true, (struct str){ lower, text.len }, ret_subject) ? OK : ERR_RANGE;
}

enum err binding_book_key(const struct binding_book *b, struct str text, struct binding_subject *ret_subject)
{
	char lower[TEXT_MAX];
	struct binding_subject as_login, as_customer;
	const struct entity *login, *customer;
	text = str_trim(text);
	if (!lower_of(text, lower))
		return ERR_NOTFOUND;
	enum err e = look(b, true, (struct str){ lower, text.len }, &as_login, &login);
	if (e == OK)
		e = look(b, false, text, &as_customer, &customer);
	if (e || (!login && !customer))
		return e ? e : ERR_NOTFOUND;
	if (login && customer && !str_eq(login->customer, customer->id))
		return ERR_EXISTS;
	*ret_subject = login ? as_login : as_customer;
	return OK;
}

const struct entity *binding_book_find(const struct binding_book *b, const struct binding_subject *s)
{
	const struct entity *e = get(b, s);
	return e == &nobody ? NULL : e;
}
