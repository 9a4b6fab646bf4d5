/*
 * A complaint that an upstream provider passes on, recognised. See ear.h.
 *
 * Its sender is believed as reporters are, by what our own mail server proved, and must be one whom the configuration names. What is
 * read is what aupd writes itself (engine/forward_xarf.c), and what others may call the same: the upstream's number of the case and
 * its deadline, out of the report's own members, else out of the subject.
 */
#include "aupd/ear.h"
#include "format/format.h"
#include "model/upstream.h"

static struct str domain_of(struct str address)
{
	size_t at = str_chr(address, '@');
	return at == SIZE_MAX ? STR_NONE : str_sub(address, at + 1, address.len);
}

static bool is_within(struct str domain, struct str above)
{
	size_t cut = domain.len - above.len;
	return domain.len >= above.len && above.len && str_eq_fold(str_sub(domain, cut, above.len), above) && (!cut || domain.ptr[cut - 1] == '.');
}

/* Which upstream writes from there; *ret_from: the address or domain by which it is known. */
static struct str upstream_of(const struct share *s, struct str sender, struct str *ret_from)
{
	for (unsigned i = 0; i < s->upstream_count; i++) {
		struct str from = s->upstreams[i], name;
		if (!str_split(&from, ' ', &name))
			continue;
		*ret_from = from;
		if (str_chr(from, '@') == SIZE_MAX ? is_within(domain_of(sender), from) : str_eq_fold(sender, from))
			return name;
	}
	return STR_NONE;
}

static struct str first_of(const struct observation *o, const char *const *names)
{
	struct str value = STR_NONE;
	for (; *names && !value.len; names++)
		value = str_trim(observation_value(o, *names));
	return value;
}

/* It is repeated in a letter, and part of a key. */
static bool is_reference(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !(c && strchr("-_.:#", c)))
			return false;
	}
	return s.len && s.len <= UPSTREAM_REFERENCE_MAX;
}

static struct str reference_of(const struct observation *o, struct str subject)
{
	static const char *const names[] = { "case", "case_number", "case_id", "ticket", "ticket_id", "reference", NULL };
	struct str found = first_of(o, names);
	size_t open = str_chr(subject, '['), close = str_chr(subject, ']');
	if (!is_reference(found) && open != SIZE_MAX && close != SIZE_MAX && close > open)
		found = str_trim(str_sub(subject, open + 1, close - open - 1));
	return is_reference(found) ? found : is_reference(o->report_id) ? o->report_id : STR_NONE;
}

static int64_t deadline_of(const struct observation *o)
{
	static const char *const names[] = { "answer_by", "deadline", "due", "respond_by", NULL };
	int64_t at;
	return time_parse(first_of(o, names), &at) == OK ? at : TIME_NONE;
}

/* No further than where it is known to write from: a proved sender must not point us at others. */
static struct str reply_address(struct ear *e, const struct decode *d, struct str from)
{
	struct str to = mime_addr_spec(e->arena, mime_top_value(e->arena, &d->mime, "reply-to"));
	struct str domain = str_chr(from, '@') == SIZE_MAX ? from : domain_of(from);
	return is_within(domain_of(to), domain) ? to : d->from;
}

void ear_upstream(struct ear *e, struct decode *d)
{
	struct observation *o = d->observations;
	struct str from = STR_NONE;
	/* one complaint a mail: of several nobody could say which the answer is about */
	if (d->outcome != OUTCOME_REPORT || d->count != 1 || !o->reporter_proven || !str_starts(o->reporter, STR("mail:")))
		return;
	struct str name = upstream_of(&e->role->share, d->from, &from), reference = reference_of(o, d->subject);
	if (!name.len || !reference.len)
		return;
	o->upstream = name;
	o->upstream_case = reference;
	o->upstream_to = reply_address(e, d, from);
	o->upstream_due_at = deadline_of(o);
	if (o->upstream_due_at == TIME_NONE)
		o->upstream_due_at = 0;
	o->reporter_verified = true;
}
