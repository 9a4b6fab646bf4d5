/*
 * Regular expressions. See regex.h; the only user of PCRE2.
 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

enum { NESTING_MAX = 50, MESSAGE_MAX = 200 };

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *data;
};

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->limits);
	pcre2_code_free(r->code);
	free(r);
}

static uint32_t options(unsigned flags)
{
	uint32_t o = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	if (flags & REGEX_FOLD)
		o |= PCRE2_CASELESS;
	if (flags & REGEX_LITERAL)
		return o | PCRE2_LITERAL;
	if (flags & REGEX_LINES)
		o |= PCRE2_MULTILINE;
	return o | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
}

static enum err compile(struct regex *r, struct str pattern, unsigned flags, struct why *why)
{
	int code;
	PCRE2_SIZE at;
	PCRE2_UCHAR message[MESSAGE_MAX];
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	if (!c)
		return why_set(why, ERR_NOMEM, "no memory for a pattern");
	(void)pcre2_set_parens_nest_limit(c, NESTING_MAX);
	(void)pcre2_set_newline(c, PCRE2_NEWLINE_ANYCRLF);
	r->code = pcre2_compile((PCRE2_SPTR)(pattern.len ? pattern.ptr : ""), pattern.len, options(flags), &code, &at, c);
	pcre2_compile_context_free(c);
	if (r->code)
		return OK;
	if (pcre2_get_error_message(code, message, sizeof(message)) < 0)
		message[0] = 0;
	(void)why_set(why, ERR_SYNTAX, "bad pattern: %s", (const char *)message);
	why_at(why, "", 1, (uint32_t)at + 1);
	return ERR_SYNTAX;
}

static enum err prepare(struct regex *r, struct why *why)
{
	uint32_t groups = 0;
	(void)pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups >= REGEX_GROUPS_MAX)
		return why_set(why, ERR_LIMIT, "a pattern has at most %d groups", REGEX_GROUPS_MAX - 1);
	r->limits = pcre2_match_context_create(NULL);
	r->data = pcre2_match_data_create_from_pattern(r->code, NULL);
	if (!r->limits || !r->data)
		return why_set(why, ERR_NOMEM, "no memory for a pattern");
	(void)pcre2_set_match_limit(r->limits, REGEX_STEPS_MAX);
	(void)pcre2_set_depth_limit(r->limits, REGEX_DEPTH_MAX);
	(void)pcre2_set_heap_limit(r->limits, REGEX_HEAP_KIB);
	return OK;
}

enum err regex_new(struct str pattern, unsigned flags, struct regex **ret_regex, struct why *why)
{
	if (pattern.len > REGEX_PATTERN_MAX)
		return why_set(why, ERR_LIMIT, "a pattern has at most %d bytes", REGEX_PATTERN_MAX);
	struct regex *r = calloc(1, sizeof(*r));
	if (!r)
		return why_set(why, ERR_NOMEM, "no memory for a pattern");
	enum err e = compile(r, pattern, flags, why);
	if (e == OK)
		e = prepare(r, why);
	if (e) {
		regex_free(r);
		return e;
	}
	*ret_regex = r;
	return OK;
}

static enum err result(int rc)
{
	switch (rc) {
	case PCRE2_ERROR_NOMATCH: return ERR_NOTFOUND;
	case PCRE2_ERROR_NOMEMORY: return ERR_NOMEM;
	/* the step, depth and heap limits, and whatever else kept it from an answer */
	default: return rc < 0 ? ERR_LIMIT : OK;
	}
}

enum err regex_search(struct regex *r, struct str text, size_t from, struct regex_match *ret_match)
{
	if (text.len > REGEX_TEXT_MAX)
		return ERR_LIMIT;
	if (from > text.len)
		return ERR_NOTFOUND;
	int rc = pcre2_match(r->code, (PCRE2_SPTR)(text.len ? text.ptr : ""), text.len, from, 0, r->data, r->limits);
	enum err e = result(rc);
	if (e)
		return e;
	const PCRE2_SIZE *span = pcre2_get_ovector_pointer(r->data);
	struct regex_match m = { 0 };
	for (int i = 0; i < rc && i < REGEX_GROUPS_MAX; i++)
		/* \K inside a look-around can put the start behind the end */
		if (span[2 * i] != PCRE2_UNSET && span[2 * i] <= span[2 * i + 1])
			m.group[i] = (struct regex_group){ true, span[2 * i], span[2 * i + 1] };
	*ret_match = m;
	return OK;
}

int regex_group_number(const struct regex *r, const char *name)
{
	int n = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)name);
	return n > 0 ? n : -1;
}

struct str regex_text(const struct regex_match *m, unsigned group, struct str text)
{
	if (group >= REGEX_GROUPS_MAX || !m->group[group].set)
		return STR_NONE;
	return str_sub(text, m->group[group].from, m->group[group].to - m->group[group].from);
}
