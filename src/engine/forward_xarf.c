/*
 * A complaint in XARF 4, for the reseller that is to deal with it. See forward.h.
 *
 * Its members are a closed list: what a report said beyond it (its reporter, its evidence, its recipients) stays here. Reporter and
 * sender are the provider. What the specification demands and the report did not say is left out, or said in the most general word
 * that the specification has. What it has no type for goes as threat intelligence under our own name of it.
 */
#include "base/digest.h"
#include "engine/forward.h"
#include "engine/letter.h"

enum { XARF_BYTES_MAX = 64 << 10, VALUE_MAX = 1000 };

/* A member that kinds of that category, or that kind, have: taken from the report where it said it, else the general word; NULL = left out. */
static const struct { const char *kind, *member, *general; bool number; } members[] = {
	{ "messaging.", "protocol", "other", false }, { "messaging.bulk_messaging", "recipient_count", NULL, true },
	{ "connection.scraping", "total_requests", NULL, true }, { "connection.vulnerability_scan", "scan_type", NULL, false },
	{ "connection.infected_host", "bot_type", NULL, false }, { "connection.", "protocol", "tcp", false },
	{ "content.fraud", "fraud_type", NULL, false }, { "content.exposed_data", "exposure_method", NULL, false },
	{ "content.brand_infringement", "infringement_type", NULL, false }, { "content.brand_infringement", "legitimate_site", NULL, false },
	{ "content.remote_compromise", "compromise_type", NULL, false },
	{ "copyright.p2p", "p2p_protocol", "other", false }, { "copyright.cyberlocker", "hosting_service", NULL, false }, { "copyright.link_site", "site_name", NULL, false },
	{ "copyright.ugc_platform", "platform_name", NULL, false }, { "copyright.usenet", "newsgroup", NULL, false },
	{ "vulnerability.", "service", "unknown", false }, { "vulnerability.cve", "cve_id", NULL, false }, { "vulnerability.", "service_port", NULL, true },
	{ "infrastructure.botnet", "compromise_evidence", "reported by others", false }, { "infrastructure.compromised_server", "compromise_method", "unknown", false },
};

static bool is_kind(const char *kind, struct str name)
{
	struct str k = str_of(kind);
	return str_ends_fold(k, STR(".")) ? str_starts(name, k) : str_eq(name, k);
}

/* XARF has a type of its own for it. */
static bool has_type(struct str name)
{
	size_t dot = str_chr(name, '.');
	enum kind k = kind_find(name);
	return k != KIND_UNCLASSIFIED && k <= KIND_THREAT_INTELLIGENCE && dot != SIZE_MAX && !(kind_info(k)->flags & (KIND_SEALED | KIND_READ));
}

static void put_member(struct jsonw *w, const char *name, struct str value, bool number)
{
	uint64_t n;
	if (!value.len || value.len > VALUE_MAX)
		return;
	if (!number)
		jsonw_str(w, name, value);
	else if (str_to_u64(value, INT32_MAX, &n) == OK)
		jsonw_int(w, name, (int64_t)n);
}

static void put_party(const struct fold *f, struct jsonw *w, const char *name)
{
	jsonw_object(w, name);
	jsonw_str(w, "org", f->provider);
	jsonw_str(w, "contact", f->contact);
	jsonw_str(w, "domain", f->mail_domain);
	jsonw_end(w, '}');
}

/* Made of the mail's own name: the same mail has the same, and nobody can tell one from another's. */
static struct str report_id(struct fold *f, struct str key)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_format(a, "xarf/%.*s", STR_ARG(key)), &d);
	d.octets[6] = (uint8_t)((d.octets[6] & 0x0f) | 0x80);  /* RFC 9562 5.8: version 8 */
	d.octets[8] = (uint8_t)((d.octets[8] & 0x3f) | 0x80);
	struct str hex = digest_hex(a, &d);
	return str_format(a, "%.*s-%.*s-%.*s-%.*s-%.*s", 8, hex.ptr, 4, hex.ptr + 8, 4, hex.ptr + 12, 4, hex.ptr + 16, 12, hex.ptr + 20);
}

static struct str url_of(const struct casefile *c, const struct observation *seen)
{
	struct str url = seen ? observation_value(seen, "url") : STR_NONE;
	return url.len ? url : str_find(c->source_text, STR("://")) != SIZE_MAX ? c->source_text : STR_NONE;
}

static void put_kind(struct jsonw *w, const struct casefile *c, const struct observation *seen, struct str name, struct arena *a)
{
	size_t dot = str_chr(name, '.');
	jsonw_str(w, "category", str_sub(name, 0, dot));
	jsonw_str(w, "type", str_sub(name, dot + 1, name.len));
	if (str_starts(name, STR("connection.")))
		jsonw_str(w, "first_seen", letter_time(a, c->first_event_at != TIME_NONE ? c->first_event_at : c->opened_at));
	if (str_starts(name, STR("content.")))
		put_member(w, "url", url_of(c, seen), false);
	if (str_starts(name, STR("copyright.")))
		put_member(w, "infringing_url", url_of(c, seen), false);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!is_kind(members[i].kind, name))
			continue;
		struct str value = seen ? observation_value(seen, members[i].member) : STR_NONE;
		put_member(w, members[i].member, value.len ? value : str_of(members[i].general), members[i].number);
	}
	if (str_starts(name, STR("reputation.")))
		jsonw_str(w, "threat_type", c->kind.len && !str_eq(c->kind, name) ? c->kind : c->clause);
}

struct str forward_xarf(struct fold *f, const struct casefile *c, struct str key, const struct observation *seen)
{
	struct arena *a = work_arena(f->work);
	struct buf b;
	struct jsonw w;
	char number[CASE_TEXT_MAX];
	struct str name = has_type(c->kind) ? c->kind : STR("reputation.threat_intelligence");
	case_text(c->number, number);
	buf_init(&b, XARF_BYTES_MAX);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "xarf_version", STR("4.2.0"));
	jsonw_str(&w, "report_id", report_id(f, key));
	jsonw_str(&w, "timestamp", letter_time(a, c->last_event_at != TIME_NONE ? c->last_event_at : c->opened_at));
	put_party(f, &w, "reporter");
	put_party(f, &w, "sender");
	jsonw_str(&w, "source_identifier", c->source_text);
	if (c->port)
		jsonw_int(&w, "source_port", c->port);
	put_kind(&w, c, seen, name, a);
	/* members of our own: by them the program of a reseller knows what its answer is about, and by when (aupd/ear_upstream.c) */
	jsonw_str(&w, "case", str_of(number));
	if (c->fix_by_at != TIME_NONE)
		jsonw_str(&w, "answer_by", letter_time(a, c->fix_by_at));
	jsonw_str(&w, "description", str_format(a, "Case %s about your customer %.*s, clause %.*s", number, STR_ARG(str_sub(c->customer, 0, ENTITY_ID_MAX)), STR_ARG(c->clause)));
	jsonw_end(&w, '}');
	struct str text = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}
