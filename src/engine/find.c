/*
 * Rows for search. See find.h.
 *
 * A key is the kind, "/", digests in hex, "/", and the complement of the case's number: the latest case comes first. The owner of a
 * row is the digest of the reporter whose word it was, so that an erasure of his finds it.
 */
#include "engine/find.h"

#include "engine/deed.h"

enum { PART = 8 /* hex digits of the digest of a prefix around an address */, WHOLE = 16 };

static struct str keyed(struct fold *f, enum find_word kind, struct str text, size_t digits)
{
	char what[] = "find/?";
	what[5] = (char)kind;
	return str_sub(deed_digest(f, what, text), 0, digits);
}

struct str find_prefix(struct fold *f, enum find_word kind, struct str text)
{
	struct arena *a = work_arena(f->work);
	if (kind == FIND_CLAUSE)
		return str_format(a, "%c/%.*s/", kind, STR_ARG(text));
	return str_format(a, "%c/%.*s/", kind, STR_ARG(keyed(f, kind, str_lower(a, text), WHOLE)));
}

struct str find_prefix_addr(struct fold *f, const struct prefix *p)
{
	struct arena *a = work_arena(f->work);
	bool v4 = addr_is_v4(&p->addr);
	unsigned bits = v4 ? p->bits - 96u : p->bits;
	const unsigned wide[] = { v4 ? 16 : 32, v4 ? 24 : 64, v4 ? 32 : 128 };
	struct str text = STR("a/");
	for (size_t i = 0; i < 3; i++) {
		struct prefix around = prefix_of(&p->addr, wide[i]);
		struct str one = keyed(f, FIND_ADDRESS, prefix_str(a, &around), i < 2 ? PART : WHOLE);
		text = str_format(a, "%.*s%.*s", STR_ARG(text), STR_ARG(one));
		if (bits == wide[i])
			return i < 2 ? text : str_format(a, "%.*s/", STR_ARG(text));
	}
	return STR_NONE;
}

enum err find_number(struct str key, uint64_t *ret_number)
{
	uint64_t n = 0;
	if (key.len < 16)
		return ERR_CORRUPT;
	for (size_t i = key.len - 16; i < key.len; i++) {
		char c = key.ptr[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return ERR_CORRUPT;
		n = n << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret_number = ~n;
	return OK;
}

static enum err put(struct fold *f, const struct casefile *c, struct str prefix, struct str owner, struct why *why)
{
	struct row row;
	enum err e = work_get(f->work, TABLE_FIND, str_format(work_arena(f->work), "%.*s%016llx", STR_ARG(prefix), (unsigned long long)~c->number), &row, why);
	if (e || row.version)
		return e;
	row.owner = owner;
	row.rank = f->now;
	row.body = STR("{}");
	return work_put(f->work, &row, why);
}

static enum err put_source(struct fold *f, const struct casefile *c, struct str source, struct why *why)
{
	struct prefix p;
	struct str rest = source;
	size_t at = str_find(source, STR("://"));
	if (prefix_parse(source, &p) == OK) {
		struct str key = find_prefix_addr(f, &p);
		return key.len ? put(f, c, key, STR_NONE, why) : OK;
	}
	/* of a URL the host, of a mailbox its domain */
	if (at != SIZE_MAX)
		rest = str_sub(source, at + 3, source.len);
	else if ((at = str_chr(source, '@')) != SIZE_MAX)
		rest = str_sub(source, at + 1, source.len);
	size_t end = 0;
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != ':' && rest.ptr[end] != '?')
		end++;
	rest = str_sub(rest, 0, end);
	if (prefix_parse(rest, &p) == OK && find_prefix_addr(f, &p).len)
		return put(f, c, find_prefix_addr(f, &p), STR_NONE, why);
	return rest.len ? put(f, c, find_prefix(f, FIND_DOMAIN, rest), STR_NONE, why) : OK;
}

static struct str owner_of(struct fold *f, struct str reporter)
{
	return reporter.len ? keyed(f, FIND_REPORTER, str_lower(work_arena(f->work), reporter), WHOLE) : STR_NONE;
}

static bool hidden(const struct fold *f, const struct casefile *c)
{
	return !f->searchable || c->flags & CASE_SEALED_CLASS;
}

enum err find_opened(struct fold *f, const struct casefile *c, struct why *why)
{
	return hidden(f, c) || !c->clause.len ? OK : put(f, c, find_prefix(f, FIND_CLAUSE, c->clause), STR_NONE, why);
}

enum err find_reported(struct fold *f, const struct casefile *c, const struct case_event *e, uint64_t n, struct why *why)
{
	if (hidden(f, c))
		return OK;
	/* another report of a known incident is about what stands there already */
	enum err err = e->type == EVENT_FINDING && e->source.len ? put_source(f, c, e->source, why) : OK;
	if (err || n > FIND_REPORTS_MAX || !e->reporter.len)
		return err;
	return put(f, c, find_prefix(f, FIND_REPORTER, e->reporter), owner_of(f, e->reporter), why);
}

enum err find_receipt(struct fold *f, const struct casefile *c, struct str receipt, struct str reporter, struct why *why)
{
	return hidden(f, c) ? OK : put(f, c, find_prefix(f, FIND_ID, receipt), owner_of(f, reporter), why);
}

static enum err put_ids(struct fold *f, const struct casefile *c, const struct observation *o, struct why *why)
{
	enum err e = o->report_id.len ? put(f, c, find_prefix(f, FIND_ID, o->report_id), owner_of(f, o->reporter), why) : OK;
	return e || !o->receipt.len ? e : find_receipt(f, c, o->receipt, o->reporter, why);
}

enum err find_note(struct fold *f, const struct casefile *c, const struct case_input *in, const struct case_output *out, struct why *why)
{
	enum err e = OK;
	if (hidden(f, c))
		return OK;
	for (unsigned i = 0, reports = 0; e == OK && i < out->event_count; i++) {
		const struct case_event *x = &out->events[i];
		const struct observation *o = NULL;
		if (x->type == EVENT_OPENED)
			e = find_opened(f, c, why);
		if (e || (x->type != EVENT_FINDING && x->type != EVENT_WITNESS))
			continue;
		if (in->type == INPUT_FINDING)
			o = reports < in->earlier_count ? &in->earlier[reports].seen : in->observation;
		reports++;
		e = find_reported(f, c, x, c->report_count, why);
		if (e == OK && o && c->report_count <= FIND_REPORTS_MAX)
			e = put_ids(f, c, o, why);
	}
	return e;
}
