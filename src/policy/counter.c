/*
 * The block "counter-notice". See counter.h.
 */
#include "policy/counter.h"

#include "policy/business.h"
#include "policy/show.h"

static const char *const letter_words[COUNTER_LETTERS] = { "incomplete", "forward", "restored", "stayed" };

static struct str *letter_at(struct counter *c, unsigned i)
{
	struct str *const letters[COUNTER_LETTERS] = { &c->incomplete, &c->forward, &c->restored, &c->stayed };
	return letters[i];
}

const char *counter_letter(const struct counter *c, unsigned i, struct str *ret_name)
{
	const struct str letters[COUNTER_LETTERS] = { c->incomplete, c->forward, c->restored, c->stayed };
	*ret_name = letters[i];
	return letter_words[i];
}

static bool is(const struct conf *s, const char *word)
{
	return !s->args[0].quoted && str_eq(s->args[0].text, str_of(word));
}

static enum err read_line(const struct policy *p, const struct conf *s, struct counter *c, struct why *why)
{
	struct wait *w = is(s, "restore") ? &c->restore : is(s, "latest") ? &c->latest : NULL;
	if (w && s->arg_count > 2 && str_eq(s->args[1].text, STR("after")) && 2 + business_wait(p, s, 2, w) == s->arg_count && s->arg_count > 2 && wait_given(w))
		return OK;
	if (w)
		return business_bad_wait(p, s, 2, why, "it reads: restore after SPAN, or: restore after N business days by CALENDAR; and so: latest after ...");
	for (unsigned i = 0; i < COUNTER_LETTERS; i++)
		if (is(s, letter_words[i]) && s->arg_count == 2) {
			*letter_at(c, i) = s->args[1].text;
			return OK;
		}
	enum err e = conf_fail(why, s, 0, ERR_SYNTAX, "\"%.*s\" is not understood about a counter-notice", STR_ARG(s->args[0].text));
	why_hint(why, "it holds: restore after ..., latest after ..., and the letters incomplete, forward, restored and stayed");
	return e;
}

enum err counter_read(const struct policy *p, const struct conf *s, struct counter *ret_counter, struct why *why)
{
	struct counter c = { .given = true };
	if (s->arg_count != 1 || !s->has_block)
		return conf_fail(why, s, 0, ERR_SYNTAX, "it reads: counter-notice { restore after ... }");
	for (const struct conf *line = s->child; line; line = line->next) {
		for (const struct conf *before = s->child; before != line; before = before->next)
			if (str_eq(before->args[0].text, line->args[0].text))
				return conf_fail(why, line, 0, ERR_EXISTS, "%.*s is given twice", STR_ARG(line->args[0].text));
		enum err e = read_line(p, line, &c, why);
		if (e)
			return e;
	}
	if (!wait_given(&c.restore) || !wait_given(&c.latest))
		return conf_fail(why, s, 0, ERR_NOTFOUND, "it says when what was disabled is put back: restore after ..., latest after ...");
	if (c.restore.by != c.latest.by || (c.restore.by ? c.restore.days > c.latest.days : c.restore.us > c.latest.us))
		return conf_fail(why, s, 0, ERR_RANGE, "the latest time comes before the earliest, or is counted in another way");
	if (!c.forward.len || !c.incomplete.len)
		return conf_fail(why, s, 0, ERR_NOTFOUND, "a counter-notice is sent on, and what is missing of it is asked for: forward LETTER, incomplete LETTER");
	*ret_counter = c;
	return OK;
}

void counter_show(const struct counter *c, struct buf *out)
{
	buf_puts(out, "    counter-notice {\n        restore after ");
	show_wait(&c->restore, out);
	buf_puts(out, "\n        latest after ");
	show_wait(&c->latest, out);
	buf_putc(out, '\n');
	for (unsigned i = 0; i < COUNTER_LETTERS; i++) {
		struct str name;
		const char *word = counter_letter(c, i, &name);
		if (!name.len)
			continue;
		buf_printf(out, "        %s ", word);
		show_quoted(out, name);
		buf_putc(out, '\n');
	}
	buf_puts(out, "    }\n");
}
