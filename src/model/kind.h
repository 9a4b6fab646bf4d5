/*
 * The table of kinds: what a report or a signal says happened, mapped from XARF 4 and to RSIT.
 *
 * A kind's name is "category.type" as in XARF 4.2, or one of ours in a category that XARF lacks. kind.def is the only
 * list; policy rules, decoders and the console read it. KIND_UNCLASSIFIED is a report whose class is not known to us:
 * it goes before a person, never away.
 */
#ifndef AUPD_MODEL_KIND_H
#define AUPD_MODEL_KIND_H

#include <stdbool.h>

#include "model/part.h"

enum kind {
	KIND_UNCLASSIFIED = 0,
#define KIND(id, name, rsit_class, rsit_type, clause, role, content, flags) KIND_##id,
#include "model/kind.def" /* IWYU pragma: keep */
#undef KIND
	KIND_COUNT
};

enum kind_flag {
	KIND_SEALED = 1,        /* may concern child sexual abuse: sealed path */
	KIND_ADVICE = 2,        /* a weakness, not a deed: never a strike */
	KIND_UNDO = 4,          /* takes an earlier report back (not-spam, retraction) */
	KIND_PERSON = 8,        /* always before a person first (threats, legal claims) */
	KIND_HOSTED = 16,       /* about content at a URL rather than traffic */
	KIND_READ = 32,         /* no format states it: a person reads it out of a report in prose */
	KIND_COUNSEL = 64,      /* for lawyers: their queue, and nothing of it is purged */
	KIND_DISPUTE = 256,     /* a notice that a proceeding over a domain name is pending */
	KIND_CONTENT = 128,     /* about content: what it names tells whether that was sent or shown */
	KIND_URGENT = 256,      /* life or health may be in danger: before all else in every queue */
};

/* What stands first in a queue, rising; among each other those that wait longest or fall due first. */
enum urgency {
	URGENCY_NONE,
	URGENCY_FLAGGER,        /* a trusted flagger reported it (Regulation (EU) 2022/2065, Article 22) */
	URGENCY_URGENT,         /* its kind is urgent, or it is of the sealed class */
	URGENCY_COUNT,
};
extern const char *const urgency_words[];

struct kind_info {
	const char *name, *rsit_class, *rsit_type;
	const char *clause;     /* the clause that such a report is most often about; "" = none */
	enum part role, content;        /* of the customer, presumed; PART_UNTOLD = it cannot be told by the kind */
	unsigned flags;
};

const struct kind_info *kind_info(enum kind k);
enum kind kind_find(struct str name);                   /* KIND_UNCLASSIFIED when unknown */
enum kind kind_from_xarf(struct str category, struct str type);
extern const char *const kind_words[];                  /* by value, NULL-terminated */

#endif
