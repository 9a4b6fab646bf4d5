/*
 * Everything that is no format: prose. Addresses, URLs, domains and times are found with their spans, as guesses that a
 * person confirms. Nothing found here acts by itself.
 */
#include <stdio.h>

#include "format/dispute.h"
#include "format/dmca.h"
#include "format/prose_time.h"
#include "format/shapes.h"
#include "format/shown.h"

enum { CANDIDATES_MAX = 64, PROSE_BYTES_MAX = 1 << 20, SCAN_DEPTH = 64, URL_MAX = 2000, PORT_LOOK = 256 };

static const struct {
	const char *word;
	enum kind kind;
} hints[] = { { "phishing kit", KIND_FACILITATION }, { "phishkit", KIND_FACILITATION }, { "booter", KIND_FACILITATION }, { "stresser", KIND_FACILITATION },
	{ "for-hire", KIND_FACILITATION }, { "for hire", KIND_FACILITATION }, { "bulletproof host", KIND_FACILITATION }, { "bullet-proof host", KIND_FACILITATION },
	{ "phish", KIND_PHISHING }, { "malware", KIND_MALWARE }, { "copyright", KIND_COPYRIGHT }, { "infring", KIND_COPYRIGHT },
	{ "trademark", KIND_TRADEMARK }, { "port scan", KIND_PORT_SCAN }, { "portscan", KIND_PORT_SCAN },
	{ "brute force", KIND_LOGIN_ATTACK }, { "brute-force", KIND_LOGIN_ATTACK }, { "failed login", KIND_LOGIN_ATTACK },
	{ "ssh", KIND_LOGIN_ATTACK }, { "ddos", KIND_DDOS }, { "spam", KIND_SPAM }, { "unsolicited", KIND_SPAM }, { "botnet", KIND_BOTNET },
	{ "scan", KIND_PORT_SCAN } };

/* What a letter about rights or law is called, and why a person has to look at it. */
static const struct {
	enum kind kind;
	const char *format, *reason;
} letters[] = { { KIND_COPYRIGHT, "dmca", "a copyright notice in words: a person confirms what it alleges, and whether it is complete" },
	{ KIND_COUNTER_NOTICE, "counter-notice", "a counter-notice: a person puts it to its case" },
	{ KIND_RETRACTION, "retraction", "a notice is taken back in words: a person puts it to its case" },
	{ KIND_UDRP, "dispute", "a proceeding over a domain name is pending (UDRP): a person confirms the name, which is locked within two business days" },
	{ KIND_URS, "dispute", "a proceeding over a domain name is pending (URS): a person confirms the name, which is locked within 24 hours" },
	{ KIND_TRADEMARK, "legal", "a claim of a trademark: a person reads it" }, { KIND_PATENT, "legal", "for counsel: a claim of a patent" },
	{ KIND_TRADE_SECRET, "legal", "for counsel: a claim of a trade secret" }, { KIND_LEGAL_CLAIM, "legal", "for counsel: a legal claim" },
	{ KIND_LEGAL_THREAT, "legal", "for counsel: a legal threat" }, { KIND_COURT_ORDER, "legal", "for counsel: an order of a court" },
	{ KIND_LEGAL_REQUEST, "legal", "for counsel: an order or a request of law enforcement" } };

/* A hint for a person: the beginning of the text will do. */
static enum kind guess_kind(struct str text)
{
	text = str_sub(text, 0, PROSE_BYTES_MAX);
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (str_find_fold(text, str_of(hints[i].word)) != SIZE_MAX)
			return hints[i].kind;
	return KIND_UNCLASSIFIED;
}

struct text {
	struct str path, bytes;
	size_t base;  /* where bytes begin in the part */
	int64_t near; /* about when it was written, or TIME_NONE */
	enum kind kind, legal; /* legal: KIND_UNCLASSIFIED when it is no letter of law */
	unsigned line[CANDIDATES_MAX], line_count; /* the candidates that the line in hand names */
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* A dot, or what people write for it so that nobody clicks: "[.]", "(.)", "[dot]". Its length, 0 when it is none. */
static size_t dot_len(struct str s)
{
	static const char *const dots[] = { ".", "[.]", "(.)", "{.}", "[dot]", "(dot)", NULL };
	for (const char *const *d = dots; *d; d++)
		if (str_starts_fold(s, str_of(*d)))
			return strlen(*d);
	return 0;
}

/* The length of an IPv4 address at the start of s, its text without disguise in out; 0 when there is none. */
static size_t match_v4(struct str s, char out[ADDR_TEXT_MAX])
{
	size_t at = 0, n = 0;
	for (int octet = 0; octet < 4; octet++) {
		size_t digits = 0;
		while (digits < 4 && at + digits < s.len && s.ptr[at + digits] >= '0' && s.ptr[at + digits] <= '9')
			out[n++] = s.ptr[at + digits++];
		at += digits;
		if (!digits || digits == 4)
			return 0;
		size_t dot = octet < 3 ? dot_len(str_sub(s, at, 5)) : 0;
		if (octet < 3 && !dot)
			return 0;
		at += dot;
		if (dot)
			out[n++] = '.';
	}
	out[n] = '\0';
	/* "1.2.3.4.5" and "1.2.3.4-5.example" are names of something else */
	struct str rest = str_sub(s, at, s.len);
	size_t dot = dot_len(str_sub(rest, 0, 5));
	if (rest.len && (is_alnum(rest.ptr[0]) || rest.ptr[0] == '_' || (dot && rest.len > dot && is_alnum(rest.ptr[dot]) && dot < 2)))
		return 0;
	return rest.len > 1 && rest.ptr[0] == '-' && is_alnum(rest.ptr[1]) ? 0 : at;
}

static size_t match_v6(struct str s, char out[ADDR_TEXT_MAX])
{
	size_t n = 0, at = 0, colons = 0;
	while (at < s.len && n + 1 < ADDR_TEXT_MAX) {
		size_t wide = str_starts(str_sub(s, at, 3), STR("[:]")) ? 3 : 1;
		char c = wide == 3 ? ':' : s.ptr[at];
		if (c != ':' && c != '.' && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f') && !(c >= '0' && c <= '9'))
			break;
		colons += c == ':';
		out[n++] = c;
		at += wide;
	}
	if (colons < 2 || (at < s.len && (is_alnum(s.ptr[at]) || s.ptr[at] == '_')))
		return 0;
	/* the end of a sentence, or of "2001:db8::1:" in a log */
	while (n && (out[n - 1] == '.' || (out[n - 1] == ':' && (n < 2 || out[n - 2] != ':')))) {
		n--;
		at--;
	}
	out[n] = '\0';
	struct addr x;
	return n > 2 && addr_parse(str_of(out), &x) == OK ? at : 0;
}

size_t prose_address_at(struct str text, size_t at, struct addr *ret_addr)
{
	char out[ADDR_TEXT_MAX];
	struct str rest = str_sub(text, at, text.len);
	size_t n = match_v4(rest, out);
	if (!n)
		n = match_v6(rest, out);
	return n && addr_parse(str_of(out), ret_addr) == OK ? n : 0;
}

/* "hxxp://a[.]b/" as it was before somebody made it harmless. */
static struct str refang(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < s.len;) {
		size_t dot = dot_len(str_sub(s, i, 5));
		if (dot) {
			out[n++] = '.';
			i += dot;
		} else if (i == 0 && str_starts_fold(s, STR("hxxp"))) {
			memcpy(out, "http", 4);
			n = i = 4;
		} else if (str_starts(str_sub(s, i, 3), STR("[:]"))) {
			out[n++] = ':';
			i += 3;
		} else {
			out[n++] = s.ptr[i++];
		}
	}
	return (struct str){ out, n };
}

static struct span span_of(const struct text *t, size_t from, size_t to)
{
	return (struct span){ t->path, (uint32_t)(t->base + from), (uint32_t)(t->base + to) };
}

/* The candidate of that value, perhaps known from before; NULL when there are too many. */
static struct observation *candidate(struct decode *d, struct text *t, struct str value, const char *name, size_t from, size_t to)
{
	for (unsigned i = 0; i < d->count; i++)
		if (str_eq(d->observations[i].source.text, value)) {
			if (t->line_count < CANDIDATES_MAX)
				t->line[t->line_count++] = i;
			return &d->observations[i];
		}
	if (d->count == CANDIDATES_MAX) {
		if (!d->more)
			decode_problem(d, false, "more than %d addresses and links: the rest is only in the text", CANDIDATES_MAX);
		d->more = true;
		return NULL;
	}
	struct observation *o = decode_add(d);
	if (!o)
		return NULL;
	o->kind = t->kind;
	o->kind_text = t->kind ? str_of(kind_info(t->kind)->name) : STR_NONE;
	decode_source(d, o, value, CERTAINTY_GUESSED);
	decode_fact(d, o, str_of(name), value, span_of(t, from, to), CERTAINTY_GUESSED);
	if (t->line_count < CANDIDATES_MAX)
		t->line[t->line_count++] = d->count - 1;
	return o;
}

/* The length of "/24" behind an address that is the first of its network; 0 when there is none. */
static size_t prefix_len(struct str plain, struct str rest)
{
	char text[ADDR_TEXT_MAX + 8];
	struct prefix p;
	size_t n = rest.len && rest.ptr[0] == '/' ? 1 : 0;
	while (n && n < rest.len && n < 4 && rest.ptr[n] >= '0' && rest.ptr[n] <= '9')
		n++;
	(void)snprintf(text, sizeof(text), "%.*s%.*s", STR_ARG(plain), STR_ARG(str_sub(rest, 0, n)));
	return n > 1 && prefix_parse(str_of(text), &p) == OK ? n : 0;
}

static size_t digits_at(struct str s, size_t at)
{
	size_t n = 0;
	while (at + n < s.len && n < 6 && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
		n++;
	return n;
}

/* ":4711", "]:4711", " port 4711" right behind an address, or "SPT=4711" in the rest of the line of "SRC=address". */
static void find_port(struct decode *d, struct observation *o, const struct text *t, size_t start, size_t at)
{
	static const char *const behind[] = { ":", "]:", " port ", " port: ", " source port ", ", port ", " Port ", " (port " };
	struct str rest = str_sub(t->bytes, at, PORT_LOOK), line = str_sub(rest, 0, str_chr(rest, '\n'));
	size_t from = SIZE_MAX;
	uint64_t port;
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]) && from == SIZE_MAX; i++)
		if (str_starts(line, str_of(behind[i])))
			from = strlen(behind[i]);
	bool from_source = t->bytes.len && start >= 4 && str_eq(str_sub(t->bytes, start - 4, 4), STR("SRC="));
	size_t spt = from == SIZE_MAX && from_source ? str_find(line, STR(" SPT=")) : SIZE_MAX;
	if (spt != SIZE_MAX)
		from = spt + 5;
	size_t n = from == SIZE_MAX ? 0 : digits_at(line, from);
	if (!n || str_to_u64(str_sub(line, from, n), 65535, &port) != OK || !port)
		return;
	o->source.port = (uint16_t)port;
	decode_fact(d, o, STR("port"), str_sub(line, from, n), span_of(t, at + from, at + from + n), CERTAINTY_GUESSED);
}

/* The address or link at i; where to look on. */
static size_t take_candidate(struct decode *d, struct text *t, size_t i)
{
	struct str rest = str_sub(t->bytes, i, t->bytes.len);
	char out[ADDR_TEXT_MAX];
	struct addr x;
	if (str_starts_fold(rest, STR("http")) || str_starts_fold(rest, STR("hxxp"))) {
		struct str url = str_sub(rest, 0, URL_MAX);
		size_t n = 0;
		while (n < url.len && (unsigned char)url.ptr[n] > ' ' && !strchr("<>\"'`|", url.ptr[n]) && url.ptr[n] != 0x7f)
			n++;
		while (n && strchr(".,;:]!?*)", url.ptr[n - 1]))
			n--;
		struct str plain = refang(d->arena, str_sub(url, 0, n));
		if (str_starts_fold(plain, STR("http://")) || str_starts_fold(plain, STR("https://"))) {
			(void)candidate(d, t, plain, "url", i, i + n);
			return i + n;
		}
		return i + 4;
	}
	size_t n = match_v4(rest, out);
	if (!n)
		n = match_v6(rest, out);
	if (!n)
		return i + 1;
	if (addr_parse(str_of(out), &x) == OK && !addr_is_loopback(&x)) {
		struct str value = addr_str(d->arena, &x);
		size_t wide = prefix_len(value, str_sub(rest, n, 5));
		if (wide)
			value = str_format(d->arena, "%.*s%.*s", STR_ARG(value), STR_ARG(str_sub(rest, n, wide)));
		n += wide;
		struct observation *o = candidate(d, t, value, "address", i, i + n);
		if (o && !o->source.port)
			find_port(d, o, t, i, i + n);
	}
	return i + n;
}

static void set_time(
	struct decode *d, struct observation *o, const struct text *t, const struct prose_time *when, const struct prose_zone *z)
{
	o->event_at = when->at;
	o->zone_given = when->zone_given;
	o->time_certainty = CERTAINTY_GUESSED;
	if (!when->zone_given && z->known) {
		o->event_at -= z->east * SECOND_US;
		o->zone_given = true;
		decode_fact(d, o, STR("zone"), str_sub(t->bytes, z->from, z->to - z->from), span_of(t, z->from, z->to), CERTAINTY_GUESSED);
	}
	o->first_at = o->last_at = o->event_at;
	decode_fact(d, o, STR("time"), str_sub(t->bytes, when->from, when->to - when->from), span_of(t, when->from, when->to),
		CERTAINTY_GUESSED);
}

/* Those of the line in hand that have no time yet take this one; whether one did. */
static bool line_time(struct decode *d, struct text *t, const struct prose_time *when, const struct prose_zone *z)
{
	bool any = false;
	for (unsigned i = 0; i < t->line_count; i++) {
		struct observation *o = &d->observations[t->line[i]];
		if (o->event_at != TIME_NONE)
			continue;
		set_time(d, o, t, when, z);
		any = true;
	}
	return any;
}

/* A line of a log: it names a time, and what happened to whom. */
static void line_shown(struct decode *d, struct text *t, size_t from, size_t to)
{
	for (unsigned i = 0; i < t->line_count; i++) {
		bool again = false;
		for (unsigned k = 0; k < i; k++)
			again |= t->line[k] == t->line[i];
		if (!again)
			shown_line(d, &d->observations[t->line[i]], str_sub(t->bytes, from, to - from));
	}
}

/* A candidate takes the first time of its own lines; those that have none take the first one of the text. */
static void scan(struct decode *d, struct text *t)
{
	struct prose_time first = { 0 }, own = { 0 };
	struct prose_zone z;
	bool has_first = false, has_own = false, ambiguous = false;
	unsigned begun = d->count;
	size_t line_from = 0;
	struct legal_found law;
	legal_scan(t->bytes, &law);
	t->legal = legal_kind(&law);
	t->kind = t->legal ? t->legal : guess_kind(t->bytes);
	t->bytes = str_sub(t->bytes, 0, PROSE_BYTES_MAX);
	prose_zone_find(t->bytes, &z);
	for (size_t i = 0; i < t->bytes.len;) {
		char c = t->bytes.ptr[i], before = i ? t->bytes.ptr[i - 1] : ' ';
		bool start = (is_alnum(c) || c == ':') && !is_alnum(before) && before != '_' && (before != '.' || c == ':');
		if (start && !has_own && prose_time_at(t->bytes, i, t->near, &own)) {
			has_own = true;
			first = has_first ? first : own;
			has_first = true;
			i = own.to;
		} else if (start) {
			i = take_candidate(d, t, i);
		} else {
			i++;
		}
		if (i < t->bytes.len && c != '\n')
			continue;
		ambiguous |= has_own && line_time(d, t, &own, &z) && own.day_month;
		if (has_own)
			line_shown(d, t, line_from, i);
		line_from = i;
		t->line_count = 0;
		has_own = false;
	}
	for (unsigned i = begun; has_first && i < d->count; i++) {
		t->line[0] = i;
		t->line_count = 1;
		ambiguous |= line_time(d, t, &first, &z) && first.day_month;
	}
	if (ambiguous)
		decode_problem(d, false, "a date may have its month first: it was read with the day first");
	if (t->legal == KIND_UDRP || t->legal == KIND_URS)
		dispute_tell(d, t->bytes, t->legal, t->path, t->base);
	if (!d->count && t->kind != KIND_UNCLASSIFIED) {
		struct observation *o = decode_add(d);
		if (o)
			o->kind = t->kind;
	}
	if (t->legal == KIND_COPYRIGHT || t->legal == KIND_COUNTER_NOTICE)
		dmca_tell(d, begun, t->bytes, &law, t->legal == KIND_COUNTER_NOTICE, t->path, t->base);
}

/* The first text that is a letter of law gives the item its name. */
static void name_letter(struct decode *d, const struct text *t, const char **format)
{
	for (size_t i = 0; !*format && i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].kind == t->legal) {
			*format = letters[i].format;
			if (!d->doubt)
				d->doubt = letters[i].reason;
		}
}

/* What the subject says, and what lies under a message that somebody handed on as it was. */
static void scan_around(struct decode *d, int64_t near)
{
	const struct mime_field *f = mime_top_field(&d->mime, "subject");
	if (f && str_find(f->value, STR("=?")) == SIZE_MAX) {
		struct text t = { .path = STR("0"), .bytes = f->value, .base = f->from, .near = near };
		scan(d, &t);
	}
	for (unsigned i = 0; i + 1 < d->mime.count && i < SCAN_DEPTH; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		if (!p->message || p[1].depth != p->depth + 1 || d->count == CANDIDATES_MAX)
			continue;
		struct observation *o = decode_add(d);
		if (!o)
			return;
		o->kind = KIND_UNCLASSIFIED;
		arf_derive(d, o, p[1].header, str_format(d->arena, "%.*s.0", STR_ARG(p[1].path)), 0);
		if (o->source.type == SOURCE_NONE)
			d->count--;
	}
}

bool prose_decode(struct decode *d)
{
	const char *format = NULL;
	int64_t near = d->received_at, date;
	bool zone;
	if (time_parse_mail(mime_top_value(d->arena, &d->mime, "date"), &date, &zone) == OK)
		near = date;
	if (!d->mime.count && str_utf8_valid(d->text)) {
		struct text t = { .path = STR(""), .bytes = d->text, .near = near };
		scan(d, &t);
		name_letter(d, &t, &format);
	}
	for (unsigned i = 0; i < d->mime.count && i < SCAN_DEPTH; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		if (!str_starts(p->type, STR("text/")) || p->multipart)
			continue;
		struct text t = { .path = p->path, .bytes = mime_text(d->arena, p, NULL), .near = near };
		scan(d, &t);
		name_letter(d, &t, &format);
	}
	scan_around(d, near);
	if (!d->count)
		return false;
	d->outcome = OUTCOME_PROSE;
	/* a format that was known and could not be read stays what it is */
	if (!d->problem_count || str_eq(str_of(d->format), STR("unknown")))
		d->format = format ? format : "prose";
	return true;
}
