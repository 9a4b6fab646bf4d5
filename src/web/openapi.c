/*
 * The OpenAPI 3.1 document of the table of routes. Nouns of the store become schemas by the very tables that write and read them.
 */
#include <stdio.h>

#include "model/webhook.h"
#include "web/call.h"
#include "web/openapi.h"

enum { NOUNS_MAX = 64, TEXT_BYTES = 128 };

struct nouns {
	struct noun { const char *name; const struct field *fields; } of[NOUNS_MAX];
	size_t count;
};

static void put_type(struct jsonw *w, const char *type)
{
	jsonw_str(w, "type", str_of(type));
}

static void put_fields(struct jsonw *w, const struct field *fields);

static void put_field(struct jsonw *w, const struct field *f)
{
	jsonw_object(w, f->name);
	switch (f->type) {
	case FIELD_STR: case FIELD_ADDR: case FIELD_DIGEST:
		put_type(w, "string");
		break;
	case FIELD_BYTES:
		put_type(w, "string");
		jsonw_str(w, "contentEncoding", STR("base64"));
		break;
	case FIELD_ENUM:
		put_type(w, "string");
		jsonw_array(w, "enum");
		for (const char *const *word = f->words; *word; word++)
			jsonw_str(w, NULL, str_of(*word));
		jsonw_end(w, ']');
		break;
	case FIELD_BOOL:
		put_type(w, "boolean");
		break;
	case FIELD_INT: case FIELD_OPTIONAL: case FIELD_U64: case FIELD_U32: case FIELD_U16:
		put_type(w, "integer");
		break;
	case FIELD_TIME:
		put_type(w, "integer");
		jsonw_str(w, "description", STR("microseconds since 1970"));
		break;
	case FIELD_STRUCT:
		put_fields(w, f->fields);
		break;
	case FIELD_LIST: case FIELD_STRS:
		put_type(w, "array");
		jsonw_object(w, "items");
		if (f->type == FIELD_LIST)
			put_fields(w, f->fields);
		else
			put_type(w, "string");
		jsonw_end(w, '}');
		break;
	}
	jsonw_end(w, '}');
}

static void put_fields(struct jsonw *w, const struct field *fields)
{
	put_type(w, "object");
	jsonw_object(w, "properties");
	for (; fields->name; fields++)
		put_field(w, fields);
	jsonw_end(w, '}');
	jsonw_bool(w, "additionalProperties", false);
}

static void put_noun(struct jsonw *w, const struct member *m, struct nouns *nouns)
{
	char text[TEXT_BYTES];
	size_t i = 0;
	while (i < nouns->count && strcmp(nouns->of[i].name, m->noun) != 0)
		i++;
	BUG_ON(i == NOUNS_MAX);
	if (i == nouns->count)
		nouns->of[nouns->count++] = (struct noun){ m->noun, m->fields };
	(void)snprintf(text, sizeof(text), "#/components/schemas/%s", m->noun);
	jsonw_str(w, "$ref", str_of(text));
}

static void put_members(struct jsonw *w, const struct member *members, struct nouns *nouns);

static void put_member(struct jsonw *w, const struct member *m, struct nouns *nouns)
{
	jsonw_object(w, m->name);
	switch (m->shape) {
	case SHAPE_TEXT: put_type(w, "string"); break;
	case SHAPE_NUMBER: put_type(w, "integer"); break;
	case SHAPE_FLAG: put_type(w, "boolean"); break;
	case SHAPE_NOUN: put_noun(w, m, nouns); break;
	case SHAPE_ANY: break;
	case SHAPE_TIME:
		jsonw_array(w, "type");
		jsonw_str(w, NULL, STR("string"));
		jsonw_str(w, NULL, STR("null"));
		jsonw_end(w, ']');
		jsonw_str(w, "format", STR("date-time"));
		break;
	case SHAPE_LIST: case SHAPE_TEXTS:
		put_type(w, "array");
		jsonw_object(w, "items");
		if (m->shape == SHAPE_TEXTS)
			put_type(w, "string");
		else if (m->noun)
			put_noun(w, m, nouns);
		else
			put_members(w, m->members, nouns);
		jsonw_end(w, '}');
		break;
	}
	jsonw_end(w, '}');
}

static void put_members(struct jsonw *w, const struct member *members, struct nouns *nouns)
{
	put_type(w, "object");
	jsonw_object(w, "properties");
	for (; members->name; members++)
		put_member(w, members, nouns);
	jsonw_end(w, '}');
	jsonw_bool(w, "additionalProperties", false);
}

static void put_schema(struct jsonw *w, const struct param *p)
{
	put_type(w, p->value == VALUE_NUMBER ? "integer" : "string");
	if (p->value == VALUE_NUMBER) {
		jsonw_int(w, "minimum", 1);
		jsonw_int(w, "maximum", (int64_t)p->most);
	} else if (p->value == VALUE_CASE) {
		jsonw_str(w, "pattern", STR("^(C-)?[0-9]+$"));
	} else if (p->value == VALUE_WORD) {
		jsonw_array(w, "enum");
		for (const char *const *word = p->words; *word; word++)
			jsonw_str(w, NULL, str_of(*word));
		jsonw_end(w, ']');
	} else {
		jsonw_int(w, "maxLength", (int64_t)p->most);
	}
}

static void put_param(struct jsonw *w, const char *name, const char *in, bool needed, const char *doc, const struct param *p)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "name", str_of(name));
	jsonw_str(w, "in", str_of(in));
	jsonw_bool(w, "required", needed);
	jsonw_str(w, "description", str_of(doc));
	jsonw_object(w, "schema");
	put_schema(w, p);
	jsonw_end(w, '}');
	jsonw_end(w, '}');
}

static void put_params(struct jsonw *w, const struct route *t)
{
	static const struct param token = { .value = VALUE_TEXT, .most = WEB_TOKEN_MAX };
	jsonw_array(w, "parameters");
	for (const struct param *p = t->params; p && p->name; p++)
		if (p->in != IN_BODY)
			put_param(w, p->name, p->in == IN_PATH ? "path" : "query", p->needed, p->doc, p);
	if (!route_reads(t))
		put_param(w, "Idempotency-Key", "header", false, "the same text and the same body again get the same answer, and nothing is done again", &token);
	jsonw_end(w, ']');
}

static void put_body(struct jsonw *w, const struct route *t)
{
	jsonw_object(w, "requestBody");
	jsonw_bool(w, "required", true);
	jsonw_object(w, "content");
	jsonw_object(w, "application/json");
	jsonw_object(w, "schema");
	put_type(w, "object");
	jsonw_object(w, "properties");
	if (t->passes) {
		jsonw_object(w, "op");
		put_type(w, "string");
		jsonw_end(w, '}');
	}
	for (const struct param *p = t->params; p && p->name; p++) {
		if (p->in != IN_BODY)
			continue;
		jsonw_object(w, p->name);
		put_schema(w, p);
		jsonw_str(w, "description", str_of(p->doc));
		jsonw_end(w, '}');
	}
	jsonw_end(w, '}');
	jsonw_array(w, "required");
	if (t->passes)
		jsonw_str(w, NULL, STR("op"));
	for (const struct param *p = t->params; p && p->name; p++)
		if (p->in == IN_BODY && p->needed)
			jsonw_str(w, NULL, str_of(p->name));
	jsonw_end(w, ']');
	jsonw_bool(w, "additionalProperties", t->passes);
	for (int i = 0; i < 4; i++)
		jsonw_end(w, '}');
}

static void put_responses(struct jsonw *w, const struct route *t, struct nouns *nouns)
{
	jsonw_object(w, "responses");
	jsonw_object(w, "200");
	jsonw_str(w, "description", STR("done"));
	jsonw_object(w, "content");
	jsonw_object(w, t->type ? t->type : "application/json");
	jsonw_object(w, "schema");
	if (t->type)
		put_type(w, "string");
	else if (t->answer)
		put_members(w, t->answer, nouns);
	else
		put_type(w, "object");
	for (int i = 0; i < 4; i++)
		jsonw_end(w, '}');
	jsonw_object(w, "default");
	jsonw_str(w, "$ref", STR("#/components/responses/Error"));
	jsonw_end(w, '}');
	jsonw_end(w, '}');
}

static void put_operation(struct jsonw *w, const struct route *t, struct nouns *nouns)
{
	char method[8] = { 0 };
	for (size_t i = 0; t->method[i] && i + 1 < sizeof(method); i++)
		method[i] = (char)(t->method[i] | 0x20);
	jsonw_object(w, method);
	jsonw_str(w, "operationId", str_of(t->name));
	jsonw_str(w, "summary", str_of(t->doc));
	jsonw_array(w, "x-scopes");
	for (int i = 0; i < SCOPE_END; i++)
		if (t->scopes & SCOPES(i))
			jsonw_str(w, NULL, str_of(scope_words[i]));
	jsonw_end(w, ']');
	put_params(w, t);
	if (!route_reads(t))
		put_body(w, t);
	put_responses(w, t, nouns);
	jsonw_end(w, '}');
}

static void put_components(struct jsonw *w, struct nouns *nouns)
{
	static const struct member error[] = { { .name = "error" }, { .name = "hint" }, { .name = "place" }, { .name = "line", .shape = SHAPE_NUMBER },
		{ .name = "column", .shape = SHAPE_NUMBER }, { .name = "code", .shape = SHAPE_NUMBER }, { .name = "replayed", .shape = SHAPE_FLAG }, { .name = NULL } };
	jsonw_object(w, "components");
	jsonw_object(w, "schemas");
	for (size_t i = 0; i < nouns->count; i++) {
		jsonw_object(w, nouns->of[i].name);
		put_fields(w, nouns->of[i].fields);
		jsonw_end(w, '}');
	}
	jsonw_object(w, "Error");
	put_members(w, error, nouns);
	jsonw_end(w, '}');
	jsonw_end(w, '}');
	jsonw_object(w, "responses");
	jsonw_object(w, "Error");
	jsonw_str(w, "description", STR("refused, and why"));
	jsonw_raw(w, "content", STR("{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}"));
	jsonw_end(w, '}');
	jsonw_end(w, '}');
	jsonw_raw(w, "securitySchemes", STR("{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	jsonw_end(w, '}');
}

static void put_header(struct jsonw *w, const char *name, const char *doc)
{
	static const struct param text = { .value = VALUE_TEXT, .most = 1000 };
	put_param(w, name, "header", true, doc, &text);
}

static void put_hook_body(struct jsonw *w, const char *kind, const char *about)
{
	char data[TEXT_BYTES * 2];
	(void)snprintf(data, sizeof(data), "{\"type\":\"object\",\"properties\":{\"%s\":{\"type\":\"string\"},\"path\":{\"type\":\"string\"}},\"additionalProperties\":false}", about);
	jsonw_object(w, "requestBody");
	jsonw_object(w, "content");
	jsonw_object(w, "application/json");
	jsonw_object(w, "schema");
	put_type(w, "object");
	jsonw_object(w, "properties");
	jsonw_raw(w, "id", STR("{\"type\":\"string\"}"));
	jsonw_object(w, "type");
	put_type(w, "string");
	jsonw_str(w, "const", str_of(kind));
	jsonw_end(w, '}');
	jsonw_raw(w, "timestamp", STR("{\"type\":\"string\",\"format\":\"date-time\"}"));
	jsonw_raw(w, "data", str_of(data));
	jsonw_end(w, '}');
	jsonw_bool(w, "additionalProperties", false);
	for (int i = 0; i < 4; i++)
		jsonw_end(w, '}');
}

/* What subscribers are sent: the table of kinds. */
static void put_hooks(struct jsonw *w)
{
	jsonw_object(w, "webhooks");
	for (int k = 0; k < HOOK_KINDS; k++) {
		jsonw_object(w, hook_kind_words[k]);
		jsonw_object(w, "post");
		jsonw_str(w, "summary", str_of(hook_kinds[k].doc));
		jsonw_array(w, "x-scopes");
		for (int i = 0; i < SCOPE_END; i++)
			if (hook_kinds[k].scopes & SCOPES(i))
				jsonw_str(w, NULL, str_of(scope_words[i]));
		jsonw_end(w, ']');
		jsonw_array(w, "parameters");
		put_header(w, "webhook-id", "of the event, the same each time that it is sent");
		put_header(w, "webhook-timestamp", "seconds since 1970, of this time");
		put_header(w, "webhook-signature", "v1, and HMAC-SHA-256 in base64; two while a secret is being replaced");
		jsonw_end(w, ']');
		put_hook_body(w, hook_kind_words[k], k == HOOK_TEST ? "webhook" : k == HOOK_REPORT_STATE ? "report" : "case");
		jsonw_raw(w, "responses", STR("{\"2XX\":{\"description\":\"taken\"},\"410\":{\"description\":\"not any more: the webhook is disabled\"}}"));
		jsonw_end(w, '}');
		jsonw_end(w, '}');
	}
	jsonw_end(w, '}');
}

/* Is this the first route of its path? Its methods stand together. */
static bool first_of(const struct route *t)
{
	for (const struct route *before = routes; before != t; before++)
		if (strcmp(before->path, t->path) == 0)
			return false;
	return true;
}

void web_openapi(struct buf *out)
{
	struct nouns nouns = { .count = 0 };
	struct jsonw w;
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "openapi", STR("3.1.0"));
	jsonw_object(&w, "info");
	jsonw_str(&w, "title", STR("aupd"));
	jsonw_str(&w, "version", STR("1"));
	jsonw_str(&w, "description", STR("see aupd-api(7)"));
	jsonw_end(&w, '}');
	jsonw_raw(&w, "security", STR("[{\"key\":[]},{}]"));
	jsonw_object(&w, "paths");
	for (const struct route *t = routes; t->path; t++) {
		if (!first_of(t))
			continue;
		jsonw_object(&w, t->path);
		for (const struct route *same = t; same->path; same++)
			if (strcmp(same->path, t->path) == 0)
				put_operation(&w, same, &nouns);
		jsonw_end(&w, '}');
	}
	jsonw_end(&w, '}');
	put_hooks(&w);
	put_components(&w, &nouns);
	jsonw_end(&w, '}');
}

enum err read_openapi(struct web_call *c)
{
	struct buf b;
	buf_init(&b, OPENAPI_BYTES_MAX);
	web_openapi(&b);
	c->text = str_copy(c->arena, buf_str(&b));
	enum err e = b.err ? why_set(c->why, b.err, "the document is too long") : OK;
	buf_done(&b);
	return e;
}
