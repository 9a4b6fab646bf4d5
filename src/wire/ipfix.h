/*
 * IPFIX over UDP (RFC 7011), and NetFlow version 9 (RFC 3954), which differs in its header, its sets 0 and 1 and what its sequence counts.
 *
 * A message is walked record by record. Templates are kept in a book, by the session that they came in: exporter, port and observation domain.
 * They come again from time to time, since over UDP they may be lost; a set whose template is not known is told as such, and cannot even be
 * counted. What was lost between two messages their sequence numbers tell: records of IPFIX, messages of version 9.
 *
 * Hostile here is all of it. Bounds are below; no template makes a record of no length, no field reaches beyond its set. Who may send from an
 * exporter's address can replace its templates: that is for the network to prevent. No descriptor, no clock, no memory but the book.
 */
#ifndef AUPD_WIRE_IPFIX_H
#define AUPD_WIRE_IPFIX_H

#include "base/addr.h"

enum {
	IPFIX_SESSIONS_MAX = 128,       /* of a book; the one that was heard least lately makes room */
	IPFIX_TEMPLATES_MAX = 1024,     /* of a book; the same */
	IPFIX_FIELDS_MAX = 64,          /* of a template; one of more is refused */
	IPFIX_VARIABLE = 65535,         /* a length that each record says */
};

struct ipfix_field {
	uint16_t id, len;
	uint32_t enterprise;            /* 0: of the registry of IANA */
};

struct ipfix_template {
	uint16_t id;                    /* 0: not in use */
	uint16_t field_count;
	uint16_t scope_count;           /* more than 0: of options, which tell of the exporter */
	uint32_t least;                 /* octets of the shortest record */
	uint32_t session;               /* number + 1 of the session */
	uint32_t used;
	struct ipfix_field fields[IPFIX_FIELDS_MAX];
};

struct ipfix_session {
	struct addr exporter;
	uint16_t port;
	uint8_t version;                /* 0: not in use */
	uint32_t domain;
	bool counted;                   /* next is known */
	uint32_t next, exported_s;      /* of the last message */
	uint32_t used;
};

/* Zeroed by its owner. Some 570 KB. */
struct ipfix_book {
	uint32_t tick;
	struct ipfix_session sessions[IPFIX_SESSIONS_MAX];
	struct ipfix_template templates[IPFIX_TEMPLATES_MAX];
};

struct ipfix_walk {
	struct ipfix_book *book;
	struct ipfix_session *session;
	struct str rest, set;           /* of the message; of the set of data in hand */
	const struct ipfix_template *template;
	uint8_t version;
	uint32_t sequence, exported_s, records;
	bool uncounted, old;            /* records that could not be counted; it overtook nothing, it is late */
	uint32_t lost;                  /* before this message, as the sequence tells: records, or messages of version 9 */
};

struct ipfix_record {
	const struct ipfix_template *template;
	struct str octets;
};

/* ERR_SYNTAX: it is no message; ERR_UNSUPPORTED: of another version. */
enum err ipfix_begin(struct ipfix_walk *w, struct ipfix_book *book, const struct addr *exporter, uint16_t port, struct str octets) MUST_CHECK;
/*
 * The next record of data, those of options too; template sets are taken in on the way. ERR_NOTFOUND: the end. ERR_UNKNOWN: a set without its template
 * was passed over, go on. ERR_SYNTAX, ERR_LIMIT: a set is malformed or its template is longer than is taken; it was passed over, go on.
 */
enum err ipfix_next(struct ipfix_walk *w, struct ipfix_record *ret_record) MUST_CHECK;
/* Field by field: at and index begin at 0. False behind the last. */
bool ipfix_value(const struct ipfix_record *r, size_t *at, unsigned *index, const struct ipfix_field **ret_field, struct str *ret_value);
/* An unsigned number of 1 to 8 octets (RFC 7011 6.2). False: of none, or more. */
bool ipfix_number(struct str value, uint64_t *ret_number);

#endif
