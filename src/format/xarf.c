/*
 * XARF: which document is which version, and version 4 by its schemas; the older ones are xarf_old.c's. Strict rules become
 * problems, the lenient reading goes on.
 *
 * What each type of version 4 demands is one table, after the schemas (not the specification's prose, which differs). The
 * rule that a source_port is demanded for addresses only is decided by testing the text as an address.
 */
#include <stdio.h>

#include "base/json.h"
#include "format/shapes.h"

enum { NAME_MAX_BYTES = 200, EVIDENCE_MAX = 50, TAGS_MAX = 20 };

enum { NEEDS_PORT = 1, NEEDS_URL = 2, NEEDS_FIRST_SEEN = 4, NEEDS_PROTOCOL = 8, NEEDS_SERVICE = 16 };
enum { CONNECTION = NEEDS_FIRST_SEEN | NEEDS_PROTOCOL, CONTENT = NEEDS_URL };

/* Mandatory members beyond the common ones, by type. A "|" separates alternatives, a "." goes into a member. */
static const struct { const char *type; unsigned needs; const char *members[3]; } demands[] = {
	{ "messaging.spam", NEEDS_PROTOCOL, { NULL } },
	{ "messaging.bulk_messaging", NEEDS_PROTOCOL, { "recipient_count" } },
	{ "connection.login_attack", CONNECTION | NEEDS_PORT, { NULL } },
	{ "connection.port_scan", CONNECTION | NEEDS_PORT, { NULL } },
	{ "connection.ddos", CONNECTION | NEEDS_PORT, { NULL } },
	{ "connection.infected_host", CONNECTION, { "bot_type" } },
	{ "connection.reconnaissance", CONNECTION, { "probed_resources" } },
	{ "connection.scraping", CONNECTION, { "total_requests" } },
	{ "connection.sql_injection", CONNECTION, { NULL } },
	{ "connection.vulnerability_scan", CONNECTION, { "scan_type" } },
	{ "content.phishing", CONTENT, { NULL } },
	{ "content.malware", CONTENT, { NULL } },
	{ "content.fraud", CONTENT, { "fraud_type" } },
	{ "content.csam", CONTENT, { "classification", "detection_method" } },
	{ "content.csem", CONTENT, { "exploitation_type", "detection_method" } },
	{ "content.exposed_data", CONTENT, { "data_types", "exposure_method" } },
	{ "content.brand_infringement", CONTENT, { "infringement_type", "legitimate_site" } },
	{ "content.remote_compromise", CONTENT, { "compromise_type" } },
	{ "content.suspicious_registration", CONTENT, { "registration_date", "suspicious_indicators" } },
	{ "copyright.copyright", 0, { "infringing_url" } },
	{ "copyright.p2p", 0, { "p2p_protocol", "swarm_info.info_hash|swarm_info.magnet_uri" } },
	{ "copyright.cyberlocker", 0, { "infringing_url", "hosting_service" } },
	{ "copyright.link_site", 0, { "infringing_url", "site_name" } },
	{ "copyright.ugc_platform", 0, { "infringing_url", "platform_name" } },
	{ "copyright.usenet", 0, { "newsgroup", "message_info.message_id" } },
	{ "vulnerability.cve", NEEDS_SERVICE, { "cve_id", "service_port" } },
	{ "vulnerability.open_service", NEEDS_SERVICE, { NULL } },
	{ "vulnerability.misconfiguration", NEEDS_SERVICE, { NULL } },
	{ "infrastructure.botnet", 0, { "compromise_evidence" } },
	{ "infrastructure.compromised_server", 0, { "compromise_method" } },
	{ "reputation.blocklist", 0, { "threat_type" } },
	{ "reputation.threat_intelligence", 0, { "threat_type" } },
};

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

/* Every scalar below a member becomes a fact "a.b", arrays "a.0". Evidence payloads and private members stay out. */
static void facts(struct decode *d, struct observation *o, const struct json *node, struct str part, struct str path, unsigned depth)
{
	unsigned i = 0;
	for (const struct json *m = node->child; m && o->fact_count < OBSERVATION_FACTS_MAX; m = m->next, i++) {
		if (str_eq(m->key, STR("_internal")) || str_eq_fold(m->key, STR("payload")))
			continue;
		char number[12];
		int digits = node->type == JSON_OBJECT ? 0 : snprintf(number, sizeof(number), "%u", i);
		struct str name = fact_name(d, path, node->type == JSON_OBJECT ? m->key : (struct str){ number, (size_t)digits });
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

/* json_at for a path that is no C string. */
static const struct json *member(const struct json *m, struct str path)
{
	struct str part;
	while (m && str_split(&path, '.', &part)) {
		m = m->type == JSON_OBJECT ? m->child : NULL;
		while (m && (m->key.len != part.len || !str_eq(m->key, part)))
			m = m->next;
	}
	return m;
}

static void need(struct decode *d, const struct json *root, const char *alternatives)
{
	struct str rest = str_of(alternatives), one;
	while (str_split(&rest, '|', &one)) {
		const struct json *m = member(root, one);
		if (m && m->type != JSON_NULL && !(m->type == JSON_STRING && !m->text.len))
			return;
	}
	decode_problem(d, true, "%s is missing", alternatives);
}

static bool is_uuid(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? c != '-' : !((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')))
			return false;
	}
	return s.len == 36;
}

static void check_party(struct decode *d, const struct json *root, const char *who)
{
	static const char *const members[] = { "org", "contact", "domain" };
	const struct json *party = json_get(root, who);
	if (!party || party->type != JSON_OBJECT) {
		decode_problem(d, true, "%s is missing", who);
		return;
	}
	for (size_t i = 0; i < 3; i++)
		if (!json_text(party, members[i]).len)
			decode_problem(d, true, "%s.%s is missing", who, members[i]);
	for (const struct json *m = party->child; m; m = m->next)
		if (!str_eq(m->key, STR("org")) && !str_eq(m->key, STR("contact")) && !str_eq(m->key, STR("domain")))
			decode_problem(d, true, "%s.%.*s is not allowed", who, STR_ARG(str_sub(m->key, 0, 60)));
}

static void check_common(struct decode *d, const struct json *root)
{
	int64_t at;
	if (!is_uuid(json_text(root, "report_id")))
		decode_problem(d, true, "report_id is no UUID");
	if (time_parse(json_text(root, "timestamp"), &at) != OK)
		decode_problem(d, true, "timestamp is no RFC 3339 date-time");
	check_party(d, root, "reporter");
	check_party(d, root, "sender");
	if (!json_text(root, "source_identifier").len)
		decode_problem(d, true, "source_identifier is missing");
	const struct json *confidence = json_get(root, "confidence");
	if (confidence && confidence->type != JSON_NUMBER)
		decode_problem(d, true, "confidence is no number");
	const struct json *port = json_get(root, "source_port");
	if (port && (!port->is_integer || port->integer < 1 || port->integer > 65535))
		decode_problem(d, true, "source_port is no port");
	unsigned n = 0;
	const struct json *list = json_get(root, "evidence");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next, n++)
		if (!json_text(m, "content_type").len || !json_get(m, "payload"))
			decode_problem(d, true, "evidence %u lacks content_type or payload", n);
	if (n > EVIDENCE_MAX)
		decode_problem(d, true, "more than %d items of evidence", EVIDENCE_MAX);
	n = 0;
	list = json_get(root, "tags");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next, n++)
		if (m->type != JSON_STRING || str_chr(m->text, ':') == SIZE_MAX)
			decode_problem(d, true, "tag %u is not namespace:value", n);
	if (n > TAGS_MAX)
		decode_problem(d, true, "more than %d tags", TAGS_MAX);
}

static void check_type(struct decode *d, const struct json *root, struct str type)
{
	struct addr x;
	size_t i = 0, count = sizeof(demands) / sizeof(demands[0]);
	while (i < count && !str_eq(type, str_of(demands[i].type)))
		i++;
	if (i == count) {
		decode_problem(d, true, "category and type %.*s are not in the specification", STR_ARG(str_sub(type, 0, 80)));
		return;
	}
	bool is_addr = addr_parse(json_text(root, "source_identifier"), &x) == OK;
	bool smtp = str_eq(json_text(root, "protocol"), STR("smtp")) && str_starts(type, STR("messaging."));
	if (demands[i].needs & NEEDS_FIRST_SEEN)
		need(d, root, "first_seen");
	if (demands[i].needs & NEEDS_PROTOCOL)
		need(d, root, "protocol");
	if (demands[i].needs & NEEDS_URL)
		need(d, root, "url");
	if (demands[i].needs & NEEDS_SERVICE)
		need(d, root, "service");
	if (is_addr && (demands[i].needs & NEEDS_PORT || smtp))
		need(d, root, "source_port");
	if (smtp)
		need(d, root, "smtp_from");
	for (size_t m = 0; m < 3 && demands[i].members[m]; m++)
		need(d, root, demands[i].members[m]);
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

static void version4(struct decode *d, struct observation *o, const struct json *root)
{
	struct str category = json_text(root, "category"), type = json_text(root, "type");
	struct str whole = str_format(d->arena, "%.*s.%.*s", STR_ARG(category), STR_ARG(type));
	struct str first = json_text(root, "first_seen");
	o->kind_text = whole;
	o->kind = kind_from_xarf(category, type);
	if (!str_starts(json_text(root, "xarf_version"), STR("4.")))
		decode_problem(d, true, "xarf_version is not 4.x.y");
	check_common(d, root);
	check_type(d, root, whole);
	xarf_time(d, o, first.len ? first : json_text(root, "timestamp"), json_text(root, "last_seen"));
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
	struct str v4 = json_text(root, "xarf_version"), old = json_text(root, "Version");
	const struct json *report = json_get(root, "Report");
	bool whole = report && report->type == JSON_OBJECT, only_version = old.len && !root->child->next;
	if (!v4.len && !whole && !(old.len && (report || json_get(root, "ReporterInfo") || only_version)))
		return false;
	d->format = v4.len ? "xarf-4" : str_eq(old, STR("1")) ? "xarf-1" : str_eq(old, STR("2")) ? "xarf-2" : "xarf-3";
	if (!v4.len && !whole) {
		/* nothing that could be judged: known by its shape, and a person's */
		xarf_old_check(d, root, old);
		return true;
	}
	struct observation *o = decode_add(d);
	if (!o)
		return false;
	if (!v4.len)
		xarf_old(d, o, root, old);
	else
		version4(d, o, root);
	facts(d, o, root, part, STR(""), 0);
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
