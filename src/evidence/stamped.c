/*
 * Stamped checkpoints. See stamped.h.
 */
#include "evidence/stamped.h"

#include "base/time.h"

static enum err read_growth(struct arena *a, struct str *rest, struct merkle_proof *ret_growth)
{
	struct str line;
	ret_growth->count = 0;
	while (str_split(rest, '\n', &line) && line.len)
		if (ret_growth->count == MERKLE_PROOF_MAX || checkpoint_hash_read(a, line, &ret_growth->hashes[ret_growth->count++]) != OK)
			return ERR_SYNTAX;
	return rest->len ? OK : ERR_SYNTAX;
}

enum err stamped_read(struct arena *a, struct str bytes, struct stamped *ret_stamped, struct why *why)
{
	struct stamped s = { .unix_s = 0 };
	struct str rest = bytes, line;
	uint64_t seconds;
	if (bytes.len > STAMPED_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "a stamped checkpoint of more than %d octets", STAMPED_BYTES_MAX);
	if (!str_split(&rest, '\n', &line) || !str_starts(line, STR("time ")) || (line.len > 6 && line.ptr[5] == '0') ||
		str_to_u64(str_sub(line, 5, line.len), INT64_MAX / SECOND_US, &seconds) != OK)
		return why_set(why, ERR_SYNTAX, "a stamped checkpoint begins with its time");
	s.unix_s = (int64_t)seconds;
	/* its text ends before the first empty line: this ledger's checkpoints have three lines, and extensions are never empty */
	size_t end = str_find(rest, STR("\n\n"));
	if (end == SIZE_MAX)
		return why_set(why, ERR_SYNTAX, "a stamped checkpoint has no end of its text");
	s.text = str_sub(rest, 0, end + 1);
	rest = str_sub(rest, end + 2, rest.len);
	enum err e = checkpoint_read(a, s.text, &s.checkpoint, why);
	if (e == OK && read_growth(a, &rest, &s.growth) != OK)
		e = why_set(why, ERR_SYNTAX, "the proof of a stamped checkpoint is malformed, or no stamp follows");
	if (e == OK && rest.len > STAMP_BYTES_MAX)
		e = why_set(why, ERR_LIMIT, "a time stamp of more than %d octets", STAMP_BYTES_MAX);
	s.der = rest;
	if (e == OK)
		*ret_stamped = s;
	return e;
}

enum err stamped_write(struct arena *a, const struct stamped *s, struct str *ret_bytes, struct why *why)
{
	struct stamped again;
	struct buf b;
	buf_init(&b, STAMPED_BYTES_MAX);
	buf_printf(&b, "time %lld\n", (long long)s->unix_s);
	buf_put(&b, s->text);
	buf_putc(&b, '\n');
	for (unsigned i = 0; i < s->growth.count; i++) {
		buf_put(&b, checkpoint_hash_write(a, &s->growth.hashes[i]));
		buf_putc(&b, '\n');
	}
	buf_putc(&b, '\n');
	buf_put(&b, s->der);
	struct str bytes = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	enum err e = bytes.ptr ? stamped_read(a, bytes, &again, why) : why_set(why, ERR_LIMIT, "a stamped checkpoint that is too long");
	if (e == OK && (!str_eq(again.text, s->text) || !str_eq(again.der, s->der)))
		e = why_set(why, ERR_SYNTAX, "a stamped checkpoint cannot be written of such a text or stamp");
	if (e == OK)
		*ret_bytes = bytes;
	return e;
}

enum err stamped_fits(const struct stamped *s, const struct checkpoint *c, struct why *why)
{
	const struct checkpoint *x = &s->checkpoint;
	bool older = x->size <= c->size;
	enum err e = older ? merkle_consistency_check(x->size, &x->root, c->size, &c->root, s->growth.hashes, s->growth.count)
		: merkle_consistency_check(c->size, &c->root, x->size, &x->root, s->growth.hashes, s->growth.count);
	if (e || !str_eq(x->origin, c->origin))
		return why_set(why, ERR_CORRUPT, "what was stamped with a time is not of this ledger");
	return OK;
}

enum err stamped_check(struct arena *a, const struct stamped *s, struct str pem, struct why *why)
{
	struct digest d;
	int64_t at;
	digest_sha256(s->text, &d);
	enum err e = stamp_check(a, s->der, pem, &d, NULL, &at, why);
	if (e == OK && at != s->unix_s * SECOND_US)
		e = why_set(why, ERR_DENIED, "the time stamp tells another time than the one it is kept under");
	return e;
}
