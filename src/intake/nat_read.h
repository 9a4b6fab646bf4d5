/*
 * A datagram of a NAT as events: lines of syslog, or records of IPFIX, as the exporter's configuration says.
 */
#ifndef AUPD_INTAKE_NAT_READ_H
#define AUPD_INTAKE_NAT_READ_H

#include "format/nat_line.h"
#include "intake/nat_ipfix.h"

/* How an exporter speaks, in one number: a format of lines, or from NAT_IPFIX on IPFIX and NetFlow version 9 in a dialect. */
enum { NAT_IPFIX = NAT_FORMAT_END, NAT_SPEECH_END = NAT_IPFIX + NAT_DIALECT_END };

struct nat_datagram {
	uint8_t feed, speech;
	int64_t received_at;
	struct addr sender;
	uint16_t port;
	struct str octets;
};

typedef void nat_told(void *arg, const struct nat_event *e);

struct nat_read {
	unsigned events;
	unsigned silent;                /* said nothing of who has which ports */
	unsigned others;                /* were no events of a NAT */
	unsigned unread;                /* spoke of ports in a form that is not known */
	unsigned unverified;            /* of the events: their meaning is not known */
	uint32_t lost;                  /* that never came, as a sequence tells, or whose template is not known */
	struct str first;               /* the first that was unread or no event, as text; STR_NONE: there was none, or it is no text */
	char reason[120];               /* of that */
};

/* Tells each event. book: of the exporters that speak IPFIX. What was read stays borrowed. */
void nat_read(struct ipfix_book *book, const struct nat_datagram *d, nat_told *told, void *arg, struct nat_read *ret_read);

#endif
