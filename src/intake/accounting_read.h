/*
 * A packet of RADIUS accounting as a message about a session (model/accounting.h). Pure.
 *
 * The access server is named by what it says of itself, NAS-Identifier and address, and by whoever sent it where it says no address: behind
 * a proxy that is the proxy's. What is in conflict or malformed is unclear, never the first or last of it. Addresses that are none, and IPv6
 * prefixes shorter than ACCOUNTING_PREFIX6_MIN, which nobody holds for himself, are unclear too.
 */
#ifndef AUPD_INTAKE_ACCOUNTING_READ_H
#define AUPD_INTAKE_ACCOUNTING_READ_H

#include "model/accounting.h"
#include "wire/radius_acct.h"
#include "wire/radius_ports.h"

enum { ACCOUNTING_PREFIX6_MIN = 32, ACCOUNTING_PREFIX4_MIN = 16 };

/* What the texts of a message may lie in. */
struct accounting_texts {
	char nas[ACCOUNTING_TEXT_MAX], port[16], identity[ACCOUNTING_IDENTITY_MAX];
	struct radius_join join;
};

/*
 * False: it says nothing about a session or a server that has started (another Acct-Status-Type, or none that can be told; a session without
 * an id). The message borrows from the packet and texts.
 */
bool accounting_read(const struct radius_packet *p, const struct addr *sender, int64_t received_at, struct accounting_texts *texts, struct accounting *ret_accounting);

#endif
