/*
 * SpamCop's reports that are no feedback reports: the one with the offending message below, the one about a site that spam promotes, the
 * summary of many addresses, and the alert, which is a list of addresses. Known by their words; nothing is fetched from their links.
 */
#include "format/class.h"
#include "format/form.h"
#include "format/shapes.h"
#include "format/shown.h"

/* "Email from 192.0.2.1 / Thu, 19 Jun 2003 17:34:13 -0400": what SpamCop itself says of the source. */
static bool email_from(struct form *f, struct observation *o, struct str line)
{
	struct str rest = str_starts_fold(line, STR("Email from ")) ? str_trim(str_sub(line, 11, line.len)) : STR_NONE;
	struct str address = form_address(rest);
	if (!address.len)
		return false;
	form_fact(f, o, "email-from", address, CERTAINTY_STATED);
	decode_source(f->d, o, address, CERTAINTY_STATED);
	(void)form_seen(f, o, str_sub(rest, address.len, rest.len), false, 0);
	return true;
}

bool spamcop_source(struct decode *d, struct observation *o)
{
	struct form f;
	struct str line;
	if (!form_first(d, &f))
		return false;
	for (size_t at = 0; form_line(&f, &at, &line);)
		if (email_from(&f, o, line))
			return true;
	return false;
}

/* "www.example is 192.0.2.1; Thu, 19 Jun 2003 21:34:13 GMT" */
static void take_host(struct form *f, struct observation *o, struct str line)
{
	size_t is = str_find(line, STR(" is ")), semi = str_chr(line, ';');
	struct str address = is == SIZE_MAX || semi == SIZE_MAX || semi < is ? STR_NONE : str_trim(str_sub(line, is + 4, semi - is - 4));
	if (!form_address(address).len)
		return;
	form_fact(f, o, "address", address, CERTAINTY_STATED);
	(void)form_seen(f, o, str_sub(line, semi + 1, line.len), false, 0);
}

static struct observation *report(struct form *f, size_t *ret_message)
{
	struct observation *o = NULL;
	struct str line, value;
	bool site = false;
	*ret_message = SIZE_MAX;
	for (size_t at = 0; form_line(f, &at, &line);) {
		if (str_starts_fold(line, STR("[ Offending message ]"))) {
			*ret_message = at;
			break;
		}
		bool names_site = form_field(line, "Spamvertised web site", &value) || form_field(line, "Spamvertized web site", &value);
		if (!o && (names_site || str_starts_fold(line, STR("Email from ")))) {
			o = form_add(f);
			if (!o)
				return NULL;
			class_take(f->d, o, "spamcop", names_site ? STR("spamvertised") : STR("spam"));
		}
		if (o && names_site && value.len) {
			form_fact(f, o, "url", value, CERTAINTY_STATED);
			decode_source(f->d, o, value, CERTAINTY_STATED);
			site = true;
		} else if (o && site) {
			take_host(f, o, line);
		} else if (o && o->source.type == SOURCE_NONE) {
			(void)email_from(f, o, line);
		}
	}
	return o;
}

/* "[ SpamCop V1.3.4 ]", who, and "[ Offending message ]" */
static bool one(struct form *f)
{
	size_t message;
	if (str_find_fold(str_sub(f->text, 0, 2000), STR("[ SpamCop V")) == SIZE_MAX)
		return false;
	struct observation *o = report(f, &message);
	if (!o)
		return false;
	if (message != SIZE_MAX) {
		struct str header = str_sub(f->text, message, f->text.len);
		size_t end = str_find(header, STR("\n\n")), other = str_find(header, STR("\r\n\r\n"));
		int64_t at = o->event_at;
		end = end < other ? end : other;
		struct str body = end == SIZE_MAX ? STR_NONE : str_sub(header, end, header.len);
		header = str_sub(header, 0, end);
		shown_message(f->d, o, header, body);
		arf_derive(f->d, o, header, f->path, message);
		if (at == TIME_NONE)
			o->first_at = o->last_at = o->event_at;
	}
	form_finish(f, o);
	return true;
}

/* The next word of line, cut off it. */
static struct str next_word(struct str *line)
{
	size_t n = 0;
	*line = str_trim(*line);
	while (n < line->len && line->ptr[n] != ' ' && line->ptr[n] != '\t')
		n++;
	struct str word = str_sub(*line, 0, n);
	*line = str_sub(*line, n, line->len);
	return word;
}

/* "192.0.2.1  Sep 28 12h/3  2  1  0  0": address, since when and for how many days, counts of traps, users, moles and simple reports. */
static bool summary_row(struct form *f, struct str line)
{
	static const char *const counts[] = { "trap", "user", "mole", "simp" };
	struct str rest = line, address = next_word(&rest), month = next_word(&rest), day = next_word(&rest), span = next_word(&rest),
		   word[4];
	uint64_t n[4], hour, days, sum = 0;
	size_t h = str_chr(span, 'h');
	if (!form_address(address).len || h == SIZE_MAX || str_to_u64(str_sub(span, 0, h), 23, &hour) != OK ||
		str_to_u64(str_sub(span, h + 2, span.len), 3660, &days) != OK)
		return false;
	for (int i = 0; i < 4; i++) {
		word[i] = next_word(&rest);
		if (str_to_u64(word[i], 1000000000, &n[i]) != OK)
			return false;
		sum += n[i];
	}
	struct observation *o = form_add(f);
	if (!o)
		return false;
	form_fact(f, o, "address", address, CERTAINTY_STATED);
	for (int i = 0; i < 4; i++)
		form_fact(f, o, counts[i], word[i], CERTAINTY_STATED);
	decode_source(f->d, o, address, CERTAINTY_STATED);
	class_take(f->d, o, "spamcop", STR("summary"));
	o->incidents = sum ? (uint32_t)(sum < UINT32_MAX ? sum : UINT32_MAX) : 1;
	struct form when = *f;
	when.text = str_format(f->d->arena, "%.*s %.*s %02u:00:00", STR_ARG(month), STR_ARG(day), (unsigned)hour);
	if (form_seen(&when, o, when.text, false, 0)) {
		/* its bytes are those of the row */
		o->facts[o->fact_count - 1].value = str_sub(
			line, (size_t)(month.ptr - line.ptr), (size_t)(span.ptr + span.len - month.ptr));
		o->facts[o->fact_count - 1].span = (struct span){ f->path, (uint32_t)(month.ptr - f->text.ptr),
			(uint32_t)(span.ptr + span.len - f->text.ptr) };
		o->last_at = o->first_at + HOUR_US + (int64_t)days * DAY_US;
		if (f->near != TIME_NONE && o->last_at > f->near && o->first_at <= f->near)
			o->last_at = f->near;
	}
	form_finish(f, o);
	return true;
}

static bool summary(struct form *f)
{
	struct str line;
	bool head = false;
	unsigned rows = 0;
	for (size_t at = 0; form_line(f, &at, &line);) {
		head |= str_find_fold(line, STR("trap")) != SIZE_MAX && str_find_fold(line, STR("mole")) != SIZE_MAX &&
			str_find_fold(line, STR("simp")) != SIZE_MAX;
		if (head)
			rows += summary_row(f, line);
	}
	return rows > 0;
}

static bool alert(struct form *f)
{
	struct str line;
	unsigned rows = 0;
	if (!str_starts_fold(f->d->subject, STR("[SpamCop] Alert")))
		return false;
	for (size_t at = 0; form_line(f, &at, &line);) {
		struct str address = form_address(line);
		struct observation *o = address.len && address.len == line.len ? form_add(f) : NULL;
		if (!o)
			continue;
		form_fact(f, o, "address", address, CERTAINTY_STATED);
		decode_source(f->d, o, address, CERTAINTY_STATED);
		class_take(f->d, o, "spamcop", STR("alert"));
		form_finish(f, o);
		rows++;
	}
	return rows > 0;
}

bool spamcop_decode(struct decode *d)
{
	struct form f;
	unsigned before = d->count;
	if (!d->mime.count || !form_first(d, &f))
		return false;
	if (!one(&f) && !summary(&f) && !alert(&f)) {
		d->count = before;
		return false;
	}
	d->format = "spamcop";
	d->outcome = OUTCOME_REPORT;
	return true;
}
