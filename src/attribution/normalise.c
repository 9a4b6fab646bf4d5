/*
 * One entity checked by its columns, its resource brought into its one written form. See registry.h.
 */
#include "attribution/registry.h"

#include "base/names.h"

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

static bool is_text(const char *column)
{
	static const char *const others[] = { "type", "value", "from", "until", "depends", "lifeline", "protected" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_eq(str_of(column), str_of(others[i])))
			return false;
	return true;
}

static enum err check_columns(const struct entity *e, const char **ret_column, struct why *why)
{
	for (const struct entity_column *c = entity_columns; c->name; c++) {
		if (!is_text(c->name))
			continue;
		*ret_column = c->name;
		if (c->needed >> e->type & 1 && !has(e, c->name))
			return why_set(why, ERR_NOTFOUND, "a %s needs %s", entity_type_words[e->type], c->name);
		if (!(c->types >> e->type & 1) && has(e, c->name))
			return why_set(why, ERR_SYNTAX, "a %s has no %s", entity_type_words[e->type], c->name);
	}
	*ret_column = "depends";
	if (e->depend_count && e->type != ENTITY_SERVICE)
		return why_set(why, ERR_SYNTAX, "a %s has no depends", entity_type_words[e->type]);
	*ret_column = "lifeline";
	if (e->lifeline && e->type != ENTITY_SERVICE)
		return why_set(why, ERR_SYNTAX, "a %s has no lifeline", entity_type_words[e->type]);
	*ret_column = NULL;
	return OK;
}

static bool id_ok(struct str id)
{
	for (size_t i = 0; i < id.len; i++)
		if ((unsigned char)id.ptr[i] <= ' ' || id.ptr[i] == '/' || id.ptr[i] == 0x7f)
			return false;
	return id.len && id.len <= ENTITY_ID_MAX;
}

static enum err normal_asn(struct arena *a, struct entity *e, struct why *why)
{
	uint64_t n;
	struct str text = e->resource;
	if (str_starts_fold(text, STR("AS")))
		text = str_sub(text, 2, text.len);
	if (str_to_u64(text, UINT32_MAX, &n) != OK || !n)
		return why_set(why, ERR_SYNTAX, "\"%.*s\" is no AS number such as AS64496", STR_ARG(e->resource));
	e->resource = str_format(a, "AS%llu", (unsigned long long)n);
	return OK;
}

static enum err normal_resource(struct arena *a, struct entity *e, struct why *why)
{
	struct prefix p;
	size_t at = str_chr(e->resource, '@');
	switch (e->type) {
	case ENTITY_PREFIX:
		if (prefix_parse(e->resource, &p) != OK)
			return why_set(why, ERR_SYNTAX, "\"%.*s\" is no prefix such as 192.0.2.0/24", STR_ARG(e->resource));
		e->resource = prefix_str(a, &p);
		return OK;
	case ENTITY_ASN:
		return normal_asn(a, e, why);
	case ENTITY_DOMAIN:
		if (names_normal(a, e->resource, &e->resource) != OK)
			return why_set(why, ERR_SYNTAX, "\"%.*s\" is no domain", STR_ARG(e->resource));
		return OK;
	case ENTITY_MAILBOX:
		if (at == SIZE_MAX || !at || at + 1 == e->resource.len)
			return why_set(why, ERR_SYNTAX, "\"%.*s\" is no mailbox such as joe@example.net", STR_ARG(e->resource));
		e->resource = str_lower(a, e->resource);
		return OK;
	case ENTITY_LOGIN:
		e->resource = str_lower(a, e->resource);
		return OK;
	default:
		return OK;
	}
}

static bool kind_ok(const struct entity *e)
{
	static const char *const kinds[] = { "static", "dynamic", "delegated", "shared" };
	bool known = !e->kind.len || e->type != ENTITY_PREFIX;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known |= str_eq(e->kind, str_of(kinds[i]));
	return known;
}

static enum err normalise(struct arena *a, struct entity *e, const char **ret_column, struct why *why)
{
	*ret_column = "type";
	if (e->type == ENTITY_NONE || e->type >= ENTITY_TYPE_END)
		return why_set(why, ERR_SYNTAX, "an entity needs a type");
	*ret_column = "id";
	if (!id_ok(e->id))
		return why_set(why, ERR_SYNTAX, "\"%.*s\" cannot be an id: no blanks, no \"/\", at most %d bytes", STR_ARG(e->id), ENTITY_ID_MAX);
	enum err err = check_columns(e, ret_column, why);
	if (err)
		return err;
	*ret_column = "until";
	if (e->from_at != TIME_NONE && e->until_at != TIME_NONE && e->until_at <= e->from_at)
		return why_set(why, ERR_RANGE, "its validity ends before it begins");
	*ret_column = "kind";
	if (!kind_ok(e))
		return why_set(why, ERR_SYNTAX, "\"%.*s\" is none of static, dynamic, delegated, shared", STR_ARG(e->kind));
	*ret_column = "resource";
	return normal_resource(a, e, why);
}

enum err registry_normalise(struct arena *a, struct entity *e, const char **ret_column, struct why *why)
{
	const char *column = NULL;
	enum err err = normalise(a, e, &column, why);
	if (ret_column)
		*ret_column = err ? column : NULL;
	return err;
}

static bool holder_exists(const struct registry *r, struct str id)
{
	return registry_find(r, ENTITY_CUSTOMER, id) || registry_find(r, ENTITY_RESELLER, id);
}

static enum err missing(const char **ret_column, const char *column, struct str id, struct why *why)
{
	if (ret_column)
		*ret_column = column;
	return why_set(why, ERR_NOTFOUND, "there is no %s %.*s", column, STR_ARG(id));
}

enum err registry_check(const struct registry *r, const struct entity *e, const char **ret_column, struct why *why)
{
	if (e->customer.len && !holder_exists(r, e->customer))
		return missing(ret_column, "customer", e->customer, why);
	if (e->reseller.len && !registry_find(r, ENTITY_RESELLER, e->reseller))
		return missing(ret_column, "reseller", e->reseller, why);
	if (e->user.len && !registry_find(r, ENTITY_USER, e->user))
		return missing(ret_column, "user", e->user, why);
	if (e->service.len && !registry_find(r, ENTITY_SERVICE, e->service))
		return missing(ret_column, "service", e->service, why);
	for (unsigned i = 0; i < e->depend_count; i++)
		if (!registry_find(r, ENTITY_SERVICE, e->depends[i]))
			return missing(ret_column, "depends", e->depends[i], why);
	return OK;
}
