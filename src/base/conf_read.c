/*
 * Lexer and recursive descent of the block language. See conf.h. Bounded by CONF_DEPTH_MAX and CONF_ARGS_MAX; no meaning.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/conf.h"

enum { EXCERPT_MAX = 400 };
enum token { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_STOP /* ";" or end of line */ };

struct lex {
	struct arena *a;
	const char *file;
	struct str text;
	size_t at;
	uint32_t line, column;          /* of at */
	enum token token;               /* the current one */
	struct conf_arg arg;            /* TOKEN_WORD, TOKEN_STRING; place of every token */
	struct why *why;
};

static enum err fail_here(struct lex *l, enum err e, const char *text)
{
	(void)why_set(l->why, e, "%s", text);
	why_at(l->why, l->file, l->arg.line, l->arg.column);
	return e;
}

static int peek(const struct lex *l)
{
	return l->at < l->text.len ? (unsigned char)l->text.ptr[l->at] : -1;
}

static void step(struct lex *l)
{
	if (peek(l) == '\n') {
		l->line++;
		l->column = 0;
	}
	l->column++;
	l->at++;
}

static enum err string(struct lex *l)
{
	size_t close = l->at + 1, n = 0;
	while (close < l->text.len && l->text.ptr[close] != '"' && l->text.ptr[close] != '\n')
		close += l->text.ptr[close] == '\\' ? 2 : 1;
	if (close >= l->text.len || l->text.ptr[close] == '\n')
		return fail_here(l, ERR_SYNTAX, "this string is not closed in its line");
	char *out = arena_alloc(l->a, close - l->at);
	if (!out)
		return fail_here(l, ERR_NOMEM, "no memory");
	for (step(l); peek(l) != '"'; step(l)) {
		int c = peek(l);
		if (c == '\\') {
			step(l);
			c = peek(l);
			if (c != '"' && c != '\\' && c != 'n' && c != 't')
				return fail_here(l, ERR_SYNTAX, "a string knows only \\\" \\\\ \\n and \\t");
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		} else if ((c < ' ' && c != '\t') || c == 0x7f) {
			l->arg.line = l->line;
			l->arg.column = l->column;
			return fail_here(l, ERR_SYNTAX, "a control character in a string");
		}
		out[n++] = (char)c;
	}
	step(l);
	l->arg.text = (struct str){ out, n };
	l->arg.quoted = true;
	l->token = TOKEN_STRING;
	return str_utf8_valid(l->arg.text) ? OK : fail_here(l, ERR_SYNTAX, "this string is not UTF-8");
}

/* A backslash that is the last byte of its line. */
static bool joins_lines(const struct lex *l)
{
	size_t n = l->at + 1;
	if (peek(l) != '\\')
		return false;
	if (n < l->text.len && l->text.ptr[n] == '\r')
		n++;
	return n < l->text.len && l->text.ptr[n] == '\n';
}

static bool ends_word(const struct lex *l)
{
	int c = peek(l);
	return joins_lines(l) || c <= ' ' || c == ';' || c == '{' || c == '}' || c == '"' || c == '#' || c == ',' || c == 0x7f;
}

static void skip_blanks(struct lex *l)
{
	for (;; step(l)) {
		int c = peek(l);
		if (c == '#') {
			while (peek(l) >= 0 && peek(l) != '\n')
				step(l);
			return;
		}
		if (joins_lines(l))
			while (peek(l) != '\n')
				step(l);
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

static enum err next(struct lex *l)
{
	skip_blanks(l);
	l->arg = (struct conf_arg){ .line = l->line, .column = l->column };
	int c = peek(l);
	if (c == '"')
		return string(l);
	l->token = c < 0 ? TOKEN_END : c == '\n' || c == ';' ? TOKEN_STOP : c == '{' ? TOKEN_OPEN : c == '}' ? TOKEN_CLOSE : TOKEN_WORD;
	if (l->token == TOKEN_END)
		return OK;
	size_t from = l->at;
	if (l->token != TOKEN_WORD || c == ',') {
		step(l);
		l->arg.text = str_sub(l->text, from, 1);
		return OK;
	}
	while (!ends_word(l))
		step(l);
	if (l->at == from)
		return fail_here(l, ERR_SYNTAX, "a byte that no word may hold");
	l->arg.text = str_sub(l->text, from, l->at - from);
	return str_utf8_valid(l->arg.text) ? OK : fail_here(l, ERR_SYNTAX, "this word is not UTF-8");
}

static enum err block(struct lex *l, unsigned depth, struct conf **ret_first, uint32_t *ret_end_line);

/* The current token begins a statement. */
static enum err statement(struct lex *l, unsigned depth, struct conf **ret)
{
	struct conf_arg args[CONF_ARGS_MAX];
	struct conf *s = ARENA_NEW(l->a, struct conf);
	if (!s)
		return fail_here(l, ERR_NOMEM, "no memory");
	s->file = l->file;
	while (l->token == TOKEN_WORD || l->token == TOKEN_STRING) {
		if (s->arg_count == CONF_ARGS_MAX)
			return fail_here(l, ERR_LIMIT, "too many words in one statement");
		args[s->arg_count++] = l->arg;
		enum err e = next(l);
		if (e)
			return e;
	}
	s->args = ARENA_ARRAY(l->a, struct conf_arg, s->arg_count);
	if (!s->args)
		return fail_here(l, ERR_NOMEM, "no memory");
	memcpy(s->args, args, s->arg_count * sizeof(args[0]));
	s->end_line = args[0].line;
	*ret = s;
	if (l->token != TOKEN_OPEN)
		return OK;
	if (depth + 1 >= CONF_DEPTH_MAX)
		return fail_here(l, ERR_LIMIT, "blocks nested too deeply");
	s->has_block = true;
	struct conf_arg open = l->arg;
	enum err e = next(l);
	if (e == OK)
		e = block(l, depth + 1, &s->child, &s->end_line);
	if (e)
		return e;
	if (l->token != TOKEN_CLOSE) {
		l->arg = open;
		return fail_here(l, ERR_SYNTAX, "this block is never closed");
	}
	return next(l);
}

static enum err block(struct lex *l, unsigned depth, struct conf **ret_first, uint32_t *ret_end_line)
{
	struct conf *first = NULL, *last = NULL, *s;
	for (;;) {
		enum err e = OK;
		while (e == OK && l->token == TOKEN_STOP)
			e = next(l);
		if (e)
			return e;
		if (l->token == TOKEN_END || l->token == TOKEN_CLOSE)
			break;
		if (l->token == TOKEN_OPEN)
			return fail_here(l, ERR_SYNTAX, "a block needs a word before it");
		e = statement(l, depth, &s);
		if (e)
			return e;
		if (last)
			last->next = s;
		else
			first = s;
		last = s;
	}
	*ret_first = first;
	*ret_end_line = l->arg.line;
	return OK;
}

enum err conf_read(struct arena *a, const char *file, struct str text, struct conf **ret_first, struct why *why)
{
	struct lex l = { .a = a, .file = file, .text = text, .line = 1, .column = 1, .why = why };
	struct conf *first = NULL;
	uint32_t end;
	if (text.len > CONF_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "%s is longer than %d bytes", file, CONF_BYTES_MAX);
	if (str_starts(text, STR("\xef\xbb\xbf"))) {
		l.arg = (struct conf_arg){ .line = 1, .column = 1 };
		return fail_here(&l, ERR_SYNTAX, "this file begins with a byte order mark: save it without one");
	}
	enum err e = next(&l);
	if (e == OK)
		e = block(&l, 0, &first, &end);
	if (e)
		return e;
	if (l.token == TOKEN_CLOSE)
		return fail_here(&l, ERR_SYNTAX, "nothing is open that this brace could close");
	*ret_first = first;
	return OK;
}

enum err conf_fail(struct why *why, const struct conf *at, unsigned arg, enum err e, const char *format, ...)
{
	char text[WHY_TEXT_MAX];
	va_list ap;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)why_set(why, e, "%s", text);
	const struct conf_arg *a = &at->args[arg < at->arg_count ? arg : at->arg_count - 1];
	why_at(why, at->file, a->line, a->column);
	return e;
}

/* A byte of a UTF-8 character other than its first. */
static bool goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Fit for a terminal, byte for byte: control characters and bytes that are no UTF-8 become "?". */
static struct str printable_line(struct arena *a, struct str line)
{
	char *p = arena_alloc(a, line.len + 1);
	bool valid = str_utf8_valid(line);
	if (!p)
		return STR_NONE;
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		p[i] = (char)((c < ' ' && c != '\t') || c == 0x7f || (c >= 0x80 && !valid) ? '?' : c);
	}
	return (struct str){ p, line.len };
}

struct str conf_excerpt(struct arena *a, struct str text, const struct why *why)
{
	struct str rest = text, line = STR_NONE;
	uint32_t n = 0;
	while (n < why->line && str_next_line(&rest, &line))
		n++;
	if (!why->line || n < why->line || !why->column)
		return STR_NONE;
	size_t column = why->column - 1 < line.len ? why->column - 1 : line.len, n_pad = 0;
	/* of a long line, what is around the place */
	size_t skipped = column > EXCERPT_MAX / 2 ? column - EXCERPT_MAX / 2 : 0, end = skipped + EXCERPT_MAX;
	while (skipped < column && goes_on(line.ptr[skipped]))
		skipped++;
	while (end < line.len && end > column && goes_on(line.ptr[end]))
		end--;
	struct str shown = printable_line(a, str_sub(line, skipped, end - skipped));
	char *pad = arena_alloc(a, column - skipped + 1);
	if (!pad || !shown.ptr)
		return STR_NONE;
	/* one blank a character, not a byte */
	for (size_t i = 0; i < column - skipped; i++)
		if (!goes_on(shown.ptr[i]))
			pad[n_pad++] = shown.ptr[i] == '\t' ? '\t' : ' ';
	return str_format(a, "    %.*s\n    %s^\n", STR_ARG(shown), pad);
}
