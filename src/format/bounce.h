/*
 * What mail servers say about mail that they could not deliver: delivery status notifications (RFC 3464), and the words of servers
 * that write none. One observation a recipient, of kind messaging.bounce.
 *
 * Its source is where the returned message came from, as the server that returned it says; never the recipient, who did nothing,
 * and never the returned From, which anybody can write. Facts have the names of RFC 3464 in lower case, whoever wrote them;
 * read out of words they are derived.
 */
#ifndef AUPD_FORMAT_BOUNCE_H
#define AUPD_FORMAT_BOUNCE_H

#include "format/format.h"

struct bounce {
	struct str header; /* of the returned message; "" when none came back */
	struct str path;   /* its part */
	size_t base;       /* where it begins in its part */
	bool failed;       /* somebody was given up; what is delayed, relayed or delivered was not */
	bool complained;   /* it came to whom it went, and he complained */
};

/* From part i on, the first that is no part of an attached message; count when there is none. */
unsigned bounce_own_part(const struct mime *m, unsigned i);
struct observation *bounce_add(struct decode *d);
/* The SMTP reply and the enhanced status code (RFC 3463, 2034) in text, which begins at base in its part, as derived facts. */
void bounce_codes(struct decode *d, struct observation *o, struct str text, struct str path, size_t base);

/*
 * The fields of delivery status in text, which begins at base in its part: true when at least one recipient stands there. A header
 * behind the last recipient is that of the returned message.
 */
bool dsn_read(struct decode *d, struct bounce *b, struct str text, struct str path, size_t base);
/* The same in a server's own words. */
bool bounce_words_read(struct decode *d, struct bounce *b);
/* What Amazon SES tells in JSON; a complaint is an observation of its own kind. */
bool bounce_ses_read(struct decode *d, struct bounce *b);
/* What a list's program writes back. */
bool bounce_list_read(struct decode *d, struct bounce *b);

#endif
