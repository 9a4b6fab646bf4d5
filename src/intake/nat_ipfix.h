/*
 * A record of IPFIX or NetFlow version 9 as an event of a NAT (RFC 8158, and what came before it). Pure.
 *
 * What the value of natEvent means depends on the dialect, which the configuration says for each exporter:
 *
 *                                        rfc8158                 junos-draft
 *   session or mapping begins, ends      4 5, 6 7, 8 9, 10 11    1 2, 4 5
 *   block given, taken back, held        16, 17                  14, 15, 16
 *   says nothing of who has ports        3, 12 to 15, 18
 *
 * Any other value is one whose meaning is not known: the event is NAT_UNVERIFIED, with the block that it names.
 *
 * Fields: 8 or 27 the inside address, 225 the outside one, 227 a port of it, 361 to 364 a block; the time from 323, 322, 324 or 325, else when
 * the flow began or ended (150 to 157), else when it was received. Destinations are not looked at.
 */
#ifndef AUPD_INTAKE_NAT_IPFIX_H
#define AUPD_INTAKE_NAT_IPFIX_H

#include "model/nat.h"
#include "wire/ipfix.h"

enum nat_dialect { NAT_RFC8158, NAT_JUNOS_DRAFT, NAT_DIALECT_END };
extern const char *const nat_dialect_words[];           /* "rfc8158", "junos-draft", NULL */

/*
 * ERR_NOTFOUND: it says nothing of who has which ports. ERR_UNSUPPORTED: it is no event of a NAT. ERR_SYNTAX: it is one, and lacks what makes
 * one, or contradicts itself: what it said is lost.
 */
enum err nat_ipfix_read(enum nat_dialect dialect, const struct ipfix_record *r, int64_t received_at, struct nat_event *ret_event) MUST_CHECK;

#endif
