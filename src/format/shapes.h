/*
 * The recognisers, in the order in which format.c asks them. Each says whether the shape was its own; the result is in d.
 */
#ifndef AUPD_FORMAT_SHAPES_H
#define AUPD_FORMAT_SHAPES_H

#include "base/json.h"
#include "format/format.h"

bool bounce_decode(struct decode *d);
bool answer_decode(struct decode *d);
bool desk_decode(struct decode *d);             /* what the machine of another desk answers */
bool answer_automatic(struct decode *d);        /* no person wrote it, or it asks for no answer by machines */
bool xarf_mail_decode(struct decode *d);        /* a mail that carries XARF JSON, by Feedback-Type or as attachment */
bool arf_decode(struct decode *d);
bool jmrp_decode(struct decode *d);             /* the reported message alone, as Hotmail sent it */
bool xarf_plain_decode(struct decode *d);       /* X-ARF 0.1 and 0.2 */
bool lists_decode(struct decode *d);            /* Project Honey Pot, CleanMX, Webiron */
bool spamcop_decode(struct decode *d);
bool fail2ban_decode(struct decode *d);
bool xarf_json_decode(struct decode *d);        /* a bare JSON document */
bool acns_decode(struct decode *d);             /* copyright notices in XML, as document, attachment or in the text */
bool acns_reply_decode(struct decode *d);       /* what answers such a notice: acknowledgement, status, counter-notice */
bool safe_browsing_decode(struct decode *d);    /* Safe Browsing's XML about links */
bool takedown_decode(struct decode *d);         /* a takedown service's letter: its issue, links and addresses */
bool table_decode(struct decode *d);            /* CSV and JSON whose columns a map knows, also in zip and gzip */
bool prose_decode(struct decode *d);            /* whatever is left */
/* The address that begins at text[at], also in a disguise against clicks. Its length in bytes; 0 when none does. */
size_t prose_address_at(struct str text, size_t at, struct addr *ret_addr);
/* What the header of a reported message tells: source, time, Message-ID and more, as derived facts of o. It begins at base in its part. */
void arf_derive(struct decode *d, struct observation *o, struct str header, struct str path, size_t base);

/* "Email from ADDRESS / TIME" in the text beside a feedback report that names no source: its source and time. */
bool spamcop_source(struct decode *d, struct observation *o);

/* After the shapes, whatever they found: an item that may be of the sealed class keeps class, time and address alone. */
void sealed_decode(struct decode *d);

/* One XARF document of any version at part path. False when it is none. */
bool xarf_document(struct decode *d, struct str json, struct str part);
/* Versions 1 to 3; the check alone for a document without a Report. */
void xarf_old_check(struct decode *d, const struct json *root, struct str version);
void xarf_old(struct decode *d, struct observation *o, const struct json *root, struct str version);
/* The time of the event from the first text that holds one; last is the end of a span, or "". */
void xarf_time(struct decode *d, struct observation *o, struct str first, struct str last);

#endif
