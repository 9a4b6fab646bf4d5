/*
 * A form of the console as a command of the judge.
 *
 * application/x-www-form-urlencoded (WHATWG URL 5.1). A field's name is that of the command's member; "n:NAME" is a number, "f:NAME" a truth
 * value ("yes"), "l:NAME" a list of all fields of that name, "s:NAME" a member of the object `set`. What begins with "_" is for the desk alone: _token,
 * _to, _show.
 * Empty fields are members that are not there. A form with a file comes as multipart/form-data (RFC 7578): its octets go in base64 in a line behind the
 * command, and its name is the member `name`.
 */
#ifndef AUPD_WEB_CONSOLE_FORM_H
#define AUPD_WEB_CONSOLE_FORM_H

#include "web/console.h"

struct form {
	struct http_pair fields[CONSOLE_FIELDS_MAX];
	unsigned count;
	struct str file;                /* octets; STR_NONE: none */
};

/* ERR_SYNTAX: no such form, or no text; ERR_LIMIT: too much of it. */
enum err form_read(struct arena *a, struct str type, struct str body, struct form *ret_form) MUST_CHECK;
struct str form_value(const struct form *f, const char *name);  /* the first; STR_NONE */
/* As JSON, with its file behind it; STR_NONE without memory. What is no number is sent as the text that it is, for the judge to refuse. */
struct str form_command(struct arena *a, const struct form *f);

#endif
