/*
 * What a notice owes. See owed.h.
 */
#include "policy/owed.h"

#include <stdio.h>
#include <string.h>

enum { FIELDS_MAX = 4 };

static const struct {
	unsigned owed;
	const char *text;
	const char *fields[FIELDS_MAX + 1];
} parts[] = {
	{ OWED_CLAUSE, "the clause", { "clause", "clause_title", "clause_text" } },
	{ OWED_EVIDENCE, "the evidence", { "because", "evidence" } },
	{ OWED_ANSWER, "the way to answer or appeal", { "reply_address", "link_appeal", "link", "link_case" } },
	{ OWED_DEADLINE, "the deadline", { "deadline", "fix_within" } },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

bool owed_tells(struct str name)
{
	return str_eq(name, STR("end-notice")) || str_eq(name, STR("limit-notice")) || str_eq(name, STR("suspend-notice")) || str_eq(name, STR("terminated"));
}

unsigned owed_by(const struct step *s)
{
	if (s->verb != VERB_NOTIFY && s->verb < VERB_END)
		return 0;
	return OWED_CLAUSE | OWED_EVIDENCE | OWED_ANSWER | (s->verb == VERB_NOTIFY && wait_given(&s->fix) ? OWED_DEADLINE : 0);
}

static bool names(struct str text, const char *field)
{
	for (size_t at; (at = str_find(text, str_of(field))) != SIZE_MAX; text = str_sub(text, at + 1, text.len)) {
		size_t end = at + str_of(field).len;
		if (at && text.ptr[at - 1] == '{' && end < text.len && text.ptr[end] == '}')
			return true;
	}
	return false;
}

unsigned owed_lacks(const struct letter_template *t, unsigned owed, owed_has *has, const void *of)
{
	unsigned lacks = 0;
	for (unsigned i = 0; i < PARTS; i++) {
		bool there = !(owed & parts[i].owed);
		for (const char *const *f = parts[i].fields; !there && *f; f++)
			there = (names(t->body, *f) || names(t->subject, *f)) && (!has || has(of, *f));
		lacks |= there ? 0 : parts[i].owed;
	}
	return lacks;
}

static void add(char text[OWED_TEXT_MAX], const char *between, const char *more)
{
	size_t n = strlen(text);
	(void)snprintf(text + n, OWED_TEXT_MAX - n, "%s%s", n ? between : "", more);
}

const char *owed_text(unsigned set, char ret_text[OWED_TEXT_MAX])
{
	ret_text[0] = '\0';
	for (unsigned i = 0; i < PARTS; i++)
		if (set & parts[i].owed)
			add(ret_text, ", ", parts[i].text);
	return ret_text;
}

const char *owed_fields(unsigned set, char ret_text[OWED_TEXT_MAX])
{
	unsigned i = 0;
	ret_text[0] = '\0';
	while (i < PARTS && !(set & parts[i].owed))
		i++;
	for (unsigned k = 0; i < PARTS && parts[i].fields[k]; k++) {
		add(ret_text, parts[i].fields[k + 1] ? ", {" : " or {", k ? "" : "{");
		add(ret_text, "", parts[i].fields[k]);
		add(ret_text, "", "}");
	}
	return ret_text;
}
