/*
 * Bounces, complaints and deliveries as Amazon SES tells them: JSON in the text of a mail of its notification service, bare or as
 * the Message of an envelope of that service, with words for the reader behind it.
 *
 * Known by its shape: an object with notificationType and mail, whoever sent it. Mailers break its one long line by "!", a line
 * end and a blank; such a break cannot be part of JSON and is taken out, with the way back kept for the spans. What lies in an
 * envelope stands escaped there: its facts point at the whole Message. Limits: SES_BYTES_MAX, SES_BREAKS_MAX, RECIPIENTS_MAX;
 * what is beyond them is no notification.
 */
#include "format/bounce.h"

#include "format/shapes.h"

enum { SES_BYTES_MAX = 256 << 10, SES_BREAKS_MAX = 256, SES_INDENT_MAX = 100, RECIPIENTS_MAX = 100 };

struct notice {
	struct decode *d;
	struct str path, text; /* the text has lost its breaks */
	size_t at;             /* where its object begins in the part */
	size_t breaks[SES_BREAKS_MAX], lost[SES_BREAKS_MAX]; /* behind this many bytes of text, so many were taken out */
	unsigned break_count;
	const struct json *root;     /* of the notification */
	const struct json *envelope; /* its Message, or NULL */
};

/* "!", a line end, and the blank that goes on with it: its length, 0 when there is none at i. */
static size_t break_at(struct str s, size_t i)
{
	size_t n = i + 1;
	if (s.ptr[i] != '!' || n == s.len)
		return 0;
	n += s.ptr[n] == '\r' && n + 1 < s.len;
	if (s.ptr[n] != '\n')
		return 0;
	n++;
	return n < s.len && s.ptr[n] == ' ' ? n + 1 - i : n - i;
}

/* The object that text begins with, to its closing brace, without breaks. */
static bool take_object(struct notice *n, struct str text)
{
	char *out = arena_alloc(n->d->arena, text.len + 1);
	size_t len = 0, depth = 0;
	bool quoted = false;
	for (size_t i = 0; out && i < text.len; i++) {
		size_t lost = break_at(text, i);
		if (lost) {
			if (n->break_count == SES_BREAKS_MAX)
				return false;
			n->breaks[n->break_count] = len;
			n->lost[n->break_count++] = lost;
			i += lost - 1;
			continue;
		}
		out[len++] = text.ptr[i];
		if (quoted && text.ptr[i] == '\\' && i + 1 < text.len && !break_at(text, i + 1))
			out[len++] = text.ptr[++i];
		else if (text.ptr[i] == '"')
			quoted = !quoted;
		else if (!quoted && text.ptr[i] == '{')
			depth++;
		else if (!quoted && text.ptr[i] == '}' && !--depth) {
			n->text = (struct str){ out, len };
			return true;
		}
	}
	return false;
}

static uint32_t origin(const struct notice *n, size_t offset)
{
	size_t at = n->at + offset;
	for (unsigned i = 0; i < n->break_count && n->breaks[i] <= offset; i++)
		at += n->lost[i];
	return (uint32_t)at;
}

static void take(struct notice *n, struct observation *o, const char *name, const struct json *value)
{
	const struct json *at = n->envelope ? n->envelope : value;
	if (value && value->type == JSON_STRING && value->text.len)
		decode_fact(n->d, o, str_of(name), value->text,
			(struct span){ n->path, origin(n, at->from + 1), origin(n, at->to - 1) }, CERTAINTY_STATED);
}

/* The returned Message-ID where its header came along, else the one under which SES sent it. */
static const struct json *id_of(const struct json *mail)
{
	const struct json *headers = json_get(mail, "headers"), *common = json_at(mail, "commonHeaders.messageId");
	for (const struct json *h = headers ? headers->child : NULL; h; h = h->next)
		if (str_eq_fold(json_text(h, "name"), STR("message-id")))
			return json_get(h, "value");
	return common ? common : json_get(mail, "messageId");
}

static enum kind complaint_kind(struct str type)
{
	return str_eq(type, STR("fraud")) ? KIND_PHISHING
		: str_eq(type, STR("virus")) ? KIND_MAIL_VIRUS
		: !type.len || str_eq(type, STR("abuse")) ? KIND_SPAM
							  : KIND_MAIL_OTHER;
}

/* One recipient: an object with what is said of it, or its address alone. */
static bool recipient(struct notice *n, const struct json *event, const struct json *one, const char *action)
{
	struct observation *o = bounce_add(n->d);
	const struct json *mail = json_get(n->root, "mail"), *reply = json_get(event, "smtpResponse");
	const struct json *stated = json_get(one, "action"), *why = reply ? reply : json_get(one, "diagnosticCode");
	if (!o)
		return false;
	take(n, o, "final-recipient", one->type == JSON_STRING ? one : json_get(one, "emailAddress"));
	take(n, o, "action", stated);
	if (!observation_fact(o, "action"))
		decode_fact(n->d, o, STR("action"), str_of(action), (struct span){ n->path, 0, 0 }, CERTAINTY_DERIVED);
	o->kind_text = observation_value(o, "action");
	take(n, o, "status", json_get(one, "status"));
	take(n, o, "diagnostic-code", why);
	/* a code is looked for where it can be pointed at */
	if (why && why->type == JSON_STRING && !n->envelope && origin(n, why->to) - origin(n, why->from) == why->to - why->from)
		bounce_codes(n->d, o, str_sub(n->text, why->from, why->to - why->from), n->path, origin(n, why->from));
	take(n, o, "reporting-mta", json_get(event, "reportingMTA"));
	take(n, o, "reported-message-id", id_of(mail));
	take(n, o, "source-ip", json_get(mail, "sourceIp"));
	struct str from = observation_value(o, "source-ip");
	struct addr a;
	if (addr_parse(from, &a) == OK && !addr_is_local(&a))
		decode_source(n->d, o, from, CERTAINTY_STATED);
	o->zone_given = time_parse(json_text(event, "timestamp"), &o->event_at) == OK;
	if (!o->zone_given)
		o->event_at = TIME_NONE;
	return true;
}

static bool read_notice(struct notice *n, struct bounce *b)
{
	static const struct {
		const char *type, *event, *list, *action;
	} types[] = { { "Bounce", "bounce", "bouncedRecipients", "failed" }, { "Complaint", "complaint", "complainedRecipients", "complained" },
		{ "Delivery", "delivery", "recipients", "delivered" } };
	struct str type = json_text(n->root, "notificationType");
	const struct json *mail = json_get(n->root, "mail");
	unsigned count = 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct json *event = json_get(n->root, types[i].event), *list = json_get(event, types[i].list);
		if (!str_eq(type, str_of(types[i].type)) || !list || list->type != JSON_ARRAY || !mail || mail->type != JSON_OBJECT)
			continue;
		for (const struct json *one = list->child; one && count < RECIPIENTS_MAX; one = one->next) {
			if ((one->type != JSON_STRING && one->type != JSON_OBJECT) || !recipient(n, event, one, types[i].action))
				continue;
			struct observation *o = &n->d->observations[n->d->count - 1];
			if (i == 1) {
				take(n, o, "feedback-type", json_get(event, "complaintFeedbackType"));
				o->complaint = true;
				o->kind = complaint_kind(json_text(event, "complaintFeedbackType"));
			}
			count++;
		}
		b->failed |= i == 0;
		b->complained |= i == 1;
	}
	return count > 0;
}

bool bounce_ses_read(struct decode *d, struct bounce *b)
{
	const struct mime *m = &d->mime;
	for (unsigned i = bounce_own_part(m, 0); i < m->count; i = bounce_own_part(m, i + 1)) {
		const struct mime_part *p = &m->parts[i];
		if (!str_eq(p->type, STR("text/plain")) && !str_eq(p->type, STR("application/json")))
			continue;
		struct str text = mime_text(d->arena, p, NULL);
		struct why why = { 0 };
		struct json *root = NULL, *inner = NULL;
		size_t at = 0;
		while (at < text.len && at < SES_INDENT_MAX && str_chr(STR(" \t\r\n"), text.ptr[at]) != SIZE_MAX)
			at++;
		if (at == text.len || text.ptr[at] != '{' || text.len > SES_BYTES_MAX || str_find(text, STR("notificationType")) == SIZE_MAX)
			continue;
		struct notice *n = ARENA_ARRAY(d->arena, struct notice, 1);
		if (!n)
			return false;
		*n = (struct notice){ .d = d, .path = p->path.len ? p->path : STR("1"), .at = at };
		if (!take_object(n, str_sub(text, at, text.len)) || json_read(d->arena, n->text, &root, &why) != OK)
			continue;
		const struct json *message = json_get(root, "Message");
		n->root = root;
		if (message && message->type == JSON_STRING) {
			if (json_read(d->arena, message->text, &inner, &why) != OK)
				continue;
			n->root = inner;
			n->envelope = message;
		}
		if (!read_notice(n, b))
			continue;
		d->about = observation_value(&d->observations[0], "reported-message-id");
		return true;
	}
	return false;
}
