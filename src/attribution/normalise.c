/*
 * One entity checked by its columns, its resource brought into its one written form. See registry.h.
 */
#include "attribution/registry.h"

static bool has(const struct entity *e, const char *column)
{
	const struct { const char *name; const struct str *text; } texts[] = { { "customer", &e->customer }, { "reseller", &e->reseller }, { "user", &e->user },
		{ "service", &e->service }, { "class", &e->class_name }, { "kind", &e->kind }, { "resource", &e->resource }, { "target", &e->target },
		{ "permitted_use", &e->permitted_use }, { "document", &e->document }, { "document_version", &e->document_version }, { "unit", &e->unit },
		{ "language", &e->language }, { "name", &e->name }, { "email", &e->email }, { "phone", &e->phone }, { "id", &e->id } };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (str_eq(str_of(column), str_of(texts[i].name)))
			return texts[i].text->len > 0;
	return false;
}

static enum err check_columns(const struct entity *e, struct why *why)
{
	static const char *const numbers[] = { "type", "value", "from", "until", "depends", "lifeline", "protected" };
	for (const struct entity_column *c = entity_columns; c->name; c++) {
		bool number = false;
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			number |= str_eq(str_of(c->name), str_of(numbers[i]));
		if (number)
			continue;
		if (c->needed >> e->type & 1 && !has(e, c->name))
			return why_set(why, ERR_NOTFOUND, "a %s needs %s", entity_type_words[e->type], c->name);
		if (!(c->types >> e->type & 1) && has(e, c->name))
			return why_set(why, ERR_SYNTAX, "a %s has no %s", entity_type_words[e->type], c->name);
	}
	return OK;
}

static bool id_ok(struct str id)
{
	for (size_t i = 0; i < id.len; i++)
		if ((unsigned char)id.ptr[i] <= ' ' || id.ptr[i] == '/' || id.ptr[i] == 0x7f)
			return false;
	return id.len && id.len <= ENTITY_ID_MAX;
}

static enum err normal_resource(struct arena *a, struct entity *e, struct why *why)
{
	struct prefix p;
	switch (e->type) {
	case ENTITY_PREFIX:
		if (prefix_parse(e->resource, &p) != OK)
			return why_set(why, ERR_SYNTAX, "\"%.*s\" is no prefix such as 192.0.2.0/24", STR_ARG(e->resource));
		e->resource = prefix_str(a, &p);
		return OK;
	case ENTITY_DOMAIN: case ENTITY_MAILBOX: case ENTITY_LOGIN:
		e->resource = str_lower(a, e->resource);
		return OK;
	default:
		return OK;
	}
}

enum err registry_normalise(struct arena *a, struct entity *e, struct why *why)
{
	if (e->type == ENTITY_NONE || e->type >= ENTITY_TYPE_END)
		return why_set(why, ERR_SYNTAX, "an entity needs a type");
	if (!id_ok(e->id))
		return why_set(why, ERR_SYNTAX, "\"%.*s\" cannot be an id: no blanks, no \"/\", at most %d bytes", STR_ARG(e->id), ENTITY_ID_MAX);
	if (e->from_at != TIME_NONE && e->until_at != TIME_NONE && e->until_at <= e->from_at)
		return why_set(why, ERR_RANGE, "its validity ends before it begins");
	enum err err = check_columns(e, why);
	return err ? err : normal_resource(a, e, why);
}
