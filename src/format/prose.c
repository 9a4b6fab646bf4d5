/*
 * Everything that is no format: prose. Addresses, URLs, domains and times are found with their spans, as guesses that a
 * person confirms. Nothing found here acts by itself.
 *
 * A closed list of words that name the sexual abuse of children makes the item sealed; a wrong hit costs two people a look,
 * a miss would put it on a screen.
 */
#include <stdio.h>

#include "format/shapes.h"

enum { CANDIDATES_MAX = 64, PROSE_BYTES_MAX = 1 << 20, SCAN_DEPTH = 64 };

static const char *const sealed_words[] = { "child porn", "child sexual", "childporn", "csam", "csem", "sexual abuse material", "child abuse material", "kinderporn",
	"child exploitation", "childabuse", NULL };

static const struct { const char *word; enum kind kind; } hints[] = { { "phish", KIND_PHISHING }, { "malware", KIND_MALWARE }, { "copyright", KIND_COPYRIGHT },
	{ "infring", KIND_COPYRIGHT }, { "trademark", KIND_TRADEMARK }, { "port scan", KIND_PORT_SCAN }, { "portscan", KIND_PORT_SCAN },
	{ "brute force", KIND_LOGIN_ATTACK }, { "brute-force", KIND_LOGIN_ATTACK }, { "failed login", KIND_LOGIN_ATTACK }, { "ssh", KIND_LOGIN_ATTACK },
	{ "ddos", KIND_DDOS }, { "spam", KIND_SPAM }, { "unsolicited", KIND_SPAM }, { "botnet", KIND_BOTNET }, { "scan", KIND_PORT_SCAN } };

static const char *const legal_words[] = { "our lawyers", "legal action", "attorney", "cease and desist", "lawsuit", "court order", "subpoena", NULL };

static bool any_of(struct str text, const char *const *words)
{
	for (; *words; words++)
		if (str_find_fold(text, str_of(*words)) != SIZE_MAX)
			return true;
	return false;
}

static enum kind guess_kind(struct str text)
{
	if (any_of(text, sealed_words))
		return KIND_CSAM;
	if (any_of(text, legal_words))
		return KIND_LEGAL_THREAT;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (str_find_fold(text, str_of(hints[i].word)) != SIZE_MAX)
			return hints[i].kind;
	return KIND_UNCLASSIFIED;
}

static bool token_byte(char c)
{
	return c > ' ' && c != '<' && c != '>' && c != '"' && c != '\'' && c != '(' && c != ')' && c != ',' && c != ';' && c != 0x7f;
}

/* "hxxp://a[.]b/" as it was before somebody made it harmless. */
static struct str refang(struct arena *a, struct str s)
{
	struct buf out;
	buf_init(&out, 4096);
	for (size_t i = 0; i < s.len; i++) {
		struct str rest = str_sub(s, i, s.len);
		if (str_starts(rest, STR("[.]")) || str_starts(rest, STR("(.)"))) {
			buf_putc(&out, '.');
			i += 2;
		} else if (i == 0 && str_starts_fold(rest, STR("hxxp"))) {
			buf_puts(&out, "http");
			i += 3;
		} else {
			buf_putc(&out, s.ptr[i]);
		}
	}
	struct str text = out.err ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return text;
}

static struct observation *candidate(struct decode *d, const struct mime_part *p, enum kind kind, struct str value, const char *name, size_t from, size_t to)
{
	for (unsigned i = 0; i < d->count; i++)
		if (str_eq(d->observations[i].source.text, value))
			return NULL;
	struct observation *o = d->count < CANDIDATES_MAX ? decode_add(d) : NULL;
	if (!o)
		return NULL;
	o->kind = kind;
	o->kind_text = kind ? str_of(kind_info(kind)->name) : STR_NONE;
	decode_source(d, o, value, CERTAINTY_GUESSED);
	decode_fact(d, o, str_of(name), value, (struct span){ p ? p->path : STR(""), (uint32_t)from, (uint32_t)to }, CERTAINTY_GUESSED);
	return o;
}

/* "2026-03-01 10:00:00 +0100", RFC 3339, or a mail date; the first in the text serves all candidates. */
static bool find_time(struct decode *d, struct str text, struct observation *into, struct str *ret_value, size_t *ret_from)
{
	for (size_t i = 0; i + 16 <= text.len; i++) {
		char c = text.ptr[i];
		if (c < '0' || c > '9' || (i && token_byte(text.ptr[i - 1]) && text.ptr[i - 1] != '[' && text.ptr[i - 1] != '=' && text.ptr[i - 1] != ':'))
			continue;
		for (size_t n = text.len - i < 35 ? text.len - i : 35; n >= 16; n--) {
			struct str s = str_sub(text, i, n);
			bool zone = true;
			char with[64];
			if (time_parse(s, &into->event_at) != OK && time_parse_mail(s, &into->event_at, &zone) != OK) {
				struct str mended = STR_NONE;
				/* without a zone, or with a blank before it */
				if (n == 19 && snprintf(with, sizeof(with), "%.*sZ", STR_ARG(s)) > 0) {
					mended = str_of(with);
					zone = false;
				} else if (n == 25 && snprintf(with, sizeof(with), "%.19s%.3s:%.2s", s.ptr, s.ptr + 20, s.ptr + 23) > 0) {
					mended = str_of(with);
				}
				if (!mended.len || time_parse(mended, &into->event_at) != OK)
					continue;
			}
			into->zone_given = zone;
			into->time_certainty = CERTAINTY_GUESSED;
			into->first_at = into->last_at = into->event_at;
			*ret_value = s;
			*ret_from = i;
			return true;
		}
	}
	(void)d;
	return false;
}

static void scan(struct decode *d, const struct mime_part *p, struct str text)
{
	enum kind kind = guess_kind(text);
	struct addr x;
	text = str_sub(text, 0, PROSE_BYTES_MAX);
	for (size_t i = 0; i < text.len;) {
		size_t n = 0;
		while (i + n < text.len && token_byte(text.ptr[i + n]))
			n++;
		if (!n) {
			i++;
			continue;
		}
		struct str word = str_sub(text, i, n);
		size_t lead = 0;
		while (word.len && (word.ptr[0] == '[' || word.ptr[0] == '=' || word.ptr[0] == '*')) {
			word = str_sub(word, 1, word.len);
			lead++;
		}
		while (word.len && strchr(".:]!?*", word.ptr[word.len - 1]))
			word.len--;
		struct str plain = refang(d->arena, word);
		struct str host = str_sub(plain, 0, str_chr(plain, ':') == SIZE_MAX || addr_parse(plain, &x) == OK ? plain.len : str_chr(plain, ':'));
		if (addr_parse(host, &x) == OK && !addr_is_loopback(&x))
			(void)candidate(d, p, kind, addr_str(d->arena, &x), "address", i + lead, i + lead + word.len);
		else if (str_starts_fold(plain, STR("http://")) || str_starts_fold(plain, STR("https://")))
			(void)candidate(d, p, kind ? kind : KIND_UNCLASSIFIED, plain, "url", i + lead, i + lead + word.len);
		i += n;
	}
	if (!d->count && kind != KIND_UNCLASSIFIED) {
		struct observation *o = decode_add(d);
		if (o)
			o->kind = kind;
	}
	struct observation when = { .event_at = TIME_NONE };
	struct str value;
	size_t from;
	if (!d->count || !find_time(d, text, &when, &value, &from))
		return;
	for (unsigned i = 0; i < d->count; i++) {
		struct observation *o = &d->observations[i];
		o->event_at = o->first_at = o->last_at = when.event_at;
		o->zone_given = when.zone_given;
		o->time_certainty = CERTAINTY_GUESSED;
		decode_fact(d, o, STR("time"), value, (struct span){ p ? p->path : STR(""), (uint32_t)from, (uint32_t)(from + value.len) }, CERTAINTY_GUESSED);
	}
}

bool prose_decode(struct decode *d)
{
	if (!d->mime.count && str_utf8_valid(d->text))
		scan(d, NULL, d->text);
	for (unsigned i = 0; i < d->mime.count && i < SCAN_DEPTH; i++)
		if (str_starts(d->mime.parts[i].type, STR("text/")) && !d->mime.parts[i].multipart)
			scan(d, &d->mime.parts[i], mime_text(d->arena, &d->mime.parts[i], NULL));
	if (any_of(d->subject, sealed_words)) {
		struct observation *o = d->count ? &d->observations[0] : decode_add(d);
		if (o)
			o->kind = KIND_CSAM;
	}
	if (!d->count)
		return false;
	d->outcome = OUTCOME_PROSE;
	d->format = d->problem_count && str_eq(str_of(d->format), STR("xarf")) ? "xarf" : "prose";
	return true;
}
