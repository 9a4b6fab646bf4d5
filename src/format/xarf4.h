/*
 * XARF version 4 as tables: what a report of each type holds, after the published schemas (not the specification's prose,
 * which differs). xarf4_check holds a document against them and calls each broken rule by the member's name; it never
 * changes how the document is read.
 *
 * Formats are rules, and the text of source_identifier is tested as an address: a validator that takes formats for remarks
 * asks a domain for its port. Names of members are bytes of a stranger and are quoted short; values are not quoted.
 */
#ifndef AUPD_FORMAT_XARF4_H
#define AUPD_FORMAT_XARF4_H

#include "base/json.h"
#include "format/format.h"

enum xarf4_value {
	ANY,
	TEXT,
	WORD,
	FLAG,
	INTEGER,
	NUMBER,
	OBJECT,
	DATE_TIME,
	DATE,
	EMAIL,
	HOST,
	URI,
	UUID,
	ADDRESS,
	IPV4,
	IPV6,
	BASE64,
	VERSION,
	DOMAIN,
	CVE,
	CVE_LONG,
	CVSS3,
	HASH,
	FILE_HASH,
	HEX32,
	HEX40,
	HEX64,
	TAG,
	LANGUAGE,
	COUNTRY,
	CURRENCY,
	MAGNET
};

/* Of a rule. BOUNDED: a number is not below least, nor above most where that is not 0. LIST: each of its items is the value. */
enum { NEEDED = 1, LIST = 2, CLOSED = 4 /* no member beside those named */, UNIQUE = 8, BOUNDED = 16 };

/* A table of rules ends with a name of NULL. most: of a text, its characters; 0 is no bound. */
struct xarf4_rule {
	const char *name;
	enum xarf4_value value;
	unsigned flags;
	double least, most;
	const char *words;                /* WORD: "a|b" */
	unsigned items_least, items_most; /* LIST */
	const struct xarf4_rule *members; /* OBJECT; NULL: any */
};

/* Of a type. PORT_OF_ADDRESS: a source that is an address has a source_port. SMTP: protocol smtp asks for smtp_from and source_port. */
enum { PORT_OF_ADDRESS = 1, SMTP = 2 };

struct xarf4_type {
	const char *name; /* "category.type" */
	const struct xarf4_rule *rules;
	unsigned flags;
	const char *one_of; /* "a.b|a.c": one of them is there */
};

extern const struct xarf4_type xarf4_types[];
extern const struct xarf4_rule xarf4_core[];
/* xarf4_content holds for each type of that category. */
extern const struct xarf4_rule xarf4_content[], xarf4_brand_infringement[], xarf4_csam[], xarf4_csem[], xarf4_exposed_data[], xarf4_fraud[],
	xarf4_malware[], xarf4_phishing[], xarf4_remote_compromise[], xarf4_suspicious_registration[];
extern const struct xarf4_rule xarf4_copyright[], xarf4_cyberlocker[], xarf4_link_site[], xarf4_p2p[], xarf4_ugc_platform[], xarf4_usenet[];

/* Every broken rule becomes a strict problem of d. */
void xarf4_check(struct decode *d, const struct json *root);

#endif
