/*
 * The public pages of a policy: each version that was posted, and an index of them. Static HTML without a script, nothing that is
 * loaded from elsewhere; every text of the policy is escaped. The same versions at the same time give the same bytes.
 *
 * Also the addresses of RFC 2142 at which a provider is to be reached, and an RDAP entity (RFC 9083) for its abuse desk.
 */
#ifndef AUPD_POLICY_PUBLISH_H
#define AUPD_POLICY_PUBLISH_H

#include "model/policy.h"

enum { PUBLISH_NAME_MAX = 80, PUBLISH_VERSIONS_MAX = 1000 };

struct publisher {
	struct str provider, domain, abuse_local, contact;      /* of the configuration; "" = not said, and not shown */
	const struct policy **versions;                 /* by effective time, rising */
	unsigned count;
	int64_t now;                                    /* which of them is in force */
};

/* The one in force at now; NULL before the first. */
const struct policy *publish_current(const struct publisher *p);
/* "2026-03-01.html"; a version whose name is none for a file is named by its digest. */
void publish_name(const struct policy *version, char out[PUBLISH_NAME_MAX]);
void publish_index(const struct publisher *p, struct buf *out);
void publish_version(const struct publisher *p, const struct policy *version, struct buf *out);

struct mailbox {
	const char *name, *purpose;
};
extern const struct mailbox mailboxes[];                /* closed by a NULL name */
/* The address of one: abuse is where the configuration says that it is. */
struct str mailbox_address(struct arena *a, const struct publisher *p, const struct mailbox *m);
/* RFC 9083, 5.1: an entity with the role abuse, to be put into the answers of an RDAP service. */
void publish_rdap(const struct publisher *p, struct buf *out);

#endif
