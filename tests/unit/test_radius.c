/*
 * Packets of RADIUS: what is refused and why, what the secret says, what is built. Packets made by radclient 3.2.1 (secret testing123) and each
 * trap by itself.
 */
#include "base/arena.h"
#include "tap.h"
#include "wire/radius.h"
#include "wire/radius_write.h"

static struct arena *a;
static struct radius_writer w, v;

#define SECRET STR("testing123")

#define ON "04eb002a7f11474487c93d4278e40ffdcb6ced672007626e672d310406c00002012806000000072c0330"
#define STATUS "0cef002d782c441fb495a9ef452bbabda03e06e3200770726f62655012dae967a5557553c0d2a0d90c884be6e8"
#define DISCONNECT "28f900496d1dcf8653a82ffdfbac4636afb3a3e20113616c696365406578616d706c652e6e65742c0a30303030303032610406c00002015012" \
	"7d857e9a3dac2e0e3752ed3051b5bbb2"
#define COA "2b740044d71b63ebdf2e1d3a2e84b78ea5e495ee0113616c696365406578616d706c652e6e65742c0a30303030303032611b0600000e10" \
	"1a0d00003a8c0807314d2f314d"

/* A copy that may be changed. */
static struct str unhex(const char *text)
{
	struct str s;
	if (str_unhex(a, str_of(text), &s) != OK)
		abort();
	return s;
}

static char *at(struct str s, size_t i)
{
	return (char *)(uintptr_t)s.ptr + i;
}

static struct radius_packet packet(struct str octets)
{
	struct radius_packet p = { 0 };
	if (radius_read(octets, &p) != OK) {
		OK_(false, "the test's own octets are a packet");
		exit(tap_done());
	}
	return p;
}

/* A packet of code 4 without a right authenticator, with these octets as its attributes. */
static struct str raw(const char *attrs_hex)
{
	struct str attrs = unhex(attrs_hex);
	char *p = arena_alloc(a, RADIUS_HEADER_LEN + attrs.len);
	if (!p)
		abort();
	p[0] = RADIUS_ACCOUNTING_REQUEST;
	p[2] = (char)((RADIUS_HEADER_LEN + attrs.len) >> 8);
	p[3] = (char)(RADIUS_HEADER_LEN + attrs.len);
	if (attrs.len)
		memcpy(p + RADIUS_HEADER_LEN, attrs.ptr, attrs.len);
	return (struct str){ p, RADIUS_HEADER_LEN + attrs.len };
}

static void test_lengths(void)
{
	struct radius_packet p;
	struct str on = unhex(ON);
	for (size_t i = 0; i < on.len; i++)
		if (radius_read(str_sub(on, 0, i), &p) != ERR_SYNTAX)
			IS_INT(i, -1, "a datagram that is shorter than its header says is refused");
	OK_(radius_read(on, &p) == OK && p.attrs == 4 && p.code == 4 && p.id == 0xeb, "and whole it is read, with its four attributes");
	char *more = arena_alloc(a, on.len + 7);
	if (!more)
		abort();
	memcpy(more, on.ptr, on.len);
	OK_(radius_read((struct str){ more, on.len + 7 }, &p) == OK && p.attrs == 4, "octets behind the length are padding");
	IS_STR(p.octets, on, "  which is no part of the packet");
	OK_(radius_check_request(&p, SECRET, false) == OK, "  nor of its authenticator");
	*at(on, 2) = 0;
	*at(on, 3) = 19;
	IS_INT(radius_read(on, &p), ERR_SYNTAX, "a length below that of the header");
	*at(on, 2) = 0x10;
	*at(on, 3) = 1;
	IS_INT(radius_read(on, &p), ERR_LIMIT, "a length above 4096");
	IS_INT(radius_read(raw(""), &p), OK, "no attributes");
	IS_INT(p.attrs, 0, "  are none");
}

static void test_attribute_lengths(void)
{
	struct radius_packet p;
	struct radius_attr attr;
	size_t walk = 0;
	IS_INT(radius_read(raw("0100"), &p), ERR_SYNTAX, "an attribute of length 0");
	IS_INT(radius_read(raw("0101"), &p), ERR_SYNTAX, "an attribute of length 1");
	IS_INT(radius_read(raw("01010361"), &p), ERR_SYNTAX, "  also where what follows would be one");
	IS_INT(radius_read(raw("01"), &p), ERR_SYNTAX, "an attribute without a length");
	IS_INT(radius_read(raw("01036102"), &p), ERR_SYNTAX, "one octet too many behind the last");
	IS_INT(radius_read(raw("010561"), &p), ERR_SYNTAX, "an attribute that reaches beyond the packet");
	IS_INT(radius_read(raw("0102"), &p), OK, "an attribute of length 2 is there and empty");
	OK_(radius_next(&p, &walk, &attr) && attr.type == RADIUS_USER_NAME && !attr.value.len && !radius_next(&p, &walk, &attr), "  and is the only one");
	struct str beyond = raw("010361");
	char *more = arena_alloc(a, beyond.len + 2);
	if (!more)
		abort();
	memcpy(more, beyond.ptr, beyond.len);
	more[RADIUS_HEADER_LEN + 1] = 4;
	IS_INT(radius_read((struct str){ more, beyond.len + 2 }, &p), ERR_SYNTAX, "an attribute that reaches into the padding");
}

static void test_largest(void)
{
	static char octets[RADIUS_PACKET_MAX + 8];
	struct radius_packet p;
	struct radius_attr attr;
	unsigned n = 0;
	octets[0] = RADIUS_ACCOUNTING_REQUEST;
	octets[2] = RADIUS_PACKET_MAX >> 8;
	for (size_t i = RADIUS_HEADER_LEN; i < RADIUS_PACKET_MAX; i += 2)
		octets[i] = RADIUS_CLASS, octets[i + 1] = 2;
	IS_INT(radius_read((struct str){ octets, RADIUS_PACKET_MAX }, &p), OK, "4096 octets, all of them empty attributes");
	for (size_t walk = 0; radius_next(&p, &walk, &attr);)
		n++;
	OK_(n == RADIUS_ATTRS_MAX && p.attrs == RADIUS_ATTRS_MAX, "  each of which is given");
	IS_INT(radius_read((struct str){ octets, sizeof(octets) }, &p), OK, "a datagram beyond 4096 is padding too");
	octets[3] = 1;
	IS_INT(radius_read((struct str){ octets, sizeof(octets) }, &p), ERR_LIMIT, "but not a packet of 4097");
}

static void test_requests(void)
{
	static const struct { const char *hex, *name; } good[] = {
		{ ON, "Accounting-On of radclient" }, { STATUS, "Status-Server of radclient" }, { DISCONNECT, "Disconnect-Request of radclient" },
		{ COA, "CoA-Request of radclient" },
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct str octets = unhex(good[i].hex);
		struct radius_packet p = packet(octets);
		IS_INT(radius_check_request(&p, SECRET, false), OK, good[i].name);
		IS_INT(radius_check_request(&p, STR("testing124"), false), ERR_DENIED, "  under another secret is denied");
		IS_INT(radius_check_request(&p, STR_NONE, false), ERR_DENIED, "  under an empty one too");
		unsigned held = 0;
		for (size_t k = 0; k < octets.len; k++) {
			struct radius_packet q;
			*at(octets, k) ^= 1;
			held += radius_read(octets, &q) == OK && radius_check_request(&q, SECRET, false) == OK;
			*at(octets, k) ^= 1;
		}
		IS_INT(held, 0, "  and no bit of it may be another");
	}
	struct radius_packet p = packet(unhex(COA));
	IS_INT(radius_check_request(&p, SECRET, true), ERR_DENIED, "no Message-Authenticator, where the client is known to send one");
	p = packet(unhex(DISCONNECT));
	IS_INT(radius_check_request(&p, SECRET, true), OK, "  and one that is there");
	p = packet(unhex("0104001400000000000000000000000000000000"));
	IS_INT(radius_check_request(&p, SECRET, false), ERR_UNSUPPORTED, "Access-Request is not ours");
	p = packet(unhex("0c01001400000000000000000000000000000000"));
	IS_INT(radius_check_request(&p, SECRET, false), ERR_DENIED, "Status-Server without a Message-Authenticator, which is all that keys it");
}

/* Signs the packet anew as a request with what now stands in it. */
static void make_right(struct str octets, struct str secret)
{
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	radius_digest(octets, radius_zeros, secret, made);
	memcpy(at(octets, 4), made, sizeof(made));
}

static void test_message_authenticator(void)
{
	struct str octets = raw("5012" "00000000000000000000000000000000" "010361");
	uint8_t made[RADIUS_AUTHENTICATOR_LEN];
	radius_hmac(octets, radius_zeros, 22, SECRET, made);
	memcpy(at(octets, 22), made, sizeof(made));
	make_right(octets, SECRET);
	struct radius_packet p = packet(octets);
	IS_INT(radius_check_request(&p, SECRET, true), OK, "an accounting request with a Message-Authenticator");
	*at(octets, 22) ^= 1;
	make_right(octets, SECRET);
	IS_INT(radius_check_request(&p, SECRET, false), ERR_DENIED, "a wrong one is denied though the Request Authenticator is right, and none was wanted");
	octets = raw("5011" "000000000000000000000000000000");
	make_right(octets, SECRET);
	p = packet(octets);
	IS_INT(radius_check_request(&p, SECRET, false), ERR_DENIED, "one of 15 octets");
	octets = raw("5012" "00000000000000000000000000000000" "5012" "00000000000000000000000000000000");
	radius_hmac(octets, radius_zeros, 40, SECRET, made);
	memcpy(at(octets, 40), made, sizeof(made));
	make_right(octets, SECRET);
	p = packet(octets);
	IS_INT(radius_check_request(&p, SECRET, false), ERR_DENIED, "two of them, of which the last would hold");
	radius_hmac(octets, radius_zeros, 22, SECRET, made);
	memcpy(at(octets, 22), made, sizeof(made));
	make_right(octets, SECRET);
	IS_INT(radius_check_request(&p, SECRET, false), ERR_DENIED, "  or the first");
	octets = raw("010361");
	make_right(octets, STR_NONE);
	p = packet(octets);
	IS_INT(radius_check_request(&p, STR_NONE, false), ERR_DENIED, "an empty secret proves nothing, though the digest is right");
}

static struct radius_packet reply_to(const struct radius_packet *request, uint8_t code, bool authenticator, struct str *ret_octets)
{
	radius_write_reply(&w, code, request, authenticator);
	if (code == RADIUS_DISCONNECT_NAK || code == RADIUS_COA_NAK)
		radius_put_u32(&w, RADIUS_ERROR_CAUSE, 503);
	if (radius_end_reply(&w, request, SECRET, ret_octets) != OK)
		abort();
	return packet(*ret_octets);
}

static void test_replies(void)
{
	static const struct { uint8_t request, ack, nak; } pairs[] = {
		{ RADIUS_DISCONNECT_REQUEST, RADIUS_DISCONNECT_ACK, RADIUS_DISCONNECT_NAK }, { RADIUS_COA_REQUEST, RADIUS_COA_ACK, RADIUS_COA_NAK },
		{ RADIUS_STATUS_SERVER, RADIUS_ACCESS_ACCEPT, RADIUS_ACCOUNTING_RESPONSE }, { RADIUS_ACCOUNTING_REQUEST, RADIUS_ACCOUNTING_RESPONSE, 0 },
	};
	struct str octets, request;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		bool is_acct = pairs[i].request == RADIUS_ACCOUNTING_REQUEST;
		radius_write_request(&v, pairs[i].request, 7, true);
		radius_put(&v, RADIUS_USER_NAME, STR("alice"));
		struct str nonce = pairs[i].request == RADIUS_STATUS_SERVER ? STR("0123456789abcdef") : STR_NONE;
		IS_INT(radius_end_request(&v, SECRET, nonce, &request), OK, "a request is built");
		struct radius_packet p = packet(request), other = p;
		IS_INT(radius_check_request(&p, SECRET, true), OK, "  and holds, with its Message-Authenticator");
		for (int nak = 0; nak < 2; nak++) {
			uint8_t code = nak ? pairs[i].nak : pairs[i].ack;
			if (!code)
				continue;
			struct radius_packet r = reply_to(&p, code, true, &octets);
			IS_INT(radius_check_reply(&r, &p, SECRET, !is_acct), OK, "  its answer holds");
			IS_INT(radius_check_reply(&r, &p, STR("x"), false), ERR_DENIED, "  but not under another secret");
			IS_INT(radius_check_reply(&r, &p, STR_NONE, false), ERR_DENIED, "  nor under none");
			other.id = 8;
			IS_INT(radius_check_reply(&r, &other, SECRET, false), ERR_NOTFOUND, "  it answers no other id");
			other.id = 7;
			other.code = RADIUS_ACCESS_REQUEST;
			IS_INT(radius_check_reply(&r, &other, SECRET, false), ERR_NOTFOUND, "  nor another code");
			*at(octets, octets.len - 1) ^= 1;
			IS_INT(radius_check_reply(&r, &p, SECRET, false), ERR_DENIED, "  nor with a bit that is another");
			r = reply_to(&p, code, false, &octets);
			IS_INT(radius_check_reply(&r, &p, SECRET, !is_acct), is_acct ? OK : ERR_DENIED, "  a Message-Authenticator may be wanted");
			IS_INT(radius_check_reply(&r, &p, SECRET, false), OK, "  and need not be");
		}
	}
}

/* Where an answer of ours to this request has its Message-Authenticator; SIZE_MAX: nowhere. */
static size_t authenticator_of_reply(const struct radius_packet *request, uint8_t code)
{
	struct str octets;
	struct radius_attr attr;
	struct radius_packet p = reply_to(request, code, true, &octets);
	size_t walk = 0;
	return radius_next_of(&p, RADIUS_MESSAGE_AUTHENTICATOR, &walk, &attr) ? walk - 18 : SIZE_MAX;
}

static void test_reply_form(void)
{
	struct str octets;
	struct radius_attr attr;
	struct radius_packet p = packet(raw("21033121033201036121022103" "33"));
	struct radius_packet r = reply_to(&p, RADIUS_ACCOUNTING_RESPONSE, true, &octets);
	IS_STR(str_sub(r.octets, RADIUS_HEADER_LEN, r.octets.len), unhex("210331" "210332" "210333"), "Proxy-State comes back as it came, in its order, and nothing else");
	IS_INT(authenticator_of_reply(&p, RADIUS_ACCOUNTING_RESPONSE), SIZE_MAX, "an Accounting-Response has no Message-Authenticator");
	p = packet(unhex(STATUS));
	IS_INT(authenticator_of_reply(&p, RADIUS_ACCOUNTING_RESPONSE), RADIUS_HEADER_LEN, "  but first of all to Status-Server");
	p = packet(unhex(COA));
	IS_INT(authenticator_of_reply(&p, RADIUS_COA_NAK), RADIUS_HEADER_LEN, "it stands first in an answer to a CoA-Request");
	size_t walk = 0;
	r = reply_to(&p, RADIUS_COA_NAK, false, &octets);
	OK_(radius_next_of(&r, RADIUS_ERROR_CAUSE, &walk, &attr) && str_eq(attr.value, unhex("000001f7")), "Error-Cause is four octets");
}

static void test_writer(void)
{
	struct addr v4, v6;
	struct str octets, big = { w.octets, RADIUS_VALUE_MAX };
	struct prefix p;
	if (addr_parse(STR("192.0.2.1"), &v4) != OK || addr_parse(STR("2001:db8::1"), &v6) != OK || prefix_parse(STR("2001:db8:100::/44"), &p) != OK)
		abort();
	radius_write_request(&v, RADIUS_COA_REQUEST, 1, false);
	radius_put_addr(&v, RADIUS_NAS_IP_ADDRESS, &v4);
	radius_put_addr(&v, RADIUS_NAS_IPV6_ADDRESS, &v6);
	radius_put_prefix6(&v, RADIUS_FRAMED_IPV6_PREFIX, &p);
	radius_put_vendor(&v, 14988, 8, STR("1M/1M"));
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), OK, "addresses, a prefix and a vendor's attribute");
	IS_STR(str_sub(octets, RADIUS_HEADER_LEN, octets.len), unhex("0406c0000201" "5f1220010db8000000000000000000000001" "610a002c20010db80100"
		"1a0d00003a8c0807314d2f314d"), "  as RFC 2865, 3162 and radclient write them");
	radius_write_request(&v, RADIUS_COA_REQUEST, 1, false);
	radius_put(&v, RADIUS_CLASS, big);
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), OK, "a value of 253 octets");
	IS_INT(radius_end_request(&v, STR_NONE, STR_NONE, &octets), ERR_DENIED, "nothing is signed with an empty secret");
	radius_put(&v, RADIUS_CLASS, (struct str){ w.octets, RADIUS_VALUE_MAX + 1 });
	radius_put(&v, RADIUS_CLASS, STR("a"));
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), ERR_RANGE, "not one of 254, and what comes later does not hide it");
	radius_write_request(&v, RADIUS_COA_REQUEST, 1, false);
	radius_put(&v, RADIUS_CLASS, STR_NONE);
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), ERR_RANGE, "nor an empty one");
	radius_write_request(&v, RADIUS_COA_REQUEST, 1, false);
	radius_put_vendor(&v, 9, 1, (struct str){ w.octets, 248 });
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), ERR_RANGE, "nor a vendor's of 248");
	radius_write_request(&v, RADIUS_COA_REQUEST, 1, false);
	for (int i = 0; i < 15; i++)
		radius_put(&v, RADIUS_CLASS, big);
	radius_put(&v, RADIUS_CLASS, (struct str){ w.octets, RADIUS_PACKET_MAX - RADIUS_HEADER_LEN - 15 * 255 - 2 });
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), OK, "a packet may be full");
	struct radius_packet full = packet(octets);
	OK_(octets.len == RADIUS_PACKET_MAX && radius_check_request(&full, SECRET, false) == OK, "  with 4096 octets, and holds");
	radius_put(&v, RADIUS_CLASS, STR("a"));
	IS_INT(radius_end_request(&v, SECRET, STR_NONE, &octets), ERR_LIMIT, "  and takes no more");
}

int main(void)
{
	a = arena_new("test", 16 << 20);
	if (!a)
		return 1;
	test_lengths();
	test_attribute_lengths();
	test_largest();
	test_requests();
	test_message_authenticator();
	test_replies();
	test_reply_form();
	test_writer();
	arena_free(a);
	return tap_done();
}
