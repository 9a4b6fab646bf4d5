/*
 * Loading a policy version from its bundle. See load.h: form only, no judgement of whether it may be used.
 */
#include "policy/load.h"

#include "policy/business.h"
#include "policy/counter.h"
#include "policy/proceeding.h"
#include "policy/match.h"
#include "policy/rules.h"
#include "policy/statement.h"

enum { INCLUDES_MAX = 64, APPROVALS_MAX = 8 };

struct loading {
	struct arena *a;
	const struct bundle *bundle;
	struct policy *p;
	struct rules *r;
	unsigned includes;
	struct why *why;
};

static const struct conf_item policy_items[] = {
	{ .name = "text", .type = CONF_STRING, .required = true, .doc = "the posted document; each clause names its paragraph there" },
	{ .name = "posted", .type = CONF_TIME, .required = true, .doc = "when the document was posted" },
	{ .name = "effective", .type = CONF_TIME, .doc = "when it takes effect; as posted unless said otherwise" },
	{ .name = "letters", .type = CONF_STRING, .fallback = "letters", .doc = "directory of the letters, LANGUAGE/NAME.txt" },
	{ .name = "languages", .type = CONF_WORD, .arguments = "LANGUAGE LANGUAGE ...", .fallback = "en", .doc = "languages of the letters; the first is the fallback" },
	{ .name = "version", .type = CONF_STRING, .doc = "name of the version; the effective day unless given" },
	{ .name = "significant", .type = CONF_YESNO, .fallback = "no", .doc = "customers are told of this version by the letter policy-changed" },
	{ .name = "reporter-status", .type = CONF_YESNO, .fallback = "no", .doc = "reporters who wrote by mail are told by that letter what became of their report" },
	{ .name = "proof", .type = CONF_SPAN, .fallback = "4h", .min = MINUTE_US, .max = 7 * DAY_US, .doc = "a letter that has not come back for so long has arrived" },
	{ .name = "zone", .type = CONF_STRING, .fallback = "+00:00", .doc = "the provider's day: the hours at which digests go" },
	{ .name = "quiet", .type = CONF_STRING, .fallback = "03:00-05:00", .doc = "the hours of the provider's day in which steps \"in quiet hours\" are done" },
	{ .name = "recheck", .type = CONF_SPAN, .fallback = "3d", .min = HOUR_US, .max = 30 * DAY_US, .doc = "what is said to be mended must keep quiet for so long" },
	{ .name = "marks", .type = CONF_SPAN, .fallback = "730d", .max = 3650 * DAY_US, .doc = "how long the marks of a customer whose contract was ended are kept; 0s = not at all" },
	{ .name = "marks-outlive-erasure", .type = CONF_YESNO, .fallback = "no", .doc = "they stay until then, though he is erased" },
	{ .name = "retention", .type = CONF_SPAN, .fallback = "400d", .min = DAY_US, .max = 3650 * DAY_US, .doc = "how long the facts that rules count must be kept" },
	{ .name = NULL },
};

static enum err read_policy(struct loading *l, const struct conf *s)
{
	enum err e = l->p->name.len ? conf_fail(l->why, s, 0, ERR_EXISTS, "a policy has one policy block") : conf_check(s->child, policy_items, l->why);
	if (e)
		return e;
	l->p->name = s->arg_count > 1 ? s->args[1].text : STR("policy");
	l->r->policy_at = s;
	l->r->document_name = conf_text(s->child, policy_items, "text");
	l->r->letters_dir = conf_text(s->child, policy_items, "letters");
	l->r->retention_us = conf_number(s->child, policy_items, "retention");
	l->p->proof_us = conf_number(s->child, policy_items, "proof");
	l->p->recheck_us = conf_number(s->child, policy_items, "recheck");
	l->p->marks_us = conf_number(s->child, policy_items, "marks");
	l->p->marks_outlive = conf_number(s->child, policy_items, "marks-outlive-erasure");
	if (!business_zone(conf_text(s->child, policy_items, "zone"), &l->p->zone_minutes))
		return conf_fail(l->why, conf_find(s->child, "zone"), 1, ERR_SYNTAX, "a zone is a fixed distance from UTC, such as +01:00");
	if (quiet_parse(conf_text(s->child, policy_items, "quiet"), &l->p->quiet) != OK)
		return conf_fail(l->why, conf_find(s->child, "quiet"), 1, ERR_SYNTAX, "quiet hours are two times of the day, such as 03:00-05:00");
	l->p->posted_at = conf_number(s->child, policy_items, "posted");
	l->p->effective_at = conf_find(s->child, "effective") ? conf_number(s->child, policy_items, "effective") : l->p->posted_at;
	l->p->significance_said = conf_find(s->child, "significant") != NULL;
	l->p->significant = conf_number(s->child, policy_items, "significant");
	l->p->tells_reporters = conf_number(s->child, policy_items, "reporter-status");
	l->p->version = conf_text(s->child, policy_items, "version");
	if (!l->p->version.len)
		l->p->version = str_sub(time_str(l->a, l->p->effective_at), 0, 10);
	const struct conf *lang = conf_find(s->child, "languages");
	l->p->language_count = lang ? lang->arg_count - 1 : 1;
	l->p->languages = ARENA_ARRAY(l->a, struct str, l->p->language_count);
	if (!l->p->languages)
		return ERR_NOMEM;
	for (unsigned i = 0; i < l->p->language_count; i++)
		l->p->languages[i] = lang ? lang->args[i + 1].text : STR("en");
	return OK;
}

static bool word_is(const struct conf *s, unsigned i, const char *word)
{
	return i < s->arg_count && !s->args[i].quoted && str_eq(s->args[i].text, str_of(word));
}

static enum verb verb_of(struct str s)
{
	for (int v = 1; verb_words[v]; v++)
		if (str_eq(s, str_of(verb_words[v])))
			return (enum verb)v;
	return VERB_NONE;
}

static enum err read_enforce(struct loading *l, const struct conf *s)
{
	struct policy *p = l->p;
	if (p->enforcement_count == POLICY_ENFORCEMENTS_MAX)
		return conf_fail(l->why, s, 0, ERR_LIMIT, "more than %d enforcements", POLICY_ENFORCEMENTS_MAX);
	enum verb verb = s->arg_count > 1 ? verb_of(s->args[1].text) : VERB_NONE;
	if (s->arg_count != 3 || verb < VERB_END || !s->child)
		return conf_fail(l->why, s, s->arg_count > 1 ? 1 : 0, ERR_SYNTAX, "an enforcement reads: enforce end|limit|suspend|terminate SERVICE { driver ... }");
	struct enforcement *f = &p->enforcements[p->enforcement_count];
	*f = (struct enforcement){ .verb = verb, .service = s->args[2].text };
	const struct conf *d = s->child;
	unsigned from = 2;
	if (word_is(d, 0, "task")) {
		f->driver = STR("task");
		from = 1;
	} else if (word_is(d, 0, "driver") && d->arg_count > 1) {
		f->driver = d->args[1].text;
	} else {
		return conf_fail(l->why, d, 0, ERR_SYNTAX, "an enforcement holds a driver, or a task for a person");
	}
	if (d->next)
		return conf_fail(l->why, d->next, 0, ERR_SYNTAX, "an enforcement holds one driver or one task");
	for (unsigned i = from; i < d->arg_count; i++) {
		if (from == 2 && word_is(d, i, "then")) {
			if (i + 2 != d->arg_count || verb == VERB_END)
				return conf_fail(l->why, d, i, ERR_SYNTAX, verb == VERB_END ? "what ends has nothing that is ended behind it" : "then names one driver, and nothing behind it");
			f->then = d->args[i + 1].text;
			break;
		}
		if (f->param_count == ENFORCE_PARAMS_MAX)
			return conf_fail(l->why, d, i, ERR_LIMIT, "a driver takes at most %d words", ENFORCE_PARAMS_MAX);
		f->params[f->param_count++] = d->args[i].text;
	}
	if (policy_enforcement(p, verb, f->service) != NULL && p->enforcement_count)
		return conf_fail(l->why, s, 2, ERR_EXISTS, "%s of %.*s is given twice", verb_words[verb], STR_ARG(f->service));
	l->r->enforce_at[p->enforcement_count++] = s;
	return OK;
}

enum option { OPTION_FIX = 1, OPTION_UNLESS = 2, OPTION_APPROVAL = 4, OPTION_REVIEW = 8, OPTION_FOR = 16, OPTION_ANSWER = 32, OPTION_WAIT = 64, OPTION_QUIET = 128 };

/* Reads the option at i and gives how many words it has; 0 when it is none. */
static unsigned step_option(const struct policy *p, const struct conf *s, unsigned i, struct step *st, enum option *ret_option)
{
	uint64_t n;
	unsigned left = s->arg_count - i;
	*ret_option = OPTION_FIX;
	bool fix = word_is(s, i, "fix"), answer = word_is(s, i, "answer");
	unsigned words = (fix || answer) && word_is(s, i + 1, "within") ? business_wait(p, s, i + 2, &st->fix) : 0;
	if (answer)
		*ret_option = OPTION_ANSWER;
	if (words)
		return 2 + words;
	*ret_option = OPTION_UNLESS;
	if (word_is(s, i, "unless") && (word_is(s, i + 1, "answered") || word_is(s, i + 1, "resolved"))) {
		st->unless = word_is(s, i + 1, "answered") ? UNLESS_ANSWERED : UNLESS_RESOLVED;
		return 2;
	}
	*ret_option = OPTION_WAIT;
	if (word_is(s, i, "may") && word_is(s, i + 1, "wait")) {
		st->may_wait = true;
		return 2;
	}
	*ret_option = OPTION_QUIET;
	if (word_is(s, i, "in") && word_is(s, i + 1, "quiet") && word_is(s, i + 2, "hours")) {
		st->quiet = true;
		return 3;
	}
	*ret_option = OPTION_APPROVAL;
	if (word_is(s, i, "with") && word_is(s, i + 1, "approval") && word_is(s, i + 2, "of") && left > 3 &&
		str_to_u64(s->args[i + 3].text, APPROVALS_MAX, &n) == OK && n) {
		st->approvals = (unsigned)n;
		return 4;
	}
	*ret_option = OPTION_REVIEW;
	if (word_is(s, i, "with") && word_is(s, i + 1, "review") && word_is(s, i + 2, "within") && left > 3 &&
		span_parse(s->args[i + 3].text, &st->review_within_us) == OK)
		return 4;
	*ret_option = OPTION_FOR;
	return word_is(s, i, "for") && left > 1 && span_parse(s->args[i + 1].text, &st->for_us) == OK ? 2 : 0;
}

/* What an option would not change it may not be written at: somebody would rely on it. */
static bool option_fits(enum option o, enum verb verb)
{
	switch (o) {
	case OPTION_FIX: return verb == VERB_NOTIFY || verb == VERB_ADVISE;
	case OPTION_ANSWER: return verb == VERB_FORWARD;
	case OPTION_WAIT: return verb == VERB_NOTIFY;
	case OPTION_QUIET: return verb == VERB_TASK || verb >= VERB_END;
	case OPTION_APPROVAL: return verb >= VERB_END;
	case OPTION_REVIEW: return verb >= VERB_END && verb != VERB_TERMINATE;
	case OPTION_FOR: return verb == VERB_LIMIT || verb == VERB_SUSPEND;
	case OPTION_UNLESS: break;
	}
	return true;
}

static enum err step_options(struct loading *l, const struct conf *s, unsigned i, struct step *st)
{
	unsigned given = 0;
	while (i < s->arg_count) {
		enum option o;
		unsigned words = step_option(l->p, s, i, st, &o);
		if (!words)
			return conf_fail(l->why, s, i, ERR_SYNTAX, "\"%.*s\" is not understood in a step", STR_ARG(s->args[i].text));
		if (given & o)
			return conf_fail(l->why, s, i, ERR_EXISTS, "\"%.*s\" is given twice", STR_ARG(s->args[i].text));
		if (!option_fits(o, st->verb))
			return conf_fail(l->why, s, i, ERR_UNSUPPORTED, "\"%.*s %.*s\" means nothing behind %s", STR_ARG(s->args[i].text),
				STR_ARG(s->args[i + 1].text), verb_words[st->verb]);
		given |= o;
		i += words;
	}
	return OK;
}

static enum err read_step(struct loading *l, const struct conf *s, struct step *st)
{
	unsigned i = 2;
	if (word_is(s, 0, "after")) {
		i = 1 + business_wait(l->p, s, 1, &st->after);
		if (i == 1 || i >= s->arg_count)
			return business_bad_wait(l->p, s, 1, l->why, "a step reads: after SPAN VERB ..., or: after N business days by CALENDAR VERB ...");
	} else if (!word_is(s, 0, "at") || !word_is(s, 1, "once") || s->arg_count < 3) {
		return conf_fail(l->why, s, 0, ERR_SYNTAX, "a step reads: at once VERB ..., or: after SPAN VERB ...; or the ladder: emergency, forget after SPAN");
	}
	st->verb = verb_of(s->args[i].text);
	if (st->verb == VERB_NONE) {
		enum err e = conf_fail(l->why, s, i, ERR_SYNTAX, "\"%.*s\" is no verb of a ladder", STR_ARG(s->args[i].text));
		const char *near = conf_nearest(s->args[i].text, verb_words + 1);
		if (near)
			why_hint(l->why, "did you mean \"%s\"?", near);
		return e;
	}
	i++;
	st->service = STR("all");
	if (st->verb != VERB_TERMINATE || (i < s->arg_count && !word_is(s, i, "with") && !word_is(s, i, "unless") && !word_is(s, i, "in"))) {
		if (i >= s->arg_count)
			return conf_fail(l->why, s, i - 1, ERR_SYNTAX, "%s needs to be told what", verb_words[st->verb]);
		st->service = s->args[i++].text;
	}
	return step_options(l, s, i, st);
}

static enum err read_property(struct loading *l, const struct conf *ladder, const struct conf *c, struct ladder *d)
{
	if (conf_find(ladder->child, str_c(l->a, c->args[0].text)) != c)
		return conf_fail(l->why, c, 0, ERR_EXISTS, "%.*s is given twice", STR_ARG(c->args[0].text));
	if (word_is(c, 0, "emergency")) {
		d->emergency = true;
		return c->arg_count == 1 ? OK : conf_fail(l->why, c, 1, ERR_SYNTAX, "emergency stands alone");
	}
	bool good = c->arg_count == 3 && word_is(c, 1, "after") && span_parse(c->args[2].text, &d->forget_us) == OK;
	return good ? OK : conf_fail(l->why, c, c->arg_count > 1 ? 1 : 0, ERR_SYNTAX, "a ladder's memory reads: forget after SPAN");
}

static enum err read_ladder(struct loading *l, const struct conf *s)
{
	struct policy *p = l->p;
	if (s->arg_count != 2 || !s->has_block || p->ladder_count == POLICY_CLAUSES_MAX)
		return conf_fail(l->why, s, 0, ERR_SYNTAX, "a ladder reads: ladder NAME { steps }");
	if (policy_ladder(p, s->args[1].text))
		return conf_fail(l->why, s, 1, ERR_EXISTS, "there is a ladder %.*s already", STR_ARG(s->args[1].text));
	struct ladder *d = &p->ladders[p->ladder_count];
	*d = (struct ladder){ .name = s->args[1].text, .steps = ARENA_ARRAY(l->a, struct step, LADDER_STEPS_MAX), .forget_us = 180 * DAY_US };
	if (!d->steps)
		return ERR_NOMEM;
	for (const struct conf *c = s->child; c; c = c->next) {
		enum err e = OK;
		if (word_is(c, 0, "emergency") || word_is(c, 0, "forget")) {
			e = read_property(l, s, c, d);
		} else if (word_is(c, 0, "counter-notice")) {
			e = d->counter.given ? conf_fail(l->why, c, 0, ERR_EXISTS, "counter-notice is given twice") : counter_read(l->p, c, &d->counter, l->why);
		} else if (word_is(c, 0, "proceeding")) {
			e = d->proceeding.given ? conf_fail(l->why, c, 0, ERR_EXISTS, "proceeding is given twice") : proceeding_read(l->p, c, &d->proceeding, l->why);
		} else if (d->step_count == LADDER_STEPS_MAX) {
			e = conf_fail(l->why, c, 0, ERR_LIMIT, "a ladder has at most %d steps", LADDER_STEPS_MAX);
		} else {
			e = read_step(l, c, &d->steps[d->step_count++]);
		}
		if (e)
			return e;
	}
	l->r->ladder_at[p->ladder_count++] = s;
	return OK;
}

static enum err read_clause_head(struct loading *l, const struct conf *s, struct clause *c)
{
	unsigned i = 2;
	c->id = s->args[1].text;
	if (i < s->arg_count && s->args[i].quoted)
		c->title = s->args[i++].text;
	while (i < s->arg_count) {
		if (word_is(s, i, "group") && i + 1 < s->arg_count) {
			c->group = s->args[i + 1].text;
			i += 2;
		} else if (word_is(s, i, "manual")) {
			c->manual = true;
			i++;
		} else if (word_is(s, i, "sealed")) {
			c->sealed = true;
			i++;
		} else if (word_is(s, i, "product") && i + 1 < s->arg_count) {
			c->product = true;
			c->reason = s->args[i + 1].text;
			i += 2;
		} else if (word_is(s, i, "unused") && word_is(s, i + 1, "because") && i + 2 < s->arg_count) {
			c->unused = true;
			c->reason = s->args[i + 2].text;
			i += 3;
		} else {
			return conf_fail(l->why, s, i, ERR_SYNTAX, "\"%.*s\" is not understood here", STR_ARG(s->args[i].text));
		}
	}
	return OK;
}

static enum err read_clause(struct loading *l, const struct conf *s)
{
	struct policy *p = l->p;
	if (s->arg_count < 2 || p->clause_count == POLICY_CLAUSES_MAX)
		return conf_fail(l->why, s, 0, ERR_SYNTAX, "a clause reads: clause ID \"Title\" group GROUP { rules }");
	if (policy_clause(p, s->args[1].text))
		return conf_fail(l->why, s, 1, ERR_EXISTS, "clause %.*s is given twice", STR_ARG(s->args[1].text));
	struct clause *c = &p->clauses[p->clause_count];
	*c = (struct clause){ 0 };
	enum err e = read_clause_head(l, s, c);
	statement_default(c->id, &c->statement);
	for (const struct conf *b = s->child; e == OK && b; b = b->next) {
		if (!word_is(b, 0, "rule") && conf_find(s->child, str_c(l->a, b->args[0].text)) != b)
			e = conf_fail(l->why, b, 0, ERR_EXISTS, "\"%.*s\" is given twice in a clause", STR_ARG(b->args[0].text));
		else if (word_is(b, 0, "rule")) {
			if (l->r->count == RULES_MAX)
				return conf_fail(l->why, b, 0, ERR_LIMIT, "a policy has at most %d rules", RULES_MAX);
			e = rule_read(l->a, b, &l->r->list[l->r->count], l->why);
			l->r->list[l->r->count++].clause = c;
		} else if (word_is(b, 0, "task") && b->arg_count == 2) {
			c->task = b->args[1].text;
		} else if (word_is(b, 0, "paragraph") && word_is(b, 1, "sha256") && b->arg_count == 3) {
			continue;       /* held against the paragraph by the checks */
		} else if (word_is(b, 0, "reviewed") && b->arg_count == 2) {
			c->reason = b->args[1].text;
		} else if (word_is(b, 0, "statement")) {
			e = c->sealed ? conf_fail(l->why, b, 0, ERR_UNSUPPORTED, "nothing is ever stated of a sealed clause")
				: statement_read(c->id, b, &c->statement, l->why);
		} else {
			e = conf_fail(l->why, b, 0, ERR_SYNTAX, "\"%.*s\" is not understood in a clause", STR_ARG(b->args[0].text));
		}
	}
	l->r->clause_at[p->clause_count++] = s;
	return e;
}

static enum err read_file(struct loading *l, struct str name, const struct conf *from);

static enum err read_statement(struct loading *l, const struct conf *s)
{
	static const char *const words[] = { "policy", "calendar", "enforce", "ladder", "clause", "resellers", "test", "include", NULL };
	if (word_is(s, 0, "policy"))
		return read_policy(l, s);
	if (word_is(s, 0, "calendar"))
		return business_read(l->a, l->p, s, l->why);
	if (word_is(s, 0, "enforce"))
		return read_enforce(l, s);
	if (word_is(s, 0, "ladder"))
		return read_ladder(l, s);
	if (word_is(s, 0, "clause"))
		return read_clause(l, s);
	if (word_is(s, 0, "resellers"))
		return resellers_read(l->p, l->r, s, l->why);
	if (word_is(s, 0, "include") && s->arg_count == 2)
		return read_file(l, s->args[1].text, s);
	if (word_is(s, 0, "test")) {
		if (l->r->test_count == TESTS_MAX)
			return conf_fail(l->why, s, 0, ERR_LIMIT, "a policy has at most %d tests", TESTS_MAX);
		return test_read(l->a, s, &l->r->tests[l->r->test_count++], l->why);
	}
	enum err e = conf_fail(l->why, s, 0, ERR_SYNTAX, "\"%.*s\" is not known in a policy", STR_ARG(s->args[0].text));
	const char *near = conf_nearest(s->args[0].text, words);
	if (near)
		why_hint(l->why, "did you mean \"%s\"?", near);
	return e;
}

/* A block where none belongs would be read by nobody: what stands in it looks like policy and is none. */
static enum err check_blocks(struct loading *l, const struct conf *first, const char *const *words, bool clause)
{
	static const char *const in_clause[] = { "rule", "statement", NULL }, *const in_ladder[] = { "counter-notice", "proceeding", NULL }, *const nowhere[] = { NULL };
	for (const struct conf *s = first; s; s = s->next) {
		const char *const *w = words;
		while (*w && !word_is(s, 0, *w))
			w++;
		if (!s->has_block)
			continue;
		if (!*w)
			return conf_fail(l->why, s, 0, ERR_SYNTAX, "%.*s takes no block", STR_ARG(s->args[0].text));
		enum err e = check_blocks(l, s->child, clause && word_is(s, 0, "clause") ? in_clause : clause && word_is(s, 0, "ladder") ? in_ladder : nowhere, false);
		if (e)
			return e;
	}
	return OK;
}

static enum err read_file(struct loading *l, struct str name, const struct conf *from)
{
	static const char *const outside[] = { "policy", "calendar", "enforce", "ladder", "clause", "resellers", "test", NULL };
	struct conf *first;
	const struct bundle_file *f = bundle_find(l->bundle, name);
	if (!f || ++l->includes > INCLUDES_MAX) {
		if (from)
			return conf_fail(l->why, from, 1, f ? ERR_LIMIT : ERR_NOTFOUND, f ? "too many includes" : "there is no file %.*s", STR_ARG(name));
		return why_set(l->why, ERR_NOTFOUND, "there is no file %.*s", STR_ARG(name));
	}
	enum err e = conf_read(l->a, str_c(l->a, name), f->text, &first, l->why);
	for (const struct conf *s = e ? NULL : first; e == OK && s; s = s->next)
		e = read_statement(l, s);
	return e ? e : check_blocks(l, first, outside, true);
}

/* "### Title {#clause.id}" and the text up to the next heading. */
static void read_document(struct loading *l, struct str text)
{
	struct str rest = text, line;
	while (str_next_line(&rest, &line)) {
		size_t open = str_find(line, STR("{#"));
		if (!str_starts(line, STR("#")) || open == SIZE_MAX)
			continue;
		struct str id = str_sub(line, open + 2, line.len);
		id = str_sub(id, 0, str_chr(id, '}'));
		struct str body = rest, after = rest, next;
		size_t len = body.len;
		while (str_next_line(&after, &next))
			if (str_starts(next, STR("#"))) {
				len = (size_t)(next.ptr - body.ptr);
				break;
			}
		struct clause *c = (struct clause *)(uintptr_t)policy_clause(l->p, id);
		if (c) {
			struct str title = str_sub(line, 0, open);
			while (str_starts(title, STR("#")))
				title = str_sub(title, 1, title.len);
			l->r->titles[c - l->p->clauses] = str_trim(title);
			c->text = str_trim(str_sub(body, 0, len));
			digest_sha256(c->text, &c->text_digest);
		}
	}
}

static enum err bad_text(struct loading *l, const struct bundle_file *f, uint32_t line, size_t at, const char *text)
{
	enum err e = why_set(l->why, ERR_SYNTAX, "%s", text);
	why_at(l->why, str_c(l->a, f->name), line, (uint32_t)at + 1);
	return e;
}

/* Documents and letters go out to customers as they are: UTF-8, and nothing that a screen or a mail would obey. */
static enum err check_text(struct loading *l, const struct bundle_file *f)
{
	struct str rest = f->text, line;
	if (str_starts(f->text, STR("\xef\xbb\xbf")))
		return bad_text(l, f, 1, 0, "this file begins with a byte order mark: save it without one");
	for (uint32_t n = 1; str_next_line(&rest, &line); n++) {
		size_t i = 0, len;
		for (; i < line.len; i += len) {
			unsigned char c = (unsigned char)line.ptr[i];
			len = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
			if ((c < ' ' && c != '\t') || c == 0x7f)
				return bad_text(l, f, n, i, "a control character");
			if (!str_utf8_valid(str_sub(line, i, len)))
				return bad_text(l, f, n, i, "this is not UTF-8");
		}
	}
	return OK;
}

static enum err read_letter(struct loading *l, const struct bundle_file *f, struct str language, struct str name)
{
	struct str rest = f->text, subject;
	if (!str_next_line(&rest, &subject) || !str_starts(subject, STR("Subject: "))) {
		enum err e = why_set(l->why, ERR_SYNTAX, "a letter begins with \"Subject: \"");
		why_at(l->why, str_c(l->a, f->name), 1, 1);
		return e;
	}
	struct letter_template t = { language, name, str_trim(str_sub(subject, 9, subject.len)), str_trim(rest) };
	if (!t.subject.len || !t.body.len)
		return bad_text(l, f, 1, 0, t.subject.len ? "this letter says nothing" : "this letter has an empty subject");
	l->p->letters[l->p->letter_count++] = t;
	return OK;
}

static enum err read_letters(struct loading *l)
{
	l->p->letters = ARENA_ARRAY(l->a, struct letter_template, l->bundle->count + 1);
	if (!l->p->letters)
		return ERR_NOMEM;
	for (unsigned i = 0; i < l->bundle->count; i++) {
		struct str rest = l->bundle->files[i].name, dir, language;
		if (!str_split(&rest, '/', &dir) || !str_eq(dir, l->r->letters_dir) || !str_split(&rest, '/', &language) || !str_ends_fold(rest, STR(".txt")))
			continue;
		enum err e = check_text(l, &l->bundle->files[i]);
		if (e == OK)
			e = read_letter(l, &l->bundle->files[i], language, str_sub(rest, 0, rest.len - 4));
		if (e)
			return e;
	}
	return OK;
}

static bool lists(struct loading *l)
{
	l->p->clauses = ARENA_ARRAY(l->a, struct clause, POLICY_CLAUSES_MAX);
	l->p->calendars = ARENA_ARRAY(l->a, struct calendar, POLICY_CALENDARS_MAX);
	l->p->ladders = ARENA_ARRAY(l->a, struct ladder, POLICY_CLAUSES_MAX);
	l->p->enforcements = ARENA_ARRAY(l->a, struct enforcement, POLICY_ENFORCEMENTS_MAX);
	l->r->list = ARENA_ARRAY(l->a, struct rule, RULES_MAX);
	l->r->tests = ARENA_ARRAY(l->a, struct policy_test, TESTS_MAX);
	l->r->clause_at = ARENA_ARRAY(l->a, const struct conf *, POLICY_CLAUSES_MAX);
	l->r->ladder_at = ARENA_ARRAY(l->a, const struct conf *, POLICY_CLAUSES_MAX);
	l->r->titles = ARENA_ARRAY(l->a, struct str, POLICY_CLAUSES_MAX);
	l->r->enforce_at = ARENA_ARRAY(l->a, const struct conf *, POLICY_ENFORCEMENTS_MAX);
	return l->p->clauses && l->p->calendars && l->p->ladders && l->p->enforcements && l->r->list && l->r->tests && l->r->clause_at && l->r->ladder_at && l->r->titles && l->r->enforce_at;
}

enum err policy_load(struct arena *a, const struct bundle *b, struct policy **ret_policy, struct why *why)
{
	struct loading l = { .a = a, .bundle = b, .p = ARENA_NEW(a, struct policy), .r = ARENA_NEW(a, struct rules), .why = why };
	struct str blob;
	if (!l.p || !l.r || !lists(&l))
		return why_set(why, ERR_NOMEM, "no memory for the policy");
	l.p->rules = l.r;
	enum err e = read_file(&l, b->main, NULL);
	if (e == OK && !l.p->name.len)
		e = why_set(why, ERR_NOTFOUND, "%.*s has no policy block", STR_ARG(b->main));
	if (e)
		return e;
	const struct bundle_file *document = bundle_find(b, l.r->document_name);
	if (!document)
		return conf_fail(why, conf_find(l.r->policy_at->child, "text"), 1, ERR_NOTFOUND, "there is no document %.*s", STR_ARG(l.r->document_name));
	e = check_text(&l, document);
	if (e)
		return e;
	l.r->document = document->text;
	digest_sha256(document->text, &l.p->text_digest);
	read_document(&l, document->text);
	e = read_letters(&l);
	if (e == OK)
		e = bundle_encode(a, b, &blob);
	if (e)
		return e;
	digest_sha256(blob, &l.p->digest);
	if (reads_make(a, l.p) != OK || match_make(a, l.p) != OK)
		return why_set(why, ERR_NOMEM, "no memory for the policy");
	*ret_policy = l.p;
	return OK;
}
