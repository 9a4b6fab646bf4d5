/*
 * What the readers of lease lines share among themselves. See lease.h.
 */
#ifndef AUPD_ATTRIBUTION_LEASE_LINE_H
#define AUPD_ATTRIBUTION_LEASE_LINE_H

#include "attribution/lease.h"

/* An id as a subject: STR_NONE when it is empty or longer than LEASE_ID_MAX. */
struct str lease_id_text(struct arena *a, enum lease_id id, struct str octets);
/* Hexadecimal, colons or not, either case. "" is no octets. */
enum err lease_octets(struct arena *a, struct str hex, struct str *ret_octets) MUST_CHECK;
/* Subject and device, by the ids that there are (octets). */
void lease_name(const struct lease_reader *r, struct arena *a, const struct str ids[LEASE_ID_END], struct lease *l);
/* What Kea keeps of the relays (user_context, with store-extended-info), from JSON. What cannot be read says nothing. */
void lease_read_context(struct arena *a, struct str text, struct str ids[LEASE_ID_END]);
/* "0x6c31" or "6c31"; STR_NONE when it is neither. */
struct str lease_hex(struct arena *a, struct str text);
/* One line of the hook's file, as lease_read. */
enum err lease_read_hook(const struct lease_reader *r, struct arena *a, struct str line, struct lease *l, struct why *why) MUST_CHECK;
/* One line of the legal log, as lease_read. */
enum err lease_read_legal(const struct lease_reader *r, struct arena *a, struct str line, struct lease *l, struct why *why) MUST_CHECK;

#endif
