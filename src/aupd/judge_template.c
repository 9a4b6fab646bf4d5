/*
 * The letters of a version as they are written, and as they read: filled for a case that is made up. See judge_command.h.
 */
#include "aupd/judge_draft.h"
#include "engine/letter.h"

enum { TEMPLATE_BYTES_MAX = 64 << 20, FIELDS_MAX = 64 };

/* What the names in braces become; a name that is not here stands as itself. */
static const struct { const char *name, *value; } samples[] = {
	{ "case", "C-4711" }, { "customer", "acme" }, { "clause", "email.unsolicited" }, { "clause_title", "Unsolicited mail" }, { "clause_text", "(the paragraph of the clause)" },
	{ "policy_version", "2026-03-01" }, { "because", "unsolicited mail left 192.0.2.17, 4 reports by different people" }, { "evidence", "(what was reported, line by line)" },
	{ "first", "2026-03-02T10:00:00Z" }, { "last", "2026-03-02T11:30:00Z" }, { "count", "4" }, { "source", "192.0.2.17" }, { "next_step", "mail is limited" },
	{ "next_at", "2026-03-04T12:00:00Z" }, { "deadline", "2026-03-04T12:00:00Z" }, { "appeal_until", "2026-04-01T12:00:00Z" }, { "service", "mail" },
	{ "reply_address", "abuse+token@example.net" }, { "reseller", "hostland" }, { "receipt", "0123456789abcdef0123456789abcdef" }, { "text", "(the words of a person)" },
};

static size_t fill_samples(const struct fold *f, struct letter_field *fields)
{
	size_t n = 0;
	for (; letter_field_names[n] && n < FIELDS_MAX; n++) {
		fields[n] = (struct letter_field){ letter_field_names[n], STR_NONE };
		for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
			if (strcmp(samples[i].name, letter_field_names[n]) == 0)
				fields[n].value = str_of(samples[i].value);
		if (strcmp(letter_field_names[n], "provider") == 0)
			fields[n].value = f->provider;
		if (strcmp(letter_field_names[n], "contact") == 0)
			fields[n].value = f->contact;
	}
	return n;
}

/* Without fields its name alone: all of them are much to read. */
static void put_letter(struct commanding *c, struct arena *a, const struct letter_template *l, const struct letter_field *fields, size_t n)
{
	jsonw_object(c->w, NULL);
	jsonw_str(c->w, "language", l->language);
	jsonw_str(c->w, "name", l->name);
	if (!n) {
		jsonw_end(c->w, '}');
		return;
	}
	jsonw_str(c->w, "subject", l->subject);
	jsonw_str(c->w, "body", l->body);
	jsonw_str(c->w, "preview_subject", letter_fill(a, l->subject, fields, n, true));
	jsonw_str(c->w, "preview_body", letter_fill(a, l->body, fields, n, false));
	jsonw_end(c->w, '}');
}

enum err cmd_policy_letters(struct commanding *c)
{
	const struct fold *f = &c->j->fold;
	struct str version = command_arg(c, "version"), name = command_arg(c, "name");
	const struct policy *p = version.len ? fold_policy(f, version) : fold_policy_at(f, f->now);
	struct letter_field fields[FIELDS_MAX];
	struct arena *a = arena_new("letters", TEMPLATE_BYTES_MAX);
	if (!p || !a) {
		arena_free(a);
		return why_set(c->why, p ? ERR_NOMEM : ERR_NOTFOUND, p ? "no memory for letters" : "there is no such version that was posted");
	}
	size_t n = fill_samples(f, fields);
	/* what is not made up stands as its name */
	for (size_t i = 0; i < n; i++)
		if (!fields[i].value.len)
			fields[i].value = str_format(a, "(%s)", fields[i].name);
	jsonw_str(c->w, "version", p->version);
	jsonw_array(c->w, "letters");
	for (unsigned i = 0; i < p->letter_count; i++)
		if (!name.len || str_eq(p->letters[i].name, name))
			put_letter(c, a, &p->letters[i], fields, name.len ? n : 0);
	jsonw_end(c->w, ']');
	arena_free(a);
	return OK;
}
