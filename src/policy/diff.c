/*
 * The difference of two policy versions. See diff.h. Pure; order is that of the new version, then what is gone.
 */
#include "policy/diff.h"

#include "base/time.h"
#include "policy/business.h"
#include "policy/counter.h"
#include "policy/proceeding.h"
#include "policy/rules.h"
#include "policy/show.h"
#include "policy/statement.h"

const char *const change_words[] = { "added", "removed", "changed", NULL };

struct differ {
	struct arena *a;
	struct changes *out;
	enum err err;
};

static void add(struct differ *d, struct change c)
{
	if (d->out->count == CHANGES_MAX)
		d->err = ERR_LIMIT;
	else
		d->out->list[d->out->count++] = c;
}

static void gone(struct differ *d, const char *what, struct str name)
{
	add(d, (struct change){ .type = CHANGE_REMOVED, .what = what, .name = name });
}

/* What is new is told with all that it says. */
static void fresh(struct differ *d, const char *what, struct str name, struct str text)
{
	add(d, (struct change){ .type = CHANGE_ADDED, .what = what, .name = name, .detail = text.len ? diff_text(d->a, STR_NONE, text, DIFF_LINES) : STR_NONE });
}

static void part(struct differ *d, const char *what, struct str name, const char *which, struct str before, struct str after)
{
	if (!str_eq(before, after))
		add(d, (struct change){ .type = CHANGE_CHANGED, .what = what, .name = name, .part = str_of(which), .before = before, .after = after });
}

/* The part that was just told, in words. */
static void means(struct differ *d, unsigned told_before, struct str sentences)
{
	if (d->err == OK && d->out->count > told_before)
		d->out->list[d->out->count - 1].means = sentences;
}

/* Texts too long to repeat: what is gone from them and what is new. */
static void long_part(struct differ *d, const char *what, struct str name, const char *which, struct str before, struct str after, enum diff_unit unit)
{
	if (!str_eq(before, after))
		add(d, (struct change){ .type = CHANGE_CHANGED, .what = what, .name = name, .part = str_of(which), .detail = diff_text(d->a, before, after, unit) });
}

static void flag_part(struct differ *d, const char *what, struct str name, const char *which, bool before, bool after)
{
	part(d, what, name, which, before ? STR("yes") : STR("no"), after ? STR("yes") : STR("no"));
}

static void span_part(struct differ *d, const char *what, struct str name, const char *which, int64_t before, int64_t after)
{
	if (before != after)
		part(d, what, name, which, span_str(d->a, before), span_str(d->a, after));
}

static struct str shown(struct differ *d, void (*show)(const struct rule *r, struct buf *out), const struct rule *r)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	show(r, &b);
	if (b.err)
		d->err = b.err;
	struct str s = str_copy(d->a, buf_str(&b));
	buf_done(&b);
	return s;
}

static const struct rule *rule_named(const struct policy *p, struct str clause, struct str name)
{
	for (unsigned i = 0; i < p->rules->count; i++) {
		const struct rule *r = &p->rules->list[i];
		if (r->clause && str_eq(r->clause->id, clause) && str_eq(r->name, name))
			return r;
	}
	return NULL;
}

static struct str rule_name(struct differ *d, const struct rule *r)
{
	return str_format(d->a, "%.*s/%.*s", STR_ARG(r->clause->id), STR_ARG(r->name));
}

static void rule_diff(struct differ *d, const struct rule *x, const struct rule *y)
{
	struct str name = rule_name(d, y);
	part(d, "rule", name, "when", shown(d, show_when, x), shown(d, show_when, y));
	unsigned told = d->out->count;
	part(d, "rule", name, "count", x->counted ? shown(d, show_count, x) : STR("each"), y->counted ? shown(d, show_count, y) : STR("each"));
	means(d, told, diff_means_count(d->a, x, y));
	part(d, "rule", name, "severity", str_of(severity_words[x->severity]), str_of(severity_words[y->severity]));
	part(d, "rule", name, "ladder", x->ladder, y->ladder);
	part(d, "rule", name, "because", x->because, y->because);
	span_part(d, "rule", name, "appeal", x->appeal_us, y->appeal_us);
	flag_part(d, "rule", name, "advice", x->advice, y->advice);
	flag_part(d, "rule", name, "person", x->person, y->person);
	part(d, "rule", name, "asks", x->asks, y->asks);
}

static void rules_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	for (unsigned i = 0; i < y->rules->count; i++) {
		const struct rule *r = &y->rules->list[i], *old = rule_named(x, r->clause->id, r->name);
		if (old)
			rule_diff(d, old, r);
		else
			fresh(d, "rule", rule_name(d, r), shown(d, show_rule, r));
	}
	for (unsigned i = 0; i < x->rules->count; i++) {
		const struct rule *r = &x->rules->list[i];
		if (!rule_named(y, r->clause->id, r->name))
			gone(d, "rule", rule_name(d, r));
	}
}

static struct str kept_by(const struct clause *c)
{
	return c->unused ? STR("nobody: declared unused") : c->product ? STR("the product") : c->manual ? STR("people") : STR("rules");
}

static struct str statement_text(struct differ *d, const struct clause *c)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	statement_show(&c->statement, &b);
	struct str s = str_copy(d->a, buf_str(&b));
	buf_done(&b);
	return s;
}

static void clauses_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	for (unsigned i = 0; i < y->clause_count; i++) {
		const struct clause *c = &y->clauses[i], *old = policy_clause(x, c->id);
		if (!old) {
			fresh(d, "clause", c->id, c->text);
			continue;
		}
		part(d, "clause", c->id, "title", old->title, c->title);
		long_part(d, "clause", c->id, "text", old->text, c->text, DIFF_SENTENCES);
		part(d, "clause", c->id, "group", old->group, c->group);
		part(d, "clause", c->id, "kept by", kept_by(old), kept_by(c));
		flag_part(d, "clause", c->id, "sealed", old->sealed, c->sealed);
		part(d, "clause", c->id, "task", old->task, c->task);
		part(d, "clause", c->id, "reason", old->reason, c->reason);
		long_part(d, "clause", c->id, "statement", statement_text(d, old), statement_text(d, c), DIFF_LINES);
	}
	for (unsigned i = 0; i < x->clause_count; i++)
		if (!policy_clause(y, x->clauses[i].id))
			gone(d, "clause", x->clauses[i].id);
}

static struct str step_text(struct differ *d, const struct ladder *l, unsigned i)
{
	struct buf b;
	if (i >= l->step_count)
		return STR("none");
	buf_init(&b, 1 << 16);
	show_step(&l->steps[i], &b);
	struct str s = str_copy(d->a, buf_str(&b));
	buf_done(&b);
	return s;
}

static struct str ladder_text(struct differ *d, const struct ladder *l)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	show_ladder(l, &b);
	struct str s = str_copy(d->a, buf_str(&b));
	buf_done(&b);
	return s;
}

static struct str counter_text(struct differ *d, const struct ladder *l)
{
	struct buf b;
	if (!l->counter.given)
		return STR("none");
	buf_init(&b, 1 << 16);
	counter_show(&l->counter, &b);
	struct str s = str_copy(d->a, str_trim(buf_str(&b)));
	buf_done(&b);
	return s;
}

static struct str proceeding_text(struct differ *d, const struct ladder *l)
{
	struct buf b;
	if (!l->proceeding.given)
		return STR("none");
	buf_init(&b, 1 << 16);
	proceeding_show(&l->proceeding, &b);
	struct str s = str_copy(d->a, str_trim(buf_str(&b)));
	buf_done(&b);
	return s;
}

static void ladder_diff(struct differ *d, const struct ladder *x, const struct ladder *y)
{
	unsigned steps = x->step_count > y->step_count ? x->step_count : y->step_count;
	for (unsigned i = 0; i < steps; i++) {
		unsigned told = d->out->count;
		part(d, "ladder", y->name, str_c(d->a, str_format(d->a, "step %u", i + 1)), step_text(d, x, i), step_text(d, y, i));
		means(d, told, diff_means_step(d->a, i < x->step_count ? &x->steps[i] : NULL, i < y->step_count ? &y->steps[i] : NULL));
	}
	span_part(d, "ladder", y->name, "forget after", x->forget_us, y->forget_us);
	flag_part(d, "ladder", y->name, "emergency", x->emergency, y->emergency);
	part(d, "ladder", y->name, "counter-notice", counter_text(d, x), counter_text(d, y));
	part(d, "ladder", y->name, "proceeding", proceeding_text(d, x), proceeding_text(d, y));
}

static void ladders_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	for (unsigned i = 0; i < y->ladder_count; i++) {
		const struct ladder *old = policy_ladder(x, y->ladders[i].name);
		if (old)
			ladder_diff(d, old, &y->ladders[i]);
		else
			fresh(d, "ladder", y->ladders[i].name, ladder_text(d, &y->ladders[i]));
	}
	for (unsigned i = 0; i < x->ladder_count; i++)
		if (!policy_ladder(y, x->ladders[i].name))
			gone(d, "ladder", x->ladders[i].name);
}

static void calendars_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	for (unsigned i = 0; i < y->calendar_count; i++) {
		const struct calendar *c = &y->calendars[i], *old = policy_calendar(x, c->name);
		if (old)
			long_part(d, "calendar", c->name, "days", business_text(d->a, old), business_text(d->a, c), DIFF_LINES);
		else
			fresh(d, "calendar", c->name, business_text(d->a, c));
	}
	for (unsigned i = 0; i < x->calendar_count; i++)
		if (!policy_calendar(y, x->calendars[i].name))
			gone(d, "calendar", x->calendars[i].name);
}

static struct str enforcement_name(struct differ *d, const struct enforcement *e)
{
	return str_format(d->a, "%s %.*s", verb_words[e->verb], STR_ARG(e->service));
}

static struct str enforcement_by(struct differ *d, const struct enforcement *e)
{
	struct str s = e->driver;
	for (unsigned i = 0; i < e->param_count; i++)
		s = str_format(d->a, "%.*s %.*s", STR_ARG(s), STR_ARG(e->params[i]));
	if (e->then.len)
		s = str_format(d->a, "%.*s then %.*s", STR_ARG(s), STR_ARG(e->then));
	return s;
}

static void enforcements_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	for (unsigned i = 0; i < y->enforcement_count; i++) {
		const struct enforcement *e = &y->enforcements[i], *old = policy_enforcement(x, e->verb, e->service);
		if (old)
			part(d, "enforcement", enforcement_name(d, e), "by", enforcement_by(d, old), enforcement_by(d, e));
		else
			fresh(d, "enforcement", enforcement_name(d, e), enforcement_by(d, e));
	}
	for (unsigned i = 0; i < x->enforcement_count; i++) {
		const struct enforcement *e = &x->enforcements[i];
		if (!policy_enforcement(y, e->verb, e->service))
			gone(d, "enforcement", enforcement_name(d, e));
	}
}

/* The exact language, without falling back. */
static const struct letter_template *letter_exact(const struct policy *p, const struct letter_template *like)
{
	for (unsigned i = 0; i < p->letter_count; i++)
		if (str_eq(p->letters[i].language, like->language) && str_eq(p->letters[i].name, like->name))
			return &p->letters[i];
	return NULL;
}

static struct str letter_name(struct differ *d, const struct letter_template *l)
{
	return str_format(d->a, "%.*s/%.*s", STR_ARG(l->language), STR_ARG(l->name));
}

static void letters_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	for (unsigned i = 0; i < y->letter_count; i++) {
		const struct letter_template *l = &y->letters[i], *old = letter_exact(x, l);
		if (!old) {
			fresh(d, "letter", letter_name(d, l), str_format(d->a, "%.*s\n\n%.*s", STR_ARG(l->subject), STR_ARG(l->body)));
			continue;
		}
		part(d, "letter", letter_name(d, l), "subject", old->subject, l->subject);
		long_part(d, "letter", letter_name(d, l), "body", old->body, l->body, DIFF_LINES);
	}
	for (unsigned i = 0; i < x->letter_count; i++)
		if (!letter_exact(y, &x->letters[i]))
			gone(d, "letter", letter_name(d, &x->letters[i]));
}

static struct str languages(struct differ *d, const struct policy *p)
{
	struct str s = STR_NONE;
	for (unsigned i = 0; i < p->language_count; i++)
		s = str_format(d->a, "%.*s%s%.*s", STR_ARG(s), i ? " " : "", STR_ARG(p->languages[i]));
	return s;
}

static struct str quiet_text(struct arena *a, const struct policy *p)
{
	const struct quiet_hours *q = &p->quiet;
	return str_format(a, "%02u:%02u-%02u:%02u", q->from / 60, q->from % 60, q->until / 60, q->until % 60);
}

static void head_diff(struct differ *d, const struct policy *x, const struct policy *y)
{
	part(d, "policy", y->name, "name", x->name, y->name);
	part(d, "policy", y->name, "version", x->version, y->version);
	part(d, "policy", y->name, "posted", time_str(d->a, x->posted_at), time_str(d->a, y->posted_at));
	part(d, "policy", y->name, "effective", time_str(d->a, x->effective_at), time_str(d->a, y->effective_at));
	part(d, "policy", y->name, "languages", languages(d, x), languages(d, y));
	span_part(d, "policy", y->name, "proof", x->proof_us, y->proof_us);
	part(d, "policy", y->name, "zone", str_format(d->a, "%d minutes", x->zone_minutes), str_format(d->a, "%d minutes", y->zone_minutes));
	part(d, "policy", y->name, "quiet", quiet_text(d->a, x), quiet_text(d->a, y));
	span_part(d, "policy", y->name, "recheck", x->recheck_us, y->recheck_us);
	span_part(d, "policy", y->name, "marks", x->marks_us, y->marks_us);
	flag_part(d, "policy", y->name, "marks-outlive-erasure", x->marks_outlive, y->marks_outlive);
	span_part(d, "policy", y->name, "retention", x->rules->retention_us, y->rules->retention_us);
	flag_part(d, "policy", y->name, "significant", x->significant, y->significant);
	flag_part(d, "policy", y->name, "reporter-status", x->tells_reporters, y->tells_reporters);
	if (!digest_eq(&x->text_digest, &y->text_digest))
		part(d, "policy", y->name, "document", digest_hex(d->a, &x->text_digest), digest_hex(d->a, &y->text_digest));
}

static struct str resellers_text(struct differ *d, const struct policy *p)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	show_resellers(&p->resellers, &b);
	struct str text = b.err ? STR_NONE : str_copy(d->a, str_trim(buf_str(&b)));
	buf_done(&b);
	return text;
}

enum err diff_make(struct arena *a, const struct policy *before, const struct policy *after, struct changes *ret_changes)
{
	struct changes c = { .list = ARENA_ARRAY(a, struct change, CHANGES_MAX) };
	struct differ d = { .a = a, .out = &c };
	if (!c.list)
		return ERR_NOMEM;
	head_diff(&d, before, after);
	clauses_diff(&d, before, after);
	rules_diff(&d, before, after);
	calendars_diff(&d, before, after);
	ladders_diff(&d, before, after);
	enforcements_diff(&d, before, after);
	part(&d, "policy", after->name, "resellers", resellers_text(&d, before), resellers_text(&d, after));
	letters_diff(&d, before, after);
	c.unsaid = !after->significance_said && policy_reworded(before, after);
	if (d.err == OK)
		*ret_changes = c;
	return d.err;
}

static struct str or_nothing(struct str s)
{
	return s.len ? s : STR("(nothing)");
}

void diff_print(const struct changes *c, struct buf *out)
{
	for (unsigned i = 0; i < c->count; i++) {
		const struct change *x = &c->list[i];
		struct str rest = x->detail, line;
		if (x->part.len)
			buf_printf(out, "%s %.*s: %.*s changed\n", x->what, STR_ARG(x->name), STR_ARG(x->part));
		else
			buf_printf(out, "%s %.*s is %s\n", x->what, STR_ARG(x->name), x->type == CHANGE_ADDED ? "new" : "gone");
		if (x->before.len || x->after.len)
			buf_printf(out, "    from  %.*s\n    to    %.*s\n", STR_ARG(or_nothing(x->before)), STR_ARG(or_nothing(x->after)));
		if (x->means.len)
			buf_printf(out, "    %.*s\n", STR_ARG(x->means));
		while (str_next_line(&rest, &line))
			buf_printf(out, "    %.*s\n", STR_ARG(line));
	}
	if (c->unsaid)
		buf_puts(out, "clauses say something else, and the new version does not say whether that is significant: it is posted with --minor alone\n");
	if (!c->count)
		buf_puts(out, "the two versions say the same\n");
}

void diff_put(const struct changes *c, struct jsonw *w)
{
	jsonw_array(w, "changes");
	for (unsigned i = 0; i < c->count; i++) {
		const struct change *x = &c->list[i];
		jsonw_object(w, NULL);
		jsonw_str(w, "change", str_of(change_words[x->type]));
		jsonw_str(w, "what", str_of(x->what));
		jsonw_str(w, "name", x->name);
		if (x->part.len)
			jsonw_str(w, "part", x->part);
		if (x->before.len || x->after.len) {
			jsonw_str(w, "before", x->before);
			jsonw_str(w, "after", x->after);
		}
		if (x->means.len)
			jsonw_str(w, "means", x->means);
		if (x->detail.len)
			jsonw_str(w, "detail", x->detail);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	jsonw_bool(w, "unsaid", c->unsaid);
}
