/*
 * The list of a page as a file: ?format=csv or ?format=json at the page's own address, with the page's own filter.
 *
 * The list is `rows`, or else the first array of objects, in the part that is named "list", or else in the first one. It is read from its beginning,
 * page of the API by page, to EXPORT_ROWS_MAX rows and EXPORT_BYTES_MAX octets; where the judge answers, it is the one page that it gives. When
 * there would have been more, the file's name says so.
 *
 * CSV (RFC 4180) has a column for each member of the first page's rows, members within members by their path; what later rows have
 * beyond them stands in the last column. Texts that a spreadsheet would run are kept from it by an apostrophe before them.
 */
#ifndef AUPD_WEB_CONSOLE_EXPORT_H
#define AUPD_WEB_CONSOLE_EXPORT_H

#include "web/console_call.h"

enum { EXPORT_ROWS_MAX = 10000, EXPORT_BYTES_MAX = 8 << 20, EXPORT_COLUMNS_MAX = 200 };

/* Is the page asked for as a file? */
bool console_export_asked(const struct http_request *r);
/* Its answer; status 0: the judge is asked, and what it says goes to console_told(). */
void console_export_take(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer);
/* The addresses of the files of the page that is being written, as members of its data. */
void console_export_links(struct http_request *r, const struct console_call *call, struct jsonw *w);

#endif
