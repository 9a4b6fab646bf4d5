/*
 * The policy language: whatever is included, loading and checking end with a place or with a policy; one that passes the
 * checks shows a text that loads again and shows the same, covers itself and differs in nothing from itself.
 */
#include "model/clause.h"
#include "fuzz.h"
#include "policy/check.h"
#include "policy/coverage.h"
#include "policy/diff.h"
#include "policy/show.h"

enum { TEXT_MAX = 8 << 20 };

static const struct driver_ability drivers[] = { { "nft", true, true, false }, { "once", true, false, true }, { "task", true, true, true }, { NULL, false, false, false } };

/* Clauses that the input is to give; the harness declares all others unused. */
static const char *const given[] = { "email.unsolicited", "content.csam", "access.basic-security", "other.discretion", NULL };

static bool is_given(const char *id)
{
	for (const char *const *g = given; *g; g++)
		if (strcmp(*g, id) == 0)
			return true;
	return false;
}

static struct str frame(struct arena *a)
{
	struct buf b;
	buf_init(&b, TEXT_MAX);
	buf_puts(&b, "policy \"fuzz\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z }\nenforce limit mail { driver nft set m }\ninclude \"fuzz.policy\"\n");
	for (const struct clause_info *c = clause_table; c->id; c++)
		if (!is_given(c->id))
			buf_printf(&b, "clause %s unused because \"test\"\n", c->id);
	struct str s = str_copy(a, buf_str(&b));
	buf_done(&b);
	return s;
}

static struct str show(struct arena *a, const struct policy *p)
{
	struct buf b;
	buf_init(&b, TEXT_MAX);
	show_policy(p, &b);
	MUST(b.err == OK);
	struct str s = str_copy(a, buf_str(&b));
	buf_done(&b);
	return s;
}

static void whole(struct arena *a, struct bundle b, const struct policy *p)
{
	struct policy *again;
	struct coverage covered;
	struct changes changes;
	struct why why;
	const struct coverage_sources sources = { .complaints = true, .people = true };
	struct str first = show(a, p);
	b.files[0].text = first;
	MUST(policy_load(a, &b, &again, &why) == OK);
	MUST(policy_check(again, drivers, &why) == OK);
	MUST(str_eq(show(a, again), first));
	MUST(coverage_make(a, p, &sources, &covered) == OK && covered.clause_count >= 59);
	MUST(diff_make(a, p, again, &changes) == OK && changes.count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new("fuzz", 256 << 20);
	struct policy *p = NULL;
	struct why why = { .line = 0 };
	MUST(a);
	struct buf doc;
	buf_init(&doc, 4096);
	for (const char *const *g = given; *g; g++)
		buf_printf(&doc, "### T {#%s}\n\ntext\n\n", *g);
	struct bundle_file files[] = { { STR("aup.policy"), frame(a) }, { STR("fuzz.policy"), FUZZ_TEXT(data, len) }, { STR("aup.md"), buf_str(&doc) },
		{ STR("letters/en/l.txt"), STR("Subject: {case}\n\n{because}\n") } };
	struct bundle b = { STR("aup.policy"), files, 4 };
	enum err e = policy_load(a, &b, &p, &why);
	if (e)
		MUST(!p && why.text[0]);
	else if (policy_check(p, drivers, &why) == OK)
		whole(a, b, p);
	else
		MUST(why.text[0] && why.line);
	buf_done(&doc);
	arena_free(a);
	return 0;
}
