/*
 * The helpers of recognisers of fixed texts. See form.h. A text costs its length; nothing here remembers more than the last zone.
 */
#include "format/form.h"

#include "format/bounce.h"
#include "format/prose_time.h"

static int64_t written_at(struct decode *d)
{
	int64_t at;
	bool zone;
	return time_parse_mail(mime_top_value(d->arena, &d->mime, "date"), &at, &zone) == OK ? at : d->received_at;
}

bool form_part(struct decode *d, unsigned *i, struct form *ret_form)
{
	*i = bounce_own_part(&d->mime, *i);
	if (*i == d->mime.count)
		return false;
	const struct mime_part *p = &d->mime.parts[*i];
	bool text = str_starts(p->type, STR("text/")) && !str_starts(p->type, STR("text/rfc822"));
	bool named = str_eq(p->type, STR("application/octet-stream")) || str_ends_fold(p->type, STR("yaml"));
	*ret_form = (struct form){ .d = d, .path = p->path, .near = written_at(d) };
	if (p->multipart || p->message || (!text && !named))
		return true;
	ret_form->text = str_sub(text ? mime_text(d->arena, p, NULL) : mime_body(d->arena, p), 0, FORM_BYTES_MAX);
	if (!text && !str_utf8_valid(ret_form->text))
		ret_form->text = STR_NONE;
	return true;
}

bool form_first(struct decode *d, struct form *ret_form)
{
	for (unsigned i = 0; form_part(d, &i, ret_form); i++)
		if (ret_form->text.len && str_eq(d->mime.parts[i].type, STR("text/plain")))
			return true;
	return false;
}

bool form_line(const struct form *f, size_t *at, struct str *ret_line)
{
	if (*at >= f->text.len)
		return false;
	struct str rest = str_sub(f->text, *at, f->text.len);
	size_t end = str_chr(rest, '\n');
	size_t len = end == SIZE_MAX ? rest.len : end + 1;
	*at += len;
	*ret_line = str_trim(str_sub(rest, 0, len < FORM_LINE_MAX ? len : FORM_LINE_MAX));
	return true;
}

bool form_any_field(struct str line, struct str *ret_name, struct str *ret_value)
{
	size_t from = 0, n;
	while (from < line.len && (line.ptr[from] == '-' || line.ptr[from] == ' ' || line.ptr[from] == '*'))
		from++;
	for (n = from; n < line.len && line.ptr[n] != ':'; n++) {
		char c = line.ptr[n];
		bool fits = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' || c == ' ' ||
			c == '/';
		if (!fits || n - from > 40)
			return false;
	}
	if (n == from || n == line.len)
		return false;
	*ret_name = str_trim(str_sub(line, from, n - from));
	*ret_value = str_trim(str_sub(line, n + 1, line.len));
	return ret_name->len > 0;
}

bool form_field(struct str line, const char *name, struct str *ret_value)
{
	struct str found, value;
	if (!form_any_field(line, &found, &value) || !str_eq_fold(found, str_of(name)))
		return false;
	*ret_value = value;
	return true;
}

struct str form_address(struct str s)
{
	struct addr x;
	size_t n = 0;
	while (n < s.len && (unsigned char)s.ptr[n] > ' ')
		n++;
	struct str a = str_sub(s, 0, n);
	return a.len && addr_parse(a, &x) == OK ? a : STR_NONE;
}

const char *form_name(struct form *f, struct str name)
{
	char *out = arena_alloc(f->d->arena, name.len + 1);
	for (size_t i = 0; out && i < name.len; i++) {
		char c = name.ptr[i];
		out[i] = c == ' ' || c == '/' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	if (!out)
		return "field";
	out[name.len] = '\0';
	return out;
}

struct observation *form_add(struct form *f)
{
	f->zone = STR_NONE;
	f->mixed = false;
	return decode_add(f->d);
}

void form_fact(struct form *f, struct observation *o, const char *name, struct str value, enum certainty certainty)
{
	/* a column may have no name */
	if (!value.len || !*name)
		return;
	size_t from = (size_t)(value.ptr - f->text.ptr);
	decode_fact(f->d, o, str_of(name), value, (struct span){ f->path, (uint32_t)from, (uint32_t)(from + value.len) }, certainty);
}

static unsigned fact_count(const struct observation *o, const char *name)
{
	unsigned n = 0;
	for (unsigned i = 0; i < o->fact_count; i++)
		n += str_eq(o->facts[i].name, str_of(name));
	return n;
}

/* The last word of a time is its zone, if it has one. */
static struct str zone_of(struct str text)
{
	size_t n = text.len;
	while (n && text.ptr[n - 1] != ' ' && text.ptr[n - 1] != '+' && text.ptr[n - 1] != ':')
		n--;
	return str_sub(text, n, text.len);
}

bool form_seen(struct form *f, struct observation *o, struct str value, bool zoned, int east)
{
	struct prose_time t;
	size_t i = 0;
	while (i < value.len && !prose_time_at(value, i, f->near, &t)) {
		while (i < value.len && (unsigned char)value.ptr[i] > ' ' && value.ptr[i] != '[' && value.ptr[i] != '\'' &&
			value.ptr[i] != '"')
			i++;
		while (i < value.len &&
			((unsigned char)value.ptr[i] <= ' ' || value.ptr[i] == '[' || value.ptr[i] == '\'' || value.ptr[i] == '"'))
			i++;
	}
	if (i >= value.len)
		return false;
	struct str text = str_sub(value, t.from, t.to - t.from), zone = t.zone_given ? zone_of(text) : STR_NONE;
	int64_t at = t.zone_given || !zoned ? t.at : t.at - east * SECOND_US;
	bool given = t.zone_given || zoned, first = o->event_at == TIME_NONE;
	f->mixed |= !first && (given != o->zone_given || (zone.len && f->zone.len && !str_eq_fold(zone, f->zone)));
	f->zone = zone.len ? zone : f->zone;
	o->zone_given = first ? given : o->zone_given && given;
	o->first_at = first || at < o->first_at ? at : o->first_at;
	o->last_at = first || at > o->last_at ? at : o->last_at;
	o->event_at = o->first_at;
	if (t.day_month)
		decode_problem(f->d, false, "a date may have its month first: it was read with the day first");
	if (fact_count(o, "time") < FORM_TIMES_MAX)
		form_fact(f, o, "time", text, CERTAINTY_STATED);
	return true;
}

void form_finish(struct form *f, struct observation *o)
{
	struct decode *d = f->d;
	if (o->event_at == TIME_NONE) {
		o->time_certainty = CERTAINTY_DERIVED;
		if (time_parse_mail(mime_top_value(d->arena, &d->mime, "date"), &o->event_at, &o->zone_given) != OK) {
			o->event_at = TIME_NONE;
			decode_problem(d, false, "nothing tells when it happened");
		}
		o->first_at = o->last_at = o->event_at;
	}
	/* those without a zone may lie anywhere on earth */
	if (f->mixed && !o->zone_given) {
		o->first_at -= 14 * HOUR_US;
		o->last_at += 12 * HOUR_US;
		o->event_at = o->first_at;
		o->zone_given = true;
	}
	if (f->mixed)
		decode_problem(d, false, "its times are in several zones: the window holds them all");
	if (o->event_at != TIME_NONE && f->near != TIME_NONE && o->last_at > f->near + DAY_US)
		decode_problem(d, false, "it tells of a time after it was written");
	if (o->source.type == SOURCE_NONE)
		decode_problem(d, false, "nothing tells whom it is about");
}
