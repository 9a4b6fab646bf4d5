/*
 * See config_settings.h. Pure.
 */
#include "model/config_settings.h"

#define F(member, kind) { .name = #member, .type = (kind), .offset = offsetof(struct setting, member) }

const struct field config_setting_fields[] = { F(block, FIELD_STR), F(name, FIELD_STR), F(value, FIELD_STR), F(fallback, FIELD_STR), F(doc, FIELD_STR), F(line, FIELD_U32), { .name = NULL } };

struct gathering {
	struct arena *a;
	struct setting *list;
	unsigned count;
	enum err err;
};

/* By its name: what is secret, and what would be of use to who wants to come in. A file in which a secret lies is none. */
static bool is_secret(const char *name)
{
	struct str n = str_of(name);
	return (str_find(n, STR("secret")) != SIZE_MAX && str_find(n, STR("-file")) == SIZE_MAX) || str_eq(n, STR("api-key")) || str_find(n, STR("password")) != SIZE_MAX;
}

static struct str joined(struct arena *a, const struct conf *s)
{
	struct str text = s->arg_count > 1 ? s->args[1].text : STR_NONE;
	for (unsigned i = 2; i < s->arg_count; i++)
		text = str_format(a, "%.*s %.*s", STR_ARG(text), STR_ARG(s->args[i].text));
	return text;
}

static void add(struct gathering *g, struct str block, const struct conf_item *item, struct str value, uint32_t line)
{
	if (g->count == CONFIG_SETTINGS_MAX) {
		g->err = ERR_LIMIT;
		return;
	}
	g->list[g->count++] = (struct setting){ block, str_of(item->name), is_secret(item->name) && line ? STR("(not shown)") : value, str_of(item->fallback), str_of(item->doc), line };
}

static void gather(struct gathering *g, struct str block, const struct conf *first, const struct conf_item *items);

static void gather_block(struct gathering *g, struct str in, const struct conf *first, const struct conf_item *item)
{
	bool there = false;
	struct str name = str_of(item->name);
	if (in.len)
		name = str_format(g->a, "%.*s %.*s", STR_ARG(in), STR_ARG(name));
	for (const struct conf *s = first; s; s = s->next) {
		if (!str_eq(s->args[0].text, str_of(item->name)))
			continue;
		there = true;
		gather(g, s->arg_count > 1 ? str_format(g->a, "%.*s %.*s", STR_ARG(name), STR_ARG(joined(g->a, s))) : name, s->child, item->items);
	}
	/* of a block of which there may be many, one that is not there has no settings */
	if (!there && !item->many)
		gather(g, name, NULL, item->items);
}

static void gather(struct gathering *g, struct str block, const struct conf *first, const struct conf_item *items)
{
	for (const struct conf_item *item = items; item && item->name; item++) {
		bool there = false;
		if (item->type == CONF_BLOCK && item->items) {
			gather_block(g, block, first, item);
			continue;
		}
		for (const struct conf *s = first; s; s = s->next)
			if (str_eq(s->args[0].text, str_of(item->name))) {
				add(g, block, item, joined(g->a, s), s->args[0].line);
				there = true;
			}
		if (!there)
			add(g, block, item, str_of(item->fallback), 0);
	}
}

enum err config_settings(struct arena *a, const struct conf *first, const struct conf_item *items, struct setting **ret_list, unsigned *ret_count)
{
	struct gathering g = { .a = a, .list = ARENA_ARRAY(a, struct setting, CONFIG_SETTINGS_MAX) };
	if (!g.list)
		return ERR_NOMEM;
	gather(&g, STR(""), first, items);
	*ret_list = g.list;
	*ret_count = g.count;
	return g.err;
}
