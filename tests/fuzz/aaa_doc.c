/*
 * Any bytes as what an act of aaa-sql has saved: an error has a reason, what is read is within its bounds, is written again as it was meant,
 * and reads back as the same. The first octet picks a profile, which is planned and held against it.
 */
#include "action/aaa_doc.h"
#include "fuzz.h"

static void same(const struct aaa_doc *a, const struct aaa_doc *b)
{
	MUST(a->count == b->count);
	for (unsigned i = 0; i < a->count; i++) {
		const struct aaa_unit *x = &a->units[i], *y = &b->units[i];
		MUST(str_eq(x->login, y->login) && x->table == y->table && str_eq(x->attribute, y->attribute));
		MUST(aaa_rows_eq(&x->had, &y->had) && aaa_rows_eq(&x->set, &y->set) && aaa_rows_eq(&y->had, &x->had));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct str rows[] = { { "group 1 suspended", 17 }, { "check Auth-Type := Reject", 25 }, { "reply A := 1", 12 }, { "reply a += 2 3", 14 } };
	static const struct str logins[] = { { "alice", 5 }, { "bob", 3 } };
	struct arena *a = arena_new("fuzz", 64 << 20);
	struct aaa_doc doc, again, plan;
	struct why why = { 0 };
	struct str text;
	MUST(a != NULL);
	const unsigned pick = len ? data[0] % 4 : 0;
	const struct aaa_profile p = { .name = STR("p"), .verb = VERB_SUSPEND, .rows = rows + pick, .row_count = 4 - pick };
	MUST(aaa_doc_plan(a, &p, logins, 2, &plan, &why) == OK && plan.count && plan.count <= 6);
	enum err e = aaa_doc_read(a, len ? FUZZ_TEXT(data + 1, len - 1) : STR_NONE, &doc, &why);
	MUST(e == OK || why.text[0]);
	if (e == OK) {
		MUST(doc.count <= AAA_UNITS_MAX);
		for (unsigned i = 0; i < doc.count; i++) {
			MUST(doc.units[i].login.len && doc.units[i].had.count <= AAA_UNIT_ROWS_MAX && doc.units[i].set.count <= AAA_UNIT_ROWS_MAX);
			(void)aaa_doc_stands(&p, 1, &doc.units[i], &doc.units[i].had);
		}
		e = aaa_doc_write(a, &doc, &text);
		MUST(e == OK || e == ERR_LIMIT);
		if (e == OK) {
			MUST(aaa_doc_read(a, text, &again, &why) == OK);
			same(&doc, &again);
		}
	}
	arena_free(a);
	return 0;
}
