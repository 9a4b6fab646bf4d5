/*
 * The log of a made-up provider's NATs, as octets that a real one sends: a datagram a message.
 *
 * Each server's NAT speaks one form, by its number, or all speak the same. Some say their time with its zone, others none that can be used over a network; one counts its records, and one puts
 * several into a line:
 *
 *   ISP_NAT_JUNOS   syslog, RT_SRC_NAT_PBA_ALLOC, _RELEASE and, as often as accounting has an Interim-Update, _INTERIM: time with zone, since when a block is given
 *   ISP_NAT_A10     syslog, PortBatchV2Allocated, PortBatchV2Freed: no zone
 *   ISP_NAT_IPFIX   IPFIX (RFC 8158): milliseconds, sequence; its template every few minutes
 *   ISP_NAT_CISCO   syslog, [UserbasedA ...], [UserbasedW ...]: no zone, records together
 */
#ifndef AUPD_SIMULATE_ISP_NAT_H
#define AUPD_SIMULATE_ISP_NAT_H

#include "simulate/isp.h"

enum isp_nat_form { ISP_NAT_JUNOS, ISP_NAT_A10, ISP_NAT_IPFIX, ISP_NAT_CISCO, ISP_NAT_FORM_END };
enum { ISP_NAT_OCTETS_MAX = 1500, ISP_NAT_IPFIX_PORT = 4739, ISP_NAT_FROM_PORT = 40000 };
/* As aup bindings import --format has them; of IPFIX "ipfix". */
extern const char *const isp_nat_form_words[];

enum isp_nat_form isp_nat_form(const struct isp_options *o, uint32_t server);
struct addr isp_nat_source(uint32_t server);
/* Does it say its time so that one who receives it later knows it? */
bool isp_nat_is_timed(enum isp_nat_form form);
/* Appends a message of a NAT; a line has its end. from_at: when the provider begins. Of a message without blocks only IPFIX has any octets. */
void isp_nat_octets(const struct isp_message *m, int64_t from_at, struct buf *out);

#endif
