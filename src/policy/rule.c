/*
 * One rule: its conditions, count and words, from the block language.
 */
#include "base/time.h"
#include "policy/rules.h"

static const char *const cond_words[] = { "report", "signal", "grade", "reporter", "source", "fact", "customer", "service", "outside", "port", "zone", "hosted",
	"notice", "role", "content", "not", NULL };
static const char *const role_words[] = { "actor", "helper", NULL };
static const char *const rule_words[] = { "when", "count", "severity", "ladder", "because", "appeal", "advice", "person", "asks", NULL };
static const char *const per_words[] = { "customer", "user", "address", "reseller", "service", NULL };
static const char *const source_words[] = { "none", "address", "prefix", "domain", "url", "email", "login", NULL };

static int index_of(struct str s, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (str_eq(s, str_of(words[i])))
			return i;
	return -1;
}

static enum err unknown_word(struct why *why, const struct conf *at, unsigned arg, const char *what, const char *const *words)
{
	enum err e = conf_fail(why, at, arg, ERR_SYNTAX, "\"%.*s\" is no %s", STR_ARG(at->args[arg].text), what);
	const char *near = conf_nearest(at->args[arg].text, words);
	if (near)
		why_hint(why, "did you mean \"%s\"?", near);
	return e;
}

static bool is_comma(const struct conf *at, unsigned i)
{
	return !at->args[i].quoted && str_eq(at->args[i].text, STR(","));
}

/* "messaging.spam", or "connection.*" for the kinds of a category: not the sealed ones, nor those that take a report back. */
static enum err add_kind(const struct conf *at, unsigned i, struct cond *c, struct why *why)
{
	struct str name = at->args[i].text;
	bool all = name.len > 2 && str_eq(str_sub(name, name.len - 2, 2), STR(".*"));
	struct str prefix = str_sub(name, 0, name.len - 1);
	bool any = false;
	for (int k = 1; k < KIND_COUNT; k++) {
		struct str this = str_of(kind_words[k]);
		bool apart = kind_info((enum kind)k)->flags & (KIND_SEALED | KIND_UNDO);
		if (all ? str_starts(this, prefix) && !apart : str_eq(this, name)) {
			c->kinds[k / 64] |= UINT64_C(1) << k % 64;
			any = true;
		}
	}
	return any ? OK : unknown_word(why, at, i, "kind of report", kind_words + 1);
}

/* Words joined by "or" from *i on; each is given to add. */
static enum err add_words(struct arena *a, const struct conf *at, unsigned *i, unsigned end, struct cond *c, struct why *why)
{
	c->words = ARENA_ARRAY(a, struct str, end);
	if (!c->words)
		return ERR_NOMEM;
	do {
		if (*i == end)
			return conf_fail(why, at, *i - 1, ERR_SYNTAX, "something is missing behind \"%.*s\"", STR_ARG(at->args[*i - 1].text));
		enum err e = OK;
		uint64_t port;
		int index;
		switch (c->type) {
		case COND_REPORT:
			e = add_kind(at, *i, c, why);
			break;
		case COND_GRADE:
			index = index_of(at->args[*i].text, grade_words);
			if (index < 1)
				return unknown_word(why, at, *i, "grade (A to E)", grade_words + 1);
			c->set |= 1u << index;
			break;
		case COND_SOURCE:
			index = index_of(at->args[*i].text, source_words);
			if (index < 1)
				return unknown_word(why, at, *i, "type of source", source_words + 1);
			c->set |= 1u << index;
			break;
		case COND_NOTICE:
			index = index_of(at->args[*i].text, notice_words);
			if (index < 1)
				return unknown_word(why, at, *i, "state of a notice", notice_words + 1);
			c->set |= 1u << index;
			break;
		case COND_ROLE: case COND_CONTENT:
			index = (int)part_find(at->args[*i].text);
			if (c->type == COND_ROLE ? !part_is_role((enum part)index) : !part_is_content((enum part)index))
				return unknown_word(why, at, *i, c->type == COND_ROLE ? "role (actor, helper)" : "word for content (sent, stored, shown)",
					c->type == COND_ROLE ? role_words : part_words + PART_STORED);
			c->set |= 1u << index;
			break;
		case COND_PORT:
			if (str_to_u64(at->args[*i].text, 65535, &port) != OK || !port)
				return conf_fail(why, at, *i, ERR_RANGE, "\"%.*s\" is no port (1 to 65535)", STR_ARG(at->args[*i].text));
			c->words[c->word_count++] = at->args[*i].text;
			break;
		default:
			c->words[c->word_count++] = at->args[*i].text;
		}
		if (e)
			return e;
	} while (++*i < end && str_eq(at->args[*i].text, STR("or")) && ++*i);
	return OK;
}

static enum err fact_cond(struct arena *a, const struct conf *at, unsigned *i, unsigned end, struct cond *c, struct why *why)
{
	static const char *const ops[] = { "is", "contains", ">=", "<=", NULL };
	if (end - *i != 3)
		return conf_fail(why, at, *i - 1, ERR_SYNTAX, "a fact is compared as in: fact NAME is \"VALUE\", fact NAME >= NUMBER");
	int op = index_of(at->args[*i + 1].text, ops);
	if (op < 0)
		return unknown_word(why, at, *i + 1, "comparison", ops);
	c->words = ARENA_ARRAY(a, struct str, 1);
	if (!c->words)
		return ERR_NOMEM;
	c->words[c->word_count++] = at->args[*i].text;
	c->op = (enum cond_op)op;
	c->value = at->args[*i + 2].text;
	if (op >= OP_LEAST && str_to_i64(c->value, &c->number) != OK)
		return conf_fail(why, at, *i + 2, ERR_SYNTAX, "\"%.*s\" is no number", STR_ARG(c->value));
	*i = end;
	return OK;
}

static enum err expect_word(const struct conf *at, unsigned *i, unsigned end, const char *word, struct why *why)
{
	if (*i < end && str_eq(at->args[*i].text, str_of(word))) {
		++*i;
		return OK;
	}
	return conf_fail(why, at, *i < end ? *i : *i - 1, ERR_SYNTAX, "\"%s\" is expected here", word);
}

/* "reporter verified", or "reporter reputation >= fair" */
static enum err reporter_cond(const struct conf *at, unsigned *i, unsigned end, struct cond *c, struct why *why)
{
	if (*i == end || !str_eq(at->args[*i].text, STR("reputation")))
		return expect_word(at, i, end, "verified", why);
	++*i;
	enum err e = expect_word(at, i, end, ">=", why);
	if (e)
		return e;
	/* nobody is worse than poor, and what cannot be told is no rank */
	int word = *i < end ? index_of(at->args[*i].text, reputation_words) : -1;
	if (*i == end)
		return conf_fail(why, at, *i - 1, ERR_SYNTAX, "fair or good is expected here");
	if (word < REPUTATION_FAIR)
		return unknown_word(why, at, *i, "reputation to ask for (fair, good)", reputation_words + REPUTATION_FAIR);
	c->type = COND_REPUTATION;
	c->number = word;
	++*i;
	return OK;
}

static enum err cond_read(struct arena *a, const struct conf *at, unsigned from, unsigned end, struct cond *c, struct why *why)
{
	unsigned i = from;
	struct buf text;
	buf_init(&text, 4096);
	for (unsigned k = from; k < end; k++) {
		buf_puts(&text, k == from ? "" : " ");
		buf_put(&text, at->args[k].text);
	}
	c->text = str_copy(a, buf_str(&text));
	c->at = at;
	c->arg = from;
	buf_done(&text);
	if (i < end && str_eq(at->args[i].text, STR("not"))) {
		c->negate = true;
		i++;
	}
	if (i == end)
		return conf_fail(why, at, from, ERR_SYNTAX, "a condition is expected here");
	int type = index_of(at->args[i].text, cond_words);
	if (type < 0 || type > COND_CONTENT)
		return unknown_word(why, at, i, "condition", cond_words);
	c->type = (enum cond_type)type;
	i++;
	enum err e = OK;
	switch (c->type) {
	case COND_VERIFIED: e = reporter_cond(at, &i, end, c, why); break;
	case COND_ZONE: e = expect_word(at, &i, end, "given", why); break;
	case COND_HOSTED: case COND_REPUTATION: break;
	case COND_OUTSIDE:
		e = expect_word(at, &i, end, "permitted", why);
		if (e == OK)
			e = expect_word(at, &i, end, "use", why);
		break;
	case COND_FACT: e = fact_cond(a, at, &i, end, c, why); break;
	case COND_CLASS: e = expect_word(at, &i, end, "class", why); /* fall through */
	case COND_REPORT: case COND_SIGNAL: case COND_GRADE: case COND_SOURCE: case COND_SERVICE: case COND_PORT: case COND_NOTICE:
	case COND_ROLE: case COND_CONTENT:
		if (e == OK)
			e = add_words(a, at, &i, end, c, why);
		break;
	}
	if (e == OK && i != end)
		e = conf_fail(why, at, i, ERR_SYNTAX, "\"%.*s\" is not understood here; conditions are separated by commas", STR_ARG(at->args[i].text));
	return e;
}

static enum err when_read(struct arena *a, const struct conf *at, struct rule *r, struct why *why)
{
	for (unsigned from = 1; from <= at->arg_count;) {
		unsigned end = from;
		while (end < at->arg_count && !is_comma(at, end))
			end++;
		if (r->cond_count == RULE_CONDS_MAX)
			return conf_fail(why, at, from, ERR_LIMIT, "a rule has at most %d conditions", RULE_CONDS_MAX);
		if (from == at->arg_count)
			return conf_fail(why, at, from - 1, ERR_SYNTAX, "a condition is expected here");
		enum err e = cond_read(a, at, from, end, &r->conds[r->cond_count++], why);
		if (e)
			return e;
		from = end + 1;
		if (end == at->arg_count)
			break;
	}
	return OK;
}

/* count [distinct] WHAT per WHOM >= N in SPAN */
static enum err count_read(const struct conf *at, struct rule *r, struct why *why)
{
	unsigned i = 1, n = at->arg_count;
	bool distinct = i < n && str_eq(at->args[i].text, STR("distinct"));
	i += distinct;
	if (i >= n)
		return conf_fail(why, at, 0, ERR_SYNTAX, "count [distinct] WHAT per WHOM >= NUMBER in SPAN");
	struct str what = at->args[i].text;
	if (!distinct && !str_eq(what, STR("reports")))
		return conf_fail(why, at, i, ERR_SYNTAX, "\"%.*s\" can only be counted as distinct", STR_ARG(what));
	r->distinct = distinct ? what : STR_NONE;
	i++;
	enum err e = expect_word(at, &i, n, "per", why);
	if (e)
		return e;
	int per = i < n ? index_of(at->args[i].text, per_words) : -1;
	if (per < 0)
		return unknown_word(why, at, i < n ? i : n - 1, "subject to count by", per_words);
	r->per = (enum per)per;
	i++;
	e = expect_word(at, &i, n, ">=", why);
	if (e)
		return e;
	if (i >= n || str_to_i64(at->args[i].text, &r->least) != OK || r->least < 1)
		return conf_fail(why, at, i < n ? i : n - 1, ERR_RANGE, "a number of at least 1 is expected");
	i++;
	e = expect_word(at, &i, n, "in", why);
	if (e)
		return e;
	if (i >= n || span_parse(at->args[i].text, &r->in_us) != OK || r->in_us < MINUTE_US)
		return conf_fail(why, at, i < n ? i : n - 1, ERR_SYNTAX, "a span such as 24h is expected");
	r->counted = true;
	return ++i == n ? OK : conf_fail(why, at, i, ERR_SYNTAX, "\"%.*s\" is not understood here", STR_ARG(at->args[i].text));
}

static enum err one_text(const struct conf *s, struct str *ret, struct why *why)
{
	if (s->arg_count != 2)
		return conf_fail(why, s, 0, ERR_SYNTAX, "%.*s takes one text", STR_ARG(s->args[0].text));
	*ret = s->args[1].text;
	return OK;
}

static enum err rule_statement(struct arena *a, const struct conf *s, struct rule *r, struct why *why)
{
	int word = index_of(s->args[0].text, rule_words), severity;
	struct str text = STR_NONE;
	enum err e = OK;
	/* conditions may stand in several lines, all else is said once */
	if (word > 0 && conf_find(r->at->child, rule_words[word]) != s)
		return conf_fail(why, s, 0, ERR_EXISTS, "%s is given twice in rule %.*s", rule_words[word], STR_ARG(r->name));
	if ((word == 6 || word == 7) && s->arg_count > 1)
		return conf_fail(why, s, 1, ERR_SYNTAX, "%s stands alone", rule_words[word]);
	switch (word) {
	case 0: return when_read(a, s, r, why);
	case 1: return count_read(s, r, why);
	case 2:
		e = one_text(s, &text, why);
		severity = index_of(text, severity_words);
		if (e == OK && severity < 1)
			return unknown_word(why, s, 1, "severity", severity_words + 1);
		r->severity = (enum severity)severity;
		return e;
	case 3: return one_text(s, &r->ladder, why);
	case 4: return one_text(s, &r->because, why);
	case 5:
		e = one_text(s, &text, why);
		return e ? e : span_parse(text, &r->appeal_us) ? conf_fail(why, s, 1, ERR_SYNTAX, "\"%.*s\" is no span such as 30d", STR_ARG(text)) : OK;
	case 6: r->advice = true; return OK;
	case 7: r->person = true; return OK;
	case 8: return one_text(s, &r->asks, why);
	default: return unknown_word(why, s, 0, "part of a rule", rule_words);
	}
}

enum err rule_read(struct arena *a, const struct conf *at, struct rule *ret_rule, struct why *why)
{
	*ret_rule = (struct rule){ .at = at };
	if (at->arg_count != 2 || !at->has_block)
		return conf_fail(why, at, 0, ERR_SYNTAX, "a rule reads: rule NAME { ... }");
	ret_rule->name = at->args[1].text;
	for (const struct conf *s = at->child; s; s = s->next) {
		enum err e = rule_statement(a, s, ret_rule, why);
		if (e)
			return e;
	}
	return OK;
}
