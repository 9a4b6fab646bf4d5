/*
 * A packet of accounting as a message about a session: what a server and a session are named by, and the numbers that not each packet says.
 */
#include "../tap.h"
#include "intake/accounting_read.h"
#include "wire/radius_write.h"

static struct radius_writer w;
static struct radius_packet packet;
static struct accounting_texts texts;
static struct accounting message;

static void begin(void)
{
	radius_write_request(&w, RADIUS_ACCOUNTING_REQUEST, 1, false);
	radius_put_u32(&w, RADIUS_ACCT_STATUS_TYPE, RADIUS_INTERIM);
	radius_put(&w, RADIUS_ACCT_SESSION_ID, STR("S1"));
	radius_put(&w, RADIUS_USER_NAME, STR("u1"));
	radius_put(&w, RADIUS_NAS_IDENTIFIER, STR("bng"));
}

/* Through a packet and a frame's body, as it goes. */
static void end(void)
{
	struct addr sender = { { 0 } };
	struct accounting e;
	struct str octets, rest;
	struct buf body;
	uint8_t feed;
	BUG_ON(radius_end_request(&w, STR("secret"), STR_NONE, &octets) != OK || radius_read(octets, &packet) != OK);
	BUG_ON(!accounting_read(&packet, &sender, SECOND_US, &texts, &e));
	buf_init(&body, 1 << 16);
	accounting_put(&body, 1, &e);
	rest = buf_str(&body);
	OK_(accounting_next(&rest, &feed, &message) == OK && !rest.len && str_eq(message.identity, e.identity) && message.port_type == e.port_type &&
		message.timeout_s == e.timeout_s && message.wide == e.wide, "the frame has it as the packet said it");
	message = e;
	buf_done(&body);
}

static void named(void)
{
	begin();
	radius_put_u32(&w, RADIUS_NAS_PORT_TYPE, 0);
	radius_put_u32(&w, RADIUS_SESSION_TIMEOUT, 604800);
	radius_put_u32(&w, RADIUS_ACCT_INPUT_OCTETS, 5);
	radius_put_u32(&w, RADIUS_ACCT_OUTPUT_OCTETS, 6);
	radius_put_u32(&w, RADIUS_ACCT_INPUT_GIGAWORDS, 1);
	radius_put_u32(&w, RADIUS_ACCT_OUTPUT_GIGAWORDS, 0);
	end();
	IS_STR(message.identity, STR("\x2c\x04S1\x01\x04u1\x20\x05" "bng\x3d\x06\0\0\0\0\x1b\x06\0\x09\x3a\x80"),
		"what names server and session is kept as it was sent, then what a change sets");
	OK_(message.port_type == 0 && message.timeout_s == 604800, "a dial-up line, and how long it may last");
	OK_(message.wide && message.in_octets == (1ULL << 32) + 5, "octets with their upper half");
	begin();
	end();
	OK_(message.port_type == ACCOUNTING_UNSAID && message.timeout_s == ACCOUNTING_UNSAID && !message.wide, "what is not said is not zero");
}

static void unclear(void)
{
	char station[RADIUS_VALUE_MAX];
	begin();
	radius_put(&w, RADIUS_USER_NAME, STR("u2"));
	end();
	IS_STR(message.identity, STR(""), "two names of a user name no session");
	begin();
	memset(station, 'x', sizeof(station));
	for (int i = 0; i < 5; i++)
		radius_put(&w, RADIUS_CALLED_STATION_ID, (struct str){ station, sizeof(station) });
	end();
	IS_STR(message.identity, STR(""), "names beyond the bound are left out whole");
	begin();
	for (int i = 0; i < 5; i++)
		radius_put(&w, RADIUS_CLASS, (struct str){ station, sizeof(station) });
	end();
	OK_(message.identity.len > 3 * sizeof(station) && message.identity.len < ACCOUNTING_IDENTITY_MAX, "of what a change sets as much as there is room for");
}

int main(void)
{
	named();
	unclear();
	return tap_done();
}
