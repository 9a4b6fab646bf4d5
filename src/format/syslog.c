/*
 * Headers of syslog. See syslog.h.
 */
#include "format/syslog.h"

enum { PRIORITY_DIGITS = 3 };

int syslog_month(struct str word)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; word.len == 3 && i < 12; i++)
		if (memcmp(word.ptr, names + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

static struct str word_of(struct str *rest)
{
	size_t n = 0;
	while (rest->len && rest->ptr[0] == ' ')
		*rest = str_sub(*rest, 1, SIZE_MAX);
	while (n < rest->len && rest->ptr[n] != ' ')
		n++;
	struct str w = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return w;
}

static bool two(struct str s, size_t at, int max, int *ret)
{
	uint64_t n;
	if (str_to_u64(str_sub(s, at, 2), (uint64_t)max, &n) != OK)
		return false;
	*ret = (int)n;
	return true;
}

/* "14:05:37", and in some logs a fraction. */
static bool clock_of(struct str word, struct civil *c, int64_t *ret_us, int64_t *ret_resolution_us)
{
	*ret_us = 0;
	*ret_resolution_us = SECOND_US;
	if (word.len && word.ptr[word.len - 1] == ':')
		word.len--;
	if (word.len < 8 || word.ptr[2] != ':' || word.ptr[5] != ':' || !two(word, 0, 23, &c->hour) || !two(word, 3, 59, &c->minute) || !two(word, 6, 59, &c->second))
		return false;
	if (word.len == 8)
		return true;
	if (word.ptr[8] != '.' || word.len > 15)
		return false;
	for (size_t i = 9; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		*ret_resolution_us /= 10;
		*ret_us += (word.ptr[i] - '0') * *ret_resolution_us;
	}
	return word.len > 9;
}

bool syslog_is_day(const struct civil *c)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = c->year % 4 == 0 && (c->year % 100 || c->year % 400 == 0);
	return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= days[c->month - 1] && (leap || c->month != 2 || c->day < 29);
}

/* "Jul  6 14:05:37 ", and "2026 Jul 6 14:05:37 ". */
static bool local(struct str text, struct syslog_line *l)
{
	struct civil c = { .year = SYSLOG_NO_YEAR };
	struct str rest = text, first = word_of(&rest);
	uint64_t n;
	int64_t us;
	bool year = first.len == 4 && str_to_u64(first, 2105, &n) == OK && n >= 1970;
	if (year) {
		c.year = (int)n;
		first = word_of(&rest);
	}
	c.month = syslog_month(first);
	if (!c.month || str_to_u64(word_of(&rest), 31, &n) != OK)
		return false;
	c.day = (int)n;
	if (!syslog_is_day(&c) || !clock_of(word_of(&rest), &c, &us, &l->resolution_us))
		return false;
	l->stamp = SYSLOG_LOCAL;
	l->year = year;
	l->at = civil_to_time(&c) + us;
	l->message = rest;
	return true;
}

static bool zoned(struct str text, struct syslog_line *l)
{
	struct str rest = text, word = word_of(&rest);
	size_t point = str_chr(word, '.');
	if (str_chr(word, 'T') != 10 || time_parse(word, &l->at) != OK)
		return false;
	l->stamp = SYSLOG_ZONED;
	l->year = true;
	l->resolution_us = SECOND_US;
	for (size_t i = point == SIZE_MAX ? word.len : point + 1; i < word.len && word.ptr[i] >= '0' && word.ptr[i] <= '9' && l->resolution_us > 1; i++)
		l->resolution_us /= 10;
	l->message = rest;
	return true;
}

void syslog_read(struct str line, struct syslog_line *ret_line)
{
	struct str rest = line;
	uint64_t priority;
	*ret_line = (struct syslog_line){ .at = TIME_NONE, .resolution_us = SECOND_US, .message = line };
	size_t end = rest.len && rest.ptr[0] == '<' ? str_chr(str_sub(rest, 0, PRIORITY_DIGITS + 2), '>') : SIZE_MAX;
	if (end != SIZE_MAX && str_to_u64(str_sub(rest, 1, end - 1), 191, &priority) == OK)
		rest = str_sub(rest, end + 1, SIZE_MAX);
	ret_line->message = rest;
	if (str_starts(rest, STR("1 ")))
		rest = str_sub(rest, 2, SIZE_MAX);
	if (!zoned(rest, ret_line) && !local(rest, ret_line))
		ret_line->stamp = SYSLOG_NO_STAMP;
}
