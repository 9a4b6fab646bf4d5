/*
 * A statement of reasons against the rules of the transparency database, restated; and its words. See reasons.h.
 *
 * One table of fields: what each holds, which must be there, how long. What depends on another field is asked afterwards.
 * A member that the table does not know is wrong too: it may be personal data that does not belong there.
 */
#include "engine/reasons.h"

#include "base/time.h"

enum holds { HOLDS_TEXT, HOLDS_WORD, HOLDS_LIST, HOLDS_DAY, HOLDS_DAY_OR_NONE, HOLDS_ID };

static const char *const grounds[] = { "ILLEGAL_CONTENT", "INCOMPATIBLE_CONTENT", NULL };
static const char *const provisions[] = { "PARTIAL_SUSPENSION", "TOTAL_SUSPENSION", "PARTIAL_TERMINATION", "TOTAL_TERMINATION", NULL };
static const char *const accounts[] = { "SUSPENDED", "TERMINATED", NULL };
static const char *const moneys[] = { "SUSPENSION", "TERMINATION", "OTHER", NULL };
static const char *const visibilities[] = { "CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
	"CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER", NULL };
static const char *const answers[] = { "Yes", "No", NULL };
static const char *const decisions[] = { "FULLY", "PARTIALLY", "NOT_AUTOMATED", NULL };

static const struct field_rule {
	const char *name, *label;
	enum holds holds;
	bool required;
	size_t max;                     /* characters */
	const char *prefix;
	const char *const *words;
} rules[] = {
	{ "decision_visibility", "What is seen", HOLDS_LIST, false, 0, "DECISION_VISIBILITY_", visibilities },
	{ "decision_visibility_other", "What is seen", HOLDS_TEXT, false, STATEMENT_SHORT_MAX, NULL, NULL },
	{ "decision_monetary", "Payments", HOLDS_WORD, false, 0, "DECISION_MONETARY_", moneys },
	{ "decision_monetary_other", "Payments", HOLDS_TEXT, false, STATEMENT_SHORT_MAX, NULL, NULL },
	{ "decision_provision", "Service", HOLDS_WORD, false, 0, "DECISION_PROVISION_", provisions },
	{ "decision_account", "Account", HOLDS_WORD, false, 0, "DECISION_ACCOUNT_", accounts },
	{ "end_date_visibility_restriction", "Until", HOLDS_DAY_OR_NONE, false, 0, NULL, NULL },
	{ "end_date_monetary_restriction", "Until", HOLDS_DAY_OR_NONE, false, 0, NULL, NULL },
	{ "end_date_service_restriction", "Until", HOLDS_DAY_OR_NONE, false, 0, NULL, NULL },
	{ "end_date_account_restriction", "Until", HOLDS_DAY_OR_NONE, false, 0, NULL, NULL },
	{ "application_date", "Since", HOLDS_DAY, true, 0, NULL, NULL },
	{ "territorial_scope", "Territory", HOLDS_LIST, false, 0, "", statement_territories },
	{ "decision_ground", "Ground", HOLDS_WORD, true, 0, "DECISION_GROUND_", grounds },
	{ "illegal_content_legal_ground", "Law", HOLDS_TEXT, false, STATEMENT_SHORT_MAX, NULL, NULL },
	{ "illegal_content_explanation", "Explanation", HOLDS_TEXT, false, STATEMENT_LONG_MAX, NULL, NULL },
	{ "incompatible_content_ground", "Clause", HOLDS_TEXT, false, STATEMENT_SHORT_MAX, NULL, NULL },
	{ "incompatible_content_explanation", "Explanation", HOLDS_TEXT, false, STATEMENT_LONG_MAX, NULL, NULL },
	{ "incompatible_content_illegal", "Also illegal", HOLDS_WORD, false, 0, "", answers },
	{ "decision_ground_reference_url", "Reference", HOLDS_TEXT, false, STATEMENT_SHORT_MAX, NULL, NULL },
	{ "category", "Category", HOLDS_WORD, true, 0, "STATEMENT_CATEGORY_", statement_categories },
	{ "category_specification", "Keywords", HOLDS_LIST, false, 0, "KEYWORD_", statement_keywords },
	{ "content_type", "Content", HOLDS_LIST, true, 0, "CONTENT_TYPE_", statement_contents },
	{ "content_type_other", "Content", HOLDS_TEXT, false, STATEMENT_SHORT_MAX, NULL, NULL },
	{ "content_date", "Content of", HOLDS_DAY, true, 0, NULL, NULL },
	{ "decision_facts", "Facts", HOLDS_TEXT, true, STATEMENT_FACTS_MAX, NULL, NULL },
	{ "source_type", "Source", HOLDS_WORD, true, 0, "SOURCE_", statement_sources },
	{ "automated_detection", "Found by machine", HOLDS_WORD, true, 0, "", answers },
	{ "automated_decision", "Decided", HOLDS_WORD, true, 0, "AUTOMATED_DECISION_", decisions },
	{ "puid", "Id", HOLDS_ID, true, STATEMENT_SHORT_MAX, NULL, NULL },
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

/* A field that must be there when another says so; the one for any of several restrictions is asked apart. */
static const struct { const char *when, *is, *needs; } needs[] = {
	{ "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT", "illegal_content_legal_ground" },
	{ "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT", "illegal_content_explanation" },
	{ "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT", "incompatible_content_ground" },
	{ "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT", "incompatible_content_explanation" },
	{ "decision_visibility", "DECISION_VISIBILITY_OTHER", "decision_visibility_other" },
	{ "decision_monetary", "DECISION_MONETARY_OTHER", "decision_monetary_other" },
	{ "content_type", "CONTENT_TYPE_OTHER", "content_type_other" },
};

static const char *const restrictions[] = { "decision_visibility", "decision_monetary", "decision_provision", "decision_account" };
static const char *const ends[] = { "end_date_visibility_restriction", "end_date_monetary_restriction", "end_date_service_restriction", "end_date_account_restriction" };

struct checking {
	struct arena *a;
	struct str *problems;
	unsigned count;
};

static void problem(struct checking *k, const char *name, const char *what)
{
	if (k->count < REASONS_PROBLEMS_MAX)
		k->problems[k->count++] = str_format(k->a, "%s %s", name, what);
}

static bool is_day(struct str s, int64_t *ret_at)
{
	return s.len == 10 && time_parse(s, ret_at) == OK;
}

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return s.len > 0;
}

static bool is_word(const struct field_rule *f, const struct json *v)
{
	return v->type == JSON_STRING && str_starts(v->text, str_of(f->prefix)) && statement_has(f->words, str_sub(v->text, strlen(f->prefix), v->text.len));
}

static void check_value(struct checking *k, const struct field_rule *f, const struct json *v)
{
	int64_t at;
	switch (f->holds) {
	case HOLDS_WORD:
		if (!is_word(f, v))
			problem(k, f->name, "is none of the database's words");
		break;
	case HOLDS_LIST:
		if (v->type != JSON_ARRAY || !v->child)
			problem(k, f->name, "is no list of words");
		for (const struct json *m = v->type == JSON_ARRAY ? v->child : NULL; m; m = m->next)
			if (!is_word(f, m))
				problem(k, f->name, "holds what is none of the database's words");
		break;
	case HOLDS_DAY: case HOLDS_DAY_OR_NONE:
		if (!(v->type == JSON_NULL && f->holds == HOLDS_DAY_OR_NONE) && !(v->type == JSON_STRING && is_day(v->text, &at)))
			problem(k, f->name, "is no day, YYYY-MM-DD");
		break;
	case HOLDS_TEXT: case HOLDS_ID:
		if (v->type != JSON_STRING || !str_trim(v->text).len)
			problem(k, f->name, "says nothing");
		else if (statement_length(v->text) > f->max)
			problem(k, f->name, str_format(k->a, "is longer than %zu characters", f->max).ptr);
		else if (f->holds == HOLDS_ID && !is_id(v->text))
			problem(k, f->name, "holds more than letters, digits, - and _");
		break;
	}
}

static const struct field_rule *rule_of(struct str name)
{
	for (unsigned i = 0; i < RULES; i++)
		if (str_eq(name, str_of(rules[i].name)))
			return &rules[i];
	return NULL;
}

static bool says(const struct json *v, const char *word)
{
	if (v && v->type == JSON_ARRAY)
		for (const struct json *m = v->child; m; m = m->next)
			if (m->type == JSON_STRING && str_eq(m->text, str_of(word)))
				return true;
	return v && v->type == JSON_STRING && str_eq(v->text, str_of(word));
}

static void check_ends(struct checking *k, const struct json *s)
{
	int64_t from, until;
	if (!is_day(json_text(s, "application_date"), &from))
		return;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (is_day(json_text(s, ends[i]), &until) && until < from)
			problem(k, ends[i], "lies before application_date");
}

unsigned reasons_check(struct arena *a, const struct json *s, struct str ret_problems[REASONS_PROBLEMS_MAX])
{
	struct checking k = { a, ret_problems, 0 };
	bool restricts = false;
	if (!s || s->type != JSON_OBJECT) {
		problem(&k, "a statement", "is an object");
		return k.count;
	}
	for (const struct json *m = s->child; m; m = m->next) {
		const struct field_rule *f = rule_of(m->key);
		if (f)
			check_value(&k, f, m);
		else
			problem(&k, str_c(a, str_printable(a, m->key, STATEMENT_SHORT_MAX)), "is no field that a statement of ours has");
	}
	for (unsigned i = 0; i < RULES; i++)
		if (rules[i].required && !json_get(s, rules[i].name))
			problem(&k, rules[i].name, "is missing");
	for (size_t i = 0; i < sizeof(restrictions) / sizeof(restrictions[0]); i++)
		restricts |= json_get(s, restrictions[i]) != NULL;
	if (!restricts)
		problem(&k, "decision_visibility, decision_monetary, decision_provision or decision_account", "is missing");
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (says(json_get(s, needs[i].when), needs[i].is) && !json_get(s, needs[i].needs))
			problem(&k, needs[i].needs, "is missing");
	check_ends(&k, s);
	return k.count;
}

static void put_value(const struct field_rule *f, const struct json *v, struct buf *out)
{
	size_t skip = f->prefix ? strlen(f->prefix) : 0;
	if (v->type == JSON_NULL)
		buf_puts(out, "it is lifted");
	for (const struct json *m = v->type == JSON_ARRAY ? v->child : NULL; m; m = m->next)
		buf_printf(out, "%s%.*s", m == v->child ? "" : ", ", STR_ARG(str_sub(m->text, skip, m->text.len)));
	if (v->type == JSON_STRING)
		buf_put(out, str_sub(v->text, skip, v->text.len));
}

void reasons_words(const struct json *s, struct buf *out)
{
	for (unsigned i = 0; i < RULES; i++) {
		const struct json *v = json_get(s, rules[i].name);
		if (!v)
			continue;
		buf_printf(out, "  %-17s ", rules[i].label);
		put_value(&rules[i], v, out);
		buf_putc(out, '\n');
	}
}
