/*
 * Tables of the registry's nouns: field codec, and which type has and needs which column.
 */
#include "model/entity.h"

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct entity, member) }

const char *const entity_type_words[] = { "none", "customer", "reseller", "affiliate", "user", "contact", "agreement", "limit", "service",
	"prefix", "asn", "domain", "login", "mailbox", "permission", "served", "mark", NULL };

const struct field entity_fields[] = {
	{ .name = "type", .type = FIELD_ENUM, .offset = offsetof(struct entity, type), .words = entity_type_words },
	F(id, FIELD_STR),
	F(customer, FIELD_STR),
	F(reseller, FIELD_STR),
	F(affiliate, FIELD_STR),
	F(user, FIELD_STR),
	F(service, FIELD_STR),
	{ .name = "from", .type = FIELD_TIME, .offset = offsetof(struct entity, from_at) },
	{ .name = "until", .type = FIELD_TIME, .offset = offsetof(struct entity, until_at) },
	{ .name = "class", .type = FIELD_STR, .offset = offsetof(struct entity, class_name) },
	F(kind, FIELD_STR),
	F(resource, FIELD_STR),
	F(ports, FIELD_STR),
	F(target, FIELD_STR),
	F(permitted_use, FIELD_STR),
	{ .name = "depends", .type = FIELD_STRS, .offset = offsetof(struct entity, depends), .count_offset = offsetof(struct entity, depend_count),
		.max = ENTITY_LIST_MAX },
	F(lifeline, FIELD_BOOL),
	{ .name = "protected", .type = FIELD_BOOL, .offset = offsetof(struct entity, protected_) },
	F(document, FIELD_STR),
	F(document_version, FIELD_STR),
	F(value, FIELD_OPTIONAL),
	F(unit, FIELD_STR),
	F(language, FIELD_STR),
	F(digest, FIELD_STR),
	F(name, FIELD_STR),
	F(email, FIELD_STR),
	F(phone, FIELD_STR),
	F(sealed, FIELD_BYTES),
	{ .name = NULL },
};

#define T(t) (1u << ENTITY_##t)
#define HOLDERS (T(USER) | T(AFFILIATE) | T(CONTACT) | T(AGREEMENT) | T(SERVICE) | T(LOGIN) | T(MAILBOX) | T(PERMISSION) | T(SERVED) | T(MARK))
#define OWNABLE (T(PREFIX) | T(ASN) | T(DOMAIN) | T(LIMIT))
#define RESOURCES (T(PREFIX) | T(ASN) | T(DOMAIN) | T(LOGIN) | T(MAILBOX))
#define ALL ((1u << ENTITY_TYPE_END) - 2u)

const struct entity_column entity_columns[] = {
	{ "type", ALL, ALL },
	{ "id", ALL, ALL },
	{ "customer", HOLDERS | OWNABLE, HOLDERS },
	{ "reseller", T(CUSTOMER) | T(RESELLER) | T(SERVED), T(SERVED) },
	{ "affiliate", RESOURCES | T(USER) | T(SERVICE) | T(AGREEMENT), 0 },
	{ "user", RESOURCES | T(SERVICE) | T(AGREEMENT), 0 },
	{ "service", RESOURCES, 0 },
	{ "from", ALL, 0 },
	{ "until", ALL, 0 },
	{ "class", T(CUSTOMER) | T(RESELLER) | T(LIMIT), 0 },
	{ "kind", T(CONTACT) | T(LIMIT) | T(SERVICE) | T(PREFIX) | T(PERMISSION) | T(MARK), T(LIMIT) | T(SERVICE) | T(PERMISSION) | T(MARK) },
	{ "resource", RESOURCES | T(PERMISSION) | T(MARK), RESOURCES | T(MARK) },
	{ "ports", T(PREFIX), 0 },
	{ "target", T(SERVICE), 0 },
	{ "permitted_use", T(SERVICE), 0 },
	{ "depends", T(SERVICE), 0 },
	{ "lifeline", T(SERVICE), 0 },
	{ "protected", T(CUSTOMER) | T(RESELLER) | T(SERVICE) | T(PREFIX), 0 },
	{ "document", T(AGREEMENT), T(AGREEMENT) },
	{ "document_version", T(AGREEMENT), T(AGREEMENT) },
	{ "value", T(LIMIT), T(LIMIT) },
	{ "unit", T(LIMIT), 0 },
	{ "language", T(CUSTOMER) | T(RESELLER) | T(USER) | T(CONTACT), 0 },
	{ "digest", T(CUSTOMER) | T(RESELLER), 0 },
	{ "name", T(CUSTOMER) | T(RESELLER) | T(AFFILIATE) | T(USER) | T(CONTACT), 0 },
	{ "email", T(CUSTOMER) | T(RESELLER) | T(USER) | T(CONTACT), T(CONTACT) },
	{ "phone", T(CONTACT), 0 },
	{ NULL, 0, 0 },
};
