/*
 * Sessions by script: the ways in which a table of sessions that is written over gives a wrong answer, and those in which servers
 * repeat, lose, mix up and misdate their messages. After each script it is asked who held what.
 */
#include "session_world.h"

static struct session_world w;

static void read_held(struct accounting *e, struct str text)
{
	struct str word;
	while (str_split(&text, ' ', &word)) {
		struct accounting_held *h = &e->held[e->held_count++];
		struct str range = STR_NONE, rest = word;
		uint64_t from = 0, to = BINDING_PORT_LAST;
		*h = (struct accounting_held){ .taken_back = word.ptr[0] == '-' };
		rest = str_sub(word, h->taken_back, word.len);
		size_t dash = str_chr(rest, '-');
		if (dash != SIZE_MAX) {
			size_t colon = str_chr(rest, ':');
			range = str_sub(rest, colon + 1, rest.len);
			rest = str_sub(rest, 0, colon);
			struct str first;
			BUG_ON(!str_split(&range, '-', &first) || str_to_u64(first, 65535, &from) != OK || str_to_u64(range, 65535, &to) != OK);
		}
		BUG_ON(prefix_parse(rest, &h->prefix) != OK);
		h->port_from = (uint16_t)from;
		h->port_to = (uint16_t)to;
		h->kind = dash != SIZE_MAX ? HELD_PORTS : addr_is_v4(&h->prefix.addr) ? HELD_ADDR4 : h->prefix.bits == 128 ? HELD_ADDR6 : h->prefix.bits == 64 ? HELD_FRAMED6 : HELD_DELEGATED6;
		e->said |= 1U << h->kind;
	}
}

static int64_t seconds(struct str word)
{
	int64_t n;
	BUG_ON(str_to_i64(word, &n) != OK);
	return n * SECOND_US;
}

/*
 * "STATUS AT LASTED HELD... OPTION=VALUE...": seconds, AT by the clock of the server; LASTED "-": not said. HELD: an address or prefix, with
 * ports as in 192.0.2.1:1024-2047, after a "-" it is taken back. late: how much later it arrives; "no": at once, and no time is sent.
 */
static void play_line(struct str line)
{
	struct accounting e = { .nas = STR("nas"), .session = STR("S1"), .user = STR("u1"), .event_at = TIME_NONE, .lasted_us = -1 };
	struct str word, name;
	unsigned n = 0;
	while (str_split(&line, ' ', &word)) {
		if (!n++) {
			for (unsigned i = 0; accounting_status_words[i]; i++)
				if (str_eq(word, str_of(accounting_status_words[i])))
					e.status = (enum accounting_status)i;
			continue;
		}
		if (n == 2) {
			e.event_at = e.received_at = WORLD_AT + seconds(word);
			continue;
		}
		if (n == 3 && str_eq(word, STR("-")))
			continue;
		if (n == 3) {
			e.lasted_us = seconds(word);
			continue;
		}
		if (str_chr(word, '=') == SIZE_MAX) {
			read_held(&e, word);
			continue;
		}
		BUG_ON(!str_split(&word, '=', &name));
		if (str_eq(name, STR("user")))
			e.user = word;
		else if (str_eq(name, STR("session")))
			e.session = word;
		else if (str_eq(name, STR("nas")))
			e.nas = word;
		else if (str_eq(name, STR("octets")))
			e.in_octets = (uint64_t)seconds(word);
		else if (str_eq(word, STR("no")))
			e.event_at = TIME_NONE;
		else
			e.received_at += seconds(word);
	}
	e.counted = e.in_octets > 0;
	session_world_take(&w, &e);
}

/* Lines end with a semicolon. */
static void play(const char *script)
{
	struct str rest = str_of(script), line;
	session_world_begin(&w, 100, 1000);
	while (str_split(&rest, ';', &line))
		play_line(line);
}

/* "A 1", "B 1", "C 1 2", "D": grade and users. */
static const char *who(const char *address, int from, int until)
{
	static char text[64];
	struct str host = str_of(address), port;
	struct addr a;
	uint64_t n = 0;
	struct binding_grade g;
	bool ported = str_chr(host, '#') != SIZE_MAX;
	port = host;
	if (ported)
		BUG_ON(!str_split(&port, '#', &host) || str_to_u64(port, 65535, &n) != OK);
	BUG_ON(addr_parse(host, &a) != OK);
	session_world_ask(&w, &a, ported ? (int32_t)n : BINDING_PORT_NONE, WORLD_AT + from * SECOND_US, WORLD_AT + until * SECOND_US, &g);
	int len = snprintf(text, sizeof(text), "%s", grade_words[g.grade]);
	for (uint32_t user = 1; user < 10; user++)
		for (unsigned i = 0; i < g.subject_count; i++)
			len += world_user(&g.subjects[i]) != user ? 0 : snprintf(text + len, sizeof(text) - (size_t)len, " %u", user);
	return text;
}

#define IS(address, from, until, want, name) IS_STR(str_of(who(address, from, until)), STR(want), name)

enum { HOUR = 3600, DAY = 86400 };

static void readdressed(void)
{
	play("start 1000 0 192.0.2.1;"
		"interim 1600 600 192.0.2.2;"
		"stop 3000 2000 192.0.2.2");
	IS("192.0.2.1", 1000, 1000, "B 1", "an address that a session had before another one is known");
	IS("192.0.2.1", 1300, 1300, "B 1", "between the two messages it may have been either");
	IS("192.0.2.2", 1300, 1300, "B 1", "  of them");
	IS("192.0.2.2", 1700, 2900, "A 1", "then it is the second one");
	IS("192.0.2.1", 1700, 2900, "D", "and no longer the first");
	session_world_end(&w);
}

static void unsaid(void)
{
	play("start 1000 0 192.0.2.1 2001:db8:1::/56;"
		"interim 2000 1000;"
		"stop 3000 2000");
	IS("192.0.2.1", 1500, 2500, "A 1", "a message without addresses takes none away");
	IS("2001:db8:1:0:1::1", 1500, 2500, "A 1", "nor a prefix");
	IS("192.0.2.1", 3100, 3200, "D", "and its Stop ends them");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1 2001:db8:1::/56;"
		"interim 2000 1000 192.0.2.1;"
		"interim 3000 2000 192.0.2.1");
	IS("2001:db8:1::1", 1500, 2500, "A 1", "what is said of one kind says nothing of another");
	session_world_end(&w);
}

static void reused_ids(void)
{
	play("start 1000 0 192.0.2.1;"
		"interim 4000 3000 192.0.2.1;"
		"start 87400 0 192.0.2.1;"
		"interim 88400 1000 192.0.2.1");
	IS("192.0.2.1", 1500, 3500, "A 1", "an id that comes again a day later, without a Stop between: the first day was");
	IS("192.0.2.1", 40000, 40100, "B 1", "its end was not heard");
	IS("192.0.2.1", DAY + 1100, DAY + 1500, "A 1", "and the second is");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"stop 2000 1000 192.0.2.1;"
		"start 2000 0 192.0.2.77;"
		"stop 3000 1000 192.0.2.77");
	IS("192.0.2.1", 1100, 1900, "A 1", "an id that comes again behind its Stop: the first session is over");
	IS("192.0.2.1", 2100, 2900, "D", "  when it said so");
	IS("192.0.2.77", 2100, 2900, "A 1", "and the other one has its own address");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"stop 1000 0 192.0.2.1;"
		"start 1000 0 192.0.2.2;"
		"interim 2000 1000 192.0.2.2");
	IS("192.0.2.2", 1200, 1800, "A 1", "also within one second");
	IS("192.0.2.1", 1200, 1800, "D", "  the first one is over then");
	session_world_end(&w);
}

static void repeated(void)
{
	play("start 1000 0 192.0.2.1;"
		"stop 2000 1000 192.0.2.1 octets=77;"
		"start 2100 0 192.0.2.1 user=u2 session=S2;"
		"stop 9200 1000 192.0.2.1 late=no octets=77;"
		"interim 9300 7200 192.0.2.1 user=u2 session=S2");
	IS("192.0.2.1", 2200, 9200, "A 2", "a Stop that comes two hours later once more, without a time, moves nothing");
	IS("192.0.2.1", 1100, 1900, "A 1", "it was over when it said so first");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"start 1000 0 192.0.2.1 late=8;"
		"stop 2000 1000 octets=9;"
		"start 1000 0 192.0.2.1 late=1300");
	IS("192.0.2.1", 1100, 1900, "A 1", "a Start that comes again is the same one");
	IS("192.0.2.1", 2100, 2400, "D", "also behind the Stop");
	session_world_end(&w);
}

static void two_at_once(void)
{
	play("start 1000 0 192.0.2.1;"
		"interim 2000 1000 192.0.2.1;"
		"start 5000 0 192.0.2.1 user=u2 session=S2;"
		"interim 6000 1000 192.0.2.1 user=u2 session=S2");
	IS("192.0.2.1", 1100, 1900, "A 1", "of two sessions with one address that never stopped: the first, while it was heard of");
	IS("192.0.2.1", 3000, 5500, "C 1 2", "either, where it may have changed");
	IS("192.0.2.1", 5100, 5900, "A 2", "and the second since it began");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"start 5000 0 192.0.2.1 user=u2 session=S2;"
		"interim 5500 4500 192.0.2.1;"
		"interim 6500 1500 192.0.2.1 user=u2 session=S2");
	IS("192.0.2.1", 5100, 5400, "C 1 2", "both, where the first is heard of after the second began");
	session_world_end(&w);
}

static void restarted(void)
{
	play("start 1000 0 192.0.2.1;"
		"interim 4000 3000 192.0.2.1;"
		"start 3000 0 192.0.2.9 user=u9 session=S9 nas=other;"
		"on 50400 -;"
		"interim 54000 51000 192.0.2.9 user=u9 session=S9 nas=other");
	IS("192.0.2.1", 1100, 3900, "A 1", "a server that starts fourteen hours later: the session was until it was heard of last");
	IS("192.0.2.1", 5 * HOUR, 5 * HOUR, "B 1", "then it may have been");
	IS("192.0.2.1", 14 * HOUR + 1, 15 * HOUR, "D", "and is over");
	IS("192.0.2.9", 10 * HOUR, 14 * HOUR, "A 9", "another server's sessions go on");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"off 2000 -;"
		"stop 1990 990 192.0.2.1 late=40;"
		"start 1500 0 192.0.2.2 user=u2 session=S2 late=700;"
		"interim 3000 500 192.0.2.1 user=u3 session=S3");
	IS("192.0.2.1", 1100, 1900, "A 1", "a Stop that comes behind the server's end says when it was");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"on 1500 -;"
		"interim 2000 1000;"
		"stop 3000 2000");
	IS("192.0.2.1", 1600, 2900, "A 1", "a session that is heard of after that was not ended by it");
	session_world_end(&w);
}

static void out_of_order(void)
{
	play("stop 2000 1000 octets=5;"
		"start 1000 0 192.0.2.1 late=1100");
	IS("192.0.2.1", 1100, 1900, "A 1", "the Start behind the Stop tells of the address, the Stop of the end");
	IS("192.0.2.1", 2010, 2100, "D", "  and that it is over");
	session_world_end(&w);
	play("interim 2000 1000;"
		"start 1000 0 192.0.2.1 late=1200;"
		"stop 3000 2000");
	IS("192.0.2.1", 1100, 2900, "A 1", "a Start behind an Interim");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"interim 3000 2000 192.0.2.2;"
		"interim 2000 1000 192.0.2.1 late=1500;"
		"stop 4000 3000");
	IS("192.0.2.2", 3100, 3900, "A 1", "an Interim that was overtaken gives nothing back");
	IS("192.0.2.1", 3100, 3900, "D", "  of what was let go");
	session_world_end(&w);
	play("stop 5000 4000 192.0.2.1");
	IS("192.0.2.1", 1500, 4900, "B 1", "of a session that was never heard of a Stop tells, but not that it had the address all the time");
	session_world_end(&w);
}

static void blocks(void)
{
	play("start 1000 0 198.51.100.1:1024-2047;"
		"interim 2000 1000 198.51.100.1:2048-3071;"
		"interim 3000 2000 -198.51.100.1:1024-2047;"
		"start 3500 0 198.51.100.1:1024-2047 user=u2 session=S2;"
		"stop 5000 4000 -198.51.100.1:2048-3071;"
		"stop 6000 2500 user=u2 session=S2 -198.51.100.1:1024-2047");
	IS("198.51.100.1#1500", 1100, 2900, "A 1", "a block of ports, until it is given back");
	IS("198.51.100.1#1500", 3100, 3400, "D", "then nobody's");
	IS("198.51.100.1#1500", 3600, 5900, "A 2", "then another's");
	IS("198.51.100.1#2100", 2100, 4900, "A 1", "a second block stays until the Stop");
	IS("198.51.100.1", 3600, 4900, "E 1 2", "without a port it is shared");
	session_world_end(&w);
}

/* What is lost and what is overtaken, found by a provider that is made up (test_session_truth). */
static void blocks_lost(void)
{
	play("start 1000 0 198.51.100.1:1024-2047;"
		"interim 1600 600;"
		"stop 5000 4000");
	IS("198.51.100.1#1500", 1100, 4900, "B 1", "a block that no message takes back is not known to be held until the Stop");
	session_world_end(&w);
	play("start 1000 0 198.51.100.1:1024-2047;"
		"interim 1600 600 198.51.100.1:1024-2047;"
		"interim 2200 1200 198.51.100.1:1024-2047;"
		"interim 2800 1800");
	IS("198.51.100.1#1500", 1100, 2100, "A 1", "a list of blocks confirms those on it");
	IS("198.51.100.1#1500", 2300, 2700, "B 1", "  and none that is left out");
	session_world_end(&w);
	play("start 1000 0 198.51.100.1:1024-2047;"
		"interim 1600 600;"
		"interim 3000 2000 198.51.100.1:1024-2047;"
		"interim 3600 2600 -198.51.100.1:1024-2047");
	IS("198.51.100.1#1500", 1700, 2900, "B 1", "what is given once more was not held all the time");
	session_world_end(&w);
	play("start 1000 0;"
		"interim 1600 600 octets=5 -198.51.100.1:1024-2047;"
		"interim 1600 600 octets=5 198.51.100.1:2048-3071;"
		"interim 2200 1200 198.51.100.1:2048-3071");
	IS("198.51.100.1#2100", 1700, 2100, "A 1", "two messages of one second that say different things are two");
	session_world_end(&w);
	play("start 1000 0 198.51.100.1:1024-2047;"
		"interim 2000 1000 -198.51.100.1:1024-2047;"
		"interim 1999 999 198.51.100.1:1024-2047;"
		"interim 2600 1600;"
		"stop 3000 2000");
	IS("198.51.100.1#1500", 1100, 1900, "A 1", "a list that was overtaken holds nothing once more");
	IS("198.51.100.1#1500", 2100, 2900, "D", "  that was taken back since");
	session_world_end(&w);
	play("start 1000 0;"
		"interim 2000 1000 -198.51.100.1:1024-2047;"
		"interim 1500 500 198.51.100.1:1024-2047;"
		"stop 3000 2000");
	IS("198.51.100.1#1500", 1600, 1900, "A 1", "given and taken back, heard of the other way round");
	session_world_end(&w);
	play("start 1000 0;"
		"interim 2000 1000 -198.51.100.1:1024-2047 late=no;"
		"interim 1500 500 198.51.100.1:1024-2047");
	IS("198.51.100.1#1500", 1985, 1985, "B 1", "  taken back at a time that is not sure");
	session_world_end(&w);
}

/* An id for each line: sessions that follow each other within seconds while the clock of their server is not known. */
static void one_id_for_ever(void)
{
	play("start 1000 0 192.0.2.9 session=warm;"
		"interim 1600 600 192.0.2.9 session=warm;"
		"start 1700 0 192.0.2.1 late=3600;"
		"stop 1710 10 192.0.2.1 late=3600;"
		"start 1800 0 192.0.2.1 late=3600;"
		"interim 5500 3700 192.0.2.1;"
		"stop 6000 4200 192.0.2.1");
	IS("192.0.2.1", 1720, 1790, "B 1", "between two sessions of one id it is not known to be held");
	IS("192.0.2.1", 5420, 5900, "A 1", "  in the second one it is");
	session_world_end(&w);
	play("start 1000 0 192.0.2.1;"
		"stop 2000 1000 192.0.2.1;"
		"start 3000 0 192.0.2.2;"
		"interim 1500 500 192.0.2.1 late=1900;"
		"interim 3600 600 192.0.2.2;"
		"stop 9000 6000 192.0.2.2");
	IS("192.0.2.1", 4000, 8000, "D", "a late word on a session that is over does not open it");
	session_world_end(&w);
}

static void clocks(void)
{
	session_world_begin(&w, 100, 1000);
	play_line(STR("start 1000 0 192.0.2.9 user=u9 session=S9 late=3600"));
	for (int i = 1; i < 20; i++) {
		char line[100];
		(void)snprintf(line, sizeof(line), "interim %d %d 192.0.2.9 user=u9 session=S9 late=3600", 1000 + i * 600, i * 600);
		play_line(str_of(line));
	}
	play_line(STR("start 13000 0 192.0.2.1 late=3600"));
	play_line(STR("stop 16000 3000 192.0.2.1 late=3600"));
	IS("192.0.2.1", 13000 + 3700, 16000 + 3500, "A 1", "a server whose clock is an hour behind is known by it: its events were an hour later than it says");
	IS("192.0.2.1", 13100, 16500, "D", "  and not when it says");
	IS("192.0.2.9", 2000, 4500, "B 9", "while that may as well be a delay, all the time between is possible");
	session_world_end(&w);
	play("start 1000 0 192.0.2.9 user=u9 session=S9;"
		"interim 4000 3000 user=u9 session=S9;"
		"start 5000 0 192.0.2.1 late=3000;"
		"stop 7000 2000 late=1000");
	IS("192.0.2.1", 7500, 7900, "B 1", "a Stop that comes a thousand seconds late may have been at any time since");
	IS("192.0.2.1", 6900, 6900, "B 1", "  and the start in three thousand");
	session_world_end(&w);
	play("start 1000 0 192.0.2.9 user=u9 session=S9;"
		"start 1100 0 192.0.2.1;"
		"interim 1700 600 192.0.2.1;"
		"stop 1900 800;"
		"start 1095 0 192.0.2.1 late=3600;"
		"interim 1695 600 192.0.2.1 late=3600;"
		"interim 2295 1200 192.0.2.1 late=3600;"
		"interim 2895 1800 192.0.2.1 late=3600;"
		"interim 3495 2400 192.0.2.1 late=3600");
	IS("192.0.2.1", 2500, 2500, "B 1", "a clock that is set back to when a session began that has stopped does not take it up again: nobody had the address then");
	IS("192.0.2.1", 1200, 1800, "A 1", "  and that one was what it was");
	session_world_end(&w);
	play("start 1002 0 192.0.2.1 late=-2;"
		"interim 1602 600 late=-2;"
		"stop 1902 900 late=15");
	IS("192.0.2.1", 1901, 1901, "B 1", "a clock that is two seconds ahead is followed: the Stop was that much earlier than it says");
	session_world_end(&w);
	play("start 4600 0 192.0.2.1 late=-3595;"
		"stop 4700 100 192.0.2.1 late=-3595");
	IS("192.0.2.1", 1103, 1103, "B 1", "of one that is ahead it is not known at first how far: what shows it may itself be late");
	session_world_end(&w);
	play("start 996 0 192.0.2.1 late=4;"
		"stop 1596 600 192.0.2.1 late=4;"
		"start 1600 0 192.0.2.2 late=4");
	IS("192.0.2.1", 1598, 1598, "B 1", "one that may be four seconds behind, or its messages late: any time between");
	session_world_end(&w);
}

static void recalled(void)
{
	struct session_world first;
	session_world_begin(&w, 100, 1000);
	w.kept = calloc(100, sizeof(*w.kept));
	w.kept_max = 100;
	struct accounting e = { .nas = STR("nas"), .session = STR("S1"), .user = STR("u1"), .received_at = WORLD_AT, .event_at = WORLD_AT };
	read_held(&e, STR("192.0.2.1 2001:db8:1::/56"));
	session_world_take(&w, &e);
	e.status = ACCOUNTING_INTERIM;
	e.lasted_us = 1000 * SECOND_US;
	e.event_at = e.received_at = WORLD_AT + e.lasted_us;
	e.held_count = 0;
	read_held(&e, STR("192.0.2.2"));
	e.said = 1U << HELD_ADDR4;
	session_world_take(&w, &e);
	/* a new book behind the same store */
	first = w;
	w.book = session_book_new(100, world_key);
	for (size_t i = 0; i < w.kept_count; i++)
		OK_(session_recall(w.book, &w.kept[i]) == OK, "recalled");
	session_book_free(first.book);
	IS_INT((long long)session_count_open(w.book), 1, "a session that goes on is open again");
	e.status = ACCOUNTING_STOP;
	e.lasted_us = 5000 * SECOND_US;
	e.event_at = e.received_at = WORLD_AT + e.lasted_us;
	e.held_count = e.said = 0;
	session_world_take(&w, &e);
	IS("192.0.2.2", 1100, 4900, "A 1", "and its Stop, which names no address, ends what it held");
	IS("2001:db8:1::1", 100, 4900, "A 1", "  all of it");
	IS("192.0.2.1", 1100, 4900, "D", "but not what it had let go");
	IS("192.0.2.2", 5100, 5900, "D", "then nobody has it");
	IS_INT((long long)session_count_open(w.book), 0, "no session is open");
	session_world_end(&w);
}

/* Twice as many sessions as are confirmed every five minutes: every second message is put, each is noted. */
static void many(void)
{
	enum { MANY = 2 * SESSION_CONFIRM_S * SESSION_CONFIRMS, EVERY_S = 400, TIMES = 4 };
	session_world_begin(&w, MANY, MANY);
	struct accounting e = { .nas = STR("nas"), .user = STR("u7"), .event_at = WORLD_AT, .held_count = 1, .said = 1U << HELD_ADDR4 };
	uint64_t put[TIMES + 1] = { 0 };
	for (unsigned step = 0; step <= TIMES; step++) {
		e.status = step ? ACCOUNTING_INTERIM : ACCOUNTING_START;
		e.lasted_us = step * (int64_t)EVERY_S * SECOND_US;
		e.event_at = e.received_at = WORLD_AT + e.lasted_us;
		for (uint32_t n = 0; n < MANY; n++) {
			char session[16];
			e.session = (struct str){ session, (size_t)snprintf(session, sizeof(session), "S%u", n) };
			e.held[0] = (struct accounting_held){ .kind = HELD_ADDR4, .prefix = { { { [10] = 0xff, 0xff, 100, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } }, 128 },
				.port_to = BINDING_PORT_LAST };
			session_world_take(&w, &e);
		}
		put[step] = session_counts(w.book)->bindings;
	}
	OK_(put[0] == MANY && put[1] == MANY && put[2] == 2 * MANY && put[3] == put[2] && put[4] == 3 * MANY, "so many sessions are put that they go on every ten minutes");
	IS_INT(w.noted, 2 * MANY, "and noted in between");
	IS_INT((long long)binding_index_count(w.ix), MANY, "which takes no room");
	IS("100.0.5.6", 0, EVERY_S * 3, "A 7", "and counts");
	session_world_end(&w);
}

static void crowded(void)
{
	session_world_begin(&w, 2, 1000);
	for (int i = 1; i <= 4; i++) {
		char user[16], session[16];
		(void)snprintf(user, sizeof(user), "u%d", i);
		(void)snprintf(session, sizeof(session), "S%d", i);
		struct accounting e = { .nas = STR("nas"), .session = str_of(session), .user = str_of(user), .received_at = WORLD_AT, .event_at = WORLD_AT };
		char held[32];
		(void)snprintf(held, sizeof(held), "192.0.2.%d", i);
		read_held(&e, str_of(held));
		session_world_take(&w, &e);
	}
	IS("192.0.2.4", 0, 0, "B 4", "what there is no room for is told all the same");
	IS_INT((long long)session_counts(w.book)->crowded, 2, "and counted");
	session_world_end(&w);
}

int main(void)
{
	readdressed();
	unsaid();
	reused_ids();
	repeated();
	two_at_once();
	restarted();
	out_of_order();
	blocks();
	blocks_lost();
	one_id_for_ever();
	clocks();
	recalled();
	many();
	crowded();
	return tap_done();
}
