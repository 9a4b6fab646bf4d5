/*
 * Feedback reports in the Abuse Reporting Format (RFC 5965, 6591, 6692), of any sender and every Feedback-Type.
 *
 * Required, once-only and repeatable fields are one table. What a report leaves out is derived from the reported message:
 * its last Message-ID, Received fields, Date. Field values are bytes of a stranger and go on as facts, never as commands.
 */
#include "format/shapes.h"

enum { FIELD_ONCE = 1, FIELD_REQUIRED = 2 };

/* RFC 5965 3.1 to 3.3, RFC 6591 3.1 and 3.2, RFC 6692 */
static const struct { const char *name; unsigned rule; } known[] = { { "feedback-type", FIELD_ONCE | FIELD_REQUIRED }, { "user-agent", FIELD_ONCE | FIELD_REQUIRED },
	{ "version", FIELD_ONCE | FIELD_REQUIRED }, { "original-envelope-id", FIELD_ONCE }, { "original-mail-from", FIELD_ONCE }, { "arrival-date", FIELD_ONCE },
	{ "received-date", FIELD_ONCE }, { "reporting-mta", FIELD_ONCE }, { "source-ip", FIELD_ONCE }, { "source-port", FIELD_ONCE }, { "incidents", FIELD_ONCE },
	{ "authentication-results", 0 }, { "original-rcpt-to", 0 }, { "reported-domain", 0 }, { "reported-uri", 0 }, { "auth-failure", FIELD_ONCE },
	{ "delivery-result", FIELD_ONCE }, { "identity-alignment", FIELD_ONCE }, { "dkim-domain", FIELD_ONCE }, { "dkim-identity", FIELD_ONCE },
	{ "dkim-selector", FIELD_ONCE }, { "dkim-canonicalized-header", FIELD_ONCE }, { "dkim-canonicalized-body", FIELD_ONCE }, { "spf-dns", 0 } };

static const struct { const char *type; enum kind kind; } types[] = { { "abuse", KIND_SPAM }, { "fraud", KIND_PHISHING }, { "virus", KIND_MAIL_VIRUS },
	{ "other", KIND_MAIL_OTHER }, { "not-spam", KIND_NOT_SPAM }, { "auth-failure", KIND_AUTH_FAILURE }, { "opt-out", KIND_OPT_OUT },
	{ "opt-out-list", KIND_OPT_OUT } };

/* The fields of the report part as facts; each value's span is exact. */
static void read_fields(struct decode *d, struct observation *o, const struct mime_part *p, struct str text)
{
	struct mime_field f;
	for (size_t at = 0; mime_next_field(text, &at, &f);) {
		struct str name = str_lower(d->arena, f.name), value = mime_unfold(d->arena, f.value);
		struct span span = { p->path, (uint32_t)f.from, (uint32_t)(f.from + f.value.len) };
		decode_fact(d, o, name, value, span, CERTAINTY_STATED);
	}
}

static void check_fields(struct decode *d, const struct observation *o)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		unsigned n = 0;
		for (unsigned k = 0; k < o->fact_count; k++)
			n += str_eq(o->facts[k].name, str_of(known[i].name));
		if (!n && known[i].rule & FIELD_REQUIRED)
			decode_problem(d, true, "%s is missing (RFC 5965 3.1)", known[i].name);
		if (n > 1 && known[i].rule & FIELD_ONCE)
			decode_problem(d, true, "%s is there %u times (RFC 5965 3.2)", known[i].name, n);
	}
}

static void check_structure(struct decode *d, const struct mime_part *report)
{
	const struct mime_part *top = &d->mime.parts[0];
	if (!str_eq(top->type, STR("multipart/report")))
		decode_problem(d, true, "the message is %.*s, not multipart/report (RFC 5965 2)", STR_ARG(top->type));
	else if (!str_eq_fold(top->report_type, STR("feedback-report")))
		decode_problem(d, true, "report-type is not feedback-report (RFC 5965 2)");
	if (!str_eq(report->path, STR("2")))
		decode_problem(d, true, "the feedback report is part %.*s, not part 2 (RFC 5965 2)", STR_ARG(report->path));
	const struct mime_part *third = mime_find_part(&d->mime, "message/rfc822", report);
	if (!third)
		third = mime_find_part(&d->mime, "text/rfc822-headers", report);
	if (!third)
		decode_problem(d, true, "the reported message is missing (RFC 5965 2)");
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
static bool addr_in(struct decode *d, struct str value, struct str *ret_text, size_t *ret_from)
{
	for (size_t i = 0; i + 1 < value.len; i++) {
		if (value.ptr[i] != '[' && value.ptr[i] != '(' && value.ptr[i] != '=')
			continue;
		size_t from = i + 1, n = 0;
		if (str_starts_fold(str_sub(value, from, 5), STR("IPv6:")))
			from += 5;
		while (from + n < value.len && n < ADDR_TEXT_MAX && (value.ptr[from + n] == '.' || value.ptr[from + n] == ':' ||
			(value.ptr[from + n] >= '0' && value.ptr[from + n] <= '9') || ((value.ptr[from + n] | 0x20) >= 'a' && (value.ptr[from + n] | 0x20) <= 'f')))
			n++;
		struct addr x;
		struct str text = str_sub(value, from, n);
		if (addr_parse(text, &x) == OK && !addr_is_loopback(&x)) {
			*ret_text = addr_str(d->arena, &x);
			*ret_from = from;
			return true;
		}
	}
	return false;
}

/*
 * Where the reported message came from. Fields above the first Received were put there by the reporter's own system; what
 * stands below it may be the sender's invention, so only the Received lines themselves are followed downwards.
 */
static void derive_source(struct decode *d, struct observation *o, struct str header, struct str path)
{
	static const char *const above[] = { "x-originating-ip", "received-spf" };
	struct mime_field f, best = { 0 };
	struct str text, best_text = STR_NONE;
	size_t from, best_from = 0, rank = 2;
	bool received = false;
	for (size_t at = 0; mime_next_field(header, &at, &f);) {
		bool hop = str_eq_fold(f.name, STR("received"));
		for (size_t i = 0; !received && i < rank; i++)
			if (str_eq_fold(f.name, str_of(above[i])) && addr_in(d, f.value, &text, &from)) {
				best = f;
				best_text = text;
				best_from = from;
				rank = i;
			}
		received |= hop;
		if (hop && rank < 2)
			break;
		if (hop && addr_in(d, f.value, &best_text, &best_from)) {
			best = f;
			break;
		}
	}
	if (!best_text.len)
		return;
	decode_source(d, o, best_text, CERTAINTY_DERIVED);
	decode_fact(d, o, STR("source-ip"), best_text, (struct span){ path, (uint32_t)(best.from + best_from), (uint32_t)(best.from + best_from + best_text.len) },
		CERTAINTY_DERIVED);
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
static void derive(struct decode *d, struct observation *o, struct str header, struct str path)
{
	struct mime_field f;
	/* the last Message-ID is the reported one: relays may add theirs above */
	struct str id = STR_NONE;
	struct span id_span = { path, 0, 0 };
	for (size_t at = 0; mime_next_field(header, &at, &f);)
		if (str_eq_fold(f.name, STR("message-id"))) {
			id = mime_unfold(d->arena, f.value);
			id_span = (struct span){ path, (uint32_t)f.from, (uint32_t)(f.from + f.value.len) };
		}
	if (id.len)
		decode_fact(d, o, STR("reported-message-id"), id, id_span, CERTAINTY_DERIVED);
	static const char *const copied[] = { "reported-subject", "reported-from", "reported-list-unsubscribe", "reported-dkim-signature", NULL };
	for (const char *const *c = copied; *c; c++)
		if (mime_find_field(header, *c + STR("reported-").len, &f))
			decode_fact(d, o, str_of(*c), mime_words(d->arena, mime_unfold(d->arena, f.value)),
				(struct span){ path, (uint32_t)f.from, (uint32_t)(f.from + f.value.len) }, CERTAINTY_DERIVED);
	if (o->source.type == SOURCE_NONE)
		derive_source(d, o, header, path);
	if (o->event_at == TIME_NONE)
		derive_time(o, header);
}

static void read_reported(struct decode *d, struct observation *o, const struct mime_part *report)
{
	const struct mime_part *p = mime_find_part(&d->mime, "message/rfc822", report);
	if (!p)
		p = mime_find_part(&d->mime, "text/rfc822-headers", report);
	/* as some write it */
	if (!p)
		p = mime_find_part(&d->mime, "text/rfc822-header", report);
	if (!p)
		return;
	if (str_starts(p->type, STR("text/"))) {
		derive(d, o, mime_body(d->arena, p), p->path);
		return;
	}
	/* the entity inside follows its message part in the list */
	const struct mime_part *inner = p + 1 < d->mime.parts + d->mime.count && p[1].depth == p->depth + 1 ? p + 1 : NULL;
	if (inner)
		derive(d, o, inner->header, str_format(d->arena, "%.*s.0", STR_ARG(p->path)));
}

static void read_values(struct decode *d, struct observation *o)
{
	uint64_t n;
	struct str v = observation_value(o, "source-ip");
	o->kind_text = str_trim(observation_value(o, "feedback-type"));
	if (v.len) {
		struct str open = str_trim(v);
		if (open.len > 2 && open.ptr[0] == '[')
			open = str_sub(open, 1, str_chr(open, ']') - 1);
		decode_source(d, o, open, CERTAINTY_STATED);
		if (o->source.type != SOURCE_ADDR) {
			decode_problem(d, true, "Source-IP is no address (RFC 5965 3.2)");
			o->source = (struct source){ 0 };
		}
	}
	v = observation_value(o, "source-port");
	if (v.len && str_to_u64(str_trim(v), 65535, &n) == OK)
		o->source.port = (uint16_t)n;
	else if (v.len)
		decode_problem(d, true, "Source-Port is no port (RFC 6692 2)");
	v = observation_value(o, "incidents");
	if (v.len && str_to_u64(str_trim(v), UINT32_MAX, &n) == OK && n)
		o->incidents = (uint32_t)n;
	else if (v.len)
		decode_problem(d, true, "Incidents is no number (RFC 5965 3.2)");
	v = observation_value(o, "arrival-date");
	if (!v.len)
		v = observation_value(o, "received-date");
	if (v.len && time_parse_mail(v, &o->event_at, &o->zone_given) != OK)
		decode_problem(d, true, "Arrival-Date is no date-time (RFC 5322 3.3)");
	v = observation_value(o, "version");
	if (v.len && !str_eq(str_trim(v), STR("1")) && !str_eq(str_trim(v), STR("0.1")))
		decode_problem(d, true, "Version is \"%.*s\", not 1 (RFC 5965 3.1)", STR_ARG(str_sub(v, 0, 20)));
}

bool arf_decode(struct decode *d)
{
	const struct mime_part *report = d->mime.count ? mime_find_part(&d->mime, "message/feedback-report", NULL) : NULL;
	if (!report)
		return false;
	struct observation *o = decode_add(d);
	if (!o)
		return false;
	d->format = "arf";
	d->outcome = OUTCOME_REPORT;
	struct str text = mime_body(d->arena, report);
	read_fields(d, o, report, text);
	read_values(d, o);
	o->kind = read_type(d, o);
	check_structure(d, report);
	check_fields(d, o);
	read_reported(d, o, report);
	if (o->source.type == SOURCE_NONE) {
		struct str domain = observation_value(o, "reported-domain"), uri = observation_value(o, "reported-uri");
		struct str best = domain.len ? domain : uri.len ? uri : observation_value(o, "dkim-domain");
		if (best.len)
			decode_source(d, o, best, CERTAINTY_STATED);
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
	return true;
}
