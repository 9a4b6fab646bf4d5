/*
 * Messages of a made-up provider as what a real access server sends: RADIUS accounting (RFC 2866, 2869, 3162, 4818, 8045), and as a capture
 * file that tcpdump and Wireshark read (pcap, link type 228: IPv4).
 */
#ifndef AUPD_SIMULATE_ISP_PACKET_H
#define AUPD_SIMULATE_ISP_PACKET_H

#include "simulate/isp.h"
#include "wire/radius_acct.h"
#include "wire/radius_write.h"

enum { ISP_PACKET_PORT = 1813 };

/* It borrows from the writer. An empty secret is ERR_DENIED. authenticator: with a Message-Authenticator. */
enum err isp_packet(const struct isp_message *m, uint8_t id, bool authenticator, struct str secret, struct radius_writer *w, struct str *ret_octets) MUST_CHECK;
/* Where a server sends from. */
struct addr isp_packet_source(uint32_t server);
void isp_packet_capture_head(struct buf *out);
/* to: IPv4. */
void isp_packet_capture(struct buf *out, int64_t at, const struct addr *from, uint16_t from_port, const struct addr *to, uint16_t to_port, struct str octets);

#endif
