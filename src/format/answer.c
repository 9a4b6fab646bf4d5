/*
 * What comes back to our letters: bounces (RFC 3464), automatic answers (RFC 3834) and the words of people.
 *
 * A letter's reply address carries a token: abuse+TOKEN@. Only mail to such an address, or a delivery report, is read
 * here; all else goes to the recognisers of reports.
 */
#include "format/shapes.h"

enum { ANSWER_MAX = 64 << 10 };

static bool has_token(struct str recipient)
{
	size_t at = str_chr(recipient, '@'), plus = str_chr(str_sub(recipient, 0, at), '+');
	return plus != SIZE_MAX;
}

bool answer_automatic(struct decode *d)
{
	static const char *const precedence[] = { "bulk", "junk", "auto_reply", "list" };
	static const char *const marks[] = { "list-id", "x-autoreply", "x-autorespond", "x-auto-response-suppress" };
	struct str v = mime_top_value(d->arena, &d->mime, "auto-submitted");
	/* RFC 3834 2 and 5 */
	if (d->null_sender || (v.len && !str_starts_fold(v, STR("no"))))
		return true;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (mime_top_field(&d->mime, marks[i]))
			return true;
	v = mime_top_value(d->arena, &d->mime, "precedence");
	for (size_t i = 0; i < sizeof(precedence) / sizeof(precedence[0]); i++)
		if (str_eq_fold(v, str_of(precedence[i])))
			return true;
	return str_eq(str_trim(mime_top_value(d->arena, &d->mime, "return-path")), STR("<>"));
}

/* RFC 3464 2.3.3: "delayed", "relayed" and "expanded" are no end, and "delivered" is a good one. */
static bool failed(struct str report)
{
	struct mime_field f;
	bool any = false;
	for (size_t at = 0; mime_next_field(report, &at, &f);) {
		if (!str_eq_fold(f.name, STR("action")))
			continue;
		any = true;
		if (str_starts_fold(str_trim(f.value), STR("failed")))
			return true;
	}
	return !any;
}

bool bounce_decode(struct decode *d)
{
	if (!d->mime.count)
		return false;
	const struct mime_part *report = mime_find_part(&d->mime, "message/delivery-status", NULL);
	if (!report || mime_find_part(&d->mime, "message/feedback-report", NULL))
		return false;
	struct str text = mime_body(d->arena, report);
	struct mime_field f;
	d->format = "dsn";
	d->outcome = failed(text) ? OUTCOME_BOUNCE : OUTCOME_AUTO;
	struct observation *o = decode_add(d);
	for (size_t at = 0; o && mime_next_field(text, &at, &f);)
		decode_fact(d, o, str_lower(d->arena, f.name), mime_unfold(d->arena, f.value),
			(struct span){ report->path, (uint32_t)f.from, (uint32_t)(f.from + f.value.len) }, CERTAINTY_STATED);
	for (unsigned i = (unsigned)(report - d->mime.parts) + 1; i < d->mime.count; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		struct str header = str_eq(p->type, STR("text/rfc822-headers")) ? mime_body(d->arena, p) : p->header;
		if (mime_find_field(header, "message-id", &f))
			d->about = mime_unfold(d->arena, f.value);
	}
	return true;
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

bool answer_decode(struct decode *d)
{
	if (!d->mime.count || !has_token(d->recipient))
		return false;
	const struct mime_part *p = mime_find_part(&d->mime, "text/plain", NULL);
	d->format = "answer";
	d->outcome = d->automatic ? OUTCOME_AUTO : OUTCOME_ANSWER;
	d->answer = p ? own_words(d->arena, mime_text(d->arena, p, NULL)) : STR_NONE;
	return true;
}
