/*
 * What answers a copyright notice in the same system's XML: an acknowledgement, a status, a counter-notice.
 *
 * None of them says anything against anybody, so there is no observation: a person gets it with what it says in words. Which of
 * the notices it is about, and whose, only a person can tell. Only enumerations and the number of the notice are repeated, both
 * bounded; a document type declaration is never read. The first REPLIES_MAX of an item are looked at.
 */
#include "base/xml.h"
#include "format/shapes.h"

enum { REPLIES_MAX = 16, WORD_MAX = 60 };

static const char *const roots[] = { "NoticeAck", "NoticeStatus", "CounterNotice" };

static bool is_root(struct str name)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (str_eq(name, str_of(roots[i])))
			return true;
	return false;
}

/* The first element of that name, at whatever depth the sender's version has it. The reader bounds depth and number. */
static const struct xml *anywhere(const struct xml *x, const char *name)
{
	for (; x; x = x->next) {
		const struct xml *below = str_eq(x->name, str_of(name)) ? x : anywhere(x->child, name);
		if (below)
			return below;
	}
	return NULL;
}

static struct str said(const struct xml *root, const char *name)
{
	struct str s = xml_attribute(root, name);
	const struct xml *x = s.len ? NULL : anywhere(root->child, name);
	return str_sub(str_trim(x ? x->text : s), 0, WORD_MAX);
}

static void tell(struct decode *d, const struct xml *root)
{
	struct str id = str_sub(xml_text(anywhere(root->child, "Case"), "ID"), 0, WORD_MAX), reason = said(root, "RejectReason");
	if (str_eq(root->name, STR("NoticeAck")))
		decode_problem(d, false, "an acknowledgement of notice \"%.*s\": accepted \"%.*s\", reason \"%.*s\"", STR_ARG(id), STR_ARG(said(root, "Accepted")), STR_ARG(reason));
	else if (str_eq(root->name, STR("NoticeStatus")))
		decode_problem(d, false, "the status of notice \"%.*s\": \"%.*s\"", STR_ARG(id), STR_ARG(str_sub(xml_text(anywhere(root->child, "Disposition"), "Type"), 0, WORD_MAX)));
	else
		decode_problem(d, false, "a counter-notice to notice \"%.*s\": reason \"%.*s\", signed \"%.*s\", consent \"%.*s\"", STR_ARG(id), STR_ARG(reason),
			STR_ARG(said(root, "ProperlySigned")), STR_ARG(said(root, "Consent")));
}

static bool read_document(struct decode *d, struct str text)
{
	struct xml *root = NULL;
	if (!str_starts(text, STR("<")) || xml_read(d->arena, text, &root, NULL) != OK || !is_root(root->name))
		return false;
	tell(d, root);
	return true;
}

/* Elements in a text, with what may stand around them; of one that cannot be read it is said. */
static unsigned read_text(struct decode *d, struct str text)
{
	unsigned found = 0;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		struct str open = str_format(d->arena, "<%s", roots[i]), close = str_format(d->arena, "</%s>", roots[i]), rest = text;
		for (size_t at; found < REPLIES_MAX && (at = str_find(rest, open)) != SIZE_MAX;) {
			rest = str_sub(rest, at, rest.len);
			char behind = rest.len > open.len ? rest.ptr[open.len] : 0;
			/* a longer name; each byte is looked at once for the next one and once for the end of this one */
			if (behind != '>' && (unsigned char)behind > ' ') {
				rest = str_sub(rest, open.len, rest.len);
				continue;
			}
			size_t end = str_find(rest, close);
			if (end == SIZE_MAX || !read_document(d, str_sub(rest, 0, end + close.len)))
				decode_problem(d, false, "a %s cannot be read", roots[i]);
			found++;
			rest = str_sub(rest, end == SIZE_MAX ? rest.len : end + close.len, rest.len);
		}
	}
	return found;
}

static bool in_part(struct decode *d, const struct mime_part *p)
{
	bool xml = str_eq(p->type, STR("application/xml")) || str_eq(p->type, STR("text/xml")) || str_eq(p->type, STR("application/acns+xml")) ||
		str_ends_fold(p->name, STR(".xml"));
	if (p->multipart || p->message)
		return false;
	if (xml)
		return read_document(d, str_trim(mime_body(d->arena, p)));
	return str_eq(p->type, STR("text/plain")) && read_text(d, mime_text(d->arena, p, NULL)) > 0;
}

bool acns_reply_decode(struct decode *d)
{
	unsigned found = 0;
	if (!d->mime.count)
		found = read_document(d, str_trim(d->text)) || read_text(d, d->text);
	for (unsigned i = 0; found < REPLIES_MAX && i < d->mime.count; i++)
		found += in_part(d, &d->mime.parts[i]);
	if (!found)
		return false;
	d->format = "acns-reply";
	d->outcome = OUTCOME_PROSE;
	decode_doubt(d, "an answer to a copyright notice: a person looks which one it is about");
	return true;
}
