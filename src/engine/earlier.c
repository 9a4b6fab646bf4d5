/*
 * Reports before a rule fires. See earlier.h.
 *
 * One row a customer and clause group, at most CASE_EARLIER_MAX reports in it; what was there before them is a number. A
 * report leaves when its window has passed, by the times of events, not by a clock.
 */
#include "engine/earlier.h"

#include "engine/fold_case.h"

struct before {
	struct earlier *list;
	unsigned count;
	uint64_t more;
};

static const struct field before_fields[] = {
	{ .name = "list", .type = FIELD_LIST, .offset = offsetof(struct before, list), .fields = earlier_fields, .size = sizeof(struct earlier),
		.count_offset = offsetof(struct before, count), .max = CASE_EARLIER_MAX },
	{ .name = "more", .type = FIELD_U64, .offset = offsetof(struct before, more) }, { .name = NULL },
};

static enum err load(struct fold *f, struct str customer, struct str group, struct before *b, struct row *row, struct why *why)
{
	struct str key = str_format(work_arena(f->work), "earlier/%.*s/%.*s", STR_ARG(customer), STR_ARG(group));
	*b = (struct before){ 0 };
	enum err e = work_load(f->work, TABLE_WINDOW, key, before_fields, b, row, why);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err save(struct fold *f, struct row *row, const struct before *b, struct why *why)
{
	row->rank = 0;
	for (unsigned i = 0; i < b->count; i++)
		row->rank = b->list[i].until_at > row->rank ? b->list[i].until_at : row->rank;
	if (b->count)
		return work_store(f->work, row, before_fields, b, why);
	return row->version ? work_delete(f->work, TABLE_WINDOW, row->key, why) : OK;
}

/* What has left its window; when the oldest known has, all that came before it have too. */
static void forget(struct before *b, int64_t at)
{
	unsigned n = 0;
	for (unsigned i = 0; i < b->count; i++)
		if (b->list[i].until_at > at)
			b->list[n++] = b->list[i];
	if (n < b->count)
		b->more = 0;
	b->count = n;
}

enum err earlier_remember(struct fold *f, const struct observation *o, const struct subject *s, const struct finding *counted, struct why *why)
{
	struct before b;
	struct row row;
	enum err e = load(f, s->customer, counted->group, &b, &row, why);
	struct earlier *list = ARENA_ARRAY(work_arena(f->work), struct earlier, CASE_EARLIER_MAX);
	if (e || !list)
		return e ? e : why_set(why, ERR_NOMEM, "no memory for what was reported before");
	forget(&b, counted->last_at);
	unsigned skip = b.count == CASE_EARLIER_MAX;
	b.more += skip;
	b.count -= skip;
	if (b.count)
		memcpy(list, b.list + skip, b.count * sizeof(*list));
	struct earlier x = { .seen = *o, .whose = *s, .policy = counted->policy, .clause = counted->clause, .rule = counted->rule, .key = incident_key(f, o),
		.until_at = counted->conduct_at + counted->in_us };
	x.seen.facts = NULL;
	x.seen.fact_count = 0;
	x.seen.reply_to = x.seen.subject_line = x.seen.thread = STR_NONE;
	list[b.count++] = x;
	b.list = list;
	return save(f, &row, &b, why);
}

enum err earlier_take(struct fold *f, const struct subject *s, const struct finding *found, struct case_input *in, struct why *why)
{
	struct before b;
	struct row row;
	enum err e = load(f, s->customer, found->group, &b, &row, why);
	if (e || !row.version)
		return e;
	forget(&b, found->last_at);
	in->earlier = b.list;
	in->earlier_count = b.count;
	in->earlier_more = b.more;
	return work_delete(f->work, TABLE_WINDOW, row.key, why);
}

static bool is_about(const struct earlier *x, const struct observation *o)
{
	return str_eq(x->seen.reporter, o->reporter) && str_eq(x->seen.source.text, o->source.text) && retracts(o->kind, x->seen.kind);
}

enum err earlier_retract(struct fold *f, const struct subject *s, struct str group, const struct observation *o, bool dry, bool *ret_found, struct why *why)
{
	struct before b;
	struct row row;
	unsigned n = 0;
	enum err e = load(f, s->customer, group, &b, &row, why);
	*ret_found = false;
	for (unsigned i = 0; e == OK && i < b.count; i++) {
		if (!is_about(&b.list[i], o)) {
			b.list[n++] = b.list[i];
			continue;
		}
		*ret_found = true;
		if (!dry)
			e = take_back(f, &b.list[i].seen, &b.list[i].whose, b.list[i].policy, why);
	}
	if (e || dry || n == b.count)
		return e;
	b.count = n;
	return save(f, &row, &b, why);
}
