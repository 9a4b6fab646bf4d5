/*
 * What happened, in words. See told.h.
 */
#include "aupd/told.h"

#include <stdio.h>
#include <string.h>

void told_add(struct tellings *t, const char *role, struct str text, uint64_t count, int64_t now)
{
	char said[TOLD_TEXT_MAX];
	unsigned i = 0;
	(void)snprintf(said, sizeof(said), "%.*s", STR_ARG(str_sub(text, 0, TOLD_TEXT_MAX - 1)));
	while (i < t->count && (strcmp(t->list[i].role, role) != 0 || strcmp(t->list[i].text, said) != 0))
		i++;
	if (i == TOLD_MAX) {
		i--;
		(void)snprintf(t->list[i].role, TOLD_ROLE_MAX, "aupd");
		(void)snprintf(t->list[i].text, TOLD_TEXT_MAX, "other things happened: the log has them");
	} else if (i == t->count) {
		t->list[i] = (struct told){ .count = 0 };
		(void)snprintf(t->list[i].role, TOLD_ROLE_MAX, "%s", role);
		memcpy(t->list[i].text, said, sizeof(said));
		t->count++;
	}
	t->list[i].count += count;
	t->list[i].last_at = now;
}

void told_write(const struct tellings *t, struct jsonw *w)
{
	jsonw_array(w, "told");
	for (unsigned i = 0; i < t->count; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "role", str_of(t->list[i].role));
		jsonw_str(w, "text", str_of(t->list[i].text));
		jsonw_int(w, "count", (int64_t)t->list[i].count);
		jsonw_time(w, "last", t->list[i].last_at);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}
