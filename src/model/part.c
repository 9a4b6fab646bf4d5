/*
 * Presumed parts. See part.h.
 */
#include "model/part.h"

#include "model/observation.h"

const char *const part_words[] = { "untold", "helper", "actor", "stored", "sent", "shown", NULL };

bool part_is_role(enum part p)
{
	return p == PART_HELPER || p == PART_ACTOR;
}

bool part_is_content(enum part p)
{
	return p == PART_STORED || p == PART_SENT || p == PART_SHOWN;
}

enum part part_find(struct str word)
{
	for (int p = PART_HELPER; part_words[p]; p++)
		if (str_eq(word, str_of(part_words[p])))
			return (enum part)p;
	return PART_UNTOLD;
}

/* A link leads to what is shown; a mailbox sends; of an address alone it cannot be told what lies behind it. */
static enum part by_source(const struct observation *o)
{
	if (o->source.type == SOURCE_URL || observation_value(o, "url").len)
		return PART_SHOWN;
	return o->source.type == SOURCE_EMAIL ? PART_SENT : PART_UNTOLD;
}

void part_presume(struct observation *o)
{
	const struct kind_info *k = kind_info(o->kind);
	/* of the sealed class nothing is said in clear, and a meter sees traffic, not who meant it */
	if (k->flags & KIND_SEALED || o->witness == WITNESS_METER)
		return;
	if (!o->role)
		o->role = k->role;
	if (!o->content)
		o->content = k->content ? k->content : k->flags & KIND_CONTENT ? by_source(o) : PART_UNTOLD;
}
