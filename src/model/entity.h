/*
 * The nouns of the registry: customers, affiliates, users, resellers, contacts, agreements, limits, service instances,
 * resources, written permissions and identity marks, each valid for a span of time.
 *
 * One struct serves all types: a type's table says which members it has and which it needs. Rows of TABLE_ENTITY, key
 * "type/id". Names and addresses of people are sealed before they are stored (the `personal` members): everywhere else
 * a customer is an opaque id.
 */
#ifndef AUPD_MODEL_ENTITY_H
#define AUPD_MODEL_ENTITY_H

#include "base/time.h"
#include "model/field.h"

enum { ENTITY_ID_MAX = 128, ENTITY_TEXT_MAX = 1024, ENTITY_LIST_MAX = 64, RESELLER_DEPTH_MAX = 64 };

enum entity_type {
	ENTITY_NONE,
	ENTITY_CUSTOMER,        /* class; reseller = the one that serves it, "" = the provider itself */
	ENTITY_RESELLER,        /* a customer that is itself a provider; reseller = the one above it */
	ENTITY_AFFILIATE,       /* customer */
	ENTITY_USER,            /* customer */
	ENTITY_CONTACT,         /* customer (or reseller); kind = abuse, technical, billing, legal; language */
	ENTITY_AGREEMENT,       /* customer; document, document_version: what binds whom since when */
	ENTITY_LIMIT,           /* customer "" = default, of a class or of all; kind = what is limited, value, unit */
	ENTITY_SERVICE,         /* instance: kind, permitted use, target of enforcement, depends, lifeline */
	ENTITY_PREFIX,          /* resource = prefix; customer "" = the provider's own space; kind static | dynamic | delegated | shared; ports */
	ENTITY_ASN,
	ENTITY_DOMAIN,
	ENTITY_LOGIN,
	ENTITY_MAILBOX,
	ENTITY_PERMISSION,      /* customer; kind = what was agreed in writing, resource = its paper */
	ENTITY_SERVED,          /* customer, reseller: who served whom while it was valid; goes before the customer's own column */
	ENTITY_MARK,            /* customer; kind, resource = what he has in common with whoever returns: its keyed digest (attribution/mark.h) */
	ENTITY_TYPE_END
};
#define ENTITY_NO_VALUE INT64_MIN
extern const char *const entity_type_words[];

struct entity {
	enum entity_type type;
	struct str id;
	struct str customer, reseller, affiliate, user, service;
	int64_t from_at, until_at;      /* TIME_NONE as from = always; TIME_NONE as until = open */
	struct str class_name;          /* of customers: "residential", "business", "reseller"; of a limit without a customer: of whom it is the default */
	struct str kind;
	struct str resource;            /* normalised text of what is held */
	struct str ports;               /* of shared prefixes: "1024-2047"; "" = all */
	struct str target;              /* of services: what enforcement acts on, when it is not the address */
	struct str permitted_use;
	struct str *depends;            /* of services: instances that stop when this one does */
	unsigned depend_count;
	bool lifeline, protected_;      /* never cut without a person; never cut */
	struct str document, document_version;
	int64_t value;                  /* of limits; ENTITY_NO_VALUE when there is none */
	struct str unit;
	struct str language;
	struct str digest;              /* when letters that may wait go in one: "daily 7" (model/digest.h); "" = each alone */
	struct str name, email, phone;  /* personal */
	struct str sealed;              /* the personal members, sealed under the subject's key; then they are empty */
};

struct entity_column {
	const char *name;               /* in CSV and JSON */
	unsigned types;                 /* set of 1 << type that have it */
	unsigned needed;                /* set of 1 << type that need it */
};

extern const struct field entity_fields[];
extern const struct entity_column entity_columns[];     /* closed by a NULL name */

#endif
