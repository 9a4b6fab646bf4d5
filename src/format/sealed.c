/*
 * The sealed class: what may concern the sexual abuse of children, whatever shape it came in, and what may still be known of it.
 *
 * By its kind, or by a closed list of words in what the sender says: subjects, texts, documents; not in the mail that a report
 * of spam is about. A wrong hit costs two people a look, a miss would put it on a screen. Words are found across line ends,
 * markup and invisible characters, and in archives that can be unpacked; in pictures and unknown encodings they are not. Each octet is looked at once,
 * times the few words that begin like it.
 */
#include "format/shapes.h"

enum { MARKUP_MAX = 200, GAP_MAX = 200, ENTITY_MAX = 8, UNNAMED_MAX = 1 << 20 };

/* A blank is any number of octets that are neither letter nor digit, or none. Those that end with '.' are whole words. */
static const char *const words[] = { "child porn", "child sex", "child abuse", "child exploit", "csam.", "csem.", "kinderporn", "kindesmissbrauch", "missbrauch von kindern",
	"missbrauchsdarstellung", "minor sex", "sexual abuse of child", "sexual abuse of minor", "sexual abuse material", "sexual exploitation of child",
	"sexual exploitation of minor", "pedophil", "paedophil", "p\xc3\xa4" "dophil", "pedoporn" };

/* Which letters a word may begin with, and what may follow each: a letter of a word, or the first octet of what nobody sees. */
enum { C = 1, K = 2, M = 4, S = 8, P = 16, ANY = 31 };
static const uint8_t begins[256] = { ['c'] = C, ['C'] = C, ['k'] = K, ['K'] = K, ['m'] = M, ['M'] = M, ['s'] = S, ['S'] = S, ['p'] = P, ['P'] = P };
static const uint8_t follows[256] = { ['h'] = C, ['H'] = C, ['s'] = C, ['S'] = C, ['i'] = K | M, ['I'] = K | M, ['e'] = S | P, ['E'] = S | P, ['a'] = P, ['A'] = P,
	[0xc3] = P, ['<'] = ANY, ['&'] = ANY, ['='] = ANY, [0xc2] = ANY, [0xe2] = ANY, [0xef] = ANY };

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool alnum(char c)
{
	return (low(c) >= 'a' && low(c) <= 'z') || (c >= '0' && c <= '9');
}

/* Past markup, a soft hyphen or a character of no width at i. */
static size_t invisible(struct str s, size_t i)
{
	static const char *const nothing[] = { "\xc2\xad", "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xef\xbb\xbf", "&shy;", "=\r\n", "=\n" };
	if (follows[(unsigned char)s.ptr[i]] != ANY)
		return i;
	for (size_t k = 0; k < sizeof(nothing) / sizeof(nothing[0]); k++)
		if (str_starts(str_sub(s, i, s.len), str_of(nothing[k])))
			return i + strlen(nothing[k]);
	if (s.ptr[i] != '<')
		return i;
	size_t close = str_chr(str_sub(s, i, MARKUP_MAX), '>');
	return close == SIZE_MAX ? i : i + close + 1;
}

static size_t visible(struct str s, size_t i)
{
	for (size_t next; i < s.len && !alnum(s.ptr[i]) && (next = invisible(s, i)) != i;)
		i = next;
	return i;
}

/* What parts two words; an entity such as &nbsp; is a part of it. */
static size_t gap(struct str s, size_t i)
{
	for (size_t from = i; i < s.len && !alnum(s.ptr[i]) && i - from < GAP_MAX;) {
		size_t next = invisible(s, i), end = s.ptr[i] == '&' ? str_chr(str_sub(s, i, ENTITY_MAX), ';') : SIZE_MAX;
		i = next != i ? next : end != SIZE_MAX ? i + end + 1 : i + 1;
	}
	return i;
}

static bool stands_at(struct str s, size_t i, const char *word)
{
	size_t from = i;
	for (; *word && *word != '.'; word++) {
		if (*word == ' ') {
			i = gap(s, i);
			continue;
		}
		i = i == from ? i : visible(s, i);
		if (i >= s.len || low(s.ptr[i]) != *word)
			return false;
		i++;
	}
	return !*word || ((!from || !alnum(s.ptr[from - 1])) && (i >= s.len || !alnum(s.ptr[i])));
}

static bool says(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	for (size_t i = 0; i + 4 <= s.len; i++) {
		if (!(begins[p[i]] & follows[p[i + 1]]))
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			if (words[k][0] == low(s.ptr[i]) && stands_at(s, i, words[k]))
				return true;
	}
	return false;
}

/* Of a report what a person wrote; of all else whatever can be read. */
static bool readable(const struct mime_part *p, bool report)
{
	if (p->multipart || p->message)
		return false;
	if (str_starts(p->type, STR("text/")))
		return !report || !str_eq(p->type, STR("text/rfc822-headers"));
	bool small = str_eq(p->type, STR("application/octet-stream")) && p->body.len <= UNNAMED_MAX;
	return !report && (small || str_eq(p->type, STR("application/xml")) || str_starts(p->type, STR("message/")) || str_eq(p->type, STR("application/json")));
}

/* Not what stands in the message that a report is about. */
static bool message_says(struct decode *d, bool report)
{
	unsigned about = MIME_DEPTH_MAX + 2;    /* the depth below which everything belongs to a reported message */
	for (unsigned i = 0; i < d->mime.count; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		struct mime_field f;
		if (p->depth > about)
			continue;
		about = report && p->message ? p->depth : MIME_DEPTH_MAX + 2;
		if (i && !report && mime_find_field(p->header, "subject", &f) && says(mime_words(d->arena, mime_unfold(d->arena, f.value))))
			return true;
		if (readable(p, report) && says(mime_text(d->arena, p, NULL)))
			return true;
	}
	return says(d->subject) || (d->mime.cut && says(d->text));
}

/* Formats whose facts are what the reporter himself says; those of others may be the words of whom they report. */
static bool tells_in_facts(const struct decode *d)
{
	static const char *const formats[] = { "xarf", "x-arf", "acns", "safe-browsing", "takedown" };
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (str_starts(str_of(d->format), str_of(formats[i])))
			return true;
	return false;
}

static bool document_says(const struct observation *o)
{
	for (unsigned i = 0; i < o->fact_count; i++)
		if (says(o->facts[i].value))
			return true;
	return false;
}

static bool suspected(struct decode *d)
{
	/* XARF and X-ARF say all that they say in facts, and the latter perhaps in a part that names no type */
	bool report = d->outcome == OUTCOME_REPORT, document = report && (str_starts(str_of(d->format), STR("xarf")) || strcmp(d->format, "x-arf") == 0);
	bool facts = tells_in_facts(d);
	for (unsigned i = 0; i < d->count; i++) {
		const struct observation *o = &d->observations[i];
		if (kind_info(o->kind)->flags & KIND_SEALED || says(o->kind_text) || (facts && document_says(o)))
			return true;
	}
	for (unsigned i = 0; i < d->text_count; i++)
		if (says(d->texts[i]))
			return true;
	if (d->mime.count)
		return message_says(d, report);
	return !document && says(d->text);
}

/* An answer or a bounce is read again as the report that it may be: whose address, and when. */
static void read_again(struct decode *d)
{
	if (d->outcome == OUTCOME_REPORT || d->outcome == OUTCOME_PROSE)
		return;
	d->count = 0;
	if (!xarf_mail_decode(d) && !arf_decode(d))
		(void)prose_decode(d);
}

/* Of what it is about the address or the domain is left, never the path behind it. */
static void conceal(struct decode *d, struct observation *o)
{
	static const struct addr none;
	o->fact_count = 0;
	if (!(kind_info(o->kind)->flags & KIND_SEALED))
		o->kind = KIND_CSAM;
	o->kind_text = o->reporter = o->reply_to = o->report_id = o->thread = o->subject_line = o->shown = STR_NONE;
	if (o->source.type == SOURCE_URL && !o->source.domain.len && memcmp(&o->source.addr, &none, sizeof(none)) != 0)
		decode_source(d, o, addr_str(d->arena, &o->source.addr), o->source.certainty);
	else if (o->source.type != SOURCE_ADDR)
		o->source = (struct source){ .type = o->source.domain.len ? SOURCE_DOMAIN : SOURCE_NONE, .text = o->source.domain, .domain = o->source.domain };
}

/*
 * Rows of a table are of the class each by itself: their fields are written by whoever attacked somebody, who must not be able to hide
 * the rows of others. The item is sealed all the same: its bytes are never kept beside the others. False when it is no row that says it.
 */
static bool rows_apart(struct decode *d)
{
	for (unsigned i = 0; d->tables && i < d->count; i++)
		if (kind_info(d->observations[i].kind)->flags & KIND_SEALED || document_says(&d->observations[i])) {
			conceal(d, &d->observations[i]);
			d->rows_sealed++;
		}
	for (unsigned i = 0; d->rows_sealed && i < d->count; i++)
		d->observations[i].of_sealed = true;
	return d->rows_sealed && !says(d->subject);
}

void sealed_decode(struct decode *d)
{
	if (!suspected(d))
		return;
	bool strict = false;
	for (unsigned i = 0; i < d->problem_count; i++)
		strict |= d->problems[i].strict;
	/* what a problem says may quote the report */
	d->problem_count = 0;
	if (rows_apart(d)) {
		decode_problem(d, false, "rows of the sealed class: %u", d->rows_sealed);
		return;
	}
	read_again(d);
	d->outcome = OUTCOME_SEALED;
	d->subject = d->from = d->answer = d->about = d->message_id = d->in_reply_to = STR_NONE;
	for (unsigned i = 0; i < d->count; i++)
		conceal(d, &d->observations[i]);
	d->problem_count = 0;
	if (strict)
		decode_problem(d, true, "the report breaks rules of its format");
}
