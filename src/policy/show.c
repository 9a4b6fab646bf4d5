/*
 * The normalised text of a policy version. See show.h. Pure: reads the policy, appends to the buffer.
 */
#include "policy/show.h"

#include "base/time.h"
#include "policy/business.h"
#include "policy/counter.h"
#include "policy/proceeding.h"
#include "policy/rules.h"
#include "policy/statement.h"

static const char *const per_words[] = { "customer", "user", "address", "reseller", "service" };
static const char *const source_words[] = { "none", "address", "prefix", "domain", "url", "email", "login" };
static const char *const op_words[] = { "is", "contains", ">=", "<=" };

void show_quoted(struct buf *out, struct str s)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '"' || c == '\\')
			buf_putc(out, '\\');
		if (c == '\n' || c == '\t')
			buf_puts(out, c == '\n' ? "\\n" : "\\t");
		else
			buf_putc(out, c);
	}
	buf_putc(out, '"');
}

static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || strchr(";{}\"#,\\\x7f", s.ptr[i]))
			return false;
	return s.len != 0;
}

void show_word(struct buf *out, struct str s)
{
	if (is_word(s))
		buf_put(out, s);
	else
		show_quoted(out, s);
}

void show_span(int64_t us, struct buf *out)
{
	static const struct { int64_t unit; char letter; } units[] = { { DAY_US, 'd' }, { HOUR_US, 'h' }, { MINUTE_US, 'm' }, { SECOND_US, 's' } };
	unsigned i = 0;
	/* 48h stays 48h: days are written from three days on. */
	while (i < 3 && (us % units[i].unit != 0 || (units[i].unit == DAY_US && us < 3 * DAY_US)))
		i++;
	buf_printf(out, "%lld%c", (long long)(us / units[i].unit), units[i].letter);
}

static void kinds(const struct cond *c, struct buf *out)
{
	const char *between = " ";
	for (int k = 1; k < KIND_COUNT; k++)
		if (c->kinds[k / 64] >> k % 64 & 1) {
			buf_printf(out, "%s%s", between, kind_words[k]);
			between = " or ";
		}
}

static void bits(uint32_t set, const char *const *words, unsigned count, struct buf *out)
{
	const char *between = " ";
	for (unsigned i = 1; i < count; i++)
		if (set >> i & 1) {
			buf_printf(out, "%s%s", between, words[i]);
			between = " or ";
		}
}

static void words(const struct cond *c, bool as_string, struct buf *out)
{
	for (unsigned i = 0; i < c->word_count; i++) {
		buf_puts(out, i ? " or " : " ");
		if (as_string)
			show_quoted(out, c->words[i]);
		else
			show_word(out, c->words[i]);
	}
}

static void show_cond(const struct cond *c, struct buf *out)
{
	buf_puts(out, c->negate ? "not " : "");
	switch (c->type) {
	case COND_REPORT: buf_puts(out, "report"); kinds(c, out); break;
	case COND_SIGNAL: buf_puts(out, "signal"); words(c, false, out); break;
	case COND_GRADE: buf_puts(out, "grade"); bits(c->set, grade_words, 6, out); break;
	case COND_VERIFIED: buf_puts(out, "reporter verified"); break;
	case COND_REPUTATION: buf_printf(out, "reporter reputation >= %s", reputation_words[c->number]); break;
	case COND_SOURCE: buf_puts(out, "source"); bits(c->set, source_words, 7, out); break;
	case COND_CLASS: buf_puts(out, "customer class"); words(c, true, out); break;
	case COND_SERVICE: buf_puts(out, "service"); words(c, false, out); break;
	case COND_OUTSIDE: buf_puts(out, "outside permitted use"); break;
	case COND_PORT: buf_puts(out, "port"); words(c, false, out); break;
	case COND_ZONE: buf_puts(out, "zone given"); break;
	case COND_HOSTED: buf_puts(out, "hosted"); break;
	case COND_NOTICE: buf_puts(out, "notice"); bits(c->set, notice_words, 4, out); break;
	case COND_ROLE: buf_puts(out, "role"); bits(c->set, part_words, PART_SHOWN + 1, out); break;
	case COND_CONTENT: buf_puts(out, "content"); bits(c->set, part_words, PART_SHOWN + 1, out); break;
	case COND_FACT:
		buf_puts(out, "fact");
		words(c, false, out);
		buf_printf(out, " %s ", op_words[c->op]);
		if (c->op == OP_IS || c->op == OP_CONTAINS)
			show_quoted(out, c->value);
		else
			buf_printf(out, "%lld", (long long)c->number);
		break;
	}
}

void show_when(const struct rule *r, struct buf *out)
{
	for (unsigned i = 0; i < r->cond_count; i++) {
		buf_puts(out, i ? ", " : "");
		show_cond(&r->conds[i], out);
	}
}

void show_count(const struct rule *r, struct buf *out)
{
	if (r->distinct.len) {
		buf_puts(out, "distinct ");
		show_word(out, r->distinct);
	} else {
		buf_puts(out, "reports");
	}
	buf_printf(out, " per %s >= %lld in ", per_words[r->per], (long long)r->least);
	show_span(r->in_us, out);
}

void show_rule(const struct rule *r, struct buf *out)
{
	buf_puts(out, "    rule ");
	show_word(out, r->name);
	buf_puts(out, " {\n        when ");
	show_when(r, out);
	if (r->counted) {
		buf_puts(out, "\n        count ");
		show_count(r, out);
	}
	if (r->severity)
		buf_printf(out, "\n        severity %s", severity_words[r->severity]);
	if (r->ladder.len) {
		buf_puts(out, "\n        ladder ");
		show_word(out, r->ladder);
	}
	buf_puts(out, r->advice ? "\n        advice" : "");
	buf_puts(out, r->person ? "\n        person" : "");
	if (r->asks.len) {
		buf_puts(out, "\n        asks ");
		show_quoted(out, r->asks);
	}
	if (r->because.len) {
		buf_puts(out, "\n        because ");
		show_quoted(out, r->because);
	}
	if (r->appeal_us) {
		buf_puts(out, "\n        appeal ");
		show_span(r->appeal_us, out);
	}
	buf_puts(out, "\n    }\n");
}

void show_clause(const struct policy *p, const struct clause *c, struct buf *out)
{
	buf_puts(out, "clause ");
	show_word(out, c->id);
	if (c->product || c->unused) {
		buf_puts(out, c->product ? " product " : " unused because ");
		show_quoted(out, c->reason);
		buf_putc(out, '\n');
		return;
	}
	buf_putc(out, ' ');
	show_quoted(out, c->title);
	if (c->group.len) {
		buf_puts(out, " group ");
		show_word(out, c->group);
	}
	buf_puts(out, c->manual ? " manual" : "");
	buf_puts(out, c->sealed ? " sealed" : "");
	buf_puts(out, " {\n");
	if (c->task.len) {
		buf_puts(out, "    task ");
		show_quoted(out, c->task);
		buf_putc(out, '\n');
	}
	if (c->reason.len) {
		buf_puts(out, "    reviewed ");
		show_quoted(out, c->reason);
		buf_putc(out, '\n');
	}
	statement_show(&c->statement, out);
	for (unsigned i = 0; i < p->rules->count; i++)
		if (p->rules->list[i].clause == c)
			show_rule(&p->rules->list[i], out);
	buf_puts(out, "}\n");
}

void show_wait(const struct wait *w, struct buf *out)
{
	if (!w->by) {
		show_span(w->us, out);
		return;
	}
	buf_printf(out, "%u business day%s by ", w->days, w->days == 1 ? "" : "s");
	show_word(out, w->by->name);
}

void show_step(const struct step *s, struct buf *out)
{
	if (wait_given(&s->after)) {
		buf_puts(out, "after ");
		show_wait(&s->after, out);
	} else {
		buf_puts(out, "at once");
	}
	buf_printf(out, " %s", verb_words[s->verb]);
	bool text = s->verb == VERB_NOTIFY || s->verb == VERB_ADVISE || s->verb == VERB_FORWARD || s->verb == VERB_TASK || s->verb == VERB_ASK;
	if (s->service.len && !(s->verb == VERB_TERMINATE && str_eq(s->service, STR("all")))) {
		buf_putc(out, ' ');
		/* behind terminate the service may be left out: one with the name of an option stands in quotes */
		if (text || str_eq(s->service, STR("with")) || str_eq(s->service, STR("unless")) || str_eq(s->service, STR("in")))
			show_quoted(out, s->service);
		else
			show_word(out, s->service);
	}
	if (wait_given(&s->fix)) {
		buf_puts(out, s->verb == VERB_FORWARD ? " answer within " : " fix within ");
		show_wait(&s->fix, out);
	}
	if (s->for_us) {
		buf_puts(out, " for ");
		show_span(s->for_us, out);
	}
	if (s->approvals)
		buf_printf(out, " with approval of %u", s->approvals);
	if (s->review_within_us) {
		buf_puts(out, " with review within ");
		show_span(s->review_within_us, out);
	}
	if (s->may_wait)
		buf_puts(out, " may wait");
	if (s->quiet)
		buf_puts(out, " in quiet hours");
	if (s->unless)
		buf_printf(out, " unless %s", step_unless_words[s->unless]);
}

void show_ladder(const struct ladder *l, struct buf *out)
{
	buf_puts(out, "ladder ");
	show_word(out, l->name);
	buf_puts(out, " {\n");
	buf_puts(out, l->emergency ? "    emergency\n" : "");
	for (unsigned i = 0; i < l->step_count; i++) {
		buf_puts(out, "    ");
		show_step(&l->steps[i], out);
		buf_putc(out, '\n');
	}
	if (l->counter.given)
		counter_show(&l->counter, out);
	if (l->proceeding.given)
		proceeding_show(&l->proceeding, out);
	buf_puts(out, "    forget after ");
	show_span(l->forget_us, out);
	buf_puts(out, "\n}\n");
}

void show_enforcement(const struct enforcement *e, struct buf *out)
{
	buf_printf(out, "enforce %s ", verb_words[e->verb]);
	show_word(out, e->service);
	bool task = str_eq(e->driver, STR("task"));
	buf_puts(out, task ? " { task" : " { driver ");
	if (!task)
		show_word(out, e->driver);
	for (unsigned i = 0; i < e->param_count; i++) {
		buf_putc(out, ' ');
		if (task || !is_word(e->params[i]) || str_eq(e->params[i], STR("then")))
			show_quoted(out, e->params[i]);
		else
			show_word(out, e->params[i]);
	}
	if (e->then.len)
		buf_printf(out, " then %.*s", STR_ARG(e->then));
	buf_puts(out, " }\n");
}

static void time_line(struct buf *out, const char *name, int64_t at)
{
	char text[TIME_TEXT_MAX];
	if (at == TIME_NONE)
		return;
	time_print(at, text);
	buf_printf(out, "    %s %s\n", name, text);
}

static void show_head(const struct policy *p, struct buf *out)
{
	buf_puts(out, "policy ");
	show_quoted(out, p->name);
	buf_puts(out, " {\n");
	if (p->rules->document_name.len) {
		buf_puts(out, "    text ");
		show_quoted(out, p->rules->document_name);
		buf_putc(out, '\n');
	}
	time_line(out, "posted", p->posted_at);
	time_line(out, "effective", p->effective_at);
	if (p->version.len) {
		buf_puts(out, "    version ");
		show_quoted(out, p->version);
		buf_putc(out, '\n');
	}
	if (p->significance_said)
		buf_puts(out, p->significant ? "    significant yes\n" : "    significant no\n");
	if (p->tells_reporters)
		buf_puts(out, "    reporter-status yes\n");
	buf_puts(out, "    proof ");
	show_span(p->proof_us, out);
	if (p->zone_minutes) {
		unsigned minutes = (unsigned)(p->zone_minutes < 0 ? -p->zone_minutes : p->zone_minutes);
		buf_printf(out, "\n    zone \"%c%02u:%02u\"", p->zone_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
	}
	buf_puts(out, "\n    quiet \"");
	quiet_show(&p->quiet, out);
	buf_puts(out, "\"\n    recheck ");
	show_span(p->recheck_us, out);
	buf_puts(out, "\n    marks ");
	show_span(p->marks_us, out);
	buf_puts(out, p->marks_outlive ? "\n    marks-outlive-erasure yes\n    retention " : "\n    retention ");
	show_span(p->rules->retention_us, out);
	buf_puts(out, "\n    letters ");
	show_quoted(out, p->rules->letters_dir);
	buf_puts(out, "\n    languages");
	for (unsigned i = 0; i < p->language_count; i++) {
		buf_putc(out, ' ');
		show_word(out, p->languages[i]);
	}
	buf_puts(out, "\n}\n");
}

void show_policy(const struct policy *p, struct buf *out)
{
	show_head(p, out);
	buf_putc(out, '\n');
	for (unsigned i = 0; i < p->enforcement_count; i++)
		show_enforcement(&p->enforcements[i], out);
	for (unsigned i = 0; i < p->calendar_count; i++) {
		buf_putc(out, '\n');
		business_show(&p->calendars[i], out);
	}
	for (unsigned i = 0; i < p->ladder_count; i++) {
		buf_putc(out, '\n');
		show_ladder(&p->ladders[i], out);
	}
	show_resellers(&p->resellers, out);
	for (unsigned i = 0; i < p->clause_count; i++) {
		buf_putc(out, '\n');
		show_clause(p, &p->clauses[i], out);
	}
}
