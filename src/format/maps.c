/*
 * All maps: those built in and those added. See maps.h. Class maps are read before column maps, so that files may stand in any order.
 */
#include "format/maps.h"

#include "format/format.h"

enum { BUILTIN_BYTES_MAX = 16 << 20 };

static const struct conf_item map_items[] = {
	{ .name = "classes", .type = CONF_BLOCK, .named = true, .many = true, .arguments = "NAME { }", .doc = "what a format's own class words mean" },
	{ .name = "columns", .type = CONF_BLOCK, .named = true, .many = true, .arguments = "NAME { }", .doc = "what the columns of a table mean" },
	{ .name = NULL },
};

struct reading {
	struct arena *a;
	struct maps *maps;
	struct why *why;
};

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && !(s.ptr[i] >= '0' && s.ptr[i] <= '9') && s.ptr[i] != '-' && s.ptr[i] != '_')
			return false;
	return s.len && s.len <= 60;
}

static enum err add_classes(struct reading *r, const struct conf *block)
{
	struct class_map m;
	unsigned at = 0;
	enum err e = class_map_read(r->a, block, &m, r->why);
	if (e)
		return e;
	while (at < r->maps->class_count && !str_eq(r->maps->classes[at].name, m.name))
		at++;
	if (at == MAPS_MAX)
		return conf_fail(r->why, block, 0, ERR_LIMIT, "more than %d class maps", MAPS_MAX);
	/* in its place, so that built-in column maps which name it have the new one */
	r->maps->classes[at] = m;
	r->maps->class_count += at == r->maps->class_count;
	return OK;
}

/* A new one goes in front of those that were built in: *own counts what was added. */
static enum err add_columns(struct reading *r, const struct conf *block, unsigned *own)
{
	struct column_map m;
	struct maps *maps = r->maps;
	unsigned at = 0;
	enum err e = column_map_read(r->a, maps, block, &m, r->why);
	if (e)
		return e;
	while (at < maps->column_count && !str_eq(maps->columns[at].name, m.name))
		at++;
	if (at < maps->column_count) {
		maps->columns[at] = m;
		return OK;
	}
	if (maps->column_count == MAPS_MAX)
		return conf_fail(r->why, block, 0, ERR_LIMIT, "more than %d column maps", MAPS_MAX);
	memmove(&maps->columns[*own + 1], &maps->columns[*own], (maps->column_count - *own) * sizeof(m));
	maps->columns[(*own)++] = m;
	maps->column_count++;
	return OK;
}

/* One name twice within the files that are read together is a mistake; over a built-in one it is meant. */
static enum err check_blocks(const struct conf *first, struct why *why)
{
	enum err e = conf_check(first, map_items, why);
	for (const struct conf *s = first; e == OK && s; s = s->next) {
		if (!is_name(s->args[1].text))
			e = conf_fail(why, s, 1, ERR_SYNTAX, "a map's name is made of small letters, digits, - and _");
		for (const struct conf *b = first; e == OK && b != s; b = b->next)
			if (str_eq(b->args[0].text, s->args[0].text) && str_eq(b->args[1].text, s->args[1].text))
				e = conf_fail(why, s, 1, ERR_EXISTS, "%.*s %.*s is given twice", STR_ARG(s->args[0].text), STR_ARG(s->args[1].text));
	}
	return e;
}

static enum err add_files(struct reading *r, const struct map_file *files, unsigned count)
{
	struct conf *first = NULL, **next = &first;
	unsigned own = 0;
	for (unsigned i = 0; i < count; i++) {
		enum err e = conf_read(r->a, str_c(r->a, files[i].name), files[i].text, next, r->why);
		if (e)
			return e;
		while (*next)
			next = &(*next)->next;
	}
	enum err e = check_blocks(first, r->why);
	for (const struct conf *s = first; e == OK && s; s = s->next)
		if (str_eq(s->args[0].text, STR("classes")))
			e = add_classes(r, s);
	for (const struct conf *s = first; e == OK && s; s = s->next)
		if (str_eq(s->args[0].text, STR("columns")))
			e = add_columns(r, s, &own);
	return e;
}

enum err maps_read(struct arena *a, const struct map_file *files, unsigned count, const struct maps **ret_maps, struct why *why)
{
	struct reading r = { a, ARENA_NEW(a, struct maps), why };
	unsigned builtin = 0;
	if (r.maps) {
		r.maps->classes = ARENA_ARRAY(a, struct class_map, MAPS_MAX);
		r.maps->columns = ARENA_ARRAY(a, struct column_map, MAPS_MAX);
	}
	if (!r.maps || !r.maps->classes || !r.maps->columns)
		return why_set(why, ERR_NOMEM, "no memory for the maps");
	while (maps_texts[builtin].name.len)
		builtin++;
	enum err e = add_files(&r, maps_texts, builtin);
	if (e == OK)
		e = add_files(&r, files, count);
	if (e)
		return e;
	*ret_maps = r.maps;
	return OK;
}

const struct maps *maps_builtin(void)
{
	static struct arena *arena;
	static const struct maps *builtin;
	struct why why;
	if (!arena) {
		arena = arena_new("maps", BUILTIN_BYTES_MAX);
		BUG_ON(!arena || maps_read(arena, NULL, 0, &builtin, &why) != OK);
	}
	return builtin;
}

const struct maps *maps_of(const struct decode *d)
{
	return d->maps ? d->maps : maps_builtin();
}
