/*
 * Who has the page of which case open now, as the streams of the desk say (web/events.h): each names the cases whose pages its browser has open.
 *
 * In the memory of the desk alone: nothing is kept, and with a stream goes what it said. Operators alone are in it, and are told of each other.
 */
#ifndef AUPD_WEB_PRESENCE_H
#define AUPD_WEB_PRESENCE_H

#include "base/json.h"
#include "model/principal.h"

enum { PRESENCE_CASES_MAX = 16 /* of one browser */, PRESENCE_MAX = 1024, PRESENCE_TOLD_MAX = 8 };

/* One browser. */
struct viewer {
	struct str who;
	uint64_t cases[PRESENCE_CASES_MAX];
	unsigned count;
};

struct presence {
	const struct viewer *list[PRESENCE_MAX];
	unsigned count;
};

/* "C-1,C-2", at most PRESENCE_CASES_MAX; of anybody but an operator nothing. ERR_SYNTAX. */
enum err presence_read(struct str text, const struct principal *who, struct viewer *ret_viewer) MUST_CHECK;
/* The viewer lives until he is removed; beyond PRESENCE_MAX nobody is added. */
void presence_add(struct presence *p, const struct viewer *v);
void presence_remove(struct presence *p, const struct viewer *v);
bool presence_views(const struct viewer *v, uint64_t number);
/* `viewing`: the others before that case, each once, at most PRESENCE_TOLD_MAX; nothing when there is none, or to whoever is no operator. p may be NULL. */
void presence_put(const struct presence *p, uint64_t number, const struct principal *who, struct jsonw *w);

#endif
