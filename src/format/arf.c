/*
 * Feedback reports in the Abuse Reporting Format (RFC 5965, 6591, 6692), of any sender and every Feedback-Type.
 *
 * Required, once-only and repeatable fields are one table. What a report leaves out is derived from the reported message:
 * its last Message-ID, Received fields, Date. Field values are bytes of a stranger and go on as facts, never as commands.
 */
#include "format/shapes.h"
#include "format/shown.h"
#include "format/signs.h"
#include "format/value.h"

enum { FIELD_ONCE = 1, FIELD_REQUIRED = 2, FIELD_OF_FAILURE = 4 /* required of auth-failure */ };
enum { FIELDS_MANY = 200 };

/* What the text of a field has to be. */
enum value { FREE, PATH, DATE, MTA, HOST, URI, NUMBER, WORD };

/* RFC 5965 3.1 to 3.3 and 3.5, RFC 6591 3.1 and 3.2, RFC 6692 3, RFC 7489 7.3 */
static const struct known {
	const char *name;
	unsigned rule;
	enum value value;
	const char *words;
} known[] = {
	{ "feedback-type", FIELD_ONCE | FIELD_REQUIRED, FREE, NULL },
	{ "user-agent", FIELD_ONCE | FIELD_REQUIRED, FREE, NULL },
	{ "version", FIELD_ONCE | FIELD_REQUIRED, FREE, NULL },
	{ "original-envelope-id", FIELD_ONCE, FREE, NULL },
	{ "original-mail-from", FIELD_ONCE, PATH, NULL },
	{ "arrival-date", FIELD_ONCE, DATE, NULL },
	{ "received-date", FIELD_ONCE, DATE, NULL },
	{ "reporting-mta", FIELD_ONCE, MTA, NULL },
	{ "source-ip", FIELD_ONCE, FREE, NULL },
	{ "source-port", FIELD_ONCE, FREE, NULL },
	{ "incidents", FIELD_ONCE, NUMBER, NULL },
	{ "authentication-results", 0, FREE, NULL },
	{ "original-rcpt-to", 0, PATH, NULL },
	{ "reported-domain", 0, HOST, NULL },
	{ "reported-uri", 0, URI, NULL },
	{ "auth-failure", FIELD_ONCE | FIELD_OF_FAILURE, WORD, "adsp|bodyhash|revoked|signature|spf|dmarc" },
	{ "delivery-result", FIELD_ONCE, WORD, "delivered|spam|policy|reject|other" },
	{ "identity-alignment", FIELD_ONCE, FREE, NULL },
	{ "dkim-domain", FIELD_ONCE, HOST, NULL },
	{ "dkim-identity", FIELD_ONCE, FREE, NULL },
	{ "dkim-selector", FIELD_ONCE, FREE, NULL },
	{ "dkim-selector-dns", FIELD_ONCE, FREE, NULL },
	{ "dkim-adsp-dns", FIELD_ONCE, FREE, NULL },
	{ "dkim-canonicalized-header", FIELD_ONCE, FREE, NULL },
	{ "dkim-canonicalized-body", FIELD_ONCE, FREE, NULL },
	{ "spf-dns", 0, FREE, NULL },
};

/* RFC 6591 3.2.3 to 3.2.6, RFC 7489 7.3: what a failure of a kind brings with it */
static const struct {
	const char *failures, *field;
} brought[] = { { "bodyhash|revoked|signature", "dkim-domain" }, { "bodyhash|revoked|signature", "dkim-identity" },
	{ "bodyhash|revoked|signature", "dkim-selector" }, { "adsp", "dkim-adsp-dns" }, { "spf", "spf-dns" },
	{ "dmarc", "identity-alignment" } };

static const struct {
	const char *type;
	enum kind kind;
} types[] = { { "abuse", KIND_SPAM }, { "fraud", KIND_PHISHING }, { "virus", KIND_MAIL_VIRUS }, { "other", KIND_MAIL_OTHER },
	{ "not-spam", KIND_NOT_SPAM }, { "auth-failure", KIND_AUTH_FAILURE }, { "opt-out", KIND_OPT_OUT },
	{ "opt-out-list", KIND_OPT_OUT } };

static const struct known *find_known(struct str name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(name, str_of(known[i].name)))
			return &known[i];
	return NULL;
}

/* The fields of the report part as facts; each value's span is exact. Many recipients leave room for what comes once. */
static void read_fields(struct decode *d, struct observation *o, const struct mime_part *p, struct str text)
{
	struct mime_field f;
	for (size_t at = 0; mime_next_field(text, &at, &f);) {
		struct str name = str_lower(d->arena, f.name);
		if (o->fact_count >= FIELDS_MANY) {
			const struct known *k = find_known(name);
			if (!k || !(k->rule & FIELD_ONCE)) {
				if (!d->facts_cut)
					decode_problem(d, false, "more than %d fields: only those that come once are read", FIELDS_MANY);
				d->facts_cut = true;
				continue;
			}
		}
		decode_fact(d, o, name, mime_unfold(d->arena, f.value),
			(struct span){ p->path, (uint32_t)f.from, (uint32_t)(f.from + f.value.len) }, CERTAINTY_STATED);
	}
}

/* Without comments (RFC 5322 3.2.2), which may stand around every value. */
static struct str plain(struct arena *a, struct str value)
{
	char *out = str_chr(value, '(') == SIZE_MAX ? NULL : arena_alloc(a, value.len);
	size_t n = 0, depth = 0;
	if (!out)
		return str_trim(value);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (depth && c == '\\' && i + 1 < value.len)
			i++;
		else if (c == '(')
			depth++;
		else if (depth && c == ')')
			depth--;
		else if (!depth)
			out[n++] = c;
	}
	return str_trim((struct str){ out, n });
}

/* "<a@b.c>" or "<>"; a source route (RFC 5321 4.1.1.3) may stand in it. */
static bool is_path(struct str s)
{
	if (s.len < 2 || s.ptr[0] != '<' || s.ptr[s.len - 1] != '>')
		return false;
	s = str_sub(s, 1, s.len - 2);
	size_t colon = s.len && s.ptr[0] == '@' ? str_chr(s, ':') : SIZE_MAX;
	size_t at = str_chr(str_sub(s, colon == SIZE_MAX ? 0 : colon + 1, s.len), '@');
	return (!s.len || at != SIZE_MAX || str_eq_fold(s, STR("postmaster"))) && str_chr(s, ' ') == SIZE_MAX &&
		str_chr(s, '<') == SIZE_MAX;
}

static bool value_fits(struct decode *d, const struct known *k, struct str value)
{
	struct str s = plain(d->arena, value);
	int64_t at;
	bool zone;
	size_t semicolon = str_chr(s, ';');
	switch (k->value) {
	case PATH: return is_path(s);
	case DATE: return time_parse_mail(value, &at, &zone) == OK;
	/* RFC 3464 2.2.2 */
	case MTA: return semicolon != SIZE_MAX && semicolon && str_trim(str_sub(s, semicolon + 1, s.len)).len;
	case HOST: return value_host(s);
	case URI: return value_uri(s);
	case NUMBER: return value_digits(s, 1, SIZE_MAX);
	case WORD: return value_word(str_lower(d->arena, s), k->words);
	case FREE: break;
	}
	return true;
}

static void check_fields(struct decode *d, const struct observation *o)
{
	bool failure = o->kind == KIND_AUTH_FAILURE;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct known *k = &known[i];
		unsigned n = 0, bad = 0;
		for (unsigned f = 0; f < o->fact_count; f++) {
			if (!str_eq(o->facts[f].name, str_of(k->name)))
				continue;
			n++;
			bad += !plain(d->arena, o->facts[f].value).len ? k->rule & FIELD_REQUIRED ? 1 : 0 :
									 !value_fits(d, k, o->facts[f].value);
		}
		if (!n && (k->rule & FIELD_REQUIRED || (failure && k->rule & FIELD_OF_FAILURE)))
			decode_problem(d, true, "%s is missing (RFC %s)", k->name, failure ? "6591 3.2" : "5965 3.1");
		if (n > 1 && k->rule & FIELD_ONCE)
			decode_problem(d, true, "%s is there %u times (RFC 5965 3.2)", k->name, n);
		if (bad)
			decode_problem(d, true, "%s does not have the form of its field (RFC 5965 3.5)", k->name);
	}
	struct str why = str_lower(d->arena, plain(d->arena, observation_value(o, "auth-failure")));
	for (size_t i = 0; failure && i < sizeof(brought) / sizeof(brought[0]); i++)
		if (value_word(why, brought[i].failures) && !observation_fact(o, brought[i].field))
			decode_problem(d, true, "%s is missing of a failure of this kind (RFC 6591 3.2)", brought[i].field);
	if (failure && !observation_fact(o, "authentication-results"))
		decode_problem(d, true, "authentication-results is missing (RFC 6591 3.1)");
}

/* Lines that are no field, and fields behind an empty line. */
static void check_lines(struct decode *d, struct str text)
{
	struct mime_field f;
	size_t at = 0, end = 0;
	bool stray = false;
	while (mime_next_field(text, &at, &f)) {
		size_t from = (size_t)(f.name.ptr - text.ptr);
		stray |= from != end;
		end = at;
	}
	if (stray || str_trim(str_sub(text, end, text.len)).len)
		decode_problem(d, true, "the feedback report holds lines that are no fields (RFC 5965 2)");
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80) {
			decode_problem(d, true, "the feedback report is not in ASCII (RFC 5965 2)");
			break;
		}
}

/* The part at path top.n: of the report's multipart. NULL when there is none. */
static const struct mime_part *sibling(const struct decode *d, const struct mime_part *report, char n)
{
	struct str path = report->path;
	for (unsigned i = 0; i < d->mime.count; i++) {
		struct str other = d->mime.parts[i].path;
		if (other.len == path.len && path.len && str_eq(str_sub(other, 0, path.len - 1), str_sub(path, 0, path.len - 1)) &&
			other.ptr[path.len - 1] == n && d->mime.parts[i].depth == report->depth)
			return &d->mime.parts[i];
	}
	return NULL;
}

static void check_structure(struct decode *d, const struct mime_part *report)
{
	const struct mime_part *top = &d->mime.parts[0], *first = sibling(d, report, '1'), *third = sibling(d, report, '3');
	struct mime_field f;
	if (!str_eq(top->type, STR("multipart/report")))
		decode_problem(d, true, "the message is %.*s, not multipart/report (RFC 5965 2)", STR_ARG(top->type));
	else if (!str_eq_fold(top->report_type, STR("feedback-report")))
		decode_problem(d, true, "report-type is not feedback-report (RFC 5965 2)");
	if (!str_eq(report->path, STR("2")))
		decode_problem(d, true, "the feedback report is part %.*s, not part 2 (RFC 5965 2)", STR_ARG(report->path));
	else if (!first || (!str_starts(first->type, STR("text/")) && !first->multipart))
		decode_problem(d, true, "the first part is nothing that a person could read (RFC 5965 2)");
	if (!third || (!str_eq(third->type, STR("message/rfc822")) && !str_eq(third->type, STR("text/rfc822-headers"))))
		decode_problem(d, true, "the reported message is missing as part 3 (RFC 5965 2)");
	if (sibling(d, report, '4'))
		decode_problem(d, true, "there are more than three parts (RFC 6522 3)");
	if (mime_find_field(report->header, "content-transfer-encoding", &f) && !str_eq_fold(str_trim(f.value), STR("7bit")))
		decode_problem(d, true, "the feedback report is not sent as 7bit (RFC 5965 7.2)");
}

static enum kind read_type(struct decode *d, struct observation *o)
{
	struct str type = str_trim(o->kind_text);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq_fold(type, str_of(types[i].type)))
			return types[i].kind;
	if (type.len)
		decode_problem(d, false, "Feedback-Type \"%.*s\" is not known", STR_ARG(str_sub(type, 0, 60)));
	return KIND_UNCLASSIFIED;
}

/* The first address of the public Internet in a Received field: "[192.0.2.1]" or "(192.0.2.1)". */
static bool addr_in(struct decode *d, struct str value, struct str *ret_text, struct span *ret_at)
{
	for (size_t i = 0; i + 1 < value.len; i++) {
		if (value.ptr[i] != '[' && value.ptr[i] != '(' && value.ptr[i] != '=')
			continue;
		size_t from = i + 1, n = 0;
		if (str_starts_fold(str_sub(value, from, 5), STR("IPv6:")))
			from += 5;
		while (from + n < value.len && n < ADDR_TEXT_MAX &&
			(value.ptr[from + n] == '.' || value.ptr[from + n] == ':' ||
				(value.ptr[from + n] >= '0' && value.ptr[from + n] <= '9') ||
				((value.ptr[from + n] | 0x20) >= 'a' && (value.ptr[from + n] | 0x20) <= 'f')))
			n++;
		struct addr x;
		struct str text = str_sub(value, from, n);
		if (addr_parse(text, &x) == OK && !addr_is_local(&x)) {
			*ret_text = addr_str(d->arena, &x);
			*ret_at = (struct span){ STR_NONE, (uint32_t)from, (uint32_t)(from + n) };
			return true;
		}
	}
	return false;
}

/*
 * Where the reported message came from. Fields above the first Received were put there by the reporter's own system; what
 * stands below it may be the sender's invention, so only the Received lines themselves are followed downwards.
 */
static void derive_source(struct decode *d, struct observation *o, struct str header, struct str path, size_t base)
{
	static const char *const above[] = { "x-originating-ip", "received-spf" };
	struct mime_field f, best = { 0 };
	struct str text, best_text = STR_NONE;
	struct span at_value, best_at = { 0 };
	size_t rank = 2;
	bool received = false;
	for (size_t at = 0; mime_next_field(header, &at, &f);) {
		bool hop = str_eq_fold(f.name, STR("received"));
		for (size_t i = 0; !received && i < rank; i++)
			if (str_eq_fold(f.name, str_of(above[i])) && addr_in(d, f.value, &text, &at_value)) {
				best = f;
				best_text = text;
				best_at = at_value;
				rank = i;
			}
		received |= hop;
		if (hop && rank < 2)
			break;
		if (hop && addr_in(d, f.value, &best_text, &best_at)) {
			best = f;
			break;
		}
	}
	if (!best_text.len)
		return;
	decode_source(d, o, best_text, CERTAINTY_DERIVED);
	decode_fact(d, o, STR("source-ip"), best_text,
		(struct span){ path, (uint32_t)(base + best.from) + best_at.from, (uint32_t)(base + best.from) + best_at.to }, CERTAINTY_DERIVED);
}

/* When it arrived, by the reporter's own Received line; what the sender wrote as Date comes last. */
static void derive_time(struct observation *o, struct str header)
{
	struct mime_field f;
	bool found = false;
	if (mime_find_field(header, "received", &f)) {
		size_t from = f.value.len;
		while (from && f.value.ptr[from - 1] != ';')
			from--;
		found = from && time_parse_mail(str_sub(f.value, from, f.value.len), &o->event_at, &o->zone_given) == OK;
	}
	if (!found && mime_find_field(header, "date", &f))
		found = time_parse_mail(f.value, &o->event_at, &o->zone_given) == OK;
	if (found)
		o->time_certainty = CERTAINTY_DERIVED;
}

/* What the reported message's own header tells where the report is silent. */
void arf_derive(struct decode *d, struct observation *o, struct str header, struct str path, size_t base)
{
	struct mime_field f;
	/* the last Message-ID is the reported one: relays may add theirs above */
	struct str id = STR_NONE;
	struct span id_span = { path, 0, 0 };
	for (size_t at = 0; mime_next_field(header, &at, &f);)
		if (str_eq_fold(f.name, STR("message-id"))) {
			id = mime_unfold(d->arena, f.value);
			id_span = (struct span){ path, (uint32_t)(base + f.from), (uint32_t)(base + f.from + f.value.len) };
		}
	if (id.len)
		decode_fact(d, o, STR("reported-message-id"), id, id_span, CERTAINTY_DERIVED);
	static const char *const copied[] = { "reported-subject", "reported-from", "reported-list-unsubscribe", "reported-dkim-signature",
		NULL };
	for (const char *const *c = copied; *c; c++)
		if (mime_find_field(header, *c + STR("reported-").len, &f))
			decode_fact(d, o, str_of(*c), mime_words(d->arena, mime_unfold(d->arena, f.value)),
				(struct span){ path, (uint32_t)(base + f.from), (uint32_t)(base + f.from + f.value.len) }, CERTAINTY_DERIVED);
	if (o->source.type == SOURCE_NONE)
		derive_source(d, o, header, path, base);
	if (o->event_at == TIME_NONE)
		derive_time(o, header);
}

static void read_reported(struct decode *d, struct observation *o, const struct mime_part *report)
{
	/* text/rfc822-header, as some write it; the next report's message is not this one's */
	const struct mime_part *end = d->mime.parts + d->mime.count, *p = report + 1;
	while (p < end && !str_eq(p->type, STR("message/rfc822")) && !str_starts(p->type, STR("text/rfc822-header")) &&
		!str_eq(p->type, report->type))
		p++;
	if (p == end || str_eq(p->type, report->type))
		return;
	shown_part(d, o, (unsigned)(p - d->mime.parts));
	if (str_starts(p->type, STR("text/"))) {
		arf_derive(d, o, mime_body(d->arena, p), p->path, 0);
		signs_chain(d, o, mime_body(d->arena, p), p->path, 0);
		return;
	}
	/* the entity inside follows its message part in the list */
	const struct mime_part *inner = p + 1 < d->mime.parts + d->mime.count && p[1].depth == p->depth + 1 ? p + 1 : NULL;
	if (!inner)
		return;
	arf_derive(d, o, inner->header, str_format(d->arena, "%.*s.0", STR_ARG(inner->path)), 0);
	signs_chain(d, o, inner->header, str_format(d->arena, "%.*s.0", STR_ARG(inner->path)), 0);
}

static void read_values(struct decode *d, struct observation *o)
{
	uint64_t n;
	struct str v = observation_value(o, "source-ip");
	o->kind_text = plain(d->arena, observation_value(o, "feedback-type"));
	if (v.len) {
		struct str open = plain(d->arena, v);
		if (open.len > 2 && open.ptr[0] == '[')
			open = str_sub(open, 1, str_chr(open, ']') - 1);
		decode_source(d, o, open, CERTAINTY_STATED);
		if (o->source.type != SOURCE_ADDR) {
			decode_problem(d, true, "Source-IP is no address (RFC 5965 3.2)");
			o->source = (struct source){ 0 };
		}
	}
	v = observation_value(o, "source-port");
	if (v.len && str_to_u64(plain(d->arena, v), 65535, &n) == OK)
		o->source.port = (uint16_t)n;
	else if (v.len)
		decode_problem(d, true, "Source-Port is no port (RFC 6692 2)");
	v = observation_value(o, "incidents");
	if (v.len && str_to_u64(plain(d->arena, v), UINT32_MAX, &n) == OK && n)
		o->incidents = (uint32_t)n;
	v = observation_value(o, "arrival-date");
	if (!v.len)
		v = observation_value(o, "received-date");
	if (time_parse_mail(v, &o->event_at, &o->zone_given) != OK)
		o->event_at = TIME_NONE;
	v = observation_value(o, "version");
	if (v.len && !str_eq(plain(d->arena, v), STR("1")))
		decode_problem(d, true, "Version is \"%.*s\", not 1 (RFC 5965 3.1)", STR_ARG(str_sub(v, 0, 20)));
}

/* The value of a tag such as "d=" of a DKIM-Signature (RFC 6376 3.2). */
static struct str tag_of(struct str signature, char tag)
{
	struct str rest = signature, one;
	while (str_split(&rest, ';', &one)) {
		one = str_trim(one);
		if (one.len > 2 && one.ptr[0] == tag && one.ptr[1] == '=')
			return str_trim(str_sub(one, 2, one.len));
	}
	return STR_NONE;
}

/*
 * Loops by signing domain (Yahoo's) enrol a domain and name it: the report is about whoever signed, and an address that was derived is
 * that of some relay of his.
 */
static void take_signer(struct decode *d, struct observation *o)
{
	const struct fact *f = observation_fact(o, "reported-dkim-signature");
	struct str domain = f ? tag_of(f->value, 'd') : STR_NONE, selector = f ? tag_of(f->value, 's') : STR_NONE;
	struct str reported = plain(d->arena, observation_value(o, "reported-domain"));
	if (!domain.len)
		return;
	struct span span = f->span;
	if (!observation_fact(o, "dkim-domain"))
		decode_fact(d, o, STR("dkim-domain"), domain, span, CERTAINTY_DERIVED);
	if (selector.len && !observation_fact(o, "dkim-selector"))
		decode_fact(d, o, STR("dkim-selector"), selector, span, CERTAINTY_DERIVED);
	if (!observation_fact(o, "source-ip") || o->source.certainty == CERTAINTY_DERIVED)
		if (str_eq_fold(domain, reported))
			decode_source(d, o, domain, CERTAINTY_STATED);
}

static void decode_report(struct decode *d, const struct mime_part *report)
{
	struct observation *o = decode_add(d);
	if (!o)
		return;
	struct str text = mime_body(d->arena, report);
	read_fields(d, o, report, text);
	read_values(d, o);
	o->kind = read_type(d, o);
	o->complaint = true;
	check_structure(d, report);
	check_fields(d, o);
	check_lines(d, text);
	/* SpamCop says it in words alone: better than what the message tells of relays on its way to the reporter */
	if (o->source.type == SOURCE_NONE && spamcop_source(d, o))
		o->time_certainty = CERTAINTY_STATED;
	read_reported(d, o, report);
	take_signer(d, o);
	if (o->source.type == SOURCE_NONE) {
		struct str domain = observation_value(o, "reported-domain"), uri = observation_value(o, "reported-uri");
		struct str best = domain.len ? domain : uri.len ? uri : observation_value(o, "dkim-domain");
		if (best.len)
			decode_source(d, o, plain(d->arena, best), CERTAINTY_STATED);
		else
			decode_problem(d, false, "nothing tells where the message came from");
	}
	if (o->event_at == TIME_NONE) {
		struct str date = mime_top_value(d->arena, &d->mime, "date");
		o->time_certainty = CERTAINTY_DERIVED;
		if (time_parse_mail(date, &o->event_at, &o->zone_given) != OK)
			decode_problem(d, false, "nothing tells when it happened");
	}
	o->first_at = o->last_at = o->event_at;
}

/* Part one lies within part two, or in what stands beside two from two on: the message that two reports. */
static bool is_reported_by(const struct mime_part *one, const struct mime_part *two)
{
	size_t level = two->path.len;
	while (level && two->path.ptr[level - 1] != '.')
		level--;
	return one->path.len > two->path.len && one->depth > two->depth &&
		str_eq(str_sub(one->path, 0, level), str_sub(two->path, 0, level));
}

/* One observation a report; a report that lies in the message which another one reports is that message's own matter. */
bool arf_decode(struct decode *d)
{
	const struct mime_part *last = NULL;
	for (unsigned i = 0; i < d->mime.count; i++) {
		const struct mime_part *report = &d->mime.parts[i];
		if (!str_eq(report->type, STR("message/feedback-report")) || (last && is_reported_by(report, last)))
			continue;
		decode_report(d, report);
		last = report;
	}
	if (!last)
		return false;
	d->format = "arf";
	d->outcome = OUTCOME_REPORT;
	return true;
}
