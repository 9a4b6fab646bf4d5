/*
 * The XML reader. See xml.h; the only user of libexpat.
 *
 * Hostile input can at most reach a bound: libexpat gets past no document type, so it expands nothing, and the first thing
 * that is refused stops it for good.
 */
#include "base/xml.h"

#include <expat.h>

#include "base/seal.h"

struct level {
	struct xml *node, *last;
	char *text;                     /* of node: room for more, where its text lies */
	size_t text_room;
};

struct parse {
	struct arena *a;
	XML_Parser parser;
	struct level stack[XML_DEPTH_MAX];
	unsigned depth, nodes;
	struct xml *root;
	enum err err;
	const char *reason;
};

static void stop(struct parse *s, enum err e, const char *reason)
{
	if (s->err)
		return;
	s->err = e;
	s->reason = reason;
	(void)XML_StopParser(s->parser, XML_FALSE);
}

static struct str local(struct str name, struct str *ret_prefix)
{
	size_t colon = str_chr(name, ':');
	bool split = colon != SIZE_MAX && colon > 0 && colon + 1 < name.len;
	*ret_prefix = split ? str_sub(name, 0, colon) : STR_NONE;
	return split ? str_sub(name, colon + 1, name.len) : name;
}

static bool add_attributes(struct parse *s, struct xml *x, const char **pairs)
{
	struct xml_attribute **end = &x->attributes;
	struct str prefix;
	for (unsigned n = 0; pairs[0]; pairs += 2, n++) {
		struct xml_attribute *t = n < XML_ATTRIBUTES_MAX ? ARENA_NEW(s->a, struct xml_attribute) : NULL;
		if (!t) {
			stop(s, n < XML_ATTRIBUTES_MAX ? ERR_NOMEM : ERR_LIMIT, n < XML_ATTRIBUTES_MAX ? "no memory" : "too many attributes");
			return false;
		}
		t->name = local(str_copy(s->a, str_of(pairs[0])), &prefix);
		t->value = str_copy(s->a, str_of(pairs[1]));
		if (!t->name.ptr || !t->value.ptr) {
			stop(s, ERR_NOMEM, "no memory");
			return false;
		}
		*end = t;
		end = &t->next;
	}
	return true;
}

static void XMLCALL on_start(void *user, const char *name, const char **pairs)
{
	struct parse *s = user;
	/* a stopped parser may still report what belongs to the same tag */
	if (s->err)
		return;
	if (s->depth == XML_DEPTH_MAX || s->nodes == XML_NODES_MAX) {
		stop(s, ERR_LIMIT, s->depth == XML_DEPTH_MAX ? "nested too deeply" : "too many elements");
		return;
	}
	struct xml *x = ARENA_NEW(s->a, struct xml);
	struct str copy = str_copy(s->a, str_of(name));
	if (!x || !copy.ptr) {
		stop(s, ERR_NOMEM, "no memory");
		return;
	}
	s->nodes++;
	x->name = local(copy, &x->prefix);
	x->from = (size_t)XML_GetCurrentByteIndex(s->parser);
	if (!add_attributes(s, x, pairs))
		return;
	if (!s->depth) {
		s->root = x;
	} else {
		struct level *up = &s->stack[s->depth - 1];
		if (up->last)
			up->last->next = x;
		else
			up->node->child = x;
		up->last = x;
	}
	s->stack[s->depth++] = (struct level){ .node = x };
}

static void XMLCALL on_end(void *user, const char *name)
{
	struct parse *s = user;
	(void)name;
	if (s->err)
		return;
	struct xml *x = s->stack[--s->depth].node;
	x->to = (size_t)XML_GetCurrentByteIndex(s->parser) + (size_t)XML_GetCurrentByteCount(s->parser);
}

/* Character data comes in pieces: the room doubles, so that many pieces cost no more than their bytes. */
static void XMLCALL on_text(void *user, const char *piece, int len)
{
	struct parse *s = user;
	if (s->err || !s->depth || len <= 0)
		return;
	struct level *l = &s->stack[s->depth - 1];
	size_t had = l->node->text.len, need = had + (size_t)len;
	if (need > l->text_room) {
		char *p = arena_alloc(s->a, need * 2);
		if (!p) {
			stop(s, ERR_NOMEM, "no memory");
			return;
		}
		if (had)
			memcpy(p, l->text, had);
		l->text = p;
		l->text_room = need * 2;
	}
	memcpy(l->text + had, piece, (size_t)len);
	l->node->text = (struct str){ l->text, need };
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system_id, const char *public_id, int has_internal)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal;
	stop(user, ERR_UNSUPPORTED, "a document type declaration is not accepted");
}

static enum err fail(struct parse *s, struct why *why)
{
	enum err e = s->err ? s->err : XML_GetErrorCode(s->parser) == XML_ERROR_NO_MEMORY ? ERR_NOMEM : ERR_SYNTAX;
	const char *reason = s->err ? s->reason : XML_ErrorString(XML_GetErrorCode(s->parser));
	(void)why_set(why, e, "%s at byte %lld", reason ? reason : "not XML", (long long)XML_GetCurrentByteIndex(s->parser));
	why_at(why, "", (uint32_t)XML_GetCurrentLineNumber(s->parser), (uint32_t)XML_GetCurrentColumnNumber(s->parser) + 1);
	return e;
}

enum err xml_read(struct arena *a, struct str text, struct xml **ret_root, struct why *why)
{
	struct parse s = { .a = a };
	unsigned long salt;
	if (text.len > XML_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "the text is too long");
	s.parser = XML_ParserCreate(NULL);
	if (!s.parser)
		return why_set(why, ERR_NOMEM, "no memory for a parser");
	random_bytes(&salt, sizeof(salt));
	(void)XML_SetHashSalt(s.parser, salt);
	XML_SetUserData(s.parser, &s);
	XML_SetElementHandler(s.parser, on_start, on_end);
	XML_SetCharacterDataHandler(s.parser, on_text);
	XML_SetStartDoctypeDeclHandler(s.parser, on_doctype);
	enum XML_Status status = XML_Parse(s.parser, text.len ? text.ptr : "", (int)text.len, 1);
	enum err e = status == XML_STATUS_OK && !s.err ? OK : fail(&s, why);
	XML_ParserFree(s.parser);
	if (e == OK)
		*ret_root = s.root;
	return e;
}

static const struct xml *named(const struct xml *x, struct str name)
{
	while (x && !str_eq(x->name, name))
		x = x->next;
	return x;
}

const struct xml *xml_child(const struct xml *x, const char *name)
{
	return x ? named(x->child, str_of(name)) : NULL;
}

const struct xml *xml_next(const struct xml *x)
{
	return named(x->next, x->name);
}

const struct xml *xml_at(const struct xml *root, const char *path)
{
	struct str rest = str_of(path), part;
	while (root && str_split(&rest, '.', &part))
		root = named(root->child, part);
	return root;
}

struct str xml_text(const struct xml *x, const char *name)
{
	const struct xml *c = xml_child(x, name);
	return c ? str_trim(c->text) : STR_NONE;
}

struct str xml_attribute(const struct xml *x, const char *name)
{
	const struct xml_attribute *t = x ? x->attributes : NULL;
	while (t && !str_eq(t->name, str_of(name)))
		t = t->next;
	return t ? t->value : STR_NONE;
}
