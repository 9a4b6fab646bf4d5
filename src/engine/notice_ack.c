/*
 * Answers to copyright notices in XML. See notice_ack.h.
 *
 * What a stranger wrote is repeated only where it cannot carry a message: the number of the notice, a name that is nothing but
 * a name, and the address that the letter goes to anyway. Everything is escaped, what was checked too. The system spells one
 * of its elements Complianant, in this document alone.
 */
#include "engine/notice_ack.h"

#include "engine/letter.h"

enum { NAME_MAX_BYTES = 60, PARTY_MAX_BYTES = 254 };

/* By the words in which the decoder tells the version: those before 1.0 have no namespace, and no answers. */
static const struct {
	const char *version, *namespace;
} namespaces[] = { { "1.0 or 1.1", "http://www.movielabs.com/ACNS" }, { "1.2", "http://www.acns.net/ACNS" } };

enum answer { ANSWER_SILENT, ANSWER_ACCEPTED, ANSWER_OUT_OF_RANGE, ANSWER_OTHER };

static const char *const answer_attributes[] = { [ANSWER_ACCEPTED] = "Accepted=\"true\"", [ANSWER_OUT_OF_RANGE] = "Accepted=\"false\" RejectReason=\"IP_OUT_OF_RANGE\"",
	[ANSWER_OTHER] = "Accepted=\"false\" RejectReason=\"OTHER\"" };

static enum answer answer_of(const struct observation *o, const struct fold_result *r)
{
	bool undo = kind_info(o->kind)->flags & KIND_UNDO, settled;
	if (kind_info(o->kind)->flags & KIND_SEALED)
		return ANSWER_SILENT;
	if (r->fate == FATE_NOT_OURS)
		return o->source.type == SOURCE_ADDR ? ANSWER_OUT_OF_RANGE : ANSWER_OTHER;
	/* a retraction that is merely counted found nothing that it could be about */
	settled = r->fate == FATE_CASE || r->fate == FATE_RETRACTED || (r->fate == FATE_COUNTED && !undo);
	return settled && !r->asked && !r->subject.missing ? ANSWER_ACCEPTED : ANSWER_SILENT;
}

static const char *namespace_named(struct str version)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		if (str_eq(version, str_of(namespaces[i].version)))
			return namespaces[i].namespace;
	return NULL;
}

static struct str version_of(const struct observation *o)
{
	const struct fact *f = observation_fact(o, "acns-version");
	/* derived: said by our own decoder, not by a field of that name in some other format */
	return f && f->certainty == CERTAINTY_DERIVED ? f->value : STR_NONE;
}

/* Letters and what stands between names: no number to call, no address to open. */
static bool is_name(struct str s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ &,'-";
	for (size_t i = 0; i < s.len; i++)
		if (!s.ptr[i] || !strchr(good, s.ptr[i]))
			return false;
	return s.len && s.len <= NAME_MAX_BYTES;
}

static void put_text(struct buf *out, struct arena *a, struct str text)
{
	struct str s = str_printable(a, text, PARTY_MAX_BYTES);
	for (size_t i = 0; i < s.len; i++)
		switch (s.ptr[i]) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		case '"': buf_puts(out, "&quot;"); break;
		default: buf_putc(out, s.ptr[i]);
		}
}

static void put_element(struct buf *out, struct arena *a, const char *name, struct str text)
{
	buf_printf(out, "    <%s>", name);
	put_text(out, a, text);
	buf_printf(out, "</%s>\n", name);
}

static void put_party(struct buf *out, struct arena *a, const char *element, struct str name, struct str address)
{
	buf_printf(out, "  <%s>\n", element);
	put_element(out, a, "Entity", name.len ? name : address);
	put_element(out, a, "Email", address);
	buf_printf(out, "  </%s>\n", element);
}

struct str notice_ack(struct arena *a, const struct observation *o, const struct fold_result *r, struct str provider, struct str address)
{
	const char *namespace = namespace_named(version_of(o));
	enum answer answer = answer_of(o, r);
	struct str id = letter_reference(observation_value(o, "case-id")), who = observation_value(o, "complainant");
	struct buf b;
	if (!namespace || answer == ANSWER_SILENT || !id.len)
		return STR_NONE;
	buf_init(&b, NOTICE_ACK_BYTES_MAX);
	buf_printf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<NoticeAck xmlns=\"%s\" %s>\n  <Case>\n", namespace, answer_attributes[answer]);
	put_element(&b, a, "ID", id);
	buf_puts(&b, "  </Case>\n");
	put_party(&b, a, "Complianant", is_name(who) ? who : STR_NONE, o->reply_to);
	put_party(&b, a, "Service_Provider", provider, address);
	buf_puts(&b, "</NoticeAck>\n");
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

bool notice_names(const struct observation *o, struct str *ret_version, struct str *ret_id)
{
	struct str version = version_of(o), id = letter_reference(observation_value(o, "case-id"));
	if (!namespace_named(version) || !id.len || kind_info(o->kind)->flags & KIND_SEALED)
		return false;
	*ret_version = version;
	*ret_id = id;
	return true;
}

struct str notice_status(struct arena *a, struct str version, struct str id, struct receipt_told told, bool ended)
{
	const char *namespace = namespace_named(version);
	const char *type = told.state == RECEIPT_REFUSED || told.state == RECEIPT_NOT_OURS ? "REJECTED" : ended ? "CLOSED" : "OPEN";
	struct buf b;
	if (!namespace)
		return STR_NONE;
	buf_init(&b, NOTICE_ACK_BYTES_MAX);
	buf_printf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<NoticeStatus xmlns=\"%s\">\n  <Case>\n", namespace);
	put_element(&b, a, "ID", id);
	buf_printf(&b, "  </Case>\n  <CaseStatus>\n    <Disposition>\n      <Type>%s</Type>\n    </Disposition>\n  </CaseStatus>\n</NoticeStatus>\n", type);
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}
