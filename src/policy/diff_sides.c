/*
 * Two versions of a policy side by side: each clause with its paragraph and its rules, and each ladder, where they are not the same. See
 * diff.h. Pure; in the order of the new version, then what is gone.
 *
 * Texts that are too long to be held against each other are told as such, "too_long", without rows.
 */
#include "policy/diff.h"

#include "model/clause.h"
#include "policy/rules.h"
#include "policy/show.h"

struct siding {
	struct arena *a;
	struct jsonw *w;
	const struct policy *x, *y;     /* before, after */
};

static void put_rows(struct siding *s, struct str before, struct str after, enum diff_unit unit)
{
	struct diff_row *rows = NULL;
	unsigned n = 0;
	if (!diff_rows(s->a, before, after, unit, &rows, &n))
		jsonw_bool(s->w, "too_long", true);
	jsonw_array(s->w, "rows");
	for (unsigned i = 0; i < n; i++) {
		jsonw_object(s->w, NULL);
		jsonw_str(s->w, "before", rows[i].before);
		jsonw_str(s->w, "after", rows[i].after);
		jsonw_bool(s->w, "same", rows[i].same);
		jsonw_end(s->w, '}');
	}
	jsonw_end(s->w, ']');
}

static const struct rule *rule_of(const struct policy *p, struct str clause, struct str name)
{
	for (unsigned i = 0; p && i < p->rules->count; i++)
		if (str_eq(p->rules->list[i].clause->id, clause) && str_eq(p->rules->list[i].name, name))
			return &p->rules->list[i];
	return NULL;
}

static struct str rule_text(struct arena *a, const struct rule *r)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	if (r)
		show_rule(r, &b);
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static struct str ladder_text(struct arena *a, const struct ladder *l)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	if (l)
		show_ladder(l, &b);
	struct str text = str_copy(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static void put_change(struct siding *s, bool before, bool after)
{
	jsonw_str(s->w, "change", str_of(change_words[!before ? CHANGE_ADDED : !after ? CHANGE_REMOVED : CHANGE_CHANGED]));
}

static void put_rule(struct siding *s, const struct rule *x, const struct rule *y)
{
	const struct rule *one = y ? y : x;
	jsonw_object(s->w, NULL);
	jsonw_str(s->w, "rule", one ? one->name : STR_NONE);
	put_change(s, x, y);
	if (x && y)
		jsonw_str(s->w, "means", diff_means_count(s->a, x, y));
	put_rows(s, rule_text(s->a, x), rule_text(s->a, y), DIFF_LINES);
	jsonw_end(s->w, '}');
}

/* Those of `of` in that clause that are not as in `other`; all: also those that are in both. */
static unsigned each_rule(struct siding *s, struct str clause, const struct policy *of, const struct policy *other, bool all, bool put)
{
	unsigned n = 0;
	for (unsigned i = 0; i < of->rules->count; i++) {
		const struct rule *r = &of->rules->list[i];
		if (!str_eq(r->clause->id, clause))
			continue;
		const struct rule *o = rule_of(other, clause, r->name);
		if ((o && !all) || (o && str_eq(rule_text(s->a, o), rule_text(s->a, r))))
			continue;
		n++;
		if (put)
			put_rule(s, of == s->x ? r : o, of == s->x ? o : r);
	}
	return n;
}

static void put_clause(struct siding *s, struct str id)
{
	const struct clause *x = policy_clause(s->x, id), *y = policy_clause(s->y, id);
	bool reworded = !x || !y || !str_eq(x->text, y->text);
	if (!reworded && !each_rule(s, id, s->y, s->x, true, false) && !each_rule(s, id, s->x, s->y, false, false))
		return;
	jsonw_object(s->w, NULL);
	jsonw_str(s->w, "clause", id);
	const struct clause_info *info = clause_find(id);
	const struct clause *one = y ? y : x;
	struct str title = one ? one->title : STR_NONE;
	jsonw_str(s->w, "title", title.len || !info ? title : str_of(info->title));
	put_change(s, x, y);
	jsonw_bool(s->w, "reworded", reworded);
	jsonw_array(s->w, "text");
	if (reworded) {
		jsonw_object(s->w, NULL);
		put_rows(s, x ? x->text : STR_NONE, y ? y->text : STR_NONE, DIFF_SENTENCES);
		jsonw_end(s->w, '}');
	}
	jsonw_end(s->w, ']');
	jsonw_array(s->w, "rules");
	(void)each_rule(s, id, s->y, s->x, true, true);
	(void)each_rule(s, id, s->x, s->y, false, true);
	jsonw_end(s->w, ']');
	jsonw_end(s->w, '}');
}

static void put_ladder(struct siding *s, struct str name)
{
	struct str x = ladder_text(s->a, policy_ladder(s->x, name)), y = ladder_text(s->a, policy_ladder(s->y, name));
	if (str_eq(x, y))
		return;
	jsonw_object(s->w, NULL);
	jsonw_str(s->w, "ladder", name);
	put_change(s, x.len, y.len);
	put_rows(s, x, y, DIFF_LINES);
	jsonw_end(s->w, '}');
}

void diff_sides(struct arena *a, const struct policy *before, const struct policy *after, struct jsonw *w)
{
	struct siding s = { a, w, before, after };
	jsonw_array(w, "clauses");
	for (unsigned i = 0; i < after->clause_count; i++)
		put_clause(&s, after->clauses[i].id);
	for (unsigned i = 0; i < before->clause_count; i++)
		if (!policy_clause(after, before->clauses[i].id))
			put_clause(&s, before->clauses[i].id);
	jsonw_end(w, ']');
	jsonw_array(w, "ladders");
	for (unsigned i = 0; i < after->ladder_count; i++)
		put_ladder(&s, after->ladders[i].name);
	for (unsigned i = 0; i < before->ladder_count; i++)
		if (!policy_ladder(after, before->ladders[i].name))
			put_ladder(&s, before->ladders[i].name);
	jsonw_end(w, ']');
}
