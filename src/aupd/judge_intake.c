/*
 * What waits for a person, decided: confirmed, discarded, read again, hidden by a rule. See judge_command.h.
 */
#include "aupd/judge_command.h"
#include "engine/fold_case.h"
#include "engine/queue.h"
#include "engine/receipt.h"
#include "engine/reporter.h"
#include "engine/upstream.h"

enum { HIDE_MAX = 1000, RAW_ANSWER_MAX = 2 << 20 };

static enum err load_item(struct commanding *c, struct item *i, struct row *row)
{
	struct str key = command_arg(c, "item");
	enum err e = work_load(c->j->fold.work, TABLE_ITEM, key, item_fields, i, row, c->why);
	return e == ERR_NOTFOUND ? why_set(c->why, e, "there is no item %.*s", STR_ARG(key)) : e;
}

static bool is_sealed(const struct item *i)
{
	for (unsigned n = 0; n < i->candidate_count; n++)
		if (kind_info(i->candidates[n].kind)->flags & KIND_SEALED)
			return true;
	return i->type == ITEM_SEALED;
}

/* Of the sealed class: what one person asks for is noted, and done when a second one asks for the same. */
static enum err second_person(struct commanding *c, const struct item *i, struct str key, enum item_state state, bool *ret_second)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct row row;
	struct str wanted = str_format(a, "{\"wanted\":\"%s %d %lld\"}", item_state_words[state], (int)kind_find(command_arg(c, "class")),
		(long long)json_int(c->root, "candidate", 1));
	*ret_second = !is_sealed(i);
	if (*ret_second)
		return OK;
	enum err e = work_get(c->j->fold.work, TABLE_APPROVAL, str_format(a, "item/%.*s", STR_ARG(key)), &row, c->why);
	bool same = e == OK && row.version && str_eq(row.body, wanted);
	if (same && str_eq(row.owner, c->who))
		return why_set(c->why, ERR_DENIED, "the item is sealed: %.*s has asked for this already; another person has to", STR_ARG(c->who));
	*ret_second = same;
	if (e || same)
		return e;
	row.owner = c->who;
	row.rank = c->j->fold.now;
	row.body = wanted;
	jsonw_str(c->w, "item", key);
	jsonw_str(c->w, "fate", STR("waits for a second person"));
	return work_put(c->j->fold.work, &row, c->why);
}

static enum err close_item(struct commanding *c, struct item *i, struct row *row, enum item_state state)
{
	struct str text = command_arg(c, "text");
	if (i->state != ITEM_WAITING && i->state != ITEM_IGNORED)
		return why_set(c->why, ERR_CONFLICT, "item %.*s is %s already", STR_ARG(row->key), item_state_words[i->state]);
	i->state = state;
	i->reason = str_format(work_arena(c->j->fold.work), "%s by %.*s%s%.*s", item_state_words[state], STR_ARG(c->who), text.len ? ": " : "", STR_ARG(text));
	row->state = str_of(item_state_words[state]);
	enum err e = queue_item(&c->j->fold, row->key, i, i->urgency, c->why);
	return e ? e : work_store(c->j->fold.work, row, item_fields, i, c->why);
}

/* The candidate as the person sets it right. */
static enum err read_candidate(struct commanding *c, const struct item *i, struct str key, struct observation *o)
{
	int64_t n = json_int(c->root, "candidate", 1);
	struct str name = command_arg(c, "class"), at = command_arg(c, "at");
	enum kind kind = kind_find(name);
	if (n < 1 || n > i->candidate_count)
		return why_set(c->why, ERR_RANGE, "the item has %u candidates", i->candidate_count);
	*o = i->candidates[n - 1];
	if (name.len && kind == KIND_UNCLASSIFIED)
		return why_set(c->why, ERR_RANGE, "there is no class %.*s", STR_ARG(name));
	/* what the other kind presumed goes with it */
	if (name.len && kind != o->kind)
		o->role = o->content = PART_UNTOLD;
	if (name.len)
		o->kind = kind;
	if (o->kind == KIND_UNCLASSIFIED)
		return why_set(c->why, ERR_RANGE, "say which class it is: --class KIND");
	if (at.len && time_parse(at, &o->event_at) != OK)
		return why_set(c->why, ERR_SYNTAX, "\"%.*s\" is no time such as 2026-03-01T10:00:00Z", STR_ARG(at));
	if (at.len) {
		o->zone_given = true;
		o->first_at = o->last_at = o->event_at;
	}
	o->witness = WITNESS_PERSON;
	if (!o->receipt.len && o->reply_to.len)
		o->receipt = fold_receipt(&c->j->fold, &o->at);
	o->report_id = str_format(work_arena(c->j->fold.work), "confirmed:%.*s:%lld", STR_ARG(key), (long long)n);
	return reporter_is_flagger(&c->j->fold, o->reporter, &o->flagger, c->why);
}

enum err cmd_confirm(struct commanding *c)
{
	struct item i = { 0 };
	struct row row;
	struct observation o;
	struct fold_result r;
	char text[CASE_TEXT_MAX];
	bool second;
	enum err e = load_item(c, &i, &row);
	if (e == OK)
		e = second_person(c, &i, row.key, ITEM_CONFIRMED, &second);
	if (e || !second)
		return e;
	e = read_candidate(c, &i, row.key, &o);
	if (e == OK)
		e = close_item(c, &i, &row, ITEM_CONFIRMED);
	judge_in_hand(c->j, &o.at, i.candidate_count == 1, i.raw);
	if (e == OK)
		e = fold_observation(&c->j->fold, &o, &r, c->why);
	judge_in_hand(c->j, NULL, false, STR_NONE);
	if (e == OK && r.fate == FATE_CASE && i.raw.len) {
		i.raw_in_case = i.candidate_count == 1;
		e = work_store(c->j->fold.work, &row, item_fields, &i, c->why);
	}
	if (e)
		return e;
	if (r.fate == FATE_PERSON)
		return why_set(c->why, ERR_CONFLICT, "it would come back before a person: the policy that was in force cannot judge it");
	jsonw_str(c->w, "item", row.key);
	jsonw_str(c->w, "fate", str_of(fate_words[r.fate]));
	if (r.number) {
		case_text(r.number, text);
		jsonw_str(c->w, "case", str_of(text));
	}
	return OK;
}

/* A question is no complaint: it is acknowledged, opens nothing, and a person writes the answer. */
enum err cmd_answer(struct commanding *c)
{
	struct fold *f = &c->j->fold;
	struct item i = { 0 };
	struct row row;
	enum err e = load_item(c, &i, &row);
	if (e)
		return e;
	if (is_sealed(&i) || !i.reply_to.len)
		return why_set(c->why, ERR_DENIED, "item %.*s %s", STR_ARG(row.key), is_sealed(&i) ? "is sealed" : "names nobody who could be answered, or was sent by a machine");
	struct reporter_answer x = { .letter = "question-answer", .asked = true, .to = i.reply_to, .receipt = fold_receipt(f, &i.at), .reference = i.message_id,
		.received_at = i.received_at, .event_at = TIME_NONE };
	e = close_item(c, &i, &row, ITEM_DONE);
	if (e == OK)
		e = fold_answer(f, &x, c->why);
	if (e)
		return e;
	jsonw_str(c->w, "item", row.key);
	jsonw_str(c->w, "fate", STR("answered"));
	return OK;
}

enum err cmd_discard(struct commanding *c)
{
	struct item i = { 0 };
	struct row row;
	bool second;
	enum err e = load_item(c, &i, &row);
	if (e == OK)
		e = second_person(c, &i, row.key, ITEM_DISCARDED, &second);
	if (e || !second)
		return e;
	e = close_item(c, &i, &row, ITEM_DISCARDED);
	if (e == OK)
		e = receipt_discard(&c->j->fold, i.receipt, c->why);
	if (e == OK && i.candidate_count == 1)
		e = upstream_discard(&c->j->fold, &i.candidates[0], c->why);
	if (e)
		return e;
	jsonw_str(c->w, "item", row.key);
	jsonw_str(c->w, "fate", STR("discarded"));
	return OK;
}

/* The raw bytes, for a person or to be decoded again; that somebody read them is recorded. */
enum err cmd_reparse(struct commanding *c)
{
	struct item i = { 0 };
	struct row row;
	struct str bytes;
	struct arena *a = work_arena(c->j->fold.work);
	enum err e = load_item(c, &i, &row);
	if (e == OK)
		e = judge_raw_read(c->j, a, i.raw, &bytes, NULL, c->why);
	if (e == OK && bytes.len > RAW_ANSWER_MAX)
		e = why_set(c->why, ERR_LIMIT, "it has %zu octets; at most %d are shown", bytes.len, RAW_ANSWER_MAX);
	if (e == OK)
		e = command_record_lookup(c, str_format(a, "item %.*s", STR_ARG(row.key)), STR("its raw bytes"));
	if (e)
		return e;
	jsonw_str(c->w, "item", row.key);
	jsonw_str(c->w, "listener", i.listener);
	jsonw_str(c->w, "name", i.name);
	jsonw_str(c->w, "raw", str_base64(a, bytes));
	return OK;
}

/* What waits already and fits the new rule is hidden with it. */
static enum err hide_waiting(struct commanding *c, const struct ignore_rule *rule, int64_t *ret_hidden)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct query q = { .table = TABLE_ITEM, .due_by = TIME_NONE, .limit = HIDE_MAX, .state = STR("waiting") };
	struct row *rows;
	size_t n = 0;
	enum err e = c->j->driver->page(c->j->store, a, &q, &rows, &n, c->why);
	*ret_hidden = 0;
	for (size_t k = 0; e == OK && k < n; k++) {
		struct item i = { 0 };
		struct row row;
		e = work_load(c->j->fold.work, TABLE_ITEM, rows[k].key, item_fields, &i, &row, c->why);
		if (e || i.state != ITEM_WAITING || !ignore_fits(rule, &i))
			continue;
		i.state = ITEM_IGNORED;
		i.reason = str_format(a, "ignored by rule %.*s", STR_ARG(rule->name));
		row.state = str_of(item_state_words[ITEM_IGNORED]);
		e = queue_item(&c->j->fold, row.key, &i, i.urgency, c->why);
		if (e == OK)
			e = work_store(c->j->fold.work, &row, item_fields, &i, c->why);
		++*ret_hidden;
	}
	return e;
}

static unsigned without(struct ignore_rules *rules, struct str name)
{
	unsigned n = 0;
	for (unsigned i = 0; i < rules->count; i++)
		if (!str_eq(rules->list[i].name, name))
			rules->list[n++] = rules->list[i];
	unsigned gone = rules->count - n;
	rules->count = n;
	return gone;
}

/* Adds a rule or, with remove, takes one away. */
enum err cmd_ignore(struct commanding *c)
{
	struct arena *a = work_arena(c->j->fold.work);
	struct ignore_rules rules = { 0 };
	struct row row;
	bool remove = json_flag(c->root, "remove", false);
	struct ignore_rule fresh = { .name = command_arg(c, "name"), .reporter = command_arg(c, "from"), .subject = command_arg(c, "subject"), .by = c->who,
		.because = command_arg(c, "text"), .since_at = c->j->fold.now };
	int64_t hidden = 0;
	enum err e = work_load(c->j->fold.work, TABLE_IGNORE, STR("rules"), ignore_rules_fields, &rules, &row, c->why);
	if (e && e != ERR_NOTFOUND)
		return e;
	struct ignore_rule *list = ARENA_ARRAY(a, struct ignore_rule, rules.count + 1);
	if (!list)
		return why_set(c->why, ERR_NOMEM, "no memory for a rule");
	if (!fresh.name.len || (!remove && !fresh.reporter.len && !fresh.subject.len))
		return why_set(c->why, ERR_SYNTAX, "a rule needs a name, and whom or which subject it is about");
	unsigned known = without(&rules, fresh.name);
	if (remove && !known)
		return why_set(c->why, ERR_NOTFOUND, "there is no rule %.*s", STR_ARG(fresh.name));
	if (!remove && rules.count == IGNORE_RULES_MAX)
		return why_set(c->why, ERR_LIMIT, "there are %d rules already", IGNORE_RULES_MAX);
	if (rules.count)
		memcpy(list, rules.list, rules.count * sizeof(*list));
	if (!remove)
		list[rules.count++] = fresh;
	rules.list = list;
	e = work_store(c->j->fold.work, &row, ignore_rules_fields, &rules, c->why);
	if (e == OK && !remove)
		e = hide_waiting(c, &fresh, &hidden);
	jsonw_str(c->w, "name", fresh.name);
	jsonw_int(c->w, "hidden", hidden);
	return e;
}
