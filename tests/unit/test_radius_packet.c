/*
 * Requests to access servers: which attributes of a session's own go into them, by which profile, and what is not asked for at all.
 */
#include "action/radius_packet.h"
#include "tap.h"

static struct arena *arena;
static const struct str secret = { "a secret of twenty-two", 22 };

/* "32:6e6173 44:5331": attributes as type and hex. */
static struct str octets_of(struct str text)
{
	struct buf out;
	struct str word;
	buf_init(&out, 4096);
	while (str_split(&text, ' ', &word)) {
		struct str type, value;
		uint64_t n;
		BUG_ON(!str_split(&word, ':', &type) || str_to_u64(type, 255, &n) != OK || str_unhex(arena, word, &value) != OK);
		buf_putc(&out, (char)n);
		buf_putc(&out, (char)(value.len + 2));
		buf_put(&out, value);
	}
	struct str octets = str_copy(arena, buf_str(&out));
	buf_done(&out);
	return octets;
}

static struct str text_of(struct str packet)
{
	struct radius_packet p;
	struct radius_attr x;
	struct buf out;
	buf_init(&out, 8192);
	if (radius_read(packet, &p) != OK || radius_check_request(&p, secret, false) != OK)
		return STR("no good request");
	buf_printf(&out, "%u", p.code);
	for (size_t at = 0; radius_next(&p, &at, &x);) {
		if (x.type == RADIUS_MESSAGE_AUTHENTICATOR)
			buf_puts(&out, " signed");
		else
			buf_printf(&out, " %u:%.*s", x.type, STR_ARG(str_hex(arena, x.value)));
	}
	struct str text = str_copy(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

static const char session[] = "32:6e6173 1:616c696365 4:c0000209 44:5331 8:c6336401 31:3032 61:00000005 87:65 30:7a";

static void made(const char *name, struct nas_at nas, const char *identity, bool alone, const char *want)
{
	static struct radius_writer w;
	struct radius_question q = { .code = RADIUS_DISCONNECT_REQUEST, .identity = octets_of(str_of(identity)), .alone = alone };
	struct str octets;
	const char *why = NULL;
	nas.secret = secret;
	enum err e = radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why);
	IS_STR(e ? str_of(why) : text_of(octets), str_of(want), name);
}

static void profiles(void)
{
	struct str omit_id[] = { { "44", 2 } }, omit_both[] = { { "44", 2 }, { "1", 1 } }, omit_server[] = { { "32", 2 }, { "4", 1 } };
	struct str send[] = { { "61", 2 }, { "87", 2 } }, add[] = { { "0 6 00000002", 12 }, { "14988 8 314d", 12 } };
	made("the usual ones, in the order in which they came, and the time", (struct nas_at){ 0 }, session, true,
		"40 32:6e6173 1:616c696365 4:c0000209 44:5331 8:c6336401 31:3032 55:01020304");
	made("with a Message-Authenticator before all", (struct nas_at){ .authenticator = true }, "32:6e 44:31", false, "40 signed 32:6e 44:31 55:01020304");
	made("others where a profile wants them", (struct nas_at){ .send = send, .send_count = 2 }, session, true,
		"40 32:6e6173 1:616c696365 4:c0000209 44:5331 8:c6336401 31:3032 61:00000005 87:65 55:01020304");
	made("and what is the same in each", (struct nas_at){ .add = add, .add_count = 2 }, "32:6e 44:31", true, "40 32:6e 44:31 55:01020304 6:00000002 26:00003a8c0804314d");
	made("without a session id it is not made", (struct nas_at){ .omit = omit_id, .omit_count = 1 }, session, true, "the session has no id that its server would know it by");
	made("nor where the session had none", (struct nas_at){ 0 }, "32:6e 1:61", true, "the session has no id that its server would know it by");
	made("but where the profile lets it, for one that is alone", (struct nas_at){ .omit = omit_id, .omit_count = 1, .without_session_id = true }, session, true,
		"40 32:6e6173 1:616c696365 4:c0000209 8:c6336401 31:3032 55:01020304");
	made("not for one of several", (struct nas_at){ .omit = omit_id, .omit_count = 1, .without_session_id = true }, session, false,
		"without a session id several sessions of the customer would be meant");
	made("never by an address alone", (struct nas_at){ .omit = omit_both, .omit_count = 2, .without_session_id = true }, session, true,
		"without a session id and a login it would be named by its address alone");
	made("nor without the server's own name", (struct nas_at){ .omit = omit_server, .omit_count = 2 }, session, true,
		"the server's own name is not sent to it: it could be another's session");
	made("what does not come out even is no more of it", (struct nas_at){ 0 }, "32:6e 44:31 1:", true, "what names the session does not fit into a request");
}

static void changes(void)
{
	static struct radius_writer w;
	struct str coa[] = { STR("slow set 0 11 736c6f77"), STR("slow set 14988 8 314d"), STR("slow restore 0 11 66756c6c"), STR("other set 0 11 78") };
	struct nas_at nas = { .secret = secret, .coa = coa, .coa_count = 4 };
	struct radius_question q = { .code = RADIUS_COA_REQUEST, .identity = octets_of(STR("32:6e 44:31 11:66756c6c")), .profile = STR("slow") };
	struct str octets;
	const char *why = NULL;
	bool any;
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == OK, "a change");
	IS_STR(text_of(octets), STR("43 32:6e 44:31 55:01020304 11:736c6f77 26:00003a8c0804314d"), "sets what its profile says");
	q.restore = true;
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == OK, "taken back");
	IS_STR(text_of(octets), STR("43 32:6e 44:31 55:01020304 11:66756c6c"), "by what the profile has for that");
	q.profile = STR("none");
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == ERR_DENIED, "no profile, no request");
	OK_(radius_packet_shows(&nas, STR("slow"), octets_of(STR("11:736c6f77 44:31 26:00003a8c0804314d")), &any) && any, "a session that shows all of it");
	OK_(!radius_packet_shows(&nas, STR("slow"), octets_of(STR("11:736c6f77 26:00003a8c0804324d")), &any) && any, "a part of it");
	OK_(!radius_packet_shows(&nas, STR("slow"), octets_of(STR("11:736c6f 12:736c6f77 26:00003a8d0804314d")), &any) && !any, "nothing of it");
	OK_(!radius_packet_shows(&nas, STR("none"), octets_of(STR("11:736c6f77")), &any) && !any, "of a profile that is not there nothing is shown");
	OK_(radius_packet_tells(&nas, STR("slow"), octets_of(STR("44:31 11:66756c6c"))) && radius_packet_tells(&nas, STR("slow"), octets_of(STR("26:00003a8c0804324d"))),
		"a server that tells of what is set, with another value");
	OK_(!radius_packet_tells(&nas, STR("slow"), octets_of(STR("44:31 26:00003a8d0804314d"))) && !radius_packet_tells(&nas, STR("none"), octets_of(STR("11:66756c6c"))),
		"one that tells of none of it");
}

static void saved(void)
{
	static struct radius_writer w;
	struct str coa[] = { STR("slow set 0 11 736c6f77"), STR("slow restore 0 11 saved"), STR("slow restore 14988 8 saved"), STR("slow restore 0 27 0000000a") };
	struct nas_at nas = { .secret = secret, .coa = coa, .coa_count = 4 };
	struct str identity = octets_of(STR("32:6e 26:00003a8c01033f 44:31 26:00003a8c0805353051 11:66756c6c 11:78"));
	struct radius_question q = { .code = RADIUS_COA_REQUEST, .identity = identity, .profile = STR("slow"), .restore = true };
	struct str octets;
	struct buf b;
	const char *why = NULL;
	buf_init(&b, 4096);
	OK_(radius_packet_keep(&nas, q.profile, identity, &b), "what is to be put back is kept");
	IS_STR(str_hex(arena, buf_str(&b)), str_hex(arena, octets_of(STR("11:66756c6c 26:00003a8c0805353051"))), "the first of each, whole");
	q.saved = buf_str(&b);
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == OK, "and put back");
	IS_STR(text_of(octets), STR("43 32:6e 44:31 55:01020304 11:66756c6c 26:00003a8c0805353051 27:0000000a"), "beside what is the same for all");
	q.saved = octets_of(STR("11:66756c6c 26:00003a8d0805353051 26:00003a8c08ff3530 26:00003a8c"));
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == ERR_DENIED, "what was not kept is not made up");
	IS_STR(str_of(why), STR("what the session had before is not known"), "and is told");
	buf_clear(&b);
	OK_(!radius_packet_keep(&nas, q.profile, octets_of(STR("32:6e 44:31 11:66756c6c")), &b), "a session whose server does not tell of all of it");
	buf_clear(&b);
	OK_(radius_packet_keep(&nas, STR("none"), identity, &b) && !b.len, "of another profile nothing is kept");
	buf_done(&b);
}

static void timed(void)
{
	static struct radius_writer w;
	struct nas_at nas = { .secret = secret, .session_timeout_s = 60 };
	struct radius_question q = { .code = RADIUS_DISCONNECT_REQUEST, .identity = octets_of(STR("32:6e 44:31")), .first = true };
	struct str octets;
	const char *why = NULL;
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == OK, "an end by Session-Timeout");
	IS_STR(text_of(octets), STR("43 32:6e 44:31 55:01020304 27:0000003c"), "is asked for by CoA");
	q.first = false;
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == OK, "asked again");
	IS_STR(text_of(octets), STR("40 32:6e 44:31 55:01020304"), "it is a Disconnect");
	q.first = true;
	nas.session_timeout_s = 0;
	IS_INT(radius_packet_code(&nas, &q), RADIUS_DISCONNECT_REQUEST, "as it is where nothing is said");
	q.code = RADIUS_COA_REQUEST;
	nas.session_timeout_s = 60;
	q.profile = STR("none");
	OK_(radius_packet_make(&w, &nas, &q, 7, 0x01020304, &octets, &why) == ERR_DENIED, "a change is not one");
}

static void is_nas(const char *name, const struct nas_at *list, unsigned count, const char *identity, const char *want)
{
	const char *why = "";
	const struct nas_at *n = radius_packet_nas(list, count, octets_of(str_of(identity)), &why);
	IS_STR(n ? n->name : str_of(why), str_of(want), name);
}

static void servers(void)
{
	struct str one_name[] = { { "nas", 3 } }, two_names[] = { { "x", 1 }, { "n", 1 } }, two_addresses[] = { { "192.0.2.9", 9 }, { "2001:db8::9", 11 } };
	struct nas_at list[] = { { .name = STR("one"), .identifiers = one_name, .identifier_count = 1 },
		{ .name = STR("two"), .identifiers = two_names, .identifier_count = 2, .addresses = two_addresses, .address_count = 2 } };
	is_nas("by its identifier", list, 2, "44:31 32:6e6173", "one");
	is_nas("the whole of it", list, 2, "32:6e", "two");
	is_nas("by its address", list, 2, "4:c0000209", "two");
	is_nas("of the other family", list, 2, "95:20010db8000000000000000000000009", "two");
	is_nas("of none", list, 2, "32:6e6e 4:c0000208 4:c000 1:6e6173", "no access server of the configuration goes by the names of the session's server");
	is_nas("of two", list, 2, "32:6e6173 4:c0000209", "two access servers of the configuration go by the names of the session's server");
	is_nas("where there are none", NULL, 0, "32:6e6173", "no access server of the configuration goes by the names of the session's server");
}

int main(void)
{
	arena = arena_new("test", 16 << 20);
	profiles();
	changes();
	saved();
	servers();
	timed();
	arena_free(arena);
	return tap_done();
}
