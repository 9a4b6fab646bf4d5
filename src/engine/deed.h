/*
 * Records of what is done to the data itself and belongs to no case: holds, erasures, purges.
 */
#ifndef AUPD_ENGINE_DEED_H
#define AUPD_ENGINE_DEED_H

#include "engine/fold.h"
#include "evidence/record.h"

/* Whose key seals what must stay readable when the subject is gone: who asked, and on what ground. */
#define DEED_OFFICE STR("provider/deeds")

/* The id of the next: "deed.N", in partition 0 of the ledger. */
enum err deed_begin(struct fold *f, const char *kind, struct record *ret_record, struct why *why) MUST_CHECK;
/* What it commits to is sealed under the key of `whose`. */
enum err deed_write(struct fold *f, struct record *r, struct str whose, struct why *why) MUST_CHECK;

/* 32 hex digits that say nothing to who has not the key: "subject/" of holds, the key of an erasure, a reporter's own. */
struct str deed_digest(struct fold *f, const char *what, struct str text);
#define DEED_REPORTER "reporter/"
/* Whose key a reporter's letters are sealed under. The address in any case of letters. */
struct str deed_reporter(struct fold *f, struct str address);

/* Is a hold in force: of the case itself (number 0: of none) or of the subject? */
enum err deed_held(struct fold *f, struct str subject, uint64_t number, bool *ret_held, struct why *why) MUST_CHECK;

#endif
