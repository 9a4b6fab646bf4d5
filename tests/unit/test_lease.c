/*
 * Leases: files that Kea writes, its legal log, and what the book makes of a sequence of lines.
 */
#include "attribution/lease.h"
#include "tap.h"

#define HEAD4 "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
#define HEAD6 "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n"
#define BASE INT64_C(1790000000)
#define NOW ((BASE + 100000) * SECOND_US)

static struct arena *arena, *held;

struct world {
	struct lease_reader r;
	struct lease_book book;
	struct binding b;               /* of the last line that said something */
	char subject[LEASE_SUBJECT_MAX + 1];
	unsigned rows, bad;
	struct why why;
	int64_t now;
};

static void begin(struct world *w, enum lease_format format)
{
	*w = (struct world){ .now = NOW };
	arena_reset(held);
	lease_reader_init(&w->r, format);
	BUG_ON(lease_book_init(&w->book, held) != OK);
}

static void lines(struct world *w, const char *text)
{
	struct str rest = str_of(text), line, subject;
	while (str_next_line(&rest, &line)) {
		struct lease l;
		struct why why = { 0 };
		arena_reset(arena);
		enum err e = lease_read(&w->r, arena, line, &l, &why);
		if (e == OK)
			e = lease_book_take(&w->book, &l, w->now, &w->b, &subject, &why);
		if (e == OK) {
			memcpy(w->subject, subject.ptr, subject.len);
			w->subject[subject.len] = '\0';
		}
		w->rows += e == OK;
		w->bad += e && e != ERR_NOTFOUND;
		if (e && e != ERR_NOTFOUND)
			w->why = why;
	}
}

static bool is(const struct world *w, const char *subject, int64_t start, int64_t seen, int64_t end, unsigned flags)
{
	int64_t want_end = end == -1 ? TIME_NONE : (BASE + end) * SECOND_US;
	bool ok = strcmp(w->subject, subject) == 0 && w->b.start_at == (BASE + start) * SECOND_US && w->b.seen_at == (BASE + seen) * SECOND_US &&
		w->b.end_at == want_end && w->b.flags == flags;
	if (!ok)
		printf("# %s start %lld seen %lld end %lld flags %u; %s\n", w->subject, (long long)(w->b.start_at / SECOND_US - BASE), (long long)(w->b.seen_at / SECOND_US - BASE),
			(long long)(w->b.end_at == TIME_NONE ? -1 : w->b.end_at / SECOND_US - BASE), w->b.flags, w->why.text);
	return ok;
}

static void files4(void)
{
	struct world w;
	begin(&w, LEASE_KEA4);
	lines(&w, HEAD4 "192.0.2.7,02:00:00:00:00:0A,,3600,1790003600,1,0,0,name,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0a", 0, 0, 3600, BINDING_END_GUESSED | BINDING_WEAK), "start of validity is expiry less lifetime; a hardware address is weak, the end inferred");
	lines(&w, "192.0.2.7,02:00:00:00:00:0A,,3600,1790005400,1,0,0,name,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0a", 0, 1800, 5400, BINDING_END_GUESSED | BINDING_WEAK), "a renewal confirms the same binding");
	lines(&w, "192.0.2.7,02:00:00:00:00:0A,,3600,1790005400,1,0,0,,2,,0\n");
	OK_(is(&w, "02:00:00:00:00:0a", 0, 1800, 5400, BINDING_WEAK), "state 2, expired and reclaimed: it ended at its expiry, for sure");
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,,3600,1790010800,1,0,0,,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0b", 7200, 7200, 10800, BINDING_END_GUESSED | BINDING_WEAK), "the next holder");
	w.now = (BASE + 9000) * SECOND_US;
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,,0,1790007200,1,0,0,,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0b", 7200, 7200, 9000, BINDING_END_GUESSED | BINDING_WEAK), "a deleted lease ended between its last renewal and now");
	w.now = NOW;
	unsigned rows = w.rows;
	lines(&w, "192.0.2.99,02:00:00:00:00:0b,,0,1790007200,1,0,0,,0,,0\n");
	OK_(w.rows == rows && !w.bad, "the end of a lease that was never seen says nothing");
	lines(&w, "192.0.2.8,02:00:00:00:00:0c,,4294967295,1790003600,1,0,0,,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0c", 3601, 3601, -1, BINDING_WEAK), "a lease without end");
	lines(&w, "192.0.2.8,,,3600,1790010600,1,0,0,,1,,0\n");
	OK_(is(&w, "02:00:00:00:00:0c", 3601, 3601, 7000, BINDING_WEAK), "state 1, declined: nobody holds it from then on");
	lease_book_done(&w.book);
}

static void hands_over(void)
{
	struct world w;
	begin(&w, LEASE_KEA4);
	lines(&w, HEAD4 "192.0.2.7,02:00:00:00:00:0a,ff:01:02,7200,1790007200,1,0,0,,0,,0\n192.0.2.7,02:00:00:00:00:0b,ff:01:03,7200,1790010800,1,0,0,,0,,0\n");
	OK_(is(&w, "ff:01:03", 3600, 3600, 10800, BINDING_END_GUESSED), "handed on before its expiry without a word: a binding of its own");
	lines(&w, "192.0.2.7,02:00:00:00:00:0a,ff:01:02,7200,1790008200,1,0,0,,0,,0\n");
	OK_(is(&w, "ff:01:02", 1000, 1000, 8200, BINDING_END_GUESSED), "a line that comes late");
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,ff:01:03,7200,1790012600,1,0,0,,0,,0\n");
	OK_(is(&w, "ff:01:03", 3600, 5400, 12600, BINDING_END_GUESSED), "takes nothing back from the holder");
	lines(&w, HEAD4 "192.0.2.7,02:00:00:00:00:0b,ff:01:03,7200,1790030000,1,0,0,,0,,0\n");
	OK_(is(&w, "ff:01:03", 22800, 22800, 30000, BINDING_END_GUESSED), "given again after its expiry, also in a file of a header of its own: not the same holding");
	lease_book_done(&w.book);
}

/* What a provider that is made up showed to be wrong at grade A (aup simulate isp --dhcp). */
static void lost_between(void)
{
	struct world w;
	begin(&w, LEASE_KEA4);
	lines(&w, HEAD4 "192.0.2.7,02:00:00:00:00:0a,ff:01:02,3600,1790003600,1,0,0,,0,,0\n");
	unsigned rows = w.rows;
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,ff:01:03,3600,1790009000,1,0,0,,2,,0\n");
	OK_(w.rows == rows && !w.bad, "that another device's lease has expired says nothing of this one's");
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,ff:01:03,0,1790003000,1,0,0,,0,,0\n");
	OK_(w.rows == rows && !w.bad, "nor that it was deleted");
	lines(&w, "192.0.2.7,02:00:00:00:00:0a,ff:01:02,3600,1790009000,1,0,0,,2,,0\n");
	OK_(is(&w, "ff:01:02", 0, 0, 9000, BINDING_END_GUESSED), "expired long after what is known of it: it was given again in between, and to whom else is not known");
	lease_book_done(&w.book);
	begin(&w, LEASE_KEA4);
	lines(&w, HEAD4 "192.0.2.7,02:00:00:00:00:0a,ff:01:02,3600,1790003600,1,0,0,,0,,0\n192.0.2.7,,,3600,1790009000,1,0,0,,2,,0\n");
	OK_(is(&w, "ff:01:02", 0, 0, 9000, BINDING_END_GUESSED), "and of a line that names no device");
	lease_book_done(&w.book);
}

static void names(void)
{
	static const char relay[] = HEAD4 "192.0.2.7,02:00:00:00:00:0a,01:02:00:00:00:00:0a,3600,1790003600,1,0,0,evil,0,"
		"{ \"ISC\": { \"relay-agent-info\": { \"sub-options\": \"0x01046c696e650203000102\"&#x2c \"remote-id\": \"000102\" } } },0\n";
	struct world w;
	begin(&w, LEASE_KEA4);
	lines(&w, relay);
	OK_(is(&w, "line", 0, 0, 3600, BINDING_END_GUESSED), "the relay's circuit-id goes before what the device says, and &#x2c is a comma");
	w.r.by = LEASE_REMOTE;
	lines(&w, relay);
	OK_(strcmp(w.subject, "00:01:02") == 0, "the remote-id when it is asked for, in hexadecimal when it cannot be printed");
	w.r.by = LEASE_CLIENT;
	lines(&w, relay);
	OK_(strcmp(w.subject, "01:02:00:00:00:00:0a") == 0 && w.b.flags & BINDING_WEAK, "a client-id of type 1 is a hardware address: weak");
	w.r.by = LEASE_CIRCUIT;
	lines(&w, HEAD4 "192.0.2.7,02:00:00:00:00:0a,,3600,1790003600,1,0,0,evil,0,,0\n");
	OK_(w.bad == 1, "a lease without the id that was asked for is a bad one, not named by another");
	w.r.by = LEASE_ID_END;
	lines(&w, HEAD4 "192.0.2.9,02:00:00:00:00:0a,,3600,1790003600,1,0,0,evil,0,{ \"ISC\": { \"relay-agent-info\": \"0x01046c696e65\" } },0\n");
	OK_(strcmp(w.subject, "line") == 0, "the relay's option in its older form");
	lines(&w, HEAD4 "192.0.2.10,02:00:00:00:00:0a,,3600,1790003600,1,0,0,evil,0,{ \"ISC\": { \"relay-agent-info\": \"0x01ff6c696e65\" } },0\n");
	OK_(strcmp(w.subject, "02:00:00:00:00:0a") == 0, "an option that is longer than it is names nobody");
	lease_book_done(&w.book);
}

static void files6(void)
{
	struct world w;
	begin(&w, LEASE_KEA6);
	lines(&w, HEAD6 "2001:db8:1::7,00:01:02:03,3600,1790003600,1,1800,0,7,128,0,0,,02:00:00:00:00:01,0,,1,1,0\n");
	OK_(is(&w, "00:01:02:03", 0, 0, 3600, BINDING_END_GUESSED) && w.b.prefix.bits == 128, "an address of IPv6 by its DUID");
	lines(&w, "2001:db8:8000::,00:01:02:03,3600,1790003600,1,1800,2,7,56,0,0,,,0,{ \"ISC\": { \"relay-info\": [ { \"hop\": 0&#x2c \"remote-id\": \"00000de96c31\" } ] } },,,0\n");
	OK_(is(&w, "l1", 0, 0, 3600, BINDING_END_GUESSED) && w.b.prefix.bits == 56, "a delegated prefix, by the relay's remote-id without the number of its maker");
	lines(&w, "2001:db8:8001::,00:01:02:03,3600,1790003600,1,1800,2,7,56,0,0,,,0,{ \"ISC\": { \"relays\": [ { \"hop\": 1&#x2c \"options\": \"0x001200026F75\" }&#x2c "
		"{ \"hop\": 0&#x2c \"options\": \"0x001200066C696E652D310025000900000DE972656D2D31\" } ] } },,,0\n");
	OK_(is(&w, "line-1", 0, 0, 3600, BINDING_END_GUESSED), "by the interface-id of the relay that is nearest to the device, as Kea 2.2 writes it");
	w.r.by = LEASE_REMOTE;
	lines(&w, "2001:db8:8002::,00:01:02:03,3600,1790003600,1,1800,2,7,56,0,0,,,0,{ \"ISC\": { \"relays\": [ { \"hop\": 0&#x2c \"options\": "
		"\"0x001200066C696E652D310025000900000DE972656D2D31\" } ] } },,,0\n");
	OK_(is(&w, "rem-1", 0, 0, 3600, BINDING_END_GUESSED), "and its remote-id, when that is asked for");
	w.r.by = LEASE_ID_END;
	lines(&w, "2001:db8::1002,00,4,1790000004,1,0,0,7,128,0,0,,,1,{ \"ISC\": { \"relays\": [ ] } },,,0\n");
	OK_(!w.bad, "a declined address that nobody had is nothing");
	lines(&w, "2001:db8:8000::,00:01:02:03,3600,1790003600,1,1800,2,7,200,0,0,,,0,,,,0\n192.0.2.1,00:01:02:03,3600,1790003600,1,1800,0,7,128,0,0,,,0,,,,0\n");
	OK_(w.bad == 2, "a prefix of 200 bits, an address of the other family");
	lease_book_done(&w.book);
}

static void past_the_relay(void)
{
	static const char context[] = "{ \"ISC\": { \"relay-agent-info\": \"0x01066C696E652D31\" } }";
	char text[1024];
	struct world w;
	begin(&w, LEASE_KEA4);
	(void)snprintf(text, sizeof(text), HEAD4 "192.0.2.7,02:00:00:00:00:0a,ff:01,3600,1790003600,1,0,0,,0,%s,0\n", context);
	lines(&w, text);
	lines(&w, "192.0.2.7,02:00:00:00:00:0a,ff:01,3600,1790005400,1,0,0,,0,,0\n");
	OK_(is(&w, "line-1", 0, 1800, 5400, BINDING_END_GUESSED), "a renewal of which no relay speaks is of the lease that it renews");
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,,3600,1790005500,1,0,0,,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0b", 1900, 1900, 5500, BINDING_END_GUESSED | BINDING_WEAK), "not that of another device");
	lines(&w, "192.0.2.7,02:00:00:00:00:0b,,3600,1790013600,1,0,0,,0,,0\n");
	OK_(is(&w, "02:00:00:00:00:0b", 10000, 10000, 13600, BINDING_END_GUESSED | BINDING_WEAK), "nor one behind its end");
	lease_book_done(&w.book);
}

#define EVENT(at, event, more) #at " " event " address=192.0.2.7 state=default hwaddr=02:00:00:00:00:0a client-id=ff:01 " more "\n"

static void hooks(void)
{
	struct world w;
	begin(&w, LEASE_HOOK);
	lines(&w, EVENT(1790000001, "leases4_committed", "cltt=1790000000 lifetime=3600 circuit-id=0x6C696E652D31 remote-id=0x72"));
	OK_(is(&w, "line-1", 0, 0, 3600, BINDING_END_GUESSED), "what the hook tells of a lease that was given");
	lines(&w, EVENT(1790001801, "leases4_committed", "cltt=1790001800 lifetime=3600"));
	OK_(is(&w, "line-1", 0, 1800, 5400, BINDING_END_GUESSED), "and renewed, past the relay");
	unsigned rows = w.rows;
	lines(&w, EVENT(1790001802, "lease4_renew", "cltt=1790001800 lifetime=3600") EVENT(1790000901, "leases4_committed", "cltt=1790000900 lifetime=3600"));
	OK_(w.rows == rows && !w.bad, "an event that says no more, and a line that comes late, add nothing");
	lines(&w, "1790001900 lease4_release address=192.0.2.7 hwaddr=02:00:00:00:00:0b client-id= cltt=1790001000 lifetime=3600\n");
	OK_(w.rows == rows && !w.bad, "nor does the end of what another device had");
	lines(&w, EVENT(1790002000, "lease4_release", "cltt=1790001800 lifetime=3600"));
	OK_(is(&w, "line-1", 0, 1800, 2000, 0), "a release is its end, for sure");
	lines(&w, EVENT(1790003001, "leases4_committed", "cltt=1790003000 lifetime=600 circuit-id=0x6C31") EVENT(1790003655, "lease4_expire", "cltt=1790003000 lifetime=600"));
	OK_(is(&w, "l1", 3000, 3000, 3600, 0), "one that expires ended when it expired, not when that was noticed");
	lines(&w, EVENT(1790004001, "leases4_committed", "cltt=1790004000 lifetime=600 circuit-id=0x6C31") EVENT(1790004050, "lease4_decline", "cltt=1790004000 lifetime=600"));
	OK_(is(&w, "l1", 4000, 4000, 4050, 0), "a declined one is over when it is declined");
	rows = w.rows;
	lines(&w, "1790004051 leases4_committed address=192.0.2.7 state=declined hwaddr= client-id= cltt=1790004050 lifetime=86400\n");
	OK_(w.rows == rows && !w.bad, "and nobody's afterwards");
	lines(&w, "1790005000 leases6_committed address=2001:db8:100:: type=IA_PD prefix-len=56 client-id=00:03 cltt=1790005000 lifetime=600\n");
	OK_(is(&w, "00:03", 5000, 5000, 5600, BINDING_END_GUESSED) && w.b.prefix.bits == 56, "a delegated prefix, of which it is told no relay: by its DUID");
	lines(&w, EVENT(1790006050, "lease4_release", "cltt=1790006000 lifetime=600"));
	rows = w.rows;
	lines(&w, EVENT(1790006001, "leases4_committed", "cltt=1790006000 lifetime=600 circuit-id=0x6C31"));
	OK_(is(&w, "l1", 6000, 6000, 6050, 0) && w.rows == rows + 1, "an end that is told before its beginning");
	lines(&w, EVENT(1790006001, "leases4_committed", "cltt=1790006000 lifetime=600 circuit-id=0x6C31"));
	OK_(w.rows == rows + 1, "which begins nothing anew");
	lines(&w, EVENT(1790006101, "leases4_committed", "cltt=1790006100 lifetime=600 circuit-id=0x6C31"));
	OK_(is(&w, "l1", 6100, 6100, 6700, BINDING_END_GUESSED), "but a later one does");
	static const char *const bad[] = { "hello\n", "1790005000\n", "1790005000 leases4_committed\n", EVENT(1790005000, "leases4_committed", ""), EVENT(1790005000, "x", "circuit"),
		EVENT(1790005000, "lease4_release", "circuit-id=0xzz"), "1790005000 leases6_committed address=2001:db8:100::1 type=IA_PD prefix-len=56 client-id=00:03 cltt=1 lifetime=1\n",
		"1790005000 leases6_committed address=192.0.2.1 type=IA_PD prefix-len=24 client-id=00:03 cltt=1 lifetime=1\n", EVENT(99999999999, "lease4_release", "") };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unsigned was = w.bad;
		lines(&w, bad[i]);
		OK_(w.bad == was + 1, bad[i]);
	}
	lease_book_done(&w.book);
}

/* The hook's lines beside the lease file: two books, as a follower has them. */
static void beside(void)
{
	static const char context[] = "{ \"ISC\": { \"relays\": [ { \"hop\": 0&#x2c \"options\": \"0x001200066C696E652D31\" } ] } }";
	char text[1024];
	struct world file, hook;
	begin(&file, LEASE_KEA6);
	hook = (struct world){ .now = NOW };
	lease_reader_init(&hook.r, LEASE_HOOK);
	BUG_ON(lease_book_init(&hook.book, held) != OK);
	hook.book.beside = &file.book;
	(void)snprintf(text, sizeof(text), HEAD6 "2001:db8:8000::,00:03,3600,1790003600,1,1800,2,7,56,0,0,,,0,%s,,,0\n", context);
	lines(&file, text);
	lines(&hook, "1790000001 leases6_committed address=2001:db8:8000:: type=IA_PD prefix-len=56 client-id=00:03 cltt=1790000000 lifetime=3600\n");
	OK_(is(&hook, "line-1", 0, 0, 3600, BINDING_END_GUESSED) && !hook.bad, "the hook knows no relay of DHCPv6: the lease file does");
	lines(&file, "2001:db8:8000::,00:03,0,1790000000,1,0,2,7,56,0,0,,,0,,,,0\n");
	lines(&hook, "1790000500 lease6_release address=2001:db8:8000:: type=IA_PD prefix-len=56 client-id=00:03 cltt=1790000000 lifetime=3600\n");
	OK_(is(&hook, "line-1", 0, 0, 500, 0), "and when it was released the hook does");
	unsigned rows = hook.rows;
	lines(&hook, "1790000600 leases6_committed address=2001:db8:8000:: type=IA_PD prefix-len=56 client-id=00:04 cltt=1790000600 lifetime=3600\n");
	OK_(hook.rows == rows && !hook.bad, "of another device it is not known who that is");
	hook.r.beside = LEASE_KEA6;
	lines(&hook, EVENT(1790000001, "leases4_committed", "cltt=1790000000 lifetime=3600"));
	OK_(hook.rows == rows && !hook.bad, "events of the other family are for another reader");
	lease_book_done(&file.book);
	lease_book_done(&hook.book);
}

static void bad_lines(void)
{
	static const char *const bad[] = { "192.0.2.7,02:00:00:00:00:0a,,3600,1790003600\n", "192.0.2.7,02:00:00:00:00:0a,,3600,17900036x0,1,0,0,,0,,0\n",
		"192.0.2.7,02:00:00:00:00:0a,,3600,1,1,0,0,,0,,0\n", "192.0.2.7,02:00:00:00:00:0a,,3600,1790003600,1,0,0,,9,,0\n", "192.0.2.7,,,3600,1790003600,1,0,0,,0,,0\n",
		"192.0.2.7,zz,,3600,1790003600,1,0,0,,0,,0\n", "address,hwaddr\n" };
	struct world w;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&w, LEASE_KEA4);
		lines(&w, HEAD4);
		lines(&w, bad[i]);
		OK_(w.bad == 1 && !w.rows && w.why.text[0], "a line that is none is a bad one, with its reason");
		lease_book_done(&w.book);
	}
	begin(&w, LEASE_KEA4);
	lines(&w, "192.0.2.7,02:00:00:00:00:0a,,3600,1790003600,1,0,0,,0,,0\n");
	OK_(w.bad == 1, "no line is read without its header");
	lease_book_done(&w.book);
}

static void legal(void)
{
	struct world w;
	begin(&w, LEASE_LEGAL);
	lines(&w, "2026-09-21 13:33:20 UTC Address: 192.2.1.100 has been assigned for 1 hrs 52 min 15 secs to a device with hardware address: hwtype=1 08:00:2b:02:3f:4e, "
		"client-id: 17:34:e2:ff:09:92:54 connected via relay at address: 192.2.16.33, identified by circuit-id: 68:6f:77:64:79 (howdy) and remote-id: 87:f6:79:77:ef\n");
	OK_(is(&w, "howdy", -2400, -2400, -2400 + 6735, BINDING_END_GUESSED), "an assignment, by its circuit-id");
	lines(&w, "2026-09-21 13:43:20 UTC Address: 192.2.1.100 has been renewed for 1 hrs 52 min 15 secs to a device with hardware address: hwtype=1 08:00:2b:02:3f:4e, "
		"client-id: 17:34:e2:ff:09:92:54 connected via relay at address: 192.2.16.33, identified by circuit-id: 68:6f:77:64:79 (howdy)\n");
	OK_(is(&w, "howdy", -2400, -1800, -1800 + 6735, BINDING_END_GUESSED), "its renewal");
	lines(&w, "2026-09-21 15:45:00 CEST Address: 192.2.1.100 has been released from a device with hardware address: hwtype=1 08:00:2b:02:3f:4e\n");
	OK_(w.bad == 1 && strstr(w.why.hint, "--zone"), "a zone by name is refused with a hint, never guessed");
	w.r.zone_given = true;
	w.r.zone_us = 2 * HOUR_US;
	lines(&w, "2026-09-21 15:45:00 CEST Address: 192.2.1.100 has been released from a device with hardware address: hwtype=1 08:00:2b:02:3f:4e, client-id: 17:34:e2:ff:09:92:54 "
		"connected via relay at address: 192.2.16.33, identified by circuit-id: 68:6f:77:64:79 (howdy)\n");
	OK_(is(&w, "howdy", -2400, -1800, -1700, 0), "a release ends it for sure, in the zone that was given");
	lines(&w, "2026-09-21 13:33:20 UTC Address: 192.2.1.101 has been released from a device with hardware address: hwtype=1 08:00:2b:02:3f:4e\n");
	OK_(is(&w, "08:00:2b:02:3f:4e", -2400, -2400, -2400, BINDING_WEAK), "the release of what was given before the file begins: an instant");
	lines(&w, "2026-09-21 13:33:20 UTC Address: 192.2.1.102 has been assigned for 10 secs to a device with hardware address: hwtype=1 08:00:2b:02:3f:4e, client-id: "
		"61:20:63:6f:6e:6e:65:63:74:65:64:20:76:69:61:20:72:65:6c:61:79:20:61:74:20:61:64:64:72:65:73:73:3a:20:31:2c:20:63:69:72:63:75:69:74:2d:69:64:3a:20:36:31 "
		"(a connected via relay at address: 1, circuit-id: 61)\n");
	OK_(strcmp(w.subject, "a") != 0 && str_starts(str_of(w.subject), STR("61:20:63")), "a client-id that reads like a relay's word is none");
	lines(&w, "2026-09-21 13:33:20 UTC Prefix: 2001:db8:100::/56 has been assigned for infinite duration to a device with DUID: 00:01:02:03 and hardware address: hwtype=1 "
		"08:00:2b:02:3f:4e (from Raw Socket) connected via relay at address: fe80::1 for client on link address: 2001:db8::1, hops: 1, identified by interface-id: 69:66\n");
	OK_(is(&w, "if", -2400, -2400, -1, 0) && w.b.prefix.bits == 56, "a delegated prefix without end, by its interface-id");
	lines(&w, "2026-09-21 13:33:20 UTC Administrator added a lease of address: 192.0.2.202 to a device with hardware address: 1a:1b:1c:1d:1e:1f for 1 days 0 hrs 0 mins 1 secs\n");
	OK_(is(&w, "1a:1b:1c:1d:1e:1f", -2400, -2400, -2400 + 86401, BINDING_END_GUESSED | BINDING_WEAK), "an administrator's lease");
	lines(&w, "2026-09-21 14:33:20 UTC Administrator deleted the lease for address: 192.0.2.202\n");
	OK_(is(&w, "1a:1b:1c:1d:1e:1f", -2400, -2400, 1200, BINDING_WEAK), "which he deletes");
	unsigned bad = w.bad;
	lines(&w, "2026-09-21 14:33:20 UTC Administrator deleted a lease for a device identified by: hw-address of 1a:1b:1c:1d:1e:1f\n2026-13-21 14:33:20 UTC Address: 192.0.2.1 has\n"
		"2026-09-21 14:33:20 UTC Address: 192.0.2.1 has been assigned for 3 moons to a device with hardware address: hwtype=1 08:00:2b:02:3f:4e\nhello\n");
	OK_(w.bad == bad + 4, "lines of no known form");
	lease_book_done(&w.book);
}

static void zones(void)
{
	int64_t us;
	OK_(time_zone_parse(STR("+01:00"), &us) == OK && us == HOUR_US && time_zone_parse(STR("-0330"), &us) == OK && us == -(3 * HOUR_US + 30 * MINUTE_US) &&
		time_zone_parse(STR("Z"), &us) == OK && !us,
		"zones as a distance from UTC");
	OK_(time_zone_parse(STR("CET"), &us) && time_zone_parse(STR("+1"), &us) && time_zone_parse(STR("+15:00"), &us) && time_zone_parse(STR("+01:60"), &us) &&
		time_zone_parse(STR(""), &us), "and what is none");
}

int main(void)
{
	arena = arena_new("test", 8 << 20);
	held = arena_new("held", 8 << 20);
	if (!arena || !held)
		return 1;
	files4();
	hands_over();
	lost_between();
	names();
	files6();
	past_the_relay();
	hooks();
	beside();
	bad_lines();
	legal();
	zones();
	arena_free(arena);
	arena_free(held);
	return tap_done();
}
