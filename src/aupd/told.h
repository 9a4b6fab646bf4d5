/*
 * What happened since the keeper was started, in words, for the state file: told by roles, counted here.
 *
 * A sentence is constant and names nobody; what differs is how many. TOLD_MAX sentences are kept, further ones are counted
 * under one of their own. Nothing rests on it.
 */
#ifndef AUPD_AUPD_TOLD_H
#define AUPD_AUPD_TOLD_H

#include "base/json.h"

enum { TOLD_MAX = 64, TOLD_TEXT_MAX = 200, TOLD_ROLE_MAX = 16 };

struct told {
	char role[TOLD_ROLE_MAX], text[TOLD_TEXT_MAX];
	uint64_t count;
	int64_t last_at;
};

struct tellings {
	struct told list[TOLD_MAX];
	unsigned count;
};

/* Longer texts are cut. */
void told_add(struct tellings *t, const char *role, struct str text, uint64_t count, int64_t now);
/* The array "told" of {"role", "text", "count", "last"}, oldest sentence first. */
void told_write(const struct tellings *t, struct jsonw *w);

#endif
