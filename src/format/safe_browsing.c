/*
 * Safe Browsing's reports to owners of networks: the element notification_message, with lists by type and url_info in
 * them. One observation for each address and type, with all its links; the day is all that is known of the time.
 */
#include "base/xml.h"
#include "format/class.h"
#include "format/mend.h"
#include "format/shapes.h"

enum { LOOK_BACK = 64 };

#define ROOT STR("<notification_message")
#define END STR("</notification_message>")

struct message {
	struct decode *d;
	struct str part, text;          /* what was parsed */
	struct mended mended;
	size_t base;
	int64_t day;
};

static struct span span_of(const struct message *m, const struct xml *x)
{
	return (struct span){ m->part, (uint32_t)(m->base + mend_origin(&m->mended, x->from)), (uint32_t)(m->base + mend_origin(&m->mended, x->to)) };
}

/* "http://2001:db8::1:8080/": an address without its brackets. It is taken only where it can be read in one way. */
static bool bare_address(struct str url, struct addr *ret_addr)
{
	struct str host = str_sub(url, str_find(url, STR("://")) + 3, url.len);
	host = str_sub(host, 0, str_chr(host, '/'));
	size_t last = host.len;
	while (last && host.ptr[last - 1] != ':')
		last--;
	if (!last || host.ptr[0] == '[' || str_find(host, STR("::")) != SIZE_MAX)
		return false;
	return addr_parse(host, ret_addr) == OK || addr_parse(str_sub(host, 0, last - 1), ret_addr) == OK;
}

/* Of a link: what stands for it, and how sure that is. */
static struct source source_of(const struct message *m, struct str url, struct str ip)
{
	struct observation o = { .kind = KIND_UNCLASSIFIED };
	struct addr bare;
	if (ip.len)
		decode_source(m->d, &o, ip, CERTAINTY_STATED);
	if (ip.len && o.source.type != SOURCE_ADDR)
		decode_problem(m->d, true, "the ip of a url_info is no address");
	if (o.source.type != SOURCE_ADDR && bare_address(url, &bare))
		decode_source(m->d, &o, addr_str(m->d->arena, &bare), CERTAINTY_DERIVED);
	else if (o.source.type != SOURCE_ADDR)
		decode_source(m->d, &o, url, CERTAINTY_STATED);
	return o.source;
}

/* The observation of that source and type, perhaps known from a link before. */
static struct observation *of_source(const struct message *m, const struct source *s, struct str type)
{
	struct decode *d = m->d;
	for (unsigned i = 0; i < d->count && i < LOOK_BACK; i++) {
		struct observation *o = &d->observations[d->count - 1 - i];
		if (str_eq(o->source.text, s->text) && str_eq(o->kind_text, type))
			return o;
	}
	struct observation *o = decode_add(d);
	if (!o)
		return NULL;
	class_take(d, o, "safe-browsing", type);
	o->source = *s;
	o->event_at = o->first_at = m->day;
	o->last_at = m->day == TIME_NONE ? TIME_NONE : m->day + DAY_US - SECOND_US;
	if (o->kind == KIND_UNCLASSIFIED)
		decode_problem(d, false, "the list type \"%.*s\" is not known", STR_ARG(str_sub(type, 0, 40)));
	return o;
}

static void read_link(const struct message *m, const struct xml *info, struct str type)
{
	struct decode *d = m->d;
	struct str url = str_trim(xml_attribute(info, "url")), ip = str_trim(xml_attribute(info, "ip"));
	if (!url.len && !ip.len) {
		decode_problem(d, false, "a url_info names no link");
		return;
	}
	struct source s = source_of(m, url, ip);
	struct observation *o = of_source(m, &s, type);
	if (!o)
		return;
	if (url.len)
		decode_fact(d, o, STR("url"), url, span_of(m, info), CERTAINTY_STATED);
	if (ip.len && !observation_fact(o, "ip"))
		decode_fact(d, o, STR("ip"), ip, span_of(m, info), CERTAINTY_STATED);
	if (type.len && !observation_fact(o, "list-type"))
		decode_fact(d, o, STR("list-type"), type, span_of(m, info), CERTAINTY_STATED);
}

static bool read_message(struct message *m, struct str slice)
{
	struct decode *d = m->d;
	struct xml *root = NULL;
	struct why why = { .line = 0 };
	m->text = slice;
	enum err e = xml_read(d->arena, slice, &root, &why);
	if (e && mend(d->arena, slice, 0, false, &m->mended) == OK) {
		m->text = m->mended.text;
		e = xml_read(d->arena, m->text, &root, &why);
		if (e == OK)
			decode_problem(d, true, "the message is no well-formed XML, and was mended");
	}
	d->format = "safe-browsing";
	if (e) {
		decode_doubt(d, "the message cannot be read");
		decode_problem(d, false, "line %u of its XML: %s", why.line, why.text);
		return false;
	}
	if (time_parse(xml_attribute(root, "date"), &m->day) != OK) {
		m->day = TIME_NONE;
		decode_problem(d, false, "nothing tells when it happened");
	}
	for (const struct xml *list = xml_child(root, "list"); list; list = xml_next(list))
		for (const struct xml *info = xml_child(list, "url_info"); info; info = xml_next(info))
			read_link(m, info, str_trim(xml_attribute(list, "type")));
	if (!d->count)
		decode_problem(d, false, "the message names no link");
	return d->count;
}

static bool search(struct decode *d, struct str text, struct str part)
{
	size_t from = str_find(text, ROOT), end = from == SIZE_MAX ? SIZE_MAX : str_find(str_sub(text, from, text.len), END);
	struct message m = { .d = d, .part = part, .base = from };
	if (from == SIZE_MAX)
		return false;
	if (str_find(str_sub(text, 0, from), STR("<!DOCTYPE")) != SIZE_MAX)
		decode_doubt(d, "a document type declaration stands before the message: it is not accepted");
	if (!read_message(&m, str_sub(text, from, end == SIZE_MAX ? text.len : end + END.len)))
		return false;
	d->outcome = OUTCOME_REPORT;
	return true;
}

bool safe_browsing_decode(struct decode *d)
{
	if (!d->mime.count)
		return search(d, d->text, STR(""));
	for (unsigned i = 0; i < d->mime.count; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		bool read = !p->multipart && !p->message && (str_eq(p->type, STR("text/plain")) || str_eq(p->type, STR("text/html")) || str_ends_fold(p->type, STR("/xml")));
		if (read && search(d, mime_text(d->arena, p, NULL), p->path))
			return true;
	}
	return false;
}
