/*
 * GET /v1/cluster: the roles of this machine, which are its processes, and what they count at this moment (aupd/figures.h), in words.
 *
 * What is here is what /metrics tells a collector, for people: each figure with its meaning, a counter that stands at none left out. One machine
 * judges, so there is no other node to tell of.
 */
#include "web/call.h"

static const char *const role_figures[] = { "aupd_role_ready", "aupd_role_broken", "aupd_role_starts" };
enum { READY, BROKEN, STARTS, ROLE_FIGURES };

static const struct ometrics *keeper_of(const struct web *web)
{
	for (unsigned i = 0; i < web->figure_count; i++)
		if (str_eq(str_of(web->figures[i].role), STR("keeper")))
			return &web->figures[i];
	return NULL;
}

/* As the keeper counts them: a role that was never started is not configured. */
static void put_roles(struct jsonw *w, const struct ometrics *m)
{
	unsigned at[ROLE_FIGURES] = { 0 };
	jsonw_array(w, "roles");
	for (unsigned id = 0; m && m->table[id].name; id++)
		for (unsigned k = 0; k < ROLE_FIGURES; k++)
			at[k] = strcmp(m->table[id].name, role_figures[k]) == 0 ? id : at[k];
	const char *const *words = m ? m->table[at[STARTS]].label_values : NULL;
	for (unsigned i = 0; words && words[i]; i++) {
		int64_t starts = ometric_get(m, at[STARTS], i);
		if (!starts)
			continue;
		jsonw_object(w, NULL);
		jsonw_str(w, "role", str_of(words[i]));
		jsonw_int(w, "ready", ometric_get(m, at[READY], i));
		jsonw_bool(w, "broken", ometric_get(m, at[BROKEN], i));
		jsonw_int(w, "starts", starts);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void put_figure(struct jsonw *w, const struct ometrics *m, const struct ometric *f, const char *of, int64_t value)
{
	if (!value && f->type == OMETRIC_COUNTER)
		return;
	jsonw_object(w, NULL);
	jsonw_str(w, "role", str_of(m->role));
	jsonw_str(w, "name", str_of(f->name));
	jsonw_str(w, "of", str_of(of));
	jsonw_int(w, "value", f->divisor ? value / f->divisor : value);
	jsonw_str(w, "what", str_of(f->help));
	jsonw_end(w, '}');
}

static void put_figures(struct jsonw *w, const struct ometrics *m)
{
	for (unsigned id = 0; m->table[id].name; id++) {
		const struct ometric *f = &m->table[id];
		if (f->type == OMETRIC_HISTOGRAM)
			continue;
		if (!f->label)
			put_figure(w, m, f, "", ometric_get(m, id, 0));
		for (unsigned i = 0; f->label && f->label_values[i]; i++)
			put_figure(w, m, f, f->label_values[i], ometric_get(m, id, i));
	}
}

enum err read_cluster(struct web_call *c)
{
	const struct ometrics *keeper = keeper_of(c->web);
	put_roles(c->w, keeper);
	jsonw_array(c->w, "figures");
	for (unsigned i = 0; i < c->web->figure_count; i++)
		if (&c->web->figures[i] != keeper)
			put_figures(c->w, &c->web->figures[i]);
	jsonw_end(c->w, ']');
	return OK;
}
