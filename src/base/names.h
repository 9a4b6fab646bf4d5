/*
 * Domain names: one normal form, and where a registrant's name begins (the public suffix list).
 *
 * The normal form is lower case, A-labels (RFC 5890), no dot at the end, at most 253 bytes and 63 a label. Names that come
 * from outside are compared only in it. Labels hold letters, digits, "-" and "_" (service labels are names too); an A-label
 * that is there already is kept as it is, for names that an older IDNA let in are in use. Text that is an IPv4 address or
 * ends in a number is no name. The list is read once, before a role gives up its files; nothing here asks the network.
 */
#ifndef AUPD_BASE_NAMES_H
#define AUPD_BASE_NAMES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum { DOMAIN_BYTES_MAX = 253, LABEL_BYTES_MAX = 63 };

struct names;

/* path: a public suffix list, or NULL for the newest the system has. ERR_IO with why when there is none. */
enum err names_open(const char *path, struct names **ret_names, struct why *why) MUST_CHECK;
void names_close(struct names *n);                              /* accepts NULL */

/* UTF-8 or ASCII in, the normal form out. ERR_SYNTAX when it is no domain name. */
enum err names_normal(struct arena *a, struct str name, struct str *ret_name) MUST_CHECK;
/* All of these take names in normal form; what they give is borrowed from name. */
/* The name one label below a public suffix: "mail.example.co.uk" gives "example.co.uk". ERR_NOTFOUND for a suffix itself. */
enum err names_registrable(const struct names *n, struct str name, struct str *ret_name) MUST_CHECK;
bool names_is_suffix(const struct names *n, struct str name);   /* a public suffix, where anybody may register */
bool names_is_icann_suffix(const struct names *n, struct str name);     /* one of a registry of ICANN's, not of a private service; "com", "co.uk" */
bool names_is_within(struct str name, struct str ancestor);     /* the same name or one below it */
bool names_parent(struct str name, struct str *ret_parent);     /* "a.b.c" gives "b.c"; false for a single label */
/* The A-labels as people read them, into the arena; name itself where it has none or they do not decode. */
struct str names_display(struct arena *a, struct str name);

#endif
