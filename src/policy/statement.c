/*
 * The block "statement". See statement.h.
 */
#include "policy/statement.h"

#include "policy/show.h"

/* The policy's word for each of the sources, in their order. */
static const char *const source_words[] = { "article-16", "trusted-flagger", "notification", "own", NULL };

static bool is(const struct conf *s, const char *word)
{
	return !s->args[0].quoted && str_eq(s->args[0].text, str_of(word));
}

static enum err unknown(struct why *why, const struct conf *s, unsigned arg, const char *what, const char *const *words)
{
	enum err e = conf_fail(why, s, arg, ERR_SYNTAX, "\"%.*s\" is no %s", STR_ARG(s->args[arg].text), what);
	const char *near = conf_nearest(s->args[arg].text, words);
	if (near)
		why_hint(why, "did you mean \"%s\"?", near);
	return e;
}

static enum err read_text(const struct conf *s, size_t max, struct str *ret_text, struct why *why)
{
	if (s->arg_count != 2 || !s->args[1].text.len)
		return conf_fail(why, s, 0, ERR_SYNTAX, "it reads: %.*s \"TEXT\"", STR_ARG(s->args[0].text));
	if (statement_length(s->args[1].text) > max)
		return conf_fail(why, s, 1, ERR_LIMIT, "the transparency database takes at most %zu characters here", max);
	*ret_text = s->args[1].text;
	return OK;
}

/* Words of the list from the first argument up to `end`. */
static enum err read_words(const struct conf *s, unsigned end, const char *what, const char *const *words, struct str *list, unsigned *count, struct why *why)
{
	*count = 0;
	if (end < 2)
		return conf_fail(why, s, 0, ERR_SYNTAX, "which %s?", what);
	for (unsigned i = 1; i < end; i++) {
		if (!statement_has(words, s->args[i].text))
			return unknown(why, s, i, what, words);
		for (unsigned k = 0; k < *count; k++)
			if (str_eq(list[k], s->args[i].text))
				return conf_fail(why, s, i, ERR_EXISTS, "%.*s is given twice", STR_ARG(s->args[i].text));
		if (*count == STATEMENT_LIST_MAX)
			return conf_fail(why, s, i, ERR_LIMIT, "at most %d words", STATEMENT_LIST_MAX);
		list[(*count)++] = s->args[i].text;
	}
	return OK;
}

static enum err read_content(const struct conf *s, struct statement *st, struct why *why)
{
	bool told = s->arg_count > 2 && s->args[s->arg_count - 1].quoted, other = false;
	st->content_other = told ? s->args[s->arg_count - 1].text : STR_NONE;
	enum err e = read_words(s, s->arg_count - told, "type of content", statement_contents, st->contents, &st->content_count, why);
	for (unsigned i = 0; i < st->content_count; i++)
		other |= str_eq(st->contents[i], STR("OTHER"));
	if (e == OK && other != (st->content_other.len > 0))
		return conf_fail(why, s, s->arg_count - 1, ERR_SYNTAX, other ? "OTHER is followed by words: content OTHER \"network traffic\"" : "only OTHER is followed by words");
	return e == OK && statement_length(st->content_other) > STATEMENT_SHORT_MAX ? conf_fail(why, s, s->arg_count - 1, ERR_LIMIT, "more than %d characters", STATEMENT_SHORT_MAX) : e;
}

static enum err read_visibility(const struct conf *s, struct statement *st, struct why *why)
{
	if (s->arg_count != 3)
		return conf_fail(why, s, 0, ERR_SYNTAX, "it reads: visibility SERVICE CONTENT_DISABLED: what a limit of that kind of service does to content");
	if (!statement_has(statement_visibilities, s->args[2].text))
		return unknown(why, s, 2, "restriction of visibility", statement_visibilities);
	st->limited = s->args[1].text;
	st->visibility = s->args[2].text;
	return OK;
}

static enum err read_source(const struct conf *s, struct statement *st, struct why *why)
{
	if (s->arg_count != 2)
		return conf_fail(why, s, 0, ERR_SYNTAX, "it reads: source article-16, trusted-flagger, notification or own");
	for (unsigned i = 0; source_words[i]; i++)
		if (str_eq(s->args[1].text, str_of(source_words[i]))) {
			st->source = str_of(statement_sources[i]);
			return OK;
		}
	return unknown(why, s, 1, "source", source_words);
}

static enum err read_line(const struct conf *s, struct statement *st, struct why *why)
{
	static const char *const words[] = { "law", "explains", "category", "keyword", "content", "territory", "visibility", "reference", "source", "detection", NULL };
	struct str one[STATEMENT_LIST_MAX];
	unsigned count;
	enum err e;
	if (is(s, "law"))
		return read_text(s, STATEMENT_SHORT_MAX, &st->law, why);
	if (is(s, "explains"))
		return read_text(s, STATEMENT_LONG_MAX, &st->explains, why);
	if (is(s, "category")) {
		e = read_words(s, s->arg_count, "category", statement_categories, one, &count, why);
		if (e == OK && count != 1)
			return conf_fail(why, s, 2, ERR_SYNTAX, "a statement has one category");
		if (e == OK)
			st->category = one[0];
		return e;
	}
	if (is(s, "keyword"))
		return read_words(s, s->arg_count, "keyword", statement_keywords, st->keywords, &st->keyword_count, why);
	if (is(s, "content"))
		return read_content(s, st, why);
	if (is(s, "territory"))
		return read_words(s, s->arg_count, "country of the European Economic Area", statement_territories, st->territories, &st->territory_count, why);
	if (is(s, "visibility"))
		return read_visibility(s, st, why);
	if (is(s, "reference")) {
		e = read_text(s, STATEMENT_SHORT_MAX, &st->reference, why);
		return e == OK && !str_starts(st->reference, STR("https://")) ? conf_fail(why, s, 1, ERR_SYNTAX, "the address of a page begins with https://") : e;
	}
	if (is(s, "source"))
		return read_source(s, st, why);
	if (is(s, "detection") && s->arg_count == 2 && (str_eq(s->args[1].text, STR("automated")) || str_eq(s->args[1].text, STR("human")))) {
		st->detected = str_eq(s->args[1].text, STR("automated"));
		return OK;
	}
	return is(s, "detection") ? conf_fail(why, s, 0, ERR_SYNTAX, "it reads: detection automated, or: detection human")
		: unknown(why, s, 0, "part of a statement", words);
}

enum err statement_read(struct str clause, const struct conf *s, struct statement *ret_statement, struct why *why)
{
	struct statement st;
	statement_default(clause, &st);
	st.given = true;
	if (s->arg_count != 1 || !s->has_block)
		return conf_fail(why, s, 0, ERR_SYNTAX, "it reads: statement { category ... }");
	for (const struct conf *line = s->child; line; line = line->next) {
		for (const struct conf *before = s->child; before != line; before = before->next)
			if (str_eq(before->args[0].text, line->args[0].text))
				return conf_fail(why, line, 0, ERR_EXISTS, "%.*s is given twice", STR_ARG(line->args[0].text));
		enum err e = read_line(line, &st, why);
		if (e)
			return e;
	}
	/* the paragraph tells why something breaks the contract, not why it breaks a law */
	if (st.law.len && !st.explains.len)
		return conf_fail(why, s, 0, ERR_NOTFOUND, "a legal ground is explained: explains \"TEXT\"");
	*ret_statement = st;
	return OK;
}

static void line(struct buf *out, const char *name, struct str text)
{
	if (!text.len)
		return;
	buf_printf(out, "        %s ", name);
	show_quoted(out, text);
	buf_putc(out, '\n');
}

static void words(struct buf *out, const char *name, const struct str *list, unsigned count, struct str told)
{
	if (!count)
		return;
	buf_printf(out, "        %s", name);
	for (unsigned i = 0; i < count; i++)
		buf_printf(out, " %.*s", STR_ARG(list[i]));
	buf_puts(out, told.len ? " " : "");
	if (told.len)
		show_quoted(out, told);
	buf_putc(out, '\n');
}

void statement_show(const struct statement *st, struct buf *out)
{
	if (!st->given)
		return;
	buf_puts(out, "    statement {\n");
	line(out, "law", st->law);
	line(out, "explains", st->explains);
	words(out, "category", &st->category, 1, STR_NONE);
	words(out, "keyword", st->keywords, st->keyword_count, STR_NONE);
	words(out, "content", st->contents, st->content_count, st->content_other);
	words(out, "territory", st->territories, st->territory_count, STR_NONE);
	if (st->visibility.len) {
		buf_puts(out, "        visibility ");
		show_word(out, st->limited);
		buf_printf(out, " %.*s\n", STR_ARG(st->visibility));
	}
	line(out, "reference", st->reference);
	for (unsigned i = 0; source_words[i]; i++)
		if (str_eq(st->source, str_of(statement_sources[i])))
			buf_printf(out, "        source %s\n", source_words[i]);
	buf_printf(out, "        detection %s\n    }\n", st->detected ? "automated" : "human");
}
