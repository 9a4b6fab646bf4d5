/*
 * The words of a reporter who was asked. See said.h.
 */
#include "format/said.h"

#include "format/prose_time.h"
#include "format/shapes.h"

enum { HEAD_LINES_MAX = 3, OFFSET_MIN = 5 /* "+0100": what is shorter is a number */ };

enum side { SIDE_ANY, SIDE_SOURCE, SIDE_OTHER };

struct reading {
	struct str text;
	int64_t near;
	struct arena *arena;
	struct said *said;
	uint16_t ports[SIDE_OTHER + 1];
	bool ports_two[SIDE_OTHER + 1];
};

static bool begins_one(struct str line, const char *const *heads)
{
	for (; *heads; heads++)
		if (str_starts_fold(line, str_of(*heads)))
			return true;
	return false;
}

/* Behind it stands what somebody else wrote, or who he is. */
static bool ends_words(struct str line)
{
	static const char *const heads[] = { "-----", "_____", "from: ", "von: ", "de : ", "sent: ", "gesendet: ", NULL };
	return str_eq(str_trim(line), STR("--")) || begins_one(line, heads);
}

/* "On Monday at 10:00 somebody wrote:", also over several lines: *rest is the text behind it. */
static bool skip_head(struct str line, struct str *rest)
{
	static const char *const heads[] = { "on ", "am ", "le ", "el ", NULL };
	struct str try = *rest;
	bool head = begins_one(line, heads);
	for (int i = 0; head && i < HEAD_LINES_MAX; i++) {
		if (str_ends_fold(str_trim(line), STR(":"))) {
			*rest = try;
			return true;
		}
		if (!str_next_line(&try, &line) || !str_trim(line).len)
			break;
	}
	return false;
}

static bool is_head(struct str line, struct str rest)
{
	struct str next = STR_NONE;
	line = str_trim(line);
	if (!str_ends_fold(line, STR(":")))
		return false;
	while (str_next_line(&rest, &next) && !str_trim(next).len)
		continue;
	return str_chr(line, '@') != SIZE_MAX || str_starts(next, STR(">")) || str_ends_fold(line, STR("wrote:"));
}

static struct str own_lines(struct arena *a, struct str text)
{
	struct buf out;
	struct str rest = text, line;
	buf_init(&out, SAID_BYTES_MAX);
	while (str_next_line(&rest, &line) && !ends_words(line)) {
		if (str_starts(line, STR(">")) || is_head(line, rest) || skip_head(line, &rest))
			continue;
		buf_put(&out, line);
		buf_putc(&out, '\n');
	}
	struct str own = out.err ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return own;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || c == '_' || (unsigned char)c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool word_follows(struct str text, size_t at)
{
	return at < text.len && is_word(text.ptr[at]);
}

static void tell_port(struct reading *r, enum side side, struct str digits)
{
	uint64_t port;
	if (str_to_u64(digits, 65535, &port) != OK || !port)
		return;
	r->ports_two[side] |= r->ports[side] && r->ports[side] != port;
	r->ports[side] = (uint16_t)port;
}

/* The digits at that place, when they are a number of their own and not the beginning of an address. */
static struct str number_at(struct str text, size_t at)
{
	size_t n = 0;
	while (at + n < text.len && is_digit(text.ptr[at + n]))
		n++;
	bool goes_on = word_follows(text, at + n) || (at + n + 1 < text.len && strchr(".:-/", text.ptr[at + n]) && is_digit(text.ptr[at + n + 1]));
	return n && n <= 5 && !goes_on ? str_sub(text, at, n) : STR_NONE;
}

/* What may stand between "port" and its number. */
static size_t behind_filler(struct str text, size_t at)
{
	static const char *const fillers[] = { " ", "\t", ":", "=", "#", "is ", "was ", "number ", "no. ", "ist ", "war ", "nr. ", NULL };
	for (size_t before = SIZE_MAX; before != at;) {
		before = at;
		for (const char *const *f = fillers; *f; f++)
			if (str_starts_fold(str_sub(text, at, 8), str_of(*f)))
				at += strlen(*f);
	}
	return at;
}

static size_t take_port(struct reading *r, size_t at)
{
	static const struct {
		const char *name;
		enum side side;
	} names[] = { { "source port", SIDE_SOURCE }, { "src port", SIDE_SOURCE }, { "source_port", SIDE_SOURCE }, { "src_port", SIDE_SOURCE }, { "source-port", SIDE_SOURCE },
		{ "sourceport", SIDE_SOURCE }, { "quellport", SIDE_SOURCE }, { "quell-port", SIDE_SOURCE }, { "spt", SIDE_SOURCE }, { "sport", SIDE_SOURCE },
		{ "destination port", SIDE_OTHER }, { "dest port", SIDE_OTHER }, { "dst port", SIDE_OTHER }, { "dst_port", SIDE_OTHER }, { "target port", SIDE_OTHER },
		{ "destination_port", SIDE_OTHER }, { "our port", SIDE_OTHER }, { "zielport", SIDE_OTHER }, { "ziel-port", SIDE_OTHER }, { "dpt", SIDE_OTHER },
		{ "dport", SIDE_OTHER }, { "port", SIDE_ANY } };
	struct str rest = str_sub(r->text, at, 24);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t end = at + strlen(names[i].name);
		if (!str_starts_fold(rest, str_of(names[i].name)) || word_follows(r->text, end))
			continue;
		size_t from = behind_filler(r->text, end);
		struct str digits = number_at(r->text, from);
		tell_port(r, names[i].side, digits);
		return from + digits.len;
	}
	return 0;
}

static size_t take_time(struct reading *r, size_t at)
{
	struct prose_time t;
	struct said *s = r->said;
	int east;
	if (!prose_time_at(r->text, at, r->near, &t))
		return 0;
	if (t.day_month || (s->at != TIME_NONE && (s->at != t.at || s->at_zoned != t.zone_given)))
		s->unclear |= MISSING_TIME;
	s->at = t.at;
	s->at_zoned = t.zone_given;
	/* "+0100 (CET)" says one thing */
	return t.to + (t.zone_given ? prose_zone_at(r->text, t.to, &east) : 0);
}

static size_t take_zone(struct reading *r, size_t at)
{
	struct said *s = r->said;
	int east;
	size_t n = prose_zone_at(r->text, at, &east);
	bool sign = n && (r->text.ptr[at] == '+' || r->text.ptr[at] == '-');
	if (n < (sign ? OFFSET_MIN : 2) || word_follows(r->text, at + n) || east % 900)
		return 0;
	if (s->zoned && s->east_s != east)
		s->unclear |= MISSING_ZONE;
	s->zoned = true;
	s->east_s = east;
	return at + n;
}

static size_t take_address(struct reading *r, size_t at)
{
	struct said *s = r->said;
	char text[ADDR_TEXT_MAX];
	struct addr x;
	size_t n = prose_address_at(r->text, at, &x), end = at + n;
	if (!n)
		return 0;
	addr_print(&x, text);
	if (s->address_count == SAID_ADDRESSES_MAX)
		s->unclear = SAID_UNCLEAR;
	else
		s->addresses[s->address_count++] = str_copy(r->arena, str_of(text));
	if (str_starts(str_sub(r->text, end, 2), STR("]:")))
		end++;
	if (end < r->text.len && r->text.ptr[end] == ':')
		tell_port(r, SIDE_ANY, number_at(r->text, end + 1));
	return end;
}

/* A line that is nothing but a number, when a number was asked for. */
static void take_lines(struct reading *r)
{
	struct str rest = r->text, line;
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		line = str_ends_fold(line, STR(".")) ? str_sub(line, 0, line.len - 1) : line;
		struct str digits = number_at(line, 0);
		if (line.len && digits.len == line.len)
			tell_port(r, SIDE_ANY, digits);
	}
}

/* By how much it is wrong is for a person to weigh. */
static bool doubts_clock(struct str text)
{
	static const char *const words[] = { "clock", "skew", "drift", "geht vor", "geht nach", "ging vor", "ging nach", NULL };
	for (const char *const *w = words; *w; w++)
		if (str_find_fold(text, str_of(*w)) != SIZE_MAX)
			return true;
	return false;
}

static void scan(struct reading *r)
{
	for (size_t i = 0; i < r->text.len;) {
		char c = r->text.ptr[i], before = i ? r->text.ptr[i - 1] : ' ';
		size_t end = 0;
		if ((is_word(c) || c == ':' || c == '+' || c == '-') && !is_word(before)) {
			end = take_time(r, i);
			end = end ? end : take_address(r, i);
			end = end ? end : take_port(r, i);
			end = end ? end : take_zone(r, i);
		}
		i = end > i ? end : i + 1;
	}
	take_lines(r);
}

/* The word by which the letters say that the state can be asked for, in any language that they ship in. */
static void take_status(struct reading *r)
{
	static const char *const names[] = { "status", "stand", NULL };
	struct str rest = r->text, line;
	bool first = true;
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		if (!line.len)
			continue;
		while (first && line.len && str_chr(STR(".!?"), line.ptr[line.len - 1]) != SIZE_MAX)
			line.len--;
		for (const char *const *n = names; first && *n; n++)
			r->said->asks_status |= str_eq_fold(line, str_of(*n));
		r->said->says_more |= !first;
		first = false;
	}
}

struct said *said_read(struct arena *a, struct str text, int64_t near)
{
	struct said *s = ARENA_NEW(a, struct said);
	struct reading r = { .text = own_lines(a, text), .near = near, .said = s, .arena = a };
	if (s)
		s->addresses = ARENA_ARRAY(a, struct str, SAID_ADDRESSES_MAX);
	if (!s || !s->addresses)
		return NULL;
	s->at = TIME_NONE;
	scan(&r);
	take_status(&r);
	enum side side = r.ports[SIDE_SOURCE] ? SIDE_SOURCE : SIDE_ANY;
	s->port = r.ports[side];
	s->unclear |= r.ports_two[side] ? MISSING_PORT : 0;
	if (s->at_zoned && s->zoned)
		s->unclear |= MISSING_TIME | MISSING_ZONE;
	if (doubts_clock(r.text))
		s->unclear = SAID_UNCLEAR;
	return s->at != TIME_NONE || s->zoned || s->port || s->asks_status ? s : NULL;
}
