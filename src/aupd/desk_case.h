/*
 * What the desk tells of cases: lists with filters, one case with its story, what happened lately.
 */
#ifndef AUPD_AUPD_DESK_CASE_H
#define AUPD_AUPD_DESK_CASE_H

#include "aupd/desk_read.h"
#include "base/json.h"

/* The page that the request asks for: limit, after, state, owner, prefix; the latest first. */
struct query desk_query(struct http_request *r, enum table t);
/* "after" for the next page, behind that row. */
void desk_after(struct http_request *r, struct jsonw *w, const struct row *last);

enum err desk_cases(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why) MUST_CHECK;
enum err desk_case(struct desk_store *d, struct http_request *r, struct str text, struct jsonw *w, struct why *why) MUST_CHECK;
/* What happened in cases, in the order in which it was decided. */
enum err desk_events(struct desk_store *d, struct http_request *r, struct jsonw *w, struct why *why) MUST_CHECK;

#endif
