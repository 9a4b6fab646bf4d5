/*
 * Letters of a takedown service that carry no report for machines: "Issue N: phishing attack at LINK" in the subject, and in
 * the text a line with the link, disguised or not, and its address in brackets. Known by that shape, whoever sent it.
 *
 * One observation for each address, with its links; the time is when the letter was written. The number of the issue is the thread.
 */
#include "format/class.h"
#include "format/shapes.h"

enum { ADDRESSES_MAX = 200, ISSUE_MAX = 20, URL_MAX = 2000 };

struct letter {
	struct decode *d;
	struct str issue, word;
	int64_t at;
	bool zone;
};

/* "Issue 1234567: [tag] phishing attack at http://..." */
static bool read_subject(struct letter *l, struct str subject)
{
	size_t from = str_find_fold(subject, STR("issue "));
	if (from == SIZE_MAX)
		return false;
	struct str rest = str_sub(subject, from + 6, subject.len);
	size_t n = 0;
	while (n < rest.len && n < ISSUE_MAX && rest.ptr[n] >= '0' && rest.ptr[n] <= '9')
		n++;
	if (n < 4 || n >= rest.len || rest.ptr[n] != ':')
		return false;
	l->issue = str_sub(rest, 0, n);
	rest = str_trim(str_sub(rest, n + 1, rest.len));
	if (rest.len && rest.ptr[0] == '[')
		rest = str_trim(str_sub(rest, str_chr(rest, ']') + 1, rest.len));
	l->word = str_sub(rest, 0, str_find(rest, STR(" at ")));
	return true;
}

static bool is_link(struct str s)
{
	return str_starts_fold(s, STR("http://")) || str_starts_fold(s, STR("https://")) || str_starts_fold(s, STR("hxxp://")) || str_starts_fold(s, STR("hxxps://"));
}

/* "[192.0.2.1]" at the end of a line. */
static bool address_at_end(struct str line, struct addr *ret_addr, struct str *ret_text)
{
	size_t open = line.len;
	if (!line.len || line.ptr[line.len - 1] != ']')
		return false;
	while (open && line.ptr[open - 1] != '[')
		open--;
	*ret_text = str_sub(line, open, line.len - open - 1);
	return open && addr_parse(*ret_text, ret_addr) == OK;
}

/* The observation of that address, perhaps known from a link before; NULL when that link is known too. */
static struct observation *of_address(const struct letter *l, struct str url, struct str ip)
{
	struct decode *d = l->d;
	for (unsigned i = 0; i < d->count; i++) {
		struct observation *o = &d->observations[i];
		if (!str_eq(o->source.text, ip))
			continue;
		for (unsigned k = 0; k < o->fact_count; k++)
			if (str_eq(o->facts[k].name, STR("url")) && str_eq(o->facts[k].value, url))
				return NULL;
		return o;
	}
	struct observation *o = d->count < ADDRESSES_MAX ? decode_add(d) : NULL;
	if (!o)
		return NULL;
	class_take(d, o, "takedown", l->word);
	decode_source(d, o, ip, CERTAINTY_STATED);
	o->event_at = o->first_at = o->last_at = l->at;
	o->zone_given = l->zone;
	o->time_certainty = CERTAINTY_DERIVED;
	o->report_id = o->thread = l->issue;
	decode_fact(d, o, STR("issue"), l->issue, (struct span){ STR("0"), 0, 0 }, CERTAINTY_STATED);
	return o;
}

/* The link as it was before it was made harmless. */
static struct str plain_link(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < s.len;) {
		struct str rest = str_sub(s, i, s.len);
		bool dot = str_starts(rest, STR("[.]")) || str_starts(rest, STR("(.)"));
		out[n++] = dot ? '.' : i < 4 && str_starts_fold(s, STR("hxxp")) ? "http"[i] : s.ptr[i];
		i += dot ? 3 : 1;
	}
	return (struct str){ out, n };
}

static void take(const struct letter *l, struct str text, struct str part, struct str url, const struct addr *x, struct str ip)
{
	struct decode *d = l->d;
	struct str plain = plain_link(d->arena, url), address = addr_str(d->arena, x);
	struct observation *o = of_address(l, plain, address);
	if (!o)
		return;
	size_t from = (size_t)(url.ptr - text.ptr), at = (size_t)(ip.ptr - text.ptr);
	decode_fact(d, o, STR("url"), plain, (struct span){ part, (uint32_t)from, (uint32_t)(from + url.len) }, str_eq(plain, url) ? CERTAINTY_STATED : CERTAINTY_DERIVED);
	if (!observation_fact(o, "ip"))
		decode_fact(d, o, STR("ip"), address, (struct span){ part, (uint32_t)at, (uint32_t)(at + ip.len) }, CERTAINTY_STATED);
}

/* "LINK [ADDRESS]", or links one below the other and then "[n/m] [ADDRESS]". */
static void read_text(const struct letter *l, struct str text, struct str part)
{
	struct str rest = text, line, waiting[16], ip;
	unsigned count = 0;
	struct addr x;
	while (str_next_line(&rest, &line)) {
		struct str s = str_trim(line), link = str_sub(s, 0, str_chr(s, ' '));
		bool address = address_at_end(s, &x, &ip);
		if (is_link(s) && link.len <= URL_MAX) {
			if (address)
				take(l, text, part, link, &x, ip);
			else if (link.len == s.len && count < sizeof(waiting) / sizeof(waiting[0]))
				waiting[count++] = link;
		} else if (address && s.len && s.ptr[0] == '[') {
			for (unsigned i = 0; i < count; i++)
				take(l, text, part, waiting[i], &x, ip);
			count = 0;
		} else if (s.len) {
			count = 0;
		}
	}
}

bool takedown_decode(struct decode *d)
{
	struct letter l = { .d = d };
	if (!d->mime.count || !read_subject(&l, d->subject))
		return false;
	if (time_parse_mail(mime_top_value(d->arena, &d->mime, "date"), &l.at, &l.zone) != OK)
		l.at = d->received_at;
	for (unsigned i = 0; i < d->mime.count; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		if (str_eq(p->type, STR("text/plain")) && !p->multipart && !p->message)
			read_text(&l, mime_text(d->arena, p, NULL), p->path);
	}
	if (!d->count)
		return false;
	d->format = "takedown";
	d->outcome = OUTCOME_REPORT;
	if (d->observations[0].kind == KIND_UNCLASSIFIED)
		decode_problem(d, false, "the class \"%.*s\" is not known", STR_ARG(str_sub(l.word, 0, 60)));
	return true;
}
