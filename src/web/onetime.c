/*
 * Pages of one-time links. See onetime.h.
 *
 * What is put into a page goes through put() alone, which escapes it. A page names the case and what can be done, nothing else of the
 * letter. Hostile input gets a page that says nothing of it.
 */
#include "web/onetime.h"

#include "base/clock.h"
#include "base/json.h"
#include "model/onetime.h"
#include "web/call.h"

enum { RESULTS = 4, PAGE_BYTES = 32 << 10, FORM_BYTES_MAX = 3 * CASE_NOTE_MAX + 256, COMMAND_BYTES = 8 * CASE_NOTE_MAX };

static const struct route asked = { "POST", ONETIME_PATH "{token}", "useLink", 0, "what a one-time link opens", NULL, NULL, "onetime", false, NULL, NULL };

/* Of those that engine/forward_answer.c knows, one for each meaning. */
static const char *const results[RESULTS] = { "fixed", "not-ours", "disputed", "needs-more" };

static const struct words {
	const char *language;
	const char *title[ONETIME_PURPOSES], *told[ONETIME_PURPOSES], *results[RESULTS], *once, *send;
	const char *done, *done_told, *gone, *gone_told, *bad, *bad_told, *closed, *closed_told, *later, *later_told;
} words[] = {
	{ "en", { "Answer us", "Tell us that it is mended", "Appeal against our decision", "Acknowledge the complaint", "Tell us the result" },
		{ "Tell us what you found and what you changed. A person reads it; the clock of the case stands until then.",
			"Tell us what you did. The clock of the case stands while we look whether it happens again.",
			"Tell us why you think that we are wrong. Somebody who did not take part in the decision will look at it.",
			"You have the complaint and will deal with it; the deadline stays. You may add a word.",
			"What became of the complaint? You may add a word. What is not dealt with is read by a person." },
		{ "It is dealt with and will not happen again", "It is not a customer of ours", "It did not happen, or is no violation",
			"We cannot find it from what we were told" },
		"This page works once, until", "Send", "Thank you", "It has arrived and stands in the case.", "There is nothing here",
		"The link is unknown, was used before, or has expired. You can still reply to our letter by mail.", "This could not be read",
		"Write a text of at most 8000 letters, or reply to our letter by mail.", "This can no longer be done here",
		"The case has gone on meanwhile. Please reply to our letter by mail.", "Please try again later", "We cannot take it at this moment." },
	{ "de", { "Antworten Sie uns", "Sagen Sie uns, dass es behoben ist", "Widerspruch gegen unsere Entscheidung", "Bestätigen Sie die Beschwerde",
			"Nennen Sie uns das Ergebnis" },
		{ "Sagen Sie uns, was Sie gefunden und was Sie geändert haben. Ein Mensch liest es; bis dahin steht die Frist des Falls.",
			"Sagen Sie uns, was Sie getan haben. Die Frist des Falls steht, während wir schauen, ob es wieder geschieht.",
			"Sagen Sie uns, warum wir uns irren. Darüber entscheidet jemand, der an der Entscheidung nicht beteiligt war.",
			"Sie haben die Beschwerde und kümmern sich darum; die Frist bleibt. Sie können etwas hinzufügen.",
			"Was ist aus der Beschwerde geworden? Sie können etwas hinzufügen. Was nicht erledigt ist, liest ein Mensch." },
		{ "Es ist erledigt und geschieht nicht wieder", "Es ist kein Kunde von uns", "Es ist nicht geschehen oder kein Verstoß",
			"Wir finden es mit dem nicht, was uns gesagt wurde" },
		"Diese Seite gilt einmal, bis", "Absenden", "Danke", "Es ist angekommen und steht im Fall.", "Hier ist nichts",
		"Der Verweis ist unbekannt, schon benutzt oder abgelaufen. Sie können weiterhin per Mail auf unser Schreiben antworten.",
		"Das ließ sich nicht lesen", "Schreiben Sie einen Text von höchstens 8000 Zeichen, oder antworten Sie per Mail auf unser Schreiben.",
		"Das geht hier nicht mehr", "Der Fall ist inzwischen weitergegangen. Bitte antworten Sie per Mail auf unser Schreiben.",
		"Bitte versuchen Sie es später noch einmal", "Wir können es gerade nicht annehmen." },
};

enum { LANGUAGES = sizeof(words) / sizeof(words[0]) };

/* Markup of ours, with the text in place of its '%', escaped for content and for quoted attributes alike. */
static void put(struct buf *b, const char *markup, struct str text)
{
	for (; *markup; markup++) {
		if (*markup != '%') {
			buf_putc(b, *markup);
			continue;
		}
		for (size_t i = 0; i < text.len; i++)
			switch (text.ptr[i]) {
			case '&': buf_puts(b, "&amp;"); break;
			case '<': buf_puts(b, "&lt;"); break;
			case '>': buf_puts(b, "&gt;"); break;
			case '"': buf_puts(b, "&quot;"); break;
			case '\'': buf_puts(b, "&#39;"); break;
			default: buf_putc(b, text.ptr[i]);
			}
	}
}

static void begin(struct buf *b, struct str language, struct str title)
{
	buf_init(b, PAGE_BYTES);
	put(b, "<!DOCTYPE html>\n<html lang=\"%\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n", language);
	put(b, "<meta name=\"robots\" content=\"noindex\">\n<title>%</title>\n</head>\n<body>\n", title);
}

static void end(struct buf *b, struct arena *a, unsigned status, struct web_answer *x)
{
	put(b, "</body>\n</html>\n", STR_NONE);
	x->status = status;
	x->type = "text/html; charset=utf-8";
	x->body = str_copy(a, buf_str(b));
	buf_done(b);
}

static const struct words *words_of(struct str language)
{
	for (int i = 0; i < LANGUAGES; i++)
		if (str_eq(language, str_of(words[i].language)))
			return &words[i];
	return &words[0];
}

/* In every language: whose link it was is not told, or not known. */
#define SAY_ALL(x, a, status, what) say_all((x), (a), (status), offsetof(struct words, what), offsetof(struct words, what##_told))

static void say_all(struct web_answer *x, struct arena *a, unsigned status, size_t title_at, size_t told_at)
{
	struct buf b;
	for (int i = 0; i < LANGUAGES; i++) {
		const char *const *title = (const void *)((const char *)&words[i] + title_at), *const *told = (const void *)((const char *)&words[i] + told_at);
		struct str language = str_of(words[i].language);
		if (!i)
			begin(&b, language, str_of(*title));
		put(&b, "<div lang=\"%\">\n", language);
		put(&b, "<h1>%</h1>\n", str_of(*title));
		put(&b, "<p>%</p>\n</div>\n", str_of(*told));
	}
	end(&b, a, status, x);
}

/* Who passes on nothing but a word need not write a text. */
static void fields(struct buf *b, const struct words *w, const struct onetime *o)
{
	for (int i = 0; o->purpose == ONETIME_RESULT && i < RESULTS; i++) {
		put(b, "<p><label><input type=\"radio\" name=\"result\" value=\"%\" required>", str_of(results[i]));
		put(b, " %</label></p>\n", str_of(w->results[i]));
	}
	put(b, "<p><textarea name=\"text\" rows=\"12\" cols=\"70\" maxlength=\"8000\"% aria-labelledby=\"told\"></textarea></p>\n",
		onetime_is_resellers(o) ? STR_NONE : STR(" required"));
}

static void form(struct web_answer *x, struct arena *a, const struct onetime *o)
{
	const struct words *w = words_of(o->language);
	char number[CASE_TEXT_MAX];
	struct buf b;
	case_text(o->number, number);
	begin(&b, str_of(w->language), str_of(w->title[o->purpose]));
	put(&b, "<h1>%", str_of(w->title[o->purpose]));
	put(&b, " (%)</h1>\n", str_of(number));
	put(&b, "<p>%</p>\n<form method=\"post\" accept-charset=\"utf-8\">\n", str_of(w->told[o->purpose]));
	fields(&b, w, o);
	put(&b, "<p><button>%</button></p>\n</form>\n", str_of(w->send));
	put(&b, "<p id=\"told\">% ", str_of(w->once));
	put(&b, "%.</p>\n", time_str(a, o->expires_at - o->expires_at % SECOND_US));
	end(&b, a, 200, x);
}

bool onetime_is(struct str path)
{
	return str_starts(path, STR(ONETIME_PATH));
}

bool onetime_asked(const struct route *route)
{
	return route == &asked;
}

static enum err decode(struct arena *a, struct str coded, struct str *ret_text)
{
	struct str text;
	enum err e = str_unpercent(a, coded, true, &text);
	if (e)
		return e;
	text = str_trim(text);
	if (str_chr(text, '\0') != SIZE_MAX || !str_utf8_valid(text))
		return ERR_SYNTAX;
	if (!text.len)
		return ERR_NOTFOUND;
	if (text.len > CASE_NOTE_MAX)
		return ERR_LIMIT;
	*ret_text = text;
	return OK;
}

enum err onetime_form(struct arena *a, struct str body, struct str name, struct str *ret_text)
{
	struct str rest = body, pair;
	if (body.len > FORM_BYTES_MAX)
		return ERR_LIMIT;
	while (str_split(&rest, '&', &pair)) {
		struct str member;
		if (str_split(&pair, '=', &member) && str_eq(member, name))
			return decode(a, pair, ret_text);
	}
	return ERR_NOTFOUND;
}

static struct str compose(struct arena *a, struct str token, struct str result, struct str text)
{
	struct buf b;
	struct jsonw w;
	buf_init(&b, COMMAND_BYTES);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "op", str_of(asked.op));
	jsonw_str(&w, "token", token);
	jsonw_str(&w, "result", result);
	jsonw_str(&w, "text", text);
	jsonw_end(&w, '}');
	struct str command = b.err ? STR_NONE : str_copy(a, buf_str(&b));
	buf_done(&b);
	return command;
}

static bool is_result(struct str word)
{
	for (int i = 0; i < RESULTS; i++)
		if (str_eq(word, str_of(results[i])))
			return true;
	return false;
}

static void post(struct http_request *r, struct str token, const struct onetime *o, struct web_answer *x)
{
	struct str text = STR_NONE, result = STR_NONE;
	bool is_form = str_starts_fold(http_header(r, "content-type"), STR("application/x-www-form-urlencoded"));
	enum err e = is_form ? onetime_form(r->arena, r->body, STR("text"), &text) : ERR_SYNTAX;
	if (e == ERR_NOTFOUND && onetime_is_resellers(o))
		e = OK;
	if (e == OK && o->purpose == ONETIME_RESULT)
		e = onetime_form(r->arena, r->body, STR("result"), &result);
	if (e == OK && o->purpose == ONETIME_RESULT && !is_result(result))
		e = ERR_RANGE;
	x->command = e ? STR_NONE : compose(r->arena, token, result, text);
	x->proof = STR("{\"link\":true}");
	x->route = &asked;
	if (!x->command.len)
		SAY_ALL(x, r->arena, 400, bad);
}

void onetime_take(struct web *web, struct http_request *r, struct web_answer *ret_answer)
{
	struct onetime o = { 0 };
	struct why why = { .line = 0 };
	struct str token = str_sub(r->path, sizeof(ONETIME_PATH) - 1, r->path.len);
	bool posts = str_eq(r->method, STR("POST"));
	*ret_answer = (struct web_answer){ .retry_after_s = limit_take(&web->page_limits, limit_neighbour(r), clock_monotonic_us()) };
	if (ret_answer->retry_after_s) {
		SAY_ALL(ret_answer, r->arena, 429, later);
		return;
	}
	if (!posts && !str_eq(r->method, STR("GET")) && !str_eq(r->method, STR("HEAD"))) {
		SAY_ALL(ret_answer, r->arena, 405, bad);
		return;
	}
	enum err e = view_onetime(&web->source, r->arena, token, clock_wall_at(), &o, &why);
	if (e == ERR_NOTFOUND)
		SAY_ALL(ret_answer, r->arena, 404, gone);
	else if (e)
		onetime_refuse(r->arena, ret_answer);
	else if (posts)
		post(r, token, &o, ret_answer);
	else
		form(ret_answer, r->arena, &o);
}

void onetime_refuse(struct arena *a, struct web_answer *ret_answer)
{
	SAY_ALL(ret_answer, a, 503, later);
}

void onetime_told(struct arena *a, struct str reply, struct web_answer *ret_answer)
{
	unsigned status = web_told(&asked, a, reply);
	if (status == 200)
		SAY_ALL(ret_answer, a, 200, done);
	else if (status == 404)
		SAY_ALL(ret_answer, a, 404, gone);
	else if (status == 503)
		SAY_ALL(ret_answer, a, 503, later);
	else
		SAY_ALL(ret_answer, a, status == 409 ? 409 : 400, closed);
}
