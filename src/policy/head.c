/*
 * See head.h. Pure.
 */
#include "policy/head.h"

#include "base/time.h"
#include "policy/show.h"

enum { HEAD_LINES_MAX = 8 };

struct heading {
	struct arena *a;
	struct str text;
	uint32_t after;                 /* the line behind which the new ones stand */
	uint32_t gone[HEAD_LINES_MAX];
	unsigned gone_count;
	struct why *why;
};

static const struct conf *find_policy(const struct conf *first)
{
	for (; first; first = first->next)
		if (str_eq(first->args[0].text, STR("policy")) && first->has_block)
			return first;
	return NULL;
}

static uint32_t last_line(const struct conf *s)
{
	return s->has_block ? s->end_line : s->args[s->arg_count - 1].line;
}

/* The statement of that name goes, with its line. */
static enum err take_out(struct heading *h, const struct conf *policy, const char *name)
{
	uint32_t before = policy->args[policy->arg_count - 1].line;
	for (const struct conf *s = policy->child; s; before = last_line(s), s = s->next) {
		if (!str_eq(s->args[0].text, str_of(name)))
			continue;
		uint32_t line = s->args[0].line;
		if (line == before || last_line(s) != line || (s->next && s->next->args[0].line == line) || policy->end_line == line)
			return conf_fail(h->why, s, 0, ERR_SYNTAX, "to be written anew \"%s\" needs a line of its own", name);
		if (h->gone_count == HEAD_LINES_MAX)
			return conf_fail(h->why, s, 0, ERR_LIMIT, "the head says too much");
		h->gone[h->gone_count++] = line;
	}
	return OK;
}

static bool is_gone(const struct heading *h, uint32_t line)
{
	for (unsigned i = 0; i < h->gone_count; i++)
		if (h->gone[i] == line)
			return true;
	return false;
}

static struct str written(struct heading *h, const struct policy_head *head)
{
	struct buf out;
	struct str rest = h->text, line;
	buf_init(&out, CONF_BYTES_MAX);
	for (uint32_t n = 1; str_next_line(&rest, &line); n++) {
		if (!is_gone(h, n))
			buf_printf(&out, "%.*s\n", STR_ARG(line));
		if (n != h->after)
			continue;
		if (head->version.len) {
			buf_puts(&out, "    version ");
			show_quoted(&out, head->version);
			buf_putc(&out, '\n');
		}
		if (head->posted.len)
			buf_printf(&out, "    posted %.*s\n", STR_ARG(head->posted));
		if (head->significant.len)
			buf_printf(&out, "    significant %.*s\n", STR_ARG(head->significant));
	}
	struct str text = out.err ? STR_NONE : str_copy(h->a, buf_str(&out));
	buf_done(&out);
	return text;
}

static enum err take_all_out(struct heading *h, const struct conf *policy, const struct policy_head *head)
{
	enum err e = head->version.len ? take_out(h, policy, "version") : OK;
	if (e == OK && head->posted.len)
		e = take_out(h, policy, "posted");
	if (e == OK && head->posted.len)
		e = take_out(h, policy, "effective");
	/* what it was against the version before it is not what the new one is */
	return e ? e : take_out(h, policy, "significant");
}

enum err head_write(struct arena *a, struct bundle *b, const struct policy_head *head, struct why *why)
{
	struct bundle_file *f = NULL;
	struct heading h = { .a = a, .why = why };
	struct conf *first;
	int64_t at;
	if (!head->version.len && !head->posted.len && !head->significant.len)
		return OK;
	for (unsigned i = 0; i < b->count; i++)
		if (str_eq(b->files[i].name, b->main))
			f = &b->files[i];
	if (!f)
		return why_set(why, ERR_NOTFOUND, "the main file %.*s is not there", STR_ARG(b->main));
	if (head->posted.len && time_parse(head->posted, &at) != OK)
		return why_set(why, ERR_SYNTAX, "posted: a time such as 2026-03-01T00:00:00Z is needed");
	h.text = f->text;
	enum err e = conf_read(a, str_c(a, f->name), f->text, &first, why);
	const struct conf *policy = e == OK ? find_policy(first) : NULL;
	if (e == OK && (!policy || !policy->child || policy->child->args[0].line == policy->args[policy->arg_count - 1].line))
		e = why_set(why, ERR_SYNTAX, "%.*s has no block of the policy that begins on a line of its own", STR_ARG(f->name));
	if (e)
		return e;
	h.after = policy->args[policy->arg_count - 1].line;
	e = take_all_out(&h, policy, head);
	struct str text = e == OK ? written(&h, head) : STR_NONE;
	if (e == OK && !text.len)
		e = why_set(why, ERR_LIMIT, "the main file is too long");
	if (e == OK)
		f->text = text;
	return e;
}
