/*
 * The store as one principal sees it: every route reads through here, and through nothing else.
 *
 * The fence of the principal (model/principal.h) is part of each question that goes to the store, so a route that forgets who
 * asks shows nothing rather than too much. What is behind the fence is ERR_NOTFOUND, with the very words of what does not exist.
 */
#ifndef AUPD_WEB_VIEW_H
#define AUPD_WEB_VIEW_H

#include "base/arena.h"
#include "model/forwarding.h"
#include "model/principal.h"

struct onetime;
struct user_session;
struct store;
struct store_driver;

/* The desk's one connection; opened when it is first asked for something, for the judge makes the file. */
struct view_source {
	const struct store_driver *driver;
	struct store *store;
	int data_fd;
	const char *name;
};

struct view {
	struct view_source *source;
	const struct principal *who;
	struct arena *arena;            /* of the request */
};

enum err view_open(struct view_source *s, struct why *why) MUST_CHECK;
void view_close(struct view_source *s);
/* Who has that key, now. ERR_DENIED. */
enum err view_principal(struct view_source *s, struct arena *a, struct str key, int64_t now, struct principal *ret_principal, struct why *why) MUST_CHECK;
/* Whose session has that token, now. ERR_DENIED. */
enum err view_session(struct view_source *s, struct arena *a, struct str token, int64_t now, struct user_session *ret_session, struct principal *ret_principal, struct why *why) MUST_CHECK;
/* What a one-time link opens, now. ERR_NOTFOUND: nothing, for whatever reason. */
enum err view_onetime(struct view_source *s, struct arena *a, struct str token, int64_t now, struct onetime *ret_onetime, struct why *why) MUST_CHECK;

/* Who comes by the page of a case, now, and the number of that case, followed through merges. ERR_NOTFOUND: nobody, for whatever reason. */
enum err view_page_link(struct view_source *s, struct arena *a, struct str token, int64_t now, struct principal *ret_principal, uint64_t *ret_number, struct why *why) MUST_CHECK;
/* What language the register says that a customer or a reseller reads; STR_NONE. */
struct str view_language(struct view_source *s, struct arena *a, const struct principal *who);

/* Of a report of nobody whom we know, to whoever has its receipt. ERR_NOTFOUND. */
enum err view_receipt_of_form(const struct view *v, struct str receipt, struct row *ret_row, struct why *why) MUST_CHECK;

enum err view_page(const struct view *v, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why) MUST_CHECK;
enum err view_load(const struct view *v, enum table t, struct str key, struct row *ret_row, struct why *why) MUST_CHECK;
/* By its text, "C-4711". */
enum err view_case(const struct view *v, struct str text, struct row *ret_row, struct casefile *ret_case, struct why *why) MUST_CHECK;
/*
 * Of the case that a receipt names, which the asker sees: the case as it is now, followed through merges, and as it was passed on.
 * *ret_found: there is such a case. Nothing of either may be shown as it is: receipt_tell() says what is told.
 */
enum err view_of_receipt(const struct view *v, uint64_t number, bool *ret_found, struct casefile *ret_case, struct forwarding *ret_forwarding, struct why *why) MUST_CHECK;
/* Rows of TABLE_CASE_EVENT or TABLE_ACT of a case that he sees; key_prefix and owner of the query are set here. */
enum err view_of_case(const struct view *v, struct str text, const struct query *q, struct row **ret_rows, size_t *ret_count, struct why *why) MUST_CHECK;
/* Numbers of rows alone: open to operators, and to whoever reaches the Unix socket. */
enum err view_count(const struct view *v, enum table t, struct str state, uint64_t most, uint64_t *ret_count, struct why *why) MUST_CHECK;
/* The rank of the oldest row in that state; TIME_NONE when there is none. */
enum err view_oldest(const struct view *v, enum table t, struct str state, int64_t *ret_rank, struct why *why) MUST_CHECK;
enum err view_next_due(const struct view *v, int64_t *ret_due_at, struct why *why) MUST_CHECK;
/* A row about the daemon itself, of TABLE_SWITCH; version 0: there is none. */
enum err view_switch(const struct view *v, struct str key, struct row *ret_row, struct why *why) MUST_CHECK;

#endif
