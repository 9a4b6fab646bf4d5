/*
 * Any bytes as a packet of RADIUS: what is read lies within the datagram, each walk ends, a field that cannot be told has no value, and what is
 * answered to a request that holds holds too. The first walk is over the bytes as they are, the second over them signed anew. What could answer
 * a Disconnect or CoA of ours is held against one as it is, and signed as whoever knows the secret would.
 */
#include "wire/radius_acct.h"
#include "wire/radius_ports.h"
#include "wire/radius_write.h"

#include "fuzz.h"

#define SECRET STR("testing123")

static bool within(struct str part, struct str whole)
{
	return !part.len || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void walk_attributes(const struct radius_packet *p)
{
	struct radius_attr attr;
	unsigned n = 0;
	for (size_t at = 0; radius_next(p, &at, &attr); n++)
		MUST(within(attr.value, p->octets) && attr.value.len <= RADIUS_VALUE_MAX && at <= p->octets.len);
	MUST(n == p->attrs && n <= RADIUS_ATTRS_MAX);
}

static void walk_meaning(const struct radius_packet *p)
{
	struct radius_acct a;
	radius_acct_read(p, &a);
	MUST(within(a.user_name, p->octets) && within(a.session_id, p->octets) && within(a.circuit_id, p->octets));
	MUST(!(a.has & a.conflict) && !(a.not_utf8 & ~a.has) && !(a.more & ~a.has));
	MUST(radius_has(&a, RADIUS_F_USER_NAME) == (a.user_name.len > 0) && radius_has(&a, RADIUS_F_SESSION_ID) == (a.session_id.len > 0));
	MUST(radius_has(&a, RADIUS_F_IN_OCTETS) || !a.in_octets);
	MUST(a.framed_prefix6_count <= RADIUS_LIST_MAX && a.delegated_prefix6_count <= RADIUS_LIST_MAX && a.framed_addr6_count <= RADIUS_LIST_MAX);
	for (unsigned i = 0; i < a.framed_prefix6_count; i++)
		MUST(a.framed_prefix6[i].bits <= 128 && prefix_has(&a.framed_prefix6[i], &a.framed_prefix6[i].addr));
}

static void walk_inner(const struct radius_packet *p)
{
	static struct radius_join join;
	struct radius_vendor_walk walk = { 0 };
	struct radius_vendor v;
	struct radius_extended e;
	struct radius_ports ports;
	enum err more;
	for (unsigned n = 0; radius_vendor_next(p, &walk, &v); n++)
		MUST(within(v.value, p->octets) && n <= RADIUS_ATTRS_MAX);
	for (size_t at = 0, was = 0; (more = radius_extended_next(p, &at, &join, &e)) != ERR_NOTFOUND; was = at) {
		MUST(at > was && (more == OK || more == ERR_SYNTAX));
		if (more == OK)
			MUST(e.value.len && (within(e.value, p->octets) || within(e.value, (struct str){ join.octets, sizeof(join.octets) })));
		if (more == OK && radius_extended_vendor(&e, &v))
			MUST(within(v.value, e.value));
	}
	for (size_t at = 0; (more = radius_ports_next(p, &at, &join, &ports)) != ERR_NOTFOUND;)
		if (more == OK && ports.kind == RADIUS_PORTS_RANGE && ports.alloc == RADIUS_PORTS_GIVEN)
			MUST(ports.start <= ports.end);
}

static void answer(const struct radius_packet *p)
{
	static struct radius_writer w;
	struct radius_packet r;
	struct str octets;
	uint8_t code = p->code == RADIUS_DISCONNECT_REQUEST ? RADIUS_DISCONNECT_NAK : p->code == RADIUS_COA_REQUEST ? RADIUS_COA_ACK : RADIUS_ACCOUNTING_RESPONSE;
	radius_write_reply(&w, code, p, true);
	enum err e = radius_end_reply(&w, p, SECRET, &octets);
	MUST(e == OK || e == ERR_LIMIT);
	if (e == OK)
		MUST(radius_read(octets, &r) == OK && radius_check_reply(&r, p, SECRET, p->code != RADIUS_ACCOUNTING_REQUEST) == OK);
}

/* As the hand takes it: from any bytes, by the id that they have. */
static void as_reply(const struct radius_packet *p)
{
	static struct radius_writer w;
	static char octets[RADIUS_PACKET_MAX];
	struct radius_packet request, r;
	struct str asked;
	const bool coa = p->code == RADIUS_COA_ACK || p->code == RADIUS_COA_NAK;
	radius_write_request(&w, coa ? RADIUS_COA_REQUEST : RADIUS_DISCONNECT_REQUEST, p->id, true);
	MUST(radius_end_request(&w, SECRET, STR_NONE, &asked) == OK && radius_read(asked, &request) == OK);
	const bool answers = radius_answers(p->code, request.code);
	enum err e = radius_check_reply(p, &request, SECRET, false);
	MUST(answers ? e == OK || e == ERR_DENIED : e == ERR_NOTFOUND);
	if (!answers)
		return;
	memcpy(octets, p->octets.ptr, p->octets.len);
	radius_digest(p->octets, radius_authenticator(&request), SECRET, (uint8_t *)octets + 4);
	MUST(radius_read((struct str){ octets, p->octets.len }, &r) == OK);
	e = radius_check_reply(&r, &request, SECRET, false);
	MUST(e == OK || e == ERR_DENIED);
	MUST(radius_check_reply(&r, &request, STR("another secret"), false) != OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char octets[RADIUS_PACKET_MAX];
	struct radius_packet p, signed_packet;
	if (radius_read(FUZZ_TEXT(data, len), &p) != OK)
		return 0;
	MUST(within(p.octets, FUZZ_TEXT(data, len)));
	walk_attributes(&p);
	walk_meaning(&p);
	walk_inner(&p);
	as_reply(&p);
	memcpy(octets, p.octets.ptr, p.octets.len);
	if (p.code == RADIUS_ACCOUNTING_REQUEST || p.code == RADIUS_DISCONNECT_REQUEST || p.code == RADIUS_COA_REQUEST)
		radius_digest(p.octets, radius_zeros, SECRET, (uint8_t *)octets + 4);
	MUST(radius_read((struct str){ octets, p.octets.len }, &signed_packet) == OK);
	if (radius_check_request(&signed_packet, SECRET, false) == OK)
		answer(&signed_packet);
	return 0;
}
