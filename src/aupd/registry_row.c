/*
 * Entities as rows. See registry_row.h.
 */
#include "aupd/registry_row.h"

static const struct field personal_fields[] = {
	{ .name = "name", .type = FIELD_STR, .offset = offsetof(struct entity, name) }, { .name = "email", .type = FIELD_STR, .offset = offsetof(struct entity, email) },
	{ .name = "phone", .type = FIELD_STR, .offset = offsetof(struct entity, phone) }, { .name = NULL },
};

static struct str subject_of(const struct entity *e)
{
	return e->type == ENTITY_CUSTOMER || e->type == ENTITY_RESELLER ? e->id : e->customer;
}

enum err registry_row_write(struct arena *a, struct keyring *k, const struct entity *e, struct row *ret_row, struct why *why)
{
	struct entity stored = *e;
	struct seal_key key;
	struct str clear;
	struct row row = { .table = TABLE_ENTITY, .due_at = TIME_NONE };
	row.key = str_format(a, "%s/%.*s", entity_type_words[e->type], STR_ARG(e->id));
	row.owner = str_copy(a, subject_of(e));
	enum err err = OK;
	stored.sealed = STR_NONE;
	if (e->name.len || e->email.len || e->phone.len) {
		err = keyring_get(k, subject_of(e), &key, why);
		if (err)
			return err;
		err = field_encode(a, personal_fields, e, &clear);
		if (err == OK)
			err = seal_derived(a, &key, row.key, clear, &stored.sealed);
		stored.name = stored.email = stored.phone = STR_NONE;
	}
	if (err == OK)
		err = field_encode(a, entity_fields, &stored, &row.body);
	if (err)
		return why_set(why, err, "entity %.*s cannot be sealed", STR_ARG(e->id));
	*ret_row = row;
	return OK;
}

enum err registry_row_read(struct arena *a, struct keyring *k, const struct row *row, struct entity *ret_entity, struct why *why)
{
	struct entity e = { 0 }, personal = { 0 };
	struct seal_key key;
	struct str clear;
	enum err err = field_decode(a, row->body, entity_fields, &e, why);
	if (err)
		return err;
	if (e.sealed.len && keyring_find(k, subject_of(&e), &key) == OK) {
		err = unseal(a, &key, row->key, e.sealed, &clear);
		if (err == OK)
			err = field_decode(a, clear, personal_fields, &personal, why);
		if (err)
			return why_set(why, err, "the sealed part of %.*s is damaged", STR_ARG(row->key));
		e.name = personal.name;
		e.email = personal.email;
		e.phone = personal.phone;
	}
	e.sealed = STR_NONE;
	*ret_entity = e;
	return OK;
}
