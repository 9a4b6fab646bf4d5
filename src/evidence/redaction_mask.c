/*
 * Masks in a text, and what is told of the rest. See redaction.h.
 *
 * Masked are one-time links and every mail address, which may bear a reply token. What is left must then look like nothing that could be
 * one, torn over lines or written in another way; else it cannot be told, and whoever asks withholds the whole.
 */
#include "evidence/redaction.h"

#include "model/onetime.h"

enum { TEXT_MAX = 64 << 10, TOKEN_LIKE = ONETIME_LEN, KEEP_DIGITS = 6 };
#define MASKED_OCTET '\1'

struct masking {
	struct str text;
	uint8_t *reasons;               /* one an octet: REASON_NONE is kept */
};

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Octets that an address may be made of; more than RFC 5322 has, so that nothing of one is left over. */
static bool is_address(char c)
{
	return !is_space(c) && str_chr(STR("<>()[],;:\"@"), c) == SIZE_MAX;
}

static void mark(struct masking *m, size_t from, size_t to, enum redaction_reason reason)
{
	for (size_t i = from; i < to; i++)
		m->reasons[i] = (uint8_t)reason;
}

/* "/l/" and a token of one length, neither longer nor torn. */
static bool mark_link(struct masking *m, size_t at)
{
	size_t to = at + sizeof(ONETIME_PATH) - 1, from = to;
	while (to < m->text.len && is_token(m->text.ptr[to]))
		to++;
	mark(m, at, to, REASON_LINK);
	return to - from == ONETIME_LEN;
}

static bool mark_address(struct masking *m, size_t at)
{
	const char *p = m->text.ptr;
	size_t from = at, to = at + 1;
	while (from && is_address(p[from - 1]))
		from--;
	while (to < m->text.len && is_address(p[to]))
		to++;
	/* a line of quoted-printable that goes on: its first half is on the line before */
	bool torn = from >= 2 && p[from - 1] == '\n' && (p[from - 2] == '=' || (from >= 3 && p[from - 2] == '\r' && p[from - 3] == '='));
	mark(m, from, to, REASON_ADDRESS);
	return from < at && to > at + 1 && !torn && p[to - 1] != '=';
}

/* What is kept, with one octet for each run that is masked. */
static void put_left(const struct masking *m, struct buf *out)
{
	for (size_t i = 0; i < m->text.len; i++)
		if (!m->reasons[i])
			buf_putc(out, m->text.ptr[i] == MASKED_OCTET ? ' ' : m->text.ptr[i]);
		else if (!i || !m->reasons[i - 1])
			buf_putc(out, MASKED_OCTET);
}

static bool has_token(struct str left)
{
	size_t run = 0;
	for (size_t i = 0; i < left.len && run < TOKEN_LIKE; i++)
		run = is_token(left.ptr[i]) ? run + 1 : 0;
	return run >= TOKEN_LIKE;
}

/* A plus between two letters: the half of an address with a token. */
static bool has_plus(struct str left)
{
	for (size_t i = 1; i + 1 < left.len; i++)
		if (left.ptr[i] == '+' && is_token(left.ptr[i - 1]) && is_token(left.ptr[i + 1]))
			return true;
	return false;
}

/* Ways to write "@" and "/" so that none of the above finds them. */
static bool has_other(struct str left)
{
	static const char *const ways[] = { "%40", "%2f", "=40", "=2f", "&#", "&commat;", "&sol;", "(at)", "[at]", "{at}", "<at>", " dot ", "(dot)", "[dot]",
		"\xef\xbc\xa0", "\xef\xb9\xab", "\\u0040", "\\/" };
	bool found = str_chr(left, '@') != SIZE_MAX || str_chr(left, '\0') != SIZE_MAX || !str_utf8_valid(left);
	for (size_t i = 0; !found && i < sizeof(ways) / sizeof(ways[0]); i++)
		found = str_find_fold(left, str_of(ways[i])) != SIZE_MAX;
	return found;
}

/* A link that was torn over lines, or quoted. */
static bool has_torn(struct arena *a, struct str left)
{
	char *p = arena_alloc(a, left.len + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < left.len; i++)
		if (!is_space(left.ptr[i]) && left.ptr[i] != '=' && left.ptr[i] != '>')
			p[n++] = left.ptr[i];
	return !p || str_find_fold((struct str){ p, n }, STR(ONETIME_PATH)) != SIZE_MAX;
}

static bool is_harmless(struct arena *a, const struct masking *m)
{
	struct buf left;
	buf_init(&left, TEXT_MAX + 1);
	put_left(m, &left);
	struct str s = buf_str(&left);
	bool harmless = !left.err && !has_token(s) && !has_plus(s) && !has_other(s) && !has_torn(a, s);
	buf_done(&left);
	return harmless;
}

static bool mark_all(struct masking *m)
{
	bool sure = true;
	for (size_t i = 0; i < m->text.len; i++)
		if (m->text.ptr[i] == '@' && m->reasons[i] == REASON_NONE)
			sure &= mark_address(m, i);
	for (size_t i = 0; i < m->text.len; i++)
		if (str_starts(str_sub(m->text, i, m->text.len), STR(ONETIME_PATH)))
			sure &= mark_link(m, i);
	return sure;
}

static enum err write_pieces(struct arena *a, const struct masking *m, struct str *ret_pieces, unsigned *ret_masks)
{
	struct buf out;
	unsigned masks = 0;
	buf_init(&out, 16 * (size_t)TEXT_MAX);
	for (size_t i = 0, to; i < m->text.len; i = to) {
		for (to = i; to < m->text.len && m->reasons[to] == m->reasons[i]; to++)
			;
		if (m->reasons[i]) {
			buf_printf(&out, "mask %s\n", redaction_reason_words[m->reasons[i]]);
			masks++;
			continue;
		}
		buf_printf(&out, "keep %zu\n", to - i);
		buf_put(&out, str_sub(m->text, i, to - i));
		buf_putc(&out, '\n');
	}
	*ret_pieces = masks ? str_copy(a, buf_str(&out)) : STR_NONE;
	*ret_masks = masks;
	bool whole = !out.err && (!masks || ret_pieces->ptr);
	buf_done(&out);
	return whole ? OK : ERR_NOMEM;
}

enum err redaction_mask(struct arena *a, struct str text, struct str *ret_pieces, unsigned *ret_masks)
{
	struct masking m = { text, NULL };
	if (text.len > TEXT_MAX)
		return ERR_UNKNOWN;
	m.reasons = ARENA_ARRAY(a, uint8_t, text.len + 1);
	if (!m.reasons)
		return ERR_NOMEM;
	if (!mark_all(&m) || !is_harmless(a, &m))
		return ERR_UNKNOWN;
	return write_pieces(a, &m, ret_pieces, ret_masks);
}

enum err redaction_piece(struct str *rest, struct str *ret_kept, enum redaction_reason *ret_reason)
{
	struct str s = *rest, head;
	uint64_t len;
	size_t end = str_chr(str_sub(s, 0, 32), '\n');
	if (end == SIZE_MAX)
		return ERR_SYNTAX;
	head = str_sub(s, 0, end);
	s = str_sub(s, end + 1, s.len);
	if (str_starts(head, STR("mask "))) {
		enum redaction_reason reason = redaction_reason_find(str_sub(head, 5, head.len));
		if (reason != REASON_LINK && reason != REASON_ADDRESS)
			return ERR_SYNTAX;
		*ret_reason = reason;
		*ret_kept = STR_NONE;
		*rest = s;
		return OK;
	}
	head = str_starts(head, STR("keep ")) ? str_sub(head, 5, head.len) : STR_NONE;
	if (!head.len || head.len > KEEP_DIGITS || head.ptr[0] == '0' || str_to_u64(head, TEXT_MAX, &len) != OK || len >= s.len || s.ptr[len] != '\n')
		return ERR_SYNTAX;
	*ret_reason = REASON_NONE;
	*ret_kept = str_sub(s, 0, (size_t)len);
	*rest = str_sub(s, (size_t)len + 1, s.len);
	return OK;
}

bool redaction_pieces_ok(struct str pieces)
{
	enum redaction_reason reason, before = REASON_LINK;
	struct str kept;
	bool masked = false;
	while (pieces.len) {
		if (redaction_piece(&pieces, &kept, &reason) != OK || (!reason && !before))
			return false;
		masked |= reason != REASON_NONE;
		before = reason;
	}
	return masked;
}

bool redaction_fits(struct str pieces, struct str text)
{
	enum redaction_reason reason;
	struct str kept;
	size_t some = 0;                /* octets that masks must at least stand for */
	bool open = false;              /* a mask came last */
	while (pieces.len) {
		if (redaction_piece(&pieces, &kept, &reason) != OK)
			return false;
		if (reason) {
			open = true;
			some++;
			continue;
		}
		if (text.len < some + kept.len)
			return false;
		/* the last one stands at the end, each other where it comes first */
		size_t at = !open ? 0 : !pieces.len ? text.len - some - kept.len : str_find(str_sub(text, some, text.len), kept);
		if (at == SIZE_MAX || !str_eq(str_sub(text, some + at, kept.len), kept))
			return false;
		text = str_sub(text, some + at + kept.len, text.len);
		some = 0;
		open = false;
	}
	return open ? text.len >= some : !text.len;
}
