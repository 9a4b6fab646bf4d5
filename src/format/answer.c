/*
 * What comes back to our letters: bounces (RFC 3464, and those of mail servers that have words of their own), automatic
 * answers (RFC 3834) and the words of people.
 *
 * A letter's reply address carries a token: abuse+TOKEN@. Only mail to such an address, or a delivery report, is read
 * here; all else goes to the recognisers of reports. A person who writes through a list, or whose mail server asks for no
 * automatic answers, is still a person: taken for a machine he would be cut although he answered.
 */
#include "base/json.h"
#include "format/bounce.h"
#include "format/said.h"
#include "format/shapes.h"

enum { ANSWER_MAX = 64 << 10, HTML_MAX = 1 << 20, TAG_MAX = 4096, STATUS_MAX = 40 };

static bool has_token(struct str recipient)
{
	size_t at = str_chr(recipient, '@'), plus = str_chr(str_sub(recipient, 0, at), '+');
	return plus != SIZE_MAX;
}

static bool field_is(struct decode *d, const char *name, const char *const *values)
{
	struct str v = mime_top_value(d->arena, &d->mime, name);
	for (; *values; values++)
		if (str_eq_fold(v, str_of(*values)))
			return true;
	return false;
}

static bool begins_with_one_of(struct str s, const char *const *heads)
{
	for (; *heads; heads++)
		if (str_starts_fold(s, str_of(*heads)))
			return true;
	return false;
}

/* Away, on holiday: what answers for a person. */
static bool answered_by_machine(struct decode *d)
{
	static const char *const precedence[] = { "bulk", "junk", "auto_reply", NULL };
	static const char *const subjects[] = { "automatic reply", "auto reply", "autoreply", "auto-reply", "out of office",
		"out of the office", "automatische antwort", "abwesenheitsnotiz", "abwesend:", NULL };
	struct str v = mime_top_value(d->arena, &d->mime, "auto-submitted");
	bool marked = (v.len && !str_starts_fold(v, STR("no"))) || mime_top_field(&d->mime, "x-autoreply") ||
		mime_top_field(&d->mime, "x-autorespond");
	return d->null_sender || marked || field_is(d, "precedence", precedence) || begins_with_one_of(d->subject, subjects) ||
		str_eq(str_trim(mime_top_value(d->arena, &d->mime, "return-path")), STR("<>"));
}

bool answer_automatic(struct decode *d)
{
	static const char *const precedence[] = { "bulk", "junk", "auto_reply", "list", NULL };
	static const char *const marks[] = { "list-id", "x-autoreply", "x-autorespond", "x-auto-response-suppress" };
	struct str v = mime_top_value(d->arena, &d->mime, "auto-submitted");
	/* RFC 3834 2 and 5 */
	if (d->null_sender || (v.len && !str_starts_fold(v, STR("no"))))
		return true;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (mime_top_field(&d->mime, marks[i]))
			return true;
	return field_is(d, "precedence", precedence) || str_eq(str_trim(mime_top_value(d->arena, &d->mime, "return-path")), STR("<>"));
}

static bool from_a_server(struct decode *d)
{
	static const char *const servers[] = { "mailer-daemon@", "postmaster@", "mdaemon@", NULL };
	return d->null_sender || begins_with_one_of(d->from, servers);
}

static bool late_in_words(struct decode *d)
{
	static const char *const words[] = { "delay", "warning", "still trying", NULL };
	for (const char *const *w = words; *w; w++)
		if (str_find_fold(d->subject, str_of(*w)) != SIZE_MAX)
			return true;
	return false;
}

/*
 * A mail server's own words (qmail, exim, old gateways) at the address of a letter. What it will still try is no bounce; and
 * taken for an automatic answer it would let the ladder run on against somebody who was never told.
 */
static bool bounced_in_words(struct decode *d)
{
	static const char *const heads[] = { "failure notice", "undeliver", "returned mail", "mail delivery fail", "delivery fail",
		"delivery status notification (fail", "mail delivery system", "unzustellbar", "non delivery", "nondeliverable",
		"message undeliverable", "could not deliver", NULL };
	if (late_in_words(d))
		return false;
	return mime_top_field(&d->mime, "x-failed-recipients") || (from_a_server(d) && begins_with_one_of(d->subject, heads));
}

/* How many octets at the start of html are no text, and what they stand for: 0 is nothing. */
static size_t tag_len(struct str html, bool *no_end, char *ret_c)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&nbsp;", ' ' }, { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' } };
	bool line = str_starts_fold(html, STR("<br")) || str_starts_fold(html, STR("</p")) || str_starts_fold(html, STR("</div"));
	const char *end = str_starts_fold(html, STR("<style")) ? "</style>" : str_starts_fold(html, STR("<script")) ? "</script>" : NULL;
	for (size_t k = 0; html.ptr[0] == '&' && k < sizeof(entities) / sizeof(entities[0]); k++)
		if (str_starts(html, str_of(entities[k].name))) {
			*ret_c = entities[k].c;
			return strlen(entities[k].name);
		}
	if (html.ptr[0] != '<')
		return 0;
	*ret_c = line ? '\n' : 0;
	size_t at = end && !*no_end ? str_find_fold(html, str_of(end)) : SIZE_MAX;
	*no_end |= end && at == SIZE_MAX;
	if (at != SIZE_MAX)
		return at + strlen(end);
	size_t close = str_chr(str_sub(html, 0, TAG_MAX), '>');
	return close == SIZE_MAX ? 0 : close + 1;
}

static struct str without_tags(struct arena *a, struct str html)
{
	struct buf out;
	bool no_end = false;
	buf_init(&out, ANSWER_MAX);
	html = str_sub(html, 0, HTML_MAX);
	for (size_t i = 0; i < html.len && out.len + 1 < ANSWER_MAX;) {
		char c = html.ptr[i];
		size_t n = tag_len(str_sub(html, i, html.len), &no_end, &c);
		if (c)
			buf_putc(&out, c);
		i += n ? n : 1;
	}
	struct str text = out.err ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return text;
}

/* What a person wrote above the quoted letter. */
static struct str own_words(struct arena *a, struct str text)
{
	struct buf out;
	struct str rest = text, line;
	buf_init(&out, ANSWER_MAX);
	while (str_next_line(&rest, &line) && out.len + line.len + 1 < ANSWER_MAX) {
		if (str_starts(line, STR(">")) || str_starts(line, STR("-----Original")))
			continue;
		buf_put(&out, line);
		buf_putc(&out, '\n');
	}
	struct str words = str_copy(a, str_trim(buf_str(&out)));
	buf_done(&out);
	return words;
}

/*
 * The machine of another desk, or of whoever was written to, answers: its ticket number, and what it answers to as a quotation or an
 * attachment. That must open no case, or two desks would do so in turn. A report that is the mail's own is no answer, whatever it says.
 */
bool desk_decode(struct decode *d)
{
	const struct mime *m = &d->mime;
	struct str v = mime_top_value(d->arena, m, "auto-submitted");
	bool to_something = mime_top_field(m, "in-reply-to") || mime_top_field(m, "references");
	bool machine = d->null_sender || (v.len && !str_starts_fold(v, STR("no")));
	if (!m->count || !(str_starts_fold(v, STR("auto-replied")) || mime_top_field(m, "x-autoreply") || mime_top_field(m, "x-autorespond") || (machine && to_something)))
		return false;
	for (unsigned i = bounce_own_part(m, 0); i < m->count; i = bounce_own_part(m, i + 1)) {
		const struct mime_part *p = &m->parts[i];
		if (str_eq(p->type, STR("message/feedback-report")) || str_eq(p->type, STR("application/json")) || str_ends_fold(p->name, STR(".json")))
			return false;
	}
	if (mime_top_field(m, "x-xarf") || mime_top_field(m, "x-arf"))
		return false;
	d->format = "answer";
	d->outcome = OUTCOME_AUTO;
	return true;
}

/* A status in a JSON part, such as {"status":"fixed"}: the program of another desk says the word on the first line. */
static struct str status_of(struct decode *d)
{
	const struct mime_part *p = mime_find_part(&d->mime, "application/json", NULL);
	struct json *root = NULL;
	struct str text = p ? mime_text(d->arena, p, NULL) : STR_NONE;
	if (!text.len || text.len > ANSWER_MAX || json_read(d->arena, text, &root, NULL) != OK)
		return STR_NONE;
	struct str status = json_text(root, "status");
	return status.len <= STATUS_MAX ? str_printable(d->arena, status, STATUS_MAX) : STR_NONE;
}

bool answer_decode(struct decode *d)
{
	if (!d->mime.count || !has_token(d->recipient))
		return false;
	d->format = "answer";
	d->outcome = bounced_in_words(d) ? OUTCOME_BOUNCE : answered_by_machine(d) ? OUTCOME_AUTO : OUTCOME_ANSWER;
	d->arrival = d->outcome == OUTCOME_AUTO && from_a_server(d) && late_in_words(d) ? ARRIVAL_DELAYED : ARRIVAL_NONE;
	const struct mime_part *p = mime_find_part(&d->mime, "text/plain", NULL), *html = mime_find_part(&d->mime, "text/html", NULL);
	struct str text = p ? mime_text(d->arena, p, NULL) : STR_NONE;
	d->answer = own_words(d->arena, text);
	if (!d->answer.len && html) {
		text = without_tags(d->arena, mime_text(d->arena, html, NULL));
		d->answer = own_words(d->arena, text);
	}
	if (d->outcome == OUTCOME_ANSWER)
		d->said = said_read(d->arena, text, d->received_at);
	struct str status = status_of(d);
	if (status.len)
		d->answer = str_format(d->arena, "Status: %.*s\n%.*s", STR_ARG(status), STR_ARG(d->answer));
	return true;
}
