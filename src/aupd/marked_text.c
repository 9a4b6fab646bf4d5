/*
 * Marking what was read. See marked_text.h.
 *
 * Hostile is all of it; the decoders are bounded and fuzzed, and their memory is an arena of its own, given back at the end.
 */
#include "aupd/marked_text.h"

#include <stdlib.h>

#include "format/format.h"

enum { ARENA_BYTES_MAX = 64 << 20 };

struct mark {
	struct span span;
	struct str name;
};

struct marking {
	struct arena *a;
	struct jsonw *w;
	struct decode d;
	struct mark *marks;
	unsigned mark_count;
	size_t left;            /* octets that may still be shown */
	bool cut;
};

static int by_place(const void *x, const void *y)
{
	const struct mark *a = x, *b = y;
	int part = str_cmp(a->span.part, b->span.part);
	if (part)
		return part;
	if (a->span.from != b->span.from)
		return a->span.from < b->span.from ? -1 : 1;
	return a->span.to != b->span.to ? (a->span.to > b->span.to ? -1 : 1) : str_cmp(a->name, b->name);
}

static void collect(struct marking *m)
{
	for (unsigned i = 0; i < m->d.count; i++)
		for (unsigned k = 0; k < m->d.observations[i].fact_count; k++) {
			const struct fact *f = &m->d.observations[i].facts[k];
			if (f->span.to <= f->span.from)
				continue;
			if (m->mark_count == MARKED_TEXT_MARKS_MAX) {
				m->cut = true;
				break;
			}
			m->marks[m->mark_count++] = (struct mark){ f->span, f->name };
		}
	qsort(m->marks, m->mark_count, sizeof(*m->marks), by_place);
}

static void put_segment(struct marking *m, struct str text, struct str fact)
{
	if (!text.len)
		return;
	jsonw_object(m->w, NULL);
	jsonw_str(m->w, "text", text);
	if (fact.len)
		jsonw_str(m->w, "fact", fact);
	jsonw_end(m->w, '}');
}

/* Facts of the same bytes are named together; of those that overlap otherwise the first is marked. */
static void put_segments(struct marking *m, struct str path, struct str text)
{
	size_t at = 0;
	jsonw_array(m->w, "segments");
	for (unsigned i = 0; i < m->mark_count; i++) {
		const struct mark *k = &m->marks[i];
		struct str names = k->name;
		if (!str_eq(k->span.part, path) || k->span.from < at || k->span.to > text.len)
			continue;
		while (i + 1 < m->mark_count && str_eq(m->marks[i + 1].span.part, path) && m->marks[i + 1].span.from == k->span.from && m->marks[i + 1].span.to == k->span.to) {
			i++;
			if (!str_eq(m->marks[i].name, m->marks[i - 1].name))
				names = str_format(m->a, "%.*s, %.*s", STR_ARG(names), STR_ARG(m->marks[i].name));
		}
		put_segment(m, str_sub(text, at, k->span.from - at), STR_NONE);
		put_segment(m, str_sub(text, k->span.from, k->span.to - k->span.from), names);
		at = k->span.to;
	}
	put_segment(m, str_sub(text, at, text.len), STR_NONE);
	jsonw_end(m->w, ']');
}

static bool is_text(struct str s)
{
	return str_chr(s, '\0') == SIZE_MAX;
}

static void put_piece(struct marking *m, struct str path, const char *what, struct str type, struct str text)
{
	if (!text.len)
		return;
	jsonw_object(m->w, NULL);
	jsonw_str(m->w, "part", path);
	jsonw_str(m->w, "what", str_of(what));
	jsonw_str(m->w, "type", type);
	jsonw_int(m->w, "octets", (int64_t)text.len);
	if (is_text(text)) {
		m->cut |= text.len > m->left;
		text = str_sub(text, 0, m->left);
		m->left -= text.len;
		put_segments(m, path, text);
	}
	jsonw_end(m->w, '}');
}

/* As the decoders read it, which count the octets of facts in it: words in UTF-8, all else behind its transfer coding. */
static struct str body_of(struct marking *m, const struct mime_part *p)
{
	bool words = str_starts(p->type, STR("text/")) && !str_eq(p->type, STR("text/rfc822-headers"));
	return words ? mime_text(m->a, p, NULL) : mime_body(m->a, p);
}

static void put_pieces(struct marking *m)
{
	const struct mime *mime = &m->d.mime;
	jsonw_array(m->w, "pieces");
	if (!mime->count)
		put_piece(m, STR(""), "body", STR_NONE, m->d.text);
	for (unsigned i = 0; i < mime->count; i++) {
		const struct mime_part *p = &mime->parts[i];
		put_piece(m, i ? str_format(m->a, "%.*s.0", STR_ARG(p->path)) : STR("0"), "header", STR_NONE, p->header);
		if (!p->multipart && !p->message)
			put_piece(m, p->path, "body", p->type, body_of(m, p));
	}
	jsonw_end(m->w, ']');
}

static void put_facts(struct marking *m)
{
	unsigned shown = 0;
	jsonw_array(m->w, "facts");
	for (unsigned i = 0; i < m->d.count; i++)
		for (unsigned k = 0; k < m->d.observations[i].fact_count && shown < MARKED_TEXT_FACTS_MAX; k++, shown++) {
			const struct fact *f = &m->d.observations[i].facts[k];
			jsonw_object(m->w, NULL);
			jsonw_int(m->w, "of", i + 1);
			jsonw_str(m->w, "name", f->name);
			jsonw_str(m->w, "value", f->value);
			jsonw_str(m->w, "certainty", str_of(certainty_words[f->certainty]));
			jsonw_str(m->w, "part", f->span.part);
			jsonw_int(m->w, "from", f->span.from);
			jsonw_int(m->w, "to", f->span.to);
			jsonw_end(m->w, '}');
		}
	jsonw_end(m->w, ']');
	m->cut |= shown == MARKED_TEXT_FACTS_MAX;
}

static void put_decoded(struct marking *m)
{
	jsonw_str(m->w, "format", str_of(m->d.format));
	jsonw_str(m->w, "outcome", str_of(outcome_words[m->d.outcome]));
	jsonw_array(m->w, "problems");
	for (unsigned i = 0; i < m->d.problem_count; i++)
		jsonw_str(m->w, NULL, m->d.problems[i].text);
	jsonw_end(m->w, ']');
	put_pieces(m);
	put_facts(m);
	jsonw_bool(m->w, "cut", m->cut);
}

void marked_text_write(struct str bytes, struct str name, struct jsonw *w)
{
	struct marking m = { .a = arena_new("marked-text", ARENA_BYTES_MAX), .w = w, .left = MARKED_TEXT_BYTES_MAX };
	m.d = (struct decode){ .arena = m.a, .text = bytes, .name = name, .received_at = TIME_NONE };
	m.marks = m.a ? ARENA_ARRAY(m.a, struct mark, MARKED_TEXT_MARKS_MAX) : NULL;
	if (m.marks && format_decode(&m.d) == OK) {
		collect(&m);
		put_decoded(&m);
	} else {
		jsonw_str(w, "format", STR("it needs more memory to be read again than there is"));
	}
	arena_free(m.a);
}
