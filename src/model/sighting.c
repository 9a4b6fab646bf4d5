/*
 * Sightings: their table, and how they lie in a row. See sighting.h.
 */
#include "model/sighting.h"

#define AT(member, kind, text) { .name = (text), .type = (kind), .offset = offsetof(struct sighting, member) }
#define WORD(member, text, list) { .name = (text), .type = FIELD_ENUM, .offset = offsetof(struct sighting, member), .words = (list) }

static const struct field value_fields[] = {
	{ .name = "name", .type = FIELD_STR, .offset = offsetof(struct fact, name) }, { .name = "value", .type = FIELD_STR, .offset = offsetof(struct fact, value) },
	{ .name = NULL },
};

const struct field sighting_fields[] = {
	AT(at, FIELD_TIME, "at"), AT(number, FIELD_U64, "case"), AT(reversed, FIELD_BOOL, "reversed"), WORD(seen.kind, "kind", kind_words),
	AT(seen.kind_text, FIELD_STR, "signal"), WORD(seen.witness, "by", witness_words), WORD(seen.source.type, "type", source_type_words),
	AT(seen.source.text, FIELD_STR, "source"), AT(seen.source.port, FIELD_U16, "port"), AT(seen.event_at, FIELD_TIME, "event"),
	AT(seen.first_at, FIELD_TIME, "first"), AT(seen.last_at, FIELD_TIME, "last"), AT(seen.zone_given, FIELD_BOOL, "zone"),
	AT(seen.received_at, FIELD_TIME, "received"), AT(seen.incidents, FIELD_U32, "incidents"), AT(seen.reporter, FIELD_STR, "reporter"),
	AT(seen.reporter_proven, FIELD_BOOL, "proven"),
	AT(seen.reporter_verified, FIELD_BOOL, "verified"), WORD(seen.reputation, "reputation", reputation_words), AT(seen.report_id, FIELD_STR, "id"),
	AT(seen.shown, FIELD_STR, "shown"),
	{ .name = "facts", .type = FIELD_LIST, .offset = offsetof(struct sighting, seen.facts), .fields = value_fields, .size = sizeof(struct fact),
		.count_offset = offsetof(struct sighting, seen.fact_count), .max = SIGHTING_FACTS_MAX },
	WORD(whose.grade, "grade", grade_words), AT(whose.customer, FIELD_STR, "customer"), AT(whose.user, FIELD_STR, "user"),
	AT(whose.service, FIELD_STR, "service"),
	{ .name = "resellers", .type = FIELD_STRS, .offset = offsetof(struct sighting, whose.resellers),
		.count_offset = offsetof(struct sighting, whose.reseller_count), .max = SUBJECT_CHAIN_MAX },
	AT(whose.lifeline, FIELD_BOOL, "lifeline"),
	{ .name = NULL },
};

void sighting_pack(struct buf *out, struct str customer, struct str sealed)
{
	buf_u16(out, (uint16_t)customer.len);
	buf_put(out, customer);
	buf_u32(out, (uint32_t)sealed.len);
	buf_put(out, sealed);
}

bool sighting_unpack(struct str *rest, struct str *ret_customer, struct str *ret_sealed, enum err *ret_err)
{
	struct reader r;
	reader_init(&r, *rest);
	*ret_err = OK;
	if (!rest->len)
		return false;
	struct str customer = reader_take(&r, reader_u16(&r)), sealed = reader_take(&r, reader_u32(&r));
	size_t left = reader_left(&r);
	reader_skip(&r, left);
	if (reader_end(&r) != OK) {
		*ret_err = ERR_CORRUPT;
		return false;
	}
	*ret_customer = customer;
	*ret_sealed = sealed;
	*rest = str_sub(*rest, rest->len - left, left);
	return true;
}
