/*
 * The public form of reports (multipart/form-data, RFC 7578) as a mail, so that what follows is what follows a mail.
 *
 * One file that a machine wrote, and nothing beside it, goes on as it is. Of a report of the sealed class its words are taken and nothing that
 * could be a picture: no file and no message. Nothing here answers or sends anything.
 */
#ifndef AUPD_INTAKE_REPORT_FORM_H
#define AUPD_INTAKE_REPORT_FORM_H

#include "base/arena.h"
#include "base/str.h"

enum {
	REPORT_FORM_PARTS_MAX = 32, REPORT_FORM_FILES_MAX = 10, REPORT_FORM_FILE_MAX = 5 << 20, REPORT_FORM_BYTES_MAX = 15 << 20, REPORT_FORM_LINE_MAX = 2000,
	REPORT_FORM_TEXT_MAX = 256 << 10, REPORT_FORM_NAME_MAX = 100, REPORT_FORM_MAIL_MAX = 254,
};

enum report_form_kind { REPORT_SPAM, REPORT_PHISHING, REPORT_ATTACK, REPORT_COPYRIGHT, REPORT_CONTENT, REPORT_CHILD, REPORT_OTHER, REPORT_KINDS };
extern const char *const report_form_kind_words[];

struct report_file { struct str name, bytes; };

struct report_form {
	enum report_form_kind kind;
	struct str source, when, url, mail;     /* one line each */
	struct str text, pasted;
	struct report_file files[REPORT_FORM_FILES_MAX];
	unsigned file_count;
};

/* ERR_SYNTAX: it is no such form; ERR_LIMIT: too much of it; ERR_NOTFOUND: it says nothing. Slices of body. */
enum err report_form_read(struct arena *a, struct str type, struct str body, struct report_form *ret_form) MUST_CHECK;
/* The report, and the name of the file that it was, if it was one alone. STR_NONE without memory. */
struct str report_form_write(struct arena *a, const struct report_form *f, int64_t now, struct str *ret_name);

#endif
