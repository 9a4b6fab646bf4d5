/*
 * The words that a letter's fields bring along, in the languages that letters ship in. See letter.h.
 *
 * A language that is not here has the words of English. What an operator names (a kind of service, a reason, the sentence of a
 * rule) stays as it was written. Of reporters a letter tells how many they were, never who.
 */
#include "engine/letter.h"

enum { INCIDENTS_TOLD = 10 };

struct words {
	const char *language;
	const char *verbs[VERB_TERMINATE + 1];
	const char *all, *offending, *none, *answer;
	const char *report[2], *incident[2], *reporter[2];      /* one, several */
	const char *whole, *each, *latest;
	const char *states[CASE_TERMINATED + 1];
	const char *presumed, *parts[PART_SHOWN + 1], *decisions[DECISION_WITHDRAWN + 1];
};

static const struct words list[] = {
	{ .language = "en", .verbs = { [VERB_END] = "end what runs of {service}", [VERB_LIMIT] = "limit {service}", [VERB_SUSPEND] = "suspend {service}",
			[VERB_TERMINATE] = "terminate {service}" },
		.all = "all services", .offending = "the service in question", .none = "none", .answer = "reply to this letter", .report = { "report", "reports" },
		.incident = { "incident", "incidents" }, .reporter = { "reporter", "reporters" }, .whole = "  {reports} of {incidents}, first {first}, last {last}\n",
		.each = "  {first} to {last}: {reports} by {reporters}\n", .latest = "  The latest of them:\n",
		.states = { [CASE_REVIEW] = "before one of our people", [CASE_OPEN] = "open", [CASE_PAUSED] = "paused until we have read your answer",
			[CASE_RESOLVED] = "settled", [CASE_MERGED] = "joined with another case", [CASE_TERMINATED] = "ended with the contract" },
		.presumed = "by the reports: {part}", .parts = { [PART_UNTOLD] = "the reports do not tell", [PART_HELPER] = "others act, and what you offer helps them",
			[PART_ACTOR] = "you acted yourself", [PART_STORED] = "the content is stored with you", [PART_SENT] = "you sent the content",
			[PART_SHOWN] = "you show the content" },
		.decisions = { [DECISION_TRANSFER] = "the name is transferred to the complainant", [DECISION_CANCEL] = "the name is cancelled",
			[DECISION_SUSPEND] = "the name is suspended", [DECISION_DENIED] = "the complaint was denied", [DECISION_WITHDRAWN] = "the complaint was withdrawn or dismissed" } },
	{ .language = "de", .verbs = { [VERB_END] = "Trennung: {service}", [VERB_LIMIT] = "Einschränkung: {service}", [VERB_SUSPEND] = "Sperre: {service}",
			[VERB_TERMINATE] = "Kündigung: {service}" },
		.all = "alle Dienste", .offending = "der betroffene Dienst", .none = "keiner", .answer = "Antwort auf dieses Schreiben",
		.report = { "Meldung", "Meldungen" }, .incident = { "Vorfall", "Vorfällen" }, .reporter = { "Stelle", "Stellen" },
		.whole = "  {reports} zu {incidents}, erstmals {first}, zuletzt {last}\n", .each = "  {first} bis {last}: {reports} von {reporters}\n",
		.latest = "  Die letzten davon:\n",
		.states = { [CASE_REVIEW] = "in Prüfung", [CASE_OPEN] = "offen", [CASE_PAUSED] = "angehalten, bis wir Ihre Antwort gelesen haben",
			[CASE_RESOLVED] = "erledigt", [CASE_MERGED] = "mit einem anderen Fall vereint", [CASE_TERMINATED] = "mit dem Vertrag beendet" },
		.presumed = "nach den Meldungen: {part}", .parts = { [PART_UNTOLD] = "aus den Meldungen nicht zu erkennen",
			[PART_HELPER] = "andere handeln, und was Sie anbieten, hilft ihnen", [PART_ACTOR] = "Sie haben selbst gehandelt",
			[PART_STORED] = "der Inhalt liegt bei Ihnen", [PART_SENT] = "Sie haben den Inhalt versandt", [PART_SHOWN] = "Sie zeigen den Inhalt" },
		.decisions = { [DECISION_TRANSFER] = "der Name wird auf den Beschwerdeführer übertragen", [DECISION_CANCEL] = "der Name wird gelöscht",
			[DECISION_SUSPEND] = "der Name wird gesperrt", [DECISION_DENIED] = "die Beschwerde wurde abgewiesen",
			[DECISION_WITHDRAWN] = "die Beschwerde wurde zurückgenommen oder eingestellt" } },
};

static const struct words *words_of(struct str language)
{
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (str_eq(language, str_of(list[i].language)))
			return &list[i];
	return &list[0];
}

static struct str counted(struct arena *a, uint64_t n, const char *const words[2])
{
	return str_format(a, "%llu %s", (unsigned long long)n, words[n != 1]);
}

struct str letter_service(struct str language, struct str service)
{
	const struct words *w = words_of(language);
	return str_eq(service, STR("all")) ? str_of(w->all) : str_eq(service, STR("offending")) ? str_of(w->offending) : service;
}

struct str letter_step(struct arena *a, struct str language, const struct step *s)
{
	const struct words *w = words_of(language);
	if (!s)
		return str_of(w->none);
	const struct letter_field fields[] = { { "service", letter_service(language, s->service) } };
	return letter_fill(a, str_of(w->verbs[s->verb]), fields, 1, true);
}

struct str letter_evidence(struct arena *a, struct str language, const struct casefile *c)
{
	const struct words *w = words_of(language);
	const struct letter_field whole[] = { { "reports", counted(a, c->report_count, w->report) }, { "incidents", counted(a, c->incident_count, w->incident) },
		{ "first", letter_time(a, c->first_event_at) }, { "last", letter_time(a, c->last_event_at) } };
	struct buf out;
	buf_init(&out, LETTER_BYTES_MAX);
	buf_put(&out, letter_fill(a, str_of(w->whole), whole, sizeof(whole) / sizeof(whole[0]), false));
	unsigned skip = c->recent_count > INCIDENTS_TOLD ? c->recent_count - INCIDENTS_TOLD : 0;
	if (skip)
		buf_puts(&out, w->latest);
	for (unsigned i = skip; i < c->recent_count; i++) {
		const struct incident *x = &c->recent[i];
		const struct letter_field each[] = { { "first", letter_time(a, x->first_at) }, { "last", letter_time(a, x->last_at) },
			{ "reports", counted(a, x->reports, w->report) }, { "reporters", counted(a, x->witness_count, w->reporter) } };
		buf_put(&out, letter_fill(a, str_of(w->each), each, sizeof(each) / sizeof(each[0]), false));
	}
	struct str text = out.err ? STR_NONE : str_copy(a, str_sub(buf_str(&out), 0, out.len ? out.len - 1 : 0));
	buf_done(&out);
	return text;
}

struct str letter_state(struct str language, enum case_state state)
{
	return str_of(words_of(language)->states[state]);
}

static struct str one_part(struct arena *a, const struct words *w, enum part p, struct str said_by)
{
	const struct letter_field fields[] = { { "part", str_of(w->parts[p]) } };
	return said_by.len ? str_of(w->parts[p]) : letter_fill(a, str_of(w->presumed), fields, 1, true);
}

struct str letter_part(struct arena *a, struct str language, const struct casefile *c)
{
	const struct words *w = words_of(language);
	if (!c->role && !c->content)
		return str_of(w->parts[PART_UNTOLD]);
	if (!c->role || !c->content)
		return one_part(a, w, c->role ? c->role : c->content, c->role ? c->role_by : c->content_by);
	return str_format(a, "%.*s; %.*s", STR_ARG(one_part(a, w, c->role, c->role_by)), STR_ARG(one_part(a, w, c->content, c->content_by)));
}

struct str letter_decision(struct str language, enum decision d)
{
	return d ? str_of(words_of(language)->decisions[d]) : STR_NONE;
}

struct str letter_how(struct str language)
{
	return str_of(words_of(language)->answer);
}
