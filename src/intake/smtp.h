/*
 * SMTP and LMTP listeners (RFC 5321, 2033, with PIPELINING, 8BITMIME, SMTPUTF8, SIZE): complaints come in as mail.
 *
 * A message is answered 250 only when the sink says that it is durable. Any sender and any recipient of our own domain is
 * taken: this is an abuse address. Limits on line, size, recipients, connections and time; 452 when the sink refuses.
 */
#ifndef AUPD_INTAKE_SMTP_H
#define AUPD_INTAKE_SMTP_H

#include "base/loop.h"
#include "model/sink.h"

enum { SMTP_LINE_MAX = 4096, SMTP_RECIPIENTS_MAX = 100, SMTP_SESSIONS_MAX = 500, SMTP_SESSIONS_PER_ADDRESS = 50, SMTP_ERRORS_MAX = 20, SMTP_IDLE_S = 300 };

struct smtp;

struct smtp_options {
	int listen_fd;
	bool lmtp;
	uint32_t source;
	const char *name;               /* our own, in the greeting */
	struct str domain;              /* recipients must be of it; "" = any */
	uint64_t message_bytes;
	struct sink sink;
};

struct smtp_stats { uint64_t sessions, messages, tempfailed, refused, broken; };

enum err smtp_open(struct loop *l, const struct smtp_options *options, struct smtp **ret_smtp, struct why *why) MUST_CHECK;
/* Takes no more connections; what is in hand is finished or dropped by its client's time-out. */
void smtp_close(struct smtp *s);
void smtp_stats(const struct smtp *s, struct smtp_stats *ret_stats);

#endif
