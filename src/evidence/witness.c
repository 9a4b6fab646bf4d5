/*
 * Witnesses. See witness.h; the sections named are those of C2SP tlog-witness.
 */
#include "evidence/witness.h"

/* "add-checkpoint": the request body. */
enum err witness_request_write(struct arena *a, uint64_t old, const struct merkle_proof *proof, struct str note, struct str *ret_body, struct why *why)
{
	struct buf b;
	buf_init(&b, WITNESS_REQUEST_MAX);
	buf_printf(&b, "old %llu\n", (unsigned long long)old);
	for (unsigned i = 0; old && i < proof->count; i++) {
		buf_put(&b, checkpoint_hash_write(a, &proof->hashes[i]));
		buf_putc(&b, '\n');
	}
	buf_putc(&b, '\n');
	buf_put(&b, note);
	struct str body = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	if (!body.ptr)
		return why_set(why, ERR_NOMEM, "no memory for what is sent to a witness");
	*ret_body = body;
	return OK;
}

static bool is_of(const struct note_signature *s, const struct note_verifier *key)
{
	return str_eq(s->name, key->name) && str_eq(str_sub(s->octets, 0, NOTE_KEY_ID_LEN), (struct str){ (const char *)key->key_id, NOTE_KEY_ID_LEN });
}

bool witness_has_signed(const struct note *n, const struct note_verifier *key)
{
	for (unsigned i = 0; i < n->count; i++)
		if (is_of(&n->signatures[i], key))
			return true;
	return false;
}

/* The one signature in place of an earlier one of its key. */
static enum err put_signature(struct note *n, const struct note_verifier *key, struct note_signature s)
{
	unsigned i = 0;
	while (i < n->count && !is_of(&n->signatures[i], key))
		i++;
	if (i == NOTE_SIGNATURES_MAX)
		return ERR_LIMIT;
	n->signatures[i] = s;
	n->count += i == n->count;
	return OK;
}

/* "The client MUST ignore any cosignatures from unknown keys"; "the timestamp MUST NOT be zero". */
enum err witness_cosignature_take(
	struct arena *a, struct str lines, const struct note_verifier *key, int64_t now_s, struct note *n, int64_t *ret_unix_s, struct why *why)
{
	struct note *heard = ARENA_NEW(a, struct note), *one = ARENA_NEW(a, struct note);
	struct note_verdict verdict;
	if (lines.len > WITNESS_ANSWER_MAX)
		return why_set(why, ERR_LIMIT, "an answer of more than %d bytes", WITNESS_ANSWER_MAX);
	if (!heard || !one)
		return why_set(why, ERR_NOMEM, "no memory for a cosignature");
	heard->text = one->text = n->text;
	enum err e = note_read_signatures(a, lines, heard, why);
	if (e == OK && !witness_has_signed(heard, key))
		e = why_set(why, ERR_NOTFOUND, "no signature by the key of this witness");
	if (e == OK)
		e = note_verify(a, heard, key, 1, &verdict, why);
	if (e == OK && (verdict.unix_s <= 0 || verdict.unix_s - now_s > WITNESS_CLOCK_OFF_S || now_s - verdict.unix_s > WITNESS_CLOCK_OFF_S))
		e = why_set(why, ERR_RANGE, "the cosignature has a time that is none, or more than a day from ours");
	/* of several lines of the key, all of them good, the latest */
	for (unsigned i = 0; e == OK && i < heard->count; i++) {
		struct note_verdict single;
		if (!is_of(&heard->signatures[i], key))
			continue;
		one->signatures[0] = heard->signatures[i];
		one->count = 1;
		e = note_verify(a, one, key, 1, &single, why);
		if (e == OK && single.unix_s == verdict.unix_s)
			break;
	}
	if (e == OK && put_signature(n, key, one->signatures[0]) != OK)
		e = why_set(why, ERR_LIMIT, "a note of more than %d signatures", NOTE_SIGNATURES_MAX);
	if (e == OK)
		*ret_unix_s = verdict.unix_s;
	return e;
}

/* "The response body MUST consist of the tree size of the latest cosigned checkpoint in decimal, followed by a newline". */
enum err witness_size_read(struct str body, uint64_t *ret_size)
{
	uint64_t size;
	if (body.len < 2 || body.ptr[body.len - 1] != '\n')
		return ERR_SYNTAX;
	body = str_sub(body, 0, body.len - 1);
	if ((body.len > 1 && body.ptr[0] == '0') || str_to_u64(body, MERKLE_SIZE_MAX, &size) != OK)
		return ERR_SYNTAX;
	*ret_size = size;
	return OK;
}
