/*
 * Datagrams, many a call: received into slots that are reserved once, sent to whom they came from (recvmmsg, sendmmsg).
 */
#ifndef AUPD_BASE_DATAGRAM_H
#define AUPD_BASE_DATAGRAM_H

#include "base/addr.h"

enum { DATAGRAM_SLOTS = 256, DATAGRAM_BYTES_MAX = 4608 };       /* a longer one is cut, and of no protocol here */

struct datagram {
	struct addr addr;
	uint16_t port;
	struct str octets;
};

struct datagram_box;

struct datagram_box *datagram_box_new(void);                    /* NULL without memory */
void datagram_box_free(struct datagram_box *b);                 /* accepts NULL */
/* Room for what comes while nobody reads, as far as the system lets us; and that it tells what it dropped. */
void datagram_prepare(int fd, unsigned bytes);
/*
 * What waits, DATAGRAM_SLOTS at most; octets stay until the next call. *ret_lost: so many were dropped by the system since the socket was
 * made, as far as it was told. ERR_AGAIN: nothing waits.
 */
enum err datagram_receive(struct datagram_box *b, int fd, struct datagram list[DATAGRAM_SLOTS], unsigned *ret_count, uint32_t *ret_lost) MUST_CHECK;
/* As many as the system takes now; a datagram that cannot be sent is lost, as any may be. Gives how many went. */
unsigned datagram_send(int fd, const struct datagram *list, unsigned count);

#endif
