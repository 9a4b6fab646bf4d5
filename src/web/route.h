/*
 * The table of routes: what may be asked of the API, by whom, with what, and what is answered.
 *
 * The dispatcher, the checks of what is sent and the OpenAPI document are all made from it, so that none of them can say something
 * else than the others. Which path a request means is told by the table alone; a parameter that does not stand in it is refused.
 */
#ifndef AUPD_WEB_ROUTE_H
#define AUPD_WEB_ROUTE_H

#include "base/httpd.h"
#include "model/field.h"
#include "model/principal.h"

enum { ROUTE_PARAMS_MAX = 16 };

enum value {
	VALUE_TEXT,             /* at most `most` octets */
	VALUE_NUMBER,           /* 1 to `most` */
	VALUE_CASE,             /* C-4711 */
	VALUE_WORD,             /* one of words */
	VALUE_REST,             /* in a path: all that is left of it */
};

enum place { IN_PATH, IN_QUERY, IN_BODY };

struct param {
	const char *name;
	enum place in;
	enum value value;
	bool needed;
	uint64_t most;
	const char *const *words;
	const char *doc;
};

enum shape { SHAPE_TEXT, SHAPE_NUMBER, SHAPE_FLAG, SHAPE_TIME /* RFC 3339, or null */, SHAPE_NOUN, SHAPE_LIST, SHAPE_TEXTS, SHAPE_ANY };

/* One member of an answer. */
struct member {
	const char *name;               /* NULL closes a list of them */
	enum shape shape;
	const char *noun;               /* SHAPE_NOUN; SHAPE_LIST of such: name in the document */
	const struct field *fields;     /* of that noun */
	const struct member *members;   /* SHAPE_LIST of objects that are made of these */
};

struct web_call;

struct route {
	const char *method, *path;      /* "/v1/cases/{case}" */
	const char *name;               /* of the operation */
	unsigned scopes;                /* set of SCOPES() */
	const char *doc;                /* one line */
	const struct param *params;     /* closed by a NULL name; may be NULL */
	/* One of the three: read from the store; a command of the judge, to which all parameters go; the body is such a command itself. */
	enum err (*read)(struct web_call *c);
	const char *op;                 /* of a GET: one that only tells; the judge refuses any other */
	bool passes;
	const struct member *answer;
	const char *type;               /* of an answer that is no JSON; NULL */
};

extern const struct route routes[];     /* closed by a NULL path */

/* The parameters of one request, by their place in the table; STR_NONE: not given. */
struct values { struct str text[ROUTE_PARAMS_MAX]; };

/* The route of method and path, and what its path says. *ret_path_known: there is one by another method. NULL: none. */
const struct route *route_find(struct str method, struct str path, struct values *ret_values, bool *ret_path_known);
/* Query and body against the table. ERR_SYNTAX, ERR_RANGE with the name of what is wrong. */
enum err route_check(const struct route *t, const struct http_request *r, struct values *values, struct why *why) MUST_CHECK;
/* A GET: safe, whoever answers it. */
bool route_reads(const struct route *t);
/* STR_NONE when it is not given, or the route has none of that name. */
struct str route_value(const struct route *t, const struct values *values, const char *name);

#endif
