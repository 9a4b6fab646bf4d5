/*
 * XARF 1 to 3: JSON with the members ReporterInfo and Report. Strict rules are two tables after the published schemas of the
 * versions (which differ little); the lenient reading takes every shape that names a source.
 *
 * Version 3 was published twice. The one of the samples "3.0.0" has no schema, and a Source object instead of SourceIp and
 * SourceUrl: only what both share is held against rules. Values of problems are never quoted whole.
 */
#include "base/json.h"
#include "format/shapes.h"
#include "format/value.h"

enum type {
	ACCOUNT = 1 << 0, BOTNET = 1 << 1, CHILD_ABUSE = 1 << 2, COPYRIGHT = 1 << 3, DOS = 1 << 4, EXPLOIT = 1 << 5, HARASSMENT = 1 << 6,
	LOGIN = 1 << 7, MALWARE = 1 << 8, OPEN_SERVICE = 1 << 9, PHISHING = 1 << 10, PORT_SCAN = 1 << 11, RPZ = 1 << 12, SPAM = 1 << 13,
	TRADEMARK = 1 << 14, CRAWLER = 1 << 15,
	ANY = (1 << 16) - 1,
	BY_ADDRESS = DOS | EXPLOIT | LOGIN | PORT_SCAN | RPZ | SPAM,
	COMMON = ANY & ~(COPYRIGHT | TRADEMARK | RPZ | CHILD_ABUSE)
};

static const struct {
	const char *name, *class_name;
	enum type type;
} types[] = { { "Botnet", "Content", BOTNET }, { "ChildAbuse", "Content", CHILD_ABUSE }, { "ChildSexualAbuseMaterial", "Content", CHILD_ABUSE },
	{ "Copyright", "Content", COPYRIGHT }, { "DOS", "Activity", DOS }, { "Exploit", "Activity", EXPLOIT }, { "Harassment", "Activity", HARASSMENT },
	{ "LoginAttack", "Activity", LOGIN }, { "Malware", "Content", MALWARE }, { "Malware", "Activity", RPZ }, { "OpenService", "Vulnerability", OPEN_SERVICE },
	{ "Phishing", "Content", PHISHING }, { "PortScan", "Activity", PORT_SCAN }, { "PotentiallyCompromisedAccount", "Activity", ACCOUNT },
	{ "Spam", "Activity", SPAM }, { "Trademark", "Content", TRADEMARK }, { "WebCrawler", "Activity", CRAWLER } };

enum value { TEXT, NAME, HOST, EMAIL, URL, DATE, ADDRESS, PORT, PORTS, NUMBER, COUNT, ASN, FLAG, WORD, OBJECT, HASH, CVE };
static const char *const value_text[] = { "a text", "a text of three characters", "a host name", "a mail address", "a URL", "a date-time of RFC 3339",
	"an address", "a port", "a port or a list of ports", "a whole number", "a number of 0 or more", "an AS number", "true or false", "one of its words",
	"an object", "a hash with a known algorithm", "a CVE number" };

struct rule {
	enum type types;
	const char *name;
	enum value value;
	bool needed;
	const char *words;      /* WORD: "a|b|c" */
};

static const struct rule organisation[] = { { ANY, "Org", NAME, true, NULL }, { ANY, "OrgDomain", HOST, true, NULL }, { ANY, "OrgEmail", EMAIL, true, NULL } };
static const struct rule contact[] = { { ANY, "Type", WORD, false, "Org|Person" }, { ANY, "OrgAddress", TEXT, false, NULL },
	{ ANY, "ContactEmail", EMAIL, false, NULL }, { ANY, "ContactName", NAME, false, NULL }, { ANY, "ContactPhone", NAME, false, NULL } };

static const struct rule report_rules[] = {
	{ ANY, "Date", DATE, true, NULL },
	{ ANY, "FirstSeen", DATE, false, NULL },
	{ ANY, "ReportSubType", TEXT, false, NULL },
	{ ANY, "ReporterCaseID", TEXT, false, NULL },
	{ ANY, "ReporterSeverity", WORD, false, "low|medium|high" },
	{ ANY, "ReporterNotes", TEXT, false, NULL },
	{ ANY, "Custom", OBJECT, false, NULL },
	{ BY_ADDRESS, "SourceIp", ADDRESS, true, NULL },
	{ ANY & ~BY_ADDRESS, "SourceIp", ADDRESS, false, NULL },
	{ ANY, "SourcePort", PORT, false, NULL },
	{ ANY, "ASN", ASN, false, NULL },
	{ ANY & ~(BY_ADDRESS | HARASSMENT | PHISHING), "SourceUrl", URL, false, NULL },
	{ PHISHING, "SourceUrl", URL, true, NULL },
	{ COMMON, "Ongoing", FLAG, false, NULL },
	{ COMMON, "ThreatActor", TEXT, false, NULL },
	{ DOS | LOGIN | PORT_SCAN, "ByteCount", NUMBER, false, NULL },
	{ DOS | LOGIN | PORT_SCAN, "PacketCount", NUMBER, false, NULL },
	{ ACCOUNT | DOS | EXPLOIT | LOGIN | PORT_SCAN | SPAM, "DestinationIp", ADDRESS, false, NULL },
	{ ACCOUNT | DOS | EXPLOIT | LOGIN | PORT_SCAN | SPAM, "DestinationPort", PORTS, false, NULL },
	{ ACCOUNT, "Account", OBJECT, true, NULL },
	{ ACCOUNT, "AttackerIp", ADDRESS, false, NULL },
	{ ACCOUNT, "AttackerPort", PORTS, false, NULL },
	{ BOTNET, "BotnetName", TEXT, false, NULL },
	{ MALWARE | RPZ, "MalwareName", TEXT, false, NULL },
	{ RPZ, "ReportSubType", WORD, false, "RPZ-Rewrite" },
	{ RPZ, "RpzDomain", HOST, false, NULL },
	{ COPYRIGHT, "InfringedMaterial", TEXT, true, NULL },
	{ COPYRIGHT, "MaterialType", TEXT, false, NULL },
	{ COPYRIGHT, "SharingProtocol", TEXT, false, NULL },
	{ COPYRIGHT, "CourtOrder", URL, false, NULL },
	{ COPYRIGHT, "FileName", TEXT, true, NULL },
	{ COPYRIGHT, "FileSize", COUNT, false, NULL },
	{ COPYRIGHT, "FileHash", HASH, false, NULL },
	{ TRADEMARK, "TrademarkedMaterial", TEXT, true, NULL },
	{ TRADEMARK, "RegistrationOffice", TEXT, false, NULL },
	{ TRADEMARK, "RegistrationNumber", TEXT, false, NULL },
	{ OPEN_SERVICE, "ServiceName", TEXT, true, NULL },
	{ EXPLOIT, "ServiceName", TEXT, false, NULL },
	{ EXPLOIT | OPEN_SERVICE, "ServiceVersion", TEXT, false, NULL },
	{ EXPLOIT | OPEN_SERVICE, "TransportProtocol", WORD, false, "tcp|udp" },
	{ EXPLOIT, "CVE", CVE, false, NULL },
	{ HARASSMENT, "Harasser", TEXT, true, NULL },
	{ HARASSMENT, "HarassmentDescription", TEXT, true, NULL },
	{ HARASSMENT, "HarassmentType", WORD, false, "doxing|stalking|sexual|believes|defamation|extortion|hate" },
	{ HARASSMENT, "HarassmentLocation", WORD, false, "website|chat|game" },
	{ SPAM, "SmtpMailFromAddress", EMAIL, false, NULL },
	{ SPAM, "SmtpRcptToAddress", EMAIL, false, NULL },
};

static bool number_ok(const struct json *m, int64_t least, int64_t most)
{
	return m->type == JSON_NUMBER && m->is_integer && m->integer >= least && m->integer <= most;
}

static bool ports_ok(const struct json *m)
{
	if (m->type != JSON_ARRAY)
		return number_ok(m, 0, 65535);
	for (const struct json *p = m->child; p; p = p->next)
		if (!number_ok(p, 0, 65535))
			return false;
	return true;
}

/* A text in versions 1 and 2, an object in version 3: check_report asks whether it is the one of its version. */
static bool hash_ok(const struct json *m)
{
	const struct json *complete = json_get(m, "HashComplete"), *hash = json_get(m, "HashValue");
	return m->type == JSON_STRING || (hash && hash->type == JSON_STRING && (!complete || complete->type == JSON_BOOL) &&
		value_word(json_text(m, "HashAlgorithm"), "sha1|sha2|sha3|sha256|sha512|md5|argon2id|scrypt|bcrypt|pbkdf2"));
}

static bool value_ok(const struct rule *r, const struct json *m)
{
	struct addr a;
	struct str s = m->text;
	switch (r->value) {
	case PORT: return number_ok(m, 0, 65535);
	case PORTS: return ports_ok(m);
	case NUMBER: return number_ok(m, INT64_MIN, INT64_MAX);
	case COUNT: return number_ok(m, 0, INT64_MAX);
	case ASN: return number_ok(m, 1, 4199999999);
	case FLAG: return m->type == JSON_BOOL;
	case OBJECT: return m->type == JSON_OBJECT;
	case HASH: return hash_ok(m);
	default: break;
	}
	if (m->type != JSON_STRING)
		return false;
	switch (r->value) {
	case NAME: return s.len >= 3;
	case HOST: return value_host(s);
	case EMAIL: return value_email(s);
	case URL: return value_uri(s);
	case DATE: return value_date_time(s);
	case ADDRESS: return addr_parse(s, &a) == OK;
	case WORD: return value_word(s, r->words);
	case CVE: return str_starts(s, STR("CVE-")) && s.len > 9 && s.ptr[8] == '-' && value_digits(str_sub(s, 4, 4), 4, 4) && value_digits(str_sub(s, 9, s.len), 4, 7);
	default: return true;
	}
}

static void hold(struct decode *d, const struct json *object, const char *where, const char *prefix, const struct rule *r)
{
	const char *name = str_c(d->arena, str_format(d->arena, "%s%s", prefix, r->name));
	const struct json *m = json_get(object, name);
	if (!m && r->needed)
		decode_problem(d, true, "%s.%s is missing", where, name);
	else if (m && !value_ok(r, m))
		decode_problem(d, true, "%s.%s is not %s", where, name, value_text[r->value]);
}

static bool party_member(struct str name, const char *prefix)
{
	struct str rest = str_sub(name, strlen(prefix), name.len);
	if (!str_starts(name, str_of(prefix)))
		return false;
	for (size_t i = 0; i < sizeof(organisation) / sizeof(organisation[0]); i++)
		if (str_eq(rest, str_of(organisation[i].name)))
			return true;
	for (size_t i = 0; i < sizeof(contact) / sizeof(contact[0]); i++)
		if (str_eq(rest, str_of(contact[i].name)))
			return true;
	return false;
}

/* ReporterInfo and OnBehalfOf: an organisation tells its name, domain and address; a person need not. */
static void check_party(struct decode *d, const struct json *party, const char *where, const char *prefix, bool closed)
{
	const char *type = str_c(d->arena, str_format(d->arena, "%sType", prefix));
	if (!party || party->type != JSON_OBJECT) {
		decode_problem(d, true, "%s is %s", where, party ? "no object" : "missing");
		return;
	}
	for (size_t i = 0; i < sizeof(organisation) / sizeof(organisation[0]); i++) {
		struct rule r = organisation[i];
		r.needed = !str_eq(json_text(party, type), STR("Person"));
		hold(d, party, where, prefix, &r);
	}
	for (size_t i = 0; i < sizeof(contact) / sizeof(contact[0]); i++)
		hold(d, party, where, prefix, &contact[i]);
	for (const struct json *m = party->child; closed && m; m = m->next)
		if (!party_member(m->key, prefix))
			decode_problem(d, true, "%s.%.*s is not allowed", where, STR_ARG(str_sub(m->key, 0, 60)));
}

static void check_samples(struct decode *d, const struct json *samples)
{
	static const struct rule texts[] = { { ANY, "ContentType", TEXT, true, NULL }, { ANY, "Payload", TEXT, true, NULL },
		{ ANY, "Base64Encoded", FLAG, false, NULL }, { ANY, "Description", TEXT, false, NULL } };
	if (!samples)
		return;
	if (samples->type != JSON_ARRAY || !samples->child)
		decode_problem(d, true, "Report.Samples is no list with an entry");
	for (const struct json *s = samples->type == JSON_ARRAY ? samples->child : NULL; s; s = s->next) {
		/* a sample that names a file need not carry it */
		bool file_only = json_text(s, "FileName").len > 0;
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			struct rule r = texts[i];
			r.needed = r.needed && !file_only;
			hold(d, s, "Report.Samples[]", "", &r);
		}
	}
}

static void check_internal(struct decode *d, const struct json *internal)
{
	const struct json *groups[] = { internal, json_get(internal, "SubscriberInformation"), json_get(internal, "ContractInformation") };
	const struct json *maps[] = { json_get(groups[1], "SubscriberData"), json_get(groups[2], "ResolverData") }, *tags = json_get(internal, "EventTags");
	for (size_t i = 0; i < 3; i++) {
		const struct json *id = i ? json_get(groups[i], "ID") : NULL;
		if ((groups[i] && groups[i]->type != JSON_OBJECT) || (id && id->type != JSON_STRING))
			decode_problem(d, true, "InternalProcessing is not made of objects with an ID that is a text");
	}
	for (size_t i = 0; i < 2; i++) {
		if (maps[i] && maps[i]->type != JSON_OBJECT)
			decode_problem(d, true, "a map of InternalProcessing is no object");
		for (const struct json *m = maps[i] ? maps[i]->child : NULL; m; m = m->next)
			if (m->type != JSON_STRING)
				decode_problem(d, true, "a value of InternalProcessing is no text");
	}
	if (tags && tags->type != JSON_ARRAY)
		decode_problem(d, true, "InternalProcessing.EventTags is no list");
	for (const struct json *m = tags ? tags->child : NULL; m; m = m->next)
		if (m->type != JSON_STRING)
			decode_problem(d, true, "a value of InternalProcessing is no text");
}

static void check_account(struct decode *d, const struct json *report)
{
	const struct json *account = json_get(report, "Account"), *id = json_get(account, "AccountIdentifier");
	if (account && account->type == JSON_OBJECT && !account->child)
		decode_problem(d, true, "Report.Account is empty");
	if (id && (id->type != JSON_STRING || value_email(id->text)))
		decode_problem(d, true, "Report.Account.AccountIdentifier is no name of an account");
	if (json_get(report, "SourceIp") || json_get(report, "SourceUrl"))
		decode_problem(d, true, "a report about an account has no SourceIp and no SourceUrl");
}

/* The base metrics of a vector, in their order; what may follow is only looked at as name:VALUE. */
static bool vector_ok(struct str vector, const char *const *metrics)
{
	struct str one;
	for (; *metrics; metrics += 2) {
		size_t n = strlen(metrics[0]);
		if (!str_split(&vector, '/', &one) || !str_starts(one, str_of(metrics[0])) || one.len != n + 1 || !strchr(metrics[1], one.ptr[n]))
			return false;
	}
	while (str_split(&vector, '/', &one))
		if (str_chr(one, ':') == SIZE_MAX || str_chr(one, ':') == 0 || one.ptr[one.len - 1] == ':')
			return false;
	return true;
}

static void check_cvss(struct decode *d, const struct json *cvss)
{
	static const char *const two[] = { "AV:", "LAN", "AC:", "HML", "Au:", "MSN", "C:", "NPC", "I:", "NPC", "A:", "NPC", NULL };
	static const char *const three[] = { "AV:", "NALP", "AC:", "LH", "PR:", "NLH", "UI:", "NR", "S:", "UC", "C:", "NLH", "I:", "NLH", "A:", "NLH", NULL };
	struct str version = json_text(cvss, "Version"), vector = json_text(cvss, "Vector");
	const struct json *score = json_get(cvss, "Score"), *severity = json_get(cvss, "Severity");
	bool is_two = value_word(version, "2|2.0");
	if (!cvss)
		return;
	if (!is_two && !value_word(version, "3|3.0|3.1"))
		decode_problem(d, true, "Report.CVSS.Version is not known");
	if (is_two && vector.len > 2 && vector.ptr[0] == '(' && vector.ptr[vector.len - 1] == ')')
		vector = str_sub(vector, 1, vector.len - 2);
	bool three_at_front = str_starts(vector, STR("CVSS:3.0/")) || str_starts(vector, STR("CVSS:3.1/"));
	if (is_two ? !vector_ok(vector, two) : !three_at_front || !vector_ok(str_sub(vector, 9, vector.len), three))
		decode_problem(d, true, "Report.CVSS.Vector is none of its version");
	if (score && score->type != JSON_NUMBER)
		decode_problem(d, true, "Report.CVSS.Score is no number");
	if (severity && !value_word(json_text(cvss, "Severity"), is_two ? "Low|Medium|High" : "None|Low|Medium|High|Critical"))
		decode_problem(d, true, "Report.CVSS.Severity is not known");
}

static void check_report(struct decode *d, const struct json *report, struct str version)
{
	struct str class_name = json_text(report, "ReportClass"), name = json_text(report, "ReportType");
	enum type type = 0;
	bool known = false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		known |= str_eq(name, str_of(types[i].name));
		if (str_eq(name, str_of(types[i].name)) && str_eq(class_name, str_of(types[i].class_name)))
			type = types[i].type;
	}
	if (!type) {
		decode_problem(d, true, known ? "Report.ReportClass does not fit Report.ReportType" : "Report.ReportType is not in the specification");
		return;
	}
	for (size_t i = 0; i < sizeof(report_rules) / sizeof(report_rules[0]); i++)
		if (report_rules[i].types & type)
			hold(d, report, "Report", "", &report_rules[i]);
	const struct json *hash = json_get(report, "FileHash");
	if (type == COPYRIGHT && hash && (hash->type == JSON_STRING) != value_word(version, "1|2"))
		decode_problem(d, true, "Report.FileHash is not a hash as its version writes them");
	if (type == MALWARE && value_word(version, "1|2") && !json_get(report, "SourceUrl"))
		decode_problem(d, true, "Report.SourceUrl is missing");
	if (type != ACCOUNT && !(type & BY_ADDRESS) && !json_get(report, "SourceIp") && !json_get(report, "SourceUrl"))
		decode_problem(d, true, "Report.SourceIp and Report.SourceUrl are both missing");
	for (const struct json *m = json_get(report, "Custom") ? json_get(report, "Custom")->child : NULL; m; m = m->next)
		if (m->type != JSON_STRING && !m->is_integer)
			decode_problem(d, true, "a value of Report.Custom is neither a text nor a whole number");
	if (type == ACCOUNT)
		check_account(d, report);
	if (type == EXPLOIT)
		check_cvss(d, json_get(report, "CVSS"));
	check_samples(d, json_get(report, "Samples"));
}

void xarf_old_check(struct decode *d, const struct json *root, struct str version)
{
	static const struct rule disclosure = { ANY, "Disclosure", FLAG, true, NULL }, date = { ANY, "Date", DATE, true, NULL };
	const struct json *report = json_get(root, "Report");
	bool three = str_eq(version, STR("3")) || str_eq(version, STR("development")), other_three = str_starts(version, STR("3."));
	check_party(d, json_get(root, "ReporterInfo"), "ReporterInfo", "Reporter", three);
	if (json_get(root, "OnBehalfOf"))
		check_party(d, json_get(root, "OnBehalfOf"), "OnBehalfOf", "Complainant", false);
	hold(d, root, "the document", "", &disclosure);
	if (!three && !other_three && !value_word(version, "1|2"))
		decode_problem(d, true, "Version is none of 1, 2, 3");
	check_internal(d, json_get(root, "InternalProcessing"));
	if (!report || report->type != JSON_OBJECT)
		decode_problem(d, true, "Report is %s", report ? "no object" : "missing");
	else if (!other_three)
		check_report(d, report, version);
	else
		hold(d, report, "Report", "", &date);
}

static enum kind kind_of(struct str type)
{
	static const struct { const char *name; enum kind kind; } names[] = { { "botnet", KIND_BOTNET }, { "childabuse", KIND_CHILD_ABUSE },
		{ "childsexualabusematerial", KIND_CSAM }, { "childsexualexploitationmaterial", KIND_CSEM }, { "csam", KIND_CSAM }, { "csem", KIND_CSEM },
		{ "copyright", KIND_COPYRIGHT }, { "ddos", KIND_DDOS }, { "dos", KIND_DDOS }, { "exploit", KIND_EXPLOIT }, { "fraud", KIND_FRAUD },
		{ "harassment", KIND_HARASSMENT }, { "infectedhost", KIND_INFECTED_HOST }, { "loginattack", KIND_LOGIN_ATTACK }, { "malware", KIND_MALWARE },
		{ "openservice", KIND_OPEN_SERVICE }, { "phishing", KIND_PHISHING }, { "portscan", KIND_PORT_SCAN },
		{ "potentiallycompromisedaccount", KIND_ACCOUNT_COMPROMISE }, { "rpz", KIND_RPZ }, { "rpzrewrite", KIND_RPZ }, { "spam", KIND_SPAM },
		{ "trademark", KIND_TRADEMARK }, { "trap", KIND_SPAM }, { "webcrawler", KIND_SCRAPING } };
	char plain[64];
	size_t n = 0;
	for (size_t i = 0; i < type.len && n < sizeof(plain); i++)
		if ((type.ptr[i] | 0x20) >= 'a' && (type.ptr[i] | 0x20) <= 'z')
			plain[n++] = (char)(type.ptr[i] | 0x20);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq((struct str){ plain, n }, str_of(names[i].name)))
			return names[i].kind;
	return KIND_UNCLASSIFIED;
}

static struct str first_text(const struct json *o, const char *const *paths)
{
	for (; *paths; paths++) {
		const struct json *m = json_at(o, *paths);
		if (m && m->type == JSON_STRING && m->text.len)
			return m->text;
	}
	return STR_NONE;
}

static void take_reporter(struct decode *d, struct observation *o, const struct json *info)
{
	static const char *const mails[] = { "ReporterContactEmail", "ReporterOrgEmail", NULL };
	struct str domain = json_text(info, "ReporterOrgDomain"), mail = first_text(info, mails);
	if (!domain.len && mail.len)
		domain = mail;
	if (domain.len)
		o->reporter = str_lower(d->arena, domain);
	if (mail.len && !o->reply_to.len)
		o->reply_to = mime_addr_spec(d->arena, mail);
}

void xarf_old(struct decode *d, struct observation *o, const struct json *root, struct str version)
{
	static const char *const sources[] = { "SourceIp", "Source.IP", "Source", "SourceUrl", "Source.URL", "SourceDomain", "Account.AccountEmail",
		"Account.AccountIdentifier", NULL };
	static const char *const firsts[] = { "FirstSeen", "AdditionalInfo.FirstSeen", "Date", NULL }, *const ids[] = { "ReportID", "ReporterCaseID", NULL };
	static const char *const lasts[] = { "Date", NULL };
	const struct json *report = json_get(root, "Report"), *port = json_at(report, "SourcePort");
	struct str sub = json_text(report, "ReportSubType"), source = first_text(report, sources);
	o->kind_text = json_text(report, "ReportType");
	o->kind = kind_of(o->kind_text);
	/* what a resolver saw is no malware that lies there */
	if (o->kind == KIND_UNCLASSIFIED || kind_of(sub) == KIND_RPZ)
		o->kind = sub.len ? kind_of(sub) : o->kind;
	xarf_old_check(d, root, version);
	xarf_time(d, o, first_text(report, firsts), first_text(report, lasts));
	if (!port)
		port = json_at(report, "Source.Port");
	if (port && number_ok(port, 1, 65535))
		o->source.port = (uint16_t)port->integer;
	decode_source(d, o, source, CERTAINTY_STATED);
	take_reporter(d, o, json_get(root, "ReporterInfo"));
	if (first_text(report, ids).len)
		o->report_id = first_text(report, ids);
}
