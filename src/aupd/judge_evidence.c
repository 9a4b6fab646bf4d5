/*
 * The ledger by command: how it stands, proofs from its tiles, and what is handed over of a case. See judge_command.h.
 *
 * A case is exported in pages, all under one checkpoint. The first is recorded as a look-up with its reason, and only then there is
 * a ticket, the keyed digest of all that was asked, which opens the other pages and the raw bytes. Nothing of a sealed case goes out.
 * Under a profile (evidence/redaction.h) the judge alone decides what goes out, and whoever put the bundle together has its digest sealed by a
 * deed of the ledger.
 */
#include "aupd/judge_evidence.h"
#include "aupd/judge_redaction.h"
#include "aupd/judge_stamp.h"
#include "aupd/judge_witness.h"
#include "engine/deed.h"
#include "evidence/handed.h"
#include "evidence/proof.h"
#include "evidence/raw.h"
#include "evidence/record.h"

enum { PAGE_RECORDS = 200, PAGE_BYTES = 2 << 20, PIECE_BYTES = 2 << 20, RAW_INLINE_MAX = 64 << 10, OPEN_NAMES_MAX = RECORD_LINES_MAX, ONLY_MAX = 64 };

static enum err need_ledger(struct commanding *c)
{
	if (c->j->ledger)
		return OK;
	if (c->j->ledger_broken.text[0])
		return why_set(c->why, ERR_CORRUPT, "the ledger stands still: %.300s", c->j->ledger_broken.text);
	return why_set(c->why, ERR_UNSUPPORTED, "this judge keeps no ledger: the first one does");
}

enum err evidence_need_signed(struct commanding *c)
{
	enum err e = need_ledger(c);
	uint64_t signed_size = e ? 0 : ledger_checkpoint_size(c->j->ledger);
	if (e || (signed_size && signed_size <= ledger_size(c->j->ledger)))
		return e;
	judge_ledger_now(c->j);
	return why_set(c->why, ERR_AGAIN, "nothing of the ledger has been signed yet; try again");
}

/* What each witness has signed, and what it last complained of. */
static void put_witnesses(struct commanding *c)
{
	const struct witness_known *list;
	unsigned count = judge_witness_known(c->j, &list);
	uint64_t size;
	(void)judge_witness_note(c->j, &size);
	jsonw_int(c->w, "witnessed", (int64_t)size);
	jsonw_int(c->w, "required", (int64_t)c->j->role->share.witnesses_required);
	jsonw_array(c->w, "witnesses");
	for (unsigned i = 0; i < count; i++) {
		jsonw_object(c->w, NULL);
		jsonw_str(c->w, "key", list[i].key);
		jsonw_int(c->w, "cosigned", (int64_t)list[i].cosigned);
		jsonw_time(c->w, "cosigned_at", list[i].cosigned_at);
		jsonw_bool(c->w, "signs", list[i].cosigned && !list[i].stands);
		jsonw_bool(c->w, "contradicts", list[i].loud && list[i].stands);
		jsonw_str(c->w, "trouble", list[i].trouble);
		jsonw_time(c->w, "trouble_at", list[i].trouble_at);
		jsonw_int(c->w, "knows", (int64_t)list[i].size);
		jsonw_end(c->w, '}');
	}
	jsonw_end(c->w, ']');
}

static void put_stamped(struct commanding *c)
{
	struct str trouble;
	uint64_t size;
	int64_t at;
	judge_stamp_known(c->j, &size, &at, &trouble);
	jsonw_bool(c->w, "stamps", c->j->stamps != NULL);
	jsonw_int(c->w, "stamped", (int64_t)size);
	jsonw_time(c->w, "stamped_at", at);
	jsonw_str(c->w, "stamp_trouble", trouble);
}

enum err cmd_evidence_status(struct commanding *c)
{
	struct judge *j = c->j;
	struct arena *a = work_arena(j->fold.work);
	struct digest root;
	jsonw_str(c->w, "origin", j->role->share.ledger_origin);
	jsonw_str(c->w, "key", j->role->share.ledger_key);
	jsonw_bool(c->w, "stands_still", !j->ledger);
	if (!j->ledger) {
		(void)need_ledger(c);
		jsonw_str(c->w, "because", str_of(c->why->text));
		return OK;
	}
	jsonw_int(c->w, "leaves", (int64_t)ledger_size(j->ledger));
	jsonw_int(c->w, "signed", (int64_t)ledger_checkpoint_size(j->ledger));
	jsonw_str(c->w, "checkpoint", ledger_checkpoint(j->ledger));
	put_witnesses(c);
	put_stamped(c);
	if (!ledger_checkpoint_size(j->ledger))
		return OK;
	enum err e = ledger_root_at(j->ledger, ledger_checkpoint_size(j->ledger), &root, c->why);
	if (e == OK)
		jsonw_str(c->w, "root", checkpoint_hash_write(a, &root));
	return e;
}

static void put_path(struct commanding *c, const struct merkle_proof *p)
{
	struct arena *a = work_arena(c->j->fold.work);
	jsonw_array(c->w, "proof");
	for (unsigned i = 0; i < p->count; i++)
		jsonw_str(c->w, NULL, checkpoint_hash_write(a, &p->hashes[i]));
	jsonw_end(c->w, ']');
}

/* That the ledger of one size begins with that of a smaller one; 0: as it was signed last. */
enum err cmd_evidence_consistency(struct commanding *c)
{
	struct ledger *l = c->j->ledger;
	struct arena *a = work_arena(c->j->fold.work);
	struct merkle_proof p;
	struct digest before, after;
	enum err e = evidence_need_signed(c);
	if (e)
		return e;
	int64_t from = json_int(c->root, "from", 0), to = json_int(c->root, "to", 0), last = (int64_t)ledger_checkpoint_size(l);
	from = from ? from : last;
	to = to ? to : last;
	if (from < 1 || from > to || to > last)
		return why_set(c->why, ERR_RANGE, "sizes are from 1 to %lld, which is signed, and the older one comes first", (long long)last);
	e = ledger_root_at(l, (uint64_t)from, &before, c->why);
	if (e == OK)
		e = ledger_root_at(l, (uint64_t)to, &after, c->why);
	if (e == OK)
		e = ledger_prove_growth(l, (uint64_t)from, (uint64_t)to, &p, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "key", c->j->role->share.ledger_key);
	jsonw_int(c->w, "from", from);
	jsonw_str(c->w, "from_root", checkpoint_hash_write(a, &before));
	jsonw_int(c->w, "to", to);
	jsonw_str(c->w, "to_root", checkpoint_hash_write(a, &after));
	put_path(c, &p);
	return OK;
}

static enum err leaf_of(struct commanding *c, const struct row *row, uint64_t *ret_leaf)
{
	uint64_t rank = (uint64_t)row->rank;
	return judge_ledger_leaf(c->j, work_arena(c->j->fold.work), (uint8_t)(rank >> 48), rank & ((UINT64_C(1) << 48) - 1), ret_leaf, c->why);
}

enum err evidence_prove(struct commanding *c, const struct row *row, uint64_t size, uint64_t *ret_leaf, struct merkle_proof *ret_proof)
{
	struct digest leaf;
	enum err e = leaf_of(c, row, ret_leaf);
	if (e == OK && *ret_leaf >= size)
		e = why_set(c->why, ERR_AGAIN, "record %.*s is not under a signed checkpoint yet; try again", STR_ARG(row->key));
	if (e == ERR_AGAIN)
		judge_ledger_now(c->j);
	if (e)
		return e;
	merkle_leaf(row->body, &leaf);
	return ledger_prove(c->j->ledger, &leaf, *ret_leaf, size, ret_proof, c->why);
}

enum err evidence_choose(struct commanding *c, const struct row *last, struct str *ret_note, uint64_t *ret_size)
{
	uint64_t size, leaf;
	struct str note = judge_witness_note(c->j, &size);
	enum err e = leaf_of(c, last, &leaf);
	*ret_note = ledger_checkpoint(c->j->ledger);
	*ret_size = ledger_checkpoint_size(c->j->ledger);
	if (e == OK && size > leaf) {
		*ret_note = note;
		*ret_size = size;
	}
	return e == ERR_AGAIN ? OK : e;
}

enum err cmd_evidence_proof(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct row row;
	struct proof p = { .checkpoint = STR_NONE };
	struct str text;
	uint64_t size = 0;
	enum err e = evidence_need_signed(c);
	if (e == OK)
		e = work_get(c->j->fold.work, TABLE_RECORD, command_arg(c, "record"), &row, c->why);
	if (e == OK && !row.version)
		e = why_set(c->why, ERR_NOTFOUND, "there is no record \"%.100s\"", str_c(a, str_printable(a, command_arg(c, "record"), 90)));
	if (e == OK)
		e = evidence_choose(c, &row, &p.checkpoint, &size);
	if (e == OK)
		e = evidence_prove(c, &row, size, &p.index, &p.path);
	if (e == OK)
		e = proof_write(a, &p, &text, c->why);
	if (e == OK)
		jsonw_str(c->w, "proof", text);
	return e;
}

/* One export: what was asked, the same on each page. */
struct exporting {
	struct commanding *c;
	struct casefile found;
	struct seal_key key;
	bool has_key, open_all, raw, attachments;
	struct str open[OPEN_NAMES_MAX];
	unsigned open_count;
	uint64_t only[ONLY_MAX];        /* these records and no others; none: all */
	unsigned only_count;
	struct redaction_asked redaction;
	uint64_t size, until, after;
	char number[CASE_TEXT_MAX];
};

static enum err read_names(struct exporting *x)
{
	const struct json *list = json_get(x->c->root, "open");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		if (x->open_count == OPEN_NAMES_MAX || !record_key_ok(m->text))
			return why_set(x->c->why, ERR_SYNTAX, "what is to be opened is named as in a record behind \"com.\", or is \"all\"");
		x->open_all |= str_eq(m->text, STR("all"));
		x->open[x->open_count++] = m->text;
	}
	return OK;
}

static enum err read_only(struct exporting *x)
{
	const struct json *list = json_get(x->c->root, "only");
	for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
		uint64_t n;
		if (x->only_count == ONLY_MAX || str_to_u64(m->text, INT64_MAX, &n) != OK || n < 1 || n > x->found.event_count)
			return why_set(x->c->why, ERR_RANGE, "which records? at most %d numbers from 1 to %llu", ONLY_MAX, (unsigned long long)x->found.event_count);
		x->only[x->only_count++] = n;
	}
	return OK;
}

/* What is not the business of whoever the case is about is not handed to anybody but counsel; nor what may be about somebody else. */
static enum err read_profile(struct exporting *x)
{
	struct commanding *c = x->c;
	struct redaction_asked *r = &x->redaction;
	const struct casefile *f = &x->found;
	struct str word = command_arg(c, "profile");
	r->profile = redaction_profile_find(word);
	r->reporter = command_arg(c, "reporter");
	if (word.len && !r->profile)
		return why_set(c->why, ERR_RANGE, "the profiles are full, customer, reporter, reseller and body");
	if ((r->profile == REDACTION_REPORTER) != (r->reporter.len > 0))
		return why_set(c->why, ERR_SYNTAX, "the profile reporter, and no other, needs to be told whose reports are his own");
	if (r->profile && x->open_count)
		return why_set(c->why, ERR_SYNTAX, "a profile says itself what is opened");
	if (r->profile == REDACTION_RESELLER && !f->reseller_count)
		return why_set(c->why, ERR_DENIED, "the customer of the case is of no reseller");
	if (r->profile <= REDACTION_FULL)
		return OK;
	if (f->flags & CASE_DO_NOT_TELL)
		return why_set(c->why, ERR_DENIED, "the case is marked do-not-tell: of the profiles only full is given of it");
	if (f->state == CASE_REVIEW || f->flags & CASE_CORRECTED)
		return why_set(c->why, ERR_DENIED, "a person has yet to decide whose it was, or whether it is a case at all: of the profiles only full is given of it");
	return OK;
}

static enum err read_export(struct exporting *x)
{
	struct commanding *c = x->c;
	struct row row;
	uint64_t number;
	if (!str_trim(command_arg(c, "because")).len)
		return why_set(c->why, ERR_DENIED, "say what it is handed over for: --because TEXT");
	if (case_parse(command_arg(c, "case"), &number) != OK)
		return why_set(c->why, ERR_SYNTAX, "which case? a number such as C-4711 is needed");
	enum err e = fold_find_case(&c->j->fold, number, &x->found, &row, c->why);
	if (e == OK)
		e = read_names(x);
	if (e)
		return e;
	if (x->found.flags & CASE_SEALED_CLASS || x->found.state == CASE_SEALED)
		return why_set(c->why, ERR_DENIED, "the case is sealed: nothing of it is handed over by this command");
	e = read_only(x);
	if (e == OK)
		e = read_profile(x);
	if (e)
		return e;
	case_text(number, x->number);
	x->open_all |= x->redaction.profile == REDACTION_FULL;
	x->raw = x->redaction.profile ? x->open_all : json_flag(c->root, "raw", true);
	x->attachments = x->redaction.profile ? x->open_all : json_flag(c->root, "attachments", false);
	x->has_key = keyring_find(c->j->fold.keyring, x->found.customer, &x->key) == OK;
	x->size = (uint64_t)json_int(c->root, "size", 0);
	x->until = (uint64_t)json_int(c->root, "until", 0);
	x->after = (uint64_t)json_int(c->root, "after", 0);
	return OK;
}

static struct str ticket(const struct exporting *x)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct digest d;
	struct str text = str_format(a, "aupd-evidence-ticket/1 %s %.*s %llu %llu %d %d %s %zu %.*s", x->number, STR_ARG(c->who), (unsigned long long)x->size,
		(unsigned long long)x->until, x->raw, x->attachments, redaction_profile_words[x->redaction.profile], x->redaction.reporter.len,
		STR_ARG(x->redaction.reporter));
	for (unsigned i = 0; i < x->open_count; i++)
		text = str_format(a, "%.*s %.*s", STR_ARG(text), STR_ARG(x->open[i]));
	for (unsigned i = 0; i < x->only_count; i++)
		text = str_format(a, "%.*s #%llu", STR_ARG(text), (unsigned long long)x->only[i]);
	digest_hmac((struct str){ (const char *)c->j->fold.token_key.octets, SEAL_KEY_LEN }, text, &d);
	return digest_hex(a, &d);
}

static enum err need_ticket(struct exporting *x)
{
	if (str_eq_secret(ticket(x), command_arg(x->c, "ticket")) && x->size <= ledger_checkpoint_size(x->c->j->ledger))
		return OK;
	return why_set(x->c->why, ERR_DENIED, "this is another export than the one that was recorded");
}

static struct str record_key(const struct exporting *x, uint64_t n)
{
	return str_format(work_arena(x->c->j->fold.work), "%s.%llu", x->number, (unsigned long long)n);
}

static struct str event_key(const struct exporting *x, uint64_t n)
{
	return str_format(work_arena(x->c->j->fold.work), "%llu/%08llu", (unsigned long long)x->found.number, (unsigned long long)n);
}

/* A stamp that cannot be shown is no reason to hand over nothing. */
static void put_stamp(struct exporting *x, uint64_t leaf)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct str stamp;
	struct why why = { .line = 0 };
	enum err e = judge_stamp_find(c->j, a, leaf, x->size, &stamp, &why);
	if (e == OK)
		jsonw_str(c->w, "stamp", str_base64(a, stamp));
	else if (e != ERR_NOTFOUND)
		log_error("a time stamp of the ledger cannot be shown", "why", why.text);
}

static enum err begin(struct exporting *x)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct row last;
	struct merkle_proof p;
	struct str note = STR_NONE;
	uint64_t leaf;
	x->until = x->found.event_count;
	enum err e = work_get(c->j->fold.work, TABLE_RECORD, record_key(x, x->until), &last, c->why);
	if (e == OK && !last.version)
		e = why_set(c->why, ERR_NOTFOUND, "case %s has no record", x->number);
	if (e == OK)
		e = evidence_choose(c, &last, &note, &x->size);
	if (e == OK)
		e = evidence_prove(c, &last, x->size, &leaf, &p);
	struct str opened = redaction_asked_text(a, &x->redaction);
	for (unsigned i = 0; i < x->only_count; i++)
		opened = str_format(a, "%.*s, record %llu", STR_ARG(opened), (unsigned long long)x->only[i]);
	for (unsigned i = 0; i < x->open_count; i++)
		opened = str_format(a, "%.*s%s%.*s", STR_ARG(opened), i ? ", " : ", opened: ", STR_ARG(x->open[i]));
	if (e == OK)
		e = command_record_lookup(c, str_format(a, "evidence of %s%s%s%.*s", x->number, x->raw ? " with raw bytes" : "",
			x->attachments ? " with attachments" : "", STR_ARG(opened)), command_arg(c, "because"));
	if (e)
		return e;
	jsonw_str(c->w, "case", str_of(x->number));
	jsonw_str(c->w, "key", c->j->role->share.ledger_key);
	jsonw_str(c->w, "checkpoint", note);
	put_witnesses(c);
	put_stamp(x, leaf);
	jsonw_int(c->w, "size", (int64_t)x->size);
	jsonw_int(c->w, "until", (int64_t)x->until);
	jsonw_str(c->w, "ticket", ticket(x));
	jsonw_bool(c->w, "erased", !x->has_key);
	return OK;
}

static bool is_open(const struct exporting *x, struct str name)
{
	bool open = x->open_all;
	for (unsigned i = 0; !open && i < x->open_count; i++)
		open = str_eq(x->open[i], name);
	return open;
}

static enum err put_openings(struct exporting *x, const struct record *r, struct str opening, const struct row *event_row)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct record_line *values = NULL;
	unsigned count = 0;
	enum err e = (x->open_count || x->redaction.profile) && x->has_key && opening.len ? record_open(a, r, opening, &x->key, &values, &count, c->why) : OK;
	if (e || x->redaction.profile)
		return e ? e : redaction_put(c, &x->redaction, r, values, count, &x->key, event_row);
	jsonw_array(c->w, "openings");
	for (unsigned i = 0; e == OK && i < count; i++) {
		if (is_open(x, values[i].key))
			e = redaction_put_opening(c, r, &values[i], &x->key);
	}
	jsonw_end(c->w, ']');
	return e;
}

/* What is long is asked for by itself, in pieces. */
static enum err put_raw(struct exporting *x, const struct row *event_row)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct case_event event = { 0 };
	struct str bytes;
	uint8_t salt[32];
	enum err e = field_decode(a, event_row->body, case_event_fields, &event, c->why);
	if (e == OK)
		e = judge_raw_read(c->j, a, event.raw, &bytes, salt, c->why);
	if (e == ERR_NOTFOUND)
		jsonw_bool(c->w, "gone", true);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	if (bytes.len <= RAW_INLINE_MAX) {
		jsonw_str(c->w, "salt", str_hex(a, (struct str){ (const char *)salt, sizeof(salt) }));
		jsonw_str(c->w, "octets", str_base64(a, bytes));
	}
	return OK;
}

static enum err put_record(struct exporting *x, uint64_t n, const struct row *row, const struct row *opening, const struct row *event)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct merkle_proof p;
	struct record r;
	uint64_t leaf;
	enum err e = row->version ? record_read(a, row->body, &r, c->why) : why_set(c->why, ERR_AGAIN, "record %llu of the case cannot be seen yet", (unsigned long long)n);
	if (e == OK)
		e = evidence_prove(c, row, x->size, &leaf, &p);
	if (e)
		return e;
	jsonw_object(c->w, NULL);
	jsonw_int(c->w, "n", (int64_t)n);
	jsonw_str(c->w, "text", str_base64(a, row->body));
	jsonw_int(c->w, "index", (int64_t)leaf);
	put_path(c, &p);
	e = put_openings(x, &r, opening->version ? opening->body : STR_NONE, event);
	jsonw_str(c->w, "policy", record_value(&r, STR("policy")));
	jsonw_str(c->w, "digest", record_value(&r, STR("policy.digest")));
	bool attached = str_eq(record_value(&r, STR("kind")), str_of(case_event_words[EVENT_ATTACHED]));
	if (e == OK && (attached ? x->attachments : x->raw) && record_value(&r, STR("raw")).len) {
		jsonw_str(c->w, "raw", record_value(&r, STR("raw")));
		e = put_raw(x, event);
	}
	jsonw_end(c->w, '}');
	return e;
}

static bool is_wanted(const struct exporting *x, uint64_t n)
{
	bool wanted = !x->only_count;
	for (unsigned i = 0; !wanted && i < x->only_count; i++)
		wanted = x->only[i] == n;
	return wanted;
}

static enum err put_records(struct exporting *x)
{
	struct commanding *c = x->c;
	struct arena *a = work_arena(c->j->fold.work);
	struct row_key keys[3 * PAGE_RECORDS];
	struct row *rows = ARENA_ARRAY(a, struct row, (size_t)3 * PAGE_RECORDS);
	uint64_t first = x->after + 1, left = x->until - x->after;
	size_t n = left < PAGE_RECORDS ? (size_t)left : PAGE_RECORDS;
	if (!rows)
		return why_set(c->why, ERR_NOMEM, "no memory for an export");
	for (size_t i = 0; i < n; i++) {
		keys[i] = (struct row_key){ TABLE_RECORD, record_key(x, first + i) };
		keys[n + i] = (struct row_key){ TABLE_OPENING, keys[i].key };
		keys[2 * n + i] = (struct row_key){ TABLE_CASE_EVENT, event_key(x, first + i) };
	}
	enum err e = c->j->driver->load(c->j->store, a, keys, 3 * n, rows, c->why);
	for (size_t i = 0; e == OK && i < n && c->w->out->len < PAGE_BYTES; i++, x->after++)
		e = !is_wanted(x, x->after + 1) ? OK : put_record(x, x->after + 1, &rows[i], &rows[n + i], &rows[2 * n + i]);
	return e;
}

enum err cmd_evidence_export(struct commanding *c)
{
	struct exporting *x = ARENA_NEW(work_arena(c->j->fold.work), struct exporting);
	enum err e = x ? evidence_need_signed(c) : ERR_NOMEM;
	if (e)
		return e;
	x->c = c;
	e = read_export(x);
	if (e == OK)
		e = x->after ? need_ticket(x) : begin(x);
	if (e == OK && x->after > x->until)
		e = why_set(c->why, ERR_RANGE, "the case has no such record");
	jsonw_array(c->w, "records");
	while (e == OK && x->after < x->until && c->w->out->len < PAGE_BYTES)
		e = put_records(x);
	jsonw_end(c->w, ']');
	secret_wipe(&x->key, sizeof(x->key));
	if (e == OK && x->after < x->until)
		jsonw_int(c->w, "after", (int64_t)x->after);
	return e;
}

static enum err put_piece(struct commanding *c, struct str whole)
{
	int64_t from = json_int(c->root, "from", 0);
	if (from < 0 || (uint64_t)from > whole.len)
		return why_set(c->why, ERR_RANGE, "that lies beyond the end");
	jsonw_int(c->w, "total", (int64_t)whole.len);
	jsonw_str(c->w, "piece", str_base64(work_arena(c->j->fold.work), str_sub(whole, (size_t)from, PIECE_BYTES)));
	return OK;
}

/* A piece of a posted policy, whose digest records name; it is what was posted, and no secret. */
enum err cmd_evidence_policy(struct commanding *c)
{
	struct row row;
	enum err e = work_get(c->j->fold.work, TABLE_POLICY, command_arg(c, "version"), &row, c->why);
	if (e == OK && !row.version)
		e = why_set(c->why, ERR_NOTFOUND, "there is no such version of the policy");
	return e ? e : put_piece(c, row.body);
}

/* A piece of the raw bytes that one record of an export commits to. */
enum err cmd_evidence_raw(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct exporting *x = ARENA_NEW(a, struct exporting);
	struct case_event event = { 0 };
	struct row row;
	struct str bytes;
	uint8_t salt[32];
	enum err e = x ? evidence_need_signed(c) : ERR_NOMEM;
	if (e)
		return e;
	x->c = c;
	e = read_export(x);
	if (e == OK)
		e = need_ticket(x);
	secret_wipe(&x->key, sizeof(x->key));
	if (e == OK)
		e = work_load(c->j->fold.work, TABLE_CASE_EVENT, event_key(x, x->after), case_event_fields, &event, &row, c->why);
	if (e == OK && !(event.type == EVENT_ATTACHED ? x->attachments : x->raw))
		e = why_set(c->why, ERR_DENIED, "this is an export without such bytes");
	if (e)
		return e;
	e = judge_raw_read(c->j, a, event.raw, &bytes, salt, c->why);
	if (e == ERR_NOTFOUND)
		jsonw_bool(c->w, "gone", true);
	if (e)
		return e == ERR_NOTFOUND ? OK : e;
	jsonw_str(c->w, "salt", str_hex(a, (struct str){ (const char *)salt, sizeof(salt) }));
	return put_piece(c, bytes);
}

/* A bundle that was put together under a profile, by the digest of its list of what is withheld: who did it, when, under which profile and version of the policy. */
enum err cmd_evidence_seal(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct arena *a = work_arena(f->work);
	struct exporting *x = ARENA_NEW(a, struct exporting);
	struct str digest = command_arg(c, "redaction"), octets;
	enum err e = x ? evidence_need_signed(c) : ERR_NOMEM;
	if (e)
		return e;
	x->c = c;
	e = read_export(x);
	if (e == OK)
		e = need_ticket(x);
	if (e == OK && (!x->redaction.profile || digest.len != 2 * DIGEST_LEN || str_unhex(a, digest, &octets) != OK))
		e = why_set(c->why, ERR_SYNTAX, "it takes a profile and the SHA-256, in hex, of the list of what is withheld");
	secret_wipe(&x->key, sizeof(x->key));
	return e ? e : redaction_tell_seal(c, &x->redaction, x->number, x->until, digest, x->has_key ? x->found.customer : DEED_OFFICE);
}
