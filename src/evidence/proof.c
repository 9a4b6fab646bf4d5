/*
 * Proofs as text. See proof.h.
 */
#include "evidence/proof.h"

#define HEAD STR("c2sp.org/tlog-proof@v1\n")

static enum err read_index(struct str line, uint64_t *ret_index)
{
	if (!str_starts(line, STR("index ")))
		return ERR_SYNTAX;
	line = str_sub(line, 6, line.len);
	return line.len > 1 && line.ptr[0] == '0' ? ERR_SYNTAX : str_to_u64(line, MERKLE_SIZE_MAX - 1, ret_index);
}

enum err proof_read(struct arena *a, struct str text, struct proof *ret_proof, struct why *why)
{
	struct proof p = { .index = 0 };
	struct str rest, line;
	struct note note;
	struct checkpoint c;
	if (text.len > PROOF_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a proof of more than %d bytes", PROOF_BYTES_MAX);
	if (!str_starts(text, HEAD) || !note_text_ok(text))
		return why_set(why, ERR_SYNTAX, "this is no c2sp.org/tlog-proof@v1");
	rest = str_sub(text, HEAD.len, text.len);
	(void)str_split(&rest, '\n', &line);
	if (str_starts(line, STR("extra "))) {
		line = str_sub(line, 6, line.len);
		if (!line.len || line.len > 2 * PROOF_EXTRA_MAX || str_unbase64(a, line, &p.extra) != OK || p.extra.len > PROOF_EXTRA_MAX ||
			!str_split(&rest, '\n', &line))
			return why_set(why, ERR_SYNTAX, "the extra data of a proof are malformed");
	}
	if (read_index(line, &p.index) != OK)
		return why_set(why, ERR_SYNTAX, "the index of a proof is a decimal number below 2^62 without leading zeros");
	for (;;) {
		if (!rest.len || !str_split(&rest, '\n', &line))
			return why_set(why, ERR_SYNTAX, "a proof has no checkpoint");
		if (!line.len)
			break;
		if (p.path.count == MERKLE_PROOF_MAX || checkpoint_hash_read(a, line, &p.path.hashes[p.path.count]) != OK)
			return why_set(why, ERR_SYNTAX, "hash %u of a proof is malformed, or one too many", p.path.count + 1);
		p.path.count++;
	}
	p.checkpoint = rest;
	enum err e = note_read(a, rest, &note, why);
	if (e == OK)
		e = checkpoint_read(a, note.text, &c, why);
	if (e == OK)
		*ret_proof = p;
	return e;
}

enum err proof_write(struct arena *a, const struct proof *p, struct str *ret_text, struct why *why)
{
	struct buf b;
	struct proof again;
	struct str text;
	if (p->path.count > MERKLE_PROOF_MAX || (p->extra.ptr && !p->extra.len))
		return why_set(why, ERR_RANGE, "such a proof cannot be written");
	buf_init(&b, PROOF_BYTES_MAX);
	buf_put(&b, HEAD);
	if (p->extra.len) {
		buf_puts(&b, "extra ");
		buf_put(&b, str_base64(a, p->extra));
		buf_putc(&b, '\n');
	}
	buf_printf(&b, "index %llu\n", (unsigned long long)p->index);
	for (unsigned i = 0; i < p->path.count; i++) {
		buf_put(&b, checkpoint_hash_write(a, &p->path.hashes[i]));
		buf_putc(&b, '\n');
	}
	buf_putc(&b, '\n');
	buf_put(&b, p->checkpoint);
	enum err e = b.err ? why_set(why, b.err, "a proof of more than %d bytes", PROOF_BYTES_MAX) : OK;
	text = str_copy(a, buf_str(&b));
	buf_done(&b);
	if (e == OK)
		e = text.ptr ? proof_read(a, text, &again, why) : ERR_NOMEM;
	if (e == OK)
		*ret_text = text;
	return e;
}

enum err proof_verify(struct arena *a, const struct proof *p, const struct digest *leaf, struct str origin, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct checkpoint *ret_checkpoint, struct note_verdict *ret_seen, struct why *why)
{
	struct checkpoint c;
	struct note_verdict seen[CHECKPOINT_WITNESSES_MAX];
	enum err e = checkpoint_verify(a, p->checkpoint, origin, log, witnesses, &c, seen, why);
	if (e)
		return e;
	e = merkle_inclusion_check(leaf, p->index, c.size, p->path.hashes, p->path.count, &c.root);
	if (e)
		return why_set(why, e, "the proof does not show the record at index %llu of the log", (unsigned long long)p->index);
	*ret_checkpoint = c;
	if (witnesses && witnesses->count && ret_seen)
		memcpy(ret_seen, seen, witnesses->count * sizeof(seen[0]));
	return OK;
}
