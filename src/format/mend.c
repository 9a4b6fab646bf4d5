/*
 * Bent text made readable. See mend.h. Hostile input can at most make text that still is not readable: nothing is
 * expanded but one octet to the five or six of its escape.
 */
#include "format/mend.h"

enum { REFERENCE_MAX = 32, PIECES_START = 64 /* a power of two */ };

struct mend_piece {
	size_t out, in;
};

struct work {
	struct arena *a;
	struct str in;
	char *out;
	size_t n;
	struct mended *m;
	bool full;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex(char c)
{
	return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

unsigned mend_levels(struct str text, size_t at)
{
	unsigned levels = 0;
	while (at && text.ptr[at - 1] != '\n') {
		char c = text.ptr[--at];
		if (c != '>' && c != ' ' && c != '\t')
			return 0;
		levels += c == '>';
	}
	return levels < MEND_LEVELS_MAX ? levels : MEND_LEVELS_MAX;
}

/* What follows in the output comes from in on. */
static void piece(struct work *w, size_t in)
{
	struct mended *m = w->m;
	if (m->piece_count >= PIECES_START ? (m->piece_count & (m->piece_count - 1)) == 0 : m->piece_count == 0) {
		struct mend_piece *list = ARENA_ARRAY(w->a, struct mend_piece, m->piece_count ? m->piece_count * 2 : PIECES_START);
		if (!list) {
			w->full = true;
			return;
		}
		if (m->piece_count)
			memcpy(list, m->pieces, m->piece_count * sizeof(*list));
		m->pieces = list;
	}
	m->pieces[m->piece_count++] = (struct mend_piece){ w->n, in };
}

static void put(struct work *w, const char *text)
{
	size_t len = strlen(text);
	memcpy(w->out + w->n, text, len);
	w->n += len;
}

/* XML 1.0 4.1: a reference to an entity of XML itself, or to a character. Any other would not be resolved. */
static bool is_reference(struct str s)
{
	static const char *const own[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (str_starts(s, str_of(own[i])))
			return true;
	size_t i = str_starts(s, STR("&#x")) ? 3 : str_starts(s, STR("&#")) ? 2 : 0, from = i;
	while (i && i < s.len && (is_digit(s.ptr[i]) || (from == 3 && hex(s.ptr[i]) >= 0)))
		i++;
	return i > from && i < s.len && s.ptr[i] == ';';
}

/* The prefix of a line that is to go: "> > ", "- ". */
static size_t prefix(const struct work *w, size_t at, unsigned levels, bool signed_text, unsigned *done)
{
	size_t i = at;
	for (unsigned k = 0; k < levels; k++) {
		size_t next = i;
		while (next < w->in.len && next - i < 3 && (w->in.ptr[next] == ' ' || w->in.ptr[next] == '\t'))
			next++;
		if (next >= w->in.len || w->in.ptr[next] != '>')
			break;
		i = next + 1;
		*done |= MEND_QUOTES;
	}
	if (i > at && i < w->in.len && w->in.ptr[i] == ' ')
		i++;
	if (signed_text && str_starts(str_sub(w->in, i, 3), STR("- -"))) {
		i += 2;
		*done |= MEND_DASHES;
	}
	return i - at;
}

/* "=3D" or a soft line end at i; its length. */
static size_t coded(struct str s, size_t i, char *ret_c)
{
	size_t end = i + 1;
	while (end < s.len && (s.ptr[end] == ' ' || s.ptr[end] == '\t' || s.ptr[end] == '\r'))
		end++;
	*ret_c = 0;
	if (end < s.len && s.ptr[end] == '\n')
		return end + 1 - i;
	int hi = i + 2 < s.len ? hex(s.ptr[i + 1]) : -1, lo = hi < 0 ? -1 : hex(s.ptr[i + 2]);
	if (lo < 0 || (!hi && !lo))
		return 0;
	*ret_c = (char)(hi << 4 | lo);
	return 3;
}

static void octet(struct work *w, size_t i, unsigned char c, bool utf8)
{
	struct mended *m = w->m;
	char two[3] = { (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)), 0 };
	if (c == '&' && !is_reference(str_sub(w->in, i, REFERENCE_MAX))) {
		put(w, "&amp;");
		piece(w, i + 1);
		m->done |= MEND_AMPERSANDS;
	} else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
		put(w, " ");
		m->done |= MEND_CONTROLS;
	} else if (c >= 0x80 && !utf8) {
		put(w, two);
		piece(w, i + 1);
		m->done |= MEND_OCTETS;
	} else {
		w->out[w->n++] = (char)c;
	}
}

/* Five octets for an ampersand, two for one that is no ASCII. */
static size_t room(struct str text)
{
	size_t n = text.len + 1;
	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '&' ? 4 : (unsigned char)text.ptr[i] >= 0x80;
	return n;
}

enum err mend(struct arena *a, struct str text, unsigned levels, bool signed_text, struct mended *ret_mended)
{
	struct mended m = { .done = 0 };
	struct work w = { .a = a, .in = text, .m = &m };
	bool is_coded = str_find(text, STR("=3D\"")) != SIZE_MAX || str_find(text, STR("=3D'")) != SIZE_MAX, utf8 = str_utf8_valid(text), line = true;
	if (text.len > MEND_BYTES_MAX)
		return ERR_LIMIT;
	w.out = arena_alloc(a, room(text));
	if (!w.out)
		return ERR_NOMEM;
	piece(&w, 0);
	for (size_t i = 0; i < text.len && !w.full;) {
		size_t skip = line ? prefix(&w, i, levels, signed_text, &m.done) : 0;
		char c = text.ptr[i], meant;
		line = !skip && c == '\n';
		if (skip) {
			i += skip;
			piece(&w, i);
			continue;
		}
		size_t n = is_coded && c == '=' ? coded(text, i, &meant) : 0;
		if (n) {
			if (meant)
				w.out[w.n++] = meant;
			/* a soft end is the end of a line that is quoted all the same */
			line = text.ptr[i + n - 1] == '\n';
			i += n;
			piece(&w, i);
			m.done |= MEND_CODED;
			continue;
		}
		octet(&w, i++, (unsigned char)c, utf8);
	}
	if (w.full)
		return ERR_NOMEM;
	m.text = (struct str){ w.out, w.n };
	*ret_mended = m;
	return OK;
}

size_t mend_origin(const struct mended *m, size_t offset)
{
	unsigned from = 0, to = m->piece_count;
	if (!to)
		return offset;
	while (to - from > 1) {
		unsigned half = from + (to - from) / 2;
		if (m->pieces[half].out <= offset)
			from = half;
		else
			to = half;
	}
	return m->pieces[from].in + (offset - m->pieces[from].out);
}
