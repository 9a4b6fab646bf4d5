/*
 * The lease file of a made-up provider's DHCP server, as Kea writes it ("memfile"): a line a message, behind the header where the file begins.
 *
 * A line is known by its circuit-id, which the relay adds: it is the login. What a device sends past the relay, when it renews, has none for half of
 * them.
 */
#ifndef AUPD_SIMULATE_ISP_LEASE_H
#define AUPD_SIMULATE_ISP_LEASE_H

#include "simulate/isp.h"

enum { ISP_LEASE_OCTETS_MAX = 1024 };

extern const char isp_lease_header[];

/* Appends the line of a message, with its end. from_at: when the provider begins. */
void isp_lease_octets(const struct isp_message *m, int64_t from_at, struct buf *out);

#endif
