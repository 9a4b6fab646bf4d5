/*
 * Recognition and the helpers of recognisers. See format.h.
 */
#include "format/format.h"

#include <stdarg.h>
#include <stdio.h>

#include "format/shapes.h"
#include "format/signs.h"

const char *const outcome_words[] = { "unknown", "report", "prose", "answer", "auto-answer", "bounce", "sealed", NULL };

static bool (*const shapes[])(struct decode *) = { bounce_decode, answer_decode, desk_decode, xarf_mail_decode, arf_decode, jmrp_decode, xarf_plain_decode,
	xarf_json_decode, acns_decode, acns_reply_decode, safe_browsing_decode, takedown_decode, table_decode, lists_decode, spamcop_decode, fail2ban_decode, prose_decode };

enum { OBSERVATIONS_START = 4 /* a power of two */, FACTS_START = 32 };

struct observation *decode_add(struct decode *d)
{
	/* the list doubles; the arena keeps the old halves until the item is done */
	if (d->count == OBSERVATIONS_PER_ITEM_MAX)
		return NULL;
	if (d->count >= OBSERVATIONS_START ? (d->count & (d->count - 1)) == 0 : d->count == 0) {
		unsigned room = d->count ? d->count * 2 : OBSERVATIONS_START;
		struct observation *list = ARENA_ARRAY(d->arena, struct observation, room);
		if (!list)
			return NULL;
		if (d->count)
			memcpy(list, d->observations, d->count * sizeof(*list));
		d->observations = list;
	}
	struct observation *o = &d->observations[d->count];
	*o = (struct observation){ .event_at = TIME_NONE, .first_at = TIME_NONE, .last_at = TIME_NONE, .received_at = d->received_at, .incidents = 1,
		.report_id = d->message_id, .subject_line = d->subject, .raw_digest = d->raw_digest, .raw_len = d->text.len, .at = { .index = d->count } };
	o->reply_to = d->from;
	o->reporter = str_lower(d->arena, d->from);
	d->count++;
	return o;
}

void decode_problem(struct decode *d, bool strict, const char *format, ...)
{
	char text[300];
	va_list ap;
	if (d->problem_count == PROBLEMS_MAX)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	struct str copy = str_printable(d->arena, str_of(text), sizeof(text));
	if (!d->problems)
		d->problems = ARENA_ARRAY(d->arena, struct problem, PROBLEMS_MAX);
	if (d->problems)
		d->problems[d->problem_count++] = (struct problem){ copy, strict };
}

bool decode_room(struct decode *d, struct observation *o, unsigned count)
{
	unsigned room = o->fact_count + count < OBSERVATION_FACTS_MAX ? o->fact_count + count : OBSERVATION_FACTS_MAX;
	struct fact *list = room > o->fact_room ? ARENA_ARRAY(d->arena, struct fact, room) : o->facts;
	if (!list)
		return false;
	if (list != o->facts && o->fact_count)
		memcpy(list, o->facts, o->fact_count * sizeof(*list));
	o->facts = list;
	o->fact_room = room > o->fact_room ? room : o->fact_room;
	return true;
}

void decode_doubt(struct decode *d, const char *reason)
{
	for (unsigned i = 0; i < d->problem_count; i++)
		if (str_eq(d->problems[i].text, str_of(reason)))
			return;
	decode_problem(d, false, "%s", reason);
	if (!d->doubt)
		d->doubt = reason;
}

void decode_fact(struct decode *d, struct observation *o, struct str name, struct str value, struct span span, enum certainty certainty)
{
	struct str clean = str_sub(value, 0, FACT_VALUE_MAX);
	if (o->fact_count == OBSERVATION_FACTS_MAX) {
		if (!d->facts_cut)
			decode_problem(d, false, "more than %d facts in one observation", OBSERVATION_FACTS_MAX);
		d->facts_cut = true;
		return;
	}
	if (o->fact_count == o->fact_room && !decode_room(d, o, o->fact_room ? o->fact_room : FACTS_START)) {
		decode_problem(d, false, "no memory for more facts");
		return;
	}
	if (!str_utf8_valid(clean))
		clean = str_printable(d->arena, clean, FACT_VALUE_MAX);
	o->facts[o->fact_count++] = (struct fact){ name, clean, span, certainty };
}

static struct str url_host(struct str url)
{
	size_t scheme = str_find(url, STR("://"));
	struct str rest = str_sub(url, scheme + 3, url.len);
	size_t end = 0;
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#')
		end++;
	rest = str_sub(rest, 0, end);
	size_t at = str_chr(rest, '@');
	if (at != SIZE_MAX)
		rest = str_sub(rest, at + 1, rest.len);
	if (rest.len && rest.ptr[0] == '[')
		return str_sub(rest, 1, str_chr(rest, ']') - 1);
	return str_sub(rest, 0, str_chr(rest, ':'));
}

static bool domain_like(struct str s)
{
	bool dot = false;
	if (!s.len || s.len > 253 || s.ptr[0] == '.' || s.ptr[0] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c == '.' && i + 1 < s.len && s.ptr[i + 1] != '.')
			dot = true;
		else if (c != '-' && c != '_' && c < 0x80 && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return false;
	}
	return dot;
}

void decode_source(struct decode *d, struct observation *o, struct str text, enum certainty certainty)
{
	struct source s = { .text = str_trim(text), .certainty = certainty };
	struct prefix p;
	if (addr_parse(s.text, &s.addr) == OK) {
		s.type = SOURCE_ADDR;
		s.text = addr_str(d->arena, &s.addr);
	} else if (str_find(s.text, STR("://")) != SIZE_MAX) {
		s.type = SOURCE_URL;
		s.domain = str_lower(d->arena, url_host(s.text));
		if (addr_parse(s.domain, &s.addr) == OK)
			s.domain = STR_NONE;
	} else if (prefix_parse(s.text, &p) == OK) {
		s.type = SOURCE_PREFIX;
	} else if (str_chr(s.text, '@') != SIZE_MAX && mime_addr_spec(d->arena, s.text).len) {
		s.type = SOURCE_EMAIL;
		s.text = mime_addr_spec(d->arena, s.text);
		s.domain = str_sub(s.text, str_chr(s.text, '@') + 1, s.text.len);
	} else if (domain_like(s.text)) {
		s.type = SOURCE_DOMAIN;
		s.text = s.domain = str_lower(d->arena, s.text);
	} else {
		s.type = s.text.len ? SOURCE_LOGIN : SOURCE_NONE;
	}
	s.port = o->source.port;
	o->source = s;
}

enum err format_decode(struct decode *d)
{
	d->format = "unknown";
	digest_sha256(d->text, &d->raw_digest);
	if (mime_looks_like(d->text)) {
		enum err e = mime_scan(d->arena, d->text, &d->mime);
		if (e)
			return e;
		d->message_id = mime_top_value(d->arena, &d->mime, "message-id");
		d->in_reply_to = mime_top_value(d->arena, &d->mime, "in-reply-to");
		d->subject = mime_top_value(d->arena, &d->mime, "subject");
		d->automatic = answer_automatic(d);
		d->from = mime_addr_spec(d->arena, mime_top_value(d->arena, &d->mime, "from"));
		if (d->mime.cut)
			decode_problem(d, false, "nested too deeply or too many parts: the rest is left as bytes");
	}
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i](d))
			break;
	if (d->doubt && d->outcome == OUTCOME_REPORT) {
		d->outcome = OUTCOME_PROSE;
		if (d->count > DOUBT_CANDIDATES_MAX)
			decode_problem(d, false, "a person is shown the first %d of %u observations: the others are in the raw bytes", DOUBT_CANDIDATES_MAX, d->count);
	}
	signs_times(d);
	sealed_decode(d);
	return OK;
}
