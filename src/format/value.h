/*
 * Texts of a fixed form, as specifications of reports demand them. Pure; each takes bytes of any kind and length, reads
 * them once, and says whether they are such a text. Nothing here repairs.
 */
#ifndef AUPD_FORMAT_VALUE_H
#define AUPD_FORMAT_VALUE_H

#include "base/str.h"

bool value_date_time(struct str s);         /* RFC 3339 5.6 date-time: "T" and a zone are there */
bool value_date(struct str s);              /* RFC 3339 5.6 full-date */
bool value_host(struct str s);              /* RFC 1123 2.1 */
bool value_email(struct str s);             /* RFC 5321 4.1.2 Mailbox, in ASCII */
bool value_uri(struct str s);               /* RFC 3986 3: with a scheme, of the characters that are allowed */
bool value_uuid(struct str s);              /* RFC 9562 4 */
bool value_base64(struct str s);            /* RFC 4648 4, with its padding; line ends may stand between */
bool value_hex(struct str s, size_t least); /* hexadecimal digits */
bool value_digits(struct str s, size_t least, size_t most);
bool value_word(struct str s, const char *words); /* one of "a|b|c" */
size_t value_characters(struct str s);            /* code points of a UTF-8 text */

#endif
