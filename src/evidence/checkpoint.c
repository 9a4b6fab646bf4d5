/*
 * Checkpoints. See checkpoint.h.
 */
#include "evidence/checkpoint.h"

enum err checkpoint_hash_read(struct arena *a, struct str text, struct digest *ret_hash)
{
	struct str octets;
	enum err e = str_unbase64(a, text, &octets);
	if (e == OK && octets.len != DIGEST_LEN)
		e = ERR_SYNTAX;
	if (e == OK)
		memcpy(ret_hash->octets, octets.ptr, DIGEST_LEN);
	return e;
}

struct str checkpoint_hash_write(struct arena *a, const struct digest *hash)
{
	return str_base64(a, (struct str){ (const char *)hash->octets, DIGEST_LEN });
}

static enum err read_extensions(struct str lines)
{
	struct str line;
	while (lines.len && str_split(&lines, '\n', &line))
		if (!line.len)
			return ERR_SYNTAX;
	return OK;
}

enum err checkpoint_read(struct arena *a, struct str text, struct checkpoint *ret_checkpoint, struct why *why)
{
	struct checkpoint c;
	struct str rest = text, size, root;
	struct digest empty;
	if (text.len > CHECKPOINT_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a checkpoint of more than %d bytes", CHECKPOINT_BYTES_MAX);
	/* the text ends in LF: what is cut off while something is left is a whole line */
	if (!note_text_ok(text) || !str_split(&rest, '\n', &c.origin) || !str_split(&rest, '\n', &size) || !rest.len ||
		!str_split(&rest, '\n', &root))
		return why_set(why, ERR_SYNTAX, "a checkpoint has three lines of text: origin, size and root");
	if (!c.origin.len || c.origin.len > CHECKPOINT_ORIGIN_MAX)
		return why_set(why, ERR_SYNTAX, "the origin of a checkpoint has 1 to %d bytes", CHECKPOINT_ORIGIN_MAX);
	if ((size.len > 1 && size.ptr[0] == '0') || str_to_u64(size, MERKLE_SIZE_MAX, &c.size) != OK)
		return why_set(why, ERR_SYNTAX, "the size of a checkpoint is a decimal number up to 2^62 without leading zeros");
	enum err e = checkpoint_hash_read(a, root, &c.root);
	if (e)
		return why_set(why, e, "the root of a checkpoint is 32 octets in base64");
	c.extensions = rest;
	if (read_extensions(rest) != OK)
		return why_set(why, ERR_SYNTAX, "a checkpoint has an empty line");
	merkle_empty(&empty);
	if (!c.size && !digest_eq(&c.root, &empty))
		return why_set(why, ERR_CORRUPT, "a checkpoint of size 0 has a root that is not that of the empty tree");
	*ret_checkpoint = c;
	return OK;
}

enum err checkpoint_write(struct arena *a, const struct checkpoint *c, struct str *ret_text, struct why *why)
{
	struct checkpoint again;
	struct str root = checkpoint_hash_write(a, &c->root);
	struct str text = str_format(
		a, "%.*s\n%llu\n%.*s\n%.*s", STR_ARG(c->origin), (unsigned long long)c->size, STR_ARG(root), STR_ARG(c->extensions));
	if (!root.ptr || !text.ptr)
		return ERR_NOMEM;
	enum err e = checkpoint_read(a, text, &again, why);
	if (e == OK && (!str_eq(again.origin, c->origin) || !str_eq(again.extensions, c->extensions)))
		e = why_set(why, ERR_SYNTAX, "a checkpoint cannot be written of such an origin or extension");
	if (e == OK)
		*ret_text = text;
	return e;
}

enum err checkpoint_sign(struct arena *a, const struct checkpoint *c, const struct note_signer *log, struct str *ret_note, struct why *why)
{
	struct note n = { .count = 0 };
	enum err e = log->verifier.type == NOTE_ED25519 ?
		checkpoint_write(a, c, &n.text, why) :
		why_set(why, ERR_UNSUPPORTED, "a log signs its checkpoints with a plain Ed25519 key");
	if (e == OK)
		e = note_sign(a, &n, log, 0, why);
	return e ? e : note_write(a, &n, ret_note, why);
}

enum err checkpoint_cosign(
	struct arena *a, const struct note *note, const struct note_signer *witness, int64_t unix_s, struct str *ret_line, struct why *why)
{
	struct checkpoint c;
	struct note n = { .text = note->text };
	struct str text;
	enum err e = witness->verifier.type == NOTE_COSIGNATURE ? checkpoint_read(a, note->text, &c, why) :
								  why_set(why, ERR_UNSUPPORTED, "a witness signs with a cosignature key");
	if (e == OK)
		e = note_sign(a, &n, witness, unix_s, why);
	if (e == OK)
		e = note_write(a, &n, &text, why);
	if (e == OK)
		*ret_line = str_sub(text, n.text.len + 1, text.len);
	return e;
}

enum err checkpoint_verify(struct arena *a, struct str note, struct str origin, const struct note_verifier *log,
	const struct checkpoint_witnesses *witnesses, struct checkpoint *ret_checkpoint, struct note_verdict *ret_seen, struct why *why)
{
	struct note_verifier keys[1 + CHECKPOINT_WITNESSES_MAX];
	struct note_verdict verdicts[1 + CHECKPOINT_WITNESSES_MAX];
	struct note *n = ARENA_NEW(a, struct note);
	struct checkpoint c;
	unsigned count = witnesses ? witnesses->count : 0;
	if (count > CHECKPOINT_WITNESSES_MAX)
		return why_set(why, ERR_LIMIT, "more than %d witnesses", CHECKPOINT_WITNESSES_MAX);
	keys[0] = *log;
	if (count)
		memcpy(keys + 1, witnesses->verifiers, count * sizeof(keys[0]));
	for (unsigned i = 0; i <= count; i++)
		if (keys[i].type != (i ? NOTE_COSIGNATURE : NOTE_ED25519))
			return why_set(why, ERR_UNSUPPORTED, "the key of %.*s is of the wrong kind: a log signs, a witness cosigns",
				STR_ARG(keys[i].name));
	enum err e = n ? note_read(a, note, n, why) : ERR_NOMEM;
	if (e == OK)
		e = note_verify(a, n, keys, 1 + count, verdicts, why);
	if (e == OK && !verdicts[0].signed_by_it)
		e = why_set(why, ERR_DENIED, "the log %.*s has not signed this checkpoint", STR_ARG(log->name));
	if (e == OK)
		e = checkpoint_read(a, n->text, &c, why);
	if (e == OK && !str_eq(c.origin, origin))
		e = why_set(why, ERR_DENIED, "this checkpoint is of another log than %.*s", STR_ARG(origin));
	if (e)
		return e;
	*ret_checkpoint = c;
	if (count && ret_seen)
		memcpy(ret_seen, verdicts + 1, count * sizeof(verdicts[0]));
	return OK;
}
