/*
 * The rules of ACNS, one table for each element: which children it has in which order, which of them must be there, and
 * what they are. 0.6 and 0.7 differ from 1.0 to 1.2 in few rows. What breaks one is a strict problem; reading goes on.
 * Values are never quoted.
 */
#include "format/acns.h"
#include "format/value.h"

enum how { NEEDED = 1, MANY = 2 };
enum what { TEXT, TIME, PORT, NUMBER, NUMBER_31, BYTE, EMAIL, WORD };
enum { OLD = ACNS_0, NEW = ACNS_1 | ACNS_1_2, ALL = OLD | NEW, DEEPEST = 4, TOLD_MAX = 60 };

struct rule {
	unsigned versions;
	const char *name;
	unsigned how;
	enum what what;
	const char *words;
	const struct rule *inside;      /* closed by a row without a name */
	bool any_order;
};

static const struct rule case_rules[] = { { ALL, "ID", NEEDED, TEXT, NULL, NULL, false }, { ALL, "Ref_URL", 0, TEXT, NULL, NULL, false },
	{ ALL, "Status", 0, TEXT, NULL, NULL, false }, { ALL, "Severity", 0, WORD, "Normal|Low|High", NULL, false }, { 0 } };

static const struct rule party_rules[] = { { ALL, "Entity", NEEDED, TEXT, NULL, NULL, false }, { ALL, "Contact", 0, TEXT, NULL, NULL, false },
	{ ALL, "Address", 0, TEXT, NULL, NULL, false }, { ALL, "Phone", 0, TEXT, NULL, NULL, false }, { ALL, "Email", NEEDED, EMAIL, NULL, NULL, false },
	{ NEW, "ContactURL", 0, TEXT, NULL, NULL, false }, { 0 } };

static const struct rule source_rules[] = { { ALL, "TimeStamp", NEEDED, TIME, NULL, NULL, false }, { ALL, "IP_Address", NEEDED, TEXT, NULL, NULL, false },
	{ ALL, "Port", 0, PORT, NULL, NULL, false }, { NEW, "Protocol", 0, BYTE, NULL, NULL, false }, { ALL, "DNS_Name", 0, TEXT, NULL, NULL, false },
	{ ALL, "MAC_Address", 0, TEXT, NULL, NULL, false }, { ALL, "IP_Block", 0, TEXT, NULL, NULL, false }, { OLD, "Type", NEEDED, TEXT, NULL, NULL, false },
	{ NEW, "Type", 0, TEXT, NULL, NULL, false }, { NEW, "SubType", 0, TEXT, NULL, NULL, false }, { ALL, "URL_Base", 0, TEXT, NULL, NULL, false },
	{ ALL, "UserName", 0, TEXT, NULL, NULL, false }, { ALL, "Login", 0, TEXT, NULL, NULL, false }, { ALL, "Number_Files", 0, NUMBER, NULL, NULL, false },
	{ ALL, "Deja_Vu", 0, WORD, "Yes|No", NULL, false }, { NEW, "IsSource", 0, TEXT, NULL, NULL, false }, { 0 } };

static const struct rule item_rules[] = { { OLD, "TimeStamp", 0, TIME, NULL, NULL, false }, { NEW, "TimeStamp", NEEDED, TIME, NULL, NULL, false },
	{ NEW, "AlsoSeen", MANY, TEXT, NULL, NULL, false }, { ALL, "Title", 0, TEXT, NULL, NULL, false }, { ALL, "Artist", 0, TEXT, NULL, NULL, false },
	{ ALL, "FileName", NEEDED, TEXT, NULL, NULL, false }, { OLD, "FileSize", 0, NUMBER_31, NULL, NULL, false }, { NEW, "FileSize", 0, NUMBER, NULL, NULL, false },
	{ ALL, "URL", 0, TEXT, NULL, NULL, false }, { ALL, "Type", 0, TEXT, NULL, NULL, false }, { NEW, "ExplicitType", 0, TEXT, NULL, NULL, false },
	{ ALL, "Hash", 0, TEXT, NULL, NULL, false }, { NEW, "UseNetHeader", 0, TEXT, NULL, NULL, false }, { 0 } };

static const struct rule content_rules[] = { { ALL, "Item", NEEDED | MANY, TEXT, NULL, item_rules, false }, { 0 } };
static const struct rule history_rules[] = { { ALL, "Notice", MANY, TEXT, NULL, NULL, false }, { 0 } };

static const struct rule notice_rules[] = { { ALL, "Case", NEEDED, TEXT, NULL, case_rules, false }, { ALL, "Complainant", NEEDED, TEXT, NULL, party_rules, false },
	{ ALL, "Service_Provider", NEEDED, TEXT, NULL, party_rules, false }, { OLD, "Source", NEEDED, TEXT, NULL, source_rules, false },
	{ NEW, "Source", NEEDED, TEXT, NULL, source_rules, true }, { ALL, "Content", NEEDED, TEXT, NULL, content_rules, false },
	{ ALL, "History", 0, TEXT, NULL, history_rules, false }, { ALL, "Notes", 0, TEXT, NULL, NULL, false },
	{ NEW, "Type", 0, WORD, "OTHER|INFRINGEMENT|PRELIT|INFO|DMCA", NULL, false }, { NEW, "Detection", 0, TEXT, NULL, NULL, false },
	{ NEW, "Verification", 0, TEXT, NULL, NULL, false }, { NEW, "InternalTracking", MANY, TEXT, NULL, NULL, false }, { NEW, "TextNotice", 0, TEXT, NULL, NULL, false },
	{ NEW, "VerifiedData", 0, TEXT, NULL, NULL, false }, { NEW, "Declarations", MANY, TEXT, NULL, NULL, false }, { 0 } };

/* XML Schema 2, 3.2.7: the zone may be missing. */
static bool is_time(struct arena *a, struct str s)
{
	int64_t at;
	return s.len >= 19 && s.ptr[10] == 'T' && (value_date_time(s) || time_parse(str_format(a, "%.*sZ", STR_ARG(s)), &at) == OK);
}

static bool fits(const struct acns *n, const struct rule *r, struct str s)
{
	uint64_t number;
	switch (r->what) {
	case TIME: return is_time(n->d->arena, s);
	case PORT: return str_to_u64(s, 65535, &number) == OK;
	case BYTE: return str_to_u64(s, 254, &number) == OK;
	case NUMBER: return value_digits(s, 1, 20);
	case NUMBER_31: return str_to_u64(s, INT32_MAX, &number) == OK;
	case EMAIL: return str_chr(s, '@') != SIZE_MAX;
	case WORD: return value_word(s, r->words);
	case TEXT: break;
	}
	return true;
}

static const struct rule *rule_of(const struct rule *rules, unsigned version, struct str name)
{
	for (const struct rule *r = rules; r->name; r++)
		if (r->versions & version && str_eq(name, str_of(r->name)))
			return r;
	return NULL;
}

static void hold(const struct acns *n, const struct xml *x, const struct rule *rules, bool any_order, unsigned depth);

static void hold_child(const struct acns *n, const struct xml *x, const struct xml *c, const struct rule *r, unsigned depth)
{
	if (!fits(n, r, str_trim(c->text)))
		decode_problem(n->d, true, "%.*s/%s does not have the form of its type", STR_ARG(x->name), r->name);
	if (str_eq(c->name, STR("Hash")) && !xml_attribute(c, "Type").len)
		decode_problem(n->d, true, "Hash does not say its Type");
	if (str_eq(c->name, STR("SubType")) && xml_attribute(c, "BaseType").len && !value_word(xml_attribute(c, "BaseType"), "P2P|SERVER|LINK|OTHER"))
		decode_problem(n->d, true, "the BaseType of SubType is none of its words");
	if (str_eq(c->name, STR("Type")) && xml_attribute(c, "Retraction").len && !value_word(xml_attribute(c, "Retraction"), "true|false|1|0"))
		decode_problem(n->d, true, "the Retraction of Type is neither true nor false");
	if (r->inside && depth < DEEPEST)
		hold(n, c, r->inside, r->any_order, depth + 1);
}

/* The children of x: each known, in its place, as often as it may be. */
static void hold(const struct acns *n, const struct xml *x, const struct rule *rules, bool any_order, unsigned depth)
{
	const struct rule *last = rules;
	for (const struct xml *c = x->child; c; c = c->next) {
		const struct rule *r = rule_of(rules, n->version, c->name);
		if (!r) {
			decode_problem(n->d, true, "%.*s/%.*s is no element of this version", STR_ARG(x->name), STR_ARG(str_sub(c->name, 0, TOLD_MAX)));
			continue;
		}
		if (!any_order && r < last)
			decode_problem(n->d, true, "%.*s/%s stands out of its order", STR_ARG(x->name), r->name);
		last = r > last ? r : last;
		hold_child(n, x, c, r, depth);
	}
	for (const struct rule *r = rules; r->name; r++) {
		const struct xml *c = r->versions & n->version ? xml_child(x, r->name) : NULL;
		if (!c && r->versions & n->version && r->how & NEEDED)
			decode_problem(n->d, true, "%.*s/%s is missing", STR_ARG(x->name), r->name);
		if (c && !(r->how & MANY) && xml_next(c))
			decode_problem(n->d, true, "%.*s/%s is there more than once", STR_ARG(x->name), r->name);
	}
}

void acns_check(const struct acns *n)
{
	struct str space = xml_attribute(n->root, "xmlns"), instance = xml_attribute(n->root, "xsi");
	if (n->root->prefix.len)
		space = xml_attribute(n->root, str_c(n->d->arena, n->root->prefix));
	if (space.len && !str_eq(space, STR("http://www.acns.net/ACNS")) && !str_eq(space, STR("http://www.movielabs.com/ACNS")))
		decode_problem(n->d, true, "the namespace is none of ACNS");
	if (instance.len && !str_eq(instance, STR("http://www.w3.org/2001/XMLSchema-instance")))
		decode_problem(n->d, true, "the prefix xsi is not bound to the namespace of schema instances");
	hold(n, n->root, notice_rules, false, 0);
}
