/*
 * An item that is no observation, or not yet: what the ear hands over for a person (triage), and answers to our letters.
 */
#ifndef AUPD_MODEL_ITEM_H
#define AUPD_MODEL_ITEM_H

#include "model/observation.h"
#include "model/subject.h"

enum item_type {
	ITEM_NONE,
	ITEM_UNPARSED,                  /* nothing recognised, or it crashed a decoder twice */
	ITEM_PROSE,                     /* candidates found; a person confirms */
	ITEM_ANSWER,                    /* a human reply to a letter of ours: token names the case */
	ITEM_AUTO_ANSWER,
	ITEM_BOUNCE,                    /* of a letter of ours */
	ITEM_REPORT,                    /* wholly decoded: kept with its outcome */
	ITEM_SEALED,
	ITEM_DELAYED,                   /* a letter of ours, says a mail server, is still on its way */
	ITEM_DELIVERED,                 /* and this one arrived */
};
extern const char *const item_type_words[];

enum item_state { ITEM_WAITING, ITEM_CONFIRMED, ITEM_DISCARDED, ITEM_IGNORED, ITEM_DONE };
extern const char *const item_state_words[];

enum { SAID_ADDRESSES_MAX = 8, SAID_UNCLEAR = MISSING_PORT | MISSING_TIME | MISSING_ZONE };

/* What the words of an answer state that a report may lack. */
struct said {
	int64_t at;                     /* TIME_NONE: no time */
	bool at_zoned;                  /* with its zone */
	bool zoned;                     /* a zone is said apart from any time */
	int64_t east_s;                 /* zoned: seconds east of UTC */
	uint16_t port;                  /* 0: none */
	uint32_t unclear;               /* MISSING_ bits of what is said in two ways or may be read in two; all, when a clock is said to be wrong */
	bool asks_status;               /* STATUS stands alone on its first line: he asks what became of his report */
	bool says_more;                 /* and something below it */
	struct str *addresses;          /* RFC 5952 */
	unsigned address_count;
};

struct item {
	enum item_type type;
	enum item_state state;
	struct position at;
	int64_t received_at;
	struct str listener;            /* "smtp", "lmtp", "api", "ingest" */
	struct str name;                /* of the file that it lay in; "" = unknown */
	struct str format, reason;      /* recogniser; why it waits */
	struct str token;               /* reply token of the envelope recipient, if any */
	struct str message_id, in_reply_to, reply_to, reporter, subject_line;
	struct str text;                /* ANSWER: the human's words; PROSE: the first 2 KB */
	struct said *said;              /* ANSWER: 0 or 1 of it; not stored */
	unsigned said_count;
	struct str about;               /* BOUNCE: Message-ID it is about; status code in reason */
	struct observation *candidates; /* PROSE */
	unsigned candidate_count;
	struct digest raw_digest;
	uint64_t raw_len;
	struct str raw;                 /* reference of the kept bytes */
	bool raw_in_case;               /* a case took them as evidence: they go with its story, and not with this */
	struct str receipt;             /* receipt id given to the reporter */
	struct str *problems;
	unsigned problem_count;
	enum urgency urgency;           /* by the gravest of what it may be; the fold fills it in */
};

/* Hides items from the list of what waits, and keeps them. All that is given must hold. */
struct ignore_rule {
	struct str name;
	struct str reporter;            /* a mail address, or "@" and a domain; "" = any */
	struct str subject;             /* part of the subject line, case folded; "" = any */
	struct str by, because;
	int64_t since_at;
};

enum { IGNORE_RULES_MAX = 256 };

/* The one row "rules" of TABLE_IGNORE. */
struct ignore_rules {
	struct ignore_rule *list;
	unsigned count;
};

extern const struct field item_fields[], ignore_rules_fields[];

#endif
