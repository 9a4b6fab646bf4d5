/*
 * The words of pages for outsiders, in the languages that there are: web/words/LANG.txt, compiled by tools/words. Pages of operators are English.
 */
#ifndef AUPD_WEB_WORDS_H
#define AUPD_WEB_WORDS_H

#include "base/httpd.h"

struct words {
	const char *language;           /* NULL closes the list; the first one is that of whoever wants none of them */
	struct str json;                /* an object: text by key */
};

extern const struct words words[];

/* What the address asks for (lang), or else what is known of whoever reads it, or else what his browser asks for (RFC 9110 12.5.4). */
const struct words *words_for(const struct http_request *r, struct str known);

#endif
