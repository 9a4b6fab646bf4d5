/*
 * What changed in the store, as ids alone: cases in which something happened, and reports that came before people.
 *
 * A place is how far somebody was told. It is a text that anybody may send back; a mark of the row of each table says where it was, so a
 * store that was shredded or restored meanwhile is noticed. The mark is of the row's content and names it to nobody: whoever is told of his
 * own case alone gets the place behind it from a row of somebody else.
 */
#ifndef AUPD_WEB_FEED_H
#define AUPD_WEB_FEED_H

#include "web/view.h"

enum { FEED_MOST = 256 /* rows told at once; whoever is further behind looks at all anew */, FEED_MARK_LEN = 16, FEED_TABLES = 2 };

struct feed_place {
	int64_t at[FEED_TABLES];                        /* 0: before the first row */
	char mark[FEED_TABLES][FEED_MARK_LEN + 1];      /* of the row there */
};

struct feed_news {
	const char *type;               /* "case", "item" */
	struct str id;
	const struct casefile *of;      /* of a case that is there */
	struct feed_place after;
};

/* ERR_SYNTAX */
enum err feed_parse(struct str text, struct feed_place *ret_place) MUST_CHECK;
struct str feed_text(struct arena *a, const struct feed_place *place);
/* The end of what is there now. */
enum err feed_end(struct view_source *s, struct arena *a, struct feed_place *ret_place, struct why *why) MUST_CHECK;
/* Still the rows that it names? */
enum err feed_knows(struct view_source *s, struct arena *a, const struct feed_place *place, bool *ret_knows, struct why *why) MUST_CHECK;
/* What came behind that place, each id once. *ret_more: more than is told at once. */
enum err feed_read(struct view_source *s, struct arena *a, const struct feed_place *from, struct feed_news **ret_news, size_t *ret_count, bool *ret_more, struct why *why) MUST_CHECK;
/* May he know of it? */
bool feed_is_for(const struct feed_news *n, const struct principal *who);

#endif
