/*
 * Checks of letters. See checks.h.
 */
#include <stdio.h>

#include "model/letter.h"
#include "policy/checks.h"
#include "policy/counter.h"
#include "policy/owed.h"
#include "policy/proceeding.h"

/* Points at the line of the letter: subject and body are pieces of one text that begins with "Subject: ". */
static enum err in_letter(const struct checking *c, const struct letter_template *l, struct str text)
{
	const char *start = l->subject.ptr - (sizeof("Subject: ") - 1);
	char file[WHY_FILE_MAX];
	struct str rest = text, line;
	uint32_t n = 1;
	for (const char *at = start; at < text.ptr; at++)
		n += *at == '\n';
	for (; str_next_line(&rest, &line); n++) {
		enum err e = check_field(c, c->r->policy_at, line, letter_field_names);
		if (e == OK)
			continue;
		(void)snprintf(file, sizeof(file), "%.*s/%.*s/%.*s.txt", STR_ARG(c->r->letters_dir), STR_ARG(l->language), STR_ARG(l->name));
		why_at(c->why, file, n, 1);
		return e;
	}
	return OK;
}

enum err check_letter_fields(struct checking *c)
{
	for (unsigned i = 0; i < c->p->letter_count; i++) {
		enum err e = in_letter(c, &c->p->letters[i], c->p->letters[i].subject);
		if (e == OK)
			e = in_letter(c, &c->p->letters[i], c->p->letters[i].body);
		if (e)
			return e;
	}
	return OK;
}

static bool has_letter(const struct policy *p, struct str language, struct str name)
{
	const struct letter_template *l = policy_letter(p, language, name);
	return l && str_eq(l->language, language);
}

static enum err at_letter(const struct checking *c, const struct letter_template *l, enum err e)
{
	char file[WHY_FILE_MAX];
	(void)snprintf(file, sizeof(file), "%.*s/%.*s/%.*s.txt", STR_ARG(c->r->letters_dir), STR_ARG(l->language), STR_ARG(l->name));
	why_at(c->why, file, 1, 1);
	return e;
}

static void hint_file(const struct checking *c, struct str language, struct str name)
{
	why_hint(c->why, "it would be the file %.*s/%.*s/%.*s.txt", STR_ARG(c->r->letters_dir), STR_ARG(language), STR_ARG(name));
}

/* A letter that one language has and another has not would reach half of the customers in words they cannot read. */
static enum err translated(const struct checking *c, const struct letter_template *l)
{
	bool known = false;
	for (unsigned n = 0; n < c->p->language_count; n++)
		known |= str_eq(c->p->languages[n], l->language);
	if (!known) {
		enum err e = at_letter(c, l, why_set(c->why, ERR_NOTFOUND, "language %.*s is none of this policy", STR_ARG(l->language)));
		why_hint(c->why, "name it in: languages, or remove the letter");
		return e;
	}
	for (unsigned n = 0; n < c->p->language_count; n++) {
		if (has_letter(c->p, c->p->languages[n], l->name))
			continue;
		enum err e = at_letter(c, l, why_set(c->why, ERR_NOTFOUND, "letter \"%.*s\" is not there in language %.*s", STR_ARG(l->name),
			STR_ARG(c->p->languages[n])));
		hint_file(c, c->p->languages[n], l->name);
		return e;
	}
	return OK;
}

/* The letter behind a word of a ladder's block. */
static enum err block_letter(const struct checking *c, const struct conf *at, const char *word, struct str name)
{
	for (unsigned n = 0; at && name.len && n < c->p->language_count; n++) {
		if (has_letter(c->p, c->p->languages[n], name))
			continue;
		enum err e = conf_fail(c->why, conf_find(at->child, word), 1, ERR_NOTFOUND, "there is no letter \"%.*s\" in language %.*s", STR_ARG(name),
			STR_ARG(c->p->languages[n]));
		hint_file(c, c->p->languages[n], name);
		return e;
	}
	return OK;
}

static enum err block_letters(const struct checking *c, unsigned ladder)
{
	const struct ladder *l = &c->p->ladders[ladder];
	const struct conf *child = c->r->ladder_at[ladder]->child;
	enum err e = OK;
	for (unsigned i = 0; e == OK && i < COUNTER_LETTERS; i++) {
		struct str name;
		const char *word = counter_letter(&l->counter, i, &name);
		e = block_letter(c, conf_find(child, "counter-notice"), word, name);
	}
	for (unsigned i = 0; e == OK && i < PROCEEDING_LETTERS; i++) {
		struct str name;
		const char *word = proceeding_letter(&l->proceeding, i, &name);
		e = block_letter(c, conf_find(child, "proceeding"), word, name);
	}
	return e;
}

enum err check_letter_languages(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++) {
		enum err e = block_letters(c, i);
		if (e)
			return e;
	}
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			bool letter = s->verb == VERB_NOTIFY || s->verb == VERB_ADVISE || s->verb == VERB_FORWARD;
			for (unsigned n = 0; letter && n < c->p->language_count; n++) {
				struct str language = c->p->languages[n];
				if (has_letter(c->p, language, s->service))
					continue;
				enum err e = conf_fail(c->why, check_step_at(c, i, k), 3, ERR_NOTFOUND, "there is no letter \"%.*s\" in language %.*s", STR_ARG(s->service),
					STR_ARG(language));
				hint_file(c, language, s->service);
				return e;
			}
		}
	for (unsigned n = 0; c->p->resellers.acknowledge_us && n < c->p->language_count; n++)
		if (!has_letter(c->p, c->p->languages[n], POLICY_ACKNOWLEDGE_LETTER)) {
			enum err e = conf_fail(c->why, conf_find(c->r->resellers_at->child, "acknowledge-within"), 0, ERR_NOTFOUND,
				"there is no letter \"reseller-acknowledge\" in language %.*s to ask resellers with", STR_ARG(c->p->languages[n]));
			hint_file(c, c->p->languages[n], POLICY_ACKNOWLEDGE_LETTER);
			return e;
		}
	for (unsigned n = 0; c->p->significant && n < c->p->language_count; n++)
		if (!has_letter(c->p, c->p->languages[n], POLICY_CHANGED_LETTER)) {
			enum err e = conf_fail(c->why, conf_find(c->r->policy_at->child, "significant"), 0, ERR_NOTFOUND,
				"there is no letter \"policy-changed\" in language %.*s to tell customers with", STR_ARG(c->p->languages[n]));
			hint_file(c, c->p->languages[n], POLICY_CHANGED_LETTER);
			return e;
		}
	for (unsigned n = 0; c->p->tells_reporters && n < c->p->language_count; n++)
		if (!has_letter(c->p, c->p->languages[n], POLICY_STATUS_LETTER)) {
			enum err e = conf_fail(c->why, conf_find(c->r->policy_at->child, "reporter-status"), 0, ERR_NOTFOUND,
				"there is no letter \"reporter-status\" in language %.*s to tell reporters with", STR_ARG(c->p->languages[n]));
			hint_file(c, c->p->languages[n], POLICY_STATUS_LETTER);
			return e;
		}
	for (unsigned i = 0; i < c->p->letter_count; i++) {
		enum err e = translated(c, &c->p->letters[i]);
		if (e)
			return e;
	}
	for (unsigned n = 0; n < c->p->language_count; n++)
		for (unsigned k = 0; k < n; k++)
			if (str_eq(c->p->languages[n], c->p->languages[k]))
				return conf_fail(c->why, conf_find(c->r->policy_at->child, "languages"), n + 1, ERR_EXISTS, "language %.*s is named twice",
					STR_ARG(c->p->languages[n]));
	return OK;
}

/* One letter in each language, for one step. */
static enum err owes(const struct checking *c, struct str name, const struct step *s)
{
	char text[OWED_TEXT_MAX];
	for (unsigned i = 0; i < c->p->letter_count; i++) {
		const struct letter_template *l = &c->p->letters[i];
		unsigned lacks = str_eq(l->name, name) ? owed_lacks(l, owed_by(s), NULL, NULL) : 0;
		if (!lacks)
			continue;
		enum err e = at_letter(c, l, why_set(c->why, ERR_NOTFOUND, "the notice \"%.*s\" lacks %s", STR_ARG(name), owed_text(lacks, text)));
		why_hint(c->why, "write %s", owed_fields(lacks, text));
		return e;
	}
	return OK;
}

/* A notice that lacks what a customer is owed is never sent (engine/fold_letter.c), so it is no letter. */
enum err check_letter_owed(struct checking *c)
{
	enum err e = OK;
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; e == OK && k < c->p->ladders[i].step_count; k++)
			if (c->p->ladders[i].steps[k].verb == VERB_NOTIFY)
				e = owes(c, c->p->ladders[i].steps[k].service, &c->p->ladders[i].steps[k]);
	for (unsigned i = 0; e == OK && i < c->p->letter_count; i++)
		if (owed_tells(c->p->letters[i].name))
			e = owes(c, c->p->letters[i].name, &(struct step){ .verb = VERB_LIMIT });
	return e;
}
