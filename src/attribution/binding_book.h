/*
 * The book of subjects: from a login or customer of the register to the opaque key under which bindings name it, and back.
 *
 * A key is the beginning of a keyed digest, so nobody without the secret can tell from a segment whom it speaks of, nor try
 * names out. Subjects whose keys happen to be the same are both refused: neither is ever read as the other. Made whole from a
 * registry's view, which must outlive it; what comes to that later is added.
 */
#ifndef AUPD_ATTRIBUTION_BINDING_BOOK_H
#define AUPD_ATTRIBUTION_BINDING_BOOK_H

#include "attribution/binding.h"
#include "attribution/registry.h"

struct binding_book;

/* NULL without memory. secret is copied. */
struct binding_book *binding_book_new(const struct registry *r, struct str secret);
/* One that came to the registry since. ERR_NOMEM, ERR_FULL. */
enum err binding_book_add(struct binding_book *b, const struct entity *e) MUST_CHECK;
void binding_book_free(struct binding_book *b);                 /* accepts NULL */
/*
 * The key of a login or of a customer's or reseller's id, trimmed; a login goes first. ERR_NOTFOUND: the register has neither.
 * ERR_EXISTS: a login of one customer and the id of another. ERR_CONFLICT: another subject has the same key.
 */
enum err binding_book_key(const struct binding_book *b, struct str text, struct binding_subject *ret_subject) MUST_CHECK;
/* The key of a login of that text, whether or not the register has it by now. ERR_RANGE: no login is empty or that long. */
enum err binding_book_login(const struct binding_book *b, struct str text, struct binding_subject *ret_subject) MUST_CHECK;
/* One row of who has that key: a login (there may be more rows of it), a customer or a reseller. NULL: nobody, or nobody alone. */
const struct entity *binding_book_find(const struct binding_book *b, const struct binding_subject *s);

#endif
