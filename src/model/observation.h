/*
 * What somebody or something saw: one observation, with the span of every fact in the bytes it was read from.
 *
 * Decoders make observations, attribution and policy read them, nobody changes them. All texts live in the item arena or
 * in the message. A reporter's words are facts about the report, never yet facts about the customer.
 */
#ifndef AUPD_MODEL_OBSERVATION_H
#define AUPD_MODEL_OBSERVATION_H

#include "base/addr.h"
#include "base/digest.h"
#include "base/time.h"
#include "model/field.h"
#include "model/ids.h"
#include "model/kind.h"
#include "model/reporter.h"

enum { OBSERVATION_FACTS_MAX = 256, OBSERVATIONS_PER_ITEM_MAX = 100000, FACT_VALUE_MAX = 8192 };

enum certainty {
	CERTAINTY_STATED,       /* the report says so in a field made for it */
	CERTAINTY_DERIVED,      /* computed from something stated (the address in a Received field) */
	CERTAINTY_GUESSED,      /* read out of prose; a person confirms */
};
extern const char *const certainty_words[];

/*
 * Where a fact stands: offsets in the decoded part. part is the path of the MIME part, counted from 1 ("2", "3.1"; "0" is
 * the message header; an attached message's header is "3.0"); "" when the item is not MIME (a bare JSON document).
 * from == to when the fact has no bytes of its own.
 */
struct span {
	struct str part;
	uint32_t from, to;
};

struct fact {
	struct str name;        /* the format's own field name, lower case with "-": "feedback-type", "source_identifier" */
	struct str value;       /* decoded, at most FACT_VALUE_MAX bytes, UTF-8 */
	struct span span;
	enum certainty certainty;
};

enum source_type { SOURCE_NONE, SOURCE_ADDR, SOURCE_PREFIX, SOURCE_DOMAIN, SOURCE_URL, SOURCE_EMAIL, SOURCE_LOGIN };
extern const char *const source_type_words[];

/* Who or what is complained about. text is as reported, normalised (RFC 5952 address, A-label domain). */
struct source {
	enum source_type type;
	struct str text;
	struct addr addr;       /* SOURCE_ADDR, or the literal in a URL; zero otherwise */
	uint16_t port;          /* 0 = not given */
	struct str domain;      /* host of a URL, domain of a mail address; "" otherwise */
	enum certainty certainty;
};

enum witness { WITNESS_REPORT, WITNESS_METER, WITNESS_PERSON };
extern const char *const witness_words[];

struct observation {
	enum kind kind;
	struct str kind_text;           /* the class in the reporter's own words: "spam", "login_attack", "abuse" */
	enum witness witness;
	struct source source;
	/* The event lies in [first_at, last_at]; both equal event_at when one instant was given. TIME_NONE = not given. */
	int64_t event_at, first_at, last_at;
	bool zone_given;                /* false: the text had no time zone, every offset is possible */
	enum certainty time_certainty;
	int64_t received_at;            /* when we were handed it */
	enum part role, content;        /* the customer's part; the fold fills in what its kind and source presume (part.h) */
	uint32_t incidents;             /* ARF Incidents, row counts: at least 1 */
	struct str reporter;            /* identity of the witness as far as known: "api:CLIENT", "mail:DOMAIN", else a domain or address that anybody may claim */
	bool reporter_proven;           /* the name is proved: by API key, or by our own mail server's Authentication-Results */
	bool reporter_verified;         /* proved, and one whom the provider knows */
	bool flagger;                   /* that one is a trusted flagger: the fold fills it in */
	enum reputation reputation;     /* of a proved reporter, from what became of his reports; the fold fills it in */
	bool complaint;                 /* in a form of feedback loops: whoever got the message complained to his own mail provider */
	struct str reply_to;            /* where a receipt may go; "" = nowhere */
	struct str language;            /* that his mail names as its own, or that he reads: "de"; "" = it names none */
	struct str report_id;           /* the reporter's own id, or the Message-ID of what carried it: content dedupe */
	struct str thread;              /* thread or case key of the reporter, if any */
	struct str subject_line;        /* of the mail that carried it; "" otherwise */
	struct fact *facts;
	unsigned fact_count, fact_room; /* room: a decoder's own account */
	struct position at;             /* position in the spool; zero in offline decoding */
	struct digest raw_digest;       /* SHA-256 of the whole item */
	uint64_t raw_len;
	struct str meta;                /* id of the listener it came in by: "smtp", "api", "ingest" */
	bool of_sealed;                 /* its item holds what is of the sealed class: the raw bytes are kept for the officer alone */
	struct str upstream;            /* the upstream that passed it on, as the configuration names it and our own mail server proved; "" = none */
	struct str upstream_case, upstream_to;  /* its number of the complaint, and where it hears us */
	int64_t upstream_due_at;        /* by when it wants the result; 0 = it does not say */
	struct str raw;                 /* of one that waits to be judged: reference of its kept raw bytes; "" = none, or its item says more than this */
	struct str receipt;             /* receipt id that the reporter was given; "" = none */
	/*
	 * Digest of what it shows, not of who tells (format/shown.h); "" = it shows nothing. In 64 hex digits as a decoder made it; the fold
	 * keeps 16 of one under its own key, which leads to no message and to nobody.
	 */
	struct str shown;
};

extern const struct field fact_fields[], source_fields[], position_fields[], observation_fields[];

const struct fact *observation_fact(const struct observation *o, const char *name);     /* the first of that name */
enum urgency observation_urgency(const struct observation *o);
struct str observation_value(const struct observation *o, const char *name);            /* STR_NONE when absent */
/*
 * Does a notice have all that 17 U.S.C. 512(c)(3) asks for, by its facts "dmca-..."? Incomplete: one of them is absent. Unclear: one
 * is, or the form says nothing of them.
 */
enum notice_state { NOTICE_COMPLETE = 1, NOTICE_INCOMPLETE, NOTICE_UNCLEAR };
extern const char *const notice_words[];
enum notice_state notice_state(const struct observation *o);
/* What is absent or unclear, in words, a line each. */
struct str notice_missing(struct arena *a, const struct observation *o);

/* The lane key: address (or /64), registrable domain, login; what the frame is hashed by. */
struct str observation_lane_key(struct arena *a, const struct observation *o);

#endif
