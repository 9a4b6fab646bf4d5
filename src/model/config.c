/*
 * The daemon's configuration. See config.h; the same table checks it, dumps it and documents it.
 */
#include "model/config.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/file.h"
#include "base/net.h"
#include "base/time.h"
#include "model/config_aaa.h"
#include "model/config_fetch.h"
#include "model/config_ledger.h"
#include "model/config_nas.h"
#include "model/config_nat.h"
#include "model/config_radius.h"
#include "model/config_settings.h"
#include "model/config_upstream.h"
#include "model/config_usage.h"
#include "model/config_web.h"
#include "model/config_webhooks.h"

const char *const listen_kind_words[] = { "smtp", "lmtp", "http", "ingest", "api", "garden", NULL };
static const char *const level_words[] = { "error", "warning", "info", "debug", NULL };
static const char *const form_words[] = { "plain", "json", NULL };

static const struct conf_item provider_items[] = {
	{ .name = "domain", .type = CONF_WORD, .arguments = "DOMAIN", .required = true, .doc = "domain of our own mail addresses and Message-IDs" },
	{ .name = "abuse", .type = CONF_WORD, .arguments = "LOCAL-PART", .fallback = "abuse", .doc = "local part of the abuse address; replies come to LOCAL-PART+TOKEN" },
	{ .name = "word-to", .type = CONF_WORD, .arguments = "ADDRESS", .doc = "mail address of the people who decide: word goes there when one is needed" },
	{ .name = "contact", .type = CONF_STRING, .arguments = "\"TEXT\"", .fallback = "", .doc = "how people reach us, for letters; the abuse address unless given" },
	{ .name = NULL },
};

static const struct conf_item spool_items[] = {
	{ .name = "size", .type = CONF_SIZE, .arguments = "BYTES", .fallback = "2G", .min = 16 << 20, .max = INT64_C(1) << 42, .doc = "most bytes that the spool may take" },
	{ .name = "message", .type = CONF_SIZE, .arguments = "BYTES", .fallback = "50M", .min = 64 << 10, .max = 100 << 20, .doc = "longest message that is taken" },
	{ .name = NULL },
};

static const struct conf_item intake_items[] = {
	{ .name = "authserv-id", .type = CONF_WORD, .arguments = "NAME", .many = true,
		.doc = "of our own mail server: what it says in Authentication-Results proves who a report comes from" },
	{ .name = "mailbox-domain", .type = CONF_WORD, .arguments = "DOMAIN", .many = true, .doc = "where anybody has a mailbox: that domain proves no reporter" },
	{ .name = "maps", .type = CONF_PATH, .arguments = "DIRECTORY", .doc = "maps of one's own, beside those that are built in, see aupd-maps(5)" },
	{ .name = NULL },
};

static const struct conf_item bindings_items[] = {
	{ .name = "feed", .type = CONF_WORD, .arguments = "NAME NUMBER", .many = true, .doc = "a feed of bindings and its number, 1 to 250, which no other one ever gets" },
	{ .name = "capacity", .type = CONF_INT, .arguments = "NUMBER", .fallback = "10000000", .min = 1000, .max = 500000000, .doc = "most bindings in memory, some 40 octets each" },
	{ .name = "retention", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "400d", .min = 86400000000, .max = 345600000000000,
		.doc = "how long a binding is kept after it became known" },
	{ .name = "slack", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "2s", .min = 0, .max = 3600000000, .doc = "how far the clocks of feeds may be off" },
	{ .name = NULL },
};

static const struct conf_item retention_items[] = {
	{ .name = "cases", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "1095d", .min = 30 * DAY_US, .max = 36500 * DAY_US,
		.doc = "letters, texts and addresses of a case, after it was closed" },
	{ .name = "items", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "400d", .min = DAY_US, .max = 36500 * DAY_US, .doc = "what was decided in the intake" },
	{ .name = "look-ups", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "1095d", .min = DAY_US, .max = 36500 * DAY_US, .doc = "who looked whom up, and what operators did" },
	{ .name = NULL },
};

static const struct conf_item hand_items[] = {
	{ .name = "smarthost", .type = CONF_WORD, .arguments = "HOST:PORT", .fallback = "127.0.0.1:25", .doc = "where letters are handed over" },
	{ .name = "nft", .type = CONF_PATH, .arguments = "PATH", .fallback = "/usr/sbin/nft", .doc = "the nft program" },
	{ .name = "table", .type = CONF_WORD, .arguments = "NAME", .fallback = "aupd", .doc = "nft table (family inet) that is ours alone" },
	{ .name = "suspensions", .type = CONF_INT, .arguments = "NUMBER", .fallback = "10", .min = 0, .max = 10000, .doc = "most suspensions an hour; more wait" },
	{ .name = "suspensions-day", .type = CONF_INT, .arguments = "NUMBER", .fallback = "50", .min = 0, .max = 10000, .doc = "most suspensions a day" },
	{ .name = "suspensions-rule", .type = CONF_INT, .arguments = "NUMBER", .fallback = "5", .min = 0, .max = 10000,
		.doc = "customers that one rule may suspend within ten minutes; one more opens its breaker" },
	{ .name = "suspensions-reseller", .type = CONF_INT, .arguments = "NUMBER", .fallback = "10", .min = 0, .max = 10000, .doc = "most suspensions a day below one reseller" },
	{ .name = "suspensions-reporter", .type = CONF_INT, .arguments = "NUMBER", .fallback = "3", .min = 0, .max = 10000,
		.doc = "most suspensions a day that rest on one reporter alone" },
	{ .name = "ends", .type = CONF_INT, .arguments = "NUMBER", .fallback = "100", .min = 0, .max = 10000, .doc = "most acts of end within an hour" },
	{ .name = "protect", .type = CONF_WORD, .arguments = "PREFIX|CUSTOMER", .many = true, .doc = "never acted on" },
	{ .name = "allow-hook", .type = CONF_PREFIX, .arguments = "PREFIX", .many = true, .doc = "special addresses where a webhook may live" },
	{ .name = "hook-secret", .type = CONF_STRING, .arguments = "\"TEXT\"", .fallback = "", .doc = "signs the calls of webhooks" },
	{ .name = NULL },
};

static const struct conf_item ledger_items[] = {
	{ .name = "witness", .type = CONF_WORD, .arguments = "KEY URL", .many = true, .doc = "who else signs that the ledger only grows: its key, and where it answers" },
	{ .name = "required", .type = CONF_INT, .arguments = "NUMBER", .fallback = "1", .min = 1, .max = CONFIG_WITNESSES_MAX,
		.doc = "how many of the witnesses make a checkpoint a witnessed one" },
	{ .name = "stamp", .type = CONF_WORD, .arguments = "URL", .doc = "a time-stamping authority that stamps the ledger, RFC 3161" },
	{ .name = "stamp-ca", .type = CONF_PATH, .arguments = "FILE", .doc = "the certificates that its stamps are checked against, in PEM" },
	{ .name = "stamp-every", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "24h", .min = 60000000, .max = 31536000000000, .doc = "how often the ledger is stamped" },
	{ .name = "allow", .type = CONF_PREFIX, .arguments = "PREFIX", .many = true, .doc = "special addresses where a witness or an authority may live" },
	{ .name = NULL },
};

const struct conf_item config_items[] = {
	{ .name = "provider", .type = CONF_BLOCK, .items = provider_items, .named = true, .required = true, .arguments = "\"NAME\" { }", .doc = "who we are" },
	{ .name = "data", .type = CONF_PATH, .arguments = "DIRECTORY", .fallback = "/var/lib/aupd", .doc = "store, keys and spool" },
	{ .name = "run", .type = CONF_PATH, .arguments = "DIRECTORY", .fallback = "/run/aupd", .doc = "sockets and the state file" },
	{ .name = "store", .type = CONF_WORD, .arguments = "FILE", .fallback = "aupd.db", .doc = "file of the embedded store in the data directory" },
	{ .name = "judges", .type = CONF_INT, .arguments = "NUMBER", .fallback = "1", .min = 1, .max = CONFIG_JUDGES_MAX,
		.doc = "processes that fold reports into the one store" },
	{ .name = "listen", .type = CONF_WORD, .arguments = "smtp|lmtp|http|ingest|api|garden ADDRESS:PORT|/PATH [tls CERT KEY]", .many = true,
		.doc = "where complaints come in, where the API answers whoever has a key, and where lines of blocked customers are led" },
	{ .name = "api", .type = CONF_LISTEN, .arguments = "/PATH|ADDRESS:PORT", .doc = "where the desk answers aup; RUN/api.sock unless given" },
	{ .name = "api-key", .type = CONF_WORD, .arguments = "CLIENT SHA256", .many = true, .doc = "a client that may report by HTTP, and the SHA-256 of its key" },
	{ .name = "api-rate", .type = CONF_INT, .arguments = "NUMBER", .fallback = "6000", .min = 1, .max = 1000000,
		.doc = "most reports a minute that one client may send by HTTP" },
	{ .name = "undo", .type = CONF_SPAN, .arguments = "SPAN", .fallback = "20s", .min = 0, .max = HOUR_US, .doc = "so long waits what a person orders, and can be taken back" },
	{ .name = "key-rate", .type = CONF_INT, .arguments = "NUMBER", .fallback = "600", .min = 1, .max = 1000000, .doc = "most calls a minute with one key, or of pages by one neighbour" },
	{ .name = "form-rate", .type = CONF_INT, .arguments = "NUMBER", .fallback = "0", .min = 0, .max = 10000, .doc = "most reports a minute by the public form from one neighbour; 0: none" },
	{ .name = "web-url", .type = CONF_WORD, .arguments = "URL", .doc = "where a listener of kind api is reached from outside: letters have one-time links below it" },
	{ .name = "oidc", .type = CONF_BLOCK, .items = config_oidc_items, .arguments = "{ }", .doc = "an OpenID provider, by which people come in to their accounts" },
	{ .name = "operator", .type = CONF_WORD, .arguments = "NAME uid UID", .many = true, .doc = "a person who may give commands, by Unix user id" },
	{ .name = "officer-key", .type = CONF_WORD, .arguments = "HEX", .doc = "public key that sealed reports are encrypted to" },
	{ .name = "spool", .type = CONF_BLOCK, .items = spool_items, .arguments = "{ }", .doc = "bounds of the spool" },
	{ .name = "intake", .type = CONF_BLOCK, .items = intake_items, .arguments = "{ }", .doc = "how what comes in is read" },
	{ .name = "upstream", .type = CONF_BLOCK, .items = config_upstream_items, .named = true, .many = true, .arguments = "NAME { }",
		.doc = "a provider whose reseller we are: what it passes on is acknowledged and answered" },
	{ .name = "fetch", .type = CONF_BLOCK, .items = config_fetch_items, .arguments = "{ }", .doc = "mailboxes that mail is picked up from" },
	{ .name = "bindings", .type = CONF_BLOCK, .items = bindings_items, .arguments = "{ }", .doc = "who held which address when; without a feed nothing is kept of that" },
	{ .name = "radius", .type = CONF_BLOCK, .items = config_radius_items, .arguments = "{ }", .doc = "sessions of access servers, as RADIUS accounting tells of them" },
	{ .name = "nas", .type = CONF_BLOCK, .items = config_nas_items, .named = true, .many = true, .arguments = "NAME { }", .doc = "an access server that can be asked to end sessions" },
	{ .name = "aaa-sql", .type = CONF_BLOCK, .items = config_aaa_sql_items, .arguments = "{ }", .doc = "the database that a RADIUS server reads who may log in from" },
	{ .name = "aaa-rest", .type = CONF_BLOCK, .items = config_aaa_rest_items, .arguments = "{ }", .doc = "a system that keeps who may log in, and is told by HTTP" },
	{ .name = "usage", .type = CONF_BLOCK, .items = config_usage_items, .arguments = "{ }", .doc = "what accounts use, as their sessions count it" },
	{ .name = "nat", .type = CONF_BLOCK, .items = config_nat_items, .arguments = "{ }", .doc = "blocks of ports, as the logs of carrier-grade NATs tell of them" },
	{ .name = "retention", .type = CONF_BLOCK, .items = retention_items, .arguments = "{ }", .doc = "how long personal data is kept" },
	{ .name = "ledger", .type = CONF_BLOCK, .items = ledger_items, .arguments = "{ }", .doc = "witnesses and time stamps of the ledger" },
	{ .name = "hand", .type = CONF_BLOCK, .items = hand_items, .arguments = "{ }", .doc = "how acts are done, and the brakes" },
	{ .name = "webhooks", .type = CONF_BLOCK, .items = config_webhooks_items, .arguments = "{ }", .doc = "what the webhooks of subscribers may be" },
	{ .name = "enforcement", .type = CONF_ENUM, .words = (const char *const[]){ "observe", "on", NULL }, .arguments = "observe|on", .fallback = "observe",
		.doc = "observe: limits and suspensions are shown, not done; holds until `aup enforcement` is used" },
	{ .name = "posting-by-two", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "no",
		.doc = "a version of the policy is tried before it is posted, and posted by another person than who proposed it" },
	{ .name = "user", .type = CONF_WORD, .arguments = "PREFIX", .fallback = "aupd", .doc = "when started by root, roles run as PREFIX-ear, PREFIX-judge..." },
	{ .name = "log", .type = CONF_ENUM, .words = form_words, .arguments = "plain|json", .fallback = "plain", .doc = "form of log lines" },
	{ .name = "log-level", .type = CONF_ENUM, .words = level_words, .arguments = "error|warning|info|debug", .fallback = "info", .doc = "least important line" },
	{ .name = "testing", .type = CONF_YESNO, .arguments = "yes|no", .fallback = "no", .doc = "take time from a test clock; never in service" },
	{ .name = NULL },
};

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct share, member) }
#define S(member, count) { .name = #member, .type = FIELD_STRS, .offset = offsetof(struct share, member), .count_offset = offsetof(struct share, count), \
	.max = CONFIG_LIST_MAX }

static const struct field listen_fields[] = {
	{ .name = "kind", .type = FIELD_ENUM, .offset = offsetof(struct listen_at, kind), .words = listen_kind_words },
	{ .name = "address", .type = FIELD_STR, .offset = offsetof(struct listen_at, address) }, { .name = NULL },
};

static const struct field web_listen_fields[] = {
	{ .name = "address", .type = FIELD_STR, .offset = offsetof(struct web_listen, address) }, { .name = "cert", .type = FIELD_STR, .offset = offsetof(struct web_listen, cert) },
	{ .name = "key", .type = FIELD_STR, .offset = offsetof(struct web_listen, key) }, { .name = "garden", .type = FIELD_BOOL, .offset = offsetof(struct web_listen, garden) }, { .name = NULL },
};

static const struct field map_fields[] = {
	{ .name = "name", .type = FIELD_STR, .offset = offsetof(struct map_file, name) }, { .name = "text", .type = FIELD_STR, .offset = offsetof(struct map_file, text) },
	{ .name = NULL },
};

const struct field share_fields[] = {
	F(incarnation, FIELD_U64), F(log_level, FIELD_U32), F(log_form, FIELD_U32), F(testing, FIELD_BOOL),
	{ .name = "listens", .type = FIELD_LIST, .offset = offsetof(struct share, listens), .fields = listen_fields, .size = sizeof(struct listen_at),
		.count_offset = offsetof(struct share, listen_count), .max = CONFIG_LISTEN_MAX },
	F(keep_cases_us, FIELD_U64), F(keep_items_us, FIELD_U64), F(keep_lookups_us, FIELD_U64),
	F(spool_bytes, FIELD_U64), F(message_bytes, FIELD_U64), F(api_rate, FIELD_U64), S(api_keys, api_key_count), F(officer_key, FIELD_STR),
	S(authserv_ids, authserv_id_count), S(mailbox_domains, mailbox_domain_count), S(upstreams, upstream_count),
	S(radius_listens, radius_listen_count), F(radius_sessions, FIELD_U64),
	F(duration_access, FIELD_U64), S(duration_classes, duration_class_count), F(duration_joined_us, FIELD_U64),
	{ .name = "nas", .type = FIELD_LIST, .offset = offsetof(struct share, nas), .fields = config_nas_fields, .size = sizeof(struct nas_at),
		.count_offset = offsetof(struct share, nas_count), .max = CONFIG_NAS_MAX },
	{ .name = "aaa_sql", .type = FIELD_LIST, .offset = offsetof(struct share, aaa_sql), .fields = config_aaa_sql_fields, .size = sizeof(struct aaa_sql),
		.count_offset = offsetof(struct share, aaa_sql_count), .max = 1 },
	{ .name = "aaa_rest", .type = FIELD_LIST, .offset = offsetof(struct share, aaa_rest), .fields = config_aaa_rest_fields, .size = sizeof(struct aaa_rest),
		.count_offset = offsetof(struct share, aaa_rest_count), .max = 1 },
	{ .name = "oidc", .type = FIELD_LIST, .offset = offsetof(struct share, oidc), .fields = config_oidc_fields, .size = sizeof(struct oidc_at),
		.count_offset = offsetof(struct share, oidc_count), .max = 1 },
	{ .name = "radius_clients", .type = FIELD_LIST, .offset = offsetof(struct share, radius_clients), .fields = config_radius_client_fields, .size = sizeof(struct radius_client),
		.count_offset = offsetof(struct share, radius_client_count), .max = CONFIG_RADIUS_CLIENTS_MAX },
	S(nat_listens, nat_listen_count),
	{ .name = "nat_exporters", .type = FIELD_LIST, .offset = offsetof(struct share, nat_exporters), .fields = config_nat_from_fields, .size = sizeof(struct nat_from),
		.count_offset = offsetof(struct share, nat_exporter_count), .max = CONFIG_NAT_EXPORTERS_MAX },
	{ .name = "maps", .type = FIELD_LIST, .offset = offsetof(struct share, maps), .fields = map_fields, .size = sizeof(struct map_file),
		.count_offset = offsetof(struct share, map_count), .max = MAP_FILES_MAX },
	{ .name = "fetches", .type = FIELD_LIST, .offset = offsetof(struct share, fetches), .fields = config_fetch_fields, .size = sizeof(struct fetch_from),
		.count_offset = offsetof(struct share, fetch_count), .max = CONFIG_FETCH_MAX },
	{ .name = "web_listens", .type = FIELD_LIST, .offset = offsetof(struct share, web_listens), .fields = web_listen_fields, .size = sizeof(struct web_listen),
		.count_offset = offsetof(struct share, web_listen_count), .max = CONFIG_WEB_LISTEN_MAX },
	F(lmtp, FIELD_STR), F(hears, FIELD_U32), F(settings_file, FIELD_STR),
	{ .name = "settings", .type = FIELD_LIST, .offset = offsetof(struct share, settings), .fields = config_setting_fields, .size = sizeof(struct setting),
		.count_offset = offsetof(struct share, setting_count), .max = CONFIG_SETTINGS_MAX },
	F(key_rate, FIELD_U64), F(undo_us, FIELD_INT), F(form_rate, FIELD_U64), F(judges, FIELD_U32), F(number, FIELD_U32), F(provider, FIELD_STR),
	F(mail_domain, FIELD_STR), F(mail_local, FIELD_STR), F(contact, FIELD_STR), F(ledger_origin, FIELD_STR), F(ledger_key, FIELD_STR),
	F(signer_key, FIELD_STR), S(witnesses, witness_count), F(witnesses_required, FIELD_U64), F(stamp_url, FIELD_STR), F(stamp_ca, FIELD_STR),
	F(stamp_every_us, FIELD_INT), S(ledger_allow, ledger_allow_count),
	F(word_to, FIELD_STR), F(web_url, FIELD_STR), F(store, FIELD_STR), F(enforce, FIELD_BOOL), F(posting_by_two, FIELD_BOOL),
	F(bindings, FIELD_BOOL), F(bindings_capacity, FIELD_U64), F(bindings_retention_us, FIELD_INT), F(bindings_slack_us, FIELD_INT), S(feeds, feed_count),
	F(usage_accounts, FIELD_U64), F(usage_retention_us, FIELD_INT), F(usage_offset_minutes, FIELD_INT),
	S(operators, operator_count), F(smarthost, FIELD_STR), F(nft_path, FIELD_STR), F(nft_table, FIELD_STR), S(protect, protect_count),
	S(webhook_allow, webhook_allow_count), F(webhook_secret, FIELD_STR), F(suspensions_per_hour, FIELD_U64), F(suspensions_per_day, FIELD_U64),
	F(suspensions_of_rule, FIELD_U64), F(suspensions_of_reseller, FIELD_U64), F(suspensions_of_reporter, FIELD_U64), F(ends_per_hour, FIELD_U64),
	S(hooks_http, hooks_http_count),
	S(hooks_allow, hooks_allow_count), F(hooks_per_minute, FIELD_U64), F(hooks_retry_us, FIELD_INT), F(hooks_disable_us, FIELD_INT), F(hooks_keep_us, FIELD_INT), { .name = NULL },
};

/* Every statement of a name, its arguments joined by blanks. */
static enum err gather(struct config *c, const struct conf *first, const char *name, struct str **ret_list, unsigned *ret_count, struct why *why)
{
	struct str *list = ARENA_ARRAY(c->arena, struct str, CONFIG_LIST_MAX);
	unsigned n = 0;
	if (!list)
		return ERR_NOMEM;
	for (const struct conf *s = first; s; s = s->next) {
		if (!str_eq(s->args[0].text, str_of(name)))
			continue;
		if (n == CONFIG_LIST_MAX)
			return conf_fail(why, s, 0, ERR_LIMIT, "%s is given more than %d times", name, CONFIG_LIST_MAX);
		struct str text = s->args[1].text;
		for (unsigned i = 2; i < s->arg_count; i++)
			text = str_format(c->arena, "%.*s %.*s", STR_ARG(text), STR_ARG(s->args[i].text));
		list[n++] = text;
	}
	*ret_list = list;
	*ret_count = n;
	return OK;
}

/* Certificate and key go to the desk as text, for it sees no files. */
static enum err read_pem(struct config *c, const struct conf *s, unsigned at, const char *what, struct str *ret_text, struct why *why)
{
	struct why inner = { .line = 0 };
	if (file_read_all(c->arena, AT_FDCWD, str_c(c->arena, s->args[at].text), CONFIG_PEM_MAX, ret_text, &inner) == OK &&
		str_find(*ret_text, STR("-----BEGIN ")) != SIZE_MAX && str_utf8_valid(*ret_text))
		return OK;
	return conf_fail(why, s, at, ERR_NOTFOUND, "tls: \"%.*s\" cannot be read, or holds no %s in PEM", STR_ARG(s->args[at].text), what);
}

static enum err read_web_listen(struct config *c, const struct conf *s, bool garden, bool tls, struct why *why)
{
	struct web_listen *at = &c->all.web_listens[c->all.web_listen_count++];
	struct net_peer own;
	*at = (struct web_listen){ .address = s->args[2].text, .garden = garden };
	c->all.garden_count += garden;
	enum err e = garden ? OK : net_parse(at->address, &own, why);
	if (e || (!garden && (own.is_unix || (!tls && !addr_is_loopback(&own.addr)))))
		return conf_fail(why, s, 2, ERR_SYNTAX, "listen api: keys would go in clear there; give tls CERT KEY, or a loopback address behind a proxy");
	if (tls)
		e = read_pem(c, s, 4, "certificate", &at->cert, why);
	return tls && e == OK ? read_pem(c, s, 5, "key", &at->key, why) : e;
}

static enum err read_listens(struct config *c, struct why *why)
{
	static const struct conf_item address[] = { { .name = "listen", .type = CONF_LISTEN, .doc = "" }, { .name = NULL } };
	struct share *a = &c->all;
	a->listens = ARENA_ARRAY(c->arena, struct listen_at, CONFIG_LISTEN_MAX);
	a->web_listens = ARENA_ARRAY(c->arena, struct web_listen, CONFIG_WEB_LISTEN_MAX);
	if (!a->listens || !a->web_listens)
		return ERR_NOMEM;
	for (struct conf *s = c->first; s; s = s->next) {
		int kind = 0;
		if (!str_eq(s->args[0].text, STR("listen")))
			continue;
		while (listen_kind_words[kind] && !str_eq(s->args[1].text, str_of(listen_kind_words[kind])))
			kind++;
		if (!listen_kind_words[kind])
			return conf_fail(why, s, 1, ERR_SYNTAX, "listen: \"%.*s\" is none of smtp, lmtp, http, ingest, api, garden", STR_ARG(s->args[1].text));
		bool web = kind == LISTEN_API || kind == LISTEN_GARDEN, tls = web && s->arg_count == 6 && str_eq(s->args[3].text, STR("tls"));
		if ((s->arg_count != 3 && !tls) || a->listen_count == CONFIG_LISTEN_MAX || a->web_listen_count == CONFIG_WEB_LISTEN_MAX)
			return conf_fail(why, s, 0, ERR_SYNTAX, kind == LISTEN_API ? "listen api ADDRESS:PORT, with tls CERT KEY unless it is a loopback address"
				: "listen smtp|lmtp|http|ingest|garden ADDRESS:PORT or /PATH, a garden also with tls CERT KEY");
		struct conf_arg pair[2] = { s->args[0], s->args[2] };
		struct conf one = { .args = pair, .arg_count = 2, .file = s->file };
		enum err e = conf_check(&one, address, why);
		if (e)
			return e;
		if (web)
			e = read_web_listen(c, s, kind == LISTEN_GARDEN, tls, why);
		else
			a->listens[a->listen_count++] = (struct listen_at){ (enum listen_kind)kind, s->args[2].text };
		if (e)
			return e;
	}
	return OK;
}

static enum err read_operators(struct config *c, struct why *why)
{
	uint64_t uid;
	for (const struct conf *s = c->first; s; s = s->next)
		if (str_eq(s->args[0].text, STR("operator")) &&
		    (s->arg_count != 4 || !str_eq(s->args[2].text, STR("uid")) || str_to_u64(s->args[3].text, UINT32_MAX, &uid) != OK))
			return conf_fail(why, s, 0, ERR_SYNTAX, "an operator reads: operator NAME uid NUMBER");
	return gather(c, c->first, "operator", &c->all.operators, &c->all.operator_count, why);
}

static bool is_key(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f')))
			return false;
	return text.len == 64;
}

static enum err read_keys(struct config *c, struct why *why)
{
	const struct conf *officer = conf_find(c->first, "officer-key");
	if (officer && !is_key(officer->args[1].text))
		return conf_fail(why, officer, 1, ERR_SYNTAX, "officer-key: a public key is 64 digits of lower-case hexadecimal");
	for (const struct conf *s = c->first; s; s = s->next)
		if (str_eq(s->args[0].text, STR("api-key")) && (s->arg_count != 3 || !is_key(s->args[2].text)))
			return conf_fail(why, s, 2, ERR_SYNTAX, "an api-key reads: api-key CLIENT SHA256, in 64 digits of lower-case hexadecimal");
	return gather(c, c->first, "api-key", &c->all.api_keys, &c->all.api_key_count, why);
}

/* The statement that gave a value, so that an error names its place; the whole file's first one when nothing did. */
static const struct conf *giver(const struct config *c, const char *block, const char *name)
{
	const struct conf *outer = block ? conf_find(c->first, block) : NULL, *s = conf_find(block ? outer ? outer->child : NULL : c->first, name);
	return s ? s : outer ? outer : c->first;
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", s.ptr[i] | 0x20) || !s.ptr[i])
			return false;
	return s.len && s.ptr[0] != '-';
}

static bool is_host_port(struct str s)
{
	uint64_t port;
	size_t colon = s.len;
	while (colon && s.ptr[colon - 1] != ':')
		colon--;
	return colon > 1 && str_to_u64(str_sub(s, colon, s.len), 65535, &port) == OK && port;
}

static enum err check_paths(const struct config *c, struct why *why)
{
	const struct { const char *block, *name, *path; } paths[] = { { NULL, "data", c->data_dir }, { NULL, "run", c->run_dir },
		{ "hand", "nft", str_c(c->arena, c->all.nft_path) } };
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i].path[0] != '/')
			return conf_fail(why, giver(c, paths[i].block, paths[i].name), 1, ERR_SYNTAX, "%s: \"%s\" is no absolute path", paths[i].name, paths[i].path);
	if (str_chr(c->all.store, '/') != SIZE_MAX || !c->all.store.len || c->all.store.ptr[0] == '.')
		return conf_fail(why, giver(c, NULL, "store"), 1, ERR_SYNTAX, "store: a file name in the data directory, not a path");
	return OK;
}

static enum err check_feeds(const struct config *c, const struct conf *block, struct why *why)
{
	uint64_t number;
	if (!c->all.feed_count)
		return OK;
	if (c->all.judges > 1)
		return conf_fail(why, block, 0, ERR_UNSUPPORTED, "bindings: one process alone keeps them; judges must be 1");
	for (const struct conf *s = block->child; s; s = s->next) {
		if (!str_eq(s->args[0].text, STR("feed")))
			continue;
		if (s->arg_count != 3 || !is_name(s->args[1].text) || str_to_u64(s->args[2].text, CONFIG_FEED_NUMBER_MAX, &number) != OK || !number)
			return conf_fail(why, s, s->arg_count > 2 ? 2 : 0, ERR_SYNTAX, "a feed reads: feed NAME NUMBER, with a number from 1 to %d", CONFIG_FEED_NUMBER_MAX);
		for (const struct conf *b = block->child; b != s; b = b->next)
			if (str_eq(b->args[0].text, STR("feed")) && (str_eq(b->args[1].text, s->args[1].text) || str_eq(b->args[2].text, s->args[2].text)))
				return conf_fail(why, s, 0, ERR_EXISTS, "feed %.*s %.*s: each feed has a name and a number of its own", STR_ARG(s->args[1].text), STR_ARG(s->args[2].text));
	}
	return OK;
}

/* What one statement alone does not show. */
static enum err check_values(const struct config *c, struct why *why)
{
	const struct share *a = &c->all;
	if (str_chr(a->mail_domain, '.') == SIZE_MAX || str_chr(a->mail_domain, ' ') != SIZE_MAX || str_chr(a->mail_domain, '@') != SIZE_MAX)
		return conf_fail(why, giver(c, "provider", "domain"), 1, ERR_SYNTAX, "domain: \"%.*s\" is no domain such as example.net", STR_ARG(a->mail_domain));
	if (!is_host_port(a->smarthost))
		return conf_fail(why, giver(c, "hand", "smarthost"), 1, ERR_SYNTAX, "smarthost: \"%.*s\" is not HOST:PORT", STR_ARG(a->smarthost));
	if (!is_name(str_of(c->user)) || !is_name(a->nft_table))
		return conf_fail(why, is_name(a->nft_table) ? giver(c, NULL, "user") : giver(c, "hand", "table"), 1, ERR_SYNTAX,
			"letters, digits, - and _ make such a name");
	if (a->message_bytes > a->spool_bytes / 2)
		return conf_fail(why, giver(c, "spool", "message"), 1, ERR_RANGE, "message: the longest message must fit twice into the spool's size");
	for (const struct conf *s = c->first; s; s = s->next)
		for (const struct conf *b = c->first; b != s; b = b->next)
			if (str_eq(s->args[0].text, STR("operator")) && str_eq(b->args[0].text, STR("operator")) && str_eq(s->args[3].text, b->args[3].text))
				return conf_fail(why, s, 3, ERR_EXISTS, "user id %.*s is operator %.*s already: one person approves once", STR_ARG(s->args[3].text),
					STR_ARG(b->args[1].text));
	return OK;
}

static enum err read_maps(struct config *c, struct why *why)
{
	const struct conf *block = conf_find(c->first, "intake"), *maps = block ? conf_find(block->child, "maps") : NULL;
	if (!maps)
		return OK;
	if (!maps->args[1].text.len || maps->args[1].text.ptr[0] != '/')
		return conf_fail(why, maps, 1, ERR_SYNTAX, "maps: \"%.*s\" is no absolute path", STR_ARG(maps->args[1].text));
	struct why cause = { .line = 0 };
	enum err e = map_files_read(c->arena, str_c(c->arena, maps->args[1].text), &c->all.maps, &c->all.map_count, &cause);
	return e ? conf_fail(why, maps, 1, e, "maps: %s", cause.text) : OK;
}

static enum err fill(struct config *c, struct why *why)
{
	struct share *a = &c->all;
	const struct conf *provider = conf_find(c->first, "provider"), *spool = conf_find(c->first, "spool"), *hand = conf_find(c->first, "hand");
	const struct conf *intake = conf_find(c->first, "intake"), *in_intake = intake ? intake->child : NULL;
	const struct conf *bindings = conf_find(c->first, "bindings"), *ledger = conf_find(c->first, "ledger"), *in_ledger = ledger ? ledger->child : NULL;
	const struct conf *in_spool = spool ? spool->child : NULL, *in_hand = hand ? hand->child : NULL;
	a->provider = provider->args[1].text;
	a->mail_domain = conf_text(provider->child, provider_items, "domain");
	a->mail_local = conf_text(provider->child, provider_items, "abuse");
	a->contact = conf_text(provider->child, provider_items, "contact");
	a->word_to = conf_text(provider->child, provider_items, "word-to");
	if (!a->contact.len)
		a->contact = str_format(c->arena, "%.*s@%.*s", STR_ARG(a->mail_local), STR_ARG(a->mail_domain));
	c->data_dir = str_c(c->arena, conf_text(c->first, config_items, "data"));
	c->run_dir = str_c(c->arena, conf_text(c->first, config_items, "run"));
	c->user = str_c(c->arena, conf_text(c->first, config_items, "user"));
	c->api = conf_text(c->first, config_items, "api");
	if (!c->api.len)
		c->api = str_format(c->arena, "%s/api.sock", c->run_dir);
	a->store = conf_text(c->first, config_items, "store");
	a->judges = (uint32_t)conf_number(c->first, config_items, "judges");
	const struct conf *keep = conf_find(c->first, "retention"), *in_keep = keep ? keep->child : NULL;
	a->keep_cases_us = (uint64_t)conf_number(in_keep, retention_items, "cases");
	a->keep_items_us = (uint64_t)conf_number(in_keep, retention_items, "items");
	a->keep_lookups_us = (uint64_t)conf_number(in_keep, retention_items, "look-ups");
	a->spool_bytes = (uint64_t)conf_number(in_spool, spool_items, "size");
	a->message_bytes = (uint64_t)conf_number(in_spool, spool_items, "message");
	a->api_rate = (uint64_t)conf_number(c->first, config_items, "api-rate");
	a->undo_us = conf_number(c->first, config_items, "undo");
	a->key_rate = (uint64_t)conf_number(c->first, config_items, "key-rate");
	a->form_rate = (uint64_t)conf_number(c->first, config_items, "form-rate");
	a->officer_key = conf_text(c->first, config_items, "officer-key");
	a->smarthost = conf_text(in_hand, hand_items, "smarthost");
	a->nft_path = conf_text(in_hand, hand_items, "nft");
	a->nft_table = conf_text(in_hand, hand_items, "table");
	a->webhook_secret = conf_text(in_hand, hand_items, "hook-secret");
	a->suspensions_per_hour = (uint64_t)conf_number(in_hand, hand_items, "suspensions");
	a->suspensions_per_day = (uint64_t)conf_number(in_hand, hand_items, "suspensions-day");
	a->suspensions_of_rule = (uint64_t)conf_number(in_hand, hand_items, "suspensions-rule");
	a->suspensions_of_reseller = (uint64_t)conf_number(in_hand, hand_items, "suspensions-reseller");
	a->suspensions_of_reporter = (uint64_t)conf_number(in_hand, hand_items, "suspensions-reporter");
	a->ends_per_hour = (uint64_t)conf_number(in_hand, hand_items, "ends");
	a->bindings_capacity = (uint64_t)conf_number(bindings ? bindings->child : NULL, bindings_items, "capacity");
	a->bindings_retention_us = conf_number(bindings ? bindings->child : NULL, bindings_items, "retention");
	a->bindings_slack_us = conf_number(bindings ? bindings->child : NULL, bindings_items, "slack");
	a->witnesses_required = (uint64_t)conf_number(in_ledger, ledger_items, "required");
	a->stamp_url = conf_text(in_ledger, ledger_items, "stamp");
	a->stamp_every_us = conf_number(in_ledger, ledger_items, "stamp-every");
	a->enforce = conf_number(c->first, config_items, "enforcement") == 1;
	a->posting_by_two = conf_number(c->first, config_items, "posting-by-two");
	a->log_form = (uint32_t)conf_number(c->first, config_items, "log");
	a->log_level = (uint32_t)conf_number(c->first, config_items, "log-level");
	a->testing = conf_number(c->first, config_items, "testing");
	enum err e = read_listens(c, why);
	if (e == OK)
		e = config_web(c, why);
	if (e == OK)
		e = read_operators(c, why);
	if (e == OK)
		e = read_keys(c, why);
	if (e == OK)
		e = gather(c, in_intake, "authserv-id", &a->authserv_ids, &a->authserv_id_count, why);
	if (e == OK)
		e = gather(c, in_intake, "mailbox-domain", &a->mailbox_domains, &a->mailbox_domain_count, why);
	if (e == OK)
		e = config_upstreams(c, why);
	if (e == OK)
		e = config_webhooks(c, why);
	if (e == OK)
		e = gather(c, in_hand, "protect", &a->protect, &a->protect_count, why);
	if (e == OK)
		e = gather(c, in_hand, "allow-hook", &a->webhook_allow, &a->webhook_allow_count, why);
	if (e == OK)
		e = gather(c, bindings ? bindings->child : NULL, "feed", &a->feeds, &a->feed_count, why);
	if (e == OK)
		e = gather(c, in_ledger, "witness", &a->witnesses, &a->witness_count, why);
	if (e == OK)
		e = gather(c, in_ledger, "allow", &a->ledger_allow, &a->ledger_allow_count, why);
	if (e == OK)
		e = config_ledger_check(c->arena, ledger, a->witnesses_required, why);
	if (e == OK && a->stamp_url.len)
		e = config_ca(c, conf_find(in_ledger, "stamp-ca"), &a->stamp_ca, why);
	a->bindings = a->feed_count > 0;
	if (e == OK)
		e = check_feeds(c, bindings, why);
	if (e == OK)
		e = config_radius(c, why);
	if (e == OK)
		e = config_nas(c, why);
	if (e == OK)
		e = config_aaa_sql(c, why);
	if (e == OK)
		e = config_aaa_rest(c, why);
	if (e == OK)
		e = config_usage(c, why);
	if (e == OK)
		e = config_nat(c, why);
	if (e == OK)
		e = config_fetches(c, why);
	if (e == OK)
		e = check_paths(c, why);
	if (e == OK)
		e = read_maps(c, why);
	return e ? e : check_values(c, why);
}

enum err config_read(const char *path, struct config **ret_config, struct why *why)
{
	struct arena *arena = arena_new("config", 8 * CONFIG_BYTES_MAX);
	struct config *c = arena ? ARENA_NEW(arena, struct config) : NULL;
	if (!c) {
		arena_free(arena);
		return why_set(why, ERR_NOMEM, "no memory for the configuration");
	}
	c->arena = arena;
	enum err e = file_read_all(arena, AT_FDCWD, path, CONFIG_BYTES_MAX, &c->text, why);
	if (e == OK)
		e = conf_read(arena, path, c->text, &c->first, why);
	if (e == OK)
		e = conf_check(c->first, config_items, why);
	if (e == OK)
		e = fill(c, why);
	c->all.settings_file = str_of(path);
	if (e == OK)
		e = config_settings(arena, c->first, config_items, &c->all.settings, &c->all.setting_count);
	if (e) {
		arena_free(arena);
		return e;
	}
	*ret_config = c;
	return OK;
}

enum err config_read_service(const char *path, bool in_service, struct config **ret_config, struct why *why)
{
	struct config *c;
	enum err e = config_read(path, &c, why);
	if (e)
		return e;
	if (in_service && c->all.testing) {
		e = conf_fail(why, conf_find(c->first, "testing"), 1, ERR_DENIED, "testing: a daemon in service takes its time from no test clock");
		config_free(c);
		return e;
	}
	*ret_config = c;
	return OK;
}

void config_explain(const char *path, const struct why *why, struct buf *out)
{
	struct arena *arena = arena_new("excerpt", 2 * CONFIG_BYTES_MAX);
	struct str text;
	char line[WHY_FILE_MAX + 2 * WHY_TEXT_MAX + 32];
	why_print(why, line, sizeof(line));
	buf_printf(out, "%s\n", line);
	/* nothing was kept of the file, so it is read again */
	/* one of the maps may be what is wrong */
	if (why->file[0] == '/' && strncmp(path, why->file, WHY_FILE_MAX - 1) != 0)
		path = why->file;
	if (arena && file_read_all(arena, AT_FDCWD, path, CONFIG_BYTES_MAX, &text, NULL) == OK)
		buf_put(out, conf_excerpt(arena, text, why));
	arena_free(arena);
}

void config_dump(const struct config *c, struct buf *out)
{
	conf_dump(c->first, config_items, out);
}

void config_free(struct config *c)
{
	if (c)
		arena_free(c->arena);
}
