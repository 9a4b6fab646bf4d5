/*
 * Bounces in a mail server's own words: qmail, exim, Postfix's text, Exchange, Domino, gateways of many makers.
 *
 * A server speaks: an envelope without sender, a From that is a mail system's, or X-Failed-Recipients. Then words that lead to recipients
 * are looked for, and lines that begin with an address are recipients; what stands behind one, up to the next, says why. All that is
 * in two tables of words. Nobody who writes under a name of his own is taken for a server. What follows "copy of the message" and the
 * like is the header that came back. Limits: NOTICE_MAX, RECIPIENTS_MAX, LINES_MAX.
 */
#include "format/bounce.h"

#include "format/shapes.h"

enum { NOTICE_MAX = 256 << 10, RECIPIENTS_MAX = 100, LINES_MAX = 4000, REASON_MAX = 1000, REASON_LINES = 10 };

/* Recipients stand behind these, in the same line or in those that follow. */
static const char *const leads[] = { "following address", "address(es) failed", "following recipient", "these recipients",
	"was not delivered to:", "not relayed to:", "to one or more recipients", "error delivering your mail to",
	"could not be delivered to:", "unable to deliver message to:", "not yet been delivered is:", "not yet been delivered are:",
	"addressed to email address", "incorrectly constructed:", "account is disabled", "error message below", "undeliverable to",
	"unknown user:", "exceeds allowed size:", "delivery userid:", "attempts:", "delivered to the following", "recipients were affected",
	/* Japanese: "sending to the following addresses failed" */
	"\xe4\xbb\xa5\xe4\xb8\x8b\xe3\x81\xae\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab\xe3\x82\xa2\xe3\x83\x89\xe3\x83\xac\xe3\x82\xb9", NULL };

/* And one of these says that something was not delivered: "spam from the following address" is no bounce. */
static const char *const failures[] = { "deliver", "did not reach", "not be reached", "returned mail", "error was encountered",
	"mail system error", "permanent error", "fatal error", "failure notice", "address failed", "malformed address", "user unknown",
	"unknown user", "no such user", "user(s) account",
	/* "could not be sent" */
	"\xe9\x80\x81\xe4\xbf\xa1\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93", NULL };

/* Before an address that begins its line. */
static const char *const labels[] = { "recipient address:", "recipient:", "rcpt to:", NULL };

static const char *const delays[] = { "not yet been delivered", "has been delayed", "warning message only", "will be retried",
	"attempts will continue", "will continue to try", NULL };

static const char *const copies[] = { "copy of", "original message", "original mail", "message headers", "message header",
	"header of the original", NULL };

/* The name of the host stands behind these. */
static const char *const hosts[] = { "qmail-send program at ", "dragonfly mail agent ",
	"generating server: ", "reporting-mta: ", "on the queue on ", "notification from ", "smtp relay on ", NULL };

static bool line_has(struct str line, const char *const *words)
{
	for (; *words; words++)
		if (str_find_fold(line, str_of(*words)) != SIZE_MAX)
			return true;
	return false;
}

static bool by_server(struct decode *d)
{
	static const char *const names[] = { "mailer-daemon@", "postmaster@", "post_master@", "mdaemon@", "no-reply@", "noreply@", NULL };
	struct str path = str_trim(mime_top_value(d->arena, &d->mime, "return-path"));
	if (d->null_sender || str_eq(path, STR("<>")) || str_starts_fold(path, STR("<mailer-daemon")) ||
		(!d->from.len && mime_top_field(&d->mime, "from")))
		return true;
	for (const char *const *n = names; *n; n++)
		if (str_starts_fold(d->from, str_of(*n)))
			return true;
	return mime_top_field(&d->mime, "x-failed-recipients") != NULL;
}

struct words {
	struct str text, path;
	size_t base, end; /* the notice ends where the copy begins */
};

static size_t line_end(struct str s, size_t at)
{
	size_t n = str_chr(str_sub(s, at, s.len), '\n');
	return n == SIZE_MAX ? s.len : at + n + 1;
}

/* The next line that is not empty: where it begins, or the end. */
static size_t next_filled(struct str s, size_t at)
{
	while (at < s.len && !str_trim(str_sub(s, at, line_end(s, at) - at)).len)
		at = line_end(s, at);
	return at;
}

/* "-----" and "----- words -----", not "------=_Part_1" of a multipart that fell apart. */
static bool is_rule(struct str line)
{
	size_t n = 0;
	while (n < line.len && line.ptr[n] == '-')
		n++;
	return n > 2 && (n == line.len || str_chr(line, ' ') != SIZE_MAX);
}

/* A line that announces a copy, with a field as the next one behind it. */
static void find_copy(struct words *w, struct bounce *b)
{
	struct mime_field f;
	w->end = w->text.len;
	for (size_t at = 0, n = 0; at < w->text.len && n < LINES_MAX; at = line_end(w->text, at), n++) {
		struct str line = str_trim(str_sub(w->text, at, line_end(w->text, at) - at));
		if (!is_rule(line) && !line_has(line, copies))
			continue;
		size_t from = next_filled(w->text, line_end(w->text, at)), next = from;
		if (from == w->text.len || !mime_next_field(w->text, &next, &f) || f.name.ptr != w->text.ptr + from ||
			line_has(f.name, labels))
			continue;
		/* ">>> RCPT TO:" and "Diagnostic-Code:" are no header that came back */
		static const char *const heads[] = { "received", "return-path", "message-id", "date", "from", "to", "subject",
			"mime-version", "dkim-signature", "delivered-to", "content-type", NULL };
		bool head = str_starts_fold(f.name, STR("x-"));
		for (const char *const *h = heads; *h; h++)
			head |= str_eq_fold(f.name, str_of(*h));
		if (!head)
			continue;
		w->end = at;
		size_t to = from;
		while (to < w->text.len && str_trim(str_sub(w->text, to, line_end(w->text, to) - to)).len)
			to = line_end(w->text, to);
		b->header = str_sub(w->text, from, to - from);
		b->path = w->path;
		b->base = w->base + from;
		return;
	}
}

static bool in_address(char c)
{
	return (unsigned char)c > ' ' && str_chr(STR("<>\"(),;:[]'*"), c) == SIZE_MAX && (unsigned char)c < 0x7f;
}

/* The length of an addr-spec at i. */
static size_t address_at(struct str s, size_t i)
{
	size_t n = i;
	while (n < s.len && in_address(s.ptr[n]))
		n++;
	while (n > i && s.ptr[n - 1] == '.')
		n--;
	size_t at = str_chr(str_sub(s, i, n - i), '@');
	return at != SIZE_MAX && at && i + at + 1 < n && str_chr(str_sub(s, i + at + 1, n - i - at - 1), '@') == SIZE_MAX ? n - i : 0;
}

/* An address that begins the text from i to end, behind marks and a label: its place. */
static bool leading_address(struct str s, size_t i, size_t end, size_t *ret_from, size_t *ret_len)
{
	for (bool again = true; again;) {
		again = false;
		while (i < end && str_chr(STR(" \t>-<\"*:"), s.ptr[i]) != SIZE_MAX)
			i++;
		for (const char *const *l = labels; *l; l++)
			if (str_starts_fold(str_sub(s, i, end - i), str_of(*l))) {
				i += strlen(*l);
				again = true;
			}
	}
	size_t n = i < end ? address_at(str_sub(s, 0, end), i) : 0;
	if (!n)
		return false;
	/* "name@a.example <name@b.example>": the first is the name of the second */
	size_t m = i + n + 2 < end && str_eq(str_sub(s, i + n, 2), STR(" <")) ? address_at(str_sub(s, 0, end), i + n + 2) : 0;
	*ret_from = m ? i + n + 2 : i;
	*ret_len = m ? m : n;
	return true;
}

struct named {
	size_t from, len, to; /* the address; where what belongs to it ends */
};

struct list {
	struct named all[RECIPIENTS_MAX];
	unsigned count;
	size_t lead; /* where the words that lead to recipients end */
};

static void add(struct list *l, struct str text, size_t from, size_t len)
{
	for (unsigned i = 0; i < l->count; i++)
		if (str_eq_fold(str_sub(text, l->all[i].from, l->all[i].len), str_sub(text, from, len)))
			return;
	size_t line = from;
	while (line && text.ptr[line - 1] != '\n')
		line--;
	if (l->count && l->all[l->count - 1].to == text.len)
		l->all[l->count - 1].to = line > l->all[l->count - 1].from ? line : from;
	if (l->count < RECIPIENTS_MAX)
		l->all[l->count++] = (struct named){ from, len, text.len };
}

/* Recipients may also stand above the words, when these speak of "each of" them. */
static void find_recipients(const struct words *w, struct list *l)
{
	struct str text = str_sub(w->text, 0, w->end);
	size_t from, len;
	l->lead = SIZE_MAX;
	for (size_t at = 0, n = 0; at < text.len && n < LINES_MAX; n++) {
		size_t end = line_end(text, at), behind = SIZE_MAX;
		for (const char *const *p = leads; *p; p++) {
			size_t found = str_find_fold(str_sub(text, at, end - at), str_of(*p));
			if (found != SIZE_MAX && (behind == SIZE_MAX || at + found + strlen(*p) > behind))
				behind = at + found + strlen(*p);
		}
		if (behind != SIZE_MAX && l->lead == SIZE_MAX)
			l->lead = end;
		if (l->lead != SIZE_MAX && leading_address(text, behind == SIZE_MAX ? at : behind, end, &from, &len))
			add(l, text, from, len);
		at = end;
	}
	size_t first = next_filled(text, 0);
	if (l->lead != SIZE_MAX && !l->count && leading_address(text, first, line_end(text, first), &from, &len))
		add(l, text, from, len);
}

/* Why, in the server's words: from its code on, or the first line that is no heading. White space is one blank. */
static void take_reason(struct decode *d, struct observation *o, const struct words *w, size_t from, size_t to)
{
	char *out = arena_alloc(d->arena, REASON_MAX);
	size_t n = 0, begun = SIZE_MAX, end = from;
	const struct fact *reply = observation_fact(o, "smtp-reply"), *status = observation_fact(o, "diagnostic-status");
	if (reply || status) {
		begun = (reply ? reply : status)->span.from - w->base;
		if (reply && status && status->span.from < reply->span.from)
			begun = status->span.from - w->base;
	}
	unsigned lines = 0;
	for (size_t at = begun == SIZE_MAX ? from : begun;
		begun == SIZE_MAX && at < to && str_chr(STR(" \t\r\n<>\":;).,"), w->text.ptr[at]) != SIZE_MAX;)
		from = ++at;
	for (size_t at = begun == SIZE_MAX ? from : begun; out && at < to && lines < REASON_LINES; at = line_end(w->text, at)) {
		size_t stop = line_end(w->text, at) < to ? line_end(w->text, at) : to;
		struct str line = str_trim(str_sub(w->text, at, stop - at));
		if (begun == SIZE_MAX &&
			(line.len < 4 || line.ptr[line.len - 1] == ':' || str_starts(line, STR("--")) || str_starts(line, STR("==")) ||
				line_has(line, copies)))
			continue;
		if (lines && (!line.len || str_starts(line, STR("--")) || str_starts(line, STR("**"))))
			break;
		begun = begun == SIZE_MAX ? (size_t)(line.ptr - w->text.ptr) : begun;
		end = (size_t)(line.ptr - w->text.ptr) + line.len;
		if (lines++ && n < REASON_MAX)
			out[n++] = ' ';
		for (size_t i = 0; i < line.len && n < REASON_MAX; i++)
			if (line.ptr[i] != ' ' || (n && out[n - 1] != ' '))
				out[n++] = line.ptr[i] == '\t' ? ' ' : line.ptr[i];
	}
	if (n)
		decode_fact(d, o, STR("diagnostic-code"), str_trim((struct str){ out, n }),
			(struct span){ w->path, (uint32_t)(w->base + begun), (uint32_t)(w->base + end) }, CERTAINTY_DERIVED);
}

static void take_host(struct decode *d, struct observation *o, const struct words *w)
{
	struct str text = str_sub(w->text, 0, w->end);
	for (const char *const *h = hosts; *h; h++) {
		size_t at = str_find_fold(text, str_of(*h));
		if (at == SIZE_MAX)
			continue;
		at += strlen(*h);
		struct str line = str_sub(text, at, line_end(text, at) - at);
		size_t version = str_find(line, STR(" at "));
		at += version == SIZE_MAX ? 0 : version + 4;
		while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '<' || text.ptr[at] == '\t'))
			at++;
		size_t n = at;
		while (n < text.len &&
			(text.ptr[n] == '-' || text.ptr[n] == '.' || (text.ptr[n] >= '0' && text.ptr[n] <= '9') ||
				((text.ptr[n] | 0x20) >= 'a' && (text.ptr[n] | 0x20) <= 'z')))
			n++;
		while (n > at && text.ptr[n - 1] == '.')
			n--;
		if (str_chr(str_sub(text, at, n - at), '.') != SIZE_MAX) {
			decode_fact(d, o, STR("reporting-mta"), str_sub(text, at, n - at),
				(struct span){ w->path, (uint32_t)(w->base + at), (uint32_t)(w->base + n) }, CERTAINTY_DERIVED);
			return;
		}
	}
}

/* What follows the address; of the only one also what leads to it. */
static void describe(struct decode *d, struct observation *o, const struct words *w, size_t from, size_t to, bool only, bool delayed)
{
	o->kind_text = delayed ? STR("delayed") : STR("failed");
	decode_fact(d, o, STR("action"), o->kind_text, (struct span){ w->path, 0, 0 }, CERTAINTY_DERIVED);
	take_host(d, o, w);
	bounce_codes(d, o, str_sub(w->text, from, to - from), w->path, w->base + from);
	if (only && !observation_fact(o, "smtp-reply") && !observation_fact(o, "diagnostic-status"))
		bounce_codes(d, o, str_sub(w->text, 0, from), w->path, w->base);
	take_reason(d, o, w, from, to);
	size_t line = from;
	while (line && w->text.ptr[line - 1] != '\n')
		line--;
	if (!observation_fact(o, "diagnostic-code") && str_chr(str_trim(str_sub(w->text, line, from - line)), ' ') != SIZE_MAX)
		take_reason(d, o, w, line, from);
}

/* The addresses of X-Failed-Recipients, which exim and Gmail write. */
static bool read_header(struct decode *d, const struct words *w, size_t from)
{
	const struct mime_field *f = mime_top_field(&d->mime, "x-failed-recipients");
	unsigned n = 0;
	bool only = f && str_chr(f->value, ',') == SIZE_MAX; /* of several nobody knows whose the words are */
	for (size_t i = 0; f && i < f->value.len && n < RECIPIENTS_MAX; i++) {
		size_t len = address_at(f->value, i);
		struct observation *o = len ? bounce_add(d) : NULL;
		if (!o)
			continue;
		decode_fact(d, o, STR("final-recipient"), str_sub(f->value, i, len),
			(struct span){ STR("0"), (uint32_t)(f->from + i), (uint32_t)(f->from + i + len) }, CERTAINTY_STATED);
		describe(d, o, w, only ? from : w->end, w->end, only, false);
		i += len;
		n++;
	}
	return n > 0;
}

/* Fields of RFC 3464 in the text itself, when a gateway unpacked the report. */
static bool read_fields(struct decode *d, struct bounce *b, const struct words *w)
{
	static const char *const first[] = { "\nreporting-mta:", "\noriginal-envelope-id:", "\naction:", "\nfinal-recipient:", NULL };
	size_t at = SIZE_MAX;
	if (str_find_fold(w->text, STR("\nfinal-recipient:")) == SIZE_MAX)
		return false;
	for (const char *const *f = first; *f; f++) {
		size_t found = str_find_fold(w->text, str_of(*f));
		at = found < at ? found : at;
	}
	return dsn_read(d, b, str_sub(w->text, at + 1, w->text.len), w->path, w->base + at + 1);
}

/* The first text that is the server's own; of a multipart that cannot be taken apart, its bytes. */
static bool find_text(struct decode *d, struct words *w)
{
	const struct mime *m = &d->mime;
	for (unsigned i = bounce_own_part(m, 0); i < m->count; i = bounce_own_part(m, i + 1)) {
		const struct mime_part *p = &m->parts[i];
		bool broken = str_starts(p->type, STR("multipart/")) && i + 1 == m->count;
		if (!str_eq(p->type, STR("text/plain")) && !broken)
			continue;
		*w = (struct words){ .text = str_sub(broken ? p->body : mime_text(d->arena, p, NULL), 0, NOTICE_MAX),
			.path = p->path.len ? p->path : STR("1") };
		return true;
	}
	*w = (struct words){ .path = STR("1") };
	return mime_top_field(m, "x-failed-recipients") != NULL;
}

bool bounce_words_read(struct decode *d, struct bounce *b)
{
	struct words w;
	struct list *l = ARENA_ARRAY(d->arena, struct list, 1);
	if (!l || !by_server(d) || !find_text(d, &w))
		return false;
	if (read_fields(d, b, &w))
		return true;
	find_copy(&w, b);
	find_recipients(&w, l);
	bool told = mime_top_field(&d->mime, "x-failed-recipients") != NULL;
	bool delayed = !told && (line_has(str_sub(w.text, 0, w.end), delays) || str_find_fold(d->subject, STR("(delay")) != SIZE_MAX);
	b->failed |= !delayed;
	if (!told && !line_has(str_sub(w.text, 0, w.end), failures) && !line_has(d->subject, failures))
		l->count = 0;
	for (unsigned i = 0; i < l->count; i++) {
		struct observation *o = bounce_add(d);
		const struct named *r = &l->all[i];
		size_t to = r->to < w.end ? r->to : w.end;
		if (!o)
			break;
		decode_fact(d, o, STR("final-recipient"), str_sub(w.text, r->from, r->len),
			(struct span){ w.path, (uint32_t)(w.base + r->from), (uint32_t)(w.base + r->from + r->len) }, CERTAINTY_DERIVED);
		describe(d, o, &w, r->from + r->len, to, l->count == 1, delayed);
	}
	if (l->count)
		return true;
	if (read_header(d, &w, l->lead == SIZE_MAX ? 0 : l->lead))
		return true;
	b->failed = false;
	b->header = STR_NONE;
	return false;
}
