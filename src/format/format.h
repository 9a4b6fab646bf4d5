/*
 * From bytes to observations: recognition by shape, never by sender.
 *
 * format_decode asks an explicit list of recognisers in order; the first that knows the shape decodes. What none knows is
 * UNKNOWN or PROSE and goes before a person with the candidates that could be found. Sealed classes come out with class,
 * time and address alone. Nothing here reads a clock, opens a file or logs.
 */
#ifndef AUPD_FORMAT_FORMAT_H
#define AUPD_FORMAT_FORMAT_H

#include "format/mime.h"
#include "model/observation.h"

enum { PROBLEMS_MAX = 256, DOUBT_CANDIDATES_MAX = 64, DECODE_TEXTS_MAX = 128, DECODER_VERSION = 3 };

/* Delivered: to every recipient that it names. */
enum arrival { ARRIVAL_NONE, ARRIVAL_DELAYED, ARRIVAL_DELIVERED };

enum outcome { OUTCOME_UNKNOWN, OUTCOME_REPORT, OUTCOME_PROSE, OUTCOME_ANSWER, OUTCOME_AUTO, OUTCOME_BOUNCE, OUTCOME_SEALED };
extern const char *const outcome_words[];

struct problem {
	struct str text;
	bool strict;            /* a rule of the format's own specification; lenient reading goes on */
};

struct maps;

struct decode {
	/* given */
	struct arena *arena;
	struct str text;
	struct str recipient;   /* envelope recipient, or "" */
	bool null_sender;       /* its envelope named nobody to answer to */
	struct str name;        /* of the file that it came in, "" = unknown */
	int64_t received_at;
	const struct maps *maps;        /* NULL: those built in */
	/* found */
	const char *format;     /* "arf", "xarf-4", "xarf-1"..., "prose", "unknown", or a column map's */
	enum outcome outcome;
	struct observation *observations;
	unsigned count;
	struct problem *problems;
	unsigned problem_count;
	struct mime mime;       /* count 0 when it is no message */
	struct str message_id, in_reply_to, from, subject;
	bool automatic;         /* by its own header: RFC 3834 5, Precedence, a list */
	struct str answer;      /* OUTCOME_ANSWER: the words of a person, without what was quoted */
	struct said *said;      /* OUTCOME_ANSWER: what they state of a report that lacked it; or NULL */
	struct str about;       /* OUTCOME_BOUNCE, and with arrival: Message-ID of the letter it is about */
	enum arrival arrival;   /* OUTCOME_AUTO: what a mail server says of a message that has not come back */
	struct digest raw_digest;
	const char *doubt;      /* OUTCOME_PROSE of a format that is known: why a person has to confirm it; or NULL */
	bool more;              /* OUTCOME_PROSE: there were more candidates than are kept */
	unsigned tables;        /* files, parts and members that are tables */
	unsigned rows_lost;     /* rows of them, and archives, that could not be read: a person has to look */
	unsigned rows_nothing;  /* rows of them that say nothing against anybody */
	unsigned rows_sealed;   /* rows that are of the sealed class, apart from the others */
	struct str texts[DECODE_TEXTS_MAX]; /* tables, and what was unpacked of archives */
	unsigned text_count;
	size_t unpacked_bytes;
	bool facts_cut;         /* an observation had more facts than are kept */
};

/* Always gives an answer; ERR_NOMEM alone is an error. d->arena, text, recipient and received_at are set by the caller. */
enum err format_decode(struct decode *d) MUST_CHECK;

/* For recognisers. */
struct observation *decode_add(struct decode *d);       /* with what the message itself tells; NULL at the bound */
void decode_problem(struct decode *d, bool strict, const char *format, ...) PRINTF_LIKE(3, 4);
/* Room for that many facts at once; false when there is no memory. */
bool decode_room(struct decode *d, struct observation *o, unsigned count);
/* What was read is not to act by itself: it comes out as OUTCOME_PROSE. The first reason stays; each is a problem. */
void decode_doubt(struct decode *d, const char *reason);
void decode_fact(struct decode *d, struct observation *o, struct str name, struct str value, struct span span, enum certainty certainty);
void decode_source(struct decode *d, struct observation *o, struct str text, enum certainty certainty);

#endif
