/*
 * A pack for a dispute by API: a customer or a reseller asks for one of his own case, under his own profile and no other. See judge_command.h.
 *
 * Asking puts the case together as it is, records the digest of what is shown and of the list of what is withheld as a deed, and keeps nothing
 * else. Fetching puts it together again, up to the record that the deed names, and gives it out if it still is what the deed commits to: an
 * erasure, or a purge, in between takes the pack along. Raw bytes are in neither profile, so a pack stays small; what is longer is asked of a
 * person. Whoever does not see the case is told that it is not there.
 */
#include "aupd/judge_evidence.h"
#include "aupd/judge_redaction.h"
#include "aupd/judge_stamp.h"
#include "engine/deed.h"
#include "evidence/handed.h"
#include "evidence/proof.h"

enum { PACK_RECORDS_MAX = 1000, PACK_BYTES_MAX = 2900 << 10 /* as base64 in one frame */, LOAD_RECORDS = 100, ENTRY_BYTES = 2 << 10 /* proof, salts, lengths */ };

struct packing {
	struct commanding *c;
	struct arena *a;
	struct casefile found;
	char number[CASE_TEXT_MAX];
	struct redaction_asked asked;
	struct seal_key key;
	bool has_key;
	uint64_t until;
	struct row *rows;               /* of its records, for their proofs */
	struct str policies[EVIDENCE_BUNDLE_POLICIES_MAX];      /* versions that are in already */
	struct evidence_bundle b;
	size_t bytes;
};

static enum err open_case(struct packing *p)
{
	struct commanding *c = p->c;
	struct row row;
	uint64_t number;
	enum err e = command_case(c, &number);
	if (e == OK)
		e = fold_find_case(&c->j->fold, number, &p->found, &row, c->why);
	if (e == OK && p->found.flags & CASE_CORRECTED)
		e = why_set(c->why, ERR_CONFLICT, "a person has yet to decide whose it was");
	if (e)
		return e;
	case_text(number, p->number);
	p->asked.profile = c->p.scope == SCOPE_RESELLER ? REDACTION_RESELLER : REDACTION_CUSTOMER;
	p->has_key = keyring_find(c->j->fold.keyring, p->found.customer, &p->key) == OK;
	p->until = p->found.event_count;
	return OK;
}

static enum err add_policy(struct packing *p, const struct record *r)
{
	struct commanding *c = p->c;
	struct str version = record_value(r, STR("policy"));
	struct row row;
	unsigned i = 0;
	if (!version.len || !record_value(r, STR("policy.digest")).len)
		return OK;
	while (i < p->b.policy_count && !str_eq(p->policies[i], version))
		i++;
	if (i < p->b.policy_count || i == EVIDENCE_BUNDLE_POLICIES_MAX)
		return OK;
	enum err e = work_get(c->j->fold.work, TABLE_POLICY, version, &row, c->why);
	if (e || !row.version)
		return e;
	p->policies[i] = version;
	p->b.policies[p->b.policy_count++] = row.body;
	p->bytes += row.body.len;
	return OK;
}

static enum err add_record(struct packing *p, const struct row *row, const struct row *opening, const struct row *event)
{
	struct commanding *c = p->c;
	struct record_line *values = NULL;
	struct record r;
	unsigned count = 0;
	enum err e = row->version ? record_read(p->a, row->body, &r, c->why) : why_set(c->why, ERR_AGAIN, "a record of the case cannot be seen yet");
	if (e == OK && p->has_key && opening->version)
		e = record_open(p->a, &r, opening->body, &p->key, &values, &count, c->why);
	struct evidence_entry *entry = &p->b.entries[p->b.entry_count];
	if (e == OK)
		e = redaction_sort(c, &p->asked, &r, values, count, &p->key, event, entry);
	if (e)
		return e;
	entry->record = row->body;
	/* its place in the rising order of leaves, until it is proved */
	entry->index = p->b.entry_count;
	p->rows[p->b.entry_count++] = *row;
	p->bytes += row->body.len + ENTRY_BYTES;
	return add_policy(p, &r);
}

static enum err gather(struct packing *p)
{
	struct commanding *c = p->c;
	struct arena *a = p->a;
	struct row_key keys[3 * LOAD_RECORDS];
	struct row *rows = ARENA_ARRAY(a, struct row, (size_t)3 * LOAD_RECORDS);
	enum err e = OK;
	if (p->until > PACK_RECORDS_MAX)
		return why_set(c->why, ERR_LIMIT, "the case has more than %d records: ask a person for the pack", PACK_RECORDS_MAX);
	p->b.entries = ARENA_ARRAY(a, struct evidence_entry, p->until + 1);
	p->b.policies = ARENA_ARRAY(a, struct str, EVIDENCE_BUNDLE_POLICIES_MAX);
	p->rows = ARENA_ARRAY(a, struct row, p->until + 1);
	if (!rows || !p->b.entries || !p->b.policies || !p->rows)
		return why_set(c->why, ERR_NOMEM, "no memory for a pack");
	for (uint64_t first = 1; e == OK && first <= p->until && p->bytes <= PACK_BYTES_MAX; first += LOAD_RECORDS) {
		size_t n = p->until - first + 1 < LOAD_RECORDS ? (size_t)(p->until - first + 1) : LOAD_RECORDS;
		for (size_t i = 0; i < n; i++) {
			keys[i] = (struct row_key){ TABLE_RECORD, str_format(a, "%s.%llu", p->number, (unsigned long long)(first + i)) };
			keys[n + i] = (struct row_key){ TABLE_OPENING, keys[i].key };
			keys[2 * n + i] = (struct row_key){ TABLE_CASE_EVENT, str_format(a, "%llu/%08llu", (unsigned long long)p->found.number, (unsigned long long)(first + i)) };
		}
		e = c->j->driver->load(c->j->store, a, keys, 3 * n, rows, c->why);
		for (size_t i = 0; e == OK && i < n; i++)
			e = add_record(p, &rows[i], &rows[n + i], &rows[2 * n + i]);
	}
	return e;
}

/* The list of what is withheld, and its digest. */
static enum err list(struct packing *p, struct str *ret_digest)
{
	struct commanding *c = p->c;
	struct digest d;
	enum err e = gather(p);
	if (e == OK && p->bytes > PACK_BYTES_MAX)
		e = why_set(c->why, ERR_LIMIT, "the pack would be longer than what is given in this way: ask a person for it");
	if (e == OK)
		e = evidence_bundle_order(p->a, &p->b, c->why);
	if (e == OK)
		e = handed_write(p->a, &p->b, str_of(redaction_profile_words[p->asked.profile]), &p->b.redaction, c->why);
	if (e)
		return e;
	digest_sha256(p->b.redaction, &d);
	*ret_digest = digest_hex(p->a, &d);
	return OK;
}

static struct str whose(const struct packing *p)
{
	return p->has_key ? p->found.customer : DEED_OFFICE;
}

static struct packing *packing_of(struct commanding *c)
{
	struct packing *p = ARENA_NEW(work_arena(c->j->fold.work), struct packing);
	if (p) {
		p->c = c;
		p->a = work_arena(c->j->fold.work);
	}
	return p;
}

enum err cmd_my_evidence(struct commanding *c)
{
	struct packing *p = packing_of(c);
	struct record deed;
	struct str digest;
	enum err e = p ? open_case(p) : why_set(c->why, ERR_NOMEM, "no memory for a pack");
	if (e)
		return e;
	e = list(p, &digest);
	if (e == OK)
		e = redaction_seal(c, &p->asked, p->number, p->until, digest, whose(p), &deed);
	secret_wipe(&p->key, sizeof(p->key));
	if (e)
		return e;
	jsonw_str(c->w, "case", str_of(p->number));
	jsonw_str(c->w, "pack", deed.id);
	return OK;
}

/* A deed of this case under this profile: every other one is not there. */
static enum err read_deed(struct packing *p, struct row *ret_row, struct record *ret_deed)
{
	struct commanding *c = p->c;
	struct str id = command_arg(c, "pack"), last;
	enum err e = work_get(c->j->fold.work, TABLE_RECORD, id, ret_row, c->why);
	if (e == OK && ret_row->version)
		e = record_read(p->a, ret_row->body, ret_deed, c->why);
	if (e)
		return e;
	if (!ret_row->version || !str_eq(record_value(ret_deed, STR("kind")), HANDED_KIND) || !str_eq(record_value(ret_deed, STR("case")), str_of(p->number)) ||
		!str_eq(record_value(ret_deed, STR("profile")), str_of(redaction_profile_words[p->asked.profile])))
		return why_set(c->why, ERR_NOTFOUND, "there is no such pack");
	last = record_value(ret_deed, STR("records"));
	last = str_sub(last, strlen(p->number) + 3, last.len);
	if (str_to_u64(last, p->found.event_count, &p->until) != OK || !p->until)
		return why_set(c->why, ERR_CORRUPT, "the record of the pack is damaged");
	return OK;
}

/* Who asked for it: nobody can say when the key was destroyed, and then the pack is another one too. */
static enum err open_actor(struct packing *p, const struct record *deed)
{
	struct commanding *c = p->c;
	struct record_line *values;
	struct seal_key key;
	struct row row;
	unsigned count = 0;
	struct evidence_opening *o = ARENA_NEW(p->a, struct evidence_opening);
	enum err e = o ? work_get(c->j->fold.work, TABLE_OPENING, deed->id, &row, c->why) : ERR_NOMEM;
	if (e == OK)
		e = row.version ? keyring_find(c->j->fold.keyring, whose(p), &key) : ERR_NOTFOUND;
	if (e == OK)
		e = record_open(p->a, deed, row.body, &key, &values, &count, c->why);
	for (unsigned i = 0; e == OK && i < count; i++) {
		if (!str_eq(values[i].key, STR("actor")))
			continue;
		o->name = values[i].key;
		o->value = values[i].value;
		e = record_salt(p->a, deed, o->name, &key, o->salt);
		p->b.handed.openings = o;
		p->b.handed.opening_count = 1;
	}
	secret_wipe(&key, sizeof(key));
	return e;
}

/* All under one checkpoint, so the ledger does not have to grow from one to another. */
static enum err prove_all(struct packing *p, const struct row *deed)
{
	struct commanding *c = p->c;
	struct proof place = { .checkpoint = STR_NONE };
	struct why why = { .line = 0 };
	uint64_t size = 0, leaf = 0;
	enum err e = evidence_choose(c, deed, &p->b.checkpoint, &size);
	for (unsigned i = 0; e == OK && i < p->b.entry_count; i++) {
		struct merkle_proof *path = ARENA_NEW(p->a, struct merkle_proof);
		e = path ? evidence_prove(c, &p->rows[i], size, &leaf, path) : ERR_NOMEM;
		p->b.entries[i].index = leaf;
		p->b.entries[i].path = path ? path->hashes : NULL;
		p->b.entries[i].path_count = path ? path->count : 0;
	}
	if (e == OK)
		e = evidence_prove(c, deed, size, &place.index, &place.path);
	place.checkpoint = p->b.checkpoint;
	p->b.handed.record = deed->body;
	p->b.growth = STR("");
	if (e == OK)
		e = proof_write(p->a, &place, &p->b.handed_proof, c->why);
	if (e == OK && judge_stamp_find(c->j, p->a, leaf, size, &p->b.stamp, &why) != OK)
		p->b.stamp = STR_NONE;
	return e;
}

static enum err put_pack(struct packing *p)
{
	struct commanding *c = p->c;
	struct note_verifier log;
	struct evidence_bundle back;
	struct evidence_verdict v;
	struct buf out;
	buf_init(&out, PACK_BYTES_MAX);
	enum err e = evidence_bundle_write(p->a, &p->b, &out, c->why);
	if (e == OK)
		e = note_verifier_read(p->a, c->j->role->share.ledger_key, &log, c->why);
	if (e == OK)
		e = evidence_bundle_read(p->a, buf_str(&out), &back, c->why);
	if (e == OK)
		e = evidence_bundle_verify(p->a, &back, &log, NULL, &v, c->why);
	if (e == OK)
		jsonw_str(c->w, "evidence", str_base64(p->a, buf_str(&out)));
	buf_done(&out);
	return e;
}

enum err cmd_my_pack(struct commanding *c)
{
	struct packing *p = packing_of(c);
	struct record deed;
	struct row row;
	struct str digest;
	enum err e = p ? open_case(p) : why_set(c->why, ERR_NOMEM, "no memory for a pack");
	if (e)
		return e;
	e = read_deed(p, &row, &deed);
	if (e == OK)
		e = evidence_need_signed(c);
	if (e == OK)
		e = list(p, &digest);
	if (e == OK && !str_eq(digest, record_value(&deed, STR("redaction"))))
		e = why_set(c->why, ERR_CONFLICT, "something of it can no longer be had as it was: ask for another one");
	if (e == OK)
		e = prove_all(p, &row);
	if (e == OK)
		e = open_actor(p, &deed);
	secret_wipe(&p->key, sizeof(p->key));
	if (e)
		return e;
	jsonw_str(c->w, "case", str_of(p->number));
	jsonw_str(c->w, "pack", deed.id);
	return put_pack(p);
}
