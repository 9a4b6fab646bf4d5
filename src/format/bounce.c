/*
 * Bounces: which message came back, to whom it says something, and where it had come from. See bounce.h.
 *
 * A bounce of one of our letters belongs to its case. Letters go out under a reply address with a token, and that is where bounces
 * go; some gateways answer the From instead, so a returned Message-ID of our letters' form, under the domain that was written to,
 * is one too. Any other failure is an observation when it tells where the message came from, and else before a person. Only what
 * the mail itself says counts: a bounce that somebody attached is his matter.
 */
#include "format/bounce.h"

#include "format/shapes.h"
#include "format/value.h"

enum { LETTER_ID_LEN = 32 };

unsigned bounce_own_part(const struct mime *m, unsigned i)
{
	unsigned inside = MIME_DEPTH_MAX + 2; /* the depth of the attached message that part k lies in */
	for (unsigned k = 0; k < m->count; k++) {
		const struct mime_part *p = &m->parts[k];
		if (p->depth > inside)
			continue;
		inside = p->message ? p->depth : MIME_DEPTH_MAX + 2;
		if (k >= i)
			return k;
	}
	return m->count;
}

struct observation *bounce_add(struct decode *d)
{
	struct observation *o = decode_add(d);
	if (!o)
		return NULL;
	o->kind = KIND_BOUNCE;
	/* RFC 3834 2: nothing is ever answered to it */
	o->reply_to = STR_NONE;
	return o;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Nothing that makes of a number a part of something else. */
static bool begins_here(struct str s, size_t i)
{
	char c = i ? s.ptr[i - 1] : ' ';
	return !is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && str_chr(STR(".-_@=/:"), c) == SIZE_MAX;
}

/* "550", not in "5500" or "5.5.0"; its length, 0 when there is none at i. */
static size_t reply_at(struct str s, size_t i)
{
	if (i + 3 > s.len || (s.ptr[i] != '4' && s.ptr[i] != '5') || s.ptr[i + 1] > '7' || !is_digit(s.ptr[i + 1]) ||
		!is_digit(s.ptr[i + 2]) || !begins_here(s, i))
		return 0;
	return i + 3 == s.len || s.ptr[i + 3] == ' ' || s.ptr[i + 3] == '-' || s.ptr[i + 3] == '\n' || s.ptr[i + 3] == '\r' ? 3 : 0;
}

/* "5.1.1", RFC 3463 2 */
static size_t status_at(struct str s, size_t i)
{
	size_t n = i + 1, digits = 0, dots = 0;
	char before = i ? s.ptr[i - 1] : ' ';
	if ((s.ptr[i] != '4' && s.ptr[i] != '5') || (!begins_here(s, i) && !(before == '-' && i >= 4 && is_digit(s.ptr[i - 2]))))
		return 0;
	for (; n < s.len && (s.ptr[n] == '.' || is_digit(s.ptr[n])); n++) {
		if (s.ptr[n] == '.' && dots && !digits)
			return 0;
		if (s.ptr[n] == '.' && dots == 2)
			break;
		dots += s.ptr[n] == '.';
		digits = s.ptr[n] == '.' ? 0 : digits + 1;
		if (digits > (dots ? 3 : 0))
			return 0;
	}
	bool goes_on = n + 1 < s.len && s.ptr[n] == '.' && is_digit(s.ptr[n + 1]);
	return dots == 2 && digits && !goes_on ? n - i : 0;
}

void bounce_codes(struct decode *d, struct observation *o, struct str text, struct str path, size_t base)
{
	bool reply = observation_fact(o, "smtp-reply") != NULL, status = observation_fact(o, "diagnostic-status") != NULL;
	for (size_t i = 0; i < text.len && !(reply && status); i++) {
		size_t n = reply ? 0 : reply_at(text, i), m = status ? 0 : status_at(text, i);
		struct span span = { path, (uint32_t)(base + i), (uint32_t)(base + i + n + m) };
		if (n)
			decode_fact(d, o, STR("smtp-reply"), str_sub(text, i, n), span, CERTAINTY_DERIVED);
		else if (m)
			decode_fact(d, o, STR("diagnostic-status"), str_sub(text, i, m), span, CERTAINTY_DERIVED);
		reply |= n > 0;
		status |= m > 0;
	}
}

/* The header that came back in a part of its own. */
static void find_returned(struct decode *d, struct bounce *b)
{
	const struct mime *m = &d->mime;
	for (unsigned i = bounce_own_part(m, 0); i < m->count; i = bounce_own_part(m, i + 1)) {
		const struct mime_part *p = &m->parts[i];
		if (str_starts(p->type, STR("text/rfc822-header")) || str_eq(p->type, STR("message/rfc822-headers")) ||
			str_eq(p->type, STR("message/global-headers"))) {
			b->header = mime_body(d->arena, p);
			b->path = p->path;
			b->base = 0;
			return;
		}
		if (i && p->message && i + 1 < m->count && m->parts[i + 1].depth == p->depth + 1) {
			b->header = m->parts[i + 1].header;
			b->path = str_format(d->arena, "%.*s.0", STR_ARG(m->parts[i + 1].path));
			b->base = 0;
			return;
		}
	}
}

static struct str host_of(struct arena *a, struct str mta)
{
	size_t type = str_chr(mta, ';');
	struct str host = str_trim(type == SIZE_MAX ? mta : str_sub(mta, type + 1, mta.len));
	return str_lower(a, str_sub(host, 0, str_chr(host, ' ')));
}

static void finish(struct decode *d, struct observation *o, const struct bounce *b)
{
	struct str arrival = observation_value(o, "arrival-date"), last = observation_value(o, "last-attempt-date");
	int64_t at;
	bool zone;
	if (o->event_at == TIME_NONE)
		o->time_certainty = CERTAINTY_STATED;
	if (time_parse_mail(arrival, &at, &zone) == OK) {
		o->event_at = at;
		o->zone_given = zone;
	}
	if (b->header.len)
		arf_derive(d, o, b->header, b->path, b->base);
	if (o->event_at == TIME_NONE && time_parse_mail(last, &o->event_at, &o->zone_given) != OK) {
		o->time_certainty = CERTAINTY_DERIVED;
		if (time_parse_mail(mime_top_value(d->arena, &d->mime, "date"), &o->event_at, &o->zone_given) != OK) {
			o->event_at = TIME_NONE;
			decode_problem(d, false, "nothing tells when it happened");
		}
	}
	o->first_at = o->last_at = o->event_at;
	if (!o->reporter.len)
		o->reporter = host_of(d->arena, observation_value(o, "reporting-mta"));
}

static struct str domain_of(struct str address)
{
	size_t at = str_chr(address, '@');
	return at == SIZE_MAX ? STR_NONE : str_sub(address, at + 1, address.len);
}

/* Of the form of our letters' Message-IDs (engine/letter.c), under the domain that this was sent to. */
static bool of_our_letters(struct decode *d, struct str id)
{
	struct str to = d->recipient.len ? d->recipient : mime_addr_spec(d->arena, mime_top_value(d->arena, &d->mime, "to"));
	id = str_trim(id);
	if (id.len < 2 || id.ptr[0] != '<' || id.ptr[id.len - 1] != '>')
		return false;
	id = str_sub(id, 1, id.len - 2);
	size_t at = str_chr(id, '@');
	return at == LETTER_ID_LEN && value_hex(str_sub(id, 0, at), LETTER_ID_LEN) && str_eq_fold(domain_of(id), domain_of(to));
}

/* Who was handed on to a server that tells nothing more may or may not have got it (RFC 3464 2.3.3). */
static enum arrival arrival_of(const struct decode *d)
{
	unsigned delivered = 0;
	for (unsigned i = 0; i < d->count; i++) {
		if (str_starts_fold(d->observations[i].kind_text, STR("delayed")))
			return ARRIVAL_DELAYED;
		delivered += str_starts_fold(d->observations[i].kind_text, STR("delivered"));
	}
	return d->count && delivered == d->count ? ARRIVAL_DELIVERED : ARRIVAL_NONE;
}

static enum outcome judge(struct decode *d, const struct bounce *b)
{
	if (!b->failed && !b->complained)
		return OUTCOME_AUTO;
	if (b->failed && (str_chr(str_sub(d->recipient, 0, str_chr(d->recipient, '@')), '+') != SIZE_MAX || of_our_letters(d, d->about)))
		return OUTCOME_BOUNCE;
	for (unsigned i = 0; i < d->count; i++)
		if (d->observations[i].source.type != SOURCE_NONE)
			return OUTCOME_REPORT;
	decode_problem(d, false, "nothing tells where the returned message came from");
	return b->complained ? OUTCOME_REPORT : OUTCOME_BOUNCE;
}

/* What was given up alone is reported; the others are told to nobody. */
static void keep_failures(struct decode *d)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < d->count; i++) {
		if (d->observations[i].kind_text.len && !str_starts_fold(d->observations[i].kind_text, STR("failed")))
			continue;
		d->observations[kept] = d->observations[i];
		d->observations[kept].at.index = kept;
		kept++;
	}
	d->count = kept;
}

bool bounce_decode(struct decode *d)
{
	const struct mime *m = &d->mime;
	struct bounce b = { 0 };
	struct mime_field f;
	bool status = false, told = false;
	for (unsigned i = bounce_own_part(m, 0); i < m->count; i = bounce_own_part(m, i + 1)) {
		const struct mime_part *p = &m->parts[i];
		if (str_eq(p->type, STR("message/feedback-report")))
			return false;
		if (!str_eq(p->type, STR("message/delivery-status")) && !str_eq(p->type, STR("message/global-delivery-status")))
			continue;
		status = true;
		told |= dsn_read(d, &b, mime_body(d->arena, p), p->path, 0);
	}
	if (!m->count || (!told && !bounce_ses_read(d, &b) && !bounce_words_read(d, &b) && !bounce_list_read(d, &b) && !status))
		return false;
	d->format = told || status ? "dsn" : "bounce";
	b.failed |= status && !d->count;
	find_returned(d, &b);
	for (size_t at = 0; mime_next_field(b.header, &at, &f);)
		if (str_eq_fold(f.name, STR("message-id")))
			d->about = mime_unfold(d->arena, f.value);
	for (unsigned i = 0; i < d->count; i++)
		finish(d, &d->observations[i], &b);
	d->outcome = judge(d, &b);
	d->arrival = d->outcome == OUTCOME_AUTO ? arrival_of(d) : ARRIVAL_NONE;
	if (d->outcome == OUTCOME_REPORT && !b.complained)
		keep_failures(d);
	return true;
}
