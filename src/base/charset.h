/*
 * Text in the charsets that mail still comes in, to UTF-8. iconv stands behind this one wrapper.
 *
 * A closed list is opened by charset_start, before a role's sandbox: nothing is loaded afterwards. Bytes of any other
 * charset stay as they are, and the caller notes it.
 */
#ifndef AUPD_BASE_CHARSET_H
#define AUPD_BASE_CHARSET_H

#include "base/str.h"

/* Opens the list; charsets this system lacks are left out. */
void charset_start(void);
/* ERR_UNSUPPORTED: not on the list. ERR_SYNTAX: some bytes were not of that charset and became U+FFFD; *ret_utf8 is set all the same. */
enum err charset_to_utf8(struct arena *a, struct str charset, struct str bytes, struct str *ret_utf8) MUST_CHECK;

#endif
