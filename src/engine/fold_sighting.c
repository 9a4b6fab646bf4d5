/*
 * Notes what was judged, for back-tests. See fold_case.h and fold.h.
 *
 * One row a batch, not one an observation, so that the log costs next to nothing. Each note is sealed under the key of its
 * customer, and the row once more, so that no id of a customer stands on the disk either.
 */
#include "engine/fold_case.h"

#include "base/digest.h"
#include "model/sighting.h"
#include "policy/reads.h"

enum { ROW_BYTES = 256 << 10, PSEUDONYM_LEN = 16 };

static bool is_read(const struct fold *f, struct str name)
{
	for (unsigned i = 0; i < f->policy_count; i++)
		if (reads_fact(f->policies[i], name))
			return true;
	return f->shadow && reads_fact(f->shadow, name);
}

/* Who reports is counted, and never named: he who is erased is not in the log either. */
static struct str pseudonym(struct fold *f, const char *what, struct str text)
{
	struct arena *a = work_arena(f->work);
	struct digest d;
	if (!text.len)
		return text;
	digest_hmac((struct str){ (const char *)f->token_key.octets, SEAL_KEY_LEN }, str_format(a, "sighting/%s/%.*s", what, STR_ARG(text)), &d);
	return str_sub(digest_hex(a, &d), 0, PSEUDONYM_LEN);
}

/* What of them is kept; texts stay borrowed. */
static enum err make(struct fold *f, const struct observation *o, const struct fold_result *r, struct sighting *s)
{
	struct fact *facts = ARENA_ARRAY(work_arena(f->work), struct fact, o->fact_count ? o->fact_count : 1);
	unsigned n = 0;
	if (!facts)
		return ERR_NOMEM;
	for (unsigned i = 0; i < o->fact_count && n < SIGHTING_FACTS_MAX; i++)
		if (o->facts[i].value.len <= SIGHTING_VALUE_MAX && is_read(f, o->facts[i].name))
			facts[n++] = (struct fact){ .name = o->facts[i].name, .value = o->facts[i].value };
	*s = (struct sighting){ .at = f->now, .number = r->number,
		.seen = { .kind = o->kind, .role = o->role, .content = o->content, .kind_text = o->witness == WITNESS_METER ? o->kind_text : STR_NONE, .witness = o->witness,
			.source = { .type = o->source.type, .text = o->source.text, .port = o->source.port }, .event_at = o->event_at, .first_at = o->first_at,
			.last_at = o->last_at, .zone_given = o->zone_given, .received_at = o->received_at, .incidents = o->incidents, .reporter = pseudonym(f, "reporter", o->reporter),
			.reporter_proven = o->reporter_proven,
			.reporter_verified = o->reporter_verified, .reputation = o->reputation, .report_id = pseudonym(f, "id", o->report_id),
			.shown = pseudonym(f, "shown", o->shown), .facts = facts, .fact_count = n },
		.whose = { .grade = r->subject.grade, .customer = r->subject.customer, .user = r->subject.user, .service = r->subject.service,
			.resellers = r->subject.resellers, .reseller_count = r->subject.reseller_count, .lifeline = r->subject.lifeline } };
	return OK;
}

static bool worth(const struct observation *o, const struct fold_result *r)
{
	bool known = o->kind != KIND_UNCLASSIFIED || o->witness == WITNESS_METER;
	if (r->subject.ours != OURS_YES || !known || kind_info(o->kind)->flags & KIND_SEALED)
		return false;
	return r->fate == FATE_COUNTED || r->fate == FATE_CASE || r->fate == FATE_RETRACTED || r->fate == FATE_PERSON;
}

enum err sighting_note(struct fold *f, const struct observation *o, const struct fold_result *r, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct sighting s;
	struct seal_key key;
	struct str clear, sealed;
	struct buf packed;
	char at[POSITION_TEXT_MAX];
	if (!f->notes_sightings || !worth(o, r))
		return OK;
	enum err e = make(f, o, r, &s);
	if (e == OK)
		e = field_encode(a, sighting_fields, &s, &clear);
	/* what nobody could read again is not worth its place; the report itself is judged all the same */
	if (e == OK && clear.len > SIGHTING_BYTES_MAX)
		return OK;
	if (e == OK)
		e = keyring_get(f->keyring, r->subject.customer, &key, why);
	if (e == OK)
		e = seal_derived(a, &key, STR("sighting"), clear, &sealed);
	if (e)
		return e;
	position_print(&o->at, at);
	buf_init(&packed, SIGHTING_BYTES_MAX * 2);
	sighting_pack(&packed, r->subject.customer, sealed);
	e = packed.err ? packed.err : work_note(f->work, f->now, str_format(a, "%u.%s", f->source, at), str_copy(a, buf_str(&packed)));
	buf_done(&packed);
	return e ? why_set(why, e, "no memory to note what was judged") : OK;
}

static enum err put_notes(struct fold *f, const struct work_note *first, struct str packed, struct why *why)
{
	struct arena *a = work_arena(f->work);
	struct seal_key key;
	struct row row;
	unsigned n = 0;
	enum err e;
	/* what a person confirms in the same instant stands beside what he confirms */
	do
		e = work_get(f->work, TABLE_SIGHTING, str_format(a, "%016llx.%.*s.%u", (unsigned long long)first->at, STR_ARG(first->key), n++), &row, why);
	while (e == OK && row.version);
	if (e == OK)
		e = keyring_get(f->keyring, FOLD_SIGHTINGS, &key, why);
	if (e == OK)
		e = seal_derived(a, &key, row.key, packed, &row.body);
	row.due_at = first->at + SIGHTING_KEPT_DAYS * DAY_US;
	row.rank = first->at;
	return e ? e : work_put(f->work, &row, why);
}

enum err fold_close(struct fold *f, struct why *why)
{
	const struct work_note *n = work_take_notes(f->work);
	struct buf packed;
	enum err e = OK;
	buf_init(&packed, 2 * ROW_BYTES);
	while (e == OK && n) {
		const struct work_note *first = n;
		buf_clear(&packed);
		for (; n && (n == first || packed.len + n->bytes.len <= ROW_BYTES); n = n->next)
			buf_put(&packed, n->bytes);
		e = packed.err ? packed.err : put_notes(f, first, buf_str(&packed), why);
	}
	buf_done(&packed);
	return e;
}
