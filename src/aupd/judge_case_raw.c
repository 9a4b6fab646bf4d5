/*
 * The raw bytes of one report of a case, for a person to read; that he read them is recorded. See judge_command.h.
 */
#include "aupd/judge_command.h"

enum { RAW_ANSWER_MAX = 2 << 20 };

static void put_terms(struct jsonw *w, const struct case_event *event)
{
	jsonw_array(w, "terms");
	for (unsigned i = 0; i < event->term_count; i++) {
		jsonw_object(w, NULL);
		field_write(w, term_fields, &event->terms[i]);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

enum err cmd_case_raw(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct case_event event = { 0 };
	struct casefile found;
	struct row row;
	struct str bytes;
	char text[CASE_TEXT_MAX];
	int64_t n = json_int(c->root, "report", 0);
	uint64_t number;
	enum err e = command_case(c, &number);
	if (e == OK)
		e = fold_find_case(&c->j->fold, number, &found, &row, c->why);
	if (e == OK && found.flags & CASE_SEALED_CLASS)
		e = why_set(c->why, ERR_DENIED, "the case is sealed: nothing of it is shown");
	if (e == OK)
		e = work_load(c->j->fold.work, TABLE_CASE_EVENT, str_format(a, "%llu/%08lld", (unsigned long long)number, (long long)n), case_event_fields, &event, &row, c->why);
	if (e == ERR_NOTFOUND || (e == OK && event.type != EVENT_FINDING && event.type != EVENT_WITNESS))
		return why_set(c->why, ERR_NOTFOUND, "there is no such report in the case");
	if (e == OK)
		e = judge_raw_read(c->j, a, event.raw, &bytes, NULL, c->why);
	if (e == OK && bytes.len > RAW_ANSWER_MAX)
		e = why_set(c->why, ERR_LIMIT, "it has %zu octets; at most %d are shown", bytes.len, RAW_ANSWER_MAX);
	case_text(number, text);
	if (e == OK)
		e = command_record_lookup(c, str_format(a, "case %s report %lld", text, (long long)n), STR("its raw bytes"));
	if (e)
		return e;
	jsonw_str(c->w, "case", str_of(text));
	jsonw_int(c->w, "report", n);
	jsonw_time(c->w, "at", event.at);
	jsonw_str(c->w, "source", event.source);
	jsonw_str(c->w, "reporter", event.reporter);
	put_terms(c->w, &event);
	jsonw_str(c->w, "name", STR_NONE);
	jsonw_str(c->w, "raw", str_base64(a, bytes));
	return OK;
}
