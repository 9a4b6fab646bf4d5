/*
 * The next case for whoever asks: the first one that waits for people and that nobody looks after. It is assigned in the same commit, so that
 * no two people get the same one. See judge_command.h.
 *
 * What stands first is asked for first, then each queue along its index; what is sealed, or not for this person to decide, is passed over.
 */
#include "aupd/judge_command.h"
#include "engine/queue.h"

enum { PAGE = 200, SCAN_MAX = 5000, DUE_DAYS = 7 };

static const struct origin {
	enum table table;
	const char *state;              /* NULL: by what is due */
} origins[] = {
	{ TABLE_QUEUE, "emergencies.urgent" }, { TABLE_QUEUE, "appeals.urgent" }, { TABLE_QUEUE, "corrections.urgent" }, { TABLE_QUEUE, "review.urgent" },
	{ TABLE_QUEUE, "answers.urgent" }, { TABLE_QUEUE, "due.urgent" },
	{ TABLE_QUEUE, "emergencies.trusted-flagger" }, { TABLE_QUEUE, "appeals.flagged" }, { TABLE_QUEUE, "corrections.flagged" }, { TABLE_QUEUE, "review.flagged" },
	{ TABLE_QUEUE, "answers.trusted-flagger" },
	{ TABLE_QUEUE, "emergencies" }, { TABLE_QUEUE, "appeals" }, { TABLE_QUEUE, "corrections" }, { TABLE_CASE, "review" }, { TABLE_CASE, "paused" }, { TABLE_CASE, NULL },
};

/* "appeals/4711", or a case itself. 0: neither. */
static enum err number_of(struct commanding *c, const struct row *row, uint64_t *ret_number)
{
	struct casefile found = { 0 };
	struct str rest = row->key, state;
	*ret_number = 0;
	if (row->table == TABLE_QUEUE) {
		if (!str_split(&rest, '/', &state) || str_to_u64(rest, INT64_MAX, ret_number) != OK)
			*ret_number = 0;
		return OK;
	}
	enum err e = field_decode(work_arena(c->j->fold.work), row->body, casefile_fields, &found, c->why);
	*ret_number = found.number;
	return e;
}

/* As the batch sees it: what another one has just taken is taken. */
static enum err is_free(struct commanding *c, uint64_t number, bool *ret_free)
{
	struct casefile found = { 0 };
	struct why why = { .line = 0 };
	struct row row;
	enum err e = number ? fold_find_case(&c->j->fold, number, &found, &row, c->why) : ERR_NOTFOUND;
	*ret_free = e == OK && !found.assigned.len && !case_is_closed(&found) && !case_is_snoozed(&found, c->j->fold.now) &&
		!(found.flags & CASE_SEALED_CLASS) && case_may_review(&found, c->who, &why) == OK;
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err find_in(struct commanding *c, const struct origin *o, uint64_t *ret_number)
{
	struct query q = { .table = o->table, .due_by = o->state ? TIME_NONE : c->j->fold.now + DUE_DAYS * DAY_US, .limit = PAGE };
	size_t n = PAGE, seen = 0;
	enum err e = OK;
	*ret_number = 0;
	if (o->state)
		q.state = str_of(o->state);
	while (e == OK && n == PAGE && seen < SCAN_MAX) {
		struct row *rows;
		e = c->j->driver->page(c->j->store, work_arena(c->j->fold.work), &q, &rows, &n, c->why);
		for (size_t i = 0; e == OK && i < n; i++, seen++) {
			uint64_t number;
			bool is = false;
			e = number_of(c, &rows[i], &number);
			if (e == OK)
				e = is_free(c, number, &is);
			if (e == OK && is) {
				*ret_number = number;
				return OK;
			}
		}
		if (n) {
			q.has_after = true;
			q.after_rank = rows[n - 1].rank;
			q.after_key = rows[n - 1].key;
		}
		/* by what is due there is no place to go on from */
		if (!o->state)
			break;
	}
	return e;
}

enum err cmd_case_next(struct commanding *c)
{
	uint64_t number = 0;
	enum err e = OK;
	for (size_t i = 0; e == OK && !number && i < sizeof(origins) / sizeof(origins[0]); i++)
		e = find_in(c, &origins[i], &number);
	if (e == OK && !number)
		e = why_set(c->why, ERR_NOTFOUND, "no case waits that nobody looks after");
	const struct fold_command take = { .type = INPUT_ASSIGN, .actor = c->who, .number = number, .text = c->who };
	if (e == OK)
		e = fold_command(&c->j->fold, &take, &number, c->why);
	if (e)
		return e;
	command_put_case(c, number);
	return OK;
}
