/*
 * The block "proceeding". See proceeding.h.
 */
#include "policy/proceeding.h"

#include "policy/business.h"
#include "policy/show.h"

enum { WAITS = 3 };

static const char *const letter_words[PROCEEDING_LETTERS] = { "locked", "decided", "stayed", "released" };
/* The word of a wait, and the one behind it. */
static const char *const wait_words[WAITS][2] = { { "lock", "within" }, { "implement", "after" }, { "release", "within" } };

static struct str *letter_at(struct proceeding_rules *r, unsigned i)
{
	struct str *const letters[PROCEEDING_LETTERS] = { &r->locked, &r->decided, &r->stayed, &r->released };
	return letters[i];
}

static struct wait *wait_at(struct proceeding_rules *r, unsigned i)
{
	struct wait *const waits[WAITS] = { &r->lock, &r->implement, &r->release };
	return waits[i];
}

const char *proceeding_letter(const struct proceeding_rules *r, unsigned i, struct str *ret_name)
{
	const struct str letters[PROCEEDING_LETTERS] = { r->locked, r->decided, r->stayed, r->released };
	*ret_name = letters[i];
	return letter_words[i];
}

static bool is(const struct conf *s, unsigned i, const char *word)
{
	return i < s->arg_count && !s->args[i].quoted && str_eq(s->args[i].text, str_of(word));
}

static enum err read_line(const struct policy *p, const struct conf *s, struct proceeding_rules *r, struct why *why)
{
	for (unsigned i = 0; i < WAITS; i++) {
		if (!is(s, 0, wait_words[i][0]))
			continue;
		if (s->arg_count == 3 && is(s, 1, "at") && is(s, 2, "once") && wait_at(r, i) == &r->implement)
			return OK;
		struct wait *w = wait_at(r, i);
		if (s->arg_count > 2 && is(s, 1, wait_words[i][1]) && 2 + business_wait(p, s, 2, w) == s->arg_count && wait_given(w))
			return OK;
		return business_bad_wait(p, s, 2, why, "it reads: lock within WAIT, release within WAIT, and implement after WAIT or implement at once; "
			"a wait is a span, or N business days by CALENDAR");
	}
	for (unsigned i = 0; i < PROCEEDING_LETTERS; i++)
		if (is(s, 0, letter_words[i]) && s->arg_count == 2) {
			*letter_at(r, i) = s->args[1].text;
			return OK;
		}
	enum err e = conf_fail(why, s, 0, ERR_SYNTAX, "\"%.*s\" is not understood about a proceeding", STR_ARG(s->args[0].text));
	why_hint(why, "it holds: lock within ..., implement after ..., release within ..., and the letters locked, decided, stayed and released");
	return e;
}

enum err proceeding_read(const struct policy *p, const struct conf *s, struct proceeding_rules *ret_rules, struct why *why)
{
	struct proceeding_rules r = { .given = true };
	bool told = false;
	if (s->arg_count != 1 || !s->has_block)
		return conf_fail(why, s, 0, ERR_SYNTAX, "it reads: proceeding { lock within ... }");
	for (const struct conf *line = s->child; line; line = line->next) {
		for (const struct conf *before = s->child; before != line; before = before->next)
			if (str_eq(before->args[0].text, line->args[0].text))
				return conf_fail(why, line, 0, ERR_EXISTS, "%.*s is given twice", STR_ARG(line->args[0].text));
		told |= is(line, 0, "implement");
		enum err e = read_line(p, line, &r, why);
		if (e)
			return e;
	}
	if (!wait_given(&r.lock) || !wait_given(&r.release) || !told)
		return conf_fail(why, s, 0, ERR_NOTFOUND, "it says when the name is locked, when a decision is carried out, and when the lock goes: "
			"lock within ..., implement after ... or at once, release within ...");
	if (!r.locked.len || !r.decided.len || !r.released.len)
		return conf_fail(why, s, 0, ERR_NOTFOUND, "the customer hears of the lock, of the decision and of the end: locked LETTER, decided LETTER, released LETTER");
	*ret_rules = r;
	return OK;
}

void proceeding_show(const struct proceeding_rules *r, struct buf *out)
{
	buf_puts(out, "    proceeding {\n        lock within ");
	show_wait(&r->lock, out);
	buf_puts(out, wait_given(&r->implement) ? "\n        implement after " : "\n        implement at once");
	if (wait_given(&r->implement))
		show_wait(&r->implement, out);
	buf_puts(out, "\n        release within ");
	show_wait(&r->release, out);
	buf_putc(out, '\n');
	for (unsigned i = 0; i < PROCEEDING_LETTERS; i++) {
		struct str name;
		const char *word = proceeding_letter(r, i, &name);
		if (!name.len)
			continue;
		buf_printf(out, "        %s ", word);
		show_quoted(out, name);
		buf_putc(out, '\n');
	}
	buf_puts(out, "    }\n");
}
