/*
 * The lines of an export. See export.h.
 */
#include "engine/export.h"

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }

const struct field export_head_fields[] = {
	F(export_head, from_at, FIELD_TIME), F(export_head, until_at, FIELD_TIME),
	{ .name = "facts", .type = FIELD_STRS, .offset = offsetof(struct export_head, facts), .count_offset = offsetof(struct export_head, fact_count),
		.max = EXPORT_FACTS_MAX },
	{ .name = NULL },
};

const struct field export_end_fields[] = { F(export_end, sightings, FIELD_U64), F(export_end, erased, FIELD_U64), { .name = NULL } };

static const struct str words[] = { { "{\"head\":", 8 }, { "{\"policy\":", 10 }, { "{\"entity\":", 10 }, { "{\"sighting\":", 12 }, { "{\"end\":", 7 } };

enum export_type export_type_of(struct str line)
{
	for (enum export_type t = EXPORT_HEAD; t < EXPORT_END; t++)
		if (str_starts(line, words[t]))
			return t;
	return EXPORT_END;
}

static bool sane_time(int64_t at)
{
	return at > 0 && at < 253402300800 * SECOND_US; /* the year 10000 */
}

static enum err check_sighting(const struct sighting *s, struct why *why)
{
	const int64_t times[] = { s->seen.event_at, s->seen.first_at, s->seen.last_at, s->seen.received_at };
	if (!s->whose.customer.len || s->whose.customer.len > ENTITY_ID_MAX || !sane_time(s->at))
		return why_set(why, ERR_RANGE, "a sighting needs a customer and a time");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] != TIME_NONE && !sane_time(times[i]))
			return why_set(why, ERR_RANGE, "a time of a sighting is out of range");
	return OK;
}

static enum err check_entity(const struct entity *x, struct why *why)
{
	if (!x->id.len || x->id.len > ENTITY_ID_MAX || x->customer.len > ENTITY_ID_MAX || x->reseller.len > ENTITY_ID_MAX ||
	    (x->type != ENTITY_CUSTOMER && x->type != ENTITY_RESELLER && x->type != ENTITY_SERVICE))
		return why_set(why, ERR_RANGE, "an entity is a customer, a reseller or a service, with an id");
	return OK;
}

static enum err read_inside(struct arena *a, const struct json *in, struct str line, struct export_line *x, struct why *why)
{
	enum err e = OK;
	switch (x->type) {
	case EXPORT_HEAD:
		e = field_read(a, in, export_head_fields, &x->head, why);
		if (e == OK && (!sane_time(x->head.from_at) || !sane_time(x->head.until_at) || x->head.from_at > x->head.until_at))
			e = why_set(why, ERR_RANGE, "the head of an export says from when until when it is");
		return e;
	case EXPORT_POLICY:
		x->policy = str_sub(line, in->from, in->to - in->from);
		return OK;
	case EXPORT_ENTITY:
		e = field_read(a, in, entity_fields, &x->entity, why);
		return e ? e : check_entity(&x->entity, why);
	case EXPORT_SIGHTING:
		e = field_read(a, in, sighting_fields, &x->sighting, why);
		return e ? e : check_sighting(&x->sighting, why);
	case EXPORT_END:
		break;
	}
	return field_read(a, in, export_end_fields, &x->end, why);
}

enum err export_read(struct arena *a, struct str line, struct export_line *ret_line, struct why *why)
{
	struct export_line x = { .type = export_type_of(line) };
	struct json *root;
	if (!str_starts(line, words[x.type]))
		return why_set(why, ERR_SYNTAX, "this is no line of an export");
	enum err e = json_read(a, line, &root, why);
	if (e)
		return e;
	if (root->type != JSON_OBJECT || !root->child || root->child->next || root->child->type != JSON_OBJECT)
		return why_set(why, ERR_SYNTAX, "a line of an export has one member");
	e = read_inside(a, root->child, line, &x, why);
	if (e == OK)
		*ret_line = x;
	return e;
}
