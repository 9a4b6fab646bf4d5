/*
 * One ACNS notice (the element Infringement of 0.6 to 1.2): observations with the span of every fact.
 *
 * There is one observation for each time at which works were seen: that is what can be attributed, and one notice about a
 * thousand files that were offered at once is one incident. Of a time's works the first ITEMS_TOLD are facts. Of a login
 * the password is left out. An address, a time or a type that cannot be read is a problem, never a guess.
 */
#include "format/acns.h"
#include "format/class.h"
#include "format/prose_time.h"
#include "format/shapes.h"

enum { ITEMS_TOLD = 20, LOOK_BACK = 64, TEXT_FACT_MAX = 2000 };

static const struct told {
	const char *path, *name;
} of_notice[ACNS_PATHS] = { { "Case.ID", "case-id" }, { "Case.Ref_URL", "case-url" }, { "Case.Status", "case-status" }, { "Case.Severity", "case-severity" },
	{ "Complainant.Entity", "complainant" }, { "Complainant.Contact", "complainant-contact" }, { "Complainant.Address", "complainant-address" },
	{ "Complainant.Phone", "complainant-phone" }, { "Complainant.Email", "complainant-email" }, { "Source.TimeStamp", "source-time" },
	{ "Source.IP_Address", "source-ip" }, { "Source.Port", "source-port" }, { "Source.DNS_Name", "source-name" }, { "Source.Type", "source-type" },
	{ "Source.URL_Base", "source-url" }, { "Source.UserName", "source-user" }, { "Source.Number_Files", "number-of-files" },
	{ "Source.Deja_Vu", "seen-before" }, { "Type", "notice-type" }, { "Verification", "verification" }, { "Notes", "notes" } };

static const struct told of_item[] = { { "TimeStamp", "time" }, { "Title", "title" }, { "Artist", "artist" }, { "FileName", "file-name" },
	{ "FileSize", "file-size" }, { "URL", "url" }, { "Type", "work-type" }, { "Hash", "hash" } };

/* Hours and minutes are parted by "-" in some ("2015-05-06T05-00-00UTC"); others write as people do. */
int64_t acns_time(struct arena *a, struct str text, bool *ret_zone)
{
	struct prose_time when;
	int64_t at;
	text = str_trim(text);
	*ret_zone = false;
	if (text.len > 10 && time_parse(text, &at) == OK) {
		*ret_zone = true;
		return at;
	}
	if (text.len >= 19 && text.len <= PROSE_TIME_MAX && text.ptr[10] == 'T' && text.ptr[13] == '-' && text.ptr[16] == '-') {
		struct str s = str_copy(a, text);
		char *p = s.ptr ? (char *)(uintptr_t)s.ptr : NULL;
		if (!p)
			return TIME_NONE;
		p[13] = p[16] = ':';
		text = s;
	}
	if (!text.len || !prose_time_at(text, 0, TIME_NONE, &when))
		return TIME_NONE;
	/* bytes behind it may be the zone that was not understood */
	*ret_zone = when.zone_given;
	return str_trim(str_sub(text, when.to, text.len)).len && !when.zone_given ? TIME_NONE : when.at;
}

/* The bytes of an element's text: between its tags. */
static struct span span_of(const struct acns *n, const struct xml *x)
{
	struct str whole = str_sub(n->text, x->from, x->to - x->from);
	size_t from = str_chr(whole, '>'), to = whole.len;
	while (to > 1 && !(whole.ptr[to - 1] == '/' && whole.ptr[to - 2] == '<'))
		to--;
	bool inner = from != SIZE_MAX && to > 1 && from + 1 <= to - 2;
	while (inner && from + 1 < to - 2 && (unsigned char)whole.ptr[from + 1] <= ' ')
		from++;
	while (inner && from + 1 < to - 2 && (unsigned char)whole.ptr[to - 3] <= ' ')
		to--;
	size_t a = x->from + (inner ? from + 1 : 0), b = x->from + (inner ? to - 2 : whole.len);
	return (struct span){ n->part, (uint32_t)(n->base + mend_origin(&n->mended, a)), (uint32_t)(n->base + mend_origin(&n->mended, b)) };
}

static void tell(const struct acns *n, struct observation *o, const struct xml *x, const char *name)
{
	struct str value = x ? str_sub(str_trim(x->text), 0, TEXT_FACT_MAX) : STR_NONE;
	if (value.len)
		decode_fact(n->d, o, str_of(name), value, span_of(n, x), CERTAINTY_STATED);
}

static void tell_attribute(const struct acns *n, struct observation *o, const struct xml *x, const char *attribute, const char *name)
{
	struct str value = str_trim(xml_attribute(x, attribute));
	if (value.len)
		decode_fact(n->d, o, str_of(name), value,
			(struct span){ n->part, (uint32_t)(n->base + mend_origin(&n->mended, x->from)), (uint32_t)(n->base + mend_origin(&n->mended, x->to)) }, CERTAINTY_STATED);
}

/* What is alleged, by what the notice itself says of it; without such a word by the shape of its link. */
static void find_kind(struct acns *n)
{
	const struct str words[] = { str_trim(xml_attribute(n->sub_type, "BaseType")), str_trim(xml_attribute(n->sub_type, "Protocol")), xml_text(n->source, "Type") };
	struct str retraction = str_trim(xml_attribute(n->type, "Retraction"));
	n->word = words[2];
	for (size_t i = 0; i < 3 && !n->kind; i++) {
		n->kind = words[i].len ? class_kind(n->d, "acns", words[i]) : KIND_UNCLASSIFIED;
		if (n->kind)
			n->word = words[i];
	}
	if (!n->kind && (str_starts_fold(xml_text(n->item, "URL"), STR("http")) || str_starts_fold(n->url, STR("http"))))
		n->kind = KIND_COPYRIGHT;
	if (str_eq_fold(retraction, STR("true")) || str_eq(retraction, STR("1")))
		n->kind = KIND_RETRACTION;
	else if (n->type && str_eq_fold(str_trim(n->type->text), STR("PRELIT")))
		n->kind = KIND_LEGAL_CLAIM;
}

/* Where it came from: the address; of a notice that has none the link, then the name. */
static void take_source(const struct acns *n, struct observation *o, const struct xml *item)
{
	const struct str others[] = { xml_text(item, "URL"), n->url, n->name };
	uint64_t number;
	if (n->ip.len)
		decode_source(n->d, o, n->ip, CERTAINTY_STATED);
	if (o->source.type != SOURCE_ADDR) {
		o->source = (struct source){ .type = SOURCE_NONE };
		for (size_t i = 0; i < 3 && o->source.type != SOURCE_URL && o->source.type != SOURCE_DOMAIN; i++)
			if (others[i].len)
				decode_source(n->d, o, others[i], CERTAINTY_STATED);
		if (o->source.type != SOURCE_URL && o->source.type != SOURCE_DOMAIN)
			o->source = (struct source){ .type = SOURCE_NONE };
	}
	if (n->port.len && str_to_u64(n->port, 65535, &number) == OK)
		o->source.port = (uint16_t)number;
}

static struct observation *begin(struct acns *n, const struct xml *item, int64_t at, bool zone)
{
	struct observation *o = decode_add(n->d);
	if (!o)
		return NULL;
	n->count++;
	class_take(n->d, o, "acns", n->word);
	o->kind = n->kind;
	o->event_at = o->first_at = o->last_at = at;
	o->zone_given = zone;
	if (n->id.len)
		o->report_id = o->thread = n->id;
	if (!o->reporter.len)
		o->reporter = str_lower(n->d->arena, n->email);
	if (!o->reply_to.len)
		o->reply_to = n->email;
	take_source(n, o, item);
	decode_fact(n->d, o, STR("acns-version"), n->version == ACNS_0 ? STR("0.6 or 0.7") : n->version == ACNS_1 ? STR("1.0 or 1.1") : STR("1.2"),
		(struct span){ n->part, (uint32_t)n->base, (uint32_t)n->base }, CERTAINTY_DERIVED);
	for (size_t i = 0; i < ACNS_PATHS; i++)
		tell(n, o, n->told[i], of_notice[i].name);
	tell_attribute(n, o, n->sub_type, "BaseType", "source-base-type");
	tell_attribute(n, o, n->sub_type, "Protocol", "source-protocol");
	tell_attribute(n, o, n->sub_type, "Application", "source-application");
	tell_attribute(n, o, n->type, "Retraction", "retraction");
	return o;
}

/* An observation of that time among the last ones of this notice. */
static struct observation *of_time(const struct acns *n, int64_t at)
{
	for (unsigned i = 0; i < n->count && i < LOOK_BACK; i++) {
		struct observation *o = &n->d->observations[n->first + n->count - 1 - i];
		if (o->event_at == at)
			return o;
	}
	return NULL;
}

/* Each work at its own time; works of the same time together. */
static void read_items(struct acns *n, int64_t source_at, bool source_zone)
{
	const struct xml *item = n->item;
	struct decode *d = n->d;
	unsigned told = 0, works = 0, untimed = 0;
	struct observation *last = NULL;
	for (; item; item = xml_next(item)) {
		bool zone = source_zone;
		struct str when = xml_text(item, "TimeStamp");
		int64_t at = when.len ? acns_time(d->arena, when, &zone) : source_at;
		if (when.len && at == TIME_NONE) {
			untimed++;
			at = source_at;
			zone = source_zone;
		}
		struct observation *o = of_time(n, at);
		if (!o)
			o = begin(n, item, at, zone);
		if (!o) {
			decode_problem(d, false, "more than %d observations: the rest is only in the notice", OBSERVATIONS_PER_ITEM_MAX);
			break;
		}
		told = o == last ? told + 1 : 1;
		last = o;
		works++;
		if (told > ITEMS_TOLD)
			continue;
		for (size_t i = 0; i < sizeof(of_item) / sizeof(of_item[0]); i++)
			tell(n, o, xml_child(item, of_item[i].path), of_item[i].name);
		tell_attribute(n, o, xml_child(item, "Hash"), "Type", "hash-type");
	}
	if (works > ITEMS_TOLD && n->count < works)
		decode_problem(d, false, "%u works at %u times: of each time the first %d are told", works, n->count, ITEMS_TOLD);
	if (untimed)
		decode_problem(d, false, "%u works have a time that cannot be read: that of the source stands for it", untimed);
}

static void say_what_is_missing(const struct acns *n)
{
	const struct observation *o = &n->d->observations[n->first];
	uint64_t number;
	if (n->ip.len && o->source.type != SOURCE_ADDR)
		decode_problem(n->d, false, "IP_Address is no address");
	if (o->source.type == SOURCE_NONE)
		decode_doubt(n->d, "the notice names no address and no link");
	if (o->event_at == TIME_NONE)
		decode_problem(n->d, false, "nothing tells when it happened");
	else if (!o->zone_given)
		decode_problem(n->d, false, "the time is without a zone");
	if (n->port.len && str_to_u64(n->port, 65535, &number) != OK)
		decode_problem(n->d, false, "Port is no port");
	if (o->kind == KIND_UNCLASSIFIED)
		decode_problem(n->d, false, "nothing tells how the work was offered: Type is \"%.*s\"", STR_ARG(str_sub(o->kind_text, 0, 60)));
	for (unsigned i = 0; i < n->count; i++)
		if (n->d->received_at != TIME_NONE && n->d->observations[n->first + i].event_at > n->d->received_at + DAY_US) {
			decode_doubt(n->d, "the notice tells a time that is still to come");
			break;
		}
}

/* What all observations of the notice share; each is looked for once. */
static void find(struct acns *n)
{
	for (size_t i = 0; i < ACNS_PATHS; i++)
		n->told[i] = xml_at(n->root, of_notice[i].path);
	n->source = xml_child(n->root, "Source");
	n->sub_type = xml_child(n->source, "SubType");
	n->type = xml_child(n->root, "Type");
	n->item = xml_at(n->root, "Content.Item");
	n->id = xml_text(xml_child(n->root, "Case"), "ID");
	n->ip = xml_text(n->source, "IP_Address");
	n->port = xml_text(n->source, "Port");
	n->url = xml_text(n->source, "URL_Base");
	n->name = xml_text(n->source, "DNS_Name");
	struct str email = xml_text(xml_child(n->root, "Complainant"), "Email");
	n->email = email.len ? mime_addr_spec(n->d->arena, email) : STR_NONE;
	find_kind(n);
}

bool acns_document(struct acns *n)
{
	bool zone = false;
	n->first = n->d->count;
	n->count = 0;
	find(n);
	if (!n->source && !n->item && !n->id.len)
		return false;
	struct str when = xml_text(n->source, "TimeStamp");
	int64_t at = acns_time(n->d->arena, when, &zone);
	if (when.len && at == TIME_NONE)
		decode_problem(n->d, false, "the TimeStamp of the source cannot be read");
	n->at = at;
	read_items(n, at, zone);
	if (!n->count && !begin(n, NULL, at, zone))
		return false;
	say_what_is_missing(n);
	acns_check(n);
	return true;
}
