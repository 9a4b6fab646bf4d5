/*
 * Checks of letters. See checks.h.
 */
#include "model/letter.h"
#include "policy/checks.h"

static bool letter_field(struct str name)
{
	for (const char *const *f = letter_field_names; *f; f++)
		if (str_eq(name, str_of(*f)))
			return true;
	return false;
}

enum err check_letter_fields(struct checking *c)
{
	struct str name;
	for (unsigned i = 0; i < c->p->letter_count; i++) {
		const struct letter_template *l = &c->p->letters[i];
		if (!check_unknown_field(l->subject, letter_field, &name) && !check_unknown_field(l->body, letter_field, &name))
			continue;
		enum err e = conf_fail(c->why, c->r->policy_at, 0, ERR_NOTFOUND, "letter %.*s/%.*s uses {%.*s}, which does not exist", STR_ARG(l->language),
			STR_ARG(l->name), STR_ARG(name));
		const char *near = conf_nearest(name, letter_field_names);
		if (near)
			why_hint(c->why, "did you mean {%s}?", near);
		return e;
	}
	return OK;
}

static bool has_letter(const struct policy *p, struct str language, struct str name)
{
	const struct letter_template *l = policy_letter(p, language, name);
	return l && str_eq(l->language, language);
}

enum err check_letter_languages(struct checking *c)
{
	for (unsigned i = 0; i < c->p->ladder_count; i++)
		for (unsigned k = 0; k < c->p->ladders[i].step_count; k++) {
			const struct step *s = &c->p->ladders[i].steps[k];
			bool letter = s->verb == VERB_NOTIFY || s->verb == VERB_ADVISE;
			for (unsigned n = 0; letter && n < c->p->language_count; n++) {
				struct str language = c->p->languages[n];
				if (has_letter(c->p, language, s->service))
					continue;
				enum err e = conf_fail(c->why, check_step_at(c, i, k), 3, ERR_NOTFOUND, "there is no letter \"%.*s\" in language %.*s", STR_ARG(s->service),
					STR_ARG(language));
				why_hint(c->why, "it would be the file %.*s/%.*s/%.*s.txt", STR_ARG(c->r->letters_dir), STR_ARG(language), STR_ARG(s->service));
				return e;
			}
		}
	return OK;
}
