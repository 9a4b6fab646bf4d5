/*
 * Where what people search for leads: a row of TABLE_FIND for each word of a case, by a keyed digest of the word.
 *
 * Words are the addresses and domains that reports are about, the reporters, and the ids of reports and receipts; the clause stands in
 * clear. A row says which case, and nothing to who has not the key. Cases of the sealed class have none. Addresses are found by the
 * /16 and /24 (IPv6: /32 and /64) around them as well, because a key begins with the digests of these.
 */
#ifndef AUPD_ENGINE_FIND_H
#define AUPD_ENGINE_FIND_H

#include "engine/fold.h"

enum { FIND_REPORTS_MAX = 1000 /* of a case: who reported later, and by what ids, leads nowhere; what is new about it does */ };
enum find_word { FIND_ADDRESS = 'a', FIND_DOMAIN = 'd', FIND_ID = 'i', FIND_CLAUSE = 'k', FIND_REPORTER = 'w' };

/* Writes the rows of what a step added to the case; nothing unless the fold is to be searchable. */
enum err find_note(struct fold *f, const struct casefile *c, const struct case_input *in, const struct case_output *out, struct why *why) MUST_CHECK;

/*
 * The same of what stood there before such rows were written: that the case has its clause, a report of it that is its n-th (1-based), and
 * the receipt of one. reporter: STR_NONE when it is not known. Nothing of the sealed class; what is there already is not written again.
 */
enum err find_opened(struct fold *f, const struct casefile *c, struct why *why) MUST_CHECK;
enum err find_reported(struct fold *f, const struct casefile *c, const struct case_event *e, uint64_t n, struct why *why) MUST_CHECK;
enum err find_receipt(struct fold *f, const struct casefile *c, struct str receipt, struct str reporter, struct why *why) MUST_CHECK;

/* What the keys of all cases with that word begin with. */
struct str find_prefix(struct fold *f, enum find_word kind, struct str text);
/* Of an address, or of one of the prefixes named above; STR_NONE for any other length. */
struct str find_prefix_addr(struct fold *f, const struct prefix *p);
/* The case that a row is about. ERR_CORRUPT. */
enum err find_number(struct str key, uint64_t *ret_number) MUST_CHECK;

#endif
