/*
 * The daemon's configuration: the tables of aupd.conf(5), and the values as the keeper holds them.
 *
 * Only the keeper reads the file. Each role is sent a share: the members that it needs and nothing else.
 */
#ifndef AUPD_MODEL_CONFIG_H
#define AUPD_MODEL_CONFIG_H

#include "base/conf.h"
#include "base/log.h"
#include "model/field.h"
#include "model/map_file.h"

enum { CONFIG_LISTEN_MAX = 32, CONFIG_WEB_LISTEN_MAX = 8, CONFIG_PEM_MAX = 64 << 10, CONFIG_LIST_MAX = 64, CONFIG_BYTES_MAX = 1 << 20, CONFIG_JUDGES_MAX = 8,
	CONFIG_FEED_NUMBER_MAX = 250, CONFIG_FETCH_MAX = 16, CONFIG_MAILBOX_MAX = 200, CONFIG_PASSWORD_MAX = 1024, CONFIG_WEB_URL_MAX = 200 };

enum listen_kind { LISTEN_SMTP, LISTEN_LMTP, LISTEN_HTTP, LISTEN_INGEST, LISTEN_API /* the desk's; not among the others */, LISTEN_GARDEN /* likewise */ };
extern const char *const listen_kind_words[];

struct listen_at {
	enum listen_kind kind;
	struct str address;
};

enum fetch_kind { FETCH_MAILDIR, FETCH_IMAP };

/* A mailbox that mail is picked up from. */
struct fetch_from {
	enum fetch_kind kind;
	struct str where;               /* directory; imaps://HOST[:PORT]/ */
	struct str mailbox, user, secret, ca;   /* of IMAP; the authorities in PEM, "" = the system's */
	struct str folder;              /* where mail goes that was taken; "" = it stays, as read */
	int64_t every_us;
};

/* Where the desk answers whoever has a key. */
struct web_listen {
	struct str address;
	struct str cert, key;           /* PEM; "" = plain, on a loopback address */
	bool garden;                    /* for the lines of blocked customers; also in clear, anywhere */
};

struct setting;
struct oidc_at;

/* What the daemon hears at all. */
enum { HEARS_COMPLAINTS = 1, HEARS_ACCOUNTING = 2, HEARS_USAGE = 4 };

/* What roles are told. Members that a role must not have stay empty in its share. */
struct share {
	/* all */
	uint64_t incarnation;
	uint32_t log_level, log_form;
	bool testing;
	/* ear */
	struct listen_at *listens;
	unsigned listen_count;
	uint64_t spool_bytes, message_bytes, api_rate;
	uint64_t form_rate;             /* reports a minute by the public form from one neighbour; 0 = there is no form */
	uint64_t keep_cases_us, keep_items_us, keep_lookups_us;
	bool posting_by_two;
	struct str *api_keys;           /* "CLIENT SHA256-HEX" */
	unsigned api_key_count;
	struct str officer_key;         /* public key, hex */
	struct str *authserv_ids, *mailbox_domains;
	unsigned authserv_id_count, mailbox_domain_count;
	struct str *radius_listens;     /* "ADDRESS:PORT" */
	unsigned radius_listen_count;
	struct radius_client *radius_clients;
	unsigned radius_client_count;
	uint64_t radius_sessions;       /* the judge's, with what follows; see config_duration.h */
	uint64_t duration_access;       /* set of 1 << NAS-Port-Type */
	struct str *duration_classes;   /* of customers */
	unsigned duration_class_count;
	uint64_t duration_joined_us;
	struct str *nat_listens;        /* "ADDRESS:PORT" */
	unsigned nat_listen_count;
	struct nat_from *nat_exporters; /* the judge's too */
	unsigned nat_exporter_count;
	struct str *upstreams;          /* "NAME ADDRESS|DOMAIN" */
	unsigned upstream_count;
	struct map_file *maps;          /* added to the built-in ones */
	unsigned map_count;
	/* fetcher, which has message_bytes, mail_domain and mail_local too */
	struct fetch_from *fetches;
	unsigned fetch_count;
	struct str lmtp;                /* the ear's listener */
	/* ear, judge */
	uint32_t judges, number;        /* how many judges fold the lanes; which of them this one is */
	/* judge, ear, hand */
	struct str provider, mail_domain, mail_local, contact;
	/* desk */
	struct web_listen *web_listens;
	unsigned web_listen_count, garden_count;       /* of the listeners, how many are of a walled garden */
	uint32_t hears;                 /* set of HEARS_ */
	struct str settings_file;
	struct setting *settings;       /* config_settings.h */
	unsigned setting_count;
	int64_t undo_us;                /* how long a person may take back what he ordered, before it is begun */
	uint64_t key_rate;              /* calls a minute with one key of the API, or of one-time links from one address */
	/* judge, desk, signer: the ledger's name and the key that verifies its checkpoints; the key that signs, signer alone */
	struct str ledger_origin, ledger_key, signer_key;
	/* judge, hand: "KEY URL" */
	struct str *witnesses;
	unsigned witness_count;
	struct str stamp_url, stamp_ca; /* PEM */
	struct str *ledger_allow;       /* prefixes that these may live in although they are not public */
	unsigned ledger_allow_count;
	/* judge, hand: access servers that can be asked; their secrets are the hand's alone */
	struct nas_at *nas;
	unsigned nas_count;
	struct aaa_sql *aaa_sql;        /* judge, hand: the database of the RADIUS server; one at most. Its password is the hand's alone */
	unsigned aaa_sql_count;
	struct aaa_rest *aaa_rest;      /* the same, of the system that keeps who may log in; its token is the hand's alone */
	unsigned aaa_rest_count;
	struct oidc_at *oidc;           /* judge, desk, hand: the OpenID provider of people with accounts; one at most. Its secret is the hand's alone */
	unsigned oidc_count;
	/* judge, hand: hosts of webhooks that may be told without TLS */
	struct str *hooks_http;
	unsigned hooks_http_count;
	/* judge */
	int64_t hooks_retry_us, hooks_disable_us, hooks_keep_us;
	uint64_t witnesses_required;
	int64_t stamp_every_us;
	bool bindings;                  /* who held what is kept */
	uint64_t bindings_capacity;
	int64_t bindings_retention_us, bindings_slack_us;
	struct str *feeds;              /* "NAME NUMBER" */
	unsigned feed_count;
	uint64_t usage_accounts;        /* 0 = nothing is metered */
	int64_t usage_retention_us;
	int64_t usage_offset_minutes;   /* by which its months begin before those of UTC */
	struct str word_to;
	struct str web_url;             /* base of one-time links, without a slash at its end; "" = there are none */
	struct str store;
	bool enforce;
	struct str *operators;          /* "NAME UID ROLE" */
	unsigned operator_count;
	/* hand */
	struct str smarthost, nft_path, nft_table;
	struct str *protect;            /* prefixes, domains, customers */
	unsigned protect_count;
	struct str *webhook_allow;      /* prefixes that hooks may live in although they are not public */
	unsigned webhook_allow_count;
	struct str webhook_secret;
	struct str *hooks_allow;        /* prefixes that webhooks of subscribers may live in although they are not public */
	unsigned hooks_allow_count;
	uint64_t hooks_per_minute;
	uint64_t suspensions_per_hour, suspensions_per_day, ends_per_hour;
	uint64_t suspensions_of_rule;   /* customers within ten minutes */
	uint64_t suspensions_of_reseller, suspensions_of_reporter;      /* a day */
};

extern const struct field share_fields[];
extern const struct conf_item config_items[];

struct config {
	struct arena *arena;
	struct str text;                /* of the file, for excerpts */
	struct conf *first;
	const char *data_dir, *run_dir, *user;
	struct str api;                 /* where the desk listens */
	struct nas_at *nas_shown;       /* as nas of all, without secrets */
	struct aaa_sql *aaa_sql_shown;  /* the same */
	struct aaa_rest *aaa_rest_shown;
	struct oidc_at *oidc_shown;
	struct share all;
};

/* Reads and checks the file, and reads the maps that it names, which format/maps.h checks. On an error nothing is kept; why has file, line and column. */
enum err config_read(const char *path, struct config **ret_config, struct why *why) MUST_CHECK;
/* The same; in service, a file that asks for the test clock is refused. */
enum err config_read_service(const char *path, bool in_service, struct config **ret_config, struct why *why) MUST_CHECK;
/* What a person reads after a failed config_read: the place, the reason, the hint; then the line, and a caret under the place. */
void config_explain(const char *path, const struct why *why, struct buf *out);
/* What a role is told of config_web.h: web_url who makes links; of the provider what it may know, which may be NULL. */
void config_web_share(const struct config *c, bool links, struct oidc_at *provider, struct share *ret_share);
/* The file in its normal form: one spacing, no comments, defaults written out. It reads back as the same configuration. */
void config_dump(const struct config *c, struct buf *out);
void config_free(struct config *c);

#endif
