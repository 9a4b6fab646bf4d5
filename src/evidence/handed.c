/*
 * What is withheld of a bundle, as a text that the ledger commits to. See handed.h.
 */
#include "evidence/handed.h"

#include "evidence/proof.h"
#include "evidence/redaction.h"

#define HEAD STR("aupd-redaction/1\n")

/* The next value that the record commits to, from line *at on; `raw` among them by its name, since the lines are in order. */
static bool next_item(const struct record *r, unsigned *at, struct str *ret_name)
{
	for (; *at < r->count; ++*at) {
		struct str key = r->lines[*at].key;
		bool value = str_starts(key, STR("com."));
		if (!value && !str_eq(key, STR("raw")))
			continue;
		*ret_name = value ? str_sub(key, 4, key.len) : key;
		++*at;
		return true;
	}
	return false;
}

static const struct evidence_opening *opened(const struct evidence_entry *e, struct str name)
{
	for (unsigned i = 0; i < e->opening_count; i++)
		if (str_eq(e->openings[i].name, name))
			return &e->openings[i];
	return NULL;
}

static const struct evidence_masked *masked(const struct evidence_entry *e, struct str name)
{
	for (unsigned i = 0; i < e->masked_count; i++)
		if (str_eq(e->masked[i].name, name))
			return &e->masked[i];
	return NULL;
}

static const struct evidence_withheld *withheld(const struct evidence_entry *e, struct str name)
{
	for (unsigned i = 0; i < e->withheld_count; i++)
		if (str_eq(e->withheld[i].name, name))
			return &e->withheld[i];
	return NULL;
}

/* A line for a value that is not opened; a record knows what it commits to, so what was forgotten is found here. */
static enum err put_item(struct buf *out, const struct evidence_entry *e, const struct record *r, struct str name, struct why *why)
{
	const struct evidence_masked *m = masked(e, name);
	const struct evidence_withheld *w = withheld(e, name);
	if (m)
		buf_printf(out, "masked %.*s %.*s %lld\n", STR_ARG(r->id), STR_ARG(name), (long long)m->len);
	else if (w && w->len >= 0)
		buf_printf(out, "withheld %.*s %.*s %lld %.*s\n", STR_ARG(r->id), STR_ARG(name), (long long)w->len, STR_ARG(w->reason));
	else if (w)
		buf_printf(out, "withheld %.*s %.*s - %.*s\n", STR_ARG(r->id), STR_ARG(name), STR_ARG(w->reason));
	else if (!opened(e, name) && !str_eq(name, STR("raw")))
		return why_set(why, ERR_CORRUPT, "record %.*s: nobody said whether \"%.*s\" is shown", STR_ARG(r->id), STR_ARG(name));
	return OK;
}

enum err handed_write(struct arena *a, const struct evidence_bundle *b, struct str profile, struct str *ret_text, struct why *why)
{
	struct buf out;
	struct digest content;
	enum err e = OK;
	evidence_bundle_content(a, b, &content);
	buf_init(&out, HANDED_BYTES_MAX);
	buf_put(&out, HEAD);
	buf_printf(&out, "profile %.*s\ncontent %.*s\n", STR_ARG(profile), STR_ARG(digest_hex(a, &content)));
	for (unsigned i = 0; e == OK && i < b->entry_count; i++) {
		struct record r;
		struct str name;
		unsigned at = 0;
		e = record_read(a, b->entries[i].record, &r, why);
		while (e == OK && next_item(&r, &at, &name))
			e = put_item(&out, &b->entries[i], &r, name, why);
	}
	if (e == OK && out.err)
		e = why_set(why, out.err, "more is withheld than a bundle can list");
	*ret_text = e ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return e || ret_text->ptr ? e : ERR_NOMEM;
}

static enum err growth_of(struct arena *a, struct str text, struct merkle_proof *ret_growth, struct why *why)
{
	struct str line;
	struct merkle_proof g = { .count = 0 };
	bool whole = !text.len || text.ptr[text.len - 1] == '\n';
	for (; whole && text.len && str_split(&text, '\n', &line); g.count++)
		if (g.count == MERKLE_PROOF_MAX || checkpoint_hash_read(a, line, &g.hashes[g.count]) != OK)
			return why_set(why, ERR_SYNTAX, "the growth of the ledger in the bundle is malformed");
	*ret_growth = g;
	return whole ? OK : why_set(why, ERR_SYNTAX, "the growth of the ledger in the bundle is malformed");
}

enum err handed_place(struct arena *a, const struct evidence_bundle *b, const struct checkpoint *c, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct str *ret_checkpoint, struct why *why)
{
	struct proof p;
	struct merkle_proof growth = { .count = 0 };
	struct checkpoint later = { .size = 0 };
	struct digest leaf;
	enum err e = proof_read(a, b->handed_proof, &p, why);
	if (e == OK && p.extra.ptr)
		e = why_set(why, ERR_SYNTAX, "the proof of the handing over has data that nothing covers");
	merkle_leaf(b->handed.record, &leaf);
	if (e == OK)
		e = proof_verify(a, &p, &leaf, log->name, log, witnesses, &later, NULL, why);
	if (e == ERR_NOTFOUND)
		e = why_set(why, ERR_DENIED, "the key that was given has not signed that it was handed over");
	if (e == OK)
		e = growth_of(a, b->growth, &growth, why);
	if (e == OK && merkle_consistency_check(c->size, &c->root, later.size, &later.root, growth.hashes, growth.count) != OK)
		e = why_set(why, ERR_CORRUPT, "it was handed over under another ledger than that of its records");
	*ret_checkpoint = e ? STR_NONE : p.checkpoint;
	return e;
}

static bool take_line(struct str *rest, struct str *ret_line)
{
	size_t end = str_chr(*rest, '\n');
	if (end == SIZE_MAX)
		return false;
	*ret_line = str_sub(*rest, 0, end);
	*rest = str_sub(*rest, end + 1, rest->len);
	return true;
}

static bool is_length(struct str text)
{
	uint64_t len;
	return text.len && !(text.len > 1 && text.ptr[0] == '0') && str_to_u64(text, EVIDENCE_BUNDLE_RAW_MAX, &len) == OK;
}

/* The line that a value which is not shown must have. */
static bool item_listed(struct str line, bool in_part, struct str id, struct str name)
{
	struct str words[6];
	unsigned n = 0;
	while (n < 6 && str_split(&line, ' ', &words[n]))
		n++;
	if (n != (in_part ? 4 : 5) || !str_eq(words[0], in_part ? STR("masked") : STR("withheld")) || !str_eq(words[1], id) || !str_eq(words[2], name))
		return false;
	return in_part ? is_length(words[3]) : (is_length(words[3]) || str_eq(words[3], STR("-"))) && redaction_reason_find(words[4]) != REASON_NONE;
}

static enum err check_entry(const struct evidence_entry *e, const struct evidence_link *link, const struct record *r, struct str *rest, struct why *why)
{
	struct str name, line;
	unsigned at = 0;
	while (next_item(r, &at, &name)) {
		bool shown = str_eq(name, STR("raw")) ? link->raw != NULL : opened(e, name) != NULL;
		if (!shown && (!take_line(rest, &line) || !item_listed(line, masked(e, name) != NULL, r->id, name)))
			return why_set(why, ERR_CORRUPT, "record %.*s: \"%.*s\" is neither shown nor listed as what it is", STR_ARG(r->id), STR_ARG(name));
	}
	return OK;
}

/* "NAME VALUE". */
static bool take_head(struct str *rest, struct str name, struct str value)
{
	struct str line;
	return take_line(rest, &line) && str_starts(line, name) && str_eq(str_sub(line, name.len, line.len), value);
}

enum err handed_check(struct arena *a, const struct evidence_bundle *b, const struct evidence_link *links, const struct record *deed, struct why *why)
{
	struct str rest = b->redaction, profile = record_value(deed, STR("profile")), line;
	struct digest d, content;
	digest_sha256(b->redaction, &d);
	evidence_bundle_content(a, b, &content);
	if (!str_eq(record_value(deed, STR("kind")), HANDED_KIND) || !redaction_profile_find(profile))
		return why_set(why, ERR_CORRUPT, "what should be the record of the handing over is another one");
	if (!str_eq(record_value(deed, STR("redaction")), digest_hex(a, &d)))
		return why_set(why, ERR_CORRUPT, "this is not what was handed over: the list of what is withheld is not the one that the ledger commits to");
	if (!str_starts(rest, HEAD))
		return why_set(why, ERR_SYNTAX, "this is no aupd-redaction/1");
	rest = str_sub(rest, HEAD.len, rest.len);
	if (!take_head(&rest, STR("profile "), profile))
		return why_set(why, ERR_CORRUPT, "it was handed over under another profile");
	if (!take_head(&rest, STR("content "), digest_hex(a, &content)))
		return why_set(why, ERR_CORRUPT, "this is not what was handed over: something of it was changed, added or taken out");
	for (unsigned i = 0; i < b->entry_count; i++) {
		struct record r;
		enum err e = record_read(a, b->entries[i].record, &r, why);
		if (e == OK && !str_eq(record_value(&r, STR("case")), record_value(deed, STR("case"))))
			e = why_set(why, ERR_CORRUPT, "record %.*s is of another case than the one that was handed over", STR_ARG(r.id));
		if (e == OK)
			e = check_entry(&b->entries[i], &links[i], &r, &rest, why);
		if (e)
			return e;
	}
	return take_line(&rest, &line) || rest.len ? why_set(why, ERR_CORRUPT, "the list of what is withheld goes on behind the last record") : OK;
}

static enum err reveal_entry(const struct evidence_entry *mine, const struct evidence_link *link, const struct evidence_entry *other,
	const struct evidence_link *other_link, unsigned *revealed, struct why *why)
{
	for (unsigned i = 0; i < other->opening_count; i++) {
		const struct evidence_opening *o = &other->openings[i];
		const struct evidence_masked *m = masked(mine, o->name);
		if (m && !redaction_fits(m->pieces, o->value))
			return why_set(why, ERR_CORRUPT, "leaf %llu: what was shown in part of \"%.*s\" is no part of what it is", (unsigned long long)mine->index, STR_ARG(o->name));
		*revealed += !opened(mine, o->name);
	}
	*revealed += other_link->raw && !link->raw;
	return OK;
}

enum err handed_reveal(const struct evidence_bundle *b, const struct evidence_link *links, const struct evidence_bundle *other,
	const struct evidence_link *other_links, unsigned *ret_revealed, struct why *why)
{
	unsigned revealed = 0, i = 0;
	for (unsigned k = 0; k < other->entry_count; k++) {
		while (i < b->entry_count && b->entries[i].index < other->entries[k].index)
			i++;
		/* under one root a leaf is one record */
		if (i == b->entry_count || b->entries[i].index != other->entries[k].index || !str_eq(b->entries[i].record, other->entries[k].record))
			continue;
		enum err e = reveal_entry(&b->entries[i], &links[i], &other->entries[k], &other_links[k], &revealed, why);
		if (e)
			return e;
	}
	*ret_revealed = revealed;
	return revealed ? OK : why_set(why, ERR_NOTFOUND, "nothing of it is withheld in the bundle");
}

struct str handed_list(const struct evidence_bundle *b)
{
	struct str rest = b->redaction, line;
	for (unsigned i = 0; i < 3 && take_line(&rest, &line); i++)
		;
	return rest;
}

struct str handed_next(struct str *rest)
{
	struct str line, word = STR_NONE;
	if (!take_line(rest, &line))
		return STR_NONE;
	while (str_split(&line, ' ', &word))
		;
	return word;
}
