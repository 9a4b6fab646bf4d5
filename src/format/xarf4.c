/*
 * XARF version 4: a document against its tables. See xarf4.h.
 *
 * The tables bound the depth; a document of many members costs each of them one look at a short table.
 */
#include "format/xarf4.h"

#include <stdlib.h>

#include "base/addr.h"
#include "format/value.h"

enum { NAME_QUOTED_MAX = 60, WHERE_MAX = 160, NUMBER_TEXT_MAX = 1000 };

static const char *const value_text[] = { "anything", "a text", "one of its words", "true or false", "a whole number", "a number",
	"an object", "a date-time of RFC 3339", "a date of RFC 3339", "a mail address", "a host name", "a URI", "a UUID", "an address",
	"an IPv4 address", "an IPv6 address", "base64", "4.x.y", "a domain in lower case", "a CVE number", "a CVE number",
	"a vector of CVSS 3", "algorithm:hex", "algorithm:hex", "32 hexadecimal digits", "40 hexadecimal digits", "64 hexadecimal digits",
	"namespace:value", "a language", "a country of two letters", "a currency of three letters", "a magnet link" };

/* Where a member stands, for the text of a problem; made only when there is one. */
struct where {
	const struct where *up;
	struct str name;
	size_t index; /* of a list's item; SIZE_MAX: none */
};

static struct str where_text(struct decode *d, const struct where *w)
{
	struct str name = str_sub(w->name, 0, NAME_QUOTED_MAX), up = w->up ? where_text(d, w->up) : STR_NONE;
	if (w->index != SIZE_MAX)
		return str_format(d->arena, "%.*s[%zu]", STR_ARG(up), w->index);
	return up.len ? str_format(d->arena, "%.*s.%.*s", STR_ARG(up), STR_ARG(name)) : name;
}

static void broken(struct decode *d, const struct where *w, struct str how)
{
	struct str at = str_sub(where_text(d, w), 0, WHERE_MAX);
	decode_problem(d, true, "%.*s %.*s", STR_ARG(at), STR_ARG(how));
}

static const struct json *find(const struct json *object, struct str name)
{
	const struct json *m = object && object->type == JSON_OBJECT ? object->child : NULL;
	while (m && (m->key.len != name.len || !str_eq(m->key, name)))
		m = m->next;
	return m;
}

static const struct json *find_path(const struct json *m, struct str path)
{
	struct str name;
	while (m && str_split(&path, '.', &name))
		m = find(m, name);
	return m;
}

static double number(struct decode *d, const struct json *m)
{
	if (m->is_integer)
		return (double)m->integer;
	return strtod(str_c(d->arena, str_sub(m->text, 0, NUMBER_TEXT_MAX)), NULL);
}

static bool is_whole(double v)
{
	/* beyond 2^53 a double has no fraction; what is infinite is no integer */
	const double exact = 9007199254740992.0, huge = 1e308;
	return v <= -exact || v >= exact ? v >= -huge && v <= huge : v == (double)(int64_t)v;
}

static bool pair_ok(struct str s, char between, bool (*left)(struct str), bool (*right)(struct str))
{
	size_t at = str_chr(s, between);
	return at != SIZE_MAX && left(str_sub(s, 0, at)) && right(str_sub(s, at + 1, s.len));
}

static bool letters(struct str s, char from, char to, size_t least, size_t most)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < from || s.ptr[i] > to)
			return false;
	return s.len >= least && s.len <= most;
}

static bool some_digits(struct str s)
{
	return value_digits(s, 1, SIZE_MAX);
}

static bool tag_half(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(i && (c == '_' || c == '+' || c == '-')))
			return false;
	}
	return s.len > 0;
}

static bool some_hex(struct str s)
{
	return value_hex(s, 1);
}

static bool is_hash_name(struct str s)
{
	return value_word(s, "md5|sha1|sha256|sha512");
}

static bool is_file_hash_name(struct str s)
{
	return value_word(s, "md5|sha1|sha256");
}

/* Of at least two labels, in lower case, without "--": the schema's own pattern. */
static bool domain_ok(struct str s)
{
	size_t last = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i], before = i ? s.ptr[i - 1] : '.';
		if (c == '.' || c == '-') {
			if (before == '.' || before == '-')
				return false;
			last = c == '.' ? i + 1 : last;
		} else if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
			return false;
		}
	}
	return last && letters(str_sub(s, last, s.len), 'a', 'z', 2, SIZE_MAX);
}

static bool cve_ok(struct str s, size_t digits)
{
	return str_starts(s, STR("CVE-")) && s.len > 9 && s.ptr[8] == '-' && value_digits(str_sub(s, 4, 4), 4, 4) &&
		value_digits(str_sub(s, 9, s.len), digits, SIZE_MAX);
}

static bool language_ok(struct str s)
{
	return (s.len == 2 || (s.len == 5 && s.ptr[2] == '-' && letters(str_sub(s, 3, 2), 'A', 'Z', 2, 2))) &&
		letters(str_sub(s, 0, 2), 'a', 'z', 2, 2);
}

static bool addr_ok(struct str s, enum xarf4_value value)
{
	struct addr a;
	bool six = str_chr(s, ':') != SIZE_MAX;
	return addr_parse(s, &a) == OK && (value == ADDRESS || six == (value == IPV6));
}

static bool version_ok(struct str s)
{
	return str_starts(s, STR("4.")) && pair_ok(str_sub(s, 2, s.len), '.', some_digits, some_digits);
}

static bool text_ok(const struct xarf4_rule *r, struct str s)
{
	switch (r->value) {
	case WORD: return value_word(s, r->words);
	case DATE_TIME: return value_date_time(s);
	case DATE: return value_date(s);
	case EMAIL: return value_email(s);
	case HOST: return value_host(s);
	case URI: return value_uri(s);
	case UUID: return value_uuid(s);
	case ADDRESS:
	case IPV4:
	case IPV6: return addr_ok(s, r->value);
	case BASE64: return value_base64(s);
	case VERSION: return version_ok(s);
	case DOMAIN: return domain_ok(s);
	case CVE: return cve_ok(s, 1);
	case CVE_LONG: return cve_ok(s, 4);
	case CVSS3: return str_starts(s, STR("CVSS:3.0/")) || str_starts(s, STR("CVSS:3.1/"));
	case HASH: return pair_ok(s, ':', is_hash_name, some_hex);
	case FILE_HASH: return pair_ok(s, ':', is_file_hash_name, some_hex);
	case HEX32: return s.len == 32 && value_hex(s, 32);
	case HEX40: return s.len == 40 && value_hex(s, 40);
	case HEX64: return s.len == 64 && value_hex(s, 64);
	case TAG: return pair_ok(s, ':', tag_half, tag_half);
	case LANGUAGE: return language_ok(s);
	case COUNTRY: return letters(s, 'A', 'Z', 2, 2);
	case CURRENCY: return letters(s, 'A', 'Z', 3, 3);
	case MAGNET: return str_starts(s, STR("magnet:?xt=urn:"));
	default: return true;
	}
}

static void check_members(struct decode *d, const struct json *object, const struct xarf4_rule *rules, const struct where *up);

static void check_closed(struct decode *d, const struct json *object, const struct xarf4_rule *rules, const struct where *up)
{
	for (const struct json *m = object->child; m; m = m->next) {
		const struct xarf4_rule *r = rules;
		while (r->name && !str_eq(m->key, str_of(r->name)))
			r++;
		if (!r->name)
			broken(d, &(struct where){ up, m->key, SIZE_MAX }, STR("is not allowed"));
	}
}

static void check_value(struct decode *d, const struct json *m, const struct xarf4_rule *r, const struct where *w)
{
	enum json_type type = r->value == FLAG            ? JSON_BOOL :
		r->value == INTEGER || r->value == NUMBER ? JSON_NUMBER :
		r->value == OBJECT                        ? JSON_OBJECT :
							    JSON_STRING;
	bool good = m->type == type;
	if (good && type == JSON_NUMBER) {
		double v = number(d, m);
		good = r->value == NUMBER || is_whole(v);
		if (good && r->flags & BOUNDED && (v < r->least || (r->most > 0 && v > r->most)))
			broken(d, w, STR("is out of its range"));
	} else if (good && type == JSON_STRING) {
		good = text_ok(r, m->text);
		if (good && r->most > 0 && (double)value_characters(m->text) > r->most)
			broken(d, w, STR("is too long"));
	}
	if (!good) {
		struct str how = str_format(d->arena, "is not %s", value_text[r->value]);
		broken(d, w, how);
	} else if (type == JSON_OBJECT && r->members) {
		check_members(d, m, r->members, w);
		if (r->flags & CLOSED)
			check_closed(d, m, r->members, w);
	}
}

static bool repeated(const struct json *list, const struct json *m)
{
	for (const struct json *other = list->child; other != m; other = other->next)
		if (other->type == JSON_STRING && m->type == JSON_STRING && str_eq(other->text, m->text))
			return true;
	return false;
}

static void check_list(struct decode *d, const struct json *list, const struct xarf4_rule *r, const struct where *w)
{
	size_t n = 0;
	if (list->type != JSON_ARRAY) {
		broken(d, w, STR("is not a list"));
		return;
	}
	for (const struct json *m = list->child; m; m = m->next, n++) {
		check_value(d, m, r, &(struct where){ w, STR_NONE, n });
		if (r->flags & UNIQUE && n < r->items_most && repeated(list, m))
			broken(d, w, STR("holds an item twice"));
	}
	if (n < r->items_least)
		broken(d, w, STR("has too few items"));
	if (r->items_most && n > r->items_most)
		broken(d, w, STR("has too many items"));
}

static void check_members(struct decode *d, const struct json *object, const struct xarf4_rule *rules, const struct where *up)
{
	for (const struct xarf4_rule *r = rules; r->name; r++) {
		struct where w = { up, str_of(r->name), SIZE_MAX };
		const struct json *m = find(object, w.name);
		if (!m && r->flags & NEEDED)
			broken(d, &w, STR("is missing"));
		else if (m && r->flags & LIST)
			check_list(d, m, r, &w);
		else if (m)
			check_value(d, m, r, &w);
	}
}

static void need(struct decode *d, const struct json *root, const char *alternatives)
{
	struct str rest = str_of(alternatives), one;
	while (str_split(&rest, '|', &one))
		if (find_path(root, one))
			return;
	decode_problem(d, true, "%s is missing", alternatives);
}

static void check_type(struct decode *d, const struct json *root, const struct xarf4_type *t)
{
	struct addr a;
	struct str source = json_text(root, "source_identifier"), protocol = json_text(root, "protocol");
	if (str_starts(str_of(t->name), STR("content.")))
		check_members(d, root, xarf4_content, NULL);
	check_members(d, root, t->rules, NULL);
	bool smtp = t->flags & SMTP && str_eq(protocol, STR("smtp"));
	if (smtp)
		need(d, root, "smtp_from");
	if (smtp || (t->flags & PORT_OF_ADDRESS && addr_parse(source, &a) == OK))
		need(d, root, "source_port");
	if (t->one_of)
		need(d, root, t->one_of);
}

void xarf4_check(struct decode *d, const struct json *root)
{
	struct str category = json_text(root, "category"), type = json_text(root, "type");
	const struct xarf4_type *t = xarf4_types;
	check_members(d, root, xarf4_core, NULL);
	for (; t->name; t++) {
		if (!category.len || t->name[0] != category.ptr[0])
			continue;
		struct str name = str_of(t->name);
		if (name.len == category.len + 1 + type.len && str_starts(name, category) && name.ptr[category.len] == '.' &&
			str_eq(str_sub(name, category.len + 1, name.len), type))
			break;
	}
	if (t->name)
		check_type(d, root, t);
	else
		decode_problem(d, true, "category and type are not in the specification");
}
