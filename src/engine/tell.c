/*
 * A case in words, for pages. See tell.h.
 *
 * The caller has looked whether it may be seen. Texts go out as they are, for whoever shows them to escape.
 */
#include "engine/tell.h"

#include "cases/case.h"
#include "engine/delivery.h"
#include "engine/letter.h"

/* A line of dashes under a line makes that one a heading, "- " begins an item, and a line without text ends what was begun. */
enum line { LINE_NONE, LINE_RULE, LINE_ITEM, LINE_TEXT };

static enum line line_of(struct str line)
{
	size_t dashes = 0;
	while (dashes < line.len && line.ptr[dashes] == '-')
		dashes++;
	if (!line.len)
		return LINE_NONE;
	if (dashes == line.len && dashes > 2)
		return LINE_RULE;
	return str_starts(line, STR("- ")) ? LINE_ITEM : LINE_TEXT;
}

struct blocks {
	struct arena *a;
	struct jsonw *w;
	struct str text;        /* what has been read of a block of text or of an item */
	bool in_items;
};

static void put_text(struct blocks *b, const char *name)
{
	if (b->text.len && b->in_items)
		jsonw_str(b->w, NULL, b->text);
	else if (b->text.len) {
		jsonw_object(b->w, NULL);
		jsonw_str(b->w, name, b->text);
		jsonw_end(b->w, '}');
	}
	b->text = STR_NONE;
}

static void end_block(struct blocks *b)
{
	put_text(b, "text");
	if (b->in_items) {
		jsonw_end(b->w, ']');
		jsonw_end(b->w, '}');
	}
	b->in_items = false;
}

static void begin_item(struct blocks *b)
{
	put_text(b, "text");
	if (!b->in_items) {
		jsonw_object(b->w, NULL);
		jsonw_array(b->w, "items");
	}
	b->in_items = true;
}

void tell_blocks(struct arena *a, struct jsonw *w, const char *name, struct str text)
{
	struct blocks b = { .a = a, .w = w };
	struct str rest = text, line;
	jsonw_array(w, name);
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		enum line is = line_of(line);
		if (is == LINE_NONE)
			end_block(&b);
		else if (is == LINE_RULE && !b.in_items)
			put_text(&b, "head");
		else if (is == LINE_ITEM) {
			begin_item(&b);
			b.text = str_sub(line, 2, line.len);
		} else
			b.text = b.text.len ? str_format(a, "%.*s %.*s", STR_ARG(b.text), STR_ARG(line)) : line;
	}
	end_block(&b);
	jsonw_end(w, ']');
}

static void put_lines(struct jsonw *w, const char *name, struct str text)
{
	struct str rest = text, line;
	jsonw_array(w, name);
	while (str_next_line(&rest, &line))
		if (str_trim(line).len)
			jsonw_str(w, NULL, str_trim(line));
	jsonw_end(w, ']');
}

/* The restriction that the statement of reasons is about: the one that was decided last. */
static enum err restriction(struct fold *f, const struct casefile *c, struct act *act, bool *ret_found, struct why *why)
{
	struct row row;
	enum err e = OK;
	*ret_found = false;
	for (unsigned i = c->act_count; e == OK && i > 0 && !*ret_found; i--) {
		struct act x = { 0 };
		e = work_load(f->work, TABLE_ACT, c->acts[i - 1], act_fields, &x, &row, why);
		if (e == OK && x.verb >= VERB_LIMIT && x.desired && x.state == ACT_DONE_) {
			*act = x;
			*ret_found = true;
		}
		e = e == ERR_NOTFOUND ? OK : e;
	}
	return e;
}

static void put_help(struct fold *f, const struct policy *p, const struct casefile *c, struct str language, struct jsonw *w)
{
	struct arena *a = work_arena(f->work);
	const struct letter_template *t = policy_letter(p, language, str_format(a, "help-%.*s", STR_ARG(c->group)));
	const struct letter_field fields[] = { { "service", c->service }, { "source", c->source_text }, { "provider", f->provider }, { "contact", f->contact } };
	if (!t)
		t = policy_letter(p, language, STR("help-other"));
	if (!t)
		return;
	jsonw_str(w, "help_title", letter_fill(a, t->subject, fields, sizeof(fields) / sizeof(fields[0]), true));
	tell_blocks(a, w, "help", letter_fill(a, t->body, fields, sizeof(fields) / sizeof(fields[0]), false));
}

static void put_what_may_be_done(const struct casefile *c, enum scope scope, int64_t now, struct jsonw *w)
{
	bool closed = case_is_closed(c);
	jsonw_bool(w, "may_answer", !closed);
	jsonw_bool(w, "may_fix", !closed && scope == SCOPE_CUSTOMER);
	jsonw_bool(w, "may_appeal", !(c->flags & CASE_APPEALED) && c->appeal_until_at != TIME_NONE && now < c->appeal_until_at);
}

static void put_times(struct jsonw *w, const struct casefile *c)
{
	jsonw_time(w, "first", c->first_event_at);
	jsonw_time(w, "last", c->last_event_at);
	jsonw_time(w, "fix_by", c->fix_by_at);
	jsonw_time(w, "look_until", c->recheck_until_at);
	jsonw_time(w, "answer_by", c->asked_until_at);
	jsonw_time(w, "appeal_until", c->appeal_until_at);
}

enum err tell_case(struct fold *f, const struct casefile *c, enum scope scope, struct str language, struct jsonw *w, struct why *why)
{
	struct arena *a = work_arena(f->work);
	const struct policy *now = fold_policy_at(f, f->now), *of = fold_policy(f, c->policy);
	const struct clause *cl = policy_clause(of ? of : now, c->clause);
	const struct entity *to = delivery_contact(f, c);
	struct statement st;
	struct act about;
	bool restricts;
	char number[CASE_TEXT_MAX];
	int64_t next_at = TIME_NONE;
	if (!now)
		return why_set(why, ERR_AGAIN, "no policy is in force");
	enum err e = restriction(f, c, &about, &restricts, why);
	if (e)
		return e;
	if (!language.len)
		language = to ? to->language : STR_NONE;
	const struct step *next = letter_next(c, now, c->next_step, &next_at);
	statement_default(c->clause, &st);
	case_text(c->number, number);
	jsonw_str(w, "case", str_of(number));
	jsonw_str(w, "language", language);
	jsonw_str(w, "status", letter_state(language, c->state));
	jsonw_str(w, "because", c->because);
	jsonw_str(w, "source", c->source_text);
	put_times(w, c);
	jsonw_str(w, "clause", c->clause);
	jsonw_str(w, "clause_title", cl ? cl->title : STR_NONE);
	tell_blocks(a, w, "clause_text", cl ? cl->text : STR_NONE);
	jsonw_str(w, "policy", c->policy);
	put_lines(w, "evidence", letter_evidence(a, language, c));
	jsonw_str(w, "part", letter_part(a, language, c));
	put_lines(w, "reasons", letter_reasons(a, language, c, cl ? &cl->statement : &st, restricts ? &about : NULL));
	jsonw_str(w, "next_step", next ? letter_step(a, language, next) : STR_NONE);
	jsonw_time(w, "next_at", c->state == CASE_PAUSED ? TIME_NONE : next_at);
	put_what_may_be_done(c, scope, f->now, w);
	put_help(f, now, c, language, w);
	jsonw_str(w, "provider", f->provider);
	jsonw_str(w, "contact", f->contact);
	return OK;
}
