/*
 * Making one-time links. See onetime.h.
 *
 * A token is a keyed digest of what it opens and of the letter that it stands in, so that each letter has its own, and that of one
 * purpose says nothing of that of another.
 */
#include "engine/onetime.h"

#include "base/digest.h"

enum { TOKEN_BYTES = 16 };

static const char *const fields[ONETIME_PURPOSES] = { "{link}", "{link_fixed}", "{link_appeal}", "{link_acknowledge}", "{link_result}", "{link_case}" };

static bool names(struct str text, const char *field)
{
	return str_find(text, str_of(field)) != SIZE_MAX;
}

enum err onetime_link(struct fold *f, const struct casefile *c, const struct act *act, struct str language, enum onetime_purpose purpose, struct str *ret_link,
	struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	struct row row;
	const bool resellers = 1u << purpose & ONETIME_RESELLERS;
	struct onetime o = { .purpose = purpose, .number = c->number, .customer = resellers ? c->resellers[c->reseller_count - 1] : c->customer,
		.language = language, .expires_at = f->now + ONETIME_DAYS * DAY_US,
		.used_at = TIME_NONE };
	if (purpose == ONETIME_APPEAL && c->appeal_until_at != TIME_NONE && c->appeal_until_at < o.expires_at)
		o.expires_at = c->appeal_until_at;
	*ret_link = STR("-");
	if (o.expires_at <= f->now)
		return OK;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_format(a, "one-time/%s/%.*s", onetime_purpose_words[purpose],
		STR_ARG(act->key)), &d);
	struct str token = str_base64url(a, (struct str){ (const char *)d.octets, TOKEN_BYTES });
	*ret_link = str_format(a, "%.*s%s%.*s", STR_ARG(f->web_url), purpose == ONETIME_PAGE ? ONETIME_PAGE_PATH : ONETIME_PATH, STR_ARG(token));
	enum err e = work_get(f->work, TABLE_ONETIME, onetime_row(a, token), &row, why);
	/* a letter that is written again, to another address, has the same one: used is used */
	if (e || row.version)
		return e;
	row.owner = o.customer;
	row.due_at = o.expires_at;
	return work_store(f->work, &row, onetime_fields, &o, why);
}

unsigned onetime_of(const struct fold *f, const struct act *act)
{
	if (!f->web_url.len || act->party)
		return 0;
	return act->verb == VERB_FORWARD ? ONETIME_RESELLERS : ONETIME_CUSTOMERS;
}

enum err onetime_links(struct fold *f, const struct casefile *c, const struct act *act, const struct letter_template *t,
	struct str ret_links[ONETIME_PURPOSES], struct why *why)
{
	enum err e = OK;
	for (int i = 0; e == OK && i < ONETIME_PURPOSES; i++) {
		ret_links[i] = STR_NONE;
		if (onetime_of(f, act) & 1u << i && (names(t->body, fields[i]) || names(t->subject, fields[i])))
			e = onetime_link(f, c, act, t->language, (enum onetime_purpose)i, &ret_links[i], why);
	}
	return e;
}

struct str onetime_without(struct arena *a, struct str text, unsigned kept)
{
	struct buf out;
	struct str rest = text, line;
	bool found = false;
	for (int i = 0; i < ONETIME_PURPOSES; i++)
		found |= !(kept & 1u << i) && names(text, fields[i]);
	if (!found)
		return text;
	buf_init(&out, LETTER_BYTES_MAX);
	while (str_next_line(&rest, &line)) {
		bool drop = false;
		for (int i = 0; i < ONETIME_PURPOSES; i++)
			drop |= !(kept & 1u << i) && names(line, fields[i]);
		if (drop)
			continue;
		buf_put(&out, line);
		buf_putc(&out, '\n');
	}
	struct str left = out.err ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return left;
}
