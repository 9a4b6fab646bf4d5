/*
 * Tables of the observation, and look-ups in it. See observation.h.
 */
#include "model/observation.h"

const char *const certainty_words[] = { "stated", "derived", "guessed", NULL };
const char *const source_type_words[] = { "none", "addr", "prefix", "domain", "url", "email", "login", NULL };
const char *const witness_words[] = { "report", "meter", "person", NULL };

#define F(s, member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct s, member) }
#define E(s, member, list) { .name = #member, .type = FIELD_ENUM, .offset = offsetof(struct s, member), .words = (list) }
#define END { .name = NULL }

static const struct field span_fields[] = { F(span, part, FIELD_STR), F(span, from, FIELD_U32), F(span, to, FIELD_U32), END };

const struct field fact_fields[] = {
	F(fact, name, FIELD_STR), F(fact, value, FIELD_STR),
	{ .name = "span", .type = FIELD_STRUCT, .offset = offsetof(struct fact, span), .fields = span_fields }, E(fact, certainty, certainty_words), END,
};

const struct field source_fields[] = {
	E(source, type, source_type_words), F(source, text, FIELD_STR), F(source, addr, FIELD_ADDR), F(source, port, FIELD_U16), F(source, domain, FIELD_STR),
	E(source, certainty, certainty_words), END,
};

const struct field position_fields[] = { F(position, segment, FIELD_U64), F(position, offset, FIELD_U64), F(position, index, FIELD_U32), END };

const struct field observation_fields[] = {
	E(observation, kind, kind_words), E(observation, role, part_words), E(observation, content, part_words),
	F(observation, kind_text, FIELD_STR), E(observation, witness, witness_words),
	{ .name = "source", .type = FIELD_STRUCT, .offset = offsetof(struct observation, source), .fields = source_fields },
	F(observation, event_at, FIELD_TIME), F(observation, first_at, FIELD_TIME), F(observation, last_at, FIELD_TIME), F(observation, zone_given, FIELD_BOOL),
	E(observation, time_certainty, certainty_words), F(observation, received_at, FIELD_TIME), F(observation, incidents, FIELD_U32),
	F(observation, reporter, FIELD_STR), F(observation, reporter_proven, FIELD_BOOL),
	F(observation, reporter_verified, FIELD_BOOL), E(observation, reputation, reputation_words),
	F(observation, complaint, FIELD_BOOL), F(observation, reply_to, FIELD_STR), F(observation, language, FIELD_STR),
	F(observation, report_id, FIELD_STR), F(observation, thread, FIELD_STR), F(observation, subject_line, FIELD_STR),
	{ .name = "facts", .type = FIELD_LIST, .offset = offsetof(struct observation, facts), .fields = fact_fields, .size = sizeof(struct fact),
		.count_offset = offsetof(struct observation, fact_count), .max = OBSERVATION_FACTS_MAX },
	{ .name = "at", .type = FIELD_STRUCT, .offset = offsetof(struct observation, at), .fields = position_fields },
	F(observation, raw_digest, FIELD_DIGEST), F(observation, raw_len, FIELD_U64), F(observation, meta, FIELD_STR), F(observation, of_sealed, FIELD_BOOL), F(observation, raw, FIELD_STR),
	F(observation, receipt, FIELD_STR), F(observation, shown, FIELD_STR), F(observation, flagger, FIELD_BOOL),
	F(observation, upstream, FIELD_STR), F(observation, upstream_case, FIELD_STR), F(observation, upstream_to, FIELD_STR), F(observation, upstream_due_at, FIELD_INT), END,
};

const struct fact *observation_fact(const struct observation *o, const char *name)
{
	struct str n = str_of(name);
	for (unsigned i = 0; i < o->fact_count; i++)
		if (str_eq(o->facts[i].name, n))
			return &o->facts[i];
	return NULL;
}

struct str observation_value(const struct observation *o, const char *name)
{
	const struct fact *f = observation_fact(o, name);
	return f ? f->value : STR_NONE;
}

enum urgency observation_urgency(const struct observation *o)
{
	return kind_info(o->kind)->flags & KIND_URGENT ? URGENCY_URGENT : o->flagger ? URGENCY_FLAGGER : URGENCY_NONE;
}

struct str observation_lane_key(struct arena *a, const struct observation *o)
{
	struct prefix p;
	switch (o->source.type) {
	case SOURCE_ADDR:
		p = prefix_of(&o->source.addr, addr_is_v4(&o->source.addr) ? 32 : 64);
		return prefix_str(a, &p);
	case SOURCE_DOMAIN: case SOURCE_URL: case SOURCE_EMAIL:
		return o->source.domain.len ? o->source.domain : o->source.text;
	case SOURCE_NONE: case SOURCE_PREFIX: case SOURCE_LOGIN:
		break;
	}
	return o->source.text;
}
