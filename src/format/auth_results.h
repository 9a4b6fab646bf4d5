/*
 * Who handed a mail over, as our own mail server proved it: the field Authentication-Results (RFC 8601).
 *
 * The parser is strict: a field that bends the grammar of RFC 8601 2.2, names a property of one result twice or exceeds a bound
 * is not read at all, and what is not read proves nothing. Anybody can write such a field into a mail. What makes one ours is its
 * authserv-id and its place: the topmost of that id, above every Received field of a host that is not ours. The mail server must
 * remove those that come in with its id (RFC 8601 5).
 */
#ifndef AUPD_FORMAT_AUTH_RESULTS_H
#define AUPD_FORMAT_AUTH_RESULTS_H

#include "base/names.h"
#include "format/mime.h"

enum { AUTH_RESULTS_BYTES_MAX = 16384, AUTH_RESULTS_MAX = 32, AUTH_PROPERTIES_MAX = 16, AUTH_COMMENTS_MAX = 8 /* one in another */, AUTH_FIELDS_MAX = 200 };

struct auth_property {
	struct str type, name, value;   /* "header", "d", "example.org"; quotes are off the value */
};

struct auth_result {
	struct str method, result, reason;
	uint64_t version;               /* of the method, 1 unless it says so */
	struct auth_property properties[AUTH_PROPERTIES_MAX];
	unsigned property_count;
};

struct auth_results {
	struct str id;
	struct auth_result *list;       /* none for "none" */
	unsigned count;
};

/* The value of one field, folds and all. Its texts lie in the arena. ERR_SYNTAX, ERR_LIMIT. */
enum err auth_results_read(struct arena *a, struct str value, struct auth_results *ret_results) MUST_CHECK;

/*
 * Do they prove that a mail From that domain is of its organisational domain? By dkim=pass with an aligned header.d (or header.i),
 * spf=pass with an aligned smtp.mailfrom, or dmarc=pass for the domain; never where dmarc failed, or judged another From.
 */
bool auth_results_prove(struct arena *a, const struct names *n, const struct auth_results *r, struct str from_domain, struct str *ret_domain);

struct auth_trust {
	const struct names *names;
	const struct str *ids;          /* authserv-ids of our own mail servers */
	unsigned id_count;
	struct str domain;              /* our own, for the names of hosts in Received fields */
};

/* The organisational domain that a message is proved to come from, by the fields of its header. False proves nothing, either way. */
bool auth_results_sender(struct arena *a, const struct mime *m, const struct auth_trust *t, struct str *ret_domain);

#endif
