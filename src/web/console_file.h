/*
 * Attachments of cases, handed to a browser as files: POST /file with case, event and because.
 *
 * A POST, for that somebody read it is recorded in his name: no link from elsewhere can make a look. It is never shown as a page, whatever is in
 * it: saved under a plain name, as octets.
 */
#ifndef AUPD_WEB_CONSOLE_FILE_H
#define AUPD_WEB_CONSOLE_FILE_H

#include "web/console_call.h"

#define CONSOLE_FILE STR("/file")

void console_file_take(struct web *web, struct http_request *r, struct console_call *call, struct web_answer *ret_answer);

#endif
