/*
 * What Article 17(3) of Regulation (EU) 2022/2065 asks of a letter beside clause, facts and appeal: how long, where, on which
 * ground, who brought it up, and what part machines had. In the languages of letter_words.c. See letter.h.
 */
#include "engine/letter.h"
#include "engine/reasons.h"

enum { DECIDED_WORDS = DECIDED_BY_PERSON + 1 };

static const struct words {
	const char *language;
	const char *until, *lifted, *good, *where, *everywhere, *ground, *contract, *told, *own, *others, *found, *machine, *people, *decided, *part;
	const char *how[DECIDED_WORDS];
} list[] = {
	{ .language = "en", .until = "Until:", .lifted = "it is lifted", .good = "for good", .where = "Where:", .everywhere = "wherever the service is used",
		.ground = "Ground:", .contract = "the contract, by the clause named here", .told = "Brought up by:", .own = "ourselves", .others = "notices of others", .found = "Found by:",
		.machine = "machines of ours", .people = "people, or machines of others", .decided = "Decided by:", .part = "Your part:",
		.how = { [DECIDED_BY_RULE] = "a machine, by a rule that people wrote", [DECIDED_BY_BOTH] = "a rule that people wrote, and one of our people",
			[DECIDED_BY_PERSON] = "one of our people" } },
	{ .language = "de", .until = "Dauer:", .lifted = "bis zur Aufhebung", .good = "endgültig", .where = "Gebiet:", .everywhere = "überall, wo der Dienst genutzt wird",
		.ground = "Grundlage:", .contract = "der Vertrag, nach der hier genannten Klausel", .told = "Anlass:", .own = "unsere eigene Feststellung", .others = "Meldungen anderer",
		.found = "Erkannt von:", .machine = "unseren Maschinen", .people = "Menschen oder Maschinen anderer", .decided = "Entschieden:", .part = "Ihr Anteil:",
		.how = { [DECIDED_BY_RULE] = "maschinell, nach einer Regel von Menschen", [DECIDED_BY_BOTH] = "nach einer Regel von Menschen und durch einen von uns",
			[DECIDED_BY_PERSON] = "durch einen von uns" } },
};

static void line(struct buf *out, const char *label, struct str text)
{
	size_t width = 0;
	for (const char *p = label; *p; p++)
		width += ((unsigned char)*p & 0xc0) != 0x80;
	buf_printf(out, "%s  %s%*s %.*s", out->len ? "\n" : "", label, width < 14 ? (int)(14 - width) : 0, "", STR_ARG(text));
}

static struct str places(struct arena *a, const struct statement *st, const struct words *w)
{
	struct str s = st->territory_count ? st->territories[0] : str_of(w->everywhere);
	for (unsigned i = 1; i < st->territory_count; i++)
		s = str_format(a, "%.*s, %.*s", STR_ARG(s), STR_ARG(st->territories[i]));
	return s;
}

struct str letter_reasons(struct arena *a, struct str language, const struct casefile *c, const struct statement *st, const struct act *about)
{
	const struct words *w = &list[0];
	struct buf out;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (str_eq(language, str_of(list[i].language)))
			w = &list[i];
	buf_init(&out, LETTER_BYTES_MAX);
	if (about)
		line(&out, w->until, about->verb == VERB_TERMINATE ? str_of(w->good) : about->expires_at == TIME_NONE ? str_of(w->lifted) : letter_time(a, about->expires_at));
	line(&out, w->where, places(a, st, w));
	line(&out, w->ground, st->law.len ? str_format(a, "%.*s: %.*s", STR_ARG(st->law), STR_ARG(st->explains)) : str_of(w->contract));
	line(&out, w->told, str_of(str_eq(reasons_source(c, st), STR("VOLUNTARY")) ? w->own : w->others));
	line(&out, w->found, str_of(st->detected ? w->machine : w->people));
	line(&out, w->decided, str_of(w->how[reasons_decided(c, about)]));
	if (c->role || c->content)
		line(&out, w->part, letter_part(a, language, c));
	struct str text = out.err ? STR_NONE : str_copy(a, buf_str(&out));
	buf_done(&out);
	return text;
}
