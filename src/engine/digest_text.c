/*
 * The lists of a digest, in the languages that letters ship in. See digest.h.
 *
 * A value is one line, and cut off where somebody made it long. Of what is open below a reseller the number, the clause and the times are
 * told, and nothing of its customers: what is erased of them stands in no letter of somebody else.
 */
#include "engine/digest.h"
#include "engine/letter.h"

enum { VALUE_MAX = 300 };

struct words {
	const char *language;
	const char *entry, *asked, *advice, *reply, *link;
	const char *open, *own, *more, *many, *none;
};

static const struct words list[] = {
	{ .language = "en", .entry = "  {case}  {clause_title}\n    Clause:     {clause}\n    Service:    {service}\n    Concerns:   {source}\n    Last seen:  {last}\n"
		"    What:       {because}\n", .asked = "    We ask:     find the cause, end it, and tell us by {deadline}\n", .advice = "    We ask:     nothing; it is advice\n",
		.reply = "    Answer to:  {reply_address}\n", .link = "    On a page:  {link}\n", .open = "  {case}  {clause_title} ({clause})\n    State:      {status}\n"
		"    Since:      {first}\n    Mended by:  {deadline}\n", .own = "    Concerns:   {source}\n", .more = "  and {count} more\n",
		.many = "  and more than {count} others\n", .none = "  nothing\n" },
	{ .language = "de", .entry = "  {case}  {clause_title}\n    Klausel:     {clause}\n    Dienst:      {service}\n    Betrifft:    {source}\n    Zuletzt:     {last}\n"
		"    Was:         {because}\n", .asked = "    Wir bitten:  finden und beheben Sie die Ursache, Antwort bis {deadline}\n",
		.advice = "    Wir bitten:  um nichts, es ist ein Hinweis\n", .reply = "    Antwort an:  {reply_address}\n", .link = "    Auf Seite:   {link}\n",
		.open = "  {case}  {clause_title} ({clause})\n    Stand:       {status}\n    Seit:        {first}\n    Beheben bis: {deadline}\n",
		.own = "    Betrifft:    {source}\n", .more = "  und {count} weitere\n", .many = "  und mehr als {count} weitere\n", .none = "  nichts\n" },
};

static const struct words *words_of(struct str language)
{
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (str_eq(language, str_of(list[i].language)))
			return &list[i];
	return &list[0];
}

/* Not within a letter of UTF-8. */
static struct str bound(struct arena *a, struct str s)
{
	size_t n = s.len < VALUE_MAX ? s.len : VALUE_MAX;
	while (n < s.len && n && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n--;
	return n == s.len ? s : str_format(a, "%.*s...", STR_ARG(str_sub(s, 0, n)));
}

static void put(struct buf *out, struct arena *a, const char *line, const struct letter_field *fields, size_t count)
{
	buf_put(out, letter_fill(a, str_of(line), fields, count, true));
}

void digest_text_entry(struct buf *out, struct arena *a, struct str language, const struct digest_entry *x)
{
	const struct words *w = words_of(language);
	const struct casefile *c = x->c;
	char number[CASE_TEXT_MAX];
	case_text(c->number, number);
	const struct letter_field fields[] = { { "case", str_of(number) }, { "clause", c->clause }, { "clause_title", bound(a, x->title) }, { "service", bound(a, c->service) },
		{ "source", bound(a, c->source_text) }, { "last", letter_time(a, c->last_event_at) }, { "because", bound(a, c->because) },
		{ "deadline", letter_time(a, c->fix_by_at) }, { "reply_address", x->reply_address }, { "link", x->link } };
	const size_t n = sizeof(fields) / sizeof(fields[0]);
	if (out->len)
		buf_putc(out, '\n');
	put(out, a, w->entry, fields, n);
	if (x->advice || c->fix_by_at != TIME_NONE)
		put(out, a, x->advice ? w->advice : w->asked, fields, n);
	put(out, a, w->reply, fields, n);
	if (x->link.len)
		put(out, a, w->link, fields, n);
}

static bool is_listed(const uint64_t *listed, unsigned count, uint64_t number)
{
	for (unsigned i = 0; i < count; i++)
		if (listed[i] == number)
			return true;
	return false;
}

struct str digest_text_open(struct arena *a, struct str language, const struct policy *p, struct str customer, const struct digest_open *open,
	const uint64_t *listed, unsigned listed_count)
{
	const struct words *w = words_of(language);
	unsigned more = open ? open->more : 0;
	struct buf out;
	buf_init(&out, LETTER_BYTES_MAX);
	for (unsigned i = 0; open && i < open->count; i++) {
		const struct casefile *c = &open->cases[i];
		const struct clause *cl = policy_clause(p, c->clause);
		char number[CASE_TEXT_MAX];
		if (is_listed(listed, listed_count, c->number))
			continue;
		case_text(c->number, number);
		const struct letter_field fields[] = { { "case", str_of(number) }, { "clause", c->clause }, { "clause_title", cl ? bound(a, cl->title) : STR_NONE },
			{ "status", letter_state(language, c->state) }, { "first", letter_time(a, c->opened_at) }, { "deadline", letter_time(a, c->fix_by_at) },
			{ "source", bound(a, c->source_text) } };
		put(&out, a, w->open, fields, sizeof(fields) / sizeof(fields[0]));
		if (str_eq(c->customer, customer))
			put(&out, a, w->own, fields, sizeof(fields) / sizeof(fields[0]));
	}
	const struct letter_field count[] = { { "count", str_format(a, "%u", more) } };
	if (more)
		put(&out, a, open->many ? w->many : w->more, count, 1);
	if (!out.len)
		buf_puts(&out, w->none);
	struct str text = out.err ? STR_NONE : str_copy(a, str_sub(buf_str(&out), 0, out.len - 1));
	buf_done(&out);
	return text;
}
