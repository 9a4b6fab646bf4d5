/*
 * What an act of aaa-sql replaces, as the act keeps it: for each login, and each of its groups or attributes that the profile is about, the
 * rows that stood there and the rows that are put there. The document is made before anything is changed, and undoing goes by it alone.
 *
 *   {"units":[{"login":"alice","table":"group","had":[["gold","","1"]],"set":[["suspended","","1"]]},
 *             {"login":"alice","table":"check","attribute":"Auth-Type","had":[],"set":[["Auth-Type",":=","Reject"]]}]}
 *
 * A row is its attribute, or its group, its operator and its value, or priority. Nothing here reads or writes a database. Hostile are rows
 * that somebody else wrote there: bounded in number and length, and of no meaning here.
 */
#ifndef AUPD_ACTION_AAA_DOC_H
#define AUPD_ACTION_AAA_DOC_H

#include "model/act.h"
#include "model/config_aaa.h"

enum { AAA_LOGINS_MAX = ACT_SESSIONS_MAX, AAA_UNITS_MAX = 128, AAA_UNIT_ROWS_MAX = 32, AAA_DOC_BYTES_MAX = 256 << 10 };

struct aaa_row { struct str attribute, op, value; };
struct aaa_rows { struct aaa_row list[AAA_UNIT_ROWS_MAX]; unsigned count; };

struct aaa_unit {
	struct str login;
	enum aaa_table table;
	struct str attribute;           /* of check and reply */
	struct aaa_rows had, set;
};

struct aaa_doc {
	struct aaa_unit *units;
	unsigned count;
};

/* In whatever order. */
bool aaa_rows_eq(const struct aaa_rows *a, const struct aaa_rows *b);
/* What a profile sets for these logins; had is empty yet. Texts are borrowed. ERR_LIMIT: more than AAA_UNITS_MAX. */
enum err aaa_doc_plan(struct arena *a, const struct aaa_profile *p, const struct str *logins, unsigned login_count, struct aaa_doc *ret_doc, struct why *why) MUST_CHECK;
/* ERR_SYNTAX: a text that cannot be kept as it is (not UTF-8). */
enum err aaa_doc_write(struct arena *a, const struct aaa_doc *doc, struct str *ret_text) MUST_CHECK;
enum err aaa_doc_read(struct arena *a, struct str text, struct aaa_doc *ret_doc, struct why *why) MUST_CHECK;
/* The strongest verb of the profiles that would leave such rows in such a unit; VERB_NONE: none. */
enum verb aaa_doc_stands(const struct aaa_profile *list, unsigned count, const struct aaa_unit *unit, const struct aaa_rows *now);

#endif
