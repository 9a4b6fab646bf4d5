/*
 * XARF: which document is which version, and the reading of version 4; its rules are xarf4.c's, the older versions
 * xarf_old.c's. Strict rules become problems, the lenient reading goes on.
 */
#include <stdio.h>

#include "base/json.h"
#include "format/shapes.h"
#include "format/shown.h"
#include "format/xarf4.h"

enum { NAME_MAX_BYTES = 200, INDEX_TEXT_MAX = 12 };

/* "a" and "B" to "a.b"; a name that is in lower case already is borrowed. */
static struct str fact_name(struct decode *d, struct str path, struct str name)
{
	size_t dot = path.len ? 1 : 0;
	bool upper = false;
	for (size_t i = 0; i < name.len; i++)
		upper |= name.ptr[i] >= 'A' && name.ptr[i] <= 'Z';
	if (!path.len && !upper)
		return name;
	char *out = name.len <= NAME_MAX_BYTES ? arena_alloc(d->arena, path.len + dot + name.len) : NULL;
	if (!out)
		return STR_NONE;
	if (path.len) {
		memcpy(out, path.ptr, path.len);
		out[path.len] = '.';
	}
	for (size_t i = 0; i < name.len; i++)
		out[path.len + dot + i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] | 0x20) : name.ptr[i];
	return (struct str){ out, path.len + dot + name.len };
}

/* Without snprintf, which takes longer than all else that is done with such a member. */
static struct str index_text(unsigned n, char out[INDEX_TEXT_MAX])
{
	size_t at = INDEX_TEXT_MAX;
	do
		out[--at] = (char)('0' + n % 10);
	while (n /= 10);
	return (struct str){ out + at, INDEX_TEXT_MAX - at };
}

/* Every scalar below a member becomes a fact "a.b", arrays "a.0". Evidence payloads and private members stay out. */
static void facts(struct decode *d, struct observation *o, const struct json *node, struct str part, struct str path, unsigned depth)
{
	unsigned i = 0;
	for (const struct json *m = node->child; m && o->fact_count < OBSERVATION_FACTS_MAX; m = m->next, i++) {
		if (str_eq(m->key, STR("_internal")) || str_eq_fold(m->key, STR("payload")))
			continue;
		char number[INDEX_TEXT_MAX];
		struct str name = fact_name(d, path, node->type == JSON_OBJECT ? m->key : index_text(i, number));
		if (node->type == JSON_ARRAY && !path.len)
			name = str_copy(d->arena, name);
		if (!name.len || name.len > NAME_MAX_BYTES)
			continue;
		struct span span = { part, m->from, m->to };
		if (m->type == JSON_OBJECT || m->type == JSON_ARRAY) {
			if (depth < 6)
				facts(d, o, m, part, name, depth + 1);
		} else if (m->type == JSON_STRING) {
			decode_fact(d, o, name, m->text, span, CERTAINTY_STATED);
		} else if (m->type != JSON_NULL) {
			decode_fact(d, o, name, m->type == JSON_NUMBER ? m->text : m->boolean ? STR("true") : STR("false"), span, CERTAINTY_STATED);
		}
	}
}

void xarf_time(struct decode *d, struct observation *o, struct str first, struct str last)
{
	if (time_parse(first, &o->event_at) != OK) {
		bool zone = false;
		if (time_parse_mail(first, &o->event_at, &zone) != OK) {
			decode_problem(d, false, "nothing tells when it happened");
			return;
		}
		o->zone_given = zone;
	} else {
		o->zone_given = first.len > 10;
	}
	o->first_at = o->last_at = o->event_at;
	int64_t at;
	if (last.len && time_parse(last, &at) == OK && at > o->first_at)
		o->last_at = at;
}

static struct str class_text(struct arena *a, struct str category, struct str type)
{
	char *text = arena_alloc(a, category.len + 1 + type.len);
	if (!text)
		return STR_NONE;
	memcpy(text, category.ptr ? category.ptr : "", category.len);
	text[category.len] = '.';
	memcpy(text + category.len + 1, type.ptr ? type.ptr : "", type.len);
	return (struct str){ text, category.len + 1 + type.len };
}

static void version4(struct decode *d, struct observation *o, const struct json *root)
{
	struct str category = json_text(root, "category"), type = json_text(root, "type");
	struct str first = json_text(root, "first_seen"), timestamp = json_text(root, "timestamp");
	int64_t at;
	o->kind_text = class_text(d->arena, category, type);
	o->kind = kind_from_xarf(category, type);
	xarf4_check(d, root);
	xarf_time(d, o, time_parse(first, &at) == OK ? first : timestamp, json_text(root, "last_seen"));
	int64_t port = json_int(root, "source_port", 0);
	o->source.port = port > 0 && port <= 65535 ? (uint16_t)port : 0;
	struct str source = json_text(root, "source_identifier"), url = json_text(root, "url");
	decode_source(d, o, source.len ? source : url, CERTAINTY_STATED);
	o->report_id = json_text(root, "report_id");
	struct str domain = json_text(json_get(root, "reporter"), "domain"), contact = json_text(json_get(root, "reporter"), "contact");
	if (domain.len)
		o->reporter = str_lower(d->arena, domain);
	if (contact.len && !o->reply_to.len)
		o->reply_to = mime_addr_spec(d->arena, contact);
}

/* By its version; or, when somebody forgot that, by the members that no other format has together. */
static bool is_version4(const struct json *root)
{
	static const char *const members[] = { "report_id", "source_identifier", "reporter", "sender", "category", "type", "timestamp" };
	unsigned n = 0;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		n += json_get(root, members[i]) != NULL;
	return json_get(root, "xarf_version") || (n >= 4 && !json_get(root, "Report"));
}

bool xarf_document(struct decode *d, struct str json, struct str part)
{
	struct json *root;
	struct why why;
	if (str_trim(json).len == 0 || str_trim(json).ptr[0] != '{')
		return false;
	enum err e = json_read(d->arena, json, &root, &why);
	if (e && str_find(json, STR("xarf_version")) == SIZE_MAX && str_find(json, STR("ReporterInfo")) == SIZE_MAX)
		return false;
	if (e) {
		d->format = "xarf";
		decode_problem(d, true, "no JSON: %s", why.text);
		return false;
	}
	struct str old = json_text(root, "Version");
	const struct json *report = json_get(root, "Report");
	bool four = is_version4(root), whole = report && report->type == JSON_OBJECT, only_version = old.len && !root->child->next;
	if (!four && !whole && !(old.len && (report || json_get(root, "ReporterInfo") || only_version)))
		return false;
	d->format = four ? "xarf-4" : str_eq(old, STR("1")) ? "xarf-1" : str_eq(old, STR("2")) ? "xarf-2" : "xarf-3";
	if (!four && !whole) {
		/* nothing that could be judged: known by its shape, and a person's */
		xarf_old_check(d, root, old);
		return true;
	}
	struct observation *o = decode_add(d);
	if (!o)
		return false;
	if (!four)
		xarf_old(d, o, root, old);
	else
		version4(d, o, root);
	facts(d, o, root, part, STR(""), 0);
	shown_list(d, o, json_get(four ? root : report, four ? "evidence" : "Samples"));
	d->outcome = OUTCOME_REPORT;
	if (o->kind == KIND_UNCLASSIFIED)
		decode_problem(d, false, "the class \"%.*s\" is not known", STR_ARG(str_sub(o->kind_text, 0, 80)));
	return true;
}

bool xarf_json_decode(struct decode *d)
{
	return !d->mime.count && xarf_document(d, d->text, STR(""));
}

bool xarf_mail_decode(struct decode *d)
{
	unsigned found = 0;
	for (unsigned i = 0; i < d->mime.count; i++) {
		const struct mime_part *p = &d->mime.parts[i];
		bool json = str_eq(p->type, STR("application/json")) || str_ends_fold(p->name, STR(".json")) || str_eq(p->type, STR("text/json"));
		if (!json && !(i == 0 && str_starts(str_trim(p->body), STR("{"))))
			continue;
		found += xarf_document(d, mime_text(d->arena, p, NULL), p->path);
	}
	return found;
}
