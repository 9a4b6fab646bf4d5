/*
 * What a clause says for statements of reasons: the block "statement" of the language (model/statement.h).
 */
#ifndef AUPD_POLICY_STATEMENT_H
#define AUPD_POLICY_STATEMENT_H

#include "base/conf.h"
#include "model/statement.h"

/* The block s of the clause with that id: over the defaults of the clause. Every word is one of the database's, or refused. */
enum err statement_read(struct str clause, const struct conf *s, struct statement *ret_statement, struct why *why) MUST_CHECK;
/* Nothing when the clause has no such block. */
void statement_show(const struct statement *st, struct buf *out);

#endif
