/*
 * Webhooks: whoever has a scope of the API names a URL, and is told there when something happens to what he may see.
 *
 * What is sent names a kind out of a closed list, a number as its reader knows it, a time and a path of the API: the rest is read
 * there, with the key. It is signed as Standard Webhooks 1.0 says. A delivery has one id for good, however often it is tried.
 */
#ifndef AUPD_MODEL_WEBHOOK_H
#define AUPD_MODEL_WEBHOOK_H

#include "model/principal.h"

enum { WEBHOOKS_MAX = 1000, WEBHOOKS_OF_ONE_MAX = 20, WEBHOOK_URL_MAX = 1000, WEBHOOK_ID_MAX = 40, WEBHOOK_SECRET_LEN = 32, WEBHOOK_OVERLAP_HOURS = 24,
	WEBHOOK_BODY_MAX = 4096, WEBHOOK_REPORTS_MAX = 1000 };
#define WEBHOOK_SECRET_PREFIX "whsec_"

/* Stored by its word, so that the order is free. */
enum hook_kind {
	HOOK_TEST,                      /* to whoever asks for it; nobody subscribes to it */
	HOOK_CASE_OPENED, HOOK_CASE_STEP, HOOK_CASE_HELD, HOOK_CASE_MEASURE, HOOK_CASE_LIFTED, HOOK_CASE_ANSWERED, HOOK_CASE_FIXED, HOOK_CASE_PAUSED, HOOK_CASE_RESUMED,
	HOOK_CASE_EMERGENCY, HOOK_CASE_APPEALED, HOOK_CASE_DECIDED, HOOK_CASE_CLOSED, HOOK_CASE_REOPENED, HOOK_NOTICE_SENT, HOOK_NOTICE_PROVED, HOOK_NOTICE_LOST,
	HOOK_FORWARDED, HOOK_REPORT_STATE,
	HOOK_KINDS
};
extern const char *const hook_kind_words[];
extern const struct hook_kind_info { unsigned scopes; const char *doc; } hook_kinds[HOOK_KINDS];
/* Which kind an event of a case is; HOOK_TEST: of none. */
enum hook_kind hook_kind_of(enum case_event_type type);
/* A list of kinds with commas between them, or "all", for one of that scope. ERR_SYNTAX, ERR_DENIED: names the word that is wrong. */
enum err hook_kinds_read(struct str text, enum scope scope, uint32_t *ret_kinds, struct why *why) MUST_CHECK;

enum hook_state { HOOK_ON, HOOK_DISABLED, HOOK_REMOVED };
extern const char *const hook_state_words[];
/* Why it is disabled. */
enum hook_end { HOOK_NOT_ENDED, HOOK_FAILING, HOOK_GONE, HOOK_KEY_REVOKED, HOOK_OWNER_GONE };
extern const char *const hook_end_words[];

struct webhook {
	enum scope scope;
	struct str owner;               /* id of the principal */
	struct str url;
	struct str *events;             /* words of hook_kind_words */
	unsigned event_count;
	enum hook_state state;
	enum hook_end because;
	struct str made_by, key;        /* row of the key of the API that registered it: it ends with that key's revocation; STR_NONE = none did */
	int64_t made_at, disabled_at;
	struct str secret, old_secret;  /* sealed */
	int64_t old_until_at;           /* so long both sign */
	int64_t failing_since_at, paused_until_at;
	uint32_t failures;              /* since a delivery was taken last */
};

enum delivery_state { DELIVERY_WAITING, DELIVERY_DELIVERED, DELIVERY_FAILED };
extern const char *const delivery_state_words[];
/* A closed list: what another host, or a resolver, says is not repeated to whoever named the URL. */
enum hook_failure { HOOK_NO_FAILURE, HOOK_STATUS, HOOK_UNREACHABLE, HOOK_NO_ANSWER, HOOK_NOT_ALLOWED, HOOK_WAS_DISABLED };
extern const char *const hook_failure_words[];

/* TABLE_DELIVERY */
struct hook_delivery {
	enum hook_kind kind;
	struct str about;               /* "C-4711"; of HOOK_REPORT_STATE the receipt */
	struct str lane;
	int64_t at, tried_at, done_at;
	enum delivery_state state;
	uint32_t attempts, repeated;    /* repeated: given out again although it was not known what had become of it */
	uint32_t status;                /* of HTTP, the last */
	enum hook_failure failure;      /* the last */
	struct str next;                /* id of the one that waits for it */
};

/* TABLE_HOOK_LANE: deliveries of one webhook about one case, one after the other. */
struct hook_lane {
	struct str head, tail;          /* ids of deliveries */
	int64_t first_at;               /* when the head was tried first */
	uint32_t attempts;              /* of the head, since then */
	bool in_hand;                   /* the hand has it, or had */
};

/* TABLE_HOOK_REPORTS */
struct hook_report { struct str receipt, reporter; };
struct hook_reports {
	uint32_t told;                  /* what the reporters of all of them were told last */
	struct hook_report *list;
	unsigned count;
};

/* Judge to hand, and back. */
struct hook_order {
	struct str hook, lane, id, url, body;
	struct str secret, old_secret;  /* octets; old_secret "" = none */
	int64_t good_until;
	bool failing;
};

enum hook_outcome { HOOK_OUT_NONE, HOOK_OUT_DONE, HOOK_OUT_FAILED, HOOK_OUT_GONE, HOOK_OUT_LATER /* it was not tried */ };
extern const char *const hook_outcome_words[];

struct hook_result {
	struct str hook, lane, id;
	enum hook_outcome outcome;
	enum hook_failure failure;
	uint32_t status;
	int64_t retry_at;               /* HOOK_OUT_LATER */
};

extern const struct field webhook_fields[], hook_delivery_fields[], hook_lane_fields[], hook_reports_fields[], hook_order_fields[], hook_result_fields[];

/* Rows have this owner: scope "/" id. */
struct str webhook_owner(struct arena *a, enum scope scope, struct str id);
struct principal webhook_principal(const struct webhook *w);
uint32_t webhook_kinds(const struct webhook *w);
/* https, or http to one of the hosts. ERR_SYNTAX, ERR_DENIED. The address is for whoever connects to look at. */
enum err webhook_url_check(struct str url, const struct str *http_hosts, unsigned host_count, struct why *why) MUST_CHECK;
/* Standard Webhooks 1.0: "v1," and HMAC-SHA-256 over id "." seconds "." body in base64. The secret in octets. */
struct str webhook_sign(struct arena *a, struct str secret, struct str id, int64_t seconds, struct str body);
/* What is sent, in full; the same each time. */
enum err webhook_body(struct arena *a, struct str id, const struct hook_delivery *d, enum scope scope, struct str hook, struct str *ret_body) MUST_CHECK;

#endif
