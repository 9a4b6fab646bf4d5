/*
 * Bindings by command: a file imported, a file followed. See judge_command.h.
 *
 * An import is taken whole or not at all: every row is read before the first one is put. A file that is followed loses its bad rows
 * alone, which are told, and is a feed with a hole then. A row that was said before is no news, so the same file may come again.
 */
#include "attribution/binding_csv.h"
#include "attribution/nat_block.h"
#include "aupd/judge_binding.h"
#include "aupd/judge_command.h"

enum { BAD_TOLD_MAX = 20, ROW_BYTES_MAX = 4 << 20, HEARD_EVERY_S = 60 };

struct taking {
	struct commanding *c;
	struct judge_bindings *b;
	struct arena *a;                /* of one row */
	struct binding_names names;
	uint8_t feed;                   /* of rows that name none; 0: none is given */
	const char *file;
	uint64_t rows, fresh, put, bad, others;
	struct binding_uses uses;
	struct nat_block_count blocks;
};

static enum err feed_number(const struct judge_bindings *b, struct str name, uint8_t *ret_feed)
{
	for (unsigned i = 0; i < b->view.feeds.count; i++)
		if (str_eq(name, str_of(b->view.feed_names[b->feeds[i]]))) {
			*ret_feed = b->feeds[i];
			return OK;
		}
	return ERR_NOTFOUND;
}

static enum err name_feed(void *arg, struct str text, uint8_t *ret_feed)
{
	const struct taking *t = arg;
	if (text.len)
		return feed_number(t->b, text, ret_feed);
	*ret_feed = t->feed;
	return t->feed ? OK : ERR_NOTFOUND;
}

static enum err name_subject(void *arg, struct str text, struct binding_subject *ret_subject)
{
	const struct taking *t = arg;
	return binding_book_key(t->b->book, text, ret_subject);
}

/* The feed of the command; the only one there is goes without saying. */
static enum err own_feed(struct taking *t, struct why *why)
{
	struct str name = command_arg(t->c, "feed");
	if (!name.len && t->b->view.feeds.count == 1)
		t->feed = t->b->feeds[0];
	if (name.len && feed_number(t->b, name, &t->feed) != OK)
		return why_set(why, ERR_NOTFOUND, "the configuration has no feed %.*s", STR_ARG(name));
	return OK;
}

static enum err taking_init(struct taking *t, struct commanding *c, struct why *why)
{
	*t = (struct taking){ .c = c, .b = c->j->bindings, .names = { t, name_subject, name_feed } };
	if (!t->b)
		return why_set(why, ERR_UNSUPPORTED, "no bindings are kept: the configuration names no feed in bindings { }");
	if (!t->b->store)
		return why_set(why, ERR_AGAIN, "the store of bindings has failed and is opened anew; try again");
	struct str file = command_arg(c, "file");
	t->file = file.len ? str_c(work_arena(c->j->fold.work), file) : "the file";
	t->a = arena_new("rows of bindings", ROW_BYTES_MAX);
	if (!t->a)
		return why_set(why, ERR_NOMEM, "no memory for rows");
	enum err e = own_feed(t, why);
	return e ? e : judge_bindings_uses(c->j, &t->uses, why);
}

static enum err take(struct taking *t, struct binding *b, struct why *why)
{
	enum err e = judge_bindings_put(t->c->j, b, &t->put, why);
	return e ? e : judge_bindings_changed(t->c->j, &t->uses, b, &t->others, why);
}

static enum err take_made(void *arg, const struct binding *b, struct why *why)
{
	struct taking *t = arg;
	struct binding one = *b;
	one.recorded_at = t->c->j->fold.now;
	enum err e = binding_normalise(&one, why);
	return e ? e : take(t, &one, why);
}

static enum err take_row(struct taking *t, const struct binding_csv *csv, struct binding *b, struct why *why)
{
	return csv->is_event ? nat_block_take(t->b->view.index, b->feed, &csv->event, take_made, t, &t->blocks, why) : take(t, b, why);
}

/* The next row; what aupd knew when is told by its own clock, so that nothing is ever known before it came. */
static enum err next_row(struct taking *t, struct binding_csv *csv, struct binding *ret_binding, struct why *why)
{
	arena_reset(t->a);
	enum err e = binding_csv_next(csv, t->a, ret_binding, why);
	if (e)
		return e;
	ret_binding->recorded_at = t->c->j->fold.now;
	t->rows++;
	/* an event makes a binding, and may end another one's */
	t->fresh += csv->is_event ? 2 : 0;
	e = csv->is_event ? OK : binding_normalise(ret_binding, why);
	if (e == OK && !csv->is_event && !binding_index_said(t->b->view.index, ret_binding))
		t->fresh++;
	return e;
}

static enum err open_csv(struct taking *t, struct binding_csv *ret_csv, struct why *why)
{
	return binding_csv_open(ret_csv, t->a, t->file, t->c->more, &t->names, t->c->j->fold.now, why);
}

static enum err check_all(struct taking *t, struct why *why)
{
	struct binding_csv csv;
	struct binding b;
	enum err e = open_csv(t, &csv, why);
	while (e == OK)
		e = next_row(t, &csv, &b, why);
	if (e != ERR_NOTFOUND)
		return e;
	uint64_t room = t->c->j->role->share.bindings_capacity, there = binding_index_count(t->b->view.index);
	if (there + t->fresh > room) {
		e = why_set(why, ERR_LIMIT, "%llu bindings would make more than the %llu that the configuration has room for", (unsigned long long)t->fresh,
			(unsigned long long)room);
		why_hint(why, "bindings { capacity NUMBER }");
		return e;
	}
	return OK;
}

static enum err take_all(struct taking *t, struct why *why)
{
	struct binding_csv csv;
	struct binding b;
	enum err e = open_csv(t, &csv, why);
	while (e == OK) {
		e = next_row(t, &csv, &b, why);
		if (e == OK)
			e = take_row(t, &csv, &b, why);
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* The file is all that the feed had to say of that time; feed 0: it is not said to be. */
static enum err read_whole(struct taking *t, struct feed_span *ret_span, struct why *why)
{
	struct str from = command_arg(t->c, "from"), until = command_arg(t->c, "until");
	*ret_span = (struct feed_span){ .state = FEED_HEARD, .recorded_at = t->c->j->fold.now };
	if (!from.len && !until.len)
		return OK;
	if (time_parse(from, &ret_span->from_at) != OK || time_parse(until, &ret_span->until_at) != OK || ret_span->until_at > t->c->j->fold.now)
		return why_set(why, ERR_SYNTAX, "what a file tells whole has a beginning and an end, both times that are past");
	if (!t->feed)
		return why_set(why, ERR_SYNTAX, "there are several feeds: say whose file it is");
	ret_span->feed = t->feed;
	struct feed_span normal = *ret_span;
	return feed_span_normalise(&normal, why);
}

enum err cmd_bindings_import(struct commanding *c)
{
	struct taking t;
	struct feed_span whole;
	enum err e = taking_init(&t, c, c->why);
	if (e == OK)
		e = read_whole(&t, &whole, c->why);
	if (e == OK)
		e = check_all(&t, c->why);
	t.rows = t.fresh = 0;
	if (e == OK)
		e = take_all(&t, c->why);
	/* last, so that what a power cut leaves never tells of rows that are not there */
	if (e == OK && whole.feed)
		e = judge_bindings_span(c->j, &whole, c->why);
	if (e == OK)
		e = judge_bindings_tell(c->j, c->why);
	arena_free(t.a);
	if (e)
		return e;
	jsonw_int(c->w, "rows", (int64_t)t.rows);
	jsonw_int(c->w, "new", (int64_t)t.put);
	jsonw_int(c->w, "corrections", (int64_t)t.others);
	return OK;
}

/* The rows that came; a bad one is told with its line and passed over. */
static enum err take_good(struct taking *t, struct why *why)
{
	struct binding_csv csv;
	struct binding b;
	int64_t line = json_int(t->c->root, "line", 0);
	enum err e = t->c->more.len ? open_csv(t, &csv, why) : ERR_NOTFOUND;
	jsonw_array(t->c->w, "bad");
	while (e == OK) {
		struct why row = { .line = 0 };
		e = next_row(t, &csv, &b, &row);
		if (e == OK) {
			e = take_row(t, &csv, &b, why);
		} else if (e != ERR_NOTFOUND && e != ERR_NOMEM) {
			e = OK;
			if (t->bad++ < BAD_TOLD_MAX) {
				jsonw_object(t->c->w, NULL);
				/* its header stands before what is sent, as line 1 */
				jsonw_int(t->c->w, "line", line + (int64_t)row.line - 2);
				jsonw_int(t->c->w, "column", row.column);
				jsonw_str(t->c->w, "error", str_of(row.text));
				jsonw_end(t->c->w, '}');
			}
		}
	}
	jsonw_end(t->c->w, ']');
	return e == ERR_NOTFOUND ? OK : e;
}

/* A row that is left out may have been about any time since the feed was heard last; nothing that is heard later covers it up. */
static enum err hear_loss(struct taking *t, int64_t since, int64_t *ret_heard, struct why *why)
{
	struct judge *j = t->c->j;
	int64_t now = j->fold.now;
	struct feed_span s = { t->feed, FEED_HOLE, FEED_DROPPED, (since > 0 && since < now ? since : now) - SECOND_US, now, now };
	enum err e = judge_bindings_span(j, &s, why);
	*ret_heard = now;
	return e ? e : judge_bindings_review(j, NULL, s.from_at, s.until_at, STR("rows of a feed could not be read"), &t->others, why);
}

/*
 * Who follows tells until when his hearing stands recorded; from there until now, but for the slack of clocks, the feed was heard.
 * Who begins has not heard what was before.
 */
static enum err hear(struct taking *t, struct why *why)
{
	struct judge *j = t->c->j;
	int64_t now = j->fold.now, since = json_int(t->c->root, "since", 0), heard = since > 0 && since < now ? since : now;
	/* whole seconds, as they are kept: nothing is left out between two */
	int64_t until = (now - t->b->view.slack_us) / SECOND_US * SECOND_US;
	int64_t least = json_flag(t->c->root, "end", false) ? SECOND_US : HEARD_EVERY_S * SECOND_US;
	struct feed_span s = { t->feed, FEED_HEARD, FEED_REASON_NONE, since, until, now };
	enum err e = OK;
	if (since <= 0 && feed_health_gap(t->b->view.health, t->feed, now, FEED_DOWN, &s))
		e = judge_bindings_span(j, &s, why);
	if (e == OK && t->bad) {
		e = hear_loss(t, since, &heard, why);
	} else if (e == OK && since > 0 && until - since >= least) {
		e = judge_bindings_span(j, &s, why);
		heard = until;
	}
	jsonw_int(t->c->w, "heard", heard);
	return e;
}

enum err cmd_bindings_follow(struct commanding *c)
{
	struct taking t;
	enum err e = taking_init(&t, c, c->why);
	if (e == OK && !t.feed)
		e = why_set(c->why, ERR_SYNTAX, "there are several feeds: say which one it is");
	if (e == OK)
		e = take_good(&t, c->why);
	if (e == OK)
		e = hear(&t, c->why);
	if (e == OK && t.put)
		e = judge_bindings_tell(c->j, c->why);
	arena_free(t.a);
	if (e)
		return e;
	jsonw_int(c->w, "rows", (int64_t)t.rows);
	jsonw_int(c->w, "new", (int64_t)t.put);
	jsonw_int(c->w, "refused", (int64_t)t.bad);
	jsonw_int(c->w, "corrections", (int64_t)t.others);
	return OK;
}
