/*
 * XML (libexpat) for reports that strangers send: a small tree in the arena, or an error with its line and column.
 *
 * document type declaration is refused before anything inside it is read, so that there are no entities but the five of
 * XML itself, no external reads and no expansion. UTF-8, UTF-16, US-ASCII and ISO-8859-1 are read, all text comes out as
 * UTF-8. Size, depth, elements and attributes are bounded. Comments and processing instructions are left out. Names are
 * local: a namespace prefix is split off, and is not looked up. Every element knows its bytes in the text, because a
 * fact that is used as evidence must point at them.
 */
#ifndef AUPD_BASE_XML_H
#define AUPD_BASE_XML_H

#include "base/arena.h"
#include "base/str.h"

enum { XML_BYTES_MAX = 16 << 20, XML_DEPTH_MAX = 64, XML_NODES_MAX = 100000, XML_ATTRIBUTES_MAX = 64 /* of one element */ };

struct xml_attribute {
	struct str name, value;         /* local name; decoded */
	struct xml_attribute *next;
};

struct xml {
	struct str name;                /* local */
	struct str prefix;              /* as written, STR_NONE without one */
	struct xml_attribute *attributes;
	struct str text;                /* all character data directly inside, joined; decoded */
	size_t from, to;                /* the element's bytes in the document, tags included */
	struct xml *child, *next;
};

enum err xml_read(struct arena *a, struct str text, struct xml **ret_root, struct why *why) MUST_CHECK;
const struct xml *xml_child(const struct xml *x, const char *name);             /* first of that local name, or NULL; x may be NULL */
const struct xml *xml_next(const struct xml *x);                                /* next sibling of the same name, or NULL */
const struct xml *xml_at(const struct xml *root, const char *path);             /* "a.b.c" below root */
struct str xml_text(const struct xml *x, const char *name);                     /* a child's text without blanks around it, or STR_NONE */
struct str xml_attribute(const struct xml *x, const char *name);                /* STR_NONE when absent */

#endif
