/*
 * What binds a customer at a time, by the register's view: resellers above, agreements, limits of its own or by default, services
 * with what can cut them and what stops with them, written permissions. See judge_command.h. Nothing personal is in it.
 */
#include "aupd/judge_command.h"

struct telling {
	struct commanding *c;
	const struct registry *r;
	struct str customer;
	int64_t at;
};

static void put_span(struct jsonw *w, const struct entity *e)
{
	if (e->from_at != TIME_NONE)
		jsonw_time(w, "from", e->from_at);
	if (e->until_at != TIME_NONE)
		jsonw_time(w, "until", e->until_at);
}

static void put_text(struct jsonw *w, const char *name, struct str text)
{
	if (text.len)
		jsonw_str(w, name, text);
}

static void put_agreements(const struct telling *t)
{
	struct jsonw *w = t->c->w;
	jsonw_array(w, "agreements");
	for (const struct entity *e = NULL; (e = registry_of(t->r, ENTITY_AGREEMENT, t->customer, e));) {
		if (!entity_valid_at(e, t->at))
			continue;
		jsonw_object(w, NULL);
		jsonw_str(w, "document", e->document);
		jsonw_str(w, "document_version", e->document_version);
		put_text(w, "affiliate", e->affiliate);
		put_text(w, "user", e->user);
		put_span(w, e);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void put_limit(const struct telling *t, const struct entity *e)
{
	struct jsonw *w = t->c->w;
	jsonw_object(w, NULL);
	jsonw_str(w, "kind", e->kind);
	jsonw_int(w, "value", e->value);
	put_text(w, "unit", e->unit);
	jsonw_str(w, "by", e->customer.len ? STR("order") : e->class_name.len ? STR("class") : STR("default"));
	jsonw_end(w, '}');
}

/* Each kind once: the row that binds is the one that stands for it. */
static void put_limits(const struct telling *t)
{
	const struct str whose[] = { t->customer, STR("") };
	jsonw_array(t->c->w, "limits");
	for (unsigned i = 0; i < 2; i++)
		for (const struct entity *e = NULL; (e = registry_of(t->r, ENTITY_LIMIT, whose[i], e));)
			if (registry_limit(t->r, t->customer, e->kind, t->at) == e)
				put_limit(t, e);
	jsonw_end(t->c->w, ']');
}

static void put_means(const struct telling *t, enum verb verb, struct str kind)
{
	const struct policy *p = fold_policy_at(&t->c->j->fold, t->at);
	const struct enforcement *f = p ? policy_enforcement(p, verb, kind) : NULL;
	put_text(t->c->w, verb_words[verb], f ? f->driver : STR_NONE);
}

static void put_services(const struct telling *t)
{
	struct jsonw *w = t->c->w;
	jsonw_array(w, "services");
	for (const struct entity *e = NULL; (e = registry_of(t->r, ENTITY_SERVICE, t->customer, e));) {
		if (!entity_valid_at(e, t->at))
			continue;
		jsonw_object(w, NULL);
		jsonw_str(w, "id", e->id);
		jsonw_str(w, "kind", e->kind);
		put_text(w, "permitted_use", e->permitted_use);
		put_text(w, "target", e->target);
		put_means(t, VERB_END, e->kind);
		put_means(t, VERB_LIMIT, e->kind);
		put_means(t, VERB_SUSPEND, e->kind);
		if (e->lifeline)
			jsonw_bool(w, "lifeline", true);
		if (e->protected_)
			jsonw_bool(w, "protected", true);
		jsonw_array(w, "depends");
		for (unsigned i = 0; i < e->depend_count; i++)
			jsonw_str(w, NULL, e->depends[i]);
		jsonw_end(w, ']');
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void put_permissions(const struct telling *t)
{
	struct jsonw *w = t->c->w;
	jsonw_array(w, "permissions");
	for (const struct entity *e = NULL; (e = registry_of(t->r, ENTITY_PERMISSION, t->customer, e));) {
		if (!entity_valid_at(e, t->at))
			continue;
		jsonw_object(w, NULL);
		jsonw_str(w, "kind", e->kind);
		put_text(w, "resource", e->resource);
		put_span(w, e);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

enum err command_terms(struct commanding *c, struct str customer)
{
	struct telling t = { c, c->j->registry, customer, c->j->fold.now };
	struct str at = command_arg(c, "at"), *chain;
	unsigned count;
	if (at.len && time_parse(at, &t.at) != OK)
		return why_set(c->why, ERR_SYNTAX, "\"%.*s\" is no time such as 2026-03-01T10:00:00Z", STR_ARG(at));
	const struct entity *who = registry_customer(t.r, t.customer, t.at);
	if (!who)
		return why_set(c->why, ERR_NOTFOUND, "there is no customer %.*s", STR_ARG(t.customer));
	enum err e = registry_chain(t.r, work_arena(c->j->fold.work), t.customer, t.at, &chain, &count);
	if (e)
		return why_set(c->why, e, "the resellers above the customer cannot be followed");
	jsonw_str(c->w, "customer", t.customer);
	jsonw_time(c->w, "at", t.at);
	jsonw_bool(c->w, "valid", entity_valid_at(who, t.at));
	/* who stands above whom is not for those below to read */
	if (c->p.scope == SCOPE_OPERATOR) {
		jsonw_array(c->w, "resellers");
		for (unsigned i = 0; i < count; i++)
			jsonw_str(c->w, NULL, chain[i]);
		jsonw_end(c->w, ']');
	}
	put_agreements(&t);
	put_limits(&t);
	put_services(&t);
	put_permissions(&t);
	return OK;
}

enum err cmd_registry_terms(struct commanding *c) { return command_terms(c, command_arg(c, "customer")); }
enum err cmd_my_terms(struct commanding *c) { return command_terms(c, c->p.id); }
