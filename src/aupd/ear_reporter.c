/*
 * Whose report it is: an API key's, a domain's that our own mail server proved, or only what the report says of itself. See ear.h.
 *
 * A proof is believed in mail that was handed over by LMTP alone: whoever speaks SMTP to us may be anybody, with any header. The
 * names of proved reporters begin with "api:" or "mail:"; no report gives itself such a name.
 */
#include "aupd/ear.h"
#include "base/json.h"
#include "format/auth_results.h"
#include "format/format.h"

static bool is_mailbox_domain(const struct ear *e, struct str domain)
{
	const struct share *s = &e->role->share;
	for (unsigned i = 0; i < s->mailbox_domain_count; i++)
		if (str_eq_fold(s->mailbox_domains[i], domain))
			return true;
	return false;
}

static struct str proved_name(struct ear *e, const struct decode *d, struct str listener)
{
	const struct share *s = &e->role->share;
	const struct auth_trust trust = { e->names, s->authserv_ids, s->authserv_id_count, s->mail_domain };
	struct str domain;
	if (!str_eq(listener, STR("lmtp")) || !d->mime.count || !auth_results_sender(e->arena, &d->mime, &trust, &domain) || is_mailbox_domain(e, domain))
		return STR_NONE;
	return str_format(e->arena, "mail:%.*s", STR_ARG(domain));
}

/* What the mail is written in, or else what its writer reads first: its primary subtag alone (RFC 3282, RFC 5646 2.2.1). */
static struct str language_of(struct ear *e, const struct decode *d)
{
	static const char *const names[] = { "content-language", "accept-language" };
	struct str tag = STR_NONE;
	for (size_t i = 0; d->mime.count && !tag.len && i < sizeof(names) / sizeof(names[0]); i++)
		tag = str_trim(mime_top_value(e->arena, &d->mime, names[i]));
	size_t n = 0;
	while (n < tag.len && (tag.ptr[n] | 0x20) >= 'a' && (tag.ptr[n] | 0x20) <= 'z')
		n++;
	return n == 2 || n == 3 ? str_lower(e->arena, str_sub(tag, 0, n)) : STR_NONE;
}

void ear_reporter(struct ear *e, struct decode *d, const struct json *meta)
{
	struct str listener = meta ? json_text(meta, "listener") : STR_NONE, client = meta ? json_text(meta, "client") : STR_NONE;
	bool by_key = str_eq(listener, STR("api"));
	struct str name = by_key ? str_format(e->arena, "api:%.*s", STR_ARG(client)) : proved_name(e, d, listener);
	struct str language = language_of(e, d);
	for (unsigned i = 0; i < d->count; i++) {
		struct observation *o = &d->observations[i];
		o->language = language;
		if (name.len)
			o->reporter = name;
		else if (str_starts_fold(o->reporter, STR("api:")) || str_starts_fold(o->reporter, STR("mail:")))
			o->reporter = STR_NONE;
		o->reporter_proven = name.len > 0;
		o->reporter_verified = by_key;
	}
}
