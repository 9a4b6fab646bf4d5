/*
 * One entity checked by its columns, its resource brought into its one written form. See registry.h.
 */
#include "attribution/registry.h"

#include "attribution/mark.h"
#include "base/names.h"
#include "model/digest.h"
#include "model/usage_limit.h"

static bool has(const struct entity *e, const char *column)
{
	const struct { const char *name; const struct str *text; } texts[] = { { "customer", &e->customer }, { "reseller", &e->reseller },
		{ "affiliate", &e->affiliate }, { "user", &e->user }, { "service", &e->service }, { "class", &e->class_name }, { "kind", &e->kind },
		{ "resource", &e->resource }, { "ports", &e->ports }, { "target", &e->target }, { "permitted_use", &e->permitted_use },
		{ "document", &e->document }, { "document_version", &e->document_version }, { "unit", &e->unit }, { "language", &e->language }, { "digest", &e->digest },
		{ "name", &e->name }, { "email", &e->email }, { "phone", &e->phone }, { "id", &e->id } };
	const struct { const char *name; bool given; } others[] = { { "type", e->type != ENTITY_NONE }, { "value", e->value != ENTITY_NO_VALUE },
		{ "from", e->from_at != TIME_NONE }, { "until", e->until_at != TIME_NONE }, { "depends", e->depend_count > 0 }, { "lifeline", e->lifeline },
		{ "protected", e->protected_ } };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (str_eq(str_of(column), str_of(texts[i].name)))
			return texts[i].text->len > 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_eq(str_of(column), str_of(others[i].name)))
			return others[i].given;
	return false;
}

static enum err check_columns(const struct entity *e, const char **ret_column, struct why *why)
{
	for (const struct entity_column *c = entity_columns; c->name; c++) {
		*ret_column = c->name;
		if (c->needed >> e->type & 1 && !has(e, c->name))
			return why_set(why, ERR_NOTFOUND, "a %s needs %s", entity_type_words[e->type], c->name);
		if (!(c->types >> e->type & 1) && has(e, c->name))
			return why_set(why, ERR_SYNTAX, "a %s has no %s", entity_type_words[e->type], c->name);
	}
	*ret_column = "value";
	if (e->value != ENTITY_NO_VALUE && e->value < 0)
		return why_set(why, ERR_RANGE, "a limit lies not below 0");
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

enum err normal_asn(struct arena *a, struct str text, struct str *ret_text)
{
	uint64_t n;
	if (str_starts_fold(text, STR("AS")))
		text = str_sub(text, 2, text.len);
	if (str_to_u64(text, UINT32_MAX, &n) != OK || !n)
		return ERR_SYNTAX;
	*ret_text = str_format(a, "AS%llu", (unsigned long long)n);
	return ret_text->ptr ? OK : ERR_NOMEM;
}

enum err normal_mailbox(struct arena *a, struct str text, struct str *ret_text)
{
	struct str domain;
	size_t at = SIZE_MAX;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '@')
			at = i;
	if (at == SIZE_MAX || !at || names_normal(a, str_sub(text, at + 1, text.len), &domain) != OK)
		return ERR_SYNTAX;
	struct str local = str_lower(a, str_sub(text, 0, at));
	*ret_text = str_format(a, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain));
	return ret_text->ptr ? OK : ERR_NOMEM;
}

enum err normal_ports(struct str text, uint16_t *ret_first, uint16_t *ret_last)
{
	size_t dash = str_chr(text, '-');
	uint64_t first = 0, last = UINT16_MAX;
	if (text.len && (str_to_u64(str_sub(text, 0, dash), UINT16_MAX, &first) != OK ||
		str_to_u64(dash == SIZE_MAX ? text : str_sub(text, dash + 1, text.len), UINT16_MAX, &last) != OK || last < first))
		return ERR_SYNTAX;
	*ret_first = (uint16_t)first;
	*ret_last = (uint16_t)last;
	return OK;
}

static enum err normal_resource(struct arena *a, struct entity *e, struct why *why)
{
	struct prefix p;
	struct str given = e->resource;
	switch (e->type) {
	case ENTITY_PREFIX:
		if (prefix_parse(given, &p) != OK)
			return why_set(why, ERR_SYNTAX, "\"%.*s\" is no prefix such as 192.0.2.0/24", STR_ARG(given));
		e->resource = prefix_str(a, &p);
		return OK;
	case ENTITY_ASN:
		return normal_asn(a, given, &e->resource) ? why_set(why, ERR_SYNTAX, "\"%.*s\" is no AS number such as AS64496", STR_ARG(given)) : OK;
	case ENTITY_DOMAIN:
		return names_normal(a, given, &e->resource) ? why_set(why, ERR_SYNTAX, "\"%.*s\" is no domain", STR_ARG(given)) : OK;
	case ENTITY_MAILBOX:
		return normal_mailbox(a, given, &e->resource) ? why_set(why, ERR_SYNTAX, "\"%.*s\" is no mailbox such as joe@example.net", STR_ARG(given)) : OK;
	case ENTITY_MARK:
		return mark_normal(a, mark_kind_of(e->kind), given, &e->resource, why);
	case ENTITY_LOGIN:
		e->resource = str_lower(a, given);
		return OK;
	default:
		return OK;
	}
}

/* The kinds of services, limits and permissions are the provider's own words. */
static bool kind_ok(const struct entity *e, const char **ret_words)
{
	static const struct { enum entity_type type; const char *words; } closed[] = { { ENTITY_PREFIX, "static dynamic delegated shared" },
		{ ENTITY_CONTACT, "abuse technical billing legal" }, { ENTITY_MARK, "mail phone payment name+postcode device" } };
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		struct str rest = str_of(closed[i].words), word;
		bool known = !e->kind.len || e->type != closed[i].type;
		while (!known && str_split(&rest, ' ', &word))
			known = str_eq(e->kind, word);
		*ret_words = closed[i].words;
		if (!known)
			return false;
	}
	return true;
}

static enum err check_ports(const struct entity *e, struct why *why)
{
	uint16_t first, last;
	if (normal_ports(e->ports, &first, &last) != OK)
		return why_set(why, ERR_SYNTAX, "\"%.*s\" are no ports such as 1024-2047", STR_ARG(e->ports));
	if (e->ports.len && !str_eq(e->kind, STR("shared")))
		return why_set(why, ERR_SYNTAX, "only a prefix of kind shared has ports");
	return OK;
}

static enum err check_digest(const struct entity *e, struct why *why)
{
	struct digest_time t;
	if (digest_time_parse(e->digest, &t) == OK)
		return OK;
	return why_set(why, ERR_SYNTAX, "\"%.*s\" is none of: each, daily, daily HOUR, weekly, weekly HOUR", STR_ARG(e->digest));
}

/* Other kinds of limits are the provider's own words. */
static enum err check_limit(const struct entity *e, const char **ret_column, struct why *why)
{
	struct usage_limit l;
	int minutes;
	if (e->customer.len && e->class_name.len) {
		*ret_column = "class";
		return why_set(why, ERR_SYNTAX, "a limit is one customer's, or the default of a class");
	}
	enum err err = usage_limit_is(e) ? usage_limit_read(e, &l, why) : usage_offset_is(e) ? usage_offset_read(e, &minutes, why) : OK;
	*ret_column = err == ERR_NOTFOUND ? "kind" : "unit";
	return err == ERR_NOTFOUND ? ERR_SYNTAX : err;
}

static enum err check_lengths(const struct entity *e, const char **ret_column, struct why *why)
{
	const struct { const char *name; struct str text; } texts[] = { { "class", e->class_name }, { "kind", e->kind }, { "resource", e->resource },
		{ "target", e->target }, { "permitted_use", e->permitted_use }, { "document", e->document }, { "document_version", e->document_version },
		{ "unit", e->unit }, { "language", e->language }, { "name", e->name }, { "email", e->email }, { "phone", e->phone } };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*ret_column = texts[i].name;
		if (texts[i].text.len > ENTITY_TEXT_MAX)
			return why_set(why, ERR_LIMIT, "longer than %d bytes", ENTITY_TEXT_MAX);
		for (size_t k = 0; k < texts[i].text.len; k++)
			if ((unsigned char)texts[i].text.ptr[k] < ' ' || texts[i].text.ptr[k] == 0x7f)
				return why_set(why, ERR_SYNTAX, "a control character");
	}
	return OK;
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
	const char *words;
	*ret_column = "kind";
	if (!kind_ok(e, &words))
		return why_set(why, ERR_SYNTAX, "\"%.*s\" is none of: %s", STR_ARG(e->kind), words);
	*ret_column = "ports";
	err = check_ports(e, why);
	if (err == OK) {
		*ret_column = "digest";
		err = check_digest(e, why);
	}
	if (err == OK)
		err = check_limit(e, ret_column, why);
	if (err == OK)
		err = check_lengths(e, ret_column, why);
	if (err)
		return err;
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

static enum err missing(const char **ret_column, const char *column, const char *what, struct str id, struct why *why)
{
	if (ret_column)
		*ret_column = column;
	return why_set(why, ERR_NOTFOUND, "there is no %s %.*s", what, STR_ARG(id));
}

/* What a row names is its customer's own: else a step against one customer would strike another. */
static enum err check_own(const struct registry *r, const struct entity *e, const char **ret_column, struct why *why)
{
	const struct { const char *column; enum entity_type type; struct str id; } named[] = { { "affiliate", ENTITY_AFFILIATE, e->affiliate },
		{ "user", ENTITY_USER, e->user }, { "service", ENTITY_SERVICE, e->service } };
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const struct entity *n = named[i].id.len ? registry_find(r, named[i].type, named[i].id) : NULL;
		if (named[i].id.len && !n)
			return missing(ret_column, named[i].column, named[i].column, named[i].id, why);
		if (!n || str_eq(n->customer, e->customer))
			continue;
		if (ret_column)
			*ret_column = named[i].column;
		return why_set(why, ERR_RANGE, "%s %.*s is of customer %.*s", named[i].column, STR_ARG(named[i].id), STR_ARG(n->customer));
	}
	return OK;
}

/* At one time one reseller. */
static enum err check_served(const struct registry *r, const struct entity *e, const char **ret_column, struct why *why)
{
	for (const struct entity *o = NULL; (o = registry_of(r, ENTITY_SERVED, e->customer, o));) {
		bool before = o->until_at != TIME_NONE && e->from_at != TIME_NONE && o->until_at <= e->from_at;
		bool after = e->until_at != TIME_NONE && o->from_at != TIME_NONE && e->until_at <= o->from_at;
		if (o == e || before || after)
			continue;
		if (ret_column)
			*ret_column = "from";
		return why_set(why, ERR_RANGE, "it overlaps with served %.*s: one reseller serves a customer at a time", STR_ARG(o->id));
	}
	return OK;
}

enum err registry_check(const struct registry *r, const struct entity *e, const char **ret_column, struct why *why)
{
	if (e->customer.len && !registry_customer(r, e->customer, TIME_NONE))
		return missing(ret_column, "customer", "customer", e->customer, why);
	if (e->reseller.len && !registry_find(r, ENTITY_RESELLER, e->reseller))
		return missing(ret_column, "reseller", "reseller", e->reseller, why);
	for (unsigned i = 0; i < e->depend_count; i++)
		if (!registry_find(r, ENTITY_SERVICE, e->depends[i]))
			return missing(ret_column, "depends", "service", e->depends[i], why);
	if (e->type == ENTITY_DOMAIN && registry_names(r) && names_is_icann_suffix(registry_names(r), e->resource)) {
		if (ret_column)
			*ret_column = "resource";
		return why_set(why, ERR_RANGE, "%.*s is a public suffix: others register the names below it", STR_ARG(e->resource));
	}
	enum err err = check_own(r, e, ret_column, why);
	return err == OK && e->type == ENTITY_SERVED ? check_served(r, e, ret_column, why) : err;
}
