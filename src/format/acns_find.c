/*
 * Where ACNS notices stand in what came in, and whether all that stands there agrees.
 *
 * They come as the document itself, as an attachment, or in the text: between marks, quoted, clear-signed, coded. A copy of
 * one that was read is left out; copies that differ, labelled lines around a notice that name another address, port or time,
 * and notices that cannot be read make the whole a matter for a person. A document type declaration is never read.
 */
#include "format/acns.h"
#include "format/dmca.h"
#include "format/label.h"
#include "format/prose_time.h"
#include "format/shapes.h"

enum { DOCUMENTS_MAX = 1000, LABELS_MAX = 500, PREFIX_MAX = 20, COPIES_LOOKED_AT = 8 };

struct seen {
	struct str id, ip, port;
	int64_t at;
	bool zone;
	struct str bytes;               /* as it stands in the part */
	unsigned first, count;          /* its observations */
	const struct mime_part *part;   /* NULL: the item itself */
	size_t from, to;
	unsigned levels;
};

struct search {
	struct decode *d;
	struct seen *seen;
	unsigned count, broken;
	bool full;
};

#define ROOT STR("Infringement")

/* "<Infringement" or "<x:Infringement" at or behind from; mark is what stands before the name: "<" or "</". */
static size_t find_tag(struct str text, size_t from, const char *mark)
{
	const struct str name = ROOT;
	for (;;) {
		size_t found = str_find(str_sub(text, from, text.len), name);
		if (found == SIZE_MAX)
			return SIZE_MAX;
		size_t at = from + found, start = at;
		char behind = at + name.len < text.len ? text.ptr[at + name.len] : 0;
		if (start && text.ptr[start - 1] == ':') {
			start--;
			while (start && at - start < PREFIX_MAX && text.ptr[start - 1] != '<' && text.ptr[start - 1] != '/' && (unsigned char)text.ptr[start - 1] > ' ')
				start--;
		}
		size_t len = strlen(mark);
		bool named = behind == '>' || behind == ' ' || behind == '\t' || behind == '\r' || behind == '\n' || behind == '=' || behind == '/';
		if (named && start >= len && str_eq(str_sub(text, start - len, len), str_of(mark)))
			return start - len;
		from = at + name.len;
	}
}

/* The same notice once more is left out; one of the same number that says something else is not. */
static bool known(struct search *s, const struct acns *n, struct str ip, struct str port, int64_t at)
{
	struct str id = xml_text(xml_child(n->root, "Case"), "ID");
	bool differs = false;
	for (unsigned i = 0; id.len && i < s->count; i++) {
		const struct seen *k = &s->seen[i];
		if (!str_eq(k->id, id))
			continue;
		if (str_eq(k->ip, ip) && str_eq(k->port, port) && k->at == at)
			return true;
		differs = true;
	}
	if (differs)
		decode_doubt(s->d, "the notice is there twice, and its copies differ");
	return false;
}

static void take(struct search *s, struct acns *n, const struct mime_part *part, struct str bytes, size_t from, unsigned levels)
{
	const struct xml *source = xml_child(n->root, "Source");
	struct str ip = xml_text(source, "IP_Address"), port = xml_text(source, "Port");
	bool zone;
	int64_t at = acns_time(s->d->arena, xml_text(source, "TimeStamp"), &zone);
	struct str space = xml_attribute(n->root, n->root->prefix.len ? str_c(s->d->arena, n->root->prefix) : "xmlns");
	n->version = !space.len ? ACNS_0 : str_find(space, STR("movielabs")) != SIZE_MAX ? ACNS_1 : ACNS_1_2;
	if (s->count == DOCUMENTS_MAX) {
		if (!s->full)
			decode_problem(s->d, false, "more than %d notices: the rest is only in the text", DOCUMENTS_MAX);
		s->full = true;
		return;
	}
	if (!s->seen)
		s->seen = ARENA_ARRAY(s->d->arena, struct seen, DOCUMENTS_MAX);
	if (!s->seen)
		return;
	struct seen k = { .id = xml_text(xml_child(n->root, "Case"), "ID"), .ip = ip, .port = port, .at = at, .zone = zone, .bytes = bytes, .part = part, .from = from,
		.to = from + bytes.len, .levels = levels };
	if (!known(s, n, ip, port, at)) {
		if (!acns_document(n)) {
			s->broken++;
			decode_problem(s->d, false, "a notice names no case, no source and no work");
			return;
		}
		k.first = n->first;
		k.count = n->count;
	}
	s->seen[s->count++] = k;
}

static void say_mended(struct decode *d, unsigned done)
{
	static const struct {
		enum mend what;
		const char *text;
		bool strict;
	} said[] = { { MEND_CODED, "the notice is quoted-printable, and nothing says so", false }, { MEND_AMPERSANDS, "an ampersand in the notice is not escaped (XML 1.0 2.4)", true },
		{ MEND_CONTROLS, "the notice holds control characters (XML 1.0 2.2)", true }, { MEND_OCTETS, "the notice is not in the encoding that it says (XML 1.0 4.3.3)", true } };
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (done & (unsigned)said[i].what)
			decode_problem(d, said[i].strict, "%s", said[i].text);
}

/* The notice between from and to of a text. */
static void read_one(struct search *s, struct str text, size_t from, size_t to, const struct mime_part *part, bool signed_text)
{
	struct decode *d = s->d;
	struct str slice = str_sub(text, from, to - from);
	unsigned levels = mend_levels(text, from);
	struct acns n = { .d = d, .text = slice, .part = part ? part->path : STR(""), .base = from };
	struct xml *root = NULL;
	struct why why = { .line = 0 };
	bool bent = levels || (signed_text && str_find(slice, STR("\n- -")) != SIZE_MAX);
	enum err e = bent ? ERR_SYNTAX : xml_read(d->arena, slice, &root, &why);
	if (e && mend(d->arena, slice, levels, signed_text, &n.mended) == OK) {
		n.text = n.mended.text;
		e = xml_read(d->arena, n.text, &root, &why);
		if (e == OK)
			say_mended(d, n.mended.done);
	}
	if (e) {
		s->broken++;
		decode_problem(d, false, "a notice cannot be read: line %u of its XML: %s", why.line, why.text);
		return;
	}
	n.root = root;
	take(s, &n, part, slice, from, levels);
}

static void search_text(struct search *s, struct str text, const struct mime_part *part)
{
	size_t from = find_tag(text, 0, "<"), done = 0;
	bool signed_text = from != SIZE_MAX && str_find(str_sub(text, 0, from), STR("-----BEGIN PGP SIGNED MESSAGE-----")) != SIZE_MAX;
	while (from != SIZE_MAX && !s->full) {
		/* each byte is looked at once for the next one and once for the end of this one */
		size_t behind = from + str_find(str_sub(text, from, text.len), ROOT) + ROOT.len, next = find_tag(text, behind, "<");
		size_t end = find_tag(str_sub(text, 0, next), behind, "</");
		if (end == SIZE_MAX) {
			s->broken++;
			decode_problem(s->d, false, "a notice does not end");
		} else {
			size_t close = str_chr(str_sub(text, end, text.len), '>');
			size_t to = close == SIZE_MAX ? text.len : end + close + 1;
			if (str_find(str_sub(text, done, from - done), STR("<!DOCTYPE")) != SIZE_MAX)
				decode_doubt(s->d, "a document type declaration stands before the notice: it is not accepted");
			read_one(s, text, from, to, part, signed_text);
			done = to;
		}
		from = next;
	}
}

/* A document by itself: its own declaration says how it is encoded. False when it is none, or bent. */
static bool search_document(struct search *s, struct str text, const struct mime_part *part)
{
	struct acns n = { .d = s->d, .text = text, .part = part ? part->path : STR("") };
	struct xml *root = NULL;
	struct str begin = str_trim(text);
	size_t blank = begin.len ? (size_t)(begin.ptr - text.ptr) : 0;
	bool xml = str_starts(begin, STR("<")) || str_starts(begin, STR("\xff\xfe")) || str_starts(begin, STR("\xfe\xff")) || str_starts(begin, STR("\xef\xbb\xbf"));
	n.text = str_sub(text, blank, text.len);
	n.base = blank;
	if (!xml || xml_read(s->d->arena, n.text, &root, NULL) != OK || !str_eq(root->name, ROOT))
		return false;
	n.root = root;
	take(s, &n, part, text, 0, 0);
	return true;
}

/* The attachment is, byte for byte, the notice that the text held. */
static bool is_copy(const struct search *s, struct str text)
{
	for (unsigned i = 0; i < s->count && i < COPIES_LOOKED_AT; i++) {
		struct str bytes = s->seen[i].bytes, begin = str_trim(text);
		size_t decl = str_starts(begin, STR("<?xml")) ? str_find(begin, STR("?>")) : SIZE_MAX;
		if (str_eq(decl == SIZE_MAX ? begin : str_trim(str_sub(begin, decl + 2, begin.len)), bytes))
			return true;
	}
	return false;
}

static bool any_address(const struct search *s, const struct addr *x)
{
	struct addr y;
	for (unsigned i = 0; i < s->count; i++)
		if (addr_parse(s->seen[i].ip, &y) == OK && addr_eq(x, &y))
			return true;
	return false;
}

static bool any_port(const struct search *s, struct str port)
{
	uint64_t x, y;
	bool some = false;
	if (str_to_u64(port, 65535, &x) != OK)
		return true;
	for (unsigned i = 0; i < s->count; i++) {
		bool is = str_to_u64(s->seen[i].port, 65535, &y) == OK;
		some |= is;
		if (is && x == y)
			return true;
	}
	return !some;
}

static bool near_enough(int64_t x, int64_t y, bool zones)
{
	int64_t apart = x > y ? x - y : y - x;
	return apart <= (zones ? MINUTE_US : 14 * HOUR_US);
}

static bool any_time(const struct search *s, struct str name, struct str value)
{
	struct prose_time when;
	if (!value.len || !prose_time_at(value, 0, TIME_NONE, &when))
		return true;
	bool zone = when.zone_given || label_is(name, "*(utc)*|*(gmt)*"), some = false;
	for (unsigned i = 0; i < s->count; i++) {
		const struct seen *k = &s->seen[i];
		some |= k->at != TIME_NONE;
		if (k->at != TIME_NONE && near_enough(k->at, when.at, zone && k->zone))
			return true;
	}
	for (unsigned i = 0; i < s->d->count; i++) {
		const struct observation *o = &s->d->observations[i];
		some |= o->event_at != TIME_NONE;
		if (o->event_at != TIME_NONE && near_enough(o->event_at, when.at, zone && o->zone_given))
			return true;
	}
	return !some;
}

/* A labelled line of the text around that says otherwise than every notice. */
static void compare(struct search *s, const struct label *l)
{
	struct str token = str_sub(l->value, 0, str_chr(l->value, ' '));
	struct addr x;
	if (label_is(l->name, "*ip address|ip|infringer ip|infringing ip|source ip|offending ip")) {
		if (addr_parse(token, &x) == OK && !any_address(s, &x))
			decode_doubt(s->d, "the text around the notice names another address");
	} else if (label_is(l->name, "port|port id|*'s port|infringer port|source port|port number")) {
		if (!any_port(s, token))
			decode_doubt(s->d, "the text around the notice names another port");
	} else if (label_is(l->name, "*timestamp*|*infringement date*|date of infringement|*last found*|*first found*|*date found*|*time of infringement*")) {
		if (!any_time(s, l->name, l->value))
			decode_doubt(s->d, "the text around the notice names another time");
	}
}

static void compare_around(struct search *s, struct str text, const struct mime_part *part)
{
	struct label l;
	unsigned levels = 0, own = 0, labels = 0;
	while (own < s->count && s->seen[own].part != part)
		own++;
	levels = own < s->count ? s->seen[own].levels : 0;
	for (size_t at = 0; labels < LABELS_MAX && label_next(text, &at, &l); labels++) {
		size_t offset = (size_t)(l.name.ptr - text.ptr);
		/* notices of a part stand in its order */
		while (own < s->count && s->seen[own].part == part && s->seen[own].to <= offset)
			own++;
		bool inside = own < s->count && s->seen[own].part == part && offset >= s->seen[own].from;
		if (!inside && l.levels == levels)
			compare(s, &l);
	}
}

static bool is_xml(const struct mime_part *p)
{
	return str_eq(p->type, STR("application/xml")) || str_eq(p->type, STR("text/xml")) || str_ends_fold(p->name, STR(".xml")) ||
		str_eq(p->type, STR("application/acns+xml"));
}

static void search_part(struct search *s, const struct mime_part *p)
{
	struct decode *d = s->d;
	if (p->multipart || p->message)
		return;
	if (is_xml(p)) {
		struct str body = mime_body(d->arena, p);
		if (!is_copy(s, body) && !search_document(s, body, p))
			search_text(s, body, p);
	} else if (str_eq(p->type, STR("text/plain"))) {
		search_text(s, mime_text(d->arena, p, NULL), p);
	}
}

/* A work that is stored here can be taken down: whether the letter around is a notice that the statute knows. */
static void tell_elements(struct search *s, struct str text, const struct mime_part *part)
{
	struct legal_found law;
	bool hosted = false;
	for (unsigned i = 0; i < s->d->count; i++)
		hosted |= kind_info(s->d->observations[i].kind)->flags & KIND_HOSTED;
	if (!hosted)
		return;
	legal_scan(text, &law);
	if (legal_kind(&law) == KIND_COPYRIGHT)
		dmca_tell(s->d, 0, text, &law, false, part->path, 0);
}

static void look_around(struct search *s, const struct mime_part *p)
{
	if (!str_eq(p->type, STR("text/plain")) || p->multipart || is_xml(p))
		return;
	struct str text = mime_text(s->d->arena, p, NULL);
	compare_around(s, text, p);
	tell_elements(s, text, p);
}

/* What was read stands, if it stands alone; with one beside it that cannot be read a person looks at all. */
static bool conclude(struct search *s, struct decode *d)
{
	if (!s->count && !s->broken)
		return false;
	d->format = "acns";
	if (s->broken)
		decode_doubt(d, s->count ? "of several notices not all can be read" : "the notice cannot be read");
	if (!d->count)
		return false;
	d->outcome = OUTCOME_REPORT;
	return true;
}

bool acns_decode(struct decode *d)
{
	struct search s = { .d = d };
	bool quoted = false;
	if (!d->mime.count) {
		if (!search_document(&s, d->text, NULL))
			search_text(&s, d->text, NULL);
		if (s.count)
			compare_around(&s, d->text, NULL);
		return conclude(&s, d);
	}
	for (unsigned i = 0; i < d->mime.count; i++)
		search_part(&s, &d->mime.parts[i]);
	for (unsigned i = 0; !s.count && !s.broken && i < d->mime.count; i++)
		if (str_eq(d->mime.parts[i].type, STR("text/html")))
			search_text(&s, mime_text(d->arena, &d->mime.parts[i], NULL), &d->mime.parts[i]);
	for (unsigned i = 0; s.count && i < d->mime.count; i++)
		look_around(&s, &d->mime.parts[i]);
	for (unsigned i = 0; i < s.count; i++)
		quoted |= s.seen[i].levels && s.seen[i].count;
	if (quoted && d->in_reply_to.len)
		decode_doubt(d, "the notice is quoted in an answer to another message");
	return conclude(&s, d);
}
