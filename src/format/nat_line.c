/*
 * Lines of NAT logs: the forms that fit in few words. See nat_line.h; those of Junos are in nat_junos.c.
 */
#include "format/nat_say.h"

const char *const nat_format_words[] = { "syslog-cisco", "syslog-a10", "syslog-junos", "syslog-vyos", "syslog-jool", NULL };

enum { CISCO_WORDS = 11, A10_STAMP = 14 };

static enum err bad_form(const struct nat_reading *r, const char *what)
{
	return why_set(r->why, ERR_SYNTAX, "%s in no known form", what);
}

/*
 * [EVENT L4 INSIDE VRF INSIDE6 OUTSIDE PORT FIRST LAST DESTINATION PORT], "-" where there is nothing. What is translated by DS-Lite is known
 * by the address of its tunnel.
 */
static enum err cisco_record(struct nat_reading *r, struct str record)
{
	static const struct { const char *word; enum nat_what what; bool session; } events[] = { { "UserbasedA", NAT_GIVEN, false }, { "UserbasedW", NAT_BACK, false },
		{ "SessionbasedA", NAT_GIVEN, true }, { "SessionbasedAD", NAT_GIVEN, true }, { "SessionbasedW", NAT_BACK, true }, { "SessionbasedWD", NAT_BACK, true } };
	struct str words[CISCO_WORDS] = { { 0 } }, rest = record, word;
	struct nat_event e = { .since_at = TIME_NONE };
	unsigned count = 0, known = 0;
	while (str_split(&rest, ' ', &word)) {
		if (!word.len)
			continue;
		if (count == CISCO_WORDS)
			return bad_form(r, "a record");
		words[count++] = word;
	}
	if (count && str_eq_fold(words[0], STR("Portblockrunout")))
		return OK;
	while (known < sizeof(events) / sizeof(events[0]) && !str_eq(words[0], str_of(events[known].word)))
		known++;
	if (known == sizeof(events) / sizeof(events[0]) || count != CISCO_WORDS)
		return bad_form(r, "a record");
	e.what = events[known].what;
	e.mapping = events[known].session;
	struct str inside = str_eq(words[4], STR("-")) ? words[2] : words[4], last = e.mapping && str_eq(words[8], STR("-")) ? words[7] : words[8];
	if (!nat_say_addr(inside, &e.inside) || !nat_say_addr(words[5], &e.outside) || !nat_say_port(words[7], &e.port_from) || !nat_say_port(last, &e.port_to))
		return bad_form(r, "a record");
	return nat_say_event(r, &e, TIME_NONE);
}

/* Where the first record begins, or what looks like records. */
static bool find_records(struct nat_reading *r)
{
	static const char *const begins[] = { "[Userbased", "[Sessionbased", "[Portblockrunout", " NAT44 - [" };
	size_t first = SIZE_MAX;
	for (unsigned i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t at = str_find(r->rest, str_of(begins[i]));
		first = at < first ? at : first;
	}
	r->rest = str_sub(r->rest, first, SIZE_MAX);
	return first != SIZE_MAX;
}

static enum err read_cisco(struct nat_reading *r)
{
	enum err e = find_records(r) ? OK : ERR_UNSUPPORTED;
	for (size_t begin; e == OK && (begin = str_chr(r->rest, '[')) != SIZE_MAX;) {
		size_t end = str_chr(r->rest, ']');
		if (end == SIZE_MAX || end < begin)
			return bad_form(r, "a record");
		struct str record = str_sub(r->rest, begin + 1, end - begin - 1);
		r->rest = str_sub(r->rest, end + 1, SIZE_MAX);
		e = cisco_record(r, record);
	}
	return e;
}

/* "NAT:20260706140537": a local time; it serves where the line has none. */
static void a10_stamp(struct nat_reading *r)
{
	static const struct { unsigned at, len, max; } parts[] = { { 0, 4, 2105 }, { 4, 2, 12 }, { 6, 2, 31 }, { 8, 2, 23 }, { 10, 2, 59 }, { 12, 2, 59 } };
	size_t at = str_find(r->head.message, STR("NAT:"));
	struct str digits = str_sub(r->head.message, at == SIZE_MAX ? SIZE_MAX : at + 4, A10_STAMP);
	uint64_t n[6];
	if (r->head.stamp != SYSLOG_NO_STAMP || digits.len != A10_STAMP)
		return;
	for (unsigned i = 0; i < 6; i++)
		if (str_to_u64(str_sub(digits, parts[i].at, parts[i].len), parts[i].max, &n[i]) != OK)
			return;
	struct civil c = { (int)n[0], (int)n[1], (int)n[2], (int)n[3], (int)n[4], (int)n[5] };
	if (c.year < 1970 || !syslog_is_day(&c))
		return;
	r->head.stamp = SYSLOG_LOCAL;
	r->head.year = true;
	r->head.at = civil_to_time(&c);
}

/* PortBatchV2Allocated: [INSIDE OUTSIDE FIRST LAST] */
static enum err read_a10(struct nat_reading *r)
{
	struct nat_event e = { .since_at = TIME_NONE };
	if (!nat_say_find(r, STR("PortBatchV2")))
		return ERR_UNSUPPORTED;
	if (nat_say_eat(r, STR("Allocated: [")))
		e.what = NAT_GIVEN;
	else if (nat_say_eat(r, STR("Freed: [")))
		e.what = NAT_BACK;
	else
		return bad_form(r, "ports");
	if (!nat_say_addr(nat_say_word(r, "]"), &e.inside) || !nat_say_addr(nat_say_word(r, "]"), &e.outside) || !nat_say_port(nat_say_word(r, "]"), &e.port_from) ||
		!nat_say_port(nat_say_word(r, "]"), &e.port_to) || !nat_say_eat(r, STR("]")))
		return bad_form(r, "ports");
	a10_stamp(r);
	return nat_say_event(r, &e, TIME_NONE);
}

/* Internal host: INSIDE, external host: OUTSIDE, Port range: FIRST-LAST */
static enum err read_vyos(struct nat_reading *r)
{
	struct nat_event e = { .what = NAT_TOLD, .since_at = TIME_NONE };
	if (!nat_say_find(r, STR("Internal host:")))
		return ERR_UNSUPPORTED;
	if (!nat_say_addr(nat_say_word(r, ","), &e.inside) || !nat_say_eat(r, STR(", external host:")) || !nat_say_addr(nat_say_word(r, ","), &e.outside) ||
		(!nat_say_eat(r, STR(", Port range:")) && !nat_say_eat(r, STR(", port range:")) && !nat_say_eat(r, STR(", ports:"))) ||
		!nat_say_ports(nat_say_word(r, ""), &e) || str_trim(r->rest).len)
		return bad_form(r, "an allocation");
	return nat_say_event(r, &e, TIME_NONE);
}

/* "2015/4/8 16:13:2 (GMT)" */
static bool jool_time(struct str day, struct str hour, int64_t *ret_at)
{
	static const unsigned max[] = { 2105, 12, 31, 23, 59, 59 };
	uint64_t n[6];
	struct str part;
	for (unsigned i = 0; i < 6; i++)
		if (!str_split(i < 3 ? &day : &hour, i < 3 ? '/' : ':', &part) || str_to_u64(part, max[i], &n[i]) != OK)
			return false;
	struct civil c = { (int)n[0], (int)n[1], (int)n[2], (int)n[3], (int)n[4], (int)n[5] };
	if (c.year < 1970 || !syslog_is_day(&c) || day.len || hour.len)
		return false;
	*ret_at = civil_to_time(&c);
	return true;
}

/* The two words before " (GMT) - ", as far from the line's begin as they may be. */
static bool jool_before(struct str text, struct str *ret_day, struct str *ret_hour)
{
	size_t at = text.len;
	struct str words[2];
	for (unsigned i = 0; i < 2; i++) {
		size_t end = at;
		while (at && text.ptr[at - 1] != ' ')
			at--;
		words[i] = str_sub(text, at, end - at);
		at -= at > 0;
	}
	*ret_day = words[1];
	*ret_hour = words[0];
	return words[1].len;
}

/* INSTANCE DAY TIME (GMT) - Mapped INSIDE#PORT to OUTSIDE#PORT (PROTOCOL) */
static enum err read_jool(struct nat_reading *r)
{
	struct nat_event e = { .mapping = true, .since_at = TIME_NONE };
	struct str whole = r->rest, day, hour;
	int64_t at;
	uint16_t inside_port;
	if (!nat_say_find(r, STR(" (GMT) - ")))
		return ERR_UNSUPPORTED;
	struct str before = str_sub(whole, 0, whole.len - r->rest.len - 9);
	/* a session ends before what it is mapped by */
	if (str_starts(r->rest, STR("Added session ")) || str_starts(r->rest, STR("Forgot session ")))
		return ERR_NOTFOUND;
	if (nat_say_eat(r, STR("Mapped ")))
		e.what = NAT_GIVEN;
	else if (nat_say_eat(r, STR("Forgot ")))
		e.what = NAT_BACK;
	else
		return bad_form(r, "a mapping");
	if (!nat_say_pair(nat_say_word(r, ""), '#', &e.inside, &inside_port) || !nat_say_eat(r, STR(" to ")) || !nat_say_pair(nat_say_word(r, ""), '#', &e.outside, &e.port_from) ||
		!nat_say_eat(r, STR(" (")) || !jool_before(before, &day, &hour) || !jool_time(day, hour, &at))
		return bad_form(r, "a mapping");
	e.port_to = e.port_from;
	return nat_say_event(r, &e, at);
}

enum err nat_line_read(enum nat_format format, const struct nat_clock *clock, struct str line, struct nat_line *ret_line, struct why *why)
{
	struct nat_reading r = { .clock = clock, .line = ret_line, .why = why };
	ret_line->count = 0;
	if (line.len > NAT_LINE_MAX)
		return why_set(why, ERR_LIMIT, "more than %d octets", NAT_LINE_MAX);
	while (line.len && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' ' || !line.ptr[line.len - 1]))
		line.len--;
	if (!line.len)
		return ERR_NOTFOUND;
	syslog_read(line, &r.head);
	r.rest = r.head.message;
	enum err e = ERR_UNSUPPORTED;
	switch (format) {
	case NAT_CISCO: e = read_cisco(&r); break;
	case NAT_A10: e = read_a10(&r); break;
	case NAT_JUNOS: e = nat_say_junos(&r); break;
	case NAT_VYOS: e = read_vyos(&r); break;
	case NAT_JOOL: e = read_jool(&r); break;
	case NAT_FORMAT_END: break;
	}
	if (e)
		ret_line->count = 0;
	return e || ret_line->count ? e : ERR_NOTFOUND;
}
