/*
 * What the forms of NAT logs share. See nat_say.h.
 */
#include "format/nat_say.h"

bool nat_say_find(struct nat_reading *r, struct str mark)
{
	size_t at = str_find(r->rest, mark);
	if (at == SIZE_MAX)
		return false;
	r->rest = str_sub(r->rest, at + mark.len, SIZE_MAX);
	return true;
}

bool nat_say_eat(struct nat_reading *r, struct str word)
{
	if (!str_starts(r->rest, word))
		return false;
	r->rest = str_sub(r->rest, word.len, SIZE_MAX);
	return true;
}

struct str nat_say_word(struct nat_reading *r, const char *stops)
{
	size_t n = 0;
	while (r->rest.len && r->rest.ptr[0] == ' ')
		r->rest = str_sub(r->rest, 1, SIZE_MAX);
	while (n < r->rest.len && r->rest.ptr[n] != ' ' && (!r->rest.ptr[n] || !strchr(stops, r->rest.ptr[n])))
		n++;
	struct str w = str_sub(r->rest, 0, n);
	r->rest = str_sub(r->rest, n, SIZE_MAX);
	return w;
}

bool nat_say_addr(struct str text, struct addr *ret_addr)
{
	return text.len && addr_parse(text, ret_addr) == OK;
}

bool nat_say_port(struct str text, uint16_t *ret_port)
{
	uint64_t n;
	if (str_to_u64(text, NAT_PORT_LAST, &n) != OK)
		return false;
	*ret_port = (uint16_t)n;
	return true;
}

bool nat_say_ports(struct str text, struct nat_event *e)
{
	size_t at = str_chr(text, '-');
	return at != SIZE_MAX && nat_say_port(str_sub(text, 0, at), &e->port_from) && nat_say_port(str_sub(text, at + 1, SIZE_MAX), &e->port_to);
}

bool nat_say_pair(struct str text, char separator, struct addr *ret_addr, uint16_t *ret_port)
{
	size_t at = text.len;
	while (at && text.ptr[at - 1] != separator)
		at--;
	return at && nat_say_addr(str_sub(text, 0, at - 1), ret_addr) && nat_say_port(str_sub(text, at, SIZE_MAX), ret_port);
}

/* The last year in which it is not a day after now; in a leap year alone there is a 29th of February. */
static bool add_year(const struct nat_clock *clock, int64_t *at)
{
	struct civil c, today;
	time_to_civil(*at, &c);
	time_to_civil(clock->now, &today);
	int64_t rest = *at % SECOND_US;
	for (int year = clock->year ? clock->year : today.year + 1, least = clock->year ? year : today.year - 4; year >= least && year >= 1970; year--) {
		c.year = year;
		bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
		if (c.month == 2 && c.day == 29 && !leap)
			continue;
		int64_t found = civil_to_time(&c) + rest;
		if (!clock->year && found - clock->zone_us > clock->now + DAY_US)
			continue;
		*at = found;
		return true;
	}
	return false;
}

static enum err in_file(const struct nat_reading *r, int64_t zoned_at, int64_t resolution_us, struct nat_event *e)
{
	int64_t at = zoned_at;
	if (at == TIME_NONE) {
		at = r->head.at;
		if (r->head.stamp == SYSLOG_NO_STAMP)
			return why_set(r->why, ERR_SYNTAX, "the line has no time");
		if (!r->clock->zone_given) {
			enum err err = why_set(r->why, ERR_SYNTAX, "a time without a zone");
			why_hint(r->why, "--zone +01:00 says which one");
			return err;
		}
		if (!r->head.year && !add_year(r->clock, &at))
			return why_set(r->why, ERR_RANGE, "no such day in that year");
		at -= r->clock->zone_us;
	}
	e->first_at = at;
	e->last_at = at + resolution_us;
	return OK;
}

bool nat_clock_is_right(int64_t received_at, int64_t zoned_at)
{
	return zoned_at - received_at <= NAT_AHEAD_MS * 1000 && received_at - zoned_at <= NAT_CLOCK_S * SECOND_US;
}

void nat_clock_network(int64_t received_at, int64_t zoned_at, int64_t resolution_us, int64_t *ret_first_at, int64_t *ret_last_at)
{
	int64_t first = received_at - SECOND_US, last = received_at, until = zoned_at == TIME_NONE ? TIME_NONE : zoned_at + resolution_us;
	bool near = zoned_at != TIME_NONE && nat_clock_is_right(received_at, zoned_at);
	*ret_first_at = near || (zoned_at != TIME_NONE && zoned_at < first) ? zoned_at : first;
	*ret_last_at = near || until > last ? until : last;
}

enum err nat_say_event(struct nat_reading *r, const struct nat_event *event, int64_t zoned_at)
{
	struct nat_event e = *event;
	int64_t resolution = SECOND_US;
	if (r->line->count == NAT_LINE_EVENTS_MAX)
		return why_set(r->why, ERR_LIMIT, "more than %d records", NAT_LINE_EVENTS_MAX);
	if (!addr_is_v4(&e.outside) || e.port_from > e.port_to)
		return why_set(r->why, ERR_RANGE, "no ports of an IPv4 address");
	if (zoned_at == TIME_NONE && r->head.stamp == SYSLOG_ZONED) {
		zoned_at = r->head.at;
		resolution = r->head.resolution_us;
	}
	enum err err = OK;
	if (r->clock->received_at == TIME_NONE)
		err = in_file(r, zoned_at, resolution, &e);
	else
		nat_clock_network(r->clock->received_at, zoned_at, resolution, &e.first_at, &e.last_at);
	if (err)
		return err;
	if (e.first_at < SECOND_US || e.last_at / SECOND_US >= UINT32_MAX - 1)
		return why_set(r->why, ERR_RANGE, "a time before 1970 or after 2106");
	r->line->list[r->line->count++] = e;
	return OK;
}
