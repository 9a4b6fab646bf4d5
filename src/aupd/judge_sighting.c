/*
 * The export of sightings for a back-test: opened, pseudonymised, page by page. See judge_command.h.
 *
 * The first page is recorded as a look-up and gives a ticket for the others, which hold no more than that moment knew: what is
 * judged meanwhile is not in it. Customers, users, services, reporters, sources and ids go out as keyed digests; of facts the
 * value goes out when a rule compares it, else its digest too. Bounded a page by PAGE_ROWS and PAGE_BYTES.
 */
#include "aupd/judge_command.h"
#include "base/digest.h"
#include "base/map.h"
#include "engine/fold_case.h"
#include "model/sighting.h"
#include "policy/reads.h"

enum { PAGE_ROWS = 64, PAGE_BYTES = 1 << 20, PAGE_NAMES_MAX = 100000, TOKEN_HEX = 16, COMPARED_MAX = 256, DEFAULT_DAYS = 30 };

struct page {
	struct commanding *c;
	struct arena *a;
	struct digest key;              /* of pseudonyms */
	struct map *told;               /* entities of this page */
	struct buf sightings, entities;
	struct jsonw ws, we;
	int64_t from_at, until_at;
	const struct json *compared;    /* names that the draft compares */
	uint64_t count, erased, last_number;
	bool last_reversed;
};

static struct str token(struct page *p, const char *what, struct str text)
{
	struct digest d;
	if (!text.len)
		return text;
	digest_hmac((struct str){ (const char *)p->key.octets, DIGEST_LEN }, str_format(p->a, "%s/%.*s", what, STR_ARG(text)), &d);
	return str_sub(digest_hex(p->a, &d), 0, TOKEN_HEX);
}

/* The posted versions, and behind them the draft that is tried; NULL = no more. */
static const struct policy *reading(const struct fold *f, unsigned i)
{
	return i < f->policy_count ? f->policies[i] : i == f->policy_count ? f->shadow : NULL;
}

static bool is_compared(const struct page *p, struct str name)
{
	const struct policy *of;
	for (unsigned i = 0; (of = reading(&p->c->j->fold, i)) != NULL; i++) {
		const struct read_fact *r = reads_fact(of, name);
		if (r && r->compared)
			return true;
	}
	for (const struct json *m = p->compared ? p->compared->child : NULL; m; m = m->next)
		if (str_eq(m->text, name))
			return true;
	return false;
}

static enum err put_entity(struct page *p, const struct entity *e)
{
	struct entity x = { .type = e->type, .id = token(p, e->type == ENTITY_SERVICE ? "service" : "who", e->id), .customer = token(p, "who", e->customer),
		.reseller = token(p, "who", e->reseller), .from_at = e->from_at, .until_at = e->until_at, .class_name = e->class_name,
		.permitted_use = e->permitted_use, .lifeline = e->lifeline, .protected_ = e->protected_, .value = ENTITY_NO_VALUE,
		.kind = e->type == ENTITY_SERVICE ? e->kind : STR_NONE, .digest = e->digest };
	/* that there is an address to write to, and something to act on, decides what becomes of a case */
	if (e->email.len)
		x.email = STR("someone@replay.invalid");
	if (e->target.len)
		x.target = STR("target");
	jsonw_object(&p->we, NULL);
	field_write(&p->we, entity_fields, &x);
	jsonw_end(&p->we, '}');
	return p->entities.err;
}

/* A service as it counts with all that stops with it. */
static enum err put_services(struct page *p, struct str customer)
{
	struct casefile c = { .customer = customer };
	struct case_input in = { .type = INPUT_DUE };
	struct arena_mark mark = arena_mark(work_scratch(p->c->j->fold.work));
	enum err err = find_services(&p->c->j->fold, &c, &in, p->c->why);
	for (const struct entity *e = NULL; err == OK && (e = registry_of(p->c->j->fold.registry, ENTITY_SERVICE, customer, e));) {
		struct entity x = *e;
		for (unsigned i = 0; i < in.service_count; i++)
			if (str_eq(in.services[i].id, e->id)) {
				x.lifeline = in.services[i].lifeline;
				x.protected_ = in.services[i].protected_;
			}
		err = put_entity(p, &x);
	}
	arena_rewind(work_scratch(p->c->j->fold.work), mark);
	return err;
}

static enum err put_who(struct page *p, struct str id)
{
	const struct registry *r = p->c->j->fold.registry;
	static const enum entity_type types[] = { ENTITY_CUSTOMER, ENTITY_RESELLER };
	enum err err = OK;
	if (!id.len || map_get(p->told, id))
		return OK;
	err = map_put(p->told, id, p);
	for (size_t i = 0; err == OK && i < 2; i++) {
		const struct entity *e = registry_find(r, types[i], id);
		struct entity with = e ? *e : (struct entity){ 0 };
		/* a contact of their own is as good */
		for (const struct entity *k = NULL; e && !with.email.len && (k = registry_of(r, ENTITY_CONTACT, id, k));)
			with.email = k->email;
		if (e)
			err = put_entity(p, &with);
		if (err == OK && e && e->reseller.len)
			err = put_who(p, e->reseller);
	}
	return err ? err : put_services(p, id);
}

/* Was its case, after an appeal, not upheld? */
static enum err was_reversed(struct page *p, uint64_t number, bool *ret_reversed)
{
	struct judge *j = p->c->j;
	struct casefile c;
	struct row row, *rows;
	size_t n = 0;
	*ret_reversed = number == p->last_number && p->last_reversed;
	if (!number || number == p->last_number)
		return OK;
	enum err e = fold_find_case(&j->fold, number, &c, &row, NULL);
	if (e == ERR_NOTFOUND)
		return OK;
	struct query q = { .table = TABLE_CASE_EVENT, .due_by = TIME_NONE, .limit = QUERY_LIMIT_MAX,
		.key_prefix = str_format(p->a, "%llu/", (unsigned long long)number) };
	bool appealed = false;
	if (e == OK && str_eq(c.resolution, STR("not upheld")))
		e = j->driver->page(j->store, p->a, &q, &rows, &n, p->c->why);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct case_event event = { 0 };
		e = field_decode(p->a, rows[i].body, case_event_fields, &event, p->c->why);
		appealed |= event.type == EVENT_APPEAL;
	}
	p->last_number = number;
	*ret_reversed = p->last_reversed = appealed;
	return e;
}

static enum err put_sighting(struct page *p, struct sighting *s)
{
	struct observation *o = &s->seen;
	struct subject *w = &s->whose;
	enum err e = was_reversed(p, s->number, &s->reversed);
	if (e == OK)
		e = put_who(p, w->customer);
	for (unsigned i = 0; e == OK && i < w->reseller_count; i++)
		e = put_who(p, w->resellers[i]);
	if (e)
		return e;
	s->number = 0;
	for (unsigned i = 0; i < w->reseller_count; i++)
		w->resellers[i] = token(p, "who", w->resellers[i]);
	for (unsigned i = 0; i < o->fact_count; i++)
		if (!is_compared(p, o->facts[i].name))
			((struct fact *)o->facts)[i].value = token(p, str_c(p->a, o->facts[i].name), o->facts[i].value);
	o->source.text = token(p, "source", o->source.text);
	o->reporter = token(p, "reporter", o->reporter);
	o->report_id = token(p, "id", o->report_id);
	w->customer = token(p, "who", w->customer);
	w->user = token(p, "user", w->user);
	w->service = token(p, "service", w->service);
	jsonw_object(&p->ws, NULL);
	field_write(&p->ws, sighting_fields, s);
	jsonw_end(&p->ws, '}');
	p->count++;
	return p->sightings.err;
}

static enum err put_row(struct page *p, const struct row *row)
{
	struct keyring *keys = p->c->j->fold.keyring;
	struct seal_key key;
	struct str packed, customer, sealed, clear;
	enum err corrupt = OK, e = keyring_find(keys, FOLD_SIGHTINGS, &key);
	if (e == OK)
		e = unseal(p->a, &key, row->key, row->body, &packed);
	if (e)
		return why_set(p->c->why, ERR_CORRUPT, "what was judged at %.*s cannot be opened", STR_ARG(time_str(p->a, row->rank)));
	while (e == OK && sighting_unpack(&packed, &customer, &sealed, &corrupt)) {
		struct sighting s = { 0 };
		/* the row itself was whole: what another key closed is of before an erasure, also when the customer came back since */
		if (keyring_find(keys, customer, &key) != OK || unseal(p->a, &key, STR("sighting"), sealed, &clear) != OK) {
			p->erased++;
			continue;
		}
		e = field_decode(p->a, clear, sighting_fields, &s, p->c->why);
		if (e == OK && s.at >= p->from_at && s.at <= p->until_at)
			e = put_sighting(p, &s);
	}
	return e ? e : corrupt;
}

static struct str ticket(struct commanding *c, const struct page *p, struct str last)
{
	struct digest d;
	const struct seal_key *key = &c->j->fold.token_key;
	digest_hmac((struct str){ (const char *)key->octets, SEAL_KEY_LEN }, str_format(p->a, "aupd-sightings/1 %.*s %lld %lld %.*s", STR_ARG(c->who),
		(long long)p->from_at, (long long)p->until_at, STR_ARG(last)), &d);
	return digest_hex(p->a, &d);
}

/* The last row that there is now: what comes behind it is no part of this export. */
static enum err last_row(struct page *p, struct str *ret_key)
{
	struct judge *j = p->c->j;
	struct query q = { .table = TABLE_SIGHTING, .due_by = TIME_NONE, .limit = 1, .descending = true };
	struct row *rows;
	size_t n = 0;
	enum err e = j->driver->page(j->store, p->a, &q, &rows, &n, p->c->why);
	*ret_key = e == OK && n ? rows[0].key : STR("");
	return e;
}

static enum err begin(struct page *p, struct str *ret_last)
{
	struct commanding *c = p->c;
	struct fold *f = &c->j->fold;
	enum err e = last_row(p, ret_last);
	if (e == OK)
		e = command_record_lookup(c, str_format(p->a, "observations from %.*s to %.*s, pseudonymised", STR_ARG(time_str(p->a, p->from_at)),
			STR_ARG(time_str(p->a, p->until_at))), STR("a back-test"));
	jsonw_array(c->w, "versions");
	for (unsigned i = 0; i < f->policy_count; i++)
		if (f->policies[i]->effective_at <= p->until_at)
			jsonw_str(c->w, NULL, f->policies[i]->version);
	jsonw_end(c->w, ']');
	jsonw_array(c->w, "facts");
	const struct policy *of;
	for (unsigned i = 0; (of = reading(f, i)) != NULL; i++) {
		unsigned n;
		const struct read_fact *reads = reads_facts(of, &n);
		for (unsigned k = 0; k < n; k++)
			if (!map_get(p->told, reads[k].name)) {
				jsonw_str(c->w, NULL, reads[k].name);
				e = e ? e : map_put(p->told, reads[k].name, p);
			}
	}
	jsonw_end(c->w, ']');
	map_clear(p->told);
	return e;
}

static enum err put_rows(struct page *p, struct str after, struct str last)
{
	struct judge *j = p->c->j;
	struct query q = { .table = TABLE_SIGHTING, .due_by = TIME_NONE, .limit = PAGE_ROWS, .has_after = true, .after_rank = p->from_at - HOUR_US /* longer than any batch is judged */,
		.after_key = STR("") };
	struct row *rows;
	size_t n = 0, i = 0;
	uint64_t rank;
	if (after.len) {
		struct reader r;
		struct str octets;
		enum err e = str_unhex(p->a, str_sub(after, 0, 16), &octets);
		if (e || octets.len != 8)
			return why_set(p->c->why, ERR_SYNTAX, "\"after\" is no place in an export");
		reader_init(&r, octets);
		rank = reader_u64(&r);
		q.after_rank = (int64_t)rank;
		q.after_key = after;
	}
	enum err e = j->driver->page(j->store, p->a, &q, &rows, &n, p->c->why);
	bool more = n > 0;
	for (; e == OK && i < n && p->sightings.len + p->entities.len < PAGE_BYTES; i++) {
		more = str_cmp(rows[i].key, last) <= 0 && rows[i].rank <= p->until_at;
		if (!more)
			break;
		e = put_row(p, &rows[i]);
	}
	if (e == OK && more && i) {
		jsonw_str(p->c->w, "after", rows[i - 1].key);
		jsonw_time(p->c->w, "reached", rows[i - 1].rank);
	}
	return e;
}

static enum err export_page(struct page *p)
{
	struct commanding *c = p->c;
	struct str after = command_arg(c, "after"), last = command_arg(c, "last");
	enum err e = OK;
	if (!after.len)
		e = begin(p, &last);
	else if (!str_eq_secret(command_arg(c, "ticket"), ticket(c, p, last)))
		return why_set(c->why, ERR_DENIED, "an export begins with its first page");
	if (e == OK)
		e = put_rows(p, after, last);
	jsonw_end(&p->ws, ']');
	jsonw_end(&p->we, ']');
	if (e == OK && (p->sightings.err || p->entities.err))
		e = why_set(c->why, ERR_LIMIT, "a page of the export is too long");
	if (e)
		return e;
	jsonw_int(c->w, "from", p->from_at);
	jsonw_int(c->w, "to", p->until_at);
	jsonw_str(c->w, "last", last);
	jsonw_str(c->w, "ticket", ticket(c, p, last));
	jsonw_int(c->w, "count", (int64_t)p->count);
	jsonw_int(c->w, "erased", (int64_t)p->erased);
	jsonw_raw(c->w, "entities", buf_str(&p->entities));
	jsonw_raw(c->w, "sightings", buf_str(&p->sightings));
	return OK;
}

enum err cmd_sightings(struct commanding *c)
{
	struct page p = { .c = c, .a = work_arena(c->j->fold.work), .told = map_new(PAGE_NAMES_MAX), .compared = json_get(c->root, "compared") };
	const struct seal_key *key = &c->j->fold.token_key;
	unsigned names = 0;
	enum err e = p.told ? OK : why_set(c->why, ERR_NOMEM, "no memory for an export");
	p.until_at = json_int(c->root, "to", c->j->fold.now);
	p.from_at = json_int(c->root, "from", p.until_at - DEFAULT_DAYS * DAY_US);
	if (e == OK && (p.from_at <= HOUR_US || p.from_at > p.until_at))
		e = why_set(c->why, ERR_SYNTAX, "the end of that time lies before its beginning");
	for (const struct json *m = p.compared ? p.compared->child : NULL; e == OK && m; m = m->next)
		if (m->type != JSON_STRING || ++names > COMPARED_MAX)
			e = why_set(c->why, ERR_SYNTAX, "\"compared\" is a list of at most %d names of facts", COMPARED_MAX);
	digest_hkdf((struct str){ (const char *)key->octets, SEAL_KEY_LEN }, STR("aupd back-test pseudonyms"), p.key.octets, DIGEST_LEN);
	buf_init(&p.sightings, FRAME_BODY_MAX);
	buf_init(&p.entities, FRAME_BODY_MAX);
	jsonw_init(&p.ws, &p.sightings);
	jsonw_init(&p.we, &p.entities);
	jsonw_array(&p.ws, NULL);
	jsonw_array(&p.we, NULL);
	if (e == OK)
		e = export_page(&p);
	buf_done(&p.sightings);
	buf_done(&p.entities);
	map_free(p.told);
	return e;
}
