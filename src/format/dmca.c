/*
 * Elements of copyright notices. See dmca.h. Labelled lines ("Signature: ...") tell most; phrases of the statute the rest.
 */
#include "format/dmca.h"
#include "format/label.h"

enum { ELEMENTS_MAX = 6, NEAR = 600, NAME_LINE_MAX = 80 };
enum state { ABSENT, UNCLEAR, PRESENT };

static const char *const states[] = { "absent", "unclear", "present" };

struct element {
	const char *name;
	enum state state;
	size_t from, to;
};

struct reading {
	struct str text;
	const struct legal_found *f;
	struct element list[ELEMENTS_MAX];
	unsigned count;
};

/* A line that is quoted was written by somebody else, perhaps about something else. */
static bool quoted(struct str text, size_t at)
{
	while (at && text.ptr[at - 1] != '\n')
		at--;
	while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
		at++;
	return at < text.len && text.ptr[at] == '>';
}

/* The better of what is known and this. */
static void better(struct reading *r, struct element *e, enum state state, size_t from, size_t to)
{
	if (state == PRESENT && quoted(r->text, from))
		state = UNCLEAR;
	if (state > e->state)
		*e = (struct element){ e->name, state, from, to };
}

static struct element *begin(struct reading *r, const char *name)
{
	struct element *e = &r->list[r->count++];
	*e = (struct element){ .name = name };
	return e;
}

/* Labelled lines with a value; needle: what the value has to hold for it to count, or NULL. */
static void by_label(struct reading *r, struct element *e, const char *names, enum state state, const char *needle)
{
	struct label l;
	for (size_t at = 0; label_next(r->text, &at, &l);) {
		size_t from = (size_t)(l.name.ptr - r->text.ptr);
		bool holds = l.value.len && (!needle || str_find_fold(l.value, str_of(needle)) != SIZE_MAX);
		if (holds && label_is(l.name, names))
			better(r, e, state, from, from + (size_t)(l.value.ptr + l.value.len - l.name.ptr));
	}
}

static void by_phrase(struct reading *r, struct element *e, enum legal what, enum state state)
{
	const struct legal_place *p = &r->f->at[what];
	if (p->to)
		better(r, e, state, p->from, p->to);
}

/* Both are said, and not far from each other: that is the statement. One alone may be anything. */
static void by_two(struct reading *r, struct element *e, enum legal one, enum legal two)
{
	const struct legal_place *a = &r->f->at[one], *b = &r->f->at[two];
	size_t from = a->from < b->from ? a->from : b->from, to = a->to > b->to ? a->to : b->to;
	if (a->to && b->to && to - from <= NEAR)
		better(r, e, PRESENT, from, to);
	by_phrase(r, e, one, UNCLEAR);
}

static void read_signature(struct reading *r, const char *name)
{
	struct element *e = begin(r, name);
	const struct legal_place *closing = &r->f->at[LEGAL_CLOSING];
	by_label(r, e, "signature|electronic signature|digital signature|signed|signed by|*signature of*", PRESENT, NULL);
	by_phrase(r, e, LEGAL_SIGNED, PRESENT);
	struct str rest = str_sub(r->text, closing->to, r->text.len), line;
	size_t end = closing->to;
	/* a name below the closing words may be meant as one */
	for (unsigned i = 0; closing->to && i < 4 && str_next_line(&rest, &line); i++) {
		struct str plain = str_trim(line);
		end = (size_t)(line.ptr + line.len - r->text.ptr);
		if (i && plain.len > 2 && plain.len <= NAME_LINE_MAX)
			better(r, e, UNCLEAR, closing->from, end);
	}
}

static void read_contact(struct reading *r, const char *name)
{
	struct element *e = begin(r, name);
	by_label(r, e, "phone|telephone|tel|tel.|phone number|telephone number|mobile|address|postal address|mailing address|street address|contact address", PRESENT, NULL);
	by_label(r, e, "email|e-mail|mail|email address|e-mail address|contact email", PRESENT, "@");
	size_t at = str_chr(r->text, '@');
	if (at != SIZE_MAX)
		better(r, e, UNCLEAR, at, at + 1);
}

/* Links: under a label or behind words that say what they are; any other may be something else. */
static void read_material(struct reading *r, const char *name)
{
	struct element *e = begin(r, name);
	static const char *const schemes[] = { "http", "hxxp", "ftp://" };
	by_label(r, e, "*infring*url*|*infring*link*|url|urls|location|location of*|*infringing material*|*infringing content*|removed url*|*url of*", PRESENT, "://");
	by_label(r, e, "*ip address", PRESENT, ".");
	const struct legal_place *p = &r->f->at[LEGAL_MATERIAL];
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t behind = p->to ? str_find_fold(str_sub(r->text, p->to, NEAR), str_of(schemes[i])) : SIZE_MAX;
		size_t any = str_find_fold(r->text, str_of(schemes[i]));
		if (behind != SIZE_MAX)
			better(r, e, PRESENT, p->from, p->to + behind + strlen(schemes[i]));
		if (any != SIZE_MAX)
			better(r, e, UNCLEAR, any, any + strlen(schemes[i]));
	}
	by_phrase(r, e, LEGAL_MATERIAL, UNCLEAR);
}

static void read_notice(struct reading *r)
{
	read_signature(r, "dmca-signature");
	struct element *work = begin(r, "dmca-work");
	by_label(r, work, "*copyrighted work*|*original work*|infringed work|work|works|title|titles|name of work|work title|*protected work*", PRESENT, NULL);
	by_phrase(r, work, LEGAL_WORK, UNCLEAR);
	read_material(r, "dmca-material");
	read_contact(r, "dmca-contact");
	by_two(r, begin(r, "dmca-good-faith"), LEGAL_GOOD_FAITH, LEGAL_NOT_AUTHORIZED);
	/* the statute wants both, and authority under penalty of perjury */
	struct element *accuracy = begin(r, "dmca-accuracy");
	by_two(r, accuracy, LEGAL_PERJURY, LEGAL_ACCURATE);
	by_phrase(r, accuracy, LEGAL_ACCURATE, UNCLEAR);
	if (accuracy->state == PRESENT && !legal_says(r->f, LEGAL_AUTHORITY))
		accuracy->state = UNCLEAR;
}

static void read_counter(struct reading *r)
{
	read_signature(r, "dmca-counter-signature");
	read_material(r, "dmca-counter-material");
	struct element *mistake = begin(r, "dmca-counter-mistake");
	by_two(r, mistake, LEGAL_MISTAKE, LEGAL_PERJURY);
	by_phrase(r, mistake, LEGAL_GOOD_FAITH, UNCLEAR);
	read_contact(r, "dmca-counter-contact");
	by_two(r, begin(r, "dmca-counter-consent"), LEGAL_CONSENT, LEGAL_SERVICE);
}

void dmca_tell(struct decode *d, unsigned first, struct str text, const struct legal_found *f, bool counter, struct str part, size_t base)
{
	struct reading r = { .text = str_sub(text, 0, LEGAL_BYTES_MAX), .f = f };
	if (counter)
		read_counter(&r);
	else
		read_notice(&r);
	for (unsigned i = first; i < d->count; i++)
		for (unsigned k = 0; k < r.count; k++) {
			const struct element *e = &r.list[k];
			decode_fact(d, &d->observations[i], str_of(e->name), str_of(states[e->state]),
				(struct span){ part, (uint32_t)(base + e->from), (uint32_t)(base + e->to) }, CERTAINTY_GUESSED);
		}
}
